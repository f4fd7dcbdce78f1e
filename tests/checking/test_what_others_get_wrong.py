"""What other checkers accept wrongly has to be refuted, what they reject wrongly has to be proved."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

NEURON = (
    "Let $z = w x + b$, $\\hat y = \\sigma(z)$ with $\\sigma(s) = \\frac{1}{1 + e^{-s}}$ and\n"
    "$L = -y \\log \\hat y - (1 - y) \\log(1 - \\hat y)$.\n\n"
)


def last(text: str) -> str:
    return check_text(text, "a.md").rows[-1].verdict


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{\partial L}{\partial w} = -\frac{\partial L}{\partial \hat y} \frac{\partial \hat y}{\partial w}",
        r"\frac{\partial L}{\partial w} = 5 \frac{\partial L}{\partial z}",
        r"\sigma'(s) = \sigma(s)",
        r"\frac{\partial L}{\partial z} = y - \hat y",
        r"\tanh'(s) = \tanh(s)",
    ],
)
def test_false_claims_are_refuted(claim: str):
    assert last(f"{NEURON}$${claim}$$\n") == "refuted"


@pytest.mark.parametrize("claim", ["A^T B = A B", "A B = B A", r"(A + B)^2 = A^2 + B^2"])
def test_false_rules_of_matrices_are_not_passed(claim: str):
    verdict = last(f"Let $A, B \\in \\mathbb{{R}}^{{n \\times n}}$.\n\n$${claim}$$\n")
    assert verdict in {"refuted", "unread"} if "^2" in claim else verdict == "refuted"


@pytest.mark.parametrize(
    "claim",
    [
        r"\max(0, x) = \frac{x + |x|}{2}",
        r"\tanh z = 2 \sigma(2 z) - 1",
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \hat y} \frac{\partial \hat y}{\partial w}",
        r"\frac{\partial L}{\partial w} = (\hat y - y) x",
    ],
)
def test_true_claims_are_proved(claim: str):
    assert last(f"{NEURON}$${claim}$$\n") in {"proved", "conditional"}


def test_the_logarithm_of_a_quotient_is_proved_for_positive_numbers():
    text = "$$\\ln \\frac{a}{b} = \\ln a - \\ln b$$\n"
    assert check_text(text, "a.md", assume=("a > 0", "b > 0")).rows[-1].verdict == "proved"
