"""Primes on letters that are no functions: rules for all functions, and derivatives by the one variable of an equation.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"$$\frac{d}{dx} \left( \frac{u}{v} \right) = \frac{u'v - uv'}{v^2}$$", "proved"),
        (r"$$\frac{d}{dx} \left( \frac{u}{v} \right) = \frac{u'v + uv'}{v^2}$$", "refuted"),
        (r"$$(pq)' = p'q + pq'$$", "proved"),
        (r"$$(pq)' = p'q'$$", "refuted"),
        (r"With $r = \frac{p}{q}$ we have $$r' = \frac{p'q - q'p}{q^2}$$", "proved"),
        (r"With $r = \frac{p}{q}$ we have $$r' = \frac{q'p - p'q}{q^2}$$", "refuted"),
        (r"Let $r' = \frac{r - \mu}{s}$ be the normalised input.", "definition"),  # another r
        # of functions that are known elsewhere it may hold
        (r"$v = 1$, $u = x^2$ and $$(u v)' = u' + v'$$", "unread"),
    ],
)
def test_a_rule_in_letters_holds_for_all_functions(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"$y = \frac{1}{1+e^{-x}}$ has the derivative $$y' = y(1-y)$$", "proved"),
        (r"$y = \frac{1}{1+e^{-x}}$ has the derivative $$y' = y(y-1)$$", "refuted"),
        (r"$s = wx$ and $a = \tanh(s)$ with the slope $a' = 1 - a^2$", "proved"),
        (r"$s = wx$ and $a = \tanh(s)$ with the slope $a' = 1 - a$", "refuted"),
        (r"The derivative of $p = 1$ over $q = 1 + e^{-x}$: $$\frac{p'q - pq'}{q^2} = \frac{e^{-x}}{q^2}$$", "proved"),
        (
            r"The derivative of $p = 1$ over $q = 1 + e^{-x}$: $$\frac{p'q - pq'}{q^2} = \frac{-e^{-x}}{q^2}$$",
            "refuted",
        ),
        (r"$s = wx$ has no derivative by its index, $s' = w$", "unread"),  # two variables
        (r"$c = e^2$ has a gradient; with a penalty $c' = \frac12 \lambda + c$", "unread"),
        (r"$s = 2r$ is updated along the gradient: $s' = s + 1$", "none"),
    ],
)
def test_a_prime_is_the_derivative_by_the_only_variable(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


@pytest.mark.parametrize(
    ("row", "verdict"), [("q'(u) = q(1 - q)", "proved"), ("q'(u) = q(1 + q)", "refuted"), ("q'(u) = 1", "refuted")]
)
def test_the_prime_of_a_quantity_may_name_its_variable(row: str, verdict: str) -> None:
    known = "With $u = m^T x$ and $q = \\sigma(u)$, $\\sigma(s) = 1/(1 + e^{-s})$, we have"
    assert check_text(f"{known} ${row}$.\n", "a.md").rows[-1].verdict == verdict


NEURON = "Un neurone : $z = w x + b$ et $a = \\phi(z)$.\n\n"
SQUARE = (
    "Let $h = \\sigma(z)$ with $\\sigma(z) = \\frac{1}{1 + e^{-z}}$, $z = w x$ and $L = \\frac{1}{2} (h - y)^2$.\n\n"
)
TWO = "Let $a = \\phi(z)$, $z = w u$, $u = \\phi(r)$ and $r = v x$.\n\n"
STATE = "Let $u = \\sigma(a)$ and let $h'$ be the state before. The new one is $h = (1 - u) h' + u g$.\n\n"


@pytest.mark.parametrize(
    ("text", "claim", "verdicts"),
    [
        (NEURON, "\\frac{\\partial a}{\\partial x} = \\phi' \\times w", {"proved"}),
        (NEURON, "\\frac{\\partial a}{\\partial w} = \\phi' \\times w", {"refuted"}),
        (SQUARE, "\\frac{\\partial L}{\\partial w} = (h - y)\\, \\sigma' x", {"proved"}),
        (SQUARE, "\\frac{\\partial L}{\\partial w} = (y - h)\\, \\sigma' x", {"refuted"}),
        (SQUARE, "\\sigma' = \\sigma \\cdot (1 - \\sigma)", {"proved"}),
        (TWO, "\\frac{\\partial a}{\\partial u} = \\phi' w", {"proved", "conditional", "undecided"}),
        (STATE, "\\frac{\\partial h}{\\partial u} = g - h'", {"proved"}),
        (STATE, "\\frac{\\partial h}{\\partial u} = h' - g", {"refuted"}),
    ],
)
def test_primes_without_an_argument(text: str, claim: str, verdicts: set[str]):
    assert check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict in verdicts
