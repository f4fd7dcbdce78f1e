"""`P(y = 1 \\mid x; \\theta)` as one quantity under a name of its own, and `1\\{y = k\\}` where y is no index.

What stands in the parentheses says which probability it is: the same words are the same quantity, others are another.
A sample index or an index that all of it shares is the index of the quantity, `p(y^{(i)} \\mid x^{(i)})`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.checking.notation.places import summed_vectors
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in, neighbours_joined
from deltarule.reading.references import base_name, label_text, reference, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["by_its_logarithm", "is_named_here", "probabilities_named"]

PROBABILITIES = frozenset({"P", "p", "Pr", "q", "Q"})
SAMPLES = frozenset("ijknmst")
IS_NAMED = re.compile(r" [|=≠<>≤≥] ")
SIGNS = {"\\ne": "≠", "\\le": "≤", "\\ge": "≥", "\\lt": "<", "\\gt": ">"}


def probabilities_named(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with each such probability as one name."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    if not any(isinstance(n, t.Given | t.Compare) for side in sides for n in trees(side)):
        return statements

    families = _families(sides) | _of_vectors(statements, summed_vectors(sides))

    def named(head: t.Tree, behind: t.Tree) -> t.Tree | None:
        return _one(head, behind, families)

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, named, change)

    return [s.replaced(change) for s in statements]


def is_named_here(name: str) -> bool:
    """Whether a name is one of those that are made here: no other has a sign between spaces."""
    return IS_NAMED.search(name) is not None


def by_its_logarithm(state: State, left: t.Tree, right: t.Tree) -> tuple[t.Tree, t.Tree] | None:
    """p(y | x) and exp(…) for `ln p(y | x) = …`, where no equation says what p(y | x) is; None for anything else."""
    match left:
        case t.Call(function=t.Name(letter="ln" | "log", accents=()), argument=argument):
            inside = argument.items[0] if isinstance(argument, t.Group) and len(argument.items) == 1 else argument
        case _:
            return None
    found = reference(inside, state.symbols.usage) if isinstance(inside, t.Name | t.Scripted) else None
    if found is None or not is_named_here(found.base) or found.key in state.definitions.equations:
        return None
    if any(node == inside for node in t.walk(right)):
        return None
    whole = t.Group("(", (right,), start=right.start, end=right.end)
    return inside, t.Call(t.Name("exp"), whole, start=right.start, end=right.end)


def _one(head: t.Tree, behind: t.Tree, families: Set[tuple[str, str]]) -> t.Tree | None:
    """The name of `P(…|…)`, `P(x = 1)` and `1\\{y = 1\\}`; None for anything else."""
    group, above = (behind.base, behind.sup) if isinstance(behind, t.Scripted) else (behind, None)
    if not isinstance(group, t.Group) or (isinstance(behind, t.Scripted) and (behind.sub or behind.primes)):
        return None
    letter = head.letter if isinstance(head, t.Name) else head.text if isinstance(head, t.Num) else ""
    if isinstance(head, t.Scripted) and isinstance(head.base, t.Name) and head.sup is None and not head.primes:
        letter = f"{head.base.letter}_{label_text(head.sub)}" if head.sub is not None else head.base.letter
    given = any(isinstance(x, t.Given) for x in group.items)
    compared = len(group.items) == 1 and isinstance(group.items[0], t.Compare)
    if letter == "1" and group.kind == "{" and compared and _of_samples(group):
        kind = ("{", "}")
    elif group.kind == "(" and letter and letter != "1" and (given or (compared and letter[0] in PROBABILITIES)):
        kind = ("(", ")")
    else:
        return None
    text, shared = _text(group, letter, families)
    kinds = [where for where, _ in shared]
    if "?" in text or len(set(kinds)) < len(kinds):
        return None
    name = t.Name(letter + kind[0] + text + kind[1], start=head.start, end=behind.end)
    if not shared:
        return name if above is None else t.Scripted(name, None, above, start=head.start, end=behind.end)
    if len(shared) == 2:  # P(y^{(i)} = k | x^{(i)})
        of = dict(shared)
        sample = t.Group("(", (t.Name(of["sample"]),))
        whole = t.Scripted(name, t.Name(of["component"]), sample, start=head.start, end=behind.end)
        return whole if above is None else t.Scripted(t.Group("(", (whole,)), None, above)
    ((where, index),) = shared
    place = t.Name(index)
    if where == "sample":
        whole = t.Scripted(name, None, t.Group("(", (place,)), start=head.start, end=behind.end)
        return whole if above is None else t.Scripted(t.Group("(", (whole,)), None, above)
    return t.Scripted(name, place, above, start=head.start, end=behind.end)


def _is_letter(letter: str) -> bool:
    return len(letter) == 1 and letter.isascii() and letter.islower()


def _of_samples(group: t.Group) -> bool:
    """Whether what is compared is a quantity, y^{(i)} = 1, and not an index."""
    return any(isinstance(n, t.Scripted) and isinstance(n.sup, t.Group) for n in trees(group))


def _families(sides: Sequence[t.Tree]) -> set[tuple[str, str]]:
    """(P, c) where P(w | c) is summed over w: a probability for each w."""
    out: set[tuple[str, str]] = set()
    for node in (n for side in sides for n in trees(side)):
        match node:
            case t.Big(index=t.Name(letter=letter) | t.Compare(sides=(t.Name(letter=letter), *_)), body=body):
                found = [pair for n in trees(body) for pair in calls_in(n)]
            case _:
                continue
        for head, group in found:
            match head, group.items:
                case t.Name(letter=name), (t.Given(of=t.Name(letter=of), by=by),) if of == letter:
                    out.add((name, "; ".join(map(label_text, by))))
    return out


def _of_vectors(statements: Sequence[Statement], vectors: Set[str]) -> set[tuple[str, str]]:
    """The same for P(o | c) = … u_oᵀ v …, where u is a vector for each letter of a sum."""
    out: set[tuple[str, str]] = set()
    for s in statements:
        match s.sides[0].tree if len(s.sides) > 1 else None, s.sides[1].tree if len(s.sides) > 1 else None:
            case (
                t.Factors(items=((_, t.Name(letter=name)), ("", t.Group(kind="(", items=(given,))))),
                t.Tree() as right,
            ) if isinstance(given, t.Given) and isinstance(given.of, t.Name):
                own = [n.base for n in trees(right) if isinstance(n, t.Scripted) and n.sub == given.of]
                if any(isinstance(base, t.Name) and base_name(base) in vectors for base in own):
                    out.add((name, "; ".join(map(label_text, given.by))))
    return out


def _text(group: t.Group, head: str, families: Set[tuple[str, str]]) -> tuple[str, set[tuple[str, str]]]:
    """What stands inside, without its common index; the indices, each as a sample or as a component."""
    shared: set[tuple[str, str]] = set()

    def plain(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(sup=t.Group(kind="(", items=(t.Name(letter=letter, accents=()),))) if letter in SAMPLES:
                shared.add(("sample", letter))
                return t.replaced(replace(node, sup=None) if node.sub is not None else node.base, plain)
            case t.Scripted(sub=t.Name(letter=letter, accents=()), sup=None) if _is_letter(letter):
                shared.add(("component", letter))
                return t.replaced(node.base, plain)
        return None

    def said(item: t.Tree) -> str:
        match item:
            case t.Given(of=t.Name(letter=letter, accents=()), by=by) if (
                _is_letter(letter) and (head, "; ".join(map(label_text, by))) in families
            ):
                shared.add(("component", letter))  # P(w | c), for each w
                return f"· | {'; '.join(map(said, by))}"
            case t.Given(of=of, by=by):
                return f"{said(of)} | {'; '.join(map(said, by))}"
            case t.Compare(sides=(first, t.Name(letter=letter, accents=())), relations=(one,)) if _is_letter(letter):
                shared.add(("component", letter))  # P(y = k | x), for each k
                return f"{said(first)} {SIGNS.get(one.symbol, one.symbol)} ·"
            case t.Compare(sides=sides, relations=relations):
                out = said(sides[0])
                for relation, side in zip(relations, sides[1:], strict=True):
                    out += f" {SIGNS.get(relation.symbol, relation.symbol)} {said(side)}"
                return out
            case t.Scripted(sub=sub) if sub is not None and len(script_items(sub)) > 1:
                return "?"
        return label_text(item)

    return ", ".join(said(t.replaced(item, plain)) for item in group.items), shared
