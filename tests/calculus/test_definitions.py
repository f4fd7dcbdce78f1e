"""∂f/∂u through named equations: the chain rule on their graph, direct and total, forward and in reverse."""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.algebra import prove
from deltarule.calculus.definitions import Definitions
from deltarule.language.arithmetic import add, multiply, power, subtract
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, ZERO, Apply, Axis, Derivative, Number, Symbol

from ..index_loops import evaluate

x, u, v, L = (Symbol(n) for n in ("x", "u", "v", "L"))


def graph() -> Definitions:
    """u = x², v = u·x, L = v + u² + x: x is used three times."""
    equations = [
        Equation(u, power(x, 2)),
        Equation(v, multiply(u, x)),
        Equation(L, add(v, power(u, 2), x)),
    ]
    return Definitions.of(equations, {n: Declaration(n) for n in "xuvL"})


def test_a_total_derivative_follows_every_path():
    total = graph().unfold(graph().derivative(L, x))
    assert prove(total, add(multiply(Number(3), power(x, 2)), multiply(Number(4), power(x, 3)), ONE)).proved


def test_a_direct_derivative_holds_the_names_between():
    assert graph().direct(L, x) is ONE
    assert graph().resolve(Derivative(L, x, ["u", "v"])) is ONE
    assert graph().direct(v, x) is u


def test_what_does_not_depend_has_derivative_zero():
    definitions = graph()
    assert definitions.derivative(u, v) is ZERO
    assert definitions.depends("L", "x")
    assert definitions.depends("u", "u")
    assert not definitions.depends("u", "v")
    assert not definitions.depends("u", "nowhere")


def test_dependence_follows_equations_that_are_added_later():
    definitions = graph()
    assert not definitions.depends("M", "x")
    definitions.define(Equation(Symbol("M"), multiply(L, Symbol("c"))))
    assert definitions.depends("M", "x")
    assert definitions.depends("M", "c")
    assert not definitions.depends("L", "c")


def test_the_users_of_a_name_come_latest_first():
    assert graph().users("u") == ["L", "v"]
    assert graph().users("x", "v") == ["v", "u"]


def test_a_name_is_not_defined_by_itself():
    with pytest.raises(DeltaruleError, match="defined by itself"):
        graph().define(Equation(Symbol("q"), add(Symbol("q"), ONE)))


def test_an_abstract_function_of_a_name_stays_a_derivative():
    definitions = Definitions({"g": Declaration("g"), "x": Declaration("x")})
    assert definitions.derivative(Symbol("g"), x) is Derivative(Symbol("g"), x)


def test_a_signal_stands_for_the_derivative_that_it_names():
    definitions = graph()
    definitions.signals["L", "v"] = "delta_v"
    definitions.signals["L", "u"] = "delta_u"
    assert definitions.derivative(L, v) is Symbol("delta_v")
    opened = definitions.derivative(L, u, opening={"u"})
    assert prove(opened, add(multiply(Symbol("delta_v"), x), multiply(Number(2), u))).proved


def test_the_chain_rule_sums_over_the_index_of_the_name_between():
    i, j, k = Axis("i", 3), Axis("j", 2), Axis("k", 2)
    h = Equation(Symbol("h", (i,)), Apply("tanh", (multiply(Symbol("W", (i, j)), Symbol("x", (j,)), bound=[j]),)))
    loss = Equation(L, multiply(power(Symbol("h", (i,)), 2), bound=[i]))
    definitions = Definitions.of([h, loss], {"x": Declaration("x", (2,)), "W": Declaration("W", (3, 2))})
    total = definitions.unfold(definitions.derivative(L, Symbol("x", (k,))))
    random = np.random.default_rng(0)
    values = {"W": random.normal(size=(3, 2)), "x": random.normal(size=2)}
    from deltarule.calculus.rules import expand_functions

    y = np.tanh(values["W"] @ values["x"])
    found = evaluate(expand_functions(total), (k,), values, {})
    assert np.allclose(found, values["W"].T @ (2 * y * (1 - y**2)), rtol=1e-12)


def test_unfolding_stops_at_the_names_that_are_asked_for():
    definitions = graph()
    assert definitions.unfold(v, {"v"}) is multiply(u, x)
    assert definitions.unfold(v, set()) is v
    assert prove(definitions.unfold(v), power(x, 3)).proved
    assert definitions.unfold(subtract(x, x)) is subtract(x, x)
