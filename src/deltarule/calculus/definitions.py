"""The named equations that a derivation stands on, and what ∂f/∂u means through them.

`∂L/∂u` is the total derivative: L as a function of u, every name computed from u following. Through the equations that
use u directly, ∂L/∂u = Σ_v ∂L/∂v · (∂v/∂u with the other names held): the chain rule on the graph of definitions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from deltarule.calculus.rules import contract, delta, differentiate
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, ZERO, Axis, Derivative, Expression, Index, Symbol, at, fresh
from deltarule.language.traversal import names, substitute, walk

__all__ = ["Definitions"]


@dataclass
class Definitions:
    """Equations in order of evaluation, what each name is, and the names given to derivatives of the target."""

    declarations: dict[str, Declaration]
    equations: dict[str, Equation] = field(default_factory=dict)
    signals: dict[tuple[str, str], str] = field(default_factory=dict)
    """(target, name) -> the name of that derivative: ("L", "a_1") -> "delta_a_1"."""
    values: dict[str, Equation] = field(default_factory=dict)
    """What a derivative with a name was shown to equal: lemmas for later proofs."""
    _users: dict[str, list[str]] = field(default_factory=dict)
    _mentions: dict[str, set[str]] = field(default_factory=dict)
    _local: dict[tuple[str, str], tuple[Symbol, Expression]] = field(default_factory=dict)
    _targeted: set[str] = field(default_factory=set)
    _named: int = 0
    _place: dict[str, int] = field(default_factory=dict)
    _below: dict[str, int] = field(default_factory=dict)
    """What each name is computed from, itself included, as a set of bits: one bit a name, by `_place`."""

    @classmethod
    def of(cls, equations: Iterable[Equation], declarations: dict[str, Declaration]) -> Definitions:
        out = cls(dict(declarations))
        for equation in equations:
            out.define(equation)
        return out

    def define(self, equation: Equation) -> None:
        """Add an equation; its right side may use only names that are not computed from it."""
        mentioned = names(equation.right)
        if equation.name in mentioned:
            raise DeltaruleError(f"{equation.name} is defined by itself")
        self.equations[equation.name] = equation
        self._mentions[equation.name] = mentioned
        self._below.clear()
        for name in mentioned:
            self._users.setdefault(name, []).append(equation.name)

    def mentions(self, name: str) -> list[str]:
        """The names on the right side of the equation of `name`, sorted."""
        return sorted(self._mentions.get(name, ()))

    def below(self, some: Iterable[str]) -> set[str]:
        """The names, and all that they are computed from."""
        waiting, found = list(some), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.mentions(name)
        return found

    def sizes(self, name: str) -> tuple[int | str, ...]:
        if name in self.declarations:
            return self.declarations[name].sizes
        if name in self.equations:
            return tuple(a.size for a in self.equations[name].axes)
        return ()

    def symbol(self, name: str) -> Symbol:
        """The name with fresh indices."""
        return Symbol(name, (fresh(size) for size in self.sizes(name)))

    def users(self, name: str, target: str | None = None) -> list[str]:
        """The names whose equation mentions `name` and on which `target` depends, latest first."""
        found = [v for v in self._users.get(name, ()) if target is None or self.depends(target, v)]
        if len(found) < 2:
            return found
        order = {v: k for k, v in enumerate(self.equations)}
        return sorted(found, key=lambda v: -order[v])

    def depends(self, of: str, on: str) -> bool:
        """Whether the value of `of` is computed from `on` (or is it)."""
        if of not in self._below:
            self._fill(of)
        place = self._place.get(on)
        return of == on if place is None else bool(self._below[of] >> place & 1)

    def _fill(self, name: str) -> None:
        stack = [name]
        while stack:
            v = stack[-1]
            missing = [u for u in self._mentions.get(v, ()) if u not in self._below]
            if missing:
                stack += missing
                continue
            stack.pop()
            below = 1 << self._place.setdefault(v, len(self._place))
            for u in self._mentions.get(v, ()):
                below |= self._below[u]
            self._below[v] = below

    def definition(self, name: str, indices: tuple[Index, ...]) -> Expression:
        """The right side of the equation of `name` at the given indices."""
        equation = self.equations[name]
        return at(equation.right, equation.left.axes, indices)

    def direct(self, of: Symbol, by: Symbol) -> Expression:
        """∂of/∂by through the equation of `of` alone: names between them are held fixed."""
        key = (of.name, by.name)
        if key not in self._local:
            equation = self.equations[of.name]
            wrt = self.symbol(by.name)
            self._local[key] = wrt, differentiate(equation.right, wrt)
        wrt, value = self._local[key]
        axes = (*self.equations[of.name].left.axes, *wrt.axes)
        return at(value, axes, (*of.indices, *by.indices))

    def _targets(self) -> set[str]:
        """What has derivatives with a name."""
        if self._named != len(self.signals):
            self._named, self._targeted = len(self.signals), {target for target, _ in self.signals}
        return self._targeted

    def abstract(self, name: str) -> bool:
        """Whether `name` is only named: an error signal of it by an output is given, not derived."""
        return name not in self.equations

    def derivative(self, of: Symbol, by: Symbol, opening: Collection[str] = ()) -> Expression:
        """∂of/∂by, total. A derivative with a name is that name; if `by` is in `opening`, one step is taken."""
        if of.name == by.name:
            return multiply(ONE, *(delta(i, j) for i, j in zip(of.indices, by.indices, strict=True)))
        name = self.signals.get((of.name, by.name))
        if name is not None and (
            by.name not in opening or (self.abstract(of.name) and not self._before(of.name, by.name))
        ):
            return Symbol(name, (*of.indices, *by.indices))
        if self.abstract(of.name):
            if of.name not in self._targets():
                return Derivative(of, by)
            users = self._before(of.name, by.name)
        else:
            if not self._leads(of.name, by.name):
                return ZERO
            users = self.users(by.name, of.name)
        if of.name in self._targets():  # reverse: through the names that use `by`
            parts = []
            for v in users:
                if v == of.name:
                    parts.append(self.direct(of, by))
                    continue
                middle = self.symbol(v)
                outer = self.derivative(of, middle)
                parts.append(contract(multiply(outer, self.direct(middle, by), bound=middle.axes)))
            return add(*parts)
        parts = [self.direct(of, by)]  # forward: through the names that the equation of `of` uses
        for v in sorted(self._mentions[of.name]):
            if v != by.name and self._leads(v, by.name):
                middle = self.symbol(v)
                inner = self.derivative(middle, by)
                parts.append(contract(multiply(self.direct(of, middle), inner, bound=middle.axes)))
        return add(*parts)

    def _before(self, of: str, by: str) -> list[str]:
        """The names by way of which something abstract may depend on `by`: not those that are computed from it."""
        return [v for v in self.users(by) if not self.depends(v, of)]

    def _leads(self, name: str, by: str) -> bool:
        """Whether ∂name/∂by is not 0: by the equations, or because something abstract depends on `by`, as a
        derivative with a name says."""
        if name not in self.equations:
            return (name, by) in self.signals or (name in self._targets() and bool(self._before(name, by)))
        losses = (target for target in self._targets() if self.abstract(target) and self.depends(name, target))
        return self.depends(name, by) or any(self._leads(target, by) for target in losses)

    def resolve(self, e: Expression, opening: Collection[str] = ()) -> Expression:
        """Every `Derivative` in `e` evaluated through the definitions."""

        if not any(isinstance(u, Derivative) for u in walk(e)):
            return e

        def replace(u: Expression) -> Expression | None:
            if not isinstance(u, Derivative):
                return None
            match u.of:
                case Symbol():
                    if u.held:
                        return self.direct(u.of, u.by)
                    return self.derivative(u.of, u.by, opening)
            inner = self.resolve(u.of, opening)
            parts = [differentiate(inner, u.by)]
            for v in sorted(names(inner)):
                if v != u.by.name and v not in u.held and self._leads(v, u.by.name):
                    middle = self.symbol(v)
                    outer = differentiate(inner, middle)
                    parts.append(contract(multiply(outer, self.derivative(middle, u.by), bound=middle.axes)))
            return add(*parts)

        return substitute(e, replace)

    def unfold(self, e: Expression, which: Collection[str] | None = None, *, values: bool = False) -> Expression:
        """Names replaced by their equations, again and again: those in `which`, or all; with `values`, signals too."""

        if not any(
            n in self.equations or (values and n in self.values) for n in names(e) if which is None or n in which
        ):
            return e
        whole: dict[str, Expression] = {}

        def replace(u: Expression) -> Expression | None:
            if not isinstance(u, Symbol) or (which is not None and u.name not in which):
                return None
            equation = self.equations.get(u.name) or (self.values.get(u.name) if values else None)
            if equation is None:
                return None
            if u.name not in whole:
                whole[u.name] = substitute(equation.right, replace)
            return at(whole[u.name], equation.left.axes, u.indices)

        return substitute(e, replace)

    def axes(self, name: str) -> tuple[Axis, ...]:
        """Fresh axes for a name."""
        return self.symbol(name).axes
