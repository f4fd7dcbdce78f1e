"""Measures the errors of all scalar functions and writes `src/deltarule/program/accuracy.json` and `docs/accuracy.md`.

    python tools/accuracy.py [--every NAME ...] [--only NAME ...] [--page]

Without options every subject is measured on a sample, both engines, all policies (minutes). `--every` takes these
subjects over all 2^32 float32 numbers on the native engine, policy accuracy (a minute each on an idle core); `--page`
writes the page alone. A whole range that was measured stays in the file until it is measured again or the sample
finds a larger error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from deltarule.program import accuracy
from deltarule.program.accuracy import POLICIES, Subject, subjects, ulps
from deltarule.program.measured import FILE, Measured, every_float32, measured, said, said_count
from deltarule.program.native.exhaustive import largest_error, native_values

PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
PER_BINADE = 2048
IN_BALLS = 24
"""So many numbers of a binade where float64 is no reference."""

GOALS = {
    # (subject): the largest error that the policy `accuracy` is to have, and the best of other programs
    "sigmoid": (2, "PyTorch, SciPy: 2.0 for -16 ≤ s ≤ 16, 2e6 where the result is subnormal"),
    "sigmoid′": (3, "PyTorch, JAX, scikit-learn: 1.7e7 (`y(1 - y)`)"),
    "tanh′": (3, "PyTorch, JAX: 1.7e7 (`1 - y²`)"),
    "softplus": (1.5, "SciPy 1.47, PyTorch 1.50, JAX 8e6"),
    "bce of a logit, t = 0": (2, "scikit-learn, JAX, PyTorch: 8e6 to 1.7e7"),
    "bce of a logit, t = 1": (2, "PyTorch 1.5; scikit-learn, JAX: 8e6 to 1.7e7"),
    "its derivative, t = 0": (1.5, "scikit-learn 0.5, PyTorch 2e6, JAX 8e6"),
    "its derivative, t = 1": (1.5, "scikit-learn 0.5, PyTorch 1.7e7, JAX 8e6"),
}


def engines(what: Subject, policy: str) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    yield "native", lambda s: native_values(what, policy, "float32", s)
    yield "numpy", accuracy.on_numpy(what, policy)


def by_sample(what: Subject) -> list[Measured]:
    """Both engines and all policies on a sample."""
    points = accuracy.sample(PER_BINADE)
    few = accuracy.sample(IN_BALLS)

    def reference(s: np.ndarray) -> np.ndarray:
        return native_values(what, "accuracy", "float64", s.astype(np.float64))

    if accuracy.reference_error(what, reference, accuracy.sample(3)) > 0.001:
        points = few
        exact = accuracy.exact_values(what, points)
    else:
        exact = reference(points)
    out = []
    for policy in POLICIES:
        for engine, values in engines(what, policy):
            found = np.asarray(values(points), np.float32)
            errors = np.where(np.isnan(exact), 0.0, ulps(found, exact))
            worst = int(np.argmax(errors))
            out.append(Measured(what.name, engine, policy, float(errors[worst]), float(points[worst]), len(points)))
    return out


def by_every(what: Subject) -> list[Measured]:
    """The native engine, accuracy policy, over all finite numbers."""
    worst, at = largest_error(what, "accuracy")
    return [Measured(what.name, "native", "accuracy", worst, at, every_float32)]


def merged(old: list[Measured], new: list[Measured]) -> list[Measured]:
    rows = {(m.subject, m.engine, m.policy): m for m in old}
    for m in new:
        key = m.subject, m.engine, m.policy
        known = rows.get(key)
        if known is not None and known.inputs > m.inputs and known.ulps >= m.ulps:
            continue
        rows[key] = m
    return list(rows.values())


def page() -> str:
    rows = {(m.subject, m.engine, m.policy): m for m in measured()}
    order = [w for w in subjects() if (w.name, "native", "accuracy") in rows]
    lines = [
        "# Accuracy",
        "",
        f"Written by `tools/accuracy.py` on {date.today().isoformat()}. Largest errors in float32, in units in the "
        "last place (ulp) of the exact result; subnormal results count. Each function, and its derivative in the form "
        "that each policy chooses, is evaluated as an engine evaluates it in a network. Under `accuracy` the "
        "definition too may take another form: one that the identities for stability make of it (`deltarule "
        "identities`), where its error at sample points is smaller. The reference is float64, "
        "itself compared with ball arithmetic at both ends of every binade and between (it is off by less than 0.001 "
        f"ulp of float32); where float64 is none, ball arithmetic at {2 * 255 * IN_BALLS:,} numbers takes its place. "
        "`deltarule show sigmoid` shows the rows of one function.",
        "",
        "## Goals",
        "",
        "| | native | NumPy engine | goal | met | tried on | others |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (goal, others) in GOALS.items():
        if (name, "native", "accuracy") not in rows:
            continue
        both = [rows[name, engine, "accuracy"] for engine in ("native", "numpy")]
        met = "yes" if all(m.ulps <= goal for m in both) else "**no**"
        cells = [name, *(said(m.ulps) for m in both), f"≤ {goal:g}", met, said_count(both[0].inputs), others]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "What others do was measured in the same way, on samples (PyTorch 2.13, JAX 0.10, SciPy 1.17, "
        "scikit-learn 1.9).",
        "",
        "## All functions",
        "",
        "`exact` is no error at all, 0.50 what rounding alone makes of a result; from about 10⁷ on, all digits are "
        "lost somewhere: the last but one column says where.",
        "",
        "| | native: accuracy | memory | plain | NumPy: accuracy | memory | plain | worst (native, accuracy) at "
        "| tried |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for what in order:
        cells = [what.name]
        for engine in ("native", "numpy"):
            for policy in POLICIES[::-1]:
                m = rows.get((what.name, engine, policy))
                cells.append("" if m is None else said(m.ulps))
        best = rows[what.name, "native", "accuracy"]
        cells += [f"{best.at:.6g}" if best.ulps > 0.005 else "", f"{best.inputs:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", nargs="*", metavar="NAME")
    parser.add_argument("--only", nargs="*", metavar="NAME")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    np.seterr(all="ignore")
    chosen = [] if options.page else [w for w in subjects() if options.only is None or w.name in options.only]
    if options.every is not None:
        chosen = [w for w in subjects() if w.name in (options.every or GOALS)]
    known = {w.name for w in subjects()}
    rows = [m for m in measured() if m.subject in known]
    for what in chosen:
        try:
            found = by_every(what) if options.every is not None else by_sample(what)
        except Exception as error:
            print(f"{what.name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        print(what.name, *(f"{m.engine} {m.policy} {said(m.ulps)}" for m in found), sep="  ", flush=True)
        rows = merged(rows, found)
        order = {w.name: k for k, w in enumerate(subjects())}
        rows.sort(key=lambda m: (order[m.subject], m.engine, POLICIES.index(m.policy)))
        written = [asdict(replace(m, ulps=float(f"{m.ulps:.4g}"))) for m in rows]
        lines = ",\n".join("  " + json.dumps(row | {"ulps": str(row["ulps"])}, ensure_ascii=False) for row in written)
        FILE.write_text('{"rows": [\n' + lines + "\n]}\n", encoding="utf-8")
    from deltarule.program import measured as module

    module._all.cache_clear()
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
