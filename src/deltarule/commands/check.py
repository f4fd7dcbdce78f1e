"""`deltarule check FILE...`: each equality of a derivation that a person wrote, proved, refuted, or left undecided."""

from __future__ import annotations

import argparse
import sys

from deltarule.commands.failures import warn
from deltarule.commands.printing import add_format, add_output, as_json, deliver
from deltarule.language.errors import DeltaruleError, nearest

EXAMPLES = (
    ("deltarule check solution.md", "what does not hold, with a counterexample, and what holds under a condition only"),
    ("deltarule check notes.tex --only refuted,ill-shaped", "what is wrong, nothing else"),
    ("deltarule check *.md --format json -o verdicts.json", "every row, for a program"),
    ("cat answer.md | deltarule check -", "from standard input"),
)

VERDICTS = (
    "proved", "conditional", "refuted", "ill-shaped", "undecided", "unread", "definition", "assumption", "none",
)  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="Markdown, LaTeX, notebook or HTML; - is standard input"
    )
    parser.add_argument("--only", metavar="VERDICTS", help=f"rows of these verdicts, from {', '.join(VERDICTS)}")
    add_format(parser, "text", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.checking.files import check_files
    from deltarule.checking.report import as_data, as_text

    only = [v.strip() for v in options.only.split(",") if v.strip()] if options.only else []
    for verdict in only:
        if verdict not in VERDICTS:
            raise DeltaruleError(
                f"--only {verdict}: no such verdict{nearest(verdict, VERDICTS)} One of {', '.join(VERDICTS)}"
            )
    data = sys.stdin.buffer.read() if "-" in options.files else b""
    documents = list(check_files(options.files, data))
    if options.format == "json":
        deliver(as_json(as_data(documents, only)), options.output)
    else:
        deliver(as_text(documents, only), options.output)
    if any(d.error for d in documents):
        for d in documents:
            if d.error:
                warn(f"{d.name}: {d.error}")
        return 2
    return 1 if any(r.verdict in {"refuted", "ill-shaped"} for d in documents for r in d.rows) else 0
