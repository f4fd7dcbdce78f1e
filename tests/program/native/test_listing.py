"""`deltarule emit NETWORK --to native`: the schedule, and LLVM's notation with each equation above its code."""

from __future__ import annotations

import re

import llvmlite.binding as llvm
import pytest

from deltarule.commands import main
from deltarule.program.native.compiler import assembly  # noqa: F401  LLVM is set up by it

TEXT = "linear(3, 4) -> tanh -> linear(4, 3) -> softmax -> cross_entropy"


def emitted(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["emit", *arguments, "--to", "native"]) == 0
    return capsys.readouterr().out


def test_each_equation_stands_above_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    text = emitted(capsys, TEXT, "--optimiser", "adam", "--dtype", "float32", "--batch-size", "8")
    schedule, code = text.split("define", 1)
    for equation in (
        "h₁[i,j] = tanh(a₁[i,j])",
        "δ_h₁[i,j] = Σ_k δ_z[i,k] W₂[k,j]",
        "δ_W₁[i,j] = Σ_k δ_a₁[k,i] x[k,j]",
        "v ← beta_2 * v + (1 - beta_2) * gradient**2    [W_1]",
    ):
        assert schedule.count(equation) == 1
        (place,) = (m.end() for m in re.finditer(re.escape(f"; {equation}"), code))
        assert "fma" in code[place:] or "fmul" in code[place:]
    assert "float32, 8 rows a batch" in schedule
    llvm.parse_assembly(text).verify()


def test_a_network_without_a_loss_predicts(capsys: pytest.CaptureFixture[str]) -> None:
    text = emitted(capsys, "linear(3, 2) -> softmax")
    llvm.parse_assembly(text).verify()
    assert "exp(" in text.split("define")[0]
    assert "learning_rate" not in text


def test_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emit", TEXT, "--to", "native", "--batch-size", "none"]) == 2
    assert "'none' is no number of rows" in capsys.readouterr().err
    assert main(["emit", "linear(n, 1) -> squared_error", "--to", "native"]) == 2
    assert "the size `n` has no number" in capsys.readouterr().err
