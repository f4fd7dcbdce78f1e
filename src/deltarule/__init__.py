"""deltarule derives, proves, explains and runs backpropagation.

Names are loaded when they are first used, so `import deltarule` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deltarule.api import Derivation, Formula, Network, prove
    from deltarule.checking.messages.backward import check_backward
    from deltarule.checking.verdicts import Verdicts, check
    from deltarule.language.errors import DeltaruleError
    from deltarule.network import Module, Parameter, module
    from deltarule.training import Callback, Classifier, Regressor, Watch, load_model, save_model
    from deltarule.training.report import report

__version__ = "0.1.0"

_HOMES = {
    "Network": "deltarule.api",
    "Derivation": "deltarule.api",
    "Formula": "deltarule.api",
    "prove": "deltarule.api",
    "check": "deltarule.checking.verdicts",
    "Verdicts": "deltarule.checking.verdicts",
    "DeltaruleError": "deltarule.language.errors",
    "Module": "deltarule.network",
    "Parameter": "deltarule.network",
    "module": "deltarule.network",
    "check_backward": "deltarule.checking.messages.backward",
    "Callback": "deltarule.training",
    "Classifier": "deltarule.training",
    "Regressor": "deltarule.training",
    "Watch": "deltarule.training",
    "report": "deltarule.training.report",
    "load_model": "deltarule.training",
    "save_model": "deltarule.training",
}

__all__ = [
    "Callback",
    "Classifier",
    "DeltaruleError",
    "Derivation",
    "Formula",
    "Module",
    "Network",
    "Parameter",
    "Regressor",
    "Verdicts",
    "Watch",
    "__version__",
    "check",
    "check_backward",
    "load_model",
    "module",
    "prove",
    "report",
    "save_model",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if not name.startswith("_"):
        from deltarule.language.functions import FUNCTIONS
        from deltarule.language.tensor_functions import TENSOR_FUNCTIONS, tensor_function

        if name in TENSOR_FUNCTIONS or name in FUNCTIONS:  # `dr.sigmoid`, for modules written in Python
            return tensor_function(name)
    raise AttributeError(f"module 'deltarule' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
