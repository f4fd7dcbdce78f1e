"""Operators over a sum without parentheses, and chains that go on behind a remark with ∵."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LAYER = r"$S = G V + c$ and $Q = \frac12 \sum_{i,j} S_{ij}^2$."
PLAIN = r"$s = u v + c$."

ROWS = [
    (LAYER, r"\frac{\partial}{\partial G_{ij}} \sum_k G_{ik} V_{kn} + c_n = V_{jn}", HOLDS),
    (LAYER, r"\frac{\partial}{\partial G_{ij}} \sum_k G_{ik} V_{kn} + c_n = V_{nj}", WRONG),
    (LAYER, r"\frac{\partial}{\partial c_n} \sum_k G_{ik} V_{kn} + c_n = 1", HOLDS),
    (
        LAYER,
        r"\frac{\partial Q}{\partial G_{ij}} = \sum_{m,n} S_{mn} \frac{\partial}{\partial G_{ij}} \sum_k G_{mk} V_{kn} "
        r"+ c_n = \sum_n S_{in} \underbrace{\frac{\partial}{\partial G_{ij}} \sum_k G_{ik} V_{kn} + c_n}_{=V_{jn}} "
        r"= \sum_n S_{in} V^T_{nj}",
        HOLDS,
    ),
    (
        LAYER,
        r"\frac{\partial Q}{\partial G_{ij}} = \sum_{m,n} S_{mn} \frac{\partial}{\partial G_{ij}} \sum_k G_{mk} V_{kn} "
        r"+ c_n = \sum_n S_{in} V^T_{jn}",
        WRONG,
    ),
    (PLAIN, r"\frac{d}{du} u v + c = v", HOLDS),
    (PLAIN, r"\frac{d}{du} u v + c = v + c", WRONG),
    (PLAIN, r"\frac{d}{du} (u v) + c = v + c", HOLDS),
    (PLAIN, r"\frac{d}{du} u^2 + c = 2 u + c", HOLDS),
    (PLAIN, r"\frac{d}{du} u^2 + c = 2 u", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_an_operator_over_a_sum(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


CHAIN = r"""
\begin{align}
g(t) &= t^2 (t + 1) \\
\because t^2 t &= t^3 \\
&= t^3 + t^2 & \because t^2 \cdot 1 = t^2 \\
&= LAST
\end{align}
"""


@pytest.mark.parametrize(("last", "verdicts"), [("t^2 + t^3", HOLDS), ("t^2", WRONG)])
def test_a_chain_goes_on_behind_a_remark(last: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"$${CHAIN.replace('LAST', last)}$$", "text.md").rows
    assert [row.left for row in rows if row.relation == "="].count("t^2 (t + 1)") == 1
    assert next(row for row in rows if row.line == 6).verdict in verdicts
