"""`I_k = Σ_j w_kj O_j` and then ∂E/∂w_jk: the weight from unit j to unit k with its indices in the other order, where
the letters say the layers and no sum is ever written with w_jk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import Survey, base_name, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["is_turned", "weights_turned"]


def weights_turned(state: State, statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with w_kj for each such w_jk, and the names that are changed."""
    usage = state.symbols.usage
    if not isinstance(usage, Survey) or not usage.lettered:
        return statements, []
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    summed = {pair for n in nodes if isinstance(n, t.Big) for x in t.walk(n.body) for pair in _pair(x)}
    summed -= {pair for n in nodes if isinstance(n, t.Partial) for x in n.by for pair in _pair(x)}
    turned = {(w, a, b) for n in nodes for w, a, b in _pair(n) if w in usage.lettered and (w, b, a) in summed}

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Scripted) and node.sub is not None and set(_pair(node)) & turned:
            one, other = script_items(node.sub)
            return replace(node, sub=t.Group("", (other, one), start=node.sub.start, end=node.sub.end))
        return None

    return [s.replaced(change) for s in statements], sorted(f"{w}_{a}{b}" for w, a, b in turned)


def is_turned(node: t.Tree, turned: Collection[str]) -> bool:
    """Whether a node is one of the weights that are changed."""
    return any(f"{w}_{a}{b}" in turned for w, a, b in _pair(node))


def _pair(node: t.Tree) -> Iterator[tuple[str, str, str]]:
    """The w, j and k of w_jk."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub):
            match script_items(sub):
                case (t.Name(letter=one), t.Name(letter=other)) if one != other:
                    yield base_name(name), one, other
