"""Cells that are called once for each step of a sequence (their gradients are backpropagation through time), and
attention over a sequence."""

from __future__ import annotations

from deltarule.network.module import Module, Option

__all__ = ["SEQUENCES"]

_GATES = (("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid"))
_AFFINE = "W: m n, U: m m, b: m"

SEQUENCES = (
    Module(
        "a = W @ x + U @ h + b; y = {activation}(a)",
        f"x: n, h: m, {_AFFINE}",
        name="rnn_cell",
        inputs=("x", "h"),
        arguments=("n", "m"),
        options=(Option("activation", "tanh", tuple((f, f) for f in ("tanh", "relu", "sigmoid"))),),
        conventions=("one bias",),
        latex=r"\operatorname{RNN}",
        source="Elman 1990, Finding structure in time",
        elsewhere=("torch.nn.RNNCell(n, m), which has two biases",),
        group="sequence",
    ),
    Module(
        "; ".join(f"a_{k} = W_{k} @ x + U_{k} @ h + b_{k}; {k} = {f}(a_{k})" for k, f in _GATES)
        + "; c_next = f * c + i * g; r = tanh(c_next); h_next = o * r",
        "x: n, h: m, c: m, " + ", ".join(f"W_{k}: m n, U_{k}: m m, b_{k}: m" for k in "ifgo"),
        name="lstm_cell",
        inputs=("x", "h", "c"),
        outputs=("h_next", "c_next"),
        arguments=("n", "m"),
        conventions=("one bias for each gate",),
        latex=r"\operatorname{LSTM}",
        source="Gers, Schmidhuber & Cummins 2000",
        elsewhere=("torch.nn.LSTMCell(n, m), whose gates i, f, g, o stand below one another in one matrix",),
        group="sequence",
    ),
    Module(
        "a_r = W_r @ x + U_r @ h + b_r; r = sigmoid(a_r); a_z = W_z @ x + U_z @ h + b_z; z = sigmoid(a_z); "
        "q = U_g @ h + d_g; a_g = W_g @ x + b_g + r * q; g = tanh(a_g); y = (1 - z) * g + z * h",
        "x: n, h: m, W_r: m n, U_r: m m, b_r: m, W_z: m n, U_z: m m, b_z: m, W_g: m n, U_g: m m, b_g: m, d_g: m",
        name="gru_cell",
        inputs=("x", "h"),
        arguments=("n", "m"),
        conventions=("the reset gate acts after the matrix, as in cuDNN and PyTorch; in the paper it acts before",),
        latex=r"\operatorname{GRU}",
        source="Cho et al. 2014",
        elsewhere=("torch.nn.GRUCell(n, m), whose gates stand below one another in one matrix",),
        group="sequence",
    ),
    Module(
        "q = x @ W_q; k = x @ W_k; v = x @ W_v; s = q @ k.T / sqrt(d); p = softmax(s); y = p @ v",
        "x: t n, W_q: n d, W_k: n d, W_v: n d",
        name="attention",
        arguments=("t", "n", "d"),
        conventions=("one head; the softmax is over the keys, the last axis", "no bias and no output projection"),
        latex=r"\operatorname{attention}",
        source="Vaswani et al. 2017, eq. 1",
        elsewhere=("torch.nn.functional.scaled_dot_product_attention(q, k, v)",),
        group="sequence",
    ),
)
"""Rows of the table of modules."""
