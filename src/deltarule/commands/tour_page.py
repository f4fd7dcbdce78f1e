"""The tour as one page that needs nothing else: what was done, every formula, the pictures, how to do it again."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from deltarule import __version__
from deltarule.commands.tour_stages import BATCH, EPOCHS, LEARNING_RATE
from deltarule.writing.html import STYLE, body, page
from deltarule.writing.mathml import math

if TYPE_CHECKING:
    from deltarule.commands.tour_stages import Tour

__all__ = ["tour_page"]

_STYLE = """
:root { --series-1: #1f5f99; --series-2: #b4500b; --series-3: #5d7a2e; --tile: #f3f4ef; }
@media (prefers-color-scheme: dark) {
  :root { --series-1: #7db8ec; --series-2: #f0a35e; --series-3: #a9c978; --tile: #1c2126; } }
main { max-width: 60rem; }
body { max-width: 60rem; }
.lead { font-size: 1.2rem; color: var(--soft); max-width: 42rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .9rem; margin: 1.6rem 0;
  padding: 0; list-style: none; }
.tiles li { background: var(--tile); border-radius: 8px; padding: .9rem 1.1rem; }
.tiles b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .95rem; line-height: 1.35; display: block; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.5rem 2rem; }
figure { margin: 1rem 0 0; }
figcaption { color: var(--soft); font-size: .95rem; line-height: 1.45; margin-top: .4rem; }
svg.picture { width: 100%; height: auto; max-width: 32rem; display: block;
  font-family: "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
table.figures { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 1rem; }
table.figures th, table.figures td { text-align: right; padding: .45rem 0 .45rem 1.4rem; font-weight: normal;
  border-bottom: 1px solid var(--line); }
table.figures th:first-child, table.figures td:first-child { text-align: left; padding-left: 0; }
table.figures thead th { color: var(--soft); font-size: .92rem; }
table.figures tr.ours { font-weight: bold; } table.figures tr.ours th { font-weight: bold; }
table.figures small { display: block; color: var(--soft); font-weight: normal; font-size: .88rem; }
table.messages { border-collapse: collapse; width: 100%; }
table.messages td, table.messages th { padding: .4rem 1.2rem .4rem 0; text-align: left; font-weight: normal;
  border-bottom: 1px solid var(--line); }
table.messages th { color: var(--soft); width: 1%; white-space: nowrap; font-size: .95rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 2.5rem;
  align-items: start; }
details { margin: 1.4rem 0; border: 1px solid var(--line); border-radius: 8px; padding: 0 1.2rem; }
details[open] { padding-bottom: 1.2rem; }
summary { cursor: pointer; padding: .8rem 0; font-weight: bold; color: var(--accent); }
details h1 { display: none; } details nav { display: none; }
details h2 { font-size: 1.1rem; margin-top: 1.8rem; } details h3 { font-size: 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; font-size: .95rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.yes { color: var(--good); font-weight: bold; }
@media (max-width: 36rem) { table.figures td, table.figures th { padding-left: .7rem; } .tiles b { font-size: 1.45rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print { details { border: 0; padding: 0; } svg.picture { max-width: 24rem; } }
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
        f"<details><summary>The whole derivation, step by step</summary>{body(tour.derivation.inner)}</details>"
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
        + _table(["parameter", "elements compared", "largest relative difference"], rows)
    )


def _training(tour: Tour) -> str:
    history = tour.watched.history_
    last = {name: values[-1] for name, values in history.items()}
    return (
        "<h2>5. The training</h2>"
        f"<p>Gradient descent, learning rate {LEARNING_RATE}, batches of {BATCH}, {EPOCHS} epochs. A fifth of the "
        "training rows was held out to watch: the curves below. For the test the network was then trained again, in "
        "the same way, on all training rows.</p>"
        + _pictures(
            [
                (
                    "curves",
                    {"training": history["loss"], "held out": history["val_loss"]},
                    "mean loss",
                    "Loss by epoch",
                    f"The loss goes from {history['loss'][0]:.3f} to {last['loss']:.3f} on the training rows, from "
                    f"{history['val_loss'][0]:.3f} to {last['val_loss']:.3f} on the rows held out.",
                ),
                (
                    "curves",
                    {"training": history["accuracy"], "held out": history["val_accuracy"]},
                    "accuracy",
                    "Accuracy by epoch",
                    f"After {len(history['accuracy'])} epochs {last['accuracy']:.1%} of the training rows and "
                    f"{last['val_accuracy']:.1%} of the rows held out are classified rightly.",
                ),
            ]
        )
    )


def _comparison(tour: Tour) -> str:
    rows = []
    for contender in tour.contenders:
        figures = contender.metrics.figures()
        name = f"{escape(contender.name)}<small>{escape(contender.what)}</small>"
        rows.append((name, *(f"{figures[k]:.4f}" for k in ("accuracy", "log_loss", "roc_auc"))))
    ours = tour.contenders[0].metrics
    curves = {c.name: c.metrics.roc for c in tour.contenders if c.metrics.roc is not None}
    areas = ", ".join(f"{c.name} {c.metrics.roc_auc or 0:.4f}" for c in tour.contenders)
    wrong = int(ours.confusion.sum() - ours.confusion.trace())
    return (
        "<h2>6. The test</h2>"
        f"<p>{ours.rows} patients that no model has seen, beside scikit-learn on the same split. Of log loss, less is "
        "better.</p>"
        + _table(["", "accuracy", "log loss", "ROC AUC"], rows, ours=True)
        + _pictures(
            [
                (
                    "roc",
                    curves,
                    "",
                    "ROC curves on the test",
                    f"The corner is drawn again, larger. Area under the curve: {areas}.",
                ),
                (
                    "confusion",
                    (ours.confusion, [str(c) for c in ours.classes]),
                    "",
                    "Confusion matrix of deltarule on the test",
                    f"{wrong} of {ours.rows} patients are classified wrongly: {int(ours.confusion[1, 0])} malignant "
                    f"taken for benign, {int(ours.confusion[0, 1])} benign taken for malignant.",
                ),
            ]
        )
    )


def _pictures(wanted: Sequence[tuple[str, object, str, str, str]]) -> str:
    try:
        import matplotlib as _  # noqa: F401
    except ImportError:
        words = " ".join(words for *_, words in wanted)
        return f"<p>{escape(words)} (For the pictures: <code>pip install 'deltarule[plots]'</code>.)</p>"
    from deltarule.commands.pictures import confusion_picture, curves_picture, roc_picture

    figures = []
    for kind, data, quantity, title, words in wanted:
        if kind == "curves":
            svg = curves_picture(data, quantity, title, words)  # type: ignore[arg-type]
        elif kind == "roc":
            svg = roc_picture(data, title, words)  # type: ignore[arg-type]
        else:
            confusion, classes = data  # type: ignore[misc]
            svg = confusion_picture(confusion, classes, title, words)
        figures.append(f"<figure>{svg}<figcaption><b>{escape(title)}.</b> {escape(words)}</figcaption></figure>")
    return f'<div class="pictures">{"".join(figures)}</div>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], ours: bool = False) -> str:
    """Cells are HTML; the first of a row names it. With `ours` the first row is set off."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in head)
    lines = ""
    for number, (name, *cells) in enumerate(rows):
        style = ' class="ours"' if ours and number == 0 else ""
        lines += f'<tr{style}><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    table = f'<table class="figures"><thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


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
