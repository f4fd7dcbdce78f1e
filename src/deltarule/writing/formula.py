"""A formula as it is read on paper: what LaTeX, MathML and Unicode all print.

An expression says what is computed, a formula says how it stands on the page: fractions, indices, bold letters, a
sign before a term. `composition` puts the parentheses, once, so that no printer can forget them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Absolute",
    "Bar",
    "Big",
    "Call",
    "Cases",
    "Exponential",
    "Formula",
    "Fraction",
    "Indexed",
    "Indicator",
    "Name",
    "Norm",
    "Numeral",
    "Operator",
    "Parentheses",
    "Partial",
    "Product",
    "Reals",
    "Relation",
    "Root",
    "Special",
    "Superscript",
    "Table",
    "Terms",
    "Transposed",
]


@dataclass(frozen=True)
class Name:
    """A letter with its accent, layer number, indices; `of` is what an error signal δ belongs to."""

    letter: str
    accent: str = ""
    number: str = ""
    word: str = ""
    rank: int = 0
    """The number of axes that stand unwritten: 0 is a number (plain), otherwise a vector or a matrix (bold)."""
    indices: tuple[str, ...] = ()
    of: Name | None = None
    source: str = ""
    """The name in the text notation."""


@dataclass(frozen=True)
class Numeral:
    text: str
    """Digits without a sign."""


@dataclass(frozen=True)
class Special:
    """A constant with a sign of its own: `one` (the vector of ones) or `identity` (the unit matrix)."""

    kind: str


@dataclass(frozen=True)
class Call:
    """f(arguments), f'(argument), ∂_k f(arguments); `bare` is `log y`."""

    function: str
    arguments: tuple[Formula, ...]
    order: tuple[int, ...] = ()
    bare: bool = False


@dataclass(frozen=True)
class Exponential:
    """e to a power written as a superscript."""

    exponent: Formula


@dataclass(frozen=True)
class Fraction:
    top: Formula
    bottom: Formula


@dataclass(frozen=True)
class Partial:
    """∂of/∂by as a fraction."""

    of: Name
    by: Name


@dataclass(frozen=True)
class Operator:
    """∂/∂by of a formula in parentheses."""

    by: Name
    body: Formula


@dataclass(frozen=True)
class Bar:
    """The body with what is held fixed below a bar."""

    body: Formula
    held: tuple[Name, ...]


@dataclass(frozen=True)
class Superscript:
    base: Formula
    exponent: str
    """A number with its sign."""
    elementwise: bool = False


@dataclass(frozen=True)
class Transposed:
    base: Formula


@dataclass(frozen=True)
class Product:
    """The factors; `signs[k]` stands between factor k and factor k + 1: `` (nothing), `dot`, `odot`."""

    factors: tuple[Formula, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """A sum of terms, each with its sign."""

    items: tuple[tuple[bool, Formula], ...]
    """(negative, term)."""


@dataclass(frozen=True)
class Big:
    """Σ or max over letters that run from 1 to a size; for a maximum the size is "" where the body says it."""

    operator: str
    letters: tuple[tuple[str, str], ...]
    body: Formula


@dataclass(frozen=True)
class Indexed:
    """A component of a matrix that has no letter of its own: (X^-1)_ij."""

    base: Formula
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Parentheses:
    body: Formula


@dataclass(frozen=True)
class Absolute:
    body: Formula


@dataclass(frozen=True)
class Norm:
    """The Euclidean length of a vector."""

    body: Formula


@dataclass(frozen=True)
class Root:
    body: Formula


@dataclass(frozen=True)
class Indicator:
    """1 where the relation holds, else 0."""

    left: Formula
    relation: str
    right: Formula


@dataclass(frozen=True)
class Cases:
    """Values with their conditions (`left relation 0`), and the value otherwise."""

    cases: tuple[tuple[Formula, Formula, str], ...]
    """(value, left side of the condition, `>` or `>=`)."""
    otherwise: Formula


@dataclass(frozen=True)
class Table:
    """A matrix or a vector written out; a vector has one row or one column."""

    rows: tuple[tuple[Formula, ...], ...]


@dataclass(frozen=True)
class Relation:
    """A statement: `left sign right`."""

    left: Formula
    sign: str
    right: Formula


@dataclass(frozen=True)
class Reals:
    """The space of real numbers, vectors or matrices of these sizes."""

    sizes: tuple[str, ...]


Formula: TypeAlias = (
    Name
    | Numeral
    | Special
    | Call
    | Exponential
    | Fraction
    | Partial
    | Operator
    | Bar
    | Superscript
    | Transposed
    | Product
    | Terms
    | Big
    | Indexed
    | Parentheses
    | Absolute
    | Norm
    | Root
    | Indicator
    | Cases
    | Table
    | Relation
    | Reals
)
