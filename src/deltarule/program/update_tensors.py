"""Update equations of a parameter as a whole (matrix products, sums, means), as equations that name each value once.

    velocity <- momentum * velocity + gradient          velocity_new = momentum * velocity + gradient
    X <- velocity @ velocity.T                          X = velocity_new @ velocity_new.T
    X <- X @ X                                          X_2 = X @ X
    theta <- theta - X @ theta                          theta_new = theta - X_2 @ theta

From there they are scheduled as those of a network are, for NumPy and for the native engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from deltarule.language.arithmetic import multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Axis, Delta, Expression, Index, Maximum, Product, Symbol, opened
from deltarule.language.notation import equation
from deltarule.language.traversal import names, substitute, walk
from deltarule.program.schedule import lower
from deltarule.program.statement_lines import lines_of
from deltarule.program.update_lines import scalar_source
from deltarule.program.update_reading import GRADIENT, PARAMETER, read_tensors, sizes_of
from deltarule.writing.numpy import Spelling, identifier

__all__ = ["Unfolded", "resized", "tensor_lines", "unfolded"]


@dataclass(frozen=True)
class Unfolded:
    """Equations without a name that changes its value."""

    equations: tuple[Equation, ...]
    """Between arrays, and numbers that follow from arrays."""
    numbers: Mapping[str, Expression]
    """What follows from options and sizes alone, by name, each from those before it."""
    state: Mapping[str, tuple[int | str, ...]]
    """The arrays that are kept from update to update: the sizes of each."""
    results: Mapping[str, str]
    """The last name of `theta`, `gradient` and of each state array that has a new value."""
    texts: Mapping[str, str]
    """The text that each equation is from, by its name."""


@lru_cache(maxsize=256)
def unfolded(texts: tuple[str, ...], rank: int) -> Unfolded:
    """The equations for a parameter with so many axes."""
    pairs = read_tensors(texts, rank)
    lefts = {left for left, _ in pairs}
    every = {n for _, right in pairs for n in names(right.expression)} | lefts | set(sizes_of(rank))
    arrays = {PARAMETER, GRADIENT}
    state: dict[str, tuple[int | str, ...]] = {}
    for left, right in pairs:
        state |= dict.fromkeys(sorted((names(right.expression) & lefts) - arrays - set(state)), ())
        arrays.add(left)
    state = {name: next(right.sizes for left, right in pairs if left == name) for name in state}

    current: dict[str, str] = {}
    numbers: dict[str, Expression] = {}
    equations: list[Equation] = []
    wording: dict[str, str] = {}
    taken = set(every)

    def named(left: str) -> str:
        base = f"{left}_new" if left in (PARAMETER, GRADIENT, *state) else left
        if base == left and left not in current:
            return left
        name = next(n for k in count(1) if (n := base if k == 1 else f"{base}_{k}") not in taken)
        taken.add(name)
        return name

    def put(e: Expression) -> Expression | None:
        return Symbol(current.get(e.name, e.name), e.indices) if isinstance(e, Symbol) else None

    known = {PARAMETER, GRADIENT, *state}

    def apart(e: Expression) -> Expression | None:
        """A function of numbers as a number of its own: it is computed once, and not among arrays."""
        if isinstance(e, Apply) and not names(e) & known:
            name = next(n for n in (f"number_{k}" for k in count(1)) if n not in taken)
            name = next((n for n, old in numbers.items() if old == e), name)
            taken.add(name)
            numbers[name] = e
            return Symbol(name)
        return None

    for text, (left, right) in zip(texts, pairs, strict=True):
        value = substitute(right.expression, put)
        name = named(left)
        if not right.axes and left not in (PARAMETER, GRADIENT, *state) and not names(value) & known:
            numbers[name] = value
        else:
            made = equation(name, type(right)(substitute(value, apart), right.axes), every)
            equations.append(made)
            known.add(name)
            wording[name] = text
        current[left] = name
    results = {name: current[name] for name in (PARAMETER, GRADIENT, *state) if name in current}
    return Unfolded(tuple(equations), numbers, state, results, wording)


def resized(e: Expression, sizes: Mapping[int | str, int]) -> Expression:
    """The expression with numbers for the symbolic sizes of its axes."""

    def axis(index: Index) -> Index:
        return Axis(index.name, sizes.get(index.size, index.size)) if isinstance(index, Axis) else index

    def put(node: Expression) -> Expression | None:
        match node:
            case Symbol(name=name, indices=indices):
                return Symbol(name, map(axis, indices))
            case Product(bound=(_, *_)):
                factors, bound = opened(node)
                return multiply(*(resized(f, sizes) for f in factors), bound=[a for a in map(axis, bound)])  # type: ignore[misc]
            case Maximum():
                (body,), bound = opened(node)
                return Maximum(resized(body, sizes), [a for a in map(axis, bound)])  # type: ignore[misc]
            case Delta(first=first, second=second):
                return Delta(axis(first), axis(second))
        return None

    return substitute(e, put)


def tensor_lines(texts: Sequence[str], rank: int, returned: str | None) -> list[str]:
    """The body of a function of `theta`, `gradient`, the state arrays and the numbers, which changes them in place."""
    found = unfolded(tuple(texts), rank)
    sizes = set(sizes_of(rank))
    used = {n for e in found.equations for n in names(e.right)} | {n for e in found.numbers.values() for n in names(e)}
    used |= {str(a.size) for e in found.equations for a in (*e.axes, *_axes(e.right))}
    lines = []
    if used & sizes:
        lines.append(f"{', '.join(sizes_of(rank))}{',' * (rank == 1)} = {PARAMETER}.shape")
    lines += [f"{identifier(name)} = {scalar_source(e)}" for name, e in found.numbers.items()]
    kept = [name for name in found.results if name != GRADIENT]
    given_back = "" if returned is None else found.results.get(returned, returned)
    wanted = [found.results[name] for name in kept] + [given_back] * (returned in found.results)
    schedule = lower(found.equations, wanted)
    spelling = Spelling(dtype=f"{PARAMETER}.dtype")
    for statement in schedule.statements:
        text = found.texts.get(statement.name)
        lines += [f"# {text}"] if text else []
        lines += lines_of(statement, identifier(statement.name), spelling)
    lines += [f"{name}[...] = {schedule.outputs[found.results[name]]}" for name in kept]
    if returned is not None:
        lines.append(f"return {schedule.outputs.get(given_back, given_back)}")
    return lines


def _axes(e: Expression):  # type: ignore[no-untyped-def]
    for node in walk(e):
        if isinstance(node, Symbol):
            yield from node.axes
