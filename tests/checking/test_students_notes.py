"""Students' notes: δ for ∂ in fractions, ∇∇ᵀE, conditions behind a displayed formula, one-hot labels."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

NEURON = r"$y = \sigma(a)$ with the sigmoid $\sigma$, $a = w x$, $E = \frac12 (y - t)^2$."
LINEAR = r"Columns. $E(w) = \frac12 \| X w - t \|^2$ with $X \in \mathbb{R}^{n \times p}$, $w \in \mathbb{R}^p$."
DELTA = (
    r"$X \in \mathbb{R}^{n \times p}$, $W \in \mathbb{R}^{p \times m}$, $A = X W$, $L = \frac12 \| A \|_F^2$, "
    r"$\Delta = \frac{\partial L}{\partial A}$."
)
SOFTMAX = r"The label $y$ is one-hot. $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$, $L = -\sum_i y_i \log p_i$."
TEMPERATURE = r"$q_i = \frac{e^{z_i/\tau}}{\sum_j e^{z_j/\tau}}$, $L = -\sum_i y_i \log q_i$ with $\sum_i y_i = 1$."

ROWS = [
    (NEURON, r"\frac{\delta E}{\delta y} = y - t", HOLDS),
    (NEURON, r"\delta E/\delta y = t - y", WRONG),
    (NEURON, r"\delta y/\delta a = y (1 - y)", HOLDS),
    (NEURON, r"\delta y/\delta a = y (1 + y)", WRONG),
    (NEURON, r"\frac{\delta^2 E}{\delta y^2} = 1", HOLDS),
    (NEURON, r"\frac{\delta}{\delta y} E = y + t", WRONG),
    (NEURON, r"\delta E/\delta w = \delta E/\delta y \cdot \delta y/\delta a \cdot x", HOLDS),
    (NEURON, r"\delta E/\delta w = \delta E/\delta y \cdot \delta y/\delta a \cdot w", WRONG),
    (LINEAR, r"\nabla\nabla^\top E = X^\top X", HOLDS),
    (LINEAR, r"\nabla\nabla E(w) = X^\top X", HOLDS),
    (LINEAR, r"\nabla_w \nabla_w^\top E = 2 X^\top X", WRONG),
    (LINEAR, r"\nabla^\top E = (X w - t)^\top X", HOLDS),
    (LINEAR, r"\nabla^\top E = (X w + t)^\top X", WRONG),
    (DELTA, r"\frac{\partial L}{\partial X} = \Delta W^\top", HOLDS),
    (DELTA, r"\frac{\partial L}{\partial X} = \Delta W", WRONG),
    (SOFTMAX.replace("one-hot", "one-hot, its 1 at the correct class, which I call $c$"), r"L = -\log p_c", HOLDS),
    (SOFTMAX.replace("one-hot", "one-hot, its 1 at the correct class, which I call $c$"), r"L = \log p_c", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


NETWORK = r"""$a_j = \sum_{i=1}^D w_{ji} x_i$, $z_j = \tanh(a_j)$, $b_k = \sum_{j=1}^M v_{kj} z_j$,
$E = \frac12 \sum_k (b_k - t_k)^2$. With $e_j = \frac{\partial E}{\partial a_j}$ we get
\begin{align*}
e_j &= \frac{\partial E}{\partial z_j} \frac{\partial z_j}{\partial a_j} \\
    &= (1 - z_j^2) \sum_k v_{kj} (b_k - t_k) .
\end{align*}
Therefore, for $i \ge 1$,
\begin{align*}
\frac{\partial E}{\partial w_{ji}} &= e_j x_i .
\end{align*}
"""


def test_a_condition_does_not_reach_behind_the_end_of_a_sentence() -> None:
    """The full stop stands within the displayed formula, before its \\end: what is above holds for every i."""
    rows = check_text(NETWORK, "text.tex").rows
    assert [row.verdict for row in rows[5:]] == ["proved"] * 3, rows[5:]
    wrong = check_text(NETWORK.replace("= e_j x_i", "= e_j x_j"), "text.tex").rows
    assert wrong[-1].verdict in {"refuted", "ill-shaped", "unread"}, wrong[-1]


def test_a_mistake_in_one_case_has_its_hint() -> None:
    case = r"\frac{\partial p_i}{\partial z_j} = \begin{cases} p_i (1 - p_i) & i = j \\ p_i p_j & i \ne j \end{cases}"
    (*_, row) = check_text(f"{SOFTMAX}\n\n$${case}$$\n", "text.md").rows
    assert (row.verdict, row.hint) == ("refuted", "the sign is flipped"), row


def test_a_factor_behind_a_slash_may_be_the_missing_one() -> None:
    (*_, row) = check_text(f"{TEMPERATURE}\n\n$$\\frac{{\\partial L}}{{\\partial z_j}} = q_j - y_j$$\n", "text.md").rows
    assert (row.verdict, row.hint) == ("refuted", "a factor of a definition is missing"), row


ONE_HOT_AT_THE_END = r"""The target $y$ is one-hot with $K$ classes,
$V \in \mathbb{R}^{K \times H}$, $W \in \mathbb{R}^{H \times D}$.
$h = \tanh(W x)$, $o = V h$, $L = \frac12 \sum_{k=1}^K (o_k - y_k)^2$, $\delta_i = \frac{\partial L}{\partial h_i}$.
"""


def test_one_hot_labels_are_no_excuse_for_hidden_units() -> None:
    """A wrong row with indices of hidden units cannot be meant for the class at which the label is 1."""
    row = r"\frac{\partial L}{\partial W_{ij}} = \delta_i (1 - h_i^2)^3 x_j^2 h_i"
    rows = check_text(f"{ONE_HOT_AT_THE_END}\n$${row}$$\n", "text.md").rows
    assert (rows[-1].verdict, rows[-1].hint) == ("refuted", ""), rows[-1]


@pytest.mark.parametrize(
    "said",
    [
        "Gradients of a scalar have the shape of the thing we differentiate by.",
        "A derivative by a matrix has the shape of that matrix.",
    ],
)
def test_the_layout_in_other_words(said: str) -> None:
    text = f"{said} $W \\in \\mathbb{{R}}^{{m \\times n}}$, $x \\in \\mathbb{{R}}^n$, $L = \\frac12 \\|W x\\|^2$."
    rows = check_text(f"{text}\n\n$$\\frac{{\\partial L}}{{\\partial W}} = W x x^T$$\n", "text.md").rows
    assert rows[-1].verdict == "proved", rows[-1]
    rows = check_text(f"{text}\n\n$$\\frac{{\\partial L}}{{\\partial W}} = x x^T W^T$$\n", "text.md").rows
    assert rows[-1].verdict == "ill-shaped", rows[-1]


def test_a_list_of_columns_is_no_vector_of_numbers() -> None:
    """U = [u_1, …, u_V] of vectors u_w: U stays a matrix, with the shape that is said behind it."""
    text = r"""$U = [u_1, u_2, \dots, u_V]$, $\hat y = \text{softmax}(U^T v)$, $J = -\sum_w y_w \log \hat y_w$,
$\sum_w y_w = 1$. Gradients are columns.

$$\hat y_w = \frac{\exp(u_w^T v)}{\sum_x \exp(u_x^T v)}$$
$$\frac{\partial J}{\partial v} = U (\hat y - y)$$
$$\frac{\partial J}{\partial v} = U^T (\hat y - y)$$
"""
    rows = check_text(text, "text.md").rows
    assert all(row.verdict in HOLDS for row in rows[-3:-1]), rows[-3:]
    assert rows[-1].verdict in {"refuted", "ill-shaped", "undecided"}, rows[-1]


SHARED = r"""$y_1 = k_1 x_1 + k_2 x_2$, $y_2 = k_1 x_2 + k_2 x_3$, $y_3 = k_1 x_3 + k_2 x_4$. Let
$g_i = \frac{\partial L}{\partial y_i}$.
"""


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{\partial L}{\partial k_1} = g_1 x_1 + g_2 x_2 + g_3 x_3", HOLDS),
        (r"\frac{\partial L}{\partial k_1} = g_1 x_1 + g_2 x_2", WRONG),
    ],
)
def test_no_other_way_is_shut_off(row: str, verdicts: frozenset[str]) -> None:
    """k_1 acts on L by way of y_3, too: no condition "by y_1 and y_2 alone" saves a row without that term."""
    rows = check_text(f"{SHARED}\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
