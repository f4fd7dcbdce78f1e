"""What an estimator shows of itself in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import deltarule as dr
from deltarule.network import Network
from deltarule.training import Classifier, Regressor
from deltarule.training.display import network_html

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X[:, 0] > 0


class Cells(HTMLParser):
    """The text of the cells and paragraphs of the network's table, and whether every element is closed."""

    VOID = ("br", "input", "meta", "link", "img")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.faults: list[str] = []
        self.feed(html)
        self.faults += self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "p", "div"):
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.texts and "style" not in self.open and "script" not in self.open:
            self.texts[-1] += data


def test_before_the_fit_sizes_are_letters_and_after_it_numbers():
    model = Classifier("linear(n, 8) -> tanh -> linear(8, 1) -> sigmoid -> bce", epochs=3)
    before = Cells(network_html(model))
    assert "W_1 [8, n]b_1 [8]" in before.texts and "sizes that are letters come from the data." in before.texts
    after = Cells(network_html(model.fit(X, Y)))
    assert "W_1 [8, 3]b_1 [8]" in after.texts and "w_2 [8]b_2 []" in after.texts
    assert "h_1 = tanh(a_1)" in after.texts and not before.faults and not after.faults
    told = next(text for text in after.texts if "numbers in the parameters" in text)
    assert told.startswith("41 numbers in the parameters; 3 epochs, seed 0, last loss ")


def test_early_stopping_says_of_which_epoch_the_parameters_are():
    model = Regressor(early_stopping=True, epochs=30).fit(X, X[:, 0])
    assert f"; the parameters are those of epoch {model.best_epoch_}." in model._repr_html_()


@pytest.mark.parametrize(
    "network", [None, "linear(n, 1) -> sigmoid -> bce", dr.Network("linear(n, 1) -> bce_with_logits")]
)
def test_the_network_stands_below_the_name_also_in_a_pipeline(network: Any):
    model = Classifier(network)
    text = "linear(n, 64) -> relu -> linear(64, k) -> softmax -> cross_entropy" if network is None else str(
        getattr(network, "text", network)
    )  # fmt: skip
    for shown in (model, make_pipeline(StandardScaler(), model)):
        assert text in Cells(shown._repr_html_()).texts


@pytest.mark.parametrize("network", ["linear(3, 1) -> sigmoud", 7, "<script>alert(1)</script>"])
def test_a_network_that_is_none_is_shown_among_the_parameters_only(network: Any):
    html = Classifier(network)._repr_html_()
    assert 'class="deltarule-network"' not in html and "<script>alert" not in html


def test_the_text_of_a_model_names_the_network_by_its_text():
    model = Classifier(Network.parse("linear(3, 1) -> sigmoid -> bce"))
    assert repr(model) == "Classifier(network=Network('linear(3, 1) -> sigmoid -> bce', shapes='x: 3'))"
    with sklearn.config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
