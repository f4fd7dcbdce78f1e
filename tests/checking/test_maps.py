"""Functions given as maps, compositions, intervals with turned brackets, a call among words.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


MAPS = (
    "Let $s: \\mathbb{R} \\to ]0, 1[, x \\mapsto \\frac{1}{1 + e^{-x}}$ and $q: ]0,1[ \\to \\mathbb{R}$, "
    "$p \\mapsto \\ln \\frac{p}{1-p}$ and $h: u \\mapsto u^3$.\n\n"
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (MAPS + r"$$q \circ s = \mathrm{id}_{\mathbb{R}}$$", "proved"),
        (MAPS + r"$$s \circ q = \operatorname{id}_{]0,1[}$$", "proved"),
        (MAPS + r"$$h \circ s = \mathrm{id}$$", "refuted"),
        (MAPS + r"$$s'(x) = s(x) (1 - s(x))$$", "proved"),
        (MAPS + r"$$h'(u) = 3u$$", "refuted"),
        (r"$$\frac{e^{x_i}}{\sum_j e^{x_j}} = \text{softmax(x)}_i$$", "proved"),
        (r"$$\frac{e^{-x_i}}{\sum_j e^{x_j}} = \text{softmax(x)}_i$$", "refuted"),
    ],
)
def test_a_map_says_what_a_function_is(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


def test_the_row_of_a_map_keeps_its_sign():
    assert [row.relation for row in check_text(MAPS, "notes.md").rows if row.verdict == "definition"] == [
        "\\mapsto"
    ] * 3
