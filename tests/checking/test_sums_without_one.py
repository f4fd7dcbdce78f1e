"""Σ_{j=1, j≠i}: a sum over all but one, with its first number below as well."""

from __future__ import annotations

from deltarule.checking.files import check_text

TEXT = r"""$$-t_i (1 - a_i) + \sum_{j=1, j \neq i}^r t_j a_i = -t_i + a_i \sum_{j=1}^r t_j$$

$$-t_i (1 - a_i) + \sum_{j=1, j \neq i}^r t_j a_i = -t_i + 2 a_i \sum_{j=1}^r t_j$$
"""


def test_a_sum_over_all_but_one() -> None:
    document = check_text(TEXT, "text.md")
    assert [row.verdict for row in document.rows] == ["proved", "refuted"]
