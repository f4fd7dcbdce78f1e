"""A row that the whole document leaves open is judged once more by what it rests on alone: its own equation and those
that give its names their meaning.

One letter misread somewhere else, a number in one place and a vector in another, then does no harm here. What is proved
so is proved by equations of the document; nothing is refuted so. A letter that the text of the section writes in bold,
transposes, gives components or puts into some ℝ^n is never taken for a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from deltarule.checking.core.relations import EQUAL, SAID
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.chapters import Pairs, declared_for
from deltarule.checking.judging.doubted import DIFFER, clearly_wrong
from deltarule.checking.judging.same_curve import the_same_curve
from deltarule.checking.judging.sections import HOLDS, first_rows, heading, mixes_ranks, names_a_derivative, take, used
from deltarule.checking.notation.settings import supposed_here
from deltarule.checking.words.topics import opens_a_topic
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, Survey, base_name, reference
from deltarule.reading.statement import Statement
from deltarule.reading.survey import survey
from deltarule.reading.symbols import SCALAR_CAPITALS

__all__ = ["Slices", "by_what_it_rests_on"]

OPEN = frozenset({"undecided", "unread"})
WRONG = frozenset({"refuted", "ill-shaped"})
ELSEWHERE = "by the equations that it rests on it holds, by other rows it does not"
NO_CLAIM = frozenset({"definition", "assumption", "none"})

MOST = 12
"""Equations that a row may rest on; with more of them it is hardly simpler than the whole."""


@dataclass
class Slices:
    """The equations of a document by the names that they are about."""

    whole: State
    parts: Sequence[Sequence[Statement]]
    """The statements under each heading; all of them where there is none."""
    divided: Sequence[Sequence[Statement]]
    """The statements by the headings of the highest rank."""
    of: dict[str, list[int]] = field(default_factory=dict)
    """Each name: the places of the statements with that name alone on the left."""
    shaped: dict[int, set[str]] = field(default_factory=dict)
    """Each part, by its number: the letters that are no numbers there."""
    only_bold: dict[int, set[str]] = field(default_factory=dict)
    """Each part: the names of which bold type alone shows that they are no numbers."""
    components: dict[int, set[str]] = field(default_factory=dict)
    """Each part: the letters that have one index below, and nothing else shows that they are no numbers."""
    part_of: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, statement in enumerate(self.whole.statements):
            name = self._about(statement)
            if name is not None:
                self.of.setdefault(name, []).append(place)
        place = 0
        for number, part in enumerate(self.parts):
            for _ in part:
                self.part_of[place] = number
                place += 1

    def _about(self, statement: Statement) -> str | None:
        if not statement.relations or statement.relations[0].symbol not in EQUAL | {SAID} or statement.continues:
            return None
        left, right = statement.sides[0].tree, statement.sides[1].tree
        if isinstance(right, t.Name | t.Scripted) and supposed_here(self.whole, statement):
            return None  # if q = t, the loss is 0
        match left:
            case t.Factors(items=((_, head), ("", t.Group(kind="(")))):
                left = head
            case t.Call(function=head):
                left = head
        found = reference(left, self.whole.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
        if found is None or found.primes or found.power is not None or found.transposed:
            return None
        return found.key

    def _introduces(self, statement: Statement) -> str:
        """The f of f(x) = …."""
        match statement.sides[0].tree:
            case t.Factors(items=((_, head), ("", t.Group(kind="(", items=names)))) if statement.relations and all(
                isinstance(x, t.Name) for x in names
            ):
                found = reference(head, self.whole.symbols.usage)
                return found.base if found is not None and not found.primes else ""
        return ""

    def around(self, place: int) -> list[int] | None:
        """The places of the statements that the one at `place` rests on, in order and itself included; None where
        they are too many."""
        chosen = {place}
        waiting = [place]
        while waiting:
            at = waiting.pop(0)
            own = self._introduces(self.whole.statements[at])
            for found in self._names(self.whole.statements[at], differentiated=at == place):
                if found.base == own:
                    continue  # f(x) = … may say anew what f is
                for source in (self._source(found, at, place), *self._of_the_whole(found, place)):
                    if source is not None and source not in chosen:
                        chosen.add(source)
                        waiting.append(source)
            if len(chosen) > MOST:
                return None
        return sorted(chosen)

    def _source(self, found: Reference, at: int, place: int) -> int | None:
        """Where a name has its meaning: the last equation before the row, else the first behind it."""
        places = self.of.get(found.key) or self.of.get(found.base, [])
        usage = self.whole.symbols.usage
        if not places and isinstance(usage, Survey):  # h_{t-1} by the equation of h_t
            letters = {n.letter for n in self._scripts(found)}
            if letters & usage.steps or any(m.isdigit() for m in found.mark):
                places = [
                    p for key, own in self.of.items() if key.split("_")[0].split("^")[0] == found.base for p in own
                ]
        before = [p for p in places if p < place]
        return before[-1] if before else next((p for p in places if p > place and p != at), None)

    def _of_the_whole(self, found: Reference, place: int) -> list[int]:
        """The equations of C, where a name is an entry of C = [p, q; r, s] and another row says what C is."""
        whole = self.whole.entries.get(found.key, "")
        return [p for p in self.of.get(whole, []) if p < place]

    @staticmethod
    def _scripts(found: Reference) -> Iterator[t.Name]:
        for letter in f"{found.mark} {found.label}":
            if letter.isalpha():
                yield t.Name(letter)

    def _names(self, statement: Statement, differentiated: bool) -> Iterator[Reference]:
        usage = self.whole.symbols.usage
        for side in statement.sides:
            for node in t.walk(side.tree) if side.tree is not None else ():
                found = reference(node, usage) if isinstance(node, t.Name | t.Scripted) else None
                if found is not None:
                    yield found
                if not differentiated or not isinstance(node, t.Partial) or self._defined(node.of):
                    continue  # of what has an equation it is known what it depends on
                for by in node.by:
                    found = reference(by, usage)
                    for user in self.whole.definitions.users(found.key) if found is not None else ():
                        yield Reference(user)

    def _defined(self, of: t.Tree | None) -> bool:
        found = reference(of, self.whole.symbols.usage) if isinstance(of, t.Name | t.Scripted) else None
        return found is not None and found.key in self.whole.definitions.equations

    def defined_before(self, place: int) -> set[str]:
        """The name that a statement is about, if an equation before it has given it a meaning."""
        name = self._about(self.whole.statements[place])
        return {name} if name is not None and any(p < place for p in self.of.get(name, [])) else set()

    def given_above(self, place: int) -> bool:
        """Whether the same section has an equation before it for what a statement is about: then it defines nothing."""
        name = self._about(self.whole.statements[place])
        if name is None or opens_a_topic(self.whole, self.whole.statements[place], 0):
            return False
        said, document = self.whole.statements, self.whole.document
        before = [p for p in self.of.get(name, []) if p < place and said[p].block != said[place].block]
        return any(heading(document, said[p].block) == heading(document, said[place].block) for p in before)

    def declared(self, place: int) -> Pairs:
        """What is declared for the statement at `place`."""
        here = self.whole.statements[place]
        part = next((p for p in self.divided if any(s is here for s in p)), self.whole.statements)
        return declared_for(part, self.divided or [self.whole.statements])

    def no_numbers(self, place: int) -> set[str]:
        """The names of which the text around a statement shows that they are vectors or matrices."""
        number = self.part_of.get(place, 0)
        if number not in self.shaped:
            statements = self.parts[number] if self.parts else self.whole.statements
            sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
            usage = survey(sides)
            out = {key.split("^")[0] for key, u in usage.items() if u.double or u.triple}
            single = {key.split("^")[0] for key, u in usage.items() if u.letters} - out
            bold: set[str] = set()
            for side in sides:
                for node in t.walk(side):
                    found = reference(node, usage) if isinstance(node, t.Name | t.Scripted) else None
                    if found is not None and found.transposed:
                        out.add(found.key)
                    elif found is not None and found.name is not None and found.name.style == "bold":
                        bold.add(found.key)
            self.components[number] = single - out - bold
            self.shaped[number] = out | single | bold
            self.only_bold[number] = bold - out - single - self._declared(place)
        return self.shaped[number] | self._declared(place)

    def _declared(self, place: int) -> set[str]:
        found = [(reference(x, self.whole.symbols.usage), space) for x, space in self.declared(place)]
        return {r.key for r, space in found if r is not None and not isinstance(space, t.Name)}

    def as_samples(self, statements: Sequence[Statement], place: int) -> Sequence[Statement] | None:
        """The statements with x_i as x^{(i)}, where x stands without its index as well and is a number by itself."""
        self.no_numbers(place)
        letters = self.components[self.part_of.get(place, 0)]
        sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
        bare = {base_name(n) for side in sides for n in _alone(side)} & letters
        if not bare:
            return None

        def change(node: t.Tree) -> t.Tree | None:
            match node:
                case t.Scripted(base=t.Name() as name, sub=t.Name(letter=letter) as below, sup=None) if (
                    base_name(name) in letters and letter in "ijknm"
                ):
                    return replace(node, sub=None, sup=t.Group("(", (below,), start=below.start, end=below.end))
            return None

        return [s.replaced(change) for s in statements]

    def _names_in(self, part: State) -> Iterator[Reference]:
        for left, right, _ in part.judged:
            for node in (*t.walk(left), *t.walk(right)):
                found = reference(node, part.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
                if found is not None:
                    yield found

    def misread(self, part: State, place: int, without_components: bool = False) -> bool:
        """Whether the slice takes a letter for a number of which the text shows that it is none."""
        known = self.no_numbers(place)
        number = self.part_of.get(place, 0)
        if without_components:
            known = known - self.components[number]
        if not any(map(_is_matrix, (r.base for r in self._names_in(part)))):
            known = known - self.only_bold[number]  # **x** and x are two, where no capital says that x is a vector too
        for found in self._names_in(part):
            if found.indices or not known & {found.key, found.key.split("^")[0]}:
                continue
            entity = part.symbols.entities.get(found.key)
            if entity is not None and not entity.rank:
                return True
        return False


def _lies_otherwise(row: DocumentRow) -> bool:
    """Whether a row fails by the layout alone: what the other rows have displayed counts then."""
    return row.verdict == "ill-shaped" and not mixes_ranks(row.reason)


def _alone(side: t.Tree) -> Iterator[t.Name]:
    """The names without any script."""
    scripted = {id(n.base) for n in t.walk(side) if isinstance(n, t.Scripted)}
    for node in t.walk(side):
        if isinstance(node, t.Name) and id(node) not in scripted:
            yield node


def _is_matrix(base: str) -> bool:
    """Whether a letter may be a matrix."""
    return base[:1].isupper() and base not in SCALAR_CAPITALS


def by_what_it_rests_on(
    whole: State,
    parts: Sequence[Sequence[Statement]],
    divided: Sequence[Sequence[Statement]],
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement], Pairs, int], State],
    refuses: Callable[[int], str],
) -> None:
    """Judge every row that is open by its slice; what is proved so is proved, what is shown to be no claim is none."""
    slices = Slices(whole, parts, divided)
    firsts = first_rows(whole.statements, rows_of)
    anew: set[str] = set()
    for place, first in enumerate(firsts[:-1]):
        rows = whole.rows[first : firsts[place + 1]]
        for row in rows:
            if anew and row.verdict in HOLDS | WRONG and (names := anew & used(whole, row)):
                row.verdict, row.condition, row.counterexample = "undecided", None, None
                row.hint, row.suggestion = "", ""
                row.reason = f"it was judged by a meaning of {', '.join(sorted(names))} that was changed since"
        if not any(row.verdict in OPEN | WRONG for row in rows) or refuses(firsts[place + 1]):
            continue
        around = slices.around(place)
        if around is None:
            continue
        chosen = [replace(whole.statements[k], continues=False) for k in around]
        before = rows_of(chosen[: around.index(place)])
        alone = chosen if len(around) < len(whole.statements) else None
        for reading, said in ((alone, ""), (slices.as_samples(chosen, place), ", with an index below for the sample")):
            if reading is None or not any(row.verdict in OPEN | WRONG for row in rows):
                continue
            part = judged(reading, slices.declared(place), first)
            own = part.rows[before : before + len(rows)]
            if slices.misread(part, place, without_components=bool(said)):
                continue
            for row, again in zip(rows, own, strict=True):
                if {"=", "≠"} <= {sign for sign, _, _ in whole.under_at.get(id(row), ())}:
                    continue  # a slice may have one of two conditions only
                if row.verdict in OPEN and again.verdict in HOLDS:
                    take(row, again, f"{again.reason}, by the equations that it rests on{said}")
                elif row.verdict in OPEN and again.verdict in NO_CLAIM and not names_a_derivative(whole, row):
                    if again.verdict == "definition" and (
                        slices.given_above(place) or the_same_curve(whole, part, again)
                    ):
                        continue
                    take(row, again, again.reason)
                    if again.verdict == "definition":
                        anew |= slices.defined_before(place)
                elif row.verdict in OPEN and clearly_wrong(again):
                    take(row, again, f"{again.reason or DIFFER}, by the equations that it rests on{said}")
                elif row.verdict in WRONG and again.verdict in HOLDS and not said and not _lies_otherwise(row):
                    take(row, replace(again, verdict="undecided", condition=None), ELSEWHERE)
