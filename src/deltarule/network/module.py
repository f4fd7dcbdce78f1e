"""What a module is: its forward equation in the text notation, the sizes it takes, its options. No backward code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias

from deltarule.language.errors import NotationError
from deltarule.language.notation import FUNCTION, Equations, parse_equations, parse_expression, parse_shapes
from deltarule.language.tensor import Operand, Tensor

__all__ = ["BATCH_MEAN", "BATCH_SIZE", "Given", "Module", "Option", "OptionValue", "Pair", "Size", "Sizes"]

Size: TypeAlias = int | str
Sizes: TypeAlias = tuple[int | str, ...]
Pair: TypeAlias = tuple[int, int]
"""A number for the rows of an image and one for its columns."""
OptionValue: TypeAlias = bool | str | Fraction | Pair
Given: TypeAlias = Size | Pair
"""What may stand for a size symbol in parentheses."""
BATCH_MEAN = "batch_mean"
"""In an equation of a module: the mean over the samples of the batch."""
BATCH_SIZE = "batch_size"
"""In an update of a state: the number of samples."""


@dataclass(frozen=True)
class Option:
    """A keyword of a module. With `choices`, each value stands for a piece of the equation; else it is a number."""

    name: str
    default: OptionValue
    choices: tuple[tuple[OptionValue, str], ...] = ()
    conventions: tuple[tuple[OptionValue, str], ...] = ()
    """What each value means, as sentences that are printed."""
    interval: tuple[Fraction, Fraction] | None = None
    """Of a number: from the first on, below the second."""
    form: str = ""
    """How a number other than the default stands in the equation, as in `{}*`; at the default nothing stands there."""

    pair: bool = False
    """Whether it may be two numbers, one for the rows of an image and one for its columns."""

    def text(self, value: OptionValue) -> str:
        """The value as it stands in the equation."""
        if self.choices:
            return dict(self.choices)[value]
        if self.form:
            return "" if value == self.default else self.form.format(replace(self, form="").text(value))
        if isinstance(value, Fraction) and value >= 0 and Fraction(repr(float(value))) == value:
            return str(value.numerator) if value.denominator == 1 else repr(float(value))
        return f"({value})"


@dataclass(frozen=True)
class Module:
    """A module is its forward equation: from the input `x`, through parameters, to its last left side.

    >>> swish = Module("y = x * sigmoid(beta * x)")
    >>> swish.parameters
    ('beta',)
    """

    equation: str
    """In the text notation; `{option}` stands for an option. Without a left side, it is that of `y`."""
    shapes: str = ""
    """Sizes of the input and the parameters; a name without one is a scalar. Without a shape for `x`, the module takes
    what comes in."""
    name: str = ""
    arguments: tuple[str, ...] | None = None
    """The sizes given in parentheses, in order; None: the size symbols that the input does not fix."""
    options: tuple[Option, ...] = ()
    conventions: tuple[str, ...] = ()
    latex: str = ""
    source: str = ""
    elsewhere: tuple[str, ...] = ()
    """What other libraries call it, and where they differ."""
    group: str = ""
    """The part of the table that the row belongs to."""
    scalar_equation: str = ""
    """The equation where the input is a scalar, if it is another one (`@` becomes `*`)."""
    inputs: tuple[str, ...] = ("x",)
    outputs: tuple[str, ...] = ()
    """The left sides that the module gives, where these are several; else it gives the last one."""
    pre_activation: bool = False
    """Whether the output is named as a pre-activation (`a_1`, `z`)."""
    domain: Literal["", "positive", "probability"] = ""
    """What the first input has to be: any real number, above 0, or between 0 and 1."""
    loss: bool = False
    prediction: str = ""
    """For a loss that takes something else than the prediction: the prediction from that."""
    at_prediction: str = ""
    """The equations that hold at prediction, where these are others; `equation` is then that of training."""
    drawn: tuple[tuple[str, str], ...] = ()
    """Inputs of 0 and 1 that the program draws for each sample while training: the name, the probability of a 1."""
    state: tuple[tuple[str, Fraction], ...] = ()
    """Arrays that are kept from update to update without a gradient: the name, what it starts at."""
    updates: str = ""
    """The equations that renew the state after a batch, `left <- right`."""

    example: tuple[str, str] = ("", "")
    """For a module whose sizes have to be numbers: a call and the sizes of its input, with which it is shown."""

    variants: tuple[Module, ...] = ()
    """The row for an input with another number of axes: channels of an image in the place of the units of a vector."""

    pairs: tuple[str, ...] = ()
    """Size arguments that may be two numbers: those of a window over rows and columns."""

    counted: bool = False
    """Whether what comes in has as many entries as the product of the sizes: a vector, where nothing else says more."""

    def taking(self, count: int) -> Module:
        """The module for so many sizes, where it takes any number of them: `{sizes}` in its equation."""
        if "{sizes}" not in self.equation:
            return self
        names = tuple(f"n_{k}" for k in range(1, count + 1))
        return replace(self, equation=self.equation.replace("{sizes}", ", ".join(names)), arguments=names)

    def for_axes(self, count: int) -> Module:
        """The row for an input with so many axes."""
        return next((m for m in self.variants if len(parse_shapes(m.shapes)[m.inputs[0]]) == count), self)

    def example_sizes(self) -> tuple[dict[str, Size], Sizes | None]:
        """Numbers for the size symbols and the sizes of the input in the example, if there is one."""
        if not self.example[1]:
            return {}, None
        given = map(int, re.findall(r"(?<![\w=])\d+", self.example[0].partition("(")[2]))
        sizes = tuple(int(n) for n in self.example[1].split() if n != "1")
        bound: dict[str, Size] = dict(zip(self.size_arguments, given, strict=False))
        stated = (s for s in parse_shapes(self.shapes).get(self.inputs[0], ()) if bound.get(str(s)) != 1)
        return {**{str(s): n for s, n in zip(stated, sizes, strict=False)}, **bound}, sizes

    @property
    def size_arguments(self) -> tuple[str, ...]:
        """The names of the sizes that stand in parentheses."""
        if self.arguments is not None:
            return self.arguments
        shapes = parse_shapes(self.shapes)
        fixed = shapes.get(self.inputs[0], ())
        symbols = (s for sizes in shapes.values() for s in sizes if isinstance(s, str) and s not in fixed)
        return tuple(dict.fromkeys(symbols))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, in the order in which the equation uses them."""
        shapes = parse_shapes(self.shapes)
        incoming = {name: shapes.get(name, ("n",)) for name in self.inputs}
        drawn = {name for name, _ in self.drawn}
        bound, sizes = self.example_sizes()
        if sizes is not None:
            incoming = {name: sizes for name in self.inputs}
        return tuple(n for n in self.equations(incoming, bound, {}).free if n not in self.inputs and n not in drawn)

    def sizes(self, bound: Mapping[str, Given]) -> dict[str, Sizes]:
        """The shapes with size symbols replaced: of a pair, the first number stands first."""
        out: dict[str, Sizes] = {}
        for name, sizes in parse_shapes(self.shapes).items():
            found: list[Size] = []
            for k, symbol in enumerate(sizes):
                size = bound.get(str(symbol), symbol)
                size = size[sizes[:k].count(symbol)] if isinstance(size, tuple) else size
                found += [size] if size != 1 else []
            out[name] = tuple(found)
        return out

    def values(self, options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All options, given or default."""
        return {option.name: options.get(option.name, option.default) for option in self.options}

    def text(self, options: Mapping[str, OptionValue] | None = None, scalar: bool = False) -> str:
        """The equation under the options."""
        text = self.filled(self.scalar_equation if scalar and self.scalar_equation else self.equation, options or {})
        return text if re.search(r"(?<![=<>!])=(?!=)", re.sub(r"\([^()]*\)", "", text)) else f"y = {text}"

    def filled(self, text: str, options: Mapping[str, OptionValue]) -> str:
        """A text of the row with its options put in."""
        values = self.values(options)
        for option in self.options:
            text = text.replace(f"{{{option.name}}}", option.text(values[option.name]))
        return text

    def stated(self, options: Mapping[str, OptionValue] | None = None) -> tuple[str, ...]:
        """The conventions that hold under the options."""
        values = self.values(options or {})
        chosen = (dict(option.conventions).get(values[option.name], "") for option in self.options)
        return (*self.conventions, *(sentence for sentence in chosen if sentence))

    def equations(
        self, incoming: Mapping[str, Sizes], bound: Mapping[str, Given], options: Mapping[str, OptionValue]
    ) -> Equations:
        """The forward equations for the sizes of the inputs and of the size symbols."""
        read = self.read(self.text(options, scalar=not any(incoming.values())), incoming, bound)
        for name in self.inputs:
            if name not in read.free:
                raise NotationError(f"the module `{self.name or self.equation}` does not use its input `{name}`")
        return read

    def read(self, text: str, incoming: Mapping[str, Sizes], bound: Mapping[str, Given]) -> Equations:
        """Equations between the names of the row, which have the shapes that follow from its inputs and sizes."""
        shapes: dict[str, Sizes] = {name: incoming.get(self.inputs[0], ()) for name, _ in self.drawn}
        shapes |= {**self.sizes(bound), **incoming, BATCH_MEAN: (FUNCTION,)}
        if bound:
            words = "|".join(map(re.escape, bound))
            text = re.sub(rf"\b(?:{words})\b", lambda match: str(bound[match.group()]), text)
        used = set(re.findall(r"\w+", text))
        return _read(text, tuple((name, sizes) for name, sizes in shapes.items() if name in used))

    def __call__(self, *inputs: Operand, **parameters: Operand) -> Tensor:
        """The module put into another one: its equations over tensors, inputs first, parameters in order or by name."""
        if self.drawn or self.state:
            raise NotationError(f"`{self.name}` is one thing in training, another at prediction: call it in a network")
        names = (*self.inputs, *self.parameters)
        given = dict(zip(names, inputs, strict=False)) | parameters
        if len(inputs) > len(names) or set(given) != set(names):
            raise NotationError(f"`{self.name or 'the module'}` takes {', '.join(names)}, each once")
        scope = {name: Tensor.value(value) for name, value in given.items()}
        value = Tensor.value(0)
        text = self.text(scalar=not any(scope[name].axes for name in self.inputs))
        for left, right in (statement.split("=", 1) for statement in re.split(r"[;\n]", text) if statement.strip()):
            value = scope[left.strip()] = parse_expression(right, scope, relabel=False)
        return value


@lru_cache(maxsize=1024)
def _read(text: str, shapes: tuple[tuple[str, Sizes], ...]) -> Equations:
    return parse_equations(text, dict(shapes))
