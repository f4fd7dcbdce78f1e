"""The part of a module that updates its parameters by an optimiser: its equations, its state, a step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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


def step_source(by: StepBy, parameters: Sequence[str], data: Sequence[str], loss: str, kept: Sequence[str] = ()) -> str:
    """`update`, `initial_state` and `step` for parameters by key and data by name; `kept` are arrays that
    `loss_and_gradients` gives the new values of."""
    taken = {*data, loss, "parameters", "gradients", "loss_and_gradients"}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    update, state, number, renewed = free("update"), free("state"), free("t"), free("renewed")
    numbers = {name: free(name) for name in by.update.numbers if name != "t"}
    rows = []
    for key in parameters:
        of = f'parameters["{key}"]'
        arrays = [f'"{name}": {_first(by.initial[name], of)}' for name in by.update.state]
        arrays += [f'"{name}": np.empty_like({of})' for name in by.update.work]
        rows.append(f'        "{key}": {{{", ".join(arrays)}}},')
    calls = []
    for key in parameters:
        given = [f'parameters["{key}"]', f'gradients["{key}"]']
        given += [f'{state}["{key}"]["{name}"]' for name in (*by.update.state, *by.update.work)]
        given += [number] * ("t" in by.update.numbers)
        given += ["0.0" if name == DECAY and key not in by.weights else numbers[name] for name in numbers]
        calls += _call(update, given)
    names = [f"{mine}={by.numbers[name]!r}" for name, mine in numbers.items() if name in by.numbers]
    head = [
        "parameters",
        state,
        *data,
        *([number] if "t" in by.update.numbers else []),
        numbers["learning_rate"],
        *names,
    ]
    said = f"; {number} is its number, from 1" if "t" in by.update.numbers else ""
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
    source = by.update.source.replace("def update(", f"def {update}(", 1)
    return f"{source}\n\n" + "\n".join(lines) + "\n"


def _first(value: float, of: str) -> str:
    return f"np.zeros_like({of})" if value == 0 else f"np.full_like({of}, {value!r})"


def _call(function: str, arguments: Sequence[str]) -> list[str]:
    line = f"    {function}({', '.join(arguments)})"
    return [line] if len(line) <= 110 else [f"    {function}(", *(f"        {a}," for a in arguments), "    )"]
