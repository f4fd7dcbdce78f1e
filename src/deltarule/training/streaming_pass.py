"""The first pass over a file larger than memory: types, categories, moments, classes, and the rows into stores.

Types come from the first block. Where a later one contradicts them (a column of numbers holds text, one of dates
something else) the pass starts again with that column as text, and the rules for a table in memory decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.column_kinds import MOSTLY, kind_of, numbers_of, texts_of
from deltarule.training.data import Column, Kind, Table, as_number, is_present, is_whole
from deltarule.training.numbering import Declarations, codes_of, refuse_unknown_level
from deltarule.training.source import read_blocks
from deltarule.training.streaming_moments import Moments
from deltarule.training.streaming_sketch import Distinct, hashed, held_out_rows, mix_in, value_hashes
from deltarule.training.streaming_store import Store
from deltarule.training.texts import Texts

__all__ = ["MOST_TEXTS", "FeatureSeen", "Seen", "TargetSeen", "first_pass"]

ROWS_A_BLOCK = 16_384
MOST_TEXTS = 100_000
"""Different texts of a column that are remembered; those that come later count as unseen categories."""
MOST_VALUES = 10_000
"""Different values of a target of numbers beyond which it is no list of classes."""
OTHER = -2.0


@dataclass
class Vocabulary:
    """Texts by number, in the order of their appearance; those beyond `MOST_TEXTS` have the number -2."""

    codes: dict[str, float] = field(default_factory=dict)
    others: int = 0
    """Rows whose text came too late to be remembered."""

    def of(self, texts: Texts) -> np.ndarray:
        """The number of each text, NaN for an empty one."""
        known = self.codes
        for text in texts.words:
            if text and text not in known and len(known) < MOST_TEXTS:
                known[text] = float(len(known))
        found = texts.numbers(lambda text: known.get(text, OTHER) if text else np.nan)
        self.others += int(np.count_nonzero(found == OTHER))
        return found


@dataclass
class FeatureSeen:
    """One feature: what it holds, and what was counted."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    missing: int = 0
    distinct: Distinct = field(default_factory=Distinct)
    numerals: int = 0
    """Values that are numbers, of a column of text that is not declared to hold categories."""
    first_text: tuple[str, str] | None = None
    """The place and the text of the first value that is no number."""
    whole: bool = True
    """Whether all values are whole numbers."""
    lowest: float = np.inf
    highest: float = -np.inf

    def numbers(self, rows: int) -> bool:
        """Whether the values number the rows."""
        return (
            self.kind == "number"
            and self.whole
            and not self.missing
            and self.highest - self.lowest + 1 == rows
            and self.distinct.count > 0.9 * rows
        )


@dataclass
class TargetSeen:
    """The target: its classes, as far as they are few, and its values."""

    name: str
    texts: bool
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    values: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Different numbers, until there are too many."""
    whole: bool = True
    first_fraction: str | None = None

    @property
    def different(self) -> int:
        return len(self.vocabulary.codes) if self.texts else len(self.values)


@dataclass
class Seen:
    """Everything that is known after the pass. The stores have the features and the target, one column each."""

    source: str
    rows: int
    features: list[FeatureSeen]
    target: TargetSeen
    training: Store
    held_out: Store
    moments: Moments
    """Of the raw columns of the training part and of its target, last."""
    different_rows: Distinct
    digest: str
    unit: str


@dataclass(frozen=True)
class _Again(Exception):
    """The types that were taken from the first block do not hold."""

    name: str


def first_pass(
    path: Path,
    target: str,
    ignore: Collection[str],
    declared: Declarations,
    missing: str,
    share: float,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> Seen:
    """Read the whole file once. `share` of the rows are held out, chosen by a hash of their number and the seed.

    Raises:
        DeltaruleError: the file cannot be read, or a column is not one thing.
    """
    texts = set(declared.texts)
    while True:
        pass_ = _Pass(path, target, ignore, declared, missing, texts)
        try:
            return pass_.run(share, seed, progress)
        except _Again as again:
            pass_.close()
            texts.add(again.name)
        except BaseException:
            pass_.close()
            raise


class _Pass:
    def __init__(
        self,
        path: Path,
        target: str,
        ignore: Collection[str],
        declared: Declarations,
        missing: str,
        texts: Collection[str],
    ) -> None:
        self.path, self.declared, self.missing, self.texts = path, declared, missing, texts
        first = _head(path, None, 1024)
        for name in (target, *ignore):
            first.column(name)
        names = [name for name in first.columns if name != target and name not in ignore]
        if not names:
            raise DeltaruleError(
                f"{first.source} has no column but the target {target!r}: there is nothing to learn from"
            )
        declared.refuse_unknown(names)
        wanted = {n: first.columns[n].texts is not None or n in texts for n in (*names, target)}
        head = _head(path, wanted, 4 * ROWS_A_BLOCK)
        for name, text in wanted.items():  # numbers in the first lines, text soon after
            if not text and _holds_text(head.columns[name]):
                wanted[name] = True
        self.wanted, self.ignore = wanted, frozenset(ignore)
        self.features = [self._feature(head, head.columns[name]) for name in names]
        self.target = TargetSeen(target, wanted[target])
        self.stores = (Store(len(names) + 1), Store(len(names) + 1))

    def close(self) -> None:
        for store in self.stores:
            store.close()

    def _feature(self, head: Table, column: Column) -> FeatureSeen:
        name = column.name
        levels = self.declared.ordinal.get(name)
        if levels is None and column.kind == "ordinal" and name not in self.declared.categorical:
            levels = column.levels
        if levels is not None:
            return FeatureSeen(name, "ordinal", levels)
        if name in self.texts:
            return FeatureSeen(name, "category")
        return FeatureSeen(name, "category" if _mixed(column) else kind_of(head, column))

    def run(self, share: float, seed: int, progress: Callable[[int], object] | None) -> Seen:
        sha, rows, source, unit = hashlib.sha256(), 0, str(self.path), "row"
        sha.update("\0".join((*(f.name for f in self.features), self.target.name)).encode())
        moments: Moments | None = None
        different = Distinct()
        for block in read_blocks(self.path, self.wanted, ROWS_A_BLOCK):
            new = [n for n in block.unread if n not in self.ignore and n not in self.wanted]
            if new:  # a key of JSON lines that comes late; of a CSV file all are in the header
                raise DeltaruleError(
                    f"{block.source} has the column {new[0]!r} only further down\nremedy: put it into the first rows "
                    f"(null where it is missing), or leave it out (--ignore {new[0]})"
                )
            raw = self._raw(block)
            sha.update(raw.tobytes())
            held = held_out_rows(rows, block.rows, share, seed)
            mixed = np.zeros(block.rows, np.uint64)
            for j, feature in enumerate(self.features):
                _count(feature, raw[j], mixed, j)
            mix_in(mixed, value_hashes(raw[-1]), len(self.features))
            different.add(hashed(mixed))
            kept = raw.T[~held]
            if len(kept):
                part = Moments.of(kept)
                moments = part if moments is None else moments + part
            self.stores[0].add(kept)
            self.stores[1].add(raw.T[held])
            rows, source, unit = rows + block.rows, block.source, block.unit
            if progress is not None:
                progress(rows)
        self._judge_text(source)
        for feature in self.features:
            sha.update("\0".join(feature.vocabulary.codes).encode("utf-8", "surrogatepass"))
        sha.update("\0".join(self.target.vocabulary.codes).encode("utf-8", "surrogatepass"))
        if moments is None or (share and not self.stores[1].rows):
            raise DeltaruleError(f"holding out {share:g} of {rows} rows leaves nothing to train on, or to judge by")
        return Seen(
            source, rows, self.features, self.target, *self.stores, moments, different, sha.hexdigest(), unit
        )  # fmt: skip

    def _raw(self, block: Table) -> np.ndarray:
        """The values of a block, [columns, rows], the target last."""
        raw = np.empty((len(self.features) + 1, block.rows))
        for j, feature in enumerate(self.features):
            raw[j] = self._values(block, feature)
        raw[-1] = self._targets(block)
        return raw

    def _values(self, block: Table, feature: FeatureSeen) -> np.ndarray:
        column = block.columns.get(feature.name)
        if column is None:  # JSON lines without that key
            column = Column(feature.name, np.full(block.rows, np.nan), None)
        if self.missing == "error":
            block.refuse_missing(column, "feature")
        if feature.kind == "ordinal":
            codes = codes_of(column, feature.levels)
            refuse_unknown_level(block, column, codes, feature.levels)
            return codes
        if feature.kind == "category":
            texts = texts_of(column)
            if feature.name not in self.declared.texts and column.kind is None:
                _count_numerals(feature, block, texts)
            return feature.vocabulary.of(texts)
        if column.texts is not None and feature.kind == "number" and _holds_text(column):
            raise _Again(feature.name)
        try:
            return numbers_of(block, column, feature.kind)
        except DeltaruleError:
            if feature.kind == "number" or column.kind is not None:
                raise
            raise _Again(feature.name) from None

    def _targets(self, block: Table) -> np.ndarray:
        column, seen = block.column(self.target.name), self.target
        block.refuse_missing(column, "target")
        if seen.texts:
            return seen.vocabulary.of(texts_of(column))
        if column.numbers is None:
            raise _Again(seen.name)
        block.refuse_infinite(column, "target")
        if len(seen.values) <= MOST_VALUES:
            seen.values = np.unique(np.concatenate([seen.values, column.numbers]))
        if seen.whole and not is_whole(column.numbers):
            row = int(np.flatnonzero(column.numbers != np.rint(column.numbers))[0])
            seen.whole, seen.first_fraction = False, f"{column.numbers[row]:g} at {block.place(row)}"
        return column.numbers

    def _judge_text(self, source: str) -> None:
        """A column of text most of whose values are numbers is one of numbers with mistakes in it."""
        for feature in self.features:
            present = self.stores[0].rows + self.stores[1].rows - feature.missing
            if feature.kind == "category" and feature.numerals > MOSTLY * present and feature.first_text is not None:
                place, text = feature.first_text
                raise DeltaruleError(
                    f"the feature column {feature.name!r} of {source} holds text, first at {place}: {text!r}\nremedy: "
                    f"leave the column out (--ignore {feature.name}), write its values as numbers, or declare that it "
                    "holds categories (--categorical)"
                )


def _head(path: Path, wanted: Mapping[str, bool] | None, rows: int) -> Table:
    """The first rows."""
    with closing(cast(Generator[Table], read_blocks(path, wanted, rows))) as blocks:
        return next(blocks)


def _holds_text(column: Column) -> bool:
    return column.texts is not None and Texts.of(column.texts).first(is_present) is not None


def _mixed(column: Column) -> bool:
    """Text of which some values are numbers: what it is shows when all of it was seen."""
    present = [text for text in Texts.of(column.texts or ()).words if is_present(text)]
    return any(as_number(text.replace(",", ".", 1)) is not None for text in present) and len(present) > 2


def _count_numerals(feature: FeatureSeen, block: Table, texts: Texts) -> None:
    numeral = {text: as_number(text.replace(",", ".", 1)) is not None for text in texts.words}
    if feature.first_text is None:
        row = texts.first(lambda text: bool(text) and not numeral[text])
        if row is not None:
            feature.first_text = (block.place(row), texts[row][:40])
    counts = zip(texts.words, texts.counts().tolist(), strict=True)
    feature.numerals += sum(count for text, count in counts if text and numeral[text])


def _count(feature: FeatureSeen, values: np.ndarray, mixed: np.ndarray, column: int) -> None:
    """Count what is missing and what differs; the hashes go into those of the rows."""
    absent = np.isnan(values)
    gaps = int(np.count_nonzero(absent))
    feature.missing += gaps
    hashes = value_hashes(values)
    mix_in(mixed, hashes, column)
    feature.distinct.add(hashes[~absent] if gaps else hashes)
    if feature.whole and feature.kind == "number":
        feature.whole = not gaps and is_whole(values)
        feature.lowest = min(feature.lowest, float(values.min()))
        feature.highest = max(feature.highest, float(values.max()))
