"""What a network may take from a table, and what is said where it may not."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import sklearn.datasets

from deltarule.language.errors import DeltaruleError
from deltarule.training.bundled import DATASETS, load_dataset
from deltarule.training.csv_text import read_csv
from deltarule.training.data import Table
from deltarule.training.source import read_table
from deltarule.training.splitting import split
from deltarule.training.standardisation import Standardisation


def table(text: str) -> Table:
    return read_csv(text.encode(), "t.csv")


def said(call, *arguments) -> str:
    with pytest.raises(DeltaruleError) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_missing_column_names_the_nearest():
    message = said(table("Age,income\n1,2\n").features, ["age"])
    assert message == "t.csv has no column 'age'; did you mean Age?\nits columns: Age, income"


def test_a_text_column_names_itself_its_first_row_and_the_remedy():
    message = said(table("age,city\n1,?\n2,Oslo\n").features, ["age", "city"])
    assert message == (
        "the feature column 'city' of t.csv holds text, first at line 3: 'Oslo'\n"
        "remedy: leave the column out (--ignore city) or write its values as numbers"
    )


def test_a_decimal_comma_is_recognised():
    assert "not a decimal comma" in said(table("a;b\n1,5;2\n").features, ["a"])


def test_missing_values_are_named_by_line():
    rows = "".join(f"{i},{'' if i % 2 else i}\n" for i in range(16))
    message = said(table("a,b\n" + rows).features, ["b"])
    assert message.startswith("the feature column 'b' of t.csv has no value at lines 3, 5, 7, 9, 11 and 3 more\nremedy")


@pytest.mark.parametrize("word", ["nan", "NaN", "NA", "n/a", "null", "None", "?", ""])
def test_the_usual_words_for_missing_are_known(word):
    assert "has no value at line 2" in said(table(f"a,y\n0,{word}\n1,1\n").quantities, "y")
    assert "has no value at line 2" in said(table(f"a,y\n0,{word}\n1,x\n").labels, "y")


def test_infinite_values_are_refused():
    assert "is infinite at line 3" in said(table("a\n1\ninf\n").features, ["a"])


def test_a_constant_target_is_refused():
    assert said(table("a,y\n1,7\n2,7\n").quantities, "y").startswith("the target 'y' of t.csv is 7 in every row")


def test_a_text_target_cannot_be_regressed_on():
    message = said(table("a,y\n1,1.5\n2,high\n").quantities, "y")
    assert "holds text, first at line 3: 'high'" in message and "classification loss" in message


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ("x y x", "classification"),
        ("0 1 0 1", "classification"),
        ("0.5 1.5 0.5 1.5", "regression"),
        (" ".join(map(str, range(50))), "regression"),
        ("3 5 7 9 11", "regression"),
    ],
)
def test_the_task_follows_from_the_target(values, task):
    assert table("y,a\n" + "".join(f"{v},1\n" for v in values.split())).task("y") == task


def test_equal_tables_have_one_digest_and_others_another():
    one = table("a,b\n1,x\n")
    assert one.digest() == table("a,b\n1.0,x\n").digest() == table("a;b\n1;x\n").digest()
    assert len({one.digest(), table("a,b\n2,x\n").digest(), table("a,c\n1,x\n").digest()}) == 3


# Where tables come from ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATASETS)
def test_a_bundled_data_set_is_what_its_row_says(name):
    row, data = DATASETS[name], load_dataset(name)
    features = [c for c in data.columns if c != row.target]
    assert (data.rows, len(features)) == (row.rows, row.columns)
    assert np.isfinite(data.features(features)).all()
    assert data.task(row.target) == row.task
    if row.task == "classification":
        assert len(np.unique(data.labels(row.target))) == row.classes
    else:
        assert np.ptp(data.quantities(row.target)) > 0


def test_breast_cancer_has_scikit_learns_values_and_names():
    bunch: Any = sklearn.datasets.load_breast_cancer()
    data = load_dataset("breast_cancer")
    np.testing.assert_array_equal(data.features([str(n) for n in bunch["feature_names"]]), bunch["data"])
    assert (data.labels("diagnosis") == bunch["target_names"][bunch["target"]]).all()


def test_made_data_sets_follow_the_seed():
    for name in ("moons", "circles", "xor"):
        assert load_dataset(name, 1).digest() == load_dataset(name, 1).digest() != load_dataset(name, 2).digest()


def test_xor_labels_the_corners_by_exclusive_or():
    data = load_dataset("xor")
    corner = data.features(["x1", "x2"]) > 0.5
    expected = np.where(corner[:, 0] ^ corner[:, 1], "different", "same")
    assert (data.labels("parity") == expected).mean() > 0.99


def test_unknown_names_are_answered_with_near_ones(tmp_path):
    assert "did you mean digits" in said(read_table, "digit")
    (tmp_path / "People.csv").write_text("a\n1\n")
    assert "did you mean People.csv" in said(read_table, tmp_path / "people.csw")
    assert said(read_table, tmp_path).endswith("is a folder; give a file in it")


def test_standard_input_is_read(monkeypatch):
    class Standard:
        import io

        buffer = io.BytesIO(b"a,b\n1,2\n")

    monkeypatch.setattr(sys, "stdin", Standard)
    assert read_table("-").rows == 1


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_parquet_and_feather_give_what_pandas_wrote(tmp_path, suffix):
    frame = pd.DataFrame({"a": [1, 2, None], "b": [True, False, True], "c": ["x", None, "z"], "d": [1.5, 2.5, np.inf]})
    file = tmp_path / f"t.{suffix}"
    pa_table = pa.Table.from_pandas(frame)
    write = pyarrow.parquet.write_table if suffix == "parquet" else pyarrow.feather.write_feather
    write(pa_table, str(file))
    data = read_table(file)
    assert data.columns["a"].missing().tolist() == [2]
    assert data.features(["b"])[:, 0].tolist() == [1, 0, 1]
    assert data.columns["c"].texts == ["x", "", "z"]
    assert "has no value at row 3" in said(data.features, ["a"])
    assert "infinite at row 3" in said(data.features, ["d"])


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    file = tmp_path / "t.parquet"
    file.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    message = said(read_table, file)
    assert "needs pyarrow" in message and "pip install 'deltarule[tables]'" in message


def test_a_broken_parquet_file_is_refused(tmp_path):
    file = tmp_path / "t.parquet"
    file.write_bytes(b"PAR1 nothing of the kind PAR1")
    assert said(read_table, file).startswith(f"cannot read {file} as Parquet")


# Splitting and standardising ---------------------------------------------------------------------------------------


def test_a_split_has_every_row_once_and_follows_the_seed():
    training, held_out = split(103, 0.2, seed=3)
    assert sorted([*training, *held_out]) == list(range(103)) and len(held_out) == 21
    assert all((a == b).all() for a, b in zip(split(103, 0.2, 3), split(103, 0.2, 3), strict=True))
    assert set(split(103, 0.2, 4)[1]) != set(held_out)


def test_a_stratified_split_keeps_the_shares_of_the_classes():
    classes = np.repeat([0, 1, 2], [60, 30, 13])
    training, held_out = split(103, 0.2, 0, classes)
    assert len(held_out) == 21
    for c, count in enumerate([60, 30, 13]):
        assert abs((classes[held_out] == c).sum() - 0.2 * count) < 1
    assert set(classes[training]) == {0, 1, 2}


def test_a_class_never_loses_its_only_row():
    classes = np.array([0] * 8 + [1, 2])
    training, _ = split(10, 0.5, 0, classes)
    assert set(classes[training]) == {0, 1, 2}


def test_a_split_that_leaves_nothing_is_refused():
    assert "leaves 2 to train on and 0 to judge by" in said(split, 2, 0.2, 0)


def test_standardisation_is_scikit_learns():
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    X = rng.normal(3, [1, 100, 1e-3], (40, 3))
    weights = rng.integers(1, 4, 40).astype(float)
    np.testing.assert_allclose(Standardisation.fitted(X).apply(X), StandardScaler().fit_transform(X), atol=1e-12)
    repeated = np.repeat(X, weights.astype(int), axis=0)
    np.testing.assert_allclose(Standardisation.fitted(X, weights).mean, repeated.mean(0))
    np.testing.assert_allclose(Standardisation.fitted(X, weights).scale, repeated.std(0))
    np.testing.assert_allclose(Standardisation.fitted(X).undo(Standardisation.fitted(X).apply(X)), X)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 + 0.1, 1e-200])
def test_a_constant_column_becomes_zero(value):
    X = np.full((30, 1), value)
    assert abs(Standardisation.fitted(X).apply(X)).max() < 1e-6
