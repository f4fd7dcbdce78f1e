"""Derivatives of names without an equation: each is one quantity, whatever the name depends on.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

LOSS = "The loss is $L = -\\sum_k y_k \\log p_k$, where $p$ comes from $o$ by what is explained elsewhere.\n\n"
TAIL = r"\frac{\partial p_k}{\partial o_i}"


def last(claim: str) -> str:
    return check_text(f"{LOSS}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    "claim",
    [
        rf"-\sum_k y_k \frac{{\partial \log p_k}}{{\partial o_i}} = -\sum_k y_k \frac{{1}}{{p_k}} {TAIL}",
        rf"\frac{{\partial L}}{{\partial o_i}} = -\sum_k \frac{{y_k}}{{p_k}} {TAIL}",
        rf"\frac{{\partial L}}{{\partial o_i}} = \sum_k \frac{{\partial L}}{{\partial p_k}} {TAIL}",
    ],
)
def test_what_holds_whatever_the_name_depends_on(claim: str):
    assert last(claim) == "proved"


@pytest.mark.parametrize(
    "claim",
    [
        rf"-\sum_k y_k \frac{{\partial \log p_k}}{{\partial o_i}} = -\sum_k y_k p_k {TAIL}",
        rf"\frac{{\partial L}}{{\partial o_i}} = \sum_k \frac{{y_k}}{{p_k}} {TAIL}",  # the sign
        r"\frac{\partial L}{\partial o_i} = -\sum_k \frac{y_k}{p_k} \frac{\partial p_i}{\partial o_k}",  # the indices
        r"\frac{\partial L}{\partial o_i} = \frac{\partial L}{\partial p_i} \frac{\partial p_i}{\partial o_i}",
        r"\frac{\partial L}{\partial o_i} = p_i - y_i",  # so it is for a softmax, which is not said
    ],
)
def test_what_does_not_is_left_open(claim: str):
    assert last(claim) == "undecided"


PRODUCTS = (
    "$O = A V$ with $A \\in \\mathbb{R}^{n \\times k}$, $V \\in \\mathbb{R}^{k \\times p}$, a loss $L$ of $O$.\n\n"
)
BARS = "Write $\\bar O = \\frac{\\partial L}{\\partial O}$ etc., of the same shape as $O$.\n\n"
DIFFERENTIALS = "We write $dX$ for $\\partial L / \\partial X$.\n\n"
COMPONENTS = "$\\bar O = \\frac{\\partial L}{\\partial O}$ and $\\bar V_{jc} = \\partial L / \\partial V_{jc}$.\n\n"
NIELSEN = (
    "$z^l_j = \\sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \\sigma(z^l_j)$, $C = \\frac12 \\sum_j (y_j - a^L_j)^2$ "
    "and $\\delta^l_j \\equiv \\frac{\\partial C}{\\partial z^l_j}$.\n\n"
)
WITHOUT_A = "Note that $z^{l+1}_k = \\sum_j w^{l+1}_{kj} \\sigma(z^l_j) + b^{l+1}_k$.\n\n"  # a^l is not named there


def verdict(text: str, claim: str) -> str:
    return check_text(f"{text}Then\n\n$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (PRODUCTS + BARS, r"\bar V = A^\top \bar O"),
        (PRODUCTS + BARS, r"\bar A_{ij} = \sum_{c=1}^p \bar O_{ic} V_{jc}"),
        (PRODUCTS + DIFFERENTIALS, r"dV = A^T dO"),
        (PRODUCTS + DIFFERENTIALS, r"dA^T = V\, dO^T"),
        (PRODUCTS + COMPONENTS, r"\bar V = A^\top \bar O"),
        (NIELSEN, r"\delta^l = \left((w^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^l)"),
        (NIELSEN, r"\delta^L = \nabla_a C \odot \sigma'(z^L)"),
        (NIELSEN, r"\nabla_a C = a^L - y"),
        (NIELSEN + WITHOUT_A, r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)"),
    ],
)
def test_a_name_given_to_derivatives_makes_claims_of_what_follows(text: str, claim: str):
    assert verdict(text, claim) in {"proved", "conditional"}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (PRODUCTS + BARS, r"\bar V = A \bar O"),
        (PRODUCTS + BARS, r"\bar V = -A^\top \bar O"),
        (PRODUCTS + DIFFERENTIALS, r"dV = 2 A^T dO"),
        (PRODUCTS + COMPONENTS, r"\bar V = A^\top \bar O + V"),
        (NIELSEN, r"\delta^l = \left((w^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^{l+1})"),
        (NIELSEN, r"\delta^L = \nabla_a C \odot \sigma(z^L)"),
        (NIELSEN + WITHOUT_A, r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma(z^l_j)"),
        (NIELSEN + WITHOUT_A, r"\delta^l_j = \sum_k w^{l+1}_{jk} \delta^{l+1}_k \sigma'(z^l_j)"),
        (NIELSEN, r"\nabla_a C = y - a^L"),
    ],
)
def test_and_what_does_not_follow_is_refuted(text: str, claim: str):
    assert verdict(text, claim) in {"refuted", "ill-shaped"}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        # one derivative that has a name makes no pattern; with m samples the same sign means two things
        ("$y = f(x)$ and $\\bar y = \\frac{\\partial L}{\\partial y}$.\n\n", r"\bar x = 3 x"),
        ("$z_i = w x_i$ for $m$ samples. Write $dX$ for $\\partial L/\\partial X$; $L = \\frac1m \\sum_i z_i$.\n\n",
         r"dw = \sum_i x_i"),
    ],
)  # fmt: skip
def test_a_sign_that_no_text_gives_to_all_stays_a_name(text: str, claim: str):
    assert verdict(text, claim) == "definition"


NOTHING_SAYS = (
    r"$$E(w) = \frac12 \sum_i (y^{(i)} - t^{(i)})^2$$ and in the end $\frac{\partial}{\partial w} g(r^{(i)})$."
)
CHANGE = r"\frac{\partial}{\partial w} (y^{(i)} - t^{(i)})"


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        (rf"\frac12 \sum_i 2 (y^{{(i)}} - t^{{(i)}}) {CHANGE}", rf"\sum_i (y^{{(i)}} - t^{{(i)}}) {CHANGE}", True),
        (
            rf"\frac12 \sum_i 2 (y^{{(i)}} - t^{{(i)}}) {CHANGE}",
            rf"\frac12 \sum_i (y^{{(i)}} - t^{{(i)}}) {CHANGE}",
            False,
        ),
    ],
)
def test_two_sides_that_vanish_since_nothing_is_said_are_not_equal_for_that(left: str, right: str, holds: bool):
    row = check_text(f"{NOTHING_SAYS}\n\n$${left} = {right}$$\n", "text.md").rows[-1]
    assert (row.verdict in {"proved", "conditional"}) == holds, row
