"""Modules that normalise a sample over its units, and layers that compare it with stored vectors."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from deltarule.network.module import Module, Option

__all__ = ["NORMALISATIONS"]

_EPS = Option("eps", Fraction(1, 100_000))
_AFFINE = "gamma * h + beta"
_PER_CHANNEL = "per_channel(gamma, h) * h + per_channel(beta, h)"
_GROUPS = Option("groups", Fraction(1), interval=(Fraction(1), Fraction(10**6)))

_LAYER_NORM = Module(
    "mu = mean(x); v = mean((x - mu)**2); h = (x - mu) / sqrt(v + {eps}); y = {affine}",
    "x: n, gamma: n, beta: n",
    name="layer_norm",
    options=(_EPS, Option("affine", True, ((True, _AFFINE), (False, "h")))),
    conventions=("the variance divides by n", "eps stands inside the root"),
    latex=r"\operatorname{LayerNorm}",
    source="Ba, Kiros & Hinton 2016",
    elsewhere=("torch.nn.LayerNorm(n, eps=1e-5)", "keras.layers.LayerNormalization, with eps = 1e-3"),
    group="normalisation",
)
_GROUP_NORM = Module(
    "mu = mean(x, axis=1); d = x - outer(mu, ones(k)); v = mean(d**2, axis=1); "
    "h = d / outer(sqrt(v + {eps}), ones(k)); y = {affine}",
    "x: n k, gamma: n k, beta: n k",
    name="group_norm",
    arguments=(),
    options=(_EPS, Option("affine", True, ((True, _AFFINE), (False, "h")))),
    conventions=(
        "x has an axis of groups and one of the units of a group: reshape a vector first",
        "the variance divides by k",
        "eps stands inside the root",
    ),
    latex=r"\operatorname{GroupNorm}",
    source="Wu & He 2018",
    elsewhere=(
        "torch.nn.GroupNorm(n, n*k, eps=1e-5), which cuts the channels into n groups",
        "keras.layers.GroupNormalization(groups=n), with eps = 1e-3",
    ),
    group="normalisation",
)

NORMALISATIONS = (
    replace(
        _LAYER_NORM,
        variants=(
            replace(
                _LAYER_NORM,
                shapes="x: n r q, gamma: n r q, beta: n r q",
                conventions=("mean and variance are over all entries of an image", *_LAYER_NORM.conventions[1:]),
            ),
        ),
    ),
    replace(
        _GROUP_NORM,
        options=(_EPS, _GROUPS, _GROUP_NORM.options[1]),
        variants=(
            replace(
                _GROUP_NORM,
                equation="u = reshape(x, {groups}, n * r * q / {groups}); mu = mean(u, axis=-1); "
                "d = u - per_channel(mu, u); v = mean(d**2, axis=-1); "
                "h = reshape(d / per_channel(sqrt(v + {eps}), u), n, r, q); y = {affine}",
                shapes="x: n r q, gamma: n, beta: n",
                options=(_EPS, _GROUPS, Option("affine", True, ((True, _PER_CHANNEL), (False, "h")))),
                conventions=(
                    "the channels of an image are cut into groups; mean and variance are over a group at all positions",
                    "the variance divides by their number",
                    "eps stands inside the root",
                ),
            ),
        ),
    ),
    Module(
        "r = sqrt(mean(x**2) + {eps}); y = {affine} / r",
        "x: n, gamma: n",
        name="rms_norm",
        options=(_EPS, Option("affine", True, ((True, "gamma * x"), (False, "x")))),
        conventions=("eps stands inside the root",),
        latex=r"\operatorname{RMSNorm}",
        source="Zhang & Sennrich 2019",
        elsewhere=("torch.nn.RMSNorm(n), whose eps is that of the type", "keras.layers.RMSNormalization, eps = 1e-6"),
        group="normalisation",
    ),
    Module(
        "r = sqrt(sum(x**2) + {eps}); y = x / r",
        "x: n",
        name="l2_normalise",
        options=(Option("eps", Fraction(1, 10**12)),),
        conventions=("eps stands inside the root and keeps x = 0 harmless",),
        latex=r"\operatorname{normalise}",
        source="x / |x|",
        elsewhere=(
            "torch.nn.functional.normalize divides by max(|x|, eps)",
            "keras.layers.UnitNormalization",
        ),
        group="normalisation",
    ),
    Module(
        "y = (W @ x) / (sqrt(sum(W**2, axis=1)) * sqrt(sum(x**2)))",
        "x: n, W: m n",
        name="cosine",
        arguments=("n", "m"),
        conventions=("the cosine of the angle between x and each row of W; x = 0 has none",),
        latex=r"\operatorname{cosine}",
        source="Luo et al. 2018, Cosine normalization",
        elsewhere=("torch.nn.CosineSimilarity of x and each row of W, with eps = 0",),
        group="normalisation",
    ),
    Module(
        "d = sum((outer(ones(m), x) - C)**2, axis=1); y = exp(-gamma * d)",
        "x: n, C: m n, gamma: m",
        name="rbf",
        arguments=("n", "m"),
        conventions=("a centre (a row of C) and a width for each unit",),
        latex=r"\operatorname{RBF}",
        source="Bishop 2006, section 6.3",
        group="normalisation",
    ),
    Module(
        "y = A @ x @ x + W @ x + b",
        "x: n, A: m n n, W: m n, b: m",
        name="bilinear",
        arguments=("n", "m"),
        conventions=("both sides of the bilinear form are x; A[i] need not be symmetric",),
        latex=r"\operatorname{bilinear}",
        source="the Matrix Cookbook (Petersen & Pedersen 2012), eq. 81",
        elsewhere=("torch.nn.Bilinear(n, n, m), which takes two inputs",),
        group="normalisation",
    ),
    Module(
        "y = x @ A @ x + w @ x + b",
        "x: n, A: n n, w: n, b:",
        name="quadratic",
        arguments=("n",),
        conventions=("one unit; A need not be symmetric",),
        latex=r"\operatorname{quadratic}",
        source="the Matrix Cookbook (Petersen & Pedersen 2012), eq. 81",
        group="normalisation",
    ),
    Module(
        "y = E @ x",
        "x: n, E: m n",
        name="embedding",
        arguments=("n", "m"),
        conventions=("x is one-hot (or a weighting of the n entries); E has one column for each entry",),
        latex=r"\operatorname{embedding}",
        source="Bengio et al. 2003",
        elsewhere=("torch.nn.Embedding(n, m), which takes the index of the entry and stores rows",),
        group="affine",
    ),
)
"""Rows of the table of modules."""
