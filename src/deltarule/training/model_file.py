"""Models as folders: the weights and the optimiser's state as safetensors, everything else in `model.json`.

A model that was saved and loaded goes on training as if it had not been. See `document_folder` for how it is written.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import deltarule.training.model_schema as schema
from deltarule.language.errors import DeltaruleError
from deltarule.training.deciding import Fitted
from deltarule.training.document_folder import arrays_named, packed, read_folder, write_folder
from deltarule.training.fitted import FittedClassifier, FittedRegressor

if TYPE_CHECKING:
    from deltarule.training.estimators import Classifier, Regressor
    from deltarule.training.updating import Memory

__all__ = ["flat", "load_fitted", "load_model", "nested", "save_model"]

MODEL = "model.json"


def save_model(
    model: Classifier | Regressor, folder: str | os.PathLike[str], about: dict[str, Any] | None = None
) -> Path:
    """Write a fitted model to a folder, all of it or nothing; a model that stands there is replaced whole.

    `about` may say where it came from (`target`, `data`, `data_sha256`, `metrics`); it is kept and given back.

    Raises:
        DeltaruleError: the folder holds something else, or cannot be written.
    """
    name, digest, weights = packed("weights", model.parameters_)
    document = {**schema.described(model, about or {}), "weights": name, "weights_sha256": digest}
    files = {name: weights}
    memory = model.optimiser_state_
    schedule = {name: v if math.isfinite(v) else str(v) for name, v in memory.schedule.items()}
    state: dict[str, Any] = {"updates": memory.updates, "schedule": schedule, "file": None, "sha256": None}
    if memory.arrays:
        name, digest, content = packed("optimiser", flat(memory.arrays))
        files[name] = content
        state |= {"file": name, "sha256": digest}
    document["optimiser_state"] = state
    return write_folder(folder, MODEL, document, files, "a model")


def load_model(folder: str | os.PathLike[str]) -> Classifier | Regressor:
    """The model in a folder, ready to predict; `model.about_` has what was said of it.

    Raises:
        DeltaruleError: it is not a model, or something in it is not as it should be; the message says what.
    """
    from deltarule.training.estimators import Classifier, Regressor

    document, contents, model = _loaded(Path(folder), {"classifier": Classifier, "regressor": Regressor})
    assert isinstance(model, Classifier | Regressor)
    schema.trained(model, document)
    model.optimiser_state_ = _memory(Path(folder), document, contents, model.parameters_)
    return model


def load_fitted(folder: str | os.PathLike[str]) -> Fitted:
    """The same for predictions only: nothing that trains is imported.

    Raises:
        DeltaruleError: as for `load_model`.
    """
    return _loaded(Path(folder), {"classifier": FittedClassifier, "regressor": FittedRegressor})[2]


def _loaded(
    path: Path, kinds: Mapping[str, Callable[..., Fitted]]
) -> tuple[dict[str, Any], Mapping[str, bytes], Fitted]:
    """The document of a model's folder, the files that it names, and the model."""
    if not (path / MODEL).is_file():
        what = "is not a model: it has no model.json" if path.is_dir() else "does not exist" if not path.exists() else (
            "is not a model: a model is a folder"
        )  # fmt: skip
        raise DeltaruleError(f"{path} {what}")
    document, contents = read_folder(path, MODEL, schema.check, _files)
    name = document["weights"]
    parameters = arrays_named(path / name, document["weights_sha256"], contents[name], MODEL)
    return document, contents, schema.restored(document, parameters, str(path / MODEL), kinds)


def flat(arrays: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Arrays by parameter and name of state as arrays by `W_1/velocity`."""
    return {f"{name}/{state}": value for name, states in arrays.items() for state, value in states.items()}


def nested(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """The way back."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, value in arrays.items():
        parameter, _, state = name.rpartition("/")
        found.setdefault(parameter, {})[state] = value
    return found


def _fits(state: tuple[int, ...], theta: tuple[int, ...]) -> bool:
    """Whether an array of the state may belong to a parameter: with its axes, some of them, or one more before them."""
    if len(state) > len(theta):
        return state[1:] == theta
    left = iter(theta)
    return all(size in left for size in state)


def _files(document: Mapping[str, Any]) -> list[str]:
    state = document.get("optimiser_state")
    return [document["weights"]] + ([state["file"]] if state is not None and state["file"] is not None else [])


def _memory(
    path: Path, document: Mapping[str, Any], contents: Mapping[str, bytes], parameters: Mapping[str, np.ndarray]
) -> Memory:
    """What the optimiser remembers; nothing, where the model was written by a version that did not keep it."""
    from deltarule.training.updating import Memory

    state = document.get("optimiser_state")
    if state is None:
        return Memory()
    arrays: dict[str, dict[str, np.ndarray]] = {}
    if state["file"] is not None:
        file = path / state["file"]
        arrays = nested(arrays_named(file, state["sha256"], contents[state["file"]], MODEL))
        for name, states in arrays.items():
            theta = parameters.get(name)
            for value in states.values():
                if theta is None or not _fits(value.shape, theta.shape) or value.dtype != theta.dtype:
                    raise DeltaruleError(f"{file}: the optimiser's state does not fit the weights of {name[:60]!r}")
                if not np.all(np.isfinite(value)):
                    raise DeltaruleError(f"{file}: the optimiser's state of {name!r} must be finite numbers")
    return Memory(state["updates"], arrays, {name: float(v) for name, v in state["schedule"].items()})
