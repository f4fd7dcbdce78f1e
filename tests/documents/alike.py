"""Whether two formulas agree whatever their names stand for: a random number for every name with its scripts."""

from __future__ import annotations

from math import cos, exp, isclose, log, sin, sqrt, tanh
from random import Random

from deltarule.reading import tree as t
from deltarule.reading.statements import read_expression

KNOWN = {"log": log, "ln": log, "exp": exp, "tanh": tanh, "sqrt": sqrt, "sin": sin, "cos": cos}


def value(node: t.Tree) -> float:
    """The value with a random number for each name with its scripts, and for each function of its arguments."""

    def drawn(*key: object) -> float:
        return Random(repr(key)).uniform(0.3, 1.7)

    match node:
        case t.Num(value=number):
            return float(number)
        case t.Terms(items=items):
            return sum(value(x) if sign == "+" else -value(x) for sign, x in items)
        case t.Factors(items=items):
            out = 1.0
            for op, x in items:
                out = out / value(x) if op in {"/", "div"} else out * value(x)
            return out
        case t.Ratio(numerator=a, denominator=b):
            return value(a) / value(b)
        case t.Group(kind="(" | "[", items=(inside,)):
            return value(inside)
        case t.Scripted(base=t.Name(letter="e"), sub=None, sup=power, primes=0) if power is not None:
            return exp(value(power))
        case t.Scripted(base=base, sub=None, sup=t.Num(value=n), primes=0):
            return value(base) ** float(n)
        case t.Scripted(base=t.Name() as base, sub=sub, sup=sup, primes=primes):
            return drawn(base.letter, base.accents, repr(sub), repr(sup), primes)
        case t.Name(letter=letter, accents=accents):
            return drawn(letter, accents, "None", "None", 0)
        case t.Call(function=t.Name(letter=f), argument=x) if f in KNOWN:
            return KNOWN[f](value(x))
        case t.Call(function=f, argument=x):
            return drawn(repr(f), value(x))
        case t.Big(kind=kind, index=index, body=body):
            return drawn(kind, repr(index), value(body))
    raise ValueError(f"no value for {type(node).__name__}")


def alike(a: str, b: str) -> bool:
    """Whether two formulas agree whatever their names stand for, as far as one random point shows; unsure is yes."""
    try:
        return isclose(value(read_expression(a)), value(read_expression(b)), rel_tol=1e-9)
    except Exception:
        return True
