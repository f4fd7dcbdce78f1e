"""`NativeProgram`: a compiled network whose equations run as machine code; everything else is the NumPy program's."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from deltarule.program.derived import spec_of
from deltarule.program.engine import Arrays, Inputs, Program
from deltarule.program.native.lowering import Job, NotLowered, Rule, job_of
from deltarule.program.native.processor import Processor, UnknownProcessor, host
from deltarule.program.native.table import Call, Compiled, compiled
from deltarule.program.spec import ProgramSpec

__all__ = ["EngineWarning", "NativeProgram", "Trainer", "available", "native_program"]

CONSTANT_BATCH = 64
"""Up to so many rows the code is made for batches of just that size; beyond, one code serves all sizes."""
BLOCK = 512
"""Rows that are predicted at a time: their activities stay in the cache."""


class EngineWarning(UserWarning):
    """The native engine was asked for and cannot run: NumPy runs instead."""


_said: set[str] = set()


def available() -> Processor | None:
    """The processor, if the native engine can run on this machine; else None, and the reason is said once."""
    try:
        return host()
    except UnknownProcessor as error:
        say_once(f"the native engine cannot run here: {error}; the NumPy engine runs instead")
        return None


def say_once(text: str) -> None:
    """A warning that a process hears once."""
    if text not in _said:
        _said.add(text)
        warnings.warn(text, EngineWarning, stacklevel=3)


def native_program(program: Program, recompute: bool = False) -> Program:
    """The program on the native engine; the program itself where that cannot run."""
    return program if available() is None else NativeProgram(program.network, program.spec, program.dtype, recompute)


@dataclass(frozen=True)
class NativeProgram(Program):
    """A `Program` whose forward pass, losses, gradients and updates run as machine code, compiled when first used."""

    recompute: bool = False
    """Whether activities are computed again in the backward pass where that needs less memory."""

    @property
    def engine(self) -> str:
        """What runs the equations: NumPy where there turned out to be no code for them."""
        return "numpy" if self._without_code else "native"

    @cached_property
    def _without_code(self) -> list[str]:
        """Why there is no code, once that is known."""
        return []

    @cached_property
    def _jobs(self) -> dict[tuple[Any, ...], Job]:
        return {}

    @cached_property
    def _codes(self) -> dict[tuple[int, int | None], Compiled]:
        return {}

    @cached_property
    def _weighted_spec(self) -> ProgramSpec:
        return spec_of(self.network, self.spec.policy, weighted=True)

    def forward(self, parameters: Arrays, X: Inputs) -> np.ndarray:
        """The prediction, one row a sample."""
        inputs = self._inputs(X, self.predicting.forward_inputs)
        rows = len(inputs[0])
        job = self._job("forward", self.predicting, parameters)
        if job is None:
            return super().forward(parameters, X)
        (name, shape), *_ = job.results.items()
        out = np.empty((rows, *shape), self.dtype)
        arrays = {
            **self._given(parameters),
            **dict(zip(self.predicting.forward_inputs, self._rows(inputs), strict=True)),
            name: out,
        }
        batch = min(rows, BLOCK)
        self._code(job).run(Call(arrays, rows, batch, batches=-(-rows // batch)))
        if any(g.head.kind == "inverse" for g in job.groups) and not np.all(np.isfinite(out)):
            return super().forward(parameters, X)  # which says so of a matrix without an inverse
        return out

    def loss(self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None) -> float:
        """The mean of the losses of the samples, weighted if weights are given."""
        spec, data = self._batch(X, Y, sample_weight, at_prediction=True)
        job = self._job("loss", spec, parameters)
        if job is None:
            return super().loss(parameters, X, Y, sample_weight=sample_weight)
        rows = len(next(iter(data.values())))
        return float(self._code(job).run(Call({**self._given(parameters), **data}, rows, rows))[0])

    def gradients(
        self, parameters: Arrays, X: Inputs, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> tuple[float, Arrays]:
        """The mean loss and its gradient by each parameter; NumPy's where the loss is not finite."""
        spec, data = self._batch(X, Y, sample_weight)
        job = self._job("gradients", spec, parameters)
        if job is None:
            return super().gradients(parameters, X, Y, sample_weight=sample_weight)
        found = {name: np.zeros(shape, self.dtype) for name, shape in job.results.items()}
        rows = len(next(iter(data.values())))
        losses = self._code(job).run(Call({**self._given(parameters), **data, **found}, rows, rows))
        if not np.isfinite(losses[0]):
            return super().gradients(parameters, X, Y, sample_weight=sample_weight)
        return float(losses[0]), dict(zip(spec.gradients, found.values(), strict=True))

    def trainer(
        self,
        parameters: Arrays,
        rules: Mapping[str, Rule],
        numbers: Mapping[str, float],
        memory: Mapping[str, Arrays],
        *,
        weighted: bool,
        clipped: bool,
    ) -> Trainer | None:
        """What carries out updates by these rules on these parameters, in place; None where NumPy has to."""
        trainer = Trainer(self, parameters, rules, numbers, memory, weighted=weighted, clipped=clipped)
        return trainer if trainer.ready else None

    # Code ---------------------------------------------------------------------------------------------------------

    def _job(
        self,
        name: str,
        spec: ProgramSpec,
        parameters: Arrays,
        rules: Mapping[str, Rule] | None = None,
        clipped: bool = False,
    ) -> Job | None:
        """What is to be compiled; None where there can be no code."""
        sizes = self._sizes(parameters)
        key = (name, spec.weight, spec.inputs, tuple(sizes.items()), tuple((rules or {}).items()), clipped)
        if key not in self._jobs and available() is not None:
            try:
                self._jobs[key] = job_of(spec, name, sizes, rules, clipped, self.recompute)
            except NotLowered as error:
                self._without_code.append(str(error))
                say_once(f"the native engine has no code for this network ({error}); the NumPy engine runs it")
        return self._jobs.get(key)

    def _code(self, job: Job, batch: int | None = None) -> Compiled:
        """The code of a job, for batches of `batch` rows or (None) of any size; compiled when it is first asked for."""
        key = (id(job), batch)
        if key not in self._codes:
            self._codes[key] = compiled(job, host(), self.dtype, batch)
        return self._codes[key]

    def _sizes(self, parameters: Arrays) -> dict[str, int]:
        """Numbers for symbolic sizes, from the shapes of the parameters."""
        found: dict[str, int] = {}
        for name, declared in self.parameters.items():
            for size, number in zip(declared, np.shape(parameters[name]), strict=True):
                if isinstance(size, str):
                    found[size] = int(number)
        return found

    def _batch(
        self, X: Inputs, Y: np.ndarray, weight: np.ndarray | None, at_prediction: bool = False
    ) -> tuple[ProgramSpec, dict[str, np.ndarray]]:
        spec = self.spec if weight is None else self._weighted_spec
        spec = (spec.at_prediction if at_prediction else None) or spec
        _, arrays = self._data(X, Y, weight, spec)
        names = (*spec.inputs, spec.target or "", *([spec.weight] if spec.weight else []))
        return spec, dict(zip(names, self._rows(arrays), strict=True))

    def _rows(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        return [np.ascontiguousarray(a, self.dtype) for a in arrays]

    def _given(self, parameters: Arrays) -> dict[str, np.ndarray]:
        return {n: np.ascontiguousarray(parameters[n], self.dtype) for n in self.parameters}


class Trainer:
    """Updates of the parameters of one run, in place, any number of batches in one call."""

    def __init__(
        self,
        program: NativeProgram,
        parameters: Arrays,
        rules: Mapping[str, Rule],
        numbers: Mapping[str, float],
        memory: Mapping[str, Arrays],
        *,
        weighted: bool,
        clipped: bool,
    ) -> None:
        self.program, self.parameters, self.rules = program, parameters, dict(rules)
        self.numbers, self.memory = numbers, memory
        self.spec = program._weighted_spec if weighted else program.spec
        self.clipped = clipped
        self._last: tuple[tuple[Any, Any, Any], dict[str, np.ndarray]] | None = None
        self.stop = np.zeros(1, np.uint8)
        """Set to 1 by whoever wants the run to end after the batch that is being computed."""

    @property
    def ready(self) -> bool:
        """Whether parameters can be changed where they are, and there is code for the network."""
        arrays = [*self.parameters.values(), *(a for own in self.memory.values() for a in own.values())]
        fit = all(a.flags.c_contiguous and a.flags.writeable and a.dtype == self.program.dtype for a in arrays)
        return fit and self._job is not None

    @cached_property
    def _job(self) -> Job | None:
        return self.program._job("train", self.spec, self.parameters, self.rules, self.clipped)

    def run(
        self,
        data: tuple[np.ndarray, np.ndarray, np.ndarray | None],
        order: np.ndarray | None,
        batch: int,
        first: int,
        rates: np.ndarray,
        updates: int,
    ) -> np.ndarray:
        """The losses of the batches `first`, `first + 1`, ..., one for each of `rates`, each before its update.

        Fewer come back if one is not finite (it is the last, and nothing of its batch was updated) or `stop` was set.
        `order` [rows]: the rows as they are taken, `batch` at a time; None: as they stand. `updates` were made before.
        """
        X, Y, weight = data
        rows = len(Y)
        batch = min(batch, rows)
        whole = rows // batch
        losses = np.zeros(len(rates))
        done = 0
        if order is not None:
            order = np.ascontiguousarray(order, np.int64)
        arrays = self._arrays(X, Y, weight)
        end = first + len(rates)
        parts = [(first, min(end, whole), batch if batch <= CONSTANT_BATCH else None), (max(first, whole), end, None)]
        if parts[0][2] is None:
            parts = [(first, end, None)]
        for start, last, constant in parts:
            if start >= last:
                continue
            assert self._job is not None
            code = self.program._code(self._job, constant)
            call = Call(
                arrays,
                rows,
                batch,
                start,
                last - start,
                order,
                np.ascontiguousarray(rates[start - first : last - first], np.float64),
                np.array([self.numbers[n[1:]] for n in code.numbers] or [0.0]),
                updates + start - first,
                self.stop,
                losses[start - first : last - first],
            )
            found = code.run(call)
            done += len(found)
            if len(found) < last - start or not np.isfinite(found[-1]):
                break
        return losses[:done]

    def _arrays(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> dict[str, np.ndarray]:
        if self._last is not None and all(a is b for a, b in zip(self._last[0], (X, Y, weight), strict=True)):
            return self._last[1]
        spec, program = self.spec, self.program
        inputs = program._inputs(X)
        rows = len(inputs[0])
        data = dict(zip(spec.inputs, program._rows(inputs), strict=True))
        data[spec.target or ""] = program._rows([program._array(spec.target or "", Y, rows)])[0]
        if spec.weight is not None:
            assert weight is not None
            data[spec.weight] = np.ascontiguousarray(weight, program.dtype)
        state = {f"{p}.{name}": array for p, own in self.memory.items() for name, array in own.items()}
        self._last = (X, Y, weight), {**data, **self.parameters, **state}
        return self._last[1]
