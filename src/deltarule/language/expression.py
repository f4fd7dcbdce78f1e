"""What an expression is: an immutable, hash-consed DAG in index notation over named, sized axes.

Every tensor carries its axes as indices, as in `a[i] = Σ_j W[i,j] x[j] + b[i]`. There are no rows or
columns here: the layout is a choice of the writer and an inference of the reader. One node, `Product`, is
the scalar, the Hadamard, the outer and the matrix product, the trace and the sum, since it contracts each
axis that it binds.

Bound axes are named canonically (`~1`, `~2`, ... from the inside out), so two sums that differ only in the
name of their index are one object, and no substitution can capture an index: free axes never begin with `~`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import count
from math import gcd
from typing import Any, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

__all__ = [
    "ONE",
    "ZERO",
    "Apply",
    "Axis",
    "Binder",
    "Delta",
    "Derivative",
    "Determinant",
    "Expression",
    "Index",
    "Inverse",
    "Maximum",
    "Number",
    "Piecewise",
    "Power",
    "Product",
    "Selection",
    "Sum",
    "Symbol",
    "at",
    "fresh",
    "opened",
    "out_of_range",
    "rebuild",
    "rename",
    "selection",
]


class Axis(NamedTuple):
    """A named index and the size that it runs over: a number or a symbol such as `n`."""

    name: str
    size: int | str

    @property
    def bound(self) -> bool:
        return self.name.startswith("~")


Index: TypeAlias = Axis | int
"""An axis, or the number of one component (from 1)."""

_fresh = count()


def fresh(size: int | str) -> Axis:
    """An axis that occurs nowhere else. Its names sort in the order of their making: what is written does not depend on
    how many were made before."""
    return Axis(f"_{next(_fresh):012}", size)


class Expression:
    """A node. Nodes of equal fields are one object, so equality is identity."""

    __slots__ = ("__weakref__", "axes", "children", "depth", "key", "level")
    axes: tuple[Axis, ...]
    """The free axes, in order of first appearance."""
    children: tuple[Expression, ...]
    key: tuple[Any, ...]
    """The class name and the fields: what makes two nodes one."""
    level: int
    """The largest number among the bound axes inside (0: none)."""
    depth: int

    def __repr__(self) -> str:
        return _show(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.key,)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"expressions are immutable: cannot set {name}")


_nodes: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()


def _make(
    cls: type[Any],
    key: tuple[Any, ...],
    axes: Iterable[Axis],
    children: tuple[Expression, ...],
    bound: tuple[Axis, ...] = (),
) -> Any:
    node = object.__new__(cls)
    put = object.__setattr__
    put(node, "axes", tuple(dict.fromkeys(axes)))
    put(node, "children", children)
    put(node, "key", key)
    put(node, "level", max([*(int(a.name[1:]) for a in bound), *(c.level for c in children)], default=0))
    put(node, "depth", 1 + max((c.depth for c in children), default=0))
    for name, value in zip(cls.__slots__, key[1:], strict=True):  # slots and keys are both in alphabetical order
        put(node, name, value)
    return _nodes.setdefault(key, node)


def _axes_of(children: Iterable[Expression]) -> list[Axis]:
    return [axis for child in children for axis in child.axes]


class Number(Expression):
    """An exact rational number."""

    __slots__ = ("value",)
    value: Fraction

    def __new__(cls, value: int | Fraction) -> Number:
        key = ("Number", value if type(value) is Fraction else Fraction(value))
        return _nodes.get(key) or _make(cls, key, (), ())


class Symbol(Expression):
    """A named scalar or tensor with its indices. What the name means is said by a `Declaration`."""

    __slots__ = ("indices", "name")
    name: str
    indices: tuple[Index, ...]

    def __new__(cls, name: str, indices: Iterable[Index] = ()) -> Symbol:
        indices = tuple(indices)
        key = ("Symbol", indices, name)
        return _nodes.get(key) or _make(cls, key, (i for i in indices if isinstance(i, Axis)), ())


class Sum(Expression):
    """Σ of the terms; a term without an axis of the others is broadcast along it."""

    __slots__ = ("terms",)
    terms: tuple[Expression, ...]

    def __new__(cls, terms: Iterable[Expression]) -> Sum:
        terms = tuple(terms)
        key = ("Sum", terms)
        return _nodes.get(key) or _make(cls, key, _axes_of(terms), terms)


class Product(Expression):
    """The product of the factors, summed over the axes in `bound`."""

    __slots__ = ("bound", "factors")
    factors: tuple[Expression, ...]
    bound: tuple[Axis, ...]

    def __new__(cls, factors: Iterable[Expression], bound: Iterable[Axis] = ()) -> Product:
        factors, bound = _bind(tuple(factors), tuple(bound))
        key = ("Product", bound, factors)
        found = _nodes.get(key)
        if found is not None:
            return found
        return _make_bound(cls, key, factors, bound)


class Maximum(Expression):
    """The largest value of `body` over the axes in `bound`."""

    __slots__ = ("body", "bound")
    body: Expression
    bound: tuple[Axis, ...]

    def __new__(cls, body: Expression, bound: Iterable[Axis]) -> Maximum:
        (body,), bound = _bind((body,), tuple(bound))
        key = ("Maximum", body, bound)
        found = _nodes.get(key)
        if found is not None:
            return found
        return _make_bound(cls, key, (body,), bound)


class Determinant(Expression):
    """The determinant of the matrix that `body` is over its row and its column, the two axes in `bound`."""

    __slots__ = ("body", "bound")
    body: Expression
    bound: tuple[Axis, ...]

    def __new__(cls, body: Expression, bound: Iterable[Axis]) -> Determinant:
        (body,), bound = _bind((body,), tuple(bound))
        key = ("Determinant", body, bound)
        return _nodes.get(key) or _make_bound(cls, key, (body,), bound)


class Inverse(Expression):
    """The component at `indices` of the inverse of the matrix that `body` is over `bound`, its row and its column."""

    __slots__ = ("body", "bound", "indices")
    body: Expression
    bound: tuple[Axis, ...]
    indices: tuple[Index, ...]

    def __new__(cls, body: Expression, bound: Iterable[Axis], indices: Iterable[Index]) -> Inverse:
        row, column = bound
        indices = tuple(indices)
        present = [a for a in body.axes if a in (row, column)]
        if present[:1] == [column]:  # the inverse of the transpose is the transpose of the inverse: one node for both
            row, column, indices = column, row, indices[::-1]
        (body,), (row, column) = _bind((body,), (row, column))
        key = ("Inverse", body, (row, column), indices)
        return _nodes.get(key) or _make_bound(cls, key, (body,), (row, column), indices)


class Power(Expression):
    """`base` to an exact rational exponent; `1/u` is `Power(u, -1)`, the square root `Power(u, 1/2)`."""

    __slots__ = ("base", "exponent")
    base: Expression
    exponent: Fraction

    def __new__(cls, base: Expression, exponent: int | Fraction) -> Power:
        key = ("Power", base, exponent if type(exponent) is Fraction else Fraction(exponent))
        return _nodes.get(key) or _make(cls, key, base.axes, (base,))


class Apply(Expression):
    """A scalar function, elementwise. `order` counts derivatives by argument: order (1,) of the sigmoid is σ'(s)."""

    __slots__ = ("arguments", "function", "order")
    function: str
    arguments: tuple[Expression, ...]
    order: tuple[int, ...]

    def __new__(cls, function: str, arguments: Iterable[Expression], order: Iterable[int] = ()) -> Apply:
        arguments = tuple(arguments)
        order = tuple(order) or (0,) * len(arguments)
        key = ("Apply", arguments, function, order)
        return _nodes.get(key) or _make(cls, key, _axes_of(arguments), arguments)


class Delta(Expression):
    """Kronecker's delta: 1 where the two indices agree, else 0."""

    __slots__ = ("first", "second")
    first: Index
    second: Index

    def __new__(cls, first: Index, second: Index) -> Delta:
        if str(second) < str(first):
            first, second = second, first
        key = ("Delta", first, second)
        return _nodes.get(key) or _make(cls, key, (i for i in (first, second) if isinstance(i, Axis)), ())


class Selection(Expression):
    """1 where the indices satisfy an affine equation, Σ coefficient · index = constant, else 0: what windows, reshaping
    and concatenation select by. Indices count from 1. Made by `selection`, which gives the simplest form."""

    __slots__ = ("constant", "terms")
    terms: tuple[tuple[Axis, int], ...]
    constant: int

    def __new__(cls, terms: Iterable[tuple[Axis, int]], constant: int) -> Selection:
        terms = tuple(terms)
        key = ("Selection", constant, terms)
        return _nodes.get(key) or _make(cls, key, (axis for axis, _ in terms), ())


class Derivative(Expression):
    """∂of/∂by, not evaluated. Names in `held` are held fixed (the direct part of a dependence); others follow."""

    __slots__ = ("by", "held", "of")
    of: Expression
    by: Symbol
    held: tuple[str, ...]

    def __new__(cls, of: Expression, by: Symbol, held: Iterable[str] = ()) -> Derivative:
        held = tuple(sorted(held))
        key = ("Derivative", by, held, of)
        return _nodes.get(key) or _make(cls, key, (*of.axes, *by.axes), (of, by))


class Piecewise(Expression):
    """The value of the first case that holds, else `otherwise`. A condition `(u, strict)` is u > 0, or u ≥ 0."""

    __slots__ = ("cases", "otherwise")
    cases: tuple[tuple[Expression, bool, Expression], ...]
    otherwise: Expression

    def __new__(cls, cases: Iterable[tuple[Expression, bool, Expression]], otherwise: Expression) -> Piecewise:
        cases = tuple(cases)
        key = ("Piecewise", cases, otherwise)
        children = (*(e for u, _, v in cases for e in (u, v)), otherwise)
        return _nodes.get(key) or _make(cls, key, _axes_of(children), children)


def _bind(bodies: tuple[Expression, ...], bound: tuple[Axis, ...]) -> tuple[tuple[Expression, ...], tuple[Axis, ...]]:
    """The bodies with the bound axes renamed canonically: numbered above every bound axis inside."""
    if not bound:
        return bodies, bound
    present = dict.fromkeys(_axes_of(bodies))
    ordered = [a for a in present if a in bound] + [a for a in bound if a not in present]
    level = max((body.level for body in bodies), default=0)
    renaming = {a: Axis(f"~{level + k}", a.size) for k, a in enumerate(ordered, 1)}
    if all(a == own for a, own in renaming.items()):
        return bodies, tuple(ordered)
    return tuple(rename(body, renaming) for body in bodies), tuple(renaming.values())


def _make_bound(
    cls: type[Any],
    key: tuple[Any, ...],
    bodies: tuple[Expression, ...],
    bound: tuple[Axis, ...],
    indices: tuple[Index, ...] = (),
) -> Any:
    outer = [i for i in indices if isinstance(i, Axis)]
    return _make(cls, key, [*outer, *(a for a in _axes_of(bodies) if a not in bound)], bodies, bound)


ZERO = Number(0)
ONE = Number(1)


Binder: TypeAlias = Product | Maximum | Determinant | Inverse
"""What has bound axes; a product may have none."""

_CLASSES: dict[str, Any] = {cls.__name__: cls for cls in Expression.__subclasses__()}


def _restore(key: tuple[Any, ...]) -> Expression:
    cls = _CLASSES[key[0]]
    return cls(**dict(zip(cls.__slots__, key[1:], strict=True)))


# Rebuilding ----------------------------------------------------------------------------------------------------


def rebuild(node: Expression, children: tuple[Expression, ...], bound: tuple[Axis, ...] | None = None) -> Expression:
    """The same node over other children. Its bound axes are still its own there, or those in `bound` (see `opened`)."""
    if children == node.children:
        return node
    match node:
        case Sum():
            return Sum(children)
        case Product():
            return Product(children, node.bound if bound is None else bound)
        case Maximum() | Determinant():
            return type(node)(children[0], node.bound if bound is None else bound)
        case Inverse(indices=indices):
            return Inverse(children[0], node.bound if bound is None else bound, indices)
        case Power(exponent=exponent):
            return Power(children[0], exponent)
        case Apply(function=function, order=order):
            return Apply(function, children, order)
        case Derivative(held=held):
            by = children[1]
            if not isinstance(by, Symbol):
                raise TypeError("a derivative is taken with respect to a symbol")
            return Derivative(children[0], by, held)
        case Piecewise(cases=cases):
            pairs = zip(children[:-1:2], children[1:-1:2], cases, strict=True)
            return Piecewise(((u, strict, v) for u, v, (_, strict, _) in pairs), children[-1])
    return node


def rename(node: Expression, renaming: Mapping[Axis, Index]) -> Expression:
    """The expression with free axes renamed, or fixed at one component (an axis renamed to a number)."""
    memo: dict[Expression, Expression] = {}
    touched = {*renaming, *(i for i in renaming.values() if isinstance(i, Axis))}

    def visit(e: Expression) -> Expression:
        if not any(a in renaming for a in e.axes):
            return e
        if e not in memo:
            memo[e] = step(e)
        return memo[e]

    def moved(i: Index) -> Index:
        return renaming.get(i, i) if isinstance(i, Axis) else i

    def step(e: Expression) -> Expression:
        match e:
            case Symbol(name=name, indices=indices):
                return Symbol(name, map(moved, indices))
            case Delta(first=a, second=b):
                return Delta(moved(a), moved(b))
            case Selection(terms=terms, constant=constant):
                return selection(((moved(a), c) for a, c in terms), constant)
            case Product(bound=(_, *_)) | Maximum() | Determinant() | Inverse():
                apart = touched.isdisjoint(e.bound)  # else one is renamed with the free ones, or one of those is bound
                bodies, bound = (e.children, e.bound) if apart else opened(e)
                if isinstance(e, Inverse):
                    return Inverse(visit(bodies[0]), bound, map(moved, e.indices))
                return rebuild(e, tuple(visit(b) for b in bodies), bound)
        return rebuild(e, tuple(visit(c) for c in e.children))

    return visit(node)


def opened(node: Binder, names: Iterable[str] = ()) -> tuple[tuple[Expression, ...], tuple[Axis, ...]]:
    """The children of a node with its bound axes made free, under the names given or fresh ones, and those axes."""
    given = tuple(names)
    free = [Axis(given[k], a.size) if given else fresh(a.size) for k, a in enumerate(node.bound)]
    return tuple(rename(b, dict(zip(node.bound, free, strict=True))) for b in node.children), tuple(free)


def at(node: Expression, axes: tuple[Axis, ...], indices: tuple[Index, ...]) -> Expression:
    """The expression with `axes` replaced, position by position, by `indices`."""
    return rename(node, {a: i for a, i in zip(axes, indices, strict=True) if a != i})


def selection(terms: Iterable[tuple[Index, int]], constant: int) -> Expression:
    """[Σ coefficient · index = constant]: a number or Kronecker's delta where it is one.

    >>> j, i, k = Axis("j", 6), Axis("i", 4), Axis("k", 3)
    >>> selection(((j, 1), (i, -1), (k, -1)), -1), selection(((i, 1), (2, 1)), 9)
    ([j - i - k = -1], 0)
    """
    found: dict[Axis, int] = {}
    for index, c in terms:
        if isinstance(index, int):
            constant -= c * index
        else:
            found[index] = found.get(index, 0) + c
    kept = [(axis, c) for axis, c in found.items() if c]
    common = gcd(*(c for _, c in kept), 0)
    if not kept:
        return ZERO if constant else ONE
    if constant % common or out_of_range(kept, constant):
        return ZERO
    kept = [(axis, c // common) for axis, c in kept]
    constant //= common
    match kept:
        case [(axis, 1 | -1 as c)]:
            return Delta(axis, constant * c)
        case [(a, 1), (b, -1)] | [(a, -1), (b, 1)] if not constant and a.size == b.size:
            return Delta(a, b)
    return Selection(kept, constant)


def out_of_range(terms: Iterable[tuple[Axis, int]], constant: int) -> bool:
    """Whether no indices within their ranges satisfy Σ coefficient · index = constant; never for symbolic sizes."""
    low = high = 0
    for axis, c in terms:
        if not isinstance(axis.size, int):
            return False
        low += min(c, c * axis.size)
        high += max(c, c * axis.size)
    return not low <= constant <= high


def _show(e: Expression) -> str:
    """A plain reading for debugging: index notation in ASCII."""

    def index(i: Index) -> str:
        return i.name if isinstance(i, Axis) else str(i)

    match e:
        case Number(value=v):
            return str(v)
        case Symbol(name=name, indices=indices):
            return name + (f"[{','.join(map(index, indices))}]" if indices else "")
        case Sum(terms=terms):
            return "(" + " + ".join(map(_show, terms)) + ")"
        case Product(factors=factors, bound=bound):
            body = "*".join(map(_show, factors))
            return f"sum_{','.join(map(index, bound))}({body})" if bound else body
        case Maximum(body=body, bound=bound):
            return f"max_{','.join(map(index, bound))}({_show(body)})"
        case Determinant(body=body, bound=bound):
            return f"det_{','.join(map(index, bound))}({_show(body)})"
        case Inverse(body=body, bound=bound, indices=indices):
            return f"inv_{','.join(map(index, bound))}({_show(body)})[{','.join(map(index, indices))}]"
        case Power(base=base, exponent=exponent):
            return f"({_show(base)})^({exponent})"
        case Apply(function=function, arguments=arguments, order=order):
            return function + "'" * sum(order) + "(" + ", ".join(map(_show, arguments)) + ")"
        case Delta(first=a, second=b):
            return f"delta[{index(a)},{index(b)}]"
        case Selection(terms=terms, constant=constant):
            sides = [f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)} '}{a.name}" for a, c in terms]
            return f"[{' '.join(sides).removeprefix('+ ')} = {constant}]"
        case Derivative(of=of, by=by, held=held):
            return f"d({_show(of)})/d({_show(by)})" + (f"|{','.join(held)}" if held else "")
        case Piecewise(cases=cases, otherwise=otherwise):
            parts = [f"{_show(v)} if {_show(u)} {'>' if s else '>='} 0" for u, s, v in cases]
            return "{" + "; ".join(parts) + f"; else {_show(otherwise)}" + "}"
    return object.__repr__(e)
