"""How many units in the last place the engines are off, function by function: what is measured, and the reference.

A subject is a scalar function of the table, its derivative in the form that a policy chooses, or the binary
cross-entropy of a logit and its derivative. It is measured as the engines compute it: the same equations, lowered and
put into stable forms as for a network. The reference is the form of the policy `accuracy` in float64; `reference_error`
says how far that is from ball arithmetic, in the same units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import flint
import numpy as np

from deltarule.calculus.error import in_balls
from deltarule.calculus.forms import Policy, S, choose, forms, put
from deltarule.language.arithmetic import multiply, negate
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import ONE, Apply, Axis, Expression, Product, Symbol, opened, rename
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import substitute
from deltarule.network.network import Network
from deltarule.program.derived import POLICIES, spec_of
from deltarule.program.execution import functions_of
from deltarule.program.numpy_module import module_source
from deltarule.program.spec import ProgramSpec

__all__ = [
    "POLICIES",
    "Subject",
    "every_float",
    "exact_values",
    "on_numpy",
    "reference_error",
    "sample",
    "subject",
    "subjects",
    "ulps",
]

SAMPLE = Axis("i", "m")
ARGUMENT = Symbol("s", (SAMPLE,))
ACTIVITY = Symbol("y", (SAMPLE,))
RESULT = "result"


@dataclass(frozen=True)
class Subject:
    """Something of one number: `name` as it is listed, the function, how often it is differentiated, the target."""

    name: str
    function: str
    order: int = 0
    target: float | None = None
    """The target of the loss; None where the subject is a function."""

    def spec(self, policy: str) -> ProgramSpec:
        """Its equations, from the input `s` of shape [m] to `result`."""
        return _spec(self, policy)


def subjects(functions: Mapping[str, Any] = FUNCTIONS) -> Iterator[Subject]:
    """Every function of one argument and its derivative; the loss from logits and its derivative, for both targets."""
    for row in functions.values():
        if len(row.parameters) == 1:
            yield Subject(row.name, row.name)
            yield Subject(f"{row.name}′", row.name, 1)
    for target in (0.0, 1.0):
        yield Subject(f"bce of a logit, t = {target:g}", "bce", 0, target)
        yield Subject(f"its derivative, t = {target:g}", "bce", 1, target)


def subject(name: str) -> Subject:
    """The subject of this name."""
    return next(s for s in subjects() if s.name == name)


@lru_cache(maxsize=512)
def _spec(what: Subject, policy: str) -> ProgramSpec:
    if what.target is not None:
        return _loss_spec(what, policy)
    equations = [Equation(ACTIVITY, Apply(what.function, (ARGUMENT,)))]
    if what.order:
        form = choose(Apply(what.function, (S,)), cast(Policy, policy)).expression
        equations.append(Equation(Symbol("d", (SAMPLE,)), put(form, ARGUMENT, ACTIVITY)))
    return _spec_of(what, policy, equations, ())


def _loss_spec(what: Subject, policy: str) -> ProgramSpec:
    """The equations of `sigmoid -> bce` for one sample, each symbol of theirs given the axis of the samples."""
    derived = spec_of(_network(), policy)
    wanted = derived.loss if what.order == 0 else "delta_z"
    equations = []
    for e in (*derived.forward, *derived.backward):
        if e.name in {"z", derived.prediction, wanted}:
            right = ARGUMENT if e.name == "z" else _of_one_sample(e.right, derived)
            equations.append(Equation(Symbol(e.name, (SAMPLE,)), right))
    equations.sort(key=lambda e: (e.name == wanted, e.name != "z"))
    return _spec_of(what, policy, equations, (derived.target or "",))


@lru_cache(maxsize=1)
def _network() -> Network:
    return Network.parse("linear(1, 1) -> sigmoid -> bce")


def _of_one_sample(e: Expression, derived: ProgramSpec) -> Expression:
    """1/m Σ_i f[i] as f[i], and the like: what one sample contributes, with m = 1."""

    def one(node: Expression) -> Expression | None:
        match node:
            case Symbol(name=name, indices=()) if name == derived.batch:
                return ONE
            case Product(bound=(_,)):
                factors, (axis,) = opened(node)
                return rename(multiply(*(substitute(f, one) for f in factors)), {axis: SAMPLE})
        return None

    found = substitute(e, one)
    axes = {a: SAMPLE for a in found.axes if a.size == derived.batch}
    return rename(found, cast(Any, axes))


def _spec_of(what: Subject, policy: str, equations: list[Equation], targets: tuple[str, ...]) -> ProgramSpec:
    last = equations[-1]
    equations = [*equations[:-1], replace(last, left=Symbol(RESULT, (SAMPLE,)))]
    names = [e.name for e in equations]
    declarations = {n: Declaration(n, ("m",), "activity") for n in names}
    declarations |= {n: Declaration(n, ("m",), "input") for n in (ARGUMENT.name, *targets)}
    inputs = (ARGUMENT.name, *targets)
    return ProgramSpec(what.name, declarations, tuple(equations), RESULT, inputs, batch="m", policy=policy)


def on_numpy(what: Subject, policy: str) -> Callable[[np.ndarray], np.ndarray]:
    """The subject as the NumPy engine computes it, on an array of any float type."""
    forward = functions_of(module_source(what.spec(policy)))["forward"]

    def run(s: np.ndarray) -> np.ndarray:
        targets = [] if what.target is None else [np.full_like(s, what.target)]
        return np.broadcast_to(forward({}, s, *targets), s.shape)

    return run


def ulps(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """|found - exact| in units in the last place of float32 at `exact` (float64): 2^-149 at least. 0 where both are NaN
    or the same infinity; an infinity counts as 2^128, where float32 ends; infinite where one only is NaN."""
    limit = 2.0**128
    a, b = (np.clip(np.asarray(v, np.float64), -limit, limit) for v in (found, exact))
    exponent = np.maximum(np.frexp(np.where(np.isfinite(b), b, 1.0))[1] - 1, -126)
    with np.errstate(invalid="ignore"):
        out = np.ldexp(np.abs(a - b), 23 - np.minimum(exponent, 127))
    out[np.isnan(a) & np.isnan(b)] = 0.0
    return np.where(np.isnan(out), np.inf, out)


def exact_values(what: Subject, points: np.ndarray) -> np.ndarray:
    """The subject at float32 `points` from its definition in ball arithmetic, as float64; NaN where that has no value,
    ±2^128 where it is larger."""
    exact = _definition(what)
    limit = flint.arb(2.0**128)
    out = []
    for s in points.tolist():
        truth = in_balls(exact, {S.name: s})
        out.append(float(min(max(truth.mid(), -limit), limit)) if truth.is_finite() else math.nan)
    return np.array(out)


def reference_error(what: Subject, values: Callable[[np.ndarray], np.ndarray], points: np.ndarray) -> float:
    """The largest error of float64 `values` at float32 `points`, in ulps of float32."""
    exact = exact_values(what, points)
    there = np.isfinite(exact)
    return float(ulps(values(points.astype(np.float64))[there], exact[there]).max(initial=0.0))


def _definition(what: Subject) -> Expression:
    """The subject in the symbol `S`, from definitions alone."""
    if what.target is None:
        applied = Apply(what.function, (S,))
        return forms(applied)[0].expression if what.order else applied
    if what.order:
        return Apply("sigmoid", (S,)) if what.target == 0 else negate(Apply("sigmoid", (negate(S),)))
    return Apply("softplus", (S if what.target == 0 else negate(S),))


def every_float(block: int, blocks: int) -> np.ndarray:
    """One of `blocks` equal parts of all finite float32 numbers: from +0 up, then from -0 down."""
    bits = 0x7F800000
    start, stop = (2 * bits * k // blocks for k in (block, block + 1))
    numbers = np.arange(start, stop, dtype=np.int64)
    return np.where(numbers < bits, numbers, numbers - bits + 2**31).astype(np.uint32).view(np.float32)


def sample(per_binade: int, seed: int = 0) -> np.ndarray:
    """So many random float32 numbers of either sign from each binade, subnormals and both ends of each included."""
    random = np.random.default_rng(seed)
    exponents = np.arange(255, dtype=np.uint32)[:, None] << 23
    mantissas = random.integers(0, 2**23, (255, per_binade), dtype=np.uint32)
    mantissas[:, 0], mantissas[:, -1] = 0, 2**23 - 1
    positive = (exponents | mantissas).ravel()
    return np.concatenate([positive, positive | np.uint32(2**31)]).view(np.float32)
