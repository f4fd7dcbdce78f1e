"""What an expression means, one component at a time: the oracle of tests that lay expressions out in rows and columns.

No NumPy algebra and none of our own layout: every index is a loop, so this is slow, and plainly right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Expression,
    Index,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "log": math.log,
    "erf": math.erf,
    "sin": math.sin,
    "cos": math.cos,
    **{
        n: getattr(math, n)
        for n in ["tan", "asin", "acos", "atan", "asinh", "acosh", "atanh", "exp2", "log2", "log10", "cbrt", "erfc"]
    },
    "cot": lambda s: 1 / math.tan(s),
    "sec": lambda s: 1 / math.cos(s),
    "csc": lambda s: 1 / math.sin(s),
    "sech": lambda s: 1 / math.cosh(s),
    "csch": lambda s: 1 / math.sinh(s),
    "coth": lambda s: 1 / math.tanh(s),
    "rsqrt": lambda s: 1 / math.sqrt(s),
    "reciprocal": lambda s: 1 / s,
    "logit": lambda s: math.log(s / (1 - s)),
    "step": lambda s: float(s > 0),
    "sign": lambda s: float((s > 0) - (s < 0)),
    "abs": math.fabs,
    "maximum": max,
    "minimum": min,
    "sqrt": math.sqrt,
    "sigmoid": lambda s: 1 / (1 + math.exp(-s)),
    "tanh": math.tanh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "relu": lambda s: max(0.0, s),
    "leaky_relu": lambda s, a: s if s > 0 else a * s,
    "softplus": lambda s: math.log(1 + math.exp(s)),
    "log1p": math.log1p,
    "expm1": math.expm1,
    "elu": lambda s: s if s > 0 else math.expm1(s),
    "selu": lambda s: 1.0507009873554805 * (s if s > 0 else 1.6732632423543772 * math.expm1(s)),
    "gelu": lambda s: s * math.erfc(-s / math.sqrt(2)) / 2,
    "gelu_tanh": lambda s: s / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (s + 0.044715 * s**3))),
    "silu": lambda s: s / (1 + math.exp(-s)),
    "mish": lambda s: s * math.tanh(math.log(1 + math.exp(s))),
    "softsign": lambda s: s / (1 + abs(s)),
    "log_sigmoid": lambda s: -math.log(1 + math.exp(-s)),
    "hard_tanh": lambda s: min(max(s, -1.0), 1.0),
    "hard_sigmoid": lambda s: min(max(s + 3, 0.0), 6.0) / 6,
    "hard_swish": lambda s: s * min(max(s + 3, 0.0), 6.0) / 6,
    "relu6": lambda s: min(max(s, 0.0), 6.0),
    "tanh_shrink": lambda s: s - math.tanh(s),
}


def evaluate(
    e: Expression, axes: Sequence[Axis], values: Mapping[str, np.ndarray], sizes: Mapping[str, int]
) -> np.ndarray:
    """The value of `e`, one entry for each component along `axes`; a size that is a symbol is looked up in `sizes`."""

    def size(axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else sizes[axis.size]

    def over(bound: Sequence[Axis], at: dict[Axis, int]) -> list[dict[Axis, int]]:
        return [at | dict(zip(bound, k, strict=True)) for k in product(*(range(size(a)) for a in bound))]

    def place(index: Index, at: dict[Axis, int]) -> int:
        return index - 1 if isinstance(index, int) else at[index]

    def value(e: Expression, at: dict[Axis, int]) -> float:
        match e:
            case Number(value=v):
                return float(v)
            case Symbol(name=name, indices=indices):
                return float(sizes[name] if name in sizes else values[name][tuple(place(i, at) for i in indices)])
            case Sum(terms=terms):
                return sum(value(t, at) for t in terms)
            case Product(factors=factors, bound=bound):
                return sum(math.prod(value(f, k) for f in factors) for k in over(bound, at))
            case Maximum(body=body, bound=bound):
                return max(value(body, k) for k in over(bound, at))
            case Power(base=base, exponent=exponent):
                return value(base, at) ** (float(exponent) if exponent.denominator > 1 else int(exponent))
            case Apply(function=function, arguments=arguments):
                return FUNCTIONS[function](*(value(a, at) for a in arguments))
            case Delta(first=a, second=b):
                return float(place(a, at) == place(b, at))
            case Selection(terms=terms, constant=constant):  # indices count from 1
                return float(sum(k * (at[a] + 1) for a, k in terms) == constant)
            case Piecewise(cases=cases, otherwise=otherwise):
                for u, strict, v in cases:
                    if value(u, at) > 0 or (not strict and value(u, at) == 0):
                        return value(v, at)
                return value(otherwise, at)
        raise TypeError(f"no value for {e!r}")

    out = np.zeros([size(a) for a in axes])
    for at in over(axes, {}):
        out[tuple(at[a] for a in axes)] = value(e, at)
    return out
