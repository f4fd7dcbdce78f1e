"""Expressions as infix text in index notation, for sentences such as "y_hat != 0"."""

from __future__ import annotations

from fractions import Fraction

from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
    rename,
)

__all__ = ["freed", "plain"]


def freed(e: Expression) -> Expression:
    """The expression with axes that a binder outside it had named called by letters."""
    taken = {a.name for a in e.axes}
    letters = (x for x in "ijkpqrstuvw" if x not in taken)
    names = {a: Axis(next(letters, a.name[1:]), a.size) for a in e.axes if a.bound}
    return rename(e, names) if names else e


def plain(e: Expression) -> str:
    """Infix text in index notation."""
    return _plain(freed(e), 0)


def _plain(e: Expression, level: int) -> str:
    """`level` 0: inside a sum, 1: inside a product, 2: below a power."""
    match e:
        case Number(value=v):
            text = str(v)
            return f"({text})" if level and (v < 0 or v.denominator != 1) else text
        case Symbol(name=name, indices=indices):
            return name + (f"[{','.join(_index(i) for i in indices)}]" if indices else "")
        case Sum(terms=terms):
            ordered = sorted(terms, key=lambda t: _negative(t) is not None)
            text = _plain(ordered[0], 0)
            for t in ordered[1:]:
                minus = _negative(t)
                text += f" + {_plain(t, 1)}" if minus is None else f" - {_plain(minus, 1)}"
            return f"({text})" if level else text
        case Product(factors=factors, bound=bound):
            minus = None if bound else _negative(e)
            text = f"-{_plain(minus, 1)}" if minus is not None else " ".join(_plain(f, 1) for f in factors)
            if bound:
                text = f"sum_{{{','.join(a.name.replace('~', 'k') for a in bound)}}} {text}"
            return f"({text})" if level == 2 or (level and (bound or minus is not None)) else text
        case Power(base=base, exponent=q):
            shown = str(q) if q.denominator == 1 and q >= 0 else f"({q})"
            return f"{_plain(base, 2)}^{shown}"
        case Apply(function=name, arguments=arguments, order=order):
            return name + "'" * sum(order) + "(" + ", ".join(_plain(u, 0) for u in arguments) + ")"
        case Delta(first=a, second=b):
            return f"delta[{_index(a)},{_index(b)}]"
        case Selection():
            return repr(e).replace("~", "k")
        case Maximum(body=body, bound=bound):
            return f"max_{{{','.join(a.name.replace('~', 'k') for a in bound)}}} ({_plain(body, 0)})"
        case Determinant(body=body):
            return f"det({_matrix(body)})"
        case Inverse(body=body, indices=indices):
            return f"inv({_matrix(body)})[{','.join(_index(i) for i in indices)}]"
    return repr(e)


def _matrix(body: Expression) -> str:
    """A matrix that is a name without its indices."""
    return body.name if isinstance(body, Symbol) and len(body.axes) == 2 else _plain(body, 0)


def _index(i: Axis | int) -> str:
    return i.name.replace("~", "k") if isinstance(i, Axis) else str(i)


def _negative(e: Expression) -> Expression | None:
    """-e where e is written with a minus sign in front."""
    if isinstance(e, Number) and e.value < 0:
        return Number(-e.value)
    if isinstance(e, Product) and not e.bound and e.factors and isinstance(e.factors[0], Number):
        value: Fraction = e.factors[0].value
        if value < 0:
            rest = e.factors[1:] if value == -1 else (Number(-value), *e.factors[1:])
            return rest[0] if len(rest) == 1 else Product(rest)
    return None
