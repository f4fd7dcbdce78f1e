"""`z^1 = W^1 x + b^1`, `a^{2}` beside `a^{(2)}`: numbers above letters that count layers or samples, and are no powers.

No one writes a first power. Where two letters or more have a 1 above, or a letter has its number in parentheses
elsewhere, the numbers above such letters are read as if they stood in parentheses. No one differentiates by a cube:
the 3 of ∂C/∂z_i^3 is a layer. Where no other number stands above anything with an index, it says nothing, and z_k may
stand for z_k^3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import LAYER_LETTERS, base_name, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["layers_above"]

NEVER = frozenset({"e", *KNOWN_FUNCTIONS})
"""Letters that have powers whatever stands elsewhere."""


def layers_above(statements: Sequence[Statement]) -> tuple[Sequence[Statement], tuple[str, ...]]:
    """The statements with such numbers in parentheses, and the letters of which it is so."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    nodes = [n for side in sides for n in trees(side) if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    first = {_letter(n) for n in nodes if (k := _number(n)) is not None and k in (0, 1)} - NEVER
    alone: dict[str, set[int]] = {}
    for n in nodes:
        if n.sub is None and (k := _number(n)) is not None:
            alone.setdefault(_letter(n), set()).add(k)  # W_{ij}^2 beside W^{(2)} is a square, and so may W^2 be
    beside = {letter for letter, numbers in alone.items() if len(numbers - {0}) > 1 or 1 in numbers} & {
        _letter(n)
        for n in nodes
        if isinstance(n.sup, t.Group) and n.sup.kind == "(" and _whole(n.sup.items) is not None
    }
    letters = (first if len(first) > 1 else set()) | (beside - NEVER)
    only = _only_layer(sides, nodes) if not letters else None
    if only is not None:
        letters = {_letter(n) for n in nodes if n.sub is not None and _number(n) == only} - NEVER
    if not letters:
        return statements, ()
    if only is None:
        letters |= {_letter(n) for n in nodes if n.sup is not None and _of_any_layer(n.sup)} - NEVER

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name) or _letter(node) not in letters:
            return None
        if node.sup is None or (_number(node) is None and (only is not None or not _of_any_layer(node.sup))):
            return None
        if only is not None:
            return replace(node, sup=None) if node.sub is not None and _number(node) == only else None
        above = t.Group("(", (node.sup,), start=node.sup.start, end=node.sup.end)
        return replace(node, sup=above)

    return [s.replaced(change) for s in statements], tuple(sorted(letters))


def _of_any_layer(sup: t.Tree) -> bool:
    """Whether the l of z^l stands above, where the numbers of layers stand above the same letters."""
    return isinstance(sup, t.Name) and sup.letter in LAYER_LETTERS - {"L"} and not sup.accents


def _only_layer(sides: Sequence[t.Tree], nodes: Sequence[t.Scripted]) -> int | None:
    """The one number, 3 or more, above all names with an index that have a number above, if a derivative is by such."""
    below = [by for side in sides for n in trees(side) if isinstance(n, t.Partial) and n.order == 1 for by in n.by]
    by = {k for x in below if isinstance(x, t.Scripted) and x.sub is not None and (k := _number(x)) is not None}
    numbers = {k for n in nodes if n.sub is not None and (k := _number(n)) is not None}
    return next(iter(by)) if len(by) == 1 and by == numbers and min(by) > 2 else None


def _letter(node: t.Scripted) -> str:
    return base_name(node.base) if isinstance(node.base, t.Name) else ""


def _number(node: t.Scripted) -> int | None:
    """The whole number that stands bare above."""
    return _whole((node.sup,)) if node.sup is not None else None


def _whole(items: Sequence[t.Tree]) -> int | None:
    match items:
        case (t.Num(value=value, each=False),) if value.denominator == 1 and 0 <= value < 20:
            return int(value)
    return None
