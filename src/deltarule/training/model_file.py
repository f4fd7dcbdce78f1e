"""Models as folders: the weights as safetensors, everything else in `model.json`. Nothing is unpickled, ever.

`model.json` names its weights file, so replacing that one small file is the moment when a model changes: before it the
old model is whole, after it the new one. A model at a new path appears by the rename of a finished folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as read_safetensors
from safetensors.numpy import save as safetensors_bytes

import deltarule.training.model_schema as schema
from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import flush_folder, said_plainly, write_whole
from deltarule.training.estimators import Classifier, Regressor

__all__ = ["load_model", "save_model"]

MODEL = "model.json"
LARGEST_JSON = 64 * 2**20
ABANDONED = 3600.0
"""Seconds after which weights that no `model.json` names are those of a killed run, and are swept away."""


def save_model(
    model: Classifier | Regressor, folder: str | os.PathLike[str], about: dict[str, Any] | None = None
) -> Path:
    """Write a fitted model to a folder, all of it or nothing; a model that stands there is replaced whole.

    `about` may say where it came from (`target`, `data`, `data_sha256`, `metrics`); it is kept and given back.

    Raises:
        DeltaruleError: the folder holds something else, or cannot be written.
    """
    target = Path(folder)
    target = target.resolve() if target.is_symlink() else target
    weights = safetensors_bytes({name: np.array(v, order="C") for name, v in sorted(model.parameters_.items())})
    digest = hashlib.sha256(weights).hexdigest()
    document = {**schema.described(model, about or {}), "weights": f"weights-{digest[:16]}.safetensors"}
    document["weights_sha256"] = digest
    text = json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    with said_plainly("write", target):
        if (target / MODEL).is_file():
            _replace(target, document["weights"], weights, text)
        elif target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise DeltaruleError(f"{target} exists and is not a model\nremedy: give another path, or remove it first")
        else:
            _create(target, document["weights"], weights, text)
    return target


def load_model(folder: str | os.PathLike[str]) -> Classifier | Regressor:
    """The model in a folder, ready to predict; `model.about_` has what was said of it.

    Raises:
        DeltaruleError: it is not a model, or something in it is not as it should be; the message says what.
    """
    path = Path(folder)
    if not (path / MODEL).is_file():
        what = "is not a model: it has no model.json" if path.is_dir() else "does not exist" if not path.exists() else (
            "is not a model: a model is a folder"
        )  # fmt: skip
        raise DeltaruleError(f"{path} {what}")
    document, weights = _read(path)
    parameters = _weights(path, document, weights)
    return schema.restored(document, parameters, str(path / MODEL))


def _create(target: Path, name: str, weights: bytes, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".partial"))
    try:
        write_whole(temporary / name, weights)
        write_whole(temporary / MODEL, text)
        temporary.chmod(0o755)
        os.replace(temporary, target)
        flush_folder(target.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _replace(target: Path, name: str, weights: bytes, text: str) -> None:
    before = _named_weights(target)
    try:
        if name != before:
            write_whole(target / name, weights)
        write_whole(target / MODEL, text)
    except BaseException:
        if name != before and _named_weights(target) != name:
            (target / name).unlink(missing_ok=True)
        raise
    for old in [*target.glob("weights-*.safetensors"), *target.glob(".*.partial")]:
        abandoned = time.time() - old.stat().st_mtime > ABANDONED
        if old.name != name and (old.name == before or abandoned):
            old.unlink(missing_ok=True)


def _named_weights(target: Path) -> str | None:
    try:
        return str(json.loads((target / MODEL).read_bytes())["weights"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    """The document and its weights, which belong together even while another process replaces the model."""
    for attempt in range(3):
        document = _document(path)
        try:
            with said_plainly("read", path / document["weights"]):
                return document, (path / document["weights"]).read_bytes()
        except DeltaruleError:
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _document(path: Path) -> dict[str, Any]:
    file = path / MODEL
    with said_plainly("read", file):
        if file.stat().st_size > LARGEST_JSON:
            raise DeltaruleError(f"{file} is larger than {LARGEST_JSON >> 20} MB: not a model")
        content = file.read_bytes()
    try:
        document = json.loads(content, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except RecursionError:
        raise DeltaruleError(f"{file} is nested too deeply: not a model") from None
    except ValueError as error:  # JSON, UTF-8, numbers of too many digits, doubles
        raise DeltaruleError(f"{file} is not the JSON of a model: {error}") from None
    schema.check(document, str(file))
    return document


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _weights(path: Path, document: dict[str, Any], content: bytes) -> dict[str, np.ndarray]:
    file = path / document["weights"]
    if hashlib.sha256(content).hexdigest() != document["weights_sha256"]:
        raise DeltaruleError(f"{file} is not what model.json says: its SHA-256 differs")
    try:
        return {name: np.array(value) for name, value in read_safetensors(content).items()}
    except (SafetensorError, ValueError, KeyError) as error:
        raise DeltaruleError(f"{file} is not a safetensors file: {error}") from None
