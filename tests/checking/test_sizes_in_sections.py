"""What an index runs over where a letter has one size in one section and another in the next, or two names of one size.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

from functools import cache

import pytest

from deltarule.checking.core.rows import CheckedDocument
from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})

TWO_VECTORS = r"""# Answer

## Centred numbers

$$c = \frac{1}{K} \sum_{i=1}^K v_i, \quad q_i = r (v_i - c), \quad r = (s + \epsilon)^{-1/2},
\quad s = \frac{1}{K} \sum_{i=1}^K (v_i - c)^2$$

$$\sum_{i=1}^K q_i = 0$$
$$\frac{\partial q_i}{\partial c} = -r$$
$$\frac{\partial s}{\partial v_i} = \frac{2}{K} (v_i - c)$$
$$\frac{\partial r}{\partial s} = -\frac{1}{2} r^2$$

## Length

$\rho = \sqrt{v^\top v}$ for $v \in \mathbb{R}^n$.

$$\nabla_v \rho = \frac{v}{\rho}$$
"""

TWO_NAMES_OF_A_SIZE = r"""## Output
$$a_j = \frac{e^{s_j}}{\sum_{k=1}^{K} e^{s_k}}$$

## Loss
$$F = -\sum_{j=1}^r t_j \log a_j$$

$$\frac{\partial F}{\partial s_i} = -\sum_{j=1}^r t_j \frac{\partial \log a_j}{\partial s_i}$$
$$-t_i (1 - a_i) + \sum_{j=1, j \neq i}^r t_j a_i = -t_i + a_i \sum_{j=1}^r t_j$$
$$-t_i + a_i \sum_{j=1}^r t_j = t_i - a_i$$
"""

ROWS = [
    (TWO_VECTORS, r"\sum_{i=1}^K q_i = 0", HOLDS),
    (TWO_VECTORS, r"\frac{\partial s}{\partial v_i} = \frac{2}{K} (v_i - c)", HOLDS),
    (TWO_VECTORS, r"\frac{\partial r}{\partial s} = -\frac{1}{2} r^2", {"refuted"}),
    (TWO_VECTORS, r"\nabla_v \rho = \frac{v}{\rho}", HOLDS),
    (
        TWO_NAMES_OF_A_SIZE,
        r"-t_i (1 - a_i) + \sum_{j=1, j \neq i}^r t_j a_i = -t_i + a_i \sum_{j=1}^r t_j",
        {"conditional"},
    ),
    (TWO_NAMES_OF_A_SIZE, r"-t_i + a_i \sum_{j=1}^r t_j = t_i - a_i", {"refuted"}),
]


@cache
def _document(text: str) -> CheckedDocument:
    return check_text(text, "text.md")


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_by_the_sizes_of_its_section(text: str, row: str, verdicts: frozenset[str]) -> None:
    assert next(r.verdict for r in _document(text).rows if f"{r.left} = {r.right}" == row) in verdicts
