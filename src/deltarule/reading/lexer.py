"""TeX mathematics as tokens with places: commands, Unicode and macros become the signs they stand for.

>>> [token.text for token in tokenize(r"\\hat y = σ(2x)", 0, 14, {})]
['hat', 'y', '=', 'sigma', '(', '2', 'x', '(']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from deltarule.reading import tex_commands
from deltarule.reading.characters import COMBINING, COMPOUND, ENTITIES, SINGLE, SUBSCRIPTS, SUPERSCRIPTS, UNICODE
from deltarule.reading.decimal_commas import decimal
from deltarule.reading.macros import Macro
from deltarule.reading.signs import (
    BARE_WORDS,
    BRACKETS,
    FUNCTIONS,
    GREEK,
    STOP_WORDS,
)
from deltarule.reading.tex_commands import COMMAND, MAX_EXPANDED
from deltarule.reading.tokens import Token, Unreadable

__all__ = ["MAX_TOKENS", "Source", "tokenize"]

MAX_TOKENS = 20_000
MAX_EXPANSION = 20

NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]\d+)?", re.A)
DIGITS = frozenset("0123456789")
LETTERS = re.compile(r"[a-zA-Z]+")
TAKING = frozenset({"^", "_", "frac", "accent", "style", "sqrt", "fence", "brace", "physics", "substack", "over"})
"""Tokens whose arguments are in braces."""
BRACE = re.compile(r"\s*\{")
ENTITY = re.compile(r"&(amp|lt|gt|nbsp|quot|#39|#x27|minus|times|sdot);")


def tokenize(text: str, start: int, end: int, macros: Mapping[str, Macro]) -> list[Token]:
    """The tokens of text[start:end]. What is unknown becomes a token of kind `unknown` whose text says why.

    Raises Unreadable where a macro calls itself without end or there are more than MAX_TOKENS.
    """
    lexer = Lexer(macros)
    lexer.read(text, start, end, None, 0)
    return _without_braces_of_signs(lexer.tokens)


def _without_braces_of_signs(tokens: list[Token]) -> list[Token]:
    """The tokens without the braces of a sign alone, \\textcolor{blue}{-} and {=}, where these are no argument."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        kinds = [token.kind for token in tokens[at : at + 3]]
        before, behind = out[-1].kind if out else "", tokens[at + 3].kind if at + 3 < len(tokens) else ""
        alone = kinds in (["{", "op", "}"], ["{", "relation", "}"])
        if alone and before not in TAKING and (before != "}" or not _of_a_fraction(out)) and behind not in ("^", "_"):
            out.append(replace(tokens[at + 1], start=tokens[at].start, end=tokens[at + 2].end))
            at += 3
        else:
            out.append(tokens[at])
            at += 1
    return out


def _of_a_fraction(tokens: list[Token]) -> bool:
    """Whether the group that was just closed is the first argument of a fraction."""
    depth = 0
    for k in range(len(tokens) - 1, -1, -1):
        depth += (tokens[k].kind == "}") - (tokens[k].kind == "{")
        if not depth:
            return k > 0 and tokens[k - 1].kind in TAKING
    return False


class Lexer:
    """The tokens so far, and what lasts from one text to the next: macros, styles, a gap."""

    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self.macros = dict(macros)
        self.tokens: list[Token] = []
        self.expanded = 0
        self.styles: list[str] = [""]
        self.gap = 0
        self.gap_start = 0
        self.lead = -1
        """Where a command began that does not show, \\textcolor{red}, if the braces behind it are next."""

    def put(self, kind: str, text: str, start: int, end: int, style: str = "", accents: tuple[str, ...] = ()) -> None:
        if len(self.tokens) >= MAX_TOKENS:
            raise Unreadable(f"a formula of more than {MAX_TOKENS:,} signs", start)
        if self.gap >= 3:
            self.gap = 0
            self.tokens.append(Token("space", "", self.gap_start, start))
        self.gap = 0
        if self.lead >= 0:
            start, self.lead = min(start, self.lead), -1
        self.tokens.append(
            Token(kind, text, start, end, style or self.styles[-1] if kind == "name" else style, accents)
        )

    def read(self, text: str, at: int, end: int, place: tuple[int, int] | None, depth: int) -> None:
        """Tokens of text[at:end]; all of them stand at `place` if one is given (the use of a macro)."""
        source = Source(self, text, end, place, depth)
        while at < end:
            at = source.one(at)


@dataclass(slots=True)
class Source:
    """A text being read: the document's own, or what a macro stands for."""

    lexer: Lexer
    text: str
    end: int
    place: tuple[int, int] | None
    depth: int

    def put(self, kind: str, text: str, start: int, end: int, style: str = "", accents: tuple[str, ...] = ()) -> int:
        a, b = self.place or (start, end)
        self.lexer.put(kind, text, a, b, style, accents)
        return end

    def substitute(self, tex: str, start: int, end: int) -> int:
        """Read `tex` in the place of [start, end)."""
        lexer, place = self.lexer, self.place or (start, end)
        lexer.expanded += len(tex) + 1
        if self.depth >= MAX_EXPANSION or lexer.expanded > MAX_EXPANDED:
            raise Unreadable("a macro that calls itself, or grows without end", place[0])
        lexer.read(tex, 0, len(tex), place, self.depth + 1)
        return end

    def one(self, at: int) -> int:
        """Read one sign; where the next begins."""
        text, end = self.text, self.end
        char = text[at]
        if char == "\\":
            return tex_commands.command(self, at)
        if char.isspace():
            return at + 1
        if char == "%":
            line = text.find("\n", at, end)
            return end if line < 0 else line + 1
        if char in DIGITS or (char == "." and text[at + 1 : at + 2] in DIGITS):
            return self.number(at)
        if "a" <= char <= "z" or "A" <= char <= "Z":
            return self.letters(at)
        if char in "{}":
            if char == "{":
                self.lexer.styles.append(self.lexer.styles[-1])
            elif len(self.lexer.styles) > 1:
                self.lexer.styles.pop()
            return self.put(char, char, at, at + 1)
        if char == "&" and (entity := ENTITY.match(text, at, end)):
            return self.substitute(ENTITIES[entity[1]], at, entity.end())
        if char == "<" and (tag := re.compile(r"</?(?:br|em|i|b|strong|span|p|wbr)\b[^<>]*>").match(text, at, end)):
            return tag.end()
        for sign, kind, meaning in COMPOUND:
            if char == sign[0] and text.startswith(sign, at, end):
                return self.put(kind, meaning, at, at + len(sign))
        if char in SINGLE:
            return self.put(*SINGLE[char], at, at + 1)
        if char in BRACKETS:
            return self.put(*BRACKETS[char], at, at + 1)
        if char == "~":
            return self.space(1, at, at + 1)
        return self.unicode(at)

    def unseen(self, at: int, stop: int) -> int:
        """Pass over [at, stop), which only says how what stands in the braces behind it looks: it is part of them."""
        if self.place is None and self.lexer.lead < 0 and BRACE.match(self.text, stop, self.end):
            self.lexer.lead = at
        return stop

    def space(self, width: int, at: int, end: int) -> int:
        if self.lexer.gap == 0:
            self.lexer.gap_start = self.place[0] if self.place else at
        self.lexer.gap += width
        return end

    def number(self, at: int) -> int:
        """Digits; after ^ _ or \\frac one digit only, as TeX takes it."""
        previous = self.lexer.tokens[-2:]
        single = bool(previous) and (
            previous[-1].kind in ("^", "_", "frac", "sqrt")
            or (previous[0].kind == "frac" and previous[-1].kind in ("number", "name"))
        )
        if single and self.text[at] == ".":
            return self.put("period", ".", at, at + 1)
        if not single and self.text[at] != "." and (found := decimal(self.text, at, self.end, self.lexer.tokens)):
            return self.put("number", found[0], at, found[1])
        found = NUMBER.match(self.text, at, self.end)
        stop = at + 1 if single or found is None else found.end()
        digits = self.text[at:stop]
        style = self.lexer.styles[-1]
        if style in ("bold", "bb"):
            return self.put("name", digits, at, stop, style)
        return self.put("number", digits, at, stop)

    def letters(self, at: int) -> int:
        """Letters one by one, but a run of them that is a known name or a word as one."""
        scripted = bool(self.lexer.tokens) and self.lexer.tokens[-1].kind in ("^", "_")
        inside = at > 0 and self.text[at - 1].isalpha() and self.text[at - 1].isascii()
        found = None if scripted or inside else LETTERS.match(self.text, at, self.end)
        if found is not None and len(found[0]) > 1:
            run, stop = found[0], found.end()
            if (run in FUNCTIONS and len(run) > 2) or run == "ln":
                return self.put("function", run, at, stop)
            if run in STOP_WORDS and (len(run) > 2 or run == "if"):
                return self.put("words", run, at, stop)
            if run in GREEK and len(run) > 3:
                return self.put("name", run, at, stop)
            if run[0] == "d" and (run[1:] in BARE_WORDS or run[1:] in FUNCTIONS):
                self.put("name", "d", at, at + 1)
                return self.word(run[1:], at + 1, stop)
            if run in BARE_WORDS or len(run) > 4:
                return self.put("name", run, at, stop, "rm")
        combining = COMBINING.get(self.text[at + 1 : at + 2])
        if combining and at + 1 < self.end:
            return self.put("name", self.text[at], at, at + 2, accents=(combining,))
        return self.put("name", self.text[at], at, at + 1)

    def word(self, word: str, at: int, stop: int) -> int:
        kind = "function" if word in FUNCTIONS else "name"
        return self.put(kind, word, at, stop, "rm" if kind == "name" else "")

    def unicode(self, at: int) -> int:
        char = self.text[at]
        for table, sign in ((SUPERSCRIPTS, "^"), (SUBSCRIPTS, "_")):
            if char in table:
                stop = at
                while stop < self.end and self.text[stop] in table:
                    stop += 1
                return self.substitute(f"{sign}{{{''.join(table[c] for c in self.text[at:stop])}}}", at, stop)
        stop = at + 1
        accents: tuple[str, ...] = ()
        decomposed = unicodedata.normalize("NFD", char)
        if len(decomposed) == 2 and decomposed[1] in COMBINING and decomposed[0] != char:
            accents, char = (COMBINING[decomposed[1]],), decomposed[0]
        while stop < self.end and self.text[stop] in COMBINING:
            accents += (COMBINING[self.text[stop]],)
            stop += 1
        if char in UNICODE and not accents:
            return self.substitute(UNICODE[char], at, stop)
        plain = unicodedata.normalize("NFKC", char)
        title = unicodedata.name(char, "")
        if char.isalpha() and len(plain) == 1 and plain != char and title.startswith("MATHEMATICAL"):
            style = "bold" if "BOLD" in title else "cal" if "SCRIPT" in title else "bb" if "DOUBLE" in title else ""
            tex = UNICODE.get(plain)
            return self.put("name", tex.strip("\\ ") if tex else plain, at, stop, style, accents)
        if char in UNICODE or (char.isascii() and char.isalpha()):
            return self.put("name", UNICODE[char].strip("\\ ") if char in UNICODE else char, at, stop, "", accents)
        if char.isalpha():  # a word of another script, or a letter with an accent that TeX has none for
            word = re.compile(r"[^\W\d_]+(?:[ \t]+[^\W\d_a-zA-Z]+)*").match(self.text, at, self.end)
            stop = word.end() if word else at + 1
            return self.put("words", self.text[at:stop], at, stop)
        return self.put("unknown", f"the character {char!r}", at, stop)

    def star(self, at: int) -> int:
        return at + 1 if self.text[at : at + 1] == "*" and at < self.end else at

    def argument(self, at: int) -> tuple[str, int]:
        """The text of the argument that begins here, and where it ends: a group, a command or one character."""
        text, end = self.text, self.end
        while at < end and text[at].isspace():
            at += 1
        if at >= end:
            return "", end
        if text[at] == "\\":
            found = COMMAND.match(text, at, end)
            stop = found.end() if found else end
            return text[at:stop], stop
        if text[at] != "{":
            return text[at], at + 1
        depth, k = 0, at
        while k < end:
            if text[k] == "\\":
                k += 1
            elif text[k] == "{":
                depth += 1
            elif text[k] == "}":
                depth -= 1
                if depth == 0:
                    return text[at + 1 : k], k + 1
            k += 1
        raise Unreadable("braces that are not closed", self.place[0] if self.place else at)
