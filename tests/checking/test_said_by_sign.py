# ruff: noqa: E501
r"""`:=` and its kin say what a name is, unless they update it; `z(…, u, …)` makes no function of z; ⊗ is taken entry by
entry where the text says so. Every text was written for this test."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Let $r := p q + k$. $$s := r^2$$ $$\frac{\partial s}{\partial p} = 2 r q$$", ["definition", "definition", "proved"]),
        (r"Let $r \triangleq p q + k$. $$s \coloneqq r^2$$ $$\frac{\partial s}{\partial p} = 2 r p$$", ["definition", "definition", "refuted"]),
        (r"$$f(u) := u^3$$ $$f'(u) = 3 u^2$$", ["definition", "proved"]),
        (r"$$v = \sin(u)$$ $$\epsilon := \frac{\partial v}{\partial u} = \cos(u)$$ $$\epsilon = \sin(u)$$", ["definition", "definition", "proved", "refuted"]),
        (r"$$v = (u - c)^2$$ $$u := u - \alpha \frac{\partial v}{\partial u}$$ $$\frac{\partial v}{\partial u} = 2 (u - c)$$", ["definition", "none", "proved"]),
        (r"$$v = (u - c)^2$$ $$u := u_{old} - \alpha g$$ $$\frac{\partial v}{\partial u} = 2 (u - c)$$", ["definition", "none", "proved"]),
        (r"$$v = (u - c)^2$$ $$k := u - \alpha$$ $$u := k$$ $$\frac{\partial v}{\partial u} = 2 (u - c)$$", ["definition", "definition", "none", "proved"]),
        (r"$$v = (u - c)^2$$ $$v := u + c$$", ["definition", "none"]),
        (r"$$u_{k+1} := u_k - \alpha g$$", ["none"]),
    ],
)  # fmt: skip
def test_a_sign_that_defines(text: str, expected: list[str]):
    assert verdicts(text) == expected


LAYERS = r"""
The loss $E$ depends on $r_i^{(l)}$ by way of the next layer only, $r_k^{(l+1)} = r_k^{(l+1)}(\ldots, r_i^{(l)}, \ldots)$:

$$r_k^{(l+1)} = \sum_j v_{k,j}^{(l+1)} \tanh(r_j^{(l)})$$
$$\epsilon_i^{(l)} := \frac{\partial E}{\partial r_i^{(l)}}$$

"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (r"\epsilon_i^{(l)} = (1 - \tanh^2(r_i^{(l)})) \sum_k v_{k,i}^{(l+1)} \epsilon_k^{(l+1)}", "proved"),
        (r"\epsilon_i^{(l)} = (1 - \tanh^2(r_i^{(l)})) \sum_k v_{k,i}^{(l)} \epsilon_k^{(l+1)}", "refuted"),
        (r"\frac{\partial r_k^{(l+1)}}{\partial r_i^{(l)}} = v_{k,i}^{(l+1)} (1 - \tanh^2(r_i^{(l)}))", "proved"),
        (r"\frac{\partial r_k^{(l+1)}}{\partial r_i^{(l)}} = v_{k,i}^{(l+1)} (1 - \tanh^2(r_k^{(l+1)}))", "refuted"),
    ],
)
def test_what_a_layer_depends_on_is_no_function(row: str, expected: str):
    assert verdicts(f"{LAYERS}$${row}$$")[-1] == expected


PRODUCT = r"$$\mathbf{p} = \sin(\mathbf{q})$$ $$E = \mathbf{c}^\top \mathbf{p}$$ "
SLOPE = r"$$\frac{\partial E}{\partial \mathbf{q}} = \mathbf{c} \otimes \cos(\mathbf{q})$$"


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (r"where $\otimes$ is the element-wise product", True),
        (r"with the Hadamard product $\otimes$", True),
        (r"where $\otimes$ is the outer product", False),
    ],
)
def test_a_product_taken_entry_by_entry(words: str, right: bool):
    assert (verdicts(PRODUCT + SLOPE + f" {words}.")[-1] in {"proved", "conditional"}) == right
