"""Layers above without parentheses, z^1 and z^2, with what is said of each z^l."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LAYERS = (
    r"The error of layer $l$ is $$\delta^l = \frac{\partial L}{\partial s^l}$$ With $x \in \mathbb{R}^4$, "
    r"$W^1 \in \mathbb{R}^{5 \times 4}$ and $W^2 \in \mathbb{R}^{3 \times 5}$: "
    r"$$s^1 = W^1 x + b^1$$ $$h^1 = \tanh(s^1)$$ $$s^2 = W^2 h^1 + b^2$$"
)

ROWS = [
    (LAYERS, r"\frac{\partial L}{\partial W^2} = \delta^2 (h^1)^T", HOLDS),
    (LAYERS, r"\frac{\partial L}{\partial W^2} = \delta^2 (s^1)^T", WRONG | {"undecided"}),
    (LAYERS, r"\frac{\partial L}{\partial b^2} = \delta^2", HOLDS),
    (LAYERS, r"\frac{\partial L}{\partial b^2} = 2 \delta^2", WRONG),
    (LAYERS, r"\delta^1 = (W^2)^T \delta^2 \odot (1 - h^1 \odot h^1)", HOLDS),
    (LAYERS, r"\delta^1 = (W^2)^T \delta^2 \odot (1 - h^1)", WRONG | {"undecided"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
