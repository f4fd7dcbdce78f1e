"""The words that make a hypothesis of a formula, in several languages: when, falls, lorsque, cuando, když, jeśli."""

from __future__ import annotations

import re

__all__ = ["AND", "BOTH", "CASES", "HEADS", "LASTING", "LOCAL", "OTHERWISE", "REASONS", "SENTENCE", "last_words"]

LASTING = frozenset(
    [
        "assume",
        "assuming",
        "suppose",
        "supposing",
        "let",
        "with",
        "where",
        "given",
        "provided",
        "since",
        "as",
        "mit",
        "wobei",
        "sei",
        "seien",
        "gegeben",
        "avec",
        "où",
        "soit",
        "soient",
        "supposons",
        "supposant",
        "con",
        "donde",
        "sea",
        "sean",
        "suponiendo",
        "siendo",
        "dove",
        "sia",
        "siano",
        "supponiamo",
        "kde",
        "nechť",
        "předpokládejme",
        "gdzie",
        "niech",
        "zakładając",
        "załóżmy",
        "где",
        "пусть",
        "设",
        "设有",
        "其中",
        "令",
        "假设",
    ]
)
"""What is said behind these holds from there on."""

LOCAL = frozenset(
    [
        "for",
        "if",
        "when",
        "whenever",
        "für",
        "wenn",
        "falls",
        "bei",
        "sofern",
        "pour",
        "si",
        "quand",
        "lorsque",
        "para",
        "cuando",
        "per",
        "se",
        "quando",
        "pro",
        "pokud",
        "przy",
        "jestliže",
        "při",
        "když",
        "li",
        "dla",
        "gdy",
        "jeśli",
        "jeżeli",
        "при",
        "если",
        "когда",
        "для",
        "当",
        "若",
        "如果",
        "对于",
        "对",
    ]
)
"""What is said behind these holds in their sentence or clause."""

REASONS = frozenset(
    [
        "since",
        "because",
        "as",
        "da",
        "weil",
        "denn",
        "car",
        "puisque",
        "comme",
        "porque",
        "pues",
        "poiché",
        "perché",
        "siccome",
        "protože",
        "neboť",
        "jelikož",
        "ponieważ",
        "bo",
        "gdyż",
        "потому",
        "поскольку",
        "因为",
        "由于",
    ]
)
"""What is said behind these is a reason for what their sentence says."""

CASES = frozenset(
    [
        "case",
        "cases",
        "fall",
        "fälle",
        "cas",
        "caso",
        "casi",
        "casos",
        "případ",
        "případě",
        "przypadek",
        "przypadku",
        "случай",
        "случае",
        "情形",
        "情况",
    ]
)
"""What is said behind these holds up to the next case."""

AND = frozenset(["and", "und", "et", "y", "e", "a", "i", "oraz", "и", "且", "和"])

OTHERWISE = re.compile(
    r"\b(?:otherwise|else|elsewhere|sonst|andernfalls|ansonsten|sinon|autrement|en otro caso|de lo contrario|si no|"
    r"altrimenti|"
    r"jinak|w przeciwnym (?:razie|przypadku|wypadku)|в противном случае|иначе)\b|否则|其他",
    re.I,
)
BOTH = re.compile(
    r"\b(?:both|either|together|combin\w+|in any case|in all|beiden?|zusammen|insgesamt|deux cas|ensemble|ambos|"
    r"entrambi|"
    r"obou|obě|oba|obu|обоих|оба)\b|两种",
    re.I,
)
"""Words that go on where cases end."""

SENTENCE = re.compile(
    r"\n[ \t]*\n|\n[ \t]*(?:#|[-*+•] |\d+[.)] |\||\\item\b)|[.!?](?=\s)|。|<(?:/?(?:p|li|h[1-6]|td|th|tr))\b|\\n\""
)
HEADS = re.compile(r"^[ \t]*(#{1,6})[ \t]|\\((?:sub)*section|paragraph)\*?[ \t]*\{|<h([1-6])\b", re.M | re.I)


def last_words(text: str, many: int) -> list[str]:
    """The last words of a text in small letters, without its formulas; a Chinese sign is a word."""
    return re.findall(r"[\u4e00-\u9fff]{1,2}|[^\W\d_]+", text.lower())[-many:]
