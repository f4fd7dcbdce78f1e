"""Penalties of the size of parameters, as terms of a loss: `L = squared_error(y_hat, y) + l2_penalty(factor=0.01)(W)`.

In training the settings `l1` and `l2` do the same for all weights at once: see `training.updating`.
"""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["PENALTIES"]

_FACTOR = Option("factor", Fraction(1, 100))


def _penalty(name: str, equation: str, latex: str, source: str, *elsewhere: str, **more: object) -> Module:
    return Module(
        equation,
        name=name,
        latex=latex,
        source=source,
        elsewhere=elsewhere,
        group="penalty",
        **more,  # type: ignore
    )


PENALTIES = (
    _penalty(
        "l1_penalty",
        "y = {factor} * sum(abs(x))",
        r"\operatorname{L}_1",
        "Tibshirani 1996, Regression shrinkage and selection via the lasso",
        "keras.regularizers.L1(0.01)",
        "sklearn.linear_model.Lasso(alpha), beside a mean of squares with the factor 1/2",
        options=(_FACTOR,),
        conventions=("where a component is 0 the derivative is taken as 0", "the setting l1 of a training"),
    ),
    _penalty(
        "l2_penalty",
        "y = 1/2 * {factor} * sum(x**2)",
        r"\operatorname{L}_2",
        "Hoerl & Kennard 1970, Ridge regression",
        "torch.optim.SGD(weight_decay=factor), which adds its gradient",
        "keras.regularizers.L2(0.01), without the factor 1/2",
        options=(_FACTOR,),
        conventions=("with the factor 1/2", "the setting l2 of a training"),
    ),
    _penalty(
        "elastic_penalty",
        "y = {l1} * sum(abs(x)) + 1/2 * {l2} * sum(x**2)",
        r"\operatorname{L}_{1,2}",
        "Zou & Hastie 2005, Regularization and variable selection via the elastic net",
        "keras.regularizers.L1L2(l1, l2), without the factor 1/2",
        "sklearn.linear_model.ElasticNet(alpha, l1_ratio): l1 = alpha l1_ratio, l2 = alpha (1 - l1_ratio)",
        options=(Option("l1", Fraction(1, 100)), Option("l2", Fraction(1, 100))),
        conventions=("where a component is 0 the derivative of its size is taken as 0",),
    ),
)
"""Rows of the table of modules: from a parameter, of any shape, to a number."""
