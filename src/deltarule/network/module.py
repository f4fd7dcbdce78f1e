"""What a module is: its forward equation in the text notation, the sizes it takes, its options. No backward code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from deltarule.language.notation import Equations, parse_equations, parse_shapes

__all__ = ["Module", "Option", "OptionValue", "Size", "Sizes"]

Size: TypeAlias = int | str
Sizes: TypeAlias = tuple[int | str, ...]
OptionValue: TypeAlias = bool | str | Fraction


@dataclass(frozen=True)
class Option:
    """A keyword of a module. With `choices`, each value stands for a piece of the equation; else it is a number."""

    name: str
    default: OptionValue
    choices: tuple[tuple[OptionValue, str], ...] = ()
    conventions: tuple[tuple[OptionValue, str], ...] = ()
    """What each value means, as sentences that are printed."""

    def text(self, value: OptionValue) -> str:
        """The value as it stands in the equation."""
        if self.choices:
            return dict(self.choices)[value]
        return f"({value})" if isinstance(value, Fraction) and (value < 0 or value.denominator != 1) else str(value)


@dataclass(frozen=True)
class Module:
    """A row of the table: `equation` (a template over the options) from the input `x` to its last left side."""

    name: str
    equation: str
    shapes: str = ""
    """Sizes of the input and the parameters; a name without one is a scalar. Without a shape for `x`, the module takes
    what comes in."""
    scalar_equation: str = ""
    """The equation where the input is a scalar, if it is another one (`@` becomes `*`)."""
    arguments: tuple[str, ...] = ()
    """The sizes given in parentheses, in order."""
    options: tuple[Option, ...] = ()
    conventions: tuple[str, ...] = ()
    latex: str = ""
    source: str = ""
    inputs: tuple[str, ...] = ("x",)
    pre_activation: bool = False
    """Whether the output is named as a pre-activation (`a_1`, `z`)."""
    trace: Callable[[Mapping[str, Sizes], Mapping[str, Size]], Equations] | None = None
    """For a Python function: its equations for the sizes of the inputs and of the size symbols."""
    loss: bool = False
    prediction: str = ""
    """For a loss that takes something else than the prediction: the prediction from that."""

    def sizes(self, bound: Mapping[str, Size]) -> dict[str, Sizes]:
        """The shapes with size symbols replaced."""
        return {
            name: tuple(size for size in (bound.get(str(s), s) for s in sizes) if size != 1)
            for name, sizes in parse_shapes(self.shapes).items()
        }

    def values(self, options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All options, given or default."""
        return {option.name: options.get(option.name, option.default) for option in self.options}

    def text(self, options: Mapping[str, OptionValue] | None = None, scalar: bool = False) -> str:
        """The equation under the options."""
        values = self.values(options or {})
        template = self.scalar_equation if scalar and self.scalar_equation else self.equation
        return template.format(**{option.name: option.text(values[option.name]) for option in self.options})

    def stated(self, options: Mapping[str, OptionValue] | None = None) -> tuple[str, ...]:
        """The conventions that hold under the options."""
        values = self.values(options or {})
        chosen = (dict(option.conventions).get(values[option.name], "") for option in self.options)
        return (*self.conventions, *(sentence for sentence in chosen if sentence))

    def equations(
        self, incoming: Mapping[str, Sizes], bound: Mapping[str, Size], options: Mapping[str, OptionValue]
    ) -> Equations:
        """The forward equations for the sizes of the inputs and of the size symbols."""
        shapes = {**self.sizes(bound), **incoming}
        if self.trace is not None:
            return self.trace(shapes, bound)
        text = self.text(options, scalar=not any(incoming.values()))
        if bound:
            words = "|".join(map(re.escape, bound))
            text = re.sub(rf"\b(?:{words})\b", lambda match: str(bound[match.group()]), text)
        used = set(re.findall(r"\w+", text))
        return _read(text, tuple((name, sizes) for name, sizes in shapes.items() if name in used))


@lru_cache(maxsize=1024)
def _read(text: str, shapes: tuple[tuple[str, Sizes], ...]) -> Equations:
    return parse_equations(text, dict(shapes))
