"""∂h_t/∂h_k = ∏_{i=k+1}^t ∂h_i/∂h_{i-1}, and sums of such products over k.

A product over the steps between two has one factor more with each step between them. The row is judged at any step
t with k = t - 1, and with k = t - 2, where it shows whether each step goes on from the one before it by way of that
state alone; what holds from any step to the next holds over any number. A row that fails for k = t - 1 is refuted.

The sum Σ_k ∂L_t/∂h_t ∂h_t/∂h_k ∂h_k/∂W over all steps up to t is the total ∂L_t/∂W, by the same recursion, where each
∂h_k/∂W holds the step before fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.sections import HOLDS, take
from deltarule.checking.letters.steps import moved_to_place, place_of, step_below
from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["between_steps", "judge_products_over_steps"]

OPEN = frozenset({"undecided", "unread"})
NO_CLAIM = frozenset({"definition", "assumption", "none"})
UP_TO_THE_STEP = re.compile(
    r"\\sum[^\\^]{0,40}\^\s*(?:\{\s*\\?[A-Za-z]+\s*\}|[A-Za-z])|\\sum\s*\^\s*(?:\{\s*\w+\s*\}|\w)"
)
"""A sum as it is written: what counts from 0 to t - 1 has other bounds by now."""
UP_TO, FROM = frozenset({"\\le", "\\leq"}), frozenset({"\\ge", "\\geq"})
TIMES = frozenset({"t", "T", "tau", "n"})
"""What the later of two steps is called; the i of ∂p_i/∂z_k counts components."""
WORDS = "∂{0}/∂{1} within the sum holds the step before fixed"


def between_steps(statement: Statement) -> bool:
    """Whether a statement is about two steps with letters, h_t and h_k: there k counts no components."""
    return any(_ends(n) is not None for s in statement.sides if s.tree is not None for n in t.walk(s.tree))


@dataclass
class _Asked:
    """An open row, the rows that decide it, and which of them refutes it; a condition that it has anyway."""

    row: DocumentRow
    claims: list[Statement]
    condition: str = ""


def judge_products_over_steps(
    whole: State,
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement]], State],
    refuses: Callable[[int], str],
) -> None:
    """Judge the open rows with products over steps by what they say of one step and of two."""
    kept: list[Statement] = []
    asked: list[tuple[int, _Asked]] = []
    at = count = 0
    for statement in whole.statements:
        rows = whole.rows[at : at + rows_of([statement])]
        at += len(rows)
        found = [one for k, row in enumerate(rows) if row.verdict in OPEN and (one := _asked(statement, k, row))]
        if not found and all(row.verdict in NO_CLAIM for row in rows):
            kept.append(statement)
            count += len(rows)
        for one in found:
            asked.append((count, one))
            kept += one.claims
            count += len(one.claims)
    if not asked or refuses(len(whole.rows) - 1):
        return
    part = judged(kept)
    for first, one in asked:
        answers = part.rows[first : first + len(one.claims)]
        if all(answer.verdict in HOLDS for answer in answers):
            own = next((answer for answer in answers if answer.verdict == "conditional"), answers[0])
            take(one.row, own, "follows from any step to the next")
            if one.condition and own.verdict == "proved":
                one.row.verdict, one.row.condition = "conditional", Condition("definition-elsewhere", one.condition)
        elif not one.condition and answers[0].verdict == "refuted":
            take(one.row, answers[0], "the two sides are not equal from one step to the next")


def _asked(statement: Statement, k: int, row: DocumentRow) -> _Asked | None:
    if k >= len(statement.relations) or statement.relations[k].symbol not in EQUAL:
        return None
    left, right = statement.sides[k], statement.sides[k + 1]
    if left.tree is None or right.tree is None:
        return None

    def claim(a: t.Tree, b: t.Tree) -> Statement:
        sides = (replace(left, tree=a), replace(right, tree=b))
        return replace(statement, sides=sides, relations=(t.Relation("="),), continues=False)

    if (summed := _summed(left.tree, right.tree)) is not None and UP_TO_THE_STEP.search(row.right):
        pairs, condition = summed
        return _Asked(row, [claim(a, b) for a, b in pairs], condition)
    ends = {e for side in (left.tree, right.tree) for n in t.walk(side) if (e := _ends(n)) is not None}
    if len(ends) != 1:
        return None
    last, first = ends.pop()
    pairs = [(_apart(left.tree, last, first, n), _apart(right.tree, last, first, n)) for n in (1, 2)]
    if any(isinstance(n, t.Name) and n.letter == first for pair in pairs for side in pair for n in t.walk(side)):
        return None
    return _Asked(row, [claim(a, b) for a, b in pairs])


def _ends(node: t.Tree) -> tuple[str, str] | None:
    """(t, k) of ∂h_t/∂h_k and of a product over the steps from k + 1 to t."""
    if (product := _product(node)) is not None:
        return product[1], product[2]
    match node:
        case t.Partial(of=t.Scripted(base=t.Name() as h) as of, by=(t.Scripted(base=t.Name() as g) as by,), order=1):
            last, first = step_below(of), step_below(by)
        case _:
            return None
    if h != g or last is None or first is None or not last[0] or not first[0] or last[0] == first[0]:
        return None
    return (last[0], first[0]) if last[0] in TIMES and not last[1] and not first[1] else None


def _product(node: t.Tree) -> tuple[str, str, str, int, t.Tree] | None:
    """(i, t, k, 1, body) of a product of a body over i from k + 1 to t; with 0 for one that begins at k."""
    if not isinstance(node, t.Big) or node.kind != "prod":
        return None
    index, upper = node.index, node.upper
    if not isinstance(index, t.Compare):
        return None
    match (index.sides, index.relations, upper):
        case (t.Name(letter=i), low), (t.Relation(symbol="="),), t.Name(letter=last):
            begin = place_of(low)
        case (low, t.Name(letter=i), t.Name(letter=last)), (one, two), None if two.symbol in UP_TO:
            begin = _after(low, one.symbol in {"<", "\\lt"}) if one.symbol in UP_TO | {"<", "\\lt"} else None
        case (t.Name(letter=last), t.Name(letter=i), low), (one, two), None if one.symbol in FROM:
            begin = _after(low, two.symbol in {">", "\\gt"}) if two.symbol in FROM | {">", "\\gt"} else None
        case _:
            return None
    if not begin or not begin[0] or begin[1] not in (0, 1):
        return None
    return i, last, begin[0], begin[1], node.body


def _after(low: t.Tree, one: bool) -> tuple[str, int] | None:
    place = place_of(low)
    return None if place is None else (place[0], place[1] + one)


def _apart(side: t.Tree, last: str, first: str, n: int) -> t.Tree:
    """The side where the two steps are n apart."""

    def change(node: t.Tree) -> t.Tree | None:
        if (product := _product(node)) is not None and product[1:3] == (last, first):
            i, _, _, begin, body = product
            places = range(0, begin - n - 1, -1)
            factors = tuple(("", _grouped(moved_to_place(body, i, (last, k)))) for k in places)
            return factors[0][1] if len(factors) == 1 else t.Factors(factors, start=node.start, end=node.end)
        return _steps_between(node, last, first, n)

    return moved_to_place(t.replaced(side, change), first, (last, -n))


def _steps_between(node: t.Tree, last: str, first: str, n: int) -> t.Num | None:
    """The number that t - k is, or t - k + 1."""
    if not isinstance(node, t.Terms) or node.items[:2] != (("+", t.Name(last)), ("-", t.Name(first))):
        return None
    number = Fraction(n)
    for sign, item in node.items[2:]:
        if not isinstance(item, t.Num):
            return None
        number += item.value if sign == "+" else -item.value
    return t.Num(number, str(number))


def _grouped(body: t.Tree) -> t.Tree:
    return t.Group("(", (body,)) if isinstance(body, t.Terms | t.Factors) else body


def _summed(left: t.Tree, right: t.Tree) -> tuple[list[tuple[t.Tree, t.Tree]], str] | None:
    """What shows that ∂L/∂W = Σ_k A ∂h_t/∂h_k ∂h_k/∂W, and under what condition; None for anything else."""
    match left, right:
        case (
            t.Partial(by=(w,), order=1),
            t.Big(
                kind="sum",
                index=t.Compare(sides=(t.Name(letter=first), t.Num()), relations=(t.Relation(symbol="="),)),
                upper=t.Name(letter=last),
                body=t.Factors(items=items),
            ),
        ) if len(items) > 1:
            pass
        case _:
            return None
    factors = [(op, _bare(x)) for op, x in items]
    before, link, own = factors[:-2], factors[-2][1], factors[-1][1]
    match own:
        case t.Partial(of=t.Scripted(base=t.Name() as h, sup=None) as of, by=(by,), order=1) if by == w:
            pass
        case _:
            return None
    if step_below(of) != (first, 0) or any(_says(x, first) for _, x in before):
        return None
    if _ends(link) != (last, first):
        return None
    state = [t.Scripted(h, moved_to_place(t.Name(first), first, (last, -n))) for n in range(3)]
    one, two = (t.Partial("∂", a, (b,)) for a, b in ((state[0], state[1]), (state[1], state[2])))
    both = t.Partial("∂", state[0], (state[2],))
    pairs: list[tuple[t.Tree, t.Tree]] = [(both, t.Factors((("", one), ("", two))))]
    if _product(link) is not None:
        pairs += [(t.Partial("∂", state[0], (state[n],)), _apart(link, last, first, n)) for n in (1, 2)]
    total = t.Partial("∂", state[0], (w,))
    pairs.append((left, t.Factors((*before, ("", total))) if before else total))
    return pairs, WORDS.format(f"{h.letter}_{first}", "the parameter")


def _bare(node: t.Tree) -> t.Tree:
    """What stands alone in brackets."""
    return node.items[0] if isinstance(node, t.Group) and node.kind in "([" and len(node.items) == 1 else node


def _says(node: t.Tree, letter: str) -> bool:
    return any(isinstance(n, t.Name) and n.letter == letter for n in t.walk(node))
