"""What derive prints, check reads back and proves: every detail, layout, sign, policy and view, in Markdown and LaTeX,
for networks as courses have them and for every row of the tables of modules and losses."""

from __future__ import annotations

from typing import Any

import pytest

import deltarule as dr
from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import Watch
from deltarule.checking.core.rows import CheckedDocument
from deltarule.checking.texts import judge_text

from .pairwise import every_pair, every_triple
from .shelf_networks import ROWS as ROWS_OF_THE_SHELF
from .shelf_networks import network_of
from .table_networks import HIDDEN, LOSS
from .test_shelf import LOSS_ROWS, MODULE_ROWS, around

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
    "view": ("applied", "jacobian"),
    "format": ("markdown", "latex"),
}
FIRST_ROWS = {
    **{text: f"linear(2, 3) -> {text} -> linear(3, 2) -> squared_error" for text in HIDDEN},
    **{text: f"linear(4, 3) -> {'softmax' if text.startswith('cross') else 'sigmoid'} -> {text}" for text in LOSS},
}
ROWS = [*FIRST_ROWS, *MODULE_ROWS, *LOSS_ROWS]
_END = "L = bce_with_logits(linear(3, 1)(h_1), y)"
GRAPHS = (
    "y_hat = x + linear(6, 4)(gelu(linear(4, 6)(layer_norm(x)))); L = squared_error(y_hat, y)",
    "cell = rnn_cell(2, 3); h_1 = cell(x_1, h_0); h_2 = cell(x_2, h_1); L = bce_with_logits(linear(3, 1)(h_2), y)",
    f"h_1, c_1 = lstm_cell(2, 3)(x_1, h_0, c_0); {_END}",
    "cell = gru_cell(2, 3); h_1 = cell(x_1, h_0); h_2 = cell(x_2, h_1); L = bce_with_logits(linear(3, 1)(h_2), y)",
)
GRAPH_FACTORS = {
    "layout": FACTORS["layout"],
    "sign": FACTORS["sign"],
    "detail": ("summary", "matrix", "index"),
    "format": FACTORS["format"],
}
CHOICES = {name: FACTORS[name] for name in ("layout", "policy", "batch", "view", "format")} | {
    "detail": ("matrix", "index")
}
"""How a row of a table is derived."""
SECONDS = 10.0
"""What an equality may take here. Users give it 2: all but those of mish take far less, but the collector of a process
that has run a thousand tests may take as long at any moment."""
HOLDS = {"proved", "definition", "assumption", "none"}


def read_back(case: dict[str, Any]) -> None:
    chosen = {name: value for name, value in case.items() if name not in {"network", "format"}}
    network = dr.Network(case["network"])
    symbolic = bool(network.inner.sizes) or case["batch"]
    if (chosen["detail"] == "component" and symbolic) or (chosen["sign"] == "maximise" and network.inner.loss is None):
        pytest.skip("there is no such derivation")
    checked = prove_by_check(network.derive(**chosen), case["format"])
    assert checked.summary.get("proved", 0) > 0 or case["detail"] == "summary"


def prove_by_check(derivation: dr.Derivation, form: str) -> CheckedDocument:
    assert not {"undecided", "refuted"} & set(derivation.counts)
    name = "derivation.md" if form == "markdown" else "derivation.tex"
    checked = judge_text(derivation.write(form), name, Given(), Watch(row_seconds=SECONDS))
    assert not checked.error
    open_rows = [(r.verdict, r.line, r.left, r.right, r.reason) for r in checked.rows if r.verdict not in HOLDS]
    assert not open_rows
    return checked


@pytest.mark.parametrize("case", every_pair(FACTORS), ids=lambda case: "-".join(map(str, case.values())))
def test_what_derive_prints_is_proved_by_check(case: dict[str, Any]):
    read_back(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", every_triple(FACTORS), ids=lambda case: "-".join(map(str, case.values())))
def test_every_three_choices_are_proved_by_check(case: dict[str, Any]):
    """The whole product would be 3,072 derivations, most of them made of the same sections."""
    read_back(case)


def read_row(text: str, case: dict[str, Any]) -> None:
    case = {"network": FIRST_ROWS.get(text) or around(text), "sign": "minimise", **case}
    read_back(case)


@pytest.mark.parametrize(("number", "text"), list(enumerate(ROWS))[::3])
def test_what_is_derived_of_a_row_is_proved_by_check(number: int, text: str):
    """A third of the rows, each in one way; all rows in every way: below."""
    cases = every_pair(CHOICES)
    read_row(text, cases[number // 3 % len(cases)])


@pytest.mark.slow
@pytest.mark.parametrize("text", ROWS)
def test_what_is_derived_of_a_row_is_proved_by_check_in_every_way(text: str):
    for case in every_pair(CHOICES):
        read_row(text, case)


GIVEN = [name for name in ROWS_OF_THE_SHELF if name not in {text.partition("(")[0] for text in ROWS}]
"""Rows that take something else than one vector: cells, attention, convolutions, pooling, joining, groups."""


def read_given(name: str, case: dict[str, Any]) -> None:
    network = network_of(ROWS_OF_THE_SHELF[name])
    chosen = {key: value for key, value in case.items() if key != "format"}
    checked = prove_by_check(network.derive(**chosen), case["format"])
    assert checked.summary.get("proved", 0) > 0 or case["detail"] == "summary"


def test_every_row_of_the_shelf_is_read_back():
    read = {text.partition("(")[0] for text in ROWS} | {*GIVEN} | {"linear"}
    assert {*ROWS_OF_THE_SHELF} == read


@pytest.mark.slow
@pytest.mark.parametrize("name", GIVEN)
def test_what_is_derived_of_a_row_with_other_inputs_is_proved_by_check(name: str):
    for case in every_pair(GRAPH_FACTORS):
        read_given(name, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", every_pair(GRAPH_FACTORS), ids=lambda case: "-".join(map(str, case.values())))
@pytest.mark.parametrize("text", GRAPHS, ids=lambda text: text.split("(")[0])
def test_what_is_derived_of_a_graph_is_proved_by_check(text: str, case: dict[str, Any]):
    chosen = {key: value for key, value in case.items() if key != "format"}
    prove_by_check(dr.Network(text, shapes="x: 4" if "layer_norm" in text else None).derive(**chosen), case["format"])
