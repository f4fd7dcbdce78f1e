"""x^{(:)}: the x^{(i)} of all samples in one column, or one below the other, if they are vectors. No document writes it
so; it is how `X` and `h` are read where they stand for all samples at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.language.expression import Index, Symbol, fresh
from deltarule.reading.symbols import SAMPLES, Entity
from deltarule.reading.values import Unread, Value

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["of_all_samples"]


def of_all_samples(low: Lowering, entity: Entity, indices: list[Index], start: int) -> Value:
    """The samples of a quantity as the rows of a column or a matrix; with an index, that component of each."""
    entity.samples = True
    if indices and entity.rank is None:
        low.symbols.shaped(entity, len(indices))
    if low.learning and entity.rank is None:
        raise Unread(f"all samples of {entity.key}, of which nothing says what each is", start)
    rank = entity.rank or 0
    if rank > 1 or len(indices) not in {0, rank}:
        raise Unread(f"all samples of {entity.key}, which has {rank} axes", start)
    samples = fresh(low.symbols.find(SAMPLES))
    if indices:
        placed = [low.sized(i, size) for i, size in zip(indices, entity.sizes, strict=True)]
        return Value(Symbol(entity.key, (samples, *placed)), samples)
    own = [fresh(low.symbols.find(size)) for size in entity.sizes[:rank]]
    return Value(Symbol(entity.key, (samples, *own)), samples, *own)
