"""JAX's traces run in NumPy: JAX differentiates, NumPy computes.

Each gradient of the tests is evaluated once. To compile it takes five times as long as to trace it and keeps tens of
megabytes; here the trace (a list of primitive operations) is computed step by step instead. What has no line in the
table is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from scipy import special

Array = Any


def _broadcast(x: Array, *, shape: Sequence[int], broadcast_dimensions: Sequence[int], **_: object) -> Array:
    kept = [1] * len(shape)
    for place, size in zip(broadcast_dimensions, np.shape(x), strict=True):
        kept[place] = size
    return np.broadcast_to(np.reshape(x, kept), shape)


def _dot(a: Array, b: Array, *, dimension_numbers: Any, **_: object) -> Array:
    (left, right), (rows, others) = dimension_numbers
    first = list(range(np.ndim(a)))
    second = [len(first) + k for k in range(np.ndim(b))]
    for i, j in (*zip(left, right, strict=True), *zip(rows, others, strict=True)):
        second[j] = first[i]
    alone = [k for i, k in enumerate(first) if i not in (*left, *rows)]
    out = [*(first[i] for i in rows), *alone, *(k for j, k in enumerate(second) if j not in (*right, *others))]
    return np.einsum(a, first, b, second, out)


def _divide(a: Array, b: Array) -> Array:
    return np.trunc(np.divide(a, b)) if np.issubdtype(np.result_type(a), np.integer) else np.divide(a, b)


def _pad(x: Array, value: Array, *, padding_config: Any) -> Array:
    if any(min(low, high) < 0 or inside for low, high, inside in padding_config):
        raise NotImplementedError("padding that takes away, or between")
    return np.pad(x, [(low, high) for low, high, _ in padding_config], constant_values=value)


def _slice(x: Array, *, start_indices: Any, limit_indices: Any, strides: Any) -> Array:
    steps = strides or (1,) * np.ndim(x)
    return x[tuple(slice(*place) for place in zip(start_indices, limit_indices, steps, strict=True))]


def _select(which: Array, *cases: Array) -> Array:
    if np.result_type(which) != np.bool_:
        raise NotImplementedError("a choice by number")
    return np.where(which, cases[1], cases[0])


def _reshape(x: Array, *, new_sizes: Any, dimensions: Any, **_: object) -> Array:
    return np.reshape(x if dimensions is None else np.transpose(x, dimensions), new_sizes)


def _iota(*, dtype: Any, shape: Sequence[int], dimension: int, **_: object) -> Array:
    line = np.arange(shape[dimension], dtype=dtype)
    return _broadcast(line, shape=shape, broadcast_dimensions=(dimension,))


def _cumulated(x: Array, *, axis: int, reverse: bool) -> Array:
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis) if reverse else np.cumsum(x, axis)


def _over(reduce: Callable[..., Array]) -> Callable[..., Array]:
    return lambda x, *, axes, **_: reduce(x, axis=tuple(axes))


ELEMENTWISE: Mapping[str, Callable[..., Array]] = {
    # primitives whose parameters say at most how exactly to compute
    **{name: getattr(np, name) for name in ("exp", "exp2", "log", "log1p", "expm1", "sqrt", "cbrt", "square", "abs")},
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor", "ceil")},
    **{f"a{name}": getattr(np, f"arc{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "tan2")},
    **{"neg": np.negative, "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": _divide},
    **{"pow": np.power, "rem": np.fmod, "max": np.maximum, "min": np.minimum, "is_finite": np.isfinite},
    **{"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater},
    **{"ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or, "not": np.invert},
    **{"logistic": special.expit, "erf": special.erf, "erfc": special.erfc, "erf_inv": special.erfinv},
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "clamp": lambda low, x, high: np.clip(x, low, high),
    "select_n": _select,
    **dict.fromkeys(("convert_element_type", "copy", "stop_gradient"), lambda x: x),
}
"""Conversions happen where a result is kept: each has the type that the trace says."""
WITH_PARAMETERS: Mapping[str, Callable[..., Array]] = {
    "integer_pow": lambda x, *, y: np.power(x, float(y)),
    "dot_general": _dot,
    "broadcast_in_dim": _broadcast,
    "reshape": _reshape,
    "squeeze": lambda x, *, dimensions: np.squeeze(x, tuple(dimensions)),
    "transpose": lambda x, *, permutation: np.transpose(x, permutation),
    "concatenate": lambda *xs, dimension: np.concatenate(xs, dimension),
    "rev": lambda x, *, dimensions: np.flip(x, dimensions),
    "slice": _slice,
    "split": lambda x, *, sizes, axis: np.split(x, np.cumsum(sizes)[:-1], axis),
    "pad": _pad,
    "iota": _iota,
    "cumsum": _cumulated,
    "reduce_sum": _over(np.sum),
    "reduce_max": _over(np.max),
    "reduce_min": _over(np.min),
    "reduce_prod": _over(np.prod),
    "reduce_and": _over(np.all),
    "reduce_or": _over(np.any),
}


def _inside(parameters: Mapping[str, Any]) -> ClosedJaxpr | Jaxpr | None:
    """What a primitive calls, if it is nothing but a call."""
    return next((parameters[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if k in parameters), None)


CALLS = frozenset(
    ["jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "checkpoint"]
)


def _compute(jaxpr: Jaxpr, constants: Sequence[Array], arguments: Sequence[Array]) -> list[Array]:
    known: dict[Any, Array] = dict(zip(jaxpr.constvars, constants, strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))

    def value(v: Any) -> Array:
        return v.val if isinstance(v, Literal) else known[v]

    for step in jaxpr.eqns:
        name, given = step.primitive.name, [value(v) for v in step.invars]
        called = _inside(step.params) if name in CALLS else None
        if isinstance(called, ClosedJaxpr):
            results = _compute(called.jaxpr, called.consts, given)
        elif called is not None:
            results = _compute(called, [], given)
        elif name in ELEMENTWISE:
            results = [ELEMENTWISE[name](*given)]
        elif name in WITH_PARAMETERS:
            found = WITH_PARAMETERS[name](*given, **step.params)
            results = found if isinstance(found, list) else [found]
        else:
            raise NotImplementedError(name)
        for variable, result in zip(step.outvars, results, strict=True):
            aval: Any = variable.aval
            assert np.shape(result) == aval.shape, (name, np.shape(result), aval.shape)
            known[variable] = np.asarray(result, aval.dtype)
    return [np.asarray(value(v)) for v in jaxpr.outvars]


def computed(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function of JAX, such as `jax.grad(loss)`, computed by NumPy; the results are arrays of NumPy."""

    def run(*arguments: Any) -> Any:
        traced, shapes = jax.make_jaxpr(f, return_shape=True)(*arguments)
        flat = [np.asarray(a) for a in jax.tree.leaves(arguments)]
        try:
            with np.errstate(all="ignore"):  # XLA says nothing of what overflows in the branch that is not taken
                results = _compute(traced.jaxpr, [np.asarray(c) for c in traced.consts], flat)
        except NotImplementedError:
            return jax.tree.map(np.asarray, _compiled(f)(*arguments))
        return jax.tree.unflatten(jax.tree.structure(shapes), results)

    return run


def _compiled(f: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled as a whole with no optimisation: it is run once, and the compiler is what takes the time."""
    return jax.jit(f, compiler_options={"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True})
