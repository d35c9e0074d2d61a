"""What is wrong with a record or with rules is in the JSON and on the page, as on standard error; files are counted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from eligo.report.next_schema import json_schema as next_schema
from eligo.report.schema import json_schema
from tests.doors import PATIENT, Run

ROOT = Path(__file__).resolve().parents[1]
TRIAL = "NCT03460795"
RECORD = {
    "id": "p",
    "as_of": "2026-11-20",
    "age": 54,
    "sex": "male",
    "labs": {"bilirubin": "3 mg/dL", "creatinine": "1.0 mg/dL", "INR": 2.0, "MELD": 10, "platelets": "64 mg/dL"},
    "observations": [{"variable": "sodium", "value": 138}],
}
CODES = {"yaml-syntax", "unit-mismatch", "unit-missing", "score-clash"}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record with two slips and a score at odds with its inputs, beside rules of which one file is broken."""
    (tmp_path / "rules").mkdir()
    shutil.copy(ROOT / "rules" / f"{TRIAL}.yaml", tmp_path / "rules")
    (tmp_path / "rules" / "broken.yaml").write_text("trial: [", "utf-8")
    file = tmp_path / "p.json"
    file.write_text(json.dumps(RECORD), "utf-8")
    return file


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("command", [("screen",), ("screen", "--brief"), ("audit",), ("next",)])
def test_all_that_is_told_is_in_the_json(run: Run, record: Path, command: tuple[str, ...]) -> None:
    result = run(*command, record, "--rules", record.parent / "rules", "--json")
    (data,) = _lines(result.out)

    assert {problem["code"] for problem in data["problems"]} == CODES
    assert sorted(map(json.dumps, data["problems"])) == sorted(map(json.dumps, _lines(result.err)))
    if "--brief" not in command:
        jsonschema.validate(data, next_schema() if command == ("next",) else json_schema())


def test_all_that_is_told_is_on_the_page_a_clash_with_both_values(run: Run, record: Path, tmp_path: Path) -> None:
    run("audit", record, "--rules", record.parent / "rules", "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    warned = page.partition("<h3>Warnings</h3>")[2].partition("</div>")[0]

    assert "MELD score 10 is stated, but its inputs give 18 to 32" in warned
    assert "sodium has no unit" in warned
    assert "the unit mg/dL does not fit platelets" in warned
    assert "broken.yaml" in warned


@pytest.mark.parametrize("command", ["screen", "audit"])
def test_a_terminal_shows_both_values_of_a_clash_and_a_log_neither(run: Run, record: Path, command: str) -> None:
    result = run(command, record, "--rules", ROOT / "rules", "--trial", TRIAL)

    assert "  warning: MELD score 10 is stated, but its inputs give 18 to 32" in result.out
    assert "the MELD score as stated is not what its inputs" in " ".join(result.err.split())
    assert "18 to 32" not in result.err


def test_a_record_without_a_flaw_has_no_problems(run: Run) -> None:
    for command in ("screen", "audit", "next"):
        (data,) = _lines(run(command, PATIENT, "--json").out)
        assert "problems" not in data


def test_files_that_are_not_read_are_counted_not_what_is_wrong_in_them(run: Run, tmp_path: Path) -> None:
    good = {"id": "a", "as_of": "2026-11-20"}
    (tmp_path / "one.json").write_text(json.dumps(good), "utf-8")
    (tmp_path / "broken.json").write_text("{", "utf-8")
    lines = [json.dumps(good | {"id": "b"}), "{", '{"as_of": ', json.dumps(good | {"labs": {"plateletz": 1}})]
    (tmp_path / "many.ndjson").write_text("\n".join(lines), "utf-8")
    (tmp_path / "table.csv").write_text("patient,as_of\na,2026-11-20\n", "utf-8")
    data, text = run("screen", tmp_path, "--json"), run("screen", tmp_path)
    summary = _lines(data.err)[-1]["summary"]

    assert len(_lines(data.err)) == 7  # `table.csv` lacks two columns
    assert (summary["patients"], summary["not_read"]) == (2, 3)
    assert "3 files not read, or not in whole" in " ".join(text.err.split())
