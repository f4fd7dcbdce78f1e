"""Equations as a NumPy module: `forward`, `loss`, `loss_and_gradients` and `step`, each line under its equation.

The source is made of text of our own, of identifiers (`writing.numpy.identifier` refuses anything else) and of
decimals. Only the docstring and the comments quote the network, without quotation marks, backslashes and line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from deltarule.language.equation import Equation
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.program.schedule import Schedule, lower
from deltarule.program.spec import ProgramSpec
from deltarule.program.stable import stable
from deltarule.program.statement_lines import lines_of
from deltarule.program.update_step import StepBy, step_source
from deltarule.writing.linear import linear
from deltarule.writing.lines import Typesetter
from deltarule.writing.naming import Names
from deltarule.writing.numpy import Spelling, identifier, primitive

__all__ = ["SCALAR_FORMS", "messages_source", "module_source"]

SCALAR_FORMS: dict[str, str] = {
    # function: its source where the textbook definition would overflow or cancel
    "sigmoid": '''
def sigmoid(s):
    """1 / (1 + exp(-s)). Where exp(-s) is too large for a float the value is 0."""
    return 1 / (1 + np.exp(-s))
''',
    "softplus": '''
def softplus(s):
    """log(1 + exp(s)), by an exponential that is at most 1."""
    return np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))
''',
}

EXACT_FORMS: dict[str, str] = {
    # the same under the policy `accuracy`: from float32 the steps are in float64, the result is rounded once
    "sigmoid": '''
def sigmoid(s):
    """1 / (1 + exp(-s)), the steps in float64: float32 loses nothing, its smallest values included."""
    return (1 / (1 + np.exp(-s, dtype=np.float64))).astype(s.dtype, copy=False)
''',
    "softplus": '''
def softplus(s):
    """log(1 + exp(s)), by an exponential that is at most 1, the steps in float64."""
    steps = np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s), dtype=np.float64))
    return steps.astype(s.dtype, copy=False)
''',
}

_RESERVED = {
    *("parameters", "learning_rate", "forward", "loss", "loss_and_gradients", "step", "gradients", "len", "np"),
    *("erf", "erfc"),
    *SCALAR_FORMS,
}  # fmt: skip


def module_source(spec: ProgramSpec, by: StepBy | None = None) -> str:
    """The module that runs `spec`; its `step` by plain gradient descent, or by another optimiser."""
    return _Module(spec, by).source()


def messages_source(spec: ProgramSpec) -> str:
    """A module with one function, `messages`: the value of every equation by name, in the order of evaluation."""
    module = _Module(spec)
    return module.around([module.messages()])


@dataclass
class _Module:
    spec: ProgramSpec
    by: StepBy | None = None

    def __post_init__(self) -> None:
        spec = self.spec
        made = {e.name for e in (*spec.forward, *spec.backward, *spec.gradients.values())} | set(spec.declarations)
        self.at = spec.at_prediction or spec
        self.names: dict[str, str] = {}
        for name in sorted(made & _RESERVED):
            other = f"{name}_"
            while other in made:
                other += "_"
            self.names[name] = other
        self.typesetter = Typesetter(Names(spec.declarations), "index", "denominator")
        self.comments: dict[Equation, str] = {}
        functions = {} if spec.policy == "plain" else {f: f for f in SCALAR_FORMS}
        self.spelling = Spelling(self.names, functions=functions, exact=spec.policy == "accuracy")
        if spec.inputs:
            self.spelling = replace(self.spelling, dtype=f"{self.name(spec.inputs[0])}.dtype")

    # The module ----------------------------------------------------------------------------------------------

    def source(self) -> str:
        spec = self.spec
        functions = [self.forward()]
        if spec.loss is not None and spec.target is not None:
            functions.append(self.loss())
            if spec.gradients:
                functions += [self.loss_and_gradients(), self.step()]
        return self.around(functions)

    def around(self, functions: Sequence[str]) -> str:
        """The module that these functions make, with its head and what they call."""
        spec = self.spec
        body = "\n\n".join(functions)
        forms = EXACT_FORMS if spec.policy == "accuracy" else SCALAR_FORMS
        helpers = [text for name, text in forms.items() if re.search(rf"(?<![\w.]){name}\(", body)]
        head = [f'"""{_plain(spec.title)}', "", f"{self.shapes()}", '"""', "", "import numpy as np"]
        special = [name for name in ("erf", "erfc") if re.search(rf"(?<![\w.]){name}\(", body)]
        if special:
            head.append(f"from scipy.special import {', '.join(special)}")
        return "\n\n".join(["\n".join(head) + "\n", *(text.strip("\n") + "\n" for text in helpers), body])

    def shapes(self) -> str:
        rows = []
        for name, d in self.spec.declarations.items():
            if d.role in ("input", "target", "parameter", "drawn", "state") and name != self.spec.weight:
                rows.append(f"{name} [{', '.join(str(z) for z in d.sizes)}]")
        odds = self.spec.drawn.items()
        drawn = [f"{name} is 0 or 1, drawn anew each time: 1 with probability {p:g}." for name, p in odds]
        return "\n".join(["Shapes: " + ", ".join(rows) + ".", *drawn])

    def forward(self) -> str:
        spec = self.at
        schedule = self.lowered(spec.forward, [spec.prediction])
        result = self.name(schedule.outputs[spec.prediction])
        return self.function(
            "forward", spec.forward_inputs, f"The prediction {spec.prediction}.", schedule, [f"return {result}"]
        )

    def loss(self) -> str:
        spec = self.at
        assert spec.loss and spec.target
        schedule = self.lowered(spec.forward, [spec.loss])
        result = self.name(schedule.outputs[spec.loss])
        words = f"The loss {spec.loss}{', of what is predicted' if spec is not self.spec else ''}."
        return self.function("loss", self.data(spec), words, schedule, [f"return {result}"])

    def loss_and_gradients(self) -> str:
        spec = self.spec
        assert spec.loss
        made = {p: e.name for p, e in spec.gradients.items()}
        kept = {p: e.name for p, e in spec.updates.items()}
        equations = (*spec.forward, *spec.backward, *spec.gradients.values(), *spec.updates.values())
        schedule = self.lowered(equations, [spec.loss, *made.values(), *kept.values()])

        def pairs(names: dict[str, str]) -> list[str]:
            return [f'"{self.key(p)}": {self.name(schedule.outputs[name])}' for p, name in names.items()]

        state = f", {{{', '.join(pairs(kept))}}}" if kept else ""
        tail = [f"return {self.name(schedule.outputs[spec.loss])}, {{{', '.join(pairs(made))}}}{state}"]
        if len(tail[0]) > 110:
            rows = [*(f"    {pair}," for pair in pairs(made)), "}"]
            rows = [*rows[:-1], "}, {", *(f"    {pair}," for pair in pairs(kept)), "}"] if kept else rows
            tail = [f"return {self.name(schedule.outputs[spec.loss])}, {{", *rows]
        more = ", and what the state becomes" if kept else ""
        words = f"The loss {spec.loss} and its gradient by each parameter{more}."
        return self.function("loss_and_gradients", self.data(), words, schedule, tail)

    def messages(self) -> str:
        spec = self.spec
        equations = (*spec.forward, *spec.backward, *spec.gradients.values())
        schedule = self.lowered(equations, [e.name for e in equations])
        pairs = [f'    "{self.key(n)}": {self.name(b)},' for n, b in schedule.outputs.items()]
        words = "Every equation's value: activities, the loss, error signals, gradients."
        return self.function("messages", self.data(), words, schedule, ["return {", *pairs, "}"])

    def step(self) -> str:
        spec = self.spec
        if self.by is not None:
            keys = [self.key(p) for p in spec.gradients]
            data = [self.name(n) for n in self.data()]
            return step_source(self.by, keys, data, self.name(spec.loss or ""), [self.key(n) for n in spec.updates])
        data = ", ".join(self.name(n) for n in self.data())
        lines = [
            f"def step(parameters, {data}, learning_rate):",
            '    """One update by gradient descent, in place. Returns the loss before it."""',
            f"    {self.name(spec.loss or '')}, gradients{', state' * bool(spec.updates)} = "
            f"loss_and_gradients(parameters, {data})",
            *(f'    parameters["{self.key(p)}"] -= learning_rate * gradients["{self.key(p)}"]' for p in spec.gradients),
            *(f'    parameters["{self.key(p)}"][...] = state["{self.key(p)}"]' for p in spec.updates),
            f"    return {self.name(spec.loss or '')}",
        ]
        return "\n".join(lines) + "\n"

    def data(self, spec: ProgramSpec | None = None) -> tuple[str, ...]:
        spec = spec or self.spec
        return (*spec.inputs, spec.target or "", *([spec.weight] if spec.weight else []))

    # Functions -----------------------------------------------------------------------------------------------

    def lowered(self, equations: Sequence[Equation], outputs: Iterable[str]) -> Schedule:
        def rewrite(e: Expression) -> Expression:
            e = primitive(e, self.spelling)
            return e if self.spec.policy == "plain" else stable(e)

        return lower(equations, outputs, batch=self.spec.batch, rewrite=rewrite)

    def function(self, name: str, arguments: Sequence[str], words: str, schedule: Schedule, tail: Sequence[str]) -> str:
        body: list[str] = []
        for statement in schedule.statements:
            if statement.equation is not None:
                body.append(f"# {self.comment(statement.equation)}")
            body += lines_of(statement, self.name(statement.name), self.spelling)
        text = "\n".join([*body, *tail])
        reads = schedule.reads
        head = [f'{self.name(p)} = parameters["{self.key(p)}"]' for p in self.parameters() if p in reads]
        head += self.sizes(text, set(arguments) | reads)
        signature = ", ".join(["parameters", *(self.name(a) for a in arguments)])
        lines = [f"def {name}({signature}):", f'    """{words}"""', *(f"    {line}" for line in [*head, *body, *tail])]
        quiet = re.search(r"np\.(exp|log|sqrt|sinh|cosh|expm1)|sigmoid|softplus| / |\*\*", text)
        decorator = ['@np.errstate(all="ignore")  # what is not finite is returned, not warned about'] if quiet else []
        return "\n".join([*decorator, *lines]) + "\n"

    def parameters(self) -> list[str]:
        return [n for n, d in self.spec.declarations.items() if d.role in ("parameter", "state")]

    def sizes(self, text: str, there: set[str]) -> list[str]:
        """`m = x.shape[0]` for each symbolic size that the source mentions."""
        out = []
        for size in dict.fromkeys(z for d in self.spec.declarations.values() for z in d.sizes if isinstance(z, str)):
            if not re.search(rf"(?<![\w.\"]){re.escape(self.name(size))}(?!\w)", _code(text)):
                continue
            for name, d in self.spec.declarations.items():
                if name in there and size in d.sizes and d.role in ("input", "parameter", "target", "drawn", "state"):
                    out.append(f"{self.name(size)} = {self.name(name)}.shape[{d.sizes.index(size)}]")
                    break
        return out

    def name(self, name: str) -> str:
        return self.spelling.name(name)

    def key(self, name: str) -> str:
        """A name inside quotation marks: an identifier too, or one that the module itself has taken."""
        return name if name in self.names else identifier(name)

    def comment(self, equation: Equation) -> str:
        """The equation in index notation, written once for all functions."""
        if equation not in self.comments:
            left: Expression = equation.left
            declared = self.spec.declarations.get(equation.name)
            if declared is not None and declared.of is not None and declared.of[1] in self.spec.gradients:
                left = Derivative(Symbol(declared.of[0]), Symbol(declared.of[1], equation.axes))
            sides = (linear(self.typesetter.formula(side, equation.axes)) for side in (left, equation.right))
            self.comments[equation] = _plain(" = ".join(sides))
        return self.comments[equation]


def _plain(text: str) -> str:
    """Text that cannot end the comment or the docstring that it stands in."""
    return "".join(c if c.isprintable() and c not in '\\"' else " " for c in text)


def _code(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
