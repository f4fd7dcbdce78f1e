"""Exercises a), b), c) with their own y, and losses that are named as functions of their two arguments."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
QUESTIONS = "**a)** $y = (2x - 3)^2$\n\n**b)** $y = \\tanh(4x)$\n\n**c)** $y = (1 - \\exp(x))^2$\n\n**Answers**\n\n"

ITEMS = [
    (r"a) $\frac{dy}{dx} = 4(2x - 3)$", HOLDS),
    (r"a) $\frac{dy}{dx} = 2(2x - 3)$", {"refuted"}),
    (r"**b)** With $z = 4x$: $\frac{dy}{dx} = 4(1 - \tanh^2(z))$", HOLDS),
    (r"(b) $\frac{dy}{dx} = 4(2x - 3)$", {"refuted", "undecided"}),
    (r"**c)** Let $a = \exp(x)$, then $y = (1 - a)^2$", HOLDS),
    (r"**c)** Let $a = \exp(x)$, then $\frac{dy}{dx} = -2(1 - a)a$", HOLDS),
    (r"**c)** Let $a = \exp(x)$, then $\frac{dy}{dx} = 2(1 - a)a$", {"refuted"}),
]

NET = r"$z = w^T x + b$ and $L = \text{MSE}(t, z) = (t - z)^2$."
NAMED = r"The loss is the mean squared error. $z = w^T x + b$ and $L = \text{MSE}(t, z)$."

LOSSES = [
    (NET, r"\frac{\partial L}{\partial z} = 2(z - t)", HOLDS),
    (NET, r"\frac{\partial L}{\partial z} = 2(t - z)", {"refuted"}),
    (NET, r"\frac{\partial\, \text{MSE}}{\partial z} = -2(t - z)", HOLDS),
    (NET, r"\frac{\partial\, \text{MSE}}{\partial z} = 2(t - z)", {"refuted"}),
    (NAMED, r"\frac{\partial L}{\partial z} = 2(z - t)", {"conditional"}),
    (NAMED, r"\frac{\partial L}{\partial z} = 2(t - z)", {"undecided"}),
]


@pytest.mark.parametrize(("answer", "verdicts"), ITEMS)
def test_an_answer_is_judged_by_its_question(answer: str, verdicts: frozenset[str]) -> None:
    rows = check_text(QUESTIONS + answer + "\n", "text.md").rows
    assert [row.verdict for row in rows[:3]] == ["definition"] * 3
    assert rows[-1].verdict in verdicts, rows[-1]


@pytest.mark.parametrize(("text", "row", "verdicts"), LOSSES)
def test_a_loss_named_as_a_function(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
