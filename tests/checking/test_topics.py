"""A name may get another meaning under a bold beginning of a paragraph, and where before it was only some function."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SIGNALS = "Write $\\delta_y = \\frac{\\partial L}{\\partial y}$ and $\\delta_x = \\frac{\\partial L}{\\partial x}$.\n\n"
SOME = "A module computes $u = f(v, w)$.\n\nHere $u = w v^2$. "


def said(text: str) -> list[tuple[str, str]]:
    return [(row.left, row.verdict) for row in check_text(text, "a.md").rows]


@pytest.mark.parametrize("bold", ["**Tanh module.**", "- **Tanh**:", "2. __Tanh__", "<b>Tanh</b>"])
def test_the_first_equation_under_bold_words_may_say_anew_what_a_name_is(bold: str):
    text = SIGNALS + f"**Square module.** $y = x^2$, so $\\delta_x = 2 x \\delta_y$.\n\n{bold} $y = \\tanh(x)$, so "
    right = said(text + "$\\delta_x = \\delta_y (1 - y^2)$.")
    assert right[-3:] == [("\\delta_x", "proved"), ("y", "definition"), ("\\delta_x", "proved")]
    wrong = said(text + "$\\delta_x = 2 x \\delta_y$.")
    assert wrong[-3:] == [("\\delta_x", "proved"), ("y", "definition"), ("\\delta_x", "refuted")]


@pytest.mark.parametrize("bold", ["**Step 2.**", "**Answer:**", "**(b)**", "**Ableitung.**"])
def test_under_other_bold_words_and_behind_other_equations_a_claim_stays_one(bold: str):
    assert said(f"**Square.** $y = x^2$.\n\n{bold} $y = x^3$.")[-1] == ("y", "refuted")


def test_a_second_equation_under_bold_words_is_a_claim():
    assert said("**Square.** $y = x^2$.\n\n**Cube.** $u = x^3$ and $y = x^3$.")[-1] == ("y", "refuted")


def test_some_function_is_said_later():
    assert said(SOME + "Then $\\frac{\\partial u}{\\partial v} = 2 w v$.")[-2:] == [
        ("u", "definition"),
        ("\\frac{\\partial u}{\\partial v}", "proved"),
    ]
    assert said(SOME + "Then $\\frac{\\partial u}{\\partial v} = w v$.")[-1][1] == "refuted"


def test_a_function_that_has_an_equation_is_not_said_anew():
    rows = said("$u = f(v)$ with $f(v) = v^3$. It follows that $u = v^2$.")
    assert rows[-1] == ("u", "refuted")
    assert said("$u = f(v)$. It follows that $u = v^2$, for $f(v) = v^3$.")[1] != ("u", "definition")
