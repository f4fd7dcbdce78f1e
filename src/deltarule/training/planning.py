"""From an estimator's settings to the plan of its training: every "auto" filled in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.loop import Plan
from deltarule.training.optimisers import optimiser
from deltarule.training.recipe import Recipe
from deltarule.training.schedules import schedule
from deltarule.training.updating import Changes

__all__ = ["plan_of", "regularised_parameters"]


def plan_of(
    recipe: Recipe,
    usual_rate: float,
    classes: bool,
    weights: frozenset[str],
    parameters: Iterable[str],
    *,
    rows: int,
    batch_size: int,
    epochs: int,
    whole_run: int,
    seed: int,
    first_epoch: int,
) -> Plan:
    """The plan of `epochs` epochs over `rows` rows, as part of a run of `whole_run` epochs.

    `usual_rate` is the rate of plain gradient descent; `weights` are the parameters that are no biases.
    """
    row = optimiser(recipe.optimiser)
    rate: float | str = recipe.learning_rate
    if isinstance(rate, str):
        rate = usual_rate if row.rates is None else row.rates[0 if classes else 1]
    weight_decay = row.weight_decay if isinstance(recipe.weight_decay, str) else float(recipe.weight_decay)
    changes = Changes(
        l1=float(recipe.l1),
        l2=float(recipe.l2),
        clip_value=None if recipe.clip_value is None else float(recipe.clip_value),
        clip_norm=None if recipe.clip_norm is None else float(recipe.clip_norm),
        ema=None if recipe.ema is None else float(recipe.ema),
        weight_decay=weight_decay,
        decay=row.decay if recipe.decay == "auto" else recipe.decay,
        weights=regularised_parameters(recipe.regularised, weights, parameters),
    )
    return Plan(
        row,
        float(rate),
        batch_size,
        epochs,
        seed,
        first_epoch,
        options=dict(recipe.optimiser_options or {}),
        changes=changes,
        schedule=schedule(recipe.schedule),
        schedule_options=dict(recipe.schedule_options or {}),
        total=math.ceil(rows / batch_size) * whole_run,
    )


def regularised_parameters(
    wanted: str | Sequence[str], weights: frozenset[str], parameters: Iterable[str]
) -> frozenset[str]:
    """The parameters of penalties and decay: `weights`, `all`, or those named (`"W_1, W_2"` or a list)."""
    known = list(parameters)
    if wanted == "weights":
        return weights
    if wanted == "all":
        return frozenset(known)
    names = [n.strip() for n in wanted.split(",")] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if name not in known:
            hint = nearest(name, ["weights", "all", *known])
            raise DeltaruleError(
                f'regularised names {name!r}{hint}; it must be "weights", "all", or names of {", ".join(known)}'
            )
    return frozenset(names)
