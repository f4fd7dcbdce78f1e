"""`prove`: whether two expressions are equal wherever both are defined, for every size; exact, never by sampling.

Functions are opaque at first and unfolded only where that does not prove; sums over axes of numeric size are written
out only where components are named. What is not proved is not thereby false: see `decide`.
"""

from __future__ import annotations

from threading import RLock

from deltarule.algebra import polynomial, zero
from deltarule.algebra.budget import DEFAULT, Budget, Exhausted, Meter, Undefined, Unsupported
from deltarule.algebra.conditions import Condition, freed, generic, learn, open_conditions, sentence
from deltarule.algebra.context import OPAQUE, Context, Mode, context_for, forget, sizes_of
from deltarule.algebra.facts import Facts
from deltarule.algebra.kernels import ALGEBRAIC
from deltarule.algebra.normal_form import normal_form
from deltarule.algebra.terms import Atom
from deltarule.algebra.verdict import Proof
from deltarule.language.expression import Apply, Axis, Delta, Expression, Maximum, Product, Symbol, rename, walk
from deltarule.language.functions import FUNCTIONS

__all__ = ["LOCK", "prove", "too_large"]

LOCK = RLock()
"""The kernel's memory is shared: one question at a time."""
MAX_INSTANCES = 36


def prove(left: Expression, right: Expression, facts: Facts | None = None, budget: Budget = DEFAULT) -> Proof:
    """Prove `left = right` for all values of the free axes, of the symbols and of the symbolic sizes (each ≥ 1).

    The equality is meant where both sides are defined and the facts hold; `Proof.domain` says where that is, completely.

    >>> from deltarule.language.expression import Apply, ONE, Symbol, negate, subtract
    >>> s = Symbol("s")
    >>> prove(Apply("sigmoid", (negate(s),)), subtract(ONE, Apply("sigmoid", (s,)))).proved
    True
    """
    reason = too_large(left, right, budget)
    if reason:
        return Proof(False, reason=reason)
    with LOCK:
        forget()
        try:
            return _prove(left, right, (facts or Facts()).about(left, right), Meter(budget))
        except (Exhausted, Undefined, Unsupported) as e:
            return Proof(False, reason=str(e))
        except RecursionError:
            return Proof(False, reason="nested too deeply")


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


def _modes(left: Expression, right: Expression) -> list[Mode]:
    """Opaque first, then with functions by their definitions, then with sums of numeric size written out."""
    defined = literal = False
    for side in (left, right):
        for e in walk(side):
            if isinstance(e, Apply):
                row = FUNCTIONS.get(e.function)
                defined = defined or (row is not None and row.definition is not None and e.function not in ALGEBRAIC)
            elif isinstance(e, Product | Maximum):
                literal = literal or any(isinstance(a.size, int) for a in e.bound)
    modes = [OPAQUE]
    if defined:
        modes.append(Mode(expand=True))
    if literal:
        modes += [m._replace(literal=True) for m in modes]
    return modes


def _prove(left: Expression, right: Expression, facts: Facts, meter: Meter) -> Proof:
    sizes = sizes_of(left, right, *facts.positive, *(e for pair in facts.equal for e in pair))
    ctx = context_for(facts, sizes, OPAQUE, meter)
    failure: Exception | None = None
    kinks: list[Condition] | None = None
    for mode in _modes(left, right):
        try:
            kinks = _equal(context_for(facts, sizes, mode, meter), left, right)
        except (Exhausted, Unsupported) as e:
            failure = e
            if meter.spent > meter.budget.work:
                break
            continue
        if kinks is not None:
            break
    if kinks is None and _has_components(left, right):
        kinks = _by_components(left, right, facts, sizes, meter)
    if kinks is None:
        return Proof(False, reason=str(failure) if failure else "no proof was found")
    conditions = [*open_conditions(ctx, left, right), *kinks]
    if (facts or not generic(ctx, conditions)) and not _defined(left, right, facts):
        return Proof(False, reason="no point was found at which both sides are defined and the facts hold")
    return _proof(conditions)


def _proof(conditions: list[Condition]) -> Proof:
    sentences: dict[str, None] = {}
    nonzero: dict[Expression, None] = {}
    positive: dict[Expression, None] = {}
    for c in conditions:
        sentences[sentence(c)] = None
        if c.expression is not None:
            (nonzero if c.relation == "!=" else positive)[freed(c.expression)] = None
    return Proof(True, tuple(sentences), tuple(nonzero), tuple(positive))


def _defined(left: Expression, right: Expression, facts: Facts) -> bool:
    from deltarule.algebra.refute import defined_somewhere

    return defined_somewhere(left, right, facts)


def _equal(ctx: Context, left: Expression, right: Expression) -> list[Condition] | None:
    """The kinks off which the two sides are equal (none: everywhere), or None where that is not shown."""
    learn(ctx, left, right)
    p = polynomial.add(normal_form(ctx, left), polynomial.scale(normal_form(ctx, right), -1))
    if zero.is_zero(ctx, p):
        return []
    smooth, kinks = zero.without_kinks(p)
    if kinks and zero.is_zero(ctx, smooth):
        return [_kink(ctx, a) for a in kinks]
    return None


def _kink(ctx: Context, a: Atom) -> Condition:
    from deltarule.algebra.readback import expression_of

    return Condition("!=", expression_of(polynomial.base_of(ctx, a)))


def _has_components(*sides: Expression) -> bool:
    """Whether components are named: only then a free axis of numeric size is gone through value by value."""
    for side in sides:
        for e in walk(side):
            indices = e.indices if isinstance(e, Symbol) else (e.first, e.second) if isinstance(e, Delta) else ()
            if any(isinstance(i, int) for i in indices):
                return True
    return False


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
        for mode in _modes(one, other):
            found = _equal(context_for(facts, sizes, mode, meter), one, other)
            if found is not None:
                out += found
                break
        else:
            return None
    return out
