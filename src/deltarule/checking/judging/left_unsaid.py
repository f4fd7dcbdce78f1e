"""What documents leave unsaid, one condition after the other: the mean or the sum, the value at a kink, Σ y = 1, what a
name stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.outcomes import equality
from deltarule.checking.judging.signals import derivatives
from deltarule.checking.words.label_values import TARGETS
from deltarule.language.arithmetic import multiply, negate, subtract
from deltarule.language.equation import Equation
from deltarule.language.expression import ONE, Apply, Expression, Piecewise, Symbol, fresh
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, substitute, symbols
from deltarule.reading import tree as t
from deltarule.reading.over_time import at_step
from deltarule.reading.references import ANY, Survey, reference
from deltarule.reading.values import Value

__all__ = ["defined_elsewhere", "mean_or_sum", "other_side", "unsaid_facts"]

OF_ONE_STEP = frozenset({"y_·", "y^(·)", "y^<·>"})
"""The targets of one step."""


def mean_or_sum(state: State, a: Expression, b: Expression, sides: Sequence[t.Tree]) -> str | None:
    """The number of samples by which the sides differ, for an objective of which no equation says which it is.

    Where a row writes derivatives of one objective on both sides, it is the same one there: ∂L/∂β = 1/m Σ ∂L/∂y_i is
    wrong, and so it is with g_i for ∂L/∂y_i. What only has its name from an equation elsewhere, dZ = ∂L/∂Z, may be of
    a single sample's.
    """
    one, other = ({n.of.name for n in derivatives(e) if isinstance(n.of, Symbol)} for e in (a, b))
    above = (one | other) & set(state.symbols.objectives)
    written = all(
        any(isinstance(node, t.Partial) or _by_components(state, node) for node in t.walk(side)) for side in sides
    )
    if not above or above & set(state.definitions.equations) or (written and above & one & other):
        return None
    for name in ("m", "N", "n", "B"):
        if name not in names(a) | names(b) or name in state.definitions.equations:
            continue
        m = Symbol(name)
        for left, right in ((multiply(m, a), b), (a, multiply(m, b))):
            if equality(state, left, right, False, None, None).status == "proved":
                return name
    return None


def _by_components(state: State, node: t.Tree) -> bool:
    """Whether a name was given to the components of a derivative: g_i."""
    found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
    return found is not None and bool(found.indices) and found.key in state.symbols.indexed


def other_side(e: Expression) -> Expression | None:
    """The expression with every case that holds at its kink made one that does not, and the other way round."""

    def flip(u: Expression) -> Expression | None:
        match u:
            case Piecewise(cases=cases, otherwise=otherwise):
                return Piecewise(((c, not strict, v) for c, strict, v in cases), otherwise)
            case Apply(function="step", arguments=(argument,)):
                return subtract(ONE, Apply("step", (negate(argument),)))
        return None

    out = substitute(e, flip)
    return out if out is not e else None


def unsaid_facts(state: State) -> Iterator[tuple[Condition, Facts]]:
    """That the targets add up to 1: those of one sample, y_k, of each, t_{nk} and y^{(i)}_k, or of a step."""
    usage = state.symbols.usage
    steps = usage.steps if isinstance(usage, Survey) else set()
    for key, entity in list(state.symbols.entities.items()):
        found = at_step(key, steps)
        plain = key.removesuffix(f"^{ANY}")
        known = plain in (*TARGETS, "Y", "T", "p") or (found is not None and found[0] in OF_ONE_STEP)
        if not known or entity.rank not in {1, 2} or key in state.definitions.equations:
            continue
        axes = [fresh(size) for size in state.symbols.sizes(entity)]
        for axis in reversed(axes[-entity.rank :]):
            total = multiply(Symbol(key, axes), bound=(axis,))
            facts = replace(state.facts, equal=(*state.facts.equal, (total, ONE)))
            which = "" if len(axes) == 1 else " for each sample"
            yield Condition("normalised-targets", f"Σ {plain} = 1{which}"), facts


def defined_elsewhere(state: State, a: Value, b: Value) -> Iterator[tuple[Condition, Definitions]]:
    """A name that is differentiated by, or stands alone, though never introduced: read as what the document's own
    functions make of it, `a = σ(z)`."""
    defs = state.definitions
    used = names(a.expression) | names(b.expression)
    known: set[str] = set()
    for equation in defs.equations.values():
        known |= names(equation.right)
    entities = state.symbols.entities
    indexed = {s.name for v in (a, b) for s in symbols(v.expression) if s.indices}
    missing = [n for n in used - indexed if n not in known and n not in defs.equations and n not in state.counted_names
               and (e := entities.get(n)) is not None and e.rank in (None, 0)]  # fmt: skip
    given = [
        n
        for n in used - indexed
        if n in defs.equations
        and n not in state.symbols.objectives
        and (e := entities.get(n)) is not None
        and e.rank in (None, 0)
    ]
    functions = [f.table_name for f in state.symbols.functions.values()]
    if any("sigmoid" in s.lower() for s in (state.document.text,)) or functions:
        functions = list(dict.fromkeys([*functions, "sigmoid"]))
    for z in missing:
        for n in given:
            for f in functions:
                if f.startswith(state.symbols.prefix) and f not in FUNCTIONS:
                    continue
                other = Definitions.of([], dict(defs.declarations))
                body = Apply(f, (Symbol(z),))
                equations = dict(defs.equations)
                equations[n] = Equation(Symbol(n), body)
                for equation in equations.values():
                    if n in names(equation.right) and equation.name == n:
                        continue
                    other.define(equation)
                yield (
                    Condition("definition-elsewhere", f"{n} = σ({z}), which line {_line_of(state, n)} does not say"),
                    other,
                )


def _line_of(state: State, key: str) -> int:
    return state.seen_definition.get(key, 0)
