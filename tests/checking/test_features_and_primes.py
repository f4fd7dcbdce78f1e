"""Features φ(x), primed quantities W', functions by how many arguments they have, indicators of a label, operators."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

FEATURES = r"$J(w) = \frac12 \sum_{n=1}^N (t_n - w^T \phi(x_n))^2 + \frac{\lambda}{2} w^T w$."
MARGIN = r"$f(x) = w^T \phi(x) + b$ and $L = \frac12 (f(x) - y)^2$."
DECODER = r"$h = \sigma(W x + b)$, $r = W' h + b'$, $L = \| x - r \|^2$ with $b \in \mathbb{R}^k$."
CELL = r"$z = \sigma(w x + u h)$ and $h' = (1 - z) n + z h$."
ENTROPY = (
    r"$D(p \| q) = \sum_i p_i \log \frac{p_i}{q_i}$, $H(p) = -\sum_i p_i \log p_i$, $H(p, q) = -\sum_i p_i \log q_i$."
)
CLASSES = (
    r"$J(\theta) = -\sum_{i=1}^m \sum_{k=1}^K 1\{y^{(i)} = k\} \log \frac{\exp(\theta_k^T x^{(i)})}"
    r"{\sum_{j=1}^K \exp(\theta_j^T x^{(i)})}$ and "
    r"$P(y^{(i)} = k | x^{(i)}) = \frac{\exp(\theta_k^T x^{(i)})}{\sum_{j=1}^K \exp(\theta_j^T x^{(i)})}$."
)
CLASS = r"$p_k = \frac{e^{f_k}}{\sum_j e^{f_j}}$, $L_i = -\log(p_{y_i})$."
LINE = r"$MSE = \frac1N \sum_{i=1}^N (y_i - (m x_i + b))^2$."
BATCH = r"$Z = X W + b$, $P = \mathrm{softmax}(Z)$, $L = -\frac{1}{N} \sum_i \sum_k Y_{ik} \log P_{ik}$."
NORM = r"$R = H V + c$, $L = \frac{1}{2N} \|R - Y\|_F^2$."
CHAIN = (
    r"$\hat y = \sigma(z) = \sigma(w^T x + b)$ with the sigmoid $\sigma$, "
    r"$L = -y \log \hat y - (1-y) \log (1 - \hat y)$."
)
LSTM = (
    r"$f_t = \sigma(U h_{t-1})$, $i_t = \sigma(V h_{t-1})$, $c_t = f_t \odot c_{t-1} + i_t \odot x_t$, "
    r"$h_t = \tanh(c_t)$."
)
STEP = r"$z = w x$, $a = \max(0, z)$ where $H(x) = 1$ if $x > 0$, and $0$ if $x < 0$."

ROWS = [
    (FEATURES, r"\nabla J = -\sum_{n=1}^N (t_n - w^T \phi(x_n)) \phi(x_n) + \lambda w", HOLDS),
    (FEATURES, r"\nabla J = \sum_{n=1}^N (t_n - w^T \phi(x_n)) \phi(x_n) + \lambda w", WRONG),
    (FEATURES, r"\nabla J = -\sum_{n=1}^N (t_n - w^T \phi(x_n)) + \lambda w", WRONG),
    (MARGIN, r"\frac{\partial L}{\partial w} = (f(x) - y) \phi(x)", HOLDS),
    (MARGIN, r"\frac{\partial L}{\partial w} = (y - f(x)) \phi(x)", WRONG),
    (DECODER, r"\frac{\partial L}{\partial h} = -2 W'^T (x - r)", HOLDS),
    (DECODER, r"\frac{\partial L}{\partial h} = 2 W'^T (x - r)", WRONG),
    (CELL, r"\frac{\partial h'}{\partial n} = 1 - z", HOLDS),
    (CELL, r"\frac{\partial h'}{\partial z} = n - h", WRONG),
    (ENTROPY, r"D(p \| q) = H(p, q) - H(p)", HOLDS),
    (ENTROPY, r"D(p \| q) = H(p) - H(p, q)", WRONG),
    (CLASSES, r"\nabla_{\theta_k} J = -\sum_{i=1}^m x^{(i)} (1\{y^{(i)} = k\} - P(y^{(i)} = k | x^{(i)}))", HOLDS),
    (CLASSES, r"\nabla_{\theta_k} J = \sum_{i=1}^m x^{(i)} (1\{y^{(i)} = k\} - P(y^{(i)} = k | x^{(i)}))", WRONG),
    (CLASS, r"\frac{\partial L_i}{\partial f_k} = p_k - \mathbb{1}(y_i = k)", HOLDS),
    (CLASS, r"\frac{\partial L_i}{\partial f_k} = \mathbb{1}(y_i = k) - p_k", WRONG),
    (LINE, r"\frac{\partial}{\partial m} = \frac2N \sum_{i=1}^N -x_i (y_i - (m x_i + b))", HOLDS),
    (LINE, r"\frac{\partial}{\partial m} = \frac2N \sum_{i=1}^N x_i (y_i - (m x_i + b))", WRONG),
    (BATCH, r"\frac{\partial L}{\partial W} = \frac1N X^T (P - Y)", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial W} = \frac1N X^T (Y - P)", WRONG),
    (NORM, r"\frac{\partial L}{\partial R} = \frac1N (R - Y)", HOLDS),
    (NORM, r"\frac{\partial L}{\partial R} = \frac2N (R - Y)", WRONG),
    (CHAIN, r"\frac{\partial L}{\partial z} = \hat y - y", HOLDS),
    (CHAIN, r"\frac{\partial L}{\partial z} = y - \hat y", WRONG),
    (LSTM, r"\frac{\partial c_t}{\partial c_{t-1}} = \mathrm{diag}(f_t)", HOLDS),
    (LSTM, r"\frac{\partial c_t}{\partial c_{t-1}} = \mathrm{diag}(i_t)", WRONG),
    (STEP, r"\frac{\partial a}{\partial w} = H(z) x", HOLDS),
    (STEP, r"\frac{\partial a}{\partial w} = H(z) w", WRONG),
    ("", r"\sum_i p_i \log \frac{p_i}{q_i} = \sum_i p_i \log p_i - \sum_i p_i \log q_i", HOLDS),
    ("", r"\sum_i p_i \log \frac{p_i}{q_i} = \sum_i p_i \log p_i + \sum_i p_i \log q_i", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
