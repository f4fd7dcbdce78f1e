"""The source is what a person writes, and its value is that of the index notation."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    ONE,
    Apply,
    Axis,
    Delta,
    Derivative,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Symbol,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names
from deltarule.writing.numpy import numpy_source

from ..index_loops import evaluate

SIZES = {"n": 2, "h": 3, "m": 4}
i, j, m, q, r = Axis("i", "h"), Axis("j", "n"), Axis("m", "m"), Axis("q", "h"), Axis("r", "n")
SHAPES = {
    "W": ("h", "n"), "x": ("n",), "b": ("h",), "delta": ("h",), "y": ("h",), "y_hat": ("h",), "z": ("h",), "a": ("h",),
    "X": ("m", "n"), "Z": ("m", "h"), "D": ("m", "h"), "d": ("m",), "w": ("n",), "s": (), "t": (), "M": ("h", "h"),
    "T": ("h", "n", "m"), "G": ("n", "h"), "Q": ("h", "h", "n", "m"),
}  # fmt: skip
AXES = [i, j, m, q, r]


def function(name: str) -> Any:
    return lambda *arguments: Apply(name, arguments)


exp, log, step, tanh, sigmoid, maximum = map(function, ("exp", "log", "step", "tanh", "sigmoid", "maximum"))
W, x, b, delta, y = Symbol("W", (i, j)), Symbol("x", (j,)), Symbol("b", (i,)), Symbol("delta", (i,)), Symbol("y", (i,))
z, a, y_hat, s, t = Symbol("z", (i,)), Symbol("a", (i,)), Symbol("y_hat", (i,)), Symbol("s"), Symbol("t")
X, Z, D, d, w = Symbol("X", (m, j)), Symbol("Z", (m, i)), Symbol("D", (m, i)), Symbol("d", (m,)), Symbol("w", (j,))
T = Symbol("T", (i, j, m))
one_over_m = power(Symbol("m"), -1)

LINES = [
    (add(multiply(W, x, bound=[j]), b), (i,), "W @ x + b"),
    (multiply(delta, x), (i, j), "np.outer(delta, x)"),
    (multiply(W, delta, bound=[i]), (j,), "W.T @ delta"),
    (multiply(s, w), (j,), "s * w"),
    (subtract(y_hat, y), (i,), "y_hat - y"),
    (add(negate(y_hat), y), (i,), "y - y_hat"),
    (log(y_hat), (i,), "np.log(y_hat)"),
    (maximum(Number(0), a), (i,), "np.maximum(0, a)"),
    (sigmoid(z), (i,), "1 / (1 + np.exp(-z))"),
    (function("relu")(a), (i,), "np.maximum(0, a)"),
    (function("softplus")(a), (i,), "np.logaddexp(0, a)"),
    (multiply(delta, step(a)), (i,), "delta * (a > 0)"),
    (multiply(multiply(Symbol("G", (j, i)), w, bound=[j]), step(a)), (i,), "(G.T @ w) * (a > 0)"),
    (step(a), (i,), "np.heaviside(a, 0)"),
    (multiply(delta, step(subtract(a, b))), (i,), "delta * (a > b)"),
    (multiply(delta, subtract(ONE, step(a))), (i,), "delta * (a <= 0)"),
    (add(step(a), multiply(Number(Fraction(1, 100)), subtract(ONE, step(a)))), (i,), "np.where(a > 0, 1.0, 0.01)"),
    (add(multiply(b, s, step(a)), multiply(subtract(ONE, step(a)), y)), (i,), "np.where(a > 0, s * b, y)"),
    (Power(a, 2), (i,), "a**2"),
    (multiply(delta, y, subtract(ONE, y)), (i,), "delta * y * (1 - y)"),
    (multiply(delta, subtract(ONE, Power(y, 2))), (i,), "delta * (1 - y**2)"),
    (divide(exp(z), multiply(exp(z), bound=[i])), (i,), "np.exp(z) / np.sum(np.exp(z))"),
    (divide(exp(Z), multiply(exp(Z), bound=[i])), (m, i), "np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)"),
    (subtract(Z, Maximum(Z, [i])), (m, i), "Z - np.max(Z, axis=1, keepdims=True)"),
    (add(multiply(X, W, bound=[j]), b), (m, i), "X @ W.T + b"),
    (multiply(one_over_m, D, X, bound=[m]), (i, j), "D.T @ X / m"),
    (multiply(one_over_m, D, bound=[m]), (i,), "np.sum(D, axis=0) / m"),
    (multiply(d, w), (m, j), "np.outer(d, w)"),
    (multiply(d, X), (m, j), "d[:, None] * X"),
    (multiply(Power(d, -1), X), (m, j), "X / d[:, None]"),
    (multiply(X, w), (m, j), "X * w"),
    (negate(multiply(y, log(y_hat), bound=[i])), (), "-(y @ np.log(y_hat))"),
    (multiply(Number(Fraction(1, 2)), Power(subtract(y_hat, y), 2), bound=[i]), (), "0.5 * np.sum((y_hat - y)**2)"),
    (divide(subtract(y_hat, y), multiply(y_hat, subtract(ONE, y_hat))), (i,), "(y_hat - y) / (y_hat * (1 - y_hat))"),
    (multiply(Number(Fraction(2, 3)), s), (), "2 * s / 3"),
    (subtract(exp(s), ONE), (), "np.exp(s) - 1"),
    (power(s, Fraction(-1, 2)), (), "1 / np.sqrt(s)"),
    (Power(negate(s), 3), (), "(-s)**3"),
    (Power(Power(s, 2), 3), (), "(s**2)**3"),
    (subtract(s, subtract(t, ONE)), (), "1 + s - t"),
    (multiply(s, add(t, ONE)), (), "s * (1 + t)"),
    (Symbol("W", (1, 2)), (), "W[0, 1]"),
    (Symbol("W", (i, 2)), (i,), "W[:, 1]"),
    (multiply(Symbol("M", (i, i)), bound=[i]), (), "np.trace(M)"),
    (Delta(i, q), (i, q), "np.eye(h)"),
    (multiply(Delta(i, q), y), (i, q), "np.diag(y)"),
    (ONE, (m, i), "np.ones((m, h))"),
    (s, (i,), "np.full(h, s)"),
    (Number(0), (i,), "np.zeros(h)"),
    (b, (m, i), "np.broadcast_to(b, (m, h))"),
    (multiply(s, bound=[m]), (), "m * s"),
    (Piecewise([(a, True, a)], exp(a)), (i,), "np.where(a > 0, a, np.exp(a))"),
    (Piecewise([(a, False, ONE)], Number(0)), (i,), "np.where(a >= 0, 1.0, 0.0)"),
    (multiply(T, w, bound=[j]), (i, m), 'np.einsum("ijm,j->im", T, w)'),
    (T, (m, i, j), "np.transpose(T, (2, 0, 1))"),
    (multiply(W, d), (i, j, m), 'np.einsum("ij,m->ijm", W, d)'),
    (tanh(add(W, d)), (i, j, m), "np.tanh(W[:, :, None] + d)"),
]  # fmt: skip


@pytest.mark.parametrize(("e", "axes", "source"), LINES, ids=[line[2] for line in LINES])
def test_the_source_is_what_a_person_writes(e: Expression, axes: tuple[Axis, ...], source: str) -> None:
    assert numpy_source(e, axes) == source


@pytest.mark.parametrize(("e", "axes", "source"), LINES, ids=[line[2] for line in LINES])
def test_its_value_is_that_of_the_index_notation(e: Expression, axes: tuple[Axis, ...], source: str) -> None:
    agree(e, axes)


def agree(e: Expression, axes: tuple[Axis, ...]) -> None:
    rng = np.random.default_rng(1)
    values = {name: rng.uniform(0.5, 1.5, [SIZES[k] for k in sizes]) for name, sizes in SHAPES.items()}
    source = numpy_source(e, axes)
    tree = compile(ast.parse(source, mode="eval"), "<source>", "eval")
    got = np.asarray(
        eval(
            tree,
            {
                "np": np,
                **{f: np.vectorize(getattr(math, f), otypes=[float]) for f in ("erf", "erfc")},
                **SIZES,
                **values,
            },
        )
    )
    expected = evaluate(e, axes, values, SIZES)
    assert got.shape == expected.shape, source
    assert got.dtype == np.float64 or not axes or not names(e) - set(SIZES), source
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, err_msg=source)


@pytest.mark.parametrize("row", [row for row in FUNCTIONS.values()], ids=lambda row: row.name)
def test_every_function_of_the_table_prints(row: Any) -> None:
    agree(Apply(row.name, (inside(row, W), s)[: len(row.parameters)]), (i, j))
    agree(multiply(b, Apply(row.name, (inside(row, Symbol("T", (i, j, m))), s)[: len(row.parameters)])), (m, i, j))


def inside(row: Any, u: Any) -> Any:
    """A number of the function's domain made of any number."""
    if row.domain in (("-1", "1"), ("0", "1")):
        return Apply("sigmoid", (u,))
    return Apply("cosh", (u,)) if row.domain == ("1", "inf") else u


@pytest.mark.parametrize("row", [row for row in FUNCTIONS.values() if row.definition], ids=lambda row: row.name)
def test_a_derivative_of_a_function_is_printed_from_its_definition(row: Any) -> None:
    at = (Symbol("s"), Symbol("t"))[: len(row.parameters)]
    source = numpy_source(Apply(row.name, at, (1,) + (0,) * (len(at) - 1)))
    names = {"np": np, "t": 0.3, "erf": math.erf, "erfc": math.erfc}
    point = 1.7 if row.domain == ("1", "inf") else 0.7
    got = eval(source, names | {"s": point})
    low, high = (eval(numpy_source(Apply(row.name, at)), names | {"s": point + h}) for h in (-1e-6, 1e-6))
    assert got == pytest.approx((high - low) / 2e-6, rel=1e-6)


HOSTILE = ["__import__('os')", "a;b", "a b", "x\n", "lambda", "", "np", "__builtins__", "a.b", "x)", "ﬁ", "1a"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_identifier_never_reaches_the_source(name: str) -> None:
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        numpy_source(add(Symbol(name, (i,)), b))
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        numpy_source(Symbol(name, (i, j, m)), (m, i, j))
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        numpy_source(ONE, (Axis("i", name),))
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        numpy_source(s, names={"s": name})


def test_what_has_no_value_is_refused() -> None:
    with pytest.raises(DeltaruleError, match="is not evaluated"):
        numpy_source(Derivative(s, t))
    with pytest.raises(DeltaruleError, match="only named"):
        numpy_source(Apply("g", (s,)))


def test_sizes_and_functions_are_spelled_as_the_caller_says() -> None:
    assert (
        numpy_source(multiply(one_over_m, D, bound=[m]), sizes={"m": "X.shape[0]"}) == "np.sum(D, axis=0) / X.shape[0]"
    )
    assert numpy_source(sigmoid(z), functions={"sigmoid": "sigmoid"}) == "sigmoid(z)"
    assert numpy_source(ONE, (i,), dtype="x.dtype") == "np.ones(h, dtype=x.dtype)"


@st.composite
def symbol(draw: st.DrawFn) -> Symbol:
    name = draw(st.sampled_from(sorted(SHAPES)))
    return Symbol(name, [draw(st.sampled_from([1, 2, *[a for a in AXES if a.size == k] * 2])) for k in SHAPES[name]])


def composed(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    @st.composite
    def product(draw: st.DrawFn) -> Expression:
        factors = draw(st.lists(inner, min_size=1, max_size=4))
        present = sorted({a for f in factors for a in f.axes} | {draw(st.sampled_from(AXES))})
        return multiply(*factors, bound=[a for a in present if draw(st.booleans())])

    @st.composite
    def largest(draw: st.DrawFn) -> Expression:
        body = draw(inner)
        return Maximum(body, [a for a in body.axes if draw(st.booleans())] or body.axes) if body.axes else body

    return st.one_of(
        product(),
        product(),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: add(*terms)),
        st.builds(subtract, inner, inner),
        st.builds(
            lambda e, k: Power(add(ONE, Power(e, 2)), k),
            inner,
            st.sampled_from([-1, -2, Fraction(1, 2), Fraction(-1, 3)]),
        ),
        inner.map(tanh),
        inner.map(step),
        st.builds(maximum, inner, inner),
        st.builds(lambda e, f, strict: Piecewise([(subtract(e, ONE), strict, f)], e), inner, inner, st.booleans()),
        largest(),
    )


leaves = st.one_of(
    symbol(), symbol(), symbol(),
    st.sampled_from([Delta(i, q), Delta(j, r), Delta(i, 2), ONE, Number(-2), Number(Fraction(1, 3)), Symbol("n")]),
)  # fmt: skip


def test_a_delta_under_two_sums_leaves_no_axis_behind() -> None:
    inner = multiply(Delta(j, r), bound=[i])
    agree(tanh(multiply(inner, bound=[r])), (j,))
    agree(step(multiply(multiply(Delta(i, q), Symbol("M", (q, q)), Delta(j, r), bound=[q]), bound=[r])), (i, j))


def test_scalars_without_a_form_in_rows_and_columns_are_multiplied() -> None:
    total = multiply(T, Symbol("T", (i, j, m)), T, Symbol("Q", (i, i, j, m)), bound=[i, j, m])
    agree(multiply(Number(2), total, total, s), ())


@settings(max_examples=800)
@given(st.recursive(leaves, composed, max_leaves=10), st.randoms(use_true_random=False))
def test_every_expression_prints_and_has_its_value(e: Expression, random: Any) -> None:
    axes = list(e.axes)
    random.shuffle(axes)
    agree(e, tuple(axes))


@settings(max_examples=100)
@given(st.recursive(leaves, composed, max_leaves=4))
def test_axes_that_the_expression_has_not_are_filled_in(e: Expression) -> None:
    agree(e, (*AXES[:2], *(a for a in e.axes if a not in AXES[:2])))
