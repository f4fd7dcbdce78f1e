"""From a network to its derivation: forward pass, error signals, parameter messages, updates, every row judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Chain, Derivation, Message, ModuleMessages, Row, Section
from deltarule.calculus.forms import Policy
from deltarule.calculus.function_derivative import function_chains
from deltarule.calculus.judge import Judge
from deltarule.calculus.stable import stable_form
from deltarule.calculus.sweep import Result, Sweep
from deltarule.language.arithmetic import add, multiply, negate
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.expression import Apply, Derivative, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, walk
from deltarule.network.network import ModuleInstance, Network

__all__ = ["derive"]

View = Literal["applied", "jacobian"]
ETA = Symbol("eta")


def derive(
    network: Network,
    *,
    wrt: Iterable[str] | None = None,
    view: View = "applied",
    layout: Literal["denominator", "numerator"] = "denominator",
    sign: Literal["minimise", "maximise"] = "minimise",
    policy: Policy = "plain",
    batch: bool = False,
    prove: bool = True,
) -> Derivation:
    """Derive every message of the network.

    `wrt` names what to differentiate by (default: every parameter and the inputs). With `batch` an axis of samples is
    in front and the loss is the mean. `prove=False` leaves the rows unjudged.
    Raises DeltaruleError for a name that the network does not have, or that the output does not depend on.
    """
    choices = {
        "view": ("applied", "jacobian"),
        "layout": ("denominator", "numerator"),
        "sign": ("minimise", "maximise"),
        "policy": ("plain", "memory", "accuracy"),
    }
    given = {"view": view, "layout": layout, "sign": sign, "policy": policy}
    for name, allowed in choices.items():
        if given[name] not in allowed:
            raise DeltaruleError(f"{name} is {given[name]!r}; it has to be one of {', '.join(allowed)}")
    if sign == "maximise" and network.loss is None:
        raise DeltaruleError("sign='maximise' needs a loss: end the network with one, such as `-> bce`")
    subject = network.with_batch() if (batch or network.needs_batch) and network.batch is None else network
    return _Deriving(subject, _wanted(subject, wrt), view, layout, sign, policy, prove).run()


def _wanted(network: Network, wrt: Iterable[str] | None) -> tuple[str, ...]:
    if wrt is None:
        return (*network.parameters, *network.inputs)
    known = [n for n, d in network.declarations.items() if d.role in {"parameter", "input", "activity"}]
    out = tuple(wrt)
    for name in out:
        if name not in known:
            raise DeltaruleError(
                f"the network has no `{name}` to differentiate by{nearest(name, known)} It has {', '.join(known)}."
            )
    return out


def _decimal(value: Fraction) -> str:
    return str(value) if Fraction(repr(float(value))) != value else f"{float(value):g}"


@dataclass
class _Deriving:
    network: Network
    wrt: tuple[str, ...]
    view: View
    layout: str
    sign: str
    policy: Policy
    prove: bool
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self) -> Derivation:
        network = self.network
        for kind in dict.fromkeys(m.kind for m in network.modules):
            stated = dict.fromkeys(c for m in network.modules if m.kind == kind for c in m.conventions)
            if stated:
                self.notes.append(f"{kind}: {'; '.join(stated)}.")
        self.equations = list(network.equations)
        if self.sign == "maximise":
            self.equations = [
                replace(e, right=negate(e.right)) if e.name == network.loss else e for e in self.equations
            ]
            self.notes.append(
                f"{network.loss} is the loss with the opposite sign: of a cross-entropy, the log-likelihood."
            )
        declarations = dict(network.declarations)
        self.target = network.loss or "L"
        if network.loss is None and self.view == "applied":
            if "L" in declarations:
                self.target = "loss"
            declarations[self.target] = Declaration(self.target, (), "loss", self.target)
        self.definitions = Definitions.of(self.equations, declarations)
        if network.prediction_equation is not None:
            self.definitions.define(network.prediction_equation)
        self.facts = [
            (a.left, a.right)
            for a in network.assumptions
            if a.kind == "equal" and a.left is not None and a.right is not None
        ]
        self.judge = Judge.of(self.definitions, network.assumptions)
        self._functions()
        self._forward()
        if self.policy == "accuracy" and network.loss is not None and self.view == "applied":
            self._stable()
        results = self._applied() if self.view == "applied" else self._jacobians()
        self._modes()
        equations = [*self.equations, *self._signal_equations(results)]
        if network.prediction_equation is not None:
            equations.insert(len(self.equations), network.prediction_equation)
        return Derivation(
            title=f"Backpropagation through {network.text}",
            network=network.text,
            sections=tuple(self.sections),
            declarations=self.definitions.declarations,
            assumptions=network.assumptions,
            equations=tuple(equations),
            gradients={
                r.name: Equation(Symbol(f"grad_{r.name}", r.axes), r.lean)
                for r in results.values()
                if isinstance(r.symbol, Derivative)
            },
            messages=self._messages(results),
            saved=self._saved(results),
            view=self.view,
            layout=self.layout,
            sign=self.sign,
            policy=self.policy,
            batch=str(network.batch) if network.batch is not None else None,
            notes=tuple(self.notes),
        )

    # Sections ------------------------------------------------------------------------------------------------

    def _section(self, title: str, chains: Iterable[Chain], words: str = "", module: str = "", level: int = 2) -> None:
        kept = [self.judge.chain(c) if self.prove else c for c in chains]
        if kept or words:
            self.sections.append(Section(title, tuple(kept), words, level, module))

    def _functions(self) -> None:
        used = dict.fromkeys(
            n.function
            for e in self.equations
            for n in walk(e.right)
            if isinstance(n, Apply)
            and n.function in FUNCTIONS
            and not FUNCTIONS[n.function].primitive
            and n.function != "sqrt"  # written as a root: the rule of powers, no function of its own
        )
        chains = [c for name in used for c in function_chains(name)]
        if chains:
            judge = Judge(Definitions({}), Facts())
            judged = [judge.chain(c) if self.prove else c for c in chains]
            self.sections.append(Section("Functions", tuple(judged)))

    def _forward(self) -> None:
        chains = [self._definition(e) for e in self.equations]
        if self.network.prediction_equation is not None:
            chains.append(self._definition(self.network.prediction_equation))
        self._section("Forward messages", chains)

    @staticmethod
    def _definition(e: Equation) -> Chain:
        return Chain(e.left, (Row(e.right, "definition"),), e.axes, place=e.module)

    def _stable(self) -> None:
        chain = stable_form(self.definitions, self.target)
        if chain is None:
            return
        self._section("Stable form of the loss", [chain], "The output put into the logarithms of the loss, which open.")
        stable = Equation(Symbol(self.target), chain.result, chain.place)
        self.equations = [stable if e.name == self.target else e for e in self.equations]
        self.definitions = Definitions.of(self.equations, self.definitions.declarations)
        if self.network.prediction_equation is not None:
            self.definitions.define(self.network.prediction_equation)
        self.judge = replace(self.judge, definitions=self.definitions)

    def _modes(self) -> None:
        """What is drawn, what the state becomes, what holds at prediction: stated, not derived."""
        network = self.network
        for name, p in network.drawn.items():
            self.notes.append(
                f"{name} is drawn for each sample while training, 1 with probability {_decimal(p)}, else 0; the "
                "backward message has the same one."
            )
        rule = "running average"
        kept = [Chain(e.left, (Row(e.right, rule, "<-"),), e.axes, place=e.module) for e in network.updates]
        self._section("State", kept, "After a batch:" if kept else "")
        usual = {e.name: e.right for e in network.equations}
        other = [e for m in network.modules for e in m.at_prediction if usual.get(e.name) != e.right]
        chains = [Chain(e.left, (Row(e.right, "at prediction", "<-"),), e.axes, place=e.module) for e in other]
        self._section("At prediction", chains, "In the place of the equations of the same name:" if chains else "")

    def _applied(self) -> dict[str, Result]:
        sweep = Sweep(self.definitions, self.target, self.policy, self.facts)
        if sweep.abstract:
            sweep.give(self.network.output)
            self.notes.append(
                f"delta_{self.network.output} = ∂{self.target}/∂{self.network.output} is given by what comes after."
            )
        self._sweep(sweep)
        self._updates(sweep)
        return sweep.results

    def _jacobians(self) -> dict[str, Result]:
        output = self.network.prediction or self.network.output
        if output not in self.definitions.equations:
            output = self.network.output
        if self.network.prediction_equation is not None and output == self.network.prediction_equation.name:
            output = self.network.modules[-1].inputs[0]
        sweep = Sweep(
            self.definitions, output, self.policy, self.facts, signal_name=lambda name: f"J_{name}", jacobian=True
        )
        self._sweep(sweep, "Jacobian")
        results = dict(sweep.results)
        if self.network.loss is not None and output != self.network.loss:
            loss = Sweep(self.definitions, self.network.loss, self.policy, self.facts)
            chains: list[Chain] = []
            for name in (*(n for n in loss.reached([output]) if n != output), output):
                result = loss.signal(name)  # of a loss in several equations, one after the other
                chains += [*self._local_chains(loss, name), result.chain]
            module = self.network.modules[-1].name
            self._section(f"{module}: derivative of the loss", chains, module=module)
            results[f"loss:{output}"] = loss.results[output]
        return results

    def _sweep(self, sweep: Sweep, word: str = "") -> None:
        """One section a module, in reverse: local derivatives, the backward message, the parameter messages."""
        parameters = [p for p in self.network.parameters if p in self.wrt and self._depends(sweep, p)]
        reached = sweep.reached(self.wrt)
        inputs = [i for i in self.network.inputs if i in self.wrt and self._depends(sweep, i)]
        silent = [n for n in self.wrt if n not in (*parameters, *inputs, *reached) and n != self.network.output]
        if silent and set(silent) == set(self.wrt):
            raise DeltaruleError(f"the output does not depend on {', '.join(silent)}")
        given = {by for _, by in self.definitions.signals}
        order = [n for n in reached if n not in given] + inputs
        last_user = {n: self._first_user(sweep, n) for n in (*order, *parameters)}
        for module in reversed(self.network.modules):
            signals = [n for n in order if last_user[n] == module.name]
            weights = [p for p in parameters if last_user[p] == module.name]
            backward: list[Chain] = []
            for name in signals:
                result = sweep.signal(name)
                backward += [*self._local_chains(sweep, name), self._placed(result.chain, module)]
            self._section(
                f"{module.name}: {word or 'backward message'}" + ("s" if len(signals) > 1 else ""),
                backward,
                module=module.name,
            )
            forward: list[Chain] = []
            for name in weights:
                result = sweep.gradient(name)
                forward += [*self._local_chains(sweep, name), self._placed(result.chain, module)]
            self._section(
                f"{module.name}: parameter message" + ("s" if len(weights) > 1 else ""), forward, module=module.name
            )

    def _depends(self, sweep: Sweep, name: str) -> bool:
        target = self.network.output if sweep.abstract else sweep.target
        return self.definitions.depends(target, name)

    def _first_user(self, sweep: Sweep, name: str) -> str:
        """The module that uses a name; where several do, the earliest, since by then every signal is there."""
        users = self.definitions.users(name, None if sweep.abstract else sweep.target)
        order = [m.name for m in self.network.modules]
        found = [self.definitions.equations[u].module for u in users]
        if sweep.target == self.network.loss and self.definitions.equations[sweep.target].module in found:
            # a loss in its stable form uses what the output module used: the signal belongs to that module
            makers = [m for m in self.network.modules if name in m.inputs]
            found = [m.name for m in makers if m.name != self.network.modules[-1].name] or found
        return min((f for f in found if f in order), key=order.index, default=order[0])

    @staticmethod
    def _local_chains(sweep: Sweep, name: str) -> list[Chain]:
        out = []
        for user in sweep.definitions.users(name):
            local = sweep.locals.get((user, name))
            if local is not None and user != sweep.target:
                axes = (*local.of.axes, *local.by.axes)
                out.append(Chain(local.left, local.rows, axes, place=sweep.definitions.equations[local.of.name].module))
        return out

    @staticmethod
    def _placed(chain: Chain, module: ModuleInstance) -> Chain:
        return replace(chain, place=module.name)

    def _updates(self, sweep: Sweep) -> None:
        if self.network.loss is None:
            return
        self.definitions.declarations["eta"] = Declaration("eta", (), "rate", r"\eta")
        direction = multiply(ETA) if self.sign == "maximise" else negate(ETA)
        chains = []
        for name in self.network.parameters:
            result = sweep.results.get(name)
            if result is None or not isinstance(result.symbol, Derivative):
                continue
            parameter = result.symbol.by
            step = add(parameter, multiply(direction, result.symbol))
            rows = [
                Row(step, "gradient ascent" if self.sign == "maximise" else "gradient descent", "<-"),
                Row(add(parameter, multiply(direction, result.value)), "parameter message"),
            ]
            chains.append(Chain(parameter, tuple(rows), parameter.axes, place=self._maker(name), final=True))
        self._section("Updates", chains)

    def _maker(self, parameter: str) -> str:
        return next((m.name for m in self.network.modules if parameter in m.parameters), "")

    # Results -------------------------------------------------------------------------------------------------

    def _signal_equations(self, results: dict[str, Result]) -> list[Equation]:
        return [Equation(r.symbol, r.lean) for r in results.values() if isinstance(r.symbol, Symbol)]

    def _messages(self, results: dict[str, Result]) -> tuple[ModuleMessages, ...]:
        out = []
        for module in self.network.modules:
            equation = self.definitions.equations[module.output]
            forward = Message(module.output, equation.right, equation.axes, module.output)
            inputs = [i for i in module.inputs if i in results]
            if module is self.network.modules[-1] and self.network.loss is not None:
                inputs = [i for i in module.inputs if f"loss:{i}" in results] or inputs
            backwards = tuple(self._message(results.get(f"loss:{i}") or results[i], i) for i in inputs)
            if not backwards and module.output == self.network.loss:
                used = [n for n in results if n in names(self.definitions.equations[module.output].right)]
                backwards = tuple(self._message(results[n], n) for n in used if isinstance(results[n].symbol, Symbol))[
                    :1
                ]
            parameter = {p: self._message(results[p], p) for p in module.parameters if p in results}
            out.append(ModuleMessages(module.name, forward, backwards[0] if backwards else None, parameter, backwards))
        return tuple(out)

    @staticmethod
    def _message(result: Result, of: str) -> Message:
        match result.symbol:
            case Symbol(name=name):
                return Message(name, result.value, result.axes, of)
        return Message(f"grad_{of}", result.value, result.axes, of)

    def _saved(self, results: dict[str, Result]) -> tuple[str, ...]:
        used: set[str] = set()
        for result in results.values():
            used |= names(result.lean)
        order = [*self.network.inputs, *self.network.drawn, *(e.name for e in self.equations)]
        return tuple(n for n in dict.fromkeys(order) if n in used and n != self.network.loss)
