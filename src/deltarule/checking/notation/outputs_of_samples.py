"""`∂/∂θ h_θ(x^{(i)})` of an h without an equation: the output for a sample is a quantity, h^{(i)}, that depends on θ.

So is σ(x^{(i)}) where the text differentiates it by θ: it is short for σ(θᵀx^{(i)}), and no function of x^{(i)} alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in, neighbours_joined
from deltarule.reading.references import INDEX_LETTERS, base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["outputs_as_quantities"]


def outputs_as_quantities(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with each such output as a quantity of its sample."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    given = {name for s in statements for name in _given(s)}
    found = {(f, x) for side in sides for f, x in _differentiated(side)}
    found = {(f, x) for f, x in found if not {base_name(x), base_name(_name(f))} & given}
    if not found:
        return statements
    alone = {base_name(n) for side in sides for n in _alone(side)}

    def joined(head: t.Tree, group: t.Tree) -> t.Tree | None:
        sample = _sample(group)
        if sample is None or (head, sample[0]) not in found or not isinstance(group, t.Group):
            return None
        if not _parameter(head) and not sample[1]:
            return None  # σ(x) is the function
        name = _name(head)
        if not _parameter(head) or base_name(name) in alone:
            name = t.Name(f"{name.letter}_{sample[0].letter}", start=name.start, end=name.end)
        above = group.items[0]
        above = above.sup if isinstance(above, t.Scripted) else None
        return name if above is None else t.Scripted(name, None, above, start=head.start, end=group.end)

    def change(node: t.Tree) -> t.Tree | None:
        one = neighbours_joined(node, joined, change)
        return one if one is None or one is node else _applied(one)

    return [s.replaced(change) for s in statements]


def _applied(product: t.Tree) -> t.Tree:
    """∂/∂θ h at the end of a product as the derivative of h."""
    if not isinstance(product, t.Factors) or len(product.items) < 2:
        return product
    *before, (op, operator), (between, last) = product.items
    if not isinstance(operator, t.Partial) or operator.of is not None or between:
        return product
    one = replace(operator, of=last, end=last.end)
    return one if not before else replace(product, items=(*before, (op, one)))


def _given(s: Statement) -> Iterator[str]:
    """The names in front of the first sign of an equation: y = …, h_θ(x) = …."""
    if s.relations and s.relations[0].symbol in EQUAL and not s.continues:
        match s.sides[0].tree:
            case (t.Name() as name) | t.Scripted(base=t.Name() as name):
                yield base_name(name)
            case t.Factors(items=((_, head), ("", t.Group(kind="(")))) if not isinstance(head, t.Partial):
                yield base_name(_name(head))


def _differentiated(side: t.Tree) -> Iterator[tuple[t.Tree, t.Name]]:
    """The f and the x of ∂/∂θ f(x^{(i)}) and ∂f(x^{(i)})/∂θ."""
    for node in trees(side):
        match node:
            case t.Partial(of=t.Factors() as product, by=(by,)):
                yield from _outputs(product, by)
            case t.Factors(items=items):
                for (_, first), (op, second) in pairwise(items):
                    if isinstance(first, t.Partial) and first.of is None and len(first.by) == 1 and not op:
                        behind = tuple(pair for pair in items[items.index((op, second)) :][:2])
                        yield from _outputs(t.Factors(behind), first.by[0])


def _outputs(product: t.Factors, by: t.Tree) -> Iterator[tuple[t.Tree, t.Name]]:
    variable = _name(by)
    for head, group in calls_in(product):
        sample = _sample(group)
        if sample is None or not sample[1] or base_name(sample[0]) == base_name(variable):
            continue
        if _name(head).letter and (_parameter(head) is None or _parameter(head) == base_name(variable)):
            yield head, sample[0]


def _sample(group: t.Tree) -> tuple[t.Name, str] | None:
    """The x and the i of (x^{(i)}), or the x of (x)."""
    match group:
        case t.Group(kind="(", items=(t.Name() as x,)):
            return x, ""
        case t.Group(
            kind="(", items=(t.Scripted(base=t.Name() as x, sub=None, sup=t.Group(kind="(", items=(t.Name() as i,))),)
        ) if i.letter in INDEX_LETTERS:
            return x, i.letter
    return None


def _name(head: t.Tree) -> t.Name:
    base = head.base if isinstance(head, t.Scripted) else head
    return base if isinstance(base, t.Name) else t.Name("")


def _parameter(head: t.Tree) -> str | None:
    """The θ of h_θ."""
    below = head.sub if isinstance(head, t.Scripted) and head.sup is None else None
    return base_name(below) if isinstance(below, t.Name) else None


def _alone(side: t.Tree) -> Iterator[t.Name]:
    """The names in a side that no parentheses follow."""
    called = {id(_name(head)) for n in trees(side) for head, _ in calls_in(n)}
    return (n for n in trees(side) if isinstance(n, t.Name) and id(n) not in called)
