"""`b - η ∂E/∂b = -0.5 + 2 · 0.125` after `∂E/∂b = -0.125`: a calculation with the numbers that rows before it state.

Such a row is compared with the numbers themselves; a name of which the rows state several numbers has none.
"""

from __future__ import annotations

from collections import defaultdict

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import equal_to_the_digits, is_calculation, is_number, number_of
from deltarule.language.expression import Number
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["at_stated_numbers"]


def at_stated_numbers(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row with a calculation on the right by the numbers that were stated of its derivatives."""
    if row.verdict not in {"undecided", "unread"} or not is_calculation(right):
        return
    wanted = [node for node in t.walk(left) if isinstance(node, t.Partial)]
    if not wanted or left in wanted:
        return
    numbers = _stated(state)

    def number(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Partial):
            return numbers.get(node)
        found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
        return _value(state, found.key) if found is not None and not found.indices else None

    put = t.replaced(left, number)
    if not is_calculation(put):
        return
    if equal_to_the_digits(put, right) is False:
        row.verdict, row.reason = "refuted", "the numbers of the text give another value"
    else:
        row.verdict, row.reason = "none", "equal at the numbers of the text"


def _value(state: State, key: str) -> t.Tree | None:
    """The number of a name, as it would be written."""
    equation = state.definitions.equations.get(key)
    if key in state.updated or (equation is not None and not isinstance(equation.right, Number)):
        return None
    value = equation.right.value if equation is not None else state.values_here.get(key)  # type: ignore[union-attr]
    if value is None:
        return None
    written = t.Num(abs(value), f"{float(abs(value)):.12g}")
    return written if value >= 0 else t.Group("(", (t.Terms((("-", written),)),))


def _stated(state: State) -> dict[t.Tree, t.Tree]:
    """Each derivative that some row says to be one number."""
    found: dict[t.Tree, dict[str, t.Tree]] = defaultdict(dict)
    heads: dict[int, t.Tree] = {}
    for left, right, row in state.judged:
        head = heads.setdefault(row.chain, left)
        if not is_number(right) or row.verdict in {"refuted", "ill-shaped"}:
            continue
        for side in {left, head}:
            if isinstance(side, t.Partial):
                found[side][number_of(right)] = t.Group("(", (right,))
    return {side: next(iter(numbers.values())) for side, numbers in found.items() if len(numbers) == 1}
