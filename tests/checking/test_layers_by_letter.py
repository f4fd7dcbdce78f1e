"""Units of several layers told apart by the letter of their index, a_j and a_k: true rows hold, false ones do not."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

TWO = (
    "Hidden: $a_j = \\sum_i w_{ji} x_i$, $z_j = \\tanh(a_j)$. Outputs: $a_k = \\sum_j w_{kj} z_j$, $y_k = a_k$.\n"
    "The error is $E = \\frac12 \\sum_k (y_k - t_k)^2$.\n\n"
    "$$\\delta_k = \\frac{\\partial E}{\\partial a_k}, \\qquad \\delta_j = \\frac{\\partial E}{\\partial a_j}$$\n\n"
)
EVERY = (
    "Each unit computes $a_j = \\sum_i w_{ji} z_i$ and $z_j = h(a_j)$.\n"
    "For pattern $n$ the error is $E_n = \\frac12 \\sum_k (y_k - t_k)^2$ with linear outputs $y_k = a_k$.\n"
    "Put $\\delta_j = \\frac{\\partial E_n}{\\partial a_j}$.\n\n"
)
HOLDS = frozenset({"proved", "conditional"})


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (TWO, "\\delta_j = (1 - z_j^2) \\sum_k w_{kj} \\delta_k", "\\delta_j = (1 - a_j^2) \\sum_k w_{kj} \\delta_k"),
        (
            TWO,
            "\\frac{\\partial E}{\\partial w_{kj}} = \\delta_k z_j",
            "\\frac{\\partial E}{\\partial w_{kj}} = t_k z_j",
        ),
        (EVERY, "\\delta_k = y_k - t_k", "\\delta_k = t_k - y_k"),
        (EVERY, "\\delta_j = h'(a_j) \\sum_k w_{kj} \\delta_k", "\\delta_j = h'(z_j) \\sum_k w_{kj} \\delta_k"),
    ],
)
def test_an_equation_of_one_layer_says_nothing_false_of_another(text: str, right: str, wrong: str):
    row = check_text(f"{text}$${right}$$\n", "notes.md").rows[-1]
    assert row.verdict in HOLDS
    row = check_text(f"{text}$${wrong}$$\n", "notes.md").rows[-1]
    assert row.verdict == "refuted"


def test_what_another_layer_says_of_itself_counts():
    text = TWO.replace("$y_k = a_k$", "$y_k = a_k$, $z_k = \\sigma(a_k)$ with the sigmoid $\\sigma$")
    assert "refuted" not in [row.verdict for row in check_text(text, "notes.md").rows]


def test_components_of_one_vector_are_no_layers():
    text = "$p_i = \\frac{e^{z_i}}{\\sum_k e^{z_k}}$, $q_i = 2 p_i$ and $q_j = 3 p_j$.\n\n"
    assert (
        check_text(f"{text}$$\\frac{{\\partial p_i}}{{\\partial z_j}} = 0$$\n", "notes.md").rows[-1].verdict
        == "refuted"
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Let $p_n = w x_n$, $E_n = \\frac12 (p_n - t_n)^2$ and $E = \\sum_n E_n$.\n\n",
         "\\frac{\\partial E}{\\partial w} = \\sum_n (p_n - t_n) x_n"),
        ("Let $p_i = w x_i$, $L_i = \\frac12 (p_i - t_i)^2$ and $L = \\frac1N \\sum_{i=1}^N L_i$.\n\n",
         "\\frac{\\partial L}{\\partial w} = \\frac1N \\sum_i (p_i - t_i) x_i"),
        ("Let $p_i = w x_i$, $L_i = \\frac12 (p_i - t_i)^2$ and $L = \\sum_i L_i$.\n\n",
         "\\frac{\\partial L_i}{\\partial w} = (p_i - t_i) x_i"),
    ],
)  # fmt: skip
def test_an_error_and_the_sum_of_such_errors_share_a_letter_only(text: str, right: str):
    assert check_text(f"{text}$${right}$$\n", "notes.md").rows[-1].verdict in HOLDS
    assert check_text(f"{text}$${right.replace(' - ', ' + ')}$$\n", "notes.md").rows[-1].verdict == "refuted"


def test_inputs_are_not_units_of_another_layer():
    text = r"""$y_k = g(a_k)$, $a_k = \sum_j w_{kj} z_j$, $z_j = g(a_j)$, $a_j = \sum_i w_{ji} x_i$ and
$E = \frac{1}{2} \sum_k (y_k - t_k)^2$ with $\delta_j = \frac{\partial E}{\partial a_j}$.

$$\frac{\partial E}{\partial w_{ji}} = \delta_j %s$$
"""
    assert check_text(text % "x_i").rows[-1].verdict == "proved"
    assert check_text(text % "z_i").rows[-1].verdict not in {"proved", "conditional"}


OWN_LETTERS = (
    r"$h_j = \sigma(a_j)$ with $a_j = \sum_i v_{ij} x_i$ and $y_k = \sigma(s_k)$ with $s_k = \sum_j v_{jk} h_j$, "
    r"$\sigma$ the sigmoid, $E = \frac12 \sum_k (y_k - t_k)^2$."
)


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{\partial E}{\partial v_{jk}} = (y_k - t_k) y_k (1 - y_k) h_j", {"proved"}),
        (r"\frac{\partial E}{\partial v_{jk}} = (t_k - y_k) y_k (1 - y_k) h_j", {"refuted"}),
        (r"\frac{\partial E}{\partial v_{jk}} = (y_k - t_k) y_k h_j", {"refuted", "undecided"}),
        (
            r"\frac{\partial E}{\partial v_{ij}} = \sum_k \frac{\partial E}{\partial s_k} v_{jk} h_j (1 - h_j) x_i",
            {"proved"},
        ),
        (
            r"\frac{\partial E}{\partial v_{ij}} = \sum_k \frac{\partial E}{\partial s_k} v_{jk} h_j (1 - h_j)",
            {"refuted"},
        ),
    ],
)
def test_weights_of_two_layers_between_units_with_letters_of_their_own(row: str, verdicts: set[str]) -> None:
    rows = check_text(f"{OWN_LETTERS}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
