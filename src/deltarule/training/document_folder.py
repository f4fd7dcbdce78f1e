"""Folders that hold a JSON document and the safetensors files that it names. Nothing is unpickled, ever.

Replacing the one small document is the moment when the content changes: before it the old one is whole, after it the
new one. A folder at a new path appears by the rename of a finished one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as read_safetensors
from safetensors.numpy import save as safetensors_bytes

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import flush_folder, said_plainly, write_whole

__all__ = ["arrays_named", "is_file_name", "packed", "read_document", "read_folder", "write_folder"]

LARGEST_JSON = 64 * 2**20
ABANDONED = 3600.0
"""Seconds after which a file that no document names is that of a killed run, and is swept away."""
_NAME = r"[a-z]+-[0-9a-f]{16}\.safetensors"


def is_file_name(kind: str, value: Any) -> bool:
    """Whether a value is a name that `packed` gives to files of that kind: never a path."""
    return isinstance(value, str) and re.fullmatch(rf"{kind}-[0-9a-f]{{16}}\.safetensors", value) is not None


def packed(kind: str, arrays: Mapping[str, np.ndarray]) -> tuple[str, str, bytes]:
    """The name of the file that holds these arrays, the SHA-256 of its bytes, and the bytes."""
    content = safetensors_bytes({name: np.array(v, order="C") for name, v in sorted(arrays.items())})
    digest = hashlib.sha256(content).hexdigest()
    return f"{kind}-{digest[:16]}.safetensors", digest, content


def write_folder(
    folder: str | os.PathLike[str], head: str, document: Mapping[str, Any], files: Mapping[str, bytes], what: str
) -> Path:
    """Write the document `head` and its files, all of it or nothing; what stood there before is replaced whole.

    Raises:
        DeltaruleError: the folder holds something else than `what`, or cannot be written.
    """
    target = Path(folder)
    target = target.resolve() if target.is_symlink() else target
    text = json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    with said_plainly("write", target):
        if (target / head).is_file():
            _replace(target, head, files, text)
        elif target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise DeltaruleError(f"{target} exists and is not {what}\nremedy: give another path, or remove it first")
        else:
            _create(target, head, files, text)
    return target


def read_folder(
    path: Path, head: str, check: Callable[[Any, str], None], files_of: Callable[[Mapping[str, Any]], list[str]]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The checked document and its files, which belong together even while another process replaces them.

    Raises:
        DeltaruleError: it cannot be read, or `check(document, place)` raised it.
    """
    for attempt in range(3):
        document = read_document(path / head, check)
        try:
            found = {}
            for name in files_of(document):
                with said_plainly("read", path / name):
                    found[name] = (path / name).read_bytes()
            return document, found
        except DeltaruleError:
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def read_document(file: Path, check: Callable[[Any, str], None]) -> dict[str, Any]:
    """A JSON document, checked; no key twice, no NaN, no depth that a reader cannot bear."""
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
    check(document, str(file))
    return document


def arrays_named(file: Path, digest: str, content: bytes, head: str) -> dict[str, np.ndarray]:
    """The arrays of a file whose bytes must have that SHA-256."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise DeltaruleError(f"{file} is not what {head} says: its SHA-256 differs")
    try:
        return {name: np.array(value) for name, value in read_safetensors(content).items()}
    except (SafetensorError, ValueError, KeyError) as error:
        raise DeltaruleError(f"{file} is not a safetensors file: {error}") from None


def _create(target: Path, head: str, files: Mapping[str, bytes], text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".partial"))
    try:
        for name, content in files.items():
            write_whole(temporary / name, content)
        write_whole(temporary / head, text)
        temporary.chmod(0o755)
        os.replace(temporary, target)
        flush_folder(target.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _replace(target: Path, head: str, files: Mapping[str, bytes], text: str) -> None:
    before = _named(target / head)
    new = [name for name in files if name not in before]
    try:
        for name in new:
            write_whole(target / name, files[name])
        write_whole(target / head, text)
    except BaseException:
        for name in new:
            if name not in _named(target / head):
                (target / name).unlink(missing_ok=True)
        raise
    for old in [*target.glob("*.safetensors"), *target.glob(".*.partial")]:
        abandoned = (re.fullmatch(_NAME, old.name) or old.suffix == ".partial") and (
            time.time() - old.stat().st_mtime > ABANDONED
        )
        if old.name not in files and (old.name in before or abandoned):
            old.unlink(missing_ok=True)


def _named(head: Path) -> set[str]:
    """The files that a document names."""
    try:
        return set(re.findall(rf'"({_NAME})"', head.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return set()


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")
