"""Anyone's own modules: a Python function traced into its forward equation, or the equation itself.

>>> @module
... def swish(x, beta: Parameter = ()):
...     return x * tensor_function("sigmoid")(beta * x)
>>> swish.equation
'y = x * sigmoid(beta * x)'
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from deltarule.language.errors import DeltaruleError, NotationError, ShapeError
from deltarule.language.functions import FUNCTIONS
from deltarule.language.notation import is_name
from deltarule.language.tensor import Tensor
from deltarule.language.tensor_functions import TENSOR_FUNCTIONS, tensor_function
from deltarule.network.losses import LOSSES
from deltarule.network.module import Module, Option, Sizes
from deltarule.network.modules import MODULES

__all__ = ["Parameter", "module", "register", "tensor_function"]

_LISTED = frozenset(MODULES)


if TYPE_CHECKING:  # inside the function it is a tensor, its default is a shape: no type says both
    Parameter: TypeAlias = Any
else:

    class Parameter:
        """The annotation of a parameter: `w: Parameter = ("n",)` is a vector, the default `()` a scalar.

        The size `n` is that of the vector that comes in; other size symbols are arguments of the module in a chain.
        """


def register(new: Module, name: str = "") -> Module:
    """Put a module on the table for this process, so that a chain can name it.

    Raises DeltaruleError for a name that belongs to deltarule, NotationError for an equation that cannot be read.
    """
    name = name or new.name
    if not is_name(name):
        raise DeltaruleError(f"a module needs a name that is an identifier, not {name!r}")
    if name in _LISTED or name in LOSSES:
        raise DeltaruleError(f"`{name}` is a module of deltarule: choose another name")
    new = replace(new, name=name)
    _ = new.parameters  # reads the equation
    MODULES[name] = new
    return new


@overload
def module(function: Callable[..., Any], /) -> Module: ...
@overload
def module(*, shapes: str = "", name: str = "", source: str = "") -> Callable[[Callable[..., Any]], Module]: ...
def module(
    function: Callable[..., Any] | None = None, /, *, shapes: str = "", name: str = "", source: str = ""
) -> Module | Callable[[Callable[..., Any]], Module]:
    """A module from a Python function of tensors: its forward equation is traced, registered and returned.

    An argument annotated with `Parameter` is a parameter (its default is its shape), one with a number as default is an
    option, the other is the input. `shapes` gives shapes in the text notation instead, as in `"x: n, W: m n"`.
    """
    if function is None:
        return lambda f: module(f) if not (shapes or name or source) else _traced(f, shapes, name, source)
    return _traced(function, shapes, name, source)


def _traced(function: Callable[..., Any], shapes: str, name: str, source: str) -> Module:
    try:
        arguments = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise DeltaruleError(f"{function!r} cannot be traced: a module is a function written in Python") from None
    name = name or function.__name__
    stated = Module("y = x", shapes).sizes({})
    operands: dict[str, Tensor] = {}
    inputs: list[str] = []
    written: dict[str, Sizes] = {}
    options: list[Option] = []
    for parameter in arguments:
        default = None if parameter.default is inspect.Parameter.empty else parameter.default
        if _is_parameter(parameter.annotation):
            sizes = stated.get(parameter.name, _shape(name, parameter.name, default))
            written[parameter.name] = sizes
            operands[parameter.name] = Tensor.of(parameter.name, *sizes)
        elif isinstance(default, int | float | Fraction) and not isinstance(default, bool):
            value = Tensor.value(default)
            options.append(Option(parameter.name, value.number or Fraction(0)))
            operands[parameter.name] = value.named(f"{{{parameter.name}}}")
        elif default is None and parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}:
            inputs.append(parameter.name)
            sizes = stated.get(parameter.name, ("n",))
            operands[parameter.name] = Tensor.of("x", *sizes).named("x")
        else:
            raise DeltaruleError(
                f"`{parameter.name}` of `{name}` is neither an input nor a parameter: annotate it with Parameter, "
                "or give it a number as default"
            )
    if len(inputs) != 1:
        raise DeltaruleError(f"the module `{name}` needs one input (an argument without a default), not {len(inputs)}")
    if clash := {"x", "y"} & (written.keys() | {option.name for option in options}):
        raise DeltaruleError(f"`{min(clash)}` names the input or the output of a module: rename the argument")
    if inputs[0] in stated:
        written = {"x": stated[inputs[0]], **written}
    elif any("n" in sizes for sizes in written.values()):
        written = {"x": ("n",), **written}
    value = _trace(function, name, operands)
    text = ", ".join(f"{key}: {' '.join(map(str, sizes))}".strip() for key, sizes in written.items() if sizes)
    return register(
        Module(
            f"y = {value.label}", text, name, options=tuple(options), source=source or (function.__doc__ or "").strip()
        )
    )


def _is_parameter(annotation: object) -> bool:
    if isinstance(annotation, str):  # from __future__ import annotations
        return annotation.strip("'\" ").rpartition(".")[2] == "Parameter"
    return annotation is Parameter


def _shape(name: str, parameter: str, default: object) -> Sizes:
    sizes = () if default is None else (default,) if isinstance(default, str) else default
    if isinstance(sizes, tuple) and all(isinstance(s, int | str) and s not in {0, ""} for s in sizes):
        return sizes
    raise DeltaruleError(f'the default of the parameter `{parameter}` of `{name}` is its shape, such as () or ("n",)')


def _trace(function: Callable[..., Any], name: str, operands: dict[str, Tensor]) -> Tensor:
    try:
        return Tensor.value(function(**operands))
    except ShapeError as error:
        raise ShapeError(f"in the module `{name}`: {error.message}", remedy=error.remedy) from None
    except NotationError as error:
        raise NotationError(f"in the module `{name}`: {error.message}", remedy=error.remedy) from None
    except (TypeError, AttributeError) as error:
        known = ", ".join(sorted([*TENSOR_FUNCTIONS, *FUNCTIONS]))
        raise NotationError(
            f"in the module `{name}`: {error}",
            remedy=f"A module uses + - * / ** @ .T and deltarule's functions: {known}.",
        ) from None
