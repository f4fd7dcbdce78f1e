"""Permutation importance, calibration, intervals of shares, axes and numbers: each against another source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.inspection import permutation_importance

import deltarule as dr
from deltarule.training.metrics import classification_metrics, regression_metrics
from deltarule.training.report.chart import Scale, Series, histogram, lines, scale_for, spread
from deltarule.training.report.importance import importances
from deltarule.training.report.inside import column_weights
from deltarule.training.report.numbers import interval, number
from deltarule.training.report.predictions import calibration_points, wilson
from deltarule.training.report.subject import Subject
from deltarule.training.session import train
from deltarule.training.watching import layers_of


def rows(load: Any) -> Any:
    """X and y of one of scikit-learn's data sets."""
    return load(return_X_y=True)


def subject_of(model: Any, X: Any, y: Any, held: Any = None) -> Subject:
    outputs = model.outputs(X)
    values = model.decided(outputs)
    p = model.probabilities(outputs) if hasattr(model, "classes_") else None
    figures = regression_metrics(y, values) if p is None else classification_metrics(y, values, p, model.classes_)
    task = "regression" if p is None else "classification"
    return Subject(model, task, "y", "test", "", len(y), X, y, values, p, None, held, {"held out": figures})


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_importances_are_scikit_learns(task):
    classes = task == "classification"
    X, y = rows(load_breast_cancer) if classes else rows(load_diabetes)
    X = X[:, :6]
    network = "linear(n, 1) -> sigmoid -> bce" if classes else "linear(n, 1) -> squared_error"
    model = (dr.Classifier if classes else dr.Regressor)(network, epochs=60).fit(X, y)
    found, count, repeats = importances(subject_of(model, X, y))
    assert (count, repeats) == (len(y), 10)
    scoring = "neg_log_loss" if classes else "r2"
    expected: Any = permutation_importance(model, X, y, scoring=scoring, n_repeats=60, random_state=0)
    means, spreads = expected.importances_mean, expected.importances_std
    for j in range(6):
        mine = next(i for i in found if i.column == f"x{j}")
        assert mine.value == pytest.approx(means[j], abs=5 * spreads[j] / np.sqrt(10) + 1e-4)
        assert mine.low <= mine.value <= mine.high
    assert [i.value for i in found] == sorted((i.value for i in found), reverse=True)


def test_the_categories_of_a_column_are_shuffled_together(tmp_path):
    """A column of categories that alone tells the class, beside one of noise: its importance is that of the whole."""
    random = np.random.default_rng(0)
    group = random.integers(0, 3, 300)
    lines = [f"{'abc'[g]},{random.normal():.3f},{'yes' if g == 1 else 'no'}" for g in group]
    path = tmp_path / "groups.csv"
    path.write_text("\n".join(["group,noise,y", *lines]))
    result = train(str(path), "y", "linear(n, 1) -> sigmoid -> bce", epochs=300)
    assert result.subject is not None
    found, *_ = importances(result.subject)
    by_name = {i.column: i for i in found}
    assert set(by_name) == {"group", "noise"}
    assert by_name["group"].low > 0.5 and abs(by_name["noise"].value) < 0.05
    program = result.model.program_
    weights = column_weights(result.subject, layers_of(program.spec, program)[0])
    w = result.model.parameters_["w"]
    assert weights is not None and weights[1] is False
    assert dict(weights[0]) == pytest.approx({"group": np.linalg.norm(w[:3]), "noise": abs(w[3])})


def test_the_weights_of_a_logistic_regression_have_their_signs():
    X, y = rows(load_breast_cancer)
    model = dr.Classifier("linear(n, 1) -> sigmoid -> bce", epochs=5).fit(X, y)
    program = model.program_
    found = column_weights(subject_of(model, X, y), layers_of(program.spec, program)[0])
    assert found is not None and found[1] is True
    assert dict(found[0]) == pytest.approx({f"x{j}": w for j, w in enumerate(model.parameters_["w"])})
    assert abs(found[0][0][1]) == np.abs(model.parameters_["w"]).max()


def test_of_many_rows_some_are_taken_and_the_judged_ones_only():
    X, y = rows(load_breast_cancer)
    model = dr.Classifier("linear(n, 1) -> sigmoid -> bce", epochs=5).fit(X, y)
    held = np.arange(100)
    _, count, _ = importances(subject_of(model, X, y, held))
    assert count == 100
    wide, *_ = importances(subject_of(model, np.tile(X, (5, 1)), np.tile(y, 5)))
    assert len(wide) == 30


def test_calibration_is_scikit_learns():
    random = np.random.default_rng(0)
    p = random.beta(0.5, 0.5, 500)
    true = random.random(500) < p**1.3
    mean, hits, counts = calibration_points(true, p)
    share, predicted = calibration_curve(true, p, n_bins=10)
    assert mean == pytest.approx(predicted) and hits / counts == pytest.approx(share) and counts.sum() == 500


def test_the_interval_of_a_share_is_wilsons():
    for hits, count in ((0, 5), (5, 5), (3, 17), (400, 1000)):
        expected = binomtest(hits, count).proportion_ci(method="wilson")
        low, high = wilson(np.array([hits]), np.array([count]))
        assert (low[0], high[0]) == pytest.approx((expected.low, expected.high))


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_and_within(low, size):
    ticks = Scale(low, low + size, 0, 100).ticks()
    assert 1 <= len(ticks) <= 12
    assert all(low - 1e-6 * size <= t <= low + size * (1 + 1e-6) for t in ticks)
    if len(ticks) > 1:
        step = ticks[1] - ticks[0]
        mantissa = step / 10.0 ** np.floor(np.log10(step) + 1e-9)
        assert min(abs(mantissa - m) for m in (1, 2, 5, 10)) < 1e-3


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=30))
def test_a_logarithmic_axis_holds_every_value(values):
    scale = scale_for(np.array(values), 200, 10, log=True)
    places = scale(np.array(values))
    assert np.all((places >= 10) & (places <= 200)) and scale.ticks()


def test_places_are_those_of_the_values():
    chart = lines([Series("a", [0, 1, 2], [0.0, 0.5, 1.0])], name="n", title="t", words="w", x="x", y="y", unit=True)
    places = [(float(a), float(b)) for a, b in [p.split() for p in chart.svg.split('d="M')[1].split('"')[0].split("L")]]
    assert places[0][0] == 66 and places[1][1] == pytest.approx((places[0][1] + places[2][1]) / 2, abs=0.1)
    assert chart.table == (["x", "a"], [["0", "0"], ["1", "0.5000"], ["2", "1"]])


def test_long_curves_keep_their_peaks_and_their_tables_are_thinned():
    y = np.zeros(20_000)
    y[12_345] = 7.0
    chart = lines([Series("a", np.arange(20_000), y)], name="n", title="t", words="w", x="x", y="y")
    path = chart.svg.split('class="curve s1" d="')[1].split('"')[0]
    heights = {float(p.split()[1]) for p in path.replace("M", "L").split("L")[1:]}
    assert len(heights) == 2 and path.count("L") < 400
    assert len(chart.table[1]) == 40 and "40 of 20000 rows" in chart.note
    assert spread([["a"]] * 3) == ([["a"]] * 3, "")


def test_a_histogram_counts_what_numpy_counts():
    values = np.random.default_rng(0).normal(size=500)
    _, listed = histogram([("v", values)], name="n", title="t", words="w", x="x", bins=12).table
    assert [int(row[2]) for row in listed] == np.histogram(values, 12)[0].tolist()
    assert histogram([("v", np.ones(5))], name="n", title="t", words="w", x="x").table[1]


def test_numbers_are_as_people_read_them():
    shown = {0.5: "0.5000", -12.345: "−12.35", 3.0: "3", 1e-7: "1.00e-07", 2.5e9: "2.50e+09", 123456.7: "123457"}
    assert {value: number(value) for value in shown} == shown
    assert number(float("nan")) == "–" and number(float("-inf")) == "−∞" and interval(None) == "–"
    assert interval((0.1, 0.2)) == "0.1000 to 0.2000"
