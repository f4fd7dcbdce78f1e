"""Inverses and determinants in a question: each gets a name of which no more is known than what defines it.

`A⁻¹` becomes a matrix V with A V = I and V A = I: an equality that holds for every such V holds for the inverse. A
determinant becomes a number. Before that, a product of square matrices is taken apart: (A B)⁻¹ = B⁻¹ A⁻¹, det(A B) =
det A det B; where the product has an inverse, so has each factor. A matrix of which a fact says B[i,j] = B[j,i] gets a
name whose indices the kernel may exchange, and so does the inverse of a symmetric matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from deltarule.algebra.facts import Facts
from deltarule.algebra.normal_form import SYMMETRIC
from deltarule.algebra.plain import freed, plain
from deltarule.algebra.verdict import Proof
from deltarule.language.arithmetic import multiply, power
from deltarule.language.expression import (
    Axis,
    Delta,
    Determinant,
    Expression,
    Inverse,
    Number,
    Product,
    Symbol,
    fresh,
    opened,
    rename,
)
from deltarule.language.traversal import substitute, walk

__all__ = ["Named", "applies", "named"]

MARK = "~"
"""No name that anyone writes begins with it."""
GIVEN = f"{SYMMETRIC} "
Judge: TypeAlias = Callable[[Expression, Expression, Facts], Proof]


def applies(left: Expression, right: Expression, facts: Facts) -> bool:
    """Whether the question has something to be named."""
    if any(_symmetry(a, b) for a, b in facts.equal):
        return True
    everything = (left, right, *facts.positive, *(e for pair in facts.equal for e in pair))
    return any(isinstance(n, Inverse | Determinant) for e in everything for n in walk(e))


def _symmetry(a: Expression, b: Expression) -> str:
    """The name of the matrix of which the equality says that it is symmetric, or nothing."""
    if isinstance(a, Symbol) and isinstance(b, Symbol) and a.name == b.name and len(a.axes) == 2:
        return a.name if len(a.indices) == 2 and a.indices == b.indices[::-1] else ""
    return ""


@dataclass(frozen=True)
class _Known:
    """A name and the matrix that it is the inverse or the determinant of, over the first two of `axes`."""

    name: str
    kind: type[Expression]
    body: Expression
    axes: tuple[Axis, ...]


@dataclass
class Named:
    """The two sides and the facts with names in the place of inverses and determinants."""

    left: Expression
    right: Expression
    facts: Facts
    judge: Judge
    """Whether two sides are equal under facts, with the names in them."""
    known: list[_Known] = field(default_factory=list)
    under: list[Proof] = field(default_factory=list)
    """Proofs that two matrices are one: their conditions are those of the whole."""

    def proof(self, p: Proof) -> Proof:
        """A proof about the names as one about what they stand for."""
        if not p.proved:
            return p
        parts = [*self.under, p]
        nonzero = dict.fromkeys(self._shown(e) for part in parts for e in part.nonzero)
        positive = dict.fromkeys(self._shown(e) for part in parts for e in part.positive)
        for k in self.known:
            if k.kind is Inverse:
                nonzero[freed(self._shown(Determinant(k.body, k.axes[:2])))] = None
        kept = [s for part in parts for s in part.domain if MARK not in s]
        words = [f"{plain(e)} != 0" for e in nonzero] + [f"{plain(e)} > 0" for e in positive]
        order = dict.fromkeys([*(s for s in kept if s in words or not s.endswith(" 0")), *words])
        return replace(p, domain=tuple(order), nonzero=tuple(nonzero), positive=tuple(positive))

    def _shown(self, e: Expression) -> Expression:
        """Names replaced by what they stand for."""

        def put(n: Expression) -> Expression | None:
            if not isinstance(n, Symbol) or not n.name.startswith(MARK):
                return None
            if n.name.startswith(GIVEN):
                return Symbol(n.name.removeprefix(GIVEN), n.indices)
            k = next(k for k in self.known if k.name == n.name)
            first = 2 if k.kind is Inverse else 0
            moved = dict(zip(k.axes[2:], n.indices[first:], strict=True))
            body = self._shown(rename(k.body, moved))
            if k.kind is Inverse:
                return Inverse(body, k.axes[:2], n.indices[:2])
            return Determinant(body, k.axes[:2])

        return substitute(e, put)


def named(left: Expression, right: Expression, facts: Facts, judge: Judge) -> Named:
    """The question with names for its inverses and determinants, and what is known of these added to the facts;
    `judge` decides whether two matrices are one."""
    out = Named(left, right, Facts(), judge)
    symmetric = {name for a, b in facts.equal if (name := _symmetry(a, b))}
    if symmetric:

        def put(n: Expression) -> Expression | None:
            return Symbol(GIVEN + n.name, n.indices) if isinstance(n, Symbol) and n.name in symmetric else None

        rest = [(substitute(a, put), substitute(b, put)) for a, b in facts.equal if not _symmetry(a, b)]
        facts = Facts(tuple(substitute(e, put) for e in facts.positive), tuple(rest))
        left, right = substitute(left, put), substitute(right, put)
    positive = tuple(_visit(out, e, facts) for e in facts.positive)
    equal = tuple((_visit(out, a, facts), _visit(out, b, facts)) for a, b in facts.equal)
    given = Facts(positive, equal)
    out.left, out.right = _visit(out, left, given), _visit(out, right, given)
    out.facts = _with_equations(out, given)
    return out


def _with_equations(out: Named, given: Facts) -> Facts:
    """The facts, and A V = I = V A of each inverse V."""
    equal = list(given.equal)
    for k in out.known:
        if k.kind is Inverse:
            (r, c), outer = k.axes[:2], k.axes[2:]
            middle = fresh(r.size)
            unit = Delta(r, c)
            first = multiply(rename(k.body, {c: middle}), Symbol(k.name, (middle, c, *outer)), bound=(middle,))
            second = multiply(Symbol(k.name, (r, middle, *outer)), rename(k.body, {r: middle}), bound=(middle,))
            equal += [(first, unit), (second, unit)]
    return Facts(given.positive, tuple(equal))


def _visit(out: Named, e: Expression, given: Facts) -> Expression:
    def put(n: Expression) -> Expression | None:
        if isinstance(n, Inverse):
            (body,), (r, c) = opened(n)
            i, j = n.indices
            return _inverse(out, _visit(out, body, given), r, c, given, (i, j))
        if isinstance(n, Determinant):
            (body,), (r, c) = opened(n)
            return _determinant(out, _visit(out, body, given), r, c, given)
        return None

    return substitute(e, put)


def _inverse(
    out: Named, body: Expression, r: Axis, c: Axis, given: Facts, at: tuple[Axis | int, Axis | int]
) -> Expression:
    i, j = at
    if isinstance(body, Delta) and {body.first, body.second} == {r, c}:
        return Delta(i, j) if i != j else Number(1)
    before = _own(out, body, Inverse, r, c)
    if before is not None:  # the inverse of an inverse
        known, turned, outer = before
        p, q = (j, i) if turned else (i, j)
        return rename(known.body, dict(zip(known.axes, (p, q, *outer), strict=True)))
    chain = _chain(body, r, c)
    if chain is None:
        return _name(out, Inverse, body, r, c, given, at)
    scalars, links = chain
    steps = [i, *(fresh(r.size) for _ in links[1:]), j]
    factors = [_inverse(out, e, a, b, given, (steps[k], steps[k + 1])) for k, (e, a, b) in enumerate(reversed(links))]
    return multiply(*(power(s, -1) for s in scalars), *factors, bound=[a for a in steps[1:-1] if isinstance(a, Axis)])


def _determinant(out: Named, body: Expression, r: Axis, c: Axis, given: Facts) -> Expression:
    if isinstance(body, Delta) and {body.first, body.second} == {r, c}:
        return Number(1)
    before = _own(out, body, Inverse, r, c)
    if before is not None:
        known, _, outer = before
        inner = rename(known.body, dict(zip(known.axes[2:], outer, strict=True)))
        row, column = known.axes[:2]
        return power(_determinant(out, inner, row, column, given), -1)
    chain = _chain(body, r, c)
    if chain is None or (chain[0] and not isinstance(r.size, int)):
        return _name(out, Determinant, body, r, c, given, ())
    scalars, links = chain
    times = int(r.size) if scalars else 1
    return multiply(*(power(s, times) for s in scalars), *(_determinant(out, e, a, b, given) for e, a, b in links))


def _own(
    out: Named, body: Expression, kind: type[Expression], r: Axis, c: Axis
) -> tuple[_Known, bool, tuple[Axis | int, ...]] | None:
    """The row of a name that the matrix is, whether transposed, and its further indices."""
    if not isinstance(body, Symbol) or not body.name.startswith(MARK) or body.name.startswith(GIVEN):
        return None
    known = next(k for k in out.known if k.name == body.name)
    if known.kind is not kind or set(body.indices[:2]) != {r, c}:
        return None
    return known, body.indices[0] == c, body.indices[2:]


Link = tuple[Expression, Axis, Axis]


def _chain(body: Expression, r: Axis, c: Axis) -> tuple[list[Expression], list[Link]] | None:
    """(scalars, matrices with row and column) where the body is a product of square matrices from r to c."""
    if not isinstance(body, Product):
        return None
    factors, bound = _flat(body)
    path = {r, c, *bound}
    if any(a.size != r.size for a in path):
        return None
    scalars = [f for f in factors if path.isdisjoint(f.axes)]
    rest = [f for f in factors if f not in scalars]
    links: list[Link] = []
    here = r
    while rest:
        holding = [f for f in rest if here in f.axes]
        ends = [a for a in holding[0].axes if a in path and a != here] if len(holding) == 1 else []
        if len(ends) != 1:
            return None
        links.append((holding[0], here, ends[0]))
        here = ends[0]
        rest.remove(holding[0])
    if here != c or len(links) != len(bound) + 1 or (len(links) == 1 and not scalars):
        return None
    return scalars, links


def _flat(e: Product) -> tuple[list[Expression], list[Axis]]:
    factors, axes = opened(e)
    out: list[Expression] = []
    bound = list(axes)
    for f in factors:
        if isinstance(f, Product):
            inside, more = _flat(f)
            out += inside
            bound += more
        else:
            out.append(f)
    return out, bound


def _name(
    out: Named,
    kind: type[Expression],
    body: Expression,
    r: Axis,
    c: Axis,
    given: Facts,
    at: tuple[Axis | int, ...],
) -> Expression:
    """The name of the inverse (at two indices) or determinant of a matrix: a new one, or that of an equal matrix."""
    outer = tuple(a for a in body.axes if a not in (r, c))
    turned = tuple(reversed(at))
    for k in out.known:
        if k.kind is not kind or [a.size for a in k.axes] != [a.size for a in (r, c, *outer)]:
            continue
        for row, column, indices in ((r, c, at), (c, r, turned)):
            same = rename(body, dict(zip((row, column, *outer), k.axes, strict=True)))
            if same is k.body or _equal(out, k.body, same, given):
                return Symbol(k.name, (*indices, *outer))
    axes = tuple(fresh(a.size) for a in (r, c, *outer))
    turned_body = rename(body, {r: c, c: r})
    symmetric = kind is Inverse and (turned_body is body or _equal(out, body, turned_body, given))
    name = f"{SYMMETRIC if symmetric else MARK}{'inverse' if kind is Inverse else 'determinant'}{len(out.known)}"
    out.known.append(_Known(name, kind, rename(body, dict(zip((r, c, *outer), axes, strict=True))), axes))
    return Symbol(name, (*at, *outer))


def _equal(out: Named, a: Expression, b: Expression, given: Facts) -> bool:
    proof = out.judge(a, b, _with_equations(out, given))
    if proof.proved:
        out.under.append(proof)
    return proof.proved
