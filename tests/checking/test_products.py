"""Products over an index, as in likelihoods.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

LIKELIHOOD = "With $0 < p < 1$ the likelihood is $\\ell = \\prod_{i=1}^n p^{x_i} (1-p)^{1-x_i}$.\n\n"
SLOPE = r"\frac{\partial}{\partial p} \log \ell"
ONE_HOT = "Let $f = \\prod_{c=1}^C y_c^{t_c}$.\n\n"


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        ("", r"\log \prod_{i=1}^n y_i = \sum_{i=1}^n \log y_i", "proved"),
        ("", r"\log \prod_{i=1}^n y_i = \sum_{i=1}^n y_i", "refuted"),
        ("", r"\log \prod_{i=1}^n y_i = \log \sum_{i=1}^n y_i", "refuted"),
        (LIKELIHOOD, r"\log \ell = \sum_{i=1}^n (x_i \log p + (1-x_i) \log(1-p))", "proved"),
        (LIKELIHOOD, r"\log \ell = \sum_{i=1}^n (x_i \log p + x_i \log(1-p))", "refuted"),
        (LIKELIHOOD, SLOPE + r" = \sum_i \left(\frac{x_i}{p} - \frac{1-x_i}{1-p}\right)", "proved"),
        (LIKELIHOOD, SLOPE + r" = \sum_i \left(\frac{x_i}{p} + \frac{1-x_i}{1-p}\right)", "refuted"),
        (ONE_HOT, r"-\log f = -\sum_{c=1}^C t_c \log y_c", "proved"),
        (ONE_HOT, r"-\log f = -\sum_{c=1}^C y_c \log t_c", "refuted"),
    ],
)  # fmt: skip
def test_products_over_an_index(text: str, claim: str, verdict: str):
    found = check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict
    assert found == verdict or (verdict == "refuted" and found == "undecided")


def test_what_holds_of_sums_is_not_proved_of_products():
    for claim in (
        r"\prod_{i=1}^n (a_i + b_i) = \prod_{i=1}^n a_i + \prod_{i=1}^n b_i",
        r"\prod_{i=1}^n |a_i| = \prod_{i=1}^n a_i",
        r"\prod_{i=1}^n 2 a_i = 2 \prod_{i=1}^n a_i",
        r"\prod_{i=1}^n \sqrt{a_i^2} = \prod_{i=1}^n a_i",
    ):
        row = check_text(f"$$\n{claim}\n$$\n", "notes.md").rows[-1]
        assert row.verdict not in {"proved", "conditional"}, claim
