"""The page: well formed, alone (nothing is loaded, nothing runs), every equality marked and its reasons reachable."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import deltarule as dr
from deltarule.checking.files import check_text
from deltarule.checking.report.page import as_page
from deltarule.checking.report.words import MARKS

DOCUMENTS = sorted((Path(__file__).parents[1] / "documents").glob("*"))
EMPTY = frozenset({"meta", "hr", "br", "img", "link", "mspace", "input"})


class Page(HTMLParser):
    """Checks that every element is closed where it should be; collects attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        if tag in {"div", "table", "details", "ul", "p", "pre", "h2"}:
            assert "p" not in self.open, f"<{tag}> in a paragraph, line {self.getpos()}"
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}, open: {self.open[-3:]}"


def page_of(text: str, name: str = "a.md") -> tuple[str, Page]:
    html = as_page([check_text(text, name)])
    return html, Page(html)


@pytest.mark.parametrize(
    "path", [p for p in DOCUMENTS if p.suffix in {".md", ".tex", ".ipynb", ".html"}], ids=lambda p: p.name
)
def test_the_page_of_every_document_is_whole_and_marks_every_row(path):
    text = path.read_text()
    checked = check_text(text, path.name)
    html = as_page([checked])
    page = Page(html)
    marks = [a for tag, a in page.tags if tag == "a" and (a.get("class") or "").startswith("mark")]
    assert len(marks) == len(checked.rows)
    assert [(a["class"] or "").split()[1] for a in marks] == [row.verdict for row in checked.rows]
    assert len(page.ids) == len(set(page.ids))
    targets = [a["href"] or "" for tag, a in page.tags if tag == "a"]
    assert all(t.startswith("#") and t[1:] in page.ids for t in targets)


def test_nothing_is_loaded_and_nothing_runs():
    text = (
        "![a picture](https://example.org/p.png) [a link](https://example.org) <script>alert(1)</script>"
        ' <img src="https://example.org/q.png" onerror="x()">\n\n<https://example.org> $x = "1"$\n\n'
        "$$\\text{<b onclick=x()>} = \\href{https://example.org}{1}$$\n"
    )
    html, page = page_of(text)
    assert {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "object", "embed", "form"} == set()
    assert not any(name.startswith("on") or name in {"src", "action", "srcset"} for _, a in page.tags for name in a)
    assert all((a.get("href") or "#").startswith("#") for _, a in page.tags)
    assert re.search(r"default-src 'none'; style-src 'sha256-", html)
    assert "url(" not in html and "@import" not in html


def test_a_verdict_is_never_said_by_colour_alone():
    html, _ = page_of("With $y = a + b$: $$y^2 = a^2 + b^2$$ $a + b = y$ $\\sqrt{a c} = \\sqrt a \\sqrt c$ $y @ = 1$")
    for verdict in ("refuted", "proved", "undecided", "unread", "definition"):
        assert re.search(
            rf'<a class="mark {verdict}"[^>]*><span aria-hidden="true">{re.escape(MARKS[verdict])}</span>', html
        )
        assert f'<span class="hidden">{verdict}: ' in html


def test_reasons_are_reached_without_a_mouse():
    html, page = page_of("With $y = a + b$:\n\n$$y^2 = a^2 + b^2$$\n\n$y = a + b$")
    note = re.search(r'<details class="note refuted" id="(\w+)"><summary>.*?line 3.*?</details>', html, re.S)
    assert note and "left side is" in note[0]
    assert html.count(f'href="#{note[1]}"') == 2  # the mark, and the list at the top
    assert all(a.get("tabindex") == "0" for tag, a in page.tags if a.get("class") == "scroll")


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        ("\\frac{a}{b} = c", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (
            "\\hat{y}_i^{(1)} = 1",
            '<msubsup><mover accent="true"><mi>y</mi><mo stretchy="false">^</mo></mover><mi>i</mi>',
        ),
        (
            "\\sum_{k=1}^n x_k = 0",
            '<mo movablelimits="false">∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi>',
        ),
        ("\\mathbf{x}^T x = 1", "<msup><mi>𝐱</mi><mo>⊤</mo></msup>"),
        ("\\begin{pmatrix} 1 & 2 \\end{pmatrix} = A", "<mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr>"),
        ("\\frac{\\partial^2 L}{\\partial w^2} = 0", "<msup><mo>∂</mo><mn>2</mn></msup>"),
        ("\\sqrt{x} = y", "<msqrt><mi>x</mi></msqrt>"),
        ("x \\ne y, a = b", "<mo>≠</mo>"),
    ],
)
def test_formulas_are_drawn_as_they_stand(tex, shown):
    html, _ = page_of(f"$${tex}$$")
    assert shown in html


def test_what_cannot_be_read_is_shown_as_it_stands():
    html, _ = page_of("$$\\frac{a}{b = <c>$$")
    assert "<code>" in html and "\\frac{a}{b = &lt;c&gt;" in html


def test_latex_and_html_read_as_documents():
    latex = (
        "\\documentclass{article}\\title{On sums}\\begin{document}\\section{One \\emph{unit}}\nLet % no\n$s = a + b$."
        "\\begin{itemize}\\item first\\end{itemize}\\end{document}"
    )
    html, _ = page_of(latex, "a.tex")
    assert "<h2>On sums</h2>" in html and "One <em>unit</em>" in html and "<li>first" in html and "% no" not in html
    html, _ = page_of(
        "<html><head><title>no</title></head><body><h2>Sums</h2><p>Let \\(s = a\\)</p></body></html>", "a.html"
    )
    assert "<h3>Sums</h3>" in html and "<title>no" not in html


def test_a_notebook_names_its_cells(tmp_path):
    cells = [{"cell_type": "code", "source": "1"}, {"cell_type": "markdown", "source": ["# A\n", "$1 = 2$"]}]
    html, _ = page_of(json.dumps({"cells": cells}), "a.ipynb")
    assert "cell 1, line 2" in html and '<div class="cell">cell 1</div>' in html


def test_several_documents_stand_on_one_page(check, folder):
    (folder / "a.md").write_text("$1 = 1$")
    (folder / "b.md").write_bytes(b"\0\1")
    answer = check("a.md", "b.md", "--format", "html", "-o", "out.html")
    assert answer.code == 2 and answer.out == ""
    html = (folder / "out.html").read_text()
    assert "2 documents checked" in html and "a binary file" in html
    Page(html)


def test_python_gives_rows_findings_and_the_page(folder):
    text = "With $y = a + b$:\n\n$$y^2 = a^2 + b^2$$\n"
    (folder / "a.md").write_text(text)
    for verdicts in (dr.check("a.md"), dr.check(Path("a.md")), dr.check(text)):
        assert verdicts.summary == {"definition": 1, "refuted": 1}
        assert not verdicts.all_proved and not verdicts.none_failed
        (row,) = verdicts.failed
        assert row.verdict == row["verdict"] == "refuted" and row.line == 3 and row.condition is None
        data = json.loads(verdicts.to_json())
        assert [dict(r) for r in verdicts.rows] == data["files"][0]["equalities"]
        Page(verdicts._repr_html_())
        assert "refuted" in str(verdicts)
    assert dr.check("$y^2 = y y$").all_proved
    assert dr.check("$$\\sqrt{a^2} = a$$", assume="a > 0", shapes="a:").all_proved


def test_python_refuses_what_is_no_document(folder):
    with pytest.raises(dr.DeltaruleError, match=r"there is no file solution\.md"):
        dr.check("solution.md")
    (folder / "b.md").write_bytes(b"\0\1")
    with pytest.raises(dr.DeltaruleError, match="a binary file"):
        dr.check("b.md")
