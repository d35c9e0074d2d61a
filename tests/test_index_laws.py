"""An index says of every patient what the evaluator says, of any rules, of the shipped trials and of drafts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.many_rules import copies, drafts
from bench.speed import patients as ward
from eligo.criteria import AllOf, AnyOf, AtLeast, Criterion, IfThen, Not, Predicate, text_sha
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.patients.model import Patient
from eligo.patients.native import read_patient
from eligo.ruleset import Cohort, RuleSet, loads
from tests.agreeing import POLICIES, Records
from tests.evaluating import rules
from tests.indexing import disagreements, indexed, plans_of
from tests.strategies import AS_OF, patients, policies, predicates
from tests.test_answers import replies

LAW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ("inclusion", "exclusion")
ARMS = (Cohort("A", "the first arm"), Cohort("B", "the second arm"))


@st.composite
def rule_sets(draw: st.DrawFn, trial: str, shared: list[Predicate]) -> RuleSet:
    """A trial of some criteria, a part of which another trial may have too; with arms or without any."""
    found = draw(st.lists(predicates | st.sampled_from(shared) | joined(shared), min_size=0, max_size=5))
    arms = draw(st.sampled_from(((), (), ARMS)))
    criteria = [
        Criterion(
            f"C{i}",
            draw(st.sampled_from(KINDS)),
            f"the text {i}",
            predicate,
            draw(st.sampled_from((None, *(arm.id for arm in arms)))),
            draw(st.sampled_from(("text", "text", "registry"))),
        )
        for i, predicate in enumerate(found)
    ]
    bare = draw(st.booleans()) and all(criterion.origin == "registry" for criterion in criteria)
    return RuleSet(trial, f"trial {trial}", cohorts=arms, criteria=tuple(criteria), states_no_criteria=bare)


def joined(shared: list[Predicate]) -> st.SearchStrategy[Predicate]:
    """Predicates that join the same parts in other ways."""
    parts = st.lists(st.sampled_from(shared), min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(AllOf, parts),
        st.builds(AnyOf, parts),
        st.builds(AtLeast, st.integers(0, 4), parts),
        st.builds(Not, st.sampled_from(shared)),
        st.builds(IfThen, st.sampled_from(shared), st.sampled_from(shared)),
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[RuleSet]:
    """A few trials that share parts."""
    shared = draw(st.lists(predicates, min_size=1, max_size=4))
    return [draw(rule_sets(f"NCT0000000{i}", shared)) for i in range(1, draw(st.integers(2, 4)))]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an index goes."""
    return tmp_path_factory.mktemp("index") / "trials.index"


@LAW
@given(worlds(), st.lists(patients(), min_size=1, max_size=4), policies)
def test_an_index_says_what_the_evaluator_says(
    file: Path, rulesets: list[RuleSet], several: list[Patient], policy: Policy
) -> None:
    screener, engine = indexed(rulesets, file, policy), Engine(plans_of(rulesets), policy)

    assert list(disagreements(screener, engine, several)) == []


@LAW
@given(worlds(), patients(), policies, st.data())
def test_answers_of_persons_count_in_an_index_too(
    file: Path, rulesets: list[RuleSet], who: Patient, policy: Policy, data: st.DataObject
) -> None:
    plans = plans_of(rulesets)
    asking = [plan for plan in plans if any(criterion.uses for criterion in plan.criteria)]
    said = data.draw(st.lists(st.sampled_from(asking).flatmap(replies), max_size=3)) if asking else []
    who = replace(who, replies=tuple(said))

    assert list(disagreements(indexed(rulesets, file, policy), Engine(plans, policy), [who])) == []


@pytest.mark.parametrize(
    ("when", "record"),
    [
        ({"concept": "hepatitis_b", "status": "history"}, {"absent": ["history of hepatitis B"]}),
        ({"concept": "hepatitis_b"}, {"absent": ["hepatitis B"]}),
        ({"concept": "malignancy"}, {"conditions": ["renal medullary carcinoma"], "complete": ["conditions"]}),
        ({"concept": "liver_disease"}, {"conditions": ["Budd-Chiari syndrome"], "complete": ["conditions"]}),
        ({"named": "zorblax disease", "kind": "condition"}, {"conditions": ["zorblax disease"]}),
        ({"concept": "infection"}, {"conditions": ["zorblax disease"], "complete": ["conditions"]}),
        ({"concept": "ascites"}, {"labs": {"ascites grade": 2}}),
        ({"variable": "ascites_grade", "in": [0]}, {"complete": ["conditions"]}),
        ({"concept": "pregnancy"}, {"sex": "male"}),
        ({"variable": "sex", "in": ["female"]}, {"sex": "male"}),
        ({"variable": "age", "op": "ge", "limit": 18, "unit": "a"}, {"birth_date": "1980-01-01"}),
        ({"attest": "informed_consent"}, {"attested": {"informed consent": True}}),
        ({"attest": "informed_consent"}, {"attested": {"NCT00000001/I1": True}}),
        ({"variable": "inr", "op": "lt", "limit": 1.5}, {"labs": {"INR": 1.5}}),
        ({"variable": "inr", "op": "lt", "limit": 1.5}, {"labs": {"INR": "<1.2"}}),
        ({"variable": "inr", "ge": 1, "le": 2}, {"labs": {"INR": 2.5}}),
        ({"variable": "meld", "op": "lt", "limit": 10}, {"labs": {"MELD": 12}}),
        ({"concept": "ascites", "within": "3 mo"}, {"conditions": [{"concept": "ascites", "onset": "2026-11-01"}]}),
    ],
)
def test_whatever_a_record_mentions_is_looked_at(when: dict[str, Any], record: dict[str, Any], file: Path) -> None:
    """Each record says something else to the evaluator than an empty one; and so it does to an index."""
    ruleset = rules([{"id": "I1", "when": when}])
    who, empty = (read_patient(json.dumps({"as_of": str(AS_OF), **data}), lenient=True) for data in (record, {}))
    engine = Engine(plans_of([ruleset]))

    assert engine.answers(who).outcome(0)[:3] != engine.answers(empty).outcome(0)[:3]
    assert list(disagreements(indexed([ruleset], file), engine, [who, empty, who])) == []


INR = {"variable": "inr", "op": "lt", "limit": 1.5}
RECENT = {"concept": "ascites", "within": "3.0 mo"}
QUANTITY = {"quantity": "zorblax index", "op": "le", "limit": 1}
WALK = {"attest": "able to walk", "kind": "ability"}


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        (INR, {"asks": {"variable": "inr"}, "value": 1.2}),
        (INR, {"asks": INR, "answer": "no"}),
        ({**INR, "within": "7 d"}, {"asks": {"variable": "inr"}, "value": 1.2}),
        (QUANTITY, {"asks": {"quantity": "zorblax index"}, "value": 1}),
        (QUANTITY, {"asks": {**QUANTITY, "limit": 1.0}, "answer": "yes"}),
        ({"concept": "ascites"}, {"asks": {"concept": "ascites"}, "answer": "yes"}),
        (RECENT, {"asks": {**RECENT, "within": "3 mo"}, "answer": "no"}),
        (WALK, {"asks": WALK, "answer": "yes"}),
        ({"attest": "informed_consent"}, {"asks": {"attest": "informed_consent"}, "answer": "no"}),
        (WALK, {"criterion": "NCT00000001/I1", "text_sha": text_sha("the text"), "answer": "yes"}),
    ],
)
def test_each_kind_of_answer_is_weighed(when: dict[str, Any], answer: dict[str, Any], file: Path) -> None:
    """Each answer decides what the record leaves open, and so it does in an index, in every trial that asks it."""
    rulesets = [rules([{"id": "I1", "when": when}], trial=f"NCT0000000{number}") for number in (1, 2)]
    said = {"by": "AB", "date": str(AS_OF), **answer}
    who = read_patient(json.dumps({"as_of": str(AS_OF), "answers": [said]}))
    engine = Engine(plans_of(rulesets))

    assert engine.verdicts(who)[0].value != "UNDETERMINED"
    assert list(disagreements(indexed(rulesets, file), engine, [who])) == []


def test_what_never_was_is_looked_at_by_itself(file: Path) -> None:
    ruleset = rules([{"id": "I1", "when": {"concept": "hepatitis_b", "status": "history"}}])
    who = Patient("p", AS_OF, never=frozenset({"hepatitis_b"}))
    engine = Engine(plans_of([ruleset]))

    assert [verdict.value for verdict in engine.verdicts(who)] == ["INELIGIBLE"]
    assert list(disagreements(indexed([ruleset], file), engine, [who])) == []


@pytest.mark.parametrize("place", range(len(POLICIES)))
def test_an_index_agrees_on_the_shipped_trials(place: int, file: Path) -> None:
    shipped = [loads(text) for text in drafts(None, file.parent)]
    plans = plans_of(shipped)
    records = Records(plans, seed=place)
    several = [*ward(20, seed=place), *(records.patient() for _ in range(60))]

    screener = indexed(shipped, file, POLICIES[place])
    assert list(disagreements(screener, Engine(plans, POLICIES[place]), several)) == []


def test_an_index_agrees_on_copies_with_limits_of_their_own(file: Path) -> None:
    rulesets = [loads(text) for _, text in copies(drafts(None, file.parent), 40)]
    plans = plans_of(rulesets)
    records = Records(plans)

    screener = indexed(rulesets, file)
    assert len({one.tobytes() for one in screener.index.held_limits}) > 40
    assert list(disagreements(screener, Engine(plans), [records.patient() for _ in range(20)])) == []


@pytest.mark.shared
def test_an_index_agrees_on_drafts_of_registry_records(shared: Path, tmp_path: Path) -> None:
    records = sorted((shared / "data" / "registry_v2").glob("*.json"))[::12]
    (tmp_path / "records").mkdir()
    for record in records:
        (tmp_path / "records" / record.name).symlink_to(record)
    rulesets = [loads(text) for _, text in copies(drafts(tmp_path / "records", tmp_path / "rules"), 26)]
    plans = plans_of(rulesets)
    people = Records(plans)

    screener = indexed(rulesets, tmp_path / "trials.index")
    assert list(disagreements(screener, Engine(plans), [people.patient() for _ in range(10)])) == []
