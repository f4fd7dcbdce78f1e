"""The network that fits a table: the default one, symbolic sizes put in, and what is said where sizes do not agree."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Literal, Protocol

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.program import Program, compile_network
from deltarule.training.links import link_of

__all__ = [
    "DEFAULT_STARTS",
    "HIDDEN",
    "NetworkFront",
    "Task",
    "arranged",
    "compiled",
    "default_network",
    "fitted_network",
    "network_of",
    "one_hot",
    "output_size",
    "unfitted_default",
]

Task = Literal["classification", "multilabel", "regression"]
"""`multilabel`: several classes a row, each there or not."""


class NetworkFront(Protocol):
    """A network as `deltarule.Network` makes it."""

    @property
    def inner(self) -> Network: ...


HIDDEN = 64
"""Hidden units of the default network."""
DEFAULT_STARTS = "glorot_uniform"
"""How the weights of the default network start. Accuracies with these smaller weights before relu, beside he_uniform:
iris +0.014 (20 splits), wine +0.007 (30), moons -0.007 (5); digits and breast cancer the same within noise (10)."""
PROGRAMS_KEPT = 32
ENDS: dict[Task, str] = {
    "classification": "softmax -> cross_entropy",
    "multilabel": "sigmoid -> bce",
    "regression": "squared_error",
}
"""How a default network ends; two classes end as one label does."""


def default_network(task: Task, inputs: int, outputs: int) -> str:
    """One hidden layer, then what the target asks for: `outputs` classes, or values to regress on.

    The hidden layer is relu for classes and tanh for values: over ten splits of the bundled data sets relu was the
    better one on digits, breast cancer and moons, tanh on diabetes.

    >>> default_network("classification", 30, 2)
    'linear(30, 64) -> relu -> linear(64, 1) -> sigmoid -> bce'
    """
    end = ENDS[task]
    if task == "classification" and outputs == 2:
        outputs, end = 1, ENDS["multilabel"]
    hidden = "tanh" if task == "regression" else "relu"
    return f"linear({inputs}, {HIDDEN}) -> {hidden} -> linear({HIDDEN}, {outputs}) -> {end}"


def unfitted_default(task: Task) -> str:
    """The default network before the data are known, its sizes letters."""
    hidden = "tanh" if task == "regression" else "relu"
    return f"linear(n, {HIDDEN}) -> {hidden} -> linear({HIDDEN}, k) -> {ENDS[task]}"


def network_of(given: object) -> Network:
    """The network of a text, of a `Network`, or of one as `deltarule.Network` makes them.

    Raises:
        DeltaruleError: it is none of these, or the text is wrong.
    """
    found = Network.parse(given) if isinstance(given, str) else getattr(given, "inner", given)
    if not isinstance(found, Network):
        raise DeltaruleError(f"network is {given!r}; it must be a text, a Network, or None for one that fits the data")
    return found


def fitted_network(network: object, task: Task, inputs: int, outputs: int | None) -> Network:
    """The network with every size a number, checked against `inputs` columns and `outputs` classes or target columns.

    A symbolic size of the input becomes the number of columns, one of the prediction the number of outputs (None: as
    many as the network says).

    Raises:
        DeltaruleError: it has no loss, a size is left open, or its input or prediction does not fit.
    """
    if network is None:
        network = default_network(task, inputs, outputs or 1)
    found = network_of(network)
    if found.loss is None or found.target is None or found.prediction is None:
        raise DeltaruleError(f"the network `{found.text}` has no loss to train with\nremedy: {_losses(task)}")
    if len(found.inputs) != 1 or found.input is None:
        remedy = ""
        if "weight" in found.inputs:  # a weighted loss
            remedy = "\nremedy: take the loss without `weighted_`; class_weight and sample_weight give what rows count"
        raise DeltaruleError(
            f"a table feeds one input; the network has {len(found.inputs)}: {', '.join(found.inputs)}{remedy}"
        )
    found = _sized(found, inputs, outputs)
    taken = _product(found.declarations[found.input or ""].sizes, "input")
    if taken != inputs:
        raise DeltaruleError(
            f"the network takes {taken} inputs, the table has {inputs} feature columns\nremedy: linear({inputs}, ...)"
        )
    given = output_size(found)
    outputs = given if outputs is None else outputs
    if task == "classification" and outputs != (2 if given == 1 else given):
        ends = f"linear(..., {outputs}) -> softmax -> cross_entropy"
        ends += ", or linear(..., 1) -> sigmoid -> bce" if outputs == 2 else ""
        raise DeltaruleError(
            f"the network gives {_outputs(given)}, the target has {outputs} classes\nremedy: end in {ends}"
        )
    if task == "multilabel" and (given != outputs or not _one_by_one(found)):
        what = f"gives {_outputs(given)}" if given != outputs else "says one class for each row"
        raise DeltaruleError(
            f"the network {what}, the target has {outputs} labels, each there or not"
            f"\nremedy: end in linear(..., {outputs}) -> sigmoid -> bce"
        )
    if task == "regression" and given != outputs:
        raise DeltaruleError(
            f"the network gives {_outputs(given)}, the target has {outputs} columns"
            f"\nremedy: end in linear(..., {outputs}) -> squared_error"
        )
    return found


_programs: OrderedDict[tuple[object, ...], Program] = OrderedDict()


def compiled(network: Network, policy: str, dtype: str, engine: str, recompute: bool = False) -> Program:
    """The program of a network; the last few are kept, since a search or a cross-validation fits one many times."""
    key = (network.text, network.shapes, network.equations, policy, dtype, engine, recompute)
    program = _programs.pop(key, None) or compile_network(
        network, policy=policy, dtype=dtype, engine=engine, recompute=recompute
    )
    _programs[key] = program
    while len(_programs) > PROGRAMS_KEPT:
        _programs.popitem(last=False)
    return program


def output_size(network: Network) -> int:
    """How many numbers the network predicts for a sample."""
    return _product(network.declarations[network.prediction or ""].sizes, "prediction")


def arranged(network: Network, X: np.ndarray) -> np.ndarray:
    """Rows [m, columns] as the network takes them: [m] where its input is a scalar."""
    return X if network.declarations[network.input or ""].sizes else X[:, 0]


def one_hot(indices: np.ndarray, classes: int) -> np.ndarray:
    """Class indices [m] as rows [m, classes] with a 1 at the class."""
    return (indices[:, None] == np.arange(classes)).astype(np.float64)


def _sized(network: Network, inputs: int, outputs: int | None) -> Network:
    """The network with its symbolic sizes replaced."""
    if not network.sizes:
        return network
    values: dict[str, int] = {}
    for name, size in ((network.input, inputs), (network.prediction, outputs)):
        sizes = network.declarations[name or ""].sizes
        if len(sizes) == 1 and isinstance(sizes[0], str) and size is not None:
            values.setdefault(sizes[0], size)
    open_sizes = [name for name in network.sizes if name not in values]
    if open_sizes:
        raise DeltaruleError(
            f"the size {open_sizes[0]} in `{network.text}` does not follow from the table\nremedy: write a number there"
        )

    def put_in(text: str) -> str:
        return re.sub(r"\b\w+\b", lambda word: str(values.get(word.group(), word.group())), text)

    return Network.parse(put_in(network.text), put_in(network.shapes) or None)


def _product(sizes: tuple[int | str, ...], what: str) -> int:
    if len(sizes) > 1:
        there = ", ".join(map(str, sizes))
        remedy = f"begin it with reshape({there})" if what == "input" else "end it with flatten"
        raise DeltaruleError(
            f"a table has rows of numbers; the network's {what} has {len(sizes)} axes [{there}]\nremedy: {remedy}"
        )
    return int(sizes[0]) if sizes else 1


def _one_by_one(network: Network) -> bool:
    """Whether the outputs need not sum to 1."""
    link = link_of(network)
    return link is None or link.function == "sigmoid"


def _outputs(count: int) -> str:
    return f"{count} output" + ("" if count == 1 else "s")


def _losses(task: Task) -> str:
    if task == "regression":
        return "put `-> squared_error` at its end"
    if task == "multilabel":
        return "put `-> bce` after a sigmoid at its end"
    return "put `-> bce` after a sigmoid at its end, or `-> cross_entropy` after a softmax"
