"""What shows only in the document as a whole: layouts mixed, names never introduced, a loss that is to be maximised,
equations that were lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from deltarule.algebra import enclose
from deltarule.algebra.budget import Unsupported
from deltarule.calculus.judge import CONTRADICTS
from deltarule.checking.core.rows import Finding
from deltarule.checking.core.state import State
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Axis, Expression, Symbol
from deltarule.language.traversal import symbols, walk
from deltarule.reading import tree as t
from deltarule.reading.documents import line_column
from deltarule.reading.references import reference

__all__ = ["about", "displayed"]

GOOD = frozenset({"proved", "conditional", "definition"})
LOSS_WORDS = (
    "loss",
    "cost",
    "entropy",
    "error function",
    "verlust",
    "kosten",
    "perte",
    "coût",
    "pérdida",
    "потер",
    "损失",
    "損失",
)


def displayed(state: State, words: str) -> None:
    """A derivative that was shown as a column or a row (written out, or in words) keeps that orientation: so does every
    derivative that the chain at hand equates with it."""
    said = "column" if "column" in words else "row" if "row vector" in words else None
    if not state.chain:
        return
    sides = [state.chain[0][0], *(right for _, _, right in state.chain)]
    good = [row.verdict in GOOD for _, row, _ in state.chain]
    shapes: list[str | None] = [_written_shape(side.tree) for side in sides]
    shapes[-1] = shapes[-1] or said
    for k, side in enumerate(sides):
        tree = side.tree
        if not isinstance(tree, t.Partial) or tree.of is None or len(tree.by) != 1:
            continue
        reached = [k]
        for j in range(k, len(good)):
            if not good[j]:
                break
            reached.append(j + 1)
        for j in range(k - 1, -1, -1):
            if not good[j]:
                break
            reached.append(j)
        shape = next((shapes[j] for j in reached if shapes[j] is not None), None)
        of, by = (reference(x, state.symbols.usage) for x in (tree.of, tree.by[0]))
        if shape is not None and of is not None and by is not None:
            line = line_column(state.document, side.start)[0]
            state.symbols.orientations.setdefault((of.key, by.key), (shape, line))


def about(state: State) -> None:
    """Findings about the whole document."""
    if state.layouts["column"] or any(o == "column" for o, _ in state.symbols.orientations.values()):
        lines = sorted(
            set(state.layouts["row"]) | {r.line for r in state.rows if r.verdict == "ill-shaped" and _turned(r.reason)}
        )
        if lines:
            columns = sorted(
                set(state.layouts["column"]) | {n for o, n in state.symbols.orientations.values() if o == "column"}
            )
            state.findings.append(
                Finding(
                    "mixed-layout",
                    tuple(lines),
                    "Gradients are columns (denominator layout) on lines "
                    f"{_listed(columns)} and rows (numerator layout) on lines {_listed(lines)}; keep one.",
                )
            )
    for why in sorted(state.symbols.softmax_inferred):
        state.findings.append(Finding("softmax-over", (), f"the softmax of a matrix is taken over {why}"))
    for key in state.missing:
        lines = [r.line for r in state.rows if "never introduced" in r.reason or (r.condition is not None
                 and r.condition.kind == "definition-elsewhere")]  # fmt: skip
        state.findings.append(Finding("never-introduced", tuple(lines), f"{key} is used but never introduced"))
    if against := [r.line for r in state.rows if r.verdict == "undecided" and r.reason.startswith(CONTRADICTS)]:
        said = (
            f"{CONTRADICTS}: from it nothing is proved, and nothing refuted, on lines {_listed(sorted(set(against)))}"
        )
        state.findings.append(Finding("contradiction", tuple(sorted(set(against))), said))
    _sign_of_the_loss(state)
    _lost_equations(state)


def _turned(reason: str) -> bool:
    """Whether the sides of an ill-shaped row differ by a transpose: 2 × 1 beside 1 × 2. Else it is no layout."""
    shapes = re.search(r", (\S+) × (\S+) beside a \w+, (\S+) × (\S+)$", reason)
    return shapes is not None and shapes[1] != shapes[2] and shapes.group(1, 2) == shapes.group(4, 3)


def _sign_of_the_loss(state: State) -> None:
    """An objective that is called a loss, yet is a log-likelihood: negative wherever its names lie between 0 and 1."""
    text = state.document.text.split("\n")
    for key in state.symbols.objectives:
        equation, line = state.definitions.equations.get(key), state.seen_definition.get(key, 0)
        if equation is None or equation.axes or not line:
            continue
        before = " ".join(text[max(0, line - 4) : line]).lower()
        logarithm = any(isinstance(n, Apply) and n.function == "log" for n in walk(equation.right))
        if logarithm and any(word in before for word in LOSS_WORDS) and _negative(equation.right):
            state.findings.append(
                Finding(
                    "loss-sign",
                    (line,),
                    f"{key} is called a loss but written without the minus: it is the log-likelihood, to be maximised, "
                    "and its gradient has the opposite sign of that of the cross-entropy.",
                )
            )


def _negative(e: Expression) -> bool:
    """Whether e is certainly negative at sample points where every name lies between 0 and 1."""
    sizes = {a.size: 2 for n in walk(e) for a in n.axes if isinstance(a.size, str)}

    def filled(symbol: Symbol, value: Fraction) -> object:
        shape = [
            2 if isinstance(i, Axis) and isinstance(i.size, str) else getattr(i, "size", 2) for i in symbol.indices
        ]
        out: object = value
        for size in reversed(shape):
            out = [out] * size
        return out

    for shift in (Fraction(1, 7), Fraction(2, 7), Fraction(3, 7)):
        values = {}
        for k, symbol in enumerate(symbols(e)):
            values[symbol.name] = filled(symbol, (shift + Fraction(k, 5)) % Fraction(9, 10) + Fraction(1, 20))
        try:
            ball = enclose(e, values, sizes)
        except (Unsupported, DeltaruleError, ArithmeticError, LookupError, TypeError, ValueError):
            return False
        if not ball < 0:
            return False
    return True


def _lost_equations(state: State) -> None:
    """Sentences that announce a formula with none behind them, and references to equations that are not there."""
    text = state.document.text
    lines: list[int] = []
    paragraphs = [
        (m.start(), m.group().strip()) for m in re.finditer(r"(?:[^\n]|\n(?!\s*\n))+", text) if m.group().strip()
    ]
    for (start, one), (_, following) in pairwise(paragraphs):
        announces = re.search(r"(?:[a-z]{2}|\)|\$),$|\b(?:as|by|is|are|where|then|below|follows)\s*:$", one)
        if announces and re.match(r"[A-Za-z#(]", following) and not re.match(r"[-*>|#`$]|\d+\.|\\\\", one):
            lines.append(line_column(state.document, start + len(one) - 1)[0])
    known = set(re.findall(r"\\(?:label|tag)\{([^}]*)\}", text))
    missing = [m for m in re.finditer(r"\\eqref\{([^}]*)\}", text) if m.group(1) not in known]
    lines += [line_column(state.document, m.start())[0] for m in missing]
    if lines:
        words = (
            "A formula is announced or referred to that is not in the text: equations were probably lost on the way."
        )
        state.findings.append(Finding("lost-equations", tuple(sorted(set(lines))), words))


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))


def _written_shape(tree: t.Tree | None) -> str | None:
    match tree:
        case t.Matrix(rows=rows) if len(rows) > 1 and all(len(r) == 1 for r in rows):
            return "column"
        case t.Matrix(rows=(row,)) if len(row) > 1:
            return "row"
        case t.Group(kind="[", items=items) if len(items) > 1:
            return "row"
    return None
