"""How powers, exponentials, logarithms, indicators and named functions enter a normal form.

`exp` splits over sums. Logarithms and powers distribute only over factors known to be positive (`positivity`). `max`,
`abs`, `sign` and cases become the indicators `[u > 0]` and `[u = 0]`, u normalised in sign and content, so that
`[-u > 0] = 1 - [u > 0] - [u = 0]` holds at the kink too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deltarule.algebra import canonical, denominators, normal_form, polynomial, positivity, substitution
from deltarule.algebra.budget import Exhausted, Undefined, Unsupported
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Coefficient,
    Component,
    Head,
    Item,
    Polynomial,
    atom,
    axis_of,
    constant,
    head,
    identifier,
    index_of,
    item_polynomial,
    monomial,
    tidy_number,
)
from deltarule.language.expression import Axis, Derivative, Expression, rename
from deltarule.language.functions import FUNCTIONS

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = [
    "absolute",
    "derivative",
    "exact",
    "expanded",
    "exponential",
    "function",
    "greater",
    "idempotents",
    "indicator",
    "logarithm",
    "maximum",
    "power",
    "sign",
    "vanishing",
]

ALGEBRAIC = frozenset({"sqrt", "log1p", "expm1", "softplus", "sinh", "cosh"})
"""Functions that are always replaced by their definitions."""
MAX_SPLIT = 3


def _made(ctx: Context, kind: str, name: Any, arguments: list[Polynomial], inner: tuple[int, ...] = ()) -> Atom:
    of, indices = canonical.template(ctx, kind, name, arguments, inner)
    return atom(of, indices)


# Splitting on idempotents: f(g u + v) = g f(u + v) + (1 - g) f(v) for g in {0, 1} ---------------------------------


def idempotents(p: Polynomial) -> list[Atom]:
    """The deltas and indicators that stand in the terms, outside any sum."""
    found: dict[Atom, None] = {}
    for m in p:
        for item, _ in m:
            if item.special and isinstance(item, Atom) and item.head.kind in ("delta", "positive", "zero"):
                found[item] = None
    return sorted(found, key=lambda a: (a.head.kind != "delta", a.id))


def exact(ctx: Context, p: Polynomial, g: Atom, value: int) -> Polynomial:
    """p where the idempotent g has the value 0 or 1."""
    out: Polynomial = {}
    for m, c in p.items():
        rest = monomial({item: e for item, e in m if item is not g})
        if len(rest) == len(m):
            polynomial.add_into(out, {m: c})
        elif value:
            polynomial.add_into(out, {rest: c})
    if value and g.head.kind in ("positive", "zero"):  # [u > 0] [u = 0] = 0
        out = {m: c for m, c in out.items() if not any(_excludes(g, item) for item, _ in m)}
    if value and g.head.kind == "delta":
        keep, gone = g.indices if g.indices[1] > 0 else g.indices[::-1]
        out = substitution.substituted(ctx, out, {gone: keep})
    return out


def _excludes(g: Atom, item: Item) -> bool:
    """Whether the two are [u > 0] and [u = 0] for one u."""
    return (
        isinstance(item, Atom)
        and item.head.kind in ("positive", "zero")
        and item.head.kind != g.head.kind
        and item.indices == g.indices
        and item.head.payload == g.head.payload
    )


def _split(ctx: Context, p: Polynomial, f: Any) -> Polynomial | None:
    """f(p) by the cases of one idempotent of p, or None where p has none (or too many)."""
    found = idempotents(p)
    if not found or len(found) > MAX_SPLIT:
        return None
    g = found[0]
    branches: list[Polynomial] = []
    failure: Undefined | None = None
    for value in (1, 0):
        try:
            branches.append(f(exact(ctx, p, g, value)))
        except Undefined as e:  # f(p) has no value in this case, so any value will do there
            if failure is not None:
                raise
            failure = e
            branches.append({})
    one, zero = branches
    difference = polynomial.add(one, polynomial.scale(zero, -1))
    return polynomial.add(zero, polynomial.multiply(ctx, item_polynomial(g), difference))


# Powers --------------------------------------------------------------------------------------------------------


def power(ctx: Context, p: Polynomial, q: Any) -> Polynomial:
    """p^q for a rational q."""
    q = tidy_number(q)
    if q == 0:
        return constant(1)
    if q == 1:
        return p
    if not p:
        if q < 0:
            raise Undefined("a division by what is identically zero")
        return {}
    whole = q.denominator == 1
    one = polynomial.single(p)
    if one is not None and not one[0]:
        return _number_root(ctx, one[1], q)
    if whole and q > 0:
        if one is not None and not any(item.special for item, _ in one[0]):
            return {monomial({item: e * q for item, e in one[0]}): polynomial.number_power(one[1], q)}
        return polynomial.raised(ctx, p, q)
    key = ("power", frozenset(p.items()), q)
    found = ctx.kernels.get(key)
    if found is None:
        found = _split(ctx, p, lambda u: power(ctx, u, q))
        if found is None:
            found = _power(ctx, p, q, whole)
        ctx.kernels[key] = found
    return found


def _number_root(ctx: Context, value: Coefficient, q: Any) -> Polynomial:
    if q.denominator == 1:
        return constant(polynomial.number_power(value, q))
    if value < 0:
        raise Unsupported("a root of a negative number")
    powers: dict[Item, Any] = {}
    for prime, e in _primes(value):
        powers[atom(head("prime", prime), ())] = e * q
    return polynomial.tidied(ctx, powers)


def _primes(value: Coefficient) -> list[tuple[int, int]]:
    """The prime factors of a positive rational, with exponents."""
    import flint

    if max(value.numerator, value.denominator).bit_length() > 128:
        raise Exhausted("factors of a number of more than 128 bits")
    top = flint.fmpz(value.numerator).factor() if value.numerator > 1 else []
    bottom = flint.fmpz(value.denominator).factor() if value.denominator > 1 else []
    return [(int(p), int(e)) for p, e in top] + [(int(p), -int(e)) for p, e in bottom]


def _power(ctx: Context, p: Polynomial, q: Any, whole: bool) -> Polynomial:
    over, below = denominators.combined(ctx, p)
    if not over:
        raise Undefined("a division by what is identically zero") if q < 0 else Unsupported("a root of zero")
    number, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    parts: list[Polynomial] = [_number_root(ctx, number, q)]
    rest: list[tuple[Polynomial, Any]] = []
    sign = 1
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(item_polynomial(d), -k) for d, k in below.items()]
    if primitive == {UNIT: -1}:
        sign = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        sign = 1 if c > 0 else -1
        parts.append(_number_root(ctx, abs(c), q))
        pairs += factors
    for f, e in pairs:
        known = 1 if whole else positivity.expression_sign(ctx, f)
        if known:
            if known < 0 and e % 2:
                sign = -sign
            parts.append(_base_power(ctx, polynomial.scale(f, known), e * q))
        elif e.denominator != 1:  # u^(1/2) is defined for u ≥ 0 only
            parts.append(_base_power(ctx, f, e * q))
        else:
            rest.append((f, e))
    if whole:
        parts.append(constant(sign ** abs(q)))
    elif rest:
        parts.append(_root_of_unknown(ctx, rest, sign, q))
    elif sign < 0:
        raise Unsupported("a root of what is negative")
    return polynomial.product(ctx, parts)


def _base_power(ctx: Context, f: Polynomial, q: Any) -> Polynomial:
    """f^q for an f without content, or for one item."""
    q = tidy_number(q)
    if q == 0:
        return constant(1)
    one = polynomial.single(f)
    if one is not None and one[1] == 1 and len(one[0]) == 1 and isinstance(one[0][0][0], Atom):
        item, e = one[0][0]
        return polynomial.tidied(ctx, {item: e * q})
    if q.denominator == 1 and q > 0:
        return polynomial.raised(ctx, f, q)
    sign: Coefficient = 1
    if q.denominator == 1 and one is None:
        made = _made(ctx, "power", None, [f])
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, e) for i, e in t[0]])
        if least[1] < 0:
            made = _made(ctx, "power", None, [polynomial.scale(f, -1)])
            sign = (-1) ** abs(q)
    else:
        made = _made(ctx, "power", None, [f])
    return polynomial.scale(polynomial.tidied(ctx, {made: q}), sign)


def _root_of_unknown(ctx: Context, rest: list[tuple[Polynomial, Any]], sign: int, q: Any) -> Polynomial:
    """(± Π f^e)^q for f of unknown sign: distributed only where that cannot change the value."""
    if len(rest) == 1:
        ((f, e),) = rest
        if e % 2 and sign > 0:  # f^e ≥ 0 exactly where f ≥ 0
            return _base_power(ctx, f, e * q)
    if sign > 0 and all(e % 2 == 0 and (e * q).denominator == 1 for _, e in rest):  # √(f² g²) = |f| |g|
        return polynomial.product(ctx, [power(ctx, absolute(ctx, f), e * q) for f, e in rest])
    base: Polynomial = constant(sign)
    for f, e in rest:
        base = polynomial.multiply(ctx, base, _whole_power(ctx, f, e))
    return polynomial.tidied(ctx, {_made(ctx, "power", None, [base]): q})


def _whole_power(ctx: Context, f: Polynomial, e: int) -> Polynomial:
    """f^e for one item, or for e > 0."""
    one = polynomial.single(f)
    return polynomial.raised(ctx, f, e) if one is None else item_polynomial(one[0][0][0], e)


# exp and log ---------------------------------------------------------------------------------------------------


def exponential(ctx: Context, p: Polynomial) -> Polynomial:
    """exp(Σ c m) = Π exp(m)^c; exp(c log u) = u^c."""
    if not p:
        return constant(1)
    key = ("exp", frozenset(p.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = _split(ctx, p, lambda u: exponential(ctx, u))
        if found is None:
            p = _partial_fractions(ctx, p)
            powers: dict[Item, Any] = {}
            parts: list[Polynomial] = []
            for m, c in p.items():
                if len(m) == 1 and m[0][1] == 1 and isinstance(m[0][0], Atom) and m[0][0].head.kind == "log":
                    inner = m[0][0]
                    parts.append(power(ctx, substitution.instantiate(ctx, inner.head.payload[0], inner), c))
                else:
                    powers[_made(ctx, "exp", None, [{m: 1}])] = c
            found = polynomial.product(ctx, [{monomial(powers): 1}, *parts])
        ctx.kernels[key] = found
    return found


def _partial_fractions(ctx: Context, p: Polynomial) -> Polynomial:
    if not denominators.denominators(p):
        return p
    return ctx.reduced(_rational(ctx, p), everywhere=True)


def _rational(ctx: Context, p: Polynomial) -> Polynomial:
    """N / Π D^k with common factors cancelled: the form in which an argument is compared."""
    if not denominators.denominators(p):
        return p
    over, below = denominators.combined(ctx, p)
    return polynomial.multiply(ctx, over, {monomial({d: -k for d, k in below.items()}): 1})


def logarithm(ctx: Context, p: Polynomial) -> Polynomial:
    """log Π f^e = Σ e log f over the factors known to be positive; the others stay together."""
    if not p:
        raise Undefined("the logarithm of zero")
    key = ("log", frozenset(p.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = _split(ctx, p, lambda u: logarithm(ctx, u))
        if found is None:
            found = _logarithm(ctx, p)
        ctx.kernels[key] = found
    return found


def _logarithm(ctx: Context, p: Polynomial) -> Polynomial:
    over, below = denominators.combined(ctx, p)
    if not over:
        raise Undefined("the logarithm of zero")
    number, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(item_polynomial(d), -k) for d, k in below.items()]
    sign = 1
    if primitive == {UNIT: -1}:
        sign = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        sign = 1 if c > 0 else -1
        number *= abs(c)
        pairs += factors
    out: Polynomial = {}
    for prime, e in _primes(tidy_number(number)):
        polynomial.add_into(out, item_polynomial(_made(ctx, "log", None, [constant(prime)])), e)
    rest: list[tuple[Polynomial, Any]] = []
    for f, e in pairs:
        known = positivity.expression_sign(ctx, f)
        if known:
            if known < 0 and e % 2:
                sign = -sign
            polynomial.add_into(out, _log_of(ctx, polynomial.scale(f, known)), e)
        elif e.denominator != 1:
            polynomial.add_into(out, _log_of(ctx, f), e)
        elif e % 2 == 0:  # log u² = 2 log |u|
            one = polynomial.single(f)
            item = one[0][0][0] if one is not None else None
            if isinstance(item, Atom) and item.head.kind == "power":
                f = polynomial.base_of(ctx, item)  # noqa: PLW2901
            polynomial.add_into(out, logarithm(ctx, absolute(ctx, f)), e)
        else:
            rest.append((f, e))
    if rest:
        if len(rest) == 1:
            polynomial.add_into(out, _log_of(ctx, polynomial.scale(rest[0][0], sign)), rest[0][1])
        else:
            base: Polynomial = constant(sign)
            for f, e in rest:
                base = polynomial.multiply(ctx, base, _whole_power(ctx, f, e))
            polynomial.add_into(out, item_polynomial(_made(ctx, "log", None, [base])))
    elif sign < 0:
        raise Undefined("the logarithm of what is negative")
    return out


def _log_of(ctx: Context, f: Polynomial) -> Polynomial:
    """log f for one item, or for an f without content."""
    one = polynomial.single(f)
    if one is not None and one[1] == 1 and len(one[0]) == 1 and isinstance(one[0][0][0], Atom) and one[0][0][1] == 1:
        item = one[0][0][0]
        inner = (
            substitution.instantiate(ctx, item.head.payload[0], item) if item.head.slots or item.head.payload else {}
        )
        if item.head.kind == "exp":
            return inner
        if item.head.kind == "prime":
            return item_polynomial(_made(ctx, "log", None, [constant(item.head.name)]))
        if item.head.kind == "power":
            return item_polynomial(_made(ctx, "log", None, [inner]))
    return item_polynomial(_made(ctx, "log", None, [f]))


# Indicators ----------------------------------------------------------------------------------------------------


def _signed(ctx: Context, u: Polynomial) -> tuple[int, list[_Factor]]:
    """u has the sign s Π f over its factors of unknown sign; s is 0 where u = 0 identically."""
    key = ("signed", frozenset(u.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = ctx.kernels[key] = _read_signs(ctx, u)
    return found


@dataclass(frozen=True)
class _Factor:
    """[v > 0] and [v = 0] for a factor v normalised in sign; whether its exponent is odd."""

    above: Polynomial
    zero: Polynomial
    odd: bool


def _read_signs(ctx: Context, u: Polynomial) -> tuple[int, list[_Factor]]:
    over, below = denominators.combined(ctx, u)
    if not over:
        return 0, []
    _, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(polynomial.base_of(ctx, d), -k) for d, k in below.items()]
    s = 1
    if primitive == {UNIT: -1}:
        s = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        s = 1 if c > 0 else -1
        pairs += factors
    unknown: list[tuple[Polynomial, Any]] = []
    for f, e in pairs:
        known = positivity.expression_sign(ctx, f)
        if known < 0 and e % 2:
            s = -s
        if not known:
            unknown.append((f, e))
    if len(unknown) > MAX_SPLIT:
        whole = polynomial.product(ctx, [polynomial.raised(ctx, f, _parity(e)) for f, e in unknown])
        unknown = [(whole, 1)]
    out: list[_Factor] = []
    for f, e in unknown:
        # Below the line, or under a root there, a factor is not zero where u is defined.
        if e < 0 and e.denominator != 1:
            continue
        if e % 2 and positivity.not_negative(ctx, polynomial.scale(f, -1)):
            f, s = polynomial.scale(f, -1), -s  # noqa: PLW2901
        made = _made(ctx, "positive", None, [f])
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, k) for i, k in t[0]])
        odd = e.denominator == 1 and e % 2 == 1 and not positivity.not_negative(ctx, f)
        if least[1] < 0:
            made = _made(ctx, "positive", None, [polynomial.scale(f, -1)])
            s = -s if odd else s
        vanishes = {} if e < 0 else item_polynomial(atom(_zero_of(made.head), made.indices))
        out.append(_Factor(item_polynomial(made), vanishes, odd))
    return s, out


def _parity(e: Any) -> int:
    return 1 if e.denominator == 1 and e % 2 else 2


def _zero_of(positive: Head) -> Head:
    """The head of [v = 0] for that of [v > 0]."""
    return head("zero", None, positive.payload, positive.arity, positive.symmetries, positive.slots)


def _nonzero(ctx: Context, factors: list[_Factor]) -> Polynomial:
    """[u ≠ 0]."""
    return polynomial.product(ctx, [polynomial.add(constant(1), polynomial.scale(f.zero, -1)) for f in factors])


def indicator(ctx: Context, u: Polynomial) -> Polynomial:
    """[u > 0] = (sign u + [u ≠ 0]) / 2."""
    split = _split(ctx, u, lambda w: indicator(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    if not s:
        return {}
    if not factors:
        return constant(1 if s > 0 else 0)
    return polynomial.scale(polynomial.add(sign(ctx, u), _nonzero(ctx, factors)), Fraction(1, 2))


def vanishing(ctx: Context, u: Polynomial) -> Polynomial:
    """[u = 0]."""
    split = _split(ctx, u, lambda w: vanishing(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    return polynomial.add(constant(1), polynomial.scale(_nonzero(ctx, factors), -1)) if s else constant(1)


def sign(ctx: Context, u: Polynomial) -> Polynomial:
    """[u > 0] - [-u > 0], which is 0 at u = 0: the product of the signs of the factors."""
    split = _split(ctx, u, lambda w: sign(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    parts = [constant(s)]
    for f in factors:
        if f.odd:
            parts.append(polynomial.add(polynomial.scale(f.above, 2), constant(-1), f.zero))
        else:
            parts.append(polynomial.add(constant(1), polynomial.scale(f.zero, -1)))
    return polynomial.product(ctx, parts)


def absolute(ctx: Context, u: Polynomial) -> Polynomial:
    """|u| = s u Π (2 [v > 0] - 1) over the odd factors, at u = 0 too."""
    split = _split(ctx, u, lambda w: absolute(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    parts = [polynomial.add(polynomial.scale(f.above, 2), constant(-1)) for f in factors if f.odd]
    return polynomial.product(ctx, [polynomial.scale(u, s), *parts])


def greater(ctx: Context, a: Polynomial, b: Polynomial) -> Polynomial:
    """max(a, b) = (a + b + |a - b|) / 2, at a = b too."""
    apart = absolute(ctx, polynomial.add(a, polynomial.scale(b, -1)))
    return polynomial.scale(polynomial.add(a, b, apart), Fraction(1, 2))


# Reductions, functions, derivatives ----------------------------------------------------------------------------


def maximum(ctx: Context, body: Polynomial, name: Any) -> Polynomial:
    """max over axes, `name` being (kind of reduction, the slots of the axes): summands and positive factors that do
    not depend on the axes leave it."""
    _, inner = name
    bound = set(inner)
    outside = {m: c for m, c in body.items() if all(item.free.isdisjoint(bound) for item, _ in m)}
    inside = {m: c for m, c in body.items() if m not in outside}
    if not inside:
        return outside
    if len(bound) == 1 and ctx.mode.literal:
        (axis,) = inner
        size = axis_of(axis).size
        if isinstance(size, int) and size <= 4:
            values = [substitution.substituted(ctx, inside, {axis: -c}) for c in range(1, size + 1)]
            out = values[0]
            for value in values[1:]:
                out = greater(ctx, out, value)
            return polynomial.add(outside, out)
    number, inside = denominators.numeric_content(inside)
    shift, _ = denominators.content(inside)
    common = {
        item: e for item, e in shift.items() if item.free.isdisjoint(bound) and positivity.item_positive(ctx, item)
    }
    if common:
        inside = polynomial.multiply(ctx, inside, {monomial({item: -e for item, e in common.items()}): 1})
    used = tuple(i for i in inner if any(i in item.free for m in inside for item, _ in m))
    made = _made(ctx, "maximum", "max", [inside], used)
    return polynomial.add(outside, {monomial({made: 1, **common}): number})


def derivative(ctx: Context, of: Expression, slots: tuple[int, ...], indices: tuple[int, ...]) -> Polynomial:
    """An unevaluated derivative: opaque, its node with the indices put in being its name."""
    moved = rename(of, {axis_of(s): index_of(i) for s, i in zip(slots, indices, strict=True)})
    assert isinstance(moved, Derivative)
    axes = moved.axes
    places = {a: Axis(f"#{k}", a.size) for k, a in enumerate(axes)}
    named = rename(moved, places)
    own = tuple(identifier(p) for p in places.values())
    return item_polynomial(atom(head("derivative", named, (), len(axes), (), own), tuple(identifier(a) for a in axes)))


def function(ctx: Context, name: str, order: tuple[int, ...], arguments: list[Polynomial]) -> Polynomial:
    """A scalar function of normal forms."""
    if name == "exp":
        return exponential(ctx, arguments[0])
    if not any(order):
        match name, arguments:
            case "log", [u]:
                return logarithm(ctx, u)
            case "step", [u]:
                return indicator(ctx, u)
            case "sign", [u]:
                return sign(ctx, u)
            case "abs", [u]:
                return absolute(ctx, u)
            case "maximum", [a, b]:
                return greater(ctx, a, b)
            case "minimum", [a, b]:
                return polynomial.add(a, b, polynomial.scale(greater(ctx, a, b), -1))
            case (("sin" | "erf"), [u]) if not u:
                return {}
            case "cos", [u] if not u:
                return constant(1)
        row = FUNCTIONS.get(name)
        if row is not None and row.definition is not None and (ctx.mode.expand or name in ALGEBRAIC):
            if len(row.parameters) != len(arguments):
                raise Unsupported(f"{name} takes {len(row.parameters)} arguments")
            return normal_form.applied(ctx, row.definition, row.parameters, arguments)
    if len(arguments) == 1:
        split = _split(ctx, arguments[0], lambda u: function(ctx, name, order, [u]))
        if split is not None:
            return split
    arguments = [_rational(ctx, u) for u in arguments]
    factor = 1
    if name in ("sin", "cos", "erf") and not any(order):
        made = _made(ctx, "function", (name, order), arguments)
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, e) for i, e in t[0]])
        if least[1] < 0:
            arguments = [polynomial.scale(arguments[0], -1)]
            factor = 1 if name == "cos" else -1
    made = _made(ctx, "function", (name, order), arguments)
    return polynomial.scale(item_polynomial(made), factor)


def expanded(ctx: Context, p: Polynomial) -> Polynomial | None:
    """p with functions that have a definition replaced by it, where some stand in its terms; else None."""
    if not any(_has_definition(item) for m in p for item, _ in m):
        return None
    if ctx.mode.expand:
        return None
    deep = ctx.expanding()
    out: Polynomial = {}
    for m, c in p.items():
        part: list[Polynomial] = []
        powers: dict[Item, Any] = {}
        for item, e in m:
            if _has_definition(item):
                assert isinstance(item, Atom)
                arguments = [substitution.instantiate(deep, u, item) for u in item.head.payload]
                name, order = item.head.name
                part.append(power(deep, function(deep, name, order, arguments), e))
            else:
                powers[item] = e
        polynomial.add_into(out, polynomial.product(deep, [polynomial.tidied(deep, powers), *part]), c)
    return out


def _has_definition(item: Item) -> bool:
    if isinstance(item, Component) or not isinstance(item, Atom) or item.head.kind != "function":
        return False
    name, order = item.head.name
    row = FUNCTIONS.get(name)
    return row is not None and row.definition is not None and not any(order)
