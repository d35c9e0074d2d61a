"""Native patient JSON in, `Patient` out, or every problem of it with its place; with a ledger where it is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from eligo import jsontext
from eligo.bounds import LAST_DAY
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes
from eligo.jsontext import JsonPath, path_text
from eligo.patients import dates
from eligo.patients.build import LISTS, PatientBuilder
from eligo.patients.form import is_note, is_well_formed
from eligo.patients.ledger import LedgerEntry, Reading, Took, entry_of
from eligo.patients.model import ListName, Patient
from eligo.patients.names import Code, Name
from eligo.patients.notes import Noted
from eligo.patients.places import PublicPaths
from eligo.patients.plausible import NO_RANGE, Ends
from eligo.patients.reports import range_in
from eligo.patients.values import NO_UNITS, Units


def read_file(path: str | Path, as_of: date | None = None, lenient: bool = False) -> Patient:
    """Read the patient of a file; the errors name the file as `path` does."""
    return read_patient(read_bytes(path, regular=True), str(path), as_of, lenient)


def read_patient(
    text: str | bytes, file: str | None = None, as_of: date | None = None, lenient: bool = False
) -> Patient:
    """Read a patient from JSON; `as_of` goes before the record's own, `lenient` makes warnings of unknown words.

    >>> read_patient('{"id": "example-01", "as_of": "2026-11-20", "labs": {"INR": 1.9}}').results["inr"][0].low
    1.9
    """
    reading = read_record(text, file, as_of, lenient)
    if reading.patient is None:
        raise EligoError(reading.problems)
    return reading.patient


def read_record(
    text: str | bytes,
    file: str | None = None,
    as_of: date | None = None,
    lenient: bool = False,
    ledger: bool = False,
    units: Units = NO_UNITS,
    places: bool = True,
) -> Reading:
    """Read a patient from JSON, with its warnings.

    `ledger` asks for an entry for each part of the record, `places` for the lines that they stand in; `units` are those
    of values without one, by variable.
    """
    try:
        data = jsontext.read_json(text, file, of_patient=True)
    except EligoError as error:
        return Reading(None, error.problems)
    if not isinstance(data, dict):
        help_ = "a record is one object, from `{` to `}`; `eligo new FILE` makes one"
        return Reading(None, (Problem("wrong-type", "this is no record of a patient", Place(file, 1, 1), help_),))
    record, findings = (data, []) if is_well_formed(data) else _checked(data, lenient)
    described = _as_of(record, data, [] if as_of else findings)
    day = as_of or described
    name = record.get("id") or (Path(file).stem if file else "") or "patient"
    log: list[Took] | None = [] if ledger else None
    builder = PatientBuilder(name, day or LAST_DAY, lenient, log, units, described)
    builder.findings += findings
    if any(f.code == "unknown-key" and len(f.path) == 1 for f in findings):  # it may be a list under another name
        builder.lacks(*LISTS)
    _take(record, builder, file)
    entries = _ledger(builder, log, text if places else None, file) if log is not None else ()
    return _reading(builder, entries, text, file, data)


def _reading(
    builder: PatientBuilder, entries: tuple[LedgerEntry, ...], text: str | bytes, file: str | None, data: Any
) -> Reading:
    """The patient with the warnings, or every error."""
    patient = builder.build()
    errors = [f for f in builder.findings if f.severity == "error"]
    if errors:
        return Reading(None, tuple(_problems(errors, text, file, data)), entries)
    paths = PublicPaths(data)
    warnings = (
        Problem(f.code, f.message, Place(file, path=paths.text(f.path)), f.help, f.severity)
        for f in dict.fromkeys(builder.findings)
    )
    return Reading(patient, tuple(warnings), entries, strict=True)


def _ledger(
    builder: PatientBuilder, log: list[Took], text: str | bytes | None, file: str | None
) -> tuple[LedgerEntry, ...]:
    """An entry for each part of the record that states something; without the text, without the lines."""
    survey = jsontext.survey(text) if text is not None else None
    marks = [*builder.marks, ((), len(log))]
    return tuple(
        entry_of(path_text(path), survey.place(path, file) if survey else Place(file), log[start:end])
        for (path, start), (_, end) in itertools.pairwise(marks)
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the native patient JSON."""
    from eligo.patients.schema import patient_schema  # lazily: a record of the right form needs no pydantic

    return patient_schema()


def _checked(data: dict[str, Any], lenient: bool) -> tuple[dict[str, Any], list[Noted]]:
    from eligo.patients.schema import check  # lazily: a record of the right form needs no pydantic

    return check(data, lenient)


def _as_of(record: dict[str, Any], data: dict[str, Any], findings: list[Noted]) -> date | None:
    """The day that the record describes, which must be known to the day."""
    if record.get("as_of") is None:
        if data.get("as_of") is None:
            help_ = 'add "as_of": "YYYY-MM-DD", the day that the record describes, or give it with the command'
            findings.append(Noted("as-of-missing", "the record does not say of which day it is", (), help_))
        return None
    day = dates.read_day(record["as_of"])
    if day is None:
        message = "this is not a day that a record can be of"
        findings.append(Noted("date-format", message, ("as_of",), "write YYYY-MM-DD"))
    return day


def _take(record: dict[str, Any], builder: PatientBuilder, file: str | None) -> None:
    """Hand every entry over; entries whose form was wrong are None."""
    mark = builder.mark
    if record.get("birth_date") is not None:
        mark(("birth_date",))
        builder.born(record["birth_date"], ("birth_date",))
    if record.get("age") is not None:
        mark(("age",))
        builder.aged(record["age"], ("age",))
    if record.get("sex") is not None:
        mark(("sex",))
        builder.of_sex(record["sex"], ("sex",))
    for name, value in record.get("labs", {}).items():
        if is_note(name):
            continue
        mark(("labs", name))
        builder.observe(name, value, ("labs", name))
    for i, seen in _entries(record, "observations"):
        path: JsonPath = ("observations", i)
        mark(path)
        reference = _range_of(seen, builder, path)
        builder.observe(
            _name(seen["variable"]),
            seen["value"],
            path,
            seen.get("unit"),
            seen.get("date"),
            reference,
            remark=seen.get("remark"),
        )
    _take_facts(record, builder)
    for i, ruled_out in _entries(record, "absent"):
        mark(("absent", i))
        builder.rule_out(_name(ruled_out), ("absent", i))
    builder.complete(name for _, name in _entries(record, "complete"))
    for name, held in record.get("attested", {}).items():
        mark(("attested", name))
        builder.attest(name, held, ("attested", name))
    if record.get("answers"):
        _take_answers(record, builder, file)


def _take_answers(record: dict[str, Any], builder: PatientBuilder, file: str | None) -> None:
    from eligo.patients.replies import read_reply  # lazily: most records hold none

    for i, said in _entries(record, "answers"):
        builder.mark(("answers", i))
        reply, wrong = read_reply(said, ("answers", i), file, builder.lenient)
        builder.findings += wrong
        if reply is not None:
            builder.replied(reply)


def _range_of(seen: dict[str, Any], builder: PatientBuilder, path: JsonPath) -> Ends:
    """The range of normal beside a value, in numbers or as the report writes it; numbers go first."""
    if "low" in seen or "high" in seen:
        reference = Ends(seen.get("low"), seen.get("high"))
        if reference != NO_RANGE:
            return reference
    if not seen.get("range"):
        return NO_RANGE
    stated = range_in(seen["range"], builder.sex)
    if stated is None:
        message = "the reference range cannot be read and is not used"
        builder.note("reference-range", message, (*path, "range"), "write it like 5 - 40, or give `low` and `high`")
    return stated or NO_RANGE


def _take_facts(record: dict[str, Any], builder: PatientBuilder) -> None:
    for list_name, starts, ends in _FACTS:
        for i, stated in _entries(record, list_name):
            entry = stated if isinstance(stated, dict) and "concept" in stated else {"concept": stated}
            start, end = _first(entry, starts), _first(entry, ends)
            if end[1] == "date" and start[1] != "date":  # a start without an end is not over on its first day
                end = None, "end"
            words = [entry.get("severity") or "", *entry.get("qualifiers", ())]
            name = _name(entry["concept"])
            status = entry.get("status") or ("active" if start[1] == "start" and end[0] is None else None)
            builder.mark((list_name, i))
            builder.state(name, list_name, (list_name, i), status, start, end, words)


_OF_A_NAME = 3  # steps to `conditions[0].concept`
_FACTS: tuple[tuple[ListName, tuple[str, ...], tuple[str, ...]], ...] = (
    ("conditions", ("onset",), ("abatement",)),
    ("procedures", ("start", "date"), ("end", "date")),
    ("medications", ("start",), ("end",)),
)


def _first(entry: dict[str, Any], keys: Iterable[str]) -> tuple[str | None, str]:
    """The first of the keys that holds a date, with the date."""
    return next(((entry[key], key) for key in keys if entry.get(key) is not None), (None, ""))


def _entries(record: dict[str, Any], key: str) -> Iterator[tuple[int, Any]]:
    return ((i, entry) for i, entry in enumerate(record.get(key, ())) if entry is not None)


def _name(data: str | dict[str, str]) -> Name:
    return data if isinstance(data, str) else Code(data["system"], data["code"])


def _problems(findings: list[Noted], text: str | bytes, file: str | None, data: Any) -> list[Problem]:
    """The findings with the line and column of their paths, in the order of the file."""
    survey = jsontext.survey(text)
    problems, paths = [], PublicPaths(data)
    for f in dict.fromkeys(findings):
        path = f.path[:-1] if len(f.path) == _OF_A_NAME and _is_bare(data, f.path) else f.path
        place = replace(survey.place(path, file), path=paths.text(path))
        problems.append(Problem(f.code, f.message, place, f.help))
    return sorted(problems, key=lambda p: (p.place.line or 0, p.place.column or 0))


def _is_bare(data: Any, path: JsonPath) -> bool:
    """Whether an entry of a list of facts is a bare name, and so has no keys to name."""
    list_name, index, _ = path
    found = data.get(list_name) if isinstance(data, dict) else None
    return isinstance(found, list) and isinstance(index, int) and isinstance(found[index], str)
