"""Windows, convolution, pooling, reshaping, concatenation: tensors whose indices are affine in those of others.

Each is a sum with a `Selection`, as in Σ_j [j = s i + k - s - p] x_j, so it is linear in x and nothing here needs a
derivative. Sizes along windows are numbers, one for all axes or one for each, `(3, 5)`; beside an array there are zeros
(the padding). A size 1 makes no axis.

>>> x = Tensor.of("x", 6)
>>> windows(x, 1, 3).sizes, reshaped(x, 2, 3).sizes
((4, 3), (2, 3))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TypeAlias

from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.contraction import settle
from deltarule.language.errors import NotationError, ShapeError
from deltarule.language.expression import Axis, Expression, Index, Maximum, Number, fresh, selection
from deltarule.language.tensor import Operand, Tensor, shown

Pair: TypeAlias = tuple[int, ...]
"""A number for each axis that a window moves along."""

__all__ = ["WINDOW_FUNCTIONS", "concatenated", "flattened", "reshaped", "windows"]


def _numbers(what: str, x: Tensor, axes: Sequence[Axis]) -> list[int]:
    """The sizes of the axes, which have to be numbers."""
    for axis in axes:
        if not isinstance(axis.size, int):
            raise ShapeError(
                f"`{what}` of {shown(x)} needs a number for the size `{axis.size}`",
                remedy=f"Give the shape with numbers, as in x: {' '.join('8' for _ in x.axes)}; or begin with "
                f"reshape({', '.join('8' for _ in x.axes)}), which makes it of a row of a table.",
            )
    return [int(axis.size) for axis in axes]


def _axis(size: int) -> Index:
    """A new index; the only component where there is one."""
    return fresh(size) if size > 1 else 1


def _axes(indices: Sequence[Index]) -> tuple[Axis, ...]:
    return tuple(i for i in indices if isinstance(i, Axis))


@dataclass(frozen=True)
class _Window:
    """A kernel of `size` places that moves along an axis of n entries between `padding` zeros."""

    size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def places(self, what: str, x: Tensor, n: int) -> int:
        """How many times it fits: floor((n + 2 p - d (k - 1) - 1) / s) + 1."""
        reach = self.dilation * (self.size - 1) + 1
        if n + 2 * self.padding < reach:
            padded = f" with {self.padding} zeros on each side" if self.padding else ""
            raise ShapeError(
                f"`{what}`: a window of {reach} entries does not fit into the {n} of {shown(x)}{padded}",
                remedy=f"The window may have at most {n + 2 * self.padding}; a padding of "
                f"{-(-(reach - n) // 2)} or more would do.",
            )
        return (n + 2 * self.padding - reach) // self.stride + 1

    def at(self, j: Axis, place: Index, k: Index) -> Expression:
        """[j = s (place - 1) + d (k - 1) - p + 1]"""
        return selection(
            ((j, 1), (place, -self.stride), (k, -self.dilation)), 1 - self.padding - self.stride - self.dilation
        )


def _opened(
    what: str, x: Tensor, dimensions: int, kernel: Sequence[_Window]
) -> tuple[list[Index], list[Index], list[Axis], list[Expression]]:
    """The places of the window, the entries in it, the axes of x that it moves along, and what selects from them."""
    if len(x.axes) < dimensions:
        wanted = " by ".join(["entries", "entries"][:dimensions])
        raise ShapeError(f"`{what}` moves along the last {dimensions} axes (… by {wanted}), not along {shown(x)}")
    moving = list(x.axes[len(x.axes) - dimensions :])
    sizes = _numbers(what, x, moving)
    places = [_axis(window.places(what, x, n)) for window, n in zip(kernel, sizes, strict=True)]
    inside = [_axis(window.size) for window in kernel]
    each = zip(kernel, moving, places, inside, strict=True)
    return places, inside, moving, [window.at(j, place, k) for window, j, place, k in each]


def _whole(what: str, name: str, value: Operand, least: int) -> int:
    n = Tensor.value(value).number
    if n is None or n.denominator != 1 or not least <= n < 10**6:
        raise NotationError(f"`{what}` takes a whole number of at least {least} as its {name}")
    return int(n)


def _each_axis(what: str, name: str, value: Operand | Pair, least: int, dimensions: int) -> tuple[int, ...]:
    """A number for all axes, or one for each."""
    if not isinstance(value, tuple):
        return (_whole(what, name, value, least),) * dimensions
    if len(value) != dimensions:
        raise NotationError(
            f"`{what}` takes one number as its {name}, or {dimensions} of them (one for each axis), not {len(value)}"
        )
    return tuple(_whole(what, name, n, least) for n in value)


def _kernel(
    what: str, numbers: Sequence[Operand | Pair], dimensions: int, default_stride: int | None = 1
) -> tuple[_Window, ...]:
    """The window along each axis, from the numbers: size, stride, padding, dilation."""
    names = (("window", 1), ("stride", 1), ("padding", 0), ("dilation", 1))
    if not 1 <= len(numbers) <= len(names):
        raise NotationError(f"`{what}` takes its window, stride, padding and dilation, not {len(numbers)} numbers")
    beside = default_stride is None  # a stride of 0: windows lie side by side
    columns = [
        _each_axis(what, name, n, 0 if beside and name == "stride" else least, dimensions)
        for n, (name, least) in zip(numbers, names, strict=False)
    ]
    out = []
    for values in map(list, zip(*columns, strict=True)):
        if beside and (len(values) == 1 or not values[1]):
            values[1:2] = values[:1]
        out.append(_Window(*values))
    return tuple(out)


def windows(x: Tensor, dimensions: int, *numbers: Operand | Pair) -> Tensor:
    """Every window of the last axes: the axes of x, shortened to the places of the window, then those inside it."""
    what = f"windows{dimensions}d"
    places, inside, moving, selections = _opened(what, x, dimensions, _kernel(what, numbers, dimensions))
    rest = x.axes[: len(x.axes) - dimensions]
    value = settle(multiply(*selections, x.expression, bound=moving))
    return Tensor(value, (*rest, *_axes(places), *_axes(inside)))


def _pooled(x: Tensor, *numbers: Operand | Pair, dimensions: int, largest: bool) -> Tensor:
    what = f"window_{'max' if largest else 'mean'}{dimensions}d"
    kernel = _kernel(what, numbers, dimensions, None)
    if largest and any(window.padding for window in kernel):
        raise NotationError(
            f"`{what}` takes no padding: a zero beside the array may not be the largest",
            remedy="Windows stay inside the array; put a layer with padding before it.",
        )
    places, inside, moving, selections = _opened(what, x, dimensions, kernel)
    rest = x.axes[: len(x.axes) - dimensions]
    axes = (*rest, *_axes(places))
    if largest:
        body = settle(multiply(*selections, x.expression, bound=moving))
        return Tensor(Maximum(body, _axes(inside)) if _axes(inside) else body, axes)
    count = prod(window.size for window in kernel)
    body = settle(multiply(*selections, x.expression, bound=(*_axes(inside), *moving)))
    return Tensor(multiply(power(Number(count), -1), body) if count > 1 else body, axes)


def _global(x: Tensor, largest: bool) -> Tensor:
    """The mean or the largest over all axes but the first."""
    what = f"global_{'max' if largest else 'mean'}"
    if len(x.axes) < 2:
        raise ShapeError(f"`{what}` takes channels by entries, not {shown(x)}")
    over = x.axes[1:]
    if largest:
        return Tensor(Maximum(x.expression, over), x.axes[:1])
    share = power(Number(prod(_numbers(what, x, over))), -1)
    return Tensor(multiply(share, multiply(x.expression, bound=over)), x.axes[:1])


def _per_channel(u: Tensor, x: Tensor) -> Tensor:
    """An entry for each index of the first axis of x, the same at all indices of the others; a number is itself."""
    if not u.axes:
        return u
    if len(u.axes) != 1 or not x.axes or u.axes[0].size != x.axes[0].size:
        raise ShapeError(f"`per_channel` takes a vector with an entry for each channel of {shown(x)}, not {shown(u)}")
    return Tensor(u.on(x.axes[:1]), x.axes)


def _convolved(x: Tensor, W: Tensor, *others: Operand | Pair, dimensions: int) -> Tensor:
    """y[c, i] = Σ_d Σ_k W[c, d, k] x[d, s i + k] + b[c]: the others are b, if there is one, then the window's size,
    stride, padding, dilation, and the groups of channels. Axes of size 1 are left out of x, of W and of y."""
    what = f"convolve{dimensions}d"
    first = others[0] if others and not isinstance(others[0], tuple) else 0
    bias = Tensor.value(first) if Tensor.value(first).number is None else None
    numbers = others[1:] if bias is not None else others
    if not 1 <= len(numbers) <= 5:
        raise NotationError(f"`{what}` takes x, W, b and up to five numbers: window, stride, padding, dilation, groups")
    window = _kernel(what, numbers[:4], dimensions)
    (groups,) = _each_axis(what, "number of groups", numbers[4], 1, 1) if len(numbers) == 5 else (1,)
    if not dimensions <= len(x.axes) <= dimensions + 1:
        kind = "entries" if dimensions == 1 else "rows by columns"
        raise ShapeError(f"`{what}` takes channels by {kind}, not {shown(x)}")
    places, inside, moving, selections = _opened(what, x, dimensions, window)
    channel = x.axes[0] if len(x.axes) > dimensions else None
    incoming: int | str = channel.size if channel is not None else 1
    wanted = tuple(w.size for w in window if w.size > 1)
    kernel = W.axes[len(W.axes) - len(wanted) :] if wanted else ()
    if tuple(a.size for a in kernel) != wanted:
        raise ShapeError(f"`{what}`: the last axes of {shown(W)} are no window of {' by '.join(map(str, wanted))}")
    front = W.axes[: len(W.axes) - len(kernel)]
    if groups == 1:
        inner = 1 if channel is None else 0
        if len(front) + inner not in (1, 2) or (channel is not None and front[-1].size != incoming):
            raise ShapeError(
                f"`{what}`: {shown(W)} has to be outputs by {incoming} channels by the window, as {shown(x)} comes in"
            )
        out = front[0] if len(front) + inner == 2 else None
        bound = (*([channel] if channel else []), *_axes(inside), *moving)
        weights = W.on((*([out] if out else []), *([channel] if channel else []), *_axes(inside)))
        value = settle(multiply(weights, *selections, x.expression, bound=bound))
    else:
        value, out = _in_groups(what, x, W, groups, front, channel, inside, moving, selections)
    axes = (*([out] if out else []), *_axes(places))
    if bias is None:
        return Tensor(value, axes)
    if bias.sizes != ((out.size,) if out else ()):
        raise ShapeError(f"`{what}`: {shown(bias)} has to have one entry for each output of {shown(W)}")
    return Tensor(add(value, bias.on((out,) if out else ())), axes)


def _in_groups(
    what: str,
    x: Tensor,
    W: Tensor,
    groups: int,
    front: tuple[Axis, ...],
    channel: Axis | None,
    inside: Sequence[Index],
    moving: Sequence[Axis],
    selections: Sequence[Expression],
) -> tuple[Expression, Axis]:
    """Output c of group g sees the channels of that group: c = C (g - 1) + q, channel D (g - 1) + d."""
    incoming = channel.size if channel is not None else 1
    outgoing = front[0].size if front else 1
    if not isinstance(incoming, int) or not isinstance(outgoing, int) or incoming % groups or outgoing % groups:
        raise ShapeError(
            f"`{what}`: {incoming} channels and {outgoing} outputs are not both {groups} groups of equal size",
            remedy=f"Both have to be multiples of {groups}.",
        )
    assert channel is not None
    each, many = incoming // groups, outgoing // groups
    if tuple(a.size for a in front) != ((outgoing, each) if each > 1 else (outgoing,)):
        raise ShapeError(f"`{what}`: {shown(W)} has to be {outgoing} outputs by {each} channels by the window")
    g, q, d = fresh(groups), _axis(many), _axis(each)
    out = front[0]
    weights = W.on((out, *_axes([d]), *_axes(inside)))
    of_output = selection(((out, 1), (g, -many), (q, -1)), -many)
    of_input = selection(((channel, 1), (g, -each), (d, -1)), -each)
    bound = (*_axes([g, q, d]), *_axes(inside), channel, *moving)
    return settle(multiply(weights, of_output, of_input, *selections, x.expression, bound=bound)), out


def reshaped(x: Tensor, *sizes: Operand) -> Tensor:
    """The same entries in other axes, the last axis fastest on both sides."""
    wanted = [_whole("reshape", "size", n, 1) for n in sizes]
    given = _numbers("reshape", x, x.axes)
    if prod(given) != prod(wanted):
        raise ShapeError(
            f"`reshape` keeps the number of entries: {shown(x)} has {prod(given)}, "
            f"{' × '.join(map(str, wanted))} is {prod(wanted)}"
        )
    axes = tuple(fresh(n) for n in wanted if n > 1)
    return _same_entries(x, axes)


def flattened(x: Tensor) -> Tensor:
    """All entries along one axis, the last axis fastest."""
    if len(x.axes) < 2:
        return x
    return _same_entries(x, (fresh(prod(_numbers("flatten", x, x.axes))),))


def _same_entries(x: Tensor, axes: tuple[Axis, ...]) -> Tensor:
    """Axes whose sizes agree from the front stay; the others are digits of one number on both sides."""
    there, front = list(x.axes), 0
    while front < min(len(there), len(axes)) and there[front].size == axes[front].size:
        front += 1
    old, new = there[front:], axes[front:]
    value = x.on((*axes[:front], *old))
    if not old:
        return Tensor(value, axes)
    terms: list[tuple[Axis, int]] = []
    constant = 0
    for digits, sign in ((new, 1), (old, -1)):
        step = sign
        for axis in reversed(digits):
            terms.append((axis, step))
            constant += step
            step *= int(axis.size)
    return Tensor(multiply(selection(terms, constant), value, bound=old), axes)


def concatenated(*tensors: Tensor, axis: int | None = None) -> Tensor:
    """The tensors one after another along an axis (the first, if none is given); the others have to agree."""
    rank = len(tensors[0].axes)
    along = 0 if axis is None else axis
    for t in tensors:
        if not t.axes or len(t.axes) != rank or not -rank <= along < rank:
            raise ShapeError(f"`concat` joins tensors with as many axes, along one of them, not {_all(tensors)}")
        _numbers("concat", t, [t.axes[along]])
    along %= rank
    rest = [size for k, size in enumerate(tensors[0].sizes) if k != along]
    for t in tensors[1:]:
        if [size for k, size in enumerate(t.sizes) if k != along] != rest:
            raise ShapeError(f"`concat` along axis {along} needs the other axes alike, not {_all(tensors)}")
    total = sum(int(t.axes[along].size) for t in tensors)
    axes = tuple(fresh(total if k == along else size) for k, size in enumerate(tensors[0].sizes))
    parts, before = [], 0
    for t in tensors:
        own = fresh(t.axes[along].size)
        value = t.on((*axes[:along], own, *axes[along + 1 :]))
        parts.append(multiply(selection(((axes[along], 1), (own, -1)), before), value, bound=(own,)))
        before += int(own.size)
    return Tensor(add(*parts), axes)


def _all(tensors: Sequence[Tensor]) -> str:
    return " and ".join(map(shown, tensors))


WINDOW_FUNCTIONS: tuple[tuple[str, Callable[..., Tensor], tuple[int, int], str], ...] = (
    # name, function, number of arguments, equation
    *(
        row
        for s in (1, 2)
        for row in (
            (
                f"convolve{s}d",
                partial(_convolved, dimensions=s),
                (3, 8),
                f"convolve{s}d(x, W, b, k, stride, padding, dilation, groups)_ci = Σ_dk W_cdk x_d,(s i + k) + b_c",
            ),
            (
                f"windows{s}d",
                lambda x, *numbers, s=s: windows(x, s, *numbers),
                (2, 5),
                f"windows{s}d(x, k, stride, padding, dilation)_ik = x_(s i + k), 0 beside the array",
            ),
            (
                f"window_max{s}d",
                partial(_pooled, dimensions=s, largest=True),
                (2, 3),
                f"window_max{s}d(x, k, stride)_i = the largest x_(s i + k) of a window",
            ),
            (
                f"window_mean{s}d",
                partial(_pooled, dimensions=s, largest=False),
                (2, 4),
                f"window_mean{s}d(x, k, stride, padding)_i = the mean of a window, its zeros counted",
            ),
        )
    ),
    ("global_max", partial(_global, largest=True), (1, 1), "global_max(x)_c = the largest of x_c over all other axes"),
    ("global_mean", partial(_global, largest=False), (1, 1), "global_mean(x)_c = the mean of x_c over all other axes"),
    ("per_channel", _per_channel, (2, 2), "per_channel(u, x)_ci = u_c, with the axes of x"),
    ("reshape", reshaped, (2, 9), "reshape(x, n, m)_ij = x_f with f = m (i - 1) + j"),
    ("flatten", flattened, (1, 1), "flatten(x)_f = x_ij with f = m (i - 1) + j"),
)
