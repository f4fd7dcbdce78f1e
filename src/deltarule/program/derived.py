"""From a network to a `ProgramSpec`: the messages as they are derived, over a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from deltarule.language.arithmetic import multiply
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Expression, Product, Symbol, opened
from deltarule.network.network import Network
from deltarule.program.spec import ProgramSpec

__all__ = ["POLICIES", "spec_of"]

POLICIES = ("plain", "memory", "accuracy")
Policy = Literal["plain", "memory", "accuracy"]


def spec_of(network: Network, policy: str = "accuracy", weighted: bool = False) -> ProgramSpec:
    """The equations of a network and of its messages over a batch.

    With `weighted`, the mean over the batch is a sum with given weights: `Σ_s sample_weight[s] L_s` in the place of
    `1/m Σ_s L_s`, and everything is derived from that.
    """
    if policy not in POLICIES:
        raise DeltaruleError(f"policy is {policy!r}; it has to be one of {', '.join(POLICIES)}")
    prediction = network.prediction or network.output
    other = None
    if network.predicts_otherwise:
        other = replace(spec_of(network.predicting(), policy, weighted), backward=(), gradients={})
    batched = network if network.batch is not None else network.with_batch()
    weight = None
    if weighted:
        batched, weight = _weighted(batched)
    if network.loss is None or not network.parameters:
        batched = batched.predicting()
        forward = tuple(batched.equations)
        spec = ProgramSpec(network.text, dict(batched.declarations), forward, prediction, batched.inputs)
        return replace(spec, batch=batched.batch, policy=policy, target=network.target, at_prediction=other)
    from deltarule.network.derive import derive  # not needed to predict only

    derivation = derive(batched, wrt=network.parameters, policy=cast(Policy, policy), prove=False)
    made = {e.name for e in batched.equations}
    if batched.prediction_equation is not None:
        made.add(batched.prediction_equation.name)
    gradients = {
        p: Equation(Symbol(message.name, message.axes), message.value, messages.module)
        for messages in derivation.messages
        for p, message in messages.parameter.items()
    }
    updates = {e.name: Equation(Symbol(f"new_{e.name}", e.left.indices), e.right, e.module) for e in batched.updates}
    kept = {e.name: Declaration(e.name, tuple(a.size for a in e.axes), "activity") for e in updates.values()}
    return ProgramSpec(
        title=network.text,
        declarations=dict(derivation.declarations) | _declared(gradients, network.loss) | kept,
        forward=tuple(e for e in derivation.equations if e.name in made),
        prediction=prediction,
        inputs=(*(n for n in batched.inputs if n != weight), *batched.drawn),
        target=network.target,
        loss=network.loss,
        backward=tuple(e for e in derivation.equations if e.name not in made),
        gradients={p: gradients[p] for p in network.parameters if p in gradients},
        batch=batched.batch,
        policy=policy,
        loss_inputs=batched.loss_inputs,
        drawn={name: float(p) for name, p in batched.drawn.items()},
        updates=updates,
        at_prediction=other,
        weight=weight,
    )


def _declared(gradients: dict[str, Equation], loss: str) -> dict[str, Declaration]:
    sizes = {p: tuple(a.size for a in e.left.axes) for p, e in gradients.items()}
    return {e.name: Declaration(e.name, sizes[p], "message", of=(loss, p)) for p, e in gradients.items()}


def _weighted(network: Network) -> tuple[Network, str]:
    """`1/m Σ_s` of the losses of single samples becomes `Σ_s c[s]` of them."""
    name = next(n for n in ("sample_weight", "sample_weights", "weight_of_sample") if n not in network.declarations)
    size = network.batch

    def reweigh(e: Expression) -> Expression:
        for f in e.factors if isinstance(e, Product) else ():
            if isinstance(f, Product) and any(a.size == size for a in f.bound):
                factors, bound = opened(f)
                sample = next(a for a in bound if a.size == size)
                return multiply(Symbol(name, (sample,)), *factors, bound=bound)
        raise DeltaruleError("the loss is not a mean over the batch, so it takes no weights of samples")

    equations = tuple(replace(e, right=reweigh(e.right)) if e.name == network.loss else e for e in network.equations)
    modules = tuple(
        replace(m, equations=tuple(e for e in equations if e.module == m.name)) if m.equations else m
        for m in network.modules
    )
    declarations = dict(network.declarations)
    declarations[name] = Declaration(name, (size,) if size is not None else (), "input")
    return replace(network, equations=equations, modules=modules, declarations=declarations), name
