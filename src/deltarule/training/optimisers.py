"""Optimisers, each by its update equations. Adding one adds a row; the program layer compiles what the equations say.

`theta` is a parameter, `gradient` the derivative of the loss by it; `t` is the number of the update, from 1; options
and `learning_rate` are numbers. A left side that is read before it is made is a state array: of the parameter's shape
where the equations are elementwise, else as its equation says (`n_1` and `n_2` are a matrix's rows and columns).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.settings import SETTINGS, Setting, validate_options

if TYPE_CHECKING:
    from deltarule.program.update import Update

__all__ = ["DECOUPLED", "EVERY_OPTIMISER", "OPTIMISERS", "Optimiser", "optimiser", "option_values"]

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
    matrices: tuple[str, ...] = ()
    """The equations for a parameter with two axes, where these are others."""
    tall: tuple[str, ...] = ()
    """Those for a matrix with more rows than columns, where these are others again."""
    whole: bool = False
    """Whether it takes all rows at once and all parameters as one vector, and searches a step (`lbfgs`)."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A row of the table is pickled by name, so that it stays that row; another one without what is compiled."""
        if EVERY_OPTIMISER.get(self.name) is self:
            return optimiser, (self.name,)
        return Optimiser, tuple(getattr(self, f.name) for f in fields(self))

    @property
    def all_equations(self) -> tuple[str, ...]:
        """The equations with the decay that belongs to the optimiser's name."""
        return (*self.decays, *self.equations)

    @property
    def decays(self) -> tuple[str, ...]:
        """The first equation, where decay belongs to the optimiser's name."""
        return (DECOUPLED,) if self.decay == "decoupled" else ()

    def equations_for(self, shape: Sequence[int]) -> tuple[str, ...]:
        """The equations for a parameter of that shape, without decay."""
        if len(shape) == 2 and self.tall and shape[0] > shape[1]:
            return self.tall
        return self.matrices if len(shape) == 2 and self.matrices else self.equations

    @property
    def cases(self) -> dict[str, tuple[str, ...]]:
        """The equations by what they are for, those for every other shape last; with the decay."""
        found = {"of a matrix": self.matrices, "of a matrix with more rows than columns": self.tall}
        found = {what: (*self.decays, *equations) for what, equations in found.items() if equations}
        return {**found, ("of any other parameter" if found else ""): self.all_equations}

    @cached_property
    def update(self) -> Update:
        """The equations compiled."""
        from deltarule.program.update import update

        return update(self.equations)

    @property
    def state(self) -> dict[str, str]:
        """The state arrays and what they start at."""
        from deltarule.program.update import update

        every = [update(equations, rank=2) for equations in (self.matrices, self.tall) if equations]
        names = dict.fromkeys(name for compiled in (*every, self.update) for name in compiled.state)
        return {name: self.initial.get(name, "0") for name in names}


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
_RELATIVE_STEP = (
    "change <- change / maximum(1, sqrt(mean(change**2)) / clipping)",
    "theta <- theta - minimum(learning_rate, 1 / sqrt(t)) * maximum(epsilon_2, sqrt(mean(theta**2))) * change",
)
_FADING = ("share <- 1 - t**(-forgetting)", "squares <- gradient**2 + epsilon_1")
_NESTEROV_MEAN = (
    "velocity <- momentum * velocity + (1 - momentum) * gradient",
    "X <- momentum * velocity + (1 - momentum) * gradient",
    "X <- X / maximum(sqrt(sum(X**2)), 1e-7)",
)
_AS_ADAMW = "theta <- theta - learning_rate * 0.2 * sqrt(maximum(n_1, n_2)) * X"

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
        Optimiser(
            "adafactor",
            (
                *_FADING,
                "v <- share * v + (1 - share) * squares",
                "change <- gradient / sqrt(v)",
                *_RELATIVE_STEP,
            ),
            (
                _RATE,
                _share("forgetting", 0.8, "how fast the share of the past in the means nears 1"),
                Setting(
                    "clipping", 1.0, "the largest root mean square of a change", float, (0, math.inf), (True, True)
                ),
                Setting("epsilon_1", 1e-30, "added to the squared gradients", float, (0, math.inf), (True, True)),
                Setting(
                    "epsilon_2", 1e-3, "the least size that steps are relative to", float, (0, math.inf), (True, True)
                ),
            ),
            "steps relative to the size of the parameter, in units of the root mean square of gradients; of a matrix "
            "only the means of rows and columns are kept",
            "Shazeer & Stern 2018, algorithms 4 and 5",
            (
                "the paper's relative step, no momentum; the learning rate is the most that a step may be of the "
                "parameter's size, 0.01 in the paper and in PyTorch (optax: the rate itself)",
                "epsilon_1 is added to the squares, as in the paper; PyTorch holds the means and their quotient above "
                "powers of its eps",
                "parameters with more than two axes are not factored; PyTorch factors the last two axes",
            ),
            rates=(0.01, 0.01),
            matrices=(
                *_FADING,
                "rows <- share * rows + (1 - share) * mean(squares, axis=1)",
                "columns <- share * columns + (1 - share) * mean(squares, axis=0)",
                "change <- gradient / sqrt(outer(rows, columns) / mean(rows))",
                *_RELATIVE_STEP,
            ),
        ),
        Optimiser(
            "muon",
            _ADAM,
            (
                _RATE,
                _share("momentum", 0.95, "the share of the mean of a matrix's gradients that is kept"),
                *_MOMENTS[1:],
            ),
            "matrices step along the mean of their gradients with every singular value made about 1, by five steps of "
            "Newton and Schulz; other parameters by adamw",
            "Jordan et al. 2024; the size of the steps Liu et al. 2025",
            (
                "coefficients 3.4445, -4.775, 2.0315 and five steps, as published; the steps are in the network's type "
                "(PyTorch and the author: bfloat16)",
                "Nesterov's form of the mean; the mean as a share, not a sum: the direction is the same (PyTorch)",
                "a step is 0.2 √max(rows, columns) times the rate, so that one rate serves both rules (PyTorch: "
                'adjust_lr_fn="match_rms_adamw"; its default is √max(1, rows/columns))',
                "every matrix is orthogonalised; the author leaves the first and the last layer to adamw",
                "of a matrix with more rows than columns XᵀX is taken, which is smaller: the value is the same",
            ),
            rates=(0.001, 0.0001),
            decay="decoupled",
            weight_decay=0.1,
            matrices=(
                *_NESTEROV_MEAN,
                *("A <- X @ X.T", "X <- 3.4445 * X + (-4.775 * A + 2.0315 * (A @ A)) @ X") * 5,
                _AS_ADAMW,
            ),
            tall=(
                *_NESTEROV_MEAN,
                *("A <- X.T @ X", "X <- 3.4445 * X + X @ (-4.775 * A + 2.0315 * (A @ A))") * 5,
                _AS_ADAMW,
            ),
        ),
    )
}


LBFGS = Optimiser(
    "lbfgs",
    (),
    (
        _RATE,
        Setting("history", 10, "how many past steps are remembered", int, (1, 100)),
        Setting(
            "tolerance_gradient", 1e-7, "the largest component of the gradient at which it ends", float, (0, math.inf)
        ),
        Setting("tolerance_change", 1e-9, "the change of loss or parameters at which it ends", float, (0, math.inf)),
    ),
    "quasi-Newton steps on all rows at once: the gradient times an inverse Hessian told by the last steps, the length "
    "of the step searched for",
    "Nocedal 1980; Nocedal & Wright 2006, algorithms 7.4, 3.5 and 3.6",
    (
        "an epoch is an iteration; line search, safeguards and defaults are PyTorch's LBFGS with "
        'line_search_fn="strong_wolfe" and a history of 10 (PyTorch: 100; SciPy, scikit-learn: 10)',
        "the learning rate is the first step tried, times min(1, 1 / Σ|gradient|) in the first iteration (PyTorch)",
        "the penalty l2 is part of the loss that is searched; l1, weight decay, clipping and ema are refused",
        "all rows at once, so no batch size, no partial_fit, no file larger than memory, and no masks that are drawn",
    ),
    rates=(1.0, 1.0),
    whole=True,
)

EVERY_OPTIMISER: dict[str, Optimiser] = {**OPTIMISERS, LBFGS.name: LBFGS}
"""Those that have an update for each parameter, and the one for all of them together."""


def optimiser(name: str) -> Optimiser:
    """The row of that name, or an error with the nearest names."""
    if not isinstance(name, str) or name not in EVERY_OPTIMISER:
        hint = nearest(name, EVERY_OPTIMISER) if isinstance(name, str) else ""
        raise DeltaruleError(f"no optimiser {name!r}{hint}; there are {', '.join(EVERY_OPTIMISER)}")
    return EVERY_OPTIMISER[name]


def option_values(row: Optimiser, given: Mapping[str, Any] | None) -> dict[str, float]:
    """Every option of the optimiser but the learning rate: what is given, checked, else its default."""
    options = [o for o in row.options if o is not _RATE]
    return validate_options(f"the optimiser {row.name}", options, given)
