"""From the links of a chain to a network: shapes from left to right, names as textbooks give them.

Names: the input `x`; pre-activations `a_1`, `a_2`, ... and `z` for the last one before a loss; activities `h_1`, ...;
with a loss the prediction `y_hat` and the target `y`, without one the output `y`; parameters with the number of their
layer where there are several (`W_1`, `b_1`), vectors and scalars in lower case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from deltarule.language.equation import Declaration, Role
from deltarule.language.errors import DeltaruleError, NotationError, ShapeError
from deltarule.language.notation import Equations, equation, parse_equations, parse_shapes
from deltarule.language.tensor import Tensor
from deltarule.network.assumptions import assumptions
from deltarule.network.chain import Link, read_chain
from deltarule.network.losses import LOSSES
from deltarule.network.modes import Modes, modes_of, renamed
from deltarule.network.module import Given, Module, Sizes
from deltarule.network.modules import MODULES
from deltarule.network.names import latex
from deltarule.network.network import ModuleInstance, Network

__all__ = ["assemble", "chained"]


def assemble(text: str, shapes: str | Mapping[str, Sizes] | None = None) -> Network:
    """The network of a chain."""
    return chained([text], shapes)


def chained(modules: Sequence[str | Module], shapes: str | Mapping[str, Sizes] | None = None) -> Network:
    """The network of a chain whose modules are texts or modules, which may have no name."""
    table = {**MODULES, **LOSSES}
    texts = []
    for number, item in enumerate(modules, 1):
        if isinstance(item, str):
            texts.append(item)
            continue
        module = replace(item, name=item.name or f"module_{number}")
        if table.setdefault(module.name, module) != module:
            raise DeltaruleError(f"two modules have the name `{module.name}`")
        texts.append(module.name)
    links = read_chain(" -> ".join(texts), table)
    return _Assembly(links, parse_shapes(shapes) if isinstance(shapes, str) else dict(shapes or {})).network()


def _outputs(links: list[Link]) -> list[str]:
    """The name of each module's output."""
    loss = links[-1].module if links[-1].module.loss else None
    modules = links[:-1] if loss else links
    last = len(modules) - 1
    final = loss.inputs[0] if loss else "y"
    z = max((k for k, link in enumerate(modules) if link.module.pre_activation), default=None)
    out: list[str] = []
    counts: Counter[str] = Counter()
    for k, link in enumerate(modules):
        if k == last:
            out.append(final)
        elif loss and k == z and final != "z":
            out.append("z")
        else:
            letter = "a" if link.module.pre_activation else "h"
            counts[letter] += 1
            out.append(f"{letter}_{counts[letter]}")
    return [*out, "L"] if loss else out


def _instance_names(links: list[Link]) -> list[str]:
    """`linear_1`, `linear_2`, `relu`: numbered where there are several of a kind."""
    count = Counter(link.module.name for link in links)
    seen: Counter[str] = Counter()
    out = []
    for link in links:
        kind = link.module.name
        seen[kind] += 1
        out.append(f"{kind}_{seen[kind]}" if count[kind] > 1 else kind)
    return out


class _Assembly:
    def __init__(self, links: list[Link], shapes: Mapping[str, Sizes]) -> None:
        self.links = links
        self.outputs = _outputs(links)
        self.names = _instance_names(links)
        self.loss = links[-1].module if links[-1].module.loss else None
        self.input = "x" if len(links) > 1 or not self.loss else self.loss.inputs[0]
        self.reserved = {*self.outputs, self.input, "x", "y", "y_hat", "L"}
        self.sizes: dict[str, Sizes] = {}
        self.declarations: dict[str, Declaration] = {}
        self.symbolic = {s for link in links for s in link.sizes if isinstance(s, str)}
        for name in shapes:
            if name != self.input:
                raise NotationError(
                    f"the shapes of a chain give its input `{self.input}` only, not `{name}`",
                    remedy="The modules give the others.",
                )
        self._declare(self.input, shapes.get(self.input, self._incoming()), "input")

    def _incoming(self) -> Sizes:
        """The sizes of the input: those of the first module that states them; else a vector of size n."""
        vector: Sizes = ("n",)
        for link in self.links:
            counts = [s for s in link.sizes if isinstance(s, int)]
            if link.module.counted and len(counts) == len(link.sizes):
                return (prod(counts),)
            stated = link.module.sizes(dict(zip(link.module.size_arguments, link.sizes, strict=True))).get("x")
            if stated is not None and (link.sizes or len(stated) != 1):
                return stated
            vector = vector if stated is None else stated  # of any size, as layer_norm: what comes after says which
        return vector

    def _bound(self, link: Link, incoming: Sizes) -> dict[str, Given]:
        """The values of the size symbols of a module: its arguments, and what its input says of the rest."""
        bound: dict[str, Given] = dict(zip(link.module.size_arguments, link.sizes, strict=True))
        stated = parse_shapes(link.module.shapes).get(link.module.inputs[0], ())
        stated = tuple(s for s in stated if bound.get(str(s)) != 1)  # a size 1 makes no axis
        if not incoming and link.module.scalar_equation:
            incoming = (1,) * len(stated)
        for symbol, size in zip(stated, incoming, strict=False):
            if isinstance(symbol, str):
                bound.setdefault(symbol, size)
        return bound

    def _declare(self, name: str, sizes: Sizes, role: Role) -> None:
        self.symbolic |= {size for size in sizes if isinstance(size, str)}
        self.sizes[name] = sizes
        self.declarations[name] = Declaration(name, sizes, role, latex(name))

    def network(self) -> Network:
        instances: list[ModuleInstance] = []
        found: list[tuple[Equations, Modes, dict[str, str]]] = []
        current = self.input
        for link, name, output in zip(self.links, self.names, self.outputs, strict=True):
            inputs, renaming, read, modes, conventions = self._module(link, name, current, output)
            found.append((read, modes, renaming))
            parameters = tuple(renaming[p] for p in read.free if self.declarations[renaming[p]].role == "parameter")
            instances.append(
                ModuleInstance(name, link.module.name, str(link), (), inputs, output, parameters, conventions)
            )
            current = output
        taken = {*self.declarations, *self.symbolic}
        if clash := sorted(self.symbolic & set(self.declarations)):
            link = next((li for li in self.links if clash[0] in li.sizes), self.links[0])
            raise link.piece.error(
                f"the size `{clash[0]}` has the name of a value", "Choose another letter for the size."
            )
        modules = []
        for instance, (read, modes, renaming) in zip(instances, found, strict=True):
            equations = tuple(
                equation(renaming[e.name], Tensor(renamed(e.right, renaming), e.axes), taken, instance.name)
                for e in read.equations
            )
            modules.append(modes.put_in(replace(instance, equations=equations), renaming, taken))
        return self._finish(tuple(modules), taken)

    def _module(
        self, link: Link, name: str, current: str, output: str
    ) -> tuple[tuple[str, ...], dict[str, str], Equations, Modes, tuple[str, ...]]:
        """Read the equations of one module for what comes in; give every name in them its name in the network."""
        incoming = self.sizes[current]
        link = replace(link, module=link.module.for_axes(len(incoming)))
        module = link.module
        bound = self._bound(link, incoming)
        stated = module.sizes(bound).get(module.inputs[0])
        if stated is not None and stated != incoming:
            before = f"`{current}`" if current == self.input else f"{self._maker(current)} before it"
            raise ShapeError(
                f"`{link}` takes {_axes(stated)}, but {before} gives {_axes(incoming)}",
                link.piece.text,
                link.piece.start,
                f"Write {_remedy(link, incoming)}." if module.size_arguments and len(incoming) <= 1 else "",
            )
        sizes = {module.inputs[0]: incoming}
        renaming = {module.inputs[0]: current}
        inputs = [current]
        if module.loss:
            self._declare("y", incoming, "target")
            sizes["y"] = incoming
            renaming["y"] = "y"
            inputs.append("y")
            sizes |= dict.fromkeys(module.inputs[2:], incoming)
        try:
            read = module.equations(sizes, bound, link.options)
            modes = modes_of(module, link.options, sizes, bound, read)
        except NotationError as error:
            kind = ShapeError if isinstance(error, ShapeError) else NotationError
            raise kind(
                f"`{link}` cannot take {_axes(incoming)}: {error.message}",
                link.piece.text,
                link.piece.start,
                error.remedy,
            ) from None
        numbered = name != module.name
        for parameter, shape in {**{p: read.sizes[p] for p in read.free}, **modes.shapes}.items():
            if parameter in renaming:
                continue
            base = parameter.lower() if len(shape) < 2 and len(parameter) == 1 else parameter
            new = self._unique(f"{base}_{name.rsplit('_', 1)[1]}" if numbered else base)
            renaming[parameter] = new
            further = parameter in module.inputs  # a cell takes its state beside what comes in
            role: Role = "input" if further else "drawn" if parameter in modes.drawn else "parameter"
            self._declare(new, shape, "state" if parameter in modes.state else role)
            if further:
                inputs.append(new)
        for e in read.equations:
            last = e is read.equations[-1]
            renaming[e.name] = output if last else self._unique(e.name)
            self._declare(
                renaming[e.name], tuple(a.size for a in e.axes), "loss" if module.loss and last else "activity"
            )
        return tuple(inputs), renaming, read, modes, module.stated(link.options)

    def _maker(self, value: str) -> str:
        return f"`{self.links[self.outputs.index(value)]}`"

    def _unique(self, name: str) -> str:
        candidate, number = name, 1
        while candidate in self.declarations or candidate in self.reserved:
            number += 1
            candidate = f"{name}_{number}"
        return candidate

    def _finish(self, modules: tuple[ModuleInstance, ...], taken: set[str]) -> Network:
        equations = tuple(e for module in modules for e in module.equations)
        final = self.loss.inputs[0] if self.loss else self.outputs[-1]
        prediction, prediction_equation = final, None
        if self.loss and self.loss.prediction:
            read = parse_equations(self.loss.prediction, {final: self.sizes[final]}).equations[0]
            prediction = read.name
            prediction_equation = equation(prediction, Tensor(read.right, read.axes), {*taken, prediction}, "")
            self._declare(prediction, self.sizes[final], "activity")
        text = " -> ".join(map(str, self.links))
        network = Network(
            text,
            modules,
            self.declarations,
            equations,
            output="L" if self.loss else final,
            prediction=prediction,
            target="y" if self.loss else None,
            loss="L" if self.loss else None,
            prediction_equation=prediction_equation,
            shapes=f"{self.input}: {' '.join(map(str, self.sizes[self.input]))}".strip(),
        )
        return assumptions(network, self.links[-1] if self.loss else None)


def _axes(sizes: Sizes) -> str:
    return f"a vector of {sizes[0]}" if len(sizes) == 1 else "a scalar" if not sizes else f"axes {list(sizes)}"


def _remedy(link: Link, incoming: Sizes) -> str:
    return str(Link(link.module, link.piece, (*(incoming or (1,)), *link.sizes[1:]), link.options))
