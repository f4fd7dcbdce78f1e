"""The loop: what one epoch does to the parameters, when it stops, and what it reports."""

from __future__ import annotations

import math
import signal
from dataclasses import replace

import numpy as np
import pytest

from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.training.loop import EpochReport, NonFiniteLoss, Plan, batches, run_epochs
from deltarule.training.optimisers import OPTIMISERS

SGD = OPTIMISERS["sgd"]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(53, 3))
Y = (X @ [1.0, -2.0, 0.5] + RNG.normal(size=53) > 0).astype(float)


def logistic():
    program = compile_network(Network.parse("linear(3, 1) -> sigmoid -> bce"))
    return program, program.initialise(0)


def test_an_epoch_of_sgd_is_the_loop_that_one_would_write_by_hand():
    program, parameters = logistic()
    w, b = parameters["w"].copy(), float(parameters["b"])
    run = run_epochs(program, parameters, X, Y, Plan(SGD, 0.3, 8, 3, seed=5))
    losses = []
    for epoch in (1, 2, 3):
        order, total = np.random.default_rng([5, 2, epoch]).permutation(53), 0.0
        for start in range(0, 53, 8):
            rows = order[start : start + 8]
            p = 1 / (1 + np.exp(-(X[rows] @ w + b)))
            total += -np.sum(Y[rows] * np.log(p) + (1 - Y[rows]) * np.log(1 - p))
            error = (p - Y[rows]) / len(rows)
            w, b = w - 0.3 * (X[rows].T @ error), b - 0.3 * error.sum()
        losses.append(total / 53)
    np.testing.assert_allclose(parameters["w"], w, rtol=1e-12)
    np.testing.assert_allclose(parameters["b"], b, rtol=1e-12)
    np.testing.assert_allclose(run.history["loss"], losses, rtol=1e-12)


def test_the_programs_step_is_the_equation_of_sgd():
    program, fused = logistic()
    by_equations = {name: value.copy() for name, value in fused.items()}
    run_epochs(program, fused, X, Y, Plan(SGD, 0.3, 8, 3, 5))
    run_epochs(program, by_equations, X, Y, Plan(replace(SGD, name="by its equations"), 0.3, 8, 3, 5))
    for name, value in fused.items():
        np.testing.assert_allclose(value, by_equations[name], rtol=1e-12)


@pytest.mark.parametrize("size", [1, 7, 52, 53, 100])
def test_an_epoch_takes_every_row_once(size):
    taken = [np.arange(53)[rows] for rows in batches(53, size, 0, 1)]
    assert sorted(np.concatenate(taken)) == list(range(53))
    assert [len(t) for t in taken[:-1]] == [size] * (len(taken) - 1) and len(taken) == math.ceil(53 / size)


def test_epochs_are_shuffled_differently_and_a_seed_gives_the_same_again():
    def first(seed: int, epoch: int) -> tuple[int, ...]:
        return tuple(next(iter(np.asarray(rows) for rows in batches(53, 53 - 1, seed, epoch))))

    assert first(0, 1) == first(0, 1) != first(0, 2) != first(1, 2)


def test_a_run_continued_ends_where_the_whole_run_ends():
    program, whole = logistic()
    parts = {name: value.copy() for name, value in whole.items()}
    run_epochs(program, whole, X, Y, Plan(SGD, 0.3, 8, 5, 7))
    run_epochs(program, parts, X, Y, Plan(SGD, 0.3, 8, 2, 7))
    run_epochs(program, parts, X, Y, Plan(SGD, 0.3, 8, 3, 7, first_epoch=2))
    for name, value in whole.items():
        np.testing.assert_array_equal(value, parts[name])


def test_a_learning_rate_that_diverges_is_named_with_epoch_batch_and_remedy():
    program = compile_network(Network.parse("linear(3, 1) -> squared_error"))
    with pytest.raises(NonFiniteLoss) as caught:
        run_epochs(program, program.initialise(0), 1e3 * X, Y, Plan(SGD, 1e6, 10, 50, 0))
    error = caught.value
    assert error.epoch >= 1 and error.batch >= 1 and (error.epoch, error.batch) != (1, 1)
    place = f"in epoch {error.epoch}, batch {error.batch}, with learning_rate = 1e+06"
    assert place in str(error) and "remedy: try learning_rate = 0.1" in str(error)


class Scripted:
    """A stand-in program that does what a test tells it at each step."""

    def __init__(self, *acts):
        self.acts, self.steps = list(acts), 0

    def step(self, parameters, X, Y, learning_rate, *, sample_weight=None):
        self.steps += 1
        act = self.acts.pop(0) if self.acts else None
        return act() if act else 1.0

    def gradients(self, parameters, X, Y, *, sample_weight=None):
        raise NotImplementedError

    def messages(self, parameters, X, Y, *, sample_weight=None):
        raise NotImplementedError


def test_a_loss_that_is_non_finite_before_any_update_blames_the_data():
    with pytest.raises(NonFiniteLoss, match="look for huge values in the data"):
        run_epochs(Scripted(lambda: math.nan), {}, X, Y, Plan(SGD, 0.1, 10, 5, 0))


def test_a_parameter_that_overflows_in_the_last_update_is_noticed():
    parameters = {"w": np.array([np.inf])}
    with pytest.raises(NonFiniteLoss, match=r"the parameter w became non-finite in epoch 1, batch 6"):
        run_epochs(Scripted(), parameters, X, Y, Plan(SGD, 0.1, 10, 5, 0))


def interrupt() -> float:
    signal.raise_signal(signal.SIGINT)
    return 2.0


def test_ctrl_c_ends_after_the_batch_and_says_so():
    program = Scripted(None, None, interrupt)
    run = run_epochs(program, {}, X, Y, Plan(SGD, 0.1, 10, 5, 0))
    assert program.steps == 3 and run.interrupted and run.epochs == 1
    assert run.history["loss"] == [pytest.approx(4 / 3)]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_between_epochs_ends_too():
    run = run_epochs(Scripted(), {}, X, Y, Plan(SGD, 0.1, 10, 5, 0), progress=lambda report: interrupt())
    assert run.interrupted and run.epochs == 1


def test_a_second_ctrl_c_stops_at_once():
    def twice() -> float:
        interrupt()
        return interrupt()

    with pytest.raises(KeyboardInterrupt):
        run_epochs(Scripted(twice), {}, X, Y, Plan(SGD, 0.1, 10, 5, 0))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_progress_hears_every_epoch_with_its_figures():
    heard: list[EpochReport] = []
    run_epochs(Scripted(), {}, X, Y, Plan(SGD, 0.1, 10, 3, 0), judge=lambda p: {"val_loss": 0.5}, progress=heard.append)
    assert [(r.epoch, r.epochs, dict(r.figures)) for r in heard] == [
        (k, 3, {"loss": 1.0, "val_loss": 0.5}) for k in (1, 2, 3)
    ]
    assert all(r.samples_per_second > 0 for r in heard) and heard[-1].seconds_left == 0
