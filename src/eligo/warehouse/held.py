"""A Patient to rows of the tables, and rows of one person back to an equal Patient; `tables.py` says what they hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from eligo.errors import Place
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate, Patient, Reply, Result
from eligo.patients.plausible import NAN
from eligo.truth import Reason
from eligo.warehouse.tables import WHOLE

Cell = str | float | bool | date | list[str] | None
Row = tuple[Cell, ...]
Cells = Mapping[str, Cell]  # a row by the names of its columns

_OWN_LOW, _OWN_HIGH = WHOLE["own_low"], WHOLE["own_high"]
_NUMBER, _LOW, _HIGH = WHOLE["number"], WHOLE["low"], WHOLE["high"]
_TEXT = WHOLE["text"]
_MOST_WHOLE = 2**53  # beyond it a float no longer holds every whole number


class Rows(NamedTuple):
    """The rows of one person: each a tuple of the columns of its table, in their order."""

    observations: list[Row]
    facts: list[Row]
    person: Row


# --- Patient to rows


def rows_of(patient: Patient, person: int) -> Rows:
    """The rows of a patient, who is person number `person`; those of each table are not in the order of the table."""
    observations = [
        _observation(result, person, superseded, position)
        for superseded, by_variable in ((False, patient.results), (True, patient.superseded))
        for results in by_variable.values()
        for position, result in enumerate(results)
    ]
    facts = [_fact(fact, person, position) for found in patient.facts.values() for position, fact in enumerate(found)]
    return Rows(observations, facts, _person(patient, person))


def _observation(result: Result, person: int, superseded: bool, position: int) -> Row:
    number, text = _value(result.value)
    own_low, own_high = result.reference_low, result.reference_high
    forms: tuple[tuple[Cell, float | str | None, int], ...] = (
        (number, result.value, _NUMBER),
        (text, result.value, _TEXT),
        (result.low, result.low, _LOW),
        (result.high, result.high, _HIGH),
        (own_low, own_low, _OWN_LOW),
        (own_high, own_high, _OWN_HIGH),
    )
    return (
        result.variable,
        person,
        superseded,
        position,
        *_days(result.date),
        _known(result.low),
        _known(result.high),
        result.low_closed,
        result.high_closed,
        result.problem,
        None if own_low is None else _known(own_low),
        None if own_high is None else _known(own_high),
        own_low is not None and math.isnan(own_low),
        own_high is not None and math.isnan(own_high),
        number,
        text,
        result.unit,
        sum(bit for held, whole, bit in forms if held is not None and isinstance(whole, int)),
        None if result.written == _as_written(result.value, result.unit) else result.written,
        result.detail,
        result.remark,
    )


def _value(value: float | str | None) -> tuple[float | None, str | None]:
    """The value as a number or as a word; a whole number that no float holds is one of digits."""
    if value is None:
        return None, None
    if isinstance(value, str):
        return None, value
    if isinstance(value, int) and abs(value) > _MOST_WHOLE:
        return None, str(value)
    return float(value), None


def _known(number: float) -> float | None:
    return None if number != number else float(number)


def _as_written(value: float | str | None, unit: str | None) -> str:
    """How value and unit are written where the record says nothing else."""
    if value is None:
        return ""
    return f"{value} {unit}" if unit else str(value)


def _days(day: PartialDate | None) -> tuple[date | None, date | None]:
    return (None, None) if day is None else (day.first, day.last)


def _fact(fact: Fact, person: int, position: int) -> Row:
    return (
        fact.concept,
        person,
        position,
        fact.kind,
        fact.status,
        *_days(fact.start),
        *_days(fact.end),
        list(fact.qualifiers),
        fact.visit,
        fact.written,
    )


def _person(patient: Patient, person: int) -> Row:
    return (
        person,
        patient.id,
        patient.as_of,
        *_days(patient.birth),
        patient.sex,
        sorted(patient.absent),
        sorted(patient.never),
        sorted(patient.complete),
        sorted(patient.in_part),
        sorted(name for name, value in patient.attested.items() if value),
        sorted(name for name, value in patient.attested.items() if not value),
        list(patient.warnings),
        _json([[_fact_data(fact) for fact in pair] for pair in patient.ending]),
        _json([_reply_data(reply) for reply in patient.replies]),
        _json(dict(sorted(patient.identifiers.items()))),
    )


def _json(data: list[list[dict[str, object]]] | list[dict[str, object]] | dict[str, str]) -> str | None:
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if data else None


def _fact_data(fact: Fact) -> dict[str, object]:
    days = [None if day is None else [day.first.isoformat(), day.last.isoformat()] for day in (fact.start, fact.end)]
    return {
        "concept": fact.concept,
        "kind": fact.kind,
        "status": fact.status,
        "start": days[0],
        "end": days[1],
        "qualifiers": fact.qualifiers,
        "written": fact.written,
        "visit": fact.visit,
    }


def _reply_data(reply: Reply) -> dict[str, object]:
    data: dict[str, object] = {name: value for name, value in reply._asdict().items() if value is not None}
    place = reply.place
    return {
        **data,
        "day": reply.day.isoformat(),
        "place": [place.file, place.line, place.column, place.path, place.span],
    }


# --- rows to Patient


def patient_of(person: Cells, observations: Iterable[Cells], facts: Iterable[Cells]) -> Patient:
    """The Patient of a row of the person table and of that person's rows of the others, in the order of the tables."""
    results: dict[str, list[Result]] = {}
    superseded: dict[str, list[Result]] = {}
    for cells in observations:
        result = _result_of(cells)
        (superseded if cells["superseded"] else results).setdefault(result.variable, []).append(result)
    found: dict[str, list[Fact]] = {}
    for cells in facts:
        fact = _fact_of(cells)
        found.setdefault(fact.concept, []).append(fact)
    sex = person["sex"]
    return Patient(
        id=_text(person["id"]),
        as_of=_day(person["as_of"]),
        birth=_partial(person["birth_first"], person["birth_last"]),
        sex="male" if sex == "male" else "female" if sex == "female" else None,
        results={variable: tuple(of_one) for variable, of_one in results.items()},
        facts={concept: tuple(of_one) for concept, of_one in found.items()},
        absent=frozenset(_words(person["absent"])),
        complete=frozenset(_words(person["complete"])),
        attested=_attested(_words(person["attested_yes"]), _words(person["attested_no"])),
        warnings=tuple(_words(person["warnings"])),
        superseded={variable: tuple(of_one) for variable, of_one in superseded.items()},
        ending=tuple((_fact_from(now), _fact_from(then)) for now, then in _loaded(person["ending"])),
        in_part=frozenset(_words(person["in_part"])),
        identifiers=_identifiers(person["identifiers"]),
        never=frozenset(_words(person["never"])),
        replies=tuple(_reply_from(data) for data in _loaded(person["replies"])),
    )


def _result_of(cells: Cells) -> Result:
    forms = cells["forms"]
    assert isinstance(forms, int)
    number, text, unit = _number(cells["number"], forms & _NUMBER), cells["text"], _maybe(cells["unit"])
    value = number if text is None else int(_text(text)) if forms & _TEXT else _text(text)
    written = cells["written"]
    problem = cells["problem"]
    return Result(
        variable=_text(cells["variable"]),
        low=_or_nan(_number(cells["low"], forms & _LOW)),
        high=_or_nan(_number(cells["high"], forms & _HIGH)),
        low_closed=bool(cells["low_closed"]),
        high_closed=bool(cells["high_closed"]),
        date=_partial(cells["first"], cells["last"]),
        written=_as_written(value, unit) if written is None else _text(written),
        value=value,
        unit=unit,
        reference_low=NAN if cells["own_low_unusable"] else _number(cells["own_low"], forms & _OWN_LOW),
        reference_high=NAN if cells["own_high_unusable"] else _number(cells["own_high"], forms & _OWN_HIGH),
        problem=None if problem is None else Reason(_text(problem)),
        detail=_maybe(cells["detail"]),
        remark=_maybe(cells["remark"]),
    )


def _number(cell: Cell, whole: int) -> float | None:
    if cell is None:
        return None
    assert isinstance(cell, (int, float))
    return int(cell) if whole else float(cell)


def _or_nan(number: float | None) -> float:
    return NAN if number is None else number


def _text(cell: Cell) -> str:
    assert isinstance(cell, str)
    return cell


def _maybe(cell: Cell) -> str | None:
    return None if cell is None else _text(cell)


def _words(cell: Cell) -> Sequence[str]:
    return cell if isinstance(cell, list) else ()


def _day(cell: Cell) -> date:
    assert isinstance(cell, date)
    return cell


def _partial(first: Cell, last: Cell) -> PartialDate | None:
    return None if first is None or last is None else PartialDate(_day(first), _day(last))


def _attested(yes: Iterable[str], no: Iterable[str]) -> dict[str, bool]:
    return dict(sorted([*((name, True) for name in yes), *((name, False) for name in no)]))


def _fact_of(cells: Cells) -> Fact:
    return Fact(
        concept=_text(cells["concept"]),
        kind=cast(FactKind, cells["kind"]),  # the words of the columns are those of the model
        status=cast(FactStatus, cells["status"]),
        start=_partial(cells["start_first"], cells["start_last"]),
        end=_partial(cells["end_first"], cells["end_last"]),
        qualifiers=tuple(_words(cells["qualifiers"])),
        written=_text(cells["written"]),
        visit=bool(cells["visit"]),
    )


def _loaded(cell: Cell) -> list[Any]:
    """What a column holds as JSON, which is a list."""
    found: list[Any] = [] if cell is None else json.loads(_text(cell))
    return found


def _identifiers(cell: Cell) -> dict[str, str]:
    found: dict[str, str] = {} if cell is None else json.loads(_text(cell))
    return found


def _fact_from(data: Mapping[str, Any]) -> Fact:
    start, end = (None if days is None else PartialDate(*map(date.fromisoformat, days)) for days in _ends(data))
    return Fact(
        concept=data["concept"],
        kind=data["kind"],
        status=data["status"],
        start=start,
        end=end,
        qualifiers=tuple(data["qualifiers"]),
        written=data["written"],
        visit=data["visit"],
    )


def _ends(data: Mapping[str, Any]) -> tuple[list[str] | None, list[str] | None]:
    return data["start"], data["end"]


def _reply_from(data: Mapping[str, Any]) -> Reply:
    file, line, column, path, span = data["place"]
    place = Place(file, line, column, path, None if span is None else (span[0], span[1]))
    return Reply(**{**data, "day": date.fromisoformat(data["day"]), "place": place})
