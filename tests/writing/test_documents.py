"""Every format says the same derivation, readably, safely, and as its standard asks."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from deltarule.calculus.derivation import Chain, Derivation, Judgement, Row, Section
from deltarule.calculus.detail import at_detail
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Declaration
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, Apply, Axis, Symbol
from deltarule.network import Network
from deltarule.network.derive import derive
from deltarule.writing import FORMATS, write
from deltarule.writing.card import card
from deltarule.writing.notebook import shown_derivation, shown_expression
from deltarule.writing.terminal import measure, plain, print_derivation

Build = Callable[..., Derivation]


def test_seed_000_in_markdown_is_the_seed_s_solution(seed_000: Derivation) -> None:
    text = write(seed_000, "markdown")
    for formula in (
        r"s = \mathbf{w}^\top \mathbf{x} + b",
        r"\frac{\partial L}{\partial \mathbf{x}} &= \frac{\partial L}{\partial y} \frac{\partial y}{\partial s}"
        r" \frac{\partial s}{\partial \mathbf{x}} && \text{chain rule} \\",
        r"&= \boxed{\delta_y y (1 - y) \mathbf{w}} && \text{substitute}",
        r"&= \boxed{\delta_y y (1 - y) \mathbf{x}} && \text{substitute}",
        r"$\delta_y = \frac{\partial L}{\partial y} \in \mathbb{R}$",
        r"$\sigma(s) = \frac{1}{1 + e^{-s}}$",
        r"Given the gradient of the loss with respect to the output, $\delta_y$:",
    ):
        assert formula in text
    assert text.rstrip().endswith("All 8 steps are proved.")


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (
            "denominator",
            [
                r"\boxed{\boldsymbol{\delta}_{\mathbf{a}^{(1)}} \mathbf{x}^\top}",
                r"\boxed{\mathbf{W}^{(1)\top} \boldsymbol{\delta}_{\mathbf{a}^{(1)}}}",
                r"\odot \mathbf{1}[\mathbf{a}^{(1)} > 0]}",
                r"\mathbf{W}^{(1)} - \eta \boldsymbol{\delta}_{\mathbf{W}^{(1)}} ",
                r"\frac{\partial L}{\partial \mathbf{a}^{(1)}} \in \mathbb{R}^2",
            ],
        ),
        (
            "numerator",
            [
                r"\boxed{\mathbf{x} \boldsymbol{\delta}_{\mathbf{a}^{(1)}}}",
                r"\boxed{\boldsymbol{\delta}_{\mathbf{a}^{(1)}} \mathbf{W}^{(1)}}",
                r"\odot \mathbf{1}[\mathbf{a}^{(1)} > 0]^\top}",
                r"\mathbf{W}^{(1)} - \eta \boldsymbol{\delta}_{\mathbf{W}^{(1)}}^\top ",
                r"\frac{\partial L}{\partial \mathbf{a}^{(1)}} \in \mathbb{R}^{1 \times 2}",
            ],
        ),
    ],
)
def test_seed_003_keeps_one_layout_throughout(seed_003: Build, layout: str, expected: list[str]) -> None:
    text = write(seed_003(layout), "markdown")
    for formula in expected:
        assert formula in text


def test_a_row_without_matrix_form_is_left_out_and_its_rule_is_kept(seed_003: Build) -> None:
    text = write(seed_003(), "markdown")
    assert r"\text{chain rule, contract the Kronecker delta}" in text
    assert r"W^{(1)}_{" not in text
    indexed = write(seed_003(detail="index"), "markdown")
    assert (
        r"\sum_{k=1}^{2} \frac{\partial L}{\partial a^{(1)}_k} \frac{\partial a^{(1)}_k}{\partial W^{(1)}_{ij}}"
        in indexed
    )


def test_components_stand_with_numbers_for_indices(component: Derivation) -> None:
    text = write(component, "markdown")
    assert r"a^{(1)}_1 &= W^{(1)}_{11} x_1 + W^{(1)}_{12} x_2 + b^{(1)}_1 && \text{definition}" in text
    assert r"\boxed{\delta_{a^{(1)}_1} x_2}" in text
    assert r"W^{(1)}_{12} \leftarrow W^{(1)}_{12} - 2 \delta_{W^{(1)}_{12}}" in text


ALL = pytest.mark.parametrize("format", FORMATS)


@ALL
@pytest.mark.parametrize("detail", ["matrix", "index"])
@pytest.mark.parametrize("layout", ["denominator", "numerator"])
def test_every_format_writes_every_view(seed_003: Build, format: str, detail: str, layout: str) -> None:
    derivation = seed_003(layout, detail)
    text = write(derivation, format)
    assert text.endswith("\n")
    assert text == write(derivation, format)
    if format in {"markdown", "latex", "notebook", "card"}:
        source = text if format != "notebook" else "".join("".join(c["source"]) for c in json.loads(text)["cells"])
        assert source.count("{") == source.count("}")
        assert source.count(r"\left") - source.count(r"\leftarrow") == source.count(r"\right")
        assert source.count(r"\begin{") == source.count(r"\end{")


def test_an_unknown_format_names_those_there_are(seed_000: Derivation) -> None:
    with pytest.raises(DeltaruleError, match="did you mean markdown"):
        write(seed_000, "markdwon")


def test_the_terminal_needs_80_columns_and_no_colour(seed_003: Build) -> None:
    text = plain(seed_003())
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    lines = text.splitlines()
    assert any(line.startswith("  ∂L/∂z = ∂L/∂ŷ · ∂ŷ/∂z") and line.endswith("chain rule ✓") for line in lines)
    assert lines.index("Assumptions") < lines.index("Forward pass") < lines.index("Module bce_1")
    assert lines[-1] == "All 10 steps are proved."


def test_a_terminal_without_unicode_gets_ascii(seed_003: Build) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print_derivation(seed_003(), stream)
    stream.flush()
    text = raw.getvalue().decode("ascii")
    assert "outer(delta_a_1, x)" in text
    assert "W_1.T @ delta_a_1" in text


def test_colour_is_only_for_terminals_that_want_it(seed_000: Derivation, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    coloured = Terminal()
    print_derivation(seed_000, coloured)
    assert "\x1b[" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain_terminal = Terminal()
    print_derivation(seed_000, plain_terminal)
    assert "\x1b" not in plain_terminal.getvalue()


def test_a_long_formula_is_broken_within_the_width() -> None:
    terms = [multiply(Symbol("alpha"), Symbol(f"weight_{n}"), Symbol(f"input_{n}")) for n in range(12)]
    chain = Chain(Symbol("s"), (Row(add(*terms), "definition"),))
    text = plain(Derivation("Long", "", (Section("Sum", (chain,)),), {}))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("weight") == 12


def judged(verdict: str, domain: tuple[str, ...] = ()) -> Derivation:
    chain = Chain(Symbol("s"), (Row(ONE, "guess", "=", Judgement(verdict, domain)),))
    return Derivation("Verdicts", "", (Section("One", (chain,)),), {})


def test_verdicts_are_marked_and_counted() -> None:
    assert "guess ✗" in plain(judged("refuted"))
    assert "guess ?" in plain(judged("undecided"))
    assert "Steps: 1 refuted." in plain(judged("refuted"))
    assert "guess NO" in plain(judged("refuted"), unicode=False)
    assert 'title="proved; y != 0"' in write(judged("proved", ("y != 0",)), "html")


def test_worked_numbers_stand_as_a_last_row() -> None:
    i = Axis("i", 2)
    given = Chain(Symbol("x", (i,)), (), (i,), numbers=(("value", [0.5, -1.0]),))
    worked = Chain(Symbol("s"), (Row(multiply(Symbol("x", (i,)), Symbol("x", (i,)), bound=[i]), "definition"),))
    tiny = replace(worked, numbers=(("value", 1.25e-7),))
    derivation = Derivation("Numbers", "", (Section("One", (given, tiny)),), {"x": Declaration("x", (2,))})
    text = write(derivation, "markdown")
    assert r"\mathbf{x} = \begin{bmatrix} 0.5 \\ -1 \end{bmatrix}" in text
    assert r"&\approx 1.25 \cdot 10^{-7}" in text
    assert "x = [0.5, -1]" in plain(derivation)
    assert "≈ 1.25 · 10⁻⁷" in plain(derivation)
    for format in FORMATS:
        write(derivation, format)


NETWORKS = [
    "linear(n, h) -> tanh -> linear(h, k) -> softmax -> cross_entropy",
    "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce",
    "linear(n, 1, bias=False) -> sigmoid",
    "linear(n, k) -> log_softmax -> nll",
]


@pytest.mark.parametrize("batch", [False, True], ids=["sample", "batch"])
@pytest.mark.parametrize("view", ["applied", "jacobian"])
@pytest.mark.parametrize("network", NETWORKS)
def test_derived_networks_are_written_in_every_format(
    network: str, view: Literal["applied", "jacobian"], batch: bool
) -> None:
    derivation = derive(Network.parse(network), view=view, layout="numerator", batch=batch, prove=False)
    for detail in ("summary", "matrix", "index"):
        for format in FORMATS:
            text = write(at_detail(derivation, detail), format)
            if format == "text":
                assert max(map(measure, text.splitlines())) <= 80
            if format == "markdown":
                assert balanced(text)


def balanced(source: str) -> bool:
    counts = [source.count(c) - source.count("\\" + c) for c in "{}"]
    return counts[0] == counts[1]


class Page(HTMLParser):
    """What a page loads, and whether its elements close."""

    VOID = frozenset({"meta", "br", "link", "img", "mspace", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.stack.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("detail", ["matrix", "index"])
def test_the_page_is_one_file_without_scripts(seed_003: Build, detail: str) -> None:
    text = write(seed_003(detail=detail), "html")
    page = Page()
    page.feed(text)
    assert not page.stack
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed"}
    attributes = {(name, value) for _, attrs in page.tags for name, value in attrs.items()}
    assert not [name for name, _ in attributes if name.startswith("on") or name in {"style", "src"}]
    assert all((value or "").startswith("#") for name, value in attributes if name == "href")
    assert not re.search(r"https?://|url\(|@import", text)
    assert ("lang", "en") in attributes
    policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a) or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert all(attrs.get("alttext") for tag, attrs in page.tags if tag == "math")
    assert next(tag for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)) == "h1"
    anchors = {attrs["id"] for tag, attrs in page.tags if tag == "h2"}
    assert anchors == {(attrs["href"] or "")[1:] for tag, attrs in page.tags if tag == "a"}
    for element in re.findall(r"<math.*?</math>", text):
        ET.fromstring(element)


def test_markup_in_names_and_words_stays_text() -> None:
    chain = Chain(Symbol("s"), (Row(ONE, "<b>&amp; rule</b>"),), words="<script>alert(1)</script>")
    derivation = Derivation("<i>title</i>", 'a" onload="x', (Section("A <b> section", (chain,)),), {})
    text = write(derivation, "html")
    assert "<script" not in text and "<b>" not in text and "<i>" not in text
    assert r"\<script\>" in write(derivation, "markdown")


def test_json_has_the_fields_of_the_contract(seed_003: Build) -> None:
    data = json.loads(write(seed_003("numerator"), "json"))
    assert data["schema"] == 1
    assert data["network"] == "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"
    assert {"assumptions", "symbols", "equations", "messages", "saved", "steps"} <= data.keys()
    weight = next(s for s in data["symbols"] if s["name"] == "W_1")
    assert weight == {"name": "W_1", "role": "parameter", "shape": [2, 2], "latex": r"\mathbf{W}^{(1)}"}
    message = data["messages"][0]
    assert message["module"] == "linear_1"
    assert message["backward"]["name"] == "delta_x"
    assert set(message["backward"]) == {"name", "text", "latex", "shape", "numpy"}
    assert message["parameter"]["W_1"]["text"] == "outer(delta_a_1, x)"
    assert message["parameter"]["W_1"]["shape"] == [2, 2]
    assert message["parameter"]["W_1"]["latex"] == r"\mathbf{x} \boldsymbol{\delta}_{\mathbf{a}^{(1)}}"
    step = data["steps"][-2]
    assert step["verdict"] == "proved"
    assert set(step) >= {"section", "left", "right", "rule", "verdict", "domain"}
    assert data["saved"] == ["x", "h_1", "y_hat"]


def test_the_numpy_of_json_evaluated_in_order_computes_the_gradients(seed_003: Build) -> None:
    data = json.loads(write(seed_003(), "json"))
    random = np.random.default_rng(0)
    given = ("x", "W_1", "b_1", "w")
    scope = {name: random.normal(size=(2, 2) if name == "W_1" else 2) for name in given} | {
        "b": 0.3,
        "y": 1.0,
        "np": np,
    }
    base = dict(scope)

    def run(values: dict) -> dict:
        for equation in data["equations"]:
            values[equation["name"]] = eval(equation["numpy"], values)
        return values

    run(scope)
    gradient = eval(data["messages"][0]["parameter"]["W_1"]["numpy"], scope)
    step = 1e-6
    for place in np.ndindex(2, 2):
        ends = []
        for sign in (1, -1):
            moved = base["W_1"].copy()
            moved[place] += sign * step
            ends.append(run({**base, "W_1": moved})["L"])
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_json_does_not_depend_on_the_layout_except_for_latex(seed_003: Build) -> None:
    one, two = (json.loads(write(seed_003(layout), "json")) for layout in ("denominator", "numerator"))
    for a, b in zip(one["equations"], two["equations"], strict=True):
        assert (a["text"], a["numpy"], a["shape"]) == (b["text"], b["numpy"], b["shape"])


def test_the_notebook_is_one_cell_a_section(seed_003: Build) -> None:
    document = json.loads(write(seed_003(), "notebook"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    heads = ["".join(cell["source"]).splitlines()[0] for cell in document["cells"]]
    assert heads[0] == "# Backpropagation through the network"
    assert "## Forward pass" in heads
    assert all(cell["cell_type"] == "markdown" for cell in document["cells"])
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)


def test_a_notebook_shows_markdown_and_the_results_in_latex(seed_000: Derivation) -> None:
    shown = shown_derivation(seed_000)
    assert shown["text/markdown"] == write(seed_000, "markdown")
    assert shown["text/latex"].startswith("$$")
    assert shown["text/latex"].count(r"\begin{aligned}") == 3
    assert shown_expression(Apply("sigmoid", (Symbol("s"),))) == {"text/latex": r"$\displaystyle \sigma(s)$"}


def test_the_card_has_the_format_of_the_seeds(seed_000: Derivation) -> None:
    text = write(seed_000, "card")
    _, front, rest = text.split("---\n", 2)
    keys = [line.split(":")[0] for line in front.splitlines()]
    assert keys == ["id", "course", "tags", "difficulty", "type", "status"]
    assert "type: derivation" in front
    assert "status: to_learn" in front
    assert "tags: [neural-networks, backpropagation, linear-layer, logistic-sigmoid]" in front
    headings = re.findall(r"^#+ .*", rest, re.MULTILINE)
    assert headings == [
        "# Question",
        "# Solution",
        "## Forward Message",
        "## Backward Message",
        "## Parameter Message",
        "## Related Concepts",
    ]
    assert rest.rstrip().endswith("- [[linear-layer]]\n- [[logistic-sigmoid]]\n- [[backpropagation]]")
    backward, parameter = rest.split("## Backward Message")[1].split("## Parameter Message")
    assert r"\frac{\partial L}{\partial \mathbf{x}} &=" in backward
    assert r"\frac{\partial L}{\partial \mathbf{w}} &=" in parameter


def test_the_front_matter_of_a_card_is_safe_yaml(seed_000: Derivation) -> None:
    yaml = pytest.importorskip("yaml")
    text = card(seed_000, id='a: "b"', course="x # y", tags=["A: b", "[c]"], difficulty=4, status="learned")
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["id"] == 'a: "b"'
    assert front["course"] == "x # y"
    assert front["tags"] == ["a-b", "c"]
    assert front["difficulty"] == 4


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("detail", ["matrix", "index"])
def test_the_latex_document_compiles(seed_003: Build, tmp_path: Path, detail: str) -> None:
    (tmp_path / "d.tex").write_text(write(seed_003(detail=detail), "latex"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "d.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_plain_text_needs_no_rich() -> None:
    code = "import sys; import deltarule.writing.terminal; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
