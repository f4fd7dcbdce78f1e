"""The picture of a range test: losses over rates, the suggestion marked."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.training.range_test import RangeTest

__all__ = ["KINDS", "range_picture"]

KINDS = ("svg", "png", "pdf")
PAPER, INK, FAINT, CURVE, MARK = "#ffffff", "#1b2733", "#9aa7b3", "#0b63a5", "#c2410c"


def range_picture(found: RangeTest, kind: str = "svg") -> bytes:
    """The picture as a file's content.

    Raises:
        DeltaruleError: matplotlib is not there, or the kind is none of `KINDS`.
    """
    if kind not in KINDS:
        raise DeltaruleError(f"no picture of the kind {kind!r}{nearest(kind, KINDS)}; there are {', '.join(KINDS)}")
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells when it builds its cache
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise DeltaruleError(
            'pictures need matplotlib, which is not installed\nremedy: pip install "deltarule[plots]"'
        ) from None
    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "range-test",
        "font.size": 11,
        "axes.edgecolor": FAINT,
    }
    style |= {"axes.spines.top": False, "axes.spines.right": False, "text.color": INK, "axes.labelcolor": INK}
    out = io.BytesIO()
    with mpl.rc_context({k: v for k, v in style.items() if k in mpl.rcParams}):
        figure = Figure(figsize=(6.4, 4.0), layout="constrained", facecolor=PAPER)
        axes = figure.add_subplot()
        axes.plot(found.rates, found.losses, color=FAINT, linewidth=0.8, label="each batch")
        axes.plot(found.rates, found.smoothed, color=CURVE, linewidth=2, label="smoothed")
        axes.axvline(found.suggestion, color=MARK, linestyle="--", linewidth=1.4)
        low, high = min(found.smoothed), max(found.smoothed[: max(len(found.smoothed) // 2, 1)])
        room = max(high - low, 1e-9)
        axes.set_ylim(min(low, *found.losses) - 0.05 * room, high + 0.5 * room)
        axes.set_xscale("log")
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.set_title(f"learning-rate range test: try {found.suggestion:g}", fontsize=12, color=INK)
        axes.legend(frameon=False, labelcolor=INK)
        dateless = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        figure.savefig(out, format=kind, metadata=dateless, dpi=150)
    return out.getvalue()
