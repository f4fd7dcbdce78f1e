"""Known misconceptions: what a person may have meant in the place of a side that is false.

Each row of the table changes the side as it is written in one way; the first change with which the row is proved is the
hint, and the changed side is what would hold. Nothing is guessed: a hint is given only where its repair is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, islice

from deltarule.checking.hints.exchanges import (
    at_another_place,
    change_of_index,
    exponent_shifted,
    function_put_back,
    index_put_back,
    indices_exchanged,
    names_exchanged,
    replaced_name,
)
from deltarule.checking.hints.insertions import diagonal, factor_inserted, term_inserted
from deltarule.checking.hints.left_out import coefficient, path
from deltarule.checking.hints.repairs import (
    Side,
    another_function_value,
    argument_scaled,
    factor_dropped,
    factors_turned,
    logarithm,
    negated,
    number_factor,
    one_term_negated,
    primed,
    reciprocal,
    squared,
    summed,
    term_dropped,
    unsummed,
)
from deltarule.checking.hints.scales import logarithm_base, mean
from deltarule.checking.hints.slips import (
    brackets_put_back,
    functions_put_back,
    label_moved,
    sign_in_an_index,
    square_moved,
    step_moved,
)
from deltarule.reading import tree as t

__all__ = ["MISCONCEPTIONS", "Misconception", "repairs"]

Repair = Callable[[Side], Iterator[t.Tree]]


@dataclass(frozen=True)
class Misconception:
    """A mistake by name: what is said, an example (wrong for right), and the sides that were perhaps meant."""

    name: str
    says: str
    example: str
    repair: Repair


def _numbers(side: Side) -> Iterator[t.Tree]:
    return chain(number_factor(side, Fraction(2)), number_factor(side, Fraction(1, 2)))


MISCONCEPTIONS: tuple[Misconception, ...] = (
    Misconception("sign", "the sign is flipped", "y - ŷ for ŷ - y", negated),
    Misconception("one sign", "the sign of one term is flipped", "1 + σ(z) for 1 - σ(z)", one_term_negated),
    Misconception("prime", "a prime is lost, or one too many", "σ(z) for σ'(z)", primed),
    Misconception("sum", "a sum is missing", "δ_k w_kj for Σ_k δ_k w_kj", summed),
    Misconception("no sum", "there is a sum too many", "Σ_k δ_k for δ_k", unsummed),
    Misconception("label", "a quantity of another layer or step stands here", "∂C/∂w^l = a^l δ^l for a^{l-1} δ^l",
                  label_moved),
    Misconception("step", "a quantity of another step stands here", "1 - h_t² for 1 - h_{t+1}²", step_moved),
    Misconception(
        "transpose", "a transpose is missing, or the factors are in the wrong order", "W δ for Wᵀ δ", factors_turned
    ),
    Misconception("square", "a square is lost, or one too many", "1 - tanh z for 1 - tanh² z", squared),
    Misconception("place of a square", "a square stands at the wrong place", "(1 - h)² for 1 - h²", square_moved),
    Misconception("exponent", "an exponent is one too small or too large", "x² for x³", exponent_shifted),
    Misconception("2 or ½", "a factor 2 or ½ is lost, or one too many", "ŷ - y for 2(ŷ - y)", _numbers),
    Misconception("mean", "the mean over the samples is not taken, or taken twice", "Σ_i for (1/m) Σ_i", mean),
    Misconception("path", "a path of the chain rule is missing", "Wᵀ ∂L/∂u for Wᵀ ∂L/∂u + ∂L/∂y with y = u + x",
                  path),
    Misconception("coefficient", "a factor of a definition is missing", "m ∂L/∂y for m ∂L/∂y / (1 - p)", coefficient),
    Misconception("brackets", "brackets are missing", "Xᵀ X w - y for Xᵀ (X w - y)", brackets_put_back),
    Misconception("reciprocal", "numerator and denominator are swapped", "ŷ/y for y/ŷ", reciprocal),
    Misconception("diagonal", "only the entries with equal indices are right", "ŷ_i (1 - ŷ_i) for ŷ_i (1[i = j] - ŷ_j)",
                  diagonal),
    Misconception("indices", "two indices are swapped", "δ_j x_i for δ_i x_j", indices_exchanged),
    Misconception("swapped", "two names are swapped, such as y and ŷ", "ŷ(1 - y) for y(1 - ŷ)", names_exchanged),
    Misconception("sign in an index", "the sign in an index is flipped", "δ_{j+k} for δ_{j-k}", sign_in_an_index),
    Misconception("no index", "an index is missing", "x^{(i)} for x_j^{(i)}", index_put_back),
    Misconception("index", "an index is wrong", "δ_j x_j for δ_i x_j", change_of_index),
    Misconception(
        "output", "the derivative is taken at the output instead of the input", "σ'(a) for σ'(z)", at_another_place
    ),
    Misconception("extra factor", "there is a factor too many", "(ŷ - y) ŷ(1 - ŷ) with cross-entropy", factor_dropped),
    Misconception("extra term", "there is a term too many", "∂L/∂w with the penalty of another weight", term_dropped),
    Misconception("another name", "one name stands for another", "(ŷ - y) w for (ŷ - y) x", replaced_name),
    Misconception("term", "a term is missing", "1 for 1 - tanh² z", term_inserted),
    Misconception("factor", "a factor is missing", "ŷ - y for (ŷ - y) x", factor_inserted),
    Misconception("argument", "the argument of a function has lost a factor", "2σ(z) - 1 for 2σ(2z) - 1",
                  argument_scaled),
    Misconception("log", "a logarithm is lost, or one too many", "y ŷ for y log ŷ", logarithm),
    Misconception("function", "a function is lost", "1 - z² for 1 - tanh² z", function_put_back),
    Misconception("functions", "a function is lost wherever it stands", "z (1 - z) for σ(z)(1 - σ(z))",
                  functions_put_back),
    Misconception("base", "the logarithm has another base: a factor ln b is lost, or one too many",
                  "1/p for 1/(p ln 2) of log₂ p", logarithm_base),
    Misconception("slope", "a function stands for its output or its slope", "σ(z) for σ(z)(1 - σ(z))",
                  another_function_value),
)  # fmt: skip

MOST = 40
"""Repairs of one kind that are tried for one side."""


FIRST = 16
"""Repairs of one kind that are tried before those of the next; the others come after the first of every kind."""
OF_SHAPES = frozenset(
    {
        "transpose",
        "factor",
        "extra factor",
        "sum",
        "no sum",
        "no index",
        "index",
        "another name",
        "label",
        "diagonal",
        "brackets",
    }
)
"""What may mend a side that does not fit: no sign and no number does."""


def repairs(side: Side, only: Collection[str] = (), *, misfit: bool = False) -> Iterator[tuple[Misconception, t.Tree]]:
    """Every changed side with the misconception that it would repair, likely ones first, each at most once; of all
    misconceptions or `only` of those of some names. A `misfit` is mended by what changes a shape, if at all."""
    seen: list[t.Tree] = [side.right]
    rows = [row for row in MISCONCEPTIONS if not only or row.name in only]
    if misfit and not only:
        rows.sort(key=lambda row: row.name not in OF_SHAPES)
    later: list[tuple[Misconception, Iterator[t.Tree]]] = []
    for row in rows:
        changes = islice(_repaired(row, side), MOST)
        later.append((row, changes))
        yield from _each(row, islice(changes, FIRST), seen)
    for row, changes in later:
        yield from _each(row, changes, seen)


def _repaired(row: Misconception, side: Side) -> Iterator[t.Tree]:
    """The sides that one misconception may have been, also with one of the values of a side by cases repaired."""
    yield from row.repair(side)
    if not isinstance(cases := side.right, t.Cases):
        return
    for k, case in enumerate(cases.rows):
        for value in row.repair(replace(side, right=case.value)):
            yield replace(cases, rows=(*cases.rows[:k], replace(case, value=value), *cases.rows[k + 1 :]))


def _each(row: Misconception, changes: Iterator[t.Tree], seen: list[t.Tree]) -> Iterator[tuple[Misconception, t.Tree]]:
    for changed in changes:
        if changed not in seen:
            seen.append(changed)
            yield row, changed
