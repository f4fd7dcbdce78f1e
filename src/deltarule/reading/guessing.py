"""What the first pass over a document takes the shape of a name to be, from what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deltarule.reading import tree as t
from deltarule.reading.biases import is_bias
from deltarule.reading.references import Reference, reference, usage_of
from deltarule.reading.symbols import SCALAR_CAPITALS, WEIGHT_MATRICES, Symbols
from deltarule.reading.values import Unread, Value, minus

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = [
    "MATRICES",
    "as_matrix",
    "learnt_behind",
    "like_vector",
    "same_rank",
    "with_arguments",
]


MATRICES = frozenset("ABGPUVX")
BATCHES = frozenset("XAZHYS")
"""Capitals of batches, of which the rows are the samples."""
"""Capitals that are matrices before a column unless the document shows something else."""


def same_rank(low: Lowering, items: list[t.Tree], signs: list[str], values: list[Value]) -> list[Value]:
    """In the first pass a bare name of open rank takes the shape of the other terms."""
    shaped = [v for v in values if v.rank]
    if not shaped:
        return values
    out = []
    for item, sign, value in zip(items, signs, values, strict=True):
        found = reference(item, low.symbols.usage) or with_arguments(low.symbols, item)
        entity = low.symbols.entities.get(found.key) if found is not None else None
        if value.rank == 0 and entity is not None and entity.rank is None and found is not None and not found.indices:
            rank = 1 if shaped[0].rank == 2 and is_bias(low, item) else shaped[0].rank
            low.symbols.shaped(entity, rank)
            if shaped[0].rank == 1 and shaped[0].row is None:
                entity.orientation = "row"
            shaped_value = low.lower(item)
            out.append(minus(shaped_value) if sign == "-" else shaped_value)
            continue
        if value.rank == 0 and shaped[0].rank == 1 and low.guessing and _matrix_times_vector(low, item):
            shaped_value = low.lower(item)
            out.append(minus(shaped_value) if sign == "-" else shaped_value)
            continue
        out.append(value)
    return out


def _matrix_times_vector(low: Lowering, item: t.Tree) -> bool:
    """U x beside a column, where nothing says what U and x are: a matrix and a column."""
    match item:
        case t.Factors(items=((_, first), ("" | "cdot", second))):
            pass
        case _:
            return False
    one, other = reference(first, low.symbols.usage), reference(second, low.symbols.usage)
    if one is None or other is None or any(r.indices or r.power is not None or r.primes for r in (one, other)):
        return False
    matrix, vector = low.symbols.entities.get(one.key), low.symbols.entities.get(other.key)
    if matrix is None or vector is None or matrix.rank is not None or vector.rank not in {None, 1}:
        return False
    if not one.base[:1].isupper() or one.transposed or not other.base[:1].islower() or low.is_function(one):
        return False
    low.symbols.shaped(matrix, 2)
    low.symbols.shaped(vector, 1)
    return True


def with_arguments(symbols: Symbols, item: t.Tree) -> Reference | None:
    """F of F(x), where that is a quantity written with its arguments."""
    match item:
        case t.Factors(items=((_, head), ("", t.Group(kind="(")))):
            found = reference(head, symbols.usage)
            return found if found is not None and found.base in symbols.quantities and not found.primes else None
    return None


def like_vector(low: Lowering, item: t.Tree) -> Value | None:
    """In the first pass a name of open rank in an elementwise product with a vector is one."""
    found = reference(item, low.symbols.usage)
    entity = low.symbols.entities.get(found.key) if found is not None else None
    if found is None or entity is None or entity.rank is not None or found.indices or found.power is not None:
        return None
    low.symbols.shaped(entity, 1)
    return low.lower(item)


def as_sample(low: Lowering, item: t.Tree) -> Value | None:
    """In the first pass x_n behind a row is the vector of sample n: x has one more axis."""
    found = reference(item, low.symbols.usage)
    entity = low.symbols.entities.get(found.key) if found is not None else None
    if found is None or entity is None or entity.rank != 1 or len(found.indices) != 1 or found.power is not None:
        return None
    if isinstance(found.indices[0], t.Num) or usage_of(low.symbols.usage, found.base, found.label).bare:
        return None
    low.symbols.shaped(entity, 2)
    return low.lower(item)


def behind_a_row(low: Lowering, item: t.Tree) -> Value | None:
    """In the first passes wᵀx waits for what is said of x; then it is a vector."""
    found = reference(item, low.symbols.usage)
    entity = low.symbols.entities.get(found.key) if found is not None else None
    if found is None or entity is None or entity.rank is not None or found.indices or found.power is not None:
        return None
    if low.is_function(found) or not found.base[:1].islower():
        return None
    if low.guessing:
        return as_vector(low, item)
    raise Unread(f"nothing says yet what {found.key} is", item.start)


def between_vectors(low: Lowering, item: t.Tree, behind: t.Tree | None) -> Value | None:
    """In the first passes the A of xᵀA y and xᵀA⁻¹y, of which nothing says what it is, is a matrix."""
    found = reference(item, low.symbols.usage)
    entity = low.symbols.entities.get(found.key) if found is not None else None
    if found is None or entity is None or entity.rank is not None or found.indices or behind is None:
        return None
    if (found.power is not None and not found.inverse) or found.base in SCALAR_CAPITALS or low.is_function(found):
        return None
    names = [r for n in t.walk(behind) if (r := reference(n, low.symbols.usage)) is not None and not r.indices]
    if not found.base[:1].isupper() or not any(r.base[:1].islower() for r in names):
        return None
    if not low.guessing:
        raise Unread(f"nothing says yet what {found.key} is", item.start)
    low.symbols.shaped(entity, 2)
    return low.lower(item)


def as_matrix(low: Lowering, item: t.Tree, before: Sequence[tuple[str, t.Tree]]) -> Value | None:
    """In the first pass a capital letter of open rank before a column is a matrix."""
    found = reference(item, low.symbols.usage)
    if found is None or found.indices or found.power is not None or len(before) != 1:
        return None
    if found.base != "W" and found.base not in MATRICES:
        return None
    entity = low.symbols.entities.get(found.key)
    if entity is None or entity.rank is not None:
        return None
    if found.base != "W" and not low.guessing:
        raise Unread(f"nothing says yet what {found.key} is", item.start)
    low.symbols.shaped(entity, 2)
    return low.lower(item)


def learnt_behind(
    low: Lowering, total: Value, value: Value, items: Sequence[tuple[str, t.Tree]], after: Sequence[tuple[str, t.Tree]]
) -> tuple[Value, Value]:
    """What a product so far and its next factor, the last of the items, are by what stands before and behind it."""
    *before, (op, item) = items
    if value.rank:
        return total, value
    if total.rank == 2 and op != "/":
        value = as_vector(low, item) or value
    if not value.rank and total.rank in {0, 2} and not op and behind_a_batch(low, item, before, total.rank):
        return low.run(before), low.lower(item)
    if total.rank == 1 and total.row is None:
        value = as_sample(low, item) or value
        if not value.rank and op in {"", "cdot"}:
            value = between_vectors(low, item, after[0][1] if after and after[0][0] in {"", "cdot"} else None) or value
        if not value.rank and op in {"", "cdot"}:
            value = behind_a_row(low, item) or value
    return total, value


def behind_a_batch(low: Lowering, item: t.Tree, before: Sequence[tuple[str, t.Tree]], rank: int) -> bool:
    """In the guessing pass the W of X W, with two capitals of which nothing says what they are, or one matrix before
    it: a batch of rows times weights. Then both are matrices."""
    found = reference(item, low.symbols.usage)
    if not low.guessing or found is None or found.base not in WEIGHT_MATRICES or found.indices or len(before) != 1:
        return False
    if found.power is not None or found.primes or found.transposed:
        return False
    entity = low.symbols.entities.get(found.key)
    if entity is None or entity.rank is not None:
        return False
    if not rank:
        other = reference(before[0][1], low.symbols.usage)
        batch = low.symbols.entities.get(other.key) if other is not None else None
        if other is None or batch is None or batch.rank is not None or other.base not in BATCHES or other.indices:
            return False
        if other.transposed or other.power is not None or other.primes:
            return False
        low.symbols.shaped(batch, 2)
    low.symbols.shaped(entity, 2)
    return True


def as_vector(low: Lowering, item: t.Tree) -> Value | None:
    """In the first pass a small letter of open rank behind a matrix is a column."""
    found = reference(item, low.symbols.usage)
    if found is None or found.indices or found.power is not None or not found.base[:1].islower():
        return None
    entity = low.symbols.entities.get(found.key)
    if entity is None or entity.rank is not None or low.is_function(found):
        return None
    low.symbols.shaped(entity, 1)
    return low.lower(item)
