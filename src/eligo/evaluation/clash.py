"""A score that the record states in, what contradicts it out: the value that its own inputs give, beyond all rounding.

The stated score counts in any case; the other one is only told.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from decimal import Decimal

from eligo.evaluation.chart import Basis, Chart, Derived
from eligo.evaluation.derive import Source, other_sources
from eligo.patients.model import PartialDate, Result
from eligo.vocabulary.scores import SCORES, Interval, bounds, leaf_inputs

CLASH = "clash"  # the detail of the value that contradicts the stated one


def clash(stated: Sequence[Basis], chart: Chart) -> Derived | None:
    """Work the score out anew; the result where no rounding of it, of the stated value or of the inputs explains both.

    A score with an input of a later day than its own is older than its inputs, and not contradicted by them.
    """
    first = stated[0] if stated else None
    if not isinstance(first, Result) or first.problem is not None or math.isinf(_apart(first.variable)):
        return None
    found = next(iter(_computed(first.variable)(chart)), None)
    if not isinstance(found, Derived) or any(_meet(_range(s), found) for s in stated if isinstance(s, Result)):
        return None
    latest = _day(first.date, chart).last
    if any(isinstance(i, Result) and _day(i.date, chart).first > latest for i in found.inputs):
        return None
    apart = _apart(first.variable)
    low, high = bounds(first.variable, _roughly(first.variable, chart))
    rough = Interval(low - apart, high + apart)
    if any(_meet(_written(s), rough) for s in stated if isinstance(s, Result)):
        return None
    return found._replace(detail=CLASH)


def _apart(variable: str) -> float:
    return SCORES[variable].apart


@functools.cache
def _computed(variable: str) -> Source:
    return other_sources(variable)[0][0]


def _roughly(score: str, chart: Chart) -> dict[str, Interval]:
    """What is known of the inputs, each as wide as the rounding of what is written; those that follow are left out."""
    known = {}
    for item in leaf_inputs(score):
        found = chart.inputs.get(item.key)
        if found is None:
            continue
        interval, basis = found
        if item.id == "age":
            known[item.key] = Interval(interval.low, interval.high + 1)  # completed years
        elif len(basis) == 1 and isinstance(basis[0], Result):
            known[item.key] = _written(basis[0]) if item.id != "sex" else interval
        elif not (item.key in SCORES and basis and isinstance(basis[0], Derived)):
            known[item.key] = interval
    return known


def _written(result: Result) -> Interval:
    """The values that are written as this one is: half of its last digit up and down."""
    if result.low != result.high or isinstance(result.value, str) or not result.value:
        return _range(result)
    exponent = Decimal(repr(result.value)).as_tuple().exponent
    half = 0.5 * 10.0 ** int(exponent) * abs(result.low / result.value)
    return Interval(result.low - half, result.high + half)


def _range(result: Result) -> Interval:
    return Interval(result.low, result.high)


def _meet(one: Interval, other: Interval | Derived) -> bool:
    return one.low <= other.high and other.low <= one.high


def _day(day: PartialDate | None, chart: Chart) -> PartialDate:
    return day or PartialDate(chart.as_of, chart.as_of)
