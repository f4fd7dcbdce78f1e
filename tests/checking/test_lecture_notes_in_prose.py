"""Lecture notes: slopes under a name of their own, words set off between two equations, "zero" in what words say."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LAYERS = r"""
For $l = 1, \dots, L$ we have
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \qquad a^{(l)} = \varphi(z^{(l)})$$
with $W^{(l)} \in \mathbb{R}^{n_l \times n_{l-1}}$. The errors are $\delta^{(l)} = \frac{\partial C}{\partial z^{(l)}}$.
With $S^{(l)} = \operatorname{diag}(\varphi'(z^{(l)}))$ one may write
"""
UNITS = r"""
For $l = 1, \dots, L$ we have
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \qquad a^{(l)} = \varphi(z^{(l)})$$
with $W^{(l)} \in \mathbb{R}^{n_l \times n_{l-1}}$. Then
$$z_k^{(l+1)} = \sum_j W_{kj}^{(l+1)} \varphi(z_j^{(l)}) + b_k^{(l+1)}, \quad\text{whence}\quad ROW$$
"""

ROWS = [
    (LAYERS + r"$$ROW$$", r"\delta^{(l)} = S^{(l)} (W^{(l+1)})^\top \delta^{(l+1)}", HOLDS),
    (LAYERS + r"$$ROW$$", r"\delta^{(l)} = (W^{(l+1)})^\top S^{(l)} \delta^{(l+1)}", WRONG),
    (LAYERS + r"$$ROW$$", r"\delta^{(l)} = (W^{(l+1)})^\top \delta^{(l+1)} \odot \varphi'(z^{(l)})", HOLDS),
    (UNITS, r"\frac{\partial z_k^{(l+1)}}{\partial z_j^{(l)}} = W_{kj}^{(l+1)} \varphi'(z_j^{(l)})", HOLDS),
    (UNITS, r"\frac{\partial z_k^{(l+1)}}{\partial z_j^{(l)}} = W_{jk}^{(l+1)} \varphi'(z_j^{(l)})", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_lecture(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(text.replace("ROW", row), "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


CLASS = r"Let $c$ be the true label, $p = \text{softmax}(y)$ and $L = -\ln(p_c)$."
CASES = (
    r"\frac{{\partial L}}{{\partial y_i}} = "
    r"\begin{{cases}} p_i & \text{{if ${}$}} \\ p_i - 1 & \text{{if ${}$}} \end{{cases}}"
)
UNITS_OF_LAYERS = r"""
$$E = \frac12 \sum_{k=1}^K (a_k - t_k)^2$$
where $a_j = g_j(z_j)$ and $z_j = b_j + \sum_i a_i w_{ij}$. In the same way $z_k = b_k + \sum_j g_j(z_j) w_{jk}$ and
$a_k = g(z_k)$.
"""

MORE = [
    (CLASS, CASES.format("i \\ne c", "i = c"), HOLDS),
    (CLASS, CASES.format("i = c", "i \\ne c"), WRONG),
    (UNITS_OF_LAYERS, r"\frac{\partial E}{\partial w_{jk}} = (a_k - t_k) g_k'(z_k) a_j", HOLDS),
    (UNITS_OF_LAYERS, r"\frac{\partial E}{\partial w_{jk}} = (a_k - t_k) g_k'(z_k) a_k", WRONG),
    (UNITS_OF_LAYERS, r"\frac{\partial E}{\partial w_{ij}} = \sum_k (a_k - t_k) g_k'(z_k) w_{jk} g_j'(z_j) a_i", HOLDS),
    (UNITS_OF_LAYERS, r"\frac{\partial E}{\partial w_{ij}} = \sum_k (a_k - t_k) w_{jk} g_j'(z_j) a_i", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), MORE)
def test_a_row_behind_what_words_say(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


NORMALISED = (
    r"With $m = \frac1d \sum_i x_i$, $v = \frac1d \sum_i (x_i - m)^2$ and $u_i = (x_i - m)/\sqrt{v + \epsilon}$, "
)


@pytest.mark.parametrize(
    ("said", "row", "verdict"),
    [
        ("where the $u_i$ sum to zero,", r"\sum_i u_i^2 = \frac{d v}{v + \epsilon}", "proved"),
        ("where the $u_i$ sum to zero,", r"\sum_i u_i^2 = \frac{v}{v + \epsilon}", "refuted"),
        ("setting the derivative to zero,", r"\sum_i u_i^2 = \frac{v}{v + \epsilon}", "undecided"),
    ],
)
def test_zero_as_a_word(said: str, row: str, verdict: str) -> None:
    assert check_text(f"{NORMALISED}{said}\n\n$${row}$$\n", "text.md").rows[-1].verdict == verdict
