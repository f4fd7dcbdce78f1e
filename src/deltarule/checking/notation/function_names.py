"""Functions that a number or a letter below tells apart: f_1 and f_2 are two, each under a name of its own.

Letters that count layers are left alone, f_i beside x_i and x_{i-1}: one equation speaks of all of them. So is σ where
the text calls it the sigmoid, and h_θ with a parameter below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import INDEX_LETTERS, base_name, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters
from deltarule.reading.symbols import KNOWN_FUNCTIONS, OBJECTIVES, VECTOR_FUNCTIONS

__all__ = ["functions_apart"]

SPECIAL = frozenset({"max", "min", "argmax", "argmin", "det", "diag", "tr", "Tr", "trace", "Trace", "lg", "arg",
                     "GELU", "gelu", "ELU", "SELU", "swish", "Swish", "SiLU", "mean", "sum"})  # fmt: skip
LETTERS = frozenset({"f", "g", "phi", "varphi", "psi", "sigma"})


def functions_apart(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with each such function under one name, f_1; Attention(Q, K, V) = … is one of the document too."""
    statements = _of_their_units(_own_calls(statements))
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    steps = step_letters(sides)
    components = _components(statements, steps)
    if components:
        statements = _as_products(statements, components, steps)
        sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    below: dict[str, set[str]] = {}
    for base, mark in _called(sides, steps):
        below.setdefault(base, set()).add(mark)
    functions = LETTERS | {base for base, _ in _primed(sides, steps)} | _defined(statements, steps)
    apart = {base for base, marks in below.items() if base in functions and len(marks) > 1}
    apart -= {*KNOWN_FUNCTIONS, *OBJECTIVES, *_vectors(statements), *components}
    if any(word in text.lower() for word in ("sigmoid", "logistic")):
        apart.discard("sigma")
    if not apart:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        found = _marked(node, steps)
        if found is None or found[0] not in apart:
            return None
        assert isinstance(node, t.Scripted) and isinstance(node.base, t.Name)
        name = replace(node.base, letter=f"{node.base.letter}_{found[1]}", start=node.start, end=node.end)
        return replace(node, base=name, sub=None) if node.sup is not None or node.primes else name

    return [s.replaced(change) for s in statements]


def _own_calls(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements in which names of functions that mean nothing everywhere and head an equation, LayerNorm(x) = …,
    are written like other names before brackets."""
    own: set[str] = set()
    for statement in statements:
        match statement.sides[0].tree:
            case t.Call(function=t.Name(letter=letter), argument=t.Group(kind="(")) if statement.relations:
                own.add(letter)
    own -= {*KNOWN_FUNCTIONS, *VECTOR_FUNCTIONS, *SPECIAL}
    if not own:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Call(function=t.Name(letter=letter) as name, argument=t.Group(kind="(") as group) if letter in own:
                return t.Factors((("", name), ("", t.replaced(group, change))), start=node.start, end=node.end)
        return None

    return [s.replaced(change) for s in statements]


def _of_their_units(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with g_k(z_k) for g(z_k), where the text writes g_j(z_j) as well."""
    calls = [pair for s in statements for side in s.sides for n in trees(side.tree) for pair in calls_in(n)]
    known = {marked[0] for head, group in calls
             if (letter := _index_of(group)) and (marked := _marked(head, set())) and marked[1] == letter}  # fmt: skip
    if not known:
        return statements

    def with_letter(head: t.Tree, letter: str) -> t.Tree | None:
        name = head.base if isinstance(head, t.Scripted) and head.sub is None else head
        if not letter or not isinstance(name, t.Name) or base_name(name) not in known:
            return None
        below = t.Name(letter, start=head.end, end=head.end)
        own = head if isinstance(head, t.Scripted) else t.Scripted(name, None, None, start=head.start, end=head.end)
        return replace(own, sub=below)

    def change(node: t.Tree) -> t.Tree | None:
        heads = {id(head): new for head, group in calls_in(node) if (new := with_letter(head, _index_of(group)))}
        if not heads or not isinstance(node, t.Factors):
            return None
        return replace(node, items=tuple((op, heads.get(id(x)) or t.replaced(x, change)) for op, x in node.items))

    return [s.replaced(change) for s in statements]


def _index_of(group: t.Group) -> str:
    """The k of (z_k)."""
    match group.items:
        case (t.Scripted(base=t.Name(), sub=t.Name(letter=letter, accents=())),) if letter in INDEX_LETTERS:
            return letter
    return ""


def _vectors(statements: Sequence[Statement]) -> set[str]:
    """The letters of quantities that are said to be in a space, f ∈ ℝ³: f_j (1 - f_j) is a product then."""
    members = [element for s in statements for element, _ in s.memberships]
    return {base_name(element) for element in members if isinstance(element, t.Name)}


def _marked(node: t.Tree | None, steps: set[str]) -> tuple[str, str] | None:
    """(f, 1) for f_1, f_1', f_1^2: a number or one Latin letter below that counts no layers."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Num(text=mark)) if mark.isdigit():
            return base_name(name), mark
        case t.Scripted(base=t.Name() as name, sub=t.Name(letter=mark, accents=())) if len(mark) == 1:
            return None if mark in steps else (base_name(name), mark)
    return None


def _components(statements: Sequence[Statement], steps: set[str]) -> set[str]:
    """The g of g_i = ∂L/∂x_i, which is a component: g_i (σ² + ε) is a product."""
    heads = [s.sides[0].tree for s in statements if len(s.sides) > 1 and isinstance(s.sides[1].tree, t.Partial)]
    found = [one for head in heads if isinstance(head, t.Scripted) and (one := _marked(head, steps)) is not None]
    return {base for base, mark in found if not mark.isdigit()}


def _as_products(statements: Sequence[Statement], bases: set[str], steps: set[str]) -> Sequence[Statement]:
    """The statements with a sign between such a component and the brackets behind it."""

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items = [(op, t.replaced(item, change)) for op, item in node.items]
        for k, ((_, head), (op, group)) in enumerate(pairwise(items), 1):
            found = _marked(head, steps)
            own = found is not None and found[0] in bases and not (isinstance(head, t.Scripted) and head.primes)
            inside = group.base if isinstance(group, t.Scripted) else group
            if own and op == "" and isinstance(inside, t.Group) and inside.kind == "(":
                items[k] = ("cdot", group)
        return replace(node, items=tuple(items)) if tuple(items) != node.items else None

    return [s.replaced(change) for s in statements]


def _called(sides: Sequence[t.Tree], steps: set[str]) -> Iterator[tuple[str, str]]:
    for side in sides:
        for node in trees(side):
            if not isinstance(node, t.Factors):
                continue
            for (_, a), (op, b) in pairwise(node.items):
                group = b.base if isinstance(b, t.Scripted) else b
                found = _marked(a, steps)
                if found is not None and op == "" and isinstance(group, t.Group) and group.kind == "(":
                    yield found


def _primed(sides: Sequence[t.Tree], steps: set[str]) -> Iterator[tuple[str, str]]:
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Scripted) and node.primes and (found := _marked(node, steps)) is not None:
                yield found


def _defined(statements: Sequence[Statement], steps: set[str]) -> set[str]:
    """The letters of f_1(x) = …, where only names stand in the parentheses."""
    out: set[str] = set()
    for statement in statements:
        match statement.sides[0].tree:
            case t.Factors(items=((_, head), ("", t.Group(kind="(", items=items)))) if statement.relations:
                found = _marked(head, steps)
                if found is not None and all(isinstance(x, t.Name | t.Scripted) for x in items):
                    out.add(found[0])
    return out
