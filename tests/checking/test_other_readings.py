"""Readings of a whole document that explain more of its rows: losses that are sums, two names of one quantity.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

from functools import cache

import pytest

from deltarule.checking.core.rows import CheckedDocument
from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided", "unread"})

SQUARED = r"""A network with one hidden layer:

$$s = Vu + c$$
$$g = \sigma(s)$$
$$o = Mg + r$$

and the loss $L = \frac12 (o - t)^2$.

$$ROW$$
$$\frac{\partial L}{\partial V} = \left(M^\top (o - t) \odot \sigma'(s)\right) u^\top$$
"""

LOGARITHMS = r"""$s = V u + c$, $o = \sigma(s)$ with $\sigma(s) = \frac{1}{1 + e^{-s}}$ and

$$L = -\left(t \log o + (1 - t) \log(1 - o)\right)$$

The gradients are

$$\frac{\partial L}{\partial V} = (o - t) u^\top$$
$$ROW$$
"""

TWO_NAMES = r"""$$s_1 = V_1 u + c_1$$
$$g_1 = \tanh(s_1)$$
$$s_2 = V_2 g_1 + c_2$$
$$g_2 = \sigma(s_2) = \hat{t}$$
$$L = \frac{1}{2}(\hat{t} - t)^2$$

$$ROW$$
$$\frac{\partial L}{\partial s_2} = \frac{\partial L}{\partial g_2} \cdot \sigma'(s_2)$$
$$\frac{\partial L}{\partial V_2} = \frac{\partial L}{\partial s_2} \cdot g_1^T$$
"""

SUPPOSED = r"""The network has $s = Vu + c$, $q = \sigma(s)$ and the loss $L = \frac12 (q - t)^2$.
If $q = t$ the loss is 0.

$$ROW$$
"""

ROWS = [
    (SUPPOSED, r"\frac{\partial L}{\partial q} = q - t", HOLDS),
    (SUPPOSED, r"\frac{\partial L}{\partial q} = 0", OPEN | WRONG),
    (SQUARED, r"\frac{\partial L}{\partial o} = o - t", HOLDS),
    (SQUARED, r"\frac{\partial L}{\partial o} = t - o", WRONG),
    (SQUARED, r"\frac{\partial L}{\partial g} = M^\top (o - t)", HOLDS),
    (SQUARED, r"\frac{\partial L}{\partial g} = M (o - t)", WRONG),
    (SQUARED, r"\frac{\partial L}{\partial M} = (o - t) g^\top", HOLDS),
    (SQUARED, r"\frac{\partial L}{\partial c} = M^\top (o - t) \odot \sigma'(s)", HOLDS),
    (SQUARED, r"\frac{\partial L}{\partial c} = M^\top (o - t) \odot \sigma'(g)", WRONG),
    (LOGARITHMS, r"\frac{\partial L}{\partial s} = o - t", HOLDS),
    (LOGARITHMS, r"\frac{\partial L}{\partial u} = V^\top (o - t)", HOLDS),
    (LOGARITHMS, r"\frac{\partial L}{\partial u} = V (o - t)", WRONG),
    (LOGARITHMS, r"\frac{\partial L}{\partial s} = t - o", WRONG),
    (TWO_NAMES, r"\frac{\partial L}{\partial g_2} = \hat{t} - t", HOLDS),
    (TWO_NAMES, r"\frac{\partial L}{\partial g_2} = t - \hat{t}", WRONG),
    (TWO_NAMES, r"\frac{\partial L}{\partial g_1} = V_2^T \cdot \frac{\partial L}{\partial s_2}", HOLDS),
    (TWO_NAMES, r"\frac{\partial L}{\partial s_1} = \frac{\partial L}{\partial g_1} \cdot (1 - g_1^2)", HOLDS),
    (TWO_NAMES, r"\frac{\partial L}{\partial s_1} = \frac{\partial L}{\partial g_1} \cdot (1 - s_1^2)", WRONG),
]


RIDGE = r"""Samples $u^{(i)} \in \mathbb{R}^d$ with targets $t^{(i)} \in \mathbb{R}$, $i = 1, \dots, N$. The
prediction is
$f^{(i)} = v^\top u^{(i)}$ and

$$J(v) = \frac{1}{2} \sum_{i=1}^N (f^{(i)} - t^{(i)})^2 + \frac{\lambda}{2} v^\top v$$

The samples are the rows of $U \in \mathbb{R}^{N \times d}$, the targets are $t \in \mathbb{R}^N$. Then $f = Uv$ and

$$ROW$$
"""

LOGISTIC = r"""One example has $q = \sigma(s)$ with $s = v^\top u + b$ and $\sigma(r) = \frac{1}{1 +
e^{-r}}$, and the loss
$\ell = -t \log q - (1 - t) \log(1 - q)$.

$$\frac{\partial \ell}{\partial q} = \frac{q - t}{q (1 - q)}$$

For all examples, $q^{(i)} = \sigma(v^\top u^{(i)} + b)$ and

$$J = \frac1m \sum_{i=1}^m \left[-t^{(i)} \log q^{(i)} - (1 - t^{(i)}) \log(1 - q^{(i)})\right]$$

With $U \in \mathbb{R}^{m \times n}$, one example per row, $q = \sigma(Uv + b)$ and $t \in \mathbb{R}^m$:

$$ROW$$
"""

COLUMNS = r"""For example $i$: $s^{(i)} = V u^{(i)} + b$, $q^{(i)} = \mathrm{softmax}(s^{(i)})$ and
$\ell^{(i)} = -\sum_k y_k^{(i)} \log q_k^{(i)}$ where $\sum_k y_k^{(i)} = 1$; $J = \frac1m \sum_{i=1}^m \ell^{(i)}$.

The examples are the columns: $S = VU + b$, $Q = \mathrm{softmax}(S)$. Then

$$ROW$$
"""

OF_ALL_SAMPLES = [
    (RIDGE, r"\nabla J(v) = U^\top (Uv - t) + \lambda v", HOLDS),
    (RIDGE, r"\nabla J(v) = U (Uv - t) + \lambda v", WRONG),
    (RIDGE, r"\nabla J(v) = U^\top (t - Uv) + \lambda v", WRONG),
    (RIDGE, r"\nabla^2 J(v) = U^\top U + \lambda I", HOLDS),
    (RIDGE, r"\nabla^2 J(v) = U U^\top + \lambda I", WRONG),
    (RIDGE, r"\frac{\partial J}{\partial v_j} = \sum_{i=1}^N (f^{(i)} - t^{(i)}) u_j^{(i)} + \lambda v_j", HOLDS),
    (LOGISTIC, r"\frac{\partial J}{\partial v} = \frac1m U^\top (q - t)", HOLDS),
    (LOGISTIC, r"\frac{\partial J}{\partial v} = \frac1m U (q - t)", WRONG),
    (LOGISTIC, r"\frac{\partial J}{\partial v} = U^\top (q - t)", WRONG),
    (LOGISTIC, r"\frac{\partial J}{\partial b} = \frac1m \sum_{i=1}^m (q^{(i)} - t^{(i)})", HOLDS),
    (LOGISTIC, r"\frac{\partial J}{\partial b} = \frac1m \sum_{i=1}^m (t^{(i)} - q^{(i)})", WRONG),
    (COLUMNS, r"\frac{\partial J}{\partial S} = \frac1m (Q - Y)", HOLDS),
    (COLUMNS, r"\frac{\partial J}{\partial V} = \frac1m (Q - Y) U^\top", HOLDS),
    (COLUMNS, r"\frac{\partial J}{\partial V} = \frac1m (Y - Q) U^\top", WRONG),
    (COLUMNS, r"\frac{\partial J}{\partial V} = \frac1m U^\top (Q - Y)", OPEN | WRONG),
]


@cache
def _document(text: str) -> CheckedDocument:
    """The text with all rows that the table has for it."""
    rows = [row for one, row, _ in (*ROWS, *OF_ALL_SAMPLES) if one == text]
    return check_text(text.replace("ROW", "$$\n\n$$".join(rows)), "text.md")


def _verdict(text: str, row: str) -> str:
    return next(r.verdict for r in _document(text).rows if f"{r.left} {r.relation} {r.right}" == row)


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_by_the_reading_of_its_document(text: str, row: str, verdicts: frozenset[str]) -> None:
    assert _verdict(text, row) in verdicts


@pytest.mark.parametrize(
    ("text", "finding", "said"),
    [
        (SQUARED, "loss-summed", "L is read as the sum over the components"),
    ],
)
def test_the_reading_is_named(text: str, finding: str, said: str) -> None:
    assert said in [f.message for f in _document(text).findings if f.finding == finding]


def test_a_second_name_behind_a_value_is_defined_there() -> None:
    """g_2 = σ(s_2) = t̂ gives t̂ its meaning: no other reading is needed for the rows that use it."""
    named = next(row for row in _document(TWO_NAMES).rows if row.right == r"\hat{t}")
    assert (named.verdict, named.reason) == ("definition", "a name for what stands before it")


def test_a_vector_of_errors_is_no_loss() -> None:
    text = r"$s = Vu + c$, $E = t - s$ and $J = \frac12 E^\top E$." "\n\n" r"$$\frac{\partial J}{\partial s} = -E$$"
    document = check_text(text, "text.md")
    assert document.rows[-1].verdict in HOLDS
    assert not [f for f in document.findings if f.finding == "loss-summed"]


@pytest.mark.parametrize(("text", "row", "verdicts"), OF_ALL_SAMPLES)
def test_one_letter_for_a_sample_and_for_all(text: str, row: str, verdicts: frozenset[str]) -> None:
    assert _verdict(text, row) in verdicts


CAPITALS = r"Let $x \in \mathbb{R}^n$, $H = \tanh(U x)$, $o = V H$ and $C = \frac12 (o - t)^\top (o - t)$." "\n\n"


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{\partial C}{\partial H} = V^\top (o - t)", HOLDS),
        (r"\frac{\partial C}{\partial V} = (o - t) H^\top", HOLDS),
        (r"\frac{\partial C}{\partial H} = 2 V^\top (o - t)", WRONG),
        (r"\frac{\partial C}{\partial U} = (V^\top (o - t) \odot (1 - H \odot H)) x^\top", HOLDS),
    ],
)
def test_a_capital_whose_equation_makes_it_a_vector_is_one(row: str, verdicts: frozenset[str]) -> None:
    assert _verdict(f"{CAPITALS}$${row}$$", row) in verdicts
