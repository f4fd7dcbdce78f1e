"""Indices as people write them: counted from 0, over all samples, with letters that mean something else elsewhere.

What is true of each row was worked out by hand; beside the true rows stand some with another index, sign or factor.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GOOD = {"proved", "conditional"}

BIASES = r"""
$$a_j = \sum_{i=0}^{D} w_{ji} x_i, \qquad z_j = \tanh(a_j), \qquad y_k = \sum_{j=0}^{M} v_{kj} z_j$$
with $x_0 = 1$, and for pattern $n$ the error is $E_n = \frac{1}{2} \sum_{k=1}^{K} (y_k - t_k)^2$.
"""
APART = r"""
$$a_m = \alpha_{0m} + \sum_{l=1}^{p} \alpha_{ml} x_l, \qquad z_m = \tanh(a_m)$$
$$y_k = \beta_{k0} + \sum_{m=1}^{M} \beta_{km} z_m$$
$$R = \frac{1}{2} \sum_{k=1}^{K} (y_k - t_k)^2$$
"""
WHOLE = r"""
$$h = \sum_{j=0}^{n} \theta_j x_j, \qquad L = \frac{1}{2} (h - y)^2$$
where $x_0 = 1$.
"""
CONVOLUTION = r"""
$$s_i = \sum_{k=0}^{K-1} w_k x_{i+k} + b$$
for $i = 0, \dots, M-1$, and
$$p = \frac{1}{M} \sum_{i=0}^{M-1} s_i^2.$$
"""
BATCH = r"""
$$p_{nk} = \frac{\exp(a_{nk})}{\sum_{j=1}^{K} \exp(a_{nj})}$$
$$E = -\sum_{n=1}^{N} \sum_{k=1}^{K} t_{nk} \ln p_{nk}$$
"""
ABOVE = r"""
$$p^{(i)}_k = \frac{\exp(a^{(i)}_k)}{\sum_{j} \exp(a^{(i)}_j)}$$
$$E = -\sum_{i=1}^{N} \sum_{k=1}^{K} y^{(i)}_k \ln p^{(i)}_k$$
"""
WORDS = r"""
$$P(o \mid c) = \frac{\exp(u_o^\top v_c)}{\sum_{w=1}^{V} \exp(u_w^\top v_c)}$$
$$J = -\log P(o \mid c)$$
"""
SUMMED = WORDS + r"$$\sum_{w=1}^{V} P(w \mid c) = 1$$"
IDENTITY = r"""
$$p_k = \frac{e^{a_k}}{\sum_{j} e^{a_j}}$$
where $I_{kj}$ are the elements of the identity matrix.
"""
ROWS = [
    (BIASES, r"\frac{\partial E_n}{\partial v_{kj}} = (y_k - t_k) z_j", True),
    (BIASES, r"\frac{\partial E_n}{\partial v_{kj}} = (y_k - t_k) z_k", False),
    (BIASES, r"\frac{\partial E_n}{\partial w_{ji}} = (1 - z_j^2) x_i \sum_{k=1}^{K} v_{kj} (y_k - t_k)", True),
    (BIASES, r"\frac{\partial E_n}{\partial w_{ji}} = (1 - z_j^2) x_i \sum_{k=1}^{K} v_{jk} (y_k - t_k)", False),
    (BIASES, r"a_j = w_{j0} + \sum_{i=1}^{D} w_{ji} x_i", True),
    (BIASES, r"a_j = \sum_{i=1}^{D} w_{ji} x_i", False),
    (APART, r"\frac{\partial R}{\partial \beta_{k0}} = y_k - t_k", True),
    (APART, r"\frac{\partial R}{\partial \beta_{k0}} = (y_k - t_k) z_m", False),
    (APART, r"\frac{\partial R}{\partial \alpha_{0m}} = (1 - z_m^2) \sum_{k=1}^{K} (y_k - t_k) \beta_{km}", True),
    (APART, r"\frac{\partial R}{\partial \alpha_{0m}} = (1 - z_m^2) \sum_{k=1}^{K} (y_k - t_k) \beta_{k0}", False),
    (APART, r"\frac{\partial R}{\partial \beta_{km}} = (y_k - t_k) z_m", True),
    (WHOLE, r"\frac{\partial L}{\partial \theta_j} = (h - y) x_j", True),
    (WHOLE, r"\frac{\partial L}{\partial \theta_j} = (h - y) \theta_j", False),
    (CONVOLUTION, r"\frac{\partial s_i}{\partial w_k} = x_{i+k}", True),
    (CONVOLUTION, r"\frac{\partial s_i}{\partial w_k} = x_{i-k}", False),
    (CONVOLUTION, r"\frac{\partial p}{\partial w_k} = \sum_{i=0}^{M-1} \frac{\partial p}{\partial s_i} x_{i+k}", True),
    (
        CONVOLUTION,
        r"\frac{\partial p}{\partial w_k} = \sum_{i=0}^{M-1} \frac{\partial p}{\partial s_i} x_{i+k+1}",
        False,
    ),
    (CONVOLUTION, r"\frac{\partial p}{\partial x_j} = \sum_{k=0}^{K-1} w_k \frac{\partial p}{\partial s_{j-k}}", True),
    (CONVOLUTION, r"\frac{\partial p}{\partial x_j} = \sum_{k=0}^{K-1} w_k \frac{\partial p}{\partial s_{j+k}}", False),
    (CONVOLUTION, r"\frac{\partial p}{\partial x_j} = \sum_{k=1}^{K} w_k \frac{\partial p}{\partial s_{j-k}}", False),
    (BATCH, r"\frac{\partial E}{\partial a_{nj}} = p_{nj} - t_{nj}", True),
    (BATCH, r"\frac{\partial E}{\partial a_{nj}} = t_{nj} - p_{nj}", False),
    (BATCH, r"\frac{\partial E}{\partial a_{nj}} = p_{nj} - t_{jn}", False),
    (ABOVE, r"\frac{\partial E}{\partial a^{(i)}_j} = p^{(i)}_j - y^{(i)}_j", True),
    (ABOVE, r"\frac{\partial E}{\partial a^{(i)}_j} = p^{(i)}_j y^{(i)}_j", False),
    (WORDS, r"J = -u_o^\top v_c + \log \sum_{x=1}^{V} \exp(u_x^\top v_c)", True),
    (WORDS, r"J = -u_o^\top v_c + \sum_{x=1}^{V} \log \exp(u_x^\top v_c)", False),
    (WORDS, r"\frac{\partial J}{\partial v_c} = -u_o + \sum_{w=1}^{V} P(w \mid c) u_w", True),
    (WORDS, r"\frac{\partial J}{\partial v_c} = -u_o + \sum_{w=1}^{V} P(o \mid c) u_w", False),
    (SUMMED, r"\frac{\partial J}{\partial u_o} = (P(o \mid c) - 1) v_c", True),
    (SUMMED, r"\frac{\partial J}{\partial u_o} = -v_c", False),
    (IDENTITY, r"\frac{\partial p_k}{\partial a_j} = p_k (I_{kj} - p_j)", True),
    (IDENTITY, r"\frac{\partial p_k}{\partial a_j} = p_k (1 - p_j)", False),
]


@pytest.mark.parametrize(("text", "claim", "holds"), ROWS)
def test_what_holds_is_proved_and_what_does_not_is_not(text: str, claim: str, holds: bool):
    row = check_text(f"{text}\n$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert (row.verdict in GOOD) is holds, row.reason
    assert not holds or row.verdict not in {"refuted", "ill-shaped"}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\begin{bmatrix} -0.4 \\ 0.8 \end{bmatrix} \begin{bmatrix} 1 & 2 \end{bmatrix} = "
         r"\begin{bmatrix} -0.4 & 0.8 \\ -0.8 & 1.6 \end{bmatrix}", "refuted"),
        (r"\begin{bmatrix} -0.4 \\ 0.8 \end{bmatrix} \begin{bmatrix} 1 & 2 \end{bmatrix} = "
         r"\begin{bmatrix} -0.4 & -0.8 \\ 0.8 & 1.6 \end{bmatrix}", "proved"),
        (r"\begin{pmatrix} 0.31 & 0.2 \end{pmatrix} \begin{pmatrix} 0.333 \\ 2 \end{pmatrix} = "
         r"\begin{pmatrix} 0.503 \end{pmatrix}", "undecided"),
    ],
)  # fmt: skip
def test_matrices_of_numbers(claim: str, verdict: str):
    """A decimal that was rounded refutes nothing, a product turned the other way is wrong."""
    row = check_text(f"$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert row.verdict == verdict
    assert verdict != "refuted" or row.counterexample == {"left, entry (1, 2)": "-0.8", "right, entry (1, 2)": "0.8"}


def test_a_value_outside_the_range_is_no_claim_about_the_inside():
    text = f"{CONVOLUTION}\nWith $\\frac{{\\partial p}}{{\\partial s_i}} = 0$ outside the range.\n"
    assert check_text(text, "notes.md").rows[-1].verdict not in {"refuted", "proved"}
