"""The tables of docs/oracles.md, from the rows of the tests: `python -m tests.oracle_tables` writes them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from deltarule.calculus.gathering import gathered
from deltarule.calculus.rules import differentiate
from deltarule.calculus.tidy import tidy
from deltarule.language.expression import Symbol, fresh
from deltarule.language.notation import parse_expression
from deltarule.language.tensor import Tensor
from deltarule.writing import to_text

from .calculus.backward_functions import DECOMPOSITIONS, WITHOUT
from .calculus.cookbook import BEYOND, COOKBOOK, SHAPES, Gradient

PAGE = Path(__file__).parent.parent / "docs" / "oracles.md"


def cells(*rows: Iterable[object]) -> str:
    return "\n".join("| " + " | ".join(str(c).replace("|", r"\|") for c in row) + " |" for row in rows)


def _gradient(row: Gradient) -> str:
    scope = {name: Tensor.of(name, *sizes) for name, sizes in SHAPES.items()}
    y = parse_expression(row.of, scope)
    by = Symbol(row.by, [fresh(size) for size in SHAPES[row.by]])
    text = to_text(gathered(tidy(differentiate(y.expression, by))), (*y.axes, *by.axes))
    return f"`{text}`" if len(text) <= 140 else "(long)"


def cookbook() -> str:
    rows = [(g.number, f"`{g.of}`", g.by, _gradient(g), g.sympy) for g in COOKBOOK]
    return cells(("No.", "function", "by", "gradient as derived", "SymPy 1.14.0"), ("---",) * 5, *rows)


def beyond() -> str:
    rows = [(f"`{g.of}`" if len(g.of) < 80 else g.number, g.by, _gradient(g)) for g in BEYOND]
    return cells(("function", "by", "gradient as derived"), ("---",) * 3, *rows)


def backward() -> str:
    rows = [
        (f"`{b.name.partition(',')[0]}`{b.name.partition(',')[1] + b.name.partition(',')[2]}",
         f"`{b.equations}`" if len(b.equations) < 90 else "written out in the test",
         "; ".join(filter(None, [b.note, "also " * bool(b.also) + ", ".join(f"`{a}`" for a in b.also)])))
        for b in DECOMPOSITIONS
    ]  # fmt: skip
    missing = [(f"`{name}`", "", why) for name, why in WITHOUT.items()]
    return cells(("PyTorch's function", "forward equation here", ""), ("---",) * 3, *rows, *missing)


TABLES: dict[str, Callable[[], str]] = {"cookbook": cookbook, "beyond": beyond, "backward": backward}


def written(text: str) -> str:
    """The page with the table after each `<!-- table: name -->` written anew."""
    for name, make in TABLES.items():
        before, mark, rest = text.partition(f"<!-- table: {name} -->\n")
        if mark:
            text = f"{before}{mark}{make()}{rest[rest.index(chr(10) + '<!-- end -->') :]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
