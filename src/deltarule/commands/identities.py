"""`deltarule identities`: the table of identities, each proved on the spot."""

from __future__ import annotations

import argparse

from deltarule.commands.tables import Line, add_table_options, deliver_table, mark
from deltarule.language.errors import DeltaruleError, nearest

EXAMPLES = (
    ("deltarule identities", "the table; ✓ stands where the row was proved just now"),
    ("deltarule identities --use stable", "those that keep accuracy where the left side overflows or cancels"),
    ("deltarule identities --format json", "the same for a program"),
    ('deltarule show "logarithm of the sigmoid"', "one row with its proof"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--use", metavar="USE", help="those for one use only, as in stable, logistic, softmax, matrix")
    add_table_options(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.algebra.identities import IDENTITIES, identities_for
    from deltarule.commands.identity_sheet import IdentitySheet

    wanted = list(IDENTITIES.values())
    if options.use is not None:
        wanted = identities_for(options.use)
        if not wanted:
            known = sorted({use for row in IDENTITIES.values() for use in row.uses})
            raise DeltaruleError(
                f"no identity is for {options.use!r}{nearest(options.use, known)}\nuses: {', '.join(known)}"
            )
    sheets = [IdentitySheet(row) for row in wanted]
    rows = [sheet.as_row() for sheet in sheets]
    lines = []
    for sheet, row in zip(sheets, rows, strict=True):
        said = [*(f"for {a}" for a in row["assumed"]), *(f"except at {p}" for p in row["off"])]
        lines.append(Line("", (sheet.shown,), "; ".join([row["name"], *said]), mark(row["proved"])))
    proved = sum(row["proved"] for row in rows)
    foot = f"{proved} of {len(rows)} proved just now, wherever both sides are defined, for every size"
    return deliver_table(options, rows, lines, foot)
