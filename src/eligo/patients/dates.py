"""Dates as records write them to `PartialDate`, and ages between dates.

A month or a year alone stays what it is: an interval of days, from which nothing is guessed.
"""

from __future__ import annotations

import calendar
import functools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from eligo.bounds import is_screening_day
from eligo.namedtuple import NamedTuple
from eligo.patients.model import PartialDate
from eligo.regex import regex

AgeUnit = Literal["a", "mo", "wk", "d"]

_DATE = regex(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)

EARLIEST = date(1900, 1, 1)  # a result without any date is of some day between this (or the birth) and the screening
HELP = "write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"


@functools.lru_cache(maxsize=8192)
def read_date(text: str) -> PartialDate | None:
    """Read an ISO date, month or year; a time after the date is allowed, and None means that it is no date.

    >>> str(read_date("2024-02")), read_date("2024-02").last, read_date("03/04/2024")
    ('2024-02', datetime.date(2024, 2, 29), None)
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = match.group(1, 2, 3)
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return PartialDate(first, first)
    last_month = int(month or 12)
    return PartialDate(first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1]))


def read_day(text: str) -> date | None:
    """Read a day as of which a record may be read; None for a month, a year and what no record is of.

    >>> read_day("2026-11-20"), read_day("2026-11"), read_day("9999-12-31")
    (datetime.date(2026, 11, 20), None, None)
    """
    found = read_date(text)
    return found.first if found and found.first == found.last and is_screening_day(found.first) else None


def apart(day: date, days: int) -> date:
    """The day so many days after another one, or before it; the calendar's first or last one where there is none."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


class Clock(NamedTuple):
    """The time of a date: as the record writes it, and, where it gives a zone, the moment by world time; else empty."""

    local: str
    moment: str


NO_TIME = Clock("", "")


def clock_of(day: object) -> Clock:
    """The time of a date as a record writes it; none where a reader worked the date out.

    >>> clock_of(None)
    Clock(local='', moment='')
    """
    return _clock_of(day) if isinstance(day, str) else NO_TIME


@functools.lru_cache(maxsize=8192)
def _clock_of(text: str) -> Clock:
    """The time after a date, which only orders one day. The day itself is the one that the record writes.

    >>> _clock_of("2026-11-20T09:30Z").moment > _clock_of("2026-11-20T10:00+02:00").moment
    True
    """
    match = _DATE.fullmatch(text.strip())
    if match is None or not match[4]:
        return NO_TIME
    if not match[5]:
        return Clock(match[4], "")
    zone = match[5].replace(":", "")
    offset = 0 if zone == "Z" else int(f"{zone[0]}1") * (int(zone[1:3]) * 60 + int(zone[3:5]))
    # Two days are added, so that a moment that is of the day before by world time is not negative.
    minutes = int(match[4][:2]) * 60 + int(match[4][3:5]) - offset + 2880
    return Clock(match[4], f"{minutes:05}{match[4][5:]}")


def order_of_day(clocks: Sequence[Clock]) -> list[str]:
    """Keys for the order of one day: moments where all are known, else the times as written; empty without a time."""
    moments = [clock.moment for clock in clocks]
    return moments if all(moments) else [clock.local for clock in clocks]


def completed(birth: date, day: date, unit: AgeUnit) -> int:
    """Count the whole years, months, weeks or days from birth to a day.

    >>> completed(date(1978, 11, 21), date(2026, 11, 20), "a")
    47
    """
    days = (day - birth).days
    if unit == "d":
        return days
    if unit == "wk":
        return days // 7
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    return months // 12 if unit == "a" else months


def age_between(birth: PartialDate, day: date, unit: AgeUnit) -> tuple[int, int]:
    """The least and the greatest age on a day that a partly known birth date allows."""
    return completed(min(birth.last, day), day, unit), completed(birth.first, day, unit)


def born(age: int, unit: AgeUnit, day: date) -> PartialDate | None:
    """The days of birth that give this age on a day; None past the calendar's ends.

    >>> age_between(born(48, "a", date(2026, 11, 20)), date(2026, 11, 20), "a")
    (48, 48)
    """
    try:
        if unit in ("d", "wk"):
            days = age * (7 if unit == "wk" else 1)
            longest = days + (6 if unit == "wk" else 0)
            return PartialDate(day - timedelta(days=longest), day - timedelta(days=days))
        months = age * 12 if unit == "a" else age
        step = 12 if unit == "a" else 1
        return PartialDate(_months_before(day, months + step) + timedelta(days=1), _months_before(day, months))
    except (OverflowError, ValueError):
        return None


def reached(birth: PartialDate, least: int, most: int, unit: AgeUnit) -> PartialDate | None:
    """The days on which somebody born then is at least and at most so old; None past the calendar's ends.

    >>> str(reached(PartialDate(date(1978, 4, 2), date(1978, 4, 2)), 30, 30, "a"))
    '2008-04-02..2009-04-01'
    """
    try:
        if unit in ("d", "wk"):
            one = timedelta(days=7 if unit == "wk" else 1)
            return PartialDate(birth.first + least * one, birth.last + (most + 1) * one - timedelta(days=1))
        step = 12 if unit == "a" else 1
        first, after = _months_before(birth.first, -least * step), _months_before(birth.last, -(most + 1) * step)
        return PartialDate(first, after - timedelta(days=1))
    except (OverflowError, ValueError):
        return None


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def birth_of(years: float, as_of: date) -> PartialDate | None:
    """The days of birth that a stated age leaves open, in the largest unit of which it is a whole number."""
    months, weeks = round(years * 12, 6), round(years * 365.25 / 7, 6)
    if years == int(years):
        return born(int(years), "a", as_of)
    if months == int(months):
        return born(int(months), "mo", as_of)
    if weeks == int(weeks):
        return born(int(weeks), "wk", as_of)
    return born(int(round(years * 365.25, 6)), "d", as_of)
