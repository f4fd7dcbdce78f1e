"""What a command imports: a library that takes long to import is loaded where it is used, not before."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd

from deltarule.training import Classifier, save_model
from deltarule.training.fast_csv import PAYS_FROM

NETWORK = "linear(2, 1) -> sigmoid -> bce"
SLOW = ("sklearn", "scipy", "pandas", "polars", "matplotlib", "jax", "torch", "sympy")
LOADED = """
import json, sys
from io import StringIO
slow = sys.argv[1].split(",")
found = {}
def note(step):
    found[step] = [name for name in slow if name in sys.modules]
import deltarule
note("import deltarule")
from deltarule.commands import main
out, sys.stdout = sys.stdout, StringIO()
for call in json.loads(sys.argv[2]):
    assert main(call) == 0, call
    note(call[0] + " " + call[-1])
print(json.dumps(found), file=out)
"""


def test_no_slow_library_is_loaded_without_need(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=100), "b": rng.normal(size=100), "c": rng.choice(["x", "y"], 100)})
    table.loc[::7, "b"] = np.nan
    model = Classifier("linear(n, 1) -> sigmoid -> bce", epochs=1).fit(table, np.where(table.a > 0, "yes", "no"))
    save_model(model, tmp_path / "model", {"target": "y"})
    text = table.to_csv(index=False)
    head, _, body = text.partition("\n")
    (tmp_path / "small.csv").write_text(text)
    (tmp_path / "large.csv").write_text(f"{head}\n{body * (1 + PAYS_FROM // len(body))}")
    table.to_parquet(tmp_path / "table.parquet")
    predict = ["predict", str(tmp_path / "model")]
    calls = [
        ["derive", NETWORK],
        [*predict, str(tmp_path / "small.csv")],
        [*predict, str(tmp_path / "large.csv"), "-o", str(tmp_path / "p.csv")],
        [*predict, str(tmp_path / "table.parquet"), "-o", str(tmp_path / "p.parquet")],
    ]
    call = [sys.executable, "-c", LOADED, ",".join(SLOW), json.dumps(calls)]
    found = json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
    assert len(found) == 1 + len(calls) and not any(found.values()), found
