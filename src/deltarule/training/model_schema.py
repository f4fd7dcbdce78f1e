"""What `model.json` holds, as data: fields, what each must be, and the way from a model to it and back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.network import Network
from deltarule.training.deciding import DecidesClasses, Fitted
from deltarule.training.document_folder import is_file_name
from deltarule.training.encoding import Encoder
from deltarule.training.numbering import Declarations
from deltarule.training.recipe import check_recipe
from deltarule.training.restoring import restore
from deltarule.training.settings import DECLARED, NAMED, SETTINGS, defaults, validate
from deltarule.training.standardisation import Standardisation

if TYPE_CHECKING:
    from deltarule.training.estimators import Classifier, Regressor

__all__ = ["FIELDS", "SCHEMA", "check", "described", "restored", "trained"]

SCHEMA = 1
NOT_KEPT = frozenset({"network", "progress", "callbacks"})
"""Parameters of the estimators that are no settings: the network has fields of its own, the others are not data."""
PAIRS = frozenset({"class_weight"})
"""Dictionaries whose keys need not be text: they stand as lists of pairs."""


@dataclass(frozen=True)
class Field:
    """One field of the document: the test that its value passes, and what that is in words."""

    name: str
    test: Callable[[Any], bool]
    words: str
    optional: bool = False


def _finite(v: Any) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool) and abs(v) <= 1.8e308 and math.isfinite(v)


def _numbers(v: Any) -> bool:
    return isinstance(v, list) and all(_finite(x) for x in v)


def _texts(v: Any) -> bool:
    return isinstance(v, list) and all(isinstance(x, str) for x in v)


def _classes(v: Any) -> bool:
    kinds = {type(x) for x in v} if isinstance(v, list) else set()
    return len(kinds) == 1 and kinds <= {str, int, float, bool} and len(set(v)) == len(v) >= 2


def _standardisation(v: Any) -> bool:
    if not isinstance(v, dict) or set(v) != {"mean", "scale"}:
        return False
    mean, scale = (x if isinstance(x, list) else [x] for x in (v["mean"], v["scale"]))
    return _numbers(mean) and _numbers(scale) and len(mean) == len(scale) and all(x > 0 for x in scale)


def _encoder(v: Any) -> bool:
    try:
        Encoder.from_json(v)
    except DeltaruleError:
        return False
    return True


def _history(v: Any) -> bool:
    return isinstance(v, dict) and all(
        isinstance(x, list) and _numbers([n for n in x if n is not None]) for x in v.values()
    )


def _whole(v: Any) -> bool:
    return isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**63


def _sha(v: Any) -> bool:
    return isinstance(v, str) and re.fullmatch(r"[0-9a-f]{64}", v) is not None


def _optimiser_state(v: Any) -> bool:
    if not isinstance(v, dict) or set(v) != {"updates", "schedule", "file", "sha256"} or not _whole(v["updates"]):
        return False
    schedule = v["schedule"]
    if not isinstance(schedule, dict) or not all(_finite(x) or x in ("inf", "-inf") for x in schedule.values()):
        return False
    return (v["file"] is None and v["sha256"] is None) or (is_file_name("optimiser", v["file"]) and _sha(v["sha256"]))


FIELDS: dict[str, Field] = {
    row.name: row
    for row in (
        Field("schema", lambda v: v is not True and v == SCHEMA, f"{SCHEMA}, the version that this software reads"),
        Field("kind", lambda v: v in ("classifier", "regressor"), '"classifier" or "regressor"'),
        Field("network", lambda v: isinstance(v, str), "the text of a network"),
        Field("shapes", lambda v: isinstance(v, str), "the shapes that belong to the network"),
        Field("settings", lambda v: isinstance(v, dict), "the settings of the training by name"),
        Field("features", lambda v: _whole(v) and v > 0, "the number of columns"),
        Field("feature_names", _texts, "a list of names", optional=True),
        Field("encoder", _encoder, "the columns, and how each is written for the network"),
        Field("classes", _classes, "a list of two or more different classes of one kind", optional=True),
        Field("multilabel", lambda v: isinstance(v, bool), "whether a row may have several labels", optional=True),
        Field("best_epoch", _whole, "the epoch that the parameters are of", optional=True),
        Field("target_names", _texts, "a list of names", optional=True),
        Field("two_axes", lambda v: isinstance(v, bool), "true or false", optional=True),
        Field("standardisation", _standardisation, "finite means and positive scales", optional=True),
        Field("target_standardisation", _standardisation, "a finite mean and a positive scale", optional=True),
        Field("history", _history, "lists of finite numbers (or null) by name"),
        Field("epochs", _whole, "a number of epochs"),
        Field("interrupted", lambda v: isinstance(v, bool), "true or false"),
        Field("seed", _whole, "a whole number from 0"),
        Field("weights", lambda v: is_file_name("weights", v), "the name of the weights file beside it"),
        Field("weights_sha256", _sha, "a SHA-256"),
        Field("optimiser_state", _optimiser_state, "the state of the optimiser and of the schedule", optional=True),
        Field("versions", lambda v: isinstance(v, dict) and _texts(list(v.values())), "version numbers by name"),
        Field("about", lambda v: isinstance(v, dict), "what is known of the data"),
    )
}


def check(document: Any, place: str) -> None:
    """Every field is known, there, and what it must be.

    Raises:
        DeltaruleError: names the place, the field and what would be right.
    """
    if not isinstance(document, dict):
        raise DeltaruleError(f"{place} is not a model: it holds no JSON object")
    if document.get("schema") != SCHEMA:
        raise DeltaruleError(f"{place} has schema {document.get('schema')!r}; this version reads {SCHEMA}")
    for name in document:
        if name not in FIELDS:
            raise DeltaruleError(f"{place} has an unknown field {name[:60]!r}{nearest(name[:60], FIELDS)}")
    for name, row in FIELDS.items():
        if name not in document:
            if not row.optional:
                raise DeltaruleError(f"{place} lacks the field {name!r}: {row.words}")
        elif not row.test(document[name]):
            raise DeltaruleError(f"{place}: {name} must be {row.words}, not {repr(document[name])[:60]}")


def described(model: Classifier | Regressor, about: dict[str, Any]) -> dict[str, Any]:
    """The document of a fitted model, without its weights."""
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "classifier" if isinstance(model, DecidesClasses) else "regressor",
        "network": model.network_.text,
        "shapes": model.network_.shapes,
        "settings": {n: _setting(n, v) for n, v in model.get_params(deep=False).items() if n not in NOT_KEPT},
        "features": model.n_features_in_,
        "encoder": model.encoder_.as_json(),
        "history": {name: [v if math.isfinite(v) else None for v in values] for name, values in model.history_.items()},
        "epochs": model.n_epochs_,
        "interrupted": model.interrupted_,
        "seed": model.seed_,
        "versions": _versions(),
        "about": {**getattr(model, "about_", {}), **about},
    }
    if hasattr(model, "feature_names_in_"):
        found["feature_names"] = [str(name) for name in model.feature_names_in_]
    if hasattr(model, "target_names_in_"):
        found["target_names"] = [str(name) for name in model.target_names_in_]
    if hasattr(model, "best_epoch_"):
        found["best_epoch"] = model.best_epoch_
    if isinstance(model, DecidesClasses):
        found["classes"] = model.classes_.tolist()
        if model.multilabel_:
            found["multilabel"] = True
    else:
        found["two_axes"] = model.two_axes_
    for name in ("standardisation", "target_standardisation"):
        value: Standardisation | None = getattr(model, f"{name}_")
        if value is not None:
            found[name] = {"mean": _plain(value.mean), "scale": _plain(value.scale)}
    return found


def restored(
    document: dict[str, Any], parameters: dict[str, np.ndarray], place: str, kinds: Mapping[str, Callable[..., Fitted]]
) -> Fitted:
    """The model of a checked document and its weights, ready to predict; `kinds` makes one of its kind and settings.

    Raises:
        DeltaruleError: the network cannot be read, or weights, columns, classes and network do not fit together.
    """
    kind, settings = document["kind"], document["settings"]
    foreign, own = ("two_axes", "classes") if kind == "classifier" else ("classes", "two_axes")
    if foreign in document or own not in document:
        odd = f"has no {foreign}" if foreign in document else f"needs {own}"
        raise DeltaruleError(f"{place}: a {kind} {odd}")
    if kind == "regressor" and "multilabel" in document:
        raise DeltaruleError(f"{place}: a {kind} has no multilabel")
    known = [n for n in (*SETTINGS, *NAMED, *DECLARED) if n != "class_weight" or kind == "classifier"]
    odd = [name for name in settings if name not in known]
    if odd:
        raise DeltaruleError(f"{place}: settings has an unknown name {odd[0][:60]!r}{nearest(odd[0][:60], known)}")
    settings = {name: _given(name, value) for name, value in settings.items()}
    settings = {n: v for n, v in defaults().items() if n in known} | settings
    try:
        network = Network.parse(document["network"], document["shapes"] or None)
        validate(settings)
        model = kinds[kind](network, **settings)
        recipe: Any = SimpleNamespace(**settings)
        check_recipe(recipe)
        Declarations(settings["categorical"], settings["ordinal"])
    except (DeltaruleError, TypeError, ValueError, AttributeError) as error:
        raise DeltaruleError(f"{place}: {error}") from error
    model.n_features_in_ = document["features"]
    model.encoder_ = Encoder.from_json(document["encoder"])
    if "feature_names" in document:
        model.feature_names_in_ = np.array(document["feature_names"], dtype=object)
    if "target_names" in document:
        model.target_names_in_ = np.array(document["target_names"], dtype=object)
    for name in ("standardisation", "target_standardisation"):
        kept = document.get(name)
        value = None if kept is None else Standardisation(np.array(kept["mean"], float), np.array(kept["scale"], float))
        setattr(model, f"{name}_", value)
    if isinstance(model, DecidesClasses):
        model.classes_ = np.array(document["classes"])
        model.multilabel_ = document.get("multilabel", False)
    else:
        model.two_axes_ = document["two_axes"]
    restore(model, network, parameters, place)
    model.about_ = document["about"]
    return model


def trained(model: Classifier | Regressor, document: dict[str, Any]) -> None:
    """Put in what the document has of the training."""
    model.seed_, model.n_epochs_, model.interrupted_ = document["seed"], document["epochs"], document["interrupted"]
    model.history_ = {k: [math.nan if v is None else v for v in values] for k, values in document["history"].items()}
    if "best_epoch" in document:
        model.best_epoch_ = document["best_epoch"]


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays, tuples and dictionaries as JSON has them."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(name): _plain(v) for name, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple | set | frozenset) else value


def _setting(name: str, value: Any) -> Any:
    if name in PAIRS and isinstance(value, Mapping):
        return [[_plain(k), _plain(v)] for k, v in value.items()]
    return _plain(value)


def _given(name: str, value: Any) -> Any:
    if name in PAIRS and isinstance(value, list):
        return {pair[0]: pair[1] for pair in value if isinstance(pair, list) and len(pair) == 2}
    return value


def _versions() -> dict[str, str]:
    import platform
    from importlib import metadata

    found = {name: metadata.version(name) for name in ("deltarule", "numpy", "scikit-learn")}
    return {**found, "python": platform.python_version()}
