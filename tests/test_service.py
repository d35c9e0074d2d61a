"""The service does what the commands do: the same JSON, the same refusals, and rules as the folder has them now."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from eligo.cli import main
from eligo.service.settings import Settings
from tests.doors import RULES, Run
from tests.serving import Reply, Served, served

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "patients_examples"
OPEN = EXAMPLES / "missing_bilirubin_leaves_two_open.json"
PATIENTS = ("low_platelets", "missing_bilirubin_leaves_two_open", "empty_record", "attested_and_complete")
API = "/api/v1"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server with the trials that come with eligo."""
    with served() as found:
        yield found


def _record(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def _without_file(data: Any) -> Any:
    """Data without the name of the file in the places of problems."""
    for problem in data.get("problems", ()):
        problem["place"].pop("file", None)
    return data


@pytest.mark.parametrize("name", PATIENTS)
def test_screening_gives_the_json_of_the_command(server: Served, run: Run, name: str) -> None:
    options = "?trial=NCT05727722&trial=NCT06884904&max-age=INR%3D7d&outlook=true&margin=5%25"
    told = run(
        *("screen", EXAMPLES / f"{name}.json", "--trial", "NCT05727722", "--trial", "NCT06884904"),
        *("--max-age", "INR=7d", "--outlook", "--margin", "5%", "--json"),
    )

    reply = server.post(f"{API}/screen{options}", _record(name))

    assert reply.status == 200
    assert _without_file(reply.data) == _without_file(json.loads(told.out))


@pytest.mark.parametrize("name", PATIENTS)
def test_audit_and_next_give_the_json_of_the_commands(server: Served, run: Run, name: str) -> None:
    file = EXAMPLES / f"{name}.json"
    audit = run("audit", file, "NCT05727722", "--json")
    asked = run("next", file, "--json")

    assert _without_file(server.post(f"{API}/audit?trial=NCT05727722", _record(name)).data) == _without_file(
        json.loads(audit.out)
    )
    assert server.post(f"{API}/next", _record(name)).data == json.loads(asked.out)


def test_an_audit_is_a_page_for_who_asks_for_one(server: Served) -> None:
    reply = server.post(f"{API}/audit", _record("low_platelets"), {"accept": "text/html"})

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<h1>low_platelets</h1>" in reply.body
    assert "style-src 'sha256-" in reply.headers["content-security-policy"]
    assert "script" not in reply.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["bundle.json", "long.csv"])
def test_records_of_every_format_are_screened_as_the_command_does(server: Served, run: Run, name: str) -> None:
    file = EXAMPLES / "formats" / name
    media = "text/csv" if name.endswith(".csv") else "application/fhir+json"

    reply = server.post(f"{API}/screen?as-of=2026-11-20", file.read_bytes(), {"content-type": media})

    told = run("screen", file, "--as-of", "2026-11-20", "--json")
    assert [_without_file(line) for line in reply.lines] == [
        _without_file(json.loads(x)) for x in told.out.splitlines()
    ]


def test_many_records_are_a_line_each_and_a_wrong_one_stops_no_other(server: Served, run: Run, tmp_path: Path) -> None:
    lines = [json.dumps(json.loads(_record(name))) for name in PATIENTS]
    lines.insert(1, '{"id": "x", "as_of": "2026-11-20", "labz": {}}')
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    told = run("screen", file, "--json", "--processes", "1")

    reply = server.post(f"{API}/screen", file.read_bytes(), {"content-type": "application/x-ndjson"})

    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [line["problems"][0]["code"] for line in reply.lines if "trials" not in line] == ["unknown-key"]
    screened = [_without_file(line) for line in reply.lines if "trials" in line]
    assert screened == [_without_file(json.loads(line)) for line in told.out.splitlines()]
    assert len(reply.lines) == len(lines)


def test_only_what_is_asked_for_is_shown(server: Served) -> None:
    found = server.post(f"{API}/screen?only=blocked", _record("low_platelets"))
    none = server.post(f"{API}/screen?only=eligible&trial=NCT05727722", _record("low_platelets"))

    assert {trial["verdict"] for trial in found.data["trials"]} == {"INELIGIBLE"}
    assert (none.status, none.body) == (204, b"")


WRONG = {
    "empty": b"",
    "no_json": b"{",
    "a_list": b"[1]",
    "unknown_key": b'{"as_of": "2026-11-20", "labz": {}}',
    "unknown_name": b'{"as_of": "2026-11-20", "labs": {"plateletz": "20 10*9/L"}}',
    "unknown_concept": b'{"as_of": "2026-11-20", "conditions": ["hepatitis BB"]}',
    "wrong_type": b'{"as_of": 20261120}',
    "bad_day": b'{"as_of": "2026-13-20"}',
    "html": b"<html><body>no</body></html>",
    "not_utf_8": b'{"id": "\xff"}',
    "empty_bundle": b'{"resourceType": "Bundle", "entry": []}',
    "deep": b"[" * 5000 + b"]" * 5000,
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_command_refuses_is_refused_with_its_code_and_words(
    server: Served, run: Run, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "record"
    file.write_bytes(WRONG[name])
    told = run("screen", file, "--json")
    wanted = [json.loads(line) for line in told.err.splitlines() if '"code"' in line]

    reply = server.post(f"{API}/screen", WRONG[name])

    assert reply.status == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert [(p["code"], p["message"], p["help"]) for p in reply.data["problems"]] == [
        (p["code"], p["message"], p["help"]) for p in wanted
    ]
    assert reply.data["type"] == f"urn:eligo:problem:{reply.codes[0]}"


OPTIONS = {
    "as-of=yesterday": ("usage", 400),
    "max-age=soon": ("max-age", 422),
    "margin=many": ("margin", 422),
    "assume-absent=labs": ("unknown-list", 422),
    "trial=NCT00000000": ("unknown-trial", 404),
    "exclude-trial=NCT00000000": ("unknown-trial", 404),
    "lenient=perhaps": ("usage", 400),
    "format=xml": ("usage", 400),
    "as-of=2026-11-20&as-of=2026-11-21": ("usage", 400),
    "site=/etc/passwd": ("unknown-option", 400),
    "rules=/etc": ("unknown-option", 400),
    "mapping=/etc/passwd": ("unknown-option", 400),
    "answers=/etc/passwd": ("unknown-option", 400),
    "max_age=7d": ("unknown-option", 400),
}


@pytest.mark.parametrize("query", OPTIONS)
def test_an_option_that_cannot_be_used_is_named(server: Served, query: str) -> None:
    reply = server.post(f"{API}/screen?{query}", _record("low_platelets"))

    assert (reply.codes[0], reply.status) == OPTIONS[query]


def test_rules_are_listed_and_each_is_given_as_its_file_has_it(server: Served, run: Run) -> None:
    listed = server.get(f"{API}/rules").data["trials"]
    one = server.get(f"{API}/rules/nct05727722").data

    files = sorted(path.stem for path in (ROOT / "rules").glob("*.yaml") if ".cases" not in path.name)
    assert [trial["trial"] for trial in listed] == files
    jsonschema.validate(one["ruleset"], json.loads(run("schema", "ruleset").out))
    assert one["sentences"] == json.loads(run("explain", "NCT05727722", "--json").out)["criteria"]
    assert server.get(f"{API}/rules/NCT00000000").codes == ["unknown-trial"]


@pytest.mark.parametrize("form", ["csv", "html", "questionnaire"])
def test_a_form_is_that_of_the_command(server: Served, run: Run, form: str) -> None:
    told = run("form", "NCT06884904", "--format", form)

    reply = server.get(f"{API}/form?trial=NCT06884904&format={form}")

    assert reply.body.decode() == told.out


def test_a_sentence_and_a_page_are_read_as_the_command_does(server: Served, run: Run, tmp_path: Path) -> None:
    sentence, page = (
        "Platelets below 20 x 10^9/L",
        "Inclusion Criteria:\n1. INR > 1.5\n\nExclusion Criteria:\n1. HIV infection\n",
    )
    file = tmp_path / "page.txt"
    file.write_text(page, "utf-8")

    one = server.post(f"{API}/parse", {"text": sentence, "kind": "exclusion"}).data["criteria"]
    two = server.post(f"{API}/parse", {"text": page, "page": True}).data["criteria"]

    assert one == [json.loads(run("parse", sentence, "--kind", "exclusion", "--json").out)]
    assert two == [json.loads(line) for line in run("parse", file, "--json").out.splitlines()]
    assert server.post(f"{API}/parse", {"text": sentence, "kind": "exclusions"}).codes == ["body"]
    assert server.post(f"{API}/parse", {"words": sentence}).codes == ["body"]


def test_answers_give_the_verdicts_that_the_command_gives(server: Served, run: Run, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    told = run("answer", OPEN, "--answers", answers, "--by", "AB", "--set", "total_bilirubin=12 mg/dL", "--json")
    sent = {"record": json.loads(OPEN.read_bytes()), "set": {"total_bilirubin": "12 mg/dL"}, "by": "AB"}

    reply = server.post(f"{API}/answers", sent).data
    again = server.post(f"{API}/answers", {"record": sent["record"], "answers": reply["answers"]}).data

    assert {k: v for k, v in reply.items() if k != "answers"} == json.loads(told.out)
    assert reply["answers"] == json.loads(answers.read_text("utf-8"))["answers"]
    assert again["verdicts"] == reply["verdicts"]
    assert again["verdicts"]["NCT06884904"] == "ELIGIBLE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"set": {"nothing": "1"}}, "unknown-question"),
        ({"set": {"total_bilirubin": "12 parsec"}}, "unit-unknown"),
        ({"set": {"total_bilirubin": "yes"}}, "answer-value"),
        ({"set": ["1=2"]}, "body"),
        ({"set": {"total_bilirubin": "12 mg/dL"}, "date": "soon"}, "date-format"),
        ({"answers": [{"by": "AB"}]}, "answer-patient"),
        ({"answers": 3}, "answers-shape"),
        ({"wrong": 1}, "body"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(server: Served, change: dict[str, Any], code: str) -> None:
    reply = server.post(f"{API}/answers", {"record": json.loads(OPEN.read_bytes()), **change})

    assert reply.status in (400, 422)
    assert code in reply.codes


def test_the_description_is_made_of_the_published_schemas(server: Served, run: Run) -> None:
    described = server.get(f"{API}/openapi.json").data
    schemas = described["components"]["schemas"]

    assert described["openapi"] == "3.1.0"
    for name in ("patient", "screening", "next"):
        published = json.loads(run("schema", name).out)
        parts = {part for part in schemas if part.startswith(f"{name.capitalize()}.")}
        assert parts == {f"{name.capitalize()}.{part}" for part in published["$defs"]}
    assert "#/$defs/" not in json.dumps(schemas)
    reply = server.post(f"{API}/screen", _record("low_platelets")).data
    whole = {"$ref": "#/components/schemas/Screening", "components": {"schemas": schemas}}
    jsonschema.validate(reply, whole, cls=jsonschema.Draft202012Validator)


def test_an_import_makes_the_draft_of_the_command(run: Run, tmp_path: Path) -> None:
    page = "NCT01234567\nInclusion Criteria:\n1. INR > 1.5\n\nExclusion Criteria:\n1. HIV infection\n"
    file = tmp_path / "page.txt"
    file.write_text(page, "utf-8")
    told = json.loads(run("import", file, "--rules", tmp_path / "by_command", "--json").out)
    with served(Settings(frozenset(), rules=str(tmp_path / "by_service"))) as server:
        made = server.post(f"{API}/import", {"text": page}).data
        wrong = server.post(f"{API}/import", {"text": "", "trial": "X"})
        odd = server.post(f"{API}/import", {"text": page, "trial": "../x"})

    drafts = [(tmp_path / name / "NCT01234567.yaml").read_text("utf-8") for name in ("by_command", "by_service")]
    assert drafts[0] == drafts[1]
    assert {**made["imported"][0], "file": ""} == {**told, "file": ""}
    assert (made["problems"], wrong.status, odd.status) == ([], 422, 422)
    assert [path.name for path in (tmp_path / "by_service").iterdir()] == ["NCT01234567.yaml"]


def test_a_changed_rule_counts_at_once_and_a_broken_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    file = next(path for path in sorted(folder.glob("*.yaml")) if ".cases." not in path.name)
    with served(Settings(frozenset(), rules=str(folder))) as server:
        before = server.get(f"{API}/rules").data
        file.write_text(file.read_text("utf-8").replace("title:", "title: Changed", 1), "utf-8")
        after = server.get(f"{API}/rules").data
        file.write_text("trial: [", "utf-8")
        broken = server.get(f"{API}/rules").data

    assert before["problems"] == after["problems"] == []
    assert after != before
    assert [problem["code"] for problem in broken["problems"]] == ["yaml-syntax"]
    assert len(broken["trials"]) == len(before["trials"]) - 1


def test_other_requests_are_answered_while_many_patients_are_screened(server: Served) -> None:
    many = (json.dumps(json.loads(_record("low_platelets"))) + "\n").encode() * 24
    replies = list[Reply]()
    thread = threading.Thread(
        target=lambda: replies.append(
            server.post(f"{API}/screen?outlook=true", many, {"content-type": "application/x-ndjson"})
        )
    )
    thread.start()
    time.sleep(0.1)
    between = server.get(f"{API}/rules")
    unfinished = thread.is_alive()
    thread.join()

    assert between.status == 200
    assert unfinished
    assert len(replies[0].lines) == 24


def test_the_command_refuses_what_cannot_be_served(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELIGO_TOKEN", raising=False)
    assert "token-missing" in run("serve", "--host", "0.0.0.0", "--port", "0").err
    assert main(["serve", "--port", "99999"]) == 2
    monkeypatch.setenv("ELIGO_TOKEN", "short")
    assert "error[token]" in run("serve", "--port", "0").err
    monkeypatch.setenv("ELIGO_TOKEN", "a" * 24)
    assert "host-name-missing" in run("serve", "--host", "0.0.0.0", "--port", "0").err
    assert "error[address]" in run("serve", "--host", "203.0.113.7", "--port", "0", "--host-name", "x").err
