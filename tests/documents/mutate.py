"""Mistakes put into true rows of the documents, one at a time: a sign, a transpose, a factor, an index, a prime, ...

Every mutant is false, and not because the checker says so: a changed sign or factor changes what is not 0, a matrix is
not symmetric, a named function is not its slope. Where a change could cancel (two names swapped, an index changed),
both sides are compared with a random number for every name, and rows with Kronecker's delta are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from random import Random

from deltarule.reading import tree as t
from deltarule.reading.documents import read_document
from deltarule.reading.statement import Side
from deltarule.reading.statements import read_expression, read_statements

from .scoring import Label, bare, labels_of

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """A document with one mistake in it: the kind, the row by its sides, the place of the right side in the text."""

    document: str
    kind: str
    left: str
    right: str
    start: int
    text: str


def value(node: t.Tree) -> float:
    """The value with a random number for each name with its scripts, and for each function of its arguments."""

    def drawn(*key: object) -> float:
        return Random(repr(key)).uniform(0.3, 1.7)

    match node:
        case t.Num(value=number):
            return float(number)
        case t.Terms(items=items):
            return sum(value(x) if sign == "+" else -value(x) for sign, x in items)
        case t.Factors(items=items):
            out = 1.0
            for op, x in items:
                out = out / value(x) if op in {"/", "div"} else out * value(x)
            return out
        case t.Ratio(numerator=a, denominator=b):
            return value(a) / value(b)
        case t.Group(kind="(" | "[", items=(inside,)):
            return value(inside)
        case t.Scripted(base=base, sub=None, sup=t.Num(value=n), primes=0):
            return value(base) ** float(n)
        case t.Scripted(base=t.Name() as base, sub=sub, sup=sup, primes=primes):
            return drawn(base.letter, base.accents, repr(sub), repr(sup), primes)
        case t.Name(letter=letter, accents=accents):
            return drawn(letter, accents, "None", "None", 0)
        case t.Call(function=f, argument=x):
            return drawn(repr(f), value(x))
        case t.Big(kind=kind, index=index, body=body):
            return drawn(kind, repr(index), value(body))
    raise ValueError(f"no value for {type(node).__name__}")


def alike(a: str, b: str) -> bool:
    """Whether two formulas agree whatever their names stand for, as far as one random point shows; unsure is yes."""
    try:
        return isclose(value(read_expression(a)), value(read_expression(b)), rel_tol=1e-9)
    except Exception:
        return True


def sign(right: str, _: Label) -> Iterator[str]:
    if right.startswith("-"):
        rest = right[1:].lstrip()
        if not re.search(r"[+-]", re.sub(r"\{[^{}]*\}|\([^()]*\)|\\left.*?\\right.", "", rest)):
            yield rest
    for found in re.finditer(r"(?<=[\w})\] ])\s*([+-])(?=[\s\w\\(])", right):
        if not _in_a_script(right, found.start(1)):
            turned = "-" if found[1] == "+" else "+"
            yield right[: found.start(1)] + turned + right[found.end(1) :]


def whole_sign(right: str, _: Label) -> Iterator[str]:
    if re.search(r"[=&]|\\begin|^-", right):
        return
    single = not re.search(r"[+-]", right)
    yield f"-{right}" if single else f"-\\left({right}\\right)"


def factor(right: str, _: Label) -> Iterator[str]:
    """A factor 2 too many, or one factor left out."""
    if not re.search(r"[+=&]|(?<!^)-|\\begin", right):
        for number in ("2 ", r"\frac{1}{2} "):
            yield number + right if not right.startswith("-") else f"-{number}{right[1:]}"
    for found in re.finditer(r"(?<![\^_{\w\\])(?:2|\\frac\{?1\}?\{?2\}?)\s*(?=[\\(\w])", right):
        if _depth(right, found.start()) == 0:
            yield right[: found.start()] + right[found.end() :]


def square(right: str, _: Label) -> Iterator[str]:
    for found in re.finditer(r"\^(?:2|\{2\})", right):
        yield right[: found.start()] + right[found.end() :]


def prime(right: str, _: Label) -> Iterator[str]:
    for found in re.finditer(r"(?<=[a-zA-Z])'(?=\()", right):
        yield right[: found.start()] + right[found.end() :]


def transpose(right: str, _: Label) -> Iterator[str]:
    """A transpose lost on a matrix: a capital letter, with or without a layer; alone it may be a layout."""
    if re.fullmatch(r"\S+\^(?:T|\\top)", right):
        return
    for found in re.finditer(r"(?:\\mathbf\{[A-Z]\}|(?<![a-zA-Z\\])[A-Z]|[A-Z]\^\{\(l\+1\)\}\))(?:_\d)?(\^(?:T|\\top))",
                             right):  # fmt: skip
        yield right[: found.start(1)] + right[found.end(1) :]


def sums(right: str, label: Label) -> Iterator[str]:
    """A sum left out: its index is not on the other side."""
    for found in re.finditer(r"\\sum_\{?([a-z])(?:=1)?\}?(?:\^(?:\w|\{\w\}))?", right):
        index = found[1]
        rest = right[found.end() :]
        if re.search(rf"_\{{?[a-z]*{index}", rest) and not re.search(rf"_\{{?[a-z]*{index}", label.lhs):
            yield right[: found.start()] + right[found.end() :]


def swap(right: str, _: Label) -> Iterator[str]:
    """Two names swapped: the prediction and the target, the weight and the input."""
    for a, b in ((r"\hat y", "y"), (r"\hat{y}", "y"), ("a", "y"), ("w", "x"), ("p", "y"), ("p", "t"), ("h", "x")):
        first = re.escape(a) + r"(?![a-zA-Z])"
        second = rf"(?<![a-zA-Z\\{{ ]){re.escape(b)}(?![a-zA-Z])|(?<=[ ({{-]){re.escape(b)}(?![a-zA-Z])"
        marked = re.sub(r"(?<![a-zA-Z\\])" + first if not a.startswith("\\") else first, "\0", right)
        if "\0" in marked:
            out = re.sub(second, lambda _, a=a: a, marked).replace("\0", b)
            if out != right:
                yield out


def index(right: str, label: Label) -> Iterator[str]:
    """One index changed for another that the row has."""
    if "delta_{" in right or "cases" in right or "\\sum" in right:
        return
    free = set("".join(re.findall(r"_\{?([a-z]+)\}?", label.lhs))) & set("ijk")
    for found in re.finditer(r"_(?:([ijk])|\{([ijk]+)\})", right):
        letters = found[1] or found[2]
        for place, letter in enumerate(letters):
            for other in sorted(free - {letter}):
                new = letters[:place] + other + letters[place + 1 :]
                if letter in free:
                    yield right[: found.start()] + "_{" + new + "}" + right[found.end() :]


def missing(right: str, _: Label) -> Iterator[str]:
    """A factor left out of a product."""
    if re.search(r"[=&]|tanh|log|ln|exp|\\begin|\\sum|\\partial|/", right):
        return
    for found in re.finditer(
        r"(?:\\,|\\cdot| )\s*((?:[a-z](?:_\w)?)|\([^()]*\)|[a-z]'\([^()]*\))\s*(?=$|\\cdot|\\,|\(| )", right
    ):
        before = right[: found.start()].rstrip()
        after = right[found.end() :].lstrip()
        joined = before and before[-1] not in "+-(={," and not re.match(r"[-+^_']", after)
        if _depth(right, found.start()) == 0 and joined and not re.search(r"\\[a-zA-Z]+$", before):
            yield before + " " + after


def _in_a_script(text: str, end: int) -> bool:
    opened = []
    for k, c in enumerate(text[:end]):
        if c == "{":
            opened.append(k > 0 and text[k - 1] in "_^")
        elif c == "}" and opened:
            opened.pop()
    return any(opened)


def _depth(text: str, end: int) -> int:
    return sum(text.count(c, 0, end) for c in "({[") - sum(text.count(c, 0, end) for c in ")}]")


KINDS: dict[str, tuple[Callable[[str, Label], Iterator[str]], bool]] = {
    # how it is made; whether it could cancel, so that values have to tell the two apart
    "sign": (sign, False),
    "whole sign": (whole_sign, False),
    "factor": (factor, False),
    "missing": (missing, True),
    "square": (square, False),
    "prime": (prime, False),
    "transpose": (transpose, False),
    "sum": (sums, False),
    "swap": (swap, True),
    "index": (index, True),
}
HINTS = {
    "sign": {"sign", "one sign"},
    "whole sign": {"sign"},
    "factor": {"2 or ½"},
    "missing": {"factor"},
    "square": {"square"},
    "prime": {"prime"},
    "transpose": {"transpose"},
    "sum": {"sum"},
    "swap": {"swapped", "sign", "one sign", "another name", "reciprocal", "output"},
    "index": {"index"},
}
"""The hints that say what was done."""


def mutants() -> Iterator[Mutant]:
    """Every mutant of every true claim of the documents, in a fixed order."""
    for file in sorted(FOLDER.glob("*.tsv")):
        name = file.name.removesuffix(".tsv")
        source = (FOLDER / name).read_text()
        document = read_document(source, name)
        if document.text != source:
            continue
        sides = {(bare(s.sides[k].text), bare(s.sides[k + 1].text)): s.sides[k + 1]
                 for s in read_statements(document) for k in range(len(s.relations))}  # fmt: skip
        for label in labels_of(file):
            side = sides.get((bare(label.lhs), bare(label.rhs)))
            if label.kind == "claim" and label.verdict == "true" and side is not None and label.rhs.strip() != "0":
                yield from _of_row(name, source, label, side)


def _of_row(name: str, source: str, label: Label, side: Side) -> Iterator[Mutant]:
    right = source[side.start : side.end]
    if "\\begin" in right or "\n" in right or "\\dd" in right:
        return
    for kind, (make, may_cancel) in KINDS.items():
        if kind == "sum" and source.count("\\sum") < 2:
            continue  # a document that writes no sum at all may imply it
        for changed in dict.fromkeys(make(right, label)):
            if (
                bare(changed) == bare(right)
                or bare(changed) == bare(label.lhs)
                or (may_cancel and alike(right, changed))
            ):
                continue
            text = source[: side.start] + changed + source[side.end :]
            yield Mutant(name, kind, label.lhs, changed, side.start, text)
