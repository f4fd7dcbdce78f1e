"""Σ_x over the training examples x: C = -1/n Σ_x [y ln a + (1 - y) ln(1 - a)] with a = σ(z) and z = Σ_j w_j x_j + b.

What depends on the example gets a sample index in such a sum: x, what is computed from it, and what nothing gives and
nothing is differentiated by, the target y. Elsewhere it stands for any one example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, is_transpose, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS, VECTOR_FUNCTIONS

__all__ = ["sums_over_examples"]

FREE = "srqpi"
CONSTANT = frozenset({"e", "pi", "1", "n", "N", "m", "M", "eta", "lambda", *KNOWN_FUNCTIONS, *VECTOR_FUNCTIONS})


def sums_over_examples(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a sample index in their sums over examples."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    sums = [n for side in sides for n in trees(side) if isinstance(n, t.Big) and _examples(n)]
    if not sums:
        return statements
    used = {n.letter for side in sides for n in trees(side) if isinstance(n, t.Name)}
    letter = next((x for x in FREE if x not in used), None)
    varying = _varying(statements, sums)
    if letter is None or not varying:
        return statements
    index = t.Name(letter)

    def each(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Name() if base_name(node) in varying:
                return t.Scripted(node, None, t.Group("(", (index,)), start=node.start, end=node.end)
            case t.Scripted(base=t.Name() as name, sup=sup) if base_name(name) in varying:
                return _with_sample(node, sup, index)
        return None

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Big) and _examples(node):
            return replace(node, index=index, upper=None, body=t.replaced(node.body, each))
        return None

    hidden = _between(statements, varying, {base for one in sums for base in _quantities(one.body)})

    def statement(s: Statement) -> Statement:
        formulas = [x.tree for x in s.sides if x.tree is not None]
        if not any(_quantities(x) & hidden for x in formulas) or any(map(_has_layers, formulas)):
            return s.replaced(change)
        return s.replaced(lambda n: change(n) or each(n))

    return [statement(s) for s in statements]


def _between(statements: Sequence[Statement], varying: set[str], summed: set[str]) -> set[str]:
    """The s of o = tanh(s) and Σ_x (o - y)²: what stands in no such sum, and in what is computed for them."""
    given = _given(statements)
    seen, todo = set(summed), list(summed)
    while todo:
        for body in given.get(todo.pop(), []):
            new = (_quantities(body) & varying) - seen
            seen |= new
            todo += new
    return seen & varying - summed


def _has_layers(tree: t.Tree) -> bool:
    return any(isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and _is_layer(n.sup) for n in trees(tree))


def _is_layer(sup: t.Tree | None) -> bool:
    return sup is not None and not isinstance(sup, t.Num) and not is_transpose(sup)


def _with_sample(node: t.Scripted, sup: t.Tree | None, index: t.Name) -> t.Tree:
    """x_j with the sample index; a power stays outside."""
    sample = t.Group("(", (index,))
    if sup is None:
        return replace(node, sup=sample)
    if isinstance(sup, t.Num):
        inside = replace(node, sup=sample)
        return t.Scripted(t.Group("(", (inside,), start=node.start, end=node.end), None, sup)
    return node  # a layer's


def _examples(node: t.Big) -> frozenset[str]:
    """The x of Σ_x, and of Σ_{(x, y)}: quantities that stand in what is summed as they are, not below another name."""
    if node.kind != "sum" or node.upper is not None:
        return frozenset()
    match node.index:
        case t.Name(accents=()) as only:
            names = {only.letter}
        case t.Group(kind="(", items=items) | t.Compare(sides=(t.Group(kind="(", items=items), t.Name())):
            names = {x.letter for x in items if isinstance(x, t.Name)}
        case t.Compare(sides=(t.Name(accents=()) as only, t.Name()), relations=(t.Relation(symbol="\\in"),)):
            names = {only.letter}
        case _:
            return frozenset()
    below = {
        x.letter
        for n in trees(node.body)
        if isinstance(n, t.Scripted)
        for i in script_items(n.sub)
        for x in trees(i)
        if isinstance(x, t.Name)
    }
    return frozenset() if names & (INDEX_LETTERS | below) or not names <= {"x", "y", "t", "d"} else frozenset(names)


def _varying(statements: Sequence[Statement], sums: Sequence[t.Big]) -> set[str]:
    """The names that depend on the example."""
    given = _given(statements)
    by = {
        base_name(n)
        for s in statements
        for side in s.sides
        for p in trees(side.tree)
        if isinstance(p, t.Partial)
        for x in p.by
        for n in trees(x)
        if isinstance(n, t.Name)
    }
    inside = {base for one in sums for base in _quantities(one.body)}
    out = {x for one in sums for x in _examples(one)}
    summed = {base for base, bodies in given.items() if any(n in sums for b in bodies for n in trees(b))}
    out |= {base for base in inside if base not in given and base not in by and base not in CONSTANT}
    before = -1
    while before != len(out):
        before = len(out)
        out |= {
            base for base, bodies in given.items() if base not in summed and any(_quantities(b) & out for b in bodies)
        }
    return out - summed


def _given(statements: Sequence[Statement]) -> dict[str, list[t.Tree]]:
    """What stands on the right of each name that heads an equation."""
    out: dict[str, list[t.Tree]] = {}
    for s in statements:
        head = s.sides[0].tree
        name = head.base if isinstance(head, t.Scripted) else head
        if isinstance(name, t.Name) and len(s.sides) > 1 and s.relations[0].symbol in EQUAL and not s.continues:
            out.setdefault(base_name(name), []).extend(x.tree for x in s.sides[1:] if x.tree is not None)
    return out


def _quantities(body: t.Tree) -> set[str]:
    """The names in a formula that are no functions before brackets and count nothing."""
    counts = {id(x) for n in trees(body) if isinstance(n, t.Scripted) for i in script_items(n.sub) for x in trees(i)}
    heads = {id(n.function) for n in trees(body) if isinstance(n, t.Call)}
    for node in trees(body):
        if isinstance(node, t.Big) and node.index is not None:
            counts |= {id(x) for x in trees(node.index)}
    return {
        base_name(n)
        for n in trees(body)
        if isinstance(n, t.Name) and id(n) not in counts and id(n) not in heads and n.letter not in CONSTANT
    }
