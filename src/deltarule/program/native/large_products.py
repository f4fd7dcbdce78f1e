"""Large products as calls of `gemm`, by an address that the table holds: `C ← α A B + β C`.

An update of plain gradient descent is one call, `W ← W - η δᵀ X`: no gradient is ever written.
"""

from __future__ import annotations

from llvmlite import ir

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import ONE, ZERO
from deltarule.program.native.blas import renewed
from deltarule.program.native.groups import Group
from deltarule.program.native.nests import Nests
from deltarule.program.native.operands import Operand
from deltarule.program.native.operations import Contraction
from deltarule.program.native.points import Point
from deltarule.program.native.vectors import Index, Vectors

__all__ = ["call_for"]

_INT = ir.IntType(32)
_CHAR = ir.IntType(8)


def call_for(nests: Nests, function: ir.Value, group: Group, product: Contraction) -> None:
    """The call that carries out a group: a product alone, or with the array that it is added to."""
    update = renewed(group)
    target, beta, alpha = update if update is not None else (group.head.name, ZERO, ONE)
    scope = nests.scope(Point(nests.vectors.of(1), {}))
    letters = dict(zip((*product.out, *product.bound), "ijk", strict=True))
    emit_gemm(
        nests.vectors,
        function,
        nests.arrays[target],
        nests.arrays[product.left.name],
        nests.arrays[product.right.name],
        (
            "".join(letters[a] for a in product.out),
            "".join(letters[a] for a in product.left.axes),
            "".join(letters[a] for a in product.right.axes),
        ),
        scope.value(multiply(alpha, product.coefficient)),
        scope.value(beta),
    )


def emit_gemm(
    v: Vectors,
    function: ir.Value,
    out: Operand,
    left: Operand,
    right: Operand,
    letters: tuple[str, str, str],
    alpha: ir.Value,
    beta: ir.Value,
) -> None:
    """A call for `out = alpha Σ left right + beta out`; `letters` name the axes of out, left and right, as in einsum.

    Every operand has neighbours along one of its axes.
    """
    b = v.builder
    of_out, of_left, of_right = letters
    if _step(out, 1) != 1:  # by columns: the result with its axes exchanged is by rows
        of_out = of_out[::-1]
        out = Operand(out.pointer, out.shape[::-1], out.strides[::-1])
    rows, columns = of_out
    first, second = ((of_left, left), (of_right, right)) if columns in of_left else ((of_right, right), (of_left, left))
    (summed,) = set(of_left) & set(of_right)
    sizes: dict[str, Index] = dict(zip(of_left + of_right, (*left.shape, *right.shape), strict=True))

    # Fortran sees a matrix by rows as one by columns with its axes exchanged: out is computed as B A.
    arguments: list[ir.Value] = []
    leading: list[Index] = []
    for (names_, operand), natural in ((first, columns), (second, summed)):
        strides = dict(zip(names_, operand.strides, strict=True))
        straight = isinstance(strides[natural], int) and strides[natural] == 1
        arguments.append(_at(v, ir.Constant(_CHAR, ord("N" if straight else "T"))))
        other = next(n for n in names_ if n != natural)
        leading.append(strides[other] if straight else strides[natural])
    arguments += [_at(v, _int(v, sizes[n])) for n in (columns, rows, summed)]
    arguments += [_at(v, alpha), first[1].pointer, _at(v, _int(v, leading[0]))]
    arguments += [second[1].pointer, _at(v, _int(v, leading[1]))]
    arguments += [_at(v, beta), out.pointer, _at(v, _int(v, out.strides[0]))]
    kind = ir.FunctionType(ir.VoidType(), [ir.PointerType()] * len(arguments))
    b.call(b.inttoptr(b.ptrtoint(function, ir.IntType(64)), kind.as_pointer()), arguments)


def _step(operand: Operand, axis: int) -> Index:
    return operand.strides[axis]


def _int(v: Vectors, value: Index) -> ir.Value:
    return ir.Constant(_INT, value) if isinstance(value, int) else v.builder.trunc(v.index(value), _INT)


def _at(v: Vectors, value: ir.Value) -> ir.Value:
    """The address of a place on the stack that holds the value: Fortran takes everything by address."""
    with v.builder.goto_entry_block():
        place = v.builder.alloca(value.type)  # pyright: ignore[reportAttributeAccessIssue]
        place.type = ir.PointerType()
    v.builder.store(value, place)
    return place
