"""Plain decimal numbers by machine code, against Python's `float`."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deltarule.program.native.decimals import NUMBER, SKIPPED, TEXT, Stopped, parse_rows

DIGITS = st.text("0123456789", max_size=12)


@st.composite
def decimals(draw) -> str:
    """A decimal number, mostly one that one rounding decides."""
    whole, fraction = draw(DIGITS), draw(st.none() | DIGITS)
    if not whole and not fraction:
        whole = draw(st.sampled_from("0123456789"))
    text = draw(st.sampled_from(["", "-", "+"])) + whole + ("" if fraction is None else "." + fraction)
    if draw(st.booleans()):
        text += draw(st.sampled_from("eE")) + draw(st.sampled_from(["", "-", "+"])) + str(draw(st.integers(0, 30)))
    return text


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def numbers(text: bytes, columns: int) -> list[np.ndarray]:
    found = parse_rows(text, ",", bytes([NUMBER] * columns))
    return [cells for cells in found if isinstance(cells, np.ndarray)]


def one(text: str) -> float | None:
    """The value of a number in a row of its own, with text before it to be read over; None where it is refused."""
    try:
        return float(numbers(f"0.0,1.5,{text}\n".encode(), 3)[2][0])
    except Stopped:
        return None


@settings(max_examples=500, deadline=None)
@given(st.lists(decimals(), min_size=1, max_size=40))
def test_a_decimal_number_is_the_float_that_python_reads_or_is_refused(texts):
    for text in texts:
        found = one(text)
        if found is not None:
            assert bits(found) == bits(float(text)), text
        else:
            mantissa, _, exponent = text.lower().lstrip("+-").partition("e")
            power = int(exponent or 0) - len(mantissa.partition(".")[2])
            digits = mantissa.replace(".", "")
            assert int(digits) > 2**53 or abs(power) > 22 or len(digits) > 19, text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40), st.integers(1, 15))
def test_rows_of_floats_as_they_are_written(values, places):
    texts = [f"{value:.{places}g}" for value in values]
    kept = [text for text in texts if one(text) is not None]
    text = "".join(f"{a},{b}\r\n" for a, b in zip(kept, reversed(kept), strict=True)).encode()
    if kept:
        first, second = numbers(text, 2)
        assert first.tobytes() == np.array(list(map(float, kept))).tobytes() == second[::-1].tobytes()


def test_numbers_that_are_at_an_edge():
    edges = ["9007199254740992", "9007199254740991e22", "1e22", "1e-22", "-0", "-0.0", ".5", "5.", "0000000.1", "-.25"]
    edges += ["1234567", "12345678", "123456789", "1.234567", "0.1234567", "-0.12345678", "00000000", "0.0000000"]
    for text in edges:
        found = one(text)
        assert found is not None and bits(found) == bits(float(text)), text
    for text in ("9007199254740993", "1e23", "1e-23", "0." + "0" * 19, "12345678901234567890", "18446744073709551616"):
        assert one(text) is None, text


@pytest.mark.parametrize(
    "cell",
    [".", "-", "+", "-.", "1e", "1e+", "e5", "1.2.3", "--1", "+-1", "1-2", " 1", "1 ", "nan", "inf", "0x1", "1_000",
     '"1"', "1e00001", "\u0661", "\r1", "1;2", "yes", "/1", ":1", "1:", "12/45678", "1234567:"],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(cell):
    assert one(cell) is None
    with pytest.raises(Stopped):
        numbers(f"0.0,{cell},1.5\n1,2,3\n".encode(), 3)


@pytest.mark.parametrize(
    "text",
    [b"1,2,3\n", b"1\n2\n", b"\n", b"1,2\n\n", b"1,2\n3\n4,5,6\n", b"1,2\n3,4,5\n6\n", b"1,2\n3,4", b"1,2\r3,4\n", b""],
)
def test_rows_of_another_length_and_ends_that_are_none_are_refused(text):
    with pytest.raises(Stopped):
        numbers(text, 2)


def test_an_empty_cell_is_no_number_and_the_place_of_a_stop_is_given():
    first, second = numbers(b"1,\n,2\r\n3,\r\n", 2)
    np.testing.assert_array_equal(first, [1, np.nan, 3])
    np.testing.assert_array_equal(second, [np.nan, 2, np.nan])
    with pytest.raises(Stopped) as stopped:
        numbers(b"1,2\n3,4\n5,x\n", 2)
    assert stopped.value.offset == 10


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-999, 999), st.text(st.characters(exclude_characters=',\n\r"\0', codec="utf-8"))),
        min_size=1,
        max_size=200,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_texts_are_kept_and_columns_passed_over(rows, delimiter):
    rows = [(number, text.replace(delimiter, "")) for number, text in rows]
    lines = [delimiter.join((text, str(number), text, "not read", text)) + "\n" for number, text in rows]
    roles = bytes([TEXT, NUMBER, SKIPPED, SKIPPED, TEXT])
    first, values, *none, last = parse_rows("".join(lines).encode(), delimiter, roles)
    assert none == [None, None] and isinstance(values, np.ndarray)
    assert values.tolist() == [number for number, _ in rows]
    for cells in (first, last):
        assert isinstance(cells, tuple)
        data, starts = cells[0].tobytes(), cells[1].tolist()
        assert [data[a:b].decode() for a, b in pairwise(starts)] == [text for _, text in rows]
