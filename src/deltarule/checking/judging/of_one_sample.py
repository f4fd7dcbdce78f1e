"""x beside x_j^{(i)} in one row: there x is the x^{(i)} of the same sample, of which the index was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.letters.samples import with_index
from deltarule.reading import tree as t
from deltarule.reading.references import ANY, Reference, reference

__all__ = ["of_one_sample"]


def of_one_sample(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row once more with the index of its one sample in all that may have one. What holds so, holds under
    that condition; what does not hold in either reading is refuted, what is open in one stays open."""
    if row.verdict not in {"refuted", "undecided"}:
        return
    found = [*_names(state, left), *_names(state, right)]
    letters = {r.sample.letter for r in found if isinstance(r.sample, t.Name)}
    bases = {r.base for r in found if r.sample is not None}
    bare = sorted({r.base for r in found if r.label == ANY and r.base in bases})
    if len(letters) != 1 or not bare or _summed(left, right) & letters:
        return
    (letter,) = letters
    index = t.Group("(", (t.Name(letter),))
    sides = [with_index(state, side, index) for side in (left, right)]
    if sides[0] is None or sides[1] is None:
        return
    trial = replace(row, counterexample=None, condition=None, hint="", suggestion="")
    claim(state, sides[0], sides[1], trial)
    if trial.verdict in {"proved", "conditional"}:
        text = f"{', '.join(bare)} without an index is that of sample {letter}"
        row.verdict, row.condition, row.domain = "conditional", Condition("definition-elsewhere", text), trial.domain
        row.reason, row.counterexample, row.hint, row.suggestion = f"true where {text}", None, "", ""
    elif row.verdict == "refuted" and trial.verdict != "refuted":
        row.verdict, row.counterexample, row.hint, row.suggestion = "undecided", None, "", ""
        row.reason = f"{', '.join(bare)} stands with the index of a sample and without it"


def _names(state: State, side: t.Tree) -> Iterator[Reference]:
    for node in t.walk(side):
        if isinstance(node, t.Name | t.Scripted) and (found := reference(node, state.symbols.usage)) is not None:
            yield found


def _summed(*sides: t.Tree) -> set[str]:
    ranges = [n.index for side in sides for n in t.walk(side) if isinstance(n, t.Big) and n.index is not None]
    return {n.letter for index in ranges for n in t.walk(index) if isinstance(n, t.Name)}
