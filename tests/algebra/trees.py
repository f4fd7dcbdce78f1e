"""Random expressions, rewritings that keep their value, and mutations that (nearly always) do not."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from deltarule.language.arithmetic import add, multiply, negate, power, subtract
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
    fresh,
    opened,
    rebuild,
    rename,
)
from deltarule.language.traversal import substitute, walk

SIZES: tuple[int | str, ...] = ("n", "n", "m", 2)
SMOOTH = ("exp", "sigmoid", "tanh", "softplus", "sin", "f", "g")
ANY = (*SMOOTH, "relu", "abs", "step", "sign", "log", "sqrt", "cosh", "expm1", "cos", "erf", "log1p")
SHAPES: dict[str, tuple[int | str, ...]] = {
    "x": (), "y": (), "c": (),
    "u": ("n",), "v": ("n",), "w": ("m",), "p": (2,),
    "A": ("n", "n"), "B": ("n", "m"), "C": ("m", "n"), "D": ("n", 2),
}  # fmt: skip


class Trees:
    """Expressions over a few symbols; `free` are the axes that may occur."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def tree(self, depth: int, free: tuple[Axis, ...]) -> Expression:
        r = self.random
        if depth <= 0 or r.random() < 0.12:
            return self.leaf(free)
        kind = r.random()
        if kind < 0.26:
            return Sum(tuple(self.tree(depth - 1, free) for _ in range(r.choice((2, 2, 3)))))
        if kind < 0.5:
            return Product(tuple(self.tree(depth - 1, free) for _ in range(r.choice((2, 2, 3)))))
        if kind < 0.7:
            bound = tuple(fresh(r.choice(SIZES)) for _ in range(r.choice((1, 1, 2))))
            inner = (*free, *bound)
            return Product(tuple(self.tree(depth - 1, inner) for _ in range(r.choice((1, 2, 3)))), bound)
        if kind < 0.8:
            q = r.choice((-1, -1, 2, 2, 3, -2, Fraction(1, 2), Fraction(-1, 2)))
            return Power(self.tree(depth - 1, free), q)
        if kind < 0.95:
            name = r.choice(SMOOTH if r.random() < 0.6 else ANY)
            if r.random() < 0.15:
                return Apply(r.choice(("maximum", "minimum")), (self.tree(depth - 1, free), self.tree(depth - 1, free)))
            order = (1,) if name in ("f", "g") and r.random() < 0.3 else ()
            return Apply(name, (self.tree(depth - 1, free),), order)
        if kind < 0.975:
            bound = (fresh(r.choice(SIZES)),)
            return Maximum(self.tree(depth - 1, (*free, *bound)), bound)
        parts = [self.tree(depth - 1, free) for _ in range(3)]
        return Piecewise(((parts[0], r.random() < 0.5, parts[1]),), parts[2])

    def leaf(self, free: tuple[Axis, ...]) -> Expression:
        r = self.random
        chance = r.random()
        if chance < 0.15:
            return Number(r.choice((0, 1, 1, 2, 3, -1, -2, Fraction(1, 2))))
        if chance < 0.2:
            return Symbol(r.choice(("n", "m")))
        if chance < 0.3 and free:
            a = r.choice(free)
            same: list[Axis | int] = [b for b in free if b.size == a.size]
            if a.size == 2:
                same += [1, 2]
            return Delta(a, r.choice(same))
        names = list(SHAPES)
        for _ in range(12):
            name = r.choice(names)
            indices = []
            for size in SHAPES[name]:
                fitting: list[Axis | int] = [a for a in free if a.size == size]
                if size == 2 and r.random() < 0.3:
                    fitting = [1, 2]
                if not fitting:
                    break
                indices.append(r.choice(fitting))
            else:
                return Symbol(name, indices)
        return Symbol("x")

    # Rewritings that keep the value ------------------------------------------------------------------------------

    def rewritten(self, e: Expression, times: int) -> Expression:
        for _ in range(times):
            nodes = [n for n in walk(e) if not any(a.bound for a in n.axes)]
            target = self.random.choice(nodes)
            new = self.same(target)
            if new is not target:
                e = _replaced(e, target, new)
        return e

    def same(self, e: Expression) -> Expression:
        """An expression with the same value wherever both are defined."""
        r = self.random
        options = [lambda: self.padded(e)]
        match e:
            case Sum(terms=terms) if len(terms) > 1:
                options += [lambda: Sum(r.sample(terms, len(terms))), lambda: Sum((terms[0], Sum(terms[1:])))] * 2
            case Product():
                options += [lambda: self.product(e)] * 5
            case Power(base=base, exponent=q):
                if q == 2:
                    options += [lambda: Product((base, base))] * 3
                elif q < 0:
                    options += [lambda: Power(Power(base, -q), -1)] * 3
            case Apply(function=name, arguments=arguments, order=order) if not any(order):
                new = _by_definition(name, arguments)
                if new is not None:
                    options += [lambda: new] * 4
        return r.choice(options)()

    def padded(self, e: Expression) -> Expression:
        r = self.random
        other = self.tree(1, e.axes)
        if other is ZERO:
            other = ONE
        choice = r.randrange(7)
        if choice == 0:
            return Sum((e, other, negate(other)))
        if choice == 1:
            return Product((other, e, Power(other, -1)))
        if choice == 2:
            return negate(negate(e))
        if choice == 3:
            return Power(Power(e, -1), -1)
        if choice == 4 and e.axes:
            a = r.choice(e.axes)
            k = fresh(a.size)
            return Product((Delta(a, k), rename(e, {a: k})), (k,))
        if choice == 5:
            return subtract(Sum((e, e)), e)
        return Apply("log", (Apply("exp", (e,)),))

    def product(self, e: Product) -> Expression:
        r = self.random
        factors, bound = opened(e)
        choice = r.randrange(6)
        if choice == 0:
            return Product(r.sample(factors, len(factors)), r.sample(bound, len(bound)))
        if choice == 1 and len(bound) > 1:
            return Product((Product(factors, bound[1:]),), bound[:1])
        if choice == 2 and bound:
            out = [f for f in factors if not set(f.axes) & set(bound)]
            inner = [f for f in factors if f not in out] or [ONE]
            return Product((*out, Product(inner, bound)))
        if choice == 3 and bound:
            return Product((*factors, ONE), bound)
        for k, f in enumerate(factors):
            if isinstance(f, Sum):
                rest = [*factors[:k], *factors[k + 1 :]]
                return Sum(tuple(Product((t, *rest), bound) for t in f.terms))
        return Product(tuple(reversed(factors)), bound)

    # Mutations --------------------------------------------------------------------------------------------------

    def mutated(self, e: Expression) -> Expression:
        r = self.random
        nodes = list(walk(e))
        for _ in range(20):
            target = r.choice(nodes)
            new = self.changed(target)
            if new is not None and new is not target and set(new.axes) == set(target.axes):
                out = _replaced(e, target, new)
                if set(out.axes) == set(e.axes):
                    return out
        return add(e, ONE)

    def changed(self, e: Expression) -> Expression | None:
        r = self.random
        match e:
            case Number(value=v):
                return Number(v + r.choice((1, -1, 2)))
            case Symbol(name=name, indices=indices):
                if (
                    len(indices) == 2
                    and indices[0] != indices[1]
                    and SHAPES.get(name, (0, 1))[0] == SHAPES.get(name, (0, 1))[-1]
                ):
                    return Symbol(name, indices[::-1])
                twins = [n for n, s in SHAPES.items() if s == SHAPES.get(name) and n != name]
                return Symbol(r.choice(twins), indices) if twins else None
            case Sum(terms=terms):
                k = r.randrange(len(terms))
                return Sum(negate(t) if j == k else t for j, t in enumerate(terms))
            case Product(factors=factors, bound=()) if len(factors) > 1:
                k = r.randrange(len(factors))
                rest = [f for j, f in enumerate(factors) if j != k]
                return r.choice((multiply(*rest), Product((*factors, factors[k]))))
            case Power(base=base, exponent=q):
                return Power(base, r.choice([p for p in (-1, 1, 2, 3, Fraction(1, 2)) if p != q]))
            case Apply(function=name, arguments=(u,), order=order):
                if any(order):
                    return Apply(name, (u,))
                return r.choice((Apply(r.choice([n for n in ANY if n != name]), (u,)), Apply(name, (negate(u),)), u))
        return None


SMALL = ("exp", "log", "abs", "sign", "step", "relu", "sqrt", "sigmoid", "maximum", "minimum", "log", "abs")
EXPONENTS = (2, 2, -1, 3, -2, Fraction(1, 2), Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2), Fraction(1, 3))


def small(random: Random, depth: int) -> Expression:
    """A scalar expression in x and y that is full of signs, roots and logarithms."""
    r = random
    if depth <= 0 or r.random() < 0.15:
        return r.choice((Symbol("x"), Symbol("x"), Symbol("y"), Number(r.choice((1, 2, 3, -1, -2, Fraction(1, 2))))))
    kind = r.random()
    if kind < 0.25:
        return add(small(r, depth - 1), small(r, depth - 1))
    if kind < 0.5:
        return multiply(small(r, depth - 1), small(r, depth - 1))
    if kind < 0.75:
        return Power(small(r, depth - 1), r.choice(EXPONENTS))
    name = r.choice(SMALL)
    count = 2 if name in ("maximum", "minimum") else 1
    return Apply(name, tuple(small(r, depth - 1) for _ in range(count)))


def tempting(random: Random, e: Expression) -> Expression:
    """One node changed by a law that holds for some signs only."""
    nodes = list(walk(e))
    random.shuffle(nodes)
    for node in nodes:
        new = _by_a_tempting_law(random, node)
        if new is not None and new is not node:
            return _replaced(e, node, new)
    return e


def _by_a_tempting_law(random: Random, e: Expression) -> Expression | None:
    log = lambda u: Apply("log", (u,))  # noqa: E731
    match e:
        case Power(base=Power(base=u, exponent=p), exponent=q):
            return power(u, p * q) if p * q != 1 else u
        case Power(base=Product(factors=factors, bound=()), exponent=q):
            return Product(tuple(Power(f, q) for f in factors))
        case Power(base=u, exponent=q) if q == 2:
            return random.choice((Power(Apply("abs", (u,)), 2), Power(Power(u, Fraction(1, 2)), 4)))
        case Apply(function="log", arguments=(Power(base=u, exponent=q),)):
            return multiply(Number(q), log(u))
        case Apply(function="log", arguments=(Product(factors=factors, bound=()),)):
            return Sum(tuple(log(f) for f in factors))
        case Apply(function="sqrt", arguments=(u,)):
            return Power(u, Fraction(1, 2))
        case Apply(function="abs" | "relu", arguments=(u,)):
            return random.choice((u, negate(u), multiply(u, Apply("sign", (u,)))))
        case Apply(function="sign" | "step" as name, arguments=(Product(factors=factors, bound=()),)):
            return Product(tuple(Apply(name, (f,)) for f in factors))
        case Apply(function="step", arguments=(u,)):
            return subtract(ONE, Apply("step", (negate(u),)))
        case Apply(function="maximum", arguments=(u, v)):
            return random.choice((u, v, Apply("maximum", (v, u))))
        case Sum(terms=(u, v)):
            return Apply("maximum", (u, v))
    return None


def _replaced(e: Expression, target: Expression, new: Expression) -> Expression:
    if any(a.bound for a in (*target.axes, *new.axes)):
        memo: dict[Expression, Expression] = {}

        def visit(node: Expression) -> Expression:
            if node is target:
                return new
            if node not in memo:
                children = tuple(visit(c) for c in node.children)
                try:
                    memo[node] = node if children == node.children else rebuild(node, children)
                except (TypeError, ValueError):
                    memo[node] = node
            return memo[node]

        return visit(e)
    return substitute(e, lambda node: new if node is target else None)


def _by_definition(name: str, arguments: tuple[Expression, ...]) -> Expression | None:
    u = arguments[0]
    minus = negate(u)
    exp = lambda a: Apply("exp", (a,))  # noqa: E731
    match name:
        case "sigmoid":
            return power(add(ONE, exp(minus)), -1)
        case "tanh":
            return subtract(multiply(Number(2), Apply("sigmoid", (multiply(Number(2), u),))), ONE)
        case "softplus":
            return add(Apply("maximum", (ZERO, u)), Apply("log1p", (exp(negate(Apply("abs", (u,)))),)))
        case "relu":
            return multiply(Number(Fraction(1, 2)), add(u, Apply("abs", (u,))))
        case "abs":
            return Power(Power(u, 2), Fraction(1, 2))
        case "maximum":
            return negate(Apply("minimum", tuple(negate(a) for a in arguments)))
        case "exp":
            return power(exp(minus), -1)
        case "expm1":
            return subtract(exp(u), ONE)
        case "sin" | "erf":
            return negate(Apply(name, (minus,)))
        case "cosh" | "cos":
            return Apply(name, (minus,))
    return None
