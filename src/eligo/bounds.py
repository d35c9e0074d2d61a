"""How large, how long and how far off anything may be that is read: one place for each kind of bound.

What lies beyond is a slip or an attack, never a patient or a protocol. A reader refuses it by name, or makes an
implausible value of it; nothing behind the entrances meets a number that it cannot reckon with.
"""

from __future__ import annotations

import math
from datetime import date

LARGEST = 1e30  # of any number; the largest of records are counts of cells and copies, below 1e15
LARGEST_POWER = 30  # of ten, as a logarithm states it
MOST_DIGITS = 40  # of one number as it is written
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # for which a record may be read
LONGEST_DAYS = 200 * 366  # of a window, an age of a result, or an age
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 1024 * 1024


def is_countable(number: float) -> bool:
    """Whether a number can be reckoned with: a finite one within the bound.

    >>> is_countable(4.5e9), is_countable(1e31), is_countable(float("nan"))
    (True, False, False)
    """
    return math.isfinite(number) and abs(number) <= LARGEST


def is_screening_day(day: date) -> bool:
    """Whether a record may be read as of a day: on both sides there is room in the calendar for every window."""
    return FIRST_DAY <= day <= LAST_DAY
