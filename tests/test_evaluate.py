"""What each kind of test means, trials with arms, and the JSON that explains them; most of it as case files."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    Excepted,
    IfThen,
    Limit,
    Not,
    OneOf,
    Present,
    Related,
    Unparsed,
)
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.plan import Plan, Untestable, compile_rules, load_plan
from eligo.ruleset import RuleSet
from eligo.truth import Bearing, Reason, Truth, Verdict, all_of, any_of, at_least, bearing, not_, verdict
from tests.evaluating import CASES, cases, finding, patient, plan_of, policy, rules, screen

HELD: dict[Truth, Any] = {
    Truth.MET: Always(),
    Truth.UNKNOWN: Unparsed("words"),
    Truth.NOT_MET: Not(Always()),
}


@pytest.mark.parametrize("case", cases())
def test_a_criterion_means_what_the_case_says(case: dict[str, Any]) -> None:
    about = {"conditions": case["conditions"]} if "conditions" in case else {}
    found = finding(case["when"], patient(case["patient"]), policy(case.get("policy")), **about)

    assert found.truth.name == case["truth"]
    assert [r.value for r in found.reasons] == ([case["reason"]] if "reason" in case else [])
    if "detail" in case:
        assert [e.detail for e in found.evidence] == [case["detail"]]
    if "reference" in case:
        assert [e.as_json()["reference"] for e in found.evidence] == [case["reference"]]


@pytest.mark.parametrize("case", cases(CASES / "trials"))
def test_a_trial_comes_out_as_the_case_says(case: dict[str, Any]) -> None:
    more = {key: case[key] for key in ("cohorts", "states_no_criteria") if key in case}
    (trial,) = screen(rules(case["criteria"], **more), patient(case["patient"])).trials

    assert trial.verdict.value == case["verdict"]
    assert list(trial.blocks) == case["blocks"]
    assert list(trial.open) == case["open"]
    assert {arm.id: arm.verdict.value for arm in trial.arms} == case.get("arms", {})
    assert [n for n in case.get("notes", ()) if n not in trial.notes] == []


@pytest.mark.parametrize(("left", "right"), list(itertools.product(Truth, Truth)))
def test_joined_parts_follow_the_tables_of_kleene(left: Truth, right: Truth) -> None:
    parts = HELD[left], HELD[right]
    nested = tuple(AllOf((part,)) for part in parts)
    plan = plan_of(
        AllOf(parts), AnyOf(parts), Not(parts[0]), AtLeast(2, parts), AllOf(nested), AnyOf(nested), IfThen(*parts)
    )
    (trial,) = screen(plan, patient()).trials
    both, either = all_of((left, right)), any_of((left, right))

    assert [f.truth for f in trial.findings] == [
        both,
        either,
        not_(left),
        both,
        both,
        either,
        any_of((not_(left), right)),
    ]


def test_at_least_is_met_or_lost_only_when_the_open_parts_cannot_turn_it() -> None:
    for truths in itertools.product(Truth, repeat=3):
        parts = tuple(HELD[t] for t in truths)
        plan = plan_of(*(AtLeast(count, parts) for count in range(5)))
        found = [f.truth for f in screen(plan, patient()).trials[0].findings]

        assert found == [at_least(count, truths) for count in range(5)]


def test_bearing_flips_only_exclusions() -> None:
    passes, blocks, open_ = Bearing.PASSES, Bearing.BLOCKS, Bearing.OPEN

    assert [bearing("inclusion", t) for t in Truth] == [blocks, open_, passes]
    assert [bearing("exclusion", t) for t in Truth] == [passes, open_, blocks]


def test_a_trial_of_many_criteria_comes_out_as_its_bearings_say() -> None:
    """The engine weighs criteria at one stroke; this weighs them one by one."""
    for kinds in itertools.product(("inclusion", "exclusion"), repeat=2):
        for truths in itertools.product(Truth, repeat=2):
            for wrap in (lambda p: p, lambda p: AllOf((p, Always()))):
                criteria = tuple(
                    Criterion(str(i), kind, "text", wrap(HELD[truth]))  # type: ignore[arg-type]  # product gives str
                    for i, (kind, truth) in enumerate(zip(kinds, truths, strict=True))
                )
                engine = Engine([compile_rules(RuleSet("T", "title", criteria=criteria))])
                bearings = [bearing(kind, truth) for kind, truth in zip(kinds, truths, strict=True)]  # type: ignore[arg-type]

                assert engine.verdicts(patient()) == (verdict(bearings),)


def test_an_error_in_one_test_leaves_its_criterion_open_and_the_others_alone() -> None:
    plan = compile_rules(rules([{"id": "I1", "when": {"concept": "ascites"}}, {"id": "I2", "when": {"always": "x"}}]))
    engine = Engine([plan])

    def broken(chart: object) -> Any:
        raise ZeroDivisionError("a patient's value")

    engine.tests[0] = broken
    first, second = explain(engine, patient(conditions=[{"concept": "ascites"}])).trials[0].findings

    assert (first.truth, first.reasons) == (Truth.UNKNOWN, (Reason.ERROR,))
    assert second.truth is Truth.MET
    assert "value" not in json.dumps(first.as_json())


@pytest.mark.parametrize(
    ("leaf", "reason", "detail"),
    [
        (Present("no_such_concept"), "error", "unknown-concept"),
        (Compare("no_such_variable", (Limit("lt", 1),)), "error", "unknown-variable"),
        (Compare("platelets", (Limit("lt", 1, "mg/dL"),)), "error", "unit-mismatch"),
        (Compare("alt", (Limit("lt", 1, of="no_such_variable"),)), "error", "unknown-variable"),
        (Compare("sex", (Limit("lt", 1),)), "error", "category-compared"),
        (Compare("age", (Limit("lt", 1, "kg"),)), "error", "unit-mismatch"),
        (Compare("age", (Limit("lt", 1, "a", above="ULN"),)), "error", "age-compared"),
        (Compare("inr", (Limit("lt", 1),), at="ascites"), "error", "age-compared"),
        (Compare("age", (Limit("lt", 1, "a"),), at="no_such_concept"), "error", "unknown-concept"),
        (Present("ascites", but_not=(Excepted("no_such_concept"),)), "error", "unknown-concept"),
        (Related(Present("ascites"), "due_to", Present("no_such_concept")), "error", "unknown-concept"),
        (OneOf("no_such_variable", (1,)), "error", "unknown-variable"),
        (OneOf(None, (1,), "grade of mirth"), "unparsed", "unknown-name"),
    ],
)
def test_a_leaf_that_does_not_compile_stays_as_an_open_one(leaf: Any, reason: str, detail: str) -> None:
    plan = plan_of(leaf)
    (trial,) = screen(plan, patient(labs={"PLT": "18 x10^9/L"})).trials

    (test,) = plan.tests
    assert isinstance(test, Untestable)
    assert (test.reason, test.detail) == (Reason(reason), detail)
    assert [r.value for r in trial.findings[0].reasons] == [reason]


def test_leaves_that_ask_the_same_share_one_test_within_and_across_trials() -> None:
    mass = Compare("total_bilirubin", (Limit("ge", 12, "mg/dL"),), span=(0, 3))
    amount = Compare("total_bilirubin", (Limit("ge", 205.24749427, "umol/L"),), span=(5, 9))
    one, other = plan_of(mass, amount), plan_of(amount, Present("ascites"), trial="NCT00000002")
    engine = Engine([one, other])

    assert len(one.tests) == 1
    assert len(engine.tests) == 2


def test_a_plan_is_compiled_once_for_each_content() -> None:
    compiled = []

    def read() -> RuleSet:
        compiled.append(1)
        return rules([{"id": "I1", "when": {"variable": "inr", "op": "gt", "limit": 1.5}}])

    first, again, other = load_plan(b"one", read), load_plan(b"one", read), load_plan(b"two", read)

    assert len(compiled) == 2
    assert first == again
    assert first.sha256 != other.sha256
    assert isinstance(again, Plan)


def test_the_screening_json_says_what_the_evidence_is() -> None:
    who = patient(
        observations=[{"variable": "PLT", "value": 18000, "unit": "/uL", "date": "2026-11-19"}],
        birth_date="1978-04-02",
        sex="male",
    )
    e7 = {"variable": "platelets", "op": "lt", "limit": 20, "unit": "10*9/L", "words": "the text"}
    data = screen(rules([{"id": "E7", "kind": "exclusion", "when": e7}]), who).as_json()

    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert {key: data[key] for key in ("schema", "patient", "as_of", "sex", "age")} == {
        "schema": "eligo.screening/1",
        "patient": "case",
        "as_of": "2026-11-20",
        "sex": "male",
        "age": 48,
    }
    (trial,) = data["trials"]
    assert (trial["verdict"], trial["blocks"], trial["open"]) == ("INELIGIBLE", ["E7"], [])
    assert trial["criteria"] == [
        {
            "id": "E7",
            "kind": "exclusion",
            "cohort": None,
            "text": "the text",
            "truth": "MET",
            "bearing": "blocks",
            "reasons": [],
            "variables": ["platelets"],
            "concepts": [],
            "evidence": [
                {
                    "span": [0, 8],
                    "truth": "MET",
                    "decides": True,
                    "variable": "platelets",
                    "value": 18,
                    "unit": "10*9/L",
                    "date": "2026-11-19",
                    "age_days": 1,
                    "written": "18000 /uL",
                    "reported": "18000 /uL",
                    "digits": 5,
                    "converted": "18000 /uL = 18 10*9/L",
                    "limit": "< 20 10*9/L",
                    "limits": [{"op": "lt", "value": 20, "unit": "10*9/L"}],
                    "distance": -2,
                    "distance_relative": -0.1,
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("value", "limits", "distance"),
    [
        ("18 kg", {"op": "gt", "limit": 40}, -22),
        ("41.5 kg", {"op": "gt", "limit": 40}, 1.5),
        ("39 kg", {"ge": 40, "le": 80}, -1),
        ("95 kg", {"ge": 40, "le": 80}, 15),
        ("79 kg", {"ge": 40, "le": 80}, -1),
        ("< 39 kg", {"ge": 40, "le": 80}, None),
    ],
)
def test_distance_is_that_to_the_limit_that_fails_or_is_nearest(value: str, limits: Any, distance: Any) -> None:
    found = finding({"variable": "weight", "unit": "kg", **limits}, patient(labs={"weight": value}))

    assert found.evidence[0].distance == distance


def test_a_written_limit_stands_beside_the_canonical_one() -> None:
    found = finding({"variable": "creatinine", "op": "ge", "limit": 2, "unit": "mg/dL"}, patient())

    assert found.evidence[0].as_json()["limit"] == ">= 176.803394625 umol/L"
    assert found.evidence[0].as_json()["limit_written"] == ">= 2 mg/dL"


def test_only_the_parts_that_make_the_answer_decide() -> None:
    when = {"any": [{"concept": "ascites"}, {"not": {"concept": "jaundice"}}, {"concept": "hiv_infection"}]}
    found = finding(when, patient(conditions=[{"concept": "ascites"}], absent=["jaundice", "HIV infection"]))

    assert [e["decides"] for e in found.as_json()["evidence"]] == [True, True, False]


def test_a_score_shows_its_inputs_and_what_is_missing() -> None:
    found = finding(
        {"variable": "pao2_fio2_ratio", "op": "lt", "limit": 200, "unit": "mm[Hg]"}, patient(labs={"PaO2": "60 mmHg"})
    )
    data = found.evidence[0].as_json()

    assert data["source"] == "computed"
    assert data["inputs"] == [{"variable": "pao2", "unit": "mm[Hg]", "value": 60}]
    assert data["missing"] == ["fio2"]


def test_an_empty_record_shows_nothing_of_another_patient() -> None:
    """Findings for what the record does not touch are shared between patients."""
    plan = plan_of(Compare("age", (Limit("ge", 18, "a"),)), Present("pregnancy"), OneOf("sex", ("female",)))
    engine = Engine([plan])
    empty = explain(engine, patient()).as_json()
    explain(engine, patient(birth_date="1978-04-02", sex="male"))
    explain(engine, patient(birth_date="1978-04-02"))

    assert explain(engine, patient()).as_json() == empty
    assert explain(engine, patient(sex="male")).trials[0].findings[1].truth is Truth.NOT_MET
    assert [t.verdict for t in explain(engine, patient()).trials] == [Verdict.UNDETERMINED]
