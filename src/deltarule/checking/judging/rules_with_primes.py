"""Rules of differentiation in letters: (uv)' = u'v + uv', d/dx (u/v) = (u'v - uv')/v², f' = (g'h - gh')/h² of f = g/h.

Each primed letter is any function of one variable. What holds for all functions holds for those of the document; what
does not is wrong where the document says of none of them what it is, and else left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["as_a_rule"]

PREFIX = "any_"
VARIABLE = t.Name("the_variable")
REASONS = ("a prime on a quantity", "a prime on a group", "a function stands without its argument")


def as_a_rule(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Prove a row with primes on letters that are no functions of the document, if it holds for all functions."""
    if row.verdict not in {"unread", "undecided"} or not any(reason in row.reason for reason in REASONS):
        return
    letters = {n.base.letter for side in (left, right) for n in trees(side) if _primed(n)}  # type: ignore[attr-defined]
    if not letters:
        return
    meant = {letter: body for letter in letters if (body := _body(state.whole or state.statements, letter, letters))}
    if not _is_rule(left, meant):
        return
    sides = [_of_functions(side, letters - set(meant), meant) for side in (left, right)]
    for letter in letters - set(meant):
        state.symbols.name_function(_function(letter))
    trial = replace(row)
    with suppress(DeltaruleError, RecursionError):
        claim(state, sides[0], sides[1], trial)
        if trial.verdict == "proved":
            row.verdict, row.reason = "proved", "holds for all functions of one variable"
        elif trial.verdict == "refuted" and not any(_is_given(state, letter) for letter in letters - set(meant)):
            row.verdict, row.reason = "refuted", "it does not hold for all functions of one variable"
            row.counterexample = {_in_letters(k): _in_letters(v) for k, v in (trial.counterexample or {}).items()}


def _is_rule(left: t.Tree, meant: dict[str, t.Tree]) -> bool:
    """Whether the left side is the derivative of something written out: x' alone may be another x."""
    match left:
        case t.Partial() | t.Scripted(base=t.Group(), primes=1):
            return True
        case t.Factors(items=((_, t.Partial(of=None)), *_)):
            return True
        case t.Scripted(base=t.Name(letter=letter)):
            return _primed(left) and letter in meant
    return False


def _is_given(state: State, letter: str) -> bool:
    """Whether an equation says what the letter is."""
    f = state.symbols.functions.get(letter)
    return letter in state.explicit or letter in state.definitions.equations or (f is not None and f.defined)


def _in_letters(text: str) -> str:
    return text.replace(PREFIX, "").replace(VARIABLE.letter, "x")


def _function(letter: str) -> str:
    return PREFIX + letter


def _primed(node: t.Tree) -> bool:
    """u', and nothing else above or below it."""
    match node:
        case t.Scripted(base=t.Name(accents=()), sub=None, sup=None, primes=primes):
            return primes == 1
    return False


def _body(statements: Sequence[Statement], letter: str, letters: set[str]) -> t.Tree | None:
    """The g/h of f = g/h, of other primed letters."""
    for s in statements:
        for one, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False):
            if one.tree != t.Name(letter) or relation.symbol not in EQUAL or other.tree is None:
                continue
            inside = {n.letter for n in trees(other.tree) if isinstance(n, t.Name)}
            if len(inside & letters) > 1 and letter not in inside:
                return other.tree
    return None


def _of_functions(side: t.Tree, letters: set[str], meant: dict[str, t.Tree]) -> t.Tree:
    """The side with every such letter as a function of one variable, and its primes as derivatives."""

    def applied(letter: str, primes: int, node: t.Tree) -> t.Tree:
        name: t.Tree = t.Name(_function(letter))
        head = t.Scripted(name, None, None, primes) if primes else name
        call = t.Factors((("", head), ("", t.Group("(", (VARIABLE,)))))
        return t.Group("(", (call,), start=node.start, end=node.end)

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name(letter=letter)) if _primed(node) and letter in letters:
                return applied(letter, 1, node)
            case t.Scripted(base=t.Name(letter=letter)) if _primed(node) and letter in meant:
                return _slope(t.replaced(meant[letter], change))
            case t.Scripted(base=t.Group(items=(inside,)), sub=None, sup=None, primes=1):
                return _slope(t.replaced(inside, change))
            case t.Name(letter=letter, accents=()) if letter in letters:
                return applied(letter, 0, node)
            case t.Name(letter=letter, accents=()) if letter in meant:
                return t.Group("(", (t.replaced(meant[letter], change),))
            case t.Partial(of=None | t.Tree() as of, by=(t.Name(),), order=1):
                return replace(node, of=t.replaced(of, change) if of is not None else None, by=(VARIABLE,))
        return None

    return t.replaced(side, change)


def _slope(of: t.Tree) -> t.Tree:
    return t.Partial("d", t.Group("(", (of,)), (VARIABLE,))
