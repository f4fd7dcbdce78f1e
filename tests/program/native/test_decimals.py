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
            digits = mantissa.replace(".", "").lstrip("0")
            assert len(digits) > 19 or (not digits and exponent) or int(digits) > 2**53, text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40), st.integers(1, 15))
def test_rows_of_floats_as_they_are_written(values, places):
    texts = [f"{value:.{places}g}" for value in values]
    kept = [text for text in texts if one(text) is not None]
    text = "".join(f"{a},{b}\r\n" for a, b in zip(kept, reversed(kept), strict=True)).encode()
    if kept:
        first, second = numbers(text, 2)
        assert first.tobytes() == np.array(list(map(float, kept))).tobytes() == second[::-1].tobytes()


@settings(max_examples=500, deadline=None)
@given(st.floats(2.3e-308, allow_nan=False, allow_infinity=False), st.sampled_from([1, -1]))
def test_a_normal_number_of_seventeen_digits_is_read_back_and_never_refused(value, sign):
    for text in (repr(sign * value), f"{sign * value:.16e}", f"{sign * value:.17e}"):
        found = one(text)
        assert found is not None and bits(found) == bits(float(text)), text


@settings(max_examples=500, deadline=None)
@given(st.integers(1, 2**64 - 1), st.integers(-400, 400))
def test_nineteen_digits_and_any_power_of_ten(mantissa, power):
    text = f"{mantissa}e{power}"
    found = one(text)
    if found is not None:
        assert bits(found) == bits(float(text)), text
    else:
        assert mantissa >= 10**19 or not 2.3e-308 < float(text) < np.inf or -5 < power < 24, text


@settings(max_examples=300, deadline=None)
@given(st.integers(2**52, 2**53 - 1), st.integers(1, 10), st.sampled_from([-1, 0, 1]))
def test_half_way_between_two_numbers(odd, power, beside):
    text = str(odd * 2**power + 2 ** (power - 1) + beside)
    found = one(text)
    assert (found is None and not beside) or (found is not None and bits(found) == bits(float(text))), text


def test_numbers_that_are_at_an_edge():
    edges = ["9007199254740992", "9007199254740991e22", "1e22", "1e-22", "-0", "-0.0", ".5", "5.", "0000000.1", "-.25"]
    edges += ["1234567", "12345678", "123456789", "1.234567", "0.1234567", "-0.12345678", "00000000", "0.0000000"]
    edges += ["1e24", "1e-23", "8.41e21", "0." + "0" * 19, "0." + "0" * 40 + "1234567890123456789", "00000123456789e5"]
    edges += ["2.2250738585072014e-308", "1.7976931348623157e308", "-9999999999999999999", "0.000001234567890123456789"]
    # The second word of the power of ten decides these.
    edges += ["1226299600297381325e86", "4044923017451363753e-199", "269315394124088484e75", "122740246022002385e78"]
    for text in edges:
        found = one(text)
        assert found is not None and bits(found) == bits(float(text)), text
    refused = [
        "9007199254740993",
        "1e23",
        "12345678901234567890",
        "18446744073709551616",
        "1e309",
        "1.8e308",
        "5e-324",
        "0e99",
    ]
    refused += ["1e-343", "0.00012345678901234567890", "1e9999", "2.2250738585072008e-308"]
    for text in refused:
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


SHORT = ["0", "-0.5", "1.25", "-12.3456", "12345678", "-1234567", "+9.5", ".5", "7.", "99999999", "0.000001", "-.25"]
LONG = ["1e3", "-123.45678", "3.141592653589793", "123456789", "-12345678", "-1.5e-7"]
WRONG = ["-", ".", "+.", "1.2.3", "1-2", "12a", " 1", "abc,"[:3]]


@pytest.mark.parametrize("others", [[], [""], LONG, ["", *LONG]], ids=["short", "gaps", "long", "both"])
def test_numbers_that_are_read_eight_at_a_time(others):
    """Beside a text, so that groups begin and end anywhere."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        columns, text_at, rows = rng.integers(9, 28), rng.integers(0, 10), rng.integers(1, 9)
        pool = np.array([*SHORT * 3, *others], object)
        table = rng.choice(pool, (rows, columns)).tolist()
        lines = [",".join([*row[:text_at], "word", *row[text_at:]]) + rng.choice(["\n", "\r\n"]) for row in table]
        roles = bytes([NUMBER] * text_at + [TEXT] + [NUMBER] * (columns - text_at))
        found = parse_rows("".join(lines).encode(), ",", roles)
        del found[text_at]
        for cells, column in zip(found, zip(*table, strict=True), strict=True):
            assert isinstance(cells, np.ndarray)
            expected = np.array([float(cell or "nan") for cell in column])
            np.testing.assert_array_equal(cells, expected)
            assert np.array_equal(np.signbit(cells), np.signbit(expected)), column


@pytest.mark.parametrize("cell", WRONG)
@pytest.mark.parametrize("place", [0, 3, 8, 11])
def test_what_is_no_number_is_refused_among_eight(cell, place):
    row = ["1.25"] * 12
    row[place] = cell
    text = ",".join(["0.5"] * 12) + "\n" + ",".join(row) + "\n"
    with pytest.raises(Stopped):
        parse_rows(text.encode(), ",", bytes([NUMBER] * 12))
