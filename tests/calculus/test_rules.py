"""Every derivative rule is the slope that mpmath finds at fifty digits, and has the stated value at its kink."""

from __future__ import annotations

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.calculus.rules import PRIMITIVES, contract, derivative_of_function, differentiate, expand_functions
from deltarule.language.arithmetic import add, multiply, negate, power, subtract
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
)
from deltarule.language.functions import FUNCTIONS, ScalarFunction

from ..at_fifty_digits import close, fifty_digits, slope, value
from ..index_loops import evaluate

POINTS = ("-7.25", "-1.5", "-0.3", "0.2", "1.3", "2.75", "11")


def inside(row: ScalarFunction, point: str) -> bool:
    low, high = map(float, row.domain)
    return low < float(point) < high


i, j, k = Axis("i", 2), Axis("j", 3), Axis("k", 2)


def call(name: str, *u: Expression) -> Expression:
    return Apply(name, u)


def test_every_primitive_of_the_table_of_functions_has_a_rule_for_each_argument():
    assert set(PRIMITIVES) == {name for name, row in FUNCTIONS.items() if row.primitive}
    for name, rules in PRIMITIVES.items():
        assert len(rules) == len(FUNCTIONS[name].parameters)


@pytest.mark.parametrize(("name", "point"), [(n, p) for n, row in FUNCTIONS.items() for p in POINTS if inside(row, p)])
def test_the_derivative_of_a_function_is_its_slope(name: str, point: str):
    row = FUNCTIONS[name]
    at = dict(zip(row.parameters, (point, "0.37"), strict=False))
    with fifty_digits():
        for argument, parameter in enumerate(row.parameters):
            applied = Apply(name, tuple(map(Symbol, row.parameters)))
            assert close(value(derivative_of_function(name, argument), at), slope(applied, parameter, at), 40)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("step", {"s": 0}, [0]),
        ("sign", {"s": 0}, [0]),
        ("abs", {"s": 0}, [0]),
        ("relu", {"s": 0}, [0]),
        ("leaky_relu", {"s": 0, "a": "0.25"}, ["0.25", 0]),
        ("maximum", {"a": 2, "b": 2}, [1, 0]),
        ("minimum", {"a": 2, "b": 2}, [0, 1]),
    ],
)
def test_at_a_kink_the_derivative_has_the_stated_value(name: str, at: dict[str, object], expected: list[object]):
    with fifty_digits():
        found = [value(derivative_of_function(name, k), at) for k in range(len(expected))]
        assert found == [value(Symbol("v"), {"v": v}) for v in expected]


s, t = Symbol("s"), Symbol("t")
scalars = st.recursive(
    st.sampled_from([s, t, ONE, Number(2), Number(Fraction(-1, 3))]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: add(*p)),
        st.tuples(inner, inner).map(lambda p: multiply(*p)),
        inner.map(lambda u: power(u, 2)),
        inner.map(lambda u: power(add(ONE, power(u, 2)), -1)),
        inner.map(lambda u: Power(add(ONE, power(u, 2)), Fraction(1, 2))),
        inner.map(lambda u: call("sin", u)),
        inner.map(lambda u: call("tanh", u)),
        inner.map(lambda u: call("exp", call("sin", u))),
        inner.map(lambda u: call("log", add(Number(2), call("cos", u)))),
        inner.map(lambda u: call("sigmoid", u)),
        inner.map(lambda u: call("softplus", u)),
    ),
    max_leaves=8,
)


@settings(max_examples=120)
@given(scalars)
def test_sums_products_powers_and_compositions_are_differentiated(e: Expression):
    at = {"s": "0.3", "t": "-0.6"}
    with fifty_digits():
        derivative = expand_functions(differentiate(e, s))
        assert close(value(derivative, at), slope(e, "s", at), 30)


def test_the_second_derivative_of_a_function_is_the_derivative_of_the_first():
    with fifty_digits():
        twice = expand_functions(Apply("tanh", (s,), (2,)))
        y = value(call("tanh", s), {"s": "0.7"})
        assert close(value(twice, {"s": "0.7"}), -2 * y * (1 - y**2))


def test_a_case_is_differentiated_where_it_holds():
    e = Piecewise([(s, True, power(s, 3))], negate(s))
    derivative = differentiate(e, s)
    for point, expected in ((2.0, 12.0), (-2.0, -1.0)):
        assert evaluate(derivative, (), {"s": np.array(point)}, {}) == expected


def test_a_maximum_over_an_axis_goes_to_the_places_that_reach_it():
    """A tie is shared equally, as in jax.numpy.max and torch.amax."""
    p, q = Axis("p", 3), Axis("q", 3)
    derivative = differentiate(Maximum(power(Symbol("x", (p,)), 2), (p,)), Symbol("x", (q,)))
    for x in ([0.3, -2.0, 1.5], [1.0, -1.0, 0.5], [2.0, 2.0, 2.0]):
        found = evaluate(derivative, (q,), {"x": np.array(x)}, {})
        with jax.enable_x64(True):
            expected = jax.grad(lambda v: jnp.max(v**2))(jnp.array(x))
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert differentiate(Maximum(Symbol("x", (i,)), (i,)), s) is ZERO


# Tensors ----------------------------------------------------------------------------------------------------------


def test_the_derivative_of_a_matrix_product_by_each_factor():
    W, x = Symbol("W", (i, j)), Symbol("x", (j,))
    y = multiply(W, x, bound=[j])
    random = np.random.default_rng(0)
    values = {"W": random.normal(size=(2, 3)), "x": random.normal(size=3)}
    m = Axis("m", 3)
    by_x = evaluate(differentiate(y, Symbol("x", (m,))), (i, m), values, {})
    assert np.array_equal(by_x, values["W"])
    by_W = evaluate(differentiate(y, Symbol("W", (k, m))), (i, k, m), values, {})
    assert np.array_equal(by_W, np.einsum("ik,l->ikl", np.eye(2), values["x"]))


def test_the_derivative_of_a_quadratic_form_has_both_terms():
    n, m, p = Axis("a", 3), Axis("b", 3), Axis("c", 3)
    q = multiply(Symbol("x", (n,)), Symbol("A", (n, m)), Symbol("x", (m,)), bound=[n, m])
    random = np.random.default_rng(1)
    values = {"A": random.normal(size=(3, 3)), "x": random.normal(size=3)}
    found = evaluate(differentiate(q, Symbol("x", (p,))), (p,), values, {})
    assert np.allclose(found, (values["A"] + values["A"].T) @ values["x"], rtol=1e-14)


LETTERS = [Axis("i", 2), Axis("j", 2), Axis("k", 2), Axis("l", 2)]
atoms = st.one_of(
    st.tuples(st.sampled_from("AB"), st.permutations(LETTERS)).map(lambda p: Symbol(p[0], p[1][:2])),
    st.tuples(st.sampled_from("xy"), st.sampled_from(LETTERS)).map(lambda p: Symbol(p[0], (p[1],))),
    st.permutations(LETTERS).map(lambda p: Delta(p[0], p[1])),
    st.sampled_from([Symbol("c"), Number(3)]),
)
tensors = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(Sum),
        st.tuples(inner, inner, inner).map(Product),
        st.tuples(st.lists(inner, min_size=1, max_size=3), st.sampled_from(LETTERS)).map(
            lambda p: Product(p[0], (p[1],))
        ),
        st.tuples(st.lists(inner, min_size=1, max_size=3), st.sampled_from(LETTERS[:2])).map(
            lambda p: Product(p[0], (p[1], LETTERS[3]))
        ),
    ),
    max_leaves=10,
)
VALUES = {name: np.random.default_rng(n).normal(size=(2,) * r) for n, (name, r) in enumerate(
    {"A": 2, "B": 2, "x": 1, "y": 1, "c": 0}.items()
)}  # fmt: skip


@settings(max_examples=250)
@given(tensors)
def test_carrying_out_deltas_changes_no_value(e: Expression):
    before = evaluate(e, LETTERS, VALUES, {})
    after = evaluate(contract(e), LETTERS, VALUES, {})
    assert np.allclose(after, before, rtol=1e-12, atol=1e-12)


def test_a_delta_over_a_summed_index_is_gone_after_contraction():
    a, b = LETTERS[:2]
    x = Symbol("x", (b,))
    assert contract(multiply(Delta(a, b), x, bound=[b])) is Symbol("x", (a,))
    one = contract(multiply(subtract(ONE, Delta(a, b)), x, bound=[b]))
    assert one is subtract(multiply(x, bound=[b]), Symbol("x", (a,)))
    assert contract(Product((Symbol("c"),), (Axis("n", "n"),))) is multiply(Symbol("n"), Symbol("c"))
