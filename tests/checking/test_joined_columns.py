"""Columns one below the other, [h_{t-1}; x_t], as the gates of a recurrent network take them."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GOOD = {"proved", "conditional"}
NAMED = r"""
$$z_t = [h_{t-1}; x_t], \quad f_t = \sigma(W_f z_t + b_f), \quad g_t = \tanh(W_g z_t + b_g)$$
$$c_t = f_t \odot c_{t-1} + g_t, \quad h_t = \tanh(c_t)$$
"""
INSIDE = r"""
$$f_t = \sigma(W_f \cdot [h_{t-1}, x_t] + b_f), \quad g_t = \tanh(W_g \cdot [h_{t-1}, x_t] + b_g)$$
$$c_t = f_t \odot c_{t-1} + g_t, \quad h_t = \tanh(c_t)$$
"""
ROWS = [
    (INSIDE, r"\frac{\partial L}{\partial f_t} = \frac{\partial L}{\partial c_t} \odot c_{t-1}", GOOD),
    (INSIDE, r"\frac{\partial L}{\partial f_t} = \frac{\partial L}{\partial c_t} \odot c_t", {"refuted"}),
    (NAMED, r"\frac{\partial L}{\partial g_t} = \frac{\partial L}{\partial c_t}", GOOD),
    (NAMED, r"\frac{\partial c_t}{\partial h_{t-1}} = 0", {"undecided", "unread"}),
    (INSIDE, r"\frac{\partial c_t}{\partial x_t} = 0", {"undecided", "unread"}),
]


@pytest.mark.parametrize(("text", "claim", "verdicts"), ROWS)
def test_rows_beside_joined_columns(text: str, claim: str, verdicts: set[str]):
    assert check_text(f"{text}\n$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict in verdicts
