"""A derivation as JSON for programs: symbols, equations, messages, saved arrays, steps with their verdicts.

`text`, `numpy` and `shape` do not depend on the layout; `latex` does.
"""

from __future__ import annotations

import json
from typing import Any

from deltarule.calculus.derivation import Chain, Derivation, Message, ModuleMessages, Row
from deltarule.language.equation import Declaration
from deltarule.language.expression import Axis, Expression
from deltarule.writing.latex import latex
from deltarule.writing.lines import Typesetter, typesetter
from deltarule.writing.outline import conventions

__all__ = ["as_data", "as_json"]

SCHEMA = 1


def as_json(derivation: Derivation) -> str:
    return json.dumps(as_data(derivation), ensure_ascii=False, indent=1) + "\n"


def as_data(derivation: Derivation) -> dict[str, Any]:
    """The derivation as dictionaries, lists and strings."""
    setter = typesetter(derivation)
    return {
        "schema": SCHEMA,
        "title": derivation.title,
        "network": derivation.network,
        "detail": derivation.detail,
        "view": derivation.view,
        "layout": derivation.layout,
        "sign": derivation.sign,
        "policy": derivation.policy,
        "batch": derivation.batch,
        "conventions": conventions(derivation),
        "assumptions": [assumption.words for assumption in derivation.assumptions],
        "symbols": [_symbol(d, setter) for d in derivation.declarations.values() if _shown(d, derivation)],
        "equations": [{"name": e.name, **_value(e.right, e.axes, setter)} for e in derivation.equations],
        "messages": [_messages(m, setter) for m in derivation.messages],
        "saved": list(derivation.saved),
        "steps": _steps(derivation, setter),
        "counts": derivation.counts(),
    }


def _shown(declaration: Declaration, derivation: Derivation) -> bool:
    """Sizes and rates are no arrays of the network; an error signal is listed where it is given, not computed."""
    if declaration.role == "message":
        return all(e.name != declaration.name for e in derivation.equations)
    return declaration.role not in {"size", "rate"}


def _symbol(declaration: Declaration, setter: Typesetter) -> dict[str, Any]:
    return {
        "name": declaration.name,
        "role": declaration.role,
        "shape": list(declaration.sizes),
        "latex": latex(setter.names(declaration.name, len(declaration.sizes) if setter.matrix else 0)),
    }


def _value(e: Expression, axes: tuple[Axis, ...], setter: Typesetter) -> dict[str, Any]:
    from deltarule.writing.numpy import numpy_source

    return {
        "text": setter.text(e, axes),
        "latex": latex(setter.formula(e, axes)),
        "numpy": numpy_source(e, axes),
        "shape": [axis.size for axis in axes],
    }


def _message(message: Message, setter: Typesetter) -> dict[str, Any]:
    return {"name": message.name, **_value(message.value, message.axes, setter)}


def _messages(messages: ModuleMessages, setter: Typesetter) -> dict[str, Any]:
    out: dict[str, Any] = {
        "module": messages.module,
        "forward": _message(messages.forward, setter),
        "backward": _message(messages.backward, setter) if messages.backward else None,
        "parameter": {name: _message(m, setter) for name, m in messages.parameter.items()},
    }
    if len(messages.backwards) > 1:
        out["backwards"] = [_message(m, setter) for m in messages.backwards]
    return out


def _steps(derivation: Derivation, setter: Typesetter) -> list[dict[str, Any]]:
    out = []
    for section in derivation.sections:
        for chain in section.chains:
            left = chain.left
            for row in chain.rows:
                out.append({"section": section.title, **_step(chain, left, row, setter)})
                left = row.right
    return out


def _step(chain: Chain, left: Expression, row: Row, setter: Typesetter) -> dict[str, Any]:
    axes = chain.axes or chain.left.axes
    sides = setter.equality(left, row.right, axes)
    judgement = row.judgement
    out: dict[str, Any] = {
        "left": {"text": setter.text(left, axes), "latex": latex(sides[0])},
        "relation": row.relation,
        "right": {"text": setter.text(row.right, axes), "latex": latex(sides[1])},
        "rule": row.rule,
        "verdict": judgement.verdict if judgement else "none",
        "domain": "; ".join(judgement.domain) if judgement else "",
    }
    if judgement and judgement.reason:
        out["reason"] = judgement.reason
    if judgement and judgement.counterexample:
        out["counterexample"] = judgement.counterexample
    return out
