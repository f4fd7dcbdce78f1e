"""Modules that only move entries: reshape, flatten."""

from __future__ import annotations

from deltarule.network.module import Module

__all__ = ["SHAPES"]

SHAPES = (
    Module(
        "y = reshape(x, {sizes})",
        name="reshape",
        arguments=("n_1", "n_2"),
        counted=True,
        example=("reshape(2, 3)", "6"),
        conventions=("the last axis runs fastest, as in C and NumPy; any number of sizes", "a size 1 makes no axis"),
        latex=r"\operatorname{reshape}",
        source="Harris et al. 2020, Array programming with NumPy",
        elsewhere=("torch.nn.Unflatten and torch.reshape", "keras.layers.Reshape((n, m))"),
        group="shape",
    ),
    Module(
        "y = flatten(x)",
        name="flatten",
        arguments=(),
        example=("flatten", "2 3"),
        conventions=("the last axis runs fastest, as in C and NumPy",),
        latex=r"\operatorname{flatten}",
        source="LeCun et al. 1998, Gradient-based learning applied to document recognition",
        elsewhere=(
            "torch.nn.Flatten()",
            "keras.layers.Flatten(), whose channels come last: the entries then stand in another order",
        ),
        group="shape",
    ),
)
"""Rows of the table of modules."""
