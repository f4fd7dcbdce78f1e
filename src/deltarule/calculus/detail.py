"""Levels of detail of one derivation: summary, matrix, index, component.

The derivation is made and proved once, by index, for every size. A component is an instance of it: the indices are
fixed to numbers and the sums written out, so what was proved for all indices holds for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from deltarule.calculus.derivation import Chain, Derivation, Judgement, Row
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Expression,
    Maximum,
    Number,
    Product,
    Sum,
    opened,
    rebuild,
    rename,
)

__all__ = ["DETAILS", "at_detail", "components", "written_out"]

DETAILS = ("summary", "matrix", "index", "component")
MAX_COMPONENTS = 5000


def at_detail(derivation: Derivation, detail: str) -> Derivation:
    """The derivation at a level of detail.

    Raises DeltaruleError for an unknown level, and for components of symbolic sizes or of more than 5,000 chains.
    """
    if detail not in DETAILS:
        raise DeltaruleError(f"detail is {detail!r}; it has to be one of {', '.join(DETAILS)}")
    if detail == "component":
        _check(derivation)
    sections = []
    for section in derivation.sections:
        if detail == "component":
            chains = tuple(c for chain in section.chains for c in components(chain))
        elif detail == "summary":
            chains = tuple(_summary(chain) for chain in section.chains if _kept(chain))
        else:
            chains = section.chains
        if chains:
            sections.append(replace(section, chains=chains))
    return replace(derivation, sections=tuple(sections), detail=detail)


def _kept(chain: Chain) -> bool:
    return chain.final or (len(chain.rows) > 0 and chain.rows[0].rule == "definition" and len(chain.rows) == 1)


def _summary(chain: Chain) -> Chain:
    """left = right: the last row, proved if every row on the way is; an update keeps its arrow."""
    if len(chain.rows) < 2:
        return chain
    first, last = chain.rows[0], chain.rows[-1]
    rules = [r.rule for r in chain.rows if not r.rule.startswith("definition")]
    judgements = [r.judgement for r in chain.rows]
    judgement = last.judgement
    if all(judgements):
        verdicts = [j.verdict for j in judgements if j is not None]
        bad = [v for v in verdicts if v in {"refuted", "undecided"}]
        verdict = bad[0] if bad else "proved"
        domain = tuple(dict.fromkeys(d for j in judgements if j is not None for d in j.domain))
        judgement = Judgement("none" if first.relation == "<-" else verdict, domain)
    return replace(chain, rows=(Row(last.right, ", ".join(dict.fromkeys(rules)), first.relation, judgement),))


def _check(derivation: Derivation) -> None:
    sizes = {s for d in derivation.declarations.values() for s in d.sizes if isinstance(s, str)}
    if sizes:
        example = ", ".join(f"{s} = 2" for s in sorted(sizes))
        raise DeltaruleError(
            f"component detail writes out every index, so the sizes have to be numbers; {', '.join(sorted(sizes))} "
            f"{'is a symbol' if len(sizes) == 1 else 'are symbols'}. Give numbers ({example}) or use --detail index."
        )
    total = 0
    for chain in derivation.chains:
        count = 1
        for axis in chain.axes:
            count *= int(axis.size)
        total += count
    if total > MAX_COMPONENTS:
        raise DeltaruleError(
            f"component detail would write {total:,} chains; the limit is {MAX_COMPONENTS:,}. Use --detail index."
        )


def components(chain: Chain) -> Iterator[Chain]:
    """One chain for each tuple of indices; a row that becomes the one before it is merged into it."""
    for indices in product(*(range(1, int(axis.size) + 1) for axis in chain.axes)):
        fixed = dict(zip(chain.axes, indices, strict=True))
        left = written_out(rename(chain.left, fixed))
        rows: list[Row] = []
        for row in chain.rows:
            right = written_out(rename(row.right, fixed))
            if rows and right is rows[-1].right and row.relation == "=":
                continue
            if not rows and right is left and row.relation == "=":
                continue
            rows.append(replace(row, right=right))
        if not chain.final and rows and _vanishes(rows[-1].right):
            continue  # one unit does not depend on another: the terms of the chain rule show it as · 0
        numbers = tuple((label, _component(value, indices)) for label, value in chain.numbers)
        yield replace(chain, left=left, rows=tuple(rows), axes=(), numbers=numbers)


def _vanishes(e: Expression) -> bool:
    return e is ZERO or (isinstance(e, Product) and ZERO in e.factors)


def _component(value: object, indices: tuple[int, ...]) -> object:
    for i in indices:
        assert isinstance(value, list)
        value = value[i - 1]
    return value


def written_out(e: Expression) -> Expression:
    """Sums over indices of known size term by term; deltas of numbers as 0 and 1, so that one sees what drops out."""
    match e:
        case Delta(first=int(a), second=int(b)):
            return ONE if a == b else ZERO
        case Product(bound=(_, *_)):
            factors, bound = opened(e)
            terms = []
            for fixed in _choices(bound):
                written = [written_out(rename(f, fixed)) for f in factors]
                terms.append(Product(written) if len(written) > 1 else written[0])
            return Sum(terms) if len(terms) > 1 else terms[0]
        case Maximum():
            (body,), bound = opened(e)
            parts = [written_out(rename(body, fixed)) for fixed in _choices(bound)]
            out = parts[0]
            for part in parts[1:]:
                out = Apply("maximum", (out, part))
            return out
        case Number():
            return e
    return rebuild(e, tuple(map(written_out, e.children)))


def _choices(bound: tuple[Axis, ...]) -> Iterator[dict[Axis, int]]:
    for indices in product(*(range(1, int(a.size) + 1) for a in bound)):
        yield dict(zip(bound, indices, strict=True))
