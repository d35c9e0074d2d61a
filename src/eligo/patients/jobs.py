"""The raw material of one patient: documents as bytes, rows of a table, or what was found to be wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from eligo import jsontext
from eligo.bounds import MEGABYTE
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.patients.ledger import LedgerEntry, Reading

if TYPE_CHECKING:
    from eligo.patients.date_formats import Order

MAX_BYTES = 512 * MEGABYTE  # of a single JSON document: a bundle with hundreds of thousands of resources


@dataclass(frozen=True, slots=True)
class Raw:
    """One JSON document of a source: its bytes, and the line that it is where it is one of many."""

    data: bytes
    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The raw material of one patient.

    `shared` are documents that several patients refer to, `rows` those of a table with their lines, and `known` is a
    reading that needs no further work.
    """

    kind: Literal["native", "fhir", "resources", "rows", "known"]
    documents: tuple[Raw, ...] = ()
    known: Reading | None = None
    shared: tuple[Raw, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    file: str = ""
    header: tuple[str, ...] = ()
    dates: Order | None = None  # how the table writes dates, where that is known

    @property
    def place(self) -> Place:
        """Where the patient stands: the document, or the first row."""
        if self.rows:
            return Place(self.file, self.rows[0][0])
        return Place(self.documents[0].file, self.documents[0].line) if self.documents else Place(self.file or None)


def failed(problem: Problem, ledger: Iterable[LedgerEntry] = ()) -> Job:
    """The job of what cannot become a patient."""
    return Job("known", known=Reading(None, (problem,), tuple(ledger)))


def killed(job: Job) -> Problem:
    """The problem of a patient whose process was ended from outside, twice."""
    message = "the process was killed at this patient, who is not screened"
    return Problem("killed", message, job.place, "it may need more memory than there is; try it alone")


def parsed(raw: Raw) -> object:
    """The data of a document; raise `EligoError` with the line of the file."""
    try:
        return jsontext.read_json(raw.data, raw.file, len(raw.data), of_patient=True)
    except EligoError as error:
        raise EligoError(in_line(error.problems, raw.line)) from None


def in_line(problems: Iterable[Problem], line: int | None) -> tuple[Problem, ...]:
    """Problems of a document that is one line of a file, with that line."""
    if line is None:
        return tuple(problems)
    moved = []
    for p in problems:
        place = Place(p.place.file, line, p.place.column, p.place.path)
        moved.append(Problem(p.code, p.message, place, p.help, p.severity))
    return tuple(moved)


def unwrapped(data: object) -> dict[str, Any] | None:
    """The resource of a document: itself, or the bundle that it wraps (`{"case": ..., "bundle": {...}}`)."""
    found = data if isinstance(data, dict) else {}
    if "resourceType" in found:
        return found
    bundle = found.get("bundle")
    return bundle if isinstance(bundle, dict) and "resourceType" in bundle else None


def kind_of(resource: Mapping[str, Any]) -> str:
    """The type of a resource; empty where it does not say one."""
    kind = resource.get("resourceType")
    return kind.strip() if isinstance(kind, str) else ""
