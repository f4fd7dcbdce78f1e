"""The epochs over a store of rows: blocks in an order drawn anew each epoch, rows shuffled inside a window of blocks.

The blocks of `CHUNK` rows are shuffled, as many of them as fit a window are read together, and the rows of the window
are shuffled (the two-level shuffle of CorgiPile, Xu et al. 2022). Both depend on the seed and the epoch alone. Where
all rows fit one window the order is that of a table in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deltarule.training.encoding import UNSEEN
from deltarule.training.notes import Notes
from deltarule.training.standardisation import Standardisation
from deltarule.training.streaming_moments import Moments
from deltarule.training.streaming_store import CHUNK, Store
from deltarule.training.windows import Window, shuffled

if TYPE_CHECKING:
    from deltarule.training.estimators import Classifier, Regressor

__all__ = ["Decoder", "HeldOut", "StoredRows", "lookup_of", "rows_of_a_window", "standardisation_of"]

WINDOW_BYTES = 24 << 20
MOST_ROWS = 65_536
BLOCK = 16 * CHUNK


def rows_of_a_window(width: int, batch_size: int) -> int:
    """How many rows of so many numbers are in memory together: a multiple of `CHUNK`, a batch at the least."""
    fitting = min(MOST_ROWS, WINDOW_BYTES // (8 * max(width, 1)))
    return CHUNK * max(-(-batch_size // CHUNK), fitting // CHUNK, 16)


@dataclass
class Decoder:
    """Rows of a store as the program takes them: X, Y and weights."""

    model: Classifier | Regressor
    codes: Mapping[int, np.ndarray]
    """Of columns of text: by the number of a text its category's, or -1; two more entries at the end for the others."""
    classes: np.ndarray | None = None
    """Of a target of classes: their values in the store, in the order of the model's classes' indices `places`."""
    places: np.ndarray | None = None
    weights: np.ndarray | None = None
    """Of each class, where they have any."""

    def __post_init__(self) -> None:
        self.notes = Notes()

    def encoded(self, stored: np.ndarray) -> np.ndarray:
        """Before standardisation, [rows, width]."""
        raw = stored[:, :-1]
        if self.codes:
            raw = raw.copy()
            for j, lookup in self.codes.items():
                there = ~np.isnan(raw[:, j])
                raw[there, j] = lookup[raw[there, j].astype(np.int64)]
        return self.model.encoder_.encode(raw, self.notes)

    def X(self, stored: np.ndarray) -> np.ndarray:
        """As the network takes it."""
        return self.model.as_input(self.encoded(stored))

    def indices(self, stored: np.ndarray) -> np.ndarray:
        """Of the classes."""
        assert self.classes is not None and self.places is not None
        return self.places[np.searchsorted(self.classes, stored[:, -1])]

    def Y(self, stored: np.ndarray) -> np.ndarray:
        """As the loss takes it."""
        return self.model.as_target(stored[:, -1] if self.classes is None else self.indices(stored))

    def weight(self, stored: np.ndarray) -> np.ndarray | None:
        return None if self.weights is None else self.weights[self.indices(stored)].astype(self.model.dtype)


@dataclass(frozen=True)
class StoredRows:
    """The training part in a store: see `windows.Rows`."""

    store: Store
    decoder: Decoder
    width: int
    """Of the rows as the network takes them."""

    def __len__(self) -> int:
        return self.store.rows

    def windows(self, batch_size: int, seed: int, epoch: int) -> Iterator[Window]:
        rows = rows_of_a_window(max(self.width, self.store.width), batch_size)
        count, together = self.store.chunks(), rows // CHUNK
        if count <= together:
            stored = self.store.read(0, self.store.rows)
            yield self._window(stored, None if batch_size >= len(stored) else shuffled(len(stored), seed, epoch))
            return
        rng = np.random.default_rng([seed, 2, epoch])
        chunks, carried = rng.permutation(count), np.empty((0, self.store.width))
        for start in range(0, count, together):
            stored = self.store.gathered(chunks[start : start + together])
            if len(carried):
                stored = np.concatenate([carried, stored])
            order = rng.permutation(len(stored))
            last = start + together >= count
            taken = len(order) if last else len(order) - len(order) % batch_size
            carried = stored[order[taken:]]
            if taken:
                yield self._window(stored, order[:taken])

    def blocks(self, rows: int = BLOCK) -> Iterator[np.ndarray]:
        """The stored rows in their order."""
        for start in range(0, self.store.rows, rows):
            yield self.store.read(start, start + rows)

    def _window(self, stored: np.ndarray, order: np.ndarray | None) -> Window:
        decoder = self.decoder
        return Window(decoder.X(stored), decoder.Y(stored), decoder.weight(stored), order)


@dataclass(frozen=True)
class HeldOut:
    """Judges parameters after each epoch by the rows held out, block by block."""

    rows: StoredRows

    def __call__(self, parameters: dict[str, np.ndarray]) -> dict[str, float]:
        decoder = self.rows.decoder
        model = decoder.model
        loss = weights = merit = count = squares = 0.0
        spread: Moments | None = None
        for stored in self.rows.blocks():
            X, Y, weight = decoder.X(stored), decoder.Y(stored), decoder.weight(stored)
            share = float(len(Y) if weight is None else weight.sum())
            loss += share * float(model.program_.loss(parameters, X, Y, sample_weight=weight))
            weights, count = weights + share, count + len(Y)
            predicted = model.program_.forward(parameters, X)
            if model.task == "regression":
                part = Moments.of(np.asarray(Y, np.float64).reshape(len(Y), -1))
                spread = part if spread is None else spread + part
                off = np.asarray(predicted, np.float64) - np.asarray(Y, np.float64)
                squares = squares + np.einsum("ij,ij->j", *2 * [off.reshape(len(Y), -1)])
            else:
                merit += share * model.measured(predicted, Y, weight)[1]
        if spread is not None:
            merit = float(np.mean(1 - squares / np.where(spread.squares > 0, spread.squares, 1))) * weights
        return {"val_loss": loss / weights, f"val_{'r2' if spread is not None else 'accuracy'}": merit / weights}


def standardisation_of(moments: Moments) -> Standardisation:
    """As `Standardisation.fitted`: a constant column has scale 1."""
    deviation = moments.deviation
    constant = deviation <= 1e-12 * np.maximum(abs(moments.mean), np.finfo(np.float64).tiny)
    return Standardisation(moments.mean, np.where(constant, 1.0, deviation))


def lookup_of(codes: Mapping[str, float], categories: tuple[str, ...]) -> np.ndarray:
    """From the number of a text to its category's; -1 and -2 (a text that came too late) are unseen."""
    place = {text: k for k, text in enumerate(categories)}
    return np.array([*(place.get(text, UNSEEN) for text in codes), UNSEEN, UNSEEN], np.float64)
