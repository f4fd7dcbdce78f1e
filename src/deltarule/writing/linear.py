"""Formulas in one line, for terminals: with the signs of Unicode, or with ASCII alone.

Names look as in the text notation (`W₁[i,k]` is `W_1[i,k]`), so that what is read here can be typed there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.naming import ACCENTS, GREEK

__all__ = ["ASCII", "UNICODE", "Signs", "linear", "relation_sign"]


class Signs(NamedTuple):
    """How the signs of a formula are written."""

    unicode: bool
    product: str
    dot: str
    odot: str
    sum: str
    partial: str
    minus: str
    transposed: str
    prime: str


UNICODE = Signs(True, " ", " · ", " ⊙ ", "Σ", "∂", "-", "ᵀ", "′")
ASCII = Signs(False, "*", "*", "*", "sum", "d", "-", ".T", "'")

_RELATIONS = {"=": "=", "<-": "←", "←": "←", ":=": "←", r"\leftarrow": "←", "≈": "≈", "~": "≈", ">=": "≥", "!=": "≠"}
_PLAIN_RELATIONS = {"←": "<-", "≈": "~", "≥": ">=", "≠": "!=", "∈": "in"}
_FUNCTIONS = {
    "sigmoid": "σ",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "step": "𝟏",
    "maximum": "max",
    "minimum": "min",
}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = "0123456789abcdefghijklmnoprstuvwxyz"
_RAISED_LETTERS = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def relation_sign(relation: str, signs: Signs) -> str:
    sign = _RELATIONS.get(relation, relation)
    return sign if signs.unicode else _PLAIN_RELATIONS.get(sign, sign)


def linear(formula: Formula, signs: Signs = UNICODE) -> str:
    """The formula in one line."""
    return _print(formula, signs)


def _print(formula: Formula, signs: Signs) -> str:
    def show(part: Formula) -> str:
        return _print(part, signs)

    match formula:
        case f.Name():
            return _name(formula, signs)
        case f.Numeral(text=text):
            return text
        case f.Special(kind=kind):
            return {"one": "1", "identity": "I"}[kind]
        case f.Call():
            return _call(formula, signs)
        case f.Exponential(exponent=exponent):
            return f"exp({show(exponent)})"
        case f.Fraction(top=top, bottom=bottom):
            above = _grouped(top, signs, below=False)
            simple = all(isinstance(p, f.Numeral | f.Name) for p in (top, bottom))
            return above + ("/" if simple else " / ") + _grouped(bottom, signs, below=True)
        case f.Partial(of=of, by=by):
            return f"{signs.partial}{_name(of, signs)}/{signs.partial}{_name(by, signs)}"
        case f.Operator(by=by, body=body):
            operator = f"{signs.partial}/{signs.partial}{_name(by, signs)}"
            return f"{operator} ({show(body)})"
        case f.Bar(body=body, held=held):
            return f"({show(body)})|_{','.join(_name(n, signs) for n in held)}"
        case f.Superscript(
            base=f.Parentheses(body=f.Name() as base) | base, exponent=exponent, elementwise=elementwise
        ):
            return _power(show(base), exponent, signs, elementwise)
        case f.Transposed(base=base):
            return show(base) + signs.transposed
        case f.Product(factors=factors, signs=between):
            return _product(factors, between, signs)
        case f.Terms(items=items):
            return _terms(items, signs)
        case f.Big(operator=operator, letters=letters, body=body):
            head = signs.sum if operator == "sum" else operator
            below = ",".join(letter for letter, _ in letters)
            return f"{head}_{below} {show(body)}"
        case f.Indexed(base=base, indices=indices):
            return f"({show(base)})[{','.join(indices)}]"
        case f.Parentheses(body=body):
            return f"({show(body)})"
        case f.Absolute(body=body):
            return f"|{show(body)}|" if signs.unicode else f"abs({show(body)})"
        case f.Norm(body=body):
            return f"‖{show(body)}‖" if signs.unicode else f"norm({show(body)})"
        case f.Root(body=body):
            simple = isinstance(body, f.Name | f.Numeral)
            inside = show(body) if simple else f"({show(body)})"
            return f"√{inside}" if signs.unicode else f"sqrt({show(body)})"
        case f.Indicator(left=left, relation=relation, right=right):
            inside = f"{show(left)} {relation_sign(relation, signs)} {show(right)}"
            return f"1[{inside}]"
        case f.Table(rows=cells):
            shown = [[show(c) for c in row] for row in cells]
            if len(shown) == 1 or all(len(row) == 1 for row in shown):
                return f"[{', '.join(c for row in shown for c in row)}]"
            return f"[{', '.join('[' + ', '.join(row) + ']' for row in shown)}]"
        case f.Relation(left=left, sign=sign, right=right):
            return f"{show(left)} {relation_sign(sign, signs)} {show(right)}"
        case f.Reals(sizes=sizes):
            return _reals(sizes, signs)
        case f.Cases(cases=cases, otherwise=otherwise):
            rows = [f"{show(v)} if {show(u)} {relation_sign(r, signs)} 0" for v, u, r in cases]
            return "{" + "; ".join([*rows, f"{show(otherwise)} otherwise"]) + "}"
    raise TypeError(f"not a formula: {formula!r}")


def _name(n: f.Name, signs: Signs) -> str:
    if not signs.unicode:
        name = n.source or n.letter
        indices = n.of.indices if n.of else n.indices
        return name + (f"[{','.join(indices)}]" if indices else "")
    letter = GREEK.get(n.letter, n.letter)
    if n.accent:
        letter = unicodedata.normalize("NFC", letter[0] + ACCENTS[n.accent] + letter[1:])
    out = letter + ",".join(n.number.split(",")).translate(_SUBSCRIPTS)
    if n.word:
        out += "_" + n.word.replace(" ", "_")
    if n.of is not None:
        out += "_" + _name(n.of, signs)
    return out + (f"[{','.join(n.indices)}]" if n.indices else "")


def _call(call: f.Call, signs: Signs) -> str:
    head = _FUNCTIONS.get(call.function, call.function) if signs.unicode else call.function
    if call.bare and signs.unicode:
        return f"{head} {_print(call.arguments[0], signs)}"
    if len(call.order) == 1:
        head += signs.prime * call.order[0]
    elif any(call.order):
        places = ",".join(str(k) for k, times in enumerate(call.order, 1) for _ in range(times))
        head = f"{signs.partial}_{places} {head}"
    return f"{head}({', '.join(_print(a, signs) for a in call.arguments)})"


def _grouped(part: Formula, signs: Signs, below: bool) -> str:
    """A numerator or denominator in one line: in parentheses unless it cannot fall apart."""
    text = _print(part, signs)
    apart = isinstance(part, f.Fraction | f.Partial | f.Terms | f.Big)
    if isinstance(part, f.Product):
        apart = below or isinstance(part.factors[-1], f.Big)
    return f"({text})" if apart else text


def _product(factors: tuple[Formula, ...], between: tuple[str, ...], signs: Signs) -> str:
    out = ""
    for k, factor in enumerate(factors):
        last = k == len(factors) - 1
        text = _print(factor, signs)
        sign = "" if last else between[k]
        if isinstance(factor, f.Fraction) and (sign != "dot" if not last else k > 0):
            text = {"1/2": "½", "1/4": "¼"}.get(text, f"({text})") if signs.unicode else f"({text})"
        elif isinstance(factor, f.Partial) and not signs.unicode:
            text = f"({text})"
        out += text
        if not last:
            beside = isinstance(factor, f.Partial) and isinstance(factors[k + 1], f.Partial)
            shown = "dot" if beside and not sign else sign
            out += {"": signs.product, "dot": signs.dot, "odot": signs.odot}[shown]
    return out


def _terms(items: tuple[tuple[bool, Formula], ...], signs: Signs) -> str:
    (minus, first), *rest = items
    out = (signs.minus if minus else "") + _print(first, signs)
    return out + "".join(f" {signs.minus if minus else '+'} {_print(t, signs)}" for minus, t in rest)


def _reals(sizes: tuple[str, ...], signs: Signs) -> str:
    letter, times = ("ℝ", " × ") if signs.unicode else ("R", " x ")
    if not sizes:
        return letter
    if signs.unicode and all(c in _RAISED for size in sizes for c in size):
        return letter + "ˣ".join(size.translate(_RAISED_LETTERS).translate(_SUPERSCRIPTS) for size in sizes)
    joined = times.join(sizes)
    return f"{letter}^({joined})" if len(sizes) > 1 else f"{letter}^{joined}"


def _power(base: str, exponent: str, signs: Signs, elementwise: bool) -> str:
    whole = re.fullmatch(r"-?\d+", exponent)
    if not signs.unicode:
        return f"{base}**{exponent}" if whole else f"{base}**({exponent})"
    if elementwise:
        return f"{base}^⊙{exponent}"
    return base + (exponent.translate(_SUPERSCRIPTS) if whole else f"^({exponent})")
