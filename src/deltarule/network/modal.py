"""Modules that are one thing in training and another at prediction: what is drawn, what the batch says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["MODAL"]

_PER_CHANNEL = "per_channel(gamma, h) * h + per_channel(beta, h)"
_ZERO, _ONE = Fraction(0), Fraction(1)

_BATCH_NORM = Module(
    "mu = batch_mean(x); v = batch_mean((x - mu)**2); h = (x - mu) / sqrt(v + {eps}); y = {affine}",
    "x: n, gamma: n, beta: n, running_mean: n, running_var: n",
    name="batch_norm",
    scalar_equation="mu = batch_mean(x); v = batch_mean((x - mu)**2); h = (x - mu) / sqrt(v + {eps}); y = {affine}",
    arguments=(),
    options=(
        Option("eps", Fraction(1, 100_000)),
        Option("momentum", Fraction(1, 10), interval=(_ZERO, _ONE)),
        Option("affine", True, ((True, "gamma * h + beta"), (False, "h"))),
    ),
    conventions=(
        "in training mean and variance are those of the batch; the variance divides by its size",
        "eps stands inside the root",
        "momentum is the share of the new value; the running variance is the unbiased one, v m/(m - 1)",
    ),
    latex=r"\operatorname{BatchNorm}",
    source="Ioffe & Szegedy 2015, algorithms 1 and 2",
    elsewhere=(
        "torch.nn.BatchNorm1d(n, eps=1e-5, momentum=0.1), of images BatchNorm2d",
        "keras.layers.BatchNormalization: eps = 1e-3, its momentum 0.99 is 1 - ours, its running variance biased",
    ),
    group="training",
    at_prediction="h = (x - running_mean) / sqrt(running_var + {eps}); y = {affine}",
    state=(("running_mean", _ZERO), ("running_var", _ONE)),
    updates=(
        "running_mean <- (1 - {momentum}) * running_mean + {momentum} * mu; "
        "running_var <- (1 - {momentum}) * running_var + {momentum} * v * batch_size / (batch_size - 1)"
    ),
)


def _of_positions(axes: str) -> Module:
    """The same for each channel: mean and variance over the batch and all positions."""
    count = "batch_size * " + axes.replace(" ", " * ")
    return replace(
        _BATCH_NORM,
        equation="mu = batch_mean(global_mean(x)); d = x - per_channel(mu, x); v = batch_mean(global_mean(d**2)); "
        "h = d / per_channel(sqrt(v + {eps}), x); y = {affine}",
        shapes=f"x: n {axes}, gamma: n, beta: n, running_mean: n, running_var: n",
        scalar_equation="",
        options=(*_BATCH_NORM.options[:2], Option("affine", True, ((True, _PER_CHANNEL), (False, "h")))),
        conventions=(
            "in training mean and variance are those of each channel over the batch and all positions; the variance "
            "divides by their number",
            "eps stands inside the root",
            "momentum is the share of the new value; the running variance is the unbiased one",
            "two axes are channels by entries, even of an image of one channel, whose axis of size 1 is left out",
        ),
        at_prediction="h = (x - per_channel(running_mean, x)) / per_channel(sqrt(running_var + {eps}), x); "
        "y = {affine}",
        updates="running_mean <- (1 - {momentum}) * running_mean + {momentum} * mu; "
        f"running_var <- (1 - {{momentum}}) * running_var + {{momentum}} * v * {count} / ({count} - 1)",
    )


MODAL = (
    Module(
        "y = x * mask / (1 - {p})",
        name="dropout",
        options=(Option("p", Fraction(1, 2), interval=(_ZERO, _ONE)),),
        conventions=("p is the share of the units that are left out", "the rest is divided by 1 - p (inverted)"),
        latex=r"\operatorname{dropout}",
        source="Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, section 10",
        elsewhere=("torch.nn.Dropout(p=0.5)", "keras.layers.Dropout(rate), which has no default"),
        group="training",
        at_prediction="y = x",
        drawn=(("mask", "1 - {p}"),),
    ),
    replace(_BATCH_NORM, variants=(_of_positions("r"), _of_positions("r q"))),
)
"""Rows of the table of modules."""
