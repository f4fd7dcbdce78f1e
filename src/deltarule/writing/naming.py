"""How a name of the text notation stands on the page, and which letters the indices get.

One scheme survives indices: the number of a layer is a superscript in parentheses, an index is a subscript, so
`W_1[1,2]` is W^(1) with the subscript 12. An error signal δ carries what it belongs to as its subscript, indices
included, because `delta_a_1` stands for ∂L/∂a_1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from itertools import count

from deltarule.language.equation import Declaration
from deltarule.language.expression import Axis
from deltarule.writing.formula import Name

__all__ = ["ACCENTS", "GREEK", "Names", "letters_for", "split"]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
"""Names of Greek letters, which are also their LaTeX commands, and the letters."""

ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
"""Accents by name (also their LaTeX commands), and their combining characters."""

_ALONG = ("R", "rho", "v", "Hv", "Gv")
"""Letters of what belongs to a direction: derivatives along it, the direction itself, products with it."""
_LETTERS = "ijklpqrstuvabcfg"


def split(name: str) -> Name:
    """`W_1`, `y_hat`, `x_in`, `h_1_hat` into letter, accent, number and word."""
    letter, *rest = name.split("_")
    accent, numbers, words = "", [], []
    for part in rest:
        if part in ACCENTS and not accent:
            accent = part
        elif part.isdigit():
            numbers.append(part)
        else:
            words.append(part)
    if not letter or not all(rest):  # `_x`, `a__b`: no scheme, the name as it is
        return Name(name, source=name)
    return Name(letter, accent, ",".join(numbers), " ".join(words), source=name)


class Names:
    """The names of one derivation. Two names that would look alike are both written out in full."""

    def __init__(self, declarations: Mapping[str, Declaration]) -> None:
        self.declarations = declarations
        self.jacobians_turned = False
        """Whether a Jacobian of two axes lies with what it is differentiated by first, as in denominator layout."""
        self._places: Mapping[str, tuple[str, ...]] = {}
        self._known: dict[str, Name] = {}
        seen: dict[Name, str] = {}
        for name in declarations:
            looks = self._split(name)
            bare = Name(looks.letter, looks.accent, looks.number, looks.word, of=looks.of)
            if bare in seen:
                self._known[name] = Name(name, source=name)
            seen[bare] = name
            self._known.setdefault(name, looks)

    def at(self, places: Mapping[str, tuple[str, ...]]) -> Names:
        """The same names, some of them with indices that stand at all their components: X_s for the matrix s of X."""
        if not any(places.values()):
            return self
        found = copy(self)
        found._places = places
        return found

    def _split(self, name: str) -> Name:
        declaration = self.declarations.get(name)
        if declaration is not None and declaration.role == "message" and declaration.of is not None:
            along = next((p for p in _ALONG if name.startswith(f"{p}_")), "delta")
            letter = "J" if name.startswith("J_") or self.jacobian(name) else along
            return Name(letter, of=self(declaration.of[1]), source=name)
        return split(name)

    def jacobian(self, name: str) -> bool:
        """Whether the name stands for the derivative of a vector or matrix, so that it has the axes of both."""
        declaration = self.declarations.get(name)
        if declaration is None or declaration.role != "message" or declaration.of is None:
            return False
        of = self.declarations.get(declaration.of[0])
        return of is not None and bool(of.sizes)

    def __call__(self, name: str, rank: int = 0, indices: Iterable[str] = ()) -> Name:
        """The name whole (bold where `rank` axes stand unwritten) or one component of it."""
        if name not in self._known:
            self._known[name] = self._split(name)
        known = self._known[name]
        indices = (*self._places.get(name, ()), *indices)
        of = known.of
        if of is not None and self.jacobian(known.source):  # its indices are those of both: they stand at J
            declaration = self.declarations.get(of.source)
            of = self(of.source, len(declaration.sizes) if declaration and rank else 0)
            indices = indices[::-1] if self.jacobians_turned and len(indices) == 2 else indices
        elif of is not None:
            of, indices = self(of.source, rank, indices), ()
        return Name(known.letter, known.accent, known.number, known.word, rank, indices, of, known.source)

    def taken(self) -> set[str]:
        """Letters that an index may not be: names of symbols, and sizes."""
        out = {name.split("_")[0] for name in self.declarations}
        out |= {size for d in self.declarations.values() for size in d.sizes if isinstance(size, str)}
        return out | {"e", "d"}


def letters_for(axes: Iterable[Axis], used: set[str]) -> dict[Axis, str]:
    """A letter for each axis, none of them in `used`: i, j, k, ... in the order of the axes."""
    out: dict[Axis, str] = {}
    free = (letter for letter in _LETTERS if letter not in used)
    numbered = (f"i{n}" for n in count(1))
    for axis in axes:
        if axis not in out:
            out[axis] = next(free, None) or next(n for n in numbered if n not in used)
    return out
