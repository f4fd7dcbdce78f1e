"""Early stopping: the training ends when a figure has not improved for some epochs; the best parameters come back.

>>> from sklearn.datasets import load_breast_cancer
>>> from deltarule.training import Classifier
>>> model = Classifier(early_stopping=True).fit(*load_breast_cancer(return_X_y=True))
>>> model.best_epoch_ == model.n_epochs_ - 10
True
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from deltarule.training.averaging import means
from deltarule.training.callbacks import Callback, EpochReport, Run
from deltarule.training.updating import Memory

__all__ = ["EarlyStopping"]


class EarlyStopping(Callback):
    """Ends a training after `patience` epochs without progress, and puts the best parameters back at its end.

    Progress is a fall of `figure` by more than the share `min_improvement` of its lowest value so far; the best
    parameters are those of the lowest value. Where the schedule lowers the learning rate when the loss stays
    (`reduce_on_plateau`), a reduction is waited for, and waiting starts again after it; one that brings no progress is
    the last. Where the mean of the weights predicts, `averaged` is the memory that holds it.
    """

    def __init__(
        self,
        patience: int = 10,
        min_improvement: float = 1e-4,
        figure: str = "val_loss",
        averaged: Memory | None = None,
    ) -> None:
        self.patience, self.min_improvement, self.figure, self.averaged = patience, min_improvement, figure, averaged
        self._forget()

    def _forget(self) -> None:
        self.best_epoch, self.best = 0, math.inf
        self.parameters: dict[str, np.ndarray] = {}
        self._mark, self._waited, self._rate, self._hopeful = math.inf, 0, math.nan, True

    def on_begin(self, run: Run) -> None:
        self.run, self._until = run, self.patience
        if run.plan.schedule.after_epoch:  # it watches the loss: its reduction is seen one epoch after its patience
            options = {row.name: row.default for row in run.plan.schedule.options} | dict(run.plan.schedule_options)
            self._until = max(self.patience, int(options.get("patience", 0)) + 2)
        if not run.epochs:  # else it goes on from a checkpoint
            self._forget()

    def on_epoch(self, report: EpochReport) -> bool:
        value = float(report.figures.get(self.figure, math.nan))
        if value < self.best:
            self.best, self.best_epoch = value, report.epoch
            self.parameters = {name: theta.copy() for name, theta in self._judged(self.run).items()}
        if value < self._mark - self.min_improvement * abs(self._mark) or self._mark == math.inf > value:
            self._mark, self._waited, self._hopeful = value, 0, True
        else:
            self._waited += 1
        if self.run.plan.schedule.after_epoch and report.learning_rate < self._rate and self._hopeful:
            self._waited, self._hopeful = 0, False
        self._rate = report.learning_rate
        return self._waited >= (self._until if self._hopeful else self.patience)

    def on_end(self, run: Run) -> None:
        if run.failure is None:
            judged = self._judged(run)
            for name, best in self.parameters.items():
                np.copyto(judged[name], best)

    def _judged(self, run: Run) -> dict[str, np.ndarray]:
        """What the figure is of."""
        return run.parameters if self.averaged is None else means(run.parameters, self.averaged)

    def state(self) -> Mapping[str, Any]:
        numbers = {"best": self.best, "best_epoch": self.best_epoch, "mark": self._mark, "waited": self._waited}
        return {**numbers, "rate": self._rate, "hopeful": int(self._hopeful), "parameters": self.parameters}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])
        self._mark, self._waited, self._rate = float(state["mark"]), int(state["waited"]), float(state["rate"])
        self._hopeful = bool(state["hopeful"])
        self.parameters = {name: np.array(value) for name, value in state["parameters"].items()}
