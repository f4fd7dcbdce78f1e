"""A recurrent network by its equations of step t: what comes a step later counts, also where the text is silent on it;
after the last step nothing comes."""

from __future__ import annotations

import re

import pytest

from deltarule.checking.files import check_text

EQUATIONS = r"""
$$a@t = b + W h@{t-1} + U x@t, \quad h@t = \tanh(a@t), \quad o@t = c + V h@t$$

with the loss $L = \sum_t L@t$ of a sequence.

"""
CASES = [
    (r"\nabla_{h@t} L = V^\top \nabla_{o@t} L", False),
    (r"\nabla_{h@{\tau-1}} L = V^\top \nabla_{o@{\tau-1}} L", False),
    (r"\nabla_{h@\tau} L = V^\top \nabla_{o@\tau} L", True),
    (r"\nabla_{h@t} L = V^\top \nabla_{o@t} L + W^\top \mathrm{diag}(1 - (h@{t+1})^2) \nabla_{h@{t+1}} L", True),
    (r"\nabla_{h@t} L = V^\top \nabla_{o@t} L + W^\top \mathrm{diag}(1 - (h@t)^2) \nabla_{h@{t+1}} L", False),
]


@pytest.mark.parametrize(("row", "true"), CASES)
@pytest.mark.parametrize("step", ["_{%s}", "^{(%s)}"], ids=["below", "above"])
def test_what_a_state_goes_into(row: str, true: bool, step: str):
    text = re.sub(r"@(?:\{([^{}]*)\}|(\\?\w+))", lambda at: step % (at[1] or at[2]), f"{EQUATIONS}$${row}$$")
    verdict = check_text(text, "a.md").rows[-1].verdict
    assert (verdict in {"proved", "conditional"}) == true, (verdict, text)
