"""Any text is answered: nothing raises, nothing hangs, and every row has a verdict of the closed list."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deltarule.checking.files import check_text

VERDICTS = {"proved", "conditional", "refuted", "ill-shaped", "definition", "assumption", "undecided", "unread", "none"}
ATOMS = [
    "x", "y", r"\hat y", "w_{ij}", "W", "x^T", r"W^{(l+1)}", r"a^{(l)}", "h_{t-1}", "x^{(i)}", r"\delta_{ij}", "1", "2",
    r"\sigma(z)", r"\sigma'(z)", r"\log x", "e^{-z}", r"\max(0, z)", r"\mathbf{1}", r"\mathrm{tr}(A)", r"\|x\|^2",
    r"\frac{\partial L}{\partial w}", r"\frac{\partial L}{\partial W}", r"\nabla_w L", r"\frac{d}{dz}",
    r"\mathrm{diag}(v)",
    r"\begin{bmatrix} x_1 \\ x_2 \end{bmatrix}", r"\begin{cases} 1 & z > 0 \\ 0 & z < 0 \end{cases}", r"\sum_i x_i",
]  # fmt: skip
JOINTS = [" + ", " - ", " ", r" \cdot ", r" \odot ", "/", "^2 ", "^T ", "_i ", "'", "(", ")", ", "]
RELATIONS = [" = ", r" \leftarrow ", " := ", r" \approx ", r" \\ &= "]
WORDS = ["Let ", "where ", "with ", "Now assume ", "the column vector ", "", "Theorem. ", r"$x \in \mathbb{R}^n$ "]

side = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(JOINTS)), min_size=1, max_size=4).map(
    lambda pairs: "".join(a + j for a, j in pairs)
)
formula = st.lists(st.tuples(side, st.sampled_from(RELATIONS)), min_size=1, max_size=2).flatmap(
    lambda parts: side.map(lambda last: "".join(s + r for s, r in parts) + last)
)
document = st.lists(st.tuples(st.sampled_from(WORDS), formula), min_size=1, max_size=4).map(
    lambda rows: "\n\n".join(f"{words}$${row}$$" for words, row in rows)
)


def answered(text: str) -> None:
    begun = monotonic()
    checked = check_text(text)
    assert {row.verdict for row in checked.rows} <= VERDICTS
    assert monotonic() - begun < 5 * len(checked.rows) + 5
    assert not [row.reason for row in checked.rows if "judging it failed" in row.reason]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(document)
def test_any_document_is_answered(text: str):
    answered(text)


@pytest.mark.slow
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
@given(document)
def test_many_documents_are_answered(text: str):
    answered(text)
