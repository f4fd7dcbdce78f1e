"""`deltarule emit NETWORK --to numpy`: the program that the derived equations make, as source."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from deltarule.commands.network_argument import add_network, network_of
from deltarule.commands.printing import add_output, deliver
from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.program import Program
    from deltarule.program.update_step import StepBy
    from deltarule.training.optimisers import Optimiser

EXAMPLES = (
    ('deltarule emit "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"', "a NumPy module, readable"),
    ('deltarule emit "linear(30, 64) -> tanh -> linear(64, 1) -> sigmoid -> bce" --policy memory -o network.py',
     "the form that saves the fewest arrays, into a file"),
    ('deltarule emit "linear(30, 1) -> sigmoid -> bce" --optimiser adam', "with the update equations of adam"),
    ('deltarule emit "linear(30, 16) -> relu -> linear(16, 1) -> sigmoid -> bce" --to native --dtype float32',
     "the vector code that the native engine runs, each equation beside it"),
)  # fmt: skip

TARGETS = ("numpy", "native")
LATER = ("torch", "jax", "c", "onnx")


def arguments(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    parser.add_argument("--to", metavar="TARGET", default="numpy", help=f"one of {', '.join(TARGETS)} (default: numpy)")
    parser.add_argument(
        "--policy",
        choices=("accuracy", "memory", "plain"),
        default="accuracy",
        help="most exact, fewest saved arrays, or as in a textbook (default: accuracy)",
    )
    parser.add_argument(
        "--optimiser", metavar="NAME", default="sgd", help="what the update is, as in adam (default: sgd)"
    )
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64", help="default: float64")
    parser.add_argument(
        "--batch-size", metavar="N", type=_rows, default=32, help="of the code that --to native writes (default: 32)"
    )
    add_output(parser)


def _rows(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows, from 1 to 1,000,000")
    return int(text)


def run(options: argparse.Namespace) -> int:
    if options.to not in TARGETS:
        there = f"there is {', '.join(TARGETS)}"
        if options.to in LATER:
            raise DeltaruleError(f"--to {options.to} is not there yet; {there}")
        raise DeltaruleError(f"--to {options.to}: no such target{nearest(options.to, (*TARGETS, *LATER))}; {there}")
    program = network_of(options).compile(policy=options.policy, dtype=options.dtype)
    if options.to == "native":
        source = _native(options.optimiser, program, options.batch_size)
    else:
        source = program.source if options.optimiser == "sgd" else _by(options.optimiser, program)
    deliver(source if source.endswith("\n") else source + "\n", options.output)
    return 0


def _native(name: str, program: Program, batch: int) -> str:
    """LLVM's notation of what trains by an optimiser, or predicts where there is no loss."""
    from deltarule.program.native.listing import listing
    from deltarule.program.native.lowering import Rule
    from deltarule.program.native.processor import UnknownProcessor
    from deltarule.program.update import update
    from deltarule.training.optimisers import optimiser

    row = _by_parameter(optimiser(name))
    decaying = program.weights
    rules: dict[str, Rule] = {}
    for p in program.spec.gradients:
        shape = program.parameters[p]
        equations = row.equations_for([1 if isinstance(size, str) else size for size in shape])
        equations = (*row.decays, *equations) if p in decaying else equations
        rules[p] = Rule((), equations, update(equations, rank=len(shape)).state)
    try:
        return listing(program.spec, program.dtype, batch, rules)
    except UnknownProcessor as error:
        raise DeltaruleError(f"no native code here: {error}\nremedy: --to numpy") from error


def _by(name: str, program: Program) -> str:
    """The module whose `step` is that of an optimiser."""
    from deltarule.program.numpy_module import module_source

    if program.spec.loss is None or not program.spec.gradients:
        raise DeltaruleError("the network has no loss to train with, so no update: end it with one, such as `-> bce`")
    return module_source(program.spec, step_by(name, program))


def step_by(name: str, program: Program) -> StepBy:
    """An optimiser's equations and numbers for the parameters of a program."""
    from deltarule.program.update import update
    from deltarule.program.update_step import StepBy
    from deltarule.training.optimisers import optimiser, option_values

    row = _by_parameter(optimiser(name))
    options = option_values(row, None)
    numbers = {**options, "weight_decay": row.weight_decay}
    initial = {state: float(options.get(start, start)) for state, start in row.state.items()}
    own = {}
    for p, shape in program.parameters.items():
        equations = row.equations_for([1 if isinstance(size, str) else size for size in shape])
        own[p] = update((*row.decays, *equations), rank=len(shape))
    return StepBy(name, update(row.all_equations), numbers, initial, program.weights, own)


def _by_parameter(row: Optimiser) -> Optimiser:
    if row.whole:
        raise DeltaruleError(f"{row.name} searches its step with many losses: there is no `step` of it to emit")
    return row
