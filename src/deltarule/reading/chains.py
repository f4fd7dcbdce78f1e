"""Products of derivatives of which one has more than two axes: `∂L/∂z · ∂z/∂W`, `δ ∂z/∂W`, `∂L/∂Z · ∂Z/∂W`.

Such a product is the chain rule: summed over the components of what stands below one ∂ and above the next. Which way
the factors lie says nothing then, and the product lies like what is differentiated by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import Axis, Derivative, Expression, Symbol, rename
from deltarule.reading import tree as t
from deltarule.reading.gradients import at_its_variable, key_of, orientation
from deltarule.reading.references import Reference, reference
from deltarule.reading.values import Unread, Value, product, transpose

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["Link", "chained", "link", "many_axes"]

PLAIN = frozenset({"", "cdot", "times", "*"})


@dataclass(frozen=True)
class Link:
    """∂of/∂by with all its axes: those of `of` and those of `by`."""

    expression: Expression
    of: Value
    by: Value

    @property
    def axes(self) -> int:
        return self.of.rank + self.by.rank


def link(low: Lowering, node: t.Tree) -> Link | None:
    """The derivative of a quantity by a quantity, all axes kept apart; None for anything else."""
    match node:
        case t.Partial(symbol="∂" | "d", of=t.Tree() as of, by=(target,), order=1):
            found = reference(target, low.symbols.usage)
        case _:
            return None
    if found is None or found.power is not None or found.transposed:
        return None
    above = at_its_variable(low, node) or low.lower(of)
    below = low.quantity(Reference(**{**found.__dict__, "power": None}), target.start)
    if not isinstance(below.expression, Symbol):
        return None
    return Link(Derivative(above.expression, below.expression), above, below)


def many_axes(low: Lowering, node: t.Tree) -> bool:
    """Whether a factor is a derivative with more than two axes."""
    if not isinstance(node, t.Partial) or node.of is None:
        return False
    found = link(low, node)
    return found is not None and found.axes > 2


def chained(low: Lowering, items: Sequence[tuple[str, t.Tree]]) -> Value | None:
    """A product with a derivative of more than two axes in it; None where there is none."""
    place = next((k for k, (_, item) in enumerate(items) if many_axes(low, item)), None)
    if place is None:
        return None
    first = last = place
    while first and _joined(items[first - 1][1], items[first]):
        first -= 1
    while last + 1 < len(items) and _joined(items[last][1], items[last + 1]):
        last += 1
    whole = _contracted(low, [item for _, item in items[first : last + 1]])
    before, behind = list(items[:first]), list(items[last + 1 :])
    if whole.of.rank:
        if before and (items[first][0] in PLAIN or whole.of.rank == whole.by.rank):
            whole, before = _applied(low, low.factors(_bare(before)), whole, items[first][0]), []
        elif behind and behind[0][0] in PLAIN:
            whole, behind = _applied(low, low.factors(_bare(behind)), whole, ""), []
        else:
            raise Unread("a derivative with more than two axes", items[first][1].start)
    value = _lying(low, items[first][1], items[last][1], whole)
    if before:
        value = product(low.resized(low.factors(_bare(before))), low.resized(value))
    if behind:
        value = product(low.resized(value), low.resized(low.factors(_bare(behind))))
    return value


def _bare(items: list[tuple[str, t.Tree]]) -> list[tuple[str, t.Tree]]:
    return [("", items[0][1]), *items[1:]]


def _joined(above: t.Tree, below: tuple[str, t.Tree]) -> bool:
    """Whether ∂a/∂b stands before ∂b/∂c."""
    op, node = below
    return (
        op in PLAIN
        and isinstance(above, t.Partial)
        and isinstance(node, t.Partial)
        and len(above.by) == 1
        and above.order == node.order == 1
        and above.by[0] == node.of
    )


def _contracted(low: Lowering, nodes: Sequence[t.Tree]) -> Link:
    links = [found for node in nodes if (found := link(low, node)) is not None]
    if len(links) != len(nodes):
        raise Unread("a derivative with more than two axes", nodes[0].start)
    whole = links[0]
    for following in links[1:]:
        whole = _through(low, whole.expression, whole.by, following, whole.of)
    return whole


def _through(low: Lowering, outer: Expression, middle: Value, following: Link, of: Value) -> Link:
    """Σ outer[…, m] · following[m, …] over the components m of what stands between."""
    renaming: dict[Axis, Axis] = {}
    for mine, other in ((middle.row, following.of.row), (middle.col, following.of.col)):
        if (mine is None) != (other is None):
            raise Unread("a chain of derivatives through shapes that differ")
        if mine is not None and other is not None:
            if not low.symbols.unify(mine.size, other.size):
                raise Unread("a chain of derivatives through sizes that differ")
            renaming[other] = mine
    inner = rename(following.expression, renaming)
    bound = tuple(a for a in (middle.row, middle.col) if a is not None)
    return Link(multiply(outer, inner, bound=bound), of, following.by)


def _applied(low: Lowering, factor: Value, whole: Link, op: str) -> Link:
    """A factor of the shape of what is differentiated, such as an error signal, before or behind the derivative."""
    if factor.rank == whole.of.rank == 1 and (factor.row is None) != (whole.of.row is None):
        factor = transpose(factor)
    if factor.rank == 0:
        return Link(multiply(factor.expression, whole.expression), whole.of, whole.by)
    if factor.rank != whole.of.rank:
        raise Unread("a derivative with more than two axes beside another shape")
    if op not in PLAIN:
        raise Unread("an elementwise product with a derivative of more than two axes")
    return _through(low, factor.expression, factor, whole, Value(factor.expression))


def _lying(low: Lowering, first: t.Tree, last: t.Tree, whole: Link) -> Value:
    """The result, of a number by something: as that lies, or transposed in numerator layout."""
    if whole.of.rank:
        raise Unread("a derivative with more than two axes", first.start)
    value = Value(whole.expression, whole.by.row, whole.by.col)
    if value.rank == 0 or not isinstance(first, t.Partial) or not isinstance(last, t.Partial):
        return value
    found = reference(last.by[0], low.symbols.usage)
    top = key_of(low, first.of) if first.of is not None else None
    if found is None or (value.rank == 1 and value.row is None):
        return value
    return transpose(value) if orientation(low, top, found.key) == "row" else value
