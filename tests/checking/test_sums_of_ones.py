"""`\\sum_r^n 1` is n: a number within a sum is counted, where the sum says how far it runs."""

import pytest

from deltarule.checking.files import check_text

MEAN = "The mean is $m = \\frac{1}{n}\\sum_{r=1}^n v_r$.\n\n"
ROWS = [
    ("\\sum_{r=1}^n 1 = n", "proved"),
    ("\\sum_r^n 1 = n", "proved"),
    ("\\sum_{r=1}^n 1 = 1", "refuted"),
    ("\\sum_{r=1}^n 2 = n", "refuted"),
    ("\\sum_r^n (v_r - m) = \\sum_r^n v_r - m \\sum_r^n 1", "proved"),
    ("\\sum_r^n (v_r - m) = \\sum_r^n v_r - m \\sum_r^n 2", "refuted"),
    ("\\sum_r^n v_r - m \\sum_r^n 1 = n m - m n", "proved"),
    ("\\sum_r 1 = n", "unread"),
    ("\\sum_{r=0}^n 1 = n", "unread"),
]


@pytest.mark.parametrize("row, verdict", ROWS)
def test_a_number_within_a_sum(row: str, verdict: str) -> None:
    assert check_text(f"{MEAN}$${row}$$\n", "a.md").rows[-1].verdict == verdict
