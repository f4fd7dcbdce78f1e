"""The table of measured errors as `deltarule show` and the documentation read it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deltarule.commands import main
from deltarule.program.measured import FILE, measured, said

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"


def test_show_says_the_measured_errors_of_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "sigmoid"]) == 0
    shown = capsys.readouterr().out
    part = shown[shown.index("\nAccuracy\n") : shown.index("\nPlot\n")]
    rows = {(m.subject, m.engine): {} for m in measured() if m.subject in {"sigmoid", "sigmoid′"}}
    for m in measured("sigmoid") + measured("sigmoid′"):
        rows[m.subject, m.engine][m.policy] = said(m.ulps)
    assert len(rows) == 4
    for (_, engine), by_policy in rows.items():
        wanted = [by_policy[p] for p in ("accuracy", "memory", "plain")]
        line = " +".join(map(re.escape, [engine, *wanted]))
        assert re.search(f"{line}\n", part), (engine, wanted)


def test_show_as_json_holds_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "tanh", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    rows = data["accuracy"] if "accuracy" in data else data["function"]["accuracy"]
    assert {(r["of"], r["engine"], r["policy"]) for r in rows} >= {
        ("tanh′", "native", "accuracy"),
        ("tanh", "numpy", "plain"),
    }
    assert all(r["inputs"] > 10_000 for r in rows)


def test_the_page_and_the_table_say_the_same() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("## All functions") :]
    cells = {}
    for line in table.splitlines():
        if line.startswith("| ") and not line.startswith("| |"):
            name, *rest = [c.strip() for c in line.strip("|").split("|")]
            cells[name] = rest[:6]
    order = [(e, p) for e in ("native", "numpy") for p in ("accuracy", "memory", "plain")]
    by_name: dict[str, dict[tuple[str, str], str]] = {}
    for m in measured():
        by_name.setdefault(m.subject, {})[m.engine, m.policy] = said(m.ulps)
    assert cells == {name: [rows.get(key, "") for key in order] for name, rows in by_name.items()}


def test_the_table_is_sorted_data_without_repeats() -> None:
    rows = json.loads(FILE.read_text(encoding="utf-8"))["rows"]
    keys = [(r["subject"], r["engine"], r["policy"]) for r in rows]
    assert len(set(keys)) == len(keys)
