"""Units of two layers told apart by the letter of their index only: `z_i = h(a_i)`, `a_j = Σ_i w_ji z_i`.

Read as one vector each, such equations define z by a and a by z. Where that shows, the document is read once more with
z_i, z_j and z_k as quantities of their own; an equation with one letter in it holds for the other letters too.
"""

from __future__ import annotations

from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.letters.weights_of_two_layers import weights_of_two_layers
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, Survey, is_kronecker, reference, script_items

__all__ = ["CIRCLE", "at_other_letters", "circles", "decided"]

CIRCLE = "defined in a circle"
GOOD = frozenset({"proved", "conditional", "definition"})
BAD = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided", "unread"})


def circles(state: State) -> set[str]:
    """The letters to be read by their index: all that share an index letter with what is defined in a circle."""
    if isinstance(state.symbols.usage, Survey) and state.symbols.usage.lettered:
        return set()
    out = _twice_introduced(state) if any(row.verdict in BAD | OPEN for row in state.rows) else set()
    if any(row.verdict in BAD | OPEN for row in state.rows):
        out |= weights_of_two_layers(state)
    for left, right, row in state.judged:
        if CIRCLE in row.reason and row.verdict == "unread":
            out |= {base for side in (left, right) for base, _ in _indexed(state, side)}
    if not out:
        return set()
    everything = [pair for left, right, _ in state.judged for side in (left, right) for pair in _indexed(state, side)]
    letters = {letter for base, letter in everything if base in out}
    return {base for base, letter in everything if letter in letters}


def _twice_introduced(state: State) -> set[str]:
    """The letters with equations for two index letters, neither of which follows from the other: a_j = Σ_i w_ji x_i of
    the hidden units and a_k = Σ_j w_kj z_j of the outputs."""
    if any(is_kronecker(n) or _compares_indices(n) for side in _sides(state) for n in t.walk(side)):
        return set()  # [i = j]: two letters count the same
    found: dict[str, dict[str, DocumentRow]] = {}
    for left, right, row in state.judged:
        if isinstance(left, t.Scripted) and not isinstance(right, t.Partial) and _two_of_one_kind(state, right):
            return set()
        name = reference(left, state.symbols.usage) if isinstance(left, t.Scripted) else None
        if name is None or name.mark or name.label or len(name.indices) != 1 or name.power is not None:
            continue
        if isinstance(name.indices[0], t.Name) and not name.sample and name.base not in state.symbols.functions:
            found.setdefault(name.base, {}).setdefault(name.indices[0].letter, row)
    return {
        base for base, rows in found.items()
        if len(rows) > 1 and not any(row.verdict in {"proved", "conditional"} for row in list(rows.values())[1:])
    }  # fmt: skip


def _compares_indices(node: t.Tree) -> bool:
    match node:
        case t.Compare(sides=(t.Name(letter=one), t.Name(letter=other), *_)):
            return {one, other} <= INDEX_LETTERS
    return False


def _two_of_one_kind(state: State, side: t.Tree) -> bool:
    """Whether a letter stands with two indices in one side without a derivative, e^{z_i} / Σ_k e^{z_k}."""
    if any(isinstance(n, t.Partial) for n in t.walk(side)):
        return False
    single: dict[str, set[str]] = {}
    for node in t.walk(side):
        found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
        if found is not None and len(found.indices) == 1 and isinstance(found.indices[0], t.Name):
            single.setdefault(found.base, set()).add(found.indices[0].letter)
    return any(len(letters) > 1 for letters in single.values())


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


def at_other_letters(state: State, left: t.Tree, right: t.Tree) -> list[tuple[t.Tree, t.Tree]]:
    """`z_i = h(a_i)` for the other letters that stand below z: for layers of their own."""
    usage = state.symbols.usage
    found = reference(left, usage)
    if not isinstance(usage, Survey) or found is None or found.base not in usage.lettered or len(found.indices) != 1:
        return []
    own = found.indices[0]
    if not isinstance(own, t.Name):
        return []
    everywhere = {pair for side in _sides(state) for pair in _indexed(state, side)}
    used = {letter for base, letter in everywhere if base == found.base} - {own.letter}
    if not isinstance(right, t.Partial):  # that of another layer may be another, z_j = tanh(a_j) and z_k = σ(a_k)
        used = {x for x in used if f"{found.base}_{x}" not in state.explicit}
    inside = {letter for base, letter in _indexed(state, right) if base in usage.lettered}
    if any(isinstance(n, t.Big) for n in t.walk(right)):
        below = _summed(right) if len(inside) == 2 and own.letter in inside else ""
        maps = [{own.letter: x, below: own.letter} for x in sorted(used) if below and ord(x) == ord(own.letter) + 1]
    else:
        maps = [{own.letter: x} for x in sorted(used)] if inside == {own.letter} else []
    others = [(_with(left, m), _with(right, m)) for m in maps]
    return [pair for pair in others if {x for x in _indexed(state, pair[1]) if x[0] in usage.lettered} <= everywhere]


def _summed(tree: t.Tree) -> str:
    """The letter before the one above it over which a single Σ runs, the i of a_j = Σ_i w_ji z_i."""
    sums = [n for n in t.walk(tree) if isinstance(n, t.Big)]
    return sums[0].index.letter if len(sums) == 1 and isinstance(sums[0].index, t.Name) and not sums[0].upper else ""


def _sides(state: State) -> list[t.Tree]:
    return [side.tree for s in state.statements for side in s.sides if side.tree is not None]


def _with(tree: t.Tree, letters: dict[str, str]) -> t.Tree:
    """The tree with the letters below names, and under Σ, put in for one another."""
    assert set(letters.values()) <= INDEX_LETTERS

    def other(item: t.Tree) -> t.Tree:
        return t.Name(letters[item.letter]) if isinstance(item, t.Name) and item.letter in letters else item

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(sub=t.Tree() as sub) if any(other(i) is not i for i in script_items(sub)):
                items = tuple(map(other, script_items(sub)))
                below = items[0] if len(items) == 1 else t.Group("", items)
                return replace(node, sub=below)
            case t.Big(index=t.Name() as index) if other(index) is not index:
                return replace(node, index=other(index), body=t.replaced(node.body, change))
        return None

    return t.replaced(tree, change)
