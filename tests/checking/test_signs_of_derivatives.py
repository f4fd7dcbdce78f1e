"""Signs that a text gives to derivatives, G_A, δh, δ_v: what stands behind them is a claim. Sizes under two names."""

import pytest

from deltarule.checking.files import check_text

MATRICES = (
    r"Let $X \in \mathbb{R}^{n \times d}$, $U, V \in \mathbb{R}^{d \times d}$, $Q = X U$ and $Y = Q V$. "
    r"We write $G_A = \frac{\partial \mathcal{L}}{\partial A}$."
)
CELL = (
    r"With vectors $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and $h_t = o_t \odot \tanh(c_t)$ let "
    r"$\delta h_t = \frac{\partial L}{\partial h_t}$ and $\delta c_t = \frac{\partial L}{\partial c_t}$."
)
SCALED = r"With $y_i = a u_i + b$ ($\delta_v$ always means $\frac{\partial L}{\partial v}$) for $i = 1, \dots, B$."


@pytest.mark.parametrize(
    ("known", "row", "verdict"),
    [
        (MATRICES, r"G_Q = G_Y V^\top", "conditional"),
        (MATRICES, r"G_U = X^\top G_Q", "conditional"),
        (MATRICES, r"G_Q = G_Y V", "refuted"),
        (CELL, r"\delta o_t = \delta h_t \odot \tanh(c_t)", "conditional"),
        (CELL, r"\delta i_t = \delta c_t \odot g_t", "conditional"),
        (CELL, r"\delta i_t = \delta c_t \odot i_t", "refuted"),
        (SCALED, r"\delta_{u_i} = a\, \delta_{y_i}", "proved"),
        (SCALED, r"\delta_a = \sum_{i=1}^B \delta_{y_i} u_i", "proved"),
        (SCALED, r"\delta_b = \sum_{i=1}^B \delta_{y_i} u_i", "refuted"),
    ],
)
def test_what_stands_behind_such_a_sign_is_a_claim(known: str, row: str, verdict: str) -> None:
    assert check_text(f"{known}\n\n$${row}$$\n", "a.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        (
            r"$\mathrm{d}M$ denotes the matrix of the derivatives of the loss $\ell$ with respect to $M$.",
            r"\mathrm{d}S = A^\top \mathrm{d}B", r"\mathrm{d}S = A \mathrm{d}B",
        ),
        (r"Wir schreiben $\bar m$ für die Ableitung von $L$ nach $m$.",
         r"\bar S = A^\top \bar B", r"\bar S = A \bar B"),
        (r"We write $\delta_m$ for the gradient of the loss with respect to $m$.",
         r"\delta_S = A^\top \delta_B", r"\delta_S = A \delta_B"),
        (r"Les gradients $g_m$ de $L$ par rapport à $m$ sont des matrices.", r"g_S = A^\top g_B", r"g_S = A g_B"),
    ],
)  # fmt: skip
def test_words_say_what_such_a_sign_is(said: str, right: str, wrong: str) -> None:
    known = r"Let $A \in \mathbb{R}^{n \times n}$, $S \in \mathbb{R}^{n \times n}$ and $B = A S$."
    rows = check_text(f"{said} {known}\n\n$${right}$$\n\n$${wrong}$$\n", "a.md").rows
    assert [row.verdict for row in rows[-2:]] == ["conditional", "refuted"]


TWO_NAMES = r"""$\delta_v = \partial L/\partial v$ for every $v$. With $q = \sigma(r) = \frac{1}{1 + e^{-r}}$:
$$ \ell = -t \log q - (1 - t) \log (1 - q) $$"""


@pytest.mark.parametrize(("row", "verdict"), [("q - t", "conditional"), ("t - q", "refuted"), ("q + r t", "undecided")])
def test_one_loss_may_have_two_names(row: str, verdict: str) -> None:
    found = check_text(f"{TWO_NAMES}\n\n$$\\delta_r = {row}$$\n", "a.md").rows[-1]
    assert found.verdict == verdict
    assert verdict == "undecided" or "ell" in (found.reason + (found.condition.text if found.condition else ""))


SOFTMAX = r"Let $p_i = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}$."


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\partial p_i/\partial z_j = p_i \delta_{ij} - p_i \frac{e^{z_j}}{\sum_{k=1}^N e^{z_k}}", "conditional"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} + \frac{e^{z_j}}{\sum_{k=1}^N e^{z_k}})", "refuted"),
    ],
)  # fmt: skip
def test_one_size_may_have_two_names(row: str, verdict: str) -> None:
    found = check_text(f"{SOFTMAX}\n\n$${row}$$\n", "a.md").rows[-1]
    assert found.verdict == verdict
    assert found.condition is None or "K = N" in found.condition.text


def test_sizes_that_a_text_tells_apart_are_two() -> None:
    row = r"\partial p_i/\partial z_j = p_i \delta_{ij} - p_i \frac{e^{z_j}}{\sum_{k=1}^N e^{z_k}}"
    for said in (r"Let $X \in \mathbb{R}^{N \times K}$.", r"Let $S = \sum_{n=1}^N \sum_{k=1}^K y_{nk}$."):
        assert check_text(f"{said} {SOFTMAX}\n\n$${row}$$\n", "a.md").rows[-1].verdict == "unread"


VECTOR = r"With $z = W x$ and $x \in \mathbb{R}^n$: "


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (VECTOR + r"$$\text{ReLU}'(x) = \begin{cases} 1, x > 0, \\ 0, x < 0 \end{cases}$$", "proved"),
        (VECTOR + r"$$\text{ReLU}'(x) = \begin{cases} 0, x > 0, \\ 1, x < 0 \end{cases}$$", "refuted"),
        (r"$f(a) = \left\{{\begin{array}{rcl}0&{\mbox{si}}&a<0\\a&{\mbox{si}}&a\geq 0\end{array}}\right.$ $$f'(a) = "
         r"\left\{{\begin{array}{rcl}0&{\mbox{si}}&a<0\\1&{\mbox{si}}&a>0\end{array}}\right.$$", "proved"),
        (r"With $z = u v + b$ and $v = 0.5$: $$\frac{\partial z}{\partial u} = \mathbf{0.5}$$", "proved"),
        (r"The logistic sigmoid gives $f = \sigma(a)$. $$\frac{\partial f}{\partial a} = f(1-f)$$", "proved"),
        (r"The logistic sigmoid gives $f = \sigma(a)$. $$\frac{\partial f}{\partial a} = f(2-f)$$", "refuted"),
        (r"$$d\left(\frac{f}{g}\right) = \frac{g\, df - f\, dg}{g^2}$$", "undecided"),
        (r"With $\ell = -\log \sigma(u)$: $$\frac{d}{da} \log \sigma(a) = 1 - \sigma(a)$$", "conditional"),
        (r"With $\ell = -\log \sigma(u)$: $$\frac{d}{da} \log \sigma(a) = 1 + \sigma(a)$$", "refuted"),
    ],
)  # fmt: skip
def test_ways_of_writing(text: str, verdict: str) -> None:
    assert check_text(text, "a.md").rows[-1].verdict == verdict
