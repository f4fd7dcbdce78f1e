"""A sign that the text gives to derivatives, `write $dX$ for $∂L/∂X$`, `$\\bar v = ∂L/∂v$ for every v`,
`$G_A = ∂L/∂A$` of an A that is nothing else, `δh = ∂L/∂h` beside `δc = ∂L/∂c`: from then on dW or \\bar W is ∂L/∂W,
whatever W is. Where there are many samples the same sign is a derivative of the loss of one sample in one row and of
their mean in another; nothing is read so there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.products import subscript_kept
from deltarule.reading.references import is_transpose, label_text, trees
from deltarule.reading.segments import Prose
from deltarule.reading.statement import Side, Statement
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["DERIVATIVE", "OF_MANY", "derivatives_written_out", "is_d", "many_samples", "with_derivatives"]

FOR_ALL = re.compile(
    r"\b(?:etc|and so on|similar|likewise|analog|every|each|any|all|other|usw|und so weiter|ebenso|jed\w+|alle\w*|"
    r"ähnlich|entsprechend|chaque|tou[ts]\w*|de même|cada|tod[oa]s?|ogni|tutt\w+|każd\w+|itd|atd|každ\w+)\b",
    re.IGNORECASE,
)
"""Words that make a pattern of one equation."""
PREFIXES = ("d", "delta")
NAMES = frozenset({"G", "g", "delta", "D", "E", "e"})
"""Letters that name a derivative by what stands below them, G_A."""
ACCENTS = {
    "bar": r"bars?|overlines?|overbars?|(?:quer)?striche?|barres?|barras?|barr[ae]|kreska|черта",
    "tilde": r"tildes?|tilda",
    "dot": r"dots?|punkte?|points?|puntos?",
    "hat": r"hats?|dach|chapeaux?",
}
"""What accents are called."""
MEANS = {
    mark: re.compile(
        rf"^\W*(?:\w+[ ]){{0,2}}?(?:{called})[ ](?:\w+[ ]){{0,4}}?(?:means?|denotes?|stands?|marks?|is|are|indicates?|"
        r"steht|bedeute\w*|bezeichne\w*|désigne\w*|signifi\w+|est|significa\w*|denota\w*|indica\w*|oznacza\w*|"
        r"означает|обозначает)\b(?P<what>.*)",
        re.IGNORECASE | re.DOTALL,
    )
    for mark, called in ACCENTS.items()
}
"""A sentence on an accent: "the bar always means the gradient"."""
DIVIDED = re.compile(r"\bd[A-Z](?:\s*/\s*d\b|\s+(?:by|over|nach|durch|par|por)\s+d\b)|\\partial|∂")
"""dL by d…, as words write it."""
NEAR = 60
"""Characters between a sign and what it stands for, and behind both to the words that make a pattern of them."""
OF_MANY = frozenset({"m", "N"})
"""Numbers of samples."""
MANY = t.Name("loss of some samples")


DERIVATIVE = re.compile(
    r"deriv|dériv|ableit|differenti|slope|gradient|sensitiv|adjoint|производн|градиент|pochodn|türev|导数|導數|梯度|微分|"
    r"求导|勾配|기울기|미분|도함수|đạo hàm",
    re.IGNORECASE,
)
"""Words for a derivative, by their beginnings."""
BY = re.compile(
    r"\b(?:with respect to|w\.?r\.?t|by|nach|bezüglich|bzgl|respecto|par rapport|rispetto|em relação|względem|podle|по|"
    r"относительно)\b|对|對|关于|關於|に関する|による|에 대한",
    re.IGNORECASE,
)


def derivatives_written_out(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with ∂L/∂W for dW or \\bar W, where the document says that this is meant."""
    said = list(_said(document, statements))
    if said and many_samples(statements):
        return _of_one_sample_first(document, statements, {id(side) for *_, sides in said for side in sides})
    return _written_out(statements, said) if said else statements


def _of_one_sample_first(document: Document, statements: Sequence[Statement], said: set[int]) -> Sequence[Statement]:
    """The statements, with those of one sample written out that stand under headings before the first of many, if
    the sign has its meaning there already. What it is behind them is left open."""
    blocks = (s.block for s in statements if many_samples([s]))
    segments = document.segments[: next(blocks, 0)]
    heading = max((k for k, x in enumerate(segments) if isinstance(x, Prose) and x.level), default=0)
    first = [s for s in statements if s.block < heading]
    own = list(_said(document, first))
    if not own or not said <= {id(side) for *_, sides in own for side in sides}:
        return statements
    rest = _written_out(statements[len(first) :], [(mark, MANY, ()) for mark, *_ in own])
    return [*_written_out(first, own), *map(_left_open, statements[len(first) :], rest)]


def _left_open(statement: Statement, marked: Statement) -> Statement:
    """A statement without the sides in which such a sign stands, of one sample or of many; updates stay as they are."""
    first = statement.sides[0].tree
    if first is not None and any(first in trees(side.tree) for side in statement.sides[1:]):
        return statement
    many = (any(isinstance(n, t.Partial) and n.of == MANY for n in trees(side.tree)) for side in marked.sides)
    sides = (replace(side, tree=None) if open_ else side for side, open_ in zip(statement.sides, many, strict=True))
    return replace(statement, sides=tuple(sides))


def _written_out(
    statements: Sequence[Statement], said: Sequence[tuple[str, t.Tree, tuple[Side, ...]]]
) -> Sequence[Statement]:
    """The statements with a derivative for each of the signs that are said to be some."""
    meaning = {mark: of for mark, of, _ in said}
    kept = {id(side) for *_, sides in said for side in sides}
    bare = {
        node.letter
        for s in statements if s.relations
        for side in s.sides
        for node in trees(side.tree) if isinstance(node, t.Name) and not node.accents
    }  # fmt: skip

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Factors(items=items) if any(sign in meaning for sign in PREFIXES):
                return _factors(node, list(items), meaning, change)
            case t.Name() | t.Scripted():
                marked = _marked(node)
                if marked is None or marked[0] not in meaning or _letter(marked[1]) not in bare:
                    return subscript_kept(node, change)
                return _derivative(meaning[marked[0]], marked[1], node)
        return None

    def written(side: Side) -> Side:
        if id(side) in kept and (named := _named(side.tree)) is not None:
            return replace(side, tree=named)
        return side if side.tree is None or id(side) in kept else replace(side, tree=t.replaced(side.tree, change))

    return [replace(s, sides=tuple(map(written, s.sides))) for s in statements]


def with_derivatives(statements: Sequence[Statement], sign: str, of: t.Tree) -> Sequence[Statement]:
    """The statements with ∂L/∂W for each d W, or δ W."""

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Factors):
            return _factors(node, list(node.items), {sign: of}, change)
        return subscript_kept(node, change)

    return [s.replaced(change) for s in statements]


def _said(document: Document, statements: Sequence[Statement]) -> Iterator[tuple[str, t.Tree, tuple[Side, ...]]]:
    """Each sign that is given to derivatives: the sign, of what they are, and the sides that say so."""
    for first, second in pairwise(statements):
        between = document.text[first.end : second.start]
        if first.relations or second.relations or len(between) > NEAR or re.search(r"[.;:]\s|\n\s*\n", between):
            continue
        for a, b in ((first, second), (second, first)):
            found = _meaning(a.sides[0], b.sides[0])
            if found is not None:
                yield *found, (a.sides[0], b.sides[0])
    yield from _said_in_words(document, statements)
    alone: dict[tuple[str, str], list[tuple[str, t.Tree, tuple[Side, ...]]]] = {}
    for statement in statements:
        for k, (left, right) in enumerate(pairwise(statement.sides)):
            found = _meaning(left, right) if statement.relations[k].symbol in EQUAL else None
            if found is None:
                continue
            mark, of = found
            before = re.split(r"[.;]\s|\n\s*\n", document.text[max(0, statement.start - NEAR) : statement.start])[-1]
            behind = re.split(r"[.;]\s|\n\s*\n", document.text[statement.end : statement.end + NEAR])[0]
            told = _accent_said(document.text[statement.end : statement.end + 4 * NEAR], mark)
            generic = mark.endswith("_") and _stands_nowhere_else(statements, statement, right)
            if generic or told or FOR_ALL.search(before) or FOR_ALL.search(behind):
                yield mark, of, (left, right)
            elif mark != "d" and not mark.endswith("_"):
                alone.setdefault((mark, _letter(of)), []).append((mark, of, (left, right)))
    for several in alone.values():
        if len({_letter(sides[1].tree.by[0]) for *_, sides in several if isinstance(sides[1].tree, t.Partial)}) > 1:
            yield from several


def _accent_said(text: str, mark: str) -> bool:
    """Whether one of the next two sentences says that an accent means derivatives, whatever it stands above."""
    for sentence in re.split(r"[.;]\s|\n\s*\n", text)[1:3] if mark in ACCENTS else ():
        found = MEANS[mark].match(sentence)
        if found is not None:
            return bool(DERIVATIVE.search(found["what"]) or DIVIDED.search(found["what"]))
    return False


def _said_in_words(
    document: Document, statements: Sequence[Statement]
) -> Iterator[tuple[str, t.Tree, tuple[Side, ...]]]:
    """ "$\\mathrm{d}A$ denotes the derivatives of the loss $\\ell$ with respect to $A$", "gradients $g_v$ by $v$"."""
    for k, first in enumerate(statements):
        marked = _marked(first.sides[0].tree) if not first.relations and first.sides[0].tree is not None else None
        if marked is None:
            continue
        for last in statements[k + 1 : k + 3]:
            words = document.text[first.end : last.start]
            before = re.split(r"[.;:]\s|\n\s*\n", document.text[max(0, first.start - NEAR) : first.start])[-1]
            if last.relations or len(words) > 3 * NEAR or re.search(r"[.;]\s|\n\s*\n", words):
                break
            by_words = re.split(r"\$", words)[-2 if words.rstrip().endswith("$") else -1]
            if last.sides[0].tree != marked[1] or not BY.search(by_words) or not DERIVATIVE.search(before + words):
                continue
            middle = statements[k + 1].sides[0].tree
            of = middle if statements[k + 1] is not last else t.Name(_loss(statements))
            if isinstance(of, t.Name):
                yield marked[0], of, (first.sides[0], last.sides[0])
            break


def _loss(statements: Sequence[Statement]) -> str:
    """The name of the one loss of a document."""
    found = {
        node.letter
        for s in statements
        for side in s.sides
        for node in trees(side.tree)
        if isinstance(node, t.Name) and node.letter in OBJECTIVES and not node.style
    }
    return found.pop() if len(found) == 1 else OBJECTIVES[0]


def _named(tree: t.Tree | None) -> t.Tree | None:
    """δh as one name, where it is said what it is."""
    match tree:
        case t.Factors(items=((_, d), ("", of))) if _is_delta(d) and _letter(of):
            return t.Scripted(d, t.Words(label_text(of)), None, start=tree.start, end=tree.end)
    return None


def _stands_nowhere_else(statements: Sequence[Statement], own: Statement, derivative: Side) -> bool:
    """Whether the letter that a derivative is by is no quantity of the document: the A of G_A = ∂L/∂A."""
    by = derivative.tree.by[0] if isinstance(derivative.tree, t.Partial) else None
    return isinstance(by, t.Name) and not any(
        node == by
        for s in statements if s is not own and s.relations
        for side in s.sides
        for node in trees(side.tree)
    )  # fmt: skip


def _meaning(sign: Side, derivative: Side) -> tuple[str, t.Tree] | None:
    """The mark and what is differentiated, if one side is a marked name and the other the derivative by that name."""
    marked = _marked(sign.tree) if sign.tree is not None else None
    match derivative.tree:
        case t.Partial(of=t.Name() as of, by=(by,), order=1) if marked is not None and marked[1] == by:
            return marked[0], of
    return None


def _marked(node: t.Tree) -> tuple[str, t.Tree] | None:
    """`d X` and `\\bar X` as the mark, "d" or the accent, and X."""
    match node:
        case t.Factors(items=(("", d), ("", of))) if (is_d(d) or _is_delta(d)) and _letter(of):
            return ("d" if is_d(d) else "delta"), of
        case t.Name(accents=(*others, accent)):
            return accent, replace(node, accents=tuple(others))
        case t.Scripted(base=t.Name(accents=(*others, accent)) as base):
            return accent, replace(node, base=replace(base, accents=tuple(others)))
        case t.Scripted(base=t.Name(accents=()) as base, sub=(t.Name() | t.Scripted()) as of, sup=None, primes=0) if (
            base.letter in NAMES and _letter(of).isalpha()
        ):
            return f"{base.letter}_", of
    return None


def _derivative(of: t.Tree, by: t.Tree, place: t.Tree) -> t.Tree:
    """∂L/∂W where `place` stands, and its transpose for \\bar W^⊤."""

    def whole(by: t.Tree) -> t.Tree:
        return t.Partial("∂", of, (by,), start=place.start, end=place.end)

    match by:
        case t.Scripted(sup=sup, primes=0) if sup is not None and is_transpose(sup):
            plain = by.base if by.sub is None else replace(by, sup=None)
            inside = t.Group("(", (whole(plain),), start=place.start, end=place.end)
            return t.Scripted(inside, None, sup, start=place.start, end=place.end)
    return whole(by)


def _factors(
    node: t.Factors, items: list[tuple[str, t.Tree]], meaning: dict[str, t.Tree], change: object
) -> t.Tree | None:
    """The product with a derivative for each `d X` and `δ X`; None where there is none."""
    out: list[tuple[str, t.Tree]] = []
    k = 0
    while k < len(items):
        op, item = items[k]
        sign, behind = items[k + 1] if k + 1 < len(items) else ("end", item)
        prefix = "d" if is_d(item) else "delta" if _is_delta(item) else ""
        if prefix in meaning and not sign and _letter(behind):
            out.append((op, _derivative(meaning[prefix], behind, replace(item, end=behind.end))))
            k += 2
            continue
        out.append((op, t.replaced(item, change)))  # type: ignore[arg-type]
        k += 1
    if len(out) == len(items):
        return None
    return out[0][1] if len(out) == 1 else replace(node, items=tuple(out))


def _is_delta(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) and tree.letter == "delta" and not tree.accents


def is_d(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) and tree.letter == "d" and not tree.accents and tree.style in {"", "rm"}


def _letter(tree: t.Tree) -> str:
    match tree:
        case t.Name(letter=letter) | t.Scripted(base=t.Name(letter=letter)):
            return letter
    return ""


def many_samples(statements: Sequence[Statement]) -> bool:
    """Whether something counts samples: m or N stands there, or a letter in parentheses above, x^{(i)}."""
    for statement in statements:
        for side in statement.sides if statement.relations else ():
            nodes = list(trees(side.tree))
            below = {id(x) for n in nodes if isinstance(n, t.Scripted) for x in trees(n.sub)}
            below |= {id(x) for n in nodes if isinstance(n, t.Big) for x in trees(n.index)}
            for node in nodes:
                match node:
                    case t.Name(letter=letter, accents=()) if letter in OF_MANY and id(node) not in below:
                        return True
                    case t.Scripted(sup=t.Group(kind="(", items=(t.Name(letter=letter),))) if letter in "inks":
                        return True
    return False
