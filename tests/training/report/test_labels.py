"""Reports on several labels a row: scikit-learn's figures, intervals that hold them, and every label on the page."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import make_multilabel_classification

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier
from deltarule.training.label_metrics import label_intervals, label_metrics
from deltarule.training.report import report

X, Y = (np.asarray(a) for a in make_multilabel_classification(300, n_features=8, n_classes=4, random_state=0)[:2])
MODEL = Classifier(epochs=30).fit(X[:200], Y[:200])


def test_the_figures_are_scikit_learns():
    p, said, true = np.asarray(MODEL.predict_proba(X[200:])), np.asarray(MODEL.predict(X[200:])), Y[200:]
    found = label_metrics(true, said, p, list("abcd")).figures()
    each = range(4)
    expected = {
        "accuracy": metrics.accuracy_score(true, said),
        "f1_macro": metrics.f1_score(true, said, average="macro", zero_division=0.0),  # type: ignore[arg-type]
        "log_loss": np.mean([metrics.log_loss(true[:, k], p[:, k]) for k in each]),
        "brier": np.mean([metrics.brier_score_loss(true[:, k], p[:, k]) for k in each]),
        "roc_auc": metrics.roc_auc_score(true, p, average="macro"),
        "pr_auc": metrics.average_precision_score(true, p, average="macro"),
    }
    assert found == pytest.approx(expected, rel=1e-12)
    ends = label_intervals(true, said, p, 0).ends
    for name, value in found.items():
        low, high = ends[name] or (0.0, 0.0)
        assert low < value < high


def test_a_label_that_no_row_has_is_not_ranked():
    none = np.column_stack([Y[200:], np.zeros(100, int)])
    p = np.column_stack([np.asarray(MODEL.predict_proba(X[200:])), np.full(100, 0.1)])
    found = label_metrics(none, (p > 0.5).astype(int), p, list("abcde"))
    assert found.roc_auc is None and "roc_auc" not in found.figures() and found.counts[4].tolist() == [0, 0, 0, 0]
    assert "accuracy" in label_intervals(none, (p > 0.5).astype(int), p, 0).ends


def test_the_page_tells_of_every_label(tmp_path):
    page = report(MODEL, X[200:], Y[200:], tmp_path / "labels.html").read_text()
    for words in ("<h3>Labels</h3>", "Calibration", "ROC", "Permutation importance", "log loss"):
        assert words in page
    counted = [f"<td>{int(Y[200:, k].sum())}</td>" for k in range(4)]
    assert all(cell in page for cell in counted)


@pytest.mark.parametrize(("y", "words"), [(Y[200:, 0], "a row of labels"), (Y[200:] * 2, "labels are 0 or 1")])
def test_what_is_no_row_of_labels_is_refused(tmp_path, y, words):
    with pytest.raises(DeltaruleError, match=words):
        report(MODEL, X[200:], y, tmp_path / "labels.html")
