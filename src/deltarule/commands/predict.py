"""`deltarule predict MODEL DATA`: what a trained model says of each row, in their order."""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path

from deltarule.commands.failures import warn
from deltarule.commands.printing import add_output
from deltarule.language.errors import DeltaruleError

EXAMPLES = (
    ("deltarule train iris --epochs 20 -o flowers", "a model to try it with"),
    ("deltarule predict flowers iris", "CSV: the prediction, then the probability of each class"),
    ("deltarule predict flowers iris --format json -o predictions.json", "for a program, into a file"),
    ("deltarule data iris --format csv | deltarule predict flowers -", "a table from standard input"),
)

FORMATS = ("csv", "json", "jsonl", "parquet")
_OF_SUFFIX = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="the folder of a trained model")
    parser.add_argument(
        "data",
        metavar="DATA",
        help="a table with the model's columns (CSV, TSV, JSON lines, Parquet, Arrow), a bundled data set, or - for "
        "CSV or JSON lines",
    )
    parser.add_argument("--format", choices=FORMATS, help="default: what FILE is called, else csv")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.training.atomic import writing_whole
    from deltarule.training.notes import heard_by
    from deltarule.training.prediction import predictions
    from deltarule.training.prediction_files import write_predictions

    output = None if options.output in (None, "-") else Path(options.output)
    format = options.format or _OF_SUFFIX.get(output.suffix.lower() if output else "", "csv")
    if format == "parquet" and options.output is None:
        raise DeltaruleError("Parquet is no text for a terminal\nremedy: give a file, as in -o predictions.parquet")
    with heard_by(warn):
        parts = predictions(options.model, options.data)
        if output is not None:
            with writing_whole(output) as file:
                write_predictions(parts, format, file)
        elif hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            write_predictions(parts, format, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:  # put in its place by a program that wants text
            held = BytesIO()
            write_predictions(parts, format, held)
            sys.stdout.write(held.getvalue().decode())
    return 0
