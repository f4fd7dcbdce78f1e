"""Sums over the points in time, Σ_t L_t: what is counted becomes an array with the step as its first index.

h_t, h_{t-1} and h_{t+1} are three arrays then, of the same numbers at neighbouring places: `h_·`, `h_·-1`, `h_·+1`.
What holds at any one place holds in the sum, for every number of steps.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from deltarule.language.expression import Derivative, Expression, Index, Symbol
from deltarule.language.traversal import names, substitute
from deltarule.reading.values import Unread

__all__ = [
    "HERE",
    "STEPS",
    "array",
    "as_array",
    "at_step",
    "counts_steps",
    "is_array",
    "lifted",
    "of_array",
    "offset",
    "shifted_name",
]

HERE = "·"
"""Stands for the step in the name of what is counted."""
ARRAY = "@"
"""Ends the name of what has the step as its first index."""
STEPS = "?steps"
"""How many steps there are, where no sum says it."""

_CANONICAL = re.compile(rf"^(.+?){HERE}([+-]\d+)?([^@]*)(@?)$")


def at_step(key: str, letters: Collection[str]) -> tuple[str, str] | None:
    """(h_·-1, t) for h_t-1, (a^(·), t) for a^(t); None for what does not stand at one of these letters."""
    for letter in letters:
        found = re.fullmatch(rf"(.+?(?:_|,|\^[(\[<])){re.escape(letter)}([+-]\d+)?([)\]>]?(?:\^.*)?)", key)
        if found is not None:
            return f"{found[1]}{HERE}{found[2] or ''}{found[3]}", letter
    return None


def offset(name: str) -> int | None:
    """How many steps behind the one at hand a name stands; None where it stands at none."""
    found = _CANONICAL.match(name)
    return None if found is None else int(found[2] or 0)


def shifted_name(name: str, by: int) -> str:
    """The name of the same quantity so many steps later."""
    found = _CANONICAL.match(name)
    assert found is not None
    k = int(found[2] or 0) + by
    return f"{found[1]}{HERE}{f'{k:+d}' if k else ''}{found[3]}{found[4]}"


def is_array(name: str) -> bool:
    return name.endswith(ARRAY)


def as_array(name: str) -> str:
    return name + ARRAY


def of_array(name: str) -> str:
    return name.removesuffix(ARRAY)


def lifted(e: Expression, letter: str, index: Index) -> Expression:
    """The expression with all that stands at steps of a letter as arrays at an index. Raises Unread."""

    def one(u: Symbol) -> Symbol:
        found = None if is_array(u.name) else at_step(u.name, (letter,))
        return u if found is None else Symbol(as_array(found[0]), (index, *u.indices))

    def change(u: Expression) -> Expression | None:
        match u:
            case Symbol():
                return one(u)
            case Derivative(of=of, by=by, held=held):
                if held:
                    raise Unread("a derivative with something held fixed, in a sum over steps")
                return Derivative(substitute(of, change), one(by))
        return None

    return substitute(e, change)


def counts_steps(e: Expression, letter: str) -> bool:
    """Whether something in an expression stands at steps of a letter."""
    return any(not is_array(name) and at_step(name, (letter,)) is not None for name in names(e))


def array(e: Expression, index: Index) -> Expression:
    """Names of one step as arrays at an index."""

    def change(u: Expression) -> Expression | None:
        if isinstance(u, Symbol) and not is_array(u.name) and offset(u.name) is not None:
            return Symbol(as_array(u.name), (index, *u.indices))
        return None

    return substitute(e, change)
