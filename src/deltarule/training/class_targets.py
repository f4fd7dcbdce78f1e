"""What a target to classify may be: one class a row, or several labels a row."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from deltarule.language.errors import DeltaruleError

__all__ = ["kind_of_target", "refuse_one_class"]


def kind_of_target(y: np.ndarray) -> Literal["classes", "multilabel"]:
    """Whether y [rows] holds classes, or y [rows, labels] says of each label whether it is there.

    Raises:
        DeltaruleError: it is neither.
    """
    try:
        check_classification_targets(y)
    except ValueError as error:
        remedy = "remedy: train on whole numbers or text, or regress"
        raise DeltaruleError(f"{error}\n{remedy}") from error
    if y.ndim < 2 or y.shape[1] == 1:
        return "classes"
    if type_of_target(y) != "multilabel-indicator" or not np.isin(y, (0, 1)).all():
        raise DeltaruleError(
            f"y has {y.shape[1]} columns that are not zeros and ones: several labels a row are given as 0 and 1"
            "\nremedy: sklearn.preprocessing.MultiLabelBinarizer, or one model for each column"
        )
    return "multilabel"


def refuse_one_class(classes: np.ndarray) -> None:
    """Raise where there is nothing to tell apart."""
    if len(classes) < 2:
        raise DeltaruleError(
            f"the target holds one class only ({classes[0]}): a classifier needs two or more"
            "\nremedy: check that the column is the right one and that no filter left one class out"
        )
