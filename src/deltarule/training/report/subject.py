"""What a report is about: a model, the rows that judge it, and what was seen of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.training.bootstrap import Intervals, Whole, classification_intervals, regression_intervals
from deltarule.training.label_metrics import label_intervals

if TYPE_CHECKING:
    from deltarule.training.summary import Summary
    from deltarule.training.watching import Watch

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """`judged` are the rows that the figures are of: those held out, else those of the training."""

    model: Any
    task: str
    target: str
    source: str
    sha256: str
    rows: int
    X: Any
    """What the model takes, of all rows."""
    y: np.ndarray
    values: np.ndarray
    """Predictions for all rows."""
    probabilities: np.ndarray | None
    training: np.ndarray | None
    """The rows of the training; None: none of these."""
    held_out: np.ndarray | None
    figures: Mapping[str, Any]
    """By part of the data, `training`, `held out`, `test`: metrics of classes, of labels or of values."""
    watch: Watch | None = None
    summary: Summary | None = None
    command: str = ""
    remarks: Sequence[str] = field(default_factory=tuple)
    """What else is to be said at the top."""

    @cached_property
    def judged(self) -> np.ndarray:
        rows = self.held_out if self.held_out is not None else self.training
        return np.arange(len(self.y)) if rows is None else rows

    @property
    def part(self) -> str:
        """What the judged rows are called."""
        if self.held_out is not None:
            return "held out"
        return "training" if self.training is not None else "test"

    @cached_property
    def intervals(self) -> Intervals:
        """Of the metrics on the judged rows; where these are some of very many, of the figures of all."""
        rows, seed, found = self.judged, int(self.model.seed_), self.figures[self.part]
        whole = Whole(found.rows, found.figures()) if found.rows > len(rows) else None
        if self.task == "multilabel" and self.probabilities is not None:
            return label_intervals(self.y[rows], self.values[rows], self.probabilities[rows], seed)
        if self.task == "classification":
            p = None if self.probabilities is None else self.probabilities[rows]
            return classification_intervals(self.y[rows], self.values[rows], p, self.model.classes_, seed, whole)
        return regression_intervals(self.y[rows], self.values[rows], seed, whole)

    @property
    def classes(self) -> list[str]:
        if self.task == "multilabel":
            return [str(name) for name in self.figures[self.part].names]
        return [str(c) for c in getattr(self.model, "classes_", [])]
