"""The table of modules: each is its forward equation. Adding one adds a row; nothing else knows of it."""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.activations import ACTIVATIONS
from deltarule.network.convolution import CONVOLUTIONS
from deltarule.network.gates import GATES
from deltarule.network.modal import MODAL
from deltarule.network.module import Module, Option
from deltarule.network.normalisation import NORMALISATIONS
from deltarule.network.penalties import PENALTIES
from deltarule.network.sequences import SEQUENCES
from deltarule.network.shapes import SHAPES

__all__ = ["MODULES"]

_ROWS = (  # the first ones that a course names
    Module(
        "y = W @ x{bias}",
        name="linear",
        shapes="x: n, W: m n, b: m",
        scalar_equation="y = W * x{bias}",
        arguments=("n", "m"),
        options=(Option("bias", True, ((True, " + b"), (False, ""))),),
        conventions=("W has one row for each output, one column for each input; a size 1 makes no axis",),
        latex=r"\operatorname{linear}",
        source="Bishop 2006, Pattern Recognition and Machine Learning, eq. 5.2",
        pre_activation=True,
    ),
    Module("y = x", name="identity", latex=r"\operatorname{id}"),
    Module("y = sigmoid(x)", name="sigmoid", latex=r"\sigma", source="Bishop 2006, eq. 5.6"),
    Module("y = tanh(x)", name="tanh", latex=r"\tanh", source="Bishop 2006, eq. 5.59"),
    Module("y = relu(x)", name="relu", latex=r"\operatorname{ReLU}", source="Nair & Hinton 2010"),
    Module(
        "y = leaky_relu(x, {slope})",
        name="leaky_relu",
        options=(Option("slope", Fraction(1, 100)),),
        latex=r"\operatorname{LeakyReLU}",
        source="Maas, Hannun & Ng 2013",
    ),
    Module("y = softplus(x)", name="softplus", latex=r"\operatorname{softplus}", source="Dugas et al. 2001"),
    Module("y = softmax(x)", name="softmax", latex=r"\operatorname{softmax}", source="Bishop 2006, eq. 4.104"),
    Module(
        "y = log_softmax(x)", name="log_softmax", latex=r"\operatorname{logsoftmax}", source="Bishop 2006, eq. 4.104"
    ),
)

MODULES: dict[str, Module] = {
    row.name: row
    for row in (*_ROWS, *ACTIVATIONS, *NORMALISATIONS, *MODAL, *GATES, *PENALTIES, *SEQUENCES, *CONVOLUTIONS, *SHAPES)
}
