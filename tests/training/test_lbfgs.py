"""L-BFGS: PyTorch's steps, SciPy's optimum, going on bit for bit, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import Ridge

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor
from deltarule.training.lbfgs import Iterations
from deltarule.training.line_search import Point, strong_wolfe
from deltarule.training.model_file import load_model, save_model
from deltarule.training.optimisers import optimiser, option_values
from deltarule.training.session import train
from deltarule.training.updating import NO_CHANGES, Memory

X, Y = (np.asarray(a) for a in load_breast_cancer(return_X_y=True))
LOGISTIC = "linear(n, 1) -> sigmoid -> bce"


class Valley:
    """Rosenbrock's function of one array, in the place of a network."""

    def gradients(self, parameters: Any, X: Any, Y: Any, *, sample_weight: Any = None) -> tuple[float, Any]:
        return float(rosen(parameters["w"])), {"w": rosen_der(parameters["w"])}


class Bowl:
    """Σ log cosh(A w - b) + |w|²/20: convex, so that rounding stays as small as it is."""

    A = np.random.default_rng(0).normal(size=(12, 6))
    b = np.random.default_rng(1).normal(size=12)

    def gradients(self, parameters: Any, X: Any, Y: Any, *, sample_weight: Any = None) -> tuple[float, Any]:
        w = parameters["w"]
        z = self.A @ w - self.b
        loss = np.sum(np.log(np.cosh(z))) + w @ w / 20
        return float(loss), {"w": self.A.T @ np.tanh(z) + w / 10}


def iterated(problem: Any, start: list[float], count: int, **options: float) -> tuple[list[np.ndarray], Memory]:
    row, memory = optimiser("lbfgs"), Memory()
    step = Iterations(problem, option_values(row, options), NO_CHANGES, memory)
    parameters, found = {"w": np.array(start)}, []
    for _ in range(count):
        step(parameters, X, Y, None, 1.0)
        found.append(parameters["w"].copy())
    return found, memory


def torchs(loss: Callable[[Any, Any], Any], start: list[float], count: int, **options: float) -> list[np.ndarray]:
    torch: Any = pytest.importorskip("torch")
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    rule = torch.optim.LBFGS([w], max_iter=1, max_eval=100, line_search_fn="strong_wolfe", **options)

    def closure() -> Any:
        rule.zero_grad()
        value = loss(torch, w)
        value.backward()
        return value

    found = []
    for _ in range(count):
        rule.step(closure)
        found.append(w.detach().numpy().copy())
    return found


def test_a_hundred_steps_are_pytorchs():
    def loss(torch: Any, w: Any) -> Any:
        z = torch.tensor(Bowl.A) @ w - torch.tensor(Bowl.b)
        return torch.log(torch.cosh(z)).sum() + w @ w / 20

    start = [3.0, -2.0, 1.0, 0.5, -4.0, 2.0]
    theirs = torchs(loss, start, 100, history_size=4, tolerance_grad=1e-6)
    ours, _ = iterated(Bowl(), start, 100, history=4, tolerance_gradient=1e-6)
    assert max(np.max(np.abs(a - b)) for a, b in zip(ours, theirs, strict=True)) < 1e-10


def test_the_steps_in_a_valley_are_pytorchs():
    """Rounding grows along it by a factor of about two a step."""

    def loss(torch: Any, w: Any) -> Any:
        return (100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2).sum()

    start = [-1.2, 1.0, 1.0]
    theirs, (ours, _) = torchs(loss, start, 60, history_size=10), iterated(Valley(), start, 60)
    assert max(np.max(np.abs(a - b)) for a, b in zip(ours[:18], theirs[:18], strict=True)) < 1e-10
    assert np.max(np.abs(ours[-1] - theirs[-1])) < 1e-10


def test_a_valley_is_followed_to_its_lowest_point():
    found, memory = iterated(Valley(), [-1.2, 1.0, 1.0], 60)
    np.testing.assert_allclose(found[-1], 1, atol=2e-6)
    assert memory.schedule["lbfgs_converged"] == 1 and memory.updates < 60
    assert memory.arrays["w"]["steps"].shape == (10, 3)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_logistic_regression_is_scipys_optimum(engine):
    l2 = 1e-2
    model = Classifier(LOGISTIC, optimiser="lbfgs", l2=l2, engine=engine, epochs=500)
    model.set_params(optimiser_options={"tolerance_change": 0}).fit(X, Y)
    Z = (X - X.mean(0)) / X.std(0)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray]:
        z = Z @ theta[:-1] + theta[-1]
        p = 1 / (1 + np.exp(-z))
        value = np.mean(np.logaddexp(0, z) - Y * z) + l2 / 2 * theta[:-1] @ theta[:-1]
        return value, np.append(Z.T @ (p - Y) / len(Y) + l2 * theta[:-1], np.mean(p - Y))

    best = minimize(objective, np.zeros(31), jac=True, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 0}).x
    ours = np.append(model.parameters_["w"], model.parameters_["b"])
    np.testing.assert_allclose(ours, best, atol=1e-5)
    assert model.n_epochs_ < 500


def test_a_ridge_regression_is_scikit_learns():
    X, y = load_diabetes(return_X_y=True)
    model = Regressor("linear(n, 1) -> squared_error", optimiser="lbfgs", l2=0.1, standardise=False, epochs=300)
    model.set_params(optimiser_options={"tolerance_change": 0}).fit(X, y)
    expected = Ridge(alpha=0.1 * len(y)).fit(X, y)
    np.testing.assert_allclose(model.predict(X), expected.predict(X), atol=1e-4)


def test_the_line_search_fulfils_both_conditions():
    for start, length in ((3.0, 1e-3), (-2.0, 50.0), (0.3, 1.0)):

        def at(step: float, start: float = start) -> Point:
            x = start - step * np.sign(start)
            loss, slope = x**4 - 0.1 * x**2 + np.cosh(x), 4 * x**3 - 0.2 * x + np.sinh(x)
            return Point(step, float(loss), np.array([slope]), float(-slope * np.sign(start)))

        first = at(0.0)
        found = strong_wolfe(at, first, length, 1.0, 1e-9)
        assert found.loss <= first.loss + 1e-4 * found.step * first.slope
        assert abs(found.slope) <= 0.9 * abs(first.slope) and found.step > 0


# In a training ------------------------------------------------------------------------------------------------------


def test_two_fits_and_a_saved_model_go_on_as_one(tmp_path):
    settings: dict[str, Any] = {"optimiser": "lbfgs", "warm_start": True}
    X, Y = load_iris(return_X_y=True)
    network = "linear(n, 5) -> tanh -> linear(5, k) -> softmax -> cross_entropy"
    whole = Classifier(network, epochs=24, **settings).fit(X, Y)
    halves = Classifier(network, epochs=12, **settings).fit(X, Y)
    saved = load_model(save_model(halves, tmp_path / "model"))
    for model in (halves, saved):
        model.fit(X, Y)
        for name, value in whole.parameters_.items():
            np.testing.assert_array_equal(model.parameters_[name], value)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_training_that_was_stopped_ends_with_the_same_bits(tmp_path, engine):
    settings: dict[str, Any] = {"optimiser": "lbfgs", "engine": engine, "epochs": 30, "validation": 0.2}

    class Stopped(Exception):
        pass

    def stop(report: Any) -> None:
        if report.epoch == 17:
            raise Stopped

    whole = train("breast_cancer", network="linear(n, 8) -> tanh -> linear(8, 1) -> sigmoid -> bce", **settings)
    given: dict[str, Any] = {"checkpoint": tmp_path / "kept", "checkpoint_every": 0.0, **settings}
    network = "linear(n, 8) -> tanh -> linear(8, 1) -> sigmoid -> bce"
    with pytest.raises(Stopped):
        train("breast_cancer", network=network, progress=stop, **given)
    again = train("breast_cancer", network=network, resume=True, **given)
    for name, value in whole.model.parameters_.items():
        np.testing.assert_array_equal(again.model.parameters_[name], value)


def test_early_stopping_and_its_best_weights():
    model = Classifier(optimiser="lbfgs", early_stopping=True, patience=5).fit(X, Y)
    assert min(model.history_["val_loss"]) == model.history_["val_loss"][model.best_epoch_ - 1]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 32}, "takes all 569 rows at once; batch_size is 32"),
        ({"ema": 0.9}, "ema = 0.9 does not go with it"),
        ({"clip_norm": 1.0}, "clip_norm = 1.0 does not go with it"),
        ({"l1": 0.1}, "l1 = 0.1"),
        ({"network": "linear(n, 8) -> relu -> dropout -> linear(8, 1) -> sigmoid -> bce"}, "draws masks"),
    ],
)
def test_what_does_not_go_with_all_rows_at_once_is_refused(settings, words):
    with pytest.raises(DeltaruleError) as caught:
        Classifier(optimiser="lbfgs", **settings).fit(X, Y)
    assert words in str(caught.value)


def test_some_rows_and_files_in_blocks_are_refused(tmp_path):
    with pytest.raises(DeltaruleError, match="partial_fit sees some"):
        Classifier(optimiser="lbfgs").partial_fit(X, Y)
    path = tmp_path / "rows.csv"
    rng = np.random.default_rng(0)
    path.write_text("a,b,y\n" + "".join(f"{a:.3f},{b:.3f},{int(a + b > 0)}\n" for a, b in rng.normal(size=(5000, 2))))
    with pytest.raises(DeltaruleError, match="read in blocks"):
        train(path, target="y", network=LOGISTIC, optimiser="lbfgs", memory="100kB")
