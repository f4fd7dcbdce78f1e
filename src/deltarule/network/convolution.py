"""Convolution and pooling: a kernel, a mean or a maximum over a window that moves along the last axes."""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["CONVOLUTIONS"]

_LARGE = Fraction(10**6)
_BIAS = Option("bias", True, ((True, ", b"), (False, "")))
_FITS = "the window fits floor((n + 2 padding - dilation (k - 1) - 1) / stride) + 1 times"
_AXES = {1: "n", 2: "h w"}
_SOURCE = "LeCun et al. 1998, Gradient-based learning applied to document recognition"


def _number(name: str, least: int, s: int) -> Option:
    return Option(name, Fraction(least), interval=(Fraction(least), _LARGE), pair=s == 2)


def _moves(s: int) -> tuple[Option, ...]:
    return _number("stride", 1, s), _number("padding", 0, s), _number("dilation", 1, s)


def _rectangular(s: int) -> tuple[str, ...]:
    return ("k, stride, padding, dilation: one number, or one for rows and one for columns, (3, 5)",) if s == 2 else ()


def _pairs(s: int) -> tuple[str, ...]:
    return ("k",) if s == 2 else ()


def _convolution(s: int) -> Module:
    kernel = " ".join("k" * s)
    return Module(
        f"y = convolve{s}d(x, W{{bias}}, k, {{stride}}, {{padding}}, {{dilation}})",
        f"x: d {_AXES[s]}, W: c d {kernel}, b: c",
        name=f"conv{s}d",
        arguments=("d", "c", "k"),
        options=(_BIAS, *_moves(s)),
        pairs=_pairs(s),
        example=(f"conv{s}d(2, 3, 2)", "2 4" if s == 1 else "2 3 4"),
        conventions=(
            "the kernel is not turned round: a cross-correlation, as everywhere in deep learning",
            f"channels come first; padding is of zeros; {_FITS}",
            *_rectangular(s),
        ),
        latex=rf"\operatorname{{conv{s}d}}",
        source=f"{_SOURCE}; Dumoulin & Visin 2016, A guide to convolution arithmetic",
        elsewhere=(
            f"torch.nn.Conv{s}d(d, c, k), which starts weights and bias at U(±1/sqrt(d k{'²' * (s - 1)}))",
            f"keras.layers.Conv{s}D(c, k), channels last, weights k{' k' * (s - 1)} d c; padding='same' may put "
            "one zero more behind than before",
            f"jax.lax.conv_general_dilated with channels first ({'OIH' if s == 1 else 'OIHW'})",
        ),
        group="convolution",
        pre_activation=True,
    )


def _depthwise(s: int) -> Module:
    kernel = " ".join("k" * s)
    return Module(
        f"y = convolve{s}d(x, W{{bias}}, k, {{stride}}, {{padding}}, {{dilation}}, d)",
        f"x: d {_AXES[s]}, W: d {kernel}, b: d",
        name=f"depthwise_conv{s}d",
        arguments=("d", "k"),
        options=(_BIAS, *_moves(s)),
        pairs=_pairs(s),
        example=(f"depthwise_conv{s}d(2, 2)", "2 4" if s == 1 else "2 3 4"),
        conventions=("each channel has a kernel of its own: as many groups as channels", _FITS),
        latex=rf"\operatorname{{dwconv{s}d}}",
        source="Howard et al. 2017, MobileNets",
        elsewhere=(
            f"torch.nn.Conv{s}d(d, d, k, groups=d), whose weights have an axis of size 1 for the channel",
            f"keras.layers.DepthwiseConv{s}D(k)",
        ),
        group="convolution",
        pre_activation=True,
    )


def _pooling(s: int, largest: bool) -> Module:
    name = f"{'max' if largest else 'avg'}_pool{s}d"
    title = "MaxPool" if largest else "AvgPool"
    keras = "MaxPooling" if largest else "AveragePooling"
    return Module(
        f"y = window_{'max' if largest else 'mean'}{s}d(x, k, {{stride}}{'' if largest else ', {padding}'})",
        name=name,
        arguments=("k",),
        options=(_number("stride", 0, s), *([] if largest else [_number("padding", 0, s)])),
        pairs=_pairs(s),
        example=(f"{name}(2)", "2 4" if s == 1 else "2 4 4"),
        conventions=(
            "windows lie side by side unless stride says otherwise; channels come first, or there are none",
            "windows stay inside: no padding could then be the largest; places that tie have equal shares"
            if largest
            else "zeros of the padding are counted: the mean divides by the size of the window",
        ),
        latex=rf"\operatorname{{{'maxpool' if largest else 'avgpool'}}}",
        source="Boureau, Ponce & LeCun 2010, A theoretical analysis of feature pooling" if largest else _SOURCE,
        elsewhere=(
            f"torch.nn.{title}{s}d(k)" + (", which gives all to the first of places that tie" if largest else ""),
            f"keras.layers.{keras}{s}D(k)" + ("" if largest else ", whose padding='same' does not count the zeros"),
        ),
        group="convolution",
    )


def _globally(largest: bool) -> Module:
    name = f"global_{'max' if largest else 'avg'}_pool"
    return Module(
        f"y = global_{'max' if largest else 'mean'}(x)",
        name=name,
        arguments=(),
        example=(name, "2 3 3"),
        conventions=("over all axes but the first, the channels",),
        latex=rf"\operatorname{{{'gmp' if largest else 'gap'}}}",
        source="Lin, Chen & Yan 2014, Network in network",
        elsewhere=(
            f"torch.nn.Adaptive{'Max' if largest else 'Avg'}Pool2d(1)",
            f"keras.layers.Global{'Max' if largest else 'Average'}Pooling2D()",
        ),
        group="convolution",
    )


CONVOLUTIONS = (
    *(_convolution(s) for s in (1, 2)),
    *(_depthwise(s) for s in (1, 2)),
    *(_pooling(s, largest) for largest in (True, False) for s in (1, 2)),
    *(_globally(largest) for largest in (True, False)),
)
"""Rows of the table of modules."""
