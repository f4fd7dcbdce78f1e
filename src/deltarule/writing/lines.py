"""A chain as it stands on the page: one formula on the left, rows with their rules on the right, in one notation.

In matrix notation a row without a matrix form is left out and its rule is named with the next row's; so is a row that
looks like the one before it. A chain whose result has no matrix form is written in index notation as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from deltarule.calculus.derivation import Chain, Derivation, Row
from deltarule.language.arrangement import Arrangement, arrange
from deltarule.language.expression import Axis, Expression
from deltarule.writing.formula import Formula
from deltarule.writing.index_form import IndexForm
from deltarule.writing.matrix_layout import MatrixLayout, NoLayout
from deltarule.writing.naming import Names, letters_for
from deltarule.writing.text import index_text, matrix_text

__all__ = ["Line", "Lines", "Typesetter", "typesetter"]

_WORST_FIRST = (
    "refuted",
    "ill-shaped",
    "undecided",
    "unread",
    "conditional",
    "proved",
    "none",
    "definition",
    "assumption",
)


@dataclass(frozen=True)
class Line:
    """`relation right`, with the rules that lead to it and what the proof said."""

    relation: str
    right: Formula
    rules: tuple[str, ...] = ()
    verdict: str = ""
    """Empty where nothing was judged."""
    domain: tuple[str, ...] = ()
    arranged: Arrangement | None = None

    @property
    def rule(self) -> str:
        return ", ".join(self.rules)


@dataclass(frozen=True)
class Lines:
    left: Formula
    rows: tuple[Line, ...]
    matrix: bool
    """Whether it stands in matrix notation."""
    flipped: bool = False
    """In matrix notation: whether a vector stands as a row here, a matrix as its transpose."""
    letters: tuple[tuple[str, str], ...] = ()
    """In index notation: the letters of the free axes and their sizes."""


class Typesetter:
    """Chains and expressions of one derivation as formulas."""

    def __init__(self, names: Names, detail: str = "matrix", layout: str = "denominator") -> None:
        self.names = names
        self.matrix = detail in {"matrix", "summary"}
        names.jacobians_turned = self.matrix and layout == "denominator"
        self.layout = MatrixLayout(names, layout)
        self._forms: dict[tuple[Expression, tuple[Axis, ...]], Arrangement | None] = {}
        self._printable: dict[Arrangement, bool] = {}

    def formula(self, expression: Expression, axes: Iterable[Axis] = ()) -> Formula:
        """One expression, in matrix notation where it has one."""
        axes = tuple(axes)
        laid_out = self._arranged(expression, axes) if self.matrix else None
        if laid_out is not None:
            return self.layout.formula(laid_out, self.layout.native(laid_out))
        return self._indexed(expression, axes)

    def equality(self, left: Expression, right: Expression, axes: Iterable[Axis] = ()) -> tuple[Formula, Formula]:
        """Both sides in one notation and, in matrix notation, one orientation."""
        lines = self.lines(Chain(left, (Row(right, ""),), tuple(axes)))
        return lines.left, lines.rows[-1].right

    def lines(self, chain: Chain) -> Lines:
        axes = chain.axes or chain.left.axes
        return (self._matrix_lines(chain, axes) if self.matrix else None) or self._index_lines(chain, axes)

    def _arranged(self, expression: Expression, axes: tuple[Axis, ...]) -> Arrangement | None:
        """The matrix form, if it has one that can also be printed."""
        laid_out = self._form(expression, axes)
        if laid_out is None:
            return None
        if laid_out not in self._printable:
            try:
                self.layout.native(laid_out)
            except NoLayout:
                self._printable[laid_out] = False
            else:
                self._printable[laid_out] = True
        return laid_out if self._printable[laid_out] else None

    def _form(self, expression: Expression, axes: tuple[Axis, ...]) -> Arrangement | None:
        if any(a not in axes for a in expression.axes):
            axes = (*axes, *(a for a in expression.axes if a not in axes))
        key = expression, axes
        if key not in self._forms:
            self._forms[key] = arrange(expression, axes)
        return self._forms[key]

    def text(self, expression: Expression, axes: tuple[Axis, ...]) -> str:
        """The expression in the text notation, which knows no layout."""
        laid_out = self._form(expression, axes)
        return matrix_text(laid_out) if laid_out is not None else index_text(expression, axes, self.names)

    def _matrix_lines(self, chain: Chain, axes: tuple[Axis, ...]) -> Lines | None:
        left = self._arranged(chain.left, axes)
        if left is None or (chain.rows and self._arranged(chain.result, axes) is None):
            return None
        flip = self.layout.native(left)
        printed = self.layout.formula(left, flip)
        rows: list[Line] = []
        waiting: list[Row] = []
        for k, row in enumerate(chain.rows):
            laid_out = self._arranged(row.right, axes)
            last = k == len(chain.rows) - 1
            if laid_out is None:
                waiting.append(row)
                continue
            line = _merged(row.relation, self.layout.formula(laid_out, flip), [*waiting, row], laid_out)
            before = rows[-1].right if rows else printed
            if line.right == before and line.relation == "=" and (rows or not last):
                if rows:
                    rows[-1] = _joined(rows[-1], line)
                    waiting = []
                else:
                    waiting.append(row)
                continue
            rows.append(line)
            waiting = []
        return Lines(printed, tuple(rows), matrix=True, flipped=flip)

    def _index_lines(self, chain: Chain, axes: tuple[Axis, ...]) -> Lines:
        free = dict.fromkeys([*axes, *chain.left.axes, *(a for row in chain.rows for a in row.right.axes)])
        letters = letters_for(free, self.names.taken())
        form = IndexForm(self.names, letters)
        rows: list[Line] = []
        left = form(chain.left)
        for row in chain.rows:
            line = _merged(row.relation, form(row.right), [row])
            if rows and line.right == rows[-1].right and line.relation == "=":
                rows[-1] = _joined(rows[-1], line)
            else:
                rows.append(line)
        return Lines(left, tuple(rows), matrix=False, letters=tuple((letters[a], str(a.size)) for a in axes))

    def _indexed(self, expression: Expression, axes: tuple[Axis, ...]) -> Formula:
        return IndexForm(self.names, letters_for([*axes, *expression.axes], self.names.taken()))(expression)


def typesetter(derivation: Derivation) -> Typesetter:
    return Typesetter(Names(derivation.declarations), derivation.detail, derivation.layout)


def _merged(relation: str, right: Formula, rows: list[Row], arranged: Arrangement | None = None) -> Line:
    judgements = [row.judgement for row in rows if row.judgement]
    rules = dict.fromkeys(row.rule for row in rows if row.rule)
    domain = dict.fromkeys(point for j in judgements for point in j.domain)
    verdict = min((j.verdict for j in judgements), key=_severity, default="")
    return Line(relation, right, tuple(rules), verdict, tuple(domain), arranged)


def _joined(first: Line, second: Line) -> Line:
    verdicts = [v for v in (first.verdict, second.verdict) if v]
    return replace(
        first,
        rules=tuple(dict.fromkeys(first.rules + second.rules)),
        domain=tuple(dict.fromkeys(first.domain + second.domain)),
        verdict=min(verdicts, key=_severity, default=""),
    )


def _severity(verdict: str) -> int:
    return _WORST_FIRST.index(verdict) if verdict in _WORST_FIRST else len(_WORST_FIRST)
