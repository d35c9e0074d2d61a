"""A day of screening in, the days out at which answers turn: one cut for each way that a time can begin or end.

Between two cuts no test tells one day from another, so that days become classes and facts a few thousand kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from eligo.criteria import Duration, Window
from eligo.evaluation.window import shift
from eligo.patients.dates import AgeUnit, completed

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


def first_day_where(holds: Callable[[date], bool]) -> date | None:
    """The first day of the calendar on which something holds that holds from some day on; None where it never does."""
    low, high = _FIRST, _LAST + 1
    while low < high:
        middle = (low + high) // 2
        if holds(date.fromordinal(middle)):
            high = middle
        else:
            low = middle + 1
    return date.fromordinal(low) if low <= _LAST else None


def born_until(age: int, unit: AgeUnit, as_of: date) -> date:
    """The last day of birth with at least this age in completed units on a day."""
    after = first_day_where(lambda day: day > as_of or completed(day, as_of, unit) < age)
    return date.fromordinal(max((after or as_of).toordinal() - 1, _FIRST))


def cuts_of(durations: Iterable[Duration], as_of: date) -> list[date]:
    """The days from which on a day is of another class: of today, and a duration before and after it.

    A duration before today is counted from today backwards, and from the day forwards: months are not of one length.
    """
    found = {as_of, _next(as_of)}
    for duration in durations:
        back, ahead = shift(as_of, duration, -1), shift(as_of, duration)
        found |= {back, _next(back), ahead, _next(ahead)}
        for late in (False, True):
            turn = first_day_where(lambda day, d=duration, late=late: _moved_past(day, d, as_of, late))  # type: ignore[misc]  # mypy does not infer a lambda with defaults
            found |= {turn} if turn is not None else set()
    return sorted(found)


def _moved_past(day: date, duration: Duration, as_of: date, late: bool) -> bool:
    moved = shift(day, duration)
    return moved > as_of if late else moved >= as_of


def durations_of(window: Window | None) -> list[Duration]:
    """The lengths of time that a window speaks of."""
    if window is None:
        return []
    bounds = [bound.duration for bound in (window.ago, window.lasting) if bound is not None]
    return [*bounds, *(length for length in (window.within, window.began) if length is not None)]


def _next(day: date) -> date:
    return date.fromordinal(min(day.toordinal() + 1, _LAST))
