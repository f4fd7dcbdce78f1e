"""How formulas look: the strings that textbooks and the seeds print, in matrix, index and component notation."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest

from deltarule.language.arithmetic import add, divide, multiply, negate, subtract
from deltarule.language.equation import Declaration
from deltarule.language.expression import (
    ONE,
    Apply,
    Axis,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Symbol,
)
from deltarule.writing import to_latex, to_text, to_unicode
from deltarule.writing.formula import Formula
from deltarule.writing.index_form import IndexForm
from deltarule.writing.latex import escape, latex
from deltarule.writing.linear import ASCII, UNICODE, linear
from deltarule.writing.mathml import math
from deltarule.writing.naming import Names

i, j, k = Axis("i", "h"), Axis("j", "n"), Axis("k", "h")
S = Symbol
sample, row, mid, column = Axis("s", "m"), Axis("p", "n"), Axis("q", "n"), Axis("r", "n")
x, W, a, h = S("x", (j,)), S("W_1", (i, j)), S("a_1", (i,)), S("h_1", (i,))
y, y_hat, z = S("y"), S("y_hat"), S("z")

DECLARATIONS = {
    d.name: d
    for d in [
        Declaration("x", ("n",), "input"),
        Declaration("W_1", ("h", "n"), "parameter"),
        Declaration("a_1", ("h",), "activity"),
        Declaration("h_1", ("h",), "activity"),
        Declaration("y_hat", (), "activity"),
        Declaration("L", (), "loss"),
        Declaration("delta_a_1", ("h",), "message", of=("L", "a_1")),
        Declaration("delta_W_1", ("h", "n"), "message", of=("L", "W_1")),
    ]
}


def index(e: Expression) -> str:
    return latex(IndexForm(Names(DECLARATIONS))(e))


def exp(u: Expression) -> Expression:
    return Apply("exp", (u,))


def log(u: Expression) -> Expression:
    return Apply("log", (u,))


SCALARS = {
    r"\hat{y} - y": subtract(y_hat, y),
    r"y (1 - y)": multiply(y, subtract(ONE, y)),
    r"\frac{1}{1 + e^{-z}}": divide(ONE, add(ONE, exp(negate(z)))),
    r"\frac{e^{-z}}{(1 + e^{-z})^2}": divide(exp(negate(z)), Power(add(ONE, exp(negate(z))), 2)),
    r"-y \log \hat{y} - (1 - y) \log(1 - \hat{y})": negate(
        add(multiply(y, log(y_hat)), multiply(subtract(ONE, y), log(subtract(ONE, y_hat))))
    ),
    r"-\frac{y}{\hat{y}} + \frac{1 - y}{1 - \hat{y}}": add(
        negate(divide(y, y_hat)), divide(subtract(ONE, y), subtract(ONE, y_hat))
    ),
    r"\frac{\hat{y} - y}{\hat{y} (1 - \hat{y})} \cdot \hat{y} (1 - \hat{y})": multiply(
        divide(subtract(y_hat, y), multiply(y_hat, subtract(ONE, y_hat))), y_hat, subtract(ONE, y_hat)
    ),
    r"(\hat{y} - y) \cdot 1": Product((subtract(y_hat, y), Number(1))),
    r"\sigma'(z)": Apply("sigmoid", (z,), (1,)),
    r"g''(z)": Apply("g", (z,), (2,)),
    r"\operatorname{swish}'(z)": Apply("swish", (z,), (1,)),
    r"\max(0, z)": Apply("maximum", (Number(0), z)),
    r"\mathbf{1}[z > 0]": Apply("step", (z,)),
    r"\left| z \right|": Apply("abs", (z,)),
    r"\sqrt{z}": Apply("sqrt", (z,)),
    r"\frac{1}{\sqrt{z}}": Power(z, Fraction(-1, 2)),
    r"(\log(z))^2": Power(log(z), 2),
    r"\log(z^2)": log(Power(z, 2)),
    r"\exp(e^z)": exp(exp(z)),
    r"2 z": multiply(Number(2), z),
    r"-\frac{1}{2} z": multiply(Number(Fraction(-1, 2)), z),
    r"0.01 z": multiply(Number(Fraction(1, 100)), z),
    r"\log(y) (1 - y)": multiply(log(y), subtract(ONE, y)),
    r"\frac{\partial L}{\partial y} \frac{\partial y}{\partial z}": multiply(Derivative(S("L"), y), Derivative(y, z)),
    r"\frac{\partial}{\partial z} \left( \frac{1}{z} \right)": Derivative(Power(z, -1), z),
    r"\left. \frac{\partial L}{\partial z} \right|_{y}": Derivative(S("L"), z, ("y",)),
}


@pytest.mark.parametrize("expected", SCALARS)
def test_scalar_formulas_look_as_in_the_seeds(expected: str) -> None:
    assert index(SCALARS[expected]) == expected


INDEXED = {
    r"\sum_{j=1}^{n} W^{(1)}_{ij} x_j + a^{(1)}_i": add(multiply(W, x, bound=[j]), a),
    r"\frac{e^{a^{(1)}_i}}{\sum_{j=1}^{h} e^{a^{(1)}_j}}": divide(exp(a), multiply(exp(a), bound=[i])),
    r"\mathbf{1}[i = j]": Delta(i, k),
    r"\max_{i} a^{(1)}_i": Maximum(a, (i,)),
    r"\frac{\partial a^{(1)}_i}{\partial W^{(1)}_{jk}}": Derivative(a, S("W_1", (k, j))),
    r"W^{(1)}_{12}": S("W_1", (1, 2)),
    r"W^{(1)}_{1,12}": S("W_1", (1, 12)),
    r"\delta_{a^{(1)}_2}": S("delta_a_1", (2,)),
    r"(a^{(1)}_i)^2": Power(a, 2),
    r"\frac{1}{2} \sum_{i=1}^{h} (a^{(1)}_i)^2": multiply(Number(Fraction(1, 2)), Power(a, 2), bound=[i]),
    r"\begin{cases} x_i & \text{if } x_i > 0 \\ 0 & \text{otherwise} \end{cases}": Piecewise(
        ((x, True, x),), Number(0)
    ),
    r"\left( \mathbf{X}_k^{-1} \right)_{i,j}": Inverse(S("X", (sample, row, column)), (row, column), (row, column)),
    r"\operatorname{det}(\mathbf{A} \mathbf{X}_i)": Determinant(
        multiply(S("A", (row, mid)), S("X", (sample, mid, column)), bound=[mid]), (row, column)
    ),
}


@pytest.mark.parametrize("expected", INDEXED)
def test_index_notation_chooses_letters_in_order_and_bounds_its_sums(expected: str) -> None:
    assert index(INDEXED[expected]) == expected


def test_a_letter_that_names_a_size_or_a_symbol_is_no_index() -> None:
    names = {"i": Declaration("i"), "v": Declaration("v", ("j",))}
    assert latex(IndexForm(Names(names))(S("v", (Axis("q", "j"),)))) == "v_k"


def test_a_letter_bound_inside_never_hides_a_free_one() -> None:
    inner = multiply(S("B", (i, j)), S("x", (j,)), bound=[j])
    printed = index(multiply(S("u", (i,)), inner, S("v", (j,))))
    free, bound = set(re.findall(r"v_(\w)|u_(\w)", printed)), re.findall(r"sum_{(\w)", printed)
    assert printed == r"u_i \left( \sum_{k=1}^{n} B_{ik} x_k \right) v_j"
    assert bound[0] not in {letter for pair in free for letter in pair}


def axes_of(e: Expression) -> tuple[Axis, ...]:
    return tuple(axis for axis in (i, j) if axis in e.axes)


MATRIX = [
    (add(multiply(W, x, bound=[j]), a), r"\mathbf{W}^{(1)} \mathbf{x} + \mathbf{a}^{(1)}", None),
    (subtract(ONE, Power(h, 2)), r"\mathbf{1} - \mathbf{h}^{(1)} \odot \mathbf{h}^{(1)}", None),
    (
        multiply(W, S("delta_a_1", (i,)), bound=[i]),
        r"\mathbf{W}^{(1)\top} \boldsymbol{\delta}_{\mathbf{a}^{(1)}}",
        r"\boldsymbol{\delta}_{\mathbf{a}^{(1)}} \mathbf{W}^{(1)}",
    ),
    (
        subtract(W, multiply(S("eta"), S("delta_W_1", (i, j)))),
        r"\mathbf{W}^{(1)} - \eta \boldsymbol{\delta}_{\mathbf{W}^{(1)}}",
        r"\mathbf{W}^{(1)} - \eta \boldsymbol{\delta}_{\mathbf{W}^{(1)}}^\top",
    ),
]


@pytest.mark.parametrize(("e", "denominator", "numerator"), MATRIX)
def test_matrix_notation_is_bold_and_keeps_one_layout(e: Expression, denominator: str, numerator: str | None) -> None:
    assert to_latex(e, axes_of(e), DECLARATIONS) == denominator
    assert to_latex(e, axes_of(e), DECLARATIONS, layout="numerator") == (numerator or denominator)


def test_text_is_python_and_unicode_is_for_the_eye() -> None:
    e = multiply(S("delta_a_1", (i,)), x)
    assert to_text(e, (i, j)) == "outer(delta_a_1, x)"
    assert to_unicode(e, (i, j), DECLARATIONS) == "δ_a₁ xᵀ"
    assert to_text(multiply(W, x, bound=[j])) == "W_1 @ x"
    assert to_unicode(SCALARS[r"\hat{y} - y"]) == "ŷ - y"
    assert to_text(Derivative(S("L"), W), (i, j)) == "dL/dW_1"
    assert to_unicode(Derivative(S("L"), W), (i, j)) == "∂L/∂W₁"
    assert to_text(Apply("sigmoid", (z,), (1,))) == "sigmoid'(z)"


def test_what_has_three_axes_is_text_in_index_notation() -> None:
    tensor = S("T", (i, j, k))
    assert to_text(multiply(tensor, x, S("u", (k,)), S("v", (i,))), (i, j, k)) == "T[i,j,k]*x[j]*u[k]*v[i]"


EVERYTHING = [*SCALARS.values(), *INDEXED.values()]


@pytest.mark.parametrize("e", EVERYTHING, ids=repr)
def test_every_construct_is_well_formed_in_every_notation(e: Expression) -> None:
    formula: Formula = IndexForm(Names(DECLARATIONS))(e)
    root = ET.fromstring(math(formula, display=True).replace("&nbsp;", " "))
    assert root.tag == "math"
    assert root.attrib["alttext"] == latex(formula)
    for fraction in root.iter("mfrac"):
        assert len(fraction) == 2
    for script, count in (("msub", 2), ("msup", 2), ("msubsup", 3), ("munderover", 3), ("mover", 2), ("munder", 2)):
        assert all(len(node) == count for node in root.iter(script))
    assert balanced(latex(formula))
    assert linear(formula, ASCII).isascii()
    assert brackets(linear(formula, UNICODE))


def balanced(source: str) -> bool:
    """Braces, \\left and \\right, and environments close in order."""
    stack: list[str] = []
    for token in re.findall(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\left|\\right|\\.|[{}]", source):
        if token == "{" or token.startswith((r"\begin", r"\left")):
            stack.append(token)
        elif token in {"}", r"\right"} or token.startswith(r"\end"):
            opener = stack.pop() if stack else ""
            if {"}": "{", r"\right": r"\left"}.get(token, token.replace("end", "begin")) != opener:
                return False
    return not stack


def brackets(line: str) -> bool:
    depth = 0
    for c in line:
        depth += (c in "([{") - (c in ")]}")
        if depth < 0:
            return False
    return depth == 0


def test_words_need_no_command_inside_text() -> None:
    """MathJax knows no commands in \\text, only dollars."""
    assert escape("reuse: d + y^2 - y = 0") == "reuse: d + y$^{2}$ - y = 0"
    assert escape("100 % of bce_1 & σ") == r"100 $\%$ of bce$\_$1 $\&$ $\sigma$"
    assert escape("$5 {a}") == r"$\$$5 $\{$a$\}$"


def test_names_that_would_look_alike_are_written_out() -> None:
    names = Names({"W_1": Declaration("W_1"), "W_01": Declaration("W_01"), "W": Declaration("W")})
    printed = [latex(names(n)) for n in ("W", "W_1", "W_01")]
    assert len(set(printed)) == 3
