"""Modules that act on each unit by itself, and those that normalise over the units without parameters."""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["ACTIVATIONS"]


def _function(name: str, latex: str, source: str, *elsewhere: str, **more: object) -> Module:
    """A row that is a scalar function of the table of functions, by its name."""
    return Module(
        f"y = {name}(x)",
        name=name,
        latex=rf"\operatorname{{{latex}}}",
        source=source,
        elsewhere=elsewhere,
        group="activation",
        **more,  # type: ignore[arg-type]
    )


ACTIVATIONS = (
    Module(
        "y = where(x > 0, x, {alpha}*(exp(x) - 1))",
        name="elu",
        options=(Option("alpha", Fraction(1)),),
        latex=r"\operatorname{ELU}",
        source="Clevert, Unterthiner & Hochreiter 2016",
        elsewhere=("torch.nn.ELU(alpha=1.0)", "keras.activations.elu"),
        group="activation",
    ),
    _function("selu", "SELU", "Klambauer et al. 2017", "torch.nn.SELU", "keras.activations.selu"),
    Module(
        "y = where(x > 0, x, {alpha}*(exp(x / {alpha}) - 1))",
        name="celu",
        options=(Option("alpha", Fraction(1)),),
        latex=r"\operatorname{CELU}",
        source="Barron 2017, Continuously differentiable exponential linear units",
        elsewhere=("torch.nn.CELU(alpha=1.0)", "keras.activations.celu"),
        group="activation",
    ),
    _function(
        "gelu",
        "GELU",
        "Hendrycks & Gimpel 2016",
        "torch.nn.GELU()",
        "keras.activations.gelu(approximate=False), the default since Keras 3",
    ),
    _function(
        "gelu_tanh",
        "GELU_{tanh}",
        "Hendrycks & Gimpel 2016",
        "torch.nn.GELU(approximate='tanh')",
        "keras.activations.gelu(approximate=True)",
    ),
    _function("silu", "SiLU", "Elfwing, Uchibe & Doya 2018", "torch.nn.SiLU", "keras.activations.silu"),
    _function("mish", "mish", "Misra 2020", "torch.nn.Mish", "keras.activations.mish"),
    _function("softsign", "softsign", "Bergstra et al. 2009", "torch.nn.Softsign", "keras.activations.softsign"),
    _function(
        "log_sigmoid",
        "logsigmoid",
        "log(sigmoid(x)) in the form that does not overflow",
        "torch.nn.LogSigmoid",
        "keras.activations.log_sigmoid",
    ),
    _function("hard_tanh", "HardTanh", "Collobert 2004", "torch.nn.Hardtanh()", "keras.activations.hard_tanh"),
    _function(
        "hard_sigmoid",
        "HardSigmoid",
        "Courbariaux, Bengio & David 2015; with the slope 1/6 of Howard et al. 2019",
        "torch.nn.Hardsigmoid",
        "keras.activations.hard_sigmoid of Keras 3; before, its slope was 1/5",
    ),
    _function("hard_swish", "HardSwish", "Howard et al. 2019", "torch.nn.Hardswish", "keras.activations.hard_silu"),
    _function("relu6", "ReLU6", "Krizhevsky 2010", "torch.nn.ReLU6", "keras.activations.relu6"),
    _function("tanh_shrink", "tanhshrink", "PyTorch", "torch.nn.Tanhshrink", "keras.activations.tanh_shrink"),
    Module(
        "y = where(x > {threshold}, x, where(-x > {threshold}, x, 0))",
        name="hard_shrink",
        options=(Option("threshold", Fraction(1, 2)),),
        latex=r"\operatorname{hardshrink}",
        source="Donoho & Johnstone 1994, hard thresholding",
        elsewhere=("torch.nn.Hardshrink(lambd=0.5)", "keras.activations.hard_shrink"),
        group="activation",
    ),
    Module(
        "y = maximum(0, x - {threshold}) + minimum(0, x + {threshold})",
        name="soft_shrink",
        options=(Option("threshold", Fraction(1, 2)),),
        latex=r"\operatorname{softshrink}",
        source="Donoho & Johnstone 1994, soft thresholding",
        elsewhere=("torch.nn.Softshrink(lambd=0.5)", "keras.activations.soft_shrink"),
        group="activation",
    ),
    Module(
        "y = where(x > {threshold}, x, {value})",
        name="threshold",
        options=(Option("threshold", Fraction(0)), Option("value", Fraction(0))),
        latex=r"\operatorname{threshold}",
        source="PyTorch",
        elsewhere=("torch.nn.Threshold(threshold, value), which has no defaults",),
        group="activation",
    ),
    Module(
        "y = 1/2 * (x + sqrt(x**2 + {b}))",
        name="squareplus",
        options=(Option("b", Fraction(4)),),
        latex=r"\operatorname{squareplus}",
        source="Barron 2021",
        elsewhere=("keras.activations.squareplus(b=4)", "jax.nn.squareplus(b=4)"),
        group="activation",
    ),
    Module(
        "y = maximum(0, x) + a * minimum(0, x)",
        "x: n, a: n",
        name="prelu",
        latex=r"\operatorname{PReLU}",
        source="He, Zhang, Ren & Sun 2015",
        conventions=("one slope for each unit", "at x = 0 the derivative is that of the left side"),
        elsewhere=("torch.nn.PReLU(n); PyTorch's default shares one slope", "keras.layers.PReLU"),
        group="activation",
    ),
    Module(
        "y = exp(-x) / sum(exp(-x))",
        "x: n",
        name="softmin",
        latex=r"\operatorname{softmin}",
        source="softmax(-x)",
        elsewhere=("torch.nn.Softmin(dim=-1)",),
        group="activation",
    ),
)
"""Rows of the table of modules."""
