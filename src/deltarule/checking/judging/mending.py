"""Hints: the first known misconception whose repair makes a refuted row hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise
from time import process_time

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.hints.exchanges import argument_of
from deltarule.checking.hints.hints import MISCONCEPTIONS, repairs
from deltarule.checking.hints.left_out import denominators, paths
from deltarule.checking.hints.repairs import Side, atoms
from deltarule.checking.hints.scales import bases
from deltarule.checking.hints.suggestion import as_latex
from deltarule.checking.judging.claims import claim, holds
from deltarule.checking.judging.late_values import without_late_values
from deltarule.checking.notation.index_conditions import at_equal_indices
from deltarule.language.errors import DeltaruleError
from deltarule.language.traversal import names
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.values import IllShaped, Unread

__all__ = [
    "ALL_SECONDS",
    "hints_found",
    "mend",
    "numbers_beside_vectors",
    "of_declared_shapes",
    "other_than_layout",
    "ranges_apart",
    "shapes_misread",
]

_TURNED = next(m.says for m in MISCONCEPTIONS if m.name == "transpose")
_TAKEN_OUT = {m.says for m in MISCONCEPTIONS if m.name in {"extra factor", "extra term", "no sum"}}
"""With something taken out, what is left may fit though the rest was misread."""
SECONDS = 1.2
"""Of processor time in one reading: what is said of a row does not depend on what else the machine does."""
ALL_SECONDS = 4.0
"""In all readings."""
MOST = 240
"""Repairs that are tried for one row."""
_RANKS = re.compile(r"\b(?:number|axes)\b|\ba (column|row), \S+ × \S+ and a \1\b")
"""What does not fit where a number was taken for a vector, or the other way round: of two columns as well."""
MANY = 3
"""Rows that do not fit from which on the shapes may be misread."""


def mend(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, only: Collection[str] = ()) -> None:
    """Give a refuted or ill-shaped row its hint and the side that would hold, if one is found in time; with `only`,
    by the misconceptions of these names."""
    place, known = (row.start, row.end), state.mended
    if not only and place in known.found:
        row.hint, row.suggestion = known.found[place]
    spent = known.spent.get(place, 0.0)
    if row.hint or (not only and spent >= ALL_SECONDS):
        return
    if (search := (left, right, tuple(only), *_what_is_known(state, left, right))) in known.searched:
        return
    began = process_time()
    try:
        with state.symbols.undone(), without_late_values(state, left, right):
            seconds = SECONDS if only or not spent else ALL_SECONDS - spent
            if not _mend(state, left, right, row, only, seconds):
                known.searched.add(search)
    finally:
        if not only:
            known.spent[place] = spent + process_time() - began
    if row.hint:
        known.found[place] = row.hint, row.suggestion


def _what_is_known(state: State, left: t.Tree, right: t.Tree) -> Iterator[object]:
    """What a repair of a row can rest on in this reading: what the names in it, and behind them, are and equal."""
    equations, prefix = state.definitions.equations, state.symbols.prefix
    yield tuple(state.under)
    yield state.einstein, state.facts
    keys = mentioned(state, left) | mentioned(state, right)
    while new := {n for key in keys if key in equations for n in names(equations[key].right)} - keys:
        keys |= new
    for key in sorted(keys):
        entity, equation = state.symbols.entities.get(key), equations.get(key)
        yield key, entity and (entity.rank, entity.orientation), equation and repr(equation).replace(prefix, "")


def hints_found(state: State) -> None:
    """Give the rows that are wrong the hints that were found in any reading."""
    for row in state.rows:
        if row.verdict in {"refuted", "ill-shaped"} and not row.hint:
            row.hint, row.suggestion = state.mended.found.get((row.start, row.end), ("", ""))


def ranges_apart(reason: str) -> bool:
    """Whether a row was not understood since an index runs over two sizes, both of which the document names."""
    sizes = re.fullmatch(r"the index \w+ runs over (\S+) and over (\S+)", reason)
    return sizes is not None and not any(size.startswith("?") for size in sizes.groups())


def other_than_layout(row: DocumentRow) -> bool:
    """Whether a repair that turns nothing was proved: then the row was understood, and is wrong as it stands."""
    return bool(row.hint) and row.hint != _TURNED


def _mend(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, only: Collection[str], seconds: float) -> bool:
    """Whether a hint was found, or may be found with more time."""
    side = _side(state, left, right)
    deadline = process_time() + seconds
    for count, (misconception, changed) in enumerate(repairs(side, only, misfit=row.verdict == "ill-shaped")):
        if count >= MOST:
            return False
        if process_time() > deadline:
            return True
        if changed == left:
            continue  # it would hold, and say nothing
        try:
            proved = holds(state, left, changed) or (bool(state.under) and _holds_under(state, left, changed, row))
        except (Unread, IllShaped, DeltaruleError, RecursionError, LookupError, ValueError):
            continue
        if proved:
            row.hint = misconception.says
            row.suggestion = as_latex(changed, [left, right, *state.written.values()], state.document.text)
            return True
    return False


def _holds_under(state: State, left: t.Tree, changed: t.Tree, row: DocumentRow) -> bool:
    """Whether a repaired row is proved for the indices of which the text beside it speaks, i ≠ j."""
    trial = replace(row, condition=None, counterexample=None)
    state.apart = [(i, j.letter) for sign, i, j in state.under if sign == "≠" and isinstance(j, t.Name)]
    try:
        claim(state, at_equal_indices(left, state.under), at_equal_indices(changed, state.under), trial)
    finally:
        state.apart = []
    return trial.verdict in {"proved", "conditional"}


def _side(state: State, left: t.Tree, right: t.Tree) -> Side:
    """With the quantities in the equations of the names of a row, and of those that mention them; the functions."""
    usage = state.symbols.usage
    here = {r.key for side in (left, right) for n in trees(side) if (r := reference(n, usage)) is not None}
    bodies = [body for key, body in state.written.items() if key in here]
    below = {r.key for body in bodies for n in trees(body) if (r := reference(n, usage)) is not None}
    bodies += [body for key, body in state.written.items() if key in below and key not in here]
    names = tuple(dict.fromkeys(n for body in bodies for n in atoms(body) if reference(n, usage) is not None))
    functions = tuple(t.Name(base) for base in state.symbols.functions)
    return Side(
        right, left, names, functions, tuple(_calls(state, left, right, *bodies)), bases(left, right, *bodies),
        denominators((right, left, *bodies)), paths(left, state.written, _as_written(state)),
    )  # fmt: skip


def _as_written(state: State) -> dict[str, t.Tree]:
    """Each name that stands alone on the left of an equation, by its key."""
    lefts = [s.sides[0].tree for s in state.statements if s.relations]
    found = [(r.key, x) for x in lefts if x is not None and (r := reference(x, state.symbols.usage)) is not None]
    return dict(found)


def _calls(state: State, *sides: t.Tree) -> dict[t.Tree, None]:
    """The functions of one name in some sides, each once."""
    out: dict[t.Tree, None] = {}
    for node in (n for side in sides for n in t.walk(side)):
        items = node.items if isinstance(node, t.Factors) else ()
        heads = [(_unprimed(f), op, x) for (_, f), (op, x) in pairwise(items)]
        found: list[t.Tree] = [t.Factors((("", f), ("", x))) for f, op, x in heads if not op and _is_f(state, f)]
        if isinstance(node, t.Call) and isinstance(head := _unprimed(node.function), t.Name):
            found.append(replace(node, function=head))
        for call in found:
            if isinstance(argument_of(call), t.Name | t.Scripted):
                out[call] = None
    return out


def _unprimed(head: t.Tree) -> t.Tree:
    """σ of σ'."""
    prime = isinstance(head, t.Scripted) and head.primes and head.sub is None and head.sup is None
    return head.base if isinstance(head, t.Scripted) and prime else head


def _is_f(state: State, head: t.Tree) -> bool:
    found = reference(head, state.symbols.usage) if isinstance(head, t.Name) else None
    return found is not None and found.base in state.symbols.functions and found.base not in state.symbols.quantities


def shapes_misread(state: State) -> None:
    """Where row after row does not fit and few hold, the shapes were misread: it is not the rows that are wrong, unless
    the text says the shape of everything in them, and they hold with a transpose."""
    sure = _by_declarations(state)
    told = {id(row) for left, right, row in state.judged if row.hint and not _unsure(state, left, right, sure)}
    misfits = [row for row in state.rows if row.verdict == "ill-shaped" and not other_than_layout(row)]
    bad = [row for row in misfits if id(row) not in told]
    good = sum(row.verdict in {"proved", "conditional"} for row in state.rows)
    if len(bad) < MANY or 2 * len(bad) <= good:
        return
    for row in bad:
        row.verdict, row.hint, row.suggestion = "undecided", "", ""
        row.reason = f"{len(bad)} rows do not fit: the shapes of this text are not understood; here {row.reason}"


def numbers_beside_vectors(state: State) -> None:
    """A number beside a vector is a fault where every name of the row is known as it is read there: it is declared, a
    row that holds uses it, or its equation is of such names. Else one may be read wrongly, and the row is left open."""
    usage = state.symbols.usage
    members = [x for s in state.statements for pair in s.memberships for x in pair]
    sure = {"1", *state.symbols.objectives, *(k for x in members for k in mentioned(state, x))}
    sure |= {base for base, u in usage.items() if u.bold}
    said = _with_equations(state, sure)
    for left, right, row in state.judged:
        if row.verdict in {"proved", "conditional"}:
            sure |= mentioned(state, left) | mentioned(state, right)
    sure = _with_equations(state, sure)
    for left, right, row in state.judged:
        if row.verdict != "ill-shaped" or _RANKS.search(row.reason) is None:
            continue
        if row.suggestion and row.hint not in _TAKEN_OUT:
            continue  # what would hold in its place was found: the shapes are understood
        used = (mentioned(state, left) | mentioned(state, right)) & set(state.symbols.entities)
        beside = (
            "a number" in row.reason
        )  # y^{(i)} of a text that has y for all of them, too: rows that hold say little
        if unsure := sorted(used - (said if beside else sure)):
            row.verdict, row.hint, row.suggestion = "undecided", "", ""
            row.reason = f"no row that holds shows whether {', '.join(unsure)} is a number or a vector: {row.reason}"


def _by_declarations(state: State) -> set[str]:
    """The names of which the text says the shape, and those of which an equation with no other such name shows it."""
    members = [x for s in state.statements for pair in s.memberships for x in pair]
    sure = {
        *state.symbols.objectives,
        *(k for x in (*members, *(e for p in state.declared for e in p)) for k in mentioned(state, x)),
    }
    equations = [{n, *names(e.right)} & set(state.symbols.entities) for n, e in state.definitions.equations.items()]
    while more := {n for used in equations if len(used - sure) == 1 for n in used - sure}:
        sure |= more
    return sure


def of_declared_shapes(state: State, row: DocumentRow) -> bool:
    """Whether the text says the shape of everything in a row, or of what the equation of it is made of."""
    sure = _by_declarations(state)
    return any(judged is row and not _unsure(state, left, right, sure) for left, right, judged in state.judged)


def _unsure(state: State, left: t.Tree, right: t.Tree, sure: set[str]) -> set[str]:
    return ((mentioned(state, left) | mentioned(state, right)) & set(state.symbols.entities)) - sure


def _with_equations(state: State, known: set[str]) -> set[str]:
    """Some names with those whose equation is of such names."""
    out, equations = set(known), state.definitions.equations
    while more := {n for n, e in equations.items() if n not in out and names(e.right) <= out}:
        out |= more
    return out
