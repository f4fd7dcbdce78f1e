"""Letters that are defined for one case after the other: cards of modules, losses, each in force up to the next."""

import pytest

from deltarule.checking.files import check_text

CARDS = r"""Throughout, $\delta_v$ stands for $\partial L/\partial v$ for every $v$. $A \in \mathbb{R}^{p \times q}$.

---
**Q:** Linear map $u = A s + c$?

**A:** $\delta_s = A^\top \delta_u$ and $\delta_A = \delta_u s^\top$

---
**Q:** Logistic layer $u = \sigma(s)$?

**A:** $\delta_s = \delta_u \odot u \odot (1 - u)$

---
**Q:** Hyperbolic tangent $u = \tanh(s)$?

**A:** $\delta_s = \delta_u \odot (1 - u)$

---
**Q:** Softmax $u_i = e^{s_i} / \sum_j e^{s_j}$?

**A:** $\partial u_i / \partial s_j = u_i (\delta_{ij} - u_j)$

---
**Q:** And as one product?

**A:** $\delta_s = u \odot (\delta_u - (u^\top \delta_u) \mathbf{1})$
"""


def test_each_card_has_its_own_module() -> None:
    rows = check_text(CARDS, "a.md").rows
    found = [row.verdict for row in rows if row.verdict not in {"definition", "assumption"}]
    assert found == ["conditional", "conditional", "conditional", "refuted", "proved", "conditional"]


LAYERS = r"""$z^l = W^l a^{l-1} + b^l$, $a^l = \sigma(z^l)$, $\delta^l_j = \frac{\partial C}{\partial z^l_j}$.

$$\delta^L = \nabla_a C \odot \sigma'(z^L)$$

$$\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)$$

$$\frac{\partial C}{\partial b^l_j} = \delta^l_j$$

For the quadratic cost $C = \frac12 \|y - a^L\|^2$: $\delta^L = (a^L - y) \odot \sigma'(z^L)$.

"""


def test_a_loss_of_another_case_does_not_reach_back() -> None:
    another = r"For the cross-entropy $C = -[y \ln a + (1 - y) \ln (1 - a)]$ see below."
    rows = check_text(LAYERS + another, "a.md").rows
    holds = {"proved", "conditional"}
    assert [row.verdict in holds for row in rows[3:]] == [True, True, True, False, True, False]
    assert {row.verdict for row in rows} <= {*holds, "definition", "undecided"}


def test_a_wrong_row_is_refuted_before_such_a_case_as_well() -> None:
    another = r"For the cross-entropy $C = -[y \ln a + (1 - y) \ln (1 - a)]$ see below."
    rows = check_text(LAYERS.replace("(a^L - y)", "(y - a^L)") + another, "a.md").rows
    assert [row.verdict for row in rows[6:8]] == ["definition", "refuted"]


def test_a_loss_by_components_in_the_next_section() -> None:
    text = r"""$z_j^l = \sum_k w_{jk}^l a_k^{l-1} + b_j^l$, $a_j^l = \sigma(z_j^l)$ with the sigmoid $\sigma$.

$$C = \frac{1}{2} \sum_j (t_j - a_j^L)^2$$

and the errors are $\delta_j^l = \frac{\partial C}{\partial z_j^l}$.

## Cross-entropy

$$C = -\sum_j [t_j \ln a_j^L + (1 - t_j) \ln (1 - a_j^L)]$$

$$\delta_j^L = a_j^L - t_j$$

$$\delta_j^L = t_j - a_j^L$$
"""
    found = [row.verdict for row in check_text(text, "a.md").rows]
    assert found[-2:] == ["proved", "refuted"]


def test_a_second_form_of_a_loss_that_does_not_hold_is_no_other_case() -> None:
    known = (
        r"$p = \sigma(s)$ and $L = -t \log p - (1 - t) \log (1 - p)$. Hence $\frac{\partial L}{\partial s} = p - t$."
    )
    again = r"In other words $$L = t \log p + (1 - t) \log (1 - p)$$ and $$\frac{\partial L}{\partial s} = t - p.$$"
    found = [row.verdict for row in check_text(f"{known}\n\n{again}\n", "a.md").rows[-2:]]
    assert found in (["refuted", "refuted"], ["refuted", "undecided"])


@pytest.mark.parametrize(
    ("loss", "holds"),
    [
        (r"\frac12 (q - t)^2", True),
        (r"\frac12 (q - t)^2 + \frac{\lambda}{2} u^2", False),
        (r"\frac12 (q - t)^2 + \lambda |u|", False),
    ],
)
@pytest.mark.parametrize("parted", ["# The gradient\n\nFor $q = u x$ we get", "---\n**Q:** $q = u x$?\n\n**A:**"])
def test_a_loss_of_another_section_may_hold_what_a_row_differentiates_by(loss: str, holds: bool, parted: str) -> None:
    known = rf"# A neuron\n\n$q = u x$ and $L = {loss}$.".replace(r"\n", "\n")
    row = r"$\frac{\partial L}{\partial u} = \frac{\partial L}{\partial q} x$"
    found = check_text(f"{known}\n\n{parted} {row}\n", "a.md").rows[-1].verdict
    assert (found in {"proved", "conditional"}) == holds
