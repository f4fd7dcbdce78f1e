"""Φ and φ of a text that speaks of the normal law and writes no equation for them."""

import pytest

from deltarule.checking.files import check_text

LAWS = [
    r"Let $\Phi$ be the distribution function of the standard normal law and $\varphi$ its density.",
    r"$\Phi$ ist die Verteilungsfunktion der Normalverteilung, "
    r"$\varphi(x) = \frac{1}{\sqrt{2\pi}} e^{-x^2/2}$ Dichte.",
    r"Here $\Phi$ is the Gaussian CDF and $\varphi(u) = \frac{1}{\sqrt{2\pi}} e^{-u^2/2}$.",
]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\Phi'(x) = \varphi(x)", "proved"),
        (r"g'(x) = \Phi(x) + x \varphi(x)", "proved"),
        (r"g'(x) = \Phi(x) + \varphi(x)", "refuted"),
        (r"g'(x) = \Phi(x) - x \varphi(x)", "refuted"),
    ],
)
def test_the_normal_law_in_words(law: str, row: str, verdict: str) -> None:
    rows = check_text(f"{law} The unit is $g(x) = x \\Phi(x)$.\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict == verdict, rows[-1]


def test_without_the_normal_law_nothing_is_known_of_a_letter() -> None:
    rows = check_text(
        r"Let $\Phi$ be any function, and $g(x) = x \Phi(x)$. $$g'(x) = \Phi(x) + x \varphi(x)$$", "t.md"
    ).rows
    assert rows[-1].verdict not in {"proved", "conditional"}
