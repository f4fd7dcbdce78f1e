"""Shapes in code: a table row with `W1` and (D, H), "`b1` has shape `(H,)`"; these are W_1 and b_1 of the formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.words.sizes_in_words import LINK
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["shapes_in_code"]

NAME = re.compile(r"`([A-Za-z][a-z]*)_?(\d*)`")
SIZE = r"(?:[A-Za-z](?:_\w+)?|\d+)"
SHAPE = re.compile(rf"`?[(\[][ ]*({SIZE})[ ]*(?:,|×|x|\*)[ ]*({SIZE})?[ ]*[)\]]`?(?![\w(])")
"""(D, H), [D, H], (H,)."""


def shapes_in_code(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a membership W_1 ∈ ℝ^{D×H} for each such name that the formulas have."""
    said = dict(_said(document.text))
    if not said:
        return statements
    out = list(statements)
    for k, s in enumerate(statements):
        found: list[tuple[t.Tree, t.Tree]] = []
        for node in (n for side in s.sides for n in trees(side.tree)):
            if (key := _key(node)) in said:
                found.append((node, said.pop(key)))
        if found:
            out[k] = replace(s, memberships=(*s.memberships, *found))
    return out


def _said(text: str) -> Iterator[tuple[tuple[str, str], t.Tree]]:
    """The names with their spaces, line by line; what two lines say differently of one name is not said."""
    known: dict[tuple[str, str], t.Tree | None] = {}
    for line in text.splitlines():
        for name, space in _of_line(line):
            known[name] = space if known.get(name, space) == space else None
    yield from ((name, space) for name, space in known.items() if space is not None)


def _of_line(line: str) -> Iterator[tuple[tuple[str, str], t.Tree]]:
    shapes = list(SHAPE.finditer(line))
    if not shapes or "$" in line[: shapes[-1].end()]:
        return
    names = [m for m in NAME.finditer(line) if m.end() <= shapes[0].start()]
    if not names:
        return
    table = line.lstrip().startswith("|")
    if not table and LINK.fullmatch(line[names[-1].end() : shapes[0].start()]) is None:
        return
    if len(shapes) == 1:
        shapes *= len(names)
    if len(shapes) == len(names):
        for name, shape in zip(names, shapes, strict=True):
            yield (name[1], name[2]), _space(shape)


def _space(shape: re.Match[str]) -> t.Tree:
    sizes = tuple(_size(text) for text in shape.groups() if text is not None)
    above = sizes[0] if len(sizes) == 1 else t.Factors((("", sizes[0]), ("times", sizes[1])))
    return t.Scripted(t.Name("R", (), "bb"), None, above)


def _size(text: str) -> t.Tree:
    if text.isdigit():
        return t.Num(Fraction(int(text)), text)
    letter, _, below = text.partition("_")
    return t.Scripted(t.Name(letter), t.Name(below), None) if below else t.Name(letter)


def _key(node: t.Tree) -> tuple[str, str]:
    """A letter and the number below it."""
    match node:
        case t.Name(letter=letter, accents=()):
            return letter, ""
        case t.Scripted(base=t.Name(letter=letter, accents=()), sub=t.Num(text=text), sup=None, primes=0):
            return letter, text
    return "", ""
