"""`prove`: whether two expressions are equal wherever both are defined, for every size; exact, never by sampling.

Functions are opaque at first and unfolded only where that does not prove; sums over axes of numeric size are written
out only where components are named. What is not proved is not thereby false: see `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import RLock
from typing import Any, Literal

from deltarule.algebra import cases, inverses, polynomial, zero
from deltarule.algebra.budget import DEFAULT, Budget, Exhausted, Meter, Undefined, Unsupported
from deltarule.algebra.conditions import Condition, generic, learn, open_conditions, sentence, written
from deltarule.algebra.context import OPAQUE, Context, Mode, context_for, forget
from deltarule.algebra.facts import Facts
from deltarule.algebra.normal_form import normal_form
from deltarule.algebra.plain import freed
from deltarule.algebra.survey import Survey
from deltarule.algebra.terms import Atom, Polynomial
from deltarule.algebra.verdict import Proof
from deltarule.language.expression import (
    Apply,
    Axis,
    Derivative,
    Expression,
    Number,
    Piecewise,
    Product,
    Symbol,
    rename,
)

__all__ = ["LOCK", "prove", "too_large"]

LOCK = RLock()
"""The kernel's memory is shared: one question at a time."""
MAX_INSTANCES = 36
MAX_ANSWERS = 4096
NOT_FOUND = "no proof was found"


def prove(left: Expression, right: Expression, facts: Facts | None = None, budget: Budget = DEFAULT) -> Proof:
    """Prove `left = right` for all values of the free axes, of the symbols and of the symbolic sizes (each ≥ 1).

    The equality is meant where both sides are defined and the facts hold; `Proof.domain` says where that is.

    >>> from deltarule.language.arithmetic import negate, subtract
    >>> from deltarule.language.expression import Apply, ONE, Symbol
    >>> s = Symbol("s")
    >>> prove(Apply("sigmoid", (negate(s),)), subtract(ONE, Apply("sigmoid", (s,)))).proved
    True
    """
    reason = too_large(left, right, budget)
    if reason:
        return Proof(False, reason=reason)
    facts = facts.about(left, right) if facts else Facts()
    found = _whole(left, right, facts, budget)
    if found.proved or found.reason != NOT_FOUND:
        return found
    positive = [e for e in _positive_where_defined(left, right) if e not in facts.positive]
    if not positive:
        return found
    more = Facts((*facts.positive, *positive), facts.equal)
    with LOCK:
        again = _question(left, right, more, budget, (left, right, facts))
    if not again.proved:
        return found
    domain = dict.fromkeys([*(sentence(Condition(">", e)) for e in positive), *again.domain])
    return replace(again, domain=tuple(domain), positive=tuple(dict.fromkeys([*positive, *again.positive])))


def _positive_where_defined(left: Expression, right: Expression) -> list[Expression]:
    """The numbers that are positive wherever both sides are defined, as they stand in a logarithm: the b of log b, and
    each p[i] of Σ_i log p[i]. Nothing where a case may leave the logarithm out."""
    nodes = Survey(left, right).nodes
    if any(isinstance(e, Piecewise | Derivative) for e in nodes):
        return []
    out: dict[Expression, None] = {}
    free = {*left.axes, *right.axes}
    products = {n for e in nodes if isinstance(e, Apply) and e.function == "exp" for n in Survey(*e.arguments).nodes}
    for e in nodes:
        if isinstance(e, Apply) and e.function == "log" and not any(e.order):
            u = e.arguments[0]
            plain = u.factors if isinstance(u, Product) and not u.bound else (u,)
            # for each index of a sum; a free one may be one of several, and Π_i u[i] is exp(Σ_i log u[i]) for no sign
            summed = not u.axes or not (free & set(u.axes) or e in products)
            if all(isinstance(f, Number | Symbol) for f in plain) and summed and _signed_by_one(plain):
                out.update({f: None for f in plain if isinstance(f, Symbol)})
    return list(out)


def _signed_by_one(factors: tuple[Expression, ...]) -> bool:
    """Whether a product is positive only where its one name is."""
    numbers = [f.value for f in factors if isinstance(f, Number)]
    return sum(isinstance(f, Symbol) for f in factors) == 1 and all(n > 0 for n in numbers)


def _whole(left: Expression, right: Expression, facts: Facts, budget: Budget) -> Proof:
    if not inverses.applies(left, right, facts):
        return _question(left, right, facts, budget)
    with LOCK:
        named = inverses.named(left, right, facts, _abstract)
        return named.proof(_question(named.left, named.right, named.facts, budget, (left, right, facts)))


def _abstract(left: Expression, right: Expression, facts: Facts) -> Proof:
    """`prove` where the names of inverses in the two sides are known to have values: no point is looked for."""
    return _question(left, right, facts.about(left, right), DEFAULT, None)


def _question(
    left: Expression,
    right: Expression,
    facts: Facts,
    budget: Budget,
    meant: tuple[Expression, Expression, Facts] | Literal[True] | None = True,
) -> Proof:
    """The proof; `meant` are the sides and facts for which a point is looked for, if those are others."""
    with LOCK:
        if forget():
            _answers.clear()
        survey = Survey(left, right, facts=facts)
        key = (survey.key, budget)
        known = _answers.get(key)
        if known is not None:
            return _proof([c.read(survey) for c in known]) if isinstance(known, tuple) else known
        try:
            whole = (left, right, facts) if meant is True else meant
            conditions = _prove(left, right, facts, survey, Meter(budget), whole)
        except (Exhausted, Undefined, Unsupported) as e:
            return Proof(False, reason=str(e))
        except RecursionError:
            return Proof(False, reason="nested too deeply")
        if isinstance(conditions, str):
            answer = _answers[key] = Proof(False, reason=conditions)
            return answer
        places = tuple(_Placed.of(c, survey) for c in conditions)
        if None not in places:
            _answers[key] = places
        while len(_answers) > MAX_ANSWERS:
            _answers.pop(next(iter(_answers)))
        return _proof(conditions)


@dataclass(frozen=True)
class _Placed:
    """A condition on the node at a place of the survey: the same for all questions that differ by names only."""

    relation: Literal["!=", ">", ">="]
    place: int
    kink: bool

    @classmethod
    def of(cls, c: Condition, survey: Survey) -> _Placed | None:
        place = None if c.expression is None else survey.place(c.expression)
        return None if place is None else cls(c.relation, place, c.kink)

    def read(self, survey: Survey) -> Condition:
        return Condition(self.relation, survey.nodes[self.place], kink=self.kink)


_answers: dict[Any, Any] = {}


def too_large(left: Expression, right: Expression, budget: Budget) -> str:
    """Why the two sides are too large to be looked at, or nothing."""
    if max(left.depth, right.depth) > budget.depth:
        return f"nested deeper than {budget.depth}"
    seen: set[Expression] = set()
    stack = [left, right]
    while stack:
        e = stack.pop()
        if e not in seen:
            seen.add(e)
            if len(seen) > budget.nodes:
                return f"more than {budget.nodes} nodes"
            stack += e.children
    return ""


def _modes(survey: Survey) -> list[Mode]:
    """Opaque first, then with functions by their definitions, then with sums of numeric size written out."""
    modes = [OPAQUE]
    if survey.defined:
        modes.append(Mode(expand=True))
    if survey.literal:
        modes += [m._replace(literal=True) for m in modes]
    return modes


def _prove(
    left: Expression,
    right: Expression,
    facts: Facts,
    survey: Survey,
    meter: Meter,
    meant: tuple[Expression, Expression, Facts] | None,
) -> list[Condition] | str:
    """The conditions under which the equality is proved, or why it is not."""
    sizes = frozenset(survey.scalars & survey.sizes)
    ctx = context_for(facts, sizes, OPAQUE, meter)
    wanted = written(Survey(left, right).nodes if facts else survey.nodes)
    failure: Exception | None = None
    kinks: list[Condition] | None = None
    for mode in _modes(survey):
        try:
            kinks = _equal(context_for(facts, sizes, mode, meter), left, right, wanted)
        except (Exhausted, Unsupported) as e:
            failure = e
            if meter.spent > meter.budget.work:
                break
            continue
        if kinks is not None:
            break
    if kinks is None and survey.components:
        kinks = _by_components(left, right, facts, sizes, meter)
    if kinks is None:
        if failure:
            raise failure
        return NOT_FOUND
    conditions = [*open_conditions(ctx, wanted), *kinks]
    if meant is not None and (facts or not generic(ctx, conditions)) and not _defined(*meant):
        return "no point was found at which both sides are defined and the facts hold"
    return conditions


def _proof(conditions: list[Condition]) -> Proof:
    sentences: dict[str, None] = {}
    nonzero: dict[Expression, None] = {}
    positive: dict[Expression, None] = {}
    for c in conditions:
        sentences[sentence(c)] = None
        if c.expression is not None:
            (nonzero if c.relation == "!=" else positive)[freed(c.expression)] = None
    kinks = tuple(dict.fromkeys(sentence(c) for c in conditions if c.kink))
    return Proof(True, tuple(sentences), tuple(nonzero), tuple(positive), kinks=kinks)


def _defined(left: Expression, right: Expression, facts: Facts) -> bool:
    from deltarule.algebra.refute import defined_somewhere

    return defined_somewhere(left, right, facts)


def _equal(ctx: Context, left: Expression, right: Expression, wanted: list[Condition]) -> list[Condition] | None:
    """The kinks off which the two sides are equal (none: everywhere), or None where that is not shown."""
    learn(ctx, wanted)
    p = polynomial.add(normal_form(ctx, left), polynomial.scale(normal_form(ctx, right), -1))
    if zero.is_zero(ctx, p):
        return []
    p = _where_defined(ctx, p, wanted)
    if zero.is_zero(ctx, p):
        return []
    smooth, kinks = zero.without_kinks(p)
    if kinks and zero.is_zero(ctx, smooth):
        return [_kink(ctx, a) for a in kinks]
    return None


def _where_defined(ctx: Context, p: Polynomial, wanted: list[Condition]) -> Polynomial:
    """p with the cases left out in which a denominator is zero: where 1/[u > 0] has a value, [u > 0] = 1."""
    if not cases.idempotents(p):
        return p
    for c in wanted:
        if c.expression is None or c.relation == ">=":
            continue
        base = normal_form(ctx, c.expression)
        for g in cases.idempotents(base):
            for value in (0, 1):
                if not cases.exact(ctx, base, g, value):
                    p = cases.exact(ctx, p, g, 1 - value)
    return p


def _kink(ctx: Context, a: Atom) -> Condition:
    from deltarule.algebra.readback import expression_of

    return Condition("!=", expression_of(polynomial.base_of(ctx, a)), kink=True)


def _by_components(
    left: Expression, right: Expression, facts: Facts, sizes: frozenset[str], meter: Meter
) -> list[Condition] | None:
    """Every component by itself, where the free axes have few values."""
    axes = [a for a in dict.fromkeys((*left.axes, *right.axes)) if isinstance(a.size, int)]
    count = 1
    for a in axes:
        count *= a.size if isinstance(a.size, int) else 1
    if not axes or count > MAX_INSTANCES:
        return None
    instances: list[dict[Axis, int]] = [{}]
    for a in axes:
        assert isinstance(a.size, int)
        instances = [{**where, a: c} for where in instances for c in range(1, a.size + 1)]
    out: list[Condition] = []
    for where in instances:
        one, other = rename(left, where), rename(right, where)
        survey = Survey(one, other)
        for mode in _modes(survey):
            found = _equal(context_for(facts, sizes, mode, meter), one, other, written(survey.nodes))
            if found is not None:
                out += found
                break
        else:
            return None
    return out
