"""What is found about a document as a whole."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def found(text: str) -> dict[str, tuple[int, ...]]:
    return {f.finding: f.lines for f in check_text(text, "a.md").findings}


def test_a_loss_that_is_the_log_likelihood_is_said_to_be_maximised():
    text = "The loss is the cross-entropy:\n\n$$L = y \\log p + (1 - y) \\log(1 - p)$$\n"
    assert found(text).get("loss-sign") == (3,)


@pytest.mark.parametrize(
    "text",
    [
        "The loss is the cross-entropy:\n\n$$L = -y \\log p - (1 - y) \\log(1 - p)$$\n",
        "The log-likelihood is\n\n$$L = y \\log p + (1 - y) \\log(1 - p)$$\n",
        "The loss is\n\n$$L = \\frac{1}{2} (p - y)^2$$\n",
    ],
)
def test_a_loss_with_its_minus_and_a_likelihood_by_its_name_are_left_alone(text: str):
    assert "loss-sign" not in found(text)


def test_sentences_that_lost_their_formula_are_named_with_their_lines():
    text = "The sigmoid is defined as,\n\nSo its derivative is given by,\n\nApplying \\eqref{1} gives this.\n"
    assert found(text).get("lost-equations") == (1, 3, 5)


def test_a_sentence_with_its_formula_behind_it_lost_nothing():
    text = "The sigmoid is defined as,\n\n$$\\sigma(s) = \\frac{1}{1 + e^{-s}}$$\n\nNext:\n\n- one\n- two\n"
    assert "lost-equations" not in found(text)


def test_a_name_that_nothing_introduces_is_named():
    text = (
        "Let $a = wx + b$ and $L = -y \\log a - (1 - y) \\log(1 - a)$.\n\n"
        "$$\\frac{\\partial L}{\\partial z} = \\frac{\\partial L}{\\partial a} \\frac{\\partial a}{\\partial z}$$\n"
    )
    assert "never-introduced" in found(text)


LAYOUTS = """Let $f = w^T x$ with $w, x \\in \\mathbb{R}^n$, $u = M x$ with $M \\in \\mathbb{R}^{m \\times n}$
and $q = v^T u$.

$$\\frac{\\partial q}{\\partial v} = u$$

"""


def test_a_gradient_that_lies_the_other_way_mixes_layouts():
    text = LAYOUTS + "$$\\frac{\\partial f}{\\partial w} = x^T$$\n"
    assert found(text).get("mixed-layout") == (6,)


@pytest.mark.parametrize("row", ["\\frac{\\partial q}{\\partial x} = M v", "M^T M = M M^T"])
def test_shapes_that_do_not_fit_are_no_matter_of_layout(row: str):
    text = LAYOUTS + f"$${row}$$\n"
    assert check_text(text, "a.md").rows[-1].verdict == "ill-shaped"
    assert "mixed-layout" not in found(text)
