"""`deltarule evaluate MODEL DATA`: how good a trained model is on a table that has the target."""

from __future__ import annotations

import argparse

from deltarule.commands.failures import warn
from deltarule.commands.printing import add_format, add_output, as_json, deliver

EXAMPLES = (
    ("deltarule train iris --epochs 20 -o flowers", "a model to try it with"),
    ("deltarule evaluate flowers iris", "its figures and its confusion matrix"),
    ("deltarule evaluate flowers iris --format json", "the same for a program"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="the folder of a trained model")
    parser.add_argument("data", metavar="DATA", help="a table with the model's columns and target, or - for CSV")
    parser.add_argument("--target", metavar="COLUMN", help="where the target has another name than in training")
    add_format(parser, "text", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.training.metrics import ClassificationMetrics
    from deltarule.training.notes import heard_by
    from deltarule.training.prediction import evaluate

    with heard_by(warn):
        found = evaluate(options.model, options.data, options.target)
    if options.format == "json":
        deliver(as_json(found.as_json()), options.output)
        return 0
    from deltarule.commands.figures import confusion_table, figures_table

    lines = [f"{options.model} on {found.data}, target {found.target}", "", *figures_table([("", found.metrics)])]
    if isinstance(found.metrics, ClassificationMetrics) and len(found.metrics.classes) <= 12:
        lines += ["", *confusion_table(found.metrics.confusion, found.metrics.classes)]
    deliver("\n".join(lines) + "\n", options.output)
    return 0
