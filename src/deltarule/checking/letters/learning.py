"""The first pass over a document: which names are functions, what shapes the quantities have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from deltarule.checking.core.relations import EQUAL, NAMES_THE_RIGHT
from deltarule.checking.core.state import State
from deltarule.checking.letters.declared import (
    layout_of_spaces,
    memberships,
    numbers_added,
    single_entries,
    speaks_of_unit_vectors,
)
from deltarule.checking.letters.families import alike_in_families
from deltarule.checking.letters.inlined import differentiated_by, inlined
from deltarule.checking.letters.matrices_computed import matrices_computed
from deltarule.checking.letters.shapes_by_use import averaged, computed, layers, lengths, samples_lie, scores
from deltarule.checking.words.functions_in_words import functions_said
from deltarule.checking.words.stated_layout import named_layout, stated_layout
from deltarule.language.errors import DeltaruleError
from deltarule.language.functions import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.guessing import with_arguments
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import (
    COLUMN,
    Survey,
    Usage,
    base_name,
    label_text,
    reference,
    trees,
)
from deltarule.reading.symbols import KNOWN_FUNCTIONS, OBJECTIVES, Symbols
from deltarule.reading.values import IllShaped, Unread, Value

__all__ = ["learn_document"]

NOT_EVERYWHERE = frozenset({"gelu", "GELU", "ELU", "SELU", "swish", "Swish", "SiLU"})
"""Names of functions that a document defines in its own way: with its own constants, or an approximation."""
COUNTING = frozenset("ijkl")
FUNCTION_LETTERS = frozenset({"sigma", "varsigma", "phi", "varphi", "psi", "Phi", "g", "f"})


def learn_document(state: State, sides: Sequence[t.Tree]) -> None:
    """Fill the symbol table from the whole text."""
    usage = state.symbols.usage
    if isinstance(usage, Survey):
        usage.listed |= _vectors_with_components(state, usage, sides)
    _learn_all(state, sides)


def _learn_all(state: State, sides: Sequence[t.Tree]) -> None:
    classify(state, sides)
    state.symbols.euler, state.symbols.unit_vectors = _euler(sides), speaks_of_unit_vectors(state)
    above = _differentiated(state, sides)
    turned = {base for base, use in state.symbols.usage.items() if use.transposed} - set(above)  # Cᵀ: no loss
    state.symbols.objectives = tuple(dict.fromkeys((*(x for x in OBJECTIVES if x not in turned), *above)))
    memberships(state)
    matrices_computed(state)
    numbers_added(state, sides)
    single_entries(state, sides)
    scores(state, sides, computed(state.statements))
    lengths(state)
    for k, guessing in enumerate((False, False, True, False)):
        if k == 1:
            scores(state, sides)
        if guessing:
            layers(state)
        alike_in_families(state)
        learn(state, guessing)
    for entity in state.symbols.entities.values():
        entity.defined = False


def _vectors_with_components(state: State, usage: Survey, sides: Sequence[t.Tree]) -> set[str]:
    """The letters of which a trial shows that they are vectors, so that x_1 is a component of x."""
    numbered = {base for base, u in usage.items() if u.digits and u.bare and base not in usage.listed}
    numbered -= _in_matrices(sides)
    if not numbered:
        return set()
    trial = State(state.document, state.statements, Symbols(usage))
    try:
        _learn_all(trial, sides)
        entities = trial.symbols.entities
        vectors = {base for base in numbered if (e := entities.get(base)) is not None and e.rank == 1}
        return {
            base
            for base in vectors
            if not any(e.rank for key, e in entities.items() if re.fullmatch(rf"{re.escape(base)}_\d+", key))
        }
    finally:
        trial.symbols.close()


def _in_matrices(sides: Sequence[t.Tree]) -> set[str]:
    """The b of a matrix of b_1, b_2, b_3 and b_4, all different: these are no components of a vector b."""
    out: set[str] = set()
    for node in (n for side in sides for n in trees(side)):
        if isinstance(node, t.Matrix) and len(node.rows) > 1 < len(node.rows[0]):
            entries = [e for row in node.rows for e in row]
            names = [e.base for e in entries if isinstance(e, t.Scripted) and isinstance(e.sub, t.Num)]
            letters = {base_name(n) for n in names if isinstance(n, t.Name)}
            if len(names) == len(set(entries)) == len(entries) and len(letters) == 1:
                out |= letters
    return out


def _euler(sides: Sequence[t.Tree]) -> bool:
    """Whether most e stand with an exponent and no index."""
    own = [n for side in sides for n in trees(side) if isinstance(n, t.Scripted) and n.base == t.Name("e")]
    powers = sum(n.sub is None and n.sup is not None and n.sup != t.Name("T") for n in own)
    return powers >= 4 and powers > 3 * (len(own) - powers)


def _differentiated(state: State, sides: Sequence[t.Tree]) -> list[str]:
    """The names that stand above ∂ only, without an index: `l`, `Loss`."""
    usage = state.symbols.usage
    above: dict[str, None] = {}
    below: set[str] = set()
    for side in sides:
        for node in trees(side):
            if not isinstance(node, t.Partial):
                continue
            below |= {found.key for by in node.by if (found := reference(by, usage)) is not None}
            found = reference(node.of, usage) if isinstance(node.of, t.Name | t.Scripted) else None
            if found is not None and not found.indices and found.power is None and found.sample is None:
                above[found.key] = None
    known = state.symbols.functions
    return [key for key in above if key not in below and key not in known and key not in KNOWN_FUNCTIONS]


def classify(state: State, sides: Sequence[t.Tree]) -> None:
    """Which names written before parentheses are functions, and which are quantities with their arguments."""
    arguments: dict[str, set[str]] = {}
    heads: set[str] = set()
    primed: set[str] = set()
    calls: Counter[str] = Counter()
    total: Counter[str] = Counter()
    elsewhere: set[str] = set()
    many: set[str] = set()
    sizes: dict[str, set[int]] = {}
    lefts = {id(side.tree) for s in state.statements for side in s.sides[: len(s.relations)]}
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Name):
                total[base_name(node)] += 1
            if isinstance(node, t.Factors):
                for (_, a), (op, b) in zip(node.items, node.items[1:], strict=False):
                    found = reference(a, state.symbols.usage)
                    itself = (
                        isinstance(a, t.Scripted)
                        and a.sub is not None
                        and any(isinstance(n, t.Scripted) and n.base == a.base and n.sub is not None for n in t.walk(b))
                    )
                    if found is not None and (found.transposed or itself):
                        continue  # gᵀ(v - o), f_t (1 - f_t), g_i (δ_ik - g_k): products
                    if found is not None and op == "" and isinstance(b, t.Group | t.Scripted):
                        group = b.base if isinstance(b, t.Scripted) else b
                        listed = isinstance(group, t.Group) and any(isinstance(x, t.Dots) for x in group.items)
                        if isinstance(group, t.Group) and group.kind == "(" and not listed:  # z(…, u, …) of a z
                            lists = arguments.setdefault(found.base, set())
                            calls[found.base] += len(group.items) == 1
                            sizes.setdefault(found.base, set()).add(len(group.items))
                            if all(reference(x, state.symbols.usage) is not None for x in group.items):
                                lists.add(",".join(map(label_text, group.items)))
                            else:
                                (elsewhere if len(group.items) == 1 else many).add(found.base)
                            if found.primes:
                                primed.add(found.base)
            found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
            if found is not None and found.primes:
                primed.add(found.base)
        if isinstance(side, t.Factors) and len(side.items) == 2 and id(side) in lefts:
            head, group = side.items[0][1], side.items[1][1]
            found = reference(head, state.symbols.usage)
            if found is None or side.items[1][0] or not isinstance(group, t.Group) or group.kind != "(":
                continue
            if all(reference(x, state.symbols.usage) is not None for x in group.items):
                heads.add(found.base)
    primed -= _with_an_equation(state) - set(arguments)  # s' = … beside s = wᵀx: the value after an update
    derived = {
        found.base
        for side in sides
        for node in trees(side)
        if isinstance(node, t.Partial)
        for x in (node.of, *node.by)
        if x is not None and (found := reference(x, state.symbols.usage)) is not None
    }
    for base, lists in arguments.items():
        if base in KNOWN_FUNCTIONS:
            continue
        several = base not in primed and not calls[base] and bool(sizes[base])
        if several and len(lists) == 1 and base not in many:
            if base in heads or base in OBJECTIVES or base in derived or base not in FUNCTION_LETTERS:
                state.symbols.quantities[base] = lists  # f(x, y), never at other arguments
            else:
                state.symbols.name_function(base)
                state.symbols.unsaid.add(base)
            continue
        if (
            several
            and len(sizes[base]) == 1
            and base not in OBJECTIVES
            and not state.symbols.usage.get(base, Usage()).bold
        ):
            state.symbols.name_function(base)  # Cost(h(x), y)
            continue
        if base in OBJECTIVES and base in heads and base not in elsewhere | many | primed:
            state.symbols.quantities[base] = lists  # J(θ) and J(θ_0, θ_1)
            continue
        bare = state.symbols.usage.get(base)
        anywhere = base not in derived or len(lists) > 1 or base in elsewhere
        if base in primed or (base.partition("_")[0] in FUNCTION_LETTERS and anywhere):
            state.symbols.name_function(base)
        elif base in heads:
            if (len(lists) > 1 or base in elsewhere) and base not in derived:
                state.symbols.name_function(base)
            else:
                state.symbols.quantities[base] = lists
        elif base in {"L", "J", "E", "ell", "cal_L", "C"} and bare is not None:
            state.symbols.quantities[base] = lists
        elif calls[base] == total[base] and lists and (base[:1].islower() or _no_matrix(state, bare, base)):
            state.symbols.name_function(base)  # always called, never a quantity by itself
    for side in sides:
        match side:
            case t.Call(function=f, argument=t.Group(kind="(", items=(_,))) if id(side) in lefts:
                found = reference(f, state.symbols.usage)
                own = found is not None and (found.base in NOT_EVERYWHERE or _of_several(found.base))
                if found is not None and own and not found.primes:
                    state.symbols.name_function(found.base)  # LeakyReLU(z), its slope said elsewhere
    for base in primed - set(state.symbols.functions):
        if base not in state.symbols.quantities and base not in KNOWN_FUNCTIONS:
            state.symbols.name_function(base)
    below = differentiated_by(state, sides)
    for statement in state.statements:
        for side, other in zip(statement.sides, statement.sides[1:], strict=False):
            inlined(state, side.tree, other.tree, below)
    words = state.document.text.lower()
    state.symbols.layout = stated_layout(words) or layout_of_spaces(state) or state.symbols.layout
    state.symbols.layout_named = named_layout(words)
    equations = [(s.sides[0].tree, s.sides[1].tree) for s in state.statements if s.relations[:1] and len(s.sides) > 1]
    state.symbols.softmax_over = _softmax_over(words, sides, equations)
    state.symbols.samples_in = samples_lie(sides)
    state.symbols.averaged = averaged(sides)
    state.symbols.bars_of_matrices = "determinant" if re.search(r"determina[nt]|\\det\b", words) else None
    sigma = state.symbols.functions.get("sigma")
    if sigma is not None and ("sigmoid" in words or "logistic" in words):
        sigma.table_name = "sigmoid"
    for letter in ("sigma", "varsigma", "phi"):
        f = state.symbols.functions.get(letter)
        if f is not None and not f.defined and f.table_name != "sigmoid" and _softmax_by_letter(words, letter):
            del state.symbols.functions[letter]
            state.symbols.vector_functions.add(letter)
    functions_said(state)


def _of_several(base: str) -> bool:
    """Whether a function that means the same everywhere has several arguments, LeakyReLU(s, a)."""
    known = FUNCTIONS.get(KNOWN_FUNCTIONS.get(base, ""))
    return known is not None and len(known.parameters) > 1 and base not in {"max", "min"}


def _no_matrix(state: State, use: Usage | None, base: str) -> bool:
    """Whether nothing but its capital makes a matrix of a letter: F(x + y) = F(x) + F(y) is no product."""
    declared = [x for pairs in (state.declared, *(s.memberships for s in state.statements)) for x, _ in pairs]
    found = [r for x in declared if (r := reference(x, state.symbols.usage)) is not None]
    plain = use is not None and not (use.bold or use.transposed or use.letters or use.digits or use.double)
    return plain and base not in {r.base for r in found}


def _softmax_over(
    words: str, sides: Sequence[t.Tree], equations: Sequence[tuple[t.Tree | None, t.Tree | None]]
) -> str | None:
    """What the softmax of a matrix runs over: by words, or rows in softmax(Q Kᵀ), one for each query, also where S is
    that product."""
    rows = re.search(
        r"row[- ]?wise|(?:each|every|per|over|along|across|of|to) (?:the )?rows?\b|(?:dim|axis) ?= ?-1", words
    )
    columns = re.search(r"column[- ]?wise|(?:each|every|per|along|across|to) (?:the )?columns?\b|axis ?= ?0", words)
    if rows or columns:
        return None if rows and columns else "row" if rows else "column"
    if "attention" not in words:
        return None
    products = {left for left, right in equations if isinstance(left, t.Name) and _with_a_transpose(right)}
    for side in sides:
        for node in trees(side):
            if isinstance(node, t.Call) and isinstance(node.function, t.Name):
                argument = node.argument.items[0] if isinstance(node.argument, t.Group) else node.argument
                if "softmax" in node.function.letter.lower() and (_with_a_transpose(node) or argument in products):
                    return "row"
    return None


def _with_a_transpose(node: t.Tree | None) -> bool:
    return any(isinstance(n, t.Scripted) and n.sup == t.Name("T") for n in trees(node))


def _with_an_equation(state: State) -> set[str]:
    """The letters that stand alone on the left of an equation."""
    lefts = [s.sides[0].tree for s in state.statements if s.relations and s.relations[0].symbol in EQUAL]
    found = [reference(left, state.symbols.usage) for left in lefts if isinstance(left, t.Name | t.Scripted)]
    return {r.base for r in found if r is not None and not r.primes and r.key == r.base}


def _softmax_by_letter(words: str, letter: str) -> bool:
    """Whether the text calls σ the softmax."""
    near = rf"(?:\\{letter}(?![a-z]){'|σ' if letter == 'sigma' else ''})"
    return "softmax" in words and re.search(rf"{near}[^.]{{0,60}}softmax|softmax[^.]{{0,60}}{near}", words) is not None


def learn(state: State, guessing: bool = False) -> None:
    """One pass over all sides: ranks and sizes that have to agree are made to agree."""
    for statement in state.statements:
        for k, relation in enumerate(statement.relations):
            if relation.symbol not in EQUAL | NAMES_THE_RIGHT:
                continue
            left, right = statement.sides[k].tree, statement.sides[k + 1].tree
            if left is None or right is None or (label_text(left) in COUNTING & state.index_letters):
                continue  # i = y: which component
            values = []
            lowering = Lowering(state.symbols, learning=True, guessing=guessing)
            for side in (left, right):
                try:
                    values.append(lowering.resized(lowering.lower(side)))
                except (Unread, IllShaped, DeltaruleError, RecursionError):
                    values.append(None)
            for side, mine, other in ((left, *values), (right, *reversed(values))):
                bare = isinstance(side, t.Name) or (isinstance(side, t.Scripted) and isinstance(side.base, t.Name))
                if mine is not None and other is not None and mine.rank == 0 and other.rank == 1 and not bare:
                    _promote(state, side)
            for side, mine, other, beside in ((left, *values, right), (right, *reversed(values), left)):
                jacobian = other is not None and other.rank == 2 and _is_jacobian(state, beside)
                if not jacobian:  # what equals a Jacobian may be its diagonal
                    _agree(state, side, mine, other)
            if any(v is not None and v.rank == 2 for v in values) and any(
                isinstance(n, t.Partial) for side in (left, right) for n in trees(side)
            ):
                continue  # which way a Jacobian lies is not known yet
            if values[0] is not None and values[1] is not None:
                for x, y in ((values[0].row, values[1].row), (values[0].col, values[1].col)):
                    if x is not None and y is not None:
                        state.symbols.unify(x.size, y.size)


def _is_jacobian(state: State, side: t.Tree) -> bool:
    """Whether a side is the derivative of a vector."""
    if not isinstance(side, t.Partial) or side.of is None:
        return False
    try:
        return Lowering(state.symbols).lower(side.of).rank == 1
    except (Unread, IllShaped):
        return False


def _promote(state: State, side: t.Tree) -> None:
    """Names of open rank in what equals a vector, where only elementwise signs and functions join them."""
    match side:
        case t.Terms(items=items):
            for _, item in items:
                _promote(state, item)
        case t.Factors(items=((_, f), ("", t.Group(items=(inside,))))) if (
            found := reference(f, state.symbols.usage)
        ) is not None and state.symbols.function(found.base) is not None:
            _promote(state, inside)
        case t.Factors(items=items) if all(op in {"odot", "circ"} for op, _ in items[1:]):
            for _, item in items:
                _promote(state, item)
        case t.Call(argument=t.Group(items=(inside,))):
            _promote(state, inside)
        case t.Name() | t.Scripted(base=t.Name()):
            found = reference(side, state.symbols.usage)
            if found is None or found.indices or found.base in state.symbols.functions or found.base in {"e", "1"}:
                return
            entity = state.symbols.entity(found)
            if entity.rank is None and entity.key not in state.symbols.objectives:
                state.symbols.shaped(entity, 1)


def _agree(state: State, side: t.Tree, mine: Value | None, other: Value | None) -> None:
    """A bare name of open rank takes the shape of the other side."""
    found = reference(side, state.symbols.usage) or with_arguments(state.symbols, side)
    if found is None or other is None or found.indices or found.transposed or found.power is not None:
        return
    if found.base in state.symbols.functions:
        return
    if found.sample == COLUMN:
        return  # all samples in a column: it is that of each that has a shape
    entity = state.symbols.entity(found)
    if entity.rank is None and (other.rank or entity.defined):
        state.symbols.shaped(entity, other.rank)
        if other.rank == 1 and other.row is None:
            entity.orientation = "row"
        for size, axis in zip(entity.sizes, (other.row, other.col), strict=False):
            if axis is not None:
                state.symbols.unify(size, axis.size)
    entity.defined = True
