"""Early stopping: when it ends, and that what comes back is the best there was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Callback, Classifier, EpochReport, Regressor, split
from deltarule.training.callbacks import Run
from deltarule.training.early_stopping import EarlyStopping
from deltarule.training.schedules import SCHEDULES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 12))
Y = (X[:, 0] + RNG.normal(size=160) > 0).astype(int)
VALUES = X[:, 0] + RNG.normal(size=160)


def stopped(
    losses: Sequence[float],
    rates: list[float] | None = None,
    schedule: str = "constant",
    options: Any = None,
    **settings: Any,
) -> Any:
    """The epoch in which it ends, the best one, and the parameter that comes back (the epoch's number)."""
    stopping = EarlyStopping(**settings)
    theta = np.array(0.0)
    run: Any = Run(
        program=SimpleNamespace(),  # type: ignore[arg-type]
        parameters={"theta": theta},
        plan=SimpleNamespace(schedule=SCHEDULES[schedule], schedule_options=options or {}),  # type: ignore[arg-type]
        rows=10,
    )
    stopping.on_begin(run)
    for epoch, loss in enumerate(losses, 1):
        theta[...] = epoch
        rate = 1.0 if rates is None else rates[epoch - 1]
        if stopping.on_epoch(EpochReport(epoch, 99, {"loss": 1.0, "val_loss": loss}, 1.0, 1.0, rate)):
            break
    stopping.on_end(run)
    return epoch, stopping.best_epoch, float(theta)


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([5, 4, 3, 3.5, 3.4, 3.3, 1], (6, 3, 3)),  # three epochs without progress
        ([5, 4, 3, 3.5, 3.4, 2.9, 3, 3, 3, 1], (9, 6, 6)),  # progress in the last moment
        ([5, 4, 3, 2, 1], (5, 5, 5)),  # the end comes first
        ([1, 2, 3, 4], (4, 1, 1)),
        ([5, 4, math.nan, 3.9, 3.8], (5, 5, 5)),  # what is not a number is no progress
        ([math.nan] * 3, (3, 0, 3)),  # nothing to come back to
        ([-1, -2, -3, -2, -2, -2, -9], (6, 3, 3)),  # below zero less is better too
        ([-1, -3, -2.9999, -2.9999, -2.9999, -9], (5, 2, 2)),
    ],
)
def test_it_ends_when_its_patience_does(losses: list[float], expected: tuple[int, int, float]):
    assert stopped(losses, patience=3) == expected


def test_small_progress_keeps_the_best_but_not_the_waiting():
    losses = [1.0, 0.999, 0.998, 0.997, 0.1]
    assert stopped(losses, patience=3, min_improvement=0.01) == (4, 4, 4)
    assert stopped(losses, patience=3, min_improvement=1e-4)[0] == 5


def test_a_reduction_of_the_rate_that_may_help_is_waited_for():
    losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1]
    rates = [1.0, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001]
    assert stopped(losses, rates, patience=2)[0] == 4
    ended, best, _ = stopped(losses, rates, "reduce_on_plateau", {"patience": 1}, patience=2)
    assert ended == 11 and best == 6  # the reduction in epoch 5 helped; that in 9 did not, and 12 is not waited for
    assert stopped([2.0] * 20, None, "reduce_on_plateau", {"patience": 4}, patience=2)[0] == 7  # no reduction any more


def test_a_rate_that_falls_by_itself_restarts_nothing():
    assert stopped([3, 2, 2, 2, 2, 2, 2], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], "exponential", patience=3)[0] == 5


@pytest.mark.parametrize("kind", [Classifier, Regressor])
def test_what_comes_back_are_the_parameters_of_the_best_epoch(kind: Any):
    settings: Any = dict(validation=0.25, learning_rate=0.2, batch_size=16, seed=3)
    y = Y if kind is Classifier else VALUES
    model = kind(early_stopping=True, patience=5, epochs=300, **settings).fit(X, y)
    best = model.best_epoch_
    assert best == np.argmin(model.history_["val_loss"]) + 1 and model.n_epochs_ < 300
    only = kind(epochs=best, **settings).fit(X, y)
    for name, value in only.parameters_.items():
        np.testing.assert_array_equal(model.parameters_[name], value)


def test_it_holds_out_a_tenth_where_nothing_is_said():
    model = Classifier(early_stopping=True, epochs=5).fit(X, Y)
    same = Classifier(validation=0.1, epochs=5).fit(X, Y)
    assert model.history_ == same.history_ and not hasattr(same, "best_epoch_")
    with pytest.raises(DeltaruleError, match="early_stopping judges by rows held out, and validation is 0"):
        Classifier(early_stopping=True, validation=0.0).fit(X, Y)


def test_with_default_patience_a_schedule_that_watches_the_loss_comes_to_its_reductions():
    class Rates(Callback):
        def __init__(self) -> None:
            self.rates: list[float] = []

        def on_epoch(self, report: EpochReport) -> None:
            self.rates.append(report.learning_rate)

    rates = Rates()
    settings: Any = dict(early_stopping=True, learning_rate=1.0, batch_size=16, callbacks=[rates])
    model = Classifier(schedule="reduce_on_plateau", **settings).fit(X, Y)
    assert rates.rates[-1] < 1.0 and len(rates.rates) == model.n_epochs_ < 1000
    assert rates.rates[-11] == rates.rates[-1] < rates.rates[-12]  # the last reduction was given its ten epochs


def test_ctrl_c_and_other_callbacks_leave_the_best_too():
    class Last(Callback):
        def on_epoch(self, report: EpochReport) -> bool:
            return report.epoch == 40

    settings: Any = dict(early_stopping=True, patience=100, learning_rate=0.5, batch_size=16)
    model = Classifier(callbacks=[Last()], **settings).fit(X, Y)
    assert model.n_epochs_ == 40 and model.best_epoch_ == np.argmin(model.history_["val_loss"]) + 1 < 40
    held = split(160, 0.1, 0, Y)[1]
    p = model.predict_proba(X[held])[np.arange(len(held)), Y[held]]
    assert -np.log(p).mean() == pytest.approx(min(model.history_["val_loss"]))


def test_partial_fit_is_one_epoch_with_it_too():
    np.testing.assert_array_equal(
        Classifier(early_stopping=True).partial_fit(X, Y).predict_proba(X),
        Classifier().partial_fit(X, Y).predict_proba(X),
    )


def test_its_state_goes_on_in_another():
    losses = [5.0, 4, 3, 3.5, 3.4, 3.3, 1]
    first, second = EarlyStopping(patience=3), EarlyStopping(patience=3)
    run: Any = Run(SimpleNamespace(), {"theta": np.array(0.0)}, SimpleNamespace(schedule=SCHEDULES["constant"]), 10)  # type: ignore[arg-type]
    first.on_begin(run)
    for epoch, loss in enumerate(losses[:4], 1):
        first.on_epoch(EpochReport(epoch, 9, {"val_loss": loss}, 1.0, 1.0, 1.0))
    second.restore(first.state())
    run.epochs = 4
    second.on_begin(run)
    answers = [second.on_epoch(EpochReport(k, 9, {"val_loss": losses[k - 1]}, 1.0, 1.0, 1.0)) for k in (5, 6)]
    assert answers == [False, True] and second.best_epoch == 3
