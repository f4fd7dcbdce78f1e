"""Files that are written whole or not at all: a temporary file beside the target, flushed to disk, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from deltarule.language.errors import DeltaruleError

__all__ = ["flush_folder", "refuse_unwritable", "said_plainly", "write_whole", "writing_whole"]


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write `content` to `path` (text as UTF-8) so that the path holds the old content or all of the new one.

    A full disk, a missing right or a kill at any moment leaves what stood there before.

    Raises:
        DeltaruleError: the file cannot be written; the message has the path and the system's reason.
    """
    with writing_whole(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    target = Path(path)
    return target.resolve() if target.is_symlink() else target


def refuse_unwritable(path: str | os.PathLike[str]) -> None:
    """Raise `DeltaruleError` where a file cannot be written, before the work that it is to hold."""
    target = Path(path)
    if target.is_dir():
        raise DeltaruleError(f"cannot write {target}: it is a folder\nremedy: name a file in it")
    if not target.parent.is_dir():
        raise DeltaruleError(f"cannot write {target}: there is no folder {target.parent}\nremedy: make it first")
    if not os.access(target.parent, os.W_OK):
        raise DeltaruleError(f"cannot write {target}: permission denied in {target.parent}")


@contextmanager
def writing_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write piece by piece; what was written takes the place of `path` when all went well, else nothing does.

    Raises:
        DeltaruleError: the file cannot be written; the message has the path and the system's reason.
    """
    target = Path(path)
    target = target.resolve() if target.is_symlink() else target
    with said_plainly("write", target):
        if target.exists() and not target.is_file():
            # A device or a pipe holds nothing that a renamed file should replace.
            with open(target, "wb") as file:
                yield file
            return
        descriptor, name = tempfile.mkstemp(
            dir=target.parent or ".", prefix=f".{target.name[:100]}.", suffix=".partial"
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, _mode(target))
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        flush_folder(target.parent)


def _mode(target: Path) -> int:
    """The rights that the file has, or those that a new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def flush_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can (Windows cannot open a folder)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems refuse it
    finally:
        os.close(descriptor)


@contextmanager
def said_plainly(doing: str, path: Path) -> Iterator[None]:
    """An `OSError` inside becomes a `DeltaruleError` that names the path and the reason."""
    try:
        yield
    except OSError as error:
        raise DeltaruleError(f"cannot {doing} {path}: {(error.strerror or str(error)).lower()}") from error
