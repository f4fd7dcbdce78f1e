"""The notation of least squares: ∇ of a product, bold targets, numbers that are transposed, dollars within a fence.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

SHAPES = r"$A$ is a matrix, $v$ and $g$ are vectors."
GROUPS = r"\nabla_v (v^T A^T - g^T)(A v - g) = "
SAMPLES = (
    r"Let $E = \frac{1}{2m} \sum_{i=1}^m (\mathbf{v}^T \mathbf{x}^{(i)} - g^{(i)})^2$. Each row of $\mathbf{X}$ is one "
    r"$\mathbf{x}^{(i)}$, and $\mathbf{g}$ holds all targets."
)
RULES = r"$$\mathbf{c}^T \mathbf{d} = \mathbf{d}^T \mathbf{c}$$"
VECTOR = r"Let $c$ be a vector and $s = A c$."
BARS = r"Let $F(\bar{u}) = (t - \bar{Z}\bar{u})^T (t - \bar{Z}\bar{u})$."
TEXT_BOLD = r"Let $f = \textbf{u}^T \textbf{v}$."

ROWS = [
    (SHAPES, rf"{GROUPS} \nabla_v (v^T A^T A v - g^T A v - v^T A^T g + g^T g)", HOLDS),
    (SHAPES, rf"{GROUPS} \nabla_v (v^T A^T A v - g^T A v + v^T A^T g + g^T g)", WRONG),
    (SHAPES, rf"{GROUPS} 2 A^T (A v - g)", HOLDS),
    (SHAPES, rf"\frac12 {GROUPS} 2 A^T (A v - g)", WRONG),
    (SHAPES, rf"\frac12 {GROUPS} A^T (A v - g)", HOLDS),
    (SAMPLES, r"\nabla_{\mathbf{v}} E = \frac1m \mathbf{X}^T (\mathbf{X} \mathbf{v} - \mathbf{g})", HOLDS),
    (SAMPLES, r"\nabla_{\mathbf{v}} E = \frac2m \mathbf{X}^T (\mathbf{X} \mathbf{v} - \mathbf{g})", WRONG),
    (SAMPLES, r"\nabla_{\mathbf{v}} (\mathbf{g}^T \mathbf{g}) = 0", HOLDS),
    (SAMPLES, r"\nabla_{\mathbf{v}} (\mathbf{g}^T \mathbf{X} \mathbf{v}) = \mathbf{X}^T \mathbf{g}", HOLDS),
    (RULES, r"c^T = c", HOLDS),
    (RULES, r"s = s^T", HOLDS),
    ("", r"\mathbf{A}^T = \mathbf{A}", {"refuted"}),
    (VECTOR, r"c^T = c", WRONG),
    (RULES, r"\mathbf{c}^T = \mathbf{c}", WRONG),
    (BARS, r"F(\bar{u}) = \bar{u}^T \bar{Z}^T \bar{Z} \bar{u} - 2 t^T \bar{Z} \bar{u} + t^T t", HOLDS),
    (BARS, r"\nabla_{\bar{u}} F(\bar{u}) = 2 \bar{Z}^T \bar{Z} \bar{u} - 2 \bar{Z}^T t", HOLDS),
    (BARS, r"\nabla_{\bar{u}} F(\bar{u}) = 2 \bar{Z}^T \bar{Z} \bar{u} + 2 \bar{Z}^T t", WRONG),
    (TEXT_BOLD, r"\nabla_{\textbf{u}} f = \textbf{v}", HOLDS),
    (TEXT_BOLD, r"\nabla_{\textbf{u}} f = \textbf{u}", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_least_squares(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)


def test_dollars_are_not_needed_in_a_fence() -> None:
    rows = check_text("```math\n$$ q = 3 u $$\n```\n\n```math\n$$ \\frac{dq}{du} = 3 $$\n```\n", "note.md").rows
    assert [row.verdict for row in rows] == ["definition", "proved"]
    rows = check_text("```math\n$$ q = 3 u\n```\n\n$$ r = 2 $$\n", "note.md").rows
    assert [row.line for row in rows if row.verdict == "definition"] == [5]
