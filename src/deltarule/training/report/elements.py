"""Pieces of the page: a chart with what stands around it, tables, a list of terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from deltarule.training.report.chart import Chart, Rows

__all__ = ["charts", "details", "figure", "section", "table", "terms"]


def section(anchor: str, title: str, *content: str) -> str:
    inside = "\n".join(part for part in content if part)
    return f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escape(title)}</h2>\n{inside}\n</section>'


def figure(chart: Chart) -> str:
    """A chart, its legend, its sentence, and the table of its numbers folded up."""
    keys = "".join(f"<li>{_key(kind)} {escape(name)}</li>" for kind, name in chart.legend)
    legend = f'<ul class="legend">{keys}</ul>' if keys else ""
    note = f"<p>{escape(chart.note)}</p>" if chart.note else ""
    numbers = details("The numbers", note + table(chart.table, label=f"{chart.title}: the numbers"))
    return (
        f"<figure><h3>{escape(chart.title)}</h3>{legend}{chart.svg}"
        f"<figcaption>{escape(chart.words)}</figcaption>{numbers}</figure>"
    )


def _key(kind: str) -> str:
    mark = '<line class="curve {0}" x1="1" x2="27" y1="6" y2="6"/>'
    if kind.startswith("dot "):
        kind, mark = kind[4:], '<circle class="dot {0}" cx="14" cy="6" r="4"/>'
    if kind.startswith("block "):
        kind, mark = kind[6:], '<rect class="bar {0}" x="6" y="1" width="16" height="10"/>'
    return f'<svg class="key" viewBox="0 0 28 12" aria-hidden="true">{mark.format(kind)}</svg>'


def charts(found: Iterable[Chart], more: str = "") -> str:
    """Charts, and a figure that is no chart, beside each other where there is room."""
    inside = "".join(map(figure, found)) + more
    return f'<div class="charts">{inside}</div>' if inside else ""


def table(rows: Rows, *, label: str = "", kind: str = "figures", marked: bool = False) -> str:
    """Cells are text, unless `marked` says that they are HTML; the first of a row names it."""
    head, body = rows
    write = str if marked else escape
    top = "".join(f'<th scope="col">{write(cell)}</th>' if cell else "<td></td>" for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{write(name)}</th>{"".join(f"<td>{write(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in body
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label or "Table")}">'
        f'<table class="{kind}"><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def details(summary: str, content: str, kind: str = "numbers") -> str:
    return f'<details class="{kind}"><summary>{escape(summary)}</summary>{content}</details>'


def terms(pairs: Sequence[tuple[str, str]]) -> str:
    """A list of terms; what is said of each is HTML."""
    return f"<dl>{''.join(f'<dt>{escape(term)}</dt><dd>{said}</dd>' for term, said in pairs)}</dl>"
