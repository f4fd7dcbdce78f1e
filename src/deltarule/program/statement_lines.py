"""A statement of a schedule as lines of NumPy, as a person would write them."""

from __future__ import annotations

from deltarule.language.arrangement import (
    Add,
    Arrangement,
    Call,
    ColumnScale,
    Hadamard,
    Leaf,
    MatMul,
    Outer,
    PowerOf,
    RowScale,
    Scale,
    arrange,
)
from deltarule.language.expression import Symbol
from deltarule.program.moving import move_lines
from deltarule.program.schedule import Statement
from deltarule.program.selecting import move_of
from deltarule.writing.einsum import print_einsum
from deltarule.writing.factors import factors_of
from deltarule.writing.numpy import PRODUCT, TWINS, Printer, Spelling

__all__ = ["lines_of"]


def lines_of(statement: Statement, name: str, spelling: Spelling) -> list[str]:
    """`name = ...`, and `name += ...` where a person would not make a second array."""
    move = move_of(statement.right)
    if move is not None:
        return move_lines(name, move, statement.axes, spelling)
    node = arrange(statement.right, statement.axes)
    if node is None:
        return [f"{name} = {print_einsum(statement.right, statement.axes, spelling)}"]
    printer = Printer(spelling)
    if len(node.axes) == 2:
        match node:
            case Add():
                lines = _accumulated_sum(node, name, statement.into, printer)
            case Hadamard() | Scale() | RowScale() | ColumnScale():
                lines = _accumulated_product(node, name, statement.into, printer)
            case Call(function=function) if (
                statement.into and TWINS.get(function, "").startswith("np.") and function not in {"step", "softplus"}
            ):
                source = printer.full(node).source
                lines = [f"{name} = {source[:-1]}, out={spelling.name(statement.into)})"]
            case _:
                lines = None
        if lines:
            return lines
    return [f"{name} = {printer.full(node).source}"]


def _starts(node: Arrangement, into: str | None) -> bool:
    """Whether it is a new array, or the array that may be overwritten."""
    if isinstance(node, Leaf):
        return isinstance(node.expression, Symbol) and node.expression.name == into
    return isinstance(node, MatMul | Outer)


def _accumulated_sum(node: Add, name: str, into: str | None, printer: Printer) -> list[str] | None:
    start = next((t for t in node.terms if _starts(t, into) and t.axes == node.axes), None)
    if start is None:
        return None
    reused = "  # in its array, which is not needed any more" if isinstance(start, Leaf) else ""
    lines = [f"{name} = {printer.full(start).source}{reused}"]
    for term in node.terms:
        if term is not start:
            text = printer.loose(term)
            if text.source.startswith("-") and text.within(PRODUCT) == text.source:
                lines.append(f"{name} -= {text.source[1:]}")
            else:
                lines.append(f"{name} += {text.source}")
    return lines


def _accumulated_product(node: Arrangement, name: str, into: str | None, printer: Printer) -> list[str] | None:
    factors = factors_of(node)
    start = next((f for f, column in factors if not column and _starts(f, into) and f.axes == node.axes), None)
    if start is None:
        return None
    reused = "  # in its array, which is not needed any more" if isinstance(start, Leaf) else ""
    lines = [f"{name} = {printer.full(start).source}{reused}"]
    scalars: list[tuple[Arrangement, bool]] = []
    arrays: list[tuple[Arrangement, bool]] = []
    for factor, column in factors:
        if factor is not start:
            (arrays if factor.axes else scalars).append((factor, column))
    below = [part for part in scalars if _divides(part[0])]
    above = [part for part in scalars if part not in below]
    groups = [[*above, arrays[0]], *([part] for part in arrays[1:])] if arrays else [above] if above else []
    for group in groups:
        if len(group) == 1 and _divides(group[0][0]):
            below.append(group[0])
        else:
            lines.append(f"{name} *= {_factor(group, printer)}")
    for factor, column in below:
        assert isinstance(factor, PowerOf)
        base = factor.base if factor.exponent == -1 else PowerOf(factor.base, -factor.exponent)
        lines.append(f"{name} /= {(printer.column(base) if column else printer.full(base)).source}")
    return lines


def _divides(node: Arrangement) -> bool:
    return isinstance(node, PowerOf) and node.exponent < 0


def _factor(group: list[tuple[Arrangement, bool]], printer: Printer) -> str:
    if len(group) == 1:
        factor, column = group[0]
        choice = None if column else printer.indicator(factor)
        return choice or (printer.column(factor) if column else printer.loose(factor)).source
    return printer.quotient(group).source
