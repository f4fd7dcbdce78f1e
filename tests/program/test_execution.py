"""No text of a user reaches the interpreter: names are checked, and the tree of the source is, node by node."""

from __future__ import annotations

import pytest

from deltarule.language.arithmetic import multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Axis, Symbol
from deltarule.program.execution import UnsafeSource, functions_of
from deltarule.program.numpy_module import module_source
from deltarule.program.spec import ProgramSpec

HOSTILE_SOURCES = [
    "import os",
    "from os import system",
    "import numpy",
    "print(1)",
    "def f(x):\n    import os",
    "def f(x):\n    return x.__class__",
    "def f(x):\n    return np.load(x)",
    "def f(x):\n    return np.__dict__",
    "def f(x):\n    return open(x)",
    "def f(x):\n    return eval(x)",
    "def f(x):\n    return __import__",
    "def f(x):\n    return (lambda: x)()",
    "def f(x):\n    return [y for y in x]",
    "def f(x):\n    np = x\n    return np.exp(1)",
    "def f(x):\n    return f'{x}'",
    "def f(x):\n    global y",
    "class A: pass",
    "x = 1",
]


@pytest.mark.parametrize("source", HOSTILE_SOURCES)
def test_source_that_the_printer_does_not_write_is_not_compiled(source: str) -> None:
    with pytest.raises(UnsafeSource):
        functions_of(source)


def spec(parameter: str = "w", made: str = "z", title: str = "a network", size: str = "n") -> ProgramSpec:
    s, k = Axis("s", "m"), Axis("k", size)
    z = Equation(Symbol(made, (s,)), multiply(Symbol(parameter, (k,)), Symbol("x", (s, k)), bound=[k]))
    declarations = {
        "x": Declaration("x", ("m", size), "input"),
        parameter: Declaration(parameter, (size,), "parameter"),
        made: Declaration(made, ("m",), "activity"),
    }
    return ProgramSpec(title, declarations, (z,), made)


@pytest.mark.parametrize("name", ["w]; import os; [", "w\n", "__import__('os')", "w b", "lambda", "w#", '"'])
def test_a_hostile_name_is_refused_before_there_is_source(name: str) -> None:
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        module_source(spec(parameter=name))
    with pytest.raises(DeltaruleError, match="cannot be a name"):
        module_source(spec(made=name))


@pytest.mark.parametrize("title", ['"""\nimport os\n"""', "\\", '\\"""', "a\nb", "a\u2028import os", 'ends in "'])
def test_the_title_stays_inside_the_docstring(title: str) -> None:
    assert set(functions_of(module_source(spec(title=title)))) == {"forward"}


@pytest.mark.parametrize("name", ["parameters", "step", "len", "sigmoid", "loss", "forward", "learning_rate", "np"])
def test_a_name_of_the_module_itself_gets_an_underscore(name: str) -> None:
    import numpy as np

    forward = functions_of(module_source(spec(parameter=name, made="z")))["forward"]
    X = np.ones((2, 3))
    np.testing.assert_array_equal(forward({name: np.arange(3.0)}, X), [3.0, 3.0])
