"""CSV files as people have them, and what is said of those that cannot be read."""

from __future__ import annotations

import contextlib
import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltarule.language.errors import DeltaruleError
from deltarule.training.csv_text import csv_text, read_csv, table_text

GOOD = "a,b,label\n1,2.5,x\n3,4.5,y\n"


def said(content: str | bytes) -> str:
    """The message of the error that reading gives."""
    with pytest.raises(DeltaruleError) as caught:
        read_csv(content if isinstance(content, bytes) else content.encode(), "t.csv")
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiter_mark_and_line_ends_are_found(delimiter, mark, newline):
    content = mark + GOOD.replace(",", delimiter).replace("\n", newline).encode()
    table = read_csv(content, "t.csv")
    assert list(table.columns) == ["a", "b", "label"]
    np.testing.assert_array_equal(table.features(["a", "b"]), [[1, 2.5], [3, 4.5]])
    assert table.labels("label").tolist() == ["x", "y"]


def test_a_delimiter_inside_quotes_does_not_count():
    table = read_csv(b'"one, two, three";b\n1;2\n', "t.csv")
    assert list(table.columns) == ["one, two, three", "b"]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends():
    table = read_csv(b'a,t\n1,"x, ""y""\nz"\n2,w\n', "t.csv")
    assert table.columns["t"].texts == ['x, "y"\nz', "w"]
    assert [table.place(r) for r in range(2)] == ["line 2", "line 4"]


def test_pandas_reads_the_same_numbers(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(50, 4)) * 10.0 ** rng.integers(-300, 300, (50, 4)), columns=list("abcd"))
    file = tmp_path / "t.csv"
    frame.to_csv(file, index=False)
    table = read_csv(file.read_bytes(), "t.csv")
    np.testing.assert_array_equal(table.features("abcd"), frame.to_numpy())


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=2), min_size=1))
def test_what_is_written_is_read_back(rows):
    text = csv_text(["p", "q"], list(zip(*rows, strict=True)))
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == rows


def test_a_table_written_as_text_reads_back_equal():
    table = read_csv(b"a,b,label\n1,2.5,x\n-3,1e-300,y z\n", "t.csv")
    again = read_csv(table_text(table).encode(), "t.csv")
    assert again.digest() == table.digest()


def test_an_empty_file_says_so():
    assert said("") == "t.csv is empty\nremedy: write a header line with the names of the columns, then rows"
    assert "is empty" in said(b"\xef\xbb\xbf\n\n")


def test_a_header_alone_says_so():
    assert said("a,b\n") == "t.csv has a header and no rows: there is nothing to read"


def test_a_ragged_row_is_named_by_its_line():
    message = said("a,b\n1,2\n1,2,3\n1,2\n")
    assert message.startswith("line 3 of t.csv has 3 fields, the header has 2\nremedy:")
    assert said('a,b\n"1\n",2\n\n7\n').startswith("line 5 of t.csv has 1 field, the header has 2")


def test_two_columns_of_one_name_are_refused():
    assert said("a,b,a\n1,2,3\n").startswith("t.csv calls columns 1, 3 'a'")


def test_a_column_without_a_name_is_refused_with_the_usual_cause():
    message = said(pd.DataFrame({"a": [1, 2]}).to_csv())
    assert message.startswith("column 1 of t.csv has no name") and "index=False" in message


def test_a_missing_header_is_noticed():
    assert said("1,2\n3,4\n").startswith("the first line of t.csv holds numbers, not names")


def test_a_huge_field_is_refused_with_its_line():
    assert said("a,b\n1,2\n1," + "x" * 200_000 + "\n").startswith("line 3 of t.csv: a field is longer than 131,072")


def test_quotation_marks_that_do_not_match_are_named_by_line():
    assert said('a,b\n1,2\n1,"open\n2,3\n').startswith("line 3 of t.csv: a quotation mark is opened and never closed")
    assert said('a,b\n1,"x"y\n').startswith("line 2 of t.csv: the quotation marks do not match")


def test_text_that_is_not_utf8_is_named_by_line():
    assert said(b"a,b\n1,2\n1,\xe9t\xe9\n") == "t.csv is not UTF-8: byte 0xe9 in line 3\nremedy: save it as UTF-8"
    assert said("a,b\n1,2\n".encode("utf-16")).startswith("t.csv is UTF-16 text")


def test_a_binary_file_is_refused():
    assert said(b"PK\x03\x04\x00\x00").startswith("t.csv is a binary file (a spreadsheet or ZIP file?), not text")
    assert said(b"\x1f\x8b\x08anything").startswith("t.csv is a binary file (compressed with gzip?)")


@given(st.binary(max_size=200))
def test_no_bytes_give_anything_but_a_table_or_an_error_with_words(content):
    with contextlib.suppress(DeltaruleError):
        read_csv(content, "t.csv")
