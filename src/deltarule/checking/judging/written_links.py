"""∂h/∂w of an h without an equation, where the text writes ∂h/∂p, too, and p is computed from w: by the chain rule, if
w acts on h by way of p alone, which such a text leaves unsaid.

At any one point h is then as good as J p + c, of a J and a c of which nothing is known: its value is any value and its
derivative by p any matrix. So a row with first derivatives only that holds for such an h holds for every h.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.judge import Judge
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.named_derivatives import by_named_derivatives, derivatives_written
from deltarule.checking.judging.outcomes import Outcome, equality
from deltarule.checking.judging.signals import derivatives, with_signals
from deltarule.checking.judging.unknown_dependence import dependence_unknown
from deltarule.checking.judging.unsummed import summed_on_both_sides
from deltarule.checking.letters.steps import letter_and_step
from deltarule.checking.notation.hidden_arguments import hidden_argument
from deltarule.checking.notation.implied_sums import sums_are_left_out
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Axis, Derivative, Expression, Symbol, fresh
from deltarule.language.traversal import names, walk
from deltarule.reading.values import Value

__all__ = ["both_summed", "by_what_is_unknown", "by_written_links", "with_repeated_summed"]


def by_written_links(state: State, a: Expression, b: Expression, implied: bool) -> Condition | None:
    """The condition that one name acts on another by way of a third alone, if that proves a row; with a sum that is
    not written only where sums are left out."""
    if implied and not sums_are_left_out(state.document.text, state.whole or state.statements):
        return None
    said = _proved(state, a, b)
    return Condition("definition-elsewhere", said) if said else None


def by_what_is_unknown(
    state: State, a: Expression, b: Expression, outcome: Outcome, facts: Facts | None, implied: bool
) -> Outcome:
    """The outcome, made better where a row holds whatever the names without an equation are of what they are
    differentiated by, and taken back where it holds only as one of them was taken for a constant."""
    if outcome.status == "undecided":
        outcome = by_named_derivatives(state, a, b, facts, implied) or _by_any_function(state, a, b, implied) or outcome
    why = _taken_as_fixed(state, a, b) if outcome.status == "proved" else ""
    return Outcome("undecided", reason=why) if why else outcome


def with_repeated_summed(
    state: State, a: Value, b: Value, outcome: Outcome, facts: Facts | None, definitions: Definitions | None
) -> Outcome | None:
    """The outcome where an index that stands twice in a product on both sides is summed over, if that decides a row or
    is a reason to doubt that it fails."""
    if not state.einstein or outcome.status not in {"refuted", "undecided"}:
        return None
    if (both := summed_on_both_sides(a, b)) is None:
        return None
    x, y = both[0].expression, both[1].expression
    anew = equality(state, x, y, True, facts, definitions)
    if anew.status != "proved":
        anew = _by_any_function(state, x, y, True) or anew
    better = anew.status == "proved" or (outcome.status == "refuted" and anew.status != "refuted")
    return anew if better else None


def both_summed(state: State, a: Value, b: Value) -> tuple[Expression, Expression]:
    """The sides with such sums, where repeated indices are summed."""
    both = (summed_on_both_sides(a, b) if state.einstein else None) or (a, b)
    return both[0].expression, both[1].expression


def _by_any_function(state: State, a: Expression, b: Expression, implied: bool) -> Outcome | None:
    """The outcome where a row holds for every function that the names without an equation may be."""
    return Outcome("proved", Judgement("proved"), implied=implied) if _proved(state, a, b) == "" else None


def _taken_as_fixed(state: State, a: Expression, b: Expression) -> str:
    """What a proved row takes for a constant though the text differentiates it: the h_{t-1} of ∂(w h_{t-1})/∂w where
    nothing says what h_{t-1} is, and ∂h_{t-1}/∂w is written. Empty where the row holds for every such h."""
    plain = with_signals(state)
    by = {n.by.name for n in derivatives(a, b)} - state.counted_names
    used = {name for e in (a, b) for name in names(plain.unfold(e))} & state.counted_names - set(plain.equations)
    found = sorted((of, x) for of, x in derivatives_written(state, state.whole) if of in used and x in by)
    if not found or _proved(state, a, b) is not None:
        return ""
    return f"nothing says how {found[0][0]} depends on {found[0][1]}"


def _proved(state: State, a: Expression, b: Expression) -> str | None:
    """The condition under which a row is proved, empty where there is none; None where it is not proved."""
    try:
        return _proved_by_lines(state, a, b)
    except DeltaruleError:  # what is counted in a way that no line can follow
        return None


def _proved_by_lines(state: State, a: Expression, b: Expression) -> str | None:
    asked = {(n.of.name, n.by.name) for n in derivatives(a, b) if isinstance(n.of, Symbol)}
    if not asked or any(_nested(n) for e in (a, b) for n in walk(e)):
        return None
    plain = with_signals(state)
    pairs = {
        (of, x) for of, x in derivatives_written(state, state.whole) | asked if of not in plain.equations and of != x
    }
    pairs = {(of, x) for of, x in pairs if of in plain.declarations and x in plain.declarations}
    between = {(of, x): {y for one, y in pairs if one == of and y != x and _leads(plain, pairs, x, y)}
               for of, x in pairs}  # fmt: skip
    through = {pair: ways for pair, ways in between.items() if ways and pair in asked}
    if any(_leads(plain, pairs, of, x) for of, x in pairs):
        return None
    direct: dict[str, list[str]] = {}
    for (of, x), ways in sorted(between.items()):
        if not ways:
            direct.setdefault(of, []).append(x)
    if not direct:
        return None  # every name has its equation: there is nothing to put in
    definitions = Definitions.of(plain.equations.values(), dict(plain.declarations))
    for of, below in direct.items():
        definitions.define(_linear(definitions, of, below))
    if any(by not in definitions.equations and not definitions.depends(of, by) for of, by in asked):
        return None
    if hidden_argument(state, a, b, plain) or dependence_unknown(state, a, b, definitions, state.facts):
        return None
    if Judge(definitions, state.facts).equality(a, b).verdict != "proved":
        return None
    said = [f"{x} acts on {of} by way of {', '.join(sorted(ways))} alone" for (of, x), ways in sorted(through.items())]
    return " and ".join(said)


def _at_other_steps(state: State, known: Collection[str], of: str, x: str) -> Iterator[tuple[str, str]]:
    """(h_{t-1}, p_{t-1}) and (h_{t-1}, w) for (h_t, p_t) and (h_t, w)."""
    if of not in state.counted_names:
        return
    (letter, step), own = letter_and_step(of), letter_and_step(x)[1]
    if x in state.counted_names and own != step:
        return
    for name in known:
        if name in state.counted_names and name != of and (found := letter_and_step(name))[0] == letter:
            yield name, x.removesuffix(own) + found[1] if x in state.counted_names else x


def _nested(node: Expression) -> bool:
    """A derivative of what has a derivative in it."""
    return isinstance(node, Derivative) and any(isinstance(n, Derivative) for n in walk(node.of))


def _leads(known: Definitions, pairs: Collection[tuple[str, str]], x: str, y: str) -> bool:
    """Whether y is computed from x, by the equations and by what is differentiated by what."""
    seen, waiting = set[str](), [y]
    while waiting:
        one = waiting.pop()
        found = set(known.mentions(one)) if one in known.equations else {b for of, b in pairs if of == one}
        waiting += found - seen
        seen |= found
    return x in seen


def _linear(definitions: Definitions, of: str, below: list[str]) -> Equation:
    """h = J p + c."""
    axes = _axes(definitions, of)
    rest = Symbol(f"the rest of {of}", axes)
    definitions.declarations[rest.name] = Declaration(rest.name, tuple(a.size for a in axes))
    terms: list[Expression] = [rest]
    for x in below:
        own = _axes(definitions, x)
        slope = Symbol(f"∂{of}/∂{x}", (*axes, *own))
        definitions.declarations[slope.name] = Declaration(slope.name, tuple(a.size for a in (*axes, *own)))
        terms.append(multiply(slope, Symbol(x, own), bound=own))
    return Equation(Symbol(of, axes), add(*terms))


def _axes(definitions: Definitions, name: str) -> tuple[Axis, ...]:
    return tuple(fresh(size) for size in definitions.declarations[name].sizes)
