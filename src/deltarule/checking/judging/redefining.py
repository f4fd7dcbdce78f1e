"""Rows that give a symbol another meaning, say it once more in other words, or make an assumption."""

from __future__ import annotations

import re
from dataclasses import replace

from deltarule.calculus.definitions import Definitions
from deltarule.calculus.detail import written_out
from deltarule.checking.core.rows import DocumentRow, Finding
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.defining import define, plain_reference
from deltarule.checking.judging.doubted import a_mistake_away
from deltarule.checking.judging.named_gradients import named_gradient, words_near
from deltarule.checking.judging.sections import heading
from deltarule.checking.words.topics import another_function, opens_a_topic, some_function
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Derivative, Product, Symbol
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import Reference, reference
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES
from deltarule.reading.values import IllShaped, Unread, Value, aligned

__all__ = ["adopts", "assumes", "new_name", "redefines"]

ASSUMING = frozenset(
    ["with", "where", "for", "if", "assume", "assuming", "suppose", "when", "whenever", "given", "provided", "such"]
)
LOCAL = frozenset(["if", "when", "whenever", "for"])

ANOTHER = frozenset([
    "alternatively", "another", "alternative", "common", "commonly", "popular", "choice", "classification",
    "regression",
    "otra", "común", "clasificación", "regresión", "autre", "courante", "andere", "üblich", "häufig", "常用", "另一种",
])  # fmt: skip
"""Words that offer one more objective for the same letter."""
CONCLUDING = frozenset([
    "follows", "hence", "thus", "therefore", "consequently", "folgt", "daher", "folglich", "donc", "luego", "quindi",
    "dunque", "portanto", "dus", "stąd",
])  # fmt: skip
"""Words after which an equation follows from what stands before it."""


def new_name(state: State, right: t.Tree) -> bool:
    """Whether a chain ends with a name that was not there before: … = ζ_2 gives it to what stands before it."""
    found = plain_reference(state, right) if isinstance(right, t.Name | t.Scripted) else None
    if found is None or found.indices or found.key in state.mentioned or found.sample is not None:
        return False
    entity = state.symbols.entities.get(found.key)
    known = found.key in state.definitions.equations or found.key in state.symbols.macros or found.key in state.broken
    return not known and (entity is None or not entity.defined) and found.key not in state.explicit


def redefines(state: State, statement: Statement, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """A bare symbol that gets a new meaning, because words say so or the right side is made of later symbols."""
    found = plain_reference(state, left)
    if found is None or found.indices or found.key in {*state.symbols.macros, *state.symbols.indexed}:
        return False
    before = state.seen_definition.get(found.key, 0)
    words = f"{statement.words_before} {words_near(state, statement)}".lower()
    lowering = Lowering(state.symbols)
    try:
        value = lowering.lower(right)
    except (Unread, IllShaped):
        return False
    if any(isinstance(e, Derivative) for e in walk(value.expression)) or found.key in names(value.expression):
        return False
    later = any(state.seen_definition.get(n, 0) > before for n in names(value.expression))
    said = any(f" {w} " in f" {words} " for w in ("let", "assume", "assuming", "now", "instead", "redefine", "suppose"))
    said = said or (found.key in OBJECTIVES and not ANOTHER.isdisjoint(re.findall(r"[^\W\d_]+", words)))
    old = state.definitions.equations.get(found.key)
    both = [e.function for e in (value.expression, old.right if old else None) if isinstance(e, Apply)]
    unsaid = some_function(state, found.key) and len(set(both)) == len(both)  # ψ(s, r), then ψ(r, s), says nothing new
    other = said or unsaid or opens_a_topic(state, statement, before) or _an_example(state, left, found, value)
    other = other or another_function(state.written.get(found.key), right)
    if not said and not CONCLUDING.isdisjoint(re.findall(r"[^\W\d_]+", words)):
        return False
    wrong = not other and later and found.key not in OBJECTIVES and a_mistake_away(state, left, right, row)
    if wrong or not (later or other):
        return False
    if found.key in state.definitions.equations:
        _forget(state, found.key)
    entity = state.symbols.entity(found)
    entity.defined = False
    if not unsaid:
        said_before = f"{found.key} gets a new meaning here; before, line {before} held"
        state.findings.append(Finding("two-meanings", (before, row.line), said_before))
    row.counterexample, row.hint, row.condition = None, "", None
    define(state, found, value, row, right)
    named_gradient(state, statement, value, row)
    return True


def _an_example(state: State, left: t.Tree, found: Reference, value: Value) -> bool:
    """Whether a second equation is made of the arguments alone, where the first was not: J(θ) = (θ_1 - 5)²."""
    old = state.definitions.equations.get(found.key)
    match left:
        case t.Factors(items=((_, _), ("", t.Group(items=arguments)))) if old is not None and not value.rank:
            own = {r.base for a in arguments if (r := reference(a, state.symbols.usage)) is not None}
        case _:
            return False
    now, before = ({n.partition("_")[0] for n in names(e)} for e in (value.expression, old.right))
    return bool(now) and now <= own and not before <= own


def assumes(state: State, statement: Statement, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """ "with Σy = 1": a hypothesis, used from here on; "when ŷ = y" and "if" hold only where they stand."""
    before = f"{words_near(state, statement)} {statement.words_before}".lower().split()
    word = re.sub(r"\W", "", before[-1]) if before else ""
    segment = state.document.segments[statement.block]
    given = row.condition is not None and isinstance(right, t.Num)  # Σ y = 1 of a y that has no equation
    given = given and not mentioned(state, left) & set(state.definitions.equations)
    if "assum" in _heading(state, statement) or given:
        word = "assumption"
    elif word not in ASSUMING or getattr(segment, "display", False) or (before and before[-1][-1:] in ":;,."):
        return False
    lowering = Lowering(state.symbols)
    try:
        a = lowering.lower(left)
        b = aligned(a, lowering.lower(right))
    except (Unread, IllShaped):
        return False
    claims = any(isinstance(e, Derivative) for v in (a, b) for e in walk(v.expression))
    if claims or (a.rank != b.rank and word not in LOCAL):
        return False
    used = names(a.expression) | names(b.expression)
    if a.rank and (used & set(state.definitions.equations) or names(a.expression) == names(b.expression)):
        return False  # of what has a meaning, and of AᵀB = BA, it may be wrong
    if word not in LOCAL:
        equal = [(a.expression, b.expression)]
        if any(isinstance(axis.size, int) for e in walk(a.expression) if isinstance(e, Product) for axis in e.bound):
            equal.append((written_out(a.expression), written_out(b.expression)))  # y_1 + y_2 = 1
        state.facts = replace(state.facts, equal=(*state.facts.equal, *equal))
    row.verdict, row.reason, row.counterexample = "assumption", f"assumed ({word})", None
    row.condition = None
    return True


def adopts(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """A second definition, proved equal to the first, that shows the steps between: y = σ(wᵀx + b), then y = σ(s)."""
    found = plain_reference(state, left)
    if found is None or found.indices or found.key not in state.definitions.equations:
        return
    value = Lowering(state.symbols).lower(right)
    axes = tuple(a for a in (value.row, value.col) if a is not None)
    used = [n for n in names(value.expression) if n in state.definitions.equations]
    old = names(state.definitions.equations[found.key].right)
    if any(n in state.definitions.equations and not _reached(state, n, used) for n in old):
        return  # what it was computed from would be lost
    if not used or set(used) <= old or any(isinstance(e, Derivative) for e in walk(value.expression)):
        return
    if any(state.definitions.depends(n, found.key) for n in used) or set(value.expression.axes) - set(axes):
        return
    _forget(state, found.key)
    state.definitions.define(Equation(Symbol(found.key, axes), value.expression))
    state.seen_definition[found.key] = row.line


def _reached(state: State, name: str, used: list[str]) -> bool:
    """Whether one of the names is computed from `name`, or is it."""
    return any(n == name or state.definitions.depends(n, name) for n in used)


def _forget(state: State, key: str) -> None:
    kept = [e for n, e in state.definitions.equations.items() if n != key]
    declarations = state.definitions.declarations
    state.definitions = Definitions.of([], declarations)
    for equation in kept:
        state.definitions.define(equation)


def _heading(state: State, statement: Statement) -> str:
    """The heading under which a statement stands, in small letters."""
    place = heading(state.document, statement.block)
    segment = state.document.segments[place]
    return state.document.text[segment.start : segment.end].lower() if place >= 0 else ""
