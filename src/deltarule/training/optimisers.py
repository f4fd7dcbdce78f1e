"""Optimisers, each by its update equations. Adding one adds a row; the loop runs whatever the equations say.

`theta` is a parameter, `gradient` the derivative of the loss by it, both elementwise. Every other left side is a
state array of the parameter's shape that starts at zero; options and `learning_rate` are scalars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.settings import SETTINGS, Setting

if TYPE_CHECKING:
    import numpy as np

    from deltarule.language.expression import Expression

__all__ = ["OPTIMISERS", "Optimiser", "optimiser", "update_of"]


@dataclass(frozen=True)
class Optimiser:
    """A row: the equations `left <- right` in the text notation, in the order in which they are carried out."""

    name: str
    equations: tuple[str, ...]
    options: tuple[Setting, ...]
    words: str
    source: str


OPTIMISERS: dict[str, Optimiser] = {
    row.name: row
    for row in (
        Optimiser(
            "sgd",
            ("theta <- theta - learning_rate * gradient",),
            (SETTINGS["learning_rate"],),
            "stochastic gradient descent: a step against the gradient of the batch's mean loss",
            "Robbins & Monro 1951",
        ),
    )
}


def optimiser(name: str) -> Optimiser:
    """The row of that name, or an error with the nearest names."""
    if not isinstance(name, str) or name not in OPTIMISERS:
        hint = nearest(name, OPTIMISERS) if isinstance(name, str) else ""
        raise DeltaruleError(f"no optimiser {name!r}{hint}; there are {', '.join(OPTIMISERS)}")
    return OPTIMISERS[name]


Update = Callable[["np.ndarray", "np.ndarray", dict[str, "np.ndarray"], Mapping[str, float]], None]
"""`update(theta, gradient, state, options)` changes theta and the state in place."""


def update_of(row: Optimiser) -> Update:
    """The equations as a function that carries them out on one parameter."""
    import numpy as np

    from deltarule.language.notation import Tensor, parse_expression

    steps: list[tuple[str, Expression]] = []
    names = ["theta", "gradient", "learning_rate", *(o.name for o in row.options), *(_left(e) for e in row.equations)]
    scope = {name: Tensor.of(name) for name in names}
    for equation in row.equations:
        steps.append((_left(equation), parse_expression(equation.partition("<-")[2].strip(), scope).expression))

    def update(
        theta: np.ndarray, gradient: np.ndarray, state: dict[str, np.ndarray], options: Mapping[str, float]
    ) -> None:
        values: dict[str, Any] = {**options, **state, "theta": theta, "gradient": gradient}
        for left, _ in steps:
            if left not in values:
                values[left] = np.zeros_like(theta)
        for left, right in steps:
            values[left] = _value(right, values)
            if left != "theta":
                state[left] = values[left]
        theta[...] = values["theta"]

    return update


def _left(equation: str) -> str:
    return equation.partition("<-")[0].strip()


def _value(e: Expression, values: Mapping[str, Any]) -> Any:
    """An elementwise expression evaluated on arrays."""
    import numpy as np

    from deltarule.language.expression import Apply, Number, Power, Product, Sum, Symbol

    match e:
        case Number(value=value):
            return float(value)
        case Symbol(name=name):
            return values[name]
        case Sum(terms=(first, *rest)):
            total = _value(first, values)
            for term in rest:
                total = total + _value(term, values)
            return total
        case Product(factors=(first, *rest), bound=()):
            product = _value(first, values)
            for factor in rest:
                product = product * _value(factor, values)
            return product
        case Power(base=base, exponent=exponent):
            return _value(base, values) ** float(exponent)
        case Apply(function=function, arguments=arguments) if function in ("sqrt", "abs", "sign", "maximum", "exp"):
            return getattr(np, function)(*(_value(a, values) for a in arguments))
    raise TypeError(f"an update is elementwise; this is not: {e!r}")
