"""Tokens to trees: a recursive descent over ranges of tokens, linear in their number.

Where two readings are possible the tree keeps the signs as they stand; where none is, Unreadable says what and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import applied, derivatives
from deltarule.reading.atoms import ATOMS, atom
from deltarule.reading.signs import UNKNOWN
from deltarule.reading.tokens import Token, Unreadable, pairs
from deltarule.reading.tree import (
    At,
    Big,
    Compare,
    Factors,
    Given,
    Group,
    Name,
    Ratio,
    Relation,
    Scripted,
    Terms,
    Tree,
    number,
)

__all__ = ["MAX_DEPTH", "Parser", "parse_tokens"]

MAX_DEPTH = 40
LEVEL, STEP = 5, 3  # Python frames of one level of brackets, and of one factor inside another
SIGNS = ("+", "-", "±", "∓")


def parse_tokens(tokens: list[Token]) -> Tree:
    """The tree of a whole formula without relations, or with them as a Compare. Raises Unreadable."""
    parser = Parser(tokens)
    return parser.listing(0, len(tokens))


def _signed(item: Tree) -> bool:
    """Whether an item is one term with a sign: {-x} y is -(x y), however one groups it."""
    return isinstance(item, Terms) and len(item.items) == 1


class Parser:
    """`pos` is the next token to read; every method reads up to a given end and never behind it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.partner = pairs(tokens)
        self.pos = 0
        self.depth = 0
        self.style = ""
        self.sums_in_braces: set[int] = set()
        self.sums_held_together: set[int] = set()

    # ranges of tokens

    def kind(self, at: int, end: int) -> str:
        return self.tokens[at].kind if at < end else ""

    def fail(self, message: str, at: int) -> Unreadable:
        at = min(at, len(self.tokens) - 1)
        return Unreadable(message, self.tokens[at].start if at >= 0 else 0)

    def unexpected(self, at: int) -> Unreadable:
        token = self.tokens[at]
        if token.kind == "unknown":
            return self.fail(f"{token.text} is not known", at)
        if token.kind == "op":
            return self.fail(f"an operator ({token.text}) without something on both sides", at)
        return self.fail(UNKNOWN.get(token.kind, f"`{token.text}` where it cannot be read"), at)

    def top(self, start: int, end: int) -> list[int]:
        """Indices of the tokens of [start, end) that stand in no bracket; a pair shows its first half."""
        out: list[int] = []
        at = start
        while at < end:
            out.append(at)
            at = self.partner[at] + 1 if at < self.partner[at] < end else at + 1
        return out

    def split(self, start: int, end: int, *kinds: str) -> list[tuple[int, int]]:
        """The ranges between the tokens of these kinds that stand in no bracket."""
        out: list[tuple[int, int]] = []
        for at in self.top(start, end):
            if self.tokens[at].kind in kinds:
                out.append((start, at))
                start = at + 1
        return [*out, (start, end)]

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Without spaces at the ends."""
        while start < end and self.tokens[start].kind == "space":
            start += 1
        while end > start and self.tokens[end - 1].kind == "space":
            end -= 1
        return start, end

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of a range of tokens."""
        return self.tokens[start].start, max(self.tokens[start].end, self.tokens[end - 1].end)

    # lists and relations

    def listing(self, start: int, end: int) -> Tree:
        """What stands between brackets or in a script: one item as itself, several as a list."""
        items = self.items(start, end)
        if len(items) == 1:
            return items[0]
        a, b = self.span(*self.trimmed(start, end))
        return Group("", tuple(items), start=a, end=b)

    def items(self, start: int, end: int) -> tuple[Tree, ...]:
        """Items between commas; `y | x, w` is one item."""
        start, end = self.trimmed(start, end)
        every = [k for k in self.top(start, end) if self.tokens[k].kind == "bar"]
        bars = [k for k in every if self.kind(k + 1, end) != "_"]
        if (apart := self.between(every, start, end)) is not None:  # D(p || q): two arguments
            return (*self.items(start, apart[0]), *self.items(apart[1], end))
        bars = [k for k in bars if k > start and self.tokens[k].text != "||"] if len(bars) == 1 else bars
        single = [k for k in bars if self.tokens[k].text == "mid"] or bars
        if len(single) == 1:
            before, after = self.items(start, single[0]), self.items(single[0] + 1, end)
            if not before or not after:
                raise self.unexpected(single[0])
            given = Given(before[-1], after, start=before[-1].start, end=after[-1].end)
            return (*before[:-1], given)
        if start == end:
            return ()
        ranges = [self.trimmed(*r) for r in self.split(start, end, "comma", "semicolon")]
        if len(ranges) > 1 and ranges[-1][0] == ranges[-1][1]:
            ranges.pop()
        return tuple(self.item(a, b, start) for a, b in ranges)

    def between(self, bars: Sequence[int], start: int, end: int) -> tuple[int, int] | None:
        """Where a double bar that is alone in a list begins and ends; None where there is none."""
        texts = [self.tokens[k].text for k in bars]
        double = texts == ["||"] or (texts == ["|", "|"] and bars[1] == bars[0] + 1)
        if not double or bars[0] == start or bars[-1] == end - 1:
            return None
        return bars[0], bars[-1] + 1

    def item(self, start: int, end: int, near: int) -> Tree:
        """An expression, or several with relations between them."""
        if start == end:
            raise self.fail("nothing between two commas", near)
        if end - start == 1 and self.tokens[start].kind in ("colon", "op"):
            return self.mark(start)
        relations = [k for k in self.top(start, end) if self.tokens[k].kind in ("relation", "colon")]
        if not relations:
            return self.expression(start, end)
        edges = [start - 1, *relations, end]
        sides = tuple(self.side(a + 1, b, a) for a, b in pairwise(edges))
        a, b = self.span(start, end)
        return Compare(sides, tuple(self.relation(k) for k in relations), start=a, end=b)

    def side(self, start: int, end: int, near: int) -> Tree:
        start, end = self.trimmed(start, end)
        if start == end:
            raise self.fail("a relation without something on both sides", max(near, 0))
        return self.expression(start, end)

    def relation(self, at: int) -> Relation:
        token = self.tokens[at]
        return Relation(token.text, start=token.start, end=token.end)

    def mark(self, at: int) -> Name:
        """A lone sign in a script: w^*, x_{:,j}."""
        token = self.tokens[at]
        return Name(token.text, start=token.start, end=token.end)

    # sums and products

    def expression(self, start: int, end: int) -> Tree:
        """Exactly the tokens [start, end) as a sum."""
        if start >= end:
            raise self.fail("nothing where a quantity should be", start)
        over = [k for k in self.top(start, end) if self.tokens[k].kind == "over"]
        if over:
            derivative = derivatives.fraction(self, (start, over[0]), (over[0] + 1, end), *self.span(start, end))
            if derivative is not None:
                return derivative
            numerator, denominator = self.side(start, over[0], over[0]), self.side(over[0] + 1, end, over[0])
            a, b = self.span(start, end)
            return Ratio(numerator, denominator, start=a, end=b)
        saved = self.pos
        self.pos = start
        self.deeper(LEVEL, start)
        tree = self.sum(end)
        self.skip_spaces(end)
        if self.pos < end:
            raise self.unexpected(self.pos)
        self.depth -= LEVEL
        self.pos = saved
        return tree

    def deeper(self, frames: int, at: int) -> None:
        self.depth += frames
        if self.depth > MAX_DEPTH * (LEVEL + STEP):
            raise self.fail(f"more than {MAX_DEPTH} levels of brackets", at)

    def skip_spaces(self, end: int) -> None:
        while self.pos < end and self.tokens[self.pos].kind == "space":
            self.pos += 1

    def sign(self, end: int) -> str:
        """The sign + - ± ∓ that stands here, taken; '' where there is none."""
        self.skip_spaces(end)
        token = self.tokens[self.pos] if self.pos < end else None
        if token is None or token.kind != "op" or token.text not in SIGNS:
            return ""
        self.pos += 1
        return token.text

    def sum(self, end: int) -> Tree:
        first = self.pos
        sign = self.sign(end)
        items: list[tuple[str, Tree]] = [(sign or "+", self.term(end))]
        while following := self.sign(end):
            items.append((following, self.term(end)))
        if len(items) == 1 and not sign:
            return items[0][1]
        return Terms(tuple(items), start=self.tokens[first].start, end=items[-1][1].end)

    def term(self, end: int) -> Tree:
        """A product up to + - or what cannot belong to it. A sign right here belongs to the term (`- -x`)."""
        first = self.pos
        if sign := self.sign(end):
            self.deeper(STEP, first)
            inner = self.term(end)
            self.depth -= STEP
            return Terms(((sign, inner),), start=self.tokens[first].start, end=inner.end)
        items: list[tuple[str, Tree]] = []
        while True:
            self.skip_spaces(end)
            token = self.tokens[self.pos] if self.pos < end else None
            operator = ""
            empty = token is not None and token.kind == "{" and self.partner[self.pos] == self.pos + 1
            if items and empty and self.kind(self.pos + 2, end) not in ("^", "_"):  # x{}: it does not show
                self.pos += 2
                continue
            if token is not None and token.kind == "op" and token.text not in SIGNS and items:
                operator = token.text
                self.pos += 1
                self.skip_spaces(end)
                if self.sign_ahead(end):
                    items.append((operator, self.term(end)))
                    break
            elif token is None or token.kind not in ATOMS or (token.kind == "words" and items):
                break
            if token is not None and token.kind == "bar" and items and not operator:
                if self.kind(self.pos + 1, end) != "_":
                    if not self.opens_norm(end):
                        break
                    items.append(("", self.factor(end)))
                    continue
                items[-1] = (items[-1][0], self.evaluated(items[-1][1], end))
                continue
            if self.pos >= end:
                raise self.unexpected(self.pos - 1)
            items.append((operator, self.factor(end)))
        if not items:
            raise self.unexpected(self.pos) if self.pos < end else self.fail("a formula that breaks off", end - 1)
        if len(items) == 1:
            return items[0][1]
        for k, (op, item) in enumerate(items):
            if id(item) in self.sums_held_together and isinstance(item, Terms):
                items[k] = op, Group("(", (item,), start=item.start, end=item.end)
            elif id(item) in self.sums_in_braces and not (_signed(item) and (not k or op in {"cdot", "times"})):
                raise Unreadable("a sum in braces next to a factor: braces do not show, write parentheses", item.start)
        return Factors(tuple(items), start=items[0][1].start, end=items[-1][1].end)

    def sign_ahead(self, end: int) -> bool:
        return self.kind(self.pos, end) == "op" and self.tokens[self.pos].text in SIGNS

    def evaluated(self, body: Tree, end: int) -> At:
        """body|_{sub}; pos is at the bar."""
        sub, stop = self.subscript(self.pos + 1, end)
        return At(body, sub, start=body.start, end=stop)

    def subscript(self, at: int, end: int) -> tuple[Tree, int]:
        """The script whose _ or ^ stands at `at`, and the character where it ends."""
        self.pos = at + 1
        start, stop = self.argument(end)
        tree = self.script(start, stop, at)[0]
        if tree is None:
            raise self.fail("an empty subscript", at)
        return tree, self.tokens[self.pos - 1].end

    # factors

    def factor(self, end: int) -> Tree:
        """An atom with its scripts, a derivative, a sum with its body, a function with its argument."""
        self.deeper(STEP, self.pos)
        tree = self.any_factor(end)
        self.depth -= STEP
        return tree

    def any_factor(self, end: int) -> Tree:
        at = self.pos
        token = self.tokens[at]
        if token.kind == "partial" or (token.kind == "name" and token.text == "d" and not token.accents):
            if (found := derivatives.slashed(self, end)) is not None:
                return found
            if token.kind == "partial" and self.kind(at + 1, end) == "_":
                return derivatives.operator(self, "∂", end)
        match token.kind:
            case "nabla":
                return derivatives.operator(self, "∇", end)
            case "big":
                return applied.big(self, token.text, end)
            case "function":
                return applied.function(self, end)
        base = atom(self, end)
        scripted = self.scripts(base, end)
        if self.kind(self.pos, end) == "unknown" and (factorial := self.factorial(scripted)) is not None:
            return factorial
        if scripted is not base and id(base) in self.sums_in_braces:
            raise Unreadable("a script on a sum in braces: braces do not show, write parentheses", base.start)
        if scripted is not base and isinstance(base, Factors):
            raise Unreadable("a script on a product in braces: braces do not show, write parentheses", base.start)
        if isinstance(base, Name) and (base.letter, base.style) == ("E", "bb") and self.kind(self.pos, end) == "open":
            sub = scripted.sub if isinstance(scripted, Scripted) else None
            if not isinstance(scripted, Scripted) or (scripted.sup is None and not scripted.primes):
                body = self.group_with_scripts(end)
                return Big("E", sub, None, body, start=scripted.start, end=body.end)
        match scripted:
            case Scripted(base=Name(letter="Sigma"), sub=Compare() as index, sup=upper, primes=0) if self.begins_factor(
                end
            ):
                body = self.term(end)
                return Big("sum", index, upper, body, start=base.start, end=body.end)
        return scripted

    def factorial(self, of: Tree) -> Tree | None:
        """`y!` and `y_i!` as a name of its own."""
        token = self.tokens[self.pos]
        name = of.base if isinstance(of, Scripted) else of
        if token.text != "the character '!'" or not isinstance(name, Name) or name.accents:
            return None
        if isinstance(of, Scripted) and (of.sup is not None or of.primes):
            return None
        self.pos += 1
        own = replace(name, letter=f"{name.letter}!", end=token.end)
        return replace(of, base=own, end=token.end) if isinstance(of, Scripted) else own

    def opens_norm(self, end: int) -> bool:
        """Whether the bar at pos, behind a factor, is the first of two: `2 \\|w\\|`, and `2 |w|` without other bars."""
        sign = self.tokens[self.pos].text
        if sign == "|" and self.kind(self.pos + 1, end) == "bar":  # ||x||
            inside = self.top(self.pos + 3, max(self.pos + 3, end))
            return any(self.kind(k, end) == self.kind(k + 1, end) == "bar" for k in inside)
        others = [k for k in self.top(self.pos + 1, end) if self.tokens[k].kind == "bar"]
        same = [k for k in others if self.tokens[k].text == sign]
        if sign == "mid" or not same or same[0] == self.pos + 1:
            return False
        return sign == "||" or (len(others) == 1 and self.kind(same[0] + 1, end) != "_")

    def begins_factor(self, end: int) -> bool:
        return self.kind(self.pos, end) in ATOMS and self.kind(self.pos, end) not in ("bar", "words")

    def scripts(self, base: Tree, end: int) -> Tree:
        sub: Tree | None = None
        sup: Tree | None = None
        primes = 0
        start, stop = base.start, base.end
        seen = False
        while (kind := self.kind(self.pos, end)) in ("^", "_", "prime"):
            at = self.pos
            seen = True
            if kind == "prime":
                if sup is not None:
                    raise self.fail("a prime after an exponent: TeX does not show this", at)
                primes += 1
                self.pos += 1
                stop = self.tokens[at].end
                continue
            if (sup if kind == "^" else sub) is not None:
                raise self.fail(f"two {'exponents' if kind == '^' else 'subscripts'} on one symbol", at)
            self.pos += 1
            first, last = self.argument(end)
            tree, more = self.script(first, last, at)
            stop = self.tokens[self.pos - 1].end
            if kind == "^":
                sup, primes = tree, primes + more
            else:
                sub = tree
        if not seen or (sub is None and sup is None and not primes):
            return base
        return Scripted(base, sub, sup, primes, start=start, end=stop)

    def script(self, start: int, end: int, near: int) -> tuple[Tree | None, int]:
        """What stands in a script, and the primes at its beginning."""
        start, end = self.trimmed(start, end)
        primes = 0
        while self.kind(start, end) == "prime":
            primes, start = primes + 1, start + 1
        if start >= end:
            return None, primes
        first, last = self.tokens[start], self.tokens[end - 1]
        if end - start == 1 and first.kind in ("op", "colon", "relation"):
            return self.mark(start), primes
        if "colon" in (first.kind, last.kind) and first.kind != last.kind:
            k, rest = (start, (start + 1, end)) if first.kind == "colon" else (end - 1, (start, end - 1))
            if self.tokens[start + 1 if k == start else end - 2].kind != "comma":
                items = (self.mark(k), *self.items(*rest)) if k == start else (*self.items(*rest), self.mark(k))
                return Group("", items, start=first.start, end=last.end), primes  # z_{i:}, z_{:i}
        if end - start > 2 and (first.kind, first.text, last.kind, last.text) == ("relation", "<", "relation", ">"):
            inner = self.items(start + 1, end - 1)
            return Group("<", inner, start=first.start, end=last.end), primes
        if first.kind == "op" and first.text in ("odot", "circ") and start + 1 < end:
            power = number(self.listing(start + 1, end))
            if power is not None:
                return replace(power, each=True), primes
        if first.kind == "op" and first.text in ("cdot", "*") and self.kind(start + 1, end) in ("name", "number"):
            rest = self.listing(start + 1, end)
            return Factors((("", self.mark(start)), ("", rest)), start=first.start, end=last.end), primes
        if last.kind == "op" and last.text in ("cdot", "*"):
            rest = self.listing(start, end - 1)
            return Factors((("", rest), ("", self.mark(end - 1))), start=first.start, end=last.end), primes
        return self.listing(start, end), primes

    def argument(self, end: int) -> tuple[int, int]:
        """The range of the argument or script that begins at pos (without its braces), taken."""
        self.skip_spaces(end)
        at = self.pos
        if at >= end:
            raise self.fail("an argument that is missing", end - 1)
        kind = self.tokens[at].kind
        if kind in ("{", "begin", "open"):
            partner = self.partner[at]
            if not at < partner < end:
                raise self.unexpected(at)
            self.pos = partner + 1
            return (at + 1, partner) if kind == "{" else (at, partner + 1)
        stop = self.after_atom(at, end)
        if stop is None:
            if kind in ("op", "relation", "colon", "prime"):
                if kind == "op" and self.tokens[at].text in SIGNS and self.kind(at + 1, end) in ("number", "name"):
                    raise self.fail("a sign alone in a script: write the exponent in braces, ^{-1}", at)
                stop = at + 1
            else:
                raise self.unexpected(at)
        self.pos = stop
        return at, stop

    def after_atom(self, at: int, end: int, depth: int = 0) -> int | None:
        """Where the atom at `at` ends, scripts not counted; None where none begins. Reads nothing."""
        kind = self.kind(at, end)
        if depth > MAX_DEPTH:
            return None
        match kind:
            case "name" | "number" | "function" | "dots" | "partial" | "nabla" | "words" | "big":
                return at + 1
            case "{" | "open" | "begin":
                return self.partner[at] + 1 if at < self.partner[at] < end else None
            case "accent" | "style" | "sqrt" | "fence" | "brace" | "substack":
                return self.after_atom(at + 1, end, depth + 1)
            case "frac":
                middle = self.after_atom(at + 1, end, depth + 1)
                return None if middle is None else self.after_atom(middle, end, depth + 1)
        return None

    # atoms

    def marked(self, tree: Tree, start: int, end: int) -> Tree:
        """The tree with another place; a sum is remembered as one that stands in braces."""
        placed = replace(tree, start=start, end=end)
        if isinstance(tree, Terms):
            self.sums_in_braces.add(id(placed))
            self.kept.append(placed)
        return placed

    @property
    def kept(self) -> list[Tree]:
        """Keeps marked trees alive, so that an id is never used twice."""
        if not hasattr(self, "_kept"):
            self._kept: list[Tree] = []
        return self._kept

    def group_with_scripts(self, end: int) -> Tree:
        return self.scripts(atom(self, end), end)
