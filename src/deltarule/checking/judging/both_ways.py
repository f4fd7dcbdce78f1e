"""`p : 1 × n` in one part of a text, `p : n × 1` in another: where p does not fit it may be meant the other way."""

from __future__ import annotations

from deltarule.checking.core.state import State, mentioned
from deltarule.checking.letters.declared import space_of
from deltarule.reading.references import reference

__all__ = ["open_where_declared_both_ways"]


def open_where_declared_both_ways(state: State) -> None:
    """Leave open what does not fit and has a name in it that is declared as a row and as a column."""
    ways: dict[str, set[int]] = {}
    for pairs in (state.declared, *(s.memberships for s in state.statements)):
        for x, space in pairs:
            found, sizes = reference(x, state.symbols.usage), space_of(space) or ()
            if found is not None and len(sizes) == 2 and sizes.count(1) == 1:
                ways.setdefault(found.key, set()).add(sizes.index(1))
    both = {key for key, places in ways.items() if len(places) > 1}
    for left, right, row in state.judged:
        names = (mentioned(state, left) | mentioned(state, right)) & both
        if row.verdict == "ill-shaped" and names:
            row.verdict, row.hint, row.suggestion = "undecided", "", ""
            row.reason = f"{', '.join(sorted(names))} is declared as a row and as a column: {row.reason}"
