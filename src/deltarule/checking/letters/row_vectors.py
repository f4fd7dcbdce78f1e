"""`z = x W + b`: a vector before its matrix is a row, and so is what is made of it: z, b, a = f(z).

The last layer may have one output: where the loss is made of it as of a number, -log p, its weights are a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, is_transpose, reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["row_space", "rows_for_columns"]

Names: TypeAlias = dict[str, t.Tree]
"""Names by their keys, as they are written."""
Equation: TypeAlias = tuple[t.Tree | None, t.Tree | None]


def rows_for_columns(state: State, statements: Sequence[Statement]) -> Iterator[tuple[Sequence[Statement], list[str]]]:
    """The statements with a declaration of every such row, x ∈ ℝ^{1×n}, and their names: with one output, where the
    loss allows for it, and with several. None where a matrix stands before its vector somewhere.
    A derivative lies as what it is taken by."""
    equations = [
        (s.sides[k].tree, s.sides[k + 1].tree)
        for s in statements
        for k, relation in enumerate(s.relations)
        if relation.symbol in EQUAL and s.sides[k].tree is not None and s.sides[k + 1].tree is not None
    ]
    slopes = {
        r.key for left, right in equations if isinstance(right, t.Partial) and (r := _name(state, left)) is not None
    }
    given = [(left, right) for left, right in equations if _key(state, left) not in {"", *slopes}]
    before = [pair for _, right in given for n in trees(right) if isinstance(n, t.Factors) for pair in _pairs(state, n)]
    if not before or not all(first for first, _ in before):
        return
    first = statements[0]
    sums = [n for _, right in equations for n in trees(right) if isinstance(n, t.Terms)]
    rows = _rows(state, given, before, sums)
    numbers = _numbers(state, equations, given)
    weights = dict.fromkeys(n for _, right in given for n in _weights(state, right))
    of_numbers = {n for left, right in given if _key(state, left) in numbers for n in _weights(state, right)}
    for without, columns in ((numbers, of_numbers), (set[str](), set[t.Tree]())) if of_numbers else ((set(), set()),):
        kept = {key: node for key, node in rows.items() if key not in without}
        declared = [(_plain(node), row_space(k)) for k, node in enumerate(kept.values())]
        declared += [
            (_plain(node), _space(f"?above{k}", 1 if node in columns else f"?below{k}"))
            for k, node in enumerate(weights)
        ]
        yield [replace(first, memberships=(*first.memberships, *declared)), *statements[1:]], sorted(kept)


def _rows(
    state: State, given: Sequence[Equation], before: Sequence[tuple[bool, t.Tree]], sums: Sequence[t.Terms]
) -> Names:
    """What stands before a matrix, what is made of it, and what is added to it or taken from it."""
    rows: Names = {key: one for _, one in before if (key := _key(state, one))}
    size = 0
    while len(rows) != size:
        size = len(rows)
        for left, right in given:
            found = _made_of(state, right, rows)
            own = _key(state, left)
            if found is not None and left is not None:
                rows |= {own: left, **found}
            elif own in rows:
                rows |= _argument(state, right)
        for total in sums:
            alone = {key: item for _, item in total.items if (key := _key(state, item))}
            rows |= alone if alone.keys() & rows.keys() else {}
    return rows


def _numbers(state: State, equations: Sequence[Equation], given: Sequence[Equation]) -> set[str]:
    """The outputs of which a loss is made as of numbers, without a sum or a norm: p of -y log p, the z of p = σ(z),
    and the b that is added to it."""
    losses = [right for left, right in equations if _loss(state, left) and right is not None]
    plain = [right for right in losses if not any(isinstance(n, t.Big | t.Group) and _sums(n) for n in trees(right))]
    out = {key for right in plain for n in trees(right) if (key := _key(state, n))}
    if len(plain) != len(losses):
        return set()
    size = 0
    while len(out) != size:
        size = len(out)
        for left, right in given:
            if _key(state, left) in out and right is not None:
                out |= set(_argument(state, right))
                match right:
                    case t.Terms(items=items):
                        out |= {key for _, item in items if (key := _key(state, item))}
    return out


def _loss(state: State, left: t.Tree | None) -> bool:
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    return found is not None and found.key in state.symbols.objectives


def _sums(node: t.Tree) -> bool:
    return (isinstance(node, t.Big) and node.kind == "sum") or (isinstance(node, t.Group) and node.kind == "||")


def _weights(state: State, right: t.Tree | None) -> list[t.Tree]:
    """The W of x W."""
    pairs = [x for n in trees(right) if isinstance(n, t.Factors) for x in pairwise(n.items)]
    return [other for (_, one), (op, other) in pairs if _pair(state, one, op, other) is True]


def _name(state: State, node: t.Tree | None) -> Reference | None:
    """What a small letter stands for, that is a quantity without an index of a component."""
    if not isinstance(node, t.Name | t.Scripted):
        return None
    found = reference(node, state.symbols.usage)
    if found is None or found.indices or found.power or found.primes or found.transposed or found.sample is not None:
        return None
    if not found.base[:1].islower() or found.key in state.symbols.objectives:
        return None
    return None if found.base in state.symbols.functions or found.base in KNOWN_FUNCTIONS else found


def _key(state: State, node: t.Tree | None) -> str:
    found = _name(state, node)
    return "" if found is None else found.key


def _is_matrix(state: State, node: t.Tree) -> bool:
    """Whether a factor is a capital, with or without a transpose."""
    found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
    if found is None or found.indices or not found.base[:1].isupper() or found.key in state.symbols.objectives:
        return False
    entity = state.symbols.entities.get(found.key)
    return entity is None or entity.rank in {None, 2}


def _pairs(state: State, product: t.Factors) -> Iterator[tuple[bool, t.Tree]]:
    """Each vector of a product that stands beside a capital: whether it stands before it, and the vector."""
    for (_, one), (op, other) in pairwise(product.items):
        first = _pair(state, one, op, other)
        if first is not None:
            yield first, one if first else other


def _pair(state: State, one: t.Tree, op: str, other: t.Tree) -> bool | None:
    """True for x W, False for W x."""
    if op in {"", "cdot"}:
        if _name(state, one) is not None and _is_matrix(state, other):
            return True
        if _is_matrix(state, one) and _name(state, other) is not None:
            return False
    return None


def _made_of(state: State, right: t.Tree | None, rows: Names) -> Names | None:
    """The rows in a side that is a row itself: in x W + b the b; in f(z) none further; None for another side."""
    match right:
        case t.Terms(items=items):
            parts = [_made_of(state, item, rows) for _, item in items]
            if all(part is None for part in parts):
                return None
            alone = {key: item for _, item in items if (key := _key(state, item))}
            return {key: node for part in parts if part for key, node in part.items()} | alone
        case t.Factors() if any(first for first, _ in _pairs(state, right)):
            return {}
        case t.Name() | t.Scripted():
            return {} if _key(state, right) in rows else None
    inside = _inside(right)
    return None if inside is None else _made_of(state, inside, rows)


def _argument(state: State, right: t.Tree | None) -> Names:
    """The z of f(z)."""
    inside = _inside(right)
    key = _key(state, inside)
    return {key: inside} if inside is not None and key else {}


def _inside(side: t.Tree | None) -> t.Tree | None:
    match side:
        case (
            t.Call(argument=t.Group(items=(inside,)))
            | t.Factors(items=((_, t.Name() | t.Scripted()), ("", t.Group(kind="(" | "[", items=(inside,)))))
        ):
            return inside
        case t.Group(kind="(" | "[", items=(inside,)):
            return inside
    return None


def _plain(node: t.Tree) -> t.Tree:
    if isinstance(node, t.Scripted) and node.sup is not None and is_transpose(node.sup):
        return replace(node, sup=None)
    return node


def row_space(k: int) -> t.Tree:
    """Where the row number k lies, ℝ^{1×n}."""
    return _space(1, f"?row{k}")


def _space(*sizes: int | str) -> t.Tree:
    """ℝ^{m×n}."""
    first, second = (t.Num(Fraction(n), str(n)) if isinstance(n, int) else t.Name(n) for n in sizes)
    return t.Scripted(t.Name("R", (), "bb"), None, t.Factors((("", first), ("times", second))))
