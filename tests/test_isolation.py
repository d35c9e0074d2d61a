"""Documents, lines, patients, rule files and cases are units of work: what fails has its place, the rest goes on."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from eligo import screening as screening_module
from eligo.commands import bulk, import_many, screen
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated, each
from tests.doors import PATIENT, RULES, Run

CRITERIA = "Inclusion Criteria:\n\n* Platelets below 20 x 10^9/L\n\nExclusion Criteria:\n\n* HIV infection\n"


class _BrokenError(Exception):
    """What no stage expects."""


def _breaks_at(monkeypatch: pytest.MonkeyPatch, module: object, name: str, word: str) -> None:
    """Let a function fail, with a text that may not be shown, wherever its first argument holds the word."""
    whole = getattr(module, name)

    def broken(first: object, *rest: object, **named: object) -> object:
        if word in repr(first):
            raise _BrokenError("secret value")
        return whole(first, *rest, **named)

    monkeypatch.setattr(module, name, broken)


def _record(trial: str) -> dict[str, object]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": trial, "briefTitle": "t"},
            "statusModule": {"lastUpdatePostDateStruct": {"date": "2025-01-01"}},
            "eligibilityModule": {"eligibilityCriteria": CRITERIA, "sex": "ALL"},
        }
    }


def test_a_unit_keeps_what_is_said_of_its_own_place() -> None:
    own = Problem("a", "of a part", Place(None, 7, 2, "labs"))
    elsewhere = Problem("b", "of another file", Place("other.yaml", 1))
    with Isolated(Place("x.json", 3)) as unit:
        raise EligoError([own, elsewhere])

    assert [p.place for p in unit.problems] == [Place("x.json", 7, 2, "labs"), Place("other.yaml", 1)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, BrokenPipeError])
def test_what_ends_the_run_passes_through_a_unit(error: type[BaseException]) -> None:
    with pytest.raises(error), Isolated(Place("x.json")):
        raise error


def test_the_items_before_a_failure_are_kept() -> None:
    def items() -> object:
        yield 1
        raise RecursionError

    found = list(each(Place("x.json"), items(), lambda problem: problem.place))  # type: ignore[arg-type]

    assert found == [1, Place("x.json")]


def test_a_line_that_cannot_be_read_ends_no_batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"id": i, "text": "INR > 1.5" if i != 5 else "INR > 1.5 boom"}) for i in range(600)]
    (tmp_path / "lines.jsonl").write_text("\n".join(lines), "utf-8")
    _breaks_at(monkeypatch, bulk, "read_item", "boom")
    bulk._kept_answer_of.cache_clear()
    result = run("parse", "--jsonl", tmp_path / "lines.jsonl")
    bulk._kept_answer_of.cache_clear()

    assert result.code == 1
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == [i for i in range(600) if i != 5]
    problem = json.loads(result.err)
    assert problem["place"] == {"file": str(tmp_path / "lines.jsonl"), "line": 6}
    assert "secret" not in result.err


def test_a_patient_that_cannot_be_screened_is_named_and_stops_no_other(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(5):
        (tmp_path / f"p{i}.json").write_text(json.dumps({"id": f"p{i}", "as_of": "2026-11-20"}), "utf-8")
    _breaks_at(monkeypatch, screen, "screen", "id='p2'")
    result = run("screen", tmp_path, "--rules", RULES, "--json")

    assert result.code == 14
    assert [json.loads(line)["patient"] for line in result.out.splitlines()] == ["p0", "p1", "p3", "p4"]
    problem, summary = map(json.loads, result.err.splitlines())
    assert (problem["code"], problem["place"]["file"]) == ("internal", str(tmp_path / "p2.json"))
    assert summary["summary"]["not_read"] == 1
    assert "secret" not in result.err


def test_a_rule_file_that_breaks_blocks_no_other_trial(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _breaks_at(monkeypatch, screening_module, "_load", "NCT00000002")
    result = run("screen", PATIENT, "--rules", RULES, "--json")

    assert result.code == 10
    assert {t["trial"] for t in json.loads(result.out)["trials"]} == {"NCT00000001", "NCT00000003"}
    assert json.loads(result.err)["place"]["file"].endswith("NCT00000002.yaml")


def test_every_document_of_an_import_stands_for_itself(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, trial in (("a", "NCT00000011"), ("b", "X" * 300), ("c", "NCT00000013"), ("e", "NCT00000015")):
        (folder / f"{name}.json").write_text(json.dumps(_record(trial)), "utf-8")
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        for trial in ("NCT00000021", "NCT00000022"):
            archive.writestr(f"{trial}.json", json.dumps(_record(trial)))
    data = bytearray((folder / "d.zip").read_bytes())
    data[data.find(b"NCT00000021.json") + 80] ^= 0x55
    (folder / "d.zip").write_bytes(data)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "self").symlink_to(folder)
    _breaks_at(monkeypatch, import_many, "prepare", "NCT00000013")
    result = run("import", folder, "--rules", tmp_path / "out", "--json")

    assert result.code == 1
    written = [json.loads(line)["trial"] for line in result.out.splitlines()]
    assert written == ["NCT00000011", "NCT00000022", "NCT00000015"]
    named = [json.loads(line)["place"]["file"] for line in result.err.splitlines()]
    assert named == [str(folder / name) for name in ("b.json", "c.json", "d.zip/NCT00000021.json", "loop.txt")]


@pytest.mark.parametrize(
    "part",
    [
        "patients: {a: null}\ncases: [{case: x, verdict: ELIGIBLE}]",
        "cases: [{case: x, from: [a], verdict: ELIGIBLE}]",
        "cases: [{case: x, patient: 5, verdict: ELIGIBLE}]",
        "cases: [{case: x, patient: {conditions: [{concept: {system: a, code: b}}]}, from: y, verdict: ELIGIBLE}]",
        "cases: [{case: x, findings: {I1: [passes]}}]",
        "cases: [null]",
        "cases: [{case: x, without: {a: b}, verdict: ELIGIBLE}]",
    ],
)
def test_a_case_of_no_shape_is_named_at_its_line(part: str, run: Run, tmp_path: Path) -> None:
    for name in ("NCT00000001", "NCT00000002"):
        (tmp_path / f"{name}.yaml").write_bytes((Path(RULES) / f"{name}.yaml").read_bytes())
    (tmp_path / "NCT00000001.cases.yaml").write_text(f"trial: NCT00000001\n{part}\n", "utf-8")
    good = "trial: NCT00000002\ncases: [{case: x, patient: {as_of: 2026-11-20}, verdict: UNDETERMINED}]\n"
    (tmp_path / "NCT00000002.cases.yaml").write_text(good, "utf-8")
    result = run("test", tmp_path)

    assert result.code == 1
    assert f"{tmp_path / 'NCT00000001.cases.yaml'}:" in result.err
    assert "internal" not in result.err
    assert "NCT00000002" in result.out
