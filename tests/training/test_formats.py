"""The same table in every format gives the same predictions, whole or block by block; what is wrong is named."""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pandas as pd
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import evaluate, predict, predictions, read_blocks, read_table, train
from deltarule.training.fast_csv import fast_blocks
from deltarule.training.prediction_files import FORMATS, write_predictions

ROWS = 300


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, ROWS),
            "city": rng.choice(["Oslo", "Bern, CH", 'the "Eternal"'], ROWS),
            "member": rng.choice([True, False], ROWS),
            "since": pd.Timestamp("2021-03-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D"),
            "score": rng.normal(size=ROWS).round(4),
        }
    )
    frame.loc[::13, "score"] = np.nan
    frame["buys"] = np.where(frame.age + 20 * (frame.city == "Oslo") > 50, "yes", "no")
    return frame


def csv_of(frame: pd.DataFrame, sep: str = ",") -> str:
    return frame.assign(member=frame.member.map({True: "true", False: "false"})).to_csv(index=False, sep=sep)


@pytest.fixture(scope="module")
def files(frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    records = json.loads(frame.assign(since=frame.since.dt.strftime("%Y-%m-%d")).to_json(orient="records"))
    lines = "".join(json.dumps(r) + "\n" for r in records)
    (folder / "t.csv").write_text(csv_of(frame))
    (folder / "t.tsv").write_text(csv_of(frame, sep="\t"))
    (folder / "t.jsonl").write_text(lines)
    (folder / "t.json").write_text(json.dumps(records))
    for name in ("t.csv", "t.tsv", "t.jsonl"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), mtime=0))
    frame.to_parquet(folder / "t.parquet", row_group_size=70)
    frame.to_feather(folder / "t.feather")
    return folder


@pytest.fixture(scope="module")
def model(files):
    return train(files / "t.csv", "buys", epochs=5, output=files / "model").model


NAMES = ["t.csv", "t.tsv", "t.jsonl", "t.json", "t.csv.gz", "t.tsv.gz", "t.jsonl.gz", "t.parquet", "t.feather"]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_predictions_in_the_order_of_the_rows(name, files, frame, model):
    expected = model.predict_proba(frame)
    found = predict(model, files / name).probabilities
    assert found is not None
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert evaluate(model, files / name).metrics.rows == ROWS
    assert read_table(files / name).rows == ROWS


@pytest.mark.parametrize("name", NAMES)
def test_blocks_are_the_table(name, files):
    blocks = list(read_blocks(files / name, {"age": False, "city": True}, rows=64))
    assert max(b.rows for b in blocks) <= 64 and sum(b.rows for b in blocks) == ROWS
    whole = read_table(files / name)
    assert [v for b in blocks for v in b.features(["age"])[:, 0]] == whole.features(["age"])[:, 0].tolist()
    assert [t for b in blocks for t in b.columns["city"].texts or []] == whole.columns["city"].texts


def test_text_with_leading_zeros_stays_text_in_every_block(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("zip,x,y\n" + "".join(f"0{k % 3},{k},{'ab'[k % 3 == 1]}\n" for k in range(90)))
    model = train(file, "y", categorical=["zip"], epochs=2).model
    assert model.encoder_.columns[0].categories == ("00", "01", "02")
    assert all(b.columns["zip"].texts is not None for b in read_blocks(file, {"zip": True}, rows=45))


def test_a_large_file_is_read_in_blocks_as_if_at_once(tmp_path, monkeypatch):
    file = tmp_path / "t.csv"
    file.write_text("a,b,c\n" + "".join(f"{k},{k if k < 40 else 'x'},{'' if k < 40 else 'y'}\n" for k in range(100)))
    whole = read_table(file)
    monkeypatch.setattr("deltarule.training.source.LARGE", 0)
    monkeypatch.setattr("deltarule.training.source.ROWS_A_BLOCK", 16)
    blocks = read_table(file)
    assert blocks.digest() == whole.digest() and blocks.place(50) == whole.place(50)


def test_the_fast_reader_gives_what_the_exact_one_gives(files):
    wanted = {"age": False, "city": True, "score": False, "since": True}
    fast = list(fast_blocks(files / "t.csv", "t.csv", 64, wanted))
    whole = read_table(files / "t.csv")
    for name, text in wanted.items():
        parts = [b.columns[name] for b in fast]
        if text:
            assert [t for p in parts for t in p.texts or []] == whole.columns[name].texts
        else:
            np.testing.assert_array_equal(
                np.concatenate([p.numbers for p in parts if p.numbers is not None]), whole.columns[name].numbers
            )


def test_what_the_fast_reader_does_not_take_is_answered_by_the_exact_one(tmp_path):
    file = tmp_path / "t.csv"
    rows = [f"{k},{k}" for k in range(1000)]
    file.write_text("a,b\n" + "\n".join([*rows, "1,2,3"]) + "\n")
    with pytest.raises(DeltaruleError, match=r"line 1002 of t\.csv has 3 fields, the header has 2"):
        list(fast_blocks(file, "t.csv", 64, {"a": False}))
    file.write_text("a,b\n" + "\n".join([*rows, "x,2"]) + "\n")
    parts = list(fast_blocks(file, "t.csv", 64, {"a": False}))
    assert sum(p.rows for p in parts) == 1001 and parts[-1].columns["a"].texts is not None


@pytest.mark.parametrize("format", FORMATS)
def test_predictions_are_read_back_from_every_format(format, files, model):
    expected = predict(model, files / "t.csv")
    file = io.BytesIO()
    assert write_predictions(predictions(model, files / "t.csv"), format, file) == ROWS
    file.seek(0)
    if format == "json":
        found = json.load(file)
        assert found == expected.as_json()
        return
    read = {
        "csv": pd.read_csv,
        "jsonl": lambda f: pd.read_json(f, orient="records", lines=True, precise_float=True),
        "parquet": pd.read_parquet,
    }[format]
    table = read(file)
    assert list(table.columns) == expected.names and table.buys.tolist() == expected.values.tolist()
    assert expected.probabilities is not None
    np.testing.assert_allclose(table.iloc[:, 1:], expected.probabilities, rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.jsonl", b'{"a": 1}\n{"a": [2]}\n', "line 2 of .*: 'a' holds a list"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2 of .* is no JSON"),
        ("t.jsonl", b"3\n", "line 1 of .* is no object"),
        ("t.jsonl", b"\n", "has no rows"),
        ("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 5000, mtime=0)[:-20], "not a whole gzip file"),
        ("t.parquet.gz", b"PAR1", "gunzip it first"),
        ("t.parquet", b"PAR1", "cannot read .* as Parquet"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeltaruleError, match=words):
        read_table(tmp_path / name)
    with pytest.raises(DeltaruleError, match=words):
        list(read_blocks(tmp_path / name, {"a": False}))
