"""δ^L = ∇_a C ⊙ σ'(z^L): the gradient by the a of that layer, which the formula leaves to its other letters to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import LAYER_LETTERS, base_name, label_text
from deltarule.reading.statement import Statement

__all__ = ["by_the_layer_at_hand"]


def by_the_layer_at_hand(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with ∇_a as ∇_{a^L}, where a stands with a layer elsewhere and by itself has no part in them."""
    layers = [_layers(s) for s in statements]
    labelled = {base for some in layers for base, _ in some}
    wanted = {x for s in statements for n in _nodes(s) if (x := _by(n)) is not None} & labelled
    if not wanted:
        return statements
    for statement, some in zip(statements, layers, strict=True):
        if some:  # beside layers, a without one is a quantity of its own
            wanted -= {base_name(n) for n in _alone(statement)}
    return [_with(s, some, wanted) if wanted else s for s, some in zip(statements, layers, strict=True)]


def _with(statement: Statement, layers: dict[tuple[str, str], t.Tree], wanted: set[str]) -> Statement:
    labels = {label: above for (_, label), above in layers.items()}
    if len(labels) != 1:
        return statement
    above = next(iter(labels.values()))

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Partial) or _by(node) not in wanted:
            return None
        by = tuple(t.Scripted(x, None, above, 0, start=x.start, end=x.end) for x in node.by)
        return replace(node, by=by)

    return statement.replaced(change)


def _nodes(statement: Statement) -> list[t.Tree]:
    return [n for side in statement.sides if side.tree is not None for n in t.walk(side.tree)]


def _by(node: t.Tree) -> str | None:
    """The a of ∇_a C."""
    match node:
        case t.Partial(symbol="∇", by=(t.Name() as by,), order=1):
            return base_name(by)
    return None


def _layers(statement: Statement) -> dict[tuple[str, str], t.Tree]:
    """The letters with a layer above, and how it is written."""
    out: dict[tuple[str, str], t.Tree] = {}
    for node in _nodes(statement):
        match node:
            case t.Scripted(base=t.Name() as name, sup=t.Name() | t.Group(kind="(" | "[") as above) if (
                isinstance(above, t.Group) or above.letter in LAYER_LETTERS
            ):
                out[base_name(name), label_text(above)] = above
    return out


def _alone(statement: Statement) -> list[t.Name]:
    """The names without a script, but for what a gradient is taken by."""
    nodes = _nodes(statement)
    taken = {id(n.base) for n in nodes if isinstance(n, t.Scripted)}
    taken |= {id(x) for n in nodes if isinstance(n, t.Partial) for x in n.by}
    return [n for n in nodes if isinstance(n, t.Name) and id(n) not in taken]
