"""Calls that always have the same arguments, derivatives by what is called something, layers (H) and (O), ∀ i ≠ k.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


SQUARED = "$$\\ell(g(u), t) = \\frac12 \\| g(u) - t \\|^2$$ with $g(u) = V u + c$.\n\n"
MODEL = "The cost is $C(m_\\beta(u), t) = (m_\\beta(u) - t)^2$ of $m_\\beta(u) = \\sin(\\beta u)$.\n\n"
TWO = "$$q(a, b) = a^2 b$$ and $$r = q(c, 3)$$ so "


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (SQUARED + r"$$\frac{\partial \ell(g(u), t)}{\partial c_i} = g(u)_i - t_i$$", "proved"),
        (SQUARED + r"$$\frac{\partial \ell(g(u), t)}{\partial V_{ij}} = (g(u)_i - t_i) u_j$$", "proved"),
        (SQUARED + r"$$\frac{\partial \ell(g(u), t)}{\partial V_{ij}} = (g(u)_j - t_j) u_i$$", "refuted"),
        (SQUARED + r"$$\frac{\partial \ell(g(u), t)}{\partial c_i} = t_i - g(u)_i$$", "refuted"),
        (MODEL + r"$$\frac{\partial C(m_\beta(u), t)}{\partial m_\beta(u)} = 2 (m_\beta(u) - t)$$", "proved"),
        (MODEL + r"$$\frac{\partial C}{\partial m_\beta(u)} = m_\beta(u) - t$$", "refuted"),
        (MODEL + r"$$\frac{\partial C(m_\beta(u), t)}{\partial \beta} = 2 (m_\beta(u) - t) u \cos(\beta u)$$",
         "proved"),
        (TWO + r"$$\frac{dr}{dc} = 6 c$$", "proved"),  # at other arguments it is a function
        (r"$p = \operatorname{softmax}(s)$ and $L = -\log p_1$. $$\frac{\partial L}{\partial p_1} = "
         r"\frac{\partial L}{\partial \operatorname{softmax}(s)_1}$$", "proved"),
    ],
)  # fmt: skip
def test_a_call_that_is_always_the_same_is_a_quantity(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


NETWORK = "$z^{(O)} = W^{(O)} a^{(H)} + b^{(O)}$ with $a^{(H)} = \\tanh(W^{(H)} x + b^{(H)})$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (NETWORK + r"$$\frac{\partial z^{(O)}_i}{\partial W^{(O)}_{ij}} = a^{(H)}_j$$", "proved"),
        (NETWORK + r"$$\frac{\partial z^{(O)}_i}{\partial W^{(O)}_{ij}} = a^{(H)}_i$$", "refuted"),
        (NETWORK + r"$$\frac{\partial z^{(O)}_i}{\partial a^{(H)}_j} = W^{(O)}_{ij}$$", "proved"),
        (NETWORK + r"$$\frac{\partial z^{(O)}_i}{\partial b^{(H)}_j} = W^{(O)}_{ij} (1 - (a^{(H)}_j)^2)$$", "proved"),
        (NETWORK + r"$$\forall i \neq k, \quad \frac{\partial z^{(O)}_k}{\partial W^{(O)}_{ij}} = 0$$", "proved"),
        (NETWORK + r"$$\forall i \neq k: \frac{\partial z^{(O)}_k}{\partial W^{(O)}_{kj}} = 0$$", "refuted"),
        (r"$L = u^\top A u$ and $A = (B)'$ with $B \in \mathbb{R}^{n \times n}$. $$L = u^\top B^\top u$$", "proved"),
    ],
)  # fmt: skip
def test_capitals_above_name_layers(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


SIGNAL = "$u_i = \\gamma (x_i - \\mu)$ and $g_i = \\frac{\\partial L}{\\partial u_i}$.\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (SIGNAL + r"$$\frac{\partial L}{\partial \gamma} = \sum_j g_j (x_j - \mu)$$", "proved"),
        (SIGNAL + r"$$\frac{\partial L}{\partial \gamma} = -\sum_j g_j (x_j - \mu)$$", "refuted"),
    ],
)
def test_a_component_before_brackets_is_a_factor(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


ONE = "One sample: $L(\\hat t, t) = \\frac12 (\\hat t - t)^2$ with $\\hat t = v u + c$, and the risk "
RISK = ONE + "$$R = \\frac{1}{m} \\sum_{i=1}^m L(\\hat t^{(i)}, t^{(i)})$$\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            RISK + r"$$\frac{\partial R}{\partial v} = \frac{1}{m} \sum_{i=1}^m (\hat t^{(i)} - t^{(i)}) u^{(i)}$$",
            "proved",
        ),
        (RISK + r"$$\frac{\partial R}{\partial v} = \sum_{i=1}^m (\hat t^{(i)} - t^{(i)}) u^{(i)}$$", "refuted"),
        (RISK + r"$$\frac{\partial L}{\partial \hat t} = \hat t - t$$", "proved"),
        # a right side that speaks of more than the arguments is not put in
        (RISK.replace("(\\hat t - t)^2$", "(q - t)^2$") + r"$$\frac{\partial R}{\partial q} = 0$$", "undecided"),
    ],
)
def test_a_loss_at_the_samples_is_its_equation_at_them(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict
