"""From trees to values: what is written, in rows and columns, as an index expression.

Where a document leaves a choice open (which way a gradient lies, whether a product is elementwise), the lowering takes
the choice that it is given and notes that it used it; trying the others is the business of the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deltarule.language.expression import (
    Apply,
    Axis,
    Derivative,
    Expression,
    Index,
    Number,
    Symbol,
    fresh,
    rename,
)
from deltarule.reading import tree as t
from deltarule.reading.all_samples import of_all_samples
from deltarule.reading.biases import spread
from deltarule.reading.calls import (
    apply_named,
    call,
    call_reference,
    called,
    group_calls,
    indicated_below,
    indicator,
    root,
    softmax,
    takes,
    takes_others,
    to_power,
)
from deltarule.reading.chains import chained
from deltarule.reading.components import assembled, at_components, gathered, lies_across
from deltarule.reading.differentials import differential
from deltarule.reading.entrywise import entrywise_first
from deltarule.reading.gradients import holding, of_transposed, operator, partial, primed
from deltarule.reading.guessing import (
    as_matrix,
    learnt_behind,
    like_vector,
    same_rank,
)
from deltarule.reading.ranges import ranged
from deltarule.reading.references import COLUMN, Reference, is_kronecker, label_text, reference, script_items
from deltarule.reading.shifted import Places
from deltarule.reading.symbols import KNOWN_FUNCTIONS, SAMPLES, Entity, Symbols
from deltarule.reading.values import IllShaped, Unread, Value, divided, hadamard, inner, minus, plus, product, transpose
from deltarule.reading.written_out import (
    cases,
    group_value,
    identity,
    kronecker,
    matrix,
    norm,
    ones,
    ones_over,
    unit_vector,
)

__all__ = ["Lowering"]

EXPECTATIONS = frozenset({"E", "Var", "Cov", "Pr", "var", "cov", "V", "P"})
"""Names before brackets that average, unless the document says what they are: E[x²] is not E·x²."""
PRODUCTS = frozenset({"", "cdot", "times", "*", "odot", "circ", "otimes"})
INDICATORS = frozenset({"1", "I", "chi"})
"""What stands before a condition in brackets: 1[i = j], I{z > 0}."""
DIVISIONS = frozenset({"/", "div", "oslash"})


@dataclass
class Lowering:
    """Lowers trees by a symbol table. `choices` fixes what is open: ("∂", of, by) to `column` or `row`, "cdot" to
    `product`, `inner` or `elementwise`."""

    symbols: Symbols
    choices: dict[object, str] = field(default_factory=dict)
    open: dict[object, tuple[str, ...]] = field(default_factory=dict)
    """The choices that were met and not fixed by the document, with their alternatives."""
    notes: list[str] = field(default_factory=list)
    kinks: bool = False
    """Whether cases leave the point between them open; the choice `kink` says to which side it goes."""
    bare: bool = False
    """Whether a function stood without its argument."""
    implied: bool = False
    """Whether a sum without an index was read."""
    turned: list[Expression] = field(default_factory=list)
    """What is transposed and was read as a number."""
    off_diagonal: list[Expression] = field(default_factory=list)
    """What has to be 0 where a derivative of a vector by a vector is read component by component."""
    in_range: dict[t.Tree, Expression] = field(default_factory=dict)
    """For ∂L/∂h_{2j} what is 1 where 2j is in the range of h, and 0 elsewhere."""
    unknown: dict[str, Entity] = field(default_factory=dict)
    letters: dict[str, int | str] = field(default_factory=dict)
    """What each index letter of the row runs over: one letter has one size in a row, but for its own sums."""
    learning: bool = False
    """In the first pass shapes are learnt: a rank that is open is taken from its surroundings."""

    guessing: bool = False
    """In the last of these passes a row makes a vector of the letter behind it, wᵀx, if nothing says what x is."""

    def lower(self, node: t.Tree) -> Value:
        """The value of a tree. Raises Unread or IllShaped."""
        match node:
            case t.Num(value=value):
                return Value(Number(value))
            case t.Name() | t.Scripted():
                return self.named(node)
            case t.Terms(items=items):
                return self.terms(items)
            case t.Factors(items=items):
                return self.factors(items)
            case t.Group():
                return group_value(self, node)
            case t.Ratio(numerator=n, denominator=d):
                above, below = self.lower(n), self.lower(d)
                above = ones_over(above, below)
                self.meet(above, below)
                return divided(self.resized(above), self.resized(below))
            case t.Root(degree=degree, body=body):
                return root(self, degree, body)
            case t.Partial():
                return partial(self, node)
            case t.At(body=t.Partial() as body, sub=sub):
                return holding(self, partial(self, body), sub)
            case t.Differential(of=of):
                return differential(self.symbols, self.lower(of), node.start)
            case t.Big() | t.Entries():
                return ranged(self, node)
            case t.Call(function=function, argument=argument):
                return apply_named(self, function, argument, node.start)
            case t.Matrix(rows=rows):
                return matrix(self, rows)
            case t.Cases(rows=rows):
                return cases(self, rows, node.start)
            case t.Dots():
                raise Unread("something is left out (…)", node.start)
        raise Unread(f"{type(node).__name__.lower()} is not understood here", node.start)

    def named(self, node: t.Tree) -> Value:
        if isinstance(node, t.Scripted) and (indicated := indicated_below(self, node)) is not None:
            return indicated
        found = reference(node, self.symbols.usage)
        if found is None or (isinstance(node, t.Scripted) and isinstance(node.base, t.Group) and found.base == "e"):
            assert isinstance(node, t.Scripted)
            return self.scripted(node)
        if isinstance(node, t.Scripted) and self.symbols.kronecker and is_kronecker(node):
            return kronecker(self, node)
        if found.name is not None and found.name.style == "bb" and found.name.letter in {"E", "P", "V"}:
            raise Unread("an expectation or a probability", node.start)
        exponent = node.sup if isinstance(node, t.Scripted) else None
        if found.base == "e" and isinstance(node, t.Scripted) and exponent is not None and self.is_euler(node, found):
            return call(self, "exp", self.lower(exponent))
        if found.base == "e" and self.symbols.unit_vectors and len(found.indices) == 1:
            return unit_vector(self, found)
        if found.base == "pi" and "pi" not in self.symbols.entities:
            return Value(Symbol("pi"))
        if found.base == "1" or (found.name is not None and found.name.letter == "1"):
            return ones(self, node, found)
        if (
            found.base == "I"
            and found.name is not None
            and found.name.style == "bold"
            and found == Reference("I", name=found.name)
        ):
            return identity(self)
        if self.is_function(found) and (found.base not in self.symbols.entities or found.base in KNOWN_FUNCTIONS):
            f = self.symbols.function(found.base)
            assert f is not None
            entity = self.symbols.entities.get(f.parameter)
            if entity is not None and entity.rank:
                raise Unread(f"the function {found.base} without its argument", node.start)
            self.bare = True
            if f.parameters:
                orders = (0,) * len(f.parameters)
                return Value(Apply(f.table_name, tuple(map(Symbol, f.parameters)), orders))
            s = Symbol(f.parameter)  # a function without its argument: at the letter of its definition
            value = Value(Apply(f.table_name, (s,), (found.primes,)))
            return value if found.power is None else to_power(self, value, found.power, node.start)
        return self.quantity(found, node.start)

    def is_euler(self, node: t.Scripted, r: Reference) -> bool:
        """Whether e^… is the exponential: not for a vector e to a number, nor where e is defined or transposed."""
        entity = self.symbols.entities.get("e")
        if entity is not None and entity.rank and node.sub is None and isinstance(node.sup, t.Terms | t.Factors):
            return not r.transposed and not r.label and not (r.name is not None and r.name.style == "bold")
        return (
            node.sub is None
            and not r.transposed
            and not r.label
            and not (r.name is not None and r.name.style == "bold")
            and not (entity is not None and (entity.rank or entity.defined) and not self.symbols.euler)
        )

    def is_function(self, r: Reference) -> bool:
        return r.base not in self.symbols.quantities and self.symbols.function(r.base) is not None

    def quantity(self, r: Reference, start: int = 0) -> Value:
        """The value of a name with its scripts."""
        if r.primes:
            raise Unread(f"{r.base}' : a prime on a quantity", start)
        if r.power is not None:
            return to_power(self, self.quantity(replace(r, power=None), start), r.power, start)
        numbers = tuple(int(i.value) for i in r.indices if isinstance(i, t.Num))
        if numbers and (r.key, numbers) in self.symbols.named_at:
            return Value(self.symbols.named_at[r.key, numbers])
        if r.key in self.symbols.indexed:
            return at_components(self, r, start)
        if r.key in self.symbols.macros:
            value = self.symbols.macros[r.key](self)
            if r.indices:
                axes = None
                match value.expression:
                    case Derivative(by=Symbol() as by) if r.mark and value.rank in (0, 2) and len(by.axes) >= 2:
                        axes = by.axes  # δ_{h_ij} is of h_ij, however δ_h lies
                return self.picked(value, r.indices, start, axes)
            if not value.rank and len(value.expression.axes) > 2:
                raise Unread(f"{r.key} has {len(value.expression.axes)} axes: it is read by its components only", start)
            return transpose(value) if r.transposed else value
        entity = self.symbols.entity(r)
        self.unknown.setdefault(r.key, entity)
        value = self.component(entity, r, start)
        if r.transposed:
            self.turned += [value.expression] if not value.rank and not r.indices else []
            value = transpose(value)
        return value

    def component(self, entity: Entity, r: Reference, start: int) -> Value:
        places = Places(self, r.indices)
        return places.selected(self.placed(entity, r, places.indices, start))

    def placed(self, entity: Entity, r: Reference, indices: list[Index], start: int) -> Value:
        """A quantity at indices."""
        if len(indices) == 2 and r.transposed != (r.of_component and lies_across(self.symbols, entity, r.mark)):
            indices.reverse()  # W^T_{ij} is W_{ji}; δ_{Y_ij} is (δ_Y)_{ji} where the rows of δ_Y are the columns of Y
        leading: list[Index] = []
        if r.sample == COLUMN:
            return of_all_samples(self, entity, indices, start)
        if r.sample is not None or entity.samples:
            entity.samples = True
            if r.sample is None:
                raise Unread(f"{entity.key} without its sample", start)
            leading = [self.sized(self.index(r.sample), SAMPLES)]
        if indices:
            if entity.rank is not None and entity.rank < len(indices) and not self.learning:
                raise Unread(f"{entity.key} with {len(indices)} indices, where it has {entity.rank} axes", start)
            if entity.rank is None or entity.rank < len(indices):
                self.symbols.shaped(entity, len(indices))
            numbers = tuple(i for i in indices if isinstance(i, int))
            if numbers in entity.split and len(numbers) == len(indices):
                return Value(Symbol(entity.split[numbers]))
            if entity.rank == len(indices):
                placed = [self.sized(i, size) for i, size in zip(indices, entity.sizes, strict=True)]
                return Value(Symbol(entity.key, (*leading, *placed)))
            if entity.rank != 2:
                raise Unread(f"{entity.key} with {len(indices)} indices, where it has {entity.rank} axes", start)
            if r.column:
                row = fresh(self.symbols.find(entity.sizes[0]))
                return Value(Symbol(entity.key, (*leading, row, self.sized(indices[0], entity.sizes[1]))), row)
            row = fresh(self.symbols.find(entity.sizes[1]))  # one row of a matrix, W_i: a column of its numbers
            one = Symbol(entity.key, (*leading, self.sized(indices[0], entity.sizes[0]), row))
            return Value(one, None, row) if r.row else Value(one, row)
        if entity.split:
            return assembled(self, entity, start)
        rank = entity.rank or 0
        if rank > 2:
            raise Unread(f"{entity.key} has {rank} axes: it is read by its components only", start)
        axes = [fresh(self.symbols.find(size)) for size in entity.sizes[:rank]]
        symbol = Symbol(entity.key, (*leading, *axes))
        if rank == 0:
            return Value(symbol)
        if rank == 1:
            return Value(symbol, axes[0]) if entity.orientation == "column" else Value(symbol, None, axes[0])
        return Value(symbol, axes[0], axes[1])

    def index(self, item: t.Tree) -> Index | tuple[str, int]:
        """A number, or an index letter (as its name, sized where it is used)."""
        match item:
            case t.Num(value=value) if value.denominator == 1 and value >= 1:
                return int(value)
            case t.Num(value=value):
                raise Unread(f"the index {value}: components are counted from 1", item.start)
            case t.Name(letter=letter) if not item.accents:
                return Axis(letter, "?")
        raise Unread(f"the index {label_text(item)}", item.start)

    def sized(self, index: Index | tuple[str, int], size: int | str) -> Index:
        if isinstance(index, int):
            known = self.symbols.find(size)
            if isinstance(known, int) and index > known:
                raise IllShaped(f"component {index} of a vector with {known}")
            return index
        assert isinstance(index, Axis)
        before = self.letters.setdefault(index.name, size)
        if not self.symbols.unify(before, size):
            a, b = self.symbols.find(before), self.symbols.find(size)
            raise Unread(f"the index {index.name} runs over {a} and over {b}")
        return Axis(index.name, self.symbols.find(size))

    def scripted(self, node: t.Scripted) -> Value:
        """Scripts on a group, a fraction or a call: `(…)^2`, `[…]'`, `\\left(…\\right)^T`."""
        base = node.base
        if node.primes:
            return primed(self, base, node.primes, node.start)
        items = script_items(node.sub)
        if isinstance(base, t.Group) and base.kind in {"|", "||"} and len(items) == 1:
            value, items = norm(self, base, items[0]), ()
        else:
            value = self.lower(base)
        turned = isinstance(node.sup, t.Name) and node.sup.letter in {"T", "top", "intercal", "transpose"}
        if turned and len(items) == 2:  # (W)^T_{ij}
            value = transpose(value)
        if items and (whole := gathered(self, value, items)) is not None:
            value, items = whole, ()
        elif items:
            value = self.picked(value, items, node.start)
        match node.sup:
            case None:
                return value
            case t.Name(letter="T" | "top" | "intercal" | "transpose"):
                if value.rank == 0 and not items:
                    self.turned.append(value.expression)
                return value if len(items) == 2 else transpose(value)
            case sup:
                return to_power(self, value, sup, node.start)

    def picked(self, value: Value, items: Sequence[t.Tree], start: int, axes: Sequence[Axis] | None = None) -> Value:
        """One component of a vector-valued group: `(W x)_i`; by the axes in their order, where they are given."""
        axes = [a for a in (value.row, value.col) if a is not None] if axes is None else axes
        if len(items) != len(axes):
            raise Unread("components of a value with another number of axes", start)
        places = Places(self, tuple(items))
        picked = {a: self.sized(i, a.size) for a, i in zip(axes, places.indices, strict=True)}
        return places.selected(Value(rename(value.expression, picked)))

    def terms(self, items: Sequence[tuple[str, t.Tree]]) -> Value:
        values = []
        for sign, item in items:
            if sign not in {"+", "-"}:
                raise Unread(f"the sign {sign}", item.start)
            values.append(minus(self.lower(item)) if sign == "-" else self.lower(item))
        if self.learning:
            values = same_rank(self, [item for _, item in items], [sign for sign, _ in items], values)
        total = values[0]
        for (_, item), written in zip(items[1:], values[1:], strict=True):
            value = spread(self, total, items[0][1], item, written)
            self.meet(total, value)
            total = plus(self.resized(total), self.resized(value))
        return total

    def meet(self, a: Value, b: Value) -> None:
        """Sizes that have to agree are made one."""
        for x, y in ((a.row, b.row), (a.col, b.col)):
            if x is not None and y is not None:
                self.symbols.unify(x.size, y.size)

    def resized(self, v: Value) -> Value:
        renaming = {
            a: Axis(a.name, self.symbols.find(a.size)) for a in v.expression.axes if self.symbols.find(a.size) != a.size
        }
        if not renaming and all(a is None or self.symbols.find(a.size) == a.size for a in (v.row, v.col)):
            return v
        fix = {a: Axis(a.name, self.symbols.find(a.size)) for a in (v.row, v.col) if a is not None}
        return Value(
            rename(v.expression, {**renaming, **fix}),
            None if v.row is None else fix[v.row],
            None if v.col is None else fix[v.col],
        )

    def factors(self, items: Sequence[tuple[str, t.Tree]]) -> Value:
        """Elementwise signs bind loosest, then products from left to right."""
        if len(items) > 1 and not self.learning and (value := chained(self, items)) is not None:
            return value
        parts: list[list[tuple[str, t.Tree]]] = [[]]
        signs: list[str] = []
        for op, item in items:
            if op in {"odot", "circ", "otimes"} and parts[-1]:
                signs.append(op)
                parts.append([("", item)])
            else:
                parts[-1].append((op, item))
        total = self.run(parts[0])
        for sign, part in zip(signs, parts[1:], strict=True):
            value = self.run(part)
            if sign == "otimes":
                total = product(total, transpose(value) if value.col is None else value)
                continue
            if self.learning and total.rank == 1 and value.rank == 0 and len(part) == 1:
                value = like_vector(self, part[0][1]) or value
            self.meet(total, value)
            try:
                total = hadamard(self.resized(total), self.resized(value))
            except IllShaped:
                if len(part) == 1 or not self.choices.get("before the product"):
                    raise
                total = entrywise_first(self, total, part)
        return total

    def run(self, items: Sequence[tuple[str, t.Tree]]) -> Value:
        """A run of factors: calls and operators are put together first, then multiplied."""
        total: Value | None = None
        k = 0
        while k < len(items):
            op = items[k][0]
            before = k
            value, k = self.operand(items, k)
            if self.learning and total is not None:
                total, value = learnt_behind(self, total, value, items[: before + 1], items[k : k + 1])
            if (
                self.learning
                and total is not None
                and total.rank == 0
                and value.rank == 1
                and value.col is None
                and before
            ):
                total = as_matrix(self, items[before - 1][1], items[:before]) or total
            if total is None:
                total = value
            elif op in DIVISIONS:
                total = divided(total, value)
            elif op in PRODUCTS:
                total = self.times(total, value, op)
            else:
                raise Unread(f"the operator {op}", items[before][1].start)
        assert total is not None
        return total

    def times(self, a: Value, b: Value, op: str) -> Value:
        if a.rank and b.rank:
            if a.col is not None and b.row is not None:
                self.symbols.unify(a.col.size, b.row.size)
            a, b = self.resized(a), self.resized(b)
            if op == "*":
                try:
                    return hadamard(a, b)
                except IllShaped:
                    return product(a, b)
            if a.rank == b.rank == 1 and (a.row is None) == (b.row is None) and self.choices.get("elementwise"):
                self.meet(a, b)
                return hadamard(self.resized(a), self.resized(b))
            if op == "cdot" and a.rank == b.rank == 1 and (a.row is None) == (b.row is None):
                self.meet(a, b)
                return inner(self.resized(a), self.resized(b))
        return product(a, b)

    def operand(self, items: Sequence[tuple[str, t.Tree]], k: int) -> tuple[Value, int]:
        """One factor from position k: a call f(…), a derivative operator with what it applies to, or a plain factor."""
        item = items[k][1]
        after = items[k + 1] if k + 1 < len(items) else None
        if isinstance(item, t.Partial) and item.of is None:
            return operator(self, item, items, k)
        if isinstance(item, t.Partial) and item.of is not None and of_transposed(self, item, items[k + 1 :]):
            opened = [("", replace(item, of=None)), ("", item.of), *items[k + 1 :]]
            value, after = operator(self, replace(item, of=None), opened, 0)
            return value, k + after - 1
        if after is not None and after[0] == "" and item == t.Name("Delta"):
            change = reference(t.Factors((("", item), after)), self.symbols.usage)
            if change is not None:
                return self.quantity(change, item.start), k + 2
        found = reference(item, self.symbols.usage)
        one = Reference("1") if isinstance(item, t.Num) and item.value == 1 else found  # 1(x > 0)
        if one is not None and one.base in INDICATORS and after is not None and after[0] == "":
            scripted = after[1]
            indicated = indicator(self, scripted.base if isinstance(scripted, t.Scripted) else scripted)
            if indicated is not None:
                return called(self, indicated, scripted, one), k + 2
        arguments = (
            after[1] if after is not None and after[0] == "" and isinstance(after[1], t.Group | t.Scripted) else None
        )
        group = arguments.base if isinstance(arguments, t.Scripted) else arguments
        if found is not None and isinstance(group, t.Group) and group.kind in {"(", "[", "{"} and not found.transposed:
            averages = found.base in EXPECTATIONS and (group.kind != "(" or len(found.base) > 1)
            entity = self.symbols.entities.get(found.key) if averages else None
            if averages and (entity is None or not entity.defined) and not self.is_function(found):
                raise Unread(f"{found.base}[…], an expectation or a probability", item.start)
        if found is not None and isinstance(group, t.Group) and group.kind in {"(", "["}:
            if found.base in self.symbols.vector_functions:
                value = softmax(self, self.lower(group.items[0]), found)
                return called(self, value, arguments, found), k + 2
            alone = t.Name(found.base)
            if self.is_function(found) and any(n == alone for n in t.walk(group)) and not group_calls(group, alone):
                return self.lower(item), k + 1  # σ(1 - σ): a product, σ stands without its argument
            if found.base in self.symbols.inline and len(group.items) == 1 and not found.primes:
                written, body = self.symbols.inline[found.base]
                argument = group.items[0] if isinstance(group.items[0], t.Name | t.Scripted) else group
                value = self.lower(t.replaced(body, lambda node: argument if node == written else None))
                return called(self, value, arguments, found), k + 2
            if self.is_function(found) and (found.base not in self.symbols.entities or found.base in KNOWN_FUNCTIONS):
                value = call_reference(self, found, group)
                return called(self, value, arguments, found), k + 2
            if group.kind == "(" and takes_others(self, found.base, group):
                raise Unread(f"{found.base} at other arguments than those it was introduced with", item.start)
            if (
                group.kind == "("
                and len(group.items) > 1
                and not takes(self, found.base, group)
                and not found.transposed
            ):
                raise Unread(f"{found.base} of {len(group.items)} arguments", item.start)
            if group.kind == "(" and takes(self, found.base, group):
                value = self.quantity(found, item.start)
                return called(self, value, arguments, found), k + 2
        if isinstance(item, t.Name) and item.letter in self.symbols.vector_functions:
            raise Unread(f"{item.letter} without parentheses", item.start)
        return self.lower(item), k + 1
