"""Update equations as read: `left <- right` in the text notation, elementwise or of the parameter as a whole.

An exponent may be a name (`beta_1**t`), and `floor` rounds down. An elementwise equation is read once for parameters of
any shape. One with a matrix product, a transpose, a sum or a mean is read for a number of axes: `theta` and `gradient`
then have the sizes `n_1`, `n_2`, ..., which an equation may use as numbers, and every state array has the axes that its
own equation gives it: `rows <- beta * rows + (1 - beta) * mean(gradient**2, axis=1)` is a vector of n_1.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Expression
from deltarule.language.notation import Tensor, parse_expression

__all__ = ["GRADIENT", "PARAMETER", "elementwise", "read_equations", "read_tensors", "sizes_of"]

PARAMETER, GRADIENT = "theta", "gradient"
_WHOLE = {"sum", "mean", "dot", "outer", "diag", "trace", "norm2", "softmax", "log_softmax", "logsumexp"}
"""Functions of tensors that are not elementwise."""
_FUNCTIONS = ("power", "floor")
_ROUNDS = 4
"""A state array gets its axes from its equation; as many equations may stand between it and a parameter."""


def read_equations(texts: Sequence[str]) -> tuple[tuple[str, Expression], ...]:
    """`left <- right` as pairs, elementwise. Raises `DeltaruleError` for what is not in the notation."""
    return _read(tuple(texts))


def elementwise(texts: Sequence[str]) -> bool:
    """Whether no equation needs the parameter as a whole."""
    return _all_elementwise(tuple(texts))


def sizes_of(rank: int) -> tuple[str, ...]:
    """The names of the sizes of a parameter with so many axes."""
    return tuple(f"n_{k + 1}" for k in range(rank))


def read_tensors(texts: Sequence[str], rank: int) -> tuple[tuple[str, Tensor], ...]:
    """`left <- right` for a parameter with so many axes: what each right side is.

    Raises:
        DeltaruleError: not in the notation, axes that do not fit, or a parameter whose equation has other axes.
    """
    return _read_tensors(tuple(texts), rank)


@lru_cache(maxsize=256)
def _all_elementwise(texts: tuple[str, ...]) -> bool:
    return all(_elementwise(right) for _, right in map(_sides, texts))


@lru_cache(maxsize=256)
def _read(texts: tuple[str, ...]) -> tuple[tuple[str, Expression], ...]:
    pairs = []
    for text in texts:
        left, tree = _sides(text)
        scope = {name: Tensor.of(name) for name in _names(tree)}
        pairs.append((left, parse_expression(ast.unparse(tree), scope, _FUNCTIONS).expression))
    return tuple(pairs)


@lru_cache(maxsize=256)
def _read_tensors(texts: tuple[str, ...], rank: int) -> tuple[tuple[str, Tensor], ...]:
    sides = [_sides(text) for text in texts]
    whole = sizes_of(rank)
    fixed = {PARAMETER: whole, GRADIENT: whole}
    # What is read before it is made is kept from update to update: its axes are those that it is found to have.
    kept: dict[str, tuple[int | str, ...]] = {}
    known: dict[str, tuple[int | str, ...]] = {}
    found: list[tuple[str, Tensor]] = []
    for _ in range(_ROUNDS):
        known, found = {**fixed, **kept}, []
        for left, tree in sides:
            scope = {name: Tensor.of(name, *known.get(name, ())) for name in _names(tree)}
            value = parse_expression(ast.unparse(tree), scope, _FUNCTIONS)
            known[left] = value.sizes
            found.append((left, value))
        made = {left: known[left] for left, _ in sides if left not in fixed}
        if made == kept:
            break
        kept = made
    for left, sizes in fixed.items():
        if known[left] != sizes:
            raise DeltaruleError(f"`{left}` has {rank} axes, and its equation gives {len(known[left])}")
    return tuple(found)


def _sides(text: str) -> tuple[str, ast.Expression]:
    left, arrow, right = (part.strip() for part in text.partition("<-"))
    if not arrow or not left.isidentifier():
        raise DeltaruleError(f"`{text}` is no update equation; as in: theta <- theta - learning_rate * gradient")
    return left, _Powers().visit(ast.parse(right, mode="eval"))


def _names(tree: ast.AST) -> set[str]:
    """The names that stand for values."""
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called}


def _elementwise(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.MatMult()) | ast.Attribute(attr="T"):
                return False
            case ast.Call(func=ast.Name(id=name), args=arguments):
                if name in _WHOLE or (name in ("max", "min") and len(arguments) == 1):
                    return False
            case ast.Name(id=name) if name.startswith("n_") and name[2:].isdecimal():
                return False
    return True


class _Powers(ast.NodeTransformer):
    """`a**t` with a name in the exponent, for which the notation has no operator, as `power(a, t)`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant):
            called = ast.Call(ast.Name("power", ast.Load()), [node.left, node.right], [])
            return ast.fix_missing_locations(ast.copy_location(called, node))
        return node
