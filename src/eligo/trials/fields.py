"""The registry's structured fields as pages print them: ages, sex, healthy volunteers, and dates.

A value that is not one of the known forms is None: the caller then keeps its line as text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from eligo.criteria import Duration
from eligo.dataclass import dataclass
from eligo.pages.document import Sex
from eligo.pages.layout import key, layout
from eligo.regex import regex

_GROUPS = regex(r"\([^()]*\)")
_ISO_DATE = regex(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?![0-9])")
_MONTH_FIRST = regex(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})(?![0-9])")
_DAY_FIRST = regex(r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4})(?![0-9])")
_MONTH_ONLY = regex(r"([A-Za-z]{3,9})\.?,? ([0-9]{4})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Ages:
    """The lower and the upper age limit; None where there is none."""

    low: Duration | None
    high: Duration | None


class _FieldWords:
    """The words of the fields in the data file."""

    def __init__(self, fields: dict[str, Any], months: list[str]) -> None:
        self.unit_of = {word: unit for unit, words in fields["units"].items() for word in words}
        units = "|".join(sorted(map(re.escape, self.unit_of), key=len, reverse=True))
        self.age = re.compile(rf"([0-9]{{1,3}})\s?({units})(?![a-z])")
        self.sex_of: dict[str, Sex] = {word: sex for sex, words in fields["sexes"].items() for word in words}
        self.answers = dict.fromkeys(fields["yes"], True) | dict.fromkeys(fields["no"], False)
        self.no_limit = frozenset(fields["no_limit"])
        self.at_least, self.at_most = tuple(fields["at_least"]), tuple(fields["at_most"])
        self.months = {name[:3]: number for number, name in enumerate(months, 1)}
        self.month_names = frozenset(months)


@functools.cache
def _words() -> _FieldWords:
    return _FieldWords(layout().data["fields"], layout().data["months"])


def read_age(line: str) -> Ages | None:
    """One age or `N/A` as an age limit of either side; None where the line is something else.

    >>> read_age("18 Years")
    Ages(low=Duration(value=18, unit='a'), high=Duration(value=18, unit='a'))
    """
    words = key(line)
    if words in _words().no_limit:
        return Ages(None, None)
    match = _words().age.fullmatch(words)
    if match is None:
        return None
    age = _duration(match)
    return Ages(age, age)


def read_ages(line: str) -> Ages | None:
    """An age range: `18 Years to 70 Years (Adult)`, `18 Years and older`, `up to 65 Years`.

    >>> read_ages("18 Years - 70 Years").high, read_ages("18 Years and older").high
    (Duration(value=70, unit='a'), None)
    """
    words = key(_GROUPS.sub(" ", line.lower()) if "(" in line else line)
    ages = [_duration(m) for m in _words().age.finditer(words)]
    rest = " ".join(_words().age.sub(" ", words).replace("–", "-").split())
    if len(ages) == 2 and rest in ("-", "to", "", "through", "and"):
        return Ages(ages[0], ages[1])
    if len(ages) == 1 and (rest in _words().at_least or rest in ("to n/a", "- n/a")):
        return Ages(ages[0], None)
    if len(ages) == 1 and (rest in _words().at_most or rest in ("n/a to", "n/a -")):
        return Ages(None, ages[0])
    if not ages and rest in ("child, adult, older adult", "all ages", "n/a", "any age", "any"):
        return Ages(None, None)
    return None


def _duration(match: re.Match[str]) -> Duration:
    return Duration(int(match[1]), _words().unit_of[match[2]])


def read_sex(line: str) -> Sex | None:
    """The sex that a registry field states.

    >>> read_sex("ALL"), read_sex("Female"), read_sex("Pregnant")
    ('all', 'female', None)
    """
    return _words().sex_of.get(key(line))


def read_answer(line: str) -> bool | None:
    """Yes or no; None for anything else."""
    return _words().answers.get(key(line))


def read_date(line: str) -> str | None:
    """A date as pages print it, in ISO form; None where it is none, or where day and month cannot be told apart.

    >>> read_date("July 21, 2021"), read_date("19-Mar-2025"), read_date("July 2021"), read_date("03/04/2021")
    ('2021-07-21', '2025-03-19', '2021-07', None)
    """
    line = line.strip()
    if match := _ISO_DATE.match(line):
        return match[0]
    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str | None]]], ...] = (
        (_MONTH_FIRST, lambda m: (m[3], m[1], m[2])),
        (_DAY_FIRST, lambda m: (m[3], m[2], m[1])),
        (_MONTH_ONLY, lambda m: (m[2], m[1], None)),
    )
    for pattern, parts in readings:
        match = pattern.match(line)
        if match:
            year, name, day = parts(match)
            month = _words().months.get(name[:3].lower())
            if month is not None:
                return f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return None
