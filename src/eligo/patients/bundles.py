"""A FHIR Bundle or Parameters, or the loose resources of one patient, in; the `Reading` of that patient out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import JsonPath
from eligo.patients.build import LISTS
from eligo.patients.fhir import FhirItem, read_record, type_problem, why_partial
from eligo.patients.fhir_words import Json, obj, objects, text_of
from eligo.patients.jobs import Raw, kind_of, parsed, unwrapped
from eligo.patients.ledger import LedgerEntry, Reading
from eligo.patients.values import NO_UNITS, Units

HOLDERS = ("Bundle", "Parameters")
_DEEPEST = 20  # Bundles in Bundles
_OTHER_PAGES = ("next", "previous", "prev")
_TYPES = (
    *("collection", "searchset", "transaction", "batch", "document", "message", "history"),
    *("batch-response", "transaction-response"),
)


def read_bundle(raw: Raw, as_of: date | None, units: Units = NO_UNITS, id_by: str | None = None) -> Reading:
    """Read the patient of a Bundle."""
    place = Place(raw.file, raw.line)
    try:
        bundle = unwrapped(parsed(raw)) or {}
    except EligoError as error:
        return Reading(None, error.problems)
    found = _FoundResources(raw)
    try:
        found.open(bundle, (), ())
    except EligoError as error:
        return Reading(None, error.problems)
    reading = read_record(found.items, _stem(raw), place, as_of, units=units, partial=found.partial, id_by=id_by)
    if reading.patient and found.broken:
        reading = replace(reading, patient=replace(reading.patient, in_part=frozenset(LISTS)))
    problems = list(reading.problems)
    if not found.types <= set(_TYPES):
        message = "the type of the Bundle is not one that FHIR knows; its resources are read all the same"
        problems.append(Problem("bundle-type", message, place, severity="warning"))
    if found.broken:
        message = f"{len(found.broken)} of {found.entries} entries hold no resource"
        problems.append(Problem("resource-missing", message, found.broken[0].place, severity="warning"))
    return replace(reading, problems=tuple(problems), ledger=(*reading.ledger, *found.broken))


class _FoundResources:
    """The resources of a Bundle or of Parameters, and of those inside them; what is broken; why it is only a part."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.items: list[FhirItem] = []
        self.broken: list[LedgerEntry] = []
        self.partial: list[str] = []
        self.types: set[str] = set()
        self.entries = 0

    def open(self, holder: Json, path: JsonPath, names: tuple[str, ...]) -> None:
        """Take everything that a Bundle or Parameters holds; raise `EligoError` where it has no list of it."""
        if len(names) > _DEEPEST:
            raise EligoError(Problem("too-deep", "the Bundles lie too deep in each other", self.place(names)))
        key = "entry" if kind_of(holder) == "Bundle" else "part" if "part" in holder else "parameter"
        entries = holder.get(key, [])
        if not isinstance(entries, list):
            what = kind_of(holder) or "resource"
            raise EligoError(Problem("wrong-type", f"`{key}` of the {what} is no list", self.place(names)))
        if key == "entry":
            self.types |= {kind} if (kind := text_of(holder.get("type"))) else set()
            self.partial += _why_partial(holder, entries)
        for index, entry in enumerate(entries):
            self.take(obj(entry), (*path, key, index), (*names, f"{key}[{index}]"), key == "entry")

    def take(self, entry: Json, path: JsonPath, names: tuple[str, ...], of_bundle: bool) -> None:
        """Take an entry of a Bundle, or a parameter."""
        resource = entry.get("resource")
        if isinstance(resource, dict) and kind_of(resource) in HOLDERS:
            self.open(resource, (*path, "resource"), names)
        elif isinstance(resource, dict):
            self.entries += 1
            self.items.append(FhirItem(resource, self.place(names), path, text_of(entry.get("fullUrl"))))
        elif "part" in entry:
            self.open(entry, path, names)
        elif of_bundle:
            self.entries += 1
            text = "it holds no resource"
            self.broken.append(LedgerEntry("entry", self.place(names), "refused", reason="resource-missing", text=text))

    def place(self, names: tuple[str, ...]) -> Place:
        """Where in the document something stands."""
        return Place(self.raw.file, self.raw.line, path=".".join(names) or None)


def _why_partial(bundle: Json, entries: Sequence[object]) -> Iterator[str]:
    """Why a Bundle is only a part of what was asked for: a page of several, cut short, or with requests that failed."""
    relations = {text_of(link.get("relation")) for link in objects(bundle.get("link"))}
    if not relations.isdisjoint(_OTHER_PAGES):
        yield "it is one page of several (`link`)"
    total = bundle.get("total")
    if isinstance(total, int) and not isinstance(total, bool):
        modes = [text_of(obj(obj(entry).get("search")).get("mode")) for entry in entries]
        if total > sum(mode in (None, "match") for mode in modes):
            yield "it holds fewer entries than its `total` says"
    if text_of(bundle.get("type")) in ("batch-response", "transaction-response"):
        answers = [text_of(obj(obj(entry).get("response")).get("status")) for entry in entries]
        if any(answer and answer[:1] not in ("2", "3") for answer in answers):
            yield "a request of it failed (`response`)"
    yield from why_partial({"meta": bundle.get("meta")})


def _item(raw: Raw) -> FhirItem:
    resource: Json = unwrapped(parsed(raw)) or {}
    return FhirItem(resource, Place(raw.file, raw.line))


def read_loose(
    documents: tuple[Raw, ...],
    shared: tuple[Raw, ...],
    as_of: date | None,
    units: Units = NO_UNITS,
    id_by: str | None = None,
) -> Reading:
    """Read the loose resources of one patient."""
    items = list(map(_item, documents))
    first = documents[0]
    place = Place(first.file) if len({raw.file for raw in documents}) == 1 else Place(str(Path(first.file).parent))
    if len(items) == 1 and (wrong := type_problem(items[0].kind, items[0].place)):
        entry = LedgerEntry(items[0].name, items[0].place, "refused", reason=wrong.code, text=wrong.message)
        return Reading(None, (wrong,), (entry,))
    return read_record(items, _stem(first), place, as_of, list(map(_item, shared)), units, id_by=id_by)


def _stem(raw: Raw) -> str:
    return Path(raw.file).stem + (f"-{raw.line}" if raw.line else "")
