"""`For K = 2 we get …`: a size that the text sets to a number for a while. A row that does not hold for every size is
judged once more at that number, until the next heading."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import prod

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.lowered import settled_equation
from deltarule.checking.judging.sections import HOLDS, heading, take
from deltarule.language.expression import Expression, Number, Product, Sum, Symbol
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["at_given_sizes", "computed_sizes", "note_size"]

MOST = 8
"""The largest number of components that is written out."""
NEAR = 60
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight")


def note_size(state: State, statement: Statement, left: t.Tree, right: t.Tree) -> None:
    """Keep the number to which a row sets a size: K = 2, where something has K components."""
    match left, right:
        case t.Name(letter=letter, accents=()), t.Num(value=value) if value.denominator == 1 and 1 <= value <= MOST:
            sizes = {state.symbols.find(s) for e in state.symbols.entities.values() for s in e.sizes[: e.rank or 0]}
            sizes |= {a.size for e in state.definitions.equations.values() for a in e.axes}
            known = state.definitions
            sizes |= known.below(str(s) for s in sizes if s in known.equations)  # N = n - k + 1
            sizes |= {part for s in sizes for part in re.findall(r"[A-Za-z]+", str(s)) if "?" not in str(s)}
            if letter in sizes:
                state.size_values[letter] = (int(value), heading(state.document, statement.block))


def at_given_sizes(state: State, statement: Statement, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row at the sizes that were given numbers under its heading, or at those that it writes out."""
    here = heading(state.document, statement.block)
    given = {letter: n for letter, (n, place) in state.size_values.items() if place == here}
    if row.verdict not in {"refuted", "ill-shaped", "undecided"}:
        return
    if not given:
        if row.verdict == "refuted" and (found := _written_out(state, left, right)):
            trial = _at(state, left, right, row, found[1])
            if trial.verdict in HOLDS and not _another_number(state, statement, set(found[1].values())):
                said = f"{found[0]} has {next(iter(found[1].values()))} components"
                take(row, trial, f"true where {said}")
                text = said if trial.condition is None else f"{trial.condition.text}; {said}"
                row.verdict, row.condition = "conditional", Condition("definition-elsewhere", text)
        return
    given |= computed_sizes(state, given)
    trial = _at(state, left, right, row, given)
    said = ", ".join(f"{letter} = {n}" for letter, n in given.items())
    if trial.verdict in {"proved", "conditional", "refuted"}:
        take(row, trial, f"{trial.reason or 'the two sides are not equal'}, with {said}")
    elif row.verdict != "undecided":
        row.verdict, row.reason, row.counterexample = "undecided", f"{trial.reason}, with {said}", None


def _at(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, given: dict[str, int]) -> DocumentRow:
    """The row as it is judged with numbers for some sizes."""
    kept = state.definitions
    trial = replace(row, counterexample=None)
    try:
        with state.symbols.undone():
            state.symbols.number_of_size = {**state.symbols.number_of_size, **given}
            equations = [settled_equation(e, state.symbols.find) for e in kept.equations.values()]
            state.definitions = Definitions.of((e for e in equations if e.name not in given), kept.declarations)
            claim(state, left, right, trial)
    finally:
        state.definitions = kept
    return trial


def _written_out(state: State, left: t.Tree, right: t.Tree) -> tuple[str, dict[str, int]] | None:
    """A vector of a row, or of what it is computed from, whose components stand there up to one number, w_1 and w_2;
    and that number for its size."""
    used = mentioned(state, left) | mentioned(state, right)
    again = [right] if isinstance(left, t.Name | t.Scripted | t.Factors) and not state.size_values else []
    waiting = [*again, *(state.written[key] for key in used if key in state.written)]
    numbers: dict[str, set[int]] = {}
    for node in (node for tree in waiting for node in t.walk(tree)):
        found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
        match found.indices if found is not None else ():
            case (t.Num(value=value),) if found is not None:
                numbers.setdefault(found.key, set()).add(int(value))
            case _:
                pass
    for key, some in numbers.items():
        entity = state.symbols.entities.get(key)
        size = state.symbols.find(entity.sizes[0]) if entity is not None and entity.rank == 1 else 0
        if isinstance(size, str) and some == set(range(1, len(some) + 1)) and 1 < len(some) <= MOST:
            return key, {size: len(some)}
    return None


def _another_number(state: State, statement: Statement, sizes: set[int]) -> bool:
    """Whether the words before a row name other numbers, "with three inputs"."""
    text = state.document.text[max(0, statement.start - NEAR) : statement.start].lower()
    said = {NUMBERS.index(word) + 1 for word in re.findall(r"[a-z]+", text) if word in NUMBERS}
    said |= {int(n) for n in re.findall(r"(?<![\d.])\d(?=[\s-][a-z])", text)}
    return bool(said - {1}) and not said & sizes


def computed_sizes(state: State, given: dict[str, int]) -> dict[str, int]:
    """The sizes that follow from those given: N = n - k + 1 is 2 for n = 3 and k = 2."""
    sizes = {s for e in state.symbols.entities.values() for s in map(state.symbols.find, e.sizes[: e.rank or 0])}
    sizes |= {a.size for e in state.definitions.equations.values() for a in e.axes}
    out: dict[str, int] = {}
    for name in {s for s in sizes if isinstance(s, str)} - given.keys():
        if re.fullmatch(r"\w+([+-]\w+)+", name) and (number := _of_parts(name, given)) is not None:
            out[name] = number
    for name in sizes & state.definitions.equations.keys() - given.keys():
        value = _value(state.definitions.unfold(state.definitions.equations[str(name)].right), given)
        if value is not None and value.denominator == 1 and 1 <= value <= MOST:
            out[str(name)] = int(value)
    return out


def _of_parts(name: str, given: dict[str, int]) -> int | None:
    """The size n-K+1 where n and K are given."""
    parts = re.findall(r"([+-]?)(\w+)", name)
    if any(not x.isdigit() and x not in given for _, x in parts):
        return None
    total = sum((-1 if sign == "-" else 1) * (int(x) if x.isdigit() else given[x]) for sign, x in parts)
    return total if 1 <= total <= MOST else None


def _value(e: Expression, given: dict[str, int]) -> Fraction | None:
    """A sum of products of numbers and sizes; None for anything else."""
    match e:
        case Number(value=value):
            return value
        case Symbol(name=name, indices=()) if name in given:
            return Fraction(given[name])
        case Sum() | Product(bound=()):
            parts = [_value(one, given) for one in e.children]
            known = [one for one in parts if one is not None]
            if len(known) == len(parts):
                return sum(known, Fraction(0)) if isinstance(e, Sum) else prod(known, start=Fraction(1))
    return None
