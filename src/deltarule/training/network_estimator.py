"""What the two scikit-learn estimators share: settings, checked and standardised data, the loop, prediction."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import (
    _check_sample_weight,  # pyright: ignore[reportPrivateUsage]
)

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.program import Program
from deltarule.program.native.choice import pays
from deltarule.training.averaging import averages_in, averages_out, judged_by_averages
from deltarule.training.blas import threads_for
from deltarule.training.callbacks import Callback, EpochReport, check_callbacks
from deltarule.training.containers import as_array, names_of_targets
from deltarule.training.early_stopping import EarlyStopping
from deltarule.training.encoding import Encoder, RawColumn, fitted_encoder
from deltarule.training.features import features_to_fit, raw_with_targets
from deltarule.training.fitting import (
    DEFAULT_STARTS,
    NetworkFront,
    compiled,
    default_network,
    fitted_network,
    output_size,
)
from deltarule.training.lbfgs import Converged
from deltarule.training.loop import NonFiniteLoss, Plan, train_on
from deltarule.training.notes import Notes
from deltarule.training.optimisers import optimiser
from deltarule.training.planning import plan_of
from deltarule.training.predicting import Predicting
from deltarule.training.range_test import RangeTest
from deltarule.training.recipe import check_recipe
from deltarule.training.settings import validate
from deltarule.training.sparse_input import is_sparse, kept_sparse, plain_encoder, scaled_only
from deltarule.training.splitting import split
from deltarule.training.standardisation import Standardisation
from deltarule.training.stepping import draws_of, kept_by
from deltarule.training.updating import Memory
from deltarule.training.windows import InMemory, Rows

if TYPE_CHECKING:
    from deltarule.training.checkpoint import Checkpoints

__all__ = ["NetworkEstimator"]

ITERATIONS = 200
"""The most iterations of an optimiser of all rows at once, where nothing is said (scikit-learn's networks too)."""


class NetworkEstimator(Predicting, BaseEstimator):
    """What both estimators share. Arrays are float64 outside and `dtype` inside."""

    classes_: np.ndarray
    _raw_columns: list[RawColumn]

    def __init__(
        self,
        network: Network | NetworkFront | str | None = None,
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
        self.ema = ema
        self.initialiser = initialiser
        self.batch_size = batch_size
        self.epochs = epochs
        self.validation = validation
        self.early_stopping = early_stopping
        self.patience = patience
        self.min_improvement = min_improvement
        self.warm_start = warm_start
        self.standardise = standardise
        self.missing = missing
        self.categorical = categorical
        self.ordinal = ordinal
        self.seed = seed
        self.engine = engine
        self.recompute = recompute
        self.dtype = dtype
        self.policy = policy
        self.progress = progress
        self.callbacks = callbacks

    # What differs -------------------------------------------------------------------------------------------------

    def _measure(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> float:
        """The figure of merit of predictions as the network gives them, against targets as it takes them."""
        raise NotImplementedError

    _metric = ""

    range_test: RangeTest | None = None
    """Of a copy that only looks for a learning rate (`find_learning_rate`)."""
    checkpoint: Checkpoints | None = None
    """Where the training is kept while it runs (`train --checkpoint`)."""

    # Training -----------------------------------------------------------------------------------------------------

    def _begin(self, network: Network) -> None:
        """Everything fitted, as it is before the first epoch."""
        self.network_ = network
        self._program = self._compiled()
        outputs = len(self.classes_) if hasattr(self, "classes_") else output_size(network)
        usual = network.text == default_network(self.task, self.encoder_.width, outputs)  # a loaded one is no None
        initialiser = DEFAULT_STARTS if usual and self.initialiser == "auto" else self.initialiser
        self.parameters_: dict[str, np.ndarray] = self._program.initialise(self.seed_, initialiser=initialiser)
        self.optimiser_state_ = Memory()
        self.history_: dict[str, list[float]] = {}
        self.n_epochs_ = 0
        self.interrupted_ = False
        vars(self).pop("best_epoch_", None)

    def _goes_on(self) -> bool:
        """Whether `fit` goes on from what is fitted (`warm_start`); refuses where that cannot be.

        Encoding and standardisation stay as they are: the parameters belong to them.
        """
        if not self.warm_start or not hasattr(self, "parameters_"):
            return False
        outputs = len(self.classes_) if hasattr(self, "classes_") else output_size(self.network_)
        wanted = fitted_network(self.network, self.task, self.encoder_.width, outputs)
        if (wanted.text, wanted.equations) != (self.network_.text, self.network_.equations):
            raise DeltaruleError(
                f"warm_start goes on with the network that is fitted, `{self.network_.text}`; network is "
                f"`{wanted.text}`\nremedy: warm_start=False begins anew"
            )
        self.parameters_ = {name: value.astype(self.dtype) for name, value in self.parameters_.items()}
        if self.optimiser != getattr(self, "_optimised_by", self.optimiser):
            self.optimiser_state_ = Memory()
        self._program = self._compiled()
        return True

    def _trained_by(self, plan: Plan, rows: int) -> Program:
        """The program that trains: with "auto" the native one where that pays, or where activities are not kept."""
        size = sum(value.size for value in self.parameters_.values())
        if self.recompute and self.engine == "numpy":
            raise DeltaruleError('recompute is of the native engine\nremedy: engine="native", or leave it out')
        if self.recompute or (self.engine == "auto" and pays(size, rows, plan.batch_size, plan.epochs)):
            return compiled(self.network_, self.policy, self.dtype, "native", self.recompute)
        return self.program_

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
        X, Y = self._cast(kept_sparse(self, X)), self._cast_target(Y)
        judge = self._judge(X, Y, weight, held_out) if held_out is not None else None
        self.train_on(InMemory(X, Y, None if weight is None else np.asarray(weight, self.dtype)), epochs, judge)

    def train_on(
        self, rows: Rows, epochs: int, judge: Callable[[dict[str, np.ndarray]], Mapping[str, float]] | None = None
    ) -> None:
        """Epochs over rows as the program takes them, from the present parameters or the checkpoint's."""
        plan = self._plan(len(rows), epochs)
        if plan.optimiser.whole:
            self._refuse_in_parts(rows)
        work = plan.batch_size * sum(value.size for value in self.parameters_.values())
        position = history = None
        callbacks = check_callbacks(self.callbacks)
        averaged = plan.changes.ema is not None
        averages_in(self.parameters_, self.optimiser_state_, wanted=averaged)
        stopping = None
        if self.early_stopping and judge is not None:
            memory = self.optimiser_state_ if averaged else None
            stopping = EarlyStopping(self.patience, self.min_improvement, averaged=memory)
        if plan.optimiser.whole:
            callbacks = (*callbacks, Converged(self.optimiser_state_))
        if averaged and judge is not None:
            judge = self._of_averages(judge)
        if stopping is not None:
            callbacks = (*callbacks, stopping)
        if self.checkpoint is not None:
            position, history = self.checkpoint.begun(self, plan, callbacks)
        try:
            with threads_for(work):
                sparse = is_sparse(getattr(rows, "X", None))
                program = self.program_ if sparse else self._trained_by(plan, len(rows))
                run = train_on(
                    program,
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
        finally:
            if averaged and hasattr(self, "parameters_"):
                averages_out(self.parameters_, self.optimiser_state_)
        for name, values in run.history.items():
            self.history_.setdefault(name, []).extend(values)
        self.n_epochs_ += run.epochs
        self.engine_ = program.engine
        self.interrupted_, self._optimised_by = run.interrupted, self.optimiser
        if stopping is not None:
            self.best_epoch_ = stopping.best_epoch

    def _refuse_in_parts(self, rows: Rows) -> None:
        """An optimiser of all rows at once has them in memory, and a loss that is the same at every call."""
        why = None
        if not isinstance(rows, InMemory):
            why = "the file is larger than --memory and is read in blocks"
        elif self.range_test is not None:
            why = "it searches its steps itself: there is no rate to look for"
        elif draws_of(self.program_, self._plan(len(rows), 1), self.parameters_) or kept_by(self.program_):
            why = "the network draws masks or keeps statistics in training"
        if why is not None:
            name = self.optimiser
            raise DeltaruleError(f"{name} needs all rows and the same loss at every call; {why}\nremedy: adam, say")

    def refuse_some_rows(self) -> None:
        """For `partial_fit`."""
        if optimiser(self.optimiser).whole:
            raise DeltaruleError(
                f"{self.optimiser} needs all rows at once; partial_fit sees some"
                "\nremedy: fit (with warm_start=True it goes on), or an optimiser for batches, such as adam"
            )

    def _of_averages(
        self, judge: Callable[[dict[str, np.ndarray]], Mapping[str, float]]
    ) -> Callable[[dict[str, np.ndarray]], Mapping[str, float]]:
        def judged(parameters: dict[str, np.ndarray]) -> Mapping[str, float]:
            with judged_by_averages(parameters, self.optimiser_state_):
                return judge(parameters)

        return judged

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

    def _fit(
        self,
        X: np.ndarray,
        Y: np.ndarray,
        weight: np.ndarray | None,
        strata: np.ndarray | None,
        standardise: bool = True,
    ) -> Self:
        """Split, standardise on the training part, train. `Y` is encoded, not standardised."""
        X = kept_sparse(self, X)
        training, held = self._parts(X.shape[0], strata)
        weights = None if weight is None else weight[training]
        if standardise:
            self._standardise(X[training], Y[training], weights)
        X, Y = self._standardised(X), self._encoded(Y)
        held_out = None if held is None else (X[held], Y[held], None if weight is None else weight[held])
        self._train(X[training], Y[training], weights, self._epochs(len(Y[training])), held_out)
        return self

    @property
    def held_share(self) -> float:
        """The share of the rows that is held out to judge by."""
        if isinstance(self.validation, str):
            return 0.1 if self.early_stopping else 0.0
        if self.early_stopping and not self.validation:
            raise DeltaruleError(
                "early_stopping judges by rows held out, and validation is 0\nremedy: validation = 0.1, or leave it out"
            )
        return float(self.validation)

    def _parts(self, rows: int, strata: np.ndarray | None) -> tuple[np.ndarray | slice, np.ndarray | None]:
        """The rows to train on and those held out, if any."""
        return split(rows, self.held_share, self.seed_, strata) if self.held_share else (slice(None), None)

    def _standardise(self, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> None:
        self.standardisation_ = None
        if self.standardise:
            fitted = scaled_only(X) if is_sparse(X) else Standardisation.fitted(X, weight).only(self.encoder_.measured)
            self.standardisation_ = fitted
        self.target_standardisation_: Standardisation | None = None

    # Rows that are not all in memory (see `streaming`) -------------------------------------------------------------

    def begin_stored(
        self, encoder: Encoder, network: Network, inputs: Standardisation, target: Standardisation
    ) -> None:
        """Everything fitted that needs all rows, from what was seen of them; means and deviations of the encoded
        columns and of the target, which are used where the settings and the network want them.
        """
        self.encoder_ = encoder
        self._begin(network)
        self.standardisation_ = inputs.only(encoder.measured) if self.standardise else None
        self.target_standardisation_ = target if self._standardises_target else None

    def as_input(self, X: np.ndarray) -> np.ndarray:
        """Encoded rows as the program takes them."""
        return self._cast(self._standardised(X))

    def as_target(self, y: np.ndarray) -> np.ndarray:
        """Indices of classes, or values, [rows], as the loss takes them."""
        raise NotImplementedError

    def measured(self, prediction: np.ndarray, Y: np.ndarray, weight: np.ndarray | None) -> tuple[str, float]:
        """The name of the figure of merit, and its value."""
        return self._metric, self._measure(prediction, Y, weight)

    @property
    def _standardises_target(self) -> bool:
        return False

    def settled(self) -> Self:
        """Every setting checked, and the seed drawn where none was given."""
        validate(self.get_params(deep=False))
        check_recipe(self)
        check_callbacks(self.callbacks)
        self.seed_ = secrets.randbits(62) if self.seed is None else int(self.seed)
        return self

    def epochs_of(self, rows: int) -> int:
        """The epochs for so many rows."""
        return self._epochs(rows)

    def _plan(self, rows: int, epochs: int) -> Plan:
        """Epochs over so many rows, as part of a run of the `epochs` of the settings."""
        classes = self.task != "regression"
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
        if optimiser(self.optimiser).whole:
            if not isinstance(self.batch_size, str) and self.batch_size < rows:
                raise DeltaruleError(
                    f"{self.optimiser} takes all {rows} rows at once; batch_size is {self.batch_size}"
                    "\nremedy: leave batch_size out, or take an optimiser for batches, such as adam"
                )
            return rows
        return min(200, rows) if isinstance(self.batch_size, str) else int(self.batch_size)

    def _epochs(self, rows: int) -> int:
        if not isinstance(self.epochs, str):
            return int(self.epochs)
        if optimiser(self.optimiser).whole:
            return ITERATIONS
        return min(max(math.ceil(2000 / math.ceil(rows / self._batch(rows))), 20), 1000)

    def _checked(self, X: Any, y: Any, sample_weight: Any, reset: bool = True, **more: Any) -> tuple[Any, Any, Any]:
        """Parameters, data and weights validated; rows of weight 0 are left out."""
        validate(self.get_params(deep=False))
        check_recipe(self)
        check_callbacks(self.callbacks)
        names = names_of_targets(y)
        y = as_array(y)
        if reset:
            vars(self).pop("target_names_in_", None)
            if names is not None:
                self.target_names_in_ = np.array(names, dtype=object)
            self.seed_ = secrets.randbits(62) if self.seed is None else int(self.seed)
            X, y, self._raw_columns = features_to_fit(self, X, y, **more)
        else:
            X, y = raw_with_targets(self, X, y, **more)
        y = y.toarray() if hasattr(y, "toarray") else y
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
        training = slice(None) if whole else self._parts(X.shape[0], strata)[0]
        if is_sparse(X):
            self.encoder_ = plain_encoder([column.name for column in self._raw_columns], self.missing)
        else:
            self.encoder_, X = fitted_encoder(X, self._raw_columns, training, self.missing, Notes())
        del self._raw_columns
        return X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing == "indicator"
        tags.input_tags.sparse = True
        return tags
