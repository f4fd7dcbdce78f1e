"""Mistakes put into true rows of the documents, one at a time: a sign, a transpose, a factor, an index, a prime, ...

Every mutant is false, and not because the checker says so: a changed sign or factor changes what is not 0, a matrix is
not symmetric, a named function is not its slope. Where a change could cancel (two names swapped, an index changed),
both sides are compared with a random number for every name, and rows with Kronecker's delta are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from deltarule.reading.documents import read_document
from deltarule.reading.statement import Side
from deltarule.reading.statements import read_statements

from .alike import alike
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


def squared(right: str, _: Label) -> Iterator[str]:
    """A square too many, on a difference in parentheses: a loss that was not differentiated."""
    for found in re.finditer(r"\([^()]*[-+][^()]*\)(?![\^_'])", right):
        if not re.search(r"(?:[a-zA-Z]|')\s*$", right[: found.start()]) or right[: found.start()].rstrip().endswith(
            "cdot"
        ):
            yield right[: found.end()] + "^2" + right[found.end() :]


def output(right: str, _: Label) -> Iterator[str]:
    """The slope of a function taken at another quantity of the row."""
    for found in re.finditer(r"(?<=')\(([a-z](?:_\w|\^\w)?)\)", right):
        rest = right[: found.start()] + right[found.end() :]
        for name in sorted(set(re.findall(r"(?<![a-zA-Z\\_^{])[a-z](?:_\w|\^\w)?(?![a-zA-Z'(_^])", rest))):
            if name != found[1] and name[1:] == found[1][1:]:
                yield right[: found.start(1)] + name + right[found.end(1) :]


def hat(right: str, _: Label) -> Iterator[str]:
    """The target for the prediction, in one place."""
    for found in re.finditer(r"\\hat\s*(?:\{y\}|y)", right):
        yield right[: found.start()] + "y" + right[found.end() :]


def term(right: str, _: Label) -> Iterator[str]:
    """A term of a sum left out."""
    if re.search(r"[=&]|\\begin|\\sum|,", right):
        return
    cuts = [m.start(1) for m in re.finditer(r"(?<=[\w})\] ])\s*([+-])(?=[\s\w\\(])", right)
            if _depth(right, m.start(1)) == 0 and not _in_a_script(right, m.start(1))]  # fmt: skip
    for begin, end in pairwise([*cuts, len(right)]):
        yield f"{right[:begin].rstrip()} {right[end:].lstrip()}".strip()


def reciprocal(right: str, _: Label) -> Iterator[str]:
    for found in re.finditer(r"\\frac\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", right):
        if "partial" not in found[0] and not re.fullmatch(r"[d12]", found[1].strip()):
            yield f"{right[: found.start()]}\\frac{{{found[2]}}}{{{found[1]}}}{right[found.end() :]}"


def mean(right: str, _: Label) -> Iterator[str]:
    """The sum for the mean."""
    for found in re.finditer(r"\\frac\{?1\}?\{?[mnN]\}?\s*(?=\\sum)", right):
        yield right[: found.start()] + right[found.end() :]


def exponent(right: str, _: Label) -> Iterator[str]:
    """The sign of one exponent."""
    for found in re.finditer(r"e\^\{(-?)([a-z])\}", right):
        yield right[: found.start()] + f"e^{{{'' if found[1] else '-'}{found[2]}}}" + right[found.end() :]


def log(right: str, _: Label) -> Iterator[str]:
    for found in re.finditer(r"\\(?:log|ln)(?![a-zA-Z])\s*", right):
        yield right[: found.start()] + right[found.end() :]


def order(right: str, _: Label) -> Iterator[str]:
    """Two matrices in the wrong order."""
    matrix = r"(?:\\mathbf\{[A-Z]\}|[A-Z])(?:_\d)?(?:\^(?:T|\\top))?"
    if found := re.fullmatch(rf"({matrix})\s*({matrix})", right.strip()):
        yield f"{found[2]} {found[1]}"


def number(right: str, _: Label) -> Iterator[str]:
    """A quantity of another unit or layer: its number changed for the other one."""
    for found in re.finditer(r"(?<=_)([12])(?!\d)|(?<=\^\{\()(l)(?=\)\})|(?<=\^)(l)(?![\w])", right):
        other = {"1": "2", "2": "1"}.get(found[0]) or ("l+1" if right[found.start() - 1] == "(" else "{l+1}")
        yield right[: found.start()] + other + right[found.end() :]


def input_of_the_bias(right: str, label: Label) -> Iterator[str]:
    """The gradient of a weight given for that of a bias."""
    if re.fullmatch(r"\\frac\{(?:\\partial|d)\s*\w+\}\{(?:\\partial|d)\s*b\}", label.lhs) and not re.search(
        r"[=&]|sum", right
    ):
        yield f"({right})\\, x" if re.search(r"[-+]", right) else rf"{right}\, x"


def no_sum(right: str, label: Label) -> Iterator[str]:
    """A sum over an index of the other side."""
    if re.search(r"[+=&-]|sum|begin", right):
        return
    for letter in sorted(set(re.findall(r"_\{?([ijk])", label.lhs)) & set(re.findall(r"_\{?([ijk])", right))):
        yield rf"\sum_{{{letter}}} {right}"


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
    "squared": (squared, True),
    "output": (output, True),
    "hat": (hat, True),
    "term": (term, True),
    "reciprocal": (reciprocal, True),
    "mean": (mean, False),
    "exponent": (exponent, True),
    "log": (log, True),
    "order": (order, False),
    "number": (number, True),
    "input of the bias": (input_of_the_bias, True),
    "no sum": (no_sum, False),
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
    "swap": {"swapped", "indices", "sign", "one sign", "another name", "reciprocal", "output"},
    "index": {"index", "indices"},
    "squared": {"square"},
    "output": {"output", "another name"},
    "hat": {"another name", "swapped"},
    "term": {"term"},
    "reciprocal": {"reciprocal"},
    "mean": {"mean"},
    "exponent": {"argument", "one sign", "sign"},
    "log": {"log"},
    "order": {"transpose"},
    "number": {"index", "another name"},
    "input of the bias": {"extra factor"},
    "no sum": {"no sum"},
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
        known = names_of(source)
        sides = {(bare(s.sides[k].text), bare(s.sides[k + 1].text)): s.sides[k + 1]
                 for s in read_statements(document) for k in range(len(s.relations))}  # fmt: skip
        for label in labels_of(file):
            side = sides.get((bare(label.lhs), bare(label.rhs)))
            if label.kind == "claim" and label.verdict == "true" and side is not None and label.rhs.strip() != "0":
                yield from _of_row(name, source, label, side, known)


def names_of(formulas: str) -> set[str]:
    """The names, each with what stands below it: letters for indices are one index, numbers are not."""
    text = re.sub(r"(?:\\(?:hat|bar|tilde|mathbf|boldsymbol|mathrm)\s*)\{(\w+)\}", r"\1", formulas)
    text = re.sub(r"\\[a-zA-Z]+(?:_(?:\w|\{[^{}]*\}))?|\^(?:\w|\{[^{}]*\})(?:_\w|_\{\w+\})?", " ", text)
    found = re.findall(r"\b[a-zA-Z]+(?:_(?:\w|\{\w+\}))?", text)
    return {re.sub(r"(?<=_)\{?([a-zA-Z]+)\}?$", lambda m: "i" * len(m[1]), one) for one in found}


def labels_in(source: str) -> list[str]:
    """The letters that the text says to be 0 or 1: there (1 - y)² is 1 - y."""
    return sorted(set(re.findall(r"(?<![a-zA-Z])([a-z])\s*\\in\s*\\\{0,\s*1\\\}", source)))


def _of_row(name: str, source: str, label: Label, side: Side, known: set[str]) -> Iterator[Mutant]:
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
                or (may_cancel and alike(right, changed, labels_in(source)))
                or (not names_of(changed) and not re.search(r"partial|\bd|'", label.lhs))  # true of some values
                or not names_of(changed) <= known  # of a name that the document has not, nothing is false
            ):
                continue
            text = source[: side.start] + changed + source[side.end :]
            yield Mutant(name, kind, label.lhs, changed, side.start, text)
