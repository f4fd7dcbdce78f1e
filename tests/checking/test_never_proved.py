"""Rows that are false, or that mean something else than they seem to, and were once taken for true.

Each stands behind a text of its own; what is true of it was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

NUMBER = "Let $x$ and $y$ be numbers."
MATRIX = (
    "Let $A \\in \\mathbb{R}^{n \\times n}$, $B \\in \\mathbb{R}^{n \\times n}$, $x \\in \\mathbb{R}^n$ and $y = A x$."
)
RESIDUAL = "A residual block $y = x + F(x, W)$ and $z = G(y)$ with loss $L$."
PENALTY = "Let $\\hat y = f(x; \\theta)$ and $L = \\ell(\\hat y, y) + R(\\theta)$."
HIDDEN = "Let $h = f(W x + b)$, $o = V h$, $L = \\frac12 \\|o - t\\|^2$ with $x, t, h$ vectors."
PRODUCT = "Let $h = f(W x + b)$, $o = V h$ and $L = \\frac12 (o - t)^T (o - t)$."
SOFTMAX = "Let $u \\in \\mathbb{R}^n$ and $p_j = \\frac{e^{u_j}}{\\sum_k e^{u_k}}$."
TANH = "Let $W \\in \\mathbb{R}^{m \\times n}$, $z = W x + b$ and $a = \\tanh(z)$."
VECTOR = "Let $x \\in \\mathbb{R}^n$, $y = F(x)$ and $L = \\frac12 \\|y\\|^2$."
ATTENTION = (
    "Let $Q, K, V \\in \\mathbb{R}^{n \\times d}$, $S = \\frac{1}{\\sqrt d} Q K^T$, "
    "$P_{ij} = \\frac{e^{S_{ij}}}{\\sum_k e^{S_{ik}}}$, $O = P V$ and loss $L$."
)
LAYERS = "Let $z^l = w^l a^{l-1} + b^l$, $a^l = \\sigma(z^l)$ and $\\delta^l = \\frac{\\partial C}{\\partial z^l}$."
BATCH = "Let $y_i = \\gamma x_i + \\beta$ for $i = 1, \\dots, m$, with a loss $L$."

FALSE = {
    LAYERS: [
        r"\delta^l = w^{l+1} \delta^{l+1} \odot \sigma'(z^l)",  # a matrix w^{l+1} would be transposed
        r"\delta^l = (w^{l+1} \cdot \delta^{l+1}) \odot \sigma'(z^l)",
    ],
    NUMBER: [
        r"\lfloor x \rfloor = x",
        r"\lceil x \rceil = x",
        r"\left\lfloor \frac{x}{1} \right\rfloor = x",
        r"\langle x \rangle = x",  # a mean
        r"x \wedge y = x y",
        r"x \div y = x y",
        r"\frac{d}{dx} x \cdot x = x",
        r"\frac{d}{dx} x^2 x = 2 x^2",
        r"\frac{d}{dx} (x + 1)(x - 1) = x - 1",
        r"\frac{d}{dx} e^x x = x e^x",
        r"E[x^2] = E[x]^2",
        r"E\{x^2\} = E\{x\}^2",
        r"\mathbb{E} x^2 = (\mathbb{E} x) x",
        r"\mathrm{Var}(2 x) = 2 \mathrm{Var}(x)",
        r"H(2 x) = 2 H(x)",
        r"F(x + y) = F(x) + F(y)",
    ],
    MATRIX: [
        r"\frac{\partial}{\partial x} x^T A x = A x",
        r"\nabla_x x^T A x = A x",
        r"\nabla_x y^T y = A^T y",
        r"|A| |B| = |B| |A|",  # of norms it holds, of determinants as well: not known which
    ],
    RESIDUAL: [
        r"\frac{\partial y}{\partial x} = 1",  # F depends on x
        r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}",
        r"\frac{\partial y}{\partial x} = \frac{\partial F}{\partial x}",
    ],
    PENALTY: [r"\frac{\partial L}{\partial x} = 0"],
    HIDDEN: [
        r"\frac{\partial L}{\partial h} = V (o - t)",  # V is a matrix
        r"\frac{\partial L}{\partial W} = x (o - t)^T V f'(W x + b)",
    ],
    PRODUCT: [r"\frac{\partial L}{\partial V} = h (o - t)", r"\frac{\partial L}{\partial h} = V (o - t)"],
    SOFTMAX: [
        r"\frac{\partial p}{\partial u} = p (1 - p)",  # the diagonal of the Jacobian alone
        r"\frac{\partial p}{\partial u} = p \odot (1 - p)",
    ],
    VECTOR: [
        r"F(x)_i = F(x_i)",  # F may mix the components
        r"\frac{\partial L}{\partial x} = y \odot F'(x)",
    ],
    ATTENTION: [  # one gradient turned and the other not
        r"\frac{\partial L}{\partial P} = V \frac{\partial L}{\partial O}^T",
        r"\frac{\partial L}{\partial Q} = \frac{1}{\sqrt d} \frac{\partial L}{\partial S}^T K",
    ],
    BATCH: [r"\frac{\partial L}{\partial \beta} = \frac1m \sum_i \frac{\partial L}{\partial y_i}"],
}

TRUE = {
    NUMBER: [
        r"\frac{\partial}{\partial x} x y x = 2 x y",
        r"\frac{d}{dx} (x + 1) \cdot 2 = 2",
        r"x \div y = \frac{x}{y}",
    ],
    MATRIX: [
        r"\frac{\partial}{\partial x} x^T A x = (A + A^T) x",
        r"\nabla_x x^T A x = (A + A^T) x",
        r"\nabla_x y^T y = 2 A^T y",
        r"\frac{\partial}{\partial x} x^T x = 2 x",
    ],
    RESIDUAL: [r"\frac{\partial L}{\partial y} = \frac{\partial L}{\partial z} G'(y)"],
    ATTENTION: [r"\frac{\partial L}{\partial P} = \frac{\partial L}{\partial O} V^T"],
    BATCH: [r"\frac{\partial L}{\partial \beta} = \sum_i \frac{\partial L}{\partial y_i}"],
    TANH: [r"\frac{\partial a}{\partial z} = 1 - a^2"],
}


def last(text: str, claim: str) -> str:
    return check_text(f"{text}\n\n$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(("text", "claim"), [(text, claim) for text, claims in FALSE.items() for claim in claims])
def test_a_false_row_is_never_proved(text: str, claim: str):
    assert last(text, claim) not in {"proved", "conditional", "definition"}


@pytest.mark.parametrize(("text", "claim"), [(text, claim) for text, claims in TRUE.items() for claim in claims])
def test_a_true_row_of_the_same_kind_holds(text: str, claim: str):
    assert last(text, claim) in {"proved", "conditional"}
