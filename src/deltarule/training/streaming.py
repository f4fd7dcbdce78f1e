"""Training on a file larger than memory: one pass that reads it, then epochs over its numbers in a temporary file.

The first pass finds types, categories, means and deviations, and writes the raw numbers (float64, as the file gave
them) to a nameless temporary file, so that text is parsed once however many epochs there are. The equations, the
optimiser and the loop are those of a table in memory; with the rows in the same order the result is the same.
What differs: rows are held out by a hash of their number instead of class by class, and shuffled in windows (see
`streaming_rows`); the figure of merit of the training part is not taken after each epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.class_weights import class_weights, named_classes, without_class_weight
from deltarule.training.data import MOST_CLASSES, Task
from deltarule.training.encoding import ColumnCode, Encoder, RawColumn, kept_categories
from deltarule.training.estimators import Classifier, Model, Regressor
from deltarule.training.fitting import fitted_network
from deltarule.training.notes import Notes
from deltarule.training.numbering import Declarations
from deltarule.training.prediction import Metrics
from deltarule.training.streaming_budget import estimated_cells
from deltarule.training.streaming_median import medians
from deltarule.training.streaming_metrics import RunningClasses, RunningValues
from deltarule.training.streaming_moments import Moments
from deltarule.training.streaming_pass import FeatureSeen, Seen, first_pass
from deltarule.training.streaming_rows import (
    Decoder,
    HeldOut,
    StoredRows,
    lookup_of,
    rows_of_a_window,
    standardisation_of,
)
from deltarule.training.streaming_store import Store, refuse_a_full_disk
from deltarule.training.summary import ROWS_LOOKED_AT, ColumnSummary, Facts, Summary, summary_of

__all__ = ["Streamed", "seen_by"]


@dataclass
class Streamed:
    """A file that was read once, and a model that is ready to be trained on it."""

    seen: Seen
    task: Task
    model: Model
    training: StoredRows
    held_out: StoredRows | None
    summary: Summary

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.seen.features)

    def train(self) -> None:
        """All epochs."""
        judge = None if self.held_out is None else HeldOut(self.held_out)
        self.model.train_on(self.training, self.model.epochs_of(len(self.training)), judge)

    def judged(self, rows: StoredRows) -> Metrics:
        """The metrics of the model on rows of a store."""
        model, decoder = self.model, rows.decoder
        if isinstance(model, Classifier):
            classes = RunningClasses(model.classes_)
            for stored, outputs in self._outputs(rows):
                y = model.classes_[decoder.indices(stored)]
                classes.add(y, model.decided(outputs), model.probabilities(outputs))
            return classes.result()
        values = RunningValues()
        for stored, outputs in self._outputs(rows):
            values.add(stored[:, -1], model.decided(outputs))
        return values.result()

    def close(self) -> None:
        """Free the temporary files."""
        self.seen.training.close()
        self.seen.held_out.close()

    def _outputs(self, rows: StoredRows) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        with np.errstate(over="ignore", under="ignore"):
            for stored in rows.blocks():
                outputs = self.model.program_.forward(self.model.parameters_, rows.decoder.X(stored))
                yield stored, np.asarray(outputs, np.float64)


def seen_by(
    path: Path,
    target: str,
    network: Network | str | None,
    task_of: Callable[[bool, bool], Task],
    ignore: Sequence[str],
    declared: Declarations,
    settings: Mapping[str, Any],
    notes: Sequence[str] = (),
    reading: Callable[[int], object] | None = None,
) -> Streamed:
    """Read a file once and make the model that fits it. `task_of(texts, classes)` says what the target asks for, which
    is text or not, and holds classes by the look of its values or not. `notes` are said with the summary; `reading`
    hears of the rows.

    Raises:
        DeltaruleError: the file, the target, the network or a setting is wrong, or the disk is too full.
    """
    rows, cells = estimated_cells(path)
    refuse_a_full_disk(8 * (cells + rows))
    share = Classifier(**settings).settled()
    seen = first_pass(path, target, ignore, declared, share.missing, share.held_share, share.seed_, reading)
    try:
        return _prepared(seen, network, task_of, declared, settings, share.seed_, notes)
    except BaseException:
        seen.training.close()
        seen.held_out.close()
        raise


def _prepared(
    seen: Seen,
    network: Network | str | None,
    task_of: Callable[[bool, bool], Task],
    declared: Declarations,
    settings: Mapping[str, Any],
    seed: int,
    notes: Sequence[str],
) -> Streamed:
    kind = task_of(seen.target.texts, seen.target.texts or _few_classes(seen))
    given = {**settings, "categorical": list(declared.categorical) or None, "ordinal": declared.ordinal or None}
    if kind == "classification":
        model: Model = Classifier(network, **given).settled()
    else:
        model = Regressor(network, **without_class_weight(given)).settled()
    model.seed_ = seed
    names = [feature.name for feature in seen.features]
    model.n_features_in_, model.feature_names_in_ = len(names), np.array(names, dtype=object)
    encoder, codes = _encoder(seen, model.missing)
    decoder = Decoder(model, codes)
    if isinstance(model, Classifier):
        decoder.classes, decoder.places, model.classes_ = _classes(seen)
        model.class_weight = named_classes(model.class_weight, model.classes_)
        outputs = len(model.classes_)
    else:
        _refuse_no_quantity(seen)
        model.two_axes_, outputs = False, 1
    fitted = fitted_network(network, kind, encoder.width, outputs)
    inputs, of_target = _standardisations(seen, encoder)
    model.begin_stored(encoder, fitted, inputs, of_target)
    training = StoredRows(seen.training, decoder, encoder.width)
    held_out = StoredRows(seen.held_out, decoder, encoder.width) if seen.held_out.rows else None
    counts = np.zeros(0)
    if isinstance(model, Classifier):
        counts, decoder.weights = _counted(model, training, held_out)
    facts = _facts(seen, kind, decoder, counts)
    window = rows_of_a_window(max(encoder.width, seen.training.width), 1)
    if seen.training.rows > window:
        notes = [*notes, f"each epoch shuffles blocks of rows, and the rows inside windows of {window:,}"]
    if held_out is not None:
        notes = [*notes, f"{held_out.store.rows:,} rows are held out, chosen by a hash of their number and the seed"]
    return Streamed(seen, kind, model, training, held_out, summary_of(facts, notes))


def _few_classes(seen: Seen) -> bool:
    """Whether a target of numbers is taken for classes: see `Table.task`."""
    return seen.target.whole and seen.target.different <= min(MOST_CLASSES, max(2, seen.rows // 2))


def _classes(seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The target's values in the store, ascending; the index of each among the classes; the classes."""
    target = seen.target
    if not target.texts and not target.whole:
        raise DeltaruleError(
            f"the target {target.name!r} of {seen.source} holds fractions, first {target.first_fraction}: classes are "
            "text or whole numbers\nremedy: choose another column, or a network that ends in squared_error"
        )
    different = target.different
    if different < 2:
        only = next(iter(target.vocabulary.codes), "") if target.texts else f"{target.values[0]:g}"
        raise DeltaruleError(
            f"the target {target.name!r} of {seen.source} holds one class only ({only}): a classifier needs two"
            "\nremedy: check that the column is the right one and that no filter left one class out"
        )
    if different > max(20, min(seen.rows // 2, MOST_TARGETS)) or target.vocabulary.others:
        raise DeltaruleError(
            f"the target {target.name!r} of {seen.source} holds {different} classes or more in {seen.rows} rows: that "
            "is a quantity or an identifier\nremedy: choose another column, or a regression network"
        )
    if not target.texts:
        return target.values, np.arange(different), target.values.astype(np.int64)
    texts = np.array(list(target.vocabulary.codes))
    classes, places = np.unique(texts, return_inverse=True)
    return np.arange(different, dtype=np.float64), places, classes


MOST_TARGETS = 10_000


def _refuse_no_quantity(seen: Seen) -> None:
    target = seen.target
    if target.texts:
        raise DeltaruleError(
            f"the target column {target.name!r} of {seen.source} holds text, such as "
            f"{next(iter(target.vocabulary.codes))[:40]!r}\nremedy: regression needs numbers: choose a classification "
            "loss such as cross_entropy"
        )
    if target.different == 1:
        raise DeltaruleError(
            f"the target {target.name!r} of {seen.source} is {target.values[0]:g} in every row: there is nothing to "
            "learn\nremedy: choose another column with --target"
        )


def _encoder(seen: Seen, missing: str) -> tuple[Encoder, dict[int, np.ndarray]]:
    """The encoder fitted on the training part, and the way from the numbers of texts to categories."""
    notes, codes = Notes(), {}
    gaps = seen.moments.count[:-1] < seen.training.rows
    filled = [j for j, f in enumerate(seen.features) if f.kind != "category" and gaps[j]]
    fills = dict(zip(filled, medians(lambda: _blocks(seen.training), filled), strict=True)) if filled else {}
    sample = seen.training.sample(
        ROWS_LOOKED_AT
    )  # medians of columns without gaps serve prediction only: those of some rows will do
    texts = [j for j, f in enumerate(seen.features) if f.kind == "category"]
    counts = _counts(seen, texts)
    columns = []
    for j, feature in enumerate(seen.features):
        indicator = bool(gaps[j]) and missing == "indicator"
        if feature.kind != "category":
            fill = float(fills[j] if j in fills else np.median(sample[:, j]))
            fill = float(np.floor(fill)) if feature.kind == "ordinal" else fill
            columns.append(ColumnCode(feature.name, feature.kind, fill, indicator, feature.levels))
            continue
        names = _categories(feature, counts[j], notes)
        codes[j] = lookup_of(feature.vocabulary.codes, names)
        columns.append(ColumnCode(feature.name, "category", 0.0, indicator, names))
    encoder = Encoder(tuple(columns), missing)
    if not encoder.width:
        raise DeltaruleError(
            "no column says anything: each is text that differs from row to row\nremedy: give a column of numbers, or "
            "of categories that come back"
        )
    return encoder, codes


def _counts(seen: Seen, columns: Sequence[int]) -> dict[int, np.ndarray]:
    """How many rows of the training part have each text; the last count is of those that came too late."""
    found = {j: np.zeros(len(seen.features[j].vocabulary.codes) + 1, np.int64) for j in columns}
    for block in _blocks(seen.training) if columns else ():
        for j in columns:
            values = block[:, j]
            numbers = values[~np.isnan(values)].astype(np.int64)
            numbers[numbers < 0] = len(found[j]) - 1
            found[j] += np.bincount(numbers, minlength=len(found[j]))
    return found


def _categories(feature: FeatureSeen, counts: np.ndarray, notes: Notes) -> tuple[str, ...]:
    """Those that get a column, in alphabetical order."""
    texts = np.array(list(feature.vocabulary.codes), dtype=object)
    order = np.argsort(texts) if len(texts) else np.empty(0, int)
    vocabulary = tuple(str(t) for t in texts[order])
    if counts[-1]:
        known = counts[:-1].max(initial=0)
        if known <= 1:  # as many texts as rows, as far as was looked
            kept_categories(RawColumn(feature.name, "category", vocabulary), np.ones(len(texts), int), notes)
            return ()
    kept = kept_categories(RawColumn(feature.name, "category", vocabulary), counts[:-1][order], notes)
    return tuple(vocabulary[k] for k in kept)


def _standardisations(seen: Seen, encoder: Encoder) -> tuple[Any, Any]:
    """Of the encoded columns, and of the target."""
    raw = seen.moments
    gaps = seen.training.rows - raw.count
    fills = np.array([*(column.fill for column in encoder.columns), 0.0])
    whole = raw + Moments.repeated(np.where(np.arange(len(gaps)) < len(gaps) - 1, gaps, 0), fills)
    every = standardisation_of(whole)
    mean, scale = np.zeros(encoder.width), np.ones(encoder.width)
    at = 0
    for j, column in enumerate(encoder.columns):
        if column.kind != "category":
            mean[at], scale[at] = every.mean[j], every.scale[j]
        at += len(column.names)
    kind = type(every)
    return kind(mean, scale), kind(every.mean[-1], every.scale[-1])


def _counted(
    model: Classifier, training: StoredRows, held_out: StoredRows | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows of each class, and the weights of the classes where they have any, on average 1 over all rows."""
    size = len(model.classes_)
    counts = [
        sum((np.bincount(part.decoder.indices(block), minlength=size) for block in part.blocks()), np.zeros(size, int))
        for part in (training, *([held_out] if held_out is not None else []))
    ]
    together = sum(counts)
    if isinstance(together, int) or not counts[0].all():
        absent = model.classes_[np.flatnonzero(counts[0] == 0)[0]]
        raise DeltaruleError(f"no row of the class {absent} is in the training part\nremedy: another --seed")
    if model.class_weight is None:
        return together, None
    if isinstance(model.class_weight, str):
        weights = counts[0].sum() / (size * counts[0])
    else:
        weights = class_weights(model.class_weight, model.classes_, np.empty(0, int), None)
    return together, weights * together.sum() / (weights * together).sum()


def _facts(seen: Seen, kind: Task, decoder: Decoder, counts: np.ndarray) -> Facts:
    found = tuple(
        ColumnSummary(f.name, f.kind, f.missing, len(f.vocabulary.codes) if f.kind == "category" else f.distinct.count)
        for f in seen.features
    )
    sample = seen.training.sample(ROWS_LOOKED_AT)
    values = sample[:, :-1].copy()
    for j in decoder.codes:  # texts that came too late have no number of their own
        values[values[:, j] < 0, j] = np.nan
    classes = decoder.model.classes_.tolist() if isinstance(decoder.model, Classifier) else []
    different = seen.different_rows
    # An estimate tells copies from chance only where there are many of them.
    copies = seen.rows - different.count
    copies = copies if different.exact or copies > 0.05 * seen.rows else 0
    return Facts(
        seen.source,
        seen.rows,
        seen.target.name,
        kind,
        [RawColumn(f.name, f.kind) for f in seen.features],
        found,
        [f.numbers(seen.rows) for f in seen.features],
        {str(name): int(count) for name, count in zip(classes, counts, strict=True)},
        copies,
        values,
        decoder.indices(sample) if classes else sample[:, -1],
    )


def _blocks(store: Store) -> Iterator[np.ndarray]:
    for start in range(0, store.rows, 32_768):
        yield store.read(start, start + 32_768)
