"""A column of text as its different texts and, for each row, which of them it is.

Whatever is asked of a text (is it a number, a date, missing?) is asked once for each different one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np

__all__ = ["Texts"]


class Texts(Sequence[str]):
    """The texts of rows. `words` are different from each other; `indices` [rows] says which each row has."""

    __slots__ = ("indices", "words")

    def __init__(self, words: Sequence[str], indices: np.ndarray) -> None:
        self.words, self.indices = words, indices

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Of the text of each row.

        >>> Texts.of(["b", "a", "b"]).words
        ['b', 'a']
        """
        if isinstance(texts, Texts):
            return texts
        places: dict[str, int] = {}
        indices = [places.setdefault(text, len(places)) for text in texts]
        return cls(list(places), np.array(indices, np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Iterable[str]]) -> Texts:
        """One below the other."""
        coded = [cls.of(part) for part in parts]
        places: dict[str, int] = {}
        indices = [
            np.array([places.setdefault(word, len(places)) for word in part.words], np.int64)[part.indices]
            for part in coded
        ]
        return cls(list(places), np.concatenate(indices))

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Texts: ...

    def __getitem__(self, index: int | slice) -> str | Texts:
        if isinstance(index, slice):
            return Texts(self.words, self.indices[index])
        return self.words[int(self.indices[index])]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.indices.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def trimmed(self) -> Texts:
        """Without the words that no row has (of rows that are some of others)."""
        used = self.counts() > 0
        if used.all():
            return self
        places = np.cumsum(used) - 1
        return Texts(
            [word for word, there in zip(self.words, used.tolist(), strict=True) if there], places[self.indices]
        )

    def map(self, change: Callable[[str], str]) -> Texts:
        """Each text changed; equal ones become one."""
        changed = [change(word) for word in self.words]
        if len(set(changed)) == len(changed):
            return Texts(changed, self.indices)
        places: dict[str, int] = {}
        lookup = np.array([places.setdefault(word, len(places)) for word in changed], np.int64)
        return Texts(list(places), lookup[self.indices] if len(lookup) else self.indices)

    def numbers(self, value: Callable[[str], float]) -> np.ndarray:
        """A number for each row, [rows]."""
        found = np.array([value(word) for word in self.words], np.float64)
        return found[self.indices] if len(found) else np.empty(0)

    def counts(self) -> np.ndarray:
        """How many rows have each of `words`."""
        return np.bincount(self.indices, minlength=len(self.words))

    def first(self, test: Callable[[str], bool]) -> int | None:
        """The first row whose text passes a test."""
        passing = np.array([test(word) for word in self.words], bool)
        rows = np.flatnonzero(passing[self.indices]) if len(passing) else np.empty(0, int)
        return int(rows[0]) if len(rows) else None

    def strings(self) -> np.ndarray:
        """An array of strings [rows]."""
        return np.array(self.words)[self.indices] if len(self.words) else np.empty(0, "<U1")
