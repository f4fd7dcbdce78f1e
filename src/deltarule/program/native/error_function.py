"""erf: x (1 + P(x²)) up to 1, then 1 - exp(-x²) R((x - 2)/(x + 2)), R a polynomial (after Schonfelder 1978)."""

from __future__ import annotations

from deltarule.program.native.coefficients import ERF, ERFC
from deltarule.program.native.exponential import exponential
from deltarule.program.native.lanes import Lanes, fma, polynomial

__all__ = ["erf"]

ONE_FROM = {32: 4.0, 64: 6.0}
"""From here on erf rounds to 1."""


def erf(x: Lanes, exact: bool) -> Lanes:
    size = abs(x)
    square = x * x
    near = fma(size, polynomial(square, ERF[x.bits]), size)
    far = size.at_most(ONE_FROM[x.bits])
    e = exponential(-(far * far))
    t = (far - 2.0) / (far + 2.0)
    rest = e.scaled(exact) * polynomial(t, ERFC[x.bits])
    return (size > 1.0).choose(1.0 - rest, near).with_sign_of(x)
