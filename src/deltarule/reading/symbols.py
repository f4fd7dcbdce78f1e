"""The symbol table of a document: quantities with rank, sizes and orientation; functions; names for derivatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from deltarule.language.expression import Expression
from deltarule.language.functions import FUNCTIONS, ScalarFunction
from deltarule.reading.references import ANY, Reference, Survey, Usage, usage_of
from deltarule.reading.values import Value

__all__ = ["KNOWN_FUNCTIONS", "OBJECTIVES", "SAMPLES", "WEIGHT_MATRICES", "Entity", "Function", "Symbols"]

KNOWN_FUNCTIONS = {
    "ReLU": "relu",
    "relu": "relu",
    "LeakyReLU": "leaky_relu",
    "leakyReLU": "leaky_relu",
    "RELU": "relu",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "SoftPlus": "softplus",
    "sigmoid": "sigmoid",
    "sigm": "sigmoid",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "softplus": "softplus",
    "sin": "sin",
    "cos": "cos",
    "sqrt": "sqrt",
    "erf": "erf",
    **{name: name for name in ["tan", "cot", "sec", "csc", "sech", "csch", "coth", "erfc", "cbrt", "log1p", "expm1"]},
    **{f"{arc}{name}": f"a{name}" for name in ("sin", "cos", "tan") for arc in ("arc", "a")},
    **{f"{arc}{name}": f"a{name}" for name in ("sinh", "cosh", "tanh") for arc in ("ar", "arc", "a")},
    "sign": "sign",
    "sgn": "sign",
    "abs": "abs",
}
"""Names of functions that mean the same everywhere."""

VECTOR_FUNCTIONS = {"softmax": "softmax", "Softmax": "softmax", "SoftMax": "softmax"}

SCALAR_CAPITALS = frozenset(
    {"L", "J", "E", "C", "R", "ell", "cal_L", "cal_J", "cal_E", "N", "M", "K", "D", "H", "T", "Q", "F"}
)
"""Capitals that are numbers (a loss, a size) unless the document shows something else."""

WEIGHT_MATRICES = frozenset({"W", "U", "V", "Theta"})
"""Capitals that are matrices of weights, where one of them is a matrix in another layer."""

OBJECTIVES = ("L", "ell", "cal_L", "J", "E", "C")
"""Names of what is minimised or maximised."""

TURNED = frozenset({"D", "F", "H", "K", "M", "Q", "R"})
"""Those of the scalar capitals that are matrices where they are transposed."""

LOSSES = frozenset({"L", "ell", "cal_L", "J", "cal_J"})
"""Those of them that, at a step, are the loss of that step."""

SAMPLES = "?samples"
"""How many samples there are, where no sum says it."""

_taken: set[str] = set()
"""Prefixes of the functions of documents that are being judged."""


def _free_prefix() -> str:
    """The first prefix that is free: a document is judged alike whatever was judged before it."""
    prefix = next(p for k in count() if (p := f"document{k}:") not in _taken)
    _taken.add(prefix)
    return prefix


@dataclass
class Entity:
    """One quantity: what is known of its shape, where it came in, whether an equation defines it."""

    key: str
    rank: int | None = None
    sizes: list[int | str] = field(default_factory=list)
    orientation: str = "column"
    latex: str = ""
    line: int = 0
    defined: bool = False
    samples: bool = False
    """Whether it carries a sample index above."""
    split: dict[tuple[int, ...], str] = field(default_factory=dict)
    """The names of components that were defined one by one."""


WRITTEN = frozenset({"hat", "tilde", "bar"})
"""Accents over a letter, as they are written; others are given by readings, H_here."""


def _letter(reference: Reference) -> str:
    """The letter of a name without its accents, X of X̃; of a calligraphic one nothing."""
    if "_" not in reference.base:
        return reference.base
    name = reference.name
    plain = name is not None and name.style != "cal" and WRITTEN.issuperset(name.accents)
    return name.letter if name is not None and name.accents and plain else ""


def _at_a_time(reference: Reference, usage: dict[str, Usage]) -> bool:
    """Whether a name has a point in time below or above it and nothing else, L_t, L^{(t-1)}, L_3."""
    script = reference.mark or reference.label.strip("()[]<>")
    timed = isinstance(usage, Survey) and bool(script) and not reference.indices
    return timed and (script == "t" or script.startswith(("t+", "t-")) or _at_a_numbered_time(reference, usage))


def _at_a_numbered_time(reference: Reference, usage: dict[str, Usage]) -> bool:
    return isinstance(usage, Survey) and reference.base in usage.timed and reference.mark.isdigit()


@dataclass
class Function:
    """A function of the document: the row of FUNCTIONS that defines it, or only its name."""

    key: str
    table_name: str
    """The name under which expressions apply it."""
    parameter: str = "s"
    parameters: tuple[str, ...] = ()
    """All of them, where there are several."""
    defined: bool = False
    line: int = 0


@dataclass
class Symbols:
    """See the module docstring. `find` resolves a size; `unify` makes two sizes one."""

    usage: dict[str, Usage]
    entities: dict[str, Entity] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    macros: dict[str, Callable[[Any], Value]] = field(default_factory=dict)
    """Names that stand for a derivative, `delta_y` for ∂L/∂y: its value by a `Lowering`, whose choices it takes."""
    indexed: dict[str, dict[tuple[str, ...], Expression]] = field(default_factory=dict)
    """Derivatives named by component, `\\delta_{z_i}` for ∂L/∂z_i: the index letters, and the value at them."""
    named_at: dict[tuple[str, tuple[int, ...]], Expression] = field(default_factory=dict)
    """The same for single components, `\\delta_{z_1}`."""
    inline: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Functions of vectors, h(x) = g(θᵀx): the argument and the body as written, put in where they are called."""
    quantities: dict[str, set[str]] = field(default_factory=dict)
    """Names that are written with arguments though they are quantities, `\\hat{y}(x, w)`, and those arguments."""
    unsaid: set[str] = field(default_factory=set)
    """Functions of several arguments that are named once and have no equation: of vectors they are quantities."""
    orientations: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """(of, by) -> how that derivative was displayed (`column` or `row`), and on which line."""
    layout: str | None = None
    """`column` or `row`, where the document says in words which layout it keeps."""
    layout_named: bool = True
    """Whether that layout is called by its name, so that it is the one of Jacobians too."""
    unit_vectors: bool = False
    """Whether e_i is a unit vector: the text says so, and nothing else says what e is."""
    euler: bool = False
    """Whether e is the base of the exponential nearly everywhere, whatever a slip such as `e^a_k` makes of it."""
    vector_functions: set[str] = field(default_factory=lambda: set(VECTOR_FUNCTIONS))
    """Names of the softmax, also a letter that the text calls so."""
    softmax_over: str | None = None
    """`row` or `column`: what the softmax of a matrix is taken over, where the document says so or multiplies Q Kᵀ."""
    samples_in: str | None = None
    """`row` or `column`: how the samples lie in matrices, by their products X W: no softmax is taken over them."""
    averaged: set[str] = field(default_factory=set)
    """The counts of samples, by their letter and because a mean is taken over them."""
    softmax_inferred: set[str] = field(default_factory=set)
    """Why a softmax of a matrix was taken over one of its axes, where no words say it."""
    bars_of_matrices: str | None = None
    """What |A| of a matrix is, `determinant` where the document speaks of one."""
    objectives: tuple[str, ...] = OBJECTIVES
    """Names of what is differentiated though it may have no equation: the usual ones, and those of this document."""
    alike: Collection[frozenset[int | str]] = ()
    """Pairs of sizes that are read as one."""
    number_of_size: dict[str, int] = field(default_factory=dict)
    depends: Callable[[str, str], bool] = lambda of, by: False
    """Whether an equation so far makes one name of another, also by way of others."""
    parents: dict[str, int | str] = field(default_factory=dict)
    prefix: str = field(default_factory=_free_prefix)
    first_step: int | None = None
    """The number of the first step, 0 or 1, by the first sum over all steps."""
    _variables: int = 0

    @property
    def kronecker(self) -> bool:
        """Whether δ_ij is Kronecker's in this document."""
        return isinstance(self.usage, Survey) and self.usage.kronecker

    def new_size(self) -> str:
        self._variables += 1
        return f"?{self._variables}"

    def find(self, size: int | str) -> int | str:
        while isinstance(size, str) and size in self.parents:
            size = self.parents[size]
        if isinstance(size, str) and size in self.number_of_size:
            return self.number_of_size[size]
        return size

    def unify(self, a: int | str, b: int | str) -> bool:
        """Whether the two sizes can be one; if so they are from now on."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if isinstance(a, str) and a.startswith("?"):
            self.parents[a] = b
            return True
        if isinstance(b, str) and b.startswith("?"):
            self.parents[b] = a
            return True
        if frozenset((a, b)) in self.alike:
            self.parents[str(a)] = b
            return True
        return False

    def entity(self, reference: Reference) -> Entity:
        """The entity of a reference, made at first sight."""
        found = self.entities.get(reference.key)
        if found is None:
            found = self.entities[reference.key] = Entity(reference.key)
            self._like_its_neighbours(found, reference)
            if found.rank is None:
                self._guess(found, reference)
        if found.rank is None:
            self._like_its_neighbours(found, reference)
        return found

    def _like_its_samples(self, entity: Entity, key: str) -> None:
        """x, for any one sample, has the shape of x^{(i)}, and the other way round."""
        other = self.entities.get(key)
        if other is not None and other.rank is not None and entity.rank is None:
            self.shaped(entity, other.rank)
            entity.orientation = other.orientation
            for mine, its in zip(entity.sizes, other.sizes, strict=True):
                self.unify(mine, its)

    def _like_its_neighbours(self, entity: Entity, reference: Reference) -> None:
        """W^{(l+1)} has the rank of W^{(l)}, and h_{t-1} the shape of h_t."""
        if reference.label == ANY:
            other = self.entities.get(reference.base)
            if other is not None and other.samples:
                self._like_its_samples(entity, reference.base)
            return
        if reference.sample is not None and not reference.indices:
            self._like_its_samples(entity, f"{reference.base}^{ANY}")
        steps = self.usage.steps | {"L"} if isinstance(self.usage, Survey) and self.usage.steps else set()
        letters = set(re.findall("[A-Za-z]+", reference.label + " " + reference.mark)) & steps
        if not letters and (_at_a_numbered_time(reference, self.usage) or self._labelled_by_time(reference)):
            letters = {"t"} & steps  # h_0 has the shape of h_t
        if not letters:
            if (
                reference.base in WEIGHT_MATRICES
                and re.fullmatch(r"\W?\d+\W?", reference.label)
                and any(
                    e.rank == 2 and re.fullmatch(rf"{reference.base}\^\W?\d+\W?", key)
                    for key, e in self.entities.items()
                )
            ):
                self.shaped(entity, 2)  # W^{[1]} beside the matrix W^{[2]}
            return
        for other in self.entities.values():
            name, _, script = other.key.replace("^", "_").partition("_")
            if name == reference.base and other.rank is not None and steps & set(re.findall("[A-Za-z]+", script)):
                self.shaped(entity, other.rank)
                entity.orientation = other.orientation
                if letters == {"t"}:
                    for mine, its in zip(entity.sizes, other.sizes, strict=True):
                        self.unify(mine, its)
                return

    def _labelled_by_time(self, reference: Reference) -> bool:
        """Whether the number above a letter is a point in time, that of h^{(1)} beside h^{(t)}."""
        if not reference.label.strip("()[]<>").isdigit():
            return False
        return any(re.fullmatch(rf"{re.escape(reference.base)}\^\W?t([+-]\d+)?\W?", key) for key in self.entities)

    def sizes(self, entity: Entity) -> tuple[int | str, ...]:
        """The sizes of all indices of an entity, that of the samples first."""
        own = [self.find(s) for s in entity.sizes[: entity.rank or 0]]
        return tuple([self.find(SAMPLES), *own] if entity.samples else own)

    def shaped(self, entity: Entity, rank: int) -> None:
        """Give an entity its rank, with new sizes where it had none."""
        entity.rank = rank
        while len(entity.sizes) < rank:
            entity.sizes.append(self.new_size())
        del entity.sizes[rank:]

    def _no_number(self, reference: Reference) -> bool:
        """Whether a capital that is transposed is a matrix: no size, and no loss."""
        if reference.base in OBJECTIVES:
            return reference.base not in self.objectives
        letter = _letter(reference)
        return letter not in SCALAR_CAPITALS or letter in TURNED

    def _rank_shown(self, reference: Reference, usage: Survey, capital: bool) -> int:
        """How many axes (W_1)_{ij} shows that W_1 has; W_2 then has as many."""
        own = usage.ranks.get(reference.key, 0)
        if own or not capital or not reference.mark.isdigit():
            return own
        alike = [n for key, n in usage.ranks.items() if re.fullmatch(rf"{re.escape(reference.base)}_\d+", key)]
        return max(alike, default=0)

    def _guess(self, entity: Entity, reference: Reference) -> None:
        u = usage_of(self.usage, reference.base, reference.label)
        capital = _letter(reference)[:1].isupper()
        if reference.mark in {"0", "·0"} and reference.indices:  # the α_{0m} beside α_{ml}
            self.shaped(entity, len(reference.indices))
            return
        if isinstance(self.usage, Survey) and (rank := self._rank_shown(reference, self.usage, capital)):
            self.shaped(entity, rank)
            return
        if reference.base in LOSSES and _at_a_time(reference, self.usage):
            self.shaped(entity, 0)  # L_t beside L
            return
        if reference.mark and reference.label in {"", ANY}:
            steps = self.usage.steps if isinstance(self.usage, Survey) else set()
            if not reference.mark.isdigit() and not set(re.findall("[A-Za-z]+", reference.mark)) & (steps | {"L"}):
                if isinstance(self.usage, Survey) and reference.base in self.usage.selected and not reference.indices:
                    self.shaped(entity, 1)  # u_o beside u_{n_k}ᵀ h
                return
            if (u.transposed or u.elementwise) and not capital:  # h_1, h_2: layers of vectors
                self.shaped(entity, 1)
            elif u.transposed and capital and self._no_number(reference):
                self.shaped(entity, 2)
            return
        if u.triple:
            self.shaped(entity, u.triple)
        elif u.double or u.matrix or (u.turned and not u.bare):  # x_iᵀβ: a vector for each i
            self.shaped(entity, 2)
        elif u.letters or (u.digits and u.bare and not u.numbered and (u.bold or u.transposed)):
            self.shaped(entity, 1)
        elif u.bold:
            self.shaped(entity, 2 if capital else 1)
        elif (u.transposed or u.elementwise) and not capital:
            self.shaped(entity, 1)
        elif u.transposed and capital and self._no_number(reference):
            self.shaped(entity, 2)

    def function(self, base: str) -> Function | None:
        """The function of that name: of the document, or one that means the same everywhere."""
        if base in self.functions:
            return self.functions[base]
        if base in KNOWN_FUNCTIONS:
            return Function(base, KNOWN_FUNCTIONS[base], defined=True)
        return None

    def name_function(self, base: str, line: int = 0) -> Function:
        """A function that is only named, so far."""
        if base not in self.functions:
            self.functions[base] = Function(base, self.prefix + base, line=line)
        return self.functions[base]

    def define_function(
        self, base: str, parameter: str | tuple[str, ...], body: Expression, latex: str, line: int
    ) -> Function:
        """Give a function its definition, with one parameter or several."""
        found = self.name_function(base, line)
        parameters = (parameter,) if isinstance(parameter, str) else parameter
        found.defined, found.parameter, found.line = True, parameters[0], line
        found.parameters = parameters if len(parameters) > 1 else ()
        FUNCTIONS[found.table_name] = ScalarFunction(found.table_name, parameters, body, latex)
        return found

    @contextmanager
    def undone(self, kept: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """What is learnt of shapes inside is forgotten again, unless `kept` says otherwise at the end."""
        entities = {key: replace(e, sizes=list(e.sizes), split=dict(e.split)) for key, e in self.entities.items()}
        parents, numbers = dict(self.parents), dict(self.number_of_size)
        try:
            yield
        finally:
            if not kept():
                for key in set(self.entities) - set(entities):
                    del self.entities[key]
                for key, e in entities.items():  # in place: others hold the entity
                    self.entities[key].__dict__.update(e.__dict__)
                self.parents, self.number_of_size = parents, numbers

    def close(self) -> None:
        """Take the functions of this document off the table."""
        for name in [n for n in FUNCTIONS if n.startswith(self.prefix)]:
            del FUNCTIONS[name]
        _taken.discard(self.prefix)
