"""Formulas as LaTeX, in the commands that amsmath and MathJax share."""

from __future__ import annotations

import re

from deltarule.language.functions import FUNCTIONS
from deltarule.writing import composition as compose
from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.naming import GREEK, split

__all__ = ["RELATIONS", "escape", "function_name", "latex", "name", "size_name"]

RELATIONS = {
    "=": "=",
    "<-": r"\leftarrow",
    "←": r"\leftarrow",
    ":=": r"\leftarrow",
    "≈": r"\approx",
    "~": r"\approx",
    ">": ">",
    ">=": r"\geq",
    "<": "<",
    "!=": r"\neq",
    "∈": r"\in",
}

_COMMANDS = {"max", "min", "log", "exp", "sin", "cos", "tanh", "sinh", "cosh"}


def latex(formula: Formula) -> str:
    """The formula in maths mode."""
    match formula:
        case f.Name():
            return name(formula)
        case f.Numeral(text=text):
            return {"∞": r"\infty", "NaN": r"\mathrm{NaN}"}.get(text, text)
        case f.Special(kind=kind):
            return r"\mathbf{1}" if kind == "one" else r"\mathbf{I}"
        case f.Call():
            return _call(formula)
        case f.Exponential(exponent=exponent):
            return "e" + _script("^", latex(exponent))
        case f.Fraction(top=top, bottom=bottom):
            return rf"\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case f.Partial(of=of, by=by):
            return rf"\frac{{\partial {name(of)}}}{{\partial {name(by)}}}"
        case f.Operator(by=by, body=body):
            return rf"\frac{{\partial}}{{\partial {name(by)}}} " + _enclosed("(", latex(body), ")", compose.tall(body))
        case f.Bar(body=body, held=held):
            return rf"\left. {latex(body)} \right|_{{{', '.join(map(name, held))}}}"
        case f.Superscript(base=base, exponent=exponent, elementwise=elementwise):
            return latex(base) + _script("^", r"\odot " * elementwise + exponent)
        case f.Transposed(base=f.Name() as base):
            return name(base, r"\top")
        case f.Transposed(base=base):
            return rf"{latex(base)}^\top"
        case f.Product(factors=factors, signs=signs):
            return _product(factors, signs)
        case f.Terms(items=items):
            return _terms(items)
        case f.Big():
            return _big(formula)
        case f.Indexed(base=base, indices=indices):
            return rf"\left( {latex(base)} \right)_{{{','.join(indices)}}}"
        case f.Parentheses(body=body):
            return _enclosed("(", latex(body), ")", compose.tall(body))
        case f.Absolute(body=body):
            return _enclosed("|", latex(body), "|", True)
        case f.Norm(body=body):
            return rf"\left\| {latex(body)} \right\|"
        case f.Root(body=body):
            return rf"\sqrt{{{latex(body)}}}"
        case f.Indicator(left=left, relation=relation, right=right):
            inside = f"{latex(left)} {RELATIONS[relation]} {latex(right)}"
            return r"\mathbf{1}" + _enclosed("[", inside, "]", compose.tall(formula))
        case f.Table(rows=cells):
            body = r" \\ ".join(" & ".join(map(latex, row)) for row in cells)
            return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
        case f.Relation(left=left, sign=sign, right=right):
            return f"{latex(left)} {RELATIONS.get(sign, sign)} {latex(right)}"
        case f.Reals(sizes=sizes):
            return r"\mathbb{R}" + _script("^", r" \times ".join(map(size_name, sizes)))
        case f.Cases(cases=cases, otherwise=otherwise):
            rows = [rf"{latex(v)} & \text{{if }} {latex(u)} {RELATIONS[r]} 0" for v, u, r in cases]
            rows.append(rf"{latex(otherwise)} & \text{{otherwise}}")
            return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
    raise TypeError(f"not a formula: {formula!r}")


def name(n: f.Name, after: str = "") -> str:
    """A name with everything that hangs on it; `after` joins the superscripts."""
    letter = _letter(n)
    if n.accent:
        letter = rf"\{n.accent}{{{letter}}}"
    above = (f"({n.number})" if n.number else "") + after
    below = []
    if n.word:
        below.append(rf"\mathrm{{{n.word}}}" if len(n.word) == 1 else rf"\text{{{escape(n.word)}}}")
    if n.of is not None:
        below.append(name(n.of))
    if n.indices:
        plain = all(len(i) == 1 for i in n.indices)
        below.append(("" if plain else ",").join(map(_index, n.indices)))
    if n.of is not None:  # an error signal has no number of its own: the transpose stands last
        return letter + _script("_", ",".join(below)) + _script("^", above)
    return letter + _script("^", above) + _script("_", ",".join(below))


def _script(sign: str, body: str) -> str:
    if not body:
        return ""
    return sign + (body if len(body) == 1 or body == r"\top" else f"{{{body}}}")


def _index(i: str) -> str:
    return re.sub(r"([^\W\d_])(\d+)", r"\1_{\2}", i)  # i1 is a letter with a number, 2i+k-2 a sum


def _letter(n: f.Name) -> str:
    greek = n.letter in GREEK
    if n.rank:
        if greek:
            return rf"\boldsymbol{{\{n.letter}}}"
        if len(n.letter) > 1:  # a word is one name, not a product of bold letters
            return rf"\boldsymbol{{\mathrm{{{_identifier(n.letter)}}}}}"
        return rf"\mathbf{{{_identifier(n.letter)}}}"
    if greek:
        return rf"\{n.letter}"
    return n.letter if len(n.letter) == 1 else rf"\mathit{{{_identifier(n.letter)}}}"


def function_name(function: str) -> str:
    row = FUNCTIONS.get(function)
    if row is not None:
        return row.latex
    if function in GREEK:
        return rf"\{function}"
    if function in _COMMANDS:
        return rf"\{function}"
    return function if len(function) == 1 else rf"\operatorname{{{_identifier(function)}}}"


def _call(call: f.Call) -> str:
    head = function_name(call.function)
    if call.bare:
        return f"{head} {latex(call.arguments[0])}"
    if call.order and any(call.order):
        if len(call.order) == 1:
            head += "'" * call.order[0]
        else:
            places = [str(k) for k, times in enumerate(call.order, 1) for _ in range(times)]
            head = rf"\partial_{{{','.join(places)}}} {head}"
    return head + _enclosed("(", ", ".join(map(latex, call.arguments)), ")", any(map(compose.tall, call.arguments)))


def _enclosed(left: str, inside: str, right: str, grows: bool) -> str:
    return rf"\left{left} {inside} \right{right}" if grows else f"{left}{inside}{right}"


def _product(factors: tuple[Formula, ...], signs: tuple[str, ...]) -> str:
    out = latex(factors[0])
    for sign, factor in zip(signs, factors[1:], strict=True):
        between = {"": " ", "dot": r" \cdot ", "odot": r" \odot "}[sign]
        out += between + latex(factor)
    return out


def _terms(items: tuple[tuple[bool, Formula], ...]) -> str:
    (minus, first), *rest = items
    out = ("-" if minus else "") + latex(first)
    return out + "".join((" - " if minus else " + ") + latex(t) for minus, t in rest)


def size_name(size: int | str) -> str:
    """A size as it stands above Σ: a number, or a symbol by the scheme for names."""
    return name(split(size)) if isinstance(size, str) and not size.isdigit() else str(size)


def _big(big: f.Big) -> str:
    if big.operator == "max":
        below = ", ".join(
            rf"1 \leq {_index(letter)} \leq {size_name(size)}" if size else _index(letter)
            for letter, size in big.letters
        )
        return rf"\max_{{{below}}} {latex(big.body)}"
    signs = [rf"\sum_{{{_index(letter)}=1}}^{{{size_name(size)}}}" for letter, size in big.letters]
    return " ".join([*signs, latex(big.body)])


_SIGNS = {
    "∂": r"\partial", "σ": r"\sigma", "δ": r"\delta", "Σ": r"\Sigma", "η": r"\eta", "θ": r"\theta", "ŷ": r"\hat{y}",
    "≥": r"\geq", "≤": r"\leq", "≠": r"\neq", "·": r"\cdot", "→": r"\to", "←": r"\leftarrow", "′": "'", "×": r"\times",
    "∘": r"\circ", "½": r"\tfrac{1}{2}", "²": "^2", "³": "^3", "∈": r"\in", "−": "-", "⊙": r"\odot", "ᵀ": r"^\top",
    "∞": r"\infty", "±": r"\pm", "<": "<", ">": ">", "|": "|", "\\": r"\backslash", "~": r"\sim",
} | {c: f"\\{c}" for c in "&%#_{}$"}  # fmt: skip
"""Signs that words may hold and that stand in maths mode: MathJax knows no commands inside `\text`, only dollars."""


def escape(text: str) -> str:
    """Words for LaTeX text or `\\text{...}`, the same for pdflatex and MathJax."""
    out = "".join(map(_word_piece, re.findall(r"\^-?\w+|.", text, re.DOTALL)))
    return out.replace("\1\0", " ").replace("\0", "$").replace("\1", "$")


def _word_piece(piece: str) -> str:
    """A character or a power; what belongs in maths mode between marks that become dollars."""
    if piece.startswith("^"):
        return f"\0^{{{piece[1:]}}}\1" if piece[1:] else ""
    return f"\0{_SIGNS[piece]}\1" if piece in _SIGNS else piece.replace("\0", "").replace("\1", "")


def _identifier(text: str) -> str:
    return "".join(f"\\{c}" if c in "_&%#$" else c for c in text)
