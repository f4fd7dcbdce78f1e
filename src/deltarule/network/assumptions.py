"""What a network takes for granted: normalised targets, probabilities between 0 and 1, values at kinks."""

from __future__ import annotations

from dataclasses import replace

from deltarule.language.arithmetic import multiply, subtract
from deltarule.language.equation import Assumption
from deltarule.language.expression import ONE, ZERO, Apply, Axis, Expression, Maximum, Piecewise, Symbol
from deltarule.language.functions import FUNCTIONS
from deltarule.language.notation import axis_names
from deltarule.language.traversal import walk
from deltarule.network.chain import Link
from deltarule.network.network import Network

__all__ = ["assumptions"]


_GIVES = {"probability": {"sigmoid", "softmax"}, "positive": {"sigmoid", "softmax", "softplus"}}
"""Modules whose values are in the domain."""
_TIES = "where several places are the maximum over an axis, they share the derivative equally"


def assumptions(network: Network, loss: Link | None) -> Network:
    """The network with its assumptions: of the loss, then of the functions that occur."""
    return replace(network, assumptions=(*_of_loss(network, loss), *_kinks(network)))


def _symbol(network: Network, name: str) -> Symbol:
    sizes = network.declarations[name].sizes
    letters = axis_names({*network.declarations, *network.sizes})
    return Symbol(name, (Axis(letter, size) for letter, size in zip(letters, sizes, strict=False)))


def _of_loss(network: Network, loss: Link | None) -> list[Assumption]:
    if loss is None:
        return []
    module, name = loss.module, network.modules[-1].name
    out: list[Assumption] = []
    if loss.module.values(loss.options).get("normalised"):
        target = _symbol(network, "y")
        out.append(
            Assumption("equal", multiply(target, bound=target.axes), ONE, "the target sums to 1: Σ y = 1", (name,))
        )
    if module.domain:
        prediction = _symbol(network, module.inputs[0])
        probability = module.domain == "probability"
        range_ = "0 < y_hat < 1" if probability else "y_hat > 0"
        maker = next((m for m in network.modules if m.output == "y_hat"), None)
        if maker is not None and maker.kind in _GIVES[module.domain]:
            words = f"{range_}, as {maker.kind} gives"
        else:
            words = f"{range_} (taken for granted: the logarithms need it)"
        out.append(Assumption("positive", prediction, ZERO, words, (name,)))
        if probability:
            out.append(Assumption("positive", subtract(ONE, prediction), ZERO, words, (name,)))
    return out


def _kinks(network: Network) -> list[Assumption]:
    """One for each sentence about a kink, with the modules where the function occurs."""
    found: dict[str, list[str]] = {}
    for e in network.equations:
        for node in walk(e.right):
            for sentence in _sentences(node):
                users = found.setdefault(sentence, [])
                if e.module not in users:
                    users.append(e.module)
    return [Assumption("kink", None, None, sentence, tuple(users)) for sentence, users in found.items()]


def _sentences(node: Expression) -> tuple[str, ...]:
    if isinstance(node, Apply):
        row = FUNCTIONS.get(node.function)
        return row.kinks if row is not None else ()
    if isinstance(node, Piecewise):
        return ("where(u > v, a, b): where u = v the derivative is that of the case taken there",)
    return (_TIES,) if isinstance(node, Maximum) else ()
