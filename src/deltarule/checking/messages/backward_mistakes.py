"""The usual mistakes in a backward pass, as repairs: each is tried numerically and named only where it makes it right.

A backward pass is linear in δ and takes its inputs as arguments, so a repair may act on its result, on δ or on an
input: were the derivative of the activation taken at the wrong place, δ times the quotient of both makes it right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, permutations
from typing import Any

import numpy as np

from deltarule.checking.messages.backward_layers import ACTIVATIONS, errors_of_samples, layers
from deltarule.checking.messages.central_differences import Arrays, gradient

__all__ = ["Case", "Mistake", "close", "likely_mistake"]


@dataclass(frozen=True)
class Mistake:
    """What is likely wrong: `kind` is a row of `MISTAKES`, or of a quotient."""

    kind: str
    text: str


@dataclass(frozen=True)
class Case:
    """A point, what the two passes gave there, the right messages, and the passes themselves."""

    point: Arrays
    output: np.ndarray
    delta: np.ndarray
    given: Arrays
    right: Arrays
    wrong: tuple[str, ...]
    mutated: tuple[str, ...]
    cached: bool
    tolerance: float
    backward: Callable[[np.ndarray, Mapping[str, np.ndarray]], Arrays]
    forward: Callable[[Mapping[str, np.ndarray]], np.ndarray]
    errors: dict[Any, np.ndarray | None] = field(default_factory=dict)
    """Of samples at layers that were looked at already."""

    def repaired(self, name: str, value: np.ndarray) -> bool:
        return close(value, self.right[name], self.tolerance)

    def tried(self, name: str, delta: np.ndarray, point: Mapping[str, np.ndarray]) -> bool:
        """Whether the backward pass gives the right message for other arguments."""
        try:
            with np.errstate(all="ignore"):
                found = self.backward(delta, point)
        except Exception:  # a person's function may refuse them in any way
            return False
        return name in found and self.repaired(name, found[name])


def close(value: np.ndarray, right: np.ndarray, tolerance: float) -> bool:
    """Whether an array is the right one, relative to its largest element."""
    if value.shape != right.shape or not np.all(np.isfinite(value)):
        return False
    size = max(float(np.max(abs(right), initial=0.0)), 1e-8)
    return bool(np.max(abs(value - right), initial=0.0) <= tolerance * size)


def likely_mistake(name: str, case: Case) -> Mistake | None:
    """The first repair of the table that makes the message right; None where none does."""
    with np.errstate(all="ignore"):  # a guess that does not fit may be far off
        for row in MISTAKES:
            found = row(name, case)
            if found is not None:
                return found
    return None


def _mutated(name: str, case: Case) -> Mistake | None:
    if not case.mutated or not case.tried(name, case.delta, case.point):
        return None
    changed = ", ".join(case.mutated)
    return Mistake(
        "input-mutated",
        f"the forward pass changes its input {changed} in place: with the input as it was, this is right",
    )


def _zero(name: str, case: Case) -> Mistake | None:
    return Mistake("zero", "it is zero everywhere: it was never computed") if not case.given[name].any() else None


def _not_summed(name: str, case: Case) -> Mistake | None:
    given, right = case.given[name], case.right[name]
    for axis in range(given.ndim if given.ndim == right.ndim + 1 else 0):
        if case.repaired(name, given.sum(axis=axis)):
            return Mistake(
                "not-summed-over-batch",
                f"not summed over the batch: its sum over axis {axis} is right (every sample uses {name})",
            )
        if case.repaired(name, given.mean(axis=axis)):
            return Mistake("not-summed-over-batch", f"not averaged over the batch: its mean over axis {axis} is right")
    if given.shape == right.shape and case.delta.ndim:
        for sample, words in ((0, "first"), (case.delta.shape[0] - 1, "last")):
            only = np.zeros_like(case.delta)
            only[sample] = case.delta[sample]

            def of_one(at: Arrays, weights: np.ndarray = only) -> float:
                return float(np.sum(weights * case.forward(at)))

            if case.delta.shape[0] > 1 and close(given, gradient(of_one, case.point, name), case.tolerance):
                return Mistake("not-summed-over-batch", f"not summed over the batch: it is that of the {words} sample")
    return None


def _transposed(name: str, case: Case) -> Mistake | None:
    given = case.given[name]
    if given.ndim == 2 and case.repaired(name, given.T):
        return Mistake("transpose", "it is the transpose of what it must be")
    for other, value in case.point.items():
        square = value.ndim == 2 and value.shape[0] == value.shape[1]
        if square and case.tried(name, case.delta, {**case.point, other: value.T}):
            return Mistake("transpose", f"{other} is used where its transpose belongs (or the other way round)")
    if (
        case.delta.ndim == 2
        and case.delta.shape[0] == case.delta.shape[1]
        and case.tried(name, case.delta.T, case.point)
    ):
        return Mistake("transpose", "δ is used where its transpose belongs (or the other way round)")
    return None


def _swapped(name: str, case: Case) -> Mistake | None:
    for other in case.given:
        if other != name and case.repaired(name, case.given[other]) and other in case.wrong:
            return Mistake("order", f"what is given for {other} is right for {name}: they are in the wrong order")
    return None


def _quotient(name: str, case: Case) -> Mistake | None:
    """One factor for all elements, where it is that of a usual mistake."""
    given, right = case.given[name], case.right[name]
    if given.shape != right.shape or not right.any():
        return None
    factor = float(np.sum(given * right) / np.sum(right * right))
    if factor == 0 or not case.repaired(name, given / factor):
        return None
    if abs(factor + 1) < case.tolerance:
        return Mistake("sign", "its sign is wrong: with the other sign it is right")
    sign = "; its sign is wrong too" if factor < 0 else ""
    for kind, value, words in _factors(case):
        if value > 0 and abs(abs(factor) / value - 1) < 1e-5:
            return Mistake(kind, f"{words}{sign}")
    return None


def _unknown_factor(name: str, case: Case) -> Mistake | None:
    """One factor for all elements that nothing explains; one number alone always has one."""
    given, right = case.given[name], case.right[name]
    if given.shape != right.shape or right.size < 2 or not right.any():
        return None
    factor = float(np.sum(given * right) / np.sum(right * right))
    if factor == 0 or not case.repaired(name, given / factor):
        return None
    return Mistake("factor", f"{factor:.6g} times what it must be, everywhere")


def _factors(case: Case) -> Iterator[tuple[str, float, str]]:
    """What a factor may come from: the numbers of samples and of outputs, and the ½ of a square."""
    sizes = [value.shape for value in case.point.values() if value.ndim]
    shape = case.output.shape or next(iter(sizes), ())
    batch = float(shape[0]) if shape else 0.0
    square = _is_quadratic(case)
    mse = " (a mean squared error summed instead of averaged)" if square else ""
    mse_twice = " (a squared error averaged instead of summed, or averaged twice)" if square else ""
    if batch > 1:
        yield (
            "mean-forgotten",
            batch,
            f"{batch:g} times too large: the mean over the batch of {batch:g} is forgotten{mse}",
        )
        words = (
            f"{batch:g} times too small: the mean over the batch of {batch:g} is taken twice, or the forward pass sums"
        )
        yield "mean-twice", 1 / batch, words + mse_twice
    if square:
        kind = "squared-error-sum-or-mean"
        for elements in sorted({int(np.prod(s)) for s in sizes} | {int(s[-1]) for s in sizes}):
            if elements > 1 and elements != batch:
                yield (
                    kind,
                    float(elements),
                    f"{elements} times too large: the squared error is averaged over them, not summed",
                )
                words = f"{elements} times too small: the squared error is summed over them, not averaged"
                yield kind, 1.0 / elements, words
            for half in (2.0, 0.5):
                if elements > 1:
                    yield (
                        kind,
                        half * elements,
                        f"{half * elements:g} times too large: a sum for a mean, and the ½ of the square",
                    )
                    yield (
                        kind,
                        half / elements,
                        f"{elements / half:g} times too small: a mean for a sum, and the ½ of the square",
                    )
    yield "factor-two", 2.0, "twice what it must be: the ½ of the square, or a message counted twice"
    yield "factor-two", 0.5, "half of what it must be: the 2 of the square, or one of two equal messages is missing"


def _is_quadratic(case: Case) -> bool:
    """Whether a scalar loss is a polynomial of degree two along an input: a squared error is, in its target."""
    if case.output.shape:
        return False
    for name, value in case.point.items():
        direction = np.random.default_rng(8).uniform(0.5, 1, value.shape)
        values = [float(case.forward({**case.point, name: value + 0.3 * k * direction})) for k in range(-2, 3)]
        second = np.diff(values, 2)
        bends = abs(second).max() > 1e-6 * (1 + abs(values[2]))
        if bends and np.ptp(second) < 1e-8 * abs(second).max():
            return True
    return False


def _activation(name: str, case: Case) -> Mistake | None:
    """A derivative at the output of the last activation: there δ meets it, so δ is where the repair is made."""
    if not case.output.shape:
        return None
    y = case.output
    for title, (_, derivative, inverse, of_output) in ACTIVATIONS.items():
        with np.errstate(all="ignore"):
            s = inverse(y)
            if not np.all(np.isfinite(s)):
                continue
            true, at_output = derivative(s), derivative(y)
            by_output = of_output(s)
        for kind, wrong, words in (
            (
                "activation-at-output",
                at_output,
                f"the derivative of {title} is taken at its output instead of its input",
            ),
            (
                "activation-at-output",
                by_output,
                f"the derivative of {title} is written in its output, and its input is put in",
            ),
            ("activation-missing", np.ones_like(y), f"the derivative of {title} is missing"),
            ("activation-twice", true * true, f"the derivative of {title} is taken twice"),
        ):
            with np.errstate(all="ignore"):
                ratio = np.where(wrong == 0, np.nan, true / wrong)
            if np.all(np.isfinite(ratio)) and case.tried(name, case.delta * ratio, case.point):
                return Mistake(kind, f"{words}: with the right one it is right")
    return None


def _elementwise(name: str, case: Case) -> Mistake | None:
    """The same for any function of single elements: its derivative at its own output, or written in its output."""
    x = case.point[name]
    if case.output.shape != x.shape or not x.shape or case.cached:
        return None
    y = case.output
    at_output = {**case.point, name: y}
    try:
        if case.tried(name, case.delta, at_output):
            return Mistake(
                "activation-at-output",
                f"the derivative is written in the output, and the input {name} is put in: with the output it is right",
            )
        there = gradient(lambda at: float(np.sum(case.forward(at))), at_output, name)
    except Exception:  # the output need not be in the domain of the function
        return None
    if close(case.given[name], case.delta * there, case.tolerance):
        return Mistake("activation-at-output", "the derivative of the activation is taken at its output, not its input")
    return None


def _affine(case: Case) -> Iterator[tuple[np.ndarray, tuple[str, ...]]]:
    """Pre-activations that the inputs may make: one of them, or x W (+ b); with the names that they come from."""
    for name, value in case.point.items():
        yield value, (name,)
    for x, W in permutations([n for n, v in case.point.items() if v.ndim in (1, 2)], 2):
        left, right = case.point[x], case.point[W]
        if left.ndim == 2 and left.shape[1] == right.shape[0]:
            product = left @ right
            yield product, (x, W)
            for b, bias in case.point.items():
                if b not in (x, W) and bias.shape in (product.shape[1:], (1, *product.shape[1:])):
                    yield product + bias, (x, W, b)


def _spread(name: str, error: np.ndarray, names: tuple[str, ...], case: Case) -> np.ndarray | None:
    """What an error at the pre-activation makes of the message to one of the inputs that it comes from."""
    if name not in names:
        return None
    if len(names) == 1:
        return error
    x, W = case.point[names[0]], case.point[names[1]]
    if name == names[0]:
        return error @ W.T if W.ndim == 2 else np.outer(error, W)
    if name == names[1]:
        return x.T @ error
    return np.asarray(error.sum(axis=0)).reshape(case.point[name].shape)


def _softmax(s: np.ndarray) -> np.ndarray:
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _link_omitted(name: str, case: Case) -> Mistake | None:
    """`z - y` in place of `softmax(z) - y` (or sigmoid) in a loss that holds the softmax."""
    given, right = case.given[name], case.right[name]
    if case.output.shape == () and given.shape == right.shape:
        inputs = ((z, lambda e, names=names: _spread(name, e, names, case)) for z, names in _affine(case))
        hidden = ((layer.z, lambda e, layer=layer: layer.spread(name, e)) for layer in layers(case.point))
        for z, spread in chain(inputs, hidden):
            for title, link in (("softmax", _softmax), ("sigmoid", ACTIVATIONS["sigmoid"][0])):
                if not z.shape or (title == "softmax" and z.shape[-1] < 2):
                    continue
                error = spread(z - link(z))
                if error is None or error.shape != right.shape or not error.any():
                    continue
                scale = float(np.sum((given - right) * error) / np.sum(error * error))
                # Of one number anything is a multiple: the scale must be that of a sum or of a mean.
                usual = any(abs(scale * n - 1) < 1e-5 for n in (1, z.shape[0], z.size))
                if usual and case.repaired(name, given - scale * error):
                    return Mistake(
                        "softmax-omitted",
                        f"the {title} is omitted: the logits stand where {title}(logits) belongs; with it it is right",
                    )
    return None


def _inner_activation(name: str, case: Case) -> Mistake | None:
    """The activation of one layer under a squared error or a cross-entropy, where the loss is all that is seen."""
    given, right = case.given[name], case.right[name]
    if case.output.shape or given.shape != right.shape:
        return None
    for z, names in _affine(case):
        for target in (n for n, v in case.point.items() if n not in names and v.shape == z.shape):
            for title, (f, derivative, _, of_output) in ACTIVATIONS.items():
                h, t = f(z), case.point[target]
                true = derivative(z)
                scale = None
                for error in ((h - t), (h - t) / np.where(h * (1 - h) == 0, 1, h * (1 - h))):
                    good = _spread(name, error * true, names, case)
                    if good is None or good.shape != right.shape or not good.any():
                        continue
                    scale = float(np.sum(good * right) / np.sum(good * good))
                    if not case.repaired(name, scale * good):
                        continue
                    with np.errstate(all="ignore"):
                        kinds = (
                            ("activation-at-output", derivative(h), "is taken at its output instead of its input"),
                            (
                                "activation-at-output",
                                of_output(z),
                                "is written in its output, and its input put in",
                            ),
                            ("activation-missing", np.ones_like(z), "is missing"),
                            ("activation-twice", true * true, "is taken twice"),
                        )
                    for kind, wrong, words in kinds:
                        bad = _spread(name, error * wrong, names, case)
                        if bad is not None and np.all(np.isfinite(bad)) and close(given, scale * bad, case.tolerance):
                            return Mistake(kind, f"the derivative of {title} {words}: with the right one it is right")
    return None


def _hidden_activation(name: str, case: Case) -> Mistake | None:
    """The activation below another layer, whose errors show in batches of one sample."""
    for layer in layers(case.point):
        below = layer.below
        if below is None or name not in below.names:
            continue
        by = layer.bias or layer.weight
        if by not in case.right:
            continue
        key = (layer.weight, layer.bias, layer.activation, below.weight, below.bias)
        if key not in case.errors:
            case.errors[key] = errors_of_samples(layer, case.point, case.delta, case.forward, case.right[by])
        error = case.errors[key]
        if error is None:
            continue
        title, behind = layer.activation, layer.behind(error)
        function, derivative, _, of_output = ACTIVATIONS[title]
        true = derivative(below.z)
        good = below.spread(name, behind * true)
        if good is None or not case.repaired(name, good):
            continue
        for kind, wrong, words in (
            ("activation-at-output", derivative(function(below.z)), "is taken at its output instead of its input"),
            ("activation-at-output", of_output(below.z), "is written in its output, and its input is put in"),
            ("activation-missing", np.ones_like(true), "is missing"),
            ("activation-twice", true * true, "is taken twice"),
        ):
            bad = below.spread(name, behind * wrong)
            if bad is not None and np.all(np.isfinite(bad)) and close(case.given[name], bad, case.tolerance):
                return Mistake(kind, f"the derivative of {title} {words}: with the right one it is right")
    return None


MISTAKES: tuple[Callable[[str, Case], Mistake | None], ...] = (
    _mutated,
    _zero,
    _quotient,
    _not_summed,
    _transposed,
    _swapped,
    _activation,
    _elementwise,
    _link_omitted,
    _inner_activation,
    _hidden_activation,
    _unknown_factor,
)
"""Tried in this order."""
