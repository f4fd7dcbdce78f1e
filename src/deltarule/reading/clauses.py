"""A block of mathematics as clauses: rows joined, several equations in a row parted, words and numbers set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from deltarule.reading.grammar import Parser
from deltarule.reading.remarks import at_top, is_remark, remarks_first, with_reason, without_remark
from deltarule.reading.systems import INNER, laid_out, system
from deltarule.reading.tokens import (
    Token,
    pairs,
    with_bars_between,
    with_braces_around_words,
    without_braces_around_scripts,
    without_brackets_around_relations,
    without_crossed_braces,
    without_halves,
    without_turned_brackets,
)

__all__ = ["Clause", "clauses", "flattened", "row_level"]

OUTER = ("equation", "align", "gather", "eqnarray", "multline", "alignat", "flalign", "displaymath", "math")
WITH_ARGUMENTS = ("frac", "accent", "style", "sqrt", "fence", "brace", "substack", "^", "_")
STEPS = r"step|line|row|schritt|zeile|paso|étape|passo|krok|шаг|bước|adım|步骤|步驟|第|단계"
NUMBER = r"(?:\d+|[ivx]{1,4}|[a-h]|[一二三四五六七八九十])"
STEP = re.compile(
    rf"\s*(?:(?:{STEPS})\s*{NUMBER}\s*(?:步|단계)?|\(?{NUMBER}[).:：]|\(.*\)|by .*"
    r"|so|thus|hence|then|therefore|finally|which gives|this gives|we get|simplif\w+|expand\w*|substitut\w+"
    r"|daher|somit|folglich|luego|entonces|donc|quindi|即|所以|因此|故|化简|代入|得|得到)\s*[:：,，.]?\s*",
    re.I,
)
"""Words before a relation that begins a row which only say where it stands, `Step 3:`, or why it holds."""
TAG = re.compile(r"\(?\s*(\d+[a-z]?(?:[.-]\d+)*[a-z]?|[a-z]|[ivx]{1,4}|\*+)\s*\)?", re.I)


@dataclass(slots=True)
class Clause:
    """The tokens of one statement, and what was set aside from it."""

    tokens: list[Token] = field(default_factory=list)
    before: list[Token] = field(default_factory=list)
    after: list[Token] = field(default_factory=list)
    tag: str = ""
    connective: str = ""
    leads: bool = False  # its words stand at the beginning of a row
    related: bool = False  # a relation was read at the top of its tokens


def flattened(tokens: list[Token]) -> list[Token]:
    """Without the environments and braces that only hold rows: what is left has its rows and relations at the top."""
    tokens = without_halves(without_crossed_braces(with_bars_between(tokens)))
    parser = Parser(without_turned_brackets(with_braces_around_words(without_braces_around_scripts(tokens))))
    tokens = parser.tokens
    out: list[Token] = []
    _flatten(parser, 0, len(tokens), out)
    return without_brackets_around_relations(out)


def _flatten(parser: Parser, at: int, end: int, out: list[Token]) -> None:
    tokens, partner = parser.tokens, parser.partner
    pending = [(at, end, False)]
    while pending:
        at, end, row_after = pending.pop()
        while at < end:
            token = tokens[at]
            close = partner[at] if at < partner[at] < end else -1
            stop = at + 1
            if token.kind in WITH_ARGUMENTS:
                reach = parser.after_atom(at if token.kind not in "^_" else at + 1, end)
                stop = reach if reach is not None else at + 1
            elif close > 0:
                stop = close + 1
                inside = (at + 1, close)
                if token.kind == "begin" and (token.text in (*OUTER, *INNER) or laid_out(parser, at)):
                    outer = token.text not in INNER
                    if outer:
                        out.append(Token("row", token.text, token.start, token.end))
                    pending += [(stop, end, row_after), (*inside, outer)]
                    break
                unwrapped = _holds_rows(parser, *inside) if token.kind == "{" else system(parser, at, close)
                if unwrapped:
                    pending += [(stop, end, row_after), (*inside, False)]
                    break
            out += tokens[at:stop]
            at = stop
        else:
            if row_after:
                out.append(Token("row", "", tokens[end].start, tokens[end].end))


def _holds_rows(parser: Parser, start: int, end: int) -> bool:
    return any(parser.tokens[k].kind in ("relation", "row", "&", "connective", "tag") for k in parser.top(start, end))


def clauses(tokens: list[Token]) -> list[tuple[int, Clause]]:
    """The clauses of flattened tokens, each with the ordinal of its row."""
    out: list[tuple[int, Clause]] = []
    for row, line in _lines(tokens):
        out += [(row, clause) for clause in _parted(line)]
    return out


# rows


def row_level(tokens: list[Token]) -> list[int]:
    """Indices of the tokens that stand in no braces and no environment: rows may break inside plain brackets."""
    partner = pairs(tokens)
    out: list[int] = []
    at = 0
    while at < len(tokens):
        out.append(at)
        at = max(at, partner[at]) + 1 if tokens[at].kind in ("{", "begin") else at + 1
    return out


def _binds(token: Token) -> bool:
    return token.kind in ("relation", "op")


def _lines(tokens: list[Token]) -> list[tuple[int, list[Token]]]:
    """Rows, those that go on with the row before joined to it."""
    rows: list[list[Token]] = [[]]
    environments = {t.text for t in tokens if t.kind == "row"}
    top = set(row_level(tokens))
    for k, token in enumerate(tokens):
        if token.kind == "row" and k in top:
            rows.append([])
        else:
            rows[-1].append(token)
    lines: list[tuple[int, list[Token]]] = []
    for number, row in enumerate(r for r in rows if r):
        empty_left = row[0].kind == "&"
        line = _without_columns(with_reason(row))
        if not line:
            continue
        if line[0].kind == "relation":
            remarks_first(lines, number - 1)
        if lines and _goes_on(lines[-1][1], line, empty_left, "gather" in environments):
            last = lines[-1][1]
            while last and last[-1].kind in ("comma", "period", "semicolon", "space"):
                last.pop()
            without_remark(last)
            if last and last[-1].kind == "relation" == line[0].kind and last[-1].text == line[0].text:
                last.pop()
            last += line
        else:
            lines.append((number, line))
    return lines


def _without_columns(row: list[Token]) -> list[Token]:
    """Without &: one between two equations becomes a wide space."""
    top = set(at_top(row))
    kept = [(k, t) for k, t in enumerate(row) if not (t.kind == "&" and k in top)]
    out: list[Token] = []
    related = False
    previous = -1
    for k, token in kept:
        gap = row[previous + 1 : k]
        if gap and out and related and not _binds(out[-1]) and not _binds(token) and out[-1].kind != "space":
            out.append(Token("space", "", gap[0].start, gap[-1].end))
            related = False
        if token.kind == "relation" and k in top:
            related = True
        out.append(token)
        previous = k
    while out and out[0].kind == "space":
        out.pop(0)
    return out


def _goes_on(last: list[Token], line: list[Token], empty_left: bool, gather: bool) -> bool:
    """Whether a row goes on with the one before."""
    end = next((t for t in reversed(last) if t.kind not in ("space", "tag")), None)
    if end is None:
        return False
    first = line[0]
    if first.kind == "connective":
        return False
    if _binds(end) or _open_brackets(last):
        return True
    if first.kind == "relation":
        return any(t.kind not in ("words", "tag", "space") for t in last)
    if first.kind == "op" and first.text not in ("-", "±", "∓"):
        return True
    related = any(line[k].kind == "relation" for k in at_top(line))
    if related or gather or end.kind in ("comma", "semicolon", "period"):
        return False
    if not any(last[k].kind == "relation" for k in at_top(last)):
        return False
    return first.kind == "op" or (empty_left and first.kind not in ("words", "open", "tag"))


def _open_brackets(tokens: list[Token]) -> bool:
    partner = pairs(tokens)
    return any(partner[k] < 0 and token.kind == "open" for k, token in enumerate(tokens))


# several statements in a row


@dataclass(slots=True)
class _Chunk:
    """What stands between two separators; `mark` is the separator before it."""

    mark: Token | None
    tokens: list[Token]
    words: bool = False

    @property
    def related(self) -> bool:
        return any(self.tokens[k].kind == "relation" for k in at_top(self.tokens))


def _parted(line: list[Token]) -> list[Clause]:
    tags = [t.text for t in line if t.kind == "tag"]
    line = [t for t in line if t.kind != "tag"]
    out: list[Clause] = []
    piece: list[Token] = []
    connective = ""
    top = set(at_top(line))
    for k, token in enumerate(line):
        if token.kind == "connective" and k in top:
            out += _clauses_of(piece, connective)
            piece, connective = [], token.text
        else:
            piece.append(token)
    out += _clauses_of(piece, connective)
    if tags and out:
        out[-1].tag = tags[-1]
    return out


def _clauses_of(tokens: list[Token], connective: str) -> list[Clause]:
    chunks = _chunks(tokens)
    members = _members(chunks)
    out: list[Clause] = []
    current = Clause(connective=connective, leads=True)
    fresh = True  # nothing but words so far

    def close(clause: Clause) -> Clause:
        if clause.tokens:
            out.append(clause)
        return Clause(leads=not clause.tokens)

    for index, chunk in enumerate(chunks):
        kind = chunk.mark.kind if chunk.mark else ""
        last = index == len(chunks) - 1
        if not chunk.tokens:
            continue
        if kind in ("space", "words") and last and current.tokens and (tag := _tag(chunk.tokens)):
            current.tag = tag
            continue
        if chunk.words:
            if current.tokens and not fresh:
                following = chunks[index + 1 : index + 2]
                if any(c.related and not c.words for c in following):
                    current = close(current)
                    current.before += chunk.tokens
                    fresh = True
                else:
                    current.after += chunk.tokens
            else:
                current.before += chunk.tokens
            continue
        first_binds, last_binds = _binds(chunk.tokens[0]), bool(current.tokens) and _binds(current.tokens[-1])
        if kind == "colon" and chunk.mark is not None:
            alone = (
                len(current.tokens) == 1
                and current.tokens[0].kind in ("name", "function")
                and (current.tokens[0].style == "rm" or current.tokens[0].kind == "function")
            )
            if current.before or alone or not current.tokens:
                current.before += [*current.tokens, chunk.mark]
                current.tokens, current.related = list(chunk.tokens), chunk.related
            else:
                current.tokens += [Token("relation", ":", chunk.mark.start, chunk.mark.end), *chunk.tokens]
                current.related = True
            fresh = False
            continue
        if current.after and not chunk.related:
            current.after += chunk.tokens
            continue
        if not current.tokens or first_binds or last_binds:
            current.tokens += chunk.tokens
        elif kind == "semicolon" or current.after:
            current = close(current)
            current.tokens += chunk.tokens
        elif kind == "comma" and chunk.mark is not None:
            if current.related and (chunk.related or members[index]):
                current = close(current)
                current.tokens += chunk.tokens
            else:
                current.tokens += [chunk.mark, *chunk.tokens]
        elif kind == "space" and chunk.related:
            current = close(current)
            current.tokens += chunk.tokens
        else:
            current.tokens += chunk.tokens
        current.related = current.related or chunk.related
        fresh = False
    close(current)
    if not out and (current.before or current.after):
        return []
    for clause in out:
        _trim(clause)
    return [c for c in out if c.tokens]


def _members(chunks: list[_Chunk]) -> list[bool]:
    """Whether a list of names begins at each chunk that lie in one set: u, v \\in \\mathbb{R}^d."""
    out = [False] * len(chunks)
    ends = False  # whether the chunk after this one is of such a list, its last one too
    for k in range(len(chunks) - 1, -1, -1):
        chunk, following = chunks[k], chunks[k + 1 : k + 2]
        name = bool(chunk.tokens) and chunk.tokens[0].kind in ("name", "style", "accent") and not chunk.words
        if not name:
            ends = False
        elif chunk.related:
            first = next(chunk.tokens[j] for j in at_top(chunk.tokens) if chunk.tokens[j].kind == "relation")
            ends = first.text == "\\in"
        else:
            mark = following[0].mark if following else None
            parted = mark is not None and mark.kind == "comma"
            ends = ends and parted and not any(t.kind in ("relation", "op", "dots") for t in chunk.tokens)
            out[k] = ends
    return out


def _chunks(tokens: list[Token]) -> list[_Chunk]:
    partner = pairs(tokens)
    out: list[_Chunk] = []
    current = _Chunk(None, [])
    at = 0
    while at < len(tokens):
        token = tokens[at]
        stop = max(at, partner[at]) + 1
        group = tokens[at:stop]
        following = tokens[stop] if stop < len(tokens) else None
        if token.kind == "period" and _multiplies(current, tokens[stop:]):
            current.tokens.append(replace(token, kind="op", text="cdot"))
        elif token.kind in ("comma", "semicolon", "space", "colon") or (token.kind == "period" and following):
            out.append(current)
            mark = token if token.kind != "period" else Token("semicolon", ";", token.start, token.end)
            if token.kind == "space" and not current.tokens and current.mark is not None and not current.words:
                mark = current.mark  # `, \quad` is a comma
            current = _Chunk(mark, [])
        elif is_remark(group) and _parts(current, group, following):
            out.append(current)
            out.append(_Chunk(Token("words", "", token.start, token.end), group, words=True))
            current = _Chunk(Token("words", "", token.end, token.end), [])
        elif _is_condition(group) and _after_a_space(current) and _ends_a_row(following):
            current.tokens += group[1:-1]
        else:
            current.tokens += group
        at = stop
    return [*out, current]


def _multiplies(current: _Chunk, rest: list[Token]) -> bool:
    """Whether a full stop is a sign of multiplication, dL/da . da/dz: something is said before it, and nothing after it
    is said of anything else."""
    said = any(token.kind == "relation" for token in current.tokens)
    end = next((k for k, t in enumerate(rest) if t.kind in ("comma", "semicolon", "period", "row", "words")), len(rest))
    own = [token for token in rest[:end] if token.kind != "space"]
    ends = said and current.tokens[-1].kind in ("name", "close", "number", "}")
    begins = bool(own) and own[0].kind not in ("op", "relation", "&", "close", "}")
    return ends and begins and not any(token.kind == "relation" for token in own)


def _is_condition(group: list[Token]) -> bool:
    """A relation in parentheses, as in `\\quad (i \\neq j)`: an inequality, or an equality of a letter with a letter or
    a number."""
    if len(group) < 5 or group[0].kind != "open" or group[0].text not in "([":
        return False
    inside = group[1:-1]
    signs = [token.text for token in inside if token.kind == "relation"]
    kinds = [t.kind for t in inside]
    if "=" in signs:
        return kinds[:2] == ["name", "relation"] and kinds[2:] in (["name"], ["number"], ["op", "number"])
    return 0 < len(signs) < 3


def _after_a_space(current: _Chunk) -> bool:
    return not current.tokens and current.mark is not None and current.mark.kind in ("space", "comma")


def _ends_a_row(following: Token | None) -> bool:
    return following is None or following.kind in ("period", "comma", "semicolon", "row")


def _parts(current: _Chunk, group: list[Token], following: Token | None) -> bool:
    """Whether words here stand between formulas, and not for a quantity in one."""
    if current.tokens:
        return not _binds(current.tokens[-1])
    if following is not None and following.kind == "relation" and group[0].kind == "words":
        said = " ".join(t.text for t in group if t.kind == "words")
        if current.mark is None and STEP.fullmatch(said) is not None:
            return True  # Step 3: = …, the next row of the chain
    return following is None or following.kind not in ("relation", "op", "^", "_") or following.text == ":"


def _tag(tokens: list[Token]) -> str:
    """The number of an equation: `(25)`, `(3a)`, after a wide space."""
    if len(tokens) == 1 and tokens[0].kind == "words":
        text = tokens[0].text.strip()
    elif len(tokens) > 2 and tokens[0].kind == "open" and tokens[0].text in "([" and tokens[-1].kind == "close":
        inner = tokens[1:-1]
        if any(t.kind not in ("number", "name", "period", "op") for t in inner):
            return ""
        text = "(" + "".join(t.text for t in inner) + ")"
    else:
        return ""
    found = TAG.fullmatch(text)
    return found[1] if found and "(" in text else ""


def _trim(clause: Clause) -> None:
    """Without the punctuation and the dotted number at its end."""
    tokens = clause.tokens
    while tokens and tokens[-1].kind in ("comma", "semicolon", "period", "colon", "space"):
        tokens.pop()
    while tokens and tokens[0].kind in ("comma", "semicolon", "period", "space"):
        tokens.pop(0)
    dots = next((k for k in range(len(tokens) - 1, 0, -1) if tokens[k].kind == "dots"), 0)
    if dots and (tag := _tag(tokens[dots + 1 :])):
        while dots and tokens[dots].kind == "dots":
            dots -= 1
        if not _binds(tokens[dots]) and tokens[dots].kind != "comma":
            clause.tag = tag
            del tokens[dots + 1 :]
