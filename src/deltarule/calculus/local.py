"""The local derivative ∂v/∂u of one equation: differentiated, simplified, written with what the forward pass knows."""

from __future__ import annotations

from dataclasses import dataclass

from deltarule.algebra.rational import Atoms, TooLarge, from_fraction, to_fraction
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Row
from deltarule.calculus.forms import Policy, S, choose, put
from deltarule.calculus.gathering import gathered
from deltarule.calculus.reuse import exponential_of
from deltarule.calculus.rules import delta, expand_functions
from deltarule.calculus.tidy import cost, rewrite, tidy
from deltarule.language.arithmetic import multiply
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Derivative, Determinant, Expression, Inverse, Maximum, Product, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, substitute, walk

__all__ = ["Local", "local_derivative", "with_activities"]


@dataclass(frozen=True)
class Local:
    """∂of/∂by = the rows; `value` is the last of them."""

    of: Symbol
    by: Symbol
    left: Derivative
    rows: tuple[Row, ...]

    @property
    def value(self) -> Expression:
        return self.rows[-1].right


def local_derivative(definitions: Definitions, of: str, by: str, policy: Policy, target: str) -> Local:
    """∂of/∂by through the equation of `of`; names between the two are held."""
    v, u = definitions.symbol(of), definitions.symbol(by)
    held = [
        w for w in definitions.mentions(of) if w != by and w in definitions.equations and definitions.depends(w, by)
    ]
    left = Derivative(v, u, held)
    right = definitions.definition(of, v.indices)
    try:
        raw = definitions.direct(v, u)
    except DeltaruleError as error:
        raise DeltaruleError(f"∂{of}/∂{by}: {error}") from None
    first = f"derivative of {right.function}" if isinstance(right, Apply) else "differentiate"
    rows = [Row(raw, first)]

    def put_row(e: Expression, rule: str) -> None:
        if e is not rows[-1].right:
            rows.append(Row(e, rule))

    at_index = _elementwise(right, by)
    constant = at_index is None or by not in names(raw)  # no function of `by` is left: there is nothing to reuse
    if of == target or (constant and not _transcendental(raw)):
        opened = _without_primes(raw, policy)
        put_row(opened, _primes(raw))
        put_row(tidy(opened), "simplify")
        put_row(gathered(rows[-1].right), "multiply out, put like terms together")
        put_row(with_activities(definitions, rows[-1].right, of), "reuse of the activity")
    elif at_index is not None:
        f = substitute(right, lambda e: S if e is at_index else None)
        form = choose(f, policy)
        deltas = [delta(i, j) for i, j in zip(at_index.indices, u.indices, strict=True)]
        value = rewrite(put(form.expression, at_index, v), [(right, v)])
        put_row(multiply(value, *deltas), _named(form.rule, form.expression))
    else:
        plain = tidy(expand_functions(raw))
        folded = _folded(v, right, plain)
        put_row(plain, "simplify")
        if folded is not None:
            put_row(folded, "reuse of the activity")
    return Local(v, u, left, tuple(rows))


def _named(rule: str, form: Expression) -> str:
    match rule, form:
        case "recognised", Apply(function=name):
            return f"this is {name}"
        case "definition", _:
            return "from the definition"
    return rule


def _primes(e: Expression) -> str:
    found = dict.fromkeys(n.function for n in walk(e) if isinstance(n, Apply) and any(n.order))
    return "derivative of " + ", ".join(found)


def _without_primes(e: Expression, policy: Policy) -> Expression:
    """Every f'(u) in the form that the policy chooses, with f(u) in the place of the activity."""

    def replace(u: Expression) -> Expression | None:
        if isinstance(u, Apply) and sum(u.order) == 1 and len(u.arguments) == 1 and u.function in FUNCTIONS:
            argument = substitute(u.arguments[0], replace)
            return put(choose(Apply(u.function, (S,)), policy).expression, argument, Apply(u.function, (argument,)))
        return None

    return substitute(e, replace)


def _transcendental(e: Expression) -> bool:
    return any(isinstance(n, Apply) for n in walk(e))


def _elementwise(e: Expression, name: str) -> Symbol | None:
    """The one occurrence of `name` (always at the same free index, under no sum), if so `e` is a function of it."""
    found: set[Symbol] = set()

    def visit(u: Expression, below: bool) -> bool:
        match u:
            case Symbol() if u.name == name:
                found.add(u)
                return not below
            case Product(bound=(_, *_)) | Maximum() | Inverse() | Determinant():
                return all(visit(c, True) for c in u.children)
        return all(visit(c, below) for c in u.children)

    return found.pop() if visit(e, False) and len(found) == 1 else None


def with_activities(definitions: Definitions, e: Expression, of: str) -> Expression:
    """`e` written with the names of activities whose equations occur in it: σ(z) becomes ŷ, a softmax its output."""
    present = {user for n in names(e) for user in definitions.users(n)}
    for name in [n for n in definitions.equations if n in present] if len(present) > 1 else present:
        equation = definitions.equations[name]
        if name == of or not _transcendental(equation.right):
            continue
        v = definitions.symbol(name)
        right = definitions.definition(name, v.indices)
        if isinstance(right, Apply):
            e = rewrite(e, [(right, v)])
        elif _transcendental(e):
            e = _folded(v, right, e) or e
    return e


def _folded(v: Symbol, right: Expression, derivative: Expression) -> Expression | None:
    """The derivative written with v, where the equation of v (or of exp v) gives a kernel such as exp(a_i) linearly."""
    best: Expression | None = None
    for kernel, solved in _solved(v, right):
        out = tidy(rewrite(derivative, [(kernel, solved)], inside=False))
        left_over = rewrite(out, [(kernel, v)], inside=False) is not out
        if not left_over and cost(out) < cost(best if best is not None else derivative):
            best = out
    return best


def _solved(v: Symbol, right: Expression) -> list[tuple[Expression, Expression]]:
    """Kernels such as exp(a_i) for which `v = right`, or `exp v = exp right`, is linear, with what they equal."""
    plain = expand_functions(right)
    exponential = exponential_of(plain)
    forms: list[tuple[Expression, Expression]] = [(v, plain)]
    if exponential is not None:
        forms.append((Apply("exp", (v,)), exponential))
    out = []
    for generator, value in forms:
        try:
            atoms = Atoms.of(value, extra=(generator,))
            n, d = to_fraction(value, atoms)
        except (TooLarge, ZeroDivisionError):
            continue
        relation = atoms.generators[generator] * d - n
        for k, kernel in enumerate(atoms.order):
            if k and isinstance(kernel, Apply) and relation.degrees()[k] == 1:
                c0 = relation.subs({k: 0})
                c1 = relation.subs({k: 1}) - c0
                out.append((kernel, from_fraction((-c0, c1), atoms)))
    return out
