"""Calculations with their result behind ≈: proved where it is the value to its digits, refuted where nothing explains
the difference, and no claim in between."""

import pytest

from deltarule.checking.files import check_text

ROWS = [
    (r"0.4 \cdot 0.35 \approx 0.14", "proved"),
    (r"2/3 \approx 0.67", "proved"),
    (r"2/3 \approx 0.66", "none"),
    (r"100 \cdot 3.67 \approx 400", "proved"),
    (r"100 \cdot 3.67 \approx 500", "refuted"),
    (r"\frac{1}{1 + e^{-0.5}} \approx 0.6225", "proved"),
    (r"\frac{1}{1 + e^{-0.5}} \approx 0.6522", "refuted"),
    (r"1.34 + 0.42 \approx 1.67", "refuted"),
    (r"1.34 + 0.42 ≈ 1.76", "proved"),
    (r"0.13 \cdot 0.24 \approx 0.0331", "none"),  # of factors that may have been rounded themselves
    (r"\frac{22}{7} \approx 3.14159", "none"),
    (r"a \approx 0.5", "none"),
]


@pytest.mark.parametrize(("row", "verdict"), ROWS)
def test_a_rounded_result(row: str, verdict: str) -> None:
    assert check_text(f"With these numbers,\n\n$${row}$$\n", "text.md").rows[-1].verdict == verdict
