"""A training that leaves the range of numbers: which message did first, in which batch, and what to try."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deltarule.network import Network
from deltarule.training import BatchReport, Callback, Classifier, NonFiniteLoss, Regressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, 2.0, 3.0]


def failure(model: Any, X: np.ndarray, y: np.ndarray) -> NonFiniteLoss:
    with pytest.raises(NonFiniteLoss) as caught:
        model.fit(X, y)
    return caught.value


def written(equations: str, **roles: Any) -> Network:
    return Network.parse(equations, "w: n, x: n", roles={"t": "target", **roles})


class Spoil(Callback):
    """Writes a number into a parameter after a batch."""

    def __init__(self, place: tuple[int, int], value: float) -> None:
        self.place, self.value = place, value

    def on_batch(self, report: BatchReport) -> None:
        if (report.epoch, report.batch) == self.place:
            report.parameters["w"][0] = self.value


def test_an_overflow_far_inside_is_named_not_only_the_loss():
    network = written("a = w @ x; h = exp(a); g = h * h; p = g / (1 + g); L = (p - t)**2")
    error = failure(Regressor(network, learning_rate=1e4, batch_size=20, standardise=False), 300 * X, Y)
    assert error.message in ("h", "g")  # exp overflows from 709.8, its square from 354.9
    assert f"the message {error.message}, " in str(error)


def test_an_update_that_overflows_is_named_with_its_batch():
    settings: Any = dict(batch_size=20, epochs=3, standardise=False, learning_rate=1e300)
    error = failure(Regressor(written("s = w @ x; L = (s - t)**2"), **settings), 1e5 * X, 1e5 * Y)
    assert (error.epoch, error.batch, error.message) == (1, 2, "w")
    assert "the update of w, 3 of its 3 values infinite, in batch 1" in str(error)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_the_epoch_run_again_meets_the_same_batch(optimiser: str):
    class Recorder(Callback):
        losses: tuple[float, ...] = ()

        def on_batch(self, report: BatchReport) -> None:
            self.losses = (*self.losses, report.loss)

    recorder = Recorder()
    settings: Any = dict(batch_size=7, epochs=400, optimiser=optimiser, learning_rate=100.0, callbacks=[recorder])
    network = written("a = w @ x; h = exp(a); L = (h - t)**2")
    error = failure(Regressor(network, schedule="exponential", **settings), X, Y)
    assert len(recorder.losses) == (error.epoch - 1) * 9 + error.batch - 1  # every batch but the last
    assert error.message in ("h", "L") and ", in batch" not in str(error)


def test_a_logarithm_of_zero_is_not_blamed_on_the_learning_rate():
    network = written("s = w @ x; p = sigmoid(s); L = -(t*log(p) + (1-t)*log(1-p))")
    error = failure(Classifier(network, policy="plain", learning_rate=1e3), X, Y > 0)
    assert error.message == "L" and "such as bce_with_logits" in str(error)


def test_a_derivative_that_is_infinite_is_named_where_the_forward_pass_is_finite():
    error = failure(Regressor(written("s = w @ x; p = sqrt(s*s); L = (p - t)**2"), standardise=False), 0 * X, Y)
    assert error.message == "delta_s" and "the derivative is infinite there" in str(error)


def test_huge_data_are_blamed_before_any_update():
    error = failure(Regressor("linear(n, 1) -> squared_error", standardise=False), 1e300 * X, Y)
    assert (error.epoch, error.batch) == (1, 1) and "look for huge values in the data" in str(error)


def test_the_range_of_float32_is_its_own():
    settings: Any = dict(learning_rate=100.0, batch_size=10, dtype="float32")
    error = failure(Regressor("linear(n, 1) -> squared_error", **settings), X, Y)
    assert error.message == "L" and "try learning_rate = 0.1, or clip_norm = 1" in str(error)


def test_weights_of_samples_are_in_the_batch_that_is_looked_at():
    model = Regressor("linear(n, 1) -> squared_error", learning_rate=100.0, batch_size=10)
    with pytest.raises(NonFiniteLoss) as caught:
        model.fit(X, Y, sample_weight=RNG.uniform(0.5, 2, 60))
    assert caught.value.message == "L"


def test_what_a_callback_spoils_is_still_told_by_place():
    network = written("a = w @ x; L = (a - t)**2")
    settings: Any = dict(batch_size=20, epochs=3, standardise=False)
    error = failure(Regressor(network, callbacks=[Spoil((2, 1), np.nan)], **settings), X, Y)
    assert (error.epoch, error.batch) == (2, 2)
