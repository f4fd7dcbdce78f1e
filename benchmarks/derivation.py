"""How long it takes to derive and to prove, beside peers where they are installed.

python -m benchmarks.derivation
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks import cold_start

import deltarule as dr
from deltarule.calculus import judge

TWO_TWO_ONE = "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"
DEPTHS = (25, 50, 100, 200)


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, the figure, the goal (None: no goal), and whether it was met."""

    what: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.goal is None or self.value <= self.goal

    @property
    def row(self) -> str:
        goal = f"≤ {self.goal:g} {self.unit}".strip() if self.goal is not None else ""
        verdict = "" if self.goal is None else "yes" if self.met else "**no**"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {goal} | {verdict} | {self.note} |"


def best(run: Callable[[], object], runs: int) -> float:
    """Seconds of the shortest of several runs, after one that is not counted: what else the machine does only adds."""
    run()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def deep(depth: int) -> dr.Network:
    layers = " -> ".join(f"linear(8, 8) -> {('sigmoid', 'relu', 'tanh')[k % 3]}" for k in range(depth))
    return dr.Network(f"{layers} -> linear(8, 1) -> sigmoid -> bce")


@contextmanager
def timed_proofs() -> Iterator[list[float]]:
    """The seconds of every proof that is asked for inside, failed attempts included."""
    seconds: list[float] = []
    real = judge.prove

    def prove(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return real(*arguments, **options)
        finally:
            seconds.append(time.perf_counter() - began)

    judge.prove = prove
    try:
        yield seconds
    finally:
        judge.prove = real


def warm() -> list[Figure]:
    """2-2-1 with every component, depth, single proofs."""
    network = dr.Network(TWO_TWO_ONE)
    derivation = network.derive(detail="component")
    steps = derivation.counts["proved"]
    out = [
        Figure(
            "2-2-1, component detail, derived and proved",
            best(lambda: network.derive(detail="component"), 20),
            "s",
            0.1,
            f"{steps} steps, {derivation.counts.get('undecided', 0)} undecided",
        )
    ]
    seconds = {}
    for depth in DEPTHS:
        subject = deep(depth)
        seconds[depth] = best(subject.derive, 2)
        counts = subject.derive().counts
        out.append(
            Figure(
                f"{depth} layers, derived and proved",
                seconds[depth],
                "s",
                2.0 if depth == 100 else None,
                f"{counts['proved']} steps, {counts.get('undecided', 0)} undecided",
            )
        )
    first, last = DEPTHS[0], DEPTHS[-1]
    growth = math.log(seconds[last] / seconds[first]) / math.log(last / first)
    out.append(
        Figure("growth: time ~ depth to the power", growth, "", 1.2, f"from {first} to {last} layers; 1 is linear")
    )
    subject = deep(100)
    checked = subject.derive()
    out.append(Figure("100 layers, checked again from the definitions", best(checked.check, 1), "s"))
    with timed_proofs() as proofs:
        for text in (TWO_TWO_ONE, "linear(n, h) -> tanh -> linear(h, k) -> softmax -> cross_entropy"):
            dr.Network(text).derive()
        subject.derive()
    proofs.sort()
    out += [
        Figure("one proof, median", 1e3 * statistics.median(proofs), "ms", 1.0, f"{len(proofs)} proofs"),
        Figure("one proof, 99th of 100", 1e3 * proofs[len(proofs) * 99 // 100], "ms"),
    ]
    return out


def cold() -> list[Figure]:
    """From a cold shell: new processes."""
    found = cold_start.measured()
    bare = found["bare Python"][0]
    return [
        Figure(
            "`import deltarule` over bare Python", found["import deltarule"][0] - bare, "s", cold_start.IMPORT_LIMIT
        ),
        Figure("`deltarule derive` (2-2-1) from a cold shell", found["deltarule derive"][0], "s", 0.5),
    ]


def peers() -> list[str]:
    """What peers need for a gradient of the same networks; none of them shows or proves a step."""
    lines = []
    if find_spec("jax") is None:
        lines.append("JAX is not installed: not compared.")
    else:
        lines += _jax()
    if find_spec("sympy") is None:
        lines.append("SymPy is not installed: not compared.")
    else:
        lines += _sympy()
    return lines


def _jax() -> list[str]:
    import jax
    import jax.numpy as jnp

    activations = (jax.nn.sigmoid, lambda x: jnp.maximum(x, 0), jnp.tanh)

    def loss(weights: list[Any], x: Any) -> Any:
        for k, (W, b) in enumerate(weights[:-1]):
            x = activations[k % 3](W @ x + b)
        w, b = weights[-1]
        return jax.nn.softplus(w @ x + b)

    weights = [(jnp.ones((8, 8)), jnp.ones(8)) for _ in range(100)] + [(jnp.ones(8), jnp.ones(()))]
    x = jnp.ones(8)
    traced = best(lambda: jax.make_jaxpr(jax.grad(loss))(weights, x), 2)
    began = time.perf_counter()
    jax.jit(jax.grad(loss)).lower(weights, x).compile()
    compiled = time.perf_counter() - began
    return [
        f"JAX {jax.__version__}, the gradient of the same 100 layers: {traced:.2f} s to trace, {compiled:.2f} s traced "
        "and compiled. It gives the program only: no steps, no rules, no proofs."
    ]


def _sympy() -> list[str]:
    sympy: Any = import_module("sympy")

    def gradient() -> Any:
        x1, x2, y, c = sympy.symbols("x1 x2 y c", real=True)
        W, b, w = sympy.symbols("W:4"), sympy.symbols("b:2"), sympy.symbols("w:2")
        h = [sympy.Max(0, W[2 * i] * x1 + W[2 * i + 1] * x2 + b[i]) for i in (0, 1)]
        p = 1 / (1 + sympy.exp(-(w[0] * h[0] + w[1] * h[1] + c)))
        loss = -(y * sympy.log(p) + (1 - y) * sympy.log(1 - p))
        return [sympy.simplify(sympy.diff(loss, v)) for v in (*w, c)]

    return [
        f"SymPy {sympy.__version__}, the three derivatives of the output layer of 2-2-1, differentiated and "
        f"simplified: {best(gradient, 1):.2f} s. Each is one expression in the inputs: no messages, no reuse of ŷ."
    ]


def proved_and_compared() -> list[str]:
    """The cases of the tests, each pair of choices once: steps, how many are proved, the worst error against JAX."""
    if find_spec("jax") is None or find_spec("tests") is None:
        return ["JAX or the tests are not there: not compared."]
    from tests import test_derivations as cases

    derivations, steps, undecided, worst = 0, 0, 0, 0.0
    for case in cases.PAIRS:
        subject, derivation = cases.derived(case)
        derivations += 1
        claims = cases.claims(derivation.counts)
        steps += claims.get("proved", 0)
        undecided += sum(claims.values()) - claims.get("proved", 0)
        worst = max(worst, cases.expect_the_gradients_of_jax(subject, derivation))
    return [
        "Every pair of choices of hidden module, output module, loss, sizes, batch, sign, policy, view, layout and "
        f"detail: {derivations} derivations, {steps:,} steps proved, {undecided} not proved. Largest relative "
        f"difference of any gradient from JAX's autograd in float64: {worst:.1e}."
    ]


def section() -> tuple[str, bool]:
    """The section of docs/performance.md, and whether every goal was met."""
    figures = [*warm(), *cold()]
    lines = [
        "## Derivation and proof",
        "",
        "| what | measured | goal | met | |",
        "|---|---|---|---|---|",
        *(figure.row for figure in figures),
        "",
        *(line for text in (*proved_and_compared(), *peers()) for line in (text, "")),
    ]
    return "\n".join(lines), all(figure.met for figure in figures)


def main() -> int:
    text, met = section()
    print(text)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
