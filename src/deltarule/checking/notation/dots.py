"""What is left out at dots: `w_1 x_1 + … + w_n x_n` is a sum over one index, `[x_1, …, x_n]` a list of such entries.

The first and the last of what is listed differ by an index only, 1 in one of them and n in the other; what stands
second has to fit. A list of the components of a name by itself, x = [x_1, …, x_n], says nothing and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deltarule.checking.notation.patterns import Pattern, pattern
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["dots_written_out"]

LETTERS = "qrspkmnij"
"""Letters for the index that is left out, the first of those that the text does not use."""
COUNTING = frozenset({"i", "j", "k", "l", "p", "q", "r", "s", "t"})
"""Letters of the last entry that count something else elsewhere: then nothing says how many there are."""


def dots_written_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with sums and lists in place of what has dots in it, as far as that is understood."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    if not any(isinstance(n, t.Dots) for n in nodes):
        return statements
    used = {n.letter for n in nodes if isinstance(n, t.Name)}
    free = [t.Name(letter) for letter in LETTERS if letter not in used]
    if len(free) < 2:
        return statements
    writer = _Writer(free)
    out: list[Statement] = []
    for statement in statements:
        if _lists_components(statement) or not any(
            isinstance(n, t.Dots) for x in statement.sides for n in trees(x.tree)
        ):
            out.append(statement)
        else:
            out.append(statement.replaced(writer.change))
    return out


def _lists_components(statement: Statement) -> bool:
    """x = [x_1, …, x_n], W = [w_11, …, w_mn], ∇C = (∂C/∂w_1, …), of names or derivatives alone; i = 1, …, n."""
    last = statement.sides[-1].tree
    if isinstance(last, t.Group) and last.kind in {"", "{"}:
        return True
    if len(statement.sides) != 2 or statement.continues:
        return False
    head = statement.sides[0].tree
    while isinstance(last, t.Scripted) and not isinstance(last.base, t.Name):
        last = last.base
    cells = [x for x in _cells(last) if not isinstance(x, t.Dots)]
    if cells and all(isinstance(x, t.Partial) for x in cells):
        return isinstance(head, t.Name | t.Scripted | t.Partial | t.Factors)
    named = isinstance(head, t.Name | t.Scripted) and bool(cells)
    return named and all(isinstance(x, t.Name | t.Scripted) for x in cells)


def _cells(node: t.Tree | None) -> Iterator[t.Tree | None]:
    match node:
        case t.Matrix(rows=rows):
            for row in rows:
                yield from row
        case t.Group(kind="(" | "[", items=items):
            for item in items:
                yield from (x for _, x in item.items) if isinstance(item, t.Factors) and _dotted(item) else (item,)


def _dotted(node: t.Factors) -> bool:
    return any(isinstance(x, t.Dots) for _, x in node.items)


@dataclass
class _Writer:
    """Takes some letters for the indices that are left out, each of them outside of what it stands in."""

    letters: Sequence[t.Name]

    def _pattern(self, firsts: Sequence[t.Tree | None], last: t.Tree | None) -> tuple[Pattern, t.Name] | None:
        used = {n for x in (*firsts, last) for n in trees(x) if isinstance(n, t.Name)}
        letter = next((letter for letter in self.letters if letter not in used), None)
        found = pattern(firsts, last, letter) if letter is not None else None
        return None if found is None or letter is None else (found, letter)

    def change(self, node: t.Tree) -> t.Tree | None:
        match node:
            case t.Terms(items=items) if any(isinstance(x, t.Dots) for _, x in items):
                return self._sum(node)
            case t.Call(argument=argument) if _of_arguments(argument):
                return node
            case t.Factors(items=items) if any(_of_arguments(x) for op, x in items[1:] if not op):  # f(x_1, …, x_n)
                changed = ((op, x if _of_arguments(x) else t.replaced(x, self.change)) for op, x in items)
                return replace(node, items=tuple(changed))
            case t.Matrix(kind="(" | "[" | "", rows=rows) if any(isinstance(x, t.Dots) for row in rows for x in row):
                return self._list(rows, node)
            case t.Group(kind="(" | "[", items=items) if any(isinstance(x, t.Dots) for x in items):
                return self._list((items,), node)
            case t.Group(kind="[", items=(t.Factors() as product,)) if _dotted(product):
                return self._list((_in_chunks(product),), node)
        return None

    def _sum(self, node: t.Terms) -> t.Tree | None:
        """a_1 + a_2 + … + a_n + b."""
        at = next(k for k, (_, x) in enumerate(node.items) if isinstance(x, t.Dots))
        if at + 1 >= len(node.items) or any(isinstance(x, t.Dots) for _, x in node.items[at + 1 :]):
            return None
        sign, last = node.items[at + 1]
        last = t.replaced(last, self.change)
        for begin in range(at):
            if any(own != sign for own, _ in node.items[begin : at + 2]) and (begin or sign != "+"):
                continue
            terms = [t.replaced(x, self.change) for _, x in node.items[begin:at]]
            if (one := self._pattern(terms, last)) is not None:
                found, letter = one
                upper = _count(found)
                index = letter if upper is None else t.Compare((letter, found.first), (t.Relation("="),))
                big = t.Big("sum", index, upper, found.body, start=terms[0].start, end=last.end)
                items = (*node.items[:begin], (sign, big), *node.items[at + 2 :])
                whole = sign == "+" and len(items) == 1
                return big if whole else replace(node, items=tuple((s, t.replaced(x, self.change)) for s, x in items))
        return None

    def _list(self, rows: Sequence[Sequence[t.Tree | None]], node: t.Tree) -> t.Tree | None:
        """A list in one direction, or a matrix by its corners."""
        changed = [[None if x is None else t.replaced(x, self.change) for x in row] for row in rows]
        columns = [x for x in changed[0] if not isinstance(x, t.Dots)]
        lines = [row for row in changed if not isinstance(row[0], t.Dots)]
        if any(x is None for row in changed for x in row):
            return None
        if len(changed) == 1:
            one = self._pattern(columns[:-1], columns[-1]) if isinstance(changed[0][-2], t.Dots) else None
            return None if one is None else _entries(one[0].body, None, one, node)
        if all(len(row) == 1 for row in changed):
            firsts = [row[0] for row in lines]
            one = self._pattern(firsts[:-1], firsts[-1]) if isinstance(changed[-2][0], t.Dots) else None
            return None if one is None else _entries(one[0].body, one, None, node)
        return self._matrix(lines, node)

    def _matrix(self, lines: Sequence[Sequence[t.Tree | None]], node: t.Tree) -> t.Tree | None:
        """By its rows, each of them a list, and what these have in common."""
        across = [self._pattern([x for x in row[:-1] if not isinstance(x, t.Dots)], row[-1]) for row in lines]
        found = [one for one in across if one is not None]
        if len(found) < len(lines) or len(lines) < 2 or len({(o.first, o.last, letter) for o, letter in found}) > 1:
            return None
        bodies = [one.body for one, _ in found]
        down = self._pattern(bodies[:-1], bodies[-1])
        return None if down is None else _entries(down[0].body, down, found[0], node)


def _entries(
    body: t.Tree, down: tuple[Pattern, t.Name] | None, across: tuple[Pattern, t.Name] | None, node: t.Tree
) -> t.Tree | None:
    if any(found is not None and found[0].first.value != 1 for found in (down, across)):
        return None
    (rows, row), (columns, column) = ((None, "") if x is None else (_count(x[0]), x[1].letter) for x in (down, across))
    return t.Entries(body, row, column, rows, columns, start=node.start, end=node.end)


def _of_arguments(node: t.Tree) -> bool:
    """(x_1, …, x_n), behind a name."""
    return isinstance(node, t.Group) and node.kind == "(" and any(isinstance(x, t.Dots) for x in node.items)


def _count(found: Pattern) -> t.Tree | None:
    """How many there are, if the last one says it."""
    return None if isinstance(found.last, t.Name) and found.last.letter in COUNTING else found.last


def _in_chunks(product: t.Factors) -> tuple[t.Tree, ...]:
    """a_1 b_1, …, a_n b_n for a_1 b_1 … a_n b_n."""
    at = next(k for k, (_, x) in enumerate(product.items) if isinstance(x, t.Dots))
    before, dots, behind = product.items[:at], product.items[at][1], product.items[at + 1 :]
    size = len(behind)
    if not size or at % size or any(op for op, _ in (*before, *behind)):
        return tuple(x for _, x in product.items)
    chunks = [before[k : k + size] for k in range(0, at, size)]
    whole = [c[0][1] if size == 1 else t.Factors(c, start=c[0][1].start, end=c[-1][1].end) for c in (*chunks, behind)]
    return (*whole[:-1], dots, whole[-1])
