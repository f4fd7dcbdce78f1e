"""A mistake put into a derivation is found: a mutated step is never proved, and a scalar one is refuted with values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import deltarule as dr
from deltarule.calculus.derivation import Derivation, Row
from deltarule.checking import CheckedRow, check_derivation
from deltarule.language.arithmetic import multiply, negate
from deltarule.language.expression import Axis, Derivative, Expression, Number, Product, Symbol
from deltarule.language.traversal import substitute, walk

from .index_loops import evaluate
from .table_networks import draw, run_json

SCALAR = "linear(1, 1) -> tanh -> linear(1, 1) -> sigmoid -> bce"
NETWORKS: dict[str, dict[str, Any]] = {
    SCALAR: {},
    "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce": {},
    "linear(2, 2) -> tanh -> linear(2, 2) -> softmax -> cross_entropy": {},
    "linear(2, 2) -> softplus -> linear(2, 2) -> squared_error": {"sign": "maximise"},
}


def mutations(e: Expression) -> Iterator[tuple[str, Expression]]:
    """Mistakes that people make: a sign, a factor left out, indices the wrong way round, target and prediction."""
    yield "sign", negate(e)
    for product in [n for n in walk(e) if isinstance(n, Product)]:
        for k, f in enumerate(product.factors):
            if isinstance(f, Number) or len(product.factors) < 2 or set(f.axes) & set(product.bound):
                continue
            rest = multiply(*product.factors[:k], *product.factors[k + 1 :], bound=product.bound)
            yield f"without the factor {f!r}", _put(e, product, rest)
    for s in [n for n in walk(e) if isinstance(n, Symbol) and len(n.indices) == 2]:
        if len({i.size for i in s.indices if isinstance(i, Axis)}) == 1:
            yield f"{s.name} transposed", _put(e, s, Symbol(s.name, s.indices[::-1]))
    swapped = {"y": "y_hat", "y_hat": "y"}
    yield (
        "y and y_hat swapped",
        substitute(
            e, lambda n: Symbol(swapped[n.name], n.indices) if isinstance(n, Symbol) and n.name in swapped else None
        ),
    )


def _put(e: Expression, old: Expression, new: Expression) -> Expression:
    return substitute(e, lambda n: new if n is old else None)


def mutated(derivation: Derivation) -> Iterator[tuple[str, Derivation, Expression, Expression, Row]]:
    """Each derivation with one step changed: what was done, the derivation, the step before and after, the row."""
    for s, section in enumerate(derivation.sections):
        for c, chain in enumerate(section.chains):
            for r, row in enumerate(chain.rows):
                if row.relation != "=" or any(isinstance(n, Derivative) and n.held for n in walk(row.right)):
                    continue
                for what, right in mutations(row.right):
                    if right is row.right:
                        continue
                    wrong = replace(row, right=right)
                    changed = replace(chain, rows=(*chain.rows[:r], wrong, *chain.rows[r + 1 :]))
                    chains = (*section.chains[:c], changed, *section.chains[c + 1 :])
                    sections = (
                        *derivation.sections[:s],
                        replace(section, chains=chains),
                        *derivation.sections[s + 1 :],
                    )
                    yield (
                        f"{chain.left!r} = {right!r} ({what}, {row.rule})",
                        derivation.with_sections(sections),
                        row.right,
                        right,
                        wrong,
                    )


def values_of(network: dr.Network, derivation: dr.Derivation) -> dict[str, np.ndarray]:
    scope = run_json(json.loads(derivation.to_json()), draw(network, 3, batch=False), {"eta": 0.1, "s": 0.7})
    return {k: np.asarray(v, float) for k, v in scope.items() if isinstance(v, float | int | np.ndarray | np.floating)}


def differ(before: Expression, after: Expression, values: dict[str, Any]) -> bool:
    """Whether the two are different numbers at these values; a derivative is not evaluated, so a sign changes it."""
    axes = tuple(dict.fromkeys((*before.axes, *after.axes)))
    if any(isinstance(n, Derivative) or (hasattr(n, "order") and any(n.order)) for n in walk(before)):  # type: ignore[attr-defined]
        return after is negate(before)
    try:
        a, b = (evaluate(e, axes, values, {}) for e in (before, after))
    except (ValueError, ZeroDivisionError):  # the mistake leaves a form without a value, such as log 0
        return False
    return bool(np.max(np.abs(a - b)) > 1e-6)


def expect_every_mutation_found(text: str, every: int) -> None:
    network = dr.Network(text)
    derivation = network.derive(**NETWORKS[text])
    assert derivation.check().all_proved
    values = values_of(network, derivation)
    scalar = not any(d.sizes for d in network.inner.declarations.values())
    found = [case for case in mutated(derivation.inner) if differ(case[2], case[3], values)]
    assert len(found) >= 80
    for what, wrong, _, _, row in found[::every]:
        report = check_derivation(wrong)
        assert not report.all_proved, what
        (judged,) = [r for r in report.rows if r.row is row]
        assert judged.judgement.verdict not in {"proved", "definition"}, what
        if scalar:
            expect_a_counterexample(judged, what)


def test_every_mutated_step_of_a_scalar_network_is_refuted():
    expect_every_mutation_found(SCALAR, every=2)


@pytest.mark.parametrize("text", [t for t in NETWORKS if t != SCALAR])
def test_a_mutated_step_is_not_called_proved(text: str):
    expect_every_mutation_found(text, every=12)


@pytest.mark.slow
@pytest.mark.parametrize("text", NETWORKS)
def test_no_mutated_step_is_called_proved(text: str):
    expect_every_mutation_found(text, every=1)


def expect_a_counterexample(judged: CheckedRow, what: str) -> None:
    assert judged.judgement.verdict == "refuted", what
    assert judged.judgement.counterexample, what


def test_a_definition_that_is_not_the_equation_is_refuted():
    derivation = dr.Network("linear(1, 1) -> sigmoid -> bce").derive().inner
    sections = list(derivation.sections)
    (k,) = [k for k, s in enumerate(sections) if s.title == "Forward messages"]
    *others, loss = sections[k].chains
    wrong = replace(loss, rows=(replace(loss.rows[0], right=negate(loss.rows[0].right)),))
    sections[k] = replace(sections[k], chains=(*others, wrong))
    report = check_derivation(derivation.with_sections(tuple(sections)))
    (judged,) = report.failed
    assert judged.judgement.verdict == "refuted"
