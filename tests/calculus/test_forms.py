"""The forms of a derivative and the policy that chooses: memory keeps little, accuracy loses little, plain is short."""

from __future__ import annotations

import math

import pytest
from mpmath import mp, mpf

from deltarule.algebra import prove
from deltarule.calculus.error import floating, relative_error
from deltarule.calculus.forms import S, Y, choose, forms, put
from deltarule.calculus.rules import expand_functions
from deltarule.calculus.tidy import cost
from deltarule.language.arithmetic import multiply, power, subtract
from deltarule.language.expression import ONE, Apply
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names

from ..at_fifty_digits import FUNCTIONS as EXACT

SMOOTH = [
    n
    for n, row in FUNCTIONS.items()
    if row.definition is not None
    and len(row.parameters) == 1
    and row.domain == ("-inf", "inf")
    and not row.off
    and not row.kinks
]
ALL = [n for n, row in FUNCTIONS.items() if row.definition is not None and len(row.parameters) == 1]
FAR = [-1000.0, -88.0, -37.0, -16.0, -3.3, -0.7, -1e-5, 1e-9, 0.02, 1.0, 9.0, 17.5, 36.9, 100.0, 1000.0]


@pytest.mark.parametrize("name", ALL)
def test_every_form_equals_the_first_which_is_the_definition(name: str):
    f = Apply(name, (S,))
    candidates = forms(f)
    assert candidates[0].rule == "definition"
    for form in candidates[1:]:
        left = expand_functions(put(form.expression, S, f))
        if "step" in repr(left):
            continue
        assert prove(left, expand_functions(candidates[0].expression)).proved, form


@pytest.mark.parametrize("name", ALL)
def test_memory_keeps_no_more_arrays_than_plain(name: str):
    f = Apply(name, (S,))
    assert len(choose(f, "memory").keeps) <= len(choose(f, "plain").keeps)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "relu", "sqrt"])
def test_memory_keeps_the_activity_alone(name: str):
    assert choose(Apply(name, (S,)), "memory").keeps == {Y.name}


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "relu"])
def test_plain_costs_no_more_than_any_textbook_form(name: str):
    textbook = {
        "sigmoid": multiply(Y, subtract(ONE, Y)),
        "tanh": subtract(ONE, power(Y, 2)),
        "softplus": Apply("sigmoid", (S,)),
        "relu": Apply("step", (S,)),
    }
    assert cost(choose(Apply(name, (S,)), "plain").expression) <= cost(textbook[name])


def error_in_ulps(name: str, policy: str, point: float) -> float:
    """How far the chosen form is from the derivative at 400 digits, in units of 2^-52 of it; inf where not finite.
    The activity that it may use is rounded to float64 first, as a saved array is."""
    form = choose(Apply(name, (S,)), policy)  # type: ignore[arg-type]
    with mp.workdps(950):
        f = EXACT[name]
        exact = mp.diff(f, mpf(point)) if abs(point) < 20 else {
            "sigmoid": lambda s: f(s) * f(-s),
            "tanh": lambda s: 1 / mp.cosh(s) ** 2,
            "softplus": EXACT["sigmoid"],
        }[name](mpf(point))  # fmt: skip
        found = floating(form.expression, {S.name: point, Y.name: float(f(mpf(point)))})
        if not math.isfinite(found):
            return math.inf
        if abs(exact) < mpf(10) ** -300:  # below the normal numbers: it has to be finite and tiny
            return 0.0 if abs(found) < 1e-290 else math.inf
        return float(abs(mpf(found) - exact) / abs(exact) * 2**52)


@pytest.mark.parametrize("point", FAR)
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus"])
def test_under_accuracy_the_derivative_is_finite_and_exact_to_a_few_ulps(name: str, point: float):
    assert error_in_ulps(name, "accuracy", point) <= 4


def test_plain_loses_what_accuracy_keeps():
    """y(1 - y) has no correct digit at s = 37, where y rounds to 1."""
    assert error_in_ulps("sigmoid", "plain", 37.0) > 1e12
    assert error_in_ulps("sigmoid", "accuracy", 37.0) <= 4


def test_the_measured_error_is_that_of_mpmath():
    y = Apply("sigmoid", (S,))
    form, exact = multiply(Y, subtract(ONE, Y)), forms(y)[0].expression
    measured = relative_error(form, exact, S.name, (Y.name, expand_functions(y)))
    assert measured == pytest.approx(1.0, abs=1e-6)  # all digits are lost at large s
    best = choose(y, "accuracy").expression
    assert relative_error(best, exact, S.name, (Y.name, expand_functions(y))) < 1e-15


@pytest.mark.parametrize("name", SMOOTH)
def test_accuracy_is_finite_wherever_the_function_is(name: str):
    form = choose(Apply(name, (S,)), "accuracy").expression
    assert names(form) <= {S.name, Y.name, "pi"}
    for point in FAR:
        y = float(floating(Apply(name, (S,)), {S.name: point}))
        if math.isfinite(y) and not (abs(point) == 1000 and name in {"sinh", "cosh", "expm1"}):
            assert math.isfinite(floating(form, {S.name: point, Y.name: y})), (point, form)
