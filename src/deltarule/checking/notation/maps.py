"""Functions given as maps: `σ : ℝ → ]0, 1[, x ↦ 1/(1 + e^{-x})` says what σ(x) is, `g ∘ σ = id` that g(σ(x)) = x."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.statement import Side, Statement

__all__ = ["MAPS_TO", "maps_as_equations"]

MAPS_TO = "\\doteq"
"""What ↦ is called where it says what a function is."""
NAMED = re.compile(r"^(?:\\(?:operatorname|mathrm|text)\s*\{)?([A-Za-z]{2,})\}?\s*:$")
ARGUMENT = "the_argument"
IDENTITIES = ("id", "Id", "identity")


def maps_as_equations(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with an equation of σ(x) for each x ↦ … of a function that is named before it."""
    out: list[Statement] = []
    named: tuple[t.Name, int] | None = None
    for s in statements:
        function = _function(s)
        if [r.symbol for r in s.relations] == [":", "\\mapsto"] and function is not None:
            out.append(_mapped(s, function, 1))
        elif [r.symbol for r in s.relations] == ["\\mapsto"] and named is not None and s.block - named[1] <= 2:
            out.append(_mapped(s, named[0], 0))
        else:
            out.append(replace(s, sides=_at_an_argument(s)))
        named = (function, s.block) if function is not None else None
    return out


def _function(s: Statement) -> t.Name | None:
    """The σ of σ : ℝ → ]0, 1[."""
    first = s.sides[0].tree
    said = NAMED.search(s.words_before)
    if said is not None and [r.symbol for r in s.relations] == ["\\to"]:
        return t.Name(said[1], (), "rm", start=s.start, end=s.start)
    arrow = len(s.relations) == 2 and s.relations[1].symbol in {"\\to", "\\mapsto"}
    return first if isinstance(first, t.Name) and arrow and s.relations[0].symbol == ":" else None


def _mapped(s: Statement, function: t.Name, k: int) -> Statement:
    """The statement with σ(x) = … from side k on."""
    argument = s.sides[k].tree
    if not isinstance(argument, t.Name):
        return s
    call = t.Factors((("", function), ("", t.Group("(", (argument,)))), start=argument.start, end=argument.end)
    sides = (replace(s.sides[k], tree=call), s.sides[k + 1])
    return replace(s, sides=sides, relations=(replace(s.relations[k], symbol=MAPS_TO),))


def _at_an_argument(s: Statement) -> tuple[Side, ...]:
    """g ∘ f = id at any argument, g(f(x)) = x."""
    trees = [side.tree for side in s.sides]
    same = all(r.symbol in EQUAL for r in s.relations) and len(trees) == 2
    if not same or not any(map(_is_identity, trees)) or not all(_is_identity(x) or _composed(x) for x in trees):
        return s.sides
    x = t.Name(ARGUMENT)
    return (replace(s.sides[0], tree=_applied(trees[0], x)), replace(s.sides[1], tree=_applied(trees[1], x)))


def _is_identity(tree: t.Tree | None) -> bool:
    match tree:
        case t.Name(letter=letter) | t.Scripted(base=t.Name(letter=letter), sup=None, primes=0):
            return letter in IDENTITIES
    return False


def _composed(tree: t.Tree | None) -> bool:
    items = tree.items if isinstance(tree, t.Factors) else ()
    return len(items) > 1 and all(isinstance(x, t.Name) and (not k or op == "circ") for k, (op, x) in enumerate(items))


def _applied(tree: t.Tree | None, x: t.Name) -> t.Tree:
    if not isinstance(tree, t.Factors):
        return x
    out: t.Tree = x
    for _, one in reversed(tree.items):
        out = t.Factors((("", one), ("", t.Group("(", (out,)))), start=one.start, end=tree.end)
    return out
