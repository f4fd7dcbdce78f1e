"""The slope of a function of which only the sentence says what it is."""

import pytest

from deltarule.checking.files import check_text

LAYER = "A layer computes $h = \\psi(W x + c)$ with an activation $\\psi$.\n\n"
BOTH = "If $\\psi$ is the logistic function, then $\\psi'(v) = \\psi(v) (1 - \\psi(v))$. "
GIVEN = "We take $\\psi(v) = \\ln(1 + e^v)$.\n\n"
HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted"})
OPEN = frozenset({"undecided"})

ROWS = [
    (LAYER + "If $\\psi$ is the hyperbolic tangent, then", r"\psi'(v) = 1 - \psi(v)^2", HOLDS),
    (LAYER + "If $\\psi$ is the hyperbolic tangent, then", r"\psi'(v) = 1 - \psi^2(v)", HOLDS),
    (LAYER + "If $\\psi$ is the hyperbolic tangent, then", r"\psi'(v) = 1 - \psi(v)", WRONG),
    (LAYER + BOTH + "For tanh", r"\psi'(v) = 1 - \psi(v)^2", HOLDS),
    (LAYER + BOTH + "For the tanh function,", r"\psi'(v) = 1 + \psi(v)^2", WRONG),
    (LAYER + "When $\\psi$ is tanh, all is easy; for the sigmoid", r"\psi'(v) = \psi(v) (1 - \psi(v))", HOLDS),
    (LAYER + "When $\\psi$ is tanh, all is easy; for the sigmoid", r"\psi'(v) = \psi(v) (1 + \psi(v))", WRONG),
    (LAYER + "Unlike the hyperbolic tangent, this one has", r"\psi'(v) = 1 - \psi(v)^2", OPEN),
    (GIVEN + "If $\\psi$ is tanh instead, other rules hold, but here", r"\psi'(v) = \frac{1}{1 + e^{-v}}", HOLDS),
]


@pytest.mark.parametrize(("words", "row", "verdicts"), ROWS)
def test_what_a_sentence_says_of_a_function(words: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{words} ${row}$.\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
