"""`deltarule losses`: the table of losses, the messages of each derived and proved on the spot."""

from __future__ import annotations

import argparse

from deltarule.commands.modules import deliver_modules
from deltarule.commands.tables import add_table_options

EXAMPLES = (
    ("deltarule losses", "the table, with the conventions: sum or mean, with ½ or without"),
    ("deltarule losses --format json", "the same for a program"),
    ("deltarule show cross_entropy", "one row in full, with its derivation"),
)

arguments = add_table_options


def run(options: argparse.Namespace) -> int:
    from deltarule.network.losses import LOSSES

    return deliver_modules(options, LOSSES)
