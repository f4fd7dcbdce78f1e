"""Learning-rate schedules, each by equations among numbers. Adding one adds a row.

`learning_rate` is the setting, `rate` what an update uses. `done` counts the updates before this one, `total` those of
the whole run; `epoch` counts the finished epochs. A schedule that watches the loss has a state that it renews after
each epoch, where `loss` is that of the rows held out, or of the training rows where none are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.settings import Setting, validate_options

__all__ = ["SCHEDULES", "LearningRates", "Schedule", "learning_rates", "schedule"]


@dataclass(frozen=True)
class Schedule:
    """A row: the equations of the rate and, where it watches the loss, those that follow an epoch."""

    name: str
    equations: tuple[str, ...]
    options: tuple[Setting, ...]
    words: str
    source: str
    conventions: tuple[str, ...] = ()
    after_epoch: tuple[str, ...] = ()
    initial: Mapping[str, float] = field(default_factory=dict)
    """What the state starts at."""


def _positive(name: str, default: float, words: str) -> Setting:
    return Setting(name, default, words, float, (0, math.inf), (True, True))


def _within_one(name: str, default: float, words: str) -> Setting:
    return Setting(name, default, words, float, (0, 1), (True, True))


def _lowest(words: str) -> Setting:
    return Setting("lowest", 0.0, words, float, (0, math.inf), (False, True))


_WARM = "warm <- maximum(warmup * total, 1)"
_WARMUP = _within_one("warmup", 0.1, "the share of the updates in which the rate rises")
_RISING = (
    "the first update has the rate learning_rate / (updates of the warm-up), not 0 (optax) or a third of the rate "
    "(PyTorch's LinearLR)"
)
_COSINE = "lowest + (learning_rate - lowest) * (1 + cos(pi * {share})) / 2"

SCHEDULES: dict[str, Schedule] = {
    row.name: row
    for row in (
        Schedule("constant", ("rate <- learning_rate",), (), "one rate throughout", "Robbins & Monro 1951"),
        Schedule(
            "step",
            ("rate <- learning_rate * factor**floor(epoch / every)",),
            (
                Setting("every", 30, "epochs between two steps", int, (1, math.inf)),
                Setting("factor", 0.1, "of one step", float, (0, 1), (True, False)),
            ),
            "the rate times a factor after every so many epochs",
            "PyTorch's StepLR",
        ),
        Schedule(
            "exponential",
            ("rate <- learning_rate * factor**epoch",),
            (Setting("factor", 0.99, "of each epoch", float, (0, 1), (True, False)),),
            "the rate times a factor after each epoch",
            "PyTorch's ExponentialLR",
        ),
        Schedule(
            "cosine",
            (f"rate <- {_COSINE.format(share='minimum(done, total) / total')}",),
            (_lowest("where it would end, one update after the last"),),
            "half a wave of a cosine from the rate down, update by update, without restarts",
            "Loshchilov & Hutter 2017, eq. 5",
            ("by updates over the whole run (optax); PyTorch's CosineAnnealingLR counts what its T_max counts",),
        ),
        Schedule(
            "warmup",
            (_WARM, "rate <- learning_rate * minimum(1, (done + 1) / warm)"),
            (_WARMUP,),
            "a straight rise to the rate in the first updates, constant from there",
            "Goyal et al. 2017, section 2.2",
            (_RISING,),
        ),
        Schedule(
            "warmup_cosine",
            (
                _WARM,
                "rate <- where(done < warm, learning_rate * (done + 1) / warm, "
                + _COSINE.format(share="(minimum(done, total) - warm) / maximum(total - warm, 1)")
                + ")",
            ),
            (_WARMUP, _lowest("where it would end, one update after the last")),
            "a straight rise to the rate in the first updates, half a wave of a cosine down from there",
            "Goyal et al. 2017; Loshchilov & Hutter 2017",
            (_RISING,),
        ),
        Schedule(
            "one_cycle",
            (
                "rise <- share * total - 1",
                "first <- learning_rate / start_divisor",
                "last <- first / end_divisor",
                "place <- minimum(done, total - 1)",
                "rate <- where(place <= rise, "
                "first + (learning_rate - first) * (1 - cos(pi * place / maximum(rise, 1))) / 2, "
                "last + (learning_rate - last) * (1 + cos(pi * (place - rise) / (total - 1 - rise))) / 2)",
            ),
            (
                _within_one("share", 0.3, "of the updates in which the rate rises"),
                _positive("start_divisor", 25.0, "the rate over the first rate"),
                _positive("end_divisor", 1e4, "the first rate over the last rate"),
            ),
            "one rise to the rate and one fall far below the start, both along a cosine, update by update",
            "Smith & Topin 2019",
            ("as PyTorch's OneCycleLR with anneal_strategy='cos', but the momentum stays as it is",),
        ),
        Schedule(
            "reduce_on_plateau",
            ("rate <- maximum(learning_rate * scale, lowest)",),
            (
                Setting("factor", 0.1, "of one reduction", float, (0, 1), (True, True)),
                Setting("patience", 10, "epochs without progress that are waited for", int, (0, math.inf)),
                Setting("threshold", 1e-4, "share of the loss that counts as progress", float, (0, 1), (False, True)),
                _lowest("the rate that it stops at"),
            ),
            "the rate times a factor when the loss has not fallen for longer than the patience",
            "PyTorch's ReduceLROnPlateau",
            ("no cool-down after a reduction, and no smallest change of the rate (PyTorch's eps, 1e-8)",),
            (
                "waited <- where(loss < best * (1 - threshold), 0, waited + 1)",
                "best <- where(loss < best * (1 - threshold), loss, best)",
                "scale <- where(waited > patience, factor * scale, scale)",
                "waited <- where(waited > patience, 0, waited)",
            ),
            {"best": math.inf, "waited": 0.0, "scale": 1.0},
        ),
    )
}


def schedule(name: str) -> Schedule:
    """The row of that name, or an error with the nearest names."""
    if not isinstance(name, str) or name not in SCHEDULES:
        hint = nearest(name, SCHEDULES) if isinstance(name, str) else ""
        raise DeltaruleError(f"no schedule {name!r}{hint}; there are {', '.join(SCHEDULES)}")
    return SCHEDULES[name]


@dataclass
class LearningRates:
    """A schedule with its options: the rate of each update of a run."""

    row: Schedule
    learning_rate: float
    options: Mapping[str, float]
    total: int = 1
    """The updates of the whole run."""
    state: dict[str, float] = field(default_factory=dict)
    """What the schedule remembers from epoch to epoch."""

    def __post_init__(self) -> None:
        from deltarule.program.update import scalar_equations

        self._rate = scalar_equations(self.row.equations)
        self._after = scalar_equations(self.row.after_epoch) if self.row.after_epoch else None
        for name, value in self.row.initial.items():
            self.state.setdefault(name, value)

    def rate(self, done: int, epoch: int) -> float:
        """The rate of the update after `done` updates and `epoch` whole epochs."""
        if self.row.name == "constant":
            return self.learning_rate
        given = {"learning_rate": self.learning_rate, "done": done, "epoch": epoch, "total": self.total}
        return self._rate.values(**given, **self.options, **self.state)["rate"]

    @property
    def by_epoch(self) -> bool:
        """Whether all updates of an epoch have one rate."""
        return "done" not in self._rate.arguments

    def epoch_over(self, loss: float) -> None:
        """Renew the state after an epoch."""
        if self._after is not None:
            self.state.update(self._after.values(loss=loss, **self.options, **self.state))


def learning_rates(
    row: Schedule, learning_rate: float, options: Mapping[str, Any] | None, total: int, state: dict[str, float]
) -> LearningRates:
    """The rates of a run of `total` updates; `state` is read and renewed.

    Raises:
        DeltaruleError: an option is not what it must be.
    """
    values = validate_options(f"the schedule {row.name}", row.options, options)
    return LearningRates(row, learning_rate, values, total, state)
