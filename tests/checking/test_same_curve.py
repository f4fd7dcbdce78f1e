"""The logistic function written once more in another section, with other exponentials."""

import pytest

from deltarule.checking.files import check_text

NAMED = "The sigmoid is $\\sigma(a) = \\frac{1}{1 + e^{-a}}$.\n\n## Other forms\n\n"
UNNAMED = "$\\sigma(a) = \\frac{1}{1 + \\exp(-a)}$ and $p = \\sigma(w^T x)$.\n\n## Other forms\n\n"
SAID = frozenset({"definition", "proved"})
HOLDS = frozenset({"proved"})
NOT_SAID = frozenset({"refuted", "undecided"})

ROWS = [
    (NAMED, r"\sigma(a) = \frac12 (1 + \tanh(a/2))", HOLDS),
    (NAMED, r"\sigma(a) = \frac12 (1 + \tanh(a))", frozenset({"refuted"})),
    (NAMED, r"\sigma(a) = \frac{e^a}{1 + e^a}", HOLDS),
    (NAMED, r"\sigma(a) = \frac{e^a}{1 + e^{-a}}", frozenset({"refuted"})),
    (UNNAMED, r"\sigma(v) = \frac12 (1 + \tanh(v/2))", HOLDS),
    (UNNAMED, r"\sigma(v) = \frac12 (1 + \tanh(v))", NOT_SAID),
    (UNNAMED, r"\sigma(v) = \tanh(v)", SAID),
    (UNNAMED, r"\sigma(v) = \max(0, v)", SAID),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_the_logistic_function_under_another_heading(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}The curve is ${row}$.\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
