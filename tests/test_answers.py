"""Answers by persons: they decide what is open, contradict what is not, lapse, grow old, and never flip anything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.answers.asked import AskedByRules
from eligo.answers.resolve import QUANTITY, asked_by, subject_of
from eligo.criteria import Compare, Criterion, IfThen, Limit, Predicate, Present, text_sha
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import Finding, explain
from eligo.outlook.ahead import look_ahead
from eligo.outlook.effects import effects, options
from eligo.outlook.expiry import expiries
from eligo.outlook.questions import open_parts
from eligo.outlook.situation import Situation
from eligo.patients.form import is_well_formed
from eligo.patients.model import Patient, Reply
from eligo.patients.native import json_schema, read_record
from eligo.patients.replies import canonical
from eligo.plan import Plan, compile_rules
from eligo.report.audit import audit_lines
from eligo.report.schema import ScreeningJson as ScreeningModel
from eligo.report.terminal import Terminal
from eligo.ruleset import RuleSet
from eligo.truth import Reason, Truth, Verdict
from eligo.worksheet.items import items_of
from tests.evaluating import finding, patient, rules
from tests.strategies import AS_OF as DAY
from tests.strategies import patients, policies, predicates

TODAY = "2026-11-20"
KERATOCONUS = {"named": "keratoconus", "kind": "condition", "status": "history"}
CAPSULES = {"attest": "able to swallow capsules", "kind": "ability"}
VISITS = {"attest": "agrees to return for visits", "kind": "willingness"}
NEARBY = {"attest": "lives near the study site", "kind": "circumstance"}
SURGERY = {"named": "zorblaxectomy", "kind": "procedure", "within": "3 mo"}
MEDULLARY = {"named": "zorblax medullary carcinoma", "kind": "condition", "head": "malignancy"}
NAMED = (CAPSULES, VISITS, NEARBY, SURGERY, MEDULLARY)
HERE = {"criterion": "NCT00000001/I1"}
GRADE = {"quantity": "peripheral neuropathy grade", "op": "le", "limit": 1}


def said(asks: dict[str, Any], answer: str | None = None, **more: Any) -> dict[str, Any]:
    """An answer of AB of today."""
    return {"asks": asks, "by": "AB", "date": TODAY, **({"answer": answer} if answer else {}), **more}


def of_whole(answer: str, text: str = "the text", **more: Any) -> dict[str, Any]:
    """An answer of AB to the whole of the criterion of `finding`."""
    whole = {"criterion": "NCT00000001/I1", "text_sha": text_sha(text)}
    return {**whole, "answer": answer, "by": "AB", "date": TODAY, **more}


def found(when: dict[str, Any], *answers: dict[str, Any], **record: Any) -> Finding:
    """The finding of one inclusion for a record with answers."""
    return finding(when, patient(answers=list(answers), **record))


@pytest.mark.parametrize(
    ("when", "answer", "truth"),
    [
        (KERATOCONUS, said({**KERATOCONUS, "named": "Keratoconus"}, "no"), "NOT_MET"),
        (KERATOCONUS, said({**KERATOCONUS, "words": "keratoconus"}, "yes"), "UNKNOWN"),  # words of no text
        (KERATOCONUS, said({"named": "keratoconus", "kind": "condition"}, "yes"), "UNKNOWN"),  # another status
        (GRADE, said({"quantity": "Peripheral Neuropathy grades"}, value=2), "NOT_MET"),
        (GRADE, said({"quantity": "peripheral neuropathy grade"}, value="<1"), "MET"),
        (GRADE, said({"quantity": "peripheral neuropathy grade"}, value="<3"), "UNKNOWN"),
        (GRADE, said(GRADE, value=1), "MET"),
        (GRADE, said({**GRADE, "limit": 1.0}, "yes"), "MET"),
        (GRADE, said({**GRADE, "limit": 2}, "yes"), "UNKNOWN"),
        ({**GRADE, "unit": "mg"}, said({"quantity": "peripheral neuropathy grade"}, value=0.9, unit="g"), "NOT_MET"),
        ({**GRADE, "unit": "mg"}, said({"quantity": "peripheral neuropathy grade"}, value=1), "UNKNOWN"),
        ({"quantity": "mirth", "in": [1, 2]}, said({"quantity": "mirth"}, value=2), "MET"),
        (
            {"variable": "creatinine", "op": "lt", "limit": 2, "unit": "mg/dL"},
            said({"variable": "creatinine", "op": "lt", "limit": 20, "unit": "mg/L"}, "yes"),
            "MET",
        ),
        (
            {"variable": "creatinine", "op": "lt", "limit": 2, "unit": "mg/dL"},
            said({"variable": "Creatinine"}, value=100, unit="umol/L"),
            "MET",
        ),
        ({"variable": "inr", "op": "lt", "limit": 2, "pick": "highest"}, said({"variable": "inr"}, value=1), "UNKNOWN"),
        ({"variable": "ecog", "in": [0, 1]}, said({"variable": "ecog"}, value=3), "NOT_MET"),
        ({"attest": "informed_consent"}, said({"attest": "informed_consent"}, "yes"), "MET"),
        ({"attest": "investigator_judgement"}, said({"attest": "investigator_judgement"}, "yes"), "UNKNOWN"),
        (
            {"attest": "investigator_judgement"},
            said({"attest": "investigator_judgement"}, "yes", criterion="NCT00000001/I1"),
            "MET",
        ),
        (CAPSULES, said(CAPSULES, "yes"), "MET"),
        (CAPSULES, said({**CAPSULES, "attest": "Able to  swallow capsules"}, "no"), "NOT_MET"),
        (CAPSULES, said({"attest": "ability:able to swallow capsules"}, "yes"), "MET"),
        ({"not": CAPSULES}, said(CAPSULES, "no"), "MET"),
        (CAPSULES, said({**CAPSULES, "attest": "able to swallow tablets"}, "yes"), "UNKNOWN"),
        (CAPSULES, said({**CAPSULES, "kind": "circumstance"}, "yes"), "UNKNOWN"),  # another sort of statement
        (CAPSULES, said({"attest": "able to swallow capsules"}, "yes"), "UNKNOWN"),  # no id
        (CAPSULES, said({"attest": "informed_consent"}, "yes"), "UNKNOWN"),
        (CAPSULES, said(CAPSULES, "yes", date="2026-05-23"), "UNKNOWN"),
        (VISITS, said(VISITS, "yes"), "UNKNOWN"),  # of which criterion?
        (VISITS, said(VISITS, "yes", **HERE), "MET"),
        (VISITS, said(VISITS, "no", **HERE, text_sha=text_sha("the text")), "NOT_MET"),
        (VISITS, said(VISITS, "yes", **HERE, text_sha=text_sha("the former text")), "UNKNOWN"),
        (VISITS, said(VISITS, "yes", criterion="NCT00000001/I2"), "UNKNOWN"),
        (VISITS, said(VISITS, "yes", criterion="NCT00000002/I1"), "UNKNOWN"),
        (NEARBY, said(NEARBY, "yes"), "UNKNOWN"),  # of which trial's site?
        (NEARBY, said(NEARBY, "yes", **HERE), "MET"),
        (SURGERY, said(SURGERY, "no"), "NOT_MET"),
        (SURGERY, said({**SURGERY, "named": "Zorblaxectomy"}, "yes"), "MET"),
        (SURGERY, said({**SURGERY, "within": "6 mo"}, "no"), "UNKNOWN"),
        (SURGERY, said({**SURGERY, "kind": "condition"}, "no"), "UNKNOWN"),
        (MEDULLARY, said(MEDULLARY, "yes"), "MET"),
        (MEDULLARY, said({**MEDULLARY, "head": "infection"}, "yes"), "UNKNOWN"),
        ({"unparsed": "something"}, of_whole("yes"), "MET"),
        ({"unparsed": "something"}, of_whole("yes", "the former text"), "UNKNOWN"),
        ({"all": [{"unparsed": "something"}, GRADE]}, of_whole("no"), "NOT_MET"),
        (KERATOCONUS, said(KERATOCONUS, "yes", date="2026-11-21"), "UNKNOWN"),
        (KERATOCONUS, said(KERATOCONUS, "yes", date="2026-05-24"), "MET"),
        (KERATOCONUS, said(KERATOCONUS, "yes", date="2026-05-23"), "UNKNOWN"),
        ({"variable": "inr", "op": "lt", "limit": 2}, said({"variable": "inr"}, value=1, date="2026-08-22"), "MET"),
        ({"variable": "inr", "op": "lt", "limit": 2}, said({"variable": "inr"}, value=1, date="2026-08-21"), "UNKNOWN"),
        ({"unparsed": "x"}, of_whole("yes", date="2026-05-23"), "UNKNOWN"),
    ],
)
def test_an_answer_decides_what_it_answers(when: dict[str, Any], answer: dict[str, Any], truth: str) -> None:
    one = found(when, answer)

    assert one.truth.name == truth
    assert bool(one.answered) == (truth != "UNKNOWN")
    assert bool(one.reasons) == (truth == "UNKNOWN")


@pytest.mark.parametrize(
    ("when", "record", "answer", "truth", "marked"),
    [
        ({"concept": "ascites"}, {"absent": ["ascites"]}, said({"concept": "ascites"}, "yes"), "UNKNOWN", False),
        ({"concept": "ascites"}, {"absent": ["ascites"]}, said({"concept": "ascites"}, "no"), "NOT_MET", False),
        ({"concept": "ascites"}, {"complete": ["conditions"]}, said({"concept": "ascites"}, "no"), "NOT_MET", True),
        ({"concept": "ascites"}, {"complete": ["conditions"]}, said({"concept": "ascites"}, "yes"), "UNKNOWN", False),
        ({"concept": "ascites"}, {"absent": ["ascites"]}, of_whole("yes"), "UNKNOWN", True),
        ({"concept": "ascites"}, {"absent": ["ascites"]}, of_whole("no"), "NOT_MET", False),
        ({"concept": "ascites"}, {"complete": ["conditions"]}, of_whole("no"), "NOT_MET", True),
        (MEDULLARY, {"absent": ["malignancy"]}, said(MEDULLARY, "yes"), "UNKNOWN", False),
        (MEDULLARY, {"absent": ["malignancy"]}, said(MEDULLARY, "no"), "NOT_MET", False),
        (
            {**SURGERY, "status": "history"},
            {"procedures": [{"concept": "procedure:zorblaxectomy", "date": "2026-11-01"}]},
            said({**SURGERY, "status": "history"}, "no"),
            "UNKNOWN",
            False,
        ),
        (CAPSULES, {"attested": {"ability:able to swallow capsules": True}}, said(CAPSULES, "no"), "UNKNOWN", False),
        (CAPSULES, {"attested": {"ability:able to swallow capsules": True}}, said(CAPSULES, "yes"), "MET", False),
        (
            {"variable": "inr", "op": "lt", "limit": 2},
            {"labs": {"INR": 3}},
            said({"variable": "inr"}, value=1),
            "UNKNOWN",
            False,
        ),
    ],
)
def test_an_answer_leaves_open_what_it_contradicts(
    when: dict[str, Any], record: dict[str, Any], answer: dict[str, Any], truth: str, marked: bool
) -> None:
    one = found(when, answer, **record)

    assert one.truth.name == truth
    assert bool(one.answered) == marked
    assert not one.assumed


def test_answers_to_a_part_and_to_the_whole_do_not_together_turn_the_record_round() -> None:
    when, record = {"concept": "ascites"}, {"conditions": [{"concept": "ascites"}]}
    part, whole = said({"concept": "ascites"}, "no"), of_whole("no")

    assert found(when, **record).truth is Truth.MET
    assert {found(when, *answers, **record).truth for answers in ([part], [whole], [part, whole])} == {Truth.UNKNOWN}


def test_two_answers_that_differ_decide_nothing_and_both_are_named() -> None:
    one = found(KERATOCONUS, said(KERATOCONUS, "yes"), said(KERATOCONUS, "no", by="CD"))
    (evidence,) = one.as_json()["evidence"]

    assert one.truth is Truth.UNKNOWN
    assert [who["by"] for who in evidence["answered"]] == ["AB", "CD"]


def test_one_answer_serves_every_trial_that_asks_the_same_and_is_counted() -> None:
    first = compile_rules(rules([{"id": "I1", "when": GRADE}, {"id": "E1", "kind": "exclusion", "when": KERATOCONUS}]))
    second = compile_rules(replace(rules([{"id": "I9", "when": {**GRADE, "limit": 3}}]), trial="NCT00000002"))
    who = patient(answers=[said({"quantity": "peripheral neuropathy grade"}, value=1), said(KERATOCONUS, "no")])
    engine = Engine([first, second])
    screening = explain(engine, who)
    data, brief = screening.as_json(), screening.as_brief_json()

    assert [t["verdict"] for t in data["trials"]] == ["ELIGIBLE", "ELIGIBLE"]
    assert data["trials"][0]["passes"] == {"count": 2, "assumed": 0, "answered": 2, "answered_by": ["AB"]}
    assert [t["passes"] for t in brief["trials"]] == [t["passes"] for t in data["trials"]]
    ScreeningModel.model_validate_json(json.dumps(look_ahead(engine, who, screening).added_to(data)))
    text = "\n".join(audit_lines(data, Terminal(200), "all"))
    assert "all 2 criteria pass, 2 of them answered by AB" in text
    assert "peripheral neuropathy grade 1 (2026-11-20), limit ≤ 1 (answered by AB on 2026-11-20)" in text


def test_an_ability_is_answered_for_every_trial_and_a_willingness_for_its_own_alone() -> None:
    first = rules([{"id": "I1", "when": CAPSULES}, {"id": "I2", "when": VISITS}])
    plans = [compile_rules(replace(first, trial=trial)) for trial in ("NCT00000001", "NCT00000002")]
    answers = [said(CAPSULES, "yes"), said(VISITS, "yes", criterion="NCT00000002/I2")]
    trials = explain(Engine(plans), patient(answers=answers)).trials

    assert [[f.truth.name for f in trial.findings] for trial in trials] == [["MET", "UNKNOWN"], ["MET", "MET"]]
    assert [trial.verdict for trial in trials] == [Verdict.UNDETERMINED, Verdict.ELIGIBLE]


def test_statements_and_names_are_asked_in_their_own_words_and_the_form_answers_them() -> None:
    plan = compile_rules(rules([{"id": f"I{i}", "when": when} for i, when in enumerate(NAMED, 1)]))
    items = items_of([plan])
    asked = {item.criterion or "": item.asks for item in items if item.asks in (VISITS, NEARBY)}
    of = [{"criterion": item.criterion} if item.criterion else {} for item in items]
    answers = [said(item.asks or {}, "yes", **named) for item, named in zip(items, of, strict=True)]
    (trial,) = explain(Engine([plan]), patient(answers=answers)).trials

    assert asked == {"NCT00000001/I2": VISITS, "NCT00000001/I3": NEARBY}
    assert [item.asks for item in items if item.criterion is None] == [SURGERY, MEDULLARY, CAPSULES]
    assert all(str(when.get("attest") or when.get("named")) in " ".join(i.question() for i in items) for when in NAMED)
    assert (trial.verdict, [bool(f.answered) for f in trial.findings]) == (Verdict.ELIGIBLE, [True] * len(NAMED))


@pytest.mark.parametrize(
    ("answer", "code", "place"),
    [
        (said(KERATOCONUS, "perhaps"), "wrong-type", "answers[0].answer"),
        (said({**KERATOCONUS, "colour": "blue"}, "yes"), "unknown-key", "answers[0].asks"),
        (said(KERATOCONUS), "answer-missing", "answers[0]"),
        ({"asks": KERATOCONUS, "answer": "yes", "date": TODAY}, "key-missing", "answers[0]"),
        ({"asks": KERATOCONUS, "answer": "yes", "by": "AB"}, "key-missing", "answers[0]"),
        (said(KERATOCONUS, "yes", date="2026-11"), "date-format", "answers[0].date"),
        (said(KERATOCONUS, "yes", by=" "), "answer-by", "answers[0].by"),
        (said(KERATOCONUS, "yes", colour=1), "unknown-key", 'answers[0]["#5"]'),
        (said(KERATOCONUS, value=1), "answer-value", "answers[0]"),
        (said({"variable": "inr"}, "yes"), "answer-value", "answers[0]"),
        (said({"variable": "creatinine"}, value=1, unit="mmHg"), "unit-mismatch", "answers[0]"),
        (said({"variable": "nonsense"}, value=1), "unknown-variable", "answers[0]"),
        (said({**KERATOCONUS, "status": "maybe"}, "yes"), "ruleset-value", "answers[0].asks.status"),
        (said({"concept": "Mrs Secret"}, "yes"), "unknown-concept", "answers[0].asks"),
        (said(VISITS, "yes"), "attested-for-what", "answers[0]"),
        (said(CAPSULES, "yes"), "answer-lapsed", "answers[0]"),
        (said({**KERATOCONUS, "kind": "ability"}, "yes"), "ruleset-value", "answers[0].asks.kind"),
        (said({"unparsed": "x"}, "yes"), "answer-leaf", "answers[0]"),
        (said({"always": "x"}, "yes"), "answer-leaf", "answers[0]"),
        (said({"concept": "malignancy", "but_not": ["study_condition"]}, "yes"), "answer-leaf", "answers[0]"),
        (said({"concept": "ascites"}, "yes"), "answer-lapsed", "answers[0]"),
        (said(KERATOCONUS, "yes", date="2026-12-01"), "answer-after-as-of", "answers[0]"),
        (said(KERATOCONUS, "yes", date="2025-12-01"), "answer-stale", "answers[0]"),
        (of_whole("yes", "another text"), "answer-lapsed", "answers[0]"),
        (of_whole("yes", criterion="NCT00000009/I1"), "answer-lapsed", "answers[0]"),
        (of_whole("yes", criterion="NCT00000001/I7"), "answer-lapsed", "answers[0]"),
        (of_whole("yes", text_sha="xyz"), "answer-text-sha", "answers[0].text_sha"),
        ({"criterion": "NCT00000001/I1", "answer": "yes", "by": "AB", "date": TODAY}, "answer-text-sha", "answers[0]"),
        ({"answer": "yes", "by": "AB", "date": TODAY}, "answer-to-what", "answers[0]"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named_at_its_place(answer: dict[str, Any], code: str, place: str) -> None:
    asked = AskedByRules([compile_rules(rules([{"id": "I1", "when": KERATOCONUS}]))])
    reading = read_record(json.dumps({"id": "p", "as_of": TODAY, "answers": [answer]}), "p.json")
    problems = list(reading.problems) + (list(asked.problems(reading.patient)) if reading.patient else [])

    assert [(p.code, p.place.path) for p in problems] == [(code, place)]
    assert problems[0].place.file == "p.json"
    assert problems[0].severity == "warning" or problems[0].help


@pytest.mark.parametrize(
    "entry", [said(KERATOCONUS, "yes"), of_whole("no", note="seen"), said({"variable": "inr"}, value=1)]
)
def test_answers_fit_the_published_schema(entry: dict[str, Any]) -> None:
    data = {"id": "p", "as_of": TODAY, "answers": [entry]}

    jsonschema.Draft202012Validator(json_schema()).validate(data)
    assert is_well_formed(data)


# --- laws


@st.composite
def replies(draw: st.DrawFn, plan: Plan) -> Reply:
    """An answer to something that a plan asks, of any day about the day of the screening."""
    criterion = draw(st.sampled_from(plan.criteria))
    use = draw(st.sampled_from(criterion.uses))
    test, yes = plan.tests[use.test], draw(st.booleans())
    day = draw(
        st.sampled_from((DAY, DAY, DAY - timedelta(10), DAY - timedelta(170), DAY - timedelta(200), DAY + timedelta(1)))
    )
    subject, asks = subject_of(test), asked_by(use.leaf, test)
    if (
        draw(st.booleans())
        and subject is not None
        and not subject.startswith(QUANTITY)
        and subject not in ("age", "sex")
    ):
        value = draw(st.sampled_from((0, 1, 2, 3, 40, 200)))
        unit = draw(st.sampled_from((None, "umol/L", "mg/dL", "%")))
        return Reply("AB", day, canonical({"variable": subject}), value=value, unit=unit)
    if asks is None or draw(st.booleans()):
        return Reply("AB", day, None, f"{plan.trial}/{criterion.id}", text_sha(criterion.text), yes)
    return Reply("AB", day, canonical(asks), answer=yes)


def made(several: list[Predicate]) -> Plan:
    """A plan of inclusions and exclusions."""
    kinds = ("inclusion", "exclusion")
    criteria = [Criterion(f"C{i}", kinds[i % 2], f"the text {i}", p) for i, p in enumerate(several)]  # type: ignore[arg-type]
    return compile_rules(RuleSet("NCT00000001", "a trial", criteria=tuple(criteria)))


worlds = st.lists(predicates, min_size=1, max_size=4).map(made)
LAW = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@LAW
@given(worlds, patients(), policies, st.data())
def test_no_answer_flips_anything(plan: Plan, who: Patient, policy: Policy, data: st.DataObject) -> None:
    engine = Engine([plan], policy)
    several = data.draw(st.lists(replies(plan), min_size=1, max_size=3))
    for count in range(len(several)):
        fewer, more = (replace(who, replies=tuple(several[:n])) for n in (count, count + 1))
        before, after = (explain(engine, one).trials[0].findings for one in (fewer, more))
        for old, new in zip(before, after, strict=True):
            assert Truth.UNKNOWN in (old.truth, new.truth) or old.truth is new.truth


@LAW
@given(worlds, patients(), policies, st.data())
def test_every_way_to_a_verdict_agrees(plan: Plan, who: Patient, policy: Policy, data: st.DataObject) -> None:
    engine = Engine([plan, replace(plan, trial="NCT00000002")], policy)
    who = replace(who, replies=tuple(data.draw(st.lists(replies(plan), min_size=1, max_size=3))))
    screening = explain(engine, who)
    full, brief = screening.as_json(), screening.as_brief_json()

    assert engine.verdicts(who) == tuple(trial.verdict for trial in screening.trials)
    for long, short in zip(full["trials"], brief["trials"], strict=True):
        assert {key: long[key] for key in short} == short
    for one in screening.trials[0].findings:
        assert bool(one.reasons) == (one.truth is Truth.UNKNOWN)
        alone = explain(engine, replace(who, replies=())).trials[0].findings
        bare = next(f for f in alone if f.criterion.id == one.criterion.id)
        if one.truth is not Truth.UNKNOWN:  # what is marked needs answers, and what is not marked needs none
            given_ = one.answers.given
            at_odds = given_ is not None and given_.at_odds & one.ready.bits  # then the record alone may say the same
            needed = bare.truth is Truth.UNKNOWN or bare.is_assumed or (at_odds and bare.truth is one.truth)
            assert needed if one.answered else bare.truth is one.truth


@settings(LAW, max_examples=60)
@given(worlds, patients(), st.data())
def test_expiry_agrees_with_a_look_at_every_day(plan: Plan, who: Patient, data: st.DataObject) -> None:
    engine = Engine([plan])
    replies_ = tuple(data.draw(st.lists(replies(plan), min_size=1, max_size=2)))
    who = Patient(who.id, who.as_of, replies=replies_)
    said_ = expiries(engine, who, engine.trials)[plan.trial]
    before = engine.verdicts(who)[0]
    first: tuple[date, Verdict] | None = None
    for later in range(1, 260):
        day = who.as_of + timedelta(later)
        verdict = engine.verdicts(replace(who, as_of=day))[0]
        if verdict is not before:
            first = day - timedelta(1), verdict
            break

    assert (said_.until, said_.then) == (first if first is not None else (None, None))
    assert said_.until is None or said_.turns


@settings(LAW, max_examples=60)
@given(worlds, patients(), st.data())
def test_looking_ahead_is_looking_at_the_changed_record(plan: Plan, who: Patient, data: st.DataObject) -> None:
    engine = Engine([plan])
    who = replace(who, replies=tuple(data.draw(st.lists(replies(plan), min_size=1, max_size=3))))
    situation = Situation(engine, who)
    opens = open_parts(explain(engine, who).trials[0])
    for question, waiting in opens.questions.items():
        for option in options(situation, question):
            edit = option.edit(who)
            assert situation.trials[0].verdict(situation.after(edit)) is engine.verdicts(edit.patient)[0]
        if waiting.why is Reason.NO_REFERENCE_RANGE:
            continue
        tried = {engine.verdicts(option.edit(who).patient)[0] for option in options(situation, question)}
        told = {engine.trials[0].verdict(effect.on(situation)) for effect in effects(situation, question, waiting.why)}
        assert told == tried


def test_an_answer_to_the_whole_counts_once_the_record_agrees_with_the_answer_to_a_part() -> None:
    """What a person says of the whole waits while another answer contradicts the record; looking ahead sees its end."""
    plan = made([IfThen(Present("malignancy"), Compare("total_bilirubin", (Limit("lt", 10, None),)))])
    of_part = Reply("AB", DAY, canonical({"concept": "malignancy"}), answer=True)
    of_whole = Reply("AB", DAY, None, "NCT00000001/C0", text_sha("the text 0"), False)
    who = Patient("patient", DAY, complete=frozenset(["conditions"]), replies=(of_part, of_whole))
    engine = Engine([plan])
    situation = Situation(engine, who)

    (question,) = (q for q in open_parts(explain(engine, who).trials[0]).questions if q.kind == "fact")
    told = [engine.trials[0].verdict(e.on(situation)) for e in effects(situation, question, Reason.NOT_STATED)]

    assert engine.verdicts(who) == (Verdict.UNDETERMINED,)
    assert Verdict.INELIGIBLE in told
    assert told == [engine.verdicts(option.edit(who).patient)[0] for option in options(situation, question)]


@settings(LAW, max_examples=60)
@given(worlds, patients(), st.data())
def test_what_is_kept_for_others_has_no_answer_in_it(plan: Plan, who: Patient, data: st.DataObject) -> None:
    engine = Engine([plan])
    asked = replace(who, replies=tuple(data.draw(st.lists(replies(plan), min_size=1, max_size=3))))
    for one in (asked, who, asked):
        kept, fresh = explain(engine, one), explain(Engine([plan]), one)
        assert kept.as_json() == fresh.as_json()
        assert look_ahead(engine, one, kept).trials == look_ahead(Engine([plan]), one, fresh).trials
