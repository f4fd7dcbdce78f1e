"""Update equations as NumPy in place: what they compute, which arrays they touch, and emitted with a network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deltarule.commands.emit import step_by
from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.program.numpy_module import module_source
from deltarule.program.update import ScalarEquations, read_equations, update
from deltarule.training.optimisers import OPTIMISERS, option_values
from deltarule.training.updating import Changes, Updates

RNG = np.random.default_rng(0)


def carried_out(*equations: str, **given: Any) -> dict[str, np.ndarray]:
    """The arrays after one update from theta, gradient and a state of ones."""
    compiled = update(equations)
    arrays: dict[str, np.ndarray] = {"theta": given.pop("theta"), "gradient": given.pop("gradient")}
    arrays |= {name: np.ones_like(arrays["theta"]) for name in compiled.state}
    work = [np.full_like(arrays["theta"], np.nan) for _ in compiled.work]
    compiled.function(*arrays.values(), *work, *(given[name] for name in compiled.numbers))
    return arrays


@pytest.mark.parametrize(
    ("right", "value"),
    [
        ("theta - c * gradient", lambda u, g, c: u - c * g),
        ("c * gradient - theta", lambda u, g, c: c * g - u),
        ("theta * theta - gradient", lambda u, g, c: u * u - g),
        ("gradient", lambda u, g, c: g),
        ("-theta", lambda u, g, c: -u),
        ("1 / (theta**2 + c)", lambda u, g, c: 1 / (u**2 + c)),
        ("c - theta / (gradient**2 + 1)", lambda u, g, c: c - u / (g**2 + 1)),
        ("(theta + gradient) * (theta - gradient)", lambda u, g, c: (u + g) * (u - g)),
        ("sqrt(abs(theta) + c) / sqrt(gradient**2 + 1)", lambda u, g, c: np.sqrt(abs(u) + c) / np.sqrt(g**2 + 1)),
        ("maximum(minimum(theta, c), -c) + sign(gradient)", lambda u, g, c: np.clip(u, -c, c) + np.sign(g)),
        ("theta**3 + exp(-theta**2) * gradient", lambda u, g, c: u**3 + np.exp(-(u**2)) * g),
        ("(theta + c) * (gradient + c) * (theta + gradient)", lambda u, g, c: (u + c) * (g + c) * (u + g)),
        ("theta + (1 - c**t) * gradient / (1 - c)", lambda u, g, c: u + (1 - c**3) * g / (1 - c)),
    ],
)
def test_an_equation_is_what_numpy_gives_for_it(right, value):
    for shape in ((), (5,), (3, 4)):
        theta, gradient = np.asarray(RNG.normal(size=shape)), np.asarray(RNG.normal(size=shape))
        expected, before = value(theta.copy(), gradient, 0.7), gradient.copy()
        found = carried_out(f"theta <- {right}", theta=theta, gradient=gradient, c=0.7, t=3)
        assert found["theta"] is theta
        np.testing.assert_allclose(theta, expected, rtol=1e-14, atol=1e-15)
        np.testing.assert_array_equal(gradient, before)


def test_equations_use_what_those_before_them_made():
    theta, gradient = RNG.normal(size=4), RNG.normal(size=4)
    old = theta.copy()
    found = carried_out(
        "gradient <- gradient + c * theta",
        "change <- a * change + gradient",
        "both <- change + gradient",
        "theta <- theta - c * both",
        theta=theta,
        gradient=gradient,
        c=0.3,
        a=0.5,
    )
    g = gradient + 0.3 * old
    np.testing.assert_allclose(found["change"], 0.5 + g, rtol=1e-14)
    np.testing.assert_allclose(theta, old - 0.3 * (0.5 + g + g), rtol=1e-14)


def test_equations_of_a_matrix_as_a_whole():
    texts = (
        "rows <- a * rows + mean(gradient**2, axis=1)",
        "A <- theta @ theta.T",
        "A <- A + c * (A @ A)",
        "theta <- theta - (A @ gradient) / sum(rows) * n_2 - outer(rows, sum(gradient, axis=0))",
    )
    compiled = update(texts, rank=2)
    assert compiled.state == ("rows",) and compiled.state_shapes((3, 4)) == {"rows": (3,)}
    theta, gradient, rows = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4)), RNG.random(3)
    kept = 0.5 * rows + (gradient**2).mean(1)
    gram = theta @ theta.T
    gram = gram + 0.7 * gram @ gram
    expected = theta - gram @ gradient / kept.sum() * 4 - np.outer(kept, gradient.sum(0))
    given = {"a": 0.5, "c": 0.7}
    compiled.function(theta, gradient, rows, *(given[n] for n in compiled.numbers))
    np.testing.assert_allclose(theta, expected, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(rows, kept, rtol=1e-14)


@pytest.mark.parametrize("text", ["theta <- sum(gradient)", "theta <- theta @ theta.T", "theta <- theta @ gradient"])
def test_an_equation_that_gives_other_axes_is_refused(text):
    with pytest.raises(DeltaruleError):
        _ = update((text,), rank=2).source


def test_the_state_is_what_is_read_before_it_is_made():
    compiled = update(("a <- b + gradient", "b <- a", "theta <- theta - a"))
    assert compiled.state == ("b",) and compiled.numbers == ()


def test_one_or_two_work_arrays_are_enough_for_every_optimiser():
    two = dict.fromkeys(("lion", "nadam", "adadelta", "radam"), 2)
    elementwise = {name: row.update for name, row in OPTIMISERS.items() if row.update.rank is None}
    assert {name: len(u.work) for name, u in elementwise.items()} == dict.fromkeys(elementwise, 1) | two


@pytest.mark.parametrize(
    "text", ["theta", "theta <- ", "theta <- import_(x)", "theta <- theta[0]", "2 <- theta", "a.b <- c"]
)
def test_what_is_no_equation_is_refused(text):
    with pytest.raises((DeltaruleError, SyntaxError)):
        read_equations((text,))


def test_numbers_are_computed_by_their_equations():
    found = ScalarEquations(("a <- b**c", "d <- floor(a / 3) + where(a < 3, 1, 0)", "e <- cos(pi * d)")).values(
        b=2, c=3
    )
    assert found == {"a": 8.0, "d": 2.0, "e": 1.0}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_emitted_module_makes_the_updates_of_the_loop(name):
    program = compile_network(Network.parse("linear(3, 4) -> tanh -> linear(4, 1) -> sigmoid -> bce"))
    row, options = OPTIMISERS[name], option_values(OPTIMISERS[name], None)
    by = step_by(name, program)
    module: dict[str, Any] = {}
    exec(module_source(program.spec, by), module)
    X, Y = RNG.normal(size=(20, 3)), (RNG.random(20) < 0.5).astype(float)
    emitted, ours = program.initialise(0), program.initialise(0)
    changes = Changes(weight_decay=row.weight_decay, decay=row.decay, weights=program.weights)
    updates, state = Updates(row, options, changes), module["initial_state"](emitted)
    for t in range(1, 11):
        number = [t] if "t" in by.update.numbers else []
        loss = module["step"](emitted, state, X, Y, *number, 0.1)
        expected, gradients = program.gradients(ours, X, Y)
        updates.apply(ours, gradients, 0.1)
        assert loss == pytest.approx(expected, rel=1e-12)
    for parameter, value in ours.items():
        np.testing.assert_allclose(emitted[parameter], value, rtol=1e-12, atol=1e-15)


def test_names_of_the_network_do_not_collide_with_those_of_the_step():
    network = Network.parse("s = w * x + b; L = (t - s)**2", "w:, x:, b:, t:")
    program = compile_network(network)
    row = OPTIMISERS["adam"]
    assert row.state == {"m": "0", "v": "0"}
    by = step_by("adam", program)
    source = module_source(program.spec, by)
    assert "def step(parameters, state, x, t, t_, learning_rate," in source
    compile(source, "emitted", "exec")
