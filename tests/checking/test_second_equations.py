"""A second equation of a name that has one: a claim, unless the words give the name another meaning."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

UNIT = r"A unit: $p = \sigma(w^T x)$ with $\sigma(u) = \frac{1}{1+e^{-u}}$." "\n\nLet $z = w^T x$."
CARD = r"""# Question

Take $\hat y(x, w) = \sigma(\sum_{i=1}^n w_i x_i)$ with $\sigma(u) = \frac{1}{1 + e^{-u}}$.

# Solution

## (1) Derivation

Let $s = \sum_{i=1}^n w_i x_i$."""


@pytest.mark.parametrize(
    ("text", "row", "verdict"),
    [
        (UNIT, r"p = 1 - \sigma(z)", "refuted"),
        (UNIT, r"p = \frac{1}{1 - e^{-z}}", "refuted"),
        (UNIT, r"p = \frac{e^{z}}{1 + e^{z}}", "proved"),
        (UNIT, r"p = \tanh(z)", "definition"),
        (f"{UNIT} Now let", r"p = 1 - \sigma(z)", "definition"),
        (CARD, r"\hat y = \frac{1}{2} \sigma(s)", "refuted"),
        (CARD, r"\hat y = \sigma(-s)", "refuted"),
        (CARD, r"\hat y = \sigma(s)", "proved"),
        (f"{CARD}\n\n# A network of two classes\n\nHere $s = w^T x$ and", r"\hat y = \sigma(-s)", "definition"),
    ],
)
def test_a_second_equation(text: str, row: str, verdict: str):
    found = check_text(f"{text}\n\n$${row}$$\n").rows[-1]
    assert found.verdict == verdict, found.reason
