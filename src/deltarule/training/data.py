"""Tables: named columns of numbers or text, where each row stood in its file, and what a network may take from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.texts import Texts

if TYPE_CHECKING:
    from deltarule.training.bundled import Dataset

__all__ = [
    "ABSENT",
    "Column",
    "Kind",
    "MixedColumn",
    "Table",
    "Task",
    "as_number",
    "is_present",
    "is_whole",
    "joined",
    "nearest_as_written",
    "quoted",
]

Task = Literal["classification", "regression"]
Kind = Literal["number", "boolean", "date", "category", "ordinal"]
MOST_CLASSES = 20
"""A column of whole numbers with more distinct values than this is taken for a quantity, not for classes."""


@dataclass(frozen=True)
class Column:
    """A column of numbers (NaN where missing), or of text (empty where missing)."""

    name: str
    numbers: np.ndarray | None
    texts: Sequence[str] | None
    kind: Kind | None = None
    """What the source says of its type (a date is a number of days since 1970); None where it says nothing."""
    levels: tuple[str, ...] | None = None
    """The categories in order, where the source declares them."""

    def missing(self) -> np.ndarray:
        """The indices of rows without a value."""
        if self.numbers is not None:
            return np.flatnonzero(np.isnan(self.numbers))
        texts = Texts.of(self.texts or ())
        return np.flatnonzero(texts.numbers(lambda text: float(not is_present(text))))


@dataclass(frozen=True)
class Table:
    """Columns of equal length. `lines` has the line of each row in its file, where it came from one."""

    source: str
    columns: dict[str, Column]
    rows: int
    lines: Sequence[int] | None = None
    dataset: Dataset | None = None
    """The bundled data set that it is, if any: it knows its target and task."""
    unit: str = "line"
    """What `lines` counts."""
    unread: tuple[str, ...] = ()
    """Columns of the source that were not asked for."""

    def column(self, name: str) -> Column:
        """The column of that name, or an error that says which names are near."""
        if name not in self.columns:
            listed = ", ".join(list(self.columns)[:20]) + (", ..." if len(self.columns) > 20 else "")
            raise DeltaruleError(f"{self.source} has no column {name!r}{nearest_as_written(name, self.columns)}"
                                 f"\nits columns: {listed}")  # fmt: skip
        return self.columns[name]

    def features(self, names: Iterable[str]) -> np.ndarray:
        """The named columns as an array of shape [rows, columns].

        Raises:
            DeltaruleError: a column is not there, holds text, or lacks finite values; with place and remedy.
        """
        names = list(names)
        X = np.empty((self.rows, len(names)))
        for j, name in enumerate(names):
            X[:, j] = self._numbers(self.column(name), "feature")
        return X

    def select(self, names: Iterable[str]) -> Table:
        """The named columns, in that order."""
        return replace(self, columns={name: self.column(name) for name in names})

    def rest(self, start: int) -> Table:
        """The rows from that one on."""
        return self.part(start, self.rows)

    def part(self, start: int, stop: int) -> Table:
        """The rows from that one to before the other."""
        kept = slice(start, min(stop, self.rows))
        columns = {
            name: replace(
                column,
                numbers=None if column.numbers is None else column.numbers[kept],
                texts=None if column.texts is None else column.texts[kept],
            )
            for name, column in self.columns.items()
        }
        lines = None if self.lines is None else self.lines[kept]
        return replace(self, columns=columns, rows=kept.stop - start, lines=lines)

    def quantities(self, name: str) -> np.ndarray:
        """A target to regress on: numbers that are present, finite and not all equal."""
        numbers = self._numbers(self.column(name), "target")
        if self.rows > 1 and np.ptp(numbers) == 0:
            raise DeltaruleError(
                f"the target {name!r} of {self.source} is {numbers[0]:g} in every row: there is nothing to learn"
                "\nremedy: choose another column with --target"
            )
        return numbers

    def numbers_of(self, name: str) -> np.ndarray:
        """A target of numbers that are present and finite."""
        return self._numbers(self.column(name), "target")

    def labels(self, name: str) -> np.ndarray:
        """A target to classify: text as it stands, whole numbers as integers; no value may be missing."""
        column = self.column(name)
        self.refuse_missing(column, "target")
        if column.numbers is None:
            return Texts.of(column.texts or ()).strings()
        numbers = self._numbers(column, "target")
        if not is_whole(numbers):
            row = int(np.flatnonzero(numbers != np.rint(numbers))[0])
            raise DeltaruleError(
                f"the target {name!r} of {self.source} holds fractions, first {numbers[row]:g} at {self.place(row)}: "
                "classes are text or whole numbers"
                "\nremedy: choose another column, or a network that ends in squared_error"
            )
        return numbers.astype(np.int64)

    def task(self, name: str) -> Task:
        """What a column asks for: classes if it holds text or at most 20 distinct whole numbers, else a quantity."""
        if self.dataset is not None and name == self.dataset.target:
            return self.dataset.task
        numbers = self.column(name).numbers
        if numbers is None:
            return "classification"
        present = numbers[np.isfinite(numbers)]
        few = len(np.unique(present)) <= min(MOST_CLASSES, max(2, len(present) // 2))
        return "classification" if few and is_whole(present) else "regression"

    def place(self, row: int) -> str:
        """Where a row (from 0) stands: `line 17` of a text file, else `row 16`."""
        return f"{self.unit} {self.lines[row]}" if self.lines is not None else f"row {row + 1}"

    def digest(self) -> str:
        """SHA-256 of names and values: two tables of equal content have the same."""
        sha = hashlib.sha256()
        for name, column in self.columns.items():
            sha.update(f"{name}\0".encode())
            if column.numbers is not None:
                sha.update(np.ascontiguousarray(column.numbers).tobytes())
            else:
                sha.update("\0".join(column.texts or ()).encode("utf-8", "surrogatepass"))
            sha.update(b"\1")
        return sha.hexdigest()

    def refuse_text(self, column: Column, role: str, more: str = "") -> NoReturn:
        """The error of a column that should hold numbers: the first text in it, where it stands, a remedy."""
        row = Texts.of(column.texts or ()).first(lambda text: is_present(text) and as_number(text) is None) or 0
        value = (column.texts or [""])[row]
        raise DeltaruleError(
            f"the {role} column {column.name!r} of {self.source} holds text, first at {self.place(row)}: "
            f"{_shortened(value)}\nremedy: {self._remedy(column, value, role)}{more}"
        )

    def refuse_infinite(self, column: Column, role: str) -> None:
        """Raise where a column of numbers is infinite."""
        infinite = np.flatnonzero(np.isinf(column.numbers if column.numbers is not None else ()))
        if len(infinite):
            raise DeltaruleError(
                f"the {role} column {column.name!r} of {self.source} is infinite at {self._places(infinite)}"
                "\nremedy: leave these rows out, or write numbers there"
            )

    def _numbers(self, column: Column, role: str) -> np.ndarray:
        if column.numbers is None:
            self.refuse_text(column, role)
        self.refuse_missing(column, role)
        self.refuse_infinite(column, role)
        return column.numbers

    @staticmethod
    def _remedy(column: Column, value: str, role: str) -> str:
        if as_number(value.replace(",", ".", 1)) is not None:
            return "write numbers with a decimal point, not a decimal comma"
        if role == "feature":
            return f"leave the column out (--ignore {quoted(column.name)}) or write its values as numbers"
        return "regression needs numbers: correct that value, or choose a classification loss such as cross_entropy"

    def refuse_missing(self, column: Column, role: str) -> None:
        """Raise where a column has no value."""
        rows = column.missing()
        if len(rows):
            raise DeltaruleError(
                f"the {role} column {column.name!r} of {self.source} has no value at {self._places(rows)}"
                "\nremedy: leave these rows out, or fill the gaps (with the column's median, say)"
            )

    def _places(self, rows: np.ndarray) -> str:
        shown = [self.place(int(r)) for r in rows[:5]]
        noun = shown[0].split()[0] + ("s" if len(shown) > 1 else "")
        listed = ", ".join(p.split()[1] for p in shown)
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        return f"{noun} {listed}{more}"


def joined(tables: Sequence[Table]) -> Table:
    """Tables of the same columns, one below the other."""
    first = tables[0]
    if len(tables) == 1:
        return first
    columns: dict[str, Column] = {}
    for name, column in first.columns.items():
        parts = [table.column(name) for table in tables]
        if all(part.numbers is not None for part in parts):
            numbers = np.concatenate([part.numbers for part in parts if part.numbers is not None])
            columns[name] = replace(column, numbers=numbers)
        elif any(part.numbers is not None and np.isfinite(part.numbers).any() for part in parts):
            raise MixedColumn(name)
        else:
            texts = [_as_texts(part) for part in parts]
            columns[name] = replace(column, numbers=None, texts=Texts.joined(texts))
    lines = [table.lines for table in tables if table.lines is not None]
    ranges = [part for part in lines if isinstance(part, range)]
    together: Sequence[int] | None = None
    if len(ranges) == len(tables):
        together = range(ranges[0].start, ranges[-1].stop)
    elif len(lines) == len(tables):
        together = [line for part in lines for line in part]
    return replace(first, columns=columns, rows=sum(table.rows for table in tables), lines=together)


def _as_texts(column: Column) -> Sequence[str]:
    return [""] * len(column.numbers) if column.numbers is not None else column.texts or []


class MixedColumn(DeltaruleError):
    """A column of numbers in some blocks of a file and of text in others."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the column {name!r} holds numbers in some parts of the file and text in others")


ABSENT = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", "<na>"})


def is_present(text: str) -> bool:
    """Whether a cell of a text file holds a value: not empty, and none of the usual words for that."""
    return text.strip().lower() not in ABSENT


def as_number(text: str) -> float | None:
    """The number that a cell holds; None where it holds text."""
    try:
        return float(text) if "_" not in text else None  # Python's own 1_000 is not a number in a table
    except ValueError:
        return None


def nearest_as_written(name: str, names: Iterable[str]) -> str:
    """`nearest`, for names that may have capitals."""
    lower = {n.lower(): n for n in names}
    hint = nearest(name, lower)
    for small, written in lower.items():
        if small != written:
            hint = hint.replace(small, written)
    return hint


def is_whole(numbers: np.ndarray) -> bool:
    return bool(np.all(np.isfinite(numbers)) and np.all(numbers == np.rint(numbers)) and np.all(abs(numbers) < 2**53))


def quoted(name: str) -> str:
    """A column's name as a shell takes it."""
    return f'"{name}"' if " " in name else name


def _shortened(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:37] + "...")
