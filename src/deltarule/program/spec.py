"""What a program computes, as plain data: equations in order of evaluation, and which names go in and come out."""

from __future__ import annotations

from dataclasses import dataclass, field

from deltarule.language.equation import Declaration, Equation

__all__ = ["ProgramSpec"]


@dataclass(frozen=True)
class ProgramSpec:
    """The equations of a network over a batch, as derived.

    `forward` leads from `inputs` to `prediction` and `loss`; `backward` holds the error signals in the order of
    evaluation; `gradients` one equation for each parameter, its left side a symbol of the shape of the parameter.
    """

    title: str
    """The text of the network."""
    declarations: dict[str, Declaration]
    forward: tuple[Equation, ...]
    prediction: str
    inputs: tuple[str, ...] = ("x",)
    target: str | None = None
    loss: str | None = None
    backward: tuple[Equation, ...] = ()
    gradients: dict[str, Equation] = field(default_factory=dict)
    batch: int | str | None = "m"
    """The size of the batch axis."""
    policy: str = "accuracy"
    loss_inputs: tuple[str, ...] = ()
    """Of the inputs, those that only the loss takes."""
    drawn: dict[str, float] = field(default_factory=dict)
    """Of the inputs, those of 0 and 1 that are drawn for each sample while training: the probability of a 1."""
    updates: dict[str, Equation] = field(default_factory=dict)
    """For each array that is kept from update to update the equation of its new value, under a name of its own."""
    at_prediction: ProgramSpec | None = None
    """What leads to `prediction` and `loss` at prediction, where that is something else than in training."""
    weight: str | None = None
    """The name of the weights of the samples, an input of shape [m] that stands for 1/m, where there are weights."""

    @property
    def forward_inputs(self) -> tuple[str, ...]:
        """The inputs that the prediction takes."""
        return tuple(n for n in self.inputs if n not in self.loss_inputs)
