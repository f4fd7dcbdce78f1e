"""Affine equations between indices: their exact rules, and random sums of them against loops over every index."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product
from random import Random

import pytest

from deltarule.algebra import decide, prove
from deltarule.algebra.budget import Meter
from deltarule.algebra.context import OPAQUE, context_for
from deltarule.algebra.facts import Facts
from deltarule.algebra.normal_form import normal_form
from deltarule.algebra.readback import expression_of
from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Expression,
    Number,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
    rename,
    selection,
)
from deltarule.language.traversal import substitute, walk


@cache
def drawn(name: str, where: tuple[int, ...]) -> Fraction:
    return Fraction(Random(f"{name} {where}").randrange(1, 10**6))


def loops(e: Expression, at: dict[Axis, int]) -> Fraction:
    """The value of a sum of products, every index run through; x[1, 2] has a value that its name and indices decide."""
    match e:
        case Number(value=v):
            return v
        case Symbol(name=name, indices=indices):
            return drawn(name, tuple(at[i] if isinstance(i, Axis) else i for i in indices))
        case Sum(terms=terms):
            return sum((loops(t, at) for t in terms), Fraction(0))
        case Product(factors=factors, bound=bound):
            total = Fraction(0)
            for numbers in product(*(range(1, int(a.size) + 1) for a in bound)):
                part = Fraction(1)
                for f in factors:
                    part *= loops(f, {**at, **dict(zip(bound, numbers, strict=True))})
                total += part
            return total
        case Delta(first=a, second=b):
            one, other = (at[i] if isinstance(i, Axis) else i for i in (a, b))
            return Fraction(int(one == other))
        case Selection(terms=terms, constant=constant):
            return Fraction(int(sum(c * at[a] for a, c in terms) == constant))
        case Power(base=base, exponent=n):
            return loops(base, at) ** int(n)
    raise TypeError(f"{e!r}")


def everywhere(*expressions: Expression) -> list[dict[Axis, int]]:
    """The places of the free axes: all of them, or forty in no order."""
    axes = list(dict.fromkeys(a for e in expressions for a in e.axes))
    places = list(product(*(range(1, int(a.size) + 1) for a in axes)))
    Random(0).shuffle(places)
    return [dict(zip(axes, numbers, strict=True)) for numbers in places[:40]]


def equal(left: Expression, right: Expression) -> bool:
    return all(loops(left, at) == loops(right, at) for at in everywhere(left, right))


class Trees:
    """Random sums of products of equations between a few axes, of symbols and of sums inside."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.axes = [Axis(f"a{k}", self.random.choice((1, 2, 2, 3, 4, 6))) for k in range(6)]

    def equation(self, axes: list[Axis]) -> Expression:
        random = self.random
        chosen = random.sample(axes, min(len(axes), random.choice((1, 2, 2, 3, 3, 4))))
        if random.random() < 0.4:  # digits, a window
            first, *rest = chosen
            terms, step = [(first, 1)], 1
            for a in rest:
                terms.append((a, -step))
                step *= int(a.size)
            return selection(terms, 1 + sum(c for _, c in terms[1:]))
        terms = [(a, random.choice((1, 1, -1, -1, 2, -2, 3))) for a in chosen]
        middle = sum(c * random.randint(1, int(a.size)) for a, c in terms)
        return selection(terms, middle + random.choice((0, 0, 0, 1)))

    def factor(self, axes: list[Axis], depth: int) -> Expression:
        random = self.random
        choice = random.random()
        if choice < 0.5:
            return self.equation(axes)
        if choice < 0.8 or not depth:
            return Symbol(random.choice("xyW"), random.sample(axes, random.choice((1, 1, 2))))
        return self.tree(axes, depth - 1)

    def tree(self, axes: list[Axis] | None = None, depth: int = 2) -> Expression:
        random = self.random
        axes = axes or self.axes
        if random.random() < 0.15:
            return add(self.tree(axes, depth - 1), self.tree(axes, depth - 1)) if depth > 0 else self.equation(axes)
        factors = [self.factor(axes, depth) for _ in range(random.choice((1, 2, 2, 3)))]
        bound = random.sample(axes, random.choice((0, 1, 1, 2)))
        out = multiply(*factors, bound=bound)
        return power(out, 2) if random.random() < 0.08 else out

    def few(self) -> Expression:
        """A tree with at most three free axes and a hundred places."""
        while True:
            e = self.tree()
            left = list(e.axes)
            self.random.shuffle(left)
            e = rename(e, {a: self.random.randint(1, int(a.size)) for a in left[2:]})
            places = 1
            for node in walk(e):
                for a in node.bound if isinstance(node, Product) else ():
                    places *= int(a.size)
            if places <= 150:
                return e


def normalised(e: Expression) -> Expression:
    return expression_of(normal_form(context_for(Facts(), frozenset(), OPAQUE, Meter()), e))


@pytest.mark.parametrize("seed", range(100))
def test_the_normal_form_has_the_value_of_the_expression_at_every_index(seed: int):
    e = Trees(seed).few()
    assert equal(e, normalised(e))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_the_normal_form_has_the_value_of_the_expression_at_every_index_many(block: int):
    for seed in range(1000 * (block + 1), 1000 * (block + 2)):
        e = Trees(seed).few()
        assert equal(e, normalised(e)), seed


def changed(trees: Trees, e: Expression) -> Expression:
    """The expression with one equation in it shifted, dropped or doubled."""
    found = [n for n in walk(e) if isinstance(n, Selection)]
    if not found:
        return add(e, trees.equation(trees.axes[:2]))
    target = trees.random.choice(found)
    match trees.random.randrange(4):
        case 0:
            new = selection(target.terms, target.constant + 1)
        case 1:
            new = ONE
        case 2:
            new = multiply(target, target)
        case _:
            (a, c), *rest = target.terms
            new = selection([(a, -c), *rest], target.constant)

    def put(node: Expression) -> Expression:
        return substitute(node, lambda n: new if n is target else None)

    return put(e)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_proved_holds(seed: int):
    trees = Trees(seed)
    left = trees.few()
    for right in (changed(trees, left), trees.few(), normalised(left)):
        if prove(left, right).proved:
            assert equal(left, right)


@pytest.mark.parametrize("seed", range(25))
def test_what_is_refuted_does_not_hold(seed: int):
    trees = Trees(seed)
    left = trees.few()
    for right in (changed(trees, left), normalised(left)):
        if decide(left, right).status == "refuted":
            assert not equal(left, right)


H, J, K = Axis("i", 4), Axis("j", 6), Axis("k", 3)
F, G = Axis("f", 12), Axis("g", 12)
P, Q, P2, Q2 = Axis("p", 3), Axis("q", 4), Axis("r", 3), Axis("s", 4)
WINDOW = selection(((J, 1), (H, -1), (K, -1)), -1)


def digits(f: Axis, p: Axis, q: Axis) -> Expression:
    """[f = 4 (p - 1) + q]"""
    return selection(((f, 1), (p, -4), (q, -1)), -4)


def symbol(name: str, *axes: Axis) -> Symbol:
    return Symbol(name, axes)


LAWS = {
    "reshaping and flattening": (
        multiply(digits(F, P, Q), digits(F, P2, Q2), bound=(F,)),
        multiply(Delta(P, P2), Delta(Q, Q2)),
    ),
    "flattening and reshaping": (multiply(digits(F, P, Q), digits(G, P, Q), bound=(P, Q)), Delta(F, G)),
    "every entry has its digits": (multiply(digits(F, P, Q), bound=(P, Q)), ONE),
    "all entries": (
        multiply(multiply(digits(F, P, Q), symbol("x", F), bound=(F,)), bound=(P, Q)),
        multiply(symbol("x", F), bound=(F,)),
    ),
    "one window": (
        multiply(WINDOW, symbol("x", J), symbol("w", K), bound=(J, K)),
        multiply(symbol("w", K), multiply(WINDOW, symbol("x", J), bound=(J,)), bound=(K,)),
    ),
    "one place of a window": (
        rename(multiply(WINDOW, symbol("x", J), bound=(J,)), {H: 2, K: 3}),
        Symbol("x", (4,)),
    ),
    "outside": (selection(((H, 1), (K, 1)), 8), ZERO),
    "idempotent": (multiply(WINDOW, WINDOW), WINDOW),
}


@pytest.mark.parametrize("name", LAWS)
def test_laws_of_windows_and_digits_are_proved_and_hold(name: str):
    left, right = LAWS[name]
    assert equal(left, right)
    assert prove(left, right).proved


def test_a_window_that_is_shifted_is_another_one():
    shifted = selection(((J, 1), (H, -1), (K, -1)), 0)
    answer = decide(multiply(WINDOW, symbol("x", J), bound=(J,)), multiply(shifted, symbol("x", J), bound=(J,)))
    assert answer.status == "refuted"


def test_a_function_outside_the_range_is_that_of_zero():
    """exp(Σ_j [j = i + k + 5] x_j) is 1 where no j is meant, not exp(x) of something."""
    far = selection(((J, 1), (H, -1)), 5)
    e = Apply("exp", (multiply(far, symbol("x", J), bound=(J,)),))
    assert prove(rename(e, {H: 3}), ONE).proved
    assert not prove(rename(e, {H: 1}), ONE).proved


def test_symbolic_sizes_have_no_range():
    i, j = Axis("i", "n"), Axis("j", "m")
    e = selection(((i, 1), (j, -1)), 3)
    assert isinstance(e, Selection)
    assert not prove(e, ZERO).proved
    assert not prove(multiply(e, bound=(i,)), Number(1)).proved
