"""Losses with a weight for each entry: 0 where it does not count (a mask), one for each class, one for each sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from deltarule.network.module import Module

__all__ = ["WEIGHTED", "weighted_losses"]

WEIGHTED = {
    # row that is weighted: what other libraries call it
    "squared_error": ("keras.losses.MeanSquaredError()(y, y_hat, sample_weight): its mean divides by the count",),
    "absolute_error": ("keras.losses.MeanAbsoluteError()(y, y_hat, sample_weight): its mean divides by the count",),
    "huber": ("keras.losses.Huber()(y, y_hat, sample_weight): its mean divides by the count",),
    "bce": ("torch.nn.BCELoss(weight=...): its mean divides by the number of entries, not by the sum of the weights",),
    "bce_with_logits": (
        "torch.nn.BCEWithLogitsLoss(weight=...): its mean divides by the number of entries, not by the sum",
    ),
    "cross_entropy": (
        "torch.nn.CrossEntropyLoss(weight=...), from logits: its mean divides by the sum of the weights as here; "
        "ignore_index is the weight 0",
        "keras.losses.CategoricalCrossentropy()(y, y_hat, sample_weight): its mean divides by the count",
    ),
    "nll": ("torch.nn.NLLLoss(weight=...): its mean divides by the sum of the weights as here",),
}


def weighted_losses(rows: Iterable[Module]) -> tuple[Module, ...]:
    """The rows of the table that have a weighted twin, with `weight`, an input of the shape of the target."""
    return tuple(_weighted(row) for row in rows if row.name in WEIGHTED)


def _weighted(row: Module) -> Module:
    """`L = sum(e)` becomes `L = sum(weight * e) / c`, c the mean of the weights of the samples of the batch."""
    by_class = row.name in ("cross_entropy", "nll")
    *before, last = row.equation.split(";")
    head, body = last.replace("{reduction}", "sum").split("sum(", 1)
    weights = "sum(weight*y)" if by_class else "sum(weight)"
    text = ";".join([f"c = batch_mean({weights})", *before, f"{head}sum(weight*({body[:-1]})) / c"])
    said = "weight has an entry for each one of the target: the same for every sample as weights of the classes"
    return replace(
        row,
        name=f"weighted_{row.name}",
        equation="; ".join(part.strip() for part in text.split(";")),
        inputs=(*row.inputs, "weight"),
        options=tuple(o for o in row.options if o.name not in ("reduction", "normalised")),
        conventions=(
            *(c for c in row.conventions if "over a batch" not in c),
            said,
            "0 where an entry does not count",
            "over a batch the mean divides by the sum of the weights: it is over what counts",
            "not all weights of a batch are 0",
        ),
        elsewhere=WEIGHTED[row.name],
        group="weighted",
    )
