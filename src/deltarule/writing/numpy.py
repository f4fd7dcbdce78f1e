"""An expression as one line of NumPy: what a person would write by hand, with the names of its symbols.

The source uses `np`, the names of the symbols, and `erf` and `erfc` where those functions occur: NumPy has neither, so
`from scipy.special import erf` belongs above it (`erf` of one number can also come from `math`).

Names reach the source only through `identifier`, numbers only as decimals, and everything else is text of this
module: no string that a user wrote is ever part of the source as it stands.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from deltarule.calculus.rewriting import stable_definition
from deltarule.calculus.rules import expand_functions
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
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Axis, Derivative, Expression, Index, Number, Symbol
from deltarule.language.functions import FUNCTIONS, expand
from deltarule.language.traversal import substitute
from deltarule.writing.factors import choice_of, complement, factors_of

__all__ = [
    "PRODUCT",
    "TWINS",
    "Printer",
    "Spelling",
    "identifier",
    "numpy_source",
    "primitive",
    "print_arrangement",
]

TWINS: dict[str, str] = {
    # function: its twin; the others are written out by their definitions
    "exp": "np.exp",
    "log": "np.log",
    "erf": "erf",
    "sin": "np.sin",
    "cos": "np.cos",
    "tan": "np.tan",
    "asin": "np.arcsin",
    "acos": "np.arccos",
    "atan": "np.arctan",
    "asinh": "np.arcsinh",
    "acosh": "np.arccosh",
    "atanh": "np.arctanh",
    "exp2": "np.exp2",
    "log2": "np.log2",
    "log10": "np.log10",
    "cbrt": "np.cbrt",
    "erfc": "erfc",
    "sign": "np.sign",
    "abs": "np.abs",
    "maximum": "np.maximum",
    "minimum": "np.minimum",
    "sqrt": "np.sqrt",
    "tanh": "np.tanh",
    "sinh": "np.sinh",
    "cosh": "np.cosh",
    "log1p": "np.log1p",
    "expm1": "np.expm1",
    "softplus": "np.logaddexp",  # with 0 as its first argument: log(1 + exp(s)) that does not overflow
    "step": "np.heaviside",  # with 0 as its second argument; a comparison where it is a factor
}

_TAKEN = {"np", "erf", "erfc"}

LONGEST = 10**6
"""Fractions of larger numbers are written as decimals."""


@dataclass(frozen=True)
class Spelling:
    """How names, sizes and functions stand in the source."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Symbols whose name in the source is another."""
    sizes: Mapping[str, str] = field(default_factory=dict)
    """Symbolic sizes: `{"m": "x.shape[0]"}`. Source text of the caller's own, not checked here."""
    functions: Mapping[str, str] = field(default_factory=dict)
    """Functions that the caller defines under a name, beside `TWINS`."""
    dtype: str = ""
    """What new arrays are made of (`x.dtype`); NumPy's own choice, float64, if empty."""
    exact: bool = False
    """Whether definitions are written in the form with the smallest measured error, not as the table has them."""

    def name(self, name: str) -> str:
        if name in self.names:
            return identifier(self.names[name])
        if name in self.sizes:
            return self.sizes[name]
        return "np.pi" if name == "pi" else identifier(name)

    def size(self, size: int | str) -> str:
        return str(size) if isinstance(size, int) else self.name(size)

    def function(self, name: str) -> str | None:
        return self.functions.get(name) or TWINS.get(name)


def identifier(name: str) -> str:
    """The name, if it can stand in the source as a name. Raises `DeltaruleError` for any other text."""
    plain = name.isidentifier() and unicodedata.normalize("NFKC", name) == name
    if not plain or keyword.iskeyword(name) or name.startswith("__") or name in _TAKEN:
        raise DeltaruleError(f"{name[:60]!r} cannot be a name in Python source; rename that symbol")
    return name


def numpy_source(
    expression: Expression,
    axes: Iterable[Axis] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    sizes: Mapping[str, str] | None = None,
    functions: Mapping[str, str] | None = None,
    dtype: str = "",
) -> str:
    """One NumPy expression whose value has the shape of `axes` (default: the free axes in order of appearance).

    Raises `DeltaruleError` for a derivative that is not evaluated, a function that is only named, and a name that
    is no identifier.

    >>> i, j = Axis("i", "h"), Axis("j", "n")
    >>> from deltarule.language.arithmetic import add, multiply
    >>> numpy_source(add(multiply(Symbol("W_1", (i, j)), Symbol("x", (j,)), bound=[j]), Symbol("b_1", (i,))))
    'W_1 @ x + b_1'
    """
    from deltarule.writing.einsum import print_einsum

    axes = tuple(expression.axes if axes is None else axes)
    spelling = Spelling(names or {}, sizes or {}, functions or {}, dtype)
    expression = primitive(expression, spelling)
    arrangement = arrange(expression, axes)
    if arrangement is None:
        return print_einsum(expression, axes, spelling)
    return print_arrangement(arrangement, spelling)


def print_arrangement(arrangement: Arrangement, spelling: Spelling) -> str:
    return Printer(spelling).full(arrangement).source


def primitive(expression: Expression, spelling: Spelling) -> Expression:
    """The expression with each function that has no name in NumPy replaced by its definition."""

    def replace(e: Expression) -> Expression | None:
        if not isinstance(e, Apply):
            return None
        if e.function not in FUNCTIONS:
            raise DeltaruleError(f"the function {e.function} is only named: without a definition it has no value")
        if any(e.order):
            return expand_functions(e)
        if spelling.function(e.function):
            return None
        body = (stable_definition(e) if spelling.exact else None) or expand(e)
        return None if body is None else substitute(body, replace)

    return substitute(expression, replace)


# Levels of precedence, from the weakest.
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)


class Text(NamedTuple):
    source: str
    level: int

    def within(self, level: int) -> str:
        """The source, in parentheses where what stands around it binds tighter."""
        return self.source if self.level >= level else f"({self.source})"


def _atom(source: str) -> Text:
    return Text(source, ATOM)


class Printer:
    """Arrangements as source."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def full(self, node: Arrangement) -> Text:
        """The node with all its axes: what is broadcast is filled in."""
        match node:
            case Leaf(expression=Number(value=value)):
                return number(value)
            case Leaf(expression=Symbol() as symbol):
                return self.symbol(symbol)
            case Leaf(expression=Derivative() as derivative):
                raise DeltaruleError(f"{derivative!r} is not evaluated: it has no value in NumPy")
            case Transpose(of=of):
                return _atom(f"{self.full(of).within(ATOM)}.T")
            case MatMul(left=left, right=right):
                first = self.full(left).within(PRODUCT if isinstance(left, MatMul) else SIGN)
                return Text(f"{first} @ {self.full(right).within(POWER)}", PRODUCT)
            case Outer(left=left, right=right):
                return _atom(f"np.outer({self.full(left).source}, {self.full(right).source})")
            case Hadamard() | Scale() | RowScale() | ColumnScale():
                return self.quotient(factors_of(node))
            case PowerOf(base=base, exponent=exponent):
                return self.quotient([(node, False)]) if exponent < 0 else self.power(base, exponent)
            case Add(terms=terms):
                choice = choice_of(node)
                return self.full(choice) if choice else self.sum(terms)
            case Call(function="step", arguments=(u,)):
                return _atom(f"np.heaviside({self.loose(u).source}, 0)")
            case Call(function="softplus", arguments=(u,)) if "softplus" not in self.spelling.functions:
                return _atom(f"np.logaddexp(0, {self.loose(u).source})")
            case Call(function=function, arguments=arguments):
                name = self.spelling.function(function)
                if name is None:
                    raise DeltaruleError(f"{function} has no twin in NumPy")
                return _atom(f"{name}({', '.join(self.loose(a).source for a in arguments)})")
            case Cases():
                return _atom(self.cases(node) + self.cast(node))
            case SumOver(of=DiagonalOf(matrix=matrix), along=None):
                return _atom(f"np.trace({self.full(matrix).source})")
            case SumOver(of=of, along=along):
                return _atom(f"np.sum({self.full(of).source}{'' if along is None else f', axis={along}'})")
            case MaxOver(of=of, along=along):
                return _atom(f"np.max({self.full(of).source}{'' if along is None else f', axis={along}'})")
            case Diag(vector=vector):
                return _atom(f"np.diag({self.full(vector).source})")
            case DiagonalOf(matrix=matrix):
                return _atom(f"np.diag({self.full(matrix).source})")
            case InverseOf(matrix=matrix):
                return _atom(f"np.linalg.inv({self.full(matrix).source})")
            case DeterminantOf(matrix=matrix):
                return _atom(f"np.linalg.det({self.full(matrix).source})")
            case Identity(size=size):
                return _atom(f"np.eye({self.spelling.size(size)}{self.dtype()})")
            case Unit(index=index, axes=(axis,)):
                return _atom(f"np.eye({self.spelling.size(axis.size)}{self.dtype()})[{index - 1}]")
            case Ones(axes=axes):
                return _atom(f"np.ones({self.shape(axes)}{self.dtype()})")
            case Broadcast(of=of, axes=axes):
                return self.filled(of, axes)
        raise TypeError(f"no NumPy for {node!r}")

    def loose(self, node: Arrangement) -> Text:
        """The node as an operand that NumPy broadcasts."""
        match node:
            case Broadcast(of=of, axes=axes) if len(axes) == 2 and of.axes == axes[:1]:
                return self.column(of)
            case Broadcast(of=of):
                return self.full(of)
        return self.full(node)

    def column(self, vector: Arrangement) -> Text:
        """A vector as a matrix of one column."""
        if isinstance(vector, Scale):
            return self.quotient([*(part for u in vector.scalars for part in factors_of(u)), (vector.of, True)])
        if isinstance(vector, SumOver | MaxOver) and vector.along == 1:
            return _atom(f"{self.full(vector).source[:-1]}, keepdims=True)")
        return _atom(f"{self.full(vector).within(ATOM)}[:, None]")

    def filled(self, of: Arrangement, axes: tuple[Axis, ...]) -> Text:
        if isinstance(of, Leaf) and isinstance(of.expression, Number):
            value = of.expression.value
            if value == 0:
                return _atom(f"np.zeros({self.shape(axes)}{self.dtype()})")
            return _atom(f"np.full({self.shape(axes)}, {float(value)!r}{self.dtype()})")
        if not of.axes:
            return _atom(f"np.full({self.shape(axes)}, {self.full(of).source})")
        return _atom(f"np.broadcast_to({self.loose(Broadcast(of, axes)).source}, {self.shape(axes)})")

    def shape(self, axes: tuple[Axis, ...]) -> str:
        sizes = [self.spelling.size(a.size) for a in axes]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def dtype(self) -> str:
        return f", dtype={self.spelling.dtype}" if self.spelling.dtype else ""

    def symbol(self, symbol: Symbol) -> Text:
        return _atom(self.spelling.name(symbol.name) + component(symbol.indices))

    def power(self, base: Arrangement, exponent: Fraction) -> Text:
        if exponent == 1:
            return self.full(base)
        if exponent == Fraction(1, 2) and not self.untyped(base):  # np.sqrt(2) would turn float32 into float64
            return _atom(f"np.sqrt({self.full(base).source})")
        return Text(f"{self.full(base).within(ATOM)}**{number(exponent).within(SIGN)}", POWER)

    def cases(self, node: Cases) -> str:
        (u, strict, value), *rest = node.cases
        otherwise: Text
        if rest:
            otherwise = _atom(self.cases(Cases(tuple(rest), node.otherwise, node.axes)))
        else:
            otherwise = self.value(node.otherwise)
        condition = self.comparison(u, ">" if strict else ">=")
        return f"np.where({condition}, {self.value(value).source}, {otherwise.source})"

    def cast(self, node: Cases) -> str:
        """A choice among numbers only has NumPy's own type."""
        values = [*(value for _, _, value in node.cases), node.otherwise]
        bare = [v.of if isinstance(v, Broadcast) else v for v in values]
        numbers = all(isinstance(v, Leaf) and isinstance(v.expression, Number) for v in bare)
        return f".astype({self.spelling.dtype})" if numbers and self.spelling.dtype else ""

    def value(self, node: Arrangement) -> Text:
        """One value of a choice; a number is written as a float, since a choice among integers would be of integers."""
        text = self.loose(node)
        return _atom(f"{text.source}.0") if text.source.lstrip("-").isdigit() else text

    def comparison(self, u: Arrangement, sign: str) -> str:
        """`u > 0`; a difference is compared without being computed."""
        if isinstance(u, Add) and len(u.terms) == 2:
            first, second = u.terms
            for more, less in ((first, second), (second, first)):
                positive, negative = self.loose(more), self.loose(less)
                if negative.source[0] == "-" and negative.level != SUM and positive.source[0] != "-":
                    other = Text(negative.source[1:], PRODUCT)
                    return f"{positive.within(SUM)} {sign} {other.within(SUM)}"
        return f"{self.full(u).within(SUM)} {sign} 0"

    def untyped(self, node: Arrangement) -> bool:
        """Whether it is a number of Python, whose product with a truth value has NumPy's own type."""
        match node:
            case PowerOf(base=base):
                return self.untyped(base)
            case Leaf(expression=Symbol(name=name)):
                return name in self.spelling.sizes or name == "pi"
            case Leaf(expression=Number()):
                return True
        return False

    def indicator(self, node: Arrangement) -> str | None:
        """A factor that is 0 or 1, as a comparison: `a > 0` for step(a), `a <= 0` for 1 - step(a)."""
        match node:
            case Broadcast(of=of) if not of.axes:
                return self.indicator(of)
            case Call(function="step", arguments=(u,)):
                return self.comparison(u, ">")
            case Add():
                u = complement(node)
                return self.comparison(u, "<=") if u else None
        return None

    def sum(self, terms: tuple[Arrangement, ...]) -> Text:
        """The terms with their signs; a positive number first, and no leading minus where a term is positive."""
        texts = [(self.loose(t), isinstance(t.of if isinstance(t, Broadcast) else t, Leaf)) for t in terms]
        signed = []
        for k, (text, leaf) in enumerate(texts):
            negative = text.source.startswith("-")
            bare = text.source[1:] if negative else text.within(PRODUCT)
            constant = leaf and not negative and bare[0].isdigit()
            signed.append((not constant, negative, k, bare))
        if all(negative for _, negative, _, _ in signed):
            ordered = signed
        else:
            lead = min(signed, key=lambda term: (term[1], term[0], term[2]))
            ordered = [lead, *(term for term in signed if term is not lead)]
        first, *others = ordered
        source = ("-" if first[1] else "") + first[3]
        for _, negative, _, bare in others:
            source += f" {'-' if negative else '+'} {bare}"
        return Text(source, SUM)

    def quotient(self, factors: list[tuple[Arrangement, bool]]) -> Text:
        """Factors over divisors, with the sign and the number in front; some are vectors that stand as a column."""
        coefficient = Fraction(1)
        above: list[Text] = []
        below: list[Text] = []
        choices: list[str] = []
        places: list[int] = []
        numbers_only = True
        for factor, column in factors:
            if isinstance(factor, Leaf) and isinstance(factor.expression, Number):
                coefficient *= factor.expression.value
                continue
            choice = None if column else self.indicator(factor)
            if choice is not None:
                places.append(len(above))
                choices.append(choice)
                above.append(self.full(factor))
                continue
            numbers_only = numbers_only and self.untyped(factor)
            if isinstance(factor, PowerOf) and factor.exponent < 0:
                inverse = PowerOf(factor.base, -factor.exponent) if factor.exponent != -1 else factor.base
                below.append(self.column(inverse) if column else self.full(inverse))
            else:
                above.append(self.column(factor) if column else self.full(factor))
        for k, place in enumerate(places):
            if k or not numbers_only:  # True * 0.5 has the type of 0.5: one factor has to be of the type of the arrays
                above[place] = _atom(f"({choices[k]})")
        sign = "-" if coefficient < 0 else ""
        coefficient = abs(coefficient)
        if coefficient.denominator != 1 and not _short(coefficient):
            below.append(number(Fraction(coefficient.denominator)))
            coefficient = Fraction(coefficient.numerator)
        if coefficient != 1 or not above:
            above.insert(0, number(coefficient))
        elif sign and 0 in places and not numbers_only:  # a truth value has no minus in NumPy
            above.sort(key=lambda text: text.source in {f"({c})" for c in choices})
        if len(above) == 1:
            source = above[0].within(PRODUCT) if below else above[0].within(SIGN)
            if sign and above[0].level == PRODUCT:
                source = above[0].within(SIGN)
        else:
            source = " * ".join(text.within(SIGN) for text in above)
        if len(below) == 1:
            source += f" / {below[0].within(SIGN)}"
        elif below:
            source += f" / ({' * '.join(text.within(SIGN) for text in below)})"
        return Text(sign + source, PRODUCT)


def component(indices: tuple[Index, ...]) -> str:
    """`[0, :]` for indices some of which are fixed (from 1 in an expression, from 0 in Python)."""
    if not any(isinstance(k, int) for k in indices):
        return ""
    return "[" + ", ".join(str(k - 1) if isinstance(k, int) else ":" for k in indices) + "]"


def _short(value: Fraction) -> bool:
    """Whether decimals say it better: a few say it exactly, or it is a decimal that was read (p x / q may overflow)."""
    return (value * 10_000).denominator == 1 or max(abs(value.numerator), value.denominator) > LONGEST


def number(value: Fraction) -> Text:
    sign = "-" if value < 0 else ""
    size = abs(value)
    level = SIGN if sign else ATOM
    if size.denominator == 1:
        return Text(sign + (str(size.numerator) if size < 2**53 else repr(float(size))), level)
    if _short(size):
        return Text(f"{sign}{float(size)!r}", level)
    if size.numerator >= 2**53 or size.denominator >= 2**53:
        return Text(f"{sign}{float(size)!r}", level)
    return Text(f"{sign}{size.numerator} / {size.denominator}", PRODUCT)
