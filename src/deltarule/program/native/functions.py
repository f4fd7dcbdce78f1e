"""`emit`: the code of a scalar function, inline, for scalars and vectors of any number of lanes, in float and double.

No call leaves the code and no table is read. Every kernel is right for subnormal numbers, infinities, NaN and zeros of
both signs; `docs/accuracy.md` says the largest error of each. Under the policy `accuracy` the rounding errors of the
inner steps are carried along where that is what decides the last digit; `memory` and `plain` leave that out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llvmlite import ir

from deltarule.language.errors import DeltaruleError
from deltarule.program.native import error_function, exponential, inverse_functions, logarithm, powers, trigonometric
from deltarule.program.native.lanes import Lanes

__all__ = ["NAMES", "emit", "emit_sigmoids"]


def _absolute(x: Lanes, exact: bool) -> Lanes:
    return abs(x)


def _sign(x: Lanes, exact: bool) -> Lanes:
    below = (x < 0.0).choose(-1.0, x + 0.0)
    return (x > 0.0).choose(1.0, below)


def _step(x: Lanes, exact: bool) -> Lanes:
    return (x > 0.0).choose(x.constant(1.0), 0.0)


def _root(x: Lanes, exact: bool) -> Lanes:
    return x.sqrt()


UNARY: dict[str, Callable[[Lanes, bool], Lanes]] = {
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "sigmoid": exponential.sigmoid,
    "tanh": exponential.tanh,
    "sinh": exponential.sinh,
    "cosh": exponential.cosh,
    "log": logarithm.log,
    "log1p": logarithm.log1p,
    "softplus": logarithm.softplus,
    "erf": error_function.erf,
    "erfc": error_function.erfc,
    "sin": trigonometric.sin,
    "cos": trigonometric.cos,
    **{
        name: getattr(inverse_functions, name)
        for name in ("tan", "asin", "acos", "atan", "asinh", "acosh", "atanh", "exp2", "log2", "log10", "cbrt")
    },
    "sqrt": _root,
    "abs": _absolute,
    "sign": _sign,
    "step": _step,
}


def _maximum(a: Lanes, b: Lanes) -> Lanes:
    """The larger; NaN if either is."""
    if _number(a):
        return b.at_least(a)
    larger = a.at_least(b)
    return larger if _number(b) else b.is_nan().choose(b, larger)


def _minimum(a: Lanes, b: Lanes) -> Lanes:
    if _number(a):
        return b.at_most(a)
    smaller = a.at_most(b)
    return smaller if _number(b) else b.is_nan().choose(b, smaller)


def _number(a: Lanes) -> bool:
    """Whether it is a constant: those that expressions hold are never NaN."""
    return isinstance(a.value, ir.Constant)


BINARY: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
    "maximum": _maximum,
    "minimum": _minimum,
    "power": powers.power,
}

QUICK_IN_DOUBLE = {"sigmoid"}
"""Every sample of one-sample training waits for its sigmoid; in double precision 2.3 ulps are few enough."""

NAMES = frozenset(UNARY) | frozenset(BINARY)


def emit(builder: ir.IRBuilder, name: str, arguments: Sequence[ir.Value], accuracy: str = "accuracy") -> ir.Value:
    """`name(arguments)` as IR: the arguments all scalars or all vectors of one length, of one element type.

    `power(a, b)` takes any b; `powers.emit_power` is quicker where the exponent is a known number. A name without a
    kernel is a DeltaruleError.
    """
    values = [Lanes(builder, a) for a in arguments]
    if name in UNARY and len(values) == 1:
        exact = accuracy == "accuracy" and not (name in QUICK_IN_DOUBLE and values[0].bits == 64)
        return UNARY[name](values[0], exact).value
    if name in BINARY and len(values) == 2:
        return BINARY[name](values[0], values[1]).value
    known = ", ".join(sorted(NAMES))
    raise DeltaruleError(f"no native code for {name} of {len(values)} arguments; there is for {known}")


def emit_sigmoids(builder: ir.IRBuilder, x: ir.Value, a: ir.Value, b: ir.Value, accuracy: str) -> ir.Value | None:
    """a σ(x) + b σ(-x) with one division; None where each has to be divided by itself for the last digit."""
    u, above, below = (Lanes(builder, v) for v in (x, a, b))
    exact = accuracy == "accuracy" and u.bits == 32
    if exact and not exponential.waited_for(u):
        return None
    return exponential.sigmoids(u, above, below, exact).value
