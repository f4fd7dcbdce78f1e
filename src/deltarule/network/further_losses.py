"""Losses beside the first five: robust and probabilistic ones for regression, margins and divergences for classes."""

from __future__ import annotations

from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["FURTHER_LOSSES"]

_MEAN = "over a batch the loss is the mean of the losses of its samples"
_SUM_OR_MEAN = Option(
    "reduction",
    "sum",
    (("sum", "sum"), ("mean", "mean")),
    (("sum", "summed over the units"), ("mean", "averaged over the units")),
)


def _loss(name: str, equation: str, latex: str, source: str, *elsewhere: str, **more: object) -> Module:
    conventions = (*more.pop("conventions", ()), _MEAN)  # type: ignore[misc]
    return Module(
        equation,
        name=name,
        inputs=(str(more.pop("of", "y_hat")), "y"),
        loss=True,
        latex=rf"\operatorname{{{latex}}}",
        source=source,
        elsewhere=elsewhere,
        conventions=conventions,
        **more,  # type: ignore[arg-type]
    )


FURTHER_LOSSES = (
    # regression
    _loss(
        "absolute_error",
        "L = {reduction}(abs(y_hat - y))",
        "AE",
        "Bishop 2006, exercise 1.27 with q = 1",
        "torch.nn.L1Loss, which averages",
        "keras.losses.MeanAbsoluteError",
        options=(_SUM_OR_MEAN,),
        conventions=("where y_hat = y the derivative is taken as 0",),
        group="regression",
    ),
    _loss(
        "huber",
        "e = y_hat - y; L = {reduction}(where({delta} - abs(e) > 0, 1/2*e**2, {delta}*(abs(e) - 1/2*{delta})))",
        "Huber",
        "Huber 1964",
        "torch.nn.HuberLoss(delta=1.0), which averages",
        "keras.losses.Huber(delta=1.0)",
        options=(Option("delta", Fraction(1)), _SUM_OR_MEAN),
        group="regression",
    ),
    _loss(
        "smooth_l1",
        "e = y_hat - y; L = {reduction}(where({beta} - abs(e) > 0, 1/2*e**2/{beta}, abs(e) - 1/2*{beta}))",
        "smoothL_1",
        "Girshick 2015, Fast R-CNN, eq. 3",
        "torch.nn.SmoothL1Loss(beta=1.0), which averages",
        options=(Option("beta", Fraction(1)), _SUM_OR_MEAN),
        conventions=("the Huber loss divided by its δ = β",),
        group="regression",
    ),
    _loss(
        "log_cosh",
        "e = y_hat - y; L = {reduction}(abs(e) + softplus(-2*abs(e)) - log(2))",
        "logcosh",
        "log(cosh(e)) in a form that does not overflow",
        "keras.losses.LogCosh",
        options=(_SUM_OR_MEAN,),
        group="regression",
    ),
    _loss(
        "quantile",
        "e = y - y_hat; L = {reduction}(maximum({tau}*e, ({tau} - 1)*e))",
        "pinball",
        "Koenker & Bassett 1978",
        "sklearn.metrics.mean_pinball_loss(alpha)",
        options=(Option("tau", Fraction(1, 2)), _SUM_OR_MEAN),
        conventions=("its minimum is the quantile τ of y",),
        group="regression",
    ),
    _loss(
        "poisson",
        "L = {reduction}(y_hat - y*log(y_hat))",
        "Poisson",
        "Bishop 2006, section 4.3.6 (canonical links)",
        "torch.nn.PoissonNLLLoss(log_input=False), with eps = 1e-8 in the logarithm",
        "keras.losses.Poisson",
        options=(_SUM_OR_MEAN,),
        domain="positive",
        conventions=("the rate is y_hat > 0; the term log(y!) is left out: it has no parameter",),
        group="regression",
    ),
    _loss(
        "poisson_with_log_rate",
        "L = {reduction}(exp(z) - y*z)",
        "Poisson",
        "Bishop 2006, section 4.3.6 (canonical links)",
        "torch.nn.PoissonNLLLoss()",
        of="z",
        prediction="y_hat = exp(z)",
        options=(_SUM_OR_MEAN,),
        conventions=("z is the logarithm of the rate; the term log(y!) is left out: it has no parameter",),
        group="regression",
    ),
    _loss(
        "gamma",
        "L = {reduction}(y/y_hat + log(y_hat))",
        "gamma",
        "McCullagh & Nelder 1989, chapter 8",
        "half of sklearn.metrics.mean_gamma_deviance, less a term without parameters",
        options=(_SUM_OR_MEAN,),
        domain="positive",
        conventions=("the mean is y_hat > 0",),
        group="regression",
    ),
    _loss(
        "gaussian_nll",
        "L = 1/2 * {reduction}(exp(-s) * (y_hat - y)**2 + s)",
        "NLL",
        "Bishop 2006, eq. 1.54",
        "torch.nn.GaussianNLLLoss, which takes a variance for each output",
        shapes="s:",
        options=(_SUM_OR_MEAN,),
        conventions=("s = log σ², a parameter: one noise level, learned", "the term log(2π)/2 is left out"),
        group="regression",
    ),
    # classes
    _loss(
        "hinge",
        "L = {reduction}(maximum(0, 1 - y*y_hat))",
        "hinge",
        "Cortes & Vapnik 1995",
        "keras.losses.Hinge",
        options=(_SUM_OR_MEAN,),
        conventions=("y is -1 or 1", "where y*y_hat = 1 the derivative is taken as 0"),
        group="classes",
    ),
    _loss(
        "squared_hinge",
        "L = {reduction}(maximum(0, 1 - y*y_hat)**2)",
        "hinge^2",
        "Cortes & Vapnik 1995",
        "keras.losses.SquaredHinge",
        options=(_SUM_OR_MEAN,),
        conventions=("y is -1 or 1",),
        group="classes",
    ),
    _loss(
        "logistic",
        "L = {reduction}(softplus(-y*y_hat))",
        "logistic",
        "Bishop 2006, eq. 7.48",
        "torch.nn.SoftMarginLoss, which averages",
        options=(_SUM_OR_MEAN,),
        conventions=("y is -1 or 1; with targets 0 and 1 it is bce_with_logits",),
        group="classes",
    ),
    _loss(
        "multiclass_margin",
        "s = dot(y, y_hat); L = sum((1 - y) * maximum(0, {margin} - s + y_hat)**{power})",
        "margin",
        "Weston & Watkins 1999",
        "torch.nn.MultiMarginLoss, whose target is the index of the class",
        options=(
            Option("margin", Fraction(1)),
            Option("power", "1", (("1", "1"), ("2", "2"))),
        ),
        conventions=("y is one-hot", "summed over the other classes; PyTorch divides by the number of classes"),
        group="classes",
    ),
    _loss(
        "kl",
        "L = sum(y * (log(y) - log(y_hat)))",
        "KL",
        "Kullback & Leibler 1951",
        "torch.nn.KLDivLoss(reduction='sum'), which takes log(y_hat)",
        "keras.losses.KLDivergence",
        domain="positive",
        conventions=("from probabilities: y > 0 and y_hat > 0", "natural logarithm"),
        group="classes",
    ),
    _loss(
        "focal",
        "L = -sum(y*(1 - y_hat)**{gamma}*log(y_hat) + (1 - y)*y_hat**{gamma}*log(1 - y_hat))",
        "focal",
        "Lin et al. 2017",
        "torchvision.ops.sigmoid_focal_loss(alpha=-1, gamma=2), from logits",
        "keras.losses.BinaryFocalCrossentropy(gamma=2.0)",
        options=(Option("gamma", Fraction(2)),),
        domain="probability",
        conventions=("from probabilities: 0 < y_hat < 1", "γ = 0 is bce"),
        group="classes",
    ),
    _loss(
        "label_smoothing",
        "L = -(1 - {epsilon})*sum(y*log(y_hat)) - {epsilon}*mean(log(y_hat))",
        "CE_ε",
        "Szegedy et al. 2016, section 7",
        "torch.nn.CrossEntropyLoss(label_smoothing=0.1), from logits",
        options=(Option("epsilon", Fraction(1, 10)),),
        domain="positive",
        conventions=("cross_entropy with the target (1 - ε) y + ε/k",),
        group="classes",
    ),
    _loss(
        "cosine_distance",
        "L = 1 - dot(y, y_hat) / (sqrt(sum(y**2)) * sqrt(sum(y_hat**2)))",
        "cosine",
        "1 - cos of the angle between y and y_hat",
        "torch.nn.CosineEmbeddingLoss for pairs with target 1",
        "keras.losses.CosineSimilarity, which leaves out the 1",
        conventions=("neither vector is zero",),
        group="classes",
    ),
)
"""Rows of the table of losses."""
