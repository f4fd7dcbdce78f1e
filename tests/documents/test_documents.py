"""Documents in many notations and languages, a quarter of them with honest mistakes, judged against hand labels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from deltarule.checking.files import check_text

from .scoring import DECIDED, labels_of, outcomes

FOLDER = Path(__file__).parent
LABELS = sorted(FOLDER.glob("*.tsv"))
FLOOR = 0.97
"""Share of the claims that are decided."""


def test_no_row_of_the_documents_is_judged_wrongly():
    count: Counter[str] = Counter()
    said = []
    for file in LABELS:
        name = file.name.removesuffix(".tsv")
        checked = check_text((FOLDER / name).read_text(), name)
        for label, row, outcome in outcomes(labels_of(file), checked.rows):
            count[outcome] += 1
            assert row is not None, f"{name}:{label.line} has no row {label.lhs} = {label.rhs}"
            if label.kind == "claim":
                count["claims"] += 1
                count["decided"] += row.verdict in DECIDED
            count["wrong rows"] += label.wrong
            if outcome not in {"right", "caught"}:
                said.append(f"{name}:{label.line} {outcome} (said {row.verdict}): {label.lhs} = {label.rhs}")
    faults = [line for line in said if "false_" in line]
    assert not faults, "\n".join(faults)
    assert count["caught"] >= 0.97 * count["wrong rows"] > 0, "\n".join(said)
    assert count["decided"] >= FLOOR * count["claims"], "\n".join(said)


def test_the_documents_are_many_and_a_quarter_holds_mistakes():
    wrong = [file for file in LABELS if any(label.wrong for label in labels_of(file))]
    assert len(LABELS) >= 40
    assert len(wrong) >= len(LABELS) / 4
