"""The options of `train` that say how: optimiser, schedule, penalties, decay, clipping, initial values."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from deltarule.training.settings import SETTINGS, Setting

__all__ = ["add_training_options", "number_or_word", "training_settings"]

_NUMBERS = ("weight_decay", "l1", "l2", "clip_value", "clip_norm", "initialiser")
_NAMED = ("optimiser", "optimiser_options", "schedule", "schedule_options", "regularised")


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options, each with its words from the table of settings."""
    from deltarule.training.optimisers import OPTIMISERS
    from deltarule.training.schedules import SCHEDULES

    pairs = "NAME=X,..."
    parser.add_argument(
        "--optimiser", metavar="NAME", default="sgd", help=f"one of {', '.join(OPTIMISERS)} (default: sgd)"
    )
    parser.add_argument(
        "--optimiser-options", metavar=pairs, type=_options, help="as in beta_1=0.8; `deltarule show adam` lists them"
    )
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        default="constant",
        help=f"of the learning rate: one of {', '.join(SCHEDULES)} (default: constant)",
    )
    parser.add_argument(
        "--schedule-options", metavar=pairs, type=_options, help="as in every=20; `deltarule show step` lists them"
    )
    for name in _NUMBERS:
        row = SETTINGS[name]
        default = "none" if row.default is None else f"{row.default:g}" if row.kind is None else row.default
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            metavar="X",
            type=number_or_word(row),
            default=row.default,
            help=f"{row.words} (default: {default})",
        )
    row = SETTINGS["decay"]
    parser.add_argument("--decay", choices=[c for c in row.choices if c], default=row.default, help=row.words)
    parser.add_argument(
        "--regularised",
        metavar="NAMES",
        default="weights",
        help="parameters of l1, l2 and decay: weights (not biases), all, or names as in W_1,W_2 (default: weights)",
    )


def training_settings(options: argparse.Namespace) -> dict[str, Any]:
    """What was given, by the names of the settings."""
    return {name: getattr(options, name) for name in (*_NAMED, *_NUMBERS, "decay")}


def number_or_word(row: Setting) -> Callable[[str], Any]:
    """Reads a number of the setting's kind, or one of its words."""
    kind = row.kind or str

    def read(text: str) -> Any:
        if text in row.choices:
            return text
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no value of {row.name}; it must be {row.allowed}") from None

    return read


def _options(text: str) -> dict[str, float]:
    """`"a=1,b=0.5"` as a dictionary of numbers."""
    found: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, equals, value = (p.strip() for p in part.partition("="))
        try:
            found[name] = int(value) if value.lstrip("-").isdecimal() else float(value)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"{part!r} is no option with its number, as in momentum=0.95")
    return found
