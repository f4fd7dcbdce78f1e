"""How many threads the BLAS may take."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

__all__ = ["threads_for"]

THREADS_PAY_FROM = 20_000_000
"""Multiplications of a batch (its rows times the parameters) below which a second thread of the BLAS only costs."""


def threads_for(work: int) -> AbstractContextManager[object]:
    """One BLAS thread for small products: threads that wait for each other are 50 times slower on a busy machine."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas") if work < THREADS_PAY_FROM else nullcontext()
