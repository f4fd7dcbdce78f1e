"""Ctrl-C, sent as the signal that a terminal sends: the batch ends, and the model is usable."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

CHILD = """
import json, sys
import numpy as np
from deltarule.training import Classifier
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 5)); y = X[:, 0] + 0.5 * rng.normal(size=400) > 0
def tell(report):
    if report.epoch == 3:
        print("running", flush=True)
model = Classifier(epochs=10_000_000, batch_size=50, progress=tell, **json.loads(sys.argv[1])).fit(X, y)
print(json.dumps({
    "interrupted": model.interrupted_, "epochs": model.n_epochs_, "losses": len(model.history_["loss"]),
    "best": getattr(model, "best_epoch_", None), "score": model.score(X, y),
    "finite": bool(all(np.isfinite(v).all() for v in model.parameters_.values())),
    "goes_on": model.partial_fit(X, y).n_epochs_ - model.n_epochs_ if not model.early_stopping else 0,
}), flush=True)
"""


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimiser": "adam", "learning_rate": 0.05},
        {"early_stopping": True, "patience": 10_000_000, "validation": 0.2},
    ],
)
def test_a_signal_in_the_middle_leaves_a_usable_model(settings: dict[str, object]):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, json.dumps(settings)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "running\n"
    child.send_signal(signal.SIGINT)
    out, errors = child.communicate(timeout=60)
    assert child.returncode == 0 and "Traceback" not in errors
    found = json.loads(out)
    assert found["interrupted"] and found["finite"] and found["score"] > 0.6  # a few epochs on a busy machine
    assert 3 <= found["epochs"] == found["losses"] < 10_000_000
    assert ("early_stopping" not in settings) == (found["best"] is None)
