"""Σ, max and the functions known by name, each with its scripts and with what it is applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.reading.atoms import ATOMS
from deltarule.reading.tree import Big, Call, Factors, Group, Name, Scripted, Terms, Tree

if TYPE_CHECKING:
    from deltarule.reading.grammar import Parser

__all__ = ["big", "function"]

WIDE = {"sum", "prod", "int", "lim", "cup", "cap", "oplus"}
"""Signs whose body is the rest of the term."""


def big(parser: Parser, kind: str, end: int) -> Tree:
    """A sign with its range, and its body."""
    token = parser.tokens[parser.pos]
    parser.pos += 1
    name = Name(token.text, start=token.start, end=token.end)
    scripted = parser.scripts(name, end)
    if isinstance(scripted, Scripted) and scripted.primes:
        raise parser.fail("a prime on a sum", parser.pos - 1)
    index, upper = (scripted.sub, scripted.sup) if isinstance(scripted, Scripted) else (None, None)
    parser.skip_spaces(end)
    if kind not in WIDE and parser.kind(parser.pos, end) == "open":
        body = parser.group_with_scripts(end)
    elif parser.begins_factor(end) or parser.sign_ahead(end) or parser.kind(parser.pos, end) == "bar":
        body = parser.term(end)
    else:
        raise parser.fail(f"a {token.text} of nothing", parser.pos - 1)
    return Big(kind, index, upper, body, start=token.start, end=body.end)


def function(parser: Parser, end: int) -> Tree:
    """A function known by name, with scripts and argument."""
    token = parser.tokens[parser.pos]
    name = Name(token.text, start=token.start, end=token.end)
    if token.text in ("max", "min", "argmax", "argmin") and parser.kind(parser.pos + 1, end) == "_":
        after = parser.after_atom(parser.pos + 2, end)
        if after is not None and parser.kind(after, end) in ATOMS:
            return big(parser, token.text, end)
    parser.pos += 1
    function = parser.scripts(name, end)
    assert isinstance(function, Name | Scripted)
    mark = parser.pos
    parser.skip_spaces(end)
    match parser.kind(parser.pos, end):
        case "open" | "bar" if parser.kind(parser.pos, end) == "open" or parser.kind(parser.pos + 1, end) != "_":
            argument = parser.group_with_scripts(end)
        case "function" | "big" | "nabla" | "begin":
            argument = parser.factor(end)
        case _:
            argument = run(parser, end, logarithm=name.letter in ("log", "ln"))
    if argument is None:
        parser.pos = mark
        return function
    return Call(function, argument, start=token.start, end=argument.end)


def run(parser: Parser, end: int, *, logarithm: bool = False) -> Tree | None:
    """The argument of a function without parentheses: juxtaposed simple factors, to the first fraction or group; of a
    logarithm, to the last of the powers in `\\log f(x)^y (1 - f(x))^{1-y}`."""
    items: list[tuple[str, Tree]] = []
    while parser.kind(parser.pos, end) in ("name", "number", "{", "accent", "style", "sqrt", "frac", "partial", "dots",
                                         "brace", "physics", "fence", "open"):  # fmt: skip
        kind = parser.kind(parser.pos, end)
        if kind == "open":
            items.append(("", parser.group_with_scripts(end)))
            if logarithm and _is_power(items[-1][1]):
                items += _powers(parser, end)
            break
        tree = parser.factor(end)
        items.append(("", tree))
        if kind in ("frac", "physics") or isinstance(tree, Big):
            break
    if not items:
        return None
    if len(items) == 1:
        return items[0][1]
    return Factors(tuple(items), start=items[0][1].start, end=items[-1][1].end)


def _powers(parser: Parser, end: int) -> list[tuple[str, Tree]]:
    """The groups with powers that stand right behind."""
    out: list[tuple[str, Tree]] = []
    while True:
        mark = parser.pos
        parser.skip_spaces(end)
        group = parser.group_with_scripts(end) if parser.kind(parser.pos, end) == "open" else None
        if group is None or not _is_power(group):
            parser.pos = mark
            return out
        out.append(("", group))


def _is_power(tree: Tree) -> bool:
    """Whether it has a power with a letter, which is no sign of a transpose."""
    match tree:
        case Scripted(base=Group(), sub=None, sup=Name(letter=letter, style=""), primes=0):
            return len(letter) == 1 and letter.islower()
        case Scripted(base=Group(), sub=None, sup=Scripted() | Terms(), primes=0):
            return True
        case _:
            return False
