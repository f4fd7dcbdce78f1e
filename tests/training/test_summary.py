"""Before the training: what a table holds and what usually goes wrong with it, each said for what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deltarule.training import DATASETS, train

ROWS = 300


@pytest.fixture
def good() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=ROWS), "b": rng.choice(["x", "y"], ROWS), "c": rng.integers(0, 9, ROWS)})
    return frame.assign(target=np.where(frame.a + rng.normal(size=ROWS) > 0, "up", "down"))


def warnings_of(frame: pd.DataFrame) -> list[str]:
    return list(train(frame, "target", epochs=1).summary.warnings)


def test_a_good_table_is_not_warned_of(good):
    summary = train(good, "target", epochs=1).summary
    assert summary.warnings == () and summary.rows == ROWS
    assert [(c.name, c.kind, c.distinct) for c in summary.columns] == [
        ("a", "number", ROWS), ("b", "category", 2), ("c", "number", 9)]  # fmt: skip
    assert summary.classes == good.target.value_counts().to_dict()


@pytest.mark.parametrize("name", DATASETS)
def test_no_bundled_data_set_seems_to_leak_or_to_hold_identifiers(name):
    found = train(name, epochs=1).summary.warnings
    assert not [text for text in found if "alone" in text or "identifier" in text], found


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (lambda f: 7.0, "column 'new' is the same in every row"),
        (lambda f: np.arange(ROWS), "column 'new' looks like an identifier"),
        (lambda f: np.random.default_rng(1).permutation(ROWS) + 1000, "column 'new' looks like an identifier"),
        (lambda f: (f.target == "up").astype(int), "column 'new' alone gives the target away"),
        (lambda f: f.target.str.upper(), "column 'new' alone gives the target away"),
        (lambda f: np.where(f.target == "up", f.a + 100, f.a), "column 'new' alone gives the target away"),
        (lambda f: np.where(f.index % 3 == 0, f.a, np.nan), "column 'new' lacks 200 of its 300 values"),
    ],
)
def test_a_column_that_usually_goes_wrong_is_warned_of(good, column, words):
    found = warnings_of(good.assign(new=column(good)))
    assert len(found) == 1 and words in found[0]


def test_a_leaked_quantity_is_found_through_any_monotone_function(good):
    frame = good.assign(target=good.a * 3 + 1)
    assert "column 'a' alone" in warnings_of(frame)[0]
    assert "column 'a' alone" in warnings_of(frame.assign(a=np.exp(frame.a)))[0]


def test_rare_classes_are_warned_of(good):
    good["target"] = np.where(good.index % 40 == 0, "fraud", "fine")
    found = warnings_of(good)
    assert found[0].startswith(
        "the classes of 'target' are unbalanced: 8 of 300 rows are fraud; always saying fine is right"
    )


def test_rows_that_are_copies_are_warned_of_where_that_is_hardly_chance(good):
    copied = pd.concat([good, good.iloc[:30]])
    found = warnings_of(copied)
    assert len(found) == 1 and found[0].startswith("30 of 330 rows are copies of others")
    assert warnings_of(pd.concat([good, good.iloc[:3]])) == []
    few = good.assign(a=np.sign(good.a))  # 2 * 2 * 9 * 2 different rows are all there can be
    assert warnings_of(few) == []


@pytest.mark.parametrize("name", DATASETS)
def test_no_bundled_data_set_is_warned_of_but_for_columns_that_are_constant(name):
    assert all("is the same in every row" in text for text in train(name, epochs=1).summary.warnings)


def test_how_dates_are_read_is_said(good):
    summary = train(good.assign(when=pd.Timestamp("2024-01-01"), b=True), "target", epochs=1).summary
    assert summary.notes == ("dates are read as days since 1970-01-01, with fractions for times: 'when'",)
    assert [c.kind for c in summary.columns] == ["number", "boolean", "number", "date"]
