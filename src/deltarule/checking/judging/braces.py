"""`\\underbrace{\\sum_k y_k}_{= 1}`: what stands below a brace about a sum of names without an equation is assumed."""

from __future__ import annotations

import re
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Number
from deltarule.language.traversal import names
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["assumed_at_braces"]

VALUE = re.compile(r"[_^]\s*\{?\s*(?:\\[,;:! ]|\s)*=(?:\\[,;:! ]|\s)*(-?\d+)(?:\\[,;:! ]|\s)*\}?\s*$")


def assumed_at_braces(state: State, statement: Statement) -> None:
    """From here on, what a statement says so: nothing of what has an equation, which has its value by that."""
    text = state.document.text
    for side in statement.sides:
        if side.tree is None or "brace" not in side.text:
            continue
        for node in t.walk(side.tree):
            written = text[node.start : node.end]
            if not isinstance(node, t.Big) or not written.startswith(("\\underbrace", "\\overbrace")):
                continue
            found = VALUE.search(written)
            if found is None or node.kind != "sum":
                continue
            try:
                with state.symbols.undone():
                    total = Lowering(state.symbols).lower(node)
            except (Unread, IllShaped, DeltaruleError):
                continue
            own = names(total.expression)
            if (
                total.rank
                or total.expression.axes
                or own & (set(state.definitions.equations) | set(state.symbols.macros))
            ):
                continue
            pair = (total.expression, Number(int(found[1])))
            if pair not in state.facts.equal:
                state.facts = replace(state.facts, equal=(*state.facts.equal, pair))
