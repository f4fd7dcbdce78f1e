"""Derivatives of what nothing says how it depends: they are no zeros, and what holds of zeros only is open."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
OPEN = frozenset({"undecided"})

ROWS = [
    ("", r"\frac{\partial}{\partial w} (g - t)^2 = 2 (g - t) \frac{\partial}{\partial w}(g - t)", HOLDS),
    ("", r"\frac{\partial}{\partial w} (g - t)^2 = 2 (g - t) \frac{\partial g}{\partial w}", HOLDS),
    ("", r"\frac{\partial}{\partial w} (g - t)^2 = (g - t)^2 \frac{\partial}{\partial w}(g - t)", OPEN),
    ("", r"\frac{\partial}{\partial w} (g_w(x) - t)^2 = 2 (g_w(x) - t) \frac{\partial}{\partial w} g_w(x)", HOLDS),
    ("", r"\frac{\partial}{\partial w} (g_w(x) - t)^2 = 4 (g_w(x) - t) \frac{\partial}{\partial w} g_w(x)", OPEN),
    ("", r"\nabla_\phi \log q_\phi(x) = \frac{\nabla_\phi q_\phi(x)}{q_\phi(x)}", HOLDS),
    ("", r"\nabla_\phi \log q_\phi(x) = \nabla_\phi q_\phi(x) \, q_\phi(x)", OPEN),
    ("", r"\frac{\partial}{\partial w} \tanh(s) = (1 - \tanh(s)^2) \frac{\partial s}{\partial w}", HOLDS),
    ("", r"\frac{\partial}{\partial w} \tanh(s) = (1 - \tanh(s)) \frac{\partial s}{\partial w}", OPEN),
    ("$y = 3 x$.", r"\frac{\partial}{\partial w} (w y) = y", HOLDS),
    (
        r"$$L = \sum_i (g_w(x^{(i)}) - t^{(i)})^2$$",
        r"\frac{\partial}{\partial w} \sum_i (g_w(x^{(i)}) - t^{(i)})^2 = "
        r"5 \sum_i (g_w(x^{(i)}) - t^{(i)}) \frac{\partial}{\partial w} g_w(x^{(i)})",
        OPEN,
    ),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
