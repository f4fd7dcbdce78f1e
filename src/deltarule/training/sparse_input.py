"""SciPy's sparse matrices kept sparse where that pays: a large table of zeros, and a network that begins in a product.

The first layer's product and its weights' gradient are then sparse products; nothing is written out. Columns are
scaled by their largest absolute value and not centred, which would fill them (as scikit-learn's `MaxAbsScaler`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from deltarule.training.encoding import ColumnCode, Encoder
from deltarule.training.standardisation import Standardisation

if TYPE_CHECKING:
    from deltarule.training.network_estimator import NetworkEstimator

__all__ = ["is_sparse", "kept_sparse", "pays", "plain_encoder", "scaled_only", "takes_sparse"]

PAYS_FROM = 64 << 20
"""Bytes of the table written out below which that is simpler, and centred columns are better."""
DENSEST = 0.1


def is_sparse(X: Any) -> bool:
    return bool(sparse.issparse(X))


def pays(X: Any) -> bool:
    """Whether a table is large and mostly zero."""
    return is_sparse(X) and 8 * X.shape[0] * X.shape[1] >= PAYS_FROM and X.nnz <= DENSEST * X.shape[0] * X.shape[1]


def kept_sparse(model: NetworkEstimator, X: Any) -> Any:
    """Rows [rows, columns] as the model is trained on them: sparse as they are, where it can take them so."""
    if not is_sparse(X):
        return X
    if not takes_sparse(model):
        return X.toarray()
    for name, theta in model.parameters_.items():
        if theta.ndim == 2 and theta.shape[1] == X.shape[1]:  # the order in which both products read and write it
            model.parameters_[name] = np.asfortranarray(theta)
    return sparse.csr_array(X)


def takes_sparse(model: NetworkEstimator) -> bool:
    """Whether the model's program does nothing but multiply its input."""
    return bool(getattr(model.program_, "takes_sparse", False))


def plain_encoder(names: list[str], missing: str) -> Encoder:
    """Columns of numbers, none of which lacks."""
    return Encoder(tuple(ColumnCode(name, "number") for name in names), missing)


def scaled_only(X: Any) -> Standardisation:
    """Of a sparse table: no means, and the largest absolute value of each column as its scale; 1 for an empty one."""
    X, largest = X.tocsr(), np.zeros(X.shape[1])
    np.maximum.at(largest, X.indices, abs(X.data))
    return Standardisation(np.zeros(X.shape[1]), np.where(largest > 0, largest, 1.0))
