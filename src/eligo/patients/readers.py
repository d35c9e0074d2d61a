"""Any source of patients in, a `Reading` for each patient out, one after the other: native JSON, FHIR or tables.

Whatever is wrong with one patient is part of its reading; it never stops the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from eligo.errors import EligoError, Place, Problem
from eligo.patients import native
from eligo.patients.fhir import Item, read_record, type_problem
from eligo.patients.fhir_words import Json, obj, text_of
from eligo.patients.ledger import Entry, Reading
from eligo.patients.mapping import Mapping
from eligo.patients.rows import read_rows
from eligo.patients.sources import (
    STDIN,
    SUFFIXES,
    Format,
    Job,
    Raw,
    failed,
    folder_jobs,
    head_of,
    in_line,
    json_jobs,
    looks_like_json,
    parsed,
    unwrapped,
)
from eligo.patients.tables import table_jobs

__all__ = ["Options", "jobs", "read_job", "read_patients"]

TABLES = (".csv", ".tsv")
_BUNDLES = ("collection", "searchset", "transaction", "batch", "document", "message", "history", "batch-response")


@dataclass(frozen=True, slots=True)
class Options:
    """How to read: a forced format, the day of the screening, lenience, a table's mapping, with a ledger or not."""

    form: Format | None = None
    as_of: date | None = None
    lenient: bool = False
    mapping: Mapping | None = None
    ledger: bool = True


def read_patients(source: str | Path, options: Options | None = None) -> Iterator[Reading]:
    """Read every patient of a file, a folder or, for `-`, of standard input.

    >>> [r.patient.id for r in read_patients("patients_examples/low_platelets.json")]
    ['low_platelets']
    """
    options = options or Options()
    return (read_job(job, options) for job in jobs(str(source), options))


def jobs(source: str, options: Options) -> Iterator[Job]:
    """The raw material of each patient of a source."""
    path = Path(source)
    if source != STDIN and path.is_dir():
        yield from _of_folder(path, options)
        return
    try:
        if options.form == "csv" or (options.form is None and source != STDIN and _is_table(source)):
            yield from table_jobs(source, options.mapping)
        else:
            yield from json_jobs(source, options.form)
    except EligoError as error:
        for problem in error.problems:
            yield failed(problem.in_file(source))


def _is_table(source: str) -> bool:
    """Whether a file is a table: by its name, or because it does not begin as JSON does."""
    suffix = Path(source).suffix.lower()
    head = head_of(source)
    return suffix in TABLES or (suffix not in SUFFIXES and bool(head.strip()) and not looks_like_json(head))


def _of_folder(folder: Path, options: Options) -> Iterator[Job]:
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.name[0] != "." and p.is_file())
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        yield failed(Problem("folder", f"the folder cannot be read: {why}", Place(str(folder))))
        return
    if not found:
        message = f"the folder holds no records ({', '.join('*' + s for s in SUFFIXES)})"
        yield failed(Problem("no-patients", message, Place(str(folder))))
    tables = [p for p in found if p.suffix.lower() in TABLES]
    yield from folder_jobs([p for p in found if p not in tables], options.form)
    for table in tables:
        yield from jobs(str(table), options)


def read_job(job: Job, options: Options) -> Reading:
    """Read one patient."""
    if job.known is not None:
        return job.known
    if job.kind == "rows":
        return read_rows(job, options.mapping, options.as_of, options.lenient)
    if job.kind == "native":
        raw = job.documents[0]
        reading = native.read_record(raw.data, raw.file, options.as_of, options.lenient, options.ledger)
        return replace(reading, problems=in_line(reading.problems, raw.line)) if raw.line else reading
    if job.kind == "fhir":
        return _read_bundle(job.documents[0], options)
    return _read_loose(job.documents, job.shared, options)


def _read_bundle(raw: Raw, options: Options) -> Reading:
    place = Place(raw.file, raw.line)
    try:
        bundle = unwrapped(parsed(raw)) or {}
    except EligoError as error:
        return Reading(None, error.problems)
    kind = text_of(bundle.get("type"))
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        return Reading(None, (Problem("wrong-type", "`entry` of the Bundle is no list", place),))
    items, broken = list[Item](), list[Entry]()
    for index, entry in enumerate(entries):
        resource = obj(entry).get("resource")
        where = Place(raw.file, raw.line, path=f"entry[{index}]")
        if isinstance(resource, dict):
            items.append(Item(resource, where, ("entry", index), text_of(obj(entry).get("fullUrl"))))
        else:
            broken.append(Entry("entry", where, "refused", reason="resource-missing", text="it holds no resource"))
    reading = read_record(items, _stem(raw), place, options.as_of)
    problems = list(reading.problems)
    if kind is not None and kind not in _BUNDLES:
        message = "the type of the Bundle is not one that FHIR knows; its resources are read all the same"
        problems.append(Problem("bundle-type", message, place, severity="warning"))
    if broken:
        message = f"{len(broken)} of {len(entries)} entries hold no resource"
        problems.append(Problem("resource-missing", message, broken[0].place, severity="warning"))
    return replace(reading, problems=tuple(problems), ledger=(*reading.ledger, *broken))


def _item(raw: Raw) -> Item:
    resource: Json = unwrapped(parsed(raw)) or {}
    return Item(resource, Place(raw.file, raw.line))


def _read_loose(documents: tuple[Raw, ...], shared: tuple[Raw, ...], options: Options) -> Reading:
    """Read the loose resources of one patient."""
    items = list(map(_item, documents))
    first = documents[0]
    place = Place(first.file) if len({raw.file for raw in documents}) == 1 else Place(str(Path(first.file).parent))
    if len(items) == 1 and (wrong := type_problem(items[0].kind, items[0].place)):
        entry = Entry(items[0].name, items[0].place, "refused", reason=wrong.code, text=wrong.message)
        return Reading(None, (wrong,), (entry,))
    return read_record(items, _stem(first), place, options.as_of, list(map(_item, shared)))


def _stem(raw: Raw) -> str:
    return Path(raw.file).stem + (f"-{raw.line}" if raw.line else "")
