"""Elementwise expressions as lines of NumPy that write into arrays that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deltarule.language.arithmetic import add, multiply
from deltarule.language.arithmetic import power as raised
from deltarule.language.arrangement import Arrangement, Call, arrange
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Expression, Number, Power, Product, Sum, Symbol
from deltarule.language.traversal import names
from deltarule.writing.numpy import Printer, Spelling, identifier

__all__ = ["LinesInPlace", "scalar_source"]

POWER, ATOM, SIGN = 4, 5, 3  # levels of precedence, as in writing.numpy
_ARRAY_FUNCTIONS = {"sqrt", "abs", "sign", "exp", "maximum", "minimum"}
_AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


class _Scalars(Printer):
    """Numbers as source: `power(a, t)` is `a**t`."""

    def full(self, node: Arrangement):  # type: ignore[no-untyped-def]
        match node:
            case Call(function="power", arguments=(base, exponent)):
                text = super().full(node)
                source = f"{self.full(base).within(ATOM)}**{self.full(exponent).within(ATOM)}"
                return type(text)(source, POWER)
        return super().full(node)


_SPELLING = Spelling(functions={"power": "power", "floor": "np.floor"})


def scalar_source(e: Expression, *, factor: bool = False) -> str:
    """An expression among numbers as source; as a factor, in parentheses where it needs them."""
    node = arrange(e, ())
    if node is None:
        raise DeltaruleError(f"an update is elementwise; this is not: {e!r}")
    text = _Scalars(_SPELLING).full(node)
    return text.within(SIGN) if factor else text.source


@dataclass(frozen=True)
class _Value:
    """Where a value is: its source, and the array that holds it if that may be overwritten."""

    source: str
    owned: str | None = None
    array: bool = True


@dataclass
class LinesInPlace:
    """Writes one statement after another. `buffers` are the work arrays that were needed."""

    arrays: set[str]
    read_only: set[str] = field(default_factory=set)
    buffers: list[str] = field(default_factory=list)
    _free: list[str] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list)
    _own: str | None = None

    def assign(self, left: str, right: Expression) -> list[str]:
        """The lines of `left <- right`."""
        identifier(left)
        self._lines = []
        if not self._is_array(right):
            if left in self.arrays:
                raise DeltaruleError(f"`{left}` is an array, and its equation gives one number")
            return [f"{left} = {scalar_source(right)}"]
        into = self.place(left)
        fixed = left in self.arrays and left not in self.read_only
        once = sum(1 for name in _every(right) if name == left) == 1
        self._own = into if once and (fixed or left in self._places) else None
        value = self._value(right)
        if fixed and value.source != into:
            self._lines.append(f"{into}[...] = {value.source}")
            self._release(value)
        elif not fixed:
            self.arrays.add(left)
            old = self._places.pop(left, None)
            if old is not None and old != value.owned:
                self._free.append(old)
            if value.owned is None:  # a copy of another array: an array of its own
                value = self._call("add", value, _Value("0", array=False))
            self._places[left] = value.owned or value.source
        self._own = None
        return self._lines

    def place(self, name: str) -> str:
        """The array that holds a name."""
        return self._places.get(name, name)

    def _is_array(self, e: Expression) -> bool:
        return not self.arrays.isdisjoint(names(e))

    def _value(self, e: Expression) -> _Value:
        if not self._is_array(e):
            return _Value(scalar_source(e), array=False)
        match e:
            case Symbol(name=name):
                place = self.place(name)
                return _Value(place, place if place == self._own else None)
            case Sum(terms=terms):
                return self._sum(terms)
            case Product(factors=factors, bound=()):
                return self._product(factors)
            case Power(base=base, exponent=exponent) if exponent < 0:
                return self._call("divide", _Value("1", array=False), self._value(raised(base, -exponent)))
            case Power(base=base, exponent=exponent):
                if exponent == 2:
                    return self._call("square", self._value(base))
                return self._call("power", self._value(base), _Value(repr(float(exponent)), array=False))
            case Apply(function=function, arguments=arguments) if function in _ARRAY_FUNCTIONS:
                return self._call(function, *(self._value(a) for a in arguments))
        raise DeltaruleError(f"an update is elementwise; this is not: {e!r}")

    def _sum(self, terms: tuple[Expression, ...]) -> _Value:
        """Array by array: what may be overwritten first, then what has to be computed, the names last."""
        arrays = sorted((t for t in terms if self._is_array(t)), key=lambda t: (not self._owns(t), _simple(t)))
        scalars = [t for t in terms if not self._is_array(t)]
        positive = [t for t in arrays if not _negative(t)]
        if positive and not self._owns(arrays[0]):
            arrays = [positive[0], *(t for t in arrays if t is not positive[0])]
        total = self._value(arrays[0])
        for term in arrays[1:]:
            if _negative(term):
                total = self._call("subtract", total, self._value(multiply(Number(-1), term)))
            else:
                total = self._call("add", total, self._value(term))
        if scalars:
            total = self._call("add", total, _Value(scalar_source(add(*scalars)), array=False))
        return total

    def _product(self, factors: tuple[Expression, ...]) -> _Value:
        scalars = [f for f in factors if not self._is_array(f)]
        arrays = [f for f in factors if self._is_array(f)]
        below = [raised(f.base, -f.exponent) for f in arrays if isinstance(f, Power) and f.exponent < 0]
        above = [f for f in arrays if not (isinstance(f, Power) and f.exponent < 0)]
        divisors = [self._value(f) for f in sorted(below, key=_simple)]
        values = [self._value(f) for f in sorted(above, key=lambda f: (not self._owns(f), _simple(f)))]
        scalar = multiply(*scalars) if scalars else None
        if not values:
            start = "1" if scalar is None else scalar_source(scalar)
            first, *divisors = divisors
            value = self._call("divide", _Value(start, array=False), first)
            scalar = None
        else:
            value, *others = values
            for other in others:
                value = self._call("multiply", value, other)
        for divisor in divisors:
            value = self._call("divide", value, divisor)
        return value if scalar is None else self._scaled(value, scalar)

    def _scaled(self, value: _Value, scalar: Expression) -> _Value:
        """Times a number, or divided by it where it is one over something."""
        if isinstance(scalar, Power) and scalar.exponent < 0:
            divisor = scalar_source(raised(scalar.base, -scalar.exponent))
            return self._call("divide", value, _Value(divisor, array=False))
        return self._call("multiply", value, _Value(scalar_source(scalar), array=False))

    def _owns(self, e: Expression) -> bool:
        return self._own is not None and any(self.place(name) == self._own for name in names(e))

    def _call(self, function: str, *values: _Value) -> _Value:
        """A line that computes `function(values)` into an array that may be overwritten."""
        owned = [v for v in values if v.owned is not None]
        out = next((v for v in owned if v.owned == self._own), owned[0] if owned else None)
        place = out.owned if out is not None and out.owned is not None else self._buffer()
        if function in _AUGMENTED and values[0].owned == place:
            self._lines.append(f"{place} {_AUGMENTED[function]} {values[1].source}")
        else:
            arguments = ", ".join([*(v.source for v in values), f"out={place}"])
            self._lines.append(f"np.{function}({arguments})")
        for v in owned:
            if v.owned != place:
                self._release(v)
        return _Value(place, place)

    def _buffer(self) -> str:
        if self._free:
            return self._free.pop(0)
        name = "work" if not self.buffers else f"work_{len(self.buffers) + 1}"
        self.buffers.append(name)
        return name

    def _release(self, value: _Value) -> None:
        if value.owned is not None and value.owned in self.buffers and value.owned not in self._places.values():
            self._free.insert(0, value.owned)


def _negative(e: Expression) -> bool:
    match e:
        case Number(value=value):
            return value < 0
        case Product(factors=factors):
            return any(isinstance(f, Number) and f.value < 0 for f in factors)
    return False


def _simple(e: Expression) -> bool:
    return isinstance(e, Symbol)


def _every(e: Expression) -> Iterator[str]:
    """Every name, as often as it stands there."""
    if isinstance(e, Symbol):
        yield e.name
    for child in e.children:
        yield from _every(child)
