"""Updates that need a parameter as a whole (Adafactor, Muon), clipping by norm and means of the weights, natively."""

from __future__ import annotations

from typing import Any

import pytest

from deltarule.training.optimisers import OPTIMISERS, Optimiser
from deltarule.training.updating import NO_CHANGES, Changes

from .both_engines import Both, difference

WEIGHTS = frozenset({"W_1", "W_2"})
EVERYTHING = Changes(0.01, 0.02, 0.8, 0.5, 0.1, "decoupled", WEIGHTS, 0.9)
WIDE_AND_TALL = "linear(3, 5) -> tanh -> linear(5, 2) -> softmax -> cross_entropy"
ROUNDING = {"float64": 3e-13, "float32": 5e-5}


def worst(both: Both, **plan: Any) -> float:
    """The largest difference of a parameter or of what the optimiser remembers."""
    _, expected, remembered = both.trained("numpy", **plan)
    _, found, memory = both.trained("native", **plan)
    assert both.native.engine == "native"
    differences = [difference(found[n], value) for n, value in expected.items()]
    for parameter, states in remembered.arrays.items():
        assert set(memory.arrays[parameter]) == set(states)
        differences += [difference(memory.arrays[parameter][n], value) for n, value in states.items()]
    return max(differences)


@pytest.mark.parametrize(
    ("name", "batch", "changes", "dtype"),
    [
        ("adafactor", 16, EVERYTHING, "float32"),
        ("adafactor", 1, EVERYTHING, "float64"),
        ("muon", 16, EVERYTHING, "float64"),
        ("muon", 1, NO_CHANGES, "float32"),
    ],
)
def test_both_engines_carry_out_the_same_updates(name, batch, changes, dtype):
    assert (
        worst(Both(WIDE_AND_TALL, dtype), optimiser=OPTIMISERS[name], batch_size=batch, changes=changes)
        < (ROUNDING[dtype])
    )


@pytest.mark.parametrize("batch", [1, 16])
def test_clipping_by_the_norm_of_rows_that_are_padded(batch):
    changes = Changes(clip_norm=0.3, ema=0.95)
    assert worst(Both(WIDE_AND_TALL), optimiser=OPTIMISERS["adam"], batch_size=batch, changes=changes) < 3e-13


def test_equations_of_ones_own_with_products_sums_and_a_copy():
    row = Optimiser(
        "own",
        ("theta <- theta - learning_rate * gradient",),
        (),
        "",
        "",
        matrices=(
            "last <- gradient",
            "across <- 1/2 * across + last.T @ last",
            "size <- sum(abs(last)) + 1",
            "theta <- theta - learning_rate * (last @ across) / size - learning_rate * last",
        ),
    )
    for batch in (1, 16):
        assert worst(Both(WIDE_AND_TALL), optimiser=row, batch_size=batch) < 1e-12
