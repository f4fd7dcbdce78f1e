"""DiffRules.jl's rules as numbers: what is derived from the equation of each function is its rule, to fifty digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf

from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.language.expression import Symbol
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor

from ..at_fifty_digits import close, fifty_digits, value
from .diffrules import RULES, Rule

DOCS = Path(__file__).parents[2] / "docs" / "oracles.md"
ids = [f"{r.name} {r.equation}" for r in RULES]


def slope(rule: Rule, by: str, at: dict[str, Any]) -> Any:
    e = parse_expression(rule.equation, {n: Tensor.of(n) for n in ("x", "y")}).expression
    return value(expand_functions(differentiate(e, Symbol(by))), at)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_what_is_derived_is_the_rule(rule: Rule):
    with fifty_digits():
        for point in rule.points:
            numbers = [mpf(p) for p in point]
            names = dict(zip("xy", numbers, strict=False))
            if rule.inverts:  # x = g(y), so y' = 1 / g'(y)
                names["y"] = rule.value(*numbers)
                found = [1 / slope(rule, "y", names)]
            else:
                found = [slope(rule, by, names) for by in "xy"[: len(numbers)]]
            for ours, theirs in zip(found, rule.rules, strict=True):
                assert close(ours, theirs(*numbers)), (rule.name, point, ours, theirs(*numbers))


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_the_equation_is_the_function(rule: Rule):
    e = parse_expression(rule.equation, {n: Tensor.of(n) for n in ("x", "y")}).expression
    with fifty_digits():
        for point in rule.points:
            numbers = [mpf(p) for p in point]
            names = dict(zip("xy", numbers, strict=False))
            if rule.inverts:
                names["y"] = rule.value(*numbers)
            found, meant = value(e, names), numbers[0] if rule.inverts else rule.value(*numbers)
            assert close(found, meant), (rule.name, point)


def test_the_rules_are_transcribed_apart_from_mpmath():
    """mpmath's own differences agree with each rule: a slip in the transcription would show."""
    with mp.workdps(60):
        for rule in RULES:
            point = [mpf(p) for p in rule.points[0]]
            for k, theirs in enumerate(rule.rules):
                order = tuple(int(i == k) for i in range(len(point)))
                assert close(mp.diff(rule.value, tuple(point), order), theirs(*point), digits=25), rule.name


def test_the_documentation_counts_them():
    text = DOCS.read_text(encoding="utf-8")
    slopes = sum(len(r.rules) for r in RULES)
    assert f"{len(RULES)} functions with {slopes} derivatives" in text
