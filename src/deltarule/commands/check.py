"""`deltarule check FILE...`: each equality of a derivation that a person wrote, proved, refuted, or left undecided."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from deltarule.commands.failures import warn
from deltarule.commands.printing import add_format, add_output, as_json, columns, deliver, in_style
from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.checking.core.rows import CheckedDocument

EXAMPLES = (
    ("deltarule check solution.md", "what does not hold, with a counterexample, and what holds under a condition only"),
    ("deltarule check notes.tex --only refuted,ill-shaped", "what is wrong, nothing else"),
    ("deltarule check solution.md --format html -o solution.html", "the document with every equality marked"),
    ("deltarule check *.md --format json -o verdicts.json", "every row, for a program"),
    ('deltarule check solution.md --assume "0 < y < 1" --shapes "w: n, x: n"', "with what the text leaves unsaid"),
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
    parser.add_argument(
        "--assume",
        metavar="FACT",
        action="append",
        default=[],
        help='what holds though the text does not say so, as in "0 < y < 1" or "s = 1"; repeatable',
    )
    parser.add_argument("--shapes", metavar="SHAPES", help='sizes of names, as in "W: h n, x: n, b:"')
    parser.add_argument(
        "--jobs", metavar="N", type=int, help="files judged at the same time (default: as many as there are processors)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_format(parser, "text", "json", "html")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.checking.files import check_files
    from deltarule.commands.rows_done import RowsDone
    from deltarule.reading.documents import MAX_BYTES

    only = _only(options.only)
    if options.jobs is not None and options.jobs < 1:
        raise DeltaruleError(f"--jobs {options.jobs}: at least one")
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if "-" in options.files else b""
    with RowsDone(len(options.files), options.quiet) as progress:
        documents = list(
            check_files(
                options.files,
                data,
                assume=options.assume,
                shapes=options.shapes,
                jobs=options.jobs,
                progress=progress if progress.live else None,
            )
        )
    deliver(_written(documents, only, options), options.output)
    for d in documents:
        if d.error:
            warn(f"{d.name}: {d.error}")
    if any(d.error for d in documents):
        return 2
    return 1 if any(r.verdict in {"refuted", "ill-shaped"} for d in documents for r in d.rows) else 0


def _only(given: str | None) -> list[str]:
    only = [v.strip() for v in given.split(",") if v.strip()] if given else []
    for verdict in only:
        if verdict not in VERDICTS:
            raise DeltaruleError(
                f"--only {verdict}: no such verdict{nearest(verdict, VERDICTS)} One of {', '.join(VERDICTS)}"
            )
    return only


def _written(documents: list[CheckedDocument], only: list[str], options: argparse.Namespace) -> str:
    if options.format == "json":
        from deltarule.checking.report.report import as_data

        return as_json(as_data(documents, only))
    if options.format == "html":
        from deltarule.checking.report.page import as_page

        return as_page(documents, only)
    from deltarule.checking.report.terminal import as_text, plain

    to_file = options.output not in (None, "-")
    return as_text(documents, only, 80 if to_file else columns(), plain if to_file else in_style, errors=to_file)
