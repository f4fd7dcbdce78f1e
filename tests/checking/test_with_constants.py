"""Biases as weights of a constant, by components first and in whole vectors at the end."""

import pytest

from deltarule.checking.files import check_text

HEAD = r"""A constant input $u_0 = 1$ stands before the inputs $u_1, \dots, u_N$, and a constant $g_0 = 1$ likewise.

$$s_r = \sum_{i=0}^{N} a_{ri}\, u_i, \qquad g_r = \tanh(s_r), \qquad o_k = \sum_{r=0}^{R} c_{kr}\, g_r$$

The loss is $E = \frac12 \sum_{k=1}^{K} (o_k - t_k)^2$ and $\eta_r = \frac{\partial E}{\partial s_r}$. All $c$ are free.

"""
END = r"""

## In vectors

With the constants in $u$ and $g$: $s = A u$ and $o = C g$.
"""
HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted"})

ROWS = [
    (r"s_r = a_{r0} + \sum_{i=1}^{N} a_{ri}\, u_i", HOLDS),
    (r"s_r = a_{r0} + \sum_{i=1}^{N} a_{ri}\, u_i^2", WRONG),
    (r"s_r = a_{r0} - \sum_{i=1}^{N} a_{ri}\, u_i", WRONG),
    (r"o_k = c_{k0} + \sum_{r=1}^{R} c_{kr}\, g_r", HOLDS),
    (r"o_k = c_{k0} + \sum_{r=1}^{R} c_{kr}\, s_r", WRONG),
    (r"\frac{\partial E}{\partial u_i} = \sum_r \eta_r a_{ri}", HOLDS),
    (r"\frac{\partial E}{\partial a_{r0}} = \eta_r", HOLDS),
    (r"\frac{\partial E}{\partial a_{r0}} = \eta_r u_i", frozenset({"refuted", "undecided", "unread", "ill-shaped"})),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_sum_from_zero_before_whole_vectors(row: str, verdicts: frozenset[str]) -> None:
    first = r"s_r = a_{r0} + \sum_{i=1}^{N} a_{ri}\, u_i"
    rows = check_text(f"{HEAD}Split off: ${first}$.\n\n$${row}$$\n{END}", "text.md").rows
    assert rows[-3].verdict in verdicts, rows[-3]
    assert not {r.verdict for r in rows[:-3]} - {"definition", "proved", "assumption"}, rows


def test_what_is_whole_before_is_the_same_vector() -> None:
    text = r"$u_0 = 1$. $s = a^T u$, that is $s = \sum_{i=0}^N a_i u_i$, so $\frac{\partial s}{\partial a_i} = u_i$."
    rows = check_text(text, "text.md").rows
    assert rows[-1].verdict in HOLDS and rows[-2].verdict in HOLDS, rows


@pytest.mark.parametrize(
    ("right", "end", "verdicts"),
    [
        (r"a_0 + \sum_{i=1}^N a_i u_i", "where $u_0 = 1$", HOLDS),
        (r"a_0 u_0 + \sum_{i=1}^N a_i u_i", "where $u_0 = 1$", HOLDS),
        (r"2 a_0 + \sum_{i=1}^N a_i u_i", "where $u_0 = 1$", WRONG),
    ],
)
def test_a_constant_of_which_the_text_says_so_behind_the_sum(right: str, end: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"$$s = \\sum_{{i=0}}^N a_i u_i = {right}$$\n{end}.", "text.md").rows
    assert rows[1].verdict in verdicts, rows[1]
