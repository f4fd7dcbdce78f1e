"""More ways of writing in public notes: arrays of three axes, functions of two arguments, sums, other meanings.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

PIECES = (
    "Let $A \\in \\mathbb{R}^{k \\times q \\times h}$ and $v \\in \\mathbb{R}^h$, with "
    "$s_{ij} = \\sum_{l=1}^{h} A_{ijl} v_l$.\n\n"
)


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial s_{ij}}{\partial v_l} = A_{ijl}", "proved"),
        (r"\frac{\partial s_{ij}}{\partial v_l} = 2 A_{ijl}", "refuted"),
        (r"\frac{\partial s_{ij}}{\partial A_{prt}} = \delta_{ip} \delta_{jr} v_t", "proved"),
        (r"\frac{\partial s}{\partial A} = v", "unread"),
    ],
)
def test_an_array_of_three_axes_is_read_by_its_components(claim: str, verdict: str):
    assert last(PIECES, claim) == verdict


def test_a_function_of_two_arguments_is_a_quantity():
    text = "Consider $f(u, v) = u v + v^2$.\n\n"
    assert last(text, r"\frac{\partial f}{\partial v} = u + 2 v") == "proved"
    assert last(text, r"\frac{\partial f(u, v)}{\partial u} = v") == "proved"
    assert last(text, r"\frac{\partial f}{\partial u} = u") == "refuted"
