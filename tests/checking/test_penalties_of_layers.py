"""A penalty on the weights of all layers beside the derivatives of any one layer."""

import pytest

from deltarule.checking.files import check_text

LAYERS = (
    "$u^\\ell = V^\\ell a^{\\ell-1} + c^\\ell$, $a^\\ell = \\phi(u^\\ell)$ and $\\gamma^\\ell = "
    "\\frac{\\partial E}{\\partial u^\\ell}$. "
    "With weight decay $C = E + \\frac{\\mu}{2} \\sum_{\\ell=1}^D \\|V^\\ell\\|^2$."
)
FAR = (
    "$U_\\ell = H_{\\ell-1} V_\\ell$ with $V_\\ell \\in \\mathbb{R}^{n_{\\ell-1} \\times n_\\ell}$ and "
    "$H_0 \\in \\mathbb{R}^{m \\times n_0}$, $H_\\ell = g(U_\\ell)$, $\\hat{R} = U_D$, "
    "$E = \\frac12 \\|\\hat{R} - R\\|_F^2$, "
    "$Q_\\ell = \\frac{\\partial E}{\\partial U_\\ell}$ and $C = E + \\frac{\\mu}{2} \\sum_\\ell \\|V_\\ell\\|_F^2$."
)
BELOW = "With weight decay $C = E + \\mu \\sum_l \\|V_l\\|_F^2$ we get a gradient for every layer $l$."
ONE = (
    "$u = V x + c$, $a = \\phi(u)$ and $\\gamma = \\frac{\\partial L}{\\partial u}$. "
    "With weight decay $J = L + \\frac{\\mu}{2} \\|V\\|^2$."
)
HOLDS = frozenset({"proved", "conditional"})
NOT = frozenset({"refuted", "undecided"})

ROWS = [
    (LAYERS, r"\frac{\partial C}{\partial V^\ell} = \frac{\partial E}{\partial V^\ell} + \mu V^\ell", HOLDS),
    (LAYERS, r"\frac{\partial C}{\partial V^\ell} = \frac{\partial E}{\partial V^\ell} + 2 \mu V^\ell", NOT),
    (LAYERS, r"\frac{\partial C}{\partial V^\ell} = \gamma^\ell (a^{\ell-1})^T + \mu V^\ell", HOLDS),
    (LAYERS, r"\frac{\partial C}{\partial V^\ell} = \gamma^\ell (a^{\ell-1})^T - \mu V^\ell", NOT),
    (LAYERS, r"\frac{\partial C}{\partial c^\ell} = \gamma^\ell", HOLDS),
    (LAYERS, r"\frac{\partial C}{\partial c^\ell} = \gamma^\ell + \mu c^\ell", NOT),
    (BELOW, r"\frac{\partial C}{\partial V_l} = \frac{\partial E}{\partial V_l} + 2 \mu V_l", HOLDS),
    (BELOW, r"\frac{\partial C}{\partial V_l} = \frac{\partial E}{\partial V_l} + \mu V_l", NOT),
    (ONE, r"\frac{\partial J}{\partial V} = \gamma x^T + \mu V", HOLDS),
    (ONE, r"\frac{\partial J}{\partial V} = \mu V", NOT),
    (ONE, r"\frac{\partial J}{\partial c} = \gamma", HOLDS),
    (ONE, r"\frac{\partial J}{\partial c} = 0", NOT),
    (FAR, r"\frac{\partial C}{\partial V_\ell} = H_{\ell-1}^T Q_\ell + \mu V_\ell", HOLDS),
    (FAR, r"\frac{\partial C}{\partial V_\ell} = H_{\ell-1}^T Q_\ell + 2 \mu V_\ell", NOT),
    (FAR, r"\frac{\partial C}{\partial V_\ell} = \mu V_\ell", NOT),
    (BELOW, r"\frac{\partial C}{\partial V_1} = \frac{\partial E}{\partial V_1}", NOT | {"unread"}),
    (BELOW, r"C = E + \mu \|V_l\|_F^2", NOT | {"unread"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_beside_a_penalty(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
