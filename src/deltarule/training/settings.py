"""What can be set in training, as data: the default, what is allowed and the words for it.

Validation, its messages and the help of the command line all come from this table.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.program.initialisation import INITIALISERS
from deltarule.program.native.choice import ENGINE_CHOICES

__all__ = ["DECLARED", "NAMED", "SETTINGS", "Setting", "defaults", "validate", "validate_options"]


@dataclass(frozen=True)
class Setting:
    """One hyperparameter: its name, default, meaning and what it may be."""

    name: str
    default: Any
    words: str
    kind: type | None = None
    """`int`, `float`, `bool` or `dict` (numbers by class) where such a value is allowed; None: only `choices` are."""
    interval: tuple[float, float] = (-math.inf, math.inf)
    open: tuple[bool, bool] = (False, False)
    """Whether the interval leaves out its lower and its upper end."""
    choices: tuple[str | None, ...] = ()

    @property
    def allowed(self) -> str:
        """What would be right, in words: `an integer in [1, inf), or "auto"`."""
        parts = []
        if self.kind is bool:
            parts.append("True or False")
        elif self.kind is dict:
            parts.append("a dictionary of numbers by class")
        elif self.kind is not None:
            low, high = self.interval
            left = "(" if self.open[0] or low == -math.inf else "["
            right = ")" if self.open[1] or high == math.inf else "]"
            noun = "an integer" if self.kind is int else "a number"
            parts.append(f"{noun} in {left}{low:g}, {high:g}{right}")
        parts += ["None" if c is None else f'"{c}"' for c in self.choices]
        return ", or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

    def accepts(self, value: Any) -> bool:
        if value is None or isinstance(value, str):
            return value in self.choices
        if self.kind is bool:
            return isinstance(value, bool) or type(value).__name__ == "bool"
        if self.kind is dict:
            return isinstance(value, Mapping)
        if self.kind is None or isinstance(value, bool):
            return False
        if not isinstance(value, numbers.Integral if self.kind is int else numbers.Real):
            return False
        low, high = self.interval
        number = int(value) if isinstance(value, numbers.Integral) else float(value)
        return (low < number if self.open[0] else low <= number) and (
            number < high if self.open[1] else number <= high and not math.isinf(number)
        )


SETTINGS: dict[str, Setting] = {
    row.name: row
    for row in (
        Setting(
            "learning_rate",
            "auto",
            "the step size η of the update; auto: the optimiser's, for sgd 0.1 for classes, 0.01 for regression",
            float,
            (0, math.inf),
            (True, True),
            ("auto",),
        ),
        Setting(
            "batch_size", "auto", "samples for one update; auto: min(200, rows)", int, (1, math.inf), choices=("auto",)
        ),
        Setting(
            "epochs",
            "auto",
            "passes over the training part; auto: about 2,000 updates, from 20 to 1,000 epochs",
            int,
            (1, math.inf),
            choices=("auto",),
        ),
        Setting("seed", 0, "of the initial values, the split and the shuffling", int, (0, 2**63 - 1), choices=(None,)),
        Setting(
            "validation",
            "auto",
            "share of the rows held out to judge by; auto: 0.1 with early stopping, else none",
            float,
            (0, 1),
            (False, True),
            ("auto",),
        ),
        Setting(
            "early_stopping",
            False,
            "end when the loss of the rows held out makes no more progress; the best parameters come back",
            bool,
        ),
        Setting("patience", 10, "epochs without progress after which early stopping ends", int, (1, math.inf)),
        Setting(
            "min_improvement",
            1e-4,
            "the share of the lowest loss of the rows held out by which it must fall to count as progress",
            float,
            (0, 1),
            (False, True),
        ),
        Setting("warm_start", False, "whether fit goes on from the parameters that are there", bool),
        Setting(
            "class_weight",
            None,
            "what the rows of a class count; balanced: as much in all as those of every other class",
            dict,
            choices=(None, "balanced"),
        ),
        Setting(
            "engine",
            "auto",
            "what runs the equations; auto: native where that pays, else numpy",
            choices=ENGINE_CHOICES,
        ),
        Setting(
            "recompute",
            False,
            "whether the native engine computes activities again instead of keeping them: less memory, a little slower",
            bool,
        ),
        Setting("dtype", "float64", "type of the numbers", choices=("float64", "float32")),
        Setting("policy", "accuracy", "how the backward pass reuses values", choices=("accuracy", "memory", "plain")),
        Setting(
            "weight_decay",
            "auto",
            "the share of a parameter that an update takes away; auto: the optimiser's, 0.01 for adamw, else 0",
            float,
            (0, math.inf),
            (False, True),
            ("auto",),
        ),
        Setting(
            "decay",
            "auto",
            "whether weight decay is added to the gradient (coupled) or stands beside it (decoupled); auto: decoupled "
            "for adamw, else coupled",
            choices=("auto", "coupled", "decoupled"),
        ),
        Setting("l1", 0.0, "the factor of Σ|θ| in the loss", float, (0, math.inf), (False, True)),
        Setting("l2", 0.0, "the factor of ½ Σθ² in the loss", float, (0, math.inf), (False, True)),
        Setting(
            "clip_value",
            None,
            "the largest size of a component of a gradient",
            float,
            (0, math.inf),
            (True, True),
            (None,),
        ),
        Setting(
            "clip_norm",
            None,
            "the largest norm of all gradients together",
            float,
            (0, math.inf),
            (True, True),
            (None,),
        ),
        Setting(
            "ema",
            None,
            "the share of the mean of the weights that an update keeps, as in 0.999: then the mean predicts",
            float,
            (0, 1),
            (True, True),
            (None,),
        ),
        Setting(
            "initialiser",
            "auto",
            "how weights start, a number: all at that; auto: he_uniform before relu (but in the default network), else "
            "glorot_uniform",
            float,
            choices=("auto", *INITIALISERS),
        ),
        Setting(
            "missing",
            "indicator",
            "missing values: their column's median and a column that says so, or an error",
            choices=("indicator", "error"),
        ),
        Setting("standardise", True, "columns to mean 0, deviation 1 on the training part, kept in the model", bool),
    )
}

NAMED: dict[str, Any] = {
    "optimiser": "sgd",
    "optimiser_options": None,
    "schedule": "constant",
    "schedule_options": None,
    "regularised": "weights",
}
"""Settings that name rows of other tables, with the options of those rows, or parameters of the network; the defaults.
"""
DECLARED: dict[str, Any] = {"categorical": None, "ordinal": None}
"""Settings of the estimators that name columns."""


def defaults() -> dict[str, Any]:
    """The default of every setting by name."""
    return {**{name: row.default for name, row in SETTINGS.items()}, **NAMED, **DECLARED}


def validate(values: Mapping[str, Any]) -> None:
    """Check every value that has a row in the table.

    Raises:
        DeltaruleError: names the setting, what was given and what would be right.
    """
    for name, value in values.items():
        row = SETTINGS.get(name)
        if row is not None and not row.accepts(value):
            hint = nearest(value, [c for c in row.choices if c]) if isinstance(value, str) else ""
            raise DeltaruleError(f"{name} is {value!r}{hint}; it must be {row.allowed}")


def validate_options(owner: str, options: Sequence[Setting], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Every option of `owner` by name: what is given, checked, else its default.

    Raises:
        DeltaruleError: names the owner and the option, what was given and what would be right.
    """
    rows = {row.name: row for row in options}
    if given is not None and not isinstance(given, Mapping):
        raise DeltaruleError(f"options of {owner} must be a dictionary by name or None, not {given!r}")
    for name, value in (given or {}).items():
        if name not in rows:
            known = f"there are {', '.join(rows)}" if rows else "it has none"
            raise DeltaruleError(f"{owner} has no option {name!r}{nearest(str(name), rows)}; {known}")
        if not rows[name].accepts(value):
            raise DeltaruleError(f"{name} of {owner} is {value!r}; it must be {rows[name].allowed}")
    return {name: row.default for name, row in rows.items()} | dict(given or {})
