"""Derived equations as programs: `compile_network(network)` runs exactly the source that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deltarule.program.engine import DTYPES, ENGINES, Program, compile_network

__all__ = ["DTYPES", "ENGINES", "Program", "compile_network"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # NumPy is imported when a program is wanted, not before
        from deltarule.program import engine

        return getattr(engine, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
