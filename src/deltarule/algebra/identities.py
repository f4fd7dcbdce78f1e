"""Identities by name. Each row is proved by the kernel at test time, and shown to add no point without a value.

A row is `left = right`, read from left to right: wherever the left side has a value the right side has the same one,
except at the points that `off` names. `uses` says what the row is for: `stable` (the right side keeps its accuracy
where the left side overflows or cancels), `opens-loss` (brings a loss into a form that stays finite), `logarithm`,
`exponential`, `logistic`, `trigonometric`, `piecewise`, `softmax`, `matrix`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from deltarule.algebra.facts import Facts
from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import ONE, ZERO, Apply, Axis, Delta, Expression, Maximum, Number, Symbol

__all__ = ["IDENTITIES", "Identity", "identities_for"]


NOTHING = Facts()


@dataclass(frozen=True)
class Identity:
    """`left = right` for all real values of the symbols for which the facts hold, and for every size."""

    name: str
    left: Expression
    right: Expression
    uses: tuple[str, ...]
    facts: Facts = NOTHING
    off: tuple[str, ...] = ()
    """Points at which the left side has a value and the right side has none or another, as sentences."""


def _rows() -> list[Identity]:
    s, x, y, a, b, c = (Symbol(n) for n in "sxyabc")
    two, half = Number(2), Number(Fraction(1, 2))

    def exp(u: Expression) -> Expression:
        return Apply("exp", (u,))

    def log(u: Expression) -> Expression:
        return Apply("log", (u,))

    def sigmoid(u: Expression) -> Expression:
        return Apply("sigmoid", (u,))

    def tanh(u: Expression) -> Expression:
        return Apply("tanh", (u,))

    def softplus(u: Expression) -> Expression:
        return Apply("softplus", (u,))

    def relu(u: Expression) -> Expression:
        return Apply("relu", (u,))

    def step(u: Expression) -> Expression:
        return Apply("step", (u,))

    def sign(u: Expression) -> Expression:
        return Apply("sign", (u,))

    def magnitude(u: Expression) -> Expression:
        return Apply("abs", (u,))

    def maximum(u: Expression, v: Expression) -> Expression:
        return Apply("maximum", (u, v))

    def minimum(u: Expression, v: Expression) -> Expression:
        return Apply("minimum", (u, v))

    def row(
        name: str,
        left: Expression,
        right: Expression,
        uses: str,
        positive: tuple[Expression, ...] = (),
        off: tuple[str, ...] = (),
    ) -> Identity:
        return Identity(name, left, right, tuple(uses.split()), Facts(positive=positive), off)

    i, j, k, q = Axis("i", "n"), Axis("j", "m"), Axis("k", "n"), Axis("q", "K")

    def v(*at: Axis) -> Expression:
        return Symbol("a", at)

    def total(body: Expression, *bound: Axis) -> Expression:
        return multiply(body, bound=bound)

    def matrix(name: str, one: Axis, other: Axis) -> Expression:
        return Symbol(name, (one, other))

    largest = Maximum(v(k), (k,))
    sum_exp = total(exp(v(k)), k)
    sum_shifted = total(exp(subtract(v(k), largest)), k)

    return [
        # logistic functions
        row("sigmoid of the opposite", sigmoid(negate(s)), subtract(ONE, sigmoid(s)), "logistic"),
        row("complement of the sigmoid", subtract(ONE, sigmoid(s)), sigmoid(negate(s)), "logistic stable"),
        row("reciprocal of the sigmoid", power(sigmoid(s), -1), add(ONE, exp(negate(s))), "logistic"),
        row(
            "derivative of the sigmoid, stable",
            multiply(sigmoid(s), subtract(ONE, sigmoid(s))),
            multiply(sigmoid(s), sigmoid(negate(s))),
            "logistic stable",
        ),
        row(
            "derivative of the sigmoid by exp",
            divide(exp(negate(s)), power(add(ONE, exp(negate(s))), 2)),
            multiply(sigmoid(s), sigmoid(negate(s))),
            "logistic stable",
        ),
        row("sigmoid by exp(s)", sigmoid(s), divide(exp(s), add(ONE, exp(s))), "logistic"),
        row(
            "odds of the sigmoid",
            divide(sigmoid(s), subtract(ONE, sigmoid(s))),
            exp(s),
            "logistic",
        ),
        row("logit of the sigmoid", log(divide(sigmoid(s), subtract(ONE, sigmoid(s)))), s, "logistic logarithm"),
        row("sigmoid by tanh", sigmoid(s), multiply(half, add(ONE, tanh(multiply(half, s)))), "logistic"),
        # hyperbolic functions
        row("tanh by the sigmoid", tanh(s), subtract(multiply(two, sigmoid(multiply(two, s))), ONE), "logistic"),
        row("tanh is odd", tanh(negate(s)), negate(tanh(s)), "logistic"),
        row(
            "derivative of tanh, factored",
            subtract(ONE, power(tanh(s), 2)),
            multiply(subtract(ONE, tanh(s)), add(ONE, tanh(s))),
            "logistic",
        ),
        row(
            "derivative of tanh, stable",
            subtract(ONE, power(tanh(s), 2)),
            multiply(Number(4), sigmoid(multiply(two, s)), sigmoid(multiply(Number(-2), s))),
            "logistic stable",
        ),
        row("derivative of tanh by cosh", subtract(ONE, power(tanh(s), 2)), power(Apply("cosh", (s,)), -2), "logistic"),
        row(
            "1 + tanh by the sigmoid",
            add(ONE, tanh(s)),
            multiply(two, sigmoid(multiply(two, s))),
            "logistic stable",
        ),
        row(
            "1 - tanh by the sigmoid",
            subtract(ONE, tanh(s)),
            multiply(two, sigmoid(multiply(Number(-2), s))),
            "logistic stable",
        ),
        row(
            "cosh² - sinh²",
            subtract(power(Apply("cosh", (s,)), 2), power(Apply("sinh", (s,)), 2)),
            ONE,
            "exponential",
        ),
        # the error function and its complement
        row("1 - erf", subtract(ONE, Apply("erf", (s,))), Apply("erfc", (s,)), "stable"),
        row("1 + erf", add(ONE, Apply("erf", (s,))), Apply("erfc", (negate(s),)), "stable"),
        # sine and cosine, and their inverses
        row("sin² + cos²", add(power(Apply("sin", (s,)), 2), power(Apply("cos", (s,)), 2)), ONE, "trigonometric"),
        row("sine of the arcsine", Apply("sin", (Apply("asin", (s,)),)), s, "trigonometric"),
        row("tangent of the arctangent", Apply("tan", (Apply("atan", (s,)),)), s, "trigonometric"),
        row(
            "arcsine and arccosine",
            add(Apply("asin", (s,)), Apply("acos", (s,))),
            multiply(half, Symbol("pi")),
            "trigonometric",
        ),
        # logarithms of logistic functions
        row("logarithm of the sigmoid", log(sigmoid(s)), negate(softplus(negate(s))), "logarithm stable opens-loss"),
        row(
            "logarithm of its complement",
            log(subtract(ONE, sigmoid(s))),
            negate(softplus(s)),
            "logarithm stable opens-loss",
        ),
        row(
            "softplus, stable",
            softplus(s),
            add(maximum(ZERO, s), Apply("log1p", (exp(negate(magnitude(s))),))),
            "logarithm stable",
        ),
        row("softplus of the opposite", softplus(negate(s)), subtract(softplus(s), s), "logarithm"),
        row("difference of softplus", subtract(softplus(s), softplus(negate(s))), s, "logarithm"),
        # logarithms and exponentials
        row("logarithm of a product", log(multiply(x, y)), add(log(x), log(y)), "logarithm", (x, y)),
        row("logarithm of a quotient", log(divide(x, y)), subtract(log(x), log(y)), "logarithm", (x, y)),
        row("logarithm of a square", log(power(x, 2)), multiply(two, log(x)), "logarithm", (x,)),
        row("logarithm of a square, any sign", log(power(x, 2)), multiply(two, log(magnitude(x))), "logarithm"),
        row("logarithm of a reciprocal", log(power(x, -1)), negate(log(x)), "logarithm"),
        row("logarithm of a root", log(power(x, Fraction(1, 2))), multiply(half, log(x)), "logarithm"),
        row("logarithm of an exponential", log(exp(x)), x, "logarithm exponential"),
        row("exponential of a logarithm", exp(log(x)), x, "logarithm exponential"),
        row("exponential of a sum", exp(add(x, y)), multiply(exp(x), exp(y)), "exponential"),
        row("exponential of a difference", exp(subtract(x, y)), divide(exp(x), exp(y)), "exponential"),
        row("exponential of the opposite", power(exp(x), -1), exp(negate(x)), "exponential stable"),
        row("power of an exponential", power(exp(x), 3), exp(multiply(Number(3), x)), "exponential"),
        row("expm1", subtract(exp(x), ONE), Apply("expm1", (x,)), "exponential stable"),
        row("log1p", log(add(ONE, x)), Apply("log1p", (x,)), "logarithm stable"),
        row("log1p undoes expm1", Apply("log1p", (Apply("expm1", (x,)),)), x, "logarithm exponential"),
        # roots and signs
        row("root of a square", power(power(x, 2), Fraction(1, 2)), magnitude(x), "piecewise"),
        row("square of a root", power(power(x, Fraction(1, 2)), 2), x, "piecewise"),
        row("square of a magnitude", power(magnitude(x), 2), power(x, 2), "piecewise"),
        row("magnitude of a product", magnitude(multiply(x, y)), multiply(magnitude(x), magnitude(y)), "piecewise"),
        row("magnitude by the sign", magnitude(x), multiply(x, sign(x)), "piecewise"),
        row("sign by the magnitude", sign(x), divide(x, magnitude(x)), "piecewise", off=("x = 0",)),
        row("sign by steps", sign(x), subtract(step(x), step(negate(x))), "piecewise"),
        row("step of the opposite", step(negate(x)), subtract(ONE, step(x)), "piecewise", off=("x = 0",)),
        row("relu by the step", relu(x), multiply(x, step(x)), "piecewise"),
        row("relu by the magnitude", relu(x), multiply(half, add(x, magnitude(x))), "piecewise"),
        row("relu less the relu of the opposite", subtract(relu(x), relu(negate(x))), x, "piecewise"),
        row("relu twice", relu(relu(x)), relu(x), "piecewise"),
        row("maximum with zero", maximum(ZERO, x), multiply(half, add(x, magnitude(x))), "piecewise"),
        row(
            "maximum by the magnitude",
            maximum(x, y),
            multiply(half, add(x, y, magnitude(subtract(x, y)))),
            "piecewise",
        ),
        row("maximum and minimum", add(maximum(x, y), minimum(x, y)), add(x, y), "piecewise"),
        row("minimum by the maximum", minimum(x, y), negate(maximum(negate(x), negate(y))), "piecewise"),
        row("common shift of a maximum", maximum(add(x, c), add(y, c)), add(maximum(x, y), c), "piecewise stable"),
        row(
            "leaky relu by the step",
            Apply("leaky_relu", (x, a)),
            multiply(x, add(a, multiply(subtract(ONE, a), step(x)))),
            "piecewise",
        ),
        # softmax
        row("log-sum-exp shifted by the maximum", log(sum_exp), add(largest, log(sum_shifted)), "softmax stable"),
        row(
            "softmax shifted by the maximum",
            divide(exp(v(i)), sum_exp),
            divide(exp(subtract(v(i), largest)), sum_shifted),
            "softmax stable",
        ),
        row("log-softmax", log(divide(exp(v(i)), sum_exp)), subtract(v(i), log(sum_exp)), "softmax logarithm"),
        row(
            "log-softmax, stable",
            log(divide(exp(v(i)), sum_exp)),
            subtract(subtract(v(i), largest), log(sum_shifted)),
            "softmax logarithm stable",
        ),
        row("softmax sums to one", total(divide(exp(v(i)), sum_exp), i), ONE, "softmax"),
        row(
            "softmax of two is the sigmoid of the difference",
            divide(exp(x), add(exp(x), exp(y))),
            sigmoid(subtract(x, y)),
            "softmax stable",
        ),
        # matrices
        row(
            "transpose of a product",
            total(multiply(matrix("A", i, j), matrix("B", j, q)), j),
            total(multiply(matrix("B", j, q), matrix("A", i, j)), j),
            "matrix",
        ),
        row(
            "associativity of the matrix product",
            total(multiply(total(multiply(matrix("A", i, j), matrix("B", j, q)), j), Symbol("v", (q,))), q),
            total(multiply(matrix("A", i, j), total(multiply(matrix("B", j, q), Symbol("v", (q,))), q)), j),
            "matrix",
        ),
        row(
            "trace of a product",
            total(multiply(matrix("A", i, j), matrix("B", j, i)), i, j),
            total(multiply(matrix("B", j, i), matrix("A", i, j)), j, i),
            "matrix",
        ),
        row("product with the identity", total(multiply(Delta(i, k), v(k)), k), v(i), "matrix"),
        row(
            "product with a diagonal",
            total(multiply(Delta(i, k), v(i), Symbol("v", (k,))), k),
            multiply(v(i), Symbol("v", (i,))),
            "matrix",
        ),
        row("trace of the identity", total(Delta(k, k), k), total(ONE, i), "matrix"),
        row(
            "an outer product applied",
            total(multiply(v(i), Symbol("w", (j,)), Symbol("x", (j,))), j),
            multiply(v(i), total(multiply(Symbol("w", (j,)), Symbol("x", (j,))), j)),
            "matrix",
        ),
        row(
            "a quadratic form sees the symmetric part",
            total(multiply(v(i), matrix("A", i, k), v(k)), i, k),
            multiply(half, total(multiply(v(i), add(matrix("A", i, k), matrix("A", k, i)), v(k)), i, k)),
            "matrix",
        ),
        # algebra
        row("difference of squares", subtract(power(a, 2), power(b, 2)), multiply(subtract(a, b), add(a, b)), "stable"),
        row("1 less a square", subtract(ONE, power(s, 2)), multiply(subtract(ONE, s), add(ONE, s)), "stable"),
        row("square of a sum", power(add(a, b), 2), add(power(a, 2), multiply(two, a, b), power(b, 2)), ""),
        row("a quotient of equals", divide(x, x), ONE, ""),
    ]


IDENTITIES: dict[str, Identity] = {row.name: row for row in _rows()}


def identities_for(use: str) -> list[Identity]:
    """The rows that are for a use, in the order of the table."""
    return [row for row in IDENTITIES.values() if use in row.uses]
