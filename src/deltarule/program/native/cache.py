"""Compiled code on disk, by what it was compiled from. Any number of processes may use the folder at once.

`DELTARULE_CACHE` names the folder (`off` or empty: none); else it is `deltarule` in the user's cache folder
(`XDG_CACHE_HOME`, or `~/.cache`). An entry is a line of JSON and the object code, sealed by a digest: one that is
damaged, of another version or not the user's own is ignored and written again. Entries are written under another name
and renamed, so none is ever seen half written; beyond a size in all those that were not used for longest go.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["CAPACITY", "folder", "read", "write"]

CAPACITY = 256 * 2**20
"""Bytes that all entries together may take."""
_SUFFIX = ".object"
_MAGIC = b"deltarule-object-1\n"
_LONGEST_HEADER = 1 << 20


def folder() -> Path | None:
    """Where entries are; None if there is to be no cache."""
    given = os.environ.get("DELTARULE_CACHE")
    if given is not None:
        return None if given.strip().lower() in ("", "off", "0", "none") else Path(given).expanduser() / "native"
    base = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(RuntimeError):  # no home
        return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "deltarule" / "native"
    return None


def read(key: str) -> tuple[dict[str, Any], bytes] | None:
    """The description and the code of an entry; None if it is missing or not to be trusted."""
    place = folder()
    if place is None or not _is_ours(place):
        return None
    path = place / f"{key}{_SUFFIX}"
    try:
        with path.open("rb") as file:
            if not _trusted(os.fstat(file.fileno())):
                return None
            data = file.read()
    except OSError:
        return None
    found = _opened(data, key)
    if found is None:
        with suppress(OSError):
            path.unlink()
        return None
    with suppress(OSError):
        os.utime(path)  # used now: the last to be evicted
    return found


def write(key: str, description: dict[str, Any], code: bytes) -> None:
    """Keep an entry. What goes wrong here only costs a compilation later."""
    place = folder()
    if place is None:
        return
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(place):
            return
        handle, name = tempfile.mkstemp(prefix="new-", dir=place)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_sealed(key, description, code))
            os.replace(name, place / f"{key}{_SUFFIX}")
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        _evict(place)


def _sealed(key: str, description: dict[str, Any], code: bytes) -> bytes:
    header = json.dumps({"key": key, **description}, sort_keys=True).encode() + b"\n"
    return _MAGIC + hashlib.sha256(header + code).hexdigest().encode() + b"\n" + header + code


def _opened(data: bytes, key: str) -> tuple[dict[str, Any], bytes] | None:
    start = len(_MAGIC) + 65
    if (
        not data.startswith(_MAGIC)
        or hashlib.sha256(data[start:]).hexdigest().encode() + b"\n" != data[len(_MAGIC) : start]
    ):
        return None
    end = data.find(b"\n", start, start + _LONGEST_HEADER)
    if end < 0:
        return None
    try:
        header = json.loads(data[start:end])
    except ValueError:
        return None
    if not isinstance(header, dict) or header.pop("key", None) != key:
        return None
    return header, data[end + 1 :]


def _is_ours(place: Path) -> bool:
    """Code from the folder is run: nobody else may be able to write there."""
    try:
        return _trusted(place.stat())
    except OSError:
        return False


def _trusted(found: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _evict(place: Path) -> None:
    """Remove the entries that were not used for longest, until the rest fit."""
    entries = []
    for path in place.iterdir():
        with suppress(OSError):
            found = path.stat()
            entries.append((found.st_mtime, found.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= CAPACITY:
            return
        with suppress(OSError):
            path.unlink()
            total -= size
