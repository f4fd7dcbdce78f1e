"""What `train` does with a file larger than memory: whether it is one, the training, and what a report needs of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.network import Network
from deltarule.training.callbacks import Callback, EpochReport
from deltarule.training.checkpoint import Checkpoints
from deltarule.training.data import Column, Table, Task
from deltarule.training.numbering import Declarations
from deltarule.training.report.subject import Subject
from deltarule.training.source import file_of
from deltarule.training.streaming import Streamed, seen_by
from deltarule.training.streaming_budget import available_memory, bytes_of, needed_memory
from deltarule.training.summary import ROWS_LOOKED_AT, Summary
from deltarule.training.watching import Watch

__all__ = ["larger_than_memory", "trained_in_blocks"]


def larger_than_memory(data: Any, memory: str | int | None) -> tuple[Path, str] | None:
    """The file, and what to say of it, where training on it in memory would need more than `memory` (None: half of
    what is available); None for what fits, for standard input and for tables in memory.

    Raises:
        DeltaruleError: `memory` is no amount of memory, or there is no such file.
    """
    budget = available_memory() / 2 if memory is None else bytes_of(memory)
    if not isinstance(data, str | os.PathLike):
        return None
    path = file_of(data)
    if path is None or not path.is_file():
        return None
    needed = needed_memory(path)
    if needed <= budget:
        return None
    which = "half of the memory available" if memory is None else "--memory"
    return path, (
        f"it is read in blocks: held in memory the training would take about {_size(needed)}, more than "
        f"{_size(budget)} ({which})"
    )


def trained_in_blocks(
    path: Path,
    target: str,
    network: Network | str | None,
    task_of: Callable[[bool, bool], Task],
    ignore: Sequence[str],
    declared: Declarations,
    settings: Mapping[str, Any],
    note: str,
    *,
    before: Callable[[Summary], object] | None,
    progress: Callable[[EpochReport], object] | None,
    callbacks: Sequence[Callback] | None,
    checkpoint: Checkpoints | None,
) -> dict[str, Any]:
    """Train on the file; the fields of a `TrainingResult`."""
    streamed = seen_by(path, target, network, task_of, ignore, declared, settings, [note])
    try:
        seen, model = streamed.seen, streamed.model
        if before is not None:
            before(streamed.summary)
        if checkpoint is not None:
            about = {"data_sha256": seen.digest, "target": target, "features": ", ".join(streamed.features)}
            checkpoint.about.update(about)
            model.checkpoint = checkpoint
        watch = Watch(held_rows=seen.held_out.rows, restores_best=model.early_stopping)
        model.set_params(progress=progress, callbacks=[*(callbacks or ()), watch])
        streamed.train()
        model.progress = model.callbacks = model.checkpoint = None
        training = streamed.judged(streamed.training)
        held_out = None if streamed.held_out is None else streamed.judged(streamed.held_out)
        model.about_ = {"target": target, "data": seen.source, "data_sha256": seen.digest, "rows": seen.rows}
        if held_out is not None:
            model.about_["held_out"] = held_out.figures()
        figures = {"training": training} | ({} if held_out is None else {"held out": held_out})
        return {
            "model": model,
            "task": streamed.task,
            "target": target,
            "features": streamed.features,
            "rows": seen.rows,
            "training_rows": seen.training.rows,
            "training": training,
            "held_out": held_out,
            "data": seen.source,
            "data_sha256": seen.digest,
            "summary": streamed.summary,
            "subject": _subject(streamed, figures, watch),
        }
    finally:
        streamed.close()


def _subject(streamed: Streamed, figures: Mapping[str, Any], watch: Watch) -> Subject:
    """For the report: the figures of all rows, and some rows for the pictures."""
    seen, model = streamed.seen, streamed.model
    parts = [rows.store.sample(ROWS_LOOKED_AT) for rows in (streamed.training, streamed.held_out) if rows is not None]
    counts = [len(part) for part in parts]
    stored = np.concatenate(parts)
    outputs = np.asarray(model.program_.forward(model.parameters_, streamed.training.decoder.X(stored)), np.float64)
    classes = streamed.task == "classification"
    y = model.classes_[streamed.training.decoder.indices(stored)] if classes else stored[:, -1]
    remarks = []
    if len(stored) < seen.rows:
        remarks = [f"The figures are of all rows; intervals, curves and pictures of {len(stored):,} of them."]
    return Subject(
        model, streamed.task, seen.target.name, seen.source, seen.digest, seen.rows, _table(streamed, stored), y,
        model.decided(outputs), model.probabilities(outputs) if hasattr(model, "probabilities") else None,  # type: ignore
        np.arange(counts[0]), np.arange(counts[0], len(stored)) if len(parts) > 1 else None,
        figures, watch, streamed.summary, remarks=remarks,
    )  # fmt: skip


def _table(streamed: Streamed, stored: np.ndarray) -> Table:
    """Rows of a store as a table with the columns of the file."""
    columns: dict[str, Column] = {}
    for j, feature in enumerate(streamed.seen.features):
        values = stored[:, j]
        if feature.kind not in ("category", "ordinal"):
            columns[feature.name] = Column(feature.name, values, None, feature.kind)
            continue
        names = list(feature.vocabulary.codes) if feature.kind == "category" else list(feature.levels)
        # A text that came too late to be remembered is none that the encoder knows.
        texts = ["" if np.isnan(v) else names[int(v)] if v >= 0 else "(another)" for v in values.tolist()]
        columns[feature.name] = Column(feature.name, None, texts)
    return Table(streamed.seen.source, columns, len(stored))


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"
