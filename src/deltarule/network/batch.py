"""The batch: one more axis in front of every input, target and activity, and the mean of the losses."""

from __future__ import annotations

from dataclasses import replace

from deltarule.language.arithmetic import multiply, power
from deltarule.language.equation import Assumption, Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, Apply, Axis, Expression, Symbol
from deltarule.language.tensor_functions import size_value
from deltarule.language.traversal import names, substitute
from deltarule.network.module import BATCH_MEAN, BATCH_SIZE
from deltarule.network.names import latex
from deltarule.network.network import Network

__all__ = ["batched"]


def _letter(taken: set[str], wanted: str) -> str:
    return next(letter for letter in (*wanted, *(f"{wanted[0]}_{k}" for k in range(1, 99))) if letter not in taken)


def _per_sample(network: Network) -> set[str]:
    """The names that differ from sample to sample: inputs, targets, and the activities that depend on them."""
    moved = {name for name, d in network.declarations.items() if d.role in {"input", "target", "drawn"}}
    for e in (*network.equations, *([network.prediction_equation] if network.prediction_equation else ())):
        if e.name != network.loss and _varies(e.right, moved):
            moved.add(e.name)
    return moved


def _varies(e: Expression, moved: set[str]) -> bool:
    """Whether it differs from sample to sample: what is averaged over the batch does not."""
    outside = substitute(e, lambda n: ONE if isinstance(n, Apply) and n.function == BATCH_MEAN else None)
    return bool(names(outside) & moved)


def batched(network: Network, size: int | str | None = None) -> Network:
    """`x[s, i]`, `a[s, i]`, ..., and `L = 1/m Σ_s` of the loss of one sample."""
    if network.batch is not None:
        raise DeltaruleError("the network has a batch axis already")
    used = {axis.name for e in network.equations for axis in e.axes}
    taken = {*network.declarations, *network.sizes}
    if size is None:
        size = _letter(taken, "mNBM")
    elif size in taken:
        raise DeltaruleError(f"`{size}` already has a meaning in the network: choose another name for the batch size")
    axis = Axis(_letter(taken | used | {str(size)}, "strq"), size)
    moved = _per_sample(network)

    def replace_symbol(node: Expression) -> Expression | None:
        if isinstance(node, Symbol) and node.name in moved:
            return Symbol(node.name, (axis, *node.indices))
        if isinstance(node, Apply) and node.function == BATCH_MEAN:
            return multiply(power(size_value(axis.size), -1), multiply(over(node.arguments[0]), bound=(axis,)))
        return size_value(axis.size) if node == Symbol(BATCH_SIZE) else None

    def over(e: Expression) -> Expression:
        return substitute(e, replace_symbol)

    def move(e: Equation) -> Equation:
        if e.name == network.loss:
            mean = multiply(power(size_value(axis.size), -1), multiply(over(e.right), bound=(axis,)))
            return Equation(e.left, mean, e.module)
        if e.name not in moved:
            return replace(e, right=over(e.right))
        return Equation(Symbol(e.name, (axis, *e.left.indices)), over(e.right), e.module)

    def assume(a: Assumption) -> Assumption:
        return replace(a, left=a.left and over(a.left), right=a.right and over(a.right))

    declarations = {
        name: replace(d, sizes=(axis.size, *d.sizes)) if name in moved else d
        for name, d in network.declarations.items()
    }
    if isinstance(size, str):
        declarations[size] = Declaration(size, (), "size", latex(size))
    modules = tuple(
        replace(
            m,
            equations=tuple(move(e) for e in m.equations),
            at_prediction=tuple(move(e) for e in m.at_prediction),
            updates=tuple(replace(e, right=over(e.right)) for e in m.updates),
        )
        for m in network.modules
    )
    return replace(
        network,
        modules=modules,
        declarations=declarations,
        equations=tuple(e for m in modules for e in m.equations),
        prediction_equation=network.prediction_equation and move(network.prediction_equation),
        assumptions=tuple(assume(a) for a in network.assumptions),
        batch=size,
    )
