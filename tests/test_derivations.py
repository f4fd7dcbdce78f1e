"""Derivations of networks made of every module and every loss: every step is proved, and every gradient is JAX's."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import deltarule as dr

from . import by_jax
from .pairwise import every_pair
from .table_networks import HIDDEN, LOSS, NUMBERS, OUTPUTS, SIZES, draw, network_text, numbers, relative, run_json

TOLERANCE = 1e-12
"""Relative, in float64: the largest difference over the largest entry of the gradient."""

FACTORS: dict[str, list[Any]] = {
    "hidden": HIDDEN,
    "output": OUTPUTS,
    "loss": [*LOSS, None],
    "sizes": list(SIZES),
    "batch": [False, True],
    "sign": ["minimise", "maximise"],
    "policy": ["plain", "memory", "accuracy"],
    "view": ["applied", "jacobian"],
    "layout": ["denominator", "numerator"],
    "detail": ["matrix", "index", "component", "summary"],
    "bias": [True, False],
}
PAIRS = every_pair(FACTORS)


def name(case: dict[str, Any]) -> str:
    return "-".join(str(v) for v in case.values())


@lru_cache(maxsize=4096)
def network(case_key: tuple[Any, ...]) -> dr.Network:
    sizes, hidden, output, loss, bias = case_key
    return dr.Network(network_text(sizes, hidden, output, loss, bias))


def derived(case: dict[str, Any]) -> tuple[dr.Network, dr.Derivation]:
    subject = network((case["sizes"], case["hidden"], case["output"], case["loss"], case["bias"]))
    detail, sign = case["detail"], case["sign"]
    symbolic = case["batch"] or any(isinstance(s, str) for s in case["sizes"])
    if detail == "component" and symbolic:
        detail = "index"  # components are written out for sizes that are numbers
    if case["loss"] is None:
        sign = "minimise"
    return subject, subject.derive(
        detail=detail,
        view=case["view"],
        layout=case["layout"],
        sign=sign,
        policy=case["policy"],
        batch=case["batch"],
    )


def claims(counts: dict[str, int]) -> dict[str, int]:
    return {v: n for v, n in counts.items() if v not in {"definition", "none"}}


def expect_proved(derivation: dr.Derivation) -> None:
    failed = [
        (left, row) for _, left, row in derivation.inner.rows if row.judgement and row.judgement.verdict == "undecided"
    ]
    assert set(claims(derivation.counts)) == {"proved"}, failed
    report = derivation.check()
    assert report.all_proved, report.failed
    assert claims(report.counts)["proved"] >= claims(derivation.counts)["proved"]


def expect_the_gradients_of_jax(subject: dr.Network, derivation: dr.Derivation, seed: int = 0) -> float:
    inner = derivation.inner
    batch = inner.batch is not None
    values = draw(subject, seed, batch=batch)
    data = json.loads(dr.Derivation(inner.with_sections(())).to_json())  # the steps are not needed here
    if inner.view == "jacobian":
        text = subject.text
        if subject.inner.loss is not None:  # the output of the network, not its loss
            text = text.rpartition(" -> ")[0]
        free = {k: v for k, v in values.items() if k != subject.inner.target}
        expected = by_jax.jacobians(text, free, batch=batch)
        found = run_json(data, values)
        prefix = "J_"
    elif subject.inner.loss is None:
        output = subject.inner.output
        sizes = (NUMBERS["m"],) * batch + subject.inner.declarations[output].sizes
        delta = np.random.default_rng(seed + 1).normal(size=numbers(sizes))
        expected = by_jax.pulled_back(subject.text, values, delta, batch=batch)
        found = run_json(data, values, {f"delta_{output}": delta})
        prefix = "delta_"
    else:
        expected = by_jax.gradients(subject.text, values, batch=batch)
        found = run_json(data, values)
        prefix = "delta_"
        if inner.sign == "maximise":
            expected = {k: -g for k, g in expected.items()}
    worst = 0.0
    for parameter in subject.parameters:
        worst = max(worst, relative(found[f"grad_{parameter}"], expected[parameter]))
    worst = max(worst, relative(found[f"{prefix}x"], expected["x"]))
    assert worst <= TOLERANCE
    return worst


# Every step, every gradient ---------------------------------------------------------------------------------------


def test_every_pair_of_choices_is_among_the_cases():
    for (a, first), (b, second) in combinations(FACTORS.items(), 2):
        assert len({(str(case[a]), str(case[b])) for case in PAIRS}) == len(first) * len(second)


@pytest.mark.parametrize("case", PAIRS, ids=name)
def test_every_step_is_proved_and_every_gradient_is_that_of_jax(case: dict[str, Any]):
    subject, derivation = derived(case)
    expect_proved(derivation)
    expect_the_gradients_of_jax(subject, derivation)
