"""`Classifier` and `Regressor`: scikit-learn estimators that train a network by its own derived equations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from deltarule.language.errors import DeltaruleError
from deltarule.training.fitting import Task, fitted_network, one_hot, output_size
from deltarule.training.network_estimator import NetworkEstimator
from deltarule.training.notes import Notes
from deltarule.training.standardisation import Standardisation

__all__ = ["Classifier", "Regressor", "features_of"]


class Classifier(ClassifierMixin, NetworkEstimator):
    """A network that classifies.

    `network` is a text, a `Network`, or None: then one hidden layer of 64 units (relu), with sigmoid + bce for two
    classes and softmax + cross_entropy for more. A symbolic size of its input or output is taken from the data. Labels
    may be strings or numbers. Columns are standardised (`standardise=False` leaves them). `optimiser` and `schedule`
    name rows of `OPTIMISERS` and `SCHEDULES`, whose options are dictionaries (`optimiser_options={"momentum": 0.8}`);
    `l1`, `l2` and weight decay are for weights, not for biases, unless `regularised` names others. The other settings
    are rows of `deltarule.training.SETTINGS`.

    After `fit`: `classes_`, `parameters_` (arrays by name), `history_` (figures by epoch: `loss`, and with a validation
    part `accuracy`, `val_loss`, `val_accuracy`), `n_epochs_`, `interrupted_` (whether Ctrl-C ended it), `network_`.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> Classifier("linear(n, k) -> softmax -> cross_entropy").fit(X, y).score(X, y) > 0.9
    True
    """

    _metric = "accuracy"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X [rows, columns] and classes y [rows].

        Raises:
            DeltaruleError: a setting, the network or the data is wrong; the loss becomes non-finite.
        """
        X, y, weight = self._checked(X, y, sample_weight)
        X, indices = self._begin_classes(X, y, None)
        return self._fit(X, self._targets(indices), weight, indices)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over these rows, from the present parameters.

        The first call needs `classes` unless y holds them all; it also fits the standardisation, which then stays.
        """
        first = not hasattr(self, "parameters_")
        X, y, weight = self._checked(X, y, sample_weight, reset=first)
        if first:
            X, indices = self._begin_classes(X, y, classes, whole=True)
            self._standardise(X, indices, weight)
        else:
            X = self.encoder_.encode(X, Notes())
            indices = self._indices(column_or_1d(y, warn=True))
        self._train(self._standardised(X), self._targets(indices), weight, 1)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each row, [rows]."""
        return self.decided(self.outputs(X))

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """The class of each row of what the network gives."""
        index = (outputs > 0.5).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)
        return self.classes_[index]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, [rows, classes], columns in the order of `classes_`.

        Outputs that need not be probabilities (those trained on squared_error, or one sigmoid a class) are clipped to
        [0, 1] and divided by their sum.
        """
        return self.probabilities(self.outputs(X))

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """The same of what the network gives."""
        outputs = np.clip(outputs, 0, 1)
        if outputs.ndim == 1:
            return np.column_stack([1 - outputs, outputs])
        total = outputs.sum(axis=1, keepdims=True)
        return np.where(total > 0, outputs / np.where(total > 0, total, 1), 1 / outputs.shape[1])

    def _begin_classes(
        self, X: np.ndarray, y: np.ndarray, classes: Any, whole: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rows encoded, and the indices of their classes."""
        y = column_or_1d(y, warn=True)
        try:
            check_classification_targets(y)
        except ValueError as error:
            remedy = "remedy: train on whole numbers or text, or regress"
            raise DeltaruleError(f"{error}\n{remedy}") from error
        self.classes_ = np.unique(y if classes is None else np.asarray(classes))
        if len(self.classes_) < 2:
            raise DeltaruleError(
                f"the target holds one class only ({self.classes_[0]}): a classifier needs two or more"
                "\nremedy: check that the column is the right one and that no filter left one class out"
            )
        indices = self._indices(y)
        X = self._encode_to_fit(X, indices, whole)
        self._begin(fitted_network(self.network, "classification", X.shape[1], len(self.classes_)))
        return X, indices

    def _indices(self, y: np.ndarray) -> np.ndarray:
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            known = ", ".join(map(str, self.classes_[:20]))
            raise DeltaruleError(f"the target holds the class {unknown[0]}, which is none of {known}")
        return np.searchsorted(self.classes_, y)

    def _targets(self, indices: np.ndarray) -> np.ndarray:
        """Class indices as the loss takes them: 0 and 1 for a single output, else one-hot."""
        single = output_size(self.network_) == 1
        return indices.astype(np.float64) if single else one_hot(indices, len(self.classes_))

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        correct = (prediction > 0.5) == (Y > 0.5) if Y.ndim == 1 else prediction.argmax(1) == Y.argmax(1)
        return float(np.average(correct, weights=weight))


class Regressor(RegressorMixin, NetworkEstimator):
    """A network that regresses on one target or several.

    `network` is a text, a `Network`, or None: then one hidden layer of 64 units (tanh) and squared_error. A symbolic
    size of its input or output is taken from the data. Columns are standardised, and so is the target where the network
    ends in a linear layer and squared_error: then the losses in `history_` are in standardised units, `predict` and
    `score` in those of y. `standardise=False` leaves both as they are.

    After `fit`: as for `Classifier`, with `r2` in place of the accuracy.

    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> 0.50 < Regressor("linear(n, 1) -> squared_error").fit(X, y).score(X, y) < 0.52
    True
    """

    _metric = "r2"
    _task: Task = "regression"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X [rows, columns] and values y [rows] or [rows, targets].

        Raises:
            DeltaruleError: a setting, the network or the data is wrong; the loss becomes non-finite.
        """
        X, Y, weight = self._checked(X, y, sample_weight, multi_output=True, y_numeric=True)
        X = self._encode_to_fit(X)
        return self._fit(X, self._begin_values(X, Y), weight, None)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over these rows, from the present parameters. The first call fits the standardisation."""
        first = not hasattr(self, "parameters_")
        X, Y, weight = self._checked(X, y, sample_weight, reset=first, multi_output=True, y_numeric=True)
        if first:
            X = self._encode_to_fit(X, whole=True)
            Y = self._begin_values(X, Y)
            self._standardise(X, Y, weight)
        else:
            X = self.encoder_.encode(X, Notes())
        Y = self._columns(Y)
        self._train(self._standardised(X), self._encoded(Y), weight, 1)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The values, [rows] or [rows, targets], in the units of the target."""
        return self.decided(self.outputs(X))

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """What the network gives, in the units of the target."""
        values = self.target_standardisation_.undo(outputs) if self.target_standardisation_ is not None else outputs
        return values.reshape(len(values), 1) if self.two_axes_ and values.ndim == 1 else values

    def _begin_values(self, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        outputs = 1 if Y.ndim == 1 else Y.shape[1]
        self.two_axes_ = Y.ndim == 2
        self._begin(fitted_network(self.network, "regression", X.shape[1], outputs))
        return self._columns(Y)

    def _columns(self, Y: np.ndarray) -> np.ndarray:
        Y = np.asarray(Y, np.float64)
        single = output_size(self.network_) == 1
        return Y[:, 0] if single and Y.ndim == 2 else Y

    def _standardise(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> None:
        super()._standardise(X, Y, weight)
        if self.standardise and [m.kind for m in self.network_.modules[-2:]] == ["linear", "squared_error"]:
            self.target_standardisation_ = Standardisation.fitted(Y, weight)

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        mean = np.average(Y, axis=0, weights=weight)
        left = np.average((prediction - Y) ** 2, axis=0, weights=weight)
        spread = np.average((Y - mean) ** 2, axis=0, weights=weight)
        return float(np.mean(1 - left / np.where(spread > 0, spread, 1)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def features_of(model: Classifier | Regressor) -> Sequence[str]:
    """The names of the columns that the model takes; x0, x1, ... where it was trained on a bare array."""
    names = getattr(model, "feature_names_in_", None)
    return [f"x{j}" for j in range(model.n_features_in_)] if names is None else [str(n) for n in names]
