"""The front door: what a person imports, with output methods on what the layers below compute.

>>> import deltarule as dr
>>> network = dr.Network("linear(n, 1) -> sigmoid -> bce")
>>> network.messages["linear"].parameter["w"].text
'(y_hat - y) * x'
>>> network.derive().check().all_proved
True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deltarule.calculus.derivation import Derivation as _Derivation
from deltarule.calculus.derivation import Judgement, Message, ModuleMessages
from deltarule.language.equation import Declaration, Role
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Axis, Expression
from deltarule.network import Network as _Network

if TYPE_CHECKING:
    from deltarule.checking import Report
    from deltarule.program import Program

__all__ = ["Derivation", "Formula", "Messages", "Network", "prove", "read_network"]


class Formula:
    """One expression with its axes in order, in every notation."""

    def __init__(
        self,
        expression: Expression,
        axes: tuple[Axis, ...],
        declarations: Mapping[str, Declaration],
        *,
        name: str = "",
        layout: str = "denominator",
    ) -> None:
        self.expression, self.axes, self.name, self.layout = expression, axes, name, layout
        self._declarations = declarations

    @property
    def shape(self) -> tuple[int | str, ...]:
        """The sizes of the axes; independent of the layout."""
        return tuple(axis.size for axis in self.axes)

    @cached_property
    def latex(self) -> str:
        from deltarule.writing import to_latex

        return to_latex(self.expression, self.axes, self._declarations, layout=self.layout)

    @cached_property
    def text(self) -> str:
        from deltarule.writing import to_text

        return to_text(self.expression, self.axes, self._declarations)

    @cached_property
    def numpy(self) -> str:
        """A NumPy expression over the names of the network, `np` being NumPy; independent of the layout."""
        from deltarule.writing.numpy import numpy_source

        return numpy_source(self.expression, self.axes)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Formula({self.name + ' = ' if self.name else ''}{self.text})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


class Messages:
    """What one module exchanges: `forward`, `backward` (None where nothing is asked of it) and `parameter` by name."""

    def __init__(self, messages: ModuleMessages, derivation: _Derivation) -> None:
        def formula(m: Message) -> Formula:
            return Formula(m.value, m.axes, derivation.declarations, name=m.name, layout=derivation.layout)

        self.module = messages.module
        self.forward = formula(messages.forward)
        self.backward = formula(messages.backward) if messages.backward is not None else None
        self.backwards = {m.of: formula(m) for m in messages.backwards}
        self.parameter = {name: formula(m) for name, m in messages.parameter.items()}

    def __repr__(self) -> str:
        return f"Messages({self.module}: forward {self.forward.name}, parameters {', '.join(self.parameter) or 'none'})"


class _ByModule(dict[str, Messages]):
    """Messages by the name of the module; `linear_1` also finds the only `linear`, and the other way round."""

    def __missing__(self, name: str) -> Messages:
        for other in (name.removesuffix("_1"), f"{name}_1"):
            if other in self.keys():
                return self[other]
        raise KeyError(f"no module {name!r}; the network has {', '.join(self)}")


class Derivation:
    """A derivation, step by step, each step with its rule and its verdict. `str()` is the text of the terminal."""

    def __init__(self, inner: _Derivation) -> None:
        self.inner = inner

    @property
    def counts(self) -> dict[str, int]:
        """How many steps have each verdict."""
        return self.inner.counts()

    @cached_property
    def messages(self) -> dict[str, Messages]:
        return _ByModule((m.module, Messages(m, self.inner)) for m in self.inner.messages)

    def check(self) -> Report:
        """Judge every step again from the definitions alone: `.all_proved`, `.counts`, `.rows`, `.failed`."""
        from deltarule.checking import check_derivation

        return check_derivation(self.inner)

    def write(self, format: str) -> str:
        """The derivation as `text`, `markdown`, `latex`, `html`, `json`, `notebook` or `card`."""
        from deltarule.writing import write

        return write(self.inner, format)

    def to_markdown(self) -> str:
        return self.write("markdown")

    def to_latex(self) -> str:
        """A document that pdflatex compiles."""
        return self.write("latex")

    def to_html(self) -> str:
        """One file that needs no network."""
        return self.write("html")

    def to_json(self) -> str:
        return self.write("json")

    def to_notebook(self) -> str:
        return self.write("notebook")

    def to_card(self) -> str:
        return self.write("card")

    def __str__(self) -> str:
        return self.write("text")

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {v}" for v, n in self.counts.items())
        return f"Derivation({self.inner.network}: {counts})"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


class Network:
    """A network from the text notation: a chain of modules, or equations with shapes.

    `Network("linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce")`, or
    `Network("y = sigmoid(w @ x + b)", shapes="w: n, x: n")`.
    Raises `DeltaruleError` (a ValueError) that says what is wrong, where, and what would be right.
    """

    def __init__(
        self,
        text: str,
        shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
        roles: Mapping[str, Role] | None = None,
    ) -> None:
        self.inner = _Network.parse(text, shapes, roles)

    @classmethod
    def of(cls, inner: _Network) -> Network:
        """The front of a network that was parsed already."""
        self = cls.__new__(cls)
        self.inner = inner
        return self

    @property
    def text(self) -> str:
        return self.inner.text

    @property
    def shapes(self) -> str:
        return self.inner.shapes

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return self.inner.parameters

    @property
    def equations(self) -> dict[str, Formula]:
        """The forward pass by name."""
        declarations = self.inner.declarations
        return {e.name: Formula(e.right, e.axes, declarations, name=e.name) for e in self.inner.equations}

    @cached_property
    def messages(self) -> dict[str, Messages]:
        """Forward, backward and parameter messages by module, in the default form (one sample, minimised)."""
        return self.derive().messages

    def derive(
        self,
        *,
        wrt: Iterable[str] | None = None,
        detail: str = "matrix",
        view: str = "applied",
        layout: str = "denominator",
        sign: str = "minimise",
        policy: str = "plain",
        batch: bool = False,
        numbers: int | str | Mapping[str, Any] | None = None,
        second: str | None = None,
    ) -> Derivation:
        """Derive and prove every message.

        `second="hessian"` or `"gauss-newton"` goes on to that matrix times a direction `v_W`, ... (Pearlmutter's and
        Schraudolph's equations); the parameter messages are then the products, `Hv_W` or `Gv_W`.

        `wrt`: names to differentiate by (default: parameters and input). `numbers`: a seed, a JSON file or values by
        name; the derivation then shows every value and checks the gradient against central differences.
        """
        from deltarule.calculus.detail import at_detail
        from deltarule.network.derive import derive
        from deltarule.network.worked import choose_numbers, read_numbers, with_numbers

        if second is not None:
            if (view, sign, policy) != ("applied", "minimise", "plain") or wrt is not None or numbers is not None:
                raise DeltaruleError("second goes with detail, layout and batch only")
            from deltarule.network.curvature import times_direction

            along = times_direction(self.inner, second, batch=batch)  # type: ignore[arg-type]
            return Derivation(at_detail(replace(along, layout=layout), detail))
        out = derive(self.inner, wrt=wrt, view=view, layout=layout, sign=sign, policy=policy, batch=batch)  # type: ignore[arg-type]
        if detail == "component" and self.inner.needs_batch and numbers is None:  # every index needs a number
            two = self.inner.with_batch(2)
            out = derive(two, wrt=wrt, view=view, layout=layout, sign=sign, policy=policy)  # type: ignore[arg-type]
        if numbers is not None:
            batch = batch or self.inner.needs_batch
            subject = self.inner.with_batch(3) if batch else self.inner
            if batch:
                out = derive(subject, wrt=wrt, view=view, layout=layout, sign=sign, policy=policy)  # type: ignore[arg-type]
            if isinstance(numbers, str):
                values = read_numbers(numbers, subject)
            elif isinstance(numbers, int):
                values = choose_numbers(subject, numbers)
            else:
                values = {**choose_numbers(subject, 0), **numbers}
            out = with_numbers(out, values)
        return Derivation(at_detail(out, detail))

    def compile(self, *, policy: str = "accuracy", dtype: str = "float64", engine: str = "numpy") -> Program:
        """The derived equations as a program: `.forward`, `.gradients`, `.step`, `.source`."""
        from deltarule.program import compile_network

        return compile_network(self.inner, policy=policy, dtype=dtype, engine=engine)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"Network({self.text!r}{f', shapes={self.shapes!r}' if self.shapes else ''})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and (self.text, self.shapes) == (other.text, other.shapes)

    def __hash__(self) -> int:
        return hash((self.text, self.shapes))

    def _repr_markdown_(self) -> str:
        rows = "\n".join(f"- ${f.name}$: $\\displaystyle {f.latex}$" for f in self.equations.values())
        return f"**{self.text}**\n\n{rows}"


def prove(
    left: str,
    right: str,
    *,
    where: Mapping[str, str] | None = None,
    shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
    positive: Iterable[str] = (),
) -> Judgement:
    """Whether `left = right`, in the text notation, for all values and all sizes.

    `where` defines names, `shapes` gives axes (default: scalars), `positive` lists what is > 0. The answer has a
    `verdict` (proved, refuted or undecided), a `domain`, and a certified `counterexample` where it was refuted.

    >>> prove("tanh(z)", "2*sigmoid(2*z) - 1").verdict
    'proved'
    >>> prove("A @ B", "B @ A", shapes="A: n n, B: n n").verdict
    'refuted'
    """
    from deltarule.checking.core.equality import judge_equality

    return judge_equality(left, right, where=where, shapes=shapes, positive=tuple(positive))


def read_network(text: str, shapes: str | None = None) -> Network:
    """A network from its text, or from a file that holds it."""
    path = Path(text) if len(text) < 1024 and "\n" not in text else None
    try:
        if path is not None and path.is_file():
            text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        pass
    return Network(text, shapes)
