"""Words that open a topic of their own, in which a name may get another meaning.

"**Linear module.** y = w x + b … **Sigmoid module.** y = σ(x)": each bold beginning of a paragraph is a small heading,
and the first equation under it says what holds there. Before them, y = f(x, w) says only that there is some f.
"""

from __future__ import annotations

import re

from deltarule.checking.core.state import State
from deltarule.language.expression import Apply
from deltarule.language.functions import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["another_function", "goes_on", "opens_a_topic", "some_function"]

HEAD = re.compile(
    r"^[ \t>]*(?:[-*+•][ \t]+|\d+[.)][ \t]+)?"  # a list's sign
    r"(?:\*\*|__|\\(?:paragraph|textbf|emph)\{|<(?:b|strong)>)(?P<words>[^*_}<$\n]{2,80})(?:\*\*|__|\}|</)",
    re.MULTILINE,
)
STEP = re.compile(
    r"\b(?:step|schritt|étape|paso|passo|part|teil|proof|beweis|preuve|answer|antwort|réponse|respuesta|solution|lösung|"
    r"solución|result|ergebnis|résultat|gradients?|gradienten?|derivatives?|ableitung\w*|derivation\w*|herleitung|démonstration|demostración|derivaci[óo]n|claim|check|backward|case|fall|"
    r"note|remark|hint|so|hence|therefore|then|conclusion|решение|вывод|доказательство)\b|解答|推导|证明|^\W*\w{0,2}\W*$",
    re.IGNORECASE,
)
"""Words that go on with what was said, and open nothing."""


LITTLE = frozenset(
    [
        "the",
        "for",
        "and",
        "full",
        "der",
        "die",
        "das",
        "des",
        "zur",
        "les",
        "des",
        "del",
        "las",
        "los",
        "della",
        "sample",
    ]
)


def goes_on(words: str) -> bool:
    """Whether a heading goes on with what was said before it, and names nothing new: "Solution", "(1) Derivation"; not
    "Softmax: full derivation"."""
    found = [word for word in re.findall(r"[^\W\d_]{3,}", words) if word.lower() not in LITTLE]
    return STEP.search(words) is not None and all(STEP.search(word) for word in found)


def opens_a_topic(state: State, statement: Statement, line: int) -> bool:
    """Whether a statement is the first one behind a bold beginning of a paragraph that follows a line."""
    side = statement.sides[0]
    text = state.document.text
    heads = [h for h in HEAD.finditer(text, 0, side.start) if text.count("\n", 0, h.end()) >= line]
    if not heads or STEP.search(heads[-1]["words"]):
        return False
    between = [s for s in state.statements if s.relations and heads[-1].end() <= s.sides[0].start < side.start]
    return not between


def some_function(state: State, key: str) -> bool:
    """Whether a name has no meaning but y = f(x, w), and nothing in the document says what f is."""
    equation = state.definitions.equations.get(key)
    if equation is None or not isinstance(equation.right, Apply) or equation.right.function in FUNCTIONS:
        return False
    name = equation.right.function.removeprefix(state.symbols.prefix)
    function = state.symbols.functions.get(name)
    return not (function is not None and function.defined) and name not in _called(state)


def _called(state: State) -> set[str]:
    """The functions that stand on the left of an equation, with their primes or without: f(a) = …, f'(a) = …"""
    lefts = [side.tree for s in state.statements for side in s.sides[:-1] if side.tree is not None]
    heads = [left.items[0][1] if isinstance(left, t.Factors) else left for left in lefts]
    return {r.base for head in heads if (r := reference(head, state.symbols.usage)) is not None}


def another_function(before: t.Tree | None, now: t.Tree) -> bool:
    """Whether both are one named function of the same letter, tanh(z) and max(0, z): nobody says that these are equal,
    the second is another choice."""
    one, other = _plain_function(before), _plain_function(now)
    return one is not None and other is not None and one[0] != other[0] and one[1] == other[1]


def _plain_function(tree: t.Tree | None) -> tuple[t.Tree, t.Tree] | None:
    """The function and the letter of σ(z), max(0, z) and 1/x; None for anything else."""
    match tree:
        case t.Ratio(numerator=t.Num(), denominator=t.Name() as of):
            return t.Name("/"), of
        case (
            t.Factors(items=((_, t.Name() as head), ("", t.Group(kind="(", items=(t.Name() as of,)))))
            | t.Call(function=t.Name() as head, argument=t.Group(items=(t.Num(), t.Name() as of)))
            | t.Call(function=t.Name() as head, argument=t.Group(items=(t.Name() as of,)) | (t.Name() as of))
        ):
            return head, of
        case t.Big(kind="max" as kind, body=t.Group(items=(t.Num(), t.Name() as of))):
            return t.Name(kind), of
    return None
