"""The code of the native engine as text: LLVM's notation, each equation above what computes it.

The text is what is compiled, before LLVM makes it shorter: `llc` takes it as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from deltarule.language.expression import Expression, Maximum, Product, Symbol
from deltarule.program.native.groups import Group
from deltarule.program.native.lowering import Job, Rule, job_of
from deltarule.program.native.operations import Operation
from deltarule.program.native.processor import Processor, host
from deltarule.program.spec import ProgramSpec
from deltarule.writing.linear import linear
from deltarule.writing.lines import Typesetter
from deltarule.writing.naming import Names

__all__ = ["listing"]


def listing(spec: ProgramSpec, dtype: str, batch: int, rules: Mapping[str, Rule]) -> str:
    """The function that trains with batches of `batch` rows by these rules; without a loss, the one that predicts.

    Raises:
        UnknownProcessor: LLVM is missing, or knows nothing of this processor.
        NotLowered: there is no code for the network, or one of its sizes has no number.
    """
    from deltarule.program.native.epoch import build

    job = job_of(spec, "train" if rules else "forward", {}, rules)
    writer = _Writer(spec, job)
    processor = host()
    module, _ = build(job, processor, dtype, batch, comment=writer.comments)
    return "\n".join([*writer.head(processor, dtype, batch), "", _tidy(str(module))])


class _Writer:
    def __init__(self, spec: ProgramSpec, job: Job) -> None:
        self.spec, self.job = spec, job
        self.typesetter = Typesetter(Names(spec.declarations), "index", "denominator")

    def head(self, processor: Processor, dtype: str, batch: int) -> list[str]:
        """What it is, and the schedule: one line for each equation, in the order in which they are computed."""
        lanes = processor.lanes(dtype)
        lines = [
            self.spec.title,
            f"{dtype}, {batch} row{'s' * (batch != 1)} a batch, vectors of {lanes} for {processor.cpu}",
            "",
            "Schedule (what stands in one group is one pass):",
        ]
        for number, group in enumerate(self.job.groups, 1):
            lines += [
                f"  {number:3}  {line}" if k == 0 else f"       {line}" for k, line in enumerate(self.lines(group))
            ]
        return [f"; {line}".rstrip() for line in lines]

    def comments(self, group: Group) -> list[str]:
        """What stands above the code of a group."""
        return ["", *self.lines(group)]

    def lines(self, group: Group) -> list[str]:
        return [self.line(op) for op in group.members]

    def line(self, op: Operation) -> str:
        if op.text:
            owner = op.name.partition(" ")[0].rpartition(".")[0]
            return f"{op.text}{f'    [{owner}]' if owner else ''}"
        right: Expression = op.body
        if op.kind == "sum":
            right = Product((op.body,) if not isinstance(op.body, Product) else op.body.factors, op.bound)
        elif op.kind == "largest":
            right = Maximum(op.body, op.bound)
        left = Symbol(op.name, op.axes)
        sides = (linear(self.typesetter.formula(side, op.axes)) for side in (left, right))
        return "".join(c if c.isprintable() else " " for c in " = ".join(sides))


def _tidy(text: str) -> str:
    """Without the quotation marks and blank lines that the printer of LLVM's notation leaves."""
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for k, line in enumerate(lines) if line or (k and lines[k - 1])]
    return "\n".join(kept).strip() + "\n"
