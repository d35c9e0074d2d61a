"""A variable and a situation in, every value that makes a difference out: one finding for each region between limits.

The limits are those of all tests that look at the variable, itself or through a score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from typing import cast

from eligo.criteria import DAYS_IN, Compare, OneOf, Present, Related
from eligo.evaluation.ages import AgeThen
from eligo.evaluation.answers import numbers
from eligo.evaluation.chart import Chart
from eligo.evaluation.comparing import Comparison, absolute, multiple
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import Edit, born, measured, of_sex, rewritten, today, value_of
from eligo.outlook.phrases import Told
from eligo.outlook.situation import Situation
from eligo.outlook.turns import turns
from eligo.patients.dates import AgeUnit
from eligo.patients.dates import born as birth_days
from eligo.patients.model import PartialDate, Patient, Result
from eligo.vocabulary.variables import Variable, variables


class ValueRegion(NamedTuple):
    """Values that no test tells apart; in the canonical unit, an age in years."""

    low: float
    low_closed: bool
    high: float
    high_closed: bool

    def joined(self, other: ValueRegion) -> ValueRegion:
        """Both regions, of which the other one follows."""
        return ValueRegion(self.low, self.low_closed, other.high, other.high_closed)


class Option(NamedTuple):
    """One answer to a question: what is said or the region that it stands for, and what it does to a record."""

    answer: Told | ValueRegion
    edit: Callable[[Patient], Edit]


def of_variable(situation: Situation, variable: str, past_too: bool = False) -> list[Option]:
    """Everything that the variable can be, in rising order; nothing for one that has no values."""
    if variable == "sex":
        return [Option(Told(sex), partial(of_sex, sex=sex)) for sex in ("male", "female")]
    if variable == "age":
        return _ages(situation)
    known = variables().get(variable)
    if known is None:
        return []
    day = today(situation.patient)
    if known.kind == "category":
        words = sorted(set(known.values.values()))
        results = (Result(variable, math.nan, math.nan, date=day, written=word, value=word) for word in words)
        edits = (partial(measured, result=result) for result in results)
        return [Option(Told(word), edit) for word, edit in zip(words, edits, strict=True)]

    def option(region: ValueRegion) -> Option:
        result = value_of(variable, _inside(region), day)
        return Option(region, partial(measured, result=result, past_too=past_too))

    limits, through = _limits(situation, known)
    least, most = _range(known, limits)
    if known.kind in ("ordinal", "count"):
        return list(map(option, _whole(known, limits, least, most)))
    inside = sorted(limit for limit in limits if least <= limit <= most)
    found = list(map(option, _between(inside, least, most)))
    if through:
        places = turns(situation, variable, through, (least, most), past_too)
        found = list(map(option, _between(sorted({*inside, *places}), least, most)))
    return found


def of_reference(situation: Situation, result: Result, of: str) -> list[Option]:
    """The limits of normal (`of` ULN or LLN) that make a difference for a value, if its report stated them."""
    ends = set[float]()
    for number in numbers(situation.reading((result.variable,)) if result.low > 0 else 0):
        test = situation.engine.asked[number]
        if isinstance(test, Compare) and test.variable == result.variable:
            factors = [limit.value for limit in test.limits if limit.of == of and limit.value > 0]
            ends.update(multiple(1, result.low / factor) for factor in factors)
            apart = [multiple(1, result.low - limit.value) for limit in test.limits if limit.above == of]
            ends.update(end for end in apart if end > 0)
    options = []
    for region in _between(sorted(ends), 0, max(ends) * 4) if ends else ():
        end = _inside(region)
        new = result._replace(reference_high=end) if of == "ULN" else result._replace(reference_low=end)
        options.append(Option(region, partial(rewritten, old=result, new=new)))
    return options


def _limits(situation: Situation, variable: Variable) -> tuple[set[float], int]:
    """Where tests of the variable itself turn, and the bits of those that see it through a score."""
    found, through = set[float](), 0
    for number in numbers(situation.reading((variable.id,))):
        test, answer = situation.engine.asked[number], situation.engine.tests[number]
        if isinstance(test, Compare) and isinstance(answer, Comparison):
            found.update(_turning(test, answer, variable.id, situation.answers.chart))
        elif isinstance(test, OneOf) and test.variable == variable.id:
            found.update(value for value in test.values if not isinstance(value, str))
        elif isinstance(test, Present | Related):
            found.add(0.0)  # of a grade: there or not
        if isinstance(test, Compare | OneOf) and test.variable != variable.id:
            through |= 1 << number
    return found, through


def _turning(test: Compare, answer: Comparison, variable: str, chart: Chart) -> Iterator[float]:
    """The values of the variable at which a comparison of it, or with a multiple of it, turns."""
    reading = value_of(variable, math.nan, PartialDate(chart.as_of, chart.as_of))
    for limit in test.limits:
        if test.variable != variable:
            values = chart.recorded(cast(str, test.variable)) if limit.of == variable and limit.value else ()
            yield from (multiple(1, v.low / limit.value) for v in values if v.low == v.high)
        elif limit.of is None and limit.above is None:
            yield float(limit.value)
        elif (normal := answer.resolve(limit, reading, chart)) is not None:
            yield from {absolute(limit, normal.low), absolute(limit, normal.high)}


def _range(variable: Variable, limits: Iterable[float]) -> tuple[float, float]:
    """Where values can lie: the plausible range, else from nothing to beyond the last limit."""
    if variable.plausible is not None:
        return variable.plausible
    return min((0.0, *limits)), 2 * max((1.0, *limits))


def _between(limits: list[float], least: float, most: float) -> Iterator[ValueRegion]:
    """The limits and what lies between them, from the least to the greatest value."""
    if not limits:
        yield ValueRegion(least, True, most, True)
        return
    if least < limits[0]:
        yield ValueRegion(least, True, limits[0], False)
    for limit, following in pairwise([*limits, math.nan]):
        yield ValueRegion(limit, True, limit, True)
        if following > limit:
            yield ValueRegion(limit, False, following, False)
    if limits[-1] < most:
        yield ValueRegion(limits[-1], False, most, True)


def _whole(variable: Variable, limits: Iterable[float], least: float, most: float) -> Iterator[ValueRegion]:
    """Each grade; of what is counted, the whole numbers between the limits."""
    if variable.grades:
        for grade in sorted(set(variable.grades.values())):
            yield ValueRegion(grade, True, grade, True)
        return
    starts = {math.ceil(least)}
    for limit in limits:
        starts |= {int(limit), int(limit) + 1} if limit == int(limit) else {math.ceil(limit)}
    inside = sorted(start for start in starts if least <= start <= most)
    for start, following in pairwise([*inside, math.floor(most) + 1]):
        yield ValueRegion(start, True, following - 1, True)


def _inside(region: ValueRegion) -> float:
    """A value of the region, whole where the ends are."""
    if region.low_closed and region.high_closed and float(region.low).is_integer():
        return region.low
    return float(f"{(region.low + region.high) / 2:.12g}") if region.low != region.high else region.low


def _ages(situation: Situation) -> list[Option]:
    """The ages between which no test tells apart, as days of birth; the region says years."""
    as_of, starts = situation.patient.as_of, {situation.patient.as_of: 0.0}
    for number in numbers(situation.reading(("age",))):
        test, answer = situation.engine.asked[number], situation.engine.tests[number]
        if isinstance(answer, AgeThen):
            starts |= dict(_born_before(answer, situation.answers.chart))
        elif isinstance(test, Compare) and test.variable == "age":
            for limit in test.limits:
                unit = cast(AgeUnit, limit.unit)
                for age in {math.floor(limit.value), math.floor(limit.value) + 1}:
                    days = birth_days(age, unit, as_of)
                    if days is not None and age >= 0:
                        starts[days.last] = age * DAYS_IN[unit] / DAYS_IN["a"]
        elif isinstance(test, Compare | OneOf):  # a score
            starts |= {days.last: float(y) for y in range(5, 100, 5) if (days := birth_days(y, "a", as_of))}
    ordered = sorted(starts.items(), reverse=True)
    ages = [*(years for _, years in ordered), math.inf]
    return [
        Option(ValueRegion(low, True, high, False), partial(born, day=day))
        for (day, _), (low, high) in zip(ordered, pairwise(ages), strict=True)
    ]


def _born_before(answer: AgeThen, chart: Chart) -> Iterator[tuple[date, float]]:
    """The last days of birth on which an age at an event turns, each with the age of today in years."""
    begun = {day for fact in answer.begun(chart) if fact.start for day in (fact.start.first, fact.start.last)}
    for day in begun:
        for _, unit, value in answer.limits:
            for age in {0, math.floor(value), math.floor(value) + 1}:
                days = birth_days(age, unit, day) if age >= 0 else None
                if days is not None and days.last <= chart.as_of:
                    yield days.last, round((chart.as_of - days.last).days / DAYS_IN["a"], 2)
