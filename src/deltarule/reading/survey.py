"""How each letter is used over all formulas of a document: bare, in bold, with components, with samples, with steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deltarule.reading import tree as t
from deltarule.reading.references import (
    ALL,
    ANY,
    COLUMN,
    INDEX_LETTERS,
    LAYER_LETTERS,
    SELECTED,
    STEP_LETTERS,
    Reference,
    Survey,
    Usage,
    base_name,
    is_index,
    is_kronecker,
    is_transpose,
    label_text,
    letter_of,
    letters_below,
    read_above,
    reference,
    script_items,
    trees,
    usage_key,
)

__all__ = ["TIME", "step_letters", "survey"]

MAYBE_STEPS = frozenset({"i", "j"})
"""Letters that count layers where nothing is summed over them and they never stand beside another index."""


TIME = frozenset({"t"})
"""What counts time in the whole of a document if it does in a part of it."""
LAST = frozenset({"T", "tau"})
"""What the last point in time is called."""


def step_letters(roots: Iterable[Any]) -> set[str]:
    """The letters that are counted up or down in scripts: l in `a^{(l-1)}`, t in `h_{t-1}`."""
    out: set[str] = set()
    components: set[str] = set()
    may_count = STEP_LETTERS | MAYBE_STEPS
    for root in roots:
        for node in trees(root):
            if isinstance(node, t.Big) and node.index is not None:
                components |= {n.letter for n in trees(node.index) if isinstance(n, t.Name)}
            if not isinstance(node, t.Scripted):
                continue
            if len(items := script_items(node.sub)) > 1 or is_kronecker(node):
                components |= {letter_of(item) for item in items}
            above = node.sup.items[0] if isinstance(node.sup, t.Group) and len(node.sup.items) == 1 else node.sup
            for script in (*script_items(node.sub), above):
                match script:
                    case t.Terms(items=(("+", t.Name(letter=letter)), ("+" | "-", t.Num()))) if letter in may_count:
                        if script is not above or letter not in {"n", "m"} or isinstance(node.sup, t.Group):
                            out.add(letter)
    return (out - (components & MAYBE_STEPS)) | _layers(roots)


def _layers(roots: Iterable[Any]) -> set[str]:
    """The l of δ^{(l)} = ∂L/∂z^{(l)}, where there are δ^{(1)} and z^{(2)}: one equation for every layer."""
    letters: dict[str, set[str]] = {}
    numbered: set[str] = set()
    for root in roots:
        for node in trees(root):
            match node:
                case t.Scripted(base=t.Name() as name, sup=t.Group(kind="(" | "[" as kind, items=(t.Name() as one,))):
                    if not one.accents and one.letter in LAYER_LETTERS - {"L"}:
                        letters.setdefault(one.letter, set()).add(kind + base_name(name))
                case t.Scripted(base=t.Name() as name, sup=t.Group(kind="(" | "[" as kind, items=(t.Num(),))):
                    numbered.add(kind + base_name(name))
    return {letter for letter, bases in letters.items() if bases & numbered}


def _timed(roots: Iterable[Any], steps: set[str]) -> set[str]:
    """The letters that have `t` or `t-1` below, where that counts time."""
    return {
        base_name(node.base)
        for root in roots
        for node in trees(root)
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name)
        and any(letter_of(i) in steps and not isinstance(i, t.Scripted) for i in script_items(node.sub))
    }  # fmt: skip


def _ends(roots: Iterable[Any], steps: set[str]) -> set[str]:
    """The last point in time, the τ of h_τ and h^{(τ)}, where there is h_t or h^{(t)} and t is counted."""
    scripts: dict[str, set[str]] = {}
    for root in roots:
        for node in trees(root):
            if isinstance(node, t.Scripted) and isinstance(node.base, t.Name):
                above = node.sup.items[0] if isinstance(node.sup, t.Group) and len(node.sup.items) == 1 else None
                for script in (*script_items(node.sub), above):
                    if isinstance(script, t.Name | t.Terms):
                        scripts.setdefault(base_name(node.base), set()).add(letter_of(script))
    return {end for found in scripts.values() if found & steps for end in found & LAST}


def _slots(roots: Iterable[Any], steps: set[str]) -> set[str]:
    """The letters that have a step and a component below them, parted by a comma: the second letter counts no steps, or
    is summed over up to something that is no step."""
    out: set[str] = set()
    for root in roots:
        for node in trees(root):
            match node:
                case t.Big(index=t.Compare(sides=(t.Name(letter=letter), *_)) | t.Name(letter=letter), upper=upper) if (
                    upper is None or letter_of(upper) not in steps
                ):
                    out |= {
                        base
                        for base, second in (_two_below(n, steps) for n in trees(node.body))
                        if base and second == letter
                    }
            base, second = _two_below(node, steps)
            if second in INDEX_LETTERS - steps:
                out.add(base)
    return out


def _sizes(roots: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The letters of sizes with what stands below them: (d, k) of ℝ^{n×d_k} and of Σ_{c=1}^{d_k}."""
    for root in roots:
        for node in trees(root):
            match node:
                case t.Scripted(base=t.Name(letter="R", style="bb"), sup=t.Factors(items=items)):
                    places = [x for _, x in items]
                case t.Scripted(base=t.Name(letter="R", style="bb"), sup=t.Scripted() as only):
                    places = [only]
                case t.Big(upper=t.Scripted() as only):
                    places = [only]
                case _:
                    continue
            for place in places:
                match place:
                    case t.Scripted(base=t.Name() as name, sub=sub, sup=None) if sub is not None:
                        yield base_name(name), label_text(sub)


def _two_below(node: t.Tree, steps: set[str]) -> tuple[str, str]:
    """(y, k) for y_{t,k}."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Group(kind="", items=(first, t.Name(letter=letter)))):
            return (base_name(name), letter) if letter_of(first) in steps else ("", "")
    return "", ""


def _turned_in_entrywise(items: Sequence[tuple[str, t.Tree]], usage: Survey) -> Iterator[Reference]:
    """The w of (w^T δ) ⊙ s and of w^T δ ⊙ s."""
    parts: list[list[t.Tree]] = [[]]
    for op, item in items:
        if op == "odot":
            parts.append([])
        parts[-1].append(item)
    for part in parts:
        match part:
            case [t.Group(kind="(", items=(t.Factors(items=((_, first), (op, _))),))] if op in {"", "cdot"}:
                pass
            case [first, _]:
                pass
            case _:
                continue
        match first:
            case t.Scripted(base=t.Group(kind="(", items=(t.Name() | t.Scripted() as only,)), sup=sup) if (
                sup is not None and is_transpose(sup)
            ):
                found = reference(only, usage)
            case _:
                found = reference(first, usage)
                found = found if found is not None and found.transposed else None
        if found is not None and not found.indices and not found.mark:
            yield found


def survey(
    roots: Iterable[Any],
    kronecker: bool = True,
    listed: Iterable[str] = (),
    defined: Iterable[str] = (),
    sampled: Iterable[str] = (),
    steps: Iterable[str] = (),
) -> Survey:
    """How each letter is used, over all trees of a document; `steps` count time in it whatever these trees show."""
    roots = list(roots)
    usage = Survey()
    usage.kronecker, usage.listed, usage.defined = kronecker, set(listed), set(defined)
    usage.steps = step_letters(roots) | set(steps)
    usage.sampled = set(sampled)
    usage.steps |= _ends(roots, usage.steps)
    usage.timed = _timed(roots, usage.steps)
    usage.slots = _slots(roots, usage.steps)
    usage.sizes = set(_sizes(roots))
    inside: set[int] = set()
    for root in roots:
        for node in trees(root):
            match node:
                case t.Scripted(base=t.Name() as name, sub=sub) if kronecker and is_kronecker(node):
                    inside.update(id(x) for x in (name, *trees(sub)))
                case t.Scripted(base=t.Name() as name, sub=sub, sup=sup, primes=primes):
                    above: dict[str, Any] = {"base": base_name(name)}
                    read_above(above, sup, usage.steps)
                    label = above.get("label", "")
                    inside.add(id(name))
                    inside.update(id(x) for x in (*trees(sub), *trees(sup)))
                    if not label and base_name(name) in usage.sampled and "sample" not in above:
                        label = ANY
                    u = usage.setdefault(usage_key(base_name(name), label), Usage())
                    u.bold += name.style == "bold"
                    u.primed += primes > 0
                    items = tuple(i for i in script_items(sub) if letter_of(i) not in usage.steps)
                    if not items:
                        u.bare += 1
                    elif all(isinstance(i, t.Num) for i in items):
                        u.digits.add(label_text(sub) if sub is not None else "")
                    elif all(map(is_index, items)) and not any(letter_of(i) in usage.defined for i in items):
                        u.letters.update(map(letter_of, items))
                    u.double = u.double or (len(items) == 2 and all(is_index(i) or i in ALL for i in items))
                    u.triple = max(u.triple, letters_below(items))
                    if above.get("transposed") and above.get("sample") != COLUMN:
                        u.transposed += 1
                        u.numbered += len(items) == 1 and isinstance(items[0], t.Num)
                        u.turned = u.turned or (len(items) == 1 and letter_of(items[0]) in INDEX_LETTERS)
                        if u.turned and SELECTED in name.letter:
                            usage.selected.add(name.letter.partition(SELECTED)[0])
                    if "sample" in above and above["sample"] != COLUMN:
                        u.sample_letters.add(letter_of(above["sample"]))
                case t.Scripted(base=t.Group(kind="("), sub=t.Tree() as sub, sup=None) if (
                    found := reference(node, usage)
                ) is not None:  # (W_1)_{ij}
                    usage.ranks[found.key] = max(usage.ranks.get(found.key, 0), len(found.indices))
                case t.Scripted(base=t.Group(kind="(", items=(t.Name() | t.Scripted() as only,)), sup=sup) if (
                    sup is not None and is_transpose(sup)
                ):  # (W^{(l+1)})^T: W is transposed
                    found = reference(only, usage)
                    if found is not None:
                        usage.setdefault(usage_key(found.base, found.label), Usage()).transposed += 1
                case t.Scripted(base=t.Group(kind="(", items=(t.Terms(items=terms),)), sup=sup) if (
                    sup is not None and is_transpose(sup) and all(isinstance(x, t.Name | t.Scripted) for _, x in terms)
                ):  # (x - μ)^T: both are vectors
                    for _, item in terms:
                        if (found := reference(item, usage)) is not None and not found.indices:
                            usage.setdefault(usage_key(found.base, found.label), Usage()).transposed += 1
                case t.Scripted(base=t.Group(kind="(", items=(t.Terms(items=several),)), sup=sup) if (
                    sup is not None and is_transpose(sup)
                ):  # (y - t)^T: y and t are vectors
                    for _, only in several:
                        if isinstance(only, t.Name) and (found := reference(only, usage)) is not None:
                            usage.setdefault(usage_key(found.base, found.label), Usage()).transposed += 1
                case t.Group(kind="||", items=(t.Terms(items=several),)):  # ‖y - t‖
                    for _, only in several:
                        if isinstance(only, t.Name) and (found := reference(only, usage)) is not None:
                            usage.setdefault(usage_key(found.base, found.label), Usage()).transposed += 1
                case t.Factors(items=items) if any(op == "odot" for op, _ in items):
                    for _, item in items:
                        found = reference(item, usage)
                        if found is not None:
                            usage.setdefault(usage_key(found.base, found.label), Usage()).elementwise += 1
                    for found in _turned_in_entrywise(items, usage):
                        usage.setdefault(usage_key(found.base, found.label), Usage()).matrix = True
                case t.Name() if id(node) not in inside:
                    base = base_name(node)
                    u = usage.setdefault(usage_key(base, ANY if base in usage.sampled else ""), Usage())
                    u.bare += 1
                    u.bold += node.style == "bold"
    return usage
