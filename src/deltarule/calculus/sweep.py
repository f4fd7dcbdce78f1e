"""The reverse sweep: the named equations visited in reverse, recording what is done and why.

For each name u on which the target depends, the error signal is δ_u = ∂L/∂u = Σ_v ∂L/∂v · ∂v/∂u over the names v that
use u directly. A signal whose value, put in, makes the next one cheaper is put in: that is how a loss after its output
module becomes ŷ - y, and no rule knows either by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Row
from deltarule.calculus.forms import Policy
from deltarule.calculus.local import Local, local_derivative, with_activities
from deltarule.calculus.rules import contract
from deltarule.calculus.tidy import Fact, cost, tidy
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import Axis, Delta, Derivative, Expression, Product, Sum, Symbol, at
from deltarule.language.traversal import names, walk

__all__ = ["Result", "Sweep"]


@dataclass(frozen=True)
class Result:
    """The derivative of the target by `name`: its chain, its value at `axes` (of the target, then of the name)."""

    name: str
    symbol: Expression
    chain: Chain
    axes: tuple[Axis, ...]
    value: Expression
    lean: Expression
    """The value by the names of other signals, as a program computes it."""


@dataclass
class Sweep:
    """Derivatives of `target` through `definitions`. A target without an equation is abstract: the signals of the
    outputs are given, not derived."""

    definitions: Definitions
    target: str
    policy: Policy = "plain"
    facts: Sequence[Fact] = ()
    signal_name: Callable[[str], str] = lambda name: f"delta_{name}"
    jacobian: bool = False
    """Whether the target is an output, so what is derived are Jacobians, written out as far as they stay short."""
    locals: dict[tuple[str, str], Local] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def abstract(self) -> bool:
        return self.definitions.abstract(self.target)

    def reached(self, by: Iterable[str]) -> list[str]:
        """The names between the target and `by` (both ends out), in reverse order of evaluation."""
        wanted = set(by)
        order = [n for n in self.definitions.equations if n != self.target]
        return [
            n
            for n in reversed(order)
            if (self.abstract or self.definitions.depends(self.target, n))
            and any(self.definitions.depends(n, w) for w in wanted)
        ]

    def local(self, of: str, by: str) -> Local:
        if (of, by) not in self.locals:
            self.locals[of, by] = local_derivative(
                self.definitions, of, by, self.policy, target="" if self.jacobian else self.target
            )
        return self.locals[of, by]

    def give(self, name: str) -> Symbol:
        """Name the derivative of the target by `name` and take it as given (the error signal at an output)."""
        return self._named(name)

    def signal(self, name: str) -> Result:
        """Derive δ_name, name it, and keep its value as a lemma."""
        result = self._derive(name, named=True)
        symbol = result.symbol
        assert isinstance(symbol, Symbol)
        self.definitions.values[symbol.name] = Equation(symbol, result.lean)
        self.results[name] = result
        return result

    def gradient(self, name: str) -> Result:
        """Derive the derivative of the target by a parameter (not named: it is a result)."""
        result = self._derive(name, named=False)
        self.results[name] = result
        return result

    def _named(self, name: str) -> Symbol:
        label = self.signal_name(name)
        of, by = self.definitions.symbol(self.target), self.definitions.symbol(name)
        sizes = (*self.definitions.sizes(self.target), *self.definitions.sizes(name))
        self.definitions.signals[self.target, name] = label
        if label not in self.definitions.declarations:
            self.definitions.declarations[label] = Declaration(label, sizes, "message", of=(self.target, name))
        return Symbol(label, (*of.indices, *by.indices))

    def _derive(self, name: str, named: bool) -> Result:
        definitions = self.definitions
        target, by = definitions.symbol(self.target), definitions.symbol(name)
        axes = (*target.axes, *by.axes)
        left: Expression = Derivative(target, by)
        rows: list[Row] = []

        def put(e: Expression, rule: str, relation: str = "=") -> None:
            if not rows or e is not rows[-1].right:
                rows.append(Row(e, rule, relation))

        users = definitions.users(name, None if self.abstract else self.target)
        users = [v for v in users if v == self.target or (self.target, v) in definitions.signals]
        direct = users == [self.target]
        links: list[tuple[Expression, Expression, Expression, Symbol]] = []  # ∂L/∂v, δ_v, ∂v/∂u, v
        factored, values = [], []
        for v in users:
            local = self.local(v, name)
            middle = definitions.symbol(v)
            link = at(local.value, (*local.of.axes, *local.by.axes), (*middle.axes, *by.axes))
            if v == self.target:
                middle = target
                link = at(local.value, (*local.of.axes, *local.by.axes), (*target.axes, *by.axes))
                links.append((Derivative(target, target), Derivative(target, target), link, middle))
                factored.append(at(local.left, (*local.of.axes, *local.by.axes), (*target.axes, *by.axes)))
                values.append(link)
                continue
            outer = definitions.derivative(target, middle)
            jacobian = at(local.left, (*local.of.axes, *local.by.axes), (*middle.axes, *by.axes))
            links.append((Derivative(target, middle), outer, link, middle))
            factored.append(Product((Derivative(target, middle), jacobian), middle.axes))
            values.append(Product((outer, link), middle.axes))
        if direct:
            local = self.local(self.target, name)
            for row in local.rows:
                put(at(row.right, (*local.of.axes, *local.by.axes), axes), row.rule)
            put(tidy(rows[-1].right, self.facts) if self.facts else rows[-1].right, "known sum")
            put(with_activities(definitions, rows[-1].right, self.target), "reuse of the activity")
        else:
            put(add(*factored) if len(factored) != 1 else factored[0], "chain rule")
            put(add(*values) if len(values) != 1 else values[0], "local derivatives")
            self._simplified(put, links, target)
        lean = rows[-1].right if rows else left
        written = self._written_out(lean)
        if written is not lean:
            put(tidy(contract(written), self.facts), f"{'Jacobian' if self.jacobian else 'error signal'} written out")
        value = rows[-1].right if rows else left
        if not named:
            return Result(name, left, Chain(left, tuple(rows), axes, final=True), axes, value, lean)
        symbol = Symbol(self._named(name).name, axes)
        head = Row(left, f"definition of the {'Jacobian' if self.jacobian else 'error signal'}")
        return Result(name, symbol, Chain(symbol, (head, *rows), axes, final=True), axes, value, lean)

    def _simplified(
        self,
        put: Callable[[Expression, str], None],
        links: list[tuple[Expression, Expression, Expression, Symbol]],
        target: Symbol,
    ) -> None:
        """The rows after the substitution of the local derivatives: with δ_v as a name, or with its value put in."""

        def total(outers: list[Expression]) -> Expression:
            parts = []
            for outer, (_, _, link, middle) in zip(outers, links, strict=True):
                if middle is target:
                    parts.append(link)
                else:
                    parts.append(contract(multiply(outer, link, bound=middle.axes)))
            return add(*parts)

        signals = [outer for _, outer, _, _ in links]
        kept = total(signals)
        by_name = tidy(kept, self.facts)
        values = [self._value(outer) for outer in signals]
        if values != signals and self._may_cancel(values, links):
            whole = total(values)
            inner = tidy(whole)
            by_value = tidy(inner, self.facts) if self.facts else inner
            if cost(by_value) <= cost(by_name) and by_value is not by_name:
                raw = [
                    link if middle is target else Product((value, link), middle.axes)
                    for value, (_, _, link, middle) in zip(values, links, strict=True)
                ]
                put(add(*raw) if len(raw) > 1 else raw[0], f"{'Jacobian' if self.jacobian else 'error signal'} put in")
                if any(isinstance(e, Delta) for e in walk(raw[0])):
                    put(whole, "sum over the index that a delta selects")
                put(inner, "cancel")
                put(by_value, "known sum")
                return
        if any(isinstance(e, Delta) for _, _, link, _ in links for e in walk(link)):
            put(kept, "sum over the index that a delta selects")
        put(tidy(kept) if self.facts else by_name, "simplify")
        put(by_name, "known sum")

    def _may_cancel(
        self, values: list[Expression], links: list[tuple[Expression, Expression, Expression, Symbol]]
    ) -> bool:
        """Whether the value of a signal, put in, can cost no more than its name: it costs nothing itself, holds a delta
        that takes a sum away, or shares a name with what it is multiplied by or with what is known."""
        if len(links) > 1:
            return True
        (value,), ((_, _, link, _),) = values, links
        delta = any(isinstance(e, Delta) for e in walk(value))
        others = names(link).union(*(names(left) for left, _ in self.facts))
        return delta or cost(value) == 0 or bool(names(value) & others)

    def _value(self, outer: Expression) -> Expression:
        if isinstance(outer, Symbol) and outer.name in self.definitions.values:
            equation = self.definitions.values[outer.name]
            return at(equation.right, equation.left.axes, outer.indices)
        return outer

    def _written_out(self, e: Expression) -> Expression:
        """Signals as plain as ŷ - y, or as δ_y y(1 - y) with a given δ_y, in the place of their names."""
        match e:
            case Symbol():
                value = self._value(e)
                return value if value is not e and self._plain(value) else e
            case Product(factors=factors, bound=bound) if len(factors) <= 2:
                if bound and any(a in n.axes for n in factors for a in bound) and len(bound) > 1:
                    return e
                out = [self._written_out(f) if isinstance(f, Symbol) else f for f in factors]
                return multiply(*out, bound=bound) if list(factors) != out else e
        return e

    def _plain(self, value: Expression) -> bool:
        if self.jacobian:
            return cost(value) <= 4 and not self._derived_signals(value)
        if isinstance(value, Sum) and cost(value) == 1:
            return not self._derived_signals(value)
        given = [n for n in walk(value) if isinstance(n, Symbol) and n.name in self._given()]
        return bool(given) and cost(value) <= 3 and not self._derived_signals(value)

    def _given(self) -> set[str]:
        return set(self.definitions.signals.values()) - set(self.definitions.values)

    def _derived_signals(self, e: Expression) -> bool:
        return any(isinstance(n, Symbol) and n.name in self.definitions.values for n in walk(e))
