"""Tidying changes how an expression is written, never its value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.calculus.matching import apply_identity, match
from deltarule.calculus.tidy import rewrite, tidy
from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import ONE, Apply, Axis, Delta, Expression, Number, Product, Sum, Symbol

from ..index_loops import evaluate

P, Q = Axis("i", 3), Axis("j", 3)
y, y_hat = Symbol("y", (P,)), Symbol("y_hat", (P,))
VALUES = {
    name: np.random.default_rng(n).uniform(0.2, 0.9, size=(3,) * r)
    for n, (name, r) in enumerate({"y": 1, "y_hat": 1, "W": 2, "c": 0}.items())
}

leaves = st.sampled_from(
    [y, y_hat, Symbol("y", (Q,)), Symbol("W", (P, Q)), Symbol("W", (Q, P)), Symbol("c"), ONE, Number(2), Delta(P, Q)]
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(Sum),
        st.tuples(inner, inner).map(lambda p: subtract(*p)),
        st.lists(inner, min_size=2, max_size=3).map(Product),
        inner.map(lambda u: power(add(Number(3), power(u, 2)), -1)),
        inner.map(lambda u: Apply("exp", (negate(u),))),
        st.tuples(inner, st.sampled_from([P, Q])).map(lambda p: Product((p[0],), (p[1],))),
    ),
    max_leaves=8,
)


@settings(max_examples=250)
@given(expressions)
def test_tidying_changes_no_value(e: Expression):
    before, after = (evaluate(u, (P, Q), VALUES, {}) for u in (e, tidy(e)))
    assert np.allclose(after, before, rtol=1e-10, atol=1e-10)


@settings(max_examples=100)
@given(expressions)
def test_a_known_sum_is_used_where_it_stands(e: Expression):
    """With Σ_k y_k = 1 as a fact, the value at a y that sums to 1 stays what it was."""
    values = {**VALUES, "y": VALUES["y"] / VALUES["y"].sum()}
    fact = (multiply(y, bound=[P]), ONE)
    before, after = (evaluate(u, (P, Q), values, {}) for u in (e, tidy(e, [fact])))
    assert np.allclose(after, before, rtol=1e-10, atol=1e-10)
    again = (evaluate(u, (P, Q), values, {}) for u in (e, rewrite(e, [fact])))
    assert np.allclose(*again, rtol=1e-10, atol=1e-10)


def test_the_derivative_of_bce_by_the_prediction_is_one_fraction():
    p, q = Symbol("y"), Symbol("y_hat")
    raw = add(multiply(Number(-1), p, power(q, -1)), divide(subtract(ONE, p), subtract(ONE, q)))
    assert tidy(raw) is multiply(subtract(q, p), power(q, -1), power(subtract(ONE, q), -1))


def test_a_fraction_cancels_against_what_it_is_multiplied_by():
    p, q = Symbol("y"), Symbol("y_hat")
    raw = multiply(subtract(q, p), power(q, -1), power(subtract(ONE, q), -1), q, subtract(ONE, q))
    assert tidy(raw) is subtract(q, p)


def test_a_fact_holds_for_every_index_and_below_a_sum():
    x, h = Symbol("x", (P,)), Symbol("h", (P,))
    fact = (Apply("tanh", (x,)), h)
    inside = multiply(Symbol("w", (Q,)), Apply("tanh", (Symbol("x", (Q,)),)), bound=[Q])
    assert rewrite(inside, [fact]) is multiply(Symbol("w", (Q,)), Symbol("h", (Q,)), bound=[Q])
    assert rewrite(inside, [fact], inside=False) is inside


def test_a_pattern_matches_to_the_letter():
    s, u = Symbol("s"), multiply(Number(2), Symbol("a"))
    log_sigmoid = Apply("log", (Apply("sigmoid", (s,)),))
    softplus = negate(Apply("softplus", (negate(s),)))
    assert match(log_sigmoid, Apply("log", (Apply("sigmoid", (u,)),)), "s") == {"s": u}
    assert match(log_sigmoid, Apply("log", (Apply("tanh", (u,)),)), "s") is None
    found = apply_identity(add(ONE, Apply("log", (Apply("sigmoid", (u,)),))), log_sigmoid, softplus, "s")
    assert found is subtract(ONE, Apply("softplus", (multiply(Number(-2), Symbol("a")),)))


def test_a_number_is_kept_exact():
    third = Number(Fraction(1, 3))
    assert tidy(add(third, third, third)) is ONE
