"""The settings of an estimator that say how it is trained, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from deltarule.language.errors import DeltaruleError
from deltarule.training.optimisers import optimiser, option_values
from deltarule.training.schedules import schedule
from deltarule.training.settings import validate_options

__all__ = ["Recipe", "check_recipe"]


class Recipe(Protocol):
    """The settings of an estimator that say how it is trained."""

    optimiser: str
    optimiser_options: Mapping[str, Any] | None
    learning_rate: float | str
    schedule: str
    schedule_options: Mapping[str, Any] | None
    weight_decay: float | str
    decay: str
    l1: float
    l2: float
    regularised: str | Sequence[str]
    clip_value: float | None
    clip_norm: float | None
    ema: float | None


def check_recipe(recipe: Recipe) -> None:
    """Raise `DeltaruleError` for an unknown optimiser or schedule, or options that are not theirs."""
    row = optimiser(recipe.optimiser)
    option_values(row, recipe.optimiser_options)
    if row.whole:
        _refuse_in_parts(row.name, recipe)
    row = schedule(recipe.schedule)
    validate_options(f"the schedule {row.name}", row.options, recipe.schedule_options)
    if not isinstance(recipe.regularised, str | Sequence) or not all(isinstance(n, str) for n in recipe.regularised):
        raise DeltaruleError(
            f'regularised is {recipe.regularised!r}; it must be "weights", "all", or names of parameters'
        )


def _refuse_in_parts(name: str, recipe: Recipe) -> None:
    """What does not go with an optimiser of all rows and all parameters at once."""
    wanted = {
        "l1": recipe.l1,
        "weight_decay": 0 if isinstance(recipe.weight_decay, str) else recipe.weight_decay,
        "clip_value": recipe.clip_value,
        "clip_norm": recipe.clip_norm,
        "ema": recipe.ema,
    }
    for setting, value in wanted.items():
        if value:
            raise DeltaruleError(
                f"{name} searches a step on the loss itself: {setting} = {value} does not go with it"
                f"\nremedy: leave {setting} out, or take l2, or another optimiser"
            )
