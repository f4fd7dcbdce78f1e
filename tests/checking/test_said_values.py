"""Values that the text supposes for a moment: what holds at y = 1 only is neither a mistake nor a theorem."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

LOSS = "Let $p = \\frac{1}{1+e^{-z}}$ and $L = -(y\\log p + (1-y)\\log(1-p))$.\n\n"

HOLDS = [
    r"If $y = 1$, then $L = -\log p$.",
    r"If $y = 0$, then $L = -\log(1 - p)$.",
    r"When $y = 1$ we have $\frac{\partial L}{\partial z} = p - 1$.",
    "When $y = 0$:\n\n$$\\frac{\\partial L}{\\partial z} = p$$",
    r"At $z = 0$, $p = \frac12$.",
    r"At $z = 0$ we get $\frac{\partial L}{\partial z} = \frac12 - y$.",
    "- $y = 1$: $L = -\\log p$\n- $y = 0$: $L = -\\log(1-p)$",
    "## The case $y = 1$\n\nThen\n\n$$L = -\\log p$$",
    r"$L = -\log p$ for $y = 1$ and $L = -\log(1-p)$ for $y = 0$.",
]

FAILS = [
    r"If $y = 1$, then $L = -\log(1 - p)$.",
    r"When $y = 1$ we have $\frac{\partial L}{\partial z} = p$.",
    "When $y = 0$:\n\n$$\\frac{\\partial L}{\\partial z} = p - 1$$",
    r"At $z = 0$ we get $\frac{\partial L}{\partial z} = \frac14 - y$.",
    "If $y = 1$ the loss is small. In general\n\n$$\\frac{\\partial L}{\\partial z} = p - 1$$",
    r"$L = -\log p$ for $y = 0$ and $L = -\log(1-p)$ for $y = 1$.",
]


def verdicts(text: str) -> set[str]:
    rows = check_text(LOSS + text, "notes.md").rows[2:]
    return {row.verdict for row in rows if row.verdict != "assumption"}


@pytest.mark.parametrize("text", HOLDS)
def test_a_row_holds_at_the_value_beside_it(text: str):
    assert verdicts(text) == {"proved"}


@pytest.mark.parametrize("text", FAILS)
def test_a_row_that_fails_there_or_that_the_value_is_not_beside_is_not_proved(text: str):
    assert verdicts(text) == {"refuted"}


def test_the_counterexample_is_at_the_value():
    row = check_text(LOSS + FAILS[0], "notes.md").rows[-1]
    assert row.counterexample is not None and row.counterexample["y"] == "1"
