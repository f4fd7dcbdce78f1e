"""Statements: chains over rows and blocks, several equations in a row, words and numbers set aside."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from deltarule.reading.documents import Document, read_document
from deltarule.reading.statements import read_statements, rows
from deltarule.reading.tree import Name

SHARED = Path(__file__).parents[3] / "shared"


def rows_of(text: str, name: str = "test.md") -> list[str]:
    return [
        " ".join(f"{row.left.text} {row.relation.symbol} {row.right.text}".split())
        for row in rows(read_statements(read_document(text, name)))
    ]


BLOCKS = [
    ("a = b = c", ["a = b", "b = c"]),
    # rows
    (r"\begin{align} a &= b \\ &= c \end{align}", ["a = b", "b = c"]),
    (r"\begin{align*} a &= b \\ c &= d \end{align*}", ["a = b", "c = d"]),
    (r"\begin{aligned} a &= b + \\ &\quad c \end{aligned}", ["a = b + \\quad c"]),
    (r"\begin{split} a &= b \\ &+ c \\ &= d \end{split}", ["a = b + c", "b + c = d"]),
    (r"\begin{split} a &= b \\ &- c \end{split}", ["a = b - c"]),
    (r"\begin{align} a &= b \\ - c &= d \end{align}", ["a = b", "- c = d"]),
    (r"\begin{align} a &= b, \\ &= c. \end{align}", ["a = b", "b = c"]),
    (r"\begin{align} a &= b & c &= d \end{align}", ["a = b", "c = d"]),
    # a remark beside a row, or in a row of its own: the chain goes on with what stands before it
    (r"\begin{align} a &= b &\text{for }m = i \\ &= c \end{align}", [r"\text{for }m = i", "a = b", "b = c"]),
    (
        r"\begin{align} a &= b \\ &\quad\text{, where } p = q \\ &= c \end{align}",
        [r"\text{, where } p = q", "a = b", "b = c"],
    ),
    (r"\begin{align} a &= b &\text{transpose of }W \\ &= c \end{align}", ["a = b", "b = c"]),
    (r"\begin{align} a &= b \text{ and } c = d \\ &= e \end{align}", ["a = b", "c = d", "d = e"]),
    (r"\begin{eqnarray} a & = & b \\ & = & c \end{eqnarray}", ["a = b", "b = c"]),
    (r"\begin{gather} a = b \\ c = d \end{gather}", ["a = b", "c = d"]),
    (r"a = \begin{aligned}[t] b \\ + c \end{aligned}", ["a = b + c"]),
    (r"\left\{ \begin{aligned} a &= b \\ c &= d \end{aligned} \right.", ["a = b", "c = d"]),
    (r"\begin{align} a &= b = \\ &= c \end{align}", ["a = b", "b = c"]),
    (r"\begin{align} a &= ( b \\ &+ c ) \end{align}", ["a = ( b + c )"]),
    (r"\begin{align} a &= b \tag{3} \\ &= c \label{x} \nonumber \end{align}", ["a = b", "b = c"]),
    # several in a row
    (r"a = b, \quad c = d", ["a = b", "c = d"]),
    (r"a = b \qquad c = d", ["a = b", "c = d"]),
    ("a = b, c = d", ["a = b", "c = d"]),
    ("a = b; c = d", ["a = b", "c = d"]),
    (r"i = 1, \dots, m", [r"i = 1, \dots, m"]),
    (r"a = b \text{ and } c = d", ["a = b", "c = d"]),
    (r"a = b \quad \text{where } c = d", ["a = b", "c = d"]),
    # logic
    (r"a = b \Rightarrow c = d", ["a = b", "c = d"]),
    (r"\implies a = b", ["a = b"]),
    (r"\therefore a = b \iff c = d", ["a = b", "c = d"]),
    # set aside
    (r"a = b \quad (25)", ["a = b"]),
    (r"a = b \tag{3.1}", ["a = b"]),
    (r"a = b \dots (1)", ["a = b"]),
    (r"a = b. ", ["a = b"]),
    (r"a = b \quad (\text{as a column}) \quad (22)", ["a = b"]),
    (r"a = b \quad \forall i", ["a = b"]),
    (r"a = b \quad \text{for } i", ["a = b"]),
    (r"\boxed{a = b}", ["a = b"]),
    (r"\boxed{a = b} \quad (\text{words } \mathbf{b})", ["a = b"]),
    (r"\textcolor{red}{a = b}", ["a = b"]),
    (r"\textcolor{red}{a} b = 2 \mathcolor{blue}{c}", [r"\textcolor{red}{a} b = 2 \mathcolor{blue}{c}"]),
    (r"a = \cancel{\frac{b}{b}} c", [r"a = \cancel{\frac{b}{b}} c"]),
    (r"y{_k} = \bar{z}{_{k}}", [r"y{_k} = \bar{z}{_{k}}"]),
    # rows laid out in a matrix
    (r"\begin{matrix} a & = & b \\ & = & c \\ d & = & e \end{matrix}", ["a = b", "b = c", "d = e"]),
    (
        r"a = 1 \quad \begin{array}{rcl} p & \longleftarrow & q \\ r & = & s \end{array}",
        ["a = 1", r"p \leftarrow q", "r = s"],
    ),
    (r"\left\{ \begin{array}{l} a = b \\ c = d \end{array} \right.", ["a = b", "c = d"]),
    (r"\begin{cases} a = b \\ c = d \end{cases}", ["a = b", "c = d"]),
    (
        r"f = \begin{cases} a & i = j \\ b & i = k \end{cases}",
        [r"f = \begin{cases} a & i = j \\ b & i = k \end{cases}"],
    ),
    (
        r"f = & \begin{cases} a & i = j \\ b & i = k \end{cases}",
        [r"f = \begin{cases} a & i = j \\ b & i = k \end{cases}"],
    ),
    (r"\begin{bmatrix} a & = & b \end{bmatrix}", []),
    (r"\text{Backward: } a = b", [r"\text{Backward: } a = b"]),
    (r"\text{by } w: a = b", [r"\text{by } w: a = b"]),
    (r"\text{loss} = b", [r"\text{loss} = b"]),
    (r"\text{true value} = b", [r"\text{true value} = b"]),
    (r"a = \text{true value} - b", [r"a = \text{true value} - b"]),
    # memberships and other relations
    (r"x = y \in \mathbb{R}^{2\times 1}", [r"x = y \in \mathbb{R}^{2\times 1}"]),
    (r"x \in \mathbb{R}^n", []),
    (r"a > 0", []),
    (r"f : A \to B", []),
    (r"x \sim N(0, 1)", []),
    (r"w := w - \eta g", [r"w := w - \eta g"]),
    (r"w \leftarrow w - g", [r"w \leftarrow w - g"]),
    (r"w \gets w - g", [r"w \leftarrow w - g"]),
    ("w += g", ["w += g"]),
    (r"a \approx b \equiv c", [r"a \approx b", r"b \equiv c"]),
    (r"a \stackrel{def}{=} b", ["a := b"]),
    (
        r"a = \left( b \right. \\ \left. + c \right) \\ {}= d",
        [r"a = \left( b \right. \left. + c \right)", r"\left( b \right. \left. + c \right) = d"],
    ),
    (r"a \propto b", [r"a \propto b"]),
    (r"\{x = 1\}", []),
    (r"\sum_{i=1}^n x_i", []),
    ("a ＝ b", ["a = b"]),
    # other scripts
    ("损失 = b", ["损失 = b"]),
    (r"a = b，其中 c = d", ["a = b", "c = d"]),
    (r"a = b \text{, где } c = d", ["a = b", "c = d"]),
]


@pytest.mark.parametrize(("tex", "expected"), BLOCKS)
def test_a_block_has_these_rows(tex: str, expected: list[str]) -> None:
    assert rows_of(f"$$\n{tex}\n$$") == expected


DOCUMENTS = [
    ("$$a = b$$ so\n\n$$= c$$", ["a = b", "b = c"]),
    ("$$a =$$\n\n$$b$$", ["a = b"]),
    ("$$a = b$$ where $d = 2$\n\n$$= c$$", ["a = b", "d = 2", "b = c"]),
    ("$$a = b, \\quad i = 1, \\dots, n$$\n\n$$= c$$", ["a = b", "i = 1, \\dots, n", "b = c"]),
    ("We get $a$ $= b$.", ["a = b"]),
    ("$$a$$\n$$= b$$", ["a = b"]),
    ("$$\\Rightarrow a = b$$", ["a = b"]),
]


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS)
def test_chains_run_over_blocks(text: str, expected: list[str]) -> None:
    assert rows_of(text) == expected


def test_a_chain_has_one_number_and_counts_its_steps() -> None:
    found = list(rows(read_statements(read_document("$$a = b = c$$\n$$= d$$\n$$e = f$$"))))
    assert [(row.statement.chain, row.step) for row in found] == [(1, 1), (1, 2), (1, 3), (2, 1)]


def test_a_relation_without_a_left_side_says_so() -> None:
    (statement,) = read_statements(read_document("# New\n\n$$= b$$"))
    assert statement.opens and statement.sides[0].tree is None


def test_a_heading_ends_a_chain() -> None:
    first, second = read_statements(read_document("$$a = b$$\n\n# New\n\n$$= c$$"))
    assert not first.opens and second.opens


def test_a_relation_at_the_end_of_everything_is_a_problem() -> None:
    (statement,) = read_statements(read_document("$$a =$$"))
    assert statement.problem is not None and "nothing after it" in statement.problem.message


def test_words_numbers_and_memberships_are_set_aside() -> None:
    text = r"$$\text{Forward: } x = y \in \mathbb{R}^n \quad (\text{a vector}) \quad (7)$$"
    (statement,) = read_statements(read_document(text))
    assert statement.words_before == "Forward:"
    assert "a vector" in statement.words_after
    assert statement.tag == "7"
    ((member, _),) = statement.memberships
    assert member == Name("y")


def test_a_logical_arrow_is_kept() -> None:
    first, second = read_statements(read_document(r"$$a = b \Rightarrow c = d$$"))
    assert (first.connective, second.connective) == ("", "\\Rightarrow")


def test_what_cannot_be_read_leaves_the_other_sides_readable() -> None:
    (statement,) = read_statements(read_document(r"$$a = \foo{b} = c$$"))
    assert [side.tree is None for side in statement.sides] == [False, True, False]
    assert statement.problem is not None
    assert statement.sides[1].text == r"\foo{b}"


MACROS = r"""
$$
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
\def\half{\frac12}
\DeclareMathOperator{\relu}{ReLU}
\newcommand{\vect}[1][x]{\mathbf{#1}}
$$
$$ \pd{L}{w} = \half \relu(z) \vect \vect[y] $$
"""


def test_macros_of_the_document_are_expanded_at_the_place_of_their_use() -> None:
    document = read_document(MACROS)
    (statement,) = read_statements(document)
    plain = read_statements(
        read_document(r"$$ \frac{\partial L}{\partial w} = \frac12 \text{ReLU}(z) \mathbf{x} \mathbf{y} $$")
    )[0]
    assert [side.tree for side in statement.sides] == [side.tree for side in plain.sides]
    left = statement.sides[0]
    assert document.text[left.start : left.end] == r"\pd{L}{w}"


# the documents with hand labels, where they are there

DECORATION = re.compile(
    r"\\(left|right|bigg?[lr]?|Bigg?[lr]?|displaystyle|qquad|quad|,|;|!|:|\s|boxed|nonumber|notag|tag\{[^}]*\}|label\{[^}]*\})"
    r"|\\\\|&|\s|[{}]|\(\d+\)$|[.,;]$"
)


def bare(latex: str) -> str:
    """Without white space, alignment, sizes, braces, numbers of equations and closing punctuation."""
    previous = None
    while previous != latex:
        previous, latex = latex, DECORATION.sub("", latex)
    return latex


def labelled(document: Document) -> list[tuple[int, str, str, str]]:
    return [
        (document.place(row.relation.start).line, bare(row.left.text), row.relation.symbol, bare(row.right.text))
        for row in rows(read_statements(document))
    ]


@pytest.mark.skipif(not (SHARED / "labels").is_dir(), reason="needs the labelled documents")
@pytest.mark.parametrize("number", range(5))
def test_the_rows_of_a_labelled_document_are_those_of_the_labels(number: int) -> None:
    (path,) = (SHARED / "seeds").glob(f"{number:03}_*.txt")
    with (SHARED / "labels" / f"seed-{number:03}.tsv").open(newline="") as file:
        labels = list(csv.DictReader(file, delimiter="\t"))
    expected = [(int(r["line"]), bare(r["lhs"]), r["relation"], bare(r["rhs"])) for r in labels]
    document = read_document(path.read_text(encoding="utf-8"), path.name)
    assert labelled(document) == expected
    positions = [row.relation.start for row in rows(read_statements(document))]
    assert positions == [int(r["pos"]) for r in labels]
