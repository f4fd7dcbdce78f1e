"""Where the mathematics stands: delimiters found in the masked text of a document, and the prose between them."""

from __future__ import annotations

import re

from deltarule.reading.code_formulas import code_formulas, code_values
from deltarule.reading.masks import FENCE, MATH_FENCE, TAG
from deltarule.reading.segments import Math, Problem, Prose

__all__ = ["find_segments"]

ENVIRONMENTS = (
    "equation", "align", "gather", "eqnarray", "multline", "alignat", "flalign", "displaymath", "math", "aligned",
    "split", "gathered",
)  # fmt: skip
OPENERS = re.compile(
    r"(?P<display>\$\$)"
    r"|(?P<dollar>\$)"
    r"|(?P<bracket>\\{1,2}[\[(])"
    r"|\\begin\{(?P<environment>(?:" + "|".join(ENVIRONMENTS) + r")\*?)\}"
    r"|(?P<fence>^[ \t>]*+(?:[-*+][ ]|\d++[.)][ ])?[ \t]*+(?P<fence_sign>`{3,}+|~{3,}+)[ \t]*+\{?math\}?[^\n`]*$)"
    r"|(?P<script><script[^<>]*?type\s*=\s*[\"']?math/tex(?P<script_mode>[^<>]*)>)"
    r"|(?P<annotation><annotation[^<>]*application/x-tex[^<>]*>)"
    r"|(?P<escape>\\[^a-zA-Z])",
    re.M | re.I,
)
WORDS_IN_MATHS = re.compile(
    r"\\(?:text\w*|mbox|hbox|mathrm|operatorname\*?|label|tag|intertext)\s*\{(?:[^{}]|\{[^{}]*\})*\}"
)
RUNNING_WORDS = re.compile(r"(?<![\\\w])(?:[^\W\d_]{2,}+[,.;:]?+(?:[ \t]++|\r?\n[ \t]*+(?!\s))){6}")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+\S[^\n]*$|^[^\n]++\n {0,3}(=++|-{3,}+)[ \t]*+$", re.M)
LATEX_HEADING = re.compile(
    r"\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{([^{}]*)\}"
)
LATEX_LEVEL = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
HTML_HEADING = re.compile(r"<h([1-6])\b[^<>]*>(.*?)</h\1\s*>", re.I | re.S)
INPUT = re.compile(r"\\(?:input|include|subfile|import)\s*\{[^{}\n]*\}")
MAX_INLINE = 5_000


def find_segments(
    text: str, mask: str, kind: str, cell: int | None = None, shift: int = 0
) -> tuple[tuple[Prose | Math, ...], tuple[Problem, ...]]:
    """Mathematics and prose in order, and what is wrong with the delimiters. Every place is moved by `shift`."""
    finder = _Finder(text, mask, kind)
    finder.run()
    if kind == "markdown" and not finder.maths:
        finder.maths = [Math(a - 1, b + 1, a, b, False) for a, b in code_formulas(text)]
    elif kind == "markdown":
        formulas = " ".join(text[m.body_start : m.body_end] for m in finder.maths)
        values = [Math(a - 1, b + 1, a, b, False) for a, b in code_values(text, formulas)]
        apart = [v for v in values if not any(m.start < v.end and v.start < m.end for m in finder.maths)]
        finder.maths = sorted([*finder.maths, *apart], key=lambda m: m.start)
    segments: list[Prose | Math] = []
    at = 0
    for math in [*finder.maths, None]:
        segments += _prose(mask, at, math.start if math else len(mask), kind)
        if math:
            segments.append(math)
            at = math.end
    return (
        tuple(_moved(s, shift, cell) for s in segments),
        tuple(Problem(p.message, p.offset + shift) for p in finder.problems),
    )


def _moved(segment: Prose | Math, shift: int, cell: int | None) -> Prose | Math:
    start, end = segment.start + shift, segment.end + shift
    if isinstance(segment, Prose):
        return Prose(start, end, segment.level)
    return Math(start, end, segment.body_start + shift, segment.body_end + shift, segment.display, cell)


def _prose(mask: str, start: int, end: int, kind: str) -> list[Prose]:
    """What stands between two formulas: headings, and the text between them. Blank pieces are left out."""
    gap = mask[start:end]
    headings: list[tuple[int, int, int]] = []
    if kind == "latex":
        headings = [(*m.span(2), LATEX_LEVEL[m[1]]) for m in LATEX_HEADING.finditer(gap)]
    else:
        headings = [(*m.span(2), int(m[1])) for m in HTML_HEADING.finditer(gap)]
        if kind != "html":
            for m in HEADING.finditer(gap):
                if m[2] and not gap[m.start() : m.start(2)].strip():
                    continue
                headings.append((*m.span(), len(m[1]) if m[1] else 1 if m[2][0] == "=" else 2))
    headings.sort()
    out: list[Prose] = []
    at = 0
    for first, last, level in [*headings, (len(gap), len(gap), 0)]:
        if first < at:
            continue
        out += [Prose(start + a, start + b) for a, b in _without_tags(gap, at, first) if gap[a:b].strip()]
        if gap[first:last].strip():
            out.append(Prose(start + first, start + last, level))
        at = last
    return out


def _without_tags(gap: str, start: int, end: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    at = start
    if "<" in gap:
        for tag in TAG.finditer(gap, start, end):
            out.append((at, tag.start()))
            at = tag.end()
    out.append((at, end))
    return out


class _Finder:
    """One pass over the openers; each closer is looked for once, and not again once there is none left."""

    def __init__(self, text: str, mask: str, kind: str) -> None:
        self.text, self.mask, self.kind = text, mask, kind
        self.maths: list[Math] = []
        self.problems: list[Problem] = []
        self._none_after: dict[str, int] = {}
        self.dollars = kind != "html" or re.search(r"inlineMath[^\n]{0,80}\[\s*['\"]\$['\"]", text) is not None

    def run(self) -> None:
        at = 0
        while opener := OPENERS.search(self.mask, at):
            at = self._one(opener)
        if self.kind == "latex":
            for use in INPUT.finditer(self.mask):
                self._problem(f"{use[0]} is not followed: only the file itself is read", use.start())
        self._unclosed_fences()

    def _one(self, opener: re.Match[str]) -> int:
        """Take the formula that begins here; where to go on."""
        start, after = opener.span()
        match opener.lastgroup:
            case "display":
                return self._display_dollars(start, after)
            case "dollar":
                return self._dollar(start, after)
            case "bracket":
                close = opener[0][:-1] + {"[": "]", "(": ")"}[opener[0][-1]]
                return self._closed(start, after, close, opener[0][-1] == "[")
            case "environment":
                return self._environment(start, after, opener["environment"])
            case "fence" | "fence_sign":
                return self._fence(start, after, opener["fence_sign"])
            case "script" | "script_mode":
                return self._closed(start, after, "</script>", "display" in (opener["script_mode"] or ""))
            case "annotation":
                return self._closed(start, after, "</annotation>", False)
        return after

    def _problem(self, message: str, offset: int) -> None:
        self.problems.append(Problem(message, offset))

    def _find(self, sign: str, at: int) -> int:
        """The next unescaped sign, or -1."""
        if at >= self._none_after.get(sign, len(self.mask) + 1):
            return -1
        found = at
        while (found := self.mask.find(sign, found)) >= 0:
            before = found
            while before > at and self.mask[before - 1] == "\\":
                before -= 1
            if sign[0] == "<" or (found - before) % 2 == 0:
                return found
            found += 1
        self._none_after[sign] = at
        return -1

    def _add(self, start: int, body_start: int, body_end: int, end: int, display: bool) -> int:
        if self.mask[body_start:body_end].strip():
            self.maths.append(Math(start, end, body_start, body_end, display))
        return end

    def _runs_on(self, start: int, end: int) -> bool:
        """Whether a would-be formula holds running prose or a heading, as happens after a delimiter left unclosed."""
        body = self.mask[start:end]
        if "\n" not in body.strip():
            return False
        if self.kind != "latex" and re.search(r"^\s{0,3}#{1,6}[ \t]+\S|\n[ \t]*\n[^\n]*(?<![\\$])\$(?!\$)", body, re.M):
            return True
        return RUNNING_WORDS.search(WORDS_IN_MATHS.sub("", body)) is not None

    def _display_dollars(self, start: int, after: int) -> int:
        close = self._find("$$", after)
        if close < 0 or self._runs_on(after, close):
            self._problem("$$ opens a formula that is not closed", start)
            return after
        return self._add(start, after, close, close + 2, True)

    def _closed(self, start: int, after: int, close: str, display: bool) -> int:
        end = self._find(close, after)
        if end < 0 or (close[0] == "\\" and self._runs_on(after, end)):
            self._problem(f"{self.mask[start:after]} opens a formula that is not closed", start)
            return after
        return self._add(start, after, end, end + len(close), display)

    def _environment(self, start: int, after: int, name: str) -> int:
        close = f"\\end{{{name}}}"
        end = self._find(close, after)
        if end < 0:
            self._problem(f"\\begin{{{name}}} is not closed", start)
            return after
        end += len(close)
        return self._add(start, start, end, end, name != "math")

    def _fence(self, start: int, after: int, sign: str) -> int:
        for line in FENCE.finditer(self.mask, after):
            if line[1][0] == sign[0] and len(line[1]) >= len(sign) and not line[2].strip():
                inside = self.mask[after : line.start()]
                if inside.lstrip().startswith("$$") and inside.count("$$") % 2 == 0:
                    return self._dollars_inside(after, line.start(), line.end())
                body = re.compile(r"(?:\s*:[\w-]+:[^\n]*\n)*").match(self.mask, min(after + 1, line.start()))
                return self._add(start, body.end() if body else after, line.start(), line.end(), True)
        self._problem(f"{sign} opens a block that is not closed", start)
        return after

    def _dollars_inside(self, start: int, last: int, end: int) -> int:
        """The formulas between dollars in a fence of mathematics, where none are needed; where the fence ends."""
        at = start
        while 0 <= (at := self.mask.find("$$", at, last)) < last:
            at = self._display_dollars(at, at + 2)
        return max(at, end)

    def _dollar(self, start: int, after: int) -> int:
        if not self.dollars:
            return after
        mask = self.mask
        if self.kind == "latex":
            close = self._find("$", after)
            if close < 0 or "\n\n" in mask[after:close]:
                self._problem("$ opens a formula that is not closed", start)
                return after
            return self._add(start, after, close, close + 1, False)
        close = self._find("$", after)
        paragraph = re.compile(r"\n[ \t]*\n").search(mask, after, min(len(mask), after + MAX_INLINE))
        limit = paragraph.start() if paragraph else min(len(mask), after + MAX_INLINE)
        looks = close > limit and paragraph is None and re.search(r"[\\^_=]", mask[after : after + 100])
        if looks and not re.search(r"\n[ \t]*\n", mask[after:close]):
            self._problem(f"a formula between $ is longer than the {MAX_INLINE:,} characters that are read", start)
            return close + 1
        if close < 0 or close > limit:
            line_end = mask.find("\n", after, limit)
            if re.search(r"\\[a-zA-Z]{2}", mask[after : line_end if line_end >= 0 else limit]):
                self._problem("$ opens a formula that is not closed", start)
            return after
        body = mask[after:close]
        if not _is_inline(body, mask[close + 1 : close + 2]):
            return after
        if len(body) > 2 and body[0] == "`" == body[-1]:
            return self._add(start, after + 1, close - 1, close + 1, False)
        return self._add(start, after, close, close + 1, False)

    def _unclosed_fences(self) -> None:
        if self.kind not in ("markdown", "notebook"):
            return
        opened: re.Match[str] | None = None
        for fence in FENCE.finditer(self.text):
            if opened is None:
                opened = fence if "`" not in fence[2] else None
            elif fence[1][0] == opened[1][0] and len(fence[1]) >= len(opened[1]) and not fence[2].strip():
                opened = None
        if opened is not None and not MATH_FENCE.match(opened[2]):
            self._problem(
                f"{opened[1]} opens a block of code that is not closed: nothing after it is read", opened.start(1)
            )


def _is_inline(body: str, following: str) -> bool:
    """Whether what stands between two dollars is a formula and no price: `$5 and $6`.

    `$x$` touches its dollars; `$ x $` is written too; what touches one dollar only must look like TeX.
    """
    if not body.strip():
        return False
    if re.search(r"[\\^_={}]", body):
        return not (following.isdigit() and body[-1:].isspace())
    words = re.search(r"[^\W\d_]{2,}", body) is not None
    left, right = not body[0].isspace(), not body[-1].isspace()
    if left and right:
        return not following.isdigit() and not (words and body[0].isdigit() and len(body.split()) > 1)
    if not left and not right:
        return not words or " " not in body.strip()
    return not words and not following.isdigit()
