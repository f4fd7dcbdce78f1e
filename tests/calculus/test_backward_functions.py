"""The backward functions of PyTorch's decompositions: our applied message is proved to be each, and JAX agrees.

The rows are in `backward_functions`; PyTorch itself is not needed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

import deltarule as dr
from deltarule.algebra import Facts, prove
from deltarule.calculus.definitions import Definitions
from deltarule.language.arithmetic import subtract
from deltarule.language.expression import ONE, Axis, Expression, Symbol, fresh
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor
from deltarule.writing.numpy import numpy_source

from .. import by_jax
from ..jax_in_numpy import computed
from .backward_functions import DECOMPOSITIONS, WITHOUT, Backward

DOCS = Path(__file__).parents[2] / "docs" / "oracles.md"
REGISTERED = 48
"""`register_decomposition` of a backward function in torch/_decomp/decompositions.py of PyTorch 2.13."""
SIZES = {"n": 4, "m": 3, "p": 3, "q": 2}
ROWS = [(row, name) for row in DECOMPOSITIONS for name in row.formulas]
ids = [f"{row.name}-{name}" for row, name in ROWS]


BY_NAME = {row.name: row for row in DECOMPOSITIONS}


def derived(row: Backward) -> tuple[dict[str, Any], Definitions, str]:
    """The equations of the messages by name, the definitions that unfold them, the output."""
    return _derived(row.name)


@cache
def _derived(name: str) -> tuple[dict[str, Any], Definitions, str]:
    row = BY_NAME[name]
    network = dr.Network(row.equations, shapes=row.shapes)
    derivation = network.derive(wrt=list(row.formulas)).inner
    assert derivation.counts().keys() <= {"proved", "definition", "none"}
    definitions = Definitions.of(derivation.equations, derivation.declarations)
    found = {name: derivation.gradients.get(name) or definitions.equations[f"delta_{name}"] for name in row.formulas}
    return found, definitions, network.inner.output


def sides(row: Backward, name: str) -> tuple[Expression, Expression, tuple[Axis, ...]]:
    """Our message and PyTorch's formula, every name of the forward pass by its equation."""
    found, definitions, output = derived(row)
    known = definitions.declarations
    scope = {n: Tensor.of(n, *d.sizes) for n, d in known.items()}
    letters = {s for d in known.values() for s in d.sizes if isinstance(s, str)}
    scope |= {s: Tensor.of(s) for s in letters if s not in scope}
    scope["g"] = Tensor.of(f"delta_{output}", *known[output].sizes)
    theirs = parse_expression(row.formulas[name], scope)
    axes = found[name].axes
    expression = theirs.on(axes) if theirs.axes else theirs.expression
    return definitions.unfold(found[name].right), definitions.unfold(expression), axes


def given(row: Backward) -> Facts:
    """A probability lies between 0 and 1, a variance above 0."""
    _, definitions, _ = derived(row)
    facts: list[Expression] = []
    for name in row.positive:
        value = Symbol(name, [fresh(size) for size in definitions.declarations[name].sizes])
        facts += [value, subtract(ONE, value)] if name == "x" else [value]
    return Facts(tuple(facts))


@pytest.mark.parametrize(("row", "name"), ROWS, ids=ids)
def test_our_message_is_proved_to_be_theirs(row: Backward, name: str):
    ours, theirs, _ = sides(row, name)
    proof = prove(ours, theirs, given(row))
    assert proof.proved, proof.reason


@pytest.mark.parametrize(("row", "name"), ROWS, ids=ids)
def test_both_are_the_message_of_jax(row: Backward, name: str):
    _, definitions, output = derived(row)
    random = np.random.default_rng(11)
    values: dict[str, Any] = {}
    for n, d in definitions.declarations.items():
        if d.role in {"input", "parameter", "target"}:
            drawn = random.normal(size=tuple(SIZES[str(s)] for s in d.sizes))
            values[n] = 1 / (1 + np.exp(-drawn)) if n in row.positive else drawn
    words = {**by_jax._NAMES, **SIZES, "min": jnp.minimum, "diagonal": jnp.diagonal}

    def forward(v: Any) -> Any:
        known = {**words, **{k: jnp.asarray(u) for k, u in values.items()}, name: v}
        for statement in row.equations.split(";"):
            left, _, right = statement.partition("=")
            known[left.strip()] = eval(right.strip(), known)
        return known[output]

    with jax.enable_x64(True):
        g = random.normal(size=jax.eval_shape(forward, values[name]).shape)
        expected = computed(lambda v, d: jax.vjp(forward, v)[1](d)[0])(values[name], g)
        names = {"np": np, "erf": erf, f"delta_{output}": g, **values}
        ours, theirs, axes = sides(row, name)
        for e in (ours, theirs):
            source = numpy_source(e, axes, sizes={k: str(v) for k, v in SIZES.items()})
            found = np.broadcast_to(eval(source, dict(names)), expected.shape)
            assert np.abs(found - expected).max() <= 1e-12 * max(1.0, float(np.abs(expected).max()))


def test_every_registration_has_a_row_or_a_reason():
    registered = {row.name.partition(",")[0] for row in DECOMPOSITIONS}
    twins = {twin for row in DECOMPOSITIONS for twin in row.also}
    assert len(registered | twins | set(WITHOUT)) == REGISTERED
    text = DOCS.read_text(encoding="utf-8")
    assert f"{len(registered | twins)} of the {REGISTERED}" in text
    assert all(f"`{name}`" in text for name in registered | set(WITHOUT))
