"""The learning-rate range test: one short run whose rate rises from tiny to huge, and what the loss does meanwhile.

The loss falls once the rate is large enough to matter and rises once it is too large (Smith 2017, section 3.3).
Suggested is the rate at which the smoothed loss falls fastest, at most a tenth of that at which it is lowest (Howard &
Gugger 2020): on data that a network can learn by heart the loss may fall to the end.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError
from deltarule.training.loop import NonFiniteLoss, Plan
from deltarule.training.schedules import Schedule
from deltarule.training.settings import Setting, validate_options

if TYPE_CHECKING:
    from deltarule.training.estimators import Classifier, Regressor

__all__ = ["RANGE", "RangeTest", "find_learning_rate"]

RANGE = Schedule(
    "range_test",
    ("rate <- lowest * (learning_rate / lowest)**(minimum(done, total - 1) / (total - 1))",),
    (Setting("lowest", 1e-5, "the first rate", float, (0, math.inf), (True, True)),),
    "the rate from the lowest to the highest, each update times the same factor",
    "Smith 2017, section 3.3",
)
SMOOTHING = 0.9
"""The share of the smoothed loss that is kept from batch to batch."""
DIVERGED = 4.0
"""The run ends when the smoothed loss is so many times its lowest value."""
LIMITS = (
    Setting("lowest", 1e-5, "the first rate", float, (0, math.inf), (True, True)),
    Setting("highest", 10.0, "the last rate", float, (0, math.inf), (True, True)),
    Setting("updates", 200, "how many rates are tried", int, (10, 100_000)),
)


@dataclass
class RangeTest:
    """The rate, the loss and the smoothed loss of each update that was made."""

    lowest: float
    highest: float
    updates: int
    rates: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    smoothed: list[float] = field(default_factory=list)
    _mean: float = 0.0

    def watch(self, rate: float, loss: float) -> bool:
        """Hear of an update; True when nothing more is to be learned."""
        self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * loss
        self.rates.append(rate)
        self.losses.append(loss)
        self.smoothed.append(self._mean / (1 - SMOOTHING ** len(self.losses)))
        diverged = len(self.losses) > 10 and self.smoothed[-1] > DIVERGED * min(self.smoothed)
        return diverged or len(self.losses) >= self.updates

    def plan(self, plan: Plan) -> Plan:
        """The same training, its rate laid out for the test."""
        return replace(plan, schedule=RANGE, schedule_options={"lowest": self.lowest}, total=self.updates)

    @property
    def suggestion(self) -> float:
        """The rate where the smoothed loss falls fastest, at most a tenth of that where it is lowest, to two digits."""
        if not self.rates:
            raise DeltaruleError("the loss was not finite at the very first update: look for huge values in the data")
        lowest = min(range(len(self.smoothed)), key=self.smoothed.__getitem__)
        width = max(len(self.smoothed) // 20, 1)  # one batch more or less must not decide
        falls = [self.smoothed[k] - self.smoothed[min(k + width, lowest)] for k in range(max(lowest - width, 0) + 1)]
        middle = min(falls.index(max(falls)) + width // 2, lowest)
        return float(f"{max(min(self.rates[middle], self.rates[lowest] / 10), self.rates[0]):.1e}")

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "schema": 1,
            "suggestion": self.suggestion,
            "rates": self.rates,
            "losses": self.losses,
            "smoothed": self.smoothed,
        }

    def picture(self, kind: str = "svg") -> bytes:
        """The losses over the rates; `svg`, `png` or `pdf`. Needs matplotlib (the extra `plots`)."""
        from deltarule.training.range_picture import range_picture

        return range_picture(self, kind)


def find_learning_rate(
    model: Classifier | Regressor,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    lowest: float = 1e-5,
    highest: float = 10.0,
    updates: int = 200,
) -> RangeTest:
    """Train a copy of `model` (its optimiser, batch size and network) on all rows while the rate rises.

    The model itself stays as it is: `model.set_params(learning_rate=found.suggestion)` takes the suggestion.

    >>> from sklearn.datasets import load_iris
    >>> from deltarule.training import Classifier
    >>> found = find_learning_rate(Classifier(), *load_iris(return_X_y=True))
    >>> 0.01 < found.suggestion < 1
    True

    Raises:
        DeltaruleError: a limit, a setting, the network or the data is wrong.
    """
    from sklearn.base import clone

    validate_options("the range test", LIMITS, {"lowest": lowest, "highest": highest, "updates": updates})
    if lowest >= highest:
        raise DeltaruleError(f"the lowest rate {lowest:g} must be below the highest {highest:g}")
    found = RangeTest(float(lowest), float(highest), int(updates))
    copy: Any = clone(model)
    copy.set_params(epochs=int(updates), validation=0.0, learning_rate=float(highest), progress=None, callbacks=None)
    copy.range_test = found
    with contextlib.suppress(NonFiniteLoss):  # far above every useful rate: the test is over
        copy.fit(X, y, sample_weight)
    return found
