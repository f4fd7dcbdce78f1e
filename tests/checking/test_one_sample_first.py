"""Notes with one sample first and many below another heading, and sizes of layers that are said once for all."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided", "unread"})

NET = r"""# One item

$V^{[l]}$ has shape $(k_l, k_{l-1})$ and $c^{[l]}$ has shape $(k_l, 1)$, with $k_2 = 1$.

$u^{[1]} = V^{[1]} x + c^{[1]}$, $h^{[1]} = \tanh(u^{[1]})$

$u^{[2]} = V^{[2]} h^{[1]} + c^{[2]}$, $h^{[2]} = \sigma(u^{[2]}) = \hat{y}$ with $\sigma(s) = 1/(1+e^{-s})$

$$E(\hat{y}, y) = -(y \log \hat{y} + (1-y) \log(1-\hat{y}))$$

"""
SAID = r"We write $du^{[2]}$ for $\frac{\partial E}{\partial u^{[2]}}$, and so on."
MANY = r"""

# Many items

$$J = \frac{1}{m} \sum_{i=1}^{m} E(\hat{y}^{(i)}, y^{(i)})$$

"""

ROWS = [
    (NET, r"\frac{\partial E}{\partial h^{[2]}} = -\frac{y}{h^{[2]}} + \frac{1-y}{1-h^{[2]}}", HOLDS),
    (NET, r"\frac{\partial E}{\partial h^{[2]}} = \frac{y}{h^{[2]}} + \frac{1-y}{1-h^{[2]}}", WRONG),
    (NET, r"\frac{\partial E}{\partial c^{[2]}} = h^{[2]} - y", HOLDS),
    (NET, r"\frac{\partial E}{\partial c^{[2]}} = y - h^{[2]}", WRONG),
    (NET + SAID, r"du^{[2]} = h^{[2]} - y", HOLDS),
    (NET + SAID, r"du^{[2]} = h^{[2]} + y", WRONG),
    (NET + SAID, r"dh^{[1]} = V^{[2]T} du^{[2]}", HOLDS),
    (NET + SAID, r"du^{[1]} = dh^{[1]} * (1 - h^{[1]} * h^{[1]})", HOLDS),
    (NET + SAID, r"du^{[1]} = dh^{[1]} * (1 - u^{[1]} * u^{[1]})", WRONG),
    (NET + SAID, r"dV^{[1]} = du^{[1]} x^T", HOLDS),
    (NET + SAID, r"dV^{[1]} = x^T du^{[1]}", WRONG),
]


@pytest.mark.parametrize("behind", ["", MANY])
@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_one_sample(text: str, row: str, verdicts: frozenset[str], behind: str) -> None:
    line = text.count("\n") + 3
    found = [r for r in check_text(f"{text}\n\n$${row}$$\n{behind}", "a.md").rows if r.line == line]
    assert [r.verdict in verdicts for r in found] == [True]


@pytest.mark.parametrize("row", [r"dV^{[1]} = dU^{[1]} X^T", r"dV^{[1]} = \frac{1}{m} dU^{[1]} X^T"])
def test_what_the_sign_means_for_many_samples_is_left_open(row: str) -> None:
    assert check_text(f"{NET}{SAID}{MANY}\n\n$${row}$$\n", "a.md").rows[-1].verdict in OPEN
