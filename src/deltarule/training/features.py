"""The features that an estimator is given, as raw values: arrays as scikit-learn takes them, tables with any columns.

An array or a pandas frame of numbers goes through scikit-learn's own validation; SciPy's sparse arrays are written out,
apart from large ones (see `sparse_input`).
A pandas, polars or pyarrow table with other columns is read column by column: see `encoding`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import validate_data

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table
from deltarule.training.encoding import Encoder, RawColumn
from deltarule.training.frames import as_table, library_of
from deltarule.training.notes import Notes
from deltarule.training.numbering import Declarations, raw_as_encoded, raw_to_fit
from deltarule.training.sparse_input import is_sparse, kept_sparse, pays

if TYPE_CHECKING:
    from deltarule.training.network_estimator import NetworkEstimator

__all__ = ["encoded_features", "features_to_fit", "raw_with_targets"]


def features_to_fit(model: NetworkEstimator, X: Any, y: Any, **more: Any) -> tuple[Any, Any, list[RawColumn]]:
    """Raw values [rows, columns], targets, and what the columns are; sets the model's number and names of columns."""
    declared = Declarations(model.categorical, model.ordinal)
    if library_of(X) is None and not declared.texts:
        X, y = _validated(model, X, y, reset=True, **more)
        names = getattr(model, "feature_names_in_", None)
        named = [f"x{j}" for j in range(X.shape[1])] if names is None else [str(name) for name in names]
        return X, y, [RawColumn(name, "number") for name in named]
    table = _as_table(X)
    raw, columns = raw_to_fit(table, declared, model.missing)
    raw, y = _validated(model, raw, y, reset=True, **more)
    if not isinstance(X, np.ndarray):
        model.feature_names_in_ = np.array([column.name for column in columns], dtype=object)
    return raw, y, columns


def raw_with_targets(model: NetworkEstimator, X: Any, y: Any, **more: Any) -> tuple[Any, Any]:
    """The same for a model that is fitted already: columns are found by name, in the encoder's order."""
    X = raw_as_encoded(_as_table(X), model.encoder_) if _is_table(X, model.encoder_) else X
    with _bare_arrays():
        return _validated(model, X, y, reset=False, **more)


def encoded_features(model: NetworkEstimator, X: Any, notes: Notes) -> np.ndarray:
    """What the network sees of rows to predict, [rows, width], before standardisation."""
    if _is_table(X, model.encoder_):
        return model.encoder_.encode(raw_as_encoded(_as_table(X), model.encoder_), notes)
    _refuse_images(X)
    X = validate_data(model, X, dtype=np.float64, reset=False, accept_sparse="csr", ensure_all_finite=_finite(model))
    if is_sparse(X):
        scaling = model.standardisation_
        if model.encoder_.plain and (scaling is None or not scaling.mean.any()) and _no_gaps(X):
            return kept_sparse(model, X)
        X = X.toarray()
    return model.encoder_.encode(X, notes)


def _no_gaps(X: Any) -> bool:
    return bool(np.isfinite(X.data).all())


def _refuse_images(X: Any) -> None:
    """A table has two axes; what makes images of its rows is a module of the network."""
    if isinstance(X, np.ndarray) and X.ndim > 2:
        sizes = ", ".join(map(str, X.shape[1:]))
        raise DeltaruleError(
            f"Found array with dim {X.ndim}: a table has rows of numbers\n"
            f"remedy: fit(X.reshape(len(X), -1), y), with reshape({sizes}) at the beginning of the network"
        )


def _validated(model: NetworkEstimator, X: Any, y: Any, *, reset: bool, **more: Any) -> tuple[Any, Any]:
    _refuse_images(X)
    X, y = validate_data(
        model,
        X,
        y,
        dtype=np.float64,
        reset=reset,
        accept_sparse="csr",
        ensure_all_finite=_finite(model),
        **more,
    )
    return (X.toarray() if is_sparse(X) and not (pays(X) and _no_gaps(X)) else X), y


def _finite(model: NetworkEstimator) -> Any:
    return "allow-nan" if model.missing == "indicator" else True


def _is_table(X: Any, encoder: Encoder) -> bool:
    if library_of(X) is not None:
        return True
    if all(column.kind in ("number", "boolean") for column in encoder.columns):
        return False
    if type(X).__name__ == "DataFrame" or (isinstance(X, np.ndarray) and encoder.columns[0].name == "x0"):
        return True
    raise DeltaruleError(
        "the model was trained on a table with columns of text or dates\nremedy: give it a table with these columns, "
        "not a bare array"
    )


def _as_table(X: Any) -> Table:
    """A table of X; an array's columns are called x0, x1, ..."""
    if library_of(X) is not None or type(X).__name__ == "DataFrame":
        return as_table(X)
    array = np.asarray(X)
    if array.ndim != 2:
        raise DeltaruleError(f"X has {array.ndim} axes; it must have two: rows and columns")
    texts = array.dtype.kind not in "biuf"
    columns = {
        name: Column(name, None, [str(v) for v in array[:, j]])
        if texts
        else Column(name, array[:, j].astype(float), None)
        for j, name in enumerate(f"x{j}" for j in range(array.shape[1]))
    }
    return Table("the array", columns, len(array))


@contextmanager
def _bare_arrays() -> Iterator[None]:
    """The columns were matched by name already; scikit-learn would warn that the array has no names."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)
        yield
