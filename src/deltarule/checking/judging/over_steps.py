"""Rows about what is summed over all steps, L = Σ_t L_t, proved for every number of steps.

The derivative of a recurrence is a recurrence of the derivatives of its one step: by h_t, L changes through what uses
h_t in its own step and through the state of the step after, whose derivative stays a quantity of its own; by a
parameter, through every step that uses it, summed. So ∂L/∂W = Σ_t ∂L/∂a_t h_{t-1}ᵀ is proved at one step t that is any
step, and nothing is tried at T = 3. Refuted is only what is said of one step.

Source: the reverse rule of `scan` in PyTensor and JAX, whose body is differentiated once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from deltarule.algebra import Budget, Facts, prove
from deltarule.algebra.refute import counterexample
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.judge import Judge
from deltarule.calculus.rules import contract, delta, differentiate, expand_functions
from deltarule.checking.core.state import State
from deltarule.checking.judging.sums_apart import Beyond, here, moved, one_step, parted, unlifted
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import (
    ONE,
    ZERO,
    Axis,
    Derivative,
    Expression,
    Symbol,
    at,
    fresh,
)
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading.over_time import (
    HERE,
    STEPS,
    array,
    as_array,
    at_step,
    is_array,
    lifted,
    of_array,
    offset,
    shifted_name,
)
from deltarule.reading.references import STEP_LETTERS, Survey

__all__ = ["NOT_TOLD", "over_steps", "sums_of_steps"]

LAST = frozenset({"T", "tau", "N"})
"""What the last step is called."""
NOT_TOLD = "a sum over steps of which the equations of one step do not tell"
OPEN = Judgement("undecided", (), NOT_TOLD)
PROBE = Budget(seconds=0.2, points=2)
_NUMBERED = re.compile(r"(.+?(?:_|,|\^[(\[<]))\d+([)\]>]?(?:\^.*)?)")


def sums_of_steps(defs: Definitions) -> set[str]:
    """The names whose equation sums over all steps what has an equation itself."""
    return {n for n, e in defs.equations.items() if any(map(is_array, names(e.right))) and not _only_named(defs, e)}


def _only_named(defs: Definitions, equation: Equation) -> bool:
    """Whether nothing of what is summed over all steps has an equation: of L = Σ_t L_t only its name is known then."""
    arrays = {of_array(n) for n in names(equation.right) if is_array(n)}
    known = {here(found[0]) for n in defs.equations for x in STEP_LETTERS if (found := at_step(n, x)) is not None}
    return bool(arrays) and not arrays & known


def over_steps(state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts) -> Judgement | None:
    """Proved where the row is, for every number of steps; refuted where it is about one step and does not hold there;
    None where the row is about no such sum."""
    usage = state.symbols.usage
    letters = usage.steps if isinstance(usage, Survey) else set()
    used = names(a) | names(b)
    summed = any(map(is_array, used))
    if not summed:
        totals = sums_of_steps(defs)
        if not any(defs.depends(u, total) for u in used & set(defs.equations) for total in totals):
            return _of_a_name(state, a, b, defs, facts, letters)
    parameters = any(at_step(n.by.name, letters) is None and not is_array(n.by.name) for n in _derivatives(a, b))
    if state.in_part and any(True for _ in _derivatives(a, b)):
        return OPEN  # what uses a name may stand in another part
    return _kept(state, a, b, defs, facts, summed, parameters)


def _of_a_name(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts, letters: set[str]
) -> Judgement | None:
    """The derivatives of a loss that is only named, by quantities of a step: those by the states are quantities of
    their own. Only what is proved so counts."""
    nodes = [n for n in _derivatives(a, b) if isinstance(n.of, Symbol) and n.of.name not in defs.equations]
    if state.in_part or not any(
        n.of.name in state.symbols.objectives and at_step(n.by.name, letters)  # type: ignore[union-attr]
        for n in nodes
    ):
        return None
    found = _kept(state, a, b, defs, facts, summed=False, parameters=False)
    return found if found.verdict == "proved" else None


def _kept(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts, summed: bool, parameters: bool
) -> Judgement:
    key = a, b, facts, *_state_of(state, defs)
    if key not in state.kept:
        state.kept[key] = _judged(state, a, b, defs, facts, summed, parameters)
    return state.kept[key]


def _judged(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts, summed: bool, parameters: bool
) -> Judgement:
    usage = state.symbols.usage
    letters = usage.steps if isinstance(usage, Survey) else set()
    for way in ("named", "backward", "forward") if parameters else ("backward",):
        try:
            key = "steps", summed, way, frozenset(state.broken), *_state_of(state, defs)
            if key not in state.kept:
                state.kept[key] = _Steps(state, defs, letters - LAST, summed, way)
            judgement = state.kept[key].judged(a, b, facts)
        except Beyond:
            continue
        if judgement is not None:
            return judgement
    return OPEN


def _state_of(state: State, defs: Definitions) -> tuple[object, ...]:
    """What a result rests on: the equations so far and the sizes that were found to be one."""
    return (*((n, e.right) for n, e in defs.equations.items()), len(state.symbols.parents))


def _derivatives(*sides: Expression) -> Iterator[Derivative]:
    for e in sides:
        yield from (n for n in walk(e) if isinstance(n, Derivative))


class _Steps:
    """The equations of one step, and derivatives by them. Names are those of one step, `h_·`, without an index for the
    step; where it comes in, they are arrays."""

    def __init__(self, state: State, defs: Definitions, letters: set[str], summed: bool, way: str) -> None:
        self.state, self.summed, self.way = state, summed, way
        self.letters = sorted(letters)
        self.of_step: dict[str, Equation] = {}
        """The equations of the step at hand, by names of it and of the step before."""
        self.others: dict[str, Equation] = {}
        """All other equations; what is summed over steps stands in arrays there."""
        self.sizes: dict[str, tuple[int | str, ...]] = {}
        for name, declared in defs.declarations.items():
            found = at_step(name, self.letters)
            self.sizes.setdefault(name if found is None else here(found[0]), declared.sizes)
        for name, equation in defs.equations.items():
            self._take(defs, name, equation)
        self.carried = {here(n) for e in self.of_step.values() for n in names(e.right) if offset(n) == -1}
        for equation in self.of_step.values():
            if any(offset(n) not in {None, 0, -1} for n in names(equation.right)):
                raise Beyond
        for equation in self.others.values():
            if any(is_array(n) and offset(n) for n in names(equation.right)):
                raise Beyond
        known = {*self.of_step, *self.others}
        self.unknown = {self._plain(n) for n in state.broken} | ({self._plain(n) for n in state.explicit} - known)
        """What has an equation that was not understood, or stands further down."""
        self._memo: dict[tuple[str, str, bool, int], tuple[Symbol, Symbol, Expression]] = {}
        self._sides: dict[tuple[Expression, int, int], Expression] = {}
        """Sides without derivatives: a row has one left side for all repairs of the other."""
        self._unfolded: Definitions | None = None
        self.floor = self.ceiling = 0

    def _take(self, defs: Definitions, name: str, equation: Equation) -> None:
        found = at_step(name, self.letters)
        if found is None:
            if not _only_named(defs, equation):
                self.others[name] = equation
            return
        own_name, letter = found
        back = -(offset(own_name) or 0)
        if here(own_name) in self.of_step and back:
            return

        def change(u: Expression) -> Expression | None:
            if not isinstance(u, Symbol):
                return None
            own = at_step(u.name, (letter,))
            return None if own is None else Symbol(shifted_name(own[0], back), u.indices)

        if any(isinstance(n, Derivative) or (isinstance(n, Symbol) and is_array(n.name)) for n in walk(equation.right)):
            raise Beyond
        left = Symbol(here(own_name), equation.left.indices)
        self.of_step[left.name] = Equation(left, substitute(equation.right, change))
        self.sizes.setdefault(left.name, tuple(a.size for a in equation.axes))

    # derivatives ---------------------------------------------------------------------------------------------

    def _arrays(self, e: Expression) -> Expression:
        """All that is counted as arrays."""
        size = self.state.symbols.find(STEPS)
        for letter in self.letters:
            e = lifted(e, letter, Axis(letter, size))
        return e

    def _resolved(self, e: Expression) -> Expression:
        """Every derivative through the equations. Raises Beyond."""
        key = e, self.floor, self.ceiling
        if key not in self._sides:
            self._sides[key] = self._through_equations(e)
        return self._sides[key]

    def _through_equations(self, e: Expression) -> Expression:
        def change(u: Expression) -> Expression | None:
            if not isinstance(u, Derivative):
                return None
            if not isinstance(u.of, Symbol) or u.held:
                raise Beyond
            return self._derivative(u.of, u.by)

        return contract(substitute(e, change))

    def _derivative(self, of: Symbol, by: Symbol) -> Expression:
        steps = [x.indices[0] for x in (of, by) if is_array(x.name)]
        if len(set(steps)) > 1:
            raise Beyond  # ∂h_t/∂h_k
        top, wrt = self._at_the_last(of.name), self._at_the_last(by.name)
        if (steps and (top or wrt)) or (top and not wrt):
            raise Beyond
        above = of.indices[1:] if is_array(of.name) else of.indices
        below = by.indices[1:] if is_array(by.name) else by.indices
        if self._below(of_array(of.name) if top is None else top[0]) & self.unknown:
            raise Beyond
        above_name, below_name = (
            of_array(x.name if found is None else found[0]) for x, found in ((of, top), (by, wrt))
        )
        one, other, value = self._total(above_name, below_name, ended=wrt is not None)
        out = at(value, (*one.axes, *other.axes), (*above, *below))
        if out is ZERO:
            raise Beyond  # no equation leads from one to the other
        if wrt is not None:
            return unlifted(out, wrt[1])
        return array(out, steps[0]) if steps else out

    def _plain(self, name: str) -> str:
        found = at_step(name, self.letters)
        return name if found is None else here(found[0])

    def _below(self, name: str) -> set[str]:
        """All from which something is computed."""
        waiting, seen = [name], set[str]()
        while waiting:
            one = waiting.pop() if offset(waiting[-1]) is None else here(of_array(waiting.pop()))
            if one not in seen:
                seen.add(one)
                equation = self.of_step.get(one) or self.others.get(one)
                waiting += names(equation.right) if equation is not None else ()
        return seen

    def _at_the_last(self, name: str) -> tuple[str, str] | None:
        """The name of one step for what stands at the last one, and what that is called. Raises Beyond for what stands
        at a step with a number."""
        if is_array(name):
            return None
        numbered = _NUMBERED.fullmatch(name)
        if numbered is not None and f"{numbered[1]}{HERE}{numbered[2]}" in self.sizes:
            raise Beyond
        found = at_step(name, LAST)
        if found is None or here(found[0]) not in self.sizes:
            return None
        size = self.state.symbols.find(STEPS)
        if size != found[1] and not str(size).startswith("?"):
            raise Beyond
        return found

    def _symbol(self, name: str) -> Symbol:
        sizes = self.sizes.get(name if offset(name) is None else here(name))
        if sizes is None:
            raise Beyond
        return Symbol(name, (fresh(self.state.symbols.find(size)) for size in sizes))

    def _total(self, of: str, by: str, ended: bool) -> tuple[Symbol, Symbol, Expression]:
        top, wrt = self._symbol(of), self._symbol(by)
        if offset(of) is not None and offset(by) is None:
            return top, wrt, self._forward(top, wrt)
        if offset(of) is None and offset(by) is None and self.way != "backward":
            return top, wrt, self._through_all(top, wrt)
        return top, wrt, self._reverse(top, wrt, ended)

    def _reverse(self, of: Symbol, by: Symbol, ended: bool) -> Expression:
        """∂of/∂by through what uses `by`."""
        key = of.name, by.name, ended, self.ceiling
        if key not in self._memo:
            one, other = self._symbol(of.name), self._symbol(by.name)
            self._memo[key] = one, other, self._reversed(one, other, ended)
        one, other, value = self._memo[key]
        return at(value, (*one.axes, *other.axes), (*of.indices, *by.indices))

    def _reversed(self, of: Symbol, by: Symbol, ended: bool) -> Expression:
        if of.name == by.name:
            return multiply(ONE, *(delta(i, j) for i, j in zip(of.indices, by.indices, strict=True)))
        k, last = offset(by.name), offset(of.name)
        if k is not None and last is None and of.name not in self.others:  # a loss that is only named
            if ended:
                raise Beyond
            if here(by.name) in self.carried or not any(True for _ in self._users(by)):
                return Symbol(f"∂{of.name}/∂{by.name}", (*of.indices, *by.indices))
        if k is not None and last is not None and k > last:
            return ZERO
        if k is not None and last is None and k > 0:
            if ended:
                return ZERO  # nothing comes after the last step
            if self.summed or (here(by.name) in self.carried and k >= self.ceiling):
                return Symbol(f"∂{of.name}/∂{by.name}", (*of.indices, *by.indices))
        parts = []
        for user, direct in self._users(by):
            if last is None or offset(user.name) is None or (offset(user.name) or 0) <= last:
                outer = self._reverse(of, user, ended)
                part = contract(multiply(outer, direct, bound=user.axes))
                if k is None and offset(user.name) is not None:  # every step uses a parameter
                    if last is not None:
                        raise Beyond
                    axis = fresh(self.state.symbols.find(STEPS))
                    part = multiply(array(part, axis), bound=(axis,))
                parts.append(part)
        return add(*parts)

    def _users(self, by: Symbol) -> Iterator[tuple[Symbol, Expression]]:
        """What uses `by` directly, with its derivative by it: of the same step, of the one after, and sums over all."""
        k = offset(by.name)
        for name, equation in self.of_step.items():
            for place in (0,) if k is None else (k, k + 1):
                body = moved(equation.right, place)
                if by.name in names(body):
                    user = self._symbol(shifted_name(name, place))
                    body = at(body, equation.left.axes, user.indices)  # type: ignore[arg-type]
                    yield user, differentiate(body, by)
        for name, equation in self.others.items():
            user = self._symbol(name)
            body = at(equation.right, equation.axes, user.indices)  # type: ignore[arg-type]
            if k is None:
                if by.name in names(body):
                    yield user, differentiate(body, by)
                continue
            plain = as_array(here(by.name))
            if plain in names(body):
                step = fresh(self.state.symbols.find(STEPS))
                slope = contract(differentiate(body, Symbol(plain, (step, *by.indices))))
                yield user, moved(one_step(slope, step), k)

    def _forward(self, of: Symbol, by: Symbol) -> Expression:
        """∂of/∂by of a quantity of one step by a parameter, down to the state of the step before the first at hand."""
        k = offset(of.name)
        assert k is not None
        if self.way == "named" or (k < self.floor and here(of.name) in self.carried):
            return Symbol(f"∂{of.name}/∂{by.name}", (*of.indices, *by.indices))
        equation = self.of_step.get(here(of.name))
        if equation is None:
            return ZERO
        body = moved(at(equation.right, equation.left.axes, of.indices), k)  # type: ignore[arg-type]
        return self._through(body, by)

    def _through_all(self, of: Symbol, by: Symbol) -> Expression:
        """∂L/∂W of a sum over steps by the derivatives of what it sums."""
        equation = self.others.get(of.name)
        if equation is None:
            return ZERO
        return self._through(at(equation.right, equation.axes, of.indices), by)  # type: ignore[arg-type]

    def _through(self, body: Expression, by: Symbol) -> Expression:
        parts = [differentiate(body, by)]
        for name in sorted(names(body) - {by.name}):
            plain = of_array(name)
            middle = self._symbol(plain)
            if offset(plain) is not None:
                inner = self._forward(middle, by)
            elif plain in self.others:
                inner = self._through_all(middle, by)
            else:
                continue
            if is_array(name):
                step = fresh(self.state.symbols.find(STEPS))
                middle = Symbol(name, (step, *middle.indices))
                inner = array(inner, step)
            if inner is not ZERO:
                parts.append(contract(multiply(differentiate(body, middle), inner, bound=middle.axes)))
        return add(*parts)

    # verdicts ------------------------------------------------------------------------------------------------

    def judged(self, a: Expression, b: Expression, facts: Facts) -> Judgement | None:
        """Sums over steps are equal where what they sum is. Raises Beyond."""
        a, b = self._arrays(a), self._arrays(b)
        places = [k for n in names(a) | names(b) if is_array(n) and (k := offset(n)) is not None]
        self.floor, self.ceiling = min([0, *places]), max([0, *places])
        a, b = self._resolved(a), self._resolved(b)
        known = replace(
            facts,
            positive=tuple(map(self._of_one_step, facts.positive)),
            equal=tuple((self._of_one_step(x), self._of_one_step(y)) for x, y in facts.equal),
        )
        defs = self._unfolding()
        domain: list[str] = []
        for x, y in self._pairs(a, b):
            if self.way == "named":
                if not (proof := prove(x, y, known)).proved:
                    return None
                domain += [d for d in proof.domain if d not in domain]
                continue
            wide = [expand_functions(defs.unfold(e)) for e in (x, y)]
            if (shown := counterexample(wide[0], wide[1], known.about(*wide), PROBE)) is not None:
                return None if self.summed else Judgement("refuted", (), "the two sides are not equal", dict(shown))
            judgement = Judge(defs, known).equality(x, y)
            if judgement.verdict != "proved":
                return None
            domain += [d for d in judgement.domain if d not in domain]
        return Judgement("proved", tuple(domain))

    def _of_one_step(self, e: Expression) -> Expression:
        def change(u: Expression) -> Expression | None:
            found = at_step(u.name, self.letters) if isinstance(u, Symbol) and not is_array(u.name) else None
            return Symbol(found[0], u.indices) if found is not None and isinstance(u, Symbol) else None

        return substitute(e, change)

    def _pairs(self, a: Expression, b: Expression) -> list[tuple[Expression, Expression]]:
        """What is outside of the sums over steps, and what they sum."""
        (x, inside), (y, other) = parted(a), parted(b)
        return [(x, y), (inside, other)] if inside is not other else [(x, y)]

    def _unfolding(self) -> Definitions:
        """The equations of one step and of what is not counted. Where steps are summed, the first one is among them,
        before which no equation holds."""
        if self._unfolded is not None:
            return self._unfolded
        out = self._unfolded = Definitions({})
        for equation in self.others.values():
            out.define(equation)
        for name, equation in self.of_step.items():
            for k in (0,) if self.summed else (-1, 0, 1):
                left = Symbol(shifted_name(name, k), equation.left.indices)
                out.define(Equation(left, moved(equation.right, k)))
        return out
