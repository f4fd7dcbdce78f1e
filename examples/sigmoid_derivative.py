"""The derivative of the sigmoid by two routes, the quotient rule and the reciprocal 1/σ, each step proved.

python examples/sigmoid_derivative.py
"""

from __future__ import annotations

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain
from deltarule.calculus.function_derivative import routes
from deltarule.calculus.judge import Judge
from deltarule.writing import to_unicode


def derivations(name: str = "sigmoid") -> dict[str, list[Chain]]:
    """The chains of every route to the derivative of a function of the table, judged."""
    judge = Judge(Definitions({}), Facts())
    return {route: [judge.chain(chain) for chain in chains] for route, chains in routes(name).items()}


def main() -> None:
    for route, chains in derivations().items():
        print(f"By the {route}\n")
        for chain in chains:
            if chain.words:
                print(f"  {chain.words}")
            left = f"  {to_unicode(chain.left)} = "
            for row in chain.rows:
                verdict = row.judgement.verdict if row.judgement else ""
                print(f"{left}{to_unicode(row.right)}    [{row.rule}: {verdict}]")
                left = " " * (len(left) - 2) + "= "
            print()


if __name__ == "__main__":
    main()
