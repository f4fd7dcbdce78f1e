"""Functions of several arguments, functions with letters of the document in their body, names that depend on others.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

TWO = "Let $f(u, v) = u^2 v$; at one place $f(2, 3) = 12$.\n\n"
COST = "The cost is $\\mathrm{Cost}(h(r), y) = (h(r) - y)^2$ with $h(r) = w r$.\n\n"
CHAIN = "Let $z = g(u, v)$, $u = u(x)$ and $v = v(x)$.\n\n"
LINE = (
    "$J(\\theta_0, \\theta_1) = \\frac{1}{2m} \\sum_{i=1}^m (h_\\theta(x^{(i)}) - y^{(i)})^2$ with\n"
    "$h_\\theta(x) = \\theta_0 + \\theta_1 x$.\n\n"
)


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        (TWO, "f(1, 5) = 5", "proved"),
        (TWO, "f(1, 5) = 25", "refuted"),
        (TWO, r"\frac{\partial f}{\partial u} = 2 u v", "proved"),
        (TWO, r"\frac{\partial f}{\partial v} = 2 u v", "refuted"),
        (TWO, r"\nabla f(u, v) = \begin{bmatrix} 2 u v \\ u^2 \end{bmatrix}", "conditional"),
        (TWO, r"\nabla f(u, v) = \begin{bmatrix} 2 u v \\ u \end{bmatrix}", "refuted"),
        (COST, r"\frac{\partial}{\partial w} \mathrm{Cost}(h(s), t) = 2 (h(s) - t) s", "proved"),
        (COST, r"\frac{\partial}{\partial w} \mathrm{Cost}(h(s), t) = 2 (h(s) - t) r", "refuted"),
        (COST, r"\frac{\partial}{\partial w} \mathrm{Cost}(h(s), t) = 2 (h(t) - s) s", "refuted"),
        (
            CHAIN,
            r"\frac{dz}{dx} = \frac{\partial z}{\partial u} \frac{du}{dx}"
            r" + \frac{\partial z}{\partial v} \frac{dv}{dx}",
            "proved",
        ),
        (CHAIN, r"\frac{dz}{dx} = \frac{\partial z}{\partial u} \frac{du}{dx}", "refuted"),
        (
            LINE,
            r"\frac{\partial}{\partial \theta_0} J(\theta) = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})",
            "proved",
        ),
        (
            LINE,
            r"\frac{\partial}{\partial \theta_1} J(\theta)"
            r" = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}",
            "proved",
        ),
        (
            LINE,
            r"\frac{\partial}{\partial \theta_1} J(\theta) = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})",
            "refuted",
        ),
    ],
)
def test_functions_of_several_numbers(text: str, claim: str, verdict: str):
    assert last(text, claim) == verdict


def test_a_function_that_is_only_named_tells_its_arguments_apart():
    text = "With $p = \\psi(s, 2 r)$:\n\n"
    assert last(text, r"p = \psi(2 r, s)") not in {"proved", "conditional"}
    assert last(text, r"p = \psi(s, r + r)") == "proved"
