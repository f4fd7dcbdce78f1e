"""Curves as a standalone SVG: no script, legible on a light and on a dark page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

__all__ = ["nice_ticks", "plot_svg"]

WIDTH, HEIGHT = 560, 360
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 40, 36
POINTS = 601
STYLE = """
svg { color-scheme: light dark; font-family: system-ui, sans-serif; font-size: 12px }
.page { fill: #fff } .grid { stroke: #e3e6ea } .zero { stroke: #8a929c } text { fill: #3a424c }
.title { font-size: 14px; font-weight: 600 } .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round }
.c0 { stroke: #0b62c4 } .c1 { stroke: #c4520b; stroke-dasharray: 7 4 }
.c2 { stroke: #2f7d32; stroke-dasharray: 2 3 } .c3 { stroke: #8e3aa8; stroke-dasharray: 9 3 2 3 }
@media (prefers-color-scheme: dark) {
  .page { fill: #14181d } .grid { stroke: #2b323a } .zero { stroke: #77808b } text { fill: #d5dbe2 }
  .c0 { stroke: #6cb2ff } .c1 { stroke: #ff9d5c } .c2 { stroke: #7ed684 } .c3 { stroke: #d69bf0 }
}
"""


def nice_ticks(low: float, high: float, count: int = 6) -> list[float]:
    """Round numbers from low to high, about `count` of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / count))
    for factor in (1, 2, 5, 10):
        if (high - low) / (step * factor) <= count:
            step *= factor
            break
    first = math.ceil(low / step - 1e-6)
    return [k * step for k in range(first, math.floor(high / step + 1e-6) + 1)]


def plot_svg(
    curves: Sequence[tuple[str, Callable[[float], float]]],
    title: str,
    low: float = -5.0,
    high: float = 5.0,
    limits: tuple[float, float] = (-5.0, 5.0),
) -> str:
    """An SVG document with the curves (label, function) from low to high; what is not finite is left out, what lies
    outside the limits is cut off.

    >>> plot_svg([("x", lambda x: x)], "the identity").count("<path")
    1
    """
    xs = [low + (high - low) * k / (POINTS - 1) for k in range(POINTS)]
    rows = [[f(x) for x in xs] for _, f in curves]
    finite = [v for row in rows for v in row if math.isfinite(v)] or [0.0]
    bottom = min(0.0, max(limits[0], min(finite)))
    top = max(0.0, min(limits[1], max(finite)))
    if top - bottom < 1e-9:
        top = bottom + 1.0
    margin = 0.04 * (top - bottom)
    bottom, top = bottom - margin, top + margin

    def across(x: float) -> float:
        return LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(v: float) -> float:
        return TOP + (top - v) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<clipPath id="frame"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/></clipPath>',
    ]
    for x in nice_ticks(low, high):
        kind = "zero" if abs(x) < 1e-12 else "grid"
        out.append(_line(kind, across(x), TOP, across(x), HEIGHT - BOTTOM))
        out.append(_text(across(x), HEIGHT - BOTTOM + 17, f"{x:g}", "middle"))
    for v in nice_ticks(bottom, top):
        kind = "zero" if abs(v) < 1e-12 else "grid"
        out.append(_line(kind, LEFT, down(v), WIDTH - RIGHT, down(v)))
        out.append(_text(LEFT - 8, down(v) + 4, f"{0.0 if abs(v) < 1e-12 else v:g}", "end"))
    for k, row in reversed(list(enumerate(rows))):
        path = _path([(across(x), down(v)) if math.isfinite(v) else None for x, v in zip(xs, row, strict=True)])
        out.append(f'<path class="curve c{k % 4}" clip-path="url(#frame)" d="{path}"/>')
    x = float(LEFT)
    for k, (label, _) in enumerate(curves):
        out.append(f'<line class="curve c{k % 4}" x1="{x:.1f}" y1="22" x2="{x + 26:.1f}" y2="22"/>')
        out.append(_text(x + 32, 26, label, "start"))
        x += 50 + 7.0 * len(label)
    out.append("</svg>")
    return "\n".join(out) + "\n"


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """`M` begins a piece, `L` goes on; a point that is far outside the picture is moved to where it is not seen. From
    above the picture to below it no line is drawn: there is a pole."""
    out, pen, before = [], "M", 0
    for point in points:
        if point is None:
            pen, before = "M", 0
            continue
        side = -1 if point[1] < TOP else 1 if point[1] > HEIGHT - BOTTOM else 0
        if side * before < 0:
            pen = "M"
        before = side
        x, y = point[0], min(max(point[1], -4.0 * HEIGHT), 5.0 * HEIGHT)
        out.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(out)
