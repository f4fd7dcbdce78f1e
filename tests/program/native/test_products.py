"""Products as vector code equal NumPy's in twice the precision, to the bound of their summation, and stay in bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deltarule.program.native.operands import Operand
from deltarule.program.native.products import emit_product

from .compiled import compiled, guarded

KINDS = {
    "forward, weights by output": "ik,jk->ij",
    "forward, weights by input": "ik,kj->ij",
    "backward signal": "ij,jk->ik",
    "backward signal, weights by input": "ij,kj->ik",
    "parameter message": "ij,ik->jk",
    "parameter message, by input": "ij,ik->kj",
    "matrix by vector": "jk,k->j",
    "vector by matrix": "j,jk->k",
    "outer product": "j,k->jk",
    "dot product": "k,k->",
    "rows by rows": "ij,ij->i",
    "columns by columns": "ij,ij->j",
    "weighted sum of rows": "i,ij->j",
}
SUMS = ("ij->j", "ij->i", "i->")
SIZES = st.one_of(st.integers(1, 40), st.sampled_from([1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 97, 130]))
MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WIDTHS = (
    (16, "float32", 16),
    (8, "float64", 16),
    (8, "float32", 8),
    (4, "float64", 8),
    (4, "float32", 4),
    (1, "float64", 4),
)


def arrays(subscripts: str, sizes: dict[str, int], element: str, seed: int) -> list[np.ndarray]:
    """Factors with entries that cancel, and the old value of the result."""
    generator = np.random.default_rng(seed)
    given, result = subscripts.split("->")
    return [
        generator.normal(size=tuple(sizes[n] for n in letters)).astype(element)
        for letters in (*given.split(","), result)
    ]


def expected(subscripts: str, factors: list[np.ndarray], old: np.ndarray, start: float, scale: float) -> np.ndarray:
    exact = [f.astype(np.longdouble) for f in factors]
    return start * old.astype(np.longdouble) + scale * np.einsum(subscripts, *exact)


def bound(subscripts: str, factors: list[np.ndarray], old: np.ndarray, terms: int, scale: float) -> np.ndarray:
    """γ(n) Σ|left||right|: what a sum of n products in any order may be off (Higham, chapter 3)."""
    size = np.abs(scale) * np.einsum(subscripts, *[np.abs(f).astype(np.longdouble) for f in factors]) + np.abs(old)
    unit = np.finfo(old.dtype).eps / 2
    return (terms + 4) * unit / (1 - (terms + 4) * unit) * size


def terms_of(subscripts: str, sizes: dict[str, int]) -> int:
    given, result = subscripts.split("->")
    return int(np.prod([sizes[n] for n in set(given) - set(result) - {","}]))


def check(
    subscripts: str, sizes: dict[str, int], lanes: int, element: str, width: int, how: str, seed: int = 0
) -> None:
    *factors, old = arrays(subscripts, sizes, element, seed)
    inner, intact = guarded(old)
    letters = subscripts.replace("->", ",").split(",")
    scale = -0.37 if how == "update" else 1.0

    def build(v, arguments):
        operands = [
            Operand.dense(a, *(sizes[n] for n in names))
            for a, names in zip(arguments, [letters[-1], *letters[:-1]], strict=False)
        ]
        emit_product(
            v,
            subscripts,
            operands[0],
            operands[1],
            operands[2] if len(factors) == 2 else None,
            start="add" if how == "update" else "zero",
            scale=arguments[-1] if how == "update" else None,
            registers=32 if width == 16 else 16,
        )

    run = compiled(build, element, lanes, "a" * (1 + len(factors)) + "s", width=width)
    run(inner, *factors, scale)
    scale = float(np.dtype(element).type(scale))
    wanted = expected(subscripts, factors, old, float(how == "update"), scale)
    error = np.abs(inner - wanted)
    assert (error <= bound(subscripts, factors, old, terms_of(subscripts, sizes), scale)).all(), error.max()
    assert intact()


@pytest.mark.parametrize("subscripts", [*KINDS.values(), *SUMS], ids=[*KINDS, *SUMS])
@MANY
@given(data=st.data())
def test_product_equals_einsum(subscripts: str, data: st.DataObject) -> None:
    sizes = {n: data.draw(SIZES, n) for n in "ijk"}
    lanes, element, width = data.draw(st.sampled_from(WIDTHS), "lanes")
    check(subscripts, sizes, lanes, element, width, data.draw(st.sampled_from(["zero", "update"]), "how"))


def test_axes_of_one_element_are_left_out() -> None:
    for subscripts in KINDS.values():
        for ones in "ijk":
            check(subscripts, {n: 1 if n == ones else 21 for n in "ijk"}, 16, "float32", 16, "update")
    check("ik,jk->ij", {"i": 1, "j": 1, "k": 1}, 16, "float32", 16, "update")
