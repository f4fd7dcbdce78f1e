"""w_0 beside w: in s = wᵀx + w_0 and in s = w_0 + w_1 x_1 + w_2 x_2, where no x_0 stands, w_0 is the bias, a number of
its own, and no component of the vector w."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["intercepts_apart"]


def intercepts_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such a w_0 under a name of its own."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    apart = {name for side in sides for name in _intercepts(side)}
    if not apart or any(_is_one(s) for s in statements):
        return statements
    apart -= _listed(sides) | _counted_from_zero(sides)

    def change(node: t.Tree) -> t.Tree | None:
        if (name := _at_zero(node)) is None or base_name(name) not in apart:
            return None
        return t.Name(f"{name.letter}_0", name.accents, start=node.start, end=node.end)

    return [s.replaced(change) for s in statements] if apart else statements


def _at_zero(node: t.Tree) -> t.Name | None:
    """The w of w_0."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Num(value=value), sup=None, primes=0) if not value:
            return name
    return None


def _is_one(statement: Statement) -> bool:
    """x_0 = 1: a component like the others."""
    match [side.tree for side in statement.sides]:
        case [t.Scripted() as left, t.Num(value=value)] if value == 1:
            return _at_zero(left) is not None
    return False


def _intercepts(side: t.Tree) -> Iterator[str]:
    """The w of wᵀx + w_0, and of w_0 + w_1 x_1 + …, w_0 + Σ w_j x_j."""
    for node in trees(side):
        if not isinstance(node, t.Terms):
            continue
        alone = {base_name(name) for _, x in node.items if (name := _at_zero(x)) is not None}
        for _, whole in node.items if alone else ():
            item = whole.body if isinstance(whole, t.Big) else whole
            if not isinstance(item, t.Factors):
                continue
            below = [(base_name(x.base), x.sub) for x in trees(item) if _has_index(x)]  # type: ignore[attr-defined]
            for name, sub in below:
                if any(other != name and sub == theirs for other, theirs in below):
                    yield from alone & {name}
            scripted = {id(x.base) for x in trees(item) if _has_index(x)}  # type: ignore[attr-defined]
            yield from alone & {base_name(x) for x in trees(item) if isinstance(x, t.Name) and id(x) not in scripted}


def _has_index(node: t.Tree) -> bool:
    return isinstance(node, t.Scripted) and isinstance(node.base, t.Name) and node.sub is not None


def _listed(sides: Sequence[t.Tree]) -> set[str]:
    """The letters of lists, w = (w_0, w_1)."""
    out: set[str] = set()
    for node in (node for side in sides for node in trees(side)):
        items: list[t.Tree | None] = [x for row in node.rows for x in row] if isinstance(node, t.Matrix) else []
        items = list(node.items) if isinstance(node, t.Group) and len(node.items) > 1 else items
        out |= {base_name(name) for x in items if x is not None and (name := _at_zero(x)) is not None}
    return out


def _counted_from_zero(sides: Sequence[t.Tree]) -> set[str]:
    """The letters whose component 0 is like the others: x_0 stands beside w_0, or a sum begins at 0."""
    out: set[str] = set()
    for node in (node for side in sides for node in trees(side)):
        match node:
            case t.Factors(items=items):
                zeros = [base_name(name) for _, x in items if (name := _at_zero(x)) is not None]
                out |= set(zeros) if len(zeros) > 1 else set()
            case t.Big(index=t.Compare(sides=(t.Name() as letter, t.Num(value=value)))) if not value:
                for x in trees(node):
                    match x:
                        case t.Scripted(base=t.Name() as name, sub=sub) if sub == letter:
                            out.add(base_name(name))
    return out
