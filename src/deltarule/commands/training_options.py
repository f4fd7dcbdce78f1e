"""The options of `train` that say how, each from its row of the table of settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from deltarule.training.settings import SETTINGS, Setting

__all__ = ["add_training_options", "training_settings"]

_ROWS = (
    *("weight_decay", "decay", "l1", "l2", "clip_value", "clip_norm", "ema", "initialiser", "class_weight"),
    *("learning_rate", "batch_size", "epochs", "seed", "validation", "early_stopping", "patience", "min_improvement"),
    *("dtype", "policy", "recompute", "missing", "standardise"),
)
"""Rows of `SETTINGS` in the order of the help. `warm_start` needs a model to go on with."""
_DEFAULTS = {"validation": 0.2}
"""Where the command's default is not the estimators'."""
_NAMED = ("optimiser", "optimiser_options", "schedule", "schedule_options", "regularised")


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options, each with its words from the table of settings."""
    from deltarule.training.optimisers import EVERY_OPTIMISER
    from deltarule.training.schedules import SCHEDULES

    pairs = "NAME=X,..."
    parser.add_argument(
        "--optimiser", metavar="NAME", default="sgd", help=f"one of {', '.join(EVERY_OPTIMISER)} (default: sgd)"
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
    parser.add_argument(
        "--regularised",
        metavar="NAMES",
        default="weights",
        help="parameters of l1, l2 and decay: weights (not biases), all, or names as in W_1,W_2 (default: weights)",
    )
    for name in _ROWS:
        _add(parser, SETTINGS[name], _DEFAULTS.get(name, SETTINGS[name].default))


def _add(parser: argparse.ArgumentParser, row: Setting, default: Any) -> None:
    """One option: a flag for what is on or off, a choice of words, or a number or word."""
    option, words = f"--{row.name.replace('_', '-')}", row.words.replace("%", "%%")
    if row.kind is bool:
        if default:
            option, words = f"--no-{row.name.replace('_', '-')}", f"not: {words}"
        parser.add_argument(
            option, dest=row.name, action="store_false" if default else "store_true", default=default, help=words
        )
        return
    shown = "none" if default is None else f"{default:g}" if isinstance(default, float) else default
    words = f"{words} (default: {shown})"
    if row.kind is None:
        parser.add_argument(option, choices=[c for c in row.choices if c is not None], default=default, help=words)
        return
    letter = {int: "N", dict: "CLASS=X,..."}.get(row.kind, "X")
    parser.add_argument(option, metavar=letter, type=_number_or_word(row), default=default, help=words)


def training_settings(options: argparse.Namespace) -> dict[str, Any]:
    """What was given, by the names of the settings."""
    found = {name: getattr(options, name) for name in (*_NAMED, *_ROWS)}
    if found["class_weight"] is None:  # a regression has none
        del found["class_weight"]
    return found


def _number_or_word(row: Setting) -> Callable[[str], Any]:
    """Reads a number of the setting's kind (for a dictionary: numbers by name), or one of its words."""
    kind: Any = _options if row.kind is dict else row.kind or str

    def read(text: str) -> Any:
        if text in row.choices:
            return text
        try:
            return kind(text)
        except (ValueError, argparse.ArgumentTypeError):
            right = "balanced, or as in yes=5,no=1" if row.kind is dict else row.allowed
            raise argparse.ArgumentTypeError(f"{text!r} is no value of {row.name}; it must be {right}") from None

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
