"""Lines that a person types in, entries of a native record out: a result, or a fact with the day it began."""

from __future__ import annotations

from eligo.regex import regex

Entry = dict[str, str]

_DAY = regex(r"(.*?\S)\s+(?:(?:since|from|on)\s+)?([0-9]{4}(?:-[0-9]{2}){0,2})")
_SET = regex(r"([^=:]*\S)\s*[=:]\s*(.+)")
_NUMBERED = regex(r"(.*?\S)\s+([<>≤≥]?\s*-?[0-9].*)")
DATE_OF = {"conditions": "onset", "procedures": "date", "medications": "start"}


def result(line: str) -> Entry | None:
    """A value with what was measured, and its day where a date ends the line; None where there is no value.

    >>> result("total bilirubin 12 mg/dL 2026-11-19")
    {'variable': 'total bilirubin', 'value': '12 mg/dL', 'date': '2026-11-19'}
    >>> result("Child-Pugh class = B"), result("platelets")
    ({'variable': 'Child-Pugh class', 'value': 'B'}, None)
    """
    dated = _DAY.fullmatch(line.strip())
    day = {"date": dated[2]} if dated and len(dated[2]) > len("2026") else {}
    text = dated[1] if dated and day else line.strip()
    match = _SET.fullmatch(text) or _NUMBERED.fullmatch(text)
    return {"variable": match[1], "value": match[2], **day} if match else None


def fact(line: str, part: str) -> Entry | str:
    """A condition, procedure or medication, and the day it began or was done, where a date ends the line.

    >>> fact("hepatitis B since 2010-05", "conditions")
    {'concept': 'hepatitis B', 'onset': '2010-05'}
    >>> fact("ascites", "conditions")
    'ascites'
    """
    dated = _DAY.fullmatch(line.strip())
    return {"concept": dated[1], DATE_OF[part]: dated[2]} if dated else line.strip()
