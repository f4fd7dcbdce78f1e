"""Functions applied: of the document, known everywhere, of vectors (softmax); powers and roots."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from deltarule.calculus.rules import delta
from deltarule.language.arithmetic import add, multiply, negate, power, subtract
from deltarule.language.expression import ONE, Apply, Axis, Delta, Maximum, Number, Symbol, fresh, rename, selection
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import symbols
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, Reference, label_text, reference, script_items
from deltarule.reading.shifted import equation
from deltarule.reading.square_matrices import determinant, matrix_power
from deltarule.reading.symbols import SAMPLES
from deltarule.reading.values import Unread, Value, aligned, minus, plus, transpose
from deltarule.reading.written_out import axis_for

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering


INVERSE = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})
"""Functions whose power -1 is written for the inverse function."""
TRACE = frozenset({"tr", "Tr", "trace", "Trace"})


def takes(low: Lowering, base: str, group: t.Group) -> bool:
    """Whether the group is the arguments with which a quantity was introduced: `\\hat{y}(x, w)`."""
    return ",".join(map(label_text, group.items)) in low.symbols.quantities.get(base, ())


def takes_others(low: Lowering, base: str, group: t.Group) -> bool:
    """Whether the group holds arguments of a quantity, changed: J(θ + ε) where J(θ) was introduced."""
    lists = [text.split(",") for text in low.symbols.quantities.get(base, ()) if text]
    inside = {label_text(n) for n in t.walk(group) if isinstance(n, t.Name | t.Scripted)}
    return not takes(low, base, group) and any(
        len(names) == len(group.items) and inside & set(names) for names in lists
    )


def called(low: Lowering, value: Value, arguments: t.Tree | None, found: Reference) -> Value:
    """Scripts behind a call: `f(x)^2`, `g'(a)^T`, `softmax(z)_i`."""
    if found.inverse:
        value = inverse(value, found)
    elif found.power is not None:
        value = to_power(low, value, found.power, 0)
    if not isinstance(arguments, t.Scripted):
        return value
    if arguments.primes:
        raise Unread("a prime behind the argument of a function", arguments.start)
    items = script_items(arguments.sub)
    if items:
        value = low.picked(value, items, arguments.start)
    match arguments.sup:
        case None:
            return value
        case t.Name(letter="T" | "top" | "intercal" | "transpose"):
            return transpose(value)
        case sup:
            return to_power(low, value, sup, arguments.start)


def inverse(value: Value, found: Reference) -> Value:
    """σ^{-1}(p): the inverse of a function known everywhere."""
    match value.expression:
        case Apply(function="sigmoid", arguments=(p,), order=(0,)):
            return value.with_expression(Apply("log", (multiply(p, power(subtract(ONE, p), -1)),)))
        case Apply(function="exp", arguments=(p,), order=(0,)):
            return value.with_expression(Apply("log", (p,)))
        case Apply(function="log", arguments=(p,), order=(0,)):
            return value.with_expression(Apply("exp", (p,)))
        case Apply(function="tanh", arguments=(p,), order=(0,)):
            ends = multiply(add(ONE, p), power(subtract(ONE, p), -1))
            return value.with_expression(multiply(Number(Fraction(1, 2)), Apply("log", (ends,))))
    raise Unread(f"the inverse of {found.base}")


def apply_named(low: Lowering, function: t.Tree, argument: t.Tree, start: int) -> Value:
    match function:
        case t.Scripted(base=t.Name(letter="log") as log, sub=t.Tree() as base, primes=0):
            plain = replace(function, sub=None) if function.sup is not None else log
            below = low.lower(base)
            if below.rank:
                raise Unread("a logarithm to a base that is not a number", start)
            scale = power(Apply("log", (below.expression,)), -1)
            value = apply_named(low, plain, argument, start)
            return value.with_expression(multiply(scale, value.expression))
        case t.Scripted(base=t.Name(letter=letter) as name, sub=None, sup=t.Tree() as sup, primes=0) if (
            letter in INVERSE and low.lower(sup).expression == Number(-1)
        ):  # sin⁻¹ is the inverse function, unlike sin²
            return apply_named(low, replace(name, letter=f"arc{letter}"), argument, start)
    found = reference(function, low.symbols.usage)
    if found is None:
        raise Unread("a function that is not a name", start)
    if isinstance(argument, t.Group) and found.base in {"max", "min"} and len(argument.items) == 2:
        return extremum(low, found.base, argument)
    if found.base in low.symbols.vector_functions:
        return softmax(low, moved(low, argument) or low.lower(argument), found)
    match argument:
        case t.Group(items=(t.Name() | t.Scripted() as only,)) if found.base == "max" and not low.learning:
            if low.symbols.function("max") is None and (inside := low.lower(only)).rank == 1:
                return largest(inside)
    if found.base in TRACE and low.symbols.function(found.base) is None:
        return trace(low.lower(argument), start)
    if found.base == "det" and (inside := low.lower(argument)).rank == 2:
        return determinant(low, inside, start)
    group = argument.base if isinstance(argument, t.Scripted) else argument
    if isinstance(group, t.Group) and group.kind in {"(", "["}:
        value = call_reference(low, found, group)
        return called(low, value, argument, found)
    value = call(low, table_name(low, found, start), low.lower(argument), found.primes)
    return to_power(low, value, found.power, start) if found.power is not None else value


def diagonal(value: Value) -> Value:
    """diag(v): v on the diagonal, 0 elsewhere."""
    axis = value.row or value.col
    if value.rank != 1 or axis is None:
        raise Unread("diag of something that is not a vector")
    other = fresh(axis.size)
    return Value(multiply(value.expression, Delta(axis, other)), axis, other)


def indicator(low: Lowering, group: t.Tree) -> Value | None:
    """1[i = j] is Kronecker's delta, 1[u > 0] the step, elementwise for a vector."""
    match group:
        case t.Group(kind="[" | "(" | "{", items=(t.Compare(sides=(left, right), relations=(relation,)),)):
            sign = relation.symbol.lstrip("\\")
            if sign == "=" and (selected := equation(low, left, right)) is not None:
                return Value(selected)
            if sign in {"=", "ne", "neq", "≠"}:
                i, j = axis_for(low, left), axis_for(low, right)
                if isinstance(i, Axis) and isinstance(j, Axis):
                    if not low.symbols.unify(i.size, j.size) and sign == "=":  # the first entries of a longer axis
                        return Value(selection(((i, 1), (j, -1)), 0))
                    i, j = (Axis(x.name, low.symbols.find(x.size)) for x in (i, j))
                d = delta(i, j)
                return Value(d if sign == "=" else subtract(ONE, d))
            a, b = low.lower(left), low.lower(right)
            if sign in {"<", "lt", "le", "leq", "≤"}:
                a, b = b, a
            difference = plus(a, minus(b))
            if sign in {">", "gt", "<", "lt"}:
                return difference.with_expression(Apply("step", (difference.expression,)))
            if sign in {"ge", "geq", "≥", "le", "leq", "≤"}:
                below = Apply("step", (negate(difference.expression),))
                return difference.with_expression(subtract(ONE, below))
    return None


def indicated_below(low: Lowering, node: t.Scripted) -> Value | None:
    """1_{i=j}, 𝕀_{\\{z > 0\\}}: the condition stands below."""
    match node:
        case t.Scripted(
            base=t.Num(text="1") | t.Name(letter="1") | t.Name(letter="I" | "chi", style="bb" | "bold"),
            sub=(t.Compare() as condition) | t.Group(items=(t.Compare() as condition,)),
            sup=None,
            primes=0,
        ):
            return indicator(low, t.Group("[", (condition,), start=condition.start, end=condition.end))
    return None


def largest(value: Value) -> Value:
    """max(z): the largest component of a vector."""
    axis = value.row or value.col
    assert axis is not None
    other = fresh(axis.size)
    return Value(Maximum(rename(value.expression, {axis: other}), (other,)))


def moved(low: Lowering, argument: t.Tree) -> Value | None:
    """softmax(z + c): a number beside the vector is added to every component of it; None for anything else."""
    group = argument.base if isinstance(argument, t.Scripted) and argument.sup is None else argument
    match group:
        case t.Group(kind="(" | "[", items=(t.Terms(items=items),)) if all(sign in {"+", "-"} for sign, _ in items):
            pass
        case _:
            return None
    if low.learning or (isinstance(argument, t.Scripted) and argument.primes):
        return None
    values = [(sign, low.lower(item)) for sign, item in items]
    if {value.rank for _, value in values} != {0, 1}:
        return None
    vectors = t.Terms(tuple(pair for pair, (_, v) in zip(items, values, strict=True) if v.rank))
    numbers = [negate(v.expression) if sign == "-" else v.expression for sign, v in values if not v.rank]
    if any(e.axes for e in numbers):
        return None  # x_i beside x
    whole = low.terms(vectors.items)
    whole = whole.with_expression(add(whole.expression, *numbers))
    if isinstance(argument, t.Scripted):
        return low.picked(whole, script_items(argument.sub), argument.start)
    return whole


def trace(value: Value, start: int) -> Value:
    """tr A: the sum of what stands on the diagonal."""
    if value.rank == 0:
        return value
    if value.row is None or value.col is None or value.row.size != value.col.size:
        raise Unread("the trace of something that is not a square matrix", start)
    axis = fresh(value.row.size)
    return Value(multiply(rename(value.expression, {value.row: axis, value.col: axis}), bound=(axis,)))


def extremum(low: Lowering, which: str, group: t.Group) -> Value:
    a, b = (low.lower(item) for item in group.items)
    if a.rank and not b.rank:
        a, b = b, a
    if isinstance(b.expression, Number) and not isinstance(a.expression, Number):
        a, b = b, a
    if a.rank and b.rank:
        b = aligned(a, b)
    e = Apply("maximum" if which == "max" else "minimum", (a.expression, b.expression))
    return Value(e, b.row, b.col)


def call_reference(low: Lowering, found: Reference, group: t.Group) -> Value:
    if found.base == "diag" and len(group.items) == 1:
        if low.learning and not low.lower(group.items[0]).rank:
            for node in t.walk(group):
                inside = reference(node, low.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
                entity = low.symbols.entities.get(inside.key) if inside is not None else None
                if inside is not None and entity is not None and entity.rank is None and not inside.indices:
                    low.symbols.shaped(entity, 1)
        return diagonal(low.lower(group.items[0]))
    f = low.symbols.function(found.base)
    table = FUNCTIONS.get(f.table_name) if f is not None else None
    if f is not None and table is not None and 1 < len(group.items) == len(table.parameters):
        value, *others = (low.lower(item) for item in group.items)  # LeakyReLU(s, a)
        if any(other.rank for other in others):
            raise Unread(f"{found.base} with a vector behind the first argument", group.start)
        arguments = (value.expression, *(other.expression for other in others))
        return value.with_expression(Apply(f.table_name, arguments, (found.primes, *(0 for _ in others))))
    if found.base in {"max", "min"} and len(group.items) == 2:
        return extremum(low, found.base, group)
    if len(group.items) != 1:
        return of_several(low, found, group)
    if f is not None and f.parameters:
        raise Unread(f"{found.base} of 1 argument, where it has {len(f.parameters)}", group.start)
    return call(low, table_name(low, found, group.start), low.lower(group.items[0]), found.primes)


def of_several(low: Lowering, found: Reference, group: t.Group) -> Value:
    """A function of the document at several numbers; one that is only named stays so."""
    f = low.symbols.functions.get(found.base)
    values = [low.lower(item) for item in group.items]
    if f is not None and not f.defined and f.key in low.symbols.unsaid and any(value.rank for value in values):
        return low.quantity(found, group.start)
    if f is None or f.defined or found.primes or not values or any(value.rank for value in values):
        raise Unread(f"{found.base} of {len(group.items)} arguments", group.start)
    return Value(Apply(f.table_name, tuple(value.expression for value in values), (0,) * len(values)))


def table_name(low: Lowering, found: Reference, start: int) -> str:
    f = low.symbols.function(found.base)
    if f is None:
        raise Unread(f"the function {found.base} is not known", start)
    return f.table_name


def call(low: Lowering, name: str, argument: Value, order: int = 0) -> Value:
    if order and name in {"exp"}:
        order = 0
    if order and name in {"log"}:
        e = power(argument.expression, -1) if order == 1 else None
        if e is None:
            raise Unread("a higher derivative of the logarithm")
        return argument.with_expression(e)
    table = FUNCTIONS.get(name)
    if table is not None and len(table.parameters) > 1:
        raise Unread(f"{table.name} of 1 argument, where it has {len(table.parameters)}")
    base = name.removeprefix(low.symbols.prefix)
    f = low.symbols.functions.get(base) if base != name else None
    if argument.rank and f is not None and not f.defined and base[:1].isupper():
        raise Unread(f"nothing says that {base} of a vector is taken component by component")
    return argument.with_expression(Apply(name, (argument.expression,), (order,)))


def softmax(low: Lowering, argument: Value, found: Reference) -> Value:
    if argument.rank == 1:
        axis = argument.row or argument.col
        assert axis is not None
        other = fresh(axis.size)
        total = multiply(Apply("exp", (rename(argument.expression, {axis: other}),)), bound=(other,))
        e = multiply(Apply("exp", (argument.expression,)), power(total, -1))
        value = argument.with_expression(e)
        if found.indices:
            return Value(rename(e, {axis: low.sized(low.index(found.indices[0]), axis.size)}))
        return value
    if argument.rank == 2 and not found.indices and (axis := _softmax_over(low, argument)) is not None:
        other = fresh(axis.size)
        total = multiply(Apply("exp", (rename(argument.expression, {axis: other}),)), bound=(other,))
        return argument.with_expression(multiply(Apply("exp", (argument.expression,)), power(total, -1)))
    letters = [a for a in argument.expression.axes if a.name in INDEX_LETTERS]
    if argument.rank == 0 and len(letters) == 1:  # softmax(z_i): component i
        other = fresh(letters[0].size)
        total = multiply(Apply("exp", (rename(argument.expression, {letters[0]: other}),)), bound=(other,))
        return Value(multiply(Apply("exp", (argument.expression,)), power(total, -1)))
    match argument.expression:
        case Symbol(indices=(_, Axis() as last)) if argument.rank == 0:  # softmax(z_ij): over the last index
            other = fresh(last.size)
            total = multiply(Apply("exp", (rename(argument.expression, {last: other}),)), bound=(other,))
            return Value(multiply(Apply("exp", (argument.expression,)), power(total, -1)))
    raise Unread("softmax of something that is not a vector")


def _softmax_over(low: Lowering, argument: Value) -> Axis | None:
    """What the softmax of a matrix is taken over: as the text says, else not over the samples."""
    symbols = low.symbols
    samples = symbols.find(SAMPLES)
    axes = [a for a in (argument.row, argument.col) if a is not None and symbols.find(a.size) != samples]
    said = {"row": argument.col, "column": argument.row}
    if len(axes) == 1 or symbols.softmax_over is not None:
        return axes[0] if len(axes) == 1 else said[symbols.softmax_over or ""]
    if symbols.samples_in is not None:
        symbols.softmax_inferred.add(f"each {symbols.samples_in}: samples lie so in the products with weights")
        return said[symbols.samples_in]
    counts = {str(symbols.find(a.size)) for a in axes} & symbols.averaged
    axes = [a for a in axes if symbols.find(a.size) not in counts]
    if len(axes) != 1:
        return None
    symbols.softmax_inferred.add(f"the classes, not over the {', '.join(counts)} that a mean is taken of")
    return axes[0]


def to_power(low: Lowering, value: Value, exponent: t.Tree, start: int) -> Value:
    """value^exponent; with ⊙ before the exponent, of each entry."""
    if isinstance(exponent, t.Num) and exponent.each and abs(exponent.value) <= 64:
        return value.with_expression(power(value.expression, exponent.value))
    return raised(low, value, low.lower(exponent), start, summed=any(isinstance(n, t.Big) for n in t.walk(exponent)))


def raised(low: Lowering, value: Value, exponent: Value, start: int, *, summed: bool = False) -> Value:
    """value^exponent; one in which something is summed, p^{n - Σ x_i}, is no index."""
    if not isinstance(exponent.expression, Number):
        if (
            value.rank
            or exponent.rank
            or (isinstance(value.expression, Number) and value.expression.value <= 1)
            or isinstance(exponent.expression, Apply)
        ):
            raise Unread("an exponent that is not a number", start)
        letters = {s.name for s in symbols(exponent.expression) if not s.indices}
        if not summed and any(name in INDEX_LETTERS or name[:1].isupper() for name in letters):
            raise Unread("an exponent that could be an index or a label", start)
        return Value(
            Apply("exp", (multiply(exponent.expression, Apply("log", (value.expression,))),))
        )  # p^y, for p > 0
    n: Fraction = exponent.expression.value
    if value.rank == 2:
        return matrix_power(low, value, n, start)
    if abs(n) > 64:
        raise Unread("an exponent above 64", start)
    return value.with_expression(power(value.expression, n))


def root(low: Lowering, degree: t.Tree | None, body: t.Tree) -> Value:
    n = Fraction(1, 2)
    if degree is not None:
        inside = low.lower(degree).expression
        if not isinstance(inside, Number) or not inside.value:
            raise Unread("the degree of a root", degree.start)
        n = 1 / inside.value
    value = low.lower(body)
    return value.with_expression(power(value.expression, n))


def group_calls(group: t.Group, f: t.Name) -> bool:
    """Whether a function is called inside a group."""
    return any(
        a == f and op == "" and isinstance(b, t.Group)
        for n in t.walk(group)
        if isinstance(n, t.Factors)
        for (_, a), (op, b) in pairwise(n.items)
    )
