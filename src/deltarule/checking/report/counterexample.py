"""A counterexample for people and for programs: values by name, without what is named inside the checker only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

__all__ = ["as_decimal", "as_decimals", "as_words"]

_INSIDE = re.compile(r"^(?:size \?|index _)")
_DOCUMENT = re.compile(r"\bdocument\d+:")
_COMPONENT = re.compile(r"^(.+)\[([\d,]+)\]$")
_FRACTION = re.compile(r"-?\d+(?:/\d+)?")
DIGITS = 17
"""Of a value that has no finite decimal form: as many as tell one double from the next."""


def as_decimals(counterexample: Mapping[str, str]) -> dict[str, str]:
    """Every value as a decimal string: exact where it has an end, else to 17 digits."""
    return {name: as_decimal(value) for name, value in _named(counterexample).items()}


def as_decimal(value: str) -> str:
    """A fraction as a decimal; anything else as it is.

    >>> as_decimal("-17/16"), as_decimal("22/13"), as_decimal("1e+5")
    ('-1.0625', '1.6923076923076923', '1e+5')
    """
    if not _FRACTION.fullmatch(value):
        return value
    exact = Fraction(value)
    places = next((k for k in range(DIGITS + 1) if (exact * 10**k).denominator == 1), None)
    if places is not None:
        digits = f"{abs(exact.numerator) * 10**places // exact.denominator:0{places + 1}d}"
        whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
        return ("-" if exact < 0 else "") + whole + (f".{part}" if part else "")
    return f"{float(exact):.{DIGITS}g}"


def as_words(counterexample: Mapping[str, str]) -> tuple[list[str], str, str]:
    """What the names are, vectors and matrices whole (`w = (3/2, 17/16)`), and the values of the two sides.

    >>> as_words({"size ?4": "2", "w[1]": "3/2", "w[2]": "1", "index j": "1", "left": "0.25000", "right": "1.0000"})
    (['w = (3/2, 1)', 'j = 1'], '0.25', '1')
    """
    values = _named(counterexample)
    exact = [values.pop(side, "") for side in ("left", "right")]
    sides = [_short(side) for side in exact]
    if sides[0] == sides[1]:
        sides = exact
    whole: dict[str, dict[tuple[int, ...], str]] = {}
    out: dict[str, str] = {}
    for name, value in values.items():
        component = _COMPONENT.match(name)
        if component is not None:
            out.setdefault(component[1], "")
            whole.setdefault(component[1], {})[tuple(map(int, component[2].split(",")))] = value
        elif name.startswith("function "):
            out[f"{name.removeprefix('function ')}(u)"] = value.removeprefix("1 ")
        else:
            out[name.removeprefix("index ").removeprefix("size ")] = value
    for name, parts in whole.items():
        out[name] = _array(parts)
    return [f"{_subscripted(n, whole.get(n, {}))} = {v}" for n, v in out.items()], sides[0], sides[1]


def _subscripted(name: str, parts: Mapping[tuple[int, ...], str]) -> str:
    """A lone component goes by its own name: w_2, not a vector with holes."""
    return f"{name}_{','.join(map(str, next(iter(parts))))}" if len(parts) == 1 else name


def _named(counterexample: Mapping[str, str]) -> dict[str, str]:
    return {_DOCUMENT.sub("", k): _DOCUMENT.sub("", v) for k, v in counterexample.items() if not _INSIDE.match(k)}


def _array(parts: Mapping[tuple[int, ...], str]) -> str:
    """Components in order; those that do not matter are missing, and shown so."""
    if len(parts) == 1:
        return next(iter(parts.values()))
    if len(next(iter(parts))) == 1:
        return "(" + ", ".join(parts.get((k,), "·") for k in range(1, max(i for (i,) in parts) + 1)) + ")"
    if len(next(iter(parts))) != 2:
        return ", ".join(f"[{','.join(map(str, place))}]: {value}" for place, value in parts.items())
    columns = {j for _, j in parts}
    if columns == {1}:
        return _array({(i,): value for (i, _), value in parts.items()})
    rows = range(1, max(i for i, _ in parts) + 1)
    return "(" + "; ".join(", ".join(parts.get((i, j), "·") for j in range(1, max(columns) + 1)) for i in rows) + ")"


def _short(value: str) -> str:
    """Six digits of a side: enough to see that it is not the other."""
    number, e, exponent = value.partition("e")
    if "." not in number:
        return value
    try:
        number = f"{float(number):.6g}"
    except ValueError:
        return value
    return f"{number}{e}{exponent}"
