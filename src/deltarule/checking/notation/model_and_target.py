"""One letter for what a model gives and for what it should give: y = wx + b, and L = ½ Σ_i (w x_i + b - y_i)².

With both as one quantity the loss is zero whatever its letters are, and every multiple of its gradient is right. Where
a square of a difference vanishes so, the y that has the equation is the output and every other one the target. A row
that differentiates by y may mean either, and is left open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, script_items, trees
from deltarule.reading.statement import Side, Statement

__all__ = ["outputs_apart"]

DEEPEST = 6
FLIPPED = {"+": "-", "-": "+"}
PRODUCTS = frozenset({"", "cdot", "times", "odot", "*"})


def outputs_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the output of such a model under a name of its own."""
    given = dict(_given(statements))
    meant = {name for s in statements for k, side in enumerate(s.sides) for name in _compared(side.tree, given, k > 0)}
    for name in sorted(meant):
        statements = [_told_apart(s, name) for s in statements]
    return statements


def _given(statements: Sequence[Statement]) -> Iterator[tuple[str, t.Tree]]:
    """The names with an equation, the last one first."""
    for s in reversed(statements):
        if len(s.sides) > 1 and s.relations[0].symbol in EQUAL and not s.continues:
            left, right = s.sides[0].tree, s.sides[1].tree
            name = left.base if isinstance(left, t.Scripted) and not _of_a_power(left) else left
            if isinstance(name, t.Name) and right is not None and name not in trees(right):
                yield base_name(name), right


def _of_a_power(node: t.Scripted) -> bool:
    return isinstance(node.sup, t.Num) or node.primes > 0


def _compared(side: t.Tree | None, given: dict[str, t.Tree], right: bool) -> Iterator[str]:
    """The y of (h - y)², ‖y - Xw‖², |y - wx| and e = y - wx, where the other part is what the equation of y says."""
    for node in trees(side):
        match node:
            case t.Terms() as inside if right and node is side:
                pass
            case t.Scripted(base=t.Group(items=(t.Terms() as inside,)), sup=t.Num(value=power)) if power == 2:
                pass
            case t.Group(kind="||" | "|", items=(t.Terms() as inside,)):
                pass
            case _:
                continue
        found = [name for k in range(len(inside.items)) if (name := _vanishing(inside.items, k, given)) is not None]
        yield from map(base_name, sorted(found, key=lambda name: len(name.accents))[:1])  # of ŷ and y the y


def _vanishing(items: tuple[tuple[str, t.Tree], ...], k: int, given: dict[str, t.Tree]) -> t.Name | None:
    """The y of a term, if the others are what its equation says."""
    sign, item = items[k]
    name = item.base if isinstance(item, t.Scripted) and not _of_a_power(item) else item
    if not isinstance(name, t.Name) or (own := base_name(name)) not in given or len(items) < 2:
        return None
    rest = tuple((x if sign == "-" else FLIPPED.get(x, ""), i) for x, i in items[:k] + items[k + 1 :])
    known = {other: tree for other, tree in given.items() if other != own}
    return name if _form(t.Terms(rest), known) == _form(given[own], known) else None


def _form(tree: t.Tree | None, given: dict[str, t.Tree], depth: int = 0) -> object:
    """What an expression is made of, whatever its indices, its order, and the names of its parts."""
    if depth > DEEPEST or tree is None:
        return tree
    match tree:
        case t.Name():
            inside = given.get(base_name(tree))
            return base_name(tree) if inside is None else _form(inside, given, depth + 1)
        case t.Scripted(base=base, sub=sub, sup=sup):
            numbers = tuple(i.value for i in script_items(sub) if isinstance(i, t.Num))
            power = sup if sup is not None and not is_transpose(sup) and not isinstance(sup, t.Group) else None
            inside = _form(base, given, depth + 1)
            return (inside, numbers, power, tree.primes) if numbers or power or tree.primes else inside
        case t.Group(kind="(" | "[" | "{", items=(one,)):
            return _form(one, given, depth)
        case t.Big(kind="sum", body=body):
            return _form(body, given, depth)
        case t.Terms(items=items):
            terms = sorted((repr((sign, _form(item, given, depth))) for sign, item in _flat(items)))
            return ("+", *terms) if len(terms) > 1 or items[0][0] != "+" else _form(items[0][1], given, depth)
        case t.Factors(items=items):
            return ("*", *sorted(repr((op if op not in PRODUCTS else "", _form(i, given, depth))) for op, i in items))
    return repr(tree)


def _flat(items: tuple[tuple[str, t.Tree], ...]) -> Iterator[tuple[str, t.Tree]]:
    """The terms, those in parentheses with their own signs."""
    for sign, item in items:
        match item:
            case t.Group(kind="(" | "[" | "{", items=(t.Terms(items=inner),)):
                yield from ((x if sign == "+" else FLIPPED.get(x, ""), i) for x, i in _flat(inner))
            case _:
                yield sign, item


def _told_apart(statement: Statement, name: str) -> Statement:
    """The statement with the output as y_output where it stands as a side, or is differentiated."""

    def is_own(node: t.Tree | None) -> bool:
        return isinstance(node, t.Name) and base_name(node) == name and node.style != "bold"

    def another(node: t.Tree, mark: str) -> t.Tree:
        assert isinstance(node, t.Name)
        return replace(node, letter=f"{node.letter}_{mark}")

    nodes = [n for side in statement.sides for n in trees(side.tree)]
    if any(isinstance(n, t.Partial) and any(is_own(x) for by in n.by for x in trees(by)) for n in nodes):
        return statement.replaced(lambda n: another(n, "either") if is_own(n) else None)

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Partial(of=t.Name() as of) if is_own(of):
                return replace(node, of=another(of, "output"))
        return None

    def one(side: Side) -> Side:
        if side.tree is not None and is_own(side.tree):
            return replace(side, tree=another(side.tree, "output"))
        return side.replaced(change)

    return replace(statement, sides=tuple(map(one, statement.sides)))
