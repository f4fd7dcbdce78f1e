"""Derivatives as people write them: ∂L/∂w in a fraction or with a slash, operators d/dx, ∂_w and ∇."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.reading.references import is_transpose
from deltarule.reading.tree import Factors, Group, Name, Num, Partial, Scripted, Terms, Tree

if TYPE_CHECKING:
    from deltarule.reading.grammar import Parser

__all__ = ["fraction", "operator", "physics", "slashed"]

MAX_ORDER = 9
STARTS = ("name", "number", "accent", "style", "{", "open", "partial", "function", "frac", "begin", "sqrt", "big")


def _symbol(parser: Parser, at: int, end: int) -> str:
    """∂ or d, if the token is one that may begin a derivative."""
    kind = parser.kind(at, end)
    if kind == "partial":
        return "∂"
    if kind == "style" and parser.tokens[at].text == "rm":  # \mathrm{d}, \mathrm d
        inner = at + 2 if parser.kind(at + 1, end) == "{" else at + 1
        return "d" if _is_d(parser, inner, end) and parser.after_atom(at, end) in (inner + 1, inner + 2) else ""
    return "d" if _is_d(parser, at, end) else ""


def _is_d(parser: Parser, at: int, end: int) -> bool:
    return parser.kind(at, end) == "name" and parser.tokens[at].text == "d" and not parser.tokens[at].accents


def _after(parser: Parser, at: int, end: int) -> int:
    """Behind the ∂ or d at `at`."""
    return parser.after_atom(at, end) or at + 1


def _order(parser: Parser, at: int, end: int) -> tuple[int, int]:
    """The exponent right behind ∂ or d (1 where there is none), and where it ends."""
    if parser.kind(at, end) != "^":
        return 1, at
    saved, parser.pos = parser.pos, at + 1
    first, last = parser.argument(end)
    after, parser.pos = parser.pos, saved
    token = parser.tokens[first]
    if last - first == 1 and token.kind == "number" and token.text.isdigit() and 1 <= int(token.text) <= MAX_ORDER:
        return int(token.text), after
    raise parser.fail("a derivative whose order is not a small number", at)


def _unwrapped(parser: Parser, start: int, end: int) -> tuple[int, int]:
    """What stands in braces that hold all of it, {{\\partial x}}."""
    while end - start > 2 and parser.kind(start, end) == "{" and parser.after_atom(start, end) == end:
        start, end = start + 1, end - 1
    return start, end


def fraction(parser: Parser, above: tuple[int, int], below: tuple[int, int], start: int, end: int) -> Tree | None:
    """\\frac{∂ of}{∂ by ∂ by}, \\frac{d}{dx}; None where the fraction is no derivative."""
    (at, stop), below = _unwrapped(parser, *above), _unwrapped(parser, *below)
    sign = ""
    if parser.kind(at, stop) == "op" and parser.tokens[at].text in ("-", "+"):
        sign, at = parser.tokens[at].text, at + 1
    top, bottom = _symbol(parser, at, stop), _symbol(parser, *below)
    if not top or not bottom:
        return None
    after = _after(parser, at, stop)
    if parser.kind(after, stop) in ("_", "prime"):
        return None
    order, body = _order(parser, after, stop)
    if top == "d" == bottom and body < stop and parser.kind(body, stop) not in STARTS:
        return None
    if parser.kind(_after(parser, below[0], below[1]), below[1]) not in STARTS:
        return None
    if any(_symbol(parser, k, stop) == "∂" for k in parser.top(body, stop)):
        raise parser.fail("a product of derivatives in one fraction", at)
    of = parser.expression(body, stop) if body < stop else None
    by = _variables(parser, *below, order, mixed=bottom == "∂" or order > 1)
    derivative = Partial("∂" if "∂" in (top, bottom) else "d", of, by, order, start=start, end=end)
    return Terms(((sign, derivative),), start=start, end=end) if sign else derivative


def _variables(parser: Parser, start: int, end: int, order: int, mixed: bool) -> tuple[Tree, ...]:
    """The x, x, y of ∂x²∂y."""
    marks = [start]
    if mixed:
        sign, after = _symbol(parser, start, end), _after(parser, start, end)
        # a d right behind ∂ is what is differentiated by, ∂d
        marks += [k for k in parser.top(after, end) if k > after and _symbol(parser, k, end) == sign]
    out: list[Tree] = []
    for mark, stop in zip(marks, [*marks[1:], end], strict=True):
        variable = parser.expression(_after(parser, mark, end), stop)
        out += _repeated(variable, order)
    if len(out) != order:
        raise parser.fail(f"a derivative of order {order} by {len(out)} variables", start)
    return tuple(out)


def _repeated(variable: Tree, order: int) -> list[Tree]:
    """x² in a derivative of order two and more is twice x."""
    match variable:
        case Scripted(base=base, sub=sub, sup=Num(value=value)) if 1 < value <= order and value.denominator == 1:
            plain = (
                Scripted(base, sub, None, variable.primes, start=variable.start, end=variable.end)
                if (sub is not None or variable.primes)
                else base
            )
            return [plain] * int(value)
    return [variable]


def slashed(parser: Parser, end: int) -> Tree | None:
    """∂L/∂w, dL/dw, d/dx; None (and nothing taken) where no slash and second ∂ follow."""
    start = parser.pos
    symbol = _symbol(parser, start, end)
    after = _after(parser, start, end)
    if parser.kind(after, end) in ("_", "prime"):
        return None
    body = after
    if parser.kind(after, end) == "^":
        exponent = parser.after_atom(after + 1, end)
        if exponent is None:
            return None
        body = exponent
    slash = body
    if not _slash(parser, slash, end):
        stop = _scripted_end(parser, body, end)
        if stop is None:
            return None
        slash = stop
        if parser.kind(slash, end) == "open" and 0 <= parser.partner[slash] < end:
            slash = parser.partner[slash] + 1
    if not _slash(parser, slash, end) or _symbol(parser, slash + 1, end) == "":
        return None
    variable = _after(parser, slash + 1, end)
    if parser.kind(variable, end) not in STARTS:
        return None
    order, _ = _order(parser, after, end)
    of = parser.expression(body, slash) if body < slash else None
    by: list[Tree] = []
    mark = slash + 1
    while len(by) < order:
        first = _after(parser, mark, end)
        stop = _scripted_end(parser, first, end)
        if stop is None:
            raise parser.fail("a derivative by nothing", mark)
        by += _repeated(parser.expression(first, stop), order)
        mark = stop
        if len(by) < order and not _symbol(parser, mark, end):
            raise parser.fail(f"a derivative of order {order} by {len(by)} variables", slash)
    parser.pos = mark
    other = _symbol(parser, slash + 1, end)
    return Partial(
        "∂" if "∂" in (symbol, other) else "d", of, tuple(by), order,
        start=parser.tokens[start].start, end=max(parser.tokens[k].end for k in (mark - 1, start)),
    )  # fmt: skip


def _slash(parser: Parser, at: int, end: int) -> bool:
    return parser.kind(at, end) == "op" and parser.tokens[at].text == "/"


def _scripted_end(parser: Parser, at: int, end: int) -> int | None:
    """Where the atom at `at` ends, scripts counted; None where none begins. Reads nothing."""
    if parser.kind(at, end) not in STARTS:
        return None
    stop = parser.after_atom(at, end)
    while stop is not None and parser.kind(stop, end) in ("^", "_", "prime"):
        stop = stop + 1 if parser.kind(stop, end) == "prime" else parser.after_atom(stop + 1, end)
    return stop


def operator(parser: Parser, symbol: str, end: int) -> Tree:
    """∇L, ∇_w L, ∇²L, ∂_w L: with what follows, if it begins a factor. ∇ᵀL is its transpose, ∇∇ᵀL and ∇∇L are ∇²L."""
    first = parser.tokens[parser.pos]
    mark = parser.pos
    parser.pos += 1
    scripted = parser.scripts(Name(symbol, start=first.start, end=first.end), end)
    by: tuple[Tree, ...] = ()
    order = 1
    turned: Tree | None = None
    if isinstance(scripted, Scripted):
        if scripted.primes:
            raise parser.fail("a prime on a derivative", mark)
        if symbol == "∇" and scripted.sup is not None and is_transpose(scripted.sup):
            turned = scripted.sup
        elif scripted.sup is not None:
            if not isinstance(scripted.sup, Num) or not 1 <= scripted.sup.value <= MAX_ORDER:
                raise parser.fail("a derivative whose order is not a small number", mark)
            order = int(scripted.sup.value)
        match scripted.sub:
            case None:
                pass
            case Group(kind="", items=items):
                by = items
            case sub:
                by = (sub,)
    parser.skip_spaces(end)
    of: Tree | None = None
    if parser.begins_factor(end):
        before = parser.pos
        if parser.kind(before, end) in ("frac", "number", "physics"):
            of = parser.term(end)
        else:
            of = parser.factor(end)
            called = isinstance(of, Name) or (isinstance(of, Scripted) and isinstance(of.base, Name))
            if called and parser.kind(parser.pos, end) == "open":
                group = parser.group_with_scripts(end)
                of = Factors((("", of), ("", group)), start=of.start, end=group.end)
    stop = of.end if of is not None else scripted.end
    if turned is not None:
        whole = Partial(symbol, of, by, order, start=first.start, end=stop)
        return Scripted(Group("(", (whole,), start=first.start, end=stop), None, turned, start=first.start, end=stop)
    match of.base if isinstance(of, Scripted) and of.sup is not None and is_transpose(of.sup) else of:
        case (
            Group(items=(Partial(symbol="∇", of=Tree() as inner, by=within, order=1),))
            | Partial(symbol="∇", of=Tree() as inner, by=within, order=1)
        ) if symbol == "∇" and order == 1 and (not by or not within or by == within):
            return Partial(symbol, inner, by or within, 2, start=first.start, end=stop)
    return Partial(symbol, of, by, order, start=first.start, end=stop)


def physics(parser: Parser, end: int) -> Tree:
    """\\pdv{L}{w}, \\dv[2]{y}{x}, and \\pdv{w} as an operator."""
    token = parser.tokens[parser.pos]
    parser.pos += 1
    order = 1
    if parser.kind(parser.pos, end) == "open" and parser.tokens[parser.pos].text == "[":
        if not parser.pos < parser.partner[parser.pos] < end:
            raise parser.unexpected(parser.pos)
        inside = parser.tokens[parser.pos + 1]
        if inside.kind != "number" or not inside.text.isdigit() or not 1 <= int(inside.text) <= MAX_ORDER:
            raise parser.fail("a derivative whose order is not a small number", parser.pos)
        order = int(inside.text)
        parser.pos = parser.partner[parser.pos] + 1
    first = parser.argument(end)
    of: Tree | None = None
    by = first
    if parser.kind(parser.pos, end) == "{":
        of = parser.expression(*first)
        by = parser.argument(end)
    variable = parser.expression(*by)
    return Partial(token.text, of, (variable,) * order, order, start=token.start, end=parser.tokens[parser.pos - 1].end)
