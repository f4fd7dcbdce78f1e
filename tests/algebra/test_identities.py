"""Every row of the identities is proved, and adds no point without a value."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, product

import pytest

from deltarule.algebra import enclose, prove
from deltarule.algebra.identities import IDENTITIES, Identity, identities_for
from deltarule.language.traversal import symbols

EXTREMES = [Fraction(x) for x in ("0", "1", "-1", "1/3", "-5/2", "30", "-30", "700", "-700", "100000", "-100000")]
TINY = [Fraction(1, 10**30), Fraction(-1, 10**30), Fraction(1, 2), Fraction(7, 4)]
rows = pytest.mark.parametrize("row", list(IDENTITIES.values()), ids=lambda row: row.name)


@rows
def test_a_row_is_proved_and_names_the_points_that_it_leaves_out(row: Identity) -> None:
    proof = prove(row.left, row.right, row.facts)
    assert proof.proved, proof.reason
    of_the_left = prove(row.left, row.left, row.facts)
    added = [words for words in proof.domain if words not in of_the_left.domain and "!=" in words]
    assert added == [words.replace("=", "!=") for words in row.off]


@rows
def test_a_row_adds_no_undefined_point(row: Identity) -> None:
    """On a grid with extreme points: where the left side encloses a value, so does the right, and they overlap."""
    names = {s.name: len(s.indices) for e in (row.left, row.right) for s in symbols(e)}
    sizes = {"n": 2, "m": 2, "K": 2}
    grid = islice(product(TINY + EXTREMES, repeat=len(names)), 0, 4000, 1 if len(names) < 3 else 7)
    seen = 0
    for numbers in grid:
        values = {}
        for (name, rank), x in zip(names.items(), numbers, strict=True):
            values[name] = (
                x if not rank else (lambda *at, x=x: x + Fraction(sum((k + 1) * c for k, c in enumerate(at)), 7))
            )
        if any(not enclose(e, values, sizes, 600) > 0 for e in row.facts.positive):
            continue
        if any(words == "x = 0" for words in row.off) and values.get("x") == 0:
            continue
        axes = tuple(dict.fromkeys((*row.left.axes, *row.right.axes)))
        left, right = (enclose(e, values, sizes, 600, axes) for e in (row.left, row.right))
        pairs = [(left, right)] if not isinstance(left, tuple) else list(zip(_flat(left), _flat(right), strict=True))
        for a, b in pairs:
            if a.is_finite():
                assert b.is_finite(), f"{row.name}: {values} gives {a} and nothing"
                assert a.overlaps(b), f"{row.name}: {values} gives {a} and {b}"
                seen += 1
    assert seen


def _flat(value: object) -> list:
    return [x for part in value for x in _flat(part)] if isinstance(value, tuple) else [value]


def test_rows_are_found_by_their_use() -> None:
    assert {"logarithm of the sigmoid", "softplus, stable", "log-softmax, stable"} <= {
        row.name for row in identities_for("stable")
    }
