"""The chain rule itself, of quantities that no equation connects.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def last(text: str):
    return check_text(text, "notes.md").rows[-1]


@pytest.mark.parametrize(
    ("right", "holds"),
    [
        (r"\frac{\partial E}{\partial o} \frac{\partial o}{\partial q} \frac{\partial q}{\partial r}", True),
        (r"\frac{\partial E}{\partial o} \cdot \frac{\partial o}{\partial r}", True),
        (r"\frac{\partial o}{\partial r} \frac{\partial E}{\partial o}", True),
        (r"\frac{\partial E}{\partial o} \frac{\partial q}{\partial r}", False),  # a link is missing
        (r"\frac{\partial E}{\partial o} \frac{\partial q}{\partial o} \frac{\partial q}{\partial r}", False),
        (r"\frac{\partial E}{\partial o} \frac{\partial o}{\partial q}", False),
        (r"2 \frac{\partial E}{\partial o} \frac{\partial o}{\partial r}", False),
        (r"\frac{\partial E}{\partial o} + \frac{\partial o}{\partial r}", False),
    ],
)
def test_the_chain_rule_of_names(right: str, holds: bool):
    row = last(rf"$$\frac{{\partial E}}{{\partial r}} = {right}$$")
    assert (row.verdict == "conditional") == holds
    assert row.verdict != "proved"
    assert not holds or (row.condition is not None and "alone" in row.condition.text)


def test_equations_decide_where_there_are_any():
    text = "Let $q = r s$, $o = 2 q$, $E = o + r$.\n\n"
    assert (
        last(
            text + r"$$\frac{\partial E}{\partial r} = \frac{\partial E}{\partial o} \frac{\partial o}{\partial r}$$"
        ).verdict
        == "refuted"
    )


@pytest.mark.parametrize(
    ("by", "link", "verdict"),
    [("r_i", "q_j", "undecided"), ("r", "q^{(i)}", "undecided"), ("r_{ij}", "q_j", "conditional")],
)
def test_an_index_of_a_link_alone_lacks_its_sum(by: str, link: str, verdict: str):
    claim = rf"\frac{{\partial E}}{{\partial {by}}} = \frac{{\partial E}}{{\partial {link}}} "
    assert last(rf"$${claim} \frac{{\partial {link}}}{{\partial {by}}}$$").verdict == verdict
