"""The networks that training is timed on, their data, and the same updates in float64: what everyone is checked by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["CASES", "RATE", "Case", "Weights", "errors"]

RATE = 0.02
"""The learning rate of every run."""

Weights = list[tuple[np.ndarray, np.ndarray]]
"""For each layer its weights [inputs, outputs] and its biases [outputs]."""


@dataclass(frozen=True)
class Case:
    """Linear layers with rectified units between them; one output and a logistic loss, or classes and a softmax."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    dtype: str
    rows: int
    """Rows of an epoch."""
    limit: str
    """The entrant that the goal compares with."""
    goal: float
    """Time of ours as a part of the limit's: not more than this."""
    words: str
    """The goal as GOALS has it."""
    threads: int = 1
    wide: bool = False
    """So large that one run is a few steps."""
    seconds: float = 14.0
    """How long its measurement may take, checks and compilation left out."""

    @property
    def network(self) -> str:
        """As deltarule writes it."""
        pairs = list(zip(self.sizes, self.sizes[1:], strict=False))
        layers = " -> relu -> ".join(f"linear({n}, {m})" for n, m in pairs)
        return f"{layers} -> sigmoid -> bce" if self.classes == 1 else f"{layers} -> softmax -> cross_entropy"

    @property
    def classes(self) -> int:
        return self.sizes[-1]

    @property
    def flops(self) -> float:
        """Multiplications and additions of the matrix products for one row: forward, by the weights, by the inputs."""
        pairs = list(zip(self.sizes, self.sizes[1:], strict=False))
        return sum(2.0 * n * m * (3 if k else 2) for k, (n, m) in enumerate(pairs))

    @cached_property
    def X(self) -> np.ndarray:
        """[rows, inputs], with some readable bytes after its end."""
        n = self.sizes[0]
        random = np.random.default_rng(0)
        whole = np.zeros(self.rows * n + 64, self.dtype)
        X = whole[: self.rows * n].reshape(self.rows, n)
        X[...] = random.standard_normal((self.rows, n), np.float32) * (0.1 if n > 500 and self.classes == 1 else 1.0)
        return X

    @cached_property
    def labels(self) -> np.ndarray:
        """[rows] whole numbers; all classes occur among the first."""
        random = np.random.default_rng(1)
        if self.classes == 1:
            direction = random.standard_normal(self.sizes[0]) * (3 / np.sqrt(self.sizes[0]))
            labels = (random.random(self.rows) < 1 / (1 + np.exp(-(self.X @ direction)))).astype(np.int64)
        else:
            labels = random.integers(0, self.classes, self.rows)
        count = max(self.classes, 2)
        labels[:count] = np.arange(count)
        return labels

    @cached_property
    def Y(self) -> np.ndarray:
        """[rows] or one-hot [rows, classes]."""
        if self.classes == 1:
            return self.labels.astype(self.dtype)
        return np.eye(self.classes, dtype=self.dtype)[self.labels]

    def initial(self) -> Weights:
        """The same weights for everyone."""
        random = np.random.default_rng(2)
        return [
            (
                (random.standard_normal((n, m), np.float32) * np.sqrt(2 / n)).astype(self.dtype),
                np.full(m, 0.01, self.dtype),
            )
            for n, m in zip(self.sizes, self.sizes[1:], strict=False)
        ]

    @property
    def checked_rows(self) -> int:
        """Rows after which everyone's weights are compared."""
        return self.batch if self.wide else min(self.rows, max(400, 4 * self.batch)) // self.batch * self.batch

    @cached_property
    def reference(self) -> Weights:
        """The weights after `checked_rows` rows, computed in float64."""
        weights = [(w.astype(np.float64), b.astype(np.float64)) for w, b in self.initial()]
        for start in range(0, self.checked_rows, self.batch):
            rows = slice(start, start + self.batch)
            inputs = [self.X[rows].astype(np.float64)]
            for k, (w, b) in enumerate(weights):
                z = inputs[-1] @ w + b
                if k < len(weights) - 1:
                    inputs.append(np.maximum(z, 0))
            if self.classes == 1:
                target, output = self.labels[rows, None], 1 / (1 + np.exp(-z))
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                target, output = self.Y[rows], e / e.sum(axis=1, keepdims=True)
            message = (output - target) / len(inputs[0])
            for k in range(len(weights) - 1, -1, -1):
                w, b = weights[k]
                by_w, by_b = inputs[k].T @ message, message.sum(axis=0)
                if k:
                    message = (message @ w.T) * (inputs[k] > 0)
                w -= RATE * by_w
                b -= RATE * by_b
        return weights


def errors(found: Weights, case: Case) -> float:
    """The largest difference from the reference, as a part of the largest change that training made."""

    def largest(some: Weights, others: Weights) -> float:
        pairs = ((a, b) for x, y in zip(some, others, strict=True) for a, b in zip(x, y, strict=True))
        return max(float(np.abs(np.asarray(a, np.float64).reshape(b.shape) - b).max()) for a, b in pairs)

    moved = largest(case.initial(), case.reference)
    off = largest(found, case.reference)
    return off / moved


C, PRODUCTS, PEAK = "hand-written C", "matrix products alone", "peak of one core"

CASES = (
    Case("logistic regression, 30 inputs, one sample at a time", (30, 1), 1, "float64", 20_000, C, 1.1,
         "≤ 1.1 × C"),
    Case("logistic regression, 784 inputs, one sample at a time", (784, 1), 1, "float32", 20_000, C, 1.1,
         "≤ 1.1 × C"),
    Case("2-2-1, one sample at a time", (2, 2, 1), 1, "float32", 40_000, C, 1.1, "≤ 1.1 × C"),
    Case("30-16-1, one sample at a time", (30, 16, 1), 1, "float32", 20_000, C, 1.2, "≤ 1.2 × C"),
    Case("30-16-1, batches of 32", (30, 16, 1), 32, "float32", 32_000, C, 1.1, "≤ 1.1 × C"),
    Case("30-64-32-1, batches of 32", (30, 64, 32, 1), 32, "float32", 16_000, PEAK, 1 / 0.65, "≥ 65 % of the peak"),
    Case("784-256-10, batches of 128", (784, 256, 10), 128, "float32", 128 * 40, PRODUCTS, 1 / 0.90,
         "≥ 90 % of the products", threads=2, seconds=20),
    Case("784-1024-1024-10, batches of 512", (784, 1024, 1024, 10), 512, "float32", 512 * 8, PRODUCTS, 1 / 0.95,
         "≥ 95 % of the products", threads=2, seconds=30),
    Case("2048-4096-4096-1000, batches of 1024", (2048, 4096, 4096, 1000), 1024, "float32", 1024, PRODUCTS, 1 / 0.92,
         "≥ 92 % of the products", threads=2, wide=True, seconds=60),
)  # fmt: skip
