"""`deltarule train DATA --find-learning-rate`: the range test instead of a training, with its picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deltarule.commands.plot import plot
from deltarule.commands.printing import as_json, deliver
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.range_picture import KINDS

__all__ = ["find"]

WIDTH = 61


def find(options: argparse.Namespace, look: Callable[[], Any]) -> int:
    """Carry out the test that `look` makes; the picture goes where `-o` says, the result to standard output."""
    output = None if options.output is None else Path(options.output)
    kind = "" if output is None else output.suffix.lstrip(".").lower()
    if output is not None and kind not in KINDS:
        raise DeltaruleError(
            f"{output}: no picture of the kind {kind!r}{nearest(kind, KINDS)}; "
            f"with --find-learning-rate, -o names a picture that ends in {', '.join(f'.{k}' for k in KINDS)}"
        )
    found = look()
    if output is not None:
        from deltarule.training.atomic import said_plainly, write_whole

        content = found.picture(kind)
        with said_plainly("write", output):
            write_whole(output, content)
    if options.format == "json":
        deliver(as_json(found.as_json()))
        return 0
    lines = [
        *_curve(found),
        "",
        f"rates    {found.rates[0]:.2g} to {found.rates[-1]:.2g} in {len(found.rates)} updates",
        f"try      --learning-rate {found.suggestion:g}: where the loss falls fastest, well below where it is lowest",
        *([f"picture  {output}"] if output is not None else []),
    ]
    deliver("\n".join(lines) + "\n")
    return 0


def _curve(found: Any) -> list[str]:
    """The smoothed loss over the logarithm of the rate, in letters; above one and a half of its start it is cut off."""
    top = 1.5 * max(found.smoothed[: max(len(found.smoothed) // 2, 1)])
    last = len(found.smoothed) - 1

    def loss(x: float) -> float:
        value = found.smoothed[round(x)]
        return value if value <= top else float("nan")

    lines = plot([("*", "smoothed loss by learning rate (logarithmic)", loss)], 0.0, float(last))
    axis = f"{found.rates[0]:<{WIDTH - 8}.2g}{found.rates[-1]:>8.2g}"
    return [*lines[:-3], f"{'':8}{axis}", *lines[-2:]] if lines else []
