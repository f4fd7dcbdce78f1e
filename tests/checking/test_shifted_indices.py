"""Indices that are sums, as textbooks of convolution write them. What is true of each row was worked out by hand."""

from __future__ import annotations

import pytest

import deltarule as dr
from deltarule.checking.files import check_text

CORRELATION = (
    "Let $x \\in \\mathbb{R}^6$, $w \\in \\mathbb{R}^3$, $y \\in \\mathbb{R}^4$ with\n"
    "$$y_i = \\sum_{k=1}^{3} w_k x_{i+k-1}.$$\n\n"
)
STRIDED = (
    "Let $x \\in \\mathbb{R}^7$, $w \\in \\mathbb{R}^2$, $y \\in \\mathbb{R}^3$ with\n"
    "$$y_i = \\sum_{k=1}^{2} w_k x_{2i+k-1}.$$\n\n"
)


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        (CORRELATION, r"\frac{\partial y_i}{\partial w_k} = x_{i+k-1}", "proved"),
        (CORRELATION, r"\frac{\partial y_i}{\partial w_k} = x_{i-k+1}", "refuted"),
        (CORRELATION, r"\frac{\partial y_i}{\partial x_j} = w_{j-i+1}", "proved"),
        (CORRELATION, r"\frac{\partial y_i}{\partial x_j} = w_{i-j+1}", "refuted"),
        (CORRELATION, r"\frac{\partial y_i}{\partial x_j} = \sum_{k=1}^{3} w_k \mathbf{1}[j = i + k - 1]", "proved"),
        (CORRELATION, r"\frac{\partial y_i}{\partial x_j} = \sum_{k=1}^{3} w_k \mathbf{1}[j = i + k]", "refuted"),
        (STRIDED, r"\frac{\partial y_i}{\partial w_k} = x_{2i+k-1}", "proved"),
        (STRIDED, r"\frac{\partial y_i}{\partial w_k} = x_{i+k-1}", "refuted"),
        (STRIDED, r"\frac{\partial y_i}{\partial x_j} = w_{j-2i+1}", "proved"),
    ],
)
def test_a_correlation_and_its_derivatives(text: str, claim: str, verdict: str):
    assert last(text, claim) == verdict


def test_a_step_is_no_shift():
    """h_{t-1} stays the value before: a letter with a number alone selects nothing."""
    text = "For $t = 1, 2, 3$ let $h_t = \\tanh(w h_{t-1})$.\n\n"
    row = check_text(text + "$$\\frac{\\partial h_t}{\\partial h_{t-1}} = w (1 - h_t^2)$$\n", "notes.md").rows[-1]
    assert row.verdict in {"proved", "unread", "undecided"}


@pytest.mark.parametrize(
    ("chain", "shape"),
    [
        ("conv1d(2, 3, 2) -> relu -> flatten -> linear(9, 1) -> squared_error", "2 4"),
        ("conv1d(2, 2, 2, stride=2, padding=1) -> squared_error", "2 4"),
        ("avg_pool1d(2) -> squared_error", "2 4"),
    ],
)
def test_what_is_written_is_read_back_and_proved(chain: str, shape: str):
    text = dr.Network(chain, shapes=f"x: {shape}").derive().to_markdown()
    report = check_text(text, "written.md")
    assert not {row.verdict for row in report.rows} & {"refuted", "unread"}
    assert sum(row.verdict == "proved" for row in report.rows) >= 4
