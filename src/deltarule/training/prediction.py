"""What the commands `predict` and `evaluate` do: a model over a table, block by block, in the order of the rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from deltarule.language.errors import DeltaruleError
from deltarule.training.csv_text import csv_text
from deltarule.training.data import Table, Task
from deltarule.training.deciding import DecidesClasses, Fitted
from deltarule.training.in_order import in_order
from deltarule.training.metrics import (
    ClassificationMetrics,
    RegressionMetrics,
    classification_metrics,
    regression_metrics,
)
from deltarule.training.model_file import load_fitted
from deltarule.training.notes import Notes
from deltarule.training.predicting import features_of
from deltarule.training.source import is_large, read_blocks
from deltarule.training.streaming_metrics import RunningClasses, RunningValues
from deltarule.training.table_input import table_input

__all__ = [
    "Evaluation",
    "Metrics",
    "Prediction",
    "evaluate",
    "found_for",
    "metrics_as_json",
    "metrics_of",
    "predict",
    "predictions",
]

Metrics = ClassificationMetrics | RegressionMetrics


@dataclass(frozen=True)
class Prediction:
    """Predictions for every row in order, [rows], and for a classifier probabilities [rows, classes]."""

    target: str
    values: np.ndarray
    probabilities: np.ndarray | None
    classes: tuple[Any, ...]
    indices: np.ndarray | None = None
    """Of the predicted classes, [rows], where it was a block of a table."""

    @property
    def names(self) -> list[str]:
        """The names of the columns of a file of predictions."""
        return [self.target, *(f"probability_{c}" for c in self.classes)]

    def to_csv(self) -> str:
        """A header, then one line a row: the prediction, then the probability of each class."""
        columns = [self.values.tolist()]
        if self.probabilities is not None:
            columns += [column.tolist() for column in self.probabilities.T]
        return csv_text(self.names, columns)

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        found: dict[str, Any] = {"schema": 1, "target": self.target, "predictions": self.values.tolist()}
        if self.probabilities is not None:
            found |= {"classes": list(self.classes), "probabilities": self.probabilities.tolist()}
        return found


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on a table."""

    task: Task
    target: str
    data: str
    metrics: Metrics

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        about = {"schema": 1, "task": self.task, "target": self.target, "data": self.data, "rows": self.metrics.rows}
        return {**about, **metrics_as_json(self.metrics)}


def predict(model: Fitted | str | os.PathLike[str], data: Any) -> Prediction:
    """Predictions for every row of a table that has the model's columns, in any order, among others.

    Raises:
        DeltaruleError: the model or the data cannot be read, or a column is missing or holds something else.
    """
    parts = list(predictions(model, data))
    first, values = parts[0], np.concatenate([part.values for part in parts])
    probabilities = [part.probabilities for part in parts if part.probabilities is not None]
    return Prediction(first.target, values, np.concatenate(probabilities) if probabilities else None, first.classes)


def predictions(model: Fitted | str | os.PathLike[str], data: Any) -> Iterator[Prediction]:
    """The same, block by block: the memory does not grow with the rows. What is odd in the data is said once.

    A file of 32 MB and more is predicted by the native engine, where the model's engine is `auto`, and several blocks
    at once.
    """
    model, notes = _loaded(model), Notes()
    threads, blocks = ThreadpoolController(), read_blocks(data, _wanted(model))
    if is_large(data):
        of_many = model.for_many_rows()
        with threads.limit(limits=1, user_api="blas"):
            yield from in_order(lambda block: _predicted(of_many, block, notes), blocks)
        return
    for block in blocks:
        with threads.limit(limits=1, user_api="blas"):  # the blocks are small, and reading has threads of its own
            found = _predicted(model, block, notes)
        yield found


def evaluate(model: Fitted | str | os.PathLike[str], data: Any, target: str | None = None) -> Evaluation:
    """Judge a model on a table that has its columns and its target, block by block (see `streaming_metrics`).

    Raises:
        DeltaruleError: as for `predict`; and where the target holds a class that the model does not know.
    """
    model, notes = _loaded(model), Notes()
    target, source = target or target_of(model), ""
    named = isinstance(model, DecidesClasses) and model.classes_.dtype.kind in "UO"
    running = RunningClasses(model.classes_) if isinstance(model, DecidesClasses) else RunningValues()
    for block in read_blocks(data, {**_wanted(model), target: named}):
        source, found = block.source, _predicted(model, block, notes)
        if isinstance(running, RunningClasses) and isinstance(model, DecidesClasses):
            assert found.probabilities is not None
            running.add(_as_classes(block, target, model.classes_), found.values, found.probabilities)
        elif isinstance(running, RunningValues):
            running.add(block.numbers_of(target), found.values)
    task: Task = "classification" if isinstance(model, DecidesClasses) else "regression"
    return Evaluation(task, target, source, running.result())


def found_for(model: Fitted, X: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Predictions of a fitted model for rows that it was fitted on or held out, and the probabilities of classes."""
    outputs = model.outputs(X)
    return model.decided(outputs), model.probabilities(outputs) if isinstance(model, DecidesClasses) else None


def metrics_of(model: Fitted, y: np.ndarray, found: tuple[np.ndarray, np.ndarray | None], rows: np.ndarray) -> Metrics:
    """The figures of some of the rows."""
    values, probabilities = found
    if isinstance(model, DecidesClasses) and probabilities is not None:
        return classification_metrics(y[rows], values[rows], probabilities[rows], model.classes_)
    return regression_metrics(y[rows], values[rows])


def target_of(model: Fitted) -> str:
    """What the model predicts, by the name of its column."""
    return str(getattr(model, "about_", {}).get("target", "prediction"))


def metrics_as_json(metrics: Metrics) -> dict[str, Any]:
    """The figures, and for classes the confusion matrix."""
    if isinstance(metrics, RegressionMetrics):
        return dict(metrics.figures())
    classes = [c.item() if isinstance(c, np.generic) else c for c in metrics.classes]
    return {**metrics.figures(), "classes": classes, "confusion": metrics.confusion.tolist()}


def _predicted(model: Fitted, block: Table, notes: Notes) -> Prediction:
    if not hasattr(model, "feature_names_in_") and not set(features_of(model)) <= set(block.columns):
        raise DeltaruleError("the model was trained on an array without names of columns: give it arrays, not tables")
    outputs = model.outputs_of(table_input(model, block, notes))
    if isinstance(model, DecidesClasses):
        indices = model.index_of(outputs)
        values, probabilities = model.classes_[indices], model.probabilities(outputs)
        return Prediction(target_of(model), values, probabilities, tuple(model.classes_.tolist()), indices)
    return Prediction(target_of(model), model.decided(outputs), None, ())


def _loaded(model: Fitted | str | os.PathLike[str]) -> Fitted:
    return load_fitted(model) if isinstance(model, str | os.PathLike) else model


def _wanted(model: Fitted) -> dict[str, bool]:
    """The columns to read, and whether each is to be read as text."""
    return {column.name: column.kind != "number" for column in model.encoder_.columns}


def _as_classes(table: Table, target: str, classes: np.ndarray) -> np.ndarray:
    """The target's labels as the model's classes have them (text, integers or other numbers)."""
    y = table.labels(target)
    if y.dtype.kind != classes.dtype.kind:
        y = y.astype(str) if classes.dtype.kind in "UO" else y
    unknown = np.flatnonzero(~np.isin(y, classes))
    if len(unknown):
        known = ", ".join(map(str, classes[:20]))
        raise DeltaruleError(
            f"the target {target!r} of {table.source} holds {y[unknown[0]]} at {table.place(int(unknown[0]))}, "
            f"a class that the model does not know: it knows {known}"
        )
    return y
