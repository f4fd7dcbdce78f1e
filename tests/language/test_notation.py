"""The text notation means what NumPy means by the same text, and says where it cannot be read."""

from __future__ import annotations

import contextlib
import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltarule.language.arithmetic import multiply
from deltarule.language.errors import NotationError, ShapeError
from deltarule.language.expression import Apply, Maximum, Number, Symbol
from deltarule.language.notation import parse_equations, parse_expression, parse_shapes
from deltarule.language.tensor import Tensor
from deltarule.language.tensor_functions import call, tensor_function
from deltarule.language.traversal import names

from ..index_loops import evaluate

SIZES = {"n": 3, "h": 2}
RANDOM = np.random.default_rng(0)
VALUES: dict[str, np.ndarray] = {
    "x": RANDOM.normal(size=3),
    "w": RANDOM.normal(size=3),
    "p": RANDOM.uniform(0.1, 0.9, size=3),
    "v": RANDOM.normal(size=2),
    "W": RANDOM.normal(size=(2, 3)),
    "A": RANDOM.normal(size=(3, 3)),
    "s": np.array(0.7),
    "b": np.array(-0.3),
}
SCOPE = {
    "x": Tensor.of("x", "n"),
    "w": Tensor.of("w", "n"),
    "p": Tensor.of("p", "n"),
    "v": Tensor.of("v", "h"),
    "W": Tensor.of("W", "h", "n"),
    "A": Tensor.of("A", "n", "n"),
    "s": Tensor.of("s"),
    "b": Tensor.of("b"),
}


def value(tensor: Tensor) -> np.ndarray:
    return evaluate(tensor.expression, tensor.axes, VALUES, SIZES)


def sigmoid(s: Any) -> Any:
    return 1 / (1 + np.exp(-s))


x, w, p, v, W, A, s, b = (VALUES[name] for name in "xwpvWAsb")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w @ x + b", w @ x + b),
        ("W @ x", W @ x),
        ("v @ W", v @ W),
        ("W @ A", W @ A),
        ("A @ A @ x", A @ A @ x),
        ("W @ W.T", W @ W.T),
        ("W.T @ v", W.T @ v),
        ("w.T @ x", w @ x),
        ("A.T", A.T),
        ("A * A.T", A * A.T),
        ("A @ A.T - A.T @ A", A @ A.T - A.T @ A),
        ("x * w / p - 2*x", x * w / p - 2 * x),
        ("-x**2", -(x**2)),
        ("(-x)**2", x**2),
        ("2 - 3 - 4", np.array(-5.0)),
        ("2 / 4 / 2", np.array(0.25)),
        ("+x", x),
        ("x - (w - b)", x - (w - b)),
        ("p**0.5", p**0.5),
        ("p**(1/2)", p**0.5),
        ("p**-1", 1 / p),
        ("sum(x)", x.sum()),
        ("sum(W)", W.sum()),
        ("sum(W, axis=0)", W.sum(axis=0)),
        ("sum(W, axis=1)", W.sum(axis=1)),
        ("sum(W, axis=-1)", W.sum(axis=1)),
        ("sum(x + b)", (x + b).sum()),
        ("sum(b)", b),
        ("mean(x)", x.mean()),
        ("mean(W)", W.mean()),
        ("mean(W, axis=0)", W.mean(axis=0)),
        ("max(x)", x.max()),
        ("min(x)", x.min()),
        ("max(W, axis=1)", W.max(axis=1)),
        ("max(x, w)", np.maximum(x, w)),
        ("max(x, 0)", np.maximum(x, 0)),
        ("min(0.1, x)", np.minimum(x, 0.1)),
        ("maximum(x, 0)", np.maximum(x, 0)),
        ("dot(w, x)", w @ x),
        ("outer(v, x)", np.outer(v, x)),
        ("outer(x, x)", np.outer(x, x)),
        ("diag(x)", np.diag(x)),
        ("diag(x) @ w", x * w),
        ("trace(A)", np.trace(A)),
        ("trace(A @ A.T)", (A * A).sum()),
        ("norm2(x)", x @ x),
        ("softmax(x)", np.exp(x) / np.exp(x).sum()),
        ("softmax(A)", np.exp(A) / np.exp(A).sum(axis=1, keepdims=True)),
        ("log_softmax(x)", x - np.log(np.exp(x).sum())),
        ("logsumexp(x)", np.log(np.exp(x).sum())),
        ("sigmoid(w @ x + b)", sigmoid(w @ x + b)),
        ("abs(x) + sqrt(p)", np.abs(x) + np.sqrt(p)),
        ("step(x)", (x > 0).astype(float)),
        ("leaky_relu(x, 0.01)", np.where(x > 0, x, 0.01 * x)),
        ("where(x > 0, x, exp(x) - 1)", np.where(x > 0, x, np.exp(x) - 1)),
        ("where(x <= w, 1, b)", np.where(x <= w, 1.0, b)),
        ("ones(n) @ x", x.sum()),
        ("eye(n) @ x", x),
        ("zeros(n) + b", np.full(3, b)),
        ("-(s*log(p) + (1-s)*log(1-p))", -(s * np.log(p) + (1 - s) * np.log(1 - p))),
        ("(  # a comment\n x\n + w)", x + w),
    ],
)
def test_the_text_means_what_numpy_means_by_it(text: str, expected: np.ndarray):
    found = value(parse_expression(text, SCOPE))
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0.5", Fraction(1, 2)),
        ("1e-3", Fraction(1, 1000)),
        ("0.1", Fraction(1, 10)),
        (".30", Fraction(3, 10)),
        ("1_000", Fraction(1000)),
        ("2**10", Fraction(1024)),
        ("1/3", Fraction(1, 3)),
        ("123456789.123456789", Fraction(123456789123456789, 10**9)),
    ],
)
def test_numbers_are_exact_as_written(text: str, exact: Fraction):
    assert parse_expression(text, {}).number == exact


def test_a_literal_number_comes_first_in_a_maximum():
    for text in ("max(s, 0)", "max(0, s)", "maximum(s, 0)"):
        assert parse_expression(text, SCOPE).expression is Apply("maximum", (Number(0), Symbol("s")))


def test_a_reduction_by_maximum_is_one_node():
    assert isinstance(parse_expression("max(x)", SCOPE).expression, Maximum)


def test_functions_that_are_only_named_apply_once_they_are_declared():
    tensor = parse_expression("g(x) * x", SCOPE, functions={"g"})
    x, (i,) = SCOPE["x"].expression, SCOPE["x"].axes
    assert tensor.on((i,)) is multiply(Apply("g", (x,)), x)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("x + (w", 5, "never closed"),
        ("x + w)", 6, "closes nothing"),
        ("sum(x]", 6, "`(` is closed by `]`"),
        ("x +", 4, "cannot be read"),
        ("x + y", 5, "unknown name `y`"),
        ("sigmod(s)", 1, "did you mean sigmoid"),
        ("x ^ 2", 1, "x**2"),
        ("2x", 1, "`*`"),
        ("x[0]", 1, "not part of the notation"),
        ("x.shape", 1, "not part of the notation"),
        ("__import__('os')", 12, "not a number"),
        ("(lambda: 1)()", 2, "word of Python"),
        ("[x for x in w]", 4, "word of Python"),
        ("x if s else w", 3, "where(u > v, a, b)"),
        ("s > 0", 1, "only in where"),
        ("where(s, 1, 0)", 1, "comparison"),
        ("'text'", 1, "not a number"),
        ("True", 1, "not a number"),
        ("f'{x}'", 1, "not part of the notation"),
        ("x // 2", 1, "not part of the notation"),
        ("exp", 1, "is a function"),
        ("exp(x, w)", 1, "takes 1 argument, not 2"),
        ("sum(x, axis=w)", 13, "whole number"),
        ("sum(x, keepdims=1)", 8, "no argument `keepdims`"),
        ("exp(x, axis=0)", 1, "no `axis`"),
        ("sum(x, axis=1)", 1, "no axis 1"),
        ("s ** b", 6, "exp(v*log(u))"),
        ("1 / 0", 5, "division by zero"),
        ("1 / (s*0)", 6, "division by zero"),
        ("0 ** -1", 6, "division by zero"),
        ("ones(0)", 6, "sizes"),
        ("", 1, "missing"),
        ("x\0", 2, "no text"),
        ("x, w", 1, "not part of the notation"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_a_remedy(text: str, column: int, words: str):
    with pytest.raises(NotationError) as caught:
        parse_expression(text, SCOPE)
    assert words in str(caught.value)
    if text:
        line = next(row for row in str(caught.value).split("\n") if row.startswith("  line"))
        assert line == f"  line 1, column {column}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("W * x", ["`W` [h, n]", "`x` [n]", "element by element"]),
        ("(W @ x) @ x", ["`W @ x` [h]", "`x` [n]", "h and n"]),
        ("W @ v", ["`W` [h, n]", "`v` [h]", "n and h"]),
        ("s @ x", ["`s` (a scalar)", "`*`"]),
        ("x + v", ["`x` [n]", "`v` [h]"]),
        ("outer(W, x)", ["`outer` takes vectors", "`W` [h, n]"]),
        ("trace(W)", ["square", "`W` [h, n]"]),
        ("softmax(s)", ["takes a vector", "sigmoid"]),
        ("max(x, v)", ["`x` [n]", "`v` [h]"]),
    ],
)
def test_axes_that_do_not_fit_are_named_with_their_sizes(text: str, parts: list[str]):
    with pytest.raises(ShapeError) as caught:
        parse_expression(text, SCOPE)
    for part in [*parts, "^"]:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["x"] * 50_000),
        "(" * 10_000 + "x" + ")" * 10_000,
        "(" * 5_000 + "x" + ")" * 5_000,
        "-" * 10_000 + "x",
        "x" + "**2" * 5_000,
        "exp(" * 4_000 + "x" + ")" * 4_000,
        "x.T" + ".T" * 5_000,
        "not " * 4_000 + "x",
        "1" * 19_999,
        "9**9**9",
        "9**9**9**9",
        "(9**64)**64",
        "(9**64)**64*(9**64)**64",
        "1e999999999",
        "1e-999999999",
        "+".join(["x"] * 9_000),
        "x*" * 9_000 + "x",
        ";" * 19_000,
        "=" * 19_000,
        "\\" * 100,
        "\ud800",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_too_large_is_refused_quickly(text: str):
    start = time.perf_counter()
    with pytest.raises(NotationError):
        parse_expression(text, SCOPE)
    with pytest.raises(NotationError):
        parse_equations(f"y = {text}", "x: n")
    assert time.perf_counter() - start < 2.0


def test_the_limit_of_nesting_is_ours_and_not_that_of_python():
    with pytest.raises(NotationError, match="nested deeper than 100"):
        parse_expression("-" * 150 + "x", SCOPE)
    parse_expression("-" * 50 + "x", SCOPE)


def test_a_long_sum_is_not_a_deep_one():
    tensor = parse_expression("+".join(["x"] * 1_000), SCOPE)
    assert tensor.expression.depth == 2
    np.testing.assert_allclose(value(tensor), 1_000 * x)


def test_the_place_is_right_behind_letters_of_several_bytes():
    with pytest.raises(NotationError) as caught:
        parse_expression("θ + θ*\n", {"θ": Tensor.of("θ")})
    assert "line 1" in str(caught.value)
    with pytest.raises(NotationError, match="column 5"):
        parse_expression("θ + ψ", {"θ": Tensor.of("θ")})


# Tensors in Python ---------------------------------------------------------------------------------------------


def test_python_operators_and_the_text_give_one_expression():
    traced = SCOPE["x"] * tensor_function("sigmoid")(SCOPE["s"] * SCOPE["x"]) + 0.5
    read = parse_expression("x * sigmoid(s * x) + 0.5", SCOPE)
    assert traced.expression is read.on(traced.axes)


def _texts() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["x", "w", "s", "b", "2", "0.5", "(1/3)"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            inner.map(lambda t: f"(-{t})"),
            inner.map(lambda t: f"({t})**2"),
            inner.map(lambda t: f"sigmoid({t})"),
            inner.map(lambda t: f"sum({t})"),
            inner.map(lambda t: f"where({t} > 0, {t}, b)"),
        ),
        max_leaves=8,
    )


@given(_texts())
def test_the_text_that_operators_make_of_a_tensor_reads_as_that_tensor(text: str):
    tensor = parse_expression(text, SCOPE, relabel=False)
    again = parse_expression(tensor.label, SCOPE)
    assert again.sizes == tensor.sizes
    assert again.on(tensor.axes) is tensor.expression


@pytest.mark.parametrize(
    "text",
    [
        *("x - (w - s)", "x - w - s", "x / (w / s)", "x / (w * s)", "(x + s) * w", "-(x + s)", "(-x)**2", "-x**2"),
        *(
            "x * -s",
            "(x**2)**3",
            "(W @ x) @ v",
            "v @ (W @ x)",
            "(A + A.T).T @ x",
            "where(x > -s, x * w, sum(W, axis=0))",
        ),
    ],
)
def test_operators_keep_the_brackets_that_they_need(text: str):
    tensor = parse_expression(text, SCOPE, relabel=False)
    again = parse_expression(tensor.label, SCOPE)
    assert again.on(tensor.axes) is tensor.expression
    assert tensor.label.replace("(W @ x) @ v", "W @ x @ v") == text.replace("(W @ x) @ v", "W @ x @ v")


def test_a_text_that_doubles_with_every_step_is_refused():
    tensor = SCOPE["x"]
    with pytest.raises(NotationError, match="written out"):
        for _ in range(60):
            tensor = tensor * tensor


def test_a_tensor_has_no_truth_value():
    with pytest.raises(NotationError, match="where"):
        bool(SCOPE["x"] > 0)
    with pytest.raises(NotationError, match="where"):
        bool(SCOPE["x"])


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "x", None, True, [1]])
def test_only_finite_numbers_and_tensors_are_operands(wrong: Any):
    with pytest.raises(NotationError):
        _ = SCOPE["x"] * wrong


def test_an_unknown_function_names_the_nearest():
    with pytest.raises(NotationError, match="softmax"):
        call("sofmax", SCOPE["x"])


# Shapes and equations ------------------------------------------------------------------------------------------


def test_a_literal_size_of_one_makes_no_axis():
    assert parse_shapes("w: n 1, c: 1, W: 2 3, b:") == {"w": ("n",), "c": (), "W": (2, 3), "b": ()}


@pytest.mark.parametrize("wrong", ["w", "w: n, w: n", "w: 0", "w: -1", "w: 1.5", "2: n", "w: n:m", "w: if"])
def test_a_shape_that_cannot_be_read_says_so(wrong: str):
    with pytest.raises(NotationError):
        parse_shapes(wrong)


def test_each_position_of_a_shape_is_an_axis_of_its_own():
    (e,) = parse_equations("y = A @ A", "A: n n").equations
    assert len(e.left.axes) == 2
    tensor = Tensor(e.right, e.left.axes)
    np.testing.assert_allclose(value(tensor), A @ A)


def test_equations_use_earlier_ones_and_leave_the_other_names_free():
    read = parse_equations("# one unit\ns = w @ x + b  # affine\ny = sigmoid(s); L = (y - t)**2", "w: n, x: n")
    assert [e.name for e in read.equations] == ["s", "y", "L"]
    assert read.free == ("w", "x", "b", "t")
    assert read.text == "s = w @ x + b; y = sigmoid(s); L = (y - t)**2"
    assert read.sizes["w"] == ("n",)
    assert read.sizes["b"] == ()


def test_an_equation_may_go_over_several_lines_inside_brackets():
    assert len(parse_equations("s = (x\n + x)\ny = s").equations) == 2


def test_a_size_can_be_used_as_a_number():
    read = parse_equations("y = sum(x) / n", "x: n")
    assert read.size_values == ("n",)
    assert "n" not in read.free
    np.testing.assert_allclose(value(Tensor(read.equations[0].right)), x.mean())


def test_the_axes_of_an_equation_do_not_take_the_names_of_values_or_sizes():
    (e,) = parse_equations("y = i * x", "x: j").equations
    assert {axis.name for axis in e.left.axes}.isdisjoint({"i", "j", "x", "y"})
    assert names(e.right) == {"i", "x"}


@pytest.mark.parametrize(
    ("text", "shapes", "words"),
    [
        ("", "", "no equation"),
        ("sigmoid(x)", "", "missing its `=`"),
        ("y = x = z", "", "one `=`"),
        ("y =", "", "right side"),
        ("2 = x", "", "cannot stand on the left"),
        ("y[0] = x", "", "cannot stand on the left"),
        ("_y = x", "", "cannot stand on the left"),
        ("y = x; y = 2*x", "", "already has a value"),
        ("y = s; s = x", "", "before it is defined"),
        ("y = y + x", "", "before it is defined"),
        ("x = x", "", "before it is defined"),
        ("exp = x", "", "function"),
        ("delta_x = x", "", "error signals"),
        ("n = x", "x: n", "size of an axis"),
        ("y = x", "x: n, q: n", "no equation uses"),
        ("y = x", "x: n, y: h", "axes"),
        ("y = _x", "", "cannot be a name"),
        ("y = lambda*x", "", "lambda_"),
    ],
)
def test_equations_that_cannot_be_read_say_why(text: str, shapes: str, words: str):
    with pytest.raises(NotationError, match=words):
        parse_equations(text, shapes)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_as_notation(text: str):
    for read in (
        lambda: parse_expression(text, SCOPE),
        lambda: parse_equations(text, "x: n"),
        lambda: parse_shapes(text),
    ):
        with contextlib.suppress(NotationError):
            read()


@given(
    st.lists(
        st.sampled_from(["x", "W", "(", ")", "+", "@", "*", "**", "-", "2", "sum", "exp", ",", ".T", " ", ">"]),
        max_size=14,
    )
)
def test_any_row_of_tokens_is_read_or_refused_as_notation(tokens: list[str]):
    with contextlib.suppress(NotationError):
        parse_expression("".join(tokens), SCOPE)
