"""Rows of OMOP tables of one person in, FHIR resources out, so that one reader reads the values of all formats.

The way is that of HL7's guide (https://build.fhir.org/ig/HL7/fhir-omop-ig/), backwards. OMOP records no absence, and
nothing here makes one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from eligo.dataclass import dataclass, field
from eligo.errors import Place
from eligo.patients.fhir_resources import VISIT
from eligo.patients.ledger import LedgerEntry
from eligo.warehouse.omop_cells import BadCellError, Cell, clock, day, number, whole, words
from eligo.warehouse.omop_concepts import OMOP, Concepts, codeable
from eligo.warehouse.omop_words import omop_words

Resource = dict[str, Any]
T = TypeVar("T")

_UCUM = "http://unitsofmeasure.org"


@dataclass(slots=True)
class OmopRow:
    """One row: its cells by eligo's names, and the columns that hold them.

    `number` is its place among the person's; `bad` takes what is wrong with cells.
    """

    table: str
    cells: Mapping[str, Cell]
    columns: Mapping[str, str]
    file: str
    number: int = 0
    bad: list[LedgerEntry] = field(default_factory=list)

    def read(self, role: str, reader: Callable[[Cell], T | None]) -> T | None:
        """The cell of a column as what it should be; None where it is empty, is not there, or is not that."""
        cell = self.cells.get(role)
        if cell is None:
            return None
        try:
            return reader(cell)
        except BadCellError as error:
            self.refuse(role, str(error))
            return None

    def refuse(self, role: str, what: str) -> None:
        """Note that a cell is not what it should be."""
        text = f"`{self.columns.get(role, role)}` of `{self.table}` is {what}"
        self.bad.append(LedgerEntry(self.name, Place(self.file), "refused", reason="cell-type", text=text))

    @property
    def name(self) -> str:
        """The row as a ledger names it."""
        return f"{self.table}/{self.number}"


# --- the person


def patient(rows: Sequence[OmopRow], person: int) -> Resource:
    """The Patient of a person: without a date of birth, or a sex, on which several rows do not agree."""
    made: Resource = {"resourceType": "Patient", "id": str(person)}
    births = {found for row in rows if (found := _birth(row))}
    if len(births) == 1:
        made["birthDate"] = births.pop()
    elif births:
        rows[0].refuse("year", "of two dates of birth, so that none counts")
    genders = {id_ for row in rows if (id_ := row.read("gender", whole))}
    if len(genders) == 1:
        made["gender"] = omop_words().genders.get(genders.pop(), "other")
    elif genders:
        rows[0].refuse("gender", "of two kinds, so that none counts")
    return made


def _birth(row: OmopRow) -> str | None:
    """The date of birth, as far as it is known; a moment that another year, month or day contradicts is refused."""
    year, month, day_ = (row.read(role, whole) for role in ("year", "month", "day"))
    parts = [f"{year:04}"] if year is not None else []
    if parts and month is not None:
        parts.append(f"{month:02}")
        parts += [f"{day_:02}"] if day_ is not None else []
    stated = "-".join(parts)
    moment = row.read("born", day)
    if moment is None:
        return stated or None
    if not moment.isoformat().startswith(stated):
        row.refuse("born", "another date of birth than year, month and day say, so that none counts")
        return None
    return moment.isoformat()


# --- results


def measurement(row: OmopRow, concepts: Concepts) -> Iterator[Resource]:
    """A measurement as an Observation."""
    made = _observed(row, concepts)
    operator = row.read("operator", whole)
    sign = omop_words().operators.get(operator, "unknown") if operator else ""
    yield {**made, **_value(row, concepts, sign), **_range(row, concepts)}


def observation(row: OmopRow, concepts: Concepts) -> Iterator[Resource]:
    """An observation: a result, something that the patient once had, or a finding that stands without a value."""
    concept = row.read("concept", whole) or 0
    value = _value(row, concepts, "")
    if concept in omop_words().histories:
        past = codeable([row.read("value_concept", whole)], row.read("value_source", words), concepts)
        name = next((c["display"] for c in past["coding"] if "display" in c), None)
        past = {**past, "text": f"history of {name}"} if name else past
        yield {**_resource("Condition", row), "code": past, **_recorded(row), "clinicalStatus": _code("inactive")}
    elif not value and (known := concepts.get(concept)) and known.kind in omop_words().finding_classes:
        yield {**_resource("Condition", row), "code": _about(row, concepts), **_recorded(row), **_CATEGORY_OF_VISIT}
    else:
        yield {**_observed(row, concepts), **value}


def _observed(row: OmopRow, concepts: Concepts) -> Resource:
    made = {**_resource("Observation", row), "code": _about(row, concepts)}
    start = row.read("start", day)
    if start is not None:
        time = row.read("time", lambda cell: clock(cell, start))
        made["effectiveDateTime"] = f"{start.isoformat()}T{time}" if time else start.isoformat()
    return made


def _value(row: OmopRow, concepts: Concepts, sign: str) -> Resource:
    """The value: a number before a coded one, before words; one that is no finite number decides nothing."""
    before = len(row.bad)
    found = row.read("value", number)
    if len(row.bad) > before:
        return {"valueString": "no number that could be read"}
    if found is not None:
        quantity = {"value": found, **_unit(row, concepts), **({"comparator": sign} if sign else {})}
        return {"valueQuantity": quantity}
    id_ = row.read("value_concept", whole)
    if id_ and id_ in concepts:
        return {"valueCodeableConcept": {"coding": [concepts[id_].coding()], "text": concepts[id_].name}}
    text = row.read("value_text", words) or row.read("value_source", words)
    if text:
        return {"valueString": text}
    return {"valueString": f"the {OMOP} concept {id_}"} if id_ else {}


def _unit(row: OmopRow, concepts: Concepts) -> Resource:
    """The unit: the code of its concept, else the words of the source; an id that nothing explains is no known unit."""
    id_, text = row.read("unit", whole), row.read("unit_source", words)
    concept = concepts.get(id_) if id_ else None
    if concept is not None:
        system = _UCUM if concept.vocabulary == "UCUM" else None
        unit = {"code": concept.code, "unit": text or concept.code}
        return {**unit, "system": system} if system else {"unit": text or concept.name}
    if text:
        return {"unit": text}
    return {"unit": f"{OMOP}:{id_}"} if id_ else {}


def _range(row: OmopRow, concepts: Concepts) -> Resource:
    """The report's own range of normal; one with an end that is no finite number is there, but cannot be used."""
    before = len(row.bad)
    low, high = row.read("low", number), row.read("high", number)
    if len(row.bad) > before:
        return {"referenceRange": [{"low": {"value": math.nan}, "high": {"value": math.nan}}]}
    unit = _unit(row, concepts)
    ends = {key: {"value": end, **unit} for key, end in (("low", low), ("high", high)) if end is not None}
    return {"referenceRange": [ends]} if ends else {}


# --- facts


def condition(row: OmopRow, concepts: Concepts, visits: Mapping[int, date | None]) -> Iterator[Resource]:
    """A condition. The end of a visit's diagnosis that is the end of the visit says nothing of the condition."""
    made = {**_resource("Condition", row), "code": _about(row, concepts)}
    start, end = row.read("start", day), row.read("end", day)
    if start is not None:
        made["onsetDateTime"] = start.isoformat()
    if row.read("type", whole) not in omop_words().problem_lists:
        made |= _CATEGORY_OF_VISIT
        visit = row.read("visit", whole)
        of_visit = visits.get(visit) if visit else start
        end = None if end == of_visit else end
    if end is not None:
        made["abatementDateTime"] = end.isoformat()
    status = row.read("status", whole)
    verified = omop_words().statuses.get(status) if status else None
    yield {**made, **({"verificationStatus": _code(verified)} if verified else {})}


def procedure(row: OmopRow, concepts: Concepts) -> Iterator[Resource]:
    """A procedure, which was done."""
    made = {**_resource("Procedure", row), "code": _about(row, concepts), "status": "completed"}
    start, end = row.read("start", day), row.read("end", day)
    if start is not None and end is not None and end != start:
        made["performedPeriod"] = _period(start, end)
    elif start is not None:
        made["performedDateTime"] = start.isoformat()
    yield made


def drug(row: OmopRow, concepts: Concepts) -> Iterator[Resource]:
    """An exposure to a drug, which ends on its last day, or was stopped on a day that is not known."""
    made = {**_resource("MedicationStatement", row), "medicationCodeableConcept": _about(row, concepts)}
    start, end = row.read("start", day), row.read("end", day)
    reason = row.read("stopped", words)
    status = "stopped" if end is None and reason else "active"
    yield {**made, "status": status, "effectivePeriod": _period(start, end)}


def stay(row: OmopRow) -> Iterator[Resource]:
    """A visit as an Encounter: a stay in hospital, or another one."""
    start, end = row.read("start", day), row.read("end", day)
    of_stay = row.read("concept", whole) in omop_words().stays
    kind, status = "IMP" if of_stay else "AMB", "in-progress" if end is None else "finished"
    yield {**_resource("Encounter", row), "class": {"code": kind}, "status": status, "period": _period(start, end)}


def resources(
    row: OmopRow, concepts: Concepts, visits: Mapping[int, date | None], born: Resource
) -> Iterator[Resource]:
    """The resources of a row; a death is a part of the Patient (`born`)."""
    if row.table == "death":
        died = row.read("start", day)
        if died is not None:
            born["deceasedDateTime"] = died.isoformat()
    elif row.table == "condition_occurrence":
        yield from condition(row, concepts, visits)
    elif row.table == "visit_occurrence":
        yield from stay(row)
    else:
        yield from _MAKE[row.table](row, concepts)


_MAKE: Mapping[str, Callable[[OmopRow, Concepts], Iterator[Resource]]] = {
    "measurement": measurement,
    "observation": observation,
    "procedure_occurrence": procedure,
    "drug_exposure": drug,
}


# --- parts


def _resource(kind: str, row: OmopRow) -> Resource:
    return {"resourceType": kind, "id": f"{row.table}-{row.number}"}


def _about(row: OmopRow, concepts: Concepts) -> Resource:
    ids = [row.read("concept", whole), row.read("source_concept", whole)]
    return codeable(list(dict.fromkeys(ids)), row.read("source", words), concepts)


def _code(word: str) -> Resource:
    return {"coding": [{"code": word}]}


_CATEGORY_OF_VISIT: Resource = {"category": [_code(VISIT)]}


def _recorded(row: OmopRow) -> Resource:
    start = row.read("start", day)
    return {"recordedDate": start.isoformat()} if start else {}


def _period(start: date | None, end: date | None) -> Resource:
    return {key: at.isoformat() for key, at in (("start", start), ("end", end)) if at is not None}
