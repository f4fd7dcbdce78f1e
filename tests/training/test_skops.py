"""skops, the safer kin of pickle: models go there and back by types that can be read before they are trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deltarule as dr
from deltarule.training import Classifier, Regressor

sio: Any = pytest.importorskip("skops.io")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = np.where(X[:, 0] > 0, "yes", "no")
OURS = "deltarule."


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (Classifier(epochs=3, early_stopping=True, class_weight={"yes": 2.0}), Y),
        (Classifier(dr.Network("linear(n, 1) -> sigmoid -> bce"), epochs=3, optimiser="adam"), Y),
        (Classifier(epochs=3), np.column_stack([Y == "yes", X[:, 1] > 0]).astype(int)),
        (Regressor(epochs=3), X[:, :2]),
    ],
)
def test_a_model_comes_back_as_it_was(model: Any, y: Any):
    fitted = model.fit(X, y)
    content = sio.dumps(fitted)
    types = sio.get_untrusted_types(data=content)
    assert types and all(name.startswith(OURS) for name in types)
    again = sio.loads(content, trusted=types)
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    assert again.history_ == fitted.history_
    np.testing.assert_array_equal(again.fit(X, y).predict(X), fitted.predict(X))
