"""What `train`, `predict`, `evaluate` do with data as people have it, and what they say of data that is no good."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, evaluate, load_model, predict, read_table, split, train
from deltarule.training.metrics import ClassificationMetrics, RegressionMetrics
from deltarule.training.notes import DataWarning
from deltarule.training.session import TrainingResult

RNG = np.random.default_rng(0)


@pytest.fixture
def people(tmp_path):
    """Age and income decide, with some noise, who buys; `id` is text."""
    age, income = RNG.uniform(18, 80, 90), RNG.uniform(1e4, 9e4, 90)
    buys = np.where(age / 60 + income / 5e4 + RNG.normal(0, 0.3, 90) > 1.8, "yes", "no")
    file = tmp_path / "people.csv"
    lines = [
        f"p{k},{a!r},{i!r},{b}" for k, (a, i, b) in enumerate(zip(age.tolist(), income.tolist(), buys, strict=True))
    ]
    file.write_text("id,age,income,buys\n" + "\n".join(lines) + "\n")
    return file


def csv_file(tmp_path, text: str):
    (tmp_path / "t.csv").write_text(text)
    return tmp_path / "t.csv"


def said(call, *arguments, **more) -> str:
    with pytest.raises(DeltaruleError) as caught:
        call(*arguments, **more)
    return str(caught.value)


def test_breast_cancer_is_learned_as_well_as_by_scikit_learn_on_the_same_split():
    result = train("breast_cancer", seed=1)
    bunch = load_breast_cancer(return_X_y=True)
    X, y = np.asarray(bunch[0]), np.array(["malignant", "benign"])[bunch[1]]
    training, held_out = split(len(X), 0.2, 1, y)
    scale = StandardScaler().fit(X[training])
    peer = LogisticRegression(max_iter=5000).fit(scale.transform(X[training]), y[training])
    accuracy = accuracy_score(y[held_out], peer.predict(scale.transform(X[held_out])))
    assert isinstance(result.held_out, ClassificationMetrics) and result.held_out.rows == len(held_out)
    assert result.held_out.accuracy > accuracy - 0.03
    assert result.target == "diagnosis" and result.model.network_.text.endswith("sigmoid -> bce")
    assert result.history["val_accuracy"][-1] == pytest.approx(result.held_out.accuracy)


def test_a_table_is_trained_on_saved_predicted_and_evaluated(people, tmp_path):
    result = train(people, "buys", ignore=["id"], output=tmp_path / "model", epochs=100)
    assert result.features == ("age", "income") and result.saved == tmp_path / "model"
    prediction = predict(tmp_path / "model", people)
    table = read_table(people)
    inside = pd.DataFrame(table.features(["age", "income"]), columns=["age", "income"])
    assert (prediction.values == result.model.predict(inside)).all()
    rows = list(csv.DictReader(io.StringIO(prediction.to_csv())))
    assert [row["buys"] for row in rows] == prediction.values.tolist()
    assert all(float(row["probability_no"]) + float(row["probability_yes"]) == pytest.approx(1) for row in rows)
    evaluation = evaluate(tmp_path / "model", people)
    assert isinstance(evaluation.metrics, ClassificationMetrics)
    assert evaluation.metrics.accuracy == (prediction.values == table.labels("buys")).mean() > 0.8


def test_columns_are_found_by_name_in_any_order(people, tmp_path):
    model = train(people, "buys", ignore=["id"], epochs=5).model
    rows = [line.split(",") for line in people.read_text().splitlines()]
    other = csv_file(tmp_path, "\n".join(f"{r[2]};x;{r[1]}" for r in rows))
    other.write_text(other.read_text().replace("income;x;age", "income;other;age"))
    np.testing.assert_array_equal(predict(model, other).probabilities, predict(model, people).probabilities)


def test_regression_is_chosen_and_judged_in_the_units_of_the_target():
    result = train("diabetes", seed=0)
    assert isinstance(result.model, Regressor) and isinstance(result.held_out, RegressionMetrics)
    assert result.held_out.r2 is not None and result.held_out.r2 > 0.3 and 30 < result.held_out.mae < 60


@pytest.mark.parametrize(
    ("network", "kind"),
    [
        ("linear(n, 1) -> squared_error", Regressor),
        ("linear(n, k) -> softmax -> cross_entropy", Classifier),
        (None, Classifier),
    ],
)
def test_the_networks_loss_says_what_a_column_of_whole_numbers_is(network, kind):
    assert isinstance(train("digits", network=network, epochs=1).model, kind)


def test_results_are_json(people):
    for result in (train(people, "buys", ignore=["id"], epochs=2), train("diabetes", epochs=2, validation=0)):
        document = json.loads(json.dumps(result.as_json(), allow_nan=False))
        assert document["schema"] == 1 and len(document["history"]["loss"]) == 2
        assert (document["held_out"] is None) == (result.held_out is None)
        table = people if result.target == "buys" else "diabetes"
        json.dumps(predict(result.model, table).as_json(), allow_nan=False)
        json.dumps(evaluate(result.model, table).as_json(), allow_nan=False)


def test_ctrl_c_keeps_what_was_learned(people, tmp_path):
    def interrupt(report) -> None:
        signal.raise_signal(signal.SIGINT)

    result = train(people, "buys", ignore=["id"], progress=interrupt, output=tmp_path / "m")
    assert result.interrupted and result.model.n_epochs_ == 1 and load_model(tmp_path / "m").interrupted_


def test_a_model_says_where_it_came_from(people, tmp_path):
    train(people, "buys", ignore=["id"], epochs=2, output=tmp_path / "m")
    about = load_model(tmp_path / "m").about_
    assert about["target"] == "buys" and about["data"] == str(people) and len(about["data_sha256"]) == 64


# Bad input -----------------------------------------------------------------------------------------------------------


def test_a_column_of_different_texts_is_left_out_and_that_is_said(people):
    with pytest.warns(DataWarning, match="column 'id' holds another text in every row"):
        result = train(people, "buys", epochs=2)
    assert result.model.encoder_.names == ["age", "income"]


def test_a_column_of_numbers_with_a_mistake_is_named_with_its_line_and_the_remedy(people):
    people.write_text(people.read_text().replace("p1,", "p1,x", 1))
    message = said(train, people, "buys")
    assert message.startswith(f"the feature column 'age' of {people} holds text, first at line 3: 'x")
    assert "--ignore age" in message and "--categorical" in message


def test_a_missing_target_column_is_answered_with_near_names(people):
    assert f"{people} has no column 'buy'; did you mean buys?" in said(train, people, "buy")
    assert "which column of" in said(train, people)
    assert "has no column 'idd'" in said(train, people, "buys", ignore=["idd"])


def test_a_target_with_gaps_is_named_by_line(tmp_path):
    for task, values in (("classes", "xy"), ("numbers", ["1.5", "2.5"])):
        file = csv_file(tmp_path, "a,y\n" + f"1,{values[0]}\n2,\n3,{values[1]}\n4,nan\n" * 3)
        message = said(train, file, "y")
        assert f"the target column 'y' of {file} has no value at lines 3, 5, 7, 9, 11 and 1 more\nremedy" in message, (
            task
        )


def test_one_class_only_is_refused(tmp_path):
    file = csv_file(tmp_path, "a,y\n1,x\n2,x\n3,x\n")
    assert f"the target 'y' of {file} holds one class only (x)" in said(train, file, "y")


def test_a_constant_target_is_refused(tmp_path):
    file = csv_file(tmp_path, "a,y\n1,1.5\n2,1.5\n3,1.5\n")
    assert f"the target 'y' of {file} is 1.5 in every row" in said(train, file, "y")


def test_an_identifier_as_target_is_refused(people):
    assert "holds 90 classes in 90 rows" in said(train, people, "id")


def test_fractions_are_no_classes(tmp_path):
    file = csv_file(tmp_path, "a,y\n1,1\n2,1.5\n3,2\n")
    message = said(train, file, "y", "linear(n, 1) -> sigmoid -> bce")
    assert f"the target 'y' of {file} holds fractions, first 1.5 at line 3" in message


def test_a_table_with_the_target_alone_is_refused(tmp_path):
    assert "no column but the target" in said(train, csv_file(tmp_path, "y\n1\n2\n"), "y")


def test_an_empty_file_is_refused(tmp_path):
    assert "is empty" in said(train, csv_file(tmp_path, ""), "y")


def test_a_network_of_the_wrong_size_is_refused():
    message = said(train, "iris", network="linear(5, 3) -> softmax -> cross_entropy")
    assert "takes 5 inputs, the table has 4 feature columns\nremedy: linear(4, ...)" in message


def test_a_learning_rate_that_diverges_is_named_and_nothing_is_written(tmp_path):
    message = said(train, "diabetes", learning_rate=1e8, output=tmp_path / "m")
    assert "with learning_rate = 1e+08" in message and "remedy: try learning_rate = 0.1" in message
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_half_model(people, tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    message = said(train, people, "buys", ignore=["id"], epochs=1, output=tmp_path / "out" / "m")
    assert "no space left on device" in message and not list((tmp_path / "out").iterdir())


def test_settings_out_of_their_interval_are_refused():
    assert "validation is 1.5; it must be a number in [0, 1)" in said(train, "iris", validation=1.5)
    assert "epochs is 0; it must be an integer in [1, inf)" in said(train, "iris", epochs=0)
    assert "no optimiser 'adm'" in said(train, "iris", optimiser="adm")


@pytest.fixture(scope="module")
def iris() -> TrainingResult:
    return train("iris", epochs=5)


def test_predicting_without_a_column_names_it(iris, tmp_path):
    file = csv_file(tmp_path, "sepal length (cm),sepal width (cm),petal length (cm),Petal width\n1,2,3,4\n")
    message = said(predict, iris.model, file)
    assert "has no column 'petal width (cm)'; did you mean Petal width?" in message
    assert message.endswith("columns of it that the model does not know: Petal width")


def test_evaluating_on_an_unknown_class_names_its_line(iris, tmp_path):
    header = ",".join(iris.features) + ",species\n"
    file = csv_file(tmp_path, header + "5,3,1,0,setosa\n5,3,1,0,tulip\n")
    assert "holds tulip at line 3, a class that the model does not know: it knows setosa" in said(
        evaluate, iris.model, file
    )


def test_a_missing_model_is_said_so(tmp_path):
    assert said(predict, tmp_path / "none", "iris") == f"{tmp_path / 'none'} does not exist"
