"""The reference ranges of an Observation in, the one that holds for the patient out.

A report may state a range for each sex, for ages, for other groups, or in words; ranges of other kinds than normal
(therapeutic, critical) are none.
"""

from __future__ import annotations

from collections.abc import Iterator

from eligo.dataclass import dataclass
from eligo.patients.fhir_values import FhirDays, number_of, unit_of
from eligo.patients.fhir_words import Json, obj, objects, text_of
from eligo.patients.model import PartialDate
from eligo.patients.plausible import Ends
from eligo.patients.reports import Fits, Sex, Stated, chosen, group_fits, kind_of, ranges_in, report_words

_IN_YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25, "h": 1 / 8766}
_WORDS = {"year": "a", "years": "a", "yr": "a", "yrs": "a", "y": "a", "month": "mo", "months": "mo", "mon": "mo"}
_WORDS |= {"week": "wk", "weeks": "wk", "day": "d", "days": "d", "hour": "h", "hours": "h"}


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a range has to be for: the sex, the days of birth, and the day of the value."""

    sex: Sex | None
    days: FhirDays
    on: PartialDate | None

    def range_of(self, part: Json) -> Ends:
        """The report's own range of normal; NaN where it states several and it is not known which is the patient's."""
        return chosen(one for known in objects(part.get("referenceRange")) for one in self._stated(known))

    def _stated(self, known: Json) -> Iterator[Stated]:
        """The ranges of one entry, each with whether it is for the patient; none for one of another kind."""
        text = text_of(known.get("text")) or ""
        group = self._group(known, text)
        if not _is_normal(known, text) or group is None:
            return
        fits, told = group
        of_age = self._of_age(obj(known.get("age")))
        fits, told = _both(fits, of_age), told + bool(obj(known.get("age")))
        ends = _ends(known)
        if ends is not None:
            yield Stated(ends, fits, told)
        elif "low" not in known and "high" not in known:
            for one in ranges_in(text, self.sex):
                yield Stated(one.ends, _both(fits, one.fits), told + one.told)

    def _group(self, known: Json, text: str) -> tuple[Fits, int] | None:
        """Whether the group of a range holds for the patient; None for a group that nobody can tell."""
        groups = objects(known.get("appliesTo"))
        if not groups:
            is_group = text.strip().casefold() in report_words().sexes
            return group_fits([text] if is_group else [], self.sex)
        found = [group_fits(_first_known(group), self.sex) for group in groups]
        told = [one for one in found if one is not None]
        if len(told) < len(found):
            return None
        named = [one for one in told if one[1]]
        fits = [one[0] for one in named]
        return (True if True in fits else None if None in fits else False, 1) if named else (True, 0)

    def _of_age(self, age: Json) -> Fits:
        """Whether the patient had the age of a range on the day of the value."""
        least, most = _years(obj(age.get("low"))), _years(obj(age.get("high")))
        if least is None and most is None:
            return None if age else True
        birth, on = self.days.birth, self.on or PartialDate(self.days.as_of, self.days.as_of)
        if birth is None:
            return None
        young, old = (on.first - birth.last).days / 365.25, (on.last - birth.first).days / 365.25
        # An age up to 65 years lasts until the day before the 66th birthday.
        low, high = least or 0.0, float("inf") if most is None else most + (1 if most >= 1 else 0)
        if low <= young + _DAY and old < high + _DAY:
            return True
        return None if low <= old and young < high else False


_DAY = 1 / 365


def _both(one: Fits, other: Fits) -> Fits:
    if one is False or other is False:
        return False
    return True if one and other else None


def _first_known(group: Json) -> list[str]:
    """The words for a group: a code or a name that is known, else all of them."""
    codings = objects(group.get("coding"))
    words = [w for c in codings for w in (text_of(c.get("code")), text_of(c.get("display"))) if w]
    words += [text] if (text := text_of(group.get("text"))) else []
    known = [w for w in words if w.casefold() in report_words().sexes or w.casefold() in report_words().anybody]
    return known[:1] or words


def _is_normal(known: Json, text: str) -> bool:
    """Whether a range is one of normal, by its type or, where it has none, by its own words."""
    kind = obj(known.get("type"))
    words = [w for c in objects(kind.get("coding")) for w in (text_of(c.get("code")), text_of(c.get("display"))) if w]
    words += [w] if (w := text_of(kind.get("text"))) else []
    if not words:
        return kind_of(text) is not False
    said = {kind_of(word) for word in words}
    return True in said and False not in said


def _ends(known: Json) -> Ends | None:
    """The ends of a range that are numbers; None where there are none, or two units."""
    ends = obj(known.get("low")), obj(known.get("high"))
    low, high = (number_of(end.get("value")) for end in ends)
    units = {unit_of(end) for end, value in zip(ends, (low, high), strict=True) if value is not None}
    if not units or len(units - {None}) > 1:
        return None
    return Ends(low, high, next(iter(units - {None}), None))


def _years(quantity: Json) -> float | None:
    value = number_of(quantity.get("value"))
    unit = next((w for key in ("code", "unit") if (w := text_of(quantity.get(key)))), "a").lower()
    factor = _IN_YEARS.get(_WORDS.get(unit, unit))
    return None if value is None or factor is None else value * factor
