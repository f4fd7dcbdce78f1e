"""Ways of writing that a document keeps throughout, made explicit before it is judged: `K^t` for the transpose, `dW`
for a gradient that has a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.derivative_notation import is_d
from deltarule.reading import tree as t
from deltarule.reading.references import is_index, is_kronecker, is_transpose, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["spelled_out"]

IDENTITY = re.compile(
    r"(?:identity|unit) matrix|einheitsmatri|identitätsmatri|matrice (?:identité|identità|unité)|"
    r"matriz (?:de )?identidad|"
    r"jednotkov\w+ matic|matic\w+ jednotkov|macierz\w* jednostkow|单位矩阵|единичн\w+ матриц",
    re.IGNORECASE,
)
OBJECTIVES = frozenset({"L", "J", "E", "C", "ell"})


ELEMENTWISE = r"(?:hadamard|element[- ]?wise|entry[- ]?wise|component[- ]?wise|schur|elementweise|逐元素)"
TENSOR_SIGN = r"(?:\\otimes|⊗)"
ENTRYWISE = re.compile(
    rf"{TENSOR_SIGN}[^.;\n]{{0,60}}\b{ELEMENTWISE}|{ELEMENTWISE}[^.;\n]{{0,40}}{TENSOR_SIGN}", re.IGNORECASE
)
"""Where the text says that ⊗ is taken entry by entry."""


def spelled_out(statements: Sequence[Statement], text: str = "") -> Sequence[Statement]:
    """The statements with one spelling for what they mean."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    turned = _small_t_transposes(sides)
    named = _named_differentials(statements)
    entries = _entries_of_the_identity(statements, text)
    identity = _identity_by_letter(statements, text)
    diagonals = any(_diagonal(n) is not None for side in sides for n in t.walk(side) if isinstance(n, t.Call))
    entrywise = ENTRYWISE.search(text) is not None
    if not turned and not named and not entries and not identity and not diagonals and not entrywise:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if entrywise and isinstance(node, t.Factors) and any(op == "otimes" for op, _ in node.items):
            items = tuple(("odot" if op == "otimes" else op, x) for op, x in node.items)
            return t.replaced(replace(node, items=items), change)
        match node:
            case t.Call() if (short := _diagonal(node)) is not None:
                return short
            case t.Scripted(base=t.Name(letter="I") as name) if entries and _two_below(node):
                return replace(node, base=replace(name, letter="delta", style=""))
            case t.Scripted(base=t.Name(letter="I") as name, sup=None, primes=0) if identity:
                return replace(name, style="bold", start=node.start, end=node.end)  # I_n
            case t.Name(letter="I", accents=()) if identity:
                return replace(node, style="bold")
        if turned and isinstance(node, t.Scripted) and node.sup is not None and node.sup == t.Name("t"):
            inside = t.replaced(replace(node, sup=None), change)
            if not isinstance(inside, t.Scripted):
                return None
            return replace(inside, sup=t.Name("T", start=node.sup.start, end=node.sup.end))
        if isinstance(node, t.Factors) and named:
            return _joined(node, named, change)
        return None

    return [s.replaced(change) for s in statements]


def _diagonal(node: t.Call) -> t.Tree | None:
    """diag(r) for diag(r_1, …, r_N), and diag(f(z)) for diag(f(z_1), …, f(z_n)); None for anything else."""
    match node:
        case t.Call(function=t.Name(letter="diag"), argument=t.Group(items=(first, t.Dots(), last)) as group):
            pass
        case _:
            return None
    subs = {n.sub for n in trees(last) if isinstance(n, t.Scripted) and isinstance(n.sub, t.Name | t.Num)}
    for end in subs - {None}:

        def at_the_end(n: t.Tree, end: t.Tree | None = end) -> t.Tree | None:
            return replace(n, sub=end) if isinstance(n, t.Scripted) and n.sub == t.Num(Fraction(1), "1") else None

        def bare(n: t.Tree) -> t.Tree | None:
            if not isinstance(n, t.Scripted) or n.sub != t.Num(Fraction(1), "1"):
                return None
            return n.base if n.sup is None and not n.primes else replace(n, sub=None)

        def entrywise(n: t.Tree) -> t.Tree | None:
            """y ⊙ (1 - y) of y_1 (1 - y_1)."""
            if not isinstance(n, t.Factors):
                return bare(n)
            ops = [op for op, _ in n.items]
            for k, (_, before) in enumerate(n.items[:-1], 1):
                vector = any(isinstance(x, t.Scripted) and x.sub == t.Num(Fraction(1), "1") for x in trees(before))
                ops[k] = "odot" if ops[k] in {"", "cdot"} and vector else ops[k]
            return replace(
                n, items=tuple((op, t.replaced(x, entrywise)) for op, (_, x) in zip(ops, n.items, strict=True))
            )

        if t.replaced(first, at_the_end) == last != first:
            return replace(node, argument=replace(group, items=(t.replaced(first, entrywise),)))
    return None


def _small_t_transposes(sides: Sequence[t.Tree]) -> bool:
    """Whether `^t` is the transpose: t stands nowhere else, and nothing is transposed in another way."""
    above: set[int] = set()
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Scripted) and node.sup == t.Name("t"):
                above.add(id(node.sup))
            elif isinstance(node, t.Scripted) and isinstance(node.sup, t.Name) and node.sup.letter in {"T", "top"}:
                return False
    others = (n for side in sides for n in trees(side) if isinstance(n, t.Name) and n.letter == "t")
    return len(above) > 1 and all(id(n) in above for n in others)


def _two_below(node: t.Tree) -> bool:
    """Whether a name has two index letters below and nothing else."""
    match node:
        case t.Scripted(sub=sub, sup=None, primes=0):
            items = script_items(sub)
            return len(items) == 2 and all(map(is_index, items))
    return False


def _entries_of_the_identity(statements: Sequence[Statement], text: str) -> bool:
    """Whether I_kj is an entry of the identity matrix: the text speaks of one, I has no equation, and no δ_ij is
    something else."""
    if not IDENTITY.search(text):
        return False
    for statement in statements:
        for k, side in enumerate(statement.sides):
            first = k < len(statement.relations) and statement.relations[k].symbol in EQUAL
            if first and (_letter(side.tree) == "I" if side.tree is not None else False):
                return False
            if first and side.tree is not None and is_kronecker(side.tree):
                return False
    return True


def _identity_by_letter(statements: Sequence[Statement], text: str) -> bool:
    """Whether a plain I is the identity matrix: no equation and no declaration says what it is, it is no function and
    has no component, and the text speaks of the identity, or I stands in a sum with AᵀA, in A Aᵀ = I."""
    found = bool(IDENTITY.search(text))
    squares = _square_matrices(statements)
    for statement in statements:
        if any(_letter(element) == "I" for element, _ in statement.memberships):
            return False
        for k, side in enumerate(statement.sides):
            if side.tree is None:
                continue
            if k < len(statement.relations) and statement.relations[k].symbol in EQUAL and _letter(side.tree) == "I":
                return False
            inside = list(trees(side.tree))
            for node in inside:
                match node:
                    case t.Scripted(base=t.Name(letter="I"), sub=sub, sup=sup, primes=primes):
                        size = isinstance(sub, t.Name | t.Num) and sup is None and not primes
                        if not size and not _two_below(node):
                            return False
                    case t.Factors(items=items):
                        pairs = pairwise(items)
                        if any(_letter(a) == "I" and not op and isinstance(b, t.Group) for (_, a), (op, b) in pairs):
                            return False
                    case t.Partial(of=of, by=by):
                        if any(x is not None and _letter(x) == "I" for x in (of, *by)):
                            return False
                    case t.Terms(items=items):
                        if any(_has_identity(item) for _, item in items):
                            found = found or any(_squares(item) or _has(item, squares) for _, item in items)
            if _letter(side.tree) == "I" and k and statement.relations[k - 1].symbol in EQUAL:
                before = statement.sides[k - 1].tree
                found = found or (before is not None and _squares(before))
    return found


def _square_matrices(statements: Sequence[Statement]) -> set[str]:
    """The capitals that stand between a vector and its transpose, the A of xᵀ A x."""
    out: set[str] = set()
    for side in (side.tree for s in statements for side in s.sides if side.tree is not None):
        for node in trees(side):
            items = [x for _, x in node.items] if isinstance(node, t.Factors) else []
            for first, inner, last in zip(items, items[1:], items[2:], strict=False):
                match first, inner:
                    case t.Scripted(base=base, sup=sup), t.Name(letter=letter) if sup is not None:
                        if is_transpose(sup) and letter.isupper() and base == last and _letter(base).islower():
                            out.add(letter)
    return out


def _has(item: t.Tree, letters: set[str]) -> bool:
    """A, or a multiple αA."""
    return _letter(item) in letters or (isinstance(item, t.Factors) and _letter(item.items[-1][1]) in letters)


def _has_identity(item: t.Tree) -> bool:
    """I, or a multiple λI."""
    return _letter(item) == "I" or (isinstance(item, t.Factors) and _letter(item.items[-1][1]) == "I")


def _squares(item: t.Tree) -> bool:
    """AᵀA, A Aᵀ, w wᵀ: a product of a name with its transpose."""
    if not isinstance(item, t.Factors):
        return False
    bare = [x.base for _, x in item.items if isinstance(x, t.Scripted) and x.sup is not None and is_transpose(x.sup)]
    return any(x in bare for _, x in item.items)


def _letter(tree: t.Tree) -> str:
    match tree:
        case t.Name(letter=letter):
            return letter
        case t.Scripted(base=t.Name(letter=letter)):
            return letter
    return ""


def _named_differentials(statements: Sequence[Statement]) -> set[str]:
    """The letters X of which `dX` is defined as a quantity; none where d stands for something else, or dL for a change
    of the objective itself."""
    out: set[str] = set()
    for statement in statements:
        for k, side in enumerate(statement.sides):
            match side.tree:
                case t.Factors(items=(("", d), ("", of))) if is_d(d) and _letter(of):
                    if k < len(statement.relations) and statement.relations[k].symbol in EQUAL and not k:
                        out.add(_letter(of))
            for node in trees(side.tree):
                if isinstance(node, t.Scripted) and is_d(node.base):
                    return set()
                if isinstance(node, t.Scripted) and any(map(is_d, script_items(node.sub))):
                    return set()
    return set() if out & OBJECTIVES else out


def _joined(node: t.Factors, named: set[str], change: object) -> t.Tree | None:
    """The product with each `d X` made one name."""
    items: list[tuple[str, t.Tree]] = []
    k, found = 0, False
    while k < len(node.items):
        op, item = node.items[k]
        after = node.items[k + 1] if k + 1 < len(node.items) else None
        if is_d(item) and after is not None and after[0] == "" and _letter(after[1]) in named:
            items.append((op, _one_name(item, after[1])))
            k, found = k + 2, True
            continue
        items.append((op, t.replaced(item, change)))  # type: ignore[arg-type]
        k += 1
    if not found:
        return None
    return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))


def _one_name(d: t.Tree, of: t.Tree) -> t.Tree:
    if isinstance(of, t.Name):
        return replace(of, letter=f"d{of.letter}", start=d.start)
    assert isinstance(of, t.Scripted) and isinstance(of.base, t.Name)
    return replace(of, base=replace(of.base, letter=f"d{of.base.letter}", start=d.start), start=d.start)
