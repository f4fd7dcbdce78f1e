"""What is written out: brackets, norms, matrices entry by entry, cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from deltarule.algebra.rational import simplify
from deltarule.calculus.rules import delta
from deltarule.language.arithmetic import add, multiply, power, subtract
from deltarule.language.expression import ONE, ZERO, Apply, Axis, Delta, Index, Piecewise, fresh
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, script_items
from deltarule.reading.square_matrices import determinant
from deltarule.reading.values import IllShaped, Unread, Value, aligned, hadamard, transpose

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering


UNDEFINED = re.compile(
    r"(?:\W|\\\w+)*(?:undef|not defined|does not exist|any\b|n/a|nicht definiert|indéfini|no definid|"
    r"不存在|未定义|无定义)",
    re.IGNORECASE,
)
"""What stands for a value at a point that has none."""
ROUNDED = {"floor": "a number rounded down", "ceil": "a number rounded up"}
"""Brackets that do more than to hold together."""


def group_value(low: Lowering, node: t.Group) -> Value:
    if node.kind in {"|", "||"}:
        inside = low.lower(node.items[0])
        if node.kind == "|" and inside.rank == 0:
            return Value(Apply("abs", (inside.expression,)))
        if node.kind == "|" and inside.rank == 2 and low.symbols.bars_of_matrices == "determinant":
            return determinant(low, inside, node.start)
        if node.kind == "|" and inside.rank == 2:
            raise Unread("|…| of a matrix, a determinant or a norm", node.start)
        axes = [a for a in (inside.row, inside.col) if a is not None]
        square = multiply(power(inside.expression, 2), bound=axes)
        return Value(power(square, Fraction(1, 2)))
    if node.kind in ROUNDED or (node.kind == "<" and len(node.items) == 1):
        raise Unread(ROUNDED.get(node.kind, "⟨…⟩ of one quantity, a mean or something else"), node.start)
    if len(node.items) == 1 and node.kind == "[" and isinstance(node.items[0], t.Compare):
        from deltarule.reading.calls import indicator

        if (iverson := indicator(low, node)) is not None:  # [k = c]
            return iverson
    if len(node.items) == 1:
        return low.lower(node.items[0])
    if node.kind == "<" and len(node.items) == 2:  # ⟨A, B⟩: Σ of the products of components
        a, b = (low.lower(item) for item in node.items)
        low.meet(a, b)
        joined = hadamard(low.resized(a), low.resized(b))
        return Value(multiply(joined.expression, bound=[x for x in (joined.row, joined.col) if x is not None]))
    if node.kind in {"[", "("} and node.items:
        return matrix(low, (tuple(node.items),))
    raise Unread("a list of values", node.start)


def norm(low: Lowering, node: t.Group, which: t.Tree) -> Value:
    """‖x‖_2 and ‖A‖_F, the root of the sum of squares, and ‖x‖_1."""
    if which in (t.Num(Fraction(2)), t.Name("F")) or (isinstance(which, t.Name) and which.letter in {"F", "Fro"}):
        return group_value(low, t.Group("||", node.items, start=node.start, end=node.end))
    if which == t.Num(Fraction(1)):
        inside = low.lower(node.items[0])
        axes = [a for a in (inside.row, inside.col) if a is not None]
        return Value(multiply(Apply("abs", (inside.expression,)), bound=axes))
    raise Unread("a norm that is not known", node.start)


def matrix(low: Lowering, rows: Sequence[Sequence[t.Tree | None]]) -> Value:
    """A matrix written out: Σ over its places of entry · δ δ."""
    if not rows or any(len(r) != len(rows[0]) for r in rows):
        raise IllShaped("a matrix whose rows differ in length")
    if any(e is None for row in rows for e in row):
        raise Unread("a matrix with an empty place")
    entries = [[low.lower(e) for e in row if e is not None] for row in rows]
    if any(v.rank for row in entries for v in row):
        raise Unread("a matrix of blocks")
    row_axis = fresh(len(rows)) if len(rows) > 1 else None
    col_axis = fresh(len(rows[0])) if len(rows[0]) > 1 else None
    terms = []
    for i, row in enumerate(entries, 1):
        for j, value in enumerate(row, 1):
            factors = [value.expression]
            if row_axis is not None:
                factors.append(delta(row_axis, i))
            if col_axis is not None:
                factors.append(delta(col_axis, j))
            terms.append(multiply(*factors))
    return Value(add(*terms), row_axis, col_axis)


def kronecker(low: Lowering, node: t.Scripted) -> Value:
    """δ_ij, its letters sized by the rest of the row."""
    placed = []
    for item in script_items(node.sub):
        index = low.index(item)
        if isinstance(index, Axis):
            size = low.letters.setdefault(index.name, low.symbols.new_size())
            index = Axis(index.name, low.symbols.find(size))
        placed.append(index)
    i, j = placed
    sizes = [a.size for a in placed if isinstance(a, Axis)]
    if len(sizes) == 2:
        low.symbols.unify(*sizes)
    return Value(delta(i, j))


def ones(low: Lowering, node: t.Tree, found: Reference) -> Value:
    """The vector of ones, of the size below it or of one that is open."""
    below = node.sub if isinstance(node, t.Scripted) else None
    size = below.letter if isinstance(below, t.Name) and not below.accents else low.symbols.new_size()
    value = Value(ONE, fresh(low.symbols.find(size)))
    return transpose(value) if found.transposed else value


def ones_over(above: Value, below: Value) -> Value:
    """What is divided by a vector; for a column of ones that is divided by a row, 1."""
    apart = above.rank == 1 == below.rank and (above.row is None) != (below.row is None)
    return Value(ONE) if apart and above.expression is ONE else above


def identity(low: Lowering) -> Value:
    """The identity matrix, of the size that its surroundings ask for."""
    size = low.symbols.new_size()
    row, col = fresh(size), fresh(size)
    return Value(Delta(row, col), row, col)


def unit_vector(low: Lowering, found: Reference) -> Value:
    """e_c, the column with a one at place c and zeros elsewhere."""
    size = low.symbols.new_size()
    axis = fresh(low.symbols.find(size))
    value = Value(delta(axis, low.sized(low.index(found.indices[0]), size)), axis)
    return transpose(value) if found.transposed else value


def cases(low: Lowering, rows: Sequence[t.Case], start: int) -> Value:
    """Two cases: an index condition gives a Kronecker delta, a sign condition a piecewise function."""
    rows = [row for row in rows if not _said_undefined(row)] if len(rows) == 3 else rows
    if len(rows) != 2:
        raise Unread("cases that are not two", start)
    first, second = rows
    a, b = low.lower(first.value), low.lower(second.value)
    a, b = (v.with_expression(ZERO) if o.expression is ZERO else o for o, v in ((a, b), (b, a)))  # 0 beside a vector
    if a.rank != b.rank:
        raise Unread("cases of a vector and a number", start)
    b = aligned(a, b)
    test = condition(low, first.conditions, start)
    if a.rank and test[0] == "index":
        raise Unread("cases of vectors", start)
    other = condition(low, second.conditions, start) if second.conditions else None
    if test[0] == "index":
        _, i, j, equal = test
        if isinstance(i, Axis) and isinstance(j, Axis):
            low.symbols.unify(i.size, j.size)
        if other is not None and (other[0] != "index" or other[3] == equal or {other[1], other[2]} != {i, j}):
            raise Unread("cases that do not exclude each other", start)
        d = delta(i, j)
        one, zero = (a, b) if equal else (b, a)
        e = add(multiply(d, one.expression), multiply(subtract(ONE, d), zero.expression))
        return Value(e)
    _, u, strict, _ = test
    if other is not None:
        _, v, other_strict, _ = other
        if other[0] != "sign" or simplify(add(u, v)) is not ZERO:
            raise Unread("cases that do not exclude each other", start)
        if strict == other_strict:  # z > 0 and z < 0: what holds at 0 is not said
            low.kinks = True
            strict = low.choices.get("kink", "below") == "below"
    return Value(Piecewise(((u, strict, a.expression),), b.expression), a.row, a.col)


def _said_undefined(row: t.Case) -> bool:
    """A case that says of one point that there is no value."""
    match row:
        case t.Case(value=t.Words(text=text), conditions=(t.Compare(relations=(t.Relation(symbol="="),)),)):
            return UNDEFINED.match(text.strip()) is not None
        case t.Case(value=t.Name(letter=text), conditions=(t.Compare(relations=(t.Relation(symbol="="),)),)):
            return UNDEFINED.match(text) is not None
    return False


def condition(low: Lowering, conditions: Sequence[t.Tree], start: int) -> tuple:  # type: ignore[type-arg]
    condition = conditions[0] if len(conditions) == 1 else None
    match condition:
        case t.Group(kind="(" | "[", items=(inside,)):  # 0 & (x < 0)
            condition = inside
        case _:
            pass
    if not isinstance(condition, t.Compare) or len(condition.sides) != 2:
        raise Unread("a condition that is not one comparison", start)
    left, right = condition.sides
    relation = condition.relations[0].symbol.lstrip("\\")
    if relation in {"=", "ne", "neq", "≠"}:
        i, j = (axis_for(low, x) for x in (left, right))
        return "index", i, j, relation == "="
    u, v = low.lower(left), low.lower(right)
    if u.rank or v.rank:
        raise Unread("a comparison of vectors", start)
    if relation in {">", "gt", "ge", "geq", "≥", "geqslant"}:
        return "sign", subtract(u.expression, v.expression), relation in {">", "gt"}, None
    if relation in {"<", "lt", "le", "leq", "≤", "leqslant"}:
        return "sign", subtract(v.expression, u.expression), relation in {"<", "lt"}, None
    raise Unread(f"the comparison {relation}", start)


def axis_for(low: Lowering, item: t.Tree) -> Index:
    index = low.index(item)
    if isinstance(index, int):
        return index
    assert isinstance(index, Axis)
    size = low.letters.setdefault(index.name, low.symbols.new_size())
    return Axis(index.name, low.symbols.find(size))
