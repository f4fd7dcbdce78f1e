"""README.md, CONTRIBUTING.md and docs/*.md show what really happens: every command and every Python block is run."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_refresh", ROOT / "docs" / "refresh.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


refresh = _refresh()
PAGES = refresh.pages()


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_page_shows_what_really_happens(page: Path) -> None:
    session = refresh.Session()
    with refresh.workplace():
        for what in refresh.shown(page.read_text(encoding="utf-8")):
            real = session.run(what)
            assert what.kind == "python" or refresh.matches(what.output, real), (
                f"{page.name}, line {what.line}: the output of\n\n    {what.source}\n\nis not the one that is shown. "
                f"If the real one is right, `python docs/refresh.py {page.relative_to(ROOT)}` writes it there.\n\n"
                f"shown:\n{what.output}\nreal:\n{real}"
            )


def test_an_ellipsis_stands_for_lines_or_for_the_rest_of_one() -> None:
    assert refresh.matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert refresh.matches("took ... s\n", "took 0.3 s\n")
    assert not refresh.matches("a\n...\nz\n", "a\nb\ny\n")
    assert not refresh.matches("a\n", "a\nb\n")


def test_a_renewed_output_is_cut_where_the_shown_one_was() -> None:
    assert refresh.renewed("old\n...\nend\n", "new\n1\n2\nfinish\n") == "new\n...\nfinish\n"
    assert refresh.renewed("same\n...\n", "same\n1\n") == "same\n...\n"


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
