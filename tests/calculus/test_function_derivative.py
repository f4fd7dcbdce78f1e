"""The derivative of a function by every route that its definition admits: each step proved, each end the same."""

from __future__ import annotations

import pytest

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain
from deltarule.calculus.function_derivative import function_chains, routes
from deltarule.calculus.judge import Judge
from deltarule.calculus.rules import expand_functions
from deltarule.language.expression import Apply, Derivative, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import walk

from ..at_fifty_digits import FUNCTIONS as EXACT
from ..at_fifty_digits import close, fifty_digits, slope, value

DEFINED = [name for name, row in FUNCTIONS.items() if row.definition is not None]


def expect_proved(chains: list[Chain]) -> int:
    judge = Judge(Definitions({}), Facts())
    proved = 0
    for chain in map(judge.chain, chains):
        for row in chain.rows:
            assert row.judgement is not None
            assert row.judgement.verdict in {"proved", "definition"}, (chain.left, row)
            proved += row.judgement.verdict == "proved"
    return proved


@pytest.mark.parametrize("name", DEFINED)
def test_every_step_of_every_route_is_proved(name: str):
    assert expect_proved(function_chains(name)) >= 1
    for chains in routes(name).values():
        assert expect_proved(chains) >= 1


@pytest.mark.parametrize("name", DEFINED)
def test_every_route_ends_in_the_derivative(name: str):
    row = FUNCTIONS[name]
    at = dict(zip(row.parameters, ("0.7", "0.2"), strict=False))
    applied = Apply(name, tuple(map(Symbol, row.parameters)))
    for chains in routes(name).values():
        last = chains[-1]
        assert isinstance(last.left, Apply)
        assert sum(last.left.order) == 1
        with fifty_digits():
            assert close(value(last.result, at), slope(applied, row.parameters[0], at), 30)


def test_the_sigmoid_has_two_routes_and_both_end_in_the_reuse_of_the_activity():
    """By the quotient rule, and by the reciprocal f = 1/σ = 1 + exp(-s), whose derivative is 1 - f."""
    found = routes("sigmoid")
    assert list(found) == ["quotient", "reciprocal"]
    s = Symbol("s")
    sigma = Apply("sigmoid", (s,))
    for chains in found.values():
        result = chains[-1].result
        assert sigma in set(walk(result))
        assert not any(isinstance(n, Apply) and n.function == "exp" for n in walk(result))
        with fifty_digits():
            for point in ("-3", "0.1", "2"):
                y = EXACT["sigmoid"](value(s, {"s": point}))
                assert close(value(result, {"s": point}), y * (1 - y))
    rules = [row.rule for chain in found["reciprocal"] for row in chain.rows]
    assert any("reciprocal rule" in rule for rule in rules)
    assert any(isinstance(chain.left, Derivative) for chain in found["reciprocal"])
    assert any(row.rule == "quotient rule" for row in found["quotient"][0].rows)


def test_a_primitive_has_a_rule_and_no_derivation():
    assert routes("exp") == {}
    assert function_chains("exp") == []


def test_a_definition_is_expanded_to_primitives():
    for name in DEFINED:
        body = expand_functions(Apply(name, tuple(map(Symbol, FUNCTIONS[name].parameters))))
        assert all(FUNCTIONS[n.function].primitive for n in walk(body) if isinstance(n, Apply))
