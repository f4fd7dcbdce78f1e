"""From equations to a network: one module, and a role for each name.

Names that no equation defines are inputs, targets or parameters. Inputs are `x`, `X`, `x_...` and `x1`; where there is
none of them, `y_hat`, `z`, `s`, `a`, `h`, `u` (the first that occurs). Targets are `t`, `y` and `t_...`, `y_...`.
Everything else is a parameter. `roles` overrides any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from deltarule.language.equation import Declaration, Equation, Role
from deltarule.language.errors import DeltaruleError, NotationError, nearest
from deltarule.language.notation import Equations, parse_equations
from deltarule.language.traversal import names
from deltarule.network.assumptions import assumptions
from deltarule.network.graph import calls_modules, instances_of, prediction_of, read_graph
from deltarule.network.module import Sizes
from deltarule.network.names import latex
from deltarule.network.network import ModuleInstance, Network

__all__ = ["written"]

_INPUT = re.compile(r"x\d*|X|x_\w+")
_TARGET = re.compile(r"[ty]|[ty]_(?!hat)\w+|target")
_CARRIED = ("y_hat", "z", "s", "a", "h", "u")
_LOSSES = ("L", "loss")


def written(
    text: str, shapes: str | Mapping[str, Sizes] | None = None, roles: Mapping[str, Role] | None = None
) -> Network:
    """The network of a text of equations."""
    graph = read_graph(text, shapes) if calls_modules(text) else None
    read = parse_equations(text, shapes) if graph is None else graph.read
    if set(_LOSSES) <= {e.name for e in read.equations}:
        raise NotationError("both `L` and `loss` are defined", remedy="One of them is the loss: rename the other.")
    loss = next((e for e in read.equations if e.name in _LOSSES), None)
    if loss is not None and loss.axes:
        raise NotationError(
            f"the loss `{loss.name}` has the axes [{', '.join(str(a.size) for a in loss.axes)}]: a loss is one number",
            text,
            read.places[loss.name],
            f"Write {loss.name} = sum(...) or mean(...).",
        )
    kinds = _roles(read, loss, roles or {}, {} if graph is None else graph.roles)
    target = next((name for name, role in kinds.items() if role == "target"), None)
    output = loss.name if loss else read.equations[-1].name
    instances = (_instance(read, kinds, output),) if graph is None else instances_of(graph, kinds)
    declared = {name: Declaration(name, read.sizes.get(name, ()), role, latex(name)) for name, role in kinds.items()}
    found = prediction_of(graph, declared) if graph is not None else None
    if found is not None and graph is not None:
        declared["y_hat"] = Declaration("y_hat", read.sizes[graph.loss_input], "activity", latex("y_hat"))
    network = Network(
        read.text,
        instances,
        declared,
        tuple(e for m in instances for e in m.equations),
        output=output,
        prediction=_prediction(read, loss) if found is None else found.name,
        target=target if loss else None,
        loss=loss.name if loss else None,
        prediction_equation=found,
        shapes=", ".join(
            [f"{name}: {' '.join(map(str, read.sizes[name]))}".strip() for name in read.free if read.sizes[name]]
            + [f"{name}: function" for name in read.functions]
        ),
    )
    return assumptions(network, None if graph is None else graph.loss)


def _instance(read: Equations, kinds: Mapping[str, Role], output: str) -> ModuleInstance:
    """All the equations as one module."""
    return ModuleInstance(
        "equations",
        "equations",
        read.text,
        tuple(Equation(e.left, e.right, "equations") for e in read.equations),
        tuple(name for name in read.free if kinds[name] in {"input", "target"}),
        output,
        tuple(name for name in read.free if kinds[name] == "parameter"),
    )


def _roles(
    read: Equations, loss: Equation | None, given: Mapping[str, Role], brought: Mapping[str, Role]
) -> dict[str, Role]:
    """The role of every name, inputs first; `brought` are those that modules decide."""
    for name, role in given.items():
        if name not in read.free:
            raise DeltaruleError(f"`{name}` is no free name of the equations{nearest(name, read.free)}")
        if role not in get_args(Role):
            raise DeltaruleError(f"`{role}` is no role; roles are input, target, parameter, rate and unknown")
    found: dict[str, Role] = {}
    for name in read.free:
        if name in given:
            found[name] = given[name]
        elif _INPUT.fullmatch(name):
            found[name] = "input"
        elif loss is not None and _TARGET.fullmatch(name):
            found[name] = "target"
        else:
            found[name] = "parameter"
    if "input" not in found.values():
        carried = next((name for name in _CARRIED if found.get(name) == "parameter" and name not in given), None)
        if carried:
            found[carried] = "input"
    found |= {name: role for name, role in brought.items() if name not in given}
    for e in read.equations:
        found[e.name] = "loss" if e is loss else "activity"
    for name in read.size_values:
        found[name] = "size"
    rank = {"input": 0, "parameter": 1}
    return dict(sorted(found.items(), key=lambda item: rank.get(item[1], 2)))


def _prediction(read: Equations, loss: Equation | None) -> str | None:
    """`y_hat`, or `y` where it is defined, or what the loss is made of last; without a loss, the output."""
    defined = [e.name for e in read.equations if e is not loss]
    if loss is None:
        return defined[-1]
    free = [name for name in ("y_hat", "y") if name in defined]
    used = [name for name in defined if name in names(loss.right)]
    return next(iter(free or used[::-1]), "y_hat" if "y_hat" in read.free else None)
