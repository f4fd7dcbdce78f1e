"""A number that a remark gives to a letter, "(SiLU is $\\beta = 1$)", holds of that special case and nowhere else."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SIGMA = "Let $\\sigma(x) = \\frac{1}{1+e^{-x}}$ and $f(x) = x\\,\\sigma(\\beta x)$.\n\n"
REMARKS = [
    r"The parameter $\beta$ is learned (SiLU is $\beta = 1$).",
    r"The SiLU corresponds to $\beta = 1$.",
    r"$\beta = 1$ gives the usual SiLU.",
    r"There is a parameter $\beta$ (usually $\beta = 1$).",
    r"For $\beta = 1$ this is the SiLU.",
    r"The special case $\beta = 1$ is known.",
    r"Für die SiLU gilt: sie ist der Spezialfall $\beta = 1$.",
    r"Cas particulier : la SiLU est $\beta = 1$.",
]
FALSE = [
    r"\frac{d}{dx} \sigma(\beta x) = \sigma(\beta x)(1 - \sigma(\beta x))",
    r"f'(x) = \sigma(\beta x) + x\,\sigma(\beta x)(1 - \sigma(\beta x))",
]
TRUE = r"\frac{d}{dx} \sigma(\beta x) = \beta\,\sigma(\beta x)(1 - \sigma(\beta x))"


def last(text: str, *claims: str) -> list[str]:
    rows = check_text("\n\n".join([text, *(f"$$\n{claim}\n$$" for claim in claims)]), "notes.md").rows
    return [row.verdict for row in rows[-len(claims) :]]


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize("order", ["before", "behind"])
def test_a_special_case_gives_no_value(remark: str, order: str):
    text = f"{remark}\n\n{SIGMA}" if order == "before" else SIGMA + remark
    assert last(text, TRUE, *FALSE) == ["proved", "refuted", "refuted"]


def test_what_holds_at_a_given_number_only_is_not_proved():
    assert last(f"We take $\\beta = 1$.\n\n{SIGMA}", TRUE, *FALSE) == ["proved", "conditional", "conditional"]


def test_a_row_with_the_number_in_its_place_is_judged_at_it():
    claim = r"f'(x) = \sigma(x) + x\,\sigma(x)(1 - \sigma(x))"
    assert last(f"We take $\\beta = 1$.\n\n{SIGMA}", claim) == ["proved"]
    assert last(f"We take $\\beta = 2$.\n\n{SIGMA}", claim) == ["refuted"]
    assert last(f"{SIGMA} (the SiLU is $\\beta = 1$)", claim) == ["conditional"]


def test_the_value_of_a_quantity_is_no_special_case():
    text = "Let $L = \\frac12 (p - y)^2$. The target is $y = 1$. With $p = 0.5$ we get:"
    assert last(text, "L = 0.125") == ["proved"]
    assert last(text, "L = 0.25") == ["refuted"]
