"""A `Derivation` judged afresh: nothing that its rows say of themselves is believed.

The definitions are the equations of its forward pass; error signals become lemmas only after the chain that derives
them was proved. A row that calls itself a definition has to say what those equations, the table of functions or the
name of the signal say. A row that does not follow is looked at for a certified counterexample.
"""

from __future__ import annotations

from dataclasses import dataclass

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Derivation, Judgement, Row
from deltarule.calculus.detail import written_out
from deltarule.calculus.judge import NO_CLAIM, Judge
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Derivative, Expression, Symbol
from deltarule.language.functions import expand
from deltarule.language.traversal import walk

__all__ = ["CheckedRow", "Report", "check_derivation"]


@dataclass(frozen=True)
class CheckedRow:
    """One relation: the chain it stands in, its two sides, what was said of it."""

    chain: Chain
    left: Expression
    row: Row
    judgement: Judgement


@dataclass(frozen=True)
class Report:
    """The rows of a derivation, each with its verdict."""

    rows: tuple[CheckedRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        out: dict[str, int] = {}
        for row in self.rows:
            out[row.judgement.verdict] = out.get(row.judgement.verdict, 0) + 1
        return out

    @property
    def all_proved(self) -> bool:
        """Whether every row that claims something was proved (and there is one)."""
        counts = self.counts
        claims = {v: n for v, n in counts.items() if v not in {"definition", "none", "assumption"}}
        return bool(claims) and set(claims) == {"proved"}

    @property
    def failed(self) -> tuple[CheckedRow, ...]:
        """The rows that were refuted or left undecided."""
        return tuple(r for r in self.rows if r.judgement.verdict in {"refuted", "undecided", "ill-shaped"})


def check_derivation(derivation: Derivation) -> Report:
    """Judge every row of a derivation, at index or component detail alike, from its definitions alone."""
    declarations = dict(derivation.declarations)
    definitions = Definitions(declarations)
    equations = {e.name: e for e in derivation.equations}
    for equation in derivation.equations:
        if declarations.get(equation.name) is None or declarations[equation.name].role != "message":
            definitions.define(equation)
    for name, declaration in declarations.items():
        if declaration.of is not None:
            definitions.signals[declaration.of] = name
    judge = Judge.of(definitions, derivation.assumptions)
    functions = Judge(Definitions({}), Facts())
    out: list[CheckedRow] = []
    for chain in derivation.chains:
        about_function = isinstance(chain.left, Apply) or (
            isinstance(chain.left, Derivative) and not isinstance(chain.left.of, Symbol)
        )
        current = functions if about_function else judge
        left, proved = chain.left, True
        for row in chain.rows:
            judgement = _judged(current, left, row)
            proved = proved and judgement.verdict in {"proved", "definition", "none"}
            out.append(CheckedRow(chain, left, row, judgement))
            left = row.right
        if proved and isinstance(chain.left, Symbol) and chain.left.name in equations:
            name = chain.left.name
            if declarations.get(name) is not None and declarations[name].role == "message":
                definitions.values[name] = Equation(equations[name].left, equations[name].right)
    return Report(tuple(out))


def _judged(judge: Judge, left: Expression, row: Row) -> Judgement:
    if row.relation in NO_CLAIM:
        return Judgement("none")
    meaning = _meaning(judge.definitions, left)
    if row.rule.startswith("definition") and meaning is not None:
        if row.right in _spellings(meaning) or judge.equality(meaning, row.right).verdict == "proved":
            return Judgement("definition")
        return judge.equality(meaning, row.right, refute=True)
    if isinstance(left, Symbol) and isinstance(meaning, Derivative):
        left = meaning  # the summary of a chain: a signal and its value, without the row that says what it is
    judgement = judge.equality(left, row.right)
    return judgement if judgement.verdict == "proved" else judge.equality(left, row.right, refute=True)


def _spellings(meaning: Expression) -> tuple[Expression, ...]:
    """The meaning as it stands, and with its sums term by term where their sizes are numbers (component detail)."""
    bound = {a for e in walk(meaning) for a in e.axes}
    return (meaning,) if any(isinstance(a.size, str) for a in bound) else (meaning, written_out(meaning))


def _meaning(definitions: Definitions, left: Expression) -> Expression | None:
    """What the left side of a definition is by definition: an equation, a function of the table, a derivative."""
    match left:
        case Apply(order=order) if not any(order):
            return expand(left)
        case Symbol(name=name, indices=indices):
            if name in definitions.equations:
                return definitions.definition(name, indices)
            declaration = definitions.declarations.get(name)
            if declaration is not None and declaration.of is not None:
                of, by = declaration.of
                ends = len(definitions.sizes(of))
                return Derivative(Symbol(of, indices[:ends]), Symbol(by, indices[ends:]))
    return None
