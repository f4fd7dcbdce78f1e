"""The pictures of predictions: ROC, precision and recall, calibration and confusion of classes; residuals of values."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from deltarule.training.report.chart import Chart, Series, histogram, lines, points, spread
from deltarule.training.report.elements import charts, table
from deltarule.training.report.numbers import number
from deltarule.training.report.subject import Subject

__all__ = ["calibration_points", "confusion", "predictions", "wilson"]

TOLD_APART = 4
"""So many classes have a curve of their own look; of more, the two worst."""
BINS = 10
POINTS = 1000
"""Dots in a cloud."""


def predictions(subject: Subject) -> str:
    """Everything that there is to see of the predictions for the judged rows."""
    if subject.task == "regression":
        return charts(_regression(subject))
    found = _classification(subject)
    if subject.task == "multilabel":
        return charts(found) + _labels(subject)
    matrix = confusion(getattr(subject.figures[subject.part], "confusion"), subject.classes)  # noqa: B009
    if len(subject.classes) <= TOLD_APART:
        return charts(found, matrix)
    return charts(found) + matrix


# Classes -----------------------------------------------------------------------------------------------------------


def _classification(subject: Subject) -> list[Chart]:
    from sklearn import metrics

    rows = subject.judged
    if subject.probabilities is None:
        return []
    y, p, names = subject.y[rows], subject.probabilities[rows], subject.classes
    several = subject.task == "multilabel"
    classes = subject.model.classes_
    truth = [y[:, k] == 1 if several else y == classes[k] for k in range(len(names))]
    chosen = [1] if len(names) == 2 and not several else list(range(len(names)))
    chosen = [k for k in chosen if 0 < np.sum(truth[k]) < len(y)]
    rest = "" if len(names) == 2 or several else " against the rest"
    roc, pr, areas = [], [], []
    for k in chosen:
        true, score = truth[k], p[:, k]
        false_rate, true_rate, _ = metrics.roc_curve(true, score)
        precision, recall, _ = metrics.precision_recall_curve(true, score)
        area, average = float(metrics.auc(false_rate, true_rate)), float(metrics.average_precision_score(true, score))
        areas.append((k, area, average))
        roc.append((k, area, false_rate, true_rate))
        pr.append((k, average, recall, precision))
    out = []
    if chosen:
        words = _areas_told([(names[k], a) for k, a, _ in areas], "the area under the curve", rest)
        out.append(
            lines(
                [_curve(names[k], j, found, roc) for j, (k, *found) in enumerate(roc)],
                name="roc", title="ROC", unit=True, diagonal=True,
                words=f"The share of a class that is found, against the share of the others taken for it, as the "
                f"threshold falls; {words}. Guessing gives the diagonal.",
                x="false positive rate", y="true positive rate",
                table=_curve_table(["false positive rate", "true positive rate"], names, roc),
            )
        )  # fmt: skip
        words = _areas_told([(names[k], v) for k, _, v in areas], "the average precision", rest)
        shares = ", ".join(f"{np.mean(truth[k]):.2f} for {names[k]}" for k in chosen[:TOLD_APART])
        out.append(
            lines(
                [_curve(names[k], j, found, pr) for j, (k, *found) in enumerate(pr)],
                name="pr", title="Precision and recall", unit=True,
                words=f"How many of the rows taken for a class are of it, against how many of it are found; {words}. "
                f"Guessing gives the share of the class ({shares}{', ...' if len(chosen) > TOLD_APART else ''}).",
                x="recall", y="precision", table=_curve_table(["recall", "precision"], names, pr),
            )
        )  # fmt: skip
    if several:  # every label of every row is one prediction
        y, p = y.reshape(-1), np.stack([1 - p.reshape(-1), p.reshape(-1)], axis=1)
        classes, names = np.array([0, 1]), ["no", "a label"]
    out.append(_calibration(y, p, classes, names))
    return out


def _labels(subject: Subject) -> str:
    """Each label: how often it is there, is predicted, is found, and how often it is wrong."""
    figures = subject.figures[subject.part]
    rows = []
    for name, (there, said, found, wrong) in zip(figures.names, figures.counts.tolist(), strict=True):
        f1 = 2 * found / (there + said) if there + said else 0.0
        rows.append([name, *map(str, (there, said, found, wrong)), number(f1)])
    listed = table((["label", "rows that have it", "predicted", "found", "wrong", "F1"], rows), label="Labels")
    return (
        f'<figure class="wide"><h3>Labels</h3>{listed}<figcaption>Found: rows that have the label and are predicted '
        "to. Wrong: rows where it is predicted and not there, or there and not predicted.</figcaption></figure>"
    )


def _curve(name: str, place: int, found: list, of: list) -> Series:
    """Of many classes the two with the least area stand out."""
    area, x, y = found
    if len(of) == 1:
        return Series("", x, y)
    if len(of) <= TOLD_APART:
        return Series(f"{name} ({number(area)})", x, y, place + 1)
    worst = sorted(range(len(of)), key=lambda k: of[k][1])[:2]
    if place in worst:
        return Series(f"{name} ({number(area)})", x, y, worst.index(place) + 1)
    return Series("other classes", x, y, soft=True)


def _areas_told(areas: list[tuple[str, float]], what: str, rest: str) -> str:
    if len(areas) == 1:
        return f"{what} is {number(areas[0][1])}"
    worst = min(areas, key=lambda a: a[1])
    mean = float(np.mean([a for _, a in areas]))
    return f"each class{rest}: {what} is {number(mean)} in the mean, least for {worst[0]} ({number(worst[1])})"


def _curve_table(head: list[str], names: list[str], of: list) -> tuple[list[str], list[list[str]]]:
    many = len(of) > 1
    rows = []
    for k, _, x, y in of:
        kept, _ = spread([[number(a), number(b)] for a, b in zip(x, y, strict=True)], 40 if not many else 12)
        rows += [[names[k], *row] if many else list(row) for row in kept]
    return (["class", *head] if many else head), rows


def wilson(hits: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of shares (Wilson 1927): it is of use for 0, for 1 and for few rows too."""
    z = 1.959963984540054
    share = hits / rows
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    half = z / (1 + z**2 / rows) * np.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    return middle - half, middle + half


def calibration_points(true: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each tenth of [0, 1] that holds rows: the mean probability, how many rows are true, and how many there are."""
    place = np.clip(np.ceil(p * BINS) - 1, 0, BINS - 1).astype(int)
    rows = np.bincount(place, minlength=BINS)
    there = rows > 0
    mean = np.bincount(place, p, BINS)[there] / rows[there]
    return mean, np.bincount(place, true.astype(float), BINS)[there], rows[there]


def _calibration(y: np.ndarray, p: np.ndarray, classes: np.ndarray, names: list[str]) -> Chart:
    if len(names) == 2:
        true, score, of = y == classes[1], p[:, 1], f"the probability given to {names[1]}"
    else:
        best = p.argmax(axis=1)
        true, score, of = classes[best] == y, p.max(axis=1), "the probability of the predicted class"
    mean, hits, rows = calibration_points(true, score)
    low, high = wilson(hits, rows)
    gap = float(np.sum(np.abs(hits / rows - mean) * rows) / rows.sum())
    listed = [
        [number(m), number(h / n), f"{number(a)} to {number(b)}", str(int(n))]
        for m, h, n, a, b in zip(mean, hits, rows, low, high, strict=True)
    ]
    return lines(
        [Series("", mean, hits / rows, dots=True, joined=False, low=low, high=high)],
        name="calibration", title="Calibration", unit=True, diagonal=True,
        words=f"Of the rows where {of} is so high, that share should be right: the diagonal. The mean distance from "
        f"it, weighted by rows, is {number(gap)}. Whiskers are 95 % intervals (Wilson).",
        x="predicted probability", y="share that is right",
        table=(["mean probability", "share right", "95 % interval", "rows"], listed),
    )  # fmt: skip


def confusion(counts: np.ndarray, names: Sequence[str], title: str = "Confusion matrix") -> str:
    """Counts by true and predicted class [classes, classes], shaded by their share of the true class."""
    total = np.maximum(counts.sum(axis=1), 1)
    wrong = int(counts.sum() - np.trace(counts))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = ""
    for k, name in enumerate(names):
        cells = ""
        for j, count in enumerate(counts[k]):
            share = count / total[k]
            kind = f"{'right' if j == k else 'wrong'} q{min(9, int(share * 10)) if count else '-none'}"
            told = f"{share:.1%} of {name}"
            cells += f'<td class="{kind}" title="{escape(told)}">{count}</td>'
        recall = counts[k, k] / total[k]
        body += f'<tr><th scope="row">{escape(name)}</th>{cells}<td class="share">{recall:.1%}</td></tr>'
    precision = np.diag(counts) / np.maximum(counts.sum(axis=0), 1)
    foot = "".join(f'<td class="share">{share:.1%}</td>' for share in precision)
    most = ""
    if wrong:
        off = counts - np.diag(np.diag(counts))
        a, b = divmod(int(off.argmax()), len(names))
        most = f" Most often {names[a]} is taken for {names[b]} ({_times(int(off[a, b]))})."
    words = f"{wrong} of {int(counts.sum())} rows are classified wrongly.{most}"
    return (
        f'<figure class="wide"><h3>{escape(title)}</h3><div class="scroll" tabindex="0" role="region" '
        f'aria-label="Confusion matrix"><table class="confusion"><thead><tr><th scope="col">true \\ predicted</th>'
        f'{head}<th scope="col" class="share">found</th></tr></thead><tbody>{body}<tr>'
        f'<th scope="row" class="share">right</th>{foot}<td></td></tr></tbody></table></div>'
        f"<figcaption>{escape(words)} Found: the share of a true class that is predicted; right: the share of a "
        "prediction that is true.</figcaption></figure>"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


# Values ------------------------------------------------------------------------------------------------------------


def _regression(subject: Subject) -> list[Chart]:
    rows = subject.judged
    y, predicted = np.asarray(subject.y[rows], float), np.asarray(subject.values[rows], float)
    if y.ndim == 2:
        y, predicted = y[:, 0], predicted[:, 0]
    residual = y - predicted
    shown = np.arange(len(y))
    note = ""
    if len(y) > POINTS:
        shown = np.sort(np.random.default_rng([int(subject.model.seed_), 4]).choice(len(y), POINTS, replace=False))
        note = f"{POINTS} of {len(y)} rows are drawn. "
    order = shown[np.argsort(predicted[shown])]
    cells = np.column_stack([predicted, y, residual])[order].tolist()
    listed, more = spread([[number(value) for value in row] for row in cells])
    head = [f"predicted {subject.target}", "true", "residual"]
    note += more
    off = float(np.corrcoef(predicted, np.abs(residual))[0, 1]) if len(y) > 2 and np.ptp(predicted) > 0 else 0.0
    grows = "grow" if off > 0.2 else "shrink" if off < -0.2 else "neither grow nor shrink much"
    low, high = np.quantile(residual, (0.05, 0.95)).tolist()
    return [
        points(
            y[shown], predicted[shown], name="predicted", title="Predicted and true", same=True, guide=lambda v: v,
            words=f"Each dot is a row; on the line a prediction is right. Half of the predictions are within "
            f"{number(np.median(np.abs(residual)).item())} of the truth.",
            x=f"true {subject.target}", y="predicted", table=(head, listed), note=note,
        ),
        points(
            predicted[shown], residual[shown], name="residuals", title="Residuals", guide=lambda v: 0.0,
            words=f"True minus predicted. The mean is {number(float(residual.mean()))}; their sizes {grows} with "
            f"the prediction (correlation {number(off)}).",
            x=f"predicted {subject.target}", y="true − predicted", table=(head, listed), note=note,
        ),
        histogram(
            [("residuals", residual)], name="spread", title="How the residuals are spread",
            words=f"Nine out of ten are between {number(low)} and {number(high)}.", x="true − predicted",
        ),
    ]  # fmt: skip
