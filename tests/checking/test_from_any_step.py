# ruff: noqa: E501
"""What is said of one layer or step and follows from the equation of any is proved, not taken for a definition; what does
not follow stays an equation of its own. Numbers above letters count steps where t does."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


LAYERS = r"$$u^l_i = \sum_j m^l_{ij} v^{l-1}_j + c^l_i$$ $$v^l_i = \psi(u^l_i)$$ "
STEPS = r"Scalars: $r_t = g r_{t-1} + q$ from $r_0$ on. "
LOSS = r"""
For $t = 1, \dots, T$: $$\mathbf{p}^{(t)} = \mathbf{R} \mathbf{h}^{(t-1)} + \mathbf{S} \mathbf{x}^{(t)}$$ $$\mathbf{h}^{(t)} = \tanh(\mathbf{p}^{(t)})$$
$$L = \sum_{t=1}^{T} L^{(t)}$$ $$L^{(t)} = \frac12 \| \mathbf{h}^{(t)} - \mathbf{y}^{(t)} \|^2$$
"""


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (LAYERS, r"u^{l+1}_k = \sum_i m^{l+1}_{ki} \psi(u^l_i) + c^{l+1}_k", "proved"),
        (LAYERS, r"u^{l+1}_k = \sum_i m^{l+1}_{ki} v^l_i + c^{l+1}_k", "proved"),
        (LAYERS, r"u^{l+1}_k = \sum_i m^{l+1}_{ki} v^l_i", "definition"),
        (STEPS, "r_2 = g^2 r_0 + g q + q", "proved"),
        (STEPS, "r_3 = g^3 r_0 + g^2 q + g q + q", "proved"),
        (STEPS, "r_3 = g^3 r_0 + g q + q", "definition"),
        (LOSS, r"\nabla_{\mathbf{R}} L = \sum_t (\nabla_{\mathbf{p}^{(t)}} L) \mathbf{h}^{(t-1)\top}", "conditional"),
        (LOSS, r"\nabla_{\mathbf{R}} L = \sum_t (\nabla_{\mathbf{p}^{(t)}} L) \mathbf{h}^{(t)\top}", "refuted"),
    ],
)
def test_rows_about_one_step(text: str, row: str, expected: str):
    assert verdicts(f"{text}$${row}$$")[-1] == expected


def test_a_condition_of_other_rows_is_no_fault():
    rows = check_text(r"$$s = \tanh(p)$$ and, if $p > 0$, $t < 3$: $$q = s^2 \text{ for } p > 0$$", "notes.md").rows
    assert not any("fault" in row.reason for row in rows)


EXAMPLE = (
    r"Let $v = \begin{pmatrix} 2 \\ 5 \end{pmatrix}$, so that $v \odot v = \begin{pmatrix} 4 \\ 25 \end{pmatrix}$. "
)
NETWORK = r"$$p^l = m^l v^{l-1} + c^l$$ $$v^l = \psi(p^l)$$ $$\epsilon^l = \frac{\partial C}{\partial p^l}$$ "


@pytest.mark.parametrize(
    ("row", "right"),
    [
        (r"\epsilon^L = \nabla_v C \odot \psi'(p^L)", True),
        (r"\epsilon^L = \nabla_v C \odot \psi'(v^L)", False),
        (r"\epsilon^{l} = \nabla_v C \odot \psi'(p^{l})", True),
    ],
)
def test_the_gradient_by_what_a_layer_gives(row: str, right: bool):
    """Also where v without a layer was the name of an example."""
    verdict = verdicts(f"{EXAMPLE}{NETWORK}$${row}$$")[-1]
    assert (verdict in {"proved", "conditional"}) == right
    assert right or verdict == "refuted"
