"""How far the words reach that make a hypothesis: a row, a clause, a sentence, a case, a section, the rest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from deltarule.checking.core.relations import COMPARES, EQUAL
from deltarule.checking.words.condition_words import (
    AND,
    BOTH,
    CASES,
    LASTING,
    LOCAL,
    REASONS,
    SENTENCE,
    last_words,
)
from deltarule.reading.documents import Document
from deltarule.reading.segments import Math, Prose
from deltarule.reading.statement import Statement

__all__ = ["Reach", "Written", "only_in_parentheses", "reach_of_a_name", "reaches"]

IMPLIES = frozenset({"\\Rightarrow", "\\implies", "\\Longrightarrow", "\\to", "\\rightarrow"})
PARENTHESIS = re.compile(r"\(([^()|\n]{0,25})$")
CLOSES = re.compile(r"[^()|\n]{0,40}?\)")
LEAD = re.compile(
    r"^[ \t>]*(?:[-*+•]|\d+[.)]|\\item(?:\[[^\]]*\])?)?[ \t]*(?:\*\*|__|\*)?[ \t]*(?P<words>[^$\n]{0,40})$"
)
LED = re.compile(r"[ \t]*\)?[ \t]*(?:[:.,;–—→-]|\*\*|__|\*[ \t\n:]|\n)")
ITEM = re.compile(r"\n[ \t]*\n(?![ \t]+\S)|\n[ \t]*(?:#|[-*+•] |\d+[.)] |\\item\b|\\end\{)|</li>", re.I)
END = re.compile(r"(?:\s*\\end\{[a-zA-Z]+\*?\})+\s*\Z")
NEAR = 40
"""Characters between two displayed formulas of one sentence."""


@dataclass(frozen=True)
class Reach:
    """Where a hypothesis holds: from one character to another; `at` is where it is said itself, `said` where that
    ends. Where it is not `sure` that it is meant there, nothing is decided by it."""

    at: int
    said: int
    first: int
    last: int
    sure: bool = True
    lasting: bool = False


class Written:
    """A document with its formulas blanked out, and where its sentences end."""

    def __init__(self, document: Document, statements: Sequence[Statement]) -> None:
        self.document, self.statements = document, statements
        pieces: list[str] = []
        at = 0
        for s in document.segments:
            if isinstance(s, Math):
                body = END.sub("", document.text[s.body_start : s.body_end]).rstrip("\\, \n")
                ends = s.display and body.endswith(".")
                width = s.end - s.start
                blank = "$" + "x" * (width - 2) + "$" if not ends or width < 4 else "$" + "x" * (width - 4) + "$. "
                pieces += [document.text[at : s.start], blank[:width]]
                at = s.end
        self.text = "".join([*pieces, document.text[at:]])
        self._breaks = [m.start() for m in SENTENCE.finditer(self.text)]

    def sentence(self, at: int, end: int | None = None) -> tuple[int, int]:
        """Where the sentence begins and ends in which a character stands."""
        k = bisect_left(self._breaks, at)
        j = k if end is None else bisect_left(self._breaks, end)
        last = self._breaks[j] if j < len(self._breaks) else len(self.text)
        return (self._breaks[k - 1] if k else 0), last

    def segment(self, statement: Statement) -> Math:
        found = self.document.segments[statement.block]
        assert isinstance(found, Math)
        return found

    def before(self, statement: Statement, many: int = 200) -> str:
        start = self.segment(statement).start
        return self.text[max(0, start - many) : start]

    @cached_property
    def conditions(self) -> list[int]:
        """Where the statements stand that are conditions, or may be."""
        return [s.start for s in self.statements if compares(s) or (_sets(s) and _introduced(self, s))]

    @cached_property
    def place_of(self) -> dict[int, int]:
        return {s.start: k for k, s in enumerate(self.statements)}

    def heading(self, statement: Statement) -> Prose | None:
        """The heading in which a formula stands."""
        segments = self.document.segments
        for k in range(statement.block - 1, max(-1, statement.block - 8), -1):
            one = segments[k]
            if "\n" in self.text[one.start : segments[statement.block].start]:
                return None
            if isinstance(one, Prose) and one.level:
                return one
        return None

    def section_end(self, heading: Prose) -> int:
        later = (s for s in self.document.segments if isinstance(s, Prose) and s.start > heading.start)
        return next((s.start for s in later if 0 < s.level <= heading.level), len(self.text))

    def heading_behind(self, at: int) -> int:
        later = (s for s in self.document.segments if isinstance(s, Prose) and s.start > at)
        return next((s.start for s in later if s.level), len(self.text))


def compares(statement: Statement) -> bool:
    """Whether a statement is a chain of inequalities, or x ∈ S."""
    if statement.memberships and not statement.relations:
        return True
    return bool(statement.relations) and all(r.symbol in COMPARES for r in statement.relations)


def _sets(statement: Statement) -> bool:
    return len(statement.relations) == 1 and statement.relations[0].symbol in EQUAL and not statement.continues


def _introduced(written: Written, statement: Statement) -> bool:
    if written.segment(statement).display:
        return bool(_word_in_row(statement)) or _in_parentheses_in_row(written, statement)
    return _word(written.before(statement)) in LOCAL | CASES or _in_parentheses(written, statement)


def _word(before: str, many: int = 3) -> str:
    """The word by which what follows is a hypothesis."""
    words = last_words(before.rpartition("$")[2], many)
    for word in reversed(words):
        if word in LASTING | LOCAL | REASONS | CASES:
            return word
        if not word.isascii() and any(word.endswith(w) for w in LOCAL | LASTING if w > "一"):
            return next(w for w in LOCAL | LASTING if w > "一" and word.endswith(w))
    return ""


def _in_parentheses(written: Written, statement: Statement) -> bool:
    segment = written.segment(statement)
    opened = PARENTHESIS.search(written.before(statement, 40))
    return opened is not None and CLOSES.match(written.text, segment.end) is not None


def only_in_parentheses(written: Written, said: Statement) -> bool:
    """Whether nothing but parentheses in a text make a hypothesis of a formula: no word, no heading, no list."""
    if written.segment(said).display or written.heading(said) is not None:
        return False
    return _in_parentheses(written, said) and _word(written.before(said, 40).rpartition("(")[2]) not in LOCAL | CASES


def reaches(written: Written, place: int) -> list[Reach]:
    """Where the hypothesis that a statement may be holds; empty if it is none."""
    said = written.statements[place]
    if written.segment(said).display:
        return _in_a_row(written, said)
    if (heading := written.heading(said)) is not None:
        return _below(written, said, heading)
    start, end = written.segment(said).start, written.segment(said).end
    line = written.text.rfind("\n", 0, start) + 1
    if written.text[line:start].lstrip().startswith("|"):
        return _in_a_table(written, said, line)
    lead = LEAD.match(written.text[line:start])
    if lead is not None and LED.match(written.text, end) and (found := _leads(written, place, line, lead)):
        return found
    before = written.before(said, 60)
    if compares(said):
        before = re.sub(r"\$x{1,4}\$[ \t]*,[ \t]*$", "", before)  # for $x$, $y > 0$
    word = _word(before)
    first, last = written.sentence(start, end)
    if not word and last_words(written.before(said, 20), 1) and last_words(written.before(said, 20), 1)[0] in AND:
        before = re.sub(r"\$x*\$", " ", written.text[first:start])  # with f(x) = … and $x > 0$
        if compares(said) and any(w in LASTING | LOCAL for w in last_words(before, 3)):
            return [Reach(said.start, end, first, last)]
        return []
    parentheses = _in_parentheses(written, said)
    if word in LASTING | REASONS:
        return [Reach(said.start, end, first, len(written.text), lasting=True)]
    if word or parentheses:
        return _in_a_sentence(written, place, first, _with_displays(written, place, last))
    return []


def reach_of_a_name(written: Written, place: int) -> list[Reach]:
    """If $A$ is symmetric, and for a symmetric $A$: in their sentence. With a symmetric $A$: in its sentence and from
    there on."""
    said = written.statements[place]
    start, end = written.segment(said).start, written.segment(said).end
    first, last = written.sentence(start, end)
    if any(w in LOCAL for w in last_words(written.text[max(first, start - 60) : start].rpartition("$")[2], 6)):
        return _in_a_sentence(written, place, first, _with_displays(written, place, last))
    return [Reach(said.start, end, first, len(written.text), lasting=True)]


def _in_a_sentence(written: Written, place: int, first: int, last: int) -> list[Reach]:
    """A condition holds in its sentence, if that has no other. Else one that stands right behind a formula holds for
    what stands before it, back to the condition before; another holds up to the next."""
    said = written.statements[place]
    end = written.segment(said).end
    others = [c for c in written.conditions if first <= c <= last and c != said.start]
    before = [c for c in others if c < said.start]
    behind = [c for c in others if c > said.start]
    if (claim := _claim_before(written, place, first)) is not None:
        if before and _claim_before(written, written.place_of[before[-1]], first) is None:
            since = claim.start  # for c, A = …, and B = … for d
        else:
            since = max(before, default=first)
        out = [Reach(said.start, end, since, said.end)]
        return out if others else [*out, Reach(said.start, end, said.end + 1, last, sure=False)]
    then = last
    if behind:
        other = _claim_before(written, written.place_of[behind[0]], said.start)
        alone = other is None or written.statements[place + 1] is other
        then = behind[0] - 1 if alone or other is None else other.start - 1
    out = [Reach(said.start, end, said.start, then)]
    if not others:
        claimed = any(_claims(s) and first <= s.start for s in written.statements[max(0, place - 6) : place])
        out.append(Reach(said.start, end, first, said.start - 1, sure=not claimed))
    return out


def _claim_before(written: Written, place: int, first: int) -> Statement | None:
    """The claim right behind which a condition stands, `g'(z) = 1 for z > 0`."""
    prior = written.statements[place - 1] if place else None
    if prior is None or prior.start < first or not _claims(prior):
        return None
    start = written.segment(written.statements[place]).start
    between = written.text[written.segment(prior).end : start]
    near = re.fullmatch(r"\s*,?\s*\(?\s*(?:\b[^\W\d_]+\s*){0,2}", between) is not None
    return (
        prior
        if near and not re.match(r"\s*,?\s*(?:and|und|et|y|e|a|i|oraz|и|so|also|donc|hence|but)\b", between)
        else None
    )


def _claims(statement: Statement) -> bool:
    return bool(statement.relations) and any(r.symbol in EQUAL for r in statement.relations)


def _with_displays(written: Written, place: int, last: int) -> int:
    """The end of a sentence with the displayed formulas that it goes on with."""
    statements = written.statements
    at = written.segment(statements[place]).end
    limit = 200
    for following in statements[place + 1 :]:
        segment = written.segment(following)
        if segment.start < at:
            continue
        between = written.text[at : segment.start]
        if not segment.display:
            if segment.start <= last:
                continue
            break
        if re.search(r"[.!?。](?:\s|$)", between) or len(between) > limit or ITEM_OR_HEAD.search(between):
            break
        conditional = any(s.block == following.block and compares(s) for s in statements)
        last = max(last, following.end if conditional else segment.end)
        if conditional or written.text[: segment.end].endswith("$. "):
            break
        at, limit = segment.end, NEAR
    return last


ITEM_OR_HEAD = re.compile(r"\n[ \t]*(?:#|\\(?:sub)*section)|<h[1-6]", re.I)


def _below(written: Written, said: Statement, heading: Prose) -> list[Reach]:
    """ "## Case $z > 0$" and "## Huber ($\\delta > 0$)" hold in their section."""
    start, end = written.segment(said).start, written.segment(said).end
    words = last_words(written.text[heading.start : start], 9)
    opens = any(w in LOCAL | LASTING | CASES for w in words) or _in_parentheses(written, said) or not words
    return [Reach(said.start, end, start, written.section_end(heading))] if opens else []


def _in_a_table(written: Written, said: Statement, line: int) -> list[Reach]:
    """A cell with nothing but a condition holds for the other cells of its line."""
    start, end = written.segment(said).start, written.segment(said).end
    stop = written.text.find("\n", end)
    stop = len(written.text) if stop < 0 else stop
    before, behind = written.text[line:start].rpartition("|")[2], written.text[end:stop].partition("|")[0]
    words = last_words(before + behind, 9)
    if (all(w in LOCAL | CASES for w in words) and compares(said)) or any(w in LOCAL | CASES for w in words):
        return [Reach(said.start, end, line, stop)]
    return []


def _leads(written: Written, place: int, line: int, lead: re.Match[str]) -> list[Reach]:
    """ "- $z > 0$: …" holds in its item, "Case 2: $z < 0$." up to the next case, or to what speaks of both."""
    said = written.statements[place]
    start, end = written.segment(said).start, written.segment(said).end
    words = last_words(lead["words"], 9)
    item = lead[0].lstrip()[:1] in {"-", "*", "+", "•", "\\"} or re.match(r"[ \t]*\d+[.)]", lead[0]) is not None
    if any(w in CASES for w in words):
        return _case(written, place, line)
    if not item or not all(w in LOCAL for w in words):
        return []
    if not compares(said) and not words and not re.match(r"[ \t]*\*{0,2}[ \t]*[:,–—→-]", written.text[end : end + 6]):
        return []
    stop = ITEM.search(written.text, end)
    last = stop.start() if stop is not None else len(written.text)
    last = max(last, _with_displays(written, place, last)) if not words else last
    return [Reach(said.start, end, start, last)]


def _case(written: Written, place: int, line: int) -> list[Reach]:
    said = written.statements[place]
    end = written.segment(said).end
    stop = written.heading_behind(end)
    if (both := BOTH.search(written.text, end, stop)) is not None:
        stop = written.sentence(both.start())[0]
    later = [s for s in written.statements[place + 1 :] if s.start < stop and not written.segment(s).display]
    for s in later:
        begin = written.text.rfind("\n", 0, written.segment(s).start) + 1
        head = LEAD.match(written.text[begin : written.segment(s).start])
        own = head is not None and begin > line and any(w in CASES for w in last_words(head["words"], 9))
        if own or (_word(written.before(s), 4) in CASES and (compares(s) or _sets(s))):
            return [Reach(said.start, end, said.start, written.sentence(written.segment(s).start)[0])]
    paragraph = re.compile(r"\n[ \t]*\n(?![ \t]*(?:\$\$|\\\[|\\begin|\$x))").search(written.text, end, stop)
    sure = paragraph.start() if paragraph is not None else stop
    sure = max(sure, _with_displays(written, place, sure))
    out = [Reach(said.start, end, said.start, sure)]
    return out if sure >= stop else [*out, Reach(said.start, end, sure + 1, stop, sure=False)]


def _in_a_row(written: Written, said: Statement) -> list[Reach]:
    """`\\frac{dE}{ds} = 0 \\quad \\text{for } s > 0`: what stands behind formulas of a row holds for them, back to the
    condition before it; what stands in front of them, up to the next."""
    row = [s for s in written.statements if s.block == said.block and s.row == said.row]
    at = row.index(said)
    word = _word_in_row(said)
    held = set(written.conditions)
    if at == 0:
        behind = row[1:]
        implies = bool(behind) and (behind[0].connective in IMPLIES or _colon(written, said, behind[0]))
        if not behind or behind[0].start in held or not (word or implies):
            return []
        last = min([s.start - 1 for s in behind if s.start in held], default=row[-1].end)
        return [Reach(said.start, said.end, said.start, last)]
    if row[0].start in held and row[0] is not said and _front(written, row):
        last = min([s.start - 1 for s in row[at + 1 :] if s.start in held], default=row[-1].end)
        return [Reach(said.start, said.end, said.start, last)] if row[at - 1].start not in held else []
    bare = compares(said) and bool(said.relations) and any(map(_claims, row[:at]))
    if not (word or bare or _in_parentheses_in_row(written, said)):
        return []
    since = max([s.end for s in row[:at] if s.start in held], default=min(s.start for s in row))
    return [Reach(said.start, said.end, since, said.end)]


def _front(written: Written, row: Sequence[Statement]) -> bool:
    return len(row) > 1 and bool(
        _word_in_row(row[0]) or row[1].connective in IMPLIES or _colon(written, row[0], row[1])
    )


def _colon(written: Written, one: Statement, other: Statement) -> bool:
    return ":" in written.document.text[one.end : other.start]


def _word_in_row(statement: Statement) -> str:
    words = last_words(statement.words_before.replace("\\forall", " for "), 1)
    return words[0] if words and statement.relations and words[0] in LOCAL | LASTING | CASES else ""


def _in_parentheses_in_row(written: Written, said: Statement) -> bool:
    text = written.document.text
    return text[: said.start].rstrip().endswith("(") and text[said.end :].lstrip().startswith(")")
