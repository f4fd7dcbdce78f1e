"""δ_i without a word of what it is, beside ∂L/∂y_i in the rows that bring it in.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

OPEN = frozenset({"undecided", "unread"})

LAYER = (
    r"Let $v_i = g u_i + c$. Then $$\frac{\partial L}{\partial g} = \sum_{i=1}^m \frac{\partial L}{\partial v_i} "
    r"\frac{\partial v_i}{\partial g} = \sum_{i=1}^m \delta_i u_i$$ "
    r"$$\frac{\partial L}{\partial u_j} = \frac{\partial L}{\partial v_j} \frac{\partial v_j}{\partial u_j} "
    r"= \delta_j g$$"
)
ONE_ROW = (
    r"Let $v_i = g u_i + c$. Then $$\frac{\partial L}{\partial g} = \sum_{i=1}^m \frac{\partial L}{\partial v_i} "
    r"\frac{\partial v_i}{\partial g} = 2 \sum_{i=1}^m \delta_i u_i$$"
)
SAID = LAYER.replace("Then", r"Let $\delta_i = -\frac{\partial L}{\partial v_i}$. Then")
C = r"\frac{\partial L}{\partial c}"

ROWS = [
    (LAYER, rf"{C} = \sum_{{i=1}}^m \delta_i", {"conditional"}),
    (LAYER, rf"{C} = -\sum_{{i=1}}^m \delta_i", {"refuted"}),
    (ONE_ROW, rf"{C} = 2 \sum_{{i=1}}^m \delta_i", OPEN),
    (SAID, rf"{C} = -\sum_{{i=1}}^m \delta_i", {"proved"}),
    (SAID, rf"{C} = \sum_{{i=1}}^m \delta_i", {"refuted"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_signal_that_nothing_introduces(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)


def test_the_condition_is_said_once_for_the_text() -> None:
    found = check_text(LAYER, "note.md")
    assert [f.finding for f in found.findings if f.finding == "error-signals"] == ["error-signals"]
    assert [row.condition.text for row in found.rows if row.condition] == ["δ is the derivative of L by v"] * 2
