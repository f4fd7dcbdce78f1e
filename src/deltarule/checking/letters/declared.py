"""What a document declares: x ∈ ℝ^n, W ∈ ℝ^{m×n}, x_i ∈ ℝ^p."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, label_text, reference, usage_of

__all__ = [
    "declared_names",
    "layout_of_spaces",
    "memberships",
    "numbers_added",
    "single_entries",
    "space_of",
    "speaks_of_unit_vectors",
]

UNIT = re.compile(
    r"(?:unit|basis) vector|einheitsvektor|vecteurs? (?:unitaire|de (?:la )?base)|vector(?:es)? (?:unitari|canónic)|"
    r"单位向量|единичн\w+ вектор",
    re.IGNORECASE,
)


def speaks_of_unit_vectors(state: State) -> bool:
    """Whether e_i is a unit vector: the text speaks of one, and no equation or declaration says what e is."""
    if not UNIT.search(state.document.text):
        return False
    lefts = [s.sides[0].tree for s in state.statements if s.relations]
    members = [element for s in state.statements for element, _ in s.memberships]
    found = [reference(x, state.symbols.usage) for x in (*lefts, *members) if isinstance(x, t.Name | t.Scripted)]
    return not any(r is not None and r.base == "e" for r in found)


def declared_names(state: State) -> set[str]:
    """The quantities of which a size or a space is said."""
    pairs = [*state.declared, *(pair for s in state.statements for pair in s.memberships)]
    return {r.key for x, _ in pairs if (r := reference(x, state.symbols.usage)) is not None}


def memberships(state: State) -> None:
    for pairs in (state.declared, *(statement.memberships for statement in state.statements)):
        for element, space in pairs:
            found = reference(element, state.symbols.usage)
            sizes = space_of(space) if found is not None else None
            if found is None or sizes is None:
                continue
            shape = [s for s in sizes if s != 1]
            if found.indices:
                _each_of_several(state, found, shape)
                continue
            if _the_last_of_several(state, found) and len(shape) == 1:
                family = state.symbols.entity(Reference(found.base))
                state.symbols.shaped(family, 2)
                state.symbols.unify(family.sizes[0], found.mark)
                state.symbols.unify(family.sizes[1], shape[0])
                continue
            entity = state.symbols.entity(found)
            state.symbols.shaped(entity, len(shape))
            for mine, given in zip(entity.sizes, shape, strict=True):
                state.symbols.unify(mine, given)
            if len(sizes) == 2 and sizes[0] == 1 and sizes[1] != 1:
                entity.orientation = "row"


def _each_of_several(state: State, found: Reference, shape: list[int | str]) -> None:
    """x_i ∈ ℝ^p, where x never stands alone: one vector for each i."""
    several = len(found.indices) == 1 and isinstance(found.indices[0], t.Name) and len(shape) == 1
    alone = found.base != "e" and usage_of(state.symbols.usage, found.base, found.label).bare  # e^{-z} is another e
    if not several or alone:
        return
    entity = state.symbols.entity(found)
    state.symbols.shaped(entity, 2)
    state.symbols.unify(entity.sizes[1], shape[0])


def _the_last_of_several(state: State, found: Reference) -> bool:
    """u_V of u_1, …, u_V ∈ ℝ^d, where u_w stands elsewhere: a vector for each w up to V."""
    use = usage_of(state.symbols.usage, found.base, found.label)
    return len(found.mark) == 1 and found.mark.isupper() and bool(use.letters) and not use.bare and not use.double


def space_of(space: t.Tree) -> tuple[int | str, ...] | None:
    """The sizes of ℝ^n, ℝ^{m×n}, ℝ."""
    match space:
        case t.Scripted(base=t.Name(letter="R", style="bb"), sup=sup) if sup is not None:
            items = []
            while isinstance(sup, t.Group) and sup.kind == "(" and len(sup.items) == 1:  # ℝ^{(N × M)}
                sup = sup.items[0]
            match sup:
                case t.Factors(items=factors):
                    if any(op not in {"", "times"} for op, _ in factors):
                        return None
                    items = [x for _, x in factors]
                case _:
                    items = [sup]
            return tuple(int(x.value) if isinstance(x, t.Num) else label_text(x) for x in items)
        case t.Name(letter="R", style="bb"):
            return ()
    return None


def layout_of_spaces(state: State) -> str | None:
    """How gradients by matrices lie where the text says their space, ∂L/∂W ∈ ℝ^{K×D} of W ∈ ℝ^{K×D}: "column" as what
    they are taken by, "row" for their transposes; None where it says nothing of it, or both."""
    pairs = [*state.declared, *(pair for s in state.statements for pair in s.memberships)]
    spaces: dict[t.Tree, tuple[int | str, ...]] = {x: sizes for x, space in pairs if (sizes := space_of(space))}
    said: set[str] = set()
    for x, space in pairs:
        match x:
            case t.Partial(by=(by,), order=1) if len(own := spaces.get(by, ())) == 2 and (sizes := space_of(space)):
                if own[0] != own[1] and sizes in {own, own[::-1]}:
                    said.add("column" if sizes == own else "row")
    return said.pop() if len(said) == 1 else None


def single_entries(state: State, sides: Sequence[t.Tree]) -> None:
    """A bold name that a chain sets to one number, y = [3], is a vector of one entry: a number, as is what is added to
    it; unless the text declares it, transposes it or gives it components."""
    usage = state.symbols.usage
    nodes = [n for side in sides for n in t.walk(side)]
    found = [r for n in nodes if isinstance(n, t.Name | t.Scripted) and (r := reference(n, usage)) is not None]
    others = {r.key for r in found if r.transposed or r.indices}
    others |= {r.key for s in state.statements for x, _ in s.memberships if (r := reference(x, usage)) is not None}

    def numbers(trees: Sequence[t.Tree]) -> set[str]:
        names = [reference(x, usage) for x in trees if isinstance(x, t.Name | t.Scripted)]
        plain = [r for r in names if r is not None and r == replace(Reference(r.base, r.label), name=r.name)]
        return {r.key for r in plain if usage_of(usage, r.base, r.label).bold and r.base[:1].islower()} - others

    single: set[str] = set()
    chain: list[t.Tree] = []
    for statement in state.statements:
        chain = chain if statement.continues else []
        if all(relation.symbol in EQUAL for relation in statement.relations):
            chain += [side.tree for side in statement.sides if side.tree is not None]
        if any(map(_is_one_number, chain)):
            single |= numbers(chain)
    before = -1
    while before < len(single):
        before = len(single)
        for terms in (n for n in nodes if isinstance(n, t.Terms)):
            own = numbers([x for _, x in terms.items])
            single |= own if own & single else set()
    for r in found:
        if r.key in single:
            state.symbols.shaped(state.symbols.entity(replace(Reference(r.base, r.label), name=r.name)), 0)


def _is_one_number(tree: t.Tree) -> bool:
    """3, -3, [3], (3); but 0 is also a vector of zeros."""
    match tree:
        case t.Group(kind="(" | "[", items=(only,)) | t.Terms(items=((_, only),)):
            return _is_one_number(only)
        case t.Matrix(rows=((only,),)) if only is not None:
            return _is_one_number(only)
        case t.Num(value=value):
            return bool(value)
    return False


def numbers_added(state: State, sides: Sequence[t.Tree]) -> None:
    """The c of softmax(z + c) is a number where the text writes z_i + c as well, or calls c a constant."""
    usage = state.symbols.usage
    pairs = {(x, c) for side in sides for node in t.walk(side) for x, c in _two_names(node, in_call=True)}
    if not pairs:
        return
    components = {(x, c) for side in sides for node in t.walk(side) for x, c in _two_names(node, in_call=False)}
    for x, c in pairs:
        found = reference(c, usage)
        if found is None or found.indices or usage_of(usage, found.base, found.label).letters:
            continue
        said = re.search(
            rf"\b(?:constant|scalar|number|Konstante|constante)\s+\\?\$?{re.escape(c.letter)}\b", state.document.text
        )
        if (x, c) in components or said is not None:
            state.symbols.shaped(state.symbols.entity(found), 0)


def _two_names(node: t.Tree, in_call: bool) -> Iterator[tuple[t.Name, t.Name]]:
    """The x and c of softmax(x + c), or of x_i + c."""
    if in_call:
        match node:
            case t.Call(argument=t.Group(items=(inside,)) | t.Scripted(base=t.Group(items=(inside,)))):
                pass
            case t.Factors(
                items=((_, t.Name()), ("", t.Group(items=(inside,)) | t.Scripted(base=t.Group(items=(inside,)))))
            ):
                pass
            case _:
                return
        match inside:
            case t.Terms(items=(("+" | "", t.Name() as x), ("+" | "-", t.Name(style="") as c))) if c.letter.islower():
                yield x, c
                yield c, x
    else:
        match node:
            case t.Terms(items=(("+" | "", t.Scripted(base=t.Name() as x, sub=t.Name())), ("+" | "-", t.Name() as c))):
                yield x, c
            case t.Terms(items=(("+" | "", t.Name() as c), ("+", t.Scripted(base=t.Name() as x, sub=t.Name())))):
                yield x, c
