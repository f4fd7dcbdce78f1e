"""The same work on one block after another, several at once, with the results in the order of the blocks."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

__all__ = ["in_order"]

Block = TypeVar("Block")
Result = TypeVar("Result")


def in_order(work: Callable[[Block], Result], blocks: Iterable[Block]) -> Generator[Result, None, None]:
    """`work(block)` for each. The first is done before the others begin, so that what is made once is made by then.

    As many at once as there are processors, and a few results wait, so that the memory does not grow with the blocks.
    """
    following = iter(blocks)
    for first in following:
        yield work(first)
        break
    count = min(_processors(), 4)
    if count == 1:
        yield from map(work, following)
        return
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for block in following:
                waiting.append(pool.submit(copy_context().run, work, block))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
