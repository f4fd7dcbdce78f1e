"""What a letter is, a number, a vector or a matrix, in the part of a document where it stands.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

ONE_AND_MANY = r"""# One output
## Model
$s = v^\top u + c$, $q = \sigma(s)$ with $\sigma(s) = \frac{1}{1 + e^{-s}}$, and
$E = -(t \log q + (1 - t) \log(1 - q))$.

## Gradients
$$ROW$$

# Many outputs
$s = Vu + c \in \mathbb{R}^m$, $q_i = \frac{e^{s_i}}{\sum_j e^{s_j}}$, and, with $t \in \mathbb{R}^m$ one-hot,
$E = -\sum_{i=1}^m t_i \log q_i$.
"""

SHAPES_LAST = r"""# Model
$s = Vu$ and $E = \frac12 \|s - t\|^2$ with $\delta = \frac{\partial E}{\partial s}$.

$$ROW$$

# Shapes
In $s = Vu$ we have $V \in \mathbb{R}^{m \times n}$, $u \in \mathbb{R}^n$ and $s \in \mathbb{R}^m$;
so $t \in \mathbb{R}^m$.
"""

THROUGH_ITS_ARGUMENT = r"""With $e = t - a$, $a = v^\top u + c$ and $G(e) = \frac14 e^4$:

$$ROW$$
"""

SAID_LATER = r"""$a = \sigma(s)$ with $s = v u + c$, and the loss is $L = L(a, t)$. By the chain rule
$$\frac{\partial L}{\partial c} = \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial s} \cdot
\frac{\partial s}{\partial c}.$$

For squares, $L(a, t) = \frac12 (a - t)^2$, and

$$ROW$$
"""

ARROWS = r"""The unit has $s = \sum_{i=1}^m v_i u_i + c$ and $q = \tanh(s)$, the error is $F = \frac12 (q - t)^2$.

$$ROW$$
"""

PARTS = r"""For $k = 1, \dots, n$ let $u_k \in \mathbb{R}^d$, $s_k = v^\top u_k + c$ and $q_k = \sigma(s_k)$ with
$\sigma(s) = \frac{1}{1 + e^{-s}}$.

$$J(v, c) = -\sum_{k=1}^n \Big[ t_k \log q_k + (1 - t_k) \log(1 - q_k) \Big]$$

One point gives $J_k = -t_k \log q_k - (1 - t_k) \log(1 - q_k)$.

$$ROW$$
"""

ONE_OF_THE_SAMPLES = r"""The model is $q(u) = \frac{1}{1 + e^{-(c + v^\top u)}}$, and the loss
$$J(v, c) = -\sum_{i=1}^N \Big( t_i \log \frac{1}{1 + e^{-(c + v^\top u_i)}}
+ (1 - t_i) \log \Big(1 - \frac{1}{1 + e^{-(c + v^\top u_i)}}\Big) \Big).$$
One pair has $\ell = -t \log q(u) - (1 - t) \log(1 - q(u))$.

$$ROW$$
"""

NUMBERS_BEFORE = r"""# The function
For every $u \in \mathbb{R}$ let $\sigma(u) = \frac{1}{1 + e^{-u}}$.

# The model
$s = v^\top u + c$ and $q = \frac{1}{1 + e^{-s}}$.

$$ROW$$
"""

OWN_LETTER = r"""The weights $\beta_{km}$ give $y_k = \sum_m \beta_{km} z_m$. Each is punished by
$h(\beta) = \frac{\beta^4}{1 + \beta^2}$.

$$ROW$$
"""

ONE_ENTRY = r"""$\mathbf{u} = [2, -1]$ and the target is $\mathbf{t} = [4]$. With
$$V = \begin{pmatrix} 1 & 3 \\ 2 & 0 \end{pmatrix}, \qquad R = \begin{pmatrix} 5 & 1 \end{pmatrix}$$
we have $\mathbf{h} = V \mathbf{u}$ and $\mathbf{q} = R \mathbf{h} = (-1)$.

$$ROW$$
"""

SAMPLE_LEFT_OUT = r"""We have $f(\mathbf{u}^{(i)}) = \frac{1}{1 + e^{-(\mathbf{v}^\top \mathbf{u} + c)}}$.

$$ROW$$
"""

MEAN_OF_PARTS = r"""The error is $F = \frac1N \sum_{n=1}^N F_n$ with $F_n = \frac12 (v u_n - t_n)^2$.

$$ROW$$
"""


def row(text: str, tex: str):
    """The row of that text in the document; the last of several."""
    line = text[: text.index("ROW")].count("\n") + 1
    return [r for r in check_text(text.replace("ROW", tex), "notes.md").rows if r.line == line][-1]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (ONE_AND_MANY, r"\frac{\partial E}{\partial v} = (q - t)\, u", r"\frac{\partial E}{\partial v} = (t - q)\, u"),
        (
            ONE_AND_MANY,
            r"\frac{\partial E}{\partial q} = \frac{q - t}{q (1 - q)}",
            r"\frac{\partial E}{\partial q} = \frac{t - q}{q (1 - q)}",
        ),
        (SHAPES_LAST, r"\frac{\partial E}{\partial V} = \delta u^\top", r"\frac{\partial E}{\partial V} = \delta u"),
        (THROUGH_ITS_ARGUMENT, r"\frac{\partial G}{\partial c} = -G'(e)", r"\frac{\partial G}{\partial c} = G'(e)"),
        (
            THROUGH_ITS_ARGUMENT,
            r"\frac{\partial G}{\partial v_i} = -e^3 u_i",
            r"\frac{\partial G}{\partial v_i} = e^3 u_i",
        ),
        (SAID_LATER, r"\frac{\partial L}{\partial a} = a - t", r"\frac{\partial L}{\partial a} = t - a"),
        (
            SAID_LATER,
            r"\frac{\partial L}{\partial v} = (a - t)\, \sigma'(s)\, u",
            r"\frac{\partial L}{\partial v} = (a - t)\, \sigma'(s)\, v",
        ),
        (
            ARROWS,
            r"\nabla_{\vec{v}} F = (q - t)(1 - q^2)\, \vec{u}",
            r"\nabla_{\vec{v}} F = (q - t)(1 - q)\, \vec{u}",
        ),
        (
            PARTS,
            r"\frac{\partial J}{\partial c} = \sum_{k=1}^n \frac{\partial J_k}{\partial s_k}",
            r"\frac{\partial J}{\partial c} = \sum_{k=1}^n \frac{\partial J_k}{\partial q_k}",
        ),
        (PARTS, r"\nabla_v J = \sum_{k=1}^n (q_k - t_k)\, u_k", r"\nabla_v J = \sum_{k=1}^n (t_k - q_k)\, u_k"),
        (PARTS, r"\frac{\partial J_k}{\partial s_k} = q_k - t_k", r"\frac{\partial J_k}{\partial s_k} = t_k - q_k"),
        (
            ONE_OF_THE_SAMPLES,
            r"\frac{\partial J}{\partial c} = \sum_{i=1}^N \Big( \frac{1}{1 + e^{-(c + v^\top u_i)}} - t_i \Big)",
            r"\frac{\partial J}{\partial c} = \sum_{i=1}^N \Big( t_i - \frac{1}{1 + e^{-(c + v^\top u_i)}} \Big)",
        ),
        (NUMBERS_BEFORE, r"\nabla_v q = q (1 - q)\, u", r"\nabla_v q = q (1 - q)\, v"),
        (
            ONE_ENTRY,
            r"V \mathbf{u} = \begin{pmatrix} -1 \\ 4 \end{pmatrix}",
            r"V \mathbf{u} = \begin{pmatrix} 1 \\ 4 \end{pmatrix}",
        ),
        (ONE_ENTRY, r"\mathbf{q} - \mathbf{t} = (-5)", r"\mathbf{q} - \mathbf{t} = (5)"),
        (
            SAMPLE_LEFT_OUT,
            r"\frac{u_j^{(i)}}{1 + e^{-(\mathbf{v}^\top \mathbf{u} + c)}} = u_j^{(i)} f(\mathbf{u}^{(i)})",
            r"\frac{u_j^{(i)}}{1 + e^{-(\mathbf{v}^\top \mathbf{u} + c)}} = 2 u_j^{(i)} f(\mathbf{u}^{(i)})",
        ),
        (
            OWN_LETTER,
            r"h'(\beta) = \frac{4 \beta^3 + 2 \beta^5}{(1 + \beta^2)^2}",
            r"h'(\beta) = \frac{4 \beta^3 - 2 \beta^5}{(1 + \beta^2)^2}",
        ),
        (
            MEAN_OF_PARTS,
            r"\frac{dF}{dv} = \frac1N \sum_{n=1}^N u_n (v u_n - t_n)",
            r"\frac{dF}{dv} = \frac1N \sum_{n=1}^N t_n (v u_n - t_n)",
        ),
        (MEAN_OF_PARTS, r"\frac{dF_n}{dv} = u_n (v u_n - t_n)", r"\frac{dF_n}{dv} = u_n (t_n - v u_n)"),
    ],
)
def test_a_true_row_holds_and_a_false_one_does_not(text: str, right: str, wrong: str):
    found = row(text, right)
    assert found.verdict in HOLDS, found.reason
    found = row(text, wrong)
    assert found.verdict in WRONG, (found.verdict, found.reason)
