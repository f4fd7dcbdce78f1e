"""The derivation of the network that was trained, for networks of its kind of any size where they can be written so."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.network.derive import derive
from deltarule.training.report.elements import details
from deltarule.training.report.subject import Subject
from deltarule.writing.html import body

__all__ = ["any_sizes", "derivation"]

FIRST, LAST, BETWEEN = "n", "k", "pqrdc"
"""Letters for sizes: of the input, of the output, and of what lies between."""


def derivation(subject: Subject) -> str:
    """Every step, proved; the headings stand below those of the page."""
    network, sizes = any_sizes(subject.model.network_)
    derived = derive(network)
    counts = derived.counts()
    proved = counts.get("proved", 0)
    claims = sum(counts.get(v, 0) for v in ("proved", "conditional", "refuted", "ill-shaped", "undecided"))
    inside = re.sub(r"<h1.*?</h1>|<nav.*?</nav>", "", body(derived), flags=re.S)
    inside = re.sub(r"<(/?)h([2-4])\b", lambda m: f"<{m[1]}h{int(m[2]) + 1}", inside)
    inside = re.sub(r' id="([^"]+)"', r' id="derived-\1"', inside)
    here = ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
    sized = f" The sizes are letters, so it holds for all of them; here {here}." if sizes else ""
    return (
        f"<p>What was trained, derived from its forward equations for one row; the training takes the mean over the "
        f"rows of a batch.{escape(sized)} {proved} of {claims} steps are proved, by exact algebra for all values of "
        "every symbol.</p>" + details("The whole derivation, step by step", inside, "derivation")
    )


def any_sizes(network: Network) -> tuple[Network, dict[str, int]]:
    """The network with letters for the sizes of its linear layers, and what they stand for; as it is where other
    modules depend on them."""
    layers = re.findall(r"\blinear\((\d+), (\d+)", network.text)
    places = [int(layers[0][0]), *(int(b) for _, b in layers)] if layers else []
    if not layers or ";" in network.text or len(places) - 2 > len(BETWEEN):
        return network, {}
    letters = [FIRST, *BETWEEN[: len(places) - 2], LAST]
    named = [str(size) if size == 1 else letter for letter, size in zip(letters, places, strict=True)]
    pairs = pairwise(named)
    text = re.sub(r"\blinear\(\d+, \d+", lambda _: "linear({}, {}".format(*next(pairs)), network.text)
    try:
        return Network.parse(text), {a: b for a, b in zip(named, places, strict=True) if a.isalpha()}
    except DeltaruleError:
        return network, {}
