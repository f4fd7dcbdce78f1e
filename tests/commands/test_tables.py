"""The tables: each row with its equation, and `proved` only where it was proved."""

from __future__ import annotations

from importlib import import_module

import pytest

from deltarule.algebra import verdict
from deltarule.commands.show import KINDS
from deltarule.language.functions import FUNCTIONS

TABLES = {
    "modules": "module",
    "functions": "function",
    "losses": "loss",
    "optimisers": "optimiser",
    "identities": "identity",
}
tables = pytest.mark.parametrize("table", TABLES)


def names(kind: str) -> list[str]:
    module, table, _ = KINDS[kind]
    return list(getattr(import_module(module), table))


@tables
def test_a_table_has_every_row_with_its_equation_and_its_proof(run, table):
    outcome = run(f"{table} --format json")
    assert outcome.code == 0 and outcome.data["schema"] == 1
    rows = outcome.data["rows"]
    assert [row["name"] for row in rows] == names(TABLES[table])
    for row in rows:
        assert "=" in row["equation"] or "<-" in row["equation"] or row.get("primitive")
        assert row["claim"]
        given = row.get("primitive", False)
        assert row["proved"] is (None if given else True), row["name"]


def test_only_primitives_have_nothing_to_prove(run):
    rows = run("functions --format json").data["rows"]
    assert {r["name"] for r in rows if r["primitive"]} == {n for n, f in FUNCTIONS.items() if f.definition is None}


def test_known_derivatives_and_reuses_stand_in_the_table(run):
    rows = {row["name"]: row for row in run("functions --format json").data["rows"]}
    assert rows["sigmoid"]["reuse"] == "y * (1 - y)"
    assert rows["tanh"]["reuse"] == "1 - y**2"
    assert rows["softplus"]["derivative"] == "sigmoid(s)" and rows["softplus"]["reuse"] == "1 - exp(-y)"
    assert rows["sinh"]["derivative"] == "cosh(s)"


@tables
def test_without_a_proof_no_row_says_proved(run, monkeypatch, table):
    """`proved` comes from the kernel: where the kernel proves nothing, nothing is proved."""

    def refuse(*arguments: object, **options: object) -> verdict.Proof:
        return verdict.Proof(False, reason="switched off")

    for module in ("calculus.judge", "commands.identity_sheet", "commands.optimiser_sheet"):
        monkeypatch.setattr(f"deltarule.{module}.prove", refuse)
    rows = run(f"{table} --format json").data["rows"]
    assert not any(row["proved"] for row in rows)
    assert "✗" in run(table).out


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_can_be_shown_in_full(run, kind):
    for name in names(kind):
        outcome = run("show", name, "--kind", kind, "--format", "json")
        assert outcome.code == 0, outcome.error
        assert outcome.data["schema"] == 1 and outcome.data["name"] == name and outcome.data["kinds"] == [kind]
        assert outcome.data[kind]["equation"]
        shown = run("show", name, "--kind", kind)
        assert shown.code == 0 and len(shown.out.splitlines()) > 6


def test_the_derivative_of_the_sigmoid_by_two_routes(run):
    """Seed 004: the quotient rule, and the reciprocal f = 1/σ, each ending in σ(1 - σ)."""
    data = run("show sigmoid --kind function --format json").data["function"]
    assert data["routes"] == ["quotient", "reciprocal"]
    assert set(data["counts"]) == {"proved", "definition"}
    assert data["reuse"] == {"text": "y * (1 - y)", "relation": "d + y^2 - y = 0", "keeps": []}
    for route in data["routes"]:
        steps = run(f"show sigmoid --route {route} --format json").data["function"]["steps"]
        assert steps[-1]["right"]["text"] == "sigmoid(s) * (1 - sigmoid(s))" and steps[-1]["verdict"] == "proved"
        assert any("quotient rule" in s["rule"] for s in steps) == (route == "quotient")
        assert any("reciprocal rule" in s["rule"] for s in steps) == (route == "reciprocal")


def test_each_policy_chooses_one_proved_form_and_accuracy_the_most_exact(run):
    for name in ("sigmoid", "tanh", "softplus", "expm1"):
        forms = run(f"show {name} --kind function --format json").data["function"]["forms"]
        assert sorted(p for form in forms for p in form["policies"]) == ["accuracy", "memory", "plain"]
        assert all(form["verdict"] == "proved" for form in forms)
        chosen = next(form for form in forms if "accuracy" in form["policies"])
        assert chosen["finite"] and chosen["error"] <= 4 * min(f["error"] for f in forms if f["finite"]) + 1e-15


def test_a_module_says_what_it_saves_under_each_policy(run):
    saved = run("show sigmoid --kind module --format json").data["module"]["saved"]
    assert saved["memory"] == ["y"] and "x" in saved["accuracy"]


def test_a_name_in_two_tables_is_shown_from_both(run):
    assert run("show sigmoid --format json").data["kinds"] == ["function", "module"]
    out = run("show sigmoid").out
    assert "The function sigmoid" in out and "The module sigmoid" in out


def test_the_points_that_an_identity_leaves_out_are_said(run):
    row = run("show", "sign by the magnitude", "--format", "json").data["identity"]
    assert row["proved"] and row["off"] == ["x = 0"] and row["domain"] == ["x != 0"]
    assert "left out: x = 0" in run("show", "sign by the magnitude").out


def test_identities_for_one_use(run):
    rows = run("identities --use stable --format json").data["rows"]
    assert rows and all("stable" in row["uses"] for row in rows)


def test_bundled_data_as_a_table_and_as_csv(run):
    rows = run("data --format json").data["rows"]
    assert {"breast_cancer", "iris", "xor"} <= {row["name"] for row in rows}
    csv = run("data iris --format csv").out.splitlines()
    assert len(csv) == 151 and csv[0].endswith("species")
    summary = run("data iris --format json").data
    assert summary["rows"] == 150 and len(summary["columns"]) == 5
    assert summary["columns"][-1]["values"] == {"setosa": 50, "versicolor": 50, "virginica": 50}
