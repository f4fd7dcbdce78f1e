"""Reuse of the activity: f' by y = f(s), found by elimination where no table lists it, or said to be absent."""

from __future__ import annotations

from fractions import Fraction

import pytest
from mpmath import mpf

from deltarule.algebra import prove
from deltarule.calculus.forms import S
from deltarule.calculus.reuse import Y, exponential_of, reuse
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import ONE, Apply, Expression, Number, Power, Symbol
from deltarule.language.traversal import names, substitute, walk

from ..at_fifty_digits import close, fifty_digits, slope, value


def call(name: str, *u: Expression) -> Expression:
    return Apply(name, u)


def by_cases(right: Expression, left: Expression) -> Expression:
    """`right` for s > 0, else `left`."""
    return add(multiply(call("step", S), right), multiply(subtract(ONE, call("step", S)), left))


e, e_minus, y = call("exp", S), call("exp", negate(S)), Y
two, three, half = Number(2), Number(3), Number(Fraction(1, 2))
positive = ("0.1", "0.75", "3", "17")
everywhere = ("-17", "-2.5", "-0.1", "0.2", "1", "6", "20")

KNOWN: dict[str, tuple[Expression, Expression, tuple[str, ...]]] = {
    # the function, its derivative by y as a textbook (or PyTorch) has it, points to try
    "exp": (e, y, everywhere),
    "sigmoid": (call("sigmoid", S), multiply(y, subtract(ONE, y)), everywhere),
    "tanh": (call("tanh", S), subtract(ONE, power(y, 2)), everywhere),
    "softplus": (call("softplus", S), subtract(ONE, call("exp", negate(y))), everywhere),
    "sqrt": (call("sqrt", S), multiply(half, power(y, -1)), positive),
    "rsqrt": (Power(S, Fraction(-1, 2)), multiply(Number(Fraction(-1, 2)), power(y, 3)), positive),
    "relu": (call("relu", S), call("step", y), everywhere),
    "elu": (by_cases(S, subtract(e, ONE)), by_cases(ONE, add(y, ONE)), everywhere),
}

INVENTED: dict[str, tuple[Expression, Expression, tuple[str, ...]]] = {
    "(1 - e)/(1 + 2e)": (
        divide(subtract(ONE, e_minus), add(ONE, multiply(two, e_minus))),
        multiply(Number(Fraction(1, 3)), subtract(add(ONE, y), multiply(two, power(y, 2)))),
        everywhere,
    ),
    "(e² - 1)/(e² + 3)": (
        divide(subtract(power(e, 2), ONE), add(power(e, 2), three)),
        multiply(half, subtract(add(ONE, multiply(two, y)), multiply(three, power(y, 2)))),
        everywhere,
    ),
    "1/√(1 + e)": (
        Power(add(ONE, e_minus), Fraction(-1, 2)),
        multiply(half, subtract(y, power(y, 3))),
        everywhere,
    ),
    "√(1 + e)": (Power(add(ONE, e), Fraction(1, 2)), multiply(half, subtract(y, power(y, -1))), everywhere),
    "log(2 + 3e)": (
        call("log", add(two, multiply(three, e_minus))),
        subtract(multiply(two, call("exp", negate(y))), ONE),
        everywhere,
    ),
    "log((1 + e)/2)": (
        call("log", multiply(half, add(ONE, e))),
        subtract(ONE, multiply(half, call("exp", negate(y)))),
        everywhere,
    ),
    "a rational function on one side, an exponential on the other": (
        by_cases(divide(S, add(ONE, S)), subtract(e, ONE)),
        substitute(by_cases(power(subtract(ONE, y), 2), add(ONE, y)), lambda u: y if u is S else None),
        everywhere,
    ),
    "s/(1 + |s|)": (
        divide(S, add(ONE, call("abs", S))),
        substitute(by_cases(power(subtract(ONE, y), 2), power(add(ONE, y), 2)), lambda u: y if u is S else None),
        everywhere,
    ),
    "e + s, which needs s too": (add(e, S), subtract(add(ONE, y), S), everywhere),
    "√(1 + s²), which needs s too": (Power(add(ONE, power(S, 2)), Fraction(1, 2)), divide(S, y), everywhere),
}
KNOWN["elu"] = (KNOWN["elu"][0], substitute(KNOWN["elu"][1], lambda u: y if u is S else None), everywhere)

ABSENT: dict[str, Expression] = {
    # no rational function of y (and s): y does not tell which of two slopes it is, or a root would be needed
    "1/(1 + e)²": power(add(ONE, e_minus), -2),
    "log(1 + e + e²)": call("log", add(ONE, e, power(e, 2))),
    "a smooth step 3s² - 2s³": subtract(multiply(three, power(S, 2)), multiply(two, power(S, 3))),
    "1/cosh s": divide(two, add(e, e_minus)),
    "1/(1 + s²)": power(add(ONE, power(S, 2)), -1),
    "tanh³": power(call("tanh", S), 3),
    "mish": multiply(S, call("tanh", call("softplus", S))),
    "erf": call("erf", S),
    "sin": call("sin", S),
    "|s|": call("abs", S),
    "the square of relu, which has a kink in its slope": power(call("relu", S), 2),
}


@pytest.mark.parametrize("name", [*KNOWN, *INVENTED])
def test_reuse_is_found_and_is_the_derivative(name: str):
    f, expected, points = (KNOWN | INVENTED)[name]
    found = reuse(f, S)
    assert found is not None
    assert names(found.derivative) <= {S.name, Y.name}
    # by exact algebra, with y = f(s) put back
    back = substitute(found.derivative, lambda u: f if u is Y else None)
    derivative = expand_functions(differentiate(expand_functions(f), S))
    if not any(isinstance(u, Apply) and u.function in {"step", "abs", "maximum"} for u in walk(expand_functions(f))):
        assert prove(expand_functions(back), derivative).proved
    # at fifty digits, against the slope and against the form of the textbook
    with fifty_digits():
        for point in points:
            at = {S.name: point, Y.name: value(f, {S.name: point})}
            assert close(value(found.derivative, at), slope(f, S.name, {S.name: point}), 30)
            assert close(value(found.derivative, at), value(expected, at), 30)


@pytest.mark.parametrize("name", ABSENT)
def test_where_elimination_finds_no_reuse_that_is_said(name: str):
    assert reuse(ABSENT[name], S) is None


def test_a_reuse_with_a_new_pole_is_refused():
    """SiLU: y = s σ(s) gives σ = y/s, so the derivative by s and y has a pole at s = 0 where f' is 1/2."""
    assert reuse(multiply(S, call("sigmoid", S)), S) is None
    gelu_like = multiply(S, divide(ONE, add(ONE, call("exp", multiply(Number(Fraction(-17, 10)), S)))))
    assert reuse(gelu_like, S) is None


def test_a_constant_slope_needs_nothing():
    found = reuse(add(multiply(three, S), ONE), S)
    assert found is not None
    assert found.derivative is three
    assert found.keeps == ()


def test_a_parameter_is_kept_and_said():
    found = reuse(call("leaky_relu", S, Symbol("a")), S)
    assert found is None  # the sign of y is that of s only where a > 0, which nobody said


def test_the_relation_is_what_was_solved():
    found = reuse(call("sigmoid", S), S)
    assert found is not None
    assert found.relation.replace(" ", "") == "d+y^2-y=0"


def test_the_exponential_of_a_sum_of_logarithms_is_a_product():
    log_odds = subtract(call("log", add(ONE, e)), multiply(two, call("log", S)))
    made = exponential_of(log_odds)
    assert made is not None
    with fifty_digits():
        at = {S.name: "1.7"}
        assert close(value(made, at), (1 + value(e, at)) / mpf("1.7") ** 2)
    assert exponential_of(e) is None
