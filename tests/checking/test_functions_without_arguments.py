"""∂/∂g in bold type of a g that the text calls as g(s): where its values are taken is not said, so no shapes fail."""

import pytest

from deltarule.checking.files import check_text

STEPS = (
    "The vectors $s^l$, $h^l$ and the matrix $U^l$; column gradients.\n\n$$s^l = U^l h^{l-1}$$\n\n$$h^l = g(s^l)$$\n\n"
)
ROWS = [
    ("\\frac{\\partial s^{l+1}}{\\partial s^l} = \\frac{\\partial \\vec{g}}{\\partial \\vec{s^l}} "
     "\\frac{\\partial}{\\partial \\vec{g}} U^{l+1} \\vec{g}", "undecided"),
    ("\\frac{\\partial s^{l+1}}{\\partial h^l} = h^l", "ill-shaped"),
]  # fmt: skip


@pytest.mark.parametrize("row, verdict", ROWS)
def test_is_open_without_an_argument(row: str, verdict: str) -> None:
    assert check_text(f"{STEPS}$${row}$$\n", "a.md").rows[-1].verdict == verdict
