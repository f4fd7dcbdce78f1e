"""A report on a fitted estimator, judged by rows that are given."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import refuse_unwritable, write_whole
from deltarule.training.label_metrics import label_metrics
from deltarule.training.metrics import classification_metrics, regression_metrics
from deltarule.training.report.page import report_page
from deltarule.training.report.subject import Subject
from deltarule.training.watching import Watch

__all__ = ["report"]


def report(
    model: Any,
    X: Any,
    y: Any,
    path: str | os.PathLike[str],
    *,
    watch: Watch | None = None,
    target: str = "",
    source: str = "",
    command: str = "",
) -> Path:
    """Write an HTML page on a fitted `Classifier` or `Regressor`, judged by X [rows, columns] and y [rows].

    The rows should be ones that the model has not seen: of those it learned from, figures promise too much. With a
    `watch` that was among the estimator's callbacks, the page tells of its layers over time. Returns where it is.

    Raises:
        DeltaruleError: the model or the rows do not fit, or the page cannot be written; then nothing is.
    """
    refuse_unwritable(path)
    if not hasattr(model, "parameters_"):
        raise DeltaruleError(f"{model!r} is not fitted: there is nothing to report on\nremedy: call fit first")
    y = np.asarray(y)
    about = getattr(model, "about_", {})
    outputs = model.outputs(X)
    values = model.decided(outputs)
    several = getattr(model, "multilabel_", False)
    fits = y.shape == values.shape if several else y.ndim == 1 or (y.ndim == 2 and not hasattr(model, "classes_"))
    if len(y) != len(values) or not fits:
        what = "a row of labels" if several else "one value"
        raise DeltaruleError(
            f"y has the shape {y.shape}, the model predicts {values.shape}\nremedy: {what} for each row of X"
        )
    probabilities, task = None, "regression"
    if several:
        if not np.isin(y, (0, 1)).all():
            raise DeltaruleError("labels are 0 or 1: there, or not; y holds other values")
        y, task, probabilities = y.astype(int), "multilabel", model.probabilities(outputs)
        figures: Any = label_metrics(y, values, probabilities, [str(c) for c in model._columns_of_classes()])
    elif hasattr(model, "classes_"):
        task = "classification"
        unknown = np.setdiff1d(y, model.classes_)
        if len(unknown):
            known = ", ".join(map(str, model.classes_[:20]))
            raise DeltaruleError(f"y holds the class {unknown[0]}, which is none of {known}")
        probabilities = model.probabilities(outputs)
        figures = classification_metrics(y, values, probabilities, model.classes_)
    else:
        figures = regression_metrics(y, values)
    targets = y.ndim == 2 and y.shape[1] > 1 and not several
    subject = Subject(
        model=model,
        task=task,
        target=target or str(about.get("target", "the target")),
        source=source or (f"{len(y)} rows in Python"),
        sha256=_hash(X, y),
        rows=len(y),
        X=X,
        y=y.astype(float) if probabilities is None else y,
        values=np.asarray(values),
        probabilities=probabilities,
        training=None,
        held_out=None,
        figures={"test": figures},
        watch=watch,
        command=command,
        remarks=["there are several targets: figures are means, pictures are of the first one"] if targets else [],
    )
    return write_whole(path, report_page(subject))


def _hash(X: Any, y: np.ndarray) -> str:
    """Of the values of an array or a table of numbers and the targets; empty where there are other values."""
    try:
        values = np.ascontiguousarray(np.asarray(X, np.float64))
    except (TypeError, ValueError):
        return ""
    digest = hashlib.sha256(values.tobytes())
    digest.update(np.ascontiguousarray(y).tobytes() if y.dtype.kind != "O" else "\n".join(map(str, y.flat)).encode())
    return digest.hexdigest()
