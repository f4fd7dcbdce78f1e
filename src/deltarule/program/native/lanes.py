"""`Lanes`: an IR value, scalar or vector, with the operators of arithmetic, so that a kernel reads like its formula.

Nothing is reordered: no fast-math flag is set. `fma` is one rounding where the processor has it (`llvm.fmuladd`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

__all__ = ["Bits", "Lanes", "Truth", "call", "exact_fma", "fma", "polynomial"]


@dataclass(frozen=True)
class _Value:
    builder: Any
    """An `ir.IRBuilder`: llvmlite comes without types."""
    value: Any

    @property
    def type(self) -> Any:
        return self.value.type

    @property
    def count(self) -> int:
        """The number of lanes; 1 for a scalar."""
        return self.type.count if isinstance(self.type, ir.VectorType) else 1

    def _splat(self, scalar: ir.Type, number: float | int) -> ir.Constant:
        return splat(scalar, number, self.type)


class Lanes(_Value):
    """Floating-point numbers, `float` or `double`. Python numbers stand for themselves in every lane."""

    @property
    def bits(self) -> int:
        """The bits of one element: 32 or 64."""
        return 32 if isinstance(_element(self.type), ir.FloatType) else 64

    def constant(self, number: float) -> Lanes:
        return Lanes(self.builder, self._splat(_element(self.type), float(number)))

    def made(self, value: ir.Value) -> Lanes:
        return Lanes(self.builder, value)

    def of(self, other: Lanes | float) -> ir.Value:
        return other.value if isinstance(other, Lanes) else self.constant(other).value

    def __add__(self, other: Lanes | float) -> Lanes:
        return self.made(self.builder.fadd(self.value, self.of(other)))

    def __radd__(self, other: float) -> Lanes:
        return self.made(self.builder.fadd(self.of(other), self.value))

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self.made(self.builder.fsub(self.value, self.of(other)))

    def __rsub__(self, other: float) -> Lanes:
        return self.made(self.builder.fsub(self.of(other), self.value))

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self.made(self.builder.fmul(self.value, self.of(other)))

    def __rmul__(self, other: float) -> Lanes:
        return self.made(self.builder.fmul(self.of(other), self.value))

    def __truediv__(self, other: Lanes | float) -> Lanes:
        return self.made(self.builder.fdiv(self.value, self.of(other)))

    def __rtruediv__(self, other: float) -> Lanes:
        return self.made(self.builder.fdiv(self.of(other), self.value))

    def __neg__(self) -> Lanes:
        return self.made(self.builder.fneg(self.value))

    def __abs__(self) -> Lanes:
        return self.made(call(self.builder, "llvm.fabs", [self.value]))

    def _compare(self, relation: str, other: Lanes | float) -> Truth:
        return Truth(self.builder, self.builder.fcmp_ordered(relation, self.value, self.of(other)))

    def __lt__(self, other: Lanes | float) -> Truth:
        return self._compare("<", other)

    def __gt__(self, other: Lanes | float) -> Truth:
        return self._compare(">", other)

    def __le__(self, other: Lanes | float) -> Truth:
        return self._compare("<=", other)

    def __ge__(self, other: Lanes | float) -> Truth:
        return self._compare(">=", other)

    def equals(self, other: Lanes | float) -> Truth:
        """False where either is NaN."""
        return self._compare("==", other)

    def is_nan(self) -> Truth:
        return Truth(self.builder, self.builder.fcmp_unordered("uno", self.value, self.value))

    def at_most(self, other: Lanes | float) -> Lanes:
        """The smaller; NaN stays NaN if it is here, not if it is in `other`."""
        return Truth(self.builder, self.builder.fcmp_ordered("<", self.of(other), self.value)).choose(other, self)

    def at_least(self, other: Lanes | float) -> Lanes:
        return Truth(self.builder, self.builder.fcmp_ordered(">", self.of(other), self.value)).choose(other, self)

    def sqrt(self) -> Lanes:
        return self.made(call(self.builder, "llvm.sqrt", [self.value]))

    def rint(self) -> Lanes:
        """To the nearest whole number, ties to even."""
        return self.made(call(self.builder, "llvm.rint", [self.value]))

    def with_sign_of(self, other: Lanes | float) -> Lanes:
        return self.made(call(self.builder, "llvm.copysign", [self.value, self.of(other)]))

    def as_bits(self) -> Bits:
        return Bits(self.builder, self.builder.bitcast(self.value, _shaped(ir.IntType(self.bits), self.type)))

    def widened(self) -> Lanes:
        """float as double."""
        return self.made(self.builder.fpext(self.value, _shaped(ir.DoubleType(), self.type)))

    def narrowed(self) -> Lanes:
        """double rounded to float."""
        return self.made(self.builder.fptrunc(self.value, _shaped(ir.FloatType(), self.type)))


class Bits(_Value):
    """Integers as wide as the numbers that they are the bits of."""

    def of(self, other: Bits | int) -> ir.Value:
        return other.value if isinstance(other, Bits) else self._splat(_element(self.type), other)

    def __add__(self, other: Bits | int) -> Bits:
        return Bits(self.builder, self.builder.add(self.value, self.of(other)))

    def __sub__(self, other: Bits | int) -> Bits:
        return Bits(self.builder, self.builder.sub(self.value, self.of(other)))

    def __rsub__(self, other: int) -> Bits:
        return Bits(self.builder, self.builder.sub(self.of(other), self.value))

    def __and__(self, other: Bits | int) -> Bits:
        return Bits(self.builder, self.builder.and_(self.value, self.of(other)))

    def __or__(self, other: Bits | int) -> Bits:
        return Bits(self.builder, self.builder.or_(self.value, self.of(other)))

    def __xor__(self, other: Bits | int) -> Bits:
        return Bits(self.builder, self.builder.xor(self.value, self.of(other)))

    def __lshift__(self, other: int) -> Bits:
        return Bits(self.builder, self.builder.shl(self.value, self.of(other)))

    def __rshift__(self, other: int) -> Bits:
        """Zeros come in from the left."""
        return Bits(self.builder, self.builder.lshr(self.value, self.of(other)))

    def equals(self, other: Bits | int) -> Truth:
        return Truth(self.builder, self.builder.icmp_unsigned("==", self.value, self.of(other)))

    def as_number(self) -> Lanes:
        """The number that has these bits."""
        element = ir.FloatType() if _element(self.type).width == 32 else ir.DoubleType()
        return Lanes(self.builder, self.builder.bitcast(self.value, _shaped(element, self.type)))


class Truth(_Value):
    """A truth value in each lane."""

    def choose(self, yes: Lanes | float, no: Lanes | float) -> Lanes:
        one = yes if isinstance(yes, Lanes) else no
        assert isinstance(one, Lanes)
        return one.made(self.builder.select(self.value, one.of(yes), one.of(no)))

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.and_(self.value, other.value))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.or_(self.value, other.value))

    def anywhere(self) -> ir.Value:
        """One bit: whether it is true in some lane."""
        if self.count == 1:
            return self.value
        return call(self.builder, "llvm.vector.reduce.or", [self.value], ir.IntType(1))


def fma(a: Lanes, b: Lanes | float, c: Lanes | float) -> Lanes:
    """a·b + c, rounded once where the processor can."""
    return a.made(call(a.builder, "llvm.fmuladd", [a.value, a.of(b), a.of(c)]))


def exact_fma(a: Lanes, b: Lanes | float, c: Lanes | float) -> Lanes:
    """a·b + c, rounded once on every processor (slowly where it cannot)."""
    return a.made(call(a.builder, "llvm.fma", [a.value, a.of(b), a.of(c)]))


def polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """Σ c_k x^k by Estrin's scheme: pairs, then pairs of pairs, so that few operations wait for each other."""
    level: list[Lanes | float] = list(coefficients)
    power = x
    while len(level) > 1:
        paired: list[Lanes | float] = []
        for k in range(0, len(level) - 1, 2):
            low, high = level[k], level[k + 1]
            if not isinstance(low, Lanes) and low == 0.0:
                paired.append(power * high if isinstance(high, Lanes) or high != 0.0 else 0.0)
            else:
                paired.append(fma(power, high, low))
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
        if len(level) > 1:
            power = power * power
    only = level[0]
    return only if isinstance(only, Lanes) else x.constant(only)


def call(builder: Any, name: str, arguments: Sequence[Any], result: ir.Type | None = None) -> Any:
    """An intrinsic that is named after the type of its first argument."""
    kind = arguments[0].type
    result = kind if result is None else result
    full = f"{name}.{_letters(kind)}"
    function = builder.module.globals.get(full)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(result, [a.type for a in arguments]), full)
    return builder.call(function, arguments)


def splat(scalar: ir.Type, number: float | int, like: ir.Type) -> ir.Constant:
    one = ir.Constant(scalar, number)
    return (
        ir.Constant(ir.VectorType(scalar, like.count), [one] * like.count) if isinstance(like, ir.VectorType) else one
    )


def _element(kind: Any) -> Any:
    return kind.element if isinstance(kind, ir.VectorType) else kind


def _shaped(element: ir.Type, like: ir.Type) -> ir.Type:
    return ir.VectorType(element, like.count) if isinstance(like, ir.VectorType) else element


def _letters(kind: Any) -> str:
    if isinstance(kind, ir.VectorType):
        return f"v{kind.count}{_letters(kind.element)}"
    return {ir.FloatType: "f32", ir.DoubleType: "f64"}.get(type(kind)) or f"i{kind.width}"
