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
