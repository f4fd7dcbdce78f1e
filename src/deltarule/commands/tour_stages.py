"""What the tour does, stage by stage: data, derivation, gradient check, training, comparison."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from deltarule.api import Derivation, Network
from deltarule.calculus.detail import at_detail
from deltarule.training import (
    Classifier,
    GradientCheck,
    Table,
    check_gradients,
    classification_metrics,
    load_dataset,
    split,
)
from deltarule.writing.formula import Formula, Relation
from deltarule.writing.lines import typesetter

if TYPE_CHECKING:
    from deltarule.training.callbacks import Callback
    from deltarule.training.metrics import ClassificationMetrics

__all__ = ["Contender", "Messages", "Tour"]

HIDDEN = 16
LEARNING_RATE, BATCH, EPOCHS = 0.1, 32, 60
TEST, VALIDATION = 0.25, 0.2


@dataclass(frozen=True)
class Messages:
    """The results of the derivation as formulas: the forward pass, and by module what flows back."""

    forward: tuple[tuple[str, Formula], ...]
    backward: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Contender:
    """A model on the rows of the test, and the seconds that its training took."""

    name: str
    what: str
    metrics: ClassificationMetrics
    seconds: float


class Tour:
    """One run of the tour; each stage is computed when it is asked for, and once."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.table: Table = load_dataset("breast_cancer")
        assert self.table.dataset is not None
        self.target = self.table.dataset.target
        self.features = [name for name in self.table.columns if name != self.target]
        self.X, self.y = self.table.features(self.features), self.table.labels(self.target)
        self.training, self.test = split(len(self.X), TEST, seed, self.y)
        n = len(self.features)
        self.network = Network(f"linear({n}, {HIDDEN}) -> tanh -> linear({HIDDEN}, 1) -> sigmoid -> bce")

    @property
    def classes(self) -> dict[str, int]:
        """How many rows each class has."""
        names, counts = np.unique(self.y, return_counts=True)
        return {str(name): int(count) for name, count in zip(names, counts, strict=True)}

    # Derive --------------------------------------------------------------------------------------------------

    @cached_property
    def derivation(self) -> Derivation:
        began = time.perf_counter()
        derivation = self.network.derive()
        self.derived_in = time.perf_counter() - began
        return derivation

    @property
    def proved(self) -> tuple[int, int]:
        """(steps proved, steps that claim something)."""
        counts = self.derivation.counts
        claims = sum(n for verdict, n in counts.items() if verdict not in {"definition", "none", "assumption"})
        return counts.get("proved", 0), claims

    @cached_property
    def found(self) -> tuple[Formula, ...]:
        """The derivatives of functions that elimination wrote by the activity: σ′ = σ(1 - σ)."""
        setter = typesetter(self.derivation.inner)
        chains = [c for c in self.derivation.inner.chains if c.rows and "by elimination" in c.rows[-1].rule]
        lines = [setter.lines(chain) for chain in chains]
        return tuple(Relation(line.left, "=", line.rows[-1].right) for line in lines)

    @cached_property
    def messages(self) -> Messages:
        summary = at_detail(self.derivation.inner, "summary")
        setter = typesetter(summary)
        forward, backward = [], []
        for section in summary.sections:
            if section.title in {"Functions", "Updates"}:
                continue
            for chain in section.chains:
                lines = setter.lines(chain)
                stated = Relation(lines.left, "=", lines.rows[-1].right)
                (backward if chain.final else forward).append((chain.place, stated))
        return Messages(tuple(forward), tuple(backward))

    # Check ---------------------------------------------------------------------------------------------------

    @cached_property
    def gradient_check(self) -> list[GradientCheck]:
        """The derived gradients against central differences, on standardised rows of the training part."""
        program = self.network.compile()
        rows = self.training[:BATCH]
        X = self.X[self.training]
        X = (X[:BATCH] - X.mean(0)) / X.std(0)
        Y = (self.y[rows] == sorted(self.classes)[1]).astype(float)
        return check_gradients(program, program.initialise(self.seed), X, Y, elements=40, seed=self.seed)

    # Train ---------------------------------------------------------------------------------------------------

    def watch(self, progress: Callback) -> Classifier:
        """Trained on four fifths of the training rows, the rest held out to watch."""
        self.watched = self._fitted(VALIDATION, progress)
        return self.watched

    @cached_property
    def contenders(self) -> list[Contender]:
        """deltarule on all training rows, and scikit-learn's models beside it, on the same rows."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        rows = self.training
        mlp = MLPClassifier((HIDDEN,), activation="tanh", max_iter=1000, random_state=self.seed)
        entries = [
            ("deltarule", f"the network above, SGD, {EPOCHS} epochs", lambda: self._fitted(0.0, None)),
            (
                "LogisticRegression",
                "scikit-learn, default settings",
                lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(self.X[rows], self.y[rows]),
            ),
            (
                "MLPClassifier",
                f"scikit-learn, {HIDDEN} tanh units, Adam",
                lambda: make_pipeline(StandardScaler(), mlp).fit(self.X[rows], self.y[rows]),
            ),
        ]
        out = []
        for name, what, train in entries:
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of scikit-learn, on convergence
                model = train()
            seconds = time.perf_counter() - began
            X, y = self.X[self.test], self.y[self.test]
            metrics = classification_metrics(y, model.predict(X), model.predict_proba(X), model.classes_)
            out.append(Contender(name, what, metrics, seconds))
        return out

    def _fitted(self, validation: float, progress: Callback | None) -> Classifier:
        model = Classifier(
            self.network.text,
            learning_rate=LEARNING_RATE,
            batch_size=BATCH,
            epochs=EPOCHS,
            seed=self.seed,
            validation=validation,
            callbacks=None if progress is None else [progress],
        )
        return model.fit(self.X[self.training], self.y[self.training])
