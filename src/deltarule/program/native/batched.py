"""Products of arrays with many axes: one product of matrices for each sample, neighbouring axes taken together.

a[s,c,i,j] = Σ_dkl W[c,d,k,l] u[s,d,k,l,i,j]     for each s: a[c, (i,j)] = W[c, (d,k,l)] u[(d,k,l), (i,j)]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from llvmlite import ir

from deltarule.language.expression import Axis, Number
from deltarule.program.native.blas import NARROWEST, USUAL_ROWS, WORK
from deltarule.program.native.large_products import emit_gemm
from deltarule.program.native.moves import fill_zeros
from deltarule.program.native.nests import Nests
from deltarule.program.native.operands import Operand
from deltarule.program.native.operations import Batched, Operation
from deltarule.program.native.points import Point
from deltarule.program.native.products import emit_product
from deltarule.program.native.vectors import Index

__all__ = ["emit_batched", "is_large"]


def is_large(found: Batched, size: Callable[[Axis], int | None]) -> bool:
    """Whether each of the products is worth a call of the BLAS."""
    groups = (found.product.rows, found.product.columns, found.product.summed)
    sizes = [prod(USUAL_ROWS if (n := size(a)) is None else n for a in group) for group in groups]
    return min(sizes) >= NARROWEST and prod(sizes) >= WORK


def emit_batched(nests: Nests, op: Operation, found: Batched, gemm: ir.Value | None = None) -> None:
    """The loop over the samples, a product in each; by the BLAS where `gemm` says where that is."""
    v, product = nests.vectors, found.product
    out, left, right = (nests.arrays[n] for n in (op.name, found.left.name, found.right.name))
    if product.added:
        total: Index = 1
        for extent in out.shape:
            total = v.times(total, extent)
        fill_zeros(v, out.pointer, total)
    scope = nests.scope(Point(v.of(1), {}))

    def at_sample(at: dict[Axis, Index]) -> None:
        def matrix(operand: Operand, axes: Sequence[Axis], *groups: tuple[Axis, ...]) -> Operand:
            strides = dict(zip(axes, operand.strides, strict=True))
            offset: Index = 0
            for axis in product.over:
                if axis in strides:
                    offset = v.plus(offset, v.times(at[axis], strides[axis]))
            shape: list[Index] = []
            for group in groups:
                extent: Index = 1
                for axis in group:
                    extent = v.times(extent, nests.size(axis))
                shape.append(extent)
            return Operand(v.address(operand.pointer, offset), tuple(shape), tuple(strides[g[-1]] for g in groups))

        rows, columns, summed = product.rows, product.columns, product.summed
        c = matrix(out, op.axes, rows, columns)
        a = matrix(left, found.left.axes, rows, summed)
        b = matrix(right, found.right.axes, summed, columns)
        if gemm is not None:
            alpha, beta = scope.value(found.coefficient), v.of(1).constant(float(product.added))
            emit_gemm(v, gemm, c, a, b, ("ij", "ik", "kj"), alpha, beta)
            return
        scale = None if found.coefficient == Number(1) else scope.value(found.coefficient)
        start = "add" if product.added else "zero"
        emit_product(v, "ik,kj->ij", c, a, b, start=start, scale=scale, registers=nests.registers)

    nests.loops(product.over, {}, at_sample)
