"""A variable and a situation in, the values out at which a test may turn that sees the variable through a score.

A score never turns back along one input (`vocabulary.scoring`), and neither do the least and the greatest value that it
can have where other inputs are missing. So each of these crosses a limit once at most, and halving finds where.
"""

from __future__ import annotations

import functools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import chain

from eligo.criteria import Compare, OneOf
from eligo.evaluation.answers import numbers
from eligo.evaluation.chart import Chart, Reading
from eligo.evaluation.comparing import Comparison, absolute
from eligo.evaluation.derive import Source, other_sources
from eligo.outlook.edits import measured, today, value_of
from eligo.outlook.situation import Situation
from eligo.vocabulary.scores import SCORES
from eligo.vocabulary.variables import variables

PRECISION = 1e-3  # of a place that follows from a score; laboratories do not state values more finely

Places = tuple[int, ...]  # where a score lies among its limits


def turns(situation: Situation, variable: str, bits: int, ends: tuple[float, float], past_too: bool) -> Iterator[float]:
    """The values between the ends at which a score crosses a limit of one of the tests."""
    watched = _watched(situation, variable, bits)
    day = today(situation.patient)

    @functools.cache
    def places(value: float) -> Places:
        edit = measured(situation.patient, value_of(variable, value, day), past_too)
        chart = Chart(edit.patient, situation.engine.policy)
        chart.share(situation.answers.chart)
        found = (_places(source(chart), limits) for source, limits in watched)
        return tuple(chain.from_iterable(found))

    return _crossings(*ends, places) if watched else iter(())


def _watched(situation: Situation, variable: str, bits: int) -> list[tuple[Source, list[float]]]:
    """Each score that a test asks for, with all the limits that it is held against."""
    limits: dict[str, set[float]] = {}
    for number in numbers(bits):
        test, answer = situation.engine.asked[number], situation.engine.tests[number]
        if isinstance(test, OneOf) and test.variable in SCORES:
            known = variables().get(test.variable or "")
            limits.setdefault(test.variable or "", set()).update(map(float, known.grades.values()) if known else ())
        elif isinstance(test, Compare) and isinstance(answer, Comparison):
            for name in {test.variable, *(limit.of for limit in test.limits)} & SCORES.keys():
                limits.setdefault(name or "", set()).update(_limits(test, answer, name or "", situation))
    return [(_source(name), sorted(found)) for name, found in limits.items() if name != variable]


@functools.cache
def _source(score: str) -> Source:
    """Where the computed value of a score comes from."""
    return other_sources(score)[0][0]


def _limits(test: Compare, answer: Comparison, score: str, situation: Situation) -> Iterator[float]:
    """The values of the score at which a comparison turns."""
    chart = situation.answers.chart
    reading = value_of(score, math.nan, today(situation.patient))
    for limit in test.limits:
        if test.variable == score and limit.of is None and limit.above is None:
            yield float(limit.value)
        elif test.variable == score and (normal := answer.resolve(limit, reading, chart)) is not None:
            yield from (absolute(limit, normal.low), absolute(limit, normal.high))
        elif limit.of == score and limit.value:
            yield from (r.low / limit.value for r in chart.recorded(test.variable or "") if r.low == r.high)


def _places(readings: tuple[Reading, ...], limits: list[float]) -> Places:
    """Between which limits the least and the greatest value lie; nothing where nothing is known."""
    if not readings or readings[0].problem is not None:
        return (-1,)
    ends = (readings[0].low, readings[0].high)
    return tuple(place(limits, end) for end in ends for place in (bisect_left, bisect_right))


def _crossings(low: float, high: float, places: Callable[[float], Places]) -> Iterator[float]:
    """The first values at new places between two values, by halving."""
    while places(low) != places(high):
        before, after = low, high
        while after - before > PRECISION * max(abs(after), PRECISION):
            middle = math.sqrt(before * after) if 0 < 4 * before < after else (before + after) / 2
            if places(middle) == places(low):
                before = middle
            else:
                after = middle
        yield float(f"{after:.4g}")
        low = after
