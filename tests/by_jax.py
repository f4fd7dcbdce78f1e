"""What a network computes, written by hand in JAX: the oracle of every gradient. Nothing here reads our derivations.

A module is one line of JAX; a chain is cut at its arrows by this file's own few lines. Batches are `vmap` and a mean.
A module that has no line yet is read off its equation in the table, as Python over JAX, so that a row added to the
table is tested before anyone writes its line here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from deltarule.language.notation import parse_shapes
from deltarule.network.losses import LOSSES
from deltarule.network.module import Module
from deltarule.network.modules import MODULES

from .jax_in_numpy import computed

Array = Any
Arrays = Mapping[str, Array]


def _linear(x: Array, weights: Sequence[Array]) -> Array:
    W, *b = weights
    y = jnp.matmul(W, x) if jnp.ndim(W) and jnp.ndim(x) else W * x
    return y + b[0] if b else y


def _group_norm(x: Array, p: Sequence[Array], eps: float) -> Array:
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    return p[0] * centred / jnp.sqrt(jnp.var(x, axis=-1, keepdims=True) + eps) + p[1]


def _batch_norm(x: Array, p: Sequence[Array], eps: float) -> Array:
    mean = jax.lax.pmean(x, BATCH)
    variance = jax.lax.pmean(jnp.square(x - mean), BATCH)
    return p[0] * ((x - mean) * jax.lax.rsqrt(variance + eps)) + p[1]


BATCH = "samples"
"""The axis that is mapped over: what a module says of its batch is a mean over it."""
BY_HAND: dict[str, Callable[..., Array]] = {
    # the input, then the parameters, then the options
    "linear": lambda x, p, **_: _linear(x, p),
    "identity": lambda x, p: x,
    "sigmoid": lambda x, p: jax.nn.sigmoid(x),
    "tanh": lambda x, p: jnp.tanh(x),
    "relu": lambda x, p: jnp.where(x > 0, x, 0.0),
    "leaky_relu": lambda x, p, slope=0.01: jnp.where(x > 0, x, slope * x),
    "softplus": lambda x, p: jax.nn.softplus(x),
    "softmax": lambda x, p: jax.nn.softmax(x),
    "log_softmax": lambda x, p: jax.nn.log_softmax(x),
    "elu": lambda x, p, alpha=1.0: jax.nn.elu(x, alpha),
    "selu": lambda x, p: jax.nn.selu(x),
    "celu": lambda x, p, alpha=1.0: jax.nn.celu(x, alpha),
    "gelu": lambda x, p: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x, p: jax.nn.gelu(x, approximate=True),
    "silu": lambda x, p: jax.nn.silu(x),
    "mish": lambda x, p: jax.nn.mish(x),
    "softsign": lambda x, p: jax.nn.soft_sign(x),
    "log_sigmoid": lambda x, p: jax.nn.log_sigmoid(x),
    "hard_tanh": lambda x, p: jax.nn.hard_tanh(x),
    "hard_sigmoid": lambda x, p: jax.nn.hard_sigmoid(x),
    "hard_swish": lambda x, p: jax.nn.hard_swish(x),
    "relu6": lambda x, p: jax.nn.relu6(x),
    "squareplus": lambda x, p, b=4.0: jax.nn.squareplus(x, b),
    "softmin": lambda x, p: jax.nn.softmax(-x),
    "embedding": lambda x, p: p[0] @ x,
    "group_norm": lambda x, p, eps=1e-5, affine=True: _group_norm(x, p if affine else (1.0, 0.0), eps),
    "dropout": lambda x, p, mask, p_=0.5: jnp.where(mask > 0, x / (1 - p_), 0.0),
    "batch_norm": lambda x, p, eps=1e-5, affine=True, momentum=0.1: _batch_norm(x, p if affine else (1.0, 0.0), eps),
    # losses: what comes in, [the target], the options
    "bce": lambda p, t, reduction="sum", pos_weight=1.0: (
        -getattr(jnp, reduction)(pos_weight * t[0] * jnp.log(p) + (1 - t[0]) * jnp.log(1 - p))
    ),
    "bce_with_logits": lambda z, t, reduction="sum", pos_weight=1.0: (
        -getattr(jnp, reduction)(pos_weight * t[0] * jax.nn.log_sigmoid(z) + (1 - t[0]) * jax.nn.log_sigmoid(-z))
    ),
    "cross_entropy": lambda p, t, normalised=True: -jnp.sum(t[0] * jnp.log(p)),
    "nll": lambda p, t, normalised=True: -jnp.sum(t[0] * p),
    "squared_error": lambda p, t, half=True, reduction="sum": (
        (0.5 if half else 1.0) * getattr(jnp, reduction)((p - t[0]) ** 2)
    ),
}

FROM_LOGITS: dict[tuple[str, str], Callable[[Array, Array], Array]] = {
    # an output module with its loss, as JAX's own libraries write the pair so that it stays finite
    ("sigmoid", "bce"): lambda z, y: jnp.sum(jax.nn.softplus(z) - y * z),
    ("softmax", "cross_entropy"): lambda z, y: -jnp.sum(y * jax.nn.log_softmax(z)),
}

_NAMES: dict[str, Any] = {
    **{name: getattr(jnp, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sinh", "cosh", "abs")},
    **{name: getattr(jax.nn, name) for name in ("sigmoid", "softplus", "softmax", "log_softmax", "logsumexp")},
    **{name: getattr(jnp, name) for name in ("sum", "mean", "outer", "maximum", "minimum", "sign", "log1p", "expm1")},
    **{name: getattr(jnp, name) for name in ("where", "dot", "ones", "trace", "diag", "pi")},
    **{name: getattr(jax.nn, name) for name in ("elu", "selu", "silu", "mish", "log_sigmoid", "hard_tanh", "relu6")},
    **{name: getattr(jax.nn, name) for name in ("hard_sigmoid", "hard_swish")},
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "softsign": jax.nn.soft_sign,
    "tanh_shrink": lambda x: x - jnp.tanh(x),
    "relu": lambda x: jnp.where(x > 0, x, 0.0),
    "leaky_relu": lambda x, a: jnp.where(x > 0, x, a * x),
    "erf": jax.scipy.special.erf,
    "step": lambda x: jnp.where(x > 0, 1.0, 0.0),
    "batch_mean": lambda x: jax.lax.pmean(x, BATCH),
    "max": lambda *a, axis=None: jnp.max(*a, axis=axis) if len(a) == 1 else jnp.maximum(*a),
}


@dataclass(frozen=True)
class Link:
    """One module of a chain: its name, its sizes, its options."""

    name: str
    sizes: tuple[int, ...]
    options: Mapping[str, Any]

    @property
    def row(self) -> Module:
        return (MODULES | LOSSES)[self.name]

    @property
    def parameters(self) -> list[str]:
        """The parameters that the equation has under the options."""
        text = self.row.text(self.options)
        return [p for p in self.row.parameters if re.search(rf"\b{p}\b", text)]


def links(text: str) -> list[Link]:
    """The links of a chain of modules."""
    out = []
    for part in text.split("->"):
        call = ast.parse(part.strip(), mode="eval").body
        if isinstance(call, ast.Name):
            out.append(Link(call.id, (), {}))
            continue
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Name)
        given = {k.arg or "": _value(k.value) for k in call.keywords}
        out.append(Link(call.func.id, tuple(_value(a) for a in call.args), given))
    return out


def _value(node: ast.expr) -> Any:
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


def as_written(link: Link, inputs: Mapping[str, Array], parameters: Sequence[Array]):
    """The module's own equation, run as Python over JAX."""
    return all_written(link, inputs, parameters)[0]


def all_written(link: Link, inputs: Mapping[str, Array], parameters: Sequence[Array]) -> list[Array]:
    """The same, for a module with several outputs all of them."""
    row, options = link.row, link.options
    known = dict(inputs) | dict(zip(row.size_arguments, link.sizes, strict=False))
    for name, sizes in parse_shapes(row.shapes).items():
        known |= dict(zip(map(str, sizes), jnp.shape(inputs.get(name, 0)), strict=False))
    known.update(zip(link.parameters, parameters, strict=True))
    scalar = not any(jnp.ndim(v) for v in inputs.values())
    value = None
    for statement in filter(str.strip, re.split(r"[;\n]", row.text(options, scalar=scalar))):
        left, right = re.split(r"(?<![=<>!])=(?!=)", statement, maxsplit=1)
        value = known[left.strip()] = eval(right.strip(), {**_NAMES, **known})
    return [known[name] for name in row.outputs] or [value]


def module(link: Link, x: Array, parameters: Sequence[Array], hand: bool = True, drawn: Arrays | None = None) -> Array:
    """What one module makes of its input; `drawn` are its masks, by the names of the row."""
    row = link.row
    if hand and link.name in BY_HAND:
        options = {f"{name}_" if name == "p" else name: value for name, value in link.options.items()}
        return BY_HAND[link.name](x, parameters, **(drawn or {}), **options)
    if row.loss:
        targets = len(row.inputs) - 1
        return as_written(link, dict(zip(row.inputs, (x, *parameters), strict=False)), parameters[targets:])
    return as_written(link, {row.inputs[0]: x, **(drawn or {})}, parameters)


def per_sample(name: str) -> bool:
    """Whether a value has one row for each sample: inputs and targets, masks, weights of entries."""
    return name in {"x", "y", "weight"} or name.startswith("mask")


def forward(text: str, values: Arrays, *, fused: bool = False, order: Sequence[str] = ()) -> list[Array]:
    """The input and what each module of the chain gives for one sample; `fused` takes the last pair from its logits.

    The parameters are used up in the order of `order` (of `values`, if that is not given)."""
    chain = links(text)
    weights = [n for n in order or values if not per_sample(n)]
    masks = [n for n in order or values if n.startswith("mask")]
    further = [values["weight"]] if "weight" in values else []
    out = [values["x"]]
    for k, link in enumerate(chain):
        last = k == len(chain) - 1
        if link.row.loss:
            pair = (chain[k - 1].name, link.name) if k else None
            if fused and pair in FROM_LOGITS and "pos_weight" not in link.options:
                out.append(FROM_LOGITS[pair](out[-2], values["y"]))
            else:
                out.append(module(link, out[-1], [values["y"], *further, *(values[n] for n in weights)]))
                weights = []
            assert last
            continue
        count = len(link.parameters)
        mine, weights = weights[:count], weights[count:]
        drawn = {name: values[masks.pop(0)] for name, _ in link.row.drawn}
        out.append(module(link, out[-1], [values[n] for n in mine], drawn=drawn))
    assert not weights
    return out


def function(text: str, values: Arrays, *, batch: bool, fused: bool = False) -> Callable[[Arrays], Array]:
    """The last value of the chain as a function of everything named; over a batch, the mean of the losses."""
    loss = links(text)[-1].row.loss
    order = list(values)  # JAX sorts the keys of the dictionaries that it passes on

    def one(v: Arrays) -> Array:
        return forward(text, v, fused=fused, order=order)[-1]

    if not batch:
        return one
    axes = ({name: 0 if per_sample(name) else None for name in values},)
    many = jax.vmap(one, in_axes=axes, axis_name=BATCH)
    return (lambda v: jnp.mean(many(v))) if loss else many


def gradients(text: str, values: Arrays, *, batch: bool = False, fused: bool = False) -> dict[str, np.ndarray]:
    """JAX's gradient of the loss by everything named."""
    with jax.enable_x64(True):
        given = {k: jnp.asarray(v, jnp.float64) for k, v in values.items()}
        return computed(jax.grad(function(text, given, batch=batch, fused=fused)))(given)


def jacobians(text: str, values: Arrays, *, batch: bool = False) -> dict[str, np.ndarray]:
    """JAX's Jacobian of the output by everything named."""
    with jax.enable_x64(True):
        given = {k: jnp.asarray(v, jnp.float64) for k, v in values.items()}
        return computed(jax.jacobian(function(text, given, batch=batch)))(given)


def pulled_back(text: str, values: Arrays, delta: Array, *, batch: bool = False) -> dict[str, np.ndarray]:
    """JAX's vector-Jacobian product: the messages for a given error signal at the output."""
    with jax.enable_x64(True):
        given = {k: jnp.asarray(v, jnp.float64) for k, v in values.items()}
        error = jnp.asarray(delta, jnp.float64)
        return computed(lambda v: jax.vjp(function(text, given, batch=batch), v)[1](error)[0])(given)
