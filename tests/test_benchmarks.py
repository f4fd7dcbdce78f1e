"""The benchmarks of training: everyone makes the same updates, figures are what was measured, sections stay."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import __main__ as page
from benchmarks import convolution, interleaved, training, training_picture
from benchmarks.training_cases import CASES, C, Case, errors
from benchmarks.training_limits import limits
from benchmarks.training_peers import MISSING, OURS, peers

SMALL = [c for c in CASES if c.batch <= 32]
compiler = pytest.mark.skipif(not (shutil.which("gcc") or shutil.which("cc")), reason="no C compiler")


def few_rows(case: Case) -> Case:
    return replace(case, rows=480)


@compiler
@pytest.mark.parametrize("case", SMALL, ids=lambda c: c.name)
def test_hand_written_c_makes_the_updates_of_the_reference(case: Case) -> None:
    case = few_rows(case)
    _, weights = limits(case)[C](case.checked_rows)
    assert weights is not None
    assert errors(weights, case) < training.TOLERANCE[case.dtype]


@pytest.mark.parametrize("case", SMALL[2:5], ids=lambda c: c.name)
def test_ours_makes_the_updates_of_the_reference(case: Case) -> None:
    case = few_rows(case)
    for name in (OURS, "deltarule, NumPy engine"):
        _, weights = peers(case)[name]()(case.checked_rows)
        assert weights is not None
        assert errors(weights, case) < training.TOLERANCE[case.dtype], name


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES if not c.wide], ids=lambda c: c.name)
def test_everyone_makes_the_updates_of_the_reference(case: Case) -> None:
    case = replace(case, rows=max(480, 2 * case.batch))
    for name, make in peers(case).items():
        _, weights = make()(case.checked_rows)
        if weights is not None:
            assert errors(weights, case) < training.TOLERANCE[case.dtype], name


def test_convolutions_are_trained_alike_by_everyone() -> None:
    case = replace(convolution.CASES[0], batch=4, batches=2)
    timings, left_out, _ = convolution.measure(case, seconds=0.05)
    assert {OURS, "deltarule, NumPy engine", "JAX, scan", "JAX, a call a batch"} <= set(timings)
    assert not any("wrong" in why for why in left_out.values())


def test_wrong_weights_are_found() -> None:
    case = few_rows(SMALL[2])
    assert errors(case.reference, case) == 0
    (w, b), *rest = case.reference
    assert errors([(w * 1.01, b), *rest], case) > training.TOLERANCE["float32"]
    assert errors(case.initial(), case) > 0.5


def test_a_case_becomes_rows_of_the_page_and_a_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(interleaved, "ROUNDS", (2, 2))
    monkeypatch.setattr(training, "ONE_RUN", 0.005)
    chosen = (OURS, "deltarule, NumPy engine")
    monkeypatch.setattr(training, "peers", lambda case: {n: m for n, m in peers(case).items() if n in chosen})
    found = training.measure(replace(few_rows(SMALL[2]), seconds=0.0))
    assert found.ours is not None and found.ours.runs == 2
    assert found.ours.least <= found.ours.median <= found.ours.most
    lines = training._summary([found])
    assert lines[2].startswith("| 2-2-1, one sample at a time | ")
    if found.limit is None:
        assert "not measured" in lines[2]
        return
    assert f"{found.ours.median / found.limit.median:.2f}" in lines[2]
    assert found.met == (found.ours.median <= 1.1 * found.limit.median)
    assert ("yes" if found.met else "**no**") in lines[2]
    training_picture.write([found], tmp_path / "picture.svg")
    assert "2-2-1" in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_a_peer_that_computes_something_else_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaved, "ROUNDS", (1, 1))
    case = few_rows(SMALL[2])
    monkeypatch.setattr(training, "peers", lambda case: {"lazy": lambda: lambda rows: (0.001, case.initial())})
    monkeypatch.setattr(training, "limits", lambda case: {})
    found = training.measure(case)
    assert "lazy" not in found.timings
    assert "its weights are wrong" in found.left_out["lazy"]
    assert any("lazy | left out" in line for line in training._details([found]))


def test_what_is_not_installed_is_said() -> None:
    words = " ".join(training._method([training.Measured(CASES[0], {}, ())]))
    assert all(name in words for name in MISSING)


def test_every_section_is_there_under_its_heading() -> None:
    for name, heading in page.SECTIONS.items():
        source = (Path(page.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        assert "def section() -> tuple[str, bool]" in source
        assert f'"## {heading}"' in source


def test_one_section_is_renewed_and_the_others_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(
        "# Performance\n\n## Tables\n\nold tables\n\n## Checking documents\n\nold checks\n", encoding="utf-8"
    )
    monkeypatch.setattr(page, "PAGE", file)
    from benchmarks import tables

    monkeypatch.setattr(tables, "section", lambda: ("## Tables\n\nnew tables\n", True))
    assert page.main(["tables"]) == 0
    text = file.read_text(encoding="utf-8")
    assert "new tables" in text and "old checks" in text and "old tables" not in text
    assert text.index("## Checking documents") < text.index("## Tables")
    assert page.main(["speed"]) == 2
