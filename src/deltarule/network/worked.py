"""A worked example: every message at actual numbers, and the gradient checked against central differences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from deltarule.calculus.derivation import Chain, Derivation
from deltarule.calculus.evaluate import Value, evaluate
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Derivative, Symbol
from deltarule.network.network import Network

__all__ = ["choose_numbers", "read_numbers", "with_numbers"]

STEP = 1e-5
GIVEN = ("input", "parameter", "target")


def read_numbers(text: str, network: Network) -> dict[str, Value]:
    """Numbers from `seed=0`, or from a JSON file `{"x": [1, 2], "W": [[...], ...], ...}` (what is missing is drawn)."""
    if text.startswith("seed="):
        try:
            seed = int(text[5:])
        except ValueError:
            raise DeltaruleError(f"--numbers {text}: the seed is a whole number, as in seed=0") from None
        return choose_numbers(network, seed)
    try:
        given = json.loads(Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise DeltaruleError(f"--numbers {text}: {error.strerror or error}; give seed=0 or a JSON file") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DeltaruleError(f"--numbers {text} is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise DeltaruleError(f'--numbers {text}: expected an object such as {{"x": [1, 2]}}')
    values = choose_numbers(network, 0)
    for name, value in given.items():
        if name not in values:
            raise DeltaruleError(f"--numbers {text}: the network takes {', '.join(values)}, not {name}")
        values[name] = _checked(name, value, network.declarations[name].sizes)
    return values


def _checked(name: str, value: Any, sizes: tuple[int | str, ...]) -> Value:
    if not sizes:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DeltaruleError(f"{name} is a number; {json.dumps(value)[:60]} was given")
        return float(value)
    if not isinstance(value, list) or len(value) != sizes[0]:
        raise DeltaruleError(f"{name} is a list of {sizes[0]}; {json.dumps(value)[:60]} was given")
    return [_checked(name, v, sizes[1:]) for v in value]


def choose_numbers(network: Network, seed: int) -> dict[str, Value]:
    """Numbers with one decimal for every input, parameter and target; a target that sums to 1 is one-hot, one that a
    logarithm takes as a probability is 0 or 1."""
    random = Random(seed)
    probability = any(a.kind in {"positive", "equal"} for a in network.assumptions) or any(
        m.kind.startswith("bce") for m in network.modules
    )
    one_hot = any(a.kind == "equal" for a in network.assumptions)

    def draw(sizes: tuple[int | str, ...], kind: str) -> Value:
        if not sizes:
            return (
                float(random.randint(0, 1)) if kind == "binary" else random.choice([-1, 1]) * random.randint(1, 15) / 10
            )
        size = sizes[0]
        if isinstance(size, str):
            raise DeltaruleError(
                f"worked numbers need a number for every size; {size} is a symbol: write 2 in its place"
            )
        if kind == "one-hot" and len(sizes) == 1:
            hot = random.randrange(size)
            return [float(k == hot) for k in range(size)]
        return [draw(sizes[1:], kind) for _ in range(size)]

    out: dict[str, Value] = {}
    for name, declaration in network.declarations.items():
        if declaration.role == "state":
            out[name] = _filled(declaration.sizes, float(network.state[name]))
        elif declaration.role == "drawn":
            out[name] = draw(declaration.sizes, "binary")
        elif declaration.role in GIVEN:
            kind = "plain"
            if declaration.role == "target":
                kind = "one-hot" if one_hot else "binary" if probability else "plain"
            out[name] = draw(declaration.sizes, kind)
    return out


def with_numbers(derivation: Derivation, values: Mapping[str, Value]) -> Derivation:
    """The derivation with the value of every result below its chain, and a note on the check by central differences."""
    known: dict[str, Value] = dict(values)
    known.setdefault("eta", 0.1)
    for name, declaration in derivation.declarations.items():
        if declaration.role == "message" and name not in known and _given(derivation, declaration):
            known[name] = _ones(declaration.sizes)
    for equation in derivation.equations:
        known[equation.name] = evaluate(equation.right, equation.axes, known)
    sections = tuple(replace(s, chains=tuple(_chain(c, known) for c in s.chains)) for s in derivation.sections)
    notes = list(derivation.notes)
    worst = _differences(derivation, known)
    if worst is not None:
        notes.append(f"Gradients against central differences (step {STEP:g}): largest difference {worst:.1e}.")
    return replace(derivation, sections=sections, notes=tuple(notes))


def _given(derivation: Derivation, declaration: Declaration) -> bool:
    return all(e.name != declaration.name for e in derivation.equations)


def _ones(sizes: tuple[int | str, ...]) -> Value:
    return _filled(sizes, 1.0)


def _filled(sizes: tuple[int | str, ...], value: float) -> Value:
    return [_filled(sizes[1:], value) for _ in range(int(sizes[0]))] if sizes else value


def _chain(chain: Chain, known: Mapping[str, Value]) -> Chain:
    definition = bool(chain.rows) and chain.rows[0].rule == "definition"
    if not (chain.final or definition) or not chain.rows:
        return chain
    try:
        value = evaluate(chain.result, chain.axes, known)
    except (DeltaruleError, KeyError):
        return chain
    return replace(chain, numbers=(("value", value),))


def _differences(derivation: Derivation, known: Mapping[str, Value]) -> float | None:
    """The largest |gradient - central difference| over parameters and inputs, relative to the larger of it and 1."""
    forward: list[Equation] = [
        e for e in derivation.equations if derivation.declarations.get(e.name, Declaration(e.name)).role != "message"
    ]
    loss = next((e.name for e in forward if derivation.declarations[e.name].role == "loss"), None)
    if loss is None:
        return None
    worst = 0.0
    for chain in derivation.chains:
        if not chain.final or not chain.rows:
            continue
        left = chain.left if isinstance(chain.left, Derivative) else chain.rows[0].right
        if not isinstance(left, Derivative) or not isinstance(left.of, Symbol) or left.of.name != loss:
            continue
        if derivation.declarations[left.by.name].role not in GIVEN or left.by.name not in known:
            continue
        gradient = _flat(evaluate(chain.result, chain.axes, known))
        base = _flat(known[left.by.name])
        for k, g in enumerate(gradient):
            ends = []
            for side in (STEP, -STEP):
                moved = list(base)
                moved[k] += side
                trial = dict(known)
                trial[left.by.name] = _shaped(iter(moved), derivation.declarations[left.by.name].sizes)
                for e in forward:
                    trial[e.name] = evaluate(e.right, e.axes, trial)
                ends.append(float(trial[loss]))  # type: ignore[arg-type]
            slope = (ends[0] - ends[1]) / (2 * STEP)
            worst = max(worst, abs(slope - g) / max(1.0, abs(g)))
    return worst


def _flat(value: Value) -> list[float]:
    return [x for v in value for x in _flat(v)] if isinstance(value, list) else [value]


def _shaped(values: Any, sizes: tuple[int | str, ...]) -> Value:
    return [_shaped(values, sizes[1:]) for _ in range(int(sizes[0]))] if sizes else next(values)
