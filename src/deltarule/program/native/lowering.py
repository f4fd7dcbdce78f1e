"""What a compiled function does, as plain data: groups of operations, the arrays they use, the numbers they are given.

There are four jobs: `train` (the loss of a batch and the update of every parameter), `gradients`, `loss` and `forward`.
The equations are those that the NumPy engine prints, so both compute the same values up to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from deltarule.language.arithmetic import multiply, power
from deltarule.language.equation import Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Axis, Expression, Number, Product, Symbol
from deltarule.language.traversal import substitute
from deltarule.program.native.blas import split
from deltarule.program.native.groups import Group, grouped, ordered
from deltarule.program.native.operations import Operation, operations
from deltarule.program.native.recompute import recomputed
from deltarule.program.native.storage import placed, stored_names
from deltarule.program.numpy_module import SCALAR_FORMS
from deltarule.program.schedule import Schedule, lower
from deltarule.program.spec import ProgramSpec
from deltarule.program.stable import stable
from deltarule.program.update_reading import GRADIENT, PARAMETER, elementwise, read_equations, sizes_of
from deltarule.program.update_tensors import resized, unfolded
from deltarule.writing.numpy import Spelling, primitive

__all__ = ["JOBS", "Job", "NotLowered", "Rule", "job_of"]

JOBS = ("train", "gradients", "loss", "forward")
_SPELLING = Spelling(functions={f: f for f in SCALAR_FORMS})


class NotLowered(DeltaruleError):
    """The native engine has no code for something in a network; NumPy runs it."""


@dataclass(frozen=True)
class Rule:
    """How one parameter is renewed: update equations, those before the norm of all gradients is taken apart."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    state: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """See the module's docstring. Shapes are without the batch; every size is a number."""

    name: str
    groups: tuple[Group, ...]
    data: dict[str, tuple[int, ...]]
    """Inputs, the target and the weights of samples: one row each a sample."""
    parameters: dict[str, tuple[int, ...]]
    state: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """What the optimiser remembers: `W.m`."""
    results: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Arrays that are filled: gradients, or the prediction."""
    numbers: tuple[str, ...] = ()
    """Options of the optimiser and of the changes to gradients, in the order in which they are given."""
    loss: str | None = None
    batch: str | int | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    """Symbolic sizes that have numbers."""
    policy: str = "accuracy"

    def size(self, axis: Axis) -> int | None:
        """The size of an axis; None for the rows of the batch."""
        if axis.size == self.batch:
            return None
        return axis.size if isinstance(axis.size, int) else self.sizes[axis.size]


def schedule_of(spec: ProgramSpec, outputs: Sequence[str]) -> Schedule:
    """The schedule of the equations that the outputs need, in the forms that the NumPy engine uses."""

    def rewrite(e: Expression) -> Expression:
        if spec.policy == "plain":
            return primitive(e, Spelling())
        return stable(primitive(e, replace(_SPELLING, exact=spec.policy == "accuracy")))

    equations = (*spec.forward, *spec.backward, *spec.gradients.values(), *spec.updates.values())
    return lower(equations, outputs, batch=spec.batch, rewrite=rewrite)


def job_of(
    spec: ProgramSpec,
    name: str,
    sizes: Mapping[str, int],
    rules: Mapping[str, Rule] | None = None,
    clipped: bool = False,
    recompute: bool = False,
) -> Job:
    """The job `name` for a network whose symbolic sizes are `sizes`. `rules` say how `train` renews each parameter;
    with `clipped` all gradients are scaled by `shrink`, which follows from their norm. With `recompute` activities are
    computed again in the backward pass where that needs less memory.

    Raises:
        NotLowered: an array with two axes of the size of the batch, or without a number for a size.
    """
    maker = _Maker(spec, dict(sizes))
    made = {p: e.name for p, e in spec.gradients.items()}
    if name == "forward":
        schedule = schedule_of(spec, [spec.prediction])
    elif name == "loss":
        schedule = schedule_of(spec, [spec.loss or ""])
    elif name == "gradients":
        schedule = schedule_of(spec, [spec.loss or "", *made.values()])
    else:
        schedule = schedule_of(spec, [spec.loss or "", *made.values(), *(e.name for e in spec.updates.values())])
    ops = maker.weights() + operations(schedule.statements, maker.taken, spec.batch)
    results: dict[str, tuple[int, ...]] = {}
    state: dict[str, tuple[int, ...]] = {}
    if name == "forward":
        axes = maker.axes(spec.prediction)
        target = f"{spec.prediction} (result)"
        ops.append(Operation(target, axes, Symbol(schedule.outputs[spec.prediction], axes), target=target))
        results[target] = maker.inner(axes)
    elif name == "gradients":
        for p, gradient in made.items():
            axes = spec.gradients[p].axes
            target = f"{gradient} (result)"
            ops.append(Operation(target, axes, Symbol(schedule.outputs[gradient], axes), target=target))
            results[target] = maker.inner(axes)
    elif name == "train":
        gradients = {p: Symbol(schedule.outputs[g], spec.gradients[p].axes) for p, g in made.items()}
        more, state = maker.updates(gradients, rules or {}, clipped)
        ops += more
        for p, e in spec.updates.items():
            value = Symbol(schedule.outputs[e.name], e.axes)
            ops.append(Operation(f"{p} (kept)", e.axes, value, target=p, apart=True))
    loss = schedule.outputs.get(spec.loss or "") if name != "forward" else None
    maker.check(ops)
    if recompute and loss is not None and name in ("train", "gradients"):
        ops = recomputed(ops, loss, maker.by_row, lambda plan: maker.memory(plan, loss))
    groups = ordered(grouped(ops), loss)
    data = {n: maker.inner_of(n) for n in (*spec.inputs, *filter(None, (spec.target, spec.weight)))}
    if name == "forward":
        data = {n: data[n] for n in spec.forward_inputs}
    return Job(
        name,
        tuple(groups),
        data,
        {n: maker.inner_of(n) for n, d in spec.declarations.items() if d.role in ("parameter", "state")},
        state,
        results,
        tuple(maker.numbers),
        loss,
        spec.batch,
        dict(sizes),
        spec.policy,
    )


class _Maker:
    def __init__(self, spec: ProgramSpec, sizes: dict[str, int]) -> None:
        self.spec = spec
        self.sizes = sizes
        self.taken = set(spec.declarations)
        self.numbers: list[str] = []

    def axes(self, name: str) -> tuple[Axis, ...]:
        return tuple(Axis(f"_{k}", z) for k, z in enumerate(self.spec.declarations[name].sizes))

    def inner(self, axes: Sequence[Axis]) -> tuple[int, ...]:
        """The sizes without the batch."""
        return tuple(self.number_of(a.size) for a in axes if a.size != self.spec.batch)

    def inner_of(self, name: str) -> tuple[int, ...]:
        return self.inner(self.axes(name))

    def number_of(self, size: int | str) -> int:
        if isinstance(size, int):
            return size
        if size not in self.sizes:
            raise NotLowered(f"the size `{size}` has no number")
        return self.sizes[size]

    def by_row(self, op: Operation) -> bool:
        """Whether the result has a row for each sample."""
        return any(a.size == self.spec.batch for a in op.axes)

    def memory(self, ops: Sequence[Operation], loss: str) -> int:
        """Elements for each row of a batch that these operations need."""

        def size(axis: Axis) -> int | None:
            return None if axis.size == self.spec.batch else self.number_of(axis.size)

        groups = split(tuple(ordered(grouped(ops), loss)), size, loss)
        return placed(groups, stored_names(groups, [loss]), size, (), [loss]).each_row

    def check(self, ops: Sequence[Operation]) -> None:
        for op in ops:
            if sum(a.size == self.spec.batch for a in op.axes) > 1:
                raise NotLowered(f"{op.name} has two axes of the size of the batch")

    def weights(self) -> list[Operation]:
        """`c[s] = w[s] / Σ w`: the weights of the samples of a batch sum to 1."""
        if self.spec.weight is None:
            return []
        (axis,) = self.axes(self.spec.weight)
        given, total = f"{self.spec.weight} (given)", f"{self.spec.weight} (sum)"
        whole = Axis("_rows", axis.size)
        return [
            Operation(total, (), Symbol(given, (whole,)), (whole,), "sum"),
            Operation(self.spec.weight, (axis,), multiply(Symbol(given, (axis,)), power(Symbol(total), -1))),
        ]

    # Updates ------------------------------------------------------------------------------------------------------

    def updates(
        self, gradients: Mapping[str, Symbol], rules: Mapping[str, Rule], clipped: bool
    ) -> tuple[list[Operation], dict[str, tuple[int, ...]]]:
        """The operations that renew parameters and memory, and the arrays of the memory."""
        ops: list[Operation] = []
        state: dict[str, tuple[int, ...]] = {}
        prepared: dict[str, Symbol] = {}
        for p, gradient in gradients.items():
            prepared[p] = self.assigned(p, gradient, rules[p].before, (), ops) if clipped else gradient
        shrink = {"shrink": self.shrink(prepared, ops)} if clipped else {}
        for p, rule in rules.items():
            if p not in gradients:
                continue
            texts = rule.after if clipped else (*rule.before, *rule.after)
            if not elementwise(texts):
                state |= self.whole(p, prepared[p], texts, ops, shrink)
                continue
            for s in rule.state:
                state[f"{p}.{s}"] = self.inner_of(p)
            self.assigned(p, prepared[p], texts, rule.state, ops, shrink)
        return ops, state

    def assigned(
        self,
        parameter: str,
        gradient: Symbol,
        texts: Sequence[str],
        state: Sequence[str],
        ops: list[Operation],
        known: Mapping[str, Expression] | None = None,
    ) -> Symbol:
        """`left <- right` one after another, each a new name; the last value of theta and of the memory is put into
        its array. Returns what the gradient became."""
        axes = gradient.axes
        arrays = {PARAMETER: parameter} | {s: f"{parameter}.{s}" for s in state}
        values: dict[str, Expression] = {left: Symbol(name, axes) for left, name in arrays.items()}
        values |= {GRADIENT: gradient, **(known or {})}
        pairs = read_equations(texts)
        for k, (left, right) in enumerate(pairs):
            body = substitute(right, lambda e: self.leaf(e, values) if isinstance(e, Symbol) else None)
            if not body.axes and left not in arrays and left != GRADIENT:
                values[left] = body
                continue
            last = left in arrays and all(other != left for other, _ in pairs[k + 1 :])
            name = f"{parameter}.{left} ({k + 1}{'' if known is None else ' after'})"
            ops.append(
                Operation(name, axes, body, target=arrays[left] if last else "", text=texts[k].replace("<-", "←"))
            )
            values[left] = Symbol(name, axes)
        found = values[GRADIENT]
        assert isinstance(found, Symbol)
        return found

    def whole(
        self,
        parameter: str,
        gradient: Symbol,
        texts: Sequence[str],
        ops: list[Operation],
        known: Mapping[str, Expression],
    ) -> dict[str, tuple[int, ...]]:
        """The same of equations that need the parameter as a whole. Returns the shapes of its memory."""
        shape = self.inner(gradient.axes)
        found = unfolded(tuple(texts), len(shape))
        sizes: dict[int | str, int] = dict(zip(sizes_of(len(shape)), shape, strict=True))
        state = {s: tuple(sizes.get(z, 0) or int(z) for z in kept) for s, kept in found.state.items()}
        arrays = {PARAMETER: parameter} | {s: f"{parameter}.{s}" for s in state}
        made = {e.name: f"{parameter}.{e.name}" for e in found.equations}
        values: dict[str, Expression] = {name: Number(size) for name, size in sizes.items() if isinstance(name, str)}
        values |= known

        def number(e: Expression) -> Expression | None:
            return self.leaf(e, values) if isinstance(e, Symbol) else None

        for name, e in found.numbers.items():
            values[name] = substitute(e, number)

        def put(e: Expression) -> Expression | None:
            """Symbols by their names here, the axes with numbers for their sizes; numbers stay symbols until the end,
            so that none of them becomes an array."""
            if not isinstance(e, Symbol):
                return None
            name = arrays.get(e.name) or made.get(e.name) or (gradient.name if e.name == GRADIENT else "")
            return Symbol(name, e.indices) if name else e

        equations = []
        for e in found.equations:
            left = resized(Symbol(made[e.name], e.left.indices), sizes)
            assert isinstance(left, Symbol)
            equations.append(Equation(left, resized(substitute(e.right, put), sizes)))
        last = {made[found.results[name]]: array for name, array in arrays.items() if name in found.results}
        schedule = lower(equations, last)
        shared = {s.name: f"{parameter}.{s.name}" for s in schedule.statements if s.name not in made.values()}

        def own(e: Expression) -> Expression | None:
            return Symbol(shared[e.name], e.indices) if isinstance(e, Symbol) and e.name in shared else None

        statements = [
            replace(s, name=shared.get(s.name, s.name), right=substitute(s.right, own)) for s in schedule.statements
        ]
        carried_out = operations(statements, self.taken, None)
        there = {gradient.name, *arrays.values(), *(op.name for op in carried_out)}

        def number_or_array(e: Expression) -> Expression | None:
            return e if isinstance(e, Symbol) and e.name in there else number(e)

        texts_of = {made[name]: text.replace("<-", "←") for name, text in found.texts.items()}
        for op in carried_out:
            target = last.get(op.name, "") if schedule.outputs.get(op.name) == op.name else ""
            body, text = substitute(op.body, number_or_array), texts_of.get(op.name, "")
            ops.append(replace(op, body=body, target=target, text=text, equation=None))
        for name, array in last.items():
            if schedule.outputs[name] != name:  # a copy of another value
                axes = next(e.axes for e in equations if e.name == name)
                ops.append(Operation(name, axes, Symbol(schedule.outputs[name], axes), target=array))
        return {f"{parameter}.{s}": kept for s, kept in state.items()}

    def leaf(self, symbol: Symbol, values: Mapping[str, Expression]) -> Expression:
        if symbol.name in values:
            return values[symbol.name]
        if symbol.name == "pi":
            return symbol
        name = f"#{symbol.name}"
        if symbol.name not in ("t", "learning_rate") and name not in self.numbers:
            self.numbers.append(name)
        return Symbol(name)

    def shrink(self, gradients: Mapping[str, Symbol], ops: list[Operation]) -> Symbol:
        """`clip_norm / max(norm, clip_norm)`, the norm over every component of every gradient."""
        arrays = (Symbol(g.name, [Axis(f"_n{k}", a.size) for k, a in enumerate(g.axes)]) for g in gradients.values())
        body = Product(arrays)
        self.numbers.append("#clip_norm")
        ops.append(Operation("shrink", (), body, body.axes, "norm", text="shrink ← clip_norm / max(norm, clip_norm)"))
        return Symbol("shrink")
