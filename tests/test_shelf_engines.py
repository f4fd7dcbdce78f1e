"""Every row of the tables of modules and losses on both engines, and those that take more than one vector beside JAX.

A row added to a table is walked over here without a change.
"""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.program import compile_network

from .shelf_networks import ROWS, by_jax_of, derived, largest_error, network_of, values_of
from .test_shelf import OWN_TESTS

NAMES = [name for name, row in ROWS.items() if row.group not in OWN_TESTS]
SEVERAL = [name for name in NAMES if "->" not in network_of(ROWS[name]).text]


@pytest.mark.parametrize("name", SEVERAL)
def test_a_row_with_several_inputs_is_proved_and_its_gradients_are_those_of_jax(name: str):
    network = network_of(ROWS[name])
    derivation = network.derive(batch=True)
    assert derivation.counts["proved"] > 0
    assert set(derivation.counts) <= {"proved", "definition", "none"}
    values = values_of(network)
    assert largest_error(derived(network, values, derivation), by_jax_of(ROWS[name], network, values)) <= 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_compute_the_same(name: str):
    """Predictions, the loss and every gradient, from the same numbers."""
    network = network_of(ROWS[name])
    inner = network.inner
    values = values_of(network, seed=2)
    X = {n: v for n, v in values.items() if inner.declarations[n].role in ("input", "drawn")}
    found = []
    for engine in ("numpy", "native"):
        program = compile_network(inner, engine=engine)
        theta = {**program.initialise(0), **{n: values[n] for n in network.parameters}}
        results = {"prediction": program.forward(theta, X)}
        if program.spec.gradients:
            loss, gradients = program.gradients(theta, X, values["y"])
            results |= {"loss": np.array(loss), **gradients}
        found.append(results)
        assert program.engine == engine
    assert all(np.isfinite(v).all() for v in found[0].values())
    assert largest_error(found[1], found[0]) <= 1e-12
