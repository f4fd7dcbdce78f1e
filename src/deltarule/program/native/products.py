"""Products of arrays, `out[i,j] = Σ_k left[i,k] · right[k,j]` in all its forms, as explicit vector code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from llvmlite import ir

from deltarule.program.native.operands import Operand, Place, View
from deltarule.program.native.packing import packed
from deltarule.program.native.register_blocks import along_result, along_sum
from deltarule.program.native.tiles import Start, Task, plan
from deltarule.program.native.vectors import Vectors

__all__ = ["Operand", "Place", "emit_product"]


def emit_product(
    vectors: Vectors,
    subscripts: str,
    out: Operand,
    left: Operand,
    right: Operand | None,
    *,
    start: Start = "zero",
    scale: ir.Value | None = None,
    epilogue: Callable[[Place, ir.Value], ir.Value | None] | None = None,
    registers: int = 16,
    straight: bool = False,
) -> None:
    """Code for `out = start + scale · Σ left · right`, written as in `einsum`: "ik,jk->ij" is X Wᵀ, "i,k->ik" δ xᵀ.

    A letter in both factors and not in the result is summed over (one at most); a letter in all three is taken index
    by index. `right` None stands for ones: "ij->j" is the sum over the rows.

    `start`: "zero", "add" (the old value of `out` stays), or what gives the first value at a place, such as a bias row:
    `lambda place: place.load(bias, "j")`. `scale`: a scalar of the element type, -η in `W -= η δᵀX`. `epilogue`: from
    the place and the value to what is stored, while it is in registers; None if it stored the value itself. Place and
    value are vectors along one axis of the result, or scalars.

    Sizes are numbers, but that of one axis (the rows of the batch) may be a value of the program, zero included.
    `registers` is the number of vector registers of the processor; `straight` code has no loops over known sizes, so
    that operands on the stack of the function may stay in registers. Nothing outside the arrays is read or written,
    other than the padding of operands that have it. The order of summation is fixed by the sizes and the lanes.
    Raises ValueError for subscripts that are no such product.
    """
    given, _, result = subscripts.replace(" ", "").partition("->")
    letters = given.split(",")
    if len(letters) != (1 if right is None else 2) or any(len(set(s)) < len(s) for s in (*letters, result)):
        raise ValueError(f"subscripts {subscripts!r}: one name for each axis of each operand, as in 'ik,kj->ij'")
    factors = [View(o, s) for o, s in zip((left, right), letters, strict=False) if o is not None]
    task = Task(View(out, result), factors[0], factors[1] if right is not None else None, start, scale, epilogue)
    if not set(result) <= set("".join(letters)) or len(task.summed) > 1:
        raise ValueError(
            f"subscripts {subscripts!r}: the result's axes come from the factors, one other is summed over"
        )
    task = _without_ones(vectors, task)
    chosen = plan(vectors.lanes, task, registers, straight=straight)
    if chosen.packs:
        task = packed(vectors, task, chosen.axis)
    if chosen.along_sum:
        along_sum(vectors, task, chosen.axis, chosen.tile)
    else:
        along_result(vectors, task, chosen.axis, chosen.tile)


def _without_ones(v: Vectors, task: Task) -> Task:
    """The task without axes of one element: a batch of one sample makes of a product of matrices one of vectors."""
    ones = "".join(letter for letter, size in task.sizes.items() if isinstance(size, int) and size == 1)

    def narrowed(view: View) -> View:
        o = view.operand
        kept = [k for k, letter in enumerate(view.letters) if letter not in ones]
        pointer, rows = o.pointer, o.rows
        if rows is not None and 0 not in kept:
            pointer, rows = v.address(pointer, v.times(v.load_index(rows, 0), o.strides[0])), None
        shape, strides = (tuple(of[k] for k in kept) for of in (o.shape, o.strides))
        return View(replace(o, pointer=pointer, shape=shape, strides=strides, rows=rows), _some(view.letters, kept))

    right = None if task.right is None else narrowed(task.right)
    return replace(task, out=narrowed(task.out), left=narrowed(task.left), right=right, ones=ones)


def _some(letters: str, kept: list[int]) -> str:
    return "".join(letters[k] for k in kept)
