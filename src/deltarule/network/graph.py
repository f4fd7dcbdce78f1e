"""Equations that call modules: `h = relu(linear(4, 8)(x)); y_hat = h + linear(4, 8)(x)`. A network is a graph.

What stands in the first parentheses are the sizes and options of a module, as in a chain; in the second its inputs.
A module without sizes is called as it is: `layer_norm(h)`. Every call is an instance with parameters of its own,
unless the module was named before: after `cell = rnn_cell(3, 4)`, all calls of `cell` share one set of parameters. A
module with several outputs gives several names: `h_1, c_1 = cell(x_1, h_0, c_0)`.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace

from deltarule.language.equation import Equation, Role
from deltarule.language.errors import NotationError, ShapeError, nearest
from deltarule.language.expression import Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.notation import (
    FUNCTION,
    Equations,
    Reader,
    equation,
    is_name,
    parse_equations,
    parse_shapes,
    statement,
    value_names,
)
from deltarule.language.source import Parsed, Piece, check_text, parsed, pieces
from deltarule.language.tensor import Tensor
from deltarule.language.tensor_functions import TENSOR_FUNCTIONS
from deltarule.language.traversal import symbols
from deltarule.network.chain import Link, read_link
from deltarule.network.losses import LOSSES
from deltarule.network.modes import Modes, modes_of, renamed
from deltarule.network.module import Given, Module, Sizes
from deltarule.network.modules import MODULES
from deltarule.network.network import ModuleInstance

__all__ = ["Graph", "calls_modules", "instances_of", "prediction_of", "read_graph"]

PLAIN = "equations"
LAST = "y"
"""Stands for the last left side of a module that names no outputs."""


@dataclass
class Instance:
    """One call of a module, or a run of plain equations."""

    name: str
    kind: str
    text: str
    parameters: list[str] = field(default_factory=list)
    conventions: tuple[str, ...] = ()
    link: Link | None = None
    modes: Modes = field(default_factory=Modes)
    renaming: dict[str, str] = field(default_factory=dict)


@dataclass
class _Shared:
    """A module that was given a name: its sizes and, once it was called, the names of its parameters."""

    link: Link
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Graph:
    """What was read: as for plain equations, with the instance of each equation and the parameters of the modules."""

    read: Equations
    instances: list[Instance]
    roles: dict[str, Role]
    """Of the parameters that modules bring, and of the free names that go into modules."""
    loss: Link | None = None
    """The loss that an equation is, if it is nothing but that call."""
    loss_input: str = ""
    """What goes into that loss."""


def calls_modules(text: str) -> bool:
    """Whether a text of equations calls a module somewhere (a name of the tables that is no function)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, on what is no Python
            tree = ast.parse("\n".join(line.strip() for line in text.replace(";", "\n").split("\n")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return next(_module_calls(tree), None) is not None


def _module_of(node: ast.AST, shared: Container[str] = frozenset()) -> str | None:
    """The module, or the name of a shared one, that a call names."""
    match node:
        case ast.Call(func=ast.Call(func=ast.Name(id=name))):
            return name
        case ast.Call(func=ast.Name(id=name)) if name in shared:
            return name
        case ast.Call(func=ast.Name(id=name)) if (name in MODULES or name in LOSSES) and name not in _FUNCTIONS:
            return name
    return None


def _module_calls(tree: ast.AST, shared: Container[str] = frozenset()) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a module with its name: of `linear(4, 2)(x)` the whole, not the part with the sizes."""
    stack = [tree]
    while stack:
        node = stack.pop()
        name = _module_of(node, shared)
        if isinstance(node, ast.Call) and name is not None:
            yield node, name
            stack += reversed(node.args)
        else:
            stack += reversed(list(ast.iter_child_nodes(node)))


_FUNCTIONS = {*FUNCTIONS, *TENSOR_FUNCTIONS}


def read_graph(text: str, shapes: str | Mapping[str, Sizes] | None = None) -> Graph:
    """Raises NotationError or ShapeError with the place and what would be right."""
    return _Reading(text, parse_shapes(shapes) if isinstance(shapes, str) else dict(shapes or {})).graph()


class _Reading:
    def __init__(self, text: str, shapes: dict[str, Sizes]) -> None:
        self.functions = tuple(n for n, sizes in shapes.items() if sizes == (FUNCTION,))
        self.given = {n: sizes for n, sizes in shapes.items() if n not in self.functions}
        self.text = check_text(text)
        parts = [p for p in pieces(Piece(self.text, 0, len(self.text)), r"[;\n]") if str(p)]
        self.shared: dict[str, _Shared] = {}
        """Modules that were given a name."""
        self.statements = [_statement(p) for p in parts]
        self.sources = [parsed(right) for _, _, right in self.statements]
        for (lefts, _, right), source in zip(self.statements, self.sources, strict=True):
            if len(lefts) == 1 and _is_module_alone(source.tree):
                self.shared[lefts[0]] = _Shared(read_link(right, MODULES | LOSSES))
        self.bodies: list[tuple[tuple[str, ...], Piece, Parsed]] = [
            (lefts, left, source)
            for (lefts, left, _), source in zip(self.statements, self.sources, strict=True)
            if lefts[0] not in self.shared
        ]
        self.scope: dict[str, Tensor] = {}
        self.free: list[str] = []
        self.size_values: list[str] = []
        self.places: dict[str, int] = {}
        self.made: list[tuple[str, Tensor, str]] = []
        self.instances: list[Instance] = []
        self.roles: dict[str, Role] = {}
        self.counts = Counter(
            name for _, _, source in self.bodies for _, name in _module_calls(source.tree, self.shared)
        )
        self.seen: Counter[str] = Counter()
        self.letters: Counter[str] = Counter()
        self.lefts = {name for names, _, _ in self.statements for name in names if name not in self.shared}
        self.size_names = {s for sizes in self.given.values() for s in sizes if isinstance(s, str)}
        self.targets: tuple[str, ...] = ()
        self.loss: Link | None = None
        self.loss_input = ""

    def graph(self) -> Graph:
        self._infer()
        for lefts, left, source in self.bodies:
            for name in lefts:
                if name in self.scope:
                    raise left.error(f"`{name}` already has a value", "Give each value a name of its own.")
            self._declare(source)
            whole = _module_of(source.tree, self.shared) is not None
            if len(lefts) > 1 and not whole:
                raise left.error("several names on the left need a module with several outputs on the right")
            self.targets = lefts if whole else ()
            value = Reader(source, self.scope, self.functions, modules=self._call).read(source.tree)
            if not whole:
                self._define(next(iter(lefts)), value, self._plain())
            for name in lefts:
                self.places.setdefault(name, left.start)
        for name in self.given:
            if name not in self.scope:
                raise NotationError(f"the shapes name `{name}`, which no equation uses{nearest(name, self.scope)}")
        sizes = (s for t in self.scope.values() for s in t.sizes if isinstance(s, str))
        taken = {*self.scope, *self.size_names, *sizes}
        if clash := sorted(set(self.scope) & {*self.size_names, *sizes} - set(self.size_values)):
            raise NotationError(f"the size `{clash[0]}` has the name of a value", remedy="Choose another letter.")
        plain = [i for i in self.instances if i.kind == PLAIN]
        if len(plain) == 1:
            self.made = [(n, value, PLAIN if owner == plain[0].name else owner) for n, value, owner in self.made]
            plain[0].name = PLAIN
        read = Equations(
            "; ".join(" ".join(f"{', '.join(n)} = {right}".split()) for n, _, right in self.statements),
            tuple(equation(name, value, taken, owner) for name, value, owner in self.made),
            {name: tensor.sizes for name, tensor in self.scope.items() if name not in self.size_values},
            tuple(self.free),
            tuple(self.size_values),
            self.functions,
            self.places,
        )
        return Graph(read, self.instances, self.roles, self.loss, self.loss_input)

    # Names --------------------------------------------------------------------------------------------------------

    def _infer(self) -> None:
        """The shape of an input that was given none: what the first module that takes it says."""
        for _, _, source in self.bodies:
            for node, _ in _module_calls(source.tree, self.shared):
                match node.args:
                    case [_, *_]:
                        link = self._link(source, node)
                        if link is not None and not link.module.loss:
                            stated = link.module.sizes(dict(zip(link.module.size_arguments, link.sizes, strict=True)))
                            for argument, parameter in zip(node.args, link.module.inputs, strict=False):
                                self._assume(argument, stated.get(parameter))

    def _assume(self, argument: ast.expr, sizes: Sizes | None) -> None:
        match argument:
            case ast.Name(id=name) if sizes is not None and name not in self.given and name not in self.lefts:
                self.given[name] = sizes
                self.size_names |= {s for s in sizes if isinstance(s, str)}

    def _declare(self, source: Parsed) -> None:
        """The free names of a right side."""
        for node in value_names(source.tree):
            name = node.id
            if name in self.scope or name in _FUNCTIONS or name in self.functions or name == "pi":
                continue
            if name in self.lefts:
                raise source.error(
                    node, f"`{name}` is used before it is defined", "An equation uses the ones before it."
                )
            if not is_name(name):
                raise source.error(node, f"`{name}` cannot be a name", "A name begins with a letter.")
            self.places[name] = source.start(node)
            if name in self.size_names and name not in self.given:
                self.size_values.append(name)
            else:
                self.free.append(name)
            self.scope[name] = Tensor.of(name, *self.given.get(name, ()))

    def _unique(self, name: str, base: str = "") -> str:
        """The name, or the first of `base_1`, `base_2`, ... that is free."""
        candidate, number = name, 0
        while candidate in self.scope or candidate in self.lefts or candidate in {"x", "y", "y_hat", "L"}:
            number += 1
            candidate = f"{base or name}_{number}"
        return candidate

    def _define(self, name: str, value: Tensor, owner: str) -> None:
        if name in self.given and self.given[name] != value.sizes:
            raise ShapeError(
                f"`{name}` has the axes [{', '.join(map(str, self.given[name]))}] in the shapes, "
                f"but its equation gives [{', '.join(map(str, value.sizes))}]"
            )
        self.made.append((name, value, owner))
        self.scope[name] = Tensor.of(name, *value.sizes)

    def _plain(self) -> str:
        """The run of plain equations that is open, or a new one."""
        if not self.instances or self.instances[-1].kind != PLAIN:
            number = 1 + sum(i.kind == PLAIN for i in self.instances)
            self.instances.append(Instance(f"{PLAIN}_{number}", PLAIN, ""))
        return self.instances[-1].name

    # Modules ------------------------------------------------------------------------------------------------------

    def _link(self, source: Parsed, node: ast.Call) -> Link | None:
        name = _module_of(node, self.shared)
        if name is None:
            return None
        if name in self.shared:
            return self.shared[name].link
        sized = node.func if isinstance(node.func, ast.Call) else None
        place = sized if sized is not None else node.func
        start = source.start(place)
        return read_link(Piece(source.piece.text, start, source.end(place)), MODULES | LOSSES)

    def _call(self, reader: Reader, node: ast.Call) -> Tensor | None:
        """The value of a call of a module: its equations join the others."""
        source = reader.source
        targets, self.targets = self.targets, ()
        link = self._link(source, node)
        called = _module_of(node, self.shared)
        if link is None or called is None:
            return None
        module, shared = link.module, self.shared.get(called)
        outputs = module.outputs or (LAST,)
        if len(targets) not in {0, 1, len(outputs)}:
            raise source.error(node, f"`{module.name}` gives {', '.join(outputs)}, not {len(targets)} values")
        if node.keywords:
            raise source.error(node, f"the options of `{module.name}` stand with its sizes", f"As in {_usage(link)}.")
        if len(node.args) != len(module.inputs):
            wanted = ", ".join(module.inputs)
            raise source.error(
                node, f"`{module.name}` takes {wanted}, not {len(node.args)} inputs", f"As in {_usage(link)}."
            )
        operands = [self._named(reader.read(node.args[0]))]
        if module.loss:  # a target without a shape has that of the prediction
            self._target(node.args[1:], self.scope[operands[0]].sizes)
        operands += [self._named(reader.read(argument)) for argument in node.args[1:]]
        of_target = operands[1:2] if module.loss else ()
        if module.group != "penalty":
            self.roles |= {o: "input" for o in operands if o in self.free and o not in of_target}
        self.seen[called] += 1
        numbered = self.counts[called] > 1
        instance = f"{called}_{self.seen[called]}" if numbered else called
        incoming = dict(zip(module.inputs, (self.scope[o].sizes for o in operands), strict=True))
        self.size_names |= {s for s in link.sizes if isinstance(s, str)}
        read, modes = self._equations(source, node, link, incoming)
        renaming = dict(zip(module.inputs, operands, strict=True)) | (shared.parameters if shared else {})
        row = Instance(
            instance, module.name, str(link), conventions=module.stated(link.options), link=link, modes=modes
        )
        row.renaming = renaming
        for parameter, shape in {**{p: read.sizes[p] for p in read.free}, **modes.shapes}.items():
            if parameter in renaming:
                continue
            own = parameter in modes.drawn or parameter in modes.state  # of each call, where the rest is shared
            base = parameter.lower() if len(shape) < 2 and len(parameter) == 1 else parameter
            new = self._unique(f"{base}_{self.seen[called]}" if numbered and (own or not shared) else base, base)
            renaming[parameter] = new
            self.roles[new] = "drawn" if parameter in modes.drawn else "state" if own else "parameter"
            self.scope[new] = Tensor.of(new, *shape)
            if own:
                continue
            row.parameters.append(new)
            if shared:
                shared.parameters[parameter] = new
        self.instances.append(row)
        wanted = dict(zip(outputs, targets, strict=False))
        for e in read.equations:
            given = wanted.get(LAST if e is read.equations[-1] and not module.outputs else e.name)
            inner = e is not read.equations[-1] and e.name not in module.outputs
            renaming[e.name] = given or (
                self._unique(f"{e.name}_{self.seen[called]}" if numbered else e.name, e.name)
                if inner
                else self._output(module)
            )
            self._define(renaming[e.name], Tensor(renamed(e.right, renaming), e.axes), instance)
        if module.loss and targets:
            self.loss, self.loss_input = link, operands[0]
        output = renaming[module.outputs[0] if module.outputs else read.equations[-1].name]
        return self.scope[output].again().named(output)

    def _target(self, arguments: list[ast.expr], sizes: Sizes) -> None:
        for argument in arguments:
            match argument:
                case ast.Name(id=name) if name in self.free and name not in self.given and not self.scope[name].sizes:
                    self.given[name] = sizes
                    self.scope[name] = Tensor.of(name, *sizes)

    def _output(self, module: Module) -> str:
        if module.loss:
            return self._unique("l")
        letter = "a" if module.pre_activation else "h"
        while True:
            self.letters[letter] += 1
            name = f"{letter}_{self.letters[letter]}"
            if name not in self.scope and name not in self.lefts:
                return name

    def _named(self, operand: Tensor) -> str:
        """The name of an input of a module; an expression gets one."""
        e = operand.expression
        if isinstance(e, Symbol) and e.indices == operand.axes and e.name in self.scope:
            return e.name
        name = self._unique(f"u_{1 + sum(n.startswith('u_') for n, _, _ in self.made)}")
        self._define(name, operand, self._plain())
        return name

    def _equations(
        self, source: Parsed, node: ast.Call, link: Link, incoming: Mapping[str, Sizes]
    ) -> tuple[Equations, Modes]:
        link = replace(link, module=link.module.for_axes(len(incoming[link.module.inputs[0]])))
        module = link.module
        bound: dict[str, Given] = dict(zip(module.size_arguments, link.sizes, strict=True))
        first = incoming[module.inputs[0]]
        symbols_of_first = parse_shapes(module.shapes).get(module.inputs[0], ())
        symbols_of_first = tuple(s for s in symbols_of_first if bound.get(str(s)) != 1)  # a size 1 makes no axis
        sizes_of_first = first or ((1,) * len(symbols_of_first) if module.scalar_equation else ())
        for symbol, size in zip(symbols_of_first, sizes_of_first, strict=False):
            if isinstance(symbol, str):
                bound.setdefault(symbol, size)
        stated = module.sizes(bound).get(module.inputs[0])
        if stated is not None and stated != first:
            raise source.error(
                node,
                f"`{link}` takes {list(stated)}, but its input has the axes {list(first)}",
                f"As in {_usage(link)}.",
            )
        try:
            read = module.equations(incoming, bound, link.options)
            return read, modes_of(module, link.options, incoming, bound, read)
        except NotationError as error:
            raise source.error(node, f"`{link}` cannot take its inputs: {error.message}", error.remedy) from None


def _statement(piece: Piece) -> tuple[tuple[str, ...], Piece, Piece]:
    """The names, the left and the right of `a, b = expression`."""
    left, *rest = pieces(piece, r"(?<![=<>!])=(?!=)")
    names = [str(part) for part in pieces(left, ",")]
    if len(names) == 1 or len(rest) != 1:
        name, left, right = statement(piece)
        return (name,), left, right
    for name in names:
        if not is_name(name) or name in _FUNCTIONS or name == "pi" or names.count(name) > 1:
            raise left.error(
                f"`{name}` cannot stand on the left", "Different names that begin with a letter, such as h_1."
            )
    return tuple(names), left, rest[0]


def _is_module_alone(tree: ast.expr) -> bool:
    """`rnn_cell(3, 4)`: a module with its sizes and no inputs."""
    match tree:
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in MODULES and MODULES[name].size_arguments:
            return len(arguments) == len(MODULES[name].size_arguments) and name not in _FUNCTIONS
    return False


def _usage(link: Link) -> str:
    inputs = ", ".join("x" if name == "x" else name for name in link.module.inputs)
    return f"{link}({inputs})"


def prediction_of(graph: Graph, taken: Collection[str]) -> Equation | None:
    """The prediction from logits or log-probabilities, where the loss takes those."""
    if graph.loss is None or not graph.loss.module.prediction or "y_hat" in graph.read.sizes:
        return None
    module = graph.loss.module
    given = graph.loss_input
    row = module.prediction.split("=", 1)[1]
    value = parse_equations(f"y_hat = {row}", {module.inputs[0]: graph.read.sizes[given]}).equations[0]
    return equation("y_hat", Tensor(renamed(value.right, {module.inputs[0]: given}), value.axes), {*taken, "y_hat"})


def instances_of(graph: Graph, roles: Mapping[str, Role]) -> tuple[ModuleInstance, ...]:
    """The modules of the network, in the order of their equations; `roles` says what the free names are."""
    out = []
    for row in graph.instances:
        equations = tuple(e for e in graph.read.equations if e.module == row.name)
        drawn = {row.renaming[name] for name in row.modes.drawn}
        own = {*row.parameters, *drawn, *(e.name for e in equations)}
        used = dict.fromkeys(s.name for e in equations for s in symbols(e.right))
        free = [n for n in used if n not in own and n != "pi" and n not in graph.read.size_values]
        mine = row.parameters if row.kind != PLAIN else [n for n in free if roles.get(n) == "parameter"]
        text = row.text or "; ".join(e.name for e in equations)
        inputs = tuple(n for n in free if n not in mine)
        output = equations[-1].name
        instance = ModuleInstance(row.name, row.kind, text, equations, inputs, output, tuple(mine), row.conventions)
        out.append(row.modes.put_in(instance, row.renaming, {*roles, *graph.read.sizes}))
    return tuple(out)
