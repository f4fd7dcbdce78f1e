"""What a name with its scripts refers to: which scripts are layers, which count components, which are powers.

`w_{11}^{(1)}` is the component (1, 1) of w in layer (1); `\\delta_y` is a name of its own, `x_i` a component of x;
`W^T` is transposed, `a^2` a power. A single digit below a letter counts only where the letter also stands without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from deltarule.reading import tree as t

__all__ = [
    "ALL",
    "ANY",
    "COLUMN",
    "SELECTED",
    "Reference",
    "Survey",
    "Usage",
    "base_name",
    "is_index",
    "is_kronecker",
    "is_negative",
    "is_transpose",
    "letter_of",
    "letters_below",
    "multiple_of",
    "read_above",
    "reference",
    "running",
    "script_items",
    "trees",
    "usage_key",
    "usage_of",
]

INDEX_LETTERS = frozenset("ijklmnpqrst")
LAYER_LETTERS = frozenset({"l", "L", "ell"})
STEP_LETTERS = frozenset({"l", "L", "ell", "k", "t", "n", "m", "s"})
SIZE_LETTERS = frozenset("NMTKBPD")
"""Capitals that count samples, and so stand for the last of them."""
SELECTED = "_by_"
"""Between a letter and the list of indices that selects some of it: u_{n_k} is number k of u_by_n."""
ANY = "(any)"
"""The label of a letter that stands without its sample index where others have one."""
COLUMN = t.Words(":")
"""The : of z_{:i}, a column of z."""
ALL = frozenset({COLUMN, t.Name(":")})
"""The : of a row or column, as it is read and as it is written."""
TRANSPOSE = frozenset({"T", "top", "intercal", "t", "mathsf", "transpose", "prime"})


@dataclass(frozen=True)
class Reference:
    """A name as the document means it: `key` says which quantity, `indices` which component of it."""

    base: str
    """The letter with its accents: `y_hat`, `W`, `sigma`."""
    label: str = ""
    """The layer or another mark above, as written: `(1)`, `[l]`, `(l+1)`."""
    mark: str = ""
    """A mark below that does not count: `delta_y` has the mark `y`."""
    indices: tuple[t.Tree, ...] = ()
    column: bool = False
    """Whether its one index is the second of two, the i of z_i beside z_{mi} and of z_{:,i}."""
    row: bool = False
    """Whether its one index is the first of two of which the other is left out in writing, the i of z_{i,:}."""
    sample: t.Tree | None = None
    """The sample index above, as in `x^{(i)}`."""
    power: t.Tree | None = None
    transposed: bool = False
    inverse: bool = False
    primes: int = 0
    name: t.Name | None = None
    of_component: bool = field(default=False, compare=False)
    """Whether the indices stand within the mark: `\\delta_{z_i}`, not `\\delta_{z,i}`."""

    @property
    def key(self) -> str:
        return self.base + (f"_{self.mark}" if self.mark else "") + (f"^{self.label}" if self.label else "")


@dataclass
class Usage:
    """How often a letter (with its label) occurs bare, in bold, with digits, with index letters, with samples."""

    bare: int = 0
    bold: int = 0
    transposed: int = 0
    digits: set[str] = field(default_factory=set)
    numbered: int = 0
    """How often it is transposed with a number below, `W_3^T`: the number is no component then."""
    letters: set[str] = field(default_factory=set)
    turned: bool = False
    """Whether it is transposed with an index letter below, `x_i^T`: each of its components is a vector."""
    double: bool = False
    """Whether two indices occur below."""
    triple: int = 0
    """How many indices occur below, where these are three or more, letters or sums of letters: `W_{ijl}`."""
    sample_letters: set[str] = field(default_factory=set)
    elementwise: int = 0
    """How often it stands in an elementwise product."""
    matrix: bool = False
    """Whether its transpose times something stands in an elementwise product, (w^T δ) ⊙ s: else that were a number."""
    primed: int = 0


class Survey(dict[str, Usage]):
    """The usage of each letter with its label, and what the scripts of the whole document say."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: set[str] = set()
        """Letters that count layers or time: `l` where `(l-1)` occurs above, `t` where `t-1` occurs below."""
        self.kronecker = True
        """Whether a δ with two indices is Kronecker's."""
        self.defined: set[str] = set()
        """Letters such as i that stand for a quantity of their own, i = σ(z_i): below others they do not count; and Δ
        where that is a quantity and no change of what stands behind it."""
        self.squares: set[str] = set()
        """Letters of which the square is what is defined, σ² = …: the square is a name of its own."""
        self.lettered: set[str] = set()
        """Letters of which the index says the layer: z_i and z_j are units of two layers, quantities of their own."""
        self.primed: dict[str, str] = {}
        """Letters that stand for an index with a prime, and the index: the units of j' are those of j."""
        self.timed: set[str] = set()
        """Letters with a step letter below, h_t: their numbers below are points in time, h_0, no components."""
        self.slots: set[str] = set()
        """Letters with a step and a component below, y_{t,i}: there the second letter is no step, y_{t,k}."""
        self.sampled: set[str] = set()
        """Letters with a sample index above, x^{(i)}: without it they stand for any one sample."""
        self.selected: set[str] = set()
        """Letters of which a list of indices selects vectors, the u of u_{n_k}ᵀ h: u_o is such a vector, too."""
        self.listed: set[str] = set()
        """Letters whose numbered components are listed, as in x = [x_1, x_2]: there x_1 is a component of x."""
        self.ranks: dict[str, int] = {}
        """How many indices names with scripts of their own have below, 2 for the W_1 of (W_1)_{ij}."""
        self.sizes: set[tuple[str, str]] = set()
        """Letters with what stands below them that are sizes, the d_k of ℝ^{n×d_k} and of a sum up to d_k: no k counts
        there."""


def base_name(name: t.Name) -> str:
    """The letter with its accents; bold and upright letters are the same letter, calligraphic ones are not."""
    prefix = "cal_" if name.style == "cal" else ""
    return "_".join([prefix + name.letter, *name.accents])


def running(node: t.Big) -> str:
    """The letter that a sum or a product runs over, the i of Σ_i, Σ_{i=1}^n and Σ_{i∈B}; else ""."""
    match node.index:
        case t.Name(letter=letter, accents=()) | t.Compare(sides=(t.Name(letter=letter, accents=()), *_)):
            return letter
    return ""


def script_items(script: t.Tree | None) -> tuple[t.Tree, ...]:
    """The items of a script: `ij`, `i,j`, `{11}` have two each."""
    match script:
        case None:
            return ()
        case t.Group(items=items) if len(items) != 1:
            return tuple(items)
        case t.Name(letter="ln", accents=()):
            return t.Name("l", start=script.start, end=script.end), t.Name("n", start=script.start, end=script.end)
        case t.Factors(items=items) if all(op == "" for op, _ in items):
            return tuple(x for _, item in items for x in script_items(item))
        case t.Num(text=text) if len(text) > 1 and text.isdigit():
            return tuple(
                t.Num(Fraction(digit), digit, start=script.start + k, end=script.start + k + 1)
                for k, digit in enumerate(text)
            )
    return (script,)


def trees(node: Any) -> Iterator[t.Tree]:
    """Every tree below a node (or below each of a tuple of them), itself included."""
    if isinstance(node, t.Tree):
        yield from t.walk(node)


def label_text(script: t.Tree) -> str:
    """A label in one form: `(l+1)`, `[2]`, without spaces."""
    match script:
        case t.Group(kind=kind, items=(item,)) if kind in {"(", "[", "<"}:
            close = {"(": ")", "[": "]", "<": ">"}[kind]
            return f"{kind}{label_text(item)}{close}"
        case t.Group(kind="", items=items):
            return ",".join(map(label_text, items))
        case t.Terms(items=items):
            return "".join(
                ("" if k == 0 and sign == "+" else sign) + label_text(item) for k, (sign, item) in enumerate(items)
            )
        case t.Factors(items=items):
            return "".join(label_text(item) for _, item in items)
        case t.Num(value=value):
            return str(value)
        case t.Name():
            return base_name(script)
        case t.Words(text=text):
            return text.strip()
        case t.Scripted(base=base, sub=sub, sup=sup):
            below = f"_{label_text(sub)}" if sub is not None else ""
            above = f"^{label_text(sup)}" if sup is not None else ""
            return label_text(base) + below + above
    return "?"


def letter_of(item: t.Tree) -> str:
    match item:
        case t.Name():
            return item.letter if not item.accents else ""
        case t.Terms(items=((_, first), *_)):
            return letter_of(first)
        case t.Scripted(base=base):
            return letter_of(base)
    return ""


def is_index(item: t.Tree) -> bool:
    """Whether an item below a letter can count: a digit, an index letter, `i+1`, `t-1`."""
    match item:
        case t.Num():
            return True
        case t.Name():
            return not item.accents and item.style != "bold" and item.letter in INDEX_LETTERS
        case t.Terms(items=items):
            return all(is_index(x) or multiple_of(x) is not None for _, x in items)
    return False


def multiple_of(item: t.Tree) -> tuple[int, str] | None:
    """`2i` in an index that is a sum."""
    match item:
        case t.Factors(items=((_, t.Num(value=value)), (_, t.Name(letter=letter, accents=())))) if (
            value.denominator == 1 and letter in INDEX_LETTERS
        ):
            return int(value), letter
    return None


def is_kronecker(node: t.Tree) -> bool:
    """δ with two indices and nothing else."""
    match node:
        case t.Scripted(base=t.Name(letter="delta", accents=()), sub=sub, sup=None, primes=0):
            items = script_items(sub)
            return len(items) == 2 and all(map(is_index, items))
    return False


def is_transpose(sup: t.Tree) -> bool:
    match sup:
        case t.Name(letter=letter):
            return letter in {"T", "top", "intercal", "transpose", "tr"}
    return False


def usage_key(base: str, label: str) -> str:
    return f"{base}^{label}" if label else base


def usage_of(usage: dict[str, Usage], base: str, label: str = "") -> Usage:
    """How a letter with its label is used; layers that are counted, (l) and (l+1), are used alike."""
    own = usage.get(usage_key(base, label)) or Usage()
    if not label or not isinstance(usage, Survey) or not _counted(label, usage.steps):
        return own
    out = Usage()
    for key, u in usage.items():
        if key.startswith(f"{base}^") and _counted(key[len(base) + 1 :], usage.steps):
            out.bare, out.bold, out.transposed = out.bare + u.bare, out.bold + u.bold, out.transposed + u.transposed
            out.digits, out.letters = out.digits | u.digits, out.letters | u.letters
            out.turned, out.matrix = out.turned or u.turned, out.matrix or u.matrix
            out.double, out.triple = out.double or u.double, max(out.triple, u.triple)
            out.elementwise, out.numbered = out.elementwise + u.elementwise, out.numbered + u.numbered
    return out


def _counted(label: str, steps: set[str]) -> bool:
    return any(letter in steps for letter in re.findall(r"[A-Za-z]+", label))


def _capital(base: str) -> str:
    """R_hat of r_hat."""
    letter, _, accents = base.partition("_")
    return f"{letter.upper()}_{accents}" if accents and len(letter) == 1 else base.upper()


def _stands_for(usage: dict[str, Usage], base: str, label: str) -> bool:
    """Whether a small letter with two indices is the capital one: W is there, w alone is not."""
    small, capital = usage_of(usage, base, label), usage.get(usage_key(_capital(base), label))
    return capital is not None and not small.bare and small.double


def reference(node: t.Tree, usage: dict[str, Usage]) -> Reference | None:
    """What a name, with or without scripts, refers to, also Δw for the change of w; None for anything else."""
    match node:
        case t.Factors(items=((_, t.Name(letter="Delta", accents=())), ("", (t.Name() | t.Scripted()) as of))) if (
            not isinstance(usage, Survey) or "Delta" not in usage.defined
        ):
            found = reference(of, usage)
            return None if found is None else replace(found, base=f"Delta_{found.base}")
        case t.Name():
            return _any_sample(Reference(base_name(node), name=node), usage)
        case t.Scripted(base=t.Name() as name, sub=sub, sup=sup, primes=primes):
            base = base_name(name)
            out: dict[str, Any] = {"base": base, "name": name, "primes": primes}
            steps = usage.steps if isinstance(usage, Survey) else set()
            listed = isinstance(usage, Survey) and base in usage.listed
            defined = usage.defined if isinstance(usage, Survey) else set()
            read_above(out, sup, steps)
            u = usage_of(usage, base, out.get("label", ""))
            timed, slot = (base in usage.timed, base in usage.slots) if isinstance(usage, Survey) else (False, False)
            _below(out, sub, u, usage, steps, listed, defined, timed, slot)
            capital = _capital(base)
            if len(out.get("indices", ())) == 2 and base != capital and _stands_for(usage, base, out.get("label", "")):
                out["base"] = capital  # w_{11} for a component of W
            return _by_letter(_any_sample(_as_square(Reference(**out), usage), usage), usage)
        case t.Scripted(
            base=t.Group(kind="(", items=(t.Name() | t.Scripted() as only,)), sub=t.Tree() as sub, sup=None, primes=0
        ) if all(map(is_index, script_items(sub))):
            return _component(reference(only, usage), script_items(sub))
    return None


def _component(whole: Reference | None, indices: tuple[t.Tree, ...]) -> Reference | None:
    """(W_1)_{ij}, the component of a name with scripts of its own."""
    if whole is None or whole.indices or whole.transposed or whole.power or whole.inverse or whole.primes:
        return None
    return replace(whole, indices=indices) if len(indices) <= 2 else None


def _by_letter(found: Reference, usage: dict[str, Usage]) -> Reference:
    """z_j under a name of its own, where the letter of the index says the layer."""
    if not isinstance(usage, Survey) or found.base not in usage.lettered or found.mark or not found.indices:
        return found
    letters = [i.letter for i in found.indices if isinstance(i, t.Name)]
    if len(letters) < len(found.indices):
        return found
    return replace(found, mark="".join(usage.primed.get(x, x) for x in letters))


def _any_sample(found: Reference, usage: dict[str, Usage]) -> Reference:
    """x in a document of x^{(i)}: any one sample, a name of its own."""
    if not isinstance(usage, Survey) or found.base not in usage.sampled or found.sample is not None or found.label:
        return found
    return found if found.mark else replace(found, label=ANY)


def _as_square(found: Reference, usage: dict[str, Usage]) -> Reference:
    """σ_B^2 as one name, where only the square occurs and an equation defines it."""
    match found.power:
        case t.Num(value=value) if value == 2 and isinstance(usage, Survey) and found.key in usage.squares:
            return replace(found, base=f"{found.base}_squared", power=None)
    return found


def _below(
    out: dict[str, Any],
    sub: t.Tree | None,
    u: Usage,
    usage: dict[str, Usage],
    steps: set[str],
    listed: bool,
    defined: set[str],
    timed: bool,
    slot: bool,
) -> None:
    items = script_items(sub)
    if not items or sub is None:
        return
    if len(items) == 2 and items[0] in ALL:
        out["indices"], out["column"] = items[1:], True
        return
    if len(items) == 2 and items[1] in ALL and is_index(items[0]):
        out["indices"], out["row"] = items[:1], True
        return
    marked = _marked(sub, usage)
    if marked is not None:
        out["mark"], out["indices"] = marked
        if len(marked[1]) == 2 and ALL.intersection(marked[1]):
            out["column"], out["row"] = marked[1][0] in ALL, marked[1][1] in ALL
            out["indices"] = marked[1][1:] if out["column"] else marked[1][:1]
        out["of_component"] = isinstance(sub, t.Scripted)
        return
    counted = tuple(i for i in items if letter_of(i) in steps)
    if slot and not counted and len(items) == 2 and isinstance(items[0], t.Num) and isinstance(items[1], t.Name):
        counted = items[:1]  # the first of the h_{t,i}
    if counted:
        if slot and len(items) == len(counted) == 2 and isinstance(items[1], t.Name):
            counted = counted[:1]
        out["mark"] = ",".join(map(label_text, counted))
        rest = tuple(i for i in items if i not in counted)
        if all(map(is_index, rest)) and len(rest) <= 2:
            out["indices"] = rest
            return
        out["mark"] = label_text(sub)
        return
    if isinstance(usage, Survey) and (out["base"], label_text(sub)) in usage.sizes:
        out["mark"] = label_text(sub)
        return
    numbers = all(isinstance(i, t.Num) for i in items)
    if numbers and len(items) == 1 and not listed and (timed or items[0] == t.Num(Fraction(0))):
        out["mark"] = label_text(sub)  # h_0, where h_t occurs; θ_0 beside θ_1, …, θ_n
        return
    few = len(items) <= 2 or u.triple
    few = few and len(items) <= max(3, u.triple)
    counts = all(map(is_index, items)) and few and not any(letter_of(i) in defined for i in items)
    vector = u.bare and not u.numbered and (u.bold or u.transposed)
    if numbers and len(items) == 1 and not listed and not u.letters and not vector:
        counts = False  # W_1, b_2, h_1: a layer, where the letter alone is not a vector
    if counts:
        out["indices"] = items
    else:
        out["mark"] = label_text(sub)


def letters_below(items: tuple[t.Tree, ...]) -> int:
    """How many different index letters, or sums of them, a script is, if they are three or more: the axes of an array
    `W_{ijl}`. Else 0."""
    letters = {i.letter for i in items if isinstance(i, t.Name) and is_index(i)}
    sums = [i for i in items if isinstance(i, t.Terms) and is_index(i)]
    return len(items) if 3 <= len(items) == len(letters) + len(sums) <= 6 else 0


def _marked(sub: t.Tree, usage: dict[str, Usage]) -> tuple[str, tuple[t.Tree, ...]] | None:
    """A mark with indices behind it: `\\delta_{z_i}` is component i of δ_z, `J_{z,ij}` component ij of J_z."""
    match sub:
        case t.Scripted(base=t.Name() as name, sub=inner, sup=sup, primes=0) if inner is not None:
            items = script_items(inner)
            # of \\mathbf{r}, r_i is no index, and an index has no layer: r^{(2)}_i is none
            vector = sup is not None or (name.letter in usage and usage[name.letter].bold)
            if all(map(is_index, items)) and (vector or not is_index(name)):
                return label_text(t.Scripted(name, None, sup) if sup is not None else name), items
            if (own := _marked(inner, usage)) is not None:  # \\delta_{a_{f,j}} is component j of the δ of a_f
                named = f"{label_text(name)}_{own[0]}"
                return (f"{named}^{label_text(sup)}" if sup is not None else named), own[1]
        case t.Group(kind="", items=(first, *rest)) if rest and (
            not is_index(first) or _two_beside(rest, first, usage)
        ):
            items = tuple(x for item in rest for x in script_items(item))
            if all(is_index(i) or (i in ALL and len(items) == 2) for i in items):
                return label_text(first), items
    return None


def _two_beside(rest: list[t.Tree], first: t.Tree, usage: dict[str, Usage]) -> bool:
    """Whether indices without a comma stand behind one with a comma that counts no steps: the ik of J_{t,ik}."""
    counts = isinstance(usage, Survey) and letter_of(first) in usage.steps
    return len(rest) == 1 and isinstance(rest[0], t.Factors) and len(script_items(rest[0])) > 1 and not counts


def is_negative(item: t.Tree) -> bool:
    return isinstance(item, t.Terms) and item.items[0][0] == "-"


def _names_a_layer(letter: str) -> bool:
    """The H and O of W^{(H)} and W^{(O)}, a hidden and an output layer; x^{(N)} is the last of N samples."""
    return len(letter) == 1 and letter.isupper() and letter not in SIZE_LETTERS


def read_above(out: dict[str, Any], sup: t.Tree | None, steps: set[str]) -> None:
    match sup:
        case None:
            return
        case _ if is_transpose(sup):
            out["transposed"] = True
        case t.Factors(items=items) if len(items) in {2, 3} and not items[-1][0] and is_transpose(items[-1][1]):
            before = items[0][1] if len(items) == 2 else t.Factors(items[:-1])
            read_above(out, before, steps)  # h^{(1)T}
            out["transposed"] = True
        case t.Factors(items=((_, t.Group(items=(_,)) as one), ("", t.Group(items=(_,)) as other))):
            both: dict[str, Any] = {"base": out.get("base")}
            for script in (one, other):
                read_above(both, script, steps)
            out.update(both if {"label", "sample"} <= set(both) else {"power": sup})  # a^{[1](i)}
        case t.Group(kind="(" | "[" | "<", items=(item,)):
            letter = letter_of(item)
            if sup.kind == "(" and item == COLUMN:
                out["sample"] = item
            elif sup.kind == "(" and (out.get("base") == "e" or is_negative(item)):
                out["power"] = item  # e^{(-z)}
            elif sup.kind == "(" and letter and letter not in LAYER_LETTERS | steps and not _names_a_layer(letter):
                out["sample"] = item
            else:
                out["label"] = label_text(sup)
        case t.Name(letter=letter) if letter in LAYER_LETTERS or (letter in steps and letter not in {"n", "m"}):
            out["label"] = f"({letter})"
        case t.Terms(items=((_, t.Name(letter=letter)), *_)) if letter in LAYER_LETTERS or letter in steps - {"n", "m"}:
            out["label"] = f"({label_text(sup)})"
        case t.Words() | t.Name(letter="*" | "dagger" | "star"):
            out["label"] = label_text(sup)  # y^*, y^{\\text{true}}
        case t.Name(letter=letter, style="rm" | "sf" | "it") if len(letter) > 1:
            out["label"] = label_text(sup)  # y^*, y^{\\text{true}}
        case t.Terms(items=(("-", t.Name() as turned),)) if is_transpose(turned):  # A^{-T}
            out["transposed"], out["power"] = True, t.Num(Fraction(-1), "-1", start=sup.start, end=sup.end)
        case t.Terms(items=(("-", t.Num(value=v)),)) if v == 1:
            out["inverse"] = True
            out["power"] = sup
        case _:
            out["power"] = sup
