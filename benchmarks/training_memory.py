"""Peak memory of a training step above parameters and data, each engine in a process of its own (Linux).

20 layers of 1024 sigmoid units, squared error, batches of 4096, float32: the outputs of the layers alone are 320 MiB,
one message 16.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["measured"]

LAYERS, WIDTH, BATCH = 20, 1024, 4096
NEEDED = (LAYERS + 1) * BATCH * WIDTH * 4 / 2**20
"""MiB of all outputs and one message."""

VARIANTS = {
    # name: (module that has to be there, goal in MiB, None where there is none)
    "deltarule, native": ("llvmlite", 340.0),
    "deltarule, native, recompute": ("llvmlite", 175.0),
    "deltarule, NumPy engine": ("numpy", None),
    "JAX, donated": ("jax", None),
    "PyTorch": ("torch", None),
}


def measured() -> list[dict[str, Any]]:
    """A row for each variant that is there: `name`, `mib`, `seconds`, `goal`; or `name` and `missing`."""
    if not Path("/proc/self/clear_refs").exists():
        return []
    rows = []
    for name, (module, goal) in VARIANTS.items():
        if find_spec(module) is None:
            rows.append({"name": name, "missing": f"{module} is not installed"})
            continue
        try:
            command = [sys.executable, "-m", "benchmarks.training_memory", name]
            done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
            rows.append({"name": name, "goal": goal, **json.loads(done.stdout.splitlines()[-1])})
        except (subprocess.TimeoutExpired, IndexError, ValueError) as error:
            said = ["it took too long"] if isinstance(error, subprocess.TimeoutExpired) else done.stderr.splitlines()
            rows.append({"name": name, "missing": f"it did not run ({said[-1] if said else 'no word why'})"})
    return rows


def _status(name: str) -> float:
    """MiB that the system says this process has (VmRSS) or had at most (VmHWM)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def _child(name: str) -> None:
    import gc
    import time

    made = {"JAX, donated": _jax, "PyTorch": _torch, "deltarule, NumPy engine": _numpy}
    step = made[name]() if name in made else _native(name)
    gc.collect()
    base = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    times = []
    for _ in range(2):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    print(json.dumps({"mib": _status("VmHWM") - base, "seconds": min(times)}))


def _data() -> tuple[Any, Any]:
    import numpy as np

    random = np.random.default_rng(0)
    return random.standard_normal((BATCH, WIDTH), np.float32), random.random((BATCH, WIDTH), np.float32)


def _text() -> str:
    return " -> ".join([f"linear({WIDTH}, {WIDTH}) -> sigmoid"] * LAYERS) + " -> squared_error"


def _native(name: str) -> Callable[[], object]:
    import numpy as np

    from deltarule.network.network import Network
    from deltarule.program.engine import compile_network
    from deltarule.program.native.engine import CONSTANT_BATCH
    from deltarule.program.native.lowering import Rule
    from deltarule.training.optimisers import OPTIMISERS

    more: dict[str, Any] = {"recompute": True} if "recompute" in name else {}
    program = compile_network(Network.parse(_text()), policy="memory", dtype="float32", engine="native", **more)
    parameters = program.initialise(0)
    rules = {p: Rule((), OPTIMISERS["sgd"].equations, ()) for p in parameters}
    trainer = program.trainer(parameters, rules, {}, {}, weighted=False, clipped=False)  # type: ignore[attr-defined]
    X, Y = _data()
    rates = np.full(1, 0.01)
    few = 2 * CONSTANT_BATCH  # the code that is compiled for them serves any number of rows
    trainer.run((X[:few], Y[:few], None), None, few, 0, rates, 0)
    for code in program._codes.values():  # type: ignore[attr-defined]
        code._spaces.clear()  # of the few rows, not of the step
    return lambda: trainer.run((X, Y, None), None, BATCH, 0, rates, 0)


def _numpy() -> Callable[[], object]:
    from deltarule.network.network import Network
    from deltarule.program.engine import compile_network

    program = compile_network(Network.parse(_text()), policy="memory", dtype="float32")
    parameters = program.initialise(0)
    X, Y = _data()
    program.step(parameters, X[:64], Y[:64], 0.01)
    return lambda: program.step(parameters, X, Y, 0.01)


def _jax() -> Callable[[], object]:
    import jax
    import jax.numpy as jnp

    X, Y = map(jnp.asarray, _data())
    keys = jax.random.split(jax.random.key(0), LAYERS)
    weights = [(jax.random.normal(k, (WIDTH, WIDTH)) * 2 / WIDTH**0.5, jnp.zeros(WIDTH)) for k in keys]

    def loss(weights: list, x: jax.Array, y: jax.Array) -> jax.Array:
        for w, b in weights:
            x = jax.nn.sigmoid(x @ w + b)
        return jnp.mean((x - y) ** 2)

    def update(weights: list, x: jax.Array, y: jax.Array) -> list:
        return jax.tree.map(lambda p, g: p - 0.01 * g, weights, jax.grad(loss)(weights, x, y))

    compiled = jax.jit(update, donate_argnums=0).lower(weights, X, Y).compile()
    held = [weights]

    def step() -> None:
        held[0] = jax.block_until_ready(compiled(held[0], X, Y))

    return step


def _torch() -> Callable[[], object]:
    import torch

    X, Y = map(torch.from_numpy, _data())
    model = torch.nn.Sequential(
        *[m for _ in range(LAYERS) for m in (torch.nn.Linear(WIDTH, WIDTH), torch.nn.Sigmoid())]
    )
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)

    def step(rows: int = BATCH) -> None:
        optimiser.zero_grad(set_to_none=True)
        torch.nn.functional.mse_loss(model(X[:rows]), Y[:rows]).backward()
        optimiser.step()

    step(64)
    optimiser.zero_grad(set_to_none=True)
    return step


if __name__ == "__main__":
    _child(sys.argv[1])
