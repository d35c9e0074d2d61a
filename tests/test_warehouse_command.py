"""`eligo warehouse`: what it says of bad input, that it writes all or nothing, and the same for the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from jsonschema import Draft202012Validator

from bench.patients import write as write_patients
from eligo.patients.readers import read
from eligo.warehouse.folder import read_manifest
from eligo.warehouse.store import read_back
from eligo.warehouse.tables import LEDGER, MANIFEST, TABLES, file_of
from tests.doors import PATIENT, VALUE, Run
from tests.omop import Row, write_folder
from tests.test_omop import ASCITES, CONDITION, CREATININE, MEASURED, MG_DL, bundles, essence

AS_OF = "2026-11-20"
PERSON: Row = {"person_id": 1, "gender_concept_id": 8507, "year_of_birth": 1970, "month_of_birth": 5, "day_of_birth": 3}
GOOD: Mapping[str, list[Row]] = {
    "person": [PERSON, {**PERSON, "person_id": 2}],
    "measurement": [{**MEASURED, "value_as_number": 1.0}, {**MEASURED, "person_id": 2, "value_as_number": 2.0}],
    "condition_occurrence": [CONDITION],
    "concept": [ASCITES, CREATININE, MG_DL],
}

Break = Callable[[Path], object]


def _without(table: str) -> Break:
    return lambda folder: (folder / f"{table}.parquet").unlink()


def _changed(table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Break:
    def broken(folder: Path) -> None:
        file = folder / f"{table}.parquet"
        frame = change(pl.read_parquet(file))
        frame.write_parquet(file)

    return broken


def _cells(table: str, column: str, *values: object) -> Break:
    return _changed(table, lambda frame: frame.with_columns(pl.Series(column, values, strict=False)))


def _cut(table: str) -> Break:
    def broken(folder: Path) -> None:
        file = folder / f"{table}.parquet"
        file.write_bytes(file.read_bytes()[:-40])

    return broken


def _as_csv(table: str, text: bytes) -> Break:
    def broken(folder: Path) -> None:
        (folder / f"{table}.parquet").unlink()
        (folder / f"{table}.csv").write_bytes(text)

    return broken


BAD: dict[str, tuple[Break, int, str, int]] = {
    # what is wrong: how it is made so, the exit code, what is said, how many patients there are all the same
    "no persons": (_without("person"), 1, "error[table-missing]: there is no table `person`", 0),
    "a missing table": (
        _without("condition_occurrence"),
        0,
        "warning[table-missing]: there is no table `condition_occurrence`, so that no list of conditions",
        2,
    ),
    "a missing column": (
        _changed("measurement", lambda frame: frame.drop("measurement_concept_id")),
        10,
        "error[column-missing]: the table `measurement` has no column `measurement_concept_id`, and so is not read",
        2,
    ),
    "a column that may be missing": (
        _changed("measurement", lambda frame: frame.drop("range_low")),
        0,
        "warning[column-missing]: the table `measurement` has no column `range_low`",
        2,
    ),
    "a column of bytes that cannot be missing": (
        _changed("measurement", lambda frame: frame.with_columns(pl.col("measurement_concept_id").cast(pl.Binary))),
        10,
        "error[column-type]: the column `measurement_concept_id` of the table `measurement` holds Binary, and so",
        2,
    ),
    "a column of bytes that may be missing": (
        _changed("measurement", lambda frame: frame.with_columns(pl.lit(b"1").alias("range_low"))),
        0,
        "warning[column-type]: the column `range_low` of the table `measurement` holds Binary",
        2,
    ),
    "a file that is cut off": (_cut("measurement"), 10, "measurement.parquet: error[table-unreadable]", 2),
    "a file that is no table": (
        _as_csv("measurement", b'person_id,measurement_concept_id,measurement_date\n1,2,"3\n4,5,6,7,8\n'),
        10,
        "error[table-unreadable]",
        2,
    ),
    "text that is not in UTF-8": (
        _as_csv("measurement", b"person_id,measurement_concept_id,measurement_date\n1,2,M\xe4rz\n"),
        10,
        "error[",
        2,
    ),
    "no number for a value": (
        _cells("measurement", "value_as_number", "12", VALUE + "x"),
        10,
        "error[cell-type]: `value_as_number` of `measurement` is no number",
        2,
    ),
    "a value that is NaN": (
        _cells("measurement", "value_as_number", float("nan"), 1.0),
        10,
        "error[cell-type]: `value_as_number` of `measurement` is no finite number",
        2,
    ),
    "a value without bounds": (
        _cells("measurement", "value_as_number", float("inf"), 1.0),
        10,
        "error[cell-type]: `value_as_number` of `measurement` is no finite number",
        2,
    ),
    "no date": (
        _cells("measurement", "measurement_date", "2026-11-10", VALUE),
        10,
        "error[cell-type]: `measurement_date` of `measurement` is no date",
        2,
    ),
    "no id of a concept": (
        _cells("measurement", "measurement_concept_id", 3016723.0, 1.5),
        10,
        "error[cell-type]: `measurement_concept_id` of `measurement` is no whole number",
        2,
    ),
    "rows of nobody": (
        _cells("measurement", "person_id", 1, int(VALUE)),
        10,
        "error[person-unknown]: `person_id` of 1 row of `measurement` is not in the person table",
        2,
    ),
    "rows that name nobody": (
        _cells("measurement", "person_id", "1", VALUE + "x"),
        10,
        "error[person-missing]: `person_id` of 1 row of `measurement` is no whole number",
        2,
    ),
    "one person born twice": (
        _changed(
            "person", lambda frame: frame.with_columns(person_id=pl.lit(1), year_of_birth=pl.Series([1970, 1980]))
        ),
        10,
        "error[cell-type]: `year_of_birth` of `person` is of two dates of birth, so that none counts",
        1,
    ),
    "a birth that contradicts itself": (
        _cells("person", "birth_datetime", "1970-05-03", "1981-01-01"),
        10,
        "error[cell-type]: `birth_datetime` of `person` is another date of birth than year, month and day say",
        2,
    ),
    "a unit that nobody knows": (_cells("measurement", "unit_concept_id", 8840, 99), 0, "warning[unit-unknown]", 2),
    "an end before the start": (
        _cells("condition_occurrence", "condition_end_date", "2026-01-01"),
        0,
        "warning[dates-order]",
        2,
    ),
    "nobody at all": (_changed("person", lambda frame: frame.clear()), 1, "error[no-patient]", 0),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_tables_is_named_and_the_rest_goes_on(run: Run, tmp_path: Path, case: str) -> None:
    make_wrong, code, said, people = BAD[case]
    write_folder(GOOD, tmp_path / "omop")
    make_wrong(tmp_path / "omop")

    found = run("warehouse", tmp_path / "omop", "--as-of", AS_OF, "-o", tmp_path / "out")

    assert said in found.err
    assert found.code == code
    assert VALUE not in found.err
    assert (tmp_path / "out").exists() == bool(people)
    assert people == 0 or len(list(read_back(tmp_path / "out"))) == people
    assert sorted(path.name for path in tmp_path.iterdir()) == (["omop", "out"] if people else ["omop"])


@pytest.mark.parametrize("case", BAD)
def test_beside_what_is_wrong_a_good_source_is_read(run: Run, tmp_path: Path, case: str) -> None:
    make_wrong, code, said, people = BAD[case]
    write_folder(GOOD, tmp_path / "omop")
    make_wrong(tmp_path / "omop")

    found = run("warehouse", tmp_path / "omop", PATIENT, "--as-of", AS_OF, "-o", tmp_path / "out")

    assert said in found.err or case == "nobody at all"
    assert found.code == (10 if code else 0)
    assert len(list(read_back(tmp_path / "out"))) == people + 1


def test_what_is_refused_is_counted_with_its_reason(run: Run, tmp_path: Path) -> None:
    write_folder(GOOD, tmp_path / "omop")
    BAD["a unit that nobody knows"][0](tmp_path / "omop")
    BAD["rows of nobody"][0](tmp_path / "omop")

    found = run("warehouse", tmp_path / "omop", "--as-of", AS_OF, "-o", tmp_path / "out", "--json")

    (source,) = json.loads((tmp_path / "out" / LEDGER).read_bytes())["sources"]
    entries = {(e["kind"], e["outcome"], e.get("reason")): e["count"] for e in source["entries"]}
    assert entries["measurement", "used", None] == 1
    assert entries["measurement", "refused", "person-unknown"] == 1
    assert entries["condition_occurrence", "used", None] == 1
    summary = json.loads(found.out)
    assert summary["rows"] == {"observation": 1, "fact": 1, "person": 2}
    assert summary["entries"]["refused"] == 1


def test_what_is_written_beside_the_tables_is_of_the_published_form(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("schema", "warehouse").out)
    write_folder(GOOD, tmp_path / "omop")
    for case in ("a unit that nobody knows", "rows of nobody", "no id of a concept"):
        BAD[case][0](tmp_path / "omop")

    found = run("warehouse", tmp_path / "omop", PATIENT, "--as-of", AS_OF, "-o", tmp_path / "out", "--json")

    written = [found.out, *((tmp_path / "out" / name).read_text("utf-8") for name in (MANIFEST, LEDGER))]
    for text in written:
        Draft202012Validator(schema).validate(json.loads(text))
    for other in ({}, {**json.loads(found.out), "more": 1}):
        assert not Draft202012Validator(schema).is_valid(other)


def test_a_unit_that_nobody_knows_stays_as_a_value_that_decides_nothing(run: Run, tmp_path: Path) -> None:
    write_folder(GOOD, tmp_path / "omop")
    BAD["a unit that nobody knows"][0](tmp_path / "omop")

    run("warehouse", tmp_path / "omop", "--as-of", AS_OF, "-o", tmp_path / "out")

    assert pl.read_parquet(file_of(tmp_path / "out", "observation"))["problem"].to_list() == [None, "unit_unknown"]
    (source,) = json.loads((tmp_path / "out" / LEDGER).read_bytes())["sources"]
    refused = [e for e in source["entries"] if e["outcome"] == "refused"]
    assert [(e["kind"], e["reason"], e["count"]) for e in refused] == [("measurement", "unit-unknown", 1)]


def test_with_strict_nothing_is_written_where_anything_is_refused(run: Run, tmp_path: Path) -> None:
    write_folder(GOOD, tmp_path / "omop")
    BAD["rows of nobody"][0](tmp_path / "omop")

    found = run("warehouse", tmp_path / "omop", "--as-of", AS_OF, "-o", tmp_path / "out", "--strict")

    assert found.code == 1
    assert not (tmp_path / "out").exists()


def test_a_record_that_cannot_be_read_stops_no_other(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"id": "x", "labs": ', "utf-8")

    found = run("warehouse", PATIENT, tmp_path / "bad.json", tmp_path / "nowhere.json", "-o", tmp_path / "out")

    assert found.code == 10
    assert "bad.json" in found.err
    assert "nowhere.json" in found.err
    assert len(list(read_back(tmp_path / "out"))) == 1


def test_one_id_twice_is_told_and_both_are_kept(run: Run, tmp_path: Path) -> None:
    found = run("warehouse", PATIENT, PATIENT, "-o", tmp_path / "out")

    assert "warning[patient-twice]: 1 id stands for more than one patient" in found.err
    assert found.code == 0
    assert len(list(read_back(tmp_path / "out"))) == 2


@pytest.mark.parametrize("lists", ["diseases", "condition"])
def test_a_list_that_is_none_is_refused(run: Run, tmp_path: Path, lists: str) -> None:
    found = run("warehouse", PATIENT, "-o", tmp_path / "out", "--complete", lists)

    assert found.code == 1
    assert f"error[unknown-list]: unknown list `{lists}` in --complete" in found.err


def test_the_site_says_which_lists_are_complete(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: Ward 4\ncomplete: [medications]\n", "utf-8")

    found = run("warehouse", PATIENT, "-o", tmp_path / "out", "--site", tmp_path / "site.yaml")

    assert found.code == 0
    (patient,) = read_back(tmp_path / "out")
    assert "medications" in patient.complete
    assert read_manifest(tmp_path / "out")["complete"] == ["medications"]


FORMATS = Path(__file__).resolve().parents[1] / "patients_examples" / "formats"


@pytest.mark.parametrize(
    "source", [["bundle.json"], ["native.json"], ["long.csv"], ["wide.csv", "--mapping", str(FORMATS / "wide.yaml")]]
)
def test_a_patient_of_a_warehouse_is_the_one_that_is_screened(run: Run, tmp_path: Path, source: list[str]) -> None:
    name, *options = source
    assert run("warehouse", FORMATS / name, *options, "--as-of", AS_OF, "-o", tmp_path / "out").code == 0

    found = list(read_back(tmp_path / "out"))

    mapping = options[-1] if options else None
    assert found == list(read(FORMATS / name, date.fromisoformat(AS_OF), mapping=mapping))


def test_bulk_fhir_gives_the_same_as_bundles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bulk").mkdir()
    by_type: dict[str, list[str]] = {}
    with (tmp_path / "bundles.ndjson").open("w", encoding="utf-8") as file:
        for number, one in enumerate(bundles(12)):
            file.write(json.dumps(one) + "\n")
            for place, entry in enumerate(one["entry"]):
                resource = {**entry["resource"]}
                if resource["resourceType"] != "Patient":
                    resource |= {"id": f"r{number}-{place}", "subject": {"reference": f"Patient/p{number}"}}
                by_type.setdefault(resource["resourceType"], []).append(json.dumps(resource))
    for kind, lines in by_type.items():
        (tmp_path / "bulk" / f"{kind}.ndjson").write_text("\n".join(lines), "utf-8")

    for name in ("bulk", "bundles.ndjson"):
        assert run("warehouse", tmp_path / name, "--as-of", AS_OF, "-o", tmp_path / f"of-{name}").code == 0

    one, other = ({p.id: essence(p) for p in read_back(tmp_path / f"of-{name}")} for name in ("bulk", "bundles.ndjson"))
    assert len(one) == 12
    assert one == other


def test_a_folder_of_records_with_the_name_of_a_table_is_none_of_omop(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "observation.csv").write_bytes((FORMATS / "long.csv").read_bytes())

    assert run("warehouse", tmp_path / "in", "--as-of", AS_OF, "-o", tmp_path / "out").code == 0
    assert len(list(read_back(tmp_path / "out"))) == 1


def test_on_a_terminal_it_is_shown_how_far_it_has_come(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "patients.jsonl"
    write_patients(source, 40)
    for name in ("_FIRST", "_EVERY"):
        monkeypatch.setattr(f"eligo.commands.progress.{name}", 0.0)
    quiet = run("warehouse", source, "-o", tmp_path / "a")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    shown = run("warehouse", source, "-o", tmp_path / "b")

    assert "\r" not in quiet.err
    assert "\r16 patients, " in shown.err
    assert "\r32 patients, " in shown.err
    assert "\r" + " " * 60 + "\r" in shown.err


# --- all or nothing


def test_a_folder_that_is_no_warehouse_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("dear to me", "utf-8")

    found = run("warehouse", PATIENT, "-o", tmp_path / "out")

    assert found.code == 1
    assert "error[not-a-warehouse]" in found.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_told(run: Run, tmp_path: Path) -> None:
    found = run("warehouse", PATIENT, "-o", tmp_path / "nowhere" / "out")

    assert found.code == 1
    assert "error[write]" in found.err


def test_an_old_warehouse_gives_way_and_stays_where_a_new_one_fails(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("warehouse", PATIENT, "-o", out)
    before = read_manifest(out)

    assert run("warehouse", tmp_path / "nowhere.json", "-o", out).code == 1
    assert read_manifest(out) == before
    assert run("warehouse", PATIENT, PATIENT, "-o", out).code == 0
    assert read_manifest(out)["rows"]["person"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_manifest_tells_what_there_is(run: Run, tmp_path: Path) -> None:
    run("warehouse", PATIENT, "--as-of", AS_OF, "-o", tmp_path / "out")

    manifest = read_manifest(tmp_path / "out")

    assert manifest["as_of"] == AS_OF
    assert set(manifest["sha256"]) == {*(f"{table}.parquet" for table in TABLES), LEDGER}
    (tmp_path / "out" / MANIFEST).unlink()
    assert _told(read_manifest, tmp_path / "out") == "not-a-warehouse"


def _told(function: Callable[[Path], Any], folder: Path) -> str:
    from eligo.errors import EligoError

    with pytest.raises(EligoError) as refused:
        function(folder)
    return refused.value.problems[0].code


def test_the_same_input_gives_the_same_bytes_with_any_number_of_processes(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "patients.jsonl"
    write_patients(source, 150)
    found = []
    for number, options in enumerate(([], ["--processes", "1"], ["--processes", "3", "--memory", "1"])):
        assert run("warehouse", source, "-o", tmp_path / str(number), *options).code == 0
        found.append({path.name: path.read_bytes() for path in (tmp_path / str(number)).iterdir()})

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_the_old_warehouse(run: Run, tmp_path: Path, number: signal.Signals) -> None:
    out, source = tmp_path / "out", tmp_path / "patients.jsonl"
    run("warehouse", PATIENT, "-o", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    write_patients(source, 3000)
    command = [sys.executable, "-m", "eligo", "warehouse", str(source), "-o", str(out)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        while process.poll() is None and not list(tmp_path.glob(".out.*/new")):
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(number)
        process.communicate()

    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    left = {path.name for path in tmp_path.iterdir()} - {"out", "patients.jsonl"}
    assert not left or number == signal.SIGKILL
    # What a killed run left is out of the way of the next, and goes when it is old.
    for path in tmp_path.glob(".out.*"):
        os.utime(path, (0, 0))
    assert run("warehouse", PATIENT, "-o", out).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"out", "patients.jsonl"}
