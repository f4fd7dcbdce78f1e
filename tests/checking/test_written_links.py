"""Rows that differentiate names without an equation, by what the text writes of their derivatives."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
OPEN = frozenset({"undecided"})
WRONG = frozenset({"refuted", "undecided"})

CELL = r"$a_t = v g_{t-1} + c$."
SUM = r"\frac{\partial (v g_{t-1})}{\partial v} = g_{t-1} + v \frac{\partial g_{t-1}}{\partial v}"
RULE = r"\frac{\partial g_t}{\partial v} = \frac{\partial g_t}{\partial a_t} \frac{\partial a_t}{\partial v}"
NAMED = (
    r"Repeated indices are summed over. $a_t = A g_{t-1} + c$. "
    r"$$\frac{\partial g_{t_k}}{\partial a_{t_i}} = D^t_{ki},$$ where $D^t_{ki}$ is a diagonal matrix."
)

ROWS = [
    (CELL, SUM, HOLDS),
    (CELL, SUM.replace("+ v", "- v"), WRONG),
    (CELL, SUM.replace("+ v", "+ 2 v"), OPEN),
    (CELL + f"\n\n$${RULE}$$", RULE.replace(r"\frac{\partial a_t}{\partial v}", SUM.split(" = ")[1].join("()")), HOLDS),
    (
        CELL + f"\n\n$${RULE}$$",
        RULE.replace(r"\frac{\partial a_t}{\partial v}", SUM.split(" = ")[1].replace("+", "-").join("()")),
        OPEN,
    ),
    (
        NAMED,
        r"\frac{\partial g_{t_k}}{\partial A_{ij}} = D^t_{ki} {g_{t-1}}_j "
        r"+ D^t_{km} A_{ml} \frac{\partial {g_{t-1}}_l}{\partial A_{ij}}",
        HOLDS,
    ),
    (
        NAMED,
        r"\frac{\partial g_{t_k}}{\partial A_{ij}} = D^t_{kj} {g_{t-1}}_i "
        r"+ D^t_{km} A_{ml} \frac{\partial {g_{t-1}}_l}{\partial A_{ij}}",
        frozenset({"undecided", "unread", "refuted", "ill-shaped"}),
    ),
    (
        NAMED,
        r"\frac{\partial g_{t_k}}{\partial A_{ij}} = D^t_{ki} {g_{t-1}}_j "
        r"+ D^t_{km} A_{lm} \frac{\partial {g_{t-1}}_l}{\partial A_{ij}}",
        frozenset({"undecided", "unread", "refuted", "ill-shaped"}),
    ),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
