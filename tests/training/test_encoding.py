"""Columns of any kind become numbers as pandas and scikit-learn make them, fitted on the training part only."""

from __future__ import annotations

import datetime
import json
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, load_model, save_model, split
from deltarule.training.encoding import MOST_CATEGORIES, Encoder
from deltarule.training.notes import DataWarning

ROWS = 200


@pytest.fixture
def people() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, ROWS).astype(float),
            "city": rng.choice(["Oslo", "Bern", "Rome"], ROWS),
            "size": pd.Categorical(rng.choice(["S", "M", "L"], ROWS), ["S", "M", "L"], ordered=True),
            "member": rng.choice([True, False], ROWS),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D"),
        }
    )
    frame.loc[::7, "age"] = np.nan
    frame.loc[::11, "city"] = None
    return frame


@pytest.fixture
def bought(people) -> np.ndarray:
    return np.where(people.age.fillna(50) / 60 + (people.city == "Oslo") > 1.3, "yes", "no")


def encoded(model, frame) -> pd.DataFrame:
    from deltarule.training.features import encoded_features
    from deltarule.training.notes import Notes

    return pd.DataFrame(encoded_features(model, frame, Notes()), columns=model.encoder_.names)


def test_every_kind_of_column_is_encoded_as_pandas_and_scikit_learn_do(people, bought):
    model = Classifier(epochs=2).fit(people, bought)
    found = encoded(model, people)
    imputed = SimpleImputer(strategy="median", add_indicator=True).fit_transform(people[["age"]])
    np.testing.assert_array_equal(found[["age", "age is missing"]], imputed)
    peer = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    np.testing.assert_array_equal(
        found[["city = Bern", "city = Oslo", "city = Rome"]],
        peer.fit(np.array([["Bern"], ["Oslo"], ["Rome"]], object)).transform(people[["city"]].to_numpy(object)),
    )
    np.testing.assert_array_equal(found["city is missing"], people.city.isna())
    np.testing.assert_array_equal(found["size"], people["size"].cat.codes)
    np.testing.assert_array_equal(found["member"], people.member)
    np.testing.assert_array_equal(found["since"], (people.since - pd.Timestamp(0)) / pd.Timedelta(days=1))


def test_medians_categories_and_means_are_those_of_the_training_part_alone(people, bought):
    people = people.assign(city=np.where(np.arange(ROWS) == 5, "Kyiv", "Oslo"))
    for seed in range(20):
        training, held = split(ROWS, 0.25, seed, np.searchsorted(["no", "yes"], bought))
        if 5 in held:
            break
    model = Classifier(epochs=2, validation=0.25, seed=seed).fit(people, bought)
    assert model.encoder_.columns[1].categories == ("Oslo",)
    assert model.encoder_.columns[0].fill == people.age.iloc[training].median()
    since = (people.since.iloc[training] - pd.Timestamp(0)) / pd.Timedelta(days=1)
    place, standardisation = model.encoder_.names.index("since"), model.standardisation_
    assert standardisation is not None
    assert standardisation.mean[place] == pytest.approx(since.mean(), rel=1e-12)
    assert standardisation.scale[place] == pytest.approx(since.std(ddof=0), rel=1e-9)
    zero_or_one = [k for k, name in enumerate(model.encoder_.names) if " = " in name or name.endswith("missing")]
    assert (standardisation.mean[zero_or_one] == 0).all() and (standardisation.scale[zero_or_one] == 1).all()


def test_an_unseen_category_is_zero_everywhere_and_said_once(people, bought):
    model = Classifier(epochs=2).fit(people, bought)
    new = people.assign(city="Paris")
    with pytest.warns(DataWarning, match="column 'city' has values that the training part had not") as heard:
        found = encoded(model, new)
    assert len(heard) == 1
    assert not found.filter(like="city").to_numpy().any()


def test_a_gap_where_the_training_part_had_none_is_the_median_and_is_said(people, bought):
    model = Classifier(epochs=2).fit(people.drop(columns="city"), bought)
    new = people.assign(since=pd.NaT)
    with pytest.warns(DataWarning, match="column 'since' lacks values"):
        found = encoded(model, new)
    assert found.since.nunique() == 1


def test_missing_values_are_an_error_where_that_is_the_policy(people, bought):
    with pytest.raises(DeltaruleError, match="'age' of the pandas frame has no value at rows 1, 8, 15"):
        Classifier(missing="error").fit(people, bought)
    with pytest.raises(ValueError, match="NaN"):
        Classifier(missing="error").fit(people[["age"]], bought)


def test_pandas_pyarrow_and_a_round_trip_through_a_model_folder_agree(people, bought, tmp_path):
    model = Classifier(epochs=5).fit(people, bought)
    expected = model.predict_proba(people)
    np.testing.assert_array_equal(model.predict_proba(pa.Table.from_pandas(people)), expected)
    loaded = load_model(save_model(model, tmp_path / "m"))
    assert isinstance(loaded, Classifier)
    assert loaded.encoder_ == model.encoder_
    np.testing.assert_array_equal(loaded.predict_proba(people[people.columns[::-1]]), expected)
    fitted = Classifier(epochs=5).fit(pa.Table.from_pandas(people), bought)
    np.testing.assert_allclose(fitted.predict_proba(people), expected, rtol=1e-12)


def test_polars_agrees_with_pandas(people, bought):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(
        {
            "age": [None if np.isnan(a) else a for a in people.age],
            "city": [c if isinstance(c, str) else None for c in people.city],
            "member": people.member.tolist(),
            "since": [datetime.date(t.year, t.month, t.day) for t in people.since],
        }
    )
    model = Classifier(epochs=3).fit(frame, bought)
    peer = Classifier(epochs=3).fit(people.drop(columns="size"), bought)
    np.testing.assert_array_equal(model.predict_proba(frame), peer.predict_proba(people))


def test_arrays_with_gaps_and_sparse_arrays_are_taken():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), rng.normal(size=80)
    X[::9, 1] = np.nan
    model = Regressor("linear(n, 1) -> squared_error", epochs=3).fit(X, y)
    assert model.encoder_.names == ["x0", "x1", "x1 is missing", "x2"] and np.isfinite(model.predict(X)).all()
    dense = np.where(rng.random((80, 6)) < 0.3, rng.normal(size=(80, 6)), 0)
    expected = Regressor(epochs=3).fit(dense, y).predict(dense)
    for kind in (sparse.csr_matrix, sparse.csc_array):
        np.testing.assert_array_equal(Regressor(epochs=3).fit(kind(dense), y).predict(kind(dense)), expected)


def test_declared_columns_are_categories_and_levels():
    frame = pd.DataFrame({"zip": [1, 2, 3] * 20, "grade": ["low", "high", "mid"] * 20, "x": np.arange(60.0)})
    y = frame.zip % 2
    model = Classifier(epochs=2, categorical=["zip"], ordinal={"grade": ["low", "mid", "high"]}).fit(frame, y)
    assert model.encoder_.names == ["zip = 1", "zip = 2", "zip = 3", "grade", "x"]
    assert encoded(model, frame).grade.tolist()[:3] == [0, 2, 1]
    with pytest.raises(DeltaruleError, match="holds 'mid' at row 3, none of its levels"):
        Classifier(ordinal={"grade": ["low", "high"]}).fit(frame, y)
    with pytest.raises(DeltaruleError, match="no feature column 'zipp'; did you mean zip"):
        Classifier(categorical=["zipp"]).fit(frame, y)


def test_many_categories_are_cut_to_the_most_frequent():
    names = [f"c{k:03}" for k in range(MOST_CATEGORIES + 50)]
    frame = pd.DataFrame({"name": names + names[:MOST_CATEGORIES], "x": 1.0 * np.arange(len(names) + MOST_CATEGORIES)})
    with pytest.warns(DataWarning, match=f"the {MOST_CATEGORIES} most frequent are told apart"):
        model = Regressor(epochs=1).fit(frame, frame.x)
    assert model.encoder_.columns[0].categories == tuple(names[:MOST_CATEGORIES])


def test_a_model_of_a_table_refuses_a_bare_array_and_names_lost_columns(people, bought):
    model = Classifier(epochs=2).fit(people, bought)
    with pytest.raises(DeltaruleError, match="give it a table"):
        model.predict(np.zeros((3, 5)))
    with pytest.raises(DeltaruleError, match="lacks 2 of the model's 5 columns: 'age'; did you mean Age\\?; 'size'"):
        model.predict(people.drop(columns=["age", "size"]).assign(Age=1.0))


def test_partial_fit_keeps_the_encoder(people, bought):
    model = Classifier().partial_fit(people[:100], bought[:100])
    before = model.encoder_
    model.partial_fit(people[100:], bought[100:])
    assert model.encoder_ is before and len(model.history_["loss"]) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"missing": "drop"},
        {"columns": []},
        {"columns": [{"name": "a", "kind": "number", "fill": None, "indicator": False, "categories": []}]},
        {"columns": [{"name": "a", "kind": "text", "fill": 0, "indicator": False, "categories": []}]},
        {"columns": [{"name": "a", "kind": "number", "fill": 0, "indicator": False, "categories": ["x"]}]},
        {"columns": [{"name": "a", "kind": "category", "fill": 0, "indicator": False, "categories": ["x", "x"]}]},
        {"columns": [{"name": "a", "kind": "number", "fill": 0, "indicator": 1, "categories": []}]},
    ],
)
def test_an_encoder_that_is_none_is_refused(people, bought, change):
    good = Classifier(epochs=1).fit(people, bought).encoder_
    assert Encoder.from_json(json.loads(json.dumps(good.as_json()))) == good
    with pytest.raises(DeltaruleError, match="encoder"):
        Encoder.from_json({**good.as_json(), **change})


def test_plain_numbers_pass_without_a_warning():
    X = np.random.default_rng(0).normal(size=(50, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Regressor(epochs=1).fit(X, X[:, 0]).predict(X)
