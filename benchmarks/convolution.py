"""Convolutional networks trained beside JAX and PyTorch: the same updates from the same weights, in turns.

python -m benchmarks convolution
python -m benchmarks.convolution           prints the section, writes nothing
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec

import numpy as np
from benchmarks.interleaved import Timing, interleaved

__all__ = ["CASES", "Case", "entrants", "measure", "section"]

RATE = 0.02
OURS = "deltarule, native"
TOLERANCE = 1e-3
"""The largest difference of anyone's weights from those of the NumPy engine in float64, as a part of the change."""
GOALS = {OURS: 1.0, "deltarule, NumPy engine": 1.5}
"""Time of ours as a part of the faster of JAX's two ways: not more than this."""


@dataclass(frozen=True)
class Case:
    """A convolution, rectified, the largest of windows of 2 by 2, and a linear layer to ten classes."""

    incoming: int
    channels: int
    padding: int
    batch: int
    batches: int = 8

    @property
    def name(self) -> str:
        padding = f", padding={self.padding}" if self.padding else ""
        return f"conv2d({self.incoming}, {self.channels}, 3{padding}) on 28 x 28, batches of {self.batch}"

    @property
    def places(self) -> int:
        return (26 + 2 * self.padding) // 2

    @property
    def network(self) -> str:
        return (
            f"conv2d({self.incoming}, {self.channels}, 3, padding={self.padding}) -> relu -> max_pool2d(2) -> flatten "
            f"-> linear({self.channels * self.places**2}, 10) -> softmax -> cross_entropy"
        )

    @cached_property
    def X(self) -> np.ndarray:
        """[rows, channels, 28, 28]"""
        random = np.random.default_rng(0)
        return random.standard_normal((self.batch * self.batches, self.incoming, 28, 28), np.float32)

    @cached_property
    def Y(self) -> np.ndarray:
        """[rows, 10], one-hot."""
        return np.eye(10, dtype=np.float32)[np.random.default_rng(1).integers(0, 10, len(self.X))]

    @cached_property
    def initial(self) -> list[np.ndarray]:
        """Kernel [channels, incoming, 3, 3], its bias, weights [10, units], their bias: the same for everyone."""
        random = np.random.default_rng(2)
        kernel = random.standard_normal((self.channels, self.incoming, 3, 3)) / 3 / np.sqrt(self.incoming)
        units = self.channels * self.places**2
        weights = random.standard_normal((10, units)) / np.sqrt(units)
        return [a.astype(np.float32) for a in (kernel, np.full(self.channels, 0.01), weights, np.full(10, 0.01))]


Run = Callable[[], tuple[float, list[np.ndarray]]]
"""Every batch once: the seconds, and the weights after it."""

CASES = (Case(1, 8, 0, 32), Case(8, 16, 1, 64, 4))


def entrants(case: Case) -> dict[str, Callable[[], Run]]:
    """What makes each entrant, by its name; making one may compile."""
    out: dict[str, Callable[[], Run]] = {OURS: lambda: _native(case), "deltarule, NumPy engine": lambda: _numpy(case)}
    if find_spec("jax"):
        out["JAX, a call a batch"] = lambda: _jax(case, scan=False)
        out["JAX, scan"] = lambda: _jax(case, scan=True)
    if find_spec("torch"):
        out["PyTorch"] = lambda: _torch(case)
    return out


def _program(case: Case, engine: str, dtype: str = "float32"):  # type: ignore[no-untyped-def]
    import deltarule as dr

    shape = "28 28" if case.incoming == 1 else f"{case.incoming} 28 28"
    program = dr.Network(case.network, shapes=f"x: {shape}").compile(engine=engine, dtype=dtype)
    parts = zip(program.parameters.items(), case.initial, strict=True)
    start = {name: np.array(a.reshape(sizes), dtype, order="C") for (name, sizes), a in parts}
    return program, start, case.X[:, 0] if case.incoming == 1 else case.X


def _native(case: Case) -> Run:
    from deltarule.program.native.lowering import Rule
    from deltarule.training.optimisers import OPTIMISERS

    program, start, X = _program(case, "native")
    X = np.ascontiguousarray(X)
    mine = {name: value.copy() for name, value in start.items()}
    rules = {name: Rule((), OPTIMISERS["sgd"].equations, ()) for name in mine}
    trainer = program.trainer(mine, rules, {}, {}, weighted=False, clipped=False)
    if trainer is None:
        raise RuntimeError("the native engine has no code for this network")
    rates = np.full(case.batches, RATE)

    def run() -> tuple[float, list[np.ndarray]]:
        for name, value in start.items():
            np.copyto(mine[name], value)
        began = time.perf_counter()
        trainer.run((X, case.Y, None), None, case.batch, 0, rates, 0)
        return time.perf_counter() - began, [a.copy() for a in mine.values()]

    return run


def _numpy(case: Case, dtype: str = "float32") -> Run:
    program, start, X = _program(case, "numpy", dtype)
    X, Y = X.astype(dtype), case.Y.astype(dtype)

    def run() -> tuple[float, list[np.ndarray]]:
        mine = {name: value.copy() for name, value in start.items()}
        began = time.perf_counter()
        for k in range(0, len(X), case.batch):
            program.step(mine, X[k : k + case.batch], Y[k : k + case.batch], RATE)
        return time.perf_counter() - began, list(mine.values())

    return run


def _jax(case: Case, *, scan: bool) -> Run:
    """All batches in one `lax.scan`, whose convolutions have one thread, or a call for each."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    def loss(weights: list, x: jax.Array, y: jax.Array) -> jax.Array:
        kernel, bias, matrix, last = weights
        pads = [(case.padding, case.padding)] * 2
        h = lax.conv_general_dilated(x, kernel, (1, 1), pads, dimension_numbers=("NCHW", "OIHW", "NCHW"))
        h = jnp.maximum(h + bias[:, None, None], 0)
        h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        z = h.reshape(len(x), -1) @ matrix.T + last
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1))

    def step(weights: list, data: tuple) -> tuple[list, None]:
        return [p - jnp.float32(RATE) * g for p, g in zip(weights, jax.grad(loss)(weights, *data), strict=True)], None

    epoch = jax.jit(lambda weights, data: lax.scan(step, weights, data)[0], donate_argnums=0)
    single = jax.jit(lambda weights, data: step(weights, data)[0], donate_argnums=0)
    cut = case.batches, case.batch
    data = tuple(jnp.asarray(a).reshape(*cut, *a.shape[1:]) for a in (case.X, case.Y))
    batches = [tuple(a[k] for a in data) for k in range(case.batches)]

    def run() -> tuple[float, list[np.ndarray]]:
        weights = jax.block_until_ready([jnp.array(a) for a in case.initial])
        began = time.perf_counter()
        if scan:
            weights = epoch(weights, data)
        for batch in [] if scan else batches:
            weights = single(weights, batch)
        found = jax.block_until_ready(weights)
        return time.perf_counter() - began, [np.asarray(a) for a in found]

    run()
    return run


def _torch(case: Case) -> Run:
    import torch
    import torch.nn.functional as F

    X, Y = torch.from_numpy(case.X), torch.from_numpy(case.Y)

    def run() -> tuple[float, list[np.ndarray]]:
        weights = [torch.from_numpy(a.copy()).requires_grad_() for a in case.initial]
        kernel, bias, matrix, last = weights
        optimiser = torch.optim.SGD(weights, lr=RATE)
        began = time.perf_counter()
        for k in range(0, len(X), case.batch):
            optimiser.zero_grad()
            h = F.max_pool2d(F.relu(F.conv2d(X[k : k + case.batch], kernel, bias, padding=case.padding)), 2)
            F.cross_entropy(F.linear(h.flatten(1), matrix, last), Y[k : k + case.batch]).backward()
            optimiser.step()
        return time.perf_counter() - began, [a.detach().numpy() for a in weights]

    return run


def measure(case: Case, seconds: float = 12.0) -> tuple[dict[str, Timing], dict[str, str], float]:
    """Seconds for a batch by entrant, who was left out and why, and what other processes used. Everyone is checked
    first by the NumPy engine in float64, whose gradients the tests compare with those of JAX."""
    _, reference = _numpy(case, "float64")()
    moved = max(float(np.abs(a.reshape(b.shape) - b).max()) for a, b in zip(case.initial, reference, strict=True))
    runs: dict[str, Callable[[], float]] = {}
    left_out = {name: "not installed" for name in ("jax", "torch") if not find_spec(name)}
    for name, make in entrants(case).items():
        run = make()
        _, weights = run()
        off = max(float(np.abs(a.reshape(b.shape) - b).max()) for a, b in zip(weights, reference, strict=True)) / moved
        if not off <= TOLERANCE:
            left_out[name] = f"its weights are wrong: off by {off:.1e} of what training moved"
            continue
        runs[name] = lambda run=run: run()[0] / case.batches
    timings, others = interleaved(runs, seconds)
    return timings, left_out, others


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether no row was over its goal."""
    lines = [
        "## Convolution",
        "",
        "A 3 x 3 convolution, rectified, the largest of each 2 x 2, a linear layer to ten classes: gradient and update "
        "by plain gradient descent in float32. Everyone's weights after some batches are compared with float64 first, "
        "then they take turns. All threads.",
        "",
        "| network | who | ms a batch: median (least to largest) | part of the faster JAX's | goal | met |",
        "|---|---|---:|---:|---|---|",
    ]
    met, busiest = True, 0.0
    for case in CASES:
        print(f"{case.name} ...", file=sys.stderr, flush=True)
        timings, left_out, others = measure(case)
        busiest = max(busiest, others)
        jax = min((t for name, t in timings.items() if name.startswith("JAX")), key=lambda t: t.median, default=None)
        for k, (name, t) in enumerate(sorted(timings.items(), key=lambda item: item[1].median)):
            ratio = t.median / jax.median if jax else None
            goal = GOALS.get(name)
            good = goal is None or (ratio is not None and ratio <= goal)
            met &= good
            cells = [
                f"`{case.name}`" if not k else "",
                name,
                f"{t.median * 1e3:.2f} ({t.least * 1e3:.2f} to {t.most * 1e3:.2f})",
                "-" if ratio is None else f"{ratio:.2f}",
                "" if goal is None else f"≤ {goal:g}",
                "" if goal is None else "yes" if good else "**no**",
            ]
            lines.append(f"| {' | '.join(cells)} |")
        lines += [f"| | {name} | left out: {why} | | | |" for name, why in left_out.items()]
    lines += ["", f"Other processes used {busiest:.2f} processors meanwhile (above 0.1 the figures are too high).", ""]
    return "\n".join(lines) + "\n", met


if __name__ == "__main__":
    text, good = section()
    print(text)
    sys.exit(0 if good else 1)
