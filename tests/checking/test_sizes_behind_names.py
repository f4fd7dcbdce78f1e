"""Matrices by their sizes in words, "$U$'s are m-by-m": they rule out a missing transpose that numbers hide."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})

TEXT = (
    r"$$a^1 = U_1 h + b_1, \quad a^2 = U_2 h + b_2, \quad a^3 = U_3 h + b_3$$ "
    r"$$p = \tanh(a^1), \quad q = \tanh(a^2), \quad r = \tanh(a^3)$$ $$y = p \odot q + r$$ "
    r"$e = \frac{\partial L}{\partial y}$. $\delta^1 = \frac{\partial L}{\partial a^1}$, "
    r"$\delta^2 = \frac{\partial L}{\partial a^2}$, $\delta^3 = \frac{\partial L}{\partial a^3}$ "
)
SAID = ["The $U$'s are m-by-m.", "All vectors are columns, the $U$'s m × m.", "Each $U_1$, $U_2$ and $U_3$ is m by m."]


@pytest.mark.parametrize("said", SAID)
def test_sizes_make_matrices(said: str) -> None:
    row = r"$$\frac{\partial L}{\partial h} = U_1^\top \delta^1 + U_2^\top \delta^2 + U_3^\top \delta^3$$"
    right, wrong = (check_text(f"{said} {TEXT} {x}", "notes.md").rows[-1] for x in (row, row.replace(r"^\top", "")))
    assert right.verdict in HOLDS and wrong.verdict not in HOLDS
