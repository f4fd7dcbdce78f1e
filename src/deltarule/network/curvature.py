"""Second order: the Hessian and the Gauss-Newton matrix times a direction, by the same equations derived once more.

With a direction v_W for each parameter W, `R_u` is the derivative of u along it: R_u = Σ_s ∂u/∂s · R_s over the
names s in the equation of u, and R_W = v_W (Pearlmutter 1994). Carried out for the forward pass, the error signals and
the parameter messages, it ends in `Hv_W`, the rows of H v that belong to W. The Gauss-Newton matrix leaves out the
curvature of the network: from the last pre-activation z on, `rho_z` = R_delta_z goes back by the equations of the error
signals with rho in the place of delta (Schraudolph 2002). The cost of either is a small multiple of that of the
gradient; no matrix is formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from deltarule.algebra import prove
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Derivation, Message, ModuleMessages, Row, Section
from deltarule.calculus.judge import Judge
from deltarule.calculus.local import with_activities
from deltarule.calculus.rules import contract
from deltarule.calculus.tidy import tidy
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ZERO, Derivative, Expression, Sum, Symbol, at
from deltarule.language.traversal import names, substitute
from deltarule.network.derive import derive
from deltarule.network.network import Network

__all__ = ["Curvature", "times_direction"]

Curvature = Literal["hessian", "gauss-newton"]
PRODUCT = {"hessian": "Hv", "gauss-newton": "Gv"}


def times_direction(network: Network, curvature: Curvature = "hessian", *, batch: bool = False) -> Derivation:
    """The derivation of H v or G v: the equations of the gradient, then those along the direction `v_W`, ...

    Raises DeltaruleError for a network without a loss or without parameters.
    """
    if curvature not in PRODUCT:
        raise DeltaruleError(f"the curvature is {curvature!r}; it has to be one of {', '.join(PRODUCT)}")
    if network.loss is None or not network.parameters:
        raise DeltaruleError("curvature needs a loss and parameters: end the network with a loss, such as `-> bce`")
    subject = network.with_batch() if batch and network.batch is None else network
    first = derive(subject, wrt=subject.parameters)
    return _Along(subject, first, curvature).run()


@dataclass
class _Along:
    network: Network
    first: Derivation
    curvature: Curvature
    tangents: dict[str, str] = field(default_factory=dict)
    """The name of the derivative of each name along the direction."""
    chains: list[Chain] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)

    def run(self) -> Derivation:
        network, first = self.network, self.first
        declarations = dict(first.declarations)
        reached = {p for m in first.messages for p in m.parameter}
        for p in network.parameters:
            if p in reached:
                self.tangents[p] = f"v_{p}"
                declarations[f"v_{p}"] = Declaration(f"v_{p}", declarations[p].sizes, "message", of=("", p))
        self.definitions = Definitions.of(first.equations, declarations)
        gradients = {p: self._gradient(p) for p in network.parameters if p in reached}
        for p, e in gradients.items():
            known = self.definitions.declarations
            known[e.name] = Declaration(e.name, known[p].sizes, "message", of=(network.loss or "", p))
            self.definitions.define(e)
        self.judge = Judge.of(self.definitions, network.assumptions)
        made = {e.name for e in network.equations}
        if network.prediction_equation is not None:
            made.add(network.prediction_equation.name)
        forward = [e for e in first.equations if e.name in made and e.name != network.loss]
        signals = [e for e in first.equations if e.name not in made]
        sections = [*first.sections]
        sections.append(self._section("Forward, along the direction", [self._along(e, f"R_{e.name}") for e in forward]))
        if self.curvature == "hessian":
            sections.append(
                self._section("Back, along the direction", [self._along(e, f"R_{e.name}") for e in signals])
            )
            last = [self._along(e, f"Hv_{p}") for p, e in gradients.items()]
            sections.append(self._section("The Hessian times the direction", last, final=True))
        else:
            sections += self._gauss_newton(signals, gradients)
        needed = self._needed(PRODUCT[self.curvature])
        sections = [
            replace(s, chains=tuple(c for c in s.chains if not isinstance(c.left, Symbol) or c.left.name in needed))
            if k >= len(first.sections)
            else s
            for k, s in enumerate(sections)
        ]
        sections = [s for s in sections if s.chains or s.words]
        self.equations = [e for e in self.equations if e.name in needed]
        messages = tuple(
            ModuleMessages(
                m.module, m.forward, m.backward, {p: self._message(p, gradients[p]) for p in m.parameter}, m.backwards
            )
            for m in first.messages
        )
        name = PRODUCT[self.curvature]
        matrix = "the Hessian" if self.curvature == "hessian" else "the Gauss-Newton matrix"
        return replace(
            first,
            title=f"{matrix[0].upper()}{matrix[1:]} of {network.text} times a direction",
            sections=tuple(sections),
            declarations=self.definitions.declarations,
            equations=(*first.equations, *(e for e in self.equations if not e.name.startswith(f"{name}_"))),
            messages=messages,
            gradients={p: e for p in gradients for e in self.equations if e.name == f"{name}_{p}"},
            notes=(
                *first.notes,
                "v_W is a direction, an array of the shape of W; R_u is the derivative of u along it.",
                f"{name}_W is what {matrix} times the direction has in the place of W.",
            ),
        )

    def _needed(self, product: str) -> set[str]:
        """The names along the direction that the products are computed from, and the products."""
        live = {e.name for e in self.equations if e.name.startswith(f"{product}_")}
        for e in reversed(self.equations):
            if e.name in live:
                live |= names(e.right)
        return live

    def _gradient(self, parameter: str) -> Equation:
        """The parameter message by the names of the error signals: Σ_u ∂u/∂W · δ_u."""
        w = self.definitions.symbol(parameter)
        parts = []
        for name in self.definitions.users(parameter):
            if f"delta_{name}" in self.definitions.equations:
                u = self.definitions.symbol(name)
                signal = Symbol(f"delta_{name}", u.indices)
                parts.append(contract(multiply(self.definitions.direct(u, w), signal, bound=u.axes)))
            elif name == self.network.loss:
                parts.append(self.definitions.direct(self.definitions.symbol(name), w))
        return Equation(Symbol(f"grad_{parameter}", w.indices), tidy(add(*parts)))

    def _message(self, parameter: str, gradient: Equation) -> Message:
        name = f"{PRODUCT[self.curvature]}_{parameter}"
        found = next((e for e in self.equations if e.name == name), None)
        value = ZERO if found is None else at(found.right, found.axes, gradient.axes)
        return Message(name, value, gradient.axes, parameter)

    def _section(self, title: str, chains: list[Chain | None], final: bool = False) -> Section:
        kept = [replace(self.judge.chain(c), final=final) for c in chains if c is not None]
        return Section(title, tuple(kept))

    def _symbol(self, name: str, like: str) -> Symbol:
        return Symbol(name, self.definitions.symbol(like).indices)

    def _along(self, e: Equation, name: str) -> Chain | None:
        """R_u = Σ_s ∂u/∂s · R_s; None where the direction does not change u."""
        moved = [s for s in self.definitions.mentions(e.name) if s in self.tangents]
        return self._combined(e, name, {s: self.tangents[s] for s in moved})

    def _combined(self, e: Equation, name: str, sources: Mapping[str, str]) -> Chain | None:
        if not sources:
            return None
        u = e.left
        written, found = [], []
        for s, tangent in sources.items():
            by = self.definitions.symbol(s)
            moving = Symbol(tangent, by.indices)
            held = [
                w
                for w in self.definitions.mentions(e.name)
                if w != s and w in self.definitions.equations and self.definitions.depends(w, s)
            ]
            found.append(contract(multiply(self.definitions.direct(u, by), moving, bound=by.axes)))
            # a signal is the derivative of the loss: what varies is its equation, which a reader has to see
            of = e.right if e.name.startswith(("delta_", "grad_")) else u
            linear = _in_the_place(e.right, s, tangent) if s.startswith("delta_") else None
            if linear is None or not prove(linear, found[-1]).proved:
                plain = of is u or not held  # what holds a name below a bar has no spelling that is read back
                linear = multiply(Derivative(of, by, held), moving, bound=by.axes) if plain else found[-1]
            written.append(linear)
        value = tidy(_without_primes(add(*found)))
        value = tidy(with_activities(self.definitions, value, ""))
        if value is ZERO:
            return None
        declared = self.definitions.declarations
        declared[name] = Declaration(name, declared[e.name].sizes, "message", of=("", _about(name, e.name)))
        self.tangents[e.name] = name
        self.equations.append(Equation(Symbol(name, u.indices), value, e.module))
        rows = (Row(add(*written), "definition of the derivative along a direction"), Row(value, "local derivatives"))
        return Chain(Symbol(name, u.indices), rows, u.axes, place=e.module)

    # Gauss-Newton -------------------------------------------------------------------------------------------------

    def _gauss_newton(self, signals: list[Equation], gradients: dict[str, Equation]) -> list[Section]:
        split = self._split()
        start = next(e for e in signals if e.name == f"delta_{split}")
        above = signals[: signals.index(start) + 1]
        back = signals[signals.index(start) + 1 :]
        curved = [self._along(e, f"rho_{split}" if e is start else f"R_{e.name}") for e in above]
        sections = [self._section("The curvature of the loss", curved)]
        rho = {e.name: self.tangents[e.name] for e in above if e.name in self.tangents}
        chains: list[Chain | None] = []
        for e in back:
            name = f"rho_{e.name.removeprefix('delta_')}"
            chains.append(self._linear(e, name, rho))
            if chains[-1] is not None:
                rho[e.name] = name
        sections.append(self._section("Back, without the curvature of the network", chains))
        last = [self._linear(e, f"Gv_{p}", rho) for p, e in gradients.items()]
        sections.append(self._section("The Gauss-Newton matrix times the direction", last, final=True))
        return sections

    def _split(self) -> str:
        """Where the network ends and the loss begins: at the last pre-activation, else at what goes into the loss."""
        network = self.network
        return "z" if "z" in {e.name for e in network.equations} else network.modules[-1].inputs[0]

    def _linear(self, e: Equation, name: str, rho: Mapping[str, str]) -> Chain | None:
        """The equation of an error signal with rho in the place of delta: it is linear in them."""
        return self._combined(e, name, {s: rho[s] for s in self.definitions.mentions(e.name) if s in rho})


def _in_the_place(e: Expression, signal: str, tangent: str) -> Expression:
    """The terms that hold the signal, with its derivative along the direction in its place."""
    terms = e.terms if isinstance(e, Sum) else (e,)

    def put(n: Expression) -> Expression | None:
        return Symbol(tangent, n.indices) if isinstance(n, Symbol) and n.name == signal else None

    return add(*(substitute(t, put) for t in terms if signal in names(t)))


def _about(name: str, of: str) -> str:
    """What a name along the direction belongs to: R_delta_z to delta_z, rho_z to z, Hv_W to W."""
    return of if name.startswith("R_") else name.partition("_")[2]


def _without_primes(e: Expression) -> Expression:
    """Derivatives of functions, which local derivatives leave as f'(u), in their plain form."""
    from deltarule.calculus.forms import S, choose, put
    from deltarule.language.expression import Apply
    from deltarule.language.functions import FUNCTIONS

    def replace_(u: Expression) -> Expression | None:
        if isinstance(u, Apply) and sum(u.order) == 1 and len(u.arguments) == 1 and u.function in FUNCTIONS:
            argument = substitute(u.arguments[0], replace_)
            form = choose(Apply(u.function, (S,)), "plain")
            return put(form.expression, argument, Apply(u.function, (argument,)))
        return None

    return substitute(e, replace_)
