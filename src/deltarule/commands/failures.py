"""Whatever goes wrong becomes one clear message on standard error and an exit code, in one place."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

from deltarule.language.errors import DeltaruleError

__all__ = ["INTERRUPTED", "WRONG", "guarded", "say", "warn"]

WRONG = 2
INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended."""
TRACEBACK = "DELTARULE_TRACEBACK"


def guarded(work: Callable[[], int]) -> int:
    """The exit code of `work`, whose output is written out before this returns."""
    if os.environ.get(TRACEBACK):
        return work()
    try:
        code = work()
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk is met here, not while Python shuts down
        return code
    except SystemExit as stop:  # argparse, after --help
        return stop.code if isinstance(stop.code, int) else 0
    except DeltaruleError as error:
        return _failed(str(error))
    except BrokenPipeError:  # `| head` has read enough
        _discard(sys.stdout)
        return 0
    except KeyboardInterrupt:
        say("\ninterrupted")
        return INTERRUPTED
    except RecursionError:
        return _failed("this is nested too deeply\nremedy: name parts of it")
    except MemoryError:
        return _failed("there is not enough memory for this\nremedy: smaller sizes, or less data at once")
    except OSError as error:
        _discard(sys.stdout)
        place = f"{error.filename}: " if error.filename else "output: "
        return _failed(f"{place}{(error.strerror or str(error)).lower()}")
    except Exception as error:  # a fault of this software: still no traceback, but the way to one
        what = f"{type(error).__name__}: {error}"
        return _failed(f"a fault in deltarule itself ({what})\nplease report it, with what {TRACEBACK}=1 prints")


def warn(text: str) -> None:
    """One line on standard error that ends nothing."""
    say(f"deltarule: {text}")


def _failed(message: str) -> int:
    say(f"deltarule: {message}")
    return WRONG


def say(message: str) -> None:
    """One line on standard error, after what was printed before it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody is left to hear it
        if sys.stdout is not None:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        sys.stderr.write(message.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()


def _discard(stream: TextIO | None) -> None:
    """Let what is still in the stream's buffer go nowhere, or Python would fail on it while it shuts down."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        assert stream is not None
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
