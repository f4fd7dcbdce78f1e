"""h ≈ 0.5474 in a worked example: the value at the numbers of the text, to the digits that are written."""

import math

import pytest

from deltarule.checking.files import check_text

EXAMPLE = r"""
Inputs $x_1 = 0.5$, $x_2 = 0.2$ and the network
$$z_j = \sum_i w_{ji} x_i + b_j, \qquad h_j = \sigma(z_j), \qquad s = \sum_j v_j h_j, \qquad o = \sigma(s)$$
with the sigmoid $\sigma$ and $w_{11} = 0.3$, $w_{12} = -0.1$, $w_{21} = 0.4$, $w_{22} = 0.6$, $b_1 = 0.1$,
$b_2 = -0.3$, $v_1 = 0.8$, $v_2 = -0.5$. The target is $t = 1$ and the error $E = \frac12 (t - o)^2$.

$$z_1 = 0.3 \cdot 0.5 - 0.1 \cdot 0.2 + 0.1 = 0.23$$
"""


def values() -> dict[str, float]:
    """The numbers of the example, worked out here."""

    def sigmoid(x: float) -> float:
        return 1 / (1 + math.exp(-x))

    h = [sigmoid(0.3 * 0.5 - 0.1 * 0.2 + 0.1), sigmoid(0.4 * 0.5 + 0.6 * 0.2 - 0.3)]
    o = sigmoid(0.8 * h[0] - 0.5 * h[1])
    delta = (o - 1) * o * (1 - o)
    return {
        "h_1": h[0],
        "h_2": h[1],
        "o": o,
        r"\frac12 (t - o)^2": 0.5 * (1 - o) ** 2,
        r"\frac{\partial E}{\partial s}": delta,
        r"\frac{\partial E}{\partial v_2}": delta * h[1],
        r"\frac{\partial E}{\partial z_1}": delta * 0.8 * h[0] * (1 - h[0]),
    }


@pytest.mark.parametrize(("left", "value"), values().items())
def test_a_rounded_value(left: str, value: float) -> None:
    right, wrong = f"{value:.4f}", f"{1.5 * value:.4f}"
    rows = check_text(f"{EXAMPLE}\n$${left} \\approx {right}$$\n\n$${left} \\approx {wrong}$$\n", "text.md").rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "refuted"], rows[-2:]


def test_about_is_no_claim_of_every_digit() -> None:
    value = values()["o"]
    assert round(value, 1) == 0.5
    numbers = [f"{value + 0.02:.4f}", f"{value + 0.0002:.4f}", "0.6", "0.5"]
    text = "\n\n".join(f"$$o \\approx {number}$$" for number in numbers)
    rows = check_text(f"{EXAMPLE}\n{text}\n", "text.md").rows
    assert [row.verdict for row in rows[-4:]] == ["none", "none", "none", "proved"], rows[-4:]


def test_a_product_of_rounded_factors() -> None:
    v = values()
    delta, h = v[r"\frac{\partial E}{\partial s}"], v["h_1"]
    rows = check_text(
        f"{EXAMPLE}\n$$\\frac{{\\partial E}}{{\\partial v_1}} \\approx {delta:.4f} \\cdot {h:.4f}$$\n\n"
        f"$$\\frac{{\\partial E}}{{\\partial v_1}} \\approx {-delta:.4f} \\cdot {h:.4f}$$\n",
        "text.md",
    ).rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "refuted"], rows[-2:]


def test_without_the_numbers_nothing_is_claimed() -> None:
    text = "$$h = \\tanh(w x)$$\n\n$$h \\approx 0.46$$\n"
    assert check_text(text, "text.md").rows[-1].verdict == "none"
