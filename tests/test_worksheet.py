"""Worksheets and the dialog: what is asked, once each; filled ones back to answers; bad cells by name, others used."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from eligo.patients.schema import answers_schema
from eligo.screening import load_rules
from eligo.worksheet.items import items_of
from tests.doors import Run

EXAMPLE = Path(__file__).parents[1] / "docs" / "example"
TRIAL = "MADEUP-07"
RULES = """\
trial: {trial}
title: made up
criteria:
- {{id: I1, kind: inclusion, text: INR below 1.5, when: {{variable: inr, op: lt, limit: 1.5}}}}
- {{id: I2, kind: inclusion, text: neuropathy grade 1 at most, when: {{quantity: neuropathy grade, op: le, limit: 1}}}}
- {{id: I3, kind: inclusion, text: consent, when: {{attest: informed_consent}}}}
- {{id: E1, kind: exclusion, text: zorblaxitis ever, when: {{named: zorblaxitis, kind: condition, status: history}}}}
- {{id: E2, kind: exclusion, text: '=mirth', when: {{unparsed: mirth}}}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two trials that ask the same, and a record that says nothing."""
    (tmp_path / "rules").mkdir()
    for trial in ("MADEUP-01", "MADEUP-02"):
        (tmp_path / "rules" / f"{trial}.yaml").write_text(RULES.format(trial=trial))
    (tmp_path / "p.json").write_text('{"id": "p", "as_of": "2026-11-20"}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ELIGO_RULES", "rules")
    return tmp_path


def _verdicts(run: Run, *more: str) -> list[str]:
    result = run("screen", "p.json", "--json", *more)
    return [trial["verdict"] for trial in json.loads(result.out)["trials"]]


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


FILLED = {"inr": "1.2", "quantity:neuropathy grade": "0", "informed_consent": "yes"}


def _fill(row: dict[str, str]) -> dict[str, str]:
    return row | {"answer": FILLED.get(row["key"], "no")}


# --- worksheets


def test_a_worksheet_asks_each_thing_once_for_all_trials(run: Run, folder: Path) -> None:
    rows = _rows(run("form", "MADEUP-01", "MADEUP-02").out)

    assert len({row["key"] for row in rows}) == len(rows)
    assert [row["criteria"] for row in rows if row["key"] == "inr"] == ["MADEUP-01/I1 MADEUP-02/I1"]
    assert sorted(row["group"] for row in rows) == [
        "Look in the chart",
        "Look in the chart",
        "Measure, or order a test",
        "Read the sentence and judge",
        "Read the sentence and judge",
        "State and sign",
    ]


def test_a_filled_table_gives_the_answers_and_the_verdict(run: Run, folder: Path) -> None:
    rows = _rows(run("form", "MADEUP-01", "--patient", "p").out)
    Path("filled.csv").write_text(_written([_fill(row) for row in rows]))
    result = run("form", "--read", "filled.csv", "--by", "AB", "--date", "2026-11-20", "--answers", "answers.json")
    data = json.loads(Path("answers.json").read_text())

    assert (result.code, result.err) == (0, "")
    jsonschema.Draft202012Validator(answers_schema()).validate(data)
    assert Path("answers.json").stat().st_mode & 0o077 == 0
    assert _verdicts(run, "--answers", "answers.json") == ["ELIGIBLE", "UNDETERMINED"]  # the sentence is of one trial
    assert (
        run("audit", "p.json", "MADEUP-01", "--only", "all", "--answers", "answers.json").out.count("answered by AB")
        > 4
    )


def test_a_cell_that_cannot_be_used_is_named_and_the_others_are_used(run: Run, folder: Path) -> None:
    rows = [
        _fill(row) | {"by": "AB", "date": "2026-11-20", "patient": "p"} for row in _rows(run("form", "MADEUP-01").out)
    ]
    by_key = {row["key"]: number for number, row in enumerate(rows, 2)}
    rows[by_key["inr"] - 2]["answer"] = "a lot"
    rows[by_key["informed_consent"] - 2]["answer"] = "perhaps"
    rows[by_key["quantity:neuropathy grade"] - 2]["date"] = "soon"
    Path("filled.csv").write_text(_written(rows))
    result = run("form", "--read", "filled.csv", "--json")
    places = {
        (p["place"]["line"], p["place"]["column"], p["place"]["path"]) for p in map(json.loads, result.err.splitlines())
    }

    assert result.code == 1
    assert places == {
        (by_key["inr"], 4, "answer"),
        (by_key["informed_consent"], 4, "answer"),
        (by_key["quantity:neuropathy grade"], 6, "date"),
    }
    assert len(json.loads(result.out)["answers"]) == len(rows) - 3
    assert "a lot" not in result.err


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("answer,", "reply,", 1), "form-column"),
        (lambda text: text.replace('{""variable"": ""inr""}', "{inr}"), "form-cell"),
    ],
)
def test_a_worksheet_that_was_changed_is_refused(
    run: Run, folder: Path, change: Callable[[str], str], code: str
) -> None:
    rows = [_fill(row) for row in _rows(run("form", "MADEUP-01", "--patient", "p").out)]
    text = _written(rows).replace('"{""variable"": ""inr""}"', '"{""variable"": ""inr""}"')
    Path("filled.csv").write_text(change(text))
    result = run("form", "--read", "filled.csv", "--by", "AB", "--date", "2026-11-20", "--json")

    assert result.code == 1
    assert json.loads(result.err.splitlines()[0])["code"] == code


def test_nothing_in_a_worksheet_is_a_formula(run: Run, folder: Path) -> None:
    rows = _rows(run("form", "MADEUP-01").out)

    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_page_has_every_question_and_asks_no_network(run: Run, folder: Path) -> None:
    page = run("form", "MADEUP-01", "MADEUP-02", "--format", "html").out

    assert page.count("<tr><td>") == len(items_of(load_rules("rules").plans))
    assert "<script" not in page
    assert "http" not in page


def _responses(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for item in items:
        if item["type"] == "group":
            found.append({"linkId": item["linkId"], "item": _responses(item["item"])})
            continue
        said = FILLED.get(item["linkId"], "no")
        value = {"valueBoolean": said == "yes"} if item["type"] == "boolean" else {"valueDecimal": float(said)}
        found.append({"linkId": item["linkId"], "answer": [value]})
    return found


def test_a_questionnaire_and_its_response_go_round(run: Run, folder: Path) -> None:
    asked = json.loads(run("form", "MADEUP-01", "MADEUP-02", "--format", "questionnaire").out)
    response: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "authored": "2026-11-20T10:00:00Z",
        "author": {"display": "AB"},
        "item": _responses(asked["item"]),
    }
    Path("filled.json").write_text(json.dumps(response))

    assert run("form", "--read", "filled.json", "--answers", "answers.json").code == 0
    assert _verdicts(run, "--answers", "answers.json") == ["ELIGIBLE", "ELIGIBLE"]

    response["item"][0]["item"].append({"linkId": "MADEUP-01/E2#000000000000", "answer": [{"valueBoolean": True}]})
    Path("filled.json").write_text(json.dumps(response))
    result = run("form", "--read", "filled.json", "--answers", "again.json")
    assert (result.code, "answer-lapsed" in result.err) == (1, True)
    assert _verdicts(run, "--answers", "again.json") == ["ELIGIBLE", "ELIGIBLE"]


# --- the dialog


def test_the_dialog_asks_until_nothing_is_open_and_keeps_each_answer(run: Run, folder: Path) -> None:
    listed = json.loads(run("answer", "p.json", "--list", "--json").out)["open"]
    keys = [item["key"] for item in listed]
    answers = "".join(
        {"inr": "1.2\n", "quantity:neuropathy grade": "0\n", "informed_consent": "y\n"}.get(k, "n\n") for k in keys
    )
    result = run("answer", "p.json", "--answers", "answers.json", "--by", "AB", stdin=answers.encode())

    asked = json.loads(run("next", "p.json", "--json").out)
    numbers = {q["number"]: q.get("variable") or q["concept"] for q in asked["questions"]}
    numbers |= {q["number"]: q["key"] for q in asked["others"]}
    of_each = {item["number"]: item["key"] if "asks" not in item else item["asks"] for item in listed}
    assert list(of_each) == sorted(numbers)  # in the order of what a person does, under the numbers of `eligo next`
    assert numbers[1] == "inr"
    assert "0 questions are still open" in result.out
    assert _verdicts(run, "--answers", "answers.json") == ["ELIGIBLE", "ELIGIBLE"]


def test_a_bad_answer_is_asked_again_and_skip_and_stop_work(run: Run, folder: Path) -> None:
    result = run("answer", "p.json", "--answers", "a.json", "--by", "AB", stdin=b"a lot\n1.2\ns\nq\n")
    kept = json.loads(Path("a.json").read_text())["answers"]

    assert "value-unreadable" in result.err
    assert [one["asks"] for one in kept] == [{"variable": "inr"}]
    assert kept[0]["date"] == "2026-11-20"


def test_listing_writes_nothing(run: Run, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())

    assert run("answer", "p.json", "--list").code == 0
    assert run("answer", "p.json", "--list", "--answers", "none.json").code == 1
    assert sorted(path.name for path in folder.iterdir()) == before


def test_an_answer_takes_the_place_of_the_one_to_the_same_question(run: Run, folder: Path) -> None:
    for value in ("3", "1.2"):
        assert run("answer", "p.json", "--answers", "a.json", "--by", "AB", "--set", f"inr={value}").code == 0
    kept = json.loads(Path("a.json").read_text())["answers"]

    assert [one["value"] for one in kept] == [1.2]


def test_settings_that_name_nothing_fail_and_the_others_are_kept(run: Run, folder: Path) -> None:
    result = run(
        "answer", "p.json", "--answers", "a.json", "--by", "AB", "--set", "nrr=1", "--set", "inr=1.2", "--json"
    )

    assert result.code == 1
    assert json.loads(result.err.splitlines()[0])["code"] == "unknown-question"
    assert json.loads(result.out)["answered"] == 1


def test_answers_lines_and_wrong_ones_beside_right_ones(run: Run, folder: Path) -> None:
    right = {"patient": "p", "asks": {"variable": "inr"}, "value": 3, "by": "AB", "date": "2026-11-20"}
    wrong = {"patient": "p", "asks": {"variable": "inr"}, "value": 3, "date": "2026-11-20"}
    Path("a.jsonl").write_text(f"{json.dumps(right)}\n{json.dumps(wrong)}\n")
    result = run("screen", "p.json", "--answers", "a.jsonl", "--json")

    assert [t["verdict"] for t in json.loads(result.out)["trials"]] == ["INELIGIBLE", "INELIGIBLE"]
    assert json.loads(result.err.splitlines()[0])["place"]["line"] == 2
    assert result.code == 13
    refused = run("answer", "p.json", "--answers", "a.jsonl", "--by", "AB", "--set", "inr=1")
    assert refused.code == 1
    assert len(Path("a.jsonl").read_text().splitlines()) == 2  # nothing of it is lost


def test_answers_of_nobody_here_are_told_by_their_number(run: Run, folder: Path) -> None:
    other = {"patient": "somebody", "asks": {"variable": "inr"}, "value": 1, "by": "AB", "date": "2026-11-20"}
    Path("a.jsonl").write_text(json.dumps(other) + "\n")
    for command in (("screen", "p.json"), ("next", "p.json"), ("audit", "p.json", "MADEUP-01")):
        error = run(*command, "--answers", "a.jsonl").err
        assert "warning[answer-patient]: the answers of 1 patient are not used" in error
        assert "somebody" not in error


def test_the_patient_as_understood_has_the_answers(run: Run, folder: Path) -> None:
    answer = {"asks": {"variable": "inr"}, "value": 3, "by": "AB", "date": "2026-11-20"}
    Path("q.json").write_text(json.dumps({"id": "q", "as_of": "2026-11-20", "answers": [answer]}))

    assert "answered by AB on 2026-11-20: INR: 3" in run("patient", "q.json").out
    assert json.loads(run("patient", "q.json", "--json").out)["patient"]["answers"] == [answer]


def test_a_new_text_ends_the_answer_to_the_old_one(run: Run, folder: Path) -> None:
    sha = next(row["text_sha"] for row in _rows(run("form", "MADEUP-01").out) if row["criterion"] == "MADEUP-01/E2")
    whole = {"criterion": "MADEUP-01/E2", "text_sha": sha, "answer": "yes", "by": "AB", "date": "2026-11-20"}
    Path("q.json").write_text(json.dumps({"id": "q", "as_of": "2026-11-20", "answers": [whole]}))
    new = RULES.format(trial="MADEUP-01").replace("'=mirth'", "'much mirth'")
    Path("new.yaml").write_text(new)
    result = run("diff", "rules/MADEUP-01.yaml", "new.yaml", "--patients", "q.json", "--json")
    (flip,) = json.loads(result.out)["flips"]

    assert (flip["old"], flip["new"]) == ("INELIGIBLE", "UNDETERMINED")


def test_an_audit_record_replays_with_its_answers(run: Run, folder: Path) -> None:
    run("answer", "p.json", "--answers", "a.json", "--by", "AB", "--set", "inr=3")
    run("audit", "p.json", "--answers", "a.json", "--record", "record.json")
    same = run("audit", "--verify", "record.json")
    run("answer", "p.json", "--answers", "a.json", "--by", "AB", "--set", "inr=1")
    other = run("audit", "--verify", "record.json")

    assert (same.code, other.code) == (0, 5)
    assert "answers: changed" in other.out


# --- the worked example of docs/answers.md


def _knows(row: dict[str, str], knows: dict[str, Any]) -> dict[str, str]:
    """A row as the persons of the example fill it in."""
    group = {"Measure,": "measure", "Ask": "ask", "Look": "chart", "State": "sign", "Read": "read"}[
        row["group"].split()[0]
    ]
    if row["takes"] != "yes or no":
        answer = knows["values"][row["key"]]
    elif group in ("read", "sign"):
        answer = knows["sentences"].get(row["criteria"].split()[0].partition("/")[2], "no")
    else:
        answer = "yes" if any(words in row["question"] for words in knows["so"]) else "no"
    return row | {"answer": answer, "by": knows["by"][group], "date": knows["date"]}


def test_an_imported_page_ends_decided_by_values_codes_and_named_answers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELIGO_RULES", str(tmp_path / "drafts"))
    monkeypatch.chdir(tmp_path)
    knows = yaml.load((EXAMPLE / "knows.yaml").read_text(), yaml.BaseLoader)
    assert run("import", EXAMPLE / "page.txt", "--trial", TRIAL, "--rules", "drafts").code == 0
    rows = _rows(run("form", TRIAL, "--patient", "example-07").out)
    open_ = {
        item["key"] for item in json.loads(run("answer", EXAMPLE / "patient.json", "--list", "--json").out)["open"]
    }
    filled = [_knows(row, knows) for row in rows if row["key"] in open_]
    Path("filled.csv").write_text(_written(filled))
    assert run("form", "--read", "filled.csv", "--answers", "answers.json").code == 0
    result = run("screen", EXAMPLE / "patient.json", "--answers", "answers.json", "--json")
    (trial,) = json.loads(result.out)["trials"]

    assert trial["verdict"] == "ELIGIBLE"
    assert len(trial["criteria"]) == 25
    for criterion in trial["criteria"]:
        assert criterion["bearing"] == "passes"
        assert "assumed" not in criterion
        named = [who["by"] for who in criterion.get("answered", ())]
        recorded = [
            e for e in criterion["evidence"] if e["decides"] and e.keys() & {"value", "facts", "ruled_out_by", "detail"}
        ]
        assert named or recorded

    symptomatic = [row | {"answer": "no"} if row["criteria"] == f"{TRIAL}/I13" else row for row in filled]
    symptomatic = [row | {"answer": "3"} if row["key"].startswith("quantity:") else row for row in symptomatic]
    Path("filled.csv").write_text(_written(symptomatic))
    run("form", "--read", "filled.csv", "--answers", "answers.json")
    result = run("screen", EXAMPLE / "patient.json", "--answers", "answers.json", "--json")
    (trial,) = json.loads(result.out)["trials"]
    assert (trial["verdict"], trial["blocks"]) == ("INELIGIBLE", ["I13"])
