"""`deltarule derive NETWORK`: every message, derived and proved, at the level of detail and in the format asked for."""

from __future__ import annotations

import argparse

from deltarule.commands.failures import warn
from deltarule.commands.network_argument import add_network, network_of
from deltarule.commands.printing import add_output, deliver

EXAMPLES = (
    ('deltarule derive "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"', "every message of a small network"),
    ('deltarule derive "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce" --detail component --numbers seed=0',
     "weight by weight, with a worked example"),
    ('deltarule derive "linear(n, 1, bias=False) -> sigmoid -> bce" --sign maximise --wrt w',
     "gradient ascent on the log-likelihood, by the weights only"),
    ('deltarule derive "s = w @ x + b; y = sigmoid(s)" --shapes "w: n, x: n" --view jacobian',
     "a module by its equations, as Jacobians"),
    ("deltarule derive softmax --format latex -o softmax.tex", "one module, as a document for pdflatex"),
    ('deltarule derive "linear(n, k) -> softmax -> cross_entropy" --batch --format json',
     "over a batch, for a program to read"),
    ('deltarule derive "linear(n, h) -> tanh -> linear(h, 1) -> squared_error" --second hessian',
     "the Hessian times a direction, by Pearlmutter's equations"),
    ('echo "linear(2, 1) -> tanh" | deltarule derive -', "the network from standard input"),
)  # fmt: skip

FORMATS = ("text", "markdown", "latex", "html", "json", "notebook", "card")


def arguments(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    parser.add_argument(
        "--wrt", metavar="NAMES", help="what to differentiate by, as in x,w,b (default: every parameter and the input)"
    )
    parser.add_argument(
        "--detail", choices=("summary", "matrix", "index", "component"), default="matrix", help="default: matrix"
    )
    parser.add_argument(
        "--view",
        choices=("applied", "jacobian"),
        default="applied",
        help="error signals in and out, or all derivatives of the output (default: applied)",
    )
    parser.add_argument(
        "--layout", choices=("denominator", "numerator"), default="denominator", help="default: denominator"
    )
    parser.add_argument(
        "--sign",
        choices=("minimise", "maximise"),
        default="minimise",
        help="maximise negates the loss and updates by ascent (default: minimise)",
    )
    parser.add_argument(
        "--policy",
        choices=("plain", "memory", "accuracy"),
        default="plain",
        help="which of the proved forms of a derivative is used: textbook, fewest saved arrays, most exact "
        "(default: plain)",
    )
    parser.add_argument(
        "--second",
        choices=("hessian", "gauss-newton"),
        help="go on to that matrix of second derivatives times a direction v_W, ...",
    )
    parser.add_argument("--batch", action="store_true", help="add the axis of samples; the loss is their mean")
    parser.add_argument(
        "--numbers", metavar="SOURCE", help="a worked example: seed=0, or a JSON file of values by name"
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    derivation = network_of(options).derive(
        wrt=None if options.wrt is None else [name.strip() for name in options.wrt.split(",") if name.strip()],
        detail=options.detail,
        view=options.view,
        layout=options.layout,
        sign=options.sign,
        policy=options.policy,
        batch=options.batch,
        numbers=options.numbers,
        second=options.second,
    )
    if options.format == "text" and options.output in (None, "-"):
        from deltarule.writing.terminal import print_derivation

        print_derivation(derivation.inner)
    else:
        deliver(derivation.write(options.format), options.output)
    counts = derivation.counts
    if counts.get("undecided"):
        warn(f"{counts['undecided']} of the steps could not be proved; they are marked")
        counts = derivation.check().counts
    refuted = counts.get("refuted", 0) + counts.get("ill-shaped", 0)
    if refuted:
        warn(f"{refuted} of the steps are refuted")
    return 1 if refuted else 0
