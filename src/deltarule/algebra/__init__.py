"""What is equal: normal forms, proof for every size, certified refutation, identities."""

from typing import Any

from deltarule.algebra.budget import DEFAULT, Budget
from deltarule.algebra.decide import decide
from deltarule.algebra.facts import Facts
from deltarule.algebra.prove import prove
from deltarule.algebra.verdict import Proof, Verdict

__all__ = ["DEFAULT", "Budget", "Facts", "Proof", "Verdict", "decide", "enclose", "prove"]


def enclose(*arguments: Any, **options: Any) -> Any:
    """The value of an expression in ball arithmetic: see `deltarule.algebra.enclosure.enclose`."""
    from deltarule.algebra.enclosure import enclose as run

    return run(*arguments, **options)
