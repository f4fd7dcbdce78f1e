"""What a model file holds, put into a model: weights, columns, classes and network have to fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training.fitting import fitted_network, output_size

if TYPE_CHECKING:
    from deltarule.training.deciding import Fitted

__all__ = ["restore"]


def restore(model: Fitted, network: Network, parameters: dict[str, np.ndarray], place: str) -> None:
    """Put in what a model file holds, checked; `place` is named in errors. Columns and classes are set already.

    Raises:
        DeltaruleError: weights, columns, classes and network do not fit together.
    """
    columns = model.encoder_.width
    names = getattr(model, "feature_names_in_", None)
    classes = getattr(model, "classes_", None)
    outputs = None if classes is None else len(classes)
    if classes is not None and not np.array_equal(np.unique(classes), classes):
        raise DeltaruleError(f"{place}: the classes must be different and in ascending order")
    try:
        model.network_ = fitted_network(network, model.task, columns, outputs)
    except DeltaruleError as error:
        raise DeltaruleError(f"{place}: {error}") from error
    model._program = model._compiled()
    expected = {name: tuple(shape) for name, shape in model._program.parameters.items()}
    found = {name: value.shape for name, value in parameters.items()}
    if found != expected:
        raise DeltaruleError(f"{place}: the weights have the shapes {found}, the network has {expected}")
    for name, value in parameters.items():
        if str(value.dtype) != model.dtype or not np.all(np.isfinite(value)):
            raise DeltaruleError(f"{place}: the weights {name} must be finite numbers of type {model.dtype}")
    for kept, size in (
        (model.standardisation_, columns),
        (model.target_standardisation_, output_size(model.network_)),
    ):
        if kept is not None and kept.mean.size != size:
            raise DeltaruleError(f"{place}: a standardisation of {kept.mean.size} columns where {size} are needed")
    taken = [column.name for column in model.encoder_.columns]
    if len(taken) != model.n_features_in_ or (names is not None and taken != [str(name) for name in names]):
        raise DeltaruleError(f"{place}: the encoder's columns are not the {model.n_features_in_} features")
    model.parameters_ = parameters
