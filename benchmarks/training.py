"""Training beside other programs and beside what the machine allows: speed, first step, memory.

python -m benchmarks training
python -m benchmarks.training 2-2-1     only the rows whose name has this in it; nothing is written
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import training_memory, training_picture, training_start
from benchmarks.interleaved import Timing, interleaved
from benchmarks.training_cases import CASES, Case, errors
from benchmarks.training_limits import limits
from benchmarks.training_peers import MISSING, OURS, Run, peers

__all__ = ["measure", "section"]

ONE_RUN = 0.15
"""Seconds that one timing is to take."""
TOLERANCE = {"float32": 1e-2, "float64": 1e-9}
"""The largest error of anyone's weights, as a part of how far training moved them."""

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "training.svg"


@dataclass
class Measured:
    """What was found of one case: nanoseconds for a row by entrant, who is a limit, who was left out and why."""

    case: Case
    timings: dict[str, Timing]
    limits: tuple[str, ...]
    errors: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    others: float = 0.0

    @property
    def ours(self) -> Timing | None:
        return self.timings.get(OURS)

    @property
    def limit(self) -> Timing | None:
        return self.timings.get(self.case.limit)

    @property
    def best_peer(self) -> str | None:
        names = [n for n in self.timings if n not in self.limits and not n.startswith("deltarule")]
        return min(names, key=lambda n: self.timings[n].median, default=None)

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None where one of the two figures is missing."""
        if self.ours is None or self.limit is None:
            return None
        return self.ours.median <= self.case.goal * self.limit.median


def measure(case: Case) -> Measured:
    """Everyone is checked against float64 first; then they take turns."""
    made: dict[str, Run] = {}
    wrong: dict[str, float] = {}
    left_out = {name: "not installed" for name in MISSING}
    bounds = limits(case)
    if case.limit not in bounds:
        left_out[case.limit] = "no C compiler"
    with _threads(case):
        makers: dict[str, Callable[[], Run]] = {
            **peers(case),
            **{n: (lambda run=run: run) for n, run in bounds.items()},
        }
        for name, make in makers.items():
            try:
                run = make()
                _, weights = run(case.checked_rows)
            except Exception as error:  # whatever a peer does, the others are measured
                left_out[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"
                continue
            if weights is not None:
                wrong[name] = errors(weights, case)
                if not wrong[name] <= TOLERANCE[case.dtype]:
                    left_out[name] = f"its weights are wrong: off by {wrong[name]:.1e} of what training moved"
                    continue
            made[name] = run
        entrants = {name: _entrant(run, case) for name, run in made.items()}
        timings, others = interleaved(entrants, case.seconds)
    return Measured(case, timings, tuple(bounds), wrong, left_out, others)


def _entrant(run: Run, case: Case) -> Callable[[], float]:
    """Seconds for a row: of whole epochs, so that all read as much memory, or of as many rows as there is time for."""
    tries = [run(case.checked_rows)[0]]
    while len(tries) < 8 and sum(tries) < 2 * ONE_RUN:  # one alone may have been interrupted
        tries.append(run(case.checked_rows)[0])
    each = min(tries) / case.checked_rows
    rows = case.rows // case.batch * case.batch
    if each * rows > 6 * ONE_RUN:
        rows = max(case.batch, int(ONE_RUN / each) // case.batch * case.batch)
    run(rows)
    repeats = max(1, min(20, int(ONE_RUN / max(each * rows, 1e-7))))

    def once() -> float:
        return sum(run(rows)[0] for _ in range(repeats)) / (rows * repeats)

    return once


def _threads(case: Case) -> AbstractContextManager[object]:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas") if case.threads == 1 else nullcontext()


# The section ---------------------------------------------------------------------------------------------------------


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether every goal in it was met. Writes the picture too."""
    found = []
    for case in CASES:
        print(f"{case.name} ...", file=sys.stderr, flush=True)
        found.append(measure(case))
        _forget(case)
    print("first step ...", file=sys.stderr, flush=True)
    start = training_start.measured()
    print("memory ...", file=sys.stderr, flush=True)
    memory = training_memory.measured()
    training_picture.write(found, PICTURE)
    lines = ["## Training", "", *_method(found), *_summary(found), ""]
    lines += ["![Time for a row of training, by engine](pictures/training.svg)", ""]
    lines += [*_details(found), *_start(start), *_memory(memory)]
    unmet = [m for m in found if m.met is not True]
    unmet += [r for r in (*start, *memory) if _missed(r)]
    return "\n".join(lines) + "\n", not unmet


def _forget(case: Case) -> None:
    """The data of a case is large."""
    for name in ("X", "Y", "labels", "reference"):
        case.__dict__.pop(name, None)


def _method(found: list[Measured]) -> list[str]:
    others = statistics.median(m.others for m in found)
    missing = f" Not installed here, so not measured: {', '.join(MISSING)}." if MISSING else ""
    return [
        "Plain stochastic gradient descent, rectified hidden units, logistic loss or softmax with cross-entropy. All "
        "start from the same weights and take the same rows in the same order; before anything is timed, everyone's "
        "weights after some updates are compared with the same updates in float64. Then they take turns, each timing "
        "about 0.15 s: the figures are medians with the least and the largest. Small networks have one thread, large "
        f"ones all. Other processes used {others:.2f} processors meanwhile (median over the rows; above 0.1 the "
        f"figures are too high).{missing}",
        "",
        "The limits: *hand-written C* (`benchmarks/limits.c`: sizes fixed, explicit vectors, compiled on the spot with "
        "`-O3 -march=native`); *matrix products alone*: those of a step by SciPy's BLAS, into arrays that are there; "
        "the *peak* of fused multiply-adds on one core; *reading X once*.",
        "",
    ]


def _summary(found: list[Measured]) -> list[str]:
    rows = [
        "| network | deltarule, ns a row | limit | ratio to it | goal | met | best peer | times faster than it |",
        "|---|---:|---:|---:|---|---|---|---:|",
    ]
    for m in found:
        ours, limit, peer = m.ours, m.limit, m.best_peer
        ratio = f"{ours.median / limit.median:.2f}" if ours and limit else "-"
        faster = f"{m.timings[peer].median / ours.median:.1f}" if ours and peer else "-"
        bound = f"{m.case.limit} {_number(limit.median)}" if limit else f"{m.case.limit}: not measured"
        verdict = {True: "yes", False: "**no**", None: "not measured"}[m.met]
        rival = f"{peer} {_number(m.timings[peer].median)}" if peer else "-"
        cells = [m.case.name, _spread(ours) if ours else "not measured", bound, ratio, m.case.words, verdict, rival]
        rows.append(f"| {' | '.join([*cells, faster])} |")
    return rows


def _details(found: list[Measured]) -> list[str]:
    out = ["### Everyone", "", "| network | who | ns a row: median (least to largest) | deltarule is times faster |"]
    out.append("|---|---|---:|---:|")
    for m in found:
        for k, (name, t) in enumerate(sorted(m.timings.items(), key=lambda item: item[1].median)):
            kind = f"*{name}*" if name in m.limits else name
            faster = f"{t.median / m.ours.median:.2f}" if m.ours else "-"
            out.append(f"| {m.case.name if not k else ''} | {kind} | {_spread(t)} | {faster} |")
        for name, why in m.left_out.items():
            if name not in MISSING:
                out.append(f"| | {name} | left out: {why} | |")
    worst = max((e for m in found for e in m.errors.values()), default=0.0)
    out += ["", f"Largest error of anyone's weights, as a part of how far training moved them: {worst:.1e}.", ""]
    return out


def _start(rows: list[dict]) -> list[str]:
    out = ["### First step", "", (training_start.__doc__ or "").replace("\n\n", " ").replace("\n", " ").strip(), ""]
    out += ["| who | seconds: median (least to largest) | goal | met |", "|---|---:|---|---|"]
    for row in rows:
        if "missing" in row:
            out.append(f"| {row['name']} | {row['missing']} | | |")
            continue
        median, least, most = row["seconds"]
        goal = f"≤ {row['goal']:g} s" if row["goal"] else ""
        met = "" if not row["goal"] else "**no**" if _missed(row) else "yes"
        out.append(f"| {row['name']} | {median:.2f} ({least:.2f} to {most:.2f}) | {goal} | {met} |")
    return [*out, ""]


def _memory(rows: list[dict]) -> list[str]:
    if not rows:
        return []
    needed = f"All outputs and one message: {training_memory.NEEDED:.0f} MiB."
    out = ["### Memory of a step", "", f"{_first(training_memory.__doc__)} {needed}", ""]
    out += ["| who | MiB above parameters and data | seconds a step | goal | met |", "|---|---:|---:|---|---|"]
    for row in rows:
        if "missing" in row:
            out.append(f"| {row['name']} | {row['missing']} | | | |")
            continue
        goal = f"≤ {row['goal']:g} MiB" if row["goal"] else ""
        met = "" if not row["goal"] else "**no**" if _missed(row) else "yes"
        out.append(f"| {row['name']} | {row['mib']:.0f} | {row['seconds']:.2f} | {goal} | {met} |")
    return [*out, ""]


def _missed(row: dict) -> bool:
    """Whether a row with a goal is over it, or was not measured."""
    if "missing" in row:
        return row["name"].startswith("deltarule")
    value = row["seconds"][0] if isinstance(row["seconds"], tuple) else row["mib"]
    return row["goal"] is not None and value > row["goal"]


def _first(text: str | None) -> str:
    return " ".join((text or "").split())


def _spread(t: Timing) -> str:
    return f"{_number(t.median)} ({_number(t.least)} to {_number(t.most)})"


def _number(seconds: float) -> str:
    """Nanoseconds."""
    ns = seconds * 1e9
    return f"{ns:.1f}" if ns < 100 else f"{ns:,.0f}"


def main(only: str = "") -> int:
    if only:
        found = [measure(case) for case in CASES if only in case.name]
        print("\n".join([*_summary(found), "", *_details(found)]))
        return 0 if all(m.met for m in found) else 1
    text, met = section()
    print(text)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
