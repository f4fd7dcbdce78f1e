"""Functions of several numbers: f(x, y) = …, and Cost(h(x), y) = …, taken at other arguments elsewhere."""

from __future__ import annotations

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.function_bodies import of_parameters
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import Apply, Symbol
from deltarule.language.traversal import walk
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import Reference, reference
from deltarule.reading.symbols import Function
from deltarule.reading.values import Unread

__all__ = ["defines_of_several", "depends_on", "names_its_arguments", "said_to_depend"]


def defines_of_several(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether the row defines a function of several numbers; then it is recorded."""
    found = _called(state, left)
    if found is None:
        return False
    f, arguments = found
    parameters: list[str] = []
    for k, argument in enumerate(arguments, 1):
        plain = _plain(state, argument)
        if plain is not None and plain not in parameters:
            parameters.append(plain)
            continue
        own = t.Name(f"{f.key}_argument{k}")  # h(x) in Cost(h(x), y): a letter of the function's own
        right = t.replaced(right, lambda node, given=argument, own=own: own if node == given else None)
        parameters.append(own.letter)
    if any(_leaves(state, argument, right) for argument in arguments if _plain(state, argument) is None):
        return False
    value = Lowering(state.symbols).lower(right)
    if value.rank:
        raise Unread(f"the function {f.key} has vector values")
    if any(isinstance(e, Apply) and e.function == f.table_name for e in walk(value.expression)):
        return False
    body = of_parameters(state, value.expression, parameters)
    state.symbols.define_function(f.key, tuple(parameters), body, f.key, row.line)
    row.verdict, row.reason = "definition", f"defines the function {f.key}"
    return True


def depends_on(state: State, found: Reference, right: t.Tree, row: DocumentRow) -> bool:
    """u = u(x): u is some function of x."""
    match right:
        case t.Factors(items=((_, head), ("", t.Group(kind="(", items=items)))):
            again = reference(head, state.symbols.usage)
        case _:
            return False
    if again is None or again.key != found.key or found.indices or found.sample is not None or found.primes:
        return False
    row.verdict, row.reason = "definition", f"says on what {found.key} depends"
    state.depends_on[found.key] = {r.key for n in t.walk(right) if (r := reference(n, state.symbols.usage)) is not None}
    _some_function(state, found, found.key, items, row)
    return True


def said_to_depend(state: State, found: Reference, right: t.Tree) -> bool:
    """Whether of L it is only said that L = L(a, y), and `right` is made of these: then it says what L is."""
    equation = state.definitions.equations.get(found.key)
    match equation.right if equation is not None else None:
        case Apply(function=function) if function == f"{state.symbols.prefix}{found.key}":
            inside = {r.key for n in t.walk(right) if (r := reference(n, state.symbols.usage)) is not None}
            return found.key not in inside and bool(inside & state.depends_on.get(found.key, set()))
    return False


def _called(state: State, left: t.Tree) -> tuple[Function, tuple[t.Tree, ...]] | None:
    match left:
        case t.Factors(items=((_, head), ("", t.Group(kind="(", items=(_, _, *_) as arguments)))):
            found = reference(head, state.symbols.usage)
        case _:
            return None
    if found is None or found.primes or found.power is not None or found.indices:
        return None
    f = state.symbols.functions.get(found.base)
    return None if f is None or f.defined else (f, tuple(arguments))


def names_its_arguments(state: State, found: Reference, right: t.Tree, row: DocumentRow) -> bool:
    """L = loss(z, y), where nothing says what that is: L stays a name, some function of what stands before it."""
    match right:
        case t.Factors(items=((_, head), ("", t.Group(kind="(", items=items)))):
            pass
        case _:
            return False
    again = reference(head, state.symbols.usage)
    if again is None or again.indices or again.primes or again.base not in state.symbols.quantities:
        return False
    if again.key == found.key or not any(isinstance(n, t.Name) for item in items for n in t.walk(item)):
        return False
    if again.key in state.explicit or again.key in state.definitions.equations or again.key in _headed(state):
        return False
    row.verdict, row.reason = "definition", f"says on what {found.key} depends"
    state.depends_on[found.key] = {r.key for n in t.walk(right) if (r := reference(n, state.symbols.usage)) is not None}
    if found.key not in state.symbols.objectives and not found.indices and found.sample is None:
        _some_function(state, found, again.key, items, row)  # z_2 = f_2(z_1, θ_2)
    return True


def _some_function(state: State, found: Reference, function: str, items: tuple[t.Tree, ...], row: DocumentRow) -> None:
    """Let a number be an unknown function of numbers, of which the derivatives are known by name only."""
    keys, entity = [_plain(state, item) for item in items], state.symbols.entity(found)
    if entity.rank or None in keys or len(set(keys)) != len(keys) or found.key in keys:
        return
    body = Apply(f"{state.symbols.prefix}{function}", tuple(Symbol(k) for k in keys if k), (0,) * len(keys))
    state.definitions.define(Equation(Symbol(found.key), body))
    state.definitions.declarations[found.key] = Declaration(found.key)
    state.seen_definition[found.key] = entity.line = row.line
    entity.defined = True


def _headed(state: State) -> set[str]:
    """The names that some equation gives with their arguments: ℓ(y, t) = …"""
    lefts = [s.sides[0].tree for s in state.statements if s.relations]
    heads = [left.items[0][1] for left in lefts if isinstance(left, t.Factors)]
    return {r.key for head in heads if (r := reference(head, state.symbols.usage)) is not None}


def _plain(state: State, argument: t.Tree) -> str | None:
    """The key of an argument that is a name for a number."""
    found = reference(argument, state.symbols.usage) if isinstance(argument, t.Name | t.Scripted) else None
    if found is None or found.indices or found.sample is not None or found.power is not None or found.primes:
        return None
    entity = state.symbols.entities.get(found.key)
    return None if entity is not None and entity.rank else found.key


def _leaves(state: State, argument: t.Tree, right: t.Tree) -> bool:
    """Whether something inside an argument stands in the body outside of it."""
    inside = {r.key for n in t.walk(argument) if (r := reference(n, state.symbols.usage)) is not None}
    return any((r := reference(n, state.symbols.usage)) is not None and r.key in inside for n in t.walk(right))
