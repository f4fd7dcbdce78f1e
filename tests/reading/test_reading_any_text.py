"""Any text at all is read without a crash and in bounded time, and every node stands where it says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.language.errors import DeltaruleError
from deltarule.reading.documents import read_document
from deltarule.reading.segments import Math
from deltarule.reading.statements import read_expression, read_statements, rows
from deltarule.reading.tokens import Unreadable
from deltarule.reading.tree import Case, Compare, Group, Matrix, Name, Relation, Tree, Words, walk

from .inputs import PIECES

SHARED = Path(__file__).parents[3] / "shared"


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_tex_like_text_is_read_or_refused(text: str) -> None:
    begin = time.perf_counter()
    for name, whole in (("x.md", f"$${text}$$"), ("x.md", text), ("x.tex", text), ("x.html", text)):
        document = read_document(whole, name)
        statements = read_statements(document)
        for row in rows(statements):
            assert row.left.tree is not None or row.left.problem or row.statement.opens or row.statement.continues
            assert row.right.tree is not None or row.right.problem
            assert 0 <= row.right.start <= row.right.end <= len(whole)
        for problem in document.problems:
            assert 0 <= problem.offset <= len(whole)
        assert all(not isinstance(s, Math) or s.start <= s.body_start <= s.body_end <= s.end for s in document.segments)
    assert time.perf_counter() - begin < 2


@settings(max_examples=300)
@given(st.text(max_size=200), st.sampled_from(["x.md", "x.tex", "x.html", "x.ipynb", "-"]))
def test_any_text_is_read_or_refused_in_words(text: str, name: str) -> None:
    try:
        read_statements(read_document(text, name))
    except DeltaruleError as error:
        assert str(error)


ATOMS = st.sampled_from(
    ["x", "y_i", r"\hat{y}", r"\sigma(z)", "W^T", "2", r"\mathbf{h}^{(1)}", r"\frac{\partial L}{\partial w}", "f'"]
)
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"{p[0]} + {p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) \\cdot ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"\\frac{{{p[0]}}}{{{p[1]}}}"),
        inner.map(lambda a: f"-\\log({a})"),
        inner.map(lambda a: f"\\sum_{{k=1}}^n \\left({a}\\right)"),
        st.tuples(inner, inner).map(lambda p: f"\\begin{{bmatrix}} {p[0]} \\\\ {p[1]} \\end{{bmatrix}}"),
        inner.map(lambda a: f"|{a}|^{{2}}" if "|" not in a else f"({a})^{{2}}"),
    ),
    max_leaves=12,
)  # fmt: skip


def assert_places(text: str, tree: Tree) -> None:
    """Every node, read again from its own characters, is the same tree."""
    for node in walk(tree):
        assert tree.start <= node.start < node.end <= tree.end
        piece = text[node.start : node.end]
        if isinstance(node, Relation | Case | Words | Compare) or (
            isinstance(node, Group | Matrix) and node.kind == ""
        ):
            continue
        if any(isinstance(n, Name) and n.style and text[n.start].isalpha() for n in walk(node)):
            continue  # a letter of \\mathbf{Wx}: its style stands outside
        assert read_expression(piece) == node, piece


@settings(max_examples=300)
@given(FORMULAS)
def test_a_node_read_again_from_its_place_is_the_same_tree(text: str) -> None:
    assert_places(text, read_expression(text))


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="needs the documents")
@pytest.mark.parametrize("number", range(5))
def test_places_are_exact_in_whole_documents(number: int) -> None:
    (path,) = (SHARED / "seeds").glob(f"{number:03}_*.txt")
    document = read_document(path.read_text(encoding="utf-8"), path.name)
    for statement in read_statements(document):
        for side in statement.sides:
            if side.tree is not None:
                assert_places(document.text, side.tree)


def test_a_formula_that_is_refused_says_where() -> None:
    with pytest.raises(Unreadable) as caught:
        read_expression("a + (b")
    assert caught.value.offset == 4
