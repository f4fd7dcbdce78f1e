"""A changed side as LaTeX: what the document wrote where nothing changed, built anew where something did."""

from __future__ import annotations

from collections.abc import Iterable

from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.references import script_items
from deltarule.reading.statements import read_expression
from deltarule.reading.tokens import Unreadable

__all__ = ["as_latex"]

GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell", "top",
})  # fmt: skip
KNOWN = frozenset({
    "log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min",
})  # fmt: skip
OPERATORS = {"": " ", "cdot": " \\cdot ", "times": " \\times ", "*": " * ", "odot": " \\odot ", "circ": " \\circ ",
             "otimes": " \\otimes ", "/": " / ", "div": " \\div "}  # fmt: skip
BRACKETS = {"(": ("(", ")"), "[": ("[", "]"), "{": ("\\{", "\\}"), "|": ("|", "|"), "||": ("\\|", "\\|"), "": ("", ""),
            "<": ("\\langle ", " \\rangle")}  # fmt: skip
STYLES = {"bold": "\\mathbf", "cal": "\\mathcal", "bb": "\\mathbb", "rm": "\\mathrm", "frak": "\\mathfrak",
          "sf": "\\mathsf", "tt": "\\mathtt"}  # fmt: skip


class _Plain(Exception):
    """A node that is not built anew."""


def as_latex(changed: t.Tree, originals: Iterable[t.Tree], text: str) -> str:
    """LaTeX for a changed side, such that reading it gives that side again; empty where that fails."""
    kept = {id(n) for root in originals for n in t.walk(root)}
    for source in (text, ""):
        try:
            out = _latex(changed, kept, source)
            if _reads_as(out, changed):
                return out
        except (_Plain, RecursionError):
            continue
    return ""


def _reads_as(latex: str, changed: t.Tree) -> bool:
    try:
        return _shape(read_expression(latex)) == _shape(changed)
    except (DeltaruleError, Unreadable, ValueError):
        return False


def _shape(node: object) -> object:
    """A tree without what does not count: groups of one name, styles of brackets."""
    match node:
        case t.Group(kind="(" | "[", items=(t.Name() | t.Scripted() as only,)):
            return _shape(only)
        case t.Scripted(base=base, sub=sub, sup=sup, primes=primes):
            return ("Scripted", _shape(base), tuple(map(_shape, script_items(sub))), _shape(sup), primes)
        case t.Factors(items=items):
            return ("Factors", tuple((op if op not in {"cdot", "times"} else "", _shape(x))
                                     for factor in items for op, x in _parted(*factor)))  # fmt: skip
        case t.Differential():
            return _shape(t.Factors((("", node),)))
        case t.Tree():
            return (type(node).__name__, *(_shape(getattr(node, f)) for f in node.__dataclass_fields__
                                           if f not in {"start", "end", "text"}))  # fmt: skip
        case tuple():
            return tuple(map(_shape, node))
    return node


def _parted(op: str, factor: t.Tree) -> tuple[tuple[str, t.Tree], ...]:
    """The d and the X of a factor dX, as they are read; any other factor by itself."""
    return ((op, t.Name("d")), ("", factor.of)) if isinstance(factor, t.Differential) else ((op, factor),)


def _latex(node: t.Tree, kept: set[int], text: str) -> str:
    if text and id(node) in kept and node.end > node.start:
        return text[node.start : node.end].strip()

    def inner(child: t.Tree) -> str:
        return _latex(child, kept, text)

    match node:
        case t.Num(value=value, text=written):
            return written or (
                str(value) if value.denominator == 1 else f"\\frac{{{value.numerator}}}{{{value.denominator}}}"
            )
        case t.Name():
            return _name(node)
        case t.Scripted(base=base, sub=sub, sup=sup, primes=primes):
            body = inner(base) + "'" * primes
            letters = [inner(item) for item in script_items(sub)]
            close = all(len(x) == 1 for x in letters)  # W_{ij}, and not W_{i, j}
            below = "".join(letters) if close else inner(sub) if sub is not None else ""
            body += f"_{_braced(below)}" if sub is not None else ""
            return body + (f"^{_braced(inner(sup))}" if sup is not None else "")
        case t.Terms(items=items):
            out = ""
            for k, (sign, item) in enumerate(items):
                word = inner(item)
                out += word if k == 0 and sign == "+" else f"-{word}" if k == 0 else f" {sign} {word}"
            return out
        case t.Factors(items=items):
            out = ""
            for k, (op, item) in enumerate(items):
                word = inner(item)
                call = op == "" and isinstance(item, t.Group) and item.kind == "("
                out += word if k == 0 or call else OPERATORS[op] + word
            return out
        case t.Group(kind=kind, items=items) if kind in BRACKETS:
            opened, closed = BRACKETS[kind]
            return opened + ", ".join(map(inner, items)) + closed
        case t.Ratio(numerator=numerator, denominator=denominator):
            return f"\\frac{{{inner(numerator)}}}{{{inner(denominator)}}}"
        case t.Root(degree=None, body=body):
            return f"\\sqrt{{{inner(body)}}}"
        case t.Partial(symbol="∂" | "d" as symbol, of=of, by=(by,), order=1) if of is not None:
            sign = "\\partial " if symbol == "∂" else "d"
            return f"\\frac{{{sign}{inner(of)}}}{{{sign}{inner(by)}}}"
        case t.Differential(of=of):
            return f"d {inner(of)}"
        case t.Big(kind="sum" | "prod" | "max" | "min" as kind, index=index, upper=upper, body=body):
            below = f"_{{{inner(index)}}}" if index is not None else ""
            above = f"^{{{inner(upper)}}}" if upper is not None else ""
            return f"\\{kind}{below}{above} {inner(body)}"
        case t.Compare(sides=(left, right), relations=(relation,)):
            return f"{inner(left)} {relation.symbol} {inner(right)}"
        case t.Call(function=function, argument=argument):
            return f"{inner(function)}{'' if isinstance(argument, t.Group) else ' '}{inner(argument)}"
        case t.Matrix(kind=kind, rows=rows) if kind in {"(", "["}:
            name = {"(": "pmatrix", "[": "bmatrix"}[kind]
            lines = [" & ".join("" if e is None else inner(e) for e in row) for row in rows]
            return f"\\begin{{{name}}} " + " \\\\ ".join(lines) + f" \\end{{{name}}}"
    raise _Plain


def _braced(script: str) -> str:
    return script if len(script) == 1 else f"{{{script}}}"


def _name(node: t.Name) -> str:
    letter = node.letter
    out = (
        f"\\{letter}" if letter in GREEK or letter in KNOWN else letter if len(letter) == 1 else f"\\mathrm{{{letter}}}"
    )
    if node.style and node.style in STYLES:
        out = f"{STYLES[node.style]}{{{out}}}"
    for accent in node.accents:
        out = f"\\{accent}{{{out}}}"
    return out
