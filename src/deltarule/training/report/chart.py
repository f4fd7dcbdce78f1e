"""Charts as SVG inside a page: text that is text, colours and lines by the page's classes, so light, dark or in print.

Each chart comes with a sentence that says what it shows and the table of its numbers, for whoever cannot see it. They
are drawn here, not by a plotting library: a report must not need one, and ten kinds of marks are all there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from deltarule.training.report.numbers import number

__all__ = ["STYLES", "Chart", "Rows", "Series", "bars", "histogram", "lines", "points"]

WIDTH, HEIGHT = 440, 290
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 12, 44
STYLES = 6
"""How many series are told apart, by colour and by dashes."""
DRAWN = 300
"""Points of a line; of more, the highest and the lowest of each stretch are kept."""
LISTED = 40
"""Rows of a table; of more, evenly spread ones."""
HOVERED = 60
"""Points that tell their values under the pointer, in a line."""

Rows = tuple[Sequence[str], Sequence[Sequence[str]]]
"""A head and rows of cells."""


@dataclass(frozen=True)
class Series:
    """A curve: its x and y, what is not finite is left out. `soft` draws it as background; `style` from 1 on."""

    name: str
    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray
    style: int = 1
    soft: bool = False
    dots: bool = False
    low: Sequence[float] | np.ndarray | None = None
    high: Sequence[float] | np.ndarray | None = None
    """Ends of an interval around each dot."""
    joined: bool = True


@dataclass(frozen=True)
class Chart:
    """A drawing with everything that stands around it."""

    title: str
    words: str
    svg: str
    table: Rows
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """The class of a line or a mark, and its name."""
    note: str = ""
    """On the table, such as that it holds some of the rows only."""


# Scales ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """From values to places along an axis."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float | np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            v, a, b = (np.log10(u) if self.log else np.asarray(u, float) for u in (value, self.low, self.high))
            return self.start + (v - a) / (b - a) * (self.end - self.start)

    def ticks(self, wanted: int = 5) -> list[float]:
        return _log_ticks(self.low, self.high) if self.log else _ticks(self.low, self.high, wanted)


def _ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten) from low to high."""
    rough = (high - low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first >= 2:
        every = max(1, math.ceil((last - first) / 6))
        return [10.0**k for k in range(first, last + 1, every)]
    found = [m * 10.0**k for k in range(first - 1, last + 1) for m in (1, 2, 5)]
    return [v for v in found if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)] or [low, high]


def _limits(values: np.ndarray, log: bool, zero: bool) -> tuple[float, float]:
    """The least and the greatest, with some room."""
    values = values[np.isfinite(values) & ((values > 0) if log else True)]
    if not len(values):
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if log:
        room = max((high / low) ** 0.05, 1.15)
        return low / room, high * room
    if zero and low > 0 and low < 0.7 * high:
        low = 0.0
    if high - low < 1e-12 * max(abs(high), 1):
        room = abs(high) * 0.05 or 1.0
        return low - room, high + room
    room = 0.04 * (high - low)
    return (low if zero and low == 0 else low - room), high + room


def scale_for(values: np.ndarray, start: float, end: float, *, log: bool = False, zero: bool = False) -> Scale:
    low, high = _limits(np.asarray(values, float), log, zero)
    return Scale(low, high, start, end, log)


# Parts -------------------------------------------------------------------------------------------------------------


def _axes(x: Scale, y: Scale, x_label: str, y_label: str, height: float = HEIGHT, wanted: int = 5) -> list[str]:
    """Grid lines with their numbers, and what the axes measure."""
    out = []
    bottom = height - BOTTOM
    for tick in y.ticks(wanted):
        at = float(y(tick))
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        out.append(f'<text class="tick" x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_tick(tick)}</text>')
    for tick in x.ticks():
        at = float(x(tick))
        out.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{bottom}"/>')
        out.append(f'<text class="tick" x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{_tick(tick)}</text>')
    middle_x, middle_y = (LEFT + WIDTH - RIGHT) / 2, (TOP + bottom) / 2
    out.append(f'<text class="label" x="{middle_x:g}" y="{height - 6:g}" text-anchor="middle">{escape(x_label)}</text>')
    out.append(
        f'<text class="label" x="12" y="{middle_y:g}" text-anchor="middle" '
        f'transform="rotate(-90 12 {middle_y:g})">{escape(y_label)}</text>'
    )
    return out


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _tick(value: float) -> str:
    if value and (abs(value) < 1e-3 or abs(value) >= 1e5):
        exponent = math.floor(math.log10(abs(value)) + 1e-9)
        factor = value / 10.0**exponent
        power = f"10{exponent}".replace(f"10{exponent}", "10" + str(exponent).translate(_SUPERSCRIPTS))
        return power if abs(factor - 1) < 1e-9 else f"{factor:g}·{power}".replace("-", "−", 1)
    return f"{value:g}".replace("-", "−")


def _svg(content: Iterable[str], title: str, words: str, name: str, height: float = HEIGHT) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(words)}</desc>{"".join(content)}</svg>'
    )


def _path(x: np.ndarray, y: np.ndarray) -> str:
    """Line segments; a gap where a point is not finite."""
    out, open_ = [], False
    for a, b in zip(x, y, strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            open_ = False
            continue
        out.append(f"{'L' if open_ else 'M'}{a:.1f} {b:.1f}")
        open_ = True
    return "".join(out)


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `DRAWN` points: of each stretch the lowest and the highest."""
    if len(x) <= DRAWN:
        return x, y
    kept: set[int] = {0, len(x) - 1}
    for part in np.array_split(np.arange(len(x)), DRAWN // 2):
        finite = part[np.isfinite(y[part])]
        if len(finite):
            kept |= {int(finite[y[finite].argmin()]), int(finite[y[finite].argmax()])}
    rows = sorted(kept)
    return x[rows], y[rows]


def spread(rows: list[list[str]], most: int = LISTED) -> tuple[list[list[str]], str]:
    """At most so many rows, evenly spread, and a note where some were left out."""
    if len(rows) <= most:
        return list(rows), ""
    chosen = np.unique(np.linspace(0, len(rows) - 1, most).round().astype(int))
    return [rows[k] for k in chosen], f"{len(chosen)} of {len(rows)} rows, evenly spread."


# Kinds of charts ---------------------------------------------------------------------------------------------------


def lines(
    series: Sequence[Series],
    *,
    name: str,
    title: str,
    words: str,
    x: str,
    y: str,
    log: bool = False,
    unit: bool = False,
    diagonal: bool = False,
    zero: bool = False,
    guide: float | None = None,
    table: Rows | None = None,
) -> Chart:
    """Curves. `unit`: both axes from 0 to 1; `diagonal`: with the line y = x; `zero`: y from 0 where that is near;
    `guide`: with a line at that y."""
    x_of = Scale(0, 1, LEFT, WIDTH - RIGHT) if unit else _exactly([s.x for s in series], LEFT, WIDTH - RIGHT)
    y_of = (
        Scale(0, 1.02, HEIGHT - BOTTOM, TOP)
        if unit
        else scale_for(
            _joined([*(s.y for s in series), [] if guide is None else [guide]]),
            HEIGHT - BOTTOM,
            TOP,
            log=log,
            zero=zero,
        )
    )
    out = _axes(x_of, y_of, x, y, wanted=6 if unit else 5)
    if diagonal:
        a, b = x_of(0), y_of(0)
        out.append(f'<line class="guide" x1="{a:.1f}" y1="{b:.1f}" x2="{x_of(1):.1f}" y2="{y_of(1):.1f}"/>')
    if guide is not None:
        at = float(y_of(guide))
        out.append(f'<line class="guide" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
    for s in sorted(series, key=lambda s: not s.soft):
        out += _curve(s, x_of, y_of, x, y, log)
    legend = [(f"{'dot ' if s.dots else ''}{_class(s)}", s.name) for s in series if s.name] if len(series) > 1 else []
    rows, note = (table, "") if table is not None else _listed(series, x)
    return Chart(title, words, _svg(out, title, words, name), rows, _once(legend), note)


def _curve(s: Series, x_of: Scale, y_of: Scale, x: str, y: str, log: bool) -> list[str]:
    xs, ys = np.asarray(s.x, float), np.asarray(s.y, float)
    if log:
        ys = np.where(ys > 0, ys, np.nan)
    px, py = x_of(xs), y_of(ys)
    out = [f'<path class="curve {_class(s)}" d="{_path(*_thinned(px, py))}"/>'] if s.joined else []
    if s.low is not None and s.high is not None:
        ends = zip(px, y_of(np.asarray(s.low, float)), y_of(np.asarray(s.high, float)), strict=True)
        out += [
            f'<line class="whisker {_class(s)}" x1="{a:.1f}" x2="{a:.1f}" y1="{b:.1f}" y2="{c:.1f}"/>'
            for a, b, c in ends
        ]
    if s.dots or (len(xs) <= HOVERED and not s.soft):
        kind = f"dot {_class(s)}" if s.dots else "touch"
        for a, b, u, v in zip(px, py, xs, ys, strict=True):
            if math.isfinite(a) and math.isfinite(b):
                told = escape(f"{s.name + ': ' if s.name else ''}{x} {number(u)}, {y} {number(v)}")
                out.append(
                    f'<circle class="{kind}" cx="{a:.1f}" cy="{b:.1f}" r="{4 if s.dots else 7}">'
                    f"<title>{told}</title></circle>"
                )
    return out


def _class(s: Series) -> str:
    return "soft" if s.soft else f"s{(s.style - 1) % STYLES + 1}"


def _once(legend: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of several curves with one look, the first name."""
    seen: dict[str, str] = {}
    for kind, name in legend:
        seen.setdefault(kind, name)
    return list(seen.items())


def _joined(parts: Iterable[Sequence[float] | np.ndarray]) -> np.ndarray:
    arrays = [np.asarray(part, float) for part in parts]
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _exactly(parts: Sequence[Sequence[float] | np.ndarray], start: float, end: float) -> Scale:
    values = _joined(parts)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return Scale(low - (low == high) * 0.5, high + (low == high) * 0.5, start, end)


def _listed(series: Sequence[Series], x: str) -> tuple[Rows, str]:
    """A row for each x that a series has; the values of the series beside each other."""
    told = [s for s in series if s.name]
    at = sorted({float(v) for s in told for v in np.asarray(s.x, float)})
    values = [dict(zip(np.asarray(s.x, float).tolist(), np.asarray(s.y, float).tolist(), strict=True)) for s in told]
    rows = [[number(u), *(number(found.get(u, math.nan)) for found in values)] for u in at]
    rows, note = spread(rows)
    return ([x, *(s.name for s in told)], rows), note


def points(
    x_values: np.ndarray, y_values: np.ndarray, *, name: str, title: str, words: str, x: str, y: str,
    guide: Callable[[float], float], same: bool = False, table: Rows, note: str = "",
) -> Chart:  # fmt: skip
    """A cloud of points and a line to compare them with; `same`: both axes alike."""
    if same:
        both = np.concatenate([x_values, y_values])
        x_of, y_of = scale_for(both, LEFT, WIDTH - RIGHT), scale_for(both, HEIGHT - BOTTOM, TOP)
    else:
        x_of, y_of = scale_for(x_values, LEFT, WIDTH - RIGHT), scale_for(y_values, HEIGHT - BOTTOM, TOP)
    out = _axes(x_of, y_of, x, y)
    a, b = x_of.low, x_of.high
    out.append(
        f'<line class="guide" x1="{x_of(a):.1f}" x2="{x_of(b):.1f}" '
        f'y1="{y_of(guide(a)):.1f}" y2="{y_of(guide(b)):.1f}"/>'
    )
    for u, v in zip(x_values, y_values, strict=True):
        out.append(f'<circle class="point s1" cx="{x_of(u):.1f}" cy="{y_of(v):.1f}" r="3"/>')
    return Chart(title, words, _svg(out, title, words, name), table, (), note)


def histogram(
    values: Sequence[tuple[str, np.ndarray]], *, name: str, title: str, words: str, x: str, bins: int = 0
) -> Chart:
    """How the values are spread: the first as bars, a second one, to compare with, as a line. `bins` 0: by how many
    values there are."""
    parts = [(label, v[np.isfinite(v)]) for label, v in values]
    everything = np.concatenate([v for _, v in parts]) if parts else np.zeros(1)
    low, high = (float(everything.min()), float(everything.max())) if len(everything) else (0.0, 1.0)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    bins = bins or int(np.clip(1.5 * math.sqrt(len(parts[0][1])), 8, 30))
    edges = np.linspace(low, high, bins + 1)
    counts = [(label, np.histogram(v, edges)[0]) for label, v in parts]
    x_of = Scale(low, high, LEFT, WIDTH - RIGHT)
    y_of = scale_for(np.concatenate([[0], *(c for _, c in counts)]), HEIGHT - BOTTOM, TOP, zero=True)
    y_of = Scale(0, y_of.high, y_of.start, y_of.end)
    out = _axes(x_of, y_of, x, "count")
    base = float(y_of(0))
    for k, count in enumerate(counts[0][1]):
        if count:
            a, b, at = float(x_of(edges[k])), float(x_of(edges[k + 1])), float(y_of(count))
            told = f"{number(edges[k])} to {number(edges[k + 1])}: {count}"
            out.append(f'<rect class="bar s1" x="{a:.1f}" y="{at:.1f}" width="{max(b - a - 0.6, 0.6):.1f}" '
                       f'height="{base - at:.1f}"><title>{told}</title></rect>')  # fmt: skip
    for label, count in counts[1:2]:
        steps = Series(label, np.repeat(edges, 2)[1:-1], np.repeat(count, 2), style=2)
        out.append(f'<path class="curve s2" d="{_path(x_of(np.asarray(steps.x)), y_of(np.asarray(steps.y)))}"/>')
    head = ["from", "to", *(label for label, _ in counts)]
    rows = [[number(edges[k]), number(edges[k + 1]), *(str(c[k]) for _, c in counts)] for k in range(bins)]
    legend = [("block s1", counts[0][0]), ("s2", counts[1][0])] if len(counts) > 1 else []
    return Chart(title, words, _svg(out, title, words, name), (head, rows), legend)


def bars(
    entries: Sequence[tuple[str, float, float | None, float | None]], *, name: str, title: str, words: str, x: str,
    table: Rows, note: str = "",
) -> Chart:  # fmt: skip
    """Lying bars from 0, with the ends of an interval where there is one: (name, value, low, high)."""
    step, left, bottom = 22, 158, 44
    height = TOP + step * len(entries) + bottom
    values = np.array([v for e in entries for v in e[1:] if v is not None] + [0.0])
    low, high = _limits(values, False, False)
    low = low if values.min() < 0 else 0.0
    high = high if values.max() > 0 else 0.0
    x_of = Scale(low, high if high > low else low + 1, left, WIDTH - RIGHT)
    out = []
    for tick in x_of.ticks(5):
        at = float(x_of(tick))
        out.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{height - bottom}"/>')
        out.append(
            f'<text class="tick" x="{at:.1f}" y="{height - bottom + 16}" text-anchor="middle">{_tick(tick)}</text>'
        )
    zero = float(x_of(0))
    for k, (label, value, less, more) in enumerate(entries):
        top = TOP + step * k
        at = float(x_of(value))
        told = f"{label}: {number(value)}"
        told += f" ({number(less)} to {number(more)})" if less is not None and more is not None else ""
        shown = label if len(label) <= 24 else label[:23] + "…"
        out.append(f'<text class="name" x="{left - 8}" y="{top + 15}" text-anchor="end">{escape(shown)}'
                   f"<title>{escape(label)}</title></text>")  # fmt: skip
        out.append(f'<rect class="bar {"s2" if value < 0 else "s1"}" x="{min(zero, at):.1f}" y="{top + 4}" '
                   f'width="{max(abs(at - zero), 0.5):.1f}" height="{step - 8}">'
                   f"<title>{escape(told)}</title></rect>")  # fmt: skip
        if less is not None and more is not None:
            a, b, y = float(x_of(less)), float(x_of(more)), top + step / 2
            out.append(
                f'<path class="whisker ink" d="M{a:.1f} {y - 3}V{y + 3}M{a:.1f} {y}H{b:.1f}M{b:.1f} {y - 3}V{y + 3}"/>'
            )
    out.append(f'<line class="axis" x1="{zero:.1f}" x2="{zero:.1f}" y1="{TOP}" y2="{height - bottom}"/>')
    middle = (left + WIDTH - RIGHT) / 2
    out.append(f'<text class="label" x="{middle:g}" y="{height - 6}" text-anchor="middle">{escape(x)}</text>')
    return Chart(title, words, _svg(out, title, words, name, height), table, (), note)
