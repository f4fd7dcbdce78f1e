"""Draws docs/pictures/derivation.svg: what a terminal shows of a derivation, cut to the sections named here."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from deltarule import Network
from deltarule.writing.terminal import render

NETWORK = "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"
SECTIONS = (
    "Forward messages",
    "bce: backward message",
    "sigmoid: backward message",
    "relu: backward message",
    "linear_1: parameter messages",
)
FILE = Path(__file__).parent / "pictures" / "derivation.svg"
WIDTH = 80

THEME = TerminalTheme(
    background=(22, 27, 34),
    foreground=(222, 228, 235),
    normal=[(22, 27, 34), (255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255),
            (86, 212, 221), (222, 228, 235)],
    bright=[(139, 148, 158), (255, 161, 152), (126, 231, 135), (242, 204, 96), (165, 214, 255), (226, 197, 255),
            (126, 228, 235), (255, 255, 255)],
)  # fmt: skip

# As rich draws a terminal, without its window buttons and without fonts from the network.
FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>deltarule derives and proves the messages of a small network in a terminal</title>
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
  font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def lines() -> list[Text]:
    """The command, the sections, the verdict; `⋮` stands for what is left out."""
    out = [Text.assemble(("$ ", "green"), (f'deltarule derive "{NETWORK}"', "bold"))]
    section, cut, wanted = "", False, False
    everything = render(Network(NETWORK).derive().inner, WIDTH)
    for number, pieces in enumerate(everything):
        style = pieces[0][1] if pieces else ""
        if style == "bold cyan":
            section = pieces[0][0]
            wanted = section in SECTIONS
            if wanted and cut:
                out += [Text(), Text("  ⋮", "dim")]
            cut = not wanted
            if wanted:
                out.append(Text())
        if number == len(everything) - 1:
            out += [Text(), Text("  ⋮", "dim"), Text()]
            wanted = True
        if wanted:
            out.append(Text.assemble(*pieces))
    return _without_double_gaps(out)


def _without_double_gaps(texts: list[Text]) -> list[Text]:
    return [t for before, t in zip([Text("x"), *texts], texts, strict=False) if t.plain.strip() or before.plain.strip()]


def main() -> None:
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines():
        console.print(line, highlight=False, soft_wrap=True)
    svg = console.export_svg(title="", theme=THEME, code_format=FORMAT, unique_id="deltarule")
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
