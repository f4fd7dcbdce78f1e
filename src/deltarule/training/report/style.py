"""How a report looks: the style of a derivation, and what is only here."""

from __future__ import annotations

from deltarule.writing.html import STYLE as DERIVATION

__all__ = ["STYLE"]

STYLE = (
    DERIVATION
    + """
:root { --series-1: #1f5f99; --series-2: #b4500b; --series-3: #4f7323; --series-4: #7c3f98; --series-5: #0f7b7b;
  --series-6: #a3234e; --tile: #f3f4ef; --bad-set: #fbeae8; --right: 31, 95, 153; --wrong: 180, 80, 11; }
@media (prefers-color-scheme: dark) { :root { --series-1: #7db8ec; --series-2: #f0a35e; --series-3: #a9c978;
  --series-4: #cfa3ea; --series-5: #6fd0cd; --series-6: #f08fae; --tile: #1c2126; --bad-set: #371d1b;
  --right: 125, 184, 236; --wrong: 240, 163, 94; } }
body { max-width: 66rem; }
section > p, header > p, section > ul, dl { max-width: 46rem; }
.lead { font-size: 1.15rem; color: var(--soft); max-width: 46rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .9rem; margin: 1.4rem 0;
  padding: 0; list-style: none; }
.tiles li { background: var(--tile); border-radius: 8px; padding: .8rem 1rem; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .92rem; line-height: 1.35; display: block; }
ul.findings { list-style: none; padding: 0; }
ul.findings li { margin: .6rem 0; padding: .5rem .9rem; border-left: 4px solid var(--doubt); background: var(--tile);
  border-radius: 0 6px 6px 0; }
ul.findings small { display: block; color: var(--soft); font-size: .92rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr)); gap: 1.2rem 2.5rem;
  align-items: start; }
figure { margin: .6rem 0 0; min-width: 0; } figure.wide { max-width: 58rem; }
figure h3 { margin: 1rem 0 .3rem; }
figcaption { color: var(--soft); font-size: .95rem; line-height: 1.45; margin-top: .3rem; }
svg.chart { width: 100%; max-width: 36rem; height: auto; display: block; }
svg.chart text { font: 12px "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; fill: var(--ink); }
svg.chart text.tick { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .guide { stroke: var(--soft); stroke-width: 1.3; stroke-dasharray: 3 4; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; } svg .curve.soft { stroke: var(--soft);
  stroke-width: 1; opacity: .6; }
svg .s1 { stroke: var(--series-1); } svg .s2 { stroke: var(--series-2); } svg .s3 { stroke: var(--series-3); }
svg .s4 { stroke: var(--series-4); } svg .s5 { stroke: var(--series-5); } svg .s6 { stroke: var(--series-6); }
svg .curve.s2 { stroke-dasharray: 7 3; } svg .curve.s3 { stroke-dasharray: 2 3; }
svg .curve.s4 { stroke-dasharray: 9 3 2 3; } svg .curve.s5 { stroke-dasharray: 14 4; }
svg .curve.s6 { stroke-dasharray: 5 2 1 2 1 2; }
svg .bar, svg .dot, svg .point { stroke: none; } svg .bar.s1, svg .dot.s1, svg .point.s1 { fill: var(--series-1); }
svg .bar.s2, svg .dot.s2 { fill: var(--series-2); } svg .bar { opacity: .8; } svg .point { opacity: .45; }
svg .whisker { stroke-width: 1.5; fill: none; } svg .whisker.ink { stroke: var(--ink); }
svg .touch { fill: transparent; stroke: none; } svg .touch:hover { fill: var(--series-1); opacity: .35; }
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; padding: 0; margin: .2rem 0;
  font-size: .95rem; }
svg.key { width: 28px; height: 12px; vertical-align: middle; }
table.figures, table.confusion { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .98rem; }
table.figures th, table.figures td { text-align: right; padding: .35rem 0 .35rem 1.6rem; font-weight: normal;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
table.figures th:first-child, table.figures td:first-child { text-align: left; padding-left: 0; }
table.figures thead th { color: var(--soft); font-size: .92rem; }
details.numbers { font-size: .95rem; margin: .4rem 0; }
details.numbers > summary { cursor: pointer; color: var(--accent); }
details.numbers .scroll { max-height: 22rem; overflow: auto; }
details.numbers table.figures { font-size: .88rem; } details.numbers table.figures td,
details.numbers table.figures th { padding: .2rem 0 .2rem 1.2rem; }
table.confusion td, table.confusion th { padding: .4rem .75rem; text-align: right; font-weight: normal;
  border: 1px solid var(--line); }
table.confusion thead th, table.confusion th:first-child { color: var(--soft); font-size: .92rem; }
table.confusion .share { color: var(--soft); font-size: .92rem; }
details.derivation { margin: 1rem 0; border: 1px solid var(--line); border-radius: 8px; padding: 0 1.2rem; }
details.derivation[open] { padding-bottom: 1.2rem; }
details.derivation > summary { cursor: pointer; padding: .7rem 0; font-weight: bold; color: var(--accent); }
details.derivation nav { display: none; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.5rem; font-size: .97rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""
    + "\n".join(
        f"td.right.q{k} {{ background: rgba(var(--right), {0.06 + 0.055 * k:.3f}); }} "
        f"td.wrong.q{k} {{ background: rgba(var(--wrong), {0.12 + 0.07 * k:.3f}); }}"
        for k in range(10)
    )
    + """
@media (max-width: 34rem) { body { padding-left: 1rem; padding-right: 1rem; } svg.chart text { font-size: 14px; }
  svg.chart text.name { font-size: 12.5px; } .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; }
  .tiles b { font-size: 1.35rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .5rem; }
  table.confusion td, table.confusion th { padding: .3rem .45rem; } table.figures { font-size: .84rem; }
  table.figures td, table.figures th { padding-left: .6rem; }
  table.figures thead th, table.metrics th:first-child { white-space: normal; } }
@media print { .charts { display: block; } figure { break-inside: avoid; max-width: 13cm; }
  .tiles li { border: 1px solid var(--line); } details.numbers:not([open]) { display: none; }
  td.right, td.wrong { -webkit-print-color-adjust: exact; print-color-adjust: exact; } section { break-inside: auto; } }
"""
)
