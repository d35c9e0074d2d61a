"""Loose FHIR resources of a bulk export or a folder in, a job for each patient out: an index, not the resources."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from eligo import jsontext
from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.files import changed
from eligo.isolation import Isolated
from eligo.patients.fhir import NOT_ASKED, FhirItem, reference_key, subject_key, type_problem
from eligo.patients.fhir_words import Json, obj, text_of, words
from eligo.patients.jobs import Job, Raw, failed, kind_of, unwrapped
from eligo.patients.ledger import LedgerEntry, Reading

_ALL_BITS = 2**64 - 1


@dataclass(slots=True)
class Pool:
    """Loose resources of several patients: where each stands, by patient, and those that are of no single one.

    An entry is four numbers: the file, where the document begins in it, its line (0 for a file of one document), and a
    mark of its bytes, by which it is known again when it is read for the second time.
    `kept` holds what cannot be read twice. The key "" is for what names no patient.
    """

    kept: dict[str, bytes]
    files: list[str] = field(default_factory=list)
    spans: dict[str, array[int]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # of patients, by the addresses that others may use
    medications: list[Raw] = field(default_factory=list)

    def add(self, raw: Raw, resource: Json, offset: int) -> None:
        """Note where a resource stands."""
        if not self.files or self.files[-1] != raw.file:
            self.files.append(raw.file)
        kind = kind_of(resource)
        item = FhirItem(resource, Place(raw.file, raw.line))
        key = item.keys[0] if kind == "Patient" and item.keys else subject_key(resource) or _owner(resource) or ""
        if kind == "Patient":
            self.ids.update((address, key) for address in item.keys)
        if kind == "Medication":
            self.medications.append(raw)
        self.spans.setdefault(key, array("Q")).extend((len(self.files) - 1, offset, raw.line or 0, _mark(raw.data)))

    def jobs(self) -> Iterator[Job]:
        """The resources of each patient, in the order in which patients first appear; then those of nobody."""
        groups: dict[str, array[int]] = {}
        for key, spans in self.spans.items():
            owner = self.ids.get(key, key)
            groups[owner] = groups[owner] + spans if owner in groups else spans
        rest = groups.pop("", None)
        shared = tuple(self.medications)
        if not groups and rest is not None:
            yield from self._job(rest, ())
            return
        for spans in groups.values():
            yield from self._job(spans, shared)
        if rest is not None:
            entries = tuple(map(_nobodys, self._documents(rest)))
            refused = (e for e in entries if e.outcome == "refused")
            problems = tuple(Problem(e.reason, f"a resource is refused: {e.text}", e.place) for e in refused)
            yield Job("known", known=Reading(None, problems, entries))

    def _job(self, spans: array[int], shared: tuple[Raw, ...]) -> Iterator[Job]:
        """The job of one patient, or of what is wrong with its files."""
        with Isolated(Place(self.files[spans[0]])) as unit:
            yield Job("resources", tuple(self._documents(spans)), shared=shared)
        yield from map(failed, unit.problems)

    def _documents(self, spans: array[int]) -> Iterator[Raw]:
        places = (tuple(spans[i : i + 4]) for i in range(0, len(spans), 4))
        for file, of_file in itertools.groupby(places, key=lambda place: place[0]):
            name = self.files[file]
            with BytesIO(self.kept[name]) if name in self.kept else Path(name).open("rb") as stream:
                for _, offset, line, mark in of_file:
                    stream.seek(offset)
                    data = stream.readline() if line else stream.read()
                    if _mark(data) != mark:
                        raise EligoError(changed(name))
                    yield Raw(data, name, line or None)


def _mark(data: bytes) -> int:
    return hash(data) & _ALL_BITS


def _owner(resource: Json) -> str | None:
    """The patient of a resource that is not read; only its place in the ledger hangs on it."""
    for key in ("subject", "patient", "beneficiary", "individual"):
        reference = text_of(obj(resource.get(key)).get("reference"))
        if reference and reference_key(reference).startswith("Patient/"):
            return reference_key(reference)
    return None


def _nobodys(raw: Raw) -> LedgerEntry:
    """The entry of a resource that is of no single patient."""
    resource = unwrapped(jsontext.read_json(raw.data, of_patient=True)) or {}
    item = FhirItem(resource, Place(raw.file, raw.line))
    if item.kind in words().read:
        text = "it does not say whose it is"
        return LedgerEntry(item.name, item.place, "refused", reason="subject-missing", text=text)
    wrong = type_problem(item.kind, item.place)
    if wrong:
        return LedgerEntry(item.name, item.place, "refused", reason=wrong.code, text=wrong.message)
    why = words().why.get(item.kind, NOT_ASKED)
    return LedgerEntry(item.name, item.place, "not needed", reason="not-asked-for", text=why)
