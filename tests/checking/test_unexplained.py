"""What fails and no known mistake explains: refuted where it is alone, left open where there is reason to doubt it."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

NEURON = r"Let $z = w x + b$, $y = \tanh(z)$ and $L = \frac12 (y - t)^2$." "\n\n"
ODD = r"$$\frac{\partial L}{\partial w} = z^3 + 7 x t$$" "\n\n"
ODD_AS_WELL = r"$$\frac{\partial L}{\partial x} = t^3 - 5 y b$$" "\n\n"
ODD_TOO = r"$$\frac{\partial L}{\partial b} = w^3 - 5 y t$$" "\n\n"
SIGN = r"$$\frac{\partial L}{\partial y} = t - y$$" "\n\n"


def _verdicts(text: str) -> list[tuple[str, bool]]:
    return [(r.verdict, bool(r.hint)) for r in check_text(text, "text.md").rows if r.verdict != "definition"]


def test_alone_it_is_refuted() -> None:
    assert _verdicts(NEURON + ODD) == [("refuted", False)]


def test_three_of_them_are_left_open_with_the_reason() -> None:
    rows = check_text(NEURON + ODD + ODD_TOO + ODD_AS_WELL, "text.md").rows[-3:]
    assert [r.verdict for r in rows] == ["undecided"] * 3
    assert all("no known mistake explains them" in r.reason and r.counterexample is None for r in rows)


def test_a_known_mistake_stays_refuted_beside_them() -> None:
    assert _verdicts(NEURON + ODD + SIGN + ODD_TOO + ODD_AS_WELL)[1] == ("refuted", True)


@pytest.mark.parametrize(
    "words", ["As soon as the units have $x t > 0$", "Take $j \\neq c$ now", "For a wrong class $j \\neq c$"]
)
def test_behind_a_condition_it_is_left_open(words: str) -> None:
    assert _verdicts(f"{NEURON}{words}\n\n{ODD}")[-1][0] == "undecided"


def test_one_of_those_that_a_sum_runs_over_may_count_twice() -> None:
    text = (
        r"With $\sigma(s) = \frac{1}{1 + e^{-s}}$ let "
        r"$J = -\log \sigma(u_o^\top v) - \sum_{k=1}^{K} \log \sigma(-u_k^\top v)$."
        "\n\n"
        r"$$\frac{\partial J}{\partial u_o} = (\sigma(u_o^\top v) - 1) v$$"
    )
    assert _verdicts(text)[-1][0] != "refuted"


def test_a_wrong_number_is_refuted_however_many_there_are() -> None:
    text = r"Let $w = 0.5$, $x = 3$ and $a = w x$. Then $a = 1.6$ and $2 a = 3.4$."
    assert [v for v, _ in _verdicts(text)][-2:] == ["refuted", "refuted"]
