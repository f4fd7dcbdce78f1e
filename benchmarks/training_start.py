"""Seconds from nothing to the first finished step of 30-64-32-1, batch 32: imports, compilation, the step.

Each time a new process; the start of Python itself is left out. The estimator layer is not imported.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from typing import Any

__all__ = ["measured"]

RUNS = 5

_BEGIN = "import time; began = time.perf_counter()\n"
_END = "\nprint(time.perf_counter() - began)"
_DATA = """
import numpy as np
random = np.random.default_rng(0)
X = random.standard_normal((32, 30), np.float32); Y = (random.random(32) < 0.5).astype(np.float32)
"""
_NATIVE = (
    _DATA
    + """
from deltarule.network.network import Network
from deltarule.program.engine import compile_network
from deltarule.program.native.lowering import Rule
text = "linear(30, 64) -> relu -> linear(64, 32) -> relu -> linear(32, 1) -> sigmoid -> bce"
program = compile_network(Network.parse(text), dtype="float32", engine="native")
parameters = program.initialise(0)
UPDATE
rules = {p: Rule((), update, ()) for p in parameters}
trainer = program.trainer(parameters, rules, {}, {}, weighted=False, clipped=False)
trainer.run((X, Y, None), None, 32, 0, np.full(1, 0.01), 0)
"""
)
_NUMPY = (
    _DATA
    + """
from deltarule.network.network import Network
from deltarule.program.engine import compile_network
text = "linear(30, 64) -> relu -> linear(64, 32) -> relu -> linear(32, 1) -> sigmoid -> bce"
program = compile_network(Network.parse(text), dtype="float32")
program.step(program.initialise(0), X, Y, 0.01)
"""
)
_JAX = (
    _DATA
    + """
import jax, jax.numpy as jnp
sizes = (30, 64, 32, 1)
weights = [(jnp.asarray(random.standard_normal(s, np.float32)), jnp.zeros(s[1])) for s in zip(sizes, sizes[1:])]
def loss(weights, x, y):
    for k, (w, b) in enumerate(weights):
        x = x @ w + b
        x = jnp.maximum(x, 0) if k < 2 else x
    return jnp.mean(jax.nn.softplus(x[:, 0]) - y * x[:, 0])
step = jax.jit(lambda w, x, y: jax.tree.map(lambda p, g: p - 0.01 * g, w, jax.grad(loss)(w, x, y)))
jax.block_until_ready(step(weights, X, Y))
"""
)
_TORCH = (
    _DATA
    + """
import torch
nn = torch.nn
model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
nn.functional.binary_cross_entropy_with_logits(model(torch.from_numpy(X))[:, 0], torch.from_numpy(Y)).backward()
optimiser.step()
"""
)

VARIANTS = {
    # name: (module that has to be there, source, whether compiled code is found on disk, goal in seconds)
    "deltarule, native, compiled": ("llvmlite", _NATIVE, False, 1.0),
    "deltarule, native, from the cache": ("llvmlite", _NATIVE, True, 0.6),
    "deltarule, NumPy engine": ("numpy", _NUMPY, None, None),
    "JAX": ("jax", _JAX, None, None),
    "PyTorch, eager": ("torch", _TORCH, None, None),
}


def measured() -> list[dict[str, Any]]:
    """A row for each variant that is there: `name`, `seconds` (median, least, most), `goal`; or `missing`."""
    rows: list[dict[str, Any]] = []
    for name, (module, source, cached, goal) in VARIANTS.items():
        if find_spec(module) is None:
            rows.append({"name": name, "missing": f"{module} is not installed"})
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                if cached:
                    _seconds(source, folder)
                times = [_seconds(source, folder if cached else f"{folder}/{k}") for k in range(RUNS)]
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as error:
                said = getattr(error, "stderr", "") or str(error)
                rows.append({"name": name, "missing": f"it did not run: {said.strip().splitlines()[-1:]}"})
                continue
        rows.append({"name": name, "seconds": (statistics.median(times), min(times), max(times)), "goal": goal})
    return rows


def _seconds(source: str, cache: str) -> float:
    from deltarule.training.optimisers import OPTIMISERS

    equations = f"update = {OPTIMISERS['sgd'].equations!r}"
    text = _BEGIN + source.replace("UPDATE", equations) + _END
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"} | {"DELTARULE_CACHE": cache}
    done = subprocess.run(
        [sys.executable, "-c", text], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    return float(done.stdout.splitlines()[-1])
