"""A letter can mean one thing in one section and another in the next: what stays open in the whole is judged by its
section alone.

Only what a section says by itself counts then: if a name that the rest of the document defines goes into a row without
an equation in the section, the row keeps the verdict of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from deltarule.checking.core.rows import DocumentRow, Finding
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.hints.hints import MISCONCEPTIONS
from deltarule.checking.judging.chapters import Pairs, declared_for
from deltarule.checking.judging.doubted import DIFFER, clearly_wrong
from deltarule.checking.judging.mending import of_declared_shapes, other_than_layout, ranges_apart
from deltarule.checking.judging.same_curve import the_same_curve
from deltarule.checking.words.topics import goes_on
from deltarule.language.expression import Apply
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import reference
from deltarule.reading.segments import Prose
from deltarule.reading.statement import Statement

__all__ = [
    "HOLDS",
    "OPEN",
    "better",
    "by_parts",
    "first_rows",
    "heading",
    "mixes_ranks",
    "names_a_derivative",
    "sections",
    "take",
    "used",
]

OPEN = frozenset({"ill-shaped", "refuted", "undecided", "unread"})
HOLDS = frozenset({"proved", "conditional"})
OTHER_AXES = re.compile(r" with \d+ indices, where it has \d+ axes$")
TOPIC = (
    r"(?!(?:answer|solution|proof|note|remark|hint|step|back|thus|so|now|then|result|derivation|antwort|lösung|beweis|"
    r"hinweis|schritt|réponse|preuve|étape|remarque|respuesta|demostración|paso|nota|resposta|prova|ответ|решение|шаг|"
    r"答案|解|证明|步骤|注意)\b)"
)
"""No word that goes on with what is at hand."""
OPENS_A_PART = re.compile(
    r"^\s*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|\*\*[^*\n]{2,60}\*\*:?)[ \t]*\n|"
    rf"\n[ \t]*(?:\n[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?|[-*+][ \t]+)(?:\*\*{TOPIC}[^*\n$]{{4,60}}\*\*|"
    rf"__{TOPIC}[^_\n$]{{4,60}}__|"
    rf"\\(?:textbf|textit|emph)\{{{TOPIC}[^{{}}\n$]{{4,60}}\}})[.:]? |"
    rf"^[ \t]*<b>{TOPIC}[^<>\n$]{{4,60}}</b>|"
    r"^\W*(?:Q|Front|Question|Frage|Vorderseite|Karte|Card|Flashcard|Aufgabe|Exercise|Problem|Exercice|Carte|Recto|"
    r"Pregunta|Anverso|Tarjeta|Ejercicio|Pergunta|Frente|Cartão|Domanda|Fronte|Zadanie|Pytanie|Вопрос|Задача|"
    r"问题?|問題?|题目?|卡片|正面|質問|表)[ \t]*\d*[.)]?\**[ \t]*[:：.]|"
    rf"^\d+[.)][ \t]+{TOPIC}[^\W\d_][^$\n.:;]{{4,50}}$",
    re.MULTILINE | re.IGNORECASE,
)
"""A rule, a line in bold, a paragraph that begins in bold, the front of a card, or a number with a title that is a line
by itself: another topic may begin here."""
A_PATH = next(known.says for known in MISCONCEPTIONS if known.name == "path")
FIELDS = ("verdict", "reason", "condition", "domain", "counterexample", "hint", "suggestion")


def mixes_ranks(reason: str) -> bool:
    """Whether what does not fit is a number, a vector and a matrix, and not two vectors that lie differently."""
    kinds = re.findall(r"a (number|column|row|matrix)", reason)
    if kinds == ["matrix", "column"] and "inner sizes" in reason:
        return False
    ranks = {{"number": 0, "column": 1, "row": 1, "matrix": 2}[kind] for kind in kinds}
    return len(ranks) > 1 or "axes" in reason or kinds == ["column", "column"]


def sections(document: Document, statements: Sequence[Statement], cards: bool = False) -> list[Sequence[Statement]]:
    """The statements under each heading, with `cards` also on each card and between rules; none where there are not at
    least two with equations."""
    out: list[list[Statement]] = [[]]
    block = 0
    for statement in statements:
        between = document.segments[block : statement.block]
        apart = any(
            isinstance(s, Prose)
            and (s.level or (cards and OPENS_A_PART.search(document.text, *_with_tags(document, s))))
            for s in between
        )
        if apart and not statement.continues and out[-1]:
            out.append([])
        block = statement.block
        out[-1].append(statement)
    return list(out) if len(out) > 1 else []


def _with_tags(document: Document, prose: Prose) -> tuple[int, int]:
    """Where words stand, with the <b> and </b> around them."""
    tagged = document.text[max(0, prose.start - 3) : prose.start] == "<b>"
    return (prose.start - 3, prose.end + 4) if tagged else (prose.start, prose.end)


def heading(document: Document, block: int) -> int:
    """The place of the heading under which a block stands; -1 for none."""
    segments = document.segments
    return next((k for k in range(block - 1, -1, -1) if isinstance(s := segments[k], Prose) and s.level), -1)


def by_parts(
    whole: State,
    parts: Sequence[Sequence[Statement]],
    divided: Sequence[Sequence[Statement]],
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement], Pairs, int], State],
    refuses: Callable[[int], str],
) -> None:
    """What is left open is judged by its part alone, and by what is declared for it in the document as divided."""
    at = 0
    for part in parts:
        first, at = at, at + rows_of(part)
        rows = whole.rows[first:at]
        if all(row.verdict not in OPEN for row in rows) or refuses(at - 1):
            continue
        alone = judged(part, declared_for(part, divided), first)
        better(whole, alone, rows, alone.rows, goes_on(_heading(whole.document, part)))


def first_rows(statements: Sequence[Statement], rows_of: Callable[[Sequence[Statement]], int]) -> list[int]:
    """The number of the first row of each statement, and behind the last one how many rows there are."""
    return [0, *accumulate(rows_of([statement]) for statement in statements)]


def better(
    whole: State, part: State, rows: Sequence[DocumentRow], again: Sequence[DocumentRow], further: bool = False
) -> None:
    """Take over what the section alone decides of rows that the whole leaves open, or refutes by another meaning. In a
    section that goes further with what was said before, a wrong equation gives no other meaning."""
    before = {id(row) for row in rows if row.verdict == "definition"} - whole.defined_here
    for row, own in zip(rows, again, strict=True):
        if row.verdict in OPEN - {"refuted"} and own.verdict == "definition":
            whole.understood |= _about(part, own)
    _better(whole, part, rows, again, further)
    whole.defined_here |= {id(row) for row in rows if row.verdict == "definition"} - before
    for row, own in zip(rows, again, strict=True):  # what seemed to say what δ is, where an open row had said it before
        if id(row) in before and own.verdict in HOLDS | {"refuted"} and whole.understood & _about(part, own):
            take(row, own, own.reason)


def _about(state: State, row: DocumentRow) -> set[str]:
    """The letter on the left of a row."""
    left = next((left for left, _, judged in state.judged if judged is row), None)
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    return {found.base} if found is not None else set()


def _heading(document: Document, part: Sequence[Statement]) -> str:
    place = heading(document, part[0].block)
    return document.text[document.segments[place].start : document.segments[place].end] if place >= 0 else ""


def _better(
    whole: State, part: State, rows: Sequence[DocumentRow], again: Sequence[DocumentRow], further: bool
) -> None:
    anew: set[str] = set()
    ranged: set[str] = set()
    for row, own in zip(rows, again, strict=True):
        one_layout = own.condition is not None and own.condition.kind == "layout"
        if one_layout and whole.symbols.layout is not None and part.symbols.layout is None:
            continue  # the text says elsewhere how its gradients lie
        if own.verdict == "refuted" and ranged & used(part, own):
            continue  # elsewhere the index runs over more: u_k of K samples beside u_w of V words
        if row.verdict in OPEN and own.verdict == "definition" and the_same_curve(whole, part, own):
            continue
        if row.verdict in {"refuted", "ill-shaped"} and own.verdict == "definition":
            if names_a_derivative(whole, row) or (further and clearly_wrong(row)):
                continue
            anew |= _meant_anew(whole, part, row, own)
            take(row, own, own.reason)
            continue
        if row.verdict in HOLDS and own.verdict not in HOLDS and anew & used(part, own):
            if own.verdict in {"refuted", "ill-shaped"} and _stands_alone(whole, part, own):
                take(row, own, own.reason)
            else:
                _open(row, "it holds by a meaning that this section has changed")
            continue
        if row.verdict == own.verdict == "refuted" and own.hint and not row.hint and _stands_alone(whole, part, own):
            take(row, own, own.reason)  # the section says what would hold
        if row.verdict not in OPEN or row.verdict == own.verdict:
            continue
        if anew and row.verdict == "refuted" and anew & used(part, own):
            take(row, own, own.reason)
            continue
        if anew & used(part, own) and own.verdict == "refuted" and _stands_alone(whole, part, own):
            take(row, own, own.reason)
            continue
        if row.verdict in {"undecided", "unread"} and clearly_wrong(own) and _stands_alone(whole, part, own):
            take(row, own, f"{own.reason or DIFFER}, by what this section says")
            continue
        if own.verdict in HOLDS and _stands_alone(whole, part, own, any_loss=row.verdict != "refuted"):
            take(row, own, f"{own.reason}, by what this section says")
        elif own.verdict == "refuted" and own.hint and _not_read(row) and _stands_alone(whole, part, own):
            take(row, own, own.reason)  # the whole does not understand it, the section does, and says what would hold
        elif _by_the_paths(row, own) and _stands_alone(whole, part, own, any_loss=True):
            take(row, own, f"{own.reason or DIFFER}, by what this section says")
        elif (row.verdict != "refuted" and own.verdict in {"definition", "assumption", "none"}) or (
            row.verdict == "ill-shaped" and own.verdict == "refuted" and _stands_alone(whole, part, own)
        ):
            if own.verdict == "definition":
                if names_a_derivative(whole, row):
                    continue
                new = _meant_anew(whole, part, row, own)
                anew |= new
                ranged |= new if ranges_apart(row.reason) else set()
            take(row, own, own.reason)
        elif row.verdict == "ill-shaped" and not other_than_layout(row):
            unsaid = row.reason in own.reason or not _with_a_meaning(part).intersection(_names(whole, row))
            if unsaid and of_declared_shapes(whole, row):
                continue  # the section says nothing else of them
            _open(row, f"elsewhere the letters have other shapes: {row.reason}")
        elif row.verdict == "refuted" and own.verdict in HOLDS:
            _open(row, "by what this section says it holds, by what the other sections say it does not")


def _not_read(row: DocumentRow) -> bool:
    """Whether a row is open since a name, or what an index runs over, was not understood in the whole."""
    apart = row.verdict == "unread" and (ranges_apart(row.reason) or OTHER_AXES.search(row.reason) is not None)
    return apart or (row.verdict == "undecided" and row.reason.endswith("which was not understood"))


def _by_the_paths(row: DocumentRow, own: DocumentRow) -> bool:
    """Whether nothing in the whole leads from a quantity to a loss that the section differentiates by it, and a path of
    those in the section is missing: ∂L/∂V after U = V + f(VA) and D = ∂L/∂U."""
    missing = own.verdict == "refuted" and own.hint == A_PATH
    return missing and row.verdict == "undecided" and row.reason.startswith("no definition leads from ")


def names_a_derivative(whole: State, row: DocumentRow) -> bool:
    """Whether the left side is δ_s after δ_y = ∂L/∂y: it has that meaning in every section."""
    left = next((left for left, _, judged in whole.judged if judged is row), None)
    found = reference(left, whole.symbols.usage) if left is not None else None
    if found is None:
        return False
    named = found.key in whole.symbols.macros or found.key in whole.symbols.indexed
    numbered = bool(found.indices) and all(isinstance(i, t.Num) for i in found.indices)
    return named or (numbered and found.key in whole.definitions.equations)  # p_1 of p_k = …


def _meant_anew(whole: State, part: State, row: DocumentRow, own: DocumentRow) -> set[str]:
    """The name that a section gives a meaning of its own, with a finding."""
    for left, _, judged in part.judged:
        match left:
            case t.Factors(items=((_, head), ("", t.Group(kind="(")))):  # f(x) = …
                found = reference(head, part.symbols.usage) if judged is own else None
            case _:
                found = reference(left, part.symbols.usage) if judged is own else None
        if found is None:
            continue
        before = whole.seen_definition.get(found.key, 0)
        if before and before != row.line:
            said = f"{found.key} gets a new meaning here; before, line {before} held"
            whole.findings.append(Finding("two-meanings", (before, row.line), said))
        return {found.key}
    return set()


def take(row: DocumentRow, own: DocumentRow, reason: str) -> None:
    """Give a row the verdict that it was given by itself."""
    for field in FIELDS:
        setattr(row, field, getattr(own, field))
    row.reason = reason


def _open(row: DocumentRow, reason: str) -> None:
    row.verdict, row.reason = "undecided", reason
    row.counterexample, row.condition, row.hint, row.suggestion = None, None, "", ""


def _with_a_meaning(part: State) -> set[str]:
    """The names that a section declares or gives an equation."""
    members = [element for s in part.statements for element, _ in s.memberships]
    return {*part.definitions.equations, *(r.key for x in members if (r := reference(x, part.symbols.usage)))}


def _stands_alone(whole: State, part: State, row: DocumentRow, any_loss: bool = False) -> bool:
    """Whether every name that goes into a row has its meaning in the section, if it has one anywhere; but for a loss of
    which the row holds whatever it is."""
    if any(_matrix_as_number(whole, part, name) for name in _names(part, row)):
        return False
    any_loss = any_loss and row.verdict in HOLDS | {"refuted"}
    losses = _losses(whole, part, row) | _variables(whole, part, row) if any_loss else set()
    for name in used(part, row):
        known = name in part.definitions.equations or name in part.symbols.macros or name in part.symbols.indexed
        known = known or ((f := part.symbols.functions.get(name)) is not None and f.defined)
        entity, function = whole.symbols.entities.get(name), whole.symbols.functions.get(name)
        line = whole.seen_definition.get(name, 0) or (entity.line if entity is not None else 0)
        line = line or (function.line if function is not None and function.defined else 0)
        if not known and name not in losses and _has_meaning(whole, name) and line <= part.rows[-1].line:
            return False
    return True


def _matrix_as_number(whole: State, part: State, name: str) -> bool:
    """Whether a capital is a matrix in the whole text and a number in a section, where nothing shows what it is."""
    one, other = whole.symbols.entities.get(name), part.symbols.entities.get(name)
    return name[:1].isupper() and one is not None and one.rank == 2 and (other is None or not other.rank)


def _losses(whole: State, part: State, row: DocumentRow) -> set[str]:
    """The L of ∂L/∂x, if a row says nothing else of it and no equation of the document makes it of x itself: what holds
    for any L of the section's outputs holds for the one of another section."""
    nodes = [n for left, right, judged in part.judged if judged is row for side in (left, right) for n in t.walk(side)]
    partials = [n for n in nodes if isinstance(n, t.Partial)]
    keys = {id(n): r.key for n in nodes if isinstance(n, t.Name | t.Scripted)
            and (r := reference(n, part.symbols.usage)) is not None}  # fmt: skip
    above = {id(n.of) for n in partials}
    by = {key for n in partials for x in n.by if (key := keys.get(id(x))) is not None}
    out = {key for n, key in keys.items() if n in above} - {key for n, key in keys.items() if n not in above}
    for statement in whole.statements:
        left = statement.sides[0].tree
        found = reference(left, whole.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
        if found is not None and found.key in out:
            trees = [side.tree for side in statement.sides[1:] if side.tree is not None]
            out -= {found.key} if any(mentioned(whole, tree) & by for tree in trees) else set()
    return out


def _variables(whole: State, part: State, row: DocumentRow) -> set[str]:
    """The names that a row differentiates by, none of which goes into another: it holds whatever they are made of."""
    nodes = [n for left, right, judged in part.judged if judged is row for side in (left, right) for n in t.walk(side)]
    by = {r.key for n in nodes if isinstance(n, t.Partial) for x in n.by
          if (r := reference(x, part.symbols.usage)) is not None}  # fmt: skip
    known = whole.definitions
    return {x for x in by if not any(x in known.equations and known.depends(x, other) for other in by - {x})}


def used(part: State, row: DocumentRow) -> set[str]:
    """The names in a row, and all that they are computed from."""
    used = set(_names(part, row))
    seen: set[str] = set()
    while used:
        name = used.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in part.definitions.equations:
            right = part.definitions.equations[name].right
            used |= names(right)
            used |= {_plain(part, e.function) for e in walk(right) if isinstance(e, Apply)}
    return seen


def _has_meaning(whole: State, name: str) -> bool:
    function = whole.symbols.functions.get(name)
    return (
        name in whole.definitions.equations
        or name in whole.symbols.macros
        or name in whole.symbols.indexed
        or name in whole.broken
        or (function is not None and function.defined and not function.table_name.startswith("sigmoid"))
    )


def _plain(state: State, function: str) -> str:
    return function.removeprefix(state.symbols.prefix)


def _names(state: State, row: DocumentRow) -> Iterator[str]:
    for left, right, judged in state.judged:
        if judged is row:
            nodes = [*t.walk(left), *t.walk(right)]
            inside = {id(n.base) for n in nodes if isinstance(n, t.Scripted)}  # of E_n, E is another name
            for node in nodes:
                if id(node) in inside or not isinstance(node, t.Name | t.Scripted):
                    continue
                found = reference(node, state.symbols.usage)
                if found is not None:
                    yield from (found.key, found.base) if found.base in state.symbols.functions else (found.key,)
