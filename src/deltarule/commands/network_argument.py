"""The argument NETWORK: the text notation, a module's name, a file that holds either, or `-` for standard input."""

from __future__ import annotations

import argparse
import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.api import Network

__all__ = ["add_network", "network_of", "network_text"]

LARGEST = 1 << 20
_LIKE_A_PATH = re.compile(r"(?![\d.]+$)[^\s()=>;]*(?:/[^\s()=>;]*|\.[A-Za-z]\w*)")


def add_network(parser: argparse.ArgumentParser) -> None:
    """NETWORK and --shapes."""
    parser.add_argument(
        "network", metavar="NETWORK", help="a chain, equations, a module's name, a file with one of these, or -"
    )
    parser.add_argument("--shapes", metavar="SHAPES", help='axes of the names in equations, as in "w: n, x: n, b:"')


def network_of(options: argparse.Namespace) -> Network:
    """The network that a command line names."""
    from deltarule.api import Network

    return Network(network_text(options.network), options.shapes)


def network_text(given: str) -> str:
    """The notation that an argument gives, holds or is piped in."""
    if given == "-":
        return _decoded(sys.stdin.buffer.read(LARGEST + 1), "standard input")
    if len(given) > 1024 or "\n" in given or "\0" in given:
        return given
    try:
        mode = os.stat(given).st_mode
    except (OSError, ValueError):
        if _LIKE_A_PATH.fullmatch(given):
            folder = os.path.dirname(given) or "."
            there = os.listdir(folder) if os.path.isdir(folder) else []
            raise DeltaruleError(f"there is no file {given}{nearest(os.path.basename(given), there)}") from None
        return given
    if stat.S_ISDIR(mode):
        if given.isidentifier():  # a folder called `softmax` does not hide the module
            return given
        raise DeltaruleError(f"{given} is a folder; give a file that holds a network")
    try:
        with open(given, "rb") as file:
            return _decoded(file.read(LARGEST + 1), given)
    except OSError as error:
        raise DeltaruleError(f"cannot read {given}: {(error.strerror or str(error)).lower()}") from None


def _decoded(content: bytes, source: str) -> str:
    if len(content) > LARGEST:
        raise DeltaruleError(f"{source} holds more than {LARGEST >> 20} MB: no network is that long")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeltaruleError(f"{source} is not UTF-8 text (byte {error.start + 1}): no network") from None
