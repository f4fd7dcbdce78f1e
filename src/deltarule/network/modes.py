"""What a module does otherwise at prediction than in training: its other equations, what it draws, what it keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from deltarule.language.equation import Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Expression, Number, Symbol
from deltarule.language.notation import Equations, equation, parse_expression
from deltarule.language.tensor import Tensor
from deltarule.language.traversal import substitute
from deltarule.network.module import BATCH_SIZE, Given, Module, OptionValue, Sizes
from deltarule.network.network import ModuleInstance

__all__ = ["Modes", "modes_of", "renamed"]


@dataclass(frozen=True)
class Modes:
    """What stands beside the equations of training, in the names of the row."""

    at_prediction: tuple[Equation, ...] = ()
    updates: tuple[Equation, ...] = ()
    drawn: dict[str, Fraction] = field(default_factory=dict)
    state: dict[str, Fraction] = field(default_factory=dict)
    shapes: dict[str, Sizes] = field(default_factory=dict)
    """Of what is kept."""

    def put_in(self, instance: ModuleInstance, renaming: Mapping[str, str], taken: Collection[str]) -> ModuleInstance:
        """The instance with all of it, in the names of the network."""

        def own(rows: tuple[Equation, ...]) -> tuple[Equation, ...]:
            return tuple(
                equation(renaming[e.name], Tensor(renamed(e.right, renaming), e.axes), taken, instance.name)
                for e in rows
            )

        return replace(
            instance,
            at_prediction=own(self.at_prediction),
            updates=own(self.updates),
            drawn={renaming[name]: p for name, p in self.drawn.items()},
            state={renaming[name]: start for name, start in self.state.items()},
        )


def modes_of(
    module: Module,
    options: Mapping[str, OptionValue],
    incoming: Mapping[str, Sizes],
    bound: Mapping[str, Given],
    training: Equations,
) -> Modes:
    """What the row says of prediction and of its state, for the sizes that come in."""
    drawn = {name: _number(module.filled(text, options)) for name, text in module.drawn}
    activities = {e.name: tuple(a.size for a in e.axes) for e in training.equations}
    shapes: dict[str, Sizes] = {}
    predicting: tuple[Equation, ...] = ()
    updates: list[Equation] = []
    if module.at_prediction:
        read = module.read(module.filled(module.at_prediction, options), incoming, bound)
        predicting, shapes = read.equations, {name: read.sizes[name] for name, _ in module.state}
    for row in filter(str.strip, module.filled(module.updates, options).split(";")):
        left, right = (side.strip() for side in row.split("<-"))
        new = module.read(f"new_{left} = {right}", {**incoming, **activities, **shapes, BATCH_SIZE: ()}, bound)
        (found,) = new.equations  # under another name: in the notation no equation uses its own left side
        updates.append(replace(found, left=Symbol(left, found.left.indices)))
    return Modes(predicting, tuple(updates), drawn, dict(module.state), shapes)


def _number(text: str) -> Fraction:
    found = parse_expression(text, {}).expression
    if not isinstance(found, Number):
        raise DeltaruleError(f"`{text}` is no number")
    return Fraction(found.value)


def renamed(e: Expression, renaming: Mapping[str, str]) -> Expression:
    """The expression with other names for its symbols."""

    def put(node: Expression) -> Expression | None:
        if isinstance(node, Symbol) and renaming.get(node.name, node.name) != node.name:
            return Symbol(renaming[node.name], node.indices)
        return None

    return substitute(e, put)
