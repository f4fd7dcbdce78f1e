"""What a fitted network does with rows: predictions and scores, as arrays or frames; and how it shows itself.

Nothing of scikit-learn is imported for it: a model of a file (`fitted`) predicts without.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Self

import numpy as np

from deltarule.network import Network
from deltarule.program import Program
from deltarule.training.containers import contained, container
from deltarule.training.display import WithNetwork, visual_block
from deltarule.training.encoding import Encoder
from deltarule.training.fitting import Task, arranged, compiled
from deltarule.training.links import link_of
from deltarule.training.notes import Notes
from deltarule.training.standardisation import Standardisation

__all__ = ["Predicting", "features_of"]

ROWS_AT_ONCE = 16_384
"""Rows that are predicted together: bounds the memory for the activities."""


class Predicting:
    """The part of an estimator that needs nothing but what `fit` left behind."""

    policy: str
    dtype: str
    engine: str
    n_features_in_: int
    feature_names_in_: np.ndarray
    target_names_in_: np.ndarray
    encoder_: Encoder
    network_: Network
    parameters_: dict[str, np.ndarray]
    standardisation_: Standardisation | None
    target_standardisation_: Standardisation | None
    _program: Program | None
    about_: dict[str, Any]
    """What a model file says of the data."""

    @property
    def task(self) -> Task:
        """What it does: `classification`, `multilabel` or `regression`."""
        raise NotImplementedError

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """What it predicts for each row, of what the network gives."""
        raise NotImplementedError

    def _compiled(self, auto: str = "numpy") -> Program:
        """The program; `auto` is the engine where the model leaves it open."""
        return compiled(self.network_, self.policy, self.dtype, auto if self.engine == "auto" else self.engine)

    def refuse_unfitted(self) -> None:
        """Raise scikit-learn's NotFittedError before `fit`."""
        if not hasattr(self, "parameters_"):
            from sklearn.utils.validation import check_is_fitted

            check_is_fitted(self, "parameters_")

    @property
    def program_(self) -> Program:
        """The compiled network; not kept in pickles, so it is compiled again where it is missing."""
        self.refuse_unfitted()
        program: Program | None = getattr(self, "_program", None)
        if program is None:
            program = self._program = self._compiled()
        return program

    def for_many_rows(self) -> Self:
        """The same model, which predicts by the native engine where it may choose: for more rows than NumPy is for."""
        if self.engine != "auto":
            return self
        other = copy(self)
        other._program = self._compiled("native")
        return other

    def _standardised(self, X: np.ndarray) -> np.ndarray:
        return self.standardisation_.apply(X) if self.standardisation_ is not None else X

    def _encoded(self, Y: np.ndarray) -> np.ndarray:
        return self.target_standardisation_.apply(Y) if self.target_standardisation_ is not None else Y

    def _cast(self, X: np.ndarray) -> np.ndarray:
        X = arranged(self.network_, X)
        return X.astype(self.dtype, copy=False) if hasattr(X, "tocsr") else np.ascontiguousarray(X, self.dtype)

    def _cast_target(self, Y: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(Y, self.dtype)

    def _forward(self, X: np.ndarray) -> np.ndarray:
        """Predictions for rows as the program takes them."""
        starts = range(0, max(X.shape[0], 1), ROWS_AT_ONCE)
        parts = [self.program_.forward(self.parameters_, X[s : s + ROWS_AT_ONCE]) for s in starts]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def outputs(self, X: Any, notes: Notes | None = None) -> np.ndarray:
        """The network's predictions in float64 for rows as a person has them; `notes` hears what is odd in them."""
        self.refuse_unfitted()
        X = self._encoded_features(X, notes or Notes())
        return self.outputs_of(self._cast(self._standardised(X)))

    def outputs_of(self, X: np.ndarray) -> np.ndarray:
        """The same for rows as the program takes them."""
        with np.errstate(over="ignore", under="ignore"):  # far outside the training data activities saturate
            return np.asarray(self._forward(X), np.float64)

    def scores(self, X: Any) -> np.ndarray:
        """What stands before the last function (the logits, mostly), in float64; `link_of` says which function."""
        self.refuse_unfitted()
        link = link_of(self.network_)
        if link is None:
            return self.outputs(X)
        X = self._cast(self._standardised(self._encoded_features(X, Notes())))
        starts = range(0, max(X.shape[0], 1), ROWS_AT_ONCE)
        activity, theta = self.program_.activity, self.parameters_
        parts = [activity(link.scores, theta, X[start : start + ROWS_AT_ONCE]) for start in starts]
        return np.asarray(np.concatenate(parts), np.float64)

    def _encoded_features(self, X: Any, notes: Notes) -> np.ndarray:
        from deltarule.training.features import encoded_features

        model: Any = self
        return encoded_features(model, X, notes)

    def set_output(self, *, transform: str | None = None) -> Self:
        """What predictions come in: `default` (arrays), `pandas` or `polars` (with names, and the index of a frame).

        The argument is scikit-learn's, whose transformers have the same method.
        """
        if transform is not None:
            self._container = container(transform)
        return self

    def _given_back(self, values: np.ndarray, X: Any, columns: Sequence[Any] | None = None) -> Any:
        """Predictions in the container that was asked for."""
        return contained(values, X, getattr(self, "_container", "default"), self._target_names(), columns)

    def _target_names(self) -> Sequence[str]:
        names = getattr(self, "target_names_in_", None)
        return ["prediction"] if names is None else list(names)

    # Display ------------------------------------------------------------------------------------------------------

    def _sk_visual_block_(self) -> Any:
        model: Any = self
        return visual_block(model)

    def _get_params_html(self, *arguments: Any, **more: Any) -> Any:
        model: Any = self
        inner: Any = super()
        return WithNetwork(model, inner._get_params_html(*arguments, **more))


def features_of(model: Predicting) -> Sequence[str]:
    """The names of the columns that the model takes; x0, x1, ... where it was trained on a bare array."""
    names = getattr(model, "feature_names_in_", None)
    return [f"x{j}" for j in range(model.n_features_in_)] if names is None else [str(n) for n in names]
