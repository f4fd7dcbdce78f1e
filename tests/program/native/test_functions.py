"""The vector code of scalar functions, in float and double, for one lane and many, against mpmath at fifty digits."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from llvmlite import ir

from deltarule.language.errors import DeltaruleError
from deltarule.program.native.functions import NAMES, emit, emit_sigmoids
from deltarule.program.native.powers import emit_power

from .compiled import compiled

ROOT = Path(__file__).parents[3]

ORACLES: dict[str, Callable[..., Any]] = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "log": lambda x: mpmath.log(x) if x > 0 else mpmath.nan,
    "log1p": lambda x: mpmath.log1p(x) if x > -1 else mpmath.nan,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)) if x < 0 else x + mpmath.log1p(mpmath.exp(-x)),
    "erf": mpmath.erf,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else mpmath.nan,
    "erfc": lambda x: mpmath.erfc(x) if abs(x) < 40 else mpmath.mpf(0 if x > 0 else 2),
    "tan": mpmath.tan,
    "asin": lambda x: mpmath.asin(x) if abs(x) <= 1 else mpmath.nan,
    "acos": lambda x: mpmath.acos(x) if abs(x) <= 1 else mpmath.nan,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "acosh": lambda x: mpmath.acosh(x) if x >= 1 else mpmath.nan,
    "atanh": lambda x: mpmath.atanh(x) if abs(x) <= 1 else mpmath.nan,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2) if x > 0 else mpmath.nan,
    "log10": lambda x: mpmath.log10(x) if x > 0 else mpmath.nan,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}
IN_DOUBLE = ("erfc", "tan", "asin", "acos", "atan", "asinh", "acosh", "atanh", "exp2", "log2", "log10", "cbrt")
"""float is computed in double and rounded once, so that its error is near half an ulp."""

LARGEST = {
    # the largest error in ulps that is stated, under `accuracy` and else
    "exp": (0.8, 0.9),
    "expm1": (1.3, 2.3),
    "sigmoid": (0.9, 2.4),
    "tanh": (1.1, 3.0),
    "sinh": (1.7, 1.7),
    "cosh": (1.3, 1.3),
    "log": (0.9, 0.9),
    "log1p": (1.5, 1.5),
    "softplus": (1.3, 1.3),
    "erf": (1.2, 1.2),
    "sin": (0.8, 0.8),
    "cos": (0.8, 0.8),
    "sqrt": (0.5, 0.5),
    **{name: (4.0, 4.0) for name in IN_DOUBLE},
}

MANTISSA = {"float32": 23, "float64": 52}
LOWEST = {"float32": -126, "float64": -1022}


@lru_cache(maxsize=128)
def native(
    name: str, element: str, lanes: int, accuracy: str = "accuracy", count: int = 1
) -> Callable[..., np.ndarray]:
    """The kernel as a function of arrays."""

    def code(vectors: Any, arguments: Any) -> None:
        with vectors.loop(0, arguments[-1], lanes) as turn:
            values = [vectors.load(a, turn.index) for a in arguments[:count]]
            if name.startswith("^"):
                value = emit_power(vectors.builder, values[0], Fraction(name[1:]))
            else:
                value = emit(vectors.builder, name, values, accuracy)
            vectors.store(value, arguments[count], turn.index)

    run = compiled(
        code, element, lanes, "a" * (count + 1) + "n", width=max(lanes if element == "float32" else 2 * lanes, 4)
    )

    def values(*given: np.ndarray) -> np.ndarray:
        length = -(-len(given[0]) // lanes) * lanes
        padded = [np.concatenate([g, np.ones(length - len(g), element)]).astype(element) for g in given]
        out = np.empty(length, element)
        run(*padded, out, length)
        return out[: len(given[0])]

    return values


def points(element: str, seed: int = 0, each: int = 1) -> np.ndarray:
    """Numbers from every binade, many more where functions bend, and the ends."""
    random = np.random.default_rng(seed)
    bits = 32 if element == "float32" else 64
    kind = np.uint32 if bits == 32 else np.uint64
    exponents = np.repeat(np.arange(0, 255 if bits == 32 else 2047, 1 if bits == 32 else 9), each)
    mantissas = random.integers(0, 2 ** MANTISSA[element], len(exponents), dtype=np.uint64)
    sizes = ((exponents.astype(np.uint64) << np.uint64(MANTISSA[element])) | mantissas).astype(kind).view(element)
    near = [random.uniform(-w, w, 150 * each) for w in (1.0, 3.0, 20.0, 120.0, 760.0)]
    return np.concatenate([sizes, -sizes, *near]).astype(element)


def ulps(found: np.ndarray, given: tuple[np.ndarray, ...], oracle: Callable[..., Any], element: str) -> np.ndarray:
    """The error of each value; 0 where both are NaN, or the exact value overflows and so did we."""
    out = []
    limit = mpmath.mpf(2) ** (1 - LOWEST[element] + 1)
    for value, *arguments in zip(found.tolist(), *(g.tolist() for g in given), strict=True):
        exact = oracle(*map(mpmath.mpf, arguments))
        if mpmath.isnan(exact) or math.isnan(value):
            out.append(0.0 if mpmath.isnan(exact) and math.isnan(value) else math.inf)
            continue
        if abs(exact) >= limit * (1 - mpmath.mpf(2) ** (-MANTISSA[element] - 2)):
            out.append(0.0 if value == math.copysign(math.inf, exact) else math.inf)
            continue
        if math.isinf(value):
            out.append(math.inf)
            continue
        exponent = max(mpmath.frexp(exact)[1] - 1 if exact else -(10**6), LOWEST[element])
        out.append(float(abs(mpmath.mpf(value) - exact) / mpmath.mpf(2) ** (exponent - MANTISSA[element])))
    return np.array(out)


@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", ORACLES)
def test_the_error_stays_below_what_is_stated(name: str, element: str) -> None:
    x = points(element)
    with mpmath.workprec(1300 if name in {"sin", "cos", "tan"} else 400 if name == "erfc" else 200):
        stated, without = LARGEST[name]
        if element == "float64" and name == "sigmoid":
            stated = without
        if element == "float32" and name in IN_DOUBLE:
            stated = without = 0.501
        for accuracy, largest in (("accuracy", stated), ("plain", without)):
            off = ulps(native(name, element, 8, accuracy)(x), (x,), ORACLES[name], element)
            worst = int(np.argmax(off))
            assert off[worst] <= largest, (accuracy, x[worst], off[worst])


@pytest.mark.parametrize("lanes", [1, 2, 4, 16])
@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(set(ORACLES) - {"sigmoid"}))  # of few lanes: see below
def test_every_number_of_lanes_gives_the_same_bits(name: str, element: str, lanes: int) -> None:
    x = points(element, seed=1)[::7]
    # Without fused multiply-adds (4 floats and fewer run on plain SSE2) the last bits may differ.
    one, many = native(name, element, lanes)(x), native(name, element, 8)(x)
    if (lanes if element == "float32" else 2 * lanes) >= 8:
        assert one.tobytes() == many.tobytes()
    else:
        np.testing.assert_allclose(
            one, many, rtol=2e-6 if element == "float32" else 3e-15, atol=0 if name != "sin" else 1e-15
        )


@pytest.mark.parametrize("lanes", [1, 2, 4])
@pytest.mark.parametrize("element", ["float32", "float64"])
def test_the_sigmoid_of_few_numbers_is_as_accurate(element: str, lanes: int) -> None:
    x = points(element, seed=2)[::12]
    with mpmath.workprec(200):
        stated, without = LARGEST["sigmoid"]
        for accuracy, largest in (("accuracy", stated if element == "float32" else without), ("plain", without)):
            found = native("sigmoid", element, lanes, accuracy)(x)
            assert found.tobytes() == native("sigmoid", element, 1, accuracy)(x).tobytes()
            if lanes == 4:  # with fused multiply-adds
                assert ulps(found, (x,), ORACLES["sigmoid"], element).max() <= largest


@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize("element", ["float32", "float64"])
def test_the_message_of_a_logistic_loss_keeps_its_digits(element: str, lanes: int) -> None:
    """(1 - t) σ(x) - t σ(-x): the signal is σ(x) - t, which cancels where it is formed so."""

    def code(vectors: Any, arguments: Any) -> None:
        with vectors.loop(0, arguments[-1], lanes) as turn:
            x, a, b = (vectors.load(p, turn.index) for p in arguments[:3])
            found = emit_sigmoids(vectors.builder, x, a, b, "plain")
            assert found is not None
            vectors.store(found, arguments[3], turn.index)

    run = compiled(code, element, lanes, "aaaan", width=16)
    x = points(element, seed=3)[::20]
    x = np.ascontiguousarray(x[: len(x) // lanes * lanes])
    for t in (0.0, 1.0, 0.25):
        a, b, out = np.full_like(x, 1 - t), np.full_like(x, -t), np.empty_like(x)
        run(x, a, b, out, len(x))
        with mpmath.workprec(200):

            def oracle(u: Any, t: float = t) -> Any:
                return (1 - t) * ORACLES["sigmoid"](u) - t * ORACLES["sigmoid"](-u)

            if t in (0.0, 1.0):
                assert ulps(out, (x,), oracle, element).max() <= 2.6
            else:  # it is zero somewhere: there digits are lost whatever the form
                exact = np.array([float(oracle(mpmath.mpf(float(u)))) for u in x])
                np.testing.assert_allclose(out, exact, rtol=0, atol=1e-6 if element == "float32" else 1e-15)


SPECIAL = {
    # at 0, -0, inf, -inf, NaN
    "exp": (1, 1, math.inf, 0, math.nan),
    "expm1": (0.0, -0.0, math.inf, -1, math.nan),
    "sigmoid": (0.5, 0.5, 1, 0, math.nan),
    "tanh": (0.0, -0.0, 1, -1, math.nan),
    "sinh": (0.0, -0.0, math.inf, -math.inf, math.nan),
    "cosh": (1, 1, math.inf, math.inf, math.nan),
    "log": (-math.inf, -math.inf, math.inf, math.nan, math.nan),
    "log1p": (0.0, -0.0, math.inf, math.nan, math.nan),
    "softplus": (math.log(2), math.log(2), math.inf, 0, math.nan),
    "erf": (0.0, -0.0, 1, -1, math.nan),
    "sin": (0.0, -0.0, math.nan, math.nan, math.nan),
    "cos": (1, 1, math.nan, math.nan, math.nan),
    "sqrt": (0.0, -0.0, math.inf, math.nan, math.nan),
    "erfc": (1, 1, 0, 2, math.nan),
    "tan": (0.0, -0.0, math.nan, math.nan, math.nan),
    "asin": (0.0, -0.0, math.nan, math.nan, math.nan),
    "acos": (math.pi / 2, math.pi / 2, math.nan, math.nan, math.nan),
    "atan": (0.0, -0.0, math.pi / 2, -math.pi / 2, math.nan),
    "asinh": (0.0, -0.0, math.inf, -math.inf, math.nan),
    "acosh": (math.nan, math.nan, math.inf, math.nan, math.nan),
    "atanh": (0.0, -0.0, math.nan, math.nan, math.nan),
    "exp2": (1, 1, math.inf, 0, math.nan),
    "log2": (-math.inf, -math.inf, math.inf, math.nan, math.nan),
    "log10": (-math.inf, -math.inf, math.inf, math.nan, math.nan),
    "cbrt": (0.0, -0.0, math.inf, -math.inf, math.nan),
    "abs": (0.0, 0.0, math.inf, math.inf, math.nan),
    "sign": (0.0, 0.0, 1, -1, math.nan),
    "step": (0.0, 0.0, 1, 0, 0),
}


@pytest.mark.parametrize("accuracy", ["accuracy", "memory"])
@pytest.mark.parametrize("element", ["float32", "float64"])
@pytest.mark.parametrize("name", SPECIAL)
def test_zeros_infinities_and_nan(name: str, element: str, accuracy: str) -> None:
    x = np.array([0.0, -0.0, math.inf, -math.inf, math.nan], element)
    found, wanted = native(name, element, 4, accuracy)(x), np.array(SPECIAL[name], element)
    np.testing.assert_array_equal(found, wanted)
    signed = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found)[signed], np.signbit(wanted)[signed])


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_sine_and_cosine_of_huge_numbers_that_lie_near_multiples_of_half_pi(element: str) -> None:
    hard = {
        "float32": [16367173.0 * 2.0**72, 3.4e38, 13176795.0, 2.0**100],
        "float64": [6381956970095103.0 * 2.0**797, 1e308, 2.0**1000],
    }
    x = np.array(hard[element], element)
    with mpmath.workprec(1300):
        for name in ("sin", "cos"):
            assert ulps(native(name, element, 4)(x), (x,), ORACLES[name], element).max() <= 0.8


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_powers(element: str) -> None:
    random = np.random.default_rng(3)
    top = 80 if element == "float32" else 600
    a = np.concatenate([np.exp(random.uniform(-top, top, 300)), random.uniform(0.5, 2, 300)]).astype(element)
    b = np.concatenate([random.uniform(-2, 2, 300), random.uniform(-500, 500, 300)]).astype(element)
    with mpmath.workprec(200):
        assert ulps(native("power", element, 8, count=2)(a, b), (a, b), mpmath.power, element).max() <= 1.2
        for exponent, largest in {
            "2": 0.5,
            "5": 3,
            "1/2": 0.5,
            "3/2": 1.6,
            "-1": 0.5,
            "-3": 3.5,
            "1/3": 1.2,
            "-2/7": 1.2,
        }.items():
            n = Fraction(exponent)
            off = ulps(
                native(f"^{exponent}", element, 8)(a),
                (a,),
                lambda x, n=n: mpmath.power(x, mpmath.mpf(n.numerator) / n.denominator),
                element,
            )
            assert off.max() <= largest, (exponent, a[np.argmax(off)])


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_powers_of_what_is_no_ordinary_number_are_those_of_ieee_754(element: str) -> None:
    ends = np.array([0, -0.0, math.inf, -math.inf, math.nan, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e30], element)
    a, b = (grid.ravel() for grid in np.meshgrid(ends, ends))
    with np.errstate(all="ignore"):
        wanted = np.power(a, b)
    found = native("power", element, 4, count=2)(a, b)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    signed = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found)[signed], np.signbit(wanted)[signed])


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_the_larger_and_the_smaller_pass_nan_on_from_either_side(name: str) -> None:
    a = np.array([1, 5, math.nan, 2, -math.inf], "float32")
    b = np.array([3, 2, 1, math.nan, 0], "float32")
    np.testing.assert_array_equal(native(name, "float32", 4, count=2)(a, b), getattr(np, name)(a, b))


def test_a_function_without_a_kernel_is_an_error_that_names_those_with_one() -> None:
    builder = ir.IRBuilder()
    with pytest.raises(DeltaruleError, match=r"no native code for gamma of 1 arguments; there is for .*softplus"):
        emit(builder, "gamma", [ir.Constant(ir.FloatType(), 1.0)])


def test_every_kernel_is_tested() -> None:
    assert set(SPECIAL) | {"maximum", "minimum", "power"} == NAMES


@pytest.mark.slow
def test_the_table_of_coefficients_is_what_its_generator_makes() -> None:
    subprocess.run([sys.executable, str(ROOT / "tools" / "minimax.py"), "--check"], check=True)
