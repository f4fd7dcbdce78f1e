"""Scalar functions, each by its definition. Adding one adds a row; its derivative is derived, never written down.

Only the primitives have no definition here: exp, log, erf, sin, cos, asin, atan, maximum, minimum, abs, sign and step,
whose derivatives (with the stated value at the kink) are rows of `calculus/rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import ONE, Apply, Expression, Number, Piecewise, Power, Symbol
from deltarule.language.traversal import substitute

__all__ = ["FUNCTIONS", "ScalarFunction", "define", "expand", "function"]


@dataclass(frozen=True)
class ScalarFunction:
    """A scalar function of scalar parameters: `name(parameters) = definition`, or a primitive without definition."""

    name: str
    parameters: tuple[str, ...]
    definition: Expression | None
    latex: str
    """How the name is written in LaTeX."""
    interval: tuple[str, str] = ("-inf", "inf")
    """The open interval that holds every value (for real arguments)."""
    domain: tuple[str, str] = ("-inf", "inf")
    """The open interval of the arguments at which it has a derivative, but for the points in `off`."""
    off: str = ""
    """The points inside the domain at which it has no value, as a sentence."""
    kinks: tuple[str, ...] = ()
    """Points without a derivative, with the convention used there, as sentences."""
    source: str = ""

    @property
    def primitive(self) -> bool:
        return self.definition is None


s, a, b = Symbol("s"), Symbol("a"), Symbol("b")


def exp(u: Expression) -> Expression:
    return Apply("exp", (u,))


def _rows() -> list[ScalarFunction]:
    def row(name: str, parameters: str, definition: Expression | None, latex: str, **more: object) -> ScalarFunction:
        return ScalarFunction(name, tuple(parameters.split()), definition, latex, **more)  # type: ignore[arg-type]

    zero = Number(0)
    e, inverse = exp(s), exp(negate(s))
    return [
        # primitives
        row("exp", "s", None, r"\exp", interval=("0", "inf")),
        row("log", "s", None, r"\log", domain=("0", "inf")),
        row("erf", "s", None, r"\operatorname{erf}", interval=("-1", "1"), source="Abramowitz & Stegun 7.1.1"),
        row("sin", "s", None, r"\sin"),
        row("cos", "s", None, r"\cos"),
        row("asin", "s", None, r"\arcsin", interval=("-pi/2", "pi/2"), domain=("-1", "1")),
        row("atan", "s", None, r"\arctan", interval=("-pi/2", "pi/2")),
        row("step", "s", None, r"\mathbf{1}", kinks=("step(s) is 1 for s > 0, else 0; its derivative is 0",)),
        row("sign", "s", None, r"\operatorname{sign}", kinks=("sign(0) = 0; its derivative is 0",)),
        row("abs", "s", None, r"\operatorname{abs}", kinks=("the derivative of abs(s) at s = 0 is taken as 0",)),
        row("maximum", "a b", None, r"\max", kinks=("where a = b the derivative of maximum(a, b) is 1 by a, 0 by b",)),
        row("minimum", "a b", None, r"\min", kinks=("where a = b the derivative of minimum(a, b) is 0 by a, 1 by b",)),
        # by their definitions
        row("sqrt", "s", Power(s, Fraction(1, 2)), r"\sqrt", domain=("0", "inf")),
        row("sigmoid", "s", divide(ONE, add(ONE, inverse)), r"\sigma", interval=("0", "1"), source="logistic sigmoid"),
        row("tanh", "s", divide(subtract(e, inverse), add(e, inverse)), r"\tanh", interval=("-1", "1")),
        row("sinh", "s", multiply(Number(Fraction(1, 2)), subtract(e, inverse)), r"\sinh"),
        row("cosh", "s", multiply(Number(Fraction(1, 2)), add(e, inverse)), r"\cosh", interval=("1", "inf")),
        row(
            "relu",
            "s",
            Apply("maximum", (zero, s)),
            r"\operatorname{ReLU}",
            interval=("0", "inf"),
            kinks=("the derivative of relu(s) at s = 0 is taken as 0",),
            source="Nair & Hinton 2010",
        ),
        row(
            "leaky_relu",
            "s a",
            add(Apply("maximum", (zero, s)), multiply(a, Apply("minimum", (zero, s)))),
            r"\operatorname{LeakyReLU}",
            kinks=("the derivative of leaky_relu(s, a) at s = 0 is taken as a",),
            source="Maas, Hannun & Ng 2013",
        ),
        row("softplus", "s", Apply("log", (add(ONE, e),)), r"\operatorname{softplus}", interval=("0", "inf")),
        row("log1p", "s", Apply("log", (add(ONE, s),)), r"\operatorname{log1p}", domain=("-1", "inf")),
        row("expm1", "s", subtract(e, ONE), r"\operatorname{expm1}", interval=("-1", "inf")),
        *_elementary(),
        *_activations(),
    ]


def _elementary() -> list[ScalarFunction]:
    """The further elementary functions, those of DiffRules.jl that libraries for networks have too."""

    def row(name: str, definition: Expression, latex: str = "", **more: object) -> ScalarFunction:
        return ScalarFunction(name, ("s",), definition, latex or rf"\operatorname{{{name}}}", **more)  # type: ignore[arg-type]

    def call(name: str, u: Expression) -> Expression:
        return Apply(name, (u,))

    sin, cos, square = call("sin", s), call("cos", s), Power(s, Fraction(2))
    half, pi, unit = Number(Fraction(1, 2)), Symbol("pi"), ("-1", "1")
    two, ten = call("log", Number(2)), call("log", Number(10))
    sine, cosine = "where sin(s) = 0", "where cos(s) = 0"
    return [
        row("tan", divide(sin, cos), r"\tan", off=cosine),
        row("cot", divide(cos, sin), r"\cot", off=sine),
        row("sec", power(cos, -1), r"\sec", off=cosine),
        row("csc", power(sin, -1), r"\csc", off=sine),
        row("acos", subtract(multiply(half, pi), call("asin", s)), r"\arccos", interval=("0", "pi"), domain=unit),
        row("sech", power(call("cosh", s), -1), interval=("0", "1")),
        row("csch", power(call("sinh", s), -1), off="at s = 0"),
        row("coth", power(call("tanh", s), -1), r"\coth", off="at s = 0"),
        row("asinh", call("log", add(s, _root(add(square, ONE)))), r"\operatorname{arsinh}"),
        row(
            "acosh",
            call("log", add(s, _root(subtract(square, ONE)))),
            r"\operatorname{arcosh}",
            interval=("0", "inf"),
            domain=("1", "inf"),
        ),
        row(
            "atanh",
            multiply(half, subtract(call("log", add(ONE, s)), call("log", subtract(ONE, s)))),
            r"\operatorname{artanh}",
            domain=unit,
        ),
        row("exp2", exp(multiply(two, s)), interval=("0", "inf")),
        row("log2", divide(call("log", s), two), r"\log_2", domain=("0", "inf")),
        row("log10", divide(call("log", s), ten), r"\log_{10}", domain=("0", "inf")),
        row(
            "cbrt", multiply(call("sign", s), Power(call("abs", s), Fraction(1, 3))), kinks=("no derivative at s = 0",)
        ),
        row("rsqrt", Power(s, Fraction(-1, 2)), interval=("0", "inf"), domain=("0", "inf")),
        row("reciprocal", power(s, -1), off="at s = 0"),
        row("logit", subtract(call("log", s), call("log", subtract(ONE, s))), domain=("0", "1")),
        row("erfc", subtract(ONE, call("erf", s)), interval=("0", "2"), source="Abramowitz & Stegun 7.1.2"),
    ]


def _root(u: Expression) -> Expression:
    return Power(u, Fraction(1, 2))


def _activations() -> list[ScalarFunction]:
    """Activation functions that are a formula in the functions above."""

    def row(name: str, parameters: str, definition: Expression, source: str, **more: object) -> ScalarFunction:
        latex = rf"\operatorname{{{_UPRIGHT.get(name, name)}}}"
        return ScalarFunction(name, tuple(parameters.split()), definition, latex, source=source, **more)  # type: ignore[arg-type]

    def call(name: str, *arguments: Expression) -> Expression:
        return Apply(name, arguments)

    def clipped(low: int, u: Expression, high: int) -> Expression:
        return call("maximum", Number(low), call("minimum", u, Number(high)))

    half, zero = Number(Fraction(1, 2)), Number(0)
    sixth, above = Number(Fraction(1, 6)), add(s, Number(3))
    cubic = add(s, multiply(Number(Fraction("0.044715")), Power(s, Fraction(3))))
    root = multiply(Power(Number(2), Fraction(1, 2)), Power(Symbol("pi"), Fraction(-1, 2)))
    alpha, scale = (Number(Fraction(v)) for v in ("1.6732632423543772", "1.0507009873554805"))
    below = subtract(exp(s), ONE)
    return [
        row(
            "elu",
            "s",
            Piecewise(((s, True, s),), below),
            "Clevert, Unterthiner & Hochreiter 2016, with α = 1",
            interval=("-1", "inf"),
        ),
        row(
            "selu",
            "s",
            multiply(scale, Piecewise(((s, True, s),), multiply(alpha, below))),
            "Klambauer et al. 2017, Self-normalizing neural networks",
            kinks=("the derivative of selu(s) at s = 0 is taken from the left, 1.7581",),
        ),
        row(
            "gelu",
            "s",
            multiply(half, s, add(ONE, call("erf", multiply(Power(Number(2), Fraction(-1, 2)), s)))),
            "Hendrycks & Gimpel 2016",
        ),
        row(
            "gelu_tanh",
            "s",
            multiply(half, s, add(ONE, call("tanh", multiply(root, cubic)))),
            "Hendrycks & Gimpel 2016, the approximation by tanh",
        ),
        row("silu", "s", multiply(s, call("sigmoid", s)), "Elfwing, Uchibe & Doya 2018"),
        row("mish", "s", multiply(s, call("tanh", call("softplus", s))), "Misra 2020"),
        row("softsign", "s", divide(s, add(ONE, call("abs", s))), "Bergstra et al. 2009", interval=("-1", "1")),
        row(
            "log_sigmoid",
            "s",
            negate(call("softplus", negate(s))),
            "log(sigmoid(s)) = -softplus(-s)",
            interval=("-inf", "0"),
        ),
        row(
            "hard_tanh",
            "s",
            clipped(-1, s, 1),
            "Collobert 2004",
            kinks=("the derivative of hard_tanh(s) is taken as 0 at s = -1 and at s = 1",),
        ),
        row(
            "hard_sigmoid",
            "s",
            multiply(sixth, clipped(0, above, 6)),
            "Courbariaux, Bengio & David 2015; with the slope 1/6 of Howard et al. 2019",
            kinks=("the derivative of hard_sigmoid(s) is taken as 0 at s = -3 and at s = 3",),
        ),
        row(
            "hard_swish",
            "s",
            multiply(sixth, s, clipped(0, above, 6)),
            "Howard et al. 2019, Searching for MobileNetV3",
            kinks=("the derivative of hard_swish(s) is taken as 0 at s = -3, as 1 at s = 3",),
        ),
        row(
            "relu6",
            "s",
            call("minimum", call("maximum", zero, s), Number(6)),
            "Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
            interval=("0", "6"),
            kinks=("the derivative of relu6(s) is taken as 0 at s = 0 and at s = 6",),
        ),
        row("tanh_shrink", "s", subtract(s, call("tanh", s)), "PyTorch, torch.nn.Tanhshrink"),
    ]


_UPRIGHT = {
    **{name: name.upper() for name in ("elu", "selu", "gelu", "relu6")},
    **{"gelu_tanh": "GELU_{tanh}", "silu": "SiLU", "log_sigmoid": "logsigmoid", "hard_tanh": "HardTanh"},
    **{"hard_sigmoid": "HardSigmoid", "hard_swish": "HardSwish", "tanh_shrink": "tanhshrink", "relu6": "ReLU6"},
}


FUNCTIONS: dict[str, ScalarFunction] = {row.name: row for row in _rows()}


def define(row: ScalarFunction) -> ScalarFunction:
    """Put a person's own function on the table for this process."""
    FUNCTIONS[row.name] = row
    return row


def function(name: str) -> ScalarFunction | None:
    """The row of a function, or None for one that is only named (abstract)."""
    return FUNCTIONS.get(name)


def expand(e: Apply) -> Expression | None:
    """The definition of an applied function with its arguments put in; None for a primitive or an abstract function.

    Only for order 0: derivatives of functions are the business of `calculus`.
    """
    row = FUNCTIONS.get(e.function)
    if row is None or row.definition is None or any(e.order):
        return None
    values = {Symbol(p): u for p, u in zip(row.parameters, e.arguments, strict=True)}
    return substitute(row.definition, lambda node: values.get(node) if isinstance(node, Symbol) else None)
