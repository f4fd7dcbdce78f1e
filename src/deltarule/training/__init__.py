"""Training: optimisers as equations, data, the loop, scikit-learn estimators, model folders.

The names are loaded when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deltarule.training.atomic import write_whole
    from deltarule.training.bundled import DATASETS, Dataset, load_dataset
    from deltarule.training.callbacks import BatchReport, Callback, EpochReport, Run
    from deltarule.training.data import Column, Table
    from deltarule.training.estimators import Classifier, Regressor
    from deltarule.training.gradient_check import GradientCheck, check_gradients
    from deltarule.training.loop import NonFiniteLoss
    from deltarule.training.metrics import classification_metrics, regression_metrics
    from deltarule.training.model_file import load_model, save_model
    from deltarule.training.optimisers import OPTIMISERS, Optimiser
    from deltarule.training.prediction import evaluate, predict, predictions
    from deltarule.training.range_test import RangeTest, find_learning_rate
    from deltarule.training.schedules import SCHEDULES, Schedule
    from deltarule.training.session import TrainingResult, learning_rate_range, train
    from deltarule.training.settings import SETTINGS, Setting
    from deltarule.training.source import read_blocks, read_table
    from deltarule.training.splitting import split
    from deltarule.training.watching import Watch

_PLACES = {
    "atomic": ("write_whole",),
    "bundled": ("DATASETS", "Dataset", "load_dataset"),
    "callbacks": ("BatchReport", "Callback", "EpochReport", "Run"),
    "data": ("Column", "Table"),
    "source": ("read_blocks", "read_table"),
    "splitting": ("split",),
    "estimators": ("Classifier", "Regressor"),
    "gradient_check": ("GradientCheck", "check_gradients"),
    "loop": ("NonFiniteLoss",),
    "metrics": ("classification_metrics", "regression_metrics"),
    "model_file": ("load_model", "save_model"),
    "optimisers": ("OPTIMISERS", "Optimiser"),
    "prediction": ("evaluate", "predict", "predictions"),
    "range_test": ("RangeTest", "find_learning_rate"),
    "schedules": ("SCHEDULES", "Schedule"),
    "session": ("TrainingResult", "learning_rate_range", "train"),
    "settings": ("SETTINGS", "Setting"),
    "watching": ("Watch",),
}
_PLACE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "DATASETS",
    "OPTIMISERS",
    "SCHEDULES",
    "SETTINGS",
    "BatchReport",
    "Callback",
    "Classifier",
    "Column",
    "Dataset",
    "EpochReport",
    "GradientCheck",
    "NonFiniteLoss",
    "Optimiser",
    "RangeTest",
    "Regressor",
    "Run",
    "Schedule",
    "Setting",
    "Table",
    "TrainingResult",
    "Watch",
    "check_gradients",
    "classification_metrics",
    "evaluate",
    "find_learning_rate",
    "learning_rate_range",
    "load_dataset",
    "load_model",
    "predict",
    "predictions",
    "read_blocks",
    "read_table",
    "regression_metrics",
    "save_model",
    "split",
    "train",
    "write_whole",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACE_OF[name]}"), name)
