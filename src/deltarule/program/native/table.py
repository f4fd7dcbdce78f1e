"""A compiled job and its calls: from arrays of NumPy to the table of words that the code reads."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from deltarule.language.expression import Axis, Index, rename
from deltarule.program.native import cache
from deltarule.program.native.address import gemm_address
from deltarule.program.native.lowering import Job
from deltarule.program.native.operations import Operation
from deltarule.program.native.processor import Processor
from deltarule.program.native.storage import ROOM

__all__ = ["Call", "Compiled", "compiled", "key_of"]

FORMAT = 1
"""Of the table and of what code does with it: another number makes every cached entry foreign."""


@dataclass
class Call:
    """What a job is given. Arrays are contiguous and of the program's type; they are kept while the code runs."""

    arrays: Mapping[str, np.ndarray]
    """Data, parameters, memory and results, by the names of the job."""
    rows: int
    batch: int
    first: int = 0
    batches: int = 1
    order: np.ndarray | None = None
    rates: np.ndarray | None = None
    numbers: np.ndarray | None = None
    updates: int = 0
    stop: np.ndarray | None = None
    losses: np.ndarray | None = None
    """[batches] in double precision, to be written."""


@dataclass
class Compiled:
    """Code of a job. `run(call)` gives the loss of each batch done."""

    words: tuple[str, ...]
    fixed: int
    each_row: int
    numbers: tuple[str, ...]
    batch: int | None
    dtype: str
    by_blas: bool
    function: Callable[[int], int]
    _spaces: list[np.ndarray] = field(default_factory=list, repr=False)
    """Workspaces that no call is using: one, unless threads train at once."""

    def run(self, call: Call) -> np.ndarray:
        """Carry out batches; the losses of those that were begun. The last may be one that is not finite: then nothing
        of its batch was updated."""
        losses = np.zeros(call.batches) if call.losses is None else call.losses
        stop = np.zeros(1, np.uint8) if call.stop is None else call.stop
        rates = np.zeros(call.batches) if call.rates is None else call.rates
        numbers = np.zeros(1) if call.numbers is None else call.numbers
        space, address = self._space(call.batch)
        given: dict[str, int] = {
            "first": call.first,
            "batches": call.batches,
            "batch": call.batch,
            "rows": call.rows,
            "updates": call.updates,
            "order": 0 if call.order is None else call.order.ctypes.data,
            "rates": rates.ctypes.data,
            "losses": losses.ctypes.data,
            "stop": stop.ctypes.data,
            "numbers": numbers.ctypes.data,
            "workspace": address,
            "gemm": gemm_address(self.dtype) if self.by_blas else 0,
        }
        given |= {name: array.ctypes.data for name, array in call.arrays.items()}
        table = np.array([given[word] for word in self.words], np.int64)
        done = self.function(table.ctypes.data)
        self._spaces.append(space)
        return losses[: done + 1] if done < call.batches and not np.isfinite(losses[done]) else losses[:done]

    def _space(self, batch: int) -> tuple[np.ndarray, int]:
        """A workspace and the address of its first aligned element; it is kept from call to call."""
        item = 8 if self.dtype == "float64" else 4
        elements = self.fixed + self.each_row * (-(-batch // ROOM) * ROOM) + ROOM
        size = elements * item + 64
        try:
            space = self._spaces.pop()
        except IndexError:
            space = np.zeros(size, np.uint8)
        if space.size < size:
            space = np.zeros(size, np.uint8)
        return space, space.ctypes.data + (-space.ctypes.data) % 64


def key_of(job: Job, processor: Processor, dtype: str, batch: int | None) -> str:
    """What the code depends on: operations, shapes, type, batch, processor, versions."""
    import llvmlite

    parts = [
        str(FORMAT),
        sys.modules[__name__.partition(".")[0]].__version__,
        llvmlite.__version__,
        processor.key,
        dtype,
        str(batch),
        job.policy,
    ]
    parts += [repr((job.name, job.data, job.parameters, job.state, job.results, job.numbers, job.loss, job.batch))]
    parts += [repr(sorted(job.sizes.items()))]
    parts += [_written(m) for group in job.groups for m in (*group.members, None)]
    return hashlib.sha256("\n".join((*parts, _code_version())).encode()).hexdigest()


def _written(op: Operation | None) -> str:
    """An operation as text, its axes named by their places."""
    if op is None:
        return "--"
    names: dict[Axis, Index] = {a: Axis(f"i{k}", a.size) for k, a in enumerate((*op.axes, *op.bound))}
    return f"{op.kind} {op.name} {op.target} {[*names.values()]} {len(op.bound)} {rename(op.body, names)!r}"


@lru_cache(maxsize=1)
def _code_version() -> str:
    """A digest of the files that write the code: while they are worked on, the version stays the same."""
    from pathlib import Path

    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found = path.stat()
        digest.update(f"{path.name} {found.st_size} {found.st_mtime_ns}".encode())
    return digest.hexdigest()


def compiled(job: Job, processor: Processor, dtype: str, batch: int | None) -> Compiled:
    """The code of a job, from the cache if it is there."""
    from deltarule.program.native.compiler import load, object_code

    key = key_of(job, processor, dtype, batch)
    entry = cache.read(key)
    if entry is not None and not _fits(entry[0]):
        entry = None
    if entry is None:
        from deltarule.program.native.epoch import build

        module, layout = build(job, processor, dtype, batch)
        code = object_code(module, processor)
        about: dict[str, Any] = asdict(layout)
        cache.write(key, about, code)
    else:
        about, code = entry
    return Compiled(
        tuple(about["words"]),
        about["fixed"],
        about["each_row"],
        tuple(about["numbers"]),
        about["batch"],
        dtype,
        about["by_blas"],
        load(code, "run", processor),
    )


def _fits(about: Mapping[str, Any]) -> bool:
    numbers = isinstance(about.get("fixed"), int) and isinstance(about.get("each_row"), int)
    numbers = numbers and isinstance(about.get("by_blas"), bool)
    return numbers and all(isinstance(about.get(n), list) for n in ("words", "numbers")) and "batch" in about
