"""Formulas that a person wrote as MathML: the surface trees of `reading`, drawn as they stand.

Nothing is rearranged, and nothing is decided: `\\sigma(z)` is a letter beside a group here as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from deltarule.reading import tree as t
from deltarule.writing.mathml import bold
from deltarule.writing.naming import GREEK

__all__ = ["SIGNS", "drawn", "math_element", "sign"]

SIGNS = {
    "\\approx": "≈", "\\equiv": "≡", "\\propto": "∝", "\\cong": "≅", "\\leftarrow": "←", "\\le": "≤", "\\ge": "≥",
    "\\ll": "≪", "\\gg": "≫", "\\ne": "≠", "\\in": "∈", "\\ni": "∋", "\\notin": "∉", "\\sim": "∼", "\\subset": "⊆",
    "\\to": "→", "\\mapsto": "↦", "\\perp": "⊥", "\\leftrightarrow": "↔", "\\prec": "≺", "\\succ": "≻",
    "\\uparrow": "↑", "\\downarrow": "↓", "-": "−", "-=": "−=",
}  # fmt: skip
"""Relations, as they are drawn; the others are their own sign."""
_OPERATORS = {
    "": "\u2062", "cdot": "·", "times": "×", "*": "∗", "odot": "⊙", "circ": "∘", "otimes": "⊗", "/": "/", "div": "÷",
    "oplus": "⊕", "setminus": "∖", "cup": "∪", "cap": "∩", "wedge": "∧", "vee": "∨", "oslash": "⊘", "diamond": "⋄",
}  # fmt: skip
_LETTERS = {
    **{name: char for name, char in GREEK.items()},
    "epsilon": "ϵ", "varepsilon": "ε", "vartheta": "ϑ", "varpi": "ϖ", "varrho": "ϱ", "varsigma": "ς", "varphi": "φ",
    "phi": "ϕ", "omicron": "ο", "upsilon": "υ", "Upsilon": "Υ", "ell": "ℓ", "top": "⊤", "infty": "∞", "hbar": "ℏ",
    "dagger": "†", "emptyset": "∅", "argmax": "arg max", "argmin": "arg min", "*": "∗", "-": "−",
}  # fmt: skip
_ACCENTS = {
    "hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘",
    "acute": "´", "grave": "`", "ring": "˚",
}  # fmt: skip
_BIG = {
    "sum": "∑", "prod": "∏", "int": "∫", "cup": "⋃", "cap": "⋂", "oplus": "⨁", "E": "𝔼", "argmax": "arg max",
    "argmin": "arg min",
}  # fmt: skip
_BRACKETS = {"(": "()", "[": "[]", "{": "{}", "|": "||", "||": "‖‖", "<": "⟨⟩", "floor": "⌊⌋", "ceil": "⌈⌉"}
_DOUBLE = {"C": "ℂ", "E": "𝔼", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ", "1": "𝟙", "I": "𝕀"}
_SCRIPT = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}

THIN = '<mspace width="0.167em"/>'
APPLY = "<mo>&#x2061;</mo>"


def math_element(inside: str, source: str = "", display: bool = False) -> str:
    """A `<math>` element with its TeX as alternative text."""
    style = ' displaystyle="true"' if display else ""
    return f'<math{style} alttext="{escape(" ".join(source.split()), quote=True)}">{inside}</math>'


def sign(relation: str) -> str:
    """A relation as it is drawn."""
    return SIGNS.get(relation, relation.removeprefix("\\"))


def drawn(tree: t.Tree) -> str:
    """The tree as one MathML element."""
    match tree:
        case t.Num(value=value, text=text):
            return f"<mn>{escape(text or str(value))}</mn>"
        case t.Name():
            return _name(tree)
        case t.Accent(accent=accent, body=body):
            return _accented(drawn(body), accent, wide=True)
        case t.Scripted():
            return _scripted(tree)
        case t.Terms(items=items):
            return _row(_terms(items))
        case t.Factors(items=items):
            return _row(_factors(items))
        case t.Group(kind="", items=items):
            return _row(_joined(map(drawn, items)))
        case t.Group(kind=kind, items=items):
            return _fenced(kind, _row(_joined(map(drawn, items))))
        case t.Given(of=of, by=by):
            return _row([drawn(of), "<mo>∣</mo>", *_joined(map(drawn, by))])
        case t.Ratio(numerator=top, denominator=bottom):
            return f"<mfrac>{drawn(top)}{drawn(bottom)}</mfrac>"
        case t.Root(degree=None, body=body):
            return f"<msqrt>{drawn(body)}</msqrt>"
        case t.Root(degree=degree, body=body):
            return f"<mroot>{drawn(body)}{drawn(degree)}</mroot>" if degree else f"<msqrt>{drawn(body)}</msqrt>"
        case t.Partial():
            return _partial(tree)
        case t.Big():
            return _big(tree)
        case t.Call(function=function, argument=argument):
            group = argument.base if isinstance(argument, t.Scripted) else argument
            gap = "" if isinstance(group, t.Group) and group.kind else THIN
            return _row([drawn(function), APPLY, gap, drawn(argument)])
        case t.Matrix(kind=kind, rows=rows):
            cells = "".join(f"<mtr>{''.join(map(_entry, row))}</mtr>" for row in rows)
            return _fenced(kind, f"<mtable>{cells}</mtable>")
        case t.Entries(body=body, row=row, column=column):
            below = "".join(drawn(t.Name(letter)) for letter in (row, column) if letter)
            return f"<msub>{_fenced('[', drawn(body))}<mrow>{below}</mrow></msub>"
        case t.Cases(rows=rows):
            table = "".join(map(_case, rows))
            return f'<mrow><mo stretchy="true" form="prefix">{{</mo><mtable class="cases">{table}</mtable></mrow>'
        case t.Dots():
            return "<mo>…</mo>"
        case t.Words(text=text):
            return _text(text)
        case t.Relation(symbol=symbol):
            return f"<mo>{escape(sign(symbol))}</mo>"
        case t.Compare(sides=sides, relations=relations):
            parts = [drawn(sides[0])]
            for relation, side in zip(relations, sides[1:], strict=False):
                parts += [drawn(relation), drawn(side)]
            return _row(parts)
        case t.At(body=body, sub=sub):
            return f'<msub><mrow>{drawn(body)}<mo stretchy="true" form="postfix">|</mo></mrow>{drawn(sub)}</msub>'
    raise TypeError(f"not a formula: {tree!r}")


def _entry(cell: t.Tree | None) -> str:
    return f"<mtd>{drawn(cell)}</mtd>" if cell is not None else "<mtd></mtd>"


def _row(parts: Iterable[str]) -> str:
    kept = [part for part in parts if part]
    return kept[0] if len(kept) == 1 else f"<mrow>{''.join(kept)}</mrow>"


def _joined(parts: Iterable[str]) -> list[str]:
    out: list[str] = []
    for part in parts:
        out += ["<mo>,</mo>", part] if out else [part]
    return out


def _text(words: str) -> str:
    return f"<mtext>{escape(words)}</mtext>"


def _fenced(kind: str, inside: str) -> str:
    if not kind:
        return inside
    known = _BRACKETS.get(kind)
    left, right = (known[0], known[1]) if known else (kind[0], kind[-1])
    return f'<mrow><mo form="prefix">{escape(left)}</mo>{inside}<mo form="postfix">{escape(right)}</mo></mrow>'


def _name(name: t.Name) -> str:
    letter = _LETTERS.get(name.letter, name.letter)
    upright = len(letter) == 1 and name.style in {"rm", "sf", "tt"}
    match name.style:
        case "bold":
            letter = "".join(map(bold, letter))
        case "bb":
            letter = _DOUBLE.get(letter, letter)
        case "cal":
            letter = _SCRIPT.get(letter) or _shifted(letter, 0x1D49C)
        case "frak":
            letter = _shifted(letter, 0x1D504)
    if not letter.isalnum() and letter in "⊤†∗−+:#∞":
        base = f"<mo>{letter}</mo>"
    else:
        variant = ' mathvariant="normal"' if upright else ""
        base = f"<mi{variant}>{escape(letter)}</mi>"
    for accent in name.accents:
        base = _accented(base, accent)
    return base


def _shifted(letter: str, start: int) -> str:
    return chr(start + ord(letter) - 65) if len(letter) == 1 and "A" <= letter <= "Z" else letter


def _accented(base: str, accent: str, wide: bool = False) -> str:
    stretchy = "true" if wide else "false"
    if accent == "underline":
        return f'<munder>{base}<mo stretchy="true">_</mo></munder>'
    return f'<mover accent="true">{base}<mo stretchy="{stretchy}">{_ACCENTS.get(accent, "^")}</mo></mover>'


def _scripted(tree: t.Scripted) -> str:
    base = drawn(tree.base)
    below = drawn(tree.sub) if tree.sub is not None else ""
    above = [f"<mo>{'′' * tree.primes}</mo>"] if tree.primes else []
    if tree.sup is not None:
        above.append("<mo>⊤</mo>" if tree.sup == t.Name("T") else drawn(tree.sup))
    if below and above:
        return f"<msubsup>{base}{below}{_row(above)}</msubsup>"
    if below:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}{_row(above)}</msup>" if above else base


def _terms(items: tuple[tuple[str, t.Tree], ...]) -> list[str]:
    out: list[str] = []
    for k, (mark, term) in enumerate(items):
        if k or mark != "+":
            form = ' form="prefix"' if k == 0 else ""
            out.append(f"<mo{form}>{escape(SIGNS.get(mark, mark))}</mo>")
        out.append(drawn(term))
    return out


_TALL = t.Ratio | t.Partial


def _factors(items: tuple[tuple[str, t.Tree], ...]) -> list[str]:
    out: list[str] = []
    before: t.Tree | None = None
    for operator, factor in items:
        if before is not None:
            out.append(f"<mo>{escape(_OPERATORS.get(operator, operator))}</mo>")
            if operator == "" and _apart(before, factor):
                out.append(THIN)
        elif operator:
            out.append(f'<mo form="prefix">{escape(_OPERATORS.get(operator, operator))}</mo>')
        out.append(drawn(factor))
        before = factor
    return out


def _apart(before: t.Tree, factor: t.Tree) -> bool:
    """Whether two factors without a sign would run into each other."""
    if isinstance(before, _TALL) and isinstance(factor, _TALL):
        return True
    return _is_word(before) or _is_word(factor) or isinstance(factor, t.Call | t.Big)


def _is_word(tree: t.Tree) -> bool:
    name = tree.base if isinstance(tree, t.Scripted) else tree
    return isinstance(name, t.Words) or (isinstance(name, t.Name) and len(_LETTERS.get(name.letter, name.letter)) > 1)


def _partial(tree: t.Partial) -> str:
    d = f"<mo>{tree.symbol}</mo>" if tree.symbol != "d" else '<mi mathvariant="normal">d</mi>'
    of = [drawn(tree.of)] if tree.of is not None else []
    order = f"<mn>{tree.order}</mn>"
    if tree.symbol == "∇":
        below = _row(_joined(map(drawn, tree.by)))
        high = tree.order > 1
        if tree.by:
            d = f"<msubsup>{d}{below}{order}</msubsup>" if high else f"<msub>{d}{below}</msub>"
        elif high:
            d = f"<msup>{d}{order}</msup>"
        return _row([d, *of])
    above = f"<msup>{d}{order}</msup>" if tree.order > 1 else d
    below_parts: list[str] = []
    for _, same in groupby(tree.by):
        every = list(same)
        one = drawn(every[0])
        below_parts += [d, f"<msup>{one}<mn>{len(every)}</mn></msup>" if len(every) > 1 else one]
    return f"<mfrac>{_row([above, *of])}{_row(below_parts) or '<mrow></mrow>'}</mfrac>"


def _big(tree: t.Big) -> str:
    mark = _BIG.get(tree.kind, tree.kind)
    limits = "false" if tree.kind in {"sum", "prod"} else "true"
    head = f'<mo movablelimits="{limits}">{escape(mark)}</mo>'
    below = drawn(tree.index) if tree.index is not None else ""
    above = drawn(tree.upper) if tree.upper is not None else ""
    if tree.kind in {"int", "E"}:
        if below or above:
            head = f"<msubsup>{head}{below or '<mrow></mrow>'}{above or '<mrow></mrow>'}</msubsup>"
    elif below and above:
        head = f"<munderover>{head}{below}{above}</munderover>"
    elif below:
        head = f"<munder>{head}{below}</munder>"
    elif above:
        head = f"<mover>{head}{above}</mover>"
    gap = "" if tree.kind in {"sum", "prod", "int", "E"} else THIN
    return _row([head, gap, drawn(tree.body)])


def _case(case: t.Case) -> str:
    words = [_text(f"{case.words}\u00a0")] if case.words else []
    conditions = _joined(map(drawn, case.conditions))
    return f"<mtr><mtd>{drawn(case.value)}</mtd><mtd>{_row([*words, *conditions]) or ''}</mtd></mtr>"
