"""Why an equality that fails at a point is still not refuted: it relates its names instead of claiming an identity, or
says something of which the document does not give enough."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from deltarule.checking.core.state import State, mentioned
from deltarule.checking.core.worked_numbers import is_calculation
from deltarule.checking.judging.claims import nothing_in_common, relates_free_names
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.signals import with_signals
from deltarule.checking.judging.unsaid_functions import called_logistic
from deltarule.checking.letters.derivative_notation import is_d
from deltarule.checking.notation.probabilities import is_named_here
from deltarule.language.expression import Apply, Axis, Derivative, Expression, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.differentials import PREFIX
from deltarule.reading.products import calls_in
from deltarule.reading.references import INDEX_LETTERS, reference, trees
from deltarule.reading.signs import GREEK
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["MEANT_OTHERWISE", "doubt", "total_and_partial", "without_its_argument"]

SOLVING = re.compile(
    r"\b(?:set(?:ting)?|solv\w+|equat(?:e|ing)|optimum|minimi[sz]er|stationary|normal equations?|vanish\w*|"
    r"equals? zero|(?:gradients?|derivatives?|slopes?) (?:is|are|be) zero|(?<!sum )(?<!sums )(?<!up )to zero|"
    r"annul\w+|setze\w*|gleich null|nullsetz\w*|résou\w+|résol\w+|igualando|despejando|anulando|ponendo|annullando)\b|"
    r"令|解得|приравн\w+",
    re.I,
)
ZERO = re.compile(
    r"\b(?:set(?:ting)?|solv\w+|equat\w+|vanish\w*|zero|setze\w*|null|annul\w+|igual\w+)\b|令|设|приравн\w+|нулю|нул[юьяё]",
    re.I,
)
OUTSIDE = re.compile(
    r"^[\s$\\)\].,;]*(?:\w+\s+){0,3}(?:outside|out of (?:range|bounds)|beyond|fuera|au-delà|außerhalb|fuori|fora|poza"
    r"|вне|之外)",
    re.I,
)
"""What stands behind a 0 that is the value at indices outside a range."""
DIFFERENTIAL = "d may be that of a differential"
OUT_OF_RANGE = "a value for indices outside their range"
UNSAID = "nothing says what"
ANOTHER_MEANING = "it gives"
MEANT_OTHERWISE = (DIFFERENTIAL, OUT_OF_RANGE, UNSAID, ANOTHER_MEANING)
"""How the doubts begin of rows that are not read as they are meant, whatever they are like."""
NEAR = 120
"""Characters before a derivative in which it may be said that it is set to 0."""
FAR = 600
"""Characters before an equation in which it may be said that it is solved."""


def doubt(state: State, statement: Statement, k: int, left: t.Tree, right: t.Tree) -> str:
    """Why a row that fails at a point is left open; empty where it is refuted."""
    nodes = [*t.walk(left), *t.walk(right)]
    decimals = any(isinstance(n, t.Num) and "." in n.text for n in nodes)
    if decimals and any(isinstance(n, t.Matrix) or (isinstance(n, t.Group) and len(n.items) > 1) for n in nodes):
        return "decimals in a list or matrix may be rounded"
    if right == t.Num(Fraction(0)) and any(isinstance(n, t.Partial) for n in nodes) and _set_to_zero(state, statement):
        return "an equation to be solved: a derivative is set to 0"
    if both := total_and_partial(state, left, right):
        return both
    if any(map(_differential, nodes)) and not _says_what_d_is(state):
        return DIFFERENTIAL
    if right == t.Num(Fraction(0)) and OUTSIDE.match(state.document.text[statement.end : statement.end + NEAR]):
        return OUT_OF_RANGE
    if k == 0 and relates_free_names(state, left, right):
        return "it relates names that nothing defines"
    if k == 0 and nothing_in_common(state, left, right):
        return "its sides have no name in common: it relates them, and is no identity"
    if called := next((name for n in nodes if (name := _may_be_called(state, n))), ""):
        return f"nothing says whether {called} is a function or a factor"
    try:
        _, (a, b) = lowered(state, left, right)
    except (Unread, IllShaped):
        return ""
    sides = [a.expression, b.expression]
    below = {n for e in sides for n in names(state.definitions.unfold(e)) | names(e)} - set(state.definitions.equations)
    if unsaid := sorted(filter(is_named_here, below)):
        return f"{UNSAID} {unsaid[0]} is"
    for n in sorted(n for e in sides for n in names(e) if n[:1].islower()):
        entity = state.symbols.entities.get(n)
        if entity is not None and entity.rank == 2 and {1, 2} <= _index_counts(state, n):
            return f"{n} stands with one index and with two"
    if made := _made_of(state, sides):
        return f"nothing says how {made.upper()} is made of {made}"
    if two := _function_and_components(state, [*sides, *_behind(state, sides)]):
        return f"{two} stands for a function and for components"
    if unknown := _nowhere_else(state, sides):
        return f"{unknown} is never introduced"
    if is_calculation(right) and _at_some_values(state, left, right, sides):
        return "an equation that holds for some values only"
    if _without_it(state, sides):
        return "no equation leads from what is differentiated by to what is differentiated"
    if _one_sample(state, sides):
        return "a sample index stands on one side only"
    if unnamed := _only_named(state, sides):
        return f"no equation says what {unnamed} is"
    if any(_differentiates(e) for e in sides):
        return ""
    used = [names(state.definitions.unfold(e)) for e in sides]
    for n in sorted((used[0] ^ used[1]) - set(state.definitions.equations)):
        if named := [m for m in state.definitions.equations if re.fullmatch(rf"{re.escape(n)}_[a-z]", m)]:
            return f"{n} has an equation as {named[0]} only"
    if k == 0 and (again := _another_meaning(state, left, used)):
        return again
    theirs = used[0] | used[1] | names(a.expression) | names(b.expression)
    theirs |= {name.removeprefix(PREFIX) for name in theirs}
    apart = (used[0] - used[1] and used[1] - used[0]) or (used[0] != used[1] and any(map(_calls_angle, nodes)))
    if apart and not theirs & set(state.definitions.equations):
        return "it relates names that nothing defines"
    defined = set(state.definitions.equations) | set(state.symbols.macros)
    inline = not getattr(state.document.segments[statement.block], "display", False)
    plain = isinstance(left, t.Name | t.Scripted)
    if k == 0 and inline and not defined & (names(a.expression) | names(b.expression)):
        if is_calculation(right) and not is_calculation(left) and len(used[0]) > 0:
            return "an equation that holds for some values only"
        found = reference(left, state.symbols.usage) if plain else None
        if found is not None and used[1] <= INDEX_LETTERS | {"m", "n", "N"}:
            return f"a choice of {found.key}, for the place where it stands"
    if _solves(state, statement) and not (defined & (used[0] | used[1]) - names(a.expression) - names(b.expression)):
        return "a step in solving an equation, which is no identity"
    if k == 0 and not used[0] & defined and (used[0] ^ used[1]) and _says_a_name(state, used, defined):
        return "it says what a name is that nothing else defines"
    return ""


def _differential(node: t.Tree) -> bool:
    """Whether a d stands before something, as in d(f/g) and g df."""
    return isinstance(node, t.Factors) and any(is_d(one) and not op for (_, one), (op, _) in pairwise(node.items))


def _says_what_d_is(state: State) -> bool:
    """Whether d is a quantity of the document: it has an equation, is declared, or stands alone; d_k is another."""
    members = [n for s in state.statements for pair in s.memberships for x in pair for n in t.walk(x)]
    scripted = {id(n.base) for n in members if isinstance(n, t.Scripted) and n.sub is not None}
    alone = [s.sides[0].tree for s in state.statements if s.sides[0].tree is not None and is_d(s.sides[0].tree)]
    return "d" in state.definitions.equations or bool(alone) or any(is_d(n) and id(n) not in scripted for n in members)


def total_and_partial(state: State, left: t.Tree, right: t.Tree) -> str:
    """Why a row with both dz/dx and ∂z/∂x is left open, where z depends on x by way of another name as well: they are
    two things there, and ∂ is read as the total one."""
    known = state.definitions
    nodes = [n for side in (left, right) for n in t.walk(side) if isinstance(n, t.Partial) and len(n.by) == 1]
    links = [(n.symbol, n.of, n.by[0]) for n in nodes]
    for symbol, of, by in links:
        z, x = reference(of, state.symbols.usage) if of is not None else None, reference(by, state.symbols.usage)
        if symbol != "d" or ("∂", of, by) not in links or z is None or x is None or z.key not in known.equations:
            continue
        if any(v != x.key and known.depends(v, x.key) for v in known.mentions(z.key)):
            return f"d and ∂ of {z.key} by {x.key}: what ∂ holds fixed is not said"
    return ""


def _made_of(state: State, sides: list[Expression]) -> str:
    """The small w of w_k, a row or column of W, where each stands on one side only: (Wᵀ δ) = Σ_k w_k δ_k."""
    letters = [{n for n in names(e) if (w := state.symbols.entities.get(n)) is not None and w.rank} for e in sides]
    twins = {n for n in letters[0] ^ letters[1] if n[:1].islower() and n[:1].upper() + n[1:] in letters[0] ^ letters[1]}
    return min((n.partition("^")[0] for n in twins - set(state.definitions.equations)), default="")


def _calls_angle(node: t.Tree) -> bool:
    """cos θ of an angle that is only named."""
    return isinstance(node, t.Call) and isinstance(node.function, t.Name) and node.function.letter in {"cos", "sin"}


def _another_meaning(state: State, left: t.Tree, used: list[set[str]]) -> str:
    """Whether the left side is a name with a meaning and the right side speaks of what that meaning has not."""
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    if found is not None and found.key in state.definitions.equations and used[1] - used[0]:
        return f"{ANOTHER_MEANING} {found.key} another meaning than before"
    match left:
        case t.Factors(items=((_, head), ("", t.Group(kind="(", items=(t.Name() | t.Scripted(),))))):
            called = reference(head, state.symbols.usage)
        case _:
            return ""
    if called is None or called.primes:
        return ""
    f = state.symbols.functions.get(called.base)
    if f is not None and f.table_name.startswith(state.symbols.prefix):
        return f"{ANOTHER_MEANING} {called.base} another meaning than before"
    return f"{ANOTHER_MEANING} {called.base} another meaning than before" if used[0] != used[1] else ""


def _function_and_components(state: State, sides: list[Expression]) -> str:
    """A function that is only named and has an index elsewhere: σ(z) beside σ_ij, which need not be taken entry by
    entry."""
    for e in sides:
        for node in walk(e):
            if isinstance(node, Apply) and node.function not in FUNCTIONS:
                name = node.function.removeprefix(state.symbols.prefix)
                if (use := state.symbols.usage.get(name)) is not None and (use.letters or use.double):
                    return name
    return ""


def without_its_argument(state: State, left: t.Tree, right: t.Tree) -> str:
    """The σ of ∂σ/∂z or ∂/∂σ in bold type, for the values of a function that the text calls as σ(z): nothing says where
    they are taken, so no shapes fail."""
    parts = [x for side in (left, right) for n in t.walk(side) if isinstance(n, t.Partial) for x in (n.of, *n.by)]
    letters = {x.letter for x in parts if isinstance(x, t.Name) and (x.style == "bold" or x.accents == ("vec",))}
    if not letters:
        return ""
    every = (n for s in state.statements for side in s.sides for n in trees(side.tree))
    called = {head.letter for n in every for head, _ in calls_in(n) if isinstance(head, t.Name)}
    return min(letters & called, default="")


def _may_be_called(state: State, node: t.Tree) -> str:
    """The s of s(z), where s is only named: a single name needs no brackets as a factor; and the RBF of RBF(x w)."""
    for (_, head), (op, group) in pairwise(node.items) if isinstance(node, t.Factors) else ():
        inside = group.base if isinstance(group, t.Scripted) else group
        if op or not isinstance(inside, t.Group) or inside.kind != "(" or len(inside.items) != 1:
            continue
        word = head.letter if isinstance(head, t.Name) and not head.accents else ""
        if len(word) > 1 and word not in GREEK | state.symbols.functions.keys() | state.symbols.quantities.keys():
            return word
        found = reference(head, state.symbols.usage) if isinstance(inside.items[0], t.Name) else None
        if found is None or found.base in state.symbols.functions or found.base in state.symbols.quantities:
            continue
        if found.key not in state.definitions.equations and found.key in state.symbols.entities:
            return found.key
    return ""


def _index_counts(state: State, name: str) -> set[int]:
    """With how many indices a name stands."""
    out: set[int] = set()
    for statement in state.statements:
        for side in statement.sides:
            for node in t.walk(side.tree) if side.tree is not None else ():
                if isinstance(node, t.Scripted) and (found := reference(node, state.symbols.usage)) is not None:
                    out |= {len(found.indices) + found.column} if found.key == name and not found.transposed else set()
    return out


def _behind(state: State, sides: list[Expression]) -> list[Expression]:
    """The right sides of the equations on which some sides rest."""
    below = state.definitions.below(n for e in sides for n in names(e))
    return [equation.right for n, equation in sorted(state.definitions.equations.items()) if n in below]


def _nowhere_else(state: State, sides: list[Expression]) -> str:
    """A name on one side only of which no equation and no declaration says anything, beside a derivative or a name that
    has an equation: the row may say what it is."""
    defined = set(state.definitions.equations)
    if not any(_differentiates(e) or names(e) & defined for e in sides):
        return ""
    used = [names(state.definitions.unfold(e)) | names(e) for e in sides]
    known = set(state.definitions.equations) | set(state.symbols.macros)
    known = known.union(*(names(e.right) for e in state.definitions.equations.values()))
    known = known.union(
        *map(names, _bodies(state)), *(mentioned(state, body) for _, body in state.symbols.inline.values())
    )
    for statement in state.statements:
        for element, _ in statement.memberships:
            if (found := reference(element, state.symbols.usage)) is not None:
                known.add(found.key)
    for e in sides:
        known |= {n.by.name for n in walk(e) if isinstance(n, Derivative)}
        known = known.union(*(names(x) for n in walk(e) if isinstance(n, Apply) and any(n.order) for x in n.arguments))
    sizes = INDEX_LETTERS | {"m", "n", "N", "M", "B"}  # how many there are needs no introduction
    unknown = sorted(n for n in (used[0] ^ used[1]) - known - sizes if n in state.symbols.entities)
    return unknown[0] if unknown else ""


def _bodies(state: State) -> list[Expression]:
    """The right sides of the functions of the document."""
    rows = [FUNCTIONS.get(f.table_name) for f in state.symbols.functions.values() if f.defined]
    return [row.definition for row in rows if row is not None and row.definition is not None]


def _at_some_values(state: State, left: t.Tree, right: t.Tree, sides: list[Expression]) -> bool:
    """Whether a name that varies, or a sum of such, is said to be a number: that is so where the values are."""
    worked = any(isinstance(n, t.Num) and "." in n.text for n in t.walk(right))
    if any(_differentiates(e) for e in sides):
        return worked
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    plain = (found is not None and found.power is None) or _is_call(left) or _sum_of_names(left)
    return (plain or worked) and bool(names(state.definitions.unfold(sides[0])))


def _sum_of_names(left: t.Tree) -> bool:
    """ŷ - y, which is -1 for some values and no identity."""
    match left:
        case t.Group(kind="(", items=(only,)):
            return _sum_of_names(only)
        case t.Terms(items=items):
            return all(isinstance(x, t.Name | t.Scripted) for _, x in items)
    return False


def _is_call(left: t.Tree) -> bool:
    match left:
        case t.Factors(items=((_, t.Name() | t.Scripted()), ("", t.Group(kind="(")))):
            return True
    return False


def _differentiates(e: Expression) -> bool:
    return any(isinstance(n, Derivative) or (isinstance(n, Apply) and any(n.order)) for n in walk(e))


def _only_named(state: State, sides: list[Expression]) -> str:
    """A function without an equation that stands on one side only: the row would say what it is."""
    named, definitions = [], with_signals(state)
    for e in sides:
        inside = definitions.resolve(e)
        if not _differentiates(e):
            inside = definitions.unfold(inside)
        named.append({n.function for n in walk(inside) if isinstance(n, Apply) and n.function not in FUNCTIONS})
    if any(_differentiates(e) for e, functions in zip(sides, named, strict=True) if not functions):
        return ""
    if named[0] == named[1] and len(named[0]) == 1 and _of_the_function(sides):
        (own,) = named[0]  # φ' = φ (1 - φ) holds for some φ
        known = called_logistic(state)
        if known is None or known.table_name != own:
            return own.removeprefix(state.symbols.prefix)
    one = sorted(named[0] ^ named[1]) if not named[0] or not named[1] else []
    return one[0].removeprefix(state.symbols.prefix) if one else ""


def _of_the_function(sides: list[Expression]) -> bool:
    """Whether nothing but one function and what it is taken at stands in a row, with a derivative of it."""
    calls = [n for e in sides for n in walk(e) if isinstance(n, Apply) and n.function not in FUNCTIONS]
    inside = set().union(*(names(u) for n in calls for u in n.arguments))
    return any(any(n.order) for n in calls) and all(names(e) <= inside for e in sides)


def _without_it(state: State, sides: list[Expression]) -> bool:
    """Whether a derivative is by something that nothing in it depends on."""
    for e in sides:
        for node in walk(e):
            if isinstance(node, Derivative) and not isinstance(node.of, Symbol):
                below = names(state.definitions.unfold(node.of)) | names(node.of)
                if node.by.name not in below and not any(
                    n in state.definitions.equations and state.definitions.depends(n, node.by.name) for n in below
                ):
                    return True
    return False


def _one_sample(state: State, sides: list[Expression]) -> bool:
    """Whether the index of a sample is free on one side only."""
    free: list[set[str]] = []
    for e in sides:
        letters = {a.name for a in e.axes}
        free.append(
            {
                n.indices[0].name
                for n in walk(e)
                if isinstance(n, Symbol) and n.indices and isinstance(n.indices[0], Axis)
                and (entity := state.symbols.entities.get(n.name)) is not None and entity.samples
                and n.indices[0].name in letters
            }
        )  # fmt: skip
    return free[0] != free[1]


def _solves(state: State, statement: Statement) -> bool:
    """Whether the text right before solves an equation: "setting the derivative to zero"."""
    first = state.chain[0][0].tree if state.chain else statement.sides[0].tree
    zero = any(isinstance(side.tree, t.Num) and not side.tree.value for side in statement.sides)
    if isinstance(first, t.Partial) and not zero:
        return False  # a derivative is worked out, not set to something
    start = state.document.segments[statement.block].start
    before = state.document.text[max(0, start - FAR) : start]
    heading = before.rfind("\n#")
    return SOLVING.search(before[heading + 1 :]) is not None


def _set_to_zero(state: State, statement: Statement) -> bool:
    """Whether the words right before a formula set it to 0."""
    start = state.document.segments[statement.block].start
    before = state.document.text[max(0, start - NEAR) : start].rpartition("\n\n")
    return ZERO.search(before[2] if before[2].strip("$ \n") else before[0]) is not None


def _says_a_name(state: State, used: list[set[str]], defined: set[str]) -> bool:
    """Whether one side holds a name that occurs nowhere in the definitions: Σ a_i b_i = ‖a‖ ‖b‖ cos θ."""
    known = set(defined).union(*(names(e.right) for e in state.definitions.equations.values()))
    for statement in state.statements:
        for element, _ in statement.memberships:
            if (found := reference(element, state.symbols.usage)) is not None:
                known.add(found.key)
    entities = state.symbols.entities
    return any(n not in known and n in entities and not entities[n].rank for n in used[0] ^ used[1])
