"""`h = XU + b` with declared matrices X and U: h is a matrix, though its letter is small and it is transposed later."""

from __future__ import annotations

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.checking.letters.declared import declared_names
from deltarule.reading import tree as t
from deltarule.reading.references import reference, usage_of
from deltarule.reading.symbols import KNOWN_FUNCTIONS, VECTOR_FUNCTIONS, WEIGHT_MATRICES, Entity

__all__ = ["matrices_computed"]

FUNCTIONS = frozenset({"sigma", "phi", *KNOWN_FUNCTIONS, *VECTOR_FUNCTIONS})
PRODUCTS = frozenset({"", "cdot", "times"})


def matrices_computed(state: State) -> None:
    """Names that an equation gives by declared matrices alone, in the order of the text."""
    said = declared_names(state)
    known = {key for key in said if (e := state.symbols.entities.get(key)) is not None and e.rank == 2}
    if not known:
        return
    for statement in state.statements:
        left = statement.sides[0].tree
        if (
            not statement.relations
            or statement.relations[0].symbol not in EQUAL
            or not isinstance(left, t.Name | t.Scripted)
        ):
            continue
        found, right = reference(left, state.symbols.usage), statement.sides[1].tree
        if found is None or right is None or found.key in said or not found.base[:1].islower():
            continue
        if found.indices or found.transposed or found.primes or found.power is not None or found.sample is not None:
            continue
        use = usage_of(state.symbols.usage, found.base, found.label)
        if (use.letters and not found.mark) or not _is_matrix(state, right, known):
            continue  # z_i may be a component of the z of one sample
        known.add(found.key)
        state.symbols.shaped(state.symbols.entities.setdefault(found.key, Entity(found.key)), 2)


def _is_matrix(state: State, tree: t.Tree, known: set[str]) -> bool:
    """Whether a side is a matrix by its matrices: a product of them, that and a bias, a function of each entry."""
    match tree:
        case t.Name() | t.Scripted(base=t.Name()):
            found = reference(tree, state.symbols.usage)
            return found is not None and found.key in known and not found.indices and found.sample is None
        case t.Terms(items=items):
            return any(_is_matrix(state, item, known) for _, item in items)
        case t.Group(kind="(", items=(only,)):
            return _is_matrix(state, only, known)
        case t.Call(function=t.Name(letter=letter), argument=argument):
            return letter in FUNCTIONS and _is_matrix(state, argument, known)
        case t.Factors(items=((_, t.Name(letter=letter)), ("", t.Group(kind="(", items=(only,))))) if (
            letter in FUNCTIONS
        ):
            return _is_matrix(state, only, known)
        case t.Factors(items=items) if len(items) > 1 and all(op in PRODUCTS for op, _ in items[1:]):
            first, factors = items[0][1], [x for _, x in items[1:]]
            return _is_matrix(state, first, known) and all(
                _is_matrix(state, x, known) or _is_weight(x) for x in factors
            )
    return False


def _is_weight(tree: t.Tree) -> bool:
    """W, and W_2: a matrix of weights behind a matrix of samples."""
    name = tree.base if isinstance(tree, t.Scripted) else tree
    return isinstance(name, t.Name) and name.letter in WEIGHT_MATRICES
