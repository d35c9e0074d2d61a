"""What to measure next, what would have to change, and until when: each answer against trying everything.

The cases are made from numbers; `make proof` tries ten thousand of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from eligo.criteria import Duration
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.evaluation.window import shift
from eligo.explain import explain
from eligo.outlook.ahead import look_ahead
from eligo.outlook.changes import remedies
from eligo.outlook.effects import Question
from eligo.outlook.expiry import YEARS, expiries
from eligo.outlook.questions import ask, open_parts
from eligo.outlook.situation import Situation
from eligo.outlook.subjects import Subjects
from eligo.plan import compile_rules
from eligo.report.outlook_schema import Outlook as OutlookSchema
from eligo.report.outlook_words import hangs_on
from eligo.truth import Verdict
from tests import brute
from tests.evaluating import patient, rules
from tests.small_worlds import World

MOST = 3  # changes at once, where all sets are tried
POLICIES = (Policy(), Policy(max_age=Duration(2, "wk")), Policy(max_ages={"inr": Duration(1, "mo")}))


def settles(verdicts: set[Verdict]) -> str:
    """What a question does whose answers give these verdicts."""
    open_too = Verdict.UNDETERMINED in verdicts
    return "certain" if verdicts and not open_too else "may" if verdicts - {Verdict.UNDETERMINED} else "no"


def next_disagreements(number: int) -> list[str]:
    """Where the questions of a small world and trying every answer disagree."""
    world = World(number)
    engine = Engine(world.plans)
    who = brute.read(world.patient)
    trials = [t for t in explain(engine, who).trials if t.verdict is Verdict.UNDETERMINED]
    found = []
    tried: dict[Question, dict[str, tuple[set[Verdict], set[Verdict]]]] = {}
    for asked in ask(Situation(engine, who), map(open_parts, trials)):
        if asked.question not in tried:
            tried[asked.question] = brute.settling(world.patient, asked.question, engine, bool(asked.stated))
        strict, granted = tried[asked.question][asked.trial]
        for said, verdicts in ((asked.settles, strict), (asked.settles_but_for_attestations, granted)):
            if said != settles(verdicts):
                found.append(f"{number}: {asked.trial} {asked.question} said {said}, tried {settles(verdicts)}")
    return found


def expiry_disagreements(number: int) -> list[str]:
    """Where the expiry of a small world and a replay of every day disagree."""
    world = World(number, vague=True)
    engine = Engine(world.plans, POLICIES[number % len(POLICIES)])
    who = brute.read(world.patient)
    horizon = shift(who.as_of, Duration(YEARS, "a"))
    replayed = brute.first_change(engine, world.patient, (horizon - who.as_of).days)
    said = expiries(engine, who, engine.trials)
    found = []
    for trial, truth in zip(engine.trials, replayed, strict=True):
        expiry = said[trial.plan.trial]
        answer = None if expiry.until is None else (expiry.until, expiry.then)
        if answer != truth:
            found.append(f"{number}: {trial.plan.trial} said {answer}, replayed {truth}")
        if expiry.until is not None and not expiry.turns:
            found.append(f"{number}: {trial.plan.trial} ends without a cause")
    return found


def change_disagreements(number: int) -> list[str]:
    """Where the smallest changes of a small world and trying all sets of changes disagree."""
    world = World(number, scores=False)
    engine = Engine(world.plans)
    who = brute.read(world.patient)
    situation = Situation(engine, who)
    found = []
    for place, trial in enumerate(engine.trials):
        if trial.verdict(situation.answers) is not Verdict.INELIGIBLE:
            continue
        subjects = Subjects(situation, trial.criteria)
        said = remedies(situation, trial)
        sets = {frozenset(change.subject for change in changes) for changes in said.sets}
        free = [s for s in subjects.touches if subjects.fixed(s) is None]
        tried = brute.smallest_changes(world.patient, engine, place, list(subjects.touches), MOST)
        if tried and all(any(subjects.fixed(s) for s in one) for one in tried):
            tried |= brute.smallest_changes(world.patient, engine, place, free, MOST)
        few = {one for one in sets if len(one) <= MOST}
        # Two things that one leaf asks about are worked out one by one, so that some sets may be missed: that is said.
        wrong = tried ^ few if said.complete else {s for s in few if not brute.does(world.patient, engine, place, s)}
        if wrong:
            found.append(
                f"{number}: {trial.plan.trial} said {sorted(map(sorted, sets))}, tried {sorted(map(sorted, tried))}"
            )
    return found


def _all(check: Callable[[int], list[str]], numbers: Sequence[int]) -> list[str]:
    return [line for number in numbers for line in check(number)]


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_what_a_question_settles_is_what_every_answer_to_it_gives(start: int) -> None:
    assert _all(next_disagreements, range(start, start + 100)) == []


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_a_verdict_ends_on_the_day_on_which_a_replay_gives_another(start: int) -> None:
    assert _all(expiry_disagreements, range(start, start + 25)) == []


@pytest.mark.parametrize("start", range(0, 50, 25))  # some of the later worlds take minutes: `make proof` tries them
def test_the_smallest_changes_are_those_that_trying_all_sets_finds(start: int) -> None:
    assert _all(change_disagreements, range(start, start + 25)) == []


# --- what single records showed


def ahead(
    criteria: Sequence[Mapping[str, Any]], record: Mapping[str, Any], how: Policy | None = None
) -> tuple[str, dict[str, Any]]:
    """The verdict and the outlook of a trial with these criteria."""
    engine = Engine([compile_rules(rules(criteria))], how)
    who = patient(record)
    (trial,) = (screening := explain(engine, who)).trials
    return trial.verdict.value, look_ahead(engine, who, screening).trials[trial.trial]


BMI_BAND = {"id": "I1", "when": {"variable": "body_mass_index", "ge": 18.5, "le": 25, "unit": "kg/m2"}}


def test_an_input_of_a_score_that_must_lie_in_a_band_may_settle_both_ways() -> None:
    _, found = ahead([BMI_BAND], {"labs": {"weight": "68 kg"}})
    height = next(question for question in found["next"] if question.get("variable") == "height")

    assert [answer["verdict"] for answer in height["answers"]] == ["INELIGIBLE", "ELIGIBLE", "INELIGIBLE"]


def test_a_score_in_a_band_can_be_reached_by_changing_one_input() -> None:
    verdict, found = ahead([BMI_BAND], {"labs": {"weight": "100 kg", "height": "170 cm"}})
    changed = {change["variable"] for one in found["changes"]["sets"] for change in one["changes"]}

    assert verdict == "INELIGIBLE"
    assert "weight" in changed


def test_a_leaf_that_loses_its_answer_is_no_loss_where_its_criterion_keeps_it() -> None:
    either = {"any": [{"variable": "inr", "op": "ge", "limit": 1}, {"concept": "hepatic_encephalopathy"}]}
    low = {"variable": "hepatic_encephalopathy_grade", "op": "le", "limit": 2}
    record = {
        "observations": [{"variable": "hepatic_encephalopathy_grade", "value": 3}, {"variable": "inr", "value": 2}]
    }
    _, found = ahead([{"id": "I1", "when": either}, {"id": "I2", "when": low}], record)

    assert {c.get("concept") for one in found["changes"]["sets"] for c in one["changes"]} >= {
        "hepatic_encephalopathy",
        None,
    }


def test_what_is_planned_is_doubted_as_planned_and_what_is_there_as_there() -> None:
    planned = {"id": "E1", "kind": "exclusion", "when": {"concept": "artificial_liver_support", "status": "planned"}}
    there = {"id": "E2", "kind": "exclusion", "when": {"concept": "infection"}}
    _, found = ahead([planned, there], {"complete": ["conditions", "procedures", "medications"]})
    otherwise = {doubt["concept"]: doubt["if"] for doubt in found["sensitivity"]}

    assert otherwise["artificial_liver_support"].startswith("planned")
    assert otherwise["infection"] == "present"


@pytest.mark.parametrize(
    ("when", "labs", "variable", "beyond", "verdict"),
    [
        ({"variable": "alt", "op": "gt", "limit": 3, "of": "ULN"}, {"ALT": "110 U/L"}, "alt", "< 36.667", "ELIGIBLE"),
        (
            {"variable": "apri", "op": "gt", "limit": 1.5},
            {"AST": "90 U/L", "PLT": "150 x10^9/L"},
            "ast",
            "> 40",
            "INELIGIBLE",
        ),
    ],
    ids=["of a limit", "inside a score"],
)
def test_a_default_limit_of_normal_that_decides_is_doubted(
    when: Mapping[str, Any], labs: Mapping[str, str], variable: str, beyond: str, verdict: str
) -> None:
    _, found = ahead([{"id": "I1", "when": when}], {"sex": "male", "labs": labs})
    doubts = [(d["variable"], d["beyond"], d["verdict"]) for d in found["sensitivity"] if d["cause"] == "default_limit"]

    assert (variable, beyond, verdict) in doubts


def test_another_value_of_the_day_is_doubted_also_where_it_gave_way_to_a_later_one() -> None:
    values = [(1.2, "2026-11-19T08:00"), (1.8, "2026-11-19T18:00")]
    record = {"observations": [{"variable": "inr", "value": value, "date": when} for value, when in values]}
    verdict, found = ahead([{"id": "I1", "when": {"variable": "inr", "op": "ge", "limit": 1.5}}], record)

    assert verdict == "ELIGIBLE"
    assert [(d["cause"], d["value"], d["verdict"]) for d in found["sensitivity"]] == [("same_day", 1.2, "INELIGIBLE")]


def test_an_end_that_the_record_states_ahead_ends_the_verdict() -> None:
    record = {"medications": [{"concept": "systemic corticosteroids", "start": "2026-11-01", "end": "2026-12-15"}]}
    when = {"id": "I1", "when": {"concept": "systemic_corticosteroids"}}
    verdict, found = ahead([when], {**record, "complete": ["medications"]})

    assert verdict == "ELIGIBLE"
    assert found["expiry"]["until"] == "2026-12-14"  # on the day of a stated end it is over
    assert found["expiry"]["then"] == "INELIGIBLE"


def test_a_result_that_grows_too_old_names_the_last_day_and_the_criterion() -> None:
    when = [{"id": "I1", "when": {"variable": "inr", "op": "ge", "limit": 1.5}}]
    record = {"observations": [{"variable": "inr", "value": 1.9, "date": "2026-11-10"}]}
    _, found = ahead(when, record, Policy(max_age=Duration(14, "d")))

    assert found["expiry"]["until"] == "2026-11-24"
    assert found["expiry"]["causes"] == [{"id": "I1", "cause": "stale", "variable": "inr", "truth": "UNKNOWN"}]


def test_what_lies_in_the_past_is_marked_as_fixed_and_comes_last() -> None:
    when = {"concept": "malignancy", "status": "history"}
    exclusion = {"id": "E1", "kind": "exclusion", "when": {"all": [when, {"variable": "inr", "op": "lt", "limit": 2}]}}
    record = {"labs": {"INR": 1.5}, "conditions": [{"concept": "malignancy", "status": "resolved", "onset": "2020"}]}
    _, found = ahead([exclusion], record)

    assert [one["fixed"] for one in found["changes"]["sets"]] == [False, True]
    assert found["changes"]["sets"][1]["changes"][0]["why_fixed"] == "history"


LINK = {"related": "requiring", "what": {"concept": "asthma"}, "to": {"concept": "systemic_corticosteroids"}}
BOTH = {"conditions": [{"concept": "asthma"}], "medications": [{"concept": "systemic corticosteroids"}]}


def test_a_verdict_that_rests_on_an_assumed_link_says_so() -> None:
    verdict, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": LINK}], BOTH)
    (doubt,) = outlook["sensitivity"]

    assert verdict == "INELIGIBLE"
    assert (doubt["cause"], doubt["concept"], doubt["to"], doubt["verdict"]) == (
        "assumed_link",
        "asthma",
        "systemic_corticosteroids",
        "ELIGIBLE",
    )
    (line,) = hangs_on([doubt])
    assert line.startswith("asthma requiring systemic corticosteroids: both are in the record; ")
    assert line.endswith(" is assumed; were it not: eligible")
    OutlookSchema.model_validate_json(json.dumps(outlook))


def test_a_side_of_a_link_that_is_assumed_absent_is_doubted() -> None:
    record = {"conditions": [{"concept": "asthma"}], "complete": ["medications"]}
    verdict, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": LINK}], record)

    assert verdict == "ELIGIBLE"
    assert [(d["cause"], d["concept"], d["verdict"]) for d in outlook["sensitivity"]] == [
        ("assumed_absent", "systemic_corticosteroids", "INELIGIBLE")
    ]


def test_only_the_open_side_of_a_link_is_asked_for() -> None:
    _, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": LINK}], {"conditions": [{"concept": "asthma"}]})

    assert [question["concept"] for question in outlook["next"]] == ["systemic_corticosteroids"]
    assert outlook["next"][0]["settles"] == "certain"


def test_a_link_that_no_record_states_is_for_a_person() -> None:
    _, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": {**LINK, "related": "due_to"}}], BOTH)

    assert (outlook["next"], outlook["read"]) == ([], ["E1"])


def test_two_changes_are_found_where_a_link_needs_both() -> None:
    verdict, outlook = ahead([{"id": "I1", "when": LINK}], {"absent": ["asthma", "systemic corticosteroids"]})
    (one,) = outlook["changes"]["sets"]

    assert verdict == "INELIGIBLE"
    assert [change["concept"] for change in one["changes"]] == ["asthma", "systemic_corticosteroids"]


def test_an_open_exception_asks_for_what_is_excepted() -> None:
    when = {"concept": "malignancy", "but_not": [{"concept": "basal_cell_carcinoma", "qualifier": "treated"}]}
    record = {"conditions": [{"concept": "basal cell carcinoma"}], "complete": ["conditions"]}
    _, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": when}], record)
    asked = {question["concept"]: question for question in outlook["next"]}
    verdicts = {answer["answer"]: answer["verdict"] for answer in asked["basal_cell_carcinoma"]["answers"]}

    assert asked["basal_cell_carcinoma"]["settles"] == "may"
    assert verdicts["present, treated"] == "ELIGIBLE"
    assert verdicts["present, not treated"] == "INELIGIBLE"
    assert verdicts["present"] == "UNDETERMINED"


def test_what_is_excepted_can_be_changed_too() -> None:
    when = {"concept": "malignancy", "but_not": [{"concept": "basal_cell_carcinoma", "qualifier": "treated"}]}
    record = {"conditions": [{"concept": "basal cell carcinoma", "qualifiers": ["untreated"]}]}
    _, outlook = ahead([{"id": "E1", "kind": "exclusion", "when": when}], {**record, "complete": ["conditions"]})
    changes = [(change["concept"], change["to"]) for one in outlook["changes"]["sets"] for change in one["changes"]]

    assert [to for concept, to in changes if concept == "basal_cell_carcinoma"] != []
    assert any("treated" in to for concept, to in changes if concept == "basal_cell_carcinoma")


def test_an_age_at_an_event_asks_for_its_first_day() -> None:
    when = {"variable": "age", "op": "ge", "limit": 30, "unit": "a", "at": "type_2_diabetes"}
    record = {"birth_date": "1970-05-05", "conditions": [{"concept": "type 2 diabetes"}]}
    _, outlook = ahead([{"id": "I1", "when": when}], record)
    (question,) = outlook["next"]
    verdicts = {answer["answer"]: answer["verdict"] for answer in question["answers"]}

    assert question["concept"] == "type_2_diabetes"
    assert verdicts["present since 2000-05-05"] == "ELIGIBLE"
    assert verdicts["present since 2000-05-04"] == "INELIGIBLE"
    assert question["settles"] == "may"  # ruled out, there is no such day
