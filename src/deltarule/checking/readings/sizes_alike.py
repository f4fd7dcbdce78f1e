"""One size under two names: z is summed to N on one line and to K on another. What is not read for that reason alone is
judged once more with both names for one number; what holds so, holds under that condition. Refuted so is only what does
not fit otherwise, where a known mistake explains it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.sections import HOLDS, take
from deltarule.reading import tree as t
from deltarule.reading.references import label_text

__all__ = ["by_one_size"]

APART = re.compile(r"the index \w+ runs over ([A-Za-z]\w*) and over ([A-Za-z]\w*)")
MOST = 3
"""Pairs of names; with more of them the text is not understood."""


def by_one_size(state: State, judged: Callable[[Collection[frozenset[str]]], State]) -> None:
    """Take over what another pass decides of the rows that are open; `judged` makes it, given the pairs of names."""
    found = [APART.fullmatch(row.reason) for row in state.rows if row.verdict == "unread"]
    pairs = {frozenset(m.groups()) for m in found if m is not None}
    pairs = {pair for pair in pairs if not any(pair <= apart for apart in _told_apart(state))}
    if not pairs or len(pairs) > MOST:
        return
    said = " and ".join(sorted(f"{' = '.join(sorted(pair))}" for pair in pairs))
    for row, own in zip(state.rows, judged(pairs).rows, strict=True):
        if row.verdict not in {"unread", "undecided"}:
            continue
        if own.verdict in HOLDS:
            take(row, own, f"true where {said}: two names for one size")
            row.verdict = "conditional"
            if row.condition is None:
                row.condition = Condition("definition-elsewhere", f"{said}, two names for one size")
            else:
                row.condition = replace(row.condition, text=f"{row.condition.text}; {said}, two names for one size")
        elif own.verdict == "definition":
            take(row, own, own.reason)
        elif own.verdict == "refuted" and own.hint and APART.fullmatch(row.reason):
            take(row, own, own.reason)  # with two sizes it says nothing, and with one it is wrong


def _told_apart(state: State) -> Iterator[set[str]]:
    """The sizes of one space, ℝ^{m×n}, and the bounds of the sums of one statement: as many as are written."""
    for statement in state.statements:
        for _, space in statement.memberships:
            yield {node.letter for node in t.walk(space) if isinstance(node, t.Name)}
        trees = [side.tree for side in statement.sides if side.tree is not None]
        yield {
            label_text(node.upper)
            for tree in trees
            for node in t.walk(tree)
            if isinstance(node, t.Big) and isinstance(node.upper, t.Name | t.Scripted)
        }
