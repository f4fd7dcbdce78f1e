"""One identity in full: its two sides, its proof, the points that it leaves out."""

from __future__ import annotations

import textwrap

from deltarule.algebra.identities import Identity
from deltarule.calculus.derivation import Chain, Derivation, Judgement, Row, Section
from deltarule.commands.identity_sheet import IdentitySheet
from deltarule.commands.shown import Shown

__all__ = ["show"]


def show(row: Identity, route: str | None = None) -> Shown:
    """The row as it is shown."""
    del route  # a choice of functions
    sheet = IdentitySheet(row)
    proof = sheet.proof
    judgement = Judgement("proved" if proof.proved else "undecided", proof.domain, proof.reason)
    chain = Chain(row.left, (Row(row.right, "exact algebra", judgement=judgement),), sheet.axes)
    derivation = Derivation(f"Identity: {row.name}", "", (Section("Proof", (chain,)),), {}, detail="index")
    where = [
        "wherever both sides are defined, for every size",
        *(f"assumed: {words}" for words in sheet.assumed),
        *(f"both sides are defined where {words}" for words in proof.domain if words.replace("!=", "=") not in row.off),
        *(f"left out: {words}" for words in row.off),
        *([proof.reason] if proof.reason else []),
    ]
    lines = [part for words in where for part in textwrap.wrap(words, 78, subsequent_indent="  ")]
    uses = [", ".join(row.uses)] if row.uses else []
    after = [("It holds", lines), ("It is for", uses)]
    return Shown(derivation, sheet.as_row, [(title, lines) for title, lines in after if lines])
