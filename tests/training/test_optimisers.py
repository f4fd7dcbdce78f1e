"""Optimisers are their equations: read from the text, compiled, and equal to what others publish and program."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training.optimisers import OPTIMISERS, Optimiser, optimiser, option_values
from deltarule.training.settings import SETTINGS, Setting
from deltarule.training.updating import NO_CHANGES, Changes, Updates

SHAPES = {"W": (4, 3), "V": (2, 5), "b": (3,), "scale": ()}
STEPS = 100
RATE = 0.05
TARGET = {name: np.asarray(np.random.default_rng(1).normal(size=shape)) for name, shape in SHAPES.items()}


def gradients(parameters: Mapping[str, Any], step: int) -> dict[str, np.ndarray]:
    """Of a curved valley with noise: they change sign, size and scale from step to step."""
    rng = np.random.default_rng([2, step])
    return {
        name: np.asarray(3 * np.tanh(np.asarray(p) - TARGET[name]) + rng.normal(size=np.shape(p)) * (step % 5))
        for name, p in parameters.items()
    }


def started() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {name: np.asarray(rng.normal(size=shape)) for name, shape in SHAPES.items()}


def ours(row: Optimiser, changes: Changes = NO_CHANGES, steps: int = STEPS, **options: float) -> dict[str, np.ndarray]:
    parameters = started()
    updates = Updates(row, option_values(row, options), changes)
    for step in range(steps):
        updates.apply(parameters, gradients(parameters, step), RATE)
    return parameters


def difference(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> float:
    return max(float(np.max(np.abs(a[name] - b[name]))) for name in SHAPES)


# Beside the published algorithms, written by hand -------------------------------------------------------------------

Step = Callable[[np.ndarray, np.ndarray, dict[str, Any], int], np.ndarray]


def robbins_monro(theta, g, kept, t):
    return theta - RATE * g


def polyak(theta, g, kept, t):
    kept["step"] = 0.9 * kept.get("step", 0) - RATE * g  # the rate inside: the same steps while it does not change
    return theta + kept["step"]


def nesterov_1983(theta, g, kept, t):
    """Bengio et al. 2013, eq. 7: Θ_t = Θ_{t-1} + μ² v_{t-1} - (1 + μ) ε ∇f."""
    before = kept.get("v", 0)
    kept["v"] = 0.9 * before - RATE * g
    return theta + 0.9 * 0.9 * before - (1 + 0.9) * RATE * g


def kingma_ba(theta, g, kept, t):
    """Algorithm 1."""
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", 0) + (1 - 0.999) * g * g
    m_hat, v_hat = kept["m"] / (1 - math.pow(0.9, t)), kept["v"] / (1 - math.pow(0.999, t))
    return theta - RATE * m_hat / (np.sqrt(v_hat) + 1e-8)


def loshchilov_hutter(theta, g, kept, t):
    """Algorithm 2, its decay multiplied by the rate."""
    return kingma_ba(theta, g, kept, t) - RATE * 0.01 * theta


def tieleman_hinton(theta, g, kept, t):
    kept["square"] = 0.9 * kept.get("square", 0) + 0.1 * g**2
    return theta - RATE * g / (np.sqrt(kept["square"]) + 1e-8)


def duchi(theta, g, kept, t):
    kept["G"] = kept.get("G", 0) + g**2
    return theta - RATE * g / (1e-10 + np.sqrt(kept["G"]))


def reddi(theta, g, kept, t):
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", 0) + (1 - 0.999) * g * g
    kept["top"] = np.maximum(kept.get("top", 0.0), kept["v"])
    root = np.sqrt(kept["top"]) / math.sqrt(1 - 0.999**t) + 1e-8
    return theta - RATE / (1 - 0.9**t) * kept["m"] / root


def kingma_ba_2(theta, g, kept, t):
    """Algorithm 2, with PyTorch's epsilon."""
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["u"] = np.maximum(0.999 * kept.get("u", 0.0), np.abs(g) + 1e-8)
    return theta - RATE / (1 - 0.9**t) * kept["m"] / kept["u"]


def dozat(theta, g, kept, t):
    """Algorithm 8 of the appendix."""
    mu, following = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * s)) for s in (t, t + 1))
    kept["product"] = kept.get("product", 1.0) * mu
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", 0) + (1 - 0.999) * g**2
    m_hat = following * kept["m"] / (1 - kept["product"] * following) + (1 - mu) * g / (1 - kept["product"])
    return theta - RATE * m_hat / (np.sqrt(kept["v"] / (1 - 0.999**t)) + 1e-8)


def liu(theta, g, kept, t):
    """Algorithm 2, the threshold 5."""
    kept["m"] = 0.9 * kept.get("m", 0) + 0.1 * g
    kept["v"] = 0.999 * kept.get("v", 0) + (1 - 0.999) * g**2
    m_hat, top = kept["m"] / (1 - 0.9**t), 2 / (1 - 0.999) - 1
    rho = top - 2 * t * 0.999**t / (1 - 0.999**t)
    if rho <= 5:
        return theta - RATE * m_hat
    r = math.sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho))
    return theta - RATE * m_hat * r * math.sqrt(1 - 0.999**t) / (np.sqrt(kept["v"]) + 1e-8)


def zeiler(theta, g, kept, t):
    kept["E_g"] = 0.9 * kept.get("E_g", 0) + 0.1 * g**2
    step = -np.sqrt(kept.get("E_x", 0) + 1e-6) / np.sqrt(kept["E_g"] + 1e-6) * g
    kept["E_x"] = 0.9 * kept.get("E_x", 0) + 0.1 * step**2
    return theta + RATE * step


def chen(theta, g, kept, t):
    m = kept.get("m", 0)
    kept["m"] = 0.99 * m + 0.01 * g
    return theta - RATE * np.sign(0.9 * m + 0.1 * g)


def shazeer_stern(theta, g, kept, t):
    """Algorithm 5 for vectors; algorithm 4 for matrices, with sums of rows and columns as it stands there."""
    past, squares = 1 - t**-0.8, g**2 + 1e-30
    if np.ndim(theta) == 2:
        n, m = np.shape(theta)
        kept["R"] = past * kept.get("R", np.zeros((n, 1))) + (1 - past) * squares @ np.ones((m, 1))
        kept["C"] = past * kept.get("C", np.zeros((1, m))) + (1 - past) * np.ones((1, n)) @ squares
        v = kept["R"] @ kept["C"] / (np.ones((1, n)) @ kept["R"])
    else:
        v = kept["V"] = past * kept.get("V", 0) + (1 - past) * squares
    u = g / np.sqrt(v)

    def rms(x):
        return np.linalg.norm(np.ravel(x)) / math.sqrt(np.size(x))

    return theta - max(1e-3, rms(theta)) * min(RATE, 1 / math.sqrt(t)) * u / max(1, rms(u) / 1.0)


def jordan(theta, g, kept, t):
    """Muon, its Newton-Schulz steps taken where they act: on the singular values."""
    if np.ndim(theta) != 2:
        return loshchilov_hutter(theta, g, kept, t) - RATE * (0.1 - 0.01) * theta
    theta = theta - RATE * 0.1 * theta
    kept["B"] = 0.95 * kept.get("B", 0) + 0.05 * g
    left, s, right = np.linalg.svd(0.05 * g + 0.95 * kept["B"], full_matrices=False)
    s = s / math.sqrt(sum(s**2))
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return theta - RATE * 0.2 * math.sqrt(max(theta.shape)) * (left * s) @ right


PUBLISHED: dict[str, Step] = {
    "sgd": robbins_monro,
    "momentum": polyak,
    "nesterov": nesterov_1983,
    "adam": kingma_ba,
    "adamw": loshchilov_hutter,
    "rmsprop": tieleman_hinton,
    "adagrad": duchi,
    "amsgrad": reddi,
    "adamax": kingma_ba_2,
    "nadam": dozat,
    "radam": liu,
    "adadelta": zeiler,
    "lion": chen,
    "adafactor": shazeer_stern,
    "muon": jordan,
}


def by_hand(step: Step) -> dict[str, np.ndarray]:
    parameters, kept = started(), {name: {} for name in SHAPES}
    for t in range(1, STEPS + 1):
        found = gradients(parameters, t - 1)
        parameters = {n: np.asarray(step(p, found[n], kept[n], t)) for n, p in parameters.items()}
    return parameters


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_hundred_updates_are_those_of_the_published_algorithm(name):
    row = OPTIMISERS[name]
    changes = Changes(weight_decay=row.weight_decay, decay=row.decay, weights=frozenset(SHAPES))
    assert difference(ours(row, changes), by_hand(PUBLISHED[name])) < 1e-11


# Beside PyTorch -----------------------------------------------------------------------------------------------------

TORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "rmsprop": ("RMSprop", {"alpha": 0.9}),
    "adagrad": ("Adagrad", {}),
    "amsgrad": ("Adam", {"amsgrad": True}),
    "adamax": ("Adamax", {}),
    "nadam": ("NAdam", {}),
    "radam": ("RAdam", {}),
    "adadelta": ("Adadelta", {}),
}


def torchs(name: str, clip: Callable[[Any, list[Any]], object] | None = None, **more: Any) -> dict[str, np.ndarray]:
    torch: Any = pytest.importorskip("torch")
    kind, options = TORCH[name]
    parameters = {n: torch.tensor(p, dtype=torch.float64, requires_grad=True) for n, p in started().items()}
    rule = getattr(torch.optim, kind)(parameters.values(), lr=RATE, **(options | more))
    for step in range(STEPS):
        found = gradients({n: p.detach().numpy() for n, p in parameters.items()}, step)
        for n, p in parameters.items():
            p.grad = torch.tensor(found[n], dtype=torch.float64)
        if clip is not None:
            clip(torch, list(parameters.values()))
        rule.step()
    return {n: p.detach().numpy() for n, p in parameters.items()}


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("name", TORCH)
def test_a_hundred_updates_are_pytorchs(name, weight_decay):
    row = OPTIMISERS[name]
    changes = Changes(weight_decay=weight_decay, decay=row.decay, weights=frozenset(SHAPES))
    assert difference(ours(row, changes), torchs(name, weight_decay=weight_decay)) < 1e-10


def test_a_hundred_updates_of_matrices_are_pytorchs_muon(monkeypatch):
    torch: Any = pytest.importorskip("torch")
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self)  # it would orthogonalise in three digits
    matrices = ["W", "V"]
    parameters = {n: torch.tensor(started()[n], dtype=torch.float64, requires_grad=True) for n in matrices}
    rule = torch.optim.Muon(parameters.values(), lr=RATE, adjust_lr_fn="match_rms_adamw")
    for step in range(STEPS):
        found = gradients({n: p.detach().numpy() for n, p in parameters.items()}, step)
        for n, p in parameters.items():
            p.grad = torch.tensor(found[n], dtype=torch.float64)
        rule.step()
    changes = Changes(weight_decay=0.1, decay="decoupled", weights=frozenset(matrices))
    mine = ours(OPTIMISERS["muon"], changes)
    assert max(np.max(np.abs(mine[n] - parameters[n].detach().numpy())) for n in matrices) < 1e-10


def test_a_hundred_updates_are_pytorchs_adafactor():
    """Its eps are bounds below, not addends: both so small that they do not matter here."""
    TORCH["adafactor"] = "Adafactor", {"eps": (1e-30, 1e-3)}
    try:
        assert difference(ours(OPTIMISERS["adafactor"]), torchs("adafactor")) < 1e-10
    finally:
        del TORCH["adafactor"]


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_clipping_by_value_is_pytorchs(name):
    theirs = torchs(name, lambda torch, ps: torch.nn.utils.clip_grad_value_(ps, 0.7), weight_decay=0.1)
    changes = Changes(clip_value=0.7, weight_decay=0.1, decay=OPTIMISERS[name].decay, weights=frozenset(SHAPES))
    assert difference(ours(OPTIMISERS[name], changes), theirs) < 1e-10


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_clipping_by_norm_is_pytorchs_but_for_its_millionth(name):
    def exact(torch: Any, parameters: list[Any]) -> None:
        """PyTorch divides by the norm + 1e-6; times (norm + 1e-6) / norm it is the norm itself."""
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, 2.0))
        if norm > 2.0:
            for p in parameters:
                p.grad *= (norm + 1e-6) / norm

    def plain(torch: Any, parameters: list[Any]) -> None:
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)

    mine = ours(OPTIMISERS[name], Changes(clip_norm=2.0))
    assert difference(mine, torchs(name, exact)) < 1e-10
    assert 1e-10 < difference(mine, torchs(name, plain)) < 1e-4


# Beside optax, where it is installed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_hundred_updates_are_optaxs(name):
    optax: Any = pytest.importorskip("optax")
    jax: Any = pytest.importorskip("jax")
    makers: dict[str, Callable[[], Any]] = {
        "sgd": lambda: optax.sgd(RATE),
        "momentum": lambda: optax.sgd(RATE, 0.9),
        "nesterov": lambda: optax.sgd(RATE, 0.9, nesterov=True),
        "adam": lambda: optax.chain(optax.clip_by_global_norm(2.0), optax.adam(RATE)),
        "adamw": lambda: optax.adamw(RATE, weight_decay=0.01),
        "rmsprop": lambda: optax.rmsprop(RATE, 0.9, eps_in_sqrt=False),
        "adagrad": lambda: optax.adagrad(RATE, initial_accumulator_value=0.0, eps=1e-12),
        "lion": lambda: optax.lion(RATE, 0.9, 0.99, weight_decay=0.0),
        "adadelta": lambda: optax.adadelta(RATE, 0.9, 1e-6),
    }
    if name not in makers:
        pytest.skip("optax has another convention")
    row = OPTIMISERS[name]
    with jax.enable_x64(True):
        rule = makers[name]()
        parameters = started()
        state = rule.init(parameters)
        for step in range(STEPS):
            found, state = rule.update(gradients(parameters, step), state, parameters)
            parameters = {n: np.asarray(p + found[n]) for n, p in parameters.items()}
    clip = 2.0 if name == "adam" else None
    changes = Changes(weight_decay=row.weight_decay, decay=row.decay, weights=frozenset(SHAPES), clip_norm=clip)
    assert difference(ours(row, changes), parameters) < 1e-10


# The differences of convention --------------------------------------------------------------------------------------


def test_rmsprop_with_epsilon_inside_the_root_is_another_rule():
    def inside(theta, g, kept, t):  # optax, Keras
        kept["square"] = 0.9 * kept.get("square", 0) + 0.1 * g**2
        return theta - RATE * g / np.sqrt(kept["square"] + 1e-3)

    row = OPTIMISERS["rmsprop"]
    assert difference(ours(row, epsilon=1e-3), by_hand(inside)) > 1e-5
    moved = replace(row, equations=(row.equations[0], "theta <- theta - learning_rate * gradient / sqrt(v + epsilon)"))
    assert difference(ours(moved, epsilon=1e-3), by_hand(inside)) < 1e-11


def test_adagrad_started_at_a_tenth_is_optaxs_but_for_epsilon():
    def optax(theta, g, kept, t):
        kept["sum"] = kept.get("sum", 0.1) + g**2
        return theta - RATE * g / np.sqrt(kept["sum"] + 1e-7)

    assert difference(ours(OPTIMISERS["adagrad"], start=0.1), by_hand(optax)) < 1e-6
    assert difference(ours(OPTIMISERS["adagrad"]), by_hand(optax)) > 1e-4


def test_coupled_and_decoupled_decay_are_one_for_sgd_and_two_for_adam():
    def decayed(name: str, decay: str) -> dict[str, np.ndarray]:
        return ours(OPTIMISERS[name], Changes(weight_decay=0.1, decay=decay, weights=frozenset(SHAPES)))

    assert difference(decayed("sgd", "coupled"), decayed("sgd", "decoupled")) < 1e-12
    assert difference(decayed("adam", "coupled"), decayed("adam", "decoupled")) > 1e-3
    assert difference(decayed("adam", "decoupled"), decayed("adamw", "decoupled")) == 0


def test_the_rate_inside_the_velocity_is_the_same_only_while_it_stays():
    row, parameters = OPTIMISERS["momentum"], {"w": np.zeros(1)}
    updates = Updates(row, option_values(row, None))
    updates.apply(parameters, {"w": np.ones(1)}, 1.0)
    updates.apply(parameters, {"w": np.ones(1)}, 0.1)
    assert parameters["w"][0] == pytest.approx(-1 - 0.1 * 1.9)  # inside, the second step would be 0.9 + 0.1


def test_the_means_of_adam_are_corrected_by_the_number_of_the_update():
    row, parameters = OPTIMISERS["adam"], {"w": np.zeros(3)}
    Updates(row, option_values(row, None)).apply(parameters, {"w": np.array([1e-3, -5.0, 0.2])}, 0.01)
    np.testing.assert_allclose(parameters["w"], [-0.01, 0.01, -0.01], rtol=1e-4)  # a first step of the rate itself


# Penalties, decay and clipping --------------------------------------------------------------------------------------


def test_penalties_are_the_derivatives_of_their_terms_in_the_loss():
    changes = Changes(l1=0.2, l2=0.3, weights=frozenset({"W"}))
    mine, parameters = ours(OPTIMISERS["sgd"], changes), started()
    for step in range(STEPS):
        found = gradients(parameters, step)
        found["W"] = found["W"] + 0.2 * np.sign(parameters["W"]) + 0.3 * parameters["W"]
        parameters = {n: p - RATE * found[n] for n, p in parameters.items()}
    assert difference(mine, parameters) < 1e-12


def test_penalties_are_clipped_with_the_loss_and_decay_is_not():
    theta, gradient = {"W": np.full(2, 10.0)}, {"W": np.zeros(2)}
    Updates(OPTIMISERS["sgd"], {}, Changes(l2=1.0, clip_value=0.5, weights=frozenset({"W"}))).apply(theta, gradient, 1)
    np.testing.assert_allclose(theta["W"], 9.5)
    Updates(OPTIMISERS["sgd"], {}, Changes(weight_decay=0.5, clip_value=0.1, weights=frozenset({"W"}))).apply(
        theta, gradient, 1
    )
    np.testing.assert_allclose(theta["W"], 4.75)


def test_everything_at_once_is_the_stated_order():
    changes = Changes(0.1, 0.2, 1.5, 2.0, 0.05, "decoupled", frozenset({"W"}))
    mine, parameters = ours(OPTIMISERS["momentum"], changes), started()
    velocity = {n: np.zeros_like(p) for n, p in parameters.items()}
    for step in range(STEPS):
        found = gradients(parameters, step)
        found["W"] = found["W"] + 0.1 * np.sign(parameters["W"]) + 0.2 * parameters["W"]
        found = {n: np.clip(g, -1.5, 1.5) for n, g in found.items()}
        norm = math.sqrt(sum(float(np.sum(g**2)) for g in found.values()))
        found = {n: g * min(1, 2.0 / norm) for n, g in found.items()}
        parameters["W"] = parameters["W"] * (1 - RATE * 0.05)
        velocity = {n: 0.9 * v + found[n] for n, v in velocity.items()}
        parameters = {n: p - RATE * velocity[n] for n, p in parameters.items()}
    assert difference(mine, parameters) < 1e-12


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_the_norm_of_tiny_and_huge_gradients_neither_vanishes_nor_overflows(size):
    from deltarule.training.updating import global_norm

    assert global_norm({"a": np.array([3 * size]), "b": np.array([[4 * size]])}) == pytest.approx(5 * size, rel=1e-12)
    assert global_norm({"a": np.zeros(3)}) == 0
    assert math.isnan(global_norm({"a": np.array([np.nan])}))


def test_gradients_are_left_as_they_are():
    for changes in (NO_CHANGES, Changes(0.1, 0.1, 0.5, 0.5, 0.1, "coupled", frozenset(SHAPES))):
        for row in OPTIMISERS.values():
            parameters = started()
            found = gradients(parameters, 1)
            before = {n: g.copy() for n, g in found.items()}
            for g in found.values():
                g.flags.writeable = False
            Updates(row, option_values(row, None), changes).apply(parameters, found, 0.1)
            assert difference(found, before) == 0


@pytest.mark.parametrize("name", OPTIMISERS)
def test_float32_stays_float32_and_near(name):
    row = OPTIMISERS[name]
    parameters = {n: p.astype(np.float32) for n, p in started().items()}
    changes = Changes(0.01, 0.01, 5.0, 5.0, 0.1, row.decay, frozenset({"W"}))
    updates = Updates(row, option_values(row, None), changes)
    for step in range(20):
        found = {n: np.asarray(g, np.float32) for n, g in gradients(parameters, step).items()}
        updates.apply(parameters, found, RATE)
    assert all(p.dtype == np.float32 for p in parameters.values())
    assert all(a.dtype == np.float32 for arrays in updates.memory.arrays.values() for a in arrays.values())
    assert difference(parameters, ours(row, changes, 20)) < 1e-3


# The rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_row_says_where_it_comes_from_and_what_its_state_starts_at(name):
    row = OPTIMISERS[name]
    assert row.source and row.words
    assert set(row.initial) <= set(row.state) and {o.name for o in row.options} >= set(row.update.numbers) - {"t"}


@pytest.mark.parametrize("name", [name for name, row in OPTIMISERS.items() if row.update.rank is None])
def test_an_elementwise_update_allocates_no_array(name):
    import tracemalloc

    row, parameters = OPTIMISERS[name], {"w": np.zeros(100_000)}
    updates, gradient = Updates(row, option_values(row, None)), {"w": np.ones(100_000)}
    updates.apply(parameters, gradient, 0.1)
    tracemalloc.start()
    updates.apply(parameters, gradient, 0.1)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_an_equation_that_gives_no_array_of_the_parameters_shape_is_refused():
    for equation in ("theta <- theta @ gradient", "theta = gradient", "theta <- 2 * t", "theta <- theta @ theta.T"):
        with pytest.raises(DeltaruleError):
            Updates(replace(OPTIMISERS["sgd"], equations=(equation,)), {}).apply(
                {"w": np.ones(2)}, {"w": np.ones(2)}, 0.1
            )


def test_a_row_of_ones_own_with_values_between_is_carried_out():
    row = Optimiser(
        "own",
        (
            "old <- mean",
            "mean <- rate * mean + gradient",
            "change <- mean - old",
            "theta <- theta - learning_rate * (change + abs(old)) / sqrt(4)",
        ),
        (Setting("rate", 0.9, "", float),),
        "",
        "",
    )
    updates, parameters = Updates(row, {"rate": 0.9}), {"w": np.array([1.0, 2.0])}
    expected, mean = parameters["w"].copy(), np.zeros(2)
    for k in range(5):
        gradient = np.array([k - 2.0, 1.5])
        updates.apply(parameters, {"w": gradient}, 0.1)
        old, mean = mean, 0.9 * mean + gradient
        expected = expected - 0.1 * (mean - old + np.abs(old)) / 2
    np.testing.assert_allclose(parameters["w"], expected, rtol=1e-14)
    assert set(row.state) == {"mean"}


def test_an_unknown_optimiser_is_answered_with_near_ones():
    with pytest.raises(DeltaruleError, match="no optimiser 'sdg'; did you mean sgd"):
        optimiser("sdg")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("adam", {"beta_1": 1.0}, "beta_1 of the optimiser adam is 1.0; it must be a number in [0, 1)"),
        ("adam", {"beta1": 0.9}, "the optimiser adam has no option 'beta1'; did you mean beta_1"),
        ("adam", {"epsilon": 0}, "it must be a number in (0, inf)"),
        ("sgd", {"momentum": 0.9}, "the optimiser sgd has no option 'momentum'; it has none"),
        ("momentum", {"momentum": "much"}, "momentum of the optimiser momentum is 'much'"),
        ("momentum", [0.9], "must be a dictionary"),
    ],
)
def test_an_option_outside_its_interval_is_refused_with_what_would_be_right(name, options, words):
    with pytest.raises(DeltaruleError) as caught:
        option_values(OPTIMISERS[name], options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", 0, 'learning_rate is 0; it must be a number in (0, inf), or "auto"'),
        ("learning_rate", math.inf, "it must be a number in (0, inf)"),
        ("learning_rate", True, "learning_rate is True"),
        ("batch_size", 2.5, 'batch_size is 2.5; it must be an integer in [1, inf), or "auto"'),
        ("batch_size", "atuo", "batch_size is 'atuo'; did you mean auto"),
        ("epochs", -1, "epochs is -1"),
        ("validation", 1.0, "validation is 1.0; it must be a number in [0, 1)"),
        ("validation", math.nan, "validation is nan"),
        ("dtype", "float16", "it must be"),
        ("seed", -1, "seed is -1"),
        ("standardise", 1, "standardise is 1; it must be True or False"),
        ("clip_norm", 0, "clip_norm is 0; it must be a number in (0, inf), or None"),
        ("weight_decay", -0.1, 'weight_decay is -0.1; it must be a number in [0, inf), or "auto"'),
        ("decay", "copuled", "decay is 'copuled'; did you mean coupled"),
        ("initialiser", "he", "initialiser is 'he'"),
    ],
)
def test_a_setting_outside_its_interval_is_refused_with_what_would_be_right(name, value, words):
    from deltarule.training.settings import validate

    with pytest.raises(DeltaruleError) as caught:
        validate({name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_is_allowed(name):
    assert SETTINGS[name].accepts(SETTINGS[name].default)


def test_an_optimiser_is_pickled_by_name_and_one_of_ones_own_whole():
    row = OPTIMISERS["adam"]
    _ = row.update.function
    assert pickle.loads(pickle.dumps(row)) is row  # noqa: S301
    own = replace(row, name="mine", words="mine")
    _ = own.update.function
    again = pickle.loads(pickle.dumps(own))  # noqa: S301
    assert again == own and again.update.equations == own.update.equations
