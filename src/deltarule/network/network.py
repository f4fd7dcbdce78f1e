"""`Network`: named equations in order, what each name is, and which module each equation comes from.

>>> network = Network.parse("linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce")
>>> [equation.left for equation in network.equations]
[a_1[i], h_1[i], z, y_hat, L]
>>> network.parameters
('W_1', 'b_1', 'w_2', 'b_2')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from deltarule.language.equation import Assumption, Declaration, Equation, Role
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.expression import Apply
from deltarule.language.traversal import names, walk
from deltarule.network.module import BATCH_MEAN, Module, Sizes

__all__ = ["ModuleInstance", "Network"]


@dataclass(frozen=True)
class ModuleInstance:
    """One module of a network. Its equations are those of the network whose `module` is `name`."""

    name: str
    """`linear_1`; without a number where it is the only one of its kind."""
    kind: str
    text: str
    """As in the chain: `linear(2, 2)`."""
    equations: tuple[Equation, ...]
    inputs: tuple[str, ...]
    """The values that come in: the input or the output of the module before; for a loss also the target."""
    output: str
    parameters: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()
    at_prediction: tuple[Equation, ...] = ()
    """What holds at prediction in the place of `equations`, where that is something else."""
    updates: tuple[Equation, ...] = ()
    """What renews the state after a batch: the new value of the left side, by its old one."""
    drawn: dict[str, Fraction] = field(default_factory=dict)
    """Inputs of 0 and 1 that are drawn for each sample while training, and the probability of a 1."""
    state: dict[str, Fraction] = field(default_factory=dict)
    """What is kept from update to update without a gradient, and what it starts at."""


@dataclass(frozen=True, repr=False)
class Network:
    """See the module docstring. Read one with `Network.parse`."""

    text: str
    """The canonical text: `Network.parse(network.text, network.shapes)` is this network."""
    modules: tuple[ModuleInstance, ...]
    declarations: dict[str, Declaration]
    """What each name is, in the order: inputs, then by module parameters and activities, target, loss, sizes."""
    equations: tuple[Equation, ...]
    """The forward pass in order, the loss included."""
    output: str
    """What is differentiated: the loss, or without one the last left side."""
    prediction: str | None
    """What the network says of an input; without a loss, the output."""
    target: str | None = None
    loss: str | None = None
    prediction_equation: Equation | None = None
    """Where the loss takes logits or log-probabilities: the prediction from those, which is no part of the loss."""
    assumptions: tuple[Assumption, ...] = ()
    shapes: str = ""
    """The shapes that belong to `text`, as in `w: n, x: n`."""
    batch: int | str | None = None
    """The size of the batch axis, the first of every input, target and activity; None for one sample."""

    @classmethod
    def parse(
        cls, text: str, shapes: str | Mapping[str, Sizes] | None = None, roles: Mapping[str, Role] | None = None
    ) -> Network:
        """A network from a chain of modules or from equations.

        `shapes` gives the axes of names (`"w: n, x: n, b:"`); `roles` overrides what equations leave open, as in
        `{"s": "input"}`. Raises NotationError or ShapeError, which say where and what would be right.
        """
        from deltarule.network.assemble import assemble
        from deltarule.network.chain import is_chain
        from deltarule.network.written import written

        return assemble(text, shapes) if is_chain(text) else written(text, shapes, roles)

    @classmethod
    def of(cls, *modules: str | Module, shapes: str | Mapping[str, Sizes] | None = None) -> Network:
        """The chain of modules, each as text (`"linear(2, 1)"`) or as a module that needs no sizes.

        >>> Network.of("linear(2, 1)", Module("y = exp(x)"), "squared_error").equations[1].right
        exp(z)
        """
        from deltarule.network.assemble import chained

        return chained(modules, shapes)

    def __repr__(self) -> str:
        return f"Network({self.text!r}{f', shapes={self.shapes!r}' if self.shapes else ''})"

    def __getstate__(self) -> dict[str, Any]:
        """For pickles and their safer kin: text and shapes, where these say everything (roles given apart do not)."""
        says_all = self.batch is None and Network.parse(self.text, self.shapes or None) == self
        return {"text": self.text, "shapes": self.shapes} if says_all else dict(vars(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        plain = set(state) == {"text", "shapes"}
        whole = vars(Network.parse(state["text"], state["shapes"] or None)) if plain else state
        for name, value in whole.items():
            object.__setattr__(self, name, value)

    def _with_role(self, role: Role) -> tuple[str, ...]:
        return tuple(name for name, declaration in self.declarations.items() if declaration.role == role)

    @property
    def parameters(self) -> tuple[str, ...]:
        return self._with_role("parameter")

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._with_role("input")

    @property
    def input(self) -> str | None:
        """The first input."""
        return next(iter(self.inputs), None)

    @property
    def loss_inputs(self) -> tuple[str, ...]:
        """The inputs that only the loss takes: weights of entries."""
        module = self.modules[-1] if self.loss is not None and self.modules else None
        given = () if module is None or len(self.modules) < 2 else module.inputs
        used = {n for m in self.modules[:-1] for e in m.equations for n in names(e.right)}
        return tuple(n for n in given if n in self.inputs and n not in used)

    @property
    def drawn(self) -> dict[str, Fraction]:
        """Inputs of 0 and 1 that are drawn for each sample while training, and the probability of a 1."""
        return {name: p for module in self.modules for name, p in module.drawn.items()}

    @property
    def state(self) -> dict[str, Fraction]:
        """What is kept from update to update without a gradient, and what it starts at."""
        return {name: start for module in self.modules for name, start in module.state.items()}

    @property
    def updates(self) -> tuple[Equation, ...]:
        """The equations that renew the state after a batch."""
        return tuple(e for module in self.modules for e in module.updates)

    @property
    def needs_batch(self) -> bool:
        """Whether an equation takes a mean over the samples of the batch."""
        calls = (n for e in self.equations for n in walk(e.right) if isinstance(n, Apply))
        return self.batch is None and any(n.function == BATCH_MEAN for n in calls)

    @property
    def predicts_otherwise(self) -> bool:
        """Whether other equations hold at prediction than in training."""
        return any(m.at_prediction for m in self.modules)

    def predicting(self) -> Network:
        """The network as it predicts: nothing drawn, the state in the place of what the batch says."""
        modules = tuple(
            replace(m, equations=m.at_prediction or m.equations, at_prediction=(), updates=(), drawn={})
            for m in self.modules
        )
        equations = tuple(e for m in modules for e in m.equations)
        gone = {e.name for e in self.equations} - {e.name for e in equations} | set(self.drawn)
        declarations = {n: d for n, d in self.declarations.items() if n not in gone}
        return replace(self, modules=modules, equations=equations, declarations=declarations)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The symbols among the sizes of the axes, in order of appearance."""
        found = (s for d in self.declarations.values() for s in d.sizes if isinstance(s, str))
        bound = (a.size for e in self.equations for a in e.axes if isinstance(a.size, str))
        return tuple(dict.fromkeys([*found, *bound, *self._with_role("size")]))

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions of all modules, each once."""
        return tuple(dict.fromkeys(sentence for module in self.modules for sentence in module.conventions))

    def module(self, name: str) -> ModuleInstance:
        """The module of that name; a single one of its kind answers to `linear` and to `linear_1`."""
        for instance in self.modules:
            if name in {instance.name, f"{instance.kind}_1" if instance.name == instance.kind else instance.name}:
                return instance
        known = [instance.name for instance in self.modules]
        raise DeltaruleError(f"the network has no module `{name}`{nearest(name, known)} It has {', '.join(known)}.")

    def equation(self, name: str) -> Equation:
        """The equation that defines a name."""
        for equation in self.equations:
            if equation.name == name:
                return equation
        known = [equation.name for equation in self.equations]
        raise DeltaruleError(f"no equation defines `{name}`{nearest(name, known)}")

    def with_batch(self, size: int | str | None = None) -> Network:
        """The network over a batch: an axis in front of every input, target and activity; the loss is the mean.

        `size` is a number or a symbol; by default `m`, or the next letter that is free.
        """
        from deltarule.network.batch import batched

        return batched(self, size)
