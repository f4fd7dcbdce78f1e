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

FALSE = {
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
}


def last(text: str, claim: str) -> str:
    return check_text(f"{text}\n\n$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(("text", "claim"), [(text, claim) for text, claims in FALSE.items() for claim in claims])
def test_a_false_row_is_never_proved(text: str, claim: str):
    assert last(text, claim) not in {"proved", "conditional", "definition"}


@pytest.mark.parametrize(("text", "claim"), [(text, claim) for text, claims in TRUE.items() for claim in claims])
def test_a_true_row_of_the_same_kind_holds(text: str, claim: str):
    assert last(text, claim) in {"proved", "conditional"}
