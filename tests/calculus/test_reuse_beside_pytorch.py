"""Reuse beside PyTorch: for each function whose backward formula uses `result`, ours, from the definition alone, saves
no more and computes no more. And for activations that nobody listed, what is found is proved and costs no more.

The formulas are those of PyTorch's tools/autograd/derivatives.yaml and, for `elu_` and the like,
torch/_decomp/decompositions.py with is_result=True, `y` standing for `result`.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from deltarule.algebra import prove
from deltarule.calculus.forms import S, Y, choose, forms, put
from deltarule.calculus.rules import expand_functions
from deltarule.calculus.tidy import cost
from deltarule.language.arithmetic import add, divide, multiply, negate
from deltarule.language.expression import Apply, Expression, Number, Symbol
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor
from deltarule.language.traversal import substitute

BESIDE: dict[str, tuple[str, str]] = {
    # the function by its definition, PyTorch's derivative by the result
    "exp": ("exp(s)", "y"),
    "exp2": ("exp(s*log(2))", "y*log(2)"),
    "expm1": ("expm1(s)", "y + 1"),
    "sigmoid": ("1/(1 + exp(-s))", "(1 - y)*y"),
    "tanh": ("(exp(s) - exp(-s))/(exp(s) + exp(-s))", "1 - y*y"),
    "tan": ("sin(s)/cos(s)", "1 + y**2"),
    "sqrt": ("sqrt(s)", "1/(2*y)"),
    "rsqrt": ("s**(-1/2)", "-0.5*y**3"),
    "reciprocal": ("1/s", "-(y*y)"),
    "relu": ("maximum(0, s)", "where(y > 0, 1, 0)"),
    "threshold_": ("where(s > 0, s, 0)", "where(y > 0, 1, 0)"),
    "leaky_relu_": ("where(s > 0, s, 0.01*s)", "where(y > 0, 1, 0.01)"),
    "elu_": ("where(s > 0, s, exp(s) - 1)", "where(y > 0, 1, y + 1)"),
    "celu_": ("where(s > 0, s, 2*(exp(s/2) - 1))", "where(y > 0, 1, (y + 2)*0.5)"),
    "hardtanh_": ("max(-1, min(s, 1))", "where(y > -1, where(1 - y > 0, 1, 0), 0)"),
    "rrelu_with_noise_": ("where(s > 0, s, 0.22916666666666666*s)", "where(y > 0, 1, 0.22916666666666666)"),
    "selu_": (
        "1.0507009873554805*where(s > 0, s, 1.6732632423543772*(exp(s) - 1))",
        "where(y > 0, 1.0507009873554805, y + 1.7580993408473766)",
    ),
}


def read(text: str) -> Expression:
    e = parse_expression(text, {"s": Tensor.of("s"), "y": Tensor.of("y")}).expression
    return substitute(e, lambda n: {Symbol("s"): S, Symbol("y"): Y}.get(n) if isinstance(n, Symbol) else None)


@pytest.mark.parametrize("name", BESIDE)
def test_no_more_is_saved_and_no_more_computed_than_by_pytorch(name: str):
    definition, theirs = map(read, BESIDE[name])
    form = choose(definition, "memory")
    assert form.keeps == {Y.name}
    assert cost(form.expression) <= cost(theirs)
    assert prove(put(form.expression, S, definition), forms(definition)[0].expression).proved


def invented(seed: int) -> Expression:
    """A quotient of two affine functions of e = exp(k s), the lower one positive; or what a logarithm, a product with s
    or a root makes of it."""
    random = Random(seed)

    def number(low: int, high: int) -> Number:
        return Number(Fraction(random.randint(low, high), random.choice((1, 1, 2, 3))))

    e = Apply("exp", (multiply(Number(random.choice((-2, -1, 1, 2))), S),))
    above = add(number(-3, 3), multiply(number(-3, 3), e))
    below = add(number(1, 4), multiply(number(1, 4), e))
    kind = seed % 5
    if kind == 0:
        return divide(above, below)
    if kind == 1:
        return Apply("log", (below,))
    if kind == 2:
        return multiply(S, divide(number(1, 3), below))
    if kind == 3:
        return Apply("sqrt", (below,))
    return add(S, negate(divide(above, below)))


@pytest.mark.parametrize("seed", range(50))
def test_what_is_found_for_an_invented_function_is_proved_and_costs_no_more(seed: int):
    f = invented(seed)
    found = forms(f)
    definition = found[0]
    for form in found:
        left = expand_functions(put(form.expression, S, f))
        assert prove(left, expand_functions(definition.expression)).proved, form
    assert cost(choose(f, "plain").expression) <= cost(definition.expression)
    assert len(choose(f, "memory").keeps) <= len(definition.keeps) or not definition.keeps
