"""Matrix gradients as published: the rows of SymPy's test-suite, numbered as in the Matrix Cookbook.

The numbers are those that `sympy/matrices/expressions/tests/test_derivatives.py` gives (Petersen & Pedersen, The
Matrix Cookbook). X, A, B, C, D: k k; Z: k m; N: m m; a, b, c, d, x, u: k. The right sides are SymPy's, in the text
notation.
"""

from __future__ import annotations

from dataclasses import dataclass

SHAPES = {name: ("k", "k") for name in ("X", "A", "B", "C", "D")}
SHAPES |= {name: ("k",) for name in ("a", "b", "c", "d", "x", "u")}
SHAPES |= {"Z": ("k", "m"), "N": ("m", "m"), "s": ()}


@dataclass(frozen=True)
class Gradient:
    """∂`of`/∂`by` = `published`."""

    number: str
    of: str
    by: str
    published: str
    symmetric: tuple[str, ...] = ()
    """The matrices that the identity needs to be symmetric."""
    sympy: str = "right"
    """What SymPy 1.14.0 (the release of 2025) makes of it: right, unevaluated, wrong, error."""
    exponent: bool = False
    """Published for a power that is a letter; here for one number."""
    numbers: str = ""
    """`of` in the words of jax.numpy, where that says it more directly."""


G = Gradient

COOKBOOK = [
    G("33", "X", "A", "0", sympy="unevaluated"),
    # determinants
    G("49", "det(X)", "X", "det(X) * inv(X.T)", sympy="unevaluated"),
    G("51", "det(A @ X @ B)", "X", "det(A @ X @ B) * inv(X.T)", sympy="unevaluated"),
    G("52", "det(X.T @ A @ X)", "X", "2 * det(X)**2 * det(A) * inv(X.T)", sympy="unevaluated"),
    G("54", "det(Z.T @ A @ Z)", "Z",
      "det(Z.T @ A @ Z) * (A @ Z @ inv(Z.T @ A @ Z) + A.T @ Z @ inv(Z.T @ A.T @ Z))",
      sympy="unevaluated"),
    G("55", "log(det(X.T @ X))", "X", "2 * inv(X.T)", sympy="wrong: 0"),
    G("57", "log(det(X))", "X", "inv(X.T)", sympy="wrong: 0"),
    G("58", "det(X @ X @ X @ X @ X)", "X", "5 * det(X)**5 * inv(X.T)", sympy="unevaluated", exponent=True),
    # inverses
    G("61", "a @ inv(X) @ b", "X", "-inv(X).T @ outer(a, b) @ inv(X).T"),
    G("62", "det(inv(X))", "X", "-det(inv(X)) * inv(X).T", sympy="unevaluated"),
    G("63", "trace(A @ inv(X) @ B)", "X", "-(inv(X) @ B @ A @ inv(X)).T"),
    G("64", "trace(inv(X + A))", "X", "-(inv(X + A) @ inv(X + A)).T"),
    # vectors
    G("69", "x @ a", "x", "a"),
    G("70", "a @ X @ b", "X", "outer(a, b)"),
    G("71", "a @ X.T @ b", "X", "outer(b, a)"),
    G("72", "a @ X @ a", "X", "outer(a, a)"),
    G("77", "b @ X.T @ X @ c", "X", "outer(X @ b, c) + outer(X @ c, b)"),
    G("78", "(B @ x + b) @ C @ (D @ x + d)", "x", "B.T @ C @ (D @ x + d) + D.T @ C.T @ (B @ x + b)"),
    G("81", "x @ B @ x", "x", "B @ x + B.T @ x"),
    G("82", "b @ X.T @ D @ X @ c", "X", "outer(D.T @ X @ b, c) + outer(D @ X @ c, b)"),
    G("83", "(X @ b + c) @ D @ (X @ b + c)", "X", "outer(D @ (X @ b + c), b) + outer(D.T @ (X @ b + c), b)"),
    # traces, first order
    G("99", "trace(X)", "X", "eye(k)"),
    G("100", "trace(X @ A)", "X", "A.T"),
    G("101", "trace(A @ X @ B)", "X", "A.T @ B.T"),
    G("102", "trace(A @ X.T @ B)", "X", "B @ A"),
    G("103", "trace(X.T @ A)", "X", "A"),
    G("104", "trace(A @ X.T)", "X", "A"),
    G("105", "sum(outer(diagonal(A), diagonal(X)))", "X", "trace(A) * eye(k)", sympy="error",
      numbers="trace(kron(A, X))"),
    # traces, second order
    G("106", "trace(X @ X)", "X", "2 * X.T"),
    G("107", "trace(X @ X @ B)", "X", "(X @ B + B @ X).T"),
    G("108", "trace(X.T @ B @ X)", "X", "B @ X + B.T @ X"),
    G("109", "trace(B @ X @ X.T)", "X", "B @ X + B.T @ X"),
    G("110", "trace(X @ X.T @ B)", "X", "B @ X + B.T @ X"),
    G("111", "trace(X @ B @ X.T)", "X", "X @ B.T + X @ B"),
    G("112", "trace(B @ X.T @ X)", "X", "X @ B.T + X @ B"),
    G("113", "trace(X.T @ X @ B)", "X", "X @ B.T + X @ B"),
    G("114", "trace(A @ X @ B @ X)", "X", "A.T @ X.T @ B.T + B.T @ X.T @ A.T"),
    G("115", "trace(X.T @ X)", "X", "2 * X"),
    G("116", "trace(B.T @ X.T @ C @ X @ B)", "X", "C.T @ X @ B @ B.T + C @ X @ B @ B.T"),
    G("117", "trace(X.T @ B @ X @ C)", "X", "B @ X @ C + B.T @ X @ C.T"),
    G("118", "trace(A @ X @ B @ X.T @ C)", "X", "A.T @ C.T @ X @ B.T + C @ A @ X @ B"),
    G("119", "trace((A @ X @ B + C) @ (A @ X @ B + C).T)", "X", "2 * A.T @ (A @ X @ B + C) @ B.T"),
    G("120", "sum(outer(diagonal(X), diagonal(X)))", "X", "2 * trace(X) * eye(k)", sympy="error",
      numbers="trace(kron(X, X))"),
    # traces, higher order
    G("121", "trace(X @ X @ X @ X @ X)", "X", "5 * (X @ X @ X @ X).T", sympy="wrong for a letter", exponent=True),
    G("122", "trace(A @ X @ X @ X @ X)", "X",
      "(X@X@X@A + X@X@A@X + X@A@X@X + A@X@X@X).T", sympy="error for a letter", exponent=True),
    G("123", "trace(B.T @ X.T @ C @ X @ X.T @ C @ X @ B)", "X",
      "C @ X @ X.T @ C @ X @ B @ B.T + C.T @ X @ B @ B.T @ X.T @ C.T @ X"
      " + C @ X @ B @ B.T @ X.T @ C @ X + C.T @ X @ X.T @ C.T @ X @ B @ B.T"),
    # traces of inverses
    G("124", "trace(A @ inv(X) @ B)", "X", "-inv(X).T @ A.T @ B.T @ inv(X).T"),
    G("125", "trace(inv(X.T @ C @ X) @ A)", "X",
      "-inv(X).T @ A.T @ inv(X) @ inv(C).T @ inv(X).T - inv(X).T @ A @ inv(X) @ inv(C) @ inv(X).T"),
    G("126", "trace(inv(Z.T @ C @ Z) @ (Z.T @ B @ Z))", "Z",
      "-2 * C @ Z @ inv(Z.T @ C @ Z) @ Z.T @ B @ Z @ inv(Z.T @ C @ Z) + 2 * B @ Z @ inv(Z.T @ C @ Z)",
      symmetric=("B", "C")),
    G("127", "trace(inv(N + Z.T @ C @ Z) @ (Z.T @ B @ Z))", "Z",
      "B @ Z @ inv(N + Z.T @ C @ Z) + B.T @ Z @ inv(N.T + Z.T @ C.T @ Z)"
      " - C @ Z @ inv(N + Z.T @ C @ Z) @ Z.T @ B @ Z @ inv(N + Z.T @ C @ Z)"
      " - C.T @ Z @ inv(N.T + Z.T @ C.T @ Z) @ Z.T @ B.T @ Z @ inv(N.T + Z.T @ C.T @ Z)"),
]  # fmt: skip
"""The fifty."""

_N = "inv(Z.T @ C @ Z)"
_LONG = (
    "a @ (A @ X @ (X.T @ B + X @ A) + B.T @ X.T @ (outer(a, b) @ (X @ D @ X.T + X @ (X.T @ B + A @ X) @ D @ B"
    " - X.T @ C.T @ A) @ B + B @ (X @ D.T + B @ A @ X @ A.T - 3 * X @ D)) @ B + 42 * X @ B @ X.T @ A.T @ (X + X.T)) @ b"
)
_LONG_GRADIENT = (
    "outer((B@(B@A@X@A.T - 3*X@D + X@D.T) + outer(a,b)@(X@(A@X + X.T@B)@D@B + X@D@X.T - X.T@C.T@A)@B)@B@b, a)@B.T"
    " + outer(B@B@b, a)@B.T@X.T@outer(a,b)@X@D + 42*A@X@B.T@X.T@outer(a,b)"
    " + outer(B@D@B@B@B@b, a)@B.T@X.T@outer(a,b)@X + outer(B@b, a)@A@X + outer(a,b)@(42*X + 42*X.T)@A@X@B.T"
    " + outer(b,a)@X@B@outer(a,b)@B.T@B.T@X@D.T + outer(b,a)@X@B@outer(a,b)@B.T@B.T@B.T@D.T@(B.T@X + X.T@A.T)"
    " + 42*outer(b,a)@X@B@X.T@A.T + A.T@(42*X + 42*X.T)@outer(b,a)@X@B + A.T@B.T@B.T@X@B@outer(a,b)@B.T@A"
    " + A.T@outer(a,b)@(A.T@X.T + B.T@X) + A.T@X.T@outer(b,a)@X@B@outer(a,b)@B.T@B.T@B.T@D.T"
    " + B.T@X@B@outer(a,b)@B.T@D - 3*B.T@X@B@outer(a,b)@B.T@D.T - C.T@A@B@B@outer(b,a)@B.T@X.T@outer(a,b)"
    " + X.T@A.T@outer(a,b)@A.T"
)

BEYOND = [
    # det, of a rectangular matrix and of symmetric ones: what the Cookbook says beside SymPy's form
    G("53", "det(Z.T @ A @ Z)", "Z", "2 * det(Z.T @ A @ Z) * A @ Z @ inv(Z.T @ A @ Z)", symmetric=("A",)),
    G("55, Z", "log(det(Z.T @ Z))", "Z", "2 * Z @ inv(Z.T @ Z)"),
    G("125, symmetric", "trace(inv(Z.T @ C @ Z) @ N)", "Z",
      f"-C @ Z @ {_N} @ (N + N.T) @ {_N}", symmetric=("C",)),
    G("28708", "det(inv(X))", "X", "-inv(X).T / det(X)", sympy="unevaluated"),
    G("28838", "1 / det(X)", "X", "-inv(X).T / det(X)", sympy="wrong: 0"),
    # vector by vector
    G("x", "x", "x", "eye(k)"),
    G("x xᵀ x", "x * (x @ x)", "x", "(x @ x) * eye(k) + 2 * outer(x, x)"),
    G("23931", "x / (x @ x)", "x", "-2 / (x @ x)**2 * outer(x, x) + 1 / (x @ x) * eye(k)"),
    G("21597", "b - C @ c", "b", "eye(k)"),
    # scalars
    G("3 tr", "3 * trace(A)", "A", "3 * eye(k)"),
    G("tr²", "trace(A)**2", "A", "2 * trace(A) * eye(k)"),
    G("tr tr", "trace(trace(A) * A)", "A", "2 * trace(A) * eye(k)"),
    G("tr tr tr", "trace(trace(trace(A) * A) * A)", "A", "3 * trace(A)**2 * eye(k)"),
    G("24021", "trace(A)**2 + trace(A @ A.T)", "A", "2 * trace(A) * eye(k) + 2 * A"),
    G("25118", "trace(A.T @ A) - 3", "A", "2 * A"),
    G("23492", "trace(A) + trace(A @ A)", "A", "eye(k) + 2 * A.T"),
    G("23931, tr", "1 / trace(A)", "A", "-1 / trace(A)**2 * eye(k)"),
    # by a scalar
    G("tr(s²X)", "trace(s**2 * X)", "s", "2 * s * trace(X)"),
    G("sin(s) ABx", "sin(s) * A @ B @ x", "s", "cos(s) * A @ B @ x"),
    # norms
    G("√ xᵀy", "sqrt(x @ u)", "x", "u / (2 * sqrt(x @ u))"),
    G("√ xᵀx", "sqrt(x @ x)", "x", "x / sqrt(x @ x)"),
    G("√ cᵀa xᵀb", "sqrt((c @ a) * (x @ b))", "x", "b * (a @ c) / sqrt((c @ a) * (x @ b)) / 2"),
    G("∛", "((c @ a) * (x @ b))**(1/3)", "x", "b * (a @ c) * ((c @ a) * (x @ b))**(-2/3) / 3"),
    G("√ aᵀXb", "sqrt(a @ X @ b)", "X", "outer(a, b) / (2 * sqrt(a @ X @ b))"),
    G("28615", "sqrt(trace(X.T @ X))", "X", "X / sqrt(trace(X @ X.T))", sympy="error"),
    # elementwise functions
    G("sin x · y", "sin(x) @ u", "x", "diag(cos(x)) @ u"),
    G("A exp x", "A @ exp(x)", "x", "A @ diag(exp(x))"),
    G("quadratic", "x @ A @ x + s * (sin(u) @ x)", "x", "A.T @ x + A @ x + s * sin(u)"),
    G("sin aᵀXb", "sin(a @ X @ b)", "X", "cos(a @ X @ b) * outer(a, b)"),
    G("aᵀ sin(X) b", "a @ sin(X) @ b", "X", "diag(a) @ cos(X) @ diag(b)"),
    G("aᵀ sin(AXB) b", "a @ sin(A @ X @ B) @ b", "X", "A.T @ diag(a) @ cos(A @ X @ B) @ diag(b) @ B.T"),
    G("aᵀA sin(X) Bb", "a @ A @ sin(X) @ B @ b", "X", "outer(A.T @ a, B @ b) * cos(X)"),
    G("log(A sin(X) B)", "a @ log(A @ sin(X) @ B) @ b", "X",
      "(A.T @ diag(a) @ (1 / (A @ sin(X) @ B)) @ diag(b) @ B.T) * cos(X)"),
    G("log(sin(X))", "a @ log(sin(X)) @ b", "X", "(diag(a) @ (1 / sin(X)) @ diag(b)) * cos(X)"),
    # Hadamard products
    G("a ∘ x ∘ b", "a * x * b", "x", "diag(b * a)"),
    G("A ∘ X ∘ B", "a @ (A * X * B) @ b", "X", "outer(a, b) * A * B"),
    G("x ∘ x", "x**2", "x", "2 * diag(x)"),
    G("√x", "sqrt(x)", "x", "diag(x**(-1/2)) / 2"),
    G("(aᵀXb)²", "(a @ X @ b)**2", "X", "2 * outer(a, a) @ X @ outer(b, b)"),
    # long
    G("long", _LONG, "X", _LONG_GRADIENT),
]  # fmt: skip
"""Further rows of the same tests: norms, functions of each entry, Hadamard products, expressions by scalars."""

WRONG = [
    # what looks right and is not; and what SymPy asserts for square matrices only
    G("49", "det(X)", "X", "det(X) * inv(X)"),
    G("57", "log(det(X))", "X", "inv(X)"),
    G("61", "a @ inv(X) @ b", "X", "inv(X).T @ outer(a, b) @ inv(X).T"),
    G("63", "trace(A @ inv(X) @ B)", "X", "-inv(X) @ B @ A @ inv(X)"),
    G("64", "trace(inv(X + A))", "X", "-(inv(X) @ inv(X)).T"),
    G("101", "trace(A @ X @ B)", "X", "B @ A"),
    G("106", "trace(X @ X)", "X", "2 * X"),
    G("115", "trace(X.T @ X)", "X", "X"),
    G("126", "trace(inv(Z.T @ C @ Z) @ (Z.T @ B @ Z))", "Z",
      "-2 * C @ Z @ inv(Z.T @ C @ Z) @ Z.T @ B @ Z @ inv(Z.T @ C @ Z) + 2 * B @ Z @ inv(Z.T @ C @ Z)"),
    G("53", "det(Z.T @ A @ Z)", "Z", "2 * det(Z.T @ A @ Z) * A @ Z @ inv(Z.T @ A @ Z)"),
    G("log(sin(X))", "a @ log(sin(X)) @ b", "X", "diag(a) @ (1 / sin(X)) @ diag(b)"),
]  # fmt: skip
