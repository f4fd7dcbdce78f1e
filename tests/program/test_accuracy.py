"""Errors in ulps: the measure itself, its references against mpmath, and the goals of the policy `accuracy`."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from deltarule.language.functions import FUNCTIONS
from deltarule.program import accuracy
from deltarule.program.accuracy import POLICIES, on_numpy, subject, subjects, ulps
from deltarule.program.measured import measured, said, said_count
from deltarule.program.native import exhaustive
from deltarule.program.native.exhaustive import FINITE, largest_error, native_values

from ..at_fifty_digits import FUNCTIONS as FIFTY
from ..at_fifty_digits import value

GOALS = {
    "sigmoid": 2,
    "sigmoid′": 3,
    "tanh′": 3,
    "softplus": 1.5,
    "bce of a logit, t = 0": 2,
    "bce of a logit, t = 1": 2,
    "its derivative, t = 0": 1.5,
    "its derivative, t = 1": 1.5,
}

BY_MPMATH = {
    # written down here, not taken from the table of functions
    "sigmoid": lambda s: 1 / (1 + mpmath.exp(-s)),
    "sigmoid′": lambda s: mpmath.exp(-s) / (1 + mpmath.exp(-s)) ** 2,
    "tanh′": lambda s: 1 / mpmath.cosh(s) ** 2,
    "softplus": lambda s: mpmath.log1p(mpmath.exp(s)),
    "bce of a logit, t = 0": lambda s: mpmath.log1p(mpmath.exp(s)),
    "bce of a logit, t = 1": lambda s: mpmath.log1p(mpmath.exp(-s)),
    "its derivative, t = 0": lambda s: 1 / (1 + mpmath.exp(-s)),
    "its derivative, t = 1": lambda s: -1 / (1 + mpmath.exp(s)),
}


def exact(name: str, points: np.ndarray) -> np.ndarray:
    """By mpmath, as float64; beyond float32 at its end."""
    out = []
    with mpmath.workdps(200):
        for s in points.tolist():
            size = BY_MPMATH[name](mpmath.mpf(s))
            out.append(float(min(max(size, -(mpmath.mpf(2) ** 128)), mpmath.mpf(2) ** 128)))
    return np.array(out)


@pytest.mark.parametrize("name", GOALS)
def test_the_goals_are_met_on_both_engines_and_the_reference_is_mpmaths(name: str) -> None:
    what = subject(name)
    few = accuracy.sample(3, seed=5)
    few = np.concatenate([few, np.random.default_rng(0).uniform(-110, 110, 500).astype(np.float32)])
    wanted = exact(name, few)
    assert ulps(native_values(what, "accuracy", "float64", few.astype(np.float64)), wanted).max() < 1e-3
    assert ulps(accuracy.exact_values(what, few), wanted).max() < 1e-3
    points = np.concatenate([accuracy.sample(200), np.linspace(-105, 105, 200_001, dtype=np.float32)])
    reference = native_values(what, "accuracy", "float64", points.astype(np.float64))
    for values in (lambda s: native_values(what, "accuracy", "float32", s), on_numpy(what, "accuracy")):
        off = ulps(np.asarray(values(points), np.float32), reference)
        worst = int(np.argmax(off))
        assert off[worst] <= GOALS[name], (points[worst], off[worst])


@pytest.mark.parametrize("name", ["exp", "tanh", "log1p′", "sinh", "erf", "sin"])
def test_the_measure_by_machine_code_is_that_of_numpy(name: str) -> None:
    what = subject(name)
    block = accuracy.every_float(1020, 4096)
    found = native_values(what, "accuracy", "float32", block)
    off = ulps(found, native_values(what, "accuracy", "float64", block.astype(np.float64)))
    first = 1020 * FINITE // 4096
    for given in (None, found):
        worst, at = largest_error(what, "accuracy", first, first + len(block), given)
        assert worst == off.max()
        assert off[np.flatnonzero(block == np.float32(at))[0]] == worst


def test_a_range_that_is_no_multiple_of_a_vector_and_passes_zero_is_measured_whole() -> None:
    what = subject("sigmoid′")
    middle = FINITE // 2
    whole = largest_error(what, "plain", middle - 1003, middle + 1005)
    parts = [largest_error(what, "plain", middle - 1003, middle), largest_error(what, "plain", middle, middle + 1005)]
    assert whole == max(parts)


@pytest.mark.parametrize(
    ("name", "policy", "most"), [("softplus′", "memory", 5), ("log_sigmoid′", "memory", 5), ("softsign′", "plain", 4)]
)
def test_what_would_cancel_is_written_so_that_it_does_not(name: str, policy: str, most: float) -> None:
    far = np.array([1e7, -3e8, 1e18, -1e18], np.float32)
    points = np.concatenate([np.linspace(-100, 100, 100_001, dtype=np.float32), far])
    what = subject(name)
    wanted = native_values(what, "accuracy", "float64", points.astype(np.float64))
    normal = np.abs(wanted) > 2e-38
    for values in (lambda s: native_values(what, policy, "float32", s), on_numpy(what, policy)):
        off = ulps(np.asarray(values(points), np.float32), wanted)[normal]
        assert off.max() <= most, points[normal][np.argmax(off)]


def test_every_float_counts_each_finite_number_once() -> None:
    parts = 2**16
    for k in (0, 1, 2**15 - 1, 2**15, parts - 2):
        bits = np.concatenate([accuracy.every_float(n, parts) for n in (k, k + 1)]).view(np.uint32).astype(np.int64)
        steps = np.diff(bits)
        assert ((steps == 1) | (bits[1:] == 2**31)).all()  # after the largest comes -0
    assert accuracy.every_float(0, parts)[0].tobytes() == np.float32(0).tobytes()
    assert accuracy.every_float(parts - 1, parts)[-1] == -np.finfo(np.float32).max


def test_an_ulp_is_that_of_float32_at_the_exact_value() -> None:
    one = np.array([1.0])
    assert ulps(np.nextafter(np.float32(1), np.float32(2), dtype=np.float32)[None], one) == 1
    assert ulps(np.array([2.0**-149]), np.array([2.0**-150])) == 0.5
    assert ulps(np.array([math.nan, math.inf, math.inf]), np.array([math.nan, math.inf, 1e39])).tolist() == [0, 0, 0]
    assert ulps(np.array([math.nan, 1.0]), np.array([1.0, math.nan])).tolist() == [math.inf, math.inf]
    assert ulps(np.array([math.inf]), np.array([2.0**127])) == 2**23


def test_a_loss_of_one_sample_is_the_loss_from_its_logit() -> None:
    s = np.linspace(-5, 5, 11)
    for policy in POLICIES:
        for target in (0.0, 1.0):
            loss = on_numpy(subject(f"bce of a logit, t = {target:g}"), policy)(s)
            np.testing.assert_allclose(loss, np.logaddexp(0, s) - target * s, rtol=1e-9)
            slope = on_numpy(subject(f"its derivative, t = {target:g}"), policy)(s)
            np.testing.assert_allclose(slope, 1 / (1 + np.exp(-s)) - target, rtol=1e-9)


@pytest.mark.parametrize("what", [w for w in subjects() if w.target is None], ids=lambda w: w.name)
def test_both_engines_compute_every_function_of_the_table_and_its_derivative(what: accuracy.Subject) -> None:
    from deltarule.calculus.forms import S, forms
    from deltarule.language.expression import Apply

    points = np.array([-2.25, -0.75, 0.5, 0.625, 1.25, 3.5], np.float32)
    least, most = map(float, FUNCTIONS[what.function].domain)
    points = points[(points > least) & (points < most)]
    assert len(points)
    applied = Apply(what.function, (S,))
    expression = forms(applied)[0].expression if what.order else applied
    with mpmath.workdps(50):
        wanted = np.array([float(value(expression, {S.name: s})) for s in points.tolist()])
    for policy in POLICIES:
        for found in (native_values(what, policy, "float32", points), on_numpy(what, policy)(points)):
            np.testing.assert_allclose(np.asarray(found, np.float64), wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "s"),
    [
        *(("gelu", -8.0), ("gelu′", -9.0), ("gelu_tanh", -6.5), ("gelu_tanh′", -6.5)),
        *(("asin′", 0.9999999), ("acos′", -0.9999999), ("atanh", 1e-9), ("coth", 500.0), ("coth′", -20.0)),
        *(("tanh_shrink′", 1e18), ("hard_sigmoid", -2.9999999)),
    ],
)
def test_the_form_found_by_identities_keeps_the_digits_that_the_definition_loses(name: str, s: float) -> None:
    what, point = subject(name), np.array([s])
    with mpmath.workdps(60):
        exact = float(mpmath.diff(FIFTY[what.function], mpmath.mpf(s), what.order))
    for found in (native_values(what, "accuracy", "float64", point), on_numpy(what, "accuracy")(point)):
        np.testing.assert_allclose(found, exact, rtol=1e-12)


def test_what_was_measured_is_there_for_the_goals_and_meets_them() -> None:
    for name, goal in GOALS.items():
        rows = {(m.engine, m.policy): m for m in measured(name)}
        assert {(e, p) for e in ("native", "numpy") for p in POLICIES} <= set(rows)
        assert rows["native", "accuracy"].ulps <= goal
        assert rows["numpy", "accuracy"].ulps <= goal


def test_an_error_is_said_as_a_person_reads_it() -> None:
    assert [said(u) for u in (0.0, 0.5, 26.3, 463.2, 1.677e7, math.inf)] == [
        "exact", "0.50", "26.30", "463", "1.7e7", "not finite",
    ]  # fmt: skip
    assert said_count(FINITE) == "every float32 number"
    assert said_count(1044480) == "1,044,480 float32 numbers"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("name", GOALS)
def test_the_goals_are_met_by_the_native_engine_for_every_float32_number(name: str, part: int) -> None:
    start, stop = (FINITE * k // 8 for k in (part, part + 1))
    worst, at = largest_error(subject(name), "accuracy", start, stop)
    assert worst <= GOALS[name], at


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("name", ["sigmoid", "sigmoid′", "tanh′", "softplus"])
def test_the_goals_are_met_by_the_numpy_engine_for_every_float32_number(name: str, part: int) -> None:
    what, size = subject(name), 1 << 22
    compute = on_numpy(what, "accuracy")
    half = FINITE // 2
    begin, end = (half * k // 4 for k in (part % 4, part % 4 + 1))
    for start in range(begin, end, size):
        stop = min(start + size, end)
        bits = np.arange(start, stop, dtype=np.uint32) + np.uint32(2**31 if part >= 4 else 0)
        first = start + (half if part >= 4 else 0)
        worst, at = largest_error(what, "accuracy", first, first + stop - start, compute(bits.view(np.float32)))
        assert worst <= GOALS[name], at


def test_the_machine_code_is_compiled_once() -> None:
    before = len(exhaustive._alive)
    largest_error(subject("exp"), "accuracy", 0, 4096)
    middle = len(exhaustive._alive)
    largest_error(subject("exp"), "accuracy", 4096, 8192)
    assert len(exhaustive._alive) == middle <= before + 1
