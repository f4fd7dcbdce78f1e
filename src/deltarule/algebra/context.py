"""What a normal form depends on: the facts, the sizes, the mode; and what was computed under them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from deltarule.algebra import denominators, matching, normal_form, polynomial, substitution, terms
from deltarule.algebra.budget import Exhausted, Meter, Undefined, Unsupported
from deltarule.algebra.facts import Facts, definition_of
from deltarule.algebra.matching import Rule
from deltarule.algebra.terms import Atom, Component, Item, Polynomial, identifier
from deltarule.language.expression import Axis, Expression, Symbol, at
from deltarule.language.functions import FUNCTIONS

__all__ = ["OPAQUE", "Context", "Mode", "context_for", "forget"]

MAX_CONTEXTS = 64
MAX_POPULATION = 400_000


class Mode(NamedTuple):
    """How far definitions are unfolded."""

    expand: bool = False
    """Scalar functions by their definitions (else opaque)."""
    literal: bool = False
    """Sums over axes of a numeric size written out."""


OPAQUE = Mode()


class Context:
    """The facts, sizes and mode of a question, with the memory of what was computed under them."""

    def __init__(self, facts: Facts, sizes: frozenset[str], mode: Mode, meter: Meter) -> None:
        self.facts, self.sizes, self.mode, self.meter = facts, sizes, mode, meter
        self.memo: dict[Expression, Polynomial] = {}
        self.components: dict[Any, Component] = {}
        self.bases: dict[Atom, Polynomial] = {}
        self.kernels: dict[Any, Any] = {}
        self.factors: dict[Any, Any] = {}
        self.positives: dict[Any, bool] = {}
        self.positive_items: dict[Item, bool] = {}
        self.rules: list[Rule] = []
        self.rules_below: dict[Atom, Rule | None] = {}
        self.reductions: dict[Component, Polynomial | None] = {}
        self.positive_names: set[tuple[str, int]] = set()
        self._depth = 0
        self._definitions: dict[tuple[str, int], tuple[Symbol, Expression]] = {}
        self._opening: set[str] = set()
        self._facts: list[tuple[Polynomial, frozenset[int]]] = []
        self._twin: Context | None = None
        self.ready = False
        self._learn()

    def _learn(self) -> None:
        """Read the facts: definitions first, then positive names, then rewritings, then the other positive ones."""
        others = []
        for left, right in self.facts.equal:
            for pair in ((left, right), (right, left)):
                found = definition_of(*pair)
                if found is not None and (found[0].name, len(found[0].indices)) not in self._definitions:
                    self._definitions[found[0].name, len(found[0].indices)] = found
                    break
            else:
                others.append((left, right))
        for e in self.facts.positive:
            if isinstance(e, Symbol) and len(e.axes) == len(e.indices):
                self.positive_names.add((e.name, len(e.indices)))
        for left, right in others:
            self._learn_rule(left, right)
        for e in self.facts.positive:
            p = self._normal(e)
            if p:
                self._facts.append((denominators.numeric_content(p)[1], frozenset(identifier(a) for a in e.axes)))
                self.positives.clear()
                self.positive_items.clear()
                self.kernels.clear()
                self.memo.clear()

    def _normal(self, e: Expression) -> Polynomial:
        try:
            return normal_form.normal_form(self, e)
        except (Exhausted, Undefined, Unsupported):
            return {}

    def _learn_rule(self, left: Expression, right: Expression) -> None:
        a = self._normal(left)
        try:
            p = polynomial.add(a, polynomial.scale(normal_form.normal_form(self, right), -1))
        except (Exhausted, Undefined, Unsupported):
            return
        slots = frozenset(identifier(x) for x in {*left.axes, *right.axes})
        top = next(iter(a)) if len(a) == 1 and next(iter(a)) and next(iter(a)) in p else None
        top = top or (matching.leading(p) if p else None)
        if top is None:
            return
        rule = matching.rule_of(top, p[top], {m: c for m, c in p.items() if m != top}, slots)
        if rule is not None:
            self.rules.append(rule)
            self.memo.clear()

    def learn_positive(self, p: Polynomial) -> None:
        """Note a polynomial that was seen to be positive from the way in which it was written."""
        if p and not self.is_fact(p):
            self._facts.append((denominators.numeric_content(p)[1], frozenset(terms.free_of(p))))
            self.positives.clear()
            self.positive_items.clear()
            self.kernels.clear()
            self.memo.clear()

    def definition(self, e: Symbol) -> Polynomial | None:
        """The value of a name that a fact defines, at the indices of e."""
        if not self._definitions:
            return None
        found = self._definitions.get((e.name, len(e.indices)))
        if found is None or e.name in self._opening:
            return None
        name, value = found
        self._opening.add(e.name)
        try:
            axes = tuple(i for i in name.indices if isinstance(i, Axis))
            return normal_form.normal_form(self, at(value, axes, e.indices))
        finally:
            self._opening.discard(e.name)

    @property
    def plain_facts(self) -> list[Polynomial]:
        """What is known to be positive, as it stands: not at other indices."""
        return [fact for fact, _ in self._facts]

    def is_fact(self, p: Polynomial) -> bool:
        """Whether p is a positive multiple of a fact, at some indices."""
        if not self._facts or not p:
            return False
        p = denominators.numeric_content(p)[1]
        for fact, slots in self._facts:
            if len(fact) != len(p):
                continue
            if fact == p:
                return True
            if slots and self._instance(fact, slots, p):
                return True
        return False

    def _instance(self, fact: Polynomial, slots: frozenset[int], p: Polynomial) -> bool:
        m = max(fact, key=lambda n: len({i for item, _ in n for i in item.free}))
        free = {item: e for item, e in m if isinstance(item, Atom)}
        if len(free) < len(m) or not free:
            return False
        rule = matching.rule_of(m, 1, {}, slots)
        if rule is None:
            return False
        for n in p:
            target = {item: e for item, e in n if isinstance(item, Atom)}
            if len(target) != len(n) or len(n) != len(m):
                continue
            found = matching.matches(rule, target, set())
            if found is not None and substitution.substituted(self, fact, found[0]) == p:
                return True
        return False

    def reduced(self, p: Polynomial, everywhere: bool = False) -> Polynomial:
        if self._depth > 20:
            return p
        self._depth += 1
        try:
            return matching.reduced(self, p, everywhere)
        finally:
            self._depth -= 1

    def expanding(self) -> Context:
        """The same context with functions by their definitions."""
        return self.changed(expand=True)

    def changed(self, **mode: bool) -> Context:
        return context_for(self.facts, self.sizes, self.mode._replace(**mode), self.meter)


_contexts: OrderedDict[Any, Context] = OrderedDict()
_functions: dict[str, Any] = {}


def context_for(facts: Facts, sizes: frozenset[str], mode: Mode, meter: Meter) -> Context:
    """The context, with what it remembers."""
    key = (facts, sizes, mode)
    found = _contexts.get(key)
    if found is None:
        found = _contexts[key] = Context(facts, sizes, mode, meter)
        while len(_contexts) > MAX_CONTEXTS:
            _contexts.popitem(last=False)
    else:
        _contexts.move_to_end(key)
    found.meter = meter
    return found


def forget(force: bool = False) -> bool:
    """Drop everything that is remembered when it has grown large, or when a function was defined anew."""
    changed = any(FUNCTIONS.get(name) is not row for name, row in _functions.items())
    if len(_functions) != len(FUNCTIONS) or changed:
        _functions.clear()
        _functions.update(FUNCTIONS)
    elif not force and terms.population() < MAX_POPULATION:
        return False
    _contexts.clear()
    terms.reset()
    return True
