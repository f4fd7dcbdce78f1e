"""The chain notation: `linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce`, read into links."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from deltarule.language.errors import NotationError, nearest
from deltarule.language.notation import is_name
from deltarule.language.source import Parsed, Piece, check_text, parsed, pieces
from deltarule.network.module import Given, Module, Option, OptionValue

__all__ = ["Link", "is_chain", "read_chain", "read_link"]

_EXAMPLE = "As in: linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"


@dataclass(frozen=True)
class Link:
    """One module of a chain with what stands in its parentheses."""

    module: Module
    piece: Piece
    sizes: tuple[Given, ...] = ()
    options: dict[str, OptionValue] = field(default_factory=dict)
    """Only what was given."""

    def __str__(self) -> str:
        values = self.module.values({})
        given = [f"{name}={_shown(v)}" for name, v in self.options.items() if v != values[name]]
        inside = ", ".join([*map(str, self.sizes), *given])
        return f"{self.module.name}({inside})" if inside else self.module.name


def _shown(value: OptionValue) -> str:
    if isinstance(value, Fraction):
        return str(value) if value.denominator == 1 else repr(float(value)) if _decimal(value) else str(value)
    return repr(value)


def _decimal(value: Fraction) -> bool:
    return Fraction(repr(float(value))) == value


def is_chain(text: str) -> bool:
    """Whether a text is a chain (no `=` outside brackets) rather than equations."""
    text = check_text(text, "network")
    return len(list(pieces(Piece(text, 0, len(text)), r"(?<![=<>!])=(?!=)"))) == 1


def read_chain(text: str, modules: Mapping[str, Module]) -> list[Link]:
    """The links of a chain. Raises NotationError at the place of an unknown module, a missing or a wrong argument."""
    text = check_text(text, "network")
    parts = list(pieces(Piece(text, 0, len(text)), "->"))
    if not any(map(str, parts)):
        raise NotationError("there is no network here", remedy=_EXAMPLE)
    links = []
    for part in parts:
        if not str(part):
            raise part.error("a module is missing here", _EXAMPLE, min(part.start, max(len(text) - 1, 0)))
        links.append(read_link(part, modules))
    for link in links[:-1]:
        if link.module.loss:
            raise link.piece.error(f"`{link.module.name}` is a loss, and a loss stands last in the chain")
    return links


def read_link(piece: Piece, modules: Mapping[str, Module]) -> Link:
    """One module with its sizes and options."""
    source = parsed(piece)
    match source.tree:
        case ast.Name(id=name):
            arguments, keywords, bare = [], [], True
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
            bare = False
        case _:
            raise piece.error(
                f"`{_cut(str(piece))}` is not a module",
                f"{_EXAMPLE}. Equations have a name on the left: y = w @ x + b.",
            )
    module = modules.get(name)
    if module is None:
        raise piece.error(f"unknown module `{name}`{nearest(name, modules)}", "`deltarule modules` lists them.")
    del bare
    module = module.taking(len(arguments))
    if len(arguments) != len(module.size_arguments) and (arguments or keywords or len(module.size_arguments)):
        missing = len(arguments) < len(module.size_arguments)
        alone = not arguments and str(piece) == piece.text.strip()
        if not (missing and alone):
            raise piece.error(_count(module, len(arguments)), f"As in: {_usage(module)}")
    named = zip(arguments, module.size_arguments, strict=False)
    sizes = tuple(_size(source, node, name, argument in module.pairs) for node, argument in named)
    sizes = sizes or module.size_arguments
    return Link(module, piece, sizes, _options(source, module, keywords))


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _usage(module: Module) -> str:
    example = {"n": "2", "m": "1"}
    return (
        f"{module.name}({', '.join(example.get(a, a) for a in module.size_arguments)})"
        if module.size_arguments
        else module.name
    )


def _count(module: Module, given: int) -> str:
    if not module.size_arguments:
        return f"`{module.name}` takes no sizes: it takes what comes in"
    return f"`{module.name}` takes {len(module.size_arguments)} sizes ({', '.join(module.size_arguments)}), not {given}"


def _size(source: Parsed, node: ast.expr, name: str, pair: bool) -> Given:
    match node:
        case ast.Tuple(elts=[rows, columns]) if pair:
            found = _size(source, rows, name, False), _size(source, columns, name, False)
            if isinstance(found[0], int) and isinstance(found[1], int):
                return found[0], found[1]
        case ast.Constant(value=int(value)) if not isinstance(value, bool) and 0 < value < 10**9:
            return value
        case ast.Name(id=size) if is_name(size):
            return size
    raise source.error(
        node,
        f"`{source.text(node)}` is not a size of `{name}`",
        f"A size is a whole number above 0, or a name such as n{', or a pair such as (3, 5)' if pair else ''}.",
    )


def _options(source: Parsed, module: Module, keywords: list[ast.keyword]) -> dict[str, OptionValue]:
    known = {option.name: option for option in module.options}
    out: dict[str, OptionValue] = {}
    for keyword in keywords:
        option = known.get(keyword.arg or "")
        if option is None:
            listed = f"It has {', '.join(known)}." if known else "It has no options."
            raise source.error(
                keyword, f"`{module.name}` has no option `{keyword.arg}`{nearest(keyword.arg or '', known)}", listed
            )
        out[option.name] = _option_value(source, option, keyword.value)
    return out


def _option_value(source: Parsed, option: Option, node: ast.expr) -> OptionValue:
    match node:
        case ast.Tuple(elts=[rows, columns]) if option.pair:
            found = _option_value(source, option, rows), _option_value(source, option, columns)
            if all(isinstance(n, Fraction) and n.denominator == 1 for n in found):
                return int(found[0]), int(found[1])  # type: ignore[arg-type]
    value: object = None
    match node:
        case ast.Constant(value=bool(value) | str(value)):
            pass
        case ast.Name(id=str(value)):
            pass
        case ast.Constant(value=int() | float()):
            value = Fraction(source.text(node).replace("_", ""))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
            value = -Fraction(source.text(operand).replace("_", ""))
    if not option.choices and isinstance(value, Fraction) and abs(value) < 10**9 and value.denominator < 10**30:
        low, high = option.interval or (value, value + 1)
        if low <= value < high:
            return value
    for choice, _ in option.choices:
        if choice == value and type(choice) is type(value):
            return choice
    allowed = " or ".join(str(choice) for choice, _ in option.choices) or "a number"
    if option.interval is not None:
        allowed += f" from {_shown(option.interval[0])}, below {_shown(option.interval[1])}"
    if option.pair:
        allowed += ", or a pair of them as in (1, 2)"
    raise source.error(node, f"`{option.name}` is {allowed}, not `{_cut(source.text(node))}`")
