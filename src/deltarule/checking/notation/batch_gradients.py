"""`dZ`, `dW` of a batch, where no words say what they are: dW is the gradient of the mean loss J by the weights W, and
dZ holds the error signals of the examples side by side, m ∂J/∂Z where some gradient has the factor 1/m, else ∂J/∂Z.

Only where most rows run backward, dW by dZ of a Z that is computed from W: `dy = f'(x) dx` is a differential.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.derivative_notation import OF_MANY, is_d
from deltarule.reading import tree as t
from deltarule.reading.biases import BIASES, WEIGHTS
from deltarule.reading.products import subscript_kept
from deltarule.reading.references import base_name, is_index, is_transpose, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["batch_gradients_written_out"]

NAMES = ("J", "L", "C", "E")
"""What the loss is called: the first of them that has no equation of its own."""
FEWEST = 2
"""Names with a d that a text has, at least, if they are gradients."""


def batch_gradients_written_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with ∂J/∂W for dW, where that is meant."""
    rows = list(_rows(statements))
    forward = sum(not _backward(statements, x, right) for x, right in rows)  # dX = dW Z may be a mistake
    if len({x for x, _ in rows}) < FEWEST or FEWEST * forward > len(rows) - forward:
        return statements
    if any(isinstance(right, t.Partial) for _, right in rows) or not any(_marked(right) for _, right in rows):
        return statements
    objective = _objective(statements)
    number = next((n for x, right in rows if _is_weight(x) and (n := _number(right)) is not None), None)
    if any(not _is_weight(x) and _number(right) is not None for x, right in rows):
        number = None  # dZ = (A - Y)/m has the mean in it

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return subscript_kept(node, change)
        out: list[tuple[str, t.Tree]] = []
        k = 0
        while k < len(node.items):
            op, item = node.items[k]
            x = _of(node.items, k)
            if x is None and is_d(item) and k + 1 < len(node.items) and _of_one_sample(node.items[k + 1][1]):
                out.append((op, t.Words("one example of a gradient", start=item.start, end=node.items[k + 1][1].end)))
                k += 2
                continue
            if x is None:
                out.append((op, t.replaced(item, change)))
                k += 1
                continue
            out.append((op, _gradient(objective, number, x, item.start)))
            k += 2
        if len(out) == len(node.items):
            return None
        return out[0][1] if len(out) == 1 else replace(node, items=tuple(out))

    return [s.replaced(change) for s in statements]


def _rows(statements: Sequence[Statement]) -> Iterator[tuple[t.Tree, t.Tree]]:
    """(W, right side) for each dW = …."""
    for s in statements:
        match [x.tree for x in s.sides[:2]]:
            case [t.Factors(items=(("", _), ("", _)) as items), t.Tree() as right] if s.relations[0].symbol in EQUAL:
                x = _of(items, 0)
                if x is not None:
                    yield x, right


def _of(items: Sequence[tuple[str, t.Tree]], k: int) -> t.Tree | None:
    """The W of d W at a place in a product."""
    if k + 1 >= len(items) or not is_d(items[k][1]) or items[k + 1][0]:
        return None
    x = items[k + 1][1]
    return x if _letter(x) and not _of_one_sample(x) else None


def _letter(x: t.Tree) -> str:
    match x:
        case t.Name() | t.Scripted(base=t.Name(), primes=0):
            return base_name(x if isinstance(x, t.Name) else x.base)  # type: ignore[arg-type]
    return ""


def _of_one_sample(x: t.Tree) -> bool:
    """Whether x is Z^{(i)} or Z^{[2](i)}."""
    above = x.sup if isinstance(x, t.Scripted) else None
    return any(isinstance(n, t.Group) and n.kind == "(" for n in (trees(above) if above is not None else ()))


def _is_weight(x: t.Tree) -> bool:
    return _letter(x) in WEIGHTS | BIASES


def _plain(x: t.Tree) -> tuple[t.Tree, bool]:
    """x without its transpose, and whether it has one."""
    match x:
        case t.Scripted(sup=t.Factors(items=(*before, ("", last)))) if is_transpose(last) and before:
            above = before[0][1] if len(before) == 1 else replace(x.sup, items=tuple(before))  # type: ignore[type-var]
            return replace(x, sup=above), True
        case t.Scripted(sup=t.Tree() as sup) if is_transpose(sup):
            return (x.base if x.sub is None else replace(x, sup=None)), True
    return x, False


def _gradient(objective: t.Name, number: t.Tree | None, x: t.Tree, start: int) -> t.Tree:
    plain, turned = _plain(x)
    whole: t.Tree = t.Partial("∂", objective, (plain,), start=start, end=x.end)
    if number is not None and not _is_weight(x):
        whole = t.Factors((("", number), ("", whole)), start=start, end=x.end)
    if turned or number is not None:
        whole = t.Group("(", (whole,), start=start, end=x.end)
    return t.Scripted(whole, None, t.Name("T"), start=start, end=x.end) if turned else whole


def _marked(tree: t.Tree) -> list[t.Tree]:
    """Every W of d W in a side."""
    out = []
    for node in t.walk(tree):
        if isinstance(node, t.Factors):
            out += [x for k in range(len(node.items)) if (x := _of(node.items, k)) is not None]
    return out


def _backward(statements: Sequence[Statement], x: t.Tree, right: t.Tree) -> bool:
    """Whether each dY on the right of dX = … is of a Y that is computed from X."""
    return all(_whole(_plain(x)[0]) in _below(statements, _whole(_plain(y)[0])) for y in _marked(right))


def _whole(x: t.Tree) -> t.Tree:
    """W for its component W_{ij}."""
    match x:
        case t.Scripted(sub=sub, sup=sup) if len(items := script_items(sub)) == 2 and all(map(is_index, items)):
            return x.base if sup is None else replace(x, sub=None)
    return x


def _below(statements: Sequence[Statement], y: t.Tree) -> set[t.Tree]:
    """The names from which y is computed."""
    out: set[t.Tree] = set()
    waiting = [y]
    while waiting:
        name = waiting.pop()
        for s in statements:
            if len(s.sides) < 2 or s.sides[0].tree is None or _whole(s.sides[0].tree) != name:
                continue
            for node in (n for side in s.sides[1:] for n in trees(side.tree)):
                if isinstance(node, t.Name | t.Scripted) and (plain := _whole(_plain(node)[0])) not in out | {y}:
                    out.add(plain)
                    waiting.append(plain)
    return out


def _objective(statements: Sequence[Statement]) -> t.Name:
    """A name for the loss: one that has no equation."""
    defined = {_letter(s.sides[0].tree) for s in statements if len(s.sides) > 1 and s.sides[0].tree is not None}
    return t.Name(next((x for x in NAMES if x not in defined), "Loss"))


def _number(right: t.Tree) -> t.Tree | None:
    """The m by which something is divided."""
    for node in t.walk(right):
        match node:
            case t.Ratio(denominator=t.Name(letter=letter) as m) if letter in OF_MANY:
                return m
            case t.Factors(items=items):
                for op, m in items:
                    if op == "/" and isinstance(m, t.Name) and m.letter in OF_MANY:
                        return m
    return None
