"""What the commands `train`, `predict` and `evaluate` do: from data and settings to a model and its figures."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.csv_text import csv_text
from deltarule.training.data import Table, Task
from deltarule.training.estimators import Classifier, Regressor, features_of
from deltarule.training.loop import EpochReport
from deltarule.training.metrics import (
    ClassificationMetrics,
    RegressionMetrics,
    classification_metrics,
    regression_metrics,
)
from deltarule.training.model_file import load_model, save_model
from deltarule.training.settings import SETTINGS, validate
from deltarule.training.source import read_table
from deltarule.training.splitting import split

__all__ = ["Evaluation", "Prediction", "TrainingResult", "evaluate", "predict", "train"]

Model = Classifier | Regressor
Data = str | os.PathLike[str] | Table
Metrics = ClassificationMetrics | RegressionMetrics


@dataclass(frozen=True)
class TrainingResult:
    """A trained model and how it came about. `held_out` judges rows it never saw; None where no row was held out."""

    model: Model
    task: Task
    target: str
    features: tuple[str, ...]
    rows: int
    training_rows: int
    training: Metrics
    held_out: Metrics | None
    data: str
    data_sha256: str
    saved: Path | None = None

    @property
    def history(self) -> dict[str, list[float]]:
        """The figures of each epoch by name."""
        return self.model.history_

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the training early; the model is that of the last batch."""
        return self.model.interrupted_

    def as_json(self) -> dict[str, Any]:
        """Everything but the weights, for `--format json`."""
        return {
            "schema": 1,
            "network": self.model.network_.text,
            "task": self.task,
            "target": self.target,
            "features": list(self.features),
            "data": {"source": self.data, "sha256": self.data_sha256, "rows": self.rows},
            "training": {"rows": self.training_rows, **_json(self.training)},
            "held_out": None if self.held_out is None else {"rows": self.held_out.rows, **_json(self.held_out)},
            "epochs": self.model.n_epochs_,
            "interrupted": self.interrupted,
            "seed": self.model.seed_,
            "history": self.history,
            "model": None if self.saved is None else str(self.saved),
        }


@dataclass(frozen=True)
class Prediction:
    """Predictions for every row in order, [rows], and for a classifier probabilities [rows, classes]."""

    target: str
    values: np.ndarray
    probabilities: np.ndarray | None
    classes: tuple[Any, ...]

    def to_csv(self) -> str:
        """A header, then one line a row: the prediction, then the probability of each class."""
        names, columns = [self.target], [self.values.tolist()]
        if self.probabilities is not None:
            names += [f"probability_{c}" for c in self.classes]
            columns += [column.tolist() for column in self.probabilities.T]
        return csv_text(names, columns)

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        found: dict[str, Any] = {"schema": 1, "target": self.target, "predictions": self.values.tolist()}
        if self.probabilities is not None:
            found |= {"classes": [_plain(c) for c in self.classes], "probabilities": self.probabilities.tolist()}
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
        return {**about, **_json(self.metrics)}


def train(
    data: Data,
    target: str | None = None,
    network: Network | str | None = None,
    *,
    task: Task | None = None,
    ignore: Sequence[str] = (),
    validation: float = 0.2,
    output: str | os.PathLike[str] | None = None,
    progress: Callable[[EpochReport], object] | None = None,
    **settings: Any,
) -> TrainingResult:
    """Train on a table: every column but the target and those to ignore is a feature.

    `target` may be left out for a bundled data set, `network` for one that fits the target; `task` follows from the
    network's loss, else from the data set, else from the target's values. `validation` is the share of rows held out
    (0: none). With `output` the model is saved there. The settings are rows of `SETTINGS`, and `optimiser`.

    Raises:
        DeltaruleError: the data, the network or a setting is wrong, or the loss became non-finite.
    """
    unknown = [name for name in settings if name not in SETTINGS and name != "optimiser"]
    if unknown:
        raise TypeError(f"train has no setting {unknown[0]!r}; there are optimiser, {', '.join(SETTINGS)}")
    validate({**settings, "validation": validation})
    seed = settings.get("seed", SETTINGS["seed"].default)
    table = read_table(data, 0 if seed is None else int(seed))
    target = _target(table, target)
    features = [name for name in table.columns if name != target and name not in ignore]
    for name in ignore:
        table.column(name)
    if not features:
        raise DeltaruleError(f"{table.source} has no column but the target {target!r}: there is nothing to learn from")
    task = task or _task_of(network, table, target)
    y = table.labels(target) if task == "classification" else table.quantities(target)
    if task == "classification":
        _refuse_one_class(table, target, y)
    X = table.features(features)
    kind = Classifier if task == "classification" else Regressor
    model: Model = kind(network, validation=validation, progress=progress, **settings)
    model.fit(X, y)
    model.feature_names_in_ = np.array(features, dtype=object)
    model.progress = None  # the model outlives the terminal that it reported to
    if validation:
        training, held = split(len(X), validation, model.seed_, y if task == "classification" else None)
    else:
        training, held = np.arange(len(X)), None
    judged = _judged(model, X[training], y[training])
    held_out = None if held is None else _judged(model, X[held], y[held])
    digest = table.digest()
    model.about_ = {"target": target, "data": table.source, "data_sha256": digest, "rows": table.rows}
    if held_out is not None:
        model.about_["held_out"] = held_out.figures()
    saved = save_model(model, output) if output is not None else None
    names = tuple(features)
    return TrainingResult(
        model, task, target, names, table.rows, len(training), judged, held_out, table.source, digest, saved
    )


def predict(model: Model | str | os.PathLike[str], data: Data) -> Prediction:
    """Predictions for every row of a table that has the model's columns, in any order, among others.

    Raises:
        DeltaruleError: the model or the data cannot be read, or a column is missing or holds no numbers.
    """
    model = _model(model)
    X = _features(model, read_table(data))
    with _bare_arrays():
        probabilities = model.predict_proba(X) if isinstance(model, Classifier) else None
        values = model.predict(X)
    classes = tuple(model.classes_.tolist()) if isinstance(model, Classifier) else ()
    return Prediction(_target_of(model), values, probabilities, classes)


def evaluate(model: Model | str | os.PathLike[str], data: Data, target: str | None = None) -> Evaluation:
    """Judge a model on a table that has its columns and its target.

    Raises:
        DeltaruleError: as for `predict`; and where the target holds a class that the model does not know.
    """
    model, table = _model(model), read_table(data)
    X, target = _features(model, table), target or _target_of(model)
    if isinstance(model, Regressor):
        y = table.quantities(target)
        return Evaluation("regression", target, table.source, _judged(model, X, y))
    y = _as_classes(table, target, model.classes_)
    return Evaluation("classification", target, table.source, _judged(model, X, y))


def _target(table: Table, target: str | None) -> str:
    if target is None:
        if table.dataset is None:
            names = ", ".join(list(table.columns)[:20])
            raise DeltaruleError(f"which column of {table.source} is the target? give --target; there are {names}")
        return table.dataset.target
    return table.column(target).name


_TASK_OF_LOSS: dict[str, Task] = {
    "bce": "classification",
    "bce_with_logits": "classification",
    "cross_entropy": "classification",
    "nll": "classification",
}


def _task_of(network: Network | str | None, table: Table, target: str) -> Task:
    """What the network's loss says of the target; where that leaves it open, what the target's values say."""
    if network is None:
        return table.task(target)
    parsed = Network.parse(network) if isinstance(network, str) else network
    kind = parsed.modules[-1].kind if parsed.modules else ""
    if kind == "squared_error" and not parsed.declarations[parsed.prediction or ""].sizes:
        return "regression" if table.column(target).numbers is not None else "classification"
    return _TASK_OF_LOSS.get(kind) or table.task(target)


def _refuse_one_class(table: Table, target: str, y: np.ndarray) -> None:
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise DeltaruleError(
            f"the target {target!r} of {table.source} holds one class only ({classes[0]}): a classifier needs two"
            "\nremedy: check that the column is the right one and that no filter left one class out"
        )
    if len(classes) > max(20, len(y) // 2):
        rare = classes[counts.argmin()]
        raise DeltaruleError(
            f"the target {target!r} of {table.source} holds {len(classes)} classes in {len(y)} rows (one is {rare}): "
            "that is a quantity or an identifier\nremedy: choose another column, or a regression network"
        )


def _model(model: Model | str | os.PathLike[str]) -> Model:
    return load_model(model) if isinstance(model, str | os.PathLike) else model


def _features(model: Model, table: Table) -> np.ndarray:
    names = features_of(model)
    if not hasattr(model, "feature_names_in_") and not set(names) <= set(table.columns):
        raise DeltaruleError("the model was trained on an array without names of columns: give it arrays, not tables")
    return table.features(names)


def _target_of(model: Model) -> str:
    return str(getattr(model, "about_", {}).get("target", "prediction"))


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


def _judged(model: Model, X: np.ndarray, y: np.ndarray) -> Metrics:
    with _bare_arrays():
        if isinstance(model, Classifier):
            return classification_metrics(y, model.predict(X), model.predict_proba(X), model.classes_)
        return regression_metrics(y, model.predict(X))


@contextmanager
def _bare_arrays() -> Iterator[None]:
    """The columns were matched by name already; scikit-learn would warn that the array has no names."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
        yield


def _json(metrics: Metrics) -> dict[str, Any]:
    if isinstance(metrics, RegressionMetrics):
        return dict(metrics.figures())
    classes = [_plain(c) for c in metrics.classes]
    return {**metrics.figures(), "classes": classes, "confusion": metrics.confusion.tolist()}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
