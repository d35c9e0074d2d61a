"""Native patient JSON in, `Patient` out, or every problem of the record in one `EligoError` with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from eligo import jsontext
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import JsonPath
from eligo.patients import dates
from eligo.patients.build import Finding, PatientBuilder
from eligo.patients.model import Patient
from eligo.patients.schema import Record, check, patient_schema

__all__ = ["patient_schema", "read_file", "read_patient"]


def read_file(path: str | Path, as_of: date | None = None, lenient: bool = False) -> Patient:
    """Read the patient of a file; the errors name the file as `path` does."""
    return read_patient(jsontext.read_bytes(path), str(path), as_of, lenient)


def read_patient(
    text: str | bytes, file: str | None = None, as_of: date | None = None, lenient: bool = False
) -> Patient:
    """Read a patient from JSON; `as_of` goes before the record's own, `lenient` makes warnings of unknown words.

    >>> read_patient('{"id": "example-01", "as_of": "2026-11-20", "labs": {"INR": 1.9}}').results["inr"][0].low
    1.9
    """
    data = jsontext.read_json(text, file)
    if not isinstance(data, dict):
        help_ = "a patient is one object: {...}"
        raise EligoError(Problem("wrong-type", "the JSON holds no object", Place(file, 1, 1), help_))
    record, findings = check(data, lenient)
    day = as_of or _as_of(record, data, findings)
    name = record.id or (Path(file).stem if file else "") or "patient"
    builder = PatientBuilder(name, day or date.max, lenient)
    builder.findings += findings
    _take(record, builder)
    patient = builder.build()
    errors = [f for f in builder.findings if f.severity == "error"]
    if errors:
        raise EligoError(_problems(errors, text, file))
    return patient


def _as_of(record: Record, data: dict[str, Any], findings: list[Finding]) -> date | None:
    """The day that the record describes, which must be known to the day."""
    if record.as_of is None:
        if "as_of" not in data:
            help_ = 'add "as_of": "YYYY-MM-DD", the day that the record describes, or give it with the command'
            findings.append(Finding("as-of-missing", "the record does not say of which day it is", (), help_))
        return None
    when = dates.read_date(record.as_of)
    if when is None or when.first != when.last:
        findings.append(Finding("date-format", "this is not a day", ("as_of",), "write YYYY-MM-DD"))
        return None
    return when.first


def _take(record: Record, builder: PatientBuilder) -> None:
    """Hand every entry over; parts that were wrong are None."""
    if record.birth_date is not None:
        builder.born(record.birth_date, ("birth_date",))
    if record.age is not None:
        builder.aged(record.age, ("age",))
    if record.sex is not None:
        builder.of_sex(record.sex, ("sex",))
    for name, value in record.labs.items():
        builder.observe(name, value, ("labs", name))
    for i, seen in enumerate(record.observations):
        if seen:
            path = ("observations", i)
            builder.observe(seen.variable, seen.value, path, seen.unit, seen.date, (seen.low, seen.high))
    _take_facts(record, builder)
    for i, ruled_out in enumerate(record.absent):
        if ruled_out:
            builder.rule_out(ruled_out, ("absent", i))
    builder.complete(lists for lists in record.complete if lists)
    for name, held in record.attested.items():
        builder.attest(name, held, ("attested", name))


def _take_facts(record: Record, builder: PatientBuilder) -> None:
    for i, c in enumerate(record.conditions):
        if c:
            words = [c.severity or "", *c.qualifiers]
            path: JsonPath = ("conditions", i)
            start, end = (c.onset, "onset"), (c.abatement, "abatement")
            builder.state(c.concept, "conditions", path, c.status, start, end, words)
    for i, p in enumerate(record.procedures):
        if p:
            words = [p.severity or "", *p.qualifiers]
            start = (p.start, "start") if p.start else (p.date, "date")
            end = (p.end, "end") if p.end or p.start else (p.date, "date")
            builder.state(p.concept, "procedures", ("procedures", i), p.status, start, end, words)
    for i, m in enumerate(record.medications):
        if m:
            words = [m.severity or "", *m.qualifiers]
            path = ("medications", i)
            builder.state(m.concept, "medications", path, m.status, (m.start, "start"), (m.end, "end"), words)


def _problems(findings: list[Finding], text: str | bytes, file: str | None) -> list[Problem]:
    """The findings with the line and column of their paths, in the order of the file."""
    survey = jsontext.survey(text)
    problems = [Problem(f.code, f.message, survey.place(f.path, file), f.help) for f in dict.fromkeys(findings)]
    return sorted(problems, key=lambda p: (p.place.line or 0, p.place.column or 0))
