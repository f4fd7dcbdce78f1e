"""What is printed in matrix form is what was meant: shapes conform, and the value is that of the index notation.

The oracle reads the printed formula with vectors as columns (n, 1) and derivatives by the layout, and multiplies as a
person would; the value to be met comes from a loop over indices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from itertools import product as tuples
from operator import matmul
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deltarule as dr
from deltarule.language.arithmetic import multiply
from deltarule.language.arrangement import arrange
from deltarule.language.equation import Declaration
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Expression,
    Maximum,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    opened,
)
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor
from deltarule.language.tensor_functions import call
from deltarule.writing import formula as f
from deltarule.writing.matrix_layout import MatrixLayout, NoLayout
from deltarule.writing.naming import Names
from deltarule.writing.text import text

SIZES = {"n": 3, "h": 2, "k": 4}

SHAPES: dict[str, tuple[str, ...]] = {
    "x": ("n",), "v": ("n",), "a_1": ("h",), "h_1": ("h",), "y": ("k",), "y_hat": ("k",),
    "W_1": ("h", "n"), "A": ("n", "n"), "B": ("k", "h"), "z": (), "eta": (),
    "delta_x": ("n",), "delta_a_1": ("h",), "delta_W_1": ("h", "n"),
}  # fmt: skip

DECLARATIONS = {
    name: Declaration(
        name, sizes, "message" if name.startswith("delta") else "activity", of=("L", name.removeprefix("delta_"))
    )
    for name, sizes in SHAPES.items()
} | {"L": Declaration("L", (), "loss")}

FUNCTIONS: dict[str, Any] = {
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "exp": np.exp,
    "tanh": np.tanh,
    "step": lambda s: np.where(s > 0, 1.0, 0.0),
    "relu": lambda s: np.maximum(s, 0),
    "maximum": np.maximum,
    "log": np.log,
}


def point() -> dict[Any, np.ndarray]:
    """Values of all symbols, and of the derivatives ∂a_1/∂x and ∂y/∂W_1 as (of, by)."""
    random = np.random.default_rng(1)
    out: dict[Any, np.ndarray] = {
        name: random.uniform(0.3, 1.2, [SIZES[s] for s in sizes]) for name, sizes in SHAPES.items()
    }
    out["a_1", "x"] = random.uniform(0.3, 1.2, (2, 3))
    return out


POINT = point()


# Index notation by brute force ---------------------------------------------------------------------------------


def value(e: Expression, at: dict[Axis, int]) -> float:
    def index(i: Any) -> int:
        return at[i] if isinstance(i, Axis) else i - 1

    match e:
        case Number():
            return float(e.value)
        case Symbol():
            return float(POINT[e.name][tuple(map(index, e.indices))])
        case Sum():
            return sum(value(t, at) for t in e.terms)
        case Product():
            factors, bound = opened(e)
            total = 0.0
            for places in tuples(*(range(SIZES[str(a.size)]) for a in bound)):
                inner = {**at, **dict(zip(bound, places, strict=True))}
                total += math.prod(value(u, inner) for u in factors)
            return total
        case Maximum():
            (body,), bound = opened(e)
            places = tuples(*(range(SIZES[str(a.size)]) for a in bound))
            return max(value(body, {**at, **dict(zip(bound, p, strict=True))}) for p in places)
        case Power():
            return value(e.base, at) ** float(e.exponent)
        case Apply():
            return float(FUNCTIONS[e.function](*(value(u, at) for u in e.arguments)))
        case Delta():
            return float(index(e.first) == index(e.second))
        case Derivative(of=Symbol() as of, by=by):
            array = POINT[of.name, by.name]
            return float(array[tuple(map(index, (*of.indices, *by.indices)))])
    raise TypeError(repr(e))


def by_index(e: Expression, axes: tuple[Axis, ...]) -> np.ndarray:
    shape = [SIZES[str(a.size)] for a in axes]
    out = np.empty(shape)
    for places in tuples(*map(range, shape)):
        out[places] = value(e, dict(zip(axes, places, strict=True)))
    return out


# The printed formula, read with columns and rows ---------------------------------------------------------------


def column(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, 1) if array.ndim == 1 else array.reshape(1, 1) if array.ndim == 0 else array


@dataclass(frozen=True)
class Matrix:
    """Rows and columns; `open` tells which of the two take their size from a neighbour (those of 1 and I)."""

    array: np.ndarray
    open: tuple[bool, bool] = (False, False)
    unit: bool = False

    @property
    def scalar(self) -> bool:
        return self.array.shape == (1, 1) and not any(self.open)

    @property
    def T(self) -> Matrix:
        return Matrix(self.array.T, (self.open[1], self.open[0]), self.unit)

    def sized(self, rows: int | None, columns: int | None) -> Matrix:
        """With open sizes filled in; `None` leaves one open."""
        if self.unit and (rows or columns):
            return Matrix(np.eye(rows or columns or 0) * self.array)
        array, still = self.array, list(self.open)
        for axis, size in enumerate((rows, columns)):
            if still[axis] and size is not None:
                array, still[axis] = np.repeat(array, size, axis), False
        return Matrix(array, (still[0], still[1]))

    def known(self, axis: int) -> int | None:
        return None if self.open[axis] else self.array.shape[axis]

    def __matmul__(self, other: Matrix) -> Matrix:
        if self.scalar or other.scalar:
            return Matrix(
                self.array * other.array,
                (self.open[0] or other.open[0], self.open[1] or other.open[1]),
                self.unit or other.unit,
            )
        left, right = self.sized(None, other.known(0)), other.sized(self.known(1), None)
        assert not left.open[1] and not right.open[0], "a product of two sizes that nothing gives"
        assert left.array.shape[1] == right.array.shape[0], f"{left.array.shape} times {right.array.shape}"
        return Matrix(left.array @ right.array, (left.open[0], right.open[1]))


def together(parts: list[Matrix]) -> list[Matrix]:
    """Parts of one shape, the open ones sized by the others; shapes that differ are a fault."""
    rows = next((p.known(0) for p in parts if p.known(0) is not None), None)
    columns = next((p.known(1) for p in parts if p.known(1) is not None), None)
    sized = [p.sized(rows, columns) for p in parts]
    assert len({p.array.shape for p in sized}) == 1, [p.array.shape for p in sized]
    return sized


class Reader:
    """Values of printed formulas; shapes that do not conform are an AssertionError."""

    def __init__(self, numerator: bool) -> None:
        self.numerator = numerator

    def read(self, formula: f.Formula) -> Matrix:
        match formula:
            case f.Name():
                array = column(POINT[formula.source])
                return Matrix(array.T if self.numerator and formula.of is not None else array)
            case f.Numeral():
                return Matrix(np.array([[float(formula.text)]]))
            case f.Special(kind="one"):
                return Matrix(np.ones((1, 1)), (True, False))
            case f.Special():
                return Matrix(np.ones((1, 1)), (True, True), unit=True)
            case f.Parentheses():
                return self.read(formula.body)
            case f.Transposed():
                return self.read(formula.base).T
            case f.Partial():
                array = POINT[formula.of.source, formula.by.source]
                return Matrix(array if self.numerator else array.T)
            case f.Fraction():
                top, bottom = self.read(formula.top), self.read(formula.bottom)
                if bottom.scalar:
                    return Matrix(top.array / bottom.array, top.open, top.unit)
                above, below = together([top, bottom])
                return Matrix(above.array / below.array, above.open)
            case f.Superscript():
                base = self.read(formula.base)
                assert base.scalar or formula.elementwise
                return Matrix(base.array ** eval_fraction(formula.exponent), base.open)
            case f.Norm():
                return Matrix(np.array([[np.linalg.norm(self.read(formula.body).array)]]))
            case f.Indicator(relation=">", right=f.Numeral(text="0")):
                left = self.read(formula.left)
                return Matrix(np.where(left.array > 0, 1.0, 0.0), left.open)
            case f.Indicator(relation="<", right=f.Numeral(text="0")):
                left = self.read(formula.left)
                return Matrix(np.where(left.array < 0, 1.0, 0.0), left.open)
            case f.Exponential():
                return Matrix(np.exp(self.read(formula.exponent).array))
            case f.Call():
                return self.call(formula)
            case f.Product():
                factors = [self.read(x) for x in formula.factors]
                if "odot" in formula.signs:
                    assert set(formula.signs) == {"odot"}
                    parts = together(factors)
                    return Matrix(math.prod((p.array for p in parts[1:]), start=parts[0].array), parts[0].open)
                return reduce(matmul, factors)
            case f.Terms():
                parts = together([self.read(t) for _, t in formula.items])
                signs = [-1.0 if minus else 1.0 for minus, _ in formula.items]
                total = sum((s * p.array for s, p in zip(signs, parts, strict=True)), start=np.zeros(1))
                return Matrix(total, parts[0].open)
        raise TypeError(repr(formula))

    def call(self, call: f.Call) -> Matrix:
        arguments = [self.read(a) for a in call.arguments]
        array = arguments[0].array
        match call.function:
            case "diag" if 1 in array.shape:
                return Matrix(np.diagflat(array))
            case "diag":
                return Matrix(np.diag(array).reshape(-1, 1))
            case "tr":
                return Matrix(np.array([[np.trace(array)]]))
        return Matrix(FUNCTIONS[call.function](*(a.array for a in arguments)), arguments[0].open)


def eval_fraction(exponent: str) -> float:
    top, _, bottom = exponent.partition("/")
    return float(top) / float(bottom or 1)


def displayed(expected: np.ndarray, flip: bool) -> np.ndarray:
    return column(expected).T if flip else column(expected)


def check(e: Expression, axes: tuple[Axis, ...], layout: str) -> None:
    arranged = arrange(e, axes)
    assert arranged is not None
    matrix = MatrixLayout(Names(DECLARATIONS), layout)
    for flip in (False, True) if axes else (False,):
        want = displayed(by_index(e, axes), flip)
        printed = matrix.formula(arranged, flip)
        got = Reader(layout == "numerator").read(printed).sized(*want.shape)
        assert got.array.shape == want.shape, printed
        assert np.allclose(got.array, want, rtol=1e-9), printed


LAYOUTS = pytest.mark.parametrize("layout", ["denominator", "numerator"])


def symbol(name: str) -> Tensor:
    return Tensor.of(name, *SHAPES[name])


CASES = {
    "forward": lambda: symbol("W_1") @ symbol("x") + symbol("a_1"),
    "backward": lambda: symbol("W_1").T @ symbol("delta_a_1"),
    "parameter": lambda: call("outer", symbol("delta_a_1"), symbol("x")),
    "slope": lambda: symbol("delta_a_1") * call("step", symbol("a_1")),
    "softmax and cross-entropy": lambda: symbol("y_hat") - symbol("y"),
    "update": lambda: symbol("W_1") - symbol("eta") * symbol("delta_W_1"),
    "tanh": lambda: symbol("delta_a_1") * (1 - symbol("h_1") ** 2),
    "squared error": lambda: 0.5 * call("sum", (symbol("y") - symbol("y_hat")) ** 2),
    "softmax": lambda: call("softmax", symbol("y")),
    "log-softmax": lambda: call("log_softmax", symbol("y")),
    "Jacobian of softmax": lambda: call("diag", symbol("y")) - call("outer", symbol("y"), symbol("y")),
    "quadratic form": lambda: symbol("x") @ symbol("A") @ symbol("v"),
    "trace": lambda: call("trace", symbol("A") @ symbol("A")),
    "rows scaled": lambda: call("diag", symbol("x")) @ symbol("A"),
    "elementwise quotient": lambda: symbol("delta_x") / (symbol("x") * (1 - symbol("v") / 9)),
    "inner product scales": lambda: (symbol("x") @ symbol("v")) * symbol("a_1"),
    "two inner products": lambda: (symbol("x") @ symbol("v")) * (symbol("a_1") @ symbol("h_1")),
    "minus outside": lambda: -(symbol("y_hat") - symbol("y")) * symbol("z"),
    "column sums": lambda: call("sum", symbol("W_1"), axis=0),
    "row sums": lambda: call("sum", symbol("W_1"), axis=1),
}  # fmt: skip


@LAYOUTS
@pytest.mark.parametrize("name", CASES)
def test_the_printed_matrix_form_has_conforming_shapes_and_the_right_value(name: str, layout: str) -> None:
    tensor = CASES[name]()
    check(tensor.expression, tensor.axes, layout)


@LAYOUTS
def test_a_jacobian_in_a_chain_conforms(layout: str) -> None:
    """∂L/∂x = ∂a/∂x ∂L/∂a in denominator layout, ∂L/∂a ∂a/∂x in numerator layout."""
    i, j = Axis("i", "h"), Axis("j", "n")
    chain = multiply(Symbol("delta_a_1", (i,)), Derivative(Symbol("a_1", (i,)), Symbol("x", (j,))), bound=[i])
    check(chain, (j,), layout)


@st.composite
def tensors(draw: st.DrawFn, sizes: tuple[str, ...], depth: int = 3) -> Tensor:
    """Tensors of given sizes from every operation of the notation that keeps values finite."""
    leaves = [name for name, shape in SHAPES.items() if shape == sizes]
    if depth == 0:
        return symbol(draw(st.sampled_from(leaves))) if leaves else Tensor.value(2)

    def part(of: tuple[str, ...] = sizes) -> Tensor:
        return draw(tensors(of, depth - 1))

    choices = ["leaf", "add", "subtract", "multiply", "scale", "divide", "function", "number"] if leaves else ["add"]
    choices += {0: ["dot", "sum"], 1: ["matvec", "vecmat"], 2: ["outer"]}[len(sizes)]
    match draw(st.sampled_from(choices)):
        case "add":
            return part() + part()
        case "subtract":
            return part() - part()
        case "multiply":
            return part() * part()
        case "scale":
            return part(()) * part()
        case "number":
            return draw(st.sampled_from([-1, 2, -3, 0.5])) * part()
        case "divide":
            return part() / (1 + call("exp", symbol(draw(st.sampled_from(leaves)))))
        case "function":
            return call(draw(st.sampled_from(["sigmoid", "tanh", "step"])), part())
        case "dot":
            size = draw(st.sampled_from("nh"))
            return part((size,)) @ part((size,))
        case "sum":
            return call("sum", part((draw(st.sampled_from("nhk")),)))
        case "matvec":
            size = draw(st.sampled_from("nh"))
            return part((*sizes, size)) @ part((size,)) if (*sizes, size) in SHAPES.values() else part()
        case "vecmat":
            size = draw(st.sampled_from("nh"))
            return part((size,)) @ part((size, *sizes)) if (size, *sizes) in SHAPES.values() else part()
        case "outer":
            return call("outer", part(sizes[:1]), part(sizes[1:]))
    return symbol(draw(st.sampled_from(leaves)))


SIZE_TUPLES: list[tuple[str, ...]] = [(), ("n",), ("h",), ("h", "n"), ("n", "n")]


@given(data=st.data())
def test_any_matrix_form_keeps_its_value_in_both_layouts(data: st.DataObject) -> None:
    tensor = data.draw(tensors(data.draw(st.sampled_from(SIZE_TUPLES))))
    for layout in ("denominator", "numerator"):
        if arrange(tensor.expression, tensor.axes) is not None:
            try:
                check(tensor.expression, tensor.axes, layout)
            except NoLayout:
                assert "W_1[" in repr(tensor.expression) or tensor.axes  # only what textbooks have no notation for


@given(data=st.data())
def test_text_notation_read_back_has_the_same_value(data: st.DataObject) -> None:
    tensor = data.draw(tensors(data.draw(st.sampled_from(SIZE_TUPLES))))
    if arrange(tensor.expression, tensor.axes) is None:
        return
    printed = text(tensor.expression, tensor.axes)
    again = parse_expression(printed, {name: symbol(name) for name in SHAPES})
    if not again.axes and tensor.axes:  # a constant
        return
    assert np.allclose(by_index(again.expression, again.axes), by_index(tensor.expression, tensor.axes)), printed


def test_the_components_of_a_jacobian_are_those_of_the_matrix_that_is_declared():
    network = dr.Network("linear(2, 3) -> relu -> linear(3, 2)")
    for layout, space, component in (("denominator", "3 \\times 2", ",ji}"), ("numerator", "2 \\times 3", ",ij}")):
        text = network.derive(view="jacobian", layout=layout).to_markdown()
        assert f"\\mathbf{{J}}_{{\\mathbf{{a}}^{{(1)}}}} \\in \\mathbb{{R}}^{{{space}}}" in text
        assert f"J_{{a^{{(1)}}{component} x_k" in text
