"""Examples with the same letters: `y = X v` and ∂L/∂X by ∂L/∂y, then `Y = X ⊙ W` and ∂L/∂X by ∂L/∂Y.

The second row holds where X acts on L by way of Y alone. Where both equations stand before both rows, the second row
leaves out a way, and is wrong.
"""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.signals import with_signals
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees

__all__ = ["in_its_example"]


def in_its_example(state: State, left: t.Tree, right: t.Tree) -> tuple[Condition, Definitions] | None:
    """The condition that a name acts on an unknown loss by way of this example alone, and the equations without those
    of the examples before it."""
    ends = _ends(state, left)
    if ends is None or ends[0] in state.definitions.equations:
        return None
    own = _links(state, right, ends[0])
    before: set[str] = set()
    last = 0
    for one, other, row in state.judged:
        if row.verdict in {"proved", "conditional"} and _ends(state, one) == ends:
            before |= _links(state, other, ends[0])
            last = row.line
    if not own or not before or own & before or any(state.seen_definition.get(x, 0) <= last for x in own):
        return None
    plain = with_signals(state)
    kept = [e for name, e in plain.equations.items() if name not in before]
    known = Definitions.of(kept, dict(plain.declarations))
    known.signals = {pair: name for pair, name in plain.signals.items() if pair[1] not in before}
    text = f"{ends[1]} acts on {ends[0]} by way of {', '.join(sorted(own))} alone"
    return Condition("definition-elsewhere", text), known


def _ends(state: State, node: t.Tree) -> tuple[str, str] | None:
    """(L, X) for ∂L/∂X."""
    match node:
        case t.Partial(of=of, by=(by,), order=1):
            found = [
                reference(x, state.symbols.usage) if isinstance(x, t.Name | t.Scripted) else None for x in (of, by)
            ]
            if all(r is not None and not r.indices for r in found):
                return tuple(r.key for r in found if r is not None)  # type: ignore[return-value]
    return None


def _links(state: State, side: t.Tree, loss: str) -> set[str]:
    """The Y of ∂L/∂Y in a side."""
    return {ends[1] for n in trees(side) if (ends := _ends(state, n)) is not None and ends[0] == loss}
