"""Callbacks: what they hear of a training, and that what nobody asks for is not computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.training import BatchReport, Callback, Classifier, EpochReport, NonFiniteLoss, Regressor, Run
from deltarule.training.loop import Plan, run_epochs
from deltarule.training.optimisers import OPTIMISERS

SGD = OPTIMISERS["sgd"]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3))
Y = (X @ [1.0, -2.0, 0.5] + RNG.normal(size=50) > 0).astype(float)


class Diary(Callback):
    """Writes down what it hears."""

    def __init__(self, last: int | None = None) -> None:
        self.last, self.lines, self.reports = last, [], []

    def on_begin(self, run: Run) -> None:
        self.lines.append("begin")
        self.run = run

    def on_batch(self, report: BatchReport) -> None:
        self.lines.append(f"batch {report.epoch}.{report.batch}")
        self.reports.append(report)

    def on_epoch(self, report: EpochReport) -> bool | None:
        self.lines.append(f"epoch {report.epoch}")
        return report.epoch == self.last

    def on_end(self, run: Run) -> None:
        self.lines.append("end")


def test_a_callback_hears_everything_in_order_and_ends_the_training():
    diary = Diary(last=2)
    model = Classifier(batch_size=25, epochs=9, callbacks=[diary]).fit(X, Y)
    assert diary.lines == [*("begin", "batch 1.1", "batch 1.2", "epoch 1", "batch 2.1", "batch 2.2", "epoch 2", "end")]
    assert model.n_epochs_ == 2 and diary.run.stopped_by is diary and not model.interrupted_
    assert diary.run.rows == 50 and diary.run.parameters is model.parameters_


def test_a_report_has_the_loss_the_gradients_and_the_messages_of_its_batch():
    diary = Diary()
    rate = 0.3
    settings: Any = dict(batch_size=16, epochs=2, learning_rate=rate, standardise=False, callbacks=[diary])
    Classifier("linear(3, 4) -> tanh -> linear(4, 1) -> sigmoid -> bce", **settings).fit(X, Y)
    for report in diary.reports:
        W, b, w, c = (report.before[name] for name in ("W_1", "b_1", "w_2", "b_2"))
        h = np.tanh(report.X @ W.T + b)
        p = 1 / (1 + np.exp(-(h @ w + c)))
        error = (p - report.Y) / len(p)
        delta = np.outer(error, w) * (1 - h**2)
        assert report.learning_rate == rate and len(report.X) == len(np.arange(50)[report.rows])
        np.testing.assert_allclose(report.X, X[report.rows])
        np.testing.assert_allclose(report.loss, -np.mean(np.log(np.where(report.Y > 0, p, 1 - p))), rtol=1e-9)
        np.testing.assert_allclose(report.messages["h_1"], h, rtol=1e-9)
        np.testing.assert_allclose(report.messages["delta_a_1"], delta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(report.gradients["W_1"], delta.T @ report.X, rtol=1e-9, atol=1e-12)
    first = diary.reports[0]
    np.testing.assert_allclose(diary.reports[1].before["W_1"], first.before["W_1"] - rate * first.gradients["W_1"])


def test_messages_count_the_weights_of_the_samples():
    diary = Diary()
    weight = RNG.uniform(0.5, 2, 50)
    settings: Any = dict(batch_size=50, epochs=1, standardise=False, callbacks=[diary])
    Classifier("linear(3, 1) -> sigmoid -> bce", **settings).fit(X, Y, sample_weight=weight)
    report = diary.reports[0]
    expected = (report.messages["y_hat"] - Y) * weight / weight.sum()
    np.testing.assert_allclose(report.messages["delta_z"], expected, rtol=1e-9)


def test_the_change_of_an_update_is_what_the_optimiser_did():
    class Changes(Callback):
        def on_batch(self, report: BatchReport) -> None:
            self.change, self.gradients = report.changes, report.gradients

    changes = Changes()
    Regressor("linear(3, 1) -> squared_error", optimiser="adam", epochs=1, batch_size=50, callbacks=[changes]).fit(X, Y)
    np.testing.assert_allclose(changes.change["w"], -1e-4 * np.sign(changes.gradients["w"]), rtol=1e-3)


class Counted:
    """A program that counts what is asked of it."""

    def __init__(self) -> None:
        self.inner, self.asked = compile_network(Network.parse("linear(3, 1) -> sigmoid -> bce")), []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self.inner, name)


def test_what_nobody_asks_for_is_not_computed():
    class Sometimes(Diary):
        def wants(self, epoch: int, batch: int) -> bool:
            return (epoch, batch) == (2, 1)

    for callback, copies in ((Callback(), 0), (Sometimes(), 1), (Diary(), 6)):
        program: Any = Counted()
        run_epochs(program, program.inner.initialise(0), X, Y, Plan(SGD, 0.1, 25, 3, 0), callbacks=[callback])
        begun = program.asked.index("step")
        assert program.asked[begun:] == ["step"] * 6  # neither gradients nor messages
        # Before that the program is only asked, once, what it is: here it keeps nothing and draws nothing.
        assert sorted(program.asked[:begun]) == ["draws", "spec"]
        assert not program.inner.draws(0) and not program.inner.spec.updates
        assert len(getattr(callback, "reports", ())) == copies
        for report in getattr(callback, "reports", ()):
            assert set(report.gradients) == {"w", "b"}


def test_an_error_ends_a_callback_too():
    diary = Diary()
    with pytest.raises(NonFiniteLoss) as caught:
        Regressor(learning_rate=1e9, callbacks=[diary]).fit(X, Y)
    assert diary.lines[-1] == "end" and diary.run.failure is caught.value


@pytest.mark.parametrize("wrong", [Callback(), "all", 3, [print], [Diary]])
def test_what_is_no_list_of_callbacks_is_refused(wrong: Any):
    with pytest.raises(DeltaruleError, match=r"deltarule\.Callback"):
        Classifier(callbacks=wrong).fit(X, Y)
