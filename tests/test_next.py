"""`eligo next` and what looks ahead in other commands: as a coordinator meets them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.doors import Run

ROOT = Path(__file__).resolve().parents[1]
PATIENTS = ROOT / "patients_examples"
TWO_OPEN = PATIENTS / "missing_bilirubin_leaves_two_open.json"


def test_one_missing_lab_settles_two_trials(run: Run) -> None:
    (question,) = json.loads(run("next", TWO_OPEN, "--json").out)["questions"]

    assert question["variable"] == "total_bilirubin"
    assert question["settles"] == {"certain": 2, "may": 0}
    assert {trial["trial"] for trial in question["trials"]} == {"NCT05727722", "NCT06884904"}


@pytest.mark.parametrize(("value", "expected"), [("100 umol/L", ("ELIGIBLE", "INELIGIBLE")), ("60 umol/L", None)])
def test_the_answer_that_was_foretold_comes_true(
    run: Run, tmp_path: Path, value: str, expected: tuple[str, str] | None
) -> None:
    record = json.loads(TWO_OPEN.read_text("utf-8"))
    record["labs"]["TBil"] = value
    (tmp_path / "measured.json").write_text(json.dumps(record), "utf-8")
    screened = json.loads(run("screen", tmp_path / "measured.json", "--json").out)
    verdicts = {trial["trial"]: trial["verdict"] for trial in screened["trials"]}

    assert (verdicts["NCT05727722"], verdicts["NCT06884904"]) == (expected or ("INELIGIBLE", "INELIGIBLE"))


def test_a_list_of_patients_gets_a_union_after_their_own_lines(run: Run) -> None:
    *each, union = map(json.loads, run("next", PATIENTS, "--lenient", "--json").out.splitlines())

    assert union["schema"] == "eligo.next-list/1"
    assert union["patients"] == len(each)
    for question in union["questions"]:
        key = (question.get("variable"), question.get("concept"))
        of_each = [q for one in each for q in one["questions"] if (q.get("variable"), q.get("concept")) == key]
        assert question["settles"]["certain"] == sum(q["settles"]["certain"] for q in of_each)
        assert len(question["patients"]) == len(of_each)


def test_questions_that_settle_more_come_first(run: Run) -> None:
    questions = json.loads(run("next", PATIENTS / "low_platelets.json", "--json").out)["questions"]
    ranks = [(-q["settles"]["certain"], -q["settles_but_for_attestations"]["certain"]) for q in questions]

    assert ranks == sorted(ranks)
    assert len(questions) > 5


def test_attestations_are_listed_apart(run: Run) -> None:
    data = json.loads(run("next", PATIENTS / "low_platelets.json", "--json").out)
    concepts = {item["concept"] for item in data["attest"]}

    assert "capacity_to_consent" in concepts
    assert concepts.isdisjoint(q.get("concept") for q in data["questions"])


def test_every_line_fits_the_published_schema(run: Run) -> None:
    schema = json.loads(run("schema", "next").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    for line in run("next", PATIENTS, "--lenient", "--json").out.splitlines():
        validator.validate(json.loads(line))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"schema": "eligo.next/1", "patient": "x"})


def test_a_patient_without_open_trials_is_asked_nothing(run: Run) -> None:
    found = run("next", TWO_OPEN, "--trial", "NCT03460795")

    assert "nothing is open in any trial" in found.out
    assert found.code == 0


def test_a_record_that_cannot_be_read_leaves_the_others_their_questions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", "utf-8")
    found = run("next", tmp_path / "broken.json", TWO_OPEN)

    assert found.code == 1
    assert "total bilirubin" in found.out
    assert "broken.json" in found.err


def test_more_processes_give_the_same_lines(run: Run) -> None:
    one = run("next", *[TWO_OPEN, PATIENTS / "low_platelets.json"] * 6, "--json", "--processes", "1")
    two = run("next", *[TWO_OPEN, PATIENTS / "low_platelets.json"] * 6, "--json", "--processes", "2")

    assert one.out == two.out


@pytest.mark.parametrize("command", ["screen", "audit"])
def test_what_looks_ahead_fits_the_published_schema(run: Run, command: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "screening").out))
    options = ["--outlook"] if command == "screen" else []
    for file in sorted(PATIENTS.glob("*.json")):
        data = json.loads(run(command, file, "--lenient", "--json", "--max-age", "30d", *options).out)
        validator.validate(data)
        assert all("expiry" in trial["outlook"] for trial in data["trials"])


def test_a_value_without_a_date_is_of_the_day_that_the_record_describes(run: Run, tmp_path: Path) -> None:
    record = {"as_of": "2026-11-20", "age": "48 years", "labs": {"INR": 1.9}}
    (tmp_path / "p.json").write_text(json.dumps(record), "utf-8")

    def inr(*options: str) -> dict[str, str]:
        data = json.loads(run("screen", tmp_path / "p.json", "--trial", "NCT06884904", "--json", *options).out)
        found = [e for c in data["trials"][0]["criteria"] for e in c["evidence"] if e.get("variable") == "inr"]
        return {"truth": found[0]["truth"], "reason": found[0].get("reason", ""), "age": str(data["age"])}

    assert inr("--max-age", "14d") == {"truth": "MET", "reason": "", "age": "48"}
    assert inr("--max-age", "14d", "--as-of", "2026-12-05") == {"truth": "UNKNOWN", "reason": "stale", "age": "None"}
    assert inr("--as-of", "2026-11-19")["reason"] == "missing"
