"""What the commands `train`, `predict` and `evaluate` do: from data and settings to a model and its figures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.atomic import refuse_unwritable, write_whole
from deltarule.training.bootstrap import Intervals
from deltarule.training.callbacks import Callback, EpochReport
from deltarule.training.checkpoint import EVERY, Checkpoints
from deltarule.training.class_weights import named_classes, without_class_weight
from deltarule.training.data import Table, Task
from deltarule.training.diagnosis import Finding
from deltarule.training.estimators import Classifier, Model, Regressor
from deltarule.training.model_file import save_model
from deltarule.training.numbering import Declarations, raw_to_fit
from deltarule.training.prediction import Metrics, found_for, metrics_as_json, metrics_of
from deltarule.training.range_test import RangeTest, find_learning_rate
from deltarule.training.report.subject import Subject
from deltarule.training.settings import NAMED, SETTINGS, validate
from deltarule.training.source import read_blocks, read_table
from deltarule.training.splitting import split
from deltarule.training.streaming_session import larger_than_memory, trained_in_blocks
from deltarule.training.summary import Summary, summarise
from deltarule.training.watching import DRAWN, FEWEST, Watch

__all__ = ["TrainingResult", "learning_rate_range", "train"]


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
    summary: Summary
    saved: Path | None = None
    subject: Subject | None = None
    """What a report needs: the rows, their predictions, and what was seen of the training."""

    @property
    def history(self) -> dict[str, list[float]]:
        """The figures of each epoch by name."""
        return self.model.history_

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the training early; the model is that of the last batch."""
        return self.model.interrupted_

    @property
    def intervals(self) -> Intervals | None:
        """95 % intervals of the figures of `held_out`, of `training` where no row was held out."""
        return None if self.subject is None else self.subject.intervals

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What went wrong in the training without ending it."""
        watch = None if self.subject is None else self.subject.watch
        return () if watch is None else watch.findings

    def report(self, path: str | os.PathLike[str], command: str = "") -> Path:
        """Write the training as one HTML page that needs nothing else: curves, figures with intervals, predictions,
        which columns matter, the layers, the derivation, and how to do it again. Returns where it is.

        Raises:
            DeltaruleError: it cannot be written there; then nothing is.
        """
        from deltarule.training.report import report_page

        if self.subject is None:
            raise DeltaruleError("of this training no rows were kept to report on")
        return write_whole(path, report_page(replace(self.subject, command=command or self.subject.command)))

    def as_json(self) -> dict[str, Any]:
        """Everything but the weights, for `--format json`."""
        held_out = None if self.held_out is None else {"rows": self.held_out.rows, **metrics_as_json(self.held_out)}
        return {
            "schema": 1,
            "network": self.model.network_.text,
            "task": self.task,
            "target": self.target,
            "features": list(self.features),
            "data": {"source": self.data, "sha256": self.data_sha256, "rows": self.rows},
            "summary": self.summary.as_json(),
            "training": {"rows": self.training_rows, **metrics_as_json(self.training)},
            "held_out": held_out,
            "epochs": self.model.n_epochs_,
            "best_epoch": getattr(self.model, "best_epoch_", None),
            "interrupted": self.interrupted,
            "seed": self.model.seed_,
            "engine": self.model.engine_,
            "history": self.history,
            "model": None if self.saved is None else str(self.saved),
            "intervals": None if self.intervals is None else self.intervals.as_json(),
            "findings": [finding.as_json() for finding in self.findings],
            "watch": None if self.subject is None or self.subject.watch is None else self.subject.watch.as_json(),
        }


def train(
    data: Any,
    target: str | None = None,
    network: Network | str | None = None,
    *,
    task: Task | None = None,
    ignore: Sequence[str] = (),
    validation: float = 0.2,
    output: str | os.PathLike[str] | None = None,
    progress: Callable[[EpochReport], object] | None = None,
    callbacks: Sequence[Callback] | None = None,
    categorical: Sequence[str] = (),
    ordinal: Mapping[str, Sequence[str]] | None = None,
    before: Callable[[Summary], object] | None = None,
    memory: str | int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    checkpoint_every: float = EVERY,
    report: str | os.PathLike[str] | None = None,
    command: str = "",
    **settings: Any,
) -> TrainingResult:
    """Train on a table: every column but the target and those to ignore is a feature.

    `target` may be left out for a bundled data set, `network` for one that fits the target; `task` follows from the
    network's loss, else from the data set, else from the target's values. `validation` is the share of rows held out
    (0: none). `categorical` names columns that hold categories even where they look like numbers, `ordinal` gives
    the levels of ordered ones, lowest first. `before` hears what the table holds and what looks wrong with it. With
    `output` the model is saved there. The settings are rows of `SETTINGS` and those of `NAMED`.

    A file that would need more than `memory` (`"500MB"`; None: half of what is available) is read in blocks (see
    `streaming`). With `checkpoint` the training is kept in that folder every `checkpoint_every` seconds; `resume` goes
    on from there, and ends with the same bits as a training that nothing stopped. `report` names the HTML page to write
    (see `TrainingResult.report`), `command` what it says led to it.

    Raises:
        DeltaruleError: the data, the network or a setting is wrong, or the loss became non-finite.
    """
    if report is not None:
        refuse_unwritable(report)
    if resume and checkpoint is None:
        raise DeltaruleError("to resume needs the folder of the checkpoint\nremedy: --checkpoint FOLDER --resume")
    kept = None if checkpoint is None else Checkpoints(checkpoint, {}, resume=resume, every=checkpoint_every)
    if kept is not None:
        kept.refuse_what_is_in_the_way()
    validation = 0.2 if validation == "auto" else validation
    settings["validation"] = validation
    large = larger_than_memory(data, memory)
    if large is not None:
        path, note = large
        _refuse_unknown_settings(settings)
        head = next(iter(read_blocks(path, rows=100)))
        found = trained_in_blocks(
            path, _target(head, target), network, lambda texts, few: task or _task_of(network, texts, few), ignore,
            Declarations(categorical, ordinal), settings, note,
            before=before, progress=progress, callbacks=callbacks, checkpoint=kept,
        )  # fmt: skip
        result = TrainingResult(**found, saved=None if output is None else save_model(found["model"], output))
        if report is not None:
            result.report(report, command)
        return result
    case = _case(data, target, network, task, ignore, categorical, ordinal, settings)
    if before is not None:
        before(case.summary)
    model, X, y = case.model, case.X, case.y
    digest = case.table.digest()
    if kept is not None:
        kept.about.update({"data_sha256": digest, "target": case.target, "features": ", ".join(case.features)})
        model.checkpoint = kept
    watch = Watch(
        fewest=FEWEST if report is None else DRAWN,
        held_rows=round(validation * len(y)),
        restores_best=model.early_stopping,
    )
    model.set_params(progress=progress, callbacks=[*(callbacks or ()), watch])
    model.fit(X, y)
    # The model outlives the terminal that it reported to, and the folder of its checkpoints.
    model.progress = model.callbacks = model.checkpoint = None
    if validation:
        training, held = split(len(y), validation, model.seed_, y if case.task == "classification" else None)
    else:
        training, held = np.arange(len(y)), None
    found = found_for(model, X)
    judged = metrics_of(model, y, found, training)
    held_out = None if held is None else metrics_of(model, y, found, held)
    table = case.table
    model.about_ = {"target": case.target, "data": table.source, "data_sha256": digest, "rows": table.rows}
    if held_out is not None:
        model.about_["held_out"] = held_out.figures()
    saved = save_model(model, output) if output is not None else None
    result = TrainingResult(
        model,
        case.task,
        case.target,
        case.features,
        table.rows,
        len(training),
        judged,
        held_out,
        table.source,
        digest,
        case.summary,
        saved,
        Subject(
            model, case.task, case.target, table.source, digest, table.rows, X, y, *found,
            training if held is not None else np.arange(len(y)), held,
            {"training": judged} | ({} if held_out is None else {"held out": held_out}),
            watch, case.summary, command,
        ),
    )  # fmt: skip
    if report is not None:
        result.report(report)
    return result


def learning_rate_range(
    data: Any,
    target: str | None = None,
    network: Network | str | None = None,
    *,
    task: Task | None = None,
    ignore: Sequence[str] = (),
    categorical: Sequence[str] = (),
    ordinal: Mapping[str, Sequence[str]] | None = None,
    before: Callable[[Summary], object] | None = None,
    lowest: float = 1e-5,
    highest: float = 10.0,
    updates: int = 200,
    **settings: Any,
) -> RangeTest:
    """The learning-rate range test on a table, with every row of it; the arguments are those of `train`.

    Raises:
        DeltaruleError: the data, the network, a setting or a limit is wrong.
    """
    case = _case(data, target, network, task, ignore, categorical, ordinal, settings)
    if before is not None:
        before(case.summary)
    return find_learning_rate(case.model, case.X, case.y, lowest=lowest, highest=highest, updates=updates)


@dataclass(frozen=True)
class _Case:
    """What is to be trained on what: a model that is not fitted yet, and its data."""

    model: Model
    task: Task
    table: Table
    target: str
    features: tuple[str, ...]
    X: Any
    y: np.ndarray
    summary: Summary


def _case(
    data: Any,
    target: str | None,
    network: Network | str | None,
    task: Task | None,
    ignore: Sequence[str],
    categorical: Sequence[str],
    ordinal: Mapping[str, Sequence[str]] | None,
    settings: Mapping[str, Any],
) -> _Case:
    _refuse_unknown_settings(settings)
    seed = settings.get("seed", SETTINGS["seed"].default)
    declared = Declarations(categorical, ordinal)
    table = read_table(data, 0 if seed is None else int(seed), declared.texts)
    target = _target(table, target)
    features = [name for name in table.columns if name != target and name not in ignore]
    for name in ignore:
        table.column(name)
    if not features:
        raise DeltaruleError(f"{table.source} has no column but the target {target!r}: there is nothing to learn from")
    if task is None:
        by_values = table.task(target)
        task = _task_of(network, table.column(target).numbers is None, by_values == "classification")
    y = table.labels(target) if task == "classification" else table.quantities(target)
    if task == "classification":
        _refuse_one_class(table, target, y)
    X = table.select(features)
    raw, columns = raw_to_fit(X, declared, settings.get("missing", SETTINGS["missing"].default))
    summary = summarise(X, raw, columns, target, y, task)
    columns_of = {"categorical": categorical, "ordinal": ordinal}
    if task == "classification":
        weights = named_classes(settings.get("class_weight"), y)
        model: Model = Classifier(network, **{**settings, **columns_of, "class_weight": weights})
    else:
        model = Regressor(network, **without_class_weight(settings), **columns_of)
    return _Case(model, task, table, target, tuple(features), X, y, summary)


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


def _task_of(network: Network | str | None, texts: bool, classes: bool) -> Task:
    """What the network's loss says of the target; where that leaves it open, what the target's values say."""
    by_values: Task = "classification" if classes else "regression"
    if network is None:
        return by_values
    parsed = Network.parse(network) if isinstance(network, str) else network
    kind = parsed.modules[-1].kind if parsed.modules else ""
    if kind == "squared_error" and not parsed.declarations[parsed.prediction or ""].sizes:
        return "classification" if texts else "regression"
    return _TASK_OF_LOSS.get(kind) or by_values


def _refuse_unknown_settings(settings: Mapping[str, Any]) -> None:
    unknown = [name for name in settings if name not in SETTINGS and name not in NAMED]
    if unknown:
        raise TypeError(f"train has no setting {unknown[0]!r}; there are {', '.join([*NAMED, *SETTINGS])}")
    validate(settings)


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
