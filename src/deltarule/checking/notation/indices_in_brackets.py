"""Signals as people in signal processing write them: `y[n] = Σ_k w[k] x[n-k]` and `y(t) = Σ_k w(k) x(t+k)` have indices
in brackets, where each of the names always stands with them and two letters are added in some.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.notation.windows_from_zero import linear
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["brackets_as_indices"]


def brackets_as_indices(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such indices below their names."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    for kind in ("[", "("):
        if names := _signals(sides, kind):
            return _below(statements, names, kind)
    return statements


def _signals(sides: Sequence[t.Tree], kind: str) -> set[str]:
    """The names that always stand with an index in brackets of one kind; none where no two letters are added, or
    where no sum runs over one of them."""
    found: set[str] = set()
    others: set[str] = set()
    two: set[str] = set()
    for side in sides:
        called = {id(a) for node in trees(side) if isinstance(node, t.Factors) for a, _ in _called(node, kind)}
        for node in trees(side):
            if isinstance(node, t.Factors):
                for name, group in _called(node, kind):
                    found.add(name.letter)
                    for item in _group(group).items:
                        f = linear(item)
                        two |= set(f[0]) if f is not None and len(f[0]) > 1 else set()
            elif isinstance(node, t.Name) and id(node) not in called:
                others.add(node.letter)
    summed = {n.letter for side in sides for big in trees(side) if isinstance(big, t.Big)
              for n in trees(big.index) if isinstance(n, t.Name)}  # fmt: skip
    found -= others | set(KNOWN_FUNCTIONS)
    return found if len(found) > 1 and two & summed else set()


def _called(product: t.Factors, kind: str) -> Iterator[tuple[t.Name, t.Group | t.Scripted]]:
    """Each name in a product with the indices in brackets behind it, or with these and a power."""
    for (_, name), (op, behind) in zip(product.items, product.items[1:], strict=False):
        group = behind.base if isinstance(behind, t.Scripted) and behind.sub is None else behind
        if op == "" and isinstance(name, t.Name) and isinstance(group, t.Group) and group.kind == kind:
            found = [linear(item) for item in group.items]
            if found and all(f is not None and all(x.islower() for x in f[0]) for f in found):
                assert isinstance(behind, t.Group | t.Scripted)
                yield name, behind


def _group(behind: t.Group | t.Scripted) -> t.Group:
    group = behind.base if isinstance(behind, t.Scripted) else behind
    assert isinstance(group, t.Group)
    return group


def _below(statements: Sequence[Statement], names: set[str], kind: str) -> Sequence[Statement]:
    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        indices = {id(name): group for name, group in _called(node, kind) if name.letter in names}
        behind = {id(group) for group in indices.values()}
        if not indices:
            return None
        items: list[tuple[str, t.Tree]] = []
        for op, item in node.items:
            if id(item) in behind:
                continue
            if (own := indices.get(id(item))) is not None:
                group = _group(own)
                sub = group.items[0] if len(group.items) == 1 else replace(group, kind="")
                above, primes = (own.sup, own.primes) if isinstance(own, t.Scripted) else (None, 0)
                items.append((op, t.Scripted(item, sub, above, primes, start=item.start, end=own.end)))
            else:
                items.append((op, t.replaced(item, change)))
        return items[0][1] if len(items) == 1 and items[0][0] == "" else replace(node, items=tuple(items))

    return [s.replaced(change) for s in statements]
