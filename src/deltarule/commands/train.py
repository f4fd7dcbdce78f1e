"""`deltarule train DATA --target COLUMN`: a network fitted to a table by its own derived equations."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deltarule.commands.failures import say, warn
from deltarule.commands.printing import add_format, as_json, deliver
from deltarule.commands.training_options import add_training_options, training_settings
from deltarule.language.errors import DeltaruleError

if TYPE_CHECKING:
    from deltarule.training.session import TrainingResult
    from deltarule.training.summary import Summary

EXAMPLES = (
    ("deltarule train breast_cancer --epochs 100 -o tumours", "a bundled data set, the network that fits its target"),
    ('deltarule train moons --network "linear(2, 16) -> tanh -> linear(16, 1) -> sigmoid -> bce" '
     "--learning-rate 0.5 --epochs 200",
     "a network of one's own"),
    ("deltarule data diabetes --format csv -o patients.csv", "a table to try the next one on"),
    ("deltarule train patients.csv --target progression --batch-size 32 --epochs 50 --seed 1 -o patients-model",
     "a CSV file"),
    ("deltarule train digits --optimiser adam --schedule cosine --weight-decay 0.001 --clip-norm 1 --epochs 30",
     "another optimiser, a schedule, decay and clipping"),
    ("deltarule train breast_cancer --early-stopping --patience 20 --class-weight balanced",
     "the best epoch on the rows held out, each class counting as much"),
    ("deltarule train wine --find-learning-rate -o rates.svg", "the learning-rate range test, with a picture"),
    ("deltarule train wine --epochs 50 --checkpoint wine-run --resume -o wine-model",
     "killed and called again, it goes on where it was"),
    ("deltarule train wine --report wine.html", "a page with curves, figures, predictions and the derivation"),
    ("deltarule train iris --epochs 20 -q --format json", "settings, figures and history for a program"),
)  # fmt: skip

MOST_CLASSES = 10
KIND_WORDS = {
    "number": "numbers",
    "boolean": "yes or no",
    "date": "dates",
    "category": "categories",
    "ordinal": "levels",
}
LATER_ENGINES = ("jax",)


def arguments(parser: argparse.ArgumentParser) -> None:
    from deltarule.training.settings import SETTINGS

    parser.add_argument("data", metavar="DATA", help="a CSV, Parquet or Arrow file, a bundled data set, or - for CSV")
    parser.add_argument("--target", metavar="COLUMN", help="what to learn (a bundled data set knows its own)")
    parser.add_argument("--network", metavar="NETWORK", help="text or file (default: one that fits the target)")
    parser.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[], help="leave a column out; repeatable"
    )
    parser.add_argument(
        "--categorical",
        metavar="COLUMN",
        action="append",
        default=[],
        help="it holds categories even if they look like numbers; repeatable",
    )
    parser.add_argument(
        "--ordinal",
        metavar="COLUMN=LEVELS",
        action="append",
        type=_levels,
        default=[],
        help='it holds ordered levels, lowest first, as in "size=S<M<L"; repeatable',
    )
    add_training_options(parser)
    row = SETTINGS["engine"]
    parser.add_argument("--engine", metavar="NAME", default=row.default, help=f"{row.words} (default: {row.default})")
    parser.add_argument("--checkpoint", metavar="FOLDER", help="keep there what a killed training needs to go on")
    parser.add_argument(
        "--checkpoint-every", metavar="SECONDS", type=float, default=10.0, help="how often (default: 10)"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint, if there is one")
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        help="as in 2GB: a file that would need more is read in blocks (default: half of what is available)",
    )
    parser.add_argument(
        "--find-learning-rate",
        action="store_true",
        help="train while the rate rises from tiny to huge, show the loss and suggest a rate; -o names a picture",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="write a page with curves, figures, predictions, columns, layers and the derivation; needs no network",
    )
    parser.add_argument("-o", "--output", metavar="MODEL", help="save the model in this folder, whole or not at all")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_format(parser, "text", "json")


def _levels(text: str) -> tuple[str, tuple[str, ...]]:
    name, equals, levels = text.partition("=")
    if not equals or "<" not in levels:
        raise argparse.ArgumentTypeError(f'{text!r} is no column with its levels, as in "size=S<M<L"')
    return name.strip(), tuple(level.strip() for level in levels.split("<"))


def run(options: argparse.Namespace) -> int:
    from deltarule.training.settings import SETTINGS

    if options.engine in LATER_ENGINES and options.engine not in SETTINGS["engine"].choices:
        raise DeltaruleError(f"--engine {options.engine} is not there yet\nremedy: leave it out; numpy runs everything")
    if options.report is not None and options.find_learning_rate:
        raise DeltaruleError("--find-learning-rate trains no model to report on\nremedy: leave out one of the two")
    if options.output is not None and not options.find_learning_rate:
        _refuse_what_is_no_model(Path(options.output))
    from deltarule.commands.progress import Progress
    from deltarule.training.notes import heard_by
    from deltarule.training.session import train

    settings = {"engine": options.engine, **training_settings(options)}
    if options.find_learning_rate:
        return _find_learning_rate(options, settings)
    with Progress(options.quiet) as progress, heard_by(warn):
        result = train(
            options.data,
            options.target,
            _network(options.network),
            ignore=options.ignore,
            output=options.output,
            callbacks=[progress],
            report=options.report,
            command=f"deltarule {shlex.join(sys.argv[1:])}" if sys.argv[1:2] == ["train"] else "",
            categorical=options.categorical,
            ordinal=dict(options.ordinal),
            before=None if options.quiet else _say_summary,
            memory=options.memory,
            checkpoint=options.checkpoint,
            checkpoint_every=options.checkpoint_every,
            resume=options.resume,
            **settings,
        )
    deliver(as_json(result.as_json()) if options.format == "json" else "\n".join(_words(result, options)) + "\n")
    return 0


def _find_learning_rate(options: argparse.Namespace, settings: dict[str, Any]) -> int:
    from deltarule.commands.learning_rate_range import find
    from deltarule.training.notes import heard_by
    from deltarule.training.session import learning_rate_range

    def look() -> Any:
        with heard_by(warn):
            return learning_rate_range(
                options.data,
                options.target,
                _network(options.network),
                ignore=options.ignore,
                categorical=options.categorical,
                ordinal=dict(options.ordinal),
                before=None if options.quiet else _say_summary,
                **settings,
            )

    return find(options, look)


def _say_summary(summary: Summary) -> None:
    """What the table holds and what looks wrong with it, on standard error, before the training."""
    kinds = Counter(column.kind for column in summary.columns)
    missing = sum(column.missing for column in summary.columns)
    parts = [f"{KIND_WORDS[kind]} {count}" for kind, count in kinds.items()]
    say(f"{summary.source}: {summary.rows} rows, {len(summary.columns)} columns ({', '.join(parts)})"
        + (f", {missing} missing values" if missing else ""))  # fmt: skip
    if summary.classes:
        shares = [f"{name} {100 * n / summary.rows:.1f} %" for name, n in list(summary.classes.items())[:MOST_CLASSES]]
        more = ", ..." if len(summary.classes) > MOST_CLASSES else ""
        say(f"{summary.target}: {', '.join(shares)}{more}")
    for text in summary.notes:
        say(text)
    for text in summary.warnings:
        warn(text)


def _network(given: str | None) -> Any:
    if given is None:
        return None
    from deltarule.commands.network_argument import network_text

    return network_text(given)


def _refuse_what_is_no_model(output: Path) -> None:
    """Before the training rather than after it."""
    if output.exists() and not (output / "model.json").is_file() and (not output.is_dir() or any(output.iterdir())):
        raise DeltaruleError(f"{output} exists and is not a model\nremedy: give another path, or remove it first")


def _words(result: TrainingResult, options: argparse.Namespace) -> list[str]:
    from deltarule.commands.figures import figures_table

    parts = [("training", result.training), *([("held out", result.held_out)] if result.held_out else [])]
    epochs = f"{result.model.n_epochs_} epochs" + (", stopped by Ctrl-C" if result.interrupted else "")
    best = getattr(result.model, "best_epoch_", 0)
    epochs += f", parameters of epoch {best} (lowest loss of the rows held out)" if best else ""
    lines = [
        f"data     {result.data}: {result.rows} rows, {len(result.features)} columns; target {result.target}",
        f"network  {result.model.network_.text}",
        f"trained  {epochs}, seed {result.model.seed_}, last loss {result.history['loss'][-1]:.4f}",
        "",
        *figures_table(parts, result.intervals),
    ]
    if result.held_out is None:
        lines.append("no row was held out: these are of the rows learned from, and say little of others (--validation)")
    if options.report is not None:
        lines += ["", f"report in {options.report}"]
    if result.saved is not None:
        lines += ["", f"saved in {result.saved}: deltarule predict {result.saved} DATA"]
    return lines
