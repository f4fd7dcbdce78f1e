"""What the words of the text suppose: "for $a > 0$", "on a mistake ($m < 0$)", "case $y = 1$:", "with a symmetric $A$".

What is assumed holds from there on; what stands behind "for", "if" or "when" in the same sentence, and in the formula
that ends it; what stands in parentheses in its sentence; a case up to the next; a heading in its section. Where it is
open how far the words reach, nothing is proved by them, and nothing refuted that they would make true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.algebra import Facts
from deltarule.checking.core.relations import ABOVE, BELOW
from deltarule.checking.core.state import State
from deltarule.checking.words.condition_words import OTHERWISE
from deltarule.checking.words.label_values import label_values
from deltarule.checking.words.matrices_in_words import said_of_matrices
from deltarule.checking.words.reach import Reach, Written, only_in_parentheses, reach_of_a_name, reaches
from deltarule.checking.words.sides_of_zero import without_a_modulus
from deltarule.checking.words.special_cases import is_remark
from deltarule.language.arithmetic import negate, subtract
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, ZERO, Expression, Number, Symbol
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["conditional", "facts_for", "said_in_words"]

SIZES = frozenset({"n", "N", "m", "M", "d", "D", "K", "T", "L", "B"})
NOTHING = Facts()


def said_in_words(state: State, statements: Sequence[Statement]) -> list[tuple[Reach, Facts]]:
    """The hypotheses of the document, each with where it holds."""
    written = Written(state.document, statements)
    out: list[tuple[Reach, Facts]] = [
        (reach, facts) for place, facts in said_of_matrices(state, written) for reach in reach_of_a_name(written, place)
    ]
    for place, statement in enumerate(statements):
        if statement.continues:
            continue
        facts = _supposed(state, statement)
        if facts is None:
            continue
        for reach in reaches(written, place):
            if facts.equal and reach.lasting:
                continue  # "with y = 1": a value, or a definition
            if facts.equal and only_in_parentheses(written, statement):
                continue  # "a similar pair (y = 1)": a value that later paragraphs may keep
            if facts.equal and is_remark(state, statement):
                continue  # "the special case β = 1 is the SiLU"
            out.append((reach, facts))
            if not reach.lasting and (other := _otherwise(state, written, reach, facts)) is not None:
                out[-1] = (replace(reach, last=other[0].first - 1), facts)
                out.append(other)
    return out


def conditional(
    said: Sequence[tuple[Reach, Facts]], statements: Sequence[Statement]
) -> tuple[frozenset[int], frozenset[int]]:
    """Where the statements begin that hold only under a condition which does not hold from there on; and where those
    that are such a condition themselves, y = 1."""
    local = [r for r, _ in said if not r.lasting]
    held = {s.start for s in statements for r in local if r.first <= s.start <= r.last and s.start != r.at}
    return frozenset(held), frozenset(r.at for r, facts in said if facts.equal and not r.lasting)


def _otherwise(state: State, written: Written, reach: Reach, facts: Facts) -> tuple[Reach, Facts] | None:
    """What "otherwise" supposes behind a condition, and where."""
    end = written.sentence(reach.last)[1]
    end = max(end, written.sentence(min(end + 2, len(written.text)))[1]) if reach.said <= end else end
    found = OTHERWISE.search(written.text, reach.said, end)
    if found is None or any(reach.said < c < found.start() for c in written.conditions if c != reach.said):
        return None
    there = replace(reach, first=found.start(), last=written.sentence(found.end())[1])
    if len(facts.positive) == 1 and not facts.equal:
        return there, Facts((negate(facts.positive[0]),))
    if len(facts.equal) == 1 and not facts.positive:
        name, value = facts.equal[0]
        others = [
            n for key, numbers in label_values(state) if name is Symbol(key) for n in numbers if Number(n) is not value
        ]
        if len(others) == 1:
            return there, Facts((), ((name, Number(others[0])),))
    return replace(there, sure=False), NOTHING


def facts_for(state: State, said: Sequence[tuple[Reach, Facts]], statement: Statement) -> None:
    """Put in force what is said where a statement stands."""
    here = [(r, f) for r, f in said if r.first <= statement.start <= r.last and r.at != statement.start]
    positive = list(dict.fromkeys(e for r, f in here if r.sure for e in f.positive))
    positive = [e for k, e in enumerate(positive) if negate(e) not in positive[k + 1 :]]  # what was said last
    positive += [u for e in positive for u in without_a_modulus(e) if u not in positive]
    positive += [u for e in positive if (u := state.definitions.unfold(e)) not in positive]  # y s > 0, s = wᵀx + b
    equal = list(dict.fromkeys(p for r, f in here if r.sure for p in f.equal))
    lasting = tuple(e for e in state.facts.positive if e not in state.local_facts.positive)
    kept = tuple(p for p in state.facts.equal if p not in state.local_facts.equal)
    state.local_facts = Facts(tuple(e for e in positive if e not in lasting), tuple(p for p in equal if p not in kept))
    state.facts = replace(
        state.facts, positive=lasting + state.local_facts.positive, equal=kept + state.local_facts.equal
    )
    state.unsure = [f for r, f in here if not r.sure]


def _supposed(state: State, statement: Statement) -> Facts | None:
    """What a formula supposes if it is a hypothesis; None for one that is none."""
    if positive := _positive(state, statement):
        return Facts(positive)
    if len(statement.relations) != 1 or statement.relations[0].symbol != "=":
        return None
    name, value = _number_or_name(state, statement.sides[0].tree), _number_or_name(state, statement.sides[1].tree)
    if not isinstance(name, Symbol) or name.indices or not isinstance(value, Number):
        return None
    if name.name in SIZES or name.name in state.index_letters:
        return None
    return Facts((), ((name, value),))


def _positive(state: State, statement: Statement) -> tuple[Expression, ...]:
    """What a chain of inequalities between numbers and names says is positive; of a ≥ 0 the boundary is left out."""
    out: list[Expression] = []
    trees = [side.tree for side in statement.sides]
    if statement.relations and all(r.symbol in ABOVE | BELOW for r in statement.relations):
        for relation, (left, right) in zip(statement.relations, pairwise(trees), strict=True):
            a, b = _number_or_name(state, left), _number_or_name(state, right)
            if a is None or b is None:
                return ()
            out.append(subtract(a, b) if relation.symbol in ABOVE else subtract(b, a))
    for element, space in statement.memberships:
        match space:
            case t.Group(kind="(", items=(t.Num(value=low), t.Num(value=high))) if (low, high) == (0, 1):
                if (x := _number_or_name(state, element)) is not None:
                    out += [x, subtract(ONE, x)]
    return tuple(e for e in out if e is not ZERO)


def _number_or_name(state: State, tree: t.Tree | None) -> Expression | None:
    if tree is None or any(isinstance(n, t.Dots | t.Partial | t.Big) for n in t.walk(tree)):
        return None
    with state.symbols.undone():
        try:
            value = Lowering(state.symbols).lower(tree)
        except (Unread, IllShaped, DeltaruleError):
            return None
    return None if value.rank else value.expression
