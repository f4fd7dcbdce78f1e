"""Names that get their meaning by `:=`, and indices with a prime.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$L := \\frac12 (s - g)^2$ and $e := s - g$.\n\n$$\\frac{\\partial L}{\\partial s} = e$$",
         ["definition", "definition", "proved"]),
        ("$L := \\frac12 (s - g)^2$ and $e := g - s$.\n\n$$\\frac{\\partial L}{\\partial s} = e$$",
         ["definition", "definition", "refuted"]),
        ("$$q \\triangleq 3 r$$ so $$\\frac{dq}{dr} = 3$$", ["definition", "proved"]),
        ("$f(u) := u^3$, $$f'(u) = 3u^2$$", ["definition", "proved"]),
        ("$$w := w - \\eta g$$", ["none"]),
        ("$q = 2r$. $$q := 2s$$", ["definition", "none"]),
    ],
)  # fmt: skip
def test_a_name_is_what_it_is_set_to_unless_it_is_updated(text: str, expected: list[str]):
    assert verdicts(text) == expected


DECAY = "$$D = \\frac{\\lambda}{2} \\sum_{j'=1}^h \\sum_{k'=1}^d v_{k'j'}^2$$\n\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (DECAY + r"$$\frac{\partial D}{\partial v_{kj}} = \lambda v_{kj}$$", "proved"),
        (DECAY + r"$$\frac{\partial D}{\partial v_{kj}} = \lambda v_{jk}$$", "ill-shaped"),
        (DECAY + r"$$\frac{\partial D}{\partial v_{kj}} = \frac{\lambda}{2} \sum_{j'} \sum_{k'} "
         r"\frac{\partial v_{k'j'}^2}{\partial v_{kj}}$$", "proved"),
        (r"$s = \sum_{i'} u_{i'}$ and $$\frac{\partial s}{\partial u_i} = 1$$", "proved"),
        (r"$p_i = \frac{e^{z_i}}{\sum_{i'} e^{z_{i'}}}$. $$\sum_{i' \ne i} p_{i'} = 1 - p_i$$", "proved"),
        (r"$y = k' u$ and $k' = 2$ and $s = \sum_k u_k$. $$y = 2 u$$", "conditional"),  # a name with a prime
    ],
)  # fmt: skip
def test_an_index_with_a_prime_is_another_index(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict
