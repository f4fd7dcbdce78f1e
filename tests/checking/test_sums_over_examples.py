"""Σ_x over training examples, and indicators of conditions in braces.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


UNIT = (
    "A unit has $o = \\tanh(s)$ with $s = \\sum_k v_k x_k + c$, and\n\n"
    "$$E = \\frac{1}{2N} \\sum_x (o - y)^2$$\n\nover $N$ examples.\n\n"
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (UNIT + r"$$\frac{\partial E}{\partial v_k} = \frac1N \sum_x (o - y)(1 - o^2) x_k$$", "proved"),
        (UNIT + r"$$\frac{\partial E}{\partial v_k} = \frac1N \sum_x (o - y) x_k$$", "refuted"),
        (UNIT + r"$$\frac{\partial E}{\partial c} = \frac1N \sum_x (o - y)(1 - o^2)$$", "proved"),
        (UNIT + r"$$\frac{\partial E}{\partial c} = \sum_x (o - y)(1 - o^2)$$", "refuted"),
        (UNIT + r"$$\sum_x (o - y)^2 = 2 N E$$", "proved"),
        (UNIT.replace("sum_x", "sum_{(x, y)}") + r"$$\sum_{(x, y)} (o - y)^2 = N E$$", "refuted"),
    ],
)
def test_a_sum_over_examples_takes_what_depends_on_them_with_it(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


def test_names_of_layers_elsewhere_are_left_alone():
    layers = "$$q^l_j = \\sum_k v^l_{jk} o^{l-1}_k, \\quad o^l_j = \\tanh(q^l_j)$$\n\n"
    text = (
        layers + "$$\\frac{\\partial o^l_j}{\\partial v^l_{jk}} = (1 - (o^l_j)^2) o^{l-1}_k$$\n\n## One unit\n\n" + UNIT
    )
    assert verdicts(text)[:3] == ["definition", "definition", "proved"]


HINGE = r"$h = \max(0, 1 - m)$ and "


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (HINGE + r"$$\frac{dh}{dm} = -\mathbb{I}\{m < 1\}$$", "proved"),
        (HINGE + r"$$\frac{dh}{dm} = -I[m > 1]$$", "refuted"),
        (r"$$\max(0, a)^2 = \mathbb{I}\{a > 0\} \cdot a^2$$", "proved"),
        (r"$$\max(0, a)^2 = \chi(a > 0) \cdot a$$", "refuted"),
    ],
)
def test_a_condition_in_brackets_has_an_indicator_before_it(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict
