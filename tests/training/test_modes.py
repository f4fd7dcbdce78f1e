"""Training with dropout and batch normalisation: engines, checkpoints, model files, prediction, bad batches."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest

import deltarule as dr
from deltarule.commands import main
from deltarule.language.errors import DeltaruleError
from deltarule.program import compile_network
from deltarule.program.draws import BLOCK, Draws
from deltarule.training import Classifier, load_model, save_model
from deltarule.training.checkpoint import Checkpoints
from deltarule.training.loop import Plan, run_epochs
from deltarule.training.optimisers import OPTIMISERS

DROPOUT = "linear(4, 6) -> dropout(p=0.25) -> relu -> linear(6, 1) -> sigmoid -> bce"
BOTH = "linear(4, 6) -> batch_norm -> dropout -> relu -> linear(6, 1) -> sigmoid -> bce"
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(90, 4))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def test_what_is_drawn_depends_on_seed_epoch_and_place_only():
    draws = Draws({"mask": 0.75}, {"mask": (3,)}, ("x",), 7, "float64")
    whole = draws.rows(2, 0, 3 * BLOCK)["mask"]
    again = Draws({"mask": 0.75}, {"mask": (3,)}, ("x",), 7, "float64")
    for start, stop in ((0, 5), (BLOCK - 3, BLOCK + 4), (10, 2 * BLOCK + 1), (2 * BLOCK, 3 * BLOCK)):
        assert np.array_equal(again.rows(2, start, stop)["mask"], whole[start:stop])
    assert set(np.unique(whole)) == {0, 1}
    assert abs(whole.mean() - 0.75) < 0.05
    assert not np.array_equal(draws.rows(3, 0, BLOCK)["mask"], whole[:BLOCK])
    other = Draws({"mask": 0.75}, {"mask": (3,)}, ("x",), 8, "float64")
    assert not np.array_equal(other.rows(2, 0, BLOCK)["mask"], whole[:BLOCK])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_both_engines_train_alike(optimiser: str, weighted: bool):
    found = []
    for engine in ("numpy", "native"):
        model = Classifier(BOTH, optimiser=optimiser, engine=engine, batch_size=20, epochs=4)
        found.append(model.fit(X, Y, sample_weight=np.linspace(0.5, 1.5, 90) if weighted else None))
    assert found[1].engine_ == "native"
    for name, value in found[0].parameters_.items():
        assert np.allclose(found[1].parameters_[name], value, rtol=1e-9, atol=1e-9), name
    assert np.allclose(found[0].predict_proba(X), found[1].predict_proba(X), rtol=1e-9)


def test_prediction_draws_nothing_and_takes_the_running_statistics():
    program = dr.Network(BOTH).compile()
    theta = program.initialise(0)
    theta["running_mean"][:], theta["running_var"][:] = 0.3, 2.0
    a = X @ theta["W_1"].T + theta["b_1"]
    h = np.maximum(0, theta["gamma"] * (a - 0.3) / np.sqrt(2 + 1e-5) + theta["beta"])
    expected = 1 / (1 + np.exp(-(h @ theta["w_2"] + theta["b_2"])))
    assert np.allclose(program.forward(theta, X), expected, rtol=1e-12)
    loss = -np.mean(Y * np.log(expected) + (1 - Y) * np.log(1 - expected))
    assert program.loss(theta, X, Y) == pytest.approx(loss, rel=1e-12)
    with pytest.raises(DeltaruleError, match="mask, which is drawn"):
        program.gradients(theta, X, Y)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_step_renews_the_running_statistics(engine: str):
    program = compile_network(
        dr.Network("linear(4, 3) -> batch_norm(momentum=0.2) -> squared_error").inner, engine=engine
    )
    theta = program.initialise(0)
    a = X @ theta["W"].T + theta["b"]
    plan = Plan(OPTIMISERS["adam"], 0.01, 90, 1, 0)
    run_epochs(program, theta, X, np.zeros((90, 3)), plan)
    assert np.allclose(theta["running_mean"], 0.2 * a.mean(axis=0), rtol=1e-12)
    assert np.allclose(theta["running_var"], 0.8 + 0.2 * a.var(axis=0, ddof=1), rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_training_that_was_killed_goes_on_bit_by_bit(tmp_path: Path, engine: str):
    def model() -> Classifier:
        return Classifier(BOTH, optimiser="adam", engine=engine, batch_size=20, epochs=6)

    whole = model().fit(X, Y)
    broken, turns = model(), count()
    keeper = Checkpoints(tmp_path / "kept", {}, every=0)
    real = keeper.keep

    def keep(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        if next(turns) == (12 if engine == "numpy" else 2):  # a call of native code has many batches
            raise KeyboardInterrupt

    keeper.keep = keep  # type: ignore[method-assign]
    broken.checkpoint = keeper
    with pytest.raises(KeyboardInterrupt):
        broken.fit(X, Y)
    resumed = model()
    resumed.checkpoint = Checkpoints(tmp_path / "kept", {}, resume=True, every=1e9)
    resumed.fit(X, Y)
    assert resumed.checkpoint.resumed is not None
    assert resumed.checkpoint.resumed.batches or engine == "native"
    for name, value in whole.parameters_.items():
        assert np.array_equal(resumed.parameters_[name], value), name


def test_the_command_trains_resumes_and_predicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    table = tmp_path / "table.csv"
    rows = [",".join([*(f"{v:.6f}" for v in x), ("no", "yes")[y]]) for x, y in zip(X, Y, strict=True)]
    table.write_text("\n".join(["a,b,c,d,y", *rows]) + "\n")
    out = str(tmp_path / "model")
    options = ["--target", "y", "--network", BOTH, "--epochs", "4", "--batch-size", "20", "--format", "json"]
    assert main(["train", str(table), *options, "-o", out, "--checkpoint", str(tmp_path / "kept")]) == 0
    assert main(["train", str(table), *options, "--engine", "native", "--report", str(tmp_path / "page.html")]) == 0
    capsys.readouterr()
    assert main(["predict", out, str(table)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 91


def test_a_model_file_holds_the_running_statistics(tmp_path: Path):
    model = Classifier(BOTH, batch_size=20, epochs=3).fit(X, Y)
    save_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert isinstance(loaded, Classifier)
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(loaded.parameters_["running_var"], model.parameters_["running_var"])
    assert not np.allclose(loaded.parameters_["running_var"], 1)


@pytest.mark.parametrize("size", [1, 89, 4])
def test_a_batch_of_one_sample_is_refused_with_a_remedy(size: int):
    rows = slice(0, 89 if size == 4 else 90)
    with pytest.raises(DeltaruleError, match="at least two samples") as raised:
        Classifier(BOTH, batch_size=size, epochs=1).fit(X[rows], Y[rows])
    remedy = int(str(raised.value).rsplit("=", 1)[1])
    Classifier(BOTH, batch_size=remedy, epochs=1).fit(X[rows], Y[rows])


def test_the_share_that_is_dropped_is_checked():
    with pytest.raises(DeltaruleError, match="from 0, below 1"):
        dr.Network("linear(2, 3) -> dropout(p=1)")


def test_the_source_that_is_emitted_trains_and_predicts():
    program = dr.Network(BOTH).compile()
    space: dict = {}
    exec(program.source, space)
    theta = program.initialise(0)
    mine = {name: np.array(value) for name, value in theta.items()}
    drawn = program.draws(5).rows(1, 0, 90)
    given = program.draws(5).into(X, 1, 0)
    assert space["step"](mine, X, drawn["mask"], Y, 0.1) == program.step(theta, given, Y, 0.1)
    assert all(np.array_equal(mine[name], theta[name]) for name in theta)
    assert np.array_equal(space["forward"](mine, X), program.forward(theta, X))
