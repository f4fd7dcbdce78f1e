"""Hypotheses in the words of a text: they hold where they are said, and nowhere else."""

import pytest

from deltarule.checking.texts import check_text

RELU = "Let $g(z) = \\max(0, z)$.\n\n"
LOSS = "The loss is $L = -y \\log p - (1-y) \\log(1-p)$.\n\n"
HUBER = (
    "## Huber ($\\delta > 0$)\n\n$$H(r) = \\begin{cases} \\frac12 r^2 & |r| \\le \\delta \\\\"
    " \\delta ( |r| - \\frac12 \\delta ) & |r| > \\delta \\end{cases}$$\n\n"
)
MARGIN = "The margin is $m = y (w^T x + b)$, the loss $p(m) = \\max(0, -m)$.\n\n"
QUADRATIC = "Let $f(x) = \\frac12 x^T A x - b^T x$"

CONDITIONS = [
    # (what stands before, the text with a claim, what makes it true, what makes it false)
    (RELU, "When $z > 0$, we get $g'(z) = {}$.", "1", "0"),
    (RELU, "We have $g'(z) = {}$ for $z < 0$.", "0", "1"),
    (RELU, "If $z > 0$, then\n\n$$g'(z) = {}$$", "1", "2"),
    (RELU, "$$g'(z) = {} \\quad (z > 0)$$", "1", "0"),
    (RELU, "$$g'(z) = {}, \\qquad z < 0$$", "0", "1"),
    (RELU, "$$g'(z) = {} \\quad \\text{{if }} z < 0$$", "0", "1"),
    (RELU, "$$\\text{{for }} z > 0: \\quad g'(z) = {}$$", "1", "0"),
    (RELU, "$$z > 0: \\quad g'(z) = {}$$", "1", "0"),
    (RELU, "$$z > 0 \\Rightarrow g'(z) = {}$$", "1", "0"),
    (RELU, "- $z > 0$: $g'(z) = {}$", "1", "0"),
    (RELU, "## Case $z < 0$\n\n$$g'(z) = {}$$", "0", "1"),
    (RELU, "| case | slope |\n|---|---|\n| $z > 0$ | $g'(z) = {}$ |", "1", "0"),
    (RELU, "**Case 1:** $z > 0$. The unit is active.\n\n$$g'(z) = {}$$\n\n**Case 2:** $z < 0$.", "1", "0"),
    (RELU, "For $z > 0$ it is $g(z) = z$, otherwise $g'(z) = {}$.", "0", "1"),
    (RELU, "Für $z < 0$ ist $g'(z) = {}$.", "0", "1"),
    (RELU, "Lorsque $z > 0$, on a $g'(z) = {}$.", "1", "0"),
    (RELU, "Cuando $z > 0$, $g'(z) = {}$.", "1", "0"),
    (RELU, "Se $z > 0$ allora $g'(z) = {}$.", "1", "0"),
    (RELU, "Jeśli $z > 0$, to $g'(z) = {}$.", "1", "0"),
    (RELU, "Pokud $z > 0$, je $g'(z) = {}$.", "1", "0"),
    (RELU, "При $z > 0$ имеем $g'(z) = {}$.", "1", "0"),
    (RELU, "当 $z > 0$ 时, $g'(z) = {}$.", "1", "0"),
    (LOSS, "For $y = 1$: $L = {}$.", "-\\log p", "\\log p"),
    (LOSS, "$$L = {} \\quad (y = 0)$$", "-\\log(1-p)", "-\\log p"),
    (LOSS, "- $y = 1$: $\\frac{{\\partial L}}{{\\partial p}} = {}$", "-\\frac{1}{p}", "\\frac{1}{p}"),
    (LOSS, "$$\\begin{{aligned}} y = 1: &\\quad L = {} \\end{{aligned}}$$", "-\\log p", "-\\log(1-p)"),
    (MARGIN, "On a mistake ($m<0$) it is $p = {}$.", "-m", "m"),
    (HUBER, "When $|r| \\le \\delta$, $H'(r) = {}$.", "r", "2r"),
    (HUBER, "For $|r| > \\delta$ it is $H'(r) = {}$.", "\\delta\\, \\mathrm{sign}(r)", "\\delta"),
    (HUBER, "For $|r| < \\delta$, $H''(r) = 1$, and $H''(r) = {}$ for $|r| > \\delta$.", "0", "1"),
    (QUADRATIC, ", where $A$ is symmetric.\n\n$$\\nabla^2 f(x) = {}$$", "A", "2 A"),
    (QUADRATIC, " with a symmetric matrix $A$. Then $\\nabla f(x) = {}$.", "A x - b", "A x + b"),
    (QUADRATIC, ". Si la matrice $A$ est symétrique, $\\nabla f(x) = {}$.", "A x - b", "2 A x - b"),
    ("", "Here $\\nabla (x^T B x) = {}$.", "(B + B^T) x", "2 B x"),
    ("", "We have $\\tanh' = {}$.", "1 - \\tanh^2", "1 + \\tanh^2"),
    ("Let $J = y \\ln s - s - \\ln(y!)$.", "So $\\frac{{dJ}}{{ds}} = {}$.", "\\frac{y}{s} - 1", "\\frac{y}{s} + 1"),
    (QUADRATIC, ".\n\n$$A x - b + \\lambda x = {} x - b$$", "(A + \\lambda I)", "(A - \\lambda I)"),
]


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text).rows if row.verdict not in {"definition", "assumption"}]


@pytest.mark.parametrize(("before", "text", "right", "wrong"), CONDITIONS)
def test_a_condition_is_used_where_it_is_said(before: str, text: str, right: str, wrong: str) -> None:
    assert verdicts(before + text.format(right))[-1] in {"proved", "conditional"}
    assert verdicts(before + text.format(wrong))[-1] == "refuted"


REACH = [
    # (the text, the verdicts of its claims)
    (RELU + "When $z > 0$ the unit is active. The slope is $g'(z) = 1$.", ["refuted"]),
    (RELU + "The slope is $g'(z) = 0$; if $z > 0$ the unit is active.", ["refuted"]),
    (RELU + "- $z > 0$: $g'(z) = 1$\n\nThe slope is $g'(z) = 1$.", ["proved", "refuted"]),
    (RELU + "| $z > 0$ | $g'(z) = 1$ |\n| $z < 0$ | $g'(z) = 1$ |", ["proved", "refuted"]),
    (RELU + "$$g'(z) = 1 \\quad (z > 0)$$\n\n$$g'(z) = 1$$", ["proved", "refuted"]),
    (RELU + "$$g'(z) = 1 \\text{ if } z > 0, \\quad g'(z) = 1 \\text{ if } z < 0$$", ["proved", "refuted"]),
    (RELU + "## Case $z > 0$\n\n$$g'(z) = 1$$\n\n## All\n\n$$g'(z) = 1$$", ["proved", "refuted"]),
    (RELU + "**Case 1:** $z > 0$. $g'(z) = 1$.\n\n**Case 2:** $z < 0$. $g'(z) = 1$.", ["proved", "refuted"]),
    (RELU + "**Fall 1:** $z > 0$. Dann $g'(z) = 1$.\n\nIn beiden Fällen ist $g'(z) = 1$.", ["proved", "refuted"]),
    (RELU + "It is $g'(z) = 1$ for $z > 0$ and $g(z) = z$ too.", ["proved", "undecided"]),  # open how far it reaches
    (RELU + "For $z > 0$ it is $g(z) = z$.\n\nThe slope is $g'(z) = 1$.", ["proved", "refuted"]),
    (LOSS + "For $y = 1$: $L = -\\log p$. The loss is $L = -\\log p$.", ["proved", "refuted"]),
    (LOSS + "In the case $y = 1$ it is $L = -\\log p$, otherwise $L = -\\log(1-p)$.", ["proved", "undecided"]),
    (LOSS + "Here $y \\in \\{0, 1\\}$. If $y = 1$ it is $L = -\\log p$, else $L = -\\log(1-p)$.", ["proved", "proved"]),
    (QUADRATIC + ". If $A$ is symmetric, $\\nabla^2 f(x) = A$. So $\\nabla^2 f(x) = A$.", ["proved", "refuted"]),
    (QUADRATIC + ", where $A$ is not symmetric. $\\nabla^2 f(x) = A$.", ["refuted"]),
]


@pytest.mark.parametrize(("text", "expected"), REACH)
def test_a_condition_reaches_no_further(text: str, expected: list[str]) -> None:
    assert verdicts(text) == expected


def test_the_parts_of_a_definition_are_one_definition() -> None:
    rows = check_text("We set $g(z) = z$ for $z > 0$ and $g(z) = 0$ for $z < 0$.\n\nSo $g'(z) = 1$.").rows
    assert [row.verdict for row in rows[:2]] == ["definition", "proved"]
    assert rows[2].verdict == "refuted"


def test_a_part_of_a_definition_is_no_definition_of_the_whole() -> None:
    rows = check_text("We set $g(z) = z$ for $z > 0$. Below, $g(z) = 0$ for $z < 0$.\n\nSo $g'(z) = 1$.").rows
    assert [row.verdict for row in rows[:2]] == ["definition", "definition"]
    assert rows[2].verdict == "undecided"


def test_what_stands_in_a_factorial_is_not_differentiated() -> None:
    text = "$$\\frac{\\partial}{\\partial y} (y \\ln s - \\ln(y!)) = \\ln s$$"
    assert verdicts(text) == ["undecided"]
