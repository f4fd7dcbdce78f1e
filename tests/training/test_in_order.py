"""Work on several blocks at once: results in the order of the blocks, few of them held, errors where they belong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from deltarule.training import in_order as module
from deltarule.training.in_order import in_order


@pytest.fixture(params=[1, 3])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "_processors", lambda: request.param)
    return request.param


def test_results_come_in_the_order_of_the_blocks(processors: int) -> None:
    def slow_at_first(k: int) -> int:
        time.sleep(0.01 if k % 3 == 1 else 0.0)
        return k * k

    assert list(in_order(slow_at_first, range(40))) == [k * k for k in range(40)]
    assert list(in_order(slow_at_first, [])) == []


def test_no_more_blocks_are_taken_than_are_needed_soon(processors: int) -> None:
    taken = 0

    def blocks() -> Iterator[int]:
        nonlocal taken
        for k in range(1000):
            taken += 1
            yield k

    results = in_order(lambda k: k, blocks())
    for done in range(1, 50):
        next(results)
        assert taken <= done + 2 * processors + 2
    results.close()  # type: ignore[attr-defined]
    assert taken <= 49 + 2 * processors + 2


def test_the_first_is_done_alone_and_an_error_comes_at_its_place(processors: int) -> None:
    alone = threading.Event()

    def work(k: int) -> int:
        if k == 0:
            time.sleep(0.02)
            alone.set()
        assert alone.is_set()
        if k == 7:
            raise ValueError("seven")
        return k

    results = in_order(work, range(20))
    assert [next(results) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="seven"):
        next(results)


def test_work_sees_the_context_of_who_asked(processors: int) -> None:
    word = ContextVar("word", default="none")
    word.set("ours")
    assert list(in_order(lambda k: word.get(), range(5))) == ["ours"] * 5
