"""Ways of writing of students and exam cards, each beside a mistake of the same form that must not pass.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

EXAMPLES = "$p_i = \\sigma(\\theta^T x_i)$ with $x_i \\in \\mathbb{R}^d$ and $\\sigma(z) = \\frac{1}{1+e^{-z}}$.\n\n"
GATE = "Recurrent: $h_t = \\tanh(u_t)$ and $u_t = r h_{t-1} + q x_t$.\n\n"
LABEL = "Let $y \\in \\{0, 1\\}$, $p = \\frac{1}{1+e^{-z}}$ and $L = -y\\ln p - (1-y)\\ln(1-p)$.\n\n"
NUMBERS = "With $z = w_{11} x_1 + w_{12} x_2$, $L = z^2$, $x_1 = 3$, $x_2 = 1$, $w_{11} = 2$ and $w_{12} = 1$:\n\n"
VARIANCE = "Let $s = \\log \\sigma^2$ and $L = \\frac{(y-\\mu)^2}{2\\sigma^2} + \\frac12\\log\\sigma^2$.\n\n"
SOFTMAX = "The outputs are $p_k = \\frac{e^{z_k}}{\\sum_{j=1}^K e^{z_j}}$.\n\n"
NAMED = "Let $z = a b$ and $L = \\frac12 (z-t)^2$.\n$$\\frac{dL}{dz} = z - t =: \\delta$$\n"
LINEAR = "Let $X \\in \\mathbb{R}^{n \\times d}$, $w \\in \\mathbb{R}^d$, $J = \\|Xw - y\\|^2 + c\\|w\\|^2$.\n\n"


@pytest.mark.parametrize(
    ("text", "claim", "verdicts"),
    [
        (LABEL, r"L = \ln(1 + e^{(1-2y)z})", {"proved"}),
        (LABEL, r"L = \ln(1 + e^{(2y-1)z})", {"refuted"}),
        (LABEL, r"\frac{dL}{dz} = p - y^2", {"proved"}),
        (LABEL, r"z = \ln\frac{p}{1-p}", {"proved"}),
        (LABEL, r"\frac{dz}{dp} = \frac{1}{p(1-p)}", {"proved"}),
        (LABEL, r"\frac{dz}{dp} = p(1-p)", {"refuted"}),
        ("Here $s \\in \\{-1, +1\\}$, so $s^2 = 1$; $q = s z$.\n\n", r"\frac{dq}{dz} = 1", {"refuted", "undecided"}),
        (NUMBERS, r"z = 2\cdot 3 + 1\cdot 1", {"proved"}),
        (NUMBERS, r"\frac{\partial L}{\partial x_1} = 14\, w_{11}", {"conditional"}),
        (NUMBERS, r"\frac{\partial L}{\partial w_{11}} = 14\cdot 2", {"refuted"}),
        (VARIANCE, r"\frac{\partial L}{\partial s} = \frac12 - \frac{(y-\mu)^2}{2} e^{-s}", {"proved"}),
        (VARIANCE, r"\frac{\partial L}{\partial s} = 1 - (y-\mu)^2 e^{-s}", {"refuted"}),
        (VARIANCE, r"\frac{\partial^2 L}{\partial s^2} = \frac12 (y-\mu)^2 e^{-s}", {"proved"}),
        (VARIANCE, r"\frac{\partial^2 L}{\partial s^2} = (y-\mu)^2 e^{-s}", {"refuted", "undecided"}),
        (SOFTMAX + "For $K = 2$ we get\n", r"p_1 = \frac{1}{1 + e^{z_2 - z_1}}", {"proved"}),
        (SOFTMAX + "For $K = 2$ we get\n", r"p_2 = \frac{1}{1 + e^{z_2 - z_1}}", {"refuted"}),
        (SOFTMAX + "For $K = 2$ all is simple.\n\n# Many classes\n", r"p_1 + p_2 = 1", {"refuted", "undecided"}),
        (LINEAR, r"\nabla^2_w J = 2(X^TX + c I)", {"proved"}),
        (LINEAR, r"\nabla_w^2 J = 2X^TX + c I_d", {"refuted"}),
        (GATE, r"\frac{\partial u_t}{\partial r} = h_{t-1}", {"conditional"}),
        (GATE, r"\frac{\partial u_t}{\partial r} = h_t", {"refuted", "undecided"}),
        (NAMED, r"\frac{dL}{da} = \delta b", {"proved"}),
        (NAMED, r"\frac{dL}{da} = \delta a", {"refuted"}),
    ],
)  # fmt: skip
def test_what_holds_at_the_values_sizes_and_variables_that_the_text_means(text, claim, verdicts):
    assert check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict in verdicts


@pytest.mark.parametrize(
    ("sign", "verdict"), [("p_i - y_i", "conditional"), ("y_i - p_i", "refuted")], ids=["right", "sign flipped"]
)
@pytest.mark.parametrize(
    "loss", [r"\sum_i -y_i\log p_i - (1-y_i)\log(1-p_i)", r"-\sum_i y_i\log p_i + (1-y_i)\log(1-p_i)"]
)
def test_a_sum_without_parentheses_reaches_every_term_with_its_index(loss, sign, verdict):
    text = f"{EXAMPLES}$$J = {loss}$$\n\n$$\\frac{{\\partial J}}{{\\partial\\theta}} = \\sum_i ({sign}) x_i$$\n"
    assert check_text(text, "notes.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(("factor", "wrong"), [("X^T", False), ("-X^T", True)])
def test_a_matrix_of_all_samples_beside_the_samples_is_made_of_them(factor, wrong):
    text = f"{EXAMPLES}$$J = \\sum_{{i=1}}^n y_i\\log p_i + (1-y_i)\\log(1-p_i)$$\n\n"
    text += "With $X \\in \\mathbb{R}^{n \\times d}$:\n"
    row = check_text(f"{text}$$\\nabla_\\theta J = {factor}(y - p)$$\n", "notes.md").rows[-1]
    assert row.verdict == ("refuted" if wrong else "conditional")
    if not wrong:
        assert row.condition is not None and "rows of X" in row.condition.text


def test_after_an_update_a_number_is_not_judged_by_the_old_values():
    text = "$w = 2$, $x = 3$, $z = w x = 6$. Update: $w \\leftarrow 2 - 0.5 = 1.5$. Now $z = 4.5$, not before $z = 7$."
    verdicts = [row.verdict for row in check_text(text, "notes.md").rows]
    assert "refuted" not in verdicts[-2:]
    assert check_text("$w = 2$, $x = 3$, $z = w x$, $z = 7.25$.", "notes.md").rows[-1].verdict == "refuted"


def test_facts_of_one_sentence_are_not_those_of_the_last_when_a_row_is_judged_once_more():
    text = "Score $s = w x + b$, $E = \\max(0, -ys)$.\n\nIf $ys > 0$ then $\\frac{\\partial E}{\\partial s} = 0$.\n\n"
    text += "If $ys < 0$ then $\\frac{\\partial E}{\\partial s} = -y$.\n"
    assert "refuted" not in [row.verdict for row in check_text(text, "notes.md").rows]


def test_layer_and_sample_stand_above_together():
    text = "Let $W^{[1]} \\in \\mathbb{R}^{h \\times d}$, $v \\in \\mathbb{R}^h$, $x^{(i)} \\in \\mathbb{R}^d$.\n\n"
    text += "$$a^{[1](i)} = \\tanh(W^{[1]} x^{(i)}), \\qquad \\hat y^{(i)} = v^T a^{[1](i)}$$\n"
    text += "$$\\ell^{(i)} = \\tfrac12 (\\hat y^{(i)} - y^{(i)})^2$$\n\n"
    right = r"\frac{\partial \ell^{(i)}}{\partial v} = (\hat y^{(i)} - y^{(i)}) a^{[1](i)}"
    for claim, wanted in ((right, {"proved", "conditional"}), (right.replace(" - y", " + y"), {"refuted"})):
        assert check_text(f"{text}$${claim}$$\n", "notes.md").rows[-1].verdict in wanted


@pytest.mark.parametrize(
    ("words", "right"),
    [("If $ys < 0$ (wrong side) then", "-y x"), ("Při chybě ($ys < 0$) platí", "-y x"), ("当 $ys > 0$ 时", "0")],
)
def test_the_sign_of_a_product_with_a_sum_in_it_is_a_fact_in_any_language(words: str, right: str):
    text = "Score $s = w x + b$, $E = \\max(0, -ys)$.\n\n"
    rows = check_text(f"{text}{words} $\\frac{{\\partial E}}{{\\partial w}} = {right}$.\n", "notes.md").rows
    assert rows[-1].verdict == "proved"
    rows = check_text(f"{text}{words} $\\frac{{\\partial E}}{{\\partial w}} = y x$.\n", "notes.md").rows
    assert rows[-1].verdict == "refuted"
