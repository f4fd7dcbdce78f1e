"""What is known of one scalar function: its derivative by every route, the reuse found, the forms, each judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Judgement, Row
from deltarule.calculus.error import relative_error
from deltarule.calculus.forms import S, Y, choose, forms, put
from deltarule.calculus.function_derivative import routes
from deltarule.calculus.judge import Judge
from deltarule.calculus.reuse import Reuse, reuse
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.language.expression import Apply, Expression, Power, Symbol
from deltarule.language.functions import FUNCTIONS, ScalarFunction
from deltarule.language.traversal import names, substitute
from deltarule.writing import to_text

__all__ = ["POLICIES", "FormOf", "FunctionSheet", "said_domain"]

POLICIES = ("plain", "memory", "accuracy")


@dataclass(frozen=True)
class FormOf:
    """One form of the derivative: how it came about, the policies that choose it, its measured error in float64."""

    expression: Expression
    rule: str
    policies: tuple[str, ...]
    error: float | None
    """None where it has parameters, so that there is nothing to measure."""
    judgement: Judgement


class FunctionSheet:
    """The facts of one row of `FUNCTIONS`, each computed and proved when it is asked for."""

    def __init__(self, name: str) -> None:
        self.row: ScalarFunction = FUNCTIONS[name]
        self.argument = Symbol(self.row.parameters[0])
        self.applied = Apply(name, tuple(map(Symbol, self.row.parameters)))
        self.derived = Apply(name, self.applied.arguments, (1, *(0 for _ in self.row.parameters[1:])))
        self._judge = Judge(Definitions({}), Facts())

    @property
    def definition(self) -> Chain | None:
        """f(s) = its definition; None for a primitive."""
        if self.row.definition is None:
            return None
        return self._judge.chain(Chain(self.applied, (Row(self.row.definition, "definition"),), place=self.row.name))

    @cached_property
    def routes(self) -> Mapping[str, list[Chain]]:
        """The derivative by each route that the definition admits, every row judged."""
        return {route: [self._judge.chain(c) for c in chains] for route, chains in routes(self.row.name).items()}

    @cached_property
    def rules(self) -> list[Chain]:
        """For a primitive: its derivative by each argument, a rule that is given."""
        out = []
        for k, parameter in enumerate(self.row.parameters):
            order = tuple(int(i == k) for i in range(len(self.row.parameters)))
            left = Apply(self.row.name, self.applied.arguments, order)
            right = differentiate(self.applied, Symbol(parameter))
            chain = Chain(left, (Row(right, "definition: the rule of a primitive"),), place=self.row.name)
            out.append(self._judge.chain(chain))
        return out

    @property
    def proved(self) -> bool | None:
        """Whether every step of every route was proved; None for a primitive, where there is nothing to prove."""
        if self.row.primitive:
            return None
        rows = [row for chains in self.routes.values() for chain in chains for row in chain.rows]
        verdicts = {row.judgement.verdict for row in rows if row.judgement}
        verdicts |= {form.judgement.verdict for form in self.forms}
        return "proved" in verdicts and verdicts <= {"proved", "definition"}

    @property
    def derivative(self) -> Expression:
        """f'(s) as a textbook writes it."""
        if self.row.primitive:
            return differentiate(self.applied, self.argument)
        return self._named(choose(self._general, "plain").expression)

    @cached_property
    def reuse(self) -> Reuse | None:
        """f'(s) by y = f(s), if elimination finds it."""
        return reuse(self.applied, self.argument)

    @property
    def by_activity(self) -> Expression | None:
        """f'(s) with `y` in the place of f(s)."""
        if self.reuse is None or Y.name not in names(self.reuse.derivative):
            return None
        return put(self.reuse.derivative, self.argument, Symbol("y"))

    @cached_property
    def forms(self) -> tuple[FormOf, ...]:
        """Every form found for f'(s), and which of them each policy chooses."""
        if self.row.primitive:
            return ()
        chosen = {policy: choose(self._general, policy).expression for policy in POLICIES}
        out: dict[Expression, FormOf] = {}
        for form in forms(self._general):
            policies = tuple(p for p, e in chosen.items() if e is form.expression)
            written = self._named(form.expression)
            if (same := out.get(written)) is not None:  # found twice: by what is inside, and by the activity
                rule = f"{same.rule}, {form.rule}"
                out[written] = replace(same, rule=rule, policies=same.policies + policies)
                continue
            judgement = self._judge.equality(self.derived, written)
            out[written] = FormOf(written, form.rule, policies, self._error(form.expression), judgement)
        return tuple(out.values())

    @cached_property
    def _general(self) -> Expression:
        return substitute(self.applied, lambda e: S if e is self.argument else None)

    def _named(self, form: Expression) -> Expression:
        return put(form, self.argument, self.applied)

    def _error(self, form: Expression) -> float | None:
        exact = forms(self._general)[0].expression
        if len(self.row.parameters) > 1:
            return None
        return relative_error(form, exact, S.name, (Y.name, expand_functions(self._general)))

    def as_row(self) -> dict[str, Any]:
        """The row of the table of functions."""
        row = self.row
        left = to_text(self.applied)
        by_activity = self.by_activity
        return {
            "name": row.name,
            "equation": left if row.definition is None else f"{left} = {_written(row.definition, left)}",
            "derivative": to_text(self.derivative),
            "reuse": None if by_activity is None or row.primitive else to_text(by_activity),
            "proved": self.proved,
            "claim": "a primitive: its derivative is a rule of the calculus"
            if row.primitive
            else "every step from the definition to the derivative, and every form of it",
            "primitive": row.primitive,
            "parameters": list(row.parameters),
            "interval": list(row.interval),
            "domain": said_domain(row),
            "conventions": list(row.kinks),
            "latex": row.latex,
            "source": row.source,
        }


def said_domain(row: ScalarFunction) -> str:
    """ "0 < s < 1, but not where cos(s) = 0": the arguments of a function in words."""
    (low, high), s = row.domain, row.parameters[0]
    below, above = ("" if low == "-inf" else low), ("" if high == "inf" else high)
    said = {
        (False, False): "every real number",
        (True, False): f"{s} > {below}",
        (False, True): f"{s} < {above}",
        (True, True): f"{below} < {s} < {above}",
    }[bool(below), bool(above)]
    return f"{said}, but not {row.off}" if row.off else said


def _written(definition: Expression, left: str) -> str:
    """The definition in the text notation; a root, which that writes by its name, as a power."""
    text = to_text(definition)
    match definition:
        case Power(base=base, exponent=exponent) if text == left:
            return f"{to_text(base)}**({exponent})"
    return text
