"""A penalty on the weights of all layers, `J = L + λ/2 Σ_ℓ ‖W_ℓ‖²`, in a text that speaks of any one layer.

Of the sum, one term is about W_ℓ and the others are about the weights of other layers: for ∂J/∂W_ℓ they are one number.
So the sum is read where nothing else is said of J than its derivatives by what belongs to layer ℓ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, running, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters

__all__ = ["OTHERS", "penalties_of_layers"]

OTHERS = "other_layers"
LAYERS = frozenset({"ell", "l"})


def penalties_of_layers(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the term of any one layer, and a number for the others."""
    letters = step_letters([side.tree for s in statements for side in s.sides if side.tree is not None]) | LAYERS
    said = {name: penalty for s in statements for name, penalty in _penalised(s, letters)}
    said = {name: penalty for name, penalty in said.items() if _only_differentiated(statements, name, running(penalty))}
    if not said:
        return statements

    def one(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big() if node in said.values():
                others = t.Name(OTHERS, start=node.start, end=node.end)
                both = t.Terms((("+", node.body), ("+", others)), start=node.start, end=node.end)
                return t.Group("(", (both,), start=node.start, end=node.end)
        return None

    return [s.replaced(one) if any(name in said for name, _ in _penalised(s, letters)) else s for s in statements]


def _penalised(statement: Statement, letters: set[str]) -> Iterator[tuple[str, t.Big]]:
    """The J and the Σ_ℓ ‖W_ℓ‖² of J = L + λ/2 Σ_ℓ ‖W_ℓ‖²."""
    if len(statement.sides) != 2 or statement.sides[1].tree is None:
        return
    name, right = statement.sides[0].tree, statement.sides[1].tree
    sums = [n for n in trees(right) if isinstance(n, t.Big) and n.kind == "sum" and running(n) in letters]
    if not isinstance(name, t.Name) or len(sums) != 1 or not isinstance(right, t.Terms):
        return
    letter = running(sums[0])
    inside = {id(n) for n in trees(sums[0])}
    elsewhere = any(isinstance(n, t.Name) and n.letter == letter and id(n) not in inside for n in trees(right))
    scripted = (n for n in trees(sums[0].body) if isinstance(n, t.Scripted) and _has(n, letter))
    of_layers = {base_name(n.base) for n in scripted if isinstance(n.base, t.Name)}
    if not elsewhere and len(of_layers) == 1 and min(of_layers).isupper() and not _counted_on(sums[0].body, letter):
        yield base_name(name), sums[0]


def _has(node: t.Tree, letter: str) -> bool:
    """Whether a name has the letter alone below or above it."""
    if not isinstance(node, t.Scripted):
        return False
    above = node.sup.items if isinstance(node.sup, t.Group) else (node.sup,)
    return any(isinstance(i, t.Name) and i.letter == letter for i in (*script_items(node.sub), *above))


def _counted_on(tree: t.Tree, letter: str) -> bool:
    """Whether ℓ - 1 stands somewhere, or ℓ as a number."""
    scripts = {id(i) for n in trees(tree) if isinstance(n, t.Scripted) and _has(n, letter)
               for part in (n.sub, n.sup) if part is not None for i in (part, *_items(part))}  # fmt: skip
    return any(isinstance(n, t.Name) and n.letter == letter and id(n) not in scripts for n in trees(tree))


def _items(part: t.Tree) -> tuple[t.Tree, ...]:
    return tuple(part.items) if isinstance(part, t.Group) else ()


def _only_differentiated(statements: Sequence[Statement], name: str, letter: str) -> bool:
    """Whether a name stands, but for its equation, in derivatives by something of layer ℓ alone."""
    equations = 0
    for statement in statements:
        for k, side in enumerate(statement.sides):
            if side.tree is None or not statement.relations:
                continue
            if isinstance(side.tree, t.Name) and base_name(side.tree) == name:
                equations += 1
                if k or equations > 1:
                    return False
                continue
            partials = [n for n in trees(side.tree) if isinstance(n, t.Partial) and n.of is not None]
            own = [n for n in partials if isinstance(n.of, t.Name) and base_name(n.of) == name]
            if any(len(n.by) != 1 or not _has(n.by[0], letter) or _counted_on(n.by[0], letter) for n in own):
                return False
            above = {id(n.of) for n in own}
            if any(isinstance(n, t.Name) and base_name(n) == name and id(n) not in above for n in trees(side.tree)):
                return False
    return equations == 1
