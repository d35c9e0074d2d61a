"""Absence is known only where it is: what may be a concept keeps it open, and what is assumed says so."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.criteria import Present
from eligo.errors import EligoError
from eligo.evaluate import Engine
from eligo.evaluation.chart import Chart, Policy
from eligo.evaluation.presence import Presence, presence
from eligo.explain import explain
from eligo.patients.model import Fact, FactKind, FactStatus, Patient
from eligo.patients.names import Found, find_concept
from eligo.patients.native import read_record
from eligo.plan import compile_rules
from eligo.ruleset import load
from eligo.truth import Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.relations import load as load_relations
from eligo.vocabulary.relations import relations
from tests.doors import Run
from tests.evaluating import AS_OF, finding, patient, policy
from tests.strategies import AS_OF as DAY

CASES = Path(__file__).parent / "cases" / "absence"
LISTS = frozenset(("conditions", "procedures", "medications"))
KIND: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}
RULES = Path(__file__).parents[1] / "rules"
ROWS: dict[str, dict[str, list[str]]] = yaml.safe_load((CASES / "related.yaml").read_text("utf-8"))
SAYS = {"is": Truth.MET, "may_be": Truth.UNKNOWN, "planned": Truth.UNKNOWN, "none": Truth.NOT_MET}


@functools.cache
def engine() -> Engine:
    """The shipped trials."""
    files = sorted(f for f in RULES.glob("*.yaml") if not f.name.endswith(".cases.yaml"))
    return Engine(compile_rules(load(file)) for file in files)


@functools.cache
def kinds_of() -> dict[str, set[str]]:
    """The direct kinds of each concept."""
    found: dict[str, set[str]] = {}
    for concept in concepts():
        for parent in concept.parents:
            found.setdefault(parent, set()).add(concept.id)
    return found


def fact(concept: str, status: FactStatus = "active") -> Fact:
    """An entry of today."""
    known = concepts().get(concept)
    return Fact(concept, KIND.get(known.kind if known else "", "condition"), status)


def with_complete_lists(*facts: Fact) -> Patient:
    """A patient whose record names these and no others."""
    found: dict[str, tuple[Fact, ...]] = {}
    for one in facts:
        found[one.concept] = (*found.get(one.concept, ()), one)
    return Patient("p", DAY, facts=found, complete=LISTS)


# --- the table


def asked_by_the_shipped_trials() -> set[str]:
    return {
        c
        for trial in engine().trials
        for ready in trial.criteria
        for c in ready.criterion.concepts
        if (known := concepts().get(c)) and known.kind != "attestation"
    }


def test_the_table_has_a_row_for_everything_that_is_related_to_what_the_trials_ask_for() -> None:
    assert ROWS.keys() == asked_by_the_shipped_trials()
    for asked, rows in ROWS.items():
        concept = concepts().get(asked)
        assert concept is not None
        siblings = set[str]().union(*(kinds_of()[parent] for parent in concept.parents))
        stated = relations().open_to(asked).entries - relations().unclassified
        related = (concepts().ancestors(asked) | concepts().descendants(asked) | siblings | stated) - {asked}
        named = [name for row in rows.values() for name in row]

        assert related - set(named) == set(), asked
        assert sorted(named) == sorted(set(named)), asked


@pytest.mark.parametrize("asked", ROWS)
def test_an_entry_of_a_complete_list_says_what_the_table_says(asked: str) -> None:
    test = presence(Present(asked))
    for row, names in ROWS[asked].items():
        for name in names:
            one = fact(name, "planned" if row == "planned" else "active")
            truth = test(Chart(with_complete_lists(one), Policy()))[0]

            assert (name, truth) == (name, SAYS[row])


MEMBERS: dict[str, list[str]] = yaml.safe_load((CASES / "members.yaml").read_text("utf-8"))


@pytest.mark.parametrize("asked", MEMBERS)
def test_no_member_of_a_class_is_taken_for_its_absence(asked: str) -> None:
    test = presence(Present(asked))
    passed = []
    for name in MEMBERS[asked]:
        found = find_concept(name)
        assert isinstance(found, Found), name
        truth = test(Chart(with_complete_lists(fact(found.concept.id)), Policy()))[0]
        passed += [name] if truth is Truth.NOT_MET else []

    assert passed == []


SIGNS: dict[str, dict[str, str]] = yaml.safe_load((CASES / "signs.yaml").read_text("utf-8"))


@pytest.mark.parametrize("asked", SIGNS)
def test_no_value_that_a_concept_may_explain_is_passed_over(asked: str) -> None:
    for name, value in SIGNS[asked].items():
        found = finding({"concept": asked}, patient(labs={name: value}, complete=["conditions"]))

        assert (name, found.truth) == (name, Truth.UNKNOWN)


def test_an_answer_that_is_open_names_what_is_on_the_list() -> None:
    found = finding({"concept": "tuberculosis"}, patient(conditions=[{"concept": "latent tuberculosis"}]))

    assert [e.as_json()["detail"] for e in found.evidence] == ["not ruled out: latent tuberculosis is on the list"]


def test_an_answer_that_is_open_names_the_value() -> None:
    found = finding({"concept": "hemodynamic_instability"}, patient(labs={"MAP": "50 mmHg"}))

    assert [e.as_json()["detail"] for e in found.evidence] == [
        "not ruled out: mean arterial pressure 50 mm[Hg] may be a sign of it"
    ]
    assert [s["variable"] for e in found.evidence for s in e.as_json()["signs"]] == ["mean_arterial_pressure"]


# --- laws

CLINICAL = sorted(c.id for c in concepts() if c.kind != "attestation")
ENTRIES = st.builds(fact, st.sampled_from(CLINICAL), st.sampled_from(("active", "resolved", "suspected", "planned")))
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@law
@given(st.lists(ENTRIES, max_size=6), ENTRIES)
def test_one_more_entry_never_makes_an_absence(before: list[Fact], more: Fact) -> None:
    first, second = (engine().answers(with_complete_lists(*facts)) for facts in (before, [*before, more]))
    for number, answer in enumerate(engine().tests):
        if isinstance(answer, Presence) and second.outcome(number)[2] == "list_complete":
            assert first.outcome(number)[2] == "list_complete"


@law
@given(st.lists(ENTRIES, max_size=4), st.sampled_from(sorted(LISTS)))
def test_a_list_that_lacks_an_entry_rules_nothing_out(facts: list[Fact], name: str) -> None:
    whole = with_complete_lists(*facts)
    partly = Patient("p", DAY, facts=whole.facts, complete=LISTS, in_part=frozenset((name,)))
    how = Policy(assume_absent=LISTS)
    for number, answer in enumerate(engine().tests):
        if isinstance(answer, Presence) and name in answer.lists:
            outcome = Engine.answers(engine(), partly).outcome(number)
            assert outcome[2] not in ("list_complete", "assumed_by_caller")
            assert answer(Chart(partly, how))[2] not in ("list_complete", "assumed_by_caller")


@law
@given(st.lists(ENTRIES, max_size=5))
def test_a_finding_is_assumed_just_where_it_would_be_open_without_the_complete_lists(facts: list[Fact]) -> None:
    who = with_complete_lists(*facts)
    bare = Patient("p", DAY, facts=who.facts)
    for trial, without in zip(explain(engine(), who).trials, explain(engine(), bare).trials, strict=True):
        for one, other in zip(trial.findings, without.findings, strict=True):
            assert ("list_complete" in one.assumed) == (one.truth is not Truth.UNKNOWN and other.truth is Truth.UNKNOWN)


# --- lists that lack an entry


@pytest.mark.parametrize("case", yaml.safe_load((CASES / "lists.yaml").read_text("utf-8")), ids=lambda c: c["claim"])
def test_a_list_is_complete_only_as_far_as_it_was_read(case: dict[str, Any], run: Run, tmp_path: Path) -> None:
    path = tmp_path / case.get("file", "p.json")
    content = case["record"] if isinstance(case["record"], str) else json.dumps(case["record"], default=str)
    path.write_text(content, encoding="utf-8")
    folder = tmp_path / "rules"
    folder.mkdir()
    head = "trial: NCT00000001\ntitle: invented\nsource: {registry: ClinicalTrials.gov, version: '2026-01-01'}\n"
    review = "source_item: a line, review: {state: reviewed, by: x, date: '2026-01-01'}"
    rows = [
        f"- {{id: E{number}, kind: exclusion, {review}, text: a sentence, when: {{concept: {name}}}}}"
        for number, name in enumerate(case["bearings"], 1)
    ]
    (folder / "NCT00000001.yaml").write_text(head + "criteria:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    args = ["screen", str(path), "--rules", str(folder), "--json", "--as-of", AS_OF, *case.get("args", [])]

    out = run(*args).out
    (trial,) = json.loads(out.splitlines()[-1])["trials"]

    assert {c["concepts"][0]: c["bearing"] for c in trial["criteria"]} == case["bearings"]


def test_an_unknown_key_may_be_a_list() -> None:
    text = '{"as_of": "2026-11-20", "diagnoses": [{"concept": "HIV infection"}], "complete": ["conditions"]}'

    reading = read_record(text, lenient=True)

    assert reading.patient is not None
    assert reading.patient.in_part == LISTS


# --- assumed is not documented


@pytest.mark.parametrize("case", yaml.safe_load((CASES / "assumed.yaml").read_text("utf-8")), ids=lambda c: c["claim"])
def test_what_a_finding_rests_on_stands_in_its_data(case: dict[str, Any]) -> None:
    found = finding(case["when"], patient(case["patient"]), policy(case.get("policy")))

    assert found.truth.name == case["truth"]
    assert list(found.assumed) == case["assumed"]
    assert found.as_json().get("assumed", []) == case["assumed"]


def test_the_verdict_counts_what_is_assumed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"as_of": AS_OF, "sex": "male", "complete": sorted(LISTS)}), encoding="utf-8")

    data = json.loads(run("screen", str(path), "--trial", "NCT06884904", "--json").out.splitlines()[-1])
    lines = run("audit", str(path), "NCT06884904").out
    (trial,) = data["trials"]
    passing = [c for c in trial["criteria"] if c["bearing"] == "passes"]

    assert trial["passes"] == {"count": len(passing), "assumed": sum("assumed" in c for c in passing)}
    assert 0 < trial["passes"]["assumed"] < len(passing)
    assumed = trial["passes"]["assumed"]
    assert f"○ passes on an assumption {assumed}; ● passes {len(passing) - assumed}" in " ".join(lines.split())


# --- the file


def test_every_concept_has_a_place() -> None:
    assert relations().unclassified == set()


@pytest.mark.parametrize("case", yaml.safe_load((CASES / "reject.yaml").read_text("utf-8")), ids=lambda c: c["claim"])
def test_a_wrong_relation_is_refused_with_its_line(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "relations.yaml"
    path.write_text(case["text"], encoding="utf-8")

    with pytest.raises(EligoError) as raised:
        load_relations(path, concepts())

    assert [(p.code, p.place.line) for p in raised.value.problems] == [tuple(found) for found in case["finds"]]
