"""How the page of a checked document looks: the style of a derivation, and what is only here."""

from __future__ import annotations

from deltarule.writing.html import STYLE as DERIVATION

__all__ = ["STYLE", "nested"]

STYLE = (
    DERIVATION
    + """
:root { --good-set: #e9f4ec; --bad-set: #fbeae8; --doubt-set: #faf1de; }
@media (prefers-color-scheme: dark) { :root { --good-set: #17291d; --bad-set: #371d1b; --doubt-set: #2f2714; } }
article + article { margin-top: 4rem; border-top: 3px double var(--line); padding-top: 2rem; }
h1.file { margin-bottom: .5rem; overflow-wrap: anywhere; }
section.look > h2, section.findings > h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; border: 0; padding: 0; }
section.look ul, section.findings ul { list-style: none; padding: 0; margin: 0; }
section.look li, section.findings li { margin: .25rem 0; color: inherit; font-weight: inherit; }
nav + article { margin-top: 2.5rem; border-top: 3px double var(--line); padding-top: 2rem; }
section.text { margin-top: 1.6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
section.text > :first-child { margin-top: 1rem; }
.chip { display: inline-block; padding: 0 .55rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .92rem;
  margin: .1rem .15rem .1rem 0; white-space: nowrap; }
.chip.proved { background: var(--good-set); } .chip.refuted, .chip.ill-shaped { background: var(--bad-set); }
.chip.conditional, .chip.undecided, .chip.unread { background: var(--doubt-set); }
.sign { font-weight: bold; }
.sign.proved, a.mark.proved { color: var(--good); }
.sign.refuted, .sign.ill-shaped, a.mark.refuted, a.mark.ill-shaped { color: var(--bad); }
.sign.conditional, .sign.undecided, .sign.unread, a.mark.conditional, a.mark.undecided, a.mark.unread {
  color: var(--doubt); }
.sign.definition, .sign.assumption, .sign.none, a.mark.definition, a.mark.assumption, a.mark.none {
  color: var(--soft); }
.chain tr, .eq { color: inherit; font-weight: inherit; }
.chain tr.proved, .chain tr.refuted, .chain tr.undecided, .eq.proved, .eq.refuted, .eq.undecided { color: inherit;
  font-weight: inherit; }
.refuted { font-weight: inherit; } td.refuted, td.ill-shaped { color: var(--bad); } td.proved { color: inherit; }
a.mark { text-decoration: none; font: bold .95rem/1 system-ui, sans-serif; padding: .15em .28em; border-radius: 3px; }
a.mark:hover, a.mark:focus-visible { outline: 2px solid currentColor; }
.eq a.mark { padding: 0 .15em; font-size: .8rem; vertical-align: .35em; }
.chain td.mark { padding-left: 1rem; white-space: nowrap; }
.chain td.words { color: var(--soft); white-space: normal; padding: .1rem 0; }
.chain tr.refuted .right, .chain tr.ill-shaped .right, .eq.refuted > math, .eq.ill-shaped > math {
  text-decoration: none; background: var(--bad-set); box-shadow: 0 2px 0 var(--bad); }
.chain tr.conditional .right math, .chain tr.undecided .right math, .chain tr.unread .right math,
.chain tr.unread .right code, .eq.conditional > math, .eq.undecided > math, .eq.unread > math {
  box-shadow: 0 2px 0 var(--doubt); }
.chain tr.refuted .right, .chain tr.ill-shaped .right { background: none; box-shadow: none; }
.chain tr.refuted .right math, .chain tr.ill-shaped .right math { background: var(--bad-set);
  box-shadow: 0 2px 0 var(--bad); }
.notes { margin: .3rem 0 1rem; }
.note { margin: .3rem 0; padding: .3rem .8rem; border-left: 4px solid var(--doubt); background: var(--doubt-set);
  border-radius: 0 4px 4px 0; font-size: .95rem; }
.note.refuted, .note.ill-shaped { border-color: var(--bad); background: var(--bad-set); font-weight: inherit;
  color: inherit; }
.note.proved { border-color: var(--good); background: var(--good-set); color: inherit; }
.note.definition, .note.assumption, .note.none { border-color: var(--line); background: var(--set-off); }
.note p { margin: .35rem 0; }
summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.note:target, tr:target { outline: 2px solid var(--accent); }
code.source { color: var(--soft); margin-left: .6em; }
.error { white-space: pre-line; border: 1px solid var(--bad); border-radius: 4px; padding: .4rem .8rem;
  background: var(--bad-set); }
pre { overflow-x: auto; padding: .6rem .8rem; background: var(--set-off); border-radius: 4px; }
pre.maths { white-space: pre-wrap; }
.text table:not(.chain) { border-collapse: collapse; margin: .8rem 0; }
.text table:not(.chain) td, .text table:not(.chain) th { border: 1px solid var(--line); padding: .25rem .6rem; }
blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.cell { color: var(--soft); font-size: .82rem; margin-top: 1.4rem; }
details.all { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .8rem; }
details.all > summary { font-weight: bold; }
table.rows { border-collapse: collapse; font-size: .9rem; min-width: 100%; }
table.rows th { text-align: left; } table.rows td, table.rows th { padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); }
table.rows td.number, table.rows td:nth-child(2) { white-space: nowrap; }
table.rows td:nth-child(3) { max-width: 24rem; overflow-wrap: anywhere; }
ul.files { display: block; } ul.files li { margin: .3rem 0; }
@media (max-width: 40rem) { .chain td.left, .chain td.sign { text-align: left; } .chain td.words { display: block; }
  .chain td.mark { padding-left: .5rem; } .chain td.rule { padding: 0 0 0 .6rem; }
  table.rows td:nth-child(3) { max-width: 12rem; } }
@media print { details.all { display: none; } .note, .chain tr { break-inside: avoid; }
  details.note::details-content { content-visibility: visible; block-size: auto; }
  a.mark { -webkit-print-color-adjust: exact; } }
"""
)


def nested(name: str) -> str:
    """The style for a part of a page that is not ours: it holds inside elements of this class only."""
    inside = STYLE.replace(":root", "&").replace("body {", "& {")
    return f".{name} {{ {inside} }}"
