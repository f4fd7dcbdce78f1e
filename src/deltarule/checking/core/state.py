"""What is known while a document is judged: its symbols, definitions, and what was found so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import DocumentRow, Finding, Mended
from deltarule.language.equation import Equation
from deltarule.language.expression import Expression
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import reference
from deltarule.reading.statement import Side, Statement
from deltarule.reading.symbols import Symbols

__all__ = ["State", "mentioned"]


@dataclass
class State:
    """One document on its way through the checker."""

    document: Document
    statements: Sequence[Statement]
    symbols: Symbols
    definitions: Definitions = field(default_factory=lambda: Definitions({}))
    settled: tuple[object, Definitions] | None = None
    """The definitions with sizes as they were found to be, and of what they were made."""
    facts: Facts = field(default_factory=Facts)
    rows: list[DocumentRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    seen_definition: dict[str, int] = field(default_factory=dict)
    """The line where each name got the meaning that is in force."""
    entries: dict[str, str] = field(default_factory=dict)
    """Names that stand for the entries of something of which another row says what it is, and of what: p of C = A B."""
    layouts: dict[str, list[int]] = field(default_factory=lambda: {"column": [], "row": []})
    """The lines that hold only with gradients as columns, and only as rows."""
    matrix_layouts: set[str] = field(default_factory=set)
    """How derivatives by matrices lie in the rows that hold in one layout only."""
    chain: list[tuple[Side, DocumentRow, Side]] = field(default_factory=list)
    """The links of the chain at hand."""
    steps: dict[int, int] = field(default_factory=dict)
    """How many rows each chain has so far."""
    broken: set[str] = field(default_factory=set)
    """Names whose definition was not understood: nothing that depends on them is refuted."""
    other_ranks: dict[str, int] = field(default_factory=dict)
    """How many axes the equation of a name gives it that was taken for something else, a matrix or a number."""
    missing: dict[str, int] = field(default_factory=dict)
    """Names that are differentiated by though nothing introduces them."""
    declared: Sequence[tuple[t.Tree, t.Tree]] = ()
    """Memberships `x ∈ ℝ^n` of the rest of the document, where a part of it is judged."""
    unrolled: bool = False
    """Whether a number of steps was put in: a row is refuted then, and no mistake is looked for."""
    kept: dict[object, Any] = field(default_factory=dict)
    """What was found of rows about sums over steps, to be found once."""
    in_part: bool = False
    """Whether only a part of the document is judged: what uses a name may stand elsewhere then."""
    places: list[tuple[str, int]] = field(default_factory=list)
    """The layers and times that the document speaks of: l, l + 1, L, 2."""
    explicit: set[str] = field(default_factory=set)
    """Names that stand alone on the left of some equation."""
    counted: set[str] = field(default_factory=set)
    """Names of counted layers or times that have an equation."""
    understood: set[str] = field(default_factory=set)
    """Letters whose definition was understood by a part of the document, and not by the whole."""
    defined_here: set[int] = field(default_factory=set)
    """Rows that are definitions by what a part of the document says, by their ids."""
    counted_names: set[str] = field(default_factory=set)
    """All names of counted layers or times, with an equation or not."""
    of_any_step: dict[str, tuple[t.Tree, t.Tree]] = field(default_factory=dict)
    """The equation of any step or layer at one that has an equation of its own further on: its two sides."""
    backward: set[str] = field(default_factory=set)
    """Counted names that are given by those of the next step: error signals, from the last layer down."""
    index_letters: set[str] = field(default_factory=set)
    """The letters that count something in this document."""
    differentials: frozenset[str] = frozenset()
    """The quantities whose differentials the text writes, dX."""
    joined: frozenset[str] = frozenset()
    """Letters that are parts of columns [h; x]."""
    between_indices: set[int] = field(default_factory=set)
    """Where the equations between indices stand, t = i + a - 1."""
    local_facts: Facts = field(default_factory=Facts)
    """What holds where the statement at hand stands, by the words of the text."""
    unsaid_equations: dict[str, Equation] = field(default_factory=dict)
    """Equations by which some row is proved though the document does not write them, p = softmax(z)."""
    unsaid: dict[str, str] = field(default_factory=dict)
    """How some of these are told to the reader, by their names."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """The letters that the text calls the right class, at which the labels are 1, as they are written."""
    wrong_at_the_class: set[int] = field(default_factory=set)
    """Rows that name the right class and fail also where the labels are 1 there and 0 elsewhere, by their ids."""
    whole: Sequence[Statement] = ()
    """The statements of the document, where a part of them is judged."""
    supposed: frozenset[int] = frozenset()
    """Where the statements begin that are such conditions themselves."""
    conditional: frozenset[int] = frozenset()
    """Where the statements begin that hold under a condition of their sentence, case or row only."""
    unsure: list[Facts] = field(default_factory=list)
    """What may be meant to hold there: by it nothing is proved, and nothing refuted that it would make true."""
    mentioned: set[str] = field(default_factory=set)
    """Names that stand on a left side so far."""
    under: list[tuple[str, str, t.Tree]] = field(default_factory=list)
    """What the text says of the indices of the statement at hand: (=, i, j), (≠, i, j)."""
    apart: list[tuple[str, str]] = field(default_factory=list)
    """Indices that are different in the row at hand."""
    varied: set[str] = field(default_factory=set)
    """Names that are set to different numbers in different places."""
    einstein: bool = False
    """Whether a repeated index is summed: the document says so, or never writes a sum."""
    named_derivatives: set[tuple[str, str]] | None = None
    """(p, o) for every ∂p/∂o of two names that the document writes down; None until it is asked for."""
    turned: list[Expression] = field(default_factory=list)
    """What is transposed in brackets in the row at hand and was read as a number: if it may be a vector, nothing is
    proved."""
    off_diagonal: list[Expression] = field(default_factory=list)
    """What has to be 0 where the row at hand was read component by component."""
    arguments: dict[str, set[str]] | None = None
    """F of F(x, W), a quantity, with the names in its parentheses; None until it is asked for."""
    depends_on: dict[str, set[str]] = field(default_factory=dict)
    """Names that are said to be something of others, u = u(x), and those."""
    written: dict[str, t.Tree] = field(default_factory=dict)
    """The right side, as written, of the equation that gives each name its meaning."""
    bare_function: bool = False
    """Whether in the row at hand a function stands without its argument: then nothing is refuted."""
    of_one_component: dict[str, set[str]] = field(default_factory=dict)
    """Names such as the ℓ of ℓ = -log p_c, with the letters that say of which component they are."""
    facts_at: dict[int, Facts] = field(default_factory=dict)
    """The facts in force where each row stands, by the id of the row."""
    values_here: dict[str, Fraction] = field(default_factory=dict)
    """Values that the text supposes where the statement at hand stands, y = 1."""
    values_at: dict[int, dict[str, Fraction]] = field(default_factory=dict)
    """The same for each row, by its id."""
    size_values: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Sizes that the text sets to a number, K = 2: the number, and the heading under which it does."""
    updated: set[str] = field(default_factory=set)
    """Names to which an update gave another number."""
    late_values: set[str] = field(default_factory=set)
    """Names that were given a number after an equation had used them."""
    judged: list[tuple[t.Tree, t.Tree, DocumentRow]] = field(default_factory=list)
    """Every row that was judged, with its sides."""
    refuted_early: list[tuple[t.Tree, t.Tree, DocumentRow]] = field(default_factory=list)
    """Rows that fail for some function of which only the name was known, or for another reason to doubt."""
    failing: dict[int, tuple[DocumentRow, dict[str, str]]] = field(default_factory=dict)
    """Rows that fail at a point as they are read, by their ids, with that point: also those that are left open."""
    mended: Mended = field(default_factory=Mended)
    """The hints of the rows in all readings so far."""
    under_at: dict[int, list[tuple[str, str, t.Tree]]] = field(default_factory=dict)
    """The conditions on indices under which each row stands, by its identity."""
    open_rows: list[tuple[t.Tree, t.Tree, DocumentRow]] = field(default_factory=list)
    """Rows that are undecided so far."""


def mentioned(state: State, tree: t.Tree) -> set[str]:
    """The letters of the names in a side."""
    return {f.key for n in t.walk(tree) if (f := reference(n, state.symbols.usage)) is not None}
