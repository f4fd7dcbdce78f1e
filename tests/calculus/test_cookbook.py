"""The gradients of the Matrix Cookbook, as SymPy's test-suite lists them: derived, proved, equal to JAX's.

Rows and right sides are in `cookbook`; nothing there is our own output.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr
from deltarule.algebra import Facts, decide, prove
from deltarule.calculus.rules import differentiate
from deltarule.language.expression import Axis, Expression, Symbol, fresh
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor
from deltarule.writing.numpy import numpy_source

from ..jax_in_numpy import computed
from .cookbook import BEYOND, COOKBOOK, SHAPES, WRONG, Gradient

DOCS = Path(__file__).parents[2] / "docs" / "oracles.md"
SIZES = {"k": 3, "m": 2}
GENERAL = [g for g in COOKBOOK if not g.exponent]
WORDS: dict[str, Any] = {
    **{name: getattr(jnp, name) for name in ("trace", "outer", "diag", "sum", "sin", "cos", "exp", "log", "sqrt")},
    **{"eye": jnp.eye, "kron": jnp.kron, "diagonal": jnp.diagonal, "k": 3},
    **{"inv": jnp.linalg.inv, "det": jnp.linalg.det},
}


def scope() -> dict[str, Tensor]:
    return {name: Tensor.of(name, *sizes) for name, sizes in SHAPES.items()}


def derived(row: Gradient) -> tuple[Expression, tuple[Axis, ...]]:
    y = parse_expression(row.of, scope())
    by = Symbol(row.by, [fresh(size) for size in SHAPES[row.by]])
    return differentiate(y.expression, by), (*y.axes, *by.axes)


def published(row: Gradient, axes: tuple[Axis, ...]) -> Expression:
    p = parse_expression(row.published, scope())
    return p.on(axes) if p.axes else p.expression


def given(row: Gradient) -> Facts:
    i, j = fresh("k"), fresh("k")
    return Facts(equal=tuple((Symbol(n, (i, j)), Symbol(n, (j, i))) for n in row.symmetric))


def numbers(row: Gradient) -> dict[str, Any]:
    """Values at which logarithms, roots and inverses have values; symmetric matrices where the row asks for it."""
    random = np.random.default_rng(7)
    out: dict[str, Any] = {}
    for name, sizes in SHAPES.items():
        value = random.uniform(0.2, 1.4, size=tuple(SIZES[s] for s in sizes))
        if len(sizes) == 2 and sizes[0] == sizes[1]:
            value = value + 1.5 * np.eye(len(value))
        out[name] = (value + value.T) / 2 if name in row.symmetric else value
    return {name: jnp.asarray(v) for name, v in out.items()}


def by_jax(text: str, values: dict[str, Any]) -> Any:
    return eval(re.sub(r"\b(\d+)/(\d+)\b", r"(\1/\2)", text), {"__builtins__": {}, **WORDS, **values})


def test_these_are_the_fifty():
    assert len({g.number for g in COOKBOOK}) == len(COOKBOOK) == 50
    assert len(GENERAL) == 47


@pytest.mark.parametrize("row", [*COOKBOOK, *BEYOND], ids=lambda g: g.number)
def test_the_gradient_is_proved_to_be_the_published_one_for_every_size(row: Gradient):
    gradient, axes = derived(row)
    proof = prove(gradient, published(row, axes), given(row))
    assert proof.proved, proof.reason


@pytest.mark.parametrize("row", [*COOKBOOK, *BEYOND], ids=lambda g: g.number)
def test_the_gradient_is_that_of_jax(row: Gradient):
    """Both the derived form, run as the NumPy that we write of it, and the published one."""
    with jax.enable_x64(True):
        values = numbers(row)
        function = row.numbers or row.of
        expected = computed(jax.jacobian(lambda v: by_jax(function, {**values, row.by: v})))(values[row.by])
        gradient, axes = derived(row)
        source = numpy_source(gradient, axes, sizes={"k": "3", "m": "2"})
        found = eval(source, {"np": np, **{n: np.asarray(v) for n, v in values.items()}})
        scale = max(1.0, float(np.abs(expected).max()))
        assert np.abs(np.broadcast_to(found, expected.shape) - expected).max() <= 1e-11 * scale
        said = np.broadcast_to(computed(lambda v: by_jax(row.published, v))(values), expected.shape)
        assert np.abs(said - expected).max() <= 1e-11 * scale


@pytest.mark.parametrize("row", WRONG, ids=lambda g: g.number)
def test_what_only_looks_like_it_is_refuted(row: Gradient):
    gradient, axes = derived(row)
    assert decide(gradient, published(row, axes)).status == "refuted"


@pytest.mark.parametrize("row", [g for g in COOKBOOK if g.by in g.of], ids=lambda g: g.number)
def test_every_step_of_the_derivation_is_proved(row: Gradient):
    used = {n: s for n, s in SHAPES.items() if re.search(rf"\b{n}\b", row.of)}
    shapes = ", ".join(f"{n}: {' '.join(s)}" for n, s in used.items())
    derivation = dr.Network(f"y = {row.of}", shapes=shapes).derive(wrt=[row.by], view="jacobian")
    assert not set(derivation.counts) - {"proved", "definition", "none"}, derivation.counts
    assert derivation.counts["proved"] > 0


@pytest.mark.parametrize("power", [2, 3, 4, 6])
def test_a_power_at_each_exponent(power: int):
    """121, 122 and 58 for X^n with several n: n (Xⁿ⁻¹)ᵀ, Σ_r (Xʳ A Xⁿ⁻ʳ⁻¹)ᵀ, n det(X)ⁿ X⁻ᵀ."""

    def times(n: int) -> list[str]:
        return ["X"] * n

    for row in (
        Gradient("121", f"trace({' @ '.join(times(power))})", "X", f"{power} * ({' @ '.join(times(power - 1))}).T"),
        Gradient("122", f"trace({' @ '.join(['A', *times(power)])})", "X", " + ".join(
            f"({' @ '.join([*times(r), 'A', *times(power - r - 1)])}).T" for r in range(power))),
        Gradient("58", f"det({' @ '.join(times(power))})", "X", f"{power} * det(X)**{power} * inv(X.T)"),
    ):  # fmt: skip
        gradient, axes = derived(row)
        assert prove(gradient, published(row, axes)).proved, row.number


def test_the_documentation_shows_these_rows():
    text = DOCS.read_text(encoding="utf-8")
    for row in COOKBOOK:
        assert f"| {row.number} | `{row.of}` | {row.by} |" in text, row.number
    right = sum(row.sympy == "right" for row in COOKBOOK)
    assert f"SymPy 1.14.0 derives {right} of the fifty" in text
