"""Outputs h_θ(x^{(i)}) without an equation, sums over samples from 0, and operators before a constant in parentheses.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
OPEN = frozenset({"undecided", "unread", "definition"})

COST = (
    r"$$C(w) = -\frac{1}{m} \sum_{i=0}^m [g^{(i)} \log f_w(u^{(i)}) + (1 - g^{(i)}) \log (1 - f_w(u^{(i)}))]$$"
    r" Here $u_1^{(i)}$ is the first input."
)
NUMBERS = r"$$A = \sum_{i=0}^m (g^{(i)} - s^{(i)}) u_j^{(i)}$$ with $u_0 = 1$."
TWO_STARTS = r"$$A = \sum_{i=0}^m g^{(i)}, \quad B = \sum_{i=1}^m g^{(i)}$$"
SLOPE = r"\frac{\partial}{\partial w} f_w(u^{(i)})"
GRADIENT = r"\frac{\partial}{\partial w} C(w) = -\frac1m \sum_{i=0}^m"
SIGMA = r"\frac{\partial}{\partial w} \sigma(u^{(i)})"
GIVEN = r"Let $f(u) = w u + c$ with numbers $w$, $u$, $c$ and $E = \sum_{i=1}^m (f(u^{(i)}) - g^{(i)})^2$."
FRACTIONS = r"\frac{g^{(i)}}{\sigma(u^{(i)})} - \frac{1 - g^{(i)}}{1 - \sigma(u^{(i)})}"

ROWS = [
    (COST, rf"{GRADIENT} \left[\frac{{g^{{(i)}}}}{{f_w(u^{{(i)}})}} {SLOPE} "
     rf"- \frac{{1 - g^{{(i)}}}}{{1 - f_w(u^{{(i)}})}} {SLOPE}\right]", HOLDS),
    (COST, rf"{GRADIENT} \left[\frac{{g^{{(i)}}}}{{f_w(u^{{(i)}})}} {SLOPE} "
     rf"+ \frac{{1 - g^{{(i)}}}}{{1 - f_w(u^{{(i)}})}} {SLOPE}\right]", {"undecided", "refuted"}),
    (COST, rf"\frac{{\partial}}{{\partial w}} (1 - g^{{(i)}}) \log (1 - f_w(u^{{(i)}})) = "
     rf"-\frac{{1 - g^{{(i)}}}}{{1 - f_w(u^{{(i)}})}} {SLOPE}", HOLDS),
    (COST, rf"\frac{{\partial}}{{\partial w}} (1 - g^{{(i)}}) \log (1 - f_w(u^{{(i)}})) = "
     rf"\frac{{1 - g^{{(i)}}}}{{1 - f_w(u^{{(i)}})}} {SLOPE}", {"undecided", "refuted"}),
    (COST, rf"({FRACTIONS}) {SIGMA} = \frac{{g^{{(i)}} - \sigma(u^{{(i)}})}}{{\sigma(u^{{(i)}}) "
     rf"(1 - \sigma(u^{{(i)}}))}} {SIGMA}", HOLDS),
    (COST, rf"({FRACTIONS}) {SIGMA} = \frac{{g^{{(i)}} + \sigma(u^{{(i)}})}}{{\sigma(u^{{(i)}}) "
     rf"(1 - \sigma(u^{{(i)}}))}} {SIGMA}", {"undecided", "refuted"}),
    (NUMBERS, r"A = -\sum_{i=0}^m (s^{(i)} - g^{(i)}) u_j^{(i)}", HOLDS),
    (NUMBERS, r"A = \sum_{i=0}^m (s^{(i)} - g^{(i)}) u_j^{(i)}", {"refuted"}),
    (TWO_STARTS, r"A = B", OPEN),
    (GIVEN, r"\frac{\partial E}{\partial w} = 2 \sum_{i=1}^m (f(u^{(i)}) - g^{(i)}) "
     r"\frac{\partial}{\partial w} f(u^{(i)})", HOLDS),
    (GIVEN, r"\frac{\partial E}{\partial w} = 2 \sum_{i=1}^m (f(u^{(i)}) - g^{(i)}) u^{(i)}", HOLDS),
    (GIVEN, r"\frac{\partial E}{\partial w} = \sum_{i=1}^m (f(u^{(i)}) - g^{(i)}) u^{(i)}", {"refuted"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_with_outputs_of_samples(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)
