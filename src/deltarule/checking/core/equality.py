"""One equality in the text notation, proved or refuted: `prove("sigmoid(-s)", "1 - sigmoid(s)")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.judge import Judge
from deltarule.language.errors import DeltaruleError, NotationError, ShapeError
from deltarule.language.expression import Expression, at
from deltarule.language.notation import parse_equations

__all__ = ["judge_equality", "positives", "split_equality"]

LEFT, RIGHT = "left_side", "right_side"


def split_equality(text: str) -> tuple[str, str]:
    """The two sides of `left = right`; raises NotationError unless there is exactly one `=`."""
    parts = text.split("=")
    if len(parts) != 2 or not all(p.strip() for p in parts):
        place = len(parts[0]) if len(parts) > 1 else len(text)
        raise NotationError(
            "an equality has two sides and one =", text, place, 'For example "sigmoid(-s) = 1 - sigmoid(s)".'
        )
    return parts[0].strip(), parts[1].strip()


def judge_equality(
    left: str,
    right: str,
    *,
    where: Mapping[str, str] | None = None,
    shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
    positive: Sequence[str] = (),
) -> Judgement:
    """Whether `left = right` follows, for all values and sizes: proved, refuted (with a counterexample) or undecided.

    `where` defines names (`{"y": "sigmoid(s)"}`), `shapes` gives axes (`"A: n n, x: n"`; default: scalars), `positive`
    lists expressions that are > 0. Raises NotationError or ShapeError.
    """
    lines = [f"{name} = {body}" for name, body in (where or {}).items()]
    hypotheses = [f"positive_{k} = {text}" for k, text in enumerate(positive)]
    read = parse_equations("\n".join([*lines, *hypotheses, f"{LEFT} = {left}", f"{RIGHT} = {right}"]), shapes)
    equations = {e.name: e for e in read.equations}
    a, b = equations.pop(LEFT), equations.pop(RIGHT)
    if tuple(x.size for x in a.axes) != tuple(x.size for x in b.axes):
        raise ShapeError(f"the sides have different shapes: {left} has {_shape(a.axes)}, {right} has {_shape(b.axes)}")
    known: list[Expression] = [equations.pop(f"positive_{k}").right for k in range(len(positive))]
    judge = Judge(Definitions.of(equations.values(), {}), Facts(positive=tuple(known)))
    return judge.equality(a.right, at(b.right, b.axes, a.axes), refute=True)


def _shape(axes: tuple) -> str:  # type: ignore[type-arg]
    return "(" + ", ".join(str(a.size) for a in axes) + ")" if axes else "no axes"


def positives(text: str) -> list[str]:
    """The expressions that an inequality says are positive: `0 < y < 1` says y and 1 - y."""
    if "=" in text or ("<" in text) == (">" in text):
        raise DeltaruleError(f'--assume {text!r}: write an inequality with > or <, as in "a > 0" or "0 < y < 1"')
    sides = [side.strip() for side in text.replace(">", "<").split("<")]
    if not all(sides):
        raise DeltaruleError(f"--assume {text!r}: a side is missing")
    if ">" in text:
        sides.reverse()
    return [a if b == "0" else f"({a}) - ({b})" for b, a in pairwise(sides)]
