"""A derivation as one HTML file: MathML, no script, nothing loaded from elsewhere, light, dark and printable."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape

from deltarule.calculus.derivation import Derivation
from deltarule.writing.latex import RELATIONS, latex
from deltarule.writing.linear import UNICODE, relation_sign
from deltarule.writing.lines import Line
from deltarule.writing.mathml import math
from deltarule.writing.outline import Block, Code, Display, Heading, Items, Paragraph, Span, Verdicts, outline

__all__ = ["STYLE", "body", "html", "page"]

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fdfdfb; --soft: #626a73; --line: #dfe2dc; --accent: #1f5f99;
  --good: #1a7237; --bad: #b3261e; --doubt: #8a5a00; --set-off: #eef4fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --paper: #14171a; --soft: #9aa4ae; --line: #2c3238;
  --accent: #7db8ec; --good: #6ccb86; --bad: #ff8a80; --doubt: #e6b450; --set-off: #1b2733; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 2.5rem 1.25rem 5rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .7rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
p, ul { margin: .6rem 0; }
ul { padding-left: 1.2rem; }
a { color: var(--accent); }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "Libertinus Math", math; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .95rem; }
.scroll { overflow-x: auto; margin: .9rem 0; padding: .1rem 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table.chain { border-collapse: collapse; min-width: 100%; }
.scroll.short { margin: .15rem 0; }
.chain td { padding: .38rem 0; vertical-align: middle; white-space: nowrap; }
.chain td.left { text-align: right; width: 1%; }
.chain td.sign { width: 1%; padding: 0 .3em; text-align: center; }
.chain td.rule { text-align: right; color: var(--soft); font-size: .88rem; padding-left: 2rem; line-height: 1.35;
  white-space: normal; }
.chain td.mark { width: 1.6rem; text-align: right; padding-left: .5rem; }
.final { display: inline-block; background: var(--set-off); border: 1px solid var(--accent); border-radius: 4px;
  padding: .3rem .65rem; }
.proved { color: var(--good); } .refuted { color: var(--bad); font-weight: bold; } .undecided { color: var(--doubt); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
table.numbers { border-collapse: collapse; margin: .3rem 0 1.2rem; font-size: .92rem; }
table.numbers th, table.numbers td { border-bottom: 1px solid var(--line); padding: .2rem 1.2rem .2rem 0;
  text-align: left; font-weight: normal; font-variant-numeric: tabular-nums; }
.count { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line); font-weight: bold; }
mtable.cases mtd { text-align: left; padding-right: .8em; }
@media (max-width: 40rem) { body { padding-top: 1.25rem; } h1 { font-size: 1.5rem; }
  .chain, .chain tbody, .chain tr { display: block; } .chain td { display: inline-block; width: auto !important; }
  .chain td.rule { padding: 0 0 .3rem 1.7rem; text-align: left; } }
@media print { :root { --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --set-off: #fff; --accent: #444; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } nav { display: none; }
  .scroll { overflow: visible; } table.chain, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""

_MARKS = {"proved": "✓", "refuted": "✗", "ill-shaped": "✗", "undecided": "?", "conditional": "~"}


def html(derivation: Derivation) -> str:
    """The whole page."""
    title = derivation.title or "Derivation"
    return page(title, body(derivation))


def page(title: str, content: str, style: str = STYLE) -> str:
    """A page around its content: the only style it may use is its own, by its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="deltarule">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def body(derivation: Derivation) -> str:
    """The blocks of the derivation, without the page around them."""
    blocks = outline(derivation)
    headings = [b for b in blocks if isinstance(b, Heading) and b.level == 2]
    out: list[str] = []
    anchors: dict[int, str] = {}
    for heading in headings:
        anchors[id(heading)] = _anchor(heading, set(anchors.values()))
    for block in blocks:
        out.append(_block(block, anchors.get(id(block), "")))
        if isinstance(block, Heading) and block.level == 1 and len(headings) > 2:
            links = "".join(f'<li><a href="#{anchors[id(h)]}">{inline(h.spans)}</a></li>' for h in headings)
            out.append(f'<nav aria-label="Sections"><ul>{links}</ul></nav>')
    return "\n".join(out)


def _anchor(heading: Heading, taken: set[str]) -> str:
    words = "".join(s if isinstance(s, str) else s.text if isinstance(s, Code) else "" for s in heading.spans)
    anchor = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"
    number = 1
    while (candidate := anchor if number == 1 else f"{anchor}-{number}") in taken:
        number += 1
    return candidate


def _block(block: Block, anchor: str = "") -> str:
    match block:
        case Heading(level=level, spans=spans):
            where = f' id="{anchor}"' if anchor else ""
            return f"<h{level}{where}>{inline(spans)}</h{level}>"
        case Paragraph(spans=spans):
            return f"<p>{inline(spans)}</p>"
        case Items(items=items):
            return "<ul>\n" + "\n".join(f"<li>{inline(item)}</li>" for item in items) + "\n</ul>"
        case Display():
            return _display(block)
        case Verdicts():
            return f'<p class="count">{escape(block.sentence)}</p>'
    raise TypeError(f"not a block: {block!r}")


def inline(spans: Iterable[Span]) -> str:
    out = ""
    for span in spans:
        if isinstance(span, str):
            out += escape(span)
        elif isinstance(span, Code):
            out += f"<code>{escape(span.text)}</code>"
        else:
            out += math(span)
    return out


def _display(block: Display) -> str:
    lines = block.lines
    left = math(lines.left, display=True)
    result = len(lines.rows) - 1
    rows = [_row(left if k == 0 else "", row, block.final and k == result) for k, row in enumerate(block.rows)]
    if not rows:
        rows = [f'<tr><td class="right">{left}</td></tr>']
    table = '<table class="chain">\n' + "\n".join(rows) + "\n</table>"
    label = escape(f"Derivation of {latex(lines.left)}", quote=True)
    short = " short" if len(rows) == 1 and not block.final and not block.words else ""
    out = f'<div class="scroll{short}" tabindex="0" role="region" aria-label="{label}">{table}</div>'
    if block.words:
        out = f"<p>{inline(block.words)}</p>\n{out}"
    if block.numbers:
        cells = "".join(
            f'<tr><th scope="row"><code>{escape(text)}</code></th><td>{escape(value)}</td></tr>'
            for text, value in block.numbers
        )
        out += f'\n<table class="numbers"><caption class="hidden">Values</caption>{cells}</table>'
    return out


def _row(left: str, row: Line, final: bool) -> str:
    right = math(row.right, display=True)
    if final:
        right = f'<span class="final">{right}</span>'
    sign = escape(relation_sign(row.relation, UNICODE))
    alt = escape(RELATIONS.get(row.relation, row.relation), quote=True)
    cells = [
        f'<td class="left">{left}</td>',
        f'<td class="sign"><math alttext="{alt}"><mo>{sign}</mo></math></td>',
        f'<td class="right">{right}</td>',
        f'<td class="rule">{escape(row.rule)}</td>',
        f'<td class="mark">{_mark(row)}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _mark(row: Line) -> str:
    mark = _MARKS.get(row.verdict)
    if mark is None:
        return ""
    kind = {"ill-shaped": "refuted", "conditional": "undecided"}.get(row.verdict, row.verdict)
    note = "; ".join([row.verdict, *row.domain])
    return (
        f'<span class="{kind}" title="{escape(note, quote=True)}"><span aria-hidden="true">{mark}</span>'
        f'<span class="hidden">{escape(note)}</span></span>'
    )
