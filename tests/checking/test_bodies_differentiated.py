"""What a name is where no equation has it on its left: what the text differentiates for it, or a row the other way
round."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided"})

SIGNAL = r"$$\delta = \frac{\partial C}{\partial s}$$"
BODY = SIGNAL + "\n\n" + r"$$\frac{\partial s}{\partial v} = \frac{\partial (v u + c)}{\partial v} = u$$"
TWO = BODY + "\n\n" + r"$$\frac{\partial s}{\partial c} = \frac{\partial (v u + 2 c)}{\partial c}$$"
SQUARE = r"$$\frac{\partial C}{\partial v} = \frac{\partial}{\partial v} \frac{1}{2} (r - v u)^2 = -(r - v u) u$$"
TURNED = r"The sum is $s = v u + c$, and in the end $$\frac{1}{1 + e^{-s}} = h$$"

ROWS = [
    (SIGNAL, r"\frac{\partial C}{\partial v} = \delta \frac{\partial s}{\partial v}", HOLDS),
    (SIGNAL, r"\frac{\partial C}{\partial v} = \delta \frac{\partial v}{\partial s}", OPEN),
    (SIGNAL, r"\frac{\partial C}{\partial v} = -\delta \frac{\partial s}{\partial v}", OPEN),
    (BODY, r"\frac{\partial C}{\partial v} = \delta u", HOLDS),
    (BODY, r"\frac{\partial C}{\partial v} = \delta v", WRONG),
    (BODY, r"\frac{\partial C}{\partial c} = \delta", HOLDS),
    (BODY, r"\frac{\partial C}{\partial c} = \delta u", WRONG),
    (TWO, r"\frac{\partial C}{\partial c} = \delta", OPEN),
    (SQUARE, r"\frac{\partial C}{\partial v} = (v u - r) u", HOLDS),
    (SQUARE, r"\frac{\partial C}{\partial v} = (r - v u) u", WRONG),
    (SQUARE, r"\frac{\partial C}{\partial c} = 0", OPEN),
    (SQUARE, r"\frac{\partial C}{\partial v} = -(a - v u) u", OPEN),  # a is another name for r
    (SQUARE, r"\frac{\partial C}{\partial v} = -(r - v u) u + b v", OPEN),  # b weighs a penalty
    (SQUARE, r"\frac{\partial C}{\partial v} = (a - v u) u", WRONG),
    (TURNED, r"\frac{\partial h}{\partial v} = h (1 - h) u", HOLDS),
    (TURNED, r"\frac{\partial h}{\partial v} = h (1 - h) v", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_the_condition_says_what_is_left_out() -> None:
    row = check_text(f"{BODY}\n\n$$\\frac{{\\partial C}}{{\\partial v}} = \\delta u$$\n", "text.md").rows[-1]
    assert row.condition is not None and row.condition.text.startswith("s = v u + c, which no equation says")
