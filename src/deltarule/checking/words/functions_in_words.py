"""Functions that the words of a text define: Φ, the distribution function of the normal law, and φ, its density."""

from __future__ import annotations

import re
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.language.arithmetic import add, multiply, negate
from deltarule.language.expression import ONE, Apply, Expression, Number, Power, Symbol
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["functions_said"]

NORMAL = re.compile(r"normal|gauss|standardowego|нормальн", re.I)
DISTRIBUTION = re.compile(
    r"distribution function|\bcdf\b|cumulative|verteilungsfunktion|fonction de répartition|función de distribución"
    r"|função de distribuição|funzione di ripartizione|dystrybuant|verdelingsfunctie|функци\w* распределения|分布函数",
    re.I,
)
DENSITY = re.compile(r"densit|dichte|densidad|densidade|gęstoś|dichtheid|плотност|密度|\bpdf\b", re.I)
VARIABLE = "s"


def functions_said(state: State) -> None:
    """Give Φ and φ their meaning where the text speaks of the normal law and has no equation for them."""
    text = state.document.text
    if NORMAL.search(text) is None:
        return
    for bases, words, body, latex in (
        (("Phi",), DISTRIBUTION, _distribution(), "\\Phi"),
        (("varphi", "phi"), DENSITY, _density(), "\\varphi"),
    ):
        found = [b for b in bases if b in state.symbols.functions and not state.symbols.functions[b].defined]
        if words.search(text) is not None and len(found) == 1 and not _has_an_equation(state, found[0]):
            state.symbols.define_function(found[0], VARIABLE, body, latex, 0)


def _has_an_equation(state: State, base: str) -> bool:
    for statement in state.statements:
        for side, relation in zip(statement.sides, statement.relations, strict=False):
            match side.tree:
                case t.Factors(items=((_, head), ("", t.Group()))) if relation.symbol in EQUAL:
                    found = reference(head, state.symbols.usage)
                    if found is not None and found.base == base and not found.primes:
                        return True
    return False


def _distribution() -> Expression:
    """½ (1 + erf(s/√2)). Source: Abramowitz & Stegun 26.2.29."""
    inside = multiply(Power(Number(2), Fraction(-1, 2)), Symbol(VARIABLE))
    return multiply(Number(Fraction(1, 2)), add(ONE, Apply("erf", (inside,))))


def _density() -> Expression:
    """e^(-s²/2) / √(2π). Source: Abramowitz & Stegun 26.2.1."""
    exponent = negate(multiply(Number(Fraction(1, 2)), Power(Symbol(VARIABLE), Fraction(2))))
    return multiply(Power(multiply(Number(2), Symbol("pi")), Fraction(-1, 2)), Apply("exp", (exponent,)))
