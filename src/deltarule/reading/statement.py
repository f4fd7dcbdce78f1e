"""A statement: sides and the relations between them, with the words and numbers around them set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from deltarule.reading.segments import Problem
from deltarule.reading.tree import Relation, Tree, replaced

__all__ = ["Side", "Statement"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side as it stands in the document, words and memberships included, and its tree (None: not understood)."""

    start: int
    end: int
    text: str
    tree: Tree | None
    problem: Problem | None = None

    def replaced(self, change: Callable[[Tree], Tree | None]) -> Side:
        """The side with other parts of its tree; see `tree.replaced`."""
        return self if self.tree is None else replace(self, tree=replaced(self.tree, change))


@dataclass(frozen=True, slots=True)
class Statement:
    """`side relation side relation ... side`, or a lone side; len(sides) == len(relations) + 1 always.

    A block that begins with a relation goes on with the chain before it: then `continues` is true, the first side is
    the last side of the statement before (its place is there too), and both have one `chain` number. A relation at
    the end of a block is moved to the block that follows. `opens` is true where nothing was there to go on with: the
    first side then has no tree and an empty text.
    """

    sides: tuple[Side, ...]
    relations: tuple[Relation, ...]
    chain: int  # ordinal of the chain in the document, from 1
    block: int  # index in document.segments of the Math that holds it
    row: int  # ordinal of its first row in that block, from 0
    start: int
    end: int
    words_before: str = ""
    words_after: str = ""
    tag: str = ""
    memberships: tuple[tuple[Tree, Tree], ...] = ()  # `x \in S`: (x, S)
    connective: str = ""  # \Rightarrow \iff \therefore \because before it
    continues: bool = False
    opens: bool = False

    @property
    def problem(self) -> Problem | None:
        """The first problem of any side."""
        return next((side.problem for side in self.sides if side.problem), None)

    def replaced(self, change: Callable[[Tree], Tree | None]) -> Statement:
        """The statement with other parts of the trees of its sides; see `tree.replaced`."""
        return replace(self, sides=tuple(side.replaced(change) for side in self.sides))
