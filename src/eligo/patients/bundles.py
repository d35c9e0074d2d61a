"""A FHIR Bundle, or the loose resources of one patient, in; the `Reading` of that patient out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from eligo.errors import EligoError, Place, Problem
from eligo.patients.build import LISTS
from eligo.patients.fhir import Item, read_record, type_problem
from eligo.patients.fhir_words import Json, obj, objects, text_of
from eligo.patients.jobs import Raw, parsed, unwrapped
from eligo.patients.ledger import Entry, Reading
from eligo.patients.values import NO_UNITS, Units

_TYPES = ("collection", "searchset", "transaction", "batch", "document", "message", "history", "batch-response")


def read_bundle(raw: Raw, as_of: date | None, units: Units = NO_UNITS) -> Reading:
    """Read the patient of a Bundle."""
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
    reading = read_record(items, _stem(raw), place, as_of, units=units)
    if reading.patient and (broken or any(link.get("relation") == "next" for link in objects(bundle.get("link")))):
        reading = replace(reading, patient=replace(reading.patient, in_part=frozenset(LISTS)))
    problems = list(reading.problems)
    if kind is not None and kind not in _TYPES:
        message = "the type of the Bundle is not one that FHIR knows; its resources are read all the same"
        problems.append(Problem("bundle-type", message, place, severity="warning"))
    if broken:
        message = f"{len(broken)} of {len(entries)} entries hold no resource"
        problems.append(Problem("resource-missing", message, broken[0].place, severity="warning"))
    return replace(reading, problems=tuple(problems), ledger=(*reading.ledger, *broken))


def _item(raw: Raw) -> Item:
    resource: Json = unwrapped(parsed(raw)) or {}
    return Item(resource, Place(raw.file, raw.line))


def read_loose(
    documents: tuple[Raw, ...], shared: tuple[Raw, ...], as_of: date | None, units: Units = NO_UNITS
) -> Reading:
    """Read the loose resources of one patient."""
    items = list(map(_item, documents))
    first = documents[0]
    place = Place(first.file) if len({raw.file for raw in documents}) == 1 else Place(str(Path(first.file).parent))
    if len(items) == 1 and (wrong := type_problem(items[0].kind, items[0].place)):
        entry = Entry(items[0].name, items[0].place, "refused", reason=wrong.code, text=wrong.message)
        return Reading(None, (wrong,), (entry,))
    return read_record(items, _stem(first), place, as_of, list(map(_item, shared)), units)


def _stem(raw: Raw) -> str:
    return Path(raw.file).stem + (f"-{raw.line}" if raw.line else "")
