"""Shapes that are said in words and in tables: "$X$ is $n \\times p$", "an $n \\times p$ matrix $X$"."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

SAID = [
    r"$X$ is $n \times p$, $W$ is a $p \times k$ matrix and $b$ is $1 \times k$.",
    r"An $n \times p$ design matrix $X$, a $p \times k$ weight matrix $W$ and a row vector $b$ ($1 \times k$).",
    r"$X$ has shape $(n, p)$, $W$ has shape $(p, k)$, $b$ has shape $(1, k)$.",
    r"Die Matrix $X$ ist $n \times p$, $W$ hat die Größe $p \times k$, $b$ ist $1 \times k$.",
    "| symbol | meaning | shape |\n|---|---|---|\n| $X$ | the data | $n \\times p$ |\n"
    "| $W$, $b$ | parameters | $p \\times k$, $1 \\times k$ |",
]
BIAS = r"""
$$Z = X W + \mathbf{1} b$$
$$L = \frac12 \|Z\|_F^2$$
"""


@pytest.mark.parametrize("said", SAID)
def test_shapes_are_those_said(said: str) -> None:
    text = f"{said}\n{BIAS}"
    right = check_text(f"{text}\n$$\\frac{{\\partial L}}{{\\partial b}} = \\mathbf{{1}}^\\top Z$$\n", "text.md").rows
    assert [row.verdict for row in right[:2]] == ["definition", "definition"], right
    assert right[2].verdict in {"proved", "conditional"}, right[2]
    wrong = check_text(f"{text}\n$$\\frac{{\\partial L}}{{\\partial W}} = Z X^\\top$$\n", "text.md").rows
    assert wrong[-1].verdict == "ill-shaped", wrong[-1]
    assert wrong[-1].reason.startswith("a product of a matrix, n × k and a matrix, p × n"), wrong[-1]


def test_one_shape_behind_two_names_is_that_of_the_last() -> None:
    text = r"The vector $x$ and $A$ (size $m \times n$)."
    assert [r.verdict for r in check_text(f"{text}\n\n$$y = A x$$\n", "text.md").rows] == ["definition"]
    both = r"$A$ and $B$ are $m \times n$."
    rows = check_text(f"{both}\n\n$$C = A B^\\top$$\n$$D = A B$$\n", "text.md").rows
    assert [r.verdict for r in rows] == ["definition", "undecided"], rows
    assert "m × n and a matrix, m × n" in rows[1].reason


def test_a_product_of_sizes_is_no_shape_of_what_stands_before_it() -> None:
    """`$W$ and $n \\times p$ numbers`: no word says that it is the shape of W."""
    text = r"We store $W$ together with $n \times p$ further numbers; $x \in \mathbb{R}^q$."
    assert [r.verdict for r in check_text(f"{text}\n\n$$y = W x$$\n", "text.md").rows] == ["definition"]


ROWS_BY_COLON = r"""
$$o = g V + c, \quad g = \sigma(u), \quad u = x A + b$$ with the sigmoid $\sigma$, and
$$x : 1 * d \\ A : d * h \\ u, b, g : 1 * h \\ V : [h, q] \\ o, c, \hat{t} : [1, q]$$
$$E = \frac12 (\hat{t} - t)(\hat{t} - t)^\top, \quad \hat{t} = o$$
"""


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        (r"\frac{\partial E}{\partial o} = \hat{t} - t", {"proved", "conditional"}),
        (r"\frac{\partial E}{\partial o} = t - \hat{t}", {"refuted"}),
        (r"\frac{\partial E}{\partial g} = (\hat{t} - t) V^\top", {"proved", "conditional"}),
        (r"\frac{\partial E}{\partial g} = (\hat{t} - t) V", {"ill-shaped"}),
        (
            r"\frac{\partial E}{\partial x} = \sigma'(u) \odot \frac{\partial E}{\partial g} A^\top",
            {"conditional"},  # ⊙ before the product
        ),
        (r"\frac{\partial E}{\partial x} = -\sigma'(u) \odot \frac{\partial E}{\partial g} A^\top", {"ill-shaped"}),
        (r"\frac{\partial \sigma(x)}{\partial x} = \sigma(x)(1 - \sigma(x))", {"conditional"}),
        (r"\frac{\partial \sigma(x)}{\partial x} = \sigma(x)(1 + \sigma(x))", {"ill-shaped", "refuted"}),
    ],
)
def test_shapes_behind_a_colon(row: str, verdicts: set[str]) -> None:
    rows = check_text(f"{ROWS_BY_COLON}\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


TITLES = r"""
1. One example each

$$x : [1, d] \\ y : [1, k]$$ and $y = x A$, so that
$$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} A^\top$$

2. All examples together

$$x : [d, 1] \\ y : [k, 1]$$ and $y = A x$, so that
"""


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (r"\frac{\partial L}{\partial x} = A^\top \frac{\partial L}{\partial y}", True),
        (r"\frac{\partial L}{\partial x} = A \frac{\partial L}{\partial y}", False),
    ],
)
def test_shapes_are_those_of_the_part(row: str, holds: bool) -> None:
    rows = check_text(f"{TITLES}$${row}$$\n", "text.md").rows
    assert (rows[-1].verdict in {"proved", "conditional"}) == holds, rows[-1]


def test_what_is_a_row_and_a_column_is_left_open() -> None:
    text = r"$$p : [1, k] \\ q : [k, 1] \\ p : [k, 1]$$ Then $$r = p + q$$"
    assert check_text(text, "text.md").rows[-1].verdict != "ill-shaped"
    text = r"$$p : [1, k] \\ q : [k, 1]$$ Then $$p = 2 q$$"
    assert check_text(text, "text.md").rows[-1].verdict not in {"proved", "conditional"}
