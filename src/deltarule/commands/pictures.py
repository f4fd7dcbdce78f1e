"""Pictures as SVG that stands inside a page: its text is text, its colours are those of the page, light or dark."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

__all__ = ["confusion_picture", "curves_picture", "roc_picture"]

INK, SOFT, LINE, PAPER = "#010203", "#040506", "#070809", "#0a0b0c"
SERIES = ("#0d0e0f", "#101112", "#131415")
_COLOURS = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    PAPER: "var(--paper)",
    SERIES[0]: "var(--series-1)",
    SERIES[1]: "var(--series-2)",
    SERIES[2]: "var(--series-3)",
}
"""Stand-ins that no other colour of a picture has, and what the page puts in their places."""

_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))
"""Curves differ by more than their colour."""


def curves_picture(curves: Mapping[str, Sequence[float]], quantity: str, title: str, words: str) -> str:
    """Curves by epoch."""

    def draw(axes: Any) -> None:
        for k, (name, values) in enumerate(curves.items()):
            epochs = range(1, len(values) + 1)
            axes.plot(epochs, values, color=SERIES[k], linestyle=_DASHES[k], linewidth=1.8, label=name)
        axes.set_xlabel("epoch")
        axes.set_ylabel(quantity)
        axes.margins(x=0.02)
        axes.legend(frameon=False, labelcolor=INK)

    return _picture(draw, title, words)


def roc_picture(curves: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str, words: str) -> str:
    """Receiver operating characteristics: (false positive rates, true positive rates) by model."""

    def draw(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        corner = axes.inset_axes((0.36, 0.42, 0.6, 0.5), xlim=(-0.01, 0.21), ylim=(0.79, 1.01))
        for place in (axes, corner):
            place.plot([0, 1], [0, 1], color=LINE, linewidth=1)
            for k, (name, (x, y)) in reversed(list(enumerate(curves.items()))):
                place.plot(x, y, color=SERIES[k], linestyle=_DASHES[k], linewidth=1.8, label=name)
        corner.patch.set_visible(False)
        corner.set_xticks([0, 0.1, 0.2])
        corner.set_yticks([0.8, 0.9, 1])
        corner.tick_params(labelsize=9)
        axes.add_patch(Rectangle((-0.01, 0.79), 0.22, 0.22, facecolor="none", edgecolor=SOFT))
        axes.set_xlabel("false positive rate")
        axes.set_ylabel("true positive rate")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], labels[::-1], frameon=False, loc="lower right", labelcolor=INK)

    return _picture(draw, title, words)


def confusion_picture(confusion: np.ndarray, classes: Sequence[str], title: str, words: str) -> str:
    """Counts by true and predicted class."""

    def draw(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        size = len(classes)
        most = max(int(confusion.max()), 1)
        for i in range(size):
            for j in range(size):
                count = int(confusion[i, j])
                colour = SERIES[0] if i == j else SERIES[1]
                shade = 0.12 + 0.5 * count / most if count else 0.0
                axes.add_patch(Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, facecolor=colour, alpha=shade, linewidth=0))
                axes.add_patch(Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, facecolor="none", edgecolor=LINE))
                axes.text(j, i, str(count), ha="center", va="center", fontsize=18, color=INK)
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        axes.set_xticks(range(size), classes)
        axes.set_yticks(range(size), classes, rotation=90, va="center")
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        axes.set_aspect("equal")
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)

    return _picture(draw, title, words)


def _picture(draw: Callable[[Any], None], title: str, words: str) -> str:
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells when it builds its cache
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    name = re.sub(r"\W+", "-", title.lower()).strip("-")
    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "svg.id": name,
        "font.size": 11,
        "text.color": INK,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": INK,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context({k: v for k, v in style.items() if k in mpl.rcParams}):
        figure = Figure(figsize=(5.2, 4.0), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_a_page(out.getvalue(), name, title, words)


def _for_a_page(svg: str, name: str, title: str, words: str) -> str:
    """The drawing alone, named and described, its style as attributes (a page allows no other style than its own)."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'style="([^"]*)"', lambda match: _as_attributes(match.group(1)), svg)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)  # `axes_1` in every picture; a page has each name once
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    box = re.search(r'viewBox="[^"]*"', svg)
    head = (
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box.group() if box else ""} role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(words)}</desc>'
    )
    return re.sub(r"<svg[^>]*>", lambda _: head, svg, count=1).strip()


def _as_attributes(style: str) -> str:
    out = []
    for part in style.replace("&quot;", "'").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":
            size = re.search(r"([\d.]+)px", value)
            out.append(f'font-size="{size.group(1)}"' if size else "")
        elif key and key not in {"font-family", "white-space"}:
            out.append(f'{key}="{value}"')
    return " ".join(filter(None, out))
