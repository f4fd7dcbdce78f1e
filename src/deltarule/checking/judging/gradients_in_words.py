"""Names that the words give to derivatives: "the error signal $δ$ is the gradient of $L$ with respect to $z$".

Such a name has its meaning by these words: `δ = ŷ - y` behind them is a claim about the gradient, and no definition.
Nothing is taken from words that leave open of what the derivative is, or where an equation says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL, SAID
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.defining import defines
from deltarule.checking.letters.derivative_notation import many_samples
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import INDEX_LETTERS, base_name, trees
from deltarule.reading.segments import Math
from deltarule.reading.statement import Side, Statement
from deltarule.reading.symbols import OBJECTIVES
from deltarule.reading.values import IllShaped, Unread

__all__ = ["gradients_said", "means"]

_GRADIENT = (
    r"(?:gradient\w*|derivative\w*|sensitivit\w+|(?:error )?signal|ableitung\w*|dérivées?|derivad[ao]s?|gradientes?|"
    r"derivat[ae]|pochodn\w+|градиент\w*|производн\w+|türev\w*|gradyan\w*)\b|梯度|偏?导数|偏?導數|勾配|微分|기울기"
)
_LOSS = (
    r"(?:loss|cost|error|objective|energy|criterion|verlust\w*|fehler\w*|kosten\w*|co[ûu]t|perte|erreur|pérdida|coste|"
    r"perda|custo|erro|perdita|costo|errore|strat\w*|koszt\w*|błęd\w*|потер\w*|ошибк\w*|стоимост\w*)\b|损失|代价|误差"
)
_SMALL = (
    r"(?:the|an?|our|its|partial|total|full|exact|wir|nous|corresponding|so-called|usual|function|die|der|das|den|des|partielle\w*|"
    r"l[aeo]s?|l'|el|il|un[ae]?|of|von|d[eiu]|d'|del|della|do|da|funktion|fonction|función|função|funzione|funkcji|"
    r"функции|частн\w+|całkowit\w*|cząstkow\w*)(?!\w)"
)
_WORD = r"(?!of\b|layers?\b|units?\b|neurons?\b|samples?\b|class(?:es)?\b)[^\W\d]+"
GRADIENT = re.compile(rf"\b(?:{_GRADIENT})", re.IGNORECASE)
WITH_RESPECT_TO = re.compile(
    r"(?:(?:\b(?:with (?:respect|regard) to|nach|bezüglich|bzgl\.?|par rapport (?:à|aux?)|(?:con )?respecto (?:al?|de)|"
    r"em relação (?:ao?|à)|rispetto (?:al?|alla|ai)|względem|по(?: отношению к)?)|w\.? ?r\.? ?t\.?)"
    rf"(?: {_WORD}(?:[- ]{_WORD}){{0,3}})?|对|關於|关于|對)[\s~]*$",
    re.IGNORECASE,
)
"""Before the name that something is differentiated by, with "the weighted input" between."""
SMALL = re.compile(rf"^(?:\W|{_SMALL}|{_LOSS})*$", re.IGNORECASE)
"""Between "the gradient" and "with respect to": nothing, or "of the loss"."""
NAMES_IT = re.compile(
    r"^\W*(?:(?:to )?(?:be|is|are|denotes?|stands? for|means|for|as|ist|sei|bezeichne\w*|steht für|für|est|désigne\w*|"
    r"es|sea|denota\w*|è|é|jest|oznacza\w*|обозначает|обозначим|это)\b|表示|代表|为|為|是|,|\(|—|–)"
    rf"(?:\W|{_SMALL}|{_LOSS}|error\b)*$",
    re.IGNORECASE,
)
"""Between the name of a derivative and "gradient", or the loss: what follows says which it is."""
NAMED_BEFORE = re.compile(
    r"(?:\b(?:denote|call|write|name|note|notons|appelons|nennen wir|bezeichnen wir|sei|soit|llamamos|"
    r"chamamos|chiamiamo|oznaczmy|обозначим|назов[её]м)"
    r"(?: (?:by|with|mit|par|por|con|com|przez|через|als))?|[记用以])\s*$",
    re.IGNORECASE,
)
"""Before the name of a derivative, which "the gradient" follows at once."""
NAMED_BEHIND = re.compile(
    r"^\W*(?:的(?:梯度|偏?导数)\W*)?(?:(?:is|are|be|we|and|wird|wir|est|se|es|è|é|jest)\s+)?(?:called|denoted?|written|"
    r"write|named|by|as|is|be|mit|nennen|genannt|heißt|bezeichne\w*|not[ée]e?s?|appel\w+|denota\w*|llama\w*|chiama\w*|"
    r"chama\w*|oznacza\w*|обознач\w+|называ\w+|记为|记作|為|为|是)?"
    r"(?:\s+(?:by|as|with|mit|par|por|come|con|przez|как|через|wir))?\W*$",
    re.IGNORECASE,
)
"""Between the name that something is differentiated by and that of the derivative."""
OF_AN_OUTPUT = re.compile(r"\b(?:upstream|incoming|outgoing|output|local|known|given)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<!\bw\.r\.t)(?<!bzgl)[.;!?](?:\s|$)|[。；！？]|\n\s*\n")
LONGEST = 110
"""Characters of words between two of the names."""


def means(state: State, statement: Statement) -> None:
    """Give a name the meaning that the words say it to have, if it is understood."""
    name, meaning = (side.tree for side in statement.sides)
    if name is not None and meaning is not None:
        with suppress(Unread, IllShaped, DeltaruleError):
            defines(state, statement, 0, name, meaning, DocumentRow(0, 0, 0, 0, 0, "", "", "", "unread"))


def gradients_said(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with what the words say of the names of derivatives, as relations that make no row."""
    said: dict[int, tuple[t.Tree, t.Partial]] = {}
    known = {s.sides[0].tree for s in statements for k, r in enumerate(s.relations)
             if r.symbol in EQUAL and isinstance(s.sides[k + 1].tree, t.Partial)}  # fmt: skip
    for place, name, of, by in _found(document, statements):
        loss = of if of is not None else _objective(statements)
        if loss is None or name in known or (of is None and many_samples(statements)):
            continue
        said[place] = name, t.Partial("∂", loss, (by,), start=by.start, end=by.end)
        known.add(name)
    for place, name, meaning in _written(document, statements):
        if name not in known:
            said[place] = name, meaning
            known.add(name)
    return [one for place, s in enumerate(statements) for one in _with(s, said.get(place))] if said else statements


def _with(statement: Statement, said: tuple[t.Tree, t.Partial] | None) -> Iterator[Statement]:
    """The statement, behind what is said of its name."""
    if said is not None:
        first = statement.sides[0]
        sides = replace(first, tree=said[0], text=""), Side(first.start, first.end, "", said[1])
        yield replace(statement, sides=sides, relations=(t.Relation(SAID),), continues=False, memberships=())
    if said is None or statement.relations:
        yield statement


def _found(document: Document, statements: Sequence[Statement]) -> Iterator[tuple[int, t.Tree, t.Tree | None, t.Tree]]:
    """(the place of the statement, the name, of what it is the derivative if that is said, and by what)."""
    for place, statement in enumerate(statements):
        by = _name(statement) if _inline(document, statement) and not statement.relations else None
        before = _words(document, statements, place) if by is not None else ""
        wrt = WITH_RESPECT_TO.search(before)
        if by is None or wrt is None or _letter(by) in {*INDEX_LETTERS, *OBJECTIVES}:
            continue
        told, first, objective = before[: wrt.start()], place - 1, None
        behind = re.split(r"[$.;。]", document.text[statement.end : statement.end + LONGEST].lstrip("$\\)"))[0]
        if not GRADIENT.search(told):  # "the gradient of $L$ with respect to $z$"; $L$ 对 $z$ 的梯度
            objective = _name(statements[first]) if first >= 0 and SMALL.match(told) else None
            if objective is None or statements[first].relations or _letter(objective) not in OBJECTIVES:
                continue
            told, first = _words(document, statements, first), first - 1
        gradient = list(GRADIENT.finditer(told))
        if gradient and not SMALL.match(told[gradient[-1].end() :]):
            continue
        if not gradient and not re.match(r"\s*的(?:梯度|偏?导数)", behind):
            continue
        start = told[: gradient[-1].start()] if gradient else told
        called = first >= 0 and SMALL.match(start) and NAMED_BEFORE.search(_words(document, statements, first))
        if first >= 0 and (called or NAMES_IT.match(start)):
            if (name := _name(statements[first])) is not None and _may_name(name, by):
                yield first, name, objective, by
            continue
        last = statements[place + 1] if place + 1 < len(statements) else None
        named = NAMED_BEHIND.match(_words(document, statements, place + 1)) if last is not None else None
        if last is None or named is None or not re.search(r"\w", named[0]):
            continue
        if (name := _name(last)) is not None and _may_name(name, by):
            yield place + 1, name, objective, by


def _written(document: Document, statements: Sequence[Statement]) -> Iterator[tuple[int, t.Tree, t.Partial]]:
    """The same where the derivative is written: "let $δ_i$ be the gradient $∂L/∂y_i$", "$∂L/∂y_i$, called $δ_i$"."""
    for place, statement in enumerate(statements):
        meaning = statement.sides[0].tree
        if not isinstance(meaning, t.Partial) or statement.relations or not _inline(document, statement):
            continue
        if meaning.of is None or len(meaning.by) != 1 or _letter(meaning.of) not in OBJECTIVES:
            continue
        if place and not statements[place - 1].relations:
            name = _name(statements[place - 1])
            between = OF_AN_OUTPUT.sub("", GRADIENT.sub("", _words(document, statements, place)))
            called = SMALL.match(between) and NAMED_BEFORE.search(_words(document, statements, place - 1))
            if name is not None and _may_name(name, meaning.by[0]) and (called or NAMES_IT.match(between)):
                yield place - 1, name, meaning
                continue
        last = statements[place + 1] if place + 1 < len(statements) else None
        named = NAMED_BEHIND.match(_words(document, statements, place + 1)) if last is not None else None
        if last is not None and named is not None and re.search(r"\w", named[0]):
            name = _name(last)
            if name is not None and not last.relations and _may_name(name, meaning.by[0]):
                yield place + 1, name, meaning


def _words(document: Document, statements: Sequence[Statement], place: int) -> str:
    """The words of the sentence right before a formula, from the formula before on; "." where there is no room."""
    start = statements[place - 1].end if place else 0
    words = document.text[start : statements[place].start]
    own = SENTENCE.split(words[-LONGEST:])
    if len(own) == 1 and len(words) > LONGEST:
        return "."
    return re.sub(r"^\s*(?:\$|\\\))|(?:\$|\\\()\s*$", "", own[-1]) if len(own) == 1 else own[-1].rstrip("$(\\ ") + " "


def _inline(document: Document, statement: Statement) -> bool:
    segment = document.segments[statement.block]
    return isinstance(segment, Math) and not segment.display


def _name(statement: Statement) -> t.Tree | None:
    """The name that stands alone, or on the left."""
    tree = statement.sides[0].tree
    base = tree.base if isinstance(tree, t.Scripted) and not tree.primes else tree
    return tree if isinstance(base, t.Name) and not statement.continues else None


def _letter(tree: t.Tree) -> str:
    base = tree.base if isinstance(tree, t.Scripted) else tree
    return base_name(base) if isinstance(base, t.Name) else ""


def _may_name(name: t.Tree, by: t.Tree) -> bool:
    """Whether a name may be that of a derivative: no loss, and not what it is differentiated by."""
    return name != by and _letter(name) not in OBJECTIVES


def _objective(statements: Sequence[Statement]) -> t.Tree | None:
    """What the text differentiates, or has an equation of, if that is one thing."""
    found = {n.of for s in statements for side in s.sides for n in trees(side.tree)
             if isinstance(n, t.Partial) and n.of is not None and _letter(n.of) in OBJECTIVES}  # fmt: skip
    if not found:
        lefts = [s.sides[0].tree for s in statements if s.relations]
        found = {x for x in lefts if isinstance(x, t.Name) and _letter(x) in OBJECTIVES}
    return found.pop() if len(found) == 1 else None
