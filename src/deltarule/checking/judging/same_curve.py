"""The logistic function written once more under another heading: σ(u) = ½ (1 + tanh(u/2)) says what the curve is that
the text has already, and is right or wrong; it gives σ no meaning of its own there.
"""

from __future__ import annotations

from fractions import Fraction

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.judge import Judge
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Expression, Number, Symbol
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.values import IllShaped, Unread

__all__ = ["the_same_curve"]

EXPONENTIALS = frozenset({"exp", "tanh", "sinh", "cosh"})
U = Symbol("u")


def the_same_curve(whole: State, part: State, row: DocumentRow) -> bool:
    """Whether a row of a section says what σ(u) is, after the text has said that σ is the logistic function: made of
    exponentials of u alone, and ½ at 0. A σ of another shape, max(0, u) or 1/(1 + e^{-ku}), is another function."""
    again = next(((left, right) for left, right, judged in part.judged if judged is row), None)
    head = _head(again[0]) if again is not None else None
    if again is None or head is None or not (body := _body(part, *again)):
        return False
    if not _equal(substitute(body, lambda node: Number(0) if node == U else None), Number(Fraction(1, 2))):
        return False
    said = [(left, right) for left, right, judged in whole.judged
            if judged.verdict == "definition" and judged.line < row.line and _head(left) == head]  # fmt: skip
    bodies = [_body(whole, *pair) for pair in said]
    return bool(bodies) and bodies[-1] is not None and _equal(bodies[-1], Apply("sigmoid", (U,)))


def _head(left: t.Tree) -> str | None:
    """The σ of σ(u)."""
    match left:
        case t.Factors(items=((_, t.Name(letter=letter)), ("", t.Group(kind="(", items=(t.Name(),))))):
            return letter
    return None


def _body(state: State, left: t.Tree, right: t.Tree) -> Expression | None:
    """What σ is of u, where it is made of exponentials of u alone."""
    own = left.items[1][1].items[0] if isinstance(left, t.Factors) and isinstance(left.items[1][1], t.Group) else None
    try:
        value = Lowering(state.symbols).lower(t.replaced(right, lambda node: t.Name("u") if node == own else None))
    except (Unread, IllShaped, DeltaruleError):
        return None
    used = {node.function for node in walk(value.expression) if isinstance(node, Apply)}
    return value.expression if names(value.expression) == {"u"} and used and used <= EXPONENTIALS else None


def _equal(a: Expression, b: Expression) -> bool:
    return Judge(Definitions({}), Facts()).equality(a, b).verdict == "proved"
