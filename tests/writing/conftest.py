"""Derivations written by hand from the seeds: what every writer is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deltarule.calculus.derivation import Chain, Derivation, Judgement, Message, ModuleMessages, Row, Section
from deltarule.language.arithmetic import add, divide, multiply, negate, subtract
from deltarule.language.equation import Assumption, Declaration, Equation
from deltarule.language.expression import ONE, Apply, Axis, Derivative, Expression, Number, Symbol

PROVED = Judgement("proved")


def row(right: Expression, rule: str, relation: str = "=") -> Row:
    return Row(right, rule, relation, PROVED if relation == "=" else Judgement("none"))


def declared(*rows: tuple) -> dict[str, Declaration]:
    return {name: Declaration(name, sizes, role, of=of) for name, sizes, role, of in rows}


@pytest.fixture
def seed_000() -> Derivation:
    """y = σ(wᵀx + b): forward, backward and parameter messages of a module whose loss is not known."""
    i = Axis("i", "n")
    x, w, b, s, y, loss = Symbol("x", (i,)), Symbol("w", (i,)), Symbol("b"), Symbol("s"), Symbol("y"), Symbol("L")
    delta = Symbol("delta_y")
    slope = multiply(y, subtract(ONE, y))
    d = Derivative
    forward = (
        Chain(s, (Row(add(multiply(w, x, bound=[i]), b), "", "=", Judgement("definition")),)),
        Chain(y, (Row(Apply("sigmoid", (s,)), "", "=", Judgement("definition")),)),
    )
    back_x = multiply(delta, slope, w)
    backward = (
        Chain(d(y, s), (row(Apply("sigmoid", (s,), (1,)), "derivative of sigmoid"), row(slope, "reuse of y"))),
        Chain(
            d(loss, x),
            (
                row(multiply(d(loss, y), d(y, s), d(s, x)), "chain rule"),
                row(back_x, "substitute"),
            ),
            (i,),
            words="Given the gradient of the loss with respect to the output, delta_y:",
            final=True,
        ),
    )
    parameter = tuple(
        Chain(
            d(loss, by),
            (row(multiply(d(loss, y), d(y, s), d(s, by)), "chain rule"), row(result, "substitute")),
            by.axes,
            final=True,
        )
        for by, result in ((w, multiply(delta, slope, x)), (b, multiply(delta, slope)))
    )
    n = ("n",)
    return Derivation(
        title="A linear layer joined with a sigmoid",
        network="linear(n, 1) -> sigmoid",
        sections=(
            Section("Forward Message", forward, module="linear_1"),
            Section("Backward Message", backward, module="linear_1"),
            Section("Parameter Message", parameter, module="linear_1"),
        ),
        declarations=declared(
            ("x", n, "input", None),
            ("w", n, "parameter", None),
            ("b", (), "parameter", None),
            ("s", (), "activity", None),
            ("y", (), "activity", None),
            ("delta_y", (), "message", ("L", "y")),
            ("delta_x", n, "message", ("L", "x")),
        ),
        equations=(
            Equation(s, add(multiply(w, x, bound=[i]), b), "linear_1"),
            Equation(y, Apply("sigmoid", (s,)), "sigmoid_1"),
        ),
        messages=(
            ModuleMessages(
                "linear_1",
                Message("y", Apply("sigmoid", (s,)), (), "y"),
                Message("delta_x", back_x, (i,), "x"),
                {"w": Message("delta_w", multiply(delta, slope, x), (i,), "w")},
            ),
        ),
        saved=("x", "y"),
    )


@pytest.fixture
def seed_003() -> Callable[..., Derivation]:
    """The 2-2-1 network (here h-n): ReLU, sigmoid, binary cross-entropy, in the layout and detail asked for."""

    def build(layout: str = "denominator", detail: str = "matrix") -> Derivation:
        j, k, o = Axis("j", 2), Axis("k", 2), Axis("o", 2)
        x, w1, b1 = Symbol("x", (k,)), Symbol("W_1", (j, k)), Symbol("b_1", (j,))
        a1, h1, w, b = Symbol("a_1", (j,)), Symbol("h_1", (j,)), Symbol("w", (j,)), Symbol("b")
        z, y_hat, y, loss, eta = Symbol("z"), Symbol("y_hat"), Symbol("y"), Symbol("L"), Symbol("eta")
        dz, dh, da = Symbol("delta_z"), Symbol("delta_h_1", (j,)), Symbol("delta_a_1", (j,))
        d = Derivative
        equations = (
            Equation(a1, add(multiply(w1, x, bound=[k]), b1), "linear_1"),
            Equation(h1, Apply("relu", (a1,)), "relu_1"),
            Equation(z, add(multiply(w, h1, bound=[j]), b), "linear_2"),
            Equation(y_hat, Apply("sigmoid", (z,)), "sigmoid_1"),
            Equation(
                loss,
                negate(
                    add(
                        multiply(y, Apply("log", (y_hat,))),
                        multiply(subtract(ONE, y), Apply("log", (subtract(ONE, y_hat),))),
                    )
                ),
                "bce_1",
            ),
        )
        forward = tuple(
            Chain(e.left, (Row(e.right, "", "=", Judgement("definition")),), e.axes, place=e.module) for e in equations
        )
        error = subtract(y_hat, y)
        over = multiply(y_hat, subtract(ONE, y_hat))
        slope = Apply("relu", (a1,), (1,))
        a_o = Symbol("a_1", (o,))
        sections = (
            Section("Forward pass", forward),
            Section(
                "Module bce_1",
                (
                    Chain(
                        d(loss, y_hat),
                        (
                            row(
                                add(negate(divide(y, y_hat)), divide(subtract(ONE, y), subtract(ONE, y_hat))),
                                "derivative of log",
                            ),
                            row(divide(error, over), "common denominator"),
                        ),
                    ),
                    Chain(
                        d(loss, z),
                        (
                            row(multiply(d(loss, y_hat), d(y_hat, z)), "chain rule"),
                            row(multiply(divide(error, over), over), "substitute"),
                            row(error, "cancel"),
                        ),
                        final=True,
                        numbers=(("delta_z", -0.437823), ("W_1", [[0.5, -1.0], [0.25, 2.0]])),
                    ),
                ),
            ),
            Section(
                "Module relu_1",
                (
                    Chain(
                        d(loss, a1),
                        (
                            row(multiply(dh, slope), "chain rule"),
                            row(multiply(dh, Apply("step", (a1,))), "derivative of relu"),
                        ),
                        (j,),
                        final=True,
                    ),
                ),
            ),
            Section(
                "Module linear_1",
                (
                    Chain(
                        d(loss, w1),
                        (
                            row(multiply(d(loss, a_o), d(a_o, w1), bound=[o]), "chain rule"),
                            row(multiply(da, x), "contract the Kronecker delta"),
                        ),
                        (j, k),
                        final=True,
                    ),
                    Chain(d(loss, x), (row(multiply(w1, da, bound=[j]), "chain rule"),), (k,), final=True),
                    Chain(
                        w1,
                        (
                            row(
                                subtract(w1, multiply(eta, Symbol("delta_W_1", (j, k)))),
                                "gradient descent",
                                r"\leftarrow",
                            ),
                        ),
                        (j, k),
                    ),
                ),
            ),
        )
        two = (2,)
        return Derivation(
            title="Backpropagation through the network",
            network="linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce",
            sections=sections,
            declarations=declared(
                ("x", two, "input", None),
                ("y", (), "target", None),
                ("W_1", (2, 2), "parameter", None),
                ("b_1", two, "parameter", None),
                ("w", two, "parameter", None),
                ("b", (), "parameter", None),
                ("a_1", two, "activity", None),
                ("h_1", two, "activity", None),
                ("z", (), "activity", None),
                ("y_hat", (), "activity", None),
                ("L", (), "loss", None),
                ("eta", (), "rate", None),
                ("delta_z", (), "message", ("L", "z")),
                ("delta_h_1", two, "message", ("L", "h_1")),
                ("delta_a_1", two, "message", ("L", "a_1")),
                ("delta_W_1", (2, 2), "message", ("L", "W_1")),
            ),
            assumptions=(
                Assumption("positive", y_hat, None, "y_hat lies between 0 and 1"),
                Assumption("kink", None, None, "the derivative of relu(s) at s = 0 is taken as 0"),
            ),
            equations=(
                *equations,
                Equation(dz, error),
                Equation(dh, multiply(dz, w)),
                Equation(da, multiply(dh, Apply("step", (a1,)))),
            ),
            messages=(
                ModuleMessages(
                    "linear_1",
                    Message("a_1", equations[0].right, (j,), "a_1"),
                    Message("delta_x", multiply(w1, da, bound=[j]), (k,), "x"),
                    {
                        "W_1": Message("delta_W_1", multiply(da, x), (j, k), "W_1"),
                        "b_1": Message("delta_b_1", da, (j,)),
                    },
                ),
            ),
            saved=("x", "h_1", "y_hat"),
            layout=layout,
            detail=detail,
        )

    return build


@pytest.fixture
def component() -> Derivation:
    """∂L/∂W_1[1,2] of the 2-2-1 network, component by component."""
    loss, weight = Symbol("L"), Symbol("W_1", (1, 2))
    a = Symbol("a_1", (1,))
    chain = Chain(
        Derivative(loss, weight),
        (
            row(multiply(Derivative(loss, a), Derivative(a, weight)), "chain rule"),
            row(multiply(Symbol("delta_a_1", (1,)), Symbol("x", (2,))), "substitute"),
        ),
        final=True,
    )
    total = Chain(
        a,
        (
            Row(
                add(
                    *(multiply(Symbol("W_1", (1, c)), Symbol("x", (c,))) for c in (1, 2)),
                    Symbol("b_1", (1,)),
                ),
                "definition",
            ),
        ),
    )
    update = Chain(
        weight,
        (Row(subtract(weight, multiply(Number(2), Symbol("delta_W_1", (1, 2)))), "", r"\leftarrow"),),
    )
    return Derivation(
        "One weight",
        "",
        (Section("linear_1", (total, chain, update)),),
        declared(
            ("x", (2,), "input", None),
            ("W_1", (2, 2), "parameter", None),
            ("b_1", (2,), "parameter", None),
            ("a_1", (2,), "activity", None),
            ("delta_a_1", (2,), "message", ("L", "a_1")),
            ("delta_W_1", (2, 2), "message", ("L", "W_1")),
        ),
        detail="component",
    )
