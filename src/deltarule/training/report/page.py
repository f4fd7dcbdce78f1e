"""A training as one page that needs nothing else: how good the model is, how it came about, what it does, and how to do
it again. No script; nothing is loaded from elsewhere."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Mapping
from html import escape
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from deltarule.training.metrics import METRICS
from deltarule.training.report.chart import Chart, Series, lines
from deltarule.training.report.derivation import derivation
from deltarule.training.report.elements import charts, details, section, table, terms
from deltarule.training.report.importance import importance_chart
from deltarule.training.report.inside import over_time, weights
from deltarule.training.report.numbers import interval, metric, number
from deltarule.training.report.predictions import predictions
from deltarule.training.report.style import STYLE
from deltarule.training.report.subject import Subject
from deltarule.writing.html import page

__all__ = ["report_page"]

PACKAGES = ("deltarule", "numpy", "scipy", "scikit-learn", "python-flint", "safetensors", "llvmlite", "jax")
FIRST = {
    "classification": ("accuracy", "log_loss", "roc_auc"),
    "multilabel": ("accuracy", "log_loss", "roc_auc"),
    "regression": ("r2", "rmse", "mae"),
}
"""The figures at the top."""


def report_page(subject: Subject) -> str:
    """The page of a trained model."""
    role = "judged by" if subject.part == "test" else "trained on"
    title = f"A network for {subject.target}, {role} {_file_name(subject.source)}"
    parts = {
        "look": ("What to look at", _findings(subject)),
        "good": ("How good it is", _metrics(subject)),
        "learned": ("How it learned", charts(_curves(subject))),
        "predictions": ("What it predicts", predictions(subject)),
        "columns": ("Which columns matter", charts([importance_chart(subject)])),
        "inside": ("Inside the network", _inside(subject)),
        "derivation": ("The equations", derivation(subject)),
        "again": ("To do it again", _again(subject)),
    }
    there = {anchor: (name, content) for anchor, (name, content) in parts.items() if content}
    links = "".join(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, (name, _) in there.items())
    head = f"<header><h1>{escape(title)}</h1>{_lead(subject)}{_tiles(subject)}</header>"
    content = [head, f'<nav aria-label="Sections"><ul>{links}</ul></nav>']
    content += [section(anchor, name, inside) for anchor, (name, inside) in there.items()]
    return page(title, "\n".join(content).replace("95 %", "95\u00a0%"), STYLE)


def _file_name(source: str) -> str:
    return source.replace("\\", "/").rsplit("/", 1)[-1] or source


def _lead(subject: Subject) -> str:
    model = subject.model
    count = sum(np.size(value) for value in model.parameters_.values())
    learned = _rows(subject.figures["training"].rows if "training" in subject.figures else 0)
    judged = subject.figures[subject.part].rows
    rows = {
        "held out": f"It learned from {learned} and is judged by {judged:,} others.",
        "training": f"It learned from {learned}. No row was held out: the figures are of the rows it learned from, and "
        "say little of others.",
        "test": f"It is judged by {_rows(judged)}.",
    }[subject.part]
    count_of_epochs = getattr(model, "n_epochs_", 0)
    epochs = f", in {count_of_epochs} epoch{'s' * (count_of_epochs != 1)}" if count_of_epochs else ""
    epochs += " (stopped by Ctrl-C)" if getattr(model, "interrupted_", False) else ""
    best = getattr(model, "best_epoch_", None)
    epochs += f"; the parameters are those of epoch {best}, the best" if best is not None else ""
    return (
        f'<p class="lead"><code>{escape(model.network_.text)}</code>, {count:,} parameters{epochs}. {escape(rows)}</p>'
    )


def _rows(count: int) -> str:
    return f"{count:,} row" + ("" if count == 1 else "s")


def _tiles(subject: Subject) -> str:
    figures = subject.figures[subject.part].figures()
    intervals = subject.intervals
    out = ""
    for name in FIRST[subject.task]:
        if name in figures:
            ends = intervals.ends.get(name)
            told = f"95 %: {interval(ends)}" if ends is not None else ""
            out += f"<li><b>{metric(figures[name])}</b><span>{METRICS[name].label}, {subject.part}"
            out += f"<br>{told}</span></li>" if told else "</span></li>"
    return f'<ul class="tiles">{out}</ul>'


def _findings(subject: Subject) -> str:
    """What was recognised in the training and in the data."""
    items = [
        f"<li><strong>{escape(f.title)}:</strong> {escape(f.what)}.<small>{escape(_sentence(f.remedy))}</small></li>"
        for f in (subject.watch.findings if subject.watch else ())
    ]
    said = [*subject.remarks, *(subject.summary.warnings if subject.summary else ())]
    items += [f"<li>{escape(_sentence(text))}</li>" for text in said]
    if items:
        return f'<ul class="findings">{"".join(items)}</ul>'
    if subject.watch is None:
        return ""
    told = (
        "Nothing conspicuous: no dead or saturated units, no vanishing or exploding error signals; the loss fell and "
        "did not jump; nothing odd in the table."
    )
    if subject.held_out is None:
        told += " Whether it overfits cannot be told: no row was held out."
    elif subject.watch.restores_best:
        told += " The rows held out have chosen the epoch, so their figures are a little too good for other rows."
    else:
        told += " On the rows held out the loss did not rise again."
    return f"<p>{told}</p>"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", ")")) else f"{text}."


def _metrics(subject: Subject) -> str:
    parts = {part: found.figures() for part, found in subject.figures.items()}
    intervals = subject.intervals
    names = [m.name for m in METRICS.values() if m.told and any(m.name in found for found in parts.values())]
    rows = [
        [METRICS[name].label, *(metric(f[name]) if name in f else "–" for f in parts.values()),
         interval(intervals.ends.get(name))]
        for name in names
    ]  # fmt: skip
    rows.append(["rows", *(str(found.rows) for found in subject.figures.values()), ""])
    shown = table((["", *parts, f"95 % interval ({subject.part})"], rows), label="Metrics", kind="figures metrics")
    words = f"{intervals.words}."
    if any(ends is None for ends in intervals.ends.values()):
        words += " No interval (–) where every resample gives the same value."
    if subject.part == "training":
        words += " No row was held out: they are of the training rows."
    better = {True: "more", False: "less"}
    meant = [
        (METRICS[n].label, f"{escape(METRICS[n].words)}; {better[METRICS[n].more_is_better]} is better") for n in names
    ]
    return shown + f"<p>{escape(words)}</p>" + details("What they mean", terms(meant))


def _curves(subject: Subject) -> list[Chart]:
    history: Mapping[str, list[float]] = getattr(subject.model, "history_", {})
    out = []
    kinds = {"loss": "Loss"} | {name: METRICS[name].label for name in ("accuracy", "r2") if name in history}
    for name, label in kinds.items():
        series = [
            Series(words, range(1, len(values) + 1), values, style)
            for words, values, style in (
                ("training", history.get(name), 1),
                ("held out", history.get(f"val_{name}"), 2),
            )
            if values
        ]
        if not series:
            continue
        log = name == "loss" and _wide(series)
        title = f"{label[0].upper()}{label[1:]} by epoch"
        out.append(lines(series, name=f"curve-{name}", title=title, words=_course(series, name, label), log=log,
                         x="epoch", y=label.lower() if name != "r2" else label))  # fmt: skip
    return out


def _wide(series: list[Series]) -> bool:
    values = np.concatenate([np.asarray(s.y, float) for s in series])
    return bool(np.all(values > 0) and values.max() > 30 * values.min())


def _course(series: list[Series], name: str, label: str) -> str:
    what = "mean loss" if name == "loss" else label
    parts = [f"from {number(s.y[0])} to {number(s.y[-1])} on the rows {_of(s.name)}" for s in series]
    told = f"The {what} goes {', '.join(parts)}."
    held = next((np.asarray(s.y, float) for s in series if s.name == "held out"), None)
    if held is not None and len(held) > 1:
        best = int(held.argmin() if name == "loss" else held.argmax())
        told += f" On the rows held out it is best after epoch {best + 1} ({number(held[best])})."
    return told


def _of(part: str) -> str:
    return "of the training" if part == "training" else part


def _inside(subject: Subject) -> str:
    moved = over_time(subject.watch) if subject.watch is not None else []
    return charts([*moved, *weights(subject)])


def _again(subject: Subject) -> str:
    model = subject.model
    rows: list[tuple[str, str]] = []
    if subject.command:
        rows.append(("command", f"<code>{escape(subject.command)}</code>"))
    rows.append(("data", f"<code>{escape(subject.source)}</code>, {subject.rows} rows"))
    if subject.sha256:
        rows.append(("SHA-256 of the data", f"<code>{escape(subject.sha256)}</code>"))
    rows += [("seed", str(model.seed_)), ("engine", f"{escape(str(model.engine))}, {escape(str(model.dtype))}")]
    if subject.watch is not None and subject.watch.plan is not None:
        plan = subject.watch.plan
        said = (
            f"{plan.optimiser.name}, learning rate {plan.learning_rate:g}, schedule {plan.schedule.name}, "
            f"batches of {plan.batch_size}, {model.n_epochs_} of {plan.epochs + plan.first_epoch} epochs"
        )
        rows.append(("training", escape(said)))
    for package in PACKAGES:
        if package in ("llvmlite", "jax") and {"llvmlite": "native", "jax": "jax"}[package] != model.engine:
            continue
        try:
            rows.append((package, escape(version(package))))
        except PackageNotFoundError:
            continue
    rows.append(("Python", escape(f"{platform.python_version()} on {platform.system()} {platform.machine()}")))
    rows.append(("written", escape(_now())))
    settings = [[name, _setting(value)] for name, value in sorted(model.get_params(deep=False).items())
                if name not in ("progress", "callbacks")]  # fmt: skip
    return terms(rows) + details("All settings", table((["setting", "value"], settings), label="All settings"))


def _setting(value: object) -> str:
    text = getattr(value, "text", None)
    shown = text if isinstance(text, str) else str(value)
    return shown if len(shown) <= 200 else shown[:199] + "…"


def _now() -> str:
    """The time, or that of SOURCE_DATE_EPOCH (reproducible-builds.org)."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    zone = datetime.UTC
    when = datetime.datetime.fromtimestamp(int(given), zone) if given.isdigit() else datetime.datetime.now(zone)
    return when.strftime("%Y-%m-%d %H:%M UTC")
