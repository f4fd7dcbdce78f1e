"""The command line: `deltarule derive NETWORK`, `deltarule train DATA`, ...; one file a command.

A command's file says its options and holds `run`. What a command needs is imported when it runs, so that
`deltarule --version` costs no more than Python itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line (that of the process, if none is given) and return its exit code.

    0: all well. 1: the answer is "no". 2: the call or its input was wrong, and standard error says how.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # before anything is imported
        from deltarule import __version__

        print(f"deltarule {__version__}")
        return 0
    from deltarule.commands.failures import guarded

    return guarded(lambda: _run(given))


def _run(arguments: Sequence[str]) -> int:
    from deltarule.commands.command_line import read, runner

    options = read(arguments)
    return runner(options.command)(options)
