"""A text that says that it is about one step of a recurrence: what stands at t and at t - 1 has names of its own.

`c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t` holds at this step and at no other there: c_{t-1} is an input, and the loss sees the
step by what it gives. Nothing is read so where another step, or a sum over steps, stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.letters.steps import place_of
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import label_text, running, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import TIME

__all__ = ["steps_as_labels"]

_ONE = r"(?:one|(?:only |just )?a single|(?:one|a) single|only one|just one|exactly one|single)"
_CELL = r"(?:the |an? |our )?(?:\w+ )?(?:rnn|lstm|gru|cell|recurren)"
SAYS_SO = re.compile(
    r"\b(?:for|is|about|consider\w*|only|covers?|treats?|looks? at) (?:just |only |exactly )?"
    rf"{_ONE}[ -](?:time[ -]?)?step\b(?! (?:size|later|earlier|ahead|back|before|after|of (?!{_CELL})))"
    r"|\bnur (?:für |um |mit )?ein(?:en|em|es)? (?:einzigen? |einzelnen? )?(?:zeit)?schritt\b"
    r"|\b(?:für|um|mit) ein(?:en|em)? (?:einzigen|einzelnen) (?:zeit)?schritt\b"
    r"|\bun seul (?:pas(?: de temps)?|instant)\b|\bun solo (?:paso|passo|istante|instante)\b|\bum único passo\b",
    re.IGNORECASE,
)
"""Words that say that a text is about one step."""
LATER = re.compile(r"(?:next|future|later|after|nxt|fut)", re.IGNORECASE)
"""In the label of what comes to a step from those behind it."""


def steps_as_labels(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with labels for t and t - 1, where the text is about one step."""
    if not SAYS_SO.search(document.text):
        return statements
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    found = {place for n in nodes if isinstance(n, t.Scripted) for place in _places(n)}
    letters = {letter for letter, k in found if k} & TIME
    if len(letters) != 1:
        return statements
    letter = letters.pop()
    if {k for other, k in found if other == letter} != {0, -1} or _other_steps(nodes, letter):
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name()):
                return replace(node, sub=_label(node.sub, letter), sup=_label(node.sup, letter))
        return None

    return [
        replace(s.replaced(change), memberships=tuple((t.replaced(x, change), space) for x, space in s.memberships))
        for s in statements
    ]


def _scripts(node: t.Scripted) -> Iterator[t.Tree]:
    """What stands below and above a name, one by one."""
    yield from script_items(node.sub)
    match node.sup:
        case t.Group(items=(item,)):
            yield item
        case t.Tree() as above:
            yield above


def _places(node: t.Scripted) -> Iterator[tuple[str, int]]:
    yield from (place for script in _scripts(node) if (place := place_of(script)) is not None)


def _other_steps(nodes: Sequence[t.Tree], letter: str) -> bool:
    """Whether a sum runs over the steps, the step is a number itself, or something comes from the steps behind."""
    inside = {id(x) for n in nodes if isinstance(n, t.Scripted) for script in _scripts(n) for x in trees(script)}
    for node in nodes:
        match node:
            case t.Big() if running(node) == letter:
                return True
            case t.Name(letter=own) if own == letter and id(node) not in inside:
                return True
            case t.Scripted() if any(LATER.search(label_text(x)) for x in (node.sub, node.sup) if x is not None):
                return True
            case t.Words(text=text) if LATER.search(text):
                return True
    return False


def _label(script: t.Tree | None, letter: str) -> t.Tree | None:
    """The step of a script as words."""
    match script:
        case t.Group(items=items):
            return replace(script, items=tuple(_label(x, letter) or x for x in items))
        case t.Name() | t.Terms() if (place := place_of(script)) is not None and place[0] == letter:
            return t.Words(label_text(script), start=script.start, end=script.end)
    return script
