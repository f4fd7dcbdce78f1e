"""Weights written out: w_0 as the bias, as many components as a row has, a full stop that multiplies, words below."""

import pytest

from deltarule.checking.files import check_text

HOLDS = {"proved", "conditional"}


@pytest.mark.parametrize(
    ("known", "row", "holds"),
    [
        (r"$s = w^T x + w_0$", r"\frac{\partial s}{\partial w_0} = 1", True),
        (r"$s = w^T x + w_0$", r"\frac{\partial s}{\partial w} = x", True),
        (r"$s = w^T x + w_0$", r"\frac{\partial s}{\partial w} = w", False),
        (r"$f = \beta_0 + \beta^T x$", r"\frac{\partial f}{\partial \beta_j} = x_j", True),
        (r"$s = w_0 + w_1 x_1 + w_2 x_2$", r"\frac{\partial s}{\partial w_j} = x_j", True),
        (r"$s = w_0 + w_1 x_1 + w_2 x_2$", r"\frac{\partial s}{\partial w_j} = 2 x_j", False),
        (r"$s = w_0 + \sum_{j=1}^d w_j x_j$", r"\frac{\partial s}{\partial w_0} = 1", True),
        (r"With $x_0 = 1$: $s = w_0 x_0 + w_1 x_1$ and $s = w^T x$", r"\frac{\partial s}{\partial w_0} = x_1", False),
        (r"$h(x) = \theta_0 + \theta_1 x$ and $\theta = (\theta_0, \theta_1)$", r"h(x) = \theta_0 + \theta_0 x", False),
    ],
)
def test_the_bias_may_be_a_weight_with_the_index_0(known: str, row: str, holds: bool) -> None:
    assert (check_text(f"{known}\n\n$${row}$$\n", "a.md").rows[-1].verdict in HOLDS) == holds


@pytest.mark.parametrize(
    ("words", "row", "verdict"),
    [
        ("For two inputs", "s = w_1 x_1 + w_2 x_2 + b", "conditional"),
        ("For two inputs", "s(x_1, x_2) = w_1 x_1 + w_2 x_2 + b", "conditional"),
        ("For two inputs", "s = w_1 x_1 + w_2 x_1 + b", "refuted"),
        ("For three inputs", "s = w_1 x_1 + w_2 x_2 + b", "refuted"),
    ],
)
def test_a_row_that_writes_out_all_components_says_how_many_there_are(words: str, row: str, verdict: str) -> None:
    found = check_text(f"$s = w^T x + b$. {words}:\n\n$${row}$$\n", "a.md").rows[-1]
    assert found.verdict == verdict
    assert verdict == "refuted" or (found.condition is not None and "2 components" in found.condition.text)


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{dE}{dz} = \frac{dE}{dq} . \frac{dq}{dz}", ["proved"]),
        (r"\frac{dq}{dz} = q.(1 - q)", ["proved"]),
        (r"\frac{dq}{dz} = q.(1 + q)", ["refuted"]),
        (r"\frac{dE}{du} = (q - t) . x.", ["proved"]),
        (r"\frac{dq}{dz} = q (1 - q). \quad \frac{dz}{du} = x.", ["proved", "proved"]),
    ],
)
def test_a_full_stop_between_factors_multiplies(row: str, verdicts: list[str]) -> None:
    known = r"$E = -(t \log q + (1 - t) \log(1 - q))$, $q = \frac{1}{1 + e^{-z}}$, $z = u x + b$"
    assert [r.verdict for r in check_text(f"{known}\n\n$${row}$$\n", "a.md").rows[3:]] == verdicts


def test_in_is_a_word_beside_out() -> None:
    known = r"$q = \tanh(u)$, $g_{out} = \frac{\partial L}{\partial q}$, $g_{in} = \frac{\partial L}{\partial u}$."
    claims = r"$$g_{in} = (1 - q^2) g_{out}$$ and $$g_{in} = (1 - q) g_{out}$$"
    rows = check_text(f"{known}\n\n{claims}\n", "a.md").rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "refuted"]


@pytest.mark.parametrize(("value", "verdict"), [("1", "proved"), ("x", "refuted")])
def test_cases_may_have_their_conditions_in_parentheses(value: str, verdict: str) -> None:
    known = r"$$y = \begin{cases} x & (x > 0) \\ 0 & (x \leq 0) \end{cases}$$"
    row = rf"$$\frac{{dy}}{{dx}} = \begin{{cases}} {value} & (x > 0) \\ 0 & (x \leq 0) \end{{cases}}$$"
    assert check_text(f"{known}\n\n{row}\n", "a.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (r"a = \tanh(z)", r"a = \max(0, z)", "definition"),
        (r"a = \frac{1}{z}", r"a = \exp(z)", "definition"),
        (r"a = \tanh(z)", r"a = \frac{e^z - e^{-z}}{e^z + e^z}", "refuted"),
        (r"a = \tanh(z)", r"a = 2\sigma(z) - 1", "undecided"),
    ],
)
def test_another_function_is_another_choice(first: str, second: str, verdict: str) -> None:
    assert check_text(f"Let ${first}$. And so ${second}$.\n", "a.md").rows[-1].verdict == verdict
