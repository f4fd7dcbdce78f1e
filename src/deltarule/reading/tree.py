"""What a formula looks like, before anyone says what it means: the nodes of the surface tree.

A tree is literal. `\\sigma(z)` is a product of a name and a group, `W^T` a name with a script: whether one is a call
and the other a transpose is said later, by the whole document. Every node knows where it stands in `document.text`.
Places do not count when trees are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cache

__all__ = [
    "Accent",
    "At",
    "Big",
    "Call",
    "Case",
    "Cases",
    "Compare",
    "Dots",
    "Factors",
    "Given",
    "Group",
    "Matrix",
    "Name",
    "Num",
    "Partial",
    "Ratio",
    "Relation",
    "Root",
    "Scripted",
    "Terms",
    "Tree",
    "Words",
    "children",
    "number",
    "replaced",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Tree:
    """Any node: characters [start, end) of the document; what a macro stands for has the place of its use."""

    start: int = field(default=0, kw_only=True, compare=False)
    end: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Num(Tree):
    """A number, and how it is written: the 11 of `w_{11}` may be two indices, and `01` is not `1` there."""

    value: Fraction
    text: str = field(default="", compare=False)
    each: bool = False
    """Whether it is a power of each entry: the ⊙2 of `A^{\\odot 2}`."""


@dataclass(frozen=True, slots=True)
class Name(Tree):
    """A symbol: `w`, `sigma` (for \\sigma and σ), `ell`, `ReLU`, and a lone mark in a script (`*`, `:`, `+`).

    accents, innermost first: hat tilde bar vec dot ddot check breve underline. style: '' bold cal bb rm frak sf tt.
    """

    letter: str
    accents: tuple[str, ...] = ()
    style: str = ""


@dataclass(frozen=True, slots=True)
class Accent(Tree):
    """An accent over more than a name: `\\overline{x + y}`. Over `y_i` it goes to `y`."""

    accent: str
    body: Tree


@dataclass(frozen=True, slots=True)
class Scripted(Tree):
    """base_sub^sup with primes. A list in a script (`_{i,j}`) is a Group of kind ''."""

    base: Tree
    sub: Tree | None = None
    sup: Tree | None = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Terms(Tree):
    """A sum as written: (sign, term) with sign + - ± ∓. `-x` is Terms((("-", x),)); a lone `x` is just x."""

    items: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class Factors(Tree):
    """A product as written: (operator before it, factor); '' first and for juxtaposition.

    Operators: '' cdot times * odot circ otimes / div. `f(x)` is Factors((("", f), ("", Group("(", (x,))))).
    """

    items: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class Group(Tree):
    """Brackets and what stands between their commas: '(' '[' '{' (set braces) '|' '||' '<' 'floor' 'ceil'.

    Mixed brackets are their two signs ('[)', '(]'); '' is a list without brackets. A semicolon counts as a comma.
    """

    kind: str
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Given(Tree):
    """`y \\mid x`: inside groups only."""

    of: Tree
    by: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Ratio(Tree):
    """`\\frac{numerator}{denominator}`; `a/b` with a slash is in Factors."""

    numerator: Tree
    denominator: Tree


@dataclass(frozen=True, slots=True)
class Root(Tree):
    degree: Tree | None
    body: Tree


@dataclass(frozen=True, slots=True)
class Partial(Tree):
    """A derivative as written; symbol ∂ d ∇. A fraction of two δ stays a Ratio.

    `\\frac{\\partial L}{\\partial w}`, `\\partial L/\\partial w`, `\\partial_w L`: of L by (w,). `of` is None in the
    operator form `\\frac{d}{dx}`, which stands as a factor before what it applies to. ∂²L/∂x² has by (x, x).
    `\\nabla_w L` has by (w,), `\\nabla L` by (); its `of` is the next factor, with the group right after it:
    `\\nabla f(x)` is of Factors(f, (x)).
    """

    symbol: str
    of: Tree | None
    by: tuple[Tree, ...]
    order: int = 1


@dataclass(frozen=True, slots=True)
class Differential(Tree):
    """`dX` and `d(XW)` in a text that speaks of differentials; the reader leaves Factors(d, X)."""

    of: Tree


@dataclass(frozen=True, slots=True)
class Big(Tree):
    """A sign with a range and a body: kind sum prod max min argmax argmin lim sup inf int E.

    index and upper are the scripts as written (None where there is none). The body of sum, prod and int is the rest of
    the term (to the next + - or relation), of the others what a function would take (see Call).
    """

    kind: str
    index: Tree | None
    upper: Tree | None
    body: Tree


@dataclass(frozen=True, slots=True)
class Call(Tree):
    """A function known by name with its argument: `\\log x`, `\\max(0, x)`, `ReLU(z)`, `\\log_2 x`.

    In parentheses the argument is that Group, with the scripts behind it: `\\tanh(z)^2` has Scripted(Group, sup 2).
    Without: the longest run of juxtaposed simple factors, up to an operator, sign, relation or function, ending after a
    fraction, or after a group (`\\log p(x)`, which is why `\\log y (1 - y)` has the argument Factors(y, Group)).
    """

    function: Name | Scripted
    argument: Tree


@dataclass(frozen=True, slots=True)
class Matrix(Tree):
    """Rows of cells; kind is the bracket around: '(' '[' '{' '|' '||' or ''. An empty cell is None."""

    kind: str
    rows: tuple[tuple[Tree | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Entries(Tree):
    """A vector or matrix of which all entries are alike, as `[x_1, …, x_n]`.

    The body has the letters `row` and `column` of where it stands, empty for a direction that has one entry only;
    `rows` and `columns` say how many there are.
    """

    body: Tree
    row: str
    column: str
    rows: Tree | None
    columns: Tree | None


@dataclass(frozen=True, slots=True)
class Case(Tree):
    """One row of Cases: its value, the relations that must hold, and the words (`if`, `otherwise`) around them."""

    value: Tree
    conditions: tuple[Tree, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Cases(Tree):
    rows: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Dots(Tree):
    """An ellipsis: something was left out."""


@dataclass(frozen=True, slots=True)
class Words(Tree):
    """Words where a quantity stands: `\\text{true value} - \\text{prediction}` has one of two words and one Name."""

    text: str


@dataclass(frozen=True, slots=True)
class Relation(Tree):
    """A relation sign: = := < > += or its TeX name, one for all spellings: \\approx \\leftarrow \\le \\in \\to."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Compare(Tree):
    """A relation inside a formula: `\\sum_{k \\ne i}`, `\\mathbf{1}[i = j]`."""

    sides: tuple[Tree, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class At(Tree):
    """`\\left. body \\right|_{sub}`, and `body|_{sub}` where the body is the factor before the bar."""

    body: Tree
    sub: Tree


def children(tree: Tree) -> list[Tree]:
    """The nodes right below, in the order of their fields."""
    out: list[Tree] = []
    for name in _names(tree.__class__):
        value = getattr(tree, name)
        if value.__class__ is tuple:
            _gather(value, out)
        elif isinstance(value, Tree):
            out.append(value)
    return out


PLAIN = frozenset({"int", "str", "bool", "Fraction", "Fraction | None", "tuple[str, ...]"})
"""Types of fields, as annotated, that hold no node."""


@cache
def _names(kind: type[Tree]) -> tuple[str, ...]:
    """The fields that may hold nodes."""
    return tuple(one.name for one in fields(kind) if one.type not in PLAIN)


def _gather(values: tuple[object, ...], out: list[Tree]) -> None:
    for value in values:
        if isinstance(value, Tree):
            out.append(value)
        elif value.__class__ is tuple:
            _gather(value, out)  # type: ignore[arg-type]


def replaced(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    """The tree with every node changed for which `change` answers one, the outermost first."""
    out = change(tree)
    if out is not None:
        return out

    def visit(value: object) -> object:
        if isinstance(value, Tree):
            return replaced(value, change)
        if not isinstance(value, tuple):
            return value
        items = tuple(map(visit, value))
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items

    old = {name: getattr(tree, name) for name in _names(tree.__class__)}
    new = {name: found for name, value in old.items() if (found := visit(value)) is not value}
    return replace(tree, **new) if new else tree


def number(node: Tree) -> Num | None:
    """`3`, `-1`, `3/2` and \\frac{3}{2} as one number; None for anything else."""
    value: Fraction | None = None
    match node:
        case Num(value=value):
            pass
        case Terms(items=(("-", only),)) if (inner := number(only)) is not None:
            value = -inner.value
        case Ratio(numerator=Num(value=a), denominator=Num(value=b)) if b:
            value = a / b
        case Factors(items=(("", Num(value=a)), ("/", Num(value=b)))) if b:
            value = a / b
    return None if value is None else Num(value, str(value), start=node.start, end=node.end)


def walk(tree: Tree) -> Iterator[Tree]:
    """The node and every node below it, parents first."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))
