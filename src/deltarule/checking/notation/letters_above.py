"""`W^Q`, `W^K`, `W^V` of attention and the `a^z_t`, `a^r_t` of gates: letters above that tell quantities apart.

No one differentiates by a power with a letter for its exponent, or defines one. A letter that counts something, a
layer, a point in time, a sample, is none of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import (
    INDEX_LETTERS,
    LAYER_LETTERS,
    base_name,
    is_transpose,
    running,
    script_items,
    trees,
)
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters

__all__ = ["letters_as_labels"]

FEWEST = 2
"""Different letters above one name, at least, if they tell quantities apart."""
NEVER = frozenset({"e", "R", "T"})


def letters_as_labels(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a label for each such letter."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    members = [element for s in statements for element, _ in s.memberships]
    above: dict[str, set[str]] = {}
    for node in (n for root in (*sides, *members) for n in trees(root)):
        if isinstance(node, t.Scripted) and (letter := _letter_above(node.sup)) and isinstance(node.base, t.Name):
            above.setdefault(base_name(node.base), set()).add(letter)
    if not above:
        return statements
    counting = step_letters(sides) | LAYER_LETTERS | set(_counting(sides))
    shown = {base_name(n.base) for n in _named(statements, members) if isinstance(n.base, t.Name)}
    labels: set[str] = set()
    for base, letters in above.items():
        plain = letters - counting
        if base in shown and len(plain) >= FEWEST and plain - INDEX_LETTERS:
            labels |= plain
    if not labels:
        return statements
    bases = {base for base, letters in above.items() if letters & labels} - NEVER

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as base, sup=t.Tree() as sup) if base_name(base) in bases:
                if (new := _labelled(sup, labels)) is not None:
                    return replace(node, sup=new)
        return None

    def said(s: Statement) -> tuple[tuple[t.Tree, t.Tree], ...]:
        return tuple((t.replaced(element, change), space) for element, space in s.memberships)

    return [replace(s.replaced(change), memberships=said(s)) for s in statements]


def _letter_above(sup: t.Tree | None) -> str:
    """The Q of W^Q and of W^{QT}."""
    match sup:
        case t.Name(letter=letter, accents=()) if len(letter) == 1 and not is_transpose(sup):
            return letter
        case t.Factors(items=((_, t.Name(letter=letter, accents=())), ("", last))) if is_transpose(last):
            return letter
    return ""


def _labelled(sup: t.Tree, labels: set[str]) -> t.Tree | None:
    """The letter above as words, and the sign of a transpose behind it as it is."""
    if _letter_above(sup) not in labels:
        return None
    first = sup.items[0][1] if isinstance(sup, t.Factors) else sup
    words = t.Words(_letter_above(sup), start=first.start, end=first.end)
    return replace(sup, items=(("", words), *sup.items[1:])) if isinstance(sup, t.Factors) else words


def _named(statements: Sequence[Statement], members: Sequence[t.Tree]) -> Iterator[t.Scripted]:
    """The names with a letter above that are declared, defined, or differentiated by."""
    found: list[t.Tree | None] = [*members]
    for s in statements:
        if s.relations and s.relations[0].symbol in EQUAL and not s.continues:
            found.append(s.sides[0].tree)
        found += [by for side in s.sides for n in trees(side.tree) if isinstance(n, t.Partial) for by in n.by]
    yield from (n for n in found if isinstance(n, t.Scripted) and _letter_above(n.sup))


def _counting(sides: Sequence[t.Tree]) -> Iterator[str]:
    """The letters that a sum runs over, or that stand below a name with another."""
    for node in (n for root in sides for n in trees(root)):
        if isinstance(node, t.Big) and running(node):
            yield running(node)
        elif isinstance(node, t.Scripted) and len(items := script_items(node.sub)) > 1:
            yield from (x.letter for x in items if isinstance(x, t.Name))
