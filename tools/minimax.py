"""Derives the polynomials of the native functions and writes `src/deltarule/program/native/coefficients.py`.

    python tools/minimax.py [--check]

Each row of `TABLES` is a function g, an interval and a weight w; its polynomial P makes max |w (g - P)| smallest among
those whose coefficients are floating-point numbers, found in 50 digits: Remez exchange on a fine grid, then one
coefficient after the other, from the constant term up, is rounded and the rest fitted again (as in Brisebarre &
Chevillard 2007, without their lattice). The comment on a row says the error that is left, as a power of two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from mpmath import mp, mpf

PAGE = Path(__file__).parent.parent / "src" / "deltarule" / "program" / "native" / "coefficients.py"
GRID = 300

Real = Callable[[Any], Any]


@dataclass(frozen=True)
class Table:
    """g(x) ~ P(x) of `degree` on [start, end], errors weighted with w(x)."""

    name: str
    bits: int
    function: Real
    start: float
    end: float
    degree: int
    weight: Real
    words: str


def series(first: int, step: int, sign: int = 1) -> Real:
    """Σ_k sign^k z^k / (first + step k)!, what is left of exp, sin, cos and sinh when their first terms are taken."""

    def g(z: Any) -> Any:
        total, k, term = mpf(0), 0, mpf(1)
        while abs(term) > mpf(10) ** -55:
            term = mpf(sign) ** k * z**k / mpmath.factorial(first + step * k)
            total, k = total + term, k + 1
        return total

    return g


def half_log(z: Any) -> Any:
    """(log((1+s)/(1-s))/s - 2)/z with z = s²: 2/3 + 2/5 z + ..."""
    total, k, term = mpf(0), 0, mpf(1)
    while term > mpf(10) ** -55:
        term = 2 * z**k / (2 * k + 3)
        total, k = total + term, k + 1
    return total


def long_log(z: Any) -> Any:
    """What `half_log` leaves after 2/3: 2/5 + 2/7 z + ..."""
    total, k, term = mpf(0), 0, mpf(1)
    while term > mpf(10) ** -55:
        term = 2 * z**k / (2 * k + 5)
        total, k = total + term, k + 1
    return total


def erf_near(z: Any) -> Any:
    """erf(x)/x - 1 with z = x²."""
    x = mpmath.sqrt(z)
    return mpmath.erf(x) / x - 1


def erf_far(shift: int) -> Real:
    """erfc(x) exp(x²) in t = (x - shift)/(x + shift)."""

    def g(t: Any) -> Any:
        x = shift * (1 + t) / (1 - t)
        return mpmath.erfc(x) * mpmath.exp(x * x)

    return g


def tail(z: Any) -> Any:
    """erfc(x) exp(x²) x with z = 1/x²."""
    x = 1 / mpmath.sqrt(z)
    return mpmath.erfc(x) * mpmath.exp(x * x) * x


def arctangent(z: Any) -> Any:
    """(atan(x) - x)/x³ with z = x²: -1/3 + z/5 - ..."""
    total, k, term = mpf(0), 0, mpf(1)
    while abs(term) > mpf(10) ** -55:
        term = -((-z) ** k) / (2 * k + 3)
        total, k = total + term, k + 1
    return total


def far_weight(shift: int) -> Real:
    def w(t: Any) -> Any:
        x = shift * (1 + t) / (1 - t)
        return mpmath.exp(-x * x) / mpmath.erf(x)

    return w


def at(x: float, shift: int) -> float:
    return (x - shift) / (x + shift)


def rows() -> Iterator[Table]:
    half, z4 = 0.34660, 0.61686  # a little over log(2)/2 and (π/4)²
    for bits in (32, 64):

        def d(single: int, double: int, bits: int = bits) -> int:
            return single if bits == 32 else double

        yield Table(
            "EXP", bits, series(2, 1), -half, half, d(4, 9), lambda r: r * r / mpmath.exp(r), "(exp(r) - 1 - r)/r²"
        )
        yield Table("LOG", bits, half_log, 0, 0.02945, d(3, 6), lambda z: z / 2, "(2 atanh(s)/s - 2)/s², in s²")
        if bits == 64:
            words = "(2 atanh(s)/s - 2 - 2/3 s²)/s⁴, in s²"
            yield Table("LONG_LOG", bits, long_log, 0, 0.02945, 8, lambda z: z * z / 2, words)
        yield Table("SINH", bits, series(3, 2), 0, 1, d(3, 7), lambda z: z, "(sinh(x) - x)/x³, in x²")
        yield Table("SIN", bits, series(3, 2, -1), 0, z4, d(2, 5), lambda z: z, "(x - sin(x))/x³, in x²")
        yield Table("COS", bits, series(4, 2, -1), 0, z4, d(2, 5), lambda z: z * z, "(cos(x) - 1 + x²/2)/x⁴, in x²")
        yield Table("ERF", bits, erf_near, 0, 1, d(7, 13), lambda z: mpf(1), "erf(x)/x - 1, in x²")
        if bits == 64:
            words = "(atan(x) - x)/x³, in x²"
            yield Table("ATAN", bits, arctangent, 0, 0.0718, 8, lambda z: z, words)
            words = "erfc(x) exp(x²), in (x - 2)/(x + 2)"
            yield Table("ERFC_MIDDLE", bits, erf_far(2), at(1, 2), at(4, 2), 15, lambda t: 1 / erf_far(2)(t), words)
            words = "erfc(x) exp(x²) x, in 1/x²"
            yield Table("ERFC_TAIL", bits, tail, 28.0**-2, 4.0**-2, 12, lambda z: 1 / tail(z), words)
        yield Table(
            "ERFC", bits, erf_far(2), at(1, 2), at(d(4, 6), 2), d(7, 17), far_weight(2),
            "erfc(x) exp(x²), in (x - 2)/(x + 2)",
        )  # fmt: skip


def solve(points: list[Any], values: list[Any], weights: list[Any], powers: list[int]) -> list[Any]:
    """Remez exchange on the grid: the coefficients of the `powers` for which the largest weighted error is smallest."""
    count = len(powers) + 1
    heavy = [k for k, w in enumerate(weights) if w > max(weights) / 1000]
    chosen = [heavy[round((len(heavy) - 1) * (1 - np.cos(np.pi * k / (count - 1))) / 2)] for k in range(count)]
    columns = [[x**p for p in powers] for x in points]
    best: tuple[Any, list[Any]] | None = None
    for _ in range(40):
        matrix = mpmath.matrix(count, count)
        right = mpmath.matrix(count, 1)
        for i, k in enumerate(chosen):
            for j, value in enumerate(columns[k]):
                matrix[i, j] = weights[k] * value
            matrix[i, count - 1] = mpf(-1) ** i
            right[i] = weights[k] * values[k]
        found = mpmath.lu_solve(matrix, right)
        coefficients, level = list(found[: count - 1]), abs(found[count - 1])
        errors = [w * (v - mpmath.fdot(coefficients, row)) for v, w, row in zip(values, weights, columns, strict=True)]
        largest = max(map(abs, errors))
        if best is None or largest < best[0]:
            best = largest, coefficients
        fresh = extrema(errors, count)
        if fresh is None or largest <= level * mpf("1.01"):
            break
        chosen = fresh
    assert best is not None
    return best[1]


def extrema(errors: list[Any], count: int) -> list[int] | None:
    """Where the error is largest on each stretch of one sign: `count` such places in a row, the largest kept."""
    places: list[int] = []
    for k, e in enumerate(errors):
        if places and (errors[places[-1]] > 0) == (e > 0):
            if abs(e) > abs(errors[places[-1]]):
                places[-1] = k
        else:
            places.append(k)
    while len(places) > count:
        places.pop(0 if abs(errors[places[0]]) < abs(errors[places[-1]]) else -1)
    return places if len(places) == count else None


def rounded(c: Any, bits: int) -> float:
    return float(np.float32(float(c))) if bits == 32 else float(c)


def polynomial(table: Table) -> tuple[list[float], float]:
    """Coefficients from the constant term up, and the largest weighted error that is left, as a power of two."""
    a, b = mpf(table.start), mpf(table.end)
    points = [(a + b) / 2 - (b - a) / 2 * mpmath.cos(mpmath.pi * k / (GRID - 1)) for k in range(GRID)]
    points = [x if abs(x) > mpf(10) ** -40 else mpf(10) ** -12 for x in points]
    values = [table.function(x) for x in points]
    weights = [mpf(table.weight(x)) + mpf(10) ** -40 for x in points]
    known: list[float] = []
    for first in range(table.degree + 1):
        rest = [v - sum(mpf(c) * x**p for p, c in enumerate(known)) for x, v in zip(points, values, strict=True)]
        found = solve(points, rest, weights, list(range(first, table.degree + 1)))
        known.append(rounded(found[0], table.bits))
    left = (
        w * (v - sum(mpf(c) * x**p for p, c in enumerate(known)))
        for x, v, w in zip(points, values, weights, strict=True)
    )
    return known, float(mpmath.log(max(map(abs, left)), 2))


def pieces(count: int, start: int, scale: int) -> list[float]:
    """The binary digits of 2/π from 2^-1 on in `count` numbers of 53 digits, times 2^scale."""
    out = []
    with mp.workprec(53 * (count + 4)):
        left = 2 / mpmath.pi
        for k in range(count):
            unit = mpf(2) ** (-start - 53 * (k + 1))
            digit = mpmath.floor(left / unit) * unit
            left -= digit
            out.append(float(digit * mpf(2) ** scale))
    return out


def parts(value: Any, count: int) -> list[float]:
    """A number as an unevaluated sum of floats."""
    out: list[float] = []
    with mp.workprec(53 * (count + 4)):
        value = +value
        for _ in range(count):
            out.append(float(value))
            value -= mpf(out[-1])
    return out


def written() -> str:
    mp.dps = 50
    lines = [
        '"""Minimax polynomials from the constant term up, by the bits of the element. Written by tools/minimax.py."""',
        "",
        "# fmt: off",
    ]
    found: dict[str, list[tuple[Table, list[float], float]]] = {}
    for table in rows():
        found.setdefault(table.name, []).append((table, *polynomial(table)))
    for name, both in found.items():
        first = both[0][0]
        lines += ["", f"# {first.words}", f"{name}: dict[int, tuple[float, ...]] = {{"]
        for table, coefficients, left in both:
            lines.append(f"    {table.bits}: (  # [{table.start:.5g}, {table.end:.5g}], error 2**{left:.1f}")
            lines += [f"        {c!r}," for c in coefficients]
            lines.append("    ),")
        lines.append("}")
    with mp.workdps(80):
        half_pi = parts(mpmath.pi / 2, 3)
    lines += ["", f"HALF_PI = {tuple(half_pi)!r}", "", "# 2/π times 2^600, 53 binary digits each", "DIGITS = ("]
    lines += [*(f"    {c!r}," for c in pieces(22, 0, 600)), ")"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = written()
    if "--check" in sys.argv[1:]:
        sys.exit(None if PAGE.read_text(encoding="utf-8") == text else f"{PAGE} is not what {__file__} makes")
    PAGE.write_text(text, encoding="utf-8")
