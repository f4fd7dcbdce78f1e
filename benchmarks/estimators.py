"""The estimators beside scikit-learn's own, every one with its default settings, on the bundled data sets.

python -m benchmarks.estimators
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

__all__ = ["section"]

SEEDS = range(10)
HELD_OUT = 0.3
CLASSES = ("iris", "wine", "breast_cancer", "digits", "moons")
VALUES = ("diabetes",)


def _peers(task: str) -> dict[str, Callable[[int], Any]]:
    """The estimators by name, each made for a seed; scikit-learn's take standardised columns, as ours make them."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from deltarule.training import Classifier, Regressor

    def scaled(kind: Callable[..., Any], seed: int) -> Any:
        return make_pipeline(StandardScaler(), kind(random_state=seed))

    if task == "classification":
        linear = "linear(n, k) -> softmax -> cross_entropy"
        return {
            "LogisticRegression": partial(scaled, LogisticRegression),
            "MLPClassifier": partial(scaled, MLPClassifier),
            "Classifier, one layer": lambda seed: Classifier(linear, seed=seed),
            "Classifier": lambda seed: Classifier(seed=seed),
        }
    return {
        "LinearRegression": lambda seed: LinearRegression(),
        "MLPRegressor": partial(scaled, MLPRegressor),
        "Regressor, one layer": lambda seed: Regressor("linear(n, k) -> squared_error", seed=seed),
        "Regressor": lambda seed: Regressor(seed=seed),
    }


def scores(dataset: str) -> dict[str, np.ndarray]:
    """The score on rows held out (accuracy, or R²) of each estimator for each seed, which draws the rows too."""
    from deltarule.training import DATASETS, load_dataset, split

    table, about = load_dataset(dataset), DATASETS[dataset]
    X = table.features([name for name in table.columns if name != about.target])
    classes = about.task == "classification"
    y = table.labels(about.target) if classes else table.quantities(about.target)
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        training, held = split(len(y), HELD_OUT, seed, y if classes else None)
        for name, make in _peers(about.task).items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # scikit-learn's networks say that 200 epochs did not converge
                model = make(seed).fit(X[training], y[training])
            found.setdefault(name, []).append(float(model.score(X[held], y[held])))
    return {name: np.array(values) for name, values in found.items()}


def within_noise(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether the mean of the paired differences is above minus two of its standard errors."""
    difference = ours - theirs
    return bool(difference.mean() >= -2 * difference.std(ddof=1) / np.sqrt(len(difference)) - 1e-12)


def row(dataset: str, found: dict[str, np.ndarray]) -> tuple[str, bool]:
    """The line of the table, and whether both of ours are within the noise of their counterparts, or better."""
    names = list(found)
    cells = [f"{found[n].mean():.3f} ± {found[n].std(ddof=1):.3f}" for n in names]
    fine = all(within_noise(found[names[k + 2]], found[names[k]]) for k in (0, 1))
    return f"| {dataset} | {' | '.join(cells)} | {'yes' if fine else '**no**'} |", fine


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether no estimator of ours is worse than its counterpart beyond the noise."""
    rows = [row(dataset, scores(dataset)) for dataset in (*CLASSES, *VALUES)]
    return page([text for text, _ in rows]), all(fine for _, fine in rows)


def page(rows: Sequence[str]) -> str:
    """The section around the lines of its table."""
    heads = (
        "data",
        "Logistic-, LinearRegression",
        "MLPClassifier, MLPRegressor",
        "one layer",
        "default network",
        "met",
    )
    text = [
        "## Estimators",
        "",
        f"Scores on {HELD_OUT:.0%} of the rows held out: accuracy, for diabetes R²; mean and deviation over "
        f"{len(SEEDS)} seeds, which draw the rows too. Every estimator with its default settings, scikit-learn's on "
        "standardised columns. Met: the mean difference from the counterpart (one layer from the linear one, the "
        "default network from the other network) is within two of its standard errors, or better. "
        "LogisticRegression penalises weights by default (C = 1), one layer here does not unless asked (l2).",
        "",
        f"| {' | '.join(heads)} |",
        "|---|---:|---:|---:|---:|---|",
        *rows,
        "",
    ]
    return "\n".join(text)


if __name__ == "__main__":
    print(section()[0])
