"""Colours, boxes and braces around parts of a formula, and names below braces. What is true was worked out by hand."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

UNIT = "Let $a = \\tanh(z)$, $z = w x + b$ and $E = \\frac{1}{2} (y - a)^2$.\n\n"
WRONG = {"refuted", "ill-shaped"}


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (r"-\eta \frac{\partial E}{\partial a} = \textcolor{blue}{-} \eta \textcolor{red}{(a - y)}", True),
        (r"-\eta \frac{\partial E}{\partial a} = \textcolor{blue}{+} \eta \textcolor{red}{(a - y)}", False),
        (r"\frac{\partial E}{\partial a} {=} {-}(y - a)", True),
        (r"\frac{\partial E}{\partial z} = \textcolor{blue}{-(y - a)} \cdot \textcolor{orange}{(1 - a^2)}", True),
        (r"\frac{\partial E}{\partial z} = \textcolor{blue}{-(y - a)} \cdot \textcolor{orange}{(1 - a)}", False),
        (r"\frac{\partial a}{\partial z} = \text{\textcolor{green}{\framebox{$ 1 - a^2 $}}}", True),
        (r"\frac{\partial a}{\partial z} = \text{\textcolor{green}{\framebox{$ 1 - a $}}}", False),
        (r"\frac{{\partial E}}{{\partial a}} = a - y", True),
        (r"0.5 \cdot 0.3 = \underline{0.15}", True),
        (r"0.5 \cdot 0.3 = \underline{0.25}", False),
        (r"0.5 \cdot 0.3 = \textbf{0.15}", True),
        (r"0.5 \cdot 0.3 = \textbf{0.25}", False),
    ],
)
def test_what_only_shows_changes_nothing(claim: str, holds: bool):
    row = check_text(f"{UNIT}$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert row.verdict == "proved" if holds else row.verdict in WRONG, row.reason


CHAIN = (
    r"\frac{\partial E}{\partial w} = "
    r"\underbrace{\frac{\partial E}{\partial a} \frac{\partial a}{\partial z}}_{%s} x = %s"
)


@pytest.mark.parametrize(
    ("below", "behind", "claim", "verdicts"),
    [
        (r"\delta", r"\delta x", r"\delta = (a - y)(1 - a^2)", {"proved"}),
        (r"\delta", r"\delta x", r"\delta = (y - a)(1 - a^2)", WRONG),
        (r"=: -\delta", r"-\delta x", r"\delta = (y - a)(1 - a^2)", {"proved"}),
        (r"=: -\delta", r"-\delta x", r"\delta = (a - y)(1 - a^2)", WRONG),
        (r":= g", r"g x", r"\frac{\partial E}{\partial b} = g", {"proved"}),
        (r"y", r"-(y - a)(1 - a^2) x", r"\frac{\partial E}{\partial b} = y", WRONG),
    ],
)
def test_a_new_name_below_a_brace_has_the_meaning_of_what_stands_in_it(
    below: str, behind: str, claim: str, verdicts: set[str]
):
    rows = check_text(f"{UNIT}$$\n{CHAIN % (below, behind)}\n$$\n\n$$\n{claim}\n$$\n", "notes.md").rows
    assert rows[-2].verdict == "proved" and rows[-1].verdict in verdicts, rows[-1].reason
