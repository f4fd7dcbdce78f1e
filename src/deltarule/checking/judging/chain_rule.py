"""The chain rule itself, of quantities that nothing else connects: ∂A/∂C = ∂A/∂B · ∂B/∂C, and δ · ∂B/∂C for δ = ∂A/∂B.

It holds where C acts on A by way of B alone, which such a text leaves unsaid. Only rows that the definitions leave open
for want of an equation come here; one that they speak of is judged by them.
"""

from __future__ import annotations

from itertools import pairwise

from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference

__all__ = ["chain_rule_itself"]

OPEN = ("no definition leads from", "is never introduced", "no proof was found")
PLAIN = frozenset({"", "cdot", "times", "*"})


def chain_rule_itself(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Make an undecided row conditional, if it is the chain rule as written and no equation speaks of its links."""
    if row.verdict != "undecided" or not any(reason in row.reason for reason in OPEN):
        return
    names = _links(_written_out(state, left), _written_out(state, right))
    if names is None or len({n for n in names if n is not None}) < len(names) or any(_defined(state, n) for n in names):
        return
    if not _letters(state, *names[1:-1]) <= _letters(state, names[0], names[-1]):
        return  # an index of a link that the left side has not: a sum over it is missing
    between = ", ".join(filter(None, (found.key for n in names[1:-1] if (found := _found(state, n)) is not None)))
    first, last = _found(state, names[0]), _found(state, names[-1])
    if not between or first is None or last is None:
        return
    text = f"{last.key} acts on {first.key} by way of {between} alone"
    row.verdict, row.condition = "conditional", Condition("definition-elsewhere", text)
    row.reason = f"the chain rule, true where {text}"


def _written_out(state: State, side: t.Tree) -> t.Tree:
    """The side with ∂E/∂s for each δ that was introduced as that."""
    if isinstance(side, t.Factors):
        return t.Factors(tuple((op, _written_out(state, x)) for op, x in side.items), start=side.start, end=side.end)
    found = _found(state, side) if isinstance(side, t.Name | t.Scripted) else None
    named = state.written.get(found.key) if found is not None and found.key in state.symbols.macros else None
    return named if isinstance(named, t.Partial) and found is not None and not found.indices else side


def _found(state: State, node: t.Tree) -> Reference | None:
    return reference(node, state.symbols.usage)


def _letters(state: State, *nodes: t.Tree) -> set[str]:
    """The letters that say of which component or sample the names are."""
    found = [r for n in nodes if (r := _found(state, n)) is not None]
    scripts = [x for r in found for x in (*r.indices, *([r.sample] if r.sample is not None else []))]
    return {n.letter for x in scripts for n in t.walk(x) if isinstance(n, t.Name)}


def _defined(state: State, node: t.Tree) -> bool:
    """Whether an equation says what a name is: then the definitions decide."""
    found = _found(state, node)
    key = found.key if found is not None else ""
    return key in state.definitions.equations or key in state.symbols.macros or key in state.broken


def _links(left: t.Tree, right: t.Tree) -> list[t.Tree] | None:
    """[A, B, C] of ∂A/∂C = ∂A/∂B ∂B/∂C; None for anything else."""
    if not isinstance(right, t.Factors) or len(right.items) < 2 or any(op not in PLAIN for op, _ in right.items):
        return None
    ends = _link(left)
    links = [_link(item) for _, item in right.items]
    if ends is None or any(link is None for link in links):
        return None
    written = [link for link in links if link is not None]
    for chain in (written, written[::-1]):  # the factors the other way round, where gradients are columns
        joined = all(one[1] == other[0] for one, other in pairwise(chain))
        if joined and chain[0][0] == ends[0] and chain[-1][1] == ends[1]:
            return [chain[0][0], *(link[1] for link in chain)]
    return None


def _link(node: t.Tree) -> tuple[t.Tree, t.Tree] | None:
    match node:
        case t.Partial(of=(t.Name() | t.Scripted()) as of, by=((t.Name() | t.Scripted()) as by,), order=1):
            return of, by
    return None
