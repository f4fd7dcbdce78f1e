"""Optimisers, each by its update equations. Adding one adds a row; the program layer compiles what the equations say.

`theta` is a parameter, `gradient` the derivative of the loss by it, both elementwise; `t` is the number of the update,
from 1; options and `learning_rate` are numbers. Every other left side is a state array of the parameter's shape.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.settings import SETTINGS, Setting, validate_options

if TYPE_CHECKING:
    from deltarule.program.update import Update

__all__ = ["DECOUPLED", "OPTIMISERS", "Optimiser", "optimiser", "option_values"]

DECOUPLED = "theta <- (1 - learning_rate * weight_decay) * theta"
"""Weight decay beside the gradient, as in AdamW: the first equation of an update."""


@dataclass(frozen=True)
class Optimiser:
    """A row: the equations `left <- right` in the text notation, in the order in which they are carried out."""

    name: str
    equations: tuple[str, ...]
    options: tuple[Setting, ...]
    words: str
    source: str
    conventions: tuple[str, ...] = ()
    """Where published or programmed forms differ: what is chosen here."""
    initial: Mapping[str, str] = field(default_factory=dict)
    """The first value of a state array, a number or the name of an option; 0 where nothing is said."""
    rates: tuple[float, float] | None = None
    """What `learning_rate="auto"` is, for classes and for regression; None: the settings' own."""
    decay: str = "coupled"
    weight_decay: float = 0.0
    """What `weight_decay="auto"` is."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A row of the table is pickled by name, so that it stays that row; another one without what is compiled."""
        if OPTIMISERS.get(self.name) is self:
            return optimiser, (self.name,)
        return Optimiser, tuple(getattr(self, f.name) for f in fields(self))

    @property
    def all_equations(self) -> tuple[str, ...]:
        """The equations with the decay that belongs to the optimiser's name."""
        return (DECOUPLED, *self.equations) if self.decay == "decoupled" else self.equations

    @cached_property
    def update(self) -> Update:
        """The equations compiled."""
        from deltarule.program.update import update

        return update(self.equations)

    @property
    def state(self) -> dict[str, str]:
        """The state arrays and what they start at."""
        return {name: self.initial.get(name, "0") for name in self.update.state}


def _share(name: str, default: float, words: str) -> Setting:
    return Setting(name, default, words, float, (0, 1), (False, True))


def _epsilon(default: float) -> Setting:
    return Setting("epsilon", default, "added to the root below the line", float, (0, math.inf), (True, True))


_RATE = SETTINGS["learning_rate"]
_MOMENTUM = _share("momentum", 0.9, "the share of the velocity that is kept")
_MOMENTS = (
    _RATE,
    _share("beta_1", 0.9, "the share of the mean of the gradients that is kept"),
    _share("beta_2", 0.999, "the share of the mean of their squares that is kept"),
    _epsilon(1e-8),
)
_VELOCITY = "velocity <- momentum * velocity + gradient"
_VELOCITY_CONVENTION = (
    "the learning rate stands outside the velocity (PyTorch, optax); with it inside (scikit-learn, Sutskever et al.) "
    "the steps are the same as long as the rate does not change",
)
_ADAM = (
    "m <- beta_1 * m + (1 - beta_1) * gradient",
    "v <- beta_2 * v + (1 - beta_2) * gradient**2",
    "theta <- theta - learning_rate * (m / (1 - beta_1**t)) / (sqrt(v / (1 - beta_2**t)) + epsilon)",
)
_ADAM_CONVENTIONS = (
    "the means are corrected for starting at 0, by the number of the update, from 1",
    "epsilon is added outside the root and after the correction, as in algorithm 1 of the paper, PyTorch and optax",
)

OPTIMISERS: dict[str, Optimiser] = {
    row.name: row
    for row in (
        Optimiser(
            "sgd",
            ("theta <- theta - learning_rate * gradient",),
            (_RATE,),
            "stochastic gradient descent: a step against the gradient of the batch's mean loss",
            "Robbins & Monro 1951",
        ),
        Optimiser(
            "momentum",
            (_VELOCITY, "theta <- theta - learning_rate * velocity"),
            (_RATE, _MOMENTUM),
            "the heavy ball: steps along a velocity, a sum of past gradients that fades",
            "Polyak 1964",
            (*_VELOCITY_CONVENTION, "no dampening: the gradient enters the velocity whole"),
            rates=(0.01, 0.001),
        ),
        Optimiser(
            "nesterov",
            (_VELOCITY, "theta <- theta - learning_rate * (gradient + momentum * velocity)"),
            (_RATE, _MOMENTUM),
            "momentum with a look ahead: the step counts the velocity as it will be after the next fading",
            "Nesterov 1983; in this form Bengio et al. 2013, eq. 7",
            (
                *_VELOCITY_CONVENTION,
                "theta is the point looked ahead at, where the gradient is taken (PyTorch, optax, Keras)",
            ),
            rates=(0.01, 0.001),
        ),
        Optimiser(
            "adam",
            _ADAM,
            _MOMENTS,
            "steps along the mean of the gradients, in units of the root of their mean square, parameter by parameter",
            "Kingma & Ba 2015, algorithm 1",
            (*_ADAM_CONVENTIONS, "weight decay is added to the gradient unless decay is decoupled"),
            rates=(0.001, 0.0001),
        ),
        Optimiser(
            "adamw",
            _ADAM,
            _MOMENTS,
            "adam with the weight decay beside the gradient, so that it is not divided by the root",
            "Loshchilov & Hutter 2019, algorithm 2",
            (
                *_ADAM_CONVENTIONS,
                "the decay is multiplied by the learning rate (PyTorch, optax), not by the schedule's factor alone "
                "(the paper)",
            ),
            rates=(0.001, 0.0001),
            decay="decoupled",
            weight_decay=0.01,
        ),
        Optimiser(
            "rmsprop",
            (
                "v <- rho * v + (1 - rho) * gradient**2",
                "theta <- theta - learning_rate * gradient / (sqrt(v) + epsilon)",
            ),
            (_RATE, _share("rho", 0.9, "the share of the mean of the squares that is kept"), _epsilon(1e-8)),
            "steps in units of the root of the mean square of recent gradients, parameter by parameter",
            "Tieleman & Hinton 2012, lecture 6.5",
            (
                "epsilon is added outside the root (PyTorch); optax and Keras add it inside",
                "rho is 0.9 as in the lecture, optax and Keras; PyTorch calls it alpha, default 0.99",
                "the mean starts at 0 and is not corrected for it, and it is not centred",
            ),
            rates=(0.001, 0.0001),
        ),
        Optimiser(
            "adagrad",
            (
                "squares <- squares + gradient**2",
                "theta <- theta - learning_rate * gradient / (sqrt(squares) + epsilon)",
            ),
            (
                _RATE,
                Setting("start", 0.0, "what the sums of squares start at", float, (0, math.inf), (False, True)),
                _epsilon(1e-10),
            ),
            "steps in units of the root of the sum of all squared gradients, parameter by parameter: they shrink",
            "Duchi, Hazan & Singer 2011, diagonal form",
            (
                "the sum starts at 0 (the paper, PyTorch); optax and Keras start at 0.1",
                "epsilon is added outside the root (PyTorch); optax and Keras add it inside",
                "no decay of the learning rate of its own",
            ),
            {"squares": "start"},
            rates=(0.01, 0.001),
        ),
        Optimiser(
            "amsgrad",
            (
                *_ADAM[:2],
                "largest <- maximum(largest, v)",
                "theta <- theta - learning_rate * (m / (1 - beta_1**t)) / (sqrt(largest / (1 - beta_2**t)) + epsilon)",
            ),
            _MOMENTS,
            "adam with the largest mean square so far below the line: the steps of a parameter never grow again",
            "Reddi, Kale & Kumar 2018",
            (
                "the means are corrected for starting at 0, as in PyTorch; the paper has no correction",
                "the maximum is taken before the correction (PyTorch); optax takes it after",
            ),
            rates=(0.001, 0.0001),
        ),
        Optimiser(
            "adamax",
            (
                _ADAM[0],
                "largest <- maximum(beta_2 * largest, abs(gradient) + epsilon)",
                "theta <- theta - learning_rate / (1 - beta_1**t) * m / largest",
            ),
            _MOMENTS,
            "adam with a fading maximum of the gradients in the place of the root of their mean square",
            "Kingma & Ba 2015, algorithm 2",
            ("epsilon is added to the size of the gradient (PyTorch); the paper has none",),
            rates=(0.002, 0.0002),
        ),
        Optimiser(
            "nadam",
            (
                *_ADAM[:2],
                "share <- beta_1 * (1 - 1/2 * 0.96**(t * fading))",
                "following <- beta_1 * (1 - 1/2 * 0.96**((t + 1) * fading))",
                "shares <- shares * share",
                "direction <- (1 - share) / (1 - shares) * gradient + following / (1 - shares * following) * m",
                "theta <- theta - learning_rate * direction / (sqrt(v / (1 - beta_2**t)) + epsilon)",
            ),
            (
                *_MOMENTS,
                Setting("fading", 0.004, "how fast the share rises to beta_1", float, (0, math.inf), (False, True)),
            ),
            "adam with Nesterov's look ahead",
            "Dozat 2016, with its schedule of the momentum",
            ("as in PyTorch; optax keeps the momentum constant",),
            {"shares": "1"},
            rates=(0.002, 0.0002),
        ),
        Optimiser(
            "radam",
            (
                *_ADAM[:2],
                "longest <- 2 / (1 - beta_2) - 1",
                "length <- longest - 2 * t * beta_2**t / (1 - beta_2**t)",
                "spread <- (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)",
                "rectified <- sqrt(maximum(0, spread)) * sqrt(1 - beta_2**t) / (sqrt(v) + epsilon)",
                "theta <- theta - learning_rate * m / (1 - beta_1**t) * (1 + step(length - 5) * (rectified - 1))",
            ),
            _MOMENTS,
            "adam that takes plain steps of momentum until the mean square rests on enough gradients",
            "Liu et al. 2020, algorithm 2",
            ("the adaptive steps begin where the length exceeds 5, as in PyTorch; 4 in the paper",),
            rates=(0.001, 0.0001),
        ),
        Optimiser(
            "adadelta",
            (
                "squares <- rho * squares + (1 - rho) * gradient**2",
                "change <- sqrt(changes + epsilon) / sqrt(squares + epsilon) * gradient",
                "changes <- rho * changes + (1 - rho) * change**2",
                "theta <- theta - learning_rate * change",
            ),
            (_RATE, _share("rho", 0.9, "the share of the mean of the squares that is kept"), _epsilon(1e-6)),
            "steps in units of the root of the mean square of recent steps, over that of recent gradients",
            "Zeiler 2012, algorithm 1",
            ("epsilon is added inside both roots (the paper, PyTorch)", "rho is 0.9 as in PyTorch; 0.95 in the paper"),
            rates=(1.0, 0.1),
        ),
        Optimiser(
            "lion",
            (
                "theta <- theta - learning_rate * sign(beta_1 * m + (1 - beta_1) * gradient)",
                "m <- beta_2 * m + (1 - beta_2) * gradient",
            ),
            (
                _RATE,
                _share("beta_1", 0.9, "the share of the mean in the direction of the step"),
                _share("beta_2", 0.99, "the share of the mean of the gradients that is kept"),
            ),
            "steps of one size, along the sign of a mean of the gradients",
            "Chen et al. 2023, algorithm 2",
            ("the decay is multiplied by the learning rate",),
            rates=(0.0003, 0.00003),
            decay="decoupled",
        ),
    )
}


def optimiser(name: str) -> Optimiser:
    """The row of that name, or an error with the nearest names."""
    if not isinstance(name, str) or name not in OPTIMISERS:
        hint = nearest(name, OPTIMISERS) if isinstance(name, str) else ""
        raise DeltaruleError(f"no optimiser {name!r}{hint}; there are {', '.join(OPTIMISERS)}")
    return OPTIMISERS[name]


def option_values(row: Optimiser, given: Mapping[str, Any] | None) -> dict[str, float]:
    """Every option of the optimiser but the learning rate: what is given, checked, else its default."""
    options = [o for o in row.options if o is not _RATE]
    return validate_options(f"the optimiser {row.name}", options, given)
