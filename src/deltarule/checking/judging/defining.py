"""Rows that give a symbol its meaning: functions, quantities, components, names of derivatives, new meanings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.judge import Judge
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.function_bodies import calls, of_parameters
from deltarule.checking.judging.lowered import implied, lowered
from deltarule.checking.judging.named_gradients import named_gradient
from deltarule.checking.judging.one_component import components_at_one, of_one_component
from deltarule.checking.judging.several_arguments import (
    defines_of_several,
    depends_on,
    names_its_arguments,
    said_to_depend,
)
from deltarule.checking.letters.layers_by_letter import at_other_letters
from deltarule.checking.letters.samples import at_any_sample, at_each_sample
from deltarule.checking.letters.steps import counted, counter, goes_backward, instances
from deltarule.checking.notation.probabilities import by_its_logarithm
from deltarule.language.arithmetic import power
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Apply, Axis, Derivative, Index, Number, Symbol, fresh
from deltarule.language.traversal import names, substitute, symbols, walk
from deltarule.reading import tree as t
from deltarule.reading.gradients import orientation
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import COLUMN, Reference, Survey, reference
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS, SAMPLES, Entity, Function
from deltarule.reading.values import IllShaped, Unread, Value, shape_words, transpose

__all__ = ["Circle", "define", "defines", "defines_component", "plain_reference"]


class Circle(Unread):
    """A name that is computed from itself by way of others: the equation may say how to get back, z = ln(p/(1-p))."""


def defines(state: State, statement: Statement, k: int, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether the row gives its left side a meaning; then it is recorded."""
    if k and (arguments := _of_one_function(state, left, right)) is not None:
        return defines(state, statement, 0, *arguments, row)
    head = _called(state, left)
    if head is not None:
        base, parameter = head
        if base in state.symbols.inline:
            state.symbols.functions[base].defined = True
            row.verdict, row.reason = "definition", f"defines the function {base}"
            return True
        f = state.symbols.functions[base]
        if parameter in state.definitions.equations and parameter not in mentioned(state, right):
            return False  # σ(z) = 1/(1 + e^{-0.4}) of a z that is known: its value there, not what σ is
        if f.defined or (f.table_name == "sigmoid" and _is_sigmoid(state, right, parameter, f)):
            return f.table_name == "sigmoid" and not f.defined and _mark(f, row)
        parameter, right = _own_parameter(state, left, right, parameter)
        body = Lowering(state.symbols).lower(right)
        if body.rank:
            raise Unread(f"the function {base} has vector values")
        if calls(body.expression, f.table_name):
            return False  # g(z) = g(θᵀx): two arguments are said to be one
        closed = of_parameters(state, body.expression, (parameter,))
        state.symbols.define_function(base, parameter, closed, base, row.line)
        row.verdict, row.reason = "definition", f"defines the function {base}"
        return True
    if (undone := by_its_logarithm(state, left, right)) is not None:
        return defines(state, statement, k, *undone, row)
    if defines_of_several(state, left, right, row):
        return True
    if _is_another_function(state, left, right, row):
        return True
    found = plain_reference(state, left)
    if found is None:
        return _defines_root(state, left, right, row)
    if found.key in state.symbols.macros or (not found.indices and found.key in state.symbols.indexed):
        return False
    if found.indices:
        done = _names_components(state, found, right, row) or defines_component(state, found, left, right, row)
        if done:
            _elsewhere_too(state, left, right, row)
            _in_other_layers(state, left, right, row)
            _at_other_samples(state, found, right, row)
        return done
    entity = state.symbols.entity(found)
    if said_to_depend(state, found, right):
        state.definitions = Definitions.of(
            (e for name, e in state.definitions.equations.items() if name != found.key), state.definitions.declarations
        )
        entity.defined = False
    if entity.defined or found.key in state.definitions.equations:
        return False
    if _is_signal_of(state, found) and not isinstance(right, t.Partial):
        return False
    if depends_on(state, found, right, row) or names_its_arguments(state, found, right, row):
        return True
    _, (value,) = lowered(state, right)
    if state.einstein and found.sample is None:
        value = implied(value, ()) or value
    if any(isinstance(e, Derivative) for e in walk(value.expression)):
        _define_macro(state, found, value, right, row)
        _elsewhere_too(state, left, right, row)
        return True
    if found.key in names(value.expression) and not _lists_own_components(value, found.key):
        raise Unread(f"{found.key} is defined by itself")
    if of_one_component(state, found, value, right, row):
        return True
    define(state, found, value, row, right)
    named_gradient(state, statement, value, row)
    _elsewhere_too(state, left, right, row)
    _at_other_samples(state, found, right, row)
    return True


def _of_one_function(state: State, left: t.Tree, right: t.Tree) -> tuple[t.Tree, t.Tree] | None:
    """The net_j and the Σ_k w_kj x_k of φ(net_j) = φ(Σ_k w_kj x_k), where no equation says what net_j is."""
    match left, right:
        case (
            t.Factors(items=((_, f), ("", t.Group(kind="(", items=(t.Name() | t.Scripted() as own,))))),
            t.Factors(items=((_, g), ("", t.Group(kind="(", items=(other,))))),
        ) if f == g and isinstance(f, t.Name) and not isinstance(other, t.Name | t.Scripted):
            pass
        case (
            t.Call(function=f, argument=t.Group(items=(t.Name() | t.Scripted() as own,))),
            t.Call(function=g, argument=t.Group(items=(other,))),
        ) if f == g and not isinstance(other, t.Name | t.Scripted):
            pass
        case _:
            return None
    found = reference(own, state.symbols.usage)
    if found is None or found.key in state.definitions.equations or found.key in state.explicit:
        return None
    return None if found.key in state.symbols.macros or found.key in mentioned(state, other) else (own, other)


def _defines_root(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """σ² = mean of squares, where σ has no meaning yet: σ is its root."""
    found = reference(left, state.symbols.usage) if isinstance(left, t.Scripted) else None
    if found is None or found.power != t.Num(Fraction(2)) or found.indices or found.sample is not None:
        return False
    plain = replace(found, power=None)
    entity = state.symbols.entity(plain)
    if entity.defined or entity.rank or plain.key in state.symbols.functions or plain.key in state.explicit:
        return False
    _, (value,) = lowered(state, right)
    if value.rank or value.expression.axes or plain.key in names(value.expression):
        return False
    if isinstance(value.expression, Number):
        return False  # s² = 1 of an s ∈ {-1, 1}: of two roots none is meant
    define(state, plain, value.with_expression(power(value.expression, Fraction(1, 2))), row, right)
    row.reason = f"defines {plain.key} by its square"
    return True


def _is_another_function(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """f = tanh, where f is a function of the document without an equation."""
    if not isinstance(left, t.Name) or not isinstance(right, t.Name):
        return False
    own, known = reference(left, state.symbols.usage), reference(right, state.symbols.usage)
    f = state.symbols.functions.get(own.base) if own is not None else None
    if f is None or f.defined or known is None or known.base not in KNOWN_FUNCTIONS:
        return False
    body = Apply(KNOWN_FUNCTIONS[known.base], (Symbol("s"),))
    state.symbols.define_function(f.key, "s", body, f.key, row.line)
    row.verdict, row.reason = "definition", f"defines the function {f.key}"
    return True


def _own_parameter(state: State, left: t.Tree, right: t.Tree, parameter: str) -> tuple[str, t.Tree]:
    """σ(a) = … where a is a vector or has components elsewhere: here it is a letter of the function's own."""
    entity = state.symbols.entities.get(parameter)
    group = left.items[1][1] if isinstance(left, t.Factors) else None
    if entity is None or not entity.rank or not isinstance(group, t.Group):
        return parameter, right
    written, own = group.items[0], t.Name(f"{parameter}_argument")
    return own.letter, t.replaced(right, lambda node: own if node == written else None)


def _elsewhere_too(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """The equation of a counted layer, at the other layers of the document that have none of their own."""
    usage = state.symbols.usage
    found = reference(left, usage)
    if not isinstance(usage, Survey) or found is None or counter(left, usage) is None:
        return
    state.counted.add(found.key)
    if goes_backward(left, right, usage) and found.key not in state.symbols.macros:
        state.backward |= {n for n in state.counted_names if n.split("^")[0].split("_")[0] == found.base}
    said = dict(row.__dict__)
    for other, body in instances(left, right, usage, state.places, state.explicit):
        name = reference(other, usage)
        if name is None or name.key in state.definitions.equations or name.key in state.symbols.macros:
            continue
        state.counted_names |= counted([other, body], usage, state.places)
        try:
            _, (value,) = lowered(state, body)
            if any(isinstance(e, Derivative) for e in walk(value.expression)):
                if name.indices and name.key not in state.symbols.indexed:
                    _names_components(state, name, body, row)
                elif not name.indices:
                    _define_macro(state, name, value, body, row)
            elif name.key in state.explicit:
                state.of_any_step[name.key] = other, body
                continue
            elif name.indices:
                defines_component(state, name, other, body, row)
            elif name.key not in names(value.expression):
                define(state, name, value, row, body)
        except (Unread, IllShaped, DeltaruleError):
            state.broken.add(name.key)
            continue
        state.counted.add(name.key)
    for key, kept in said.items():
        setattr(row, key, kept)


def _at_other_samples(state: State, found: Reference, right: t.Tree, row: DocumentRow) -> None:
    """The equation of any one sample, for each; and that of each sample, for any one."""
    other = at_each_sample(state, found, right) or at_any_sample(state, found, right)
    name = reference(other[0], state.symbols.usage) if other is not None else None
    if other is None or name is None or name.key in state.definitions.equations or name.key in state.symbols.macros:
        return
    said = dict(row.__dict__)
    try:
        if name.indices:
            _ = _names_components(state, name, other[1], row) or defines_component(state, name, *other, row)
        else:
            _, (_, value) = lowered(state, *other)
            define(state, name, value, row, other[1])
        state.written[name.key] = other[1]
    except (Unread, IllShaped, DeltaruleError):
        state.broken.add(name.key)
    for key, kept in said.items():
        setattr(row, key, kept)


def _in_other_layers(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """z_i = h(a_i) is z_j = h(a_j) too, where the letters tell layers apart."""
    said = dict(row.__dict__)
    for other, body in at_other_letters(state, left, right):
        name = reference(other, state.symbols.usage)
        if name is None or name.key in state.definitions.equations or name.key in state.symbols.indexed:
            continue
        try:
            _ = _names_components(state, name, body, row) or defines_component(state, name, other, body, row)
        except (Unread, IllShaped, DeltaruleError):
            state.broken.add(name.key)
    for key, kept in said.items():
        setattr(row, key, kept)


def _mark(f: Function, row: DocumentRow) -> bool:
    f.defined = True
    row.verdict, row.reason = "definition", "defines the logistic sigmoid"
    return True


def _is_sigmoid(state: State, right: t.Tree, parameter: str, f: Function) -> bool:
    """A document that calls σ the sigmoid and defines it as such; another definition takes its place."""
    value = Lowering(state.symbols).lower(right)
    if value.rank:
        return False
    judge = Judge(Definitions({}), Facts())
    if judge.equality(Apply("sigmoid", (Symbol(parameter),)), value.expression).verdict == "proved":
        return True
    f.table_name = state.symbols.prefix + f.key
    return False


def _called(state: State, left: t.Tree) -> tuple[str, str] | None:
    """(function, parameter) where the left side is a call of a function of the document that is not defined yet."""
    match left:
        case t.Factors(items=((_, head), (_, group))):
            pass
        case t.Call(function=head, argument=group):
            pass
        case _:
            return None
    found = reference(head, state.symbols.usage)
    if found is None or found.primes or found.base not in state.symbols.functions or not isinstance(group, t.Group):
        return None
    if found.inverse or found.power is not None:
        return None  # σ^{-1}(p), f^2(x): of a function that has its meaning elsewhere
    if len(group.items) != 1:
        return None
    parameter = reference(group.items[0], state.symbols.usage)
    if parameter is None or state.symbols.functions[found.base].defined or parameter.indices:
        return None
    return found.base, parameter.key


def plain_reference(state: State, left: t.Tree) -> Reference | None:
    """The left side as a name that can be defined."""
    if isinstance(left, t.Factors) and len(left.items) == 2 and isinstance(left.items[1][1], t.Group):
        found = reference(left.items[0][1], state.symbols.usage)
        if found is not None and found.base in state.symbols.quantities:
            return found
        return None
    found = reference(left, state.symbols.usage)
    if found is None or found.transposed or found.power is not None or found.primes:
        return None
    if found.base in state.symbols.functions or found.base in KNOWN_FUNCTIONS:
        return None
    return found


def _is_signal_of(state: State, found: Reference) -> bool:
    """delta_v, where another delta was introduced as ∂L/∂…, and v is a quantity of the document; the 1 of delta_1 only
    where z_1 is one, and delta_2 was introduced by z_2."""
    others = [m.removeprefix("delta_") for m in state.symbols.macros if m.startswith("delta_")]
    if not found.mark or found.base != "delta" or not others:
        return False
    own = [key.replace("^", "_") for key in state.symbols.entities if key[:1].islower() and key[:1] not in {"b", "d"}]
    marked = {key.partition("_")[2].strip("()[]") for key in own}
    return not found.mark.isdigit() or found.mark in marked


def _define_macro(state: State, found: Reference, value: Value, right: t.Tree, row: DocumentRow) -> None:
    state.symbols.macros[found.key] = lambda lowering: lowering.lower(right)
    match value.expression:
        case Derivative(of=Symbol() as target, by=Symbol(name=by)) if found.base == "delta":
            if found.mark == by or found.mark not in state.symbols.entities:
                _signal_names(state, "delta_", target)  # δ_g = ∂L/∂z_g of a quantity g is no such name
        case Derivative(of=Symbol() as target, by=Symbol(name=by)) if found.key == f"d{by}" and _one_sample(state):
            _signal_names(state, "d", target)  # da = dL/da: dw is dL/dw
    row.verdict, row.reason = "definition", f"names a derivative {found.key}"


def _one_sample(state: State) -> bool:
    """Whether the document speaks of one sample only: with more, dz is of one of them and dw a mean over all."""
    usage = state.symbols.usage
    several = any(u.sample_letters for u in usage.values()) or any(n in usage for n in ("m", "N"))
    return not several


def _signal_names(state: State, base: str, target: Symbol) -> None:
    """δ_y = ∂L/∂y names the pattern: δ_x is ∂L/∂x for every quantity x of the document."""
    for key, entity in list(state.symbols.entities.items()):
        name = f"{base}{key}"
        if entity.split:
            continue  # its components have names of their own
        if name not in state.symbols.macros and not target.indices:

            def value(lowering: Lowering, entity: Entity = entity) -> Value:
                axes = [fresh(state.symbols.find(s)) for s in entity.sizes[: entity.rank or 0]]
                plain = Value(Derivative(target, Symbol(entity.key, axes)), *axes if len(axes) <= 2 else ())
                return transpose(plain) if axes and orientation(lowering, target.name, entity.key) == "row" else plain

            state.symbols.macros[name] = value


def define(state: State, found: Reference, value: Value, row: DocumentRow, right: t.Tree) -> None:
    entity = state.symbols.entity(found)
    entity.defined, entity.line = True, row.line
    if _lists_own_components(value, found.key):
        _list(state, found, entity, value)
    else:
        axes = tuple(a for a in (value.row, value.col) if a is not None)
        leading: tuple[Index, ...] = ()
        if found.sample == COLUMN and axes:
            leading, axes = axes[:1], axes[1:]
            state.symbols.unify(SAMPLES, value.row.size if value.row is not None else SAMPLES)
        if entity.rank is None:
            state.symbols.shaped(entity, len(axes))
        if entity.rank != len(axes):
            state.other_ranks.setdefault(found.key, len(axes))
            raise IllShaped(f"{found.key} has {entity.rank} axes, the right side is {shape_words(value)}")
        if len(axes) == 1 and value.row is None:
            entity.orientation = "row"
        for size, axis in zip(entity.sizes, axes, strict=True):
            state.symbols.unify(size, axis.size)
        samples = tuple(a for a in value.expression.axes if a not in axes)
        if entity.samples and found.sample is not None and found.sample != COLUMN:
            leading = (Lowering(state.symbols).sized(Lowering(state.symbols).index(found.sample), SAMPLES),)
            if any(a.name == i.name for a in samples for i in leading if isinstance(i, Axis)):
                state.symbols.unify(samples[0].size, SAMPLES)
                leading = samples[:1]
        _no_circle(state, found.key, value)
        if set(samples) - set(leading):
            raise Unread("the right side has an index that the left side does not have")
        state.definitions.define(Equation(Symbol(found.key, (*leading, *axes)), value.expression))
    _declare(state, found.key)
    row.verdict, row.reason = "definition", f"defines {found.key}"
    state.seen_definition[found.key] = row.line


def _no_circle(state: State, key: str, value: Value) -> None:
    if any(n in state.definitions.equations and state.definitions.depends(n, key) for n in names(value.expression)):
        raise Circle(f"{key} is defined in a circle: one letter for two things")


def _declare(state: State, key: str) -> None:
    entity = state.symbols.entities[key]
    state.definitions.declarations[key] = Declaration(key, state.symbols.sizes(entity))


def _list(state: State, found: Reference, entity: Entity, value: Value) -> None:
    """x = [x_1; x_2]: the components are named, nothing else is said."""
    if value.rank:
        state.symbols.shaped(entity, value.rank)
        for size, axis in zip(entity.sizes, (a for a in (value.row, value.col) if a is not None), strict=True):
            state.symbols.unify(size, axis.size)
        if value.rank == 1 and value.row is None:
            entity.orientation = "row"
    if not _lists_own_components(value, found.key):
        axes = tuple(a for a in (value.row, value.col) if a is not None)
        state.definitions.define(Equation(Symbol(found.key, axes), value.expression))


def _names_components(state: State, found: Reference, right: t.Tree, row: DocumentRow) -> bool:
    """δ_{z_i} = ∂L/∂z_i names a derivative component by component; δ_k and δ_j may name derivatives of two layers."""
    meanings = state.symbols.indexed.get(found.key, {})
    if found.key in state.definitions.equations or (meanings and not isinstance(right, t.Partial)):
        return False
    lowering, (value,) = lowered(state, right)
    indices = [lowering.index(item) for item in found.indices]
    letters = tuple(i.name for i in indices if isinstance(i, Axis))
    if value.rank or not any(isinstance(e, Derivative) for e in walk(value.expression)) or letters in meanings:
        return False
    numbers = tuple(i for i in indices if isinstance(i, int))
    if len(numbers) == len(indices) and isinstance(right, t.Partial):
        if (found.key, numbers) in state.symbols.named_at:
            return False
        state.symbols.named_at[found.key, numbers] = value.expression
        row.verdict, row.reason = "definition", f"names a derivative {found.key} by one component"
        return True
    if len(letters) != len(indices) or len(set(letters)) != len(letters):
        return False
    if {a.name for a in value.expression.axes} - set(letters):
        return False
    state.symbols.indexed[found.key] = {**meanings, letters: value.expression}
    row.verdict, row.reason = "definition", f"names a derivative {found.key} by its components"
    return True


def defines_component(state: State, found: Reference, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """h_i = max(0, a_i) defines h where it has no definition; numbers as indices define nothing whole."""
    entity = state.symbols.entity(found)
    if entity.defined or found.key in state.definitions.equations:
        return False
    _, (mine, value) = lowered(state, left, right)
    symbol = mine.expression
    if state.einstein:
        value = implied(value, {a.name for a in symbol.axes}) or value
    if value.rank or mine.rank or not isinstance(symbol, Symbol) or found.key in names(value.expression):
        return False
    if any(isinstance(e, Derivative) for e in walk(value.expression)):
        return False
    if all(isinstance(i, int) for i in symbol.indices) and not value.expression.axes:
        numbers = tuple(int(i) for i in symbol.indices if isinstance(i, int))
        name = f"{found.key}_{''.join(map(str, numbers))}"
        entity.split[numbers] = name
        _put_component(state, symbol, Symbol(name))
        state.definitions.define(Equation(Symbol(name), value.expression))
        state.definitions.declarations[name] = Declaration(name)
        state.seen_definition[name] = row.line
        row.verdict, row.reason = "definition", f"defines a component of {found.key}"
        return True
    if all(isinstance(i, Axis) for i in symbol.indices) and len(set(symbol.indices)) == len(symbol.indices):
        if set(value.expression.axes) - set(symbol.axes):
            return components_at_one(state, found, symbol, value, row)
        _no_circle(state, found.key, value)
        state.definitions.define(Equation(symbol, value.expression))
        entity.defined, entity.line = True, row.line
        _declare(state, found.key)
        row.verdict, row.reason = "definition", f"defines {found.key} by its components"
        return True
    return False


def _put_component(state: State, component: Symbol, name: Symbol) -> None:
    """A component that gets a meaning of its own after equations have used it: w_{11} = 0.5 below z = w_{11} x_1."""
    if not any(component.name in names(e.right) for e in state.definitions.equations.values()):
        return
    changed = [
        Equation(e.left, substitute(e.right, lambda u: name if u is component else None))
        for e in state.definitions.equations.values()
    ]
    state.definitions = Definitions.of(changed, state.definitions.declarations)


def _lists_own_components(value: Value, key: str) -> bool:
    """Whether the value is the vector of components of `key` itself: [x_1; x_2] for x."""
    found = symbols(value.expression)
    return bool(found) and all(s.name == key and all(isinstance(i, int) for i in s.indices) for s in found)
