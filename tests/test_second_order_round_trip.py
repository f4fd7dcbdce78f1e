"""Second-order derivations are read back whole: whatever is written of them, `check` proves again."""

from __future__ import annotations

import pytest

import deltarule as dr

NETWORKS = [
    "linear(n, 1) -> sigmoid -> bce",
    "linear(n, k) -> softmax -> cross_entropy",
    "linear(n, h) -> tanh -> linear(h, k) -> squared_error",
]


@pytest.mark.parametrize("second", ["hessian", "gauss-newton"])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_product_with_the_curvature_is_read_back_and_proved(network: str, second: str):
    derivation = dr.Network(network).derive(second=second)  # type: ignore[arg-type]
    latex = second == "hessian"
    report = dr.check(derivation.to_latex() if latex else derivation.to_markdown())
    assert report.all_proved, report.failed


def test_a_sign_that_was_changed_is_found():
    text = dr.Network(NETWORKS[0]).derive(second="hessian").to_markdown()
    right = r"\hat{y} (1 - \hat{y}) R_z"
    assert text.count(right) == 1
    report = dr.check(text.replace(right, r"\hat{y} (1 + \hat{y}) R_z"))
    assert not report.all_proved
    assert any(row.verdict == "refuted" for row in report.failed)


@pytest.mark.slow
@pytest.mark.parametrize("second", ["hessian", "gauss-newton"])
@pytest.mark.parametrize("network", [*NETWORKS, "linear(n, h) -> sigmoid -> linear(h, k) -> softmax -> cross_entropy"])
def test_in_either_format(network: str, second: str):
    derivation = dr.Network(network).derive(second=second)  # type: ignore[arg-type]
    for text in (derivation.to_markdown(), derivation.to_latex()):
        assert dr.check(text).all_proved
