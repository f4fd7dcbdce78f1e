"""Rows of raw values in a temporary file: what the first pass over a file larger than memory leaves for the epochs.

The file has no name from the start (`tempfile.TemporaryFile`), so the system frees it however the process ends, by
SIGKILL too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import said_plainly

__all__ = ["CHUNK", "Store", "refuse_a_full_disk"]

CHUNK = 1024
"""Rows that are read in one piece: 250 kB with 31 columns."""
SPARE = 64 << 20
"""Bytes of a disk that are left alone."""


class Store:
    """Rows of `width` numbers, added at the end, read in any order. Numbers are float64, as the file gave them."""

    def __init__(self, width: int) -> None:
        self.width, self.rows = width, 0
        self._pending: list[np.ndarray] = []
        self._waiting = 0
        self._sample: np.ndarray | None = None
        with said_plainly("write", Path(_folder())):
            self._file = tempfile.TemporaryFile(prefix="deltarule-", buffering=0)  # noqa: SIM115  closed by `close`

    def add(self, rows: np.ndarray) -> None:
        """Add rows [rows, width]."""
        if not len(rows):
            return
        self._pending.append(np.ascontiguousarray(rows, np.float64))
        self._waiting += len(rows)
        self.rows += len(rows)
        if self._waiting >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what waits. A full disk is said with the folder and the way out."""
        for rows in self._pending:
            view = memoryview(rows.data).cast("B")
            try:
                while len(view):
                    view = view[self._file.write(view) :]
            except OSError as error:
                raise DeltaruleError(
                    f"the temporary file in {_folder()} cannot be written: {(error.strerror or str(error)).lower()}"
                    "\nremedy: free some space there, or set TMPDIR to a folder on another disk"
                ) from error
        self._pending, self._waiting = [], 0

    def read(self, start: int, stop: int) -> np.ndarray:
        """The rows from `start` up to `stop`, [rows, width]."""
        self.flush()
        stop = min(stop, self.rows)
        found = np.empty((max(stop - start, 0), self.width))
        self._into(found, start)
        return found

    def sample(self, rows: int) -> np.ndarray:
        """So many rows from all over, in their order; all of them where there are not more. The last one is kept."""
        rows = min(rows, self.rows)
        if self._sample is None or len(self._sample) != rows:
            picked = np.linspace(0, self.rows - 1, rows).astype(int)
            self._sample = np.empty((rows, self.width))
            self.flush()
            for k, row in enumerate(picked.tolist()):
                self._into(self._sample[k : k + 1], row)
        return self._sample

    def chunks(self) -> int:
        """How many pieces of `CHUNK` rows there are; the last one may be shorter."""
        return -(-self.rows // CHUNK)

    def gathered(self, chunks: np.ndarray) -> np.ndarray:
        """The rows of these chunks, one below the other."""
        self.flush()
        sizes = [min(CHUNK, self.rows - int(c) * CHUNK) for c in chunks]
        found = np.empty((sum(sizes), self.width))
        at = 0
        for chunk, size in zip(chunks, sizes, strict=True):
            self._into(found[at : at + size], int(chunk) * CHUNK)
            at += size
        return found

    def close(self) -> None:
        self._file.close()

    def _into(self, found: np.ndarray, start: int) -> None:
        view, at = memoryview(found.data).cast("B"), start * self.width * 8
        while len(view):
            got = os.preadv(self._file.fileno(), [view], at) if hasattr(os, "preadv") else self._seek_and_read(view, at)
            if not got:
                raise DeltaruleError("the temporary file of the training ends early: another program cut it short")
            view, at = view[got:], at + got

    def _seek_and_read(self, view: memoryview, at: int) -> int:
        self._file.seek(at)
        return self._file.readinto(view)  # type: ignore[attr-defined]


def refuse_a_full_disk(needed: float) -> None:
    """Raise before the first pass where the temporary file would not fit."""
    folder = _folder()
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise DeltaruleError(
            f"training on this file needs about {needed / 1e9:.1f} GB for a temporary file; {folder} has "
            f"{free / 1e9:.1f} GB free\nremedy: set TMPDIR to a folder on another disk, or leave columns out (--ignore)"
        )


def _folder() -> str:
    return tempfile.gettempdir()
