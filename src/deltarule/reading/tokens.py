"""What a formula is made of: tokens with their places, and which brackets belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = [
    "Token",
    "Unreadable",
    "pairs",
    "with_bars_between",
    "with_braces_around_words",
    "without_braces_around_scripts",
    "without_brackets_around_relations",
    "without_crossed_braces",
    "without_halves",
    "without_turned_brackets",
]


class Unreadable(Exception):
    """What cannot be read, and where. It never leaves the package: it becomes a Problem."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


@dataclass(frozen=True, slots=True)
class Token:
    """One sign. kind says what it does, text which one it is; accents and style belong to names."""

    kind: str
    text: str
    start: int
    end: int
    style: str = ""
    accents: tuple[str, ...] = ()


def pairs(tokens: list[Token]) -> list[int]:
    """For every bracket, brace, \\begin its partner and the other way round; -1 for what has none.

    Braces and environments close only themselves; brackets may mix ([0, 1)), but only those of one brace group pair.
    """
    partner = [-1] * len(tokens)
    frames: list[tuple[int, list[int]]] = [(-1, [])]  # an open brace or environment, and the brackets open inside it
    for k, token in enumerate(tokens):
        opened, brackets = frames[-1]
        match token.kind:
            case "{" | "begin":
                frames.append((k, []))
            case "open":
                brackets.append(k)
            case "}" | "end" if opened >= 0 and _closes(tokens[opened], token):
                partner[k], partner[opened] = opened, k
                frames.pop()
            case "close" if brackets and _fit(tokens[brackets[-1]].text, token.text):
                partner[k] = brackets.pop()
                partner[partner[k]] = k
    return partner


def _closes(opened: Token, closed: Token) -> bool:
    return (opened.kind == "{") == (closed.kind == "}") and (closed.kind == "}" or opened.text == closed.text)


def _fit(opened: str, closed: str) -> bool:
    return opened == closed or "." in (opened, closed) or {opened, closed} == {"(", "["}


def with_bars_between(tokens: list[Token]) -> list[Token]:
    """The tokens of p(y \\mid x) for p(y \\lvert x): half a pair of bars inside brackets stands between two things."""
    if not any(token.kind in ("open", "close") and token.text == "|" for token in tokens):
        return tokens
    partner = pairs(tokens)
    alone = {k for k, token in enumerate(tokens) if token.kind in ("open", "close") and partner[k] < 0}
    bars = {k for k in alone if tokens[k].text == "|"}
    between = [replace(t, kind="bar", text="mid") if k in bars else t for k, t in enumerate(tokens)]
    enclosed = pairs(between)
    reach = -1
    for k, token in enumerate(between):
        if token.kind == "open":
            reach = max(reach, enclosed[k])
        if k in bars and reach < k:
            return tokens
    return between if bars else tokens


def with_braces_around_words(tokens: list[Token]) -> list[Token]:
    """The tokens of a_{\\text{in}} for a_\\text{in}: these words are no remark."""
    out: list[Token] = []
    for token in tokens:
        script = bool(out) and out[-1].kind in ("_", "^") and token.kind == "words"
        between = [Token("{", "{", token.start, token.start), token, Token("}", "}", token.end, token.end)]
        out += between if script else [token]
    return out


def without_brackets_around_relations(tokens: list[Token]) -> list[Token]:
    """The tokens of y = o for y (= o), where nothing stands around them but a side and what ends it."""
    partner = pairs(tokens)
    dropped: set[int] = set()
    at = 0
    while at < len(tokens):
        close = max(at, partner[at])
        if close > at and tokens[at].kind == "open" and tokens[at].text in ("(", "["):
            first, before, after = (_shown(tokens, k, step) for k, step in ((at + 1, 1), (at - 1, -1), (close + 1, 1)))
            if first == "relation" and before in SIDE_ENDS and after in CLOSES_A_SIDE:
                aside = tokens[_next(tokens, at + 1, 1)].text not in ("=", "\\in") and after == "relation"
                dropped |= set(range(at, close + 1)) if aside else {at, close}  # f(x) (> 0) = …
        at = close + 1
    return [token for k, token in enumerate(tokens) if k not in dropped] if dropped else tokens


SIDE_ENDS = frozenset({"name", "number", "close", "}", "end", "prime"})
CLOSES_A_SIDE = frozenset({"", "relation", "row", "comma", "period", "semicolon", "tag"})


def _shown(tokens: list[Token], at: int, step: int) -> str:
    """The kind of the first token from there on that shows; empty where there is none."""
    at = _next(tokens, at, step)
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def _next(tokens: list[Token], at: int, step: int) -> int:
    while 0 <= at < len(tokens) and tokens[at].kind in ("space", "&"):
        at += step
    return at


def without_turned_brackets(tokens: list[Token]) -> list[Token]:
    """The tokens of (0, 1) for ]0, 1[, of (0, 1] for ]0, 1], and of [0, 1) for [0, 1[."""
    square = [k for k, token in enumerate(tokens) if token.kind in ("open", "close") and token.text == "["]
    if not square or not any(token.kind == "comma" for token in tokens):
        return tokens
    partner = pairs(tokens)
    alone = [k for k in square if partner[k] < 0]
    out = list(tokens)
    for k, j in pairwise(alone):
        between = [token.kind for token in tokens[k + 1 : j]]
        if (
            between.count("comma") == 1
            and len(between) > 2
            and set(between) <= {"comma", "number", "name", "op", "space"}
        ):
            if tokens[k].kind == "close" and out[k] is tokens[k]:
                out[k] = replace(tokens[k], kind="open", text="(")
            if tokens[j].kind == "open":
                out[j] = replace(tokens[j], kind="close", text="(")
    return out


def without_halves(tokens: list[Token]) -> list[Token]:
    """The tokens of (a + b) for (a + b), of which \\right. and \\left. part the two terms: halves that do not show."""
    partner = pairs(tokens)
    dropped: set[int] = set()
    last = -1
    for k, token in enumerate(tokens):
        if token.text != "." or partner[k] < 0 or token.kind not in ("open", "close"):
            continue
        if token.kind == "close":
            last = k
        elif last >= 0 and _halves(tokens, partner, last, k):
            dropped |= {last, k}
    return [token for k, token in enumerate(tokens) if k not in dropped] if dropped else tokens


def _halves(tokens: list[Token], partner: list[int], last: int, first: int) -> bool:
    """Whether the bracket that ends at `last` goes on with the one that begins at `first`."""
    opened, closed = tokens[partner[last]].text, tokens[partner[first]].text
    between = [k for k in range(last + 1, first) if tokens[k].kind in ("{", "}", "begin", "end")]
    return opened in ("(", "[") and _fit(opened, closed) and all(last < partner[k] < first for k in between)


def without_crossed_braces(tokens: list[Token]) -> list[Token]:
    """The tokens of (a) for ({a)}: braces around what a bracket closes that was opened before them."""
    partner = pairs(tokens)
    dropped: set[int] = set()
    for k, token in enumerate(tokens[:-1]):
        if token.kind == "open" and partner[k] < 0 and tokens[k + 1].kind == "{" and partner[k + 1] > 0:
            last = tokens[partner[k + 1] - 1]
            if last.kind == "close" and partner[partner[k + 1] - 1] < 0 and _fit(token.text, last.text):
                dropped |= {k + 1, partner[k + 1]}
    return [token for k, token in enumerate(tokens) if k not in dropped] if dropped else tokens


HAS_SCRIPTS = ("name", "number", "close", "}", "end")
"""Kinds of tokens that end what a script may belong to."""


def without_braces_around_scripts(tokens: list[Token]) -> list[Token]:
    """The tokens of y_k for y{_k}: what has a script is what stands before the braces."""
    if not any(token.kind == "{" for token in tokens):
        return tokens
    partner = pairs(tokens)
    ends: dict[int, int] = {}
    dropped: set[int] = set()
    for k, token in enumerate(tokens):
        around = token.kind == "{" and k and partner[k] > k + 2 and tokens[k - 1].kind in HAS_SCRIPTS
        if around and tokens[k + 1].kind in ("^", "_") and _is_one_script(tokens, partner, k + 1, partner[k]):
            dropped |= {k, partner[k]}
            ends[partner[k] - 1] = tokens[partner[k]].end
    if not dropped:
        return tokens
    return [replace(t, end=max(t.end, ends.get(k, 0))) for k, t in enumerate(tokens) if k not in dropped]


def _is_one_script(tokens: list[Token], partner: list[int], at: int, end: int) -> bool:
    """Whether [at, end) is _k or ^{...} and nothing behind it."""
    following = at + 1
    if tokens[following].kind == "{":
        return partner[following] == end - 1
    return following == end - 1 and tokens[following].kind in ("name", "number")
