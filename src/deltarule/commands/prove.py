"""`deltarule prove 'LEFT = RIGHT'`: one equality proved for all values and sizes, or refuted at a certified point."""

from __future__ import annotations

import argparse

from deltarule.commands.printing import add_format, add_output, as_json, deliver, in_style

EXAMPLES = (
    ('deltarule prove "sigmoid(-s) = 1 - sigmoid(s)"', "an identity of scalars"),
    ('deltarule prove "tanh(z) = 2*sigmoid(z) - 1"', "a false one: a point where the sides differ"),
    ('deltarule prove "(A @ B).T = B.T @ A.T" --shapes "A: n k, B: k m"', "for every size"),
    ('deltarule prove "sigmoid(s)*sigmoid(-s) = y*(1 - y)" --where "y = sigmoid(s)"', "with a definition"),
    ('deltarule prove "log(a/b) = log(a) - log(b)" --assume "a > 0" --assume "b > 0"', "under assumptions"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("equality", metavar="EQUALITY", help='two sides in the text notation, as in "A @ B = B @ A"')
    parser.add_argument(
        "--where", metavar="DEFINITION", action="append", default=[], help='a definition, as in "y = sigmoid(s)"'
    )
    parser.add_argument("--shapes", metavar="SHAPES", help='axes of names, as in "A: n n, x: n" (default: scalars)')
    parser.add_argument(
        "--assume",
        metavar="INEQUALITY",
        action="append",
        default=[],
        help='what is positive, as in "a > 0" or "0 < y < 1"',
    )
    add_format(parser, "text", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.checking.core.equality import judge_equality, positives, split_equality

    left, right = split_equality(options.equality)
    where = dict(split_equality(text) for text in options.where)
    positive = [p for text in options.assume for p in positives(text)]
    said = judge_equality(left, right, where=where, shapes=options.shapes, positive=positive)
    if options.format == "json":
        data = {
            "schema": 1,
            "left": left,
            "right": right,
            "verdict": said.verdict,
            "domain": list(said.domain),
            "reason": said.reason,
            "counterexample": said.counterexample,
        }
        deliver(as_json(data), options.output)
    else:
        colour = {"proved": "green", "refuted": "red"}.get(said.verdict, "yellow")
        lines = [f"{in_style(said.verdict, 'bold', colour)}: {left} = {right}"]
        lines += [f"  where {condition}" for condition in said.domain]
        if said.counterexample:
            values = dict(said.counterexample)
            sides = values.pop("left", ""), values.pop("right", "")
            lines.append("  for instance " + ", ".join(f"{k} = {v}" for k, v in values.items()))
            lines.append(f"  the left side is {sides[0]}, the right side {sides[1]}")
        elif said.reason and said.verdict != "proved":
            lines.append(f"  {said.reason}")
        deliver("\n".join(lines) + "\n", options.output)
    return 1 if said.verdict == "refuted" else 0
