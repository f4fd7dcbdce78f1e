"""Derivations on paper, screens and in files, and expressions in every notation.

write(derivation, "markdown")            # the whole derivation, in one of FORMATS
to_latex(expression, axes, declarations) # one expression
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from deltarule.calculus.derivation import Derivation
from deltarule.language.equation import Declaration
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.expression import Axis, Expression

__all__ = ["FORMATS", "to_latex", "to_text", "to_unicode", "write"]

FORMATS: dict[str, tuple[str, str]] = {
    "text": ("terminal", "plain"),
    "markdown": ("markdown", "markdown"),
    "latex": ("latex_document", "latex_document"),
    "html": ("html", "html"),
    "json": ("json", "as_json"),
    "notebook": ("notebook", "notebook"),
    "card": ("card", "card"),
}
"""Formats and their writers: a module of this folder, and its function from a derivation to text."""


def write(derivation: Derivation, format: str) -> str:
    """The derivation as text in one of `FORMATS`; raises DeltaruleError for a format that is not there."""
    if format not in FORMATS:
        raise DeltaruleError(f"unknown format `{format}`{nearest(format, FORMATS)}: one of {', '.join(FORMATS)}")
    module, function = FORMATS[format]
    writer: Callable[[Derivation], str] = getattr(import_module(f"{__name__}.{module}"), function)
    return writer(derivation)


def to_latex(
    expression: Expression,
    axes: Iterable[Axis] = (),
    declarations: Mapping[str, Declaration] | None = None,
    detail: str = "matrix",
    layout: str = "denominator",
) -> str:
    """The expression as LaTeX, its free axes in the order of `axes`."""
    from deltarule.writing.latex import latex
    from deltarule.writing.lines import Typesetter
    from deltarule.writing.naming import Names

    return latex(Typesetter(Names(declarations or {}), detail, layout).formula(expression, axes))


def to_unicode(
    expression: Expression,
    axes: Iterable[Axis] = (),
    declarations: Mapping[str, Declaration] | None = None,
    detail: str = "matrix",
    layout: str = "denominator",
) -> str:
    """The expression in one line with the signs of Unicode."""
    from deltarule.writing.linear import linear
    from deltarule.writing.lines import Typesetter
    from deltarule.writing.naming import Names

    return linear(Typesetter(Names(declarations or {}), detail, layout).formula(expression, axes))


def to_text(
    expression: Expression, axes: Iterable[Axis] | None = None, declarations: Mapping[str, Declaration] | None = None
) -> str:
    """The expression in the text notation."""
    from deltarule.writing.text import text

    return text(expression, axes, declarations)
