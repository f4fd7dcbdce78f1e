"""Where parameters start: weights with the variance that keeps signals at one scale, biases zero.

    Glorot & Bengio 2010:  u ~ U(-r, r), r = sqrt(6 / (fan_in + fan_out))       tanh, sigmoid and everything else
    He et al. 2015:        u ~ U(-r, r), r = sqrt(6 / fan_in)                   before relu and leaky_relu

That is "auto"; any row of `INITIALISERS` may be asked for in its place, or a number that every weight starts at.

What a parameter is follows from its equation: one that is only added starts at 0; one that is contracted is a weight,
fan_in the size of what is summed over and fan_out the size of the rest; one that spreads a single input over units has
fan_in 1; any other factor starts at 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from deltarule.language.equation import Equation
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.expression import Apply, Expression, Product, Sum, Symbol, opened
from deltarule.language.traversal import names, walk

if TYPE_CHECKING:
    import numpy as np

__all__ = ["INITIALISERS", "Initialiser", "Start", "initial_values", "start_of", "weights_of"]


@dataclass(frozen=True)
class Initialiser:
    """How weights start: uniform on (-r, r), or normal with deviation r; `spread` is r. Biases start at 0."""

    name: str
    distribution: str
    spread: str
    source: str


INITIALISERS: dict[str, Initialiser] = {
    row.name: row
    for row in (
        Initialiser("glorot_uniform", "uniform", "sqrt(6 / (fan_in + fan_out))", "Glorot & Bengio 2010, eq. 16"),
        Initialiser("glorot_normal", "normal", "sqrt(2 / (fan_in + fan_out))", "Glorot & Bengio 2010, eq. 12"),
        Initialiser("he_uniform", "uniform", "sqrt(6 / fan_in)", "He et al. 2015, eq. 10"),
        Initialiser("he_normal", "normal", "sqrt(2 / fan_in)", "He et al. 2015, eq. 10"),
        Initialiser("lecun_uniform", "uniform", "sqrt(3 / fan_in)", "LeCun et al. 1998, section 4.6"),
        Initialiser("lecun_normal", "normal", "sqrt(1 / fan_in)", "LeCun et al. 1998, section 4.6"),
        Initialiser("zeros", "none", "0", "logistic and softmax regression; units of a hidden layer would stay alike"),
    )
}
"""The normal distributions are not truncated (as in PyTorch; Keras and JAX cut at two deviations)."""

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
    initialiser: str | float = "auto",
) -> dict[str, np.ndarray]:
    """An array for each parameter, the same for the same seed; `sizes` gives numbers for symbolic sizes.

    Raises:
        DeltaruleError: a size is left open, or there is no such initialiser.
    """
    import numpy as np

    if isinstance(initialiser, str) and initialiser not in ("auto", *INITIALISERS):
        hint = nearest(initialiser, INITIALISERS)
        raise DeltaruleError(f"no initialiser {initialiser!r}{hint}; there are auto, {', '.join(INITIALISERS)}")
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
                fan_in, fan_out = (prod(size(z) for z in sizes_) for sizes_ in (start.inward, start.outward))
                chosen = f"{start.kind}_uniform" if initialiser == "auto" else initialiser
                value = np.asarray(_drawn(chosen, shape, fan_in, fan_out, rng))
        out[name] = value.astype(dtype)
    return out


def weights_of(parameters: Iterable[str], equations: Sequence[Equation]) -> frozenset[str]:
    """The parameters that are weights: not biases, nor gains that start at 1."""
    return frozenset(name for name in parameters if start_of(name, equations).kind in ("glorot", "he"))


def _drawn(name: str | float, shape: tuple[int, ...], fan_in: int, fan_out: int, rng: np.random.Generator) -> Any:
    import numpy as np

    from deltarule.program.update import scalar_equations

    if not isinstance(name, str):
        return np.full(shape, float(name))
    row = INITIALISERS[name]
    if row.distribution == "none":
        return np.zeros(shape)
    spread = scalar_equations((f"r <- {row.spread}",)).values(fan_in=fan_in, fan_out=fan_out)["r"]
    return (rng.uniform(-1.0, 1.0, shape) if row.distribution == "uniform" else rng.standard_normal(shape)) * spread
