"""Expressions in the text notation: Python syntax, as `language.notation` reads it.

What has a matrix form is printed whole (`W_1 @ x + b_1`); the rest in index notation (`sum_k T[i,j,k]*x[k]`), which is
for the eye only, as are derivatives (`dL/dw`, `sigmoid'(s)`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from deltarule.language.arrangement import (
    Add,
    Arrangement,
    Broadcast,
    Call,
    Cases,
    ColumnScale,
    DeterminantOf,
    Diag,
    DiagonalOf,
    Hadamard,
    Identity,
    InverseOf,
    Leaf,
    MatMul,
    MaxOver,
    Ones,
    Outer,
    PowerOf,
    RowScale,
    Scale,
    SumOver,
    Transpose,
    Unit,
    arrange,
)
from deltarule.language.equation import Declaration
from deltarule.language.expression import Axis, Derivative, Expression, Number
from deltarule.writing.composition import exact_decimal
from deltarule.writing.index_form import IndexForm
from deltarule.writing.linear import ASCII, linear
from deltarule.writing.naming import Names, letters_for

__all__ = ["index_text", "matrix_text", "text"]

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)

_NO_NAMES = Names({})

Printed = tuple[str, int]
"""Text and how tightly it holds together."""


def text(
    expression: Expression, axes: Iterable[Axis] | None = None, declarations: Mapping[str, Declaration] | None = None
) -> str:
    """The expression in the text notation; `axes` is the order of its free axes (as they come, if not given).

    >>> from deltarule.language.arithmetic import multiply
    >>> from deltarule.language.expression import Symbol
    >>> i, j = Axis("i", "h"), Axis("j", "n")
    >>> text(multiply(Symbol("W", (i, j)), Symbol("x", (j,)), bound=(j,)))
    'W @ x'
    """
    axes = tuple(expression.axes if axes is None else axes)
    laid_out = arrange(expression, axes)
    if laid_out is not None:
        return matrix_text(laid_out)
    return index_text(expression, axes, Names(declarations or {}))


def index_text(expression: Expression, axes: Iterable[Axis], names: Names) -> str:
    """The expression with its indices, in ASCII."""
    return linear(IndexForm(names, letters_for(axes, names.taken()))(expression), ASCII)


def matrix_text(node: Arrangement) -> str:
    """A matrix form in the text notation."""
    if isinstance(node, Broadcast) and not node.of.axes:  # nothing else says how long it is
        one = isinstance(node.of, Leaf) and node.of.expression == Number(1)
        return matrix_text(Ones(node.axes) if one else Scale((node.of,), Ones(node.axes)))
    return _print(node)[0]


def _at(node: Arrangement, least: int) -> str:
    return _parenthesised(_print(node), least)


def _parenthesised(printed: Printed, least: int) -> str:
    body, level = printed
    return body if level >= least else f"({body})"


def _print(node: Arrangement) -> Printed:
    match node:
        case Leaf(expression=Number(value=value)):
            return _number(value)
        case Leaf(expression=e, axes=axes):
            components = IndexForm(_NO_NAMES, dict.fromkeys(axes, ""))
            return (linear(components(e), ASCII).replace("[]", "").replace("[,]", ""), _leaf_level(e))
        case Transpose(of=of):
            return _at(of, ATOM) + ".T", ATOM
        case MatMul(left=left, right=right):
            one = _at(left, PRODUCT if isinstance(left, MatMul) else POWER)
            return f"{one} @ {_at(right, POWER)}", PRODUCT
        case Outer(left=u, right=v):
            return f"outer({_at(u, SUM)}, {_at(v, SUM)})", ATOM
        case Hadamard(factors=factors):
            return _product(factors)
        case Scale(scalars=scalars, of=of):
            return _product((*scalars, of))
        case RowScale(vector=v, matrix=m):
            return f"diag({_at(v, SUM)}) @ {_at(m, POWER)}", PRODUCT
        case ColumnScale(matrix=m, vector=v):
            return f"{_at(m, POWER)} @ diag({_at(v, SUM)})", PRODUCT
        case Add(terms=terms):
            return _sum(terms)
        case Broadcast(of=of, axes=axes):
            if not of.axes:
                return _print(of)
            return _print(Outer(of, Ones(axes[1:])) if of.axes == axes[:1] else Outer(Ones(axes[:1]), of))
        case PowerOf(base=base, exponent=exponent):
            return _power(base, exponent)
        case Call(function=function, arguments=arguments, order=order):
            if len(order) == 1:
                head = function + "'" * sum(order)
            else:
                head = "_".join([function, *(str(k) for k, times in enumerate(order, 1) for _ in range(times))])
            return f"{head}({', '.join(_at(a, SUM) for a in arguments)})", ATOM
        case Cases(cases=cases, otherwise=otherwise):
            out = _at(otherwise, SUM)
            for u, strict, value in reversed(cases):
                out = f"where({_at(u, SUM)} {'>' if strict else '>='} 0, {_at(value, SUM)}, {out})"
            return out, ATOM
        case SumOver(of=DiagonalOf(matrix=m)):
            return f"trace({_at(m, SUM)})", ATOM
        case SumOver(of=of, along=along) | MaxOver(of=of, along=along):
            name = "sum" if isinstance(node, SumOver) else "max"
            return f"{name}({_at(of, SUM)}{'' if along is None else f', axis={along}'})", ATOM
        case Diag(vector=v):
            return f"diag({_at(v, SUM)})", ATOM
        case DiagonalOf(matrix=m):
            return f"diagonal({_at(m, SUM)})", ATOM
        case InverseOf(matrix=m):
            return f"inv({_at(m, SUM)})", ATOM
        case DeterminantOf(matrix=m):
            return f"det({_at(m, SUM)})", ATOM
        case Identity(size=size):
            return f"eye({size})", ATOM
        case Unit(index=index, axes=axes):
            return f"unit({index}, {axes[0].size})", ATOM
        case Ones(axes=axes):
            return f"ones({', '.join(str(a.size) for a in axes)})", ATOM
    raise TypeError(f"not an arrangement: {node!r}")


def _leaf_level(e: Expression) -> int:
    return PRODUCT if isinstance(e, Derivative) else ATOM


def _number(value: Fraction) -> Printed:
    if value < 0:
        body, level = _number(-value)
        return "-" + body, SIGN if level >= POWER else SUM
    if value.denominator == 1:
        return str(value.numerator), ATOM
    decimal = exact_decimal(value)
    return (decimal, ATOM) if decimal else (f"{value.numerator}/{value.denominator}", PRODUCT)


def _negated(printed: Printed) -> Printed:
    """The text without its leading minus, for a place that writes the sign itself."""
    return printed[0][1:], max(printed[1], PRODUCT)


def _product(factors: tuple[Arrangement, ...]) -> Printed:
    """Factors and reciprocals in the order given: `a * b / (c * d) * e`; a number -1 in front is a sign."""
    first, single = factors[0], len(factors) == 1
    if single and not _divides(first):
        return _print(first)
    if isinstance(first, Leaf) and isinstance(first.expression, Number) and first.expression.value < 0:
        value = -first.expression.value
        body = _product(factors[1:]) if value == 1 else _product((Leaf(Number(value), ()), *factors[1:]))
        return "-" + _parenthesised(body, PRODUCT), SIGN
    if all(isinstance(p, PowerOf) and p.exponent < 0 for p in factors[:-1]) and not _divides(factors[-1]):
        factors = (factors[-1], *factors[:-1])  # a scalar below: exp(z) / sum(exp(z))
    out = ""
    below: list[Arrangement] = []

    def flush() -> str:
        if not below:
            return ""
        body = " * ".join(_at(p, POWER) for p in below)
        return f" / ({body})" if len(below) > 1 else f" / {body}"

    for k, p in enumerate(factors):
        if _divides(p):
            assert isinstance(p, PowerOf)
            below.append(p.base if p.exponent == -1 else PowerOf(p.base, -p.exponent))
            out = out or "1"
            continue
        out += flush()
        below = []
        # a product in parentheses stays a product of its own; a matrix product never mixes with `*`
        part = _at(p, PRODUCT if not k and isinstance(p, Leaf) else POWER)
        out = f"{out} * {part}" if out else part
    return out + flush(), PRODUCT


def _divides(p: Arrangement) -> bool:
    return isinstance(p, PowerOf) and p.exponent < 0


def _sum(terms: Iterable[Arrangement]) -> Printed:
    """A number leads where something is subtracted from it, a positive term where a plain one is."""
    printed = [_print(t) for t in terms]
    numbers = [p for t, p in zip(terms, printed, strict=True) if _is_number(t) and not p[0].startswith("-")]
    others = [p for p in printed if p not in numbers]
    if len(numbers) == 1 and any(p[0].startswith("-") or "(" in p[0] or "**" in p[0] for p in others):
        printed = [*numbers, *others]
    if len(printed) == 2 and printed[0][0].startswith("-") and not printed[1][0].startswith("-"):
        printed.reverse()
    out = _parenthesised(printed[0], SUM)
    for p in printed[1:]:
        out += f" - {_parenthesised(_negated(p), PRODUCT)}" if p[0].startswith("-") else f" + {p[0]}"
    return out, SUM


def _is_number(t: Arrangement) -> bool:
    of = t.of if isinstance(t, Broadcast) else t
    return isinstance(of, Leaf) and isinstance(of.expression, Number)


def _power(base: Arrangement, exponent: Fraction) -> Printed:
    if exponent == -1:
        return f"1 / {_at(base, POWER)}", PRODUCT
    if exponent < 0:
        return f"1 / {_power(base, -exponent)[0]}", PRODUCT
    if exponent == Fraction(1, 2):
        return f"sqrt({_at(base, SUM)})", ATOM
    shown = str(exponent) if exponent.denominator == 1 else f"({exponent})"
    return f"{_at(base, ATOM)}**{shown}", POWER
