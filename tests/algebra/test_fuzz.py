"""Random trees against an evaluator that shares nothing with the kernel: nothing false proved, nothing true refuted."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest
from mpmath import mp, mpf

from deltarule.algebra import Facts, Proof, decide, prove
from deltarule.language.arithmetic import multiply, power, subtract
from deltarule.language.expression import ONE, Apply, Axis, Expression, Symbol

from .loops import DIGITS, differ, value
from .trees import Trees, small, tempting

ROW, COLUMN = Axis("i", "n"), Axis("j", "m")
SIZES = ({"n": 2, "m": 3}, {"n": 3, "m": 2}, {"n": 1, "m": 1}, {"n": 2, "m": 2})


SUMS_TO_ONE = Facts(equal=((multiply(Symbol("v", (Axis("s", "n"),)), bound=[Axis("s", "n")]), ONE),))
"""Σ_s v[s] = 1."""


def lookup(seed: int, size: int = 0) -> Any:
    """Values by name and indices; with a size, the components of v sum to one."""

    @cache
    def at(name: str, indices: tuple[int, ...]) -> Any:
        if size and name == "v" and indices == (size,):
            with mp.workdps(DIGITS):
                return 1 - sum((at("v", (k,)) for k in range(1, size)), mpf(0))
        random = Random(f"{seed} {name} {indices}")
        return mpf(random.randrange(-40, 41)) / 16 + mpf(random.randrange(1, 1000)) / 100003

    return at


def special(seed: int) -> Any:
    """Values at which kinks, ties and poles are met."""

    def at(name: str, indices: tuple[int, ...]) -> Any:
        return mpf(Random(f"special {seed} {name} {indices}").choice((0, 0, 1, -1, 1, 2)))

    return at


def inside(proof: Proof, at: Any, sizes: dict[str, int]) -> bool:
    """Whether the domain of a proof holds the point, at every index."""
    for e, least in [(e, None) for e in proof.nonzero] + [(e, 0) for e in proof.positive]:
        for numbers in product(*(range(1, (a.size if isinstance(a.size, int) else sizes[a.size]) + 1) for a in e.axes)):
            found = value(e, dict(zip(e.axes, numbers, strict=True)), at, sizes)
            if found is None or abs(found) < 1e-20 or (least is not None and found < least):
                return False
    return True


def held(facts: Facts, at: Any) -> bool:
    return all(value(e, {}, at, {}) > 0 for e in facts.positive)


def apart(left: Expression, right: Expression, seed: int, facts: Facts, proof: Proof | None = None) -> bool | None:
    """Whether the two are seen to differ at a point; None where no point had both defined. For a proof, points of its
    domain at which kinks and ties are met are tried too."""
    seen = None
    for k in range(3 if proof is None else 6):
        sizes = SIZES[k % len(SIZES)]
        axes = tuple(dict.fromkeys((*left.axes, *right.axes)))
        where = {a: Random(f"{seed} {k} {a.name}").randrange(1, sizes[str(a.size)] + 1) for a in axes}
        at = lookup(seed * 10 + k, sizes["n"] if facts else 0) if k < 3 else special(seed * 10 + k)
        if k >= 3 and (facts or proof is None or not inside(proof, at, sizes)):
            continue
        a, b = value(left, where, at, sizes), value(right, where, at, sizes)
        if a is None or b is None:
            continue
        if differ(a, b):
            return True
        seen = False
    return seen


def one(seed: int) -> Counter[str]:
    """One tree, with a rewriting, a mutation, and another tree."""
    out: Counter[str] = Counter()
    random = Random(seed)
    trees = Trees(random)
    free = random.choice(((), (ROW,), (ROW, COLUMN)))
    e = trees.tree(random.choice((1, 2, 2, 3)), free)
    same = trees.rewritten(e, random.choice((1, 2, 3)))
    facts = SUMS_TO_ONE if random.random() < 0.25 else Facts()
    truth = apart(e, same, seed, facts)
    if truth is None:
        out["nowhere defined"] += 1
    else:
        assert not truth, f"the rewriting of seed {seed} is wrong: {e!r} and {same!r}"
        verdict = decide(e, same, facts)
        assert verdict.status != "refuted", f"seed {seed}: {e!r} = {same!r} was refuted by {verdict.counterexample}"
        out[f"true {verdict.status}"] += 1
        if verdict.proof is not None and verdict.proved:
            assert not apart(e, same, seed, facts, verdict.proof), f"seed {seed}: {e!r} = {same!r}, {verdict.domain}"
    for other in (trees.mutated(e), trees.tree(random.choice((1, 2)), free)):
        proof = prove(e, other, facts)
        truth = apart(e, other, seed + 1, facts, proof if proof.proved else None)
        if proof.proved:
            assert truth is not True, f"seed {seed}: {e!r} = {other!r} was proved, {proof.domain}"
            out["other proved"] += 1
        elif truth:
            out["false not proved"] += 1
    return out


def run(seeds: range) -> Counter[str]:
    total: Counter[str] = Counter()
    for seed in seeds:
        total += one(seed)
    return total


@pytest.mark.parametrize("block", range(10))
def test_two_thousand_random_trees(block: int) -> None:
    counts = run(range(block * 210, block * 210 + 210))
    decided = counts["true proved"]
    assert decided >= 0.9 * (decided + counts["true undecided"]), counts
    assert counts["false not proved"] > 100, counts


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_a_hundred_thousand_random_trees(block: int) -> None:
    counts = run(range(10_000 + block * 1000, 11_000 + block * 1000))
    assert counts["true proved"] >= 0.9 * (counts["true proved"] + counts["true undecided"]), counts


X, Y = Symbol("x"), Symbol("y")
HYPOTHESES: tuple[tuple[Facts, Any], ...] = (
    (Facts(), lambda name, v: v),
    (Facts(positive=(X,)), lambda name, v: abs(v) if name == "x" else v),
    (Facts(positive=(Y, subtract(ONE, Y))), lambda name, v: abs(v) / 4 if name == "y" else v),
    (Facts(positive=(X, Y)), lambda name, v: abs(v)),
    (Facts(positive=(subtract(X, ONE),)), lambda name, v: 1 + abs(v) if name == "x" else v),
    (Facts(equal=((Y, Apply("sigmoid", (X,))),)), None),
    (Facts(equal=((subtract(power(Y, 2), X), ONE),)), None),
)


def signs(seed: int) -> Counter[str]:
    """A small tree of roots, logarithms and signs against a version changed by laws that hold for some signs only."""
    out: Counter[str] = Counter()
    random = Random(f"signs {seed}")
    e = small(random, random.choice((2, 3, 3)))
    other = tempting(random, e)
    if random.random() < 0.3:
        other = tempting(random, other)
    if other is e:
        other = small(random, 2)
    facts, restricted = random.choice(HYPOTHESES)
    verdict = decide(e, other, facts)
    seen = None
    for k in range(12):
        drawn = lookup(seed * 10 + k) if k < 6 else special(seed * 10 + k)
        x, y = drawn("x", ()), drawn("y", ())
        if restricted is not None:
            x, y = restricted("x", x / 2), restricted("y", y / 3)
        elif facts.equal[0][0] is Y:
            y = value(Apply("sigmoid", (X,)), {}, lambda name, at, x=x: x, {})
        else:
            x = y * y - 1
        at = {"x": x, "y": y}
        here = lambda name, indices, at=at: at[name]  # noqa: E731
        if k >= 6 and (verdict.proof is None or not inside(verdict.proof, here, {}) or not held(facts, here)):
            continue
        a, b = (value(side, {}, here, {}) for side in (e, other))
        if a is not None and b is not None:
            seen = bool(seen) or differ(a, b)
    if verdict.status == "proved":
        assert not seen, f"seed {seed}: {e!r} = {other!r} was proved under {facts}, {verdict.domain}"
    out[f"{verdict.status}, {({None: 'nowhere seen', True: 'apart', False: 'equal'})[seen]}"] += 1
    return out


@pytest.mark.parametrize("block", range(4))
def test_roots_logarithms_and_signs(block: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(block * 150, block * 150 + 150):
        counts += signs(seed)
    assert counts["proved, equal"] > 20, counts
    assert counts["refuted, apart"] > 50, counts


@pytest.mark.slow
@pytest.mark.parametrize("block", range(50))
def test_many_roots_logarithms_and_signs(block: int) -> None:
    for seed in range(10_000 + block * 1000, 11_000 + block * 1000):
        signs(seed)
