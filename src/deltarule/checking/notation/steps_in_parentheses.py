"""`S(t)` as S_t: the step behind a letter in parentheses, h_i(t), x(t-1), δ_i(t+1), y_m(T), as an index below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import STEP_LETTERS, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["letter_of_step", "steps_as_indices"]

FUNCTION_LETTERS = frozenset({"f", "g", "phi", "sigma", "psi", "varphi"})


def steps_as_indices(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the step of every letter that always stands with one below it."""
    timed = _timed([side.tree for s in statements for side in s.sides if side.tree is not None])
    if not timed:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        joined = _joined(node.items, timed)
        if len(joined) == len(node.items):
            return None
        return t.replaced(joined[0][1] if len(joined) == 1 else replace(node, items=joined), change)

    return [s.replaced(change) for s in statements]


def _joined(items: tuple[tuple[str, t.Tree], ...], timed: frozenset[str]) -> tuple[tuple[str, t.Tree], ...]:
    out: list[tuple[str, t.Tree]] = []
    for op, item in items:
        before = out[-1][1] if out and op == "" else None
        step = _step(item)
        one = _at_step(before, item, step, timed) if before is not None and step is not None else None
        if one is not None:
            out[-1] = (out[-1][0], one)
        else:
            out.append((op, item))
    return tuple(out)


def _at_step(before: t.Tree, behind: t.Tree, step: t.Tree, timed: frozenset[str]) -> t.Tree | None:
    """h_i at step t for h_i (t), and ∂E/∂a_i at it for `∂E / ∂a_i(t)`."""
    match before:
        case t.Partial(by=(*others, last)) if letter_of_step(last) in timed:
            one = _with_step(last, behind, step)
            return None if one is None else replace(before, by=(*others, one), end=behind.end)
    return _with_step(before, behind, step) if letter_of_step(before) in timed else None


def _timed(sides: Sequence[t.Tree]) -> frozenset[str]:
    """Names that always stand with a step in parentheses, where some stand with the step before: S(t), S(t-1)."""
    steps: dict[str, list[t.Tree]] = {}
    others: set[str] = set()
    for side in sides:
        followed: set[int] = set()
        for node in trees(side):
            if isinstance(node, t.Factors):
                for (_, a), (op, b) in zip(node.items, node.items[1:], strict=False):
                    step = _step(b) if op == "" else None
                    if step is not None and letter_of_step(a):
                        steps.setdefault(letter_of_step(a), []).append(step)
                    elif op == "" and isinstance(b, t.Group) and b.kind == "(" and letter_of_step(a):
                        others.add(letter_of_step(a))
                    followed.add(id(a))
    letters = {_letter(s) for found in steps.values() for s in found if isinstance(s, t.Terms)}
    ends = letters | ({"T"} if "t" in letters else set())
    counted = {n for n, found in steps.items() if {_letter(s) for s in found if not isinstance(s, t.Num)} <= ends}
    by = {x.letter for side in sides for node in trees(side) if isinstance(node, t.Partial)
          for x in node.by if isinstance(x, t.Name)}  # fmt: skip
    if not letters or letters & by:  # d/dt: time that flows
        return frozenset()
    functions = FUNCTION_LETTERS | set(KNOWN_FUNCTIONS)
    return frozenset(n for n in counted - others - functions if {_letter(s) for s in steps[n]} - {""})


def _step(item: t.Tree) -> t.Tree | None:
    """The t of `(t)`, `(t-1)`, `(0)`, also with scripts behind."""
    group = item.base if isinstance(item, t.Scripted) else item
    match group:
        case t.Group(kind="(", items=((t.Num() | t.Name()) as one,)) if isinstance(one, t.Num) or _letter(one):
            return one
        case t.Group(kind="(", items=(t.Terms(items=(("+", t.Name()), (_, t.Num()))) as one,)) if _letter(one):
            return one
    return None


def _letter(step: t.Tree) -> str:
    match step:
        case t.Name(letter=letter, accents=()) if letter in STEP_LETTERS or letter == "T":
            return letter
        case t.Terms(items=((_, first), *_)):
            return _letter(first)
    return ""


def letter_of_step(node: t.Tree) -> str:
    """The letter that a step could stand behind."""
    name = node.base if isinstance(node, t.Scripted) and node.sup is None and not node.primes else node
    return "_".join([name.letter, *name.accents]) if isinstance(name, t.Name) else ""


def _with_step(name: t.Tree, behind: t.Tree, step: t.Tree) -> t.Tree | None:
    own = script_items(name.sub) if isinstance(name, t.Scripted) else ()
    base = name.base if isinstance(name, t.Scripted) else name
    sub, sup, primes = (behind.sub, behind.sup, behind.primes) if isinstance(behind, t.Scripted) else (None, None, 0)
    items = (step, *own, *script_items(sub)) if not own or sub is None else ()
    if not items or primes:
        return None
    return t.Scripted(base, items[0] if len(items) == 1 else t.Group("", items), sup, start=name.start, end=behind.end)
