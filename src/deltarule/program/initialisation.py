"""Where parameters start: weights uniform with the variance that keeps signals at one scale, biases zero.

    Glorot & Bengio 2010:  u ~ U(-r, r), r = sqrt(6 / (fan_in + fan_out))       tanh, sigmoid and everything else
    He et al. 2015:        u ~ U(-r, r), r = sqrt(6 / fan_in)                   before relu and leaky_relu

What a parameter is follows from its equation: one that is only added starts at 0; one that is contracted is a weight,
fan_in the size of what is summed over and fan_out the size of the rest; one that spreads a single input over units has
fan_in 1; any other factor starts at 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING

from deltarule.language.equation import Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Expression, Product, Sum, Symbol, names, opened, walk

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Start", "initial_values", "start_of"]

_RECTIFIED = {"relu", "leaky_relu", "maximum"}


@dataclass(frozen=True)
class Start:
    """`kind`: zero, one, glorot or he; for a weight, the sizes along which it is contracted and the others."""

    kind: str
    inward: tuple[int | str, ...] = ()
    outward: tuple[int | str, ...] = ()


def start_of(parameter: str, equations: Sequence[Equation]) -> Start:
    """How a parameter starts, read from the first equation that uses it."""
    equation = next((e for e in equations if parameter in names(e.right)), None)
    if equation is None:
        return Start("zero")
    for node in walk(equation.right):
        if isinstance(node, Product) and node.bound:
            factors, bound = opened(node)
            for f in factors:
                if isinstance(f, Symbol) and f.name == parameter:
                    inward = tuple(a.size for a in f.axes if a in bound)
                    if inward:
                        outward = tuple(a.size for a in f.axes if a not in bound)
                        return Start("he" if _rectified(equation, equations) else "glorot", inward, outward)
        elif isinstance(node, Product):
            own = next((f for f in node.factors if isinstance(f, Symbol) and f.name == parameter), None)
            others = {a for f in node.factors if f is not own for a in f.axes}
            if own is not None and own.axes and not others & set(own.axes):  # one input to several units: W[j] x
                kind = "he" if _rectified(equation, equations) else "glorot"
                return Start(kind, (), tuple(a.size for a in own.axes))
    return Start("zero" if _only_added(equation.right, parameter) else "one")


def _rectified(equation: Equation, equations: Sequence[Equation]) -> bool:
    """Whether what the weight makes goes into a function that is 0 (or nearly) on one side."""
    places = [equation.right, *(e.right for e in equations if equation.name in names(e.right))]
    return any(isinstance(n, Apply) and n.function in _RECTIFIED for right in places for n in walk(right))


def _only_added(e: Expression, parameter: str) -> bool:
    if isinstance(e, Sum):
        return all(_only_added(t, parameter) for t in e.terms)
    if isinstance(e, Symbol):
        return True
    if isinstance(e, Apply):
        return all(_only_added(a, parameter) for a in e.arguments)
    return parameter not in names(e)


def initial_values(
    shapes: Mapping[str, tuple[int | str, ...]],
    equations: Sequence[Equation],
    seed: int,
    dtype: str,
    sizes: Mapping[str, int],
) -> dict[str, np.ndarray]:
    """An array for each parameter, the same for the same seed; `sizes` gives numbers for symbolic sizes."""
    import numpy as np

    rng = np.random.default_rng(seed)

    def size(z: int | str) -> int:
        if isinstance(z, int):
            return z
        if z not in sizes:
            raise DeltaruleError(
                f"the size `{z}` is a symbol: parameters need a number for it, as in sizes={{'{z}': 4}}"
            )
        return sizes[z]

    out: dict[str, np.ndarray] = {}
    for name, symbolic in shapes.items():
        shape = tuple(size(z) for z in symbolic)
        start = start_of(name, equations)
        match start.kind:
            case "zero":
                value = np.zeros(shape)
            case "one":
                value = np.ones(shape)
            case _:
                fan_in = prod(size(z) for z in start.inward)
                fans = fan_in if start.kind == "he" else fan_in + prod(size(z) for z in start.outward)
                value = np.asarray(rng.uniform(-1.0, 1.0, shape)) * sqrt(6.0 / fans)
        out[name] = value.astype(dtype)
    return out
