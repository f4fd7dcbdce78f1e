"""The tour as one page that needs nothing else: what was done, every formula, the pictures, how to do it again."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np

from deltarule import __version__
from deltarule.commands.tour_stages import BATCH, EPOCHS, LEARNING_RATE
from deltarule.training.report.chart import Chart, Series, lines
from deltarule.training.report.elements import charts, details, table
from deltarule.training.report.predictions import confusion
from deltarule.training.report.style import STYLE
from deltarule.writing.html import body, page
from deltarule.writing.mathml import math

if TYPE_CHECKING:
    from deltarule.commands.tour_stages import Tour

__all__ = ["tour_page"]

_STYLE = """
body { max-width: 60rem; }
table.figures { width: 100%; }
table.figures tr:first-child th, table.figures tr:first-child td { font-weight: bold; }
table.figures thead th, table.plain th, table.plain td { font-weight: normal !important; }
table.figures small { display: block; color: var(--soft); font-weight: normal; font-size: .88rem; white-space: normal; }
table.messages { border-collapse: collapse; width: 100%; }
table.messages td, table.messages th { padding: .4rem 1.2rem .4rem 0; text-align: left; font-weight: normal;
  border-bottom: 1px solid var(--line); }
table.messages th { color: var(--soft); width: 1%; white-space: nowrap; font-size: .95rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 2.5rem;
  align-items: start; }
details.derivation h1 { display: none; }
details.derivation h2 { font-size: 1.1rem; margin-top: 1.8rem; } details.derivation h3 { font-size: 1rem; }
.yes { color: var(--good); font-weight: bold; }
"""


def tour_page(tour: Tour, command: str) -> str:
    """The page of a tour that has run."""
    content = "\n".join(
        [
            _head(tour),
            _data(tour),
            _derivation(tour),
            _check(tour),
            _training(tour),
            _comparison(tour),
            _again(tour, command),
        ]
    )
    return page("A network derived, proved, trained and explained", content, STYLE + _STYLE)


def _head(tour: Tour) -> str:
    ours = tour.contenders[0].metrics
    proved, claims = tour.proved
    worst = max(c.largest_error for c in tour.gradient_check)
    tiles = [
        (f"{proved} of {claims}", "steps of the derivation proved, for all values"),
        (f"{worst:.0e}", "largest relative difference between a gradient and a finite difference"),
        (f"{ours.accuracy:.1%}", f"of {ours.rows} test patients classified rightly"),
        (f"{ours.roc_auc or 0:.4f}", "area under the ROC curve on the test"),
    ]
    listed = "".join(f"<li><b>{escape(figure)}</b><span>{escape(words)}</span></li>" for figure, words in tiles)
    return (
        "<h1>A network derived, proved, trained and explained</h1>"
        '<p class="lead">deltarule was given five forward equations. It derived what flows back, proved each step, '
        "turned the equations into a program, and trained it to tell malignant tumours from benign ones.</p>"
        f'<ul class="tiles">{listed}</ul>'
    )


def _data(tour: Tour) -> str:
    classes = ", ".join(f"{count} {escape(name)}" for name, count in tour.classes.items())
    return (
        "<h2>1. The data</h2>"
        f"<p>Wisconsin diagnostic breast cancer (Wolberg, Street &amp; Mangasarian 1995): {len(tour.X)} patients, "
        f"{len(tour.features)} measurements of cell nuclei for each; {classes}. "
        f"{len(tour.training)} patients to learn from, {len(tour.test)} kept back for the test, drawn from the seed "
        f"with each class in proportion.</p>"
    )


def _derivation(tour: Tour) -> str:
    proved, claims = tour.proved
    verdict = f'<span class="yes">✓ {proved} of {claims} steps are proved</span>' if proved == claims else (
        f"{proved} of {claims} steps are proved"
    )  # fmt: skip
    found = " and ".join(math(formula) for formula in tour.found)
    return (
        "<h2>2. What flows forward, and what flows back</h2>"
        f"<p>The network is <code>{escape(tour.network.text)}</code>: its forward equations are on the left. "
        "The chain rule, applied in reverse, gives the messages on the right; δ with a subscript is the derivative of "
        "the loss by it.</p>"
        f'<div class="columns">{_messages("Forward", tour.messages.forward)}'
        f"{_messages('Backward', tour.messages.backward)}</div>"
        "<h2>3. The proof</h2>"
        f"<p>{verdict}, by exact algebra for all values of every symbol, in {tour.derived_in:.2f} s. No derivative of "
        f"these functions was looked up: elimination found {found}.</p>"
        f"{details('The whole derivation, step by step', body(tour.derivation.inner), 'derivation')}"
    )


def _messages(title: str, rows: Iterable[tuple[str, object]]) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(place)}</th><td>{math(formula, display=True)}</td></tr>'  # type: ignore[arg-type]
        for place, formula in rows
    )
    return f'<div><h3>{title}</h3><div class="scroll"><table class="messages">{lines}</table></div></div>'


def _check(tour: Tour) -> str:
    rows = [(f"<code>{c.parameter}</code>", str(c.compared), f"{c.largest_error:.1e}") for c in tour.gradient_check]
    return (
        "<h2>4. The check</h2>"
        "<p>The program that runs is printed from these equations. Its gradients were compared with central "
        "differences (L(θ + ε) − L(θ − ε)) / 2ε, which know nothing of the derivation.</p>"
        + _table(["parameter", "elements compared", "largest relative difference"], rows, "figures plain")
    )


def _training(tour: Tour) -> str:
    history = tour.watched.history_
    last = {name: values[-1] for name, values in history.items()}
    return (
        "<h2>5. The training</h2>"
        f"<p>Gradient descent, learning rate {LEARNING_RATE}, batches of {BATCH}, {EPOCHS} epochs. A fifth of the "
        "training rows was held out to watch: the curves below. For the test the network was then trained again, in "
        "the same way, on all training rows.</p>"
        + charts(
            [
                _by_epoch(
                    history, "loss", "Loss", "mean loss",
                    f"The loss goes from {history['loss'][0]:.3f} to {last['loss']:.3f} on the training rows, from "
                    f"{history['val_loss'][0]:.3f} to {last['val_loss']:.3f} on the rows held out.",
                ),
                _by_epoch(
                    history, "accuracy", "Accuracy", "accuracy",
                    f"After {len(history['accuracy'])} epochs {last['accuracy']:.1%} of the training rows and "
                    f"{last['val_accuracy']:.1%} of the rows held out are classified rightly.",
                ),
            ]
        )
    )  # fmt: skip


def _by_epoch(history: Mapping[str, Sequence[float]], name: str, title: str, quantity: str, words: str) -> Chart:
    epochs = range(1, len(history[name]) + 1)
    curves = [Series("training", epochs, history[name], 1), Series("held out", epochs, history[f"val_{name}"], 2)]
    return lines(curves, name=f"curve-{name}", title=f"{title} by epoch", words=words, x="epoch", y=quantity)


def _comparison(tour: Tour) -> str:
    rows = []
    for contender in tour.contenders:
        figures = contender.metrics.figures()
        name = f"{escape(contender.name)}<small>{escape(contender.what)}</small>"
        rows.append((name, *(f"{figures[k]:.4f}" for k in ("accuracy", "log_loss", "roc_auc"))))
    ours = tour.contenders[0].metrics
    curves = [(c.name, *c.metrics.roc) for c in tour.contenders if c.metrics.roc is not None]
    areas = ", ".join(f"{c.name} {c.metrics.roc_auc or 0:.4f}" for c in tour.contenders)
    table = (
        ["", "false positive rate", "true positive rate"],
        [[name, f"{a:.4f}", f"{b:.4f}"] for name, x, y in curves for a, b in zip(x, y, strict=True)],
    )
    axes = {"x": "false positive rate", "y": "true positive rate", "table": table}
    roc = lines(
        [Series(name, x, y, k) for k, (name, x, y) in enumerate(curves, 1)],
        name="roc", title="ROC curves on the test", words=f"Area under the curve: {areas}.", unit=True, diagonal=True,
        **axes,
    )  # fmt: skip
    corner = lines(
        [Series(name, *_corner(x, y), k) for k, (name, x, y) in enumerate(curves, 1)],
        name="corner", title="Their upper left corner", **axes,
        words="The same, larger: at most a fifth of the benign taken for malignant, at least four fifths of the "
        "malignant found.",
    )  # fmt: skip
    wrong = confusion(ours.confusion, [str(c) for c in ours.classes], "Confusion matrix of deltarule on the test")
    return (
        "<h2>6. The test</h2>"
        f"<p>{ours.rows} patients that no model has seen, beside scikit-learn on the same split. Of log loss, less is "
        "better.</p>" + _table(["", "accuracy", "log loss", "ROC AUC"], rows) + charts([roc, corner], wrong)
    )


def _corner(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of a rising curve where x is at most 0.2 and y at least 0.8, with its ends on the edges."""
    along = np.linspace(0, len(x) - 1, 50 * len(x))
    fine_x, fine_y = np.interp(along, np.arange(len(x)), x), np.interp(along, np.arange(len(x)), y)
    inside = (fine_x <= 0.2) & (fine_y >= 0.8)
    return fine_x[inside], fine_y[inside]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "figures") -> str:
    """Cells are HTML; the first of a row names it."""
    return table((head, list(rows)), kind=kind, marked=True, label="Figures")


def _again(tour: Tour, command: str) -> str:
    rows = {
        "command": f"<code>{escape(command)}</code>",
        "seed": str(tour.seed),
        "deltarule": escape(__version__),
        "Python": escape(platform.python_version()),
        "data": f"<code>breast_cancer</code>, SHA-256 <code>{tour.table.digest()[:16]}…</code>",
    }
    for package in ("numpy", "scipy", "scikit-learn", "python-flint"):
        try:
            rows[package] = escape(version(package))
        except PackageNotFoundError:
            continue
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items())
    return f"<h2>To do it again</h2><dl>{listed}</dl>"
