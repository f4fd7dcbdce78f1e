"""Remarks on special cases: "(SiLU is $\\beta = 1$)", "$\\alpha = 0$ gives the ReLU", "usually $\\lambda = 1$".

Such a remark gives its letter no value: the equations around it hold for any. "The target is $y = 1$" does.
"""

from __future__ import annotations

import re

from deltarule.checking.core.state import State
from deltarule.reading.statement import Statement

__all__ = ["is_remark"]

NAMED = (
    r"(?:\w*(?:ReLU|SiLU|GELU|ELU|SELU|swish|softplus|mish)(?:-\d)?|sigmoid|logistic(?: function)?|tanh|identity|"
    r"softmax|hinge|cross[- ]entropy|least squares|OLS|ridge|lasso|SGD|gradient descent|momentum|linear (?:case|unit)|"
    r"Identität|identité|identidad|entropie croisée|descente de gradient)"
)
IS = r"(?:is|are|has|uses|means|being|ist|hat|bedeutet|est|c'est|es|é|è)"
BEFORE = re.compile(
    rf"\b{NAMED}[\"'”’*_)]*\s+{IS}(?:\s+(?:just|simply|exactly|only|einfach|genau|simplement))?\s*$|"
    r"\b(?:special|particular|usual|common|standard|limiting|classic)\s+(?:case|choice|value)s?(?:\s+(?:is|of|with))?"
    r"\s*:?\s*$|"
    r"\b(?:correspond(?:s|ing)?\s+to|recovered\s+(?:with|at|by|for|when)|obtained\s+(?:with|at|by|for|when)|"
    r"equivalent\s+to|entspricht|Spezialfall|Sonderfall|cas\s+particulier|caso\s+particular|caso\s+especial|"
    r"correspond\s+à|corresponde\s+a|usually|often|typically|commonly|by\s+default|defaults?\s+(?:to|is|value)|"
    r"meist|oft|üblicherweise|typischerweise|souvent|habituellement|e\.g\.|z\.\s?B\.|par\s+exemple|"
    r"por\s+ejemplo|normalmente)\s*:?,?\s*$",
    re.IGNORECASE,
)
"""What stands right before such a value."""
BARE = re.compile(rf"\(\s*(?!(?:the|our|a|an|its|this|here|which|and|where|with|so|der|die|das|le|la|el|il)\b)"
                  rf"(?:[^\W\d_][\w-]*\s+){{1,3}}{IS}\s*$", re.IGNORECASE)  # fmt: skip
"""(plain SiLU is: something without an article, in parentheses."""
GIVES = (
    r"(?:gives|yields|recovers|is|this\s+is|it\s+is|we\s+(?:get|obtain|recover)(?:\s+back)?|one\s+(?:gets|obtains|recovers)|reduces\s+to|"
    r"it\s+(?:reduces\s+to|becomes)|this\s+(?:gives|yields|reduces\s+to|becomes)|corresponds\s+to|is\s+known\s+as|"
    r"is\s+called|ergibt(?:\s+sich)?|liefert|ist|entspricht|erhält\s+man|donne|est|on\s+(?:retrouve|obtient)|"
    r"correspond\s+à|da|es|se\s+obtiene)"
)
AFTER = re.compile(
    rf"^\s*,?\s*{GIVES}\s+(?:(?:just|simply|exactly|back|the|an?|der|die|das|den|le|la|les|el|usual|ordinary|plain|"
    rf"standard|original|gewöhnliche[nrs]?|übliche[nrs]?)\s+)*{NAMED}\b",
    re.IGNORECASE,
)
"""What stands right behind it."""


def is_remark(state: State, statement: Statement) -> bool:
    """Whether a value in the text belongs to a special case that a remark names."""
    segment = state.document.segments[statement.block]
    if getattr(segment, "display", False):
        return False
    text = state.document.text
    line = max(text.rfind("\n\n", 0, segment.start), text.rfind(". ", 0, segment.start), 0)
    before, after = text[line : segment.start], text[segment.end : segment.end + 120]
    return bool(BEFORE.search(before) or BARE.search(before) or AFTER.match(after))
