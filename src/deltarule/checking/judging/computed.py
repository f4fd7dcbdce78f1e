"""`L = 0.066` where the text gives every number that L is computed from: the value is computed, not proved."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

from deltarule.algebra import enclose
from deltarule.algebra.budget import Exhausted, Undefined, Unsupported
from deltarule.calculus.rules import expand_functions
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import entries_apart, equal_to_the_digits, is_number, rounded
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.notation.settings import with_sigmoid
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Derivative, Expression, Number
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.values import IllShaped, Unread

__all__ = ["computed"]

STEPS = 5
"""Units of the last digit by which numbers that were rounded on the way may be off."""


def computed(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether the left side has a value through the definitions; it is then compared with the decimal on the right."""
    if (entries := entries_apart(left, right)) is not None:
        row.verdict, row.reason = "refuted", "the product of the two matrices has another entry"
        row.counterexample = entries
        return True
    ball = rounded(right, STEPS)
    if ball is None:
        return False
    if equal_to_the_digits(with_sigmoid(state, left), with_sigmoid(state, right)) is False:
        row.verdict, row.reason = "refuted", "the two calculations differ by more than their digits are rounded"
        return True
    try:
        _, (value,) = lowered(state, left)
        e = _closed(state, value.expression) if not value.rank and not value.expression.axes else None
        if e is None:
            return False
        found = enclose(e, {})
    except (
        Unread,
        IllShaped,
        DeltaruleError,
        Exhausted,
        Undefined,
        Unsupported,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return False
    if not found.is_finite():
        return False
    if found.overlaps(rounded(right, 0)):
        trial = replace(row)
        with suppress(DeltaruleError, Unread, IllShaped):
            claim(state, left, right, trial)
        if trial.verdict == "proved":
            row.verdict, row.reason, row.domain = trial.verdict, trial.reason, trial.domain
            return True
    if not found.overlaps(ball) and _said_more_than_once(state, left):
        row.verdict, row.reason = (
            "undecided",
            "several equations say what it is, and this value may be of another example",
        )
        return True
    if found.overlaps(ball) and not _needs_no_rounding(e, found, right):
        row.verdict, row.reason = "none", "equal to the digits that are written: an approximation"
    else:
        row.verdict, row.reason = "refuted", "the numbers of the text give another value"
        row.counterexample = {"left": found.str(12, radius=False), "right": ball.mid().str(12, radius=False)}
    return True


def _said_more_than_once(state: State, left: t.Tree) -> bool:
    """Whether several equations say what a name is: in a catalogue of losses each example has an L of its own."""
    own = _head(state, left)
    heads = [
        _head(state, s.sides[0].tree)
        for s in state.statements
        if s.relations and not s.continues and s.sides[1].tree is not None
        and any(isinstance(n, t.Name) for n in t.walk(s.sides[1].tree))
    ]  # fmt: skip
    return own != "" and heads.count(own) > 1


def _head(state: State, side: t.Tree | None) -> str:
    """The L of L and of L(y, p)."""
    match side:
        case t.Factors(items=((_, head), ("", t.Group(kind="(")))):
            side = head
    found = reference(side, state.symbols.usage) if isinstance(side, t.Name | t.Scripted) else None
    return found.key if found is not None and not found.indices else ""


def _needs_no_rounding(e: Expression, value: Any, right: t.Tree) -> bool:
    """Whether a value has no more digits than are written, comes from numbers that were not rounded, and is not the one
    that is written."""
    written = rounded(right, 0)
    if not is_number(right) or any(isinstance(n, Number) and not _short(n.value) for n in walk(e)):
        return False
    digits = max(len(n.text.partition(".")[2]) for n in t.walk(right) if isinstance(n, t.Num))
    whole = (value * 10**digits).unique_fmpz()
    return whole is not None and not (written * 10**digits).contains(whole)


def _short(value: Fraction) -> bool:
    """Whether a number is written with at most two digits behind the point, or is a fraction that no decimal gives."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest > 1 or (value * 100).denominator == 1


def _closed(state: State, e: Expression) -> Expression | None:
    """The expression with every name by its number; None where one has none."""
    own = any(isinstance(n, Apply) and n.function.startswith(state.symbols.prefix) for n in walk(e))
    if not names(e) and not own:
        return None  # a calculation as it stands
    out = expand_functions(state.definitions.unfold(state.definitions.resolve(e), values=True))
    return None if names(out) or any(isinstance(n, Derivative) for n in walk(out)) else out
