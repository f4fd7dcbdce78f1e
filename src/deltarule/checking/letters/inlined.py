"""Functions whose body is put in where they are called: of vectors, h(x) = g(θᵀx), or with a letter in them by which
something is differentiated."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees

__all__ = ["differentiated_by", "inlined"]


def differentiated_by(state: State, sides: Sequence[t.Tree]) -> set[str]:
    """The letters of what is differentiated by."""
    out: set[str] = set()
    for side in sides:
        for node in trees(side):
            for by in node.by if isinstance(node, t.Partial) else ():
                if (found := reference(by, state.symbols.usage)) is not None:
                    out.add(found.base)
    return out


def inlined(state: State, left: t.Tree | None, right: t.Tree | None, below: set[str]) -> None:
    """h(x) = g(θᵀx) is put in where it is called, if its argument is a vector, or something is differentiated by a
    letter of its body."""
    match left:
        case t.Factors(items=((_, f), ("", t.Group(kind="(", items=((t.Name() | t.Scripted()) as x,))))):
            found = reference(f, state.symbols.usage)
        case _:
            return
    if found is None or found.primes or found.base not in state.symbols.functions or right is None:
        return
    x = _as_in_the_body(x, right)
    turned = any(isinstance(n, t.Scripted) and isinstance(n.sup, t.Name) and n.sup.letter in {"T", "top", "intercal"}
                 for n in trees(right))  # fmt: skip
    calls_itself = any(
        (r := reference(n, state.symbols.usage)) is not None and r.base == found.base for n in trees(right)
    )
    own = reference(x, state.symbols.usage)
    others = {r.base for n in trees(right) if (r := reference(n, state.symbols.usage)) is not None}
    others -= {own.base} if own is not None else set()
    if (turned or others & below) and not calls_itself and any(n == x for n in trees(right)):
        state.symbols.inline.setdefault(found.base, (x, right))


def _as_in_the_body(x: t.Tree, right: t.Tree) -> t.Tree:
    """The x of f(x^{(i)}) = 1/(1 + e^{-wᵀx}), which leaves the index of the sample out."""
    match x:
        case t.Scripted(base=t.Name() as name, sub=None, sup=t.Group(kind="(", items=(t.Name(),))):
            scripted = {id(n.base) for n in trees(right) if isinstance(n, t.Scripted)}
            bare = any(n == name and id(n) not in scripted for n in trees(right))
            return name if bare and all(n != x for n in trees(right)) else x
    return x
