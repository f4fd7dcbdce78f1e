"""A model that is loaded to predict only: the same numbers as the estimator, and the same refusals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, load_model, predict, save_model
from deltarule.training.model_file import load_fitted

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
TWO = np.where(X[:, 0] > 0, "yes", "no")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
CASES = [
    (Classifier("linear(n, 1) -> sigmoid -> bce"), TWO),
    (Classifier("linear(n, 4) -> relu -> linear(4, 1) -> bce_with_logits", dtype="float32"), TWO),
    (Classifier("linear(n, k) -> softmax -> cross_entropy", standardise=False), THREE),
    (
        Classifier("linear(n, 4) -> batch_norm -> tanh -> dropout(p=0.3) -> linear(4, k) -> softmax -> cross_entropy"),
        THREE,
    ),
    (Classifier(engine="native"), TWO),
    (Regressor(), X[:, 0] * 100 + 7),
    (Regressor(), X[:, :2]),
    (Regressor("linear(n, 1) -> poisson_with_log_rate"), np.exp(X[:, 0])),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_it_predicts_what_the_estimator_does_to_the_bit(tmp_path, case):
    model, y = CASES[case]
    model.set_params(epochs=2).fit(FRAME, y)
    save_model(model, tmp_path / "m", {"target": "t"})
    light, whole = load_fitted(tmp_path / "m"), load_model(tmp_path / "m")
    for one, other in ((light, whole), (light.for_many_rows(), whole.for_many_rows())):
        found, expected = predict(one, FRAME), predict(other, FRAME)
        np.testing.assert_array_equal(found.values, expected.values)
        if expected.probabilities is not None:
            np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    np.testing.assert_array_equal(predict(light, FRAME).values, model.predict(FRAME))
    assert light.task == whole.task and light.about_ == whole.about_


def test_the_rate_of_a_poisson_loss_is_predicted_not_its_logarithm(tmp_path):
    rates = np.exp(0.5 * X[:, 0] + 1)
    model = Regressor("linear(n, 1) -> poisson_with_log_rate", epochs=400).fit(X, rates)
    np.testing.assert_allclose(model.predict(X), rates, rtol=0.05)


@pytest.mark.parametrize("settings", [{"optimiser": "adma"}, {"l1": -1}, {"unknown": 1}, {"schedule": "one_cycel"}])
def test_settings_that_are_wrong_are_refused_as_by_the_estimator(tmp_path, settings):
    save_model(Classifier(epochs=1).fit(X, TWO), tmp_path / "m")
    file = tmp_path / "m" / "model.json"
    document = json.loads(file.read_text())
    document["settings"] |= settings
    file.write_text(json.dumps(document))
    messages = []
    for load in (load_fitted, load_model):
        with pytest.raises(DeltaruleError) as caught:
            load(tmp_path / "m")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
