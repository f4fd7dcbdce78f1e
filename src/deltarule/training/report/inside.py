"""Pictures of the network from inside: error signals and updates layer by layer over time, and the weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from deltarule.language.traversal import names
from deltarule.training.diagnosis import USUAL_CHANGE
from deltarule.training.report.chart import Chart, Series, bars, histogram, lines
from deltarule.training.report.numbers import number
from deltarule.training.report.subject import Subject
from deltarule.training.watching import SPENT, Layer, Watch, layers_of

__all__ = ["column_weights", "over_time", "weights"]

SHOWN = 20


def over_time(watch: Watch) -> list[Chart]:
    """|δ|, the size of the updates and the share of units that pass nothing back, by layer."""
    if not watch.layers:
        return []
    looks = [look for look in watch.looks if look.change]  # not the one after the last update: it is the last of these
    at = [look.update / watch.updates_per_epoch for look in looks]
    if len(looks) < 2:
        return []
    out = [
        lines(
            [
                Series(layer.name, at, [look.delta.get(layer.parameter, np.nan) for look in looks], k + 1)
                for k, layer in enumerate(watch.layers)
            ],
            name="delta", title="Error signals", log=True, x="epoch", y="|δ|",
            words="The root mean square over rows of |δ|, where δ is the derivative of the loss of a row by what the "
            f"layer adds up.{' Layers that are far apart learn at different speeds.' * (len(watch.layers) > 1)}",
        )
    ]  # fmt: skip
    out.append(
        lines(
            [
                Series(layer.name, at, [look.change.get(layer.parameter, np.nan) for look in looks], k + 1)
                for k, layer in enumerate(watch.layers)
            ],
            name="change", title="Updates against weights", log=True, x="epoch", y="|Δθ| / |θ|", guide=USUAL_CHANGE,
            words=f"How much one update changes the weights of a layer, as a share of them. About {USUAL_CHANGE:g} "
            "(the line) is usual; a hundred times more or less asks for another learning rate.",
        )
    )  # fmt: skip
    if watch.activities:
        kinds = sorted({a.function for a in watch.activities})
        meant = {"relu": "relu is 0", "sigmoid": "sigmoid is within 0.01 of 0 or 1", "tanh": "tanh is beyond ±0.99"}
        out.append(
            lines(
                [
                    Series(a.layer, at, [look.spent[a.name] for look in looks], k + 1)
                    for k, a in enumerate(watch.activities)
                ],
                name="spent", title="Activities that pass nothing back", x="epoch", y="share", zero=True,
                words=f"The share of units and rows where {' or '.join(meant[k] for k in kinds if k in SPENT)}. "
                "For relu about a half is usual.",
            )
        )  # fmt: skip
    return out


def weights(subject: Subject) -> list[Chart]:
    """How the weights of each layer are spread, beside how they began; those of the first layer by column."""
    program = subject.model.program_
    layers = layers_of(program.spec, program)
    began = _start(subject)
    out = []
    first = _first(program.spec, layers)
    if first is not None:
        out.append(_by_column(subject, first))
    for layer in layers:
        now = np.asarray(subject.model.parameters_[layer.parameter], float).ravel()
        parts = [("trained", now)]
        words = f"{now.size} weights of {layer.name}, from {number(now.min())} to {number(now.max())}; their root mean "
        words += f"square is {number(float(np.sqrt((now**2).mean())))}"
        if began is not None:
            before = np.asarray(began[layer.parameter], float).ravel()
            parts.append(("at the start", before))
            words += f", it was {number(float(np.sqrt((before**2).mean())))} at the start"
        out.append(
            histogram(parts, name=f"weights-{layer.parameter.replace('_', '-')}", words=words + ".",
                      title=f"Weights of {layer.name} ({layer.parameter})", x=layer.parameter)
        )  # fmt: skip
    return out


def _start(subject: Subject) -> dict[str, np.ndarray] | None:
    """The parameters before the training: they follow from the seed."""
    if subject.watch is None:
        return None
    model = subject.model
    return model.program_.initialise(model.seed_, initialiser=model.initialiser)


def _first(spec: Any, layers: list[Layer]) -> Layer | None:
    """The layer that the input goes into."""
    into = {e.name for e in spec.forward if names(e.right) & set(spec.inputs)}
    return next((layer for layer in layers if layer.output in into), None)


def column_weights(subject: Subject, layer: Layer) -> tuple[list[tuple[str, float]], bool] | None:
    """For each column of the table the root of the sum of its squared weights; with a single unit and a column that is
    one number the weight itself (then True). None where the weights are not one for each column."""
    W = np.asarray(subject.model.parameters_[layer.parameter], float)
    columns = subject.model.encoder_.columns
    width = sum(len(c.names) for c in columns)
    if W.ndim not in (1, 2) or W.shape[-1] != width:
        return None
    signed = W.ndim == 1 and all(len(c.names) == 1 for c in columns)
    found, at = [], 0
    for column in columns:
        part = W[..., at : at + len(column.names)]
        at += len(column.names)
        found.append((column.name, float(part[0]) if signed else float(np.sqrt((part**2).sum()))))
    return sorted(found, key=lambda pair: -abs(pair[1])), signed


def _by_column(subject: Subject, layer: Layer) -> Chart:
    pair = column_weights(subject, layer)
    if pair is None:
        return histogram(
            [("trained", np.asarray(subject.model.parameters_[layer.parameter], float).ravel())],
            name="columns", title=f"Weights of {layer.name}", words="The weights of the first layer.",
            x=layer.parameter,
        )  # fmt: skip
    found, signed = pair
    scaled = " of a standardised column" if subject.model.standardise else ""
    if signed:
        to = f"towards {subject.classes[1]}" if len(subject.classes) == 2 else "upwards"
        words = f"The weight{scaled}: what one unit more adds to the sum before the output, to the right {to}."
    else:
        words = (
            f"The norm of the weights by which each column{scaled} enters {layer.name}: how much of it comes in, not "
        )
        words += "what becomes of it (for that see the permutation importance)."
    words += f" The first {SHOWN} of {len(found)} columns are drawn." if len(found) > SHOWN else ""
    return bars(
        [(name, value, None, None) for name, value in found[:SHOWN]],
        name="columns", title="First layer, by column", words=words, x="weight" if signed else "norm of the weights",
        table=(["column", "weight" if signed else "norm"], [[name, number(value)] for name, value in found]),
    )  # fmt: skip
