"""Components that are counted from 0 by their numbers, sums from 0 to n, and a layer's number above all of them.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text


def verdicts(text: str) -> list[str]:
    return [row.verdict for row in check_text(text, "notes.md").rows]


THREE = "$$p_i = \\frac{e^{u_i}}{\\sum_{k=0}^{2} e^{u_k}}, \\quad L = -\\sum_{k=0}^2 t_k \\ln p_k$$\n\n"
SIZED = "$p_i = \\frac{e^{u_i}}{\\sum_{j=0}^{K-1} e^{u_j}}$ for $u \\in \\mathbb{R}^K$.\n\n"
ERROR = "$$E = \\frac{1}{n} \\sum_{i=0}^{n} (t_i - o_i)^2$$\n\n"
LAYER = (
    "$s_i^3 = \\frac{e^{z_i^3}}{\\sum_{k=0}^{2} e^{z_k}}$ and $C = -\\sum_{k=0}^2 y_k \\ln s_k^3$ in layer 3.\n\n"
    "$$\\frac{\\partial s_1^3}{\\partial z_0^3} = -s_0^3 s_1^3$$\n\n"
)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (THREE + r"$$\sum_{k=0}^{2} e^{u_k} = e^{u_0} + e^{u_1} + e^{u_2}$$", "proved"),
        (THREE + r"$$\sum_{k=0}^{2} e^{u_k} = e^{u_0} + e^{u_1}$$", "refuted"),
        (THREE + r"$$\frac{\partial p_1}{\partial u_0} = -p_0 p_1$$", "proved"),
        (THREE + r"$$\frac{\partial p_1}{\partial u_0} = p_0 p_1$$", "refuted"),
        (THREE + r"$$\frac{\partial L}{\partial u_0} = p_0 (t_0 + t_1 + t_2) - t_0$$", "proved"),
        (THREE + r"$$\frac{\partial L}{\partial u_0} = p_0 - t_0$$", "conditional"),
        (THREE + r"When $k = 0$, $$\frac{\partial p_k}{\partial u_0} = p_0 (1 - p_0)$$", "proved"),
        (SIZED + r"$$\frac{\partial p_0}{\partial u_1} = -p_0 p_1$$", "proved"),
        (SIZED + r"$$\frac{\partial p_0}{\partial u_1} = p_0 - p_1$$", "refuted"),
        (ERROR + r"$$\frac{\partial E}{\partial o_i} = -\frac{2}{n} (t_i - o_i)$$", "proved"),
        (ERROR + r"$$\frac{\partial E}{\partial o_i} = \frac{2}{n} (t_i - o_i)$$", "refuted"),
        (r"$M = \sum_{i=0}^{m} v_i$ and $$M = \sum_{i=1}^{m} v_i$$", "definition"),  # the first is not read
        (LAYER + r"$$\frac{\partial C}{\partial z_0^3} = s_0^3 (y_0 + y_1 + y_2) - y_0$$", "proved"),
        (LAYER + r"$$\frac{\partial C}{\partial z_0^3} = s_0^3 - 2 y_0$$", "refuted"),
    ],
)
def test_components_are_counted_from_zero(text: str, verdict: str):
    assert verdicts(text)[-1] == verdict


def test_a_counterexample_counts_as_the_document_does():
    (row,) = [r for r in check_text(THREE + r"$$\frac{\partial p_1}{\partial u_0} = p_0 p_1$$", "notes.md").rows
              if r.verdict == "refuted"]  # fmt: skip
    assert row.counterexample is not None and "u[0]" in row.counterexample and "u[3]" not in row.counterexample
