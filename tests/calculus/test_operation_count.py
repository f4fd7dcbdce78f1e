"""Operations are counted as one would by hand: every different value once, at each index that it varies with."""

from __future__ import annotations

import pytest

from deltarule.calculus.operation_count import operation_count, said
from deltarule.language.notation import parse_equations


@pytest.mark.parametrize(
    ("text", "shapes", "counts"),
    [
        ("y = x + z", "x: n, z: n", "n +"),
        ("y = x * z", "x: n, z: n", "n ×"),
        ("y = W @ x", "W: m n, x: n", "m n ×, m n +"),
        ("y = W @ x + b", "W: m n, x: n, b: m", "m n ×, (m n + m) +"),
        ("y = exp(x) + exp(x) * z", "x: n, z: n", "n ×, n +, n exp"),  # exp(x) once
        ("y = a + b + c", "a: , b: , c: ", "2 +"),
        ("y = x**3", "x: n", "2 n ×"),
        ("y = 1 / x", "x: n", "n ÷"),
        ("y = sqrt(x)", "x: n", "n √"),
        ("y = max(x)", "x: n", "n max"),
        ("y = maximum(x, 0)", "x: 4", "4 max"),
        ("y = sum(x)", "x: 2 3", "6 +"),
        ("y = -x", "x: n", "none"),
    ],
)
def test_operations_are_counted_as_by_hand(text: str, shapes: str, counts: str):
    read = parse_equations(text, shapes)
    assert said(operation_count(e.right for e in read.equations)) == counts
