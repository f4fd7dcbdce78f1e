"""What is known of one module or loss: its equation, its messages derived and proved, what each policy saves."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

from deltarule.api import Derivation, Network
from deltarule.calculus.operation_count import operation_count, said
from deltarule.network.module import Module
from deltarule.writing import to_text

__all__ = ["ModuleSheet"]

POLICIES = ("plain", "memory", "accuracy")


class ModuleSheet:
    """The facts of one row of `MODULES` or `LOSSES`, as a network of that module alone."""

    def __init__(self, module: Module) -> None:
        self.module = module = module.taking(len(module.arguments or ()))
        call, sizes = module.example
        shapes = f"{next(iter(module.inputs))}: {sizes}" if sizes else None
        if len(module.inputs) > 1 and not (call or module.loss or module.size_arguments):  # all of one shape
            call = f"y = {module.name}({', '.join(module.inputs)})"
            shapes = ", ".join(f"{name}: n" for name in module.inputs)
        self.network = Network(call or module.name, shapes=shapes)

    @cached_property
    def derivation(self) -> Derivation:
        return self.network.derive()

    @property
    def proved(self) -> bool:
        """Whether every step of the derivation was proved, and there is one."""
        counts = self.derivation.counts
        return counts.get("proved", 0) > 0 and not set(counts) - {"proved", "definition", "none"}

    @property
    def written_out(self) -> str:
        """The forward equation in the text notation, functions of tensors by their definitions."""
        return "; ".join(f"{e.left.name} = {to_text(e.right, e.axes)}" for e in self.network.inner.equations)

    def saved(self) -> dict[str, list[str]]:
        """What the forward pass keeps for the backward pass, under each policy."""
        return {policy: list(derivation.inner.saved) for policy, derivation in self._under.items()}

    @cached_property
    def _under(self) -> dict[str, Derivation]:
        """The derivation under each policy."""
        others = {policy: self.network.derive(policy=policy) for policy in POLICIES[1:]}
        return {POLICIES[0]: self.derivation, **others}

    def operations(self) -> dict[str, str]:
        """The operations of one sample: forward, and backward under each policy (once, where all are alike)."""
        count = len(self.network.inner.equations)
        out: dict[str, str] = {}
        for policy, derivation in self._under.items():
            inner = derivation.inner
            out.setdefault("forward", said(operation_count(e.right for e in inner.equations[:count])))
            back = [*inner.equations[count:], *inner.gradients.values()]
            out[f"backward, {policy}"] = said(operation_count(e.right for e in back))
        if len({text for label, text in out.items() if label != "forward"}) == 1:
            return {"forward": out["forward"], "backward": out["backward, plain"]}
        return out

    def as_row(self) -> dict[str, Any]:
        """The row of the table of modules, or of losses."""
        module = self.module
        return {
            "name": module.name,
            "equation": module.text(),
            "definition": self.written_out,
            "proved": self.proved,
            "claim": "every step of the derivation of its messages, for every size",
            "steps": self.derivation.counts.get("proved", 0),
            "inputs": list(module.inputs),
            "parameters": list(module.parameters),
            "sizes": list(module.size_arguments),
            "shapes": self.network.shapes,
            "options": {o.name: {"default": _plain(o.default), "values": [_plain(v) for v, _ in o.choices]}
                        for o in module.options},
            "conventions": list(module.stated()),
            "assumptions": [a.words for a in self.network.inner.assumptions],
            "latex": module.latex,
            "source": module.source,
            "elsewhere": list(module.elsewhere),
            "group": module.group,
        }  # fmt: skip


def _plain(value: object) -> object:
    """A value of JSON: a fraction as a whole number where it is one."""
    if not isinstance(value, Fraction):
        return value
    return int(value) if value.denominator == 1 else float(value)
