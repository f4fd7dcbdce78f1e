"""The answer as JSON has the fields of the contract; the terminal's shows the place; the exit code says the verdict."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.report.counterexample import as_decimal, as_words

WRONG = """With $z = w x + b$ and $\\hat y = \\frac{1}{1 + e^{-z}}$:

$$\\frac{\\partial \\hat y}{\\partial w} = \\hat y (1 - \\hat y) x$$
$$\\frac{\\partial \\hat y}{\\partial b} = \\hat y (1 + \\hat y)$$
"""
RIGHT = "With $y = a + b$: $$y^2 = a^2 + 2ab + b^2$$\n"
ALWAYS = {"line", "column", "end_line", "chain", "step", "left", "right", "relation", "verdict", "reason"}
SOMETIMES = {"cell", "condition", "domain", "counterexample", "hint", "suggestion"}


@pytest.fixture
def documents(folder: Path) -> Path:
    (folder / "wrong.md").write_text(WRONG)
    (folder / "right.md").write_text(RIGHT)
    return folder


def test_the_json_has_the_fields_of_the_contract(check, documents):
    answer = check("wrong.md", "right.md", "--format", "json")
    data = json.loads(answer.out)
    assert data["schema"] == 1 and set(data) == {"schema", "files"}
    for file in data["files"]:
        assert set(file) == {"file", "summary", "equalities", "document"}
        assert sum(file["summary"].values()) == len(file["equalities"])
        for row in file["equalities"]:
            assert set(row) >= ALWAYS and set(row) <= ALWAYS | SOMETIMES
    *_, refuted = data["files"][0]["equalities"]
    assert refuted["verdict"] == "refuted"
    source = WRONG.splitlines()[refuted["line"] - 1]
    assert source[refuted["column"] - 1 :].startswith(refuted["right"])


def test_a_counterexample_is_decimal_and_its_sides_differ(check, documents):
    file, *_ = check("wrong.md", "--format", "json").files
    found = file["equalities"][-1]["counterexample"]
    assert {"left", "right"} < set(found)
    values = {name: float(value) for name, value in found.items()}
    assert values["left"] != values["right"]


@pytest.mark.parametrize("value", ["-17/16", "3", "22/13", "0", "-1/3", "1/1024"])
def test_a_value_as_a_decimal_is_the_value(value):
    exact = Fraction(value)
    assert abs(Fraction(as_decimal(value)) - exact) <= abs(exact) / 10**16


def test_a_counterexample_in_words_hides_what_is_inside_the_checker():
    given = {"size ?3": "2", "index _04": "1", "function document7:g": "1 exp(u)", "W[1,1]": "1", "W[1,2]": "1/2"}
    values, left, right = as_words({**given, "left": "0.123456789", "right": "0.123456788"})
    assert values == ["g(u) = exp(u)", "W = (1, 1/2)"]
    assert left != right


def test_a_counterexample_gives_no_values_to_what_the_document_defines():
    text = r"""Let $z = v x$, $h = \tanh(z)$, $s = w h$, $p = \sigma(s)$ with $\sigma(s) = \frac{1}{1 + e^{-s}}$ and
$L = -y \log p - (1 - y) \log(1 - p)$.

$$\frac{\partial L}{\partial v} = \frac{\partial L}{\partial s} w \tanh'(z) x = (p - y) w (1 - h^2) z$$
"""
    row = check_text(text, "a.md").rows[-1]
    assert row.verdict == "refuted" and row.counterexample is not None
    assert {*row.counterexample} <= {"v", "w", "x", "y", "left", "right"}


@pytest.mark.parametrize(
    ("names", "code"), [(["right.md"], 0), (["wrong.md"], 1), (["right.md", "wrong.md"], 1), (["wrong.md", "no.md"], 2)]
)
def test_exit_codes(check, documents, names, code):
    assert check(*names).code == code
    assert check(*names, "--format", "json").code == code
    assert check(*names, "--format", "html").code == code


def test_files_stand_in_the_order_of_the_arguments(check, folder):
    names = [f"d{k}.md" for k in range(7)]
    for k, name in enumerate(names):
        (folder / name).write_text("$1 = 1$\n\n" * (1 + 40 * (k == 0)))  # the first one takes longest
    answer = check(*names, "missing.md", names[0], "--format", "json", "--jobs", "3")
    assert [file["file"] for file in answer.files] == [*names, "missing.md", names[0]]
    assert [sum(file["summary"].values()) for file in answer.files] == [41, 1, 1, 1, 1, 1, 1, 0, 41]
    assert answer.files[7]["error"] == "No such file or directory"


def test_the_terminal_shows_the_place_and_fits_80_columns(check, documents):
    out = check("wrong.md", "right.md").out
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines), out
    place = next(k for k, line in enumerate(lines) if "wrong.md:4:" in line)
    source, carets = lines[place + 2], lines[place + 3]
    start, stop = carets.index("^"), carets.rindex("^") + 1
    assert source[start:stop] == "\\hat y (1 + \\hat y)"
    assert "\033" not in out
    assert lines[-1].startswith("2 files: ")


def test_carets_stand_below_what_is_meant_in_long_and_wide_lines(check, folder):
    words = "数学 " * 30
    (folder / "wide.md").write_text(f"{words}$2 = 3$ {words}\n\n{'word ' * 40}$1 + 1 = 3$\n")
    lines = check("wide.md").out.splitlines()
    for k, line in enumerate(lines):
        if "^" in line:
            columns = "".join(c * (2 if ord(c) > 0x2E80 else 1) for c in lines[k - 1])
            assert columns[line.index("^") : line.rindex("^") + 1] == "3"
            assert len(columns) <= 80


def test_the_same_thing_is_said_once(check, folder):
    (folder / "many.md").write_text("\n\n".join("$x_{} @ = 1$".replace("{}", str(k)) for k in range(5)))
    out = check("many.md").out
    assert out.count("-->") == 1 and "the same on lines 3, 5, 7 and 9" in out


def test_only_keeps_rows_of_the_verdicts_named(check, documents):
    answer = check("wrong.md", "--format", "json", "--only", "refuted")
    assert [row["verdict"] for row in answer.files[0]["equalities"]] == ["refuted"]
    assert answer.files[0]["summary"]["proved"] == 1
    refused = check("wrong.md", "--only", "refutd")
    assert refused.code == 2 and "did you mean refuted" in refused.error


def test_progress_is_for_terminals(check, documents):
    assert check("wrong.md", "right.md").error == ""
    assert check("wrong.md", "-q").error == ""


def test_conditions_speak_by_the_names_of_the_document():
    text = r"""With $z = w x + b$, $\hat y = \frac{1}{1 + e^{-z}}$ and $L = -y \log \hat y - (1 - y) \log(1 - \hat y)$:

$$\frac{\partial L}{\partial b} = \hat y - y$$
"""
    row = check_text(text).rows[-1]
    assert row.verdict == "proved" and set(row.domain) <= {"y_hat != 0", "1 - y_hat != 0"}, row.domain
