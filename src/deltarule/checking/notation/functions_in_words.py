"""A function of which the sentence at hand says what it is: "if φ is the hyperbolic tangent, φ'(u) = 1 - φ(u)²".

The row is about tanh then; elsewhere φ is what the other sentences say, or any function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in, neighbours_joined
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["functions_in_words"]

KNOWN = {
    "tanh": r"(?:\$?\\?tanh\$?|hyperbolic[ \n]tangent|tangens[ \n]hyperbolicus|tangente[ \n]hyperbolique|"
    r"tangente[ \n]hiperbólica|tangente[ \n]iperbolica)",
    "sigmoid": r"(?:(?:logistic[ \n])?sigmoid|logistic|Sigmoidfunktion|logistische[ \n]Funktion|sigmoïde|sigmoide)",
}
ARTICLE = r"(?:(?:the|a|die|der|la|le|el|il)[ \n]+)?"
KIND = r"(?:[ \n]+(?:function|activation|non-?linearity|unit))*"
ENDS = re.compile(r"\n[ \t]*\n|[.;:!?][ \n]+(?=[A-Z\\$(])|;|\n[ \t]*[-*+][ \t]+")


def functions_in_words(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with the function in place of the letter, in rows that say nothing but what its slope is."""
    defined = {f for s in statements if (f := _defined(s))}

    def one(statement: Statement) -> Statement:
        f = _of_slopes(statement)
        known = _said(text, statement.start, f) if f and f not in defined else ""
        if not known:
            return statement

        def change(node: t.Tree) -> t.Tree | None:
            return neighbours_joined(node, lambda head, argument: _call(head, argument, f, known), change)

        return statement.replaced(change)

    return [one(s) for s in statements]


def _defined(statement: Statement) -> str:
    """The φ of φ = tanh and of φ(u) = …."""
    match statement.sides[0].tree:
        case t.Name() as name if statement.relations:
            return base_name(name)
        case t.Factors(items=((_, t.Name() as name), ("", t.Group(kind="(")))) if statement.relations:
            return base_name(name)
    return ""


def _of_slopes(statement: Statement) -> str:
    """The φ of φ'(u) = …, where nothing but φ and u stands in the row."""
    sides = [side.tree for side in statement.sides]
    if not statement.relations or any(r.symbol not in EQUAL for r in statement.relations) or None in sides:
        return ""
    match next(calls_in(sides[0]), None):
        case (t.Scripted(base=t.Name() as name, sub=None, sup=None, primes=1), t.Group(items=(t.Name() as u,))):
            used = {base_name(n) for side in sides if side is not None for n in trees(side) if isinstance(n, t.Name)}
            return base_name(name) if used == {base_name(name), base_name(u)} else ""
    return ""


def _said(text: str, start: int, f: str) -> str:
    """What the sentence before a place says that φ is, or of which function the next equation is."""
    words = ENDS.split(text[max(0, start - 300) : start])[-1]
    letter = rf"\$\\?{re.escape(f)}\$"
    found = [
        known
        for known, names in KNOWN.items()
        if re.search(rf"{letter}[ \n]+(?:is|be|ist|est|es|è)[ \n]+{ARTICLE}{names}\b", words, re.I)
        or re.search(
            rf"\b(?:for|of|with|für|pour|para|per)[ \n]+{ARTICLE}{names}{KIND},?[ \n]*(?:is[ \n]*)?\$*$", words, re.I
        )
    ]
    return found[0] if len(found) == 1 else ""


def _call(head: t.Tree, argument: t.Tree, f: str, known: str) -> t.Tree | None:
    """tanh'(u) for φ'(u), and tanh(u)² for φ(u)²."""
    group = argument.base if isinstance(argument, t.Scripted) else argument
    if not isinstance(group, t.Group) or group.kind != "(":
        return None
    match head:
        case t.Name() if base_name(head) == f:
            function: t.Tree = replace(head, letter=known, accents=(), style="")
        case t.Scripted(base=t.Name() as name) if base_name(name) == f:
            function = replace(head, base=replace(name, letter=known, accents=(), style=""))
        case _:
            return None
    return t.Call(function, argument, start=head.start, end=argument.end)
