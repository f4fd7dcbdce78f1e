"""Worked examples: "with $w = (1, -1)$, $x = (4, 1, 2)$, $b = 0$ we get $y_0 = 3$" after equations for any w, x and b.

The document is read once more without its numbers, so that its equations stay general. Then the left side of a row with
numbers on the right is worked out at the values that the text has given so far, and compared to the digits. Values take
the shape that the equations ask for: b = 0 is a vector of zeros, δ = 2 one of one component, [0.5, -0.5] may be a row
of a matrix. A function that is only named, the σ of σ(1) = 0.731, is the one that these numbers show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from deltarule.algebra import Facts, enclose
from deltarule.algebra.budget import Exhausted, Undefined, Unsupported
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.detail import written_out
from deltarule.calculus.judge import Judge
from deltarule.calculus.rules import expand_functions
from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.values_written import Written, entries, exactly, value_written
from deltarule.checking.core.worked_numbers import is_calculation, is_number
from deltarule.checking.judging.approximations import ABOUT
from deltarule.checking.judging.lowered import lowered, with_sizes
from deltarule.checking.judging.sections import HOLDS, take
from deltarule.checking.judging.signals import with_signals
from deltarule.checking.judging.sizes_given import computed_sizes
from deltarule.checking.judging.unsaid_functions import SIGMA
from deltarule.checking.notation.zero_outside import OUTSIDE_IS_ZERO
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Axis, Derivative, Expression, Number, Symbol, rename
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread, Value

__all__ = ["ANOTHER_VALUE", "by_worked_examples"]

ANOTHER_VALUE = "the numbers of the text give another value, as they do not in its other rows"

OPEN = frozenset({"undecided", "unread", "ill-shaped", "refuted", "assumption", "definition"})
LATITUDE = {1: 0.6, 2: 1.5, 3: 5.0}
"""Units of the last digit by which a number of so many may be off, as it was rounded on the way."""
NEARLY = 0.01
"""By which part of itself a number with many digits may be off and still be meant."""
KINDS = ("exact", "rounded", "digits", "apart")
"""How near a number is to the value: equal; rounded to the digits that are written; off by what was rounded before."""
ROUGHLY = 0.1
"""By which part of itself a number behind ≈ may be off and still be meant."""
RESULT = re.compile(
    r"[.:;](?=\s)|\n\s*\n|\b(?:then|so|gives?|get|gets|obtain\w*|hence|thus|yields?|results?|compute[ds]?|find|therefore|"
    r"dann|also|ergibt|damit|folgt|erhalten|donc|alors|obtient|trouve|entonces|luego|obtenemos|quindi|allora|not|nor)\b",
    re.IGNORECASE,
)
"""What stands between the values that are given and those that come out."""
UNSAID = {"sigmoid": "the logistic function", "tanh": "tanh", "relu": "max(0, ·)"}
HALF = 0.5 + 1e-9
"""Units of the last digit by which a number that is rounded once may be off."""
MOST = 400
"""Entries that are worked out for one row."""


@dataclass
class Example:
    """The values that a text has given, and what they make of the sizes."""

    state: State
    numbers: dict[tuple[str, tuple[int, ...]], Fraction] = field(default_factory=dict)
    filled: dict[str, Fraction] = field(default_factory=dict)
    """Names of which each component is one number."""
    sizes: dict[str, int] = field(default_factory=dict)

    def set(self, tree: t.Tree, written: Written) -> bool:
        """Let a side be a value, if the equations leave it open."""
        with suppress(Unread, IllShaped, DeltaruleError, ValueError):
            with self.state.symbols.undone():
                _, (value,) = lowered(self.state, tree)
            known = with_signals(self.state)
            e = known.resolve(value.expression)
            return isinstance(e, Symbol) and e.name not in known.equations and self._put(e, value, written)
        return False

    def _put(self, e: Symbol, value: Value, written: Written) -> bool:
        axes = [a for a in (value.row, value.col) if a is not None] or list(e.axes)
        if all(isinstance(i, int) for i in e.indices):
            if written.number is not None:
                self.numbers[e.name, tuple(i for i in e.indices if isinstance(i, int))] = written.number
                if not e.indices and written.number.denominator == 1 and written.number > 0:
                    self.sizes[e.name] = int(written.number)
            return written.number is not None
        if len(axes) != len(e.indices):
            return False
        if written.number is not None and (not written.number or all(self._size(a) in (None, 1) for a in axes)):
            self.filled[e.name] = written.number
            if written.number:
                self.sizes.update({a.size: 1 for a in axes if isinstance(a.size, str)})
            return True
        found = written.shaped(len(axes), [self._size(a) for a in axes])
        if found is None:
            return False
        shape, numbers = found
        for axis, size in zip(axes, shape, strict=True):
            if isinstance(axis.size, str):
                self.sizes[axis.size] = size
        for at, number in numbers.items():
            places = dict(zip(axes, at, strict=True))
            self.numbers[e.name, tuple(places[i] if isinstance(i, Axis) else i for i in e.indices)] = number
        return True

    def _size(self, axis: Axis) -> int | None:
        return axis.size if isinstance(axis.size, int) else self.sizes.get(axis.size)

    def worked_out(self, tree: t.Tree, named: dict[str, str]) -> tuple[Value, dict[tuple[int, ...], Expression]] | None:
        """The entries of a side by the values, with functions for those only named; None where one is open."""
        with self.state.symbols.undone():
            _, (value,) = lowered(self.state, tree)
        known = with_signals(self.state)
        e = known.unfold(known.resolve(value.expression), values=True)
        e = substitute(e, lambda u: _called(u, named))
        e = expand_functions(e)
        if any(isinstance(n, Derivative) or (isinstance(n, Apply) and n.function not in FUNCTIONS) for n in walk(e)):
            return None
        given = {**self._counted(), **self.sizes}
        sizes = {**computed_sizes(self.state, given), **given}
        e = with_sizes(e, lambda s: sizes.get(s, s) if isinstance(s, str) else s)
        axes = [Axis(a.name, sizes.get(a.size, a.size) if isinstance(a.size, str) else a.size)
                for a in (value.row, value.col) if a is not None]  # fmt: skip
        if set(e.axes) - set(axes) or any(not isinstance(a.size, int) for a in axes):
            return None
        out: dict[tuple[int, ...], Expression] = {}
        for at in product(*(range(1, int(a.size) + 1) for a in axes)):
            one = written_out(rename(e, dict(zip(axes, at, strict=True))))
            put = substitute(one, self._number)
            if names(put) - {"pi"} or put.axes or len(out) >= MOST:
                return None
            out[at] = put
        return value, out

    def _counted(self) -> dict[str, int]:
        """The sizes of what is given component by component: x_0, x_1 and x_2."""
        out: dict[str, int] = {}
        for name, at in self.numbers:
            entity = self.state.symbols.entities.get(name)
            if entity is not None and entity.rank == len(at):
                for size, place in zip(map(self.state.symbols.find, entity.sizes), at, strict=False):
                    if isinstance(size, str):
                        out[size] = max(place, out.get(size, 0))
        return out

    def _number(self, u: Expression) -> Expression | None:
        if not isinstance(u, Symbol):
            return None
        at = tuple(i for i in u.indices if isinstance(i, int))
        if len(at) < len(u.indices):
            return None
        found = self.numbers.get((u.name, at))
        found = self.filled.get(u.name) if found is None else found
        return None if found is None else Number(found)


def _called(u: Expression, named: dict[str, str]) -> Expression | None:
    if not isinstance(u, Apply) or u.function not in named or len(u.arguments) != 1:
        return None
    return Apply(named[u.function], tuple(substitute(x, lambda n: _called(n, named)) for x in u.arguments), u.order)


@dataclass
class Found:
    """What the values make of a row."""

    row: DocumentRow
    says: str
    """One of KINDS; given for a value"""
    shown: dict[str, str]
    layout: bool = False
    unsaid: str = ""
    """Which function is meant by one that is only named."""
    updated: bool = False
    """Whether some value may be that of an update before."""
    behind: bool = False
    """Whether words or the end of a sentence stand between it and the last value that is given."""
    about: bool = False
    """Whether the sign is ≈: the number is the value rounded to the digits that are written."""


def by_worked_examples(
    whole: State,
    placed: Sequence[tuple[Statement, int]],
    judged: Callable[[Sequence[Statement], Callable[[State], None]], State],
    refuses: Callable[[int], str],
) -> None:
    """Judge the open rows with numbers on the right by the values of the text; `placed` are the rows of the whole, each
    with its statement and its place in it, `judged` makes another pass over some statements, with a look at its end."""
    rows = [(s, k, row) for (s, k), row in zip(placed, whole.rows, strict=True)]
    values = [s for s, k, row in rows if k == 0 and _with_numbers(s, 0) and row.verdict in OPEN]
    heads = {
        s.sides[0].tree for s, k, row in rows if k == 0 and not _with_numbers(s, 0) and row.verdict == "definition"
    }
    asked = any(
        row.verdict not in {"assumption", "definition"} or (k == 0 and s.sides[0].tree in heads)
        for s, k, row in rows
        if row.verdict in OPEN and _with_numbers(s, k)
    )
    asked = asked or any(row.verdict == "none" and _rounds(s, k) for s, k, row in rows)
    if not asked or len(values) < 2 or refuses(len(whole.rows) - 1):
        return
    judged([*_shapes(whole, rows), *_general(whole.statements)], lambda general: _judge(whole, general, rows))


def _shapes(whole: State, rows: Sequence[tuple[Statement, int, DocumentRow]]) -> Iterator[Statement]:
    """W ∈ ℝ^{2×3} for each name that is given as a matrix or a column and not put into a space elsewhere."""
    known = {r.key for s in whole.statements for x, _ in s.memberships if (r := reference(x, whole.symbols.usage))}
    for s, k, row in rows:
        name, right = s.sides[k].tree, s.sides[k + 1].tree if k + 1 < len(s.sides) else None
        if (
            k
            or row.verdict not in OPEN
            or not isinstance(right, t.Matrix | t.Scripted | t.Group)
            or not _with_numbers(s, 0)
        ):
            continue
        found = reference(name, whole.symbols.usage) if isinstance(name, t.Name | t.Scripted) else None
        written = value_written(right)
        if found is None or found.indices or found.key in known or written is None or not written.rows or name is None:
            continue
        if isinstance(right, t.Group) and len(written.rows) == 1:
            continue  # a list, which may be a row of a matrix
        known.add(found.key)
        yield replace(s, sides=s.sides[:1], relations=(), continues=False, memberships=((name, _space(written)),))


def _space(written: Written) -> t.Tree:
    m, n = (t.Num(Fraction(x), str(x)) for x in (len(written.rows), len(written.rows[0])))
    return t.Scripted(t.Name("R", (), "bb"), None, m if n.value == 1 else t.Factors((("", m), ("times", n))))


def _judge(whole: State, general: State, rows: Sequence[tuple[Statement, int, DocumentRow]]) -> None:
    _for_any_numbers(general, rows)
    unsaid = {f.table_name: "" for f in general.symbols.functions.values() if not f.defined and not f.parameters}
    best, chosen = list[Found](), dict[str, str]()
    for choice in _choices(sorted(unsaid)):
        found = list(_found(general, rows, choice))
        if not best or _agreeing(found) > _agreeing(best):
            best, chosen = found, choice
    if _agreeing(best) < 0 or not any(f.says in KINDS[:-1] for f in best):
        return
    for one in best:
        if one.row.verdict in OPEN or (one.about and one.row.verdict == "none"):
            _settle(whole, one)
    if chosen:
        for statement, k, row in rows:
            if row.verdict == "undecided" and not _with_numbers(statement, k):
                with suppress(Unread, IllShaped, DeltaruleError, AssertionError):
                    _by_the_function(general, statement, k, row, chosen)


def _for_any_numbers(general: State, rows: Sequence[tuple[Statement, int, DocumentRow]]) -> None:
    """Take over what holds before a number is put in: ∂E/∂v_1 where v_1 = 0.7 stands before it."""
    own = {(row.line, row.left, row.right): row for row in general.rows}
    for statement, k, row in rows:
        held = own.get((row.line, row.left, row.right))
        if held is None or row.verdict != "undecided" or held.verdict not in HOLDS or _with_numbers(statement, k):
            continue
        take(row, held, f"{held.reason}, for any numbers")


def _by_the_function(state: State, statement: Statement, k: int, row: DocumentRow, named: dict[str, str]) -> None:
    """Judge a row without numbers by the function that the numbers show; only a proof counts."""
    left, right = statement.sides[k].tree, statement.sides[k + 1].tree
    if left is None or right is None or statement.relations[k].symbol not in EQUAL:
        return
    with state.symbols.undone():
        _, values = lowered(state, left, right)
    known = with_signals(state)
    sides = [known.unfold(known.resolve(v.expression), values=True) for v in values]
    used = {n.function for e in sides for n in walk(e) if isinstance(n, Apply) and n.function in named}
    if not used or any(v.rank for v in values):
        return
    a, b = (expand_functions(substitute(e, lambda u: _called(u, named))) for e in sides)
    if Judge(Definitions.of((), {}), state.facts).equality(a, b).verdict == "proved":
        text = _unsaid(state, used, named)
        row.verdict, row.reason, row.counterexample = "conditional", f"true under: {text}", None
        row.condition = Condition("definition-elsewhere", text)


def _unsaid(state: State, used: Collection[str], named: dict[str, str]) -> str:
    letters = sorted(SIGMA.get(f.key, f.key) for f in state.symbols.functions.values() if f.table_name in used)
    return f"{', '.join(letters)} is {UNSAID[named[min(used)]]}, which no equation says"


def _choices(functions: list[str]) -> Iterator[dict[str, str]]:
    yield {}
    for name in UNSAID if functions else ():
        yield dict.fromkeys(functions, name)


def _agreeing(found: Sequence[Found]) -> int:
    return sum({"given": 0, "apart": -1}.get(f.says, 1) for f in found)


def _with_numbers(statement: Statement, k: int) -> bool:
    right = statement.sides[k + 1].tree if k + 1 < len(statement.sides) else None
    return right is not None and statement.relations[k].symbol in EQUAL | ABOUT and value_written(right) is not None


def _rounds(statement: Statement, k: int) -> bool:
    """Whether a row says h ≈ 0.547."""
    return statement.relations[k].symbol in ABOUT and _with_numbers(statement, k)


def _general(statements: Sequence[Statement]) -> Iterator[Statement]:
    """The statements without the sides that are numbers only, and without s = 0.7 h + 0.3 behind s = v h + c."""
    dropped = False
    letters: dict[t.Tree, set[str]] = {}
    for s in statements:
        dropped = dropped and s.continues
        if _puts_numbers_in(s, letters):
            dropped = True
            continue
        kept = next((k for k, side in enumerate(s.sides) if side.tree is not None and _only_numbers(side.tree)), None)
        if kept is None and not dropped:
            yield s
        elif kept is not None:
            if kept and not dropped:  # a left side alone shows how names are written: f(2)
                end = s.sides[kept - 1].end
                yield replace(s, sides=s.sides[:kept], relations=s.relations[: kept - 1], end=end)
            dropped = True


def _puts_numbers_in(statement: Statement, letters: dict[t.Tree, set[str]]) -> bool:
    """Whether an equation has fewer of the letters than the one that its left side had before, and numbers; else
    `letters` keeps those it has."""
    left, right = (side.tree for side in statement.sides[:2]) if statement.relations else (None, None)
    if left is None or right is None or statement.continues or statement.relations[0].symbol not in EQUAL:
        return False
    nodes = list(trees(right))
    own = {n.letter for n in nodes if isinstance(n, t.Name)}
    before = letters.setdefault(left, own)
    return bool(own) and own < before and any(isinstance(n, t.Num) for n in nodes)


def _only_numbers(tree: t.Tree) -> bool:
    """Whether a side is made of numbers, also with a function of one: σ(1)."""
    if value_written(tree) is not None:
        return True
    letters = [n for n in t.walk(tree) if isinstance(n, t.Name)]
    return any(isinstance(n, t.Num) for n in t.walk(tree)) and all(
        n.letter in FUNCTIONS or n.letter in {"sigma", "g", "f", "exp", "log", "ln", "softmax", "e"} for n in letters
    )


def _found(state: State, rows: Sequence[tuple[Statement, int, DocumentRow]], named: dict[str, str]) -> Iterator[Found]:
    example, updated, last = Example(state), False, 0
    for statement, k, row in rows:
        updated = updated or row.reason == "an update rule"
        left, right = statement.sides[k].tree, statement.sides[k + 1].tree
        written = value_written(right) if right is not None and _with_numbers(statement, k) else None
        if left is None or right is None or written is None:
            continue
        if row.reason == OUTSIDE_IS_ZERO:
            continue
        if isinstance(left, t.Name | t.Scripted | t.Partial) and example.set(left, written):
            last = statement.end
            if not k and row.verdict in OPEN:
                yield Found(row, "given", {})
            continue
        if not is_calculation(left) and value_written(left) is None:
            with suppress(
                Unread, IllShaped, DeltaruleError, Exhausted, Undefined, Unsupported, ArithmeticError, LookupError,
                TypeError, ValueError, AssertionError,
            ):  # fmt: skip
                worked = example.worked_out(left, named)
                if worked is not None:
                    found = _compared(row, worked[1], right, written)
                    if found is not None:
                        used = {n.function for n in _applied(state, left)} & set(named)
                        unsaid = _unsaid(state, used, named) if used else ""
                        behind = RESULT.search(state.document.text, last, max(last, statement.start)) is not None
                        about = _rounds(statement, k)
                        yield replace(found, unsaid=unsaid, updated=updated, behind=behind, about=about)
        head = next((x.tree for x in statement.sides[:k] if isinstance(x.tree, t.Name | t.Scripted)), None)
        if head is not None:
            example.set(head, written)


def _applied(state: State, left: t.Tree) -> Iterator[Apply]:
    """The functions in what a side is computed from."""
    with state.symbols.undone():
        _, (value,) = lowered(state, left)
    known = with_signals(state)
    for node in walk(known.unfold(known.resolve(value.expression), values=True)):
        if isinstance(node, Apply):
            yield node


def _compared(
    row: DocumentRow, worked: dict[tuple[int, ...], Expression], right: t.Tree, written: Written
) -> Found | None:
    """What the entries of both sides say; the side on the right may lie in a row or in a column."""
    at = max(worked, default=())
    layouts = [written.shaped(len(at), [None] * len(at)), written.turned().shaped(len(at), [None] * len(at))]
    if not at and written.number is not None:
        layouts = [((), {(): written.number})]
    says: list[Found] = []
    for turned, found in enumerate(layouts):
        if found is None or found[1].keys() != worked.keys():
            continue
        trees = entries(right, turned=bool(turned) and len(at) == 2)
        each = [_one(e, found[1][place], trees.get(place, right)) for place, e in worked.items()]
        if None in each:
            continue
        kinds = [x[0] for x in each if x is not None]
        said = max(kinds, key=KINDS.index)
        shown = next((x[1] for x in each if x is not None and x[0] == said), {})
        says.append(Found(row, said, shown, layout=bool(turned) and len(at) == 2))
    return min(says, key=lambda f: KINDS.index(f.says), default=None)


def _one(e: Expression, number: Fraction, right: t.Tree) -> tuple[str, dict[str, str]] | None:
    """Whether one entry is a number, to the digits that are written of it; None where that is open."""
    worked = exactly(e)
    if worked == number:
        return "exact", {}
    value = enclose(e, {})
    if not value.is_finite():
        return None
    shown = {"left": value.str(12, radius=False), "right": f"{float(number):.12g}"}
    exact = enclose(Number(number), {})
    if value.overlaps(exact):
        same = Judge(Definitions.of((), {}), Facts()).equality(e, Number(number)).verdict == "proved"
        return ("exact" if same else "rounded"), {}
    digits = max((len(n.text.partition(".")[2]) for n in t.walk(right) if isinstance(n, t.Num)), default=0)
    if not digits:
        return ("apart", shown) if worked is not None or abs(float(value) - float(number)) > 0.5 else None
    off = abs(float(value) - float(number)) * 10**digits
    if digits > 2 and off > LATITUDE[3] and abs(float(value) - float(number)) < NEARLY * abs(float(value)):
        return None  # worked out with numbers that were rounded more than the result
    short = worked is not None and (worked * 10**digits).denominator == 1 and digits < 3
    if short or off > LATITUDE[min(digits, 3)]:
        return "apart", shown
    return ("rounded" if off <= HALF or not is_number(right) else "digits"), {}


def _settle(whole: State, found: Found) -> None:
    row, unsaid = found.row, found.unsaid
    if found.says == "given" and row.verdict in {"undecided", "unread", "ill-shaped"}:
        row.verdict, row.reason = "assumption", "a value, for the place where it stands"
        row.counterexample, row.hint, row.suggestion = None, "", ""
    if found.says == "given":
        return
    if found.says == "apart":
        if row.verdict == "ill-shaped" or found.updated or row.condition is not None:
            return
        if row.verdict in {"assumption", "definition"} and not found.behind:
            return  # x = 2, y = 1: a value among those that are given
        if found.about and abs(1 - float(found.shown["right"]) / float(found.shown["left"])) < ROUGHLY:
            return
        row.verdict, row.reason = "refuted", ANOTHER_VALUE
        row.counterexample, row.condition = found.shown, None
        return
    if found.about and found.says == "digits":
        return
    row.counterexample, row.condition, row.hint, row.suggestion = None, None, "", ""
    if found.about:
        row.verdict, row.reason = "proved", "the value at the numbers of the text, to the digits that are written"
        if unsaid:
            row.verdict, row.condition = "conditional", Condition("definition-elsewhere", unsaid)
    elif found.says != "exact":
        row.verdict, row.reason = "none", "equal to the digits that are written: an approximation"
    elif found.layout or unsaid:
        kind, text = ("definition-elsewhere", unsaid) if unsaid else ("layout", "numerator layout")
        row.verdict, row.condition, row.reason = "conditional", Condition(kind, text), f"true under: {text}"
    else:
        row.verdict, row.reason = "proved", "follows from the definitions, at the numbers of the text"
