"""The index of a sample below the letter: βᵀx_i beside βᵀx says that x_i is the x of sample i, a vector like x.

So are y_i and z_i the y and z of that sample, unless y also stands for all samples at once: in bold type, transposed,
in a norm.
Such indices are written above, x^{(i)}, as readers of x^{(i)} have it: there x stands for any one sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from deltarule.checking.letters.declared import space_of
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, is_transpose, script_items
from deltarule.reading.statement import Statement

__all__ = ["samples_above"]


def samples_above(statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with the indices of samples above their letters, and these letters; none where nothing shows that
    an index counts samples."""
    declared = [x for s in statements for x, space in s.memberships if len(space_of(space) or ()) == 1]
    found = _Uses({base_name(x) for x in declared if isinstance(x, t.Name)})
    for statement in statements:
        for one in statement.sides:
            if one.tree is not None:
                found.look(one.tree)
    letters = found.samples()
    if not letters:
        return statements, []

    def change(node: t.Tree) -> t.Tree | None:
        index = _index(node)
        if index is None or (base := _letter(node)) not in letters or index.letter not in letters[base]:
            return None
        assert isinstance(node, t.Scripted)
        above = t.Group("(", (index,), start=index.start, end=index.end)
        if node.sup is None:
            return replace(node, sub=None, sup=above)
        if is_transpose(node.sup):
            return replace(node, sub=None, sup=t.Factors((("", above), ("", node.sup))))
        inside = replace(node, sub=None, sup=above)
        return t.Scripted(t.Group("(", (inside,), start=node.start, end=node.end), None, node.sup)

    changed = [
        replace(
            s,
            sides=tuple(one.replaced(change) for one in s.sides),
            memberships=tuple((t.replaced(x, change), space) for x, space in s.memberships),
        )
        for s in statements
    ]
    return changed, sorted(letters)


@dataclass
class _Uses:
    """How letters stand in a document."""

    vectors: set[str]
    """The letters that are declared as vectors."""
    behind: dict[str, set[str]] = field(default_factory=dict)
    """The β of βᵀx for each x that stands behind a row without an index."""
    behind_with_index: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The same for each x_i and its index."""
    called: dict[str, set[str]] = field(default_factory=dict)
    """The f of f(x) for each x without an index."""
    called_with_index: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The same for each x_i and its index."""
    ends: dict[str, set[str]] = field(default_factory=dict)
    """The N of Σ_{i=1}^N for each i."""
    summed: set[str] = field(default_factory=set)
    """The letters that sums run over."""
    bare: set[str] = field(default_factory=set)
    stacked: set[str] = field(default_factory=set)
    """The letters that are bold, transposed or in a norm without an index."""
    indices: dict[str, set[str]] = field(default_factory=dict)
    """The index letters of each letter, with those of two indices joined: `ij`."""

    def look(self, tree: t.Tree) -> None:
        below = {id(n.base) for n in t.walk(tree) if isinstance(n, t.Scripted) and n.sub is not None}
        for node in t.walk(tree):
            match node:
                case t.Big(kind="sum", index=t.Tree() as index):
                    letters = {n.letter for n in t.walk(index) if isinstance(n, t.Name)}
                    self.summed |= letters
                    if isinstance(node.upper, t.Name):
                        for letter in letters:
                            self.ends.setdefault(letter, set()).add(node.upper.letter)
                case t.Factors(items=items):
                    for (_, first), (op, second) in pairwise(items):
                        self._product(first, op, second)
                case t.Group(kind="||"):
                    self.stacked |= {base_name(n) for n in t.walk(node) if isinstance(n, t.Name) and id(n) not in below}
                case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub):
                    own = "".join(n.letter for i in script_items(sub) for n in t.walk(i) if isinstance(n, t.Name))
                    self.indices.setdefault(base_name(name), set()).add(own)
                case t.Scripted(base=t.Name() as name, sub=None, sup=t.Tree() as sup) if is_transpose(sup):
                    self.stacked.add(base_name(name))
                case t.Scripted(base=t.Group() as group, sup=t.Tree() as sup) if is_transpose(sup):
                    self.stacked |= {
                        base_name(n) for n in t.walk(group) if isinstance(n, t.Name) and id(n) not in below
                    }
                case t.Name() if id(node) not in below:
                    self.bare.add(base_name(node))
                    if node.style == "bold":
                        self.stacked.add(base_name(node))

    def _product(self, first: t.Tree, op: str, second: t.Tree) -> None:
        row = _row(first, op) or (self._vector(first) if op == "cdot" else "")
        if isinstance(first, t.Name) and not op and isinstance(second, t.Group) and len(second.items) == 1:
            of = second.items[0]
            if isinstance(of, t.Name):
                self.called.setdefault(base_name(of), set()).add(base_name(first))
            elif (below := _index(of)) is not None:
                self.called_with_index.setdefault((_letter(of), below.letter), set()).add(base_name(first))
        if row and isinstance(second, t.Name):
            self.behind.setdefault(base_name(second), set()).add(row)
        index = _index(second)
        if row and index is not None:
            self.behind_with_index.setdefault((_letter(second), index.letter), set()).add(row)

    def _vector(self, first: t.Tree) -> str:
        """The letter of a vector that is declared as one."""
        name = base_name(first) if isinstance(first, t.Name) else ""
        return name if name in self.vectors else ""

    def samples(self) -> dict[str, set[str]]:
        """The letters that have the index of a sample, and which."""
        out: dict[str, set[str]] = {}
        for (base, index), rows in self.behind_with_index.items():
            if rows & self.behind.get(base, set()) and self._only(base, index):
                out[base] = {index}
        for (base, index), functions in self.called_with_index.items():
            if functions & self.called.get(base, set()) and base in self.behind and self._only(base, index):
                out[base] = {index}  # f(x_i) beside f(x) = wᵀx + b
        for index in set().union(*out.values()):
            for base in self.bare - self.stacked - out.keys():
                if index in self.indices.get(base, ()) and self._only(base, index):
                    out[base] = {index}
        return out

    def _only(self, base: str, index: str) -> bool:
        """Whether a letter has no other index, x_j beside x_i; x_1, …, x_N are those that a sum over i runs over."""
        others = self.indices[base] - {index}
        return not others or (others <= {"", *self.ends.get(index, ())} and others != {""})


def _row(first: t.Tree, op: str) -> str:
    """The β of βᵀ x, and of β · x in bold type."""
    match first:
        case t.Scripted(base=t.Name() as name, sub=None, sup=t.Tree() as sup) if op in {"", "cdot"} and is_transpose(
            sup
        ):
            return base_name(name)
        case t.Name(style="bold") if op == "cdot":
            return base_name(first)
    return ""


def _index(node: t.Tree) -> t.Name | None:
    match node:
        case t.Scripted(base=t.Name(), sub=t.Name(accents=()) as index) if index.letter in INDEX_LETTERS:
            return index
    return None


def _letter(node: t.Tree) -> str:
    return base_name(node.base) if isinstance(node, t.Scripted) and isinstance(node.base, t.Name) else ""
