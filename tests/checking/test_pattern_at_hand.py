# ruff: noqa: E501
"""The n of E_n is part of its name where nothing else says which pattern it is; an index where other names carry it."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

PLAIN = r"""
$$v_j = \sum_i c_{ji} u_i$$ $$u_j = \sin(v_j)$$ For pattern $p$: $$E_p = \frac{1}{2} \sum_k (o_{pk} - d_{pk})^2$$ with $o_k = v_k$ and $v_k = \sum_j c_{kj} u_j$,
$$\epsilon_j = \frac{\partial E_p}{\partial v_j}$$

"""
MANY = r"$$E_n = \frac12 (o_n - d_n)^2$$ $$o_n = c x_n + b$$ $$\frac{\partial E_n}{\partial b} = o_n - d_n$$" + "\n\n"


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (PLAIN, r"\frac{\partial E_p}{\partial c_{ji}} = \epsilon_j u_i", "proved"),
        (PLAIN, r"\frac{\partial E_p}{\partial c_{ji}} = \epsilon_j v_i", "refuted"),
        (PLAIN, r"\epsilon_k = o_k - d_k", "proved"),
        (PLAIN, r"\epsilon_k = o_k + d_k", "refuted"),
        (PLAIN, r"\epsilon_j = \cos(v_j) \sum_k c_{kj} \epsilon_k", "proved"),
        (MANY, r"\frac{\partial E_n}{\partial c} = (o_n - d_n) x_n", "proved"),
        (MANY, r"\frac{\partial E_n}{\partial c} = (o_n + d_n) x_n", "refuted"),
    ],
)  # fmt: skip
def test_the_error_of_a_pattern(text: str, row: str, expected: str):
    assert check_text(f"{text}$${row}$$\n", "notes.md").rows[-1].verdict == expected
