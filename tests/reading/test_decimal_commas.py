"""0{,}5 is a number; 0,5 is one where the language of the text writes numbers so."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text
from deltarule.reading.lexer import tokenize

GERMAN = "Die Lernrate ist klein und das Gewicht wird mit 0,25 begonnen. "
ENGLISH = "The learning rate is small and the weight starts with 0,25 of that. "


def numbers(words: str, formula: str) -> list[str]:
    text = f"{words}${formula}$"
    tokens = tokenize(text, len(words) + 1, len(text) - 1, {})
    found = [t for t in tokens if t.kind == "number"]
    assert all(text[t.start : t.end].replace("{,}", ".").replace(",", ".") == t.text for t in found)
    return [t.text for t in found]


@pytest.mark.parametrize(
    ("words", "formula", "expected"),
    [
        ("", "a = 0{,}5", ["0.5"]),
        ("", "a = 3{,}14 x", ["3.14"]),
        (GERMAN, "a = 0{,}731", ["0.731"]),
        (GERMAN, "a = 0,5", ["0.5"]),
        (GERMAN, r"\eta = 0,1", ["0.1"]),
        (GERMAN, r"\frac{0,5}{2}", ["0.5", "2"]),
        (GERMAN, r"\sigma(0,25)", ["0.25"]),
        (GERMAN, "i = 0,1,2", ["0", "1", "2"]),
        (GERMAN, r"y \in \{0,1\}", ["0", "1"]),
        (GERMAN, "w_{1,2}", ["1", "2"]),
        (GERMAN, "x^{2,5}", ["2", "5"]),
        (GERMAN + "Es sind 0.5 mehr.", "a = 0,5", ["0", "5"]),
        (ENGLISH, "a = 0,5", ["0", "5"]),
        ("", "y = 0,1", ["0", "1"]),
    ],
)
def test_a_comma_in_a_number(words: str, formula: str, expected: list[str]):
    assert numbers(words, formula) == expected


def test_values_with_commas_are_computed():
    text = "Das Neuron ist $a = w x$ und hat $w = 0,5$, $x = 3$. Dann ist $a = {}$ und $2 a = 3,00$."
    assert [r.verdict for r in check_text(text.format("1,5"), "a.md").rows[3:]] == ["proved", "proved"]
    assert check_text(text.format("1,6"), "a.md").rows[3].verdict == "refuted"
