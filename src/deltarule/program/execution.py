"""Generated source into functions, after a look at every node of its syntax tree.

No text of a user reaches the interpreter as code: the source comes from our own printer, which writes names only as
checked identifiers. This is the second lock: the tree may hold nothing but functions, assignments, arithmetic, and
calls of the functions of NumPy listed here. A name from outside, a dunder, an import or an attribute that is not on
the list raises `UnsafeSource` before anything is compiled.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError

__all__ = ["UnsafeSource", "functions_of"]

NUMPY = {
    *("abs", "ascontiguousarray", "broadcast_to", "linalg", "matmul", "swapaxes"),
    *("cos", "cosh", "diag", "einsum", "errstate", "exp", "expm1", "eye", "full", "heaviside"),
    *(
        "log",
        "log1p",
        "logaddexp",
        "max",
        "maximum",
        "minimum",
        "multiply",
        "ones",
        "outer",
        "pi",
        "sign",
        "sin",
        "sinh",
        "sqrt",
    ),
    *("arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "exp2", "log10", "log2", "tan"),
    *("sum", "arange", "lib", "pad", "reshape", "tanh", "trace", "transpose", "where", "zeros"),
    *("add", "divide", "empty_like", "float64", "floor", "full_like", "power", "square", "subtract", "zeros_like"),
}
ATTRIBUTES = {"T", "shape", "dtype", "astype", "stride_tricks", "sliding_window_view", "inv", "det"}
NODES = (
    *(ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.Expr, ast.For),
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.Dict, ast.Constant, ast.Call, ast.keyword),
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context),
)
IMPORTS = {"import numpy as np", *(f"from scipy.special import {names}" for names in ("erf", "erfc", "erf, erfc"))}


class UnsafeSource(RuntimeError):
    """Source that our printer cannot have meant: a fault of deltarule, never of its user."""


def functions_of(source: str, filename: str = "<deltarule program>") -> dict[str, Any]:
    """The functions that the source defines, by name."""
    tree = ast.parse(source)
    _look_at(tree)
    namespace: dict[str, Any] = {"__name__": "deltarule.program.generated"}
    exec(compile(tree, filename, "exec"), namespace)  # noqa: S102  every node of the tree was looked at
    found = {n.name: namespace[n.name] for n in tree.body if isinstance(n, ast.FunctionDef)}
    return {name: _telling(f) for name, f in found.items()} if "np.linalg." in source else found


def _telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with an error of ours where a matrix has no inverse."""

    @wraps(function)
    def told(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except np.linalg.LinAlgError:
            raise DeltaruleError(
                "a matrix that the network inverts has no inverse: it is singular\n"
                "remedy: other first values, a smaller learning rate, or inv(A + 0.001 * eye(n))"
            ) from None

    return told


def _look_at(tree: ast.Module) -> None:
    known = {"np", "erf", "erfc", "len", "range"} | {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            inside = known | {a.arg for a in statement.args.args}
            inside |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            for node in ast.walk(statement):
                _allow(node, inside)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            if ast.unparse(statement) not in IMPORTS:
                raise UnsafeSource(f"an import that is not ours: {ast.unparse(statement)!r}")
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            raise UnsafeSource(f"a statement outside functions: {ast.unparse(statement)[:80]!r}")


def _allow(node: ast.AST, names: set[str]) -> None:
    if not isinstance(node, NODES):
        raise UnsafeSource(f"a construct that the printer does not write: {type(node).__name__}")
    if isinstance(node, ast.Name) and (node.id not in names or node.id.startswith("__")):
        raise UnsafeSource(f"a name from outside: {node.id!r}")
    if isinstance(node, ast.Name) and node.id == "np" and isinstance(node.ctx, ast.Store):
        raise UnsafeSource("np is NumPy")
    if isinstance(node, ast.Attribute):
        numpy = isinstance(node.value, ast.Name) and node.value.id == "np"
        if node.attr not in (NUMPY if numpy else ATTRIBUTES):
            raise UnsafeSource(f"an attribute that is not on the list: {node.attr!r}")
