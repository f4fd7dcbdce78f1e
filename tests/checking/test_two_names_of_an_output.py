"""An output that the loss calls by another name, said in brackets, y_k (= o_k), or not at all."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
SAID = r"$o_k = \sigma(z_k)$ with the sigmoid $\sigma$, $y_k (= o_k)$ and $E = \frac12 \sum_k (t_k - y_k)^2$."
UNSAID = r"$o_k = \sigma(z_k)$ with the sigmoid $\sigma$ and $E = \frac12 \sum_k (t_k - y_k)^2$."

ROWS = [
    (SAID, r"\sigma'(z_k) = y_k (1 - y_k)", {"proved"}),
    (SAID, r"\sigma'(z_k) = y_k (1 + y_k)", {"refuted"}),
    (SAID, r"\frac{\partial E}{\partial z_k} = -(t_k - o_k) o_k (1 - o_k)", HOLDS),
    (SAID, r"\frac{\partial E}{\partial z_k} = (t_k - o_k) o_k (1 - o_k)", {"refuted"}),
    (UNSAID, r"\sigma'(z_k) = y_k (1 - y_k)", {"conditional"}),
    (UNSAID, r"\sigma'(z_k) = y_k (1 + y_k)", {"refuted"}),
    (UNSAID, r"\sigma'(z_k) = t_k (1 - t_k)", {"refuted"}),
]

BRACKETS = [
    (r"$$W (\in \mathbb{R}^{2 \times 3}) \, , \quad u = W x, \quad x^T W^T W x = u^T u$$", HOLDS),
    (r"$$g(s) (> 0) = \exp(2 s)$$ and $$g'(s) = 2 g(s)$$", HOLDS),
    (r"$$g(s) (> 0) = \exp(2 s)$$ and $$g'(s) = g(s)$$", {"refuted"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_an_output_with_two_names(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


@pytest.mark.parametrize(("text", "verdicts"), BRACKETS)
def test_a_relation_in_brackets(text: str, verdicts: frozenset[str]) -> None:
    rows = check_text(text, "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


NET = (
    r"$h_j = \sigma(a_j)$, $a_j = \sum_{i} v_{ji} x_i$ and $h_k = \sigma(a_k)$, $a_k = \sum_{j} v_{kj} h_j$ with the "
    r"sigmoid $\sigma$, and $E = \frac12 \sum_k (t_k - h_k)^2$."
)
ONE_SUM = r"\frac{\partial a_k}{\partial h_j} = \frac{\partial}{\partial h_j} \sum_{j'} v_{kj'} h_{j'}"

WEIGHTS = [
    (r"\frac{\partial E}{\partial v_{jk}} = -(t_k - h_k) h_k (1 - h_k) h_j", {"conditional"}),
    (r"\frac{\partial E}{\partial v_{jk}} = (t_k - h_k) h_k (1 - h_k) h_j", {"refuted", "undecided"}),
    (rf"{ONE_SUM} = v_{{kj}}", {"proved"}),
    (rf"{ONE_SUM} = -v_{{kj}}", {"refuted"}),
]


@pytest.mark.parametrize(("row", "verdicts"), WEIGHTS)
def test_weights_and_primed_indices_between_layers(row: str, verdicts: set[str]) -> None:
    text = rf"{NET} The index $j = 1, 2, \ldots, m$ counts the hidden units, and a derivative is taken of each."
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
