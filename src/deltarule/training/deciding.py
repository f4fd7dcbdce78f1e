"""What is decided by what a network gives: a class and its probability, labels, or a value."""

from __future__ import annotations

import numpy as np

from deltarule.training.fitting import Task
from deltarule.training.predicting import Predicting

__all__ = ["DecidesClasses", "DecidesValues", "Fitted"]


class DecidesClasses(Predicting):
    """The part of a classifier that needs nothing but what `fit` left behind."""

    classes_: np.ndarray
    multilabel_: bool = False
    """Whether a row may have several labels, or none."""

    @property
    def task(self) -> Task:
        return "multilabel" if self.multilabel_ else "classification"

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """The class of each row of what the network gives, or its labels."""
        if self.multilabel_:
            return (outputs > 0.5).astype(np.int64)
        return self.classes_[self.index_of(outputs)]

    def index_of(self, outputs: np.ndarray) -> np.ndarray:
        """The index of the class of each row of what the network gives."""
        return (outputs > 0.5).astype(np.int64) if outputs.ndim == 1 else outputs.argmax(axis=1)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The probability of each class, [rows, classes], or of each label, of what the network gives.

        Outputs that need not be probabilities (those trained on squared_error, or one sigmoid a class) are clipped to
        [0, 1], and those of classes divided by their sum.
        """
        outputs = np.clip(outputs, 0, 1)
        if self.multilabel_:
            return outputs
        if outputs.ndim == 1:
            return np.column_stack([1 - outputs, outputs])
        total = outputs.sum(axis=1, keepdims=True)
        return np.where(total > 0, outputs / np.where(total > 0, total, 1), 1 / outputs.shape[1])


class DecidesValues(Predicting):
    """The part of a regressor that needs nothing but what `fit` left behind."""

    two_axes_: bool
    """Whether targets and predictions are [rows, targets] even where there is one."""

    @property
    def task(self) -> Task:
        return "regression"

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """What the network gives, in the units of the target."""
        values = self.target_standardisation_.undo(outputs) if self.target_standardisation_ is not None else outputs
        return values.reshape(len(values), 1) if self.two_axes_ and values.ndim == 1 else values


Fitted = DecidesClasses | DecidesValues
"""A model that predicts: an estimator, or what `fitted` makes of a file."""
