"""`∂p_i/∂z_j = p_i (1 - p_i)` for `i = j`: rows that hold for some indices only, as the text beside them says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.notation.settings import index_condition
from deltarule.language.arithmetic import multiply, subtract
from deltarule.language.expression import ONE, Axis, Expression
from deltarule.reading import tree as t
from deltarule.reading.references import script_items
from deltarule.reading.statement import Statement

__all__ = ["apart", "at_equal_indices", "conditions", "not_of_both", "without_conditions_below"]

Condition: TypeAlias = tuple[str, str, t.Tree]
UNEQUAL = frozenset({"\\ne", "\\neq", "≠"})
BESIDE = re.compile(r"^[\s,;.$\\()\[\]]*(?:(?:for|if|when|where|whenever|si|wenn|für|falls|cuando)\b[\s,$\\(\[]*)?$")
IN_FRONT = re.compile(
    r"\s*(?:\\forall|∀|\\(?:text|mathrm|mbox)\{(?:[^{}]*[\s:：(])?\s*"
    r"(?:for|if|when|case|si|wenn|für|falls|quand|cuando|quando|если|当|當|若|如果)\s*\})"
    r"[\s\\;,~]*([a-z])\s*(=|\\neq?|≠)\s*([a-z])[\s\\;,]*[:：]",
    re.I,
)
"""A condition in front of a formula: `\\text{if} \\; i = j :`."""
BELOW = re.compile(r"_\s*\{\s*([a-z])\s*(?:\\neq?|\\not\s*=|≠)\s*([a-z])\s*\}")
"""A condition below a name: `y_{k \\ne i}`."""
HEADING = re.compile(
    r"(#{1,6} |\*\*).*(?:\b(?:for|if|when|case|si|wenn|für|falls|fall|cas|caso|cuando|quando|случай|если)\b"
    r"|情况|当|경우)",
    re.I,
)
NEW_SENTENCE = re.compile(r"[.!?]\$*\s*\n|\n\s*\n\s*[A-Z]")
ENDS = re.compile(r"[.!?]\s|\n\s*\n")
OPENING = re.compile(r"[\s$\\\[]*(?:\\begin\{\w+\*?\}\s*)*$")
"""What a displayed formula begins with."""


def conditions(state: State, statements: Sequence[Statement]) -> dict[int, list[Condition]]:
    """The conditions on indices under which each statement stands, by its number."""
    said = [_said(state, s) for s in statements]
    out: dict[int, list[Condition]] = {}
    for n, condition in enumerate(said):
        if condition is None:
            continue
        targets = (
            _below_heading(state, statements, n)
            or _before(state, statements, said, n)
            or _behind(state, statements, said, n)
            or _at_the_end_of_the_paragraph(state, statements, said, n)
        )
        for k in targets:
            out.setdefault(k, []).append(condition)
    for n, statement in enumerate(statements):
        if (found := IN_FRONT.match(statement.sides[0].text)) is not None and not statement.continues:
            letter, sign, other = found.groups()
            for k in _chain(statements, n, back=False):
                if k >= n:
                    out.setdefault(k, []).append(("=" if sign == "=" else "≠", letter, t.Name(other)))
        below = {found for side in statement.sides for found in BELOW.findall(side.text)}
        out.setdefault(n, []).extend(("≠", letter, t.Name(other)) for letter, other in sorted(below))
    return {n: found for n, found in out.items() if found}


def without_conditions_below(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with y_i for y_{k=i}, and y_k for y_{k≠i}, of which the condition is found in the text."""

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(
                base=t.Name(letter=letter),
                sub=t.Compare(sides=(t.Name() as own, t.Name() as other), relations=(relation,)),
            ) if letter not in {"1", "I"}:
                if relation.symbol == "=":
                    return replace(node, sub=other)
                return replace(node, sub=own) if relation.symbol in UNEQUAL else None
        return None

    return [s.replaced(change) for s in statements]


def _said(state: State, statement: Statement) -> Condition | None:
    if len(statement.relations) != 1 or statement.continues:
        return None
    left, right = statement.sides[0].tree, statement.sides[1].tree
    if left is None or right is None:
        return None
    return index_condition(state, left, statement.relations[0].symbol, right)


def _before(state: State, statements: Sequence[Statement], said: Sequence[Condition | None], n: int) -> list[int]:
    """The statement right before, in the same row or with nothing but "if" between."""
    k = n - 1
    while k >= 0 and said[k] is not None:
        k -= 1
    if k < 0 or not statements[k].relations:  # a name in the text, "by $x_j$ where $j \\ne i$"
        return []
    own, other = statements[n], statements[k]
    same_row = own.block == other.block and own.row == other.row
    between = state.document.text[other.end : own.start]
    first = own.block != other.block and BESIDE.match(between.replace("$$", "")) is not None
    first = first and NEW_SENTENCE.search(between) is None
    if not same_row and not (first and re.search(r"[a-z]", between, re.I)):
        return []
    return _chain(statements, k, back=True)


def _below_heading(state: State, statements: Sequence[Statement], n: int) -> list[int]:
    """What stands below a heading that says the condition, "### When $i = j$", up to the next heading."""
    text = state.document.text
    start = state.document.segments[statements[n].block].start
    line = text.rfind("\n", 0, start) + 1
    found = HEADING.match(text[line:start])
    if found is None:
        return []
    if found[1].startswith("*") and not re.match(r"[^\n]*\*\*[^\w\n]*\n", text[statements[n].end :]):
        return []  # bold words in a line that goes on
    end = text.find("\n#", statements[n].end)
    if found[1].startswith("*"):
        bold = text.find("\n**", statements[n].end)
        end = bold if end < 0 or 0 <= bold < end else end
    return [k for k in range(n + 1, len(statements)) if end < 0 or statements[k].start < end]


def _behind(state: State, statements: Sequence[Statement], said: Sequence[Condition | None], n: int) -> list[int]:
    """What is shown next: "If $i = j$, then" and a formula, in the same sentence."""
    k = n + 1
    if k >= len(statements) or said[k] is not None:
        return []
    if statements[k].block == statements[n].block:  # \\forall i \\ne k, \\quad and a formula
        own, other = statements[n], statements[k]
        all_of_them = own.row == other.row and own.words_before.endswith("forall") and not own.words_after
        return _chain(statements, k, back=False) if all_of_them and not other.continues else []
    between = state.document.text[statements[n].end : statements[k].start]
    if re.search(r"[.!?]\s", between) or len(between) > 200 or _in_parentheses(state, statements[n], between):
        return []
    if ENDS.search(OPENING.sub("", between)) and not re.match(r"[\s$)\]]*[,:]", between):
        return []  # another paragraph, unless the sentence goes on
    return _chain(statements, k, back=False)


def _at_the_end_of_the_paragraph(
    state: State, statements: Sequence[Statement], said: Sequence[Condition | None], n: int
) -> list[int]:
    """The derivative that is shown right behind a paragraph that speaks of i ≠ j, and not of i = j: "by the others,
    where $j \\ne i$. Their slope is 0."."""
    k, own = n + 1, said[n]
    while k < len(statements) and (said[k] is not None or not _shown(state, statements[k])):
        k += 1
    if own is None or own[0] != "≠" or k == len(statements) or statements[k].continues:
        return []
    start = state.document.text.rfind("\n\n", 0, statements[n].start)
    beside = [said[m] for m in range(k) if statements[m].start > start]
    text = re.sub(r"\s*(?:\$\$|\\\[|<script[^>]*>)?\s*(?:\\begin\{\w+\*?\}\s*)*$", "",
                  state.document.text[statements[n].end : statements[k].start])  # fmt: skip
    if "\n\n" in text or any(one is not None and one[0] == "=" for one in beside):
        return []
    left = statements[k].sides[0].tree
    letters = {x.letter for x in t.walk(left) if isinstance(x, t.Name)} if isinstance(left, t.Partial) else set()
    other = own[2].letter if isinstance(own[2], t.Name) else ""
    return _chain(statements, k, back=False) if {own[1], other} <= letters else []


def _shown(state: State, statement: Statement) -> bool:
    return bool(statement.relations) and bool(getattr(state.document.segments[statement.block], "display", False))


def _in_parentheses(state: State, statement: Statement, behind: str) -> bool:
    """Whether a condition stands in parentheses with words of its own: δ_ki (1 if $i = k$, else 0)."""
    before = state.document.text[max(0, statement.start - 60) : statement.start].rpartition("(")[2]
    closes = re.match(r"\$?([^$()\n]*)\)", behind)
    opened = "(" in state.document.text[max(0, statement.start - 60) : statement.start] and ")" not in before
    return opened and closes is not None and re.search(r"\w", closes[1]) is not None


def _chain(statements: Sequence[Statement], k: int, *, back: bool) -> list[int]:
    """All statements of the chain of k."""
    return [n for n in range(len(statements)) if statements[n].chain == statements[k].chain and (n <= k or not back)]


def at_equal_indices(tree: t.Tree, found: Sequence[Condition]) -> t.Tree:
    """The side with one index put for the other where they are said to be equal."""
    for sign, letter, other in found:
        if sign == "=":
            tree = _put(tree, letter, other)
    return tree


def _put(tree: t.Tree, letter: str, other: t.Tree) -> t.Tree:
    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Big) and any(n == t.Name(letter) for n in t.walk(node.index or node)):
            return node  # within Σ_k the k is another
        if isinstance(node, t.Scripted) and any(
            isinstance(i, t.Name) and i.letter == letter for i in script_items(node.sub)
        ):
            items = tuple(
                other if isinstance(i, t.Name) and i.letter == letter and not i.accents else i
                for i in script_items(node.sub)
            )
            sub = items[0] if len(items) == 1 else t.Group("", items)
            return t.Scripted(node.base, sub, node.sup, node.primes, start=node.start, end=node.end)
        return None

    return t.replaced(tree, change)


def not_of_both(state: State, row: DocumentRow) -> None:
    """Leave a row open that the text puts under i = j and under i ≠ j: neither alone is what it speaks of."""
    if {"=", "≠"} <= {sign for sign, _, _ in state.under}:
        row.verdict, row.condition = "undecided", None
        row.reason = "the text beside it speaks of equal indices and of different ones"


def apart(a: Expression, b: Expression, pairs: Sequence[tuple[str, str]]) -> tuple[Expression, Expression]:
    """Two sides off the diagonals where two indices are equal; of -p_j beside ∂log p_k/∂x_j as well."""
    from deltarule.calculus.rules import delta

    for one, other in pairs:
        axes = {axis.name: axis for axis in (*a.axes, *b.axes) if isinstance(axis, Axis)}
        if one in axes and other in axes:
            off = subtract(ONE, delta(axes[one], axes[other]))
            a, b = multiply(a, off), multiply(b, off)
    return a, b
