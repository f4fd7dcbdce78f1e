"""Sums without their sign, and short forms of the chain rule: ∂C/∂β = ∂C/∂y_i · ∂y_i/∂β, ∂C/∂x = ∂C/∂u ∂u/∂x +
∂C/∂v ∂v/∂x without saying that ∂u/∂x holds v fixed."""

from __future__ import annotations

from deltarule.checking.core.state import State
from deltarule.checking.judging.lowered import implied, repeated
from deltarule.language.arithmetic import add
from deltarule.language.expression import Derivative, Expression, Product, Sum, Symbol
from deltarule.language.traversal import names, substitute
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.values import Value

__all__ = ["as_in_its_sum", "chains_summed", "held_names", "summed_on_both_sides", "with_others_held"]


def chains_summed(a: Value, b: Value) -> tuple[Value, Value] | None:
    """The two sides with a sum over each index that only one of them has, where that stands in two derivatives of one
    product and nowhere else; None where it does not. Only where no other index is there, as in the gradient of what all
    samples share: ∂L/∂z_j = ∂L/∂p_i ∂p_i/∂z_j counts components, and has lost its sum."""
    letters = [{x.name for x in v.expression.axes if x not in (v.row, v.col)} for v in (a, b)]
    kept = letters[0] & letters[1]
    if kept:
        return None
    out: list[Value] = []
    for value, own in zip((a, b), letters, strict=True):
        extra = own - kept
        if extra and not all(_chains(term, extra) for term in _terms(value.expression)):
            return None
        summed = implied(value, kept) if extra else value
        if summed is None:
            return None
        out.append(summed)
    return None if letters[0] == letters[1] else (out[0], out[1])


def summed_on_both_sides(a: Value, b: Value) -> tuple[Value, Value] | None:
    """The two sides with a sum over each index that stands twice in a product on both, where repeated indices are
    summed; None where there is none."""
    both = repeated(a) & repeated(b)
    if not both:
        return None
    sides = [implied(v, {x.name for x in v.expression.axes} - both) or v for v in (a, b)]
    return sides[0], sides[1]


def _terms(e: Expression) -> tuple[Expression, ...]:
    return e.terms if isinstance(e, Sum) else (e,)


def _chains(term: Expression, letters: set[str]) -> bool:
    """Whether an index of a term stands in two derivatives and in no other factor."""
    if not {x.name for x in term.axes} & letters:
        return True
    factors = term.factors if isinstance(term, Product) else (term,)
    with_index = [f for f in factors if {x.name for x in f.axes} & letters]
    return len(with_index) == 2 and all(isinstance(f, Derivative) for f in with_index)


def with_others_held(e: Expression) -> Expression | None:
    """∂C/∂u ∂u/∂x + ∂C/∂v ∂v/∂x as the chain rule means it, each ∂u/∂x with the other names of the sum held fixed; None
    where a side is no such sum."""
    links = [(term, _link(term)) for term in _terms(e)]
    through = {name for _, link in links if link is not None for name in names(link.of)}
    if len(through) < 2 or len({link.by.name for _, link in links if link is not None}) != 1:
        return None
    out = []
    for term, link in links:
        if link is None:
            out.append(term)
            continue
        held = Derivative(link.of, link.by, sorted({*link.held, *(through - names(link.of))}))
        out.append(substitute(term, lambda u, link=link, held=held: held if u is link else None))
    return add(*out)


def as_in_its_sum(state: State, left: t.Tree, e: Expression) -> Expression | None:
    """∂u/∂x with v held fixed, where the text has ∂C/∂x = ∂C/∂u ∂u/∂x + ∂C/∂v ∂v/∂x: there it means
    no other; None where the text has no such sum."""
    usage = state.symbols.usage
    match left, e:
        case t.Partial(of=t.Tree() as of, by=(by,), order=1), Derivative(by=Symbol(name=name), held=()):
            own, below = reference(of, usage), reference(by, usage)
        case _:
            return None
    if own is None or below is None or name != below.key or name == own.key:
        return None
    for side in (s.tree for statement in state.statements for s in statement.sides if s.tree is not None):
        for node in t.walk(side):
            if not isinstance(node, t.Terms) or any(sign != "+" for sign, _ in node.items):
                continue
            through = [_through(state, item, below.key) for _, item in node.items]
            if own.key in through and None not in through and len(set(through)) > 1:
                held = {key for key in through if key is not None} - {own.key} - names(e.of)
                return Derivative(e.of, e.by, sorted(held)) if held else None
    return None


def _through(state: State, term: t.Tree, by: str) -> str | None:
    """The u of a term that ends with ∂C/∂u ∂u/∂x, for the x of that name."""
    if isinstance(term, t.Big) and term.kind == "sum":
        term = term.body
    match term:
        case t.Factors(
            items=(*_, (_, t.Partial(by=(outer,), order=1)), (_, t.Partial(of=t.Tree() as of, by=(x,), order=1)))
        ):
            found, below = reference(of, state.symbols.usage), reference(x, state.symbols.usage)
            above = reference(outer, state.symbols.usage)
            if found is not None and below is not None and above is not None:
                return found.key if below.key == by and above.key == found.key else None
    return None


def _link(term: Expression) -> Derivative | None:
    """The ∂u/∂x of a product ∂C/∂u ∂u/∂x."""
    factors = [f for f in (term.factors if isinstance(term, Product) else ()) if isinstance(f, Derivative)]
    for f in factors:
        if any(g is not f and names(f.of) == {g.by.name} for g in factors):  # also ∂C/∂σ² ∂σ²/∂x
            return f
    return None


def held_names(e: Expression) -> str:
    """What a derivative holds fixed, in words."""
    return " and ".join(e.held) if isinstance(e, Derivative) else ""
