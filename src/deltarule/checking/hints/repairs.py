"""One change to a side as it is written: a sign, a transpose, an index, a factor put in or taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise, permutations, product

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, script_items, trees

__all__ = [
    "MAX_NAMES",
    "TWO",
    "Side",
    "another_function_value",
    "argument_scaled",
    "atoms",
    "everywhere",
    "factor_dropped",
    "factors_turned",
    "grouped",
    "logarithm",
    "negated",
    "number_factor",
    "number_of_samples",
    "one_term_negated",
    "primed",
    "quantities",
    "reciprocal",
    "sizes",
    "squared",
    "summed",
    "term_dropped",
    "times",
    "transposed",
    "unsummed",
]

TWO = t.Num(Fraction(2), "2")
TRANSPOSE = t.Name("top")
MAX_NAMES = 10


@dataclass(frozen=True)
class Side:
    """The side to be changed, the other side, and quantities that their definitions mention, as they are written."""

    right: t.Tree
    left: t.Tree
    names: tuple[t.Tree, ...] = ()
    functions: tuple[t.Tree, ...] = ()
    calls: tuple[t.Tree, ...] = ()
    """The functions of one name in those definitions, tanh(c)."""
    bases: tuple[t.Num, ...] = ()
    """Of the logarithms around."""
    denominators: tuple[t.Tree, ...] = ()
    """What stands below a fraction around, 1 - p, √d, m."""
    paths: tuple[t.Tree, ...] = ()
    """∂L/∂y for the ∂L/∂x on the left and each y that is made of x."""


def quantities(side: Side) -> list[t.Tree]:
    """What may stand as a factor or a term of a side, those around it last: no function, and nothing that a sum ends
    with."""
    others = {*side.functions, *sizes(side)}
    return [n for n in dict.fromkeys((*atoms(side.left, side.right), *side.names)) if n not in others][:MAX_NAMES]


def sizes(side: Side) -> list[t.Tree]:
    """The last index of each sum in the equations around, where it is a name."""
    ends = [n.upper for root in (side.right, side.left, *side.names) for n in trees(root) if isinstance(n, t.Big)]
    return [n for n in ends if isinstance(n, t.Name)]


def everywhere(node: t.Tree, change: Callable[[t.Tree], Iterator[t.Tree]]) -> Iterator[t.Tree]:
    """The tree with one node changed, for each node and each of its changes; derivatives and scripts stay whole."""
    yield from change(node)
    if isinstance(node, t.Partial):
        return
    for one in fields(node):
        exponent = one.name == "sup" and isinstance(node, t.Scripted) and node.base == t.Name("e")
        if isinstance(node, t.Scripted) and one.name in {"sub", "sup"} and not exponent:
            continue
        if isinstance(node, t.Big) and one.name in {"index", "upper"}:
            continue
        if isinstance(node, t.Call) and one.name == "function":
            continue
        value = getattr(node, one.name)
        for changed in _within(value, change):
            yield replace(node, **{one.name: changed})


def _within(value: object, change: Callable[[t.Tree], Iterator[t.Tree]]) -> Iterator[object]:
    if isinstance(value, t.Tree):
        yield from everywhere(value, change)
    elif isinstance(value, tuple):
        for k, item in enumerate(value):
            for changed in _within(item, change):
                yield (*value[:k], changed, *value[k + 1 :])


def grouped(node: t.Tree) -> t.Tree:
    """The node as a factor: a sum in parentheses."""
    return t.Group("(", (node,)) if isinstance(node, t.Terms) else node


def times(*factors: t.Tree, op: str = "") -> t.Tree:
    items: list[tuple[str, t.Tree]] = []
    for f in factors:
        inner = f.items if isinstance(f, t.Factors) else ((op, grouped(f)),)
        items += [(op if not items or k == 0 else sign, x) for k, (sign, x) in enumerate(inner)]
    items[0] = ("", items[0][1])
    return t.Factors(tuple(items))


def flipped(sign: str) -> str:
    return {"+": "-", "-": "+"}.get(sign, sign)


def negated(side: Side) -> Iterator[t.Tree]:
    match side.right:
        case t.Terms(items=(("-", only),)):
            yield only
        case t.Terms(items=items):
            turned = tuple((flipped(sign), item) for sign, item in items)
            first = next((k for k, (sign, _) in enumerate(turned) if sign == "+"), None)
            if first is not None:
                turned = (turned[first], *turned[:first], *turned[first + 1 :])
            yield t.Terms(turned)
        case right:
            yield t.Terms((("-", right),))


def one_term_negated(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Terms(items=(("-", only),)):
                yield only
            case t.Terms(items=items):
                for k, (sign, item) in enumerate(items):
                    yield t.Terms((*items[:k], (flipped(sign), item), *items[k + 1 :]))

    yield from everywhere(side.right, change)


def primed(side: Side) -> Iterator[t.Tree]:
    """A prime more or less on a function."""

    def with_prime(f: t.Tree) -> Iterator[t.Tree]:
        match f:
            case t.Name():
                yield t.Scripted(f, None, None, 1)
            case t.Scripted(base=t.Name() as base, sub=sub, sup=sup, primes=primes):
                if primes == 1 and sub is None and sup is None:
                    yield base
                elif primes:
                    yield replace(f, primes=primes - 1)
                else:
                    yield replace(f, primes=1)

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Factors(items=items):
                for k, ((_, f), (op, g)) in enumerate(pairwise(items)):
                    group = g.base if isinstance(g, t.Scripted) else g
                    if op == "" and isinstance(group, t.Group) and group.kind == "(" and len(group.items) == 1:
                        for new in with_prime(f):
                            yield t.Factors((*items[:k], (items[k][0], new), *items[k + 1 :]))
            case t.Call(function=f):
                for new in with_prime(f):
                    assert isinstance(new, t.Name | t.Scripted)
                    yield replace(node, function=new)

    yield from everywhere(side.right, change)


def squared(side: Side) -> Iterator[t.Tree]:
    sizes = number_of_samples(side)
    below = {id(n) for ratio in trees(side.right) if isinstance(ratio, t.Ratio) for n in trees(ratio.denominator)}

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Scripted(base=t.Name() as base, sub=None) if id(node) in below and base in sizes:
                return  # 1/m²: a mean taken twice
            case t.Ratio(numerator=t.Num(), denominator=t.Name() as base) if base in sizes:
                return
            case t.Scripted(base=base, sub=sub, sup=t.Num(value=value), primes=primes) if value == 2:
                plain = sub is None and not primes
                yield base if plain else replace(node, sup=None)
            case t.Name():
                yield t.Scripted(node, None, TWO, 0)
            case t.Scripted(sup=None, primes=0):
                yield replace(node, sup=TWO)
            case t.Group(kind="(" | "[" | "||" | "|"):
                yield t.Scripted(node, None, TWO, 0)
            case t.Ratio(numerator=numerator, denominator=denominator):
                yield t.Ratio(numerator, _power_of_two(denominator))
                yield t.Ratio(_power_of_two(numerator), denominator)
            case t.Call(function=t.Name() as f):
                yield replace(node, function=t.Scripted(f, None, TWO, 0))
            case t.Call(function=t.Scripted(base=t.Name() as f, sub=None, sup=t.Num(value=value), primes=0)) if (
                value == 2
            ):
                yield replace(node, function=f)

    yield from everywhere(side.right, change)


def _power_of_two(node: t.Tree) -> t.Tree:
    return t.Scripted(node if isinstance(node, t.Name) else t.Group("(", (node,)), None, TWO, 0)


def transposed(node: t.Tree) -> t.Tree | None:
    match node:
        case t.Scripted(base=base, sub=sub, sup=t.Name(letter="T" | "top" | "intercal" | "transpose"), primes=primes):
            return base if sub is None and not primes else replace(node, sup=None)
        case t.Name():
            return t.Scripted(node, None, TRANSPOSE, 0)
        case t.Scripted(sup=None, primes=0):
            return replace(node, sup=TRANSPOSE)
        case t.Scripted(base=t.Name(), sup=sup, primes=0) if isinstance(sup, t.Group):
            return replace(node, sup=t.Factors((("", sup), ("", t.Name("T")))))
        case t.Scripted(base=t.Name(), sup=t.Factors(items=((_, first), (_, t.Name(letter="T" | "top"))))):
            return replace(node, sup=first)
        case t.Group(kind="(" | "["):
            return t.Scripted(node, None, TRANSPOSE, 0)
        case t.Matrix(kind=kind, rows=rows) if len({len(row) for row in rows}) == 1:
            return t.Matrix(kind, tuple(zip(*rows, strict=True)))
        case t.Partial() if node.of is not None:
            return t.Scripted(t.Group("(", (node,)), None, TRANSPOSE, 0)
    return None


def factors_turned(side: Side) -> Iterator[t.Tree]:
    """One factor transposed; two factors transposed or in the other order."""

    def one(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Terms):
            for k, (sign, item) in enumerate(node.items):
                if (new := transposed(item)) is not None:
                    yield t.Terms((*node.items[:k], (sign, new), *node.items[k + 1 :]))
        if not isinstance(node, t.Factors):
            return
        for k, (op, item) in enumerate(node.items):
            new = transposed(item)
            if new is not None:
                yield t.Factors((*node.items[:k], (op, new), *node.items[k + 1 :]))

    def two(node: t.Tree) -> Iterator[t.Tree]:
        if not isinstance(node, t.Factors) or not 2 <= len(node.items) <= 3:
            return
        if any(op not in {"", "cdot", "times"} for op, _ in node.items):
            return
        options = [[item, new] if (new := transposed(item)) is not None else [item] for _, item in node.items]
        for order in permutations(range(len(options))):
            for chosen in product(*(options[k] for k in order)):
                yield times(*chosen)

    new = transposed(side.right)
    if new is not None:
        yield new
    yield from everywhere(side.right, one)
    yield from everywhere(side.right, two)


def atoms(*sides: t.Tree) -> list[t.Tree]:
    """The names with their scripts that stand in the sides, each once; not those below ∂, not functions."""
    out: list[t.Tree] = []

    def visit(node: t.Tree) -> None:
        match node:
            case t.Partial():
                return
            case t.Scripted(base=t.Name() as base, primes=0):
                plain = replace(node, sup=None) if _is_power(node.sup) else node
                plain = base if isinstance(plain, t.Scripted) and plain.sub is None and plain.sup is None else plain
                if plain not in out:
                    out.append(plain)
            case t.Name(letter=letter) if letter not in {"e", "1"}:
                if node not in out:
                    out.append(node)
            case t.Call(argument=argument):
                visit(argument)
            case t.Big(body=body):
                visit(body)
            case t.Scripted(base=base):
                visit(base)
            case t.Factors(items=items):
                for k, (_, item) in enumerate(items):
                    after = items[k + 1][1] if k + 1 < len(items) else None
                    if not (isinstance(item, t.Scripted) and item.primes and isinstance(after, t.Group)):
                        visit(item)
            case _:
                for child in t.children(node):
                    visit(child)

    for one in sides:
        visit(one)
    return out


def _is_power(sup: t.Tree | None) -> bool:
    match sup:
        case t.Num():
            return True
        case t.Name(letter=letter):
            return letter in {"T", "top", "intercal", "transpose"}
    return False


def number_factor(side: Side, factor: Fraction) -> Iterator[t.Tree]:
    number: t.Tree = (
        t.Num(factor, str(factor))
        if factor.denominator == 1
        else t.Ratio(t.Num(Fraction(factor.numerator)), t.Num(Fraction(factor.denominator)))
    )

    def dropped(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Factors) and len(node.items) > 1:
            for k, (op, item) in enumerate(node.items):
                if _is_number(item, 1 / factor) and op not in {"/", "div"}:
                    rest = [*node.items[:k], *node.items[k + 1 :]]
                    rest[0] = ("", rest[0][1])
                    yield rest[0][1] if len(rest) == 1 else t.Factors(tuple(rest))

    yield from everywhere(side.right, dropped)
    yield times(number, side.right)

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Terms):
            for k, (sign, item) in enumerate(node.items):
                yield t.Terms((*node.items[:k], (sign, times(number, item)), *node.items[k + 1 :]))

    yield from everywhere(side.right, change)


def _is_number(node: t.Tree, value: Fraction) -> bool:
    match node:
        case t.Num(value=found):
            return found == value
        case t.Ratio(numerator=t.Num(value=a), denominator=t.Num(value=b)):
            return b != 0 and a / b == value
    return False


def number_of_samples(side: Side) -> list[t.Tree]:
    """What may be the number of samples: m, n, N and the last index of each sum in the equations around."""
    sizes = [n.upper for root in (side.right, side.left, *side.names) for n in trees(root) if isinstance(n, t.Big)]
    sizes += [t.Name(letter) for letter in ("m", "n", "N")]
    return list(dict.fromkeys(s for s in sizes if isinstance(s, t.Name | t.Num)))


def summed(side: Side) -> Iterator[t.Tree]:
    """A sum over an index that the other side does not have."""

    def letters(root: t.Tree) -> list[str]:
        found = [
            item.letter
            for node in trees(root)
            if isinstance(node, t.Scripted)
            for item in script_items(node.sub)
            if isinstance(item, t.Name) and item.letter in INDEX_LETTERS
        ]
        return list(dict.fromkeys(found))

    kept = letters(side.left)
    for letter in letters(side.right):
        if letter not in kept:
            yield t.Big("sum", t.Name(letter), None, side.right)


def unsummed(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Big) and node.kind == "sum":
            yield grouped(node.body)

    yield from everywhere(side.right, change)


def factor_dropped(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Factors(items=items) if len(items) > 1:
                for k in range(len(items)):
                    rest = [*items[:k], *items[k + 1 :]]
                    rest[0] = ("", rest[0][1])
                    yield rest[0][1] if len(rest) == 1 else t.Factors(tuple(rest))
                for k in range(len(items) - 1):
                    rest = [*items[:k], *items[k + 2 :]]
                    if rest:
                        rest[0] = ("", rest[0][1])
                        yield rest[0][1] if len(rest) == 1 else t.Factors(tuple(rest))
            case t.Ratio(numerator=numerator, denominator=denominator):
                yield numerator
                yield t.Ratio(t.Num(Fraction(1), "1"), denominator)

    yield from everywhere(side.right, change)


def term_dropped(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Terms) and len(node.items) > 1:
            for k in range(len(node.items)):
                rest = (*node.items[:k], *node.items[k + 1 :])
                yield rest[0][1] if len(rest) == 1 and rest[0][0] == "+" else t.Terms(rest)

    yield from everywhere(side.right, change)


def argument_scaled(side: Side) -> Iterator[t.Tree]:
    """The argument of a function doubled or negated."""

    def scaled(group: t.Group) -> Iterator[t.Tree]:
        if len(group.items) == 1:
            yield t.Group("(", (times(TWO, group.items[0]),))
            yield t.Group("(", (t.Terms((("-", grouped(group.items[0])),)),))

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Factors(items=items):
                for k, ((_, f), (op, g)) in enumerate(pairwise(items)):
                    if op == "" and isinstance(g, t.Group) and isinstance(f, t.Name | t.Scripted):
                        for new in scaled(g):
                            yield t.Factors((*items[: k + 1], ("", new), *items[k + 2 :]))
            case t.Call(argument=t.Group() as g):
                for new in scaled(g):
                    yield replace(node, argument=new)
            case t.Scripted(base=t.Name(letter="e"), sup=sup) if sup is not None:
                yield replace(node, sup=t.Terms((("-", grouped(sup)),)))
                if isinstance(sup, t.Terms) and len(sup.items) == 1:
                    yield replace(node, sup=sup.items[0][1])

    yield from everywhere(side.right, change)


def logarithm(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Call(function=t.Name(letter="log" | "ln"), argument=argument):
                yield argument
            case t.Name() | t.Scripted(base=t.Name(), primes=0):
                yield t.Call(t.Name("log"), t.Group("(", (node,)))

    yield from everywhere(side.right, change)


def reciprocal(side: Side) -> Iterator[t.Tree]:
    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Ratio):
            yield t.Ratio(node.denominator, node.numerator)

    yield from everywhere(side.right, change)


def another_function_value(side: Side) -> Iterator[t.Tree]:
    """f(u) where f(u)(1 - f(u)) was meant."""
    one = t.Num(Fraction(1), "1")

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Factors) and len(node.items) == 2 and isinstance(node.items[1][1], t.Group):
            yield times(node, t.Group("(", (t.Terms((("+", one), ("-", node))),)))

    yield from everywhere(side.right, change)
