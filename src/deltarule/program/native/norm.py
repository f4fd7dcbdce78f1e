"""Clipping by norm: the norm over every component of every gradient, and what it multiplies them by."""

from __future__ import annotations

from math import inf, prod, sqrt

from llvmlite import ir

from deltarule.language.expression import Symbol
from deltarule.program.native.expressions import Numbers
from deltarule.program.native.nests import Nests
from deltarule.program.native.operations import Operation
from deltarule.program.native.vectors import Vectors

__all__ = ["emit_shrink"]

_DOUBLE = ir.DoubleType()
_LARGEST, _SMALLEST = sqrt(1.7e308), 1e8 * 2.3e-308


def emit_shrink(nests: Nests, op: Operation, numbers: Numbers) -> None:
    """`shrink = clip_norm / max(norm, clip_norm)`, in double precision; a sum of squares that overflows or loses digits
    is taken again over components divided by the largest."""
    b = nests.builder
    one = Vectors(b, _DOUBLE, 1)
    factors = op.body.children if not isinstance(op.body, Symbol) else (op.body,)
    gradients = [f for f in factors if isinstance(f, Symbol)]
    square = _sum(nests, gradients, None)
    usual = b.and_(
        b.fcmp_ordered("<", square, one.constant(_LARGEST**2)), b.fcmp_ordered(">", square, one.constant(_SMALLEST))
    )
    before = b.block
    again, on = b.append_basic_block("scaled"), b.append_basic_block("norm")
    b.cbranch(usual, on, again)
    b.position_at_end(again)
    largest = _largest(nests, gradients)
    sensible = b.and_(b.fcmp_ordered(">", largest, one.constant(0.0)), b.fcmp_ordered("<", largest, one.constant(inf)))
    divisor = b.select(sensible, largest, one.constant(1.0))
    scaled = b.fmul(_root(b, _sum(nests, gradients, divisor)), divisor)
    scaled = b.select(sensible, scaled, largest)
    last = b.block
    b.branch(on)
    b.position_at_end(on)
    root = b.phi(_DOUBLE)
    root.add_incoming(_root_at(b, square, before), before)
    root.add_incoming(scaled, last)
    limit = numbers.given["#clip_norm"]
    above = b.select(b.fcmp_unordered(">", root, limit), root, limit)
    shrink = b.fdiv(limit, above)
    if not isinstance(nests.vectors.element, ir.DoubleType):
        shrink = b.fptrunc(shrink, nests.vectors.element)
    b.store(shrink, nests.arrays[op.name].pointer)


def _root(b: ir.IRBuilder, value: ir.Value) -> ir.Value:
    name = "llvm.sqrt.f64"
    function = b.module.globals.get(name) or ir.Function(b.module, ir.FunctionType(_DOUBLE, [_DOUBLE]), name)
    return b.call(function, [value])


def _root_at(b: ir.IRBuilder, value: ir.Value, block: ir.Block) -> ir.Value:
    """The root, computed at the end of a block that is written already."""
    now = b.block
    b.position_before(block.terminator)
    out = _root(b, value)
    b.position_at_end(now)
    return out


def _components(nests: Nests, gradients: list[Symbol]):  # type: ignore[no-untyped-def]
    """Each component as a double, inside a loop over all of them."""
    v = nests.vectors.of(1)
    for g in gradients:
        operand = nests.arrays[g.name]
        sizes = [s for s in operand.shape if isinstance(s, int)]
        row = sizes[-1] if operand.padded else prod(sizes)  # where rows are padded, row by row
        step = operand.strides[-2] if operand.padded and len(sizes) > 1 else row
        with v.loop(0, prod(sizes) // row) as down, v.loop(0, row) as along:
            value = v.load_element(operand.pointer, v.plus(v.times(down.index, step), along.index))
            yield value if isinstance(v.element, ir.DoubleType) else v.builder.fpext(value, _DOUBLE)


def _sum(nests: Nests, gradients: list[Symbol], divisor: ir.Value | None) -> ir.Value:
    b = nests.builder
    one = Vectors(b, _DOUBLE, 1)
    cell = nests.cell(one, one.constant(0.0))
    for value in _components(nests, gradients):
        part = value if divisor is None else b.fdiv(value, divisor)
        b.store(b.fadd(nests.take(cell, one), b.fmul(part, part)), cell)
    return nests.take(cell, one)


def _largest(nests: Nests, gradients: list[Symbol]) -> ir.Value:
    b = nests.builder
    one = Vectors(b, _DOUBLE, 1)
    cell = nests.cell(one, one.constant(0.0))
    for value in _components(nests, gradients):
        size = b.select(b.fcmp_ordered("<", value, one.constant(0.0)), b.fneg(value), value)
        now = nests.take(cell, one)
        b.store(b.select(b.fcmp_unordered(">", size, now), size, now), cell)
    return nests.take(cell, one)
