"""Facts and sizes that the reader of a document adds, in the text notation."""

from __future__ import annotations

import pytest

from deltarule.checking.core.given import spelled
from deltarule.checking.files import check_text
from deltarule.language.errors import DeltaruleError


def verdicts(text: str, **given) -> list[str]:
    return [row.verdict for row in check_text(text, **given).rows]


def test_a_positive_name_lets_a_root_be_split():
    text = "$$\\sqrt{a c} = \\sqrt{a} \\sqrt{c}$$"
    assert verdicts(text) != ["proved"]
    assert verdicts(text, assume=["a > 0", "c > 0"]) == ["proved"]


def test_a_root_of_a_square_is_the_name_where_that_is_positive():
    assert verdicts("$$\\sqrt{a^2} = a$$") == ["refuted"]
    assert verdicts("$$\\sqrt{a^2} = a$$", assume=["0 < a < 1"]) == ["proved"]


def test_an_equality_is_used_in_proofs():
    text = "We have $s = a + b$.\n\n$$s^2 = 1$$"
    assert verdicts(text) == ["definition", "refuted"]
    assert verdicts(text, assume=["a + b = 1"]) == ["definition", "proved"]


def test_a_fact_about_a_vector_holds_for_each_component():
    text = "Let $\\hat y \\in \\mathbb{R}^n$ .\n\n$$\\log(\\hat y_i c) = \\log \\hat y_i + \\log c$$"
    assert verdicts(text, assume=["y_hat > 0", "c > 0"]) == ["proved"]


def test_sizes_that_are_given_make_matrices():
    text = "We have $C = A B$.\n\n$$C = B A$$"
    assert verdicts(text) == ["definition", "proved"]
    assert verdicts(text, shapes="A: n n, B: n n") == ["definition", "refuted"]


def test_a_name_that_is_not_there_is_said():
    checked = check_text("$1 = 1$", shapes="W: 2 2", assume=["q > 0"])
    assert [f.finding for f in checked.findings] == ["not-in-document", "not-in-document"]
    assert verdicts("$1 = 1$", shapes="W: 2 2") == ["proved"]


@pytest.mark.parametrize(
    "given",
    [{"assume": ["y"]}, {"assume": ["a < = 1"]}, {"assume": ["a <"]}, {"assume": ["a = b = c"]},
     {"assume": ["__import__('os') > 0"]}, {"shapes": "W 2"}, {"shapes": "W: 2 3 4"}],
)  # fmt: skip
def test_what_is_no_fact_is_refused(given):
    with pytest.raises(DeltaruleError):
        check_text("$1 = 1$", **given)


def test_names_are_spelled_as_the_notation_can_write_them():
    assert [spelled(key) for key in ("y_hat", "W^(1)", "delta_y", "a^[l-1]")] == ["y_hat", "W_1", "delta_y", "a_l_1"]


def test_the_command_line_takes_both(check, folder):
    (folder / "a.md").write_text("$$\\log(a c) = \\log a + \\log c$$")
    answer = check("a.md", "--assume", "a > 0", "--assume", "c > 0", "--shapes", "a:", "--format", "json")
    assert answer.code == 0 and answer.files[0]["summary"] == {"proved": 1}
    refused = check("a.md", "--assume", "a <")
    assert refused.code == 2 and refused.out == "" and "a side is missing" in refused.error
