"""Whether a table fits into the memory that may be used: what it would need, estimated from its first bytes."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

from deltarule.language.errors import DeltaruleError
from deltarule.training.source import format_of

__all__ = ["available_memory", "bytes_of", "estimated_cells", "needed_memory"]

UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
A_CELL = {"csv": 64, "arrow": 72, "json": 280}
"""Bytes that a cell takes at the peak of a training in memory: as measured on a million rows of 30 numbers."""
SAMPLE = 1 << 20
USUAL_COMPRESSION = 4
NOTHING_KNOWN = 2 * 10**9


def bytes_of(text: str | int) -> int:
    """`500MB`, `2GB`, `1.5GiB` or a number of bytes.

    >>> bytes_of("500MB"), bytes_of("1.5GiB"), bytes_of(1000)
    (500000000, 1610612736, 1000)

    Raises:
        DeltaruleError: it is none of these.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", str(text).lower())
    if match is None or float(match[1]) == 0:
        raise DeltaruleError(f"{text!r} is no amount of memory; it must be as in 500MB or 2GB")
    unit = 1024 ** ("kmgt".index(match[2]) + 1) if match[3] and match[2] else UNITS[match[2]]
    return int(float(match[1]) * unit)


def available_memory() -> int:
    """Bytes that new data may take: what the system says is available, within the limit of the control group."""
    found = []
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        found.append(int(fields["MemAvailable"].split()[0]) * 1024)
    except (OSError, KeyError, ValueError):
        try:
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
        except (ValueError, OSError, AttributeError):
            found.append(NOTHING_KNOWN)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        folder = Path("/sys/fs/cgroup")
        try:
            found.append(int((folder / limit).read_text()) - int((folder / used).read_text()))
        except (OSError, ValueError):
            continue  # no limit there
    return max(min(found), 0)


def needed_memory(path: Path) -> float:
    """Bytes that training on the file would take at its peak, were it held in memory."""
    kind = format_of(path)
    return estimated_cells(path)[1] * A_CELL[kind]


def estimated_cells(path: Path) -> tuple[float, float]:
    """About how many rows and cells a file has."""
    kind = format_of(path)
    if kind == "arrow":
        return _arrow_cells(path)
    with open(path, "rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    size = float(path.stat().st_size)
    try:
        with gzip.open(path) if gzipped else open(path, "rb") as stream:
            head = stream.read(SAMPLE)
    except (OSError, EOFError):
        return 0.0, 0.0  # reading it will say what is wrong
    if gzipped:
        size = max(_length_in_trailer(path), USUAL_COMPRESSION * size)
    lines = max(head.count(b"\n"), 1)
    rows = size / (len(head) / lines) if head else 0.0
    first = head.split(b"\n", 1)[0]
    columns = first.count(b'":') if kind == "json" else 1 + max(first.count(d) for d in (b",", b";", b"\t"))
    return rows, rows * max(columns, 1)


def _length_in_trailer(path: Path) -> float:
    """The last four bytes of a gzip file: its length, modulo 2³²."""
    with open(path, "rb") as file:
        file.seek(-4, os.SEEK_END)
        return float(int.from_bytes(file.read(4), "little"))


def _arrow_cells(path: Path) -> tuple[float, float]:
    try:
        import pyarrow
        import pyarrow.ipc
        import pyarrow.parquet

        if path.suffix.lower() in {".parquet", ".pq"}:
            metadata = pyarrow.parquet.read_metadata(str(path))
            return float(metadata.num_rows), float(metadata.num_rows * metadata.num_columns)
        with pyarrow.memory_map(str(path)) as stream:
            reader = pyarrow.ipc.open_file(stream)
            rows = sum(reader.get_batch(k).num_rows for k in range(reader.num_record_batches))
            return float(rows), float(rows * len(reader.schema.names))
    except (ImportError, OSError, ValueError):  # ArrowException is a ValueError, or an OSError
        return 0.0, 0.0
