"""TeX mathematics as tokens with places: commands, Unicode and macros become the signs they stand for.

>>> [token.text for token in tokenize(r"\\hat y = σ(2x)", 0, 14, {})]
['hat', 'y', '=', 'sigma', '(', '2', 'x', '(']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from deltarule.reading.macros import Macro, definition_at
from deltarule.reading.signs import (
    ACCENTS,
    BARE_WORDS,
    BIG,
    BRACKETS,
    COMMANDS,
    FUNCTIONS,
    GREEK,
    IGNORED,
    IGNORED_WITH_ARGUMENT,
    SPACES,
    STOP_WORDS,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SWITCHES,
    UNICODE,
)

__all__ = ["MAX_TOKENS", "Token", "Unreadable", "pairs", "tokenize"]

MAX_TOKENS = 20_000
MAX_EXPANSION = 20
MAX_EXPANDED = 100_000

COMMAND = re.compile(r"\\(?:([a-zA-Z@]+)|(.)|\Z)", re.S)
NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]\d+)?", re.A)
DIGITS = frozenset("0123456789")
LETTERS = re.compile(r"[a-zA-Z]+")
IDENTIFIER = re.compile(r"[^\W\d_][\w’'-]*")
ROW_GAP = re.compile(r"\*?(?:\[\s*-?[\d.]*\s*(?:pt|em|ex|mm|cm|in|mu|px|bp|\\[a-zA-Z]+)\s*\])?")
ENVIRONMENT = re.compile(r"\s*\{\s*([a-zA-Z]+)\*?\s*\}")
ENTITY = re.compile(r"&(amp|lt|gt|nbsp|quot|#39|#x27|minus|times|sdot);")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " ", "quot": "''", "#39": "'", "#x27": "'", "minus": "-",
            "times": "\\times ", "sdot": "\\cdot "}  # fmt: skip
WITH_COLUMNS = ("array", "tabular", "alignat", "alignedat", "subarray")
TEXT = frozenset(
    [
        "text",
        "textrm",
        "textbf",
        "textit",
        "textsf",
        "texttt",
        "textnormal",
        "mbox",
        "hbox",
        "intertext",
        "shortintertext",
        "emph",
        "textsc",
    ]
)
COMPOUND = (
    ("...", "dots", ""), (".*", "op", "odot"), (":=", "relation", ":="), ("=:", "relation", "=:"),
    ("<=>", "connective", "\\iff"),
    ("=>", "connective", "\\Rightarrow"), ("==", "relation", "=="), ("<=", "relation", "\\le"),
    (">=", "relation", "\\ge"), ("!=", "relation", "\\ne"), ("->", "relation", "\\to"), ("+=", "relation", "+="),
    ("-=", "relation", "-="), ("*=", "relation", "*="), ("/=", "relation", "/="),
)  # fmt: skip
SINGLE = {
    "+": ("op", "+"), "-": ("op", "-"), "*": ("op", "*"), "/": ("op", "/"), "=": ("relation", "="),
    "<": ("relation", "<"), ">": ("relation", ">"), ",": ("comma", ","), ";": ("semicolon", ";"), ":": ("colon", ":"),
    ".": ("period", "."), "'": ("prime", "'"), "^": ("^", "^"), "_": ("_", "_"), "&": ("&", "&"),
}  # fmt: skip
COMBINING = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u0308": "ddot",
             "\u20d7": "vec", "\u030c": "check", "\u0306": "breve"}  # fmt: skip


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


def tokenize(text: str, start: int, end: int, macros: Mapping[str, Macro]) -> list[Token]:
    """The tokens of text[start:end]. What is unknown becomes a token of kind `unknown` whose text says why.

    Raises Unreadable where a macro calls itself without end or there are more than MAX_TOKENS.
    """
    lexer = _Lexer(macros)
    lexer.read(text, start, end, None, 0)
    return lexer.tokens


class _Lexer:
    def __init__(self, macros: Mapping[str, Macro]) -> None:
        self.macros = dict(macros)
        self.tokens: list[Token] = []
        self.expanded = 0
        self.styles: list[str] = [""]
        self.gap = 0
        self.gap_start = 0

    def put(self, kind: str, text: str, start: int, end: int, style: str = "", accents: tuple[str, ...] = ()) -> None:
        if len(self.tokens) >= MAX_TOKENS:
            raise Unreadable(f"a formula of more than {MAX_TOKENS:,} signs", start)
        if self.gap >= 3:
            self.gap = 0
            self.tokens.append(Token("space", "", self.gap_start, start))
        self.gap = 0
        self.tokens.append(
            Token(kind, text, start, end, style or self.styles[-1] if kind == "name" else style, accents)
        )

    def read(self, text: str, at: int, end: int, place: tuple[int, int] | None, depth: int) -> None:
        """Tokens of text[at:end]; all of them stand at `place` if one is given (the use of a macro)."""
        source = _Source(self, text, end, place, depth)
        while at < end:
            at = source.one(at)


@dataclass(slots=True)
class _Source:
    """A text being read: the document's own, or what a macro stands for."""

    lexer: _Lexer
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
            return self.command(at)
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

    # commands

    def command(self, at: int) -> int:
        found = COMMAND.match(self.text, at, self.end)
        assert found is not None
        name, stop = found[1] or found[2] or "", found.end()
        full = "\\" + name
        if (
            definition := definition_at(self.text[: self.end], at)
            if "def" in name or "let" in name or "newc" in name or (name.startswith("Declare"))
            else None
        ):
            key, macro, after = definition
            self.lexer.macros[key] = macro
            return after
        if full in self.lexer.macros:
            return self.macro(self.lexer.macros[full], at, stop)
        if name == "\\":
            gap = ROW_GAP.match(self.text, stop, self.end)
            return self.put("row", "", at, gap.end() if gap else stop)
        if name in SPACES:
            return self.space(SPACES[name], at, stop)
        if name in ("left", "right", "middle") or re.fullmatch(r"[bB]igg?[lrm]?", name):
            return self.sized(name, at, stop)
        if full in BRACKETS:
            return self.put(*BRACKETS[full], at, stop)
        if name in TEXT:
            return self.text_command(at, stop)
        if name in ("begin", "end"):
            return self.environment(name, at, stop)
        if name in IGNORED_WITH_ARGUMENT:
            return self.skip_arguments(name, stop)
        if name in IGNORED:
            return stop
        return self.sign(name, at, stop)

    def sign(self, name: str, at: int, stop: int) -> int:
        """A command of the tables, or one of those that are read by hand."""
        if name in COMMANDS:
            kind, text = COMMANDS[name]
            letter, _, style = text.partition(" ") if kind == "name" else (text, "", "")
            if name.startswith("x") and name.endswith("arrow"):
                _, stop = self.argument(stop)
            return self.put(kind, letter, at, stop, style)
        if name in ACCENTS:
            return self.put("accent", ACCENTS[name], at, stop)
        if name == "arg":
            tail = re.compile(r"(?:\\[,!; ]|\s)*(?:\\(?:mathop\s*\{\s*)?)?(max|min)(?![a-zA-Z])\}?").match(
                self.text, stop, self.end
            )
            return (
                self.put("function", f"arg{tail[1]}", at, tail.end()) if tail else self.put("function", "arg", at, stop)
            )
        if name in BIG and name not in FUNCTIONS:
            return self.put("big", BIG[name], at, stop)
        if name in FUNCTIONS:
            return self.put("function", name, at, stop)
        if name in SWITCHES:
            self.lexer.styles[-1] = SWITCHES[name]
            return stop
        if name in STYLES:
            return self.styled(name, at, stop)
        if name in ("operatorname", "mathop", "operatornamewithlimits"):
            return self.operator(name, at, stop)
        if name == "tag":
            argument, after = self.argument(self.star(stop))
            return self.put("tag", argument.strip("()$ "), at, after)
        if name in ("stackrel", "overset", "underset"):
            return self.stacked(name, at, stop)
        if name == "not":
            rest = re.compile(r"\s*(=|\\in|\\equiv)(?![a-zA-Z])").match(self.text, stop, self.end)
            if rest:
                return self.put("relation", "\\notin" if rest[1] == "\\in" else "\\ne", at, rest.end())
        if name == "bbox":
            box = re.compile(r"\s*\[[^\[\]]*\]").match(self.text, stop, self.end)
            return box.end() if box else stop
        if name in ("eqref", "ref", "cite"):
            argument, after = self.argument(stop)
            return self.put("words", argument, at, after)
        if name == "_":
            return self.put("_", "_", at, stop)
        if name in ("&", "%", "#", "$"):
            return self.put("words", name, at, stop)
        if name == "*":
            return self.put("op", "*", at, stop)
        return self.put("unknown", f"the command \\{name}" if name else "a lone backslash", at, stop)

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

    def skip_arguments(self, name: str, at: int) -> int:
        count = IGNORED_WITH_ARGUMENT[name]
        at = self.star(at)
        if count == 0:
            size = re.compile(r"\s*-?[\d.]+\s*[a-z]{2}").match(self.text, at, self.end)
            return size.end() if size else at
        for _ in range(count):
            if model := re.compile(r"\s*\[[^\[\]]*\]").match(self.text, at, self.end):
                at = model.end()
            _, at = self.argument(at)
        return self.space(3, at, at) if name == "hspace" else at

    def macro(self, macro: Macro, at: int, stop: int) -> int:
        arguments: list[str] = []
        for k in range(macro.arguments):
            if k == 0 and macro.default is not None:
                optional = re.compile(r"\s*\[([^\[\]]*)\]").match(self.text, stop, self.end)
                arguments.append(optional[1] if optional else macro.default)
                stop = optional.end() if optional else stop
                continue
            argument, stop = self.argument(stop)
            arguments.append(argument)

        def fill(match: re.Match[str]) -> str:
            k = int(match[2]) - 1
            before = f"{match[1]} " if match[1] else ""
            return before + (arguments[k] if k < len(arguments) else "")

        if sum(map(len, arguments)) * (macro.body.count("#") + 1) > MAX_EXPANDED:
            raise Unreadable("a macro that grows without end", self.place[0] if self.place else at)
        return self.substitute(re.sub(r"(\\[a-zA-Z]+)?#([1-9])", fill, macro.body), at, stop)

    def sized(self, name: str, at: int, stop: int) -> int:
        """\\left( and its like: one token with the bracket."""
        found = re.compile(r"\s*(\\[a-zA-Z]+|\\.|[^\s\\])").match(self.text, stop, self.end)
        if found is None:
            return self.put("unknown", f"\\{name} without a bracket", at, stop)
        sign = {"<": "\\langle", ">": "\\rangle", "‖": "\\|", "∥": "\\|", "∣": "|", "\\vert": "|", "\\Vert": "\\|"}.get(
            found[1], found[1]
        )
        side = {"left": "open", "right": "close"}.get(name) or {"l": "open", "r": "close"}.get(name[-1])
        if sign == ".":
            return self.put(side or "unknown", ".", at, found.end())
        if sign == "/":
            return self.put("op", "/", at, found.end())
        if sign not in BRACKETS:
            return self.put("unknown", f"\\{name} before {sign}", at, found.end())
        kind, text = BRACKETS[sign]
        if kind == "bar" and text != "mid" and side:
            kind = side
        elif name in ("left", "right"):
            kind = name.replace("left", "open").replace("right", "close")
        return self.put(kind, text, at, found.end())

    def environment(self, kind: str, at: int, stop: int) -> int:
        found = ENVIRONMENT.match(self.text, stop, self.end)
        if found is None:
            return self.put("unknown", f"\\{kind} without a name", at, stop)
        stop = found.end()
        if kind == "begin":
            if options := re.compile(r"\s*\[[lrctb]*\]").match(self.text, stop, self.end):
                stop = options.end()
            if found[1] in WITH_COLUMNS:
                _, stop = self.argument(stop)
        return self.put(kind, found[1], at, stop)

    def text_command(self, at: int, stop: int) -> int:
        """Words; the $...$ in them are mathematics, a single word may be a name."""
        argument, after = self.argument(stop)
        pieces = re.split(r"(?<!\\)\$", argument)
        if len(pieces) > 1 and len(pieces) % 2:
            offset = self.text.find(argument, stop, after)
            for k, piece in enumerate(pieces):
                if k % 2:
                    self.lexer.read(self.text, offset, offset + len(piece), self.place, self.depth)
                elif piece.strip():
                    self.put("words", piece, offset, offset + len(piece))
                offset += len(piece) + 1
            return after
        return self.words(argument, at, after)

    def words(self, raw: str, at: int, after: int) -> int:
        text = re.sub(r"\\([_&%#$ ])", r"\1", raw).replace("~", " ").replace("\\,", " ")
        bare = text.strip()
        if not bare:
            return self.space(1, at, after)
        if bare in (",", ".", ";", ":"):
            return self.put(*SINGLE[bare], at, after)
        if bare in FUNCTIONS:
            return self.put("function", bare, at, after)
        if bare.isdigit() and bare.isascii():
            return self.put("number", bare, at, after)
        if IDENTIFIER.fullmatch(bare) and bare.lower() not in STOP_WORDS and text == bare:
            return self.put("name", bare, at, after, "rm")
        return self.put("words", text, at, after)

    def styled(self, name: str, at: int, stop: int) -> int:
        """\\mathrm{word} is one name; any other content is mathematics in that style."""
        style = STYLES[name]
        argument, after = self.argument(self.star(stop))
        bare = re.sub(r"\\[,!;: ]|~", "", argument).strip()
        if bare in FUNCTIONS:
            return self.put("function", bare, at, after)
        upright = name in ("mathrm", "mathit", "mathsf", "mathtt", "symup")
        if upright and re.fullmatch(r"[^\W\d_][\w-]+", bare):
            if bare in STOP_WORDS:
                return self.put("words", bare, at, after)
            return self.put("name", bare, at, after, "rm")
        if upright and re.fullmatch(r"[^\W\d_]+(?:(?:\s+|-)[^\W\d_]+)+\.?", argument.strip()):
            return self.put("words", argument, at, after)
        return self.put("style", style, at, stop)

    def operator(self, name: str, at: int, stop: int) -> int:
        argument, after = self.argument(self.star(stop))
        bare = re.sub(
            r"\\(?:mathrm|text|rm|operatorname\*?|mathsf)\b|\\[,!;: ]|[{}~\s]|\\(?=max|min|arg)", "", argument
        )
        if bare in BIG and bare not in FUNCTIONS:
            return self.put("big", BIG[bare], at, after)
        if bare in FUNCTIONS:
            return self.put("function", bare, at, after)
        if IDENTIFIER.fullmatch(bare):
            return self.put("name", bare, at, after, "rm")
        if name == "mathop":
            return self.substitute(argument, at, after)
        return self.put("unknown", f"the operator {argument!r}", at, after)

    def stacked(self, name: str, at: int, stop: int) -> int:
        """\\overset{def}{=} is a relation, \\underset{i}{\\max} a sign with a range."""
        above, stop = self.argument(stop)
        sign, stop = self.argument(stop)
        sign = sign.strip()
        relation = {"=": "=", ":=": ":="}.get(sign) or (
            COMMANDS[sign[1:]][1] if COMMANDS.get(sign[1:], ("", ""))[0] == "relation" else None
        )
        if relation:
            if relation == "=" and ("def" in above or "triangle" in above):
                relation = ":="
            return self.put("relation", relation, at, stop)
        if name == "underset":
            return self.substitute(f"{sign} _{{{above}}}", at, stop)
        if re.fullmatch(r"\s*\\(?:right|long|xright)?arrow\s*|\s*\\(?:rightarrow|to)\s*", above):
            return self.substitute(f"\\vec{{{sign}}}", at, stop)
        return self.put("unknown", f"\\{name} over {sign}", at, stop)


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
