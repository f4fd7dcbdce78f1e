"""What every written derivation says, in which order: headings, sentences, lists and displayed chains.

Terminal, Markdown, LaTeX, HTML, notebooks and cards render these blocks; none of them decides what is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from deltarule.calculus.derivation import Chain, Derivation
from deltarule.language.equation import Assumption, Declaration
from deltarule.language.expression import ZERO, Apply, Axis, Expression, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import walk
from deltarule.writing import composition as compose
from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.index_form import IndexForm
from deltarule.writing.lines import Line, Lines, Typesetter, typesetter
from deltarule.writing.naming import Names, letters_for

__all__ = [
    "Block",
    "Code",
    "Display",
    "Heading",
    "Items",
    "Paragraph",
    "Span",
    "Verdicts",
    "assumption_items",
    "conventions",
    "display",
    "function_definition",
    "functions_used",
    "outline",
    "spans",
    "symbol_items",
    "verdicts",
]


@dataclass(frozen=True)
class Code:
    """Text as a person types it."""

    text: str


Span: TypeAlias = str | Code | Formula


@dataclass(frozen=True)
class Heading:
    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Items:
    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Display:
    """A chain, perhaps with a phrase before it and numbers below it; a final one is set off."""

    lines: Lines
    final: bool = False
    words: tuple[Span, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    values: tuple[Formula, ...] = ()
    """What the result is in numbers."""

    @property
    def rows(self) -> tuple[Line, ...]:
        """The rows of the chain, then its values to six digits."""
        relation = "≈" if self.lines.rows else "="  # a chain without rows gives a number, as a premise does
        return (*self.lines.rows, *(Line(relation, value) for value in self.values))


@dataclass(frozen=True)
class Verdicts:
    """How many steps there are with each verdict."""

    counts: tuple[tuple[str, int], ...]

    @property
    def sentence(self) -> str:
        total = sum(n for _, n in self.counts)
        claims = [(verdict, n) for verdict, n in self.counts if verdict in {"proved", "refuted", "undecided"}]
        if not total:
            return ""
        if len(claims) == 1 and claims[0][0] == "proved":
            n = claims[0][1]
            return "The one step is proved." if n == 1 else f"All {n} steps are proved."
        return "Steps: " + ", ".join(f"{n} {verdict}" for verdict, n in self.counts) + "."


Block: TypeAlias = Heading | Paragraph | Items | Display | Verdicts

_ROLES = {
    "input": "input",
    "target": "target",
    "parameter": "parameter",
    "activity": "activity",
    "loss": "loss",
    "rate": "learning rate",
    "unknown": "given",
    "message": "error signal",
    "jacobian": "Jacobian",
    "direction": "direction",
    "drawn": "drawn for each sample",
    "state": "state",
}


def outline(derivation: Derivation) -> tuple[Block, ...]:
    """The blocks of a derivation: what is given, what is assumed, the sections, the count of proved steps."""
    setter = typesetter(derivation)
    blocks: list[Block] = [Heading(1, spans(derivation.title.replace("->", "→"), setter.names))]
    if derivation.network:
        blocks.append(Paragraph(("Network: ", Code(derivation.network))))
    blocks += [Paragraph(spans(sentence, setter.names)) for sentence in conventions(derivation)]
    symbols = symbol_items(derivation, setter)
    if symbols:
        blocks += [Heading(2, ("Symbols",)), Items(symbols)]
    functions = functions_used(derivation)
    if functions:
        blocks.append(Paragraph(("Functions:",)))
        blocks.append(Items(tuple((function_definition(name, setter.names),) for name in functions)))
    if derivation.assumptions:
        blocks += [Heading(2, ("Assumptions",)), Items(assumption_items(derivation, setter))]
    for section in derivation.sections:
        blocks.append(Heading(section.level, spans(section.title, setter.names)))
        if section.words:
            blocks.append(Paragraph(spans(section.words, setter.names)))
        blocks += [display(chain, setter) for chain in section.chains]
    found = verdicts(derivation)
    if found.sentence:
        blocks.append(found)
    return tuple(blocks)


def display(chain: Chain, setter: Typesetter) -> Display:
    """The chain; a value of its own stands as a last row `≈ 0.42`, other numbers below."""
    lines = setter.lines(chain)
    approximations: list[Formula] = []
    numbers: list[tuple[str, str]] = []
    for text, value in chain.numbers:
        written = written_out(value, lines) if text == "value" else None
        if written is None:
            numbers.append((text, _value(value)))
        else:
            approximations.append(written)
    return Display(lines, chain.final, spans(chain.words, setter.names), tuple(numbers), tuple(approximations))


def written_out(value: object, lines: Lines) -> Formula | None:
    """A number, or in matrix notation a vector or matrix, as a formula; None for what has more axes or indices."""
    plain = getattr(value, "tolist", lambda: value)()
    if isinstance(plain, int | float):
        return compose.decimal(float(plain))
    if not lines.matrix or not isinstance(plain, list) or not plain:
        return None
    rows = plain if isinstance(plain[0], list) else [[cell] for cell in plain]
    if any(not isinstance(cell, int | float) for row in rows for cell in row):
        return None
    if lines.flipped:
        rows = [list(row) for row in zip(*rows, strict=True)]
    return f.Table(tuple(tuple(compose.decimal(float(cell)) for cell in row) for row in rows))


def verdicts(derivation: Derivation) -> Verdicts:
    judged = any(row.judgement for _, _, row in derivation.rows)
    return Verdicts(tuple(derivation.counts().items()) if judged else ())


def conventions(derivation: Derivation) -> list[str]:
    """The choices under which everything below holds, as sentences."""
    out = []
    if derivation.detail in {"matrix", "summary"}:
        if derivation.layout == "numerator":
            out.append("Numerator layout: vectors are columns, the derivative of the loss by a vector is a row.")
        else:
            out.append("Denominator layout: vectors are columns, a gradient has the shape of what it belongs to.")
    if derivation.sign == "maximise":
        out.append("The objective is maximised: parameters are updated by gradient ascent.")
    if derivation.batch:
        out.append(f"A batch of {derivation.batch} samples; the loss is the mean over the batch.")
    return [*out, *derivation.notes]


_WORD = re.compile(r"(?<![\w.])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?![\w(])")


def spans(words: str, names: Names) -> tuple[Span, ...]:
    """A plain sentence with the names of symbols in it (`y_hat`, `W_1`) set as formulas."""
    out: list[Span] = []
    end = 0
    for match in _WORD.finditer(words):
        name = match.group()
        declaration = names.declarations.get(name)
        if declaration is None:
            continue
        out += [words[end : match.start()], names(name, len(declaration.sizes))]
        end = match.end()
    out.append(words[end:])
    return tuple(span for span in out if span != "")


def symbol_items(derivation: Derivation, setter: Typesetter) -> tuple[tuple[Span, ...], ...]:
    """`x ∈ ℝⁿ: input`, symbols of one role and one shape in one line; an error signal that no chain defines is
    defined here."""
    groups: dict[tuple[str, tuple[int | str, ...]], list[Declaration]] = {}
    signals: list[Declaration] = []
    defined = {chain.left.name for chain in derivation.chains if isinstance(chain.left, Symbol)}
    for declaration in derivation.declarations.values():
        along = declaration.of is not None and not declaration.of[0]  # a direction, or what is derived along it
        if declaration.role == "message" and declaration.name not in defined and not along:
            signals.append(declaration)
        elif declaration.role in _ROLES:
            letter = setter.names(declaration.name).letter if declaration.role == "message" else ""
            role = "jacobian" if letter == "J" else "direction" if letter == "v" else declaration.role
            if letter in {"R", "rho", "Hv", "Gv"}:  # defined where they are derived
                continue
            groups.setdefault((role, declaration.sizes), []).append(declaration)
    out: list[tuple[Span, ...]] = []
    for (role, sizes), members in groups.items():
        words = _ROLES[role] + ("s" if len(members) > 1 and role not in {"loss", "unknown", "drawn"} else "")
        words = words.replace("activitys", "activities")
        line: list[Span] = []
        for member in members:
            message = role in {"message", "jacobian"}
            space = message_space(sizes, setter, setter.names.jacobian(member.name)) if message else reals(sizes)
            line += [f.Relation(setter.names(member.name, len(sizes)), "∈", space), ", "]
        out.append((*line[:-1], f": {words}"))
    return (*out, *((signal_definition(d, setter),) for d in signals if d.of is not None))


def reals(sizes: Sequence[int | str]) -> f.Reals:
    return f.Reals(tuple(map(str, sizes)))


def message_space(sizes: tuple[int | str, ...], setter: Typesetter, jacobian: bool = False) -> f.Reals:
    """Where the derivative of the loss by something of these sizes lies; a row in numerator layout.

    For a Jacobian the sizes are those of what is differentiated, then of what it is differentiated by.
    """
    if setter.matrix and setter.layout.numerator != jacobian:
        sizes = (1, *sizes) if len(sizes) == 1 else sizes[::-1] if len(sizes) == 2 else sizes
    return reals(sizes)


def signal_definition(declaration: Declaration, setter: Typesetter) -> Formula:
    """`δ_x = ∂L/∂x ∈ ℝⁿ`, a row in numerator layout."""
    assert declaration.of is not None
    of, by = declaration.of
    sizes = declaration.sizes
    rank = len(sizes)
    if not setter.matrix:  # indices on both sides; the letters are those of x
        axes = tuple(Axis(letter, size) for letter, size in zip("ijk", sizes, strict=False))
        form = IndexForm(setter.names)
        left = form(Symbol(declaration.name, axes))
        right = form(Symbol(by, axes))
        assert isinstance(right, f.Name)
        return f.Relation(left, "=", f.Partial(setter.names(of), right))
    derivative = f.Relation(f.Partial(setter.names(of), setter.names(by, rank)), "∈", message_space(sizes, setter))
    return f.Relation(setter.names(declaration.name, rank), "=", derivative)


def functions_used(derivation: Derivation) -> tuple[str, ...]:
    """The functions that occur and have a definition that no chain states, in order of appearance."""
    expressions: list[Expression] = [e.right for e in derivation.equations]
    for chain in derivation.chains:
        expressions += [chain.left, *(row.right for row in chain.rows)]
    found: dict[str, None] = {}

    def visit(e: Expression) -> None:
        for node in walk(e):
            if isinstance(node, Apply) and node.function not in found:
                row = FUNCTIONS.get(node.function)
                if row is not None and row.definition is not None and row.name not in _FAMILIAR:
                    found[node.function] = None
                    visit(row.definition)

    for expression in expressions:
        visit(expression)
    stated = {c.left.function for c in derivation.chains if isinstance(c.left, Apply) and not any(c.left.order)}
    return tuple(name for name in found if name not in stated)


_FAMILIAR = {"sqrt"}
"""Functions with a notation of their own."""


def function_definition(name: str, names: Names) -> Formula:
    """`σ(s) = 1 / (1 + e^-s)`"""
    row = FUNCTIONS[name]
    assert row.definition is not None
    parameters = tuple(f.Name(p, source=p) for p in row.parameters)
    return f.Relation(f.Call(name, parameters), "=", IndexForm(Names({}))(row.definition))


def assumption_items(derivation: Derivation, setter: Typesetter) -> tuple[tuple[Span, ...], ...]:
    """Each sentence once, with the statements that it makes as formulas behind it."""
    said: dict[str, list[Formula]] = {}
    for assumption in derivation.assumptions:
        statements = said.setdefault(assumption.words, [])
        statement = _statement(assumption, setter)
        if statement is not None:
            statements.append(statement)
    out: list[tuple[Span, ...]] = []
    for words, statements in said.items():
        line: list[Span] = list(spans(words, setter.names))
        for statement in statements:
            first = ", that is, " if ":" in words else ": "
            line += [(first if statement is statements[0] else ", ") if line else "", statement]
        out.append(tuple(span for span in line if span != ""))
    return tuple(out)


def _statement(assumption: Assumption, setter: Typesetter) -> Formula | None:
    """`u > v` or `u = v`, with indices: Σ_k y_k = 1, ŷ_k > 0."""
    left, right = assumption.left, assumption.right
    if left is None or assumption.kind not in {"positive", "equal"}:
        return None
    right = ZERO if right is None else right
    axes = tuple(dict.fromkeys((*left.axes, *right.axes)))
    form = IndexForm(setter.names, letters_for(axes, setter.names.taken()))
    return f.Relation(form(left), ">" if assumption.kind == "positive" else "=", form(right))


def _value(value: object) -> str:
    """A number, or nested lists of them, to six significant digits."""
    if isinstance(value, bool | int | str):
        return str(value)
    tolist = getattr(value, "tolist", None)
    if tolist is not None:
        value = tolist()
    if isinstance(value, Iterable):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return f"{float(value):.6g}"  # type: ignore[arg-type]
