"""Names with a mark and an index below them, with a comma between the two and without."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

SUM = r"Let $s_g = \sum_{j=1}^D V_{gj} y_j + c_g$ and $r = \tanh(s_g)$."
GATE = r"Let $g_t = \sigma(a_{gt})$ with the sigmoid $\sigma$."

ROWS = [
    (SUM, r"\frac{\partial s_g}{\partial V_{gj}} = y_j", HOLDS),
    (SUM, r"\frac{\partial s_g}{\partial V_{g,j}} = y_j", HOLDS),
    (SUM, r"\frac{\partial s_g}{\partial V_{gj}} = V_{gj}", WRONG),
    (SUM, r"\frac{\partial r}{\partial V_{gj}} = (1 - r^2) y_j", HOLDS),
    (SUM, r"\frac{\partial r}{\partial V_{gj}} = (1 - r) y_j", WRONG),
    (GATE, r"\frac{d g_t}{d a_{g,t}} = \frac{d}{d a_{g,t}} \sigma(a_{gt}) = g_t (1 - g_t)", HOLDS),
    (GATE, r"\frac{d g_t}{d a_{g,t}} = g_t (1 + g_t)", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_mark_and_an_index(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
