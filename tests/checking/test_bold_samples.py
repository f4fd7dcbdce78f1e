"""ψ(v_n)ᵀ of a bold v_n is the row of sample n, also where v alone stands elsewhere in the text."""

import pytest

from deltarule.checking.files import check_text

WORDS = "Here $\\mathbf{v}$ is a vector, column gradients.\n\n"
ALONE = WORDS + "$$\\nabla_{\\mathbf{v}} \\mathbf{v}^T \\mathbf{v} = 2\\mathbf{v}$$\n\n"
FITTED = "$$E(M) = \\frac{1}{2} \\sum_n \\lVert \\mathbf{r}_n - M^T \\psi(\\mathbf{v}_n) \\rVert_2^2$$\n\n"
GRADIENT = "\\nabla_M E = \\sum_n \\psi(\\mathbf{v}_n) (\\psi(\\mathbf{v}_n)^T M {sign} \\mathbf{r}_n^T)"


@pytest.mark.parametrize("alone", ["", ALONE])
@pytest.mark.parametrize("sign, verdicts", [("-", {"proved", "conditional"}), ("+", {"refuted"})])
def test_the_gradient_by_a_matrix_of_weights(alone: str, sign: str, verdicts: set[str]) -> None:
    row = GRADIENT.replace("{sign}", sign)
    rows = check_text(f"{alone}{FITTED}$${row}$$\n", "a.md").rows
    assert rows[-1].verdict in verdicts


@pytest.mark.parametrize("row, verdict", [("\\sum_n v_n^2", "proved"), ("\\sum_n v_n", "refuted")])
def test_components_in_plain_type_stay(row: str, verdict: str) -> None:
    text = f"The vector $\\mathbf{{v}}$ has the components $v_n$.\n\n$$\\mathbf{{v}}^T \\mathbf{{v}} = {row}$$\n"
    assert check_text(text, "a.md").rows[-1].verdict == verdict
