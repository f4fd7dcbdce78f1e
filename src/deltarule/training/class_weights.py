"""Weights of classes: what a sample counts because of its class."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError, nearest

__all__ = ["ClassWeight", "class_weights", "label_weights", "named_classes", "without_class_weight"]

ClassWeight = Mapping[Any, float] | str | None


def class_weights(
    wanted: Mapping[Any, float] | str, classes: np.ndarray, indices: np.ndarray, weight: np.ndarray | None
) -> np.ndarray:
    """The weight of each class, [classes].

    `balanced`: so that every class counts the same in all, rows / (classes * rows of the class); rows [rows] by
    `weight`. A dictionary gives weights by class, 1 for those that it leaves out.

    >>> class_weights("balanced", np.array(["no", "yes"]), np.array([0, 0, 0, 1]), None).tolist()
    [0.6666666666666666, 2.0]
    """
    if isinstance(wanted, str):  # "balanced": what else there is was refused with the other settings
        counts = np.bincount(indices, weights=weight, minlength=len(classes))
        if not counts.all():
            absent = classes[np.flatnonzero(counts == 0)[0]]
            raise DeltaruleError(f'class_weight = "balanced" needs rows of every class; there is none of {absent}')
        return counts.sum() / (len(classes) * counts)
    known = classes.tolist()
    for key, value in wanted.items():
        if key not in known:
            hint = nearest(key, known) if isinstance(key, str) and all(isinstance(k, str) for k in known) else ""
            listed = ", ".join(map(repr, known[:20]))
            raise DeltaruleError(f"class_weight names the class {key!r}{hint}; the target holds {listed}")
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 < value < math.inf:
            raise DeltaruleError(f"class_weight of {key!r} is {value!r}; it must be a number in (0, inf)")
    return np.array([float(wanted.get(c, 1.0)) for c in known])


def named_classes(wanted: ClassWeight, classes: np.ndarray) -> ClassWeight:
    """The same weights, by the classes that texts stand for: on a command line every class is a text.

    >>> named_classes({"0": 1.0, "1": 5.0}, np.array([0, 1]))
    {0: 1.0, 1: 5.0}
    """
    if not isinstance(wanted, Mapping):
        return wanted
    by_text = {str(c): c for c in np.unique(classes).tolist()}
    return {by_text.get(key, key) if isinstance(key, str) else key: value for key, value in wanted.items()}


def without_class_weight(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a regression.

    Raises:
        DeltaruleError: a class_weight is among them.
    """
    if settings.get("class_weight") is not None:
        raise DeltaruleError("class_weight is for classes; the target is a quantity\nremedy: leave it out")
    return {name: value for name, value in settings.items() if name != "class_weight"}


def label_weights(wanted: Mapping[Any, float] | str, Y: np.ndarray) -> np.ndarray:
    """The weights of rows with several labels [rows, labels]: products over the labels, as in scikit-learn."""
    if not isinstance(wanted, str):
        raise DeltaruleError(
            f'class_weight is {wanted!r}; for several labels a row it must be "balanced" or None'
            "\nremedy: give what each row counts as sample_weight"
        )
    from sklearn.utils.class_weight import compute_sample_weight

    return compute_sample_weight("balanced", Y.astype(int))
