"""What the two scikit-learn estimators share: settings, checked and standardised data, the loop, prediction."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import (
    _check_sample_weight,  # pyright: ignore[reportPrivateUsage]
    check_is_fitted,
)

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.program import Program
from deltarule.training.callbacks import Callback, EpochReport, check_callbacks
from deltarule.training.encoding import Encoder, RawColumn, fitted_encoder
from deltarule.training.features import encoded_features, features_to_fit, raw_with_targets
from deltarule.training.fitting import Task, arranged, compiled, fitted_network, output_size
from deltarule.training.loop import NonFiniteLoss, Plan, train_on
from deltarule.training.notes import Notes
from deltarule.training.range_test import RangeTest
from deltarule.training.recipe import check_recipe, plan_of
from deltarule.training.settings import validate
from deltarule.training.splitting import split
from deltarule.training.standardisation import Standardisation
from deltarule.training.updating import Memory
from deltarule.training.windows import InMemory, Rows

if TYPE_CHECKING:
    from deltarule.training.checkpoint import Checkpoints

__all__ = ["NetworkEstimator"]

ROWS_AT_ONCE = 16_384
"""Rows that are predicted together: bounds the memory for the activities."""
THREADS_PAY_FROM = 20_000_000
"""Multiplications of a batch (its rows times the parameters) below which a second thread of the BLAS only costs."""


def _threads(work: int) -> AbstractContextManager[object]:
    """One BLAS thread for small products: threads that wait for each other are 50 times slower on a busy machine."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas") if work < THREADS_PAY_FROM else nullcontext()


class NetworkEstimator(BaseEstimator):
    """What both estimators share. Arrays are float64 outside and `dtype` inside."""

    classes_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray
    encoder_: Encoder
    _raw_columns: list[RawColumn]
    about_: dict[str, Any]
    """What a model file says of the data."""

    def __init__(
        self,
        network: Network | str | None = None,
        *,
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
        initialiser: str | float = "auto",
        batch_size: int | str = "auto",
        epochs: int | str = "auto",
        validation: float = 0.0,
        standardise: bool = True,
        missing: str = "indicator",
        categorical: Sequence[str] | None = None,
        ordinal: Mapping[str, Sequence[str]] | None = None,
        seed: int | None = 0,
        engine: str = "numpy",
        dtype: str = "float64",
        policy: str = "accuracy",
        progress: Callable[[EpochReport], object] | None = None,
        callbacks: Sequence[Callback] | None = None,
    ) -> None:
        self.network = network
        self.optimiser = optimiser
        self.optimiser_options = optimiser_options
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.schedule_options = schedule_options
        self.weight_decay = weight_decay
        self.decay = decay
        self.l1 = l1
        self.l2 = l2
        self.regularised = regularised
        self.clip_value = clip_value
        self.clip_norm = clip_norm
        self.initialiser = initialiser
        self.batch_size = batch_size
        self.epochs = epochs
        self.validation = validation
        self.standardise = standardise
        self.missing = missing
        self.categorical = categorical
        self.ordinal = ordinal
        self.seed = seed
        self.engine = engine
        self.dtype = dtype
        self.policy = policy
        self.progress = progress
        self.callbacks = callbacks

    # What differs -------------------------------------------------------------------------------------------------

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        """The figure of merit of predictions as the network gives them, against targets as it takes them."""
        raise NotImplementedError

    _metric = ""

    _task: Task = "classification"

    range_test: RangeTest | None = None
    """Of a copy that only looks for a learning rate (`find_learning_rate`)."""
    checkpoint: Checkpoints | None = None
    """Where the training is kept while it runs (`train --checkpoint`)."""

    # Training -----------------------------------------------------------------------------------------------------

    def _begin(self, network: Network) -> None:
        """Everything fitted, as it is before the first epoch."""
        self.network_ = network
        self._program = self._compiled()
        self.parameters_: dict[str, np.ndarray] = self._program.initialise(self.seed_, initialiser=self.initialiser)
        self.optimiser_state_ = Memory()
        self.history_: dict[str, list[float]] = {}
        self.n_epochs_ = 0
        self.interrupted_ = False

    def _compiled(self) -> Program:
        return compiled(self.network_, self.policy, self.dtype, self.engine)

    @property
    def program_(self) -> Program:
        """The compiled network; not kept in pickles, so it is compiled again where it is missing."""
        check_is_fitted(self, "parameters_")
        if getattr(self, "_program", None) is None:
            self._program = self._compiled()
        return self._program

    def restore(self, network: Network, parameters: dict[str, np.ndarray], seed: int, place: str) -> None:
        """Put in what a model file holds, checked; `place` is named in errors. Columns and classes are set already.

        Raises:
            DeltaruleError: weights, columns, classes and network do not fit together.
        """
        columns = self.encoder_.width
        names = getattr(self, "feature_names_in_", None)
        outputs = len(self.classes_) if hasattr(self, "classes_") else None
        if outputs is not None and not np.array_equal(np.unique(self.classes_), self.classes_):
            raise DeltaruleError(f"{place}: the classes must be different and in ascending order")
        try:
            self.network_ = fitted_network(network, self._task, columns, outputs)
        except DeltaruleError as error:
            raise DeltaruleError(f"{place}: {error}") from error
        self._program = self._compiled()
        expected = {name: tuple(shape) for name, shape in self._program.parameters.items()}
        found = {name: value.shape for name, value in parameters.items()}
        if found != expected:
            raise DeltaruleError(f"{place}: the weights have the shapes {found}, the network has {expected}")
        for name, value in parameters.items():
            if str(value.dtype) != self.dtype or not np.all(np.isfinite(value)):
                raise DeltaruleError(f"{place}: the weights {name} must be finite numbers of type {self.dtype}")
        for kept, size in (
            (self.standardisation_, columns),
            (self.target_standardisation_, output_size(self.network_)),
        ):
            if kept is not None and kept.mean.size != size:
                raise DeltaruleError(f"{place}: a standardisation of {kept.mean.size} columns where {size} are needed")
        taken = [column.name for column in self.encoder_.columns]
        if len(taken) != self.n_features_in_ or (names is not None and taken != [str(name) for name in names]):
            raise DeltaruleError(f"{place}: the encoder's columns are not the {self.n_features_in_} features")
        self.parameters_, self.seed_, self.optimiser_state_ = parameters, seed, Memory()

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name not in ("_program", "checkpoint")}

    def _train(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        weight: np.ndarray | None,
        epochs: int,
        held_out: tuple[np.ndarray, np.ndarray, np.ndarray | None] | None = None,
    ) -> None:
        """Epochs over rows that are standardised and encoded already, from the present parameters."""
        X, Y = self._cast(X), self._cast_target(Y)
        judge = self._judge(X, Y, weight, held_out) if held_out is not None else None
        self.train_on(InMemory(X, Y, None if weight is None else np.asarray(weight, self.dtype)), epochs, judge)

    def train_on(
        self, rows: Rows, epochs: int, judge: Callable[[dict[str, np.ndarray]], Mapping[str, float]] | None = None
    ) -> None:
        """Epochs over rows as the program takes them, from the present parameters or the checkpoint's."""
        plan = self._plan(len(rows), epochs)
        work = plan.batch_size * sum(value.size for value in self.parameters_.values())
        position = history = None
        callbacks = check_callbacks(self.callbacks)
        if self.checkpoint is not None:
            position, history = self.checkpoint.begun(self, plan, callbacks)
        try:
            with _threads(work):
                run = train_on(
                    self.program_,
                    self.parameters_,
                    rows,
                    plan,
                    judge=judge,
                    progress=self.progress,
                    callbacks=callbacks,
                    memory=self.optimiser_state_,
                    watch=None if self.range_test is None else self.range_test.watch,
                    checkpoint=self.checkpoint,
                    position=position,
                    history=history,
                )
        except NonFiniteLoss:
            del self.parameters_  # what is left of them is of no use: the estimator counts as not fitted
            raise
        for name, values in run.history.items():
            self.history_.setdefault(name, []).extend(values)
        self.n_epochs_ += run.epochs
        self.interrupted_ = run.interrupted

    def _judge(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        weight: np.ndarray | None,
        held_out: tuple[np.ndarray, np.ndarray, np.ndarray | None],
    ) -> Callable[[dict[str, np.ndarray]], dict[str, float]]:
        X_held, Y_held, weight_held = self._cast(held_out[0]), self._cast_target(held_out[1]), held_out[2]

        def judge(parameters: dict[str, np.ndarray]) -> dict[str, float]:
            return {
                self._metric: self._measure(self._forward(X), Y, weight),
                "val_loss": float(self.program_.loss(parameters, X_held, Y_held, sample_weight=weight_held)),
                f"val_{self._metric}": self._measure(self._forward(X_held), Y_held, weight_held),
            }

        return judge

    def _fit(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None, strata: np.ndarray | None) -> Self:
        """Split, standardise on the training part, train. `Y` is encoded, not standardised."""
        training, held = slice(None), None
        if self.validation:
            training, held = split(len(X), self.validation, self.seed_, strata)
        weights = None if weight is None else weight[training]
        self._standardise(X[training], Y[training], weights)
        X, Y = self._standardised(X), self._encoded(Y)
        held_out = None if held is None else (X[held], Y[held], None if weight is None else weight[held])
        self._train(X[training], Y[training], weights, self._epochs(len(X[training])), held_out)
        return self

    def _standardise(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> None:
        fitted = Standardisation.fitted(X, weight).only(self.encoder_.measured) if self.standardise else None
        self.standardisation_ = fitted
        self.target_standardisation_: Standardisation | None = None

    def _standardised(self, X: np.ndarray) -> np.ndarray:
        return self.standardisation_.apply(X) if self.standardisation_ is not None else X

    def _encoded(self, Y: np.ndarray) -> np.ndarray:
        return self.target_standardisation_.apply(Y) if self.target_standardisation_ is not None else Y

    def _cast(self, X: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(arranged(self.network_, X), self.dtype)

    def _cast_target(self, Y: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(Y, self.dtype)

    def _plan(self, rows: int, epochs: int) -> Plan:
        """Epochs over so many rows, as part of a run of the `epochs` of the settings."""
        classes = self._task == "classification"
        plan = plan_of(
            self,
            0.1 if classes else 0.01,
            classes,
            self.program_.weights,
            self.parameters_,
            rows=rows,
            batch_size=self._batch(rows),
            epochs=epochs,
            whole_run=self._epochs(rows),
            seed=self.seed_,
            first_epoch=self.n_epochs_,
        )
        return plan if self.range_test is None else self.range_test.plan(plan)

    def _batch(self, rows: int) -> int:
        return min(200, rows) if isinstance(self.batch_size, str) else int(self.batch_size)

    def _epochs(self, rows: int) -> int:
        if not isinstance(self.epochs, str):
            return int(self.epochs)
        return min(max(math.ceil(2000 / math.ceil(rows / self._batch(rows))), 20), 1000)

    def _checked(self, X: Any, y: Any, sample_weight: Any, reset: bool = True, **more: Any) -> tuple[Any, Any, Any]:
        """Parameters, data and weights validated; rows of weight 0 are left out."""
        validate(self.get_params(deep=False))
        check_recipe(self)
        check_callbacks(self.callbacks)
        if reset:
            self.seed_ = secrets.randbits(62) if self.seed is None else int(self.seed)
            X, y, self._raw_columns = features_to_fit(self, X, y, **more)
        else:
            X, y = raw_with_targets(self, X, y, **more)
        if sample_weight is None:
            return X, y, None
        weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True, allow_all_zero_weights=False
        )
        kept = weight > 0
        # The program divides by the number of rows or by the sum of the weights: with mean 1 these are the same.
        return X[kept], y[kept], weight[kept] / weight[kept].mean()

    def _encode_to_fit(self, X: np.ndarray, strata: np.ndarray | None = None, whole: bool = False) -> np.ndarray:
        """Raw values encoded by an encoder fitted on the training part of them (on all of them, if `whole`)."""
        training = slice(None)
        if self.validation and not whole:
            training = split(len(X), self.validation, self.seed_, strata)[0]
        self.encoder_, X = fitted_encoder(X, self._raw_columns, training, self.missing, Notes())
        del self._raw_columns
        return X

    # Prediction ---------------------------------------------------------------------------------------------------

    def _forward(self, X: np.ndarray) -> np.ndarray:
        """Predictions for rows as the program takes them."""
        starts = range(0, max(len(X), 1), ROWS_AT_ONCE)
        parts = [self.program_.forward(self.parameters_, X[s : s + ROWS_AT_ONCE]) for s in starts]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def outputs(self, X: Any, notes: Notes | None = None) -> np.ndarray:
        """The network's predictions in float64 for rows as a person has them; `notes` hears what is odd in them."""
        check_is_fitted(self, "parameters_")
        X = encoded_features(self, X, notes or Notes())
        with np.errstate(over="ignore", under="ignore"):  # far outside the training data activities saturate
            return np.asarray(self._forward(self._cast(self._standardised(X))), np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing == "indicator"
        tags.input_tags.sparse = True
        return tags
