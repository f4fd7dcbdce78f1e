"""Rows that set something instead of claiming it: `t = 2`, `i = j`, `η = 0.5`, `i = 1, 2, 3`, and rounded numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.core.worked_numbers import equal_to_the_digits, is_calculation, is_number, number_of
from deltarule.checking.notation.zero_outside import OUTSIDE_IS_ZERO, zero_outside
from deltarule.checking.words.label_values import TARGETS
from deltarule.reading import tree as t
from deltarule.reading.documents import Prose
from deltarule.reading.references import INDEX_LETTERS, Survey, reference, script_items, trees
from deltarule.reading.statement import Statement

__all__ = [
    "before_the_update",
    "in_a_list",
    "in_block",
    "in_words",
    "index_condition",
    "index_letters",
    "needs_normalised",
    "no_claim",
    "sets_a_value",
    "supposed_here",
    "varied",
    "with_sigmoid",
]

APART = frozenset({"\\ne", "\\neq", "≠"})
SUPPOSING = frozenset({"if", "when", "whenever", "for", "case", "cases", "si", "wenn", "für", "cuando", "falls",
                       "at", "bei"})  # fmt: skip


def index_letters(sides: Sequence[t.Tree]) -> set[str]:
    """The letters that count something: below a name, or under a sum."""
    out: set[str] = set()
    for side in sides:
        for node in trees(side):
            scripts: tuple[t.Tree | None, ...] = ()
            match node:
                case t.Scripted(sub=sub, sup=sup):
                    above = sup.items if isinstance(sup, t.Group) and sup.kind == "(" else ()
                    scripts = (*script_items(sub), *above)
                case t.Big(index=index) if index is not None:
                    scripts = (index.sides[0],) if isinstance(index, t.Compare) else (index,)
            out |= {n.letter for s in scripts for n in trees(s) if isinstance(n, t.Name) and n.letter in INDEX_LETTERS}
    return out


def varied(statements: Sequence[Statement], usage: Survey) -> set[str]:
    """Names that are set to different numbers in different places: no such row defines one."""
    seen: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        for k, relation in enumerate(statement.relations):
            left, right = statement.sides[k].tree, statement.sides[k + 1].tree
            if relation.symbol in EQUAL and right is not None and is_number(right):
                found = reference(left, usage) if left is not None else None
                if found is not None and not found.primes and found.power is None:
                    seen[_name_of(left, found.key)].add(number_of(right))
    return {name for name, numbers in seen.items() if len(numbers) > 1}


def _name_of(tree: t.Tree | None, key: str) -> str:
    """The key, with its indices as they stand: y_1 and y_2 are two names."""
    below = tree.sub if isinstance(tree, t.Scripted) else None
    return key if below is None else f"{key}[{','.join(map(str, map(_plain, script_items(below))))}]"


def _plain(item: t.Tree) -> str:
    return item.text if isinstance(item, t.Num) else item.letter if isinstance(item, t.Name) else "…"


def no_claim(state: State, statement: Statement, left: t.Tree, right: t.Tree, *, first: bool) -> tuple[str, str] | None:
    """(verdict, reason) of a row that says where something holds, or that is meant to its digits only."""
    named = isinstance(left, t.Name | t.Scripted)
    if named and isinstance(right, t.Group) and right.kind == "" and len(right.items) > 1:
        return "none", "says which values it takes"
    if statement.start in state.between_indices or (first and index_condition(state, left, "=", right) is not None):
        return "assumption", "which indices the text speaks of"
    if first and zero_outside(state, statement, left, right):
        return "assumption", OUTSIDE_IS_ZERO
    found = reference(left, state.symbols.usage) if named else None
    if found is not None and first and is_number(right) and not found.primes and found.power is None:
        if statement.start in state.supposed:
            return "assumption", f"a value of {found.key}, for the place where it stands"
        if _name_of(left, found.key) in state.varied:
            return "assumption", f"a value of {found.key}, for the place where it stands"
        if {i.letter for i in found.indices if isinstance(i, t.Name)} & {letter for _, letter, _ in state.under}:
            return "assumption", f"a value of {found.key}, for the place where it stands"  # y_k = 1 where k = c
        if (
            found.base in TARGETS
            and any(isinstance(i, t.Name) for i in found.indices)
            and right in (t.Num(Fraction(0)), t.Num(Fraction(1)))
        ):
            return "assumption", f"a value of {found.key}, for the place where it stands"  # y_c = 1, of the class c
        if not found.indices and supposed_here(state, statement):
            return "assumption", f"a value of {found.key}, for the place where it stands"
    if found is not None and first and isinstance(right, t.Name | t.Scripted) and not found.primes:
        known = found.key in state.definitions.equations and found.power is None
        if known and supposed_here(state, statement):
            return "assumption", f"a value of {found.key}, for the place where it stands"  # if q = t, the loss is 0
    if found is not None and first and isinstance(right, t.Name) and not in_block(state, statement):
        counts = right.letter in state.index_letters and _counts(state, right)
        if counts and found.key not in state.symbols.objectives:
            return "assumption", f"a value of {found.key}, for the place where it stands"
    if equal_to_the_digits(with_sigmoid(state, left), with_sigmoid(state, right)):
        return "none", "equal to the digits that are written: an approximation"
    return None


def with_sigmoid(state: State, side: t.Tree) -> t.Tree:
    """The side with the document's own letter for the logistic function under its name."""
    f = state.symbols.functions.get("sigma")
    if f is None or f.table_name != "sigmoid":
        return side
    return t.replaced(side, lambda n: t.Name("sigmoid") if isinstance(n, t.Name) and n.letter == "sigma" else None)


def index_condition(state: State, left: t.Tree, sign: str, right: t.Tree) -> tuple[str, str, t.Tree] | None:
    """(=, i, j) for `i = j` and `i = 1`, (≠, i, j) for `i ≠ j`, where i counts something."""
    if not isinstance(left, t.Name) or left.accents or left.letter not in state.index_letters:
        return None
    entity = state.symbols.entities.get(left.letter)
    if entity is not None and (entity.rank or left.letter in state.definitions.equations):
        return None
    letter = (
        isinstance(right, t.Name) and not right.accents and right.letter in INDEX_LETTERS | {"a", "b", "c", "o", "y"}
    )
    if not letter and not (isinstance(right, t.Num) and right.value.denominator == 1):
        return None
    if sign in APART:
        return "≠", left.letter, right
    return ("=", left.letter, right) if sign in EQUAL else None


def in_block(state: State, statement: Statement) -> bool:
    return bool(getattr(state.document.segments[statement.block], "display", False))


def _counts(state: State, name: t.Name) -> bool:
    """Whether a letter counts and is nothing else."""
    return not name.accents and name.letter not in state.definitions.equations


def supposed_here(state: State, statement: Statement) -> bool:
    """Whether "if", "when" or "for" stands right before a formula in the text: y = 1 in `for y = 1`."""
    segment = state.document.segments[statement.block]
    if getattr(segment, "display", False):
        return False
    words = statement.words_before
    if not words and statement.block:
        before = state.document.segments[statement.block - 1]
        if isinstance(before, Prose) and before.end >= segment.start - 2:
            words = state.document.text[before.start : before.end]
    last = re.findall(r"[^\W\d_]+", words.lower())[-1:]
    return bool(last) and last[0] in SUPPOSING


def sets_a_value(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """A refuted `y = 1` sets y where nothing defines it; where something does, the values that go in are not given."""
    if row.verdict == "ill-shaped" and _lists_values(state, left, right, row):
        return
    if row.verdict == "ill-shaped" and _numbers_listed(right):
        row.verdict, row.reason = "undecided", f"numbers in a list, which may be written in a row: {row.reason}"
        return
    if row.verdict == "ill-shaped" and is_calculation(right) != is_calculation(left):
        row.verdict, row.reason = "undecided", f"numbers are put in for names of which the text says more: {row.reason}"
        return
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    if found is None or not is_number(right) or found.primes or found.power is not None or found.transposed:
        return
    if found.key in state.definitions.equations:
        equation = state.definitions.equations[found.key]
        if not any(True for _ in _free(state, equation.right)):
            return
        row.verdict, row.reason = "undecided", "the values that it is computed from are not given"
    elif found.key in state.symbols.macros or found.key in state.symbols.indexed:
        row.verdict, row.reason = "undecided", "the values that it is computed from are not given"
    else:
        row.verdict, row.reason = "assumption", f"a value of {found.key}, for the place where it stands"
    row.counterexample = None


def needs_normalised(row: DocumentRow) -> bool:
    """Σ y = 1 itself follows from the condition Σ y = 1: where the document assumes it, it is an assumption."""
    return row.condition is not None and row.condition.kind == "normalised-targets"


def before_the_update(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """A number that does not come out of values that the text has updated since is left open."""
    if row.verdict != "refuted" or not state.updated or not is_calculation(right):
        return
    known = state.definitions
    for name in sorted(mentioned(state, left)):
        if any(name == key or (name in known.equations and known.depends(name, key)) for key in state.updated):
            row.verdict, row.counterexample = "undecided", None
            row.reason = f"{name} rests on values that were updated since"
            return


def in_words(side: t.Tree) -> bool:
    """Whether a side is several words, also with arguments: cross entropy(y, ŷ)."""
    match side:
        case t.Words():
            return True
        case t.Factors(items=((_, t.Words()), ("", t.Group(kind="(")))):
            return True
    return False


def in_a_list(state: State, row: DocumentRow, left: t.Tree, right: t.Tree) -> None:
    """Decimals in brackets that do not fit may be a column that is written in a row: that is left open. So is what
    rests on y = (1, 1, 0), which says nothing of rows and columns."""
    if row.verdict == "ill-shaped" and (_numbers_listed(left) or _numbers_listed(right)):
        row.verdict, row.reason = "undecided", f"numbers in a list, which may be written in a row: {row.reason}"
    if row.verdict == "ill-shaped" and "a row" in row.reason and "a column" in row.reason:
        lists = [key for key in sorted(mentioned(state, left) | mentioned(state, right)) if _in_parentheses(state, key)]
        if lists:
            row.verdict = "undecided"
            row.reason = f"{lists[0]} is listed in parentheses, which are no row and no column: {row.reason}"


def _in_parentheses(state: State, key: str) -> bool:
    match state.written.get(key):
        case t.Group(kind="(", items=items):
            return len(items) > 1
    return False


def _numbers_listed(side: t.Tree) -> bool:
    """Whether a side is decimals in brackets, also times a number."""
    nodes = list(t.walk(side))
    lists = any(isinstance(n, t.Matrix) or (isinstance(n, t.Group) and n.kind == "[") for n in nodes)
    plain = all(isinstance(n, t.Num | t.Matrix | t.Group | t.Terms | t.Factors) for n in nodes)
    return lists and plain and any(isinstance(n, t.Num) and "." in n.text for n in nodes)


def _lists_values(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """θ = [1, 0, 2], or θ = [θ_1, θ_2], of another length than elsewhere: an example, for the place where it stands."""
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    if found is None or found.indices or found.primes or found.power is not None or found.transposed:
        return False
    inner = right.base if isinstance(right, t.Scripted) and right.sub is None else right  # […]^T
    match inner:
        case t.Matrix(rows=rows):
            entries = [e for line in rows for e in line]
        case t.Group(kind="[" | "(", items=items) if len(items) > 1:
            entries = list(items)
        case _:
            return False
    own = [reference(e, state.symbols.usage) if isinstance(e, t.Scripted) else None for e in entries]
    numbers = all(e is not None and is_number(e) for e in entries)
    if not numbers and not all(r is not None and r.base == found.base and r.key != found.key for r in own):
        return False
    if found.key in state.definitions.equations or found.key in state.symbols.macros:
        return False
    row.verdict = "assumption" if numbers else "definition"
    row.reason = f"{'a value' if numbers else 'the components'} of {found.key}, for the place where it stands"
    row.counterexample, row.hint, row.suggestion = None, "", ""
    return True


def _free(state: State, e: object) -> set[str]:
    from deltarule.language.expression import Expression
    from deltarule.language.traversal import names

    assert isinstance(e, Expression)
    return names(state.definitions.unfold(e))
