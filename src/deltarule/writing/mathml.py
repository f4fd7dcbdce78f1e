"""Formulas as MathML, within MathML Core, so that browsers show them (and read them out) without a script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from deltarule.writing import composition as compose
from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.latex import latex
from deltarule.writing.linear import UNICODE, relation_sign
from deltarule.writing.naming import GREEK, split

__all__ = ["math", "mathml"]

_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}
_FUNCTIONS = {
    "sigmoid": "σ", "relu": "ReLU", "leaky_relu": "LeakyReLU", "maximum": "max", "minimum": "min",
}  # fmt: skip

APPLY = "<mo>&#x2061;</mo>"
THIN = '<mspace width="0.167em"/>'
PARTIAL = "<mo>∂</mo>"
TIMES = "<mo>&#x2062;</mo>"


def math(formula: Formula, display: bool = False) -> str:
    """A `<math>` element that carries its LaTeX as alternative text."""
    style = ' displaystyle="true"' if display else ""
    return f'<math{style} alttext="{escape(latex(formula), quote=True)}">{mathml(formula)}</math>'


def mathml(formula: Formula) -> str:
    """The formula as one MathML element."""
    match formula:
        case f.Name():
            return _name(formula)
        case f.Numeral(text=text):
            return f"<mn>{escape(text)}</mn>"
        case f.Special(kind=kind):
            return "<mn>𝟏</mn>" if kind == "one" else "<mi>𝐈</mi>"
        case f.Call():
            return _call(formula)
        case f.Exponential(exponent=exponent):
            return f"<msup><mi>e</mi>{mathml(exponent)}</msup>"
        case f.Fraction(top=top, bottom=bottom):
            return f"<mfrac>{mathml(top)}{mathml(bottom)}</mfrac>"
        case f.Partial(of=of, by=by):
            return f"<mfrac>{_row([PARTIAL, _name(of)])}{_row([PARTIAL, _name(by)])}</mfrac>"
        case f.Operator(by=by, body=body):
            operator = f"<mfrac>{PARTIAL}{_row([PARTIAL, _name(by)])}</mfrac>"
            return _row([operator, THIN, _fenced("(", mathml(body), ")", compose.tall(body))])
        case f.Bar(body=body, held=held):
            below = _row(_joined(map(_name, held)))
            return f'<msub><mrow>{mathml(body)}<mo stretchy="true">|</mo></mrow>{below}</msub>'
        case f.Superscript(base=base, exponent=exponent, elementwise=elementwise):
            return f"<msup>{mathml(base)}{_exponent(exponent, elementwise)}</msup>"
        case f.Transposed(base=f.Name() as base):
            return _name(base, "<mo>⊤</mo>")
        case f.Transposed(base=base):
            return f"<msup>{mathml(base)}<mo>⊤</mo></msup>"
        case f.Product(factors=factors, signs=signs):
            return _product(factors, signs)
        case f.Terms(items=items):
            (minus, first), *rest = items
            parts = ['<mo form="prefix">−</mo>'] * minus + [mathml(first)]
            for negative, term in rest:
                parts += ["<mo>−</mo>" if negative else "<mo>+</mo>", mathml(term)]
            return _row(parts)
        case f.Big():
            return _big(formula)
        case f.Indexed(base=base, indices=indices):
            below = _row(f"<mi>{letter}</mi>" for letter in indices)
            return f"<msub>{_fenced('(', mathml(base), ')', compose.tall(base))}{below}</msub>"
        case f.Parentheses(body=body):
            return _fenced("(", mathml(body), ")", compose.tall(body))
        case f.Absolute(body=body):
            return _fenced("|", mathml(body), "|", True)
        case f.Norm(body=body):
            return _fenced("‖", mathml(body), "‖", True)
        case f.Root(body=body):
            return f"<msqrt>{mathml(body)}</msqrt>"
        case f.Indicator(left=left, relation=relation, right=right):
            inside = _row([mathml(left), f"<mo>{escape(relation_sign(relation, UNICODE))}</mo>", mathml(right)])
            return _row(["<mn>𝟏</mn>", _fenced("[", inside, "]", compose.tall(formula))])
        case f.Table(rows=cells):
            table = "".join(f"<mtr>{''.join(f'<mtd>{mathml(c)}</mtd>' for c in row)}</mtr>" for row in cells)
            return _fenced("[", f"<mtable>{table}</mtable>", "]", True)
        case f.Relation(left=left, sign=sign, right=right):
            return _row([mathml(left), f"<mo>{escape(relation_sign(sign, UNICODE))}</mo>", mathml(right)])
        case f.Reals(sizes=sizes):
            if not sizes:
                return "<mi>ℝ</mi>"
            return f"<msup><mi>ℝ</mi>{_row(_joined(map(_size, sizes), '×'))}</msup>"
        case f.Cases(cases=cases, otherwise=otherwise):
            rows = [(mathml(v), _row([_text("if "), mathml(u), _relation(r), "<mn>0</mn>"])) for v, u, r in cases]
            rows.append((mathml(otherwise), _text("otherwise")))
            table = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
            return f'<mrow><mo stretchy="true" form="prefix">{{</mo><mtable class="cases">{table}</mtable></mrow>'
    raise TypeError(f"not a formula: {formula!r}")


def _relation(sign: str) -> str:
    return f"<mo>{escape(relation_sign(sign, UNICODE))}</mo>"


def _text(words: str) -> str:
    return f"<mtext>{escape(words)}</mtext>".replace(" </mtext>", "\u00a0</mtext>")


def _row(parts: Iterable[str]) -> str:
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _joined(parts: Iterable[str], sign: str = ",") -> list[str]:
    out: list[str] = []
    for part in parts:
        out += [f"<mo>{sign}</mo>", part] if out else [part]
    return out


def _fenced(left: str, inside: str, right: str, grows: bool) -> str:
    stretchy = "true" if grows else "false"
    opened = f'<mo stretchy="{stretchy}" form="prefix">{left}</mo>'
    closed = f'<mo stretchy="{stretchy}" form="postfix">{right}</mo>'
    return f"<mrow>{opened}{inside}{closed}</mrow>"


def bold(letter: str) -> str:
    """The letter in mathematical bold: MathML Core has no other way to say it."""
    if len(letter) > 1:
        return "".join(map(bold, letter))
    code = ord(letter)
    if "A" <= letter <= "Z":
        return chr(0x1D400 + code - 65)
    if "a" <= letter <= "z":
        return chr(0x1D41A + code - 97)
    if "0" <= letter <= "9":
        return chr(0x1D7CE + code - 48)
    if "Α" <= letter <= "Ω":
        return chr(0x1D6A8 + code - 0x391)
    return chr(0x1D6C2 + code - 0x3B1) if "α" <= letter <= "ω" else letter


def _name(n: f.Name, after: str = "") -> str:
    letter = GREEK.get(n.letter, n.letter)
    base = f"<mi>{escape(bold(letter) if n.rank else letter)}</mi>"
    if n.accent:
        base = f'<mover accent="true">{base}<mo stretchy="false">{_ACCENTS[n.accent]}</mo></mover>'
    above = _row([_fenced("(", f"<mn>{escape(n.number)}</mn>", ")", False)]) if n.number else ""
    if after:
        above = _row([above, after]) if above else after
    below: list[str] = []
    if n.word:
        below.append(f"<mi>{escape(n.word)}</mi>")
    if n.of is not None:
        below.append(_name(n.of))
    if n.indices:
        plain = all(len(i) == 1 for i in n.indices)
        below.append(_row(map(_index, n.indices) if plain else _joined(map(_index, n.indices))))
    under = _row(_joined(below)) if below else ""
    if under and above:
        return f"<msubsup>{base}{under}{above}</msubsup>"
    if under:
        return f"<msub>{base}{under}</msub>"
    return f"<msup>{base}{above}</msup>" if above else base


def _index(i: str) -> str:
    if i.isdigit():
        return f"<mn>{i}</mn>"
    if len(i) == 1:
        return f"<mi>{i}</mi>"
    parts = re.findall(r"[^\W\d_]\d*|\d+|[+-]", i)  # i1 is a letter with a number, 2i+k-2 a sum
    if len(parts) > 1:
        return _row(f"<mo>{p.replace('-', '−')}</mo>" if p in "+-" else _index(p) for p in parts)
    return f"<msub><mi>{escape(i[0])}</mi><mn>{escape(i[1:])}</mn></msub>"


def _size(size: str) -> str:
    return f"<mn>{size}</mn>" if size.isdigit() else _name(split(size))


def _exponent(exponent: str, elementwise: bool) -> str:
    sign, digits = ("<mo>−</mo>", exponent[1:]) if exponent.startswith("-") else ("", exponent)
    top, _, bottom = digits.partition("/")
    number = f"<mrow><mn>{top}</mn><mo>/</mo><mn>{bottom}</mn></mrow>" if bottom else f"<mn>{top}</mn>"
    return _row([part for part in ("<mo>⊙</mo>" if elementwise else "", sign, number) if part])


def _call(call: f.Call) -> str:
    letters = _FUNCTIONS.get(call.function, GREEK.get(call.function, call.function))
    head = f"<mi>{escape(letters)}</mi>"
    if call.bare:
        return f"<mrow>{head}{APPLY}{THIN}{mathml(call.arguments[0])}</mrow>"
    if len(call.order) == 1 and call.order[0]:
        head = f"<msup>{head}<mo>{'′' * call.order[0]}</mo></msup>"
    elif any(call.order):
        places = [f"<mn>{k}</mn>" for k, times in enumerate(call.order, 1) for _ in range(times)]
        head = f"<mrow><msub><mo>∂</mo>{_row(_joined(places))}</msub>{head}</mrow>"
    inside = _row(_joined(map(mathml, call.arguments)))
    return f"<mrow>{head}{APPLY}{_fenced('(', inside, ')', any(map(compose.tall, call.arguments)))}</mrow>"


def _product(factors: tuple[Formula, ...], signs: tuple[str, ...]) -> str:
    parts = [mathml(factors[0])]
    for before, sign, factor in zip(factors, signs, factors[1:], strict=False):
        parts.append({"": TIMES, "dot": "<mo>·</mo>", "odot": "<mo>⊙</mo>"}[sign])
        if not sign and (_wide(before, factor) or _worded(factor)):
            parts.append(THIN)
        parts.append(mathml(factor))
    return _row(parts)


def _wide(a: Formula, b: Formula) -> bool:
    """Two fraction bars that would touch."""
    bars = f.Fraction | f.Partial
    return isinstance(a, bars) and isinstance(b, bars)


def _worded(factor: Formula) -> bool:
    """A function whose name is a word: a letter before it would run into it."""
    return isinstance(factor, f.Call) and len(_FUNCTIONS.get(factor.function, factor.function)) > 1


def _big(big: f.Big) -> str:
    if big.operator == "max":
        below = _row(_joined(
            _row(["<mn>1</mn><mo>≤</mo>", _index(letter), "<mo>≤</mo>", _size(size)]) if size else _index(letter)
            for letter, size in big.letters
        ))  # fmt: skip
        return f'<mrow><munder><mo movablelimits="false">max</mo>{below}</munder>{APPLY}{mathml(big.body)}</mrow>'
    signs = [
        f'<munderover><mo movablelimits="false">∑</mo><mrow>{_index(letter)}<mo>=</mo><mn>1</mn></mrow>'
        f"{_size(size)}</munderover>"
        for letter, size in big.letters
    ]
    return _row([*signs, mathml(big.body)])
