"""Labels that are one-hot at a letter: "$k$ is the index of the correct class", "$y$ is one-hot at $o$", "y_w = 1 when
w = o", "only the $k$-th component of $y$ is 1". A row that fails or stays open for labels in general,
-Σ_i y_i log p_i = -log p_k, is judged for these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest

from deltarule.calculus.definitions import Definitions
from deltarule.calculus.rules import delta
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.sections import HOLDS, take
from deltarule.checking.judging.stacked import with_stacked_samples
from deltarule.checking.words.label_values import TARGETS
from deltarule.checking.words.ones_alone import ones_alone
from deltarule.language.equation import Equation
from deltarule.language.expression import ONE, Axis, Expression, Symbol, fresh
from deltarule.language.traversal import names, substitute
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import ANY, base_name, trees
from deltarule.reading.segments import Math
from deltarule.reading.statement import Statement
from deltarule.reading.values import Value

__all__ = ["at_the_one_hot", "classes_said"]

RIGHT = (
    r"correct\w*|true|right|actual|target|gold|ground[- ]truth|observed|one[- ]hot|richtig\w*|wahr\w*|korrekt\w*|"
    r"vraie?|bonne|verdader\w*|giust\w*|verdadeir\w*|prawdziw\w*|poprawn\w*|правильн\w*|истинн\w*|настоящ\w*|верн\w*|"
    r"správn\w*"
)
CLASS = (
    r"class\w*|labels?|index|words?|tokens?|categor\w+|klassen?|clase|classe|klas\w*|класс\w*|слов\w*|метк\w*|wort\w*|"
    r"mot|palabra|palavra|parola|tříd\w*"
)
NAMED = re.compile(
    rf"(?<!\w)(?:{RIGHT})\s+(?:{CLASS})|(?<!\w)(?:{CLASS})\s+(?:{RIGHT})(?!\w)|"
    r"正确类别?|真实类别?|正确的类别?|真实标签|目标词|正解クラス|정답 ?클래스",
    re.IGNORECASE,
)
ONE_AT = re.compile(
    r"one[- ]hot(?:,? (?:with|its|mit|avec|con|der|the|a|an|le|el|la|un|eine[rm]?|\w*1|one|eins) ?){0,4}"
    r" ?(?:at|in|an|bei|en|à|в)(?: \w+)?\s*$",
    re.IGNORECASE,
)
CALLED = re.compile(
    r",?\s*(?:\w+\s+){0,4}(?:call|denote|write|nenn|bezeichne|schreib|appel|not|llam|denot|chiam|indic|cham|oznacz|"
    r"обозначи|назов)\w*\s*(?:\w+\s*){0,2}",
    re.IGNORECASE,
)
"""What stands between the words and the letter: the correct class, which I call $c$."""
ADDED_TO = frozenset({"layout", "definition-elsewhere"})
"""Conditions that say nothing of the labels."""
NEAR = 45
"""Characters between a letter and the words that say what it is."""


def classes_said(document: Document, statements: Sequence[Statement]) -> dict[str, str]:
    """The letters that the text calls the right class, or the place of the 1 among the labels, as they are written."""
    out = {letter: letter for letter in ones_alone(document.text)}
    for statement in statements:
        segment, tree = document.segments[statement.block], statement.sides[0].tree
        if not isinstance(tree, t.Name) or tree.accents or len(tree.letter) > 1 or statement.relations:
            continue
        if not isinstance(segment, Math) or segment.display:
            continue
        before = re.split(r"[$.;:]", document.text[max(0, segment.start - NEAR) : segment.start])[-1]
        behind = re.split(r"[$.;,]", document.text[segment.end : segment.end + NEAR])[0]
        says = list(NAMED.finditer(before))
        between = before[says[-1].end() :] if says else ""
        near = bool(says) and (len(between) < NEAR // 3 or CALLED.fullmatch(between) is not None)
        if near or NAMED.search(behind) or ONE_AT.search(before):
            out[tree.letter] = document.text[segment.body_start : segment.body_end].strip()
    for one, other in zip_longest(statements, statements[1:]):
        match [s.tree for s in one.sides]:
            case [
                t.Scripted(base=t.Name() as label, sub=t.Name(letter=i, accents=()) as below, sup=None),
                t.Num(value=1),
            ] if base_name(label) in TARGETS:
                pass
            case _:
                continue
        match [s.tree for s in other.sides] if other is not None else []:
            case [t.Name(letter=j), t.Name(letter=k, accents=())] if other is not None and i == j:
                if other.relations[0].symbol == "=" and len(k) == 1:
                    out[k] = other.sides[1].text.strip()  # y_w = 1 when w = o
            case _ if len(i) == 1:
                out.setdefault(i, document.text[below.start : below.end])  # only y_c = 1
    return out


def at_the_one_hot(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row that is refuted or open once more, with labels that are 1 at one place and 0 elsewhere."""
    if row.verdict not in {"refuted", "undecided"} or not state.classes:
        return
    summed = {*_summed(left), *_summed(right)}
    letters = {n.letter for side in (left, right) for n in t.walk(side) if isinstance(n, t.Name)}
    trials: list[DocumentRow] = []
    for key in _labels(state, left, right):
        for letter, written in state.classes.items():
            if letter in summed or (_left_as_it_is(key, letter, left, right) and _runs(state, letter)):
                continue
            trial = replace(row, counterexample=None, condition=None)
            with state.symbols.undone(), _one_hot(state, key, letter):
                claim(state, left, right, trial)
                with_stacked_samples(state, left, right, trial)
            trials += [trial] if letter in letters else []
            if trial.verdict in HOLDS and (trial.condition is None or trial.condition.kind in ADDED_TO):
                text = f"{key} is one-hot at {written}"
                take(row, trial, f"true where {text}")
                row.verdict = "conditional"
                if row.condition is None:
                    row.condition = Condition("normalised-targets", text)
                else:
                    row.condition = replace(row.condition, text=f"{row.condition.text}; {text}")
                row.reason = f"true under: {row.condition.text}"
                return
    if trials and all(trial.verdict == "refuted" for trial in trials):
        state.wrong_at_the_class.add(id(row))


def _left_as_it_is(key: str, letter: str, *sides: t.Tree) -> bool:
    """Whether y_c stands on both sides: who puts in the 1 leaves none."""
    own = key.partition("^")[0]
    return all(
        any(
            isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and base_name(n.base) == own
            and isinstance(n.sub, t.Name) and n.sub.letter == letter
            for n in t.walk(side)
        )
        for side in sides
    )  # fmt: skip


def _runs(state: State, letter: str) -> bool:
    """Whether a sum somewhere runs over the letter: with y_i = 1 where i is the class, i is then each of them."""
    return any(letter in {*_summed(side.tree)} for own in state.statements for side in own.sides)


def _labels(state: State, left: t.Tree, right: t.Tree) -> Iterator[str]:
    """The vectors of labels in a row, or in what it rests on."""
    used, equations = mentioned(state, left) | mentioned(state, right), state.definitions.equations
    moved = {n for own in state.statements for side in own.sides for n in _differentiated(side.tree)}
    used |= {n for name in used if name in equations for n in names(state.definitions.unfold(equations[name].right))}
    for key in (own for base in TARGETS if base not in moved for own in (base, f"{base}^{ANY}")):
        entity = state.symbols.entities.get(key)
        told = key in used or any(f"{key}_{letter}" in used for letter in state.classes)
        if told and entity is not None and entity.rank == 1 and not entity.samples and key not in equations:
            yield key


def _differentiated(side: t.Tree | None) -> Iterator[str]:
    """What a side differentiates, or differentiates by: labels are given, and stand in no such place."""
    for node in trees(side):
        if isinstance(node, t.Partial):
            for part in (node.of, *node.by):
                own = part.base if isinstance(part, t.Scripted) else part
                if isinstance(own, t.Name):
                    yield base_name(own)


def _summed(side: t.Tree | None) -> Iterator[str]:
    """The letters that sums inside run over: there, they are no class."""
    for node in trees(side):
        match node:
            case t.Big(index=t.Name(letter=letter) | t.Compare(sides=(t.Name(letter=letter), *_))):
                yield letter
            case _:
                pass


@contextmanager
def _one_hot(state: State, key: str, letter: str) -> Iterator[None]:
    """The label vector as δ_{i, class} while a row is judged."""
    macros, known = state.symbols.macros, state.definitions
    size, before = state.symbols.entities[key].sizes[0], dict(macros)

    def value(low: Lowering) -> Value:
        row = fresh(low.symbols.find(size))
        return Value(delta(row, low.sized(Axis(letter, "?"), size)), row)

    def put(e: Expression) -> Expression | None:
        if isinstance(e, Symbol) and e.name == key and len(e.indices) == 1:
            return delta(e.indices[0], Axis(letter, state.symbols.find(size)))
        return None

    macros[key] = value
    macros[f"{key}_{letter}"] = lambda low: Value(ONE)
    if any(key in names(e.right) for e in known.equations.values()):
        changed = [Equation(e.left, substitute(e.right, put)) for e in known.equations.values()]
        state.definitions = Definitions.of(changed, known.declarations)
    try:
        yield
    finally:
        macros.clear()
        macros.update(before)
        state.definitions = known
