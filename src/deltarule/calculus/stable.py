"""The loss in a form that stays finite: the output module is put into its logarithms, which then open.

log σ(s) becomes -softplus(-s), the logarithm of a softmax becomes a_i - log Σ_k exp(a_k). The rewrites are rows of
the table of identities; none knows a module or a loss.
"""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Row
from deltarule.calculus.matching import apply_identity
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Expression, Number, Power, Product
from deltarule.language.traversal import names, substitute, walk

__all__ = ["stable_form"]


def stable_form(definitions: Definitions, target: str) -> Chain | None:
    """The chain from the loss to its stable form, or None where its logarithms do not open."""
    from deltarule.algebra.identities import identities_for  # the whole table: read only where it is needed

    equation = definitions.equations[target]
    inside = {
        name
        for e in walk(equation.right)
        if isinstance(e, Apply) and e.function == "log"
        for name in names(e)
        if name in definitions.equations and _opens(definitions.equations[name])
    }
    if not inside:
        return None
    rows = [Row(equation.right, "definition"), Row(definitions.unfold(equation.right, inside), "output put in")]
    out = rows[-1].right
    for identity in identities_for("opens-loss"):
        rewritten = _without_double_minus(apply_identity(out, identity.left, identity.right, ("s",)))
        if rewritten is not out:
            rows.append(Row(rewritten, f"identity: {identity.name}"))
            out = rewritten
    opened = _log_of_products(out)
    if opened is not out:
        rows.append(Row(opened, "identity: log(exp(u)/v) = u - log v"))
        out = opened
    return Chain(equation.left, tuple(rows), equation.axes, place=equation.module) if len(rows) > 2 else None


def _opens(equation: Equation) -> bool:
    match equation.right:
        case Apply(function=function):
            return function == "sigmoid"
        case Product(factors=factors, bound=()):
            return any(isinstance(f, Apply) and f.function == "exp" for f in factors)
    return False


def _log_of_products(e: Expression) -> Expression:
    """log(exp(u)·v^n) = u + n log v, where every factor is an exponential or a power of a sum of exponentials."""

    def positive(u: Expression) -> bool:
        match u:
            case Apply(function="exp"):
                return True
            case Product(factors=factors):
                return all(map(positive, factors))
        return False

    def replace(u: Expression) -> Expression | None:
        match u:
            case Apply(function="log", arguments=(Product(factors=factors, bound=()),)):
                parts = []
                for f in factors:
                    match f:
                        case Apply(function="exp", arguments=(v,)):
                            parts.append(v)
                        case Power(base=base, exponent=n) if positive(base):
                            parts.append(multiply(Number(n), Apply("log", (base,))))
                        case _:
                            return None
                return add(*parts)
        return None

    return substitute(e, replace)


def _without_double_minus(e: Expression) -> Expression:
    def replace(u: Expression) -> Expression | None:
        match u:
            case Product(factors=factors, bound=()):
                return multiply(*(substitute(f, replace) for f in factors))
        return None

    return substitute(e, replace)
