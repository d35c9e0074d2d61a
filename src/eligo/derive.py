"""A variable in, the sources of its value out: recorded results, scores computed from them, grades that concepts imply.

A source gives the readings that can be the value, none where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast

from eligo.chart import Chart, Derived, Reading
from eligo.criteria import Present, Window
from eligo.patients.dates import AgeUnit, age_between, born
from eligo.patients.model import PartialDate
from eligo.presence import Presence, presence
from eligo.truth import Reason, Truth
from eligo.vocabulary.variables import Variable, variables

Source = Callable[[Chart], tuple[Reading, ...]]


def other_sources(variable: str, window: Window | None = None) -> tuple[tuple[Source, ...], frozenset[str]]:
    """Where a value may come from that is not recorded, the best source first, and the ids of all that they look at."""
    known = variables().get(variable)
    if known is None or window is not None:
        return (), frozenset()
    found: list[Source] = []
    reads: frozenset[str] = frozenset()
    if known.concept is not None:
        test = presence(Present(known.concept))
        found.append(_implied(known, test))
        reads |= test.reads
    return tuple(found), reads


def _implied(variable: Variable, test: Presence) -> Source:
    """The grade that a concept implies: 0 where it is ruled out, at least 1 where it is present."""
    most = max(variable.grades.values(), default=0)

    def implied(chart: Chart) -> tuple[Reading, ...]:
        truth, _, detail, basis = test(chart)
        if truth is Truth.UNKNOWN:
            return ()
        low, high = (1, most) if truth is Truth.MET else (0, 0)
        return (Derived(variable.id, low, high, "concept", detail=detail, inputs=basis),)

    return implied


def birth_days(chart: Chart) -> PartialDate | Reason | None:
    """The days on which the patient can be born: by the birth date, else by a recorded age; a reason where unusable."""
    if chart.patient.birth is not None:
        return chart.patient.birth
    ages = chart.recorded("age")
    if not ages:
        return None
    first, last = date.max, date.min
    for age in ages:
        if age.problem is not None:
            return age.problem
        day = age.date or PartialDate(chart.as_of, chart.as_of)
        oldest, youngest = _born(age.high, day.first), _born(age.low, day.last)
        first = min(first, oldest.first if oldest else date.min)
        last = max(last, youngest.last if youngest else day.last)
    return PartialDate(first, last)


def _born(years: float, day: date) -> PartialDate | None:
    """The birth days of an age in years on a day; None where the age is open."""
    if abs(years) == float("inf"):
        return None
    if years == int(years):
        return born(int(years), "a", day)
    return born(int(round(years * 365.25, 6)), "d", day)


def age_in(chart: Chart, unit: AgeUnit) -> tuple[int, int] | Reason | None:
    """The least and the greatest age in completed units; a reason where it is unusable, None where it is missing."""
    key = ("age", unit)
    if key not in chart.memo:
        days = birth_days(chart)
        chart.memo[key] = age_between(days, chart.as_of, unit) if isinstance(days, PartialDate) else days
    return cast(tuple[int, int] | Reason | None, chart.memo[key])


def age_of(chart: Chart) -> Derived | None:
    """The patient's age in completed years."""
    ages = age_in(chart, "a")
    return Derived("age", *ages, "birth") if isinstance(ages, tuple) else None
