"""Proofs that would be about nothing, or about what a name meant before: none of them counts.

What is true of each text was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SIGMOID = "Let $a = \\frac{1}{1+e^{-x}}$ with a number $x$. "
INSIDE = "Let $g(u) = \\sin u$ and $h(x) = x^2$ and $k(x) = g(h(x))$."
LATER = "$$k(x) = g(h(x))$$ with $g(u) = \\sin u$ and $h(x) = x^2$."
QUOTIENT = "Let $q = \\frac{a}{b}$ with numbers $a$ and $b$."
SQUARED = "# One\n\n$$L = (y-t)^2$$\n\n$$\\frac{\\partial L}{\\partial y} = 2(y-t)$$\n\n"

OPEN = {"undecided", "unread"}
WRONG = {"refuted", "ill-shaped"}
HOLDS = {"proved", "conditional"}

LAST = [
    # what is assumed cannot be
    (SIGMOID + "Assume $a > 1$. Then\n\n$$|1-a| = a-1$$", OPEN),
    (SIGMOID + "Assume $a < 0$. Then\n\n$$|a| = -a$$", OPEN),
    (SIGMOID + "Assume $x > 0$ and $x < 0$. Then\n\n$$|x| = 2x$$", OPEN | WRONG),
    (SIGMOID + "Since $a < 1$, we have\n\n$$|1-a| = 1-a$$", HOLDS),
    (SIGMOID + "For $a > \\frac12$ we have\n\n$$|a - \\frac12| = a - \\frac12$$", HOLDS),
    ("Let $y = x^2$ with a number $x$. Assume $y < -1$. Then\n\n$$|y| = -y$$", OPEN),
    # a division by what is zero by the definitions
    (QUOTIENT + "\n\n$$\\frac{q b - a}{q b - a} = 1$$", OPEN),
    (QUOTIENT + "\n\n$$(q b - a)^{-1} (q b - a) = 1$$", OPEN),
    (QUOTIENT + "\n\n$$\\frac{q b + a}{q b + a} = 1$$", HOLDS),
    ("Let $x$ be a number.\n\n$$\\frac{0}{0} = 0$$", OPEN),
    # a quantity that depends on the parameter of a function is no constant
    (INSIDE + "\n\n$$k'(x) = 0$$", WRONG),
    (INSIDE + "\n\n$$k'(x) = 2x\\cos(x^2)$$", HOLDS),
    (LATER + "\n\n$$k'(x) = 0$$", OPEN | WRONG),
    (LATER + "\n\n$$k'(x) = 2x\\cos(x^2)$$", HOLDS | OPEN),
    # a new meaning, and the old one
    ("Let $f(x) = x^2$.\n\nNow let $f(x) = x^3$.\n\n$$f'(x) = 2x$$", OPEN | WRONG),
    ("Let $f(x) = x^2$.\n\nNow let $f(x) = x^3$.\n\n$$f'(x) = 3x^2$$", HOLDS),
    (SQUARED + "# Two\n\n$$L = |y-t|$$\n\n$$\\frac{\\partial L}{\\partial y} = 2(y-t)$$", WRONG),
    (SQUARED + "# Two\n\n$$L = -t\\log y$$\n\n$$\\frac{\\partial L}{\\partial y} = -\\frac{t}{y}$$", HOLDS),
    # the sides differ at a kink, where both are defined
    ("Let $a$ and $b$ be numbers.\n\n$$\\mathbb{1}[a \\ge b] + \\mathbb{1}[b \\ge a] = 1$$", {"conditional"}),
    ("Let $a$ and $b$ be numbers.\n\n$$\\mathbb{1}[a > b] + \\mathbb{1}[b \\ge a] = 1$$", {"proved"}),
    # the total derivative and the partial one in one row
    ("Let $y = x^2$ and $z = x y$.\n\n$$\\frac{dz}{dx} = \\frac{\\partial z}{\\partial x}$$", OPEN | WRONG),
    (
        "Let $y = x^2$ and $z = x y$.\n\n$$\\frac{dz}{dx} = \\frac{\\partial z}{\\partial x} + "
        "\\frac{\\partial z}{\\partial y} \\frac{dy}{dx}$$",
        OPEN | HOLDS,
    ),
    ("Let $z = x^2 y$.\n\n$$\\frac{dz}{dx} = \\frac{\\partial z}{\\partial x}$$", HOLDS),
    # nothing says how L depends on w: its derivative is unknown, and not 0
    (
        "With $N = n - k + 1$ and $t = i + a - 1$ let $\\delta_i = \\frac{\\partial L}{\\partial y_i}$.\n\n"
        "$$\\frac{\\partial y_i}{\\partial w_a} = x_{i+a-1}$$\n\n"
        "$$\\frac{\\partial L}{\\partial w_a} = \\sum_{i=1}^{N} \\delta_i q$$",
        OPEN | WRONG,
    ),
    # a list in parentheses is no row and no column
    ("Let $y = (1, 1, 0)$ and $z \\in \\mathbb{R}^3$. Then\n\n$$y + z = z + y$$", OPEN | HOLDS),
]


@pytest.mark.parametrize(("text", "said"), LAST)
def test_the_last_row(text: str, said: set[str]):
    assert check_text(text, "notes.md").rows[-1].verdict in said


def test_what_contradicts_the_text_is_said_and_nothing_is_proved_from_it():
    text = SIGMOID + "\n\n$$|1-a| = a-1$$\n\n$$a = 3$$\n\n$$\\frac{da}{dx} = a(1-a)$$"
    document = check_text(text, "notes.md", ["a > 1"])
    assert [row.verdict for row in document.rows[1:]] == ["undecided"] * 3
    assert [f.lines for f in document.findings if f.finding == "contradiction"] == [(3, 5, 7)]


def test_equal_and_different_indices_at_once_prove_nothing():
    text = "Let $p_i = \\frac{e^{z_i}}{\\sum_j e^{z_j}}$.\n\n"
    claim = "\\frac{\\partial p_i}{\\partial z_j} = p_i(1-p_i), \\quad i = j \\text{ or } i \\neq j"
    row = next(r for r in check_text(f"{text}$${claim}$$", "notes.md").rows if "partial" in r.left)
    assert row.verdict == "undecided" and row.counterexample is None
