"""erf: x (1 + P(x²)) up to 1, then 1 - exp(-x²) R((x - 2)/(x + 2)), R a polynomial (after Schonfelder 1978).

erfc in double precision (float is widened and rounded once): 1 - erf(x) up to 1, then exp(-x²) R, and from 4 on
exp(-x²) T(1/x²)/x, with the rounding error of x² kept; 2 less that for x < 0.
"""

from __future__ import annotations

from deltarule.program.native.coefficients import ERF, ERFC, ERFC_MIDDLE, ERFC_TAIL
from deltarule.program.native.exponential import FORMATS, exponential
from deltarule.program.native.inverse_functions import in_double
from deltarule.program.native.lanes import Lanes, exact_fma, fma, polynomial

__all__ = ["erf", "erfc"]

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


@in_double
def erfc(x: Lanes) -> Lanes:
    size = abs(x).at_most(28.0)  # beyond, erfc is 0
    square = size * size
    lost = exact_fma(size, size, -square)
    e = exponential((-square).at_least(FORMATS[64].smallest)).scaled(True)
    middle = size.at_most(4.0)
    above = size.at_least(4.0)
    inverse = 1.0 / above
    near = polynomial((middle - 2.0) / (middle + 2.0), ERFC_MIDDLE[64])
    ratio = (size < 4.0).choose(near, polynomial(inverse * inverse, ERFC_TAIL[64]) * inverse)
    far = e * (ratio - ratio * lost)
    y = (x < 0.0).choose(2.0 - far, far)
    return (size < 1.0).choose(1.0 - erf(x, True), y)
