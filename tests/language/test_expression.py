"""Expressions of one meaning in bound indices are one object, and no renaming or substitution captures an index."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Derivative,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
    at,
    fresh,
    opened,
    rebuild,
    rename,
)
from deltarule.language.traversal import names, substitute, symbols, walk

from ..index_loops import evaluate

i, j, k = (Axis(name, 2) for name in "ijk")
u, v, s = Symbol("u", (i,)), Symbol("v", (j,)), Symbol("s")
VALUES = {
    "u": np.array([0.3, -1.2]),
    "v": np.array([2.0, 0.7]),
    "M": np.array([[1.5, -0.4], [0.2, 3.0]]),
    "s": np.array(0.6),
}


def expressions() -> st.SearchStrategy[Expression]:
    """Small expressions over the free axes i and j."""
    index = st.sampled_from([i, j])
    leaves = st.one_of(
        index.map(lambda a: Symbol("u", (a,))),
        index.map(lambda a: Symbol("v", (a,))),
        st.tuples(index, index).map(lambda t: Symbol("M", t)),
        st.tuples(index, index).map(lambda t: Delta(*t)),
        st.just(s),
        st.integers(-3, 3).map(Number),
    )
    bound = st.sets(index, max_size=2).map(lambda axes: tuple(sorted(axes)))

    def more(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda e: add(*e)),
            st.tuples(st.lists(inner, min_size=1, max_size=3), bound).map(lambda t: multiply(*t[0], bound=t[1])),
            st.tuples(inner, st.sampled_from([i, j])).map(lambda t: Maximum(t[0], (t[1],))),
            inner.map(lambda e: Power(e, 2)),
            inner.map(lambda e: Apply("tanh", (e,))),
            st.tuples(inner, st.booleans(), inner, inner).map(lambda t: Piecewise(((t[0], t[1], t[2]),), t[3])),
        )

    return st.recursive(leaves, more, max_leaves=8)


def value(e: Expression, axes: tuple[Axis, ...] = (i, j)) -> np.ndarray:
    return evaluate(e, axes, VALUES, {})


# One meaning, one object ---------------------------------------------------------------------------------------


def test_equal_fields_make_one_object():
    assert Number(Fraction(2, 4)) is Number(Fraction(1, 2))
    assert Symbol("u", [i]) is u
    assert Sum([u, s]) is Sum((u, s))
    assert Apply("exp", [s]) is Apply("exp", (s,), (0,))
    assert Delta(i, j) is Delta(j, i)
    assert Derivative(s, u, ("b", "a")) is Derivative(s, u, ("a", "b"))
    assert Power(s, 2) is not Power(s, 3)


def test_the_name_of_a_bound_index_does_not_matter():
    assert Product((u, Symbol("v", (i,))), (i,)) is Product((Symbol("u", (k,)), Symbol("v", (k,))), (k,))
    assert Maximum(u, (i,)) is Maximum(Symbol("u", (j,)), (j,))
    assert Product((u,), (i,)) is not Product((Symbol("u", (Axis("i", 3),)),), (Axis("i", 3),))


def test_the_order_in_which_bound_axes_are_listed_does_not_matter():
    m = Symbol("M", (i, j))
    assert Product((m,), (i, j)) is Product((m,), (j, i))


def test_a_sum_inside_a_sum_keeps_its_own_index():
    inner = Product((Symbol("M", (i, j)), v), (j,))
    outer = Product((u, inner), (i,))
    assert outer.axes == ()
    np.testing.assert_allclose(value(outer, ()), VALUES["u"] @ VALUES["M"] @ VALUES["v"])


def test_an_axis_bound_without_occurring_multiplies_by_its_size():
    np.testing.assert_allclose(value(Product((s,), (i, j)), ()), 4 * 0.6)


def test_nodes_that_nobody_holds_are_freed():
    gc.collect()
    key = Symbol("held_by_nobody").key
    gc.collect()
    from deltarule.language import expression

    assert key not in expression._nodes


@given(expressions())
def test_an_expression_survives_pickling_and_copying_as_itself(e: Expression):
    assert pickle.loads(pickle.dumps(e)) is e  # noqa: S301 - our own bytes
    assert copy.copy(e) is e
    assert copy.deepcopy(e) is e


def test_expressions_are_immutable():
    with pytest.raises(AttributeError):
        u.name = "w"


@given(expressions())
def test_free_axes_are_never_bound_names(e: Expression):
    assert not any(axis.bound for axis in e.axes)
    assert set(e.axes) <= {i, j}


# Renaming and substitution -------------------------------------------------------------------------------------


@given(expressions())
def test_renaming_there_and_back_is_the_identity(e: Expression):
    a, b = fresh(2), fresh(2)
    assert rename(rename(e, {i: a, j: b}), {a: i, b: j}) is e


@given(expressions())
def test_swapping_two_indices_transposes_the_value(e: Expression):
    np.testing.assert_allclose(value(rename(e, {i: j, j: i})), value(e).T, atol=1e-12)


@given(expressions())
def test_giving_two_indices_one_name_takes_the_diagonal(e: Expression):
    np.testing.assert_allclose(value(rename(e, {j: i}), (i,)), np.diagonal(value(e)), atol=1e-12)


@given(expressions(), st.integers(1, 2), st.integers(1, 2))
def test_fixing_an_index_takes_that_component(e: Expression, row: int, column: int):
    np.testing.assert_allclose(value(at(e, (i, j), (row, column)), ()), value(e)[row - 1, column - 1], atol=1e-12)


@given(expressions(), expressions())
def test_a_tensor_put_in_for_a_symbol_is_not_captured_by_any_sum_around_it(e: Expression, put_in: Expression):
    """s := Σ-free scalar of `put_in` at (1, 1), and u[·] := put_in[·, 2], both evaluated first and put in as values."""
    scalar = at(put_in, (i, j), (1, 1))
    vector = at(put_in, (j,), (2,))

    def replace(node: Expression) -> Expression | None:
        if node is s:
            return scalar
        if isinstance(node, Symbol) and node.name == "u":
            return at(vector, (i,), node.indices)
        return None

    before = {**VALUES, "s": value(scalar, ()), "u": value(vector, (i,))}
    expected = evaluate(e, (i, j), before, {})
    np.testing.assert_allclose(value(substitute(e, replace)), expected, rtol=1e-9, atol=1e-9)


def test_substitution_does_not_reach_below_a_derivative():
    derivative = Derivative(Symbol("L"), s)
    assert substitute(add(s, derivative), lambda e: ONE if e is s else None) is Sum((ONE, derivative))


def test_a_free_axis_put_under_a_sum_over_an_axis_of_that_name_stays_free():
    total = Product((u, s), (i,))
    with_u = substitute(total, lambda e: Symbol("u", (i,)) if e is s else None)
    assert with_u.axes == (i,)
    np.testing.assert_allclose(value(with_u, (i,)), VALUES["u"].sum() * VALUES["u"])


@given(expressions())
def test_opening_a_sum_and_closing_it_again_gives_the_same_object(e: Expression):
    for node in walk(e):
        if isinstance(node, Product):
            factors, bound = opened(node)
            assert Product(factors, bound) is node
            assert not any(axis.bound for axis in bound)
        if isinstance(node, Maximum):
            (body,), bound = opened(node)
            assert Maximum(body, bound) is node
            assert len(bound) == len(node.bound)


@given(expressions())
def test_a_node_over_its_own_children_is_itself(e: Expression):
    for node in walk(e):
        assert rebuild(node, node.children) is node
        assert rebuild(node, tuple(list(node.children))) is node


def test_walking_meets_each_distinct_node_once_parents_first():
    e = add(multiply(s, u), power(s, 2))
    met = list(walk(e))
    assert len(met) == len(set(met))
    assert met[0] is e
    assert set(symbols(e)) == {s, u}
    assert names(e) == {"s", "u"}


# Tidying -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (add, ZERO),
        (lambda: add(s, ZERO), s),
        (lambda: add(Number(2), s, Number(3)), Sum((Number(5), s))),
        (lambda: add(s, Number(3)), Sum((s, Number(3)))),
        (lambda: add(add(s, u), v), Sum((s, u, v))),
        (multiply, ONE),
        (lambda: multiply(s, ZERO, bound=(i,)), ZERO),
        (lambda: multiply(s, Number(2), Number(3)), Product((Number(6), s))),
        (lambda: negate(negate(s)), s),
        (lambda: power(s, 0), ONE),
        (lambda: power(s, 1), s),
        (lambda: power(power(s, Fraction(1, 2)), 2), Power(Power(s, Fraction(1, 2)), 2)),  # √s has no value below 0
        (lambda: power(power(power(s, 2), Fraction(1, 2)), 2), power(s, 2)),
        (lambda: power(Number(2), -2), Number(Fraction(1, 4))),
        (lambda: divide(s, Number(4)), Product((Number(Fraction(1, 4)), s))),
    ],
)
def test_making_tidies(made: Callable[[], Expression], expected: Expression):
    assert made() is expected


@given(expressions(), expressions())
def test_making_keeps_the_value(a: Expression, b: Expression):
    np.testing.assert_allclose(value(add(a, b)), value(a) + value(b), atol=1e-9)
    np.testing.assert_allclose(value(subtract(a, b)), value(a) - value(b), atol=1e-9)
    np.testing.assert_allclose(value(multiply(a, b)), value(a) * value(b), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(value(negate(a)), -value(a), atol=1e-9)
    np.testing.assert_allclose(
        value(multiply(a, b, bound=(i,)), (j,)), (value(a) * value(b)).sum(axis=0), rtol=1e-9, atol=1e-9
    )
