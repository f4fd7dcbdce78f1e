"""A name without the index of what it is made of, where it is differentiated by: u = -z_i."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

SHORT = r"Let $v = 1 - s_k$ with any $k$."
VECTOR = r"Let $v = 2 s_k$, and $r = v^T v$."

ROWS = [
    (SHORT, r"\frac{d}{ds_k} \ln(1 - s_k) = \frac{d}{ds_k} \ln v", HOLDS),
    (SHORT, r"\frac{d}{ds_k} \ln v = \frac{d \ln v}{dv} \cdot \frac{dv}{ds_k}", HOLDS),
    (SHORT, r"\frac{d \ln v}{dv} \cdot \frac{dv}{ds_k} = \frac1v \cdot (-1)", HOLDS),
    (SHORT, r"\frac{d \ln v}{dv} \cdot \frac{dv}{ds_k} = \frac1v", WRONG),
    (SHORT, r"\frac{d v^2}{dv} \cdot \frac{dv}{ds_k} = -2 v", HOLDS),
    (SHORT, r"\frac{d v^2}{dv} \cdot \frac{dv}{ds_k} = -2", WRONG),
    (VECTOR, r"\frac{d r}{d v} = 2 v", HOLDS),
    (VECTOR, r"\frac{d r}{d v} = v", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_name_without_its_index(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
