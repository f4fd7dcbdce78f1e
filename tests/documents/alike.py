"""Whether two formulas agree whatever their names stand for: a random number for every name with its scripts, but 0 and
1 for a label that the document says to be one of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import product
from math import cos, exp, isclose, log, sin, sqrt, tanh
from random import Random

from deltarule.reading import tree as t
from deltarule.reading.statements import read_expression

KNOWN = {"log": log, "ln": log, "exp": exp, "tanh": tanh, "sqrt": sqrt, "sin": sin, "cos": cos}


def value(node: t.Tree, labels: dict[str, float]) -> float:
    """The value with a random number for each name with its scripts but the labels, and for each function of its
    arguments."""

    def drawn(*key: object) -> float:
        without_places = re.sub(r"\b(?:start|end)=\d+, ", "", repr(key))
        return Random(without_places).uniform(0.3, 1.7)

    match node:
        case t.Num(value=number):
            return float(number)
        case t.Terms(items=items):
            return sum(value(x, labels) if sign == "+" else -value(x, labels) for sign, x in items)
        case t.Factors(items=items):
            out = 1.0
            for op, x in items:
                out = out / value(x, labels) if op in {"/", "div"} else out * value(x, labels)
            return out
        case t.Ratio(numerator=a, denominator=b):
            return value(a, labels) / value(b, labels)
        case t.Group(kind="(" | "[", items=(inside,)):
            return value(inside, labels)
        case t.Scripted(base=t.Name(letter="e"), sub=None, sup=power, primes=0) if power is not None:
            return exp(value(power, labels))
        case t.Scripted(base=base, sub=None, sup=t.Num(value=n), primes=0):
            return value(base, labels) ** float(n)
        case t.Scripted(base=t.Name() as base, sub=sub, sup=sup, primes=primes):
            if base.letter in labels and not base.accents and not primes:
                return labels[base.letter]
            return drawn(base.letter, base.accents, sub, sup, primes)
        case t.Name(letter=letter, accents=()) if letter in labels:
            return labels[letter]
        case t.Name(letter=letter, accents=accents):
            return drawn(letter, accents, None, None, 0)
        case t.Call(function=t.Name(letter=f), argument=x) if f in KNOWN:
            return KNOWN[f](value(x, labels))
        case t.Call(function=f, argument=x):
            return drawn(f, value(x, labels))
        case t.Big(kind=kind, index=index, body=body):
            return drawn(kind, index, value(body, labels))
    raise ValueError(f"no value for {type(node).__name__}")


def alike(a: str, b: str, labels: Collection[str] = ()) -> bool:
    """Whether two formulas agree whatever their names stand for, as far as one random point shows, at each value of the
    labels; unsure is yes."""
    try:
        one, other = read_expression(a), read_expression(b)
        return all(
            isclose(value(one, at), value(other, at), rel_tol=1e-9, abs_tol=1e-12)
            for at in (dict(zip(labels, point, strict=True)) for point in product((0.0, 1.0), repeat=len(labels)))
        )
    except ZeroDivisionError:  # at a label that is 0: what was true there has a value
        return not labels
    except Exception:
        return True
