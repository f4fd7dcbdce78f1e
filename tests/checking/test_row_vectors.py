"""Networks with row vectors, z = x W + b, and other ways of writing of public notes."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

ONE_OUTPUT = (
    r"$z_1 = x W_1 + b_1, \quad a_1 = \sigma(z_1), \quad z_2 = a_1 W_2 + b_2, \quad p = \sigma(z_2)$ with the sigmoid "
    r"$\sigma$, $L = -[y \log p + (1-y) \log (1-p)]$, $\delta_2 = \frac{\partial L}{\partial z_2}$, "
    r"$\delta_1 = \frac{\partial L}{\partial z_1}$."
)
SEVERAL = r"$h = \tanh(x W + b)$, $o = h V + c$, $L = \frac12 \| o - y \|^2$, $g = \frac{\partial L}{\partial o}$."
SOFTMAX = r"$y_i(z_i) = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}$ and $C = -\sum_{k=1}^K t_k \log y_k$."

ROWS = [
    (ONE_OUTPUT, r"\delta_2 = p - y", HOLDS),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial W_2} = a_1^T \delta_2", HOLDS),
    (ONE_OUTPUT, r"\delta_1 = \delta_2 W_2^T \odot \sigma'(z_1)", HOLDS),
    (ONE_OUTPUT, r"\delta_1 = \delta_2 W_2^T \odot \sigma(z_1)", WRONG),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial W_1} = x^T \delta_1", HOLDS),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial x} = \delta_1 W_1^T", HOLDS),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial x} = -\delta_1 W_1^T", WRONG),
    (SEVERAL, r"\frac{\partial L}{\partial V} = h^T g", HOLDS),
    (SEVERAL, r"\frac{\partial L}{\partial h} = g V^T", HOLDS),
    (SEVERAL, r"\frac{\partial L}{\partial h} = g V", WRONG),
    (SEVERAL, r"\frac{\partial L}{\partial W} = x^T [(g V^T) \odot (1 - h^2)]", HOLDS),
    (SOFTMAX, r"\frac{\partial y_k}{\partial z_i} = y_k (1\{k = i\} - y_i)", HOLDS),
    (SOFTMAX, r"\frac{\partial y_{k = i}}{\partial z_i} = y_{k = i} (1 - y_i)", HOLDS),
    (SOFTMAX, r"\frac{\partial y_{k = i}}{\partial z_i} = y_{k = i} (1 + y_i)", WRONG),
    (SOFTMAX, r"{\partial y_{k \not= i} \over \partial z_i} = - y_{k \not= i} y_i", HOLDS),
    (SOFTMAX, r"{\partial y_{k \not= i} \over \partial z_i} = y_{k \not= i} y_i", WRONG),
    (SOFTMAX, r"\frac{\partial C}{\partial z_i} = -\sum_{k=1}^K t_k (1\{k = i\} - y_i)", HOLDS),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_a_derivative_worked_out_solves_no_equation() -> None:
    text = (
        SOFTMAX + "\n\nThat is 1 for the one index and zero otherwise, so\n\n"
        r"$$\frac{\partial C}{\partial z_i} = -\sum_{k=1}^K t_k (1\{k = i\} - y_i) = -t_i + \sum_{k=1}^K y_i$$"
    )
    assert check_text(text, "text.md").rows[-1].verdict == "refuted"


def test_a_matrix_is_no_number_in_a_section_of_its_own() -> None:
    text = (
        r"# Layer"
        "\n\n"
        r"$x = (x_1, x_2)$ and $z = x\,W + b$ with $W^\top x$ in other books."
        "\n\n"
        r"# Gradient"
        "\n\n"
        r"Since $z = x\,W + b$, with $\delta = \frac{\partial L}{\partial z}$,"
        "\n\n"
        r"$$\frac{\partial L}{\partial W} = x \delta$$"
    )
    assert check_text(text, "text.md").rows[-1].verdict not in HOLDS


IN_WORDS = (
    r"All row vectors are bold. $$s_i = \frac{e^{u_i}}{\sum_k e^{u_k}}, \qquad H = -\sum_{i=1}^n y_i \log s_i$$"
    "\n\nAs a product of row vectors "
)


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"H = -\mathbf y \log \mathbf s^\top", HOLDS),
        (r"H = \mathbf y \log \mathbf s^\top", WRONG),
        (r"\frac{\partial \mathbf s}{\partial \mathbf u} = \text{diag}(\mathbf s) - \mathbf s^\top \mathbf s", HOLDS),
        (r"\frac{\partial \mathbf s}{\partial \mathbf u} = \text{diag}(\mathbf s) + \mathbf s^\top \mathbf s", WRONG),
        (r"\nabla_{\mathbf s} H = -\nabla_{\mathbf s} \mathbf y \log \mathbf s^\top", HOLDS),
        (r"\nabla_{\mathbf s} H = \nabla_{\mathbf s} \mathbf y \log \mathbf s^\top", WRONG),
        (r"\nabla_{\mathbf s} H = -\mathbf y \, \text{diag}\left(\frac{\mathbf 1}{\mathbf s}\right)", HOLDS),
        (r"\nabla_{\mathbf s} H = \mathbf y \, \text{diag}\left(\frac{\mathbf 1}{\mathbf s}\right)", WRONG),
    ],
)
def test_row_vectors_in_words(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{IN_WORDS}\n\n$$\\mathbf y \\log \\mathbf s^\\top = -H$$\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


SPACES = r"$W \in \mathbb{R}^{K \times D}$, $z = W x + b$ and $L = \sum_k (z_k - y_k)^2$."


@pytest.mark.parametrize(
    ("row", "space", "verdict"),
    [
        (r"2 (z - y) x^\top", r"K \times D", "proved"),
        (r"2 x (z - y)^\top", r"K \times D", "ill-shaped"),
        (r"2 x (z - y)^\top", r"D \times K", "proved"),
        (r"2 (z - y) x^\top", r"D \times K", "ill-shaped"),
    ],
)
def test_a_space_says_how_the_gradient_by_a_matrix_lies(row: str, space: str, verdict: str) -> None:
    slope = r"\frac{\partial L}{\partial W}"
    text = f"{SPACES}\n\n$${slope} = {row}$$\n\nwhere ${slope} \\in \\mathbb{{R}}^{{{space}}}$.\n"
    assert check_text(text, "text.md").rows[-1].verdict == verdict


ROWS_OF_A_MATRIX = r"$z_k = w_k^\top x + b_k$, $W \in \mathbb{R}^{K \times D}$ and $L = \sum_k (z_k - y_k)^2$."


@pytest.mark.parametrize(
    ("row", "layout"), [(r"2 (z - y) x^\top", "denominator layout"), (r"2 x (z - y)^\top", "numerator layout")]
)
def test_a_condition_says_the_layout_as_well(row: str, layout: str) -> None:
    text = f"{ROWS_OF_A_MATRIX}\n\n$$\\frac{{\\partial L}}{{\\partial W}} = {row}$$\n"
    condition = check_text(text, "text.md").rows[-1].condition
    assert condition is not None and "rows of W" in condition.text and layout in condition.text


TARGETS = r"$W \in \mathbb{R}^{K \times D}$, $z = W x$, $p = \text{softmax}(z)$ and $L = -\sum_k y_k \log p_k$."


@pytest.mark.parametrize(
    ("row", "layout"), [(r"(p - y) x^\top", "denominator layout"), (r"x (p - y)^\top", "numerator layout")]
)
def test_a_condition_on_targets_says_the_layout_as_well(row: str, layout: str) -> None:
    text = f"{TARGETS}\n\n$$\\frac{{\\partial L}}{{\\partial W}} = {row}$$\n"
    condition = check_text(text, "text.md").rows[-1].condition
    assert condition is not None and "Σ y = 1" in condition.text and layout in condition.text
