"""Units of two layers told apart by the letter of their index only: `z_i = h(a_i)`, `a_j = Σ_i w_ji z_i`.

Read as one vector each, such equations define z by a and a by z. Where that shows, the document is read once more with
z_i, z_j and z_k as quantities of their own; an equation with one letter in it holds for the other letters too.
"""

from __future__ import annotations

from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, Survey, reference, script_items

__all__ = ["CIRCLE", "at_other_letters", "circles", "decided", "retold"]

CIRCLE = "defined in a circle"
GOOD = frozenset({"proved", "conditional", "definition"})
BAD = frozenset({"refuted", "ill-shaped"})


def circles(state: State) -> set[str]:
    """The letters to be read by their index: all that share an index letter with what is defined in a circle."""
    if isinstance(state.symbols.usage, Survey) and state.symbols.usage.lettered:
        return set()
    if not any(CIRCLE in row.reason for row in state.rows if row.verdict == "unread"):
        return set()
    out: set[str] = set()
    for left, right, row in state.judged:
        if CIRCLE in row.reason:
            out |= {base for side in (left, right) for base, _ in _indexed(state, side)}
    if not out:
        return set()
    everything = [pair for left, right, _ in state.judged for side in (left, right) for pair in _indexed(state, side)]
    letters = {letter for base, letter in everything if base in out}
    return {base for base, letter in everything if letter in letters}


def _indexed(state: State, side: t.Tree) -> list[tuple[str, str]]:
    """The names with index letters in a side, each with one of its letters."""
    out = []
    for node in t.walk(side):
        found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
        for index in found.indices if found is not None else ():
            if found is not None and isinstance(index, t.Name) and found.base not in state.symbols.functions:
                out.append((found.base, index.letter))
    return out


def decided(state: State) -> int:
    """How many rows are understood, less those that would be wrong and that no known mistake explains."""
    bad = sum(row.verdict in BAD and not row.hint for row in state.rows)
    return sum(row.verdict in GOOD for row in state.rows) - 2 * bad


def retold(before: State, after: State) -> None:
    """Nothing that was proved in the first reading may be lost in the second."""
    for old, new in zip(before.rows, after.rows, strict=True):
        if old.verdict == "proved" and new.verdict in {"undecided", "unread"}:
            new.verdict, new.reason, new.domain = old.verdict, old.reason, old.domain


def at_other_letters(state: State, left: t.Tree, right: t.Tree) -> list[tuple[t.Tree, t.Tree]]:
    """`z_i = h(a_i)` for the other letters that stand below z: for layers of their own."""
    usage = state.symbols.usage
    found = reference(left, usage)
    if not isinstance(usage, Survey) or found is None or found.base not in usage.lettered or len(found.indices) != 1:
        return []
    own = found.indices[0]
    inside = {letter for _, letter in _indexed(state, right)}
    if not isinstance(own, t.Name) or inside != {own.letter} or any(isinstance(n, t.Big) for n in t.walk(right)):
        return []
    used = {
        letter
        for first, second, _ in (*state.judged, *((s, s, None) for s in _sides(state)))
        for side in (first, second)
        for base, letter in _indexed(state, side)
        if base == found.base
    }
    return [(_with(left, own.letter, x), _with(right, own.letter, x)) for x in sorted(used - {own.letter})]


def _sides(state: State) -> list[t.Tree]:
    return [side.tree for s in state.statements for side in s.sides if side.tree is not None]


def _with(tree: t.Tree, letter: str, other: str) -> t.Tree:
    assert other in INDEX_LETTERS

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Scripted) and any(i == t.Name(letter) for i in script_items(node.sub)):
            items = tuple(t.Name(other) if i == t.Name(letter) else i for i in script_items(node.sub))
            sub = items[0] if len(items) == 1 else t.Group("", items)
            return t.Scripted(node.base, sub, node.sup, node.primes, start=node.start, end=node.end)
        return None

    return t.replaced(tree, change)
