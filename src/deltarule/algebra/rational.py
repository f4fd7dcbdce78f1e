"""Elementwise rational tidying: one fraction over opaque atoms, common factors cancelled, both parts factored.

An expression is read as a rational function of its atoms (whatever is not a number, a sum, an unbound product or an
integer power), with exact multivariate polynomials from python-flint. `exp(-s)` and `exp(2 s)` are powers of one atom,
and so are `u^(1/2)` and `u^(3/2)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

import flint

from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.expression import ONE, ZERO, Apply, Expression, Number, Power, Product, Sum
from deltarule.language.traversal import walk

__all__ = ["Atoms", "Fractional", "TooLarge", "from_fraction", "from_polynomial", "simplify", "to_fraction"]

Polynomial = flint.fmpq_mpoly

MAX_TERMS = 3000
MAX_ATOMS = 200
MAX_ROOT = 64


class TooLarge(Exception):
    """The polynomials would pass the cap; the caller keeps the expression as it is."""


@dataclass
class Atoms:
    """The atoms of a family of expressions, each with its polynomial generator."""

    order: list[Expression] = field(default_factory=list)
    exponential: dict[Expression, tuple[Fraction, Expression]] = field(default_factory=dict)
    """For u: the unit c and the atom exp(c u) of which every exp(k u) is a power."""
    roots: dict[Expression, int] = field(default_factory=dict)
    """For u under fractional powers: the common denominator q; the atom is u^(1/q)."""
    context: flint.fmpq_mpoly_ctx | None = None
    generators: dict[Expression, Polynomial] = field(default_factory=dict)

    @classmethod
    def of(cls, *expressions: Expression, extra: tuple[Expression, ...] = ()) -> Atoms:
        """Collect the atoms of the expressions, in order of appearance; `extra` atoms come first."""
        atoms = cls(list(extra))
        units: dict[Expression, list[Fraction]] = {}
        seen: set[Expression] = set()

        def visit(e: Expression) -> None:
            if e in seen:
                return
            seen.add(e)
            match e:
                case Number():
                    return
                case Sum(terms=parts):
                    for part in parts:
                        visit(part)
                case Product(factors=parts, bound=()):
                    for part in parts:
                        visit(part)
                case Power(base=base, exponent=exponent):
                    if exponent.denominator == 1:
                        visit(base)
                    else:
                        atoms.roots[base] = lcm(atoms.roots.get(base, 1), exponent.denominator)
                        atoms.order.append(Power(base, Fraction(1, 2)))  # a place holder for the order
                case Apply(function="exp", arguments=(u,), order=(0,)):
                    c, rest = coefficient(u)
                    if rest not in units:
                        atoms.order.append(Apply("exp", (rest,)))
                    units.setdefault(rest, []).append(c)
                case _:
                    atoms.order.append(e)

        for e in expressions:
            visit(e)
        final: dict[Expression, None] = {}
        for e in atoms.order:
            match e:
                case Apply(function="exp", arguments=(rest,), order=(0,)) if rest in units:
                    cs = units[rest]
                    unit = Fraction(gcd(*(c.numerator for c in cs)), lcm(*(c.denominator for c in cs)))
                    unit = unit if cs[0] > 0 else -unit
                    atom = Apply("exp", (multiply(Number(unit), rest),))
                    atoms.exponential[rest] = (unit, atom)
                    final[atom] = None
                case Power(base=base) if base in atoms.roots:
                    final[Power(base, Fraction(1, atoms.roots[base]))] = None
                case _:
                    final[e] = None
        for base in atoms.roots:  # s beside s^(1/2): one atom, the root
            final.pop(base, None)
        atoms.order = list(final)
        if len(atoms.order) > MAX_ATOMS or max(atoms.roots.values(), default=1) > MAX_ROOT:
            raise TooLarge
        atoms.context = flint.fmpq_mpoly_ctx.get([f"x{i}" for i in range(max(1, len(atoms.order)))], "lex")
        atoms.generators = dict(zip(atoms.order, atoms.context.gens(), strict=False))
        return atoms

    def constant(self, value: Fraction | int) -> Polynomial:
        assert self.context is not None
        value = Fraction(value)
        return self.context.constant(flint.fmpq(value.numerator, value.denominator))


def coefficient(u: Expression) -> tuple[Fraction, Expression]:
    """`u = c · rest` with a rational c; for a sum, c is the sign of its first term."""
    match u:
        case Number(value=v):
            return v, ONE
        case Product(factors=factors, bound=()):
            gathered = multiply(*factors)
            if isinstance(gathered, Product) and isinstance(gathered.factors[0], Number):
                c, rest = coefficient(multiply(*gathered.factors[1:]))
                return gathered.factors[0].value * c, rest
            return (Fraction(1), gathered) if isinstance(gathered, Product) else coefficient(gathered)
        case Sum(terms=(first, *_)) if coefficient(first)[0] < 0:
            return Fraction(-1), add(*(multiply(Number(-1), t) for t in u.terms))
    return Fraction(1), u


Fractional = tuple[Polynomial, Polynomial]


def to_fraction(e: Expression, atoms: Atoms) -> Fractional:
    """Numerator and denominator, without a common factor.

    Raises `TooLarge` past the cap, `ZeroDivisionError` where a denominator is identically zero.
    """
    one = atoms.constant(1)
    memo: dict[Expression, Fractional] = {}

    def reduced(n: Polynomial, d: Polynomial) -> Fractional:
        if d == one or n.is_zero():
            return n, (one if n.is_zero() else d)
        g = n.gcd(d)
        if not g.is_constant():
            n, d = n / g, d / g
        return n, d

    def product(a: Polynomial, b: Polynomial) -> Polynomial:
        if len(a) * len(b) > MAX_TERMS:
            raise TooLarge
        return a * b

    def raised(f: Fractional, k: int) -> Fractional:
        if k < 0:
            if f[0].is_zero():
                raise ZeroDivisionError
            f, k = (f[1], f[0]), -k
        if k > 64 or max(len(f[0]), len(f[1])) ** min(k, 8) > MAX_TERMS * 4:
            raise TooLarge
        return f[0] ** k, f[1] ** k

    def visit(e: Expression) -> Fractional:
        if e not in memo:
            memo[e] = step(e)
        return memo[e]

    def step(e: Expression) -> Fractional:
        match e:
            case Number(value=v):
                return atoms.constant(v), one
            case Power(base=base, exponent=exponent) if base in atoms.roots:
                root = atoms.generators[Power(base, Fraction(1, atoms.roots[base]))]
                return raised((root, one), int(exponent * atoms.roots[base]))
            case Apply(function="exp", arguments=(u,), order=(0,)):
                c, rest = coefficient(u)
                unit, atom = atoms.exponential[rest]
                return raised((atoms.generators[atom], one), int(c / unit))
            case _ if e in atoms.generators:
                return atoms.generators[e], one
            case _ if e in atoms.roots:
                root = atoms.generators[Power(e, Fraction(1, atoms.roots[e]))]
                return root ** atoms.roots[e], one
            case Sum(terms=terms):
                n, d = atoms.constant(0), one
                for t in terms:
                    tn, td = visit(t)
                    g = d.gcd(td)
                    n, d = product(n, td / g) + product(tn, d / g), product(d, td / g)
                return reduced(n, d)
            case Product(factors=factors):
                n, d = one, one
                for f in factors:
                    fn, fd = visit(f)
                    n, d = reduced(product(n, fn), product(d, fd))
                return n, d
            case Power(base=base, exponent=exponent):
                return raised(visit(base), int(exponent))
        raise TypeError(f"not an atom that was collected: {e!r}")

    return visit(e)


def _rational(q: flint.fmpq) -> Fraction:
    return Fraction(int(q.p), int(q.q))


def from_polynomial(p: Polynomial, atoms: Atoms) -> Expression:
    """The polynomial written out: positive terms first, low degrees first."""
    terms = []
    for exponents, c in p.terms():
        factors = [power(atom, int(k)) for atom, k in zip(atoms.order, exponents, strict=False) if k]
        terms.append(
            (c < 0, sum(map(int, exponents)), [-int(k) for k in exponents], multiply(Number(_rational(c)), *factors))
        )
    terms.sort(key=lambda t: t[:3])
    return Sum([t[3] for t in terms]) if len(terms) > 1 else terms[0][3] if terms else ZERO


def _signed(p: Polynomial) -> tuple[Polynomial, bool]:
    """The factor with the sign a person would write, and whether that sign is fixed: `1 - y` is, `y_hat - y` is not."""
    constant = [c for exponents, c in p.terms() if not any(exponents)]
    if constant:
        return (p if constant[0] > 0 else -p), True
    positive = sum(c > 0 for c in p.coeffs())
    if positive * 2 != len(p):
        return (p if positive * 2 > len(p) else -p), True
    return p, False


def from_fraction(f: Fractional, atoms: Atoms) -> Expression:
    """`c · num / den` with both factored, signs as a person would write them."""
    number = Fraction(1)
    pieces: list[list[tuple[Polynomial, int, bool]]] = []
    for part, side in zip(f, (1, -1), strict=True):
        content, factors = part.factor()
        number *= _rational(content) ** side
        kept = []
        for p, k in factors:
            scale = Fraction(lcm(*(int(c.q) for c in p.coeffs())))
            signed, fixed = _signed(p * atoms.constant(scale))
            if signed != p * atoms.constant(scale):
                scale = -scale
            number /= scale ** (int(k) * side)
            kept.append((signed, int(k), fixed))
        pieces.append(kept)
    if number < 0:  # put the minus into a difference that reads as well the other way round
        for kept in pieces:
            for i, (p, k, fixed) in enumerate(kept):
                if not fixed and k % 2 and len(p) > 1:
                    kept[i] = (-p, k, fixed)
                    number = -number
                    break
            if number > 0:
                break

    def place(p: Polynomial) -> tuple[list[int], bool]:
        return [-min(1, int(k)) for k in p.degrees()], len(p) > 1

    def written(kept: list[tuple[Polynomial, int, bool]]) -> list[Expression]:
        ordered = sorted(kept, key=lambda t: place(t[0]))
        return [power(from_polynomial(p, atoms), k) for p, k, _ in ordered]

    bottom = [power(e, -1) for e in written(pieces[1])]
    return multiply(Number(number), *written(pieces[0]), *bottom)


def _monomial(e: Expression) -> bool:
    """A number times distinct atoms, which is as simple as it stands."""
    match e:
        case Product(factors=factors, bound=()):
            atoms = factors[1:] if isinstance(factors[0], Number) else factors
            plain = not any(isinstance(f, Number | Sum | Power | Product) for f in atoms)
            return plain and len(set(atoms)) == len(atoms)
    return False


def simplify(e: Expression) -> Expression:
    """One factored fraction, if that is possible within the caps; else the expression itself."""
    if isinstance(e, Number) or not any(isinstance(n, Sum | Product | Power) for n in walk(e)) or _monomial(e):
        return e
    try:
        atoms = Atoms.of(e)
        n, d = to_fraction(e, atoms)
        if n.is_zero():
            return ZERO
        return from_fraction((n, d), atoms)
    except (TooLarge, ZeroDivisionError):
        return e
