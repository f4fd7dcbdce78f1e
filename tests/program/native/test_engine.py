"""The native engine computes what the NumPy engine computes, up to rounding, and the same bits whenever it is asked."""

from __future__ import annotations

import math
import threading
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.language.errors import DeltaruleError, ShapeError
from deltarule.program import compile_network
from deltarule.program.native import engine as native_engine
from deltarule.program.native import lowering
from deltarule.program.native.choice import pays
from deltarule.program.native.processor import Processor, UnknownProcessor, host, portable
from deltarule.program.native.storage import placed, stored_names
from deltarule.training.loop import NonFiniteLoss
from deltarule.training.optimisers import OPTIMISERS
from deltarule.training.schedules import SCHEDULES
from deltarule.training.updating import Changes

from ...table_networks import HIDDEN
from ...test_shelf import LOSS_ROWS, MODULE_ROWS, around, with_sizes
from .both_engines import SMALLEST, Both, difference, gradients_differ


def of_the_shelf() -> list[str]:
    found = [f"linear(3, 4) -> {h} -> linear(4, 2) -> squared_error" for h in HIDDEN]
    for row in (*MODULE_ROWS, *LOSS_ROWS):
        try:
            found.append(around(row))
        except ShapeError:  # it takes more than a vector
            found.append(f"{with_sizes(row, 3, 3)} -> squared_error")
    return found


@pytest.mark.parametrize("text", of_the_shelf()[::10])
def test_networks_of_the_tables(text: str) -> None:
    assert gradients_differ(Both(text)) < SMALLEST["float64"]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", SMALLEST)
@pytest.mark.parametrize("text", of_the_shelf())
def test_every_row_of_the_tables(text: str, dtype: str) -> None:
    assert gradients_differ(Both(text, dtype)) < SMALLEST[dtype]


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("dtype", SMALLEST)
def test_policies_types_and_weights_of_samples(policy: str, dtype: str) -> None:
    both = Both("linear(3, 4) -> sigmoid -> linear(4, 3) -> softmax -> cross_entropy", dtype, policy)
    assert gradients_differ(both, weighted=True) < SMALLEST[dtype]


def test_networks_given_by_equations() -> None:
    text = "h = tanh(U @ x + V @ u + c)\ny_hat = sigmoid(w @ h)\nL = -(y*log(y_hat) + (1 - y)*log(1 - y_hat))"
    both = Both(text, shapes="x: 3, u: 2, U: 4 3, V: 4 2, c: 4, w: 4", roles={"u": "input"})
    assert both.numpy.spec.inputs == ("x", "u")
    assert gradients_differ(both, weighted=True) < SMALLEST["float64"]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers(name: str) -> None:
    both = Both("linear(3, 4) -> tanh -> linear(4, 1) -> squared_error")
    row = OPTIMISERS[name]
    expected, found = (both.trained(e, optimiser=row) for e in ("numpy", "native"))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for parameter, value in expected[1].items():
        assert difference(found[1][parameter], value) < 1e-11, parameter
    assert found[2].updates == expected[2].updates == 8
    for parameter, arrays in expected[2].arrays.items():
        for state, value in arrays.items():
            assert difference(found[2].arrays[parameter][state], value) < 1e-11, (parameter, state)


@pytest.mark.parametrize(
    "changes",
    [
        {"l1": 0.01, "l2": 0.02},
        {"clip_value": 0.05},
        {"clip_norm": 0.05},
        {"clip_norm": 0.05, "clip_value": 0.02, "l2": 0.1, "weight_decay": 0.1},
        {"weight_decay": 0.1, "decay": "decoupled"},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", SMALLEST)
def test_penalties_clipping_and_decay(changes: dict[str, float], dtype: str) -> None:
    both = Both("linear(3, 4) -> tanh -> linear(4, 1) -> squared_error", dtype)
    wanted = Changes(**changes, weights=frozenset({"W_1", "w_2"}))  # type: ignore[arg-type]
    expected, found = (both.trained(e, changes=wanted, optimiser=OPTIMISERS["momentum"]) for e in ("numpy", "native"))
    plain = both.trained("numpy", optimiser=OPTIMISERS["momentum"])
    for parameter, value in expected[1].items():
        assert difference(found[1][parameter], value) < 10 * SMALLEST[dtype], parameter
    assert any(difference(plain[1][p], value) > 1e-4 for p, value in expected[1].items())


@pytest.mark.parametrize("size", [1, 7, 50, 64, 300])
def test_batches_of_any_size_and_schedules(size: int) -> None:
    both = Both("linear(3, 5) -> relu -> linear(5, 2) -> squared_error")
    plan = {"batch_size": size, "schedule": SCHEDULES["cosine"], "rows": 150}
    (loss, parameters, _), (own_loss, own, _) = (both.trained(e, **plan) for e in ("numpy", "native"))  # type: ignore[misc]
    np.testing.assert_allclose(own_loss, loss, rtol=1e-12)
    assert max(difference(own[n], value) for n, value in parameters.items()) < 1e-11


WIDTH = st.one_of(st.integers(1, 20), st.integers(1, 300))
ACTIVATION = st.sampled_from(["relu", "tanh", "sigmoid", "softplus", "leaky_relu", "identity", "gelu", "elu"])
END = st.sampled_from(
    [
        ("", "squared_error"),
        ("sigmoid -> ", "bce"),
        ("softmax -> ", "cross_entropy"),
        ("log_softmax -> ", "nll"),
        ("", "bce_with_logits"),
        ("", "huber"),
    ]
)


@st.composite
def networks(draw: st.DrawFn) -> str:
    widths = draw(st.lists(WIDTH, min_size=1, max_size=4))
    output, loss = draw(END)
    last = draw(st.integers(2, 12) if "soft" in output else st.integers(1, 12))
    parts, before = [], widths[0]
    for width in widths[1:]:
        parts += [f"linear({before}, {width})", draw(ACTIVATION)]
        before = width
    return " -> ".join([*parts, f"linear({before}, {last})", f"{output}{loss}"])


@settings(max_examples=5)
@given(networks(), st.sampled_from(sorted(OPTIMISERS)), st.sampled_from([1, 5, 16, 33]), st.sampled_from([*SMALLEST]))
def test_random_networks(text: str, optimiser: str, batch: int, dtype: str) -> None:
    compare(text, optimiser, batch, dtype)


@pytest.mark.slow
@settings(max_examples=300)
@given(networks(), st.sampled_from(sorted(OPTIMISERS)), st.integers(1, 80), st.sampled_from([*SMALLEST]))
def test_many_random_networks(text: str, optimiser: str, batch: int, dtype: str) -> None:
    compare(text, optimiser, batch, dtype)


def compare(text: str, optimiser: str, batch: int, dtype: str) -> None:
    """Gradients of one batch; then losses of two, since an update that divides by a root magnifies rounding."""
    both = Both(text, dtype)
    assert gradients_differ(both, 9) < 20 * SMALLEST[dtype]
    plan = {"batch_size": batch, "rows": 2 * batch, "optimiser": OPTIMISERS[optimiser], "epochs": 1}
    (loss, *_), (own_loss, own, _) = (both.trained(e, **plan) for e in ("numpy", "native"))  # type: ignore[misc]
    np.testing.assert_allclose(own_loss, loss, rtol=1e-9 if dtype == "float64" else 2e-2)
    again = both.trained("native", **plan)  # type: ignore[arg-type]
    assert again[0] == own_loss
    assert all(np.array_equal(again[1][n], value) for n, value in own.items())


def test_the_same_bits_however_the_batches_are_handed_over() -> None:
    both = Both("linear(5, 6) -> tanh -> linear(6, 1) -> sigmoid -> bce")
    (X, Y), order = both.rows(103), np.random.default_rng(0).permutation(103)
    adam = OPTIMISERS["adam"]
    results = []
    for cuts in ([11], [1] * 11, [3, 7, 1]):
        parameters = both.parameters()
        rules = {p: native_engine.Rule((), adam.equations, ("m", "v")) for p in parameters}
        memory = {p: {s: np.zeros_like(v) for s in ("m", "v")} for p, v in parameters.items()}
        numbers = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
        trainer = both.native.trainer(parameters, rules, numbers, memory, weighted=False, clipped=False)
        first, losses = 0, []
        for count in cuts:
            losses.append(trainer.run((X, Y, None), order, 10, first, np.full(count, 0.01), first))
            first += count
        results.append((np.concatenate(losses), parameters))
    for losses, parameters in results[1:]:
        assert np.array_equal(losses, results[0][0])
        assert all(np.array_equal(value, results[0][1][n]) for n, value in parameters.items())


def test_a_loss_that_is_not_finite_ends_the_run_before_its_update() -> None:
    both = Both("linear(2, 1) -> squared_error")
    X, Y = both.rows(40)
    X[25] = np.nan
    parameters, expected = both.parameters(), both.parameters()
    rules = {p: native_engine.Rule((), OPTIMISERS["sgd"].equations, ()) for p in parameters}
    trainer = both.native.trainer(parameters, rules, {}, {}, weighted=False, clipped=False)
    losses = trainer.run((X, Y, None), None, 10, 0, np.full(4, 0.01), 0)
    assert len(losses) == 3 and np.isfinite(losses[:2]).all() and math.isnan(losses[2])
    for start in (0, 10):
        both.numpy.step(expected, X[start : start + 10], Y[start : start + 10], 0.01)
    assert all(difference(parameters[n], value) < 1e-14 for n, value in expected.items())
    with pytest.raises(NonFiniteLoss, match=r"in epoch 1, batch 3(.|\n)*the input x"):
        Faulty("linear(2, 1) -> squared_error").trained("native", rows=40, batch_size=10)


class Faulty(Both):
    def rows(self, count: int, seed: int = 1):  # type: ignore[no-untyped-def]
        X, Y = super().rows(count, seed)
        from deltarule.training.windows import shuffled

        X[shuffled(count, 2, 1)[25]] = np.nan
        return X, Y


def test_a_stop_is_heard_after_the_batch() -> None:
    both = Both("linear(4, 3) -> tanh -> linear(3, 1) -> squared_error")
    X, Y = both.rows(3_000)
    parameters = both.parameters()
    rules = {p: native_engine.Rule((), OPTIMISERS["sgd"].equations, ()) for p in parameters}
    trainer = both.native.trainer(parameters, rules, {}, {}, weighted=False, clipped=False)
    trainer.stop[0] = 1
    assert len(trainer.run((X, Y, None), None, 10, 0, np.full(300, 0.01), 0)) == 1
    assert len(trainer.run((X, Y, None), None, 1, 0, np.full(3_000, 0.01), 0)) <= 64  # single samples come by the block
    trainer.stop[0] = 0
    X, Y = np.tile(X, (600, 1)), np.tile(Y, 600)
    threading.Thread(target=lambda: (time.sleep(0.02), trainer.stop.__setitem__(0, 1))).start()
    done = len(trainer.run((X, Y, None), None, 1, 0, np.full(len(X), 1e-4), 0))
    assert 1 < done < len(X)
    assert all(np.isfinite(value).all() for value in parameters.values())


def test_symbolic_sizes_follow_from_the_parameters() -> None:
    both = Both("linear(n, h) -> tanh -> linear(h, 1) -> squared_error")
    parameters = both.numpy.initialise(0, {"n": 5, "h": 7})
    X, Y = np.random.default_rng(0).normal(size=(9, 5)), np.arange(9.0)
    loss, gradients = both.numpy.gradients(parameters, X, Y)
    own_loss, own = both.native.gradients(parameters, X, Y)
    assert own_loss == pytest.approx(loss, rel=1e-13)
    assert max(difference(own[n], g) for n, g in gradients.items()) < 1e-13


def test_where_llvm_is_missing_numpy_runs_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise UnknownProcessor("LLVM is not there (no module named llvmlite)")

    monkeypatch.setattr(native_engine, "host", missing)
    monkeypatch.setattr(native_engine, "_said", set())
    network = Both("linear(3, 1) -> squared_error").network
    with pytest.warns(native_engine.EngineWarning, match="LLVM is not there"):
        assert compile_network(network, engine="native").engine == "numpy"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compile_network(network, engine="native").engine == "numpy"


def test_the_native_engine_is_chosen_by_sizes_alone() -> None:
    assert not pays(200, rows=150, batch=10, epochs=20)
    assert pays(31, rows=50_000, batch=1, epochs=1)
    assert pays(2_000_000, rows=60_000, batch=128, epochs=5)


@pytest.mark.parametrize("policy", ["memory", "accuracy"])
def test_activities_computed_again_take_less_memory_and_give_the_same(policy: str) -> None:
    both = Both(" -> ".join(["linear(6, 6) -> sigmoid"] * 12 + ["squared_error"]), policy=policy)
    (X, Y), parameters = both.rows(20), both.parameters()
    again = compile_network(both.network, policy=policy, engine="native", recompute=True)
    loss, gradients = both.native.gradients(parameters, X, Y)
    own_loss, own = again.gradients(parameters, X, Y)
    assert own_loss == pytest.approx(loss, rel=1e-14)
    assert max(difference(own[n], g) for n, g in gradients.items()) < 1e-13
    jobs = [lowering.job_of(both.native.spec, "train", {}, sgd_rules(parameters), recompute=r) for r in (False, True)]
    kept, less = (needed(job) for job in jobs)
    assert less < (0.55 if policy == "memory" else 0.4) * kept
    # Nothing of the forward pass is computed more than twice, so a product at most a third more often in all.
    products = [sum(op.kind == "sum" and len(op.axes) == 2 for g in job.groups for op in g.members) for job in jobs]
    assert products[0] < products[1] <= 1.34 * products[0]


def sgd_rules(parameters: dict[str, np.ndarray]) -> dict[str, native_engine.Rule]:
    return {p: native_engine.Rule((), OPTIMISERS["sgd"].equations, ()) for p in parameters}


def needed(job: lowering.Job) -> int:
    """Elements of the workspace for each row."""
    return placed(job.groups, stored_names(job.groups, [job.loss or ""]), job.size, (), [job.loss or ""]).each_row


def test_recompute_is_of_the_native_engine() -> None:
    with pytest.raises(DeltaruleError, match="recompute is of the native engine"):
        compile_network(Both("linear(3, 1) -> squared_error").network, recompute=True)


def narrower() -> Processor:
    """This processor without 512-bit vectors."""
    flags = [f for f in host().features.split(",") if "avx512" not in f and "256-bit" not in f]
    return Processor(host().triple, "x86-64-v3", ",".join(flags), 32, True)


@pytest.mark.parametrize("width", [16, 32])
def test_processors_with_shorter_vectors(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if width >= host().width:
        pytest.skip(f"vectors have {host().width} bytes here")
    chosen = portable() if width == 16 else narrower()
    monkeypatch.setattr(native_engine, "host", lambda: chosen)
    for dtype, smallest in SMALLEST.items():
        both = Both("linear(5, 19) -> tanh -> linear(19, 3) -> softmax -> cross_entropy", dtype)
        assert gradients_differ(both, 11) < smallest
        losses = [both.trained(e, batch_size=9)[0] for e in ("numpy", "native")]
        np.testing.assert_allclose(losses[1], losses[0], rtol=1e3 * smallest)


def test_a_norm_within_its_limit_changes_nothing_and_one_that_overflows_is_right() -> None:
    both = Both("linear(3, 2) -> squared_error")
    plain, within = (both.trained("native", changes=Changes(clip_norm=c)) for c in (None, 1e6))
    assert max(difference(within[1][n], value) for n, value in plain[1].items()) < 1e-14
    huge = Huge("linear(3, 2) -> squared_error")
    X, Y = huge.rows(16)
    with np.errstate(over="ignore"):
        squares = [float(np.sum(g**2)) for g in huge.numpy.gradients(huge.parameters(), X, Y)[1].values()]
    assert not np.isfinite(sum(squares))
    plan = {"rows": 16, "epochs": 1, "changes": Changes(clip_norm=1.0), "learning_rate": 1e150}
    expected, found = (huge.trained(e, **plan) for e in ("numpy", "native"))
    assert max(difference(found[1][n], value) for n, value in expected[1].items()) < 1e-12
    assert difference(huge.parameters()["W"], expected[1]["W"]) > 0.1


class Huge(Both):
    """Rows and targets whose loss is a number, and whose gradients' squares are none."""

    def rows(self, count: int, seed: int = 1):  # type: ignore[no-untyped-def]
        X, Y = super().rows(count, seed)
        return X * 1e20, Y * 1e148


def test_threads_may_train_with_one_program() -> None:
    both = Both("linear(20, 40) -> tanh -> linear(40, 1) -> squared_error")
    (X, Y), sgd = both.rows(2_000), OPTIMISERS["sgd"]
    results: dict[int, dict[str, np.ndarray]] = {}

    def train(number: int) -> None:
        parameters = both.parameters(number % 2)
        rules = {p: native_engine.Rule((), sgd.equations, ()) for p in parameters}
        trainer = both.native.trainer(parameters, rules, {}, {}, weighted=False, clipped=False)
        for _ in range(20):
            trainer.run((X, Y, None), None, 20, 0, np.full(100, 0.001), 0)
        results[number] = parameters

    train(0)
    train(1)
    threads = [threading.Thread(target=train, args=(number,)) for number in (2, 3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in (2, 3, 4, 5):
        assert all(np.array_equal(results[number][n], value) for n, value in results[number % 2].items())
