"""Compiled code of these tests goes into a folder of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = os.environ.get("DELTARULE_CACHE")
    folder = tmp_path_factory.mktemp("cache")
    os.environ["DELTARULE_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["DELTARULE_CACHE"]
    else:
        os.environ["DELTARULE_CACHE"] = before
