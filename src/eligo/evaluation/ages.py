"""A comparison with an age in, a test of it out: the age of today, or that of the day on which something began.

An age is what people call it: 65 lasts until the day before the 66th birthday, so `age <= 65` holds on that day.
"""

from __future__ import annotations

from typing import cast

from eligo.criteria import Compare
from eligo.evaluation.chart import Basis, Chart, Derived, Outcome
from eligo.evaluation.comparing import MISSING, OF_POINT, SIDES, place_of
from eligo.evaluation.derive import age_in, birth_days
from eligo.evaluation.truths import MET, UNKNOWN
from eligo.patients.dates import AgeUnit, completed
from eligo.patients.model import Fact, PartialDate
from eligo.truth import Reason, Truth
from eligo.vocabulary.concepts import concepts

Ages = tuple[int, int]  # the least and the greatest, in completed units


class AgeComparison:
    """The test of a comparison with the age of today, in completed years, months, weeks or days."""

    __slots__ = ("limits",)

    def __init__(self, test: Compare) -> None:
        self.limits = tuple((li.op, cast(AgeUnit, li.unit), float(li.value)) for li in test.limits)

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        truth = MET
        for op, unit, value in self.limits:
            ages = chart.born.get(unit) or age_in(chart, unit)
            if not isinstance(ages, tuple):
                return (UNKNOWN, ages, None, chart.recorded("age")) if ages else MISSING
            least, most = ages
            if least == most:
                held = OF_POINT[op][place_of(least, value, 0)]
            else:
                held = SIDES[op](least, True, most, True, value, value)
            if held < truth:
                truth = held
        return (UNKNOWN, Reason.MISSING, "partial_date", ()) if truth is UNKNOWN else (truth, None, None, ())


class AgeThen:
    """The test of a comparison with the age on the day on which a concept, or the first of its kinds, began.

    It decides where every entry gives the same answer, since then the first of them does. The age of today is none.
    """

    __slots__ = ("concept", "family", "limits")

    def __init__(self, test: Compare) -> None:
        self.limits = tuple((li.op, cast(AgeUnit, li.unit), float(li.value)) for li in test.limits)
        self.concept = cast(str, test.at)
        self.family = concepts().descendants(self.concept)

    @property
    def reads(self) -> frozenset[str]:
        """The ids of everything that this test looks at."""
        return self.family | {"age"}

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        begun = self.begun(chart)
        if all(fact.status == "suspected" for fact in begun):
            return UNKNOWN, Reason.MISSING, "onset_unknown", begun
        birth = birth_days(chart)
        if not isinstance(birth, PartialDate):
            return (UNKNOWN, birth, None, chart.recorded("age")) if birth else MISSING
        if any(fact.start is None for fact in begun):
            return UNKNOWN, Reason.MISSING, "onset_unknown", begun
        if any(fact.start and fact.start.last < birth.first for fact in begun):
            return UNKNOWN, Reason.IMPLAUSIBLE, "before_birth", begun
        basis: tuple[Basis, ...] = tuple(_as_derived(fact, birth) for fact in begun)
        truths = {self._of(fact, birth) for fact in begun}
        if len(truths) == 1 and UNKNOWN not in truths:
            return truths.pop(), None, None, basis
        return UNKNOWN, Reason.MISSING, "partial_date" if UNKNOWN in truths else "beginnings_differ", basis

    def begun(self, chart: Chart) -> tuple[Fact, ...]:
        """The entries that say that it has begun; one that is suspected only may be the first."""
        return tuple(
            fact
            for fact in chart.under.get(self.concept, ())
            if fact.status not in ("refuted", "planned") and (fact.start is None or fact.start.first <= chart.as_of)
        )

    def ages(self, chart: Chart, fact: Fact) -> tuple[int | None, ...]:
        """The age at the beginning of an entry, in the unit of each limit; None where it is not known to the unit."""
        birth = birth_days(chart)
        if not isinstance(birth, PartialDate) or fact.start is None:
            return ()
        found = [_age_on(birth, fact.start, unit) for _, unit, _ in self.limits]
        return tuple(least if least == most else None for least, most in found)

    def _of(self, fact: Fact, birth: PartialDate) -> Truth:
        held = []
        for op, unit, value in self.limits:
            least, most = _age_on(birth, cast(PartialDate, fact.start), unit)
            held.append(SIDES[op](least, True, most, True, value, value))
        return min(held)


def _age_on(birth: PartialDate, day: PartialDate, unit: AgeUnit) -> Ages:
    """The least and the greatest age on a day, both of which may be known in part."""
    return completed(min(birth.last, day.first), day.first, unit), completed(min(birth.first, day.last), day.last, unit)


def _as_derived(fact: Fact, birth: PartialDate) -> Derived:
    least, most = _age_on(birth, cast(PartialDate, fact.start), "a")
    return Derived("age", least, most, "birth", inputs=(fact,))
