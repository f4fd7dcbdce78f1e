"""The tour: its story in the terminal, its page, its figures beside scikit-learn's."""

from __future__ import annotations

import io
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from deltarule.commands import main
from deltarule.commands.tour_stages import Tour


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What one tour printed, and its page."""
    page = tmp_path_factory.mktemp("tour") / "tour.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        stream = io.StringIO()
        patch.setattr(sys, "stdout", stream)
        assert main(["tour", "-q", "--seed", "1", "-o", str(page)]) == 0
    return stream.getvalue().replace(str(page), "tour.html"), page.read_text(encoding="utf-8")


def test_the_story_has_six_steps_within_80_columns(told):
    printed, _ = told
    steps = re.findall(r"^(\d)\. (\w+)$", printed, re.M)
    assert steps == [(str(k), w) for k, w in enumerate(["Data", "Derive", "Prove", "Check", "Train", "Compare"], 1)]
    assert max(map(len, printed.splitlines())) <= 80
    assert "\033[" not in printed


def test_everything_is_proved_and_the_gradients_agree_with_differences(told):
    printed, _ = told
    found = re.search(r"(\d+) of (\d+) steps proved", printed)
    assert found and found.group(1) == found.group(2) and int(found.group(1)) > 30
    errors = [float(x) for x in re.findall(r"^  [Wwb]_\d +\d+ +(\S+)$", printed, re.M)]
    assert len(errors) == 4 and max(errors) < 1e-7


def test_the_comparison_stands_beside_scikit_learn(told):
    printed, page = told
    for name in ("deltarule", "LogisticRegression", "MLPClassifier"):
        row = re.search(rf"^  {name} +([\d.]+) +([\d.]+) +([\d.]+)", printed, re.M)
        assert row and 0.9 < float(row.group(1)) <= 1 and float(row.group(2)) < 0.3 and float(row.group(3)) > 0.95
        assert all(figure in page for figure in row.groups())


class Reader(HTMLParser):
    """Every tag of a page, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_can_be_read_aloud(told):
    _, page = told

    reader = Reader()
    reader.feed(page)
    assert not reader.open
    tags = [tag for tag, _ in reader.seen]
    assert tags.count("desc") == 4 and sum(a.get("role") == "img" for _, a in reader.seen) == 4 and "script" not in tags
    assert "details" in tags and tags.count("math") > 100
    for tag, attributes in reader.seen:
        assert "style" not in attributes, (tag, attributes)  # the page's own policy would drop it
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    identifiers = [a["id"] for _, a in reader.seen if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    assert "deltarule tour --seed 1" in page and "scikit-learn" in page


def test_a_tour_to_a_full_disk_is_refused(folder: Path, capsys):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    assert main(["tour", "-q", "-o", "/dev/full"]) == 2
    assert "no space left on device" in capsys.readouterr().err


@pytest.mark.slow
def test_over_ten_seeds_the_network_is_no_worse_than_scikit_learns(capsys):
    """Paired differences of test accuracy: their mean is not below zero by more than two standard errors."""
    differences = []
    for seed in range(10):
        ours, _, theirs = Tour(seed).contenders
        assert theirs.name == "MLPClassifier"
        differences.append(ours.metrics.accuracy - theirs.metrics.accuracy)
    error = np.std(differences, ddof=1) / np.sqrt(len(differences))
    assert np.mean(differences) > -2 * max(error, 0.002)
