"""One scalar function in full: definition, derivative by every route, reuse, forms and who chooses them, a plot."""

from __future__ import annotations

import textwrap
from math import inf, isinf
from typing import Any

from deltarule.calculus.derivation import Chain, Derivation, Section
from deltarule.calculus.error import POINTS
from deltarule.calculus.operation_count import operation_count
from deltarule.calculus.operation_count import said as said_operations
from deltarule.calculus.rules import expand_functions
from deltarule.commands.curves import of_function
from deltarule.commands.function_sheet import POLICIES, FormOf, FunctionSheet, said_domain
from deltarule.commands.pictures import elsewhere_data, elsewhere_lines, operation_lines, picture
from deltarule.commands.shown import Shown
from deltarule.language.errors import DeltaruleError, nearest
from deltarule.language.functions import ScalarFunction
from deltarule.program.measured import measured, said, said_count
from deltarule.writing import to_text, to_unicode
from deltarule.writing.json import as_data

__all__ = ["show"]

ROUTES = {
    "quotient": ("Derivative by the quotient rule", "(u/v)′ = (u′ v - u v′)/v²"),
    "reciprocal": ("Derivative by the reciprocal", "1/f is the simpler function, and (1/f)′ = -f′/f²."),
    "definition": ("Derivative from the definition", ""),
}


def show(row: ScalarFunction, route: str | None = None) -> Shown:
    """The row as it is shown; `route` names one way to the derivative."""
    sheet = FunctionSheet(row.name)
    routes = dict(sheet.routes)
    if route is not None:
        if route not in routes:
            there = ", ".join(routes) or "none: it is a primitive"
            raise DeltaruleError(f"{row.name} has no route {route!r}{nearest(route, routes)}; its routes: {there}")
        routes = {route: routes[route]}
    derivation = _derivation(sheet, routes)
    after = [("About", _about(sheet)), ("Reuse", _reuse(sheet)), ("Forms of the derivative", _forms(sheet))]
    after += [("Operations", _operations(sheet)), ("Accuracy", _accuracy(row.name))]
    after += [("Plot", picture(of_function(sheet))), ("Elsewhere", elsewhere_lines(row.name, "function"))]
    if route is not None:
        after = []
    return Shown(derivation, lambda: _data(sheet, derivation), [(t, lines) for t, lines in after if lines])


def _derivation(sheet: FunctionSheet, routes: dict[str, list[Chain]]) -> Derivation:
    definition = sheet.definition
    sections = [Section("Definition", (definition,))] if definition is not None else []
    for route, chains in routes.items():
        title, words = ROUTES[route]
        sections.append(Section(title, tuple(chains), words))
    if sheet.row.primitive:
        sections.append(Section("Derivative, a rule of the calculus", tuple(sheet.rules)))
    return Derivation(f"The function {sheet.row.name}", "", tuple(sections), {}, detail="index")


def _about(sheet: FunctionSheet) -> list[str]:
    row = sheet.row
    low, high = (end.replace("inf", "∞").replace("pi", "π") for end in row.interval)
    lines = [f"argument  {said_domain(row)}", f"value     between {low} and {high}"]
    lines += [f"at kinks  {sentence}" for sentence in row.kinks]
    if row.source:
        lines.append(f"source    {row.source}")
    return [part for line in lines for part in textwrap.wrap(line, 78, subsequent_indent=" " * 10)]


def _reuse(sheet: FunctionSheet) -> list[str]:
    if sheet.row.primitive:
        return []
    by_activity, found = sheet.by_activity, sheet.reuse
    name = sheet.row.name
    if by_activity is None or found is None:
        return textwrap.wrap(f"Elimination finds no form of {name}′ by y = {to_unicode(sheet.applied)}.", 78)
    keeps = [k for k in found.keeps if k != "~y"]
    lines = [f"With y = {to_unicode(sheet.applied)} and d = {to_unicode(sheet.derived)}, elimination gives"]
    lines += ["", f"  {found.relation}", "", f"so d = {to_unicode(by_activity)}."]
    if keeps:
        lines.append(f"Kept beside y: {', '.join(keeps)}.")
    return lines


def _forms(sheet: FunctionSheet) -> list[str]:
    if not sheet.forms:
        return []
    out = []
    for form in sheet.forms:
        said = [form.rule]
        if form.error is not None:
            said.append("overflows" if isinf(form.error) else f"error {form.error:.1e}")
        if form.policies:
            said.append(f"chosen by {', '.join(form.policies)}")
        out.append(f"{'✓' if form.judgement.verdict == 'proved' else '?'} {to_unicode(form.expression)}")
        out += textwrap.wrap("; ".join(said), 78, initial_indent="    ", subsequent_indent="    ")
    if all(form.error is None for form in sheet.forms):
        return out
    ends = f"{min(POINTS):.0e} to {max(POINTS):.0e}".replace("+", "")
    note = f"The error is the largest relative one in float64 at {len(POINTS)} points from {ends}"
    return [*out, "", *textwrap.wrap(f"{note}, measured by ball arithmetic.", 78)]


def _accuracy(name: str) -> list[str]:
    """The largest errors that were measured, a line for each engine."""
    lines = []
    for subject in (name, f"{name}′"):
        rows = {(m.engine, m.policy): m for m in measured(subject)}
        for engine in dict.fromkeys(engine for engine, _ in rows):
            cells = [said(rows[engine, p].ulps) if (engine, p) in rows else "" for p in POLICIES[::-1]]
            label = subject if not lines or lines[-1][0] != subject else ""
            lines.append((subject, f"{label:<16} {engine:<8}" + "".join(f"{c:>12}" for c in cells)))
    if not lines:
        return []
    tried = {m.inputs for s in (name, f"{name}′") for m in measured(s)}
    head = f"{'':<25}" + "".join(f"{p:>12}" for p in POLICIES[::-1])
    note = (
        f"Largest errors in float32, in units in the last place, over {said_count(min(tried))} or more; 0.50 is what "
        "rounding alone makes."
    )
    return [head, *(line for _, line in lines), "", *textwrap.wrap(note, 78)]


def _operations(sheet: FunctionSheet) -> list[str]:
    """What the function and each chosen form of its derivative cost at one number, by primitives."""
    if sheet.row.primitive:
        return []
    return operation_lines((label, text) for label, text in _operation_rows(sheet))


def _operation_rows(sheet: FunctionSheet) -> list[tuple[str, str]]:
    rows = [(sheet.row.name, said_operations(operation_count([expand_functions(sheet.applied)])))]
    for form in sheet.forms:
        for policy in form.policies:
            rows.append((f"derivative, {policy}", said_operations(operation_count([form.expression]))))
    return rows


def _data(sheet: FunctionSheet, derivation: Derivation) -> dict[str, Any]:
    found = sheet.reuse
    by_activity = sheet.by_activity
    shown = as_data(derivation)
    return {
        **sheet.as_row(),
        "routes": list(sheet.routes),
        "reuse": None
        if found is None or by_activity is None
        else {
            "text": to_text(by_activity),
            "relation": found.relation,
            "keeps": [k.replace("~", "") for k in found.keeps],
        },
        "forms": [_form(form) for form in sheet.forms],
        "policies": {p: to_text(f.expression) for f in sheet.forms for p in f.policies},
        "accuracy": [
            {
                "of": m.subject,
                "engine": m.engine,
                "policy": m.policy,
                "ulps": m.ulps if m.ulps < inf else None,
                "at": m.at,
                "inputs": m.inputs,
            }
            for subject in (sheet.row.name, f"{sheet.row.name}′")
            for m in measured(subject)
        ],
        "operations": {} if sheet.row.primitive else dict(_operation_rows(sheet)),
        "elsewhere": elsewhere_data(sheet.row.name, "function"),
        "steps": shown["steps"],
        "counts": shown["counts"],
    }


def _form(form: FormOf) -> dict[str, Any]:
    finite = form.error is not None and not isinf(form.error)
    return {
        "text": to_text(form.expression),
        "rule": form.rule,
        "policies": list(form.policies),
        "error": form.error if finite else None,
        "finite": None if form.error is None else finite,
        "verdict": form.judgement.verdict,
        "domain": list(form.judgement.domain),
    }
