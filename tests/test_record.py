"""Audit records: they hold no value of the patient, can be replayed, and every change is reported for what it is."""

from __future__ import annotations

import copy
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import eligo
import eligo.record
from eligo.patients.native import read_file
from eligo.record import VOCABULARY, differences, hash_patient, hash_source
from eligo.report.record_schema import json_schema
from eligo.screening import load_rules
from tests.doors import Result, Run

ROOT = Path(__file__).resolve().parents[1]
PATIENTS = ROOT / "patients_examples"
EXAMPLES = sorted(PATIENTS.glob("*.json"))
LOW_PLATELETS = PATIENTS / "low_platelets.json"
NO_MATCH = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a patient, the rules and a site's profile of its own, to tamper with."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copy(LOW_PLATELETS, tmp_path / "patient.json")
    shutil.copy(PATIENTS / "site.yaml", tmp_path / "site.yaml")
    return tmp_path


def _recorded(run: Run, folder: Path, *options: str | Path) -> dict[str, Any]:
    """The record of the folder's patient, which is also written there."""
    target = folder / "audit.json"
    result = run("audit", folder / "patient.json", "--rules", folder / "rules", "--record", target, *options)
    assert (result.out, result.err) == ("", "")
    data: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return data


def _verified(run: Run, folder: Path, *options: str | Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the differences."""
    result = run("audit", "--verify", folder / "audit.json", "--json", *options)
    data = json.loads(result.out)
    assert data["same"] == (data["differences"] == [])
    return result.code, data["differences"]


def _what(changes: list[dict[str, Any]]) -> list[str]:
    return [change["what"] for change in changes]


# --- replayed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_recorded_and_verified_without_a_difference(example: Path, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "audit.json"
    recorded, screened = run("audit", example, "--record", target), run("screen", example)
    record = json.loads(target.read_text("utf-8"))
    again = run("audit", "--verify", target)

    assert recorded.code == screened.code
    assert {t["trial"]: len(t["criteria"]) for t in record["trials"]} == {
        plan.trial: len(plan.criteria) for plan in load_rules().plans
    }
    assert again == Result(0, f"nothing differs: 5 trials, 83 criteria, as of {record['options']['as_of']}\n", "")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("low_platelets.json", ("--margin", "PLT=10%", "--max-age", "1d", "--assume-absent", "conditions")),
        ("no_reference_range.json", ("--site", PATIENTS / "site.yaml", "--as-of", "2026-12-01")),
        ("formats/bundle.json", ("--as-of", "2026-11-20")),
        ("formats/bundle.json", ("--format", "fhir", "--as-of", "2026-11-20")),
        ("formats/long.csv", ("--as-of", "2026-11-20", "--patient", "same-01")),
        (".", ("--patient", "stale_inr", "--max-age", "INR=14d")),
    ],
)
def test_options_and_formats_are_replayed(name: str, options: tuple[str | Path, ...], run: Run, tmp_path: Path) -> None:
    source = PATIENTS / name
    recorded = run("audit", source, "--record", tmp_path / "audit.json", "--lenient", *options)
    again = run("audit", "--verify", tmp_path / "audit.json")

    assert recorded.code in (0, 3, 4)
    assert again.code == 0
    assert again.out.startswith("nothing differs")


def test_a_record_and_its_input_can_be_moved_together(run: Run, folder: Path) -> None:
    _recorded(run, folder, "--site", folder / "site.yaml")
    moved = folder.rename(folder.with_name("moved"))

    assert _verified(run, moved) == (0, [])


def test_a_record_of_one_trial_is_verified_for_that(run: Run, folder: Path) -> None:
    record = _recorded(run, folder, "--lenient")
    run("audit", folder / "patient.json", "NCT05727722", "--rules", folder / "rules", "--record", folder / "audit.json")
    one = json.loads((folder / "audit.json").read_text("utf-8"))

    assert one["trials"] == [t for t in record["trials"] if t["trial"] == "NCT05727722"]
    assert run("audit", "--verify", folder / "audit.json").out.startswith("nothing differs: 1 trial, 31 criteria")


def test_a_record_is_the_same_each_time_but_for_its_salt(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (_recorded(run, folder)["input"] for _ in range(2))
    monkeypatch.setattr(secrets, "token_hex", lambda count: "5a" * count)
    _recorded(run, folder)
    salted = (folder / "audit.json").read_bytes()
    _recorded(run, folder)

    assert (folder / "audit.json").read_bytes() == salted
    assert {key for key in first if first[key] != second[key]} == {"patient_salt", "patient_sha256"}
    assert run("audit", folder / "patient.json", "--rules", folder / "rules", "--record", "-").out.count("\n") > 100


def test_the_records_of_all_examples_fit_the_published_schema(run: Run) -> None:
    schema = json.loads(run("schema", "audit-record").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    assert schema == json_schema()
    for example in EXAMPLES:
        validator.validate(json.loads(run("audit", example, "--record", "-").out))


# --- what differs


def test_other_bytes_of_the_input_are_reported_even_where_no_truth_changes(run: Run, folder: Path) -> None:
    _recorded(run, folder)
    patient = folder / "patient.json"
    patient.write_text(patient.read_text("utf-8") + "\n", "utf-8")
    code, changes = _verified(run, folder)
    text = run("audit", "--verify", folder / "audit.json")

    assert (code, _what(changes)) == (NO_MATCH, ["input"])
    assert text.out.splitlines()[0] == "input: changed"
    assert text.out.splitlines()[1].startswith("1 difference, every verdict and truth is as recorded: 5 trials")
    assert text.code == NO_MATCH


def test_a_tampered_value_is_reported_with_all_that_it_turns(run: Run, folder: Path) -> None:
    _recorded(run, folder)
    patient = folder / "patient.json"
    patient.write_text(patient.read_text("utf-8").replace('"18000 /uL"', '"28000 /uL"'), "utf-8")
    code, changes = _verified(run, folder)
    at = {"trial": "NCT05727722", "criterion": "E7"}
    met, not_met = {"truth": "MET", "bearing": "blocks"}, {"truth": "NOT_MET", "bearing": "passes"}

    assert code == NO_MATCH
    assert changes[1:] == [
        {"what": "verdict", "trial": "NCT05727722", "recorded": "INELIGIBLE", "now": "UNDETERMINED"},
        {"what": "criterion", **at, "recorded": met, "now": not_met},
        {"what": "leaf", **at, "leaf": 1, "recorded": {"truth": "MET"}, "now": {"truth": "NOT_MET"}},
    ]
    assert changes[0]["what"] == "input"


def test_another_reason_is_a_difference(run: Run, folder: Path) -> None:
    _recorded(run, folder, "NCT06884904")
    patient = folder / "patient.json"
    labs = '"labs": {"creatinine": "9999 mg/dL", '
    patient.write_text(patient.read_text("utf-8").replace('"labs": {', labs), "utf-8")
    _, changes = _verified(run, folder)

    assert {"leaf"} == set(_what(changes[1:]))
    assert changes[1]["recorded"] == {"truth": "UNKNOWN", "reason": "missing"}
    assert changes[1]["now"] == {"truth": "UNKNOWN", "reason": "implausible"}


def test_tampered_rules_are_reported_and_only_those(run: Run, folder: Path) -> None:
    _recorded(run, folder)
    rules = folder / "rules" / "NCT05727722.yaml"
    text = rules.read_text("utf-8")
    assert "op: lt, limit: 20, unit: 10*9/L" in text
    rules.write_text(text.replace("op: lt, limit: 20, unit: 10*9/L", "op: lt, limit: 10, unit: 10*9/L"), "utf-8")
    code, changes = _verified(run, folder)

    assert code == NO_MATCH
    assert _what(changes) == ["rules", "verdict", "criterion", "leaf"]
    assert {change["trial"] for change in changes} == {"NCT05727722"}


def test_rules_with_a_criterion_more_or_less_are_told_apart(run: Run, folder: Path) -> None:
    record = _recorded(run, folder)
    less = copy.deepcopy(record)
    (gone, *_) = less["trials"][0]["criteria"]
    del less["trials"][0]["criteria"][0]
    bare = {"truth": gone["truth"], "bearing": gone["bearing"]}

    for old, new, was, now in ((record, less, bare, None), (less, record, None, bare)):
        first, *leaves = differences(old, new)
        assert (first["what"], first["criterion"], first["recorded"], first["now"]) == (
            "criterion",
            gone["id"],
            was,
            now,
        )
        assert len(leaves) == len(gone["leaves"])


@pytest.mark.parametrize("name", VOCABULARY)
def test_another_vocabulary_is_reported_by_file(name: str, run: Run, folder: Path) -> None:
    record = _recorded(run, folder)
    record["vocabulary"][name] = "0" * 64
    (folder / "audit.json").write_text(json.dumps(record), "utf-8")
    code, changes = _verified(run, folder)

    assert (code, _what(changes), changes[0]["file"]) == (NO_MATCH, ["vocabulary"], name)


def test_another_version_is_reported(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _recorded(run, folder)
    monkeypatch.setattr(eligo.record, "__version__", "9.9.9")

    assert _verified(run, folder) == (
        NO_MATCH,
        [{"what": "eligo", "recorded": eligo.__version__, "now": "9.9.9"}],
    )
    assert f"eligo: {eligo.__version__}, now 9.9.9\n" in run("audit", "--verify", folder / "audit.json").out


def test_another_profile_is_reported_beside_what_it_turns(run: Run, folder: Path) -> None:
    _recorded(run, folder, "--site", folder / "site.yaml")
    site = folder / "site.yaml"
    site.write_text(site.read_text("utf-8") + "# a word\n", "utf-8")

    assert _what(_verified(run, folder)[1]) == ["site"]
    site.write_text(site.read_text("utf-8").replace("max_age: 30 d", "max_age: 0 d"), "utf-8")
    assert _what(_verified(run, folder)[1]) == ["site", "verdict", "criterion", "leaf"]


def test_the_input_may_be_elsewhere(run: Run, folder: Path) -> None:
    _recorded(run, folder)
    elsewhere = (folder / "patient.json").rename(folder / "elsewhere.json")

    assert run("audit", "--verify", folder / "audit.json").code == 1
    assert _verified(run, folder, elsewhere) == (0, [])


def test_another_patient_is_said_to_be_one(run: Run, folder: Path) -> None:
    _recorded(run, folder)
    code, changes = _verified(run, folder, PATIENTS / "missing_inr.json")

    assert code == NO_MATCH
    assert _what(changes)[:2] == ["input", "patient"]


def test_one_of_several_patients_is_found_again_by_the_hash_of_the_id(run: Run, folder: Path) -> None:
    records = [json.loads(p.read_text("utf-8")) for p in EXAMPLES[:4]]
    (folder / "patient.json").unlink()
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    target = folder / "audit.json"
    run("audit", folder / "all.jsonl", "--patient", records[2]["id"], "--record", target)

    assert _verified(run, folder) == (0, [])
    made = json.loads(target.read_text("utf-8"))["input"]
    assert made["patient_sha256"] == hash_patient(records[2]["id"], made)
    assert run("audit", "--verify", target, folder / "rules").code == 1


def test_two_records_of_a_patient_do_not_tell_that_they_are(run: Run, folder: Path) -> None:
    made = []
    for name in ("one.json", "two.json"):
        run("audit", folder / "patient.json", "--record", folder / name)
        made.append(json.loads((folder / name).read_text("utf-8"))["input"])

    assert made[0]["patient_salt"] != made[1]["patient_salt"]
    assert made[0]["patient_sha256"] != made[1]["patient_sha256"]


def test_the_key_of_a_site_is_a_part_of_the_hash(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_RECORD_KEY", "of the site")
    run("audit", folder / "patient.json", "--record", folder / "audit.json")
    made = json.loads((folder / "audit.json").read_text("utf-8"))["input"]
    id_ = json.loads((folder / "patient.json").read_text("utf-8"))["id"]

    assert made["patient_keyed"] is True
    assert made["patient_sha256"] != hash_patient(id_, made | {"patient_keyed": False})
    assert _verified(run, folder) == (0, [])

    monkeypatch.delenv("ELIGO_RECORD_KEY")
    without = run("audit", "--verify", folder / "audit.json")
    assert without.code == 1
    assert "record-key" in without.err

    monkeypatch.setenv("ELIGO_RECORD_KEY", "of another site")
    assert [change["what"] for change in _verified(run, folder)[1]] == ["patient"]


# --- what cannot be recorded or replayed


def test_standard_input_is_refused_since_it_cannot_be_replayed(run: Run, tmp_path: Path) -> None:
    result = run("audit", "-", "--record", tmp_path / "audit.json", stdin=LOW_PLATELETS.read_bytes())

    assert (result.code, result.out) == (1, "")
    assert "error[not-replayable]" in result.err
    assert not (tmp_path / "audit.json").exists()


@pytest.mark.parametrize("gone", ["patient.json", "rules/NCT05727722.yaml", "site.yaml", "audit.json"])
def test_what_is_gone_cannot_be_replayed(gone: str, run: Run, folder: Path) -> None:
    _recorded(run, folder, "--site", folder / "site.yaml")
    (folder / gone).unlink()
    result = run("audit", "--verify", folder / "audit.json")

    assert (result.code, result.out) == (1, "")
    assert "error[" in result.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "eligo.audit-record/2"}'])
def test_what_is_no_record_is_refused(text: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(text, "utf-8")
    result = run("audit", "--verify", tmp_path / "audit.json")

    assert (result.code, result.out) == (1, "")
    assert "audit.json" in result.err


def test_a_record_with_an_unknown_key_is_refused(run: Run, folder: Path) -> None:
    record = _recorded(run, folder)
    record["trials"][0]["criteria"][0]["value"] = 18
    (folder / "audit.json").write_text(json.dumps(record), "utf-8")

    assert "trials.0.criteria.0.value" in run("audit", "--verify", folder / "audit.json").err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--verify", "x", "y", "NCT05727722"),
        ("--verify", "x", "--margin", "5%"),
        ("--verify", "x", "--record", "z"),
    ],
)
def test_a_patient_or_a_record_has_to_be_named_and_the_record_has_its_own_options(
    arguments: tuple[str, ...], run: Run
) -> None:
    assert run("audit", *arguments).code == 2


def test_the_hash_of_a_folder_is_that_of_its_records(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1", "utf-8")
    before = hash_source(str(tmp_path))
    (tmp_path / "notes.txt").write_text("no record", "utf-8")

    assert hash_source(str(tmp_path)) == before
    (tmp_path / "a.json").rename(tmp_path / "b.json")
    assert hash_source(str(tmp_path)) != before
    (tmp_path / "b.json").write_text("2", "utf-8")
    assert len({before, hash_source(str(tmp_path))}) == 2


# --- no value

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[^\W\d_]{3,}|(?<![\w.-])\d+(?:[.-]\d+)*(?!\w)")  # words, and numbers that stand alone


def _texts(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every value of JSON data as text, with the keys that lead to it; and every key."""
    if isinstance(data, dict):
        for key, part in data.items():
            yield (*path, "*"), key
            yield from _texts(part, (*path, key))
    elif isinstance(data, list):
        for part in data:
            yield from _texts(part, path)
    elif data is not None and not isinstance(data, bool):
        yield path, str(data)


def _leaks(record: dict[str, Any], example: Path) -> set[str]:
    """Words and numbers of a patient's record that turn up in an audit record, outside the path and `as_of`."""
    patient = json.loads(example.read_text("utf-8"))
    form = {"id", "as_of", "*"}
    values = {t for path, text in _texts(patient) if not form & {path[-1]} for t in _TOKEN.findall(text.casefold())}
    named = {key for part in ("labs", "attested") for key in patient.get(part, {})}
    values |= {t for key in named for t in _TOKEN.findall(key.casefold())}
    own = [
        text
        for path, text in _texts(record)
        if path not in {("input", "path"), ("options", "as_of"), ("schema",), ("eligo",)}
        and path[-1] not in ("*", "trial", "file", "id")  # these are of the rules
        and not _SHA256.fullmatch(text)
    ]
    return values & {t for text in own for t in _TOKEN.findall(text.casefold())}


def _unexplained(record: dict[str, Any]) -> list[str]:
    """Every text of a record that is neither a hash nor a word that a record may hold, and every unknown key."""
    plans = {plan.trial: plan for plan in load_rules().plans}
    words = {"MET", "NOT_MET", "UNKNOWN", "passes", "blocks", "open", "ELIGIBLE", "INELIGIBLE", "UNDETERMINED"}
    words |= {reason.value for reason in eligo.truth.Reason} | {"eligo.audit-record/2", eligo.__version__}
    words |= {c.id for plan in plans.values() for c in plan.criteria} | set(plans) | {f"{name}.yaml" for name in plans}
    words |= {record["input"]["path"], record["options"]["as_of"]}
    keys = {"schema", "eligo", "vocabulary", "input", "options", "trials", "path", "sha256", "patient_sha256"}
    keys |= {"patient_salt", "patient_keyed"}
    words |= {record["input"]["patient_salt"]}
    keys |= {"as_of", "lenient", "format", "max_age", "assume_absent", "margin", "site", "mapping", "rules"}
    keys |= {"trial", "file", "rules_sha256", "verdict", "criteria", "id", "truth", "bearing", "leaves", "reason"}
    found = []
    for path, text in _texts(record):
        known = text in (keys | set(VOCABULARY)) if path[-1] == "*" else text in words or _SHA256.fullmatch(text)
        found += [] if known else [text]
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_no_word_and_no_number_of_a_patient_turns_up_in_the_record(example: Path, run: Run) -> None:
    record = json.loads(run("audit", example, "--record", "-").out)

    assert _leaks(record, example) == set()
    assert _unexplained(record) == []


@pytest.mark.parametrize("leaked", ["18", "2026-11-19", "ascites", "hepatitis B", "1.6 mmol/L", "PLT"])
def test_a_value_in_a_record_would_be_found(leaked: str, run: Run) -> None:
    record = json.loads(run("audit", LOW_PLATELETS, "--record", "-").out)
    record["trials"][0]["criteria"][0]["leaves"][0]["reason"] = leaked

    assert _unexplained(record) == [leaked]
    if leaked != "18":  # the record has it as 18000 /uL
        assert _leaks(record, LOW_PLATELETS)


def test_patients_who_differ_in_values_alone_have_the_same_record_but_for_hashes(run: Run, tmp_path: Path) -> None:
    text = LOW_PLATELETS.read_text("utf-8")
    other = text
    for one, two in (("18000", "17400"), ("262", "263"), ("2026-11-19", "2026-11-18"), ("71 kg", "70 kg")):
        assert one in other
        other = other.replace(one, two)
    records = []
    for record in (text, other):
        (tmp_path / "patient.json").write_text(record, "utf-8")
        records.append(json.loads(run("audit", tmp_path / "patient.json", "--record", tmp_path / "-").out or "null"))
        records[-1] = json.loads((tmp_path / "-").read_text("utf-8"))

    assert read_file(tmp_path / "patient.json").results["platelets"][0].low == 17.4
    assert records[0]["input"].pop("sha256") != records[1]["input"].pop("sha256")
    ids = [{record["input"].pop(key) for key in ("patient_salt", "patient_sha256")} for record in records]
    assert ids[0].isdisjoint(ids[1])
    assert records[0] == records[1]
