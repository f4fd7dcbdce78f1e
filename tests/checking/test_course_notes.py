"""Short texts as course notes have them: rows that follow hold, and the mistakes that people make there do not."""

import pytest

from deltarule.checking.files import check_text

HOLDS = {"proved", "conditional"}
SOFTMAX = r"$p = \mathrm{softmax}(u)$, $L = -\sum_i t_i \log p_i$"
RNN = r"$s_t = \tanh(A s_{t-1} + B x_t)$, $o_t = C s_t$, $L = \sum_t L_t$"
NAMED = r"$E = CE(t, p) = -\sum_i t_i \log p_i$ with $p = \mathrm{softmax}(u)$"
MODULES = r"$z_1 = f_1(x, \theta_1)$, $z_2 = f_2(z_1, \theta_2)$, $E = \ell(z_2, t)$"
LETTERS = r"$m = C k$ and $q = F m$"
NET = r"$h = \tanh(A x + a)$, $p = B h + b$, $L = \frac12 \|p - t\|^2$"
RECALLED = (
    r"The model is $h_\theta(x) = g(\theta^T x) = \frac{1}{1 + e^{-\theta^T x}}$ and $g(s) = \frac{1}{1 + e^{-s}}$"
)


@pytest.mark.parametrize(
    ("known", "right", "wrong"),
    [
        (SOFTMAX, r"\frac{\partial L}{\partial u} = p - t", r"\frac{\partial L}{\partial u} = t - p"),
        (NAMED, r"\frac{\partial E}{\partial u} = p - t", r"\frac{\partial E}{\partial u} = t - p"),
        (RNN, r"\frac{\partial L_t}{\partial s_t} = C^T \frac{\partial L_t}{\partial o_t}",
         r"\frac{\partial L_t}{\partial s_t} = C \frac{\partial L_t}{\partial o_t}"),
        (MODULES, r"\frac{\partial E}{\partial \theta_1} = \frac{\partial E}{\partial z_2}"
         r"\frac{\partial z_2}{\partial z_1} \frac{\partial z_1}{\partial \theta_1}",
         r"\frac{\partial E}{\partial z_1} = \frac{\partial E}{\partial z_2} \frac{\partial z_1}{\partial x}"),
        (LETTERS, r"\frac{\partial L}{\partial k} = C^T \frac{\partial L}{\partial m}",
         r"\frac{\partial L}{\partial k} = C \frac{\partial L}{\partial m}"),
        (NET, r"\frac{\partial L}{\partial (A x + a)} = (1 - h^2) \odot B^T (p - t)",
         r"\frac{\partial L}{\partial (A x + a)} = (1 - h) \odot B^T (p - t)"),
    ],
)  # fmt: skip
def test_right_rows_hold_and_wrong_rows_do_not(known: str, right: str, wrong: str) -> None:
    rows = check_text(f"{known}.\n\n$${right}$$\n\n$${wrong}$$\n", "a.md").rows
    assert rows[-2].verdict in HOLDS
    assert rows[-1].verdict in {"refuted", "ill-shaped"}


def test_a_row_is_judged_by_what_is_said_right_after_it() -> None:
    assert [row.verdict for row in check_text(f"{RECALLED}.\n", "a.md").rows] == ["definition", "proved", "definition"]
    wrong = RECALLED.replace(r"= \frac{1}{1 + e^{-\theta^T x}}", r"= \frac{1}{1 + e^{\theta^T x}}")
    assert check_text(f"{wrong}.\n", "a.md").rows[1].verdict not in HOLDS


@pytest.mark.parametrize(("last", "verdict"), [("-", "proved"), ("+", "refuted")])
def test_a_dot_stands_for_the_argument_before(last: str, verdict: str) -> None:
    known = r"$q = \sigma(v^T x)$ and $L = t \log q + (1 - t) \log(1 - q)$"
    chain = rf"""\begin{{align}}
\frac{{\partial L}}{{\partial q}} &= \frac{{t}}{{\sigma(v^T x)}} - \frac{{1 - t}}{{1 - \sigma(v^T x)}} \\
&= \frac{{t}}{{\sigma(\cdot)}} {last} \frac{{1 - t}}{{1 - \sigma(\cdot)}}
\end{{align}}"""
    assert check_text(f"{known}.\n\n$${chain}$$\n", "a.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(("found", "verdict"), [("q - t", "proved"), ("t - q", "refuted")])
def test_what_follows_is_read_by_what_stands_before(found: str, verdict: str) -> None:
    text = rf"""Module $i$ has $x_i = f_i(x_{{i-1}}; \theta_i)$ and $\delta_i = \frac{{\partial L}}{{\partial x_i}}$.

$$\delta_{{i-1}} = \delta_i \frac{{\partial f_i(x_{{i-1}}; \theta_i)}}{{\partial x_{{i-1}}}}$$

For the logistic loss $q = \sigma(x)$, $E = -t \log q - (1 - t) \log (1 - q)$ and $\frac{{dE}}{{dx}} = {found}$.
"""
    rows = check_text(text, "a.md").rows
    assert [rows[2].verdict, rows[-1].verdict] == ["proved", verdict]


@pytest.mark.parametrize(
    ("known", "row"),
    [
        (r"$y = W x + b$", r"\frac{\partial L}{\partial x} = W \frac{\partial L}{\partial y}"),
        (r"$q = V h$ and $h = \tanh(U x)$", r"\frac{\partial L}{\partial V} = \frac{\partial L}{\partial q} h"),
    ],
)
def test_what_holds_for_numbers_only_is_not_proved_of_matrices(known: str, row: str) -> None:
    found = check_text(f"{known}.\n\n$${row}$$\n", "a.md").rows[-1]
    assert found.verdict == "undecided"
    assert "may be a matrix" in found.reason


def test_an_equality_that_is_supposed_for_a_moment_defines_nothing() -> None:
    known = r"$q = \sigma(s)$ and $L = \frac12 (q - t)^2$. If $q = t$ the loss is 0."
    rows = check_text(f"{known}\n\n$$\\frac{{\\partial L}}{{\\partial q}} = 0$$\n", "a.md").rows
    assert rows[2].verdict == "assumption"
    assert rows[-1].verdict not in HOLDS
