"""`δz = (P - Y)/N` and `dW = Xᵀ dz` where no words say what is differentiated: the one loss of the text.

This is another reading of a whole text, kept where more of it is understood so, also with the P of p = softmax(z) as
another spelling of p, where nothing else says what P is. A text that gives a δL or dL speaks of
changes, and is not read like this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.derivative_notation import with_derivatives
from deltarule.checking.letters.same_arguments import losses_given
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name, letter_of, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import VECTOR_FUNCTIONS

__all__ = ["d_parted", "of_the_one_loss"]

GREEK = frozenset({"alpha", "beta", "gamma", "mu", "sigma", "theta"})
FEWEST = 2
"""Names with the same sign that a text has equations of, at least, if they are gradients."""


def of_the_one_loss(statements: Sequence[Statement]) -> Iterator[tuple[Sequence[Statement], str]]:
    """The statements with derivatives of the loss for such signs, and what is said of that."""
    losses = losses_given(statements)
    if len(losses) != 1:
        return
    ((key, loss),) = losses.items()
    plain, capitals = _capitals_small(statements)
    small = f"{', '.join(capitals)} as the small letter"
    for sign in ("d", "delta"):
        parted = d_parted(statements) if sign == "d" else statements
        if _names_gradients(parted, sign, key):
            said = f"{sign} before a name is read as the gradient of {key} by it"
            if capitals:
                both = _capitals_small(parted)[0]
                yield with_derivatives(both, sign, loss), f"{said}, {small}"
            yield with_derivatives(parted, sign, loss), said
    if capitals:
        yield plain, f"{small} is the same quantity"


def d_parted(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with d and z for each name dz, which is no word."""

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Name(letter=letter) if _is_joined(letter):
                d = t.Name("d", start=node.start, end=node.start + 1)
                return t.Factors((("", d), ("", replace(node, letter=letter[1:]))), start=node.start, end=node.end)
            case t.Scripted(base=t.Name(letter=letter) as base) if _is_joined(letter):
                d = t.Name("d", start=node.start, end=node.start + 1)
                of = replace(node, base=replace(base, letter=letter[1:]))
                return t.Factors((("", d), ("", of)), start=node.start, end=node.end)
            case t.Factors(items=items):
                parts = [t.replaced(item, change) for _, item in items]
                flat = [
                    (op if k == 0 else "", x)
                    for (op, old), new in zip(items, parts, strict=True)
                    for k, (_, x) in enumerate(_pair(new) if new is not old else (("", new),))
                ]
                return replace(node, items=tuple(flat))
        return None

    return [s.replaced(change) for s in statements]


def _is_joined(letter: str) -> bool:
    return letter[:1] == "d" and (len(letter) == 2 or letter[1:] in GREEK)


def _pair(node: t.Tree) -> tuple[tuple[str, t.Tree], ...]:
    """The items of d X; any other tree by itself."""
    alone = not isinstance(node, t.Factors) or len(node.items) != 2 or node.items[0][1] != t.Name("d")
    return (("", node),) if alone or not isinstance(node, t.Factors) else node.items


def _capitals_small(statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with p for each P that has neither an equation nor a shape, where p is a softmax; and each P."""
    small: set[str] = set()
    given: set[str] = set()
    used: set[str] = set()
    for s in statements:
        given |= {letter_of(element) for element, _ in s.memberships}
        for k, side in enumerate(s.sides):
            if not k and s.relations and s.relations[0].symbol in EQUAL and side.tree is not None:
                given.add(letter_of(side.tree))
                match s.sides[1].tree:
                    case t.Call(function=t.Name(letter=f)) if f in VECTOR_FUNCTIONS and isinstance(side.tree, t.Name):
                        small.add(side.tree.letter)
            for node in trees(side.tree):
                used |= {node.letter} if isinstance(node, t.Name) else set()
                given |= {letter_of(head) for head, _ in calls_in(node)}  # P(y = 1)
    capitals = sorted(x.upper() for x in small if x.islower() and x.upper() in used - given)

    def change(node: t.Tree) -> t.Tree | None:
        return (
            replace(node, letter=node.letter.lower()) if isinstance(node, t.Name) and node.letter in capitals else None
        )

    return [s.replaced(change) for s in statements] if capitals else statements, capitals


def _names_gradients(statements: Sequence[Statement], sign: str, loss: str) -> bool:
    """Whether a sign stands before names only, none of them the loss, and two or more of them have an equation."""
    heads: set[t.Tree] = set()
    for s in statements:
        for k, side in enumerate(s.sides):
            followed: set[int] = set()
            for node in trees(side.tree):
                for (_, first), (op, x) in pairwise(node.items if isinstance(node, t.Factors) else ()):
                    if first == t.Name(sign) and not op:
                        followed.add(id(first))
                        if isinstance(x, t.Name) and base_name(x) == loss:
                            return False
                        if node is side.tree and not k and s.relations and s.relations[0].symbol in EQUAL:
                            heads.add(x)
                if s.relations and isinstance(node, t.Name) and node.letter == sign and id(node) not in followed:
                    return False
    return len(heads) >= FEWEST
