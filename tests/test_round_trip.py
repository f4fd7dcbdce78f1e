"""What derive prints, check reads back and proves: every detail, layout, sign and policy, in Markdown and in LaTeX."""

from __future__ import annotations

from typing import Any

import pytest

import deltarule as dr
from deltarule.checking.files import check_text

from .pairwise import every_combination, every_pair

NETWORKS = (
    "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce",
    "linear(n, h) -> tanh -> linear(h, k) -> softmax -> cross_entropy",
    "linear(2, 3, bias=False) -> identity -> tanh -> linear(3, 2) -> softmax -> cross_entropy",
    "linear(n, k) -> log_softmax -> nll",
    "linear(n, h) -> softplus -> linear(h, 1) -> squared_error",
    "linear(n, k) -> bce_with_logits",
    "linear(n, 1) -> sigmoid",
    "linear(n, h) -> leaky_relu -> linear(h, m) -> sigmoid",
)
FACTORS = {
    "network": NETWORKS,
    "detail": ("summary", "matrix", "index", "component"),
    "layout": ("denominator", "numerator"),
    "sign": ("minimise", "maximise"),
    "policy": ("plain", "memory", "accuracy"),
    "batch": (False, True),
    "format": ("markdown", "latex"),
}
HOLDS = {"proved", "definition", "assumption", "none"}


def read_back(case: dict[str, Any]) -> None:
    chosen = {name: value for name, value in case.items() if name not in {"network", "format"}}
    network = dr.Network(case["network"])
    symbolic = bool(network.inner.sizes) or case["batch"]
    if (chosen["detail"] == "component" and symbolic) or (chosen["sign"] == "maximise" and network.inner.loss is None):
        pytest.skip("there is no such derivation")
    derivation = network.derive(**chosen)
    name = "derivation.md" if case["format"] == "markdown" else "derivation.tex"
    checked = check_text(derivation.write(case["format"]), name)
    assert not checked.error
    open_rows = [(r.verdict, r.line, r.left, r.right, r.reason) for r in checked.rows if r.verdict not in HOLDS]
    assert not open_rows
    assert checked.summary.get("proved", 0) > 0 or case["detail"] == "summary"


@pytest.mark.parametrize("case", every_pair(FACTORS), ids=lambda case: "-".join(map(str, case.values())))
def test_what_derive_prints_is_proved_by_check(case: dict[str, Any]):
    read_back(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", every_combination(FACTORS), ids=lambda case: "-".join(map(str, case.values())))
def test_every_combination_is_proved_by_check(case: dict[str, Any]):
    read_back(case)
