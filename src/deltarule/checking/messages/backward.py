"""A person's own forward and backward pass: which message is wrong, at which index, by what factor, and why.

The gradients are compared with central differences. Each likely mistake is a repair that is tried numerically (see
`backward_mistakes`): it is named only where the repaired message is right.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deltarule.checking.messages.backward_mistakes import Case, Mistake, close, likely_mistake
from deltarule.checking.messages.central_differences import Arrays, Kink, away_from_kinks
from deltarule.language.errors import DeltaruleError

__all__ = ["BackwardCheck", "MessageCheck", "check_backward"]

SIZES = (5, 3, 4, 2, 7, 6)
"""What symbols in shapes stand for, in the order of their appearance: different, so that a transpose shows."""
TOLERANCE = 1e-6


@dataclass(frozen=True)
class MessageCheck:
    """One message: whether it is right, and if not where it is furthest off, both values there and their quotient."""

    name: str
    right: bool
    error: float
    """The largest difference, relative to the largest derivative."""
    index: tuple[int, ...] = ()
    given: float | None = None
    correct: float | None = None
    shape: tuple[int, ...] = ()
    expected_shape: tuple[int, ...] = ()
    mistake: Mistake | None = None

    @property
    def factor(self) -> float | None:
        """given / correct at that index."""
        return None if self.given is None or not self.correct else self.given / self.correct

    def __str__(self) -> str:
        if self.right:
            return f"{self.name}: right (relative error {self.error:.1e})"
        if self.given is None:
            head = f"{self.name}: has the shape {self.shape}, must have {self.expected_shape}"
        else:
            place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
            head = f"{self.name}: wrong at {self.name}{place}: {self.given:.6g}, must be {self.correct:.6g}"
            head += f" (factor {self.factor:.6g})" if self.factor is not None else ""
        why = self.mistake.text if self.mistake is not None else "none of the usual mistakes, each tried, explains it"
        return f"{head}\n  {why}"


@dataclass(frozen=True)
class BackwardCheck:
    """What came of it. `moved` has what was moved away from a kink, `mutated` the inputs that the forward pass changed.

    True where every message is right.
    """

    messages: tuple[MessageCheck, ...]
    moved: tuple[Kink, ...]
    mutated: tuple[str, ...]

    @property
    def all_right(self) -> bool:
        return all(message.right for message in self.messages)

    def __bool__(self) -> bool:
        return self.all_right

    def __getitem__(self, name: str) -> MessageCheck:
        return next(message for message in self.messages if message.name == name)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The kinds of mistakes that were recognised, each once."""
        return tuple(dict.fromkeys(m.mistake.kind for m in self.messages if m.mistake is not None))

    def __str__(self) -> str:
        lines = [str(message) for message in self.messages]
        lines += [f"moved: {kink}" for kink in self.moved[:5]]
        if len(self.moved) > 5:
            lines.append(f"moved: and {len(self.moved) - 5} more")
        lines += [f"note: the forward pass changes its input {name} in place" for name in self.mutated]
        return "\n".join(lines)

    __repr__ = __str__


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    shapes: str | Mapping[str, Sequence[int]],
    *,
    values: Mapping[str, Any] | None = None,
    wrt: Sequence[str] | None = None,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    arrays: str = "numpy",
) -> BackwardCheck:
    """Check a backward pass against its forward pass.

    `forward(x, W, b)` takes the arrays of `shapes`, in that order, and gives the output, or `(output, cache)`.
    `backward(delta, x, W, b)` (with a cache: `backward(delta, cache)`) gives the messages, ∂L/∂x and so on: by name in
    a dictionary, or in the order of the inputs; None for one that is not asked for. Where the output is a scalar loss
    `delta` is left out, unless `backward` has a place for it. `shapes` is `{"x": (5, 3), ...}` or `"x: m n, W: n k, b:
    k"`, whose symbols are given sizes that differ. `values` sets some of the inputs, `wrt` the messages to check
    (default: all that `backward` gives). `arrays="torch"` hands over tensors in place of arrays.

    >>> import numpy as np
    >>> report = check_backward(
    ...     lambda x, W, b: x @ W + b,
    ...     lambda delta, x, W, b: {"x": delta @ W.T, "W": x.T @ delta, "b": delta.mean(axis=0)},
    ...     "x: m n, W: n k, b: k",
    ... )
    >>> report.all_right, report["x"].right, report["b"].mistake.kind
    (False, True, 'mean-twice')

    Raises:
        DeltaruleError: the passes do not take or give what they should.
    """
    passes = _Passes(forward, backward, arrays)
    point = _point(shapes, values or {}, seed)
    output, mutated, cached = passes.forward(point)
    if not np.all(np.isfinite(output)):
        raise DeltaruleError("the forward pass gives values that are not finite\nremedy: give `values` that suit it")
    delta = np.ones(()) if output.shape == () else np.random.default_rng([seed, 6]).uniform(0.5, 1.5, output.shape)
    delta *= np.random.default_rng([seed, 7]).choice([-1.0, 1.0], output.shape) if output.shape else 1.0

    def loss(at: Arrays, weights: np.ndarray = delta) -> float:
        return float(np.sum(weights * passes.forward(at)[0]))

    found = passes.backward(delta, point, fresh=False)
    names = _asked(found, wrt, point)
    moved, right, kinks = away_from_kinks(loss, point, names, seed)
    given = passes.backward(delta, moved, fresh=False) if kinks else found
    given = {name: value for name, value in given.items() if name in names}
    wrong = [name for name in names if not close(given[name], right[name], tolerance)]
    case = Case(
        moved, passes.forward(moved)[0], delta, given, right, tuple(wrong), tuple(mutated), cached, tolerance,
        lambda d, at: passes.backward(d, at, fresh=True), lambda at: passes.forward(at)[0],
    )  # fmt: skip
    checks = tuple(_message(name, case) for name in names)
    return BackwardCheck(checks, tuple(kinks), tuple(mutated))


def _message(name: str, case: Case) -> MessageCheck:
    given, right = case.given[name], case.right[name]
    if given.shape != right.shape:
        return MessageCheck(
            name, False, np.inf, shape=given.shape, expected_shape=right.shape, mistake=likely_mistake(name, case)
        )
    off = abs(given - right)
    off = np.where(np.isfinite(off), off, np.inf)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape)) if off.size else ()
    error = float(np.max(off, initial=0.0)) / max(float(np.max(abs(right), initial=0.0)), 1e-8)
    if name not in case.wrong:
        return MessageCheck(name, True, error, shape=given.shape, expected_shape=right.shape)
    return MessageCheck(
        name, False, error, index, float(given[index]), float(right[index]), given.shape, right.shape,
        likely_mistake(name, case),
    )  # fmt: skip


class _Passes:
    """The two functions, called so that nothing they do to their arguments reaches the next call."""

    def __init__(self, forward: Callable[..., Any], backward: Callable[..., Any], arrays: str) -> None:
        if arrays not in ("numpy", "torch"):
            raise DeltaruleError(f'arrays is {arrays!r}; it must be "numpy" or "torch"')
        self._forward, self._backward, self._torch = forward, backward, arrays == "torch"

    def forward(self, point: Mapping[str, np.ndarray]) -> tuple[np.ndarray, list[str], bool]:
        """The output, the names of the inputs that were changed in place, and whether there is a cache."""
        given = self._given(point)
        result = self._forward(*given.values())
        cached = isinstance(result, tuple)
        output = result[0] if cached else result
        mutated = [name for name, value in point.items() if not np.array_equal(self._array(given[name]), value)]
        return np.array(self._array(output)), mutated, cached

    def backward(self, delta: np.ndarray, point: Mapping[str, np.ndarray], *, fresh: bool) -> Arrays:
        """The messages by name. With `fresh` the backward pass gets the inputs as they were before the forward pass."""
        given = self._given(point)
        result = self._forward(*given.values())
        arguments = (
            [result[1]] if isinstance(result, tuple) else list((self._given(point) if fresh else given).values())
        )
        scalar = delta.shape == ()
        if not scalar or _takes(self._backward, len(arguments) + 1):
            arguments.insert(0, self._own(delta))
        found = self._backward(*arguments)
        return self._named(found, list(point))

    def _named(self, found: Any, names: list[str]) -> Arrays:
        if isinstance(found, Mapping):
            unknown = [str(name) for name in found if _plain(str(name), names) is None]
            if unknown:
                raise DeltaruleError(f"the backward pass gives {unknown[0]!r}; the inputs are {', '.join(names)}")
            by_name = {_plain(str(name), names): value for name, value in found.items()}
            return {str(name): self._array(value) for name, value in by_name.items() if value is not None}
        parts = list(found) if isinstance(found, tuple | list) else [found]
        if len(parts) > len(names):
            raise DeltaruleError(f"the backward pass gives {len(parts)} messages for {len(names)} inputs")
        return {name: self._array(value) for name, value in zip(names, parts, strict=False) if value is not None}

    def _given(self, point: Mapping[str, np.ndarray]) -> dict[str, Any]:
        return {name: self._own(value) for name, value in point.items()}

    def _own(self, value: np.ndarray) -> Any:
        if self._torch:
            import torch  # pyright: ignore[reportMissingImports]

            return torch.tensor(value, dtype=torch.float64)
        return np.array(value)

    @staticmethod
    def _array(value: Any) -> np.ndarray:
        return np.asarray(value.detach().cpu().numpy() if hasattr(value, "detach") else value, np.float64)


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function takes that many arguments by position."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def _plain(name: str, names: Sequence[str]) -> str | None:
    """`W`, `dW`, `grad_W`, `delta_W` and `W.grad` all mean the message to W."""
    for found in (name, *(name.removeprefix(p) for p in ("d", "grad_", "delta_", "d_")), name.removesuffix(".grad")):
        if found in names:
            return found
    return None


def _asked(found: Arrays, wrt: Sequence[str] | None, point: Arrays) -> tuple[str, ...]:
    lacking = [name for name in wrt or () if name not in found]
    if lacking:
        raise DeltaruleError(f"the backward pass gives no message to {lacking[0]!r}; it gives {', '.join(found)}")
    names = tuple(name for name in point if name in (wrt or found))
    if not names:
        raise DeltaruleError("the backward pass gives no message at all")
    return names


def _point(shapes: str | Mapping[str, Sequence[int]], values: Mapping[str, Any], seed: int) -> Arrays:
    sizes = _sizes(shapes) if isinstance(shapes, str) else {n: tuple(int(k) for k in s) for n, s in shapes.items()}
    rng = np.random.default_rng([seed, 4])
    point = {name: rng.choice([-1.0, 1.0], s) * rng.uniform(0.2, 1.2, s) for name, s in sizes.items()}
    for name, value in values.items():
        if name not in point:
            raise DeltaruleError(f"values has {name!r}; the inputs are {', '.join(point)}")
        point[name] = np.array(value, np.float64)
        if point[name].shape != sizes[name]:
            raise DeltaruleError(f"the value of {name} has the shape {point[name].shape}, shapes says {sizes[name]}")
    return {name: np.asarray(value, np.float64) for name, value in point.items()}


def _sizes(text: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    symbols: dict[str, int] = {}
    for part in filter(str.strip, text.split(",")):
        match = re.fullmatch(r"\s*(\w+)\s*:((?:\s*\w+)*)\s*", part)
        if match is None:
            raise DeltaruleError(f'{part.strip()!r} is no shape\nremedy: write shapes as in "x: m n, W: n k, b: k"')
        sizes = []
        for word in match.group(2).split():
            if not word.isdecimal() and word not in symbols:
                symbols[word] = SIZES[len(symbols) % len(SIZES)]
            sizes.append(int(word) if word.isdecimal() else symbols[word])
        found[match.group(1)] = tuple(sizes)
    return found
