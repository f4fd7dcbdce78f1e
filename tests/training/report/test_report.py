"""The page of a training: whole, alone, accessible; its figures are those of the training; written whole or not."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

import deltarule as dr
from deltarule.language.errors import DeltaruleError
from deltarule.training.notes import heard_by
from deltarule.training.report import report_page
from deltarule.training.session import TrainingResult, train
from deltarule.training.watching import Watch

EMPTY = frozenset({"meta", "hr", "br"})


class Page(HTMLParser):
    """Every element closed where it should be; attributes and text are collected."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source, self.open, self.tags, self.text = text, [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"div", "table", "details", "ul", "figure", "h2", "dl"}:
            assert "p" not in self.open, f"<{tag}> in a paragraph, line {self.getpos()}"
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text)).replace("\u00a0", " ")

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rows(load: Any) -> Any:
    """X and y of one of scikit-learn's data sets."""
    return load(return_X_y=True)


CASES: dict[str, dict[str, Any]] = {
    "two classes": {"data": "breast_cancer", "epochs": 12},
    "many classes": {"data": "digits", "epochs": 4},
    "a logistic regression": {"data": "breast_cancer", "epochs": 8, "network": "linear(n, 1) -> sigmoid -> bce"},
    "a quantity": {"data": "diabetes", "epochs": 8},
    "nothing held out": {"data": "iris", "epochs": 8, "validation": 0.0},
    "a deep network": {
        "data": "wine",
        "epochs": 12,
        "network": "linear(n, 9) -> tanh -> linear(9, 8) -> relu -> linear(8, 7) -> sigmoid -> linear(7, 3) -> softmax "
        "-> cross_entropy",
        "optimiser": "adam",
    },
}
_made: dict[str, tuple[TrainingResult, Page]] = {}


def made(case: str) -> tuple[TrainingResult, Page]:
    if case not in _made:
        result = train(**CASES[case])
        assert result.subject is not None
        _made[case] = result, Page(report_page(result.subject))
    return _made[case]


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_loaded_and_nothing_runs(case):
    _, page = made(case)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "foreignobject"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in {"src", "style", "srcset", "xlink:href"} for name in attributes)
    assert all((a.get("href") or "#").startswith("#") for a in page.all("a"))
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page.source, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") and f"style-src 'sha256-{digest}'" in policy
    assert "url(" not in style.group(1) and "@import" not in style.group(1)


@pytest.mark.parametrize("case", CASES)
def test_every_picture_has_a_name_words_and_its_numbers(case):
    _, page = made(case)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    pictures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(pictures) >= 8
    for picture in pictures:
        named, described = picture["aria-labelledby"].split()
        assert re.search(rf'<title id="{named}">[^<]+</title><desc id="{described}">[^<]+</desc>', page.source)
    figures = re.findall(r"<figure.*?</figure>", page.source, re.S)
    assert len(figures) >= len(pictures)
    for figure in figures:
        assert re.search(r"<h3>[^<]+</h3>", figure) and "<figcaption>" in figure
        assert len(re.findall(r"<tr>", figure)) > 2
    assert all(a.get("aria-label") and a.get("tabindex") == "0" for a in page.all("div") if a.get("class") == "scroll")
    targets = [a["href"][1:] for a in page.all("a")]
    assert targets and set(targets) <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_drawn_outside_and_no_coordinate_is_lost(case):
    _, page = made(case)
    assert not re.search(r"(nan|inf)[\" ,LMHVZ<]", page.source)
    for svg in re.findall(r'<svg class="chart".*?</svg>', page.source, re.S):
        size = re.search(r'viewBox="0 0 (\S+) (\S+)"', svg)
        assert size is not None
        width, height = float(size.group(1)), float(size.group(2))
        xs = [float(v) for v in re.findall(r'\b(?:x|x1|x2|cx)="([^"]+)"', svg)]
        ys = [float(v) for v in re.findall(r'\b(?:y|y1|y2|cy)="([^"]+)"', svg)]
        assert min(xs) >= 0 and max(xs) <= width and min(ys) >= 0 and max(ys) <= height
        for path in re.findall(r'class="curve[^"]*" d="([^"]+)"', svg):
            places = np.array(re.findall(r"[ML](\S+?) ([\d.-]+)", path), float)
            assert places.min() >= 0 and places[:, 0].max() <= width and places[:, 1].max() <= height


@pytest.mark.parametrize("case", CASES)
def test_the_figures_are_those_of_the_training(case):
    result, page = made(case)
    judged = result.held_out or result.training
    figures = judged.figures()
    for name in ("accuracy", "roc_auc", "r2", "mae"):
        if name in figures:
            assert f"{figures[name]:.4f}" in page.words or f"{figures[name]:.2f}" in page.words
    assert str(result.data_sha256) in page.words and f"seed {result.model.seed_}" in page.words
    assert result.model.network_.text in page.words
    if "confusion" in vars(judged):
        cells = re.findall(r'<td class="(?:right|wrong) q[^"]*"[^>]*>(\d+)</td>', page.source)
        assert "<h3>Confusion matrix</h3>" in page.source
        assert [int(c) for c in cells] == vars(judged)["confusion"].ravel().tolist()
    assert ("No row was held out" in page.words) == (result.held_out is None)
    proved = re.search(r"(\d+) of (\d+) steps are proved", page.words)
    assert proved is not None and proved.group(1) == proved.group(2) and int(proved.group(1)) > 5


def test_what_was_found_stands_at_the_top():
    with pytest.warns(UserWarning, match="the loss does not fall"):
        result = train("wine", epochs=10, learning_rate=1e-7)
    assert [f.name for f in result.findings] == ["no_progress"]
    assert result.as_json()["findings"][0]["name"] == "no_progress"
    assert result.subject is not None
    page = Page(report_page(result.subject))
    assert "the loss does not fall: after 10 epochs" in page.words and "Try learning_rate = 1e-06" in page.words
    _, healthy = made("two classes")
    assert "Nothing conspicuous" in healthy.words and "Nothing conspicuous" not in page.words


def test_how_the_training_ended_is_said():
    result = train("wine", epochs=200, early_stopping=True)
    assert result.subject is not None
    words = Page(report_page(result.subject)).words
    assert f"those of epoch {result.model.best_epoch_}, the best" in words
    assert "have chosen the epoch" in words and "did not rise again" not in words
    result.model.interrupted_ = True
    assert "(stopped by Ctrl-C)" in Page(report_page(result.subject)).words
    assert "did not rise again" in made("two classes")[1].words


def test_what_the_data_says_is_only_text(tmp_path: Path):
    """Names of columns and classes that would be markup, script or a way out of an attribute."""
    evil = "<script>alert(1)</script>\"'>&<img src=x onerror=y>"
    made_of = [f"{k % 7},{(k * 3) % 5},{'<b>no</b>' if k % 2 else '</svg><i>yes'}" for k in range(60)]
    path = tmp_path / "evil.csv"
    quoted = '"' + evil.replace('"', '""') + '"'
    path.write_text("\n".join([f"{quoted},b,c", *made_of]))
    with heard_by(lambda text: None):  # what it says of noise is not asked here
        result = train(str(path), "c", epochs=6)
    where = result.report(tmp_path / "page.html", command=f"deltarule train {evil}")
    page = Page(where.read_text())
    assert not page.all("img") and not page.all("script") and not page.all("i")
    assert "<script>alert(1)</script>" in page.words and "<b>no</b>" in page.words


def test_the_same_training_makes_the_same_page(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = (train("iris", epochs=5).subject for _ in range(2))
    assert one is not None and other is not None
    assert report_page(one) == report_page(other)
    assert "2023-11-14 22:13 UTC" in report_page(one)


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path):
    with pytest.raises(DeltaruleError, match="there is no folder"):
        train("iris", epochs=10**6, report=tmp_path / "nowhere" / "page.html")  # said before the training
    with pytest.raises(DeltaruleError, match="is a folder"):
        train("iris", epochs=10**6, report=tmp_path)
    result = train("iris", epochs=3, report=tmp_path / "page.html", command="deltarule train iris --epochs 3")
    page = Page((tmp_path / "page.html").read_text())
    assert "deltarule train iris --epochs 3" in page.words
    assert result.report(tmp_path / "again.html").read_text().count("<figure") == page.source.count("<figure")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.html", "page.html"]


def test_a_fitted_estimator_is_reported_on(tmp_path: Path):
    X, y = rows(load_breast_cancer)
    watch = Watch()
    model = dr.Classifier("linear(n, 6) -> tanh -> linear(6, 1) -> sigmoid -> bce", epochs=10, callbacks=[watch])
    model.fit(X[:400], y[:400])
    page = Page(dr.report(model, X[400:], y[400:], tmp_path / "page.html", watch=watch, target="benign").read_text())
    assert f"{np.mean(model.predict(X[400:]) == y[400:]):.4f}" in page.words
    assert "It is judged by 169 rows" in page.words and "Updates against weights" in page.words
    assert "A network for benign, judged by 169 rows in Python" in page.words  # none of these trained it

    X, y = rows(load_diabetes)
    regressor = dr.Regressor("linear(n, 2) -> squared_error", epochs=5).fit(X, np.column_stack([y, -y]))
    page = Page(dr.report(regressor, X, np.column_stack([y, -y]), tmp_path / "page.html").read_text())
    assert "There are several targets" in page.words and "Residuals" in page.words


def test_what_cannot_be_reported_on_is_said(tmp_path: Path):
    X, y = rows(load_iris)
    with pytest.raises(DeltaruleError, match="not fitted"):
        dr.report(dr.Classifier(), X, y, tmp_path / "a.html")
    model = dr.Classifier("linear(n, k) -> softmax -> cross_entropy", epochs=2).fit(X, y)
    with pytest.raises(DeltaruleError, match="one value for each row"):
        dr.report(model, X, y[:9], tmp_path / "a.html")
    with pytest.raises(DeltaruleError, match="the class 7, which is none of 0, 1, 2"):
        dr.report(model, X, np.where(y == 2, 7, y), tmp_path / "a.html")
    assert not list(tmp_path.iterdir())
