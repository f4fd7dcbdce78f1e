"""Sparse tables that stay sparse are learned from as the same table written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.training import Classifier, Regressor, load_model, save_model, sparse_input
from deltarule.training.sparse_input import is_sparse

RNG = np.random.default_rng(0)
X = sparse.random_array((400, 60), density=0.05, format="csr", rng=RNG)
W = RNG.normal(size=60)
DENSE = X.toarray()
CLASSES = np.where(X @ W > 0, "up", "down")
NETWORKS = ["linear(n, 1) -> sigmoid -> bce", "linear(n, 8) -> tanh -> linear(8, 1) -> sigmoid -> bce"]


@pytest.fixture(autouse=True)
def small_ones_pay(monkeypatch):
    monkeypatch.setattr(sparse_input, "PAYS_FROM", 1)


@pytest.fixture
def nothing_is_written_out(monkeypatch):
    def refuse(self, *arguments, **more):
        raise AssertionError("the table was written out")

    for kind in (sparse.csr_array, sparse.csr_matrix, sparse.csc_array, sparse.coo_array):
        monkeypatch.setattr(kind, "toarray", refuse)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("settings", [{}, {"optimiser": "adam", "validation": 0.25}, {"l1": 0.01, "dtype": "float32"}])
def test_the_parameters_are_those_of_the_table_written_out(network, settings, nothing_is_written_out):
    settings = {"epochs": 4, "batch_size": 32, "engine": "numpy", **settings}
    found = Classifier(network, **settings).fit(X, CLASSES)
    scaled = DENSE / np.where(abs(DENSE).max(axis=0) > 0, abs(DENSE).max(axis=0), 1)
    tolerance = 1e-5 if found.dtype == "float32" else 1e-10
    assert found.standardisation_ is not None and not found.standardisation_.mean.any()
    if not settings.get("validation"):
        right = Classifier(network, standardise=False, **settings).fit(scaled, CLASSES)
        for name, value in right.parameters_.items():
            np.testing.assert_allclose(found.parameters_[name], value, atol=tolerance, rtol=tolerance)
        np.testing.assert_allclose(found.predict_proba(X), right.predict_proba(scaled), atol=tolerance)
    np.testing.assert_allclose(found.predict_proba(DENSE), found.predict_proba(X), atol=tolerance)


def test_weights_labels_quantities_and_a_saved_model_work_too(tmp_path, nothing_is_written_out):
    weight = RNG.uniform(0.5, 2, 400)
    model = Regressor("linear(n, 1) -> squared_error", epochs=60, learning_rate=0.3)
    model.fit(X, X @ W, sample_weight=weight)
    assert model.score(X, X @ W) > 0.7
    save_model(model, tmp_path / "m")
    np.testing.assert_array_equal(load_model(tmp_path / "m").predict(X), model.predict(X))
    part = Classifier(NETWORKS[0])
    for rows in (slice(0, 200), slice(200, 400)):
        part.partial_fit(X[rows], CLASSES[rows], classes=["down", "up"])
    assert part.n_epochs_ == 2


def test_all_formats_of_scipy_give_the_same_model():
    model = Classifier(NETWORKS[0], epochs=3).fit(X, CLASSES)
    for form in (sparse.csc_array, sparse.coo_array, sparse.csr_matrix):
        other = Classifier(NETWORKS[0], epochs=3).fit(form(X), CLASSES)
        np.testing.assert_array_equal(other.parameters_["w"], model.parameters_["w"])


def test_a_network_that_does_more_with_its_input_gets_it_written_out():
    network = "tanh -> linear(60, 1) -> sigmoid -> bce"
    taken = {t: compile_network(Network.parse(t)).takes_sparse for t in (network, "linear(60, 1) -> sigmoid -> bce")}
    assert list(taken.values()) == [False, True]
    assert Classifier("linear(n, n) -> sigmoid -> squared_error").fit(X[:, :2], CLASSES).n_features_in_ == 2


def test_a_small_or_a_dense_table_is_written_out_and_centred(monkeypatch):
    monkeypatch.setattr(sparse_input, "PAYS_FROM", 64 << 20)
    model = Classifier(NETWORKS[0], epochs=1).fit(X, CLASSES)
    assert model.standardisation_ is not None and model.standardisation_.mean.any()
    assert not is_sparse(np.eye(2))


def test_what_is_missing_in_a_sparse_table_is_filled_as_in_any():
    gaps = X.copy()
    gaps.data[3] = np.nan
    model = Classifier(NETWORKS[0], epochs=1).fit(gaps, CLASSES)
    assert model.encoder_.width == 61  # a column says that it was missing
