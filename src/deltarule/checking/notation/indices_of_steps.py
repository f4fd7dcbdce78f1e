"""`{h_t}_k` and `h_{t_k}` for `h_{t,k}`: a component of what stands at a step, its index below the step or outside.

An index below an index is read so where the upper one counts steps and stands below the letter by itself as well. In a
text of such components h_k is one of h_t, if h has an index below wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_index, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters

__all__ = ["components_at_steps"]


def components_at_steps(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the step and the component of such names beside each other."""
    statements = [s.replaced(_joined) for s in statements]
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    nodes = [n for side in sides for n in trees(side)]
    steps = {letter for letter in step_letters(sides) if letter not in {"i", "j"}}
    at_steps = {found for n in nodes if (found := _at_a_step(n, steps)) is not None}
    counted = {step for _, step in at_steps}
    below = {id(n): found for n in nodes if (found := _below_a_step(n)) is not None and found[1] in counted}
    known = {(base, component) for base, _, component in below.values()}
    known |= {found for n in nodes if (found := _pair(n, steps)) is not None}
    if not known:
        return statements
    alone = _bare(nodes)
    letters = {base: step for base, step in sorted(at_steps) if base not in alone}

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as base, sub=t.Scripted(base=step, sub=t.Tree() as component) as sub) if (
                id(node) in below
            ):
                return replace(node, sub=t.Group("", (step, component), start=sub.start, end=sub.end))
            case t.Scripted(base=t.Name() as base, sub=t.Name() as component) if (
                component.letter not in steps
                and (base_name(base), component) in known
                and (step := letters.get(base_name(base)))
            ):
                both = (t.Name(step, start=component.start, end=component.start), component)
                return replace(node, sub=t.Group("", both, start=component.start, end=component.end))
            case t.Scripted():  # the y_i of b_{y_i} is a name, no component
                return replace(node, base=t.replaced(node.base, change))
        return None

    return [s.replaced(change) for s in statements]


def _joined(node: t.Tree) -> t.Tree | None:
    """h_{t,k} for {h_t}_k."""
    match node:
        case t.Scripted(
            base=t.Scripted(base=t.Name(), sub=t.Tree() as first, primes=0) as inside, sub=t.Tree() as second, primes=0
        ) if inside.sup is None or node.sup is None:
            if not all(map(is_index, script_items(second))) or (is_index(first) and isinstance(first, t.Num)):
                return None
            below = t.Group("", (first, second), start=first.start, end=second.end)
            return replace(inside, sub=below, sup=inside.sup or node.sup, start=node.start, end=node.end)
    return None


def _at_a_step(node: t.Tree, steps: set[str]) -> tuple[str, str] | None:
    """(h, t) for h_t of a t that counts steps."""
    match node:
        case t.Scripted(base=t.Name() as base, sub=t.Name(letter=letter, accents=())) if letter in steps:
            return base_name(base), letter
    return None


def _below_a_step(node: t.Tree) -> tuple[str, str, t.Tree | None] | None:
    """(h, t, k) for h_{t_k}."""
    match node:
        case t.Scripted(
            base=t.Name() as base, sub=t.Scripted(base=t.Name(letter=letter), sub=sub, sup=None, primes=0)
        ) if all(map(is_index, script_items(sub))):
            return base_name(base), letter, sub
    return None


def _pair(node: t.Tree, steps: set[str]) -> tuple[str, t.Tree] | None:
    """(h, k) for h_{t,k}."""
    match node:
        case t.Scripted(
            base=t.Name() as base, sub=t.Group(kind="", items=(t.Name(letter=letter), t.Name() as second))
        ) if letter in steps and is_index(second) and second.letter not in steps:
            return base_name(base), second
    return None


def _bare(nodes: Sequence[t.Tree]) -> set[str]:
    """The letters that stand without an index somewhere."""
    scripted = [n for n in nodes if isinstance(n, t.Scripted)]
    inside = {id(n.base) for n in scripted if n.sub is not None}
    inside |= {id(x) for n in scripted for script in (n.sub, n.sup) for x in trees(script)}
    return {base_name(n) for n in nodes if isinstance(n, t.Name) and id(n) not in inside}
