"""What the equations of a document say of its letters, before their use is counted: quantities, squares, lists."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.declared import space_of
from deltarule.reading import tree as t
from deltarule.reading.references import (
    Reference,
    Survey,
    base_name,
    is_kronecker,
    reference,
    script_items,
    trees,
)
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters

__all__ = ["kronecker", "listed", "sampled", "squares"]


def kronecker(statements: Sequence[Statement]) -> bool:
    """Whether a δ with two indices is Kronecker's: it is unless an equation says that it is something else, or what δ_t
    is, where every such δ is a component of it, δ_{t,i}."""
    if _components_of_delta(statements):
        return False
    for statement in statements:
        for k, side in enumerate(statement.sides[:-1]):
            defines = side.tree is not None and is_kronecker(side.tree) and statement.relations[k].symbol in EQUAL
            if defines and not isinstance(statement.sides[k + 1].tree, t.Cases | t.Num):
                return False
    return True


def _components_of_delta(statements: Sequence[Statement]) -> bool:
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    pairs = [script_items(n.sub) for side in sides for n in trees(side) if isinstance(n, t.Scripted) and _two(n)]
    steps: set[str] = set()
    for s in statements:
        match s.sides[0].tree if s.relations and s.relations[0].symbol in EQUAL else None:
            case t.Scripted(base=t.Name(letter="delta", accents=()), sub=t.Name(letter=step), primes=0):
                steps.add(step)
    first = [{n.letter for n in trees(items[0]) if isinstance(n, t.Name)} for items in pairs]
    return bool(pairs) and bool(steps) and all(letters <= steps for letters in first) and steps <= step_letters(sides)


def _two(node: t.Scripted) -> bool:
    return node.base == t.Name("delta") and node.sup is None and len(script_items(node.sub)) == 2


def squares(statements: Sequence[Statement], usage: Survey) -> set[str]:
    """Names of which only the square occurs, and is defined: σ² = …, σ_B² = …, σ_j² = …."""
    out: set[str] = set()
    for statement in statements:
        for k, side in enumerate(statement.sides[: len(statement.relations)]):
            if (found := _squared(side.tree, usage)) is not None and (not found.indices or k == 0):
                out.add(found.key)
    plain: set[str] = set()
    for statement in statements:
        for side in statement.sides:
            roots = [n for n in trees(side.tree) if isinstance(n, t.Name | t.Scripted)]
            inside = {id(n.base) for n in roots if isinstance(n, t.Scripted)}
            for node in roots:
                if id(node) in inside or (found := reference(node, usage)) is None:
                    continue
                if _squared(node, usage) is None:
                    plain.add(found.key)
    return out - plain


def _squared(node: t.Tree | None, usage: Survey) -> Reference | None:
    """What is squared in `σ_B^2`."""
    found = reference(node, usage) if isinstance(node, t.Scripted) and not node.primes else None
    return found if found is not None and found.power == t.Num(Fraction(2)) else None


def sampled(sides: Sequence[t.Tree], usage: Survey) -> set[str]:
    """Letters with a sample index above that also stand without one."""
    with_index: set[str] = set()
    without: set[str] = set()
    for side in sides:
        roots = [n for n in trees(side) if isinstance(n, t.Name | t.Scripted)]
        inside = {id(n.base) for n in roots if isinstance(n, t.Scripted)}
        for node in roots:
            found = reference(node, usage) if id(node) not in inside else None
            if found is not None and not found.label and not found.mark:
                (without if found.sample is None else with_index).add(found.base)
    return with_index & without


def listed(statements: Sequence[Statement]) -> set[str]:
    """Letters x of which some x = [x_1, x_2, …] lists the components, or that lie in some ℝ^n."""
    out: set[str] = set()
    for statement in statements:
        for element, space in statement.memberships:
            if isinstance(element, t.Name) and len(space_of(space) or ()) == 1:
                out.add(base_name(element))
        for side, other in zip(statement.sides, statement.sides[1:], strict=False):
            if isinstance(side.tree, t.Name) and base_name(side.tree) in _listed_in(other.tree):
                out.add(base_name(side.tree))
    return out


def _listed_in(tree: t.Tree | None) -> set[str]:
    match tree:
        case t.Scripted(base=base):
            return _listed_in(base) if isinstance(base, t.Group | t.Matrix) else set()
        case t.Matrix(rows=rows):
            entries = [e for row in rows for e in row]
        case t.Group(kind="[" | "(", items=items) if len(items) > 1:
            entries = list(items)
        case _:
            return set()
    return {
        base_name(e.base)
        for e in entries
        if isinstance(e, t.Scripted) and isinstance(e.base, t.Name) and isinstance(e.sub, t.Num)
    }
