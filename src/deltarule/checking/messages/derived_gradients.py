"""The derived gradients of a network at actual numbers, against central differences of its forward pass alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deltarule.calculus.derivation import Derivation
from deltarule.calculus.evaluate import Value, evaluate
from deltarule.checking.messages.central_differences import Arrays, Kink, away_from_kinks
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Derivative, Symbol
from deltarule.network.derive import derive
from deltarule.network.network import Network
from deltarule.network.worked import read_numbers

__all__ = ["TOLERANCE", "GradientRow", "GradientTable", "derived_gradients"]

SAMPLES = 3
"""Of the batch, where the equations take a mean over it."""
SMALL = 1e-4
TOLERANCE = 1e-6


@dataclass(frozen=True)
class GradientRow:
    """One gradient: its elements, the largest difference relative to its largest element, and where that is."""

    name: str
    shape: tuple[int, ...]
    error: float
    index: tuple[int, ...]
    derived: float
    difference: float

    @property
    def right(self) -> bool:
        return self.error <= TOLERANCE


@dataclass(frozen=True)
class GradientTable:
    """A row for each parameter and input. `moved` has what was moved away from a kink."""

    rows: tuple[GradientRow, ...]
    loss: float
    moved: tuple[Kink, ...]

    @property
    def all_right(self) -> bool:
        return all(row.right for row in self.rows)


def derived_gradients(network: Network, numbers: str = "seed=0") -> GradientTable:
    """Every derived gradient at numbers drawn from `seed=N`, or from a JSON file of values by name.

    Raises:
        DeltaruleError: the network has no loss, or a size is a symbol.
    """
    if network.loss is None:
        raise DeltaruleError(
            "the network has no loss to differentiate\nremedy: put one at its end, as in -> squared_error"
        )
    network = network.with_batch(SAMPLES) if network.needs_batch else network
    values = read_numbers(numbers, network)
    derivation = derive(network)
    point = {name: np.asarray(value, np.float64) for name, value in values.items()}
    target = {network.target} if network.target is not None else set()
    wrt = tuple(name for name in point if name in _gradients(derivation) and name not in target)
    name = next(n for n, d in derivation.declarations.items() if d.role == "loss")
    forward = [e for e in derivation.equations if derivation.declarations[e.name].role != "message"]

    def loss(at: Arrays) -> float:
        known: dict[str, Value] = {n: _value(v) for n, v in at.items()}
        for equation in forward:
            known[equation.name] = evaluate(equation.right, equation.axes, known)
        return float(known[name])  # type: ignore[arg-type]

    moved, right, kinks = away_from_kinks(loss, point, wrt, seed=0)
    known: dict[str, Value] = {n: _value(v) for n, v in moved.items()}
    for equation in derivation.equations:
        known[equation.name] = evaluate(equation.right, equation.axes, known)
    chains = _gradients(derivation)
    whole = max(float(abs(right[n]).max(initial=0)) for n in wrt)
    rows = []
    for n in wrt:
        derived = np.asarray(evaluate(chains[n].result, chains[n].axes, known), np.float64)
        rows.append(_row(n, derived, right[n], whole))
    return GradientTable(tuple(rows), loss(moved), tuple(kinks))


def _gradients(derivation: Derivation) -> dict[str, Any]:
    """The chain that ends in the gradient of the loss, for each name."""
    loss = next((n for n, d in derivation.declarations.items() if d.role == "loss"), None)
    found = {}
    for chain in derivation.chains:
        if not chain.final or not chain.rows:
            continue
        left = chain.left if isinstance(chain.left, Derivative) else chain.rows[0].right
        if isinstance(left, Derivative) and isinstance(left.of, Symbol) and left.of.name == loss:
            found[left.by.name] = chain
    return found


def _row(name: str, derived: np.ndarray, difference: np.ndarray, whole: float) -> GradientRow:
    """A gradient that vanishes (of a bias before a mean is taken away) is measured beside the largest of all."""
    off = abs(derived - difference)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape)) if off.ndim else ()
    error = float(off.max()) / max(float(abs(difference).max()), SMALL * whole, 1e-8)
    return GradientRow(name, derived.shape, error, index, float(derived[index]), float(difference[index]))


def _value(array: np.ndarray) -> Any:
    return array.tolist()
