"""A date as tables write it (19.11.2026, 11/19/2026, 19-Nov-2026) in, the same as ISO writes it out.

Which of two numbers is the day is never guessed: a format is stated, or it is the only one that all dates of the table
fit. A year has four digits.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

from eligo.data import grammar_data
from eligo.patients import dates
from eligo.regex import regex

Order = Literal["DMY", "MDY", "YMD"]
ORDERS: tuple[Order, ...] = get_args(Order)
HELP = "write YYYY-MM-DD, or say how the table writes dates: `dates: DMY` (or MDY, YMD) in the mapping"

_TIME = r"(?:[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_NUMBERS = regex(rf"([0-9]{{1,4}})\s?([./-])\s?([0-9]{{1,2}})\s?\2\s?([0-9]{{1,4}}){_TIME}")
_COMPACT = regex(r"((?:18|19|20)[0-9]{2})([0-9]{2})([0-9]{2})()()")
_CHINESE = regex(rf"([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})日{_TIME}")
_DAY_WORD = regex(rf"([0-9]{{1,2}})[.\s/-]*([^\W\d_]{{3,}})[.,\s/-]*([0-9]{{4}}){_TIME}")
_WORD_DAY = regex(rf"([^\W\d_]{{3,}})[.\s/-]*([0-9]{{1,2}})(?:st|nd|rd|th)?[,.\s/-]+([0-9]{{4}}){_TIME}")
_MONTH = regex(r"([0-9]{1,2})[./-]([0-9]{4})")
_ISO = regex(r"[0-9]{4}(-[0-9]{2}){0,2}([T ].*)?")


def stated_order(text: str) -> Order | None:
    """The order that a setting states.

    >>> stated_order("DD.MM.YYYY"), stated_order("m/d/y"), stated_order("iso")
    ('DMY', 'MDY', None)
    """
    letters = "".join(dict.fromkeys(c for c in text.upper() if c in "DMY"))
    return next((order for order in ORDERS if order == letters), None)


def fitting(text: str) -> frozenset[Order]:
    """The orders in which a date can be read; all of them where it says the same in each, or where it is in ISO."""
    found = {order: iso for order in ORDERS if (iso := as_iso(text, order)) is not None}
    return frozenset(ORDERS) if len(set(found.values())) == 1 and len(found) > 1 else frozenset(found)


def detect(texts: Iterable[str]) -> Order | None:
    """The one order that the first dates of a table leave; None where they leave several.

    >>> detect(["03/04/2026", "19/11/2026"]), detect(["03/04/2026"])
    ('DMY', None)
    """
    left = frozenset(ORDERS)
    for text in texts:
        fits = fitting(text)
        left = left & fits if fits else left
        if len(left) < 2:
            break
    return next(iter(left)) if len(left) == 1 else None


def as_iso(text: str, order: Order | None) -> str | None:
    """Write a date as ISO does, with its time; None where it is no date, or not certain which of its numbers is what.

    >>> as_iso("19.11.2026", None), as_iso("03/04/2026", None), as_iso("03/04/2026", "MDY")
    ('2026-11-19', None, '2026-03-04')
    """
    text = text.strip()
    if _ISO.fullmatch(text):
        return text if dates.read_date(text) else None
    fixed = _fixed(text)
    if fixed is not None:
        return fixed
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    first, sign, second, third, time, zone = match.groups()
    if len(first) == 4:
        return _iso(first, second, third, time, zone)
    if len(third) != 4 or len(first) > 2:
        return None
    day_first, month_first = _iso(third, second, first, time, zone), _iso(third, first, second, time, zone)
    if sign == ".":  # nobody writes the month first with dots
        month_first = None
    if order is not None:
        return {"DMY": day_first, "MDY": month_first, "YMD": None}[order]
    both = {iso for iso in (day_first, month_first) if iso is not None}
    return both.pop() if len(both) == 1 else None


def _fixed(text: str) -> str | None:
    """A date that can be read in one way alone: with the name of its month, or without a day."""
    if match := _COMPACT.fullmatch(text) or _CHINESE.fullmatch(text):
        return _iso(*match.groups())
    if match := _DAY_WORD.fullmatch(text):
        day, word, year, time, zone = match.groups()
        return _iso(year, _month(word), day, time, zone)
    if match := _WORD_DAY.fullmatch(text):
        word, day, year, time, zone = match.groups()
        return _iso(year, _month(word), day, time, zone)
    if match := _MONTH.fullmatch(text):
        return f"{match[2]}-{int(match[1]):02}" if 1 <= int(match[1]) <= 12 else None
    return None


def _iso(year: str, month: str | None, day: str, time: str | None, zone: str | None) -> str | None:
    try:
        found = date(int(year), int(month or 0), int(day))
    except ValueError:
        return None
    clock = f"T{time:0>5}" if time and time.index(":") == 2 else f"T0{time}" if time else ""
    return f"{found.isoformat()}{clock}{zone or '' if clock else ''}"


def _month(word: str) -> str | None:
    """The number of a month by its name or the beginning of it; None for another word."""
    plain = word.casefold()
    found = {number for number, names in _months().items() if any(name.startswith(plain) for name in names)}
    return found.pop() if len(found) == 1 else None


@functools.cache
def _months() -> dict[str, list[str]]:
    return {str(number): names for number, names in grammar_data("dates.yaml")["months"].items()}
