"""Every row of the tables of modules and losses: derived, proved, on both engines, beside JAX and PyTorch.

python -m benchmarks shelf    writes docs/shelf.md too. PyTorch is compared with where it can be imported.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import deltarule as dr

__all__ = ["PAGE", "section"]

PAGE = Path(__file__).parent.parent / "docs" / "shelf.md"
MOST_SECONDS = 60.0
MOST_ERROR = 1e-12
KNOWN = {"hard_sigmoid": "PyTorch's derivative has its 1/6 in float32"}
"""What is said beside an error that is not ours."""
FAR = np.array([-1e4, -750.0, -200.0, -30.0, -1e-8, 0.0, 1e-8, 30.0, 200.0, 750.0, 1e4])
HEAD = """# The shelf: every module and loss

Written by `python -m benchmarks shelf`. Each row is put into a network (after a `scale` and before a squared error; a
loss after a linear module) and its messages are derived over a batch and proved. Errors are the largest difference of a
gradient over the largest value of that gradient, by inputs and parameters, in float64; *far out* is the derivative at
inputs from -10⁴ to 10⁴ under the policy `accuracy`, where JAX's own is a number. *Engines* says on what the row runs;
the two differ by no more than is said there.
"""


@dataclass
class Measured:
    """What was found of one row."""

    name: str
    group: str
    steps: int
    proved: bool
    seconds: float
    by_jax: float | None
    far: float | None
    by_torch: float | None
    engines: str
    between: float | None
    note: str = ""

    @property
    def good(self) -> bool:
        by_torch = None if self.name in KNOWN else self.by_torch
        errors = [e for e in (self.by_jax, self.far, by_torch, self.between) if e is not None]
        return self.proved and not self.note and all(e <= MOST_ERROR for e in errors)

    @property
    def line(self) -> str:
        def shown(e: float | None) -> str:
            return "" if e is None else f"{e:.0e}" if e else "0"

        proof = f"{self.steps} steps" if self.proved else "**not proved**"
        engines = f"{self.engines} ({shown(self.between)})" if self.between is not None else self.engines
        cells = (shown(self.by_jax), shown(self.far), shown(self.by_torch))
        said = self.note or KNOWN.get(self.name, "")
        return f"| `{self.name}` | {self.group} | {proof} | {engines} | {' | '.join(cells)} | {said} |"


def _derived(text: str, shapes: str) -> tuple[float, dict[str, int], Any]:
    began = time.process_time()
    network = dr.Network(text, shapes or None)
    derivation = network.derive(batch=True)
    return time.process_time() - began, derivation.counts, derivation


def _between(network: dr.Network, values: dict[str, np.ndarray]) -> tuple[str, float]:
    """What runs the row, and the largest difference between the two engines."""
    from tests.shelf_networks import largest_error

    from deltarule.program import compile_network

    inner = network.inner
    programs = [compile_network(inner, engine=engine) for engine in ("numpy", "native")]
    X = {n: v for n, v in values.items() if inner.declarations[n].role in ("input", "drawn")}
    there = {n: values[n] for n in network.parameters}
    found = []
    for program in programs:
        theta = {**program.initialise(0), **there}
        results = {"prediction": program.forward(theta, X)}
        if program.spec.gradients:
            loss, gradients = program.gradients(theta, X, values["y"])
            results |= {"loss": np.array(loss), **gradients}
        found.append(results)
    return f"{'both' if programs[1].engine == 'native' else 'NumPy'}", largest_error(found[1], found[0])


def _far_out(name: str) -> float | None:
    """The error far out, of a module of one vector without parameters of its own."""
    import jax
    from tests import by_jax

    from deltarule.network.modules import MODULES
    from deltarule.program import compile_network

    row = MODULES.get(name)
    if (
        row is None
        or row.example[0]
        or len(row.inputs) > 1
        or row.parameters
        or row.drawn
        or row.state
        or row.size_arguments
    ):
        return None
    network = dr.Network(f"scale(bias=False) -> {name} -> squared_error", shapes=f"x: {len(FAR)}").inner
    program = compile_network(network, policy="accuracy")
    gamma = {"gamma": np.ones(len(FAR))}
    with np.errstate(all="ignore"):
        target = program.forward(gamma, FAR[None, :]) - 1.0
        found = program.gradients(gamma, FAR[None, :], target)[1]["gamma"]
    (link,) = by_jax.links(name)
    with jax.enable_x64(True):
        scaled = jax.numpy.asarray(FAR)
        _, pull = jax.vjp(lambda g: by_jax.module(link, scaled * g, []), jax.numpy.ones(len(FAR)))
        y = by_jax.module(link, scaled, [])
        expected = np.asarray(pull(jax.numpy.asarray(np.asarray(y) - target[0] if np.ndim(y) else y - target[0]))[0])
    good = np.isfinite(expected)
    if not np.isfinite(found).all():
        return float("inf")
    return float(np.max(np.abs(found - expected)[good] / np.maximum(np.abs(expected[good]), 1.0), initial=0.0))


def measure(name: str) -> Measured:
    """One row."""
    from tests.by_torch import torch_gradients
    from tests.shelf_networks import ROWS, by_jax_of, derived, largest_error, network_of, values_of

    row = ROWS[name]
    group = ("loss: " if row.loss else "") + (row.group or "first")
    network = network_of(row)
    seconds, counts, derivation = _derived(network.text, network.shapes)
    proved = counts.get("proved", 0) > 0 and not set(counts) - {"proved", "definition", "none"}
    found = Measured(name, group, counts.get("proved", 0), proved, seconds, None, None, None, "", None)
    try:
        values = values_of(network)
        mine = derived(network, values, derivation)
        found.by_jax = largest_error(mine, by_jax_of(row, network, values))
        found.far = _far_out(name)
        if find_spec("torch") is not None:
            theirs = torch_gradients(import_module("torch"), name, network.text, values, network.parameters)
            found.by_torch = None if theirs is None else largest_error(mine, theirs)
        found.engines, found.between = _between(network, values)
    except (TypeError, ValueError, NameError, AssertionError) as error:
        found.note = f"{type(error).__name__}: {str(error)[:60]}"
    return found


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether every row is proved and exact, all of them in time."""
    from tests.shelf_networks import ROWS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [measure(name) for name in ROWS]
    return page(rows)


def page(rows: list[Measured]) -> tuple[str, bool]:
    """Write the page of what was measured; its summary, and whether all is as it should be."""
    seconds = sum(r.seconds for r in rows)
    torch = f" {sum(r.by_torch is not None for r in rows)} of them beside PyTorch." if find_spec("torch") else ""
    head = "| row | group | proved | engines | error beside JAX | far out | beside PyTorch | |"
    table = [head, "|---|---|---|---|---:|---:|---:|---|", *(r.line for r in rows)]
    summary = (
        f"{len(rows)} rows, {sum(r.proved for r in rows)} of them proved in every step ({sum(r.steps for r in rows)} "
        f"steps), {sum(r.engines == 'both' for r in rows)} on both engines.{torch} To derive and prove all of them "
        f"takes one core {seconds:.0f} s (goal {MOST_SECONDS:.0f} s); the largest error beside JAX is "
        f"{max(r.by_jax or 0 for r in rows):.0e}, far out {max(r.far or 0 for r in rows):.0e}."
    )
    PAGE.write_text("\n".join([HEAD, summary, "", *table, ""]), encoding="utf-8")
    met = seconds <= MOST_SECONDS and all(r.good for r in rows)
    odd = [f"- `{r.name}`: {r.note or 'over the bound'}" for r in rows if not r.good]
    return "\n".join(["## Shelf", "", summary, "", "The table: [the shelf](shelf.md).", "", *odd, ""]), met


if __name__ == "__main__":
    print(section()[0])
