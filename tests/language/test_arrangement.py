"""Every arrangement evaluates to what the index notation says, and is the formula that a person would write."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.language.arithmetic import add, multiply, subtract
from deltarule.language.arrangement import (
    Add,
    Arrangement,
    Broadcast,
    Call,
    Cases,
    ColumnScale,
    Diag,
    DiagonalOf,
    Hadamard,
    Identity,
    Leaf,
    MatMul,
    MaxOver,
    Ones,
    Outer,
    PowerOf,
    RowScale,
    Scale,
    SumOver,
    Transpose,
    Unit,
    arrange,
)
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

from ..index_loops import FUNCTIONS, evaluate

SIZES = {"n": 2, "h": 3, "p": 4}
i, j, k, p = Axis("i", "n"), Axis("j", "h"), Axis("k", "p"), Axis("p", "h")
W, x, b = Symbol("W", (i, j)), Symbol("x", (j,)), Symbol("b", (i,))
d, y = Symbol("d", (i,)), Symbol("y", (i,))
s, t = Symbol("s"), Symbol("t")


def compute(node: Arrangement, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """The arrangement by NumPy, one operation a node; shapes are asserted at each."""

    def size(axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else SIZES[axis.size]

    def visit(node: Arrangement) -> np.ndarray:
        out = np.asarray(step(node))
        assert out.shape == tuple(size(a) for a in node.axes), node
        return out

    def step(node: Arrangement) -> Any:
        shape = tuple(size(a) for a in node.axes)
        match node:
            case Leaf(expression=Number(value=v)):
                return float(v)
            case Leaf(expression=Symbol(name=name, indices=indices)):
                if name in SIZES:
                    return float(SIZES[name])
                return values[name][tuple(q - 1 if isinstance(q, int) else slice(None) for q in indices)]
            case Transpose(of=of):
                return visit(of).T
            case MatMul(left=left, right=right):
                return visit(left) @ visit(right)
            case Outer(left=left, right=right):
                return np.outer(visit(left), visit(right))
            case Hadamard(factors=factors):
                return np.prod([visit(f) for f in factors], axis=0)
            case Scale(scalars=scalars, of=of):
                return np.prod([visit(f) for f in scalars]) * visit(of)
            case RowScale(vector=vector, matrix=matrix):
                return np.diag(visit(vector)) @ visit(matrix)
            case ColumnScale(matrix=matrix, vector=vector):
                return visit(matrix) @ np.diag(visit(vector))
            case Add(terms=terms):
                return np.sum([visit(u) for u in terms], axis=0)
            case Broadcast(of=of, axes=axes):
                inner = visit(of)
                return np.broadcast_to(inner[:, None] if of.axes == axes[:1] and len(axes) == 2 else inner, shape)
            case PowerOf(base=base, exponent=exponent):
                return visit(base) ** float(exponent)
            case Call(function=function, arguments=arguments):
                return np.vectorize(FUNCTIONS[function], otypes=[float])(*(visit(a) for a in arguments))
            case Cases(cases=((u, strict, v),), otherwise=otherwise):
                return np.where(visit(u) > 0 if strict else visit(u) >= 0, visit(v), visit(otherwise))
            case SumOver(of=of, along=along):
                return np.sum(visit(of), axis=along)
            case MaxOver(of=of, along=along):
                return np.max(visit(of), axis=along)
            case Diag(vector=vector):
                return np.diag(visit(vector))
            case DiagonalOf(matrix=matrix):
                return np.diag(visit(matrix))
            case Identity():
                return np.eye(shape[0])
            case Unit(index=index):
                return np.eye(shape[0])[index - 1]
            case Ones():
                return np.ones(shape)
        raise TypeError(node)

    return visit(node)


def brief(node: Arrangement | None) -> str:
    """A one-line reading, so that a test can say which formula it expects."""
    match node:
        case Leaf(expression=e):
            return e.name if isinstance(e, Symbol) and len(e.axes) == len(e.indices) else repr(e)
        case Transpose(of=of):
            return brief(of) + ".T"
        case MatMul(left=left, right=right):
            return f"({brief(left)} @ {brief(right)})"
        case Hadamard(factors=factors):
            return "(" + " * ".join(map(brief, factors)) + ")"
        case Scale(scalars=scalars, of=of):
            return " ".join(map(brief, (*scalars, of)))
        case Add(terms=terms):
            return "(" + " + ".join(map(brief, terms)) + ")"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(brief, arguments))})"
        case PowerOf(base=base, exponent=exponent):
            return f"{brief(base)}^{exponent}"
        case Broadcast(of=of):
            return brief(of)
        case None:
            return "none"
    fields = [brief(v) for v in vars(node).values() if not isinstance(v, tuple | int | str | None)]
    along = f", {node.along}" if isinstance(node, SumOver | MaxOver) and node.along is not None else ""
    return f"{type(node).__name__}({', '.join(fields)}{along})"


A, B, C = Symbol("A", (i, k)), Symbol("B", (k, j)), Symbol("C", (j, k))
u, v, w = Symbol("u", (k,)), Symbol("v", (k,)), Symbol("w", (k,))
X, V = Symbol("X", (k, j)), Symbol("V", (i, j))  # a batch of k samples; weights
log_y = Apply("log", (Symbol("q", (k,)),))

FORMULAS = [
    (add(multiply(W, x, bound=[j]), b), (i,), "((W @ x) + b)"),
    (multiply(W, d, bound=[i]), (j,), "(W.T @ d)"),
    (multiply(d, W, bound=[i]), (j,), "(W.T @ d)"),
    (multiply(d, x), (i, j), "Outer(d, x)"),
    (multiply(d, x), (j, i), "Outer(x, d)"),
    (multiply(A, B, bound=[k]), (i, j), "(A @ B)"),
    (multiply(B, A, bound=[k]), (i, j), "(A @ B)"),
    (multiply(A, B, bound=[k]), (j, i), "(B.T @ A.T)"),
    (multiply(A, C, bound=[k]), (i, j), "(A @ C.T)"),
    (multiply(A, v, B, bound=[k]), (i, j), "(ColumnScale(A, v) @ B)"),
    (multiply(A, B, x, bound=[j, k]), (i,), "(A @ (B @ x))"),
    (multiply(u, v, bound=[k]), (), "(u @ v)"),
    (multiply(u, v, w, bound=[k]), (), "((u * v) @ w)"),
    (multiply(u, Power(v, -1), bound=[k]), (), "SumOver((u * v^-1))"),
    (multiply(Number(-1), u, log_y, bound=[k]), (), "-1 (u @ log(q))"),
    (multiply(d, W, x, bound=[i, j]), (), "(d @ (W @ x))"),
    (multiply(W, bound=[j]), (i,), "SumOver(W, 1)"),
    (multiply(W, bound=[i, j]), (), "SumOver(W)"),
    (multiply(s, y, subtract(ONE, y), d), (i,), "s (y * (1 + -1 y) * d)"),
    (multiply(s, t), (), "(s * t)"),
    (multiply(d, W), (i, j), "RowScale(d, W)"),
    (multiply(W, x), (i, j), "ColumnScale(W, x)"),
    (multiply(X, V, bound=[j]), (k, i), "(X @ V.T)"),
    (multiply(Symbol("D", (k, i)), X, bound=[k]), (i, j), "(D.T @ X)"),
    (multiply(Power(Symbol("p"), -1), Symbol("D", (k, i)), bound=[k]), (i,), "p^-1 SumOver(D, 0)"),
    (Delta(j, p), (j, p), "Identity()"),
    (multiply(Delta(j, p), x), (j, p), "Diag(x)"),
    (multiply(Delta(j, p), x, bound=[j]), (p,), "x"),
    (multiply(Symbol("M", (j, j)), bound=[j]), (), "SumOver(DiagonalOf(M[_s1,_s1]))"),
    (Symbol("W", (2, j)), (j,), "W[2,j]"),
    (ONE, (i,), "Ones()"),
    (s, (i,), "s"),
    (multiply(s, bound=[i]), (), "(n * s)"),
    (multiply(multiply(W, V, bound=[j]), bound=[i]), (), "SumOver((W * V))"),
    (multiply(d, multiply(W, x, bound=[j]), bound=[i]), (), "(d @ (W @ x))"),
    (Maximum(W, (j,)), (i,), "MaxOver(W, 1)"),
    (Derivative(b, x), (j, i), "d(b[i])/d(x[j]).T"),
    (Apply("tanh", (Symbol("W", (i, j)),)), (j, i), "tanh(W).T"),
    (Symbol("T", (i, j, k)), (i, j, k), "none"),
    (
        multiply(W, Symbol("G", (i, k)), Symbol("H", (i, p)), bound=[i, k]),
        (j, p),
        "(ColumnScale(W.T, SumOver(G, 1)) @ H)",
    ),
]


@pytest.mark.parametrize(("e", "axes", "text"), FORMULAS)
def test_the_formula_is_the_one_a_person_writes(e: Expression, axes: tuple[Axis, ...], text: str) -> None:
    assert brief(arrange(e, axes)) == text


@pytest.mark.parametrize(
    ("e", "axes", "text"), [row for row in FORMULAS if row[2] not in ("none", "d(b[i])/d(x[j]).T")]
)
def test_the_formula_has_the_value_of_the_index_notation(e: Expression, axes: tuple[Axis, ...], text: str) -> None:
    agree(e, axes)


def test_an_axis_that_was_not_asked_for_is_named() -> None:
    with pytest.raises(ValueError, match="varies along j"):
        arrange(x, (i,))


def test_equal_expressions_have_equal_arrangements() -> None:
    e = multiply(A, v, B, bound=[k])
    assert arrange(e, (i, j)) == arrange(multiply(A, v, B, bound=[k]), (i, j))


def test_a_product_inside_with_too_many_axes_is_taken_apart() -> None:
    r = Axis("r", 2)
    inner = multiply(Symbol("P", (i, j)), Symbol("Q", (k, r)), Symbol("R", (r,)), bound=[r])
    assert brief(arrange(multiply(inner, u, x, bound=[j, k]), (i,))) == "((Q.T @ u) @ R) (P @ x)"


def agree(e: Expression, axes: tuple[Axis, ...]) -> bool:
    """Whether there is an arrangement; one that there is has the value of the index notation."""
    node = arrange(e, axes)
    if node is None:
        return False
    rng = np.random.default_rng(0)
    values: dict[str, np.ndarray] = {}
    for name, sizes in SHAPES.items():
        values[name] = rng.uniform(0.5, 1.5, [SIZES[z] if isinstance(z, str) else z for z in sizes])
    np.testing.assert_allclose(compute(node, values), evaluate(e, axes, values, SIZES), rtol=1e-10, atol=1e-12)
    return True


SHAPES: dict[str, tuple[str, ...]] = {
    **{e.name: tuple(str(a.size) for a in e.axes) for e in (W, x, b, d, y, s, t, A, B, C, u, v, w, X, V)},
    **{"q": ("p",), "D": ("p", "n"), "M": ("h", "h"), "G": ("n", "p"), "H": ("n", "h")},
    **{"P": ("n", "h"), "Q": ("p", "p"), "R": ("p",)},
}
AXES = [i, j, k, p, Axis("q", "n")]
NAMES: dict[tuple[str, ...], list[str]] = {}
for _name, _sizes in SHAPES.items():
    NAMES.setdefault(_sizes, []).append(_name)


@st.composite
def symbol(draw: st.DrawFn) -> Symbol:
    sizes = draw(st.sampled_from(sorted(NAMES)))
    indices = [
        draw(st.sampled_from([1, 2, *(a for a in AXES if a.size == z), *(a for a in AXES if a.size == z)]))
        for z in sizes
    ]
    return Symbol(draw(st.sampled_from(NAMES[sizes])), indices)


@st.composite
def delta(draw: st.DrawFn) -> Expression:
    a, b = draw(st.sampled_from([(i, AXES[4]), (j, p), (k, 2), (1, j)]))
    return Delta(a, b)


def composed(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    @st.composite
    def product(draw: st.DrawFn) -> Expression:
        factors = draw(st.lists(inner, min_size=1, max_size=4))
        present = sorted({a for f in factors for a in f.axes} | {draw(st.sampled_from(AXES))})
        bound = [a for a in present if draw(st.booleans())]
        return multiply(*factors, bound=bound)

    @st.composite
    def maximum(draw: st.DrawFn) -> Expression:
        body = draw(inner)
        return Maximum(body, [draw(st.sampled_from(body.axes))]) if body.axes else body

    return st.one_of(
        product(),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: add(*terms)),
        st.builds(lambda e: Power(add(ONE, Power(e, 2)), Fraction(-1)), inner),
        st.builds(lambda e: Apply("tanh", (e,)), inner),
        st.builds(lambda e, f: Apply("maximum", (e, f)), inner, inner),
        st.builds(lambda e, f, strict: Piecewise([(subtract(e, ONE), strict, f)], e), inner, inner, st.booleans()),
        maximum(),
    )


leaves = st.one_of(
    symbol(), symbol(), symbol(), delta(), st.sampled_from([Number(2), Number(Fraction(-1, 3)), Symbol("n")])
)
expressions = st.recursive(leaves, composed, max_leaves=8)


@settings(max_examples=600)
@given(expressions, st.randoms(use_true_random=False))
def test_every_arrangement_has_the_value_of_the_index_notation(e: Expression, random: Any) -> None:
    axes = list(e.axes)
    random.shuffle(axes)
    agree(e, tuple(axes))


@settings(max_examples=300)
@given(st.lists(st.one_of(symbol(), delta()), min_size=2, max_size=5), st.data())
def test_every_contraction_of_matrices_and_vectors_has_its_value(
    factors: list[Expression], data: st.DataObject
) -> None:
    present = list(dict.fromkeys(a for f in factors for a in f.axes))
    free = data.draw(st.permutations(present)).copy()[: data.draw(st.integers(0, 2))]
    agree(multiply(*factors, bound=[a for a in present if a not in free]), tuple(free))


def test_chains_of_matrices_always_have_a_form() -> None:
    axes = [Axis(f"c{n}", 2) for n in range(12)]
    chain = [Symbol(f"C_{n}", pair) for n, pair in enumerate(pairwise(axes))]
    assert arrange(multiply(*chain, bound=axes[1:-1]), (axes[0], axes[-1])) is not None
