"""E_n, the error of pattern n, in a text where nothing else says which pattern it speaks of: ∂E_n/∂w_ji = δ_j z_i.

There the n of E_n is part of its name, and y_{nk} beside it is y_k. Where other names carry the n as well, as in
∂E_n/∂w = (y_n - t_n) x_n, it is an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, script_items
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["of_the_pattern_at_hand"]

ERRORS = frozenset({*OBJECTIVES, "cal_E", "cal_C"})
PATTERNS = frozenset({"n", "p", "s"})
"""What counts patterns (and samples)."""


def of_the_pattern_at_hand(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such an n as part of the name of the error."""
    found: dict[tuple[str, str], list[bool]] = {}
    for statement in statements:
        for error in {e for n in _nodes(statement) if (e := _differentiated(n)) is not None}:
            found.setdefault(error, []).append(_elsewhere(statement, *error))
    errors = {error for error, carried in found.items() if not any(carried)}
    if not errors:
        return statements
    return [_named(s, errors) for s in statements]


def _nodes(statement: Statement) -> list[t.Tree]:
    return [n for side in statement.sides if side.tree is not None for n in t.walk(side.tree)]


def _error(node: t.Tree) -> tuple[str, str] | None:
    """(E, n) of E_n."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Name(letter=letter), sup=None, primes=0) if letter in PATTERNS:
            return (base_name(name), letter) if base_name(name) in ERRORS else None
    return None


def _differentiated(node: t.Tree) -> tuple[str, str] | None:
    return _error(node.of) if isinstance(node, t.Partial) and node.of is not None else None


def _elsewhere(statement: Statement, error: str, letter: str) -> bool:
    """Whether anything but the error carries the letter of the pattern."""
    own = {id(x) for n in _nodes(statement) if _error(n) == (error, letter) for x in t.walk(n)}
    return any(isinstance(n, t.Name) and n.letter == letter and id(n) not in own for n in _nodes(statement))


def _named(statement: Statement, errors: set[tuple[str, str]]) -> Statement:
    nodes = _nodes(statement)
    here = {e for n in nodes if (e := _error(n)) in errors}
    if not here or any(isinstance(n, t.Big) and _counts(n) in {letter for _, letter in here} for n in nodes):
        return statement  # E = Σ_n E_n

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Scripted) or node.sub is None:
            return None
        if _error(node) in here:
            return replace(node, sub=t.Words(_letter(node.sub), start=node.sub.start, end=node.sub.end))
        items = script_items(node.sub)
        kept = tuple(x for x in items if _letter(x) not in {letter for _, letter in here})
        if len(kept) == len(items):
            return None
        if not kept:
            return node.base if node.sup is None else replace(node, sub=None)
        return replace(node, sub=kept[0] if len(kept) == 1 else t.Group("", kept))

    return statement.replaced(change)


def _letter(node: t.Tree | None) -> str:
    return node.letter if isinstance(node, t.Name) else ""


def _counts(node: t.Big) -> str:
    return _letter(node.index.sides[0] if isinstance(node.index, t.Compare) else node.index)
