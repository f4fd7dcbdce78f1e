"""The part of a module that updates its parameters by an optimiser: its equations, its state, a step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from deltarule.program.update import DECAY, Update

__all__ = ["StepBy", "step_source"]


@dataclass(frozen=True)
class StepBy:
    """An optimiser as plain data: its compiled update, its numbers and what its state starts at."""

    name: str
    update: Update
    numbers: Mapping[str, float]
    """The defaults of everything but `t` and the learning rate."""
    initial: Mapping[str, float]
    """The first value of each state array."""
    weights: Collection[str]
    """The parameters that weight decay is for."""
    own: Mapping[str, Update] = field(default_factory=dict)
    """The compiled updates of parameters whose equations are others: matrices, say."""

    def of(self, parameter: str) -> Update:
        return self.own.get(parameter, self.update)


def step_source(by: StepBy, parameters: Sequence[str], data: Sequence[str], loss: str, kept: Sequence[str] = ()) -> str:
    """`update`, `initial_state` and `step` for parameters by key and data by name; `kept` are arrays that
    `loss_and_gradients` gives the new values of."""
    taken = {*data, loss, "parameters", "gradients", "loss_and_gradients"}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    kinds = list(dict.fromkeys(by.of(key) for key in parameters))
    used = list(dict.fromkeys(name for kind in kinds for name in kind.numbers))
    functions = {kind: free("update" if k == 0 else f"update_{k + 1}") for k, kind in enumerate(kinds)}
    state, number, renewed = free("state"), free("t"), free("renewed")
    order = sorted((name for name in used if name != "t"), key=lambda name: name != "learning_rate")
    numbers = {name: free(name) for name in order}
    rows, calls = [], []
    for key in parameters:
        of, own = f'parameters["{key}"]', by.of(key)
        arrays = [f'"{name}": {_first(by.initial[name], of, places)}' for name, places in own.state_places.items()]
        arrays += [f'"{name}": np.empty_like({of})' for name in own.work]
        rows.append(f'        "{key}": {{{", ".join(arrays)}}},')
        given = [f'parameters["{key}"]', f'gradients["{key}"]']
        given += [f'{state}["{key}"]["{name}"]' for name in (*own.state, *own.work)]
        given += [
            number if name == "t" else "0.0" if name == DECAY and key not in by.weights else numbers[name]
            for name in own.numbers
        ]
        calls += _call(functions[own], given)
    names = [f"{mine}={by.numbers[name]!r}" for name, mine in numbers.items() if name in by.numbers]
    head = [
        "parameters",
        state,
        *data,
        *([number] if "t" in used else []),
        numbers["learning_rate"],
        *names,
    ]
    said = f"; {number} is its number, from 1" if "t" in used else ""
    lines = [
        "def initial_state(parameters):",
        f'    """What {by.name} remembers, before the first update. Every parameter is an array, a scalar one too."""',
        "    return {",
        *rows,
        "    }",
        "",
        "",
        f"def step({', '.join(head)}):",
        f'    """One update by {by.name}, in place{said}. Returns the loss before it."""',
        f"    {loss}, gradients{f', {renewed}' * bool(kept)} = loss_and_gradients(parameters, {', '.join(data)})",
        *calls,
        *(f'    parameters["{key}"][...] = {renewed}["{key}"]' for key in kept),
        f"    return {loss}",
    ]
    sources = [kind.source.replace("def update(", f"def {name}(", 1) for kind, name in functions.items()]
    return "\n\n".join([*sources, "\n".join(lines) + "\n"])


def _first(value: float, of: str, places: tuple[int, ...] | None) -> str:
    """An array of one number: of the parameter's shape, or with these of its axes."""
    if places is None:
        return f"np.zeros_like({of})" if value == 0 else f"np.full_like({of}, {value!r})"
    shape = ", ".join(f"{of}.shape[{k}]" for k in places)
    return f"np.full(({shape}{',' * (len(places) == 1)}), {value!r}, {of}.dtype)"


def _call(function: str, arguments: Sequence[str]) -> list[str]:
    line = f"    {function}({', '.join(arguments)})"
    return [line] if len(line) <= 110 else [f"    {function}(", *(f"        {a}," for a in arguments), "    )"]
