"""Equations between vectors and numbers as a NumPy function, for what is done with all parameters as one vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deltarule.language.equation import Equation
from deltarule.language.notation import parse_equations
from deltarule.program.execution import functions_of
from deltarule.program.schedule import lower
from deltarule.program.statement_lines import lines_of
from deltarule.writing.numpy import Spelling, identifier

__all__ = ["VectorEquations"]


@dataclass(frozen=True)
class VectorEquations:
    """`text` in the text notation, `shapes` of its names, the function `name` that gives the values of `results`."""

    name: str
    text: str
    shapes: str
    results: tuple[str, ...]

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        return parse_equations(self.text, self.shapes).equations

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        return parse_equations(self.text, self.shapes).free

    @cached_property
    def source(self) -> str:
        """The function that runs, as readable source."""
        schedule = lower(self.equations, self.results)
        lines = [f"def {self.name}({', '.join(identifier(a) for a in self.arguments)}):", f'    """{self.text}"""']
        for statement in schedule.statements:
            lines += [f"    {line}" for line in lines_of(statement, identifier(statement.name), Spelling())]
        return "\n".join([*lines, f"    return {', '.join(schedule.outputs[name] for name in self.results)}"]) + "\n"

    @cached_property
    def function(self) -> Callable[..., Any]:
        return functions_of(f"import numpy as np\n\n\n{self.source}", "<deltarule equations>")[self.name]
