"""Prediction and evaluation block by block: the same numbers as at once, whatever reads and writes them."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, evaluate, prediction_files, streaming_metrics
from deltarule.training.frames import as_table
from deltarule.training.notes import Notes
from deltarule.training.prediction import predictions
from deltarule.training.prediction_files import write_predictions
from deltarule.training.table_input import table_input
from deltarule.training.texts import Texts

RNG = np.random.default_rng(0)
ROWS = 3000
pytestmark = pytest.mark.filterwarnings("ignore::deltarule.training.notes.DataWarning")


def frame(rows: int = ROWS) -> pd.DataFrame:
    found = pd.DataFrame({"a": RNG.normal(size=rows), "b": RNG.normal(3, 2, rows).round(3)})
    found["colour"] = RNG.choice(["red", "green", "dark, blue"], rows)
    found["when"] = pd.Series(
        pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 99, rows), unit="D")
    ).dt.strftime("%Y-%m-%d")
    found["yes"] = RNG.choice(["true", "false"], rows)
    found["size"] = RNG.choice(["S", "M", "L"], rows)
    found.loc[RNG.random(rows) < 0.1, "b"] = np.nan
    found["label"] = np.where(found.a + (found.colour == "red") > 0.3, 'quoted "yes"', "no, not")
    found["value"] = found.a * 3 + (found["size"] == "L")
    return found


FEATURES = ["a", "b", "colour", "when", "yes", "size"]
DATA = frame()
ORDINAL = {"size": ["S", "M", "L"]}


@pytest.fixture(scope="module", params=["float64", "float32"])
def models(request):
    settings = {"epochs": 3, "ordinal": ORDINAL, "dtype": request.param}
    kinds = ((Classifier, "label"), (Regressor, "value"))
    return [kind(**settings).fit(DATA[FEATURES], DATA[target]) for kind, target in kinds]


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f,
        lambda f: f.assign(a=np.where(f.index == 7, np.nan, f.a)),
        lambda f: f.assign(colour=np.where(f.index % 5 == 0, "violet", f.colour)),
        lambda f: f.assign(colour=f.colour.mask(f.index == 3), size=f["size"].mask(f.index == 4)),
        lambda f: f.assign(a=f.a.mask(f.index == 1, 1e308), b=f.b * 1e300),
    ],
)
def test_the_short_way_from_a_table_gives_the_bits_of_the_long_one(models, change):
    table = as_table(change(DATA[FEATURES]))
    for model in models:
        with np.errstate(over="ignore"):
            right = model.as_input(model.encoder_.encode(_raw(table, model), Notes()))
        found = table_input(model, table, Notes())
        assert found.dtype == right.dtype and found.tobytes() == right.tobytes()


def _raw(table, model):
    from deltarule.training.numbering import raw_as_encoded

    return raw_as_encoded(table, model.encoder_)


def test_what_is_odd_in_a_table_is_said_as_before(models):
    notes = Notes()
    changed = DATA[FEATURES].assign(colour="violet", a=np.where(DATA.index == 7, np.nan, DATA.a))
    table_input(models[0], as_table(changed), notes)
    assert len(notes.said) == 2 and ("colour", "unseen") in notes.said and ("a", "missing") in notes.said
    for broken, words in (
        (DATA[FEATURES].drop(columns="b"), "has no column 'b'"),
        (DATA[FEATURES].assign(a=np.inf), "is infinite at row"),
        (DATA[FEATURES].assign(when="soon"), "holds dates"),
        (DATA[FEATURES].assign(yes="maybe"), "holds true and false"),
    ):
        with pytest.raises(DeltaruleError, match=words):
            table_input(models[0], as_table(broken), Notes())


def test_arrows_writer_and_ours_write_the_same(models, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    DATA.to_csv(tmp_path / "t.csv", index=False)
    for model in models:
        written = []
        for limit in (1, 10**9):
            monkeypatch.setattr(prediction_files, "PAYS_FROM", limit)
            file = io.BytesIO()
            assert write_predictions(predictions(model, tmp_path / "t.csv"), "csv", file) == ROWS
            written.append(file.getvalue())
        ours, theirs = (pd.read_csv(io.BytesIO(text)) for text in written)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        assert len(written[0].splitlines()) == ROWS + 1


def test_evaluation_in_blocks_is_that_of_all_rows(models, tmp_path, monkeypatch):
    DATA.to_csv(tmp_path / "t.csv", index=False)
    monkeypatch.setattr("deltarule.training.source.ROWS_A_BLOCK", 170)
    for model, target in zip(models, ("label", "value"), strict=True):
        whole = evaluate(model, tmp_path / "t.csv", target).metrics
        monkeypatch.setattr(streaming_metrics, "KEPT", 1000)
        summed = evaluate(model, tmp_path / "t.csv", target).metrics
        monkeypatch.setattr(streaming_metrics, "KEPT", 1_000_000)
        assert summed.rows == whole.rows == ROWS
        for name, value in whole.figures().items():
            about = {"roc_auc": 1e-4, "pr_auc": 1e-3, "median_ae": 1e-3}.get(name, 1e-9)
            assert summed.figures()[name] == pytest.approx(value, rel=about), name


def test_a_class_or_a_value_that_cannot_be_judged_is_named_with_its_place(models, tmp_path):
    DATA.assign(label=DATA.label.mask(DATA.index == 2000, "other")).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DeltaruleError, match="holds other at line 2002, a class that the model does not know"):
        evaluate(models[0], tmp_path / "t.csv", "label")
    DATA.assign(value=DATA.value.mask(DATA.index == 2000)).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DeltaruleError, match="has no value at line 2002"):
        evaluate(models[1], tmp_path / "t.csv", "value")


MEMORY = """
import re, sys
def peak(): return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
from deltarule.training import evaluate, load_model, streaming_metrics
from deltarule.training import fast_csv
streaming_metrics.KEPT = 10_000
fast_csv.BLOCK = 1 << 18  # some thirty blocks are read ahead
fast_csv.PLAIN_FROM = int(sys.argv[4])  # LLVM takes memory of its own too
model = load_model(sys.argv[1])
for _ in range(3):  # the readers' threads take some memory of their own
    evaluate(model, sys.argv[2], "label")
small = peak()
evaluate(model, sys.argv[3], "label")
print(peak() - small)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize("plain_from", [0, 1 << 60])
def test_the_memory_of_an_evaluation_does_not_grow_with_the_rows(tmp_path, plain_from):
    from deltarule.training import save_model

    model = Classifier("linear(n, 1) -> sigmoid -> bce", epochs=1).fit(DATA[["a", "b"]], DATA.label)
    save_model(model, tmp_path / "m")
    text = DATA[["a", "b", "label"]].to_csv(index=False, header=False)
    for name, copies in (("small.csv", 60), ("large.csv", 400)):
        (tmp_path / name).write_text("a,b,label\n" + text * copies)
    call = [sys.executable, "-c", MEMORY, str(tmp_path / "m"), str(tmp_path / "small.csv"), str(tmp_path / "large.csv")]
    call.append(str(plain_from))
    grown = float(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
    assert grown < 30, grown  # 1,200,000 rows: kept they would take 40 MB and more


def test_texts_are_a_sequence_of_what_they_stand_for():
    given = ["b", "a", "", "b", "ä"]
    texts = Texts.of(given)
    assert list(texts) == given == [texts[k] for k in range(5)] and texts == given and texts[1:3] == ["a", ""]
    assert list(Texts.joined([texts, ["z", "a"]])) == [*given, "z", "a"] and len(texts.words) == 4
    assert list(texts.map(str.upper)) == ["B", "A", "", "B", "Ä"] and texts.map(lambda t: "x").words == ["x"]
    assert texts.first(lambda t: t == "") == 2 and texts.first(lambda t: t == "q") is None
    assert texts[:2].trimmed().words == ["b", "a"] and texts.strings().tolist() == given
    assert texts.numbers(len).tolist() == [1, 1, 0, 1, 1] and texts.counts().tolist() == [2, 1, 1, 1]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_large_file_is_predicted_by_native_code_in_the_order_of_its_rows(models, kind, tmp_path, monkeypatch):
    file = tmp_path / f"table.{kind}"
    DATA.to_csv(file, index=False) if kind == "csv" else DATA.to_parquet(file)
    monkeypatch.setattr("deltarule.training.source.ROWS_A_BLOCK", 256)
    for model in models:
        expected = list(predictions(model, file))
        with monkeypatch.context() as patched:
            patched.setattr("deltarule.training.source.LARGE", 0)
            found = list(predictions(model, file))
        assert len(found) == len(expected) > 5
        assert model.program_.engine == "numpy"  # the model itself is as it was
        for a, b in zip(found, expected, strict=True):
            close = 1e-12 if model.dtype == "float64" else 2e-4
            if a.probabilities is None or b.probabilities is None:
                np.testing.assert_allclose(a.values, b.values, rtol=close, atol=close)
            else:
                np.testing.assert_allclose(a.probabilities, b.probabilities, rtol=close, atol=close)
    assert models[0].for_many_rows().program_.engine == "native"
