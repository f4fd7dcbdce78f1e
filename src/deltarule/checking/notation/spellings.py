"""Sums in one spelling: one index for each Σ, counted from 1, with a letter that counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.notation.components_from_zero import as_written, components_from_one
from deltarule.checking.notation.counted_from_zero import counted_from_one
from deltarule.checking.notation.index_arithmetic import index_relations
from deltarule.checking.notation.index_letters import free_indices, indices_said, sized_indices
from deltarule.checking.notation.index_names import indices_told_apart
from deltarule.checking.notation.places import channels, compared, places_in_vectors
from deltarule.checking.notation.primed_indices import without_primed_indices
from deltarule.checking.notation.steps_in_parentheses import letter_of_step
from deltarule.checking.notation.windows_from_zero import Windows
from deltarule.checking.notation.with_constants import ACCENT, with_constants
from deltarule.reading import tree as t
from deltarule.reading.references import ANY, INDEX_LETTERS, script_items, trees
from deltarule.reading.signs import GREEK
from deltarule.reading.statement import Side, Statement

__all__ = ["Spelling", "in_one_spelling"]

LESS = frozenset({"\\le", "\\leq", "<=", "≤"})
NEW_LETTERS = "ijklpqrsmn"
FUNCTION_LETTERS = frozenset({"f", "g", "phi", "sigma", "psi", "varphi"})


class Spelling:
    """What changes in the trees of a document: `letters` (old to new), upright marks, and `primed` indices with the
    letters that stand for them."""

    def __init__(self, letters: dict[str, str], upright: frozenset[str], primed: dict[str, str]) -> None:
        self.letters, self.upright, self.primed = letters, upright, primed
        self.from_zero: frozenset[str] = frozenset()
        self.windows = Windows()
        self.joined: frozenset[str] = frozenset()
        """Letters that are parts of columns [h; x]."""

    def __call__(self, tree: t.Tree) -> t.Tree:
        return t.replaced(tree, self._change)

    def _change(self, node: t.Tree) -> t.Tree | None:
        match node:
            case t.Name(letter=letter, accents=()) if letter in self.letters:
                return replace(node, letter=self.letters[letter])
            case t.Big(kind="sum" | "max"):
                plain = _one_index(node)
                return None if plain is node else self(plain)
            case t.Scripted(base=t.Name(style=style), sub=t.Tree() as sub) if self.upright and style != "rm":
                words = self._words(sub)
                return None if words is sub else self(replace(node, sub=words))
            case t.Factors(items=items):
                joined = self._joined(items)
                if len(joined) < len(items) or joined != items:
                    return self(joined[0][1] if len(joined) == 1 else replace(node, items=joined))
        return None

    def _words(self, sub: t.Tree) -> t.Tree:
        """The script with upright letters as words: the i of W_{\\mathrm{i}} says which matrix, and counts nothing."""
        match sub:
            case t.Name(letter=letter, style="rm", accents=()) if letter in self.upright:
                return t.Words(letter, start=sub.start, end=sub.end)
            case t.Group(kind="", items=(first, *rest)) if (word := self._words(first)) is not first:
                return replace(sub, items=(word, *rest))
        return sub

    def _joined(self, items: tuple[tuple[str, t.Tree], ...]) -> tuple[tuple[str, t.Tree], ...]:
        out: list[tuple[str, t.Tree]] = []
        for op, item in items:
            before = out[-1][1] if out and op == "" else None
            if isinstance(before, t.Num) and before.value == 1 and _is_condition(item):
                out[-1] = (out[-1][0], t.Name("1", (), "bb", start=before.start, end=before.end))
            out.append((op, item))
        return tuple(out)

    def told(self, rows: Iterable[DocumentRow]) -> None:
        """Put the letters and numbers of the document back into what is said of its rows."""
        rows = list(rows)
        as_written(rows, self.from_zero)
        self.windows.as_written(rows)
        for row in rows:
            row.reason = _as_named(row.reason)
            if row.condition is not None:
                row.condition = replace(row.condition, text=_as_named(row.condition.text))
            for old, new in (self.letters | self.primed).items():
                if row.counterexample and f"index {new}" in row.counterexample:
                    shown = row.counterexample
                    row.counterexample = {f"index {old}" if k == f"index {new}" else k: v for k, v in shown.items()}
                row.reason = row.reason.replace(f"the index {new} ", f"the index {old} ")
                row.suggestion = re.sub(rf"(?<![A-Za-z\\]){new}(?![A-Za-z])", old, row.suggestion)


def _as_named(said: str) -> str:
    """What is said of ŷ, of any one sample, and of an x with a constant in it, by the letter."""
    return said.replace(f"^{ANY}", "").replace(f"_{ACCENT}", "")


def _leaves_out(side: Side) -> bool:
    """Whether a side has dots in it that are not understood, 1, …, n."""
    dotted = side.tree is None or any(isinstance(n, t.Dots) for n in t.walk(side.tree))
    return dotted and re.search(r"dots|\.\.|…", side.text) is not None


def in_one_spelling(
    statements: Sequence[Statement],
    text: str,
    classes: Collection[str] = frozenset(),
    counting: Collection[str] = frozenset(),
    headings: Sequence[int] = (),
) -> tuple[Sequence[Statement], Spelling]:
    """The statements in the spelling that their document needs, by all its formulas; `classes` are letters that the
    text calls the right class, `counting` others that count, `headings` where headings stand in the text."""
    statements, from_zero = components_from_one(statements)
    statements, shifted = counted_from_one(with_constants(statements), headings)
    statements, primed = without_primed_indices(statements)
    between = index_relations(statements)
    sides = [x.tree for s in statements if s.start not in between for x in s.sides if x.tree is not None]
    ranging = {
        s.sides[0].tree.letter
        for s in statements
        if len(s.sides) > 1 and isinstance(s.sides[0].tree, t.Name) and _leaves_out(s.sides[1])
    }
    ranging |= {
        x.letter for s in statements for x, space in s.memberships if isinstance(x, t.Name) and _counts_up(space)
    }
    listed = {letter_of_step(x) for s in statements for x, space in s.memberships if isinstance(space, t.Scripted)}
    ranging |= set(counting) | places_in_vectors(sides, listed, _summed(sides), classes) | channels(sides, text)
    ranging |= indices_said(statements, text) | free_indices(statements) | sized_indices(statements)
    spelling = Spelling(_summed_letters(sides, ranging), _upright(sides), primed)
    spelling.from_zero, spelling.windows = from_zero, shifted

    def side(one: Side) -> Side:
        return one if one.tree is None else replace(one, tree=spelling(one.tree))

    def members(pairs: Sequence[tuple[t.Tree, t.Tree]]) -> tuple[tuple[t.Tree, t.Tree], ...]:
        return tuple((spelling(element), space) for element, space in pairs)

    changed = [replace(s, sides=tuple(map(side, s.sides)), memberships=members(s.memberships)) for s in statements]
    return indices_told_apart(changed, text), spelling


def _counts_up(space: t.Tree) -> bool:
    """{1, …, K}"""
    match space:
        case t.Group(kind="{", items=(t.Num(), *_, _) as items):
            return any(isinstance(item, t.Dots) for item in items)
    return False


def _summed(sides: Sequence[t.Tree]) -> set[str]:
    """The letters that some sum runs over."""
    bigs = [n for side in sides for n in trees(side) if isinstance(n, t.Big) and n.kind in {"sum", "prod"}]
    first = [next((x for x in trees(n.index) if isinstance(x, t.Name)), None) for n in bigs]
    return {x.letter for x in first if x is not None and not x.accents and not x.style}


def _summed_letters(sides: Sequence[t.Tree], ranging: set[str]) -> dict[str, str]:
    """Letters such as the c of Σ_{c=1}^C y_c, or of c = 1, …, C, that count and are nothing else, each with a free one
    that always counts."""
    summed = set(ranging)
    counting: set[int] = set()
    used: set[str] = set()
    loose: set[str] = set()
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Big) and node.kind in {"sum", "prod", "max"}:
                runs = node.index.items if isinstance(node.index, t.Group) and not node.index.kind else (node.index,)
                for run in runs:
                    index = [n for n in trees(run) if isinstance(n, t.Name)]
                    counting.update(map(id, index))
                    summed |= {n.letter for n in index[:1] if not n.accents and not n.style}
            elif isinstance(node, t.Scripted):
                for item in script_items(node.sub):
                    letters = [n for n in trees(item) if isinstance(n, t.Name)]
                    if len(letters) > 1 and isinstance(item, t.Terms):  # δ_{v-u}
                        summed |= {n.letter for n in letters if not n.accents and not n.style}
                    counting.update(map(id, letters if len(letters) > 1 and isinstance(item, t.Terms) else [item]))
            if isinstance(node, t.Name):
                used.add(node.letter)
            counting.update(map(id, compared(node)))
        counting.add(id(side))  # c = 1, …, C
        if isinstance(side, t.Group) and len(side.items) > 1:
            counting.update(map(id, side.items))  # the example (x, c)
    for side in sides:
        loose |= {n.letter for n in trees(side) if isinstance(n, t.Name) and id(n) not in counting}
    old = sorted(x for x in summed - loose - INDEX_LETTERS if (len(x) == 1 or x in GREEK) and x.islower())
    free = [x for x in NEW_LETTERS if x not in used]
    return dict(zip(old, free, strict=False))


def _upright(sides: Sequence[t.Tree]) -> frozenset[str]:
    """Letters that are words where they stand upright below an italic letter: the i of W_{\\mathrm{i}} for a gate,
    unless something upright is summed over, or the same letter has them in italics too."""
    found: dict[str, set[str]] = {}
    others: set[tuple[str, str]] = set()
    counting: set[str] = set()
    for side in sides:
        for node in trees(side):
            match node:
                case t.Big(index=t.Tree() as index):
                    counting |= {n.letter for n in trees(index) if isinstance(n, t.Name) and n.style == "rm"}
                case t.Scripted(base=t.Name(style=style) as name, sub=t.Tree() as sub) if style != "rm":
                    first, *rest = script_items(sub)
                    if isinstance(first, t.Name) and first.style == "rm" and first.letter in INDEX_LETTERS:
                        found.setdefault(first.letter, set()).add(name.letter)
                    counting |= {n.letter for n in rest if isinstance(n, t.Name) and n.style == "rm"}
                    if isinstance(first, t.Name) and not first.style:
                        others.add((name.letter, first.letter))
    return frozenset(
        letter for letter, bases in found.items()
        if letter not in counting and not any((base, letter) in others for base in bases)
    )  # fmt: skip


def _is_condition(item: t.Tree) -> bool:
    match item:
        case t.Group(kind="{", items=(t.Compare(),)):
            return True
    return False


def _one_index(node: t.Big) -> t.Big:
    """Σ_{i,j} as Σ_i Σ_j, Σ_{1≤k≤n} as Σ_{k=1}^n, Σ_{i=0}^{m-1} as Σ_{i=1}^m."""
    match node.index:
        case t.Group(kind="", items=(first, *rest)) if rest and all(map(_bounded, (first, *rest))):
            last = rest[-1]
            lower = last if isinstance(last, t.Compare) and isinstance(first, t.Name) else None
            head = first if lower is None else replace(lower, sides=(first, *lower.sides[1:]))
            left = rest[0] if len(rest) == 1 else replace(node.index, items=tuple(rest))
            return replace(node, index=head, body=replace(node, index=left))
        case t.Compare(sides=(t.Num() as low, t.Name() as k, (t.Num() | t.Name()) as high), relations=(a, b)) if (
            a.symbol in LESS and b.symbol in LESS and node.upper is None
        ):
            equal = t.Compare((k, low), (t.Relation("="),), start=node.index.start, end=node.index.end)
            return replace(node, index=equal, upper=high)
    match node.index, node.upper:
        case (
            t.Compare(sides=(t.Name(letter=letter) as k, t.Num(value=first)), relations=(t.Relation(symbol="="),)),
            t.Terms(items=(("+", t.Name() as size), ("-", t.Num(value=less)))),
        ) if first == 0 and less == 1 and not _shifted(node.body, letter):
            one = t.Num(Fraction(1), "1", start=node.index.start, end=node.index.end)
            return replace(node, index=replace(node.index, sides=(k, one)), upper=size)
    return node


def _bounded(item: t.Tree) -> bool:
    match item:
        case t.Name():
            return True
        case t.Compare(sides=(t.Name(), t.Num()), relations=(t.Relation(symbol="="),)):
            return True
        case t.Compare(sides=(t.Num(), t.Name(), t.Num() | t.Name()), relations=(a, b)):
            return a.symbol in LESS and b.symbol in LESS
    return False


def _shifted(body: t.Tree, letter: str) -> bool:
    """Whether the index is counted with, x_{i+1}, or stands by itself: then the place from which it runs counts."""
    inside: set[int] = set()
    for node in t.walk(body):
        if isinstance(node, t.Scripted):
            above = node.sup.items if isinstance(node.sup, t.Group) and node.sup.kind == "(" else ()
            inside.update(id(i) for i in (*script_items(node.sub), *above))
    return any(isinstance(n, t.Name) and n.letter == letter and id(n) not in inside for n in t.walk(body))
