"""Data sets by name: five that scikit-learn ships, three that are made on the spot from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.training.data import Table

__all__ = ["DATASETS", "Dataset", "load_dataset"]


@dataclass(frozen=True)
class Dataset:
    """What one data set is, and how it is made: `load(seed)` gives features, targets, names of columns and classes."""

    name: str
    description: str
    rows: int
    columns: int
    """Features, the target not counted."""
    task: Literal["classification", "regression"]
    target: str
    classes: int
    """0 for regression."""
    source: str
    licence: str
    load: Callable[[int], tuple[Any, Any, list[str], list[str] | None]]


def _shipped(loader: str) -> Callable[[int], tuple[Any, Any, list[str], list[str] | None]]:
    def load(seed: int) -> tuple[Any, Any, list[str], list[str] | None]:
        from sklearn import datasets

        bunch = getattr(datasets, loader)()
        names = getattr(bunch, "target_names", None)
        classes = None if loader == "load_diabetes" or names is None else [str(name) for name in names]
        return bunch.data, bunch.target, [str(name) for name in bunch.feature_names], classes

    return load


def _moons(seed: int) -> tuple[Any, Any, list[str], list[str] | None]:
    from sklearn.datasets import make_moons

    return (*make_moons(500, noise=0.2, random_state=seed), ["x1", "x2"], ["upper", "lower"])


def _circles(seed: int) -> tuple[Any, Any, list[str], list[str] | None]:
    from sklearn.datasets import make_circles

    return (*make_circles(500, noise=0.1, factor=0.5, random_state=seed), ["x1", "x2"], ["outer", "inner"])


def _xor(seed: int) -> tuple[Any, Any, list[str], list[str] | None]:
    import numpy as np

    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 2, size=(500, 2))
    points = corners + rng.normal(0, 0.15, size=(500, 2))
    return points, corners[:, 0] ^ corners[:, 1], ["x1", "x2"], ["same", "different"]


_UCI = "UCI Machine Learning Repository, as shipped by scikit-learn"

DATASETS: dict[str, Dataset] = {
    row.name: row
    for row in (
        Dataset(
            "breast_cancer",
            "Wisconsin diagnostic breast cancer: cell nuclei measured in images of fine-needle aspirates",
            569,
            30,
            "classification",
            "diagnosis",
            2,
            f"Wolberg, Street & Mangasarian 1995; {_UCI}",
            "CC BY 4.0",
            _shipped("load_breast_cancer"),
        ),
        Dataset(
            "digits",
            "Handwritten digits: 8 × 8 pixels with values 0 to 16",
            1797,
            64,
            "classification",
            "digit",
            10,
            f"Alpaydin & Kaynak 1998; {_UCI}",
            "CC BY 4.0",
            _shipped("load_digits"),
        ),
        Dataset(
            "diabetes",
            "Ten measurements of diabetes patients and the disease's progression one year later",
            442,
            10,
            "regression",
            "progression",
            0,
            "Efron, Hastie, Johnstone & Tibshirani 2004, as shipped by scikit-learn",
            "public, no licence stated by its authors",
            _shipped("load_diabetes"),
        ),
        Dataset(
            "wine",
            "Chemical analysis of wines of three cultivars from one region of Italy",
            178,
            13,
            "classification",
            "cultivar",
            3,
            f"Aeberhard & Forina 1992; {_UCI}",
            "CC BY 4.0",
            _shipped("load_wine"),
        ),
        Dataset(
            "iris",
            "Sepals and petals of three species of iris",
            150,
            4,
            "classification",
            "species",
            3,
            f"Fisher 1936, Anderson 1935; {_UCI}",
            "CC BY 4.0",
            _shipped("load_iris"),
        ),
        Dataset(
            "moons",
            "Two interleaving half circles with noise",
            500,
            2,
            "classification",
            "half",
            2,
            "made on the spot by scikit-learn's make_moons",
            "none needed",
            _moons,
        ),
        Dataset(
            "circles",
            "A circle inside another with noise",
            500,
            2,
            "classification",
            "ring",
            2,
            "made on the spot by scikit-learn's make_circles",
            "none needed",
            _circles,
        ),
        Dataset(
            "xor",
            "Noisy corners of a square, labelled by exclusive or: no line parts the classes",
            500,
            2,
            "classification",
            "parity",
            2,
            "made on the spot",
            "none needed",
            _xor,
        ),
    )
}


def load_dataset(name: str, seed: int = 0) -> Table:
    """A bundled data set as a table: the features in order, then the target (classes by their names).

    `seed` matters to those made on the spot only.

    >>> load_dataset("iris").rows
    150
    """
    import numpy as np

    from deltarule.training.data import Column, Table

    if name not in DATASETS:
        raise DeltaruleError(f"no bundled data set {name!r}{nearest(name, DATASETS)}; there are {', '.join(DATASETS)}")
    row = DATASETS[name]
    X, y, names, classes = row.load(seed)
    columns = {
        feature: Column(feature, np.ascontiguousarray(X[:, j], np.float64), None) for j, feature in enumerate(names)
    }
    if classes is None or all(c.isdigit() for c in classes):
        target = Column(row.target, np.asarray(y, np.float64), None)
    else:
        target = Column(row.target, None, [classes[int(k)] for k in y])
    return Table(name, {**columns, row.target: target}, len(y), dataset=row)
