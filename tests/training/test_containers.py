"""Tables of pandas, polars and pyarrow as targets, and predictions given back in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 3)), columns=["a", "b", "c"], index=[f"row {k}" for k in range(60)])
Y = pd.Series(np.where(X["a"] > X["b"], "yes", "no"), index=X.index, name="answer")
VALUES = pd.DataFrame({"sum": X.sum(axis=1), "product": X["a"] * X["b"]})
LABELS = pd.DataFrame({"hot": (X["a"] > 0).astype(int), "wet": (X["b"] > 0).astype(int)})
SETTINGS: Any = dict(epochs=5)


def test_predictions_come_as_arrays_where_nothing_is_said():
    model = Classifier(**SETTINGS).fit(X, Y)
    assert isinstance(model.predict(X), np.ndarray) and isinstance(model.predict_proba(X), np.ndarray)


def test_pandas_out_has_the_index_of_the_rows_and_the_names_of_targets_and_classes():
    model = Classifier(**SETTINGS).set_output(transform="pandas").fit(X, Y)
    plain = Classifier(**SETTINGS).fit(X, Y)
    found = model.predict(X.iloc[3:9])
    assert isinstance(found, pd.Series) and found.name == "answer" and list(found.index) == list(X.index[3:9])
    assert (found == plain.predict(X.iloc[3:9])).all()
    for method in ("predict_proba", "predict_log_proba"):
        frame = getattr(model, method)(X)
        assert list(frame.columns) == ["no", "yes"] and (frame.index == X.index).all()
        np.testing.assert_array_equal(frame.to_numpy(), getattr(plain, method)(X))
    assert model.decision_function(X).name == "answer"
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert model.predict(X.to_numpy()).index.equals(pd.RangeIndex(60))
    assert model.score(X, Y) == plain.score(X, Y)


def test_several_targets_and_labels_keep_their_names():
    values = Regressor(**SETTINGS).set_output(transform="pandas").fit(X, VALUES)
    assert list(values.predict(X).columns) == ["sum", "product"] and 0 <= abs(values.score(X, VALUES)) < 10
    labels = Classifier(**SETTINGS).set_output(transform="pandas").fit(X, LABELS)
    for method in ("predict", "predict_proba", "decision_function"):
        assert list(getattr(labels, method)(X).columns) == ["hot", "wet"]
    assert labels.score(X, LABELS) > 0


def test_targets_without_a_name_are_called_predictions():
    model = Regressor(**SETTINGS).set_output(transform="pandas").fit(X.to_numpy(), VALUES["sum"].to_numpy())
    assert model.predict(X.to_numpy()).name == "prediction"
    two = Regressor(**SETTINGS).set_output(transform="pandas").fit(X.to_numpy(), VALUES.to_numpy())
    assert list(two.predict(X.to_numpy()).columns) == ["prediction_0", "prediction_1"]


def test_a_later_fit_takes_the_later_names():
    model = Regressor(**SETTINGS).set_output(transform="pandas").fit(X, VALUES["sum"])
    assert model.fit(X, VALUES["sum"].to_numpy()).predict(X).name == "prediction"


def test_arrow_targets_are_taken():
    expected = Classifier(**SETTINGS).fit(X, Y).predict_proba(X)
    table = pa.Table.from_pandas(X, preserve_index=False)
    for y in (pa.array(Y.to_list()), pa.chunked_array([Y.to_list()[:20], Y.to_list()[20:]])):
        np.testing.assert_allclose(Classifier(**SETTINGS).fit(table, y).predict_proba(table), expected, rtol=1e-12)
    both = pa.table({name: LABELS[name].to_numpy() for name in LABELS})
    model = Classifier(**SETTINGS).fit(table, both)
    assert model.multilabel_ and list(model.target_names_in_) == ["hot", "wet"]


def test_polars_goes_in_and_comes_out():
    pl = pytest.importorskip("polars")
    frame, y = pl.DataFrame({n: X[n].to_list() for n in X}), pl.Series("answer", Y.to_list())
    model = Classifier(**SETTINGS).set_output(transform="polars").fit(frame, y)
    plain = Classifier(**SETTINGS).fit(X, Y)
    assert model.predict(frame).name == "answer" and model.predict(frame).to_list() == plain.predict(X).tolist()
    assert model.predict_proba(frame).columns == ["no", "yes"] and model.score(frame, y) == plain.score(X, Y)


def test_searches_and_pipelines_work_with_frames_out():
    model = Classifier(**SETTINGS).set_output(transform="pandas")
    assert (cross_val_score(model, X, Y) == cross_val_score(Classifier(**SETTINGS), X, Y)).all()
    pipeline = make_pipeline(StandardScaler(), Classifier(**SETTINGS)).set_output(transform="pandas").fit(X, Y)
    assert list(pipeline[-1].feature_names_in_) == ["a", "b", "c"]


@pytest.mark.parametrize("wrong", ["panda", "numpy", 3])
def test_what_is_no_container_is_said(wrong: Any):
    with pytest.raises(DeltaruleError, match="set_output takes default, pandas, polars"):
        Classifier().set_output(transform=wrong)
