"""The table of losses of one sample: each is an equation in the prediction and the target `y`."""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.further_losses import FURTHER_LOSSES
from deltarule.network.module import Module, Option
from deltarule.network.weighted_losses import weighted_losses

__all__ = ["LOSSES"]

_REDUCTION = Option(
    "reduction",
    "sum",
    (("sum", "sum"), ("mean", "mean")),
    (("sum", "summed over the units"), ("mean", "averaged over the units")),
)
_NORMALISED = Option(
    "normalised",
    True,
    ((True, ""), (False, "")),
    ((True, "the target sums to 1: Σ y = 1"), (False, "the target need not sum to 1")),
)
_MEAN = "over a batch the loss is the mean of the losses of its samples"


def _loss(name: str, equation: str, prediction: str = "", *, of: str = "y_hat", **more: object) -> Module:
    conventions = (*more.pop("conventions", ()), _MEAN)  # type: ignore[misc]
    return Module(
        equation,
        name=name,
        inputs=(of, "y"),
        loss=True,
        prediction=prediction,
        conventions=conventions,
        **more,  # type: ignore[arg-type]
    )


_ROWS = (
    _loss(
        "bce",
        "L = -{reduction}({pos_weight}y*log(y_hat) + (1 - y)*log(1 - y_hat))",
        options=(_REDUCTION, Option("pos_weight", Fraction(1), form="{}*")),
        domain="probability",
        conventions=("from probabilities: 0 < y_hat < 1", "natural logarithm"),
        elsewhere=(
            "torch.nn.BCELoss, which averages over units and samples, and has no pos_weight",
            "keras.losses.BinaryCrossentropy",
        ),
        latex=r"\operatorname{BCE}",
        source="Bishop 2006, eq. 4.90",
    ),
    _loss(
        "bce_with_logits",
        "L = {reduction}(softplus(z) - y*z{pos_weight})",
        "y_hat = sigmoid(z)",
        of="z",
        options=(_REDUCTION, Option("pos_weight", Fraction(1), form=" + ({} - 1)*y*softplus(-z)")),
        elsewhere=(
            "torch.nn.BCEWithLogitsLoss(pos_weight=...), which averages over units and samples",
            "keras.losses.BinaryCrossentropy(from_logits=True)",
        ),
        conventions=("from logits z: equals bce of y_hat = sigmoid(z)", "natural logarithm"),
        latex=r"\operatorname{BCE}",
        source="Bishop 2006, eq. 4.90 with eq. 4.59",
    ),
    _loss(
        "cross_entropy",
        "L = -sum(y*log(y_hat))",
        options=(_NORMALISED,),
        domain="positive",
        conventions=("from probabilities: y_hat > 0", "natural logarithm"),
        latex=r"\operatorname{CE}",
        source="Bishop 2006, eq. 4.108",
    ),
    _loss(
        "nll",
        "L = -sum(y*l_hat)",
        "y_hat = exp(l_hat)",
        of="l_hat",
        options=(_NORMALISED,),
        conventions=("from log-probabilities l_hat = log y_hat", "natural logarithm"),
        latex=r"\operatorname{NLL}",
        source="Bishop 2006, eq. 4.108",
    ),
    _loss(
        "squared_error",
        "L = {half}{reduction}((y_hat - y)**2)",
        options=(
            Option(
                "half",
                True,
                ((True, "1/2*"), (False, "")),
                ((True, "with the factor ½"), (False, "without the factor ½")),
            ),
            _REDUCTION,
        ),
        latex=r"\operatorname{SE}",
        source="Bishop 2006, eq. 5.11",
    ),
)

LOSSES: dict[str, Module] = {
    row.name: row for row in (*_ROWS, *FURTHER_LOSSES, *weighted_losses((*_ROWS, *FURTHER_LOSSES)))
}
