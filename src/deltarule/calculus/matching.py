"""Identities used as rewrites: a pattern over the scalar `s` (or `s`, `t`), matched to the letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deltarule.language.arithmetic import multiply, negate
from deltarule.language.expression import Apply, Expression, Number, Power, Product, Sum, Symbol
from deltarule.language.traversal import substitute

__all__ = ["apply_identity", "match"]


def match(pattern: Expression, e: Expression, variables: Iterable[str]) -> dict[str, Expression] | None:
    """The values of the variables that make the pattern this expression, or None."""
    found: dict[str, Expression] = {}
    wanted = set(variables)

    def visit(p: Expression, u: Expression) -> bool:
        if isinstance(p, Symbol) and p.name in wanted and not p.indices:
            return found.setdefault(p.name, u) is u
        match p, u:
            case ((Number() | Symbol()), _):
                return p is u
            case Apply(), Apply():
                same = p.function == u.function and p.order == u.order and len(p.arguments) == len(u.arguments)
                return same and all(map(visit, p.arguments, u.arguments))
            case Power(), Power():
                return p.exponent == u.exponent and visit(p.base, u.base)
            case Product(factors=(Number(value=v), q), bound=()), _ if v == -1 and isinstance(q, Symbol):
                return visit(q, negate(u))  # -s matches anything, as -(-u)
            case (Sum(), Sum()) | (Product(bound=()), Product(bound=())):
                return len(p.children) == len(u.children) and all(map(visit, p.children, u.children))
        return False

    return found if visit(pattern, e) else None


def apply_identity(e: Expression, left: Expression, right: Expression, variables: Iterable[str]) -> Expression:
    """Every place in `e` that has the form of `left` rewritten to `right`."""
    wanted = tuple(variables)

    def replace(u: Expression) -> Expression | None:
        found = match(left, u, wanted) if type(u) is type(left) else None
        if found is None:
            return None
        return _put(right, {k: substitute(v, replace) for k, v in found.items()})

    return substitute(e, replace)


def _put(e: Expression, values: Mapping[str, Expression]) -> Expression:
    def replace(u: Expression) -> Expression | None:
        match u:
            case Symbol(name=name, indices=()) if name in values:
                return values[name]
            case Product(factors=factors, bound=()):
                return multiply(*(substitute(f, replace) for f in factors))
        return None

    return substitute(e, replace)
