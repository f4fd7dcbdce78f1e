"""`Classifier` and `Regressor`: scikit-learn estimators that train a network by its own derived equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.validation import column_or_1d

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.callbacks import Callback, EpochReport
from deltarule.training.class_targets import kind_of_target, refuse_one_class
from deltarule.training.class_weights import ClassWeight, class_weights, label_weights
from deltarule.training.deciding import DecidesClasses, DecidesValues
from deltarule.training.fitting import NetworkFront, fitted_network, one_hot, output_size
from deltarule.training.links import link_of
from deltarule.training.network_estimator import NetworkEstimator
from deltarule.training.notes import Notes
from deltarule.training.standardisation import Standardisation
from deltarule.training.value_targets import refuse_targets_out_of_range, takes_standardised

__all__ = ["Classifier", "Model", "Regressor"]


class Classifier(DecidesClasses, ClassifierMixin, NetworkEstimator):
    """A network that classifies: one class a row, or several labels a row.

    `network` is a text, a `Network`, or None: then one hidden layer of 64 units (relu), with sigmoid + bce for two
    classes and for labels, and softmax + cross_entropy for more classes. A symbolic size of its input or output is
    taken from the data. Classes may be strings or numbers; y of zeros and ones [rows, labels] says which labels each
    row has. Columns are standardised (`standardise=False` leaves them). `optimiser` and `schedule` name rows of
    `OPTIMISERS` and `SCHEDULES`, whose options are dictionaries (`optimiser_options={"momentum": 0.8}`); `l1`, `l2` and
    weight decay are for weights, not for biases, unless `regularised` names others. `class_weight` is "balanced", or a
    dictionary of weights by class. `callbacks` is a list of `deltarule.Callback`. The other settings are rows of
    `deltarule.training.SETTINGS`.

    After `fit`: `classes_`, `parameters_` (arrays by name), `history_` (figures by epoch: `loss`, and with a validation
    part `accuracy`, `val_loss`, `val_accuracy`), `n_epochs_`, `best_epoch_` (with early stopping), `interrupted_`
    (whether Ctrl-C ended it), `network_`.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> Classifier("linear(n, k) -> softmax -> cross_entropy").fit(X, y).score(X, y) > 0.9
    True
    """

    _metric = "accuracy"

    def __init__(
        self,
        network: Network | NetworkFront | str | None = None,
        *,
        class_weight: ClassWeight = None,
        optimiser: str = "sgd",
        optimiser_options: Mapping[str, Any] | None = None,
        learning_rate: float | str = "auto",
        schedule: str = "constant",
        schedule_options: Mapping[str, Any] | None = None,
        weight_decay: float | str = "auto",
        decay: str = "auto",
        l1: float = 0.0,
        l2: float = 0.0,
        regularised: str | Sequence[str] = "weights",
        clip_value: float | None = None,
        clip_norm: float | None = None,
        ema: float | None = None,
        initialiser: str | float = "auto",
        batch_size: int | str = "auto",
        epochs: int | str = "auto",
        validation: float | str = "auto",
        early_stopping: bool = False,
        patience: int = 10,
        min_improvement: float = 1e-4,
        warm_start: bool = False,
        standardise: bool = True,
        missing: str = "indicator",
        categorical: Sequence[str] | None = None,
        ordinal: Mapping[str, Sequence[str]] | None = None,
        seed: int | None = 0,
        engine: str = "auto",
        recompute: bool = False,
        dtype: str = "float64",
        policy: str = "accuracy",
        progress: Callable[[EpochReport], object] | None = None,
        callbacks: Sequence[Callback] | None = None,
    ) -> None:
        super().__init__(
            network,
            optimiser=optimiser,
            optimiser_options=optimiser_options,
            learning_rate=learning_rate,
            schedule=schedule,
            schedule_options=schedule_options,
            weight_decay=weight_decay,
            decay=decay,
            l1=l1,
            l2=l2,
            regularised=regularised,
            clip_value=clip_value,
            clip_norm=clip_norm,
            ema=ema,
            initialiser=initialiser,
            batch_size=batch_size,
            epochs=epochs,
            validation=validation,
            early_stopping=early_stopping,
            patience=patience,
            min_improvement=min_improvement,
            warm_start=warm_start,
            standardise=standardise,
            missing=missing,
            categorical=categorical,
            ordinal=ordinal,
            seed=seed,
            engine=engine,
            recompute=recompute,
            dtype=dtype,
            policy=policy,
            progress=progress,
            callbacks=callbacks,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X [rows, columns] and classes y [rows], or labels y [rows, labels] of zeros and ones.

        Raises:
            DeltaruleError: a setting, the network or the data is wrong; the loss becomes non-finite.
        """
        going_on = self._goes_on()
        X, y, weight = self._checked(X, y, sample_weight, reset=not going_on, multi_output=True)
        X, Y, indices = self._known_classes(X, y) if going_on else self._begin_classes(X, y, None)
        weight = self._weight_by_class(Y, indices, weight, self._parts(len(Y), indices)[0])
        return self._fit(X, Y, weight, indices, standardise=not going_on)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over these rows, from the present parameters.

        The first call needs `classes` unless y holds them all; it also fits the standardisation, which then stays.
        Early stopping is for `fit`.
        """
        if isinstance(self.class_weight, str):
            raise DeltaruleError(
                f'class_weight = "{self.class_weight}" needs all rows at once; partial_fit sees some'
                "\nremedy: give the weights by class as a dictionary"
            )
        self.refuse_some_rows()
        first = not hasattr(self, "parameters_")
        X, y, weight = self._checked(X, y, sample_weight, reset=first, multi_output=True)
        X, Y, indices = self._begin_classes(X, y, classes, whole=True) if first else self._known_classes(X, y)
        weight = self._weight_by_class(Y, indices, weight, slice(None))
        if first:
            self._standardise(X, Y, weight)
        self._train(self._standardised(X), Y, weight, 1)
        return self

    def predict(self, X: Any) -> Any:
        """The most probable class of each row, [rows]; of labels those more probable than not, [rows, labels]."""
        return self._given_back(self.decided(self.outputs(X)), X)

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, [rows, classes], columns in the order of `classes_`; or of each label.

        Outputs that need not be probabilities (those trained on squared_error, or one sigmoid a class) are clipped to
        [0, 1], and those of classes divided by their sum.
        """
        return self._given_back(self.probabilities(self.outputs(X)), X, self._columns_of_classes())

    def predict_log_proba(self, X: Any) -> Any:
        """The natural logarithms of the probabilities, taken from the scores: finite where probabilities round to 0."""
        self.refuse_unfitted()
        link = link_of(self.network_)
        if link is None or (link.function == "sigmoid" and not self.multilabel_ and output_size(self.network_) > 1):
            with np.errstate(divide="ignore"):
                found = np.log(self.probabilities(self.outputs(X)))
        else:
            scores = self.scores(X)
            found = link.logarithms(scores)
            if scores.ndim == 1:
                found = np.column_stack([link.logarithms(-scores), found])
        return self._given_back(found, X, self._columns_of_classes())

    def decision_function(self, X: Any) -> Any:
        """The scores that `predict` decides by: of two classes [rows], positive for the second; else [rows, classes].

        They are the logits where the network ends in a sigmoid or a softmax; of labels each positive where it is there.
        """
        self.refuse_unfitted()
        scores = self.scores(X)
        if link_of(self.network_) is None and (scores.ndim == 1 or self.multilabel_):
            scores = scores - 0.5
        if not self.multilabel_ and scores.ndim == 2 and scores.shape[1] == 2:
            scores = scores[:, 1] - scores[:, 0]
        return self._given_back(scores, X, self._columns_of_classes())

    def _begin_classes(
        self, X: np.ndarray, y: np.ndarray, classes: Any, whole: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Rows encoded, targets as the loss takes them, and the indices of the classes (None for labels)."""
        kind = kind_of_target(y)
        self.multilabel_ = kind == "multilabel"
        if self.multilabel_:
            self.classes_ = np.arange(y.shape[1])
        else:
            y = column_or_1d(y, warn=True)
            self.classes_ = np.unique(y if classes is None else np.asarray(classes))
            refuse_one_class(self.classes_)
        indices = None if self.multilabel_ else self._indices(y)
        X = self._encode_to_fit(X, indices, whole)
        self._begin(fitted_network(self.network, self.task, X.shape[1], len(self.classes_)))
        return X, self._targets(y, indices), indices

    def _known_classes(self, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """The same of further rows, for a model that has its classes."""
        X = self.encoder_.encode(X, Notes())
        if not self.multilabel_:
            indices = self._indices(column_or_1d(y, warn=True))
            return X, self._targets(y, indices), indices
        if y.ndim != 2 or y.shape[1] != len(self.classes_) or not np.isin(y, (0, 1)).all():
            raise DeltaruleError(f"y has the shape {y.shape}; the model has {len(self.classes_)} labels, each 0 or 1")
        return X, self._targets(y, None), None

    def _indices(self, y: np.ndarray) -> np.ndarray:
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            known = ", ".join(map(str, self.classes_[:20]))
            raise DeltaruleError(f"the target holds the class {unknown[0]}, which is none of {known}")
        return np.searchsorted(self.classes_, y)

    def _targets(self, y: np.ndarray, indices: np.ndarray | None) -> np.ndarray:
        """As the loss takes them: 0 and 1 for a single output and for labels, else one-hot."""
        if indices is None:
            return np.asarray(y, np.float64)
        single = output_size(self.network_) == 1
        return indices.astype(np.float64) if single else one_hot(indices, len(self.classes_))

    def as_target(self, y: np.ndarray) -> np.ndarray:
        return self._cast_target(self._targets(y, y))

    def _weight_by_class(
        self, Y: np.ndarray, indices: np.ndarray | None, weight: np.ndarray | None, training: np.ndarray | slice
    ) -> np.ndarray | None:
        """The weights of rows times those of their classes, on average 1; `training` are the rows to balance."""
        if self.class_weight is None:
            return weight
        if indices is None:
            factors = label_weights(self.class_weight, Y)
        else:
            counted = None if weight is None else weight[training]
            factors = class_weights(self.class_weight, self.classes_, indices[training], counted)[indices]
        product = factors if weight is None else weight * factors
        return product / product.mean()

    def _columns_of_classes(self) -> Sequence[Any]:
        if self.multilabel_:
            names = self._target_names()
            return names if len(names) == len(self.classes_) else self.classes_.tolist()
        return self.classes_.tolist()

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        if self.multilabel_:
            correct = ((prediction > 0.5) == (Y > 0.5)).all(axis=1)
        else:
            correct = (prediction > 0.5) == (Y > 0.5) if Y.ndim == 1 else prediction.argmax(1) == Y.argmax(1)
        return float(np.average(correct, weights=weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


class Regressor(DecidesValues, RegressorMixin, NetworkEstimator):
    """A network that regresses on one target or several.

    `network` is a text, a `Network`, or None: then one hidden layer of 64 units (tanh) and squared_error. A symbolic
    size of its input or output is taken from the data. Columns are standardised, and so is the target where the network
    ends in a linear layer and a loss of differences (squared_error, absolute_error, huber, ...): then the losses in
    `history_`, and the δ of huber, are in standardised units, `predict` and `score` in those of y. `standardise=False`
    leaves both as they are.

    After `fit`: as for `Classifier`, with `r2` in place of the accuracy.

    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> 0.50 < Regressor("linear(n, 1) -> squared_error").fit(X, y).score(X, y) < 0.52
    True
    """

    _metric = "r2"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X [rows, columns] and values y [rows] or [rows, targets].

        Raises:
            DeltaruleError: a setting, the network or the data is wrong; the loss becomes non-finite.
        """
        going_on = self._goes_on()
        X, Y, weight = self._checked(X, y, sample_weight, reset=not going_on, multi_output=True, y_numeric=True)
        if going_on:
            X, Y = self.encoder_.encode(X, Notes()), self._known_values(Y)
        else:
            X = self._encode_to_fit(X)
            Y = self._begin_values(X, Y)
        return self._fit(X, Y, weight, None, standardise=not going_on)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over these rows, from the present parameters. The first call fits the standardisation."""
        self.refuse_some_rows()
        first = not hasattr(self, "parameters_")
        X, Y, weight = self._checked(X, y, sample_weight, reset=first, multi_output=True, y_numeric=True)
        if first:
            X = self._encode_to_fit(X, whole=True)
            Y = self._begin_values(X, Y)
            self._standardise(X, Y, weight)
        else:
            X, Y = self.encoder_.encode(X, Notes()), self._known_values(Y)
        self._train(self._standardised(X), self._encoded(Y), weight, 1)
        return self

    def predict(self, X: Any) -> Any:
        """The values, [rows] or [rows, targets], in the units of the target."""
        return self._given_back(self.decided(self.outputs(X)), X, self._target_names())

    def _begin_values(self, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
        outputs = 1 if Y.ndim == 1 else Y.shape[1]
        self.two_axes_ = Y.ndim == 2
        self._begin(fitted_network(self.network, "regression", X.shape[1], outputs))
        return self._columns(Y)

    def _known_values(self, Y: np.ndarray) -> np.ndarray:
        """Targets of further rows, for a model that has begun."""
        given, needed = 1 if Y.ndim == 1 else Y.shape[1], output_size(self.network_)
        if given != needed:
            raise DeltaruleError(f"y has {given} target columns; the model was trained on {needed}")
        return self._columns(Y)

    def _columns(self, Y: np.ndarray) -> np.ndarray:
        Y = np.asarray(Y, np.float64)
        refuse_targets_out_of_range(self.network_, Y)
        single = output_size(self.network_) == 1
        return Y[:, 0] if single and Y.ndim == 2 else Y

    def _standardise(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> None:
        super()._standardise(X, Y, weight)
        if self._standardises_target:
            self.target_standardisation_ = Standardisation.fitted(Y, weight)

    @property
    def _standardises_target(self) -> bool:
        return self.standardise and takes_standardised(self.network_)

    def as_target(self, y: np.ndarray) -> np.ndarray:
        return self._cast_target(self._encoded(self._columns(y)))

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        mean = np.average(Y, axis=0, weights=weight)
        left = np.average((prediction - Y) ** 2, axis=0, weights=weight)
        spread = np.average((Y - mean) ** 2, axis=0, weights=weight)
        return float(np.mean(1 - left / np.where(spread > 0, spread, 1)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


Model = Classifier | Regressor
