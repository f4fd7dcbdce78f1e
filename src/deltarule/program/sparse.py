"""Whether a program can take its input as a sparse matrix: where it does nothing with it but multiply it by matrices.

`X @ W.T` and `delta.T @ X` are then products of SciPy's, whose cost is that of the values that are not zero.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["only_multiplied"]


def only_multiplied(source: str, name: str) -> bool:
    """Whether generated source uses a name in products `@`, and to ask for its shape, only.

    >>> only_multiplied("def f(x, w): return x @ w + x.shape[0]", "x")
    True
    >>> only_multiplied("def f(x, w): return x * w", "x")
    False
    """
    return all(_harmless(parents) for parents in _uses(ast.parse(source), name, ()))


def _uses(node: ast.AST, name: str, parents: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, ...]]:
    """What stands around each use of a name as a value, from the inside out."""
    if isinstance(node, ast.Name) and node.id == name:
        yield parents
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, name, (node, *parents))


def _harmless(parents: tuple[ast.AST, ...]) -> bool:
    first, second = parents[0], parents[1] if len(parents) > 1 else None
    if isinstance(first, ast.Attribute):
        if first.attr == "shape":
            return True
        return first.attr == "T" and isinstance(second, ast.BinOp) and isinstance(second.op, ast.MatMult)
    if isinstance(first, ast.BinOp):
        return isinstance(first.op, ast.MatMult)
    # handed on to a function of the same module, whose own uses are looked at as well
    return isinstance(first, ast.Call) and isinstance(first.func, ast.Name)
