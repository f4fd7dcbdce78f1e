"""Index letters beyond i, j, k: said in words, or free on both sides; and the bar of an adjoint for every tensor."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

LAYER = r"""Repeated indices are summed.
A bar is an adjoint, $\bar T_{ij} = \partial L/\partial T_{ij}$ for every tensor $T$.
$$Q_{ia} = X_{ib} W_{ba}$$
$$S_{ij} = Q_{ia} Q_{ja}$$
"""
HOLDS = frozenset({"proved", "conditional"})
ROWS = [
    (r"\bar W_{ba} = X_{ib} \bar Q_{ia}", HOLDS),
    (r"\bar W_{ba} = X_{ia} \bar Q_{ib}", frozenset({"refuted", "ill-shaped"})),
    (r"\bar Q_{ia} = \bar S_{ij} Q_{ja} + \bar S_{ji} Q_{ja}", HOLDS),
    (r"\bar Q_{ia} = \bar S_{ij} Q_{ja}", frozenset({"refuted"})),
    (r"\frac{\partial Q_{ia}}{\partial X_{jb}} = \delta_{ij} W_{ba}", HOLDS),
    (r"\frac{\partial Q_{ia}}{\partial X_{jb}} = \delta_{ij} W_{ab}", frozenset({"refuted", "ill-shaped"})),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
@pytest.mark.parametrize("said", ["", "Token indices $i, j$, feature indices $a, b$. "])
def test_a_row_with_letters_of_its_own(said: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{said}{LAYER}\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_an_index_m_counts_no_samples() -> None:
    """The m of ∂Q_{ia}/∂X_{mb} is an index: the bar stays the sign of an adjoint."""
    jacobian = r"\frac{\partial Q_{ia}}{\partial X_{mb}} = \delta_{im} W_{ba}"
    rows = check_text(f"{LAYER}\n$${jacobian}$$\n$$\\bar W_{{ba}} = X_{{ib}} \\bar Q_{{ia}}$$\n", "text.md").rows
    assert [row.verdict in HOLDS for row in rows[-2:]] == [True, True], rows[-2:]


def test_marks_below_stay_marks() -> None:
    """The h and o of W_{ih} and W_{ho} are no indices where h is the hidden vector."""
    text = r"$$h = \tanh(W_{ih} x)$$ $$o = W_{ho} h$$ $$\frac{\partial o}{\partial h} = W_{ho}$$"
    rows = check_text(text, "text.md").rows
    assert [r.verdict for r in rows[:2]] == ["definition", "definition"], rows
    assert rows[2].verdict in HOLDS, rows
