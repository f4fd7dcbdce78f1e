"""Derivatives as written: ∂L/∂w in either layout, the operator ∂/∂z, ∇."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deltarule.calculus.rules import delta
from deltarule.language.arithmetic import multiply, power, subtract
from deltarule.language.expression import (
    ONE,
    Apply,
    Axis,
    Derivative,
    Expression,
    Number,
    Symbol,
    fresh,
    rename,
)
from deltarule.language.traversal import names as names_in
from deltarule.language.traversal import substitute, symbols
from deltarule.reading import tree as t
from deltarule.reading.calls import call
from deltarule.reading.references import Reference, label_text, reference
from deltarule.reading.shifted import Places, is_shifted
from deltarule.reading.values import Unread, Value, transpose
from deltarule.reading.written_out import matrix

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering


def operator(low: Lowering, item: t.Partial, items: Sequence[tuple[str, t.Tree]], k: int) -> tuple[Value, int]:
    """∂/∂z applied to the group behind it, or else to everything behind it."""
    rest = list(items[k + 1 :])
    if not rest:
        raise Unread("a derivative of nothing", item.start)
    first = rest[0][1]
    function = reference(first, low.symbols.usage)
    brackets = first.base if isinstance(first, t.Scripted) else first
    if isinstance(brackets, t.Group):
        taken = 1
    elif function is not None and len(rest) > 1 and isinstance(rest[1][1], t.Group):
        taken = 2
    else:
        taken = next((n for n, (op, _) in enumerate(rest) if n and op in {"cdot", "times", "odot"}), len(rest))
    _one_meaning(low, item, rest[taken:], after_group=isinstance(brackets, t.Group))
    of = low.run([("", first), *rest[1:taken]])
    return derivative(low, of, item, key=None), k + 1 + taken


def _one_meaning(low: Lowering, item: t.Partial, rest: Sequence[tuple[str, t.Tree]], *, after_group: bool) -> None:
    """d/dx x · x and d/dx (x + 1)(x - 1) may mean the derivative of the product, or a product with a derivative: what
    stands behind must not depend on x. Raises Unread where it may."""
    if after_group and rest and rest[0][0] != "":
        return  # d/dx (…) · …
    by = {key for target in item.by if (key := key_of(low, target)) is not None}
    for _, factor in rest:
        if any(isinstance(n, t.Partial) for n in t.walk(factor)):
            return  # a product of derivatives
        for node in t.walk(factor):
            found = reference(node, low.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
            entity = low.symbols.entities.get(found.key) if found is not None else None
            if found is not None and (found.key in by or (entity is not None and entity.defined)):
                raise Unread("a derivative of a product or a product with a derivative", item.start)


def of_transposed(low: Lowering, node: t.Tree, behind: Sequence[tuple[str, t.Tree]]) -> bool:
    """Whether ∇_x xᵀA x, ∂_x xᵀA x is read: the derivative of the product, not of its first vector; ∇fᵀd of a number f
    is the gradient of f, transposed."""
    if not isinstance(node, t.Partial) or node.of is None or not behind or behind[0][0] not in {"", "cdot"}:
        return False
    if not node.by or node.of.start < node.by[-1].start:
        return False
    found = reference(node.of, low.symbols.usage)
    if found is None or not found.transposed:
        return False
    entity = low.symbols.entities.get(found.key)
    return entity is None or entity.rank != 0


def partial(low: Lowering, node: t.Partial) -> Value:
    if node.of is None:
        raise Unread("a derivative operator without what it applies to", node.start)
    if (slope := at_its_letter(low, node) or by_argument(low, node)) is not None:
        return slope
    if node.symbol == "∇" and not node.by and (listed := gradient_of_several(low, node)) is not None:
        return listed
    match node:
        case t.Partial(symbol="∇", of=t.Partial(symbol="∇", order=1) as inner, order=1) if inner.by == node.by:
            return partial(low, replace(inner, order=2, start=node.start))  # ∇∇ℓ, the Hessian as well
    of = at_its_variable(low, node) or low.lower(node.of)
    if node.symbol == "∇":
        by = tuple(_of_the_last_layer(low, x) for x in node.by) or gradient_by(low, node.of)
        twice = node.order == 2 and len(by) == 1  # ∇²ℓ, the Hessian
        return derivative(low, of, replace(node, by=by * 2 if twice else by), key=key_of(low, node.of))
    return derivative(low, of, node, key=key_of(low, node.of))


def primed(low: Lowering, base: t.Tree, primes: int, start: int) -> Value:
    """(…)' : the derivative by the one variable that occurs; of a matrix the transpose."""
    value = low.lower(base)
    if value.rank == 2 and primes == 1 and not low.learning:
        return transpose(value)
    found = [s for s in symbols(value.expression) if not s.indices]
    if len(found) != 1 or primes != 1 or value.rank:
        raise Unread("a prime on a group that does not have exactly one variable", start)
    return Value(Derivative(value.expression, found[0]))


def _of_the_last_layer(low: Lowering, by: t.Tree) -> t.Tree:
    """∇_a C is by a^L, where a has layers, one of them the last, and is nothing by itself."""
    found = reference(by, low.symbols.usage) if isinstance(by, t.Name) else None
    entities = low.symbols.entities
    if found is None or ((own := entities.get(found.key)) is not None and own.defined):
        return by
    layers = [key[len(found.key) + 2 : -1] for key in entities if key.startswith(f"{found.key}^(")]
    last = [layer for layer in layers if len(layer) == 1 and layer.isupper()]
    if len(last) != 1:
        return by
    return t.Scripted(by, None, t.Name(last[0]), start=by.start, end=by.end)


def holding(low: Lowering, value: Value, sub: t.Tree) -> Value:
    """(∂z/∂x)|_{y}: the derivative with y held fixed, a name or several; at a value of x it is not read."""
    items = sub.items if isinstance(sub, t.Group) and sub.kind == "" else (sub,)
    found = [reference(item, low.symbols.usage) if isinstance(item, t.Name | t.Scripted) else None for item in items]
    names = [r.key for r in found if r is not None]
    if len(names) < len(items):
        raise Unread("a derivative at a point", sub.start)

    def held(e: Expression) -> Expression | None:
        return Derivative(e.of, e.by, (*e.held, *names)) if isinstance(e, Derivative) else None

    return value.with_expression(substitute(value.expression, held))


def by_argument(low: Lowering, node: t.Partial) -> Value | None:
    """∂_1 f(s, a): the derivative of a function by its first argument."""
    match node:
        case t.Partial(of=t.Tree() as of, by=(t.Num(value=k),), order=1) if k.denominator == 1:
            value = low.lower(of)
            match value.expression:
                case Apply(function=name, arguments=arguments, order=order) if not any(order):
                    if 1 <= k <= len(arguments):
                        place = int(k) - 1
                        return value.with_expression(
                            Apply(name, arguments, (int(n == place) for n in range(len(arguments))))
                        )
    return None


def at_its_letter(low: Lowering, node: t.Partial) -> Value | None:
    """dσ/da of a function that was defined as σ(a), where a is something else besides."""
    found = reference(node.of, low.symbols.usage) if isinstance(node.of, t.Name) else None
    f = low.symbols.functions.get(found.base) if found is not None else None
    by = node.by[0] if len(node.by) == 1 == node.order else None
    if f is None or not isinstance(by, t.Name) or f.parameter != f"{label_text(by)}_argument":
        return None
    low.bare = True
    return Value(Apply(f.table_name, (Symbol(f.parameter),), (1,)))


def at_its_variable(low: Lowering, node: t.Partial) -> Value | None:
    """df/dx of a function of the document is that of f(x)."""
    found = reference(node.of, low.symbols.usage) if isinstance(node.of, t.Name | t.Scripted) else None
    if found is None or found != replace(Reference(found.base), name=found.name, primes=found.primes) or not node.by:
        return None
    if not low.is_function(found) or found.base in low.symbols.entities or len(set(node.by)) != 1:
        return None
    f = low.symbols.function(found.base)
    if f is None:
        return None
    by = low.lower(node.by[0])
    if f.parameters:
        return Value(Apply(f.table_name, tuple(map(Symbol, f.parameters)), (0,) * len(f.parameters)))
    own = low.symbols.entities.get(f.parameter)
    below = names_in(by.expression) - {f.parameter}
    if own is not None and not own.rank and any(low.symbols.depends(own.key, name) for name in below):
        return call(low, f.table_name, Value(Symbol(own.key)), found.primes)  # H(r) by w, with r = y - wx
    return None if by.rank else call(low, f.table_name, by, found.primes)


def gradient_of_several(low: Lowering, node: t.Partial) -> Value | None:
    """∇f(u, v): the list of its derivatives, a column or a row."""
    match node.of:
        case t.Factors(items=((_, head), ("", t.Group(kind="(", items=(_, _, *_) as names)))):
            found = reference(head, low.symbols.usage)
        case t.Name():
            found = reference(node.of, low.symbols.usage)
            f = low.symbols.functions.get(found.base) if found is not None else None
            lists = low.symbols.quantities.get(found.base, set()) if found is not None else set()
            own = f.parameters if f is not None else next(iter(lists)).split(",") if len(lists) == 1 else ()
            names = tuple(t.Name(k, start=node.start, end=node.end) for k in own if k.isalpha())
            if len(names) < max(2, len(own)):
                return None
        case _:
            return None
    if found is None or node.order != 1 or not all(isinstance(x, t.Name | t.Scripted) for x in names):
        return None
    value = matrix(low, tuple((replace(node, symbol="∂", by=(name,)),) for name in names))
    return transpose(value) if orientation(low, found.key, label_text(names[0])) == "row" else value


def gradient_by(low: Lowering, of: t.Tree) -> tuple[t.Tree, ...]:
    """∇ℓ(w) is by w."""
    match of:
        case t.Factors(items=((_, _), ("", t.Group(kind="(", items=(by,))))):
            return (by,)
    found = reference(of, low.symbols.usage) if isinstance(of, t.Name | t.Scripted) else None
    plain = found is not None and not found.primes
    lists = low.symbols.quantities
    names = (lists.get(found.key) or lists.get(found.base, set())) if found is not None and plain else set()
    if len(names) == 1 and (only := next(iter(names))).isalpha():  # ∇g, where g(w) was introduced
        return (t.Name(only, start=of.start, end=of.end),)
    if (by := _the_variable(low, of)) is not None or (by := _the_weights(low, of, found)) is not None:
        return (by,)
    raise Unread("a gradient that does not say by what", of.start)


def _the_variable(low: Lowering, of: t.Tree) -> t.Name | None:
    """The x of ∇(xᵀAx) and of ∇(bᵀx): the only small letter in an expression, or the only x, w or θ among several, if
    no equation gives one of them."""
    if not isinstance(of, t.Group | t.Scripted | t.Factors | t.Terms):
        return None
    low.lower(of)
    found = {n.letter: n for n in t.walk(of) if isinstance(n, t.Name) and n.letter.islower() and n.letter != "top"}
    found = {letter: n for letter, n in found.items() if low.symbols.function(letter) is None}
    entities = [low.symbols.entities.get(letter) for letter in found]
    if any(e is None or e.defined or e.samples for e in entities):
        return None
    usual = [n for letter, n in found.items() if letter in {"x", "w", "theta"}]
    if len(usual) == 1 or len(found) == 1:
        return usual[0] if usual else next(iter(found.values()))
    return None


def _the_weights(low: Lowering, of: t.Tree, found: Reference | None) -> t.Name | None:
    """The w of ∇L: the only letter of weights that the loss is made of, where no bias stands beside it."""
    if found is None or found.key not in low.symbols.objectives:
        return None
    own = [k for k in ("w", "W", "theta", "Theta", "beta", "b") if low.symbols.depends(found.key, k)]
    return t.Name(own[0], start=of.start, end=of.end) if len(own) == 1 and own[0] != "b" else None


def key_of(low: Lowering, tree: t.Tree) -> str | None:
    if isinstance(tree, t.Factors):
        tree = tree.items[0][1]
    found = reference(tree, low.symbols.usage)
    return found.key if found is not None else None


def derivative(low: Lowering, of: Value, node: t.Partial, key: str | None) -> Value:
    if len(node.by) == 2 == node.order and of.rank == 0:
        return second(low, of, node)
    if len(node.by) != 1 or node.order != 1:
        raise Unread("a derivative of higher order", node.start)
    target = node.by[0]
    found = reference(target, low.symbols.usage)
    if found is None:
        raise Unread("a derivative by something that is not a name", target.start)
    if any(map(is_shifted, found.indices)) and not of.rank:
        return at_a_shift(low, of, found, node)
    by = low.quantity(Reference(**{**found.__dict__, "power": None}), target.start)
    symbol = by.expression
    if not isinstance(symbol, Symbol):
        raise Unread("a derivative by something that is not a variable", target.start)
    of_row, of_col = of.row, of.col
    e: Expression = Derivative(of.expression, symbol)
    if found.power is not None:
        e = multiply(e, power(_by_power(low, found, symbol, target.start), -1))
    if by.rank == 0:  # in denominator layout a vector by a number is a row, where the document says that it keeps it
        plain = Value(e, of_row, of_col)
        return transpose(plain) if of.rank == 1 and low.symbols.layout == "column" else plain
    if of.rank == 0:
        lies = orientation(low, key, found.key) if not is_row(low, found) else "column"
        value = Value(e, by.row, by.col)
        if by.rank == 1 and by.row is None:
            return value
        return transpose(value) if lies == "row" else value
    if of.rank == 1 and by.rank == 1 and low.choices.get("elementwise"):
        f, x = of.row or of.col, by.row or by.col
        assert f is not None and x is not None
        if low.symbols.unify(f.size, x.size):  # the diagonal alone
            axis = fresh(low.symbols.find(f.size))
            i, j = fresh(low.symbols.find(f.size)), fresh(low.symbols.find(f.size))
            low.off_diagonal.append(multiply(rename(e, {f: i, x: j}), subtract(ONE, delta(i, j))))
            diagonal = rename(e, {f: axis, x: axis})
            return Value(diagonal, axis) if of.row is not None else Value(diagonal, None, axis)
    if of.rank == 1 and by.rank == 1:
        lies = orientation(low, key, found.key)
        f, x = of_row or of_col, by.row or by.col
        return Value(e, f, x) if lies == "row" else Value(e, x, f)
    raise Unread("a derivative with more than two axes", node.start)


def at_a_shift(low: Lowering, of: Value, found: Reference, node: t.Partial) -> Value:
    """∂L/∂s_{j-k} of a number: the entry of ∂L/∂s at j - k, 0 outside its range."""
    places = Places(low, found.indices)
    by = low.placed(low.symbols.entity(found), found, places.indices, node.start)
    if by.rank or found.power is not None or not isinstance(by.expression, Symbol):
        raise Unread("a derivative by something that is not a variable", node.start)
    low.in_range[node] = multiply(*places.in_range(by.expression))
    return places.selected(Value(Derivative(of.expression, by.expression)))


def _by_power(low: Lowering, found: Reference, symbol: Symbol, start: int) -> Expression:
    """dv/dσ for v = σ², by which ∂L/∂σ² is ∂L/∂σ divided, where σ has an equation or is a quantity by itself."""
    match found.power:
        case t.Num(value=n) if n > 0 and not symbol.indices:
            return multiply(Number(n), power(symbol, n - 1))
    raise Unread("a derivative by a power", start)


def second(low: Lowering, of: Value, node: t.Partial) -> Value:
    """∂²f/∂x∂y of numbers; by a vector twice, also as ∂w∂wᵀ, the Hessian."""
    e = of.expression
    found = [reference(target, low.symbols.usage) for target in node.by]
    axes: list[Axis] = []
    for target, name in zip(node.by, found, strict=True):
        by = low.quantity(replace(name, transposed=False), target.start) if name is not None else None
        if by is None or by.rank > 1 or not isinstance(by.expression, Symbol):
            raise Unread("a second derivative by something that is not a name", target.start)
        axes += [a for a in (by.row, by.col) if a is not None]
        e = Derivative(e, by.expression)
    if not axes:
        return Value(e)
    one, other = found
    assert one is not None and other is not None
    turned = other.transposed and not one.transposed
    if len(axes) != 2 or not (one.key == other.key or turned):
        raise Unread("a second derivative by two vectors, of which nothing says how it lies", node.start)
    return Value(e, axes[0], axes[1])


def is_row(low: Lowering, found: Reference) -> bool:
    entity = low.symbols.entities.get(found.key)
    return entity is not None and entity.rank == 1 and entity.orientation == "row"


def orientation(low: Lowering, of: str | None, by: str) -> str:
    """How ∂of/∂by lies: as the document displayed it, else by the choice that is tried."""
    name = ("∂", of or "…", by)
    fixed = low.symbols.orientations.get((of or "…", by))
    if fixed is not None:
        return fixed[0]
    above = low.symbols.entities.get(of or "")
    jacobian = above is not None and above.rank == 1
    if low.symbols.layout is not None and (low.symbols.layout_named or not jacobian):
        return low.symbols.layout
    low.open[name] = ("column", "row")
    return low.choices.get(name, "column")
