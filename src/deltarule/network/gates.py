"""Modules that multiply what they compute, or mix it with what came in: gates, products, residuals."""

from __future__ import annotations

from deltarule.network.module import Module, Option

__all__ = ["GATES"]

_BIAS = Option("bias", True, ((True, " + b"), (False, "")))


def _gated(name: str, gate: str, latex: str, source: str, *elsewhere: str) -> Module:
    """(W x + b) ⊙ g with g = gate(V x + c), from n units to m."""
    return Module(
        f"u = W @ x{{bias}}; v = V @ x{{bias_of_gate}}; g = {gate}(v); y = u * g",
        "x: n, W: m n, b: m, V: m n, c: m",
        name=name,
        scalar_equation=f"u = W * x{{bias}}; v = V * x{{bias_of_gate}}; g = {gate}(v); y = u * g",
        arguments=("n", "m"),
        options=(_BIAS, Option("bias_of_gate", True, ((True, " + c"), (False, "")))),
        conventions=("the gate and the value have weights of their own",),
        latex=rf"\operatorname{{{latex}}}",
        source=source,
        elsewhere=elsewhere,
        group="gate",
    )


GATES = (
    _gated(
        "glu",
        "sigmoid",
        "GLU",
        "Dauphin, Fan, Auli & Grangier 2017, eq. 1",
        "torch.nn.GLU is its last step: it halves its input where this has two affine maps",
    ),
    _gated("swiglu", "silu", "SwiGLU", "Shazeer 2020, GLU variants improve Transformer, eq. 5"),
    _gated("geglu", "gelu", "GEGLU", "Shazeer 2020, eq. 5"),
    _gated("reglu", "relu", "ReGLU", "Shazeer 2020, eq. 5"),
    Module(
        "u = W @ x + b; y = max(u, axis=1)",
        "x: n, W: m k n, b: m k",
        name="maxout",
        arguments=("n", "m", "k"),
        conventions=("k pieces a unit",),
        latex=r"\operatorname{maxout}",
        source="Goodfellow et al. 2013",
        group="gate",
    ),
    Module(
        "u = W @ x + b; h = {activation}(u); v = V @ x + c; t = sigmoid(v); y = t * h + (1 - t) * x",
        "x: n, W: n n, b: n, V: n n, c: n",
        name="highway",
        scalar_equation="u = W * x + b; h = {activation}(u); v = V * x + c; t = sigmoid(v); y = t * h + (1 - t) * x",
        arguments=("n",),
        options=(Option("activation", "relu", tuple((f, f) for f in ("relu", "tanh", "sigmoid", "gelu", "silu"))),),
        latex=r"\operatorname{highway}",
        source="Srivastava, Greff & Schmidhuber 2015, eq. 3",
        group="gate",
    ),
    Module(
        "u = W @ x + b; h = {activation}(u); y = x + V @ h + c",
        "x: n, W: m n, b: m, V: n m, c: n",
        name="residual",
        arguments=("n", "m"),
        options=(Option("activation", "relu", tuple((f, f) for f in ("relu", "tanh", "sigmoid", "gelu", "silu"))),),
        conventions=("a hidden layer of m units beside the identity",),
        latex=r"\operatorname{residual}",
        source="He, Zhang, Ren & Sun 2016",
        group="gate",
    ),
    Module(
        "y = x + h",
        name="add",
        inputs=("x", "h"),
        conventions=("both inputs have the same shape: a skip connection, a residual",),
        latex=r"\operatorname{add}",
        source="He, Zhang, Ren & Sun 2016",
        elsewhere=("keras.layers.Add",),
        group="joining",
    ),
    Module(
        "y = x * h",
        name="multiply",
        inputs=("x", "h"),
        conventions=("both inputs have the same shape: each unit by its own",),
        latex=r"\operatorname{multiply}",
        source="Hochreiter & Schmidhuber 1997, multiplicative gates",
        elsewhere=("keras.layers.Multiply",),
        group="joining",
    ),
    Module(
        "y = A @ h @ x + b",
        "x: n, h: k, A: m n k, b: m",
        name="bilinear_pair",
        inputs=("x", "h"),
        arguments=("n", "k", "m"),
        conventions=("from n and k units to m: one matrix A[i] for each of them",),
        latex=r"\operatorname{bilinear}",
        source="Tenenbaum & Freeman 2000, Separating style and content with bilinear models",
        elsewhere=("torch.nn.Bilinear(n, k, m)",),
        group="joining",
    ),
    Module(
        "y = gamma * x{bias}",
        "x: n, gamma: n, beta: n",
        name="scale",
        options=(Option("bias", True, ((True, " + beta"), (False, ""))),),
        latex=r"\operatorname{scale}",
        source="the affine step of Ioffe & Szegedy 2015",
        group="gate",
    ),
)
"""Rows of the table of modules."""
