"""Where the mathematics of a document stands, for each kind of file; and what is said of bad input."""

from __future__ import annotations

import json
import time

import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.reading.documents import MAX_BYTES, Document, decode, line_column, read_document
from deltarule.reading.segments import Prose
from deltarule.reading.statements import read_statements, rows


def maths_of(text: str, name: str = "test.md") -> list[str]:
    document = read_document(text, name)
    for math in document.maths:
        assert math.start <= math.body_start <= math.body_end <= math.end
    return [document.text[m.body_start : m.body_end].strip() for m in document.maths]


def prose_of(document: Document) -> list[tuple[int, str]]:
    return [(s.level, document.text[s.start : s.end].strip()) for s in document.segments if isinstance(s, Prose)]


MARKDOWN = [
    ("$x$ and $$y$$", ["x", "y"]),
    ("$ x $", ["x"]),
    ("$$\nx\n$$", ["x"]),
    (r"\(x\) and \[y\]", ["x", "y"]),
    (r"\\(x\\) and \\[y\\]", ["x", "y"]),
    ("```math\nx = y\n```", ["x = y"]),
    ("~~~ math\nx = y\n~~~", ["x = y"]),
    ("```{math}\n:label: eq\nx = y\n```", ["x = y"]),
    ("$`x`$ here", ["x"]),
    ("\\begin{align}\nx &= y\n\\end{align}", ["\\begin{align}\nx &= y\n\\end{align}"]),
    ('<script type="math/tex; mode=display">x</script>', ["x"]),
    # not mathematics
    ("costs $5 and $6", []),
    ("between $5 and 10$ each", []),
    (r"costs \$5, \$6", []),
    ("$5, then $x$", ["x"]),
    ("becomes $3Qu$.\n- $v$", ["3Qu", "v"]),
    ("US$3 and $x_1$", ["x_1"]),
    ("`$x$` and ``$y$ ` ``", []),
    ("```\n$x$\n```\n$y$", ["y"]),
    ("~~~python\n$x$\n~~~", []),
    ("- item\n  ```python\n  a = '$x$'\n  ```\n- $y$", ["y"]),
    ("<!-- $x$ --> $y$", ["y"]),
    ("<pre>$x$</pre> $y$", ["y"]),
    ("<script>let a = '$x$'</script>", []),
    ("---\ntitle: $x$\n---\n$y$", ["y"]),
    ("---\nanchor: &a [1]\nuse: *a\nmore: !!python/object:os.system {}\n---\n$y$", ["y"]),
    ("---\n\n$x$\n\n---\n\n$y$", ["x", "y"]),
    ("$x\n\ny$", []),
    ("|a|b|\n|-|-|\n|$p(y|x)$|$z$|", ["p(y|x)", "z"]),
]


@pytest.mark.parametrize(("text", "maths"), MARKDOWN)
def test_markdown_has_these_formulas(text: str, maths: list[str]) -> None:
    assert maths_of(text) == maths


def test_headings_and_prose_are_kept() -> None:
    document = read_document("# One\n\nLet $x$ be.\n\nTwo\n---\nmore\n")
    assert prose_of(document) == [(1, "# One"), (0, "Let"), (0, "be."), (2, "Two\n---"), (0, "more")]


UNCLOSED = [
    ("$$ a = b\n\nand so we go on with many words here and then", "$$", 0),
    ("$$ a = b\n\nIt goes on with $c$ in words.\n\n$$ d = e $$", "$$", 0),
    (r"\[ a = b", r"\[", 0),
    (r"\begin{align} a = b", "align", 0),
    ("text $\\frac{a}{b} and on", "$ opens", 5),
    ("```math\na = b", "```", 0),
    ("```\n$a$", "```", 0),
]


@pytest.mark.parametrize(("text", "message", "offset"), UNCLOSED)
def test_an_unclosed_delimiter_is_a_problem_with_its_place(text: str, message: str, offset: int) -> None:
    problem = read_document(text).problems[0]
    assert message in problem.message
    assert problem.offset == offset


def test_an_unclosed_formula_does_not_swallow_what_follows() -> None:
    text = "$$ a = b\n\nThen it goes on with plain words and more.\n\n$$ d = e $$\n\nEnd, $f = g$."
    assert maths_of(text) == ["d = e", "f = g"]


LATEX = r"""
\documentclass{article}
\newcommand{\loss}{\mathcal{L}}
$not = this$
\begin{document}
\section{The loss $L$}
It is $\loss = y$ % and not $c = d$
and 50\% of \verb|$v$|.
\begin{equation}\label{eq}
  a = b
\end{equation}
\begin{verbatim}
$no$
\end{verbatim}
\input{/etc/passwd}
\[ e = f \]
\end{document}
$nor = this$
"""


def test_latex_is_read_between_begin_and_end_document() -> None:
    document = read_document(LATEX, "paper.tex")
    assert maths_of(LATEX, "paper.tex") == [
        "L", r"\loss = y", "\\begin{equation}\\label{eq}\n  a = b\n\\end{equation}", "e = f",
    ]  # fmt: skip
    assert [row.left.text for row in rows(read_statements(document))] == [r"\loss", "a", "e"]
    assert any("not followed" in problem.message for problem in document.problems)
    statement = next(s for s in read_statements(document) if s.relations)
    assert getattr(statement.sides[0].tree, "style", "") == "cal"


HTML = """<html><head><title>$t$</title><style>a { b: $c$ }</style></head><body>
<h2>Back</h2><p>Let \\(x &lt; 1\\) and <b>so</b> $$a &amp;= b$$</p>
<script>var s = "$$no$$";</script><code>\\(no\\)</code>
<script type="math/tex; mode=display">c = d</script>
<span><annotation encoding="application/x-tex">e = f</annotation></span>
costs $5 and $x$
</body></html>"""


def test_html_has_prose_without_tags_and_formulas_with_entities() -> None:
    document = read_document(HTML, "page.html")
    assert maths_of(HTML, "page.html") == [r"x &lt; 1", "a &amp;= b", "c = d", "e = f"]
    assert (2, "Back") in prose_of(document)
    assert not any("<" in text for _, text in prose_of(document))
    found = [(r.left.text, r.right.text) for r in rows(read_statements(document))]
    assert found == [("a", "b"), ("c", "d"), ("e", "f")]


def test_html_reads_single_dollars_where_the_page_says_so() -> None:
    page = "<script>MathJax = {tex: {inlineMath: [['$', '$']]}}</script><p>$x = y$</p>"
    assert maths_of(page, "page.html") == ["x = y"]


def notebook(*cells: tuple[str, str | list[str]]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4})


def test_a_notebook_counts_lines_in_its_cells() -> None:
    text = notebook(("code", "x = '$c$'"), ("markdown", ["# T\n", "\n", "$$a = b$$"]), ("markdown", "so $$= c$$"))
    document = read_document(text, "n.ipynb")
    first, second = rows(read_statements(document))
    assert document.place(first.right.start) == (3, 7, 1)
    assert document.place(second.right.start) == (1, 8, 2)
    assert line_column(document, second.right.start) == (1, 8)
    assert (second.left.text, second.right.text) == ("b", "c")


def test_places_are_exact() -> None:
    document = read_document("one\r\ntwo $x = y$\r\n")
    (row,) = rows(read_statements(document))
    assert document.place(row.relation.start) == (2, 8, None)
    assert document.text[row.right.start : row.right.end] == "y"


BAD_TEXT = [
    ("a\0b", "x.md", "binary"),
    ("{not json", "x.ipynb", "not a notebook"),
    ("[]", "x.ipynb", "list of cells"),
    ('{"cells": [3]}', "x.ipynb", "cell 0"),
    ('{"cells": [{"cell_type": "markdown", "source": 3}]}', "x.ipynb", "source of cell 0"),
    ("[" * 100_000, "x.ipynb", "not a notebook"),
    ("a" * (MAX_BYTES + 1), "x.md", "split the file"),
]


@pytest.mark.parametrize(("text", "name", "message"), BAD_TEXT, ids=[m for *_, m in BAD_TEXT])
def test_a_bad_text_is_refused_in_words(text: str, name: str, message: str) -> None:
    with pytest.raises(DeltaruleError, match=message):
        read_document(text, name)


BAD_BYTES = [
    (b"\x00\x01\x02\xff", "binary"),
    (b"one\ncaf\xe9", "line 2"),
    (b"a" * (MAX_BYTES + 1), "split the file"),
]


@pytest.mark.parametrize(("data", "message"), BAD_BYTES, ids=[m for _, m in BAD_BYTES])
def test_bad_bytes_are_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(DeltaruleError, match=message):
        decode(data, "x.md")


def test_marks_of_encodings_are_known() -> None:
    assert decode("ŷ".encode("utf-8-sig"), "x") == decode("ŷ".encode("utf-16"), "x") == "ŷ"


BAD_MATHS = [
    (r"\newcommand{\a}{\a} \a = 1", "macro"),
    (r"\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\newcommand{\c}{\a\a} \a = 1", "macro"),
    (r"\def\a#1{\a{#1#1}} \a{x} = 1", "macro"),
    ("a = {b", "not closed"),
    ("a = b}", "closes nothing"),
    ("a = " + "(" * 500 + "b" + ")" * 500, "levels"),
    ("a = " + "{" * 5000 + "b" + "}" * 5000, "levels"),
    ("a = " + "-" * 5000 + "b", "levels"),
    ("a = " + r"\frac{1}{" * 500 + "b" + "}" * 500, "levels"),
    ("a = " + r"\log " * 5000 + "b", "levels"),
    ("a = " + r"\hat " * 5000 + "b", "cannot be read"),
    ("a = " + r"\sum_i " * 5000 + "b", "levels"),
    ("a = " + r"\nabla " * 5000 + "b", "levels"),
    ("a = " + "x+" * 20_000 + "b", "more than"),
    ("a = b^", "missing"),
    ("a = b_.5", "missing"),
    (r"a = \dv [", "not closed"),
    (r"a = \begin{matrix} b", "not closed"),
]


@pytest.mark.parametrize(("tex", "message"), BAD_MATHS, ids=range(len(BAD_MATHS)))
def test_bad_mathematics_becomes_a_problem(tex: str, message: str) -> None:
    begin = time.perf_counter()
    statements = read_statements(read_document(f"$${tex}$$\n\n$$c = d$$"))
    assert time.perf_counter() - begin < 5
    problem = next(s.problem for s in statements if s.problem)
    assert message in problem.message
    assert statements[-1].problem is None


HUGE = [
    "$" * 200_000,
    "$$ a " * 8_000,
    "\\[" * 100_000,
    "\\begin{align}" * 20_000,
    "`" * 200_000,
    "` `` " * 40_000,
    "<a " * 80_000,
    "<!--" * 50_000,
    "<script" * 40_000,
    "$a = b$ " * 4_000,
    "\\newcommand" * 20_000,
    "\\def\\a{" * 20_000,
    "---\n" * 50_000,
    "word " * 50_000,
    "$$" + "a = b \\\\ " * 2_500 + "$$",
    "$$" + "{" * 20_000 + "$$",
    "$$" + "a, " * 9_000 + "$$",
    "$$" + "b, " * 9_000 + "c \\in D$$",
    "$$x = y, " + "b, " * 9_000 + "c \\in D$$",
    "$$" + "a = b, " * 4_000 + "$$",
    "$$" + "a \\quad " * 9_000 + "$$",
    "$$" + "d(" * 5_000 + "$$",
    "$$" + "|" * 9_000 + "$$",
    "$$" + "a \\text{x y} " * 5_000 + "$$",
    "```\n" * 50_000,
]


@pytest.mark.parametrize("text", HUGE, ids=[t[:12] for t in HUGE])
def test_time_grows_no_faster_than_the_text(text: str) -> None:
    begin = time.process_time()
    read_statements(read_document(text))
    assert time.process_time() - begin < 10


def test_words_in_a_formula_may_hold_a_formula_of_their_own():
    text = "$$\ny &= a && \\text{reuse of the activity, by elimination: d + y$^{2}$ - y = 0}\n$$\n"
    document = read_document(text, "a.md")
    assert not document.problems and len(document.maths) == 1
