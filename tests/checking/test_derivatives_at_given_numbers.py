"""Derivatives by a name that has a number: ∂E/∂v_1 where v_1 = 0.4 is given holds for any number."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})

EXAMPLE = r"""$u_j = \sum_i a_{ji} x_i + b_j$, $h_j = \sigma(u_j)$, $q = \sum_j v_j h_j + c$, $o = \sigma(q)$,
with $\sigma(r) = \frac{1}{1+e^{-r}}$.

$x_1 = 0.5$, $x_2 = 0.2$, $a_{11} = 0.3$, $a_{12} = 0.1$, $a_{21} = -0.2$, $a_{22} = 0.6$, $b_1 = 0.1$, $b_2 = 0.2$,
$v_1 = 0.4$, $v_2 = -0.5$, $c = 0.2$. The target is $t = 1$ and $E = \frac12 (t - o)^2$.

$$u_1 = 0.3 \cdot 0.5 + 0.1 \cdot 0.2 + 0.1 = 0.27$$

$$u_2 = -0.2 \cdot 0.5 + 0.6 \cdot 0.2 + 0.2 = 0.22$$

$$q = 0.4 h_1 - 0.5 h_2 + 0.2$$

$$\delta := \frac{\partial E}{\partial q} = (o - t) o (1 - o)$$

"""

ROWS = [
    (r"\frac{\partial E}{\partial v_1} = \delta h_1", True),
    (r"\frac{\partial E}{\partial v_1} = \delta h_2", False),
    (r"\frac{\partial E}{\partial v_1} = -\delta h_1", False),
    (r"\frac{\partial E}{\partial c} = \delta", True),
    (r"\frac{\partial E}{\partial c} = \delta h_1", False),
    (r"\frac{\partial E}{\partial a_{12}} = \delta v_1 h_1 (1 - h_1) x_2", True),
    (r"\frac{\partial E}{\partial a_{12}} = \delta v_1 h_1 (1 - h_1) x_1", False),
    (r"\frac{\partial E}{\partial a_{12}} = \delta v_2 h_1 (1 - h_1) x_2", False),
]


@pytest.mark.parametrize(("row", "holds"), ROWS)
def test_a_derivative_by_a_name_with_a_number(row: str, holds: bool) -> None:
    found = check_text(f"{EXAMPLE}$${row}$$\n", "a.md").rows[-1]
    assert (found.verdict in HOLDS) is holds
