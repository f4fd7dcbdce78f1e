"""Names that the words give to derivatives: what stands behind them is a claim."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

NEURON = r"""With $z = w x + b$, $a = \tanh(z)$ and $E = \frac12 (a - t)^2$ """
UNITS = r"Let $a_j = \sum_i w_{ji} x_i$, $o_j = g(a_j)$ and $E = \frac12 \sum_j (o_j - t_j)^2$. "
LAYERS = r"Here $z^l = W^l a^{l-1} + b^l$ and $a^l = \sigma(z^l)$. "
AT_Z = r"\delta = (a - t)(1 - a^2)"
SAID = [
    r"the error signal $\delta$ is the gradient of the loss with respect to $z$.",
    r"let $\delta$ denote the partial derivative of $E$ w.r.t. the weighted input $z$.",
    r"we write $\delta$ for the derivative of $E$ with respect to $z$.",
    r"we denote by $\delta$ the gradient with respect to the pre-activation $z$.",
    r"the derivative of $E$ with respect to $z$ is called $\delta$.",
    r"sei $\delta$ die Ableitung von $E$ nach $z$.",
    r"on note $\delta$ la dérivée de $E$ par rapport à $z$.",
    r"el gradiente del error respecto a $z$ se denota $\delta$.",
    r"пусть $\delta$ — производная $E$ по $z$.",
    r"用 $\delta$ 表示损失 $E$ 对 $z$ 的梯度。",
]


@pytest.mark.parametrize("said", SAID)
def test_the_words_make_a_claim_of_what_would_be_a_definition(said: str):
    rows = check_text(f"{NEURON}{said}\n\n$${AT_Z}$$\n\n$$\\delta = (t - a)(1 - a^2)$$\n").rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "refuted"], [row.reason for row in rows]


@pytest.mark.parametrize(
    ("text", "row", "verdict"),
    [
        (f"{UNITS}We write $\\delta_j$ for the derivative of $E$ with respect to $a_j$.",
         r"\delta_j = (t_j - o_j) g'(a_j)", "refuted"),
        (f"{UNITS}We write $\\delta_j$ for the derivative of $E$ with respect to $a_j$.",
         r"\delta_j = (o_j - t_j) g'(a_j)", "proved"),
        (f"{LAYERS}Let $\\delta^l$ be the gradient of $C$ with respect to $z^l$.",
         r"\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "conditional"),
        (f"{LAYERS}Let $\\delta^l$ be the gradient of $C$ with respect to $z^l$.",
         r"\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(a^l)", "refuted"),
        (f"{NEURON}we have: ", r"\delta = t - a$$ is the gradient of $E$ with respect to $a$. $$1 = 1", "refuted"),
    ],
)  # fmt: skip
def test_units_and_layers(text: str, row: str, verdict: str):
    rows = check_text(f"{text}\n\n$${row}$$\n").rows
    found = next(r for r in rows if r.left.strip().startswith(r"\delta"))
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (r"the rate $\eta$ scales the gradient with respect to $w$.", r"\eta = \frac{1}{10}"),
        (r"the slope $s$ is the derivative of the output with respect to $z$.", "s = 1 - a^2"),
        (r"the step $s$ is half the gradient with respect to $w$.", "s = (a - t) r"),
        (r"the gradient with respect to $w$, $s$ times the slope.", "s = (a - t) x"),
        (r"the sum $s$ is for the gradient with respect to the unit $i$.", "s = a + t"),
    ],
)
def test_other_words_say_nothing(text: str, row: str):
    assert check_text(f"{NEURON}{text}\n\n$${row}$$\n").rows[-1].verdict == "definition"
