"""Rows that a guard leaves open although they fail: refuted where they are proved with one mistake taken back; and
functions without their argument, at the arguments that the text gives them."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SCORES = r"""The context is $c = [u; v]$, the scores are $s_k = q_k^T c$ and $p_k = \frac{e^{s_k}}{\sum_j e^{s_j}}$."""
SECTIONS = r"""# A norm

Here $s = \sqrt{v + \epsilon}$ and $v = \sum_k \text{pool}[h_k; x] + \text{pool}[x]$.

# Its inverse

Let $r = s^{-1}$ and $u = g r$."""
SWISH = r"The swish is $f_\beta(x) = x \sigma(\beta x)$ with $\sigma(u) = \frac{1}{1+e^{-u}}$."
NEURON = r"With $a = \sigma(z)$, $z = w x + b$ and $\sigma(u) = \frac{1}{1 + e^{-u}}$ we have"
TWO = "A net has $z_1 = w_1 x$, $h = g(z_1)$, $z_2 = w_2 h$ and $y = g(z_2)$ with a differentiable $g$."
LOGIT = r"To solve for $z$ we set the odds to $e^{z}$ and write"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (SCORES, r"\frac{\partial p_k}{\partial s_k} = p_k (1 + p_k)"),
        (SCORES, r"\frac{\partial p_k}{\partial s_k} = p_k (p_k - 1)"),
        (SECTIONS, r"\frac{\partial u}{\partial s} = g r^2"),
        (SWISH, r"\frac{\partial f_\beta}{\partial \beta} = x^2 \sigma(\beta x) (1 + \sigma(\beta x))"),
        (LOGIT, r"\log \frac{e^{-z}}{1 + e^{-z}} = z - \log(1 + e^{-z})"),
        (NEURON, r"\frac{\partial a}{\partial w} = -\sigma' x"),
        (NEURON, r"\frac{\partial a}{\partial b} = \sigma' x"),
        (TWO, r"\frac{\partial h}{\partial w_1} = g' w_1"),
    ],
)
def test_what_fails_is_refuted_where_it_is_read_rightly(text: str, row: str):
    found = check_text(f"{text}\n\n$${row}$$\n").rows[-1]
    assert found.verdict == "refuted", (found.verdict, found.reason)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (SCORES, r"\frac{\partial p_k}{\partial s_k} = p_k (1 - p_k)"),
        (NEURON, r"\frac{\partial a}{\partial w} = \sigma' x"),
        (TWO, r"\frac{\partial h}{\partial w_1} = g' x"),
        (TWO, r"\frac{\partial y}{\partial w_2} = g' h"),
    ],
)
def test_what_holds_holds(text: str, row: str):
    found = check_text(f"{text}\n\n$${row}$$\n").rows[-1]
    assert found.verdict in {"proved", "conditional"}, (found.verdict, found.reason)


def test_the_argument_is_named():
    assert (
        check_text(rf"{NEURON} $\frac{{\partial a}}{{\partial w}} = \sigma' x$.").rows[-1].reason.endswith("taken at z")
    )


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("The quotient rule says", r"d(\frac{f}{g}) = \frac{g \cdot df - f \cdot dg}{g^2}"),
        ("A tied layer has", "2 a = b + c"),
        ("Two weights are tied:", "w_1 = w_2"),
    ],
)
def test_a_relation_or_a_differential_is_not_refuted(text: str, row: str):
    assert check_text(f"{text}\n\n$${row}$$\n").rows[-1].verdict not in {"refuted", "ill-shaped"}
