"""Checkpoints: what a killed training needs to go on and to end as if nothing had been, bit for bit.

A folder with `checkpoint.json` and one safetensors file: the parameters, what the optimiser and the schedule remember,
the history, what the callbacks remember, and how far the epoch is. Shuffling depends on the seed and the epoch alone,
so nothing else is needed. The folder is written as a model is (`document_folder`): at any moment it holds the old
checkpoint or the new one.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.callbacks import Callback, Run
from deltarule.training.document_folder import arrays_named, is_file_name, packed, read_folder, write_folder
from deltarule.training.loop import Plan, Position
from deltarule.training.updating import Memory

if TYPE_CHECKING:
    from deltarule.training.network_estimator import NetworkEstimator

__all__ = ["EVERY", "Checkpoints"]

HEAD = "checkpoint.json"
SCHEMA = 1
EVERY = 10.0
"""Seconds between two checkpoints: more than that is never lost."""
FIELDS = ("schema", "run", "position", "history", "memory", "callbacks", "state", "state_sha256")


class Checkpoints:
    """Keeps the training of one estimator in a folder, and finds it there.

    `about` says what the run is beside the estimator's settings (the data's SHA-256, the target); a checkpoint of
    another run is refused. With `resume` the training goes on where the checkpoint stands; where there is none it
    begins.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        about: Mapping[str, Any],
        *,
        resume: bool = False,
        every: float = EVERY,
    ) -> None:
        self.folder, self.about, self.resume, self.every = Path(folder), dict(about), resume, every
        self.resumed: Position | None = None
        """Where the training went on, if it did."""
        self._last = time.monotonic()
        self._run: dict[str, Any] = {}
        self._callbacks: tuple[Callback, ...] = ()

    def refuse_what_is_in_the_way(self) -> None:
        """Before anything else is done: the folder is free, or holds a checkpoint to go on from."""
        there = self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir()))
        if there and not (self.folder / HEAD).is_file():
            raise DeltaruleError(f"{self.folder} exists and is no checkpoint\nremedy: give another path for it")
        if there and not self.resume:
            raise DeltaruleError(
                f"{self.folder} holds the checkpoint of a run\nremedy: --resume goes on with it; else remove the folder"
            )

    def begun(
        self, model: NetworkEstimator, plan: Plan, callbacks: Sequence[Callback]
    ) -> tuple[Position | None, dict[str, list[float]] | None]:
        """Called before the first batch: puts what the checkpoint holds into the model, and says where it stands."""
        self._run = _described(model, plan, self.about)
        self._callbacks = tuple(callbacks)
        self._last = time.monotonic()
        if not self.resume or not (self.folder / HEAD).is_file():
            return None, None
        document, contents = read_folder(self.folder, HEAD, _check, lambda d: [d["state"]])
        self._refuse_another_run(document["run"])
        name = document["state"]
        arrays = arrays_named(self.folder / name, document["state_sha256"], contents[name], HEAD)
        place = str(self.folder / HEAD)
        try:
            at = document["position"]
            position = Position(
                int(at["epochs"]), int(at["batches"]), float(at["total"]), int(at["seen"]), bool(at["over"])
            )
            _into(model.parameters_, _under(arrays, "parameters"))
            memory = model.optimiser_state_
            memory.updates = int(document["memory"]["updates"])
            memory.schedule.update({k: float(v) for k, v in document["memory"]["schedule"].items()})
            for key, value in _under(arrays, "optimiser").items():
                parameter, _, state = key.rpartition("/")
                memory.arrays.setdefault(parameter, {})[state] = value
            history = {str(k): [float(v) for v in values] for k, values in document["history"].items()}
            for number, (callback, kept) in enumerate(zip(self._callbacks, document["callbacks"], strict=True)):
                if kept["state"] is not None:
                    callback.restore(_state_back(kept["state"], _under(arrays, f"callback {number}")))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DeltaruleError(f"{place} is not a checkpoint of this software: {error}") from None
        self.resumed = Position(**asdict(position))
        return position, history

    def due(self) -> bool:
        """Whether the last one is old enough."""
        return time.monotonic() - self._last >= self.every

    def keep(self, run: Run, memory: Memory, position: Position) -> None:
        """Write a checkpoint."""
        arrays = {f"parameters/{name}": value for name, value in run.parameters.items()}
        for name, states in memory.arrays.items():
            arrays |= {f"optimiser/{name}/{state}": value for state, value in states.items()}
        callbacks = []
        for number, callback in enumerate(self._callbacks):
            state = callback.state()
            arrays |= {f"callback {number}/{k}": v for k, v in _arrays_of(state).items()}
            callbacks.append({"kind": type(callback).__name__, "state": _plain(state) if state else None})
        name, digest, content = packed("state", arrays)
        document = {
            "schema": SCHEMA,
            "run": self._run,
            "position": {k: _number(v) for k, v in asdict(position).items()},
            "history": {k: [_number(v) for v in values] for k, values in run.history.items()},
            "memory": {"updates": memory.updates, "schedule": {k: _number(v) for k, v in memory.schedule.items()}},
            "callbacks": callbacks,
            "state": name,
            "state_sha256": digest,
        }
        write_folder(self.folder, HEAD, document, {name: content}, "a checkpoint")
        self._last = time.monotonic()

    def _refuse_another_run(self, there: Any) -> None:
        if there == self._run:
            return
        name = next(n for n in (*self._run, *there) if there.get(n) != self._run.get(n))
        raise DeltaruleError(
            f"the checkpoint in {self.folder} is of another run: {name} was {_short(there.get(name))}, is "
            f"{_short(self._run.get(name))}\nremedy: give what was given then, or another folder"
        )


def _described(model: NetworkEstimator, plan: Plan, about: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same for a run to go on."""
    settings = {
        name: _text(value)
        for name, value in model.get_params(deep=False).items()
        if name not in ("network", "progress")
    }
    settings["callbacks"] = ", ".join(type(callback).__name__ for callback in model.callbacks or ())
    network = {"network": model.network_.text, "shapes": model.network_.shapes}
    run = {"batch_size": plan.batch_size, "epochs": plan.epochs, "learning_rate": plan.learning_rate, "seed": plan.seed}
    return {**network, **settings, **run, **{name: _text(value) for name, value in about.items()}}


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int | float) else repr(value)


def _short(value: Any) -> str:
    return repr(value)[:80]


def _number(value: float) -> Any:
    """JSON has no infinity and no NaN: they stand as text, which `float` reads."""
    return value if isinstance(value, int) or math.isfinite(value) else str(value)


def _check(document: Any, place: str) -> None:
    if not isinstance(document, dict) or set(document) != set(FIELDS) or document["schema"] != SCHEMA:
        raise DeltaruleError(f"{place} is not a checkpoint of this version of deltarule")
    if not isinstance(document["run"], dict):
        raise DeltaruleError(f"{place}: run must say what the run was")
    if not is_file_name("state", document["state"]):
        raise DeltaruleError(f"{place}: state must be the name of the file beside it")


def _under(arrays: Mapping[str, np.ndarray], head: str) -> dict[str, np.ndarray]:
    return {name[len(head) + 1 :]: value for name, value in arrays.items() if name.startswith(head + "/")}


def _into(parameters: Mapping[str, np.ndarray], kept: Mapping[str, np.ndarray]) -> None:
    for name, value in parameters.items():
        if kept[name].shape != value.shape or kept[name].dtype != value.dtype:
            raise ValueError(f"the parameter {name} has another shape or type")
        value[...] = kept[name]


def _arrays_of(state: Mapping[str, Any], head: str = "") -> dict[str, np.ndarray]:
    """The arrays in what a callback remembers, by their path."""
    found: dict[str, np.ndarray] = {}
    for name, value in state.items():
        if isinstance(value, np.ndarray):
            found[head + name] = value
        elif isinstance(value, Mapping):
            found |= _arrays_of(value, f"{head}{name}/")
    return found


def _plain(state: Any) -> Any:
    """The same with "array" in place of each array."""
    if isinstance(state, Mapping):
        return {"of": {str(name): _plain(value) for name, value in state.items()}}
    if isinstance(state, np.ndarray):
        return {"array": True}
    if isinstance(state, list | tuple):
        return [_plain(value) for value in state]
    if isinstance(state, np.generic):
        state = state.item()
    return {"float": str(state)} if isinstance(state, float) and not math.isfinite(state) else state


def _state_back(kept: Any, arrays: Mapping[str, np.ndarray], path: str = "") -> Any:
    if isinstance(kept, list):
        return [_state_back(value, arrays, path) for value in kept]
    if not isinstance(kept, dict):
        return kept
    if "array" in kept:
        return arrays[path]
    if "float" in kept:
        return float(kept["float"])
    inside = f"{path}/" if path else ""
    return {name: _state_back(value, arrays, inside + name) for name, value in kept["of"].items()}
