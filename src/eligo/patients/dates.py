"""Dates as records write them to `PartialDate`, and ages between dates.

A month or a year alone stays what it is: an interval of days, from which nothing is guessed.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Literal

from eligo.patients.model import PartialDate

AgeUnit = Literal["a", "mo", "wk", "d"]

_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)

HELP = "write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"


def read_date(text: str) -> PartialDate | None:
    """Read an ISO date, month or year; a time after the date is allowed, and None means that it is no date.

    >>> str(read_date("2024-02")), read_date("2024-02").last, read_date("03/04/2024")
    ('2024-02', datetime.date(2024, 2, 29), None)
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, _ = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return PartialDate(first, first)
    last_month = int(month or 12)
    return PartialDate(first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1]))


def time_of_day(text: str | None) -> str:
    """The clock time after a date, only for the order within one day; empty where there is none."""
    match = _DATE.fullmatch(text.strip()) if text else None
    return (match[4] or "") if match else ""


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


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
