"""A derivation as a Jupyter notebook, and what a notebook shows for a derivation or an expression."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from deltarule.calculus.derivation import Derivation
from deltarule.language.equation import Declaration
from deltarule.language.expression import Axis, Expression
from deltarule.writing.latex import latex
from deltarule.writing.lines import Typesetter, typesetter
from deltarule.writing.markdown import aligned, block_markdown, markdown
from deltarule.writing.naming import Names
from deltarule.writing.outline import Block, Heading, outline

__all__ = ["notebook", "shown_derivation", "shown_expression"]


def notebook(derivation: Derivation) -> str:
    """An .ipynb document (format 4.5): one Markdown cell for each section."""
    cells: list[list[Block]] = []
    for block in outline(derivation):
        if not cells or (isinstance(block, Heading) and block.level <= 2):
            cells.append([])
        cells[-1].append(block)
    return json.dumps(_document(cells), ensure_ascii=False, indent=1) + "\n"


def _document(cells: Iterable[Iterable[Block]]) -> dict[str, Any]:
    return {
        "cells": [
            {
                "cell_type": "markdown",
                "id": f"section-{number}",
                "metadata": {},
                "source": "\n\n".join(filter(None, map(block_markdown, blocks))).splitlines(keepends=True),
            }
            for number, blocks in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def shown_derivation(derivation: Derivation) -> dict[str, str]:
    """What a notebook displays, by MIME type: the whole in Markdown; the results alone in LaTeX."""
    setter = typesetter(derivation)
    results = [aligned((lines := setter.lines(chain)).left, lines.rows) for chain in derivation.chains if chain.final]
    body = " \\\\\n".join(results)
    return {
        "text/markdown": markdown(derivation),
        "text/latex": f"$$\n\\begin{{gathered}}\n{body}\n\\end{{gathered}}\n$$" if results else "",
    }


def shown_expression(
    expression: Expression,
    axes: Iterable[Axis] = (),
    declarations: Mapping[str, Declaration] | None = None,
    layout: str = "denominator",
) -> dict[str, str]:
    """What a notebook displays for one expression, by MIME type."""
    formula = Typesetter(Names(declarations or {}), "matrix", layout).formula(expression, axes)
    return {"text/latex": rf"$\displaystyle {latex(formula)}$"}
