"""Calls that always have the same arguments: ℓ(f(x), y) is the quantity ℓ then, f(x)_i a component of f, and ∂ℓ/∂f(x)
the derivative by f.

A number that is a function of numbers stays one, f(u, v): it may be taken elsewhere in what is inferred of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, label_text, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS, OBJECTIVES, VECTOR_FUNCTIONS

__all__ = ["FUNCTIONS", "LOSSES", "NAMED", "losses_given", "quantities_for_calls"]

NAMED = frozenset({"CE", "MSE", "BCE", "CCE", "NLL", "MAE", "SSE", "RSS"})
LOSSES = {*OBJECTIVES, *NAMED, "l", "ell", "loss", "Loss", "cost", "Cost", "cal_L", "cal_J", "cal_E"}

FUNCTIONS = frozenset({"sigma", "phi", "varphi", "psi", "f", "g", *KNOWN_FUNCTIONS})


def losses_given(statements: Sequence[Statement]) -> dict[str, t.Name]:
    """The losses that have an equation, L = … or L(w) = …, each with its name as it stands there first."""
    out: dict[str, t.Name] = {}
    for s in statements:
        match s.sides[0].tree if s.relations and s.relations[0].symbol in EQUAL and not s.continues else None:
            case t.Name() as name if base_name(name) in LOSSES:
                out.setdefault(base_name(name), name)
            case t.Factors(items=((_, t.Name() as name), ("", t.Group(kind="(")))) if base_name(name) in LOSSES:
                out.setdefault(base_name(name), name)
    return out


def quantities_for_calls(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such calls as plain names."""
    statements = _at_their_argument(_of_its_component(_components(statements)))
    by = _variables(statements)
    calls = {key: own for key, own in _calls(statements).items() if _one(own) and not _of_time(own[0])}
    given = _given(statements)
    names = {key for key, own in calls.items() if key in by or (key in given and any(map(_picks, own)))}
    statements = _plain(statements, names - {*KNOWN_FUNCTIONS, *VECTOR_FUNCTIONS})
    losses = {key for key, calls in _calls(statements).items() if _one(calls) and _is_loss(key, calls[0])}
    return _plain(statements, losses)


def _components(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with s_i for s(z_i), where some row says that they are the same."""
    same: dict[t.Tree, t.Tree] = {}
    for s in statements:
        for one, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False):
            match one.tree, other.tree:
                case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub, sup=None) as component, t.Factors(
                    items=((_, t.Name() as head), ("", t.Group(kind="(", items=(t.Scripted(sub=below),))))
                ) as call if head == name and below == sub and relation.symbol in EQUAL:
                    same[call] = component
    if not same:
        return statements

    return [s.replaced(same.get) for s in statements]


def _of_its_component(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with y_i for y_i(z_i), where y_i(z_i) = … gives it and y_k stands alone as well."""
    names: set[tuple[t.Name, t.Name]] = set()
    for s in statements:
        if s.relations and s.relations[0].symbol in EQUAL and (found := _component_of(s.sides[0].tree)) is not None:
            names.add((found[0].base, found[1]))  # type: ignore[arg-type]
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    called = {id(head) for n in nodes if (found := _component_of(n)) is not None for head in found[:1]}
    alone = {n.base for n in nodes if isinstance(n, t.Scripted) and n.sub is not None and id(n) not in called}
    names = {(y, z) for y, z in names if y in alone}
    if not names:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        found = _component_of(node)
        return found[0] if found is not None and (found[0].base, found[1]) in names else None

    return [s.replaced(change) for s in statements]


def _component_of(node: t.Tree | None) -> tuple[t.Scripted, t.Name] | None:
    """The y_i and the z of y_i(z_i)."""
    match node:
        case t.Factors(
            items=(
                (_, t.Scripted(base=t.Name(), sub=t.Tree() as own, sup=None, primes=0) as y),
                ("", t.Group(kind="(", items=(t.Scripted(base=t.Name() as z, sub=t.Tree() as other, sup=None),))),
            )
        ) if own == other:
            return y, z
    return None


def _at_their_argument(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with ∂σ(z)/∂w for ∂σ/∂w, where the statement has σ at z only, and σ is a known function and no
    quantity: in f(1 - f) after f = σ(a) it is one. In dσ/da = σ(1 - σ) it is σ(a) throughout."""
    lefts = [s.sides[0].tree for s in statements if s.relations and s.relations[0].symbol in EQUAL]
    quantities = {base_name(left) for left in lefts if isinstance(left, t.Name)}
    everywhere = {key: {_parentheses(c) for c in calls} for key, calls in _calls(statements).items()}
    counts = Counter(n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Name))

    def changed(s: Statement) -> Statement:
        calls: dict[str, set[t.Tree]] = {}
        for node in (n for side in s.sides for n in trees(side.tree)):
            for (_, head), (op, group) in pairwise(node.items if isinstance(node, t.Factors) else ()):
                name = head.base if isinstance(head, t.Scripted) and head.sub is None and head.sup is None else head
                if op == "" and isinstance(name, t.Name) and isinstance(group, t.Group) and group.kind == "(":
                    calls.setdefault(base_name(name), set()).add(group)
        only = {
            key: next(iter(groups))
            for key, groups in calls.items()
            if len(groups) == 1 and key in FUNCTIONS - quantities
        }

        own = _by_its_argument(s)
        key = base_name(own[0]) if own is not None else ""
        if own is not None and key in FUNCTIONS - quantities - calls.keys():
            here = sum(n == own[1] for side in s.sides for n in trees(side.tree))
            if t.Group("(", (own[1],)) in everywhere.get(key, set()) or counts[own[1]] == here:
                return _called_at(s, *own)

        def change(node: t.Tree) -> t.Tree | None:
            match node:
                case t.Partial(of=t.Name() as of, by=(by,)) if base_name(of) in only:
                    group = only[base_name(of)]
                    if isinstance(group, t.Group) and by not in group.items:
                        return replace(node, of=t.Factors((("", of), ("", group)), start=of.start, end=of.end))
            return None

        return s.replaced(change) if only else s

    return [changed(s) for s in statements]


def _by_its_argument(s: Statement) -> tuple[t.Name, t.Name] | None:
    """The σ and the a of a statement with dσ/da, if a stands nowhere else in it."""
    nodes = [n for side in s.sides for n in trees(side.tree)]
    found = {(n.of, n.by[0]) for n in nodes if isinstance(n, t.Partial) and n.order == 1 and len(n.by) == 1}
    match list(found):
        case [(t.Name() as of, t.Name() as by)]:
            partials = sum(isinstance(n, t.Partial) for n in nodes)
            return (of, by) if sum(n == by for n in nodes) == partials else None
    return None


def _called_at(s: Statement, f: t.Name, by: t.Name) -> Statement:
    """The statement with f(a) for each f."""

    def change(node: t.Tree) -> t.Tree | None:
        if node == f:
            group = t.Group("(", (by,), start=node.start, end=node.end)
            return t.Factors((("", node), ("", group)), start=node.start, end=node.end)
        return None

    return s.replaced(change)


def _calls(statements: Sequence[Statement]) -> dict[str, list[t.Tree]]:
    """Each name before parentheses, with the parentheses and what stands behind them. A name with a prime is none."""
    out: dict[str, list[t.Tree]] = {}
    primed: set[str] = set()
    for side in (side.tree for s in statements for side in s.sides):
        for node in trees(side):
            if isinstance(node, t.Scripted) and node.primes and isinstance(node.base, t.Name):
                primed.add(_key(node))
            for (_, head), (op, group) in pairwise(node.items if isinstance(node, t.Factors) else ()):
                if op == "" and (key := _key(head)) and _parentheses(group) is not None:
                    out.setdefault(key, []).append(group)
    return {key: calls for key, calls in out.items() if key not in primed}


def _given(statements: Sequence[Statement]) -> set[str]:
    """The f of f(x) = …, or of a = f(x)."""
    sides = [side.tree for s in statements if s.relations and s.relations[0].symbol in EQUAL for side in s.sides]
    calls = [side.items for side in sides if isinstance(side, t.Factors) and len(side.items) == 2]
    return {_key(head) for (_, head), (op, group) in calls if op == "" and isinstance(group, t.Group)}


def _variables(statements: Sequence[Statement]) -> set[str]:
    """The f of ∂L/∂f(x)."""
    partials = [n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Partial)]
    pairs = [by.items for node in partials for by in node.by if isinstance(by, t.Factors) and len(by.items) == 2]
    return {_key(head) for (_, head), (op, group) in pairs if op == "" and _parentheses(group) is not None}


def _key(head: t.Tree) -> str:
    match head:
        case t.Name():
            return base_name(head)
        case t.Scripted(base=t.Name(), sup=None):
            return label_text(replace(head, primes=0))
    return ""


def _parentheses(group: t.Tree) -> t.Group | None:
    match group:
        case t.Group(kind="(") | t.Scripted(base=t.Group(kind="(")):
            return group if isinstance(group, t.Group) else group.base  # type: ignore[return-value]
    return None


def _one(calls: Sequence[t.Tree]) -> bool:
    """Whether all of them have the same arguments, more than once."""
    return all(_parentheses(c) == _parentheses(calls[0]) for c in calls)


def _of_time(call: t.Tree) -> bool:
    """Whether the argument is a step, u(t)."""
    group = _parentheses(call)
    return group is not None and group.items in {(t.Name("t"),), (t.Name("k"),), (t.Name("n"),)}


def _picks(call: t.Tree) -> bool:
    return isinstance(call, t.Scripted) and call.sub is not None and not call.primes


def _is_loss(key: str, call: t.Tree) -> bool:
    """ℓ(f(x), y): a loss of several arguments of which one is more than a name; and CE(y, p), by the name of a loss."""
    group = _parentheses(call)
    letter = key.partition("_")[0] if not key.startswith("cal_") else key[:5]
    if group is None or letter not in LOSSES or len(group.items) < 2:
        return False
    return letter in NAMED or any(isinstance(n, t.Group | t.Call) for item in group.items for n in trees(item))


def _plain(statements: Sequence[Statement], keys: set[str]) -> Sequence[Statement]:
    if not keys:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items = list(_without(node, keys))
        if len(items) == len(node.items):
            return None
        items = [(op, t.replaced(item, change)) for op, item in items]
        return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))

    return [s.replaced(change) for s in statements]


def _without(node: t.Factors, keys: set[str]) -> Iterator[tuple[str, t.Tree]]:
    """The factors with each such call as its name, with the scripts of the call."""
    k = 0
    while k < len(node.items):
        op, head = node.items[k]
        after = node.items[k + 1] if k + 1 < len(node.items) else None
        k += 1
        if after is not None and after[0] == "" and _key(head) in keys and _parentheses(after[1]) is not None:
            head, k = _with_scripts(head, after[1]), k + 1
        yield op, head


def _with_scripts(head: t.Tree, call: t.Tree) -> t.Tree:
    if not isinstance(call, t.Scripted):
        return replace(head, end=call.end)
    if isinstance(head, t.Scripted) and head.sub is not None and call.sub is not None:
        both = t.Group("", (head.sub, *script_items(call.sub)), start=head.sub.start, end=call.sub.end)
        return replace(head, sub=both, sup=call.sup, end=call.end)
    if isinstance(head, t.Scripted):
        return replace(head, sup=call.sup, end=call.end)
    return t.Scripted(head, call.sub, call.sup, call.primes, start=head.start, end=call.end)
