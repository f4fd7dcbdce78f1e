"""What `show` says of every row beside its derivation: a picture of it, what it costs, what other libraries call it."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import jax
import numpy as np
import pytest

from deltarule.commands import main
from deltarule.commands.curves import RESTING, UNITS, Curves, no_picture, of_function, of_module
from deltarule.commands.function_sheet import FunctionSheet
from deltarule.commands.module_sheet import ModuleSheet
from deltarule.commands.pictures import picture
from deltarule.commands.plot import plot
from deltarule.commands.plot_svg import plot_svg
from deltarule.language.functions import FUNCTIONS
from deltarule.network.elsewhere import elsewhere
from deltarule.network.losses import LOSSES
from deltarule.network.modules import MODULES
from deltarule.training.optimisers import EVERY_OPTIMISER

from .. import by_jax
from ..at_fifty_digits import FUNCTIONS as EXACT
from ..jax_in_numpy import computed

ROWS = [
    *((name, "function") for name in FUNCTIONS),
    *((name, "module") for name in MODULES),
    *((name, "loss") for name in LOSSES),
    *((name, "optimiser") for name in EVERY_OPTIMISER),
]
DRAWN = {
    name: curves
    for name, row in MODULES.items()
    if not row.size_arguments and len(row.inputs) == 1 and (curves := of_module(row)) is not None
}


@pytest.mark.parametrize(("name", "kind"), ROWS, ids=lambda v: v)
def test_every_row_says_what_pytorch_and_keras_call_it(name: str, kind: str):
    pytorch, keras, _ = elsewhere(name, kind)
    for text, library in ((pytorch, "torch"), (keras, "keras.")):
        assert text.startswith((library, "none: ")), (name, text)


@pytest.mark.parametrize("name", sorted(set(DRAWN) & set(by_jax.BY_HAND)))
def test_the_curves_of_a_module_are_those_of_jax(name: str):
    curves = DRAWN[name]
    (link,) = by_jax.links(name)
    vector = "x = (" in curves.words
    stated = dict(part.split(" = ") for part in curves.words.split("), ")[-1].split(", ") if part.count(" = ") == 1)
    parameters = [float(stated[p]) * np.ones(UNITS) for p in link.parameters]

    def value(x: jax.Array) -> jax.Array:
        inside = jax.numpy.stack([x, *map(jax.numpy.asarray, RESTING[1:])]) if vector else x
        out = by_jax.module(link, inside, parameters)
        return out[0] if vector else out

    with jax.enable_x64(True):
        points = np.array([-2.3, -0.4, 0.7, 3.1])
        (_, f), (_, slope) = curves.rows
        for x, y, gradient in zip(points, *computed(jax.vmap(jax.value_and_grad(value)))(points), strict=True):
            assert math.isclose(f(x), y, rel_tol=1e-9, abs_tol=1e-9)
            assert math.isclose(slope(x), gradient, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("name", [n for n, row in LOSSES.items() if of_module(row)])
def test_the_slope_of_a_loss_is_that_of_its_curve(name: str):
    """By central differences, where the prediction is one number; over classes the other units move with it."""
    curves = of_module(LOSSES[name])
    assert curves
    assert all(math.isfinite(f(curves.low + 0.37 * (curves.high - curves.low))) for _, f in curves.rows)
    if curves.words:
        return
    half = len(curves.rows) // 2
    for (_, f), (_, slope) in zip(curves.rows[:half], curves.rows[half:], strict=True):
        for share in (0.13, 0.37, 0.71):
            x = curves.low + share * (curves.high - curves.low)
            assert math.isclose((f(x + 1e-6) - f(x - 1e-6)) / 2e-6, slope(x), rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_a_picture_fits_into_the_terminal(columns: int):
    lines = plot([("●", "sigmoid", lambda x: 1 / (1 + math.exp(-x)))], columns=columns)
    assert max(map(len, lines)) <= max(columns, 40)
    assert sum("●" in line for line in lines) > 8
    assert lines[-3].split() == ["-5", "0", "5"]


def test_a_picture_over_probabilities_begins_at_0_and_ends_at_1():
    lines = picture(of_module(LOSSES["bce"]))
    assert any(line.split() == ["0", "1"] for line in lines)


def test_the_svg_is_one_document_with_a_path_for_each_curve():
    curves = Curves((("f", math.sin), ("f'", math.cos)))
    root = ElementTree.fromstring(plot_svg(curves.rows, "sin & <cos>", curves.low, curves.high))
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    paths = [p.attrib["d"] for p in root.iter(f"{space}path")]
    assert len(paths) == 2
    assert root.find(f"{space}title").text == "sin & <cos>"  # type: ignore[union-attr]
    assert not list(root.iter(f"{space}script"))
    assert "prefers-color-scheme: dark" in "".join(e.text or "" for e in root.iter(f"{space}style"))
    sine = [tuple(map(float, point.split())) for point in paths[1].lstrip("M").split("L")]
    top, bottom = min(y for _, y in sine), max(y for _, y in sine)
    middle = sine[len(sine) // 2][1]
    assert math.isclose(middle, (top + bottom) / 2, abs_tol=0.2)  # sin 0 = 0, halfway between -1 and 1


def test_show_writes_the_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    target = tmp_path / "softmax.svg"
    assert main(["show", "softmax", "--plot", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<svg")
    assert "∂y₁/∂x₁" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["conv2d", "--plot", "a.svg"], "has no picture: it maps arrays"),
        (["gelu", "--plot", "a.png"], "has to end in .svg"),
    ],
)
def test_what_has_no_picture_is_said(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]):
    assert main(["show", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n in EXACT and len(FUNCTIONS[n].parameters) == 1])
def test_the_curve_of_a_function_is_the_function(name: str):
    curves = of_function(FunctionSheet(name))
    assert curves
    for x in (x for x in (0.3, 0.9, 2.5) if float(FUNCTIONS[name].domain[0]) < x < float(FUNCTIONS[name].domain[1])):
        assert math.isclose(curves.rows[0][1](x), float(EXACT[name](x)), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("name", "forward", "backward"),
    [
        # counted by hand: W x + b; δᵀW, δ xᵀ; exp, their sum, one reciprocal; (δ - δᵀy) y
        ("linear", "m n ×, (m n + m) +", "2 m n ×, m n +"),
        ("softmax", "n ×, 1 ÷, n +, n exp", "2 n ×, 2 n +"),
        ("squared_error", "(n + 1) ×, 2 n +", "n +"),
    ],
)
def test_the_operations_of_a_module_are_those_counted_by_hand(name: str, forward: str, backward: str):
    sheet = ModuleSheet((MODULES | LOSSES)[name])
    said = sheet.operations()
    assert said["forward"] == forward
    assert said["backward"] == backward


@pytest.mark.parametrize("kind", ["modules", "losses"])
def test_every_row_is_drawn_or_says_why_not(kind: str):
    for row in (MODULES if kind == "modules" else LOSSES).values():
        assert (of_module(row) is None) == bool(no_picture(row)), row.name


def test_a_module_with_weights_is_drawn_at_weights_that_are_said():
    """By hand: W x = (x₁ - 0.25, ...) at x₂ = 0.5, U h = 1 at h = (0.5, -1)."""
    curves = of_module(MODULES["rnn_cell"])
    assert curves is not None
    assert "W, U = (1, -0.5; 0.5, 1)" in curves.words
    (_, f), (_, slope) = curves.rows
    assert math.isclose(f(0.7), math.tanh(0.7 - 0.25 + 1))
    assert math.isclose(slope(0.7), 1 - math.tanh(1.45) ** 2)
    curves = of_module(MODULES["swiglu"])
    assert curves is not None
    assert math.isclose(curves.rows[0][1](0.7), 0.45 * 0.45 / (1 + math.exp(-0.45)))
