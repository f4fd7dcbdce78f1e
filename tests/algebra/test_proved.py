"""What the kernel proves for every size, and what it must never prove: steps of backpropagation, with false twins."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest

from deltarule.algebra import Facts, decide, prove

from .index_notation import E, axes, bare, delta, functions, largest, scalars, tensors, total

exp, log, sigmoid, tanh, softplus, relu, f, g, absolute, maximum = functions(
    "exp log sigmoid tanh softplus relu f g abs maximum"
)
x, y, z, s, t, c, eps, eta, gamma, m, n, k_ = scalars("x y z s t c eps eta gamma m n k")
W, V, U, A, B, C, X, Y, Q, K, dO, dy, d, H, WQ, WK, WV = tensors("W V U A B C X Y Q K dO dy d H WQ WK WV")
v, w, a, h, b_, u, T, G = tensors("v w a h b u T G")
i, i2, i3, i4 = axes("i i2 i3 i4", "n")
j, j2, j3 = axes("j j2 j3", "m")
k, k2, k3, k4, k5 = axes("k k2 k3 k4 k5", "K")
b, b2, b3 = axes("b b2 b3", "B")
half = Fraction(1, 2)
NOTHING = Facts()


def positive(*expressions: E) -> Facts:
    return Facts(positive=tuple(bare(e) for e in expressions))


def equal(left: E, right: E | int) -> Facts:
    return Facts(equal=((bare(left), bare(right)),))


class Case(NamedTuple):
    name: str
    left: E | int
    right: E | int
    facts: Facts = NOTHING


def softmax(q, other):  # the softmax of a[.] at q, its sum over `other`
    return exp(a[q]) / total(other, exp(a[other]))


# Batch normalisation over the batch b, one feature: x[b], the mean, the variance with eps.
N = E(bare(total(b3, 1)))
mean = total(b2, u[b2]) / N
variance = total(b2, (u[b2] - total(b3, u[b3]) / N) ** 2) / N + eps
root = variance ** Fraction(-1, 2)
normal = (u[b] - mean) * root
normal2 = (u[b2] - total(b3, u[b3]) / N) * root


def batch_norm_compact() -> E:
    """(γ r / B) (B δ - Σ δ - x̂ Σ δ x̂)"""
    return gamma * root / N * (N * d[b] - total(b2, d[b2]) - normal * total(b2, d[b2] * normal2))


def batch_norm_three_terms(factor: Fraction = Fraction(-1, 2)) -> E:
    dvar = total(b2, d[b2] * gamma * (u[b2] - total(b3, u[b3]) / N)) * factor * variance ** Fraction(-3, 2)
    dmean = -total(b2, d[b2] * gamma * root) + dvar * total(b2, -2 * (u[b2] - total(b3, u[b3]) / N)) / N
    return d[b] * gamma * root + dvar * 2 * (u[b] - mean) / N + dmean / N


# Layer normalisation over the axis n, for every sample of a batch: G is the message to the output.
size = E(bare(total(i4, 1)))


def centred(q):
    return X[b, q] - total(i4, X[b, i4]) / size


deviation = total(i3, centred(i3) ** 2) / size + eps


def layer_norm_compact() -> E:
    hat = centred(i) * deviation ** Fraction(-1, 2)
    against = total(i2, G[b, i2] * centred(i2)) * deviation ** Fraction(-1, 2)
    return deviation ** Fraction(-1, 2) / size * (size * G[b, i] - total(i2, G[b, i2]) - hat * against)


def layer_norm_three_terms() -> E:
    dvar = total(i2, G[b, i2] * centred(i2)) * Fraction(-1, 2) * deviation ** Fraction(-3, 2)
    dmean = -total(i2, G[b, i2]) * deviation ** Fraction(-1, 2)
    return G[b, i] * deviation ** Fraction(-1, 2) + dvar * 2 * centred(i) / size + dmean / size


mean_square = total(i3, X[b, i3] ** 2) / size + eps


def rms_norm_by_jacobian() -> E:
    own = delta(i2, i) * mean_square ** Fraction(-1, 2)
    return total(i2, G[b, i2] * (own - X[b, i2] * X[b, i] / size * mean_square ** Fraction(-3, 2)))


def rms_norm_compact() -> E:
    along = total(i2, G[b, i2] * X[b, i2]) / (total(i3, X[b, i3] ** 2) + size * eps)
    return mean_square ** Fraction(-1, 2) * (G[b, i] - X[b, i] * along)


# Attention: P[i,j] = softmax_j(Q K c), O = P V.
def score(p, q, e=k):
    return total(e, Q[p, e] * K[q, e]) * c


def attention(p, q, r, e=k):
    return exp(score(p, q, e)) / total(r, exp(score(p, r, k2)))


def d_attention(p, q, e=k3):
    return total(e, dO[p, e] * V[q, e])


jj, jj2, jj3, jj4, jj5, jj6 = axes("jj jj2 jj3 jj4 jj5 jj6", "T")
ii, ii2 = axes("ii ii2", "T2")
p1 = attention(ii, jj, jj2)
row_sum = total(jj3, attention(ii, jj3, jj4, k4) * d_attention(ii, jj3))
# Self-attention: queries, keys and values are linear in one input h, given as definitions.
e1, e2 = axes("e1 e2", "E")


def projected(weights, p, q):
    return total(e1, H[p, e1] * weights[e1, q])


SELF = Facts(
    equal=(
        (bare(Q[jj, k]), bare(projected(WQ, jj, k))),
        (bare(K[jj, k]), bare(projected(WK, jj, k))),
        (bare(V[jj, k]), bare(projected(WV, jj, k))),
    )
)


def self_scores(p, q, e):
    return total(e, projected(WQ, p, e) * projected(WK, q, e)) * c


def d_scores(p, q):
    """The message to the scores, by named queries, keys and values."""
    share = exp(score(p, q)) / total(jj2, exp(score(p, jj2, k2)))
    each = exp(score(p, jj3, k4)) / total(jj4, exp(score(p, jj4, k2)))
    return share * (d_attention(p, q) - total(jj3, each * d_attention(p, jj3)))


def self_attention_by_projection() -> E:
    """∂L/∂H[jj, e2] = Σ_k dQ WQ + dK WK + dV WV."""
    share = exp(score(jj5, jj)) / total(jj2, exp(score(jj5, jj2, k2)))
    dq = total(jj6, d_scores(jj, jj6) * K[jj6, k5]) * c
    dk = total(jj5, d_scores(jj5, jj) * Q[jj5, k5]) * c
    dv = total(jj5, share * dO[jj5, k5])
    return total(k5, dq * WQ[e2, k5] + dk * WK[e2, k5] + dv * WV[e2, k5])


def self_attention_unfolded() -> E:
    share = exp(self_scores(jj5, jj, k)) / total(jj2, exp(self_scores(jj5, jj2, k2)))
    queries = total(jj6, k5, d_scores(jj, jj6) * projected(WK, jj6, k5) * WQ[e2, k5])
    keys = total(k5, WK[e2, k5] * total(jj5, d_scores(jj5, jj) * projected(WQ, jj5, k5)))
    return c * (queries + keys) + total(jj5, k5, dO[jj5, k5] * WV[e2, k5] * share)


lse = log(total(k, exp(a[k])))

PROVED = [
    Case(
        "squared error of a linear unit",
        2 * half * (total(j, w[j] * v[j]) - y) * v[j2],
        (total(j, w[j] * v[j]) - y) * v[j2],
    ),
    Case(
        "the gradient of squared error by W is the outer product of the error and the input",
        total(i2, (total(j2, W[i2, j2] * v[j2]) - b_[i2]) * delta(i2, i) * v[j]),
        (total(j2, W[i, j2] * v[j2]) - b_[i]) * v[j],
    ),
    Case(
        "softmax and cross-entropy give y - t, with Σ t = 1",
        -total(k, T[k] * (delta(k, k2) - softmax(k2, k3))),
        softmax(k2, k3) - T[k2],
        equal(total(k, T[k]), 1),
    ),
    Case(
        "softmax and cross-entropy give y Σ t - t, without",
        -total(k, T[k] * (delta(k, k2) - softmax(k2, k3))),
        softmax(k2, k3) * total(k, T[k]) - T[k2],
    ),
    Case(
        "the same for every sample of a batch",
        -total(b, k, Y[b, k] * (delta(k, k2) - exp(A[b, k2]) / total(k3, exp(A[b, k3])))),
        total(b, exp(A[b, k2]) / total(k3, exp(A[b, k3])) - Y[b, k2]),
        equal(total(k, Y[b, k]), 1),
    ),
    Case(
        "the Jacobian of softmax applied to a message",
        total(k, d[k] * softmax(k, k3) * (delta(k, k2) - softmax(k2, k4))),
        softmax(k2, k3) * (d[k2] - total(k, d[k] * softmax(k, k4))),
    ),
    Case("softmax sums to one", total(k, softmax(k, k2)), 1),
    Case(
        "a hidden message of a tanh layer, with the activity named",
        total(i, d[i] * W[i, j] * (1 - tanh(a[j]) ** 2)),
        (1 - tanh(a[j]) ** 2) * total(i, W[i, j] * d[i]),
    ),
    Case(
        "two layers: ∂L/∂W_1",
        total(
            i,
            (total(j, W[i, j] * tanh(total(k, V[j, k] * v[k]))) - y)
            * W[i, j2]
            * (1 - tanh(total(k, V[j2, k] * v[k])) ** 2)
            * v[k2],
        ),
        v[k2]
        * total(i, W[i, j2] * (total(j3, W[i, j3] * tanh(total(k3, V[j3, k3] * v[k3]))) - y))
        * (1 - tanh(total(k, V[j2, k] * v[k])) ** 2),
    ),
    Case("batch norm, three terms and compact form", batch_norm_three_terms(), batch_norm_compact(), positive(eps)),
    Case(
        "batch norm: the messages sum to zero",
        total(b, batch_norm_compact()),
        0,
        positive(eps),
    ),
    Case("layer norm, three terms and compact form", layer_norm_three_terms(), layer_norm_compact(), positive(eps)),
    Case("RMS norm", rms_norm_by_jacobian(), rms_norm_compact(), positive(eps)),
    Case("attention dV", total(ii, p1 * dO[ii, k3]), total(ii2, attention(ii2, jj, jj3, k4) * dO[ii2, k3])),
    Case(
        "attention dQ through the softmax Jacobian",
        total(jj, jj3, d_attention(ii, jj) * p1 * (delta(jj, jj3) - attention(ii, jj3, jj4, k4)) * c * K[jj3, k2]),
        total(jj, p1 * (d_attention(ii, jj) - row_sum) * c * K[jj, k2]),
    ),
    Case(
        "attention dK",
        total(ii, jj3, d_attention(ii, jj3) * attention(ii, jj3, jj2) * (delta(jj, jj3) - p1) * c * Q[ii, k2]),
        total(ii, p1 * (d_attention(ii, jj) - row_sum) * c * Q[ii, k2]),
    ),
    Case(
        "FlashAttention: the row sum of P dP is the row sum of O dO",
        row_sum,
        total(k3, dO[ii, k3] * total(jj, p1 * V[jj, k3])),
    ),
    Case(
        "self-attention through queries, keys and values",
        self_attention_by_projection(),
        self_attention_unfolded(),
        SELF,
    ),
    Case("(AB)ᵀ = BᵀAᵀ", total(j, A[i, j] * B[j, k]), total(j2, B[j2, k] * A[i, j2])),
    Case("tr AB = tr BA", total(i, j, A[i, j] * B[j, i]), total(j, i, B[j, i] * A[i, j])),
    Case(
        "tr ABC = tr CAB",
        total(i, j, k, A[i, j] * B[j, k] * C[k, i]),
        total(k2, i3, j3, C[k2, i3] * A[i3, j3] * B[j3, k2]),
    ),
    Case("tr I = n", total(i, delta(i, i)), E(bare(total(i, 1)))),
    Case(
        "∂ xᵀAx = (A + Aᵀ) x",
        total(i, i2, delta(i, i3) * A[i, i2] * v[i2]) + total(i, i2, v[i] * A[i, i2] * delta(i2, i3)),
        total(i, (A[i3, i] + A[i, i3]) * v[i]),
    ),
    Case(
        "BPTT: the shared weight sums its messages over the steps",
        total(
            i2,
            d[i2]
            * f(a[i2], order=1)
            * (delta(i, i2) * h[j] + total(i3, W[i2, i3] * f(b_[i3], order=1) * delta(i3, i) * v[j])),
        ),
        d[i] * f(a[i], order=1) * h[j] + total(i2, d[i2] * f(a[i2], order=1) * W[i2, i]) * f(b_[i], order=1) * v[j],
    ),
    Case(
        "log-softmax does not see a shift", a[k] + s - log(total(k2, exp(a[k2] + s))), a[k] - log(total(k2, exp(a[k2])))
    ),
    Case(
        "log-sum-exp from the shifted maximum",
        largest(k, a[k]) + log(total(k2, exp(a[k2] - largest(k, a[k])))),
        lse,
    ),
    Case(
        "the Hessian of log-sum-exp",
        delta(k, k2) * exp(a[k]) / total(k3, exp(a[k3])) - exp(a[k]) * exp(a[k2]) / total(k3, exp(a[k3])) ** 2,
        softmax(k, k3) * (delta(k, k2) - softmax(k2, k3)),
    ),
    Case(
        "the third derivative of log-sum-exp sums to zero",
        total(
            k,
            softmax(k, k4) * (delta(k, k2) - softmax(k2, k4)) * (delta(k, k3) - softmax(k3, k4))
            - softmax(k, k4) * softmax(k2, k4) * (delta(k2, k3) - softmax(k3, k4)),
        ),
        0,
    ),
    Case(
        "an LSTM gate",
        d[i] * tanh(a[i]) * sigmoid(h[i]) * (1 - sigmoid(h[i])) + d[i] * sigmoid(h[i]) * (1 - tanh(a[i]) ** 2),
        d[i] * sigmoid(h[i]) * (tanh(a[i]) + 1 - tanh(a[i]) ** 2 - tanh(a[i]) * sigmoid(h[i])),
    ),
    Case("relu(x) - relu(-x) = x", relu(x) - relu(-x), x),
    Case("relu under a sum", total(i, relu(v[i]) - relu(-v[i])), total(i, v[i])),
    Case("tanh is odd", tanh(-s), -tanh(s)),
    Case("tanh s = 2 σ(2 s) - 1", tanh(s), 2 * sigmoid(2 * s) - 1),
    Case("and under a sum", total(i, w[i] * tanh(v[i])), total(i, w[i] * (2 * sigmoid(2 * v[i]) - 1))),
    Case("tanh' = 1 - tanh²", 4 * sigmoid(2 * s) * (1 - sigmoid(2 * s)), 1 - tanh(s) ** 2),
    Case("√4 = 2", E(bare(4)) ** half, 2),
    Case("exp(δ x) = 1 + δ (exp x - 1)", exp(delta(i, i2) * v[i]), 1 + delta(i, i2) * (exp(v[i2]) - 1)),
    Case("log σ(s) = -softplus(-s)", log(sigmoid(s)), -softplus(-s)),
    Case("log(1 - σ(s)) = -softplus(s)", log(1 - sigmoid(s)), -softplus(s)),
    Case("binary cross-entropy by the logit", -(t * (1 - sigmoid(z)) - (1 - t) * sigmoid(z)), sigmoid(z) - t),
    Case("the same through ŷ", (-t / y + (1 - t) / (1 - y)) * y * (1 - y), y - t, positive(y, 1 - y)),
    Case("σ' = σ(s) σ(-s)", exp(-s) / (1 + exp(-s)) ** 2, sigmoid(s) * sigmoid(-s)),
    Case("ln(a/b) = ln a - ln b for positive a, b", log(x / y), log(x) - log(y), positive(x, y)),
    Case("max(0, x) = (x + |x|)/2", maximum(0, x), (x + absolute(x)) / 2),
    Case("√(x²) = |x|", (x**2) ** half, absolute(x)),
    Case("|x| = x where x > y > c > 0", absolute(x), x, positive(x - y, y - c, c)),
    Case("max(-c, min(c, x)) = c where x > c > 0", maximum(-c, -maximum(-c, -x)), c, positive(x - c, c)),
    Case("√(x²) = x for positive x", (x**2) ** half, x, positive(x)),
    Case("a sum over two values, written out", total(ax := axes("q", 2)[0], v[ax] * w[ax]), v[1] * w[1] + v[2] * w[2]),
    Case("a component of a product", total(ax, W[1, ax] * v[ax]), W[1, 1] * v[1] + W[1, 2] * v[2]),
    Case("softmax of two is a sigmoid", exp(v[1]) / total(ax, exp(v[ax])), sigmoid(v[1] - v[2])),
    Case(
        "linear into batch norm: dW",
        total(b, batch_norm_compact() * V[b, j]),
        total(b, V[b, j] * batch_norm_three_terms()),
        positive(eps),
    ),
    Case("a definition given as a fact", y * (1 - y), sigmoid(z) * sigmoid(-z), equal(y, sigmoid(z))),
    Case(
        "an abstract activation stays abstract",
        total(i, W[i, j] * d[i] * f(a[j], order=1)),
        f(a[j], order=1) * total(i, d[i] * W[i, j]),
    ),
    Case("the mean of a batch", total(b, d[b] / N), total(b, d[b]) / N),
    Case("the mean of a constant", total(b, c / N), c),
]

FALSE = [
    Case("the sign of squared error", (total(j, w[j] * v[j]) - y) * v[j2], (y - total(j, w[j] * v[j])) * v[j2]),
    Case("the outer product transposed", d[i] * v[i2], d[i2] * v[i]),
    Case("Wδ for Wᵀδ", total(i, W[i, i2] * d[i]), total(i, W[i2, i] * d[i])),
    Case(
        "softmax-CE: t - y",
        -total(k, T[k] * (delta(k, k2) - softmax(k2, k3))),
        T[k2] - softmax(k2, k3),
        equal(total(k, T[k]), 1),
    ),
    Case("softmax-CE without Σ t = 1", -total(k, T[k] * (delta(k, k2) - softmax(k2, k3))), softmax(k2, k3) - T[k2]),
    Case(
        "the softmax Jacobian without its off-diagonal",
        total(k, d[k] * softmax(k, k3) * (delta(k, k2) - softmax(k2, k4))),
        softmax(k2, k3) * d[k2],
    ),
    Case("softmax sums to K", total(k, softmax(k, k2)), E(bare(total(k, 1)))),
    Case(
        "tanh' as 1 - tanh",
        total(i, d[i] * W[i, j] * (1 - tanh(a[j]) ** 2)),
        total(i, d[i] * W[i, j]) * (1 - tanh(a[j])),
    ),
    Case(
        "batch norm: the factor of the variance",
        batch_norm_three_terms(Fraction(1, 2)),
        batch_norm_compact(),
        positive(eps),
    ),
    Case(
        "batch norm without its third term",
        gamma * root / N * (N * d[b] - total(b2, d[b2])),
        batch_norm_compact(),
        positive(eps),
    ),
    Case("RMS norm without the mean", total(i3, X[b, i3] ** 2) * G[b, i], X[b, i] * total(i3, X[b, i3] * G[b, i3])),
    Case(
        "attention dQ without the row sum",
        total(jj, p1 * (d_attention(ii, jj) - row_sum) * K[jj, k2]),
        total(jj, p1 * d_attention(ii, jj) * K[jj, k2]),
    ),
    Case("attention: dO V for dO O", row_sum, total(k3, dO[ii, k3] * total(jj, V[jj, k3]))),
    Case("AB = BA", total(i2, A[i, i2] * B[i2, i3]), total(i2, B[i, i2] * A[i2, i3])),
    Case("AᵀB = AB", total(i2, A[i2, i] * B[i2, i3]), total(i2, A[i, i2] * B[i2, i3])),
    Case("tr AB = tr AᵀB", total(i, i2, A[i, i2] * B[i2, i]), total(i, i2, A[i, i2] * B[i, i2])),
    Case("∂ xᵀAx = 2 A x", total(i, (A[i3, i] + A[i, i3]) * v[i]), 2 * total(i, A[i3, i] * v[i])),
    Case("BPTT: only the last step", d[i] * h[j] + total(i2, d[i2] * W[i2, i]) * v[j], d[i] * h[j]),
    Case("log-softmax of a scaled logit", 2 * a[k] - log(total(k2, exp(2 * a[k2]))), a[k] - log(total(k2, exp(a[k2])))),
    Case(
        "the Hessian of log-sum-exp without the product",
        delta(k, k2) * softmax(k, k3),
        softmax(k, k3) * (delta(k, k2) - softmax(k2, k3)),
    ),
    Case("relu(x) + relu(-x) = x", relu(x) + relu(-x), x),
    Case("tanh s = σ(2 s)", tanh(s), sigmoid(2 * s)),
    Case("σ' = σ", sigmoid(s, order=1), sigmoid(s)),
    Case("tanh' = tanh", tanh(s, order=1), tanh(s)),
    Case("the derivative at the output for the one at the input", f(f(s), order=1), f(s, order=1)),
    Case("log σ(s) = softplus(-s)", log(sigmoid(s)), softplus(-s)),
    Case("exp(δ x) = δ exp x", exp(delta(i, i2) * v[i]), delta(i, i2) * exp(v[i])),
    Case("BCE by ŷ without σ'", (-t / y + (1 - t) / (1 - y)), y - t, positive(y, 1 - y)),
    Case("Σ x² = (Σ x)²", total(i, v[i] ** 2), total(i, v[i]) ** 2),
    Case("Σ x y = Σ x Σ y", total(i, v[i] * w[i]), total(i, v[i]) * total(i, w[i])),
    Case("n = 1", total(i, 1) * c, c),
    Case("|x| = -x where x > y > 0", absolute(x), -x, positive(x - y, y)),
    Case("chain rule with a wrong sign", x * y, -x * y),
    Case("chain rule with a factor of five", x * y, 5 * x * y),
]


@pytest.mark.parametrize("case", PROVED, ids=lambda case: case.name)
def test_is_proved_for_every_size(case: Case) -> None:
    proof = prove(bare(case.left), bare(case.right), case.facts)
    assert proof.proved, proof.reason


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case.name)
def test_is_not_proved_but_refuted(case: Case) -> None:
    verdict = decide(bare(case.left), bare(case.right), case.facts)
    assert verdict.status == "refuted", verdict
    assert verdict.counterexample is not None
    assert verdict.counterexample["left"] != verdict.counterexample["right"]
