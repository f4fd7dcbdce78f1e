"""One equation for several letters that the text lists: `$a^q = W_q x$ for $q$ any of z, r, h` is one for each of them.

The listed letters, and q itself, are labels below and above the names that carry q: they count nothing there. What is
said with q is said with each of the letters, where no equation of its own says it; a sum over q has a term for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL, SAID
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import base_name, is_transpose, running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["letters_listed", "said_for_each"]

_LETTER = r"(?:\\(?:mathrm|text|mathit)\{[A-Za-z]\}|[A-Za-z])(?![A-Za-z])"
_LINK = r"(?:\s*\$?\s*(?:,|;|/|\b(?:and|or|und|oder|et|ou|y|o|e)\b)\s*){1,2}\$?\s*"
LIST = re.compile(
    r"\$?\s*[,(]?\s*\$?\s*(?:\b(?:is|be|being|stands|means|denotes|any|one|each|every|all|either|runs?|ranges?|in|ist|sei|"
    r"steht|eine[rsmn]?|jede[rsmn]?)\b|\\in\b|=|∈)"
    r"(?:\s|\$|\\?\{|:|\b(?:for|any|one|each|every|all|either|of|the|over|through|in|among|gates?|letters?|labels?|names?|"
    r"blocks?|für|von|eine[rsmn]?|jede[rsmn]?|der|Buchstaben)\b)*?"
    rf"(?P<list>{_LETTER}(?:{_LINK}{_LETTER}){{1,7}})(?![A-Za-z])"
)
"""Behind a letter, the list of those that it stands for."""
FEWEST = 2
"""Letters of the list, at least, that stand at a name which carries the one that is for all."""


def letters_listed(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such letters as labels."""
    for one, letters in _listed(document, statements):
        nodes = list(_nodes(statements))
        sums = [n for n in nodes if isinstance(n, t.Big) and running(n) in {one, *letters}]
        if any(_summed(n, one, letters) is None for n in sums):
            continue
        named = [(base_name(n.base), set(_scripts(n))) for n in nodes
                 if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]  # fmt: skip
        bases = {base for base, scripts in named if one in scripts}
        if len({x for base, scripts in named if base in bases for x in scripts & set(letters)}) < FEWEST:
            continue

        def change(
            node: t.Tree, one: str = one, letters: Sequence[str] = letters, bases: set[str] = bases
        ) -> t.Tree | None:
            labels = {one, *letters}
            match node:
                case t.Big() if (over := _summed(node, one, letters)) is not None:
                    body = t.replaced(node.body, change)
                    each = tuple(("+", t.replaced(body, _at(one, letter))) for letter in over)
                    return t.Group(
                        "(", (t.Terms(each, start=node.start, end=node.end),), start=node.start, end=node.end
                    )
                case t.Scripted(base=t.Name() as name) if base_name(name) in bases:
                    return replace(node, sub=_label(node.sub, labels), sup=_label(node.sup, labels))
            return None

        statements = [
            replace(s.replaced(change), memberships=tuple(_members(s, change, one, letters))) for s in statements
        ]
    return statements


def said_for_each(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements, with what is said of all such letters said of each of them, as relations that make no row."""
    for one, letters in _listed(document, statements):
        if any(node == t.Words(one) for node in _nodes(statements)):
            known: list[t.Tree | None] = []
            out: list[Statement] = []
            for s in statements:
                each = list(_for_each(s, one, letters, known))
                out += each
                known += [x.sides[0].tree for x in each if x.relations]
            statements = out
    return statements


def _listed(document: Document, statements: Sequence[Statement]) -> Iterator[tuple[str, list[str]]]:
    """The letters that stand for others, with those."""
    for s in statements:
        for element, space in s.memberships:
            if isinstance(element, t.Name) and isinstance(space, t.Group) and space.kind == "{":
                letters = [x.letter for x in space.items if isinstance(x, t.Name) and not x.accents]
                if len(letters) == len(space.items) > 1:
                    yield element.letter, letters
        for node in (n for side in s.sides for n in trees(side.tree) if isinstance(n, t.Big)):
            match node.index:
                case t.Compare(sides=(t.Name(letter=letter), t.Group(kind="{", items=items))) if len(items) > 1:
                    letters = [x.letter for x in items if isinstance(x, t.Name) and not x.accents]
                    if len(letters) == len(items):
                        yield letter, letters
        first = s.sides[0]
        match first.tree:
            case t.Name(letter=letter, accents=()) if len(letter) == 1 and len(s.relations) < 2:
                found = LIST.match(document.text, first.end)
                if found is not None:
                    yield letter, re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", found["list"])


def _summed(node: t.Big, one: str, letters: Sequence[str]) -> Sequence[str] | None:
    """The letters that a sum runs over, Σ_q and Σ_{q ∈ {z, r}}; None for other sums."""
    if node.kind != "sum" or node.upper is not None or running(node) != one:
        return None
    match node.index:
        case t.Name():
            return letters
        case t.Compare(sides=(_, t.Group(kind="{", items=items))):
            own = [x.letter for x in items if isinstance(x, t.Name)]
            return own if len(own) == len(items) > 1 and set(own) <= set(letters) else None
    return None


def _members(
    statement: Statement, change: Callable[[t.Tree], t.Tree | None], one: str, letters: Sequence[str]
) -> Iterator[tuple[t.Tree, t.Tree]]:
    """What is said of `W_q ∈ ℝ^{m × d}` said of each of the letters."""
    for element, space in statement.memberships:
        own = t.replaced(element, change)
        yield own, space
        for letter in letters if t.Words(one) in trees(own) else ():
            yield t.replaced(own, _at(one, letter)), space


def _at(one: str, letter: str) -> Callable[[t.Tree], t.Tree | None]:
    """The label of one of the letters where that for all stands."""
    return lambda n: t.Words(letter, start=n.start, end=n.end) if n == t.Words(one) else None


def _scripts(node: t.Scripted) -> Iterator[str]:
    """The letters that stand alone below or above a name."""
    above = [x for _, x in node.sup.items][:1] if isinstance(node.sup, t.Factors) else [node.sup]
    for script in (*script_items(node.sub), *above):
        if isinstance(script, t.Name) and not script.accents and not is_transpose(script):
            yield script.letter


def _nodes(statements: Sequence[Statement]) -> Iterator[t.Tree]:
    yield from (n for s in statements for side in s.sides for n in trees(side.tree))


def _label(script: t.Tree | None, labels: set[str]) -> t.Tree | None:
    """The letter of a script as words; the sign of a transpose, and the step beside it, stay as they are."""
    match script:
        case t.Name(letter=letter, accents=()) if letter in labels and not is_transpose(script):
            return t.Words(letter, start=script.start, end=script.end)
        case t.Factors(items=((op, first), ("", last))) if is_transpose(last):
            return replace(script, items=((op, _label(first, labels)), ("", last)))
    return script


def _for_each(
    statement: Statement, one: str, letters: Sequence[str], known: Sequence[t.Tree | None]
) -> Iterator[Statement]:
    """The first equation of a name with the letter for all as that of the first letter, and said of each of the
    others, if none of them has an equation so far; else it is a claim about each, which is left open."""
    left = statement.sides[0].tree
    equal = [r.symbol for r in statement.relations if r.symbol in EQUAL | {SAID}]
    named = isinstance(left, t.Scripted) and t.Words(one) in (left.sub, left.sup)
    each = [statement.replaced(_at(one, letter)) for letter in letters]
    single = len(equal) == len(statement.relations) == 1 and not statement.continues
    if not named or not single:
        yield statement
    elif any(s.sides[0].tree in known for s in each):
        yield replace(statement, sides=tuple(replace(side, tree=None) for side in statement.sides))
    else:
        yield each[0]
        yield from (replace(s, relations=(t.Relation(SAID),), memberships=()) for s in each[1:])
