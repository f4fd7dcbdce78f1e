"""Indices above letters, S^{ij} = Q^{ia} K^{ja}, and sums over repeated indices that no sign says. What is true of each
row was worked out by hand."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GOOD = {"proved", "conditional"}
WRONG = {"refuted", "ill-shaped"}

ATTENTION = r"""
We sum over repeated indices.
$$S^{ij} = \frac{1}{\sqrt{d_k}} Q^{ia} K^{ja}, \qquad A^{ij} = \text{softmax}_j(S^{ij}), \qquad O^{ib} = A^{ij} V^{jb}$$
"""
LAYER = r"""
Mit der Einsteinschen Summenkonvention ist $z^i = w^i_j x^j + b^i$ und $y^i = \tanh(z^i)$.
"""
SCALED = r"""
$$\mu = \frac{1}{N} \sum_{i=0}^{N} X_i, \qquad \sigma = \sqrt{\frac{1}{N} \sum_{i=0}^{N} (X_i - \mu)^2}$$
$$Z_i = \frac{X_i - \mu}{\sigma}$$
$$\frac{\partial X_i}{\partial X_j} = \delta^i_j$$
"""
NEEDED = r"""
$$y^{ab} = M^{ac} x^{cb}, \quad u^{ab} = y^{ac} R^{cb}, \quad v^{ab} = u^{ac} T^{cb}, \quad s^{ab} = v^{ac} x^{cb}$$
"""
ROWS = [
    (ATTENTION, r"\frac{\partial O^{ib}}{\partial V^{mn}} = A^{im} \delta^b_n", True),
    (ATTENTION, r"\frac{\partial O^{ib}}{\partial V^{mn}} = A^{mi} \delta^b_n", False),
    (ATTENTION, r"\frac{\partial A^{ij}}{\partial S^{mn}} = \delta^i_m A^{ij} (\delta^j_n - A^{in})", True),
    (ATTENTION, r"\frac{\partial A^{ij}}{\partial S^{mn}} = \delta^i_m A^{ij} (\delta^j_n - A^{mj})", False),
    (
        ATTENTION,
        r"\frac{\partial L}{\partial Q^{kl}} = \frac{1}{\sqrt{d_k}} \frac{\partial L}{\partial S^{kj}} K^{jl}",
        True,
    ),
    (ATTENTION, r"\frac{\partial L}{\partial Q^{kl}} = \frac{\partial L}{\partial S^{kj}} K^{jl}", False),
    (ATTENTION, r"\frac{\partial L}{\partial V} = A^T \frac{\partial L}{\partial O}", True),
    (LAYER, r"\frac{\partial y^i}{\partial x^j} = (1 - (y^i)^2) w^i_j", True),
    (LAYER, r"\frac{\partial y^i}{\partial x^j} = (1 - (y^i)^2) w^j_i", False),
    (LAYER, r"\frac{\partial L}{\partial x^j} = \frac{\partial L}{\partial z^i} w^i_j", True),
    (LAYER, r"\frac{\partial L}{\partial x^j} = \frac{\partial L}{\partial z^i} w^j_i", False),
    (SCALED, r"\frac{\partial \sigma}{\partial X_j} = \frac{1}{N} Z_j", True),
    (SCALED, r"\frac{\partial \sigma}{\partial X_j} = \frac{2}{N} Z_j", False),
    (SCALED, r"\frac{\partial Z_i}{\partial X_j} = \frac{\delta_j^i - \frac{1}{N} (Z_i Z_j + 1)}{\sigma}", True),
    (NEEDED, r"\frac{\partial u^{ab}}{\partial y^{cd}} = \delta^a_c R^{db}", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claim", "holds"), ROWS)
def test_what_holds_is_proved_and_what_does_not_is_refuted(text: str, claim: str, holds: bool):
    row = check_text(f"{text}\n$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert row.verdict in (GOOD if holds else WRONG), row.reason


def test_a_power_stays_a_power():
    text = "Let $f = 3 x^2 + b^3$ and $g = f^2$.\n\n$$\\frac{\\partial g}{\\partial x} = 12 x f$$"
    assert check_text(text, "notes.md").rows[-1].verdict == "proved"


def test_sums_without_a_sign_are_named():
    row = check_text(
        f"{LAYER}\n$$\n\\frac{{\\partial L}}{{\\partial x^j}} = \\frac{{\\partial L}}{{\\partial z^i}} w^i_j\n$$\n",
        "notes.md",
    ).rows[-1]
    assert row.verdict == "conditional" and row.condition is not None and row.condition.kind == "implied-sum"
