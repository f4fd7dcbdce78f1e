"""The text notation: Python syntax, read from `ast` into tensors by an allow-list. Nothing is ever evaluated.

>>> from deltarule.language.tensor import Tensor
>>> parse_expression("w @ x + 0.5", {"w": Tensor.of("w", "n"), "x": Tensor.of("x", "n")}).expression
(sum_~1(w[~1]*x[~1]) + 1/2)
>>> [e.left for e in parse_equations("s = w @ x + b; y = sigmoid(s)", "w: n, x: n").equations]
[s, y]
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from deltarule.language.equation import Equation
from deltarule.language.errors import NotationError, ShapeError, nearest
from deltarule.language.expression import Axis, Symbol, rename
from deltarule.language.functions import FUNCTIONS
from deltarule.language.source import Parsed, Piece, check_text, parsed, pieces
from deltarule.language.tensor import Condition, Tensor, bounded
from deltarule.language.tensor_functions import TENSOR_FUNCTIONS, call, constant, identity

__all__ = [
    "FUNCTION",
    "Equations",
    "Reader",
    "Tensor",
    "axis_names",
    "equation",
    "parse_equations",
    "parse_expression",
    "parse_shapes",
    "statement",
    "value_names",
]

FUNCTION = "function"
"""The word in shapes that declares a function that is only named: `g: function`."""
PI = "pi"
"""The name of the number π: it is no value that an equation or a shape can give."""
_BUILDERS = {"ones", "zeros", "eye"}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
_NAME = re.compile(r"[^\W\d_]\w*")


# Expressions ---------------------------------------------------------------------------------------------------


class Reader:
    """One expression, read against a scope. `modules` reads the calls that are no functions."""

    def __init__(
        self,
        source: Parsed,
        scope: Mapping[str, Tensor],
        functions: Collection[str] = (),
        *,
        relabel: bool = True,
        modules: Callable[[Reader, ast.Call], Tensor | None] | None = None,
    ) -> None:
        self.source, self.scope, self.functions, self.relabel = source, scope, functions, relabel
        self.modules = modules

    def read(self, node: ast.expr) -> Tensor:
        value = self._value(node)
        if isinstance(value, Condition):
            raise self.source.error(node, "a comparison stands only in where(condition, a, b)")
        return self._named(value, node)

    def _named(self, value: Tensor, node: ast.AST) -> Tensor:
        return value.named(self.source.text(node)) if self.relabel else value

    def _value(self, node: ast.expr) -> Tensor | Condition:
        match node:
            case ast.Constant(value=value):
                return self._number(node, value)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.read(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp():
                return self._operation(node)
            case ast.Attribute(value=value, attr="T"):
                return self.read(value).T
            case ast.Call() if self.modules is not None and (found := self.modules(self, node)) is not None:
                return found
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self._call(node, name, arguments, keywords)
            case ast.Compare(left=left, ops=[operation], comparators=[right]):
                return self._comparison(node, left, operation, right)
            case ast.Compare():
                raise self.source.error(node, "a comparison has two sides")
        raise self.source.error(node, f"`{self._short(node)}` is not part of the notation", self._remedy(node))

    def _short(self, node: ast.expr) -> str:
        text = self.source.text(node)
        return text if len(text) <= 40 else text[:37] + "..."

    def _remedy(self, node: ast.expr) -> str:
        match node:
            case ast.BinOp(op=ast.BitXor()):
                return "A power is written x**2."
            case ast.BoolOp() | ast.IfExp():
                return "For cases write where(u > v, a, b)."
            case ast.Subscript():
                return "Tensors are written whole: `W @ x`, `x * y`, `sum(x, axis=0)`."
        return "It has numbers, names, + - * / ** @, .T and function calls."

    def _number(self, node: ast.expr, value: object) -> Tensor:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.source.error(node, f"`{self._short(node)}` is not a number of the notation")
        text = self.source.text(node).replace("_", "")
        if isinstance(value, float):
            exponent = re.search(r"[eE]([+-]?\d+)$", text)
            if len(text) > 400 or (exponent and abs(int(exponent.group(1))) > 400):
                raise self.source.error(node, "a number lies between 1e-400 and 1e400")
            return Tensor.value(Fraction(text))
        return self._located(node, lambda: bounded(Tensor.value(value)))

    def _name(self, node: ast.expr, name: str) -> Tensor:
        if name in self.scope:
            return self.scope[name].again()
        if name == PI:
            return Tensor(Symbol(PI), (), PI)
        if name in FUNCTIONS or name in TENSOR_FUNCTIONS or name in self.functions:
            raise self.source.error(node, f"`{name}` is a function: it needs arguments", f"Write {name}(...).")
        raise self.source.error(
            node, f"unknown name `{name}`{nearest(name, self.scope)}", f"Known here: {', '.join(sorted(self.scope))}."
        )

    def _located(self, node: ast.AST, compute):  # type: ignore[no-untyped-def]
        """An error of an operation, told with the place in the text."""
        try:
            return compute()
        except NotationError as error:
            if error.position is not None:
                raise
            kind = ShapeError if isinstance(error, ShapeError) else NotationError
            raise kind(error.message, self.source.piece.text, self.source.start(node), error.remedy) from None

    def _operation(self, node: ast.BinOp) -> Tensor:
        spine: list[ast.BinOp] = []  # a long sum is a deep tree on its left: it is walked, not recursed into
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        value = self.read(left)
        for step in reversed(spine):
            right = self.read(step.right)
            if type(step.op) not in _OPERATORS:
                raise self.source.error(step, f"`{self._short(step)}` is not part of the notation", self._remedy(step))
            value = self._located(step.right, lambda a=value, b=right, op=step.op: _operate(op, a, b))
            value = self._named(value, step)
        return value

    def _comparison(self, node: ast.expr, left: ast.expr, operation: ast.cmpop, right: ast.expr) -> Condition:
        a, b = self.read(left), self.read(right)
        match operation:
            case ast.Gt():
                return self._located(node, lambda: a > b)
            case ast.GtE():
                return self._located(node, lambda: a >= b)
            case ast.Lt():
                return self._located(node, lambda: a < b)
            case ast.LtE():
                return self._located(node, lambda: a <= b)
        raise self.source.error(node, "a comparison is one of > >= < <=")

    def _call(self, node: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Tensor:
        if name in _BUILDERS:
            return self._build(node, name, arguments, keywords)
        axis: int | None = None
        for keyword_ in keywords:
            if keyword_.arg != "axis":
                raise self.source.error(keyword_, f"`{name}` has no argument `{keyword_.arg}`")
            axis = self._whole(keyword_.value)
        values = [self._argument(a) for a in arguments]
        return self._located(node, lambda: call(name, *values, axis=axis, abstract=self.functions))

    def _argument(self, node: ast.expr) -> Tensor | Condition | tuple[int, ...]:
        match node:
            case ast.Compare():
                return self._value(node)
            case ast.Tuple(elts=[_, *_] as parts):  # a number for each axis of a window
                return tuple(self._whole(part) for part in parts)
        return self.read(node)

    def _whole(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
        raise self.source.error(node, "a whole number is needed here")

    def _build(self, node: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Tensor:
        sizes: list[int | str] = []
        for argument in arguments:
            match argument:
                case ast.Constant(value=int(value)) if not isinstance(value, bool) and value > 0:
                    sizes.append(value)
                case ast.Name(id=size):
                    sizes.append(size)
                case _:
                    raise self.source.error(argument, f"`{name}` takes sizes: numbers or names such as n")
        if keywords or not sizes or (name == "eye" and len(sizes) != 1):
            raise self.source.error(node, f"`{name}` takes {'one size' if name == 'eye' else 'sizes'}")
        return identity(sizes[0]) if name == "eye" else constant(int(name == "ones"), *sizes)


def _operate(operation: ast.operator, a: Tensor, b: Tensor) -> Tensor:
    match operation:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case ast.MatMult():
            return a @ b
    return a**b


def parse_expression(
    text: str | Piece, scope: Mapping[str, Tensor], functions: Collection[str] = (), *, relabel: bool = True
) -> Tensor:
    """Read one expression; every name stands in `scope`, and `functions` are functions that are only named.

    The result is known by the text that was read; without `relabel`, by the texts of the scope's tensors put in.

    Raises NotationError (with the place) for what is not in the notation, ShapeError for axes that do not fit.
    """
    if isinstance(text, str):
        blank = check_text(text)
        text = Piece(blank, 0, len(blank)).part(0, len(blank))
    source = parsed(text)
    return Reader(source, scope, functions, relabel=relabel).read(source.tree)


# Shapes --------------------------------------------------------------------------------------------------------


def parse_shapes(text: str) -> dict[str, tuple[int | str, ...]]:
    """`"w: n, W: h n, b:"` as sizes by name; a literal size 1 makes no axis; `g: function` gives `("function",)`.

    >>> parse_shapes("w: n, A: n n, b:, c: 3 1")
    {'w': ('n',), 'A': ('n', 'n'), 'b': (), 'c': (3,)}
    """
    text = check_text(text, "text of the shapes")
    shapes: dict[str, tuple[int | str, ...]] = {}
    for piece in pieces(Piece(text, 0, len(text)), r"[,;\n]"):
        if not str(piece):
            continue
        name, colon, sizes = str(piece).partition(":")
        name = name.strip()
        if not colon or not is_name(name):
            raise piece.error("a shape is a name, a colon and its sizes", 'As in "w: n, x: n, W: h n, b:".')
        if name in shapes:
            raise piece.error(f"the shape of `{name}` is given twice")
        if name == PI:
            raise piece.error("`pi` is the number π: it has no shape", "Choose another name.")
        shapes[name] = tuple(size for size in map(lambda w: _size(w, piece), sizes.split()) if size != 1)
    return shapes


def _size(word: str, piece: Piece) -> int | str:
    if word.isdecimal() and len(word) <= 18 and int(word) > 0:
        return int(word)
    if is_name(word):
        return word
    raise piece.error(f"`{word}` is not a size", "A size is a positive number or a name such as n.")


def is_name(word: str) -> bool:
    """Whether a word can name a value: an identifier that is no word of Python and begins with a letter."""
    return word.isidentifier() and not keyword.iskeyword(word) and _NAME.fullmatch(word) is not None


# Equations -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equations:
    """What a text of equations says."""

    text: str
    """The equations, one after another, joined by `; `."""
    equations: tuple[Equation, ...]
    sizes: dict[str, tuple[int | str, ...]]
    """The sizes of every name, those that are given first."""
    free: tuple[str, ...]
    """The names that no equation defines, in order of appearance; size symbols used as values are not among them."""
    size_values: tuple[str, ...] = ()
    """Size symbols that are used as numbers, as in `sum(x) / n`."""
    functions: tuple[str, ...] = ()
    """Functions that are only named."""
    places: dict[str, int] = field(default_factory=dict)
    """Where each name first stands in the text that was read."""


def axis_names(taken: Collection[str]) -> Iterator[str]:
    """Names for axes, as textbooks choose them (i, j, k, ...), without those taken."""
    for letter in "ijklpqruvst":
        if letter not in taken:
            yield letter
    number = 1
    while True:
        if f"i_{number}" not in taken:
            yield f"i_{number}"
        number += 1


def equation(name: str, value: Tensor, taken: Collection[str] = (), module: str = "") -> Equation:
    """`name[i, j] = value`, the axes of the tensor renamed to i, j, ... (those not in `taken`)."""
    axes = tuple(Axis(letter, axis.size) for letter, axis in zip(axis_names(taken), value.axes, strict=False))
    return Equation(Symbol(name, axes), rename(value.expression, dict(zip(value.axes, axes, strict=True))), module)


def parse_equations(text: str, shapes: str | Mapping[str, tuple[int | str, ...]] | None = None) -> Equations:
    """Equations separated by `;` or new lines; later ones use earlier ones; a name without a shape is a scalar.

    Raises NotationError or ShapeError with the place and what would be right.
    """
    given = parse_shapes(shapes) if isinstance(shapes, str) else dict(shapes or {})
    functions = tuple(name for name, sizes in given.items() if sizes == (FUNCTION,))
    given = {name: sizes for name, sizes in given.items() if name not in functions}
    size_names = {size for sizes in given.values() for size in sizes if isinstance(size, str)}
    text = check_text(text)
    statements = [p for p in pieces(Piece(text, 0, len(text)), r"[;\n]") if str(p)]
    if not statements:
        raise NotationError("there is no equation here", remedy="As in: s = w @ x + b; y = sigmoid(s)")
    lefts = [statement(part) for part in statements]
    defined = {name: left.start for name, left, _ in reversed(lefts)}
    for name, place in defined.items():
        if name in size_names:
            raise NotationError(f"`{name}` is the size of an axis and cannot be defined", text, place)

    scope: dict[str, Tensor] = {}
    free: list[str] = []
    size_values: list[str] = []
    places: dict[str, int] = {}
    read: list[tuple[str, Tensor]] = []
    for name, left, right in lefts:
        source = parsed(right)
        for node in value_names(source.tree):
            used = node.id
            if used in scope or used in FUNCTIONS or used in TENSOR_FUNCTIONS or used in functions or used == PI:
                continue
            if used in defined:
                raise source.error(
                    node, f"`{used}` is used before it is defined", "An equation uses the ones before it."
                )
            if not is_name(used):
                raise source.error(node, f"`{used}` cannot be a name", "A name begins with a letter.")
            places[used] = source.start(node)
            if used in size_names and used not in given:
                size_values.append(used)
            else:
                free.append(used)
            scope[used] = Tensor.of(used, *given.get(used, ()))
        if name in scope:
            raise left.error(f"`{name}` already has a value", "Give each value a name of its own.")
        value = Reader(source, scope, functions).read(source.tree)
        if name in given and given[name] != value.sizes:
            raise ShapeError(
                f"`{name}` has the axes [{', '.join(map(str, given[name]))}] in the shapes, "
                f"but its equation gives [{', '.join(map(str, value.sizes))}]",
                text,
                left.start,
            )
        scope[name] = Tensor.of(name, *value.sizes)
        places.setdefault(name, left.start)
        read.append((name, value))
    for name in given:
        if name not in scope:
            raise NotationError(f"the shapes name `{name}`, which no equation uses{nearest(name, scope)}")
    taken = {*scope, *size_names, *(s for _, value in read for s in value.sizes if isinstance(s, str))}
    return Equations(
        "; ".join(" ".join(str(part).split()) for part in statements),
        tuple(equation(name, value, taken) for name, value in read),
        {name: tensor.sizes for name, tensor in scope.items() if name not in size_values},
        tuple(free),
        tuple(size_values),
        functions,
        places,
    )


def statement(piece: Piece) -> tuple[str, Piece, Piece]:
    """The name, the left and the right of `name = expression`."""
    sides = list(pieces(piece, r"(?<![=<>!])=(?!=)"))
    if len(sides) != 2:
        message = "an equation has one `=`" if len(sides) > 2 else "an equation is missing its `=`"
        raise piece.error(message, "As in: s = w @ x + b; y = sigmoid(s)")
    left, right = sides
    name = str(left)
    if not is_name(name):
        raise piece.error(
            f"`{name}` cannot stand on the left", "The left side is one name that begins with a letter, such as y."
        )
    if name in FUNCTIONS or name in TENSOR_FUNCTIONS or name in _BUILDERS:
        raise piece.error(f"`{name}` is a function and cannot be defined again")
    if name == PI:
        raise piece.error("`pi` is the number π and cannot be defined again")
    if name.startswith("delta_"):
        raise piece.error("names that begin with `delta_` are those of the error signals", "Choose another name.")
    if not str(right):
        raise piece.error(f"the right side of `{name}` is missing", position=left.end)
    return name, left, right


def value_names(tree: ast.expr) -> list[ast.Name]:
    """The names that stand for values, in order: not the functions of calls, not the sizes of ones(n)."""
    out: list[ast.Name] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        match node:
            case ast.Name():
                out.append(node)
            case ast.Call(func=ast.Call(), args=arguments):  # a module with its sizes: they are no values
                stack += arguments[::-1]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                stack += [] if name in _BUILDERS else [k.value for k in reversed(keywords)] + arguments[::-1]
            case _:
                stack += reversed([c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)])
    return out
