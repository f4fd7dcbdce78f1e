"""y' = y (1 - y) of y = 1/(1 + e^{-x}): where one variable stands in the equation of a name, its prime is the
derivative by that variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.derivative_notation import DERIVATIVE
from deltarule.checking.notation.primed_indices import primed_letters_that_count
from deltarule.reading import tree as t
from deltarule.reading.references import is_transpose, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS, VECTOR_FUNCTIONS

__all__ = ["with_derivatives_for_primes"]

NO_VARIABLES = frozenset({"e", "pi", *KNOWN_FUNCTIONS, *VECTOR_FUNCTIONS})


def with_derivatives_for_primes(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with dy/dx for each such y', and for y'(x) where y = f(x) is a quantity."""
    statements = _with_derivatives_for_calls(statements)
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    primed = {n.base.letter for side in sides for n in trees(side) if _primed(n)}  # type: ignore[attr-defined]
    primed -= primed_letters_that_count(sides)
    if not primed or not DERIVATIVE.search(text):
        return statements
    found = {letter: _variables(statements, letter) for letter in primed}
    of_one = {letter: next(iter(names)) for letter, names in found.items() if names is not None and len(names) == 1}
    variables = {letter: v for letter, v in of_one.items() if isinstance(v, t.Name) and not v.style and not v.accents}
    constant: set[str] = set()
    if len(set(variables.values())) == 1:  # u = 1 beside v = 1 + e^{-x}
        constant |= {letter for letter, names in found.items() if names is not None and not names}
    variables = {letter: v for letter, v in variables.items() if not _means_something_else(statements, letter)}
    if not variables:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name(letter=letter)) if _primed(node) and letter in constant:
                return t.Num(Fraction(0), "0", start=node.start, end=node.end)
            case t.Scripted(base=t.Name(letter=letter) as name) if _primed(node) and letter in variables:
                return t.Partial("d", name, (variables[letter],), start=node.start, end=node.end)
        return None

    return [s.replaced(change) for s in statements]


def _with_derivatives_for_calls(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with dp/dz for p'(z) where p = σ(z) says what p is, and nothing says what p(…) is."""

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        out: list[tuple[str, t.Tree]] = []
        items = list(node.items)
        while items:
            op, item = items.pop(0)
            match item, items:
                case (
                    t.Scripted(base=t.Name() as own, sub=None, sup=None, primes=1),
                    [("", t.Group(kind="(", items=(t.Name() as by,)) as group), *_],
                ) if own in quantities and by in quantities[own]:
                    out.append((op, t.Partial("d", own, (by,), start=item.start, end=group.end)))
                    items.pop(0)
                case _:
                    out.append((op, t.replaced(item, change)))
        if len(out) == len(node.items):
            return None
        return out[0][1] if len(out) == 1 else replace(node, items=tuple(out))

    lefts = [s.sides[0].tree for s in statements if s.relations and not s.continues]
    called = {x.items[0][1] for x in lefts if isinstance(x, t.Factors)}
    quantities = {
        left: found
        for left in lefts
        if isinstance(left, t.Name) and left not in called and (found := _variables(statements, left.letter))
    }
    return [s.replaced(change) for s in statements] if quantities else statements


def _primed(node: t.Tree) -> bool:
    match node:
        case t.Scripted(base=t.Name(accents=(), style=""), sub=None, sup=None, primes=primes):
            return primes > 0
    return False


def _variables(statements: Sequence[Statement], letter: str) -> set[t.Tree] | None:
    """The x of y = 1/(1 + e^{-x}): all names in the equations that give y; None where there is no such equation."""
    found: set[t.Tree] | None = None
    for s in statements:
        own, other = (s.sides[0].tree, s.sides[1].tree) if len(s.sides) > 1 else (None, None)
        if own == t.Name(letter) and s.relations[0].symbol in EQUAL and other is not None:
            found = (found or set()) | (_names(other) - {t.Name(letter)})
    return found


def _names(tree: t.Tree) -> set[t.Tree]:
    """The quantities in a formula, with their scripts."""
    heads = {id(n.function) for n in t.walk(tree) if isinstance(n, t.Call)}
    out: set[t.Tree] = set()
    inside: set[int] = set()
    for node in t.walk(tree):
        if id(node) in inside or id(node) in heads:
            continue
        match node:
            case t.Scripted(base=t.Name() as name, sub=None, sup=sup, primes=0) if sup is None or not is_transpose(sup):
                inside.add(id(name))
                out |= {name} if name.letter not in NO_VARIABLES else set()
            case t.Scripted(base=t.Name() as name):
                inside |= {id(x) for x in t.walk(node)}
                out.add(node)
            case t.Name(letter=letter) if letter not in NO_VARIABLES:
                out.add(node)
    return out


def _means_something_else(statements: Sequence[Statement], letter: str) -> bool:
    """Whether y' is called, y'(z), has a second prime, or is what y becomes, y' = y + …."""
    own = t.Name(letter)
    for s in statements:
        match [side.tree for side in s.sides[:2]]:
            case [t.Scripted(base=base, sub=None, sup=None, primes=1), t.Terms(items=items)]:
                if base == own and any(sign == "+" and item == own for sign, item in items):
                    return True
        nodes = [n for side in s.sides for n in trees(side.tree)]
        if any(isinstance(n, t.Scripted) and n.base == own and n.primes and not _one_prime(n) for n in nodes):
            return True
        pairs = [pair for n in nodes if isinstance(n, t.Factors) for pair in pairwise(n.items)]
        if any(_one_prime(a) and a.base == own and _called_by(op, b) for (_, a), (op, b) in pairs):  # type: ignore[attr-defined]
            return True
    return False


def _one_prime(node: t.Tree) -> bool:
    return _primed(node) and isinstance(node, t.Scripted) and node.primes == 1


def _called_by(op: str, behind: t.Tree) -> bool:
    return op == "" and isinstance(behind, t.Group) and behind.kind == "("
