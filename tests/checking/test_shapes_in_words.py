"""Numbers, vectors and matrices that only the words call so."""

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.words.shapes_in_words import shapes_in_words
from deltarule.reading.documents import read_document
from deltarule.reading.statements import read_statements

SAID = [
    ("Take a column vector $x$ and the weight matrix $W$.", {"x": 1, "W": 2}),
    ("The vectors $a$, $b$ and $c$ have equal length; $s$ is a scalar.", {"a": 1, "b": 1, "c": 1, "s": 0}),
    ("Stack them as the rows of $Q$, $K$ and $V$.", {"Q": 2, "K": 2, "V": 2}),
    ("Der Spaltenvektor $x$, $A$ ist eine quadratische Matrix.", {"x": 1, "A": 2}),
    ("El vector $x$ y la matriz $W$; $c$ es un escalar.", {"x": 1, "W": 2, "c": 0}),
    ("设向量 $x$ 和矩阵 $W$。", {"x": 1, "W": 2}),
    ("$f$ is a vector-valued function of $x$.", {}),
    ("The vector $x$ here; later the matrix $x$.", {}),
    ("A matrix of which $x$ is no part, a sum over $n$.", {}),
]


@pytest.mark.parametrize("text, shapes", SAID)
def test_what_the_words_call_a_name(text: str, shapes: dict[str, int]) -> None:
    document = read_document(text, "a.md")
    found = shapes_in_words(document, read_statements(document))
    assert {tree.letter: rank for tree, rank in found} == shapes  # type: ignore[attr-defined]


def test_rows_of_matrices_that_only_words_call_so() -> None:
    text = (
        "Stack the inputs as the rows of $K$, the weights are a matrix $Q$ of as many columns.\n\n"
        "$$S = K Q^\\top$$\n$$\\frac{\\partial S_{ij}}{\\partial Q_{jl}} = K_{il}$$\n$$S = Q K^\\top$$\n"
    )
    rows = check_text(text, "a.md").rows
    assert [r.verdict for r in rows][:2] == ["definition", "proved"]
    assert rows[2].verdict in {"refuted", "ill-shaped", "undecided"}
