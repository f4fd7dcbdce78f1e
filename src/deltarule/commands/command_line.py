"""The table of commands, and the reading of a command line by it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from deltarule.language.errors import DeltaruleError, nearest

__all__ = ["COMMANDS", "full_parser", "parser_of", "read", "runner"]

COMMANDS: dict[str, str] = {
    "derive": "derive and prove every message of a network, step by step",
    "train": "train a network on a table",
    "predict": "what a trained model says of each row of a table",
    "evaluate": "how good a trained model is on a table",
    "emit": "a network's forward, backward and update as source code",
    "check": "judge every equality of a derivation that a person wrote",
    "gradcheck": "a network's derived gradients against central differences",
    "prove": "one equality, proved for all values and sizes or refuted at a point",
    "show": "one function, module, loss, optimiser, schedule or identity in full",
    "modules": "the modules, each with its equation",
    "functions": "the scalar functions, each with its definition and derivative",
    "losses": "the losses, each with its equation",
    "optimisers": "the optimisers, each with its update equations",
    "identities": "the identities that the algebra proves",
    "data": "the bundled data sets, or a look at a table",
    "tour": "derive, prove, train and explain a network on real data",
}
"""Each command is the module of its name in this folder, with EXAMPLES, `arguments(parser)` and `run(options)`."""

SHELLS = ("bash", "zsh", "tcsh")

_EXAMPLES = (
    ('deltarule derive "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"', "every message, with its proof"),
    ("deltarule train iris --epochs 50 -o flowers", "train on a bundled data set, keep the model"),
    ("deltarule predict flowers iris", "predictions as CSV"),
    ("deltarule show sigmoid", "one function in full"),
)


class Parser(argparse.ArgumentParser):
    """argparse whose errors are DeltaruleErrors that name what is nearest."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, exit_on_error=False, **more
        )

    def error(self, message: str) -> NoReturn:
        message = re.sub(r"^argument (\S+?)(?:/\S+)?: ", r"\1: ", message)
        message = message.replace("the following arguments are required: ", "something is missing: ")
        raise DeltaruleError(f"{message}\n{self._hint()}")

    def unknown(self, extra: Sequence[str]) -> NoReturn:
        """What was given beyond the arguments that there are."""
        options = [word for word in extra if word.startswith("-") and word != "-"]
        if options:
            word = options[0].partition("=")[0]
            known = [s for action in self._actions for s in action.option_strings]
            raise DeltaruleError(f"unknown option {word}{_nearest_option(word, known)}\n{self._hint()}")
        raise DeltaruleError(
            f"too many arguments: {extra[0]!r} has no place\n"
            f"remedy: put text that has spaces in it in quotation marks; {self._hint()}"
        )

    def _hint(self) -> str:
        return f"`{self.prog} --help` says more"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = [str(c) for c in action.choices]
            raise argparse.ArgumentError(
                action, f"{value!r} is no choice{nearest(str(value), known)}\nthere are {', '.join(known)}"
            )


def _nearest_option(word: str, known: Iterable[str]) -> str:
    return nearest(word, [k for k in known if k.startswith("--")])


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of one command line, `command` among them.

    Raises DeltaruleError for a call that is wrong; SystemExit(0) after --help and the like.
    """
    if arguments and arguments[0] in COMMANDS:
        name, rest = arguments[0], arguments[1:]
        return _parsed(parser_of(name), rest, argparse.Namespace(command=name))
    if arguments and not arguments[0].startswith("-"):
        raise DeltaruleError(
            f"unknown command {arguments[0]!r}{nearest(arguments[0], COMMANDS)}\nthere are {', '.join(COMMANDS)}"
        )
    parser = _outer()
    options = _parsed(parser, arguments, argparse.Namespace())
    if options.print_completion:
        import shtab

        print(shtab.complete(full_parser(), options.print_completion))
    else:
        parser.print_help()
    raise SystemExit(0)


def _parsed(parser: Parser, arguments: Sequence[str], into: argparse.Namespace) -> argparse.Namespace:
    try:
        options, extra = parser.parse_known_args(arguments, into)
    except argparse.ArgumentError as error:
        parser.error(str(error))
    if extra:
        parser.unknown(extra)
    return options


def runner(command: str) -> Callable[[argparse.Namespace], int]:
    """What carries out a command."""
    return import_module(f"deltarule.commands.{command}").run


def parser_of(command: str, parser: Parser | None = None) -> Parser:
    """The parser of one command."""
    module = import_module(f"deltarule.commands.{command}")
    if parser is None:
        words = COMMANDS[command]
        parser = Parser(
            prog=f"deltarule {command}", description=f"{words[0].upper()}{words[1:]}.", epilog=_epilog(module.EXAMPLES)
        )
    module.arguments(parser)
    return parser


def full_parser() -> Parser:
    """Every command in one parser, for shell completion."""
    parser = _outer()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, words in COMMANDS.items():
        parser_of(name, commands.add_parser(name, help=words, description=words))
    return parser


def _outer() -> Parser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {words}" for name, words in COMMANDS.items())
    parser = Parser(
        prog="deltarule",
        usage="deltarule COMMAND ... [--help]",
        description=f"Derives, proves, explains and runs backpropagation.\n\ncommands:\n{listed}",
        epilog=_epilog(_EXAMPLES),
    )
    from deltarule import __version__

    parser.add_argument("--version", action="version", version=f"deltarule {__version__}")
    parser.add_argument("--print-completion", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    return parser


def _epilog(examples: Iterable[tuple[str, str]]) -> str:
    return "examples:\n" + "\n".join(f"  {line}\n      {words}" for line, words in examples)
