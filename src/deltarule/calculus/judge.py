"""Judging rows: each `left = right` proved by exact algebra from the definitions, one named equation at a time.

Names stay names as long as the proof goes through: first nothing is unfolded, then the activities whose equations link
the names at hand, then the signals that were derived before (lemmas), then everything. A wider unfolding is tried only
where a narrower one did not prove the row, so a deep network costs as much a row as a shallow one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deltarule.algebra import Facts, Proof, decide, prove
from deltarule.algebra.contradictions import contradiction, vanishes
from deltarule.algebra.plain import plain
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Derivation, Judgement, Row
from deltarule.calculus.rules import expand_functions
from deltarule.language.equation import Assumption
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import names, walk

__all__ = ["CONTRADICTS", "NO_CLAIM", "Judge"]

NO_CLAIM = {"<-", "≈"}
CONTRADICTS = "what is assumed contradicts the definitions"


@dataclass
class Judge:
    """Judges rows by the definitions and the assumptions of one derivation."""

    definitions: Definitions
    facts: Facts
    doubtful: bool = True
    """Whether what is assumed may contradict the definitions; what a derivation assumes is said with it."""

    @classmethod
    def of(cls, definitions: Definitions, assumptions: Sequence[Assumption]) -> Judge:
        positive = tuple(a.left for a in assumptions if a.kind == "positive" and a.left is not None)
        equal = tuple(
            (a.left, a.right) for a in assumptions if a.kind == "equal" and a.left is not None and a.right is not None
        )
        return cls(definitions, Facts(positive=positive, equal=equal), doubtful=False)

    def chain(self, chain: Chain) -> Chain:
        """The chain with every row judged."""
        left, rows = chain.left, []
        for row in chain.rows:
            rows.append(replace(row, judgement=self.row(left, row)))
            left = row.right
        return replace(chain, rows=tuple(rows))

    def row(self, left: Expression, row: Row) -> Judgement:
        if row.relation in NO_CLAIM:
            return Judgement("none")
        if row.rule.startswith("definition"):
            return Judgement("definition")
        return self.equality(left, row.right)

    def equality(self, left: Expression, right: Expression, *, refute: bool = False) -> Judgement:
        """Whether left = right follows. With `refute`, a failed proof looks for a certified counterexample."""
        opening = {e.by.name for e in (left,) if isinstance(e, Derivative)}
        a, b = self.definitions.resolve(left, opening), self.definitions.resolve(right, opening)
        facts, said = self._unfolded_facts(a, b)
        if said:
            return Judgement("undecided", (), said)
        for pair in self._unfoldings(a, b):
            proof = prove(*pair, facts)
            if proof.proved:
                return self._proved(proof)
        whole = self._whole(a, b)
        verdict = decide(*whole, facts) if refute else None
        proof = prove(*whole, facts) if verdict is None else verdict.proof
        if proof is not None and proof.proved:
            return self._proved(proof)
        if verdict is None:
            return Judgement("undecided", (), "no proof was found")
        if verdict.refuted:
            return Judgement("refuted", (), verdict.reason, dict(verdict.counterexample or {}) or None)
        return Judgement("undecided", (), verdict.reason)

    def _proved(self, proof: Proof) -> Judgement:
        if nowhere := self._nowhere(proof):
            return Judgement("undecided", (), nowhere)
        return Judgement("proved", tuple(proof.domain), kinks=proof.kinks)

    def _nowhere(self, proof: Proof) -> str:
        """Why a proof is of nothing: it divides by what is zero by the definitions, q b - a with q = a/b, or takes the
        logarithm of what is never positive by them."""
        defined = self.definitions.equations.keys()

        def below(e: Expression) -> Expression:
            return expand_functions(self.definitions.unfold(e, values=True))

        for e in proof.nonzero:
            if names(e) & defined and vanishes(below(e)):
                return f"{plain(e)} is zero by the definitions: nothing is defined there"
        for e in proof.positive:
            if names(e) & defined and (vanishes(below(e)) or contradiction(Facts((below(e),)))):
                return f"{plain(e)} is never positive by the definitions: nothing is defined there"
        return ""

    def _unfolded_facts(self, a: Expression, b: Expression) -> tuple[Facts, str]:
        """The facts, with what those that speak of defined names say of the names below; and why nothing can be said
        where the definitions leave no room for them: a > 1 beside a = σ(x)."""
        definitions = self.definitions
        if not self.doubtful:
            return self.facts, ""
        about = [*self.facts.positive, *(e for pair in self.facts.equal for e in pair)]
        if not any(n in definitions.equations for e in about for n in names(e)):
            return self.facts, ""
        facts = self.facts.about(a, b, *(definitions.unfold(e, values=True) for e in (a, b)))

        def below(e: Expression) -> Expression:
            return expand_functions(definitions.unfold(definitions.resolve(e), values=True))

        unfolded = Facts(tuple(map(below, facts.positive)), tuple((below(x), below(y)) for x, y in facts.equal))
        if said := contradiction(unfolded):
            return facts, f"{CONTRADICTS}: {said}"
        positive = dict.fromkeys((*facts.positive, *unfolded.positive))
        return Facts(tuple(positive), facts.equal), ""

    def _unfoldings(self, a: Expression, b: Expression) -> Iterator[tuple[Expression, Expression]]:
        """The sides with more and more of the names replaced by what they stand for, but not all."""
        seen: set[tuple[Expression, Expression]] = set()

        def new(pair: tuple[Expression, Expression]) -> Iterator[tuple[Expression, Expression]]:
            if pair not in seen:
                seen.add(pair)
                yield pair

        definitions = self.definitions
        yield from new((a, b))
        present = names(a) | names(b)
        linked = {n for n in present if set(definitions.mentions(n)) & present}
        if linked:
            one = (definitions.unfold(a, linked), definitions.unfold(b, linked))
            yield from new((expand_functions(one[0]), expand_functions(one[1])))
        yield from new((expand_functions(a), expand_functions(b)))
        lemmas = {e.name for u in (a, b) for e in walk(u) if isinstance(e, Symbol) and e.name in definitions.values}
        if lemmas:
            c, d = (definitions.unfold(u, lemmas, values=True) for u in (a, b))
            yield from new((c, d))
            present = names(c) | names(d)
            linked = {n for n in present if set(definitions.mentions(n)) & present}
            c, d = (expand_functions(definitions.unfold(u, linked)) for u in (c, d))
            yield from new((c, d))

    def _whole(self, a: Expression, b: Expression) -> tuple[Expression, Expression]:
        """Both sides with nothing left to unfold: the only ones that a point may refute, as names that are left could
        have values there that their equations do not give them."""
        c, d = (expand_functions(self.definitions.unfold(u, values=True)) for u in (a, b))
        return c, d


def judged(derivation: Derivation, judge: Judge) -> Derivation:
    """The derivation with every row judged."""
    sections = tuple(replace(s, chains=tuple(map(judge.chain, s.chains))) for s in derivation.sections)
    return replace(derivation, sections=sections)
