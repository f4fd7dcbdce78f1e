"""Lowering keeps the meaning: what is shared, left out, or written into another array changes no value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.language.arithmetic import add, divide, multiply, power, subtract
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import ONE, Apply, Axis, Expression, Maximum, Number, Symbol
from deltarule.language.traversal import names
from deltarule.program.execution import functions_of
from deltarule.program.numpy_module import module_source
from deltarule.program.schedule import lower
from deltarule.program.sharing import share
from deltarule.program.spec import ProgramSpec
from deltarule.program.stable import stable

from ..index_loops import evaluate

s, i, k = Axis("s", "m"), Axis("i", "h"), Axis("k", "h")
SIZES = {"m": 3, "h": 4}


def exp(u: Expression) -> Expression:
    return Apply("exp", (u,))


def log(u: Expression) -> Expression:
    return Apply("log", (u,))


def test_what_no_output_needs_is_left_out() -> None:
    a, b = Symbol("a", (s,)), Symbol("b", (s,))
    equations = [Equation(a, exp(Symbol("x", (s,)))), Equation(b, add(a, ONE)), Equation(Symbol("c"), ONE)]
    assert [t.name for t in lower(equations, ["a"]).statements] == ["a"]


def test_a_copy_makes_no_array() -> None:
    h, a = Symbol("h", (s, i)), Symbol("a", (s, i))
    schedule = lower(
        [Equation(a, exp(Symbol("x", (s, i)))), Equation(h, a), Equation(Symbol("y", (s, i)), add(h, ONE))], "yh"
    )
    assert [t.name for t in schedule.statements] == ["a", "y"]
    assert schedule.outputs == {"y": "y", "h": "a"}


def test_the_exponentials_of_a_softmax_are_computed_once() -> None:
    z = Symbol("z", (s, i))
    softmax = stable(divide(exp(z), multiply(exp(z), bound=[i])))
    out = share([Equation(Symbol("y", (s, i)), softmax)], lambda axis: axis == s)
    assert [e.name for e in out] == ["exp_z", "y"]
    assert names(out[1].right) == {"exp_z"}


def test_a_dead_array_is_written_over_and_a_live_one_is_not() -> None:
    a, h, x = Symbol("a", (s, i)), Symbol("h", (s, i)), Symbol("x", (s, i))
    first = Equation(a, add(x, ONE))
    second = Equation(h, Apply("tanh", (a,)))
    assert lower([first, second], ["h"]).statements[-1].into == "a"
    assert lower([first, second], ["h", "a"]).statements[-1].into is None
    assert lower([second], ["h"]).statements[-1].into is None, "what comes in belongs to the caller"


def test_an_array_with_two_names_is_never_written_over() -> None:
    a, t, h = Symbol("a", (i, k)), Symbol("t", (i, k)), Symbol("h", (i, k))
    turned = Equation(t, Symbol("a", (k, i)))
    equations = [Equation(a, add(Symbol("x", (i, k)), ONE)), turned, Equation(h, Apply("tanh", (a,)))]
    equations.append(Equation(Symbol("g", (i, k)), Apply("exp", (t,))))
    assert [u.into for u in lower(equations, ["h", "g"]).statements] == [None] * 4


STABLE = [
    log(multiply(exp(Symbol("u", (k,))), bound=[k])),
    divide(exp(Symbol("u", (i,))), multiply(exp(Symbol("u", (k,))), bound=[k])),
    divide(
        multiply(exp(Symbol("u", (i,))), exp(Symbol("u", (2,)))), power(multiply(exp(Symbol("u", (k,))), bound=[k]), 2)
    ),
    log(add(ONE, exp(Symbol("u", (i,))))),
    log(add(ONE, multiply(Number(-1), Symbol("p", (i,))))),
    subtract(exp(Symbol("u", (i,))), ONE),
]


@pytest.mark.parametrize("e", STABLE, ids=repr)
def test_a_stable_form_is_another_expression_of_equal_value(e: Expression) -> None:
    form = stable(e)
    assert form is not e and stable(form) is form
    rng = np.random.default_rng(0)
    values = {"u": rng.normal(size=4), "p": rng.uniform(0, 0.9, 4)}
    axes = [i] if i in e.axes else []
    np.testing.assert_allclose(evaluate(form, axes, values, SIZES), evaluate(e, axes, values, SIZES), rtol=1e-13)


def test_stable_forms_are_finite_where_textbook_forms_are_not() -> None:
    values = {"u": np.array([-800.0, 0.0, 800.0, 5.0])}
    total = multiply(exp(Symbol("u", (k,))), bound=[k])
    assert evaluate(stable(log(total)), [], values, SIZES) == 800
    assert evaluate(stable(divide(exp(Symbol("u", (i,))), total)), [i], values, SIZES).tolist() == [0, 0, 1, 0]


@st.composite
def programs(draw: st.DrawFn) -> list[Equation]:
    """Equations over [m, h], each from those before: sums, products, functions, rows summed and exponentials shared."""
    arrays = [Symbol("x", (s, i)), Symbol("y", (s, i))]
    out = []
    for n in range(draw(st.integers(2, 7))):
        u, v = (draw(st.sampled_from(arrays[-4:])) for _ in range(2))
        right = draw(
            st.sampled_from(
                [
                    Apply("tanh", (u,)),
                    add(u, v),
                    multiply(u, subtract(ONE, v)),
                    multiply(u, Apply("step", (v,))),
                    add(multiply(Symbol("W", (i, k)), Symbol(u.name, (s, k)), bound=[k]), Symbol("b", (i,))),
                    multiply(multiply(Symbol("W", (k, i)), Symbol(u.name, (s, k)), bound=[k]), v),
                    divide(exp(Apply("tanh", (u,))), multiply(exp(Apply("tanh", (u,))), bound=[i])),
                    subtract(u, Maximum(v, [i])),
                    multiply(Number(2), u, v, u),
                    add(subtract(v, u), u),
                    u,
                ]
            )
        )
        left = Symbol(f"a_{n}", (s, i))
        out.append(Equation(left, right))
        arrays.append(left)
    return out


@settings(max_examples=100)
@given(programs(), st.data())
def test_a_program_computes_what_its_equations_say(equations: list[Equation], data: Any) -> None:
    prediction = data.draw(st.sampled_from([e.name for e in equations[-2:]]))
    declarations = {
        "x": Declaration("x", ("m", "h"), "input"),
        "y": Declaration("y", ("m", "h"), "input"),
        "W": Declaration("W", ("h", "h"), "parameter"),
        "b": Declaration("b", ("h",), "parameter"),
    } | {e.name: Declaration(e.name, ("m", "h"), "activity") for e in equations}
    spec = ProgramSpec("random", declarations, tuple(equations), prediction, inputs=("x", "y"))
    source = module_source(spec)
    rng = np.random.default_rng(3)
    values: dict[str, np.ndarray] = {"x": rng.normal(size=(3, 4)), "y": rng.normal(size=(3, 4))}
    values |= {"W": rng.normal(size=(4, 4)) * 0.5, "b": rng.normal(size=4)}
    given = {n: v.copy() for n, v in values.items()}
    got = functions_of(source)["forward"](given, given["x"], given["y"])
    assert all(np.array_equal(given[n], values[n]) for n in given), source
    for e in equations:
        values[e.name] = evaluate(e.right, e.axes, values, SIZES)
    np.testing.assert_allclose(got, values[prediction], rtol=1e-9, atol=1e-9 * math.e, err_msg=source)
