"""A file that changes while it is read gives nobody the values of another patient: it is refused by name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from eligo.errors import EligoError
from eligo.files import Stamp, check, lines_of, read_bytes
from eligo.patients.jobs import Job
from eligo.patients.readers import Options, jobs, read_job

PATIENTS = 40


def _table(shift: int = 0) -> str:
    rows = [f"p{(i + shift) % PATIENTS:02},INR,1.{i:02},,2026-11-19" for i in range(PATIENTS)]
    return "\n".join(["patient,variable,value,unit,date", *rows]) + "\n"


def _resources(shift: int = 0) -> str:
    lines: list[dict[str, object]] = []
    for i in range(PATIENTS):
        who = f"p{(i + shift) % PATIENTS:02}"
        lines.append({"resourceType": "Patient", "id": f"p{i:02}", "gender": "male"})
        code = {"coding": [{"system": "http://loinc.org", "code": "6301-6"}], "text": "INR"}
        seen: dict[str, object] = {
            "resourceType": "Observation",
            "status": "final",
            "code": code,
            "subject": {"reference": f"Patient/{who}"},
        }
        lines.append(seen | {"effectiveDateTime": "2026-11-19", "valueQuantity": {"value": 1 + i / 100, "unit": "1"}})
    return "".join(json.dumps(line) + "\n" for line in lines)


def _values(found: Iterator[Job]) -> dict[str, float]:
    """The INR of each patient that is handed out."""
    read = (read_job(job, Options()).patient for job in found)
    return {p.id: p.results["inr"][0].low for p in read if p is not None and "inr" in p.results}


FORMS = {"table.csv": _table, "resources.ndjson": _resources}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("kept_time", [False, True], ids=["new time", "same size and time"])
def test_rows_that_were_exchanged_in_place_reach_no_patient(name: str, kept_time: bool, tmp_path: Path) -> None:
    make, path = FORMS[name], tmp_path / name
    path.write_text(make(), "utf-8")
    right = _values(jobs(str(path), Options()))
    stat = path.stat()
    found = jobs(str(path), Options())
    handed = [next(found)]
    with path.open("r+", encoding="utf-8") as file:  # in place, as a program does that holds the file open
        file.write(make(1))
    if kept_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    handed += found

    seen = _values(iter(handed))
    problems = [p for job in handed if job.known for p in job.known.problems]
    assert len(right) == PATIENTS
    assert seen.items() <= right.items()
    assert len(seen) < PATIENTS
    assert {p.code for p in problems} == {"file-changed"}
    assert {p.place.file for p in problems} == {str(path)}


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_is_gone_or_shorter_at_the_second_reading_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(FORMS[name](), "utf-8")
    found = jobs(str(path), Options())
    next(found)
    with path.open("r+", encoding="utf-8") as file:
        file.truncate(100)
    problems = [p for job in found if job.known for p in job.known.problems]

    assert problems
    assert {p.place.file for p in problems} == {str(path)}


def test_lines_that_are_added_while_a_file_is_read_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"1\n2\n3\n")
    with path.open("rb") as stream:
        lines = lines_of(stream, str(path))
        first = next(lines)
        with path.open("ab") as more:
            more.write(b"4\n")
        with pytest.raises(EligoError, match="file-changed"):
            next(lines)

    assert first == b"1\n"


def test_a_stamp_tells_a_file_that_took_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    with path.open("rb") as stream:
        stamp = Stamp.of(stream)
        check(stream, stamp, str(path))
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "b").replace(path)
    with path.open("rb") as stream, pytest.raises(EligoError, match="file-changed"):
        check(stream, stamp, str(path))

    assert read_bytes(path) == b"two"
