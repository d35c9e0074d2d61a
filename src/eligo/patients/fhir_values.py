"""Values, units and dates of FHIR resources in, what the builder takes out, or a `Refusal`.

A date is handed over as it is written, or as the interval of days that a period, an age or a range leaves open.
"""

from __future__ import annotations

from datetime import date

from eligo.dataclass import dataclass
from eligo.patients import dates
from eligo.patients.answers import Answer, Wording, coded_answer
from eligo.patients.dates import EARLIEST
from eligo.patients.fhir_words import Json, obj, objects, text_of
from eligo.patients.model import PartialDate
from eligo.patients.person import When
from eligo.patients.values import Number
from eligo.vocabulary.units import ucum

_UCUM = ("http://unitsofmeasure.org", "https://unitsofmeasure.org", "https://ucum.org", "http://ucum.org")
_INTERPRETED = ("POS", "NEG", "DET", "ND", "IND", "RR", "NR", "WR", "E")  # what says more than that a value is normal
_AGE_UNITS: dict[str, dates.AgeUnit] = {
    **dict.fromkeys(("a", "y", "yr", "yrs", "year", "years"), "a"),
    **dict.fromkeys(("mo", "month", "months"), "mo"),
    **dict.fromkeys(("wk", "week", "weeks"), "wk"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}


class Refusal(Exception):  # noqa: N818 - it says why a resource is refused; it is no failure of eligo
    """Why a resource, or a part of one, cannot be used: a code and its words, without any value."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class FhirDays:
    """What dates are read against: the day of the screening and the days of birth."""

    as_of: date
    birth: PartialDate | None = None


# --- dates


def written_date(data: object) -> str | None:
    """A date as it is written, checked; None where there is none."""
    text = text_of(data)
    if text is None:
        return None
    if dates.read_date(text) is None:
        raise Refusal("date-format", "its date cannot be read")
    return text


def day_of(text: str) -> PartialDate:
    """The days of a written date."""
    found = dates.read_date(text)
    if found is None:
        raise Refusal("date-format", "its date cannot be read")
    return found


def when_of(resource: Json, stem: str, days: FhirDays) -> When | None:
    """When something was: `effective`, `onset`, `abatement`, `performed` of any kind; None where it is not said."""
    for kind in ("DateTime", "Instant", "Date"):
        if found := written_date(resource.get(stem + kind)):
            return found
    start, end = period_of(resource.get(f"{stem}Period"))
    if start or end:
        return _between(start, end, days)
    events = _timing(obj(resource.get(f"{stem}Timing")))
    if events:
        first, last = (f(events, key=lambda e: (day_of(e).first, day_of(e).last)) for f in (min, max))
        return first if first == last else _between(first, last, days)
    return _at_age(resource, stem, days)


def span_of(resource: Json, stem: str, days: FhirDays) -> tuple[When | None, When | None]:
    """From when to when something lasted; of a point in time both are the same."""
    start, end = period_of(resource.get(f"{stem}Period"))
    if start or end:
        return start, end
    point = when_of(resource, stem, days)
    return point, point


def period_of(data: object) -> tuple[str | None, str | None]:
    """Start and end of a Period."""
    period = obj(data)
    return written_date(period.get("start")), written_date(period.get("end"))


def some_day(days: FhirDays) -> PartialDate:
    """Any day of the patient's life up to the screening, for what has no date."""
    first = days.birth.first if days.birth else EARLIEST
    return PartialDate(min(first, days.as_of), days.as_of)


def _between(start: str | None, end: str | None, days: FhirDays) -> PartialDate:
    first = day_of(start).first if start else some_day(days).first
    last = day_of(end).last if end else max(days.as_of, first)
    if last < first:
        raise Refusal("dates-order", "its end lies before its start")
    return PartialDate(first, last)


def _timing(timing: Json) -> list[str]:
    listed = timing.get("event")
    events = [found for e in (listed if isinstance(listed, list) else []) if (found := written_date(e))]
    bounds = period_of(obj(timing.get("repeat")).get("boundsPeriod"))
    return events or [day for day in bounds if day]


def _at_age(resource: Json, stem: str, days: FhirDays) -> PartialDate | None:
    """The days on which the patient had the age of `onsetAge` or an age within `onsetRange`."""
    low = high = obj(resource.get(f"{stem}Age"))
    if not low:
        limits = obj(resource.get(f"{stem}Range"))
        low, high = obj(limits.get("low")), obj(limits.get("high"))
    ages = [_age(low), _age(high)]
    if days.birth is None or ages[0] is None or ages[1] is None:
        return None
    (least, unit), (most, other) = ages[0], ages[1]
    return dates.reached(days.birth, least, most, unit) if unit == other and least <= most else None


def _age(quantity: Json) -> tuple[int, dates.AgeUnit] | None:
    value = quantity.get("value")
    unit = next((u for key in ("code", "unit") if (u := _AGE_UNITS.get(str(quantity.get(key)).lower()))), None)
    if isinstance(value, bool) or not isinstance(value, int | float) or not unit or not 0 <= value < 200_000:
        return None
    return int(value), unit


# --- values


def value_of(part: Json) -> tuple[str | Number, str | None]:
    """The value of an Observation or of one of its components, with its unit."""
    if found := obj(part.get("valueQuantity")):
        return _quantity(found)
    for kind in ("valueInteger", "valueDecimal"):
        if (plain := number_of(part.get(kind))) is not None:
            return plain, None
    if text := text_of(part.get("valueString")):
        return text, None
    if found := obj(part.get("valueCodeableConcept")):
        return _label(found), None
    if found := obj(part.get("valueRange")):
        return _range(found)
    if obj(part.get("dataAbsentReason")) or not any(k.startswith("value") for k in part):
        raise Refusal("no-value", "it has no value")
    raise Refusal("value-kind", "its value is of a kind that no criterion compares")


def answer_in(part: Json, own: Wording | None) -> Answer | None:
    """What the coded value of a part says, or, beside a value that is no words, how the laboratory interprets it."""
    if isinstance(part.get("valueBoolean"), bool):
        return "positive" if part["valueBoolean"] else "negative"
    codes = [
        code for c in objects(obj(part.get("valueCodeableConcept")).get("coding")) if (code := text_of(c.get("code")))
    ]
    said = coded_answer(codes, own)
    if said is not None or any(part.get(key) for key in ("valueString", "valueCodeableConcept")):
        return said
    how = [text_of(c.get("code")) for one in objects(part.get("interpretation")) for c in objects(one.get("coding"))]
    return coded_answer([code for code in how if code in _INTERPRETED], own)


def remark_of(resource: Json, part: Json, specimen: Json) -> str | None:
    """The notes of a result and of its specimen, with what is said of the specimen's condition."""
    texts = [text for held in (resource, part, specimen) for text in notes_of(held)]
    for state in objects(specimen.get("condition")):
        texts += [text_of(state.get("text"))] + [text_of(c.get("display")) for c in objects(state.get("coding"))]
    return " ".join("; ".join(dict.fromkeys(text for text in texts if text)).split()) or None


def notes_of(part: Json) -> list[str | None]:
    """The remarks that stand beside a value; DSTU2 and STU3 have one text of them."""
    keys = [key for key in ("note", "comments", "comment") if key in part]
    return [text_of(note) or text_of(obj(note).get("text")) for key in keys for note in _several(part[key])]


def _several(data: object) -> list[object]:
    return data if isinstance(data, list) else [data]


def answer_words(part: Json) -> str:
    """The value of a part as a report shows it."""
    if isinstance(part.get("valueBoolean"), bool):
        return "yes" if part["valueBoolean"] else "no"
    try:
        value, unit = value_of(part)
    except Refusal:
        return ""
    return f"{value} {unit}" if unit else str(value)


def _quantity(quantity: Json) -> tuple[str | Number, str | None]:
    value = text_of(quantity.get("value")) or number_of(quantity.get("value"))
    if value is None:
        raise Refusal("no-value", "its quantity has no value")
    comparator = text_of(quantity.get("comparator"))
    if comparator is None:
        return value, unit_of(quantity)
    if comparator not in ("<", "<=", ">", ">="):
        raise Refusal("comparator", "its comparator is not one that eligo reads")
    return f"{comparator}{value}", unit_of(quantity)


def _range(limits: Json) -> tuple[str | Number, str | None]:
    low, high = obj(limits.get("low")), obj(limits.get("high"))
    least, most = number_of(low.get("value")), number_of(high.get("value"))
    if least is not None and most is not None and unit_of(low) == unit_of(high):
        return f"{least} - {most}", unit_of(low)
    if least is not None and not high:
        return f">={least}", unit_of(low)
    if most is not None and not low:
        return f"<={most}", unit_of(high)
    raise Refusal("value-kind", "its range has no two ends in one unit")


def unit_of(quantity: Json) -> str | None:
    """The unit: the UCUM code, where it is one that is known, else the words."""
    code, unit = text_of(quantity.get("code")), text_of(quantity.get("unit"))
    system = (text_of(quantity.get("system")) or "").rstrip("/")
    if code and (unit is None or ((not system or system in _UCUM) and (code == unit or ucum(code) is not None))):
        return code
    return unit


def _label(concept: Json) -> str:
    displays = (text_of(coding.get("display")) for coding in objects(concept.get("coding")))
    codes = (text_of(coding.get("code")) for coding in objects(concept.get("coding")))
    found = text_of(concept.get("text")) or next((d for d in (*displays, *codes) if d), None)
    if found is None:
        raise Refusal("no-value", "it has no value")
    return found


def number_of(data: object) -> Number | None:
    """The number, where it is one."""
    return data if isinstance(data, int | float) and not isinstance(data, bool) else None
