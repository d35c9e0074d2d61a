"""Who the patient of a record is, and how its values and dates are read: what a builder stands on.

Age and birth date must fit together; nobody is older than people become.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from eligo.jsontext import JsonPath
from eligo.patients import dates
from eligo.patients.ledger import Took
from eligo.patients.model import PartialDate, Result
from eligo.patients.notes import Notes
from eligo.patients.plausible import NAN, NO_RANGE, Ends
from eligo.patients.values import NO_UNITS, Number, Units, measure
from eligo.truth import Reason
from eligo.vocabulary.variables import Variable, variables

When = str | PartialDate  # a date as it is written, or as a reader worked it out
OLDEST = 120  # years; nobody is known for certain to have become much older
# Clinics give the class and the score one name; the value tells which is meant.
_CLASS_OR_SCORE = {"child_pugh_class": "child_pugh_score", "child_pugh_score": "child_pugh_class"}


class Person(Notes):
    """Takes birth, age and sex; the results of all variables are kept with the times of their days.

    `units` are the site's, by variable, for values without one. `described` is the day that the record itself
    describes, where it is read as of another one: a value without a date is of that day.
    """

    def __init__(
        self,
        id_: str,
        as_of: date,
        lenient: bool = False,
        log: list[Took] | None = None,
        units: Units = NO_UNITS,
        described: date | None = None,
    ) -> None:
        super().__init__(lenient, log)
        self.id, self.as_of, self.units = id_, as_of, units
        self._described = described or as_of
        self._birth: PartialDate | None = None
        self._sex: Literal["male", "female"] | None = None
        self._results: dict[str, list[tuple[Result, dates.Clock]]] = {}

    @property
    def sex(self) -> Literal["male", "female"] | None:
        """The sex, as far as it was taken."""
        return self._sex

    @property
    def birth(self) -> PartialDate | None:
        """The days of birth, as far as they were taken."""
        return self._birth

    def born(self, text: When, path: JsonPath) -> None:
        """Take the date of birth, or the month or year of it."""
        birth = self._date(text, path)
        if birth and birth.first > self.as_of:
            self._refuse("birth-after-as-of", "the birth date lies after `as_of`", path, "check both dates")
        elif birth and dates.age_between(birth, self.as_of, "a")[0] > OLDEST:
            message = f"the birth date gives more than {OLDEST} years and does not count"
            nobody = Result("age", NAN, NAN, problem=Reason.IMPLAUSIBLE, detail=message)
            self._results.setdefault("age", []).append((nobody, dates.NO_TIME))
            self._warn("birth-implausible", message, path, "it may stand for one that is not known")
        elif birth:
            self._birth = birth
            self._used("birth date")

    def aged(self, value: str | Number, path: JsonPath) -> None:
        """Take the age on the day of `as_of`: completed years, or another unit that is given with it."""
        variable = variables().get("age")
        if variable is None:
            return
        unit = "years" if isinstance(value, int | float) or value.strip().replace(".", "").isdigit() else None
        result = self._measured(variable, value, unit, path)
        birth = _birth_of(result, self._described) if result.problem is None else None
        if self._birth is None:
            self._birth = birth
            result = result._replace(date=self._undated())
            self._results.setdefault("age", []).append((result, dates.NO_TIME))
            self._used("age")
        elif result.problem is None and not _agree(dates.age_between(self._birth, self._described, "a"), result):
            message = "the age and the birth date do not fit together"
            self._doubt("age-contradiction", message, path, "keep one of the two")

    def of_sex(self, word: str, path: JsonPath) -> None:
        """Take the sex; any word but male and female leaves it unknown."""
        variable = variables().get("sex")
        found = variable.value(word) if variable else None
        if found in ("male", "female"):
            self._sex = "male" if found == "male" else "female"
            self._used("sex")
        else:
            message = "the sex is neither male nor female, so criteria on it stay open"
            self._warn("sex-unknown", message, path, "write `male` or `female` where that is known")

    # --- values and dates

    def _measured(
        self,
        variable: Variable,
        value: str | Number,
        unit: str | None,
        path: JsonPath,
        reference: Ends = NO_RANGE,
        day: PartialDate | None = None,
    ) -> Result:
        result, problems = measure(variable, value, unit, reference, day, self.units.get(variable.id))
        other = variables().get(_CLASS_OR_SCORE.get(variable.id, "")) if result.problem else None
        if other:
            second, found = measure(other, value, unit, reference, day, self.units.get(other.id))
            if second.problem is None:
                result, problems = second, found
        for problem in problems:
            self._warn(problem.code, problem.message, path, problem.help)
        return result

    @property
    def _today(self) -> PartialDate:
        """The day of what has no date."""
        return PartialDate(self._described, self._described)

    def _undated(self) -> PartialDate | None:
        """The day of a value without a date: none where it is `as_of`, else the day that the record describes."""
        day = self._described
        return PartialDate(day, day) if day != self.as_of else None

    def _date(self, text: When, path: JsonPath) -> PartialDate | None:
        found = text if isinstance(text, PartialDate) else dates.read_date(text)
        if found is None:
            self._refuse("date-format", "this is not a date", path, dates.HELP)
        return found

    def _date_under(self, stated: tuple[When | None, str], path: JsonPath) -> PartialDate | None:
        """The days of a date that comes with the key of the entry that holds it, where there is one."""
        text, key = stated
        return self._date(text, (*path, key)) if text else None


def _birth_of(age: Result, as_of: date) -> PartialDate | None:
    """The days of birth that a stated age leaves open; None for one that is not a plain number."""
    plain = age.low == age.high and isinstance(age.value, int | float)
    return dates.birth_of(age.low, as_of) if plain else None


def _agree(years: Sequence[int], age: Result) -> bool:
    """Whether an age in years is that of the birth date; one year of play, for a birthday between two entries."""
    return years[0] - 1 <= age.high and age.low < years[1] + 2
