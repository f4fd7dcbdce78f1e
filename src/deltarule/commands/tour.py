"""`deltarule tour`: a network on real data, derived, proved, checked, trained and compared, told in six steps."""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from deltarule.commands.printing import columns, deliver, in_style
from deltarule.language.errors import DeltaruleError

if TYPE_CHECKING:
    from deltarule.commands.tour_stages import Tour

EXAMPLES = (
    ("deltarule tour", "the whole story, and tour.html to look at"),
    ("deltarule tour --seed 3 -o another.html", "another split, other initial values"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="of the split and of the training (default: 0)"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="tour.html", help="the page to write (default: tour.html)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress line")


def run(options: argparse.Namespace) -> int:
    if not 0 <= options.seed < 2**32:  # scikit-learn takes no more
        raise DeltaruleError(f"--seed is {options.seed}; it must be a whole number from 0 to 4294967295")
    began = time.perf_counter()
    say = _Narrator()
    say.title("deltarule: a network derived, proved, trained and explained")
    from deltarule.commands.progress import Progress
    from deltarule.commands.tour_stages import TEST, VALIDATION, Tour

    tour = Tour(options.seed)
    _data(say, tour, TEST)
    _derive(say, tour)
    _prove(say, tour)
    _check(say, tour)
    say.step("Train", f"Gradient descent by these equations; {VALIDATION:.0%} of the rows are held out to watch.")
    with Progress(options.quiet) as progress:
        model = tour.watch(progress)
    last = {name: values[-1] for name, values in model.history_.items()}
    say.lines(
        f"  after {model.n_epochs_} epochs: loss {last['loss']:.4f}; held out: loss {last['val_loss']:.4f}, "
        f"accuracy {last['val_accuracy']:.4f}"
    )
    _compare(say, tour)
    from deltarule.commands.tour_page import tour_page

    command = f"deltarule tour --seed {options.seed}"
    deliver(tour_page(tour, command), options.output)
    where = "standard output" if options.output == "-" else str(Path(options.output).resolve())
    say.lines("", f"{in_style('The whole story with pictures:', 'bold')} {where}")
    say.lines(f"Try next: deltarule show sigmoid        ({time.perf_counter() - began:.1f} s in all)")
    return 0


class _Narrator:
    """Numbered steps, each with a line of explanation, no wider than the terminal."""

    def __init__(self) -> None:
        self.number = 0
        self.width = min(columns(), 80)

    def title(self, text: str) -> None:
        self.lines(in_style(text, "bold"), in_style("═" * len(text), "dim"))

    def step(self, name: str, explanation: str) -> None:
        self.number += 1
        self.lines("", in_style(f"{self.number}. {name}", "bold", "cyan"))
        self.lines(*textwrap.wrap(explanation, self.width, initial_indent="   ", subsequent_indent="   "), "")

    def lines(self, *lines: str) -> None:
        for line in lines:
            deliver(line + "\n")
        sys.stdout.flush()


def _data(say: _Narrator, tour: Tour, share: float) -> None:
    say.step("Data", "Wisconsin breast cancer, bundled with scikit-learn: which tumours are malignant?")
    classes = ", ".join(f"{count} {name}" for name, count in tour.classes.items())
    say.lines(f"  {len(tour.X)} patients, {len(tour.features)} measurements of cell nuclei each; {classes}.")
    say.lines(f"  {len(tour.training)} to learn from, {len(tour.test)} ({share:.0%}) kept back for the test.")


def _derive(say: _Narrator, tour: Tour) -> None:
    from deltarule.writing.linear import linear

    say.step("Derive", "A network is its forward equations. The rest follows from them by the chain rule.")
    say.lines(f"  {in_style(tour.network.text, 'bold')}", "")
    messages = tour.messages
    left = max(len(linear(formula)) for _, formula in messages.forward) + 2
    left = min(max(left, 30), 46)
    say.lines("  forward, from top to bottom")
    say.lines(*(f"    {linear(formula):{left}}{place}" for place, formula in messages.forward))
    say.lines("", "  backward, derived (δ_u stands for ∂L/∂u)")
    say.lines(*(f"    {linear(formula):{left}}{place}" for place, formula in messages.backward))


def _prove(say: _Narrator, tour: Tour) -> None:
    from deltarule.writing.linear import linear

    say.step("Prove", "Each step is proved by exact algebra for all values, not tried at a few.")
    proved, claims = tour.proved
    sign = in_style("✓", "green") if proved == claims else in_style("✗", "bold", "red")
    say.lines(f"  {sign} {proved} of {claims} steps proved, in {tour.derived_in:.2f} s with the derivation.")
    say.lines("    No derivative of these functions was looked up; elimination found")
    say.lines(*(f"      {linear(formula)}" for formula in tour.found))


def _check(say: _Narrator, tour: Tour) -> None:
    from deltarule.commands.tables import aligned

    say.step("Check", "The program runs those equations. Its gradients against finite differences:")
    rows = [[c.parameter, str(c.compared), f"{c.largest_error:.1e}"] for c in tour.gradient_check]
    say.lines(
        *(f"  {line}" for line in aligned(["parameter", "elements compared", "largest relative difference"], rows))
    )


def _compare(say: _Narrator, tour: Tour) -> None:
    from deltarule.commands.tables import aligned

    say.step("Compare", "Trained again on all training rows, judged on patients that no model has seen:")
    rows = []
    for contender in tour.contenders:
        figures = contender.metrics.figures()
        rows.append([contender.name, *(f"{figures[k]:.4f}" for k in ("accuracy", "log_loss", "roc_auc"))])
        rows[-1].append(f"{contender.seconds:.2f} s")
    say.lines(*(f"  {line}" for line in aligned(["test", "accuracy", "log loss", "ROC AUC", "training"], rows)))
    say.lines("  log loss: less is better. The others are scikit-learn's, on the same split.")
