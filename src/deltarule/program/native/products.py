"""Products of arrays, `out[i,j] = Σ_k left[i,k] · right[k,j]` in all its forms, as explicit vector code."""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir

from deltarule.program.native.operands import Operand, Place, View
from deltarule.program.native.register_blocks import Start, Task, Tile, along_result, along_sum
from deltarule.program.native.vectors import Vectors

__all__ = ["Operand", "Place", "emit_product", "emit_sum"]


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
) -> None:
    """Code for `out = start + scale · Σ left · right`, written as in `einsum`: "ik,jk->ij" is X Wᵀ, "i,k->ik" δ xᵀ.

    A letter in both factors and not in the result is summed over (one at most); a letter in all three is taken index
    by index. `right` None stands for ones: "ij->j" is the sum over the rows.

    `start`: "zero", "add" (the old value of `out` stays), or what gives the first value at a place, such as a bias row:
    `lambda place: place.load(bias, "j")`. `scale`: a scalar of the element type, -η in `W -= η δᵀX`. `epilogue`: from
    the place and the value to what is stored, while it is in registers; None if it stored the value itself. Place and
    value are vectors along one axis of the result, or scalars.

    Sizes are numbers, but that of one axis (the rows of the batch) may be a value of the program, zero included.
    `registers` is the number of vector registers of the processor. Nothing outside the arrays is read or written,
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
    kind, axis, tile = plan(vectors, task, registers)
    if kind == "sum":
        along_sum(vectors, task, axis, tile)
    else:
        along_result(vectors, task, axis, tile)


def emit_sum(vectors: Vectors, subscripts: str, out: Operand, of: Operand, **how: object) -> None:
    """`emit_product` with one factor: "ij->j" sums over the rows."""
    emit_product(vectors, subscripts, out, of, None, **how)  # type: ignore[arg-type]


def plan(vectors: Vectors, task: Task, registers: int) -> tuple[str, str, Tile]:
    """How to lay lanes and tiles: along an axis of the result, or along the sum."""
    sizes, summed = task.sizes, task.summed

    def size(letter: str) -> int:
        n = sizes[letter] if letter else 1
        return n if isinstance(n, int) else 32

    along = [
        letter
        for letter in task.out.letters
        if all(view.runs_along(letter) for view in (task.out, *task.factors) if letter in view.letters)
    ]
    best = max(along, key=lambda letter: min(size(letter), vectors.lanes), default="")
    sums = bool(summed) and all(view.runs_along(summed) for view in task.factors if summed in view.letters)
    if sums and (not best or size(best) * 2 <= min(size(summed), vectors.lanes)):
        rows = max(task.out.letters, key=lambda n: (task.out.runs_along(n), size(n)), default="")
        across = min(size(rows), vectors.lanes)
        parts = 4 if across == 1 else 2 if across < 4 else 1
        vectors_of_sum = max(1, size(summed) // vectors.lanes)
        parts = min(parts, vectors_of_sum)
        return "sum", rows, Tile(across, 1, parts, max(parts, min(4, vectors_of_sum)))
    others = [letter for letter in task.out.letters if letter != best]
    rows_size = size(others[-1]) if others else 1
    lanes = vectors.narrowed(sizes[best]).lanes if best else 1
    width = min(-(-size(best) // lanes), 4) if best else 1
    if best and not isinstance(sizes[best], int):
        width = 1
    room = registers - 4 - width
    across = max(1, min(rows_size, room // width, 8))
    parts = 1 if across * width >= 4 else 4 if across * width == 1 else 2
    parts = min(parts, size(summed)) if summed else 1
    return "result", best, Tile(across, width, parts, max(parts, 4))
