"""`deltarule predict MODEL DATA`: what a trained model says of each row."""

from __future__ import annotations

import argparse

from deltarule.commands.printing import add_format, add_output, as_json, deliver

EXAMPLES = (
    ("deltarule train iris --epochs 20 -o flowers", "a model to try it with"),
    ("deltarule predict flowers iris", "CSV: the prediction, then the probability of each class"),
    ("deltarule predict flowers iris --format json -o predictions.json", "for a program, into a file"),
    ("deltarule data iris --format csv | deltarule predict flowers -", "a table from standard input"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="the folder of a trained model")
    parser.add_argument(
        "data", metavar="DATA", help="a table with the model's columns, a bundled data set, or - for CSV"
    )
    add_format(parser, "csv", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.training.prediction import predict

    prediction = predict(options.model, options.data)
    deliver(as_json(prediction.as_json()) if options.format == "json" else prediction.to_csv(), options.output)
    return 0
