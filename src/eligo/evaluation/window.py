"""Calendar arithmetic in, truths out: ages, windows and the times of facts, on dates that may be known only in part.

Every date is an interval of days. A question is decided only when every day of the intervals gives the same answer.
"""

from __future__ import annotations

import calendar
import functools
import math
from datetime import date, timedelta
from typing import Literal

from eligo.criteria import DAYS_IN, Bound, Duration, Number, TimeUnit, Window
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Fact, PartialDate
from eligo.truth import Truth, all_of, not_
from eligo.vocabulary.ages import event_time, is_event, lasting

Days = tuple[date, date]

_MONTHS: dict[TimeUnit, int] = {"mo": 1, "a": 12}


def shift(day: date, duration: Duration, sign: Literal[1, -1] = 1) -> date:
    """Add (or with sign -1 subtract) a duration; months and years keep the day of the month, or take the last one.

    Records have days, not hours: what is shorter than a day counts as a day.

    >>> shift(date(2025, 1, 31), Duration(1, "mo"))
    datetime.date(2025, 2, 28)
    """
    return _shift(day, duration.value, duration.unit, sign)


@functools.lru_cache(maxsize=4096)
def _shift(day: date, value: Number, unit: TimeUnit, sign: Literal[1, -1]) -> date:
    months = value * _MONTHS.get(unit, 0)
    try:
        if months and months == int(months):
            return _add_months(day, sign * int(months))
        return day + sign * timedelta(days=math.ceil(value * DAYS_IN[unit]))
    except (OverflowError, ValueError):  # beyond the calendar
        return date.max if sign > 0 else date.min


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def not_after(one: Days, other: Days) -> Truth:
    """Whether the first day is on or before the second, whichever days of the intervals they are."""
    if one[1] <= other[0]:
        return MET
    return NOT_MET if one[0] > other[1] else UNKNOWN


class Period(NamedTuple):
    """When a fact was so: its first and its last day; `dated` where one of them is known, `timed` where both are."""

    start: Days
    end: Days
    dated: bool = True
    timed: bool = True


def outlasted(fact: Fact, as_of: date) -> bool:
    """Whether an entry that nobody closed began longer ago than it can go on, so that it says nothing of that day."""
    if fact.start is None or fact.end is not None or fact.status == "resolved":
        return False
    longest = lasting(fact.concept, fact.visit)
    return longest is not None and shift(fact.start.last, longest) < as_of


def ended(fact: Fact, as_of: date) -> Truth:
    """Whether a condition or medication is over on that day; a day that it still lasted does not count as over.

    It is unknown of what nobody closed and cannot go on for so long.
    """
    if fact.end is None:
        if fact.status == "resolved":
            return MET
        return UNKNOWN if outlasted(fact, as_of) else NOT_MET
    if fact.status == "resolved":  # the record knew the end; seen from an earlier day it had not come
        return NOT_MET if fact.end.first > as_of else MET
    if fact.end.last < as_of:
        return MET
    return NOT_MET if fact.end.first >= as_of else UNKNOWN


def period(fact: Fact, as_of: date) -> Period:
    """When a fact was so, as far as it lies on or before a day; what goes on still ends on that day.

    An event without an end is of its day, also where a list keeps it as active.
    """
    start = _until(fact.start, as_of)
    going_on = fact.status == "active" and fact.end is None
    if fact.end is None and is_event(fact.concept) and (fact.kind != "procedure" or going_on):
        return _of_its_day(start, as_of)
    if fact.kind == "procedure" and not going_on:
        return _of_procedure(fact, start, as_of)
    if ended(fact, as_of) is NOT_MET:
        return Period(start or (date.min, as_of), (as_of, as_of), timed=start is not None)
    end = _until(fact.end, as_of)
    timed = start is not None and end is not None
    start_days = start or (date.min, end[1] if end else as_of)
    return Period(start_days, end or (start_days[0], as_of), bool(start or end), timed)


def _of_procedure(fact: Fact, start: Days | None, as_of: date) -> Period:
    """When a procedure was that is not in progress: without an end it is of the day of its start."""
    end = _until(fact.end, as_of) or start
    if end is None:
        return Period((date.min, as_of), (date.min, as_of), dated=False, timed=False)
    return Period(start or (date.min, end[1]), end, timed=fact.end is not None)


def _of_its_day(start: Days | None, as_of: date) -> Period:
    """When an event was whose end nobody wrote down: on its day, after which it may have gone on for a short time."""
    if start is None:
        return Period((date.min, as_of), (date.min, as_of), dated=False, timed=False)
    if shift(start[1], event_time()) < as_of:
        return Period(start, start, timed=False)
    return Period(start, (start[0], as_of))


def _until(known: PartialDate | None, as_of: date) -> Days | None:
    return (min(known.first, as_of), min(known.last, as_of)) if known else None


def in_window(when: Period, window: Window, day: Days, around: bool = False) -> Truth:
    """Whether a period fits each part of a window that is anchored at a day; `around` also looks forward from it."""
    parts = list[Truth]()
    if window.within is not None:
        latest = _moved(day, window.within, 1) if around else day
        parts += not_after(_moved(day, window.within, -1), when.end), not_after(when.start, latest)
    if window.ago is not None:
        parts.append(_side(when.end, window.ago, day))
    if window.lasting is not None:
        parts.append(_side(when.start, window.lasting, when.end) if when.timed else UNKNOWN)
    if window.began is not None:
        latest = _moved(day, window.began, 1) if around else day
        parts += not_after(_moved(day, window.began, -1), when.start), not_after(when.start, latest)
    return all_of(parts)


def _moved(days: Days, duration: Duration, sign: Literal[1, -1]) -> Days:
    first = shift(days[0], duration, sign)
    return first, first if days[0] == days[1] else shift(days[1], duration, sign)


def ahead(start: Days, within: Duration, as_of: date) -> Truth:
    """Whether a planned thing begins on or after a day, and not later after it than the duration."""
    latest = shift(as_of, within)
    return all_of((not_after((as_of, as_of), start), not_after(start, (latest, latest))))


def _side(first: Days, bound: Bound, second: Days) -> Truth:
    """Whether the time from the first day to the second is on the right side of the bound."""
    # INVARIANT: `first + duration <= second` says that the time is at least the duration, by the calendar.
    moved = _moved(first, bound.duration, 1)
    at_least, at_most = not_after(moved, second), not_after(second, moved)
    sides = {"ge": at_least, "le": at_most, "gt": not_(at_most), "lt": not_(at_least)}
    return sides[bound.op] if bound.op in sides else all_of((at_least, at_most))
