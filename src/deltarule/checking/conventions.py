"""Ways of writing that a document keeps throughout, made explicit before it is judged: `K^t` for the transpose, `dW`
for a gradient that has a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import script_items, trees
from deltarule.reading.statement import Side, Statement

__all__ = ["spelled_out"]

OBJECTIVES = frozenset({"L", "J", "E", "C", "ell"})


def spelled_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with one spelling for what they mean."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    turned = _small_t_transposes(sides)
    named = _named_differentials(statements)
    if not turned and not named:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if turned and isinstance(node, t.Scripted) and node.sup is not None and node.sup == t.Name("t"):
            inside = t.replaced(replace(node, sup=None), change)
            if not isinstance(inside, t.Scripted):
                return None
            return replace(inside, sup=t.Name("T", start=node.sup.start, end=node.sup.end))
        if isinstance(node, t.Factors) and named:
            return _joined(node, named, change)
        return None

    def spelled(side: Side) -> Side:
        return side if side.tree is None else replace(side, tree=t.replaced(side.tree, change))

    return [replace(s, sides=tuple(map(spelled, s.sides))) for s in statements]


def _small_t_transposes(sides: Sequence[t.Tree]) -> bool:
    """Whether `^t` is the transpose: t stands nowhere else, and nothing is transposed in another way."""
    above: set[int] = set()
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Scripted) and node.sup == t.Name("t"):
                above.add(id(node.sup))
            elif isinstance(node, t.Scripted) and isinstance(node.sup, t.Name) and node.sup.letter in {"T", "top"}:
                return False
    others = (n for side in sides for n in trees(side) if isinstance(n, t.Name) and n.letter == "t")
    return len(above) > 1 and all(id(n) in above for n in others)


def _letter(tree: t.Tree) -> str:
    match tree:
        case t.Name(letter=letter):
            return letter
        case t.Scripted(base=t.Name(letter=letter)):
            return letter
    return ""


def _is_d(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) and tree.letter == "d" and not tree.accents and tree.style in {"", "rm"}


def _named_differentials(statements: Sequence[Statement]) -> set[str]:
    """The letters X of which `dX` is defined as a quantity; none where d stands for something else, or dL for a change
    of the objective itself."""
    out: set[str] = set()
    for statement in statements:
        for k, side in enumerate(statement.sides):
            match side.tree:
                case t.Factors(items=(("", d), ("", of))) if _is_d(d) and _letter(of):
                    if k < len(statement.relations) and statement.relations[k].symbol in EQUAL and not k:
                        out.add(_letter(of))
            for node in trees(side.tree):
                if isinstance(node, t.Scripted) and _is_d(node.base):
                    return set()
                if isinstance(node, t.Scripted) and any(map(_is_d, script_items(node.sub))):
                    return set()
    return set() if out & OBJECTIVES else out


def _joined(node: t.Factors, named: set[str], change: object) -> t.Tree | None:
    """The product with each `d X` made one name."""
    items: list[tuple[str, t.Tree]] = []
    k, found = 0, False
    while k < len(node.items):
        op, item = node.items[k]
        after = node.items[k + 1] if k + 1 < len(node.items) else None
        if _is_d(item) and after is not None and after[0] == "" and _letter(after[1]) in named:
            items.append((op, _one_name(item, after[1])))
            k, found = k + 2, True
            continue
        items.append((op, t.replaced(item, change)))  # type: ignore[arg-type]
        k += 1
    if not found:
        return None
    return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))


def _one_name(d: t.Tree, of: t.Tree) -> t.Tree:
    if isinstance(of, t.Name):
        return replace(of, letter=f"d{of.letter}", start=d.start)
    assert isinstance(of, t.Scripted) and isinstance(of.base, t.Name)
    return replace(of, base=replace(of.base, letter=f"d{of.base.letter}", start=d.start), start=d.start)
