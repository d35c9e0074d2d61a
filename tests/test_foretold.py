"""What `eligo next` foretells of an answer comes true: each answer that it prints is one, and leads to what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import eligo
from eligo.errors import Place
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.outlook.situation import Situation
from eligo.patients.model import Patient
from eligo.report.answer_words import answer_words, said_and_verdicts
from eligo.screening import load_rules
from eligo.truth import Verdict
from eligo.worksheet.answering import answer_data
from eligo.worksheet.asking import OpenQuestion, open_questions
from eligo.worksheet.entry import FilledEntry, entries_checked
from eligo.worksheet.store import put
from tests.doors import Run

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases" / "foretold"
RECORDS = sorted([*(ROOT / "patients_examples").glob("*.json"), *CASES.glob("*.json")])


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_rules().engine()


def _situation(engine: Engine, patient: Patient) -> Situation:
    pairs = zip(engine.trials, explain(engine, patient).trials, strict=True)
    return Situation(engine, patient, [trial for trial, s in pairs if s.verdict is Verdict.UNDETERMINED])


def _verdicts(
    engine: Engine, patient: Patient, situation: Situation, asking: OpenQuestion, text: str
) -> dict[str, str]:
    """The verdict of each trial once the question is answered so."""
    for data in answer_data(situation, asking, text):
        if isinstance(data, dict):
            signed = {**data, "patient": patient.id, "by": "AB", "date": patient.as_of.isoformat()}
            (entry,) = entries_checked(signed, lambda _: Place())
            assert isinstance(entry, FilledEntry), (asking.key, text, entry)
            patient = replace(patient, replies=put(patient.replies, entry.reply))
        else:
            assert data.severity == "warning", (asking.key, text, data)
    return {screened.trial: screened.verdict.value for screened in explain(engine, patient).trials}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_an_answer_leads_to_what_was_foretold_of_it(engine: Engine, path: Path) -> None:
    for patient in eligo.read(path):
        situation = _situation(engine, patient)
        for asking in open_questions(engine, patient):
            then: dict[str, dict[str, str]] = {}
            for asked, data in zip(asking.asked, asking.asked_data, strict=True):
                for words, verdict in said_and_verdicts(data):
                    if words not in then:
                        then[words] = _verdicts(engine, patient, situation, asking, words)

                    assert (asking.key, words, then[words][asked.trial]) == (asking.key, words, verdict)


def test_what_is_stated_is_asked_for_its_kind_alone(run: Run) -> None:
    out = run("next", CASES / "stated_of_which_only_the_kind_is_open.json", "--all").out
    course = run("next", CASES / "cirrhosis_of_unknown_course.json", "--all").out

    assert "The record has infection: is it severe?" in out
    assert "The record has cirrhosis: is it progressive?" in course
    assert "have cirrhosis?" not in course


def test_days_of_which_one_gives_something_else_are_not_said_together(run: Run) -> None:
    for item in json.loads(run("next", CASES / "a_first_patient.json", "--json").out)["questions"]:
        for trial in item["trials"]:
            if any(answer["answer"].startswith("last before") for answer in trial["answers"]):
                words = [said.partition(", but ")[0] for said in answer_words(trial)]
                plain = [
                    one for one in trial["answers"] if one["answer"].startswith("last") and "," not in one["answer"]
                ]

                assert ("only in the past" in words) is (len({one["verdict"] for one in plain}) == 1), words


@pytest.mark.parametrize(
    ("setting", "answered"),
    [
        ("infection=yes, but controlled", 1),
        ("Any infection?=no", 1),
        ("any infection=NO", 1),
        ("breast-feeding=n", 1),
        ("gastrointestinal_bleeding=2026-11-01", 1),
        ("gastrointestinal bleeding=last before 2026-10-20", 1),
        ("liver transplantation=planned for 2027-01-15", 1),
        ("creatinine=1.1 mg/dL", 1),
        ("creatinine=>= 2 mg/dL", 1),
        ("infection=perhaps", 0),
        ("creatinine=yes", 0),
        ("gastrointestinal_bleeding=2027-11-01", 0),
        ("no such thing=yes", 0),
    ],
)
def test_a_question_is_named_and_answered_as_it_is_printed(
    run: Run, tmp_path: Path, setting: str, answered: int
) -> None:
    answers = tmp_path / "answers.json"
    found = run(
        "answer", CASES / "a_first_patient.json", "--answers", answers, "--by", "AB", "--set", setting, "--json"
    )

    assert json.loads(found.out)["answered"] == answered
    assert found.code == 1 - answered


def test_numbers_are_the_same_in_both_commands(run: Run, tmp_path: Path) -> None:
    record = CASES / "a_first_patient.json"
    asked = json.loads(run("next", record, "--json").out)
    listed = json.loads(run("answer", record, "--list", "--json").out)["open"]
    by_number: dict[int, set[str]] = {}
    for item in listed:
        by_number.setdefault(item["number"], set()).add(item["group"])
    numbers = [item["number"] for item in (*asked["questions"], *asked["others"])]

    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert set(by_number) == set(numbers)
    printed = run("next", record, "--all").out
    assert [int(line[:3]) for line in printed.splitlines() if line[:3].strip().isdecimal()] == sorted(numbers)
    number = next(item["number"] for item in asked["questions"] if item.get("concept") == "pregnancy")
    run("answer", record, "--answers", tmp_path / "a.json", "--by", "AB", "--set", f"{number}=no")
    assert "pregnancy" in (tmp_path / "a.json").read_text("utf-8")
