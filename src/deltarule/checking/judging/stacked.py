"""X beside x_1, …, x_n: the matrix of all samples and the samples one by one are the same numbers, which documents
leave to be understood. A row that does not hold for any X whatever is judged with the x_i as the rows of X, or its
columns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.mending import mend, other_than_layout
from deltarule.checking.judging.sections import take
from deltarule.language.equation import Equation
from deltarule.language.expression import Axis, Symbol, fresh
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.symbols import Entity

__all__ = ["with_stacked_samples"]


def with_stacked_samples(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row once more with a matrix made of the samples; what holds so, holds under that condition."""
    if row.verdict not in {"refuted", "undecided"}:
        return
    pairs = list(_pairs(state, left, right))
    if not pairs:
        return
    kept, judged, orders = state.definitions, [], []
    below = {
        r.key
        for side in (left, right)
        for node in t.walk(side)
        for by in (node.by if isinstance(node, t.Partial) else ())
        if (r := reference(by, state.symbols.usage)) is not None
    }
    try:
        for turned in (False, True):
            added = [e for one, all_ in pairs if (e := _equation(state, one, all_, turned, below)) is not None]
            if len(added) < len(pairs):
                continue
            state.definitions = Definitions.of([*kept.equations.values(), *added], kept.declarations)
            trial = replace(row, counterexample=None)
            with state.symbols.undone():
                claim(state, left, right, trial)
            judged.append(trial)
            orders.append(state.definitions)
            if trial.verdict in {"proved", "conditional"}:
                text = ", ".join(_said(one, all_, turned) for one, all_ in pairs)
                more, kind = trial.condition, "definition-elsewhere"
                if more is not None:
                    text, kind = f"{text}; {more.text}", more.kind
                row.verdict, row.condition = "conditional", Condition(kind, text)
                row.reason, row.domain, row.counterexample = f"true where {text}", trial.domain, None
                return
        for trial, state.definitions in zip(judged, orders, strict=True):
            if trial.verdict == "refuted" and not row.hint:
                mend(state, left, right, trial)
                if other_than_layout(trial):  # with one known mistake taken back it holds so: it was read rightly
                    take(row, trial, trial.reason)
                    return
    finally:
        state.definitions = kept
    wrong = next((trial for trial in judged if trial.verdict == "refuted"), None)
    if row.verdict == "refuted" and wrong is not None and all(trial.verdict == "refuted" for trial in judged):
        take(row, wrong, wrong.reason)
    elif row.verdict == "refuted":
        which = pairs[0]
        row.verdict, row.reason, row.counterexample = (
            "undecided",
            f"nothing says how {which[1].key} is made of the {which[0].key}_i",
            None,
        )


def _pairs(state: State, *sides: t.Tree) -> Iterator[tuple[Entity, Entity]]:
    """(x, X) where X goes into the sides and has no equation, and each sample of x has an index."""
    used: set[str] = set()
    for side in sides:
        for node in t.walk(side):
            found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
            if found is not None:
                used.add(found.key)
    equations = state.definitions.equations
    for key in sorted(state.definitions.below(used)):
        small, large = state.symbols.entities.get(key.lower()), state.symbols.entities.get(key)
        if len(key) != 1 or not key.isupper() or small is None or large is None or not large.rank:
            continue
        own = state.symbols.sizes(small)
        several = small.samples or (small.rank == 2 and large.rank == 2)
        free = key not in equations and key.lower() not in equations
        if several and free and len(own) == large.rank and not large.samples:
            yield small, large


def _equation(state: State, small: Entity, large: Entity, turned: bool, below: Collection[str] = ()) -> Equation | None:
    """X with the samples as its rows, or as its columns, and the samples by X where X is differentiated by; None where
    its sizes say that it is not so."""
    own, whole = state.symbols.sizes(small), state.symbols.sizes(large)
    if len(own) == 1 and turned:
        return None
    order: Sequence[int] = (1, 0) if turned else tuple(range(len(own)))
    axes = [fresh(size) for size in whole]
    for place, axis in zip(order, axes, strict=True):
        if not state.symbols.unify(own[place], axis.size):
            return None
    axes = [Axis(a.name, state.symbols.find(a.size)) for a in axes]
    inside = [axes[list(order).index(place)] for place in range(len(own))]
    whole_of, part = Symbol(large.key, axes), Symbol(small.key, inside)
    return Equation(part, whole_of) if large.key in below else Equation(whole_of, part)


def _said(small: Entity, large: Entity, turned: bool) -> str:
    if large.rank == 1:
        return f"{large.key} is made of the {small.key} of all samples"
    return f"the {'columns' if turned else 'rows'} of {large.key} are the {small.key} of the samples"
