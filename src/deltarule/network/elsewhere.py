"""What PyTorch and Keras call each function, module, loss and optimiser, and where they differ from the row here.

Versions: PyTorch 2.13, Keras 3. `none` says that the library has no such name, and what says the same there. Rows
of modules and losses say more in `Module.elsewhere`, which comes first.
"""

from __future__ import annotations

from typing import NamedTuple

from deltarule.network.losses import LOSSES
from deltarule.network.modules import MODULES

__all__ = ["FUNCTIONS_ELSEWHERE", "MODULES_ELSEWHERE", "OPTIMISERS_ELSEWHERE", "Elsewhere", "elsewhere"]


class Elsewhere(NamedTuple):
    """The names in the two libraries, and the differences as one sentence (empty: none)."""

    pytorch: str
    keras: str
    differs: str = ""


E = Elsewhere

FUNCTIONS_ELSEWHERE: dict[str, Elsewhere] = {
    **{name: E(f"torch.{name}", f"keras.ops.{name}") for name in (
        "exp", "log", "sin", "cos", "sign", "sqrt", "tanh", "sinh", "cosh", "log1p", "expm1", "tan")},
    "erf": E("torch.erf", "keras.ops.erf"),
    "erfc": E("torch.erfc", "none: 1 - keras.ops.erf(x), which cancels for large x"),
    "step": E("torch.heaviside(x, 0)", "none: keras.ops.where(x > 0, 1, 0)", "torch.heaviside has no gradient"),
    "abs": E("torch.abs", "keras.ops.absolute", "all give the derivative 0 at 0"),
    "maximum": E("torch.maximum", "keras.ops.maximum", "where both are equal PyTorch gives ½ to each"),
    "minimum": E("torch.minimum", "keras.ops.minimum", "where both are equal PyTorch gives ½ to each"),
    "sigmoid": E("torch.sigmoid", "keras.activations.sigmoid"),
    "relu": E("torch.relu", "keras.activations.relu", "all give the derivative 0 at 0"),
    "leaky_relu": E("torch.nn.functional.leaky_relu(x, 0.01)", "keras.activations.leaky_relu(x, 0.2)",
                    "the default slope is 0.01 in PyTorch and 0.2 in Keras"),
    "softplus": E("torch.nn.functional.softplus(x, beta=1, threshold=20)", "keras.activations.softplus",
                  "PyTorch is linear above its threshold"),
    "elu": E("torch.nn.functional.elu(x, alpha=1.0)", "keras.activations.elu(x, alpha=1.0)"),
    "selu": E("torch.nn.functional.selu", "keras.activations.selu"),
    "gelu": E("torch.nn.functional.gelu(x)", "keras.activations.gelu(x, approximate=False)"),
    "gelu_tanh": E("torch.nn.functional.gelu(x, approximate='tanh')", "keras.activations.gelu(x, approximate=True)"),
    "silu": E("torch.nn.functional.silu", "keras.activations.silu"),
    "mish": E("torch.nn.functional.mish", "keras.activations.mish"),
    "softsign": E("torch.nn.functional.softsign", "keras.activations.softsign"),
    "log_sigmoid": E("torch.nn.functional.logsigmoid", "keras.activations.log_sigmoid"),
    "hard_tanh": E("torch.nn.functional.hardtanh", "keras.activations.hard_tanh"),
    "hard_sigmoid": E("torch.nn.functional.hardsigmoid", "keras.activations.hard_sigmoid",
                      "before version 3 the slope in Keras was 1/5"),
    "hard_swish": E("torch.nn.functional.hardswish", "keras.activations.hard_silu"),
    "relu6": E("torch.nn.functional.relu6", "keras.activations.relu6"),
    "tanh_shrink": E("torch.nn.functional.tanhshrink", "keras.activations.tanh_shrink"),
    "asin": E("torch.asin", "keras.ops.arcsin"),
    "acos": E("torch.acos", "keras.ops.arccos"),
    "atan": E("torch.atan", "keras.ops.arctan"),
    "asinh": E("torch.asinh", "keras.ops.arcsinh"),
    "acosh": E("torch.acosh", "keras.ops.arccosh"),
    "atanh": E("torch.atanh", "keras.ops.arctanh"),
    "exp2": E("torch.exp2", "keras.ops.exp2"),
    "exp10": E("none: torch.pow(10, x)", "none: keras.ops.power(10, x)"),
    "log2": E("torch.log2", "keras.ops.log2"),
    "log10": E("torch.log10", "keras.ops.log10"),
    "rsqrt": E("torch.rsqrt", "keras.ops.rsqrt"),
    "reciprocal": E("torch.reciprocal", "keras.ops.reciprocal"),
    "cbrt": E("none: x.sign() * x.abs() ** (1/3)", "keras.ops.cbrt"),
    "logit": E("torch.logit", "none: keras.ops.log(x / (1 - x))"),
    **{name: E(f"none: {other}", f"none: {other}") for name, other in (
        ("sec", "1 / cos(x)"), ("csc", "1 / sin(x)"), ("cot", "1 / tan(x)"),
        ("sech", "1 / cosh(x)"), ("csch", "1 / sinh(x)"), ("coth", "1 / tanh(x)"))},
}  # fmt: skip

MODULES_ELSEWHERE: dict[str, Elsewhere] = {
    "linear": E("torch.nn.Linear(n, m)", "keras.layers.Dense(m)",
                "Keras stores the transpose, n by m; PyTorch starts weights and bias at U(±1/√n), Keras at Glorot's "
                "uniform and 0"),
    "identity": E("torch.nn.Identity()", "keras.layers.Identity()"),
    "leaky_relu": E("torch.nn.LeakyReLU(0.01)", "keras.layers.LeakyReLU(0.3)",
                    "the slope is 0.01 here and in PyTorch, 0.3 in the layer of Keras and 0.2 in its activation"),
    "softplus": E("torch.nn.Softplus(beta=1, threshold=20)", "keras.activations.softplus",
                  "PyTorch is linear above its threshold, which is an error of 2e-9"),
    "sigmoid": E("torch.nn.Sigmoid()", "keras.activations.sigmoid"),
    "tanh": E("torch.nn.Tanh()", "keras.activations.tanh"),
    "relu": E("torch.nn.ReLU()", "keras.layers.ReLU()"),
    "softmax": E("torch.nn.Softmax(dim=-1)", "keras.layers.Softmax(axis=-1)", "the axis can be chosen there"),
    "log_softmax": E("torch.nn.LogSoftmax(dim=-1)", "keras.activations.log_softmax"),
    "threshold": E("torch.nn.Threshold(threshold, value)", "keras.activations.threshold(x, threshold, default_value)"),
    "squareplus": E("none: (x + torch.sqrt(x**2 + 4)) / 2", "keras.activations.squareplus(b=4)"),
    "softmin": E("torch.nn.Softmin(dim=-1)", "none: keras.activations.softmax(-x)"),
    "cosine": E("torch.nn.functional.cosine_similarity(x, W)", "none: keras.layers.Dot(axes=1, normalize=True)"),
    "rbf": E("none: torch.exp(-torch.cdist(x, c) ** 2)", "none: keras.layers.Layer of one's own",
             "the width is a choice of each library that has such a layer"),
    "bilinear": E("torch.nn.Bilinear(n, n, m)", "none: keras.ops.einsum('i,kij,j->k', x, A, x)",
                  "PyTorch takes two inputs and has a bias"),
    "quadratic": E("torch.nn.Bilinear(n, n, 1)", "none: keras.ops.einsum('i,ij,j->', x, A, x)"),
    "embedding": E("torch.nn.Embedding(n, m)", "keras.layers.Embedding(n, m)",
                   "both take the index of the entry, where this takes the indicator vector, and store rows"),
    "glu": E("torch.nn.GLU()", "keras.activations.glu",
             "theirs halve the input where this has two affine maps"),
    **{name: E(f"none: {activation}(W x) * (V x)", f"none: {activation}(W x) * (V x)",
               "written out of two linear layers without bias in transformer libraries")
       for name, activation in (("swiglu", "silu"), ("geglu", "gelu"), ("reglu", "relu"))},
    "maxout": E("none: torch.nn.Linear(n, k m), then max over k", "none: Dense(k m), then max over k",
                "TensorFlow Addons had a Maxout without weights"),
    "highway": E("none: T(x) * H(x) + (1 - T(x)) * x", "none: T(x) * H(x) + (1 - T(x)) * x",
                 "Keras 1 had a layer of that name"),
    "residual": E("none: x + f(x) in forward", "keras.layers.Add()([x, f(x)])"),
    "add": E("torch.add", "keras.layers.Add()"),
    "multiply": E("torch.mul", "keras.layers.Multiply()"),
    "bilinear_pair": E("torch.nn.Bilinear(n, k, m)", "none: keras.ops.einsum('i,kij,j->k', x, A, u)"),
    "scale": E("none: a torch.nn.Parameter and a product", "keras.layers.Rescaling(scale, offset)",
               "the numbers of Keras are not learned"),
    "rms_norm": E("torch.nn.RMSNorm(n)", "keras.layers.RMSNormalization()"),
    "l2_normalise": E("torch.nn.functional.normalize", "keras.layers.UnitNormalization()"),
    "rnn_cell": E("torch.nn.RNNCell(n, m)", "keras.layers.SimpleRNNCell(m)", "PyTorch has two biases"),
    "lstm_cell": E("torch.nn.LSTMCell(n, m)", "keras.layers.LSTMCell(m)",
                   "the gates stand in one matrix; the forget bias starts at 1 in Keras, and PyTorch has two biases"),
    "gru_cell": E("torch.nn.GRUCell(n, m)", "keras.layers.GRUCell(m)",
                  "where the reset gate acts: before or after the matrix (reset_after=True, the default of both)"),
    "attention": E("torch.nn.functional.scaled_dot_product_attention", "keras.layers.Attention(use_scale=False)",
                   "Keras does not divide by √d; keras.layers.MultiHeadAttention does"),
    "l1_penalty": E("none: a term of the loss", "keras.regularizers.L1(0.01)"),
    "l2_penalty": E("torch.optim.SGD(weight_decay=factor)", "keras.regularizers.L2(0.01)",
                    "PyTorch adds the gradient; Keras has no factor ½"),
    "elastic_penalty": E("none: a term of the loss", "keras.regularizers.L1L2(l1, l2)", "Keras has no factor ½"),
    "reshape": E("torch.reshape", "keras.layers.Reshape((n, m))"),
    "concat": E("torch.cat(dim=-1)", "keras.layers.Concatenate()"),
    "concatenate": E("torch.cat(dim=-1)", "keras.layers.Concatenate()"),
    # losses
    "bce": E("torch.nn.BCELoss()", "keras.losses.BinaryCrossentropy()",
             "both average over units and samples; PyTorch clamps the logarithms at -100, Keras clips the prediction "
             "to [1e-7, 1 - 1e-7]"),
    "bce_with_logits": E("torch.nn.BCEWithLogitsLoss()", "keras.losses.BinaryCrossentropy(from_logits=True)",
                         "both average over units and samples"),
    "cross_entropy": E("torch.nn.NLLLoss()(torch.log(y_hat), index)", "keras.losses.CategoricalCrossentropy()",
                       "torch.nn.CrossEntropyLoss takes logits, not probabilities; Keras divides by Σ ŷ and clips"),
    "nll": E("torch.nn.NLLLoss()", "none: -sum(y * log_y_hat)", "the target of PyTorch is the index of the class"),
    "squared_error": E("torch.nn.MSELoss()", "keras.losses.MeanSquaredError()",
                       "both average over the units and have no factor ½"),
    "absolute_error": E("torch.nn.L1Loss()", "keras.losses.MeanAbsoluteError()", "both average over the units"),
    "huber": E("torch.nn.HuberLoss(delta=1.0)", "keras.losses.Huber(delta=1.0)", "both average over the units"),
    "smooth_l1": E("torch.nn.SmoothL1Loss(beta=1.0)", "none: keras.losses.Huber(delta=beta) / beta",
                   "PyTorch averages over the units"),
    "log_cosh": E("none: log(cosh(e))", "keras.losses.LogCosh()", "Keras averages over the units"),
    "quantile": E("none: max(q e, (q - 1) e)", "none: maximum(q e, (q - 1) e)"),
    "poisson": E("torch.nn.PoissonNLLLoss(log_input=False)", "keras.losses.Poisson()",
                 "both average and add an eps in the logarithm (1e-8, 1e-7)"),
    "poisson_with_log_rate": E("torch.nn.PoissonNLLLoss()", "none: exp(z) - y z", "PyTorch averages"),
    "gamma": E("none: y / y_hat + log(y_hat)", "none: y / y_hat + log(y_hat)"),
    "gaussian_nll": E("torch.nn.GaussianNLLLoss()", "none: half of log(v) + e²/v",
                      "PyTorch takes a variance for each output, clamps it at 1e-6 and averages"),
    "hinge": E("none: torch.nn.HingeEmbeddingLoss is another one", "keras.losses.Hinge()",
               "Keras turns targets 0 and 1 into -1 and 1 and averages"),
    "squared_hinge": E("none: clamp(1 - y z, min=0) ** 2", "keras.losses.SquaredHinge()",
                       "Keras turns targets 0 and 1 into -1 and 1 and averages"),
    "logistic": E("torch.nn.SoftMarginLoss()", "none: softplus(-y z)", "PyTorch averages"),
    "multiclass_margin": E("torch.nn.MultiMarginLoss()", "keras.losses.CategoricalHinge()",
                           "PyTorch sums over the classes and divides by their number; Keras takes the largest"),
    "kl": E("torch.nn.KLDivLoss(reduction='sum')", "keras.losses.KLDivergence()",
            "PyTorch takes log ŷ and averages by default"),
    "focal": E("none: torchvision.ops.sigmoid_focal_loss", "keras.losses.BinaryFocalCrossentropy(gamma=2.0)",
               "torchvision weighs the classes by alpha = 0.25 unless told not to"),
    "label_smoothing": E("torch.nn.CrossEntropyLoss(label_smoothing=0.1)",
                         "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)", "PyTorch takes logits"),
    "cosine_distance": E("torch.nn.CosineEmbeddingLoss()", "keras.losses.CosineSimilarity()",
                         "Keras gives minus the cosine, without the 1"),
    "weighted_bce": E("torch.nn.BCELoss(weight=...)", "keras.losses.BinaryCrossentropy()(y, y_hat, sample_weight)"),
    "weighted_bce_with_logits": E(
        "torch.nn.BCEWithLogitsLoss(weight=...)",
        "keras.losses.BinaryCrossentropy(from_logits=True)(y, z, sample_weight)",
    ),
    "weighted_nll": E("torch.nn.NLLLoss(weight=...)", "none: -sum(w * y * log_y_hat)"),
    "weighted_cross_entropy": E("torch.nn.CrossEntropyLoss(weight=...)",
                                "keras.losses.CategoricalCrossentropy()(y, y_hat, sample_weight)"),
    "weighted_squared_error": E("none: torch.nn.MSELoss(reduction='none') times the weights",
                                "keras.losses.MeanSquaredError()(y, y_hat, sample_weight)"),
    "weighted_absolute_error": E("none: torch.nn.L1Loss(reduction='none') times the weights",
                                 "keras.losses.MeanAbsoluteError()(y, y_hat, sample_weight)"),
    "weighted_huber": E("none: torch.nn.HuberLoss(reduction='none') times the weights",
                        "keras.losses.Huber()(y, y_hat, sample_weight)"),
}  # fmt: skip

OPTIMISERS_ELSEWHERE: dict[str, Elsewhere] = {
    "sgd": E("torch.optim.SGD(lr=0.001)", "keras.optimizers.SGD(learning_rate=0.01)"),
    "momentum": E("torch.optim.SGD(momentum=0.9)", "keras.optimizers.SGD(momentum=0.9)",
                  "Keras has the learning rate inside the velocity; the default of both is no momentum"),
    "nesterov": E("torch.optim.SGD(momentum=0.9, nesterov=True)", "keras.optimizers.SGD(momentum=0.9, nesterov=True)",
                  "Keras has the learning rate inside the velocity"),
    "adagrad": E("torch.optim.Adagrad(lr=0.01, eps=1e-10)",
                 "keras.optimizers.Adagrad(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07)",
                 "Keras starts the sum at 0.1 and adds epsilon inside the root"),
    "adadelta": E("torch.optim.Adadelta(lr=1.0, rho=0.9, eps=1e-06)",
                  "keras.optimizers.Adadelta(learning_rate=0.001, rho=0.95, epsilon=1e-07)",
                  "the paper has no learning rate, which is 1; the 0.001 of Keras is a thousandth of its step"),
    "rmsprop": E("torch.optim.RMSprop(lr=0.01, alpha=0.99, eps=1e-08)",
                 "keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9, epsilon=1e-07)",
                 "rho is called alpha in PyTorch, 0.99 by default; Keras adds epsilon inside the root"),
    "adam": E("torch.optim.Adam(lr=0.001, eps=1e-08)", "keras.optimizers.Adam(learning_rate=0.001, epsilon=1e-07)",
              "Keras adds epsilon before the second mean is corrected, so that early steps are shorter"),
    "adamw": E("torch.optim.AdamW(lr=0.001, weight_decay=0.01)",
               "keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.004)",
               "the decay is 0.01 in PyTorch and 0.004 in Keras by default; Keras has epsilon as in its Adam"),
    "amsgrad": E("torch.optim.Adam(amsgrad=True)", "keras.optimizers.Adam(amsgrad=True)",
                 "Keras has epsilon as in its Adam"),
    "adamax": E("torch.optim.Adamax(lr=0.002, eps=1e-08)",
                "keras.optimizers.Adamax(learning_rate=0.001, epsilon=1e-07)",
                "Keras adds epsilon to the largest size where it divides, not to the size of the gradient"),
    "nadam": E("torch.optim.NAdam(lr=0.002, momentum_decay=0.004)", "keras.optimizers.Nadam(learning_rate=0.001)",
               "Keras raises the momentum 250 times as fast: 0.96^t, fading = 1; 1/250 in the paper"),
    "radam": E("torch.optim.RAdam(lr=0.001)", "none: TensorFlow Addons had RectifiedAdam"),
    "lion": E("none: the package lion-pytorch", "keras.optimizers.Lion(learning_rate=0.001, beta_1=0.9, beta_2=0.99)"),
    "adafactor": E("torch.optim.Adafactor(lr=0.01, beta2_decay=-0.8, d=1.0)",
                   "keras.optimizers.Adafactor(learning_rate=0.001, beta_2_decay=-0.8, relative_step=True)",
                   "forgetting is minus beta2_decay, clipping is d in PyTorch and clip_threshold in Keras"),
    "muon": E("torch.optim.Muon(lr=0.001, momentum=0.95, weight_decay=0.1, ns_steps=5)",
              "keras.optimizers.Muon(learning_rate=0.001)",
              "PyTorch takes matrices alone; here and in Keras the other parameters are renewed by Adam"),
    "lbfgs": E("torch.optim.LBFGS(lr=1, max_iter=20, history_size=100)", "none: scipy.optimize.minimize",
               "without line_search_fn='strong_wolfe' PyTorch does not search the length of a step; its step is up to "
               "20 iterations, here an epoch is one"),
}  # fmt: skip


def elsewhere(name: str, kind: str) -> tuple[str, str, tuple[str, ...]]:
    """What PyTorch and Keras call the row, and further sentences; empty where no table says it."""
    if kind in ("function", "optimiser"):
        row = (FUNCTIONS_ELSEWHERE if kind == "function" else OPTIMISERS_ELSEWHERE).get(name, E("", ""))
        return row.pytorch, row.keras, tuple(filter(None, [row.differs]))
    stated = (MODULES | LOSSES)[name].elsewhere
    row = MODULES_ELSEWHERE.get(name) or FUNCTIONS_ELSEWHERE.get(name) or E("", "")
    torch = next((s for s in stated if s.startswith("torch.")), row.pytorch)
    keras = next((s for s in stated if s.startswith("keras.")), row.keras)
    told = any(", " in s or " which " in s for s in stated)  # the row tells the difference itself
    more = [s for s in stated if s not in (torch, keras)]
    return torch, keras, tuple(filter(None, [*more, "" if told else row.differs]))
