"""Sources of any format in, a job for each patient and a `Reading` for each job out, by the readers of single records.

What silence means is for the site to say: the lists that it states to be complete are, for every record that lacks
nothing of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from eligo.dataclass import dataclass, replace
from eligo.errors import Place, Problem
from eligo.isolation import each
from eligo.namedtuple import NamedTuple
from eligo.patients.fhir import FhirItem, read_record
from eligo.patients.jobs import Job, failed
from eligo.patients.ledger import LedgerEntry, Reading
from eligo.patients.readers import Options, jobs, read_job
from eligo.warehouse.omop_cells import day, whole
from eligo.warehouse.omop_concepts import OmopConcept
from eligo.warehouse.omop_files import kind_of_source
from eligo.warehouse.omop_people import OmopJob, omop_jobs
from eligo.warehouse.omop_resources import OmopRow, patient, resources
from eligo.warehouse.omop_words import PERSON, VISITS, omop_words
from eligo.warehouse.urls import shown_source

AnyJob = Job | OmopJob
_UNKNOWN = "not-in-vocabulary"


@dataclass(frozen=True, slots=True)
class Sources:
    """How to read sources: the options of records, the lists that the site states to be complete, and of OMOP more.

    `vocabularies` are concept tables of the site, `memory` are bytes, and `work` is a folder for what is copied.
    """

    options: Options
    work: Path
    complete: frozenset[str] = frozenset()
    vocabularies: tuple[Path, ...] = ()
    memory: int = 0


def work_of(names: Sequence[str], sources: Sources) -> Iterator[tuple[int, AnyJob]]:
    """The jobs of all sources, each with the number of its source; what ends one is a job, and the rest goes on."""
    for number, name in enumerate(names):
        yield from ((number, job) for job in _jobs(number, name, sources))


def _jobs(number: int, name: str, sources: Sources) -> Iterator[AnyJob]:
    kind = kind_of_source(name)
    if kind is None:
        yield from jobs(name, sources.options)
        return
    folder = sources.work / f"source-{number}"
    folder.mkdir()
    found = omop_jobs(name, kind, folder, sources.vocabularies, sources.memory)
    yield from each(Place(shown_source(name)), found, failed)


class Unmapped(NamedTuple):
    """An OMOP concept that means nothing here, where a row of a table names it; None where no table explains the id."""

    table: str
    id: int
    concept: OmopConcept | None


class PersonFound(NamedTuple):
    """The reading of one patient, and how many rows name concepts that mean nothing here."""

    reading: Reading
    unmapped: Counter[Unmapped]


def read(job: AnyJob, sources: Sources) -> PersonFound:
    """Read the patient of a job."""
    found = PersonFound(read_job(job, sources.options), Counter()) if isinstance(job, Job) else _read_omop(job, sources)
    reading = found.reading
    if reading.patient is None or not sources.complete:
        return found
    complete = reading.patient.complete | sources.complete
    return found._replace(reading=replace(reading, patient=replace(reading.patient, complete=complete)))


def _read_omop(job: OmopJob, sources: Sources) -> PersonFound:
    """Read a person of OMOP tables as FHIR resources."""
    if job.known is not None:
        return PersonFound(job.known, Counter())
    rows = _rows(job)
    born = patient([row for row in rows if row.table == PERSON], job.person)
    visits = _visits(rows)
    items, of_items = [FhirItem(born, Place(job.file))], list[OmopRow | None]([None])
    for row in rows:
        for made in resources(row, job.concepts, visits, born) if row.table != PERSON else ():
            items.append(FhirItem(made, Place(job.file)))
            of_items.append(row)
    options = sources.options
    reading = read_record(items, str(job.person), job.place, options.as_of, units=options.units)
    ledger, unmapped = _of_tables(reading, of_items, job)
    bad = [entry for row in rows for entry in dict.fromkeys(row.bad)]
    problems = (*reading.problems, *_bad_cells(bad))
    return PersonFound(_with_tables(replace(reading, problems=problems, ledger=(*ledger, *bad)), job, bad), unmapped)


def _of_tables(
    reading: Reading, of_items: Sequence[OmopRow | None], job: OmopJob
) -> tuple[list[LedgerEntry], Counter[Unmapped]]:
    """The ledger by rows of tables, of each of which it says what became of its resource; and what means nothing."""
    ledger, unmapped = list[LedgerEntry](), Counter[Unmapped]()
    for entry, row in zip(reading.ledger, of_items, strict=True):
        ledger.append(entry if row is None else replace(entry, item=row.name))
        if row is not None and entry.reason == _UNKNOWN:
            id_ = row.read("concept", whole) or 0
            unmapped[Unmapped(row.table, id_, job.concepts.get(id_))] += 1
    return ledger, unmapped


def _bad_cells(bad: Sequence[LedgerEntry]) -> Iterator[Problem]:
    """A problem for each kind of cell that is not what its column holds."""
    help_ = "mend the tables; what stands there is not used"
    for (text, place), count in Counter((entry.text, entry.place) for entry in bad).items():
        times = f" in {count} rows of one person" if count > 1 else ""
        yield Problem("cell-type", text + times, place, help_)


def _rows(job: OmopJob) -> list[OmopRow]:
    known = omop_words().tables
    return [
        OmopRow(name, dict(zip(roles, cells, strict=True)), known[name].columns, job.file, number)
        for name, roles, rows in job.tables
        for number, cells in enumerate(rows)
    ]


def _visits(rows: Sequence[OmopRow]) -> dict[int, date | None]:
    """The last day of each visit, by its id."""
    found: dict[int, date | None] = {}
    for row in rows:
        if row.table == VISITS and (id_ := row.read("id", whole)) is not None:
            found[id_] = row.read("end", day)
    return found


def _with_tables(reading: Reading, job: OmopJob, bad: Sequence[LedgerEntry]) -> Reading:
    """The reading without complete lists where a table of theirs could not be read, or a cell."""
    tables = {*job.without, *(entry.item.split("/")[0] for entry in bad)}
    lost = {of_list for table in tables if (of_list := omop_words().tables[table].list)}
    lost |= {"conditions"} if tables & {"observation", VISITS} else set()  # both may name conditions
    if reading.patient is None or not lost:
        return reading
    return replace(reading, patient=replace(reading.patient, in_part=reading.patient.in_part | lost))
