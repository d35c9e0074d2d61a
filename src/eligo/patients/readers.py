"""Any source of patients in, a `Reading` for each patient out, one after the other: native JSON, FHIR or tables.

Whatever is wrong with one patient is part of its reading; it never stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.dataclass import dataclass, field, replace
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated, each
from eligo.patients import native
from eligo.patients.foreign import SUFFIXES as FOREIGN
from eligo.patients.foreign import foreign
from eligo.patients.jobs import MAX_BYTES, Job, failed, in_line
from eligo.patients.ledger import Reading
from eligo.patients.model import Patient
from eligo.patients.sources import (
    STDIN,
    SUFFIXES,
    Format,
    data_jobs,
    folder_jobs,
    head_of,
    json_jobs,
    looks_like_json,
)
from eligo.patients.values import NO_UNITS, Units

if TYPE_CHECKING:
    from eligo.patients.mapping import Mapping
    from eligo.patients.replies import Replies

__all__ = ["Options", "jobs", "read_job", "read_patients"]

TABLES = (".csv", ".tsv")
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """How to read patients: a forced format, the day, lenience, a table's mapping, with a ledger, the site's units.

    `places` asks for the lines of the entries of a ledger. `answers` are what persons answered beside the records, by
    the id of the patient.
    `id_by` is the system or type of the identifier by which a FHIR patient is named (`*`: none, but all are kept).
    """

    form: Format | None = None
    as_of: date | None = None
    lenient: bool = False
    mapping: Mapping | None = None
    ledger: bool = True
    units: Units = field(default_factory=lambda: NO_UNITS)
    id_by: str | None = None
    max_bytes: int = MAX_BYTES  # of one document, one line or one stream
    answers: Replies = field(default_factory=dict)
    places: bool = True


def read(
    source: str | Path,
    as_of: date | None = None,
    lenient: bool = False,
    mapping: str | Path | None = None,
    problems: list[Problem] | None = None,
) -> Iterator[Patient]:
    """Read every patient of a source of any format, as the commands do; raise `EligoError` at one that cannot be read.

    `mapping` says what the columns of a table with one row per patient mean. A list `problems` takes what is wrong,
    with single entries of a record too, and the reading goes on.

    >>> [patient.id for patient in read("patients_examples/formats/bundle.json")]
    ['same-01']
    """
    columns = None
    if mapping is not None:
        from eligo.patients.mapping import load_mapping  # lazily: most sources are no tables

        columns = load_mapping(str(mapping))
    options = Options("csv" if columns else None, as_of, lenient, columns, ledger=False)
    for reading in read_patients(source, options):
        if problems is not None:
            problems += reading.problems
        elif reading.patient is None:
            raise EligoError(reading.problems)
        if reading.patient is not None:
            yield reading.patient


def read_patients(source: str | Path, options: Options | None = None) -> Iterator[Reading]:
    """Read every patient of a file, a folder or, for `-`, of standard input.

    >>> [r.patient.id for r in read_patients("patients_examples/low_platelets.json")]
    ['low_platelets']
    """
    options = options or Options()
    for job in jobs(str(source), options):
        with Isolated(job.place) as unit:
            reading = read_job(job, options)
        yield Reading(None, unit.problems) if unit.failed else reading


def jobs(source: str, options: Options) -> Iterator[Job]:
    """The raw material of each patient of a source, one unit of work; what ends it is a job of its own."""
    return each(Place("<stdin>" if source == STDIN else source), _jobs(source, options), failed)


def _jobs(source: str, options: Options) -> Iterator[Job]:
    path = Path(source)
    if source != STDIN and path.is_dir():
        yield from _of_folder(path, options)
        return
    known = foreign(head_of(source), Place(source)) if source != STDIN else None
    if known is not None:
        yield failed(known)
    elif options.form == "csv" or (options.form is None and source != STDIN and _is_table(source)):
        from eligo.patients.tables import table_jobs  # lazily: most sources are JSON

        yield from table_jobs(source, options.mapping, options.max_bytes)
    else:
        yield from json_jobs(source, options.form, options.max_bytes)


def body_jobs(data: bytes, name: str, options: Options) -> Iterator[Job]:
    """The raw material of each patient of what is in memory; `name` is what problems call it."""
    return each(Place(name), _of_body(data, name, options), failed)


def _of_body(data: bytes, name: str, options: Options) -> Iterator[Job]:
    known = foreign(data[:_HEAD], Place(name))
    if known is not None:
        yield failed(known)
    elif options.form == "csv" or (options.form is None and data.strip() and not looks_like_json(data)):
        from io import BytesIO  # lazily, as below

        from eligo.patients.tables import stream_jobs

        yield from stream_jobs(BytesIO(data), name, options.mapping)
    else:
        yield from data_jobs(data, name, options.form)


def _is_table(source: str) -> bool:
    """Whether a file is a table: by its name, or because it does not begin as JSON does."""
    suffix = Path(source).suffix.lower()
    head = head_of(source)
    return suffix in TABLES or (suffix not in SUFFIXES and bool(head.strip()) and not looks_like_json(head))


def _of_folder(folder: Path, options: Options) -> Iterator[Job]:
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.name[0] != ".")
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        yield failed(Problem("folder", f"the folder cannot be read: {why}", Place(str(folder))))
        return
    if not found:
        message = f"the folder holds no records ({', '.join('*' + s for s in SUFFIXES)})"
        yield failed(Problem("no-patients", message, Place(str(folder))))
    yield from _foreign_files(folder)
    for path in found[:]:
        with Isolated(Place(str(path))) as unit:
            if not path.is_file():
                head_of(str(path))  # says what it is
        if unit.failed:
            yield from map(failed, unit.problems)
            found.remove(path)
    tables = [p for p in found if p.suffix.lower() in TABLES]
    yield from folder_jobs([p for p in found if p not in tables], options.form, options.max_bytes)
    for table in tables:
        yield from jobs(str(table), options)


def _foreign_files(folder: Path) -> Iterator[Job]:
    """A warning of the files of a folder that are of other formats."""
    others = Counter(p.suffix.lower() for p in folder.iterdir() if p.suffix.lower() in FOREIGN and p.name[0] != ".")
    if others:
        which = ", ".join(f"{count} x *{suffix}" for suffix, count in sorted(others.items()))
        message = f"the folder holds files of formats that are not read: {which}"
        yield failed(Problem("format-not-read", message, Place(str(folder)), "give one of them to see why", "warning"))


def read_job(job: Job, options: Options) -> Reading:
    """Read one patient, with what persons answered beside the record."""
    reading = _read(job, options)
    beside = options.answers.get(reading.patient.id, ()) if reading.patient is not None else ()
    if reading.patient is None or not beside:
        return reading
    return replace(reading, patient=replace(reading.patient, replies=(*reading.patient.replies, *beside)))


def _read(job: Job, options: Options) -> Reading:
    if job.known is not None:
        return job.known
    if job.kind == "rows":
        from eligo.patients.rows import read_rows  # lazily, as below: a start pays only for the format it meets

        return read_rows(job, options.mapping, options.as_of, options.lenient, options.units)
    if job.kind == "native":
        raw = job.documents[0]
        ledger = options.ledger, options.units, options.places
        reading = native.read_record(raw.data, raw.file, options.as_of, options.lenient, *ledger)
        if raw.line is None or not reading.problems:
            return reading
        return replace(reading, problems=in_line(reading.problems, raw.line))
    from eligo.patients import bundles

    if job.kind == "fhir":
        return bundles.read_bundle(job.documents[0], options.as_of, options.units, options.id_by)
    return bundles.read_loose(job.documents, job.shared, options.as_of, options.units, options.id_by)
