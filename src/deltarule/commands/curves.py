"""The curves of one row: a function of one number and its derivative; of a module or loss, one component of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from deltarule.api import Network
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.error import floating
from deltarule.calculus.evaluate import value_at
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.commands.function_sheet import FunctionSheet
from deltarule.language.errors import DeltaruleError, ShapeError
from deltarule.language.expression import Expression, rename
from deltarule.language.traversal import names
from deltarule.network.module import Module
from deltarule.writing import to_unicode

__all__ = ["Curves", "no_picture", "of_function", "of_module"]

OTHER = 0.1
"""The value of a further parameter (the slope of leaky_relu) of a function."""
STARTS = {"beta": 0.0, "b": 0.0, "a": 0.25, "gamma": 1.0, "s": 0.0, "weight": 1.0, "w": 1.0}
"""The values of parameters of one axis or none; others are 1."""
UNITS = 3
RESTING = (0.0, 1.0, -1.0)
"""What the units of the input are, but for the first, which runs."""


@dataclass(frozen=True)
class Curves:
    """`rows` are (label, function of the number on the horizontal axis); `words` says what is held."""

    rows: tuple[tuple[str, Callable[[float], float]], ...]
    low: float = -5.0
    high: float = 5.0
    words: str = ""


def of_function(sheet: FunctionSheet) -> Curves | None:
    """The function and its derivative; None for a primitive of several arguments."""
    row = sheet.row
    if row.primitive and len(row.parameters) > 1:
        return None
    others = dict.fromkeys(row.parameters[1:], OTHER)
    least, most = map(float, row.domain)
    label = to_unicode(sheet.applied) + "".join(f", {name} = {value:g}" for name, value in others.items())
    derivative = sheet.forms[0].expression if sheet.forms else sheet.derivative

    def at(expression: Any) -> Callable[[float], float]:
        def value(x: float) -> float:
            return nan if not least < x < most else floating(expression, {row.parameters[0]: x, **others})

        return value

    low, high = (least, most) if isfinite(least) and isfinite(most) else (-5.0, 5.0)
    return Curves(((label, at(sheet.applied)), ("its derivative", at(derivative))), low, high)


def of_module(module: Module) -> Curves | None:
    """One component of a module by one component of its input, or a loss by its prediction, with the derivative; None
    where `no_picture` says why there is none."""
    if no_picture(module):
        return None
    try:
        if module.loss:
            return _loss(module)
        return _with_weights(module) if module.size_arguments or len(module.inputs) > 1 else _units(module)
    except (DeltaruleError, TypeError, KeyError, IndexError, StopIteration):
        return None


def no_picture(module: Module) -> str:
    """Why a module is not drawn as a curve; empty where it is."""
    if module.group == "weighted":
        return f"the curve of one entry is that of {module.name.removeprefix('weighted_')}: its weight cancels"
    if module.group == "penalty":
        return "its input is an array of weights; of one weight w it is a multiple of |w|, of w² or of both"
    if module.drawn:
        return "what it does is drawn at random: each unit is scaled or put to 0"
    if module.state:
        return "what a sample becomes depends on the other samples of its batch"
    if module.example[1] or "{sizes}" in module.equation or module.name in _ARRAYS:
        return "it maps arrays of several axes: no single number decides what an output is"
    return ""


_ARRAYS = {"attention", "group_norm"}


def _units(module: Module) -> Curves | None:
    first, of = Network(module.name), next(iter(module.inputs))
    if len(module.inputs) > 1 or any(len(d.sizes) > 1 for d in first.inner.declarations.values()):
        return None
    vector = _mixes(first)
    try:
        network = Network(module.name, shapes=f"{of}: {UNITS if vector else 1}")
    except ShapeError:  # one parameter a unit: no scalar
        network = Network(module.name, shapes=f"{of}: {UNITS}")
    inner = network.inner
    axes = inner.declarations[of].sizes
    y, dy = _first(network, inner.output, of)
    starts = {n: STARTS.get(n, 1.0) for n in network.parameters}
    parameters: dict[str, Any] = {n: _filled(inner.declarations[n].sizes, start) for n, start in starts.items()}

    def at(e: Expression) -> Callable[[float], float]:
        def value(x: float) -> float:
            return _value(e, {of: [x, *RESTING[1:]] if axes else x, **parameters})

        return value

    held = "" if not vector else f"x = (x₁, {', '.join(f'{v:g}' for v in RESTING[1:])})"
    stated = [f"{n} = {STARTS.get(n, 1.0):g}" for n in network.parameters]
    labels = ("y₁", "∂y₁/∂x₁") if vector else ("y", "its derivative")
    return Curves(((labels[0], at(y)), (labels[1], at(dy))), words=", ".join(filter(None, [held, *stated])))


def _with_weights(module: Module) -> Curves | None:
    """Its first output by its first input, at weights and further inputs that are fixed."""
    of, *others = module.inputs
    if module.size_arguments:
        network = Network(f"{module.name}({', '.join('2' for _ in module.size_arguments)})")
    elif others:
        shapes = ", ".join(f"{n}: 2" for n in module.inputs)
        network = Network(f"y = {module.name}({', '.join(module.inputs)})", shapes=shapes)
    else:
        network = Network(module.name, shapes=f"{of}: 2")
    inner = network.inner
    y, dy = _first(network, inner.output, of)
    fixed: dict[str, Any] = {n: list(HELD) for n in others}
    for name, d in inner.declarations.items():
        if d.role == "parameter":
            fixed[name] = _pattern(d.sizes) if len(d.sizes) > 1 else _filled(d.sizes, STARTS.get(name, 0.0))

    def at(e: Expression) -> Callable[[float], float]:
        return lambda x: _value(e, {of: [x, HELD[0]], **fixed})

    given = [f"{of} = ({of}₁, {HELD[0]:g})", *(f"{n} = ({HELD[0]:g}, {HELD[1]:g})" for n in others)]
    matrices = [n for n in network.parameters if len(inner.declarations[n].sizes) > 1]
    if matrices:
        given.append(f"{', '.join(matrices)} = (1, -0.5; 0.5, 1)")
    given += [f"{n} = {STARTS.get(n, 0.0):g}" for n in network.parameters if n not in matrices]
    return Curves((("y₁", at(y)), (f"∂y₁/∂{of}₁", at(dy))), words=", ".join(given))


HELD = (0.5, -1.0)
"""What further units are while one runs, where there are weights or several inputs."""


def _pattern(sizes: tuple[int | str, ...], place: tuple[int, ...] = ()) -> Any:
    """1 on the diagonal of the last two axes, -0.5 above and 0.5 below it."""
    if not sizes:
        i, j = place[-2:]
        return 1.0 if i == j else 0.5 if i > j else -0.5
    return [_pattern(sizes[1:], (*place, k)) for k in range(int(sizes[0]))]


def _mixes(network: Network) -> bool:
    """Whether an output depends on other units than its own: whether something is summed over the units."""
    return any(getattr(u, "bound", ()) for e in network.inner.equations for u in _nodes(e.right))


def _nodes(e: Expression) -> list[Expression]:
    return [e, *(n for c in e.children for n in _nodes(c))]


VECTORS: dict[str, tuple[tuple[float, float], Callable[[float], list[float]], float, float, str]] = {
    # losses over the classes: the target, the prediction from the number that runs, from, to, what is held
    "cross_entropy": ((1.0, 0.0), lambda p: [p, 1 - p], 0.0, 1.0, "y = (1, 0), y_hat = (p, 1 - p)"),
    "label_smoothing": ((1.0, 0.0), lambda p: [p, 1 - p], 0.0, 1.0, "y = (1, 0), y_hat = (p, 1 - p)"),
    "kl": ((0.75, 0.25), lambda p: [p, 1 - p], 0.0, 1.0, "y = (0.75, 0.25), y_hat = (p, 1 - p)"),
    "nll": ((1.0, 0.0), lambda p: [p, -1.0], -5.0, 0.0, "y = (1, 0), log_y_hat = (p, -1)"),
    "multiclass_margin": ((1.0, 0.0), lambda p: [p, 0.0], -3.0, 3.0, "y = (1, 0), y_hat = (p, 0)"),
    "cosine_distance": ((1.0, 0.0), lambda p: [p, 1.0], -3.0, 3.0, "y = (1, 0), y_hat = (p, 1)"),
}


def _loss(module: Module) -> Curves | None:
    name = next(iter(module.inputs))
    vector = VECTORS.get(module.name)
    network = Network(module.name, shapes=f"{name}: {2 if vector else 1}")
    inner = network.inner
    target = next(d.name for d in inner.declarations.values() if d.role == "target")
    loss, slope = _first(network, inner.output, name)
    others = [d for d in inner.declarations.values() if d.role == "parameter" and len(d.sizes) < 2]
    fixed = {d.name: _filled(d.sizes, STARTS.get(d.name, 1.0)) for d in others}

    def at(e: Expression, wanted: Any) -> Callable[[float], float]:
        def value(p: float) -> float:
            return _value(e, {name: vector[1](p) if vector else p, target: wanted, **fixed})

        return value

    if vector:
        wanted, _, low, high, words = vector
        rows = [("L", at(loss, list(wanted))), ("∂L/∂p by the first unit", at(slope, list(wanted)))]
        inset = 1e-9 if high == 1.0 else 0.0
        return Curves(tuple(rows), low + inset, high - inset, words)
    low, high = {"probability": (0.0, 1.0), "positive": (0.0, 5.0)}.get(module.domain, (-3.0, 3.0))
    signed = "-1" in " ".join(module.stated())
    classes = module.domain == "probability" or "logits" in module.name
    values = (1.0, 0.0) if classes else (1.0, -1.0) if signed else (1.0,)
    lines = [(f"L, y = {v:g}", at(loss, v)) for v in values]
    lines += [(f"∂L/∂{name}, y = {v:g}", at(slope, v)) for v in values]
    if all(f((low + high) / 2 + 0.01) != f((low + high) / 2 + 0.01) for _, f in lines):
        return None
    inset = 1e-9 if module.domain else 0.0
    return Curves(tuple(lines), low + inset, high - (inset if high == 1.0 else 0.0))


def _first(network: Network, output: str, by: str) -> tuple[Expression, Expression]:
    """The first component of the output by the first component of `by`, and its derivative."""
    inner = network.inner
    definitions = Definitions.of(inner.equations, inner.declarations)
    y, x = definitions.symbol(output), definitions.symbol(by)
    e = expand_functions(definitions.unfold(y))
    slope = differentiate(e, x)
    fix = {a: 1 for a in (*y.axes, *x.axes)}
    return rename(e, fix), rename(slope, fix)  # type: ignore[arg-type]


def _filled(sizes: tuple[int | str, ...], value: float) -> Any:
    for size in reversed(sizes):
        value = [value] * int(size)  # type: ignore[assignment]
    return value


def _value(e: Expression, values: dict[str, Any]) -> float:
    missing = names(e) - set(values)
    if missing - {"pi"}:
        raise KeyError(sorted(missing)[0])
    try:
        return value_at(e, {}, {"pi": 3.141592653589793, **values})
    except DeltaruleError:
        return nan
