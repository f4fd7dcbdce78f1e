"""Update equations as a NumPy function that works in place: `left <- right`, one after another.

    m <- beta_1 * m + (1 - beta_1) * gradient          m *= beta_1
                                                       np.multiply(gradient, 1 - beta_1, out=work)
                                                       m += work

An equation is in the text notation (see `update_reading`). `theta` and the state are arrays and are changed in place;
`gradient` is only read, and what an equation makes of it lies in an array of its own; every other name is a number.
Elementwise equations allocate no array: `work` arrays hold what is between. Those with a matrix product, a sum or a
mean are for a parameter with so many axes, and make the arrays that they need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from deltarule.language.expression import Apply, Expression, Symbol
from deltarule.language.traversal import names
from deltarule.program.execution import functions_of
from deltarule.program.update_lines import LinesInPlace, scalar_source
from deltarule.program.update_reading import GRADIENT, PARAMETER, elementwise, read_equations, read_tensors, sizes_of
from deltarule.program.update_tensors import tensor_lines, unfolded

__all__ = ["DECAY", "ScalarEquations", "Update", "read_equations", "scalar_equations", "update"]

DECAY = "weight_decay"
"""The number that is 0 for a parameter that does not decay."""


@dataclass(frozen=True)
class Update:
    """Update equations compiled: `function(theta, gradient, *state, *work, *numbers)`."""

    equations: tuple[str, ...]
    name: str = "update"
    words: str = "One update of a parameter, in place."
    result: str | None = None
    """What is returned: `gradient`, where the equations only prepare it."""
    rank: int | None = None
    """The number of axes of the parameter; None where the equations are elementwise."""

    @cached_property
    def pairs(self) -> tuple[tuple[str, Expression], ...]:
        if self.rank is None:
            return read_equations(self.equations)
        return tuple((left, right.expression) for left, right in read_tensors(self.equations, self.rank))

    def state_shapes(self, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """The shape of each state array of a parameter of that shape."""
        if self.rank is None:
            return dict.fromkeys(self.state, shape)
        sizes = dict(zip(sizes_of(self.rank), shape, strict=True))
        kept = unfolded(self.equations, self.rank).state
        return {name: tuple(s if isinstance(s, int) else sizes[s] for s in kept[name]) for name in self.state}

    @property
    def state_places(self) -> dict[str, tuple[int, ...] | None]:
        """Which axes of the parameter each state array has; None: all of them."""
        if self.rank is None:
            return dict.fromkeys(self.state)
        sizes = sizes_of(self.rank)
        kept = unfolded(self.equations, self.rank).state
        places = {name: tuple(sizes.index(str(s)) for s in kept[name]) for name in self.state}
        return {name: None if len(p) == len(sizes) else p for name, p in places.items()}

    @cached_property
    def state(self) -> tuple[str, ...]:
        """The arrays that are kept from update to update: those read before they are written."""
        found: dict[str, None] = {}
        made = {PARAMETER, GRADIENT}
        lefts = {left for left, _ in self.pairs}
        for left, right in self.pairs:
            for name in sorted(names(right)):
                if name in lefts and name not in made:
                    found[name] = None
            made.add(left)
        return tuple(found)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that the equations use, in order of appearance; `t` first, then `learning_rate`."""
        made = {PARAMETER, GRADIENT, "pi", *sizes_of(self.rank or 0), *(left for left, _ in self.pairs)}
        used: dict[str, None] = {}
        for _, right in self.pairs:
            used |= dict.fromkeys(_in_order(right))
        order = sorted((n for n in used if n not in made), key=lambda n: (n != "t", n != "learning_rate"))
        return tuple(order)

    @cached_property
    def _written(self) -> tuple[list[str], list[str]]:
        if self.rank is not None:
            return tensor_lines(self.equations, self.rank, self.result), []
        writer = LinesInPlace({PARAMETER, GRADIENT, *self.state}, read_only={GRADIENT})
        body: list[str] = []
        for text, (left, right) in zip(self.equations, self.pairs, strict=True):
            body.append(f"# {text}")
            body += writer.assign(left, right)
        result = [] if self.result is None else [f"return {writer.place(self.result)}"]
        return [*body, *result], writer.buffers

    @property
    def work(self) -> tuple[str, ...]:
        """The names of the arrays for what is between, each of the shape of the parameter."""
        return tuple(self._written[1])

    @property
    def arguments(self) -> tuple[str, ...]:
        return (PARAMETER, GRADIENT, *self.state, *self.work, *self.numbers)

    @property
    def source(self) -> str:
        """The function that runs, as readable source."""
        lines = [f"def {self.name}({', '.join(self.arguments)}):", f'    """{self.words}"""']
        return "\n".join([*lines, *(f"    {line}" for line in self._written[0])]) + "\n"

    @cached_property
    def function(self) -> Callable[..., Any]:
        return functions_of(f"import numpy as np\n\n\n{self.source}", "<deltarule update>")[self.name]


def update(equations: tuple[str, ...], result: str | None = None, rank: int = 1) -> Update:
    """The compiled update of these equations; the last ones are kept. The number of axes of the parameter matters where
    they are not elementwise."""
    return _update(equations, result, None if elementwise(equations) else rank)


@lru_cache(maxsize=64)
def _update(equations: tuple[str, ...], result: str | None, rank: int | None) -> Update:
    return Update(equations, result=result, rank=rank)


@dataclass(frozen=True)
class ScalarEquations:
    """Equations among numbers, `left <- right`: `values(**given)` carries them out and gives every left side."""

    equations: tuple[str, ...]

    @cached_property
    def source(self) -> str:
        """As readable source: the function `values` of what the equations use."""
        pairs = read_equations(self.equations)
        body = []
        for text, (left, right) in zip(self.equations, pairs, strict=True):
            body += [f"# {text}", f"{left} = {scalar_source(right)}"]
        lefts = list(dict.fromkeys(left for left, _ in pairs))
        tail = ", ".join(f'"{left}": {left}' for left in lefts)
        lines = [f"def values({', '.join(self.arguments)}):", '    """What the equations give."""']
        lines += [f"    {line}" for line in [*body, f"return {{{tail}}}"]]
        return "\n".join(["import numpy as np", "", "", *lines]) + "\n"

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        made: set[str] = {"pi"}
        used: dict[str, None] = {}
        for left, right in read_equations(self.equations):
            used |= dict.fromkeys(n for n in _in_order(right) if n not in made)
            made.add(left)
        return tuple(used)

    @cached_property
    def _function(self) -> Callable[..., dict[str, Any]]:
        return functions_of(self.source, "<deltarule equations>")["values"]

    def values(self, **given: float) -> dict[str, float]:
        found = self._function(**{name: given[name] for name in self.arguments})
        return {name: float(value) for name, value in found.items()}


@lru_cache(maxsize=64)
def scalar_equations(equations: tuple[str, ...]) -> ScalarEquations:
    """The compiled equations; the last ones are kept."""
    return ScalarEquations(equations)


def _in_order(e: Expression) -> Iterable[str]:
    """The names of an expression, in order of appearance."""
    if isinstance(e, Symbol):
        yield e.name
    for child in e.children if not isinstance(e, Apply) else e.arguments:
        yield from _in_order(child)
