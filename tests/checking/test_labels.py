"""The checker against hand labels of documents that people wrote, where those lie beside the project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.report.report import as_data

SHARED = Path(__file__).parents[3] / "shared"
LABELS = sorted((SHARED / "labels").glob("seed-*.tsv"))


@pytest.mark.skipif(not LABELS, reason="the labelled documents are not here")
def test_no_claim_of_the_labelled_documents_is_judged_wrongly(tmp_path: Path):
    arguments = []
    for labels in LABELS:
        number = labels.stem.removeprefix("seed-")
        document = next((SHARED / "seeds").glob(f"{number}_*"))
        answer = tmp_path / f"{number}.json"
        answer.write_text(json.dumps(as_data([check_text(document.read_text(), document.name)])))
        arguments += [str(labels), str(answer)]
    said = subprocess.run(
        [sys.executable, str(SHARED / "tools" / "score.py"), *arguments, "--rows"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout
    assert "false_proved 0" in said.stdout and "false_conditional 0" in said.stdout, said.stdout
    share = float(said.stdout.split("decided")[-1].split("(")[1].split("%")[0])
    caught = said.stdout.split("caught ")[1].split()[0].split("/")
    assert share >= 98, said.stdout
    assert caught[0] == caught[1] != "0", said.stdout
