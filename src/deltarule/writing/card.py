"""A derivation as a study card: YAML front matter, a question, its solution, links to related concepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from deltarule.calculus.derivation import Chain, Derivation, Section
from deltarule.language.expression import Derivative, Symbol
from deltarule.writing.lines import Typesetter, typesetter
from deltarule.writing.markdown import block_markdown, inline
from deltarule.writing.outline import (
    Block,
    Heading,
    Items,
    Paragraph,
    assumption_items,
    conventions,
    display,
    function_definition,
    functions_used,
    spans,
    symbol_items,
)

__all__ = ["CONCEPTS", "card"]

CONCEPTS = {
    "linear": "linear-layer",
    "sigmoid": "logistic-sigmoid",
    "tanh": "hyperbolic-tangent",
    "relu": "relu",
    "softmax": "softmax",
    "bce": "binary-cross-entropy",
    "bce_with_logits": "binary-cross-entropy",
    "cross_entropy": "cross-entropy",
    "nll": "negative-log-likelihood",
    "squared_error": "squared-error",
}
"""The concept that a module is an instance of, as it is linked; other modules are their own."""

_WITHOUT_TAG = {"identity"}


def card(
    derivation: Derivation,
    *,
    id: str = "",
    course: str = "Machine Learning",
    tags: Sequence[str] = (),
    difficulty: int = 0,
    status: str = "to_learn",
) -> str:
    """The card as Markdown; what is not given follows from the network."""
    setter = typesetter(derivation)
    concepts = concepts_of(derivation)
    tags = tags or ["neural-networks", "backpropagation", *concepts]
    modules = len(kinds(derivation))
    front = {
        "id": id or slug(derivation.network or derivation.title),
        "course": course,
        "tags": f"[{', '.join(map(slug, tags))}]",
        "difficulty": str(difficulty or min(5, max(1, modules))),
        "type": "derivation",
        "status": status,
    }
    parts = ["---\n" + "\n".join(f"{key}: {_yaml(key, value)}" for key, value in front.items()) + "\n---"]
    parts += _question(derivation, setter)
    parts.append("---")
    parts += [text for block in _solution(derivation, setter) if (text := block_markdown(block))]
    links = dict.fromkeys([*concepts, "backpropagation"])
    parts.append("## Related Concepts\n" + "\n".join(f"- [[{link}]]" for link in links))
    return "\n\n".join(parts) + "\n"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "card"


def kinds(derivation: Derivation) -> list[str]:
    """The kinds of the modules in a chain such as `linear(2, 2) -> relu`, in order."""
    if "->" not in derivation.network:
        return []
    return [part.split("(")[0].strip() for part in derivation.network.split("->")]


def concepts_of(derivation: Derivation) -> list[str]:
    names = dict.fromkeys(CONCEPTS.get(kind, kind) for kind in kinds(derivation) if kind not in _WITHOUT_TAG)
    return [slug(name) for name in names]


def _yaml(key: str, value: str) -> str:
    """A scalar that YAML reads back as the same text."""
    plain = key == "tags" or re.fullmatch(r"[A-Za-z][\w .()-]*|\d+", value)
    return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _question(derivation: Derivation, setter: Typesetter) -> list[str]:
    functions = functions_used(derivation)
    defined = ", ".join(inline([function_definition(name, setter.names)]) for name in functions)
    about = f"Consider the network `{derivation.network}`" if derivation.network else inline((derivation.title,))
    asked = f"{about}, where {defined}." if defined else f"{about}."
    return ["# Question", f"{asked}\nGive the forward, backward and parameter messages."]


def _solution(derivation: Derivation, setter: Typesetter) -> list[Block]:
    blocks: list[Block] = [Heading(1, ("Solution",))]
    symbols = symbol_items(derivation, setter)
    if symbols:
        blocks += [Paragraph(("We write:",)), Items(symbols)]
    blocks += [Paragraph(spans(sentence, setter.names)) for sentence in conventions(derivation)]
    if derivation.assumptions:
        blocks.append(Paragraph(("We assume:",)))
        blocks.append(Items(assumption_items(derivation, setter)))
    for title, kind in (("Forward", "forward"), ("Backward", "backward"), ("Parameter", "parameter")):
        chosen = [(s, [c for c in s.chains if message_kind(c, derivation) == kind]) for s in derivation.sections]
        blocks.append(Heading(2, (f"{title} Message",)))
        blocks += _chains([(s, chains) for s, chains in chosen if chains], setter)
    return blocks


def _chains(chosen: Iterable[tuple[Section, list[Chain]]], setter: Typesetter) -> list[Block]:
    chosen = list(chosen)
    blocks: list[Block] = []
    for section, chains in chosen:
        if len(chosen) > 1:
            blocks.append(Heading(3, spans(section.title, setter.names)))
        blocks += [display(chain, setter) for chain in chains]
    return blocks or [Paragraph(("There is none.",))]


def message_kind(chain: Chain, derivation: Derivation) -> str:
    """`forward`, `backward` or `parameter`: what a chain derives, by what stands on its left."""
    roles = {name: declaration.role for name, declaration in derivation.declarations.items()}
    left = chain.left
    if isinstance(left, Derivative):
        return "parameter" if roles.get(left.by.name) == "parameter" else "backward"
    if isinstance(left, Symbol):
        declaration = derivation.declarations.get(left.name)
        if declaration is not None and declaration.role == "message" and declaration.of is not None:
            return "parameter" if roles.get(declaration.of[1]) == "parameter" else "backward"
        if declaration is not None and declaration.role == "parameter":
            return "parameter"  # an update
        return "forward"
    return "backward"
