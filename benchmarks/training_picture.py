"""The timings as a picture: a row of dots for each network on a logarithmic scale, its limit at 1."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.training_peers import OURS

if TYPE_CHECKING:
    from benchmarks.training import Measured

__all__ = ["write"]

WIDTH, LEFT, RIGHT, ROW, TOP = 960, 330, 40, 46, 64
COLOURS = {
    OURS: "#c0392b",
    "deltarule, NumPy engine": "#e59866",
    "JAX, scan": "#2471a3",
    "scikit-learn": "#b7950b",
    "PyTorch": "#7d3c98",
    "torch.compile": "#117a65",
}


def write(found: list[Measured], path: Path) -> None:
    """Write the picture as SVG; nothing where nothing was measured."""
    rows = [m for m in found if m.limit is not None and m.timings]
    if not rows:
        return
    ratios = [t.median / m.limit.median for m in rows for n, t in m.timings.items() if n in COLOURS]  # type: ignore
    low, high = min(floor(log10(min(ratios))), -1), max(ceil(log10(max(ratios))), 1)
    height = TOP + ROW * len(rows) + 30

    def x(ratio: float) -> float:
        return LEFT + (log10(ratio) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        'font-size="13" role="img">',
        "<title>Time for a row of training, as a multiple of the limit</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for k, (name, colour) in enumerate(COLOURS.items()):
        at = 20 + (k % 6) * 156
        out.append(f'<circle cx="{at}" cy="20" r="5" fill="{colour}"/>')
        out.append(f'<text x="{at + 10}" y="24" fill="#222222">{escape(name)}</text>')
    for power in range(low, high + 1):
        at = x(10.0**power)
        strong = power == 0
        out.append(
            f'<line x1="{at:.1f}" y1="{TOP - 14}" x2="{at:.1f}" y2="{height - 24}" '
            f'stroke="{"#444444" if strong else "#dddddd"}"/>'
        )
        text = "limit" if strong else f"{10.0**power:,g} ×"
        out.append(f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle" fill="#444444">{text}</text>')
    for k, m in enumerate(rows):
        y = TOP + k * ROW + 12
        name, _, rest = m.case.name.rpartition(", ")
        out.append(f'<text x="16" y="{y}" fill="#222222">{escape(name)}</text>')
        words = f"{rest}; limit: {m.case.limit}"
        out.append(f'<text x="16" y="{y + 15}" fill="#777777" font-size="11">{escape(words)}</text>')
        assert m.limit is not None
        for entrant, t in m.timings.items():
            if entrant not in COLOURS:
                continue
            a, b, c = (x(max(v, 1e-12) / m.limit.median) for v in (t.least, t.median, t.most))
            colour = COLOURS[entrant]
            out.append(f'<line x1="{a:.1f}" y1="{y + 2}" x2="{c:.1f}" y2="{y + 2}" stroke="{colour}" stroke-width="3" '
                       'stroke-opacity="0.4"/>')  # fmt: skip
            out.append(f'<circle cx="{b:.1f}" cy="{y + 2}" r="5" fill="{colour}">'
                       f"<title>{escape(entrant)}: {t.median * 1e9:,.1f} ns a row</title></circle>")  # fmt: skip
    out.append("</svg>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
