"""Large CSV files by machine code: what pyarrow makes of them, to the bit, whatever stands in them."""

from __future__ import annotations

import io

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, fast_csv, plain_csv
from deltarule.training.fast_csv import fast_blocks
from deltarule.training.prediction import predictions
from deltarule.training.prediction_files import write_predictions

pytest.importorskip("pyarrow")
pytestmark = pytest.mark.filterwarnings("ignore::deltarule.training.notes.DataWarning")
ROWS = 40_000
WANTED = {"a": False, "b": False, "colour": True}


def lines() -> list[str]:
    rng = np.random.default_rng(3)
    a, b, k = rng.normal(size=ROWS).round(4), rng.normal(3, 200, ROWS).round(2), rng.integers(0, 4, ROWS)
    words = ["red", "dark blue", "", "grün"]
    return [f"{a[i]},{b[i]},free text {i},{words[k[i]]},{'yes' if a[i] > 0 else 'no'}" for i in range(ROWS)]


LINES = lines()


def changed(*edits: tuple[int, str]) -> bytes:
    found = list(LINES)
    for row, line in edits:
        found[row] = line
    return ("a,b,note,colour,label\n" + "\n".join(found) + "\n").encode()


FILES = {
    "plain": changed(),
    "without the last end of line": changed()[:-1],
    "returns": changed().replace(b"\n", b"\r\n"),
    "a mark and an empty line before": b"\xef\xbb\xbf\n" + changed(),
    "missing values": changed((5, ",2,x,NA,no"), (39_999, "1,,x,null,yes")),
    "words for none": changed((9, "nan,2,x,red,no"), (20_000, "1,NA,x,red,yes")),
    "many digits": changed((30_000, "0.12345678901234567,2,x,red,no"), (10_000, "1e300,2,x,red,no")),
    "too many digits": changed((30_000, "12345678901234567890,2,x,red,no"), (10_000, "1e-320,2,x,red,no")),
    "empty lines": changed((7, ""), (25_000, "")),
    "quotes": changed((25_000, '1,2,"a, b\nc ""d""","red",no'), (25_001, '1,"2",x,"a, b",no')),
    "quotes around one word": changed((25_000, '1,2,x,"red",no')),
    "a quote at once": changed((0, '1,2,"x",red,no')),
    "spaces": changed((3, " 1, 2 ,x, red ,no")),
    "all on returns alone": changed().replace(b"\n", b"\r"),
    "a header in quotes": changed().replace(b"a,b,note", b'"a","b","note"', 1),
}


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(fast_csv, "BLOCK", 1 << 17)


def columns(path, native, monkeypatch):
    monkeypatch.setattr(fast_csv, "PLAIN_FROM", 0 if native else 1 << 60)
    blocks = list(fast_blocks(path, "t.csv", 2048, WANTED))
    places = [place for block in blocks for place in block.lines or ()]
    assert max(block.rows for block in blocks) <= 2048 and {block.unread for block in blocks} == {("note", "label")}
    numbers = [np.concatenate([np.asarray(block.columns[n].numbers) for block in blocks]) for n in ("a", "b")]
    return places, [n.tobytes() for n in numbers], [t for block in blocks for t in block.columns["colour"].texts or ()]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_read_to_the_bit_as_by_pyarrow(kind, tmp_path, monkeypatch, small_pieces):
    file = tmp_path / "t.csv"
    file.write_bytes(FILES[kind])
    assert columns(file, True, monkeypatch) == columns(file, False, monkeypatch)


def test_most_of_a_file_goes_the_short_way(tmp_path, monkeypatch, small_pieces):
    file, outcomes = tmp_path / "t.csv", []
    table = plain_csv.plain_table

    def counted(*arguments):
        parsed = table(*arguments)
        return lambda piece: outcomes.append(parsed(piece)) or outcomes[-1]

    monkeypatch.setattr(fast_csv, "plain_table", counted)
    for kind, refused in (
        ("plain", 0),
        ("missing values", 0),
        ("many digits", 0),
        ("too many digits", 2),
        ("empty lines", 2),
    ):
        outcomes.clear()
        file.write_bytes(FILES[kind])
        columns(file, True, monkeypatch)
        assert len(outcomes) > 8 and outcomes.count(None) == refused, kind


def test_a_row_that_is_wrong_is_named_as_before(tmp_path, monkeypatch, small_pieces):
    file = tmp_path / "t.csv"
    monkeypatch.setattr(fast_csv, "PLAIN_FROM", 0)
    file.write_bytes(changed((30_000, "1,2,3,red,no,more")))
    with pytest.raises(DeltaruleError, match=r"line 30002 of t\.csv has 6 fields, the header has 5"):
        list(fast_blocks(file, "t.csv", 2048, WANTED))
    file.write_bytes(changed((30_000, "1,2,3,r\xe9d,no")).replace("é".encode(), b"\xe9"))
    with pytest.raises(DeltaruleError, match=r"t\.csv is not UTF-8: line 30002"):
        list(fast_blocks(file, "t.csv", 2048, WANTED))


def test_the_predictions_are_the_same_file(tmp_path, monkeypatch):
    file, written = tmp_path / "t.csv", []
    file.write_bytes(FILES["missing values"])
    monkeypatch.setattr(fast_csv, "PAYS_FROM", 0)
    rows = [line.split(",") for line in LINES[:2000]]
    X = {"a": [float(r[0]) for r in rows], "b": [float(r[1]) for r in rows], "colour": [r[3] for r in rows]}
    pandas = pytest.importorskip("pandas")
    model = Classifier(epochs=2).fit(pandas.DataFrame(X), [r[4] for r in rows])
    monkeypatch.setattr("deltarule.training.source.LARGE", 0)
    for start, there in ((0, True), (1 << 60, True), (0, False)):
        monkeypatch.setattr(fast_csv, "PLAIN_FROM", start)
        monkeypatch.setattr(fast_csv, "compiles", lambda there=there: there)
        out = io.BytesIO()
        assert write_predictions(predictions(model, file), "csv", out) == ROWS
        written.append(out.getvalue())
    assert written[0] == written[1] == written[2]


def test_without_llvm_nothing_is_compiled(monkeypatch):
    from deltarule.program.native.processor import UnknownProcessor

    def missing():
        raise UnknownProcessor("LLVM is not there")

    assert plain_csv.compiles()
    monkeypatch.setattr(plain_csv, "host", missing)
    assert not plain_csv.compiles()
