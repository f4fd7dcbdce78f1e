"""The commands of TeX, as a lexer meets them: those of the tables, and those that take arguments in their own way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deltarule.reading.characters import SINGLE
from deltarule.reading.macros import Macro, definition_at
from deltarule.reading.signs import (
    ACCENTS,
    BIG,
    BRACKETS,
    CAPITALISED,
    COMMANDS,
    FUNCTIONS,
    IGNORED,
    IGNORED_WITH_ARGUMENT,
    SPACES,
    STOP_WORDS,
    STYLES,
    SWITCHES,
)
from deltarule.reading.tokens import Unreadable

if TYPE_CHECKING:
    from deltarule.reading.lexer import Source

__all__ = ["COMMAND", "MAX_EXPANDED", "command"]

MAX_EXPANDED = 100_000

COMMAND = re.compile(r"\\(?:([a-zA-Z@]+)|(.)|\Z)", re.S)
IDENTIFIER = re.compile(r"[^\W\d_][\w’'-]*")
CALLED = re.compile(r"([A-Za-z]+)\(([A-Za-z0-9_^{} +-]+)\)")
"""\\text{softmax(x)}: a call among words."""
ROW_GAP = re.compile(r"\*?(?:\[\s*-?[\d.]*\s*(?:pt|em|ex|mm|cm|in|mu|px|bp|\\[a-zA-Z]+)\s*\])?")
ENVIRONMENT = re.compile(r"\s*\{\s*([a-zA-Z]+)\*?\s*\}")
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


def command(source: Source, at: int) -> int:
    found = COMMAND.match(source.text, at, source.end)
    assert found is not None
    name, stop = found[1] or found[2] or "", found.end()
    full = "\\" + name
    if (
        definition := definition_at(source.text[: source.end], at)
        if "def" in name or "let" in name or "newc" in name or (name.startswith("Declare"))
        else None
    ):
        key, meaning, after = definition
        source.lexer.macros[key] = meaning
        return after
    if full in source.lexer.macros:
        return macro(source, source.lexer.macros[full], at, stop)
    if name in ("\\", "newline"):
        gap = ROW_GAP.match(source.text, stop, source.end)
        return source.put("row", "", at, gap.end() if gap else stop)
    if name in SPACES:
        return source.space(SPACES[name], at, stop)
    if name in ("left", "right", "middle") or re.fullmatch(r"[bB]igg?[lrm]?", name):
        return sized(source, name, at, stop)
    if full in BRACKETS:
        return source.put(*BRACKETS[full], at, stop)
    if name in TEXT:
        argument, after = source.argument(stop)
        if name == "textbf" and len(argument.strip()) == 1 and argument.strip().isalpha():  # as \\mathbf{x}
            return source.substitute(f"\\mathbf{{{argument}}}", at, after)
        return text_command(source, at, stop)
    if name in ("begin", "end"):
        return environment(source, name, at, stop)
    if name in IGNORED_WITH_ARGUMENT:
        after = skip_arguments(source, name, stop)
        return after if name in ("hspace", "label") else source.unseen(at, after)
    if name in CANCELS:
        argument, after = source.argument(stop)
        if argument.lstrip()[:1] in SIGNS and source.text[:at].rstrip()[-1:] not in {"^", "_"}:
            return source.substitute(argument, at, after)  # a \\cancel{- b} is a term of the sum around it
    if name == "mathrel" and (update := UPDATE.match(source.text, stop, source.end)) is not None:
        return source.put("relation", f"{update[1]}=", at, update.end())
    if name in IGNORED:
        return source.unseen(at, stop)
    return sign(source, name, at, stop)


UPDATE = re.compile(r"\s*\{\s*([-+*/])\s*\}\s*=")
"""What stands behind \\mathrel in a sign such as += that is put together."""
CANCELS = frozenset({"cancel", "bcancel", "xcancel"})
SIGNS = frozenset("+-−")


def sign(source: Source, name: str, at: int, stop: int) -> int:
    """A command of the tables, or one of those that are read by hand."""
    if name in COMMANDS:
        kind, text = COMMANDS[name]
        letter, _, style = text.partition(" ") if kind == "name" else (text, "", "")
        if name.startswith("x") and name.endswith("arrow"):
            _, stop = source.argument(stop)
        if kind == "fence":
            stop = sized_by(source, stop)
        return source.put(kind, letter, at, stop, style)
    if name in ACCENTS:
        return source.put("accent", ACCENTS[name], at, stop)
    if name == "arg":
        tail = re.compile(r"(?:\\[,!; ]|\s)*(?:\\(?:mathop\s*\{\s*)?)?(max|min)(?![a-zA-Z])\}?").match(
            source.text, stop, source.end
        )
        return (
            source.put("function", f"arg{tail[1]}", at, tail.end()) if tail else source.put("function", "arg", at, stop)
        )
    if name in BIG and name not in FUNCTIONS:
        return source.put("big", BIG[name], at, stop)
    if name in FUNCTIONS:
        return source.put("function", name, at, stop)
    if name in SWITCHES:
        source.lexer.styles[-1] = SWITCHES[name]
        return stop
    if name in STYLES:
        return styled(source, name, at, stop)
    if name in ("operatorname", "mathop", "operatornamewithlimits"):
        return operator(source, name, at, stop)
    if name == "tag":
        argument, after = source.argument(source.star(stop))
        return source.put("tag", argument.strip("()$ "), at, after)
    if name in ("stackrel", "overset", "underset"):
        return stacked(source, name, at, stop)
    if name == "not":
        rest = re.compile(r"\s*(=|\\in|\\equiv)(?![a-zA-Z])").match(source.text, stop, source.end)
        if rest:
            return source.put("relation", "\\notin" if rest[1] == "\\in" else "\\ne", at, rest.end())
    if name == "bbox":
        box = re.compile(r"\s*\[[^\[\]]*\]").match(source.text, stop, source.end)
        return box.end() if box else stop
    if name in ("eqref", "ref", "cite"):
        argument, after = source.argument(stop)
        return source.put("words", argument, at, after)
    if name == "_":
        return source.put("_", "_", at, stop)
    if name in ("&", "%", "#", "$"):
        return source.put("words", name, at, stop)
    if name == "*":
        return source.put("op", "*", at, stop)
    return source.put("unknown", f"the command \\{name}" if name else "a lone backslash", at, stop)


def skip_arguments(source: Source, name: str, at: int) -> int:
    count = IGNORED_WITH_ARGUMENT[name]
    at = source.star(at)
    if count == 0:
        size = re.compile(r"\s*-?[\d.]+\s*[a-z]{2}").match(source.text, at, source.end)
        return size.end() if size else at
    for _ in range(count):
        if model := re.compile(r"\s*\[[^\[\]]*\]").match(source.text, at, source.end):
            at = model.end()
        _, at = source.argument(at)
    return source.space(3, at, at) if name == "hspace" else at


def macro(source: Source, macro: Macro, at: int, stop: int) -> int:
    arguments: list[str] = []
    stop = sized_by(source, stop) if macro.paired else stop
    for k in range(macro.arguments):
        if k == 0 and macro.default is not None:
            optional = re.compile(r"\s*\[([^\[\]]*)\]").match(source.text, stop, source.end)
            arguments.append(optional[1] if optional else macro.default)
            stop = optional.end() if optional else stop
            continue
        argument, stop = source.argument(stop)
        arguments.append(argument)

    def fill(match: re.Match[str]) -> str:
        k = int(match[2]) - 1
        before = f"{match[1]} " if match[1] else ""
        return before + (arguments[k] if k < len(arguments) else "")

    if sum(map(len, arguments)) * (macro.body.count("#") + 1) > MAX_EXPANDED:
        raise Unreadable("a macro that grows without end", source.place[0] if source.place else at)
    return source.substitute(re.sub(r"(\\[a-zA-Z]+)?#([1-9])", fill, macro.body), at, stop)


def sized_by(source: Source, stop: int) -> int:
    """Where the star or the size of \\norm*{x} and \\norm[\\big]{x} ends."""
    found = re.compile(r"\s*(?:\*|\[\s*\\[a-zA-Z]+\s*\])(?=\s*\{)").match(source.text, stop, source.end)
    return found.end() if found else stop


def sized(source: Source, name: str, at: int, stop: int) -> int:
    """\\left( and its like: one token with the bracket."""
    found = re.compile(r"\s*(\\[a-zA-Z]+|\\.|[^\s\\])").match(source.text, stop, source.end)
    if found is None:
        return source.put("unknown", f"\\{name} without a bracket", at, stop)
    sign = {"<": "\\langle", ">": "\\rangle", "‖": "\\|", "∥": "\\|", "∣": "|", "\\vert": "|", "\\Vert": "\\|"}.get(
        found[1], found[1]
    )
    side = {"left": "open", "right": "close"}.get(name) or {"l": "open", "r": "close"}.get(name[-1])
    if sign == ".":
        return source.put(side or "unknown", ".", at, found.end())
    if sign == "/":
        return source.put("op", "/", at, found.end())
    if sign not in BRACKETS:
        return source.put("unknown", f"\\{name} before {sign}", at, found.end())
    kind, text = BRACKETS[sign]
    if kind == "bar" and text != "mid" and side:
        kind = side
    elif name in ("left", "right"):
        kind = name.replace("left", "open").replace("right", "close")
    return source.put(kind, text, at, found.end())


def environment(source: Source, kind: str, at: int, stop: int) -> int:
    found = ENVIRONMENT.match(source.text, stop, source.end)
    if found is None:
        return source.put("unknown", f"\\{kind} without a name", at, stop)
    stop = found.end()
    if kind == "begin":
        if options := re.compile(r"\s*\[[lrctb]*\]").match(source.text, stop, source.end):
            stop = options.end()
        if found[1] in WITH_COLUMNS:
            _, stop = source.argument(stop)
    return source.put(kind, found[1], at, stop)


LAYER = re.compile(
    r"\s*(?:\\(?:textcolor|colorbox)\s*\{[^{}]*\}|\\(?:framebox|fbox|mbox|text|textbf|boxed|underline))\s*\{(.*)\}\s*$",
    re.DOTALL,
)


def in_boxes(argument: str) -> str | None:
    """The mathematics of \\textcolor{green}{\\framebox{$ x $}} in a text that has nothing else; else None."""
    layers = 0
    while (found := LAYER.match(argument)) is not None:
        argument, layers = found[1], layers + 1
    body = argument.strip()
    only = len(body) > 2 and body[0] == body[-1] == "$" and "$" not in body[1:-1]
    return body[1:-1] if layers and only else None


WIDE_BEFORE, WIDE_BEHIND = re.compile(r"\\q?quad\s*$"), re.compile(r"\s*\\q?quad\b")
"""A word with wide spaces on both sides, `\\quad\\text{whence}\\quad`, is no name."""
WIDE = 12


def text_command(source: Source, at: int, stop: int) -> int:
    """Words; the $...$ in them are mathematics, a single word may be a name."""
    argument, after = source.argument(stop)
    if (boxed := in_boxes(argument)) is not None:
        return source.substitute(f"{{{boxed}}}", at, after)
    pieces = re.split(r"(?<!\\)\$", argument)
    if len(pieces) > 1 and len(pieces) % 2:
        offset = source.text.find(argument, stop, after)
        for k, piece in enumerate(pieces):
            if k % 2:
                source.lexer.read(source.text, offset, offset + len(piece), source.place, source.depth)
            elif piece.strip():
                source.put("words", piece, offset, offset + len(piece))
            offset += len(piece) + 1
        return after
    return words(source, argument, at, after)


def words(source: Source, raw: str, at: int, after: int) -> int:
    text = re.sub(r"\\([_&%#$ ])", r"\1", raw).replace("~", " ").replace("\\,", " ")
    bare = CAPITALISED.get(text.strip(), text.strip())
    if not bare:
        return source.space(1, at, after)
    if bare in (",", ".", ";", ":"):
        return source.put(*SINGLE[bare], at, after)
    if bare in FUNCTIONS:
        return source.put("function", bare, at, after)
    if re.fullmatch(r"\d+(?:\.\d+)?", bare, re.ASCII):  # a result in bold
        return source.put("number", bare, at, after)
    called = CALLED.fullmatch(bare)
    if called is not None and called[1] in FUNCTIONS:
        return source.substitute(f"\\operatorname{{{called[1]}}}({called[2]})", at, after)
    apart = WIDE_BEFORE.search(source.text[max(0, at - WIDE) : at]) and WIDE_BEHIND.match(source.text, after)
    if IDENTIFIER.fullmatch(bare) and bare.lower() not in STOP_WORDS and text == bare and not apart:
        return source.put("name", bare, at, after, "rm")
    return source.put("words", text, at, after)


def styled(source: Source, name: str, at: int, stop: int) -> int:
    """\\mathrm{word} is one name; any other content is mathematics in that style."""
    style = STYLES[name]
    argument, after = source.argument(source.star(stop))
    bare = re.sub(r"\\[,!;: ]|~", "", argument).strip()
    bare = CAPITALISED.get(bare, bare)
    if bare in FUNCTIONS:
        return source.put("function", bare, at, after)
    upright = name in ("mathrm", "mathit", "mathsf", "mathtt", "symup")
    if upright and re.fullmatch(r"[^\W\d_][\w-]+", bare):
        if bare in STOP_WORDS:
            return source.put("words", bare, at, after)
        return source.put("name", bare, at, after, "rm")
    if upright and re.fullmatch(r"[^\W\d_]+(?:(?:\s+|-)[^\W\d_]+)+\.?", argument.strip()):
        return source.put("words", argument, at, after)
    return source.put("style", style, at, stop)


def operator(source: Source, name: str, at: int, stop: int) -> int:
    argument, after = source.argument(source.star(stop))
    bare = re.sub(r"\\(?:mathrm|text|rm|operatorname\*?|mathsf)\b|\\[,!;: ]|[{}~\s]|\\(?=max|min|arg)", "", argument)
    bare = CAPITALISED.get(bare, bare)
    if bare in BIG and bare not in FUNCTIONS:
        return source.put("big", BIG[bare], at, after)
    if bare in FUNCTIONS:
        return source.put("function", bare, at, after)
    if IDENTIFIER.fullmatch(bare):
        return source.put("name", bare, at, after, "rm")
    if name == "mathop":
        return source.substitute(argument, at, after)
    return source.put("unknown", f"the operator {argument!r}", at, after)


def stacked(source: Source, name: str, at: int, stop: int) -> int:
    """\\overset{def}{=} is a relation, \\underset{i}{\\max} a sign with a range."""
    above, stop = source.argument(stop)
    sign, stop = source.argument(stop)
    sign = sign.strip()
    relation = {"=": "=", ":=": ":="}.get(sign) or (
        COMMANDS[sign[1:]][1] if COMMANDS.get(sign[1:], ("", ""))[0] == "relation" else None
    )
    if relation:
        if relation == "=" and ("def" in above or "triangle" in above):
            relation = ":="
        return source.put("relation", relation, at, stop)
    if name == "underset":
        return source.substitute(f"{sign} _{{{above}}}", at, stop)
    if re.fullmatch(r"\s*\\(?:right|long|xright)?arrow\s*|\s*\\(?:rightarrow|to)\s*", above):
        return source.substitute(f"\\vec{{{sign}}}", at, stop)
    return source.put("unknown", f"\\{name} over {sign}", at, stop)
