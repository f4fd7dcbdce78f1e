"""What goes wrong in a training without ending it: each symptom by a figure and a threshold, with what to try.

The thresholds are those of tools that watch trainings, where they have one: Amazon SageMaker Debugger's built-in rules
(DeadRelu, SaturatedActivation: half of a layer; Overfit: a tenth), AutoTrainer (Zhang et al., ICSE 2021: error signals
that differ by 10³ between the first and the last layer; oscillation in a fifth of the epochs), and for the size of an
update Stanford's CS231n (about 10⁻³ of the weight).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from deltarule.training.callbacks import Run
    from deltarule.training.watching import Watch

__all__ = ["SYMPTOMS", "USUAL_CHANGE", "Case", "Finding", "Symptom", "diagnose", "usual_change"]

USUAL_CHANGE = 1e-3
"""|Δθ| / |θ| of an update, about (CS231n, Neural Networks Part 3: "Ratio of weights:updates")."""
EPOCHS_NEEDED = 5
"""Fewer say nothing of how a loss goes on."""


@dataclass(frozen=True)
class Finding:
    """A symptom that was found: the figure, the threshold that it is beyond, what it means and what to try."""

    name: str
    title: str
    figure: float
    threshold: float
    what: str
    remedy: str

    @property
    def text(self) -> str:
        return f"{self.title}: {self.what}\nremedy: {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """For `--format json`; an infinite figure is null."""
        figure = self.figure if math.isfinite(self.figure) else None
        return {"name": self.name, "figure": figure, "threshold": self.threshold, "what": self.what,
                "remedy": self.remedy}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A figure, and what there is to say of it and to try."""

    figure: float
    what: str
    remedy: str


@dataclass(frozen=True)
class Symptom:
    """`measure` gives the worst case there is, None where nothing can be told; it is found where the figure is beyond
    `threshold`, for the `reason`."""

    name: str
    title: str
    threshold: float
    reason: str
    measure: Callable[[Watch, Run], Case | None]
    beyond: Callable[[float, float], bool] = float.__gt__

    def found(self, watch: Watch, run: Run) -> Finding | None:
        case = self.measure(watch, run)
        if case is None or math.isnan(case.figure) or not self.beyond(float(case.figure), self.threshold):
            return None
        return Finding(self.name, self.title, case.figure, self.threshold, case.what, case.remedy)


def diagnose(watch: Watch, run: Run) -> tuple[Finding, ...]:
    """The symptoms of a training that has ended; none of one that an error ended, which says what happened itself."""
    if run.failure is not None:
        return ()
    found: dict[str, Finding] = {}
    for symptom in SYMPTOMS:
        if any(other in found for other in _FOLLOWS.get(symptom.name, ())):
            continue
        finding = symptom.found(watch, run)
        if finding is not None and found and symptom.name == "no_progress":
            finding = replace(finding, remedy="mend that first")
        if finding is not None:
            found[symptom.name] = finding
    return tuple(found.values())


# Layers ------------------------------------------------------------------------------------------------------------


def _dead(watch: Watch, run: Run) -> Case | None:
    shares = {
        a: watch.dead_at_end[a.name] for a in watch.activities if a.function == "relu" and a.name in watch.dead_at_end
    }
    if not shares:
        return None
    worst = max(shares, key=lambda a: shares[a])
    units = watch.units[worst.name]
    count = round(shares[worst] * units)
    others = [a.layer for a, share in shares.items() if share > 0.5 and a is not worst]
    what = f"{count} of the {units} units of {worst.layer} are 0 for every row looked at: they learn no more"
    what += f" (and more than half of {_listed(others)})" if others else ""
    return Case(shares[worst], what, f"try {_slower(run)}, leaky_relu in place of relu, or initialiser he_uniform")


def _saturated(watch: Watch, run: Run) -> Case | None:
    recent = watch.looks[-3:]
    shares = {
        a: float(np.median([look.spent[a.name] for look in recent]))
        for a in watch.activities
        if a.function != "relu" and recent
    }
    if not shares:
        return None
    worst = max(shares, key=lambda a: shares[a])
    limits = "below 0.01 or above 0.99" if worst.function == "sigmoid" else "beyond ±0.99"
    what = f"{100 * shares[worst]:.0f} % of the values of {worst.layer} are {limits}, where hardly anything flows back"
    large = f"standardised columns (values reach {watch.largest_input:.3g}), " if watch.largest_input > 30 else ""
    return Case(shares[worst], what, f"try {large}{_slower(run)}, initialiser glorot_uniform, or relu")


def _error_signals(watch: Watch) -> tuple[dict[str, float], list[str]]:
    """By layer |δ| over that of the last layer, the median of the looks; and the layers."""
    if len(watch.layers) < 2 or not watch.looks:
        return {}, []
    last = watch.layers[-1].parameter
    found: dict[str, float] = {}
    for layer in watch.layers[:-1]:
        ratios = [
            look.delta[layer.parameter] / look.delta[last]
            for look in watch.looks
            if look.delta.get(last, 0.0) > 0 and not math.isnan(look.delta.get(layer.parameter, math.nan))
        ]
        if ratios:
            found[layer.name] = float(np.median(ratios))
    return found, [layer.name for layer in watch.layers]


def _vanishing(watch: Watch, run: Run) -> Case | None:
    ratios, layers = _error_signals(watch)
    if not ratios:
        return None
    worst = min(ratios, key=lambda name: ratios[name])
    what = f"|δ| at {worst} is {ratios[worst]:.1e} of that at {layers[-1]}: the first layers hardly learn"
    remedy = "try fewer layers, relu in place of sigmoid or tanh, or initialiser glorot_uniform or he_uniform"
    return Case(ratios[worst], what, remedy)


def _exploding(watch: Watch, run: Run) -> Case | None:
    ratios, layers = _error_signals(watch)
    if not ratios:
        return None
    worst = max(ratios, key=lambda name: ratios[name])
    what = f"|δ| at {worst} is {ratios[worst]:.1e} times that at {layers[-1]}"
    return Case(ratios[worst], what, f"try clip_norm = 1, {_slower(run)}, or initialiser glorot_uniform")


# The loss ----------------------------------------------------------------------------------------------------------


def _grows(watch: Watch, run: Run) -> Case | None:
    """The least loss of the last quarter of the epochs over that before the training, or of a constant."""
    losses = run.history.get("loss", [])
    start = max(watch.first_loss, watch.chance or 0.0)
    if len(losses) < 2 or not start > 0:
        return None
    end = min(losses[-max(1, len(losses) // 4) :])
    what = f"the loss is {end:.4g}, more than before the training ({watch.first_loss:.4g}){_updates(watch)}"
    return Case(end / start, what, f"try {_slower(run)}, or look for one with --find-learning-rate")


def _oscillates(watch: Watch, run: Run) -> Case | None:
    """The share of epochs in which the loss rose by a tenth, and by more than a hundredth of a constant's loss."""
    losses = np.array(run.history.get("loss", []))
    if len(losses) < EPOCHS_NEEDED:
        return None
    least = 0.01 * (watch.chance if watch.chance is not None else max(watch.first_loss, losses[0]))
    rises = np.diff(losses)
    count = int(np.sum((rises > 0.1 * losses[:-1]) & (rises > least)))
    what = f"the loss rose by more than a tenth in {count} of {len(rises)} epochs{_updates(watch)}"
    remedy = f"try {_slower(run)}, a schedule such as cosine, or larger batches"
    return Case(count / len(rises), what, remedy)


def _flat(watch: Watch, run: Run) -> Case | None:
    """How much of the loss the second half of the epochs took away, where it is no better than a constant's."""
    losses = run.history.get("loss", [])
    if len(losses) < EPOCHS_NEEDED:
        return None
    if watch.chance is not None and losses[-1] < 0.98 * watch.chance:
        return None
    if watch.chance is None and losses[-1] < 0.99 * watch.first_loss:
        return None
    middle = losses[(len(losses) - 1) // 2]
    change = usual_change(watch)
    remedy = "try another learning rate (--find-learning-rate), more units; or the columns do not tell the target"
    if change is not None and change < USUAL_CHANGE / 10:
        remedy = (
            f"try learning_rate = {10 * run.plan.learning_rate:g}: an update changes a weight by {change:.0e} of it, "
        )
        remedy += f"about {USUAL_CHANGE:.0e} is usual"
    what = f"after {len(losses)} epochs it is {losses[-1]:.4g}, halfway it was {middle:.4g}"
    what += f"; saying the same for every row has {watch.chance:.4g}" if watch.chance is not None else ""
    return Case((middle - losses[-1]) / middle if middle > 0 else math.nan, what, remedy)


def _overfits(watch: Watch, run: Run) -> Case | None:
    """How far the loss on the rows held out is above its least, if that is more than so few rows make by chance."""
    held, losses = run.history.get("val_loss", []), run.history.get("loss", [])
    if len(held) < EPOCHS_NEEDED or watch.restores_best or run.stopped_by is not None:
        return None
    best = int(np.argmin(held))
    end = float(np.median(held[-3:]))
    rows = watch.held_rows or max(1, run.rows // 4)
    least = (watch.chance if watch.chance is not None else held[0]) / math.sqrt(rows)  # about its standard error
    if best >= len(held) - 3 or end - held[best] < least or not losses[-1] < losses[best]:
        return None
    first = run.plan.first_epoch
    what = (
        f"the loss on the rows held out was least after epoch {first + best + 1}, {held[best]:.4g}, and is now "
        f"{end:.4g}; on the training rows it fell from {losses[best]:.4g} to {losses[-1]:.4g}"
    )
    remedy = f"try epochs = {first + best + 1}, weight decay, fewer units, or more rows"
    return Case(end / held[best] - 1 if held[best] > 0 else math.inf, what, remedy)


def usual_change(watch: Watch) -> float | None:
    """The median over looks of the largest |Δθ| / |θ| of the layers."""
    largest = [max(look.change.values()) for look in watch.looks if look.change]
    largest = [value for value in largest if not math.isnan(value)]
    return float(np.median(largest)) if largest else None


def _updates(watch: Watch) -> str:
    change = usual_change(watch)
    return f"; an update changes a weight by {change:.0e} of it" if change is not None else ""


def _slower(run: Run) -> str:
    return f"learning_rate = {run.plan.learning_rate / 10:g}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


SYMPTOMS: tuple[Symptom, ...] = (
    Symptom("rate_too_large", "the learning rate is too large", 1.2, "a fifth above where it began", _grows),
    Symptom("oscillation", "the loss goes up and down", 0.2, "in a fifth of the epochs (AutoTrainer, η)", _oscillates),
    Symptom("exploding", "exploding error signals", 1e3, "a thousandfold, as for vanishing", _exploding),
    Symptom("dead_units", "dead units", 0.5, "half of a layer (SageMaker Debugger, DeadRelu)", _dead),
    Symptom("saturation", "saturated units", 0.5, "half of a layer (SageMaker Debugger, SaturatedActivation)",
            _saturated),
    Symptom("vanishing", "vanishing error signals", 1e-3, "a thousandth (AutoTrainer, β1)", _vanishing, float.__lt__),
    Symptom("no_progress", "the loss does not fall", 0.01, "by less than a hundredth in half of the epochs", _flat,
            float.__lt__),
    Symptom("overfitting", "overfitting", 0.1, "a tenth (SageMaker Debugger, Overfit)", _overfits),
)  # fmt: skip
"""Causes before what follows from them."""

_FOLLOWS = {
    "oscillation": ("rate_too_large",),
    "saturation": ("rate_too_large",),
    "vanishing": ("rate_too_large", "dead_units", "saturation"),
    "no_progress": ("rate_too_large", "oscillation"),
    "overfitting": ("rate_too_large", "oscillation"),
}
"""What is not said where one of these explains it."""
