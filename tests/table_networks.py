"""Networks made of every row of the tables of modules and losses, with numbers to put in: what the tests walk over.

A row added to a table, or an option to a row, is in these networks without a change here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from scipy.special import erf, erfc

import deltarule as dr
from deltarule.language.errors import ShapeError
from deltarule.network.losses import LOSSES
from deltarule.network.module import Module
from deltarule.network.modules import MODULES

from .by_jax import links

SIZES = ((3, 2, 2), (2, 3, 4), (1, 2, 3), (2, 2, 1), (3, 1, 2), (1, 1, 1), ("n", "h", "k"))
NUMBERS = {"n": 3, "h": 2, "k": 4, "m": 5}
"""The numbers that stand for symbolic sizes when gradients are evaluated."""


def variants(table: Mapping[str, Module]) -> list[str]:
    """Every row with its default options, then with each other choice of each option."""
    out = []
    for name, row in table.items():
        out.append(name)
        for option in row.options:
            others = [v for v, _ in option.choices if v != option.default] or [Fraction(1, 5)]
            shown = [repr(float(v)) if isinstance(v, Fraction) else repr(v) for v in others]
            out += [f"{name}({option.name}={v})" for v in shown]
    return out


FIRST = {name: row for name, row in MODULES.items() if not row.group}
"""The modules that a course names first: these are combined with one another, the rest of the shelf is walked over."""
HIDDEN = [v for v in variants(FIRST) if not v.startswith("linear")]
OUTPUTS = [v for v in HIDDEN if "(" not in v]
LOSS = variants({name: row for name, row in LOSSES.items() if not row.group})


def sized(text: str, incoming: int | str, outgoing: int | str) -> str:
    """A module with the sizes that it takes: the first is what comes in, the others what goes out."""
    name, _, options = text.partition("(")
    row = MODULES[name]
    arguments = [incoming, *(outgoing for _ in row.size_arguments[1:])][: len(row.size_arguments)]
    inside = ", ".join([*map(str, arguments), *filter(None, [options.rstrip(")")])])
    return f"{name}({inside})" if inside else name


def network_text(
    sizes: tuple[int | str, int | str, int | str], hidden: str, output: str, loss: str | None, bias: bool = True
) -> str:
    """`linear -> hidden -> linear -> output -> loss`; where a module needs a vector, a size 1 becomes 2."""
    n, h, k = sizes
    for change in ({}, {"h": 2}, {"k": 2}, {"h": 2, "k": 2}):
        hh, kk = (change.get("h", h) if h == 1 else h), (change.get("k", k) if k == 1 else k)
        plain = "" if bias else ", bias=False"
        parts = [f"linear({n}, {hh}{plain})", sized(hidden, hh, hh), f"linear({hh}, {kk}{plain})"]
        text = " -> ".join([*parts, sized(output, kk, kk), *([loss] if loss else [])])
        try:
            dr.Network(text)
        except ShapeError:
            continue
        return text
    raise AssertionError(f"no sizes suit {hidden}, {output}, {loss}")


def draw(network: dr.Network, seed: int, *, batch: bool) -> dict[str, np.ndarray]:
    """Values for the input, the parameters and the target, in that order; predictions stay off the poles of a loss."""
    inner = network.inner
    row = links(network.text)[-1].row
    probability = row.loss and any(a.kind == "positive" for a in inner.assumptions)
    normalised = row.loss and any(a.kind == "equal" for a in inner.assumptions)
    front = (NUMBERS["m"],) if batch else ()
    last = max((p for p in inner.parameters if p.lower().startswith("w")), default="")
    for attempt in count():
        random = np.random.default_rng((seed, attempt))

        def normal(name: str, random: np.random.Generator = random) -> np.ndarray:
            sizes = numbers(inner.declarations[name].sizes)
            return random.normal(size=(*front, *sizes) if name not in inner.parameters else sizes)

        values = {name: normal(name) for name in inner.inputs}
        values |= {name: 0.8 * normal(name) for name in inner.parameters}
        if attempt % 3:  # a positive prediction is rare where it is the maximum of 0 and something
            values = {name: np.abs(v) for name, v in values.items()}
            values[last] = -values[last] if attempt % 3 == 2 else values[last]
        if inner.target is not None:
            target = normal(inner.target)
            if normalised and not inner.declarations[inner.target].sizes:
                target = np.ones_like(target)
            elif normalised:
                target = np.exp(target) / np.exp(target).sum(axis=-1, keepdims=True)
            elif row.name.startswith("bce"):
                target = 1 / (1 + np.exp(-target))
            values[inner.target] = target
        if not probability or _off_the_poles(network, values, strict=attempt < 60):
            return values
    raise AssertionError


def _off_the_poles(network: dr.Network, values: Mapping[str, np.ndarray], *, strict: bool) -> bool:
    """Whether the prediction is a probability (if `strict`), or at least stays away from the poles of the loss."""
    x = values["x"]
    samples = x if x.ndim > len(network.inner.declarations["x"].sizes) else [x]
    for sample in samples:
        scope: dict[str, Any] = {"np": np, **NUMBERS, **values, "x": sample}
        with np.errstate(all="ignore"):
            for name, formula in network.equations.items():
                if name != network.inner.loss:
                    scope[name] = eval(formula.numpy, scope)
        prediction = np.asarray(scope["y_hat"])
        poles = (prediction, 1 - prediction) if "bce" in network.text else (prediction,)
        if min(np.min(p if strict else np.abs(p)) for p in poles) < 0.02:
            return False
    return True


def run_json(
    data: Mapping[str, Any],
    values: Mapping[str, np.ndarray],
    given: Mapping[str, Any] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Everything that the JSON of a derivation computes, evaluated in NumPy in the order in which it stands there:
    the equations by name, then the parameter messages as `grad_W`. Shapes are checked on the way."""
    symbols = {**NUMBERS, **(sizes or {})}
    scope: dict[str, Any] = {"np": np, "erf": erf, "erfc": erfc, **symbols, **values, **(given or {})}
    with np.errstate(all="ignore"):
        for equation in data["equations"]:
            value = eval(equation["numpy"], scope)
            assert np.shape(value) == numbers(equation["shape"], symbols), equation
            scope[equation["name"]] = value
        for message in data["messages"]:
            for name, parameter in message["parameter"].items():
                value = eval(parameter["numpy"], scope)
                assert np.shape(value) == numbers(parameter["shape"], symbols), parameter
                scope[f"grad_{name}"] = value
    return scope


def numbers(sizes: Sequence[int | str], symbols: Mapping[str, int] = NUMBERS) -> tuple[int, ...]:
    """Sizes as numbers."""
    return tuple(s if isinstance(s, int) else symbols[s] for s in sizes)


def relative(found: Any, expected: Any) -> float:
    """The largest difference over the largest value (0 where both vanish)."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    scale = float(np.max(np.abs(expected), initial=0.0))
    error = float(np.max(np.abs(found - expected), initial=0.0))
    return error / scale if scale else error
