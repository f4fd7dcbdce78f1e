"""Inverse functions: what undoes what, under which conditions, and what holds on one branch only and is not proved."""

from __future__ import annotations

import pytest

from deltarule.algebra import decide
from deltarule.algebra.enclosure import enclose
from deltarule.algebra.verdict import Verdict
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor


def decided(claim: str) -> Verdict:
    left, right = (
        parse_expression(side, {"x": Tensor.of("x"), "pi": Tensor.of("pi")}).expression for side in claim.split("=")
    )
    return decide(left, right)


HOLD = {
    "sin(x)**2 + cos(x)**2 = 1": (),
    "1/cos(x)**2 = 1 + tan(x)**2": ("cos(x) != 0",),
    "csc(x)**2 = 1 + cot(x)**2": ("sin(x) != 0",),
    "sin(x + pi/2) = cos(x)": (),
    "cos(x - pi/2) = sin(x)": (),
    "cos(x + pi) = -cos(x)": (),
    "sin(x - 5*pi/2) = -cos(x)": (),
    "sin(asin(x)) = x": ("1 - x^2 >= 0",),
    "cos(asin(x)) = sqrt(1 - x**2)": ("1 - x^2 >= 0",),
    "cos(acos(x)) = x": ("1 - x^2 >= 0",),
    "sin(acos(x)) = sqrt(1 - x**2)": ("1 - x^2 >= 0",),
    "asin(x) + acos(x) = pi/2": ("1 - x^2 >= 0",),
    "sin(-atan(x)) = -x/sqrt(1 + x**2)": (),
    "tan(atan(x)) = x": (),
    "sinh(asinh(x)) = x": (),
    "asinh(sinh(x)) = x": (),
    "tanh(atanh(x)) = x": ("1 + x > 0", "1 - x > 0"),
    "sigmoid(logit(x)) = x": ("x > 0", "1 - x > 0"),
    "exp2(log2(x)) = x": ("x > 0",),
    "log2(exp2(x)) = x": (),
    "cbrt(x)**3 = x": (),
    "erfc(x) + erfc(-x) = 2": (),
}

FAIL = [
    "asin(sin(x)) = x",
    "acos(cos(x)) = x",
    "atan(tan(x)) = x",
    "acosh(cosh(x)) = x",
    "atan(x) + atan(1/x) = pi/2",
    "acos(-x) = acos(x)",
    "cos(asin(x)) = -sqrt(1 - x**2)",
    "sin(x + pi) = sin(x)",
    "sin(x + pi/2) = -cos(x)",
    "erfc(-x) = -erfc(x)",
    "cos(x)**2 = 1 + sin(x)**2",
]


@pytest.mark.parametrize("claim", HOLD)
def test_what_undoes_a_function_is_proved_with_its_conditions(claim: str) -> None:
    found = decided(claim)
    assert found.proved, found
    assert found.domain == HOLD[claim]


@pytest.mark.parametrize("claim", FAIL)
def test_what_holds_on_one_branch_only_is_refuted(claim: str) -> None:
    assert decided(claim).refuted


def test_pi_of_which_something_is_assumed_is_no_number() -> None:
    from deltarule.algebra import Facts, prove
    from deltarule.language.expression import Symbol

    left, right = (
        parse_expression(s, {"x": Tensor.of("x"), "pi": Tensor.of("pi")}).expression for s in ("sin(x + pi)", "-sin(x)")
    )
    assert prove(left, right).proved
    assert not prove(left, right, Facts(positive=(Symbol("pi"),))).proved


@pytest.mark.parametrize("name", ["asin", "acos"])
def test_beyond_one_there_is_no_value(name: str) -> None:
    e = parse_expression(f"{name}(x)", {"x": Tensor.of("x")}).expression
    assert enclose(e, {"x": 1}).is_finite()
    assert not enclose(e, {"x": 1.0000001}).is_finite()
