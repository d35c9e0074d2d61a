"""Many patients: every one is screened, in order, whatever is wrong with the others; and the ledger is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.patients import write
from eligo.commands.crowd import BATCH, in_order
from tests.doors import DOORS, PATIENT, RULES, Run

ROOT = Path(__file__).resolve().parents[1]


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More patients than one process takes at once, one of them broken."""
    path = tmp_path_factory.mktemp("many") / "patients.jsonl"
    write(path, 3 * BATCH)
    lines = path.read_text("utf-8").splitlines()
    lines[100] = '{"id": "broken"'
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_two_processes_give_what_one_gives_in_the_order_of_the_source(run: Run, many: Path) -> None:
    one = run("screen", many, "--json", "--brief", "--processes", "1")
    two = run("screen", many, "--json", "--brief", "--processes", "2")
    ids = [line["patient"] for line in _lines(two.out)]

    assert two == one
    assert ids == [f"synthetic-{n:06}" for n in range(3 * BATCH) if n != 100]
    assert two.code == 14
    assert [p["place"]["line"] for p in _lines(two.err) if p.get("severity") == "error"] == [101]
    assert _lines(two.err)[-1]["summary"]["not_read"] == 1


def test_two_processes_read_the_lines_that_one_reads_in_their_order(run: Run, tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "text": f"INR > {n / 100}"}) for n in range(700)]
    lines[300] = '{"id": 300'
    (tmp_path / "lines.jsonl").write_text("\n".join(lines), "utf-8")
    one, two = (run("parse", "--jsonl", tmp_path / "lines.jsonl", "--processes", n) for n in ("1", "2"))

    assert two == one
    assert [line["id"] for line in _lines(two.out)] == [n for n in range(700) if n != 300]
    assert [p["place"]["line"] for p in _lines(two.err)] == [301]
    assert two.code == 1


def test_brief_is_the_whole_without_the_findings(run: Run) -> None:
    (whole,), (brief,) = (
        _lines(run("screen", PATIENT, "--rules", RULES, "--json", *more).out) for more in ((), ("--brief",))
    )
    for trial in whole["trials"]:
        del trial["criteria"]

    assert brief.pop("schema") == "eligo.screening-brief/1"
    assert whole.pop("schema") == "eligo.screening/1"
    assert brief == whole


def test_brief_goes_with_json(run: Run) -> None:
    found = run("screen", PATIENT, "--rules", RULES, "--brief")

    assert found.code == 2
    assert "--brief goes with --json" in found.err


@pytest.mark.parametrize("command", ["screen", "next"])
def test_sources_without_a_patient_say_so(run: Run, tmp_path: Path, command: str) -> None:
    nobody = tmp_path / "nobody.csv"
    nobody.write_text("patient,variable,value\n", "utf-8")

    one = run(command, nobody, "--rules", RULES)
    two = run(command, nobody, nobody, "--rules", RULES, "--json")

    assert one.code == two.code == 1
    assert one.err.startswith(f"{nobody}: error[no-patient]: the source holds no patient\n")
    assert [p["message"] for p in _lines(two.err)] == ["the sources hold no patient"]


@pytest.mark.parametrize(
    ("word", "verdict"), [("eligible", "ELIGIBLE"), ("open", "UNDETERMINED"), ("blocked", "INELIGIBLE")]
)
def test_only_one_verdict_is_shown_and_all_count(run: Run, word: str, verdict: str) -> None:
    everything = run("screen", DOORS / "patients", "--rules", RULES, "--json")
    found = run("screen", DOORS / "patients", "--rules", RULES, "--json", "--only", word)
    wanted = [
        (s["patient"], t["trial"]) for s in _lines(everything.out) for t in s["trials"] if t["verdict"] == verdict
    ]

    assert [(s["patient"], t["trial"]) for s in _lines(found.out) for t in s["trials"]] == wanted
    assert found.code == everything.code


def test_jobs_are_taken_only_a_little_ahead_of_the_results() -> None:
    taken = 0

    def jobs() -> Any:
        nonlocal taken
        for number in range(10 * BATCH):
            taken += 1
            yield number

    results = in_order(jobs(), lambda batch: batch, lambda args: None, None, 1, lambda job: -1)

    assert [next(results) for _ in range(BATCH)] == list(range(BATCH))
    assert taken <= 2 * BATCH


def test_a_source_that_is_gone_is_reported_and_the_others_are_screened(run: Run, tmp_path: Path) -> None:
    result = run("screen", tmp_path / "gone.json", PATIENT, "--rules", RULES, "--json")

    assert result.code == 10
    assert [s["patient"] for s in _lines(result.out)] == ["low_platelets"]
    assert _lines(result.err)[0]["code"] == "file-missing"


def test_the_ledger_of_a_record_has_a_line_for_each_part(run: Run) -> None:
    (data,) = _lines(run("patient", PATIENT, "--json").out)
    record = json.loads(Path(PATIENT).read_text("utf-8"))
    parts = sum(
        len(v) if isinstance(v, list | dict) else 1 for k, v in record.items() if k not in ("id", "as_of", "complete")
    )

    assert data["patient"]["id"] == "low_platelets"
    assert len(data["ledger"]) == parts == sum(data["counts"].values())
    assert all(e["place"]["line"] for e in data["ledger"])


def test_the_patient_as_understood_is_printed(run: Run) -> None:
    result = run("patient", ROOT / "patients_examples" / "formats" / "bundle.json", "--as-of", "2026-11-20", "--all")

    assert result.code == 0
    assert "same-01   as of 2026-11-20, born 1978-04-02, male" in result.out
    assert "  platelets: <20 × 10⁹/L on 2026-11-18; 64 × 10⁹/L on 2026-10-02" in result.out
    assert "ledger: 10 entries: 10 used, 0 not needed, 0 refused" in result.out


def test_one_of_several_patients_is_named(run: Run, many: Path) -> None:
    asked = run("audit", many, "NCT05727722")
    named = run("audit", many, "NCT05727722", "--patient", "synthetic-000007")

    assert asked.code == 1
    assert "several-patients" in asked.err
    assert named.out.startswith("synthetic-000007 ")
