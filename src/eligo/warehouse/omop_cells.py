"""Cells of OMOP tables, whatever their type (CSV knows only text), as whole numbers, numbers, days and words."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal

from eligo.regex import regex

Cell = str | int | float | bool | date | datetime | Decimal | None

_WHOLE = regex(r"\s*([+-]?[0-9]{1,19})(?:\.0*)?\s*")
_FIGURE = regex(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")
_DAY = regex(r"\s*([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ]([0-9:.]*)(?:Z|[+-][0-9:]+)?)?\s*")


class BadCellError(Exception):
    """A cell that is not of the type that its column has; the text says what it should be."""


def whole(cell: Cell) -> int | None:
    """A whole number, also from text and from a float without a fraction; None for an empty cell.

    >>> whole("8507"), whole(8507.0), whole("")
    (8507, 8507, None)
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, int):
        return int(cell)
    if isinstance(cell, float | Decimal):
        if _is_nan(cell):
            return None
        if math.isfinite(cell) and cell == int(cell):
            return int(cell)
    elif isinstance(cell, str) and (match := _WHOLE.fullmatch(cell)):
        return int(match[1])
    raise BadCellError("no whole number")


def number(cell: Cell) -> float | None:
    """A number; a whole one stays whole. None for an empty cell; NaN and infinities are no numbers.

    >>> number("1.50"), number("12"), number(None)
    (1.5, 12, None)
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool):
        raise BadCellError("no number")
    if isinstance(cell, str):
        if not _FIGURE.fullmatch(cell):
            raise BadCellError("no number")
        plain = cell.strip()
        found = int(plain) if plain.lstrip("+-").isdigit() and len(plain) < 16 else float(plain)
    elif isinstance(cell, int | float | Decimal):
        found = cell if isinstance(cell, int | float) else math.nan if _is_nan(cell) else float(cell)
    else:
        raise BadCellError("no number")
    if not math.isfinite(found):
        raise BadCellError("no finite number")
    return int(found) if found == int(found) and abs(found) < 2**53 else found


def _is_nan(cell: float | Decimal) -> bool:
    """Whether it is not a number: no float, for a Decimal that signals."""
    return cell.is_nan() if isinstance(cell, Decimal) else math.isnan(cell)


def day(cell: Cell) -> date | None:
    """A day; None for an empty cell.

    >>> day("2026-11-20 08:30:00"), day("20261120")
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 20))
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _DAY.fullmatch(cell) if isinstance(cell, str) else None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> date:
    raise BadCellError("no date")


def clock(cell: Cell, on: date) -> str | None:
    """The time of day of a moment on this day, as `08:30:00`; None for midnight, which stands for no time at all.

    >>> clock("2026-11-20 08:30:00", date(2026, 11, 20)), clock("2026-11-20 00:00:00", date(2026, 11, 20))
    ('08:30:00', None)
    """
    found: time | None = None
    if isinstance(cell, datetime):
        found = cell.time() if cell.date() == on else None
    elif isinstance(cell, str) and cell.strip() and day(cell) == on and (match := _DAY.fullmatch(cell)) and match[4]:
        try:
            found = time.fromisoformat(match[4])
        except ValueError:
            return _no_date().isoformat()
    return None if found is None or found == time() else found.replace(tzinfo=None, microsecond=0).isoformat()


def words(cell: Cell) -> str | None:
    """A text; None for an empty cell.

    >>> words("  "), words(7)
    (None, '7')
    """
    if cell is None or (isinstance(cell, float | Decimal) and _is_nan(cell)):
        return None
    return str(cell).strip() or None
