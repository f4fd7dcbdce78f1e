"""What the reader of a document adds to it: facts, and the sizes of its names, both in the text notation.

A name of the notation stands for the document's: `y_hat` for \\hat{y}, `W_1` for W^{(1)}, `delta_y` for \\delta_y.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from deltarule.checking.core.equality import positives
from deltarule.checking.core.rows import Finding, Mended
from deltarule.checking.core.state import State
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.expression import at
from deltarule.language.functions import FUNCTIONS
from deltarule.language.notation import parse_expression, parse_shapes
from deltarule.language.tensor import Tensor
from deltarule.language.tensor_functions import TENSOR_FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.symbols import Entity

__all__ = ["Given", "spelled"]

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Given:
    """Facts (`0 < y < 1`, `n = 2*m`) and sizes by name, checked when they are made.

    Raises DeltaruleError for what is no inequality or equality, NotationError for shapes that are none.
    """

    assumptions: tuple[str, ...] = ()
    shapes: Mapping[str, tuple[int | str, ...]] = field(default_factory=dict)
    said: tuple[tuple[t.Tree, int], ...] = ()
    """Names that the words of the document call a number, a vector or a matrix: how many axes they have."""

    by_value: Mapping[str, int] = field(default_factory=dict)
    """Names of the document as it spells them that have as many axes as the value of their equation."""
    alike: Collection[frozenset[str]] = ()
    """Pairs of size names of the document that are read as one."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """Letters that the document calls the right class, and how they are written."""
    joined: frozenset[str] = frozenset()
    """Letters that are parts of columns [h; x]."""
    primed: Mapping[str, str] = field(default_factory=dict)
    """Letters that stand for an index with a prime, and that index."""
    mended: Mended = field(default_factory=Mended)
    """What was found to be wrong with rows in the readings so far."""

    @classmethod
    def of(
        cls, assumptions: Iterable[str] = (), shapes: str | Mapping[str, tuple[int | str, ...]] | None = None
    ) -> Given:
        read = parse_shapes(shapes) if isinstance(shapes, str) else dict(shapes or {})
        for name, sizes in read.items():
            if len(sizes) > 2:
                raise DeltaruleError(
                    f"--shapes {name}: a document has numbers, vectors and matrices: at most two sizes"
                )
        texts = tuple(assumptions)
        for text in texts:
            _parts(text, {w: Tensor.of(w) for w in _WORD.findall(text) if not _is_function(w)})
        return cls(texts, read)

    def shape(self, state: State) -> None:
        """Give the names their sizes; what the document itself infers gives way."""
        for name, rank in self.said:
            found = reference(name, state.symbols.usage)
            if found is not None and not (found.indices or found.transposed or found.power or found.primes):
                entity = state.symbols.entity(found)
                if entity.rank is None:
                    state.symbols.shaped(entity, rank)
        for key, rank in self.by_value.items():
            entity = state.symbols.entities.setdefault(key, Entity(key))
            if entity.rank != rank:
                state.symbols.shaped(entity, rank)
        if not self.shapes:
            return
        keys = _keys(state)
        for name, sizes in self.shapes.items():
            key = keys.get(name)
            if key is None:
                _unknown(state, f"--shapes {name}", name, keys)
                continue
            entity = state.symbols.entities.setdefault(key, Entity(key))
            if entity.rank != len(sizes):
                entity.sizes = []
            state.symbols.shaped(entity, len(sizes))
            for k, size in enumerate(sizes):
                if not state.symbols.unify(entity.sizes[k], size):
                    entity.sizes[k] = size

    def assume(self, state: State) -> None:
        """Let the facts hold in every proof of the document."""
        if not self.assumptions:
            return
        keys = _keys(state)
        for text in self.assumptions:
            words = [w for w in _WORD.findall(text) if not _is_function(w)]
            missing = [w for w in words if w not in keys]
            if missing:
                _unknown(state, f"--assume {text!r}", missing[0], keys)
                continue
            scope = {w: Tensor.of(keys[w], *_sizes(state, keys[w])) for w in words}
            positive, equal = _parts(text, scope)
            state.facts = replace(
                state.facts,
                positive=(*state.facts.positive, *(p.expression for p in positive)),
                equal=(*state.facts.equal, *((a.expression, at(b.expression, b.axes, a.axes)) for a, b in equal)),
            )


def spelled(key: str) -> str:
    """A name of a document as the text notation can write it: `W^(1)` is W_1."""
    return re.sub(r"\W+", "_", key).strip("_")


def _keys(state: State) -> dict[str, str]:
    """The names of the document by their spelling."""
    out: dict[str, str] = {}
    for statement in state.statements:
        members = [m for pair in statement.memberships for m in pair]
        for tree in (*(side.tree for side in statement.sides), *members):
            for node in trees(tree):
                found = reference(node, state.symbols.usage)
                if found is not None and found.base not in state.symbols.functions:
                    out.setdefault(spelled(found.key), found.key)
    return out


def _sizes(state: State, key: str) -> tuple[int | str, ...]:
    entity = state.symbols.entities.get(key)
    return () if entity is None else state.symbols.sizes(entity)


def _is_function(word: str) -> bool:
    return word in FUNCTIONS or word in TENSOR_FUNCTIONS


def _parts(text: str, scope: Mapping[str, Tensor]) -> tuple[list[Tensor], list[tuple[Tensor, Tensor]]]:
    """What a fact says is positive, and what it says is equal."""
    if "=" not in text:
        return [parse_expression(part, scope) for part in positives(text)], []
    sides = text.split("=")
    if len(sides) != 2 or not all(side.strip() for side in sides) or any(c in text for c in "<>"):
        raise DeltaruleError(f'--assume {text!r}: write an inequality or one equality, as in "0 < y < 1" or "s = 1"')
    left, right = (parse_expression(side.strip(), scope) for side in sides)
    if tuple(a.size for a in left.axes) != tuple(a.size for a in right.axes):
        raise DeltaruleError(f"--assume {text!r}: the two sides have different axes")
    return [], [(left, right)]


def _unknown(state: State, where: str, name: str, keys: Mapping[str, str]) -> None:
    finding = Finding("not-in-document", (), f"{where}: {name} does not occur in this document{nearest(name, keys)}")
    if finding not in state.findings:
        state.findings.append(finding)
